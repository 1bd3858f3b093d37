// SPDX-License-Identifier: MIT
//
// The console: one terminal on the serial line, with a line discipline, shared by the shell and its programs.
// The reader is the program in the foreground, or the shell when there is none; reads of others wait until it
// is their turn. Ctrl-C ends the program in the foreground, by way of init. In a boot that runs one command
// (`--frames`) bytes go out unchanged and there is no input.

#include "line.h"
#include <abi/constants.h>
#include <base/string.h>
#include <protocols/console.h>
#include <protocols/init.h>
#include <protocols/serial.h>
#include <tessera/syscalls.h>
#include <user/image_grants.h>
#include <user/program.h>

enum {
    CLIENTS_MAX = 128,
    READS_MAX = 32,
    READS_FOREGROUND = 4, // of these
    PASSES_MAX = 16,
    CHUNK = 2048,
    TAIL_SIZE = 512,
    KIND_OUTPUT = 0, // of serial_write and console_write
    KIND_LOG = 1,
};

#define SERIAL_RETRY_NS 50'000'000ULL
#define SERIAL_ATTEMPTS 40

struct client {
    uint32_t process;   // 0: a free entry
    uint32_t passed_to; // who reads in its place; 0: itself
    bool raw;
};

struct pending_read {
    bool used;
    struct ts_call call;
    struct ts_lent buffer;
    desc_t reply;
};

struct console {
    bool frames;
    desc_t serial;
    desc_t init;
    struct line line;
    uint32_t foreground; // process number, 0: the shell
    uint32_t shell;      // process number, 0: none yet
    bool interrupt_next; // Ctrl-C was typed when nothing stood in the foreground
    struct client clients[CLIENTS_MAX];
    struct pending_read reads[READS_MAX];
    char tail[TAIL_SIZE]; // what stands on the cursor's line, to draw it again below a notice
    size_t tail_length;
};

static struct console console;

// ---- output

static void serial_put(uint64_t kind, const void *bytes, size_t length) {
    for (int attempt = 0; length > 0 && attempt < SERIAL_ATTEMPTS; attempt++) {
        status_t status = serial_write(console.serial, kind, bytes, length, DEADLINE_NONE);
        if (status != STATUS_SERVER_DIED && status != STATUS_NO_SERVER && status != STATUS_TOO_MANY)
            return;
        // The driver is being started again; what it had is lost, what it had not answered is sent again.
        sleep_until(clock_now() + SERIAL_RETRY_NS);
    }
}

static void tail_add(const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n' || bytes[i] == '\r') {
            console.tail_length = 0;
        } else if (console.tail_length < TAIL_SIZE) {
            console.tail[console.tail_length++] = bytes[i];
        }
    }
}

// Text for the terminal: a newline becomes carriage return and newline.
static void terminal_put(const char *bytes, size_t length) {
    char out[2 * CHUNK];
    while (length > 0) {
        size_t step = min_u64(length, CHUNK);
        size_t used = 0;
        for (size_t i = 0; i < step; i++) {
            if (bytes[i] == '\n')
                out[used++] = '\r';
            out[used++] = bytes[i];
        }
        serial_put(KIND_OUTPUT, out, used);
        tail_add(bytes, step);
        bytes += step;
        length -= step;
    }
}

static void echo(void *context, const char *bytes, size_t length) {
    (void)context;
    terminal_put(bytes, length);
}

static status_t handle_write(struct ts_call *call, uint64_t kind, struct ts_lent text) {
    static char chunk[CHUNK];
    for (uint64_t done = 0; done < text.length;) {
        uint64_t step = min_u64(text.length - done, CHUNK);
        status_t status = ts_call_read(call, text, done, chunk, step, nullptr);
        if (status != STATUS_OK)
            return status;
        if (console.frames) {
            serial_put(kind, chunk, step);
        } else {
            terminal_put(chunk, step);
        }
        done += step;
    }
    return STATUS_OK;
}

