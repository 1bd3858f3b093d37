// SPDX-License-Identifier: MIT
//
// ls: lists folders.

#include <base/string.h>
#include <user/fs.h>
#include <user/program.h>

static bool flag_long;

static void entry_print(const char *name, const struct file *file) {
    const char *mark = file->is_directory ? "/" : "";
    if (flag_long) {
        print("%04o %10llu %s%s\n", file->mode, (unsigned long long)file->size, name, mark);
    } else {
        print("%s%s\n", name, mark);
    }
}

static status_t folder_print(const struct file *folder) {
    static struct directory_entry entry;
    uint64_t position = 0;
    status_t status;
    while ((status = fs_list(folder, &position, &entry)) == STATUS_OK)
        entry_print(entry.name, &entry.file);
    return status == STATUS_NOTHING_LEFT ? STATUS_OK : status;
}

static bool path_print(const char *path, bool heading) {
    struct file file;
    status_t status = fs_open(path, &file);
    if (status == STATUS_OK && !file.is_directory) {
        entry_print(path, &file);
        return true;
    }
    if (status == STATUS_OK && heading)
        print("%s:\n", path);
    if (status == STATUS_OK)
        status = folder_print(&file);
    if (status != STATUS_OK)
        print_error("%s: %s", path, status_text(status));
    return status == STATUS_OK;
}

int main(int count, char **arguments) {
    static const struct option options[] = {{'l', "with permissions and size", &flag_long}, {}};
    static const struct usage usage = {
        .name = "ls",
        .operands = "[PATH...]",
        .summary = "Lists folders; without a path, the working directory.",
        .options = options,
        .operands_max = OPERANDS_UNLIMITED,
        .options_anywhere = true,
    };
    size_t operands = options_take(&usage, count, arguments);
    if (operands == 0)
        return path_print(".", false) ? 0 : 1;
    bool good = true;
    for (size_t i = 0; i < operands; i++)
        good = path_print(arguments[i], operands > 1) && good;
    return good ? 0 : 1;
}
