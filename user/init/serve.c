// SPDX-License-Identifier: MIT
//
// init's endpoint: the init protocol for programs and services, and what the kernel tells a supervisor.

#include "init.h"
#include <abi/constants.h>
#include <abi/objects.h>
#include <base/string.h>
#include <protocols/init.h>
#include <user/path.h>
#include <user/process_record.h>
#include <user/program.h>

enum { SPAWN_SIZE = 16384, PROGRAM_FOLDER_LENGTH = 4 };

// ---- spawn

// The strings of a spawn request: directory, path, then the arguments.
struct spawn_request {
    char bytes[SPAWN_SIZE];
    const char *directory;
    const char *path;
    const char *arguments;
    size_t arguments_size;
    size_t argument_count;
};

static bool spawn_parse(struct spawn_request *request, uint64_t length) {
    size_t count = 0;
    if (length == 0 || request->bytes[length - 1] != 0)
        return false;
    const char *end = request->bytes + length;
    for (const char *at = request->bytes; at < end; at += strlen(at) + 1) {
        if (count == 0)
            request->directory = at;
        if (count == 1)
            request->path = at;
        if (count == 2)
            request->arguments = at;
        count++;
    }
    if (count < 3)
        return false;
    request->argument_count = count - 2;
    request->arguments_size = (size_t)(end - request->arguments);
    return true;
}

// What the image grants goes to the programs in /bin alone; a file elsewhere gets the defaults, whatever its
// name is.
static const struct image_entry *entry_of(const char *path) {
    bool in_folder = strncmp(path, "bin/", PROGRAM_FOLDER_LENGTH) == 0 &&
                     strchr(path + PROGRAM_FOLDER_LENGTH, '/') == nullptr;
    return in_folder ? image_program_find(&init.image, path + PROGRAM_FOLDER_LENGTH)
                     : &init.image.programs[0];
}

static status_t handle_spawn(struct ts_call *call, struct ts_lent arguments, uint64_t *number) {
    static struct spawn_request request;
    char path[PATH_SIZE];
    char directory[PATH_SIZE];
    uint32_t parent = badge_process(call->badge);
    if (!grant_has(call->badge, GRANT_SPAWN))
        return STATUS_NOT_PERMITTED;
    if (process_children(parent) >= CHILDREN_MAX)
        return STATUS_TOO_MANY;
    status_t status = ts_call_read(call, arguments, 0, request.bytes, arguments.length, nullptr);
    if (status != STATUS_OK)
        return status;
    if (!spawn_parse(&request, arguments.length))
        return STATUS_BAD_REQUEST;
    if (!path_resolve("/", request.directory, directory) || !path_resolve(directory, request.path, path))
        return STATUS_BAD_NAME;
    const struct start start = {
        .path = path + 1,
        .name = path_base(path),
        .directory = directory,
        .argument_count = request.argument_count,
        .arguments = request.arguments,
        .arguments_size = request.arguments_size,
        .entry = entry_of(path + 1),
        .service = NO_SERVICE,
        .parent = parent,
    };
    struct process *process = nullptr;
    status = process_start(&start, &process);
    if (status == STATUS_OK)
        *number = process->number;
    return status;
}

// ---- wait, kill

static struct process *find_by(uint64_t number) {
    return number != 0 && number <= UINT32_MAX ? process_find((uint32_t)number) : nullptr;
}

static status_t handle_wait(struct ts_call *call, uint64_t number, uint64_t poll, uint64_t *exit_status,
                            uint64_t *reason) {
    struct process *process = find_by(number);
    if (process == nullptr || process->parent != badge_process(call->badge) || process->has_waiter)
        return STATUS_NOT_FOUND;
    if (process->place == PLACE_ENDED) {
        *exit_status = process->status;
        *reason = process->reason;
        process_forget(process);
        return STATUS_OK;
    }
    if (poll)
        return STATUS_TIMED_OUT;
    status_t status = ts_reply_create(&process->waiter_reply);
    if (status != STATUS_OK)
        return status;
    process->waiter = *call;
    status = ts_call_keep(&process->waiter, process->waiter_reply);
    if (status != STATUS_OK) {
        (void)ts_descriptor_release(process->waiter_reply);
        return status;
    }
    process->has_waiter = true;
    return TS_REPLY_LATER;
}

static status_t end(struct process *process, uint64_t exit_status) {
    if (process == nullptr || process->place != PLACE_RUNNING)
        return STATUS_NOT_FOUND;
    status_t status = ts_process_end(process->descriptor, exit_status);
    return status == STATUS_PROCESS_ENDED ? STATUS_OK : status;
}

static status_t handle_kill(struct ts_call *call, uint64_t number) {
    if (!grant_has(call->badge, GRANT_KILL))
        return STATUS_NOT_PERMITTED;
    return end(find_by(number), STATUS_KILLED);
}

static status_t handle_interrupt(struct ts_call *call, uint64_t number) {
    struct process *process = find_by(number);
    if (!grant_has(call->badge, GRANT_INTERRUPT) || (process != nullptr && process->service != NO_SERVICE))
        return STATUS_NOT_PERMITTED;
    return end(process, STATUS_INTERRUPT);
}

// ---- questions

static desc_t process_descriptor(uint32_t number, const struct process *process) {
    // Of init itself the calls take DESCRIPTOR_NONE for "my own".
    return number == INIT_NUMBER ? (desc_t){DESCRIPTOR_NONE} : process->descriptor;
}

