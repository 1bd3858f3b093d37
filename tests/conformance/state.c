// SPDX-License-Identifier: MIT
//
// The state of the machine at the kernel's first instruction. Source: PROTOCOL.md, "Machine State at Entry"
// and "Caching", x86-64. The frame holds the registers; all the rest is read now, before anything changes it.

#include "console.h"
#include "kernel.h"

#define CR0_NEEDED  0x80010011ULL // PG, WP, ET, PE
#define CR4_PAE     0x20ULL
#define CR4_LA57    0x1000ULL
#define EFER_NEEDED 0x500ULL // LMA, LME
#define EFER_NXE    0x800ULL
#define FLAGS_CLEAR 0x20600ULL // VM, DF, IF
#define STACK_LEAST 65536ULL

struct [[gnu::packed]] table_register {
    uint16_t limit;
    uint64_t base;
};

void state_read(struct state *state) {
    struct table_register gdt, idt;
    __asm__ volatile("mov %%cr0, %0" : "=r"(state->cr0));
    state->cr3 = read_cr3();
    state->cr4 = read_cr4();
    state->efer = rdmsr(0xc0000080);
    state->pat = rdmsr(0x277);
    state->fs_base = rdmsr(0xc0000100);
    state->gs_base = rdmsr(0xc0000101);
    __asm__ volatile("sgdt %0" : "=m"(gdt));
    __asm__ volatile("sidt %0" : "=m"(idt));
    state->gdt = gdt.base;
    state->gdt_limit = gdt.limit;
    state->idt = idt.base;
    state->idt_limit = idt.limit;
    __asm__ volatile("str %0" : "=r"(state->tr));
    __asm__ volatile("sldt %0" : "=r"(state->ldtr));
    __asm__ volatile("mov %%cs, %0" : "=r"(state->cs));
    __asm__ volatile("mov %%ds, %0" : "=r"(state->ds));
    __asm__ volatile("mov %%es, %0" : "=r"(state->es));
    __asm__ volatile("mov %%fs, %0" : "=r"(state->fs));
    __asm__ volatile("mov %%gs, %0" : "=r"(state->gs));
    __asm__ volatile("mov %%ss, %0" : "=r"(state->ss));
}

static void check_control(const struct state *state) {
    bool has_nx = cpuid(0x80000001).edx & (1U << 20);
    uint64_t efer = EFER_NEEDED | (has_nx ? EFER_NXE : 0);
    const struct word_response *mode = answer(&paging_mode);
    uint64_t cr4 = CR4_PAE | (mode->word == 1 ? CR4_LA57 : 0);
    check("cr0-has-pe-et-wp-pg", (state->cr0 & CR0_NEEDED) == CR0_NEEDED, state->cr0);
    check("cr4-has-pae-and-la57-as-answered", (state->cr4 & (CR4_PAE | CR4_LA57)) == cr4, state->cr4);
    check("efer-has-lme-lma-nxe", (state->efer & efer) == efer, state->efer);
    if (revision() >= 5) {
        check("cr0-has-nothing-else", state->cr0 == CR0_NEEDED, state->cr0);
        check("cr4-has-nothing-else", state->cr4 == cr4, state->cr4);
        check("efer-has-nothing-else", state->efer == efer, state->efer);
        check("idtr-is-empty", state->idt == 0 && state->idt_limit == 0, state->idt_limit);
        check("ldtr-is-null", state->ldtr == 0, state->ldtr);
    }
    check("pat", (state->pat & 0xffffffffffffULL) == 0x010500070406ULL, state->pat);
}

// Intel SDM volume 3, 3.4.5: base, limit in units of the G bit, access byte, flags. The accessed bit is free.
struct descriptor {
    uint32_t base;
    uint32_t limit;
    uint8_t access;
    uint8_t flags;
};

static struct descriptor descriptor_at(const struct state *state, unsigned index) {
    uint64_t raw = ((const uint64_t *)state->gdt)[index];
    struct descriptor d = {
        .base = (uint32_t)((raw >> 16 & 0xffffff) | (raw >> 56) << 24),
        .limit = (uint32_t)((raw & 0xffff) | (raw >> 32 & 0xf0000)),
        .access = (uint8_t)(raw >> 40),
        .flags = (uint8_t)(raw >> 52 & 15),
    };
    if (d.flags & 8)
        d.limit = d.limit << 12 | 0xfff;
    d.access &= 0xfe;
    return d;
}

