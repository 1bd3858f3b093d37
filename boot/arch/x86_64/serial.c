// SPDX-License-Identifier: MIT
//
// The first serial port (16550 at 0x3f8), for messages. A port that is not there, or does not drain, is given
// up: a loader must not hang for want of a listener. Source: PC16550D data sheet, 8.0.

#include "../../arch.h"
#include "cpu.h"

#define PORT          0x3f8
#define INTERRUPTS    (PORT + 1)
#define FIFO_CONTROL  (PORT + 2)
#define LINE_CONTROL  (PORT + 3)
#define MODEM_CONTROL (PORT + 4)
#define LINE_STATUS   (PORT + 5)
#define STATUS_READY  0x01
#define STATUS_EMPTY  0x20
#define STATUS_ABSENT 0xff
#define DRAIN_STEPS   1000000

// 115200 baud, 8 data bits, no parity, one stop bit.
void arch_serial_init(void) {
    outb(INTERRUPTS, 0);
    outb(LINE_CONTROL, 0x80);
    outb(PORT, 1);
    outb(INTERRUPTS, 0);
    outb(LINE_CONTROL, 0x03);
    outb(FIFO_CONTROL, 0x07);
    outb(MODEM_CONTROL, 0x03);
}

static void write_byte(uint8_t byte) {
    for (unsigned i = 0; i < DRAIN_STEPS; i++) {
        uint8_t status = inb(LINE_STATUS);
        if (status == STATUS_ABSENT)
            return;
        if (status & STATUS_EMPTY) {
            outb(PORT, byte);
            return;
        }
    }
}

void arch_serial_write(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n')
            write_byte('\r');
        write_byte((uint8_t)text[i]);
    }
}

int arch_serial_read(void) {
    uint8_t status = inb(LINE_STATUS);
    return status != STATUS_ABSENT && (status & STATUS_READY) ? inb(PORT) : -1;
}
