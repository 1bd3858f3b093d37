// SPDX-License-Identifier: MIT
//
// The reserve is an eighth of memory, given out as records in fixed proportions. Records are paid as counts,
// so their pages are not part of what the root quota has in bytes; they are populated only when used.

#include <base/types.h>
#include <kernel/types.h>
#include "budget.h"
#include "memory/page.h"
#include "memory/slab.h"
#include "object/endpoint.h"
#include "object/interrupt.h"
#include "object/lease.h"
#include "object/memory.h"
#include "object/notification.h"
#include "object/platform.h"
#include "object/process.h"
#include "object/quota.h"
#include "object/reply.h"
#include "object/space.h"
#include "object/thread.h"
#include "sched/cpu.h"

#define RESERVE_SHARE 8 // one part of so many
#define UNITS_MOST    4096

// Records of each type in one unit; a unit is about what four small processes use. No call makes a lease yet:
// its records are divided up from now on, so that no limit changes its meaning when leases come
// (docs/decisions/0001); their pages are not taken from memory before one is made, only set aside.
static const struct {
    size_t size;
    uint32_t count;
} unit[RECORD_COUNT] = {
    [RECORD_MEMORY] = {sizeof(struct memory), 48},
    [RECORD_SPACE] = {sizeof(struct space), 8},
    [RECORD_PROCESS] = {sizeof(struct process), 8},
    [RECORD_THREAD] = {sizeof(struct thread), 12},
    [RECORD_ENDPOINT] = {sizeof(struct endpoint), 8},
    [RECORD_BADGE] = {sizeof(struct badge), 40},
    [RECORD_REPLY] = {sizeof(struct reply), 8},
    [RECORD_NOTIFICATION] = {sizeof(struct notification), 8},
    [RECORD_INTERRUPT] = {sizeof(struct interrupt), 2},
    [RECORD_LEASE] = {sizeof(struct lease), 8},
    [RECORD_QUOTA] = {sizeof(struct quota), 4},
    [RECORD_PLATFORM] = {sizeof(struct platform), 4},
    [RECORD_MAPPING] = {sizeof(struct mapping), 48},
};

static uint64_t unit_bytes(void) {
    uint64_t bytes = 0;
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        bytes += unit[i].count * (PAGE_SIZE / (PAGE_SIZE / unit[i].size));
    return bytes;
}

struct charge budget_divide(void) {
    uint64_t memory = page_free_count() * PAGE_SIZE;
    uint32_t units = (uint32_t)min_u64(max_u64(memory / RESERVE_SHARE / unit_bytes(), 1), UNITS_MOST);
    struct charge limit = {};
    uint64_t reserved = CPU_MOST * PAGE_CACHE_MOST;
    for (unsigned i = 0; i < RECORD_COUNT; i++) {
        limit.records[i] = unit[i].count * units;
        reserved += slab_pages(unit[i].size, limit.records[i]);
    }
    limit.bytes = (page_free_count() - reserved) * PAGE_SIZE;
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        slab_init((enum record_type)i, unit[i].size, limit.records[i]);
    return limit;
}
