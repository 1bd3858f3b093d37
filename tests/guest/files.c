// SPDX-License-Identifier: MIT
//
// The file server from a client's side: every operation of /tmp with good and bad arguments, each documented
// error, the limit of one client while another goes on, and the server's death, after which all is there.

#include <base/string.h>
#include <protocols/file.h>
#include <protocols/init.h>
#include <tessera/call.h>
#include <user/fs.h>
#include <user/process_record.h>
#include <user/program.h>
#include "lib/test.h"

enum {
    FILE_KIND = 0,
    NEW_KIND = 1,
    EMPTY_KIND = 2,
    DIRECTORY_KIND = 3,
    LARGE = 1 << 20,
    WRITE_MAX = 1 << 18
};

static uint8_t back[8192];
// Memory of a test that needs much: what is written, and what is read back. No part of the program, which is
// copied into each child.
static uint8_t *bytes;
static uint8_t *all_back;

static desc_t server(void) {
    return startup_descriptor("file");
}

static status_t create(const char *path, uint64_t kind, uint64_t token, uint64_t *number) {
    return file_create(server(), kind, token, path, strlen(path), number, nullptr, nullptr, limit());
}

static status_t remove(const char *path, uint64_t directory, uint64_t token) {
    return file_remove(server(), directory, token, path, strlen(path), limit());
}

static status_t rename(const char *path, const char *target) {
    return file_rename(server(), 0, path, strlen(path), target, strlen(target), limit());
}

static status_t open(const char *path, uint64_t *number) {
    return file_open(server(), path, strlen(path), number, nullptr, nullptr, limit());
}

static uint64_t size_of(uint64_t number) {
    uint64_t size = UINT64_MAX;
    OK(file_stat(server(), number, &size, nullptr, nullptr, limit()));
    return size;
}

static desc_t large_memory(void) {
    const uint64_t size = PAGES(LARGE / PAGE_SIZE + 1);
    desc_t memory = memory_at(AREA, 2 * size / PAGE_SIZE, MAP_READ | MAP_WRITE);
    bytes = (uint8_t *)(uintptr_t)AREA;
    all_back = bytes + size;
    for (size_t i = 0; i < LARGE; i++)
        bytes[i] = (uint8_t)random_next();
    return memory;
}

static void write_and_read(void) {
    uint64_t number = 0, at = 0, count = 0;
    if (!OK(create("/tmp/file", NEW_KIND, 0, &number)))
        return;
    OK(file_write(server(), number, 0, 0, "hello", 5, &at, limit()));
    OK(file_write(server(), number, UINT64_MAX, 0, "world", 5, &at, limit()));
    EQUAL(at, 5);
    OK(file_write(server(), number, 5000, 0, "end", 3, &at, limit()));
    EQUAL(size_of(number), 5003);
    OK(file_read(server(), number, 0, back, sizeof(back), &count, limit()));
    EQUAL(count, 5003);
    CHECK(memcmp(back, "helloworld", 10) == 0 && memcmp(back + 5000, "end", 3) == 0);
    for (size_t i = 10; i < 5000; i++) {
        if (back[i] != 0) {
            CHECK(back[i] == 0);
            break;
        }
    }
    OK(file_truncate(server(), number, 5, limit()));
    OK(file_truncate(server(), number, 8, limit()));
    OK(file_read(server(), number, 0, back, 100, &count, limit()));
    EQUAL(count, 8);
    CHECK(memcmp(back, "hello\0\0\0", 8) == 0);
    OK(file_read(server(), number, 8, back, 100, &count, limit()));
    EQUAL(count, 0);
    OK(create("/tmp/file", EMPTY_KIND, 0, &at));
    EQUAL(at, number);
    EQUAL(size_of(number), 0);
    OK(remove("/tmp/file", 0, 0));
}