static void record_fill(struct process_record *record, uint32_t number, const struct process *process) {
    const char *name = process != nullptr ? process->name : "init";
    *record = (struct process_record){.number = number};
    memcpy(record->name, name, strlen(name));
    if (process != nullptr) {
        record->parent = process->parent;
        record->service = process->service != NO_SERVICE;
        record->state = process->place == PLACE_ENDED ? PROCESS_ENDED : PROCESS_RUNNING;
    }
    struct quota_info info = {};
    if (record->state == PROCESS_ENDED ||
        ts_process_quota(process_descriptor(number, process), &info, sizeof(info)) != STATUS_OK)
        return;
    record->threads = info.threads;
    record->descriptors = info.descriptors;
    record->bytes_used = info.bytes_used;
    record->bytes_limit = info.bytes_limit;
    record->cpu_time = info.cpu_time;
}

static const struct process *process_after(uint64_t number) {
    const struct process *found = nullptr;
    for (size_t i = 0; i < PROCESSES_MAX; i++) {
        const struct process *process = &init.processes[i];
        if (process->place != PLACE_FREE && process->number > number &&
            (found == nullptr || process->number < found->number))
            found = process;
    }
    return found;
}

static status_t handle_list(struct ts_call *call, uint64_t after, struct ts_lent buffer) {
    if (!grant_has(call->badge, GRANT_AUDIT))
        return STATUS_NOT_PERMITTED;
    struct process_record record;
    if (after < INIT_NUMBER) {
        record_fill(&record, INIT_NUMBER, nullptr);
    } else {
        const struct process *process = process_after(after);
        if (process == nullptr)
            return STATUS_NOTHING_LEFT;
        record_fill(&record, process->number, process);
    }
    return ts_call_write(call, buffer, 0, &record, sizeof(record), nullptr);
}

static status_t handle_descriptors(struct ts_call *call, uint64_t number, uint64_t index,
                                   struct ts_lent entries, uint64_t *filled, uint64_t *next) {
    static struct table_entry table[TABLE_LIST_MAX];
    if (!grant_has(call->badge, GRANT_AUDIT))
        return STATUS_NOT_PERMITTED;
    const struct process *process = find_by(number);
    if (number != INIT_NUMBER && (process == nullptr || process->place != PLACE_RUNNING))
        return STATUS_NOT_FOUND;
    uint64_t room = min_u64(entries.length / sizeof(table[0]), TABLE_LIST_MAX);
    status_t status =
        ts_process_table(process_descriptor((uint32_t)number, process), index, table, room, filled, next);
    if (status == STATUS_OK && *filled > 0)
        status = ts_call_write(call, entries, 0, table, *filled * sizeof(table[0]), nullptr);
    return status;
}

static status_t handle_quota(struct ts_call *call, uint64_t number, struct ts_lent buffer,
                             uint64_t *memory_bytes) {
    struct quota_info info = {};
    if (!grant_has(call->badge, GRANT_AUDIT))
        return STATUS_NOT_PERMITTED;
    const struct process *process = find_by(number);
    if (number > INIT_NUMBER && (process == nullptr || process->place != PLACE_RUNNING))
        return STATUS_NOT_FOUND;
    status_t status =
        number == 0 ? ts_quota_inspect((desc_t){init.boot->quota}, 0, &info, sizeof(info))
                    : ts_process_quota(process_descriptor((uint32_t)number, process), &info, sizeof(info));
    if (status != STATUS_OK)
        return status;
    *memory_bytes = init.boot->memory_bytes;
    return ts_call_write(call, buffer, 0, &info, sizeof(info), nullptr);
}

static const struct init_ops operations = {
    .spawn = handle_spawn,
    .wait = handle_wait,
    .kill = handle_kill,
    .interrupt = handle_interrupt,
    .list = handle_list,
    .descriptors = handle_descriptors,
    .quota = handle_quota,
};

// ---- what the kernel says

static void ended(uint32_t number, const struct ts_call *call) {
    struct process *process = process_find(number);
    if (process == nullptr || process->place != PLACE_RUNNING)
        return;
    uint64_t status = call->word[0] == END_FAULTED ? STATUS_CRASHED : call->word[1];
    if (process->service != NO_SERVICE)
        warn("service %s (%u) %s, status %llu", process->name, number, end_reason_text(call->word[0]),
             (unsigned long long)status);
    if (process->service != NO_SERVICE)
        service_ended(process);
    process_ended(process, call->word[0], status);
}

static void fault(uint32_t number, const struct ts_call *call) {
    struct fault_registers registers = message_page()->registers;
    const struct process *process = process_find(number);
    uint64_t words[MESSAGE_WORDS] = {};
    if (process != nullptr)
        fault_report(process, call, &registers);
    (void)ts_reply((desc_t){DESCRIPTOR_NONE}, FAULT_REPLY_END, words);
}

static void kernel_message(const struct ts_call *call) {
    uint32_t number = badge_process(call->badge);
    if (call->header & HEADER_KERNEL) {
        fault(number, call);
    } else if ((uint32_t)call->header == EVENT_PROCESS_ENDED) {
        ended(number, call);
    } else if ((uint32_t)call->header == EVENT_NOTIFIED) {
        services_tick();
    }
}

void init_serve_forever(void) {
    static struct ts_call call;
    for (;;) {
        status_t status = ts_call_receive(init.endpoint, INIT_OFFER_SLOTS, 0, DEADLINE_NONE, &call);
        if (status != STATUS_OK)
            stop("nothing can be received any more: %s", status_text(status));
        if (!init_serve(&operations, nullptr, &call))
            kernel_message(&call);
    }
}
