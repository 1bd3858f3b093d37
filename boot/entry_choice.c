// SPDX-License-Identifier: MIT
//
// Choosing an entry (see entry_choice.h).

#include "entry_choice.h"
#include "menu_run.h"
#include "message.h"

// Why an entry cannot be booted; null when it can.
static const char *entry_refusal(const struct config_entry *entry, unsigned *line) {
    *line = entry->name.line;
    if (entry->is_directory)
        return "default_entry names a group of entries";
    if (!config_text_is(entry->protocol, "limine")) {
        *line = entry->protocol.start != nullptr ? entry->protocol.line : entry->name.line;
        return "this entry needs 'protocol: limine', the only one supported";
    }
    if (entry->path.start == nullptr)
        return "this entry names no kernel ('path: boot():/...')";
    return nullptr;
}

static bool has_entry(const struct config *config) {
    for (size_t i = 0; i < config->entry_count; i++)
        if (!config->entries[i].is_hidden)
            return true;
    return false;
}

static const char no_such_default[] = "default_entry names no entry that the menu shows at first";

// What the person at the menu chooses can be wrong: then the menu says so and goes on.
static size_t ask(const struct config *config) {
    static struct menu menu;
    unsigned line;
    menu_init(&menu, config, "Tessera loader " TESSERA_VERSION);
    if (config->default_index == CONFIG_NO_ENTRY)
        menu.message = no_such_default;
    for (;;) {
        size_t index = menu_run(&menu);
        menu.message = entry_refusal(&config->entries[index], &line);
        menu.is_counting = false;
        if (menu.message == nullptr)
            return index;
    }
}

const struct config_entry *entry_choose(const struct config *config) {
    unsigned line;
    if (!has_entry(config))
        stop("%s: it has no entry to boot ('/name')", config->path);
    size_t index = config->timeout_ms == 0 ? config->default_index : ask(config);
    if (index == CONFIG_NO_ENTRY)
        stop("%s:%u: %s", config->path, config->selection.line, no_such_default);
    const struct config_entry *entry = &config->entries[index];
    const char *refusal = entry_refusal(entry, &line);
    if (refusal != nullptr)
        stop("%s:%u: %s", config->path, line, refusal);
    return entry;
}
