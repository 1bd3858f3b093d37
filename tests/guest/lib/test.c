// SPDX-License-Identifier: MIT
//
// Runs the tests, says how they went in TAP, and compares what the program holds before and after each.

#include "test.h"
#include "child.h"
#include "groups.h"
#include "task.h"
#include <base/splitmix.h>
#include <base/string.h>
#include <user/program.h>

enum { SETTLE_TRIES = 400, TABLE_WARM = 1024, MAIN_PRIORITY = 7 };

#define SETTLE_NS 5'000'000ULL

desc_t platform;
desc_t root_quota;
bool shared_ready;

static struct {
    unsigned number;
    bool failed;
    bool skipped;
    uint64_t seed;
    uint64_t random;
    int argument_count;
    char **arguments;
} state;

void note(const char *format, ...) {
    va_list list;
    va_start(list, format);
    print("# ");
    (void)format_to_v(print_sink, nullptr, format, list);
    print("\n");
    va_end(list);
}

void skip(const char *format, ...) {
    va_list list;
    va_start(list, format);
    print("# skipped: ");
    (void)format_to_v(print_sink, nullptr, format, list);
    print("\n");
    va_end(list);
    state.skipped = true;
}

bool check_at(bool holds, const char *file, int line, const char *text) {
    if (!holds) {
        state.failed = true;
        note("%s:%d: not so: %s", file, line, text);
    }
    return holds;
}

bool check_status_at(status_t status, status_t expected, const char *file, int line, const char *text) {
    if (status != expected) {
        state.failed = true;
        note("%s:%d: %s instead of %s: %s", file, line, status_name(status), status_name(expected), text);
    }
    return status == expected;
}

bool check_equal_at(uint64_t value, uint64_t expected, const char *file, int line, const char *text) {
    if (value != expected) {
        state.failed = true;
        note("%s:%d: %#llx instead of %#llx: %s", file, line, (unsigned long long)value,
             (unsigned long long)expected, text);
    }
    return value == expected;
}

// ---- what tests work with

uint64_t soon(uint64_t nanoseconds) {
    return clock_now() + nanoseconds;
}

uint64_t limit(void) {
    return soon(LIMIT_NS);
}

desc_t memory_make(uint64_t pages) {
    desc_t memory = SELF;
    OK(ts_memory_allocate(PAGES(pages), 0, &memory));
    return memory;
}

desc_t endpoint_make(uint64_t places) {
    desc_t endpoint = SELF;
    OK(ts_endpoint_create(places, &endpoint));
    return endpoint;
}

desc_t notification_make(void) {
    desc_t notification = SELF;
    OK(ts_notification_create(&notification));
    return notification;
}

desc_t reply_make(void) {
    desc_t reply = SELF;
    OK(ts_reply_create(&reply));
    return reply;
}

desc_t weak_of(desc_t descriptor) {
    desc_t weak = SELF;
    OK(ts_descriptor_weaken(descriptor, &weak));
    return weak;
}

desc_t clone_of(desc_t descriptor, uint64_t rights) {
    desc_t clone = SELF;
    OK(ts_descriptor_clone(descriptor, rights, &clone));
    return clone;
}

desc_t memory_at(uint64_t address, uint64_t pages, uint64_t flags) {
    desc_t memory = memory_make(pages);
    OK(ts_space_map(SELF, memory.value, address, 0, PAGES(pages), flags));
    return memory;
}

void drop(desc_t descriptor) {
    OK(ts_descriptor_release(descriptor));
}

struct descriptor_info info_of(desc_t descriptor) {
    struct descriptor_info info = {};
    OK(ts_descriptor_inspect(descriptor, &info, sizeof(info)));
    return info;
}

struct quota_info own_quota(void) {
    struct quota_info info = {};
    OK(ts_process_quota(SELF, &info, sizeof(info)));
    return info;
}

uint64_t random_next(void) {
    return splitmix64(&state.random);
}

uint64_t random_below(uint64_t end) {
    return random_next() % end;
}

// "name=number" among the arguments.
static bool option_find(const char *name, uint64_t *number) {
    size_t length = strlen(name);
    for (int i = 1; i < state.argument_count; i++) {
        const char *text = state.arguments[i];
        if (strncmp(text, name, length) != 0 || text[length] != '=')
            continue;
        *number = 0;
        for (const char *digit = text + length + 1; *digit >= '0' && *digit <= '9'; digit++)
            *number = *number * 10 + (uint64_t)(*digit - '0');
        return true;
    }
    return false;
}

