// SPDX-License-Identifier: MIT
//
// The time stamp counter, how fast it runs, and the random generator. Source: Intel SDM volume 1, 7.3.17
// (RDRAND, RDSEED); Intel SDM volume 3, 18.17 (TSC) and 18.7.3 (leaf 15H); ACPI 6.5, 4.8.3.3 (power
// management timer, 3.579545 MHz, at least 24 bits).

#include "../../arch.h"
#include "cpu.h"

#define TIMER_FREQUENCY 3579545ULL
#define TIMER_MASK      0xffffffU
#define MEASURE_TICKS   35795U // about ten milliseconds
#define MEASURE_STEPS   10000000
#define RANDOM_ATTEMPTS 16

uint64_t arch_ticks(void) {
    uint32_t low, high;
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

// Only what the processor states: crystal frequency times ratio.
uint64_t arch_ticks_frequency(void) {
    if (cpuid(0).eax < 0x15)
        return 0;
    struct cpuid leaf = cpuid(0x15);
    return leaf.eax == 0 || leaf.ebx == 0 ? 0 : (uint64_t)leaf.ecx * leaf.ebx / leaf.eax;
}

uint64_t arch_ticks_measure(const struct acpi_tables *acpi) {
    uint64_t stated = arch_ticks_frequency();
    uint16_t port = acpi_timer_port(acpi);
    if (stated != 0 || port == 0)
        return stated;
    uint64_t start = arch_ticks();
    uint32_t timer_start = inl(port);
    for (unsigned i = 0; i < MEASURE_STEPS; i++) {
        uint32_t elapsed = (inl(port) - timer_start) & TIMER_MASK;
        if (elapsed >= MEASURE_TICKS)
            return (arch_ticks() - start) * TIMER_FREQUENCY / elapsed;
    }
    return 0;
}

static bool rdseed(uint64_t *word) {
    bool done;
    __asm__ volatile("rdseed %0" : "=r"(*word), "=@ccc"(done));
    return done;
}

static bool rdrand(uint64_t *word) {
    bool done;
    __asm__ volatile("rdrand %0" : "=r"(*word), "=@ccc"(done));
    return done;
}

bool arch_random(uint64_t *word) {
    bool has_rdseed = cpuid(0).eax >= 7 && (cpuid(7).ebx & (1U << 18)) != 0;
    bool has_rdrand = (cpuid(1).ecx & (1U << 30)) != 0;
    for (unsigned i = 0; i < RANDOM_ATTEMPTS; i++)
        if ((has_rdseed && rdseed(word)) || (has_rdrand && rdrand(word)))
            return true;
    return false;
}
