// SPDX-License-Identifier: MIT
//
// One call on both sides, and short series of calls that bring about what chance alone seldom does.

#include "player.h"

static void make_missing(int t, uint32_t types);

void call(int t, uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f) {
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

struct script scripts[M_THREADS];

// Any that is strong, or whichever comes.
static uint64_t pick_strong(int p) {
    uint64_t value = 0;
    for (unsigned i = 0; i < 8; i++) {
        value = pick_slot(p, UINT32_MAX, false);
        int s = model_find_slot(p, value);
        if (s != M_NONE && model.processes[p].slots[s].kind == M_STRONG)
            break;
    }
    return value;
}

// Takes all bytes of the process's quota, then all slots of its table: the next slot costs what is not there.
// The first refusal ends the script.
static void fill_step(int t) {
    int p = model.threads[t].process, quota = model.processes[p].quota;
    uint64_t left = (model.quotas[quota].limit.bytes - model_used(quota).bytes) / PAGE_SIZE;
    if (left > 0) // from nine pages on, a memory has a page of its own
        call(t, SYSCALL_MEMORY_ALLOCATE,
             (left > 9   ? left - 1
              : left > 8 ? 8
                         : left) *
                 PAGE_SIZE,
             0, 0, 0, 0, 0);
    else
        call(t, SYSCALL_DESCRIPTOR_WEAKEN, pick_strong(p), 0, 0, 0, 0, 0);
}

void script_step(int t) {
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
    case SCRIPT_FILL:
        fill_step(t);
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
