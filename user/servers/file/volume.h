// SPDX-License-Identifier: MIT
//
// The writable files of /tmp: a region of memory that outlives the server, so that a successor finds all of
// it again. Layout: a head, the clients, the nodes (one for each name), a table that chains blocks, the
// blocks of FILE_BLOCK_SIZE bytes. Only the server writes to it; volume_open() still examines every field,
// drops what does not fit, and derives the rest (free blocks, who holds how much, the trees by name) into the
// heap.
//
// Invariants, at each instant: every node but the root has a parent; its chain is long enough for its size;
// no block is in two chains. Bytes behind a file's end are whatever they are, and are zeroed when the file
// grows over them. What has to change together is written to the redo list first and counts from the moment
// that its count is set; volume_open() does again what stands there. So a server may end between any two
// instructions.
//
// Who pays: each block and each name counts for the client that made it while that client lives, then for the
// common pot. A client that was given space once has a share that is kept for it (see space_allows()).
//
// One thread. Pure but for the heap.

#ifndef FILE_VOLUME_H
#define FILE_VOLUME_H

#include <abi/status.h>
#include <base/avl.h>
#include <base/types.h>
#include <protocols/file_values.h>

enum {
    VOLUME_NAME_ROOM = FILE_NAME_MAX + 1,              // a multiple of 8
    VOLUME_PATH_MAX = FILE_PATH_MAX - sizeof("/tmp/"), // so that with it and a NUL a client's buffer holds it
    VOLUME_CLIENTS = 256,
    VOLUME_REDO = 64,
    VOLUME_SLOT_BITS = 16,
    VOLUME_SHARE_BLOCKS = 16,
    VOLUME_SHARE_NAMES = 8,
    VOLUME_SIZE_MIN = 64 * FILE_BLOCK_SIZE,
};

// The number of the root: the first serial number, slot 0. Above all numbers of the boot archive.
#define VOLUME_ROOT (1ULL << VOLUME_SLOT_BITS)

enum volume_kind : uint64_t { VOLUME_FILE = 1, VOLUME_DIRECTORY = 2 };

// ---- in the region

struct volume_redo {
    uint64_t offset; // of a 64-bit field in the region
    uint64_t value;
};

struct volume_head {
    uint64_t magic;
    uint64_t size; // of the region
    uint64_t last_serial;
    uint64_t last_order;
    uint64_t redo_count; // valid entries; 0: nothing is under way
    struct volume_redo redo[VOLUME_REDO];
};

struct volume_client {
    uint64_t process; // 0: free
    uint64_t order;   // of its first request: whoever came first goes first when all places are used
    uint64_t shares;  // 1: it was given space
    uint64_t token;   // of the last request that was done; 0: none
    uint64_t result;  // of that
};

struct volume_node {
    uint64_t number; // 0: free; else serial number and slot
    uint64_t parent; // number
    uint64_t kind;
    uint64_t owner; // process
    uint64_t size;
    uint64_t first;   // block, 0: none
    uint64_t changed; // when its contents or entries did, as the requests said
    uint64_t name_length;
    uint64_t name[VOLUME_NAME_ROOM / 8]; // bytes; words, because redo entries are
};

// ---- in the server

struct volume_links {
    struct avl_node by_name;   // (parent, name)
    struct avl_node by_number; // (parent, number)
    struct volume_node *node;
    uint64_t hint_index; // the block at this place of the chain was hint_block; 0: none known
    uint64_t hint_block;
};

struct volume_use {
    uint64_t blocks;
    uint64_t names;
};

struct volume {
    uint8_t *memory;
    struct volume_head *head;
    struct volume_client *clients;
    struct volume_node *nodes;
    uint64_t *table; // [block]: process that made it << 32 | next block
    uint8_t *blocks; // block 1 starts here
    uint64_t node_count;
    uint64_t redo_pending;
    struct volume_use total;
    struct volume_use left;                // of clients that have ended
    struct volume_use use[VOLUME_CLIENTS]; // of clients[]
    bool *used;                            // [block]
    uint64_t next_block;                   // where the search for a free one starts
    uint64_t next_slot;
    struct volume_links *links; // [slot]
    struct avl names;
    struct avl numbers;
};

// Who asks, under which token (0: none), and what time it is.
struct volume_request {
    uint32_t client;
    uint64_t token;
    uint64_t now;
};

struct volume_report {
    bool formatted; // there was no volume in the region
    size_t dropped; // nodes that did not fit, or lost part of their contents
};

struct volume_entry {
    uint64_t number;
    uint64_t size;
    uint64_t changed;
    bool is_directory;
    const char *name;
    size_t name_length;
};

// `memory` is 8-byte aligned and belongs to the volume from now on; when it is formatted, numbers start above
// first_serial. NO_SPACE: too small a region, or no heap. (volume.c)
[[nodiscard]] status_t volume_open(struct volume *volume, void *memory, size_t size, uint64_t first_serial,
                                   struct volume_report *report);

// Whether the bytes can be one part of a path. (volume.c)
bool name_is_valid(const char *name, size_t length);

// ---- account.c

// A client has ended: what it holds counts for the pot.
void volume_client_end(struct volume *volume, uint32_t client);

struct volume_space {
    struct volume_use total;
    struct volume_use free;
    struct volume_use own;
    struct volume_use limit;
    struct volume_use left;
};
void volume_space(const struct volume *volume, uint32_t client, struct volume_space *space);

// ---- tree.c: paths are relative to the root, made of valid names with '/' between; "" is the root. No path
// ever gets longer than VOLUME_PATH_MAX, so that everything can be reached (else BAD_NAME).

[[nodiscard]] status_t volume_find(const struct volume *volume, const char *path, size_t length,
                                   uint64_t *number);
[[nodiscard]] status_t volume_entry(const struct volume *volume, uint64_t number, struct volume_entry *entry);
// The entry of a directory with the lowest number above `position`.
[[nodiscard]] status_t volume_next(const struct volume *volume, uint64_t directory, uint64_t position,
                                   struct volume_entry *entry);
[[nodiscard]] status_t volume_create(struct volume *volume, struct volume_request request, const char *path,
                                     size_t length, enum file_create kind, uint64_t *number);
[[nodiscard]] status_t volume_remove(struct volume *volume, struct volume_request request, const char *path,
                                     size_t length, bool directory);
[[nodiscard]] status_t volume_rename(struct volume *volume, struct volume_request request, const char *path,
                                     size_t length, const char *target, size_t target_length);

// ---- content.c

// The bytes at an offset, as many as lie together, at most `length`; *count is 0 at the end. They are the
// file's until the next change.
[[nodiscard]] status_t volume_span(struct volume *volume, uint64_t number, uint64_t offset, uint64_t length,
                                   const void **bytes, uint64_t *count);
[[nodiscard]] status_t volume_write(struct volume *volume, struct volume_request request, uint64_t number,
                                    uint64_t offset, const void *bytes, uint64_t length, uint64_t *at);
// Doing it twice does no harm, so the token is not looked at.
[[nodiscard]] status_t volume_truncate(struct volume *volume, struct volume_request request, uint64_t number,
                                       uint64_t size);

#endif
