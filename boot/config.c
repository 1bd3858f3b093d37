// SPDX-License-Identifier: MIT
//
// Reading limine.conf (see config.h). Source: CONFIG.md of Limine 12, "Structure of the config file" and
// "Paths". Every option is one row of a table, so what is understood can be read off at one place.

#include "config.h"
#include <base/string.h>

struct parser {
    struct config *config;
    struct config_entry *entry; // null before the first entry
    const char *reason;         // set once, by whoever finds the error
};

typedef bool option_handler(struct parser *parser, struct config_text value);

struct option {
    const char *name;
    bool is_global;
    option_handler *handle;
};

static bool refuse(struct parser *parser, const char *reason) {
    parser->reason = reason;
    return false;
}

static char lower(char character) {
    return character >= 'A' && character <= 'Z' ? (char)(character - 'A' + 'a') : character;
}

static bool text_equals(struct config_text text, const char *word) {
    size_t length = strlen(word);
    if (text.length != length)
        return false;
    for (size_t i = 0; i < length; i++)
        if (lower(text.start[i]) != word[i])
            return false;
    return true;
}

static bool is_blank(char character) {
    return character == ' ' || character == '\t' || character == '\r';
}

static struct config_text text_trim(struct config_text text) {
    while (text.length > 0 && is_blank(text.start[0])) {
        text.start++;
        text.length--;
    }
    while (text.length > 0 && is_blank(text.start[text.length - 1]))
        text.length--;
    return text;
}

static bool parse_number(struct config_text text, uint32_t *number) {
    uint32_t value = 0;
    if (text.length == 0)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.start[i] < '0' || text.start[i] > '9')
            return false;
        if (ckd_mul(&value, value, 10U) || ckd_add(&value, value, (uint32_t)(text.start[i] - '0')))
            return false;
    }
    *number = value;
    return true;
}

static bool handle_timeout(struct parser *parser, struct config_text value) {
    if (text_equals(value, "no")) {
        parser->config->timeout = CONFIG_TIMEOUT_NEVER;
        return true;
    }
    const char *dot = value.length == 0 ? nullptr : memchr(value.start, '.', value.length);
    struct config_text whole = value;
    uint32_t fraction;
    if (dot != nullptr) {
        struct config_text digits = {dot + 1, (size_t)(value.start + value.length - dot - 1), value.line};
        if (!parse_number(digits, &fraction))
            return refuse(parser, "the timeout is neither a number of seconds nor 'no'");
        whole.length = (size_t)(dot - value.start);
    }
    if (!parse_number(whole, &parser->config->timeout) || parser->config->timeout > 9999)
        return refuse(parser, "the timeout is neither a number of seconds (at most 9999) nor 'no'");
    return true;
}

static bool handle_default_entry(struct parser *parser, struct config_text value) {
    if (!parse_number(value, &parser->config->default_entry) || parser->config->default_entry == 0)
        return refuse(parser, "default_entry must be the number of an entry, counted from 1");
    return true;
}

static bool handle_serial(struct parser *parser, struct config_text value) {
    parser->config->serial = text_equals(value, "yes");
    if (!parser->config->serial && !text_equals(value, "no"))
        return refuse(parser, "serial is neither 'yes' nor 'no'");
    return true;
}

static bool handle_protocol(struct parser *parser, struct config_text value) {
    parser->entry->protocol = value;
    return true;
}

// Files that serve old and new loaders give the same path under both of its names: the first one counts.
static bool handle_path(struct parser *parser, struct config_text value) {
    if (value.length == 0)
        return refuse(parser, "the path is empty");
    if (parser->entry->path.start == nullptr)
        parser->entry->path = value;
    return true;
}

static bool handle_cmdline(struct parser *parser, struct config_text value) {
    if (parser->entry->cmdline.start == nullptr)
        parser->entry->cmdline = value;
    return true;
}

static bool handle_module_path(struct parser *parser, struct config_text value) {
    struct config *config = parser->config;
    if (value.length == 0)
        return refuse(parser, "the module's path is empty");
    if (config->module_count == CONFIG_MODULES_MAX)
        return refuse(parser, "too many modules (at most 128)");
    config->modules[config->module_count++] = (struct config_module){.path = value};
    parser->entry->module_count++;
    return true;
}

static bool handle_module_string(struct parser *parser, struct config_text value) {
    if (parser->entry->module_count == 0)
        return refuse(parser, "a module's string comes before any module_path");
    parser->config->modules[parser->config->module_count - 1].string = value;
    return true;
}

