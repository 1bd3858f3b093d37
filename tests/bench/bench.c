// SPDX-License-Identifier: MIT
//
// bench: what kernel operations cost a program, in steps of the processor's counter. `make bench` boots it
// where one step is one instruction (docs/performance.md says how); the calibration loop of two instructions
// a turn shows that it is so. Each figure is (end - start) / turns after a warm-up, so the loop and the
// system call stubs are in it. Nothing here passes or fails on a figure.
//
// Between the two counter reads of a measurement the program makes no call but those measured. Right before
// and after, it sets its own thread's priority to what it is: no other program does, so a tool that watches
// the kernel from outside finds the measurement by that (tools/bench).
//
// The other side of a call is a process of its own, made here as init makes one: its code is a copy of this
// program's section `child_code` at the same address. So functions there use nothing but their arguments,
// their stack and system calls.

#include <abi/objects.h>
#include <counter.h>
#include <maker.h>
#include <stdatomic.h>
#include <tessera/call.h>
#include <tessera/syscalls.h>
#include <user/program.h>

enum {
    PRIORITY = 8,
    STACK_SIZE = 131072,
    COPY_SIZE = LENT_COPY_MAX,
    LARGE_SIZE = 8 << 20,
    BADGES = 512,
    THREADS = FUTEX_WAKE_MAX,
    THREAD_STACK = 512,
    CHILD_BYTES = 1 << 20,
    SUPERVISOR_VALUE = 1,
    NO_CALL = 0xffff,
};

#define CHILD_CODE [[gnu::section("child_code"), gnu::used, gnu::noinline]]
#define STACK_AREA 0x600000000000ULL
#define TOUCH_AREA 0x480000010000ULL
#define LARGE_AREA 0x500000000000ULL

extern const char __start_child_code[], __stop_child_code[];

static desc_t supervisor; // endpoint that hears of the children's ends
static desc_t code;       // the copy of child_code
static uint64_t code_start, code_size;

// What a child finds at the bottom of its stack; its argument is the address.
struct child_argument {
    desc_t endpoint;
    desc_t wait, signal;
};

typedef void child_function_t(const struct child_argument *argument);

// ---- in the children

// Answers each call with the words that came.
CHILD_CODE static void child_echo(const struct child_argument *argument) {
    uint64_t words[MESSAGE_WORDS] = {};
    uint64_t header;
    status_t status = ts_receive(argument->endpoint, DEADLINE_NONE, words, nullptr, &header, nullptr);
    while (status == STATUS_OK)
        status = ts_reply_and_receive(argument->endpoint, 0, DEADLINE_NONE, words, nullptr, &header, nullptr);
    (void)ts_process_exit(1);
}

CHILD_CODE static void child_notify(const struct child_argument *argument) {
    while (ts_notification_wait(argument->wait, 1, DEADLINE_NONE, nullptr) == STATUS_OK)
        (void)ts_notification_signal(argument->signal, 1);
    (void)ts_process_exit(1);
}

CHILD_CODE static void child_yield(const struct child_argument *argument) {
    (void)argument;
    while (ts_thread_yield() == STATUS_OK)
        continue;
    (void)ts_process_exit(1);
}

CHILD_CODE static void child_exit(const struct child_argument *argument) {
    (void)argument;
    (void)ts_process_exit(0);
}

// Answers each call after it has copied what the caller lends, behind the first page of the stack's memory.
CHILD_CODE static void child_copy(const struct child_argument *argument) {
    uint64_t words[MESSAGE_WORDS] = {};
    uint64_t header;
    char *buffer = (char *)(uintptr_t)argument + PAGE_SIZE;
    status_t status = ts_receive(argument->endpoint, DEADLINE_NONE, words, nullptr, &header, nullptr);
    while (status == STATUS_OK) {
        words[0] = (uint64_t)ts_lent_read((desc_t){0}, 0, 0, buffer, COPY_SIZE, nullptr);
        status = ts_reply_and_receive(argument->endpoint, 0, DEADLINE_NONE, words, nullptr, &header, nullptr);
    }
    (void)ts_process_exit(1);
}

