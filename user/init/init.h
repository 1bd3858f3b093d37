// SPDX-License-Identifier: MIT
//
// init's state, for its own files. init is one thread that serves one endpoint and makes no call to any other
// process, so nothing can hold it up; whoever must hear of something from it finds it in the log or in the
// answer to a call.

#ifndef INIT_INIT_H
#define INIT_INIT_H

#include "command_line.h"
#include "image_record.h"
#include <abi/status.h>
#include <abi/structs.h>
#include <base/elf.h>
#include <base/log_level.h>
#include <protocols/init_values.h>
#include <tessera/call.h>
#include <tessera/syscalls.h>
#include <user/exit.h>
#include <user/stream.h>

enum {
    PROCESSES_MAX = 96,
    CHILDREN_MAX = 32,
    INIT_NUMBER = 1,
    INIT_PLACES = 128,
    INIT_PRIORITY = 14,
    NO_SERVICE = -1,
};

enum process_place { PLACE_FREE, PLACE_RUNNING, PLACE_ENDED };

struct process {
    enum process_place place;
    uint32_t number;
    uint32_t parent; // 0: init
    uint32_t group;  // the number of its first member; Ctrl-C ends all of them
    int service;     // index, or NO_SERVICE
    uint32_t grants; // image_grant, and the session of the parent
    char name[INIT_NAME_SIZE];
    desc_t descriptor;
    uint64_t started; // clock
    uint64_t status;  // once ended
    uint64_t reason;
    uint64_t cpu_time;         // its own once ended, and of its children that it waited for
    desc_t ends[STREAM_COUNT]; // of pipes, left for its next spawn; DESCRIPTOR_NONE: none
    bool has_waiter;
    struct ts_call waiter;
    desc_t waiter_reply;
    const uint8_t *file; // its ELF file in the archive, for symbols
    size_t file_size;
    uint64_t bias;
};

struct service {
    const struct image_entry *entry;
    desc_t endpoint;
    desc_t notification;
    desc_t kept; // memory that each of its processes finds as the one before left it
    uint64_t kept_bytes;
    uint32_t process; // number while it runs, else 0
    uint64_t window;  // bytes that init pays at most at a time to start it; known when it has run
    unsigned failures;
    uint64_t end_count;  // how often one of its processes has ended
    uint64_t restart_at; // 0: not waiting
    bool waits;          // there was no room for it the last time
    bool asked;          // its end was asked for and is no failure
    bool stopped;        // it stays down; `asleep` is the endpoint with the right to receive
    desc_t asleep;       // weak, so that callers hear that there is no server
    bool given_up;
};

struct init {
    const struct boot_info *boot;
    desc_t endpoint;
    desc_t notification;
    const uint8_t *archive;
    size_t archive_size;
    struct image image;
    struct command_line command;
    struct service services[IMAGE_SERVICES_MAX];
    struct process processes[PROCESSES_MAX];
    uint32_t last_number;
    uint64_t window; // where init maps what it fills
};

extern struct init init;

// ---- log.c: lines of the kernel's log

[[gnu::format(printf, 2, 3)]] void say(enum log_level level, const char *format, ...);
// An error, then the end of init, which stops the system.
[[noreturn, gnu::format(printf, 1, 2)]] void stop(const char *format, ...);

// ---- process.c: the table

struct process *process_find(uint32_t number);
// A free entry with a new number, or nullptr.
struct process *process_new(const char *name);
size_t process_children(uint32_t parent);
// After the kernel said that it has ended: wakes who waits, forgets what nobody will ask for.
void process_ended(struct process *process, uint64_t reason, uint64_t status);
void process_forget(struct process *process);
// Its end was told to the parent.
void process_told(struct process *process);
// Releases the ends of pipes that it left for its next spawn.
void ends_drop(struct process *process);
const char *end_reason_text(uint64_t reason);

// ---- loader.c

// A process that is to be started.
struct start {
    const char *path; // relative, as in the archive
    const char *name;
    const char *directory;
    size_t argument_count;
    const char *arguments; // NUL-ended strings, one behind the other
    size_t arguments_size;
    size_t environment_count;
    const char *environment; // as arguments
    size_t environment_size;
    // A pipe's number is a descriptor of init's, which moves to the child.
    struct stream streams[STREAM_COUNT];
    const struct image_entry *entry; // what it gets
    uint64_t memory;                 // bytes of its quota
    uint32_t priority;               // of its quota and its thread
    int service;
    uint32_t parent;
    uint32_t group; // 0: its own
};
// Starts a file of the archive. On an error nothing is left.
[[nodiscard]] status_t process_start(const struct start *start, struct process **started);

// ---- room.c

// Whether what services need that are down stays free when this starts: OK, NO_QUOTA, TOO_MANY.
[[nodiscard]] status_t room_check(const struct start *start);

// ---- service.c

void services_create(void);
// Bytes of its quota, what it keeps included.
uint64_t service_memory(const struct service *service);
void services_start(void);
void service_ended(struct process *process);
void services_tick(void);
// What was asked for through the protocol; NO_SERVER: it was given up.
[[nodiscard]] status_t service_restart(struct service *service);
[[nodiscard]] status_t service_stop(struct service *service);

// ---- report.c

// A fault call of the kernel: says what happened and where.
void fault_report(const struct process *process, const struct ts_call *call,
                  const struct fault_registers *registers);

// ---- serve.c

void init_serve_forever(void);

#endif
