// SPDX-License-Identifier: MIT
//
// The serial driver: a process that holds eight ports and one interrupt line and nothing else. Output waits
// in a queue that the transmitter's interrupt empties; requests that do not fit it wait in their order, each
// kept in a reply object, and fail when the line takes nothing for STALL_NS. Input waits in a queue that the
// console empties when its notification is signalled. Input that nobody takes is dropped, oldest kept.

#include "queue.h"
#include "uart.h"
#include <abi/constants.h>
#include <base/string.h>
#include <protocols/console_values.h>
#include <protocols/serial.h>
#include <tessera/syscalls.h>
#include <user/image_grants.h>
#include <user/program.h>

enum {
    JOBS_MAX = 16,
    CHUNK = 2048,
    BIT_INTERRUPT = 1,
    BIT_TIMER = 2,
    ROUNDS_MAX = 1000,
};

#define STALL_NS      2'000'000'000ULL
#define DRAIN_POLL_NS 2'000'000ULL

enum job_kind { JOB_WRITE, JOB_DRAIN, JOB_END };

// A request that is not answered yet.
struct job {
    enum job_kind kind;
    struct ts_call call;
    struct ts_lent lent;
    uint64_t done;
    char record; // letter of its records
    uint8_t exit_status;
};

struct driver {
    struct uart uart;
    bool has_uart;
    bool frames;
    char tag[SERIAL_TAG_SIZE + 1];
    desc_t endpoint;
    desc_t notification;
    desc_t interrupt;
    desc_t console; // its notification
    struct queue output;
    struct queue input;
    uint64_t progress;         // when the line last took a byte, or the queue was empty
    struct job jobs[JOBS_MAX]; // a ring, in order of arrival
    desc_t replies[JOBS_MAX];
    size_t job_start;
    size_t job_count;
};

static struct driver driver;

// ---- jobs

static status_t feed(struct job *job) {
    static uint8_t chunk[CHUNK];
    while (job->done < job->lent.length) {
        size_t room = driver.frames ? queue_record_room(&driver.output) : queue_room(&driver.output);
        size_t step = min_u64(min_u64(room, CHUNK), job->lent.length - job->done);
        if (step == 0)
            return STATUS_TIMED_OUT;
        status_t status = ts_call_read(&job->call, job->lent, job->done, chunk, step, nullptr);
        if (status != STATUS_OK)
            return status;
        if (!driver.frames) {
            queue_push(&driver.output, chunk, step);
        } else if (!queue_push_record(&driver.output, driver.tag, job->record, chunk, step)) {
            return STATUS_TIMED_OUT;
        }
        job->done += step;
    }
    return STATUS_OK;
}

static status_t drained(void) {
    return driver.output.length == 0 && (!driver.has_uart || uart_is_empty(&driver.uart)) ? STATUS_OK
                                                                                          : STATUS_TIMED_OUT;
}

// Goes on with a job. TIMED_OUT: it has to wait; everything else is its end.
static status_t job_step(struct job *job) {
    if (job->kind == JOB_WRITE)
        return feed(job);
    if (job->kind == JOB_END) {
        char text[4];
        size_t length = format_buffer(text, sizeof(text), "%u", (unsigned)job->exit_status);
        if (driver.frames && !queue_push_record(&driver.output, driver.tag, 'e', text, length))
            return STATUS_TIMED_OUT;
        job->kind = JOB_DRAIN;
    }
    return drained();
}

static void job_answer(struct job *job, status_t status) {
    // All three operations answer a status alone.
    serial_write_reply(&job->call, status);
    driver.job_start = (driver.job_start + 1) % JOBS_MAX;
    driver.job_count--;
}

static struct job *job_first(void) {
    return driver.job_count > 0 ? &driver.jobs[driver.job_start] : nullptr;
}

static void jobs_step(void) {
    for (struct job *job; (job = job_first()) != nullptr;) {
        status_t status = job_step(job);
        if (status == STATUS_TIMED_OUT)
            return;
        job_answer(job, status);
    }
}

// ---- the line

static void transmit(void) {
    if (!driver.has_uart) {
        driver.output.length = 0;
        return;
    }
    while (driver.output.length > 0) {
        size_t room = uart_room(&driver.uart);
        if (room == 0)
            break;
        uint8_t byte;
        while (room-- > 0 && queue_pop(&driver.output, &byte))
            uart_send(&driver.uart, byte);
        driver.progress = clock_now();
    }
    uart_transmit_interrupt(&driver.uart, driver.output.length > 0);
}

// Moves bytes and jobs until neither can go on.
static void pump(void) {
    size_t before;
    do {
        transmit();
        before = driver.output.length;
        jobs_step();
    } while (driver.output.length > before);
    transmit();
    jobs_step();
}

static void receive_input(void) {
    uint8_t byte;
    bool some = false;
    while (driver.has_uart && uart_receive(&driver.uart, &byte))
        some = queue_push(&driver.input, &byte, 1) == 1 || some;
    if (some)
        (void)ts_notification_signal(driver.console, CONSOLE_SIGNAL_SERIAL);
}

// A line that takes nothing loses what waits, so that nobody waits for ever.
static void stall_check(void) {
    if (driver.output.length == 0 || clock_now() - driver.progress < STALL_NS)
        return;
    driver.output.length = 0;
    for (struct job *job; (job = job_first()) != nullptr;)
        job_answer(job, STATUS_TIMED_OUT);
}

