// SPDX-License-Identifier: MIT
//
// The two ends where a person may sit: the serial line, and the screen with its keyboard. A session has one
// of them or both.

#ifndef CONSOLE_DEVICES_H
#define CONSOLE_DEVICES_H

#include <base/types.h>
#include <protocols/serial_values.h>

enum { DEVICE_SERIAL = 1, DEVICE_SCREEN = 2 };

// Asks the terminal whether there is a screen. Waits for it.
void devices_open(void);

// The screen's size; 0 when there is none.
unsigned screen_columns(void);
unsigned screen_rows(void);

// Bytes as they are. Waits until the device has taken them, and a while for one that is started again; not
// long for a serial line that takes nothing when the same goes to a screen.
void serial_put(enum serial_text kind, const void *bytes, size_t length, bool has_screen);
void screen_put(const void *bytes, size_t length);

// What has arrived from a device, without waiting. The screen's are keys; what the terminal itself answers to
// questions comes too when `answers` is set, and is dropped otherwise.
size_t serial_take(char *bytes, size_t size);
size_t screen_take(char *bytes, size_t size, bool answers);

#endif
