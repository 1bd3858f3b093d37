// SPDX-License-Identifier: MIT
//
// See user/options.h.

#include <user/options.h>
#include <base/string.h>

static void help_print(const struct usage *usage, format_sink_t *sink, void *context) {
    format_to(sink, context, "usage: %s%s%s%s\n%s\n", usage->name, usage->options ? " [OPTION...]" : "",
              usage->operands[0] ? " " : "", usage->operands, usage->summary);
    for (const struct option *option = usage->options; option && option->letter; option++)
        format_to(sink, context, "  -%c      %s\n", option->letter, option->help);
    format_to(sink, context, "  --help  this text\n");
}

static bool letter_set(const struct usage *usage, char letter) {
    for (const struct option *option = usage->options; option && option->letter; option++) {
        if (option->letter == letter) {
            *option->value = true;
            return true;
        }
    }
    return false;
}

static bool letters_set(const struct usage *usage, const char *argument, format_sink_t *sink, void *context) {
    for (const char *letter = argument + 1; *letter; letter++) {
        if (*letter == '-' || !letter_set(usage, *letter)) {
            format_to(sink, context, "%s: unknown option: %s (try %s --help)\n", usage->name, argument,
                      usage->name);
            return false;
        }
    }
    return true;
}

enum options_result options_parse(const struct usage *usage, int count, char **arguments, size_t *operands,
                                  format_sink_t *sink, void *context) {
    bool options_over = false;
    size_t kept = 0;
    for (int i = 1; i < count; i++) {
        char *argument = arguments[i];
        if (options_over || argument[0] != '-' || argument[1] == 0) {
            arguments[kept++] = argument;
            options_over = options_over || !usage->options_anywhere;
        } else if (strcmp(argument, "--") == 0) {
            options_over = true;
        } else if (strcmp(argument, "--help") == 0) {
            help_print(usage, sink, context);
            return OPTIONS_HELP;
        } else if (!letters_set(usage, argument, sink, context)) {
            return OPTIONS_WRONG;
        }
    }
    *operands = kept;
    if (kept >= usage->operands_min && kept <= usage->operands_max)
        return OPTIONS_RUN;
    format_to(sink, context, "%s: %s (try %s --help)\n", usage->name,
              kept < usage->operands_min ? "an operand is missing" : "too many operands", usage->name);
    return OPTIONS_WRONG;
}

bool number_parse(const char *text, uint64_t *value) {
    uint64_t sum = 0;
    if (*text == 0)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || ckd_mul(&sum, sum, 10) ||
            ckd_add(&sum, sum, (uint64_t)(*text - '0')))
            return false;
    }
    *value = sum;
    return true;
}
