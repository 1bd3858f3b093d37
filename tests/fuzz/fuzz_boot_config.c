// SPDX-License-Identifier: MIT
//
// boot/config.c on arbitrary bytes: whatever comes out lies inside the text, and an error names one of its
// lines.

#include "fuzz.h"
#include "../../boot/config.h"
#include <stdlib.h>
#include <string.h>

static const char *text;
static size_t text_length;

static void check_text(const struct config_text *value) {
    if (value->start == NULL)
        return;
    fuzz_check(value->start >= text &&
               range_within((uint64_t)(value->start - text), value->length, text_length));
    fuzz_check(value->length == 0 || memchr(value->start, '\n', value->length) == NULL);
    fuzz_check(value->line > 0 && value->line <= text_length + 1);
}

static void check_path(const struct config_text *value) {
    struct config_text path;
    const char *reason;
    check_text(value);
    if (value->start == NULL || !config_path(value, &path, &reason))
        return;
    check_text(&path);
    fuzz_check(path.length > 0 && path.start[0] == '/');
}

static void check_config(const struct config *config) {
    size_t modules = 0;
    fuzz_check(config->entry_count <= CONFIG_ENTRIES_MAX && config->module_count <= CONFIG_MODULES_MAX);
    for (size_t i = 0; i < config->entry_count; i++) {
        const struct config_entry *entry = &config->entries[i];
        check_text(&entry->name);
        check_text(&entry->protocol);
        check_text(&entry->cmdline);
        check_path(&entry->path);
        fuzz_check(entry->name.length > 0 && entry->depth > 0);
        fuzz_check(entry->module_first == modules);
        modules += entry->module_count;
    }
    fuzz_check(modules == config->module_count);
    for (size_t i = 0; i < config->module_count; i++) {
        check_path(&config->modules[i].path);
        check_text(&config->modules[i].string);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    static struct config config;
    struct config_error error = {0};
    char *copy = malloc(size > 0 ? size : 1);
    fuzz_check(copy != NULL);
    memcpy(copy, bytes, size);
    text = copy;
    text_length = size;
    if (config_parse(copy, size, &config, &error))
        check_config(&config);
    else
        fuzz_check(error.reason != NULL && error.line > 0 && error.line <= size + 1);
    free(copy);
    return 0;
}