// As much as goes in one call, from and to odd places.
static void large(void) {
    uint64_t number = 0, count = 0;
    desc_t memory = large_memory();
    OK(create("/tmp/large", FILE_KIND, 0, &number));
    for (uint64_t done = 0; done < LARGE; done += WRITE_MAX)
        OK(file_write(server(), number, done, 0, bytes + done, WRITE_MAX, nullptr, limit()));
    OK(file_read(server(), number, 0, all_back, LARGE, &count, limit()));
    EQUAL(count, LARGE);
    CHECK(memcmp(all_back, bytes, LARGE) == 0);
    OK(file_read(server(), number, 70001, all_back, 200003, &count, limit()));
    EQUAL(count, 200003);
    CHECK(memcmp(all_back, bytes + 70001, 200003) == 0);
    EXPECT(file_read(server(), number, 0, all_back, LARGE + 1, &count, limit()), STATUS_BAD_SIZE);
    EXPECT(file_write(server(), number, 0, 0, bytes, WRITE_MAX + 1, nullptr, limit()), STATUS_BAD_SIZE);
    OK(remove("/tmp/large", 0, 0));
    drop(memory);
}

static void names_and_folders(void) {
    uint64_t folder = 0, number = 0, other = 0, position = 0, length, entry, size, mode;
    char name[256];
    unsigned found = 0;
    OK(create("/tmp/d", DIRECTORY_KIND, 0, &folder));
    OK(create("/tmp/d/a", NEW_KIND, 0, &number));
    OK(rename("/tmp/d/a", "/tmp/d/b"));
    OK(open("/tmp/d/b", &other));
    EQUAL(other, number);
    EXPECT(open("/tmp/d/a", &other), STATUS_NOT_FOUND);
    OK(create("/tmp/d/a", NEW_KIND, 0, &other));
    while (file_list(server(), folder, position, name, sizeof(name), &length, &entry, &size, &mode, &position,
                     limit()) == STATUS_OK) {
        EQUAL(length, 1);
        CHECK((entry == number && name[0] == 'b') || (entry == other && name[0] == 'a'));
        found++;
    }
    EQUAL(found, 2);
    // A file replaces a file, and its number is gone for ever.
    OK(rename("/tmp/d/a", "/tmp/d/b"));
    EXPECT(file_stat(server(), number, &size, &mode, nullptr, limit()), STATUS_NOT_FOUND);
    OK(file_stat(server(), other, &size, &mode, nullptr, limit()));
    EXPECT(remove("/tmp/d", 1, 0), STATUS_NOT_EMPTY);
    OK(remove("/tmp/d/b", 0, 0));
    OK(remove("/tmp/d", 1, 0));
    EXPECT(
        file_list(server(), folder, 0, name, sizeof(name), &length, &entry, &size, &mode, &position, limit()),
        STATUS_NOT_FOUND);
    OK(create("/tmp/d", NEW_KIND, 0, &other));
    CHECK(other != folder && other != number);
    OK(remove("/tmp/d", 0, 0));
}

// ---- what is refused

