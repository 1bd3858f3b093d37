// SPDX-License-Identifier: MIT
//
// What a filter reads: the files that it was told, or its input. And lines of it, of any length that memory
// holds.

#ifndef USER_SOURCE_H
#define USER_SOURCE_H

#include <user/fs.h>

struct source {
    const char *name; // for messages
    bool is_file;
    struct file file;
    uint64_t offset;
};

// `path` nullptr or "-": the program's input. An error was said, with the program's name.
[[nodiscard]] bool source_open(struct source *source, const char *path);
// *count is 0 at the end. An error was said.
[[nodiscard]] bool source_read(struct source *source, void *buffer, size_t size, size_t *count);

// Shows each of the files, or the input when there are none (`show` gets nullptr); of several each has a line
// with its name before it. Whether all went well.
[[nodiscard]] bool sources_show(size_t count, char **paths, bool (*show)(const char *path));

// Zero but for `source` at the beginning; lines_free() at the end. One after the other can be read with the
// same.
struct lines {
    struct source source;
    char *bytes;
    size_t size;
    size_t start; // of what was not given yet
    size_t end;
    bool ended; // there is nothing more to read
};

enum lines_result { LINES_LINE, LINES_END, LINES_FAILED };

// A line without its newline, valid until the next call; the last may lack one. LINES_FAILED was said.
[[nodiscard]] enum lines_result lines_next(struct lines *lines, char **line, size_t *length);
void lines_free(struct lines *lines);

#endif
