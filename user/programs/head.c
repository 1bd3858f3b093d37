// SPDX-License-Identifier: MIT
//
// head: prints the beginning of files.

#include <manual/head.h>
#include <user/source.h>

enum { CHUNK = 16384 };

static char chunk[CHUNK];
static uint64_t limit = 10;

// How many bytes of a chunk still belong to the beginning; what is left is counted down.
static size_t wanted(size_t length, uint64_t *left) {
    if (option_bytes != nullptr) {
        size_t count = min_u64(length, *left);
        *left -= count;
        return count;
    }
    for (size_t i = 0; i < length; i++) {
        if (chunk[i] == '\n' && --*left == 0)
            return i + 1;
    }
    return length;
}

static bool file_print(const char *path) {
    struct source source;
    uint64_t left = limit;
    size_t count = 1;
    if (!source_open(&source, path))
        return false;
    while (left > 0 && count > 0) {
        if (!source_read(&source, chunk, sizeof(chunk), &count))
            return false;
        print_bytes(chunk, wanted(count, &left));
    }
    return true;
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    if (!number_option(option_bytes != nullptr ? option_bytes : option_lines, &limit))
        return EXIT_USAGE;
    return sources_show(operands, arguments, file_print) ? 0 : 1;
}
