// SPDX-License-Identifier: MIT
//
// x86-64: where randomness comes from. With RDRAND: its output seeds the generator and is mixed in again at
// every request. Without: the time stamps of timer interrupts, taken before init starts; each counts for at
// most one bit, and none when it came after the same time as the one before. If that does not add up, there
// is no entropy, and the log says so.

#include "entropy.h"
#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/platform.h>
#include <base/types.h>
#include <dev/random.h>
#include <kernel/log.h>
#include <stdatomic.h>
#include "asm.h"
#include "clock.h"
#include "cpu.h"
#include "local_apic.h"

#define RETRIES       10 // SDM 1, 7.3.17.1
#define SEED_WORDS    8
#define REQUEST_WORDS 4
#define BITS_WANTED   256u
#define ARRIVALS_MOST 2048u
#define ARRIVAL_TICKS 5'000u
#define ARRIVAL_WAIT  10'000'000ull // nanoseconds
#define MISSES_MOST   32u           // arrivals that did not come in that time: a host may stop us for longer

enum { SOURCE_NONE = 0, SOURCE_INSTRUCTION = 1, SOURCE_JITTER = 2 };

static struct random generator;
static unsigned source;
static atomic_flag busy = ATOMIC_FLAG_INIT;
static volatile bool arrived;

static bool rdrand(uint64_t *value) {
    for (unsigned i = 0; i < RETRIES; i++) {
        bool ok;
        __asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(ok));
        if (ok)
            return true;
    }
    return false;
}

// Some processors gave the same value for ever (AMD family 15h and 16h after suspend).
static bool instruction_works(void) {
    uint64_t first;
    uint64_t next;
    if (!cpu_features.rdrand || !rdrand(&first))
        return false;
    bool differs = false;
    for (unsigned i = 0; i < SEED_WORDS; i++) {
        if (!rdrand(&next))
            return false;
        differs |= next != first;
        random_mix(&generator, &next, sizeof(next));
    }
    return differs;
}

static void timer_hook(void) {
    arrived = true;
}

// Time stamp of the next timer interrupt; false if none comes.
static bool arrival_wait(uint64_t *when) {
    arrived = false;
    local_apic_timer_set(ARRIVAL_TICKS);
    uint64_t end = clock_now() + ARRIVAL_WAIT;
    while (clock_now() < end) {
        cpu_interrupt_window();
        if (arrived) {
            *when = tsc_read();
            return true;
        }
    }
    return false;
}

static bool jitter_gather(void) {
    unsigned bits = 0;
    unsigned misses = 0;
    uint64_t last = tsc_read();
    uint64_t last_step = 0;
    clock_boot_hook = timer_hook;
    for (unsigned i = 0; i < ARRIVALS_MOST && bits < BITS_WANTED; i++) {
        uint64_t now;
        if (!arrival_wait(&now)) {
            if (++misses > MISSES_MOST)
                break;
            continue;
        }
        uint64_t step = now - last;
        bits += step != last_step;
        random_mix(&generator, &now, sizeof(now));
        last = now;
        last_step = step;
    }
    clock_boot_hook = nullptr;
    return bits >= BITS_WANTED;
}

void entropy_start(const void *extra, size_t length) {
    random_mix(&generator, extra, length);
    if (instruction_works())
        source = SOURCE_INSTRUCTION;
    else if (jitter_gather())
        source = SOURCE_JITTER;
    generator.seeded = source != SOURCE_NONE;
    static const char *const names[] = {"none: random numbers are refused", "processor instruction",
                                        "interrupt arrival jitter"};
    log_line(LOG_INFO, "entropy: %s", names[source]);
}

bool entropy_fill(void *buffer, size_t size) {
    uint64_t word;
    while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) // pairs with the clear below
        cpu_relax();
    for (unsigned i = 0; source == SOURCE_INSTRUCTION && i < REQUEST_WORDS; i++)
        if (rdrand(&word))
            random_mix(&generator, &word, sizeof(word));
    bool filled = random_fill(&generator, buffer, size);
    atomic_flag_clear_explicit(&busy, memory_order_release);
    return filled;
}

unsigned entropy_source(void) {
    return source;
}
