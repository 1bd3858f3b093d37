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

void log_line(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    console_length += format_buffer_v(console + console_length, 256, format, arguments);
    va_end(arguments);
}

void panic_tag_take(const char *command_line) {
    (void)command_line;
}

static struct word_response offset = {0, OFFSET};
static struct address_response address = {0, 0x200000, 0xffffffff80000000};
static struct map_entry usable = {0x100000, 0x4000000, 0};
static struct map_entry image = {0x200000, 0x10000, 6};
static const void *map_entries[] = {&usable, &image, nullptr};
static struct array_response map_answer = {0, 3, map_entries};
static struct file modules[2] = {
    {.address = OFFSET + 0x300000, .size = 5000, .string = "other"},
    {.address = OFFSET + 0x400000, .size = 0x1001, .string = "initrd"},
};
static const void *module_entries[] = {&modules[0], &modules[1]};
static struct array_response module_answer = {0, 2, module_entries};
static struct word_response line;
static struct word_response rsdp = {0, OFFSET + 0xf5000};
static struct framebuffer screen = {OFFSET + 0xfd000000, 1024, 768, 4096, 32, 1, 8, 16, 8, 8, 8, 0};
static const void *screens[] = {&screen};
static struct array_response screen_answer = {0, 1, screens};

static struct limine_answers answers;
static struct boot_parameters parameters;
static struct memory_map map;

static int start(void **state) {
    (void)state;
    console_take();
    memset(&parameters, 0, sizeof(parameters));
    base_revision[1] = 6;
    base_revision[2] = 0;
    offset_request.response = &offset;
    address_request.response = &address;
    map_request.response = &map_answer;
    module_request.response = &module_answer;
    rsdp_request.response = &rsdp;
    line_request.response = nullptr;
    screen_request.response = nullptr;
    file_request.response = nullptr;
    loader_request.response = nullptr;
    date_request.response = nullptr;
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
    line_request.response = &line;
    screen_request.response = &screen_answer;
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
    modules[1].string = "no";
    assert_true(take());
    assert_int_equal(parameters.initrd.value, 0x300000);
    modules[1].string = "initrd";
    module_request.response = nullptr;
    start(state);
    module_request.response = nullptr;
    assert_true(take());
    assert_int_equal(parameters.initrd_size, 0);
}

static void test_senseless_initrd_and_screen_are_left_out(void **state) {
    (void)state;
    modules[1].address += 8;
    screen.pitch = 100;
    screen_request.response = &screen_answer;
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
    base_revision[1] = 3; // the one in which the root pointer is physical
    assert_true(take());
    assert_int_equal(parameters.rsdp, 0xf5000);
    rsdp.word = OFFSET + 0xf5000;
    base_revision[1] = 0x6a7b384944536bdc; // a loader that knows no revisions
    assert_false(take());
    assert_non_null(strstr(reason, "base revision"));
    base_revision[1] = 2;
    assert_false(take());
}

static void test_missing_answers_are_named(void **state) {
    (void)state;
    map_request.response = nullptr;
    assert_false(take());
    assert_non_null(strstr(reason, "memory map"));
    start(state);
    offset_request.response = nullptr;
    assert_false(take());
    assert_non_null(strstr(reason, "direct map"));
    start(state);
    address_request.response = nullptr;
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
    struct file kernel = {.string = "from the file"};
    struct file_response response = {0, &kernel};
    file_request.response = &response;
    assert_true(take());
    assert_string_equal(parameters.command_line, "from the file");
    line_request.response = &line;
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
        cmocka_unit_test_setup(test_missing_answers_are_named, start),
        cmocka_unit_test_setup(test_command_lines, start),
    };
    return cmocka_run_group_tests_name("limine", tests, NULL, NULL);
}
