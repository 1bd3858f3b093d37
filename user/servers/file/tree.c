// SPDX-License-Identifier: MIT
//
// See volume.h: names and directories.

#include "volume_parts.h"
#include <base/string.h>
#include <user/path.h>

// ---- the two trees

static int order_u64(uint64_t a, uint64_t b) {
    return a < b ? -1 : a > b;
}

// (parent, name) of a node against the same of another, or of one that is looked for.
static int order_name(const struct volume_node *node, uint64_t parent, const char *name, size_t length) {
    int order = order_u64(node->parent, parent);
    if (order == 0)
        order = memcmp(node_name(node), name, min_u64(node->name_length, length));
    return order != 0 ? order : order_u64(node->name_length, length);
}

static const struct volume_node *of_name(const struct avl_node *node) {
    return avl_entry(node, struct volume_links, by_name)->node;
}

static const struct volume_node *of_number(const struct avl_node *node) {
    return avl_entry(node, struct volume_links, by_number)->node;
}

static bool name_before(const struct avl_node *a, const struct avl_node *b) {
    const struct volume_node *other = of_name(b);
    return order_name(of_name(a), other->parent, node_name(other), other->name_length) < 0;
}

static int order_number(const struct volume_node *node, uint64_t parent, uint64_t number) {
    int order = order_u64(node->parent, parent);
    return order != 0 ? order : order_u64(node->number, number);
}

static bool number_before(const struct avl_node *a, const struct avl_node *b) {
    const struct volume_node *other = of_number(b);
    return order_number(of_number(a), other->parent, other->number) < 0;
}

void node_link(struct volume *volume, struct volume_node *node) {
    struct volume_links *links = links_of(volume, node);
    avl_insert(&volume->names, &links->by_name, name_before);
    avl_insert(&volume->numbers, &links->by_number, number_before);
    links->hint_block = 0;
}

void node_unlink(struct volume *volume, struct volume_node *node) {
    struct volume_links *links = links_of(volume, node);
    avl_remove(&volume->names, &links->by_name);
    avl_remove(&volume->numbers, &links->by_number);
}

const struct volume_node *child_find(const struct volume *volume, uint64_t parent, const char *name,
                                     size_t length) {
    const struct avl_node *at = volume->names.root;
    while (at != nullptr) {
        int order = order_name(of_name(at), parent, name, length);
        if (order == 0)
            return of_name(at);
        at = at->child[order < 0];
    }
    return nullptr;
}

// The child with the lowest number above `position`.
static const struct volume_node *child_after(const struct volume *volume, uint64_t parent,
                                             uint64_t position) {
    const struct volume_node *best = nullptr;
    const struct avl_node *at = volume->numbers.root;
    while (at != nullptr) {
        bool above = order_number(of_number(at), parent, position) > 0;
        if (above)
            best = of_number(at);
        at = at->child[!above];
    }
    return best != nullptr && best->parent == parent ? best : nullptr;
}

// ---- looking

static struct volume_node *writable(const struct volume *volume, const struct volume_node *node) {
    return &volume->nodes[node - volume->nodes];
}

// The node of a path. NOT_FOUND, NOT_DIRECTORY.
static status_t walk(const struct volume *volume, const char *path, size_t length,
                     struct volume_node **found) {
    const struct volume_node *node = &volume->nodes[0];
    while (length > 0) {
        const char *slash = memchr(path, '/', length);
        size_t part = slash != nullptr ? (size_t)(slash - path) : length;
        if (node->kind != VOLUME_DIRECTORY)
            return STATUS_NOT_DIRECTORY;
        node = child_find(volume, node->number, path, part);
        if (node == nullptr)
            return STATUS_NOT_FOUND;
        size_t step = part + (slash != nullptr);
        path += step;
        length -= step;
    }
    *found = writable(volume, node);
    return STATUS_OK;
}

// A path split: its directory, which exists, the name in it, and the node of that name, if any.
struct place {
    struct volume_node *parent;
    size_t length; // of the path
    const char *name;
    size_t name_length;
    struct volume_node *node;
};

// READ_ONLY for the root itself, which has no name here.
static status_t place_find(const struct volume *volume, const char *path, size_t length,
                           struct place *place) {
    if (length == 0)
        return STATUS_READ_ONLY;
    size_t parent = path_parent(path, length);
    size_t name = parent > 0 ? parent + 1 : 0;
    place->length = length;
    place->name = path + name;
    place->name_length = length - name;
    status_t status = walk(volume, path, parent, &place->parent);
    if (status != STATUS_OK)
        return status;
    if (place->parent->kind != VOLUME_DIRECTORY)
        return STATUS_NOT_DIRECTORY;
    const struct volume_node *node =
        child_find(volume, place->parent->number, place->name, place->name_length);
    place->node = node != nullptr ? writable(volume, node) : nullptr;
    return STATUS_OK;
}

