// SPDX-License-Identifier: MIT
//
// user/servers/file: volume.c, account.c, tree.c and content.c against a reference model (file_model.c), with
// random requests of clients that come and go; the server ended after any instruction of a request, and
// started again on what it left; a region with any bytes in it.

#include "unit.h"
#include "seed.h"
#include "file_model.h"
#include <paths.h>
#include <volume.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#include <user/heap.h>

enum {
    REGION = 128 * FILE_BLOCK_SIZE,
    STEPS = 30'000,
    ROUNDS = 12,
    SPREAD = 12,
    LATE = 24,
    LATE_STRIDE = 61,
    SPOILS = 400,
    WRITE = 40'000,
    NUMBERS = 64
};

void *heap_allocate(size_t size) {
    return malloc(size);
}

void *heap_allocate_zeroed(size_t size) {
    return calloc(1, size);
}

static uint8_t *region; // shared with the processes that are ended in the middle
static struct volume volume;
static struct model *model;
static unsigned seed;
static bool seen[128]; // by minus status
static uint64_t numbers[NUMBERS];
static uint32_t clients[MODEL_CLIENTS - 1];
static uint32_t last_client;
static uint64_t last_token;
static uint64_t last_now;
static uint8_t data[WRITE];

static unsigned below(unsigned limit) {
    return (unsigned)rand_r(&seed) % limit;
}

// ---- the volume and the model side by side

static void volume_close(void) {
    free(volume.used);
    free(volume.links);
}

static size_t volume_reopen(void) {
    struct volume_report report;
    volume_close();
    assert_int_equal(volume_open(&volume, region, REGION, 1, &report), STATUS_OK);
    assert_false(report.formatted);
    return report.dropped;
}

static int start(void **state) {
    (void)state;
    struct volume_report report;
    region = mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(region, MAP_FAILED);
    assert_int_equal(volume_open(&volume, region, REGION, 1, &report), STATUS_OK);
    assert_true(report.formatted);
    model = malloc(sizeof(*model));
    model_start(model, volume.total.blocks, volume.total.names, VOLUME_ROOT);
    memset(numbers, 0, sizeof(numbers));
    for (size_t i = 0; i < array_length(clients); i++)
        clients[i] = ++last_client;
    seed = seed_choose("test_file_volume", SEED_ANY);
    return 0;
}

static int end(void **state) {
    (void)state;
    volume_close();
    munmap(region, REGION);
    model_free(model);
    free(model);
    return 0;
}

static void path_of(const struct model *from, int node, char *path) {
    if (node == 0) {
        path[0] = 0;
        return;
    }
    path_of(from, from->nodes[node].parent, path);
    if (path[0] != 0)
        strcat(path, "/");
    strcat(path, from->nodes[node].name);
}

// Whether a node's directory lists it once, by going through all of it.
static bool is_listed_once(uint64_t directory, uint64_t number) {
    struct volume_entry entry;
    unsigned found = 0;
    for (uint64_t position = 0; volume_next(&volume, directory, position, &entry) == STATUS_OK;
         position = entry.number)
        found += entry.number == number;
    return found == 1;
}

static bool contents_agree(const struct model_node *node) {
    for (uint64_t offset = 0; offset < node->size;) {
        const void *bytes;
        uint64_t count;
        if (volume_span(&volume, node->number, offset, node->size - offset, &bytes, &count) != STATUS_OK ||
            count == 0 || memcmp(bytes, node->bytes + offset, count) != 0)
            return false;
        offset += count;
    }
    return true;
}

static bool accounts_agree(const struct model *expected) {
    struct volume_space space;
    uint64_t blocks, names;
    model_held(expected, 0, &blocks, &names);
    volume_space(&volume, 0, &space);
    if (space.left.blocks != blocks || space.left.names != names)
        return false;
    for (int i = 0; i < MODEL_CLIENTS; i++) {
        uint32_t process = expected->clients[i].process;
        if (process == 0)
            continue;
        model_held(expected, process, &blocks, &names);
        volume_space(&volume, process, &space);
        if (space.own.blocks != blocks || space.own.names != names)
            return false;
    }
    return true;
}

