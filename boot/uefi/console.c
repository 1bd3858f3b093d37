// SPDX-License-Identifier: MIT
//
// Text and keys: to the firmware's console, and to the serial port unless the firmware's console is that
// already (its variable ConOut names a UART among its devices) - otherwise each message would come twice.

#include "console.h"
#include "../arch.h"
#include "firmware.h"
#include <base/string.h>

#define PIECE 64

static const struct efi_guid guid_global_variable = {
    0x8be4df61, 0x93ca, 0x11d2, {0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c}};

static bool console_is_serial;

// UEFI 2.10, 10.3.4.15: messaging device path (3), UART (14).
static bool paths_name_uart(const uint8_t *paths, uint64_t size) {
    for (uint64_t offset = 0; offset + 4 <= size;) {
        uint64_t length = paths[offset + 2] | (uint64_t)paths[offset + 3] << 8;
        if (paths[offset] == 3 && paths[offset + 1] == 14)
            return true;
        if (length < 4)
            return false;
        offset += length;
    }
    return false;
}

void console_init(void) {
    static const efi_char_t name[] = u"ConOut";
    static uint8_t paths[1024];
    uint64_t size = sizeof paths;
    efi_status_t status =
        firmware.system->runtime->get_variable(name, &guid_global_variable, nullptr, &size, paths);
    console_is_serial = status == EFI_SUCCESS && paths_name_uart(paths, size);
}

static void flush(efi_char_t *piece, size_t *used) {
    piece[*used] = 0;
    *used = 0;
    firmware.system->output->output_string(firmware.system->output, piece);
}

static void write_firmware(const char *text, size_t length) {
    efi_char_t piece[PIECE + 1];
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (used + 2 > PIECE)
            flush(piece, &used);
        if (text[i] == '\n')
            piece[used++] = '\r';
        piece[used++] = (uint8_t)text[i];
    }
    if (used > 0)
        flush(piece, &used);
}

void platform_console_write(const char *text, size_t length) {
    bool firmware_speaks = !firmware.has_left && firmware.system->output != nullptr;
    if (firmware_speaks)
        write_firmware(text, length);
    if (!firmware_speaks || !console_is_serial)
        arch_serial_write(text, length);
}

bool platform_needs_serial(void) {
    return !console_is_serial;
}

// UEFI 2.10, 12.4.2: light grey on black, and black on light grey.
#define ATTRIBUTE_PLAIN    0x07
#define ATTRIBUTE_SELECTED 0x70

void platform_screen_clear(void) {
    struct efi_text_output *output = firmware.system->output;
    if (output == nullptr)
        return;
    output->set_attribute(output, ATTRIBUTE_PLAIN);
    output->clear_screen(output);
    output->enable_cursor(output, false);
}

void platform_screen_row(unsigned row, const char *text, bool is_selected) {
    struct efi_text_output *output = firmware.system->output;
    if (output == nullptr)
        return;
    output->set_cursor_position(output, 0, row);
    output->set_attribute(output, is_selected ? ATTRIBUTE_SELECTED : ATTRIBUTE_PLAIN);
    write_firmware(text, strlen(text));
    output->set_attribute(output, ATTRIBUTE_PLAIN);
}

void platform_screen_close(unsigned rows) {
    struct efi_text_output *output = firmware.system->output;
    if (output != nullptr)
        output->set_cursor_position(output, 0, rows - 1);
    if (output != nullptr)
        write_firmware("\n", 1);
}

// UEFI 2.10, 12.1.2, table 12.2: scan codes.
enum key platform_key(void) {
    static const enum key scan_codes[] = {
        [1] = KEY_UP, [2] = KEY_DOWN, [3] = KEY_RIGHT, [4] = KEY_LEFT, [5] = KEY_HOME, [6] = KEY_END};
    struct efi_text_input *input = firmware.system->input;
    struct efi_key key;
    if (input == nullptr || input->read_key(input, &key) != EFI_SUCCESS)
        return KEY_NONE;
    if (key.character == '\r' || key.character == '\n')
        return KEY_ENTER;
    enum key known = key.scan_code < array_length(scan_codes) ? scan_codes[key.scan_code] : KEY_NONE;
    return known != KEY_NONE ? known : KEY_OTHER;
}

void platform_wait_ms(unsigned milliseconds) {
    firmware.system->boot->stall(1000ULL * milliseconds);
}