static void refused_creates(void) {
    static const struct {
        const char *path;
        uint64_t kind;
        status_t status;
    } requests[] = {
        {"/tmp/f", NEW_KIND, STATUS_EXISTS},
        {"/tmp/f", DIRECTORY_KIND, STATUS_EXISTS},
        {"/tmp/d", DIRECTORY_KIND, STATUS_EXISTS},
        {"/tmp/d", FILE_KIND, STATUS_IS_DIRECTORY},
        {"/tmp/d", EMPTY_KIND, STATUS_IS_DIRECTORY},
        {"/tmp", FILE_KIND, STATUS_IS_DIRECTORY},
        {"/tmp", DIRECTORY_KIND, STATUS_EXISTS},
        {"/tmp/f/x", FILE_KIND, STATUS_NOT_DIRECTORY},
        {"/tmp/x/x", FILE_KIND, STATUS_NOT_FOUND},
        {"/tmp/x", 4, STATUS_BAD_REQUEST},
        {"/tmp/x", UINT64_MAX, STATUS_BAD_REQUEST},
        {"tmp/x", FILE_KIND, STATUS_BAD_NAME},
        {"/tmp/x/", FILE_KIND, STATUS_BAD_NAME},
        {"/tmp//x", FILE_KIND, STATUS_BAD_NAME},
        {"/tmp/.", FILE_KIND, STATUS_BAD_NAME},
        {"/tmp/..", FILE_KIND, STATUS_BAD_NAME},
        {"/x", FILE_KIND, STATUS_READ_ONLY},
        {"/etc/help", FILE_KIND, STATUS_READ_ONLY},
        {"/etc", DIRECTORY_KIND, STATUS_READ_ONLY},
        {"/nothing/x", FILE_KIND, STATUS_NOT_FOUND},
        {"/etc/help/x", FILE_KIND, STATUS_NOT_DIRECTORY},
    };
    for (size_t i = 0; i < array_length(requests); i++) {
        uint64_t number;
        EXPECT(create(requests[i].path, requests[i].kind, 0, &number), requests[i].status);
    }
}

static void refused_removes_and_renames(void) {
    static const struct {
        const char *path;
        const char *target; // nullptr: remove a file; "": a folder
        status_t status;
    } requests[] = {
        {"/tmp/d", nullptr, STATUS_IS_DIRECTORY},
        {"/tmp/f", "", STATUS_NOT_DIRECTORY},
        {"/tmp/d", "", STATUS_NOT_EMPTY},
        {"/tmp/x", nullptr, STATUS_NOT_FOUND},
        {"/tmp/f/x", nullptr, STATUS_NOT_DIRECTORY},
        {"/tmp", "", STATUS_READ_ONLY},
        {"/etc/help", nullptr, STATUS_READ_ONLY},
        {"/nothing", nullptr, STATUS_NOT_FOUND},
        {"x", nullptr, STATUS_BAD_NAME},
        {"/tmp/x", "/tmp/y", STATUS_NOT_FOUND},
        {"/tmp/d", "/tmp/d/e/x", STATUS_IN_ITSELF},
        {"/tmp/f", "/tmp/d", STATUS_EXISTS},
        {"/tmp/d", "/tmp/f", STATUS_NOT_DIRECTORY},
        {"/tmp/f", "/tmp/x/y", STATUS_NOT_FOUND},
        {"/tmp/f", "/tmp/f/y", STATUS_NOT_DIRECTORY},
        {"/tmp/f", "/etc/x", STATUS_READ_ONLY},
        {"/etc/help", "/tmp/x", STATUS_READ_ONLY},
        {"/tmp", "/tmp/x", STATUS_READ_ONLY},
        {"/tmp/f", "/tmp/../x", STATUS_BAD_NAME},
        {"/tmp/f", "/tmp", STATUS_READ_ONLY},
    };
    for (size_t i = 0; i < array_length(requests); i++) {
        const char *target = requests[i].target;
        status_t status = target != nullptr && target[0] != 0
                              ? rename(requests[i].path, target)
                              : remove(requests[i].path, target != nullptr, 0);
        if (!EXPECT(status, requests[i].status))
            note("%s %s", requests[i].path, target != nullptr ? target : "");
    }
    EXPECT(file_remove(server(), 2, 0, "/tmp/f", 6, limit()), STATUS_BAD_REQUEST);
}

