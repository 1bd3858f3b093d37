// SPDX-License-Identifier: MIT
//
// descs: what a process holds.

#include <abi/constants.h>
#include <abi/objects.h>
#include <manual/descs.h>
#include <protocols/init.h>
#include <user/program.h>

static const char *kind_name(uint32_t kind) {
    static const char *const names[] = {"?", "strong", "weak", "borrowed", "arrived", "sent"};
    return names[kind < array_length(names) ? kind : 0];
}

static void entry_print(const struct table_entry *entry) {
    print("%#14llx %-12s %-8s %6llu ", (unsigned long long)entry->descriptor, object_type_name(entry->type),
          kind_name(entry->kind), (unsigned long long)entry->serial);
    for (unsigned bit = 0; bit < 16; bit++) {
        const char *name = object_right_name(entry->type, bit);
        if (entry->rights >> bit & 1)
            print(" %s", name != nullptr ? name : "?");
    }
    print("\n");
}

int main(int count, char **arguments) {
    static struct table_entry entries[TABLE_LIST_MAX];
    (void)options_take(&usage, count, arguments);
    uint64_t process, index = 0;
    if (!number_parse(arguments[0], &process)) {
        print_error("'%s' is no process number", arguments[0]);
        return EXIT_USAGE;
    }
    print("    DESCRIPTOR OBJECT       KIND     SERIAL  RIGHTS\n");
    while (index < DESCRIPTORS_PER_PROCESS) {
        uint64_t filled = 0;
        status_t status = init_descriptors(startup_descriptor("init"), process, index, entries,
                                           sizeof(entries), &filled, &index, DEADLINE_NONE);
        if (status != STATUS_OK)
            fail("%s: %s", arguments[0],
                 status == STATUS_NOT_FOUND ? "no such process" : status_text(status));
        for (uint64_t i = 0; i < filled; i++)
            entry_print(&entries[i]);
    }
    return 0;
}
