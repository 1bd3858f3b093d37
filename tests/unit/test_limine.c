// SPDX-License-Identifier: MIT
//
// kernel/boot/limine.c: answers of good, old and broken loaders. The file is included, because its requests
// are private and the loader finds them by scanning the image.

#include "kernel_stubs.h"
#include "../../kernel/boot/limine.c"

#define OFFSET 0x1000000000ull
#define LIMIT  (1ull << 40)

static char reason[256];

void panic(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    format_buffer_v(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    longjmp(halted, 1);
}

void log_line(enum log_level level, const char *format, ...) {
    (void)level;
    va_list arguments;
    va_start(arguments, format);
    console_length += format_buffer_v(console + console_length, 256, format, arguments);
    va_end(arguments);
}

void panic_tag_take(const char *command_line) {
    (void)command_line;
}

static struct limine_word_response offset = {0, OFFSET};
static struct limine_executable_address_response address = {0, 0x200000, 0xffffffff80000000};
static struct limine_memory_range usable = {0x100000, 0x4000000, LIMINE_MEMORY_USABLE};
static struct limine_memory_range image = {0x200000, 0x10000, LIMINE_MEMORY_EXECUTABLE_AND_MODULES};
static uint64_t map_entries[] = {(uintptr_t)&usable, (uintptr_t)&image, 0};
static struct limine_array_response map_answer = {0, 3, (uintptr_t)map_entries};
static struct limine_file modules[2] = {
    {.address = OFFSET + 0x300000, .size = 5000, .string = (uintptr_t)"other"},
    {.address = OFFSET + 0x400000, .size = 0x1001, .string = (uintptr_t)"initrd"},
};
static uint64_t module_entries[] = {(uintptr_t)&modules[0], (uintptr_t)&modules[1]};
static struct limine_array_response module_answer = {0, 2, (uintptr_t)module_entries};
static struct limine_word_response line;
static struct limine_word_response rsdp = {0, OFFSET + 0xf5000};
static struct limine_framebuffer screen = {
    .address = OFFSET + 0xfd000000,
    .width = 1024,
    .height = 768,
    .pitch = 4096,
    .bits_per_pixel = 32,
    .memory_model = LIMINE_FRAMEBUFFER_RGB,
    .red_mask_size = 8,
    .red_mask_shift = 16,
    .green_mask_size = 8,
    .green_mask_shift = 8,
    .blue_mask_size = 8,
    .blue_mask_shift = 0,
};
static uint64_t screens[] = {(uintptr_t)&screen};
static struct limine_array_response screen_answer = {0, 1, (uintptr_t)screens};

static struct limine_answers answers;
static struct boot_parameters parameters;
static struct memory_map map;

static int start(void **state) {
    (void)state;
    console_take();
    memset(&parameters, 0, sizeof(parameters));
    base_tag.magic[1] = 6;
    base_tag.revision = 0;
    offset_request.response = (uintptr_t)&offset;
    address_request.response = (uintptr_t)&address;
    map_request.response = (uintptr_t)&map_answer;
    module_request.response = (uintptr_t)&module_answer;
    rsdp_request.response = (uintptr_t)&rsdp;
    line_request.response = 0;
    screen_request.response = 0;
    file_request.response = 0;
    loader_request.response = 0;
    date_request.response = 0;
    return 0;
}

// True if it came through; else `reason` says why not.
static bool take(void) {
    reason[0] = '\0';
    if (setjmp(halted) != 0)
        return false;
    limine_take(&answers, &parameters, &map, 0xffffffff80010000, LIMIT);
    return true;
}

static void test_all_is_well(void **state) {
    (void)state;
    line.word = (uint64_t)"run=ps";
    line_request.response = (uintptr_t)&line;
    screen_request.response = (uintptr_t)&screen_answer;
    assert_true(take());
    assert_int_equal(answers.revision, 6);
    assert_int_equal(parameters.initrd.value, 0x400000);
    assert_int_equal(parameters.initrd_size, 0x1001);
    assert_int_equal(parameters.rsdp, 0xf5000);
    assert_string_equal(parameters.command_line, "run=ps");
    assert_int_equal(parameters.framebuffer.base, 0xfd000000);
    assert_int_equal(parameters.framebuffer.format, 0x00080808100820);
    // Image and initrd are out of the usable memory, the initrd's last page too.
    assert_false(memory_map_covers(&map, 0x200000));
    assert_false(memory_map_covers(&map, 0x20ffff));
    assert_true(memory_map_covers(&map, 0x210000));
    assert_false(memory_map_covers(&map, 0x401fff));
    assert_true(memory_map_covers(&map, 0x402000));
}

static void test_without_a_named_initrd_the_first_module_serves(void **state) {
    (void)state;
    modules[1].string = (uintptr_t)"no";
    assert_true(take());
    assert_int_equal(parameters.initrd.value, 0x300000);
    modules[1].string = (uintptr_t)"initrd";
    module_request.response = 0;
    start(state);
    module_request.response = 0;
    assert_true(take());
    assert_int_equal(parameters.initrd_size, 0);
}

static void test_senseless_initrd_and_screen_are_left_out(void **state) {
    (void)state;
    modules[1].address += 8;
    screen.pitch = 100;
    screen_request.response = (uintptr_t)&screen_answer;
    assert_true(take());
    assert_int_equal(parameters.initrd_size, 0);
    assert_int_equal(parameters.framebuffer.base, 0);
    assert_non_null(strstr(console_take(), "initrd"));
    modules[1].address = OFFSET - PAGE_SIZE;
    assert_true(take());
    assert_int_equal(parameters.initrd_size, 0);
    modules[1].address = OFFSET + 0x400000;
    screen.pitch = 4096;
}

static void test_revisions(void **state) {
    (void)state;
    rsdp.word = 0xf5000;
    base_tag.magic[1] = 3; // the one in which the root pointer is physical
    assert_true(take());
    assert_int_equal(parameters.rsdp, 0xf5000);
    rsdp.word = OFFSET + 0xf5000;
    base_tag.magic[1] = 0x6a7b384944536bdc; // a loader that knows no revisions
    assert_false(take());
    assert_non_null(strstr(reason, "base revision"));
    base_tag.magic[1] = 2;
    assert_false(take());
}

// What stock loaders from 9 to 12 were seen to answer a kernel that asks for base revision 6: up to 11 they
// leave the tag's third word, and each says in the second what it works to.
static void test_stock_loaders(void **state) {
    static const struct {
        const char *name;
        uint64_t used, left;
        uint64_t offset;
        bool has_line, is_physical;
    } loaders[] = {
        {"9", 3, 6, 0xffff800000000000, false, true},
        {"10 with a random direct map", 5, 6, 0xffff93c4c0000000, true, false},
        {"11", 5, 6, 0xffff800000000000, true, false},
        {"12", 6, 0, 0xffff800000000000, true, false},
        {"one at 4", 4, 6, 0xffff800000000000, true, false},
    };
    struct limine_file kernel = {.string = (uintptr_t)"run=ps"};
    struct limine_word_response file = {0, (uintptr_t)&kernel};
    line.word = (uintptr_t)"run=ps";
    for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++) {
        uint64_t base = loaders[i].offset;
        start(state);
        base_tag.magic[1] = loaders[i].used;
        base_tag.revision = loaders[i].left;
        offset.word = base;
        rsdp.word = loaders[i].is_physical ? 0xf5000 : base + 0xf5000;
        modules[1].address = base + 0x400000;
        screen.address = base + 0xfd000000;
        file_request.response = (uintptr_t)&file;
        line_request.response = loaders[i].has_line ? (uintptr_t)&line : 0;
        screen_request.response = (uintptr_t)&screen_answer;
        assert_true(take());
        assert_int_equal(answers.revision, loaders[i].used);
        assert_int_equal(answers.offset, base);
        assert_int_equal(parameters.rsdp, 0xf5000);
        assert_int_equal(parameters.initrd.value, 0x400000);
        assert_int_equal(parameters.framebuffer.base, 0xfd000000);
        assert_string_equal(parameters.command_line, "run=ps");
    }
    offset.word = OFFSET;
    rsdp.word = OFFSET + 0xf5000;
    modules[1].address = OFFSET + 0x400000;
    screen.address = OFFSET + 0xfd000000;
}

