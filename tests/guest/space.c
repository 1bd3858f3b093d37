// SPDX-License-Identifier: MIT
//
// Address spaces and mappings.

#include "lib/child.h"
#include "lib/task.h"
#include "machine.h"

#define RW (MAP_READ | MAP_WRITE)

static void overlaps(void) {
    desc_t memory = memory_at(AREA + PAGES(4), 4, RW);
    for (uint64_t start = 1; start < 8; start++)
        EXPECT(ts_space_map(SELF, memory.value, AREA + PAGES(start), 0, PAGES(4), MAP_READ), STATUS_OVERLAP);
    EXPECT(ts_space_map(SELF, memory.value, AREA + PAGES(5), 0, PAGE_SIZE, MAP_READ), STATUS_OVERLAP);
    OK(ts_space_map(SELF, memory.value, AREA, 0, PAGES(4), MAP_READ));
    OK(ts_space_map(SELF, memory.value, AREA + PAGES(8), 0, PAGES(4), MAP_READ));
    EQUAL(info_of(memory).mappings, 3);
    drop(memory);
}

static void ranges_refused(void) {
    desc_t memory = memory_make(4);
    uint64_t m = memory.value;
    EXPECT(ts_space_map(SELF, m, AREA, PAGES(1), PAGES(4), MAP_READ), STATUS_OUT_OF_RANGE);
    EXPECT(ts_space_map(SELF, m, AREA, PAGES(4), 1, MAP_READ), STATUS_OUT_OF_RANGE);
    EXPECT(ts_space_map(SELF, m, AREA, PAGES(3), PAGE_SIZE + 1, MAP_READ), STATUS_OUT_OF_RANGE);
    EXPECT(ts_space_map(SELF, m, AREA, align_down(UINT64_MAX, PAGE_SIZE), PAGE_SIZE, MAP_READ),
           STATUS_OUT_OF_RANGE);
    EXPECT(ts_space_map(SELF, m, AREA, align_down(UINT64_MAX, PAGE_SIZE), PAGES(2), MAP_READ),
           STATUS_OUT_OF_RANGE);
    EXPECT(ts_space_map(SELF, m, AREA, 1, PAGE_SIZE, MAP_READ), STATUS_BAD_ALIGNMENT);
    EXPECT(ts_space_map(SELF, m, AREA + 8, 0, PAGE_SIZE, MAP_READ), STATUS_BAD_ALIGNMENT);
    EXPECT(ts_space_map(SELF, m, AREA, 0, 0, MAP_READ), STATUS_BAD_SIZE);
    EXPECT(ts_space_map(SELF, m, AREA, 0, MAPPING_SIZE_MAX + 1, MAP_READ), STATUS_BAD_SIZE);
    EXPECT(ts_space_map(SELF, m, AREA, 0, 1ULL << 63, MAP_READ), STATUS_BAD_SIZE);
    EXPECT(ts_space_map(SELF, m, USER_END - PAGE_SIZE, 0, PAGES(2), MAP_READ), STATUS_BAD_ADDRESS);
    EXPECT(ts_space_map(SELF, m, USER_END, 0, PAGE_SIZE, MAP_READ), STATUS_BAD_ADDRESS);
    EXPECT(ts_space_map(SELF, m, 0, 0, PAGE_SIZE, MAP_READ), STATUS_BAD_ADDRESS);
    EXPECT(ts_space_map(SELF, m, USER_START - PAGE_SIZE, 0, PAGE_SIZE, MAP_READ), STATUS_BAD_ADDRESS);
    EXPECT(ts_space_map(SELF, m, MACHINE_KERNEL, 0, PAGE_SIZE, MAP_READ), STATUS_BAD_ADDRESS);
    EXPECT(ts_space_map(SELF, m, CLOCK_PAGE, 0, PAGE_SIZE, MAP_READ), STATUS_BAD_ADDRESS);
    OK(ts_space_map(SELF, m, USER_END - PAGES(4), 0, PAGES(4), MAP_READ));
    OK(ts_space_map(SELF, m, USER_START, 0, PAGES(4), MAP_READ));
    drop(memory);
}

