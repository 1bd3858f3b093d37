// SPDX-License-Identifier: MIT
//
// The table of bad arguments (docs/bad-arguments.md): each row is one call with one bad argument. The status
// must be the row's and nothing may have changed. Behind the table: what a generator cannot know.

#include "lib/child.h"
#include "lib/task.h"
#include "machine.h"
#include <badargs/badargs.h>
#include <base/string.h>
#include <tessera/call.h>

enum { TYPES = OBJECT_TYPE_COUNT, SENDERS = 3, GENERATION_TRIES = 256, FAILURES_MAX = 40 };

// Two writable pages, a gap, a read-only page, a gap; a writable page before an unmapped one; a writable page
// before a read-only one; a device.
#define BUFFER       AREA
#define READ_ONLY    (AREA + PAGES(4))
#define BEFORE_HOLE  (AREA + PAGES(8))
#define BEFORE_CONST (AREA + PAGES(12))
#define DEVICE       (AREA + PAGES(16))
#define NOTHING      (AREA + PAGES(24))

struct sender {
    struct task task;
    desc_t endpoint;
    desc_t sent[MESSAGE_DESCRIPTORS];
    uint64_t count;
    _Atomic uint32_t entered;
    status_t status;
};

static struct {
    struct child child;
    desc_t object[TYPES];
    desc_t weak[TYPES];
    desc_t sent[TYPES];
    desc_t memory[4];
    desc_t device;
    desc_t hold; // endpoint of the calls that are never received
    struct sender senders[SENDERS];
    unsigned failures;
} world;

// ---- the values

static void objects_make(void) {
    uint64_t message;
    desc_t *object = world.object;
    OK(child_create(&world.child, nullptr));
    object[OBJECT_MEMORY] = memory_make(1);
    object[OBJECT_SPACE] = world.child.space;
    object[OBJECT_PROCESS] = world.child.process;
    OK(ts_thread_create(world.child.process, 1, &object[OBJECT_THREAD], &message));
    object[OBJECT_ENDPOINT] = endpoint_make(4);
    OK(ts_badge_create(object[OBJECT_ENDPOINT], 77, &object[OBJECT_BADGE]));
    object[OBJECT_REPLY] = reply_make();
    object[OBJECT_NOTIFICATION] = notification_make();
    OK(ts_interrupt_create(platform, MACHINE_LINE, INTERRUPT_AS_WIRED, &object[OBJECT_INTERRUPT]));
    object[OBJECT_QUOTA] = clone_of(root_quota, RIGHTS_QUOTA_ALL);
    object[OBJECT_PLATFORM] = clone_of(platform, RIGHTS_PLATFORM_ALL);
}

static void send_and_wait(void *argument, struct message_page *page) {
    struct sender *sender = argument;
    uint64_t words[MESSAGE_WORDS] = {}, header;
    for (uint64_t i = 0; i < sender->count; i++)
        page->send[i] = (struct message_descriptor){sender->sent[i].value, 0, DESCRIPTOR_MOVE};
    atomic_store(&sender->entered, 1);
    sender->status =
        ts_call(sender->endpoint, sender->count << HEADER_DESCRIPTORS_SHIFT, DEADLINE_NONE, words, &header);
}

// One more descriptor of each object, on its way in a call that nobody receives.
static void senders_start(void) {
    unsigned next = 0;
    world.hold = endpoint_make(0);
    for (uint32_t type = 1; type < TYPES; type++) {
        if (world.object[type].value == DESCRIPTOR_NONE)
            continue;
        struct sender *sender = &world.senders[next++ / MESSAGE_DESCRIPTORS];
        world.sent[type] = clone_of(world.object[type], object_rights_all(type));
        sender->sent[sender->count++] = world.sent[type];
    }
    for (unsigned i = 0; i < SENDERS; i++) {
        world.senders[i].endpoint = world.hold;
        if (task_start(&world.senders[i].task, send_and_wait, &world.senders[i], 8))
            (void)word_await(&world.senders[i].entered, 1);
    }
    settle();
}

static void senders_stop(void) {
    drop(world.hold);
    for (unsigned i = 0; i < SENDERS; i++) {
        task_join(&world.senders[i].task);
        EQUAL((uint64_t)world.senders[i].status, (uint64_t)STATUS_CLOSED);
    }
    for (uint32_t type = 1; type < TYPES; type++) {
        if (world.sent[type].value != DESCRIPTOR_NONE)
            drop(world.sent[type]);
    }
}

