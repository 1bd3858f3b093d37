// SPDX-License-Identifier: MIT
//
// The memory map, the direct map page by page, and the kernel's own image. Source: PROTOCOL.md, "Memory
// Layout at Entry", "Memory Map Feature", "Caching".

#include "console.h"
#include "kernel.h"

#define PAT_WRITE_BACK      0
#define PAT_WRITE_COMBINING 5
#define TOP_HALF            0xffff800000000000ULL

extern const char image_begin[], image_end[];

static bool is_mapped(enum memory_type type) {
    bool always =
        type == USABLE || type == RECLAIMABLE || type == EXECUTABLE_AND_MODULES || type == FRAMEBUFFER;
    bool later = type == RESERVED_MAPPED || type == ACPI_RECLAIMABLE || type == ACPI_NVS;
    return always || (later && revision() >= 4);
}

static bool is_strict(enum memory_type type) {
    return type == USABLE || type == RECLAIMABLE;
}

static void check_order(const struct map_response *map) {
    struct check sorted = {.name = "map-is-sorted"};
    struct check apart = {.name = "map-usable-overlaps-nothing"};
    struct check aligned = {.name = "map-usable-is-page-aligned"};
    struct check types = {.name = "map-types-are-of-the-revision"};
    for (uint64_t i = 0; i < map->count; i++) {
        const struct range *range = map->ranges[i];
        check_that(&types, range->type <= (revision() >= 4 ? RESERVED_MAPPED : FRAMEBUFFER), range->base);
        check_that(&sorted, i == 0 || range->base >= map->ranges[i - 1]->base, range->base);
        if (is_strict(range->type))
            check_that(&aligned, ((range->base | range->length) & (PAGE - 1)) == 0 && range->length > 0,
                       range->base);
        for (uint64_t j = 0; j < i; j++) {
            const struct range *other = map->ranges[j];
            bool overlap =
                range->base < other->base + other->length && other->base < range->base + range->length;
            check_that(&apart, !overlap || (!is_strict(range->type) && !is_strict(other->type)), range->base);
        }
    }
    check_end(&sorted);
    check_end(&apart);
    check_end(&aligned);
    check_end(&types);
}

// Bit 12 of a large page's entry is a caching bit; the mask leaves it out.
static uint64_t frame_of(struct leaf leaf) {
    return leaf.entry & 0x000ffffffffff000ULL & ~((1ULL << leaf.shift) - 1);
}

// Every page that a mapped range touches: present, the right frame, rwx for the supervisor, the right
// caching.
static void check_mapped_range(const struct range *range, struct check *there, struct check *rights,
                               struct check *caching) {
    unsigned wanted = range->type == FRAMEBUFFER ? PAT_WRITE_COMBINING : PAT_WRITE_BACK;
    uint64_t at = range->base & ~(PAGE - 1);
    while (at < range->base + range->length) {
        uint64_t address = (uint64_t)virtual_of(at);
        struct leaf leaf = leaf_at(address);
        uint64_t inside = at & ((1ULL << leaf.shift) - 1);
        check_that(there, leaf.entry != 0 && frame_of(leaf) + inside == at, at);
        if (leaf.entry == 0)
            return;
        check_that(rights, leaf.writable && leaf.executable && !leaf.user, at);
        check_that(caching, leaf.caching == wanted, at);
        at += (1ULL << leaf.shift) - inside;
    }
}

static bool page_is_of_the_map(uint64_t page) {
    const struct map_response *map = answer(&memory_map);
    for (uint64_t i = 0; i < map->count; i++) {
        const struct range *range = map->ranges[i];
        if (is_mapped(range->type) && range->base < page + PAGE && page < range->base + range->length)
            return true;
    }
    return false;
}

// The other direction: what the direct map holds is in a range that belongs there, to the last page.
static void check_nothing_else(void) {
    struct check only = {.name = "direct-map-holds-nothing-else"};
    uint64_t address = (uint64_t)virtual_of(0);
    while (address >= (uint64_t)virtual_of(0) && address < 0xffffffff80000000ULL) {
        struct leaf leaf = leaf_at(address);
        uint64_t next = (address | ((1ULL << leaf.shift) - 1)) + 1;
        for (uint64_t at = address; leaf.entry != 0 && at != next; at += PAGE) {
            uint64_t page = physical_of((void *)at);
            const struct range *range = range_at(page);
            // Whole ranges at a time: pages alone would be a million look-ups.
            if (range != NULL && is_mapped(range->type)) {
                uint64_t end = (range->base + range->length) & ~(PAGE - 1);
                uint64_t left = next - at;
                if (end > page + PAGE)
                    at += (end - page < left ? end - page : left) - PAGE;
                only.tries++;
                continue;
            }
            check_that(&only, page_is_of_the_map(page), page);
        }
        address = next;
    }
    check_end(&only);
}

