// SPDX-License-Identifier: MIT
//
// The order of boot, after the port has brought up its machine.

#include <base/types.h>
#include <kernel/boot.h>
#include <kernel/log.h>
#include "budget.h"
#include "first_process.h"
#include "memory/clock_page.h"
#include "memory/page.h"
#include "memory/reclaim.h"
#include "object/quota.h"
#include "sched/cpu.h"

// Runs of memory that touch become one zone.
static void add_memory(const struct boot_parameters *parameters) {
    for (size_t i = 0; i < parameters->memory_count; i++) {
        if (!boot_memory_is_ours(&parameters->memory[i]))
            continue;
        uint64_t base = parameters->memory[i].base;
        uint64_t end = base + parameters->memory[i].length;
        while (i + 1 < parameters->memory_count && boot_memory_is_ours(&parameters->memory[i + 1]) &&
               parameters->memory[i + 1].base == end)
            end += parameters->memory[++i].length;
        page_zone_add(base, end - base);
    }
}

void kernel_main(const struct boot_parameters *parameters) {
    cpu_init(&cpus[0], 0);
    reclaim_init();
    log_line(LOG_INFO, "Tessera, loaded by %s", parameters->loader);
    add_memory(parameters);
    uint64_t pages = page_free_count();
    struct charge limit = budget_divide();
    quota_root_init(&limit);
    clock_page_init(parameters->boot_seconds);
    log_line(LOG_INFO, "memory: %lu KiB usable, %lu KiB free for programs",
             (unsigned long)(boot_memory_bytes(parameters) / KIB),
             (unsigned long)(root_quota.limit.bytes / KIB));
    log_line(LOG_INFO, "reserve: %lu KiB for kernel records",
             (unsigned long)(pages * PAGE_SIZE - limit.bytes) / KIB);
    first_process_start(parameters);
    arch_cpu_enter_loop();
}
