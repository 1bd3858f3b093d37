// SPDX-License-Identifier: MIT
//
// The file server: the boot archive, read only, and in /tmp the files of the volume (volume.h). It keeps
// nothing for a client but its account: numbers of files are the same for everybody and after a restart.
// Each request is decided and done before the next one is received.

#include "index.h"
#include "paths.h"
#include "volume.h"
#include <abi/constants.h>
#include <base/string.h>
#include <protocols/file.h>
#include <tessera/syscalls.h>
#include <user/date.h>
#include <user/image_grants.h>
#include <user/path.h>
#include <user/program.h>

enum { MODE_FILE = 0644, MODE_FOLDER = 0755 };

static struct index index_of_files;
static struct volume volume;

// What a number names: a file of the archive, or an entry of the volume.
struct named {
    const struct index_file *archived; // or nullptr
    struct volume_entry entry;
};

static uint64_t archived_mode(const struct index_file *file) {
    return file->mode | (file->is_directory ? FILE_MODE_DIRECTORY : 0);
}

static uint64_t entry_mode(const struct volume_entry *entry) {
    return entry->is_directory ? MODE_FOLDER | FILE_MODE_DIRECTORY : MODE_FILE;
}

static status_t number_find(uint64_t number, struct named *named) {
    *named = (struct named){};
    if (number >= VOLUME_ROOT)
        return volume_entry(&volume, number, &named->entry);
    if (number >= index_of_files.count)
        return STATUS_NOT_FOUND;
    named->archived = &index_of_files.files[number];
    // The archive's own name for the place where the volume is.
    if (strcmp(named->archived->path, PATHS_MOUNT) != 0)
        return STATUS_OK;
    named->archived = nullptr;
    return volume_entry(&volume, VOLUME_ROOT, &named->entry);
}

// ---- paths

struct path {
    char bytes[PATH_SIZE];
    size_t length;
    bool mounted; // rest, rest_length: its path in the volume
    const char *rest;
    size_t rest_length;
};

static status_t path_read(struct ts_call *call, struct ts_lent lent, struct path *path) {
    status_t status = ts_call_read(call, lent, 0, path->bytes, lent.length, nullptr);
    if (status != STATUS_OK)
        return status;
    path->length = lent.length;
    if (!path_is_valid(path->bytes, path->length))
        return STATUS_BAD_NAME;
    path->mounted = path_is_mounted(path->bytes, path->length, &path->rest, &path->rest_length);
    return STATUS_OK;
}

// Why the archive does not have a path: a path that leads through a file says so.
static status_t absent(const char *path, size_t length) {
    while ((length = path_parent(path, length)) > 0) {
        int64_t parent = index_find(&index_of_files, path, length);
        if (parent >= 0)
            return index_of_files.files[parent].is_directory ? STATUS_NOT_FOUND : STATUS_NOT_DIRECTORY;
    }
    return STATUS_NOT_FOUND;
}

static status_t path_find(const struct path *path, uint64_t *number) {
    if (path->mounted)
        return volume_find(&volume, path->rest, path->rest_length, number);
    int64_t found = index_find(&index_of_files, path->bytes, path->length);
    *number = (uint64_t)found;
    return found >= 0 ? STATUS_OK : absent(path->bytes, path->length);
}

// ---- looking

static status_t number_describe(uint64_t number, uint64_t *size, uint64_t *mode) {
    struct named named;
    status_t status = number_find(number, &named);
    if (status != STATUS_OK)
        return status;
    *size = named.archived != nullptr ? named.archived->size : named.entry.size;
    *mode = named.archived != nullptr ? archived_mode(named.archived) : entry_mode(&named.entry);
    return STATUS_OK;
}

static status_t handle_open(struct ts_call *call, struct ts_lent lent, uint64_t *file, uint64_t *size,
                            uint64_t *mode) {
    static struct path path;
    status_t status = path_read(call, lent, &path);
    if (status == STATUS_OK)
        status = path_find(&path, file);
    return status == STATUS_OK ? number_describe(*file, size, mode) : status;
}

static status_t handle_stat(struct ts_call *call, uint64_t file, uint64_t *size, uint64_t *mode,
                            uint64_t *changed) {
    struct named named;
    (void)call;
    status_t status = number_find(file, &named);
    if (status == STATUS_OK && named.archived == nullptr)
        *changed = named.entry.changed;
    return status == STATUS_OK ? number_describe(file, size, mode) : status;
}

static status_t archived_read(struct ts_call *call, const struct index_file *file, uint64_t offset,
                              struct ts_lent buffer, uint64_t *count) {
    if (offset >= file->size)
        return STATUS_OK;
    *count = min_u64(file->size - offset, buffer.length);
    return ts_call_write(call, buffer, 0, file->data + offset, *count, nullptr);
}