// Only usable and reclaimable entries are promised not to overlap others; all kinds may come, and page 0 as
// usable.
static void test_a_map_as_the_specification_allows(void **state) {
    (void)state;
    static struct limine_memory_range ranges[] = {
        {0, 0x9f000, LIMINE_MEMORY_USABLE},
        {0xf0000, 0x10000, LIMINE_MEMORY_RESERVED},
        {0xf5014, 0x24, LIMINE_MEMORY_RESERVED_MAPPED},
        {0x100000, 0x700000, LIMINE_MEMORY_USABLE},
        {0x800000, 0x10000, LIMINE_MEMORY_EXECUTABLE_AND_MODULES},
        {0x808000, 0x8001, LIMINE_MEMORY_EXECUTABLE_AND_MODULES},
        {0x900000, 0x100000, LIMINE_MEMORY_LOADER_RECLAIMABLE},
        {0xa00123, 0x10, LIMINE_MEMORY_ACPI_RECLAIMABLE},
        {0xa01000, 0x1000, LIMINE_MEMORY_ACPI_NVS},
        {0xfd000000, 0x3e8000, LIMINE_MEMORY_FRAMEBUFFER},
        {0xfd000000, 0x1000000, LIMINE_MEMORY_RESERVED},
        {0xfd00000000, 0x300000000, LIMINE_MEMORY_RESERVED},
        {0x110000000, 0x1000, 99},
    };
    static uint64_t entries[sizeof(ranges) / sizeof(ranges[0])];
    struct limine_array_response response = {0, sizeof(ranges) / sizeof(ranges[0]), (uintptr_t)entries};
    for (size_t i = 0; i < response.count; i++)
        entries[i] = (uintptr_t)&ranges[i];
    map_request.response = (uintptr_t)&response;
    address.physical_base = 0x800000;
    assert_true(take());
    address.physical_base = 0x200000;
    assert_false(memory_map_covers(&map, 0));
    assert_true(memory_map_covers(&map, 0x1000));
    assert_int_equal(memory_map_bytes(&map, BOOT_MEMORY_USABLE), 0x9e000 + 0x700000 - 0x2000);
    assert_int_equal(memory_map_bytes(&map, BOOT_MEMORY_RECLAIM), 0x100000);
    assert_int_equal(memory_map_bytes(&map, BOOT_MEMORY_ACPI), 0x1000);
    assert_int_equal(memory_map_bytes(&map, BOOT_MEMORY_ACPI_NVS), 0x1000);
    assert_int_equal(map.dropped_bytes + map.beyond_bytes + map.overlaps, 0);
}