// Whether the volume is just what a model says: all paths, numbers, sizes, contents, accounts.
static bool agrees(const struct model *expected) {
    char path[65536];
    uint64_t entries = 0;
    for (int i = 0; i < MODEL_NODES; i++) {
        const struct model_node *node = &expected->nodes[i];
        struct volume_entry entry;
        uint64_t number = 0;
        if (!node->used)
            continue;
        entries++;
        path_of(expected, i, path);
        if (volume_find(&volume, path, strlen(path), &number) != STATUS_OK || number != node->number ||
            volume_entry(&volume, number, &entry) != STATUS_OK || entry.size != node->size ||
            entry.is_directory != node->directory || entry.changed != node->changed || !contents_agree(node))
            return false;
        if (i != 0 && !is_listed_once(expected->nodes[node->parent].number, number))
            return false;
    }
    struct volume_space space;
    volume_space(&volume, 0, &space);
    return entries == 1 + space.total.names - space.free.names && accounts_agree(expected);
}

// ---- random requests

enum request_kind { CREATE, REMOVE, RENAME, WRITE_BYTES, TRUNCATE, KINDS };

struct request {
    enum request_kind kind;
    uint32_t client;
    uint64_t token;
    char path[2048];
    char target[2048];
    unsigned create;
    bool directory;
    uint64_t number;
    uint64_t offset; // or size
    uint64_t now;
    uint64_t length;
};

static const char *name_random(void) {
    static char names[8][MODEL_NAME];
    if (names[0][0] == 0) {
        for (size_t i = 0; i < array_length(names); i++)
            snprintf(names[i], MODEL_NAME, "%c", (char)('a' + i));
        for (size_t i = 5; i < array_length(names); i++)
            memset(names[i], (char)('s' + i), FILE_NAME_MAX);
        strcpy(names[4], "ab"); // its beginning is a name too
    }
    return names[below(array_length(names))];
}

static void path_random(char *path) {
    path[0] = 0;
    for (unsigned parts = below(24) == 0 ? 0 : 1 + below(4); parts > 0; parts--) {
        if (path[0] != 0)
            strcat(path, "/");
        strcat(path, name_random());
    }
}

static uint64_t offset_random(void) {
    switch (below(12)) {
    case 0:
        return VOLUME_ROOT * below(2) + UINT64_MAX - below(3);
    case 1:
        return below(REGION);
    case 2:
    case 3:
    case 4:
        return UINT64_MAX;
    default:
        return below(3 * FILE_BLOCK_SIZE);
    }
}

static struct request request_random(void) {
    struct request request = {
        .kind = (enum request_kind)below(KINDS + 3),
        .client = clients[below(array_length(clients))],
        .token = below(3) == 0 ? 0 : ++last_token,
        .create = below(4),
        .directory = below(2) == 0,
        .number = numbers[below(NUMBERS)],
        .offset = offset_random(),
        .now = ++last_now,
        .length = below(3) == 0 ? below(WRITE) : below(300),
    };
    if (request.kind >= KINDS)
        request.kind = WRITE_BYTES;
    path_random(request.path);
    path_random(request.target);
    for (uint64_t i = 0; i < request.length; i++)
        data[i] = (uint8_t)below(256);
    return request;
}

struct answer {
    status_t status;
    uint64_t value; // number or offset
};

static struct answer ask_volume(const struct request *request) {
    struct answer answer = {};
    struct volume_request by = {.client = request->client, .token = request->token, .now = request->now};
    switch (request->kind) {
    case CREATE:
        answer.status = volume_create(&volume, by, request->path, strlen(request->path),
                                      (enum file_create)request->create, &answer.value);
        break;
    case REMOVE:
        answer.status = volume_remove(&volume, by, request->path, strlen(request->path), request->directory);
        break;
    case RENAME:
        answer.status = volume_rename(&volume, by, request->path, strlen(request->path), request->target,
                                      strlen(request->target));
        break;
    case WRITE_BYTES:
        answer.status =
            volume_write(&volume, by, request->number, request->offset, data, request->length, &answer.value);
        break;
    default:
        answer.status = volume_truncate(&volume, by, request->number, request->offset);
        break;
    }
    return answer;
}

