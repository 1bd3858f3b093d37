// SPDX-License-Identifier: MIT
//
// Quotas: the one pair that charges and lifts charges, carving, and reports.

#include <arch/clock.h>
#include <arch/cpu.h>
#include <base/types.h>
#include <kernel/panic.h>
#include <abi/structs.h>
#include "object/process.h"
#include "object/quota.h"
#include "object/thread.h"
#include "sched/cpu.h"
#include "sched/job.h"

#define NEXT_MOST 64

struct quota root_quota;

static struct lock tree_lock = LOCK_INIT(LOCK_QUOTA);
static struct avl tree;

static bool serial_before(const struct avl_node *a, const struct avl_node *b) {
    return avl_entry_const(a, struct quota, tree)->object.serial <
           avl_entry_const(b, struct quota, tree)->object.serial;
}

static void quota_setup(struct quota *quota, const struct charge *limit) {
    quota->limit = *limit;
    for (unsigned i = 0; i < CPU_MOST; i++) {
        for (unsigned j = 0; j < PRIORITY_COUNT; j++) {
            list_init(&quota->groups[i][j].link);
            list_init(&quota->groups[i][j].threads);
        }
    }
    lock_acquire(&tree_lock);
    avl_insert(&tree, &quota->tree, serial_before);
    lock_release(&tree_lock);
}

void quota_root_init(const struct charge *limit) {
    avl_init(&tree);
    struct object *object = &root_quota.object;
    object->type = OBJECT_QUOTA;
    atomic_init(&object->references, 1);
    lock_init(&object->lock, LOCK_QUOTA);
    // Below the serial of every object made from a slab, and not 0, which names none.
    atomic_init(&object->serial, 1);
    root_quota.priority = PRIORITY_COUNT - 1;
    root_quota.weight = 100;
    quota_setup(&root_quota, limit);
}

// Whether `want` more fits between what is used, less what is on its way back, and the limit.
static bool fits(const struct charge *limit, const struct charge *used, const struct charge *back,
                 const struct charge *want) {
    uint64_t bytes = used->bytes - (back ? back->bytes : 0);
    if (want->bytes > limit->bytes - bytes)
        return false;
    for (unsigned i = 0; i < RECORD_COUNT; i++) {
        uint32_t records = used->records[i] - (back ? back->records[i] : 0);
        if (want->records[i] > limit->records[i] - records)
            return false;
    }
    return true;
}

static void charge_subtract(struct charge *from, const struct charge *part) {
    ASSERT(from->bytes >= part->bytes);
    from->bytes -= part->bytes;
    for (unsigned i = 0; i < RECORD_COUNT; i++) {
        ASSERT(from->records[i] >= part->records[i]);
        from->records[i] -= part->records[i];
    }
}

#if CONFIG_CHECKS
uint64_t quota_refuse_at;

static bool is_refused_for_test(void) {
    return quota_refuse_at != 0 && --quota_refuse_at == 0;
}
#else
static bool is_refused_for_test(void) {
    return false;
}
#endif

status_t quota_charge(struct quota *quota, const struct charge *charge) {
    status_t status = STATUS_NO_QUOTA;
    if (is_refused_for_test())
        return status;
    lock_acquire(&quota->object.lock);
    if (fits(&quota->limit, &quota->used, nullptr, charge)) {
        charge_add(&quota->used, charge);
        status = STATUS_OK;
    } else if (fits(&quota->limit, &quota->used, &quota->returning, charge)) {
        status = STATUS_RESTART;
    }
    lock_release(&quota->object.lock);
    if (status == STATUS_RESTART && cpu_current()->thread)
        job_lend_priority(cpu_current()->thread->priority);
    return status;
}

// The quota's process is gone and nothing but the quota's own record is paid.
static bool is_spent_locked(const struct quota *quota) {
    if (!quota->closed || quota->used.bytes != 0)
        return false;
    for (unsigned i = 0; i < RECORD_COUNT; i++) {
        if (quota->used.records[i] != (i == RECORD_QUOTA ? 1 : 0))
            return false;
    }
    return true;
}

static void lift(struct quota *quota, const struct charge *charge, bool announced);

// The parent has it all back at once, but for the record, which goes with the storage.
static void quota_spent(struct quota *quota) {
    struct quota *parent = quota->parent;
    struct charge back = quota->limit;
    lock_acquire(&tree_lock);
    avl_remove(&tree, &quota->tree);
    lock_release(&tree_lock);
    object_get(&parent->object);
    quota->object.payer = parent;
    quota->object.charge = charge_records(RECORD_QUOTA, 1);
    lock_acquire(&quota->object.lock); // a report may have found it before it left the tree
    quota->limit = quota->object.charge;
    lock_release(&quota->object.lock);
    back.records[RECORD_QUOTA]--;
    lock_acquire(&parent->object.lock);
    parent->carved -= back.bytes;
    lock_release(&parent->object.lock);
    lift(parent, &back, false);
    object_put(&quota->object);
}

