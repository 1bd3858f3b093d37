// SPDX-License-Identifier: MIT
//
// What a program and a server are made of: main(), output, input, the end, other processes, time.
// Single-threaded. Output is buffered by lines and goes to the program's streams (user/stream.h). When an
// output fails, the program ends: quietly with EXIT_PIPE_CLOSED when nobody reads the pipe any more,
// else with a message and status 1.

#ifndef USER_PROGRAM_H
#define USER_PROGRAM_H

#include <abi/status.h>
#include <base/format.h>
#include <base/log_level.h>
#include <base/types.h>
#include <protocols/init_values.h>
#include <user/exit.h>
#include <user/options.h>
#include <user/startup.h>
#include <user/stream.h>

// The program's own; its result is the exit status.
int main(int count, char **arguments);

// The program's name as it was called.
const char *program_name(void);

[[noreturn]] void program_exit(int status);

// ---- output

[[gnu::format(printf, 1, 2)]] void print(const char *format, ...);
void print_bytes(const void *bytes, size_t length);
void print_flush(void);

// From now on a failed output does not end the program; print_result() flushes, and tells and forgets the
// failure.
void print_keep_going(void);
status_t print_result(void);
format_sink_t print_sink;

// "NAME: text\n", after what was printed so far: a message to the person, not output.
[[gnu::format(printf, 1, 2)]] void print_error(const char *format, ...);
// Says `subject: what is wrong`, unless the status is OK. Whether it is.
bool status_report(const char *subject, status_t status);

// The same, then the end with status 1.
[[noreturn, gnu::format(printf, 1, 2)]] void fail(const char *format, ...);

// Parses the command line as options_parse() does, and ends the program for help and errors.
size_t options_take(const struct usage *usage, int count, char **arguments);
// The number that an option was given with; without the option (nullptr) *value stays. False: it was said
// what is wrong.
[[nodiscard]] bool number_option(const char *text, uint64_t *value);

// ---- input

// Waits for input; *count is 0 at the end of file.
status_t input_read(void *buffer, size_t size, size_t *count);

// Input from the console as single bytes without echo (true), or as lines (false), also after the console was
// started again.
status_t input_raw(bool on);

// ---- memory

// Maps a memory object whole, with MAP_ flags; *size is its size in bytes. nullptr when that is not allowed
// or there is no room. The mapping stays until the process ends.
void *memory_map(desc_t memory, uint64_t flags, uint64_t *size);

// ---- log

// A line in the system's log with the program's number; down to LOG_NOTICE it is shown on the console too.
// Falls back to the kernel's log where there is no log server. Blocks until the log server has taken it; a
// program that writes more than 30 lines at once and 10 a second loses what is above.
[[gnu::format(printf, 2, 3)]] void log_at(enum log_level level, const char *format, ...);
// What fail() is for a service, which has no streams: says why in the log, and ends with 1.
[[noreturn, gnu::format(printf, 1, 2)]] void service_fail(const char *format, ...);

// ---- environment

// The strings NAME=VALUE that the program was started with, `count` of them.
const char *const *environment_all(size_t *count);

// ---- processes

// How to start a program. spawn_init() sets what is usual: the streams, environment, directory and group of
// the caller, the limits of the image.
struct spawn {
    const char *directory;
    size_t
        argument_count; // at least 1; argument 0 is the program: a path or, without a slash, a name in /bin
    char *const *arguments;
    size_t environment_count;
    const char *const *environment;
    struct stream streams[STREAM_COUNT]; // the ends of pipes stay the caller's too
    uint64_t group;                      // INIT_GROUP_OWN, INIT_GROUP_NEW, or a child whose group it joins
    uint64_t memory;                     // bytes; 0: what the image says
    uint64_t priority;                   // 0: what the image says
};
void spawn_init(struct spawn *spawn, size_t count, char *const *arguments);
status_t spawn_start(const struct spawn *spawn, uint64_t *process);
// Says why the program could not be started. Returns the status to end with: EXIT_NO_PROGRAM or
// EXIT_CANNOT_RUN.
int spawn_failed(const struct spawn *spawn, status_t status);

// The same for the usual case in another directory.
status_t process_spawn(const char *directory, size_t count, char *const *arguments, uint64_t *process);

// How a process ended.
struct process_end {
    uint64_t status;
    uint64_t reason;   // END_ value
    uint64_t cpu_time; // nanoseconds, with the children that it waited for
};

// Waits for its end; meanwhile it may read from the console where the caller may.
status_t process_attend(uint64_t process, struct process_end *end);

// Starts a program and attends it. False, and said: that did not work, and end->status is what to end with.
bool spawn_run(const struct spawn *spawn, struct process_end *end);

// Waits for its end. INTERRUPTED never: a person's Ctrl-C ends the child, not the wait.
status_t process_wait(uint64_t process, uint64_t *status, uint64_t *reason);

// TIMED_OUT while it runs.
status_t process_poll(uint64_t process, struct process_end *end);

// ---- time

// Nanoseconds since the kernel started.
uint64_t clock_now(void);
void sleep_until(uint64_t deadline);

// Of the working directory that the program was started in.
const char *working_directory(void);

#endif