// The model is told which number the volume chose, and says MODEL_IMPOSSIBLE when that cannot be.
static struct answer ask_model(struct model *asked, const struct request *request, uint64_t number) {
    struct answer answer = {.value = number};
    asked->now = request->now;
    switch (request->kind) {
    case CREATE:
        answer.status = model_create(asked, request->client, request->token, request->path, request->create,
                                     &answer.value);
        break;
    case REMOVE:
        answer.status =
            model_remove(asked, request->client, request->token, request->path, request->directory);
        break;
    case RENAME:
        answer.status = model_rename(asked, request->client, request->token, request->path, request->target);
        break;
    case WRITE_BYTES:
        answer.status = model_write(asked, request->client, request->token, request->number, request->offset,
                                    data, request->length, &answer.value);
        break;
    default:
        answer.status = model_truncate(asked, request->client, request->number, request->offset);
        break;
    }
    return answer;
}

static void answers_agree(const struct request *request, struct answer got, struct answer expected) {
    seen[-got.status] = true;
    if (got.status != expected.status)
        print_error("request %d of %u: '%s' '%s' create %u number %#llx offset %llu length %llu\n",
                    request->kind, request->client, request->path, request->target, request->create,
                    (unsigned long long)request->number, (unsigned long long)request->offset,
                    (unsigned long long)request->length);
    assert_int_equal(got.status, expected.status);
    if (got.status == STATUS_OK)
        assert_int_equal(got.value, expected.value);
    if (request->kind == CREATE && got.status == STATUS_OK)
        numbers[below(NUMBERS)] = got.value;
}

static void client_replace(void) {
    uint32_t *client = &clients[below(array_length(clients))];
    volume_client_end(&volume, *client);
    model_client_end(model, *client);
    *client = ++last_client;
}

// Sometimes all goes, so that the volume is not full for the rest of the test.
static void tree_empty(void) {
    char path[65536];
    for (bool any = true; any;) {
        any = false;
        for (int i = 1; i < MODEL_NODES; i++) {
            struct request request = {.kind = REMOVE, .client = clients[0]};
            if (!model->nodes[i].used)
                continue;
            path_of(model, i, path);
            if (strlen(path) >= sizeof(request.path))
                continue;
            strcpy(request.path, path);
            request.directory = model->nodes[i].directory;
            struct answer got = ask_volume(&request);
            answers_agree(&request, got, ask_model(model, &request, got.value));
            any = any || got.status == STATUS_OK;
        }
    }
}

static void step(void) {
    struct request request = request_random();
    struct answer got = ask_volume(&request);
    answers_agree(&request, got, ask_model(model, &request, got.value));
    // Asked again under the same token: the same answer, and nothing changes.
    if (got.status == STATUS_OK && request.token != 0 && below(4) == 0) {
        struct answer again = ask_volume(&request);
        answers_agree(&request, again, ask_model(model, &request, again.value));
    }
    if (below(60) == 0)
        client_replace();
    if (below(1500) == 0)
        tree_empty();
}

static void test_random_requests_against_the_model(void **state) {
    (void)state;
    static const status_t documented[] = {STATUS_OK,        STATUS_NOT_FOUND, STATUS_NOT_DIRECTORY,
                                          STATUS_READ_ONLY, STATUS_NO_SPACE,  STATUS_IS_DIRECTORY,
                                          STATUS_EXISTS,    STATUS_NOT_EMPTY, STATUS_IN_ITSELF};
    for (unsigned i = 0; i < STEPS; i++) {
        step();
        if (below(100) == 0)
            assert_int_equal(volume_reopen(), 0);
        if (below(20) == 0)
            assert_true(agrees(model));
    }
    assert_true(agrees(model));
    for (size_t i = 0; i < array_length(documented); i++)
        assert_true(seen[-documented[i]]);
}

