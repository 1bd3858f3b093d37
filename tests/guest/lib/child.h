// SPDX-License-Identifier: MIT
//
// Child processes made by system calls alone. A child has the image of the test program at the same addresses
// (the parts that are never written are shared, the others are a copy of this moment) and the shared memory,
// so a function of the test program can run there. It has no descriptor but those that it is given.

#ifndef GUEST_CHILD_H
#define GUEST_CHILD_H

#include "test.h"

typedef int child_function_t(uint64_t argument, struct message_page *page);

struct child {
    desc_t process;
    desc_t space;
    desc_t thread;
    uint64_t value; // of its messages at the supervisor
    uint64_t entry;
    uint64_t stack;
    bool started; // the supervisor hears of its end
};

// How a child ended, and its last fault.
struct ending {
    bool ended;
    uint64_t reason;
    uint64_t status;
    uint64_t address;
    uint64_t instruction;
    uint64_t faults;
    uint64_t fault_label;
    uint64_t fault_words[4];
};

// Below the main thread, so that a child that never waits does not keep the tests from going on.
enum { CHILD_PRIORITY = 6 };

#define CHILD_STACK      0x220000000000ULL
#define CHILD_STACK_SIZE 16384
#define CHILD_AREA       0x230000000000ULL // free in a child

extern desc_t supervisor; // hears of all children; all rights

void children_init(void);

struct limits child_limits(void);

// A process without anything in it; usual limits when `limits` is null.
[[nodiscard]] status_t child_create(struct child *child, const struct limits *limits);
// The same with the image and a stack. The test fails when that cannot be had.
[[nodiscard]] bool child_make(struct child *child, const struct limits *limits);
// Only what is never written, and a stack: enough for functions that touch no variable.
[[nodiscard]] bool child_make_small(struct child *child, const struct limits *limits);
[[nodiscard]] bool child_start(struct child *child, child_function_t *function, uint64_t argument);

// A descriptor of ours into the child (we lose it); none when it is refused, and the test fails.
desc_t child_give(const struct child *child, desc_t descriptor, uint64_t rights);
// A new memory object of the child, mapped there.
desc_t child_map_new(const struct child *child, uint64_t address, uint64_t pages, uint64_t flags);

// Waits for the end; faults are answered with the end of the process.
bool child_wait(struct child *child, struct ending *ending);
// Waits until it has ended, without hearing the supervisor's messages.
void child_await_end(const struct child *child);
// What is known by now; serves what has arrived at the supervisor.
bool child_poll(const struct child *child, struct ending *ending);
// Ends it unless it has ended, waits for that, and releases all its descriptors.
void child_drop(struct child *child);

// All of it: a child that runs the function to its end. True when it exited with `status`.
bool child_runs(child_function_t *function, uint64_t argument, uint64_t status);

#endif
