// SPDX-License-Identifier: MIT
//
// See file_model.h.

#include "file_model.h"
#include <stdlib.h>
#include <string.h>

enum {
    SHARE_BLOCKS = 16,
    SHARE_NAMES = 8,
    KIND_OPEN = 0,
    KIND_NEW = 1,
    KIND_EMPTY = 2,
    KIND_DIRECTORY = 3,
    PATH_MAX_BYTES = 1018
};

static uint64_t blocks_of(uint64_t size) {
    return (size + MODEL_BLOCK - 1) / MODEL_BLOCK;
}

void model_start(struct model *model, uint64_t blocks, uint64_t names, uint64_t root_number) {
    memset(model, 0, sizeof(*model));
    model->blocks = blocks;
    model->names = names;
    model->last_number = root_number;
    model->nodes[0] = (struct model_node){.used = true, .directory = true, .number = root_number};
}

void model_free(struct model *model) {
    for (int i = 0; i < MODEL_NODES; i++)
        free(model->nodes[i].bytes);
}

struct model *model_copy(const struct model *model) {
    struct model *copy = malloc(sizeof(*copy));
    memcpy(copy, model, sizeof(*copy));
    for (int i = 0; i < MODEL_NODES; i++) {
        if (copy->nodes[i].bytes == NULL)
            continue;
        copy->nodes[i].bytes = malloc(copy->nodes[i].size + 1);
        memcpy(copy->nodes[i].bytes, model->nodes[i].bytes, copy->nodes[i].size);
    }
    return copy;
}

// ---- looking

int model_number(const struct model *model, uint64_t number) {
    for (int i = 0; i < MODEL_NODES; i++) {
        if (model->nodes[i].used && model->nodes[i].number == number)
            return i;
    }
    return -1;
}

static int child(const struct model *model, int parent, const char *name) {
    for (int i = 1; i < MODEL_NODES; i++) {
        const struct model_node *node = &model->nodes[i];
        if (node->used && node->parent == parent && strcmp(node->name, name) == 0)
            return i;
    }
    return -1;
}

status_t model_find(const struct model *model, const char *path, int *node) {
    char copy[2048];
    strcpy(copy, path);
    *node = 0;
    for (char *rest = NULL, *part = strtok_r(copy, "/", &rest); part != NULL;
         part = strtok_r(NULL, "/", &rest)) {
        if (!model->nodes[*node].directory)
            return STATUS_NOT_DIRECTORY;
        *node = child(model, *node, part);
        if (*node < 0)
            return STATUS_NOT_FOUND;
    }
    return STATUS_OK;
}

// The directory of a path, and the name in it.
static status_t parent_find(const struct model *model, const char *path, int *parent, char *name) {
    char copy[2048];
    strcpy(copy, path);
    char *slash = strrchr(copy, '/');
    if (copy[0] == 0)
        return STATUS_READ_ONLY;
    strcpy(name, slash != NULL ? slash + 1 : copy);
    *(slash != NULL ? slash : copy) = 0;
    status_t status = model_find(model, copy, parent);
    if (status == STATUS_OK && !model->nodes[*parent].directory)
        status = STATUS_NOT_DIRECTORY;
    return status;
}

// ---- who pays

static struct model_client *client_of(struct model *model, uint32_t process) {
    for (int i = 0; i < MODEL_CLIENTS; i++) {
        if (model->clients[i].process == process)
            return &model->clients[i];
    }
    return NULL;
}

static struct model_client *client_make(struct model *model, uint32_t process) {
    struct model_client *client = client_of(model, process);
    if (client == NULL) {
        client = client_of(model, 0);
        if (client == NULL)
            abort(); // the test has at most so many at a time
        *client = (struct model_client){.process = process};
    }
    return client;
}

static bool lives(const struct model *model, uint32_t process) {
    for (int i = 0; i < MODEL_CLIENTS; i++) {
        if (model->clients[i].process == process)
            return true;
    }
    return false;
}

void model_held(const struct model *model, uint32_t client, uint64_t *blocks, uint64_t *names) {
    *blocks = *names = 0;
    for (int i = 1; i < MODEL_NODES; i++) {
        const struct model_node *node = &model->nodes[i];
        if (!node->used)
            continue;
        *names += client != 0 ? node->owner == client : !lives(model, node->owner);
        for (uint64_t j = 0; j < blocks_of(node->size); j++)
            *blocks += client != 0 ? node->block_owner[j] == client : !lives(model, node->block_owner[j]);
    }
}