static void descriptors_refused(void) {
    desc_t memory = memory_make(1), other = notification_make();
    EXPECT(ts_space_map(SELF, 0, AREA, 0, PAGE_SIZE, MAP_READ), STATUS_BAD_DESCRIPTOR);
    EXPECT(ts_space_map(SELF, UINT64_MAX, AREA, 0, PAGE_SIZE, MAP_READ), STATUS_BAD_DESCRIPTOR);
    EXPECT(ts_space_map(SELF, other.value, AREA, 0, PAGE_SIZE, MAP_READ), STATUS_WRONG_TYPE);
    desc_t weak = weak_of(memory);
    EXPECT(ts_space_map(SELF, weak.value, AREA, 0, PAGE_SIZE, MAP_READ), STATUS_WRONG_KIND);
    static const struct {
        uint64_t right, flags;
    } needs[] = {{RIGHT_MEMORY_MAP, MAP_READ},
                 {RIGHT_MEMORY_READ, MAP_READ},
                 {RIGHT_MEMORY_WRITE, RW},
                 {RIGHT_MEMORY_EXECUTE, MAP_READ | MAP_EXECUTE}};
    for (unsigned i = 0; i < array_length(needs); i++) {
        desc_t less = clone_of(memory, RIGHTS_MEMORY_ALL & ~needs[i].right);
        EXPECT(ts_space_map(SELF, less.value, AREA, 0, PAGE_SIZE, needs[i].flags), STATUS_NO_RIGHT);
        drop(less);
    }
    drop(weak);
    drop(other);
    drop(memory);
}

static void unmap_and_protect(void) {
    desc_t memory = memory_make(4);
    desc_t read_only = clone_of(memory, RIGHT_MEMORY_MAP | RIGHT_MEMORY_READ);
    EXPECT(ts_space_unmap(SELF, AREA), STATUS_NOT_MAPPED);
    EXPECT(ts_space_protect(SELF, AREA, MAP_READ), STATUS_NOT_MAPPED);
    OK(ts_space_map(SELF, read_only.value, AREA, 0, PAGES(4), MAP_READ));
    EXPECT(ts_space_unmap(SELF, AREA + PAGE_SIZE), STATUS_NOT_MAPPED);
    EXPECT(ts_space_protect(SELF, AREA + PAGE_SIZE, MAP_READ), STATUS_NOT_MAPPED);
    EXPECT(ts_space_protect(SELF, AREA, RW), STATUS_NO_RIGHT);
    EXPECT(ts_space_protect(SELF, AREA, MAP_READ | MAP_EXECUTE), STATUS_NO_RIGHT);
    EXPECT(ts_space_unmap(SELF, CLOCK_PAGE), STATUS_BAD_ADDRESS);
    EXPECT(ts_space_unmap(SELF, USER_END - PAGE_SIZE), STATUS_NOT_MAPPED);
    OK(ts_space_unmap(SELF, AREA));
    EXPECT(ts_space_unmap(SELF, AREA), STATUS_NOT_MAPPED);
    drop(read_only);
    drop(memory);
}

// What a child reads through a mapping follows its protection at once.
static int write_once(uint64_t address, struct message_page *page) {
    (void)page;
    *(volatile uint64_t *)address = 5;
    return 0;
}

static void faults_name_the_access(void) {
    struct ending ending = {};
    struct child child;
    if (child_make(&child, nullptr)) {
        (void)child_map_new(&child, CHILD_AREA, 1, RW);
        OK(ts_space_protect(child.space, CHILD_AREA, MAP_READ));
        if (child_start(&child, write_once, CHILD_AREA) && child_wait(&child, &ending)) {
            EQUAL(ending.reason, END_FAULTED);
            EQUAL(ending.faults, 1);
            EQUAL(ending.fault_label, FAULT_ACCESS);
            EQUAL(ending.fault_words[0], CHILD_AREA);
            EQUAL(ending.fault_words[2], ACCESS_WRITE);
            EQUAL(ending.address, CHILD_AREA);
        }
    }
    child_drop(&child);
}

static void spaces_of_ones_own(void) {
    desc_t space = SELF, memory = memory_make(2);
    if (!OK(ts_space_create(&space)))
        return;
    OK(ts_space_map(space, memory.value, AREA, 0, PAGES(2), RW));
    EXPECT(ts_space_map(space, memory.value, AREA, 0, PAGES(2), RW), STATUS_OVERLAP);
    OK(ts_space_map(SELF, memory.value, AREA, 0, PAGES(2), RW));
    OK(ts_space_unmap(space, AREA));
    *(volatile uint64_t *)AREA = 1;
    OK(ts_space_map(space, memory.value, AREA + PAGES(8), 0, PAGES(2), MAP_READ));
    // With its mappings in it, the space goes all the same.
    drop(space);
    drop(memory);
}