static void entry_fill(const struct volume_node *node, struct volume_entry *entry) {
    *entry = (struct volume_entry){.number = node->number,
                                   .size = node->size,
                                   .changed = node->changed,
                                   .is_directory = node->kind == VOLUME_DIRECTORY,
                                   .name = node_name(node),
                                   .name_length = node->name_length};
}

status_t volume_find(const struct volume *volume, const char *path, size_t length, uint64_t *number) {
    struct volume_node *node;
    status_t status = walk(volume, path, length, &node);
    if (status == STATUS_OK)
        *number = node->number;
    return status;
}

status_t volume_entry(const struct volume *volume, uint64_t number, struct volume_entry *entry) {
    const struct volume_node *node = node_get(volume, number);
    if (node == nullptr)
        return STATUS_NOT_FOUND;
    entry_fill(node, entry);
    return STATUS_OK;
}

status_t volume_next(const struct volume *volume, uint64_t directory, uint64_t position,
                     struct volume_entry *entry) {
    const struct volume_node *node = node_get(volume, directory);
    if (node == nullptr)
        return STATUS_NOT_FOUND;
    if (node->kind != VOLUME_DIRECTORY)
        return STATUS_NOT_DIRECTORY;
    const struct volume_node *child = child_after(volume, directory, position);
    if (child == nullptr)
        return STATUS_NOTHING_LEFT;
    entry_fill(child, entry);
    return STATUS_OK;
}

// ---- changing

static struct volume_node *slot_find(struct volume *volume) {
    __builtin_assume(volume->nodes != nullptr); // the analyzer cannot know it from volume_open()
    for (uint64_t i = 1; i < volume->node_count; i++) {
        struct volume_node *node = &volume->nodes[volume->next_slot];
        volume->next_slot = volume->next_slot + 1 == volume->node_count ? 1 : volume->next_slot + 1;
        if (node->number == 0)
            return node;
    }
    __builtin_trap(); // the accounts said that there is one
}

static status_t node_create(struct volume *volume, struct volume_request request, const struct place *place,
                            uint64_t kind, uint64_t *number) {
    if (place->length > VOLUME_PATH_MAX)
        return STATUS_BAD_NAME;
    if (!space_allows(volume, request.client, 0, 1))
        return STATUS_NO_SPACE;
    struct volume_node *node = slot_find(volume);
    uint64_t serial = volume->head->last_serial + 1;
    uint64_t new_number = serial << VOLUME_SLOT_BITS | (uint64_t)(node - volume->nodes);
    *node = (struct volume_node){.parent = place->parent->number,
                                 .kind = kind,
                                 .owner = request.client,
                                 .changed = request.now,
                                 .name_length = place->name_length};
    memcpy(node->name, place->name, place->name_length);
    space_take(volume, request.client, 0, 1);
    redo_set(volume, &node->number, new_number);
    redo_set(volume, &volume->head->last_serial, serial);
    redo_set(volume, &place->parent->changed, request.now);
    request_note(volume, request, new_number);
    redo_commit(volume);
    node_link(volume, node);
    *number = new_number;
    return STATUS_OK;
}

// What exists under the name of a request to create.
static status_t node_reuse(struct volume *volume, struct volume_request request, struct volume_node *node,
                           enum file_create kind, uint64_t *number) {
    if (kind == FILE_CREATE_NEW || kind == FILE_CREATE_DIRECTORY)
        return STATUS_EXISTS;
    if (node->kind == VOLUME_DIRECTORY)
        return STATUS_IS_DIRECTORY;
    if (kind == FILE_CREATE_EMPTY)
        content_cut(volume, node, 0, request.now);
    *number = node->number;
    return STATUS_OK;
}

status_t volume_create(struct volume *volume, struct volume_request request, const char *path, size_t length,
                       enum file_create kind, uint64_t *number) {
    if (request_done(volume, request, number))
        return STATUS_OK;
    if (length == 0)
        return node_reuse(volume, request, &volume->nodes[0], kind, number);
    struct place place;
    status_t status = place_find(volume, path, length, &place);
    if (status != STATUS_OK)
        return status;
    if (place.node != nullptr)
        return node_reuse(volume, request, place.node, kind, number);
    return node_create(volume, request, &place,
                       kind == FILE_CREATE_DIRECTORY ? VOLUME_DIRECTORY : VOLUME_FILE, number);
}

