// SPDX-License-Identifier: MIT
//
// tail: prints the end of files. What may still be the end is kept while reading, nothing more.

#include <manual/tail.h>
#include <base/string.h>
#include <user/heap.h>
#include <user/source.h>

enum { CHUNK = 16384 };

static uint64_t limit = 10;

struct keeper {
    char *bytes;
    size_t size;
    size_t start; // the end of the file, as far as it was read, is [start, end)
    size_t end;
    uint64_t newlines; // in it
};

static bool room_make(struct keeper *keeper) {
    if (keeper->start > keeper->size / 2) {
        memmove(keeper->bytes, keeper->bytes + keeper->start, keeper->end - keeper->start);
        keeper->end -= keeper->start;
        keeper->start = 0;
    }
    if (keeper->size - keeper->end >= CHUNK)
        return true;
    size_t size = keeper->size > 0 ? 2 * keeper->size : (size_t)4 * CHUNK;
    char *bytes = heap_resize(keeper->bytes, size);
    if (bytes == nullptr) {
        print_error("%s", status_text(STATUS_NO_QUOTA));
        return false;
    }
    keeper->bytes = bytes;
    keeper->size = size;
    return true;
}

// Whether the first line that is kept is one too many: a last line without a newline counts, too.
static bool one_too_many(const struct keeper *keeper) {
    bool open = keeper->end > keeper->start && keeper->bytes[keeper->end - 1] != '\n';
    return keeper->newlines + open > limit;
}

static void trim(struct keeper *keeper) {
    if (option_bytes != nullptr) {
        size_t length = keeper->end - keeper->start;
        keeper->start += length - min_u64(length, limit);
        return;
    }
    while (keeper->start < keeper->end && one_too_many(keeper)) {
        const char *from = keeper->bytes + keeper->start;
        const char *newline = memchr(from, '\n', keeper->end - keeper->start);
        size_t length = newline != nullptr ? (size_t)(newline - from) + 1 : keeper->end - keeper->start;
        keeper->start += length;
        keeper->newlines -= newline != nullptr;
    }
}

static bool file_keep(struct keeper *keeper, struct source *source) {
    for (;;) {
        size_t count = 0;
        if (!room_make(keeper) || !source_read(source, keeper->bytes + keeper->end, CHUNK, &count))
            return false;
        for (size_t i = 0; i < count; i++)
            keeper->newlines += keeper->bytes[keeper->end + i] == '\n';
        keeper->end += count;
        trim(keeper);
        if (count == 0)
            return true;
    }
}

static bool file_print(const char *path) {
    struct keeper keeper = {};
    struct source source;
    bool good = source_open(&source, path) && file_keep(&keeper, &source);
    if (good)
        print_bytes(keeper.bytes + keeper.start, keeper.end - keeper.start);
    print_flush();
    if (keeper.bytes != nullptr)
        heap_free(keeper.bytes);
    return good;
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    if (!number_option(option_bytes != nullptr ? option_bytes : option_lines, &limit))
        return EXIT_USAGE;
    return sources_show(operands, arguments, file_print) ? 0 : 1;
}
