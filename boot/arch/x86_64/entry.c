// SPDX-License-Identifier: MIT
//
// The machine state of the protocol, and the way into the kernel. Source: PROTOCOL.md, "Machine State at
// Entry" and "Caching", x86-64, base revision 6: control registers hold what long mode needs and nothing
// else, flags are clear, there is no IDT, no TSS and no LDT.

#include "../../arena.h"
#include "../../arch.h"
#include "../../message.h"
#include "cpu.h"
#include "interrupts.h"
#include "paging.h"
#include "processors.h"
#include "remapping.h"
#include "trampoline.h"
#include <base/elf.h>

const char arch_name[] = "x86-64";
const uint16_t arch_elf_machine = ELF_MACHINE_X86_64;
const uint32_t arch_elf_relative_relocation = ELF_RELATIVE_X86_64;

// WB, WT, UC-, UC, WP, WC; the last two are not specified.
#define PAT_VALUE 0x0000010500070406ULL

[[noreturn]] void jump_to_kernel(const struct jump *jump);

struct [[gnu::packed]] gdt_pointer {
    uint16_t limit;
    uint64_t base;
};

// The seven that the protocol names, and a task segment (two entries) with base and limit 0.
static struct gdt {
    uint64_t entries[9];
    struct gdt_pointer pointer;
} *gdt;

static struct jump jump;

static bool levels_change(void) {
    return ((read_cr4() & CR4_LA57) != 0) != (paging_levels() == 5);
}

void arch_prepare(const struct arch_entry *entry) {
    gdt = arena_take(sizeof *gdt);
    *gdt = (struct gdt){
        .entries = {0, 0x00009b000000ffff, 0x000093000000ffff, 0x00cf9b000000ffff, 0x00cf93000000ffff,
                    0x00209b0000000000, 0x0000930000000000, 0x0000890000000000, 0},
        .pointer = {sizeof gdt->entries - 1, arch_virtual_of(gdt->entries)},
    };
    processors_prepare(entry);
    if (levels_change() && !trampoline_prepare())
        stop("too little memory below 1 MiB to change the number of paging levels");
}

static uint64_t wanted_cr4(void) {
    return CR4_PAE | (paging_levels() == 5 ? CR4_LA57 : 0);
}

static uint64_t wanted_efer(void) {
    return EFER_LME | EFER_LMA | (cpu_has_nx() ? EFER_NXE : 0);
}

// The number of paging levels stays what it is: it changes with paging off.
void registers_set(void) {
    if (cpu_has_pat())
        wrmsr(MSR_PAT, PAT_VALUE);
    wrmsr(MSR_EFER, wanted_efer());
    write_cr4(CR4_PAE | (read_cr4() & CR4_LA57));
    write_cr0(CR0_PE | CR0_ET | CR0_WP | CR0_PG);
}

void arch_interrupts_off(void) {
    __asm__ volatile("cli" : : : "memory");
}

static bool map_self(uint64_t base, uint64_t length) {
    return arch_map(base, base, length, ARCH_MAP_WRITE | ARCH_MAP_EXECUTE);
}

// The loader at its own address, and what starting processors needs; the jump takes all of it away.
static void map_bridge(void) {
    uint64_t begin = (uint64_t)(uintptr_t)loader_begin;
    bool done = map_self(begin, (uint64_t)(uintptr_t)loader_end - begin);
    if (trampoline_page() != 0) {
        done = done && map_self(trampoline_page(), TRAMPOLINE_SIZE);
        done = done && paging_map_device(lapic_address(), PAGE_SIZE);
    }
    if (!done)
        stop("the memory put aside for page tables is used up");
    if (trampoline_page() != 0)
        trampoline_install(wanted_cr4(), wanted_efer() & ~EFER_LMA);
}

void arch_enter(const struct arch_entry *entry) {
    map_bridge();
    jump = (struct jump){
        .root = paging_root(),
        .hhdm = arch_hhdm_base(),
        .gdt_pointer = arch_virtual_of(&gdt->pointer),
        .stack_top = entry->stack_top,
        .entry = entry->entry,
    };
    interrupts_quiet(entry->acpi, entry->base_revision);
    if (entry->base_revision >= 5 && !entry->keep_iommu)
        remapping_off(entry->acpi);
    if (arch_processors() != nullptr) {
        const struct limine_mp_response *processors = arch_processors();
        lapic_set_x2apic((processors->flags & LIMINE_MP_X2APIC) != 0);
    }
    struct lapic_pins pins = processors_boot_pins(entry->acpi);
    lapic_quiet(&pins);
    if (processors_are_wanted())
        processors_start(entry, jump.gdt_pointer);
    registers_set();
    if (!levels_change())
        jump_to_kernel(&jump);
    trampoline_aim((uint64_t)(uintptr_t)jump_to_kernel, (uint64_t)(uintptr_t)&jump, entry->stack_top);
    trampoline_go();
}

void arch_halt(void) {
    for (;;)
        __asm__ volatile("cli; hlt");
}
