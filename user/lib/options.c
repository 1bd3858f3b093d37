// SPDX-License-Identifier: MIT
//
// See user/options.h.

#include <user/options.h>
#include <base/string.h>

static void help_print(const struct usage *usage, format_sink_t *sink, void *context) {
    format_to(sink, context, "usage: %s%s%s%s\n%s\n", usage->name, usage->options ? " [OPTION...]" : "",
              usage->operands[0] ? " " : "", usage->operands, usage->summary);
    for (const struct option *option = usage->options; option && option->letter; option++)
        format_to(sink, context, "  -%c %-4s %s\n", option->letter, option->name ? option->name : "",
                  option->help);
    format_to(sink, context, "  --help  this text\n");
}

struct parser {
    const struct usage *usage;
    char **next; // words that are not looked at yet
    char **end;
    format_sink_t *sink;
    void *context;
};

static const struct option *option_find(const struct usage *usage, char letter) {
    for (const struct option *option = usage->options; option && option->letter; option++) {
        if (option->letter == letter)
            return option;
    }
    return nullptr;
}

// The argument of an option: what stands behind its letter, or the next word.
static const char *argument_take(struct parser *parser, const char *rest) {
    if (*rest != 0)
        return rest;
    return parser->next < parser->end ? *parser->next++ : nullptr;
}

static bool wrong(struct parser *parser, const char *what, const char *text) {
    format_to(parser->sink, parser->context, "%s: %s%s (try %s --help)\n", parser->usage->name, what, text,
              parser->usage->name);
    return false;
}

static bool letters_set(struct parser *parser, const char *word) {
    for (const char *letter = word + 1; *letter; letter++) {
        const struct option *option = option_find(parser->usage, *letter);
        if (option == nullptr)
            return wrong(parser, "unknown option: ", word);
        if (option->value != nullptr) {
            *option->value = true;
            continue;
        }
        *option->argument = argument_take(parser, letter + 1);
        return *option->argument != nullptr || wrong(parser, "an argument is missing behind ", word);
    }
    return true;
}

static enum options_result operands_check(struct parser *parser, size_t count) {
    const struct usage *usage = parser->usage;
    if (count >= usage->operands_min && count <= usage->operands_max)
        return OPTIONS_RUN;
    (void)wrong(parser, count < usage->operands_min ? "an operand is missing" : "too many operands", "");
    return OPTIONS_WRONG;
}

enum options_result options_parse(const struct usage *usage, int count, char **arguments, size_t *operands,
                                  format_sink_t *sink, void *context) {
    struct parser parser = {
        .usage = usage, .next = arguments + 1, .end = arguments + count, .sink = sink, .context = context};
    bool options_over = false;
    size_t kept = 0;
    while (parser.next < parser.end) {
        char *word = *parser.next++;
        if (options_over || word[0] != '-' || word[1] == 0) {
            arguments[kept++] = word;
            options_over = options_over || !usage->options_anywhere;
        } else if (strcmp(word, "--") == 0) {
            options_over = true;
        } else if (strcmp(word, "--help") == 0) {
            help_print(usage, sink, context);
            return OPTIONS_HELP;
        } else if (!letters_set(&parser, word)) {
            return OPTIONS_WRONG;
        }
    }
    *operands = kept;
    return operands_check(&parser, kept);
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

bool size_parse(const char *text, uint64_t *value) {
    char digits[24];
    size_t length = strlen(text);
    uint64_t unit = 1;
    if (length == 0 || length >= sizeof(digits))
        return false;
    if (text[length - 1] == 'K' || text[length - 1] == 'M')
        unit = text[--length] == 'K' ? KIB : MIB;
    memcpy(digits, text, length);
    digits[length] = 0;
    return number_parse(digits, value) && !ckd_mul(value, *value, unit);
}
