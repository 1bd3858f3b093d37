// SPDX-License-Identifier: MIT
//
// The other processors: what the response says, then each is sent for by writing its goto_address, and
// reports its own state. Source: PROTOCOL.md, "MP (Multiprocessor) Feature"; ACPI 6.5, 5.2.12.2 and
// 5.2.12.12; Intel SDM volume 3, 12.11 (MTRRs).

#include "console.h"
#include "kernel.h"

#define PROCESSORS_MAX 64
#define MTRRS_MAX      40
#define WAIT_STEPS     2000000000ULL

extern char processor_start[];

struct report {
    struct state state;
    struct frame frame;
    uint64_t frame_address;
    uint64_t lapic_fault;
    uint64_t mtrrs[MTRRS_MAX];
    uint32_t lapic_id;
    bool done;
};

static struct report reports[PROCESSORS_MAX];

static void mtrrs_read(uint64_t *mtrrs) {
    static const uint16_t fixed[] = {0x2ff, 0x250, 0x258, 0x259, 0x268, 0x269,
                                     0x26a, 0x26b, 0x26c, 0x26d, 0x26e, 0x26f};
    unsigned used = 0;
    if (!(cpuid(1).edx & (1U << 12)))
        return;
    for (; used < sizeof fixed / sizeof *fixed; used++)
        mtrrs[used] = rdmsr(fixed[used]);
    for (unsigned i = 0; i < 2 * (rdmsr(0xfe) & 0xff) && used < MTRRS_MAX; i++)
        mtrrs[used++] = rdmsr(0x200 + i);
}

[[noreturn]] void processor_main(const struct frame *frame);

// The processor's place for its report is in its `extra`.
void processor_main(const struct frame *frame) {
    const struct processor *self = (const struct processor *)frame->rdi;
    struct report *report = (struct report *)self->extra;
    report->frame = *frame;
    report->frame_address = (uint64_t)frame;
    state_read(&report->state);
    report->lapic_id = lapic_id();
    report->lapic_fault = revision() >= 5 ? lapic_fault() : 0;
    mtrrs_read(report->mtrrs);
    __atomic_store_n(&report->done, true, __ATOMIC_RELEASE);
    for (;;)
        __asm__ volatile("cli; hlt");
}

static bool send_for(struct processor *processor, struct report *report) {
    processor->extra = (uint64_t)report;
    __atomic_store_n(&processor->go_to, (uint64_t)processor_start, __ATOMIC_RELEASE);
    for (uint64_t i = 0; i < WAIT_STEPS; i++) {
        if (__atomic_load_n(&report->done, __ATOMIC_ACQUIRE))
            return true;
        __asm__ volatile("pause");
    }
    return false;
}

static void check_frame(const struct report *report, uint64_t info, struct check *registers,
                        struct check *stack) {
    const struct frame *frame = &report->frame;
    const uint64_t *all = &frame->r15;
    for (unsigned i = 0; i < 15; i++)
        check_that(registers, &all[i] == &frame->rdi ? all[i] == info : all[i] == 0, i);
    check_that(registers, (frame->flags & 0x20600) == 0 && (revision() < 5 || frame->flags == 2),
               frame->flags);
    uint64_t top = report->frame_address + sizeof *frame;
    check_that(stack, frame->return_address == 0 && (top & 15) == 0, top);
    check_that(stack, lies_in((void *)(top - STACK_WANTED), STACK_WANTED, RECLAIMABLE), top);
    for (unsigned i = 0; i < PROCESSORS_MAX; i++) {
        uint64_t other = reports[i].frame_address + sizeof *frame;
        bool is_other = &reports[i] != report && reports[i].done;
        check_that(stack, !is_other || other <= top - STACK_WANTED || other - STACK_WANTED >= top, other);
    }
}

// Base revision 5 fixes all of it; before, the specification says only that it is as on the boot processor.
static bool is_same_state(const struct state *a, const struct state *b) {
    return a->cr0 == b->cr0 && a->cr3 == b->cr3 && a->cr4 == b->cr4 && a->efer == b->efer &&
           a->pat == b->pat && a->fs_base == b->fs_base && a->gs_base == b->gs_base && a->gdt == b->gdt &&
           a->gdt_limit == b->gdt_limit && a->idt == b->idt && a->idt_limit == b->idt_limit &&
           a->cs == b->cs && a->ds == b->ds && a->es == b->es && a->fs == b->fs && a->gs == b->gs &&
           a->ss == b->ss && a->tr == b->tr && a->ldtr == b->ldtr;
}

static bool is_same_mtrrs(const uint64_t *a, const uint64_t *b) {
    for (unsigned i = 0; i < MTRRS_MAX; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

static struct check came = {.name = "processors-come-when-sent-for"},
                    registers = {.name = "processors-registers"}, stacks = {.name = "processors-stacks"},
                    states = {.name = "processors-state"}, apics = {.name = "processors-local-apic"},
                    ranges = {.name = "processors-mtrrs"};

static void check_processor(struct processor *processor, struct report *report, const struct report *boot) {
    bool here = send_for(processor, report);
    check_that(&came, here && report->lapic_id == processor->lapic_id, processor->lapic_id);
    if (!here)
        return;
    check_frame(report, (uint64_t)processor, &registers, &stacks);
    check_that(&states, is_same_state(&report->state, &boot->state), processor->lapic_id);
    check_that(&apics, report->lapic_fault == 0, report->lapic_fault);
    check_that(&ranges, is_same_mtrrs(report->mtrrs, boot->mtrrs), processor->lapic_id);
}

static uint64_t madt_processors(void) {
    const uint8_t *madt = acpi_table("APIC");
    uint64_t count = 0;
    for (size_t at = 44; madt != NULL && at + 2 <= field(madt, 4, 4) && madt[at + 1] >= 2;
         at += madt[at + 1]) {
        bool local = madt[at] == 0 && (madt[at + 4] & 1);
        bool local_x2 = madt[at] == 9 && (madt[at + 8] & 1);
        count += local || local_x2;
    }
    return count;
}

static void check_list(const struct processor_response *response) {
    struct check list = {.name = "processors-are-as-in-the-madt"};
    unsigned boot = 0;
    check_that(&list, response->count == madt_processors(), response->count);
    for (uint64_t i = 0; i < response->count; i++) {
        const struct processor *one = response->processors[i];
        boot += one->lapic_id == response->boot_lapic_id;
        check_that(&list, one->go_to == 0 && lies_in(one, sizeof *one, RECLAIMABLE), i);
    }
    check_that(&list, boot == 1 && response->boot_lapic_id == lapic_id(), response->boot_lapic_id);
    check_end(&list);
    check("processors-x2apic-as-flagged", (response->flags & 1) == (rdmsr(0x1b) >> 10 & 1), response->flags);
}

void check_processors(void) {
    const struct processor_response *response = answer(&multiprocessor);
    check("processors-answered", response != NULL, 0);
    if (response == NULL)
        return;
    fact("processors", response->count);
    check_list(response);
    static struct report boot;
    state_read(&boot.state);
    mtrrs_read(boot.mtrrs);
    for (uint64_t i = 0; i < response->count && i < PROCESSORS_MAX; i++)
        if (response->processors[i]->lapic_id != response->boot_lapic_id)
            check_processor(response->processors[i], &reports[i], &boot);
    if (response->count < 2)
        return;
    struct check *all[] = {&came, &registers, &stacks, &states, &apics, &ranges};
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++)
        check_end(all[i]);
}
