// SPDX-License-Identifier: MIT
//
// See uart.h.

#include "uart.h"
#include <tessera/syscalls.h>

enum {
    DATA = 0,
    INTERRUPT_ENABLE = 1,
    INTERRUPT_IDENTIFY = 2, // read
    FIFO_CONTROL = 2,       // write
    LINE_CONTROL = 3,
    MODEM_CONTROL = 4,
    LINE_STATUS = 5,
    SCRATCH = 7,
    FIFO_SIZE = 16,
};

enum {
    ENABLE_RECEIVE = 0x01,
    ENABLE_TRANSMIT = 0x02,
    FIFO_ON_AND_CLEAR = 0xc7, // interrupt at 14 bytes, or when the line is quiet for four characters
    IDENTIFY_NOTHING = 0x01,
    IDENTIFY_FIFO = 0xc0, // both bits: the FIFO works
    LINE_8N1 = 0x03,
    LINE_DIVISOR = 0x80,
    MODEM_DTR_RTS_OUT2 = 0x0b, // OUT2 gates the interrupt on a PC
    STATUS_DATA = 0x01,
    STATUS_HOLDING_EMPTY = 0x20,
    STATUS_EMPTY = 0x40,
};

static uint8_t in(const struct uart *uart, unsigned index) {
    uint64_t value = 0xff;
    (void)ts_port_read(uart->ports, uart->base + index, 1, &value);
    return (uint8_t)value;
}

static void out(const struct uart *uart, unsigned index, uint8_t value) {
    (void)ts_port_write(uart->ports, uart->base + index, 1, value);
}

status_t uart_init(struct uart *uart, desc_t ports, uint16_t base) {
    *uart = (struct uart){.ports = ports, .base = base};
    out(uart, SCRATCH, 0x5a);
    if (in(uart, SCRATCH) != 0x5a)
        return STATUS_NOT_HERE;
    out(uart, INTERRUPT_ENABLE, 0);
    out(uart, LINE_CONTROL, LINE_DIVISOR);
    out(uart, 0, 1); // divisor 1: 115200
    out(uart, 1, 0);
    out(uart, LINE_CONTROL, LINE_8N1);
    out(uart, FIFO_CONTROL, FIFO_ON_AND_CLEAR);
    uart->fifo_size = (in(uart, INTERRUPT_IDENTIFY) & IDENTIFY_FIFO) == IDENTIFY_FIFO ? FIFO_SIZE : 1;
    out(uart, MODEM_CONTROL, MODEM_DTR_RTS_OUT2);
    out(uart, INTERRUPT_ENABLE, ENABLE_RECEIVE);
    return STATUS_OK;
}

bool uart_receive(struct uart *uart, uint8_t *byte) {
    if (!(in(uart, LINE_STATUS) & STATUS_DATA))
        return false;
    *byte = in(uart, DATA);
    return true;
}

size_t uart_room(struct uart *uart) {
    return in(uart, LINE_STATUS) & STATUS_HOLDING_EMPTY ? uart->fifo_size : 0;
}

void uart_send(struct uart *uart, uint8_t byte) {
    out(uart, DATA, byte);
}

bool uart_is_empty(struct uart *uart) {
    return in(uart, LINE_STATUS) & STATUS_EMPTY;
}

void uart_transmit_interrupt(struct uart *uart, bool on) {
    if (uart->transmit_interrupt == on)
        return;
    uart->transmit_interrupt = on;
    out(uart, INTERRUPT_ENABLE, on ? ENABLE_RECEIVE | ENABLE_TRANSMIT : ENABLE_RECEIVE);
}

bool uart_is_asking(struct uart *uart) {
    return !(in(uart, INTERRUPT_IDENTIFY) & IDENTIFY_NOTHING);
}