// ---- ended after any instruction

// What a server that ends after some instruction leaves: the region at that moment. Some moments are spread
// over the whole request, others over its last part, where changes are made.
static uint8_t *moments[SPREAD + LATE];

static void moment_take(unsigned made) {
    if (made <= SPREAD || below(made) < SPREAD)
        memcpy(moments[made <= SPREAD ? made - 1 : below(SPREAD)], region, REGION);
    if (made % LATE_STRIDE == 0)
        memcpy(moments[SPREAD + made / LATE_STRIDE % LATE], region, REGION);
}

// A process makes the request, one instruction after the other.
static void request_step(const struct request *request) {
    int status = 0;
    unsigned made = 0;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
            _exit(99);
        raise(SIGSTOP);
        (void)ask_volume(request);
        raise(SIGSTOP);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        fail_msg("this machine lets no process trace another");
    do {
        moment_take(++made);
        assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSTOPPED(status));
    } while (WSTOPSIG(status) == SIGTRAP);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
}

// What a write that was not answered may have left: some of its bytes over old ones.
static bool is_overwrite(const struct request *request) {
    int node = request->kind == WRITE_BYTES ? model_number(model, request->number) : -1;
    return node >= 0 && !model->nodes[node].directory && request->offset < model->nodes[node].size;
}

// A request that the model would do.
static struct request request_possible(void) {
    for (;;) {
        struct request request = request_random();
        struct model *asked = model_copy(model);
        status_t status = ask_model(asked, &request, UINT64_MAX).status;
        model_free(asked);
        free(asked);
        if (status == STATUS_OK || status == MODEL_IMPOSSIBLE)
            return request;
    }
}

// The server starts again on a moment: all is as before the request, or as after it; and the request, made
// again under its token, is done just once. Returns whether it had not been done.
static bool moment_check(const struct request *request, const uint8_t *moment) {
    memcpy(region, moment, REGION);
    assert_int_equal(volume_reopen(), 0);
    const bool undone = agrees(model);
    struct model *done = model_copy(model);
    struct answer got = ask_volume(request);
    answers_agree(request, got, ask_model(done, request, got.value));
    assert_int_equal(got.status, STATUS_OK);
    assert_true(agrees(done));
    model_free(done);
    free(done);
    return undone;
}

static void test_ended_after_any_instruction(void **state) {
    (void)state;
    unsigned before = 0, after = 0;
    uint8_t *start_region = malloc(REGION);
    for (size_t i = 0; i < array_length(moments); i++)
        moments[i] = malloc(REGION);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = below(30); i > 0; i--)
            step();
        struct request request = request_possible();
        request.token = ++last_token;
        request.length = min_u64(request.length, 3 * FILE_BLOCK_SIZE);
        memcpy(start_region, region, REGION);
        for (size_t i = 0; i < array_length(moments); i++)
            memcpy(moments[i], region, REGION);
        request_step(&request);
        for (size_t i = 0; i < array_length(moments); i++) {
            bool undone = moment_check(&request, moments[i]);
            before += undone;
            after += !undone && !is_overwrite(&request);
        }
        memcpy(region, start_region, REGION);
        assert_int_equal(volume_reopen(), 0);
    }
    for (size_t i = 0; i < array_length(moments); i++)
        free(moments[i]);
    free(start_region);
    assert_true(before > 0 && after > 0);
}

// ---- bytes that no server wrote

static void test_any_bytes(void **state) {
    (void)state;
    uint8_t *good = malloc(REGION);
    for (unsigned i = 0; i < 500; i++)
        step();
    memcpy(good, region, REGION);
    for (unsigned i = 0; i < SPOILS; i++) {
        struct volume_report report;
        size_t spoiled = below(4) == 0 ? (size_t)(volume.blocks - region) : 16 * FILE_BLOCK_SIZE;
        memcpy(region, good, REGION);
        for (unsigned bytes = 1 + below(20); bytes > 0; bytes--)
            region[8 + below((unsigned)spoiled - 8)] ^= (uint8_t)(1 << below(8));
        volume_close();
        assert_int_equal(volume_open(&volume, region, REGION, 1, &report), STATUS_OK);
        for (unsigned j = 0; j < 20; j++) {
            struct request request = request_random();
            (void)ask_volume(&request);
        }
        // Whatever it was, it is sound now, and stays so.
        assert_int_equal(volume_reopen(), 0);
    }
    free(good);
}

