// SPDX-License-Identifier: MIT
//
// The one model, its objects, and what each call does to it: the other files, one for each noun.

#include "parts.h"

struct model model;

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
        model_thread_finish(t, STATUS_DROPPED);
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
