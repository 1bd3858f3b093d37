// SPDX-License-Identifier: MIT
//
// A 16550 UART behind I/O ports (National Semiconductor PC16550D, "Register Summary"). One owner; nothing
// waits here.

#ifndef SERIAL_UART_H
#define SERIAL_UART_H

#include <abi/status.h>
#include <abi/structs.h>
#include <base/types.h>

struct uart {
    desc_t ports; // platform descriptor of eight ports
    uint16_t base;
    bool transmit_interrupt; // as IER says
    size_t fifo_size;        // 1: a device without a FIFO that works
};

// Finds the device (NOT_HERE when nothing answers), 115200 baud, 8 bits, no parity, FIFO on, receive
// interrupt on.
[[nodiscard]] status_t uart_init(struct uart *uart, desc_t ports, uint16_t base);

// Whether a byte had arrived.
[[nodiscard]] bool uart_receive(struct uart *uart, uint8_t *byte);

// How many bytes the transmitter takes now: 0 or a whole FIFO.
size_t uart_room(struct uart *uart);
void uart_send(struct uart *uart, uint8_t byte);

// Whether the last bit has left.
bool uart_is_empty(struct uart *uart);

// An interrupt when the transmitter takes bytes again.
void uart_transmit_interrupt(struct uart *uart, bool on);

// Whether the device asks for attention; clears the transmitter's request. The line to the interrupt
// controller falls when this says no, so an edge-triggered input sees the next request.
[[nodiscard]] bool uart_is_asking(struct uart *uart);

#endif
