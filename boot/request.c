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
    [REQUEST_BOOTLOADER_INFO] = {{0xf55038d8e2a1202f, 0x279426fcf5f59740}, sizeof(struct limine_request)},
    [REQUEST_CMDLINE] = {{0x4b161536e598651e, 0xb390ad4a2f1f303a}, sizeof(struct limine_request)},
    [REQUEST_FIRMWARE_TYPE] = {{0x8c2f75d90bef28a8, 0x7045a4688eac00c3}, sizeof(struct limine_request)},
    [REQUEST_STACK_SIZE] = {{0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d},
                            sizeof(struct limine_stack_size_request)},
    [REQUEST_HHDM] = {{0x48dcf1cb8ad2b852, 0x63984e959a98244b}, sizeof(struct limine_request)},
    [REQUEST_FRAMEBUFFER] = {{0x9d5827dcd881dd75, 0xa3148604f6fab11b}, sizeof(struct limine_request)},
    [REQUEST_PAGING_MODE] = {{0x95c1a0edab0944cb, 0xa4e5cb3842f7488a},
                             offsetof(struct limine_paging_mode_request, max_mode)},
    [REQUEST_MEMORY_MAP] = {{0x67cf3d9d378a806f, 0xe304acdfc50c3c62}, sizeof(struct limine_request)},
    [REQUEST_ENTRY_POINT] = {{0x13d86c035a1cd3e1, 0x2b0caa89d8f3026a},
                             sizeof(struct limine_entry_point_request)},
    [REQUEST_EXECUTABLE_FILE] = {{0xad97e90e83f1ed67, 0x31eb5d1c5ff23b69}, sizeof(struct limine_request)},
    [REQUEST_MODULE] = {{0x3e7e279702be32af, 0xca1c4f3bd1280cee}, sizeof(struct limine_request)},
    [REQUEST_RSDP] = {{0xc5e77b6b397e7b43, 0x27637845accdcf3c}, sizeof(struct limine_request)},
    [REQUEST_SMBIOS] = {{0x9e9046f11e095391, 0xaa4a520fefbde5ee}, sizeof(struct limine_request)},
    [REQUEST_EFI_SYSTEM_TABLE] = {{0x5ceba5163eaaf6d6, 0x0a6981610cf65fcc}, sizeof(struct limine_request)},
    [REQUEST_EFI_MEMORY_MAP] = {{0x7df62a431d6872d5, 0xa4fcdfb3e57306c8}, sizeof(struct limine_request)},
    [REQUEST_DATE_AT_BOOT] = {{0x502746e184c088aa, 0xfbc5ec83e6327893}, sizeof(struct limine_request)},
    [REQUEST_EXECUTABLE_ADDRESS] = {{0x71ba76863cc55f63, 0xb2644a48c516a487}, sizeof(struct limine_request)},
    [REQUEST_PERFORMANCE] = {{0x6b50ad9bf36d13ad, 0xdc4c7e88fc759e17}, sizeof(struct limine_request)},
    [REQUEST_KEEP_IOMMU] = {{0x8ebaabe51f490179, 0x2aa86a59ffb4ab0f}, sizeof(struct limine_request)},
    [REQUEST_TSC_FREQUENCY] = {{0x10f2ee1d87d195e4, 0xf747a2b78f6ddb31}, sizeof(struct limine_request)},
};

static const uint64_t start_marker[] = {LIMINE_START_0, LIMINE_START_1, LIMINE_START_2, LIMINE_START_3};
static const uint64_t end_marker[] = {LIMINE_END_0, LIMINE_END_1};
static const uint64_t base_magic[] = {LIMINE_BASE_0, LIMINE_BASE_1};
static const uint64_t common_magic[] = {LIMINE_COMMON_0, LIMINE_COMMON_1};

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
