// SPDX-License-Identifier: MIT
//
// mem: who holds how much memory.

#include <abi/constants.h>
#include <abi/objects.h>
#include <manual/mem.h>
#include <protocols/init.h>
#include <user/process_record.h>
#include <user/program.h>

static void quota_print(const char *name, const struct quota_info *info) {
    print("%-12s %10llu %10llu %10llu\n", name, (unsigned long long)info->bytes_used / 1024,
          (unsigned long long)info->bytes_carved / 1024, (unsigned long long)info->bytes_limit / 1024);
    for (size_t i = 0; option_records && i < RECORD_COUNT; i++) {
        if (info->records_limit[i] > 0)
            print("    %-12s %6u of %6u\n", record_type_name((uint32_t)i), info->records_used[i],
                  info->records_limit[i]);
    }
}

static status_t quota_get(uint64_t process, struct quota_info *info, uint64_t *total) {
    return init_quota(startup_descriptor("init"), process, info, sizeof(*info), total, DEADLINE_NONE);
}

int main(int count, char **arguments) {
    (void)options_take(&usage, count, arguments);
    struct quota_info info = {};
    uint64_t total = 0;
    status_t status = quota_get(0, &info, &total);
    if (status != STATUS_OK)
        fail("%s", status_text(status));
    print("%llu KiB of usable memory\n", (unsigned long long)total / 1024);
    print("QUOTA            USED K   CARVED K    LIMIT K\n");
    quota_print("(root)", &info);
    struct process_record record = {};
    while ((status = init_list(startup_descriptor("init"), record.number, &record, sizeof(record),
                               DEADLINE_NONE)) == STATUS_OK) {
        if (quota_get(record.number, &info, nullptr) == STATUS_OK)
            quota_print(record.name, &info);
    }
    if (status != STATUS_NOTHING_LEFT)
        fail("%s", status_text(status));
    return 0;
}
