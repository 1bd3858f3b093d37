// SPDX-License-Identifier: MIT
//
// See model.h.

#include <string.h>
#include "model.h"

#define SLOTS_PER_GROWTH 64
#define FIXED_TABLES     4 // root, and one table of each level for the fixed part

struct model model;

static struct m_object *object(int index) {
    return &model.objects[index];
}

int model_new_object(enum object_type type) {
    for (int i = 0; i < M_OBJECTS; i++) {
        if (object(i)->used)
            continue;
        *object(i) = (struct m_object){.used = true,
                                       .id = ++model.last_id,
                                       .type = type,
                                       .payer = M_NONE,
                                       .index = M_NONE,
                                       .owner = M_NONE,
                                       .endpoint = M_NONE,
                                       .caller = M_NONE,
                                       .waiter = M_NONE,
                                       .bound = M_NONE,
                                       .notification = M_NONE,
                                       .timer = DEADLINE_NONE};
        return i;
    }
    model.overflow = true;
    return 0;
}

// ---- what things cost

static struct charge record(enum object_type type) {
    struct charge charge = {};
    charge.records[type - 1] = 1;
    return charge;
}

static struct charge add(struct charge a, struct charge b) {
    charge_add(&a, &b);
    return a;
}

static struct charge bytes(uint64_t amount) {
    return (struct charge){.bytes = amount};
}