static void check_gdt(const struct state *state) {
    static const struct {
        uint32_t limit;
        uint8_t access;
        uint8_t size; // L and D bits
    } wanted[7] = {
        {0, 0, 0},    {0xffff, 0x9a, 0}, {0xffff, 0x92, 0}, {0xffffffff, 0x9a, 4}, {0xffffffff, 0x92, 4},
        {0, 0x9a, 2}, {0, 0x92, 0}};
    check("gdt-has-seven-entries", state->gdt_limit >= 55, state->gdt_limit);
    check("gdt-lies-in-reclaimable-memory", lies_in((void *)state->gdt, state->gdt_limit + 1ULL, RECLAIMABLE),
          state->gdt);
    check("gdt-begins-with-null", *(const uint64_t *)state->gdt == 0, 0);
    struct check entries = {.name = "gdt-entries"};
    for (unsigned i = 1; i < 7; i++) {
        struct descriptor d = descriptor_at(state, i);
        check_that(&entries, d.base == 0 && (d.access & 0xfa) == wanted[i].access, i);
        check_that(&entries, i >= 5 || d.limit == wanted[i].limit, i);
        check_that(&entries, i == 6 || (d.flags & 6) == wanted[i].size, i);
    }
    check_end(&entries);
}

// Without a selector there is no descriptor to look at, and the register itself cannot be read.
static void check_task_register(const struct state *state) {
    bool empty = state->tr == 0;
    if (!empty && state->tr + 15U <= state->gdt_limit) {
        struct descriptor d = descriptor_at(state, state->tr / 8);
        empty = d.base == 0 && d.limit == 0 && ((const uint64_t *)state->gdt)[state->tr / 8 + 1] == 0;
    }
    check("task-register-is-empty", empty, state->tr);
}

static void check_selectors(const struct state *state) {
    check("cs-is-28", state->cs == 0x28, state->cs);
    bool data =
        state->ds == 0x30 && state->es == 0x30 && state->ss == 0x30 && state->fs == 0x30 && state->gs == 0x30;
    check("data-segments-are-30", data, state->ds);
    check("fs-and-gs-have-base-0", (state->fs_base | state->gs_base) == 0, state->fs_base | state->gs_base);
    check_gdt(state);
    if (revision() >= 5)
        check_task_register(state);
}

static void check_registers(const struct frame *frame) {
    const uint64_t *registers = &frame->r15;
    struct check zero = {.name = "general-registers-are-0"};
    for (unsigned i = 0; i < 15; i++)
        check_that(&zero, registers[i] == 0, i);
    check_end(&zero);
    check("flags-if-df-vm-clear", (frame->flags & FLAGS_CLEAR) == 0, frame->flags);
    if (revision() >= 5)
        check("flags-are-2", frame->flags == 2, frame->flags);
}

static void check_stack(const struct frame *frame) {
    const char *top = (const char *)(&frame->return_address + 1);
    bool asked = answer(&stack_size) != NULL;
    check("stack-size-answered", asked, 0);
    check("return-address-is-0", frame->return_address == 0, frame->return_address);
    check("stack-is-aligned", ((uint64_t)top & 15) == 0, (uint64_t)top);
    uint64_t size = asked ? STACK_WANTED : STACK_LEAST;
    check("stack-is-large-and-reclaimable", lies_in(top - size, size, RECLAIMABLE), (uint64_t)top);
}

// Addresses that differ in bit 20 alone are two places.
static void check_a20(void) {
    const struct map_response *map = answer(&memory_map);
    for (uint64_t i = 0; i < map->count; i++) {
        const struct range *range = map->ranges[i];
        uint64_t even = (range->base + 0x1fffff) & ~0x1fffffULL;
        if (range->type != USABLE || even + 0x100008 > range->base + range->length)
            continue;
        volatile uint64_t *a = virtual_of(even);
        volatile uint64_t *b = virtual_of(even + 0x100000);
        *a = 1;
        *b = 2;
        check("a20-is-open", *a == 1 && *b == 2, even);
        return;
    }
    check("a20-is-open", false, 0);
}

void check_state(const struct frame *frame) {
    struct state state;
    state_read(&state);
    check_registers(frame);
    check_control(&state);
    check_selectors(&state);
    check_stack(frame);
    check_a20();
    fact("cr4", state.cr4);
}
