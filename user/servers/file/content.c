// SPDX-License-Identifier: MIT
//
// See volume.h: the bytes of files.

#include "volume_parts.h"
#include <base/string.h>

// The block at a place of a file's chain, which has it. Remembers where it was, so that going through a file
// does not start at its beginning each time.
static uint64_t block_at(struct volume *volume, const struct volume_node *node, uint64_t index) {
    struct volume_links *links = links_of(volume, node);
    bool use_hint = links->hint_block != 0 && links->hint_index <= index;
    uint64_t at = use_hint ? links->hint_index : 0;
    uint64_t block = use_hint ? links->hint_block : node->first;
    for (; at < index && block != 0; at++)
        block = table_next(volume->table[block]);
    if (block == 0)
        __builtin_trap(); // the chain is as long as the size says
    links->hint_index = index;
    links->hint_block = block;
    return block;
}

static status_t file_get(const struct volume *volume, uint64_t number, struct volume_node **node) {
    *node = node_get(volume, number);
    if (*node == nullptr)
        return STATUS_NOT_FOUND;
    return (*node)->kind == VOLUME_FILE ? STATUS_OK : STATUS_IS_DIRECTORY;
}

status_t volume_span(struct volume *volume, uint64_t number, uint64_t offset, uint64_t length,
                     const void **bytes, uint64_t *count) {
    struct volume_node *node;
    status_t status = file_get(volume, number, &node);
    *count = 0;
    if (status != STATUS_OK || offset >= node->size)
        return status;
    uint64_t wanted = min_u64(length, node->size - offset);
    uint64_t block = block_at(volume, node, offset / FILE_BLOCK_SIZE);
    *bytes = block_bytes(volume, block) + offset % FILE_BLOCK_SIZE;
    *count = min_u64(wanted, FILE_BLOCK_SIZE - offset % FILE_BLOCK_SIZE);
    while (*count < wanted && table_next(volume->table[block]) == block + 1) {
        block++;
        *count += min_u64(wanted - *count, FILE_BLOCK_SIZE);
    }
    return STATUS_OK;
}

// Writes what of [offset, offset + length) lies in the chain that starts with `block`, the file's `index`th.
static void chain_write(struct volume *volume, uint64_t block, uint64_t index, uint64_t offset,
                        const uint8_t *bytes, uint64_t length) {
    const uint64_t end = offset + length;
    for (; block != 0 && index * FILE_BLOCK_SIZE < end; block = table_next(volume->table[block]), index++) {
        uint64_t start = max_u64(offset, index * FILE_BLOCK_SIZE);
        uint64_t stop = min_u64(end, (index + 1) * FILE_BLOCK_SIZE);
        if (start < stop)
            memcpy(block_bytes(volume, block) + start % FILE_BLOCK_SIZE, bytes + (start - offset),
                   stop - start);
    }
}

// Bytes of a file's last block that its end has not reached yet.
static void tail_clear(struct volume *volume, const struct volume_node *node) {
    uint64_t part = node->size % FILE_BLOCK_SIZE;
    if (part != 0)
        memset(block_bytes(volume, block_at(volume, node, node->size / FILE_BLOCK_SIZE)) + part, 0,
               FILE_BLOCK_SIZE - part);
}

// Makes the file longer, with bytes or without; the caller was allowed the blocks.
static void content_grow(struct volume *volume, struct volume_request request, struct volume_node *node,
                         uint64_t size, uint64_t offset, const void *bytes, uint64_t length) {
    const uint64_t have = blocks_for(node->size), grow = blocks_for(size) - have;
    tail_clear(volume, node);
    if (offset / FILE_BLOCK_SIZE < have)
        chain_write(volume, block_at(volume, node, offset / FILE_BLOCK_SIZE), offset / FILE_BLOCK_SIZE,
                    offset, bytes, length);
    if (grow > 0) {
        uint64_t last;
        space_take(volume, request.client, grow, 0);
        const uint64_t first = chain_take(volume, request.client, grow, &last);
        chain_write(volume, first, have, offset, bytes, length);
        uint64_t *end = have > 0 ? &volume->table[block_at(volume, node, have - 1)] : &node->first;
        redo_set(volume, end, have > 0 ? table_entry(table_owner(*end), first) : first);
    }
    redo_set(volume, &node->size, size);
    redo_set(volume, &node->changed, request.now);
    request_note(volume, request, offset);
    redo_commit(volume);
}

status_t volume_write(struct volume *volume, struct volume_request request, uint64_t number, uint64_t offset,
                      const void *bytes, uint64_t length, uint64_t *at) {
    struct volume_node *node;
    status_t status = file_get(volume, number, &node);
    if (status != STATUS_OK)
        return status;
    if (request_done(volume, request, at))
        return STATUS_OK;
    const uint64_t start = offset == FILE_AT_END ? node->size : offset;
    uint64_t end;
    if (ckd_add(&end, start, length) || end > volume->total.blocks * FILE_BLOCK_SIZE)
        return STATUS_NO_SPACE;
    *at = start;
    if (length == 0)
        return STATUS_OK;
    if (end <= node->size) {
        // Nothing else changes, so doing it again does no harm.
        chain_write(volume, block_at(volume, node, start / FILE_BLOCK_SIZE), start / FILE_BLOCK_SIZE, start,
                    bytes, length);
        redo_set(volume, &node->changed, request.now);
        redo_commit(volume);
        return STATUS_OK;
    }
    if (!space_allows(volume, request.client, blocks_for(end) - blocks_for(node->size), 0))
        return STATUS_NO_SPACE;
    content_grow(volume, request, node, end, start, bytes, length);
    return STATUS_OK;
}

void content_cut(struct volume *volume, struct volume_node *node, uint64_t size, uint64_t now) {
    const uint64_t keep = blocks_for(size);
    uint64_t rest = 0;
    if (keep == 0) {
        rest = node->first;
        redo_set(volume, &node->first, 0);
    } else {
        uint64_t *last = &volume->table[block_at(volume, node, keep - 1)];
        rest = table_next(*last);
        redo_set(volume, last, table_entry(table_owner(*last), 0));
    }
    redo_set(volume, &node->size, size);
    redo_set(volume, &node->changed, now);
    redo_commit(volume);
    links_of(volume, node)->hint_block = 0;
    chain_free(volume, rest);
}

status_t volume_truncate(struct volume *volume, struct volume_request request, uint64_t number,
                         uint64_t size) {
    struct volume_node *node;
    status_t status = file_get(volume, number, &node);
    if (status != STATUS_OK)
        return status;
    if (size > volume->total.blocks * FILE_BLOCK_SIZE)
        return STATUS_NO_SPACE;
    if (size <= node->size) {
        content_cut(volume, node, size, request.now);
        return STATUS_OK;
    }
    if (!space_allows(volume, request.client, blocks_for(size) - blocks_for(node->size), 0))
        return STATUS_NO_SPACE;
    request.token = 0;
    content_grow(volume, request, node, size, size, nullptr, 0);
    return STATUS_OK;
}
