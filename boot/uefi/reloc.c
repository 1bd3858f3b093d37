// SPDX-License-Identifier: MIT
//
// The first code of the UEFI application. The file is a static-PIE ELF turned into a PE file without a
// relocation table of its own, so it applies its relative relocations itself, before any pointer in data is
// used. Built without anything that would need a relocation.

#include "efi.h"

struct relocation {
    uint64_t offset;
    uint64_t info;
    uint64_t addend;
};

// Hidden, so that they are addressed relative to the code and not through a table that needs relocation
// itself.
#define HIDDEN __attribute__((visibility("hidden")))

extern const struct relocation relocations_begin[] HIDDEN;
extern const struct relocation relocations_end[] HIDDEN;
extern char image_base[] HIDDEN;

HIDDEN efi_status_t EFIAPI efi_main(efi_handle_t image, struct efi_system_table *system);
efi_status_t EFIAPI efi_entry(efi_handle_t image, struct efi_system_table *system);

efi_status_t EFIAPI efi_entry(efi_handle_t image, struct efi_system_table *system) {
    for (const struct relocation *r = relocations_begin; r < relocations_end; r++)
        *(uint64_t *)(void *)(image_base + r->offset) = (uint64_t)(uintptr_t)image_base + r->addend;
    return efi_main(image, system);
}