static bool allows(struct model *model, uint32_t process, uint64_t blocks, uint64_t names) {
    uint64_t own_blocks, own_names, sum_blocks, sum_names;
    if (blocks == 0 && names == 0)
        return true;
    const struct model_client *self = client_of(model, process);
    model_held(model, 0, &sum_blocks, &sum_names);
    if ((self == NULL || !self->shares) &&
        (sum_blocks >= model->blocks / 4 * 3 || sum_names >= model->names / 4 * 3))
        return false;
    model_held(model, process, &own_blocks, &own_names);
    own_blocks += blocks;
    own_names += names;
    if (own_blocks > model->blocks / 4 || own_names > model->names / 4)
        return false;
    sum_blocks += max_u64(own_blocks, SHARE_BLOCKS);
    sum_names += max_u64(own_names, SHARE_NAMES);
    for (int i = 0; i < MODEL_CLIENTS; i++) {
        const struct model_client *other = &model->clients[i];
        if (other->process == 0 || other->process == process)
            continue;
        model_held(model, other->process, &own_blocks, &own_names);
        sum_blocks += max_u64(own_blocks, other->shares ? SHARE_BLOCKS : 0);
        sum_names += max_u64(own_names, other->shares ? SHARE_NAMES : 0);
    }
    return sum_blocks <= model->blocks && sum_names <= model->names;
}

void model_client_end(struct model *model, uint32_t process) {
    struct model_client *client = client_of(model, process);
    if (client != NULL)
        client->process = 0;
}

static bool done_before(struct model *model, uint32_t process, uint64_t token, uint64_t *result) {
    const struct model_client *client = client_of(model, process);
    if (token == 0 || client == NULL || client->token != token)
        return false;
    *result = client->result;
    return true;
}

static void note(struct model *model, uint32_t process, uint64_t token, uint64_t result) {
    if (token == 0)
        return;
    struct model_client *client = client_make(model, process);
    client->token = token;
    client->result = result;
}

// ---- changing

static void size_set(struct model_node *node, uint64_t size, uint32_t client, uint64_t now) {
    uint8_t *bytes = calloc(1, size + 1);
    if (node->bytes != NULL)
        memcpy(bytes, node->bytes, min_u64(size, node->size));
    for (uint64_t i = blocks_of(node->size); i < blocks_of(size); i++)
        node->block_owner[i] = client;
    free(node->bytes);
    node->bytes = bytes;
    node->size = size;
    node->changed = now;
}

static void node_drop(struct model_node *node) {
    free(node->bytes);
    *node = (struct model_node){};
}

status_t model_create(struct model *model, uint32_t client, uint64_t token, const char *path, unsigned kind,
                      uint64_t *number) {
    char name[2048];
    int parent = 0, node = 0;
    uint64_t result;
    if (done_before(model, client, token, &result))
        return result == *number ? STATUS_OK : MODEL_IMPOSSIBLE;
    if (path[0] != 0) {
        status_t status = parent_find(model, path, &parent, name);
        if (status != STATUS_OK)
            return status;
        node = child(model, parent, name);
    }
    if (node >= 0 && (kind == KIND_NEW || kind == KIND_DIRECTORY))
        return STATUS_EXISTS;
    if (node >= 0 && model->nodes[node].directory)
        return STATUS_IS_DIRECTORY;
    if (node >= 0) {
        if (kind == KIND_EMPTY)
            size_set(&model->nodes[node], 0, client, model->now);
        return model->nodes[node].number == *number ? STATUS_OK : MODEL_IMPOSSIBLE;
    }
    if (strlen(path) > PATH_MAX_BYTES)
        return STATUS_BAD_NAME;
    if (!allows(model, client, 0, 1))
        return STATUS_NO_SPACE;
    if (*number <= model->last_number)
        return MODEL_IMPOSSIBLE; // not new
    for (node = 1; model->nodes[node].used; node++)
        ;
    model->nodes[node] = (struct model_node){.used = true,
                                             .directory = kind == KIND_DIRECTORY,
                                             .parent = parent,
                                             .number = *number,
                                             .changed = model->now,
                                             .owner = client};
    strcpy(model->nodes[node].name, name);
    model->nodes[parent].changed = model->now;
    model->last_number = *number;
    client_make(model, client)->shares = true;
    note(model, client, token, *number);
    return STATUS_OK;
}

// An entry by its path, and the directory that it is in.
static status_t entry_find(const struct model *model, const char *path, int *parent, int *node) {
    char name[2048];
    status_t status = parent_find(model, path, parent, name);
    if (status != STATUS_OK)
        return status;
    *node = child(model, *parent, name);
    return *node < 0 ? STATUS_NOT_FOUND : STATUS_OK;
}

