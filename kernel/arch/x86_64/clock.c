// SPDX-License-Identifier: MIT
//
// x86-64: monotonic time and the one-shot timer. The time comes from the time stamp counter where the
// processor says that it is invariant (SDM 3B, 18.17.1), else from the HPET, else from the ACPI timer; the
// latter two are the reference when a frequency must be measured. A measurement takes SPAN and no longer: it
// costs instructions at each boot, and what it gets wrong only makes the timer come early (then it is set
// again) or late by that fraction. All is immutable after clock_start() but the wide counter (atomic) and the
// target (owner CPU only).

#include "clock.h"
#include <arch/clock.h>
#include <base/types.h>
#include <dev/counter.h>
#include <dev/hpet.h>
#include <kernel/log.h>
#include <kernel/panic.h>
#include <kernel/trap.h>
#include <abi/constants.h>
#include "asm.h"
#include "cpu.h"
#include "local_apic.h"
#include "paging.h"
#include "platform.h"

#define PM_TIMER_HZ     3'579'545u
#define SPAN            200'000ull // nanoseconds
#define SPAN_POLLS_MOST 10'000'000u
#define SAMPLE_TRIES    4
#define SAMPLE_GOOD     2'000ull
#define NARROW_ARM_MOST 1'000'000'000ull // a counter of few bits must be read more often than it wraps
#define WIDE_ARM_MOST   3'600'000'000'000ull
#define HERTZ_LEAST     1'000'000ull
#define HERTZ_MOST      30'000'000'000ull
#define LEAF_HYPERVISOR 0x40000010u

enum clock_source { CLOCK_NONE, CLOCK_TSC, CLOCK_HPET, CLOCK_PM_TIMER };

static enum clock_source source;
static struct hpet hpet;
static struct acpi_register pm_timer;
static const volatile uint32_t *pm_registers; // when it is in memory
static struct counter_wide wide;              // of the HPET with 32 bits, or the ACPI timer
static bool is_narrow;
static uint64_t start;                      // counter at time 0
static struct counter_ratio to_nanoseconds; // of the counter
static struct counter_ratio to_timer;       // nanoseconds to the timer's ticks
static struct counter_ratio cycles_to_nanoseconds;
static bool use_deadline;
static uint64_t epoch_seconds;

void (*clock_boot_hook)(void);

static uint64_t pm_timer_read(void) {
    return pm_registers != nullptr ? *pm_registers : port_read32((uint16_t)pm_timer.address);
}

static uint64_t counter_read(enum clock_source of) {
    switch (of) {
    case CLOCK_TSC:
        return tsc_read();
    case CLOCK_HPET:
        return hpet.is_wide ? hpet_read(&hpet) : counter_widen(&wide, hpet_read(&hpet));
    case CLOCK_PM_TIMER:
        return counter_widen(&wide, pm_timer_read() & wide.mask);
    default:
        return 0;
    }
}

uint64_t clock_now(void) {
    return counter_scale(to_nanoseconds, counter_read(source) - start);
}

uint64_t clock_cycles_nanoseconds(uint64_t cycles) {
    return counter_scale(cycles_to_nanoseconds, cycles);
}

static void source_set(enum clock_source to, uint64_t frequency) {
    source = to;
    is_narrow = to == CLOCK_PM_TIMER || (to == CLOCK_HPET && !hpet.is_wide);
    to_nanoseconds = counter_ratio_make(frequency, NANOSECONDS);
    start = counter_read(to);
}

// A counter's value and the time it was read at. Between the two the machine may have stopped us, as an
// emulator does: of several tries the one that took least counts.
struct sample {
    uint64_t time, value;
};

static struct sample sample_take(uint64_t (*read)(void)) {
    struct sample best = {};
    uint64_t least = UINT64_MAX;
    for (unsigned i = 0; i < SAMPLE_TRIES && least > SAMPLE_GOOD; i++) {
        uint64_t before = clock_now();
        uint64_t value = read();
        uint64_t after = clock_now();
        if (after - before >= least)
            continue;
        least = after - before;
        best = (struct sample){before + least / 2, value};
    }
    return best;
}

static uint64_t timer_elapsed(void) {
    return UINT32_MAX - local_apic_timer_left();
}

static void span_wait(void) {
    uint64_t end = clock_now() + SPAN;
    for (unsigned i = 0; i < SPAN_POLLS_MOST; i++)
        if (clock_now() >= end)
            return;
    panic("expected a clock that runs, but it stands still");
}

static uint64_t frequency_of(struct sample from, struct sample to) {
    return (to.value - from.value) * NANOSECONDS / max_u64(to.time - from.time, 1);
}

// Frequencies of the time stamp counter and of the local APIC's timer, against the source in use.
static void frequencies_measure(uint64_t *tsc, uint64_t *timer) {
    local_apic_timer_set(UINT32_MAX);
    struct sample tsc_first = sample_take(tsc_read);
    struct sample timer_first = sample_take(timer_elapsed);
    span_wait();
    struct sample tsc_last = sample_take(tsc_read);
    struct sample timer_last = sample_take(timer_elapsed);
    local_apic_timer_set(0);
    *tsc = frequency_of(tsc_first, tsc_last);
    *timer = frequency_of(timer_first, timer_last);
}

// From the processor or the hypervisor, in Hz; 0: not said.
static uint64_t tsc_frequency_told(void) {
    if (cpu_features.hypervisor && cpu_features.hypervisor_leaves >= LEAF_HYPERVISOR)
        return (uint64_t)cpuid(LEAF_HYPERVISOR, 0).eax * 1000;
    if (cpu_features.basic_leaves < 0x15)
        return 0;
    struct cpuid leaf = cpuid(0x15, 0);
    return leaf.eax == 0 ? 0 : (uint64_t)leaf.ecx * leaf.ebx / leaf.eax;
}

