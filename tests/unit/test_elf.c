// SPDX-License-Identifier: MIT
//
// base/elf.c: one proper static PIE is built by hand; each case spoils one field and expects the defect's own
// name. The last test fails when an error exists that no case has provoked.

#include "unit.h"
#include <base/elf.h>
#include <string.h>

// Little-endian layout as in the gABI, with every table at a fixed place.
struct program {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_size, memory_size, alignment;
};

struct section {
    uint32_t name, type;
    uint64_t flags, address, offset, size;
    uint32_t link, info;
    uint64_t alignment, entry_size;
};

struct symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section;
    uint64_t address, size;
};

struct relocation {
    uint64_t address, info, addend;
};

struct file {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, program_offset, section_offset;
    uint32_t flags;
    uint16_t header_size, program_size, program_count, section_size, section_count, section_names;
    struct program text, data, dynamic_header, tls, stack, spare;
    uint8_t code[64];
    struct relocation relocations[2];
    uint64_t dynamic[10];
    struct section sections[3];
    struct symbol symbols[5];
    char strings[32];
};

static const struct elf_rules rules = {
    .machine = 62,
    .relative_relocation = 8,
    .allow_fixed = true,
    .allow_pie = true,
    .lowest_address = 0x1000,
    .address_limit = 0x800000000000,
    .size_limit = 0x100000,
    .page_size = 0x1000,
};

static bool seen[ELF_ERROR_RELOCATION_OUTSIDE_SEGMENTS + 1];

// Text at 0 holds the whole file up to its code and relocations, data stands one page higher.
static struct file make_pie(void) {
    struct file file = {
        .ident = {0x7f, 'E', 'L', 'F', 2, 1, 1},
        .type = 3,
        .machine = 62,
        .version = 1,
        .entry = offsetof(struct file, code),
        .program_offset = offsetof(struct file, text),
        .section_offset = offsetof(struct file, sections),
        .header_size = 64,
        .program_size = 56,
        .program_count = 5,
        .section_size = 64,
        .section_count = 3,
        .text = {1, 5, 0, 0, 0, offsetof(struct file, dynamic), offsetof(struct file, dynamic), 0x1000},
        .data = {1, 6, offsetof(struct file, dynamic), 0x1000 + offsetof(struct file, dynamic), 0, 80, 0x800,
                 0x1000},
        .dynamic_header = {2, 6, offsetof(struct file, dynamic), 0x1000 + offsetof(struct file, dynamic), 0,
                           80, 80, 8},
        .tls = {7, 4, 0, 0, 0, 16, 32, 16},
        .stack = {0x6474e551, 6, 0, 0, 0, 0, 0, 16},
        .relocations = {{0x1000 + offsetof(struct file, dynamic) + 0x100, 8, 0x123},
                        {0x1000 + offsetof(struct file, dynamic) + 0x7f8, 8, 0x456}},
        .dynamic = {7, offsetof(struct file, relocations), 8, 48, 9, 24, 0, 0, 0, 0},
        .sections = {{},
                     {.type = 2,
                      .offset = offsetof(struct file, symbols),
                      .size = sizeof(struct symbol[5]),
                      .link = 2,
                      .entry_size = 24},
                     {.type = 3, .offset = offsetof(struct file, strings), .size = 32}},
        .symbols = {{},
                    {1, 2, 0, 1, offsetof(struct file, code), 16},
                    {7, 2, 0, 1, offsetof(struct file, code) + 16, 0},
                    {14, 1, 0, 1, 0x1000 + offsetof(struct file, dynamic), 8},
                    {20, 0, 0, 1, offsetof(struct file, code) + 32, 0}},
        .strings = "\0first\0second\0table\0label",
    };
    return file;
}

// The same as a fixed image: everything moved up by 1 MiB, without relocations.
static struct file make_fixed(void) {
    struct file file = make_pie();
    file.type = 2;
    file.entry += 0x100000;
    file.text.address += 0x100000;
    file.data.address += 0x100000;
    file.dynamic_header.type = 4; // PT_NOTE: ignored
    return file;
}

// Opens a copy at the end of its own allocation, misaligned on purpose.
static enum elf_error open_sized(const struct file *file, size_t size) {
    struct elf_image image;
    uint8_t *bytes = test_malloc(size + 1);
    memcpy(bytes + 1, file, size);
    enum elf_error error = elf_open(&image, bytes + 1, size, &rules);
    test_free(bytes);
    seen[error] = true;
    return error;
}

