// SPDX-License-Identifier: MIT
//
// The UEFI application: entry, firmware tables and clock. Memory is in memory.c, files in volume.c, text in
// console.c, the screen in graphics.c. Source: UEFI 2.10; see efi.h.

#include "../arch.h"
#include "../date.h"
#include "../platform.h"
#include "console.h"
#include "firmware.h"
#include "volume.h"

const char platform_name[] = "UEFI";
const enum limine_firmware platform_firmware = LIMINE_FIRMWARE_EFI64;

static const struct efi_guid guid_loaded_image = {
    0x5b1b31a1, 0x9562, 0x11d2, {0x8e, 0x3f, 0x00, 0xa0, 0xc9, 0x69, 0x72, 0x3b}};
static const struct efi_guid guid_acpi_2 = {
    0x8868e871, 0xe4f1, 0x11d3, {0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};
static const struct efi_guid guid_acpi_1 = {
    0xeb9d2d30, 0x2d88, 0x11d3, {0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};
static const struct efi_guid guid_smbios_32 = {
    0xeb9d2d31, 0x2d88, 0x11d3, {0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};
static const struct efi_guid guid_smbios_64 = {
    0xf2fd1544, 0x9794, 0x4a2c, {0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94}};

static uint64_t find_table(const struct efi_guid *guid) {
    for (uint64_t i = 0; i < firmware.system->table_count; i++)
        if (guid_equals(&firmware.system->tables[i].guid, guid))
            return firmware.system->tables[i].table;
    return 0;
}

void platform_tables_find(struct platform_tables *tables) {
    uint64_t rsdp = find_table(&guid_acpi_2);
    *tables = (struct platform_tables){
        .rsdp = rsdp != 0 ? rsdp : find_table(&guid_acpi_1),
        .smbios_32 = find_table(&guid_smbios_32),
        .smbios_64 = find_table(&guid_smbios_64),
        .efi_system_table = (uint64_t)(uintptr_t)firmware.system,
    };
}

int64_t platform_date(void) {
    struct efi_time time;
    if (firmware.system->runtime->get_time(&time, nullptr) != EFI_SUCCESS)
        return 0;
    struct date date = {time.year, time.month, time.day, time.hour, time.minute, time.second};
    int64_t seconds = date_to_seconds(&date);
    // A clock without a zone is taken for UTC.
    return time.time_zone == 0x7ff ? seconds : seconds + (int64_t)time.time_zone * 60;
}

void platform_stop(void) {
    arch_halt();
}

efi_status_t EFIAPI efi_main(efi_handle_t image, struct efi_system_table *system);

efi_status_t EFIAPI efi_main(efi_handle_t image, struct efi_system_table *system) {
    firmware.image = image;
    firmware.system = system;
    console_init();
    system->boot->set_watchdog_timer(0, 0, 0, nullptr);
    if (system->boot->handle_protocol(image, &guid_loaded_image, (void **)&firmware.loaded) != EFI_SUCCESS)
        firmware.loaded = nullptr;
    volume_init();
    boot_run();
}
