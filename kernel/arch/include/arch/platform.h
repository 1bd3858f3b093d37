// SPDX-License-Identifier: MIT
//
// Seam: ports, entropy, power, early console.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <abi/status.h>

// I/O ports of the machine; 0 where there are none. width is 1, 2 or 4.
uint64_t port_count(void);
uint64_t port_read(uint64_t port, unsigned width);
void port_write(uint64_t port, unsigned width, uint64_t value);

// Fills the buffer with bytes from a hardware source or the seeded generator; false while there is no
// entropy.
bool entropy_fill(void *buffer, size_t size);
// What it comes from: see boot_info.entropy_source.
unsigned entropy_source(void);

// The kernel's console before a driver takes the device, and for panics. Writes bytes as they are.
void early_console_write(const char *text, size_t length);
// A driver took these ports (or this physical range); from now on the kernel writes there only to panic.
void early_console_taken(uint64_t port_base, uint64_t port_count);
// A program mapped this physical range: if the screen is in it, the kernel draws there only to panic.
void early_screen_taken(uint64_t base, uint64_t length);
// From now on writes go through, whoever has the devices.
void early_console_panic(void);

// Ends the machine's run in an orderly way after init has ended: prints nothing; powers off if that needs no
// driver, else stops all CPUs.
[[noreturn]] void arch_power_halt(void);

// Is the range free for device use: outside usable RAM, the kernel, and the interrupt controllers?
bool physical_range_is_device(uint64_t base, uint64_t length);