static void expect(const struct file *file, enum elf_error expected) {
    assert_string_equal(elf_error_text(open_sized(file, sizeof(*file))), elf_error_text(expected));
}

// Spoils one field of a fresh file and expects the error.
#define spoil(make, field, value, expected)                                                                  \
    do {                                                                                                     \
        struct file spoilt = make();                                                                         \
        spoilt.field = (value);                                                                              \
        expect(&spoilt, expected);                                                                           \
    } while (0)

static void test_proper_files_open(void **state) {
    (void)state;
    struct elf_image image;
    struct file pie = make_pie();
    assert_int_equal(elf_open(&image, &pie, sizeof(pie), &rules), ELF_OK);
    assert_true(image.is_pie);
    assert_int_equal(image.low, 0);
    assert_int_equal(image.high, 0x2000);
    assert_int_equal(image.segment_count, 2);
    assert_true(image.segments[0].executable && !image.segments[0].writable);
    assert_true(image.segments[1].writable && !image.segments[1].executable);
    assert_int_equal(image.segments[1].memory_size, 0x800);
    assert_int_equal(image.segments[1].file_size, 80);
    assert_int_equal(image.tls.memory_size, 32);
    assert_int_equal(image.relocation_count, 2);
    assert_int_equal(elf_relocation_get(&image, 1).addend, 0x456);
    assert_int_equal(elf_relocation_get(&image, 0).address, pie.relocations[0].address);

    struct file fixed = make_fixed();
    assert_int_equal(elf_open(&image, &fixed, sizeof(fixed), &rules), ELF_OK);
    assert_false(image.is_pie);
    assert_int_equal(image.low, 0x100000);
    assert_int_equal(image.relocation_count, 0);
    seen[ELF_OK] = true;
}

static void test_header(void **state) {
    (void)state;
    spoil(make_pie, ident[0], 'E', ELF_ERROR_MAGIC);
    spoil(make_pie, ident[3], 'f', ELF_ERROR_MAGIC);
    spoil(make_pie, ident[4], 1, ELF_ERROR_CLASS);
    spoil(make_pie, ident[5], 2, ELF_ERROR_ENDIANNESS);
    spoil(make_pie, ident[6], 0, ELF_ERROR_VERSION);
    spoil(make_pie, version, 2, ELF_ERROR_VERSION);
    spoil(make_pie, type, 1, ELF_ERROR_TYPE);
    spoil(make_pie, type, 4, ELF_ERROR_TYPE);
    spoil(make_pie, machine, 183, ELF_ERROR_MACHINE);
    spoil(make_pie, header_size, 52, ELF_ERROR_HEADER_SIZE);
    spoil(make_pie, program_size, 55, ELF_ERROR_PROGRAM_HEADER_SIZE);
    spoil(make_pie, program_size, 0, ELF_ERROR_PROGRAM_HEADER_SIZE);
    spoil(make_pie, program_count, 0, ELF_ERROR_NO_PROGRAM_HEADERS);
    spoil(make_pie, program_count, ELF_SEGMENT_LIMIT + 1, ELF_ERROR_TOO_MANY_PROGRAM_HEADERS);
    spoil(make_pie, program_count, UINT16_MAX, ELF_ERROR_TOO_MANY_PROGRAM_HEADERS);
    spoil(make_pie, program_offset, sizeof(struct file) - 279, ELF_ERROR_PROGRAM_HEADERS_OUTSIDE_FILE);
    spoil(make_pie, program_offset, UINT64_MAX, ELF_ERROR_PROGRAM_HEADERS_OUTSIDE_FILE);
    spoil(make_pie, program_offset, 0 - 280ULL, ELF_ERROR_PROGRAM_HEADERS_OUTSIDE_FILE);
}

static void test_rules_choose_the_kind(void **state) {
    (void)state;
    struct elf_image image;
    struct file pie = make_pie();
    struct file fixed = make_fixed();
    struct elf_rules only_fixed = rules;
    struct elf_rules only_pie = rules;
    only_fixed.allow_pie = false;
    only_pie.allow_fixed = false;
    assert_int_equal(elf_open(&image, &pie, sizeof(pie), &only_fixed), ELF_ERROR_TYPE);
    assert_int_equal(elf_open(&image, &pie, sizeof(pie), &only_pie), ELF_OK);
    assert_int_equal(elf_open(&image, &fixed, sizeof(fixed), &only_pie), ELF_ERROR_TYPE);
    assert_int_equal(elf_open(&image, &fixed, sizeof(fixed), &only_fixed), ELF_OK);
}

