// SPDX-License-Identifier: MIT
//
// See controller.h. Sources: IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device
// Controller"; Intel 8042 data sheet.

#include "controller.h"
#include <tessera/syscalls.h>
#include <user/program.h>

enum {
    PORT_DATA = 0x60,
    PORT_COMMAND = 0x64,
    STATUS_OUTPUT = 0x01, // a byte waits for us
    STATUS_INPUT = 0x02,  // the controller has not taken our last byte
    STATUS_MOUSE = 0x20,  // the byte that waits is the mouse's
    STATUS_EMPTY_BUS = 0xff,
    COMMAND_CONFIGURATION_READ = 0x20,
    COMMAND_CONFIGURATION_WRITE = 0x60,
    COMMAND_MOUSE_OFF = 0xa7,
    COMMAND_KEYBOARD_OFF = 0xad,
    COMMAND_KEYBOARD_ON = 0xae,
    COMMAND_RESET = 0xfe,
    CONFIGURATION_INTERRUPT = 0x01,
    CONFIGURATION_MOUSE_INTERRUPT = 0x02,
    CONFIGURATION_KEYBOARD_OFF = 0x10,
    CONFIGURATION_MOUSE_OFF = 0x20,
    CONFIGURATION_TRANSLATE = 0x40,
    KEYBOARD_DEFAULTS = 0xf6,
    KEYBOARD_ENABLE = 0xf4,
    FLUSH_MOST = 64,
    TRIES_MOST = 3,
};

#define WAIT_NS      50'000'000ULL
#define ANSWER_NS    500'000'000ULL
#define POLL_STEP_NS 100'000ULL

static uint8_t status_read(const struct controller *controller) {
    uint64_t value = STATUS_EMPTY_BUS;
    (void)ts_port_read(controller->command, PORT_COMMAND, 1, &value);
    return (uint8_t)value;
}

static uint8_t data_read(const struct controller *controller) {
    uint64_t value = 0;
    (void)ts_port_read(controller->data, PORT_DATA, 1, &value);
    return (uint8_t)value;
}

// Until the bits of the mask have this value; false when they do not get it.
static bool status_wait(const struct controller *controller, uint8_t mask, uint8_t value, uint64_t limit) {
    uint64_t end = clock_now() + limit;
    while ((status_read(controller) & mask) != value) {
        if (clock_now() > end)
            return false;
        sleep_until(clock_now() + POLL_STEP_NS);
    }
    return true;
}

static void command_send(const struct controller *controller, uint8_t command) {
    if (status_wait(controller, STATUS_INPUT, 0, WAIT_NS))
        (void)ts_port_write(controller->command, PORT_COMMAND, 1, command);
}

void controller_send(const struct controller *controller, uint8_t byte) {
    if (status_wait(controller, STATUS_INPUT, 0, WAIT_NS))
        (void)ts_port_write(controller->data, PORT_DATA, 1, byte);
}

bool controller_take(const struct controller *controller, uint8_t *byte) {
    for (;;) {
        uint8_t status = status_read(controller);
        if (status == STATUS_EMPTY_BUS || (status & STATUS_OUTPUT) == 0)
            return false;
        *byte = data_read(controller);
        if ((status & STATUS_MOUSE) == 0)
            return true;
    }
}

void controller_reset(const struct controller *controller) {
    command_send(controller, COMMAND_RESET);
}

// A command that the keyboard acknowledges.
static bool keyboard_command(const struct controller *controller, uint8_t command) {
    for (int i = 0; i < TRIES_MOST; i++) {
        controller_send(controller, command);
        uint8_t byte = KEYBOARD_RESEND;
        while (status_wait(controller, STATUS_OUTPUT, STATUS_OUTPUT, ANSWER_NS)) {
            if (!controller_take(controller, &byte))
                continue;
            if (byte == KEYBOARD_ACKNOWLEDGE)
                return true;
            if (byte == KEYBOARD_RESEND)
                break;
            // A key that was pressed before: it is lost.
        }
        if (byte != KEYBOARD_RESEND)
            return false;
    }
    return false;
}

static void configure(const struct controller *controller, uint8_t configuration) {
    command_send(controller, COMMAND_CONFIGURATION_WRITE);
    controller_send(controller, configuration);
}

status_t controller_init(struct controller *controller, desc_t data, desc_t command) {
    *controller = (struct controller){.data = data, .command = command};
    if (status_read(controller) == STATUS_EMPTY_BUS)
        return STATUS_NOT_HERE;
    command_send(controller, COMMAND_KEYBOARD_OFF);
    command_send(controller, COMMAND_MOUSE_OFF);
    for (int i = 0; i < FLUSH_MOST && (status_read(controller) & STATUS_OUTPUT) != 0; i++)
        (void)data_read(controller);
    command_send(controller, COMMAND_CONFIGURATION_READ);
    if (!status_wait(controller, STATUS_OUTPUT, STATUS_OUTPUT, WAIT_NS))
        return STATUS_NOT_HERE;
    uint8_t configuration = data_read(controller);
    configuration &=
        (uint8_t)~(CONFIGURATION_INTERRUPT | CONFIGURATION_MOUSE_INTERRUPT | CONFIGURATION_KEYBOARD_OFF);
    configuration |= CONFIGURATION_MOUSE_OFF | CONFIGURATION_TRANSLATE;
    configure(controller, configuration);
    command_send(controller, COMMAND_KEYBOARD_ON);
    bool answers =
        keyboard_command(controller, KEYBOARD_DEFAULTS) && keyboard_command(controller, KEYBOARD_ENABLE);
    configure(controller, configuration | CONFIGURATION_INTERRUPT);
    return answers ? STATUS_OK : STATUS_NOT_HERE;
}
