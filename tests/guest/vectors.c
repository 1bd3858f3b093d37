// SPDX-License-Identifier: MIT
//
// Floating point and vector registers belong to a thread: across pre-emption, across calls, and new at its
// start.

#include "lib/child.h"
#include "lib/launch.h"
#include "lib/task.h"
#include "machine.h"

enum { HOLDERS = 3, HOLDS = 12, CALLS = 200 };

#define HOLD_ROUNDS 400'000ULL

// Each holder counts its rounds in its word, and how often another got on meanwhile in its value.
static int hold(uint64_t index, struct message_page *page) {
    (void)page;
    for (uint64_t i = 0; i < HOLDS; i++) {
        uint32_t other = SHARED->word[(index + 1) % HOLDERS];
        if (!machine_vectors_hold(random_next() * (index + 1), HOLD_ROUNDS))
            return 1;
        SHARED->word[index]++;
        SHARED->value[index] += SHARED->word[(index + 1) % HOLDERS] != other;
    }
    return 0;
}

static void across_preemption(void) {
    struct child children[HOLDERS];
    struct ending ending = {};
    bool good = true;
    for (uint64_t i = 0; i < HOLDERS; i++)
        good = child_make(&children[i], nullptr) && child_start(&children[i], hold, i) && good;
    uint64_t preempted = 0;
    for (unsigned i = 0; i < HOLDERS; i++) {
        if (good && child_wait(&children[i], &ending)) {
            EQUAL(ending.reason, END_EXITED);
            EQUAL(ending.status, 0);
        }
        preempted += SHARED->value[i];
        child_drop(&children[i]);
    }
    note("%llu of %u holds were interrupted by another process", (unsigned long long)preempted,
         HOLDERS * HOLDS);
    CHECK(preempted > 0);
}

// Fills the registers with something else before each answer.
static int serve(uint64_t endpoint, struct message_page *page) {
    uint64_t words[MESSAGE_WORDS] = {}, badge, header, number;
    page->offer_slots = 0;
    status_t status = ts_receive((desc_t){endpoint}, DEADLINE_NONE, words, &badge, &header, &number);
    for (uint64_t i = 0; status == STATUS_OK; i++) {
        if (!machine_vectors_hold(~i * 77, 10))
            return 1;
        status = ts_reply_and_receive((desc_t){endpoint}, 0, DEADLINE_NONE, words, &badge, &header, &number);
    }
    return 2;
}

static void across_calls(void) {
    struct child child;
    desc_t endpoint = endpoint_make(0);
    if (child_make(&child, nullptr)) {
        desc_t given = child_give(&child, clone_of(endpoint, RIGHTS_ENDPOINT_ALL), RIGHT_ENDPOINT_RECEIVE);
        unsigned lost = 0;
        if (child_start(&child, serve, given.value)) {
            for (unsigned i = 0; i < CALLS; i++)
                lost += !machine_vectors_across(random_next(), SYSCALL_CALL, endpoint.value, 0, limit());
        }
        EQUAL(lost, 0);
        struct ending ending;
        CHECK(!child_poll(&child, &ending));
    }
    child_drop(&child);
    drop(endpoint);
}

static int look(uint64_t argument, struct message_page *page) {
    (void)argument;
    (void)page;
    const struct launch *launch = (const struct launch *)(CHILD_STACK + CHILD_STACK_SIZE - LAUNCH_SIZE);
    return machine_vectors_fresh(launch->vectors) ? 0 : 1;
}

static void look_in_task(void *argument, struct message_page *page) {
    const struct task *task = argument;
    const struct launch *launch = (const struct launch *)(task->stack + TASK_STACK - LAUNCH_SIZE);
    (void)page;
    SHARED->value[0] = machine_vectors_fresh(launch->vectors) ? 1 : 2;
}

static void fresh_at_the_start(void) {
    static struct task task;
    for (unsigned i = 0; i < 8; i++) {
        // Something that could leak.
        CHECK(machine_vectors_hold(random_next(), 1));
        child_runs(look, 0, 0);
        CHECK(machine_vectors_hold(random_next(), 1));
        SHARED->value[0] = 0;
        if (task_start(&task, look_in_task, &task, 8)) {
            task_join(&task);
            EQUAL(SHARED->value[0], 1);
        }
    }
}

static const struct test tests[] = {
    {"they survive pre-emption", across_preemption},
    {"they survive calls to another process", across_calls},
    {"a new thread finds them empty", fresh_at_the_start},
};
GROUP(vectors, tests);
