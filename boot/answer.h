// SPDX-License-Identifier: MIT
//
// The responses: of everything that was asked for and is known.

#ifndef BOOT_ANSWER_H
#define BOOT_ANSWER_H

#include "boot.h"

// Sees to the memory, and collects what only firmware knows; before the firmware is left.
void answer_reserve(struct boot *boot);

// Writes the responses, and their addresses into the requests.
void answer_all(struct boot *boot);

#endif
