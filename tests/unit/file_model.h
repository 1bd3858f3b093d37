// SPDX-License-Identifier: MIT
//
// A reference for the file server's volume: arrays, copies, and loops over everything; obvious, not fast. It
// says what protocols/file.toml promises, and knows nothing of blocks in chains, trees or redo lists.

#ifndef TESTS_UNIT_FILE_MODEL_H
#define TESTS_UNIT_FILE_MODEL_H

#include <abi/status.h>
#include <base/types.h>

enum { MODEL_NODES = 128, MODEL_CLIENTS = 8, MODEL_NAME = 256, MODEL_BLOCK = 4096, MODEL_BLOCKS = 128 };

struct model_node {
    bool used;
    bool directory;
    int parent; // place in nodes[]; the root is its own
    char name[MODEL_NAME];
    uint64_t number;
    uint32_t owner;
    uint64_t size;
    uint64_t changed;
    uint8_t *bytes; // size of them
    uint32_t block_owner[MODEL_BLOCKS];
};

struct model_client {
    uint32_t process; // 0: none
    bool shares;
    uint64_t token;
    uint64_t result;
};

struct model {
    uint64_t blocks; // in all
    uint64_t names;
    uint64_t last_number;
    uint64_t now; // the time of the next request
    struct model_node nodes[MODEL_NODES];
    struct model_client clients[MODEL_CLIENTS];
};

// What the model says when the volume's answer cannot be right.
#define MODEL_IMPOSSIBLE STATUS_NOT_HERE

// Names in a path, separated by '/'; "" is the root.
void model_start(struct model *model, uint64_t blocks, uint64_t names, uint64_t root_number);
void model_free(struct model *model);
struct model *model_copy(const struct model *model);

// The place of a path's or number's node, or -1.
int model_number(const struct model *model, uint64_t number);
status_t model_find(const struct model *model, const char *path, int *node);

// `number` is what the volume gave to a new file: it must be new.
status_t model_create(struct model *model, uint32_t client, uint64_t token, const char *path, unsigned kind,
                      uint64_t *number);
status_t model_remove(struct model *model, uint32_t client, uint64_t token, const char *path, bool directory);
status_t model_rename(struct model *model, uint32_t client, uint64_t token, const char *path,
                      const char *target);
status_t model_write(struct model *model, uint32_t client, uint64_t token, uint64_t number, uint64_t offset,
                     const uint8_t *bytes, uint64_t length, uint64_t *at);
status_t model_truncate(struct model *model, uint32_t client, uint64_t number, uint64_t size);
void model_client_end(struct model *model, uint32_t client);

// What living client `client` made, or (0) what ended ones left.
void model_held(const struct model *model, uint32_t client, uint64_t *blocks, uint64_t *names);

#endif
