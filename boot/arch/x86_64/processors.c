// SPDX-License-Identifier: MIT
//
// Starting the other processors (see processors.h). Source: PROTOCOL.md, "MP (Multiprocessor) Feature"; Intel
// SDM volume 3, 9.4.4 (INIT, then start-up twice, and the waits between). They come one at a time: the
// trampoline is aimed at one, and the next is sent for when it has arrived in the direct map.

#include "processors.h"
#include "../../arena.h"
#include "../../arch.h"
#include "../../message.h"
#include "cpu.h"
#include "mtrr.h"
#include "paging.h"
#include "trampoline.h"

#define PROCESSORS_MAX 1024
#define INIT_USEC      10000
#define STARTUP_USEC   200
#define ARRIVAL_USEC   2000000
// A clock that is not known is taken for a fast one: waits become longer, never shorter.
#define FREQUENCY_GUESS 6000000000ULL

// What one processor needs to get from the trampoline to its place.
struct start {
    struct park park;
    struct lapic_pins pins;
    struct mtrr_state *mtrrs;
    uint32_t arrived;
    bool x2apic;
};

static struct limine_mp_response *response;
static uint64_t *pointers;           // of the response, here
static struct limine_mp_info *infos; // in the order of `pointers` at first
static struct start start;
static struct mtrr_state mtrrs;

[[noreturn]] void processor_park(const struct park *park);

static uint32_t uid_of(const struct acpi_tables *acpi, uint32_t apic_id) {
    struct acpi_processor processor;
    for (size_t i = 0; acpi_processor(acpi, i, &processor); i++)
        if (processor.apic_id == apic_id)
            return processor.uid;
    return 0;
}

struct lapic_pins processors_boot_pins(const struct acpi_tables *acpi) {
    return lapic_pins_of(acpi, uid_of(acpi, lapic_id()));
}

static void add(uint32_t uid, uint32_t apic_id) {
    struct limine_mp_info *info = &infos[response->count];
    info->processor_id = uid;
    info->lapic_id = apic_id;
    pointers[response->count++] = arch_virtual_of(info);
}

// Without a MADT the boot processor is all there is.
static void list(const struct acpi_tables *acpi) {
    struct acpi_processor processor;
    size_t count = 0;
    while (count < PROCESSORS_MAX && acpi_processor(acpi, count, &processor))
        count++;
    infos = arena_take((count + 1) * sizeof *infos);
    pointers = arena_take((count + 1) * sizeof *pointers);
    response->pointers = arch_virtual_of(pointers);
    bool has_boot = false;
    for (size_t i = 0; i < count && acpi_processor(acpi, i, &processor); i++) {
        add(processor.uid, processor.apic_id);
        has_boot = has_boot || processor.apic_id == response->bsp_lapic_id;
    }
    if (!has_boot)
        add(0, response->bsp_lapic_id);
}

static void make_stacks(uint64_t size) {
    for (uint64_t i = 0; i < response->count; i++)
        if (infos[i].lapic_id != response->bsp_lapic_id)
            infos[i].reserved = arch_virtual(arena_pages(size, "the stack of a processor") + size);
}

void processors_prepare(const struct arch_entry *entry) {
    if (!entry->start_processors)
        return;
    bool x2apic = (entry->mp_flags & LIMINE_MP_X2APIC) && lapic_has_x2apic();
    if (!x2apic && lapic_is_x2apic() && lapic_is_locked())
        stop("this processor does not leave x2APIC mode, and the kernel asks for the other one");
    response = arena_take(sizeof *response);
    response->flags = x2apic ? LIMINE_MP_X2APIC : 0;
    response->bsp_lapic_id = lapic_id();
    list(entry->acpi);
    make_stacks(entry->stack_size);
    if (processors_are_wanted() && !trampoline_prepare())
        stop("too little memory below 1 MiB to start the other processors");
}

void *arch_processors(void) {
    return response;
}

bool processors_are_wanted(void) {
    return response != nullptr && response->count > 1;
}

static uint64_t ticks_of(const struct arch_entry *entry, uint64_t usec) {
    uint64_t frequency = entry->ticks_frequency != 0 ? entry->ticks_frequency : FREQUENCY_GUESS;
    return frequency / 1000000 * usec;
}

// True as soon as the processor has arrived, else false after the time.
static bool wait_for_arrival(const struct arch_entry *entry, uint64_t usec) {
    uint64_t begin = arch_ticks();
    while (arch_ticks() - begin < ticks_of(entry, usec)) {
        if (__atomic_load_n(&start.arrived, __ATOMIC_ACQUIRE) != 0)
            return true;
        __builtin_ia32_pause();
    }
    return false;
}

// The first C code of another processor: at the loader's own address, in the kernel's page tables.
[[noreturn]] static void processor_begin(struct start *self) {
    registers_set();
    mtrr_write(self->mtrrs);
    lapic_set_x2apic(self->x2apic);
    lapic_quiet(&self->pins);
    processor_park(&self->park);
}

static bool start_one(const struct arch_entry *entry, const struct limine_mp_info *info) {
    start.park.info = arch_virtual_of(info);
    start.pins = lapic_pins_of(entry->acpi, info->processor_id);
    start.arrived = 0;
    trampoline_aim((uint64_t)(uintptr_t)processor_begin, (uint64_t)(uintptr_t)&start, info->reserved);
    lapic_send_init(info->lapic_id);
    (void)wait_for_arrival(entry, INIT_USEC);
    lapic_send_startup(info->lapic_id, trampoline_page());
    if (wait_for_arrival(entry, STARTUP_USEC))
        return true;
    lapic_send_startup(info->lapic_id, trampoline_page());
    return wait_for_arrival(entry, ARRIVAL_USEC);
}

void processors_start(const struct arch_entry *entry, uint64_t gdt_pointer) {
    mtrr_read(&mtrrs);
    start.park.root = paging_root();
    start.park.hhdm = arch_hhdm_base();
    start.park.gdt_pointer = gdt_pointer;
    start.park.arrived = arch_virtual_of(&start.arrived);
    start.mtrrs = &mtrrs;
    start.x2apic = (response->flags & LIMINE_MP_X2APIC) != 0;
    uint64_t all = response->count;
    response->count = 0;
    for (uint64_t i = 0; i < all; i++) {
        const struct limine_mp_info *info = &infos[i];
        if (info->lapic_id == response->bsp_lapic_id || start_one(entry, info))
            pointers[response->count++] = arch_virtual_of(info);
        else
            message("processor %u does not start and is left out", info->lapic_id);
    }
    // Who comes after its time finds no stack, and halts.
    trampoline_aim(0, 0, 0);
}
