// SPDX-License-Identifier: MIT
//
// sort: prints the lines of its files in order. All lines are in memory; a merge sort keeps equal ones as
// they came.

#include <manual/sort.h>
#include <base/string.h>
#include <user/heap.h>
#include <user/source.h>

struct line {
    char *text;
    size_t length;
};

static struct line *lines;
static size_t line_count, line_room;

// ---- order

// The number at the start of a line, behind blanks: sign, digits, and up to nine digits of a fraction.
struct number {
    bool negative;
    uint64_t whole;
    uint64_t fraction; // in billionths
};

static struct number number_of(const char *text) {
    struct number number = {};
    while (*text == ' ' || *text == '\t')
        text++;
    number.negative = *text == '-';
    text += number.negative;
    for (; *text >= '0' && *text <= '9'; text++) {
        if (ckd_mul(&number.whole, number.whole, 10) ||
            ckd_add(&number.whole, number.whole, (uint64_t)(*text - '0')))
            number.whole = UINT64_MAX;
    }
    uint64_t unit = 100'000'000;
    for (text += *text == '.'; *text >= '0' && *text <= '9' && unit > 0; text++, unit /= 10)
        number.fraction += unit * (uint64_t)(*text - '0');
    number.negative = number.negative && (number.whole | number.fraction) != 0;
    return number;
}

static int compare_u64(uint64_t a, uint64_t b) {
    return a < b ? -1 : a > b;
}

static int compare_numbers(const struct line *a, const struct line *b) {
    struct number x = number_of(a->text), y = number_of(b->text);
    if (x.negative != y.negative)
        return x.negative ? -1 : 1;
    int order = compare_u64(x.whole, y.whole);
    order = order != 0 ? order : compare_u64(x.fraction, y.fraction);
    return x.negative ? -order : order;
}

static int compare_bytes(const struct line *a, const struct line *b) {
    size_t length = min_u64(a->length, b->length);
    int order = length > 0 ? memcmp(a->text, b->text, length) : 0;
    return order != 0 ? order : compare_u64(a->length, b->length);
}

// The order that was asked for; with -u, 0 means that one of the two goes.
static int compare(const struct line *a, const struct line *b) {
    int order = option_numbers ? compare_numbers(a, b) : 0;
    if (order == 0 && !(option_numbers && option_unique))
        order = compare_bytes(a, b);
    return option_reverse ? -order : order;
}

static void merge(const struct line *from, size_t middle, size_t end, struct line *to) {
    size_t left = 0, right = middle;
    for (size_t i = 0; i < end; i++) {
        bool take_left = right == end || (left < middle && compare(&from[left], &from[right]) <= 0);
        to[i] = take_left ? from[left++] : from[right++];
    }
}

// Bottom up, from one array to the other. Returns the one with the result.
static struct line *merge_sort(struct line *from, struct line *to, size_t count) {
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t start = 0; start < count; start += 2 * width) {
            size_t rest = count - start;
            merge(from + start, min_u64(width, rest), min_u64(2 * width, rest), to + start);
        }
        struct line *other = from;
        from = to;
        to = other;
    }
    return from;
}

// ---- lines

static bool line_add(const char *text, size_t length) {
    if (line_count == line_room) {
        size_t room = line_room > 0 ? 2 * line_room : 1024;
        struct line *more = heap_resize(lines, room * sizeof(*lines));
        if (more == nullptr)
            return false;
        lines = more;
        line_room = room;
    }
    char *copy = heap_allocate(length + 1);
    if (copy == nullptr)
        return false;
    memcpy(copy, text, length);
    copy[length] = 0;
    lines[line_count++] = (struct line){.text = copy, .length = length};
    return true;
}

static bool file_read_all(const char *path) {
    struct lines reader = {};
    char *text;
    size_t length;
    enum lines_result result = LINES_FAILED;
    if (source_open(&reader.source, path)) {
        while ((result = lines_next(&reader, &text, &length)) == LINES_LINE) {
            if (!line_add(text, length))
                fail("%s", status_text(STATUS_NO_QUOTA));
        }
    }
    lines_free(&reader);
    return result == LINES_END;
}

static void lines_print(const struct line *sorted) {
    for (size_t i = 0; i < line_count; i++) {
        if (option_unique && i > 0 && compare(&sorted[i - 1], &sorted[i]) == 0)
            continue;
        print_bytes(sorted[i].text, sorted[i].length);
        print_bytes("\n", 1);
    }
}

int main(int count, char **arguments) {
    size_t operands = options_take(&usage, count, arguments);
    bool good = operands > 0 || file_read_all(nullptr);
    for (size_t i = 0; i < operands; i++)
        good = file_read_all(arguments[i]) && good;
    struct line *other = line_count > 0 ? heap_allocate(line_count * sizeof(*lines)) : nullptr;
    if (line_count > 0 && other == nullptr)
        fail("%s", status_text(STATUS_NO_QUOTA));
    lines_print(merge_sort(lines, other, line_count));
    return good ? 0 : 1;
}
