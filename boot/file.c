// SPDX-License-Identifier: MIT
//
// Files of the kernel (see file.h).

#include "file.h"
#include "arena.h"
#include "blake2b.h"
#include "config_path.h"
#include "message.h"

void boot_file_stop(const char *what, const char *path, enum platform_status status,
                    const struct platform_file *file) {
    if (status == PLATFORM_NO_MEMORY)
        stop("%s: %s cannot be loaded: too little memory for its %llu KiB", path, what,
             (unsigned long long)(file->size / KIB));
    stop("%s: %s cannot be loaded: %s", path, what, platform_reason(status));
}

void boot_file_check(const struct config *config, const struct boot_file *file, struct config_text hash) {
    if (hash.start == nullptr || blake2b_matches(file->file.data, file->file.size, hash.start))
        return;
    if (!config->tolerate_mismatch)
        stop("%s: it does not have the hash that is given for it", file->path);
    message("%s: it does not have the hash that is given for it; used all the same", file->path);
}

void boot_file_read(struct boot_file *file, const char *what, const struct config *config,
                    const struct config_text *path, struct config_text string) {
    struct config_text name, hash;
    const char *reason;
    if (!config_path(path, &name, &hash, &reason))
        stop("%s:%u: %s", config->path, path->line, reason);
    if (name.length > PLATFORM_PATH_MAX)
        stop("%s:%u: the path is longer than %d characters", config->path, name.line, PLATFORM_PATH_MAX);
    file->path = arena_text(name.start, name.length);
    file->string = arena_text(string.start, string.length);
    enum platform_status status = platform_file_read(file->path, &file->file);
    if (status != PLATFORM_OK)
        boot_file_stop(what, file->path, status, &file->file);
    boot_file_check(config, file, hash);
}