// A redo list that would write outside the region, or over itself, is not followed.
static void test_wrong_redo_lists(void **state) {
    (void)state;
    static const uint64_t offsets[] = {REGION,
                                       REGION - 7,
                                       UINT64_MAX - 7,
                                       4,
                                       offsetof(struct volume_head, redo_count),
                                       offsetof(struct volume_head, redo[1])};
    for (size_t i = 0; i < array_length(offsets); i++) {
        volume.head->redo[0] = (struct volume_redo){offsets[i], 1000};
        volume.head->redo[1] = (struct volume_redo){offsetof(struct volume_head, last_order), 77};
        volume.head->redo_count = 2;
        assert_int_equal(volume_reopen(), 1);
        assert_int_equal(volume.head->redo_count, 0);
        assert_int_not_equal(volume.head->last_order, 77);
    }
    volume.head->redo_count = VOLUME_REDO + 1;
    assert_int_equal(volume_reopen(), 1);
    volume.head->redo[0] = (struct volume_redo){offsetof(struct volume_head, last_order), 77};
    volume.head->redo_count = 1;
    assert_int_equal(volume_reopen(), 0);
    assert_int_equal(volume.head->last_order, 77);
    assert_true(agrees(model));
}

static void test_regions_that_are_too_small(void **state) {
    (void)state;
    struct volume_report report;
    struct volume small;
    static uint64_t bytes[VOLUME_SIZE_MIN / 8 - 1];
    assert_int_equal(volume_open(&small, bytes, sizeof(bytes), 1, &report), STATUS_NO_SPACE);
    assert_int_equal(volume_open(&small, bytes, 0, 1, &report), STATUS_NO_SPACE);
}

// ---- accounts

static status_t fill(uint32_t client, uint64_t number, uint64_t blocks) {
    struct volume_entry entry;
    assert_int_equal(volume_entry(&volume, number, &entry), STATUS_OK);
    return volume_truncate(&volume, (struct volume_request){.client = client}, number,
                           entry.size + blocks * FILE_BLOCK_SIZE);
}

static uint64_t file_make(uint32_t client, const char *name) {
    uint64_t number = 0;
    assert_int_equal(volume_create(&volume, (struct volume_request){.client = client}, name, strlen(name),
                                   FILE_CREATE_NEW, &number),
                     STATUS_OK);
    return number;
}

// A loop of programs that write and end fills the pot, and not what is kept for one that lives.
static void test_ended_clients_cannot_take_all(void **state) {
    (void)state;
    char name[16];
    uint64_t number;
    const uint64_t kept = file_make(1000, "kept");
    for (uint32_t client = 2000; client < 2100; client++) {
        struct volume_request request = {.client = client};
        snprintf(name, sizeof(name), "%u", client);
        if (volume_create(&volume, request, name, strlen(name), FILE_CREATE_NEW, &number) == STATUS_OK)
            (void)!fill(client, number, 3);
        volume_client_end(&volume, client);
    }
    struct volume_space space;
    volume_space(&volume, 1000, &space);
    assert_true(space.left.blocks >= space.total.blocks / 4 * 3);
    assert_int_equal(
        volume_create(&volume, (struct volume_request){.client = 3000}, "new", 3, FILE_CREATE_NEW, &number),
        STATUS_NO_SPACE);
    assert_int_equal(fill(1000, kept, VOLUME_SHARE_BLOCKS), STATUS_OK);
    assert_int_equal(fill(1000, kept, space.total.blocks), STATUS_NO_SPACE);
    // What is removed is there for others.
    assert_int_equal(volume_remove(&volume, (struct volume_request){.client = 3000}, "2000", 4, false),
                     STATUS_OK);
    assert_int_equal(volume_remove(&volume, (struct volume_request){.client = 3000}, "2001", 4, false),
                     STATUS_OK);
    number = file_make(3000, "new");
    assert_int_equal(fill(3000, number, 3), STATUS_OK);
}

