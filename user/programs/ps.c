// SPDX-License-Identifier: MIT
//
// ps: lists processes.

#include <abi/constants.h>
#include <manual/ps.h>
#include <protocols/init.h>
#include <user/process_record.h>
#include <user/program.h>

static void record_print(const struct process_record *record) {
    print("%5llu %5llu %-8s %8llu %8llu %3llu %5llu %6llu.%03llu %s\n", (unsigned long long)record->number,
          (unsigned long long)record->parent,
          record->state == PROCESS_ENDED ? "ended"
          : record->service              ? "service"
                                         : "running",
          (unsigned long long)record->bytes_used / 1024, (unsigned long long)record->bytes_limit / 1024,
          (unsigned long long)record->threads, (unsigned long long)record->descriptors,
          (unsigned long long)(record->cpu_time / 1'000'000'000),
          (unsigned long long)(record->cpu_time / 1'000'000 % 1000), record->name);
}

int main(int count, char **arguments) {
    (void)options_take(&usage, count, arguments);
    struct process_record record = {};
    status_t status;
    print("  PID  PPID STATE      USED K  LIMIT K THR DESCS       CPU NAME\n");
    while ((status = init_list(startup_descriptor("init"), record.number, &record, sizeof(record),
                               DEADLINE_NONE)) == STATUS_OK)
        record_print(&record);
    if (status != STATUS_NOTHING_LEFT)
        fail("%s", status_text(status));
    return 0;
}