static const struct option options[] = {
    {"timeout", true, handle_timeout},
    {"default_entry", true, handle_default_entry},
    {"serial", true, handle_serial},
    {"protocol", false, handle_protocol},
    {"path", false, handle_path},
    {"kernel_path", false, handle_path},
    {"cmdline", false, handle_cmdline},
    {"kernel_cmdline", false, handle_cmdline},
    {"module_path", false, handle_module_path},
    {"module_string", false, handle_module_string},
    {"module_cmdline", false, handle_module_string},
};

static bool parse_option(struct parser *parser, struct config_text line) {
    const char *colon = memchr(line.start, ':', line.length);
    if (colon == nullptr)
        return refuse(parser, "neither an entry ('/name'), an option ('name: value') nor a comment ('#')");
    struct config_text name =
        text_trim((struct config_text){line.start, (size_t)(colon - line.start), line.line});
    struct config_text value =
        text_trim((struct config_text){colon + 1, (size_t)(line.start + line.length - colon - 1), line.line});
    if (name.length == 0)
        return refuse(parser, "an option without a name");
    if (value.length > CONFIG_VALUE_MAX)
        return refuse(parser, "the value is longer than 4095 characters");

    for (size_t i = 0; i < array_length(options); i++) {
        if (!text_equals(name, options[i].name))
            continue;
        if (!options[i].is_global && parser->entry == nullptr)
            return refuse(parser, "this option belongs to an entry, and no entry has begun");
        return options[i].handle(parser, value);
    }
    if (parser->config->unknown_count++ == 0)
        parser->config->unknown_line = line.line;
    return true;
}

// A deeper entry right after this one makes this one a directory.
static bool parse_entry(struct parser *parser, struct config_text line) {
    struct config *config = parser->config;
    unsigned depth = 0;
    while (line.length > 0 && line.start[0] == '/') {
        depth++;
        line.start++;
        line.length--;
    }
    if (line.length > 0 && line.start[0] == '+') {
        line.start++;
        line.length--;
    }
    line = text_trim(line);
    if (line.length == 0)
        return refuse(parser, "an entry without a name");
    if (config->entry_count == CONFIG_ENTRIES_MAX)
        return refuse(parser, "too many entries (at most 64)");
    unsigned parent_depth = parser->entry == nullptr ? 0 : parser->entry->depth;
    if (depth > parent_depth + 1)
        return refuse(parser, "an entry that is more than one level below the entry before it");
    if (parser->entry != nullptr && depth == parent_depth + 1)
        parser->entry->is_directory = true;
    parser->entry = &config->entries[config->entry_count++];
    *parser->entry =
        (struct config_entry){.name = line, .depth = depth, .module_first = config->module_count};
    return true;
}

static bool parse_line(struct parser *parser, struct config_text line) {
    line = text_trim(line);
    if (line.length == 0 || line.start[0] == '#')
        return true;
    if (memchr(line.start, '\0', line.length) != nullptr)
        return refuse(parser, "a NUL byte; is this a text file?");
    if (line.length >= 2 && line.start[0] == '$' && line.start[1] == '{')
        return refuse(parser, "macros are not supported");
    return line.start[0] == '/' ? parse_entry(parser, line) : parse_option(parser, line);
}

bool config_parse(const char *text, size_t length, struct config *config, struct config_error *error) {
    memset(config, 0, sizeof *config);
    config->timeout = 5;
    config->default_entry = 1;
    struct parser parser = {.config = config};
    unsigned line = 1;
    for (size_t position = 0; position < length; line++) {
        const char *start = text + position;
        const char *end = memchr(start, '\n', length - position);
        size_t line_length = end == nullptr ? length - position : (size_t)(end - start);
        if (!parse_line(&parser, (struct config_text){start, line_length, line})) {
            *error = (struct config_error){line, parser.reason};
            return false;
        }
        position += line_length + 1;
    }
    return true;
}

bool config_path(const struct config_text *value, struct config_text *path, const char **reason) {
    static const char resource[] = "boot():";
    *path = *value;
    if (memchr(value->start, '#', value->length) != nullptr) {
        *reason = "hashes of files are not supported";
        return false;
    }
    if (value->start[0] == '$') {
        *reason = "compressed files are not supported";
        return false;
    }
    if (value->length > sizeof resource - 1 && memcmp(value->start, resource, sizeof resource - 1) == 0) {
        path->start += sizeof resource - 1;
        path->length -= sizeof resource - 1;
    }
    if (path->start[0] != '/') {
        *reason = "only paths on the boot volume are supported, 'boot():/path'";
        return false;
    }
    return true;
}
