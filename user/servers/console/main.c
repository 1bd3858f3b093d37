// SPDX-License-Identifier: MIT
//
// The console: lines of text between programs and the person, with a line discipline, shared by a shell and
// its programs. One session sits at the serial line and at the screen together; with `--separate` there are
// two, the first on the serial line and the second on the screen, and a client's badge says which is its own.
// The reader is the program in the foreground, or the shell when there is none; reads of others wait until it
// is their turn. Ctrl-C ends the program in the foreground, by way of init. In a boot that runs one command
// (`--frames`) bytes go out unchanged over the serial line alone, and there is no input.

#include "clients.h"
#include "input.h"
#include "reads.h"
#include "sizes.h"
#include <abi/constants.h>
#include <base/string.h>
#include <tessera/syscalls.h>
#include <user/image_grants.h>
#include <user/program.h>

enum { CHUNK = 2048 };

struct console console;

struct session *session_of(uint64_t badge) {
    return &console.sessions[console.session_count > 1 && grant_has(badge, GRANT_SECOND) ? 1 : 0];
}

// ---- output

static status_t handle_write(struct ts_call *call, enum console_text kind, struct ts_lent text) {
    static char chunk[CHUNK];
    for (uint64_t done = 0; done < text.length;) {
        uint64_t step = min_u64(text.length - done, CHUNK);
        status_t status = ts_call_read(call, text, done, chunk, step, nullptr);
        if (status != STATUS_OK)
            return status;
        if (console.frames) {
            serial_put(kind == CONSOLE_TEXT_OUTPUT ? SERIAL_TEXT_OUTPUT : SERIAL_TEXT_LOG, chunk, step,
                       false);
        } else {
            session_put(session_of(call->badge), chunk, step);
        }
        done += step;
    }
    return STATUS_OK;
}

static status_t handle_notice(struct ts_call *call, struct ts_lent text) {
    static char line[CONSOLE_NOTICE_MAX + 1];
    if (!grant_has(call->badge, GRANT_NOTICE))
        return STATUS_NOT_PERMITTED;
    status_t status = ts_call_read(call, text, 0, line, text.length, nullptr);
    if (status != STATUS_OK)
        return status;
    line[text.length] = '\n';
    if (console.frames) {
        serial_put(SERIAL_TEXT_LOG, line, text.length + 1, false);
        return STATUS_OK;
    }
    for (size_t i = 0; i < console.session_count; i++)
        session_notice(&console.sessions[i], line, text.length + 1);
    return STATUS_OK;
}

// ---- whose turn it is

static status_t handle_mode(struct ts_call *call, enum console_input input) {
    bool raw = input == CONSOLE_INPUT_RAW;
    struct session *session = session_of(call->badge);
    struct client *client = client_make(badge_process(call->badge));
    if (client == nullptr)
        return STATUS_TOO_MANY;
    client->raw = raw;
    // The first shell; one in the background must not take the keyboard from it.
    if (grant_has(call->badge, GRANT_SESSION) && session->foreground == 0 && session->shell == 0)
        session->shell = client->process;
    // After a restart nobody has said who reads; who asks for bytes is who the person sees.
    if (raw && client_in_turn(session) == 0)
        session->foreground = client->process;
    input_mode_update(session);
    session->interrupt_next = session->interrupt_next && !raw;
    reads_serve(session);
    return STATUS_OK;
}

static status_t handle_foreground(struct ts_call *call, uint64_t process) {
    struct session *session = session_of(call->badge);
    if (!grant_has(call->badge, GRANT_SESSION))
        return STATUS_NOT_PERMITTED;
    if (process > UINT32_MAX)
        return STATUS_BAD_REQUEST;
    // Who takes the foreground back and had it not is no shell that reads (the session, when its shell has
    // ended): the next one that asks for bytes is.
    const uint32_t caller = badge_process(call->badge);
    session->shell = process != 0 || session->shell == caller ? caller : 0;
    session->foreground = (uint32_t)process;
    session->foreground_gone = false;
    input_mode_update(session);
    // Between two programs it is kept: for the next one, or until the shell reads a line.
    if (process != 0 && session->interrupt_next)
        input_interrupt(session);
    session->interrupt_next = session->interrupt_next && process == 0;
    reads_serve(session);
    return STATUS_OK;
}

static status_t handle_interrupted(struct ts_call *call, uint64_t *typed) {
    struct session *session = session_of(call->badge);
    if (!grant_has(call->badge, GRANT_SESSION))
        return STATUS_NOT_PERMITTED;
    *typed = session->interrupt_next;
    session->interrupt_next = false;
    return STATUS_OK;
}

static status_t handle_pass(struct ts_call *call, uint64_t process) {
    struct session *session = session_of(call->badge);
    uint32_t number = badge_process(call->badge);
    struct client *client = client_make(number);
    if (client == nullptr)
        return STATUS_TOO_MANY;
    if (process > UINT32_MAX || process == number)
        return STATUS_BAD_REQUEST;
    client->passed_to = (uint32_t)process;
    input_mode_update(session);
    reads_serve(session);
    return STATUS_OK;
}

// ---- what the kernel says

static void badge_closed(uint64_t badge) {
    struct session *session = session_of(badge);
    reads_cancel(badge);
    sizes_cancel(badge);
    client_end(session, badge_process(badge));
    input_mode_update(session);
    reads_serve(session);
}

static void notified(uint64_t bits) {
    if ((bits & CONSOLE_SIGNAL_SCREEN) != 0 && !console.frames) {
        devices_open();
        for (size_t i = 0; i < console.session_count; i++)
            session_repaint(&console.sessions[i]);
    }
    if ((bits & BIT_PROBE_OVER) != 0)
        input_probes_end();
    input_take();
}

static void event(const struct ts_call *call) {
    if ((uint32_t)call->header == EVENT_BADGE_CLOSED) {
        badge_closed(call->badge);
    } else if ((uint32_t)call->header == EVENT_NOTIFIED) {
        notified(call->word[0]);
    }
}

static const struct console_ops operations = {
    .write = handle_write,
    .read = read_begin,
    .mode = handle_mode,
    .foreground = handle_foreground,
    .pass = handle_pass,
    .interrupted = handle_interrupted,
    .notice = handle_notice,
    .size = size_begin,
};

static void sessions_open(int count, char **arguments) {
    bool separate = false;
    for (int i = 1; i < count; i++) {
        console.frames = console.frames || strcmp(arguments[i], "--frames") == 0;
        separate = separate || strcmp(arguments[i], "--separate") == 0;
    }
    if (!console.frames)
        devices_open();
    bool has_screen = screen_columns() > 0;
    bool has_two = separate && has_screen;
    session_init(&console.sessions[0],
                 has_screen && !has_two ? DEVICE_SERIAL | DEVICE_SCREEN : DEVICE_SERIAL);
    session_init(&console.sessions[1], DEVICE_SCREEN);
    console.session_count = has_two ? 2 : 1;
}

int main(int count, char **arguments) {
    console.init = startup_descriptor("init");
    sessions_open(count, arguments);
    if (!reads_create() || !sizes_create() ||
        ts_notification_bind(startup_descriptor("notification")) != STATUS_OK)
        return 1;
    // What was typed before this process started, or while it was started again.
    input_take();
    struct ts_call call;
    while (ts_call_receive(startup_descriptor("endpoint"), CONSOLE_OFFER_SLOTS, 0, DEADLINE_NONE, &call) ==
           STATUS_OK) {
        if (!console_serve(&operations, &console, &call))
            event(&call);
    }
    return 1;
}