// After the change that made its number 0: what it held is free.
static void node_gone(struct volume *volume, struct volume_node *node) {
    use_of(volume, (uint32_t)node->owner)->names--;
    chain_free(volume, node->first);
}

status_t volume_remove(struct volume *volume, struct volume_request request, const char *path, size_t length,
                       bool directory) {
    uint64_t done;
    if (request_done(volume, request, &done))
        return STATUS_OK;
    struct place place;
    status_t status = place_find(volume, path, length, &place);
    if (status != STATUS_OK)
        return status;
    struct volume_node *node = place.node;
    if (node == nullptr)
        return STATUS_NOT_FOUND;
    if (directory && node->kind != VOLUME_DIRECTORY)
        return STATUS_NOT_DIRECTORY;
    if (!directory && node->kind == VOLUME_DIRECTORY)
        return STATUS_IS_DIRECTORY;
    if (child_after(volume, node->number, 0) != nullptr)
        return STATUS_NOT_EMPTY;
    node_unlink(volume, node);
    redo_set(volume, &node->number, 0);
    redo_set(volume, &place.parent->changed, request.now);
    request_note(volume, request, 0);
    redo_commit(volume);
    node_gone(volume, node);
    return STATUS_OK;
}

// Whether a node is a directory or stands below it.
static bool is_within(const struct volume *volume, const struct volume_node *node,
                      const struct volume_node *directory) {
    while (node != directory && node != &volume->nodes[0])
        node = node_get(volume, node->parent);
    return node == directory;
}

// How much longer than a node's own path those below it get.
static uint64_t longest_below(const struct volume *volume, const struct volume_node *node) {
    uint64_t longest = 0;
    for (uint64_t slot = 1; node->kind == VOLUME_DIRECTORY && slot < volume->node_count; slot++) {
        const struct volume_node *up = &volume->nodes[slot];
        uint64_t length = 0;
        if (up->number == 0)
            continue;
        for (; up != node && up != &volume->nodes[0]; up = node_get(volume, up->parent))
            length += up->name_length + 1;
        if (up == node)
            longest = max_u64(longest, length);
    }
    return longest;
}

static status_t rename_check(const struct volume *volume, const struct place *from, const struct place *to) {
    if (from->node == nullptr)
        return STATUS_NOT_FOUND;
    if (is_within(volume, to->parent, from->node))
        return STATUS_IN_ITSELF;
    if (to->node == from->node)
        return STATUS_OK;
    if (to->node != nullptr && to->node->kind == VOLUME_DIRECTORY)
        return STATUS_EXISTS;
    if (to->node != nullptr && from->node->kind == VOLUME_DIRECTORY)
        return STATUS_NOT_DIRECTORY;
    return to->length + longest_below(volume, from->node) <= VOLUME_PATH_MAX ? STATUS_OK : STATUS_BAD_NAME;
}

static void name_set(struct volume *volume, struct volume_node *node, const struct place *to) {
    uint64_t name[VOLUME_NAME_ROOM / 8] = {};
    memcpy(name, to->name, to->name_length);
    redo_set(volume, &node->parent, to->parent->number);
    redo_set(volume, &node->name_length, to->name_length);
    for (size_t i = 0; i < array_length(name); i++)
        redo_set(volume, &node->name[i], name[i]);
}

status_t volume_rename(struct volume *volume, struct volume_request request, const char *path, size_t length,
                       const char *target, size_t target_length) {
    uint64_t done;
    if (request_done(volume, request, &done))
        return STATUS_OK;
    struct place from, to;
    status_t status = place_find(volume, path, length, &from);
    if (status == STATUS_OK && from.node == nullptr)
        status = STATUS_NOT_FOUND;
    if (status == STATUS_OK)
        status = place_find(volume, target, target_length, &to);
    if (status == STATUS_OK)
        status = rename_check(volume, &from, &to);
    if (status != STATUS_OK || to.node == from.node)
        return status;
    node_unlink(volume, from.node);
    if (to.node != nullptr) {
        node_unlink(volume, to.node);
        redo_set(volume, &to.node->number, 0);
    }
    name_set(volume, from.node, &to);
    redo_set(volume, &from.parent->changed, request.now);
    redo_set(volume, &to.parent->changed, request.now);
    request_note(volume, request, 0);
    redo_commit(volume);
    node_link(volume, from.node);
    if (to.node != nullptr)
        node_gone(volume, to.node);
    return STATUS_OK;
}
