// SPDX-License-Identifier: MIT
//
// The file server: the boot archive, read only, by name. It keeps nothing for a client: numbers of files are
// the same for everybody and after a restart.

#include "index.h"
#include <abi/constants.h>
#include <base/string.h>
#include <protocols/file.h>
#include <tessera/syscalls.h>
#include <user/path.h>
#include <user/program.h>

static struct index index_of_files;

#define MODE_DIRECTORY (1ULL << 32)

static uint64_t mode_of(const struct index_file *file) {
    return file->mode | (file->is_directory ? MODE_DIRECTORY : 0);
}

static const struct index_file *file_get(uint64_t number) {
    return number < index_of_files.count ? &index_of_files.files[number] : nullptr;
}

// A path that leads through a file says so.
static status_t absent(const char *path, size_t length) {
    while (length > 1) {
        while (length > 0 && path[length - 1] != '/')
            length--;
        if (length <= 1)
            break;
        int64_t parent = index_find(&index_of_files, path, --length);
        if (parent >= 0)
            return index_of_files.files[parent].is_directory ? STATUS_NOT_FOUND : STATUS_NOT_DIRECTORY;
    }
    return STATUS_NOT_FOUND;
}

static status_t handle_open(struct ts_call *call, struct ts_lent path, uint64_t *file, uint64_t *size,
                            uint64_t *mode) {
    char name[PATH_SIZE];
    status_t status = ts_call_read(call, path, 0, name, path.length, nullptr);
    if (status != STATUS_OK)
        return status;
    if (name[0] != '/' || memchr(name, 0, path.length) != nullptr)
        return STATUS_BAD_NAME;
    int64_t number = index_find(&index_of_files, name, path.length);
    if (number < 0)
        return absent(name, path.length);
    const struct index_file *found = &index_of_files.files[number];
    *file = (uint64_t)number;
    *size = found->size;
    *mode = mode_of(found);
    return STATUS_OK;
}

static status_t handle_read(struct ts_call *call, uint64_t file, uint64_t offset, struct ts_lent buffer,
                            uint64_t *count) {
    const struct index_file *found = file_get(file);
    if (found == nullptr)
        return STATUS_NOT_FOUND;
    if (found->is_directory)
        return STATUS_IS_DIRECTORY;
    if (offset >= found->size)
        return STATUS_OK;
    uint64_t length = min_u64(found->size - offset, buffer.length);
    status_t status =
        length > 0 ? ts_call_write(call, buffer, 0, found->data + offset, length, nullptr) : STATUS_OK;
    if (status == STATUS_OK)
        *count = length;
    return status;
}

static status_t handle_list(struct ts_call *call, uint64_t file, uint64_t position, struct ts_lent name,
                            uint64_t *length, uint64_t *entry, uint64_t *size, uint64_t *mode,
                            uint64_t *next) {
    const struct index_file *directory = file_get(file);
    if (directory == nullptr)
        return STATUS_NOT_FOUND;
    if (!directory->is_directory)
        return STATUS_NOT_DIRECTORY;
    const char *text;
    int64_t number = index_next(&index_of_files, file, position, &text);
    if (number < 0)
        return STATUS_NOTHING_LEFT;
    size_t text_length = strlen(text);
    if (text_length > name.length)
        return STATUS_BAD_SIZE;
    status_t status = ts_call_write(call, name, 0, text, text_length, nullptr);
    if (status != STATUS_OK)
        return status;
    *length = text_length;
    *entry = (uint64_t)number;
    *size = index_of_files.files[number].size;
    *mode = mode_of(&index_of_files.files[number]);
    *next = (uint64_t)number + 1;
    return STATUS_OK;
}

static const struct file_ops operations = {.open = handle_open, .read = handle_read, .list = handle_list};

// Maps the archive whole, behind what the heap will ever use.
static const void *archive_map(uint64_t *size) {
    enum { ARCHIVE_DISTANCE = 1 << 30 };
    desc_t memory = startup_descriptor("initrd");
    uint64_t address = startup->heap_start + ARCHIVE_DISTANCE;
    struct descriptor_info info = {};
    if (ts_descriptor_inspect(memory, &info, sizeof(info)) != STATUS_OK)
        return nullptr;
    *size = info.size;
    if (ts_space_map((desc_t){0}, memory.value, address, 0, info.size, MAP_READ) != STATUS_OK)
        return nullptr;
    return (const void *)(uintptr_t)address;
}

static void archive_index(void) {
    uint64_t size = 0;
    const void *archive = archive_map(&size);
    if (archive == nullptr)
        fail("the boot archive cannot be mapped");
    enum tar_error defect;
    enum index_error error = index_build(&index_of_files, archive, size, &defect);
    if (error == INDEX_BAD_ARCHIVE)
        log_important("the boot archive is damaged: %s; what stands before is there", tar_error_text(defect));
    if (error == INDEX_NO_MEMORY || error == INDEX_TOO_MANY)
        log_important("the boot archive has too many files; only the first %zu are there",
                      index_of_files.count);
}

int main(int count, char **arguments) {
    (void)count;
    (void)arguments;
    archive_index();
    struct ts_call call;
    while (ts_call_receive(startup_descriptor("endpoint"), FILE_OFFER_SLOTS, 0, DEADLINE_NONE, &call) ==
           STATUS_OK) {
        // Events say that a client has gone, and nothing is kept for one.
        (void)file_serve(&operations, nullptr, &call);
    }
    return 1;
}