// ---- making them

static void check(status_t status, const char *what) {
    if (status != STATUS_OK)
        fail("%s: %s", what, status_name(status));
}

static void code_copy(void) {
    code_start = align_down((uintptr_t)__start_child_code, PAGE_SIZE);
    code_size = align_up((uintptr_t)__stop_child_code, PAGE_SIZE) - code_start;
    check(maker_fill(__start_child_code, (uint64_t)(__stop_child_code - __start_child_code),
                     (uintptr_t)__start_child_code - code_start, code_size, &code),
          "memory for the children's code");
}

struct child {
    desc_t process, space;
    struct child_argument argument;
};

static void child_create(struct child *child) {
    struct limits limits = {.bytes = CHILD_BYTES, .priority = PRIORITY, .weight = 100};
    limits.records[RECORD_MEMORY] = 4;
    limits.records[RECORD_SPACE] = 1;
    limits.records[RECORD_PROCESS] = 1;
    limits.records[RECORD_THREAD] = 1;
    limits.records[RECORD_ENDPOINT] = 1;
    limits.records[RECORD_BADGE] = 4;
    limits.records[RECORD_NOTIFICATION] = 2;
    limits.records[RECORD_QUOTA] = 1;
    limits.records[RECORD_MAPPING] = 4;
    *child = (struct child){};
    check(ts_process_create(supervisor, SUPERVISOR_VALUE, &limits, sizeof(limits), &child->process,
                            &child->space),
          "process_create");
}

static desc_t child_clone(desc_t descriptor, uint64_t rights) {
    desc_t clone;
    check(ts_descriptor_clone(descriptor, rights | RIGHT_TRANSFER, &clone), "descriptor_clone");
    return clone;
}

static desc_t child_give(const struct child *child, desc_t descriptor, uint64_t rights) {
    desc_t moved;
    check(maker_give(child->process, child_clone(descriptor, rights), rights, &moved), "descriptor_transfer");
    return moved;
}

// The code, and a stack with the argument at its bottom.
static void child_map(const struct child *child) {
    const uint64_t rights = RIGHT_MEMORY_MAP | RIGHT_MEMORY_READ | RIGHT_MEMORY_EXECUTE;
    desc_t stack;
    check(maker_map(child->process, child->space, child_clone(code, rights), code_start, code_size,
                    MAP_READ | MAP_EXECUTE),
          "the code's mapping");
    check(maker_fill(&child->argument, sizeof(child->argument), 0, STACK_SIZE, &stack), "memory for a stack");
    check(maker_map(child->process, child->space, stack, STACK_AREA, STACK_SIZE, MAP_READ | MAP_WRITE),
          "the stack's mapping");
}

static void child_start(const struct child *child, child_function_t *function) {
    child_map(child);
    desc_t thread;
    check(ts_thread_create(child->process, PRIORITY, &thread, nullptr), "thread_create");
    check(ts_thread_start(thread, (uintptr_t)function, STACK_AREA + STACK_SIZE, STACK_AREA), "thread_start");
    check(ts_descriptor_release(thread), "descriptor_release");
    check(ts_descriptor_release(child->space), "descriptor_release");
}

// Waits for the end of a child, which must be the expected one.
static void child_reap(const struct child *child, uint64_t reason) {
    uint64_t words[MESSAGE_WORDS] = {};
    uint64_t header;
    check(ts_receive(supervisor, DEADLINE_NONE, words, nullptr, &header, nullptr), "receive");
    if (header != (HEADER_EVENT | EVENT_PROCESS_ENDED) || words[0] != reason)
        fail("a child: header %llx, reason %llu, status %llu at %llx", (unsigned long long)header,
             (unsigned long long)words[0], (unsigned long long)words[1], (unsigned long long)words[3]);
    check(ts_descriptor_release(child->process), "descriptor_release");
}

