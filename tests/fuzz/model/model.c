// SPDX-License-Identifier: MIT
//
// The one model, its objects, and what each call does to it: the other files, one for each noun.

#include "parts.h"

struct model model;
struct limits model_limits;

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

// Calls that touch nothing that a file of the model is about.
static status_t do_yield(int t, const uint64_t *a) {
    (void)t;
    (void)a;
    return STATUS_OK;
}

static status_t do_clock(int t, const uint64_t *a) {
    (void)a;
    model.threads[t].result.check[0] = true;
    model.threads[t].result.a[0] = model.now;
    return STATUS_OK;
}

static call_function *const calls[SYSCALL_LIMIT] = {
    [SYSCALL_DESCRIPTOR_CLONE] = do_clone,
    [SYSCALL_DESCRIPTOR_RELEASE] = do_release,
    [SYSCALL_DESCRIPTOR_TRANSFER] = do_transfer,
    [SYSCALL_DESCRIPTOR_WEAKEN] = do_weaken,
    [SYSCALL_DESCRIPTOR_STRENGTHEN] = do_strengthen,
    [SYSCALL_DESCRIPTOR_INSPECT] = do_inspect,
    [SYSCALL_MEMORY_ALLOCATE] = do_allocate,
    [SYSCALL_MEMORY_PHYSICAL] = do_physical,
    [SYSCALL_MEMORY_SEAL] = do_seal,
    [SYSCALL_SPACE_CREATE] = do_space_create,
    [SYSCALL_SPACE_MAP] = do_map,
    [SYSCALL_SPACE_UNMAP] = do_unmap,
    [SYSCALL_SPACE_PROTECT] = do_protect,
    [SYSCALL_FUTEX_WAIT] = do_futex_wait,
    [SYSCALL_FUTEX_WAKE] = do_futex_wake,
    [SYSCALL_PROCESS_CREATE] = do_process_create,
    [SYSCALL_PROCESS_END] = do_process_end,
    [SYSCALL_PROCESS_EXIT] = do_exit,
    [SYSCALL_PROCESS_TABLE] = do_table,
    [SYSCALL_PROCESS_QUOTA] = do_process_quota,
    [SYSCALL_QUOTA_INSPECT] = do_quota_inspect,
    [SYSCALL_THREAD_CREATE] = do_thread_create,
    [SYSCALL_THREAD_START] = do_thread_start,
    [SYSCALL_THREAD_EXIT] = do_thread_exit,
    [SYSCALL_THREAD_YIELD] = do_yield,
    [SYSCALL_THREAD_PRIORITY] = do_thread_priority,
    [SYSCALL_THREAD_POINTER] = do_thread_pointer,
    [SYSCALL_ENDPOINT_CREATE] = do_endpoint_create,
    [SYSCALL_BADGE_CREATE] = do_badge_create,
    [SYSCALL_BADGE_DESTROY] = do_badge_destroy,
    [SYSCALL_CALL] = do_call,
    [SYSCALL_RECEIVE] = do_receive,
    [SYSCALL_REPLY] = do_reply,
    [SYSCALL_REPLY_AND_RECEIVE] = do_reply_and_receive,
    [SYSCALL_REPLY_CREATE] = do_reply_create,
    [SYSCALL_REPLY_KEEP] = do_reply_keep,
    [SYSCALL_LENT_READ] = do_lent_read,
    [SYSCALL_LENT_WRITE] = do_lent_write,
    [SYSCALL_NOTIFICATION_CREATE] = do_notification_create,
    [SYSCALL_NOTIFICATION_SIGNAL] = do_signal,
    [SYSCALL_NOTIFICATION_WAIT] = do_wait,
    [SYSCALL_NOTIFICATION_TIMER] = do_timer,
    [SYSCALL_NOTIFICATION_BIND] = do_bind,
    [SYSCALL_INTERRUPT_CREATE] = do_interrupt_create,
    [SYSCALL_INTERRUPT_BIND] = do_interrupt_bind,
    [SYSCALL_INTERRUPT_ACK] = do_interrupt_ack,
    [SYSCALL_PLATFORM_RESTRICT] = do_restrict,
    [SYSCALL_PORT_READ] = do_port,
    [SYSCALL_PORT_WRITE] = do_port,
    [SYSCALL_LOG_WRITE] = do_log_write,
    [SYSCALL_LOG_READ] = do_log_read,
    [SYSCALL_CLOCK_READ] = do_clock,
    [SYSCALL_ENTROPY_READ] = do_entropy,
};

static status_t dispatch(int t, uint64_t number, const uint64_t *a) {
    return number < SYSCALL_LIMIT && calls[number] != nullptr ? calls[number](t, a) : STATUS_BAD_CALL;
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
    thread->call.ranges = 1;
    thread->call.range[0] = (struct message_range){.length = USER_END, .flags = RANGE_READ};
    thread->call.header = FAULT_ACCESS | HEADER_KERNEL;
    thread->call.words[0] = address;
    thread->call.words[1] = 0x400000;
    thread->call.words[2] = access;
    thread->call.words[3] = thread->page;
    int supervisor = model.processes[p].supervisor;
    thread->call.endpoint = supervisor;
    if (message_send(t, supervisor, M_NONE, DEADLINE_NONE) != STATUS_PENDING)
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
