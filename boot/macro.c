// SPDX-License-Identifier: MIT
//
// Macros of limine.conf (see config.h). Source: CONFIG.md of Limine 12, "Macros". The text is gone over
// twice: for the lines that set macros, then to write it out with all uses replaced.

#include "config.h"
#include <base/string.h>

#define DEPTH_MAX 8 // of macros in the values of macros

struct macro {
    struct config_text name;
    struct config_text value;
};

struct expansion {
    struct macro macros[CONFIG_MACROS_MAX];
    size_t macro_count;
    char *out;
    size_t used;
    unsigned line;
    const char *reason;
};

static bool refuse(struct expansion *expansion, const char *reason) {
    expansion->reason = reason;
    return false;
}

static struct config_text text_of(const char *word) {
    return (struct config_text){word, strlen(word), 0};
}

// The name in a `${NAME}` that begins at `text`; what follows it is in *rest. False where none begins.
static bool macro_name(struct config_text text, struct config_text *name, struct config_text *rest) {
    if (text.length < 3 || text.start[0] != '$' || text.start[1] != '{')
        return false;
    const char *end = memchr(text.start, '}', text.length);
    if (end == nullptr)
        return false;
    *name = (struct config_text){text.start + 2, (size_t)(end - text.start - 2), text.line};
    *rest = (struct config_text){end + 1, (size_t)(text.start + text.length - end - 1), text.line};
    return true;
}

static struct config_text without_indent(struct config_text line) {
    while (line.length > 0 && (line.start[0] == ' ' || line.start[0] == '\t')) {
        line.start++;
        line.length--;
    }
    while (line.length > 0 && line.start[line.length - 1] == '\r')
        line.length--;
    return line;
}

// Whether the line is `${NAME}=VALUE`.
static bool is_setting(struct config_text line, struct macro *macro) {
    struct config_text rest;
    if (!macro_name(without_indent(line), &macro->name, &rest) || rest.length == 0 || rest.start[0] != '=')
        return false;
    macro->value = (struct config_text){rest.start + 1, rest.length - 1, line.line};
    return true;
}

static const struct macro *macro_find(const struct expansion *expansion, struct config_text name) {
    for (size_t i = expansion->macro_count; i-- > 0;) {
        const struct macro *macro = &expansion->macros[i];
        if (macro->name.length == name.length && memcmp(macro->name.start, name.start, name.length) == 0)
            return macro;
    }
    return nullptr;
}

static bool macro_add(struct expansion *expansion, struct macro macro) {
    if (macro.name.length == 0)
        return refuse(expansion, "a macro without a name");
    if (expansion->macro_count == CONFIG_MACROS_MAX)
        return refuse(expansion, "too many macros (at most 64, two of them built in)");
    expansion->macros[expansion->macro_count++] = macro;
    return true;
}

static bool put(struct expansion *expansion, struct config_text text) {
    if (text.length > CONFIG_EXPANDED_MAX - expansion->used)
        return refuse(expansion,
                      "the file, without comments and with its macros put in, is longer than 256 KiB");
    memcpy(expansion->out + expansion->used, text.start, text.length);
    expansion->used += text.length;
    return true;
}

static bool put_expanded(struct expansion *expansion, struct config_text text, unsigned depth) {
    struct config_text name, rest;
    if (depth > DEPTH_MAX)
        return refuse(expansion, "macros in macros, more than 8 deep (or in a circle)");
    while (text.length > 0) {
        if (!macro_name(text, &name, &rest)) {
            if (!put(expansion, (struct config_text){text.start, 1, text.line}))
                return false;
            text.start++;
            text.length--;
            continue;
        }
        const struct macro *macro = macro_find(expansion, name);
        if (macro == nullptr)
            return refuse(expansion, "a macro that is not set");
        if (!put_expanded(expansion, macro->value, depth + 1))
            return false;
        text = rest;
    }
    return true;
}

// The next line of the text, without its newline. False at the end.
static bool next_line(struct config_text *rest, struct config_text *line, bool *has_newline) {
    if (rest->length == 0)
        return false;
    const char *end = memchr(rest->start, '\n', rest->length);
    *has_newline = end != nullptr;
    *line = (struct config_text){rest->start, end == nullptr ? rest->length : (size_t)(end - rest->start),
                                 ++rest->line};
    size_t step = line->length + (end != nullptr);
    rest->start += step;
    rest->length -= step;
    return true;
}

// A comment is no use of a macro, and a line that sets one leaves an empty line behind.
static bool expand_line(struct expansion *expansion, struct config_text line) {
    struct macro macro;
    struct config_text bare = without_indent(line);
    if ((bare.length > 0 && bare.start[0] == '#') || is_setting(line, &macro))
        return true;
    return put_expanded(expansion, line, 0);
}

// Editors put the mark of UTF-8 in front of a text.
static struct config_text without_mark(const char *text, size_t length) {
    static const char mark[] = "\xef\xbb\xbf";
    size_t size = sizeof mark - 1;
    bool has_mark = length >= size && memcmp(text, mark, size) == 0;
    return (struct config_text){text + (has_mark ? size : 0), length - (has_mark ? size : 0), 0};
}

bool config_expand(const char *text, size_t length, const struct config_machine *machine, char *out,
                   size_t *out_length, struct config_error *error) {
    static struct expansion expansion;
    struct config_text line;
    struct macro macro;
    bool has_newline;
    bool good = true;
    const struct config_text whole = without_mark(text, length);
    expansion = (struct expansion){.out = out, .macro_count = 2};
    expansion.macros[0] = (struct macro){text_of("ARCH"), text_of(machine->architecture)};
    expansion.macros[1] = (struct macro){text_of("FW_TYPE"), text_of(machine->firmware)};
    for (struct config_text rest = whole; good && next_line(&rest, &line, &has_newline);) {
        expansion.line = line.line;
        if (is_setting(line, &macro))
            good = macro_add(&expansion, macro);
    }
    for (struct config_text rest = whole; good && next_line(&rest, &line, &has_newline);) {
        expansion.line = line.line;
        good = expand_line(&expansion, line) && (!has_newline || put(&expansion, text_of("\n")));
    }
    *out_length = expansion.used;
    if (!good)
        *error = (struct config_error){expansion.line, expansion.reason};
    return good;
}
