// SPDX-License-Identifier: MIT
//
// Between the files of the volume (volume.h): changes that count together, blocks and their chains, accounts.

#ifndef FILE_VOLUME_PARTS_H
#define FILE_VOLUME_PARTS_H

#include "volume.h"

// ---- volume.c

// Notes that a field of the region gets a value; redo_commit() makes all that was noted count at once.
void redo_set(struct volume *volume, uint64_t *field, uint64_t value);
void redo_commit(struct volume *volume);

static inline const char *node_name(const struct volume_node *node) {
    return (const char *)node->name;
}

static inline struct volume_links *links_of(const struct volume *volume, const struct volume_node *node) {
    return &volume->links[node - volume->nodes];
}

static inline uint64_t blocks_for(uint64_t size) {
    return size / FILE_BLOCK_SIZE + (size % FILE_BLOCK_SIZE != 0);
}

static inline uint64_t table_next(uint64_t entry) {
    return (uint32_t)entry;
}

static inline uint32_t table_owner(uint64_t entry) {
    return (uint32_t)(entry >> 32);
}

static inline uint64_t table_entry(uint32_t owner, uint64_t next) {
    return (uint64_t)owner << 32 | next;
}

static inline uint8_t *block_bytes(const struct volume *volume, uint64_t block) {
    return volume->blocks + (block - 1) * FILE_BLOCK_SIZE;
}

// The node of a number, or nullptr.
struct volume_node *node_get(const struct volume *volume, uint64_t number);

// Blocks that the caller was allowed: a zeroed chain of count > 0, in no file yet. *last is its end.
uint64_t chain_take(struct volume *volume, uint32_t owner, uint64_t count, uint64_t *last);
// Gives back a chain that is in no file any more.
void chain_free(struct volume *volume, uint64_t first);

// ---- account.c

// Where clients[] has a process; VOLUME_CLIENTS: nowhere.
size_t client_find(const struct volume *volume, uint32_t process);
// The account of a process; the pot when it has ended.
struct volume_use *use_of(struct volume *volume, uint32_t process);

// Whether the client may have so much more.
bool space_allows(const struct volume *volume, uint32_t client, uint64_t blocks, uint64_t names);
// Counts it, after space_allows().
void space_take(struct volume *volume, uint32_t client, uint64_t blocks, uint64_t names);

// Whether the request was done already, with which result.
bool request_done(const struct volume *volume, struct volume_request request, uint64_t *result);
// Part of the change that does it: notes the result under the token.
void request_note(struct volume *volume, struct volume_request request, uint64_t result);

// ---- tree.c

// Puts a node into the trees; its name is new in its directory.
void node_link(struct volume *volume, struct volume_node *node);
void node_unlink(struct volume *volume, struct volume_node *node);
const struct volume_node *child_find(const struct volume *volume, uint64_t parent, const char *name,
                                     size_t length);

// ---- content.c

// Makes a file shorter, or leaves it as long as it is.
void content_cut(struct volume *volume, struct volume_node *node, uint64_t size, uint64_t now);

#endif
