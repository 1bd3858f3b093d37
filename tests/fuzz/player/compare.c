// SPDX-License-Identifier: MIT
//
// Results: what the kernel says against what the model says, and what the kernel may choose.

#include "player.h"

struct thread *kernel_threads[M_THREADS];
struct process *kernel_processes[M_PROCESSES];
uint64_t numbers[M_THREADS];
uint64_t histogram[SYSCALL_LIMIT][64];
uint64_t successes;

static uint64_t kernel_serials[M_THREADS];  // a record that is used again has another one
static uint64_t kernel_quotas[M_PROCESSES]; // serials

int thread_of(const struct thread *thread) {
    for (int t = 0; t < M_THREADS; t++)
        if (model.threads[t].used && kernel_threads[t] == thread &&
            kernel_serials[t] == thread->object.serial)
            return t;
    return M_NONE;
}

void twin_process(int p, struct process *process) {
    kernel_processes[p] = process;
    if (process->quota != nullptr)
        kernel_quotas[model.processes[p].quota] = process->quota->object.serial;
}

void twin_thread(int t, struct thread *thread) {
    kernel_threads[t] = thread;
    kernel_serials[t] = thread->object.serial;
}

static void slot_learn(int p, int s, uint64_t value) {
    struct m_slot *slot = &model.processes[p].slots[s];
    if (slot->kind == M_FREE)
        return;
    for (int i = 0; i < M_SLOTS; i++)
        if (i != s && model.processes[p].slots[i].kind != M_FREE &&
            model.processes[p].slots[i].value == value)
            mismatch("descriptor %#llx is given twice", (unsigned long long)value);
    const struct slot *found = table_slot(kernel_processes[p], (uint32_t)(value & 0xffffff));
    if (value == 0 || found == nullptr || slot_value(found) != value)
        mismatch("descriptor %#llx names nothing", (unsigned long long)value);
    struct m_object *o = &model.objects[slot->object];
    struct object *object = found->object;
    if (o->serial == 0)
        o->serial = object->serial;
    if (o->serial != object->serial || o->type != object->type || slot->rights != tag_rights(found->tag) ||
        (unsigned)slot->kind != (unsigned)tag_kind(found->tag))
        mismatch("descriptor %#llx: type %u, kind %u, rights %#llx; the model has %u, %u, %#llx",
                 (unsigned long long)value, object->type, (unsigned)tag_kind(found->tag),
                 (unsigned long long)tag_rights(found->tag), o->type, slot->kind,
                 (unsigned long long)slot->rights);
    slot->value = value;
    o->kernel = object;
    if (o->type == OBJECT_PROCESS)
        twin_process(o->index, (struct process *)object);
    if (o->type == OBJECT_THREAD && model.threads[o->index].object == slot->object)
        twin_thread(o->index, (struct thread *)object);
}

void count(uint64_t number, status_t status) {
    if (number >= SYSCALL_LIMIT || status > 0 || status < -63)
        return;
    histogram[number][-status]++;
    successes += status == STATUS_OK;
}

static bool event_is(const struct m_event *event, const struct arch_thread *registers) {
    return registers->a[0] == event->badge && registers->a[1] == (event->label | HEADER_EVENT) &&
           memcmp(&registers->a[3], event->words, sizeof(event->words)) == 0;
}

static void event_show(struct m_result *result, const struct m_event *event) {
    result->event = *event;
    result->a[0] = event->badge;
    result->a[1] = event->label | HEADER_EVENT;
    memcpy(result->words, event->words, sizeof(event->words));
}

static bool event_is_other(const struct m_event *other, const struct m_event *event,
                           const struct arch_thread *registers) {
    return other->used && other->endpoint == event->endpoint && other->step == event->step &&
           event_is(other, registers);
}

