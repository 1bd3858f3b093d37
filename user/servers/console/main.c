// SPDX-License-Identifier: MIT
//
// The console: lines of text between programs and the person, with a line discipline, shared by a shell and
// its programs. One session sits at the serial line and at the screen together; with `--separate` there are
// two, the first on the serial line and the second on the screen, and a client's badge says which is its own.
// The reader is the program in the foreground, or the shell when there is none; reads of others wait until it
// is their turn. Ctrl-C ends the program in the foreground, by way of init. In a boot that runs one command
// (`--frames`) bytes go out unchanged over the serial line alone, and there is no input.

#include "session.h"
#include <abi/constants.h>
#include <base/string.h>
#include <protocols/console.h>
#include <protocols/init.h>
#include <tessera/syscalls.h>
#include <user/image_grants.h>
#include <user/program.h>

enum {
    SESSIONS_MAX = 2,
    CLIENTS_MAX = 128,
    READS_MAX = 32,
    READS_FOREGROUND = 4, // of these
    PASSES_MAX = 16,
    SIZES_MAX = 8,
    CHUNK = 2048,
    BIT_PROBE_OVER = 0x100, // beside those that the devices signal
};
static_assert((BIT_PROBE_OVER & CONSOLE_SIGNAL_ALL) == 0);

#define PROBE_LIMIT_NS 300'000'000ULL

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

// A question for the size, until the serial line's terminal has answered or had time to.
struct pending_size {
    bool used;
    struct ts_call call;
    desc_t reply;
};

struct console {
    bool frames;
    desc_t init;
    size_t session_count;
    struct session sessions[SESSIONS_MAX];
    struct client clients[CLIENTS_MAX];
    struct pending_read reads[READS_MAX];
    struct pending_size sizes[SIZES_MAX];
};

static struct console console;

static struct session *session_of(uint64_t badge) {
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
static uint32_t reader(const struct session *session) {
    uint32_t process = session->foreground != 0 ? session->foreground : session->shell;
    for (size_t i = 0; i < PASSES_MAX; i++) {
        const struct client *client = client_find(process, false);
        if (process == 0 || client == nullptr || client->passed_to == 0)
            break;
        process = client->passed_to;
    }
    return process;
}

static bool may_read(uint64_t badge) {
    uint32_t process = reader(session_of(badge));
    return process == 0 || process == badge_process(badge);
}

// ---- input

static void read_answer(struct pending_read *read, status_t status, uint64_t count) {
    console_read_reply(&read->call, status, count);
    read->used = false;
}

// The longest waiting read of the program whose turn it is.
static struct pending_read *read_next(const struct session *session) {
    struct pending_read *found = nullptr;
    for (size_t i = 0; i < READS_MAX; i++) {
        struct pending_read *read = &console.reads[i];
        if (read->used && session_of(read->call.badge) == session && may_read(read->call.badge) &&
            (found == nullptr || read->call.number < found->call.number))
            found = read;
    }
    return found;
}

static status_t read_take(const struct ts_call *call, struct ts_lent buffer, uint64_t *count) {
    char bytes[LINE_READY_SIZE];
    struct line *line = &session_of(call->badge)->line;
    const struct line before = *line;
    *count = line_read(line, bytes, min_u64(buffer.length, sizeof(bytes)));
    if (*count == 0)
        return STATUS_OK;
    status_t status = ts_call_write(call, buffer, 0, bytes, *count, nullptr);
    if (status == STATUS_OK)
        return STATUS_OK;
    // Nothing is lost when the reader has gone or gave a bad buffer.
    *line = before;
    *count = 0;
    return status;
}

static void reads_serve(struct session *session) {
    struct pending_read *read;
    while (line_is_readable(&session->line) && (read = read_next(session)) != nullptr) {
        uint64_t count = 0;
        status_t status = read_take(&read->call, read->buffer, &count);
        read_answer(read, status, count);
    }
}

static void interrupt(struct session *session) {
    uint32_t process = reader(session);
    for (size_t i = 0; i < READS_MAX; i++) {
        struct pending_read *read = &console.reads[i];
        if (read->used && badge_process(read->call.badge) == process)
            read_answer(read, STATUS_INTERRUPTED, 0);
    }
    // A program that has just ended is no error. Between programs it is meant for the one that is being
    // started.
    if (session->foreground != 0) {
        (void)init_interrupt(console.init, session->foreground, DEADLINE_NONE);
    } else {
        session->interrupt_next = true;
    }
}

static void mode_update(struct session *session) {
    uint32_t process = reader(session);
    const struct client *client = client_find(process, false);
    if (line_mode(&session->line, process != 0 && client != nullptr && client->raw))
        interrupt(session);
}

static void typed(struct session *session, const char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (line_input(&session->line, bytes[i]))
            interrupt(session);
    }
}

