// SPDX-License-Identifier: MIT
//
// x86-64: page tables (SDM 3A, 4.5; memory types 11.12). See paging.h for the kernel's space and arch/space.h
// for those of users. Every mapping is either writable or executable. Kernel entries are global. The PAT
// keeps the order that the boot protocol prescribes (WB WT UC- UC WP WC), so no memory type changes under a
// mapping.

#include "paging.h"
#include <arch/memory.h>
#include <arch/space.h>
#include <base/string.h>
#include <base/types.h>
#include <kernel/panic.h>
#include <memory/page.h>
#include "asm.h"

#define PTE_PRESENT  0x001ull
#define PTE_WRITE    0x002ull
#define PTE_USER     0x004ull
#define PTE_THROUGH  0x008ull
#define PTE_UNCACHED 0x010ull
#define PTE_LARGE    0x080ull // in tables of level 2 and 3
#define PTE_PAT      0x080ull // in tables of level 1
#define PTE_GLOBAL   0x100ull
#define PTE_NX       (1ull << 63)
#define PTE_ADDRESS  0x000ffffffffff000ull

#define PAT_ORDER 0x0000010500070406ull

#define ENTRIES      512u
#define USER_ENTRIES 256u
#define ROOT_LEVEL   4u

// Bytes that an entry of a table of this level covers.
#define ENTRY_SHIFT(level) (12 + 9 * ((level) - 1))

#define STACK_SLOT  0x10000ull
#define STACK_SIZE  0x8000ull // of each; the rest of its slot below is guard
#define STACK_SLOTS 4

extern char kernel_text_start[], kernel_text_end[];
extern char kernel_rodata_start[], kernel_rodata_end[];
extern char kernel_data_start[], kernel_data_end[];

// Boot CPU only; unchanged after paging_finish().
static struct {
    uint64_t table_offset; // where tables can be written
    uint64_t next, limit;  // pages are taken downwards
    uint64_t taken_top;
    uint64_t mmio_next;
    uint64_t root;
    bool finished;
} paging;

static uint64_t no_execute(void) {
    return cpu_features.no_execute ? PTE_NX : 0;
}

static uint64_t boot_page_take(void) {
    if (paging.next == paging.limit)
        panic("expected memory for the kernel's page tables, but the largest usable range is used up");
    paging.next -= PAGE_SIZE;
    memset((void *)(paging.table_offset + paging.next), 0, PAGE_SIZE);
    return paging.next;
}

static uint64_t *kernel_table(uint64_t physical) {
    return (uint64_t *)(paging.table_offset + physical);
}

static unsigned entry_index(uint64_t address, unsigned level) {
    return (address >> ENTRY_SHIFT(level)) % ENTRIES;
}

// The entry for the address in the table of the level, tables above it made as needed.
static uint64_t *kernel_entry(uint64_t address, unsigned level) {
    uint64_t *table = kernel_table(paging.root);
    for (unsigned at = ROOT_LEVEL; at > level; at--) {
        uint64_t *entry = &table[entry_index(address, at)];
        if (*entry == 0) {
            ASSERT(!paging.finished);
            *entry = boot_page_take() | PTE_PRESENT | PTE_WRITE;
        }
        ASSERT(at == ROOT_LEVEL || (*entry & PTE_LARGE) == 0);
        table = kernel_table(*entry & PTE_ADDRESS);
    }
    return &table[entry_index(address, level)];
}

// The largest page that fits here.
static unsigned page_level(uint64_t address, uint64_t physical, uint64_t length) {
    for (unsigned level = cpu_features.huge_pages ? 3 : 2; level > 1; level--) {
        uint64_t size = 1ull << ENTRY_SHIFT(level);
        if (is_aligned(address | physical, size) && length >= size)
            return level;
    }
    return 1;
}

static void kernel_map(uint64_t address, uint64_t physical, uint64_t length, uint64_t flags) {
    while (length > 0) {
        unsigned level = page_level(address, physical, length);
        uint64_t size = 1ull << ENTRY_SHIFT(level);
        uint64_t *entry = kernel_entry(address, level);
        ASSERT(*entry == 0);
        *entry = physical | flags | PTE_PRESENT | PTE_GLOBAL | (level > 1 ? PTE_LARGE : 0);
        address += size;
        physical += size;
        length -= size;
    }
}

