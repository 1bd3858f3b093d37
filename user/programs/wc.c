// SPDX-License-Identifier: MIT
//
// wc: counts lines, words and bytes.

#include <manual/wc.h>
#include <user/source.h>

enum { CHUNK = 32768 };

struct counts {
    uint64_t lines;
    uint64_t words;
    uint64_t bytes;
    bool in_word;
};

static char chunk[CHUNK];

static void count_bytes(struct counts *counts, size_t length) {
    counts->bytes += length;
    for (size_t i = 0; i < length; i++) {
        bool blank = chunk[i] == ' ' || (chunk[i] >= '\t' && chunk[i] <= '\r');
        counts->lines += chunk[i] == '\n';
        counts->words += !blank && !counts->in_word;
        counts->in_word = !blank;
    }
}

// All three in columns; what was asked for, when something was; a single number as it is.
static void counts_print(const struct counts *counts, const char *name) {
    const uint64_t values[] = {counts->lines, counts->words, counts->bytes};
    const bool asked[] = {option_lines, option_words, option_bytes};
    unsigned chosen = (unsigned)option_lines + option_words + option_bytes;
    const char *separator = "";
    for (size_t i = 0; i < array_length(values); i++) {
        if (chosen > 0 && !asked[i])
            continue;
        print("%s%*llu", separator, chosen == 1 ? 1 : 7, (unsigned long long)values[i]);
        separator = " ";
    }
    print("%s%s\n", name[0] ? " " : "", name);
}

// Counts a file, or what is typed when `path` is nullptr.
static bool path_count(const char *path, struct counts *total) {
    struct counts counts = {};
    struct source source;
    size_t length = 1;
    if (!source_open(&source, path))
        return false;
    while (length > 0) {
        if (!source_read(&source, chunk, sizeof(chunk), &length))
            return false;
        count_bytes(&counts, length);
    }
    counts_print(&counts, path != nullptr ? path : "");
    total->lines += counts.lines;
    total->words += counts.words;
    total->bytes += counts.bytes;
    return true;
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    struct counts total = {};
    bool good = operands > 0 || path_count(nullptr, &total);
    for (size_t i = 0; i < operands; i++)
        good = path_count(arguments[i], &total) && good;
    if (operands > 1)
        counts_print(&total, "total");
    return good ? 0 : 1;
}
