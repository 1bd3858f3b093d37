// SPDX-License-Identifier: MIT
//
// Ends and waits, and what they drag along: the last descriptor of an object, a thread, a process.

#include "parts.h"

static void object_release(int index, int payer);

unsigned servers(int endpoint) {
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

void result_now(struct m_thread *thread, status_t status) {
    thread->wait = M_RUNS;
    thread->at = M_NONE;
    thread->through = M_NONE;
    thread->deadline = DEADLINE_NONE;
    thread->result.over = true;
    thread->result.status = status;
}

void slot_free(int p, int s) {
    model.processes[p].slots[s] = (struct m_slot){.kind = M_FREE, .object = M_NONE};
    model.processes[p].used_slots--;
}

static void clone_drop(int t, struct m_outgoing *one) {
    served(one->object, one->rights); // on its way it counted as a server
    object_release(one->object, model.processes[model.threads[t].process].quota);
}

// A message that was taken from its sender but not delivered.
void model_message_put_back(int t, struct m_call *call) {
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

void mappings_remove(int p, int s) {
    for (int i = 0; i < M_MAPPINGS; i++)
        if (model.mappings[i].used && model.mappings[i].process == p && model.mappings[i].slot == s)
            model.mappings[i].used = false;
}

void unbind(int t) {
    struct m_thread *thread = &model.threads[t];
    if (thread->bound != M_NONE)
        object(thread->bound)->bound = M_NONE;
    thread->bound = thread->bound_through = M_NONE;
}

void waits_end(int p, int s) {
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

void message_give_back(int t) {
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

void call_unlink(int t, bool server_hears) {
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

void call_cancel(int t, status_t status) {
    struct m_thread *thread = &model.threads[t];
    bool delivered = thread->wait == M_AWAITING;
    call_unlink(t, true);
    result_now(thread, status);
    if (delivered)
        message_give_back(t);
    else
        model_message_put_back(t, &thread->call);
    if (thread->call.is_fault)
        process_finish(thread->process, END_FAULTED, 255, thread->call.words[0], thread->call.words[1]);
}

void cancel(int t, status_t status) {
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
int first_waiting(enum m_wait wait, int at) {
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
        call_cancel(t, wait == M_CALLING ? STATUS_NO_SERVER : STATUS_SERVER_DIED);
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

void event_deliver(int t, const struct m_event *event) {
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
            model_thread_finish(o->index, STATUS_DROPPED);
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
void served(int index, uint64_t rights) {
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

void slot_close(int p, int s) {
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

void model_thread_finish(int t, status_t pending) {
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

void process_finish(int p, uint64_t reason, uint64_t status, uint64_t address, uint64_t instruction) {
    struct m_process *process = &model.processes[p];
    if (process->state == M_PROCESS_ENDED)
        return;
    process->state = M_PROCESS_ENDED;
    const uint64_t end[4] = {reason, status, address, instruction};
    memcpy(process->end, end, sizeof(end));
    for (int t = 0; t < M_THREADS; t++)
        if (model.threads[t].used && model.threads[t].process == p)
            model_thread_finish(t, STATUS_SERVER_DIED);
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
