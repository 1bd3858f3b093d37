// SPDX-License-Identifier: MIT
//
// See expand.h. A string is open while `in_field`; blanks of a value close it, everything else opens it.
// Beside an open string stands the pattern that it may be: what was quoted has a backslash before it there if
// it would mean something. When the string closes, the names that there are take its place.

#include "expand.h"
#include "lexer.h"
#include "wildcard.h"
#include <base/format.h>
#include <base/string.h>

enum { PATTERN_SIZE = 2048 }; // of a whole path in quotes; what is longer names no file

struct expander {
    const char *at;
    const char *end;
    const struct expand_source *source;
    struct fields *fields;
    bool split;
    bool quoted;
    bool in_field;
    bool has_signs; // the open string, outside quotes
    bool overflow;
    size_t pattern_length; // PATTERN_SIZE: it did not fit
    char pattern[PATTERN_SIZE];
};

static void field_open(struct expander *expander) {
    struct fields *fields = expander->fields;
    if (expander->in_field || expander->overflow)
        return;
    if (fields->count == FIELDS_MAX) {
        expander->overflow = true;
        return;
    }
    fields->words[fields->count++] = fields->storage + fields->used;
    fields->words[fields->count] = nullptr;
    expander->in_field = true;
    expander->has_signs = false;
    expander->pattern_length = 0;
}

// One place is kept for the NUL.
static void put_byte(struct expander *expander, char byte) {
    field_open(expander);
    if (expander->fields->used + 1 >= FIELDS_SIZE)
        expander->overflow = true;
    if (!expander->overflow)
        expander->fields->storage[expander->fields->used++] = byte;
}

// A pattern that fits leaves a place for its NUL.
static void pattern_put(struct expander *expander, char byte) {
    if (expander->pattern_length < PATTERN_SIZE)
        expander->pattern[expander->pattern_length++] = byte;
}

// A byte that means itself.
static void put_plain(struct expander *expander, char byte) {
    put_byte(expander, byte);
    if (wildcard_is_sign(byte))
        pattern_put(expander, '\\');
    pattern_put(expander, byte);
}

// A byte that may be a sign, unless quotes are around it.
static void put(struct expander *expander, char byte) {
    if (expander->quoted || byte == '\\') {
        put_plain(expander, byte);
        return;
    }
    put_byte(expander, byte);
    pattern_put(expander, byte);
    expander->has_signs = expander->has_signs || wildcard_is_sign(byte);
}

// The last string is a pattern: the names that it stands for take its place, if there are any.
static void names_take_place(struct expander *expander) {
    struct fields *fields = expander->fields;
    size_t string = fields->count - 1;
    const struct expand_source *source = expander->source;
    expander->pattern[expander->pattern_length] = 0;
    if (!source->names(source->context, expander->pattern, fields))
        expander->overflow = true;
    if (fields->count == string + 1)
        return;
    memmove(&fields->words[string], &fields->words[string + 1],
            (fields->count - string) * sizeof(fields->words[0]));
    fields->count--;
}

static void field_close(struct expander *expander) {
    struct fields *fields = expander->fields;
    if (!expander->in_field)
        return;
    expander->in_field = false;
    if (fields->used >= FIELDS_SIZE)
        expander->overflow = true;
    if (expander->overflow)
        return;
    fields->storage[fields->used++] = 0;
    if (expander->split && expander->has_signs && expander->pattern_length < PATTERN_SIZE &&
        expander->source->names != nullptr)
        names_take_place(expander);
}

static void put_value(struct expander *expander, const char *value) {
    if (expander->quoted || !expander->split)
        field_open(expander);
    for (; *value != 0 && !expander->overflow; value++) {
        bool blank = *value == ' ' || *value == '\t' || *value == '\n';
        if (blank && expander->split && !expander->quoted) {
            field_close(expander);
        } else {
            put(expander, *value);
        }
    }
}

// `$@` makes a string of each argument, also in quotes; `$*` one of all.
static void put_arguments(struct expander *expander, bool apart) {
    const struct expand_source *source = expander->source;
    for (size_t i = 0; i < source->argument_count; i++) {
        if (i > 0 && apart && expander->split) {
            field_close(expander);
        } else if (i > 0) {
            put_value(expander, " ");
        }
        put_value(expander, source->arguments[i]);
    }
}

