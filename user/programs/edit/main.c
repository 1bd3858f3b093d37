// SPDX-License-Identifier: MIT
//
// edit: a small full-screen text editor. This file is the program around edit.h: the file, the console, the
// loop. A file is saved whole under another name first, so that what was there is not lost half-way.

#include "edit.h"
#include <manual/edit.h>
#include <protocols/console.h>
#include <user/fs.h>
#include <user/heap.h>
#include <user/path.h>
#include <user/program.h>

enum { FILE_SIZE_MAX = 1 << 20, INPUT_SIZE = 256 };

static struct edit edit;

// The file's bytes, or nothing for a file that does not exist yet.
static char *file_load(const char *path, size_t *length) {
    struct file file;
    *length = 0;
    status_t status = fs_open(path, &file);
    if (status == STATUS_NOT_FOUND)
        return nullptr;
    if (status == STATUS_OK && file.is_directory)
        status = STATUS_IS_DIRECTORY;
    if (status != STATUS_OK)
        fail("%s: %s", path, status_text(status));
    if (file.size > FILE_SIZE_MAX)
        fail("%s: the file is larger than %d KiB", path, FILE_SIZE_MAX >> 10);
    char *bytes = heap_allocate(file.size);
    if (bytes == nullptr)
        fail("%s: there is not enough memory", path);
    for (size_t count = 1; *length < file.size && count > 0; *length += count) {
        status = fs_read(&file, *length, bytes + *length, file.size - *length, &count);
        if (status != STATUS_OK)
            fail("%s: %s", path, status_text(status));
    }
    return bytes;
}

static status_t file_write(const char *path) {
    struct file file;
    const struct text *text = &edit.text;
    status_t status = fs_create(path, FILE_CREATE_EMPTY, &file);
    if (status == STATUS_OK)
        status = fs_write(&file, 0, text->bytes, text->gap);
    if (status == STATUS_OK)
        status = fs_write(&file, text->gap, text->bytes + text->gap + text->gap_length,
                          text_length(text) - text->gap);
    return status;
}

static status_t file_save(const char *path) {
    char other[PATH_SIZE];
    if (format_buffer(other, sizeof(other), "%s.new", path) >= sizeof(other))
        return STATUS_BAD_NAME;
    status_t status = file_write(other);
    if (status == STATUS_OK)
        status = fs_rename(other, path);
    if (status != STATUS_OK)
        (void)!fs_remove(other, false);
    return status;
}

static bool size_take(void) {
    uint64_t columns = 0, rows = 0;
    if (console_size(startup_descriptor("console"), &columns, &rows, DEADLINE_NONE) != STATUS_OK)
        return false;
    edit_resize(&edit, (unsigned)rows, (unsigned)columns);
    return true;
}

static enum edit_result key_take(const char *path, char byte) {
    enum edit_result result = edit_key(&edit, byte);
    if (result == EDIT_SAVE) {
        status_t status = file_save(path);
        result = edit_saved(&edit, status == STATUS_OK ? nullptr : status_text(status));
    }
    if (result == EDIT_RESIZE)
        (void)size_take();
    return result;
}

static status_t keys_take(const char *path) {
    char bytes[INPUT_SIZE];
    for (;;) {
        size_t count = 0;
        edit_draw(&edit);
        status_t status = input_read(bytes, sizeof(bytes), &count);
        if (status != STATUS_OK || count == 0)
            return status;
        for (size_t i = 0; i < count; i++) {
            if (key_take(path, bytes[i]) == EDIT_END)
                return STATUS_OK;
        }
    }
}

int main(int count, char **arguments) {
    (void)options_take(&usage, count, arguments);
    const char *path = arguments[0];
    size_t length;
    char *bytes = file_load(path, &length);
    if (stream_get(STREAM_INPUT).kind != STREAM_CONSOLE || stream_get(STREAM_OUTPUT).kind != STREAM_CONSOLE)
        fail("input and output have to be the terminal");
    if (!edit_init(&edit, path, bytes, length, print_sink, nullptr))
        fail("%s: there is not enough memory", path);
    heap_free(bytes);
    (void)input_raw(true);
    print("\x1b[?1049h");
    if (!size_take()) {
        print("\x1b[?1049l");
        fail("there is no terminal");
    }
    status_t status = keys_take(path);
    print("\x1b[m\x1b[?1049l");
    print_flush();
    (void)input_raw(false);
    if (status != STATUS_OK)
        fail("input: %s", status_text(status));
    return 0;
}
