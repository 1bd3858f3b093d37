// SPDX-License-Identifier: MIT
//
// tee: copies its input to its output and to files.

#include <manual/tee.h>
#include <user/fs.h>

enum { CHUNK = 16384, FILES_MAX = 64 };

static char chunk[CHUNK];

// A file that failed gets nothing more; the others go on.
struct target {
    const char *path;
    struct file file;
    bool good;
};

static bool report(struct target *target, status_t status) {
    target->good = status_report(target->path, status);
    return target->good;
}

static bool target_open(struct target *target, const char *path) {
    target->path = path;
    status_t status = fs_create(path, option_append ? FILE_CREATE_OPEN : FILE_CREATE_EMPTY, &target->file);
    if (status == STATUS_OK && target->file.is_directory)
        status = STATUS_IS_DIRECTORY;
    return report(target, status);
}

static bool copy(struct target *targets, size_t count) {
    bool good = true;
    for (;;) {
        size_t length;
        if (!status_report("input", input_read(chunk, sizeof(chunk), &length)))
            return false;
        if (length == 0)
            return good;
        for (size_t i = 0; i < count; i++) {
            if (targets[i].good)
                good = report(&targets[i], fs_append(&targets[i].file, chunk, length)) && good;
        }
        print_bytes(chunk, length);
        print_flush();
    }
}

int main(int count, char **arguments) {
    static struct target targets[FILES_MAX];
    size_t operands = options_take(&usage, count, arguments);
    bool good = true;
    if (operands > FILES_MAX) {
        print_error("more than %d files", FILES_MAX);
        return EXIT_USAGE;
    }
    for (size_t i = 0; i < operands; i++)
        good = target_open(&targets[i], arguments[i]) && good;
    return copy(targets, operands) && good ? 0 : 1;
}
