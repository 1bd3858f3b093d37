// SPDX-License-Identifier: MIT
//
// cat: prints files, or what is typed.

#include <manual/cat.h>
#include <user/source.h>

enum { CHUNK = 32768 };

static char chunk[CHUNK];

// What is typed is shown at once.
static bool file_copy(const char *path) {
    struct source source;
    size_t count = 1;
    if (!source_open(&source, path))
        return false;
    while (count > 0) {
        if (!source_read(&source, chunk, sizeof(chunk), &count))
            return false;
        print_bytes(chunk, count);
        print_flush();
    }
    return true;
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    bool good = operands > 0 || file_copy(nullptr);
    for (size_t i = 0; i < operands; i++)
        good = file_copy(arguments[i]) && good;
    return good ? 0 : 1;
}