static void test_framebuffers(void **state) {
    (void)state;
    struct limine_framebuffer text = {.memory_model = 7, .address = OFFSET, .width = 80, .height = 25};
    uint64_t both[] = {(uintptr_t)&text, (uintptr_t)&screen};
    struct limine_array_response response = {0, 0, (uintptr_t)both};
    screen_request.response = (uintptr_t)&response;
    assert_true(take());
    assert_int_equal(parameters.framebuffer.base, 0);
    response.count = 2;
    assert_true(take());
    assert_int_equal(parameters.framebuffer.base, 0xfd000000);
    start(state);
    screen_request.response = (uintptr_t)&response;
    response.count = 1;
    assert_true(take());
    assert_int_equal(parameters.framebuffer.base, 0);
}

static void test_missing_answers_are_named(void **state) {
    (void)state;
    map_request.response = 0;
    assert_false(take());
    assert_non_null(strstr(reason, "memory map"));
    start(state);
    offset_request.response = 0;
    assert_false(take());
    assert_non_null(strstr(reason, "direct map"));
    start(state);
    address_request.response = 0;
    assert_false(take());
    assert_non_null(strstr(reason, "executable address"));
    start(state);
    map_answer.count = 0;
    assert_false(take());
    assert_non_null(strstr(reason, "the memory map is empty"));
    map_answer.count = 3;
}

static void test_command_lines(void **state) {
    (void)state;
    static char text[3000];
    struct limine_file kernel = {.string = (uintptr_t)"from the file"};
    struct limine_word_response response = {0, (uintptr_t)&kernel};
    file_request.response = (uintptr_t)&response;
    assert_true(take());
    assert_string_equal(parameters.command_line, "from the file");
    line_request.response = (uintptr_t)&line;
    line.word = (uint64_t)text;
    memset(text, 'a', 2047);
    assert_true(take());
    assert_int_equal(strlen(parameters.command_line), 2047);
    text[2047] = 'a';
    assert_false(take());
    assert_non_null(strstr(reason, "at most 2047 bytes"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_all_is_well, start),
        cmocka_unit_test_setup(test_without_a_named_initrd_the_first_module_serves, start),
        cmocka_unit_test_setup(test_senseless_initrd_and_screen_are_left_out, start),
        cmocka_unit_test_setup(test_revisions, start),
        cmocka_unit_test_setup(test_stock_loaders, start),
        cmocka_unit_test_setup(test_a_map_as_the_specification_allows, start),
        cmocka_unit_test_setup(test_framebuffers, start),
        cmocka_unit_test_setup(test_missing_answers_are_named, start),
        cmocka_unit_test_setup(test_command_lines, start),
    };
    return cmocka_run_group_tests_name("limine", tests, NULL, NULL);
}
