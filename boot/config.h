// SPDX-License-Identifier: MIT
//
// limine.conf, as Limine 8.x to 12.x write it: global options, then entries that start with one or more '/',
// each followed by its own options. The parser is a pure function of the text: it allocates nothing, its
// results point into the text, and it never reads past its end. What it does not know it ignores and counts;
// what it cannot understand is an error with a line.

#ifndef BOOT_CONFIG_H
#define BOOT_CONFIG_H

#include <base/types.h>

#define CONFIG_ENTRIES_MAX 64
#define CONFIG_MODULES_MAX 128 // over all entries
#define CONFIG_VALUE_MAX   4095

#define CONFIG_TIMEOUT_NEVER UINT32_MAX

// Bytes of the configuration text; not terminated. `start` is null when the option was not given.
struct config_text {
    const char *start;
    size_t length;
    unsigned line;
};

struct config_module {
    struct config_text path;
    struct config_text string;
};

struct config_entry {
    struct config_text name;
    unsigned depth; // 1 for '/', 2 for '//', ...
    bool is_directory;
    struct config_text protocol;
    struct config_text path;
    struct config_text cmdline;
    size_t module_first;
    size_t module_count;
};

struct config {
    uint32_t timeout;       // seconds; CONFIG_TIMEOUT_NEVER for `no`
    uint32_t default_entry; // from 1
    bool serial;
    size_t entry_count;
    size_t module_count;
    unsigned unknown_count; // options that were ignored
    unsigned unknown_line;  // where the first of them stands
    struct config_entry entries[CONFIG_ENTRIES_MAX];
    struct config_module modules[CONFIG_MODULES_MAX];
};

struct config_error {
    unsigned line;
    const char *reason;
};

// False with *error filled; *config is then not to be used.
[[nodiscard]] bool config_parse(const char *text, size_t length, struct config *config,
                                struct config_error *error);

// A path on the volume that the configuration came from, without its resource: `boot():/a/b` and `/a/b` both
// give
// `/a/b`. Other resources, hashes and compressed files are refused with a reason.
[[nodiscard]] bool config_path(const struct config_text *value, struct config_text *path,
                               const char **reason);

#endif
