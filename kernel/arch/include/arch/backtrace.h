// SPDX-License-Identifier: MIT
//
// Seam: walking the kernel stack for a panic.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Fills `frames` with return addresses, innermost first; returns how many. Never faults: frame pointers are
// checked against the bounds of the CPU's stacks.
size_t arch_backtrace(uint64_t *frames, size_t most);
// Prints the registers at the time of the trap that led to the panic, if there was one.
void arch_panic_registers(void);