static void lift(struct quota *quota, const struct charge *charge, bool announced) {
    lock_acquire(&quota->object.lock);
    charge_subtract(&quota->used, charge);
    if (announced)
        charge_subtract(&quota->returning, charge);
    bool spent = is_spent_locked(quota);
    if (spent)
        quota->closed = false;
    lock_release(&quota->object.lock);
    if (spent)
        quota_spent(quota);
}

void quota_uncharge(struct quota *quota, const struct charge *charge) {
    lift(quota, charge, false);
}

void quota_returning(struct quota *quota, const struct charge *charge) {
    lock_acquire(&quota->object.lock);
    charge_add(&quota->returning, charge);
    lock_release(&quota->object.lock);
}

void quota_returned(struct quota *quota, const struct charge *charge) {
    lift(quota, charge, true);
}

// As far again as two leaps of the same length from the parent, else the parent: see is_below().
static struct quota *leap_of(struct quota *parent) {
    struct quota *leap = parent->leap;
    bool is_even = leap && leap->leap && parent->depth - leap->depth == leap->depth - leap->leap->depth;
    return is_even ? leap->leap : parent;
}

status_t quota_carve(struct quota *parent, const struct limits *limits, const struct charge *fixed,
                     struct quota **child) {
    struct charge limit = charge_bytes(limits->bytes);
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        limit.records[i] = limits->records[i];
    status_t status = quota_charge(parent, &limit);
    if (status != STATUS_OK)
        return status;
    struct quota *quota = object_create(OBJECT_QUOTA, LOCK_QUOTA);
    object_get(&parent->object);
    quota->parent = parent;
    quota->depth = parent->depth + 1;
    quota->leap = leap_of(parent);
    quota->priority = limits->priority;
    quota->weight = limits->weight;
    quota->used = *fixed;
    quota->used.records[RECORD_QUOTA]++;
    quota_setup(quota, &limit);
    lock_acquire(&parent->object.lock);
    parent->carved += limit.bytes;
    lock_release(&parent->object.lock);
    *child = quota;
    return STATUS_OK;
}

void quota_close(struct quota *quota) {
    lock_acquire(&quota->object.lock);
    quota->process = nullptr;
    quota->closed = true;
    bool spent = is_spent_locked(quota);
    if (spent)
        quota->closed = false;
    lock_release(&quota->object.lock);
    if (spent)
        quota_spent(quota);
}

void quota_report(struct quota *quota, struct quota_info *info) {
    *info = (struct quota_info){};
    lock_acquire(&quota->object.lock);
    info->serial = quota->object.serial;
    info->parent = quota->parent ? quota->parent->object.serial : 0;
    info->bytes_limit = quota->limit.bytes;
    info->bytes_used = quota->used.bytes;
    info->bytes_carved = quota->carved;
    info->priority = quota->priority;
    info->weight = quota->weight;
    for (unsigned i = 0; i < RECORD_COUNT; i++) {
        info->records_limit[i] = quota->limit.records[i];
        info->records_used[i] = quota->used.records[i];
    }
    // The process lock comes before ours; each of these counts is right by itself.
    const struct process *process = quota->process;
    if (process) {
        info->process = process->object.serial;
        info->threads = process->thread_count;
        info->descriptors = process->table.used;
    }
    info->cpu_time = clock_cycles_nanoseconds(quota->cycles);
    lock_release(&quota->object.lock);
}

// Is `root` above the quota, or the quota itself? Goes up by the longest leap that does not pass the depth of
// `root`: at most about two for each bit of the depth (E. W. Myers, "An applicative random-access stack",
// Information Processing Letters 17, 1983), so that a deep chain of programs does not hold the lock for long.
static bool is_below(const struct quota *quota, const struct quota *root) {
    while (quota->depth > root->depth)
        quota = quota->leap->depth >= root->depth ? quota->leap : quota->parent;
    return quota == root;
}

static bool is_at_or_before(const struct avl_node *node, uint64_t serial) {
    return avl_entry_const(node, struct quota, tree)->object.serial <= serial;
}

struct quota *quota_next(struct quota *root, uint64_t after, uint64_t *skipped) {
    struct quota *found = nullptr;
    *skipped = 0;
    lock_acquire(&tree_lock);
    struct avl_node *node = avl_find_from(&tree, is_at_or_before, after);
    for (unsigned i = 0; node && !found; i++) {
        struct quota *quota = avl_entry(node, struct quota, tree);
        if (is_below(quota, root)) {
            found = quota;
        } else if (i == NEXT_MOST) {
            *skipped = quota->object.serial;
            break;
        }
        node = avl_next(node);
    }
    lock_release(&tree_lock);
    return found;
}