status_t model_remove(struct model *model, uint32_t client, uint64_t token, const char *path,
                      bool directory) {
    int parent;
    uint64_t result;
    if (done_before(model, client, token, &result))
        return STATUS_OK;
    int node;
    status_t status = entry_find(model, path, &parent, &node);
    if (status != STATUS_OK)
        return status;
    if (model->nodes[node].directory != directory)
        return directory ? STATUS_NOT_DIRECTORY : STATUS_IS_DIRECTORY;
    for (int i = 1; i < MODEL_NODES; i++) {
        if (model->nodes[i].used && model->nodes[i].parent == node)
            return STATUS_NOT_EMPTY;
    }
    node_drop(&model->nodes[node]);
    model->nodes[parent].changed = model->now;
    note(model, client, token, 0);
    return STATUS_OK;
}

// What the path of `i` has behind that of `node`; nothing when it is not below.
static size_t below_length(const struct model *model, int i, int node) {
    size_t length = 0;
    for (; i != node && i != 0; i = model->nodes[i].parent)
        length += 1 + strlen(model->nodes[i].name);
    return i == node ? length : 0;
}

status_t model_rename(struct model *model, uint32_t client, uint64_t token, const char *path,
                      const char *target) {
    char new_name[2048];
    int parent, new_parent;
    uint64_t result;
    if (done_before(model, client, token, &result))
        return STATUS_OK;
    int node;
    status_t status = entry_find(model, path, &parent, &node);
    if (status != STATUS_OK)
        return status;
    status = parent_find(model, target, &new_parent, new_name);
    if (status != STATUS_OK)
        return status;
    for (int up = new_parent; up != 0; up = model->nodes[up].parent) {
        if (up == node)
            return STATUS_IN_ITSELF;
    }
    int other = child(model, new_parent, new_name);
    if (other == node)
        return STATUS_OK;
    if (other >= 0 && model->nodes[other].directory)
        return STATUS_EXISTS;
    if (other >= 0 && model->nodes[node].directory)
        return STATUS_NOT_DIRECTORY;
    for (int i = 1; i < MODEL_NODES; i++) {
        if (model->nodes[i].used && strlen(target) + below_length(model, i, node) > PATH_MAX_BYTES)
            return STATUS_BAD_NAME;
    }
    if (other >= 0)
        node_drop(&model->nodes[other]);
    model->nodes[node].parent = new_parent;
    strcpy(model->nodes[node].name, new_name);
    model->nodes[parent].changed = model->now;
    model->nodes[new_parent].changed = model->now;
    note(model, client, token, 0);
    return STATUS_OK;
}

static status_t file_find(struct model *model, uint64_t number, struct model_node **file) {
    int node = model_number(model, number);
    if (node < 0)
        return STATUS_NOT_FOUND;
    *file = &model->nodes[node];
    return (*file)->directory ? STATUS_IS_DIRECTORY : STATUS_OK;
}

status_t model_write(struct model *model, uint32_t client, uint64_t token, uint64_t number, uint64_t offset,
                     const uint8_t *bytes, uint64_t length, uint64_t *at) {
    struct model_node *file;
    status_t status = file_find(model, number, &file);
    if (status != STATUS_OK || done_before(model, client, token, at))
        return status;
    *at = offset == UINT64_MAX ? file->size : offset;
    uint64_t most = model->blocks * MODEL_BLOCK;
    if (length > most || *at > most - length)
        return STATUS_NO_SPACE;
    uint64_t end = *at + length;
    if (length == 0)
        return STATUS_OK;
    if (end > file->size) {
        uint64_t more = blocks_of(end) - blocks_of(file->size);
        if (!allows(model, client, more, 0))
            return STATUS_NO_SPACE;
        if (more > 0)
            client_make(model, client)->shares = true;
        size_set(file, end, client, model->now);
        note(model, client, token, *at);
    }
    memcpy(file->bytes + *at, bytes, length);
    file->changed = model->now;
    return STATUS_OK;
}

status_t model_truncate(struct model *model, uint32_t client, uint64_t number, uint64_t size) {
    struct model_node *file;
    status_t status = file_find(model, number, &file);
    if (status != STATUS_OK)
        return status;
    if (size > model->blocks * MODEL_BLOCK)
        return STATUS_NO_SPACE;
    uint64_t more = blocks_of(max_u64(size, file->size)) - blocks_of(file->size);
    if (!allows(model, client, more, 0))
        return STATUS_NO_SPACE;
    if (more > 0)
        client_make(model, client)->shares = true;
    size_set(file, size, client, model->now);
    return STATUS_OK;
}
