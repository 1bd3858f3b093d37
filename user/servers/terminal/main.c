// SPDX-License-Identifier: MIT
//
// The terminal: a process that holds the framebuffer and nothing else. Text changes the grid at once, and the
// screen a moment later: the first change arms a timer, and frames are at least FRAME_NS apart, so a program
// that prints much is not slowed by drawing. A new terminal has an empty screen and signals the console,
// which knows what stands on the cursor's line. Without a framebuffer it takes text and shows nothing.

#include "draw.h"
#include <abi/constants.h>
#include <protocols/console_values.h>
#include <protocols/terminal.h>
#include <tessera/syscalls.h>
#include <user/heap.h>
#include <user/program.h>

enum {
    CHUNK = 4096,
    ANSWERS_SIZE = 256,
    BIT_FRAME = 1,
    ARGUMENTS = 6,
};

#define FRAME_NS  16'666'667ULL
#define GATHER_NS 3'000'000ULL // what a program writes in a row is drawn together

static struct terminal terminal;
static struct drawer drawer;
static struct surface surface;
static bool has_screen;
static bool frame_awaited;
static uint64_t frame_last;
static uint64_t frame_due;
static char answers[ANSWERS_SIZE];
static size_t answer_count;

// A program that asks and never reads loses answers, not memory.
static void answer(void *context, const char *bytes, size_t length) {
    (void)context;
    if (length > ANSWERS_SIZE - answer_count)
        return;
    for (size_t i = 0; i < length; i++)
        answers[answer_count++] = bytes[i];
    (void)ts_notification_signal(startup_descriptor("signal_console"), CONSOLE_SIGNAL_ANSWER);
}

static void frame_draw(void) {
    if (!frame_awaited)
        return;
    frame_awaited = false;
    frame_last = clock_now();
    drawer_frame(&drawer, &terminal);
}

// Under a flood of text the timer's bit waits behind the calls, so the time is looked at here too.
static void frame_want(void) {
    uint64_t now = clock_now();
    if (frame_awaited && now >= frame_due)
        frame_draw();
    if (frame_awaited)
        return;
    frame_awaited = true;
    frame_due = max_u64(now + GATHER_NS, frame_last + FRAME_NS);
    (void)ts_notification_timer(startup_descriptor("notification"), BIT_FRAME, frame_due);
}

static status_t handle_write(struct ts_call *call, struct ts_lent text) {
    static char chunk[CHUNK];
    for (uint64_t done = 0; has_screen && done < text.length;) {
        uint64_t step = min_u64(text.length - done, CHUNK);
        status_t status = ts_call_read(call, text, done, chunk, step, nullptr);
        if (status != STATUS_OK)
            return status;
        terminal_feed(&terminal, chunk, step);
        frame_want();
        done += step;
    }
    return STATUS_OK;
}

static status_t handle_read(struct ts_call *call, struct ts_lent buffer, uint64_t *count) {
    size_t length = min_u64(answer_count, buffer.length);
    status_t status = length > 0 ? ts_call_write(call, buffer, 0, answers, length, nullptr) : STATUS_OK;
    if (status != STATUS_OK)
        return status;
    for (size_t i = length; i < answer_count; i++)
        answers[i - length] = answers[i];
    answer_count -= length;
    *count = length;
    return STATUS_OK;
}

static status_t handle_size(struct ts_call *call, uint64_t *columns, uint64_t *rows) {
    (void)call;
    *columns = has_screen ? terminal.columns : 0;
    *rows = has_screen ? terminal.rows : 0;
    return STATUS_OK;
}

static const struct terminal_ops operations = {
    .write = handle_write, .read = handle_read, .size = handle_size};

// The memory object is whole pages; the picture begins `numbers[0]` bytes into it.
static bool screen_map(const uint64_t numbers[ARGUMENTS - 1]) {
    uint64_t size = 0, bytes;
    uint8_t *memory = memory_map(startup_descriptor("framebuffer"), MAP_READ | MAP_WRITE, &size);
    return memory != nullptr && !ckd_mul(&bytes, numbers[3], numbers[2]) &&
           range_within(numbers[0], bytes, size) &&
           surface_init(&surface, memory + numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
}

// Arguments: offset, width, height, pitch, format; none of them where there is no framebuffer.
static bool screen_open(int count, char **arguments) {
    uint64_t numbers[ARGUMENTS - 1];
    if (count != ARGUMENTS || !startup_has("framebuffer"))
        return false;
    for (size_t i = 0; i < array_length(numbers); i++) {
        if (!number_parse(arguments[i + 1], &numbers[i]))
            return false;
    }
    if (!screen_map(numbers))
        return false;
    unsigned rows = (unsigned)min_u64(surface.height / FONT_HEIGHT, TERMINAL_ROWS_MAX);
    unsigned columns = (unsigned)min_u64(surface.width / FONT_WIDTH, TERMINAL_COLUMNS_MAX);
    if (rows < TERMINAL_ROWS_MIN || columns < TERMINAL_COLUMNS_MIN)
        return false;
    struct cell *cells = heap_allocate(terminal_cell_count(rows, columns) * sizeof(*cells));
    struct drawn_cell *drawn = heap_allocate((size_t)rows * columns * sizeof(*drawn));
    if (cells == nullptr || drawn == nullptr)
        return false;
    terminal_init(&terminal, cells, rows, columns, answer, nullptr);
    drawer_init(&drawer, &surface, drawn, &terminal);
    return true;
}

int main(int count, char **arguments) {
    if (ts_notification_bind(startup_descriptor("notification")) != STATUS_OK)
        return 1;
    has_screen = screen_open(count, arguments);
    if (has_screen)
        frame_want();
    (void)ts_notification_signal(startup_descriptor("signal_console"), CONSOLE_SIGNAL_SCREEN);
    struct ts_call call;
    while (ts_call_receive(startup_descriptor("endpoint"), TERMINAL_OFFER_SLOTS, 0, DEADLINE_NONE, &call) ==
           STATUS_OK) {
        if (!terminal_serve(&operations, nullptr, &call))
            frame_draw();
    }
    return 1;
}