static void world_make(void) {
    memset(&world, 0, sizeof(world));
    objects_make();
    for (uint32_t type = 1; type < TYPES; type++) {
        if (world.object[type].value != DESCRIPTOR_NONE)
            world.weak[type] = weak_of(world.object[type]);
    }
    world.memory[0] = memory_at(BUFFER, 2, MAP_READ | MAP_WRITE);
    world.memory[1] = memory_at(READ_ONLY, 1, MAP_READ);
    world.memory[2] = memory_at(BEFORE_HOLE, 1, MAP_READ | MAP_WRITE);
    world.memory[3] = memory_at(BEFORE_CONST, 1, MAP_READ | MAP_WRITE);
    OK(ts_space_map(SELF, world.memory[1].value, BEFORE_CONST + PAGE_SIZE, 0, PAGE_SIZE, MAP_READ));
    OK(ts_memory_physical(platform, MACHINE_DEVICE, PAGE_SIZE, 0, &world.device));
    OK(ts_space_map(SELF, world.device.value, DEVICE, 0, PAGE_SIZE, MAP_READ | MAP_WRITE));
    senders_start();
}

static void world_end(void) {
    senders_stop();
    for (uint32_t type = 1; type < TYPES; type++) {
        if (world.weak[type].value != DESCRIPTOR_NONE)
            drop(world.weak[type]);
        bool of_child = type == OBJECT_PROCESS || type == OBJECT_SPACE;
        if (world.object[type].value != DESCRIPTOR_NONE && !of_child)
            drop(world.object[type]);
    }
    for (unsigned i = 0; i < array_length(world.memory); i++)
        drop(world.memory[i]);
    drop(world.device);
    child_drop(&world.child);
}

static uint64_t index_of(desc_t descriptor) {
    return descriptor.value & ((1U << DESCRIPTOR_INDEX_BITS) - 1);
}

// A value of a clone that was released; `reuse`: its slot holds something else now, which goes to *extra.
static uint64_t released(uint32_t type, bool reuse, desc_t *extra) {
    desc_t clone = clone_of(world.object[type], object_rights_all(type));
    drop(clone);
    for (unsigned i = 0; reuse && i < GENERATION_TRIES; i++) {
        *extra = weak_of(world.object[OBJECT_MEMORY]);
        if (index_of(*extra) == index_of(clone))
            break;
        drop(*extra);
        *extra = SELF;
    }
    CHECK(!reuse || extra->value != DESCRIPTOR_NONE);
    return clone.value;
}

// The value of an argument; *extra is to be released afterwards.
static uint64_t value_make(enum badarg_kind kind, uint64_t value, desc_t *extra) {
    switch (kind) {
    case BADARG_OBJECT:
        return world.object[value].value;
    case BADARG_RELEASED:
    case BADARG_REUSED:
        return released((uint32_t)value, kind == BADARG_REUSED, extra);
    case BADARG_GENERATION:
        return world.object[value].value + (1ULL << DESCRIPTOR_INDEX_BITS);
    case BADARG_WEAK:
        return world.weak[value].value;
    case BADARG_RESTRICTED:
        *extra = clone_of(world.object[value >> 16], value & 0xffff);
        return extra->value;
    case BADARG_SENT:
        return world.sent[value].value;
    case BADARG_BUFFER:
        return BUFFER + value;
    case BADARG_UNMAPPED:
        return NOTHING + value;
    case BADARG_READ_ONLY:
        return READ_ONLY + value;
    case BADARG_INTO_UNMAPPED:
        return BEFORE_HOLE + PAGE_SIZE - value;
    case BADARG_INTO_READ_ONLY:
        return BEFORE_CONST + PAGE_SIZE - value;
    case BADARG_DEVICE:
        return DEVICE + value;
    default:
        return value;
    }
}

// ---- running a row

static status_t invoke(const struct grammar_call *call, const uint64_t a[6]) {
    uint64_t words[MESSAGE_WORDS] = {}, results[3];
    if (call->message)
        return ts_syscall_message(call->number, a[0], a[1], a[2], words, results);
    return ts_syscall6(call->number, a[0], a[1], a[2], a[3], a[4], a[5], results);
}

static bool unchanged(const struct quota_info *before, const struct quota_info *after) {
    return before->bytes_used == after->bytes_used && before->descriptors == after->descriptors &&
           before->threads == after->threads &&
           memcmp(before->records_used, after->records_used, sizeof(before->records_used)) == 0;
}