uint64_t option_number(const char *name, uint64_t usual) {
    uint64_t number;
    return option_find(name, &number) ? number : usual;
}

// ---- running

// What must be the same before and after a test.
static bool same(const struct quota_info *before, const struct quota_info *after) {
    return before->bytes_used == after->bytes_used && before->bytes_carved == after->bytes_carved &&
           before->threads == after->threads && before->descriptors == after->descriptors &&
           memcmp(before->records_used, after->records_used, sizeof(before->records_used)) == 0;
}

static void differences_print(const struct quota_info *before, const struct quota_info *after) {
    note("left over: bytes %llu -> %llu, carved %llu -> %llu, threads %u -> %u, descriptors %u -> %u",
         (unsigned long long)before->bytes_used, (unsigned long long)after->bytes_used,
         (unsigned long long)before->bytes_carved, (unsigned long long)after->bytes_carved, before->threads,
         after->threads, before->descriptors, after->descriptors);
    for (uint32_t i = 0; i < RECORD_COUNT; i++) {
        if (before->records_used[i] != after->records_used[i])
            note("left over: records of %s %u -> %u", record_type_name(i), before->records_used[i],
                 after->records_used[i]);
    }
}

// Storage that a test gave up comes back a moment later.
static void leftovers_check(const struct quota_info *before) {
    struct quota_info after = own_quota();
    for (unsigned i = 0; i < SETTLE_TRIES && !same(before, &after); i++) {
        settle();
        after = own_quota();
    }
    if (!CHECK(same(before, &after)))
        differences_print(before, &after);
}

static void test_run(const struct group *group, const struct test *test) {
    state.failed = false;
    state.skipped = false;
    for (unsigned i = 0; i < SHARED_WORDS; i++) {
        SHARED->word[i] = 0;
        SHARED->value[i] = 0;
    }
    struct quota_info before = own_quota();
    test->run();
    leftovers_check(&before);
    print("%s %u - %s: %s%s\n", state.failed ? "not ok" : "ok", ++state.number, group->name, test->name,
          state.skipped && !state.failed ? " # SKIP see above" : "");
    print_flush();
}

// Does an argument that is no option name the group, or is there none?
static bool is_wanted(const char *name) {
    bool any = false;
    for (int i = 1; i < state.argument_count; i++) {
        if (strchr(state.arguments[i], '=') != nullptr)
            continue;
        any = true;
        if (strcmp(state.arguments[i], name) == 0)
            return true;
    }
    return !any;
}

static void shared_init(void) {
    desc_t memory = memory_make((sizeof(struct shared) + PAGE_SIZE - 1) / PAGE_SIZE);
    OK(ts_space_map(SELF, memory.value, SHARED_ADDRESS, 0, align_up(sizeof(struct shared), PAGE_SIZE),
                    MAP_READ | MAP_WRITE));
    shared_ready = true;
    shared_memory = memory;
}

// The table grows by pages that stay; grown once here, no test sees it grow.
static void table_warm(void) {
    static desc_t weak[TABLE_WARM];
    desc_t memory = memory_make(1);
    for (unsigned i = 0; i < TABLE_WARM; i++)
        weak[i] = weak_of(memory);
    for (unsigned i = 0; i < TABLE_WARM; i++)
        drop(weak[i]);
    drop(memory);
}

static void seed_init(void) {
    if (!option_find("seed", &state.seed))
        OK(ts_entropy_read(&state.seed, sizeof(state.seed)));
    state.random = state.seed;
    note("seed %llu; repeat with: %s seed=%llu", (unsigned long long)state.seed, program_name(),
         (unsigned long long)state.seed);
}

int main(int count, char **arguments) {
    state.argument_count = count;
    state.arguments = arguments;
    platform = startup_descriptor("platform");
    root_quota = startup_descriptor("quota");
    OK(ts_thread_priority(SELF, MAIN_PRIORITY));
    shared_init();
    table_warm();
    tasks_init();
    children_init();
    seed_init();
    if (state.failed) {
        print("Bail out! the tests cannot be set up\n");
        return 1;
    }
    bool any_failed = false;
    for (size_t i = 0; i < group_count; i++) {
        for (size_t j = 0; is_wanted(groups[i]->name) && j < groups[i]->count; j++) {
            test_run(groups[i], &groups[i]->tests[j]);
            any_failed |= state.failed;
        }
    }
    print("1..%u\n", state.number);
    return any_failed || state.number == 0 ? 1 : 0;
}
