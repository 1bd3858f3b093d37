// SPDX-License-Identifier: MIT
//
// See expression.h. Both sides of -a and -o are always looked at, so that what is wrong is found anyway.

#include "expression.h"
#include <base/string.h>

enum { DEPTH_MAX = 32 };

struct expression {
    char *const *words;
    size_t count;
    size_t at;
    unsigned depth;
    file_kind_t *kind;
    enum expression_result wrong; // EXPRESSION_TRUE: nothing yet
};

static bool parse_or(struct expression *expression);

static bool fail_with(struct expression *expression, enum expression_result result) {
    if (expression->wrong == EXPRESSION_TRUE)
        expression->wrong = result;
    return false;
}

static const char *word(const struct expression *expression, size_t ahead) {
    size_t index = expression->at + ahead;
    return index < expression->count ? expression->words[index] : "";
}

static bool take(struct expression *expression, const char *wanted) {
    if (expression->at == expression->count || strcmp(word(expression, 0), wanted) != 0)
        return false;
    expression->at++;
    return true;
}

static bool number(struct expression *expression, size_t ahead, int64_t *value) {
    const char *text = word(expression, ahead);
    bool negative = *text == '-';
    text += negative;
    bool good = *text != 0;
    *value = 0;
    for (; good && *text != 0; text++)
        good = *text >= '0' && *text <= '9' && !ckd_mul(value, *value, 10) &&
               !ckd_add(value, *value, *text - '0');
    if (!good) {
        expression->at += ahead;
        return fail_with(expression, EXPRESSION_NUMBER);
    }
    *value = negative ? -*value : *value;
    return true;
}

// A sign between two words. False with *known false: there is none of this name.
static bool compare_numbers(const char *sign, int64_t a, int64_t b, bool *known) {
    const struct {
        const char *sign;
        bool value;
    } signs[] = {{"-eq", a == b}, {"-ne", a != b}, {"-lt", a < b},
                 {"-le", a <= b}, {"-gt", a > b},  {"-ge", a >= b}};
    for (size_t i = 0; i < array_length(signs); i++) {
        if (strcmp(sign, signs[i].sign) == 0) {
            *known = true;
            return signs[i].value;
        }
    }
    *known = false;
    return false;
}

// Three words. False with *known false: they are no comparison.
static bool compare(struct expression *expression, bool *known) {
    const char *sign = word(expression, 1);
    bool equal = strcmp(word(expression, 0), word(expression, 2)) == 0;
    int64_t a = 0, b = 0;
    *known = strcmp(sign, "=") == 0 || strcmp(sign, "!=") == 0;
    if (*known)
        return sign[0] == '=' ? equal : !equal;
    (void)compare_numbers(sign, 0, 0, known);
    if (!*known || !number(expression, 0, &a) || !number(expression, 2, &b))
        return false;
    return compare_numbers(sign, a, b, known);
}

// A sign before a word.
static bool question(struct expression *expression, bool *known) {
    const char *sign = word(expression, 0), *operand = word(expression, 1);
    *known = sign[0] == '-' && sign[1] != 0 && sign[2] == 0 && strchr("nzefds", sign[1]) != nullptr;
    if (!*known)
        return false;
    if (sign[1] == 'n' || sign[1] == 'z')
        return (*operand != 0) == (sign[1] == 'n');
    enum file_kind kind = expression->kind(operand);
    switch (sign[1]) {
    case 'f':
        return kind == FILE_EMPTY || kind == FILE_FILLED;
    case 'd':
        return kind == FILE_FOLDER;
    case 's':
        return kind == FILE_FILLED;
    default:
        return kind != FILE_NONE;
    }
}

static bool parse_group(struct expression *expression) {
    bool value = parse_or(expression);
    return take(expression, ")") ? value : fail_with(expression, EXPRESSION_WRONG);
}

static bool parse_plain(struct expression *expression) {
    size_t left = expression->count - expression->at;
    bool known = false, value = false;
    if (left >= 3) {
        value = compare(expression, &known);
        expression->at += known && expression->wrong == EXPRESSION_TRUE ? 3 : 0;
    }
    if (!known && left >= 2) {
        value = question(expression, &known);
        expression->at += known ? 2 : 0;
    }
    if (known)
        return value;
    if (left >= 2 && take(expression, "!"))
        return !parse_plain(expression);
    if (left >= 2 && take(expression, "("))
        return parse_group(expression);
    if (left == 0)
        return fail_with(expression, EXPRESSION_WRONG);
    value = *word(expression, 0) != 0;
    expression->at++;
    return value;
}

static bool parse_term(struct expression *expression) {
    if (++expression->depth > DEPTH_MAX)
        return fail_with(expression, EXPRESSION_WRONG);
    bool value = parse_plain(expression);
    expression->depth--;
    return value;
}

static bool parse_and(struct expression *expression) {
    bool value = parse_term(expression);
    while (take(expression, "-a"))
        value = parse_term(expression) && value;
    return value;
}

static bool parse_or(struct expression *expression) {
    bool value = parse_and(expression);
    while (take(expression, "-o"))
        value = parse_and(expression) || value;
    return value;
}

enum expression_result expression_value(size_t count, char *const *words, file_kind_t *kind, size_t *at) {
    struct expression expression = {.words = words, .count = count, .kind = kind, .wrong = EXPRESSION_TRUE};
    *at = 0;
    if (count == 0)
        return EXPRESSION_FALSE;
    bool value = parse_or(&expression);
    if (expression.at < count)
        (void)fail_with(&expression, EXPRESSION_WRONG);
    *at = expression.at;
    if (expression.wrong != EXPRESSION_TRUE)
        return expression.wrong;
    return value ? EXPRESSION_TRUE : EXPRESSION_FALSE;
}
