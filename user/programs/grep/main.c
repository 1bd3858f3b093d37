// SPDX-License-Identifier: MIT
//
// grep: prints the lines in which a pattern occurs. Status 0: there were some; 1: none; 2: something went
// wrong.

#include "match.h"
#include <manual/grep.h>
#include <user/source.h>

struct search {
    struct pattern pattern;
    bool named; // the name of its file stands before each line
    bool found;
};

static void line_print(const struct search *search, const char *name, uint64_t number, const char *line,
                       size_t length) {
    if (search->named)
        print("%s:", name);
    if (option_numbers)
        print("%llu:", (unsigned long long)number);
    print_bytes(line, length);
    print_bytes("\n", 1);
}

static void count_print(const struct search *search, const char *name, uint64_t count) {
    if (search->named)
        print("%s:", name);
    print("%llu\n", (unsigned long long)count);
}

static bool file_search(struct search *search, const char *path) {
    struct lines lines = {};
    char *line;
    size_t length;
    uint64_t number = 0, count = 0;
    enum lines_result result = LINES_FAILED;
    if (source_open(&lines.source, path)) {
        while ((result = lines_next(&lines, &line, &length)) == LINES_LINE) {
            number++;
            if (pattern_matches(&search->pattern, line, length) == option_invert)
                continue;
            count++;
            if (!option_count && !option_quiet)
                line_print(search, lines.source.name, number, line, length);
        }
    }
    if (result == LINES_END && option_count && !option_quiet)
        count_print(search, lines.source.name, count);
    search->found |= count > 0;
    lines_free(&lines);
    return result == LINES_END;
}

int main(int count, char **arguments) {
    static struct search search;
    size_t operands = options_take(&usage, count, arguments);
    enum pattern_result result =
        pattern_parse(&search.pattern, arguments[0], option_fixed, option_ignore_case);
    if (result != PATTERN_OK) {
        print_error("%s: %s", arguments[0], pattern_result_text(result));
        return EXIT_USAGE;
    }
    search.named = operands > 2;
    bool good = operands > 1 || file_search(&search, nullptr);
    for (size_t i = 1; i < operands; i++)
        good = file_search(&search, arguments[i]) && good;
    if (!good)
        return EXIT_USAGE;
    return search.found ? 0 : 1;
}
