// SPDX-License-Identifier: MIT
//
// Descriptors of any type: clone, release, transfer, weaken, strengthen, inspect.

#include "lib/child.h"
#include "lib/task.h"

static void clone_and_rights(void) {
    desc_t memory = memory_make(2);
    desc_t clone = clone_of(memory, RIGHT_MEMORY_READ | RIGHT_CLONE);
    struct descriptor_info one = info_of(memory), other = info_of(clone);
    EQUAL(one.serial, other.serial);
    EQUAL(other.rights, RIGHT_MEMORY_READ | RIGHT_CLONE);
    EQUAL(one.strong, 2);
    EQUAL(other.charge, PAGES(2));
    desc_t none = SELF;
    EXPECT(ts_descriptor_clone(clone, RIGHT_MEMORY_READ | RIGHT_MEMORY_WRITE, &none), STATUS_NO_RIGHT);
    EXPECT(ts_descriptor_clone(clone, RIGHTS_MEMORY_ALL, &none), STATUS_NO_RIGHT);
    desc_t last = clone_of(clone, 0);
    EXPECT(ts_descriptor_clone(last, 0, &none), STATUS_NO_RIGHT);
    drop(last);
    drop(clone);
    drop(memory);
    EXPECT(ts_descriptor_clone(memory, 0, &none), STATUS_BAD_DESCRIPTOR);
}

static void weak_costs_nothing(void) {
    struct quota_info before = own_quota();
    desc_t memory = memory_make(4);
    struct quota_info with = own_quota();
    EQUAL(with.bytes_used - before.bytes_used, PAGES(4));
    desc_t weak = weak_of(memory);
    EQUAL(own_quota().bytes_used, with.bytes_used);
    EQUAL(info_of(weak).kind, 2);
    desc_t strong = SELF;
    EXPECT(ts_descriptor_strengthen(memory, &strong), STATUS_WRONG_KIND);
    EXPECT(ts_descriptor_weaken(weak, &strong), STATUS_WRONG_KIND);
    EXPECT(ts_descriptor_clone(weak, 0, &strong), STATUS_WRONG_KIND);
    if (OK(ts_descriptor_strengthen(weak, &strong))) {
        EQUAL(own_quota().bytes_used - before.bytes_used, PAGES(8));
        drop(strong);
    }
    drop(memory);
    EXPECT(ts_descriptor_strengthen(weak, &strong), STATUS_DEAD);
    drop(weak);
    EXPECT(ts_descriptor_strengthen(weak, &strong), STATUS_BAD_DESCRIPTOR);
}

static void stale_values(void) {
    desc_t first = memory_make(1);
    drop(first);
    // The slot is used again, under another value.
    desc_t again[64];
    for (unsigned i = 0; i < array_length(again); i++)
        again[i] = memory_make(1);
    EXPECT(ts_descriptor_release(first), STATUS_BAD_DESCRIPTOR);
    for (unsigned i = 0; i < array_length(again); i++) {
        CHECK(again[i].value != first.value);
        drop(again[i]);
    }
    EXPECT(ts_descriptor_release(SELF), STATUS_BAD_DESCRIPTOR);
    EXPECT(ts_descriptor_release((desc_t){UINT64_MAX}), STATUS_BAD_DESCRIPTOR);
    EXPECT(ts_descriptor_release((desc_t){1ULL << 63}), STATUS_BAD_DESCRIPTOR);
    EXPECT(ts_descriptor_release((desc_t){DESCRIPTORS_PER_PROCESS}), STATUS_BAD_DESCRIPTOR);
}

// Mappings made through a descriptor go with it.
static void release_unmaps(void) {
    desc_t memory = memory_at(AREA, 3, MAP_READ | MAP_WRITE);
    EQUAL(info_of(memory).mappings, 1);
    desc_t other = clone_of(memory, RIGHTS_MEMORY_ALL);
    OK(ts_space_map(SELF, other.value, AREA + PAGES(8), 0, PAGES(3), MAP_READ));
    *(volatile uint64_t *)AREA = 77;
    EQUAL(*(volatile uint64_t *)(AREA + PAGES(8)), 77);
    drop(memory);
    EXPECT(ts_space_unmap(SELF, AREA), STATUS_NOT_MAPPED);
    EQUAL(*(volatile uint64_t *)(AREA + PAGES(8)), 77);
    drop(other);
    EXPECT(ts_space_unmap(SELF, AREA + PAGES(8)), STATUS_NOT_MAPPED);
}

