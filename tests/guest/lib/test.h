// SPDX-License-Identifier: MIT
//
// Tests in user space of the running system. A test is a function; it fails by a CHECK that does not hold,
// goes on all the same, and must give back all that it took: after each test the quota and the descriptor
// table of the test program are compared with what they were before. Only the main thread checks and prints;
// tasks and children tell it through `shared`.

#ifndef GUEST_TEST_H
#define GUEST_TEST_H

#include <abi/constants.h>
#include <abi/objects.h>
#include <base/types.h>
#include <tessera/syscalls.h>
#include "shared.h"

struct test {
    const char *name;
    void (*run)(void);
};

struct group {
    const char *name;
    const struct test *tests;
    size_t count;
};

#define GROUP(NAME, TESTS)                                                                                   \
    extern const struct group group_##NAME;                                                                  \
    const struct group group_##NAME = {#NAME, TESTS, array_length(TESTS)}

bool check_at(bool holds, const char *file, int line, const char *text);
bool check_status_at(status_t status, status_t expected, const char *file, int line, const char *text);
bool check_equal_at(uint64_t value, uint64_t expected, const char *file, int line, const char *text);

// Each gives whether it holds.
#define CHECK(CONDITION)       check_at((CONDITION), __FILE_NAME__, __LINE__, #CONDITION)
#define EXPECT(CALL, STATUS)   check_status_at((CALL), (STATUS), __FILE_NAME__, __LINE__, #CALL)
#define OK(CALL)               EXPECT(CALL, STATUS_OK)
#define EQUAL(VALUE, EXPECTED) check_equal_at((VALUE), (EXPECTED), __FILE_NAME__, __LINE__, #VALUE)

// A remark in the output.
[[gnu::format(printf, 1, 2)]] void note(const char *format, ...);
// Counts this test as skipped.
[[gnu::format(printf, 1, 2)]] void skip(const char *format, ...);

// ---- what tests work with

#define SELF         ((desc_t){DESCRIPTOR_NONE})
#define PAGES(COUNT) ((uint64_t)(COUNT) * PAGE_SIZE)

// Deadlines: far longer than anything takes, so that only a hang meets them; and one that has passed.
#define LIMIT_NS 20'000'000'000ULL
uint64_t limit(void);
uint64_t soon(uint64_t nanoseconds);
#define PAST 1ULL

// Addresses of a test's own mappings; nothing else is there.
#define AREA 0x200000000000ULL

extern desc_t platform;   // all of the platform
extern desc_t root_quota; // right audit

// Each fails the test and gives no descriptor when the call fails.
desc_t memory_make(uint64_t pages);
desc_t endpoint_make(uint64_t places);
desc_t notification_make(void);
desc_t reply_make(void);
desc_t weak_of(desc_t descriptor);
desc_t clone_of(desc_t descriptor, uint64_t rights);
// A new memory object mapped at `address`.
desc_t memory_at(uint64_t address, uint64_t pages, uint64_t flags);
// Released; the test fails if that is refused.
void drop(desc_t descriptor);

struct descriptor_info info_of(desc_t descriptor);
struct quota_info own_quota(void);

// A generator of numbers whose seed the output names.
uint64_t random_next(void);
uint64_t random_below(uint64_t limit);

// A size that is not the argument of the program, for tests that repeat something; `name` on the command line
// as NAME=NUMBER replaces it.
uint64_t option_number(const char *name, uint64_t usual);

#endif
