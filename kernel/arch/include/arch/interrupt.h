// SPDX-License-Identifier: MIT
//
// Seam: interrupt lines. A line is masked until the portable side unmasks it; when it fires, the port masks
// it, acknowledges it at the controller, and calls trap_interrupt(line).
#pragma once
#include <stdint.h>
#include <abi/status.h>

// Lines of the platform: 0 to this number - 1.
unsigned interrupt_line_count(void);
// Prepares a masked line with interrupt_flags; STATUS_TAKEN if the kernel uses it itself, STATUS_OUT_OF_RANGE
// if no controller has it.
status_t interrupt_line_open(unsigned line, uint64_t flags);
void interrupt_line_close(unsigned line);
void interrupt_line_mask(unsigned line);
void interrupt_line_unmask(unsigned line);