// One bad value for one argument; what it is called when it fails.
struct attempt {
    const struct grammar_call *call;
    unsigned argument;
    enum badarg_kind kind;
    uint64_t value;
    const char *name;
    status_t expected;
    status_t also;
};

static void attempt(const struct attempt *attempt) {
    const struct grammar_call *call = attempt->call;
    uint64_t values[6] = {};
    desc_t extra = SELF, unused = SELF;
    for (unsigned i = 0; i < call->argument_count; i++)
        values[i] = value_make(call->arguments[i].valid_kind, call->arguments[i].valid, &unused);
    values[attempt->argument] = value_make(attempt->kind, attempt->value, &extra);
    struct quota_info before = own_quota();
    status_t status = invoke(call, values);
    struct quota_info after = own_quota();
    bool right = status == attempt->expected || (attempt->also != 0 && status == attempt->also);
    if (!right || !unchanged(&before, &after)) {
        if (world.failures++ < FAILURES_MAX)
            note("%s.%s/%s, value %#llx: %s instead of %s%s", call->name,
                 call->arguments[attempt->argument].name, attempt->name, (unsigned long long)attempt->value,
                 status_name(status), status_name(attempt->expected),
                 unchanged(&before, &after) ? "" : ", and something has changed");
    }
    if (extra.value != DESCRIPTOR_NONE)
        drop(extra);
}

static void table(void) {
    world_make();
    for (size_t i = 0; i < badarg_row_count; i++) {
        const struct badarg_row *row = &badarg_rows[i];
        const struct attempt one = {.call = grammar_find(row->call),
                                    .argument = row->argument,
                                    .kind = row->kind,
                                    .value = row->value,
                                    .name = badarg_class_name(row->bad_class),
                                    .expected = (status_t)row->expected,
                                    .also = (status_t)row->also};
        attempt(&one);
    }
    note("%zu rows", badarg_row_count);
    EQUAL(world.failures, 0);
    world_end();
}

// ---- every subset of the rights that lacks one that is needed

static size_t subsets_of(const struct grammar_call *call, unsigned argument) {
    const struct grammar_argument *needs = &call->arguments[argument];
    size_t count = 0;
    for (uint32_t type = 1; type < TYPES; type++) {
        if (!(needs->objects >> type & 1) || world.object[type].value == DESCRIPTOR_NONE ||
            needs->rights == 0)
            continue;
        uint64_t all = object_rights_all(type);
        // Goes through all subsets of a mask, downwards.
        for (uint64_t rights = all;; rights = (rights - 1) & all) {
            if ((rights & needs->rights) != needs->rights) {
                const struct attempt one = {
                    call,     argument,        BADARG_RESTRICTED, (uint64_t)type << 16 | rights,
                    "subset", STATUS_NO_RIGHT, STATUS_OK};
                attempt(&one);
                count++;
            }
            if (rights == 0)
                break;
        }
    }
    return count;
}

static void rights_subsets(void) {
    size_t count = 0;
    world_make();
    for (size_t i = 0; i < grammar_call_count; i++) {
        for (unsigned j = 0; j < grammar_calls[i].argument_count; j++) {
            if (grammar_calls[i].arguments[j].kind == GRAMMAR_DESCRIPTOR)
                count += subsets_of(&grammar_calls[i], j);
        }
    }
    note("%zu subsets", count);
    EQUAL(world.failures, 0);
    world_end();
}

// ---- reserved fields

static void limits_bad(struct limits *limits, status_t expected) {
    desc_t process = SELF, space = SELF;
    EXPECT(ts_process_create(supervisor, 0, limits, sizeof(*limits), &process, &space), expected);
}

static void reserved_fields(void) {
    for (unsigned i = 0; i < array_length(((struct limits *)nullptr)->reserved); i++) {
        struct limits limits = child_limits();
        limits.reserved[i] = 1U << (i * 2 + 1);
        limits_bad(&limits, STATUS_BAD_FLAGS);
    }
    struct limits limits = child_limits();
    limits.weight = 0;
    limits_bad(&limits, STATUS_BAD_VALUE);
    limits.weight = 1001;
    limits_bad(&limits, STATUS_BAD_VALUE);
    limits = child_limits();
    limits.priority = own_quota().priority + 1;
    limits_bad(&limits, STATUS_BAD_VALUE);
    limits.priority = UINT32_MAX;
    limits_bad(&limits, STATUS_BAD_VALUE);
    static const uint32_t own[] = {RECORD_PROCESS, RECORD_SPACE, RECORD_QUOTA};
    for (unsigned i = 0; i < array_length(own); i++) {
        limits = child_limits();
        limits.records[own[i]] = 0;
        limits_bad(&limits, STATUS_BAD_VALUE);
    }
    limits = child_limits();
    limits.bytes = PAGE_SIZE;
    limits_bad(&limits, STATUS_BAD_VALUE);
    limits.bytes = UINT64_MAX;
    limits_bad(&limits, STATUS_NO_QUOTA);
    limits = child_limits();
    limits.records[RECORD_THREAD] = UINT32_MAX;
    limits_bad(&limits, STATUS_NO_QUOTA);
}

