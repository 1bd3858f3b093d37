// SPDX-License-Identifier: MIT
//
// Host: page tables, and a small TLB for each CPU. The tables are pages from page_table_alloc(), so what the
// portable side pays for is what is used. The TLB keeps what an access found until it is flushed, and each
// exit to user mode checks that it holds nothing that the tables do not allow any more: a missing flush is
// found at once.
//
// Entries are read by host_access() without a lock, as a processor does; hence atomic.
#include <arch/memory.h>
#include <arch/space.h>
#include <string.h>
#include "machine.h"
#include "memory/page.h"

#define ENTRY_PRESENT 0x800ull
#define ENTRY_FLAGS   0xfffull
#define ROOT_LEVEL    (ARCH_TABLE_LEVELS + 1)
#define ENTRIES       512

typedef _Atomic uint64_t entry_t;

static entry_t *table_at(uint64_t physical) {
    return direct_map(paddr(physical & ~ENTRY_FLAGS));
}

static uint64_t entry_read(const entry_t *entry) {
    return atomic_load_explicit(entry, memory_order_relaxed);
}

static void entry_write(entry_t *entry, uint64_t value) {
    atomic_store_explicit(entry, value, memory_order_relaxed);
}

static uint64_t level_bytes(unsigned level) {
    return 1ull << ARCH_TABLE_SHIFT(level);
}

static unsigned level_index(uint64_t address, unsigned level) {
    return (unsigned)(address >> ARCH_TABLE_SHIFT(level - 1)) % ENTRIES;
}

// The entry of the page, through the tables that exist; nullptr: a table is missing, and *skip is the first
// address that it does not cover.
static entry_t *entry_find(const struct arch_space *space, uint64_t address, uint64_t *skip) {
    entry_t *table = table_at(space->root.value);
    for (unsigned level = ROOT_LEVEL; level > 1; level--) {
        uint64_t entry = entry_read(&table[level_index(address, level)]);
        if (entry == 0) {
            *skip = (address | (level_bytes(level - 1) - 1)) + 1;
            return nullptr;
        }
        table = table_at(entry);
    }
    *skip = address + PAGE_SIZE;
    return &table[level_index(address, 1)];
}

void arch_space_init(struct arch_space *space) {
    space->root = direct_map_physical(page_table_alloc());
}

void arch_space_fini(struct arch_space *space) {
    entry_t *root = table_at(space->root.value);
    for (unsigned i = 0; i < ENTRIES; i++)
        ASSERT(entry_read(&root[i]) == 0);
    ASSERT(host_cpu_self()->space != space);
    page_table_free(root);
    space->root = paddr(0);
}

void arch_space_map(struct arch_space *space, uint64_t address, paddr_t page, unsigned flags) {
    entry_t *table = table_at(space->root.value);
    ASSERT(address % PAGE_SIZE == 0 && page.value % PAGE_SIZE == 0);
    for (unsigned level = ROOT_LEVEL; level > 1; level--) {
        entry_t *entry = &table[level_index(address, level)];
        if (entry_read(entry) == 0)
            entry_write(entry, direct_map_physical(page_table_alloc()).value | ENTRY_PRESENT);
        table = table_at(entry_read(entry));
    }
    entry_write(&table[level_index(address, 1)], page.value | flags | ENTRY_PRESENT);
}

void arch_space_unmap(struct arch_space *space, uint64_t address, uint64_t pages) {
    uint64_t end = address + pages * PAGE_SIZE, skip;
    for (; address < end; address = skip) {
        entry_t *entry = entry_find(space, address, &skip);
        if (entry != nullptr)
            entry_write(entry, 0);
    }
}

static bool table_is_clear(const entry_t *table) {
    for (unsigned i = 0; i < ENTRIES; i++)
        if (entry_read(&table[i]) != 0)
            return false;
    return true;
}

struct trim {
    struct arch_trim range;
    unsigned left;
};

// Frees what can go below one table, which covers addresses from `base`.
static void table_trim(entry_t *table, unsigned level, uint64_t base, struct trim *trim) {
    uint64_t step = level_bytes(level - 1);
    for (unsigned i = 0; i < ENTRIES && trim->left > 0; i++) {
        uint64_t first = base + i * step, last = first + (step - 1);
        if (entry_read(&table[i]) == 0 || last < trim->range.low || first >= trim->range.high)
            continue;
        entry_t *below = table_at(entry_read(&table[i]));
        if (level > 2)
            table_trim(below, level - 1, first, trim);
        if (trim->left == 0 || first < trim->range.start || last >= trim->range.end || !table_is_clear(below))
            continue;
        entry_write(&table[i], 0);
        page_table_free(below);
        trim->left--;
    }
}

bool arch_space_trim(struct arch_space *space, const struct arch_trim *range, unsigned most) {
    struct trim trim = {.range = *range, .left = most};
    table_trim(table_at(space->root.value), ROOT_LEVEL, 0, &trim);
    return trim.left > 0;
}