// Of the events of one call the kernel may have posted another one first: one that the model still has in its
// queue, or gave to another thread that waits at the same endpoint.
static void event_choose(int t, const struct arch_thread *registers) {
    struct m_result *result = &model.threads[t].result;
    struct m_event mine = result->event;
    if (event_is(&mine, registers))
        return;
    for (int i = 0; i < M_EVENTS; i++) {
        if (!event_is_other(&model.events[i], &mine, registers))
            continue;
        event_show(result, &model.events[i]);
        model.events[i] = mine;
        return;
    }
    for (int u = 0; u < M_THREADS; u++) {
        struct m_result *other = &model.threads[u].result;
        if (u == t || !model.threads[u].used || !other->over ||
            !event_is_other(&other->event, &mine, registers))
            continue;
        event_show(result, &other->event);
        event_show(other, &mine);
        return;
    }
}

static void verify(int t) {
    struct m_result *result = &model.threads[t].result;
    const struct arch_thread *registers = &kernel_threads[t]->arch;
    if (!result->over)
        return;
    result->over = false;
    if (result->event.used)
        event_choose(t, registers);
    status_t status = (status_t)(int64_t)registers->status;
    if (status != result->status)
        mismatch("thread %d gets %s (%lld), the model says %s", t, status_name(status),
                 (long long)registers->status, status_name(result->status));
    count(numbers[t], status);
    for (unsigned i = 0; i < 3; i++)
        if (result->check[i] && registers->a[i] != result->a[i])
            mismatch("thread %d gets result %u %#llx, the model says %#llx", t, i,
                     (unsigned long long)registers->a[i], (unsigned long long)result->a[i]);
    if (result->check_words && memcmp(&registers->a[3], result->words, sizeof(result->words)) != 0)
        mismatch("thread %d gets other message words", t);
    if (result->number && registers->a[2] == 0)
        mismatch("thread %d gets no call number", t);
    for (unsigned i = 0; i < 3; i++)
        if (result->bind_slot[i] != M_NONE && status == STATUS_OK && !result->number && !result->check_words)
            slot_learn(result->bind_process[i], result->bind_slot[i], registers->a[i]);
    const struct message_page *page = kernel_threads[t]->message;
    for (unsigned i = 0; i < result->received; i++)
        slot_learn(model.threads[t].process, result->received_slot[i], page->received[i].descriptor);
    model_heard(result);
}

// Of two processes that one call ends the kernel chooses which lets go of an object last, and so pays for it.
static void payers_align(void) {
    for (int i = 0; i < M_OBJECTS; i++) {
        struct m_object *o = &model.objects[i];
        const struct object *object = o->kernel;
        if (!o->used || !o->ended || o->payer == M_NONE || o->step != model.step || object == nullptr ||
            object->serial != o->serial || object->payer == nullptr)
            continue;
        for (int q = 0; q < M_PROCESSES; q++)
            if (kernel_quotas[q] == object->payer->object.serial && q != o->payer) {
                o->payer = q;
                model.quotas[q].used = true;
            }
    }
    model_sweep();
}

// The order of events that one call posted is the kernel's.
static void events_align(int endpoint) {
    const struct endpoint *kernel = model.objects[endpoint].kernel;
    uint64_t step = 0;
    list_for_each(link, &kernel->events) {
        const struct event *event = list_entry(link, struct event, link);
        uint64_t serial = event->label == EVENT_BADGE_CLOSED
                              ? container_of(event, struct badge, closed)->object.serial
                              : container_of(event, struct process, ended)->object.serial;
        struct m_event *found = nullptr;
        for (int i = 0; i < M_EVENTS; i++)
            if (model.events[i].used && model.events[i].endpoint == endpoint &&
                model.objects[model.events[i].object].serial == serial)
                found = &model.events[i];
        if (found == nullptr || found->step < step)
            mismatch("an event stands where it should not");
        step = found->step;
        found->ticket = model.ticket++;
    }
}

