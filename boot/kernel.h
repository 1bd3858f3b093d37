// SPDX-License-Identifier: MIT
//
// The kernel: its file read, its image loaded, its requests found, and what they and the configuration agree
// on (base revision, paging mode, entry point, stack).

#ifndef BOOT_KERNEL_H
#define BOOT_KERNEL_H

#include "boot.h"

// Fill the parts of *boot that struct boot groups under "kernel"; each ends the boot with a message when the
// kernel cannot be started.
void kernel_load(struct boot *boot);
void kernel_requests_read(struct boot *boot);
void kernel_stack_make(struct boot *boot);

#endif
