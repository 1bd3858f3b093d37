// SPDX-License-Identifier: MIT
//
// The keyboard driver: a process that holds the two ports of the keyboard controller and its interrupt line.
// Keys become bytes at once (keys.c) and wait in a queue until the console, whose notification is signalled,
// takes them; what nobody takes is dropped, oldest kept. It also restarts the machine for the power server,
// because that goes through the same controller. The first argument names the layout.

#include "controller.h"
#include "keys.h"
#include <abi/constants.h>
#include <base/string.h>
#include <protocols/console_values.h>
#include <protocols/keyboard.h>
#include <tessera/syscalls.h>
#include <user/image_grants.h>
#include <user/program.h>

enum {
    TYPED_SIZE = 256,
    BIT_INTERRUPT = 1,
    ROUNDS_MAX = 256,
    LIGHTS_COMMAND = 0xed,
};

#define RESET_LIMIT_NS 500'000'000ULL

// The lights follow the locks: command, acknowledgement, their number, acknowledgement.
enum lights { LIGHTS_DONE, LIGHTS_ASKED, LIGHTS_SENT };

static struct controller controller;
static struct keys keys;
static bool has_keyboard;
static desc_t interrupt;
static enum lights lights;
static unsigned lights_shown;
static char typed[TYPED_SIZE];
static size_t typed_count;

static void lights_update(void) {
    if (lights != LIGHTS_DONE || lights_shown == keys.locks)
        return;
    lights = LIGHTS_ASKED;
    controller_send(&controller, LIGHTS_COMMAND);
}

// Whether the byte is an answer to our commands.
static bool lights_feed(uint8_t byte) {
    if (lights == LIGHTS_DONE || (byte != KEYBOARD_ACKNOWLEDGE && byte != KEYBOARD_RESEND))
        return false;
    if (byte == KEYBOARD_ACKNOWLEDGE && lights == LIGHTS_ASKED) {
        lights = LIGHTS_SENT;
        lights_shown = keys.locks;
        controller_send(&controller, (uint8_t)lights_shown);
    } else {
        lights = LIGHTS_DONE;
    }
    return true;
}

static void keys_take(void) {
    char bytes[KEY_BYTES_MAX];
    uint8_t code;
    size_t before = typed_count;
    for (int i = 0; i < ROUNDS_MAX && controller_take(&controller, &code); i++) {
        if (lights_feed(code))
            continue;
        size_t length = keys_feed(&keys, code, bytes);
        if (length > TYPED_SIZE - typed_count)
            continue; // whole keys only
        memcpy(typed + typed_count, bytes, length);
        typed_count += length;
    }
    lights_update();
    if (typed_count > before)
        (void)ts_notification_signal(startup_descriptor("signal_console"), CONSOLE_SIGNAL_KEYS);
}

static status_t handle_read(struct ts_call *call, struct ts_lent buffer, uint64_t *count) {
    size_t length = min_u64(typed_count, buffer.length);
    status_t status = length > 0 ? ts_call_write(call, buffer, 0, typed, length, nullptr) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    memmove(typed, typed + length, typed_count - length);
    typed_count -= length;
    *count = length;
    return STATUS_OK;
}

static status_t handle_reset(struct ts_call *call) {
    if (!grant_has(call->badge, GRANT_RESET))
        return STATUS_NOT_PERMITTED;
    controller_reset(&controller);
    sleep_until(clock_now() + RESET_LIMIT_NS);
    return STATUS_NOT_HERE;
}

static const struct keyboard_ops operations = {.read = handle_read, .reset = handle_reset};

static void event(const struct ts_call *call) {
    if ((uint32_t)call->header != EVENT_NOTIFIED || !has_keyboard)
        return;
    // Unmasked first: an edge that comes while the controller is emptied is remembered.
    if (call->word[0] & BIT_INTERRUPT)
        (void)ts_interrupt_ack(interrupt);
    keys_take();
}

static status_t interrupt_open(void) {
    desc_t lines = startup_descriptor("interrupts0");
    struct descriptor_info info = {};
    status_t status = ts_descriptor_inspect(lines, &info, sizeof(info));
    if (status == STATUS_OK)
        status = ts_interrupt_create(lines, info.value, INTERRUPT_AS_WIRED, &interrupt);
    if (status == STATUS_OK)
        status = ts_interrupt_bind(interrupt, startup_descriptor("notification"), BIT_INTERRUPT);
    return status;
}

static const struct layout *layout_find(const char *name) {
    for (size_t i = 0; i < layout_count; i++) {
        if (strcmp(layouts[i].name, name) == 0)
            return &layouts[i];
    }
    log_at(LOG_WARNING, "keyboard: there is no layout '%s'; %s is used", name, layouts[0].name);
    return &layouts[0];
}

static void keyboard_open(const char *layout) {
    keys_init(&keys, layout_find(layout));
    status_t status =
        controller_init(&controller, startup_descriptor("ports0"), startup_descriptor("ports1"));
    if (status == STATUS_OK)
        status = interrupt_open();
    has_keyboard = status == STATUS_OK;
    if (has_keyboard) {
        log_at(LOG_INFO, "keyboard: layout %s", keys.layout->name);
        // Between its start and the interrupt's a key may have come, which makes no edge any more.
        keys_take();
    } else {
        log_at(LOG_INFO, "keyboard: none: %s", status_text(status));
    }
}

int main(int count, char **arguments) {
    if (ts_notification_bind(startup_descriptor("notification")) != STATUS_OK)
        return 1;
    keyboard_open(count > 1 ? arguments[1] : layouts[0].name);
    struct ts_call call;
    while (ts_call_receive(startup_descriptor("endpoint"), KEYBOARD_OFFER_SLOTS, 0, DEADLINE_NONE, &call) ==
           STATUS_OK) {
        if (!keyboard_serve(&operations, nullptr, &call))
            event(&call);
    }
    return 1;
}