static void other_processes_space(void) {
    struct child child;
    if (!OK(child_create(&child, nullptr)))
        return;
    desc_t memory = child_give(&child, memory_make(2), RIGHTS_MEMORY_ALL);
    desc_t map_only = clone_of(child.space, RIGHT_SPACE_MAP);
    EXPECT(ts_space_map(map_only, memory.value, CHILD_AREA, 0, PAGES(2), RW), STATUS_NO_RIGHT);
    OK(ts_space_map(child.space, memory.value, CHILD_AREA, 0, PAGES(2), RW));
    OK(ts_space_protect(map_only, CHILD_AREA, MAP_READ));
    OK(ts_space_unmap(map_only, CHILD_AREA));
    // The descriptor is looked up in the table of the space's owner.
    desc_t mine = memory_make(1);
    status_t status = ts_space_map(child.space, mine.value, CHILD_AREA, 0, PAGE_SIZE, RW);
    CHECK(status == STATUS_BAD_DESCRIPTOR || mine.value == memory.value);
    drop(mine);
    OK(ts_process_end(child.process, 0));
    child_await_end(&child);
    EXPECT(ts_space_map(child.space, memory.value, CHILD_AREA, 0, PAGES(2), RW), STATUS_PROCESS_ENDED);
    EXPECT(ts_space_unmap(child.space, CHILD_AREA), STATUS_NOT_MAPPED);
    drop(map_only);
    child_drop(&child);
}

// One page in each 2 MiB: each mapping pays for its page tables, and all of it comes back.
static void sparse_mappings(void) {
    enum { COUNT = 300 };
    desc_t memory = memory_make(1);
    struct quota_info before = own_quota();
    for (uint64_t i = 0; i < COUNT; i++)
        OK(ts_space_map(SELF, memory.value, AREA + (i << 21), 0, PAGE_SIZE, RW));
    for (uint64_t i = 0; i < COUNT; i++)
        *(volatile uint64_t *)(AREA + (i << 21)) = i;
    struct quota_info with = own_quota();
    CHECK(with.bytes_used - before.bytes_used >= PAGES(COUNT));
    EQUAL(with.records_used[RECORD_MAPPING] - before.records_used[RECORD_MAPPING], COUNT);
    for (uint64_t i = 0; i < COUNT; i += 2)
        OK(ts_space_unmap(SELF, AREA + (i << 21)));
    EQUAL(info_of(memory).mappings, COUNT / 2);
    drop(memory);
}

// Random mappings against a plain list of what is mapped.
static void random_mappings(void) {
    enum { SLOTS = 64, ROUNDS = 4000 };
    static uint8_t mapped[SLOTS]; // length of the mapping that starts here, 0: none
    for (unsigned i = 0; i < SLOTS; i++)
        mapped[i] = 0;
    desc_t memory = memory_make(8);
    uint64_t done = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t at = random_below(SLOTS), length = 1 + random_below(8);
        uint64_t address = AREA + (at << 20);
        if (random_below(2) == 0) {
            EXPECT(ts_space_unmap(SELF, address), mapped[at] ? STATUS_OK : STATUS_NOT_MAPPED);
            mapped[at] = 0;
            continue;
        }
        if (EXPECT(ts_space_map(SELF, memory.value, address, 0, PAGES(length), RW),
                   mapped[at] ? STATUS_OVERLAP : STATUS_OK) &&
            !mapped[at]) {
            mapped[at] = (uint8_t)length;
            *(volatile uint64_t *)(address + PAGES(length - 1)) = at;
            done++;
        }
    }
    uint64_t count = 0;
    for (unsigned i = 0; i < SLOTS; i++)
        count += mapped[i] != 0;
    EQUAL(info_of(memory).mappings, count);
    CHECK(done > ROUNDS / 8);
    drop(memory);
}

static const struct test tests[] = {
    {"mappings do not overlap", overlaps},
    {"ranges that are refused", ranges_refused},
    {"descriptors that are refused", descriptors_refused},
    {"unmap and protect work on whole mappings", unmap_and_protect},
    {"a fault names the address and the access", faults_name_the_access},
    {"a further space of one's own", spaces_of_ones_own},
    {"the space of another process", other_processes_space},
    {"a page in each 2 MiB", sparse_mappings},
    {"random mappings", random_mappings},
};
GROUP(space, tests);
