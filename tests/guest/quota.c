// SPDX-License-Identifier: MIT
//
// Quotas: carving and return, the tree as it is reported. What happens at their limits: exhaustion.c.

#include "lib/child.h"

static void quota_is_carved(void) {
    struct quota_info before = own_quota(), info = {};
    struct limits limits = child_limits();
    struct child child;
    limits.weight = 77;
    limits.priority = 3;
    if (!OK(child_create(&child, &limits)))
        return;
    struct quota_info with = own_quota();
    EQUAL(with.bytes_carved - before.bytes_carved, limits.bytes);
    EQUAL(with.bytes_used - before.bytes_used, limits.bytes);
    EQUAL(with.records_used[RECORD_THREAD] - before.records_used[RECORD_THREAD],
          limits.records[RECORD_THREAD]);
    OK(ts_process_quota(child.process, &info, sizeof(info)));
    EQUAL(info.bytes_limit, limits.bytes);
    EQUAL(info.weight, 77);
    EQUAL(info.priority, 3);
    EQUAL(info.parent, before.serial);
    desc_t thread = SELF;
    uint64_t message;
    EXPECT(ts_thread_create(child.process, 4, &thread, &message), STATUS_BAD_VALUE);
    child_drop(&child);
}

static void quota_tree(void) {
    struct child child;
    struct quota_info own = own_quota(), info = {};
    bool own_found = false, child_found = false;
    if (!OK(child_create(&child, nullptr)))
        return;
    struct quota_info of_child = {};
    OK(ts_process_quota(child.process, &of_child, sizeof(of_child)));
    uint64_t after = 0, count = 0;
    status_t status;
    while ((status = ts_quota_inspect(root_quota, after, &info, sizeof(info))) == STATUS_OK &&
           count++ < 1000) {
        CHECK(info.serial > after);
        CHECK(info.bytes_used <= info.bytes_limit);
        own_found |= info.serial == own.serial;
        child_found |= info.serial == of_child.serial && info.parent == own.serial;
        after = info.serial;
    }
    EXPECT(status, STATUS_NOTHING_LEFT);
    EXPECT(ts_quota_inspect(root_quota, UINT64_MAX, &info, sizeof(info)), STATUS_NOTHING_LEFT);
    CHECK(own_found && child_found && count >= 8);
    child_drop(&child);
}

static const struct test tests[] = {
    {"a quota is carved and comes back", quota_is_carved},
    {"the tree of quotas", quota_tree},
};
GROUP(quota, tests);