static void test_segments(void **state) {
    (void)state;
    spoil(make_pie, program_count, 0, ELF_ERROR_NO_PROGRAM_HEADERS);
    struct file none = make_pie();
    none.text.type = none.data.type = 4;
    expect(&none, ELF_ERROR_NO_SEGMENT);
    spoil(make_pie, data.memory_size, 0, ELF_ERROR_SEGMENT_EMPTY);
    spoil(make_pie, data.memory_size, 79, ELF_ERROR_SEGMENT_SIZES);
    spoil(make_pie, text.file_size, UINT64_MAX, ELF_ERROR_SEGMENT_SIZES);
    spoil(make_pie, data.offset, sizeof(struct file) - 79, ELF_ERROR_SEGMENT_OUTSIDE_FILE);
    spoil(make_pie, data.offset, UINT64_MAX - 40, ELF_ERROR_SEGMENT_OUTSIDE_FILE);
    spoil(make_pie, data.memory_size, UINT64_MAX, ELF_ERROR_SEGMENT_WRAPS);
    spoil(make_pie, data.address, UINT64_MAX - 0x7ff, ELF_ERROR_SEGMENT_WRAPS);
    spoil(make_pie, data.address, UINT64_MAX - 0xfff, ELF_ERROR_SEGMENT_WRAPS);
    spoil(make_fixed, text.address, 0, ELF_ERROR_SEGMENT_TOO_LOW);
    spoil(make_fixed, text.address, 0xfff, ELF_ERROR_SEGMENT_TOO_LOW);
    spoil(make_fixed, data.address, 0x800000000000, ELF_ERROR_SEGMENT_TOO_HIGH);
    spoil(make_fixed, data.address, 0x7ffffffff801, ELF_ERROR_SEGMENT_TOO_HIGH);
    spoil(make_fixed, data.address, 0xffffffff80000000, ELF_ERROR_SEGMENT_TOO_HIGH);
    spoil(make_pie, data.alignment, 0, ELF_ERROR_SEGMENT_ALIGNMENT);
    spoil(make_pie, data.alignment, 24, ELF_ERROR_SEGMENT_ALIGNMENT);
    spoil(make_pie, data.alignment, 0x2000, ELF_ERROR_SEGMENT_ALIGNMENT_TOO_LARGE);
    spoil(make_fixed, data.alignment, 0x400000, ELF_ERROR_SEGMENT_OFFSET);
    spoil(make_pie, data.address, 0x2000, ELF_ERROR_SEGMENT_OFFSET);
    spoil(make_pie, data.flags, 7, ELF_ERROR_WRITABLE_AND_EXECUTABLE);
    spoil(make_pie, text.flags, 7, ELF_ERROR_WRITABLE_AND_EXECUTABLE);
    spoil(make_pie, data.memory_size, 0x100000, ELF_ERROR_TOO_LARGE);
    spoil(make_pie, text.flags, 4, ELF_ERROR_ENTRY);
    spoil(make_pie, entry, offsetof(struct file, dynamic), ELF_ERROR_ENTRY);
    spoil(make_pie, entry, 0x1000 + offsetof(struct file, dynamic), ELF_ERROR_ENTRY);
    spoil(make_pie, entry, UINT64_MAX, ELF_ERROR_ENTRY);
}

// What an alignment above a page asks of the bias of a PIE; a fixed image is where it is.
static void test_large_alignment(void **state) {
    (void)state;
    struct elf_image image;
    struct elf_rules generous = rules;
    struct file pie = make_pie();
    struct file fixed = make_fixed();
    generous.alignment_limit = 0x200000;
    assert_int_equal(elf_open(&image, &pie, sizeof(pie), &generous), ELF_OK);
    assert_int_equal(image.alignment, 0x1000);
    for (uint64_t alignment = 0x2000; alignment <= 0x400000; alignment *= 2) {
        pie.data.address = pie.data.offset + 0x1000000; // agrees with any of them
        pie.data.alignment = alignment;
        enum elf_error error = elf_open(&image, &pie, sizeof(pie), &generous);
        assert_int_equal(error == ELF_ERROR_SEGMENT_ALIGNMENT_TOO_LARGE, alignment > 0x200000);
        if (alignment <= 0x200000)
            assert_int_equal(image.alignment, alignment);
    }
    fixed.text.address = fixed.text.offset + 0x400000;
    fixed.text.alignment = 0x400000;
    assert_int_not_equal(elf_open(&image, &fixed, sizeof(fixed), &rules),
                         ELF_ERROR_SEGMENT_ALIGNMENT_TOO_LARGE);
}