static void refused_numbers(uint64_t folder) {
    static const uint64_t nothing[] = {4095, 1ULL << 40, UINT64_MAX, 0xffff, 1ULL << 63};
    uint64_t help = 0, count;
    for (size_t i = 0; i < array_length(nothing); i++) {
        EXPECT(file_stat(server(), nothing[i], nullptr, nullptr, nullptr, limit()), STATUS_NOT_FOUND);
        EXPECT(file_read(server(), nothing[i], 0, back, 1, &count, limit()), STATUS_NOT_FOUND);
        EXPECT(file_write(server(), nothing[i], 0, 0, "x", 1, &count, limit()), STATUS_NOT_FOUND);
        EXPECT(file_truncate(server(), nothing[i], 0, limit()), STATUS_NOT_FOUND);
    }
    OK(open("/etc/help", &help));
    EXPECT(file_write(server(), help, 0, 0, "x", 1, &count, limit()), STATUS_READ_ONLY);
    EXPECT(file_truncate(server(), help, 0, limit()), STATUS_READ_ONLY);
    EXPECT(file_write(server(), 0, 0, 0, "x", 1, &count, limit()), STATUS_IS_DIRECTORY);
    EXPECT(file_write(server(), folder, 0, 0, "x", 1, &count, limit()), STATUS_IS_DIRECTORY);
    EXPECT(file_truncate(server(), folder, 0, limit()), STATUS_IS_DIRECTORY);
    EXPECT(file_read(server(), folder, 0, back, 1, &count, limit()), STATUS_IS_DIRECTORY);
}

static void refused_ranges(uint64_t number) {
    void *nowhere = (void *)(uintptr_t)AREA;
    static char path[1025] = "/tmp/";
    static char name[300] = "/tmp/";
    uint64_t count, length, entry, size, mode, next, root = 0;
    memset(path + 5, 'x', sizeof(path) - 5);
    memset(name + 5, 'x', sizeof(name) - 5);
    for (size_t i = 5 + 255; i < sizeof(path); i += 256)
        path[i] = '/';
    EXPECT(file_create(server(), 0, 0, path, 1025, nullptr, nullptr, nullptr, limit()), STATUS_BAD_SIZE);
    EXPECT(file_create(server(), 0, 0, path, 1023, nullptr, nullptr, nullptr, limit()), STATUS_NOT_FOUND);
    EXPECT(file_create(server(), 0, 0, path, 0, nullptr, nullptr, nullptr, limit()), STATUS_BAD_SIZE);
    EXPECT(file_create(server(), 0, 0, name, 5 + 256, nullptr, nullptr, nullptr, limit()), STATUS_BAD_NAME);
    EXPECT(file_create(server(), 0, 0, nowhere, 8, nullptr, nullptr, nullptr, limit()), STATUS_LENT_FAULT);
    EXPECT(file_remove(server(), 0, 0, nowhere, 8, limit()), STATUS_LENT_FAULT);
    EXPECT(file_rename(server(), 0, "/tmp/f", 6, nowhere, 8, limit()), STATUS_LENT_FAULT);
    EXPECT(file_rename(server(), 0, "/tmp/f", 6, path, 0, limit()), STATUS_BAD_SIZE);
    // Refused whole: not even what could be read was written.
    EXPECT(file_write(server(), number, UINT64_MAX, 0, nowhere, 100, &count, limit()), STATUS_LENT_FAULT);
    EQUAL(size_of(number), 4);
    EXPECT(file_read(server(), number, 0, nowhere, 4, &count, limit()), STATUS_LENT_FAULT);
    OK(open("/tmp", &root));
    EXPECT(file_list(server(), root, 0, nowhere, 256, &length, &entry, &size, &mode, &next, limit()),
           STATUS_LENT_FAULT);
    EXPECT(file_list(server(), root, 0, back, 255, &length, &entry, &size, &mode, &next, limit()),
           STATUS_BAD_SIZE);
    EXPECT(file_list(server(), root, UINT64_MAX, back, 256, &length, &entry, &size, &mode, &next, limit()),
           STATUS_NOTHING_LEFT);
    EXPECT(file_list(server(), number, 0, back, 256, &length, &entry, &size, &mode, &next, limit()),
           STATUS_NOT_DIRECTORY);
    EXPECT(file_write(server(), number, UINT64_MAX - 1, 0, "xx", 2, &count, limit()), STATUS_NO_SPACE);
    EXPECT(file_write(server(), number, 1ULL << 40, 0, "xx", 2, &count, limit()), STATUS_NO_SPACE);
    EXPECT(file_truncate(server(), number, UINT64_MAX, limit()), STATUS_NO_SPACE);
    EQUAL(size_of(number), 4);
}

