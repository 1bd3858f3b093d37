// SPDX-License-Identifier: MIT
//
// Random calls, grouped by noun, and time that passes.

#include "player.h"

unsigned used_count(void) {
    unsigned used = 0;
    for (int i = 0; i < M_PROCESSES; i++)
        used += model.processes[i].used || model.quotas[i].used;
    return used;
}

unsigned threads_count(void) {
    unsigned used = 0;
    for (int i = 0; i < M_THREADS; i++)
        used += model.threads[i].used;
    return used;
}

void act_process(int t) {
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

void act_descriptor(int t) {
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

void act_memory(int t) {
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

// The running thread's process ends while another one waits for its answer.
bool act_server_end(int t) {
    const struct m_thread *thread = &model.threads[t];
    if (thread->process == 0 || thread->pending == M_NONE)
        return false;
    const struct m_thread *caller = &model.threads[thread->pending];
    if (caller->process == thread->process || caller->call.is_fault)
        return false;
    call(t, SYSCALL_PROCESS_EXIT, below(256), 0, 0, 0, 0, 0);
    return true;
}

// A process with a thread in a call is ended by another one.
static bool act_end_in_call(int t) {
    int p = model.threads[t].process;
    for (int s = 0; s < M_SLOTS; s++) {
        const struct m_slot *slot = &model.processes[p].slots[s];
        if (slot->kind != M_STRONG || slot->type != OBJECT_PROCESS)
            continue;
        int other = model.objects[slot->object].index;
        for (int i = 0; other != 0 && i < M_THREADS; i++)
            if (model.threads[i].used && model.threads[i].process == other &&
                (model.threads[i].wait == M_AWAITING || model.threads[i].pending != M_NONE)) {
                call(t, SYSCALL_PROCESS_END, slot->value, below(256), 0, 0, 0, 0);
                return true;
            }
    }
    return false;
}

void act_end(int t) {
    int p = model.threads[t].process;
    if (one_in(2) && act_end_in_call(t))
        return;
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

void act_thread(int t) {
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

// The call with the descriptor as its first argument, and others that may pass.
static bool transit_call(int t, unsigned number, uint64_t value) {
    switch (number) {
    case SYSCALL_SPACE_UNMAP:
    case SYSCALL_SPACE_PROTECT:
        call(t, number, value, pick_mapping(model.threads[t].process), MAP_READ, 0, 0, 0);
        break;
    case SYSCALL_PROCESS_TABLE:
    case SYSCALL_QUOTA_INSPECT:
        call(t, number, value, 0, BUFFER, pick_size(sizeof(struct quota_info)), 0, 0);
        break;
    case SYSCALL_PROCESS_QUOTA:
        call(t, number, value, BUFFER, sizeof(struct quota_info), 0, 0, 0);
        break;
    case SYSCALL_PROCESS_CREATE:
        if (!limits_make(t))
            return false;
        call(t, number, value, below(8), BUFFER, sizeof(struct limits), 0, 0);
        break;
    case SYSCALL_LENT_READ:
    case SYSCALL_LENT_WRITE:
        call(t, number, value, 0, 0, BUFFER, 8, 0);
        break;
    case SYSCALL_LOG_WRITE:
        call(t, number, value, BUFFER, 8, 0, 0, 0);
        break;
    case SYSCALL_PORT_WRITE:
        call(t, number, value, 0x80, 1, 0, 0, 0);
        break;
    case SYSCALL_MEMORY_PHYSICAL:
        call(t, number, value, 0xfe000000, PAGE_SIZE, 0, 0, 0);
        break;
    default:
        call(t, number, value, below(8), 0, 0, 0, 0);
        break;
    }
    return true;
}

// A descriptor that is on its way in a call, named in each call that takes its type.
bool act_transit(int t) {
    static const struct {
        enum object_type type;
        unsigned number;
    } takers[] = {
        {OBJECT_MEMORY, SYSCALL_MEMORY_SEAL},       {OBJECT_SPACE, SYSCALL_SPACE_UNMAP},
        {OBJECT_SPACE, SYSCALL_SPACE_PROTECT},      {OBJECT_PROCESS, SYSCALL_PROCESS_END},
        {OBJECT_PROCESS, SYSCALL_PROCESS_TABLE},    {OBJECT_PROCESS, SYSCALL_PROCESS_QUOTA},
        {OBJECT_QUOTA, SYSCALL_QUOTA_INSPECT},      {OBJECT_PROCESS, SYSCALL_THREAD_CREATE},
        {OBJECT_THREAD, SYSCALL_THREAD_PRIORITY},   {OBJECT_ENDPOINT, SYSCALL_PROCESS_CREATE},
        {OBJECT_REPLY, SYSCALL_LENT_READ},          {OBJECT_REPLY, SYSCALL_LENT_WRITE},
        {OBJECT_PLATFORM, SYSCALL_LOG_WRITE},       {OBJECT_PLATFORM, SYSCALL_PORT_WRITE},
        {OBJECT_PLATFORM, SYSCALL_MEMORY_PHYSICAL},
    };
    int p = model.threads[t].process;
    unsigned which = (unsigned)below(array_length(takers));
    uint64_t value = pick_sent(p, 1u << takers[which].type);
    int s = model_find_slot(p, value);
    if (s == M_NONE || model.processes[p].slots[s].type != takers[which].type)
        return false;
    return transit_call(t, takers[which].number, value);
}

void act_ipc(int t) {
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

void act_notification(int t) {
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

void act_platform(int t) {
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

void act_touch(int t) {
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

void world_move(void) {
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

void idle(void) {
    uint64_t next = model_next_timer();
    if (next == DEADLINE_NONE)
        mismatch("nothing runs, and nothing will happen");
    time_pass(next);
}

int running(void) {
    int t = thread_of(cpu_current()->thread);
    if (t == M_NONE || model.threads[t].wait != M_RUNS)
        mismatch("a thread runs that should not (%d)", t);
    return t;
}