static void header_bits(void) {
    desc_t endpoint = endpoint_make(0), none = SELF;
    uint64_t words[MESSAGE_WORDS] = {}, header = 0;
    for (unsigned bit = 0; bit < 64; bit++) {
        bool known = bit < 35 || bit == 36 || bit == 37;
        if (known)
            continue;
        EXPECT(ts_call(endpoint, 1ULL << bit, soon(0), words, &header), STATUS_TIMED_OUT);
        EXPECT(ts_call(endpoint, 1ULL << bit, limit(), words, &header), STATUS_BAD_FLAGS);
    }
    EXPECT(ts_call(endpoint, 5ULL << HEADER_DESCRIPTORS_SHIFT, limit(), words, &header), STATUS_BAD_VALUE);
    EXPECT(ts_call(endpoint, 7ULL << HEADER_DESCRIPTORS_SHIFT, limit(), words, &header), STATUS_BAD_VALUE);
    EXPECT(ts_call(endpoint, 3ULL << HEADER_RANGES_SHIFT, limit(), words, &header), STATUS_BAD_VALUE);
    EXPECT(ts_reply(none, 0, words), STATUS_NO_CALL);
    drop(endpoint);
}

static void write_and_execute(void) {
    desc_t memory = memory_make(1);
    for (uint64_t flags = 0; flags < 8; flags++) {
        status_t expected = !(flags & MAP_READ)                            ? STATUS_BAD_FLAGS
                            : (flags & MAP_WRITE) && (flags & MAP_EXECUTE) ? STATUS_WRITE_EXECUTE
                                                                           : STATUS_OK;
        if (EXPECT(ts_space_map(SELF, memory.value, AREA, 0, PAGE_SIZE, flags), expected) &&
            expected == STATUS_OK)
            OK(ts_space_unmap(SELF, AREA));
        OK(ts_space_map(SELF, memory.value, AREA, 0, PAGE_SIZE, MAP_READ));
        EXPECT(ts_space_protect(SELF, AREA, flags), expected);
        OK(ts_space_unmap(SELF, AREA));
    }
    drop(memory);
}

// ---- a page that another thread takes away meanwhile

struct flicker {
    _Atomic uint32_t stop;
    desc_t memory;
    uint64_t rounds;
};

static void flicker(void *argument, struct message_page *page) {
    struct flicker *flicker = argument;
    (void)page;
    while (!atomic_load(&flicker->stop)) {
        (void)ts_space_unmap(SELF, AREA);
        (void)ts_thread_yield();
        (void)ts_space_map(SELF, flicker->memory.value, AREA, 0, PAGE_SIZE, MAP_READ | MAP_WRITE);
        (void)ts_thread_yield();
        flicker->rounds++;
    }
}

static void unmapped_meanwhile(void) {
    static struct flicker state;
    struct task task;
    state = (struct flicker){.memory = memory_make(1)};
    uint64_t good = 0, bad = 0;
    struct quota_info *info = (struct quota_info *)AREA;
    if (!task_start(&task, flicker, &state, 7))
        return;
    for (unsigned i = 0; i < 4000; i++) {
        status_t status = ts_process_quota(SELF, info, sizeof(*info));
        if (status == STATUS_OK)
            good++;
        else if (status == STATUS_BAD_ADDRESS)
            bad++;
        else
            CHECK(status == STATUS_OK);
        if (i % 2 == 0)
            (void)ts_thread_yield();
    }
    atomic_store(&state.stop, 1);
    task_join(&task);
    drop(state.memory);
    CHECK(good > 0 && bad > 0);
}

static const struct test tests[] = {
    {"the generated table", table},
    {"every subset of rights that lacks a needed one", rights_subsets},
    {"reserved fields and limits", reserved_fields},
    {"unknown header bits", header_bits},
    {"what may be mapped writable and executable", write_and_execute},
    {"a buffer that another thread unmaps meanwhile", unmapped_meanwhile},
};
GROUP(badargs, tests);
