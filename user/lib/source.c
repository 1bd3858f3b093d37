// SPDX-License-Identifier: MIT
//
// See user/source.h.

#include <user/source.h>
#include <base/string.h>
#include <user/heap.h>
#include <user/program.h>

enum { LINES_STEP = 16384 };

bool source_open(struct source *source, const char *path) {
    bool is_file = path != nullptr && strcmp(path, "-") != 0;
    *source = (struct source){.name = is_file ? path : "input", .is_file = is_file};
    if (!is_file)
        return true;
    status_t status = fs_open(path, &source->file);
    if (status == STATUS_OK && source->file.is_directory)
        status = STATUS_IS_DIRECTORY;
    return status_report(source->name, status);
}

bool source_read(struct source *source, void *buffer, size_t size, size_t *count) {
    status_t status = source->is_file ? fs_read(&source->file, source->offset, buffer, size, count)
                                      : input_read(buffer, size, count);
    if (status == STATUS_OK)
        source->offset += *count;
    return status_report(source->name, status);
}

bool sources_show(size_t count, char **paths, bool (*show)(const char *path)) {
    bool good = count > 0 || show(nullptr);
    for (size_t i = 0; i < count; i++) {
        if (count > 1)
            print("%s==> %s <==\n", i > 0 ? "\n" : "", paths[i]);
        good = show(paths[i]) && good;
    }
    return good;
}

// Room for another step behind what is there.
static bool room_make(struct lines *lines) {
    if (lines->start > 0) {
        memmove(lines->bytes, lines->bytes + lines->start, lines->end - lines->start);
        lines->end -= lines->start;
        lines->start = 0;
    }
    if (lines->size - lines->end >= LINES_STEP)
        return true;
    size_t size = lines->size > 0 ? 2 * lines->size : (size_t)2 * LINES_STEP;
    char *bytes = heap_resize(lines->bytes, size);
    if (bytes == nullptr)
        return status_report(lines->source.name, STATUS_NO_QUOTA);
    lines->bytes = bytes;
    lines->size = size;
    return true;
}

// The last place is kept free for a NUL behind the line.
static bool fill(struct lines *lines) {
    size_t count = 0;
    if (!room_make(lines) ||
        !source_read(&lines->source, lines->bytes + lines->end, lines->size - lines->end - 1, &count))
        return false;
    lines->end += count;
    lines->ended = count == 0;
    return true;
}

enum lines_result lines_next(struct lines *lines, char **line, size_t *length) {
    size_t looked = 0;
    for (;;) {
        char *from = lines->bytes + lines->start + looked;
        size_t left = lines->end - lines->start - looked;
        char *newline = left > 0 ? memchr(from, '\n', left) : nullptr;
        looked += left;
        if (newline != nullptr || (lines->ended && looked > 0)) {
            *line = lines->bytes + lines->start;
            *length = newline != nullptr ? (size_t)(newline - *line) : looked;
            (*line)[*length] = 0;
            lines->start += *length + (newline != nullptr);
            return LINES_LINE;
        }
        if (lines->ended)
            return LINES_END;
        if (!fill(lines))
            return LINES_FAILED;
    }
}

void lines_free(struct lines *lines) {
    if (lines->bytes != nullptr)
        heap_free(lines->bytes);
    *lines = (struct lines){};
}
