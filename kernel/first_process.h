// SPDX-License-Identifier: MIT
//
// Starts init, the one process that the kernel makes itself. What it finds is docs/init_contract.md.
#pragma once
#include <kernel/boot.h>

// Loads bin/init from the initrd. On any defect it says on the log what was looked for and what is wrong, and
// halts.
void first_process_start(const struct boot_parameters *parameters);