static void child_end(const struct child *child) {
    check(ts_process_end(child->process, 0), "process_end");
    child_reap(child, END_KILLED);
}

// ---- measuring

typedef void turn_t(void);

static void mark(void) {
    check(ts_thread_priority((desc_t){0}, PRIORITY), "thread_priority");
}

// The line before this one has been drawn, which is others' work.
static void settle(void) {
    print_flush();
    sleep_until(clock_now() + 200'000'000);
}

// Inlined with the turn, so that the loop costs two instructions a turn and no call.
[[gnu::always_inline]] static inline void measure(const char *name, uint64_t turns, turn_t *turn) {
    settle();
    for (uint64_t i = 0; i < turns / 10 + 1; i++)
        turn();
    mark();
    uint64_t start = counter_read();
    for (uint64_t i = turns; i > 0; i--)
        turn();
    uint64_t end = counter_read();
    mark();
    uint64_t tenths = ((end - start) * 10 + turns / 2) / turns;
    print("%-58s %7llu %7llu.%llu\n", name, (unsigned long long)turns, (unsigned long long)(tenths / 10),
          (unsigned long long)(tenths % 10));
}

#define TURN [[gnu::always_inline]] static inline void

TURN turn_calibrate(void) {
    __asm__ volatile("" : : : "memory");
}

TURN turn_counter(void) {
    (void)counter_read();
}

TURN turn_bad_call(void) {
    uint64_t results[3];
    (void)ts_syscall6(NO_CALL, 0, 0, 0, 0, 0, 0, results);
}

TURN turn_yield(void) {
    (void)ts_thread_yield();
}

TURN turn_clock(void) {
    (void)ts_clock_read(nullptr);
}

static desc_t target;
static status_t last_status;

TURN turn_call_empty(void) {
    uint64_t words[MESSAGE_WORDS] = {};
    last_status = ts_call(target, 0, DEADLINE_NONE, words, nullptr);
}

TURN turn_call_words(void) {
    uint64_t words[MESSAGE_WORDS] = {1, 2, 3, 4, 5, 6, 7, 8};
    last_status = ts_call(target, 0, DEADLINE_NONE, words, nullptr);
    for (unsigned i = 0; i < MESSAGE_WORDS; i++)
        __asm__ volatile("" : : "r"(words[i])); // what came back is looked at
}