static status_t handle_notice(struct ts_call *call, struct ts_lent text) {
    static char line[4096 + 1];
    if (!grant_has(call->badge, GRANT_NOTICE))
        return STATUS_NOT_PERMITTED;
    status_t status = ts_call_read(call, text, 0, line, text.length, nullptr);
    if (status != STATUS_OK)
        return status;
    line[text.length] = '\n';
    if (console.frames) {
        serial_put(KIND_LOG, line, text.length + 1);
        return STATUS_OK;
    }
    char tail[TAIL_SIZE];
    size_t length = console.tail_length;
    memcpy(tail, console.tail, length);
    if (length > 0)
        terminal_put("\r\x1b[K", 4);
    terminal_put(line, text.length + 1);
    terminal_put(tail, length);
    return STATUS_OK;
}

// ---- clients

static struct client *client_find(uint32_t process, bool make) {
    struct client *free = nullptr;
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (console.clients[i].process == process)
            return &console.clients[i];
        if (console.clients[i].process == 0 && free == nullptr)
            free = &console.clients[i];
    }
    if (!make || free == nullptr)
        return nullptr;
    *free = (struct client){.process = process};
    return free;
}

// From the foreground on along what clients have passed on. A circle ends somewhere in it.
static uint32_t reader(void) {
    uint32_t process = console.foreground != 0 ? console.foreground : console.shell;
    for (size_t i = 0; i < PASSES_MAX; i++) {
        const struct client *client = client_find(process, false);
        if (process == 0 || client == nullptr || client->passed_to == 0)
            break;
        process = client->passed_to;
    }
    return process;
}

static bool may_read(uint32_t process) {
    return reader() == 0 || reader() == process;
}

// ---- input

static void read_answer(struct pending_read *read, status_t status, uint64_t count) {
    console_read_reply(&read->call, status, count);
    read->used = false;
}

// The longest waiting read of the program whose turn it is.
static struct pending_read *read_next(void) {
    struct pending_read *found = nullptr;
    for (size_t i = 0; i < READS_MAX; i++) {
        struct pending_read *read = &console.reads[i];
        if (read->used && may_read(badge_process(read->call.badge)) &&
            (found == nullptr || read->call.number < found->call.number))
            found = read;
    }
    return found;
}

static status_t read_take(const struct ts_call *call, struct ts_lent buffer, uint64_t *count) {
    char bytes[LINE_READY_SIZE];
    const struct line before = console.line;
    *count = line_read(&console.line, bytes, min_u64(buffer.length, sizeof(bytes)));
    if (*count == 0)
        return STATUS_OK;
    status_t status = ts_call_write(call, buffer, 0, bytes, *count, nullptr);
    if (status == STATUS_OK)
        return STATUS_OK;
    // Nothing is lost when the reader has gone or gave a bad buffer.
    console.line = before;
    *count = 0;
    return status;
}

static void reads_serve(void) {
    struct pending_read *read;
    while (line_is_readable(&console.line) && (read = read_next()) != nullptr) {
        uint64_t count = 0;
        status_t status = read_take(&read->call, read->buffer, &count);
        read_answer(read, status, count);
    }
}

static void interrupt(void) {
    for (size_t i = 0; i < READS_MAX; i++) {
        struct pending_read *read = &console.reads[i];
        if (read->used && badge_process(read->call.badge) == reader())
            read_answer(read, STATUS_INTERRUPTED, 0);
    }
    // A program that has just ended is no error. Between programs it is meant for the one that is being
    // started.
    if (console.foreground != 0) {
        (void)init_interrupt(console.init, console.foreground, DEADLINE_NONE);
    } else {
        console.interrupt_next = true;
    }
}

static void mode_update(void) {
    const struct client *client = client_find(reader(), false);
    if (line_mode(&console.line, reader() != 0 && client != nullptr && client->raw))
        interrupt();
}

static void input_take(void) {
    char bytes[256];
    uint64_t count = 0;
    do {
        if (serial_read(console.serial, bytes, sizeof(bytes), &count, DEADLINE_NONE) != STATUS_OK)
            return;
        for (uint64_t i = 0; i < count && !console.frames; i++) {
            if (line_input(&console.line, bytes[i]))
                interrupt();
        }
        reads_serve();
    } while (count == sizeof(bytes));
}