static status_t entry_read(struct ts_call *call, uint64_t number, uint64_t offset, struct ts_lent buffer,
                           uint64_t *count) {
    status_t status = STATUS_OK;
    uint64_t step = 1;
    *count = 0;
    while (status == STATUS_OK && step > 0 && *count < buffer.length) {
        const void *bytes;
        status = volume_span(&volume, number, offset + *count, buffer.length - *count, &bytes, &step);
        if (status == STATUS_OK && step > 0)
            status = ts_call_write(call, buffer, *count, bytes, step, nullptr);
        *count += step;
    }
    return status;
}

static status_t handle_read(struct ts_call *call, uint64_t file, uint64_t offset, struct ts_lent buffer,
                            uint64_t *count) {
    struct named named;
    status_t status = number_find(file, &named);
    if (status != STATUS_OK)
        return status;
    if (named.archived == nullptr ? named.entry.is_directory : named.archived->is_directory)
        return STATUS_IS_DIRECTORY;
    uint64_t filled = 0;
    status = named.archived != nullptr ? archived_read(call, named.archived, offset, buffer, &filled)
                                       : entry_read(call, file, offset, buffer, &filled);
    if (status == STATUS_OK)
        *count = filled;
    return status;
}

// The entry of a directory of the archive at a position.
static status_t archived_next(uint64_t directory, uint64_t position, struct volume_entry *entry,
                              uint64_t *next) {
    const char *name;
    if (!index_of_files.files[directory].is_directory)
        return STATUS_NOT_DIRECTORY;
    int64_t number = index_next(&index_of_files, directory, position, &name);
    if (number < 0)
        return STATUS_NOTHING_LEFT;
    *entry = (struct volume_entry){.number = (uint64_t)number, .name = name, .name_length = strlen(name)};
    *next = entry->number + 1;
    return STATUS_OK;
}

static status_t handle_list(struct ts_call *call, uint64_t file, uint64_t position, struct ts_lent name,
                            uint64_t *length, uint64_t *entry, uint64_t *size, uint64_t *mode,
                            uint64_t *next) {
    struct named named;
    struct volume_entry found;
    uint64_t after = 0;
    status_t status = number_find(file, &named);
    if (status == STATUS_OK && named.archived != nullptr) {
        status = archived_next(file, position, &found, &after);
    } else if (status == STATUS_OK) {
        status = volume_next(&volume, named.entry.number, position, &found);
        after = found.number;
    }
    if (status != STATUS_OK)
        return status;
    if (found.name_length > name.length)
        return STATUS_BAD_SIZE;
    status = ts_call_write(call, name, 0, found.name, found.name_length, nullptr);
    if (status == STATUS_OK)
        status = number_describe(found.number, size, mode);
    if (status != STATUS_OK)
        return status;
    *length = found.name_length;
    *entry = found.number;
    *next = after;
    return STATUS_OK;
}

// ---- changing

static struct volume_request request_of(const struct ts_call *call, uint64_t token) {
    return (struct volume_request){
        .client = badge_process(call->badge), .token = token, .now = (uint64_t)date_now()};
}

// Why the archive is not changed under a path: what is missing says so.
static status_t refuse(const struct path *path) {
    uint64_t number;
    status_t status = path_find(path, &number);
    return status == STATUS_OK ? STATUS_READ_ONLY : status;
}

// The same for a path that need not exist, but its directory.
static status_t refuse_new(const struct path *path) {
    status_t status = refuse(path);
    if (status != STATUS_NOT_FOUND)
        return status;
    size_t parent = max_u64(path_parent(path->bytes, path->length), 1);
    return index_find(&index_of_files, path->bytes, parent) >= 0 ? STATUS_READ_ONLY : STATUS_NOT_FOUND;
}

static status_t handle_create(struct ts_call *call, enum file_create kind, uint64_t token,
                              struct ts_lent lent, uint64_t *file, uint64_t *size, uint64_t *mode) {
    static struct path path;
    uint64_t number;
    status_t status = path_read(call, lent, &path);
    if (status != STATUS_OK)
        return status;
    if (!path.mounted)
        return refuse_new(&path);
    status = volume_create(&volume, request_of(call, token), path.rest, path.rest_length, kind, &number);
    if (status != STATUS_OK)
        return status;
    *file = number;
    return number_describe(number, size, mode);
}