static void section_map(const char *start, const char *end, uint64_t image_offset, uint64_t flags) {
    uint64_t base = (uint64_t)start;
    for (uint64_t at = base; at < align_up((uint64_t)end, PAGE_SIZE); at += PAGE_SIZE)
        kernel_map(at, at - image_offset, PAGE_SIZE, flags);
}

static void image_map(uint64_t kernel_physical) {
    uint64_t offset = (uint64_t)kernel_text_start - kernel_physical;
    section_map(kernel_text_start, kernel_text_end, offset, 0);
    section_map(kernel_rodata_start, kernel_rodata_end, offset, no_execute());
    section_map(kernel_data_start, kernel_data_end, offset, no_execute() | PTE_WRITE);
}

static void direct_map_build(const struct memory_map *map, const struct boot_parameters *parameters) {
    uint64_t flags = no_execute() | PTE_WRITE;
    for (size_t i = 0; i < map->count; i++) {
        const struct boot_memory *range = &map->ranges[i];
        if (range->kind == BOOT_MEMORY_USABLE || range->kind == BOOT_MEMORY_RECLAIM)
            kernel_map(DIRECT_MAP_BASE + range->base, range->base, range->length, flags);
    }
    uint64_t initrd = parameters->initrd.value;
    kernel_map(DIRECT_MAP_BASE + initrd, initrd, align_up(parameters->initrd_size, PAGE_SIZE), flags);
}

static uint64_t stack_map(unsigned slot) {
    uint64_t top = STACKS_BASE + (slot + 1) * STACK_SLOT;
    for (uint64_t at = top - STACK_SIZE; at < top; at += PAGE_SIZE)
        kernel_map(at, boot_page_take(), PAGE_SIZE, no_execute() | PTE_WRITE);
    return top;
}

uint64_t paging_build(const struct memory_map *map, const struct boot_parameters *parameters,
                      uint64_t loader_offset, uint64_t kernel_physical, struct cpu_stacks *stacks) {
    struct boot_memory *source = memory_map_largest((struct memory_map *)map, BOOT_MEMORY_USABLE);
    paging.table_offset = loader_offset;
    paging.limit = source->base;
    paging.next = paging.taken_top = source->base + source->length;
    paging.mmio_next = MMIO_BASE + PAGE_SIZE; // the first page is the window of physical_read()
    paging.root = boot_page_take();
    image_map(kernel_physical);
    direct_map_build(map, parameters);
    stacks->kernel = stack_map(0);
    stacks->double_fault = stack_map(1);
    stacks->nmi = stack_map(2);
    stacks->machine_check = stack_map(3);
    (void)kernel_entry(MMIO_BASE, 1);
    return paging.root;
}

void paging_switched(void) {
    paging.table_offset = DIRECT_MAP_BASE;
    msr_write(MSR_PAT, PAT_ORDER);
}

// Panics if anything in the kernel's half can be both written and executed.
static void table_verify(uint64_t *table, unsigned level, uint64_t base) {
    for (unsigned i = level == ROOT_LEVEL ? USER_ENTRIES : 0; i < ENTRIES; i++) {
        uint64_t address = base + ((uint64_t)i << ENTRY_SHIFT(level));
        if (table[i] == 0)
            continue;
        if (level > 1 && (table[i] & PTE_LARGE) == 0)
            table_verify(kernel_table(table[i] & PTE_ADDRESS), level - 1, address);
        else if ((table[i] & PTE_WRITE) != 0 && (table[i] & PTE_NX) == 0)
            panic("expected no kernel page that is writable and executable, found one at 0x%lx", address);
    }
}

void paging_finish(struct memory_map *map) {
    memory_map_remove(map, paging.next, paging.taken_top - paging.next);
    *kernel_entry(MMIO_BASE, 1) = 0;
    tlb_flush_page(MMIO_BASE);
    paging.finished = true;
    if (CONFIG_CHECKS && cpu_features.no_execute)
        table_verify(kernel_table(paging.root), ROOT_LEVEL, UINT64_MAX << ENTRY_SHIFT(ROOT_LEVEL + 1));
}

