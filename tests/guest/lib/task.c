// SPDX-License-Identifier: MIT
//
// See task.h. A stack is free again when its task was joined.

#include "task.h"
#include "launch.h"
#include <user/program.h>

enum { TASK_STEP = TASK_STACK + PAGE_SIZE };

#define TASK_STACKS 0x250000000000ULL
#define SETTLE_NS   2'000'000ULL

static bool stack_used[TASKS_MAX];
static desc_t settle_notification;

void tasks_init(void) {
    for (unsigned i = 0; i < TASKS_MAX; i++)
        (void)memory_at(TASK_STACKS + (uint64_t)i * TASK_STEP, TASK_STACK / PAGE_SIZE, MAP_READ | MAP_WRITE);
    settle_notification = notification_make();
}

static uint64_t stack_take(void) {
    for (unsigned i = 0; i < TASKS_MAX; i++) {
        if (!stack_used[i]) {
            stack_used[i] = true;
            return TASK_STACKS + (uint64_t)i * TASK_STEP;
        }
    }
    return 0;
}

static void stack_give(uint64_t stack) {
    stack_used[(stack - TASK_STACKS) / TASK_STEP] = false;
}

[[noreturn]] void guest_enter(uint64_t argument, struct message_page *page, void *vectors) {
    struct launch *launch = (struct launch *)(uintptr_t)argument;
    launch->vectors = vectors;
    launch->run(launch, page);
    __builtin_trap();
}

static void task_run(struct launch *launch, struct message_page *page) {
    struct task *task = (struct task *)(uintptr_t)launch->argument;
    task->function(task->argument, page);
    atomic_store(&task->done, 1);
    (void)ts_thread_exit();
}

bool task_start(struct task *task, task_function_t *function, void *argument, uint64_t priority) {
    *task = (struct task){.function = function, .argument = argument, .stack = stack_take()};
    uint64_t page;
    if (!CHECK(task->stack != 0) || !OK(ts_thread_create(SELF, priority, &task->thread, &page)))
        return false;
    task->page = (struct message_page *)(uintptr_t)page;
    uint64_t top = task->stack + TASK_STACK - LAUNCH_SIZE;
    *(struct launch *)(uintptr_t)top = (struct launch){.run = task_run, .argument = (uintptr_t)task};
    return OK(ts_thread_start(task->thread, (uintptr_t)guest_entry, top, top));
}

bool task_join(struct task *task) {
    bool ended = CHECK(word_await(&task->done, 1));
    // Its stack is in use until the thread is gone, which shows in the count of threads.
    for (unsigned i = 0; ended && own_quota().threads > 1 && i < TASKS_MAX; i++)
        settle();
    drop(task->thread);
    if (ended)
        stack_give(task->stack);
    return ended;
}

bool word_await(const _Atomic uint32_t *word, uint32_t value) {
    uint64_t end = limit();
    while (atomic_load(word) != value) {
        if (clock_now() > end)
            return false;
        settle();
    }
    return true;
}

void settle(void) {
    (void)ts_notification_wait(settle_notification, 1, soon(SETTLE_NS), nullptr);
}