// Each operation's message with words, ranges and descriptors that it does not have.
static void refused_messages(void) {
    for (uint32_t label = FILE_OPEN; label <= FILE_SPACE; label++) {
        for (uint64_t ranges = 0; ranges <= 2; ranges++) {
            uint64_t words[MESSAGE_WORDS];
            for (size_t i = 0; i < MESSAGE_WORDS; i++)
                words[i] = UINT64_MAX;
            for (size_t i = 0; i < ranges; i++)
                message_page()->lend[i] =
                    (struct message_range){(uintptr_t)back, 300, RANGE_READ | RANGE_WRITE};
            EXPECT(ts_call_send(server(), label | ranges << HEADER_RANGES_SHIFT, limit(), words, 0, 0,
                                nullptr, nullptr),
                   STATUS_BAD_REQUEST);
        }
    }
}

static void refused(void) {
    uint64_t folder = 0, inner = 0, number = 0, at;
    OK(create("/tmp/f", NEW_KIND, 0, &number));
    OK(file_write(server(), number, 0, 0, "four", 4, &at, limit()));
    OK(create("/tmp/d", DIRECTORY_KIND, 0, &folder));
    OK(create("/tmp/d/e", DIRECTORY_KIND, 0, &inner));
    refused_creates();
    refused_removes_and_renames();
    refused_numbers(folder);
    refused_ranges(number);
    refused_messages();
    OK(remove("/tmp/d/e", 1, 0));
    OK(remove("/tmp/d", 1, 0));
    OK(remove("/tmp/f", 0, 0));
}

// ---- requests that are made again

static void tokens(void) {
    static uint64_t token = 1ULL << 50; // far from those of user/lib
    uint64_t number = 0, other = 0, at = 0;
    OK(create("/tmp/t", NEW_KIND, ++token, &number));
    OK(create("/tmp/t", NEW_KIND, token, &other));
    EQUAL(other, number);
    EXPECT(create("/tmp/t", NEW_KIND, ++token, &other), STATUS_EXISTS);
    for (unsigned i = 0; i < 3; i++)
        OK(file_write(server(), number, UINT64_MAX, token, "once", 4, &at, limit()));
    EQUAL(at, 0);
    EQUAL(size_of(number), 4);
    OK(file_write(server(), number, UINT64_MAX, ++token, "more", 4, &at, limit()));
    EQUAL(at, 4);
    OK(remove("/tmp/t", 0, ++token));
    OK(remove("/tmp/t", 0, token));
    EXPECT(remove("/tmp/t", 0, ++token), STATUS_NOT_FOUND);
}

// ---- limits

static uint64_t program_run(const char *const *arguments, size_t count) {
    uint64_t process = 0, status = UINT64_MAX, reason;
    if (OK(process_spawn("/", count, (char *const *)arguments, &process)))
        OK(process_wait(process, &status, &reason));
    return status;
}

// This client is full; another program writes, this one reads, and has space again when it removes its own.
static void a_limit_is_one_clients(void) {
    static const char *const copy[] = {"cp", "/bin/cp", "/tmp/other"};
    static const char *const clear[] = {"rm", "/tmp/other"};
    uint64_t number = 0, total, free, own, most, left, names, count;
    status_t status = STATUS_OK;
    desc_t memory = large_memory();
    OK(create("/tmp/full", NEW_KIND, 0, &number));
    while (status == STATUS_OK)
        status = file_write(server(), number, UINT64_MAX, 0, bytes, 65536, nullptr, limit());
    EXPECT(status, STATUS_NO_SPACE);
    OK(file_space(server(), &total, &free, &own, &most, &left, &names, limit()));
    CHECK(own <= most && own + 16 > most && most <= total / 4 && free >= total / 2);
    EQUAL(program_run(copy, array_length(copy)), 0);
    EXPECT(file_write(server(), number, UINT64_MAX, 0, bytes, 65536, nullptr, limit()), STATUS_NO_SPACE);
    OK(file_read(server(), number, 0, back, 1000, &count, limit()));
    EQUAL(count, 1000);
    EQUAL(program_run(clear, array_length(clear)), 0);
    OK(remove("/tmp/full", 0, 0));
    OK(file_space(server(), &total, &free, &own, &most, &left, &names, limit()));
    EQUAL(own, 0);
    drop(memory);
}