// Nobody lives whose share would be in the way: the pot stops at three quarters all the same.
static void test_the_pot_stops_at_three_quarters(void **state) {
    enum { PIECE = 3 };
    (void)state;
    char name[16];
    uint64_t number;
    status_t status = STATUS_OK;
    for (uint32_t client = 2000; client < 2100 && status == STATUS_OK; client++) {
        struct volume_request request = {.client = client};
        snprintf(name, sizeof(name), "%u", client);
        status = volume_create(&volume, request, name, strlen(name), FILE_CREATE_NEW, &number);
        if (status == STATUS_OK)
            assert_int_equal(fill(client, number, PIECE), STATUS_OK);
        volume_client_end(&volume, client);
    }
    assert_int_equal(status, STATUS_NO_SPACE);
    struct volume_space space;
    volume_space(&volume, 1, &space);
    const uint64_t most = space.total.blocks / 4 * 3;
    assert_in_range(space.left.blocks, most, most + PIECE - 1);
}

static void test_a_client_at_its_limit_stops_alone(void **state) {
    (void)state;
    struct volume_space space;
    uint64_t first = file_make(1, "first"), second = file_make(2, "second");
    volume_space(&volume, 1, &space);
    assert_int_equal(fill(1, first, space.limit.blocks), STATUS_OK);
    assert_int_equal(fill(1, first, 1), STATUS_NO_SPACE);
    assert_int_equal(fill(2, second, space.limit.blocks), STATUS_OK);
    // Somebody else's file is paid by who writes to it.
    assert_int_equal(fill(3, file_make(3, "third"), 1), STATUS_OK);
    assert_int_equal(fill(3, first, 1), STATUS_OK);
    volume_space(&volume, 3, &space);
    assert_int_equal(space.own.blocks, 2);
}

// More clients than there are places, because their ends were never heard of: the oldest goes into the pot,
// and gets back what it made when it asks again.
static void test_more_clients_than_places(void **state) {
    (void)state;
    char name[16];
    uint64_t first = file_make(1, "first");
    assert_int_equal(fill(1, first, 5), STATUS_OK);
    for (uint32_t client = 2; client < VOLUME_CLIENTS + 10; client++) {
        struct volume_request request = {.client = client, .token = 1};
        snprintf(name, sizeof(name), "%u", client);
        assert_int_equal(volume_rename(&volume, request, client % 2 ? "other" : "first", 5,
                                       client % 2 ? "first" : "other", 5),
                         STATUS_OK);
    }
    struct volume_space space;
    volume_space(&volume, 1, &space);
    assert_int_equal(space.own.blocks, 0);
    assert_int_equal(space.left.blocks, 5);
    assert_int_equal(space.left.names, 1);
    assert_int_equal(fill(1, first, 1), STATUS_OK);
    volume_space(&volume, 1, &space);
    assert_int_equal(space.own.blocks, 6);
    assert_int_equal(space.own.names, 1);
    assert_int_equal(space.left.blocks, 0);
    assert_int_equal(space.left.names, 0);
}

// ---- paths

static status_t make(const char *path, enum file_create kind) {
    uint64_t number;
    return volume_create(&volume, (struct volume_request){.client = 1}, path, strlen(path), kind, &number);
}

static status_t rename_to(const char *path, const char *target) {
    return volume_rename(&volume, (struct volume_request){.client = 1}, path, strlen(path), target,
                         strlen(target));
}

