// SPDX-License-Identifier: MIT
//
// See index.h. Sorted by heap sort: no recursion and no extra memory, whatever order the archive has.

#include "index.h"
#include <base/string.h>
#include <user/heap.h>

// '/' sorts before all other bytes, so that a directory's contents follow it at once.
static int path_compare(const char *a, size_t a_length, const char *b, size_t b_length) {
    size_t common = min_u64(a_length, b_length);
    for (size_t i = 0; i < common; i++) {
        if (a[i] != b[i]) {
            int left = a[i] == '/' ? 0 : (uint8_t)a[i];
            int right = b[i] == '/' ? 0 : (uint8_t)b[i];
            return left - right;
        }
    }
    return a_length < b_length ? -1 : a_length > b_length;
}

static int file_compare(const struct index_file *a, const struct index_file *b) {
    return path_compare(a->path, strlen(a->path), b->path, strlen(b->path));
}

static void sift_down(struct index_file *files, size_t at, size_t count) {
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && file_compare(&files[child], &files[child + 1]) < 0)
            child++;
        if (file_compare(&files[at], &files[child]) >= 0)
            return;
        struct index_file swap = files[at];
        files[at] = files[child];
        files[child] = swap;
        at = child;
    }
}

static void files_sort(struct index_file *files, size_t count) {
    for (size_t i = count / 2; i-- > 0;)
        sift_down(files, i, count);
    for (size_t end = count; end-- > 1;) {
        struct index_file swap = files[0];
        files[0] = files[end];
        files[end] = swap;
        sift_down(files, 0, end);
    }
}

static enum index_error file_add(struct index *index, const char *path, size_t length,
                                 const struct index_file *model) {
    if (index->count == INDEX_FILES_MAX)
        return INDEX_TOO_MANY;
    if (index->count == index->room) {
        size_t room = index->room == 0 ? 64 : index->room * 2;
        struct index_file *files = heap_resize(index->files, room * sizeof(*files));
        if (files == nullptr)
            return INDEX_NO_MEMORY;
        index->files = files;
        index->room = room;
    }
    char *copy = heap_allocate(length + 1);
    if (copy == nullptr)
        return INDEX_NO_MEMORY;
    memcpy(copy, path, length);
    copy[length] = 0;
    index->files[index->count] = *model;
    index->files[index->count++].path = copy;
    return INDEX_OK;
}

static bool path_is_known(const struct index *index, const char *path, size_t length) {
    for (size_t i = 0; i < index->count; i++) {
        if (strlen(index->files[i].path) == length && memcmp(index->files[i].path, path, length) == 0)
            return true;
    }
    return false;
}

// Adds the directories that the path stands in, when no entry before named them.
static enum index_error parents_add(struct index *index, const char *path) {
    const struct index_file directory = {.mode = 0555, .is_directory = true};
    for (const char *slash = strchr(path, '/'); slash != nullptr; slash = strchr(slash + 1, '/')) {
        size_t length = (size_t)(slash - path);
        if (path_is_known(index, path, length))
            continue;
        enum index_error error = file_add(index, path, length, &directory);
        if (error != INDEX_OK)
            return error;
    }
    return INDEX_OK;
}

static enum index_error entry_add(struct index *index, const struct tar_entry *entry) {
    enum index_error error = parents_add(index, entry->name);
    if (error != INDEX_OK)
        return error;
    if (path_is_known(index, entry->name, entry->name_length))
        return INDEX_OK;
    const struct index_file file = {
        .data = entry->data, .size = entry->size, .mode = entry->mode, .is_directory = entry->is_directory};
    return file_add(index, entry->name, entry->name_length, &file);
}

enum index_error index_build(struct index *index, const void *archive, size_t size, const char *mount,
                             enum tar_error *defect) {
    *index = (struct index){};
    const struct index_file root = {.mode = 0555, .is_directory = true};
    enum index_error error = file_add(index, "", 0, &root);
    if (error == INDEX_OK && mount != nullptr)
        error = file_add(index, mount, strlen(mount), &root);
    struct tar_reader reader;
    tar_init(&reader, archive, size);
    struct tar_entry entry;
    enum tar_error read = TAR_OK;
    while (error == INDEX_OK && (read = tar_next(&reader, &entry)) == TAR_OK)
        error = entry_add(index, &entry);
    files_sort(index->files, index->count);
    *defect = read;
    if (error == INDEX_OK && read != TAR_END)
        error = INDEX_BAD_ARCHIVE;
    return error;
}

int64_t index_find(const struct index *index, const char *path, size_t length) {
    if (length == 0 || path[0] != '/')
        return -1;
    path++;
    length--;
    size_t low = 0;
    size_t high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *candidate = index->files[middle].path;
        int order = path_compare(path, length, candidate, strlen(candidate));
        if (order == 0)
            return (int64_t)middle;
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return -1;
}

int64_t index_next(const struct index *index, size_t directory, uint64_t position, const char **name) {
    const char *prefix = index->files[directory].path;
    size_t length = strlen(prefix);
    for (size_t i = max_u64(position, directory + 1); i < index->count; i++) {
        const char *path = index->files[i].path;
        if (strncmp(path, prefix, length) != 0 || (length > 0 && path[length] != '/'))
            return -1;
        const char *rest = path + length + (length > 0 ? 1 : 0);
        if (strchr(rest, '/') == nullptr) {
            *name = rest;
            return (int64_t)i;
        }
    }
    return -1;
}
