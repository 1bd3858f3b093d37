// SPDX-License-Identifier: MIT
//
// What a program and a server are made of: main(), output, input, the end, other processes, time.
// Single-threaded. Output is buffered by lines and written to the console that init gave; a program without
// one writes nowhere.

#ifndef USER_PROGRAM_H
#define USER_PROGRAM_H

#include <abi/status.h>
#include <base/format.h>
#include <base/types.h>
#include <user/options.h>
#include <user/startup.h>

// The program's own; its result is the exit status.
int main(int count, char **arguments);

// The program's name as it was called.
const char *program_name(void);

[[noreturn]] void program_exit(int status);

// ---- output

[[gnu::format(printf, 1, 2)]] void print(const char *format, ...);
void print_bytes(const void *bytes, size_t length);
void print_flush(void);
format_sink_t print_sink;

// "NAME: text\n", after what was printed so far: a message to the person, not output.
[[gnu::format(printf, 1, 2)]] void print_error(const char *format, ...);

// The same, then the end with status 1.
[[noreturn, gnu::format(printf, 1, 2)]] void fail(const char *format, ...);

// Parses the command line as options_parse() does, and ends the program for help and errors.
size_t options_take(const struct usage *usage, int count, char **arguments);

// ---- input

// Waits for input; *count is 0 at the end of file.
status_t input_read(void *buffer, size_t size, size_t *count);

// ---- log

// A line in the system's log with the program's name. Falls back to the kernel's log where there is no log
// server.
[[gnu::format(printf, 1, 2)]] void log_info(const char *format, ...);
// The same, shown on the console too.
[[gnu::format(printf, 1, 2)]] void log_important(const char *format, ...);

// ---- processes

// Starts a program by its path or, without a slash, from /bin.
status_t process_spawn(const char *directory, size_t count, char *const *arguments, uint64_t *process);

// Waits for its end. INTERRUPTED never: a person's Ctrl-C ends the child, not the wait.
status_t process_wait(uint64_t process, uint64_t *status, uint64_t *reason);

// TIMED_OUT while it runs.
status_t process_poll(uint64_t process, uint64_t *status, uint64_t *reason);

// ---- time

// Nanoseconds since the kernel started.
uint64_t clock_now(void);
void sleep_until(uint64_t deadline);

// Of the working directory that the program was started in.
const char *working_directory(void);

#endif
