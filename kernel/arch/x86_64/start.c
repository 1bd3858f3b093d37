// SPDX-License-Identifier: MIT
//
// x86-64: from the loader to kernel_main(). boot_start() runs on the loader's stack and page tables and
// copies everything out of the loader's memory; boot_continue() runs on the kernel's own, so that from there
// on the loader's memory is ordinary memory.

#include <arch/platform.h>
#include <base/types.h>
#include <kernel/boot.h>
#include <kernel/log.h>
#include <kernel/panic.h>
#include "../../boot/limine.h"
#include "../../dev/screen.h"
#include "asm.h"
#include "clock.h"
#include "cpu.h"
#include "entropy.h"
#include "interrupt.h"
#include "paging.h"
#include "platform.h"
#include "sched/cpu.h"

[[noreturn]] void boot_start(void);

extern char kernel_image_end[];

static struct boot_parameters parameters;
static struct limine_answers answers;
static struct memory_map map;
static struct cpu_stacks stacks;
static struct acpi acpi;

static void memory_log(void) {
    log_line(LOG_INFO, "boot: %lu KiB usable in %zu ranges, %lu KiB of the loader's, base revision %u, %s",
             (memory_map_bytes(&map, BOOT_MEMORY_USABLE) / KIB), map.count,
             (memory_map_bytes(&map, BOOT_MEMORY_RECLAIM) / KIB), answers.revision, parameters.loader);
}

// Pages of firmware tables that the map calls merely reserved, as BIOSes do. Those that lie in memory of
// ours, which would be the firmware's mistake, stay what they are.
static void tables_note(void) {
    for (size_t i = 0; i < acpi.extent_count; i++) {
        uint64_t end = align_up(acpi.extents[i].base + acpi.extents[i].length, PAGE_SIZE);
        for (uint64_t at = align_down(acpi.extents[i].base, PAGE_SIZE); at < end; at += PAGE_SIZE)
            if (!memory_map_covers(&map, at) && at != 0)
                memory_map_insert(&map, at, PAGE_SIZE, BOOT_MEMORY_ACPI);
    }
}

// What is left of the map is what kernel_main() gets.
static void memory_hand_over(void) {
    paging_finish(&map);
    for (size_t i = 0; i < map.count; i++)
        parameters.memory[i] = map.ranges[i];
    parameters.memory_count = map.count;
}

// What is no memory for devices is taken from the parameters, so that no program gets it either.
static void screen_find(void) {
    struct boot_framebuffer *screen = &parameters.framebuffer;
    uint64_t length = screen->pitch * screen->height;
    if (screen->base == 0)
        return;
    if (!physical_range_is_device(screen->base, length)) {
        log_line(LOG_WARNING, "boot: the framebuffer at 0x%lx, %lu bytes, lies in memory; ignored",
                 screen->base, length);
        *screen = (struct boot_framebuffer){};
        return;
    }
    screen_start(screen, framebuffer_map(screen->base, length));
}

static bool tables_read(void *context, uint64_t physical, void *buffer, size_t length) {
    (void)context;
    return physical_read(physical, buffer, length);
}

static void tables_parse(void) {
    enum acpi_error error = acpi_parse(&acpi, tables_read, nullptr, parameters.rsdp);
    for (size_t i = 0; i < acpi.defect_count; i++)
        log_line(LOG_WARNING, "acpi: %s: %s", acpi.defects[i].table, acpi_error_text(acpi.defects[i].error));
    if (error != ACPI_OK)
        log_line(LOG_WARNING, "acpi: no tables: %s; there will be no interrupt lines",
                 acpi_error_text(error));
    else if (!acpi.has_madt)
        log_line(LOG_WARNING, "acpi: no usable MADT; there will be no interrupt lines");
    // The kernel has no use for them: they are checked and named here for whoever looks for a machine's PCI.
    for (size_t i = 0; i < acpi.window_count; i++)
        log_line(LOG_INFO, "acpi: PCI segment %u, buses %u to %u, configured at 0x%lx",
                 acpi.windows[i].segment, acpi.windows[i].bus_first, acpi.windows[i].bus_last,
                 acpi.windows[i].base);
}

[[noreturn]] static void boot_continue(void) {
    paging_switched();
    cpu_start(&stacks);
    screen_find();
    memory_log();
    tables_parse();
    tables_note();
    interrupt_start(&acpi);
    clock_start(&acpi, parameters.boot_seconds);
    entropy_start(map.ranges, map.count * sizeof(map.ranges[0]));
    memory_hand_over();
    arch_cpu_attach(&cpus[0]);
    kernel_main(&parameters);
}

void boot_start(void) {
    early_console_start();
    // A loader goes by what its configuration demands, and that cannot be undone in long mode (SDM
    // 3A, 4.1.2).
    if ((cr4_read() & CR4_LA57) != 0)
        panic("expected a loader that leaves four levels of page tables, got five ('paging_mode')");
    cpu_features_detect();
    uint64_t limit = min_u64(cpu_features.physical_limit, 1ull << 46);
    limine_take(&answers, &parameters, &map, (uint64_t)kernel_image_end, limit);
    ASSERT(answers.kernel_virtual == KERNEL_BASE);
    platform_ram_set(&map);
    platform_reserve(answers.kernel_physical, (uint64_t)kernel_image_end - KERNEL_BASE);
    if (parameters.initrd_size > 0)
        platform_reserve(parameters.initrd.value, align_up(parameters.initrd_size, PAGE_SIZE));
    uint64_t root = paging_build(&map, &parameters, answers.offset, answers.kernel_physical, &stacks);
    stack_continue(stacks.kernel, root, boot_continue);
}