static bool is_quiet(void) {
    if (atomic_load(&cpus[0].job_mask) != 0 || reclaim_pending() != 0)
        return false;
    for (uint32_t i = 0;; i++) {
        const struct thread *thread = slab_record(RECORD_THREAD, i);
        if (thread == nullptr)
            return true;
        if (atomic_load(&thread->object.references) == 0)
            continue;
        if (thread->operation.step != nullptr || thread->arch.again)
            return false;
        if (thread->started && atomic_load(&thread->ending) && atomic_load(&thread->state) != THREAD_ENDED)
            return false;
    }
}

void yield(void) {
    int t = thread_of(cpu_current()->thread);
    // The model ends at once what one call ends. In the kernel a thread may run on that has ended in the
    // model: its process ends with the server that has the fault of another thread of it, and the server's
    // own thread, told to end, waits for its turn among others of its priority.
    if (t == M_NONE && is_quiet())
        mismatch("a thread runs that the model does not have");
    if (t != M_NONE)
        verify(t);
    host_registers()->status = SYSCALL_THREAD_YIELD;
    host_syscall();
}

static void settle(void) {
    for (unsigned i = 0; !is_quiet(); i++) {
        if (i > 20000)
            mismatch("the kernel does not come to rest (jobs %#x, %u records on their way, state %d)",
                     atomic_load(&cpus[0].job_mask), reclaim_pending(), (int)host_state());
        if (host_state() == HOST_USER)
            yield();
        else
            host_clock_advance(0);
    }
}

static bool wait_agrees(enum m_wait wait, enum thread_state state) {
    switch (state) {
    case THREAD_NEW:
        return wait == M_NEW;
    case THREAD_READY:
    case THREAD_RUNNING:
        return wait == M_RUNS;
    case THREAD_CALLING:
        return wait == M_CALLING;
    case THREAD_AWAITING:
        return wait == M_AWAITING;
    case THREAD_RECEIVING:
        return wait == M_RECEIVING;
    case THREAD_WAITING:
        return wait == M_WAITING;
    case THREAD_FUTEX:
        return wait == M_FUTEX;
    default:
        return wait == M_ENDED;
    }
}

static void threads_compare(void) {
    for (int t = 0; t < M_THREADS; t++) {
        const struct m_thread *thread = &model.threads[t];
        if (!thread->used || kernel_threads[t] == nullptr || thread->wait == M_ENDED)
            continue;
        if (kernel_threads[t]->object.serial != kernel_serials[t] ||
            !wait_agrees(thread->wait, atomic_load(&kernel_threads[t]->state)))
            mismatch("thread %d is in state %u (status %lld), the model says %u", t,
                     (unsigned)atomic_load(&kernel_threads[t]->state),
                     (long long)kernel_threads[t]->arch.status, thread->wait);
    }
}

void quotas_compare(void) {
    for (int p = 0; p < M_PROCESSES; p++) {
        if (!model.processes[p].used || model.processes[p].state == M_PROCESS_ENDED)
            continue;
        const struct quota *quota = kernel_processes[p]->quota;
        struct charge used = model_used(model.processes[p].quota);
        if (quota->used.bytes != used.bytes)
            mismatch("process %d uses %llu bytes, the model says %llu", p,
                     (unsigned long long)quota->used.bytes, (unsigned long long)used.bytes);
        for (unsigned i = 0; i < RECORD_COUNT; i++)
            if (quota->used.records[i] != used.records[i])
                mismatch("process %d uses %u records of type %u, the model says %u", p,
                         quota->used.records[i], i, used.records[i]);
    }
}

void results_compare(void) {
    settle();
    if (model.overflow)
        return;
    for (int t = 0; t < M_THREADS; t++)
        if (model.threads[t].used && model.threads[t].wait == M_RUNS)
            verify(t);
    payers_align();
    for (int i = 0; i < M_EVENTS; i++)
        if (model.events[i].used)
            events_align(model.events[i].endpoint);
    threads_compare();
}
