// SPDX-License-Identifier: MIT
//
// The clock page; belongs to the kernel's reserve.

#include <arch/clock.h>
#include <arch/memory.h>
#include "memory/clock_page.h"
#include "memory/page.h"

static paddr_t physical;

void clock_page_init(int64_t boot_seconds) {
    struct clock_page *page = page_boot_alloc(1);
    clock_page_fill(page);
    page->boot_seconds = boot_seconds;
    physical = direct_map_physical(page);
}

paddr_t clock_page_physical(void) {
    return physical;
}