// The bytes are copied before anything is decided, so a write is done whole or not at all.
static status_t handle_write(struct ts_call *call, uint64_t file, uint64_t offset, uint64_t token,
                             struct ts_lent data, uint64_t *at) {
    static uint8_t bytes[FILE_WRITE_MAX];
    struct named named;
    status_t status = number_find(file, &named);
    if (status != STATUS_OK)
        return status;
    if (named.archived != nullptr)
        return named.archived->is_directory ? STATUS_IS_DIRECTORY : STATUS_READ_ONLY;
    status = ts_call_read(call, data, 0, bytes, data.length, nullptr);
    if (status != STATUS_OK)
        return status;
    uint64_t where = 0;
    status = volume_write(&volume, request_of(call, token), named.entry.number, offset, bytes, data.length,
                          &where);
    if (status == STATUS_OK)
        *at = where;
    return status;
}

static status_t handle_truncate(struct ts_call *call, uint64_t file, uint64_t size) {
    struct named named;
    status_t status = number_find(file, &named);
    if (status != STATUS_OK)
        return status;
    if (named.archived != nullptr)
        return named.archived->is_directory ? STATUS_IS_DIRECTORY : STATUS_READ_ONLY;
    return volume_truncate(&volume, request_of(call, 0), named.entry.number, size);
}

static status_t handle_remove(struct ts_call *call, enum file_remove kind, uint64_t token,
                              struct ts_lent lent) {
    static struct path path;
    status_t status = path_read(call, lent, &path);
    if (status != STATUS_OK)
        return status;
    if (!path.mounted)
        return refuse(&path);
    return volume_remove(&volume, request_of(call, token), path.rest, path.rest_length,
                         kind == FILE_REMOVE_DIRECTORY);
}

static status_t handle_rename(struct ts_call *call, uint64_t token, struct ts_lent lent,
                              struct ts_lent lent_target) {
    static struct path path, target;
    status_t status = path_read(call, lent, &path);
    if (status == STATUS_OK)
        status = path_read(call, lent_target, &target);
    if (status != STATUS_OK)
        return status;
    if (!path.mounted)
        return refuse(&path);
    if (!target.mounted)
        return refuse_new(&target);
    return volume_rename(&volume, request_of(call, token), path.rest, path.rest_length, target.rest,
                         target.rest_length);
}

static status_t handle_space(struct ts_call *call, uint64_t *total, uint64_t *free, uint64_t *own,
                             uint64_t *limit, uint64_t *left, uint64_t *names) {
    struct volume_space space;
    volume_space(&volume, badge_process(call->badge), &space);
    *total = space.total.blocks;
    *free = space.free.blocks;
    *own = space.own.blocks;
    *limit = space.limit.blocks;
    *left = space.left.blocks;
    *names = space.free.names;
    return STATUS_OK;
}

static const struct file_ops operations = {
    .open = handle_open,
    .read = handle_read,
    .list = handle_list,
    .stat = handle_stat,
    .create = handle_create,
    .write = handle_write,
    .truncate = handle_truncate,
    .remove = handle_remove,
    .rename = handle_rename,
    .space = handle_space,
};

// ---- start

static void archive_index(void) {
    uint64_t size = 0;
    const void *archive = memory_map(startup_descriptor("initrd"), MAP_READ, &size);
    if (archive == nullptr)
        service_fail("the boot archive cannot be mapped");
    enum tar_error defect;
    enum index_error error = index_build(&index_of_files, archive, size, PATHS_MOUNT, &defect);
    if (error == INDEX_BAD_ARCHIVE)
        log_at(LOG_ERROR, "the boot archive is damaged: %s; what stands before is there",
               tar_error_text(defect));
    if (error == INDEX_NO_MEMORY || error == INDEX_TOO_MANY)
        log_at(LOG_ERROR, "the boot archive has too many files; only the first %zu are there",
               index_of_files.count);
}

static void volume_start(void) {
    uint64_t size = 0;
    struct volume_report report;
    void *memory = memory_map(startup_descriptor("kept"), MAP_READ | MAP_WRITE, &size);
    // Of an earlier volume a client may still have numbers: those of this one start above.
    status_t status =
        memory == nullptr ? STATUS_NO_QUOTA : volume_open(&volume, memory, size, clock_now() >> 12, &report);
    if (status != STATUS_OK)
        service_fail("no /tmp of %llu bytes: %s", (unsigned long long)size, status_text(status));
    if (report.dropped > 0)
        log_at(LOG_ERROR, "/tmp was damaged: %zu names are lost or shorter", report.dropped);
}

int main(int count, char **arguments) {
    (void)count;
    (void)arguments;
    archive_index();
    volume_start();
    for (;;) {
        struct ts_call call;
        status_t status =
            ts_call_receive(startup_descriptor("endpoint"), FILE_OFFER_SLOTS, 0, DEADLINE_NONE, &call);
        if (status != STATUS_OK)
            service_fail("no more requests: %s", status_text(status));
        if (!file_serve(&operations, nullptr, &call) && (uint32_t)call.header == EVENT_BADGE_CLOSED)
            volume_client_end(&volume, badge_process(call.badge));
    }
}