bool arch_space_lookup(const struct arch_space *space, uint64_t address, paddr_t *page, unsigned *flags) {
    uint64_t skip;
    const entry_t *entry = entry_find(space, address, &skip);
    uint64_t value = entry != nullptr ? entry_read(entry) : 0;
    *page = paddr(value & ~ENTRY_FLAGS);
    *flags = (unsigned)(value & ENTRY_FLAGS & ~ENTRY_PRESENT);
    return value != 0;
}

static void tlb_clear(struct host_cpu *cpu) {
    memset(cpu->tlb, 0, sizeof(cpu->tlb));
}

void arch_space_switch(struct arch_space *space) {
    host_cpu_self()->space = space;
    tlb_clear(host_cpu_self());
}

void arch_space_flush(struct arch_space *space, uint64_t address, uint64_t pages) {
    struct host_cpu *cpu = host_cpu_self();
    if (cpu->space != space)
        return;
    for (unsigned i = 0; i < HOST_TLB_ENTRIES; i++)
        if (cpu->tlb[i].address >= address && (cpu->tlb[i].address - address) / PAGE_SIZE < pages)
            cpu->tlb[i].entry = 0;
}

// What was cached may be less than the tables allow, never more.
void host_tlb_check(const struct host_cpu *cpu) {
    for (unsigned i = 0; i < HOST_TLB_ENTRIES; i++) {
        uint64_t cached = cpu->tlb[i].entry, skip;
        if (cached == 0)
            continue;
        const entry_t *entry = entry_find(cpu->space, cpu->tlb[i].address, &skip);
        uint64_t value = entry != nullptr ? entry_read(entry) : 0;
        if ((cached & ~ENTRY_FLAGS) != (value & ~ENTRY_FLAGS) || (cached & ~value & ENTRY_FLAGS) != 0)
            panic("expected no TLB entry for %#llx that the page tables do not have",
                  (unsigned long long)cpu->tlb[i].address);
    }
}

// The entry as the processor finds it: from the TLB, else from the tables; 0: none.
static uint64_t entry_cached(struct host_cpu *cpu, uint64_t address) {
    uint64_t page = address & ~(uint64_t)(PAGE_SIZE - 1), skip;
    struct host_tlb_entry *slot = &cpu->tlb[page / PAGE_SIZE % HOST_TLB_ENTRIES];
    if (slot->entry != 0 && slot->address == page)
        return slot->entry;
    const entry_t *entry = entry_find(cpu->space, page, &skip);
    uint64_t value = entry != nullptr ? entry_read(entry) : 0;
    if (value != 0)
        *slot = (struct host_tlb_entry){.address = page, .entry = value};
    return value;
}

static bool entry_allows(uint64_t entry, unsigned access) {
    return entry != 0 && (access != ACCESS_WRITE || (entry & ARCH_MAP_WRITE) != 0) &&
           (access != ACCESS_EXECUTE || (entry & ARCH_MAP_EXECUTE) != 0);
}

static uint8_t *physical_byte(uint64_t physical) {
    if (physical >= HOST_DEVICE_BASE && physical < HOST_DEVICE_BASE + HOST_DEVICE_SIZE)
        return host_device() + (physical - HOST_DEVICE_BASE);
    return direct_map(paddr(physical));
}

bool host_translate(uint64_t address, unsigned access, uint8_t **byte) {
    struct host_cpu *cpu = host_cpu_self();
    if (address >> 47 != 0 || cpu->space == nullptr)
        return false;
    uint64_t entry = entry_cached(cpu, address);
    if (!entry_allows(entry, access)) {
        // A processor drops the entry that made it fault.
        cpu->tlb[address / PAGE_SIZE % HOST_TLB_ENTRIES].entry = 0;
        return false;
    }
    *byte = physical_byte((entry & ~ENTRY_FLAGS) + address % PAGE_SIZE);
    return true;
}

static void table_walk(const entry_t *table, unsigned level, uint64_t base,
                       void (*visit)(void *, unsigned, uint64_t, uint64_t), void *context) {
    visit(context, level, base, direct_map_physical((const void *)table).value);
    for (unsigned i = 0; i < ENTRIES; i++) {
        uint64_t entry = entry_read(&table[i]), address = base + i * level_bytes(level - 1);
        if (entry == 0)
            continue;
        if (level == 1)
            visit(context, 0, address, entry & ~ENTRY_FLAGS);
        else
            table_walk(table_at(entry), level - 1, address, visit, context);
    }
}

void host_space_walk(const struct arch_space *space, void (*visit)(void *, unsigned, uint64_t, uint64_t),
                     void *context) {
    table_walk(table_at(space->root.value), ROOT_LEVEL, 0, visit, context);
}
