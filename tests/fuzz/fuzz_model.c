// SPDX-License-Identifier: MIT
//
// Random system calls on the kernel and on the reference model (model/model.h) at once: every result is
// compared, and at the end of each round all processes are ended and the audit finds nothing left. As a
// program:
//
//   MODEL_SEED=N MODEL_CALLS=N build/host/tests/fuzz/model
//
// prints how often each call ended with each status, and fails if fewer than half succeed. As a libFuzzer
// target (fuzz_model) the input is the source of all decisions.
//
// After each call the kernel is given time to finish what it began (jobs, ends of threads): the model does
// all at once. Which thread runs next is the kernel's choice; the model only says whether it may.

#include "player/player.h"

#define ROUND_CALLS 4000

static_assert(SLOTS_PER_PAGE == 64);

static void act_life(int t) {
    if (one_in(2))
        act_process(t);
    else if (one_in(6))
        act_end(t);
}

static void act_world(int t) {
    (void)t;
    world_move();
}

static void act_yield(int t) {
    call(t, SYSCALL_THREAD_YIELD, 0, 0, 0, 0, 0, 0);
}

// As often as it stands here.
static void (*const acts[])(int t) = {
    act_descriptor, act_descriptor, act_descriptor, act_memory, act_memory,       act_life,
    act_thread,     act_ipc,        act_ipc,        act_ipc,    act_notification, act_notification,
    act_platform,   act_touch,      act_world,      act_yield,
};

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
    if (one_in(8) && act_transit(t))
        return;
    if (one_in(4) && act_server_end(t))
        return;
    if (p != 0 && one_in(2048))
        scripts[t].step = SCRIPT_FILL;
    acts[below(array_length(acts))](t);
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