// ---- size

// The serial line's terminal has answered, or will not.
static void sizes_answer(struct session *session) {
    unsigned columns, rows;
    session_size(session, &columns, &rows);
    for (size_t i = 0; i < SIZES_MAX; i++) {
        struct pending_size *size = &console.sizes[i];
        if (!size->used || session_of(size->call.badge) != session)
            continue;
        console_size_reply(&size->call, STATUS_OK, columns, rows);
        size->used = false;
    }
}

// Bytes of the serial line, from which the answer to a question for the size is taken out.
static void typed_serial(struct session *session, const char *bytes, size_t count) {
    struct probe *probe = &session->probe;
    for (size_t i = 0; i < count; i++) {
        enum probe_result result = PROBE_TYPED;
        if (probe->asking) {
            result = probe_feed(probe, bytes[i]);
        } else {
            probe->held[probe->held_count++] = bytes[i];
        }
        if (result == PROBE_TYPED) {
            typed(session, probe->held, probe->held_count);
            probe->held_count = 0;
        }
        if (result == PROBE_ANSWERED)
            sizes_answer(session);
    }
}

static void probes_end(void) {
    for (size_t i = 0; i < console.session_count; i++) {
        struct session *session = &console.sessions[i];
        if (!session->probe.asking)
            continue;
        // Nobody is there who answers, or somebody else than before.
        session->probe.asking = false;
        session->probe.rows = session->probe.columns = 0;
        typed(session, session->probe.held, session->probe.held_count);
        session->probe.held_count = 0;
        sizes_answer(session);
    }
}

static status_t handle_size(struct ts_call *call, uint64_t *columns, uint64_t *rows) {
    struct session *session = session_of(call->badge);
    unsigned known_columns, known_rows;
    if (console.frames)
        return STATUS_NOT_HERE;
    for (size_t i = 0; i < SIZES_MAX && (session->devices & DEVICE_SERIAL) != 0; i++) {
        struct pending_size *size = &console.sizes[i];
        if (size->used)
            continue;
        size->call = *call;
        status_t status = ts_call_keep(&size->call, size->reply);
        if (status != STATUS_OK)
            return status;
        size->used = true;
        if (session->probe.asking)
            return TS_REPLY_LATER;
        probe_ask(&session->probe);
        serial_put(SERIAL_TEXT_OUTPUT, PROBE_QUESTION, sizeof(PROBE_QUESTION) - 1,
                   (session->devices & DEVICE_SCREEN) != 0);
        (void)ts_notification_timer(startup_descriptor("notification"), BIT_PROBE_OVER,
                                    clock_now() + PROBE_LIMIT_NS);
        return TS_REPLY_LATER;
    }
    session_size(session, &known_columns, &known_rows);
    *columns = known_columns;
    *rows = known_rows;
    return STATUS_OK;
}

// ---- input

static void session_input(struct session *session) {
    char bytes[256];
    size_t count;
    while ((session->devices & DEVICE_SERIAL) != 0 && (count = serial_take(bytes, sizeof(bytes))) > 0) {
        if (!console.frames)
            typed_serial(session, bytes, count);
    }
    // Where there are both, the one at the serial line is who answers a program's questions.
    bool answers = session->devices == DEVICE_SCREEN;
    while ((session->devices & DEVICE_SCREEN) != 0 &&
           (count = screen_take(bytes, sizeof(bytes), answers)) > 0)
        typed(session, bytes, count);
    reads_serve(session);
}

