// SPDX-License-Identifier: MIT
//
// The order of a boot: configuration, kernel, requests, modules, machine, then leave the firmware, finish the
// memory map, map, answer, jump. Everything that can fail for want of memory or of a file happens before the
// firmware is left, while its console still works.

#include "boot.h"
#include "answer.h"
#include "arch.h"
#include "config_file.h"
#include "direct_map.h"
#include "entry_choice.h"
#include "kernel.h"
#include "layout.h"
#include "message.h"
#include "module.h"
#include "screen.h"

// Too large for a firmware's stack.
static struct boot boot;

static void set_resolution(void) {
    const struct config_entry *entry = boot.entry;
    if (entry->width != 0 && !screen_set(entry->width, entry->height, entry->bits))
        message("resolution %ux%ux%u is not to be had here; the screen stays as it is", entry->width,
                entry->height, entry->bits);
}

static void look_at_machine(void) {
    set_resolution();
    platform_tables_find(&boot.tables);
    boot.has_framebuffer = platform_framebuffer_find(&boot.framebuffer);
}

// Measuring takes a while, so only for those who want to know.
static void measure_clock(void) {
    static const enum request_kind users[] = {REQUEST_PERFORMANCE, REQUEST_TSC_FREQUENCY, REQUEST_MP};
    for (size_t i = 0; i < array_length(users); i++)
        if (boot.requests.requests[users[i]] != nullptr && boot.ticks_frequency == 0)
            boot.ticks_frequency = arch_ticks_measure(&boot.acpi);
}

static struct arch_entry plan_entry(void) {
    struct limine_request *mp = boot.requests.requests[REQUEST_MP];
    return (struct arch_entry){
        .entry = boot.image.entry,
        .stack_top = arch_virtual(boot.stack_top),
        .base_revision = boot.base_revision,
        .keep_iommu = boot.requests.requests[REQUEST_KEEP_IOMMU] != nullptr,
        .start_processors = mp != nullptr,
        .mp_flags = mp == nullptr ? 0 : container_of(mp, struct limine_mp_request, head)->flags,
        .stack_size = boot.stack_size,
        .ticks_frequency = boot.ticks_frequency,
        .acpi = &boot.acpi,
    };
}

void boot_run(void) {
    boot.ticks_start = arch_ticks();
    message("version " TESSERA_VERSION " for %s", platform_name);
    config_file_read(&boot.config);
    boot.entry = entry_choose(&boot.config);
    kernel_load(&boot);
    kernel_requests_read(&boot);
    modules_load(&boot);
    look_at_machine();
    kernel_stack_make(&boot);
    layout_overlays_find(&boot);
    measure_clock();
    struct arch_entry entry = plan_entry();
    arch_prepare(&entry);
    layout_reserve(&boot);
    layout_build(&boot);
    direct_map_reserve(&boot);
    answer_reserve(&boot);

    if (!platform_finish())
        stop("the firmware does not let go of the machine");
    arch_interrupts_off();
    layout_build(&boot);
    direct_map_fill(&boot);
    answer_all(&boot);
    arch_enter(&entry);
}