static void *device_map(uint64_t physical, size_t length, uint64_t flags) {
    uint64_t start = align_down(physical, PAGE_SIZE);
    uint64_t bytes = align_up(physical - start + length, PAGE_SIZE);
    uint64_t address = paging.mmio_next;
    if (!range_within(physical, length, cpu_features.physical_limit) ||
        !range_within(address - MMIO_BASE, bytes, MMIO_SIZE))
        panic("expected device memory that the processor can reach, got %zu bytes at 0x%lx", length,
              physical);
    for (uint64_t at = 0; at < bytes; at += PAGE_SIZE)
        kernel_map(address + at, start + at, PAGE_SIZE, no_execute() | PTE_WRITE | flags);
    paging.mmio_next += bytes;
    return (void *)(address + (physical - start));
}

void *mmio_map(uint64_t physical, size_t length) {
    return device_map(physical, length, PTE_UNCACHED | PTE_THROUGH);
}

void *framebuffer_map(uint64_t physical, size_t length) {
    return device_map(physical, length, PTE_PAT | PTE_THROUGH); // entry 5 of the PAT: write combining
}

bool physical_read(uint64_t physical, void *buffer, size_t length) {
    if (!range_within(physical, length, cpu_features.physical_limit))
        return false;
    uint8_t *to = buffer;
    uint64_t *entry = kernel_entry(MMIO_BASE, 1);
    while (length > 0) {
        size_t skip = physical % PAGE_SIZE;
        size_t part = min_u64(length, PAGE_SIZE - skip);
        uint64_t wanted = align_down(physical, PAGE_SIZE) | PTE_PRESENT | no_execute();
        if ((*entry & (PTE_ADDRESS | PTE_PRESENT)) != (wanted & (PTE_ADDRESS | PTE_PRESENT))) {
            *entry = wanted;
            tlb_flush_page(MMIO_BASE);
        }
        memcpy(to, (const void *)(MMIO_BASE + skip), part);
        to += part;
        physical += part;
        length -= part;
    }
    return true;
}

bool paging_stack_bounds(uint64_t address, uint64_t *low, uint64_t *high) {
    // An empty stack's pointer is one past its end.
    uint64_t slot = (address - 1 - STACKS_BASE) / STACK_SLOT;
    if (address <= STACKS_BASE || slot >= STACK_SLOTS)
        return false;
    *high = STACKS_BASE + (slot + 1) * STACK_SLOT;
    *low = *high - STACK_SIZE;
    return address >= *low;
}

bool paging_is_guard(uint64_t address) {
    uint64_t low;
    uint64_t high;
    return address >= STACKS_BASE && address - STACKS_BASE < STACK_SLOTS * STACK_SLOT &&
           !paging_stack_bounds(address + 1, &low, &high);
}

static uint64_t *table_at(uint64_t entry) {
    return direct_map(paddr(entry & PTE_ADDRESS));
}

static uint64_t user_flags(unsigned flags) {
    ASSERT((flags & ARCH_MAP_WRITE) == 0 || (flags & ARCH_MAP_EXECUTE) == 0);
    uint64_t entry = PTE_PRESENT | PTE_USER;
    if ((flags & ARCH_MAP_WRITE) != 0)
        entry |= PTE_WRITE;
    if ((flags & ARCH_MAP_EXECUTE) == 0)
        entry |= no_execute();
    if ((flags & ARCH_MAP_UNCACHED) != 0)
        entry |= PTE_UNCACHED | PTE_THROUGH;
    if ((flags & ARCH_MAP_WRITE_COMBINING) != 0)
        entry |= PTE_PAT | PTE_THROUGH; // entry 5 of the PAT
    return entry;
}

void arch_space_init(struct arch_space *space) {
    uint64_t *root = page_table_alloc();
    memcpy(root + USER_ENTRIES, kernel_table(paging.root) + USER_ENTRIES, USER_ENTRIES * sizeof(*root));
    space->root = direct_map_physical(root);
}

void arch_space_fini(struct arch_space *space) {
    page_table_free(direct_map(space->root));
    space->root = paddr(0);
}

// The lowest table for the address, or nullptr, with *level that of the table that lacks an entry for it.
static uint64_t *table_find(const struct arch_space *space, uint64_t address, unsigned *level) {
    uint64_t *table = direct_map(space->root);
    for (*level = ROOT_LEVEL; *level > 1; (*level)--) {
        uint64_t entry = table[entry_index(address, *level)];
        if (entry == 0)
            return nullptr;
        table = table_at(entry);
    }
    return table;
}