static uint64_t left_behind(void) {
    uint64_t left = UINT64_MAX;
    OK(file_space(server(), nullptr, nullptr, nullptr, nullptr, &left, nullptr, limit()));
    return left;
}

// The server hears of an end a little later than we do.
static bool left_becomes(uint64_t blocks) {
    for (int i = 0; i < 500; i++) {
        if (left_behind() == blocks)
            return true;
        sleep_until(clock_now() + 10'000'000);
    }
    return false;
}

// What a program has made counts for the pot when it has ended, until somebody removes it.
static void ended_programs_leave_theirs_to_the_pot(void) {
    static const char *const copy[] = {"cp", "/bin/cp", "/tmp/left"};
    const uint64_t before = left_behind();
    uint64_t number = 0;
    EQUAL(program_run(copy, array_length(copy)), 0);
    if (OK(open("/tmp/left", &number)))
        CHECK(left_becomes(before + (size_of(number) + PAGE_SIZE - 1) / PAGE_SIZE));
    OK(remove("/tmp/left", 0, 0));
    EQUAL(left_behind(), before);
}

static void names_have_a_limit(void) {
    char path[32];
    uint64_t number;
    unsigned made = 0;
    status_t status = STATUS_OK;
    for (; status == STATUS_OK && made < 10000; made++) {
        format_buffer(path, sizeof(path), "/tmp/%u", made);
        status = create(path, NEW_KIND, 0, &number);
    }
    EXPECT(status, STATUS_NO_SPACE);
    CHECK(made > 100);
    for (unsigned i = 0; i + 1 < made; i++) {
        format_buffer(path, sizeof(path), "/tmp/%u", i);
        OK(remove(path, 0, 0));
    }
}

// ---- the server's death

static uint64_t server_number(void) {
    struct process_record record = {};
    while (init_list(startup_descriptor("init"), record.number, &record, sizeof(record), limit()) ==
           STATUS_OK) {
        if (record.service && record.state == PROCESS_RUNNING && strcmp(record.name, "file") == 0)
            return record.number;
    }
    return 0;
}

static void killed_server(void) {
    struct file file;
    uint64_t number = 0;
    size_t count = 0;
    desc_t memory = large_memory();
    OK(fs_create("/tmp/kept", FILE_CREATE_NEW, &file));
    OK(fs_write(&file, 0, bytes, 300000));
    OK(init_kill(startup_descriptor("init"), server_number(), limit()));
    OK(fs_append(&file, bytes + 300000, 300000));
    OK(open("/tmp/kept", &number));
    EQUAL(number, file.number);
    OK(fs_read(&file, 0, all_back, LARGE, &count));
    EQUAL(count, 600000);
    CHECK(memcmp(all_back, bytes, 600000) == 0);
    OK(fs_remove("/tmp/kept", false));
    drop(memory);
}

static const struct test tests[] = {
    {"write_and_read", write_and_read},
    {"large", large},
    {"names_and_folders", names_and_folders},
    {"refused", refused},
    {"tokens", tokens},
    {"a_limit_is_one_clients", a_limit_is_one_clients},
    {"ended_programs_leave_theirs_to_the_pot", ended_programs_leave_theirs_to_the_pot},
    {"names_have_a_limit", names_have_a_limit},
    {"killed_server", killed_server},
};
GROUP(files, tests);
