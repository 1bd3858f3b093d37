// SPDX-License-Identifier: MIT
//
// See uart16550.h. Registers: National Semiconductor PC16550D data sheet, section 8.

#include "uart16550.h"

enum {
    REGISTER_DATA = 0,
    REGISTER_INTERRUPTS = 1,
    REGISTER_FIFO = 2,
    REGISTER_LINE = 3,
    REGISTER_MODEM = 4,
    REGISTER_LINE_STATUS = 5,
    REGISTER_SCRATCH = 7,
};

#define LINE_8N1       0x03
#define LINE_DIVISOR   0x80
#define FIFO_ON_CLEAR  0x07
#define MODEM_READY    0x03 // DTR, RTS
#define STATUS_ROOM    0x20
#define STATUS_NOTHING 0xff // what an empty bus reads as
#define DIVISOR_115200 1
#define POLLS_MOST     100'000

static bool scratch_holds(const struct uart16550 *uart, uint8_t value) {
    uart->write(uart, REGISTER_SCRATCH, value);
    return uart->read(uart, REGISTER_SCRATCH) == value;
}

void uart16550_init(struct uart16550 *uart) {
    uart->present = uart->read(uart, REGISTER_LINE_STATUS) != STATUS_NOTHING && scratch_holds(uart, 0x5a) &&
                    scratch_holds(uart, 0xa5);
    if (!uart->present)
        return;
    uart->write(uart, REGISTER_INTERRUPTS, 0);
    uart->write(uart, REGISTER_LINE, LINE_DIVISOR);
    uart->write(uart, REGISTER_DATA, DIVISOR_115200);
    uart->write(uart, REGISTER_INTERRUPTS, 0);
    uart->write(uart, REGISTER_LINE, LINE_8N1);
    uart->write(uart, REGISTER_FIFO, FIFO_ON_CLEAR);
    uart->write(uart, REGISTER_MODEM, MODEM_READY);
}

static void byte_write(struct uart16550 *uart, char byte) {
    for (unsigned i = 0; i < POLLS_MOST; i++) {
        if ((uart->read(uart, REGISTER_LINE_STATUS) & STATUS_ROOM) != 0) {
            uart->write(uart, REGISTER_DATA, (uint8_t)byte);
            return;
        }
    }
    uart->present = false; // stuck: nobody waits for it again
}

void uart16550_write(struct uart16550 *uart, const char *text, size_t length) {
    for (size_t i = 0; i < length && uart->present; i++) {
        if (text[i] == '\n')
            byte_write(uart, '\r');
        byte_write(uart, text[i]);
    }
}
