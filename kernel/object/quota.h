// SPDX-License-Identifier: MIT
//
// Limits on memory and records. Quotas form a tree; a child's limits are carved out of its parent's, so a
// charge touches one quota only. quota_charge() and quota_uncharge() are the one pair through which anything
// is paid.
//
// What a quota paid for and gave up may still be on its way to the free list ("returning"). A charge that
// would fit once that is back is not refused: the caller gets STATUS_RESTART and tries again after the jobs
// that bring it have run.
#pragma once
#include <base/avl.h>
#include "object/object.h"
#include "sched/group.h"

struct process;
struct limits;
struct quota_info;

struct quota {
    struct object object;
    // Immutable after creation.
    struct quota *parent; // holds a reference; nullptr: the root
    struct quota *leap;   // one further up, which the chain of parents keeps; nullptr: the root
    uint32_t depth;       // below the root
    uint32_t priority;
    uint32_t weight;
    struct avl_node tree; // all quotas by serial; under the tree's lock
    // Under object.lock.
    struct process *process; // nullptr: the root, or its process has ended
    struct charge limit;
    struct charge used;
    struct charge returning;
    uint64_t carved;
    bool closed; // its process has ended: when nothing is used any more it returns to the parent
    // Owner CPUs only.
    _Atomic uint64_t cycles;
    struct sched_group groups[CPU_MOST][PRIORITY_COUNT];
};

extern struct quota root_quota;

void quota_root_init(const struct charge *limit);
// STATUS_OK, STATUS_NO_QUOTA, or STATUS_RESTART (see above).
status_t quota_charge(struct quota *quota, const struct charge *charge);
#if CONFIG_CHECKS
// For tests: the n-th charge from now on is refused; 0: none.
extern uint64_t quota_refuse_at;
#endif
void quota_uncharge(struct quota *quota, const struct charge *charge);
// The charge will be lifted when storage is free again: announced so that charges wait instead of failing.
void quota_returning(struct quota *quota, const struct charge *charge);
void quota_returned(struct quota *quota, const struct charge *charge);

// Carves a child out of the parent. The parent is charged with the limits; the child starts with `fixed`,
// which the limits have room for, and its own record.
status_t quota_carve(struct quota *parent, const struct limits *limits, const struct charge *fixed,
                     struct quota **child);
// The process of this quota is gone: what is left returns to the parent when the last charge is lifted.
void quota_close(struct quota *quota);

void quota_report(struct quota *quota, struct quota_info *info);
// The quota with the lowest serial above `after`, if it is `root` or below it; *skipped is set to the last
// serial looked at when the bound of one step was reached first.
struct quota *quota_next(struct quota *root, uint64_t after, uint64_t *skipped);
