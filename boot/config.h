// SPDX-License-Identifier: MIT
//
// limine.conf, as Limine 8.x to 12.x write it: global options, then entries that start with one or more '/',
// each followed by its own options; macros are put in first. Both steps are pure functions of the text: they
// allocate nothing and never read past its end, and what the parser finds points into the text that it was
// given. What it does not know it ignores and counts; what it knows and the loader cannot do it notes, for a
// message; what it cannot understand is an error with a line.

#ifndef BOOT_CONFIG_H
#define BOOT_CONFIG_H

#include <base/types.h>

#define CONFIG_ENTRIES_MAX  64
#define CONFIG_MODULES_MAX  128 // over all entries
#define CONFIG_MACROS_MAX   64
#define CONFIG_NOTES_MAX    8
#define CONFIG_VALUE_MAX    4095 // what is longer is cut there, with a note
#define CONFIG_EXPANDED_MAX (256 * KIB)

#define CONFIG_TIMEOUT_NEVER UINT32_MAX
#define CONFIG_NO_ENTRY      SIZE_MAX

// Bytes of the configuration text; not terminated. `start` is null when the option was not given.
struct config_text {
    const char *start;
    size_t length;
    unsigned line;
};

// What the built-in macros stand for, and what entries are hidden by.
struct config_machine {
    const char *architecture; // "x86-64"
    const char *firmware;     // "BIOS" or "UEFI"
};

struct config_module {
    struct config_text path;
    struct config_text string;
};

struct config_entry {
    struct config_text name;
    unsigned depth; // 1 for '/', 2 for '//', ...
    size_t parent;  // CONFIG_NO_ENTRY at depth 1
    bool is_directory;
    bool is_expanded; // a directory that the menu shows open
    bool is_hidden;   // for another firmware or architecture, as all that is below it
    struct config_text comment;
    struct config_text protocol;
    struct config_text path;
    struct config_text cmdline;
    struct config_text min_paging_mode;
    struct config_text max_paging_mode;
    uint32_t width, height, bits; // of `resolution`; 0 where it says nothing
    size_t module_first;
    size_t module_count;
};

// An option that is not followed to the letter, and why.
struct config_note {
    unsigned line;
    const char *option;
    const char *text;
};

struct config {
    uint32_t timeout_ms;          // CONFIG_TIMEOUT_NEVER for `no`
    struct config_text selection; // default_entry as it stands there
    uint32_t default_number;      // counted from 1 over what the menu first shows; 0 when it is given by name
    size_t default_index;         // the entry itself; CONFIG_NO_ENTRY when there is no such entry
    bool quiet;
    bool serial;
    bool tolerate_mismatch; // of a file and its hash: a message instead of the end
    bool help_hidden;
    struct config_text branding;
    size_t entry_count;
    size_t module_count;
    unsigned unknown_count; // options that were ignored
    unsigned unknown_line;  // where the first of them stands
    size_t note_count;
    struct config_note notes[CONFIG_NOTES_MAX];
    struct config_entry entries[CONFIG_ENTRIES_MAX];
    struct config_module modules[CONFIG_MODULES_MAX];
};

struct config_error {
    unsigned line;
    const char *reason;
};

// The text with `${NAME}` replaced, into `out` with room for CONFIG_EXPANDED_MAX bytes; lines keep their
// numbers. A macro may be used above the line that sets it, and in the value of another. False with *error
// filled.
[[nodiscard]] bool config_expand(const char *text, size_t length, const struct config_machine *machine,
                                 char *out, size_t *out_length, struct config_error *error);

// False with *error filled; *config is then not to be used.
[[nodiscard]] bool config_parse(const char *text, size_t length, const struct config_machine *machine,
                                struct config *config, struct config_error *error);

// A path on the volume that the configuration came from, without its resource: `boot():/a/b` and `/a/b` both
// give `/a/b`. What follows a '#' goes into *hash, whose `start` is null where there is none. Other
// resources, hashes that are no BLAKE2b and compressed files are refused with a reason.
[[nodiscard]] bool config_path(const struct config_text *value, struct config_text *path,
                               struct config_text *hash, const char **reason);

// Splits a text at its last '#'. False when what follows it does not look like a BLAKE2b hash.
[[nodiscard]] bool config_split_hash(struct config_text *path, struct config_text *hash);

// Whether a value is this word; capital letters count as small ones.
bool config_text_is(struct config_text text, const char *word);

#endif
