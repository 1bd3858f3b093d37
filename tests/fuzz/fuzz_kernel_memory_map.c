// SPDX-License-Identifier: MIT
//
// kernel/boot/memory_map.c on arbitrary entries, against a model that is obvious: the addresses at which
// anything begins or ends cut the address space into intervals, and in each interval the entry that promises
// least wins. The first byte of the input chooses the limit; each record of 8 bytes is one entry. The last
// record is also what is removed from the result, and put back as a table.

#include "fuzz.h"
#include <base/types.h>
#include <boot/memory_map.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRIES_MOST = 320, RECORD_SIZE = 8, CLAIMS_MOST = ENTRIES_MOST + 3 };

// What the model knows of an entry: whole pages, cut at the limit; the strongest claim decides.
struct claim {
    uint64_t start, end;
    enum boot_memory_kind kind; // 0: nothing is there
    unsigned strength;
};

static struct memory_map_entry entries[ENTRIES_MOST];
static size_t entry_count;
static struct claim claims[CLAIMS_MOST];
static size_t claim_count;
static uint64_t limit, beyond;
static size_t wrapped;

static struct memory_map_entry source(const void *context, size_t index) {
    fuzz_check(index < entry_count);
    return ((const struct memory_map_entry *)context)[index];
}

// Both numbers are 16 bits shifted anywhere, so that entries touch and overlap often and wrap sometimes.
static struct memory_map_entry entry_make(const uint8_t *record) {
    uint64_t base = (uint64_t)(record[2] | record[3] << 8) << record[1] % 64;
    uint64_t length = (uint64_t)(record[5] | record[6] << 8) << record[4] % 64;
    return (struct memory_map_entry){.base = base ^ (record[7] & 15),
                                     .length = length ^ record[7] >> 4,
                                     .kind = (enum boot_memory_kind)(record[0] % 5)};
}

static bool is_memory(enum boot_memory_kind kind) {
    return kind == BOOT_MEMORY_USABLE || kind == BOOT_MEMORY_RECLAIM;
}

static uint64_t at_most(unsigned __int128 value, uint64_t most) {
    return value < most ? (uint64_t)value : most;
}

static void claim_add(const struct memory_map_entry *entry, unsigned strength) {
    const unsigned __int128 page = PAGE_SIZE, space = (unsigned __int128)1 << 64;
    unsigned __int128 start = entry->base, end = start + entry->length;
    if (entry->length == 0)
        return;
    wrapped += end >= space;
    if (is_memory(entry->kind)) {
        if (end >= space)
            return;
        start = (start + page - 1) / page * page;
        end = end / page * page;
        if (end > limit && end > start)
            beyond += (uint64_t)(end - (start > limit ? start : limit));
    } else {
        start = start / page * page;
        end = (end + page - 1) / page * page;
    }
    if (at_most(start, limit) < at_most(end, limit))
        claims[claim_count++] = (struct claim){
            .start = (uint64_t)start, .end = at_most(end, limit), .kind = entry->kind, .strength = strength};
}

static enum boot_memory_kind model_kind(uint64_t address) {
    const struct claim *best = NULL;
    for (size_t i = 0; i < claim_count; i++)
        if (claims[i].start <= address && address < claims[i].end &&
            (best == NULL || claims[i].strength > best->strength))
            best = &claims[i];
    return best != NULL ? best->kind : 0;
}

static void check_form(struct memory_map *map) {
    uint64_t sums[BOOT_MEMORY_ACPI_NVS + 1] = {0}, largest[BOOT_MEMORY_ACPI_NVS + 1] = {0};
    fuzz_check(map->count <= BOOT_MEMORY_MOST);
    for (size_t i = 0; i < map->count; i++) {
        const struct boot_memory *range = &map->ranges[i], *next = range + 1;
        fuzz_check(range->kind >= BOOT_MEMORY_USABLE && range->kind <= BOOT_MEMORY_ACPI_NVS);
        fuzz_check(range->length > 0 && range->base % PAGE_SIZE == 0 && range->length % PAGE_SIZE == 0);
        fuzz_check(range->base < limit && range->length <= limit - range->base);
        if (i + 1 < map->count)
            fuzz_check(range->base + range->length < next->base ||
                       (range->base + range->length == next->base && range->kind != next->kind));
        sums[range->kind] += range->length;
        if (range->length > largest[range->kind])
            largest[range->kind] = range->length;
    }
    for (unsigned kind = BOOT_MEMORY_USABLE; kind <= BOOT_MEMORY_ACPI_NVS; kind++) {
        const struct boot_memory *range = memory_map_largest(map, (enum boot_memory_kind)kind);
        fuzz_check(memory_map_bytes(map, (enum boot_memory_kind)kind) == sums[kind]);
        fuzz_check((range != NULL ? range->length : 0) == largest[kind]);
    }
}

