// SPDX-License-Identifier: MIT
//
// Processes, threads and quotas.

#include "parts.h"

static int new_process(void) {
    for (int i = 0; i < M_PROCESSES; i++)
        if (!model.processes[i].used && !model.quotas[i].used)
            return i;
    model.overflow = true;
    return 1;
}

struct m_thread model_thread(int p, uint32_t page) {
    struct m_thread thread = {.used = true,
                              .process = p,
                              .page = page,
                              .object = M_NONE,
                              .at = M_NONE,
                              .through = M_NONE,
                              .deadline = DEADLINE_NONE,
                              .pending = M_NONE,
                              .bound = M_NONE,
                              .bound_through = M_NONE};
    thread.call.server = thread.call.reply = M_NONE;
    return thread;
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
    model.threads[found] = model_thread(p, page);
    return found;
}

static status_t limits_check(const struct limits *limits, int parent) {
    for (unsigned i = 0; i < 15; i++)
        if (limits->reserved[i] != 0)
            return STATUS_BAD_FLAGS;
    bool good = limits->bytes >= (FIXED_TABLES + 1) * PAGE_SIZE && limits->records[RECORD_PROCESS] >= 1 &&
                limits->records[RECORD_SPACE] >= 1 && limits->records[RECORD_QUOTA] >= 1 &&
                limits->priority <= model.quotas[parent].priority && limits->weight >= 1 &&
                limits->weight <= model.quotas[parent].weight;
    return good ? STATUS_OK : STATUS_BAD_VALUE;
}

status_t do_process_create(int t, const uint64_t *a) {
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

status_t do_process_end(int t, const uint64_t *a) {
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

status_t do_exit(int t, const uint64_t *a) {
    if (a[0] > 255)
        return STATUS_BAD_VALUE;
    process_finish(model.threads[t].process, END_EXITED, a[0], 0, 0);
    return STATUS_PENDING;
}

status_t do_table(int t, const uint64_t *a) {
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

status_t can_write(int t, uint64_t address, uint64_t length) {
    return model_can_access(model.threads[t].process, address, length, MAP_WRITE) ? STATUS_OK
                                                                                  : STATUS_BAD_ADDRESS;
}

status_t do_inspect(int t, const uint64_t *a) {
    int s;
    status_t status = buffer(t, a[1], a[2], sizeof(struct descriptor_info));
    if (status == STATUS_OK)
        status = lookup(model.threads[t].process, a[0], ANY_TYPE, 0, ACCEPT_WEAK | ACCEPT_OUT, &s);
    return status == STATUS_OK ? can_write(t, a[1], sizeof(struct descriptor_info)) : status;
}

status_t do_process_quota(int t, const uint64_t *a) {
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
status_t do_quota_inspect(int t, const uint64_t *a) {
    int s;
    status_t status = buffer(t, a[2], a[3], sizeof(struct quota_info));
    if (status == STATUS_OK)
        status = lookup(model.threads[t].process, a[0], 1u << OBJECT_QUOTA, RIGHT_QUOTA_AUDIT, 0, &s);
    if (status == STATUS_OK && a[1] != 0)
        return STATUS_NOTHING_LEFT;
    return status == STATUS_OK ? can_write(t, a[2], sizeof(struct quota_info)) : status;
}

status_t do_thread_create(int t, const uint64_t *a) {
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

status_t do_thread_start(int t, const uint64_t *a) {
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

status_t do_thread_priority(int t, const uint64_t *a) {
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

status_t do_thread_exit(int t, const uint64_t *a) {
    (void)a;
    model_thread_finish(t, STATUS_DROPPED);
    return STATUS_PENDING;
}

status_t do_thread_pointer(int t, const uint64_t *a) {
    (void)t;
    return a[0] == 0 || in_user(a[0], 1) ? STATUS_OK : STATUS_BAD_ADDRESS;
}
