// SPDX-License-Identifier: MIT
//
// See volume.h: layout, the redo list, the examination of what a dead server left, blocks and their chains.

#include "volume_parts.h"
#include <base/string.h>
#include <stdatomic.h>
#include <user/heap.h>

#define VOLUME_MAGIC 0x31656d756c6f5654ULL
// More than a million new files a second for a year.
#define SERIAL_LIMIT (1ULL << 45)

// ---- changes that count together

// The server may end between any two instructions, and its successor sees its stores in their order; so it is
// enough that the compiler keeps that order.
static void in_order(void) {
    atomic_signal_fence(memory_order_seq_cst);
}

void redo_set(struct volume *volume, uint64_t *field, uint64_t value) {
    if (volume->redo_pending == VOLUME_REDO)
        __builtin_trap();
    volume->head->redo[volume->redo_pending++] =
        (struct volume_redo){(uint64_t)((uint8_t *)field - volume->memory), value};
}

static void redo_apply(struct volume *volume) {
    for (uint64_t i = 0; i < volume->head->redo_count; i++) {
        const struct volume_redo *redo = &volume->head->redo[i];
        *(uint64_t *)(void *)(volume->memory + redo->offset) = redo->value;
    }
    in_order();
    volume->head->redo_count = 0;
    in_order();
}

void redo_commit(struct volume *volume) {
    in_order();
    volume->head->redo_count = volume->redo_pending;
    in_order();
    volume->redo_pending = 0;
    redo_apply(volume);
}

// Whether it names a field of the region, and none of the redo list itself.
static bool redo_is_sound(const struct volume_redo *redo, uint64_t size) {
    return redo->offset % 8 == 0 && range_within(redo->offset, 8, size) &&
           (redo->offset < offsetof(struct volume_head, redo_count) ||
            redo->offset >= sizeof(struct volume_head));
}

// What a dead server had begun is done again.
static bool redo_finish(struct volume *volume) {
    struct volume_head *head = volume->head;
    bool sound = head->redo_count <= VOLUME_REDO;
    for (uint64_t i = 0; sound && i < head->redo_count; i++)
        sound = redo_is_sound(&head->redo[i], head->size);
    if (!sound)
        head->redo_count = 0;
    redo_apply(volume);
    return sound;
}

// ---- blocks

static uint64_t block_take(struct volume *volume) {
    for (uint64_t i = 0; i < volume->total.blocks; i++) {
        uint64_t block = volume->next_block;
        volume->next_block = block == volume->total.blocks ? 1 : block + 1;
        if (!volume->used[block]) {
            volume->used[block] = true;
            return block;
        }
    }
    __builtin_trap(); // the accounts said that there is one
}

uint64_t chain_take(struct volume *volume, uint32_t owner, uint64_t count, uint64_t *last) {
    uint64_t first = 0, before = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t block = block_take(volume);
        memset(block_bytes(volume, block), 0, FILE_BLOCK_SIZE);
        volume->table[block] = table_entry(owner, 0);
        if (before != 0) {
            volume->table[before] = table_entry(owner, block);
        } else {
            first = block;
        }
        before = block;
    }
    *last = before;
    return first;
}

void chain_free(struct volume *volume, uint64_t first) {
    for (uint64_t block = first; block != 0; block = table_next(volume->table[block])) {
        use_of(volume, table_owner(volume->table[block]))->blocks--;
        volume->used[block] = false;
    }
}

// ---- nodes

struct volume_node *node_get(const struct volume *volume, uint64_t number) {
    uint64_t slot = number & ((1ULL << VOLUME_SLOT_BITS) - 1);
    struct volume_node *node = &volume->nodes[slot < volume->node_count ? slot : 0];
    return number != 0 && node->number == number ? node : nullptr;
}

bool name_is_valid(const char *name, size_t length) {
    bool dots = (length == 1 && name[0] == '.') || (length == 2 && name[0] == '.' && name[1] == '.');
    return length > 0 && length <= FILE_NAME_MAX && !dots && memchr(name, '/', length) == nullptr &&
           memchr(name, 0, length) == nullptr;
}

// ---- the examination

// Divides the region; false when it is too small. A fixed function of the size.
static bool layout(struct volume *volume, void *memory, size_t size) {
    uint64_t pages = size / FILE_BLOCK_SIZE;
    uint64_t nodes = min_u64(pages, 1ULL << VOLUME_SLOT_BITS);
    uint64_t clients_at = align_up(sizeof(struct volume_head), FILE_BLOCK_SIZE);
    uint64_t nodes_at = align_up(clients_at + VOLUME_CLIENTS * sizeof(struct volume_client), FILE_BLOCK_SIZE);
    uint64_t table_at = align_up(nodes_at + nodes * sizeof(struct volume_node), FILE_BLOCK_SIZE);
    uint64_t blocks_at = align_up(table_at + (pages + 1) * sizeof(uint64_t), FILE_BLOCK_SIZE);
    if (size < VOLUME_SIZE_MIN || size / FILE_BLOCK_SIZE > UINT32_MAX || blocks_at >= pages * FILE_BLOCK_SIZE)
        return false;
    uint8_t *bytes = memory;
    *volume = (struct volume){.memory = bytes, .node_count = nodes, .next_block = 1, .next_slot = 1};
    volume->head = memory;
    volume->clients = (void *)(bytes + clients_at);
    volume->nodes = (void *)(bytes + nodes_at);
    volume->table = (void *)(bytes + table_at);
    volume->blocks = bytes + blocks_at;
    volume->total = (struct volume_use){pages - blocks_at / FILE_BLOCK_SIZE, nodes - 1};
    return true;
}

