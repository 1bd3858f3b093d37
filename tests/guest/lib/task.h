// SPDX-License-Identifier: MIT
//
// Further threads of the test program. A task has a stack of its own from a small pool that stays mapped. It
// ends when its function returns; task_join() waits for that, and for the thread to be gone.

#ifndef GUEST_TASK_H
#define GUEST_TASK_H

#include "test.h"

typedef void task_function_t(void *argument, struct message_page *page);

struct task {
    task_function_t *function;
    void *argument;
    desc_t thread;
    struct message_page *page;
    uint64_t stack;
    _Atomic uint32_t done;
};

enum { TASKS_MAX = 20, TASK_STACK = 16384 };

// Boot of the test program: maps the stacks.
void tasks_init(void);

[[nodiscard]] bool task_start(struct task *task, task_function_t *function, void *argument,
                              uint64_t priority);
// False, and the test fails, when it does not end.
bool task_join(struct task *task);

// Gives others the processor until the word has the value; false after the usual limit.
bool word_await(const _Atomic uint32_t *word, uint32_t value);
// Lets the other threads of the system run until they wait: for the moment when a task is known to have
// entered a call that blocks.
void settle(void);

// First code of a task and of a child: aligns the stack and calls guest_enter() (arch/).
void guest_entry(void);
[[noreturn]] void guest_enter(uint64_t argument, struct message_page *page, void *vectors);

#endif
