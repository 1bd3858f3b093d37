// SPDX-License-Identifier: MIT
//
// Random system calls on the kernel and on the reference model (model.h) at once: every result is compared,
// and at the end of each round all processes are ended and the audit finds nothing left. As a program:
//
//   MODEL_SEED=N MODEL_CALLS=N build/host/tests/fuzz/model
//
// prints how often each call ended with each status, and fails if fewer than half succeed. As a libFuzzer
// target (fuzz_model) the input is the source of all decisions.
//
// After each call the kernel is given time to finish what it began (jobs, ends of threads): the model does
// all at once. Which thread runs next is the kernel's choice; the model only says whether it may.

#include <arch/clock.h>
#include <arch/memory.h>
#include <arch/thread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../unit/unit.h"
#include "../unit/audit.h"
#include "../unit/world.h"
#include "memory/reclaim.h"
#include "memory/slab.h"
#include "model.h"
#include "object/endpoint.h"
#include "object/memory.h"
#include "object/space.h"
#include "sched/cpu.h"

#define ROUND_CALLS 4000
#define BUFFER      (SCRATCH + 0x400)
#define LENT        (SCRATCH + 0x800)
#define WORDS       (SCRATCH + 0x1000) // futex words, never written

static_assert(SLOTS_PER_PAGE == 64);

// ---- decisions

static uint64_t random_state, seed;
static const uint8_t *input;
static size_t input_left;
static bool input_used;

static uint64_t random_next(void) {
    if (input_used) {
        uint64_t value = 0;
        size_t take = input_left < 2 ? input_left : 2;
        memcpy(&value, input, take);
        input += take;
        input_left -= take;
        return value * 0x9e3779b97f4a7c15 >> 16;
    }
    uint64_t z = random_state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static uint64_t below(uint64_t limit) {
    return random_next() % limit;
}

static bool one_in(uint64_t n) {
    return below(n) == 0;
}

// ---- what we know of the kernel's objects

struct limits model_limits;
static struct thread *kernel_threads[M_THREADS];
static uint64_t kernel_serials[M_THREADS];
static struct process *kernel_processes[M_PROCESSES];
static uint64_t kernel_quotas[M_PROCESSES]; // serials
static uint64_t protected_slots[M_SLOTS];   // init's own, which it keeps
static unsigned protected_count;
static uint64_t stale[64];
static uint64_t calls, histogram[SYSCALL_LIMIT][64];
static uint64_t last_call[8];
static uint64_t successes;
static uint32_t missing;            // types of descriptors that the generator wanted and did not find
static uint64_t numbers[M_THREADS]; // of the call that a thread is in

// What the kernel has, for whoever looks for the reason.
static void objects_print(void) {
    for (unsigned type = 0; type < RECORD_COUNT; type++)
        for (uint32_t i = 0; type != RECORD_MAPPING; i++) {
            const struct object *object = slab_record((enum record_type)type, i);
            if (object == nullptr)
                break;
            if (atomic_load(&object->references) == 0)
                continue;
            fprintf(stderr, "object %llu: %s, %u references, %u strong%s", (unsigned long long)object->serial,
                    object_type_name(object->type), atomic_load(&object->references),
                    atomic_load(&object->strong), atomic_load(&object->ended) ? ", ended" : "");
            if (object->payer != nullptr)
                fprintf(stderr, ", payer %llu", (unsigned long long)object->payer->object.serial);
            if (object->type == OBJECT_BADGE && ((const struct badge *)object)->endpoint != nullptr)
                fprintf(stderr, ", of endpoint %llu",
                        (unsigned long long)((const struct badge *)object)->endpoint->object.serial);
            if (object->type == OBJECT_PROCESS && ((const struct process *)object)->supervisor != nullptr)
                fprintf(stderr, ", heard %d, state %d, supervisor %llu",
                        list_is_empty(&((const struct process *)object)->ended.link),
                        (int)((const struct process *)object)->state,
                        (unsigned long long)((const struct process *)object)->supervisor->object.serial);
            if (object->type == OBJECT_THREAD)
                fprintf(stderr, ", state %d, of process %llu", (int)((const struct thread *)object)->state,
                        (unsigned long long)((const struct thread *)object)->process->object.serial);
            if (object->type == OBJECT_SPACE)
                fprintf(stderr, ", of process %llu",
                        (unsigned long long)((const struct space *)object)->process->object.serial);
            fprintf(stderr, "\n");
        }
}

static void model_print(void) {
    for (int i = 0; i < M_OBJECTS; i++) {
        const struct m_object *o = &model.objects[i];
        if (o->used)
            fprintf(stderr, "model %llu: %s, %u strong%s, index %d, owner %d, endpoint %d, payer %d\n",
                    (unsigned long long)o->serial, object_type_name(o->type), o->strong,
                    o->ended ? ", ended" : "", o->index, o->owner, o->endpoint, o->payer);
    }
    for (int i = 0; i < M_EVENTS; i++)
        if (model.events[i].used)
            fprintf(stderr, "model event: label %llu, badge %#llx, object %llu, step %llu of %llu\n",
                    (unsigned long long)model.events[i].label, (unsigned long long)model.events[i].badge,
                    (unsigned long long)model.objects[model.events[i].object].serial,
                    (unsigned long long)model.events[i].step, (unsigned long long)model.step);
    for (int t = 0; t < M_THREADS; t++)
        if (model.threads[t].used)
            fprintf(stderr,
                    "model thread %d: process %d, wait %u, started %d, deadline %#llx, at %llu, fault %d, "
                    "pending %d\n",
                    t, model.threads[t].process, model.threads[t].wait, model.threads[t].started,
                    (unsigned long long)model.threads[t].deadline,
                    model.threads[t].at != M_NONE
                        ? (unsigned long long)model.objects[model.threads[t].at].serial
                        : 0,
                    model.threads[t].call.is_fault, model.threads[t].pending);
    for (int i = 0; i < M_PROCESSES; i++)
        if (model.processes[i].used)
            fprintf(stderr, "model process %d: object %llu, state %d, told %d\n", i,
                    (unsigned long long)model.objects[model.processes[i].object].serial,
                    model.processes[i].state, model.processes[i].told);
}

[[noreturn, gnu::format(printf, 1, 2)]] static void mismatch(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr,
            "model and kernel differ after %llu calls (last: %s by thread %llu, %#llx %#llx %#llx %#llx): ",
            (unsigned long long)calls,
            last_call[1] < SYSCALL_LIMIT && syscall_info(last_call[1]) != nullptr
                ? syscall_info(last_call[1])->name
                : "?",
            (unsigned long long)last_call[0], (unsigned long long)last_call[2],
            (unsigned long long)last_call[3], (unsigned long long)last_call[4],
            (unsigned long long)last_call[5]);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\nagain: MODEL_SEED=%llu MODEL_CALLS=%llu MODEL_TRACE=1\n", (unsigned long long)seed,
            (unsigned long long)calls + 1);
    va_end(arguments);
    if (getenv("MODEL_TRACE") != nullptr)
        objects_print(), model_print();
    abort();
}