static void measure_call(void) {
    struct child child;
    check(ts_endpoint_create(1, &target), "endpoint_create");
    child_create(&child);
    child.argument.endpoint = child_give(&child, target, RIGHT_ENDPOINT_RECEIVE);
    child_start(&child, child_echo);
    measure("call + reply, other process, 0 words", 10'000, turn_call_empty);
    check(last_status, "call");
    measure("call + reply, other process, 8 words each way", 10'000, turn_call_words);
    check(last_status, "call");
    child_end(&child);
    check(ts_descriptor_release(target), "descriptor_release");
}

static desc_t signalled, answered;

TURN turn_signal(void) {
    last_status = ts_notification_signal(signalled, 1);
}

TURN turn_signal_wait(void) {
    (void)ts_notification_signal(signalled, 1);
    last_status = ts_notification_wait(signalled, 1, DEADLINE_NONE, nullptr);
}

TURN turn_notify(void) {
    (void)ts_notification_signal(signalled, 1);
    last_status = ts_notification_wait(answered, 1, DEADLINE_NONE, nullptr);
}

static void measure_notification(void) {
    struct child child;
    check(ts_notification_create(&signalled), "notification_create");
    check(ts_notification_create(&answered), "notification_create");
    measure("notification_signal, nobody waits", 10'000, turn_signal);
    measure("notification_signal, then notification_wait", 10'000, turn_signal_wait);
    check(last_status, "notification");
    child_create(&child);
    child.argument.wait = child_give(&child, signalled, RIGHT_NOTIFICATION_WAIT);
    child.argument.signal = child_give(&child, answered, RIGHT_NOTIFICATION_SIGNAL);
    child_start(&child, child_notify);
    measure("notification round trip, other process (2 signal, 2 wait)", 10'000, turn_notify);
    check(last_status, "notification");
    child_end(&child);
}

static void measure_yield(void) {
    struct child child;
    child_create(&child);
    child_start(&child, child_yield);
    measure("thread_yield to another process and back", 10'000, turn_yield);
    child_end(&child);
}

static desc_t page;

// With the page below mapped all the time, so that the page tables stay.
static desc_t neighbour;

TURN turn_map(void) {
    (void)ts_space_map((desc_t){0}, page.value, TOUCH_AREA, 0, PAGE_SIZE, MAP_READ | MAP_WRITE);
    *(volatile char *)TOUCH_AREA = 1;
    last_status = ts_space_unmap((desc_t){0}, TOUCH_AREA);
}

TURN turn_allocate(void) {
    desc_t memory;
    (void)ts_memory_allocate(PAGE_SIZE, 0, &memory);
    (void)ts_space_map((desc_t){0}, memory.value, TOUCH_AREA, 0, PAGE_SIZE, MAP_READ | MAP_WRITE);
    *(volatile char *)TOUCH_AREA = 1;
    (void)ts_space_unmap((desc_t){0}, TOUCH_AREA);
    last_status = ts_descriptor_release(memory);
}

static void measure_memory(void) {
    check(ts_memory_allocate(PAGE_SIZE, 0, &page), "memory_allocate");
    check(ts_memory_allocate(PAGE_SIZE, 0, &neighbour), "memory_allocate");
    measure("map + touch + unmap one page, page tables made and freed", 10'000, turn_map);
    check(last_status, "space_unmap");
    check(ts_space_map((desc_t){0}, neighbour.value, TOUCH_AREA - PAGE_SIZE, 0, PAGE_SIZE, MAP_READ),
          "space_map");
    measure("map + touch + unmap one page, page tables there", 10'000, turn_map);
    check(last_status, "space_unmap");
    measure("allocate + map + touch + unmap + release, tables there", 10'000, turn_allocate);
    check(last_status, "descriptor_release");
}

TURN turn_process(void) {
    struct child child;
    child_create(&child);
    child_start(&child, child_exit);
    child_reap(&child, END_EXITED);
}

TURN turn_spawn(void) {
    static char name[] = "true";
    static char *arguments[] = {name};
    uint64_t process = 0;
    uint64_t status = 0;
    uint64_t reason = 0;
    last_status = process_spawn("/", 1, arguments, &process);
    if (last_status == STATUS_OK)
        last_status = process_wait(process, &status, &reason);
    if (last_status == STATUS_OK && (status != 0 || reason != END_EXITED))
        last_status = STATUS_PROCESS_ENDED;
}

static void prepare(void) {
    code_copy();
    check(ts_endpoint_create(4, &supervisor), "endpoint_create");
}

// ---- larger ones: what makes the kernel work long

static char copied[COPY_SIZE];

TURN turn_copy(void) {
    uint64_t words[MESSAGE_WORDS] = {};
    message_page()->lend[0] =
        (struct message_range){.address = (uintptr_t)copied, .length = COPY_SIZE, .flags = RANGE_READ};
    last_status = ts_call(target, 1ULL << HEADER_RANGES_SHIFT, DEADLINE_NONE, words, nullptr);
    if (last_status == STATUS_OK)
        last_status = (status_t)words[0];
}

static void measure_copy(void) {
    struct child child;
    check(ts_endpoint_create(1, &target), "endpoint_create");
    child_create(&child);
    child.argument.endpoint = child_give(&child, target, RIGHT_ENDPOINT_RECEIVE);
    child_start(&child, child_copy);
    measure("call, lent_read of 64 KiB, reply", 100, turn_copy);
    check(last_status, "lent_read");
    child_end(&child);
    check(ts_descriptor_release(target), "descriptor_release");
}

TURN turn_large(void) {
    desc_t memory;
    (void)ts_memory_allocate(LARGE_SIZE, 0, &memory);
    (void)ts_space_map((desc_t){0}, memory.value, LARGE_AREA, 0, LARGE_SIZE, MAP_READ | MAP_WRITE);
    for (uint64_t at = 0; at < LARGE_SIZE; at += PAGE_SIZE)
        *(volatile char *)(uintptr_t)(LARGE_AREA + at) = 1;
    (void)ts_space_unmap((desc_t){0}, LARGE_AREA);
    last_status = ts_descriptor_release(memory);
}

TURN turn_badges(void) {
    static desc_t badges[BADGES];
    desc_t endpoint;
    (void)ts_endpoint_create(BADGES, &endpoint);
    for (unsigned i = 0; i < BADGES; i++)
        last_status = ts_badge_create(endpoint, i + 1, &badges[i]);
    (void)ts_descriptor_release(endpoint);
    for (unsigned i = 0; i < BADGES; i++)
        (void)ts_descriptor_release(badges[i]);
}

static _Atomic uint32_t sleepers, gate, gone;

// Their stacks are small, so they call nothing but the kernel.
static void thread_sleep(void) {
    sleepers++;
    (void)ts_futex_wait((uintptr_t)&gate, 0, DEADLINE_NONE);
    gone++;
    (void)ts_thread_exit();
}

TURN turn_threads(void) {
    [[gnu::aligned(16)]] static char stacks[THREADS][THREAD_STACK];
    sleepers = gate = gone = 0;
    for (unsigned i = 0; i < THREADS; i++) {
        desc_t thread;
        check(ts_thread_create((desc_t){0}, PRIORITY, &thread, nullptr), "thread_create");
        check(ts_thread_start(thread, (uintptr_t)thread_sleep, (uintptr_t)(stacks[i] + THREAD_STACK), 0),
              "thread_start");
        check(ts_descriptor_release(thread), "descriptor_release");
    }
    while (sleepers < THREADS)
        (void)ts_thread_yield();
    (void)ts_futex_wake((uintptr_t)&gate, THREADS, nullptr);
    while (gone < THREADS)
        (void)ts_thread_yield();
}

TURN turn_table(void) {
    static struct table_entry entries[TABLE_LIST_MAX];
    last_status = ts_process_table((desc_t){0}, 0, entries, TABLE_LIST_MAX, nullptr, nullptr);
}

TURN turn_entropy(void) {
    static char random[ENTROPY_MAX];
    last_status = ts_entropy_read(random, sizeof(random));
}

static void measure_larger(void) {
    measure_copy();
    measure("8 MiB: allocate, map, touch each page, unmap, release", 2, turn_large);
    check(last_status, "descriptor_release");
    measure("an endpoint and 512 badges: make, release", 4, turn_badges);
    check(last_status, "badge_create");
    measure("64 threads: start, wait, one futex_wake, exit", 4, turn_threads);
    measure("process_table of the own process", 1'000, turn_table);
    check(last_status, "process_table");
    measure("entropy_read of 256 bytes", 1'000, turn_entropy);
    check(last_status, "entropy_read");
}

int main(int count, char **arguments) {
    static const struct usage usage = {.name = "bench",
                                       .operands = "",
                                       .summary =
                                           "Measures kernel operations in steps of the processor's counter."};
    (void)options_take(&usage, count, arguments);
    prepare();
    print("%-58s %7s %9s\n", "operation", "turns", "steps");
    measure("calibration: a loop of two instructions", 1'000'000, turn_calibrate);
    measure("the same with a read of the counter", 100'000, turn_counter);
    measure("null system call: a number that is none", 100'000, turn_bad_call);
    measure("null system call: thread_yield, nobody else is ready", 100'000, turn_yield);
    measure("clock_read", 10'000, turn_clock);
    measure_call();
    measure_notification();
    measure_yield();
    measure_memory();
    measure("process: create, start, exit, reap (no loader)", 1'000, turn_process);
    measure("program: spawn /bin/true through init, wait", 20, turn_spawn);
    check(last_status, "spawn");
    measure_larger();
    return 0;
}
