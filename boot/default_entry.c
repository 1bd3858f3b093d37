// SPDX-License-Identifier: MIT
//
// See default_entry.h. Source: CONFIG.md of Limine 12, "default_entry"; what its menu counts, and that `#1`
// is the second of a name, is as its common/menu.c does it.

#include "default_entry.h"

// What stands in a group that is closed has no number: they are counted as the menu first shows them.
static bool is_counted(const struct config *config, const struct config_entry *entry) {
    for (size_t parent = entry->parent; parent != CONFIG_NO_ENTRY; parent = config->entries[parent].parent)
        if (!config->entries[parent].is_expanded)
            return false;
    return !entry->is_hidden;
}

size_t default_entry_by_number(const struct config *config, uint32_t number) {
    for (size_t i = 0; i < config->entry_count; i++)
        if (is_counted(config, &config->entries[i]) && --number == 0)
            return i;
    return CONFIG_NO_ENTRY;
}

// Whether digits, and nothing else before the end of the name, follow the '#' at `at`.
static bool is_ordinal(struct config_text path, size_t at, size_t *end, uint32_t *number) {
    for (*end = at + 1; *end < path.length && path.start[*end] != '/';)
        ++*end;
    return config_text_number((struct config_text){path.start + at + 1, *end - at - 1, 0}, number);
}

// One name of a path is taken from *path and compared with an entry's: '\\' makes the next character an
// ordinary one, '/' ends the name, and '#N' behind it passes over N entries of that name, in *which.
static bool name_matches(struct config_text name, struct config_text path, size_t *taken, uint32_t *which) {
    size_t matched = 0;
    bool is_same = true;
    size_t at = 0;
    size_t end;
    *which = 0;
    for (; at < path.length && path.start[at] != '/'; at++) {
        if (path.start[at] == '#' && is_ordinal(path, at, &end, which)) {
            at = end;
            break;
        }
        if (path.start[at] == '\\' && at + 1 < path.length)
            at++;
        is_same = is_same && matched < name.length && name.start[matched] == path.start[at];
        matched++;
    }
    *taken = at < path.length ? at + 1 : at;
    return is_same && matched == name.length;
}

// The entry below `parent` that the first name of the path means.
static size_t entry_below(const struct config *config, size_t parent, struct config_text path,
                          size_t *taken) {
    uint32_t which;
    uint32_t seen = 0;
    for (size_t i = 0; i < config->entry_count; i++) {
        const struct config_entry *entry = &config->entries[i];
        if (entry->parent == parent && !entry->is_hidden && name_matches(entry->name, path, taken, &which) &&
            seen++ == which)
            return i;
    }
    return CONFIG_NO_ENTRY;
}

size_t default_entry_by_path(const struct config *config, struct config_text path) {
    size_t entry = CONFIG_NO_ENTRY;
    do {
        size_t taken = 0;
        entry = entry_below(config, entry, path, &taken);
        if (entry == CONFIG_NO_ENTRY)
            return CONFIG_NO_ENTRY;
        path.start += taken;
        path.length -= taken;
    } while (path.length > 0);
    return entry;
}
