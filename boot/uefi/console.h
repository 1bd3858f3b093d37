// SPDX-License-Identifier: MIT
//
// Text and keys of the firmware.

#ifndef BOOT_UEFI_CONSOLE_H
#define BOOT_UEFI_CONSOLE_H

// Decides where console text goes; before the first message.
void console_init(void);

#endif