static void format(struct volume *volume, uint64_t size, uint64_t first_serial) {
    volume->head->magic = 0;
    in_order();
    memset(volume->memory + sizeof(volume->head->magic), 0,
           (size_t)(volume->blocks - volume->memory) - sizeof(volume->head->magic));
    volume->head->size = size;
    volume->head->last_serial = max_u64(first_serial, 1);
    in_order();
    volume->head->magic = VOLUME_MAGIC;
}

static bool node_is_sound(const struct volume *volume, const struct volume_node *node) {
    uint64_t slot = (uint64_t)(node - volume->nodes);
    bool plain = node->kind == VOLUME_FILE && node->size <= volume->total.blocks * FILE_BLOCK_SIZE;
    bool directory = node->kind == VOLUME_DIRECTORY && node->size == 0 && node->first == 0;
    return (node->number & ((1ULL << VOLUME_SLOT_BITS) - 1)) == slot &&
           node->number >> VOLUME_SLOT_BITS <= volume->head->last_serial && (plain || directory) &&
           node->owner <= UINT32_MAX && node->name_length <= FILE_NAME_MAX &&
           name_is_valid(node_name(node), node->name_length);
}

// Whether the way up from a node ends at the root.
static bool node_is_reached(const struct volume *volume, const struct volume_node *node) {
    const struct volume_node *up = node;
    for (uint64_t steps = 0; steps < volume->node_count; steps++) {
        up = node_get(volume, up->parent);
        if (up == nullptr || up->kind != VOLUME_DIRECTORY)
            return false;
        if (up == volume->nodes)
            return true;
    }
    return false;
}

// Takes the blocks of a node that are there and in no other, as many as its size needs; false when the file
// had to be made shorter.
static bool chain_check(struct volume *volume, struct volume_node *node) {
    const uint64_t wanted = blocks_for(node->size);
    uint64_t block = node->first, before = 0, found = 0;
    while (found < wanted && block > 0 && block <= volume->total.blocks && !volume->used[block]) {
        volume->used[block] = true;
        use_of(volume, table_owner(volume->table[block]))->blocks++;
        before = block;
        block = table_next(volume->table[block]);
        found++;
    }
    if (before == 0) {
        node->first = 0;
    } else {
        volume->table[before] = table_entry(table_owner(volume->table[before]), 0);
    }
    if (found == wanted)
        return true;
    node->size = found * FILE_BLOCK_SIZE;
    return false;
}

static void root_set(struct volume *volume) {
    volume->nodes[0] = (struct volume_node){.number = VOLUME_ROOT,
                                            .parent = VOLUME_ROOT,
                                            .kind = VOLUME_DIRECTORY,
                                            .changed = volume->nodes[0].changed};
}

static size_t nodes_drop_unsound(struct volume *volume) {
    size_t dropped = 0;
    for (uint64_t slot = 1; slot < volume->node_count; slot++) {
        struct volume_node *node = &volume->nodes[slot];
        if (node->number == 0)
            continue;
        if (node_is_sound(volume, node) &&
            child_find(volume, node->parent, node_name(node), node->name_length) == nullptr) {
            node_link(volume, node);
        } else {
            node->number = 0;
            dropped++;
        }
    }
    return dropped;
}

// Only when all names are known to be sound is it known who hangs under whom.
static size_t nodes_drop_unreached(struct volume *volume) {
    size_t dropped = 0;
    for (uint64_t slot = 1; slot < volume->node_count; slot++) {
        struct volume_node *node = &volume->nodes[slot];
        if (node->number == 0 || node_is_reached(volume, node))
            continue;
        node_unlink(volume, node);
        node->number = 0;
        dropped++;
    }
    return dropped;
}

// Clients are not worth a report: what they made stays, and counts for the pot.
static void clients_drop_unsound(struct volume *volume) {
    for (size_t i = 0; i < VOLUME_CLIENTS; i++) {
        struct volume_client *client = &volume->clients[i];
        if (client->process > UINT32_MAX || client_find(volume, (uint32_t)client->process) != i)
            client->process = 0;
        client->order = min_u64(client->order, volume->head->last_order);
    }
}

static size_t examine(struct volume *volume) {
    root_set(volume);
    clients_drop_unsound(volume);
    size_t dropped = nodes_drop_unsound(volume) + nodes_drop_unreached(volume);
    for (uint64_t slot = 1; slot < volume->node_count; slot++) {
        struct volume_node *node = &volume->nodes[slot];
        if (node->number == 0)
            continue;
        use_of(volume, (uint32_t)node->owner)->names++;
        dropped += !chain_check(volume, node);
    }
    return dropped;
}

status_t volume_open(struct volume *volume, void *memory, size_t size, uint64_t first_serial,
                     struct volume_report *report) {
    *report = (struct volume_report){};
    if (!layout(volume, memory, size))
        return STATUS_NO_SPACE;
    volume->used = heap_allocate_zeroed((volume->total.blocks + 1) * sizeof(*volume->used));
    volume->links = heap_allocate_zeroed(volume->node_count * sizeof(*volume->links));
    if (volume->used == nullptr || volume->links == nullptr)
        return STATUS_NO_SPACE;
    for (uint64_t slot = 0; slot < volume->node_count; slot++)
        volume->links[slot].node = &volume->nodes[slot];
    const bool found = volume->head->magic == VOLUME_MAGIC && volume->head->size == size;
    report->dropped = found && !redo_finish(volume) ? 1 : 0;
    report->formatted = !found || volume->head->last_serial >= SERIAL_LIMIT;
    if (report->formatted)
        format(volume, size, first_serial);
    report->dropped += examine(volume);
    return STATUS_OK;
}
