// SPDX-License-Identifier: MIT
//
// tr: replaces, deletes or squeezes bytes of its input.

#include "set.h"
#include <manual/tr.h>

enum { CHUNK = 16384 };

struct translation {
    uint8_t to[256];
    bool deleted[256];
    bool squeezed[256];
    int last; // byte that was printed last; -1: none
};

static void set_take(struct set *set, const char *text) {
    enum set_result result = set_parse(set, text);
    if (result == SET_OK)
        return;
    print_error("%s: %s", text, set_result_text(result));
    program_exit(EXIT_USAGE);
}

static void set_complement(struct set *set) {
    bool has[256] = {};
    for (size_t i = 0; i < set->count; i++)
        has[set->bytes[i]] = true;
    set->count = 0;
    for (unsigned byte = 0; byte < 256; byte++) {
        if (!has[byte])
            set->bytes[set->count++] = (uint8_t)byte;
    }
}

// The last byte of the second set stands for as many as the first has more.
static void translation_make(struct translation *translation, const struct set *from, const struct set *to) {
    for (unsigned byte = 0; byte < 256; byte++)
        translation->to[byte] = (uint8_t)byte;
    for (size_t i = 0; i < from->count; i++) {
        translation->deleted[from->bytes[i]] = option_delete;
        if (to != nullptr && !option_delete)
            translation->to[from->bytes[i]] = to->bytes[min_u64(i, to->count - 1)];
    }
    const struct set *squeezed = to != nullptr ? to : from;
    for (size_t i = 0; option_squeeze && i < squeezed->count; i++)
        translation->squeezed[squeezed->bytes[i]] = true;
    translation->last = -1;
}

static size_t translate(struct translation *translation, const uint8_t *in, size_t length, uint8_t *out) {
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t byte = translation->to[in[i]];
        if (translation->deleted[in[i]] || (translation->squeezed[byte] && translation->last == byte))
            continue;
        out[used++] = byte;
        translation->last = byte;
    }
    return used;
}

static int input_translate(struct translation *translation) {
    static uint8_t in[CHUNK], out[CHUNK];
    for (;;) {
        size_t count;
        status_t status = input_read(in, sizeof(in), &count);
        if (status != STATUS_OK)
            fail("input: %s", status_text(status));
        if (count == 0)
            return 0;
        print_bytes(out, translate(translation, in, count, out));
        print_flush();
    }
}

// With two sets, -d takes the first away and -s squeezes the second.
static bool operands_fit(size_t operands) {
    if (option_delete && option_squeeze)
        return operands == 2;
    if (option_delete)
        return operands == 1;
    return operands == 2 || option_squeeze;
}

int main(int count, char **arguments) {
    static struct set from, to;
    static struct translation translation;
    size_t operands = options_take(&usage, count, arguments);
    if (!operands_fit(operands)) {
        print_error("wants %s (try tr --help)", operands == 1 ? "two sets" : "one set");
        return EXIT_USAGE;
    }
    set_take(&from, arguments[0]);
    if (option_complement)
        set_complement(&from);
    if (operands == 2)
        set_take(&to, arguments[1]);
    if (operands == 2 && to.count == 0) {
        print_error("SET2 is empty");
        return EXIT_USAGE;
    }
    translation_make(&translation, &from, operands == 2 ? &to : nullptr);
    return input_translate(&translation);
}
