// SPDX-License-Identifier: MIT
//
// The scan for Limine requests (see request.h). Source: PROTOCOL.md, "Requests Delimiters" and "Features".

#include "request.h"
#include <base/string.h>

struct known_request {
    uint64_t id[2];
    size_t size;
};

// The third and fourth word of each identifier, and the least size the request must have inside the image.
static const struct known_request known[REQUEST_KINDS] = {
    [REQUEST_BOOTLOADER_INFO] = {{LIMINE_ID_BOOTLOADER_INFO}, sizeof(struct limine_request)},
    [REQUEST_CMDLINE] = {{LIMINE_ID_CMDLINE}, sizeof(struct limine_request)},
    [REQUEST_FIRMWARE_TYPE] = {{LIMINE_ID_FIRMWARE_TYPE}, sizeof(struct limine_request)},
    [REQUEST_STACK_SIZE] = {{LIMINE_ID_STACK_SIZE}, sizeof(struct limine_stack_size_request)},
    [REQUEST_HHDM] = {{LIMINE_ID_HHDM}, sizeof(struct limine_request)},
    [REQUEST_FRAMEBUFFER] = {{LIMINE_ID_FRAMEBUFFER}, sizeof(struct limine_request)},
    [REQUEST_PAGING_MODE] = {{LIMINE_ID_PAGING_MODE}, offsetof(struct limine_paging_mode_request, max_mode)},
    [REQUEST_MEMORY_MAP] = {{LIMINE_ID_MEMORY_MAP}, sizeof(struct limine_request)},
    [REQUEST_ENTRY_POINT] = {{LIMINE_ID_ENTRY_POINT}, sizeof(struct limine_entry_point_request)},
    [REQUEST_EXECUTABLE_FILE] = {{LIMINE_ID_EXECUTABLE_FILE}, sizeof(struct limine_request)},
    [REQUEST_MODULE] = {{LIMINE_ID_MODULE}, sizeof(struct limine_request)},
    [REQUEST_RSDP] = {{LIMINE_ID_RSDP}, sizeof(struct limine_request)},
    [REQUEST_SMBIOS] = {{LIMINE_ID_SMBIOS}, sizeof(struct limine_request)},
    [REQUEST_EFI_SYSTEM_TABLE] = {{LIMINE_ID_EFI_SYSTEM_TABLE}, sizeof(struct limine_request)},
    [REQUEST_EFI_MEMORY_MAP] = {{LIMINE_ID_EFI_MEMORY_MAP}, sizeof(struct limine_request)},
    [REQUEST_DATE_AT_BOOT] = {{LIMINE_ID_DATE_AT_BOOT}, sizeof(struct limine_request)},
    [REQUEST_EXECUTABLE_ADDRESS] = {{LIMINE_ID_EXECUTABLE_ADDRESS}, sizeof(struct limine_request)},
    [REQUEST_PERFORMANCE] = {{LIMINE_ID_PERFORMANCE}, sizeof(struct limine_request)},
    [REQUEST_KEEP_IOMMU] = {{LIMINE_ID_KEEP_IOMMU}, sizeof(struct limine_request)},
    [REQUEST_TSC_FREQUENCY] = {{LIMINE_ID_TSC_FREQUENCY}, sizeof(struct limine_request)},
    [REQUEST_MP] = {{LIMINE_ID_MP}, sizeof(struct limine_mp_request)},
    [REQUEST_EVENT_LOG] = {{LIMINE_ID_EVENT_LOG}, sizeof(struct limine_request)},
    [REQUEST_ENTROPY] = {{LIMINE_ID_ENTROPY}, sizeof(struct limine_entropy_request)},
};

static const uint64_t start_marker[] = {LIMINE_START};
static const uint64_t end_marker[] = {LIMINE_END};
static const uint64_t base_magic[] = {LIMINE_BASE};
static const uint64_t common_magic[] = {LIMINE_COMMON};

// Words of the image that are looked at: [first, end).
struct window {
    uint64_t *words;
    size_t first;
    size_t end;
};

static bool window_has(const struct window *window, size_t index, const uint64_t *magic, size_t size) {
    size_t count = size / sizeof(uint64_t);
    return range_within(index, count, window->end) && memcmp(&window->words[index], magic, size) == 0;
}

// Only what lies between the last start marker and the first end marker counts, where they exist.
static void window_narrow(struct window *window) {
    size_t first = window->first;
    size_t end = window->end;
    for (size_t i = window->first; i < window->end; i++) {
        if (window_has(window, i, start_marker, sizeof start_marker))
            first = i + array_length(start_marker);
        if (end == window->end && window_has(window, i, end_marker, sizeof end_marker))
            end = i;
    }
    window->first = first;
    window->end = end;
}

static bool take_tag(struct window *window, size_t index, struct request_set *set, const char **reason) {
    if (!range_within(index, sizeof(struct limine_base_tag) / sizeof(uint64_t), window->end))
        return true;
    if (set->tag != nullptr) {
        *reason = "it has two base revision tags";
        return false;
    }
    set->tag = (struct limine_base_tag *)&window->words[index];
    set->base_revision = set->tag->revision;
    return true;
}

// A request of a kind that is not answered here may not stand there twice either.
static bool is_repeated(const struct window *window, size_t index) {
    for (size_t i = window->first; i < index; i++)
        if (window_has(window, i, &window->words[index], 4 * sizeof(uint64_t)))
            return true;
    return false;
}

static bool take_request(struct window *window, size_t index, struct request_set *set, const char **reason) {
    if (!range_within(index, sizeof(struct limine_request) / sizeof(uint64_t), window->end))
        return true;
    if (is_repeated(window, index)) {
        *reason = "it has the same request twice";
        return false;
    }
    for (size_t kind = 0; kind < REQUEST_KINDS; kind++) {
        if (window->words[index + 2] != known[kind].id[0] || window->words[index + 3] != known[kind].id[1])
            continue;
        if (range_within(index, known[kind].size / sizeof(uint64_t), window->end))
            set->requests[kind] = (struct limine_request *)&window->words[index];
        return true;
    }
    return true;
}

bool request_scan(void *image, size_t length, struct request_set *set, const char **reason) {
    struct window window = {image, 0, length / sizeof(uint64_t)};
    memset(set, 0, sizeof *set);
    window_narrow(&window);
    for (size_t i = window.first; i < window.end; i++) {
        if (window_has(&window, i, base_magic, sizeof base_magic)) {
            if (!take_tag(&window, i, set, reason))
                return false;
        } else if (window_has(&window, i, common_magic, sizeof common_magic)) {
            if (!take_request(&window, i, set, reason))
                return false;
        }
    }
    return true;
}