// A client has one read at a time: an older one, whose caller may have given up long ago, ends.
static void read_replace(uint64_t badge) {
    for (size_t i = 0; i < READS_MAX; i++) {
        if (console.reads[i].used && console.reads[i].call.badge == badge)
            read_answer(&console.reads[i], STATUS_TOO_MANY, 0);
    }
}

static status_t handle_read(struct ts_call *call, struct ts_lent buffer, uint64_t *count) {
    if (console.frames)
        return STATUS_OK;
    if (may_read(badge_process(call->badge)) && line_is_readable(&console.line))
        return read_take(call, buffer, count);
    read_replace(call->badge);
    // Programs in the background cannot take the last places, which are the foreground's.
    for (size_t i = may_read(badge_process(call->badge)) ? 0 : READS_FOREGROUND; i < READS_MAX; i++) {
        struct pending_read *read = &console.reads[i];
        if (read->used)
            continue;
        read->call = *call;
        read->buffer = buffer;
        status_t status = ts_call_keep(&read->call, read->reply);
        read->used = status == STATUS_OK;
        return status == STATUS_OK ? TS_REPLY_LATER : status;
    }
    return STATUS_TOO_MANY;
}

// ---- session

static status_t handle_mode(struct ts_call *call, uint64_t raw) {
    struct client *client = client_find(badge_process(call->badge), true);
    if (client == nullptr)
        return STATUS_TOO_MANY;
    client->raw = raw != 0;
    if (grant_has(call->badge, GRANT_SESSION) && console.foreground == 0)
        console.shell = client->process;
    mode_update();
    console.interrupt_next = console.interrupt_next && !raw;
    reads_serve();
    return STATUS_OK;
}

static status_t handle_foreground(struct ts_call *call, uint64_t process) {
    if (!grant_has(call->badge, GRANT_SESSION))
        return STATUS_NOT_PERMITTED;
    if (process > UINT32_MAX)
        return STATUS_BAD_REQUEST;
    console.shell = badge_process(call->badge);
    console.foreground = (uint32_t)process;
    mode_update();
    if (process != 0 && console.interrupt_next)
        interrupt();
    console.interrupt_next = false;
    reads_serve();
    return STATUS_OK;
}

static status_t handle_pass(struct ts_call *call, uint64_t process) {
    uint32_t number = badge_process(call->badge);
    struct client *client = client_find(number, true);
    if (client == nullptr)
        return STATUS_TOO_MANY;
    if (process > UINT32_MAX || process == number)
        return STATUS_BAD_REQUEST;
    client->passed_to = (uint32_t)process;
    mode_update();
    reads_serve();
    return STATUS_OK;
}

static void badge_closed(uint64_t badge) {
    uint32_t process = badge_process(badge);
    for (size_t i = 0; i < READS_MAX; i++) {
        if (console.reads[i].used && console.reads[i].call.badge == badge)
            read_answer(&console.reads[i], STATUS_CANCELLED, 0);
    }
    struct client *client = client_find(process, false);
    if (client != nullptr)
        *client = (struct client){};
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (console.clients[i].passed_to == process)
            console.clients[i].passed_to = 0;
    }
    if (console.foreground == process)
        console.foreground = 0;
    if (console.shell == process)
        console.shell = 0;
    mode_update();
}

static void event(const struct ts_call *call) {
    if ((uint32_t)call->header == EVENT_BADGE_CLOSED) {
        badge_closed(call->badge);
    } else if ((uint32_t)call->header == EVENT_NOTIFIED) {
        input_take();
    }
}

static const struct console_ops operations = {
    .write = handle_write,
    .read = handle_read,
    .mode = handle_mode,
    .foreground = handle_foreground,
    .pass = handle_pass,
    .notice = handle_notice,
};

int main(int count, char **arguments) {
    console.frames = count == 3 && strcmp(arguments[1], "--frames") == 0;
    console.serial = startup_descriptor("serial");
    console.init = startup_descriptor("init");
    line_init(&console.line, echo, nullptr);
    for (size_t i = 0; i < READS_MAX; i++) {
        if (ts_reply_create(&console.reads[i].reply) != STATUS_OK)
            return 1;
    }
    if (ts_notification_bind(startup_descriptor("notification")) != STATUS_OK)
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