void arch_space_map(struct arch_space *space, uint64_t address, paddr_t page, unsigned flags) {
    uint64_t *table = direct_map(space->root);
    for (unsigned level = ROOT_LEVEL; level > 1; level--) {
        uint64_t *entry = &table[entry_index(address, level)];
        if (*entry == 0)
            *entry = direct_map_physical(page_table_alloc()).value | PTE_PRESENT | PTE_WRITE | PTE_USER;
        table = table_at(*entry);
    }
    table[entry_index(address, 1)] = page.value | user_flags(flags);
}

void arch_space_unmap(struct arch_space *space, uint64_t address, uint64_t pages) {
    uint64_t end = address + pages * PAGE_SIZE;
    while (address < end) {
        unsigned level;
        uint64_t *table = table_find(space, address, &level);
        if (table == nullptr) {
            address = align_down(address, 1ull << ENTRY_SHIFT(level)) + (1ull << ENTRY_SHIFT(level));
            continue;
        }
        do {
            table[entry_index(address, 1)] = 0;
            address += PAGE_SIZE;
        } while (address < end && entry_index(address, 1) != 0);
    }
}

bool arch_space_lookup(const struct arch_space *space, uint64_t address, paddr_t *page, unsigned *flags) {
    unsigned level;
    const uint64_t *table = table_find(space, address, &level);
    uint64_t entry = table == nullptr ? 0 : table[entry_index(address, 1)];
    if (entry == 0)
        return false;
    *page = paddr(entry & PTE_ADDRESS);
    *flags = ((entry & PTE_WRITE) != 0 ? ARCH_MAP_WRITE : 0) | ((entry & PTE_NX) == 0 ? ARCH_MAP_EXECUTE : 0);
    if ((entry & PTE_PAT) != 0)
        *flags |= ARCH_MAP_WRITE_COMBINING;
    else if ((entry & PTE_UNCACHED) != 0)
        *flags |= ARCH_MAP_UNCACHED;
    return true;
}

struct trim {
    struct arch_trim range;
    unsigned most, freed;
};

// Frees tables below this one, which is of the level and starts at base; true when none is left in the range.
static bool table_trim(uint64_t *table, unsigned level, uint64_t base, struct trim *trim) {
    const struct arch_trim *range = &trim->range;
    uint64_t size = 1ull << ENTRY_SHIFT(level);
    uint64_t end = min_u64(range->high, base + ENTRIES * size);
    for (uint64_t low = align_down(max_u64(range->low, base), size); low < end; low += size) {
        uint64_t *entry = &table[entry_index(low, level)];
        if (*entry == 0)
            continue;
        if (level > 2 && !table_trim(table_at(*entry), level - 1, low, trim))
            return false;
        if (low < range->start || low + size > range->end)
            continue;
        if (trim->freed == trim->most)
            return false;
        page_table_free(table_at(*entry));
        *entry = 0;
        trim->freed++;
    }
    return true;
}

bool arch_space_trim(struct arch_space *space, const struct arch_trim *range, unsigned most) {
    struct trim trim = {.range = *range, .most = most};
    bool done = table_trim(direct_map(space->root), ROOT_LEVEL, 0, &trim);
    // Freed tables may still be in the paging-structure caches (SDM 3A, 4.10.4).
    if (trim.freed > 0 && cpu_self()->root == space->root.value)
        cr3_write(space->root.value);
    return done;
}

void arch_space_switch(struct arch_space *space) {
    uint64_t root = space == nullptr ? paging.root : space->root.value;
    struct arch_cpu *cpu = cpu_self();
    if (cpu->root == root)
        return;
    cpu->root = root;
    cr3_write(root);
}

// Above this many pages, forgetting everything costs less.
#define FLUSH_PAGES_MOST 32

void arch_space_flush(struct arch_space *space, uint64_t address, uint64_t pages) {
    if (cpu_self()->root != space->root.value)
        return;
    if (pages > FLUSH_PAGES_MOST) {
        cr3_write(space->root.value);
        return;
    }
    for (uint64_t i = 0; i < pages; i++)
        tlb_flush_page(address + i * PAGE_SIZE);
}