static void put_number(struct expander *expander, size_t number) {
    char digits[24];
    format_buffer(digits, sizeof(digits), "%zu", number);
    put_value(expander, digits);
}

static void put_positional(struct expander *expander, const char *name, size_t length) {
    size_t number = 0;
    for (size_t i = 0; i < length && number < FIELDS_MAX; i++)
        number = number * 10 + (size_t)(name[i] - '0');
    if (number == 0) {
        put_value(expander, expander->source->zero);
    } else if (number <= expander->source->argument_count) {
        put_value(expander, expander->source->arguments[number - 1]);
    } else if (expander->quoted) {
        field_open(expander);
    }
}

static void put_variable(struct expander *expander, const char *name, size_t length) {
    if (*name == '@' || *name == '*') {
        put_arguments(expander, *name == '@');
    } else if (*name == '#') {
        put_number(expander, expander->source->argument_count);
    } else if (*name >= '0' && *name <= '9') {
        put_positional(expander, name, length);
    } else {
        const char *value = expander->source->variable(expander->source->context, name, length);
        put_value(expander, value != nullptr ? value : "");
    }
}

static void put_output(struct expander *expander) {
    size_t length = lexer_substitution_length(expander->at);
    const struct expand_source *source = expander->source;
    const char *value = length > 3 ? source->output(source->context, expander->at + 2, length - 3) : "";
    if (value != nullptr)
        put_value(expander, value);
    else
        expander->overflow = true;
    expander->at += length;
}

// At a `$`. One that begins no variable stands for itself.
static void dollar(struct expander *expander) {
    const char *name = expander->at + 1;
    if (name < expander->end && *name == '(') {
        put_output(expander);
        return;
    }
    bool braces = name < expander->end && *name == '{';
    name += braces;
    size_t left = (size_t)(expander->end - name);
    size_t length = lexer_name_length(name, left);
    if (length == 0 && left > 0 && strchr("?!#$@*0123456789", *name) != nullptr && *name != 0)
        length = 1;
    while (braces && length > 0 && *name >= '0' && *name <= '9' && length < left && name[length] != '}')
        length++;
    if (length == 0) {
        put_plain(expander, '$');
        expander->at++;
        return;
    }
    put_variable(expander, name, length);
    expander->at = name + length + (braces ? 1 : 0);
}

static void backslash(struct expander *expander) {
    char byte = expander->at + 1 < expander->end ? expander->at[1] : 0;
    expander->at += 2;
    if (byte == '\n')
        return;
    if (expander->quoted && (byte == 0 || strchr("\"\\$`", byte) == nullptr))
        put_plain(expander, '\\');
    if (byte != 0)
        put_plain(expander, byte);
}

static void single_quoted(struct expander *expander) {
    field_open(expander);
    for (expander->at++; expander->at < expander->end && *expander->at != '\''; expander->at++)
        put_plain(expander, *expander->at);
    expander->at++;
}

// `"$@"` without arguments is no string at all.
static bool is_all_arguments(const struct expander *expander) {
    return expander->end - expander->at >= 4 && strncmp(expander->at, "\"$@\"", 4) == 0;
}

static void piece(struct expander *expander) {
    char byte = *expander->at;
    if (byte == '"') {
        if (!expander->quoted && !is_all_arguments(expander))
            field_open(expander);
        expander->quoted = !expander->quoted;
        expander->at++;
    } else if (byte == '\'' && !expander->quoted) {
        single_quoted(expander);
    } else if (byte == '\\') {
        backslash(expander);
    } else if (byte == '$') {
        dollar(expander);
    } else {
        put(expander, byte);
        expander->at++;
    }
}

static bool expand(struct expander *expander) {
    if (!expander->split)
        field_open(expander);
    while (expander->at < expander->end && !expander->overflow)
        piece(expander);
    field_close(expander);
    return !expander->overflow;
}

bool expand_word(const char *word, size_t length, const struct expand_source *source, struct fields *fields) {
    struct expander expander = {
        .at = word, .end = word + length, .source = source, .fields = fields, .split = true};
    return expand(&expander);
}

bool expand_whole(const char *word, size_t length, const struct expand_source *source,
                  struct fields *fields) {
    struct expander expander = {.at = word, .end = word + length, .source = source, .fields = fields};
    return expand(&expander);
}