static struct charge cost_memory(uint64_t pages) {
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

static struct charge cost(int index) {
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
static uint64_t tables(int space) {
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
static const struct m_call *answer_carried;
static int answer_process = M_NONE;

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
static void sweep(void);

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

static bool fits(int quota, struct charge want) {
    struct charge sum = add(model_used(quota), want);
    const struct charge *limit = &model.quotas[quota].limit;
    bool room = sum.bytes <= limit->bytes && want.bytes <= limit->bytes;
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        room = room && sum.records[i] <= limit->records[i];
    return room;
}

// ---- storage that others keep

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

static void sweep(void) {
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

// ---- ends, waits, and what they drag along

static void object_release(int index, int payer);
static void process_finish(int p, uint64_t reason, uint64_t status, uint64_t address, uint64_t instruction);
static void thread_finish(int t, status_t pending);
static void slot_close(int p, int s);

static unsigned servers(int endpoint) {
    unsigned count = 0;
    for (int p = 0; p < M_PROCESSES; p++)
        for (int s = 0; model.processes[p].used && s < M_SLOTS; s++) {
            const struct m_slot *slot = &model.processes[p].slots[s];
            count += (slot->kind == M_STRONG || slot->kind == M_TRANSIT_OUT) && slot->object == endpoint &&
                     (slot->rights & RIGHT_ENDPOINT_RECEIVE) != 0 &&
                     object(endpoint)->type == OBJECT_ENDPOINT;
        }
    for (int t = 0; t < M_THREADS; t++)
        for (unsigned i = 0;
             model.threads[t].used && model.threads[t].wait == M_CALLING && i < model.threads[t].call.count;
             i++) {
            const struct m_outgoing *one = &model.threads[t].call.descriptors[i];
            count += !one->move && one->object == endpoint && (one->rights & RIGHT_ENDPOINT_RECEIVE) != 0 &&
                     object(endpoint)->type == OBJECT_ENDPOINT;
        }
    return count;
}

static void result_now(struct m_thread *thread, status_t status) {
    thread->wait = M_RUNS;
    thread->at = M_NONE;
    thread->through = M_NONE;
    thread->deadline = DEADLINE_NONE;
    thread->result.over = true;
    thread->result.status = status;
}

static void slot_free(int p, int s) {
    model.processes[p].slots[s] = (struct m_slot){.kind = M_FREE, .object = M_NONE};
    model.processes[p].used_slots--;
}

static void clone_drop(int t, struct m_outgoing *one) {
    object_release(one->object, model.processes[model.threads[t].process].quota);
}

// A message that was taken from its sender but not delivered.
static void message_put_back(int t, struct m_call *call) {
    struct m_process *process = &model.processes[model.threads[t].process];
    unsigned count = call->count;
    call->count = 0;
    for (unsigned i = 0; i < count; i++)
        if (call->descriptors[i].move)
            process->slots[call->descriptors[i].slot].kind = M_STRONG;
    for (unsigned i = 0; i < count; i++)
        if (!call->descriptors[i].move)
            clone_drop(t, &call->descriptors[i]);
}

static void mappings_remove(int p, int s) {
    for (int i = 0; i < M_MAPPINGS; i++)
        if (model.mappings[i].used && model.mappings[i].process == p && model.mappings[i].slot == s)
            model.mappings[i].used = false;
}

static void cancel(int t, status_t status);

static void unbind(int t) {
    struct m_thread *thread = &model.threads[t];
    if (thread->bound != M_NONE)
        object(thread->bound)->bound = M_NONE;
    thread->bound = thread->bound_through = M_NONE;
}

static void waits_end(int p, int s) {
    for (int t = 0; t < M_THREADS; t++) {
        struct m_thread *thread = &model.threads[t];
        if (!thread->used || thread->process != p)
            continue;
        if (thread->bound_through == s)
            unbind(t);
        if (thread->through == s)
            cancel(t, STATUS_CLOSED);
    }
}

static void message_give_back(int t) {
    struct m_thread *thread = &model.threads[t];
    struct m_process *sender = &model.processes[thread->process];
    while (thread->call.count > 0) {
        struct m_outgoing *one = &thread->call.descriptors[--thread->call.count];
        if (!one->move || one->received == M_NONE)
            continue;
        mappings_remove(thread->call.server_process, one->received);
        waits_end(thread->call.server_process, one->received);
        sender->slots[one->slot].kind = M_STRONG;
        slot_free(thread->call.server_process, one->received);
    }
}

static void call_unlink(int t, bool server_hears) {
    struct m_thread *thread = &model.threads[t];
    if (thread->call.server != M_NONE) {
        model.threads[thread->call.server].pending = M_NONE;
        model.threads[thread->call.server].gone = server_hears;
    }
    if (thread->call.reply != M_NONE) {
        object(thread->call.reply)->caller = M_NONE;
        object(thread->call.reply)->gone = server_hears;
    }
    thread->call.server = thread->call.reply = M_NONE;
}

static void call_cancel(int t, status_t status) {
    struct m_thread *thread = &model.threads[t];
    bool delivered = thread->wait == M_AWAITING;
    call_unlink(t, true);
    result_now(thread, status);
    if (delivered)
        message_give_back(t);
    else
        message_put_back(t, &thread->call);
    if (thread->call.is_fault)
        process_finish(thread->process, END_FAULTED, 255, thread->call.words[0], thread->call.words[1]);
}

static void cancel(int t, status_t status) {
    struct m_thread *thread = &model.threads[t];
    switch (thread->wait) {
    case M_CALLING:
    case M_AWAITING:
        call_cancel(t, status);
        return;
    case M_WAITING:
        object(thread->at)->waiter = M_NONE;
        break;
    case M_RECEIVING:
    case M_FUTEX:
        break;
    default:
        return;
    }
    result_now(thread, status);
}

// The first by ticket of the threads that wait so at an object.
static int first_waiting(enum m_wait wait, int at) {
    int found = M_NONE;
    for (int t = 0; t < M_THREADS; t++)
        if (model.threads[t].used && model.threads[t].wait == wait && model.threads[t].at == at &&
            (found == M_NONE || model.threads[t].ticket < model.threads[found].ticket))
            found = t;
    return found;
}

static void callers_end(enum m_wait wait, int endpoint) {
    int t;
    while ((t = first_waiting(wait, endpoint)) != M_NONE)
        call_cancel(t, STATUS_NO_SERVER);
}

// The supervisor has heard, or will never hear: the quota returns.
static void process_release(int p) {
    struct m_process *process = &model.processes[p];
    int quota = process->quota;
    process->told = true;
    model.quotas[quota].closed = true;
    model.quotas[quota].process = M_NONE;
    if (process->started)
        object_release(process->object, quota);
}

static void event_taken(struct m_event *event) {
    event->used = false;
    if (object(event->object)->type == OBJECT_BADGE)
        object(event->object)->heard = true;
    else
        process_release(object(event->object)->index);
}

static void event_deliver(int t, const struct m_event *event) {
    struct m_thread *thread = &model.threads[t];
    struct m_result *result = &thread->result;
    result_now(thread, STATUS_OK);
    *result = (struct m_result){.over = true, .check = {true, true, true}, .check_words = true};
    result->a[0] = event->badge;
    result->a[1] = event->label | HEADER_EVENT;
    memcpy(result->words, event->words, sizeof(event->words));
    result->event = *event;
    result->event.used = event->label != EVENT_NOTIFIED;
}

void model_heard(struct m_result *result) {
    if (result->event.used)
        event_taken(&result->event);
    sweep();
}

static void post(struct m_event event) {
    event.step = model.step;
    int t = first_waiting(M_RECEIVING, event.endpoint);
    if (t != M_NONE) {
        event_deliver(t, &event);
        return;
    }
    if (object(event.endpoint)->ended) {
        event_taken(&event);
        return;
    }
    for (int i = 0; i < M_EVENTS; i++) {
        if (model.events[i].used)
            continue;
        model.events[i] = event;
        model.events[i].used = true;
        model.events[i].ticket = model.ticket++;
        return;
    }
    model.overflow = true;
}

static void interrupt_unbind(int index) {
    object(index)->notification = M_NONE;
    object(index)->owes_ack = false;
}

static void object_end(int index) {
    struct m_object *o = object(index);
    switch (o->type) {
    case OBJECT_MEMORY:
        for (int t = 0; t < M_THREADS; t++)
            if (model.threads[t].used && model.threads[t].wait == M_FUTEX && model.threads[t].at == index)
                cancel(t, STATUS_CLOSED);
        return;
    case OBJECT_SPACE:
        for (int i = 0; i < M_MAPPINGS; i++)
            if (model.mappings[i].used && model.mappings[i].space == index)
                model.mappings[i].used = false;
        return;
    case OBJECT_PROCESS:
        process_finish(o->index, END_KILLED, 0, 0, 0);
        return;
    case OBJECT_THREAD:
        if (!model.threads[o->index].started)
            thread_finish(o->index, STATUS_DROPPED);
        return;
    case OBJECT_ENDPOINT:
        callers_end(M_CALLING, index);
        callers_end(M_AWAITING, index);
        for (int i = 0; i < M_EVENTS; i++)
            if (model.events[i].used && model.events[i].endpoint == index)
                event_taken(&model.events[i]);
        for (int i = 0; i < M_OBJECTS; i++)
            if (object(i)->used && object(i)->type == OBJECT_BADGE && object(i)->endpoint == index)
                object(i)->endpoint = M_NONE;
        return;
    case OBJECT_BADGE:
        if (!o->destroyed && o->endpoint != M_NONE)
            post((struct m_event){
                .endpoint = o->endpoint, .object = index, .label = EVENT_BADGE_CLOSED, .badge = o->value});
        return;
    case OBJECT_REPLY:
        if (o->caller != M_NONE)
            call_cancel(o->caller, STATUS_DROPPED);
        return;
    case OBJECT_NOTIFICATION:
        o->timer = DEADLINE_NONE;
        for (int i = 0; i < M_OBJECTS; i++)
            if (object(i)->used && object(i)->type == OBJECT_INTERRUPT && object(i)->notification == index)
                interrupt_unbind(i);
        return;
    case OBJECT_INTERRUPT:
        interrupt_unbind(index);
        return;
    default:
        return;
    }
}

static void object_release(int index, int payer) {
    struct m_object *o = object(index);
    if (--o->strong > 0)
        return;
    o->ended = true;
    // Until its end was heard, a badge is paid as a place of its endpoint.
    o->payer = o->type == OBJECT_BADGE && o->endpoint != M_NONE ? M_NONE : payer;
    o->charge = cost(index);
    o->step = model.step;
    object_end(index);
}

// A descriptor with the right to receive went, and the object may be an endpoint without a server now.
static void served(int index, uint64_t rights) {
    if (object(index)->type == OBJECT_ENDPOINT && (rights & RIGHT_ENDPOINT_RECEIVE) != 0 &&
        servers(index) == 0)
        callers_end(M_CALLING, index);
}

static void transit_forget(int p, int s) {
    for (int t = 0; t < M_THREADS; t++) {
        struct m_call *call = &model.threads[t].call;
        for (unsigned i = 0; model.threads[t].used && model.threads[t].wait == M_AWAITING && i < call->count;
             i++)
            if (call->descriptors[i].move && call->server_process == p && call->descriptors[i].received == s)
                call->descriptors[i].received = M_NONE;
    }
}

static void slot_close(int p, int s) {
    struct m_process *process = &model.processes[p];
    struct m_slot slot = process->slots[s];
    mappings_remove(p, s);
    waits_end(p, s);
    slot_free(p, s);
    if (slot.kind == M_TRANSIT_IN) {
        model.processes[slot.peer_process].slots[slot.peer_slot].kind = M_STRONG;
        transit_forget(p, s);
    } else if (slot.kind == M_STRONG) {
        if (object(slot.object)->type == OBJECT_REPLY && process->state == M_PROCESS_ENDED &&
            object(slot.object)->caller != M_NONE)
            call_cancel(object(slot.object)->caller, STATUS_SERVER_DIED);
        served(slot.object, slot.rights);
        object_release(slot.object, process->quota);
    }
}

static void thread_finish(int t, status_t pending) {
    if (model.threads[t].result.event.used)
        event_taken(&model.threads[t].result.event);
    struct m_thread *thread = &model.threads[t];
    if (thread->wait == M_ENDED)
        return;
    cancel(t, STATUS_CLOSED);
    thread->result.over = false;
    if (thread->pending != M_NONE)
        call_cancel(thread->pending, pending);
    unbind(t);
    thread->wait = M_ENDED;
    int p = thread->process;
    bool last = true;
    for (int i = 0; i < M_THREADS; i++)
        last = last &&
               !(model.threads[i].used && model.threads[i].process == p && model.threads[i].wait != M_ENDED);
    if (thread->started)
        object_release(thread->object, model.processes[p].quota);
    if (last && model.processes[p].started)
        process_finish(p, END_LAST_THREAD, 0, 0, 0);
}

static void process_finish(int p, uint64_t reason, uint64_t status, uint64_t address, uint64_t instruction) {
    struct m_process *process = &model.processes[p];
    if (process->state == M_PROCESS_ENDED)
        return;
    process->state = M_PROCESS_ENDED;
    const uint64_t end[4] = {reason, status, address, instruction};
    memcpy(process->end, end, sizeof(end));
    for (int t = 0; t < M_THREADS; t++)
        if (model.threads[t].used && model.threads[t].process == p)
            thread_finish(t, STATUS_SERVER_DIED);
    // In the order of the table, so that what they drag along comes in the same order.
    for (int s = 0; s < M_SLOTS; s++)
        if (process->slots[s].kind != M_FREE)
            slot_close(p, s);
    for (int i = 0; i < M_MAPPINGS; i++)
        if (model.mappings[i].used && model.mappings[i].process == p)
            model.mappings[i].used = false;
    object_release(process->space, process->quota);
    if (!process->started) {
        process_release(p);
        return;
    }
    struct m_event event = {.endpoint = process->supervisor,
                            .object = process->object,
                            .label = EVENT_PROCESS_ENDED,
                            .badge = process->value};
    memcpy(event.words, process->end, sizeof(event.words));
    post(event);
}

// ---- descriptors

int model_find_slot(int p, uint64_t value) {
    for (int s = 0; s < M_SLOTS; s++)
        if (model.processes[p].slots[s].kind != M_FREE && model.processes[p].slots[s].value == value)
            return s;
    return M_NONE;
}

#define ACCEPT_WEAK 1
#define ACCEPT_OUT  2
#define ACCEPT_ONLY 4
#define ANY_TYPE    UINT32_MAX

static status_t lookup(int p, uint64_t value, uint32_t types, uint64_t rights, unsigned accept, int *out) {
    int s = model_find_slot(p, value);
    if (s == M_NONE)
        return STATUS_BAD_DESCRIPTOR;
    const struct m_slot *slot = &model.processes[p].slots[s];
    if ((types >> slot->type & 1) == 0)
        return STATUS_WRONG_TYPE;
    if (slot->kind == M_TRANSIT_OUT && (accept & ACCEPT_OUT) == 0)
        return STATUS_IN_TRANSIT;
    if (slot->kind == M_WEAK && (accept & ACCEPT_WEAK) == 0)
        return STATUS_WRONG_KIND;
    if (slot->kind == M_TRANSIT_IN && (accept & ACCEPT_ONLY) != 0)
        return STATUS_WRONG_KIND;
    if ((slot->rights & rights) != rights)
        return STATUS_NO_RIGHT;
    *out = s;
    return STATUS_OK;
}

// Room and payment for new descriptors. `extra`: what else the same call pays from the same quota.
static status_t prepare(int p, uint32_t slots, struct charge charge) {
    struct m_process *process = &model.processes[p];
    while (process->populated - process->used_slots < slots) {
        if (process->populated == DESCRIPTORS_PER_PROCESS)
            return STATUS_TABLE_FULL;
        if (!fits(process->quota, bytes(PAGE_SIZE)))
            return STATUS_NO_QUOTA;
        process->populated += SLOTS_PER_GROWTH;
    }
    return fits(process->quota, charge) ? STATUS_OK : STATUS_NO_QUOTA;
}

static int insert(int p, int index, enum m_kind kind, uint64_t rights) {
    struct m_process *process = &model.processes[p];
    for (int s = 0; s < M_SLOTS; s++) {
        if (process->slots[s].kind != M_FREE)
            continue;
        process->slots[s] = (struct m_slot){.kind = kind,
                                            .type = object(index)->type,
                                            .object = index,
                                            .id = object(index)->id,
                                            .rights = rights,
                                            .peer_process = M_NONE,
                                            .peer_slot = M_NONE};
        process->used_slots++;
        if (kind == M_STRONG)
            object(index)->strong++;
        return s;
    }
    model.overflow = true;
    return 0;
}

// The call's result i is a new descriptor of `p`.
static void bind_result(int t, unsigned i, int p, int s) {
    model.threads[t].result.bind_process[i] = p;
    model.threads[t].result.bind_slot[i] = s;
}

static status_t create(int t, enum object_type type, struct charge charge, uint64_t rights, int *made) {
    int p = model.threads[t].process;
    status_t status = prepare(p, 1, charge);
    if (status != STATUS_OK)
        return status;
    *made = model_new_object(type);
    bind_result(t, 0, p, insert(p, *made, M_STRONG, rights));
    return STATUS_OK;
}

static status_t do_clone(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    if (a[1] > UINT16_MAX)
        return STATUS_NO_RIGHT;
    status_t status = lookup(p, a[0], ANY_TYPE, RIGHT_CLONE, 0, &s);
    if (status != STATUS_OK)
        return status;
    struct m_slot slot = model.processes[p].slots[s];
    if ((a[1] & ~slot.rights) != 0)
        return STATUS_NO_RIGHT;
    if (slot.kind != M_STRONG)
        return STATUS_WRONG_KIND;
    status = prepare(p, 1, cost(slot.object));
    if (status == STATUS_OK)
        bind_result(t, 0, p, insert(p, slot.object, M_STRONG, a[1]));
    return status;
}

static status_t do_release(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    status_t status = lookup(p, a[0], ANY_TYPE, 0, ACCEPT_WEAK, &s);
    if (status == STATUS_OK)
        slot_close(p, s);
    return status;
}

static status_t do_transfer(int t, const uint64_t *a) {
    int p = model.threads[t].process, s, target_slot;
    if (a[2] > UINT16_MAX)
        return STATUS_NO_RIGHT;
    status_t status = lookup(p, a[0], ANY_TYPE, RIGHT_TRANSFER, 0, &s);
    if (status == STATUS_OK)
        status = lookup(p, a[1], 1u << OBJECT_PROCESS, RIGHT_PROCESS_INSERT, 0, &target_slot);
    if (status != STATUS_OK)
        return status;
    struct m_slot slot = model.processes[p].slots[s];
    int target = object(model.processes[p].slots[target_slot].object)->index;
    if ((a[2] & ~slot.rights) != 0)
        return STATUS_NO_RIGHT;
    if (slot.kind != M_STRONG)
        return STATUS_WRONG_KIND;
    if (target == p || s == target_slot)
        return STATUS_SELF;
    if (model.processes[target].state == M_PROCESS_ENDED)
        return STATUS_PROCESS_ENDED;
    enum object_type type = object(slot.object)->type;
    if (model.processes[target].state == M_PROCESS_NEW && (type == OBJECT_PROCESS || type == OBJECT_THREAD))
        return STATUS_WOULD_ORPHAN;
    status = prepare(target, 1, cost(slot.object));
    if (status != STATUS_OK)
        return status;
    int made = insert(target, slot.object, M_STRONG, a[2]);
    mappings_remove(p, s);
    waits_end(p, s);
    slot_free(p, s);
    object(slot.object)->strong--;
    served(slot.object, slot.rights);
    bind_result(t, 0, target, made);
    return STATUS_OK;
}

static status_t do_weaken(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    status_t status = lookup(p, a[0], ANY_TYPE, 0, 0, &s);
    if (status != STATUS_OK)
        return status;
    struct m_slot slot = model.processes[p].slots[s];
    if (slot.kind != M_STRONG)
        return STATUS_WRONG_KIND;
    status = prepare(p, 1, (struct charge){});
    if (status == STATUS_OK)
        bind_result(t, 0, p, insert(p, slot.object, M_WEAK, slot.rights));
    return status;
}

static status_t do_strengthen(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    status_t status = lookup(p, a[0], ANY_TYPE, 0, ACCEPT_WEAK, &s);
    if (status != STATUS_OK)
        return status;
    struct m_slot slot = model.processes[p].slots[s];
    if (slot.kind != M_WEAK)
        return STATUS_WRONG_KIND;
    if (object(slot.object)->id != slot.id || object(slot.object)->ended)
        return STATUS_DEAD;
    status = prepare(p, 1, cost(slot.object));
    if (status == STATUS_OK)
        bind_result(t, 0, p, insert(p, slot.object, M_STRONG, slot.rights));
    return status;
}

// ---- memory

int model_mapping_at(int space, uint64_t address) {
    for (int i = 0; i < M_MAPPINGS; i++)
        if (model.mappings[i].used && model.mappings[i].space == space &&
            address >= model.mappings[i].start && address < model.mappings[i].end)
            return i;
    return M_NONE;
}

static bool in_user(uint64_t address, uint64_t length) {
    return address >= USER_START && address < USER_END && length <= USER_END - address;
}

// For the kernel's own copies: ordinary memory only.
bool model_can_access(int p, uint64_t address, uint64_t length, unsigned flag) {
    if (!in_user(address, length))
        return false;
    for (uint64_t at = address; at < address + length; at = (at & ~(PAGE_SIZE - 1ull)) + PAGE_SIZE) {
        int m = model_mapping_at(model.processes[p].space, at);
        if (m == M_NONE || object(model.mappings[m].memory)->physical ||
            (model.mappings[m].flags & flag) == 0)
            return false;
    }
    return true;
}

static status_t do_allocate(int t, const uint64_t *a) {
    if (a[0] == 0 || a[0] > MEMORY_SIZE_MAX)
        return STATUS_BAD_SIZE;
    if (a[1] != 0)
        return STATUS_BAD_FLAGS;
    uint64_t pages = (a[0] + PAGE_SIZE - 1) / PAGE_SIZE;
    int made;
    status_t status = create(t, OBJECT_MEMORY, cost_memory(pages), RIGHTS_MEMORY_ALL, &made);
    if (status == STATUS_OK)
        object(made)->pages = pages;
    return status;
}

static bool covers(const struct m_object *o, uint64_t kind, uint64_t base, uint64_t length) {
    if (o->kind == 0)
        return length != 0 && base <= UINT64_MAX - length;
    return o->kind == kind && length != 0 && base >= o->base && base - o->base <= o->length &&
           length <= o->length - (base - o->base);
}

static status_t platform(int t, uint64_t value, uint64_t right, const struct m_object **out) {
    int p = model.threads[t].process, s;
    status_t status = lookup(p, value, 1u << OBJECT_PLATFORM, right, 0, &s);
    if (status == STATUS_OK)
        *out = object(model.processes[p].slots[s].object);
    return status;
}

static status_t do_physical(int t, const uint64_t *a) {
    const struct m_object *part;
    if (a[2] == 0 || a[2] > MEMORY_SIZE_MAX)
        return STATUS_BAD_SIZE;
    if ((a[3] & ~3ull) != 0)
        return STATUS_BAD_FLAGS;
    status_t status = platform(t, a[0], RIGHT_PLATFORM_MEMORY, &part);
    if (status != STATUS_OK)
        return status;
    if (a[1] % PAGE_SIZE != 0 || a[2] % PAGE_SIZE != 0)
        return STATUS_BAD_ALIGNMENT;
    if (a[3] == 3)
        return STATUS_BAD_FLAGS;
    if (!covers(part, PLATFORM_MEMORY, a[1], a[2]))
        return STATUS_OUT_OF_RANGE;
    // The generator asks for the device range or for the first page of memory.
    if (a[1] < 0xe0000000)
        return STATUS_TAKEN;
    int made;
    status =
        create(t, OBJECT_MEMORY, record(OBJECT_MEMORY), RIGHTS_MEMORY_ALL & ~RIGHT_MEMORY_EXECUTE, &made);
    if (status == STATUS_OK) {
        object(made)->physical = true;
        object(made)->base = a[1];
        object(made)->pages = a[2] / PAGE_SIZE;
    }
    return status;
}

static bool is_mapped_writable(int memory) {
    for (int i = 0; i < M_MAPPINGS; i++)
        if (model.mappings[i].used && model.mappings[i].memory == memory &&
            (model.mappings[i].flags & MAP_WRITE) != 0)
            return true;
    return false;
}

static status_t do_seal(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    status_t status = lookup(p, a[0], 1u << OBJECT_MEMORY, RIGHT_MEMORY_WRITE, 0, &s);
    if (status != STATUS_OK)
        return status;
    struct m_object *o = object(model.processes[p].slots[s].object);
    if (model.processes[p].slots[s].kind != M_STRONG || o->physical)
        return STATUS_WRONG_KIND;
    if (o->sealed)
        return STATUS_SEALED;
    if (o->strong > 1)
        return STATUS_SELF;
    if (is_mapped_writable(model.processes[p].slots[s].object))
        return STATUS_MAPPED;
    o->sealed = true;
    return STATUS_OK;
}

static status_t do_space_create(int t) {
    int made, p = model.threads[t].process;
    status_t status = create(t, OBJECT_SPACE, add(record(OBJECT_SPACE), bytes(FIXED_TABLES * PAGE_SIZE)),
                             RIGHTS_SPACE_ALL, &made);
    if (status == STATUS_OK)
        object(made)->owner = p;
    return status;
}

// The space that a call names; 0 is the caller's own.
static status_t space(int t, uint64_t value, int *index, uint64_t *rights) {
    int p = model.threads[t].process, s;
    *index = model.processes[p].space;
    *rights = RIGHTS_SPACE_ALL;
    if (value == 0)
        return STATUS_OK;
    status_t status = lookup(p, value, 1u << OBJECT_SPACE, RIGHT_SPACE_MAP, 0, &s);
    if (status == STATUS_OK) {
        *index = model.processes[p].slots[s].object;
        *rights = model.processes[p].slots[s].rights;
    }
    return status;
}

static status_t flags_check(uint64_t flags) {
    if ((flags & MAP_READ) == 0)
        return STATUS_BAD_FLAGS;
    return (flags & MAP_WRITE) != 0 && (flags & MAP_EXECUTE) != 0 ? STATUS_WRITE_EXECUTE : STATUS_OK;
}

static uint64_t rights_for(uint64_t flags) {
    return RIGHT_MEMORY_MAP | RIGHT_MEMORY_READ | ((flags & MAP_WRITE) != 0 ? RIGHT_MEMORY_WRITE : 0) |
           ((flags & MAP_EXECUTE) != 0 ? RIGHT_MEMORY_EXECUTE : 0);
}

static status_t page_check(uint64_t address) {
    if (address % PAGE_SIZE != 0)
        return STATUS_BAD_ALIGNMENT;
    return in_user(address, 1) ? STATUS_OK : STATUS_BAD_ADDRESS;
}

static int mapping_new(struct m_mapping mapping) {
    for (int i = 0; i < M_MAPPINGS; i++) {
        if (model.mappings[i].used)
            continue;
        model.mappings[i] = mapping;
        return i;
    }
    model.overflow = true;
    return 0;
}

static status_t map_act(struct m_mapping mapping) {
    int quota = model.processes[mapping.process].quota;
    for (int i = 0; i < M_MAPPINGS; i++)
        if (model.mappings[i].used && model.mappings[i].space == mapping.space &&
            mapping.start < model.mappings[i].end && model.mappings[i].start < mapping.end)
            return STATUS_OVERLAP;
    if ((mapping.flags & MAP_WRITE) != 0 && object(mapping.memory)->sealed)
        return STATUS_SEALED;
    // Its price is the difference that it makes.
    struct charge price = {};
    price.records[RECORD_MAPPING] = 1;
    uint64_t before = tables(mapping.space);
    int made = mapping_new(mapping);
    price.bytes = (tables(mapping.space) - before) * PAGE_SIZE;
    model.mappings[made].used = false;
    if (!fits(quota, price))
        return STATUS_NO_QUOTA;
    model.mappings[made].used = true;
    return STATUS_OK;
}

static status_t do_map(int t, const uint64_t *a) {
    int p = model.threads[t].process, sp, s;
    uint64_t rights, length = (a[4] + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1ull);
    if (a[4] == 0 || a[4] > MAPPING_SIZE_MAX)
        return STATUS_BAD_SIZE;
    if ((a[5] & ~7ull) != 0)
        return STATUS_BAD_FLAGS;
    status_t status = page_check(a[2]);
    if (status == STATUS_OK)
        status = space(t, a[0], &sp, &rights);
    if (status == STATUS_OK)
        status = flags_check(a[5]);
    if (status != STATUS_OK)
        return status;
    int owner = object(sp)->owner;
    if (owner != p && (rights & RIGHT_SPACE_INSERT) == 0)
        return STATUS_NO_RIGHT;
    if (a[3] % PAGE_SIZE != 0)
        return STATUS_BAD_ALIGNMENT;
    if (!in_user(a[2], length))
        return STATUS_BAD_ADDRESS;
    if (model.processes[owner].state == M_PROCESS_ENDED)
        return STATUS_PROCESS_ENDED;
    status = lookup(owner, a[1], 1u << OBJECT_MEMORY, rights_for(a[5]), 0, &s);
    if (status != STATUS_OK)
        return status;
    int memory = model.processes[owner].slots[s].object;
    uint64_t size = object(memory)->pages * PAGE_SIZE;
    if (a[3] > size || length > size - a[3])
        return STATUS_OUT_OF_RANGE;
    return map_act((struct m_mapping){.used = true,
                                      .space = sp,
                                      .process = owner,
                                      .slot = s,
                                      .memory = memory,
                                      .start = a[2],
                                      .end = a[2] + length,
                                      .offset = a[3],
                                      .flags = (unsigned)a[5]});
}

static int mapping_start(int sp, uint64_t address) {
    int m = model_mapping_at(sp, address);
    return m != M_NONE && model.mappings[m].start == address ? m : M_NONE;
}

static status_t do_unmap(int t, const uint64_t *a) {
    int sp;
    uint64_t rights;
    status_t status = page_check(a[1]);
    if (status == STATUS_OK)
        status = space(t, a[0], &sp, &rights);
    if (status != STATUS_OK)
        return status;
    int m = mapping_start(sp, a[1]);
    if (m == M_NONE)
        return STATUS_NOT_MAPPED;
    model.mappings[m].used = false;
    return STATUS_OK;
}

static status_t do_protect(int t, const uint64_t *a) {
    int sp;
    uint64_t rights;
    if ((a[2] & ~7ull) != 0)
        return STATUS_BAD_FLAGS;
    status_t status = page_check(a[1]);
    if (status == STATUS_OK)
        status = space(t, a[0], &sp, &rights);
    if (status == STATUS_OK)
        status = flags_check(a[2]);
    if (status != STATUS_OK)
        return status;
    int m = mapping_start(sp, a[1]);
    if (m == M_NONE)
        return STATUS_NOT_MAPPED;
    struct m_mapping *mapping = &model.mappings[m];
    uint64_t needed = rights_for(a[2]) & ~RIGHT_MEMORY_MAP;
    if ((needed & ~model.processes[mapping->process].slots[mapping->slot].rights) != 0)
        return STATUS_NO_RIGHT;
    if ((a[2] & MAP_WRITE) != 0 && object(mapping->memory)->sealed)
        return STATUS_SEALED;
    mapping->flags = (unsigned)a[2];
    return STATUS_OK;
}

static bool is_past(uint64_t deadline) {
    return deadline != DEADLINE_NONE && deadline <= model.now;
}

static void block(int t, enum m_wait wait, int at, int through, uint64_t deadline) {
    struct m_thread *thread = &model.threads[t];
    thread->wait = wait;
    thread->at = at;
    thread->through = through;
    thread->deadline = deadline;
    thread->ticket = model.ticket++;
}

static status_t futex_check(int t, uint64_t address, int *memory, uint64_t *offset) {
    int p = model.threads[t].process;
    if (address % 4 != 0)
        return STATUS_BAD_ALIGNMENT;
    if (!in_user(address, 4) || !model_can_access(p, address, 4, MAP_READ))
        return STATUS_BAD_ADDRESS;
    const struct m_mapping *m = &model.mappings[model_mapping_at(model.processes[p].space, address)];
    *memory = m->memory;
    *offset = m->offset + (address - m->start);
    return STATUS_OK;
}

// The generator never writes to the words that it waits on: they hold 0.
static status_t do_futex_wait(int t, const uint64_t *a) {
    int memory;
    if (a[1] > UINT32_MAX)
        return STATUS_BAD_VALUE;
    status_t status = futex_check(t, a[0], &memory, &model.threads[t].futex_offset);
    if (status != STATUS_OK)
        return status;
    if (a[1] != 0)
        return STATUS_CHANGED;
    if (is_past(a[2]))
        return STATUS_TIMED_OUT;
    block(t, M_FUTEX, memory, M_NONE, a[2]);
    return STATUS_PENDING;
}

static status_t do_futex_wake(int t, const uint64_t *a) {
    int memory;
    uint64_t offset, woken = 0;
    if (a[1] < 1 || a[1] > FUTEX_WAKE_MAX)
        return STATUS_BAD_VALUE;
    status_t status = futex_check(t, a[0], &memory, &offset);
    if (status != STATUS_OK)
        return status;
    while (woken < a[1]) {
        int found = M_NONE;
        for (int i = 0; i < M_THREADS; i++)
            if (model.threads[i].used && model.threads[i].wait == M_FUTEX && model.threads[i].at == memory &&
                model.threads[i].futex_offset == offset &&
                (found == M_NONE || model.threads[i].ticket < model.threads[found].ticket))
                found = i;
        if (found == M_NONE)
            break;
        result_now(&model.threads[found], STATUS_OK);
        woken++;
    }
    model.threads[t].result.check[0] = true;
    model.threads[t].result.a[0] = woken;
    return STATUS_OK;
}

// ---- processes and threads

static int new_process(void) {
    for (int i = 0; i < M_PROCESSES; i++)
        if (!model.processes[i].used && !model.quotas[i].used)
            return i;
    model.overflow = true;
    return 1;
}

static int new_thread(int p) {
    uint64_t pages[8] = {};
    int found = M_NONE;
    for (int i = 0; i < M_THREADS; i++) {
        const struct m_thread *thread = &model.threads[i];
        if (!thread->used)
            found = found == M_NONE ? i : found;
        else if (thread->process == p && thread->wait != M_ENDED)
            pages[thread->page / 64] |= 1ull << thread->page % 64;
    }
    if (found == M_NONE) {
        model.overflow = true;
        found = M_THREADS - 1;
    }
    uint32_t page = 0;
    while ((pages[page / 64] >> page % 64 & 1) != 0)
        page++;
    model.threads[found] = (struct m_thread){.used = true,
                                             .process = p,
                                             .page = page,
                                             .object = M_NONE,
                                             .at = M_NONE,
                                             .through = M_NONE,
                                             .deadline = DEADLINE_NONE,
                                             .pending = M_NONE,
                                             .bound = M_NONE,
                                             .bound_through = M_NONE};
    model.threads[found].call.server = model.threads[found].call.reply = M_NONE;
    return found;
}

// `words` hold the limits as the generator wrote them; see fuzz_model.c.
extern struct limits model_limits;

static status_t limits_check(const struct limits *limits, int parent) {
    for (unsigned i = 0; i < 15; i++)
        if (limits->reserved[i] != 0)
            return STATUS_BAD_FLAGS;
    bool good = limits->bytes >= (FIXED_TABLES + 1) * PAGE_SIZE && limits->records[RECORD_PROCESS] >= 1 &&
                limits->records[RECORD_SPACE] >= 1 && limits->records[RECORD_QUOTA] >= 1 &&
                limits->priority <= model.quotas[parent].priority && limits->weight >= 1 &&
                limits->weight <= 1000;
    return good ? STATUS_OK : STATUS_BAD_VALUE;
}

static status_t do_process_create(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    if (a[3] != sizeof(struct limits))
        return STATUS_BAD_SIZE;
    if (a[2] % 8 != 0)
        return STATUS_BAD_ALIGNMENT;
    if (!in_user(a[2], sizeof(struct limits)))
        return STATUS_BAD_ADDRESS;
    status_t status = lookup(p, a[0], 1u << OBJECT_ENDPOINT, RIGHT_ENDPOINT_RECEIVE, 0, &s);
    if (status != STATUS_OK)
        return status;
    if (!model_can_access(p, a[2], sizeof(struct limits), MAP_READ))
        return STATUS_BAD_ADDRESS;
    int parent = model.processes[p].quota;
    status = limits_check(&model_limits, parent);
    if (status != STATUS_OK)
        return status;
    struct charge own = add(record(OBJECT_PROCESS), record(OBJECT_SPACE)), limit = bytes(model_limits.bytes);
    memcpy(limit.records, model_limits.records, sizeof(limit.records));
    status = prepare(p, 2, own);
    if (status == STATUS_OK &&
        (limit.bytes > model.quotas[parent].limit.bytes || !fits(parent, add(own, limit))))
        status = STATUS_NO_QUOTA;
    if (status != STATUS_OK)
        return status;
    int child = new_process(), object_index = model_new_object(OBJECT_PROCESS),
        space_index = model_new_object(OBJECT_SPACE);
    model.quotas[child] = (struct m_quota){.used = true,
                                           .parent = parent,
                                           .process = child,
                                           .limit = limit,
                                           .priority = model_limits.priority,
                                           .weight = model_limits.weight};
    model.processes[child] = (struct m_process){.used = true,
                                                .object = object_index,
                                                .quota = child,
                                                .space = space_index,
                                                .supervisor = model.processes[p].slots[s].object,
                                                .value = a[1]};
    for (int i = 0; i < M_SLOTS; i++)
        model.processes[child].slots[i].object = M_NONE;
    object(object_index)->index = child;
    object(space_index)->owner = child;
    object(space_index)->strong = 1;
    bind_result(t, 0, p, insert(p, object_index, M_STRONG, RIGHTS_PROCESS_ALL));
    bind_result(t, 1, p, insert(p, space_index, M_STRONG, RIGHTS_SPACE_ALL));
    return STATUS_OK;
}

// The process that a call names; 0 is the caller's own.
static status_t named_process(int t, uint64_t value, uint64_t right, int *index) {
    int p = model.threads[t].process, s;
    *index = p;
    if (value == 0)
        return STATUS_OK;
    status_t status = lookup(p, value, 1u << OBJECT_PROCESS, right, 0, &s);
    if (status == STATUS_OK)
        *index = object(model.processes[p].slots[s].object)->index;
    return status;
}

static status_t do_process_end(int t, const uint64_t *a) {
    int index;
    if (a[1] > 255)
        return STATUS_BAD_VALUE;
    if (a[0] == 0)
        return STATUS_BAD_DESCRIPTOR;
    status_t status = named_process(t, a[0], RIGHT_PROCESS_END, &index);
    if (status != STATUS_OK)
        return status;
    if (index == model.threads[t].process)
        return STATUS_SELF;
    if (model.processes[index].state == M_PROCESS_ENDED)
        return STATUS_PROCESS_ENDED;
    process_finish(index, END_KILLED, a[1], 0, 0);
    return STATUS_OK;
}

static status_t do_exit(int t, const uint64_t *a) {
    if (a[0] > 255)
        return STATUS_BAD_VALUE;
    process_finish(model.threads[t].process, END_EXITED, a[0], 0, 0);
    return STATUS_PENDING;
}

static status_t do_table(int t, const uint64_t *a) {
    int index, p = model.threads[t].process;
    if (a[1] > DESCRIPTORS_PER_PROCESS)
        return STATUS_BAD_VALUE;
    if (a[3] < 1 || a[3] > TABLE_LIST_MAX)
        return STATUS_BAD_SIZE;
    if (a[2] % 8 != 0)
        return STATUS_BAD_ALIGNMENT;
    if (!in_user(a[2], a[3] * sizeof(struct table_entry)))
        return STATUS_BAD_ADDRESS;
    status_t status = named_process(t, a[0], RIGHT_PROCESS_AUDIT, &index);
    if (status != STATUS_OK)
        return status;
    if (model.processes[index].state == M_PROCESS_ENDED)
        return STATUS_PROCESS_ENDED;
    uint64_t count = 0;
    for (int s = 0; s < M_SLOTS; s++)
        count += model.processes[index].slots[s].kind != M_FREE &&
                 (model.processes[index].slots[s].value & 0xffffff) >= a[1];
    if (count > a[3])
        count = a[3];
    if (count > 0 && !model_can_access(p, a[2], count * sizeof(struct table_entry), MAP_WRITE))
        return STATUS_BAD_ADDRESS;
    model.threads[t].result.check[0] = true;
    model.threads[t].result.a[0] = count;
    return STATUS_OK;
}

static status_t buffer(int t, uint64_t address, uint64_t size, uint64_t wanted) {
    (void)t;
    if (size != wanted)
        return STATUS_BAD_SIZE;
    if (address % 8 != 0)
        return STATUS_BAD_ALIGNMENT;
    return in_user(address, wanted) ? STATUS_OK : STATUS_BAD_ADDRESS;
}

static status_t can_write(int t, uint64_t address, uint64_t length) {
    return model_can_access(model.threads[t].process, address, length, MAP_WRITE) ? STATUS_OK
                                                                                  : STATUS_BAD_ADDRESS;
}

static status_t do_inspect(int t, const uint64_t *a) {
    int s;
    status_t status = buffer(t, a[1], a[2], sizeof(struct descriptor_info));
    if (status == STATUS_OK)
        status = lookup(model.threads[t].process, a[0], ANY_TYPE, 0, ACCEPT_WEAK | ACCEPT_OUT, &s);
    return status == STATUS_OK ? can_write(t, a[1], sizeof(struct descriptor_info)) : status;
}

static status_t do_process_quota(int t, const uint64_t *a) {
    int index;
    status_t status = buffer(t, a[1], a[2], sizeof(struct quota_info));
    if (status == STATUS_OK)
        status = named_process(t, a[0], RIGHT_PROCESS_AUDIT, &index);
    if (status == STATUS_OK && model.processes[index].told)
        return STATUS_PROCESS_ENDED;
    return status == STATUS_OK ? can_write(t, a[1], sizeof(struct quota_info)) : status;
}

// Only init has the descriptor of a quota, and that is the root: there is something above 0, nothing above
// all.
static status_t do_quota_inspect(int t, const uint64_t *a) {
    int s;
    status_t status = buffer(t, a[2], a[3], sizeof(struct quota_info));
    if (status == STATUS_OK)
        status = lookup(model.threads[t].process, a[0], 1u << OBJECT_QUOTA, RIGHT_QUOTA_AUDIT, 0, &s);
    if (status == STATUS_OK && a[1] != 0)
        return STATUS_NOTHING_LEFT;
    return status == STATUS_OK ? can_write(t, a[2], sizeof(struct quota_info)) : status;
}

static status_t do_thread_create(int t, const uint64_t *a) {
    int index, p = model.threads[t].process;
    status_t status = named_process(t, a[0], RIGHT_PROCESS_MANAGE, &index);
    if (status != STATUS_OK)
        return status;
    if (model.processes[index].told)
        return STATUS_PROCESS_ENDED;
    if (a[1] > model.quotas[model.processes[index].quota].priority)
        return STATUS_BAD_VALUE;
    struct charge descriptor = record(OBJECT_THREAD), own = add(record(OBJECT_THREAD), bytes(PAGE_SIZE));
    status = prepare(p, 1, descriptor);
    if (status != STATUS_OK)
        return status;
    if (model.processes[index].state == M_PROCESS_ENDED)
        return STATUS_PROCESS_ENDED;
    if (!fits(model.processes[index].quota, index == p ? add(descriptor, own) : own))
        return STATUS_NO_QUOTA;
    int thread = new_thread(index), made = model_new_object(OBJECT_THREAD);
    model.threads[thread].object = made;
    object(made)->index = thread;
    bind_result(t, 0, p, insert(p, made, M_STRONG, RIGHTS_THREAD_ALL));
    model.threads[t].result.check[1] = true;
    model.threads[t].result.a[1] = MESSAGE_PAGES + (uint64_t)model.threads[thread].page * PAGE_SIZE;
    return STATUS_OK;
}

static status_t do_thread_start(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    status_t status = lookup(p, a[0], 1u << OBJECT_THREAD, RIGHT_THREAD_CONTROL, 0, &s);
    if (status != STATUS_OK)
        return status;
    if (!in_user(a[1], 1) || !in_user(a[2] - 1, 1))
        return STATUS_BAD_ADDRESS;
    if (a[2] % 16 != 0)
        return STATUS_BAD_ALIGNMENT;
    struct m_thread *thread = &model.threads[object(model.processes[p].slots[s].object)->index];
    if (model.processes[thread->process].state == M_PROCESS_ENDED)
        return STATUS_PROCESS_ENDED;
    if (thread->wait == M_ENDED)
        return thread->started ? STATUS_PROCESS_ENDED : STATUS_STARTED;
    if (thread->started)
        return STATUS_STARTED;
    thread->started = true;
    thread->wait = M_RUNS;
    object(thread->object)->strong++;
    struct m_process *owner = &model.processes[thread->process];
    if (!owner->started) {
        owner->started = true;
        owner->state = M_PROCESS_RUNNING;
        object(owner->object)->strong++;
    }
    return STATUS_OK;
}

static status_t do_thread_priority(int t, const uint64_t *a) {
    int p = model.threads[t].process, s, thread = t;
    if (a[0] != 0) {
        status_t status = lookup(p, a[0], 1u << OBJECT_THREAD, RIGHT_THREAD_CONTROL, 0, &s);
        if (status != STATUS_OK)
            return status;
        thread = object(model.processes[p].slots[s].object)->index;
    }
    if (model.processes[model.threads[thread].process].told)
        return STATUS_PROCESS_ENDED;
    int quota = model.processes[model.threads[thread].process].quota;
    return a[1] > model.quotas[quota].priority ? STATUS_BAD_VALUE : STATUS_OK;
}

// ---- calls

static status_t do_endpoint_create(int t, const uint64_t *a) {
    int made;
    if (a[0] > BADGE_PLACES_MAX)
        return STATUS_BAD_VALUE;
    struct charge charge = record(OBJECT_ENDPOINT);
    charge.records[RECORD_BADGE] = (uint32_t)a[0];
    status_t status = create(t, OBJECT_ENDPOINT, charge, RIGHTS_ENDPOINT_ALL, &made);
    if (status == STATUS_OK)
        object(made)->places = a[0];
    return status;
}

static int badge_find(int endpoint, uint64_t value) {
    for (int i = 0; i < M_OBJECTS; i++)
        if (object(i)->used && object(i)->type == OBJECT_BADGE && object(i)->endpoint == endpoint &&
            object(i)->value == value)
            return i;
    return M_NONE;
}

static status_t do_badge_create(int t, const uint64_t *a) {
    int p = model.threads[t].process, s, made;
    if (a[1] == 0)
        return STATUS_BAD_VALUE;
    status_t status = lookup(p, a[0], 1u << OBJECT_ENDPOINT, RIGHT_ENDPOINT_MINT, 0, &s);
    if (status != STATUS_OK)
        return status;
    int endpoint = model.processes[p].slots[s].object;
    if (badge_find(endpoint, a[1]) != M_NONE)
        return STATUS_DUPLICATE;
    uint64_t used = 0;
    for (int i = 0; i < M_OBJECTS; i++)
        used += object(i)->used && object(i)->type == OBJECT_BADGE && object(i)->endpoint == endpoint;
    if (used >= object(endpoint)->places)
        return STATUS_NO_PLACE;
    status = create(t, OBJECT_BADGE, record(OBJECT_BADGE), RIGHTS_BADGE_ALL, &made);
    if (status == STATUS_OK) {
        object(made)->endpoint = endpoint;
        object(made)->value = a[1];
    }
    return status;
}

static status_t do_badge_destroy(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    if (a[1] == 0)
        return STATUS_BAD_VALUE;
    status_t status = lookup(p, a[0], 1u << OBJECT_ENDPOINT, RIGHT_ENDPOINT_RECEIVE, 0, &s);
    if (status != STATUS_OK)
        return status;
    int badge = badge_find(model.processes[p].slots[s].object, a[1]);
    if (badge == M_NONE || object(badge)->destroyed || object(badge)->ended)
        return STATUS_DEAD;
    object(badge)->destroyed = true;
    for (int i = 0; i < M_THREADS; i++)
        if (model.threads[i].used &&
            (model.threads[i].wait == M_CALLING || model.threads[i].wait == M_AWAITING) &&
            model.threads[i].call.badge == badge)
            call_cancel(i, STATUS_CANCELLED);
    return STATUS_OK;
}

static status_t descriptor_decide(int t, unsigned i, struct m_call *call) {
    int p = model.threads[t].process, s;
    const struct message_descriptor *wanted = &model.threads[t].send[i];
    if (wanted->mode != DESCRIPTOR_MOVE && wanted->mode != DESCRIPTOR_CLONE)
        return STATUS_BAD_FLAGS;
    bool move = wanted->mode == DESCRIPTOR_MOVE;
    status_t status =
        lookup(p, wanted->descriptor, ANY_TYPE, move ? RIGHT_TRANSFER : RIGHT_CLONE, ACCEPT_ONLY, &s);
    if (status != STATUS_OK)
        return status;
    const struct m_slot *slot = &model.processes[p].slots[s];
    if ((wanted->rights & ~slot->rights) != 0)
        return STATUS_NO_RIGHT;
    for (int k = 0; move && k < M_MAPPINGS; k++)
        if (model.mappings[k].used && model.mappings[k].process == p && model.mappings[k].slot == s)
            return STATUS_MAPPED;
    call->descriptors[i] = (struct m_outgoing){
        .object = slot->object, .move = move, .slot = s, .rights = wanted->rights, .received = M_NONE};
    for (unsigned k = 0; k < i; k++)
        if (call->descriptors[k].slot == s)
            return STATUS_DUPLICATE;
    return STATUS_OK;
}

static bool is_waited_on(int p, int s) {
    for (int t = 0; t < M_THREADS; t++)
        if (model.threads[t].used && model.threads[t].process == p && model.threads[t].wait != M_ENDED &&
            (model.threads[t].through == s || model.threads[t].bound_through == s))
            return true;
    return false;
}

static status_t message_take(int t, uint64_t header, bool is_call, struct m_call *call) {
    int p = model.threads[t].process;
    uint64_t allowed = 0xffffffffull | 7ull << HEADER_DESCRIPTORS_SHIFT | 3ull << HEADER_RANGES_SHIFT |
                       (is_call ? 0 : HEADER_GIVE_BACK);
    if ((header & ~allowed) != 0)
        return STATUS_BAD_FLAGS;
    unsigned count = header >> HEADER_DESCRIPTORS_SHIFT & 7, ranges = header >> HEADER_RANGES_SHIFT & 3;
    if (count > MESSAGE_DESCRIPTORS || ranges > (is_call ? MESSAGE_RANGES : 0))
        return STATUS_BAD_VALUE;
    for (unsigned i = 0; i < ranges; i++) {
        const struct message_range *range = &model.threads[t].lend[i];
        if ((range->flags & ~3ull) != 0)
            return STATUS_BAD_FLAGS;
        if (range->length != 0 && !in_user(range->address, range->length))
            return STATUS_BAD_ADDRESS;
        call->range[i] = *range;
    }
    struct charge clones = {};
    for (unsigned i = 0; i < count; i++) {
        status_t status = descriptor_decide(t, i, call);
        if (status != STATUS_OK)
            return status;
        if (!call->descriptors[i].move)
            clones = add(clones, cost(call->descriptors[i].object));
    }
    for (unsigned i = 0; i < count; i++)
        if (call->descriptors[i].move && is_waited_on(p, call->descriptors[i].slot))
            return STATUS_MAPPED;
    if (count > 0 && !fits(model.processes[p].quota, clones))
        return STATUS_NO_QUOTA;
    for (unsigned i = 0; i < count; i++) {
        if (call->descriptors[i].move)
            model.processes[p].slots[call->descriptors[i].slot].kind = M_TRANSIT_OUT;
        else
            object(call->descriptors[i].object)->strong++;
    }
    call->header = header;
    call->count = count;
    call->ranges = ranges;
    memcpy(call->words, model.threads[t].words, sizeof(call->words));
    return STATUS_OK;
}

static struct charge message_cost(const struct m_call *call) {
    struct charge sum = {};
    for (unsigned i = 0; i < call->count; i++)
        sum = add(sum, cost(call->descriptors[i].object));
    return sum;
}

static bool accepts(int p, const struct m_call *call, uint64_t slots, uint64_t room) {
    if (call->count == 0)
        return true;
    struct charge charge = message_cost(call);
    return call->count <= slots && charge.bytes <= room && model.processes[p].state != M_PROCESS_ENDED &&
           prepare(p, call->count, charge) == STATUS_OK;
}

static void receive_result(int t, uint64_t badge, const struct m_call *call) {
    struct m_result *result = &model.threads[t].result;
    result_now(&model.threads[t], STATUS_OK);
    *result =
        (struct m_result){.over = true, .check = {true, true, false}, .check_words = true, .number = true};
    result->a[0] = badge;
    result->a[1] = call->header;
    memcpy(result->words, call->words, sizeof(result->words));
}

// The call of `caller` reaches `receiver`, if that accepts it.
static bool deliver(int receiver, int caller) {
    struct m_call *call = &model.threads[caller].call;
    int server = model.threads[receiver].process;
    if (!accepts(server, call, model.threads[receiver].taken_slots, model.threads[receiver].taken_bytes))
        return false;
    model.threads[caller].wait = M_AWAITING;
    receive_result(receiver, call->badge != M_NONE ? object(call->badge)->value : 0, call);
    if (call->is_fault)
        model.threads[receiver].result.a[0] = model.processes[model.threads[caller].process].value;
    for (unsigned i = 0; i < call->count; i++) {
        struct m_outgoing *one = &call->descriptors[i];
        int s = insert(server, one->object, one->move ? M_TRANSIT_IN : M_STRONG, one->rights);
        if (one->move) {
            model.processes[server].slots[s].peer_process = model.threads[caller].process;
            model.processes[server].slots[s].peer_slot = one->slot;
            one->received = s;
        } else {
            object(one->object)->strong--; // the one that was on its way
        }
        model.threads[receiver].result.received_slot[i] = s;
    }
    model.threads[receiver].result.received = call->count;
    call->server = receiver;
    call->reply = M_NONE;
    call->server_process = server;
    model.threads[receiver].pending = caller;
    model.threads[receiver].gone = false;
    return true;
}

static status_t send(int t, int endpoint, int through, uint64_t deadline) {
    struct m_call *call = &model.threads[t].call;
    if (object(endpoint)->ended || (call->badge != M_NONE && object(call->badge)->destroyed))
        return STATUS_DEAD;
    if (servers(endpoint) == 0)
        return STATUS_NO_SERVER;
    int receiver = first_waiting(M_RECEIVING, endpoint);
    call->server = call->reply = M_NONE;
    block(t, M_CALLING, endpoint, through, deadline);
    if (receiver != M_NONE && !deliver(receiver, t)) {
        result_now(&model.threads[t], STATUS_NOT_OFFERED);
        return STATUS_NOT_OFFERED;
    }
    return STATUS_PENDING;
}

static status_t do_call(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    struct m_thread *thread = &model.threads[t];
    status_t status = lookup(p, a[0], 1u << OBJECT_ENDPOINT | 1u << OBJECT_BADGE, RIGHT_ENDPOINT_CALL, 0, &s);
    if (status != STATUS_OK)
        return status;
    if (is_past(a[2]))
        return STATUS_TIMED_OUT;
    thread->call = (struct m_call){.server = M_NONE, .reply = M_NONE, .badge = M_NONE};
    thread->call.offer_slots = thread->offer_slots;
    thread->call.offer_bytes = thread->offer_bytes;
    if (thread->offer_slots > MESSAGE_DESCRIPTORS)
        return STATUS_BAD_VALUE;
    status = message_take(t, a[1], true, &thread->call);
    if (status != STATUS_OK)
        return status;
    int target = model.processes[p].slots[s].object;
    bool moved = model.processes[p].slots[s].kind == M_TRANSIT_OUT;
    int endpoint = object(target)->type == OBJECT_BADGE ? object(target)->endpoint : target;
    thread->call.badge = object(target)->type == OBJECT_BADGE ? target : M_NONE;
    thread->call.endpoint = endpoint;
    // Clones that are on their way count as held by the sender (process_used looks at M_CALLING).
    status = moved ? STATUS_SELF : endpoint == M_NONE ? STATUS_DEAD : send(t, endpoint, s, a[2]);
    if (status != STATUS_PENDING)
        message_put_back(t, &thread->call);
    return status;
}

// `stale`: the descriptor is not what it was when the call began, so nobody can wait through it.
static status_t do_receive_after(int t, int endpoint, int endpoint_slot, bool stale, uint64_t deadline) {
    struct m_thread *thread = &model.threads[t];
    if (thread->offer_slots > MESSAGE_DESCRIPTORS)
        return STATUS_BAD_VALUE;
    if (thread->pending != M_NONE)
        return STATUS_REPLY_PENDING;
    thread->taken_slots = thread->offer_slots;
    thread->taken_bytes = thread->offer_bytes;
    thread->gone = false;
    struct m_event *event = nullptr;
    for (int i = 0; i < M_EVENTS; i++)
        if (model.events[i].used && model.events[i].endpoint == endpoint &&
            (event == nullptr || model.events[i].ticket < event->ticket))
            event = &model.events[i];
    if (event != nullptr) {
        event_deliver(t, event);
        event->used = false;
        return STATUS_PENDING;
    }
    int caller;
    while ((caller = first_waiting(M_CALLING, endpoint)) != M_NONE) {
        if (deliver(t, caller))
            return STATUS_PENDING;
        call_cancel(caller, STATUS_NOT_OFFERED);
    }
    if (thread->bound != M_NONE && object(thread->bound)->bits != 0) {
        struct m_event notified = {.label = EVENT_NOTIFIED, .words = {object(thread->bound)->bits}};
        object(thread->bound)->bits = 0;
        event_deliver(t, &notified);
        return STATUS_PENDING;
    }
    if (is_past(deadline))
        return STATUS_TIMED_OUT;
    if (stale)
        return STATUS_CLOSED;
    block(t, M_RECEIVING, endpoint, endpoint_slot, deadline);
    return STATUS_PENDING;
}

static status_t do_receive(int t, const uint64_t *a) {
    int s;
    if (a[1] != 0)
        return STATUS_BAD_VALUE;
    status_t status =
        lookup(model.threads[t].process, a[0], 1u << OBJECT_ENDPOINT, RIGHT_ENDPOINT_RECEIVE, 0, &s);
    int endpoint = status == STATUS_OK ? model.processes[model.threads[t].process].slots[s].object : M_NONE;
    return status == STATUS_OK ? do_receive_after(t, endpoint, s, false, a[2]) : status;
}

static void settle(int caller) {
    struct m_call *call = &model.threads[caller].call;
    struct m_process *sender = &model.processes[model.threads[caller].process];
    for (unsigned i = 0; i < call->count; i++) {
        struct m_outgoing *one = &call->descriptors[i];
        if (!one->move || one->received == M_NONE)
            continue;
        uint64_t rights = sender->slots[one->slot].rights;
        model.processes[call->server_process].slots[one->received].kind = M_STRONG;
        slot_free(model.threads[caller].process, one->slot);
        served(one->object, rights);
    }
    call->count = 0;
}

static void answer_result(int caller, const struct m_call *answer) {
    struct m_result *result = &model.threads[caller].result;
    result_now(&model.threads[caller], STATUS_OK);
    *result = (struct m_result){.over = true, .check = {true, true, false}, .check_words = true};
    result->a[1] = answer->header & ~HEADER_GIVE_BACK;
    memcpy(result->words, answer->words, sizeof(result->words));
}

static void answer_move(int t, int caller, struct m_call *answer) {
    int from = model.threads[t].process, to = model.threads[caller].process;
    for (unsigned i = 0; i < answer->count; i++) {
        struct m_outgoing *one = &answer->descriptors[i];
        // Moved or cloned, its strong count goes along.
        int s = insert(to, one->object, M_STRONG, one->rights);
        object(one->object)->strong--;
        model.threads[caller].result.received_slot[i] = s;
    }
    model.threads[caller].result.received = answer->count;
    for (unsigned i = 0; i < answer->count; i++) {
        struct m_outgoing *one = &answer->descriptors[i];
        if (!one->move)
            continue;
        uint64_t rights = model.processes[from].slots[one->slot].rights;
        slot_free(from, one->slot);
        served(one->object, rights);
    }
    answer->count = 0;
}

// The caller whose process the answer ends: when the call that answered is over.
static int faulted = M_NONE;

static status_t answer_act(int t, int caller, struct m_call *answer) {
    struct m_call *call = &model.threads[caller].call;
    int to = model.threads[caller].process;
    answer_carried = answer;
    answer_process = model.threads[t].process;
    bool accepted =
        call->is_fault ? answer->count == 0 : accepts(to, answer, call->offer_slots, call->offer_bytes);
    answer_process = M_NONE;
    if (!accepted) {
        message_put_back(t, answer);
        return STATUS_NOT_OFFERED;
    }
    uint64_t header = answer->header;
    bool give_back = (header & HEADER_GIVE_BACK) != 0;
    if (call->is_fault) {
        call_unlink(caller, false);
        result_now(&model.threads[caller], STATUS_OK);
        model.threads[caller].result.over = false;
        if ((header & 0xffffffff) != FAULT_REPLY_RESUME)
            faulted = caller;
        return STATUS_OK;
    }
    answer_result(caller, answer);
    answer_move(t, caller, answer);
    call_unlink(caller, false);
    if (give_back)
        message_give_back(caller);
    else
        settle(caller);
    return STATUS_OK;
}

static status_t answer(int t, int reply, uint64_t header) {
    int *place = reply != M_NONE ? &object(reply)->caller : &model.threads[t].pending;
    bool *gone = reply != M_NONE ? &object(reply)->gone : &model.threads[t].gone;
    if (*place == M_NONE) {
        status_t status = *gone ? STATUS_CALLER_GONE : STATUS_NO_CALL;
        *gone = false;
        return status;
    }
    struct m_call message = {};
    status_t status = message_take(t, header, false, &message);
    return status == STATUS_OK ? answer_act(t, *place, &message) : status;
}

static status_t reply_of(int t, uint64_t value, int *reply) {
    int p = model.threads[t].process, s;
    *reply = M_NONE;
    if (value == 0)
        return STATUS_OK;
    status_t status = lookup(p, value, 1u << OBJECT_REPLY, RIGHT_REPLY_ANSWER, 0, &s);
    if (status == STATUS_OK)
        *reply = model.processes[p].slots[s].object;
    return status;
}

static status_t do_reply(int t, const uint64_t *a) {
    int reply;
    if (a[2] != 0)
        return STATUS_BAD_VALUE;
    status_t status = reply_of(t, a[0], &reply);
    return status == STATUS_OK ? answer(t, reply, a[1]) : status;
}

static status_t do_reply_and_receive(int t, const uint64_t *a) {
    int s, p = model.threads[t].process;
    status_t status = lookup(p, a[0], 1u << OBJECT_ENDPOINT, RIGHT_ENDPOINT_RECEIVE, 0, &s);
    if (status != STATUS_OK)
        return status;
    if (model.threads[t].offer_slots > MESSAGE_DESCRIPTORS)
        return STATUS_BAD_VALUE;
    struct m_slot before = model.processes[p].slots[s];
    status = answer(t, M_NONE, a[1]);
    if (status != STATUS_OK || model.threads[t].wait == M_ENDED)
        return status;
    // What was answered may have taken the endpoint's descriptor along, or made it the server's own.
    const struct m_slot *now = &model.processes[p].slots[s];
    bool stale = now->kind != before.kind || now->value != before.value;
    return do_receive_after(t, before.object, s, stale, a[2]);
}

static status_t do_reply_keep(int t, const uint64_t *a) {
    int reply;
    status_t status = a[0] == 0 ? STATUS_BAD_DESCRIPTOR : reply_of(t, a[0], &reply);
    if (status != STATUS_OK)
        return status;
    struct m_thread *thread = &model.threads[t];
    if (object(reply)->caller != M_NONE)
        return STATUS_REPLY_PENDING;
    if (thread->pending == M_NONE) {
        status = thread->gone ? STATUS_CALLER_GONE : STATUS_NO_CALL;
        thread->gone = false;
        return status;
    }
    struct m_call *call = &model.threads[thread->pending].call;
    object(reply)->caller = thread->pending;
    object(reply)->gone = false;
    call->server = M_NONE;
    call->reply = reply;
    thread->pending = M_NONE;
    return STATUS_OK;
}

// Whole pages only matter: how many bytes of the range can be reached.
static uint64_t reach(int p, uint64_t address, uint64_t length, unsigned flag) {
    uint64_t done = 0;
    while (done < length && model_can_access(p, address + done, 1, flag)) {
        uint64_t step = PAGE_SIZE - (address + done) % PAGE_SIZE;
        done = done + step < length ? done + step : length;
    }
    return done;
}

static status_t do_lent(int t, const uint64_t *a, bool write) {
    int reply, p = model.threads[t].process;
    if (a[1] > 1)
        return STATUS_BAD_VALUE;
    if (a[4] > LENT_COPY_MAX)
        return STATUS_BAD_SIZE;
    if (!in_user(a[3], a[4]))
        return STATUS_BAD_ADDRESS;
    status_t status = reply_of(t, a[0], &reply);
    if (status != STATUS_OK)
        return status;
    int caller = reply != M_NONE ? object(reply)->caller : model.threads[t].pending;
    bool gone = reply != M_NONE ? object(reply)->gone : model.threads[t].gone;
    if (caller == M_NONE)
        return gone ? STATUS_CALLER_GONE : STATUS_NO_CALL;
    const struct m_call *call = &model.threads[caller].call;
    if (a[1] >= call->ranges)
        return STATUS_OUT_OF_RANGE;
    const struct message_range *range = &call->range[a[1]];
    if (a[2] > range->length || a[4] > range->length - a[2])
        return STATUS_OUT_OF_RANGE;
    if ((range->flags & (write ? RANGE_WRITE : RANGE_READ)) == 0)
        return STATUS_LENT_FAULT;
    if (a[4] == 0)
        return STATUS_OK;
    int other = model.threads[caller].process;
    uint64_t mine = reach(p, a[3], a[4], write ? MAP_READ : MAP_WRITE);
    uint64_t theirs = reach(other, range->address + a[2], a[4], write ? MAP_WRITE : MAP_READ);
    uint64_t done = mine < theirs ? mine : theirs;
    model.threads[t].result.check[0] = true;
    model.threads[t].result.a[0] = done;
    if (done == a[4])
        return STATUS_OK;
    // Both end there: who reads is asked first, but what was read must be written before.
    if (mine == theirs)
        return write ? STATUS_BAD_ADDRESS : STATUS_LENT_FAULT;
    return theirs < mine ? STATUS_LENT_FAULT : STATUS_BAD_ADDRESS;
}

// ---- notifications, interrupts

static status_t notification(int t, uint64_t value, uint64_t right, int *index, int *s) {
    int p = model.threads[t].process;
    status_t status = lookup(p, value, 1u << OBJECT_NOTIFICATION, right, 0, s);
    if (status == STATUS_OK)
        *index = model.processes[p].slots[*s].object;
    return status;
}

static void notification_raise(int index, uint64_t raised) {
    struct m_object *o = object(index);
    o->bits |= raised;
    if (o->waiter != M_NONE) {
        struct m_thread *waiter = &model.threads[o->waiter];
        if ((o->bits & waiter->mask) == 0)
            return;
        result_now(waiter, STATUS_OK);
        waiter->result.check[0] = true;
        waiter->result.a[0] = o->bits & waiter->mask;
        o->bits &= ~waiter->mask;
        o->waiter = M_NONE;
    } else if (o->bound != M_NONE && model.threads[o->bound].wait == M_RECEIVING) {
        struct m_event notified = {.label = EVENT_NOTIFIED, .words = {o->bits}};
        o->bits = 0;
        event_deliver(o->bound, &notified);
    }
}

static status_t do_signal(int t, const uint64_t *a) {
    int index, s;
    if (a[1] == 0)
        return STATUS_BAD_VALUE;
    status_t status = notification(t, a[0], RIGHT_NOTIFICATION_SIGNAL, &index, &s);
    if (status == STATUS_OK)
        notification_raise(index, a[1]);
    return status;
}

static status_t do_wait(int t, const uint64_t *a) {
    int index, s;
    struct m_thread *thread = &model.threads[t];
    if (a[1] == 0)
        return STATUS_BAD_VALUE;
    status_t status = notification(t, a[0], RIGHT_NOTIFICATION_WAIT, &index, &s);
    if (status != STATUS_OK)
        return status;
    struct m_object *o = object(index);
    if ((o->bits & a[1]) != 0) {
        thread->result.check[0] = true;
        thread->result.a[0] = o->bits & a[1];
        o->bits &= ~a[1];
        return STATUS_OK;
    }
    if (o->waiter != M_NONE)
        return STATUS_BOUND;
    if (is_past(a[2]))
        return STATUS_TIMED_OUT;
    thread->mask = a[1];
    o->waiter = t;
    block(t, M_WAITING, index, s, a[2]);
    return STATUS_PENDING;
}

static status_t do_timer(int t, const uint64_t *a) {
    int index, s;
    status_t status = notification(t, a[0], RIGHT_NOTIFICATION_WAIT, &index, &s);
    if (status != STATUS_OK)
        return status;
    if (a[1] == 0 && a[2] != DEADLINE_NONE)
        return STATUS_BAD_VALUE;
    object(index)->timer = a[2];
    object(index)->timer_bits = a[1];
    return STATUS_OK;
}

static status_t do_bind(int t, const uint64_t *a) {
    int index, s;
    struct m_thread *thread = &model.threads[t];
    if (a[0] == 0) {
        bool bound = thread->bound != M_NONE;
        unbind(t);
        return bound ? STATUS_OK : STATUS_NOT_BOUND;
    }
    status_t status = notification(t, a[0], RIGHT_NOTIFICATION_WAIT, &index, &s);
    if (status != STATUS_OK)
        return status;
    if (object(index)->bound != M_NONE || thread->bound != M_NONE)
        return STATUS_BOUND;
    object(index)->bound = t;
    thread->bound = index;
    thread->bound_through = s;
    return STATUS_OK;
}

static int line_owner(uint64_t line) {
    for (int i = 0; i < M_OBJECTS; i++)
        if (object(i)->used && object(i)->type == OBJECT_INTERRUPT && !object(i)->ended &&
            object(i)->line == line)
            return i;
    return M_NONE;
}

static status_t do_interrupt_create(int t, const uint64_t *a) {
    const struct m_object *part;
    if ((a[2] & ~7ull) != 0)
        return STATUS_BAD_FLAGS;
    status_t status = platform(t, a[0], RIGHT_PLATFORM_INTERRUPTS, &part);
    if (status != STATUS_OK)
        return status;
    if (!covers(part, PLATFORM_INTERRUPTS, a[1], 1) || a[1] >= 24)
        return STATUS_OUT_OF_RANGE;
    status = prepare(model.threads[t].process, 1, record(OBJECT_INTERRUPT));
    if (status != STATUS_OK)
        return status;
    if (a[1] == 0 || line_owner(a[1]) != M_NONE)
        return STATUS_TAKEN;
    int made;
    status = create(t, OBJECT_INTERRUPT, record(OBJECT_INTERRUPT), RIGHTS_INTERRUPT_ALL, &made);
    object(made)->line = a[1];
    return status;
}

void model_interrupt(uint64_t line) {
    int index = line_owner(line);
    if (index == M_NONE)
        return;
    struct m_object *o = object(index);
    if (o->notification == M_NONE || o->owes_ack) {
        o->line_pending = true;
        return;
    }
    o->owes_ack = true;
    o->line_pending = false;
    notification_raise(o->notification, o->interrupt_bits);
    sweep();
}

static void line_unmask(int index) {
    struct m_object *o = object(index);
    o->owes_ack = false;
    if (o->line_pending)
        model_interrupt(o->line);
}

static status_t do_interrupt_bind(int t, const uint64_t *a) {
    int p = model.threads[t].process, s, n, ns;
    if (a[2] == 0)
        return STATUS_BAD_VALUE;
    status_t status = lookup(p, a[0], 1u << OBJECT_INTERRUPT, RIGHT_INTERRUPT_USE, 0, &s);
    if (status == STATUS_OK)
        status = notification(t, a[1], RIGHT_NOTIFICATION_SIGNAL, &n, &ns);
    if (status != STATUS_OK)
        return status;
    int index = model.processes[p].slots[s].object;
    if (object(index)->notification != M_NONE)
        return STATUS_BOUND;
    object(index)->notification = n;
    object(index)->interrupt_bits = a[2];
    line_unmask(index);
    return STATUS_OK;
}

static status_t do_interrupt_ack(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    status_t status = lookup(p, a[0], 1u << OBJECT_INTERRUPT, RIGHT_INTERRUPT_USE, 0, &s);
    if (status != STATUS_OK)
        return status;
    int index = model.processes[p].slots[s].object;
    if (object(index)->notification == M_NONE)
        return STATUS_NOT_BOUND;
    if (object(index)->owes_ack)
        line_unmask(index);
    return STATUS_OK;
}

// ---- the platform

static uint64_t right_of(uint64_t kind) {
    return kind == PLATFORM_MEMORY       ? RIGHT_PLATFORM_MEMORY
           : kind == PLATFORM_PORTS      ? RIGHT_PLATFORM_PORTS
           : kind == PLATFORM_INTERRUPTS ? RIGHT_PLATFORM_INTERRUPTS
           : kind == PLATFORM_LOG        ? RIGHT_PLATFORM_LOG
                                         : RIGHT_PLATFORM_POWER;
}

static status_t do_restrict(int t, const uint64_t *a) {
    const struct m_object *whole;
    int p = model.threads[t].process, s, made;
    if ((a[1] & ~0x1f0ull) != 0)
        return STATUS_BAD_FLAGS;
    if (a[1] == 0 || (a[1] & (a[1] - 1)) != 0)
        return STATUS_BAD_VALUE;
    status_t status = lookup(p, a[0], 1u << OBJECT_PLATFORM, 0, 0, &s);
    if (status != STATUS_OK)
        return status;
    whole = object(model.processes[p].slots[s].object);
    uint64_t right = right_of(a[1]);
    if ((model.processes[p].slots[s].rights & right) == 0)
        return STATUS_NO_RIGHT;
    bool single = a[1] == PLATFORM_LOG || a[1] == PLATFORM_POWER;
    if (a[3] == 0 || (single && (a[2] != 0 || a[3] != 1)))
        return STATUS_BAD_VALUE;
    if (!covers(whole, a[1], a[2], a[3]))
        return STATUS_OUT_OF_RANGE;
    status = create(t, OBJECT_PLATFORM, record(OBJECT_PLATFORM),
                    RIGHT_CLONE | RIGHT_TRANSFER | RIGHT_INSPECT | right, &made);
    if (status == STATUS_OK) {
        object(made)->kind = a[1];
        object(made)->base = a[2];
        object(made)->length = a[3];
    }
    return status;
}

static status_t do_port(int t, const uint64_t *a) {
    const struct m_object *part;
    if (a[2] < 1 || a[2] > 4)
        return STATUS_BAD_VALUE;
    status_t status = platform(t, a[0], RIGHT_PLATFORM_PORTS, &part);
    if (status != STATUS_OK)
        return status;
    if (a[2] == 3)
        return STATUS_BAD_VALUE;
    if (a[1] > 0x10000 || a[2] > 0x10000 - a[1] || !covers(part, PLATFORM_PORTS, a[1], a[2]))
        return STATUS_OUT_OF_RANGE;
    return STATUS_OK;
}

static status_t do_log(int t, const uint64_t *a, bool read) {
    const struct m_object *part;
    uint64_t address = read ? a[2] : a[1], length = read ? a[3] : a[2];
    if (length < 1 || length > (read ? LOG_READ_MAX : LOG_LINE_MAX))
        return STATUS_BAD_SIZE;
    if (!in_user(address, length))
        return STATUS_BAD_ADDRESS;
    status_t status = platform(t, a[0], RIGHT_PLATFORM_LOG, &part);
    if (status != STATUS_OK)
        return status;
    return model_can_access(model.threads[t].process, address, length, read ? MAP_WRITE : MAP_READ)
               ? STATUS_OK
               : STATUS_BAD_ADDRESS;
}

static status_t do_entropy(int t, const uint64_t *a) {
    if (a[1] < 1 || a[1] > ENTROPY_MAX)
        return STATUS_BAD_SIZE;
    if (!in_user(a[0], a[1]))
        return STATUS_BAD_ADDRESS;
    return can_write(t, a[0], a[1]);
}

static status_t dispatch(int t, uint64_t number, const uint64_t *a) {
    int made;
    switch (number) {
    case SYSCALL_DESCRIPTOR_CLONE:
        return do_clone(t, a);
    case SYSCALL_DESCRIPTOR_RELEASE:
        return do_release(t, a);
    case SYSCALL_DESCRIPTOR_TRANSFER:
        return do_transfer(t, a);
    case SYSCALL_DESCRIPTOR_WEAKEN:
        return do_weaken(t, a);
    case SYSCALL_DESCRIPTOR_STRENGTHEN:
        return do_strengthen(t, a);
    case SYSCALL_DESCRIPTOR_INSPECT:
        return do_inspect(t, a);
    case SYSCALL_MEMORY_ALLOCATE:
        return do_allocate(t, a);
    case SYSCALL_MEMORY_PHYSICAL:
        return do_physical(t, a);
    case SYSCALL_MEMORY_SEAL:
        return do_seal(t, a);
    case SYSCALL_SPACE_CREATE:
        return do_space_create(t);
    case SYSCALL_SPACE_MAP:
        return do_map(t, a);
    case SYSCALL_SPACE_UNMAP:
        return do_unmap(t, a);
    case SYSCALL_SPACE_PROTECT:
        return do_protect(t, a);
    case SYSCALL_FUTEX_WAIT:
        return do_futex_wait(t, a);
    case SYSCALL_FUTEX_WAKE:
        return do_futex_wake(t, a);
    case SYSCALL_PROCESS_CREATE:
        return do_process_create(t, a);
    case SYSCALL_PROCESS_END:
        return do_process_end(t, a);
    case SYSCALL_PROCESS_EXIT:
        return do_exit(t, a);
    case SYSCALL_PROCESS_TABLE:
        return do_table(t, a);
    case SYSCALL_PROCESS_QUOTA:
        return do_process_quota(t, a);
    case SYSCALL_QUOTA_INSPECT:
        return do_quota_inspect(t, a);
    case SYSCALL_THREAD_CREATE:
        return do_thread_create(t, a);
    case SYSCALL_THREAD_START:
        return do_thread_start(t, a);
    case SYSCALL_THREAD_EXIT:
        thread_finish(t, STATUS_DROPPED);
        return STATUS_PENDING;
    case SYSCALL_THREAD_YIELD:
        return STATUS_OK;
    case SYSCALL_THREAD_PRIORITY:
        return do_thread_priority(t, a);
    case SYSCALL_THREAD_POINTER:
        return a[0] == 0 || in_user(a[0], 1) ? STATUS_OK : STATUS_BAD_ADDRESS;
    case SYSCALL_ENDPOINT_CREATE:
        return do_endpoint_create(t, a);
    case SYSCALL_BADGE_CREATE:
        return do_badge_create(t, a);
    case SYSCALL_BADGE_DESTROY:
        return do_badge_destroy(t, a);
    case SYSCALL_CALL:
        return do_call(t, a);
    case SYSCALL_RECEIVE:
        return do_receive(t, a);
    case SYSCALL_REPLY:
        return do_reply(t, a);
    case SYSCALL_REPLY_AND_RECEIVE:
        return do_reply_and_receive(t, a);
    case SYSCALL_REPLY_CREATE:
        return create(t, OBJECT_REPLY, record(OBJECT_REPLY), RIGHTS_REPLY_ALL, &made);
    case SYSCALL_REPLY_KEEP:
        return do_reply_keep(t, a);
    case SYSCALL_LENT_READ:
        return do_lent(t, a, false);
    case SYSCALL_LENT_WRITE:
        return do_lent(t, a, true);
    case SYSCALL_NOTIFICATION_CREATE:
        return create(t, OBJECT_NOTIFICATION, record(OBJECT_NOTIFICATION), RIGHTS_NOTIFICATION_ALL, &made);
    case SYSCALL_NOTIFICATION_SIGNAL:
        return do_signal(t, a);
    case SYSCALL_NOTIFICATION_WAIT:
        return do_wait(t, a);
    case SYSCALL_NOTIFICATION_TIMER:
        return do_timer(t, a);
    case SYSCALL_NOTIFICATION_BIND:
        return do_bind(t, a);
    case SYSCALL_INTERRUPT_CREATE:
        return do_interrupt_create(t, a);
    case SYSCALL_INTERRUPT_BIND:
        return do_interrupt_bind(t, a);
    case SYSCALL_INTERRUPT_ACK:
        return do_interrupt_ack(t, a);
    case SYSCALL_PLATFORM_RESTRICT:
        return do_restrict(t, a);
    case SYSCALL_PORT_READ:
    case SYSCALL_PORT_WRITE:
        return do_port(t, a);
    case SYSCALL_LOG_WRITE:
        return do_log(t, a, false);
    case SYSCALL_LOG_READ:
        return do_log(t, a, true);
    case SYSCALL_CLOCK_READ:
        model.threads[t].result.check[0] = true;
        model.threads[t].result.a[0] = model.now;
        return STATUS_OK;
    case SYSCALL_ENTROPY_READ:
        return do_entropy(t, a);
    default:
        return STATUS_BAD_CALL;
    }
}

void model_call(int t, uint64_t number, const uint64_t arguments[6]) {
    struct m_thread *thread = &model.threads[t];
    model.step++;
    thread->result = (struct m_result){};
    for (unsigned i = 0; i < 3; i++)
        thread->result.bind_slot[i] = M_NONE;
    faulted = M_NONE;
    status_t status = dispatch(t, number, arguments);
    if (faulted != M_NONE) {
        const struct m_thread *caller = &model.threads[faulted];
        process_finish(caller->process, END_FAULTED, 255, caller->call.words[0], caller->call.words[1]);
    }
    if (status != STATUS_PENDING && thread->wait != M_ENDED) {
        thread->result.over = true;
        thread->result.status = status;
    }
    sweep();
    // What is due already comes at once.
    while (model_fire())
        continue;
}

bool model_touch(int t, uint64_t address, unsigned access) {
    static const unsigned flags[] = {
        [ACCESS_READ] = MAP_READ, [ACCESS_WRITE] = MAP_WRITE, [ACCESS_EXECUTE] = MAP_EXECUTE};
    struct m_thread *thread = &model.threads[t];
    model.step++;
    int p = thread->process;
    int m = model_mapping_at(model.processes[p].space, address);
    if (m != M_NONE && (model.mappings[m].flags & flags[access]) != 0)
        return true;
    thread->result = (struct m_result){};
    thread->call = (struct m_call){.server = M_NONE, .reply = M_NONE, .badge = M_NONE, .is_fault = true};
    thread->call.header = FAULT_ACCESS | HEADER_KERNEL;
    thread->call.words[0] = address;
    thread->call.words[1] = 0x400000;
    thread->call.words[2] = access;
    thread->call.words[3] = thread->page;
    int supervisor = model.processes[p].supervisor;
    thread->call.endpoint = supervisor;
    if (send(t, supervisor, M_NONE, DEADLINE_NONE) != STATUS_PENDING)
        process_finish(p, END_FAULTED, 255, address, 0x400000);
    sweep();
    return false;
}

uint64_t model_next_timer(void) {
    uint64_t next = DEADLINE_NONE;
    for (int i = 0; i < M_OBJECTS; i++)
        if (object(i)->used && object(i)->type == OBJECT_NOTIFICATION && object(i)->timer < next)
            next = object(i)->timer;
    for (int t = 0; t < M_THREADS; t++)
        if (model.threads[t].used && model.threads[t].wait != M_ENDED && model.threads[t].at != M_NONE &&
            model.threads[t].deadline < next)
            next = model.threads[t].deadline;
    return next;
}

bool model_fire(void) {
    uint64_t when = model_next_timer();
    if (when > model.now)
        return false;
    for (int i = 0; i < M_OBJECTS; i++) {
        if (!object(i)->used || object(i)->type != OBJECT_NOTIFICATION || object(i)->timer != when)
            continue;
        object(i)->timer = DEADLINE_NONE;
        notification_raise(i, object(i)->timer_bits);
        sweep();
        return true;
    }
    for (int t = 0; t < M_THREADS; t++) {
        struct m_thread *thread = &model.threads[t];
        if (!thread->used || thread->wait == M_ENDED || thread->at == M_NONE || thread->deadline != when)
            continue;
        cancel(t, STATUS_TIMED_OUT);
        sweep();
        return true;
    }
    return false;
}

void model_end(int process) {
    process_finish(process, END_KILLED, 0, 0, 0);
    sweep();
}

void model_sweep(void) {
    sweep();
}