static void timer_set(void) {
    uint64_t when = DEADLINE_NONE;
    if (driver.output.length > 0) {
        when = driver.progress + STALL_NS;
    } else if (driver.job_count > 0) {
        when = clock_now() + DRAIN_POLL_NS;
    }
    (void)ts_notification_timer(driver.notification, when == DEADLINE_NONE ? 0 : BIT_TIMER, when);
}

static void event(const struct ts_call *call) {
    if ((uint32_t)call->header != EVENT_NOTIFIED)
        return;
    if (call->word[0] & BIT_INTERRUPT) {
        // Unmasked first: an edge that comes while the device is served is remembered.
        (void)ts_interrupt_ack(driver.interrupt);
        for (int i = 0; i < ROUNDS_MAX && uart_is_asking(&driver.uart); i++) {
            receive_input();
            pump();
        }
    }
    pump();
    stall_check();
}

// ---- the protocol

static status_t job_begin(struct ts_call *call, struct job job) {
    job.call = *call;
    if (driver.output.length == 0)
        driver.progress = clock_now();
    if (driver.job_count == 0) {
        status_t status = job_step(&job);
        transmit();
        if (status == STATUS_TIMED_OUT)
            status = job_step(&job);
        if (status != STATUS_TIMED_OUT)
            return status;
    }
    if (driver.job_count == JOBS_MAX)
        return STATUS_TOO_MANY;
    size_t slot = (driver.job_start + driver.job_count) % JOBS_MAX;
    status_t status = ts_call_keep(&job.call, driver.replies[slot]);
    if (status != STATUS_OK)
        return status;
    driver.jobs[slot] = job;
    driver.job_count++;
    return TS_REPLY_LATER;
}

static status_t handle_write(struct ts_call *call, enum serial_text kind, struct ts_lent bytes) {
    return job_begin(
        call, (struct job){.kind = JOB_WRITE, .lent = bytes, .record = kind == SERIAL_TEXT_LOG ? 'l' : 'o'});
}

static status_t handle_read(struct ts_call *call, struct ts_lent buffer, uint64_t *count) {
    static uint8_t bytes[QUEUE_SIZE];
    size_t length = min_u64(driver.input.length, buffer.length);
    struct queue before = {.start = driver.input.start, .length = driver.input.length};
    for (size_t i = 0; i < length; i++)
        (void)queue_pop(&driver.input, &bytes[i]);
    status_t status = length > 0 ? ts_call_write(call, buffer, 0, bytes, length, nullptr) : STATUS_OK;
    if (status != STATUS_OK) {
        driver.input.start = before.start;
        driver.input.length = before.length;
        return status;
    }
    *count = length;
    return STATUS_OK;
}

static status_t handle_drain(struct ts_call *call) {
    return job_begin(call, (struct job){.kind = JOB_DRAIN});
}

static status_t handle_end(struct ts_call *call, uint64_t exit_status) {
    if (!grant_has(call->badge, GRANT_SESSION))
        return STATUS_NOT_PERMITTED;
    return job_begin(call, (struct job){.kind = JOB_END, .exit_status = (uint8_t)exit_status});
}

static const struct serial_ops operations = {
    .write = handle_write, .read = handle_read, .drain = handle_drain, .end = handle_end};

// ---- start

static void device_open(void) {
    desc_t ports = startup_descriptor("ports0");
    struct descriptor_info info = {};
    if (ts_descriptor_inspect(ports, &info, sizeof(info)) != STATUS_OK ||
        uart_init(&driver.uart, ports, (uint16_t)info.value) != STATUS_OK) {
        log_at(LOG_ERROR, "no UART at port %#llx: output is lost", (unsigned long long)info.value);
        return;
    }
    driver.has_uart = true;
    desc_t lines = startup_descriptor("interrupts0");
    if (ts_descriptor_inspect(lines, &info, sizeof(info)) != STATUS_OK)
        service_fail("no interrupt line was granted");
    status_t status = ts_interrupt_create(lines, info.value, INTERRUPT_AS_WIRED, &driver.interrupt);
    if (status == STATUS_OK)
        status = ts_interrupt_bind(driver.interrupt, driver.notification, BIT_INTERRUPT);
    if (status != STATUS_OK)
        log_at(LOG_ERROR, "interrupt line %llu: %s", (unsigned long long)info.value, status_text(status));
}

static void arguments_take(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "--frames") == 0 && strlen(arguments[2]) == SERIAL_TAG_SIZE) {
        driver.frames = true;
        memcpy(driver.tag, arguments[2], SERIAL_TAG_SIZE);
    } else if (count != 1) {
        log_at(LOG_ERROR, "arguments that are not understood");
    }
}

int main(int count, char **arguments) {
    arguments_take(count, arguments);
    driver.endpoint = startup_descriptor("endpoint");
    driver.notification = startup_descriptor("notification");
    driver.console = startup_descriptor("signal_console");
    for (size_t i = 0; i < JOBS_MAX; i++) {
        if (ts_reply_create(&driver.replies[i]) != STATUS_OK)
            service_fail("no reply objects");
    }
    status_t status = ts_notification_bind(driver.notification);
    if (status != STATUS_OK)
        log_at(LOG_ERROR, "notification: %s", status_text(status));
    device_open();
    struct ts_call call;
    for (;;) {
        timer_set();
        status = ts_call_receive(driver.endpoint, SERIAL_OFFER_SLOTS, 0, DEADLINE_NONE, &call);
        if (status != STATUS_OK)
            return 1;
        if (!serial_serve(&operations, &driver, &call))
            event(&call);
        pump();
    }
}