static void test_segment_order(void **state) {
    (void)state;
    struct file file = make_fixed();
    struct program text = file.text;
    file.text = file.data;
    file.data = text;
    expect(&file, ELF_ERROR_SEGMENTS_UNORDERED);
    file = make_pie();
    file.data.address -= 0x1000;
    file.text.memory_size += 8;
    expect(&file, ELF_ERROR_SEGMENTS_OVERLAP);
    file = make_pie();
    file.data.address -= 0x1000;
    expect(&file, ELF_ERROR_SEGMENTS_SHARE_PAGE);
    file = make_pie();
    file.text.memory_size = 0x2000;
    expect(&file, ELF_ERROR_SEGMENTS_OVERLAP);
}

static void test_other_headers(void **state) {
    (void)state;
    spoil(make_pie, tls.type, 3, ELF_ERROR_INTERPRETER);
    spoil(make_pie, stack.flags, 7, ELF_ERROR_EXECUTABLE_STACK);
    spoil(make_pie, tls.file_size, 33, ELF_ERROR_TLS);
    spoil(make_pie, tls.memory_size, 0, ELF_ERROR_TLS);
    spoil(make_pie, tls.memory_size, rules.size_limit + 1, ELF_ERROR_TLS);
    spoil(make_pie, tls.offset, UINT64_MAX, ELF_ERROR_TLS);
    spoil(make_pie, tls.alignment, 0, ELF_ERROR_TLS);
    spoil(make_pie, tls.alignment, 3, ELF_ERROR_TLS);
    spoil(make_pie, tls.alignment, 0x2000, ELF_ERROR_TLS);
    struct file two = make_pie();
    two.stack = two.tls;
    expect(&two, ELF_ERROR_TLS);
}

static void test_dynamic(void **state) {
    (void)state;
    spoil(make_pie, dynamic_header.offset, sizeof(struct file) - 79, ELF_ERROR_DYNAMIC);
    spoil(make_pie, dynamic_header.file_size, 48, ELF_ERROR_DYNAMIC);
    spoil(make_pie, dynamic_header.file_size, 0, ELF_ERROR_DYNAMIC);
    spoil(make_pie, dynamic[0], 1, ELF_ERROR_NEEDS_LIBRARY);
    spoil(make_pie, dynamic[4], 17, ELF_ERROR_RELOCATION_TYPE);
    spoil(make_pie, dynamic[4], 23, ELF_ERROR_RELOCATION_TYPE);
    spoil(make_pie, dynamic[4], 36, ELF_ERROR_RELOCATION_TYPE);
    spoil(make_pie, dynamic[5], 16, ELF_ERROR_RELOCATION_TABLE);
    spoil(make_pie, dynamic[3], 47, ELF_ERROR_RELOCATION_TABLE);
    spoil(make_pie, dynamic[3], 24ULL << 56, ELF_ERROR_RELOCATION_TABLE);
    spoil(make_pie, dynamic[1], offsetof(struct file, dynamic) - 24, ELF_ERROR_RELOCATION_TABLE);
    // Inside a segment's memory, but not in the file.
    spoil(make_pie, dynamic[1], 0x1000 + offsetof(struct file, dynamic) + 0x400, ELF_ERROR_RELOCATION_TABLE);
    spoil(make_pie, dynamic[1], UINT64_MAX, ELF_ERROR_RELOCATION_TABLE);
    spoil(make_pie, dynamic[3], 0, ELF_OK);
}

static void test_relocations(void **state) {
    (void)state;
    uint64_t data = 0x1000 + offsetof(struct file, dynamic);
    spoil(make_pie, relocations[1].info, 1, ELF_ERROR_RELOCATION_TYPE);
    spoil(make_pie, relocations[1].info, 8 | 1ULL << 32, ELF_ERROR_RELOCATION_TYPE);
    spoil(make_pie, relocations[1].address, data + 0x7f9, ELF_ERROR_RELOCATION_OUTSIDE_SEGMENTS);
    spoil(make_pie, relocations[1].address, data - 1, ELF_ERROR_RELOCATION_OUTSIDE_SEGMENTS);
    spoil(make_pie, relocations[1].address, UINT64_MAX - 3, ELF_ERROR_RELOCATION_OUTSIDE_SEGMENTS);
    spoil(make_pie, relocations[0].address, 0, ELF_ERROR_RELOCATION_OUTSIDE_SEGMENTS); // read-only
    spoil(make_pie, relocations[0].address, data, ELF_OK);
}