static int address_compare(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

// Only what the map says it dropped may be missing, and nothing may be there that the model does not have.
static void check_against_model(const struct memory_map *map) {
    static uint64_t edges[2 * CLAIMS_MOST];
    size_t count = 0, at = 0;
    uint64_t found = 0, missing = 0, all = 0;
    for (size_t i = 0; i < claim_count; i++) {
        edges[count++] = claims[i].start;
        edges[count++] = claims[i].end;
    }
    qsort(edges, count, sizeof(edges[0]), address_compare);
    for (size_t i = 0; i + 1 < count; i++) {
        uint64_t length = edges[i + 1] - edges[i];
        if (length == 0)
            continue;
        while (at < map->count && map->ranges[at].base + map->ranges[at].length <= edges[i])
            at++;
        const struct boot_memory *range = at < map->count ? &map->ranges[at] : NULL;
        bool there = range != NULL && range->base <= edges[i];
        enum boot_memory_kind kind = model_kind(edges[i]);
        fuzz_check(i % 8 != 0 || memory_map_covers(map, edges[i]) == there);
        fuzz_check(!there || (range->kind == kind && range->base + range->length >= edges[i + 1]));
        found += there ? length : 0;
        missing += !there && kind != 0 ? length : 0;
    }
    for (size_t i = 0; i < map->count; i++)
        all += map->ranges[i].length;
    fuzz_check(found == all && missing <= map->dropped_bytes);
}

static void check_edit(struct memory_map *map, const struct memory_map_entry *last) {
    struct memory_map_entry hole = {.base = last->base, .length = last->length};
    size_t before = claim_count;
    memory_map_remove(map, hole.base, hole.length);
    claim_add(&hole, 6);
    check_form(map);
    check_against_model(map);
    if (claim_count == before)
        return;
    struct claim back = claims[before];
    back.kind = BOOT_MEMORY_ACPI;
    back.strength = 7;
    memory_map_insert(map, back.start, back.end - back.start, back.kind);
    claims[claim_count++] = back;
    check_form(map);
    check_against_model(map);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static const unsigned shifts[] = {24, 32, 40, 52, 63};
    // The kinds in the order of how little they promise.
    static const unsigned strengths[] = {5, 1, 2, 3, 4};
    static const struct memory_map_entry page_zero = {.base = 0, .length = PAGE_SIZE};
    static struct memory_map map;
    if (size == 0)
        return 0;
    limit = 1ull << shifts[bytes[0] % array_length(shifts)];
    wrapped = claim_count = entry_count = 0;
    beyond = 0;
    for (size_t at = 1; at + RECORD_SIZE <= size && entry_count < ENTRIES_MOST; at += RECORD_SIZE) {
        entries[entry_count] = entry_make(bytes + at);
        claim_add(&entries[entry_count], strengths[entries[entry_count].kind]);
        entry_count++;
    }
    enum memory_map_error error = memory_map_digest(&map, source, entries, entry_count, limit);
    claim_add(&page_zero, 5);
    fuzz_check((error == MEMORY_MAP_EMPTY) == (entry_count == 0));
    fuzz_check((error == MEMORY_MAP_OK) == (memory_map_bytes(&map, BOOT_MEMORY_USABLE) > 0));
    fuzz_check(entry_count == 0 || (map.wrapped == wrapped && map.beyond_bytes == beyond));
    check_form(&map);
    check_against_model(&map);
    if (entry_count > 0)
        check_edit(&map, &entries[entry_count - 1]);
    return 0;
}
