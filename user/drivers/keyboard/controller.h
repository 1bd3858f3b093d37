// SPDX-License-Identifier: MIT
//
// The PC's keyboard controller (Intel 8042 and what took its place), as far as the keyboard behind it goes.

#ifndef KEYBOARD_CONTROLLER_H
#define KEYBOARD_CONTROLLER_H

#include <abi/status.h>
#include <abi/structs.h>
#include <base/types.h>

// What the keyboard answers to a byte that was sent to it; no key has these codes.
enum { KEYBOARD_ACKNOWLEDGE = 0xfa, KEYBOARD_RESEND = 0xfe };

struct controller {
    desc_t data;    // port 0x60
    desc_t command; // port 0x64
};

// Takes it over from the firmware, in whatever state that left it: the keyboard sends, translated to set 1,
// with interrupts; a mouse is off. NOT_HERE when there is no controller, or no keyboard behind it.
status_t controller_init(struct controller *controller, desc_t data, desc_t command);

// The next byte from the keyboard, if there is one.
bool controller_take(const struct controller *controller, uint8_t *byte);

// To the keyboard; lost when the controller takes nothing for a while.
void controller_send(const struct controller *controller, uint8_t byte);

// Pulses the processor's reset line.
void controller_reset(const struct controller *controller);

#endif
