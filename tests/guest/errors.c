// SPDX-License-Identifier: MIT
//
// The last word of a full run: each error that abi/syscalls.toml documents for a call has come back from it
// at least once, and none that is not documented has. What no test can provoke stands below with its reason.

#include "lib/groups.h"
#include <badargs/badargs.h>
#include <user/program.h>

static const struct {
    uint64_t call;
    status_t error;
    const char *reason;
} exceptions[] = {
    {SYSCALL_ENTROPY_READ, STATUS_NOT_SEEDED, "the kernel seeds its generator before init starts"},
    {SYSCALL_PORT_READ, STATUS_NOT_HERE, "this architecture has ports"},
    {SYSCALL_PORT_WRITE, STATUS_NOT_HERE, "this architecture has ports"},
};

static const char *reason_of(uint64_t call, status_t error) {
    for (size_t i = 0; i < array_length(exceptions); i++) {
        if (exceptions[i].call == call && exceptions[i].error == error)
            return exceptions[i].reason;
    }
    return nullptr;
}

static bool seen(uint64_t call, int status) {
    return SHARED->seen[call][-status] != 0;
}

static void documented_errors(void) {
    unsigned pairs = 0, occurred = 0;
    for (size_t i = 0; i < grammar_call_count; i++) {
        const struct grammar_call *call = &grammar_calls[i];
        print("# %s:", call->name);
        for (unsigned j = 0; j < call->error_count; j++) {
            status_t error = (status_t)call->errors[j];
            bool came = seen(call->number, error);
            print(" %s%s", came ? "" : "NOT ", status_name(error));
            pairs++;
            occurred += came;
        }
        print("\n");
        for (unsigned j = 0; j < call->error_count; j++) {
            status_t error = (status_t)call->errors[j];
            const char *reason = reason_of(call->number, error);
            if (reason != nullptr)
                note("%s: %s is not expected: %s", call->name, status_name(error), reason);
            else if (!CHECK(seen(call->number, error)))
                note("%s: %s never came", call->name, status_name(error));
        }
    }
    note("%u of %u pairs of call and error occurred", occurred, pairs);
}

static void no_other_errors(void) {
    for (size_t i = 0; i < grammar_call_count; i++) {
        for (int status = -1; status > -SHARED_STATUSES; status--) {
            if (seen(grammar_calls[i].number, status) && !CHECK(grammar_allows(&grammar_calls[i], status)))
                note("%s: %s came and is not documented", grammar_calls[i].name,
                     status_name((status_t)status));
        }
    }
}

static const struct test tests[] = {
    {"each documented error of each call occurred", documented_errors},
    {"no error occurred that is not documented", no_other_errors},
};
GROUP(errors, tests);
