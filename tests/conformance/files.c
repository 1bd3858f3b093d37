// SPDX-License-Identifier: MIT
//
// The executable's file and the modules. Source: PROTOCOL.md, "Executable File Feature", "Module Feature",
// "File Structure". The image for these tests holds a module of the configuration with text in it and one
// that the kernel asks for itself.

#include "console.h"
#include "kernel.h"

extern const char image_begin[];

static uint64_t sum_of(const struct file *file) {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < file->size; i++)
        sum += file->address[i];
    return sum;
}

static bool is_sound(const struct file *file) {
    return file->path[0] == '/' && file->string != NULL && file->size > 0 &&
           ((uint64_t)file->address & (PAGE - 1)) == 0 &&
           lies_in(file->address, file->size, EXECUTABLE_AND_MODULES);
}

static void check_executable(const struct file *file) {
    const struct text_response *line = answer(&command_line);
    check("executable-file-is-sound",
          is_sound(file) || (file->path[0] == '/' && ((uint64_t)file->address & (PAGE - 1)) == 0),
          (uint64_t)file->address);
    check("executable-file-is-the-elf-file",
          begins(file->address, "\x7f"
                                "ELF"),
          0);
    check("executable-string-is-the-command-line", line != NULL && file->string == line->text, 0);
    // The first segment's bytes: offset at 0x40 + 8 in the first program header.
    const uint8_t *text = file->address + field(file->address, 0x40 + 8, 8);
    struct check same = {.name = "executable-file-is-what-was-loaded"};
    for (unsigned i = 0; i < 256; i++)
        check_that(&same, text[i] == (uint8_t)image_begin[i], i);
    check_end(&same);
    fact("executable-size", file->size);
    fact("executable-sum", sum_of(file));
    fact("media-type", file->media_type);
    fact("partition-index", file->partition_index);
    fact("mbr-disk-id", file->mbr_disk_id);
    fact("disk-guid-begins", field(file->disk.bytes, 0, 8));
    fact("partition-guid-begins", field(file->partition.bytes, 0, 8));
}

// The pages of one are nobody else's.
static bool are_apart(const struct file *a, const struct file *b) {
    uint64_t a_end = ((uint64_t)a->address + a->size + PAGE - 1) & ~(PAGE - 1);
    uint64_t b_end = ((uint64_t)b->address + b->size + PAGE - 1) & ~(PAGE - 1);
    return a_end <= (uint64_t)b->address || b_end <= (uint64_t)a->address;
}

static bool ends_there(const char *text, const char *whole) {
    while (*whole != '\0' && *text == *whole) {
        text++;
        whole++;
    }
    return *text == *whole;
}

static void check_modules(const struct module_response *response, const struct file *executable) {
    struct check sound = {.name = "modules-are-sound"};
    struct check apart = {.name = "modules-share-no-page"};
    for (uint64_t i = 0; i < response->count; i++) {
        check_that(&sound, is_sound(response->files[i]), i);
        check_that(&apart, are_apart(response->files[i], executable), i);
        for (uint64_t j = 0; j < i; j++)
            check_that(&apart, are_apart(response->files[i], response->files[j]), i);
    }
    check_end(&sound);
    check_end(&apart);
    check("module-revision-has-internal-modules", response->revision >= 1, response->revision);
    bool two = response->count == 2;
    check("modules-are-two", two, response->count);
    if (!two)
        return;
    const struct file *internal = response->files[0];
    const struct file *configured = response->files[1];
    check("internal-module-comes-first", begins(internal->string, "from the kernel"), 0);
    check("internal-module-path", ends_there(internal->path, "/boot/internal.bin"), 0);
    check("internal-module-content", internal->size == 8 && begins(internal->address, "internal"),
          internal->size);
    check("module-string", begins(configured->string, "a string"), 0);
    fact("module-size", configured->size);
    fact("module-sum", sum_of(configured));
}

void check_files(void) {
    const struct file_response *executable = answer(&executable_file);
    const struct module_response *response = answer(&modules);
    check("executable-file-answered", executable != NULL, 0);
    check("modules-answered", response != NULL, 0);
    if (executable == NULL || response == NULL)
        return;
    check_executable(executable->file);
    check_modules(response, executable->file);
}