// Neither a new name nor a folder that is moved makes a path that no client could ask for.
static void test_no_path_gets_too_long(void **state) {
    (void)state;
    char path[VOLUME_PATH_MAX + 2] = "", inner[256] = "d/";
    for (size_t parts = 0; parts < 3; parts++) {
        strcat(path, parts > 0 ? "/" : "");
        memset(path + strlen(path), 'x', FILE_NAME_MAX);
        assert_int_equal(make(path, FILE_CREATE_DIRECTORY), STATUS_OK);
    }
    const size_t deep = strlen(path);
    path[deep] = '/';
    memset(path + deep + 1, 'y', VOLUME_PATH_MAX - deep);
    assert_int_equal(make(path, FILE_CREATE_NEW), STATUS_BAD_NAME);
    path[VOLUME_PATH_MAX] = 0;
    assert_int_equal(make(path, FILE_CREATE_NEW), STATUS_OK);
    // A folder with a name in it, so that it just fits, and one byte more.
    strcpy(path + deep, "/d");
    assert_int_equal(make("d", FILE_CREATE_DIRECTORY), STATUS_OK);
    memset(inner + 2, 'z', VOLUME_PATH_MAX - deep - 2);
    assert_int_equal(make(inner, FILE_CREATE_NEW), STATUS_OK);
    assert_int_equal(rename_to("d", path), STATUS_BAD_NAME);
    inner[VOLUME_PATH_MAX - deep - 1] = 0;
    assert_int_equal(make(inner, FILE_CREATE_NEW), STATUS_OK);
    inner[VOLUME_PATH_MAX - deep - 1] = 'z';
    assert_int_equal(
        volume_remove(&volume, (struct volume_request){.client = 1}, inner, strlen(inner), false), STATUS_OK);
    assert_int_equal(rename_to("d", path), STATUS_OK);
}

static void test_paths(void **state) {
    (void)state;
    static const struct {
        const char *path;
        bool valid;
    } paths[] = {
        {"/", true},    {"/a", true},    {"/a/b", true},   {"/...", true},  {"/.a/b.", true},   {"", false},
        {"a", false},   {"//", false},   {"/a/", false},   {"//a", false},  {"/a//b", false},   {"/.", false},
        {"/..", false}, {"/a/.", false}, {"/../a", false}, {"/./a", false}, {"/a b\xff", true},
    };
    for (size_t i = 0; i < array_length(paths); i++)
        assert_int_equal(path_is_valid(paths[i].path, strlen(paths[i].path)), paths[i].valid);
    char longest[2 + FILE_NAME_MAX] = "/";
    memset(longest + 1, 'x', FILE_NAME_MAX + 1);
    assert_true(path_is_valid(longest, 1 + FILE_NAME_MAX));
    assert_false(path_is_valid(longest, 2 + FILE_NAME_MAX));
    assert_false(path_is_valid("/a\0b", 4));
    const char *rest;
    size_t length;
    assert_true(path_is_mounted("/tmp", 4, &rest, &length) && length == 0);
    assert_true(path_is_mounted("/tmp/a/b", 8, &rest, &length) && length == 3 && rest[0] == 'a');
    assert_false(path_is_mounted("/tmpx", 5, &rest, &length));
    assert_false(path_is_mounted("/tm", 3, &rest, &length));
    assert_false(path_is_mounted("/", 1, &rest, &length));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_random_requests_against_the_model, start, end),
        cmocka_unit_test_setup_teardown(test_ended_after_any_instruction, start, end),
        cmocka_unit_test_setup_teardown(test_any_bytes, start, end),
        cmocka_unit_test_setup_teardown(test_wrong_redo_lists, start, end),
        cmocka_unit_test(test_regions_that_are_too_small),
        cmocka_unit_test_setup_teardown(test_ended_clients_cannot_take_all, start, end),
        cmocka_unit_test_setup_teardown(test_the_pot_stops_at_three_quarters, start, end),
        cmocka_unit_test_setup_teardown(test_a_client_at_its_limit_stops_alone, start, end),
        cmocka_unit_test_setup_teardown(test_more_clients_than_places, start, end),
        cmocka_unit_test_setup_teardown(test_no_path_gets_too_long, start, end),
        cmocka_unit_test(test_paths),
    };
    return cmocka_run_group_tests_name("file_volume", tests, NULL, NULL);
}