static void check_direct_map(const struct map_response *map) {
    struct check there = {.name = "direct-map-has-every-page"};
    struct check rights = {.name = "direct-map-is-rwx"};
    struct check caching = {.name = "direct-map-caching"};
    for (uint64_t i = 0; i < map->count; i++)
        if (is_mapped(map->ranges[i]->type))
            check_mapped_range(map->ranges[i], &there, &rights, &caching);
    check_end(&there);
    check_end(&rights);
    check_end(&caching);
    check_nothing_else();
}

static void check_lower_half(void) {
    const uint64_t *root = virtual_of(read_cr3() & 0x000ffffffffff000ULL);
    struct check empty = {.name = "lower-half-is-empty"};
    for (unsigned i = 0; i < 256; i++)
        check_that(&empty, root[i] == 0, i);
    check_end(&empty);
}

static void check_tables_of(uint64_t table, unsigned levels, struct check *where) {
    const uint64_t *entries = virtual_of(table);
    const struct range *range = range_at(table);
    check_that(where, range != NULL && range->type == RECLAIMABLE, table);
    for (unsigned i = 0; i < 512 && levels > 1; i++)
        if ((entries[i] & 1) && (levels > 3 || !(entries[i] & 0x80)))
            check_tables_of(entries[i] & 0x000ffffffffff000ULL, levels - 1, where);
}

static void check_page_tables(void) {
    struct check where = {.name = "page-tables-are-reclaimable"};
    check_tables_of(read_cr3() & 0x000ffffffffff000ULL, read_cr4() & 0x1000 ? 5 : 4, &where);
    check_end(&where);
}

static void check_image_pages(void) {
    const struct address_response *base = answer(&executable_address);
    struct check frames = {.name = "image-is-contiguous"};
    struct check user = {.name = "image-is-supervisor-and-write-back"};
    for (uint64_t at = (uint64_t)image_begin; at < (uint64_t)image_end; at += PAGE) {
        struct leaf leaf = leaf_at(at);
        uint64_t frame = frame_of(leaf) + (at & ((1ULL << leaf.shift) - 1));
        check_that(&frames, leaf.entry != 0 && frame == at - base->virtual_base + base->physical, at);
        check_that(&user, !leaf.user && leaf.caching == PAT_WRITE_BACK, at);
    }
    check_end(&frames);
    check_end(&user);
}

static void check_image(void) {
    static const char constant[] = "constant";
    const struct address_response *base = answer(&executable_address);
    check("image-is-where-it-is-linked", base->virtual_base == (uint64_t)image_begin, base->virtual_base);
    struct leaf text = leaf_at((uint64_t)check_image);
    struct leaf rodata = leaf_at((uint64_t)constant);
    struct leaf data = leaf_at((uint64_t)&unknown);
    check("text-is-r-x", text.executable && !text.writable, text.entry);
    check("rodata-is-r--", !rodata.executable && !rodata.writable, rodata.entry);
    check("data-is-rw-", !data.executable && data.writable, data.entry);
    check_image_pages();
}

static void say_totals(const struct map_response *map) {
    static const char *const names[MEMORY_TYPES] = {"map-usable", "map-reserved", "map-acpi",
                                                    "map-nvs",    "map-bad",      "map-reclaimable",
                                                    "map-kernel", "map-screen",   "map-reserved-mapped"};
    uint64_t totals[MEMORY_TYPES] = {0};
    for (uint64_t i = 0; i < map->count; i++)
        if (map->ranges[i]->type < MEMORY_TYPES)
            totals[map->ranges[i]->type] += map->ranges[i]->length;
    for (unsigned i = 0; i < MEMORY_TYPES; i++)
        fact(names[i], totals[i]);
}

void check_memory(void) {
    const struct map_response *map = answer(&memory_map);
    check("lower-half-and-direct-map-are-apart",
          (uint64_t)virtual_of(0) >= (read_cr4() & 0x1000 ? 0xff00000000000000ULL : TOP_HALF),
          (uint64_t)virtual_of(0));
    check("map-lies-in-reclaimable-memory",
          lies_in(map, sizeof *map, RECLAIMABLE) && lies_in(map->ranges, map->count * 8, RECLAIMABLE), 0);
    check_lower_half();
    check_order(map);
    check_direct_map(map);
    check_page_tables();
    check_image();
    say_totals(map);
}
