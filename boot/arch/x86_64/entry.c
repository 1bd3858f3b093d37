// SPDX-License-Identifier: MIT
//
// The machine state of the protocol, and the jump. Source: PROTOCOL.md, "Machine State at Entry" and
// "Caching", x86-64, base revision 6: control registers hold what long mode needs and nothing else, flags are
// clear, there is no IDT, no TR and no LDT.

#include "../../arch.h"
#include "../../arena.h"
#include "../../boot.h"
#include "../../message.h"
#include "apic.h"
#include "cpu.h"
#include "paging.h"

const uint16_t arch_elf_machine = ELF_MACHINE_X86_64;
const uint32_t arch_elf_relative_relocation = ELF_RELATIVE_X86_64;

// WB, WT, UC-, UC, WP, WC; the last two are not specified.
#define PAT_VALUE 0x0000010500070406ULL

// Read by jump.S at fixed offsets.
struct jump {
    uint64_t root;          // 0: physical address of the top table
    uint64_t identity_slot; // 8: its entry for the identity mapping, through the direct map
    uint64_t hhdm_base;     // 16
    uint64_t gdt_pointer;   // 24: operand of LGDT, through the direct map
    uint64_t stack_top;     // 32
    uint64_t entry;         // 40
};
static_assert(offsetof(struct jump, entry) == 40);

extern const char jump_begin[];
[[noreturn]] void jump_to_kernel(const struct jump *jump);

struct [[gnu::packed]] gdt_pointer {
    uint16_t limit;
    uint64_t base;
};

static struct gdt {
    uint64_t entries[7];
    struct gdt_pointer pointer;
} *gdt;

const char *arch_refusal(void) {
    if (read_cr4() & CR4_LA57)
        return "the firmware runs with 5-level paging, which this loader cannot leave";
    return nullptr;
}

// Null; code and data for 16, 32 and 64 bits.
void arch_prepare(void) {
    gdt = arena_take(sizeof *gdt);
    *gdt = (struct gdt){
        .entries = {0, 0x00009b000000ffff, 0x000093000000ffff, 0x00cf9b000000ffff, 0x00cf93000000ffff,
                    0x00209b0000000000, 0x0000930000000000},
        .pointer = {sizeof gdt->entries - 1, boot_virtual((uint64_t)(uintptr_t)gdt->entries)},
    };
}

static void set_registers(void) {
    if (cpu_has_pat())
        wrmsr(MSR_PAT, PAT_VALUE);
    wrmsr(MSR_EFER, EFER_LME | EFER_LMA | (cpu_has_nx() ? EFER_NXE : 0));
    write_cr4(CR4_PAE);
    write_cr0(CR0_PE | CR0_ET | CR0_WP | CR0_PG);
}

void arch_interrupts_off(void) {
    __asm__ volatile("cli" : : : "memory");
}

void arch_enter(const struct arch_entry *entry) {
    // The page with the jump's code stands at its own address too until the jump has passed over.
    uint64_t code = align_down((uint64_t)(uintptr_t)jump_begin, PAGE_SIZE);
    if (!arch_map(code, code, PAGE_SIZE, ARCH_MAP_EXECUTE))
        stop("the memory put aside for page tables is used up");
    struct jump jump = {
        .root = paging_root(),
        .identity_slot = boot_virtual(paging_root_slot(code)),
        .hhdm_base = arch_hhdm_base,
        .gdt_pointer = boot_virtual((uint64_t)(uintptr_t)&gdt->pointer),
        .stack_top = entry->stack_top,
        .entry = entry->entry,
    };
    interrupts_quiet(entry->acpi, entry->base_revision);
    if (entry->base_revision >= 5 && !entry->keep_iommu)
        remapping_off(entry->acpi);
    set_registers();
    jump_to_kernel(&jump);
}

void arch_halt(void) {
    for (;;)
        __asm__ volatile("cli; hlt");
}
