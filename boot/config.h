// SPDX-License-Identifier: MIT
//
// limine.conf, as Limine 8.x to 12.x write it: global options, then entries that start with one or more '/',
// each followed by its own options; macros are put in first. Both steps are pure functions of the text: they
// allocate nothing and never read past its end, and what the parser finds points into the text that it was
// given. What it does not know it ignores and counts; what it knows and the loader cannot do it notes, for a
// message; what it cannot understand is an error with a line.

#ifndef BOOT_CONFIG_H
#define BOOT_CONFIG_H

#include "config_text.h"

#define CONFIG_ENTRIES_MAX  64
#define CONFIG_MODULES_MAX  128 // over all entries
#define CONFIG_MACROS_MAX   64
#define CONFIG_NOTES_MAX    8
#define CONFIG_VALUE_MAX    4095 // what is longer is cut there, with a note
#define CONFIG_EXPANDED_MAX (256 * KIB)

#define CONFIG_TIMEOUT_NEVER UINT32_MAX
#define CONFIG_NO_ENTRY      SIZE_MAX

// What the built-in macros stand for, and what entries are hidden by.
struct config_machine {
    const char *architecture; // as `if_arch` has it
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
    const char *path;             // of the file that it came from; not config_parse()'s to fill
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

#endif
