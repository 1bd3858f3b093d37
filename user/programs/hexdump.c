// SPDX-License-Identifier: MIT
//
// hexdump: prints bytes with their offsets, in the form of `hexdump -C` elsewhere: sixteen in a row, and what
// of them is text. Rows that are like the one before are left out; one `*` stands for them.

#include <manual/hexdump.h>
#include <base/string.h>
#include <user/source.h>

enum { ROW = 16, CHUNK = 16384 };

struct dump {
    uint8_t row[ROW];
    size_t filled;
    uint64_t offset; // of the row
    uint8_t before[ROW];
    bool has_before;
    bool starred;
};

static void row_print(const struct dump *dump) {
    print("%08llx ", (unsigned long long)dump->offset);
    for (size_t i = 0; i < ROW; i++) {
        if (i % 8 == 0)
            print(" ");
        if (i < dump->filled)
            print("%02x ", dump->row[i]);
        else
            print("   ");
    }
    print(" |");
    for (size_t i = 0; i < dump->filled; i++)
        print("%c", dump->row[i] >= ' ' && dump->row[i] < 127 ? dump->row[i] : '.');
    print("|\n");
}

static void row_end(struct dump *dump) {
    bool same =
        dump->has_before && dump->filled == ROW && memcmp(dump->row, dump->before, ROW) == 0 && !option_all;
    if (dump->filled == 0)
        return;
    if (!same)
        row_print(dump);
    else if (!dump->starred)
        print("*\n");
    dump->starred = same;
    dump->has_before = dump->filled == ROW;
    memcpy(dump->before, dump->row, ROW);
    dump->offset += dump->filled;
    dump->filled = 0;
}

static bool file_dump(struct dump *dump, const char *path, uint64_t *left) {
    static uint8_t chunk[CHUNK];
    struct source source;
    size_t count = 1;
    if (!source_open(&source, path))
        return false;
    while (count > 0 && *left > 0) {
        if (!source_read(&source, chunk, min_u64(sizeof(chunk), *left), &count))
            return false;
        *left -= count;
        for (size_t i = 0; i < count; i++) {
            dump->row[dump->filled++] = chunk[i];
            if (dump->filled == ROW)
                row_end(dump);
        }
    }
    return true;
}

int main(int count, char **arguments) {
    static struct dump dump;
    uint64_t left = UINT64_MAX;
    size_t operands = options_take(&usage, count, arguments);
    if (option_limit != nullptr && !number_parse(option_limit, &left)) {
        print_error("'%s' is no number", option_limit);
        return EXIT_USAGE;
    }
    bool good = operands > 0 || file_dump(&dump, nullptr, &left);
    for (size_t i = 0; i < operands; i++)
        good = file_dump(&dump, arguments[i], &left) && good;
    row_end(&dump);
    if (dump.offset > 0)
        print("%08llx\n", (unsigned long long)dump.offset);
    return good ? 0 : 1;
}