// The processor's base frequency, in whole MHz: better than nothing.
static uint64_t tsc_frequency_about(void) {
    return cpu_features.basic_leaves < 0x16 ? 0 : (uint64_t)(cpuid(0x16, 0).eax & 0xffff) * 1'000'000;
}

static bool is_plausible(uint64_t frequency) {
    return frequency >= HERTZ_LEAST && frequency <= HERTZ_MOST;
}

static bool hpet_find(const struct acpi *acpi) {
    if (acpi->hpet == 0)
        return false;
    volatile uint64_t *registers = mmio_map(acpi->hpet, 1024);
    platform_reserve(align_down(acpi->hpet, PAGE_SIZE), PAGE_SIZE);
    if (!hpet_init(&hpet, registers)) {
        log_line(LOG_WARNING, "clock: the HPET at 0x%lx does not work; ignored", acpi->hpet);
        return false;
    }
    counter_wide_start(&wide, UINT32_MAX, hpet_read(&hpet));
    source_set(CLOCK_HPET, hpet.frequency);
    return true;
}

static bool pm_timer_find(const struct acpi *acpi) {
    if (acpi->pm_timer.address == 0)
        return false;
    pm_timer = acpi->pm_timer;
    if (!pm_timer.is_port) {
        pm_registers = mmio_map(pm_timer.address, sizeof(uint32_t));
        platform_reserve(align_down(pm_timer.address, PAGE_SIZE), PAGE_SIZE);
    }
    counter_wide_start(&wide, acpi->pm_timer_32 ? UINT32_MAX : 0xffffff, pm_timer_read());
    source_set(CLOCK_PM_TIMER, PM_TIMER_HZ);
    return true;
}

static void source_log(uint64_t tsc, uint64_t timer) {
    static const char *const names[] = {[CLOCK_NONE] = "nothing",
                                        [CLOCK_TSC] = "time stamp counter",
                                        [CLOCK_HPET] = "HPET",
                                        [CLOCK_PM_TIMER] = "ACPI timer"};
    log_line(LOG_INFO, "clock: %s; time stamp counter %lu kHz%s, timer %lu kHz%s", names[source],
             (tsc / 1000), cpu_features.invariant_tsc ? "" : " (not invariant)", (timer / 1000),
             use_deadline ? " (deadline)" : "");
}

void clock_start(const struct acpi *acpi, int64_t boot_seconds) {
    uint64_t tsc;
    uint64_t timer;
    epoch_seconds = (uint64_t)boot_seconds;
    bool reference = hpet_find(acpi) || pm_timer_find(acpi);
    uint64_t told = tsc_frequency_told();
    if (!is_plausible(told) && !reference)
        told = tsc_frequency_about();
    bool known = is_plausible(told) && cpu_features.invariant_tsc;
    if (known)
        source_set(CLOCK_TSC, told);
    else if (!reference)
        panic(
            "expected a clock: an invariant time stamp counter of known frequency, a HPET or an ACPI timer");
    frequencies_measure(&tsc, &timer);
    if (!is_plausible(timer))
        panic("expected a local APIC timer of 1 MHz to 30 GHz, measured %lu Hz", timer);
    if (known)
        tsc = told;
    else if (cpu_features.invariant_tsc && is_plausible(tsc))
        source_set(CLOCK_TSC, tsc);
    cycles_to_nanoseconds = counter_ratio_make(max_u64(tsc, HERTZ_LEAST), NANOSECONDS);
    use_deadline = source == CLOCK_TSC && cpu_features.tsc_deadline;
    if (use_deadline)
        local_apic_timer_use_deadline();
    to_timer = counter_ratio_make(NANOSECONDS, use_deadline ? tsc : timer);
    cpu_self()->timer_target = UINT64_MAX;
    source_log(tsc, timer);
}

// Sets the hardware for the target, or for a point before it where it does not reach.
static void timer_program(const struct arch_cpu *cpu) {
    uint64_t target = cpu->timer_target;
    if (target == UINT64_MAX && !is_narrow) {
        if (use_deadline)
            local_apic_deadline_set(0);
        else
            local_apic_timer_set(0);
        return;
    }
    uint64_t now = clock_now();
    uint64_t left = target > now ? target - now : 0;
    left = min_u64(left, is_narrow ? NARROW_ARM_MOST : WIDE_ARM_MOST);
    if (use_deadline)
        local_apic_deadline_set(start + counter_scale(to_timer, now + left) + 1);
    else // rounded up, and never the 0 that stops it
        local_apic_timer_set((uint32_t)min_u64(counter_scale(to_timer, left) + 1, UINT32_MAX));
}

void clock_arm(uint64_t when) {
    struct arch_cpu *cpu = cpu_self();
    cpu->timer_target = when;
    timer_program(cpu);
}

void clock_timer_arrived(void) {
    struct arch_cpu *cpu = cpu_self();
    if (clock_boot_hook != nullptr) {
        clock_boot_hook();
        return;
    }
    bool reached = clock_now() >= cpu->timer_target;
    if (reached)
        cpu->timer_target = UINT64_MAX;
    if (!reached || is_narrow)
        timer_program(cpu);
    if (reached)
        trap_timer();
}

void clock_page_fill(struct clock_page *page) {
    *page = (struct clock_page){.flags = CLOCK_USE_CALL, .boot_seconds = (int64_t)epoch_seconds};
    if (source != CLOCK_TSC)
        return;
    page->flags = 0;
    page->counter_start = start;
    page->multiplier = to_nanoseconds.multiplier;
    page->shift = COUNTER_SHIFT;
}
