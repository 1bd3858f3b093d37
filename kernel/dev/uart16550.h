// SPDX-License-Identifier: MIT
//
// The 16550 as an early console: output only, polled with a bound, so a dead or absent one never hangs the
// kernel. How its registers are reached is the port's affair.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uart16550 {
    // Registers 0 to 7.
    uint8_t (*read)(const struct uart16550 *uart, unsigned index);
    void (*write)(const struct uart16550 *uart, unsigned index, uint8_t value);
    uint64_t base;
    bool present;
};

// Looks whether one answers, and sets it to 115200 8n1 if so.
void uart16550_init(struct uart16550 *uart);
// A newline becomes carriage return and newline.
void uart16550_write(struct uart16550 *uart, const char *text, size_t length);
