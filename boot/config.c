// SPDX-License-Identifier: MIT
//
// Reading limine.conf (see config.h). Source: CONFIG.md of Limine 12, "Structure of the config file". Every
// option is one row of a table, so what is understood can be read off at one place.

#include "config.h"
#include "default_entry.h"
#include <base/string.h>

#define TIMEOUT_DEFAULT 5 // seconds
#define TIMEOUT_MAX     9999

struct parser {
    const struct config_machine *machine;
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

static void note(struct config *config, unsigned line, const char *option, const char *text) {
    if (config->note_count < CONFIG_NOTES_MAX)
        config->notes[config->note_count++] = (struct config_note){line, option, text};
}

// A number with more digits than fit is a large one.
static bool parse_seconds(struct config_text text, uint32_t *seconds) {
    for (size_t i = 0; i < text.length; i++)
        if (text.start[i] < '0' || text.start[i] > '9')
            return false;
    if (!config_text_number(text, seconds))
        *seconds = TIMEOUT_MAX;
    return text.length > 0;
}

// Tenths of a second and finer are kept to the millisecond.
static bool parse_milliseconds(struct config_text value, uint32_t *milliseconds) {
    const char *dot = value.length == 0 ? nullptr : memchr(value.start, '.', value.length);
    struct config_text whole = value;
    uint32_t seconds, digit;
    uint32_t fraction = 0;
    if (dot != nullptr) {
        whole.length = (size_t)(dot - value.start);
        uint32_t weight = 100;
        for (const char *at = dot + 1; at < value.start + value.length; at++, weight /= 10) {
            if (!config_text_number((struct config_text){at, 1, value.line}, &digit))
                return false;
            fraction += digit * weight;
        }
    }
    if (!parse_seconds(whole, &seconds))
        return false;
    *milliseconds = seconds >= TIMEOUT_MAX ? TIMEOUT_MAX * 1000 : seconds * 1000 + fraction;
    return true;
}

// What is neither `no` nor a number counts as 0.
static bool handle_timeout(struct parser *parser, struct config_text value) {
    struct config *config = parser->config;
    if (config_text_is(value, "no")) {
        config->timeout_ms = CONFIG_TIMEOUT_NEVER;
    } else if (!parse_milliseconds(value, &config->timeout_ms)) {
        note(config, value.line, "timeout", "is neither 'no' nor a number of seconds, and counts as 0");
        config->timeout_ms = 0;
    }
    return true;
}

static bool handle_default_entry(struct parser *parser, struct config_text value) {
    parser->config->selection = value;
    return true;
}

static bool handle_quiet(struct parser *parser, struct config_text value) {
    parser->config->quiet = config_text_is(value, "yes");
    return true;
}

static bool handle_serial(struct parser *parser, struct config_text value) {
    parser->config->serial = config_text_is(value, "yes");
    if (!parser->config->serial && !config_text_is(value, "no"))
        return refuse(parser, "serial is neither 'yes' nor 'no'");
    return true;
}

static bool handle_mismatch(struct parser *parser, struct config_text value) {
    parser->config->tolerate_mismatch = config_text_is(value, "no");
    return true;
}

static bool handle_branding(struct parser *parser, struct config_text value) {
    parser->config->branding = value;
    return true;
}

static bool handle_help_hidden(struct parser *parser, struct config_text value) {
    parser->config->help_hidden = config_text_is(value, "yes");
    return true;
}

static bool handle_comment(struct parser *parser, struct config_text value) {
    parser->entry->comment = value;
    return true;
}

static bool handle_firmware(struct parser *parser, struct config_text value) {
    if (!config_text_is(value, parser->machine->firmware))
        parser->entry->is_hidden = true;
    return true;
}

// A list of architectures, separated by blanks.
static bool handle_architecture(struct parser *parser, struct config_text value) {
    bool is_listed = false;
    while (value.length > 0) {
        size_t length = 0;
        while (length < value.length && !config_is_blank(value.start[length]))
            length++;
        is_listed = is_listed || config_text_is((struct config_text){value.start, length, value.line},
                                                parser->machine->architecture);
        value.start += length;
        value.length -= length;
        value = config_text_trim(value);
    }
    if (!is_listed)
        parser->entry->is_hidden = true;
    return true;
}

// WIDTHxHEIGHT or WIDTHxHEIGHTxBITS.
static bool handle_resolution(struct parser *parser, struct config_text value) {
    uint32_t numbers[3] = {0, 0, 32};
    size_t count = 0;
    for (bool more = true; more; count++) {
        const char *end = memchr(value.start, 'x', value.length);
        size_t length = end == nullptr ? value.length : (size_t)(end - value.start);
        if (count == 3 ||
            !config_text_number((struct config_text){value.start, length, value.line}, &numbers[count]))
            return refuse(parser, "the resolution is not of the form WIDTHxHEIGHT or WIDTHxHEIGHTxBITS");
        more = end != nullptr;
        value.start += length + more;
        value.length -= length + more;
    }
    if (count < 2)
        return refuse(parser, "the resolution is not of the form WIDTHxHEIGHT or WIDTHxHEIGHTxBITS");
    parser->entry->width = numbers[0];
    parser->entry->height = numbers[1];
    parser->entry->bits = numbers[2];
    return true;
}

static bool handle_min_paging(struct parser *parser, struct config_text value) {
    parser->entry->min_paging_mode = value;
    return true;
}

static bool handle_max_paging(struct parser *parser, struct config_text value) {
    parser->entry->max_paging_mode = value;
    return true;
}

static bool handle_paging(struct parser *parser, struct config_text value) {
    return handle_min_paging(parser, value) && handle_max_paging(parser, value);
}

// What another kind of firmware would have to start is hidden, as CONFIG.md has it.
static bool handle_protocol(struct parser *parser, struct config_text value) {
    static const char *const of_bios[] = {"bios", "bios_chainload"};
    static const char *const of_uefi[] = {"efi", "uefi", "efi_chainload", "efi_boot_entry"};
    bool is_uefi = strcmp(parser->machine->firmware, "UEFI") == 0;
    const char *const *foreign = is_uefi ? of_bios : of_uefi;
    for (size_t i = 0; i < (is_uefi ? array_length(of_bios) : array_length(of_uefi)); i++)
        if (config_text_is(value, foreign[i]))
            parser->entry->is_hidden = true;
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
    {"quiet", true, handle_quiet},
    {"serial", true, handle_serial},
    {"hash_mismatch_panic", true, handle_mismatch},
    {"interface_branding", true, handle_branding},
    {"interface_help_hidden", true, handle_help_hidden},
    {"comment", false, handle_comment},
    {"protocol", false, handle_protocol},
    {"path", false, handle_path},
    {"kernel_path", false, handle_path},
    {"cmdline", false, handle_cmdline},
    {"kernel_cmdline", false, handle_cmdline},
    {"module_path", false, handle_module_path},
    {"module_string", false, handle_module_string},
    {"module_cmdline", false, handle_module_string},
    {"resolution", false, handle_resolution},
    {"min_paging_mode", false, handle_min_paging},
    {"max_paging_mode", false, handle_max_paging},
    {"paging_mode", false, handle_paging},
    {"if_fw_type", false, handle_firmware},
    {"if_arch", false, handle_architecture},
};

// How another loader's menu looks and sounds, and what other protocols need: nothing is missing without them.
static const char *const ignored[] = {
    "graphics",
    "wallpaper",
    "wallpaper_style",
    "backdrop",
    "verbose",
    "keyboard_layout",
    "mouse",
    "firmware_logo",
    "serial_baudrate",
    "interface_resolution",
    "interface_rotation",
    "interface_branding_colour",
    "interface_branding_color",
    "interface_help_colour",
    "interface_help_color",
    "interface_help_colour_bright",
    "interface_help_color_bright",
    "term_font",
    "term_font_size",
    "term_font_scale",
    "term_font_spacing",
    "term_palette",
    "term_palette_bright",
    "term_background",
    "term_foreground",
    "term_background_bright",
    "term_foreground_bright",
    "term_margin",
    "term_margin_gradient",
    "editor_enabled",
    "editor_highlighting",
    "editor_validation",
    "textmode",
    "image_path",
    "entry",
    "drive",
    "partition",
    "mbr_id",
    "gpt_uuid",
    "gpt_guid",
};

// What would change what is booted, or how safely: said to be missing unless it is switched off.
static const char *const unsupported[] = {
    "remember_last_entry", "randomise_memory",    "randomize_memory", "measured_boot", "kaslr",
    "randomise_hhdm_base", "randomize_hhdm_base", "global_dtb",       "dtb_path",
};

static bool is_listed(struct config_text name, const char *const *list, size_t count, const char **found) {
    for (size_t i = 0; i < count; i++) {
        *found = list[i];
        if (config_text_is(name, list[i]))
            return true;
    }
    return false;
}

static bool pass_over(struct config *config, struct config_text name, struct config_text value) {
    const char *found;
    if (is_listed(name, ignored, array_length(ignored), &found))
        return true;
    if (is_listed(name, unsupported, array_length(unsupported), &found)) {
        if (!config_text_is(value, "no"))
            note(config, name.line, found, "is not supported and ignored");
        return true;
    }
    if (config->unknown_count++ == 0)
        config->unknown_line = name.line;
    return true;
}

static bool parse_option(struct parser *parser, struct config_text line) {
    const char *colon = memchr(line.start, ':', line.length);
    if (colon == nullptr)
        return refuse(parser, "neither an entry ('/name'), an option ('name: value') nor a comment ('#')");
    struct config_text name =
        config_text_trim((struct config_text){line.start, (size_t)(colon - line.start), line.line});
    struct config_text value = config_text_trim(
        (struct config_text){colon + 1, (size_t)(line.start + line.length - colon - 1), line.line});
    if (name.length == 0)
        return refuse(parser, "an option without a name");

    for (size_t i = 0; i < array_length(options); i++) {
        if (!config_text_is(name, options[i].name))
            continue;
        if (value.length > CONFIG_VALUE_MAX)
            note(parser->config, name.line, options[i].name, "is longer than 4095 characters, and cut there");
        value.length = min_u64(value.length, CONFIG_VALUE_MAX);
        if (!options[i].is_global && parser->entry == nullptr)
            return refuse(parser, "this option belongs to an entry, and no entry has begun");
        return options[i].handle(parser, value);
    }
    return pass_over(parser->config, name, value);
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
    bool is_expanded = line.length > 0 && line.start[0] == '+';
    line.start += is_expanded;
    line.length -= is_expanded;
    line = config_text_trim(line);
    if (line.length == 0)
        return refuse(parser, "an entry without a name");
    if (config->entry_count == CONFIG_ENTRIES_MAX)
        return refuse(parser, "too many entries (at most 64)");
    unsigned parent_depth = parser->entry == nullptr ? 0 : parser->entry->depth;
    if (depth > parent_depth + 1)
        return refuse(parser, "an entry that is more than one level below the entry before it");
    if (parser->entry != nullptr && depth == parent_depth + 1)
        parser->entry->is_directory = true;
    size_t parent = config->entry_count;
    while (parent > 0 && config->entries[parent - 1].depth >= depth)
        parent--;
    parser->entry = &config->entries[config->entry_count++];
    *parser->entry = (struct config_entry){
        .name = line,
        .depth = depth,
        .parent = parent == 0 ? CONFIG_NO_ENTRY : parent - 1,
        .is_expanded = is_expanded,
        .module_first = config->module_count,
    };
    return true;
}

static bool parse_line(struct parser *parser, struct config_text line) {
    line = config_text_trim(line);
    if (line.length == 0 || line.start[0] == '#')
        return true;
    if (memchr(line.start, '\0', line.length) != nullptr)
        return refuse(parser, "a NUL byte; is this a text file?");
    return line.start[0] == '/' ? parse_entry(parser, line) : parse_option(parser, line);
}

// What stands below a hidden entry is hidden. Parents come before their children.
static void hide_below(struct config *config) {
    for (size_t i = 0; i < config->entry_count; i++) {
        struct config_entry *entry = &config->entries[i];
        if (entry->parent != CONFIG_NO_ENTRY && config->entries[entry->parent].is_hidden)
            entry->is_hidden = true;
    }
}

static void resolve_default(struct config *config) {
    config->default_number = 1;
    if (config->selection.start != nullptr &&
        !config_text_number(config->selection, &config->default_number)) {
        config->default_number = 0;
        config->default_index = default_entry_by_path(config, config->selection);
        return;
    }
    config->default_index = config->default_number == 0
                                ? CONFIG_NO_ENTRY
                                : default_entry_by_number(config, config->default_number);
}

bool config_parse(const char *text, size_t length, const struct config_machine *machine,
                  struct config *config, struct config_error *error) {
    memset(config, 0, sizeof *config);
    config->timeout_ms = TIMEOUT_DEFAULT * 1000;
    struct parser parser = {.config = config, .machine = machine};
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
    hide_below(config);
    resolve_default(config);
    return true;
}