static void input_take(void) {
    for (size_t i = 0; i < console.session_count; i++)
        session_input(&console.sessions[i]);
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
    if (may_read(call->badge) && line_is_readable(&session_of(call->badge)->line))
        return read_take(call, buffer, count);
    read_replace(call->badge);
    // Programs in the background cannot take the last places, which are the foreground's.
    for (size_t i = may_read(call->badge) ? 0 : READS_FOREGROUND; i < READS_MAX; i++) {
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

static status_t handle_mode(struct ts_call *call, enum console_input input) {
    bool raw = input == CONSOLE_INPUT_RAW;
    struct session *session = session_of(call->badge);
    struct client *client = client_find(badge_process(call->badge), true);
    if (client == nullptr)
        return STATUS_TOO_MANY;
    client->raw = raw;
    // The first shell; one in the background must not take the keyboard from it.
    if (grant_has(call->badge, GRANT_SESSION) && session->foreground == 0 && session->shell == 0)
        session->shell = client->process;
    // After a restart nobody has said who reads; who asks for bytes is who the person sees.
    if (raw && reader(session) == 0)
        session->foreground = client->process;
    mode_update(session);
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
    mode_update(session);
    // Between two programs it is kept: for the next one, or until the shell reads a line.
    if (process != 0 && session->interrupt_next)
        interrupt(session);
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
    struct client *client = client_find(number, true);
    if (client == nullptr)
        return STATUS_TOO_MANY;
    if (process > UINT32_MAX || process == number)
        return STATUS_BAD_REQUEST;
    client->passed_to = (uint32_t)process;
    mode_update(session);
    reads_serve(session);
    return STATUS_OK;
}

static void badge_closed(uint64_t badge) {
    struct session *session = session_of(badge);
    uint32_t process = badge_process(badge);
    for (size_t i = 0; i < READS_MAX; i++) {
        if (console.reads[i].used && console.reads[i].call.badge == badge)
            read_answer(&console.reads[i], STATUS_CANCELLED, 0);
    }
    for (size_t i = 0; i < SIZES_MAX; i++) {
        if (console.sizes[i].used && console.sizes[i].call.badge == badge)
            console_size_reply(&console.sizes[i].call, STATUS_CANCELLED, 0, 0);
        console.sizes[i].used = console.sizes[i].used && console.sizes[i].call.badge != badge;
    }
    struct client *client = client_find(process, false);
    if (client != nullptr)
        *client = (struct client){};
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (console.clients[i].passed_to == process)
            console.clients[i].passed_to = 0;
    }
    if (session->foreground == process)
        session->foreground = 0;
    if (session->shell == process)
        session->shell = 0;
    mode_update(session);
}

static void notified(uint64_t bits) {
    if ((bits & CONSOLE_SIGNAL_SCREEN) != 0 && !console.frames) {
        devices_open();
        for (size_t i = 0; i < console.session_count; i++)
            session_repaint(&console.sessions[i]);
    }
    if ((bits & BIT_PROBE_OVER) != 0)
        probes_end();
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
    .read = handle_read,
    .mode = handle_mode,
    .foreground = handle_foreground,
    .pass = handle_pass,
    .interrupted = handle_interrupted,
    .notice = handle_notice,
    .size = handle_size,
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

static bool replies_create(void) {
    for (size_t i = 0; i < READS_MAX; i++) {
        if (ts_reply_create(&console.reads[i].reply) != STATUS_OK)
            return false;
    }
    for (size_t i = 0; i < SIZES_MAX; i++) {
        if (ts_reply_create(&console.sizes[i].reply) != STATUS_OK)
            return false;
    }
    return true;
}

int main(int count, char **arguments) {
    console.init = startup_descriptor("init");
    sessions_open(count, arguments);
    if (!replies_create() || ts_notification_bind(startup_descriptor("notification")) != STATUS_OK)
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
