// SPDX-License-Identifier: MIT
//
// The kernel's page tables, of four or five levels. Large pages are used wherever alignment and length allow,
// so the direct map of gigabytes costs a few pages. Source: Intel SDM volume 3, 4.5 (4-level and 5-level
// paging), 4.9.2 (PAT and paging); PROTOCOL.md, "Caching": with the PAT as the protocol lays it out, entry 5
// is write-combining.

#include "paging.h"
#include "../../arch.h"
#include "../../config_text.h"
#include "cpu.h"

#define ENTRY_PRESENT   (1ULL << 0)
#define ENTRY_WRITE     (1ULL << 1)
#define ENTRY_PWT       (1ULL << 3)
#define ENTRY_PCD       (1ULL << 4)
#define ENTRY_LARGE     (1ULL << 7)  // in level 2 and 3
#define ENTRY_PAT_4K    (1ULL << 7)  // in level 1
#define ENTRY_PAT_LARGE (1ULL << 12) // in level 2 and 3
#define ENTRY_NX        (1ULL << 63)
#define ENTRY_ADDRESS   0x000ffffffffff000ULL
#define TABLE_ENTRIES   512

// The lowest address of the upper half. Five levels have nine more bits of it.
#define HHDM_BASE_4 0xffff800000000000ULL
#define HHDM_BASE_5 0xff00000000000000ULL
#define MAP_DEVICE  0x100U // beside ARCH_MAP_...: uncached

static unsigned levels = 4;

uint64_t arch_hhdm_base(void) {
    return levels == 5 ? HHDM_BASE_5 : HHDM_BASE_4;
}

unsigned paging_levels(void) {
    return levels;
}

bool arch_paging_named(struct config_text name, uint64_t *mode) {
    *mode = config_text_is(name, "5level") ? 1 : 0;
    return *mode == 1 || config_text_is(name, "4level");
}

bool arch_paging_choose(uint64_t preferred, uint64_t least, uint64_t most, uint64_t *mode) {
    uint64_t available = cpu_has_five_levels() ? 1 : 0;
    most = min_u64(most, available);
    if (least > most)
        return false;
    *mode = max_u64(least, min_u64(preferred, most));
    levels = *mode == 1 ? 5 : 4;
    return true;
}

static struct {
    uint64_t next;
    uint64_t left;
    uint64_t *root;
} pool;

static uint64_t *table_new(void) {
    if (pool.left == 0)
        return nullptr;
    pool.left--;
    uint64_t *table = (uint64_t *)(uintptr_t)pool.next;
    pool.next += PAGE_SIZE;
    return table;
}

uint64_t arch_tables_bound(uint64_t length) {
    // Both ends may need a table of each of the lower levels; in between one level-2 table per GiB and one
    // level-3 table per 512 GiB.
    return 8 + (length >> 30) + (length >> 39);
}

void arch_tables_init(uint64_t base, uint64_t pages) {
    pool.next = base;
    pool.left = pages;
    pool.root = table_new();
}

static unsigned level_shift(unsigned level) {
    return 12 + 9 * (level - 1);
}

static uint64_t entry_flags(unsigned flags, unsigned level) {
    uint64_t entry = ENTRY_PRESENT | (level > 1 ? ENTRY_LARGE : 0);
    if (flags & ARCH_MAP_WRITE)
        entry |= ENTRY_WRITE;
    if (!(flags & ARCH_MAP_EXECUTE) && cpu_has_nx())
        entry |= ENTRY_NX;
    if ((flags & ARCH_MAP_WRITE_COMBINING) && cpu_has_pat())
        entry |= ENTRY_PWT | (level > 1 ? ENTRY_PAT_LARGE : ENTRY_PAT_4K);
    if (flags & MAP_DEVICE)
        entry |= ENTRY_PCD | ENTRY_PWT;
    return entry;
}

// The largest page that can begin here: its level.
static unsigned leaf_level(uint64_t virtual_address, uint64_t physical, uint64_t length) {
    for (unsigned level = cpu_has_gigabyte_pages() ? 3 : 2; level > 1; level--) {
        uint64_t size = 1ULL << level_shift(level);
        if (is_aligned(virtual_address | physical, size) && length >= size)
            return level;
    }
    return 1;
}

// Sets one leaf. *level comes back larger where a larger page covers the place already.
static bool map_leaf(uint64_t virtual_address, uint64_t physical, unsigned flags, unsigned *level) {
    uint64_t *table = pool.root;
    for (unsigned at = levels;; at--) {
        uint64_t *entry = &table[(virtual_address >> level_shift(at)) % TABLE_ENTRIES];
        if (at == *level) {
            if (!(*entry & ENTRY_PRESENT))
                *entry = physical | entry_flags(flags, at);
            return true;
        }
        if ((*entry & ENTRY_PRESENT) && (*entry & ENTRY_LARGE)) {
            *level = at;
            return true;
        }
        if (!(*entry & ENTRY_PRESENT)) {
            uint64_t *below = table_new();
            if (below == nullptr)
                return false;
            *entry = (uint64_t)(uintptr_t)below | ENTRY_PRESENT | ENTRY_WRITE;
        }
        table = (uint64_t *)(uintptr_t)(*entry & ENTRY_ADDRESS);
    }
}

bool arch_map(uint64_t virtual_address, uint64_t physical, uint64_t length, unsigned flags) {
    while (length > 0) {
        unsigned level = leaf_level(virtual_address, physical, length);
        if (!map_leaf(virtual_address, physical, flags, &level))
            return false;
        uint64_t size = 1ULL << level_shift(level);
        uint64_t step = min_u64(length, size - (virtual_address & (size - 1)));
        virtual_address += step;
        physical += step;
        length -= step;
    }
    return true;
}

uint64_t paging_root(void) {
    return (uint64_t)(uintptr_t)pool.root;
}

bool paging_map_device(uint64_t address, uint64_t length) {
    return arch_map(address, address, length, ARCH_MAP_WRITE | MAP_DEVICE);
}
