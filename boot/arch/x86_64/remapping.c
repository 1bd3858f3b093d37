// SPDX-License-Identifier: MIT
//
// Switching IOMMUs off (see remapping.h). Firmware's identity map still stands here. Source: PROTOCOL.md,
// "Machine State at Entry", x86-64; VT-d 4.0, 11.4.4 and 11.4.5 (global command and status); AMD IOMMU
// 3.08, 3.4 (control).

#include "remapping.h"
#include "cpu.h"

#define REMAPPING_COMMAND   0x18
#define REMAPPING_STATUS    0x1c
#define REMAPPING_ONE_SHOT  0x96ffffffU // command bits that are only triggers are not copied from the status
#define REMAPPING_TRANSLATE (1U << 31)
#define REMAPPING_INTERRUPT (1U << 25)
#define AMD_CONTROL         0x18 // low half; bit 0 enables the whole unit
#define AMD_ENABLE          1U
#define WAIT_STEPS          1000000

static void remapping_command(uint64_t unit, uint32_t bit) {
    uint32_t status = mmio_read(unit + REMAPPING_STATUS);
    if (!(status & bit))
        return;
    mmio_write(unit + REMAPPING_COMMAND, (status & REMAPPING_ONE_SHOT) & ~bit);
    for (unsigned i = 0; i < WAIT_STEPS && (mmio_read(unit + REMAPPING_STATUS) & bit); i++)
        __builtin_ia32_pause();
}

void remapping_off(const struct acpi_tables *acpi) {
    uint64_t unit;
    for (size_t i = 0; (unit = acpi_remapping_unit(acpi, i)) != 0; i++) {
        remapping_command(unit, REMAPPING_TRANSLATE);
        remapping_command(unit, REMAPPING_INTERRUPT);
    }
    for (size_t i = 0; (unit = acpi_amd_iommu(acpi, i)) != 0; i++)
        mmio_write(unit + AMD_CONTROL, mmio_read(unit + AMD_CONTROL) & ~AMD_ENABLE);
}