static int thread_of(const struct thread *thread) {
    for (int t = 0; t < M_THREADS; t++)
        if (model.threads[t].used && kernel_threads[t] == thread &&
            kernel_serials[t] == thread->object.serial)
            return t;
    return M_NONE;
}

// ---- results

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
    if (o->type == OBJECT_PROCESS) {
        kernel_processes[o->index] = (struct process *)object;
        if (kernel_processes[o->index]->quota != nullptr)
            kernel_quotas[model.processes[o->index].quota] = kernel_processes[o->index]->quota->object.serial;
    }
    if (o->type == OBJECT_THREAD && model.threads[o->index].object == slot->object) {
        kernel_threads[o->index] = (struct thread *)object;
        kernel_serials[o->index] = object->serial;
    }
}

static void count(uint64_t number, status_t status) {
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

static void yield(void) {
    int t = thread_of(cpu_current()->thread);
    if (t == M_NONE)
        mismatch("a thread runs that the model does not have");
    verify(t);
    host_registers()->status = SYSCALL_THREAD_YIELD;
    host_syscall();
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

static void quotas_compare(void) {
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

static void results_compare(void) {
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

// ---- one call

static void make_missing(int t, uint32_t types);

static void call(int t, uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
                 uint64_t f) {
    const uint64_t arguments[6] = {a, b, c, d, e, f};
    struct arch_thread *registers = host_registers();
    uint32_t wanted = missing;
    missing = 0;
    if (wanted != 0 && wanted != UINT32_MAX && !one_in(6)) {
        make_missing(t, wanted);
        return;
    }
    last_call[0] = (uint64_t)t;
    last_call[1] = number;
    memcpy(&last_call[2], arguments, sizeof(arguments));
    if (getenv("MODEL_TRACE") != nullptr)
        fprintf(stderr, "%llu: thread %d of %d: %s %#llx %#llx %#llx %#llx %#llx %#llx\n",
                (unsigned long long)calls, t, model.threads[t].process,
                syscall_info(number) != nullptr ? syscall_info(number)->name : "?", (unsigned long long)a,
                (unsigned long long)b, (unsigned long long)c, (unsigned long long)d, (unsigned long long)e,
                (unsigned long long)f);
    registers->status = number;
    memcpy(registers->a, arguments, 3 * sizeof(uint64_t));
    const struct syscall_info *info = number < SYSCALL_LIMIT ? syscall_info(number) : nullptr;
    if (info != nullptr && info->message) {
        for (unsigned i = 0; i < MESSAGE_WORDS; i++)
            registers->a[3 + i] = model.threads[t].words[i] = random_next();
    }
    if (info == nullptr || !info->message || number == SYSCALL_LENT_READ)
        memcpy(registers->a, arguments, sizeof(arguments));
    model.now = clock_now();
    model_call(t, number, arguments);
    numbers[t] = info != nullptr ? number : SYSCALL_LIMIT;
    if (!model.threads[t].used || model.threads[t].wait == M_ENDED)
        count(number, STATUS_OK); // it does not return
    host_syscall();
    calls++;
    results_compare();
    if (!model.overflow && (calls % 32 == 0 || getenv("MODEL_TRACE") != nullptr))
        quotas_compare();
}

// ---- the generator

static uint64_t live_slots(int p) {
    return model.processes[p].used_slots;
}

static bool is_protected(int p, int s) {
    for (unsigned i = 0; p == 0 && i < protected_count; i++)
        if (model.processes[p].slots[s].value == protected_slots[i])
            return true;
    return false;
}

static uint64_t pick_slot(int p, uint32_t types, bool keep) {
    int found = M_NONE;
    uint64_t seen = 0;
    for (int s = 0; s < M_SLOTS; s++) {
        const struct m_slot *slot = &model.processes[p].slots[s];
        if (slot->kind == M_FREE || (types >> slot->type & 1) == 0 || (keep && is_protected(p, s)))
            continue;
        if (below(++seen) == 0)
            found = s;
    }
    return found != M_NONE ? model.processes[p].slots[found].value : 0;
}

// One that is on its way in a call, if there is any.
static uint64_t pick_sent(int p, uint32_t types) {
    for (int pass = 0; pass < 2; pass++)
        for (int s = 0; s < M_SLOTS; s++) {
            const struct m_slot *slot = &model.processes[p].slots[s];
            if (slot->kind == M_TRANSIT_OUT && (pass == 1 || (types >> slot->type & 1) != 0))
                return slot->value;
        }
    return 0;
}

static uint64_t pick_any(int p, uint32_t types, bool keep) {
    uint64_t sent = one_in(6) ? pick_sent(p, types) : 0;
    if (sent != 0)
        return sent;
    switch (below(40)) {
    case 0:
        return pick_slot(p, UINT32_MAX, keep);
    case 1:
        return stale[below(64)];
    case 2:
        return one_in(2) ? 0x70000000 + below(100) : UINT64_MAX;
    default: {
        uint64_t value = pick_slot(p, types, keep);
        if (value == 0)
            missing |= types;
        return value;
    }
    }
}

// keep: what init needs is not meant.
static uint64_t pick(int p, uint32_t types, bool keep) {
    uint64_t value = pick_any(p, types, keep);
    int s = model_find_slot(p, value);
    return keep && s != M_NONE && is_protected(p, s) ? 0 : value;
}

#define TYPE(name) (1u << OBJECT_##name)

// A process descriptor, but not init's, which others may have been sent: its end is the end of the machine.
static uint64_t pick_other_than_init(int p) {
    uint64_t value = pick(p, TYPE(PROCESS), false);
    int s = model_find_slot(p, value);
    bool is_init = s != M_NONE && model.objects[model.processes[p].slots[s].object].type == OBJECT_PROCESS &&
                   model.objects[model.processes[p].slots[s].object].index == 0;
    return is_init ? 0 : value;
}

static uint64_t pick_rights(void) {
    return one_in(40)  ? UINT64_MAX
           : one_in(5) ? random_next() & 0xff
                       : 0xf7 & ~(one_in(2) ? 1ull << below(8) : 0);
}

static uint64_t pick_deadline(void) {
    return one_in(8) ? 0 : clock_now() + 1000 + below(1 << 20);
}

static uint64_t pick_buffer(void) {
    switch (below(24)) {
    case 0:
        return BUFFER + 4;
    case 1:
        return one_in(2) ? 0x66660000 : USER_END;
    case 2:
        return one_in(2) ? 0 : 1ull << 63;
    default:
        return BUFFER;
    }
}

static uint64_t pick_page(void) {
    switch (below(24)) {
    case 0:
        return 0x20000008;
    case 1:
        return one_in(2) ? 0 : SPACE_FIXED;
    default:
        return 0x20000000 + below(6) * PAGE_SIZE + below(3) * 0x200000 + below(2) * 0x40000000;
    }
}

// The start of a mapping of the process's first space, most of the time.
static uint64_t pick_mapping(int p) {
    uint64_t found = pick_page(), seen = 0;
    for (int i = 0; i < M_MAPPINGS && !one_in(4); i++)
        if (model.mappings[i].used && model.mappings[i].space == model.processes[p].space &&
            model.mappings[i].start >= 0x20000000 && model.mappings[i].start < 0x80000000 &&
            below(++seen) == 0)
            found = model.mappings[i].start;
    return found;
}

static uint64_t pick_flags(void) {
    static const uint64_t flags[] = {MAP_READ,
                                     MAP_READ | MAP_WRITE,
                                     MAP_READ | MAP_WRITE,
                                     MAP_READ | MAP_EXECUTE,
                                     0,
                                     MAP_READ | MAP_WRITE | MAP_EXECUTE,
                                     8};
    return flags[one_in(4) ? below(7) : below(4)];
}

static uint64_t pick_size(uint64_t size) {
    return one_in(16) ? size - 1 : size;
}

// The descriptors, ranges and offer of the thread's message page.
static uint64_t message_make(int t, bool is_call) {
    struct m_thread *thread = &model.threads[t];
    struct message_page *page = kernel_threads[t]->message;
    int p = thread->process;
    uint64_t count = one_in(2) ? 1 + below(3) : 0, ranges = is_call && one_in(3) ? 1 + below(2) : 0;
    for (uint64_t i = 0; i < count; i++) {
        int s = model_find_slot(p, pick(p, one_in(2) ? UINT32_MAX : TYPE(MEMORY) | TYPE(NOTIFICATION), true));
        uint64_t value = s != M_NONE ? model.processes[p].slots[s].value : 0x70000001;
        uint64_t rights = s != M_NONE && !one_in(12) ? model.processes[p].slots[s].rights : 0xfff;
        thread->send[i] = (struct message_descriptor){value, (uint32_t)rights,
                                                      one_in(24)  ? 3
                                                      : one_in(2) ? DESCRIPTOR_MOVE
                                                                  : DESCRIPTOR_CLONE};
        if (i > 0 && one_in(8))
            thread->send[i] = thread->send[i - 1];
        page->send[i] = thread->send[i];
    }
    for (uint64_t i = 0; i < ranges; i++) {
        thread->lend[i] = (struct message_range){.address = one_in(12)  ? USER_END
                                                            : one_in(8) ? 0x66660000
                                                                        : LENT,
                                                 .length = 64,
                                                 .flags = one_in(16) ? 8 : 1 + below(3)};
        page->lend[i] = thread->lend[i];
    }
    return count << HEADER_DESCRIPTORS_SHIFT | ranges << HEADER_RANGES_SHIFT | below(1000);
}

static void offer_make(int t) {
    struct message_page *page = kernel_threads[t]->message;
    model.threads[t].offer_slots = page->offer_slots = one_in(24) ? 9 : below(5);
    model.threads[t].offer_bytes = page->offer_bytes = one_in(4) ? PAGE_SIZE : 1 << 20;
}

static uint64_t header_spoil(uint64_t header) {
    switch (below(40)) {
    case 0:
        return header | 1ull << 60;
    case 1:
        return header | 5ull << HEADER_DESCRIPTORS_SHIFT;
    default:
        return header;
    }
}

static bool limits_make(int t) {
    int p = model.threads[t].process;
    model_limits = (struct limits){.bytes = 120000 + below(200000),
                                   .priority = (uint32_t)(PRIORITY_COUNT - 1),
                                   .weight = 1 + (uint32_t)below(100)};
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        model_limits.records[i] = i == RECORD_LEASE ? 0 : 3 + (uint32_t)below(9);
    model_limits.records[RECORD_QUOTA] = model_limits.records[RECORD_PROCESS] = 1 + (uint32_t)below(3);
    model_limits.records[RECORD_INTERRUPT] = (uint32_t)below(2);
    model_limits.records[RECORD_PLATFORM] = (uint32_t)below(3);
    switch (below(24)) {
    case 0:
        model_limits.weight = 0;
        break;
    case 1:
        model_limits.reserved[3] = 1;
        break;
    case 2:
        model_limits.bytes = 1ull << 40;
        break;
    default:
        break;
    }
    if (!model_can_access(p, BUFFER, sizeof(model_limits), MAP_WRITE))
        return false;
    return host_store(BUFFER, &model_limits, sizeof(model_limits));
}

// What a thread does for a process that it has made: memory for it, a thread in it, a start.
struct script {
    unsigned step;
    uint64_t process, space, value;
};
static struct script scripts[M_THREADS];

static void script_step(int t) {
    struct script *script = &scripts[t];
    const struct arch_thread *registers = &kernel_threads[t]->arch;
    switch (script->step) {
    case 1:
        script->step = 2;
        call(t, SYSCALL_MEMORY_ALLOCATE, 2 * PAGE_SIZE, 0, 0, 0, 0, 0);
        break;
    case 2:
        script->step = 3;
        call(t, SYSCALL_DESCRIPTOR_TRANSFER, script->value, script->process, RIGHTS_MEMORY_ALL, 0, 0, 0);
        break;
    case 3:
        script->step = 4;
        call(t, SYSCALL_SPACE_MAP, script->space, script->value, SCRATCH, 0, 2 * PAGE_SIZE,
             MAP_READ | MAP_WRITE);
        break;
    case 4:
        script->step = 5;
        call(t, SYSCALL_THREAD_CREATE, script->process, PRIORITY_COUNT / 2, 0, 0, 0, 0);
        break;
    case 5:
        script->step = 6;
        call(t, SYSCALL_THREAD_START, script->value, 0x400000, SCRATCH, 0, 0, 0);
        break;
    case 6:
    case 8:
        // Something to talk about: a clone of a descriptor.
        script->step++;
        call(t, SYSCALL_DESCRIPTOR_CLONE,
             pick_slot(model.threads[t].process,
                       TYPE(ENDPOINT) | TYPE(NOTIFICATION) | TYPE(PLATFORM) | TYPE(BADGE), false),
             0x1f7, 0, 0, 0, 0);
        break;
    default:
        script->step = script->step == 7 ? 8 : 0;
        call(t, SYSCALL_DESCRIPTOR_TRANSFER, script->value, script->process, 0xf7, 0, 0, 0);
        break;
    }
    if (!model.threads[t].used || (int64_t)registers->status != 0 || model.threads[t].wait != M_RUNS)
        script->step = 0;
    else if (script->step != 4)
        script->value = registers->a[0];
}

// In place of a call on a descriptor that the process does not have.
static void make_missing(int t, uint32_t types) {
    int p = model.threads[t].process;
    if ((types & TYPE(ENDPOINT)) != 0)
        call(t, SYSCALL_ENDPOINT_CREATE, 2, 0, 0, 0, 0, 0);
    else if ((types & TYPE(NOTIFICATION)) != 0)
        call(t, SYSCALL_NOTIFICATION_CREATE, 0, 0, 0, 0, 0, 0);
    else if ((types & TYPE(REPLY)) != 0)
        call(t, SYSCALL_REPLY_CREATE, 0, 0, 0, 0, 0, 0);
    else if ((types & TYPE(MEMORY)) != 0)
        call(t, SYSCALL_MEMORY_ALLOCATE, PAGE_SIZE * 2, 0, 0, 0, 0, 0);
    else if ((types & TYPE(INTERRUPT)) != 0 && pick_slot(p, TYPE(PLATFORM), false) != 0)
        call(t, SYSCALL_INTERRUPT_CREATE, pick_slot(p, TYPE(PLATFORM), false), 1 + below(8), 0, 0, 0, 0);
    else
        call(t, SYSCALL_THREAD_YIELD, 0, 0, 0, 0, 0, 0);
}

static unsigned used_count(void) {
    unsigned used = 0;
    for (int i = 0; i < M_PROCESSES; i++)
        used += model.processes[i].used || model.quotas[i].used;
    return used;
}

static unsigned threads_count(void) {
    unsigned used = 0;
    for (int i = 0; i < M_THREADS; i++)
        used += model.threads[i].used;
    return used;
}

static void act_process(int t) {
    if (used_count() >= M_PROCESSES - 2 || threads_count() >= M_THREADS - 6)
        return;
    uint64_t buffer = pick_buffer(), supervisor = pick(model.threads[t].process, TYPE(ENDPOINT), false);
    if (!limits_make(t))
        return;
    call(t, SYSCALL_PROCESS_CREATE, supervisor, below(1000), buffer, pick_size(sizeof(struct limits)), 0, 0);
    const struct arch_thread *registers = &kernel_threads[t]->arch;
    if (registers->status == 0 && model.threads[t].wait == M_RUNS)
        scripts[t] = (struct script){.step = 1, .process = registers->a[0], .space = registers->a[1]};
}

static void act_descriptor(int t) {
    int p = model.threads[t].process;
    uint64_t value = pick(p, UINT32_MAX, true);
    switch (below(live_slots(p) > 60 ? 14 : 8)) {
    case 0:
    case 1: {
        value = pick(p, UINT32_MAX, false);
        int s = model_find_slot(p, value);
        uint64_t rights = s != M_NONE && !one_in(6)
                              ? model.processes[p].slots[s].rights & (one_in(3) ? pick_rights() : ~0ull)
                              : pick_rights();
        call(t, SYSCALL_DESCRIPTOR_CLONE, value, rights, 0, 0, 0, 0);
        return;
    }
    case 2: {
        int s = model_find_slot(p, value);
        uint64_t rights = s != M_NONE && !one_in(5) ? model.processes[p].slots[s].rights : pick_rights();
        call(t, SYSCALL_DESCRIPTOR_TRANSFER, value, pick(p, TYPE(PROCESS), false), rights, 0, 0, 0);
        return;
    }
    case 3:
        call(t, SYSCALL_DESCRIPTOR_WEAKEN, pick(p, UINT32_MAX, false), 0, 0, 0, 0, 0);
        return;
    case 4: {
        for (unsigned i = 0; i < 4; i++) {
            int s = model_find_slot(p, value);
            if (s != M_NONE && model.processes[p].slots[s].kind == M_WEAK)
                break;
            value = pick(p, UINT32_MAX, true);
        }
        call(t, SYSCALL_DESCRIPTOR_STRENGTHEN, value, 0, 0, 0, 0, 0);
        return;
    }
    case 5: {
        uint64_t buffer = pick_buffer();
        call(t, SYSCALL_DESCRIPTOR_INSPECT, value, buffer, pick_size(sizeof(struct descriptor_info)), 0, 0,
             0);
        return;
    }
    default:
        stale[below(64)] = value;
        call(t, SYSCALL_DESCRIPTOR_RELEASE, value, 0, 0, 0, 0, 0);
        return;
    }
}

// A word in memory that nobody wrote to, wherever it is mapped.
static uint64_t pick_word(int p) {
    uint64_t page = pick_page();
    int m = model_mapping_at(model.processes[p].space, page);
    return m != M_NONE && model.objects[model.mappings[m].memory].filled ? WORDS : page;
}

static void act_memory(int t) {
    int p = model.threads[t].process;
    uint64_t memory = pick(p, TYPE(MEMORY), true), space = one_in(6) ? pick(p, TYPE(SPACE), false) : 0;
    switch (below(12)) {
    case 0:
    case 1:
        call(t, SYSCALL_MEMORY_ALLOCATE,
             one_in(24)   ? below(2) * UINT64_MAX
             : one_in(16) ? 1ull << 40
                          : 1 + below(12 * PAGE_SIZE),
             one_in(24), 0, 0, 0, 0);
        return;
    case 2:
        call(t, SYSCALL_MEMORY_PHYSICAL, pick(p, TYPE(PLATFORM), false),
             one_in(6) ? HOST_MEMORY_BASE : HOST_DEVICE_BASE + below(3) * PAGE_SIZE + one_in(12),
             one_in(12) ? 0 : pick_size(PAGE_SIZE), one_in(12) ? 3 + below(2) : below(3), 0, 0);
        return;
    case 3:
        call(t, SYSCALL_MEMORY_SEAL, memory, 0, 0, 0, 0, 0);
        return;
    case 4:
        call(t, SYSCALL_SPACE_CREATE, 0, 0, 0, 0, 0, 0);
        return;
    case 5:
    case 6:
    case 7: {
        uint64_t page = pick_page();
        call(t, SYSCALL_SPACE_MAP, space, memory, page, one_in(12) ? 8 : below(2) * PAGE_SIZE,
             one_in(24) ? 0 : 1 + below(3 * PAGE_SIZE), pick_flags());
        return;
    }
    case 8:
        call(t, SYSCALL_SPACE_UNMAP, space, pick_mapping(p), 0, 0, 0, 0);
        return;
    case 9:
        call(t, SYSCALL_SPACE_PROTECT, space, pick_mapping(p), pick_flags(), 0, 0, 0);
        return;
    case 10:
        call(t, SYSCALL_FUTEX_WAIT, one_in(8) ? pick_word(p) : WORDS + 4 * below(4) + one_in(20),
             one_in(6) ? below(1ull << 33) : 0, pick_deadline(), 0, 0, 0);
        return;
    default:
        call(t, SYSCALL_FUTEX_WAKE, one_in(8) ? pick_page() : WORDS + 4 * below(4) + one_in(20),
             one_in(20) ? 0 : 1 + below(4), 0, 0, 0, 0);
        return;
    }
}

static void act_end(int t) {
    int p = model.threads[t].process;
    switch (below(3)) {
    case 0:
        call(t, SYSCALL_PROCESS_END, pick_other_than_init(p), one_in(10) ? 256 : below(256), 0, 0, 0, 0);
        return;
    case 1:
        if (p != 0)
            call(t, SYSCALL_PROCESS_EXIT, one_in(3) ? 256 : below(256), 0, 0, 0, 0, 0);
        return;
    default:
        if (p != 0)
            call(t, SYSCALL_THREAD_EXIT, 0, 0, 0, 0, 0, 0);
        return;
    }
}

static void act_thread(int t) {
    int p = model.threads[t].process;
    uint64_t process = one_in(3) ? pick(p, TYPE(PROCESS), false) : 0, buffer = pick_buffer();
    switch (below(9)) {
    case 0:
        if (threads_count() < M_THREADS - 6)
            call(t, SYSCALL_THREAD_CREATE, process, one_in(12) ? 99 : PRIORITY_COUNT / 2, 0, 0, 0, 0);
        return;
    case 1:
    case 2:
        call(t, SYSCALL_THREAD_START, pick(p, TYPE(THREAD), false), one_in(12) ? USER_END : 0x400000,
             one_in(12) ? SCRATCH + 8 : SCRATCH, 0, 0, 0);
        return;
    case 3: {
        uint64_t thread = one_in(2) ? pick(p, TYPE(THREAD), false) : 0;
        call(t, SYSCALL_THREAD_PRIORITY, thread, one_in(8) ? 99 : PRIORITY_COUNT / 2, 0, 0, 0, 0);
        return;
    }
    case 4:
        call(t, SYSCALL_THREAD_POINTER, one_in(4) ? USER_END : SCRATCH, 0, 0, 0, 0, 0);
        return;
    case 5:
        call(t, SYSCALL_PROCESS_TABLE, process, one_in(12) ? DESCRIPTORS_PER_PROCESS + 1 : below(40), buffer,
             one_in(12) ? 0 : 1 + below(TABLE_LIST_MAX / 4), 0, 0);
        return;
    case 6:
        call(t, SYSCALL_PROCESS_QUOTA, process, buffer, pick_size(sizeof(struct quota_info)), 0, 0, 0);
        return;
    case 7:
        call(t, SYSCALL_QUOTA_INSPECT, pick(p, TYPE(QUOTA), false), below(2) * UINT64_MAX, buffer,
             pick_size(sizeof(struct quota_info)), 0, 0);
        return;
    default:
        call(t, SYSCALL_THREAD_YIELD, 0, 0, 0, 0, 0, 0);
        return;
    }
}

static uint64_t pick_reply(int p) {
    return one_in(3) ? pick(p, TYPE(REPLY), false) : 0;
}

static void act_serve(int t) {
    int p = model.threads[t].process;
    uint64_t lent = one_in(12) ? 0x66660000 : BUFFER, endpoint = pick(p, TYPE(ENDPOINT), false);
    switch (below(model.threads[t].pending == M_NONE && !one_in(3) ? 1 : 8)) {
    case 0:
    case 1:
        call(t, SYSCALL_REPLY, pick_reply(p),
             header_spoil(message_make(t, false) | (one_in(4) ? HEADER_GIVE_BACK : 0) | one_in(2)),
             one_in(24), 0, 0, 0);
        return;
    case 2:
        offer_make(t);
        call(t, SYSCALL_REPLY_AND_RECEIVE, endpoint, header_spoil(message_make(t, false)), pick_deadline(), 0,
             0, 0);
        return;
    case 3:
    case 4:
        call(t, SYSCALL_REPLY_KEEP, pick(p, TYPE(REPLY), false), 0, 0, 0, 0, 0);
        return;
    default: {
        unsigned number = one_in(2) ? SYSCALL_LENT_READ : SYSCALL_LENT_WRITE;
        call(t, number, pick_reply(p), one_in(16) ? 2 : below(2), one_in(6) ? 60 : below(32), lent,
             one_in(24) ? LENT_COPY_MAX + 1 : below(32), 0);
        return;
    }
    }
}

static void act_ipc(int t) {
    int p = model.threads[t].process;
    uint64_t endpoint = pick(p, TYPE(ENDPOINT), false);
    if (model.threads[t].pending != M_NONE && !one_in(6)) {
        act_serve(t);
        return;
    }
    switch (below(14)) {
    case 0:
        call(t, SYSCALL_ENDPOINT_CREATE, one_in(16) ? BADGE_PLACES_MAX + 1 : below(4), 0, 0, 0, 0, 0);
        return;
    case 1:
    case 2:
        call(t, SYSCALL_BADGE_CREATE, endpoint, below(6), 0, 0, 0, 0);
        return;
    case 3:
        call(t, SYSCALL_BADGE_DESTROY, endpoint, below(6), 0, 0, 0, 0);
        return;
    case 4:
        call(t, SYSCALL_REPLY_CREATE, 0, 0, 0, 0, 0, 0);
        return;
    case 5:
        act_serve(t);
        return;
    case 6:
    case 7:
    case 8:
    case 9:
        offer_make(t);
        call(t, SYSCALL_CALL, pick(p, TYPE(ENDPOINT) | TYPE(BADGE), false),
             header_spoil(message_make(t, true)), pick_deadline(), 0, 0, 0);
        return;
    default:
        offer_make(t);
        call(t, SYSCALL_RECEIVE, endpoint, one_in(30), pick_deadline(), 0, 0, 0);
        return;
    }
}

static void act_notification(int t) {
    int p = model.threads[t].process;
    uint64_t n = pick(p, TYPE(NOTIFICATION), false), bits = one_in(16) ? 0 : 1 + below(15);
    switch (below(11)) {
    case 0:
        call(t, SYSCALL_NOTIFICATION_CREATE, 0, 0, 0, 0, 0, 0);
        return;
    case 1:
    case 2:
        call(t, SYSCALL_NOTIFICATION_SIGNAL, n, bits, 0, 0, 0, 0);
        return;
    case 3:
    case 4:
        call(t, SYSCALL_NOTIFICATION_WAIT, n, bits, pick_deadline(), 0, 0, 0);
        return;
    case 5:
        call(t, SYSCALL_NOTIFICATION_TIMER, n, bits, one_in(4) ? DEADLINE_NONE : pick_deadline(), 0, 0, 0);
        return;
    case 6:
        call(t, SYSCALL_NOTIFICATION_BIND, one_in(3) ? 0 : n, 0, 0, 0, 0, 0);
        return;
    case 7:
        call(t, SYSCALL_INTERRUPT_CREATE, pick(p, TYPE(PLATFORM), false), one_in(12) ? 24 : below(5),
             one_in(16) ? 8 : 0, 0, 0, 0);
        return;
    case 8:
    case 9:
        call(t, SYSCALL_INTERRUPT_BIND, pick(p, TYPE(INTERRUPT), false), n, bits, 0, 0, 0);
        return;
    default:
        call(t, SYSCALL_INTERRUPT_ACK, pick(p, TYPE(INTERRUPT), false), 0, 0, 0, 0, 0);
        return;
    }
}

static void act_platform(int t) {
    static const uint64_t kinds[] = {PLATFORM_MEMORY,
                                     PLATFORM_PORTS,
                                     PLATFORM_INTERRUPTS,
                                     PLATFORM_LOG,
                                     PLATFORM_POWER,
                                     PLATFORM_LOG * 3,
                                     1};
    int p = model.threads[t].process;
    uint64_t platform = pick(p, TYPE(PLATFORM), false), buffer = pick_buffer();
    switch (below(7)) {
    case 0:
    case 1: {
        uint64_t kind = kinds[one_in(4) ? below(7) : below(5)];
        bool single = kind == PLATFORM_LOG || kind == PLATFORM_POWER;
        uint64_t base = kind == PLATFORM_MEMORY ? HOST_DEVICE_BASE : single && !one_in(4) ? 0 : below(8);
        call(t, SYSCALL_PLATFORM_RESTRICT, platform, kind, base,
             single && !one_in(4)      ? 1
             : kind == PLATFORM_MEMORY ? 2 * PAGE_SIZE
                                       : below(20),
             0, 0);
        return;
    }
    case 2:
        call(t, SYSCALL_PORT_READ, platform, one_in(8) ? HOST_PORTS : below(16), below(6), 0, 0, 0);
        return;
    case 3:
        call(t, SYSCALL_PORT_WRITE, platform, one_in(8) ? HOST_PORTS : below(16), below(6), 1, 0, 0);
        return;
    case 4:
        call(t, SYSCALL_LOG_WRITE, platform, buffer, one_in(8) ? 0 : 1 + below(32), 0, 0, 0);
        return;
    case 5:
        call(t, SYSCALL_LOG_READ, platform, 0, buffer, one_in(8) ? 0 : 1 + below(32), 0, 0);
        return;
    default:
        if (one_in(3))
            call(t, SYSCALL_CLOCK_READ, 0, 0, 0, 0, 0, 0);
        else
            call(t, SYSCALL_ENTROPY_READ, buffer, one_in(8) ? 0 : 1 + below(32), 0, 0, 0, 0);
        return;
    }
}

static void act_touch(int t) {
    uint64_t address = pick_page() & ~7ull;
    unsigned access = 1 + (unsigned)below(3);
    uint8_t byte = 0;
    // Futex words live in memory that is never written.
    if (model.threads[t].process == 0 || (access == ACCESS_WRITE && !one_in(3)))
        access = ACCESS_READ;
    int m = model_mapping_at(model.processes[model.threads[t].process].space, address);
    if (m == M_NONE && (model.threads[t].process == 0 || !one_in(4)))
        return;
    if (address >= USER_END || address < USER_START ||
        model.processes[model.threads[t].process].supervisor == M_NONE)
        return;
    last_call[0] = (uint64_t)t;
    last_call[1] = SYSCALL_LIMIT;
    last_call[2] = address;
    last_call[3] = access;
    model.now = clock_now();
    numbers[t] = SYSCALL_LIMIT;
    bool expected = model_touch(t, address, access);
    bool done = host_access(address, &byte, 0, access);
    calls++;
    if (done != expected)
        mismatch("an access is %s", done ? "made" : "refused");
    results_compare();
}

static void time_pass(uint64_t until) {
    uint64_t next = model_next_timer();
    while (next <= until) {
        if (next > clock_now())
            host_clock_advance(next - clock_now());
        model.now = clock_now();
        model.step++;
        if (!model_fire())
            mismatch("a timer");
        // Those that are due at the same nanosecond go off together.
        while (model_fire())
            continue;
        results_compare();
        next = model_next_timer();
    }
}

static void world_move(void) {
    if (one_in(3)) {
        uint64_t line = below(5);
        if (line != 0 && host_line_is_open((unsigned)line)) {
            model.step++;
            model_interrupt(line);
            host_interrupt((unsigned)line);
            results_compare();
        }
        return;
    }
    uint64_t until = clock_now() + below(1 << 16);
    time_pass(until);
    host_clock_advance(until > clock_now() ? until - clock_now() : 0);
    results_compare();
}

static void idle(void) {
    uint64_t next = model_next_timer();
    if (next == DEADLINE_NONE)
        mismatch("nothing runs, and nothing will happen");
    time_pass(next);
}

static int running(void) {
    int t = thread_of(cpu_current()->thread);
    if (t == M_NONE || model.threads[t].wait != M_RUNS)
        mismatch("a thread runs that should not (%d)", t);
    return t;
}

static void step(void) {
    if (host_state() != HOST_USER) {
        idle();
        return;
    }
    int t = running();
    if (scripts[t].step > 0 && !one_in(20)) {
        script_step(t);
        return;
    }
    int p = model.threads[t].process;
    if (live_slots(p) > M_SLOTS - 40 && !one_in(4)) { // the model has no room for more
        call(t, SYSCALL_DESCRIPTOR_RELEASE, pick(p, UINT32_MAX, true), 0, 0, 0, 0, 0);
        return;
    }
    switch (below(16)) {
    case 0:
    case 1:
    case 2:
        act_descriptor(t);
        return;
    case 3:
    case 4:
        act_memory(t);
        return;
    case 5:
        if (one_in(2))
            act_process(t);
        else if (one_in(6))
            act_end(t);
        return;
    case 6:
        act_thread(t);
        return;
    case 7:
    case 8:
    case 9:
        act_ipc(t);
        return;
    case 10:
    case 11:
        act_notification(t);
        return;
    case 12:
        act_platform(t);
        return;
    case 13:
        act_touch(t);
        return;
    case 14:
        world_move();
        return;
    default:
        call(t, SYSCALL_THREAD_YIELD, 0, 0, 0, 0, 0, 0);
        return;
    }
}

// ---- the end of a round

static bool only_init_is_left(void) {
    for (int i = 1; i < M_PROCESSES; i++)
        if (model.processes[i].used || model.quotas[i].used)
            return false;
    for (int i = 0; i < M_EVENTS; i++)
        if (model.events[i].used)
            return false;
    return live_slots(0) == protected_count && threads_count() == 1;
}

static void end_by_init(int t) {
    if (model.threads[t].pending != M_NONE) {
        call(t, SYSCALL_REPLY, 0, FAULT_REPLY_END, 0, 0, 0, 0);
        return;
    }
    for (int s = 0; s < M_SLOTS; s++) {
        const struct m_slot *slot = &model.processes[0].slots[s];
        if (slot->kind == M_FREE || is_protected(0, s) || slot->kind == M_TRANSIT_OUT)
            continue;
        const struct m_object *o = &model.objects[slot->object];
        if (o->type == OBJECT_PROCESS && o->index != 0 && slot->kind == M_STRONG &&
            (slot->rights & RIGHT_PROCESS_END) != 0 && model.processes[o->index].state != M_PROCESS_ENDED)
            call(t, SYSCALL_PROCESS_END, slot->value, 0, 0, 0, 0, 0);
        else
            call(t, SYSCALL_DESCRIPTOR_RELEASE, slot->value, 0, 0, 0, 0, 0);
        return;
    }
    struct message_page *page = kernel_threads[t]->message;
    model.threads[t].offer_slots = page->offer_slots = 0;
    call(t, SYSCALL_RECEIVE, world_supervisor, 0, clock_now() + 1000, 0, 0, 0);
}

// Some processes nobody can end any more: whose only thread was never started, or which wait for the answer
// to their own fault, and whose descriptors they hold themselves.
static void end_from_outside(void) {
    for (int p = 1; p < M_PROCESSES; p++) {
        if (!model.processes[p].used || model.processes[p].state == M_PROCESS_ENDED)
            continue;
        process_end(kernel_processes[p], END_KILLED, 0, 0, 0, PRIORITY_COUNT / 2);
        model_end(p);
        results_compare();
        return;
    }
}

static void round_end(void) {
    unsigned next = 0;
    memset(scripts, 0, sizeof(scripts));
    for (unsigned i = 0; !only_init_is_left(); i++) {
        if (i > 30000)
            mismatch("the round does not end (slots %llu of %u, threads %u, processes %u)",
                     (unsigned long long)live_slots(0), protected_count, threads_count(), used_count());
        if (host_state() != HOST_USER) {
            idle();
            continue;
        }
        if (i > 3000 && i >= next) {
            end_from_outside();
            next = i + 20;
        }
        if (host_state() != HOST_USER)
            continue;
        int t = running();
        if (t == 0)
            end_by_init(t);
        else if (model.threads[t].process == 0)
            call(t, SYSCALL_THREAD_EXIT, 0, 0, 0, 0, 0, 0);
        else
            call(t, SYSCALL_PROCESS_EXIT, 0, 0, 0, 0, 0, 0);
    }
    quotas_compare();
    for (unsigned i = 0; i < 8; i++)
        if (host_state() == HOST_USER)
            yield();
    audit_walk();
    audit_nothing_left();
}

// ---- init as it is after boot

static int import_object(struct object *object) {
    for (int i = 0; i < M_OBJECTS; i++)
        if (model.objects[i].used && model.objects[i].serial == object->serial)
            return i;
    int made = model_new_object((enum object_type)object->type);
    struct m_object *o = &model.objects[made];
    o->serial = object->serial;
    o->kernel = object;
    if (object->type == OBJECT_MEMORY) {
        const struct memory *memory = (const struct memory *)object;
        o->pages = memory->pages;
        o->physical = memory->is_physical;
        o->ram = memory->is_ram;
        o->filled = true;
        o->base = memory->base;
    } else if (object->type == OBJECT_ENDPOINT) {
        o->places = ((const struct endpoint *)object)->places;
    } else if (object->type == OBJECT_PROCESS || object->type == OBJECT_THREAD) {
        o->index = 0;
        o->strong = 1; // itself
    } else if (object->type == OBJECT_SPACE) {
        o->owner = 0;
        o->strong = 1; // its process
    }
    return made;
}

static void import_mappings(const struct process *process) {
    int count = 0;
    for (struct avl_node *node = avl_first(&process->space->mappings); node != nullptr;
         node = avl_next(node)) {
        const struct mapping *mapping = avl_entry(node, struct mapping, node);
        if (mapping->memory == nullptr)
            continue;
        model.mappings[count++] = (struct m_mapping){.used = true,
                                                     .space = model.processes[0].space,
                                                     .process = 0,
                                                     .slot = model_find_slot(0, slot_value(mapping->slot)),
                                                     .memory = import_object(&mapping->memory->object),
                                                     .start = mapping->start,
                                                     .end = mapping->end,
                                                     .offset = mapping->offset,
                                                     .flags = mapping->flags};
    }
}

static void import_init(void) {
    struct process *process = init_process;
    struct thread *thread = init_actor.thread;
    memset(&model, 0, sizeof(model));
    kernel_processes[0] = process;
    kernel_quotas[0] = root_quota.object.serial;
    kernel_threads[0] = thread;
    kernel_serials[0] = thread->object.serial;
    model.quotas[0] = (struct m_quota){.used = true,
                                       .parent = M_NONE,
                                       .limit = root_quota.limit,
                                       .priority = root_quota.priority,
                                       .weight = root_quota.weight};
    struct m_process *p = &model.processes[0];
    *p = (struct m_process){.used = true, .state = M_PROCESS_RUNNING, .started = true, .supervisor = M_NONE};
    p->populated = process->table.populated;
    for (uint32_t i = 0; i < process->table.populated; i++) {
        const struct slot *slot = table_slot(process, i);
        p->slots[i] = (struct m_slot){.kind = M_FREE, .object = M_NONE};
        if (tag_kind(slot->tag) != SLOT_STRONG)
            continue;
        int object = import_object(slot->object);
        model.objects[object].strong++;
        p->slots[i] = (struct m_slot){.kind = M_STRONG,
                                      .type = model.objects[object].type,
                                      .object = object,
                                      .id = model.objects[object].id,
                                      .value = slot_value(slot),
                                      .rights = tag_rights(slot->tag)};
        p->used_slots++;
        protected_slots[protected_count++] = slot_value(slot);
    }
    p->object = import_object(&process->object);
    p->space = import_object(&process->space->object);
    import_mappings(process);
    model.threads[0] = (struct m_thread){.used = true,
                                         .object = import_object(&thread->object),
                                         .wait = M_RUNS,
                                         .started = true,
                                         .at = M_NONE,
                                         .through = M_NONE,
                                         .deadline = DEADLINE_NONE,
                                         .pending = M_NONE,
                                         .bound = M_NONE,
                                         .bound_through = M_NONE};
    model.threads[0].call.server = model.threads[0].call.reply = M_NONE;
    quotas_compare();
}

static void start(void) {
    world_boot_with(16 << 20);
    import_init();
}

static void round_run(uint64_t calls_most) {
    uint64_t end = calls + calls_most;
    while (calls < end && !model.overflow && (!input_used || input_left > 0))
        step();
    if (model.overflow)
        mismatch("the model has no room");
    round_end();
}

#ifdef MODEL_FUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static bool started;
    if (!started)
        start();
    started = true;
    input = data;
    input_left = size;
    input_used = true;
    round_run(ROUND_CALLS);
    return 0;
}
#else
static uint64_t number_from(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);
    return text != nullptr ? strtoull(text, nullptr, 0) : otherwise;
}

static void histogram_print(void) {
    for (unsigned number = 0; number < SYSCALL_LIMIT; number++) {
        if (syscall_info(number) == nullptr)
            continue;
        printf("# %s", syscall_info(number)->name);
        for (int i = 0; i < 64; i++)
            if (histogram[number][i] != 0)
                printf(" %s=%llu", status_name((status_t)-i), (unsigned long long)histogram[number][i]);
        printf("\n");
    }
}

int main(void) {
    uint64_t most = number_from("MODEL_CALLS", 200'000), counted = 0;
    seed = number_from("MODEL_SEED", 1);
    random_state = seed;
    printf("# again: MODEL_SEED=%llu MODEL_CALLS=%llu build/host/tests/fuzz/model\n",
           (unsigned long long)seed, (unsigned long long)most);
    fflush(stdout);
    start();
    for (unsigned round = 0; calls < most; round++) {
        random_state = seed + round * 1'000'003ull;
        round_run(ROUND_CALLS);
    }
    histogram_print();
    for (unsigned number = 0; number < SYSCALL_LIMIT; number++)
        for (int i = 0; i < 64; i++)
            counted += histogram[number][i];
    printf("# %llu calls, %llu succeed\n1..1\n%s 1 - model and kernel agree\n", (unsigned long long)counted,
           (unsigned long long)successes, successes * 2 >= counted ? "ok" : "not ok");
    return successes * 2 >= counted ? 0 : 1;
}
#endif
