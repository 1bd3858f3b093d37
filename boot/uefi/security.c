// SPDX-License-Identifier: MIT
//
// Random numbers and the TPM's event log. Source: UEFI 2.10, 37.5 (random number generator); TCG EFI Protocol
// Specification for TPM Family 2.0, 6.5 (GetEventLog), which gives the log's beginning and its last event.

#include "../platform.h"
#include "../event_log.h"
#include "firmware.h"
#include <base/string.h>

#define EVENT_LOG_MAX (1 * MIB)

struct efi_random {
    void *get_info;
    efi_status_t(EFIAPI *get)(struct efi_random *self, const struct efi_guid *algorithm, uint64_t size,
                              void *bytes);
};

struct efi_tcg2 {
    void *get_capability;
    efi_status_t(EFIAPI *get_event_log)(struct efi_tcg2 *self, uint32_t format, uint64_t *first,
                                        uint64_t *last, uint8_t *is_truncated);
};

static const struct efi_guid guid_random = {
    0x3152bca5, 0xeade, 0x433d, {0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44}};
static const struct efi_guid guid_tcg2 = {
    0x607f766c, 0x7455, 0x42be, {0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f}};

bool platform_random(void *bytes, size_t size) {
    struct efi_random *random;
    if (firmware.system->boot->locate_protocol(&guid_random, nullptr, (void **)&random) != EFI_SUCCESS)
        return false;
    return random->get(random, nullptr, size, bytes) == EFI_SUCCESS;
}

// A log that is there but empty is an answer, too.
static bool copy_log(const uint8_t *first, uint64_t last, enum event_log_format format,
                     struct platform_event_log *log) {
    size_t size = 0;
    uint64_t copy;
    if (last != 0 &&
        (last < (uint64_t)(uintptr_t)first ||
         !event_log_size(first, EVENT_LOG_MAX, last - (uint64_t)(uintptr_t)first, format, &size)))
        return false;
    *log = (struct platform_event_log){.format = format, .size = size};
    if (size == 0)
        return true;
    if (!platform_pages_allocate((size + PAGE_SIZE - 1) / PAGE_SIZE, &copy))
        return false;
    memcpy((void *)(uintptr_t)copy, first, size);
    log->data = (const void *)(uintptr_t)copy;
    return true;
}

void platform_event_log_get(struct platform_event_log *log) {
    static const enum event_log_format formats[] = {EVENT_LOG_TCG_2, EVENT_LOG_TCG_1_2};
    struct efi_tcg2 *tcg2;
    *log = (struct platform_event_log){0};
    if (firmware.system->boot->locate_protocol(&guid_tcg2, nullptr, (void **)&tcg2) != EFI_SUCCESS)
        return;
    for (size_t i = 0; i < array_length(formats); i++) {
        uint64_t first = 0;
        uint64_t last = 0;
        uint8_t is_truncated = 0;
        if (tcg2->get_event_log(tcg2, formats[i], &first, &last, &is_truncated) == EFI_SUCCESS &&
            first != 0 && copy_log((const uint8_t *)(uintptr_t)first, last, formats[i], log))
            return;
        *log = (struct platform_event_log){0};
    }
}
