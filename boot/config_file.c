// SPDX-License-Identifier: MIT
//
// Finding and reading limine.conf (see config_file.h).

#include "config_file.h"
#include "arch.h"
#include "arena.h"
#include "file.h"
#include "message.h"
#include "platform.h"

static bool try_place(const char *path, struct platform_file *file) {
    enum platform_status status = platform_file_read(path, file);
    if (status == PLATFORM_NOT_FOUND)
        return false;
    if (status != PLATFORM_OK)
        boot_file_stop("configuration", path, status, file);
    return true;
}

// The path of the first that there is; null when there is none.
static const char *find(struct platform_file *file) {
    static const char *const places[] = {"/boot/limine/limine.conf", "/boot/limine.conf",
                                         "/limine/limine.conf", "/limine.conf"};
    for (const char *const *extra = platform_config_paths(); *extra != nullptr; extra++)
        if (try_place(*extra, file))
            return *extra;
    for (size_t i = 0; i < array_length(places); i++)
        if (try_place(places[i], file))
            return places[i];
    return nullptr;
}

static void tell_notes(const struct config *config) {
    if (config->unknown_count > 0)
        message("%s:%u: option is not known and ignored (%u in all)", config->path, config->unknown_line,
                config->unknown_count);
    for (size_t i = 0; i < config->note_count; i++)
        message("%s:%u: '%s' %s", config->path, config->notes[i].line, config->notes[i].option,
                config->notes[i].text);
}

void config_file_read(struct config *config) {
    const struct config_machine machine = {.architecture = arch_name, .firmware = platform_name};
    struct platform_file file;
    struct config_error error;
    size_t length;
    const char *path = find(&file);
    if (path == nullptr)
        stop("/boot/limine.conf: %s; nor is there one in /boot/limine, /limine or /",
             platform_reason(PLATFORM_NOT_FOUND));
    char *text = (char *)(uintptr_t)arena_pages(CONFIG_EXPANDED_MAX, "the configuration");
    if (!config_expand(file.data, file.size, &machine, text, &length, &error) ||
        !config_parse(text, length, &machine, config, &error))
        stop("%s:%u: %s", path, error.line, error.reason);
    config->path = path;
    tell_notes(config);
}