static void test_every_truncation_is_noticed(void **state) {
    (void)state;
    struct file file = make_pie();
    // Section headers, symbols and strings lie behind what is loaded.
    for (size_t size = 0; size < offsetof(struct file, sections); size++)
        assert_int_not_equal(open_sized(&file, size), ELF_OK);
    assert_int_equal(open_sized(&file, offsetof(struct file, sections)), ELF_OK);
    assert_int_equal(open_sized(&file, 63), ELF_ERROR_HEADER_TRUNCATED);
}

// The name and offset of the symbol at an address; "-" when there is none.
static const char *symbol_at(const struct file *file, uint64_t address, uint64_t expected_offset) {
    static struct elf_image image;
    struct elf_symbol symbol;
    assert_int_equal(elf_open(&image, file, sizeof(*file), &rules), ELF_OK);
    if (!elf_symbol_find(&image, address, &symbol))
        return "-";
    assert_int_equal(address - symbol.address, expected_offset);
    return symbol.name;
}

static void test_symbols(void **state) {
    (void)state;
    struct file file = make_pie();
    uint64_t code = offsetof(struct file, code);
    uint64_t data = 0x1000 + offsetof(struct file, dynamic);
    assert_string_equal(symbol_at(&file, code, 0), "first");
    assert_string_equal(symbol_at(&file, code + 15, 15), "first");
    assert_string_equal(symbol_at(&file, code + 16, 0), "second");
    assert_string_equal(symbol_at(&file, code + 31, 15), "second");
    assert_string_equal(symbol_at(&file, code + 40, 8), "label");
    assert_string_equal(symbol_at(&file, data + 7, 7), "table");
    assert_string_equal(symbol_at(&file, data + 8, 0), "-"); // not the text's "label": another segment
    assert_string_equal(symbol_at(&file, code - 1, 0), "-");
    assert_string_equal(symbol_at(&file, 0x100000, 0), "-");
}

static void test_damaged_symbol_tables_find_nothing(void **state) {
    (void)state;
    uint64_t code = offsetof(struct file, code);
#define find_nothing(field, value)                                                                           \
    do {                                                                                                     \
        struct file spoilt = make_pie();                                                                     \
        spoilt.field = (value);                                                                              \
        assert_string_equal(symbol_at(&spoilt, code, 0), "-");                                               \
    } while (0)
    find_nothing(section_size, 40);
    find_nothing(section_offset, UINT64_MAX);
    find_nothing(section_offset, sizeof(struct file));
    find_nothing(section_count, UINT16_MAX);
    find_nothing(section_count, 0);
    find_nothing(sections[1].type, 1);
    find_nothing(sections[1].link, 3);
    find_nothing(sections[1].link, 0);
    find_nothing(sections[1].offset, UINT64_MAX);
    find_nothing(sections[1].size, UINT64_MAX);
    find_nothing(sections[2].size, UINT64_MAX);
    find_nothing(sections[2].size, 0);
    find_nothing(sections[2].size, 4); // does not end with NUL
    find_nothing(symbols[1].name, UINT32_MAX);
    find_nothing(symbols[1].section, 0);
}

static void test_every_error_was_seen(void **state) {
    (void)state;
    for (size_t error = 0; error < array_length(seen); error++) {
        if (!seen[error])
            fail_msg("never provoked: %s", elf_error_text((enum elf_error)error));
        for (size_t other = 0; other < error; other++)
            assert_string_not_equal(elf_error_text((enum elf_error)error),
                                    elf_error_text((enum elf_error)other));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_proper_files_open),
        cmocka_unit_test(test_header),
        cmocka_unit_test(test_rules_choose_the_kind),
        cmocka_unit_test(test_segments),
        cmocka_unit_test(test_large_alignment),
        cmocka_unit_test(test_segment_order),
        cmocka_unit_test(test_other_headers),
        cmocka_unit_test(test_dynamic),
        cmocka_unit_test(test_relocations),
        cmocka_unit_test(test_every_truncation_is_noticed),
        cmocka_unit_test(test_symbols),
        cmocka_unit_test(test_damaged_symbol_tables_find_nothing),
        cmocka_unit_test(test_every_error_was_seen),
    };
    return cmocka_run_group_tests_name("elf", tests, NULL, NULL);
}