static void transfer_to_a_child(void) {
    struct child child;
    if (!OK(child_create(&child, nullptr)))
        return;
    desc_t memory = memory_at(AREA, 2, MAP_READ | MAP_WRITE);
    desc_t moved = SELF;
    struct quota_info before = own_quota();
    if (OK(ts_descriptor_transfer(memory, child.process, RIGHT_MEMORY_MAP | RIGHT_MEMORY_READ, &moved))) {
        EQUAL(before.bytes_used - own_quota().bytes_used, PAGES(2) + 3 * PAGE_SIZE);
        EXPECT(ts_descriptor_release(memory), STATUS_BAD_DESCRIPTOR);
        EXPECT(ts_space_unmap(SELF, AREA), STATUS_NOT_MAPPED);
        OK(ts_space_map(child.space, moved.value, CHILD_AREA, 0, PAGES(2), MAP_READ));
        EXPECT(
            ts_space_map(child.space, moved.value, CHILD_AREA + PAGES(2), 0, PAGES(2), MAP_READ | MAP_WRITE),
            STATUS_NO_RIGHT);
    }
    child_drop(&child);
}

static void transfer_refused(void) {
    struct child child;
    if (!OK(child_create(&child, nullptr)))
        return;
    desc_t memory = memory_make(1), moved = SELF;
    EXPECT(ts_descriptor_transfer(memory, child.process, RIGHTS_MEMORY_ALL | 1 << 8, &moved),
           STATUS_NO_RIGHT);
    EXPECT(ts_descriptor_transfer(memory, memory, 0, &moved), STATUS_WRONG_TYPE);
    EXPECT(ts_descriptor_transfer(child.process, child.process, 0, &moved), STATUS_SELF);
    desc_t other = clone_of(child.process, RIGHTS_PROCESS_ALL);
    EXPECT(ts_descriptor_transfer(other, child.process, 0, &moved), STATUS_WOULD_ORPHAN);
    drop(other);
    desc_t thread = SELF;
    uint64_t message;
    OK(ts_thread_create(child.process, 1, &thread, &message));
    EXPECT(ts_descriptor_transfer(thread, child.process, 0, &moved), STATUS_WOULD_ORPHAN);
    desc_t large = memory_make((4 << 20) / PAGE_SIZE);
    EXPECT(ts_descriptor_transfer(large, child.process, 0, &moved), STATUS_NO_QUOTA);
    drop(large);
    drop(thread);
    OK(ts_descriptor_release(memory));
    child_drop(&child);
}

static int sleep_long(uint64_t argument, struct message_page *page) {
    (void)argument;
    (void)page;
    uint64_t results[3];
    for (;;)
        (void)bare_syscall6(SYSCALL_THREAD_YIELD, 0, 0, 0, 0, 0, 0, results);
}

static void transfer_to_an_ended_process(void) {
    struct child child;
    if (child_make_small(&child, nullptr) && child_start(&child, sleep_long, 0)) {
        OK(ts_process_end(child.process, 3));
        struct ending ending;
        child_wait(&child, &ending);
        EQUAL(ending.reason, END_KILLED);
        EQUAL(ending.status, 3);
        desc_t memory = memory_make(1), moved = SELF;
        EXPECT(ts_descriptor_transfer(memory, child.process, 0, &moved), STATUS_PROCESS_ENDED);
        drop(memory);
    }
    child_drop(&child);
}

static const struct test tests[] = {
    {"a clone has the same object and no more rights", clone_and_rights},
    {"a weak descriptor costs nothing and keeps nothing", weak_costs_nothing},
    {"a stale value names nothing", stale_values},
    {"a release takes the mappings made through it", release_unmaps},
    {"a transfer moves right, charge and mappings", transfer_to_a_child},
    {"a transfer that is refused changes nothing", transfer_refused},
    {"nothing is moved into an ended process", transfer_to_an_ended_process},
};
GROUP(descriptor, tests);
