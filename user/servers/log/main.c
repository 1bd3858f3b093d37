// SPDX-License-Identifier: MIT
//
// The log server: brings lines of services and programs into the kernel's log, with the number of the process
// that wrote them, and shows on the console what matters to the person there. The kernel's log is the only
// store, so nothing is lost when this server is started again. init signals the notification when it has
// written a line itself.
//
// What is shown are errors, warnings and notices (base/log_level.h). In a boot that runs one command
// (`--frames`) every line goes to the console, which sends it as a record of its own. Lines from before the
// first start of this server were written to the serial line by the kernel itself; of those only what matters
// is shown, again. Up to where lines were shown stands in memory that outlives the process, so its successor
// goes on behind them.

#include <abi/constants.h>
#include <base/log_level.h>
#include <base/string.h>
#include <base/text.h>
#include <protocols/console.h>
#include <protocols/log.h>
#include <tessera/syscalls.h>
#include <user/allowance.h>
#include <user/image_grants.h>
#include <user/program.h>

enum { LINE_SIZE = 1024 };

// In the kept memory, zero at first. One word, so it is whole at any moment.
struct kept {
    uint64_t shown; // bytes of the kernel's log up to the end of a line
};

struct log_server {
    struct kept *kept;
    bool frames;
    desc_t kernel;
    desc_t console;
    uint64_t position; // of the kernel's log, read so far
    uint64_t taken;    // of that, up to here in `line`
    bool catching_up;  // these lines are from before this server's start: most were shown then
    char line[LINE_SIZE];
    size_t length;
    struct allowances allowances;
};

static struct log_server server = {.allowances = {.burst = 30, .per_second = 10}};

// Behind a time stamp in brackets.
static const char *line_text(const char *line) {
    if (line[0] != '[')
        return line;
    const char *end = strchr(line, ']');
    if (end == nullptr)
        return line;
    return end[1] == ' ' ? end + 2 : end + 1;
}

static void line_show(void) {
    server.line[server.length] = 0;
    const char *text = line_text(server.line);
    enum log_level level = LOG_DEBUG;
    bool important = log_level_take(text, strlen(text), &level) && level <= LOG_NOTICE;
    bool all = server.frames && !server.catching_up;
    const char *shown = server.frames ? server.line : text + LOG_LEVEL_SIZE;
    if ((all || important) && *shown != 0)
        (void)console_notice(server.console, shown, strlen(shown), DEADLINE_NONE);
    server.length = 0;
}

static void bytes_show(const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n' || server.length == LINE_SIZE - 1)
            line_show();
        server.taken++;
        if (bytes[i] != '\n')
            server.line[server.length++] = bytes[i];
        else
            server.kept->shown = server.taken;
    }
}

// Shows what has come into the kernel's log since the last time.
static void pump(void) {
    static char bytes[LOG_READ_MAX];
    uint64_t filled = 0;
    do {
        uint64_t next = server.position;
        if (ts_log_read(server.kernel, server.position, bytes, sizeof(bytes), &filled, &next) != STATUS_OK)
            return;
        server.position = next;
        server.taken = next - filled; // what was overwritten meanwhile is skipped
        bytes_show(bytes, filled);
    } while (filled > 0);
}

static status_t line_write(uint64_t level, uint32_t writer, const char *text) {
    char line[LOG_LINE_MAX + 1];
    size_t length = format_buffer(line, sizeof(line), "%c %u: %s", LOG_LEVEL_LETTERS[level], writer, text);
    return ts_log_write(server.kernel, line, min_u64(length, LOG_LINE_MAX));
}

static void refused_write(uint32_t writer, uint32_t refused) {
    char text[LOG_TEXT_MAX + 1];
    format_buffer(text, sizeof(text), "(%u lines were too many and are lost)", refused);
    (void)line_write(LOG_INFO, writer, text);
}

static status_t handle_write(struct ts_call *call, uint64_t level, struct ts_lent text) {
    char bytes[LOG_TEXT_MAX + 1];
    uint32_t writer = badge_process(call->badge), refused = 0;
    if (!allowance_take(&server.allowances, writer, clock_now(), &refused))
        return STATUS_TOO_MANY;
    status_t status = ts_call_read(call, text, 0, bytes, text.length, nullptr);
    if (status != STATUS_OK)
        return status;
    // A line of a program stays one line, and cannot paint on the terminal.
    text_make_plain(bytes, text.length, "");
    bytes[text.length] = 0;
    if (refused > 0)
        refused_write(writer, refused);
    return line_write(level, writer, bytes);
}

static status_t handle_read(struct ts_call *call, uint64_t position, struct ts_lent buffer, uint64_t *count,
                            uint64_t *next) {
    static char bytes[LOG_READ_MAX];
    if (!grant_has(call->badge, GRANT_READ_LOG))
        return STATUS_NOT_PERMITTED;
    uint64_t filled = 0, after = position;
    status_t status =
        ts_log_read(server.kernel, position, bytes, min_u64(buffer.length, sizeof(bytes)), &filled, &after);
    if (status == STATUS_OK && filled > 0)
        status = ts_call_write(call, buffer, 0, bytes, filled, nullptr);
    if (status != STATUS_OK)
        return status;
    *count = filled;
    *next = after;
    return STATUS_OK;
}

static const struct log_ops operations = {.write = handle_write, .read = handle_read};

int main(int count, char **arguments) {
    server.frames = count == 3 && strcmp(arguments[1], "--frames") == 0;
    server.kernel = startup_descriptor("kernel_log");
    server.console = startup_descriptor("console");
    if (ts_notification_bind(startup_descriptor("notification")) != STATUS_OK)
        return 1;
    uint64_t size = 0;
    server.kept = memory_map(startup_descriptor("kept"), MAP_READ | MAP_WRITE, &size);
    if (server.kept == nullptr || size < sizeof(*server.kept))
        return 1;
    server.position = server.kept->shown;
    server.catching_up = server.position == 0;
    pump();
    server.catching_up = false;
    struct ts_call call;
    while (ts_call_receive(startup_descriptor("endpoint"), LOG_OFFER_SLOTS, 0, DEADLINE_NONE, &call) ==
           STATUS_OK) {
        if (!log_serve(&operations, nullptr, &call) && (uint32_t)call.header == EVENT_BADGE_CLOSED)
            allowance_forget(&server.allowances, badge_process(call.badge));
        pump();
    }
    return 1;
}
