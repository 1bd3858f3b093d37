// SPDX-License-Identifier: MIT
//
// What everything costs, summed up anew from what exists, and storage that others keep.

#include "parts.h"

struct charge cost_memory(uint64_t pages) {
    struct charge charge = record(OBJECT_MEMORY);
    uint64_t total = pages;
    if (pages > 8)
        for (uint64_t level = pages; level > 1;) {
            level = (level + 511) / 512;
            total += level;
        }
    charge.bytes = total * PAGE_SIZE;
    return charge;
}

struct charge cost(int index) {
    const struct m_object *o = object(index);
    struct charge charge = record(o->type);
    if (o->type == OBJECT_MEMORY && !o->physical)
        charge = cost_memory(o->pages);
    if (o->type == OBJECT_ENDPOINT)
        charge.records[RECORD_BADGE] += (uint32_t)o->places;
    return charge;
}

static bool space_is_whole(int space) {
    const struct m_object *o = object(space);
    return o->used && o->type == OBJECT_SPACE && model.processes[o->owner].state != M_PROCESS_ENDED &&
           (!o->ended || model.processes[o->owner].space == space);
}

// Page tables of a space: the distinct ones that its mappings, and the fixed part, can need.
uint64_t tables(int space) {
    uint64_t count = 1;
    for (unsigned level = 1; level <= 3; level++) {
        unsigned shift = 12 + 9 * level;
        uint64_t fixed = SPACE_FIXED >> shift;
        uint64_t seen[M_MAPPINGS * 2], seen_count = 1;
        seen[0] = fixed;
        for (int i = 0; i < M_MAPPINGS; i++) {
            const struct m_mapping *m = &model.mappings[i];
            if (!m->used || m->space != space)
                continue;
            for (uint64_t table = m->start >> shift; table <= (m->end - 1) >> shift; table++) {
                bool known = false;
                for (uint64_t k = 0; k < seen_count; k++)
                    known |= seen[k] == table;
                if (!known && seen_count < M_MAPPINGS * 2)
                    seen[seen_count++] = table;
            }
        }
        count += seen_count;
    }
    return count;
}

// What an answer that is being decided carries, and whose it is: its clones are paid by the server until the
// caller's process has paid for them as well, also where both are the same process.
const struct m_call *answer_carried;
int answer_process = M_NONE;

static struct charge clones_cost(const struct m_call *call) {
    struct charge sum = {};
    for (unsigned i = 0; i < call->count; i++)
        if (!call->descriptors[i].move)
            sum = add(sum, cost(call->descriptors[i].object));
    return sum;
}

static struct charge process_used(int p) {
    const struct m_process *process = &model.processes[p];
    // Until its end was heard, it pays for its record.
    if (process->state == M_PROCESS_ENDED)
        return record(OBJECT_PROCESS);
    struct charge sum = add(record(OBJECT_PROCESS), record(OBJECT_SPACE));
    sum.bytes += PAGE_SIZE * (1 + process->populated / SLOTS_PER_GROWTH);
    for (int i = 0; i < M_SLOTS; i++)
        if (process->slots[i].kind == M_STRONG || process->slots[i].kind == M_TRANSIT_IN ||
            process->slots[i].kind == M_TRANSIT_OUT)
            sum = add(sum, cost(process->slots[i].object));
    for (int i = 0; i < M_THREADS; i++) {
        const struct m_thread *thread = &model.threads[i];
        if (!thread->used || thread->process != p || thread->wait == M_ENDED)
            continue;
        sum = add(sum, add(record(OBJECT_THREAD), bytes(PAGE_SIZE)));
        if (thread->wait == M_CALLING)
            sum = add(sum, clones_cost(&thread->call));
    }
    if (answer_process == p)
        sum = add(sum, clones_cost(answer_carried));
    for (int i = 0; i < M_MAPPINGS; i++)
        if (model.mappings[i].used && model.mappings[i].process == p)
            sum.records[RECORD_MAPPING]++;
    for (int i = 0; i < M_OBJECTS; i++)
        if (space_is_whole(i) && object(i)->owner == p)
            sum.bytes += tables(i) * PAGE_SIZE;
    return sum;
}

static bool quota_is_spent(int quota);

struct charge model_used(int quota) {
    const struct m_quota *q = &model.quotas[quota];
    struct charge sum = {};
    if (q->process != M_NONE)
        sum = process_used(q->process);
    if (q->parent != M_NONE)
        sum.records[RECORD_QUOTA]++;
    for (int i = 0; i < M_PROCESSES; i++)
        if (model.quotas[i].used && model.quotas[i].parent == quota)
            sum = add(sum, quota_is_spent(i) ? record(OBJECT_QUOTA) : model.quotas[i].limit);
    for (int i = 0; i < M_OBJECTS; i++)
        if (object(i)->used && object(i)->ended && object(i)->payer == quota)
            sum = add(sum, object(i)->charge);
    return sum;
}

static bool quota_is_spent(int quota) {
    if (!model.quotas[quota].closed)
        return false;
    struct charge used = model_used(quota), own = record(OBJECT_QUOTA);
    return used.bytes == 0 && memcmp(used.records, own.records, sizeof(own.records)) == 0;
}

bool fits(int quota, struct charge want) {
    struct charge sum = add(model_used(quota), want);
    const struct charge *limit = &model.quotas[quota].limit;
    bool room = sum.bytes <= limit->bytes && want.bytes <= limit->bytes;
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        room = room && sum.records[i] <= limit->records[i];
    return room;
}

static bool endpoint_is_kept(int endpoint) {
    for (int i = 0; i < M_PROCESSES; i++)
        if (model.processes[i].used && model.processes[i].supervisor == endpoint)
            return true;
    return false;
}

static bool process_is_kept(int p) {
    const struct m_process *process = &model.processes[p];
    if (process->state != M_PROCESS_ENDED || !process->told)
        return true;
    for (int i = 0; i < M_OBJECTS; i++) {
        const struct m_object *o = object(i);
        if (o->used && o->type == OBJECT_SPACE && o->owner == p)
            return true;
        if (o->used && o->type == OBJECT_THREAD && model.threads[o->index].process == p)
            return true;
    }
    return false;
}

static bool is_kept(int index) {
    const struct m_object *o = object(index);
    switch (o->type) {
    case OBJECT_ENDPOINT:
        return endpoint_is_kept(index);
    case OBJECT_BADGE:
        return !o->destroyed && !o->heard && o->endpoint != M_NONE;
    case OBJECT_PROCESS:
        return process_is_kept(o->index);
    case OBJECT_SPACE:
        return model.processes[o->owner].space == index && model.processes[o->owner].state != M_PROCESS_ENDED;
    case OBJECT_THREAD:
        return model.threads[o->index].wait != M_ENDED;
    default:
        return false;
    }
}

static void object_free(int index) {
    struct m_object *o = object(index);
    if (o->type == OBJECT_PROCESS) {
        model.processes[o->index].used = false;
    } else if (o->type == OBJECT_THREAD) {
        model.threads[o->index].used = false;
    }
    o->used = false;
}

static bool quota_may_go(int quota) {
    return model.quotas[quota].used && model.quotas[quota].parent != M_NONE && quota_is_spent(quota);
}

void sweep(void) {
    for (bool again = true; again;) {
        again = false;
        for (int i = 0; i < M_OBJECTS; i++) {
            if (!object(i)->used || !object(i)->ended || is_kept(i))
                continue;
            object_free(i);
            again = true;
        }
        for (int i = 0; i < M_PROCESSES; i++) {
            if (!quota_may_go(i))
                continue;
            model.quotas[i].used = false;
            again = true;
        }
    }
}
