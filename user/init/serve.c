// SPDX-License-Identifier: MIT
//
// init's endpoint: the init protocol for programs and services, and what the kernel tells a supervisor.

#include "init.h"
#include <abi/constants.h>
#include <base/string.h>
#include <protocols/init.h>
#include <user/path.h>
#include <user/process_record.h>
#include <user/program.h>
#include <user/service_record.h>

enum { PROGRAM_FOLDER_LENGTH = 4 };

static struct process *find_by(uint64_t number) {
    return number != 0 && number <= UINT32_MAX ? process_find((uint32_t)number) : nullptr;
}

// ---- spawn

// The strings of a spawn request: directory, path, the environment, then the arguments.
struct spawn_request {
    char bytes[INIT_ARGUMENTS_MAX];
    char path[PATH_SIZE];
    char directory[PATH_SIZE];
    struct start start; // points into the others
};

// What one string after the other is; false when the last one has no end.
static bool spawn_parse(struct spawn_request *request, uint64_t length) {
    struct start *start = &request->start;
    size_t count = 0;
    if (length == 0 || request->bytes[length - 1] != 0)
        return false;
    const char *end = request->bytes + length;
    start->environment = start->arguments = end;
    for (const char *at = request->bytes; at < end; at += strlen(at) + 1) {
        if (count == 0)
            start->directory = at;
        if (count == 1)
            start->path = at;
        if (count == 2)
            start->environment = at;
        if (count == 2 + start->environment_count)
            start->arguments = at;
        count++;
    }
    if (count < 3 + start->environment_count)
        return false;
    start->argument_count = count - 2 - start->environment_count;
    start->environment_size = (size_t)(start->arguments - start->environment);
    start->arguments_size = (size_t)(end - start->arguments);
    return true;
}

// A pipe's number becomes the descriptor that was handed over for it.
static bool streams_check(struct start *start, const struct process *parent) {
    for (size_t i = 0; i < STREAM_COUNT; i++) {
        struct stream *stream = &start->streams[i];
        if (stream->kind >= STREAM_KINDS || stream->reserved != 0)
            return false;
        if (stream->kind != STREAM_PIPE)
            continue;
        if (parent->ends[i].value == DESCRIPTOR_NONE)
            return false;
        stream->number = parent->ends[i].value;
    }
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

// Who may put a process into a group: nobody but the parent of one that is in it.
static bool group_find(const struct process *parent, uint64_t wanted, uint32_t *group) {
    *group = parent->group;
    if (wanted == INIT_GROUP_NEW)
        *group = 0;
    if (wanted == INIT_GROUP_OWN || wanted == INIT_GROUP_NEW)
        return true;
    const struct process *member = find_by(wanted);
    if (member == nullptr || member->parent != parent->number)
        return false;
    *group = member->group;
    return true;
}

static status_t limits_choose(struct start *start, uint64_t memory, uint64_t priority) {
    start->memory = memory != 0 ? memory : start->entry->memory;
    start->priority = start->entry->priority;
    if (start->memory > start->entry->memory || priority > start->priority)
        return STATUS_BAD_VALUE;
    start->priority = priority != 0 ? (uint32_t)priority : start->priority;
    return STATUS_OK;
}

// The request as it came; everything in it is still the client's word.
static status_t spawn_read(const struct ts_call *call, struct ts_lent strings, struct ts_lent streams,
                           struct spawn_request *request) {
    status_t status = ts_call_read(call, strings, 0, request->bytes, strings.length, nullptr);
    if (status == STATUS_OK)
        status =
            ts_call_read(call, streams, 0, request->start.streams, sizeof(request->start.streams), nullptr);
    if (status == STATUS_OK && !spawn_parse(request, strings.length))
        return STATUS_BAD_REQUEST;
    return status;
}

// A path and a name of the one kind that the archive knows.
static status_t names_resolve(struct spawn_request *request) {
    struct start *start = &request->start;
    if (!path_resolve("/", start->directory, request->directory) ||
        !path_resolve(request->directory, start->path, request->path))
        return STATUS_BAD_NAME;
    start->directory = request->directory;
    start->path = request->path + 1;
    start->name = path_base(request->path);
    start->entry = entry_of(start->path);
    return STATUS_OK;
}

static status_t spawn(const struct ts_call *call, struct process *parent, const uint64_t options[4],
                      struct ts_lent strings, struct ts_lent streams, uint64_t *number) {
    static struct spawn_request request;
    struct start *start = &request.start;
    *start = (struct start){.environment_count = options[0], .service = NO_SERVICE, .parent = parent->number};
    status_t status = spawn_read(call, strings, streams, &request);
    if (status == STATUS_OK &&
        (!streams_check(start, parent) || !group_find(parent, options[1], &start->group)))
        status = STATUS_BAD_REQUEST;
    if (status == STATUS_OK)
        status = names_resolve(&request);
    if (status == STATUS_OK)
        status = limits_choose(start, options[2], options[3]);
    struct process *process = nullptr;
    if (status == STATUS_OK)
        status = process_start(start, &process);
    if (status == STATUS_OK)
        *number = process->number;
    return status;
}

static status_t handle_spawn(struct ts_call *call, uint64_t environment, uint64_t group, uint64_t memory,
                             uint64_t priority, struct ts_lent arguments, struct ts_lent streams,
                             uint64_t *number) {
    const uint64_t options[] = {environment, group, memory, priority};
    struct process *parent = process_find(badge_process(call->badge));
    if (!grant_has(call->badge, GRANT_SPAWN) || parent == nullptr)
        return STATUS_NOT_PERMITTED;
    status_t status = STATUS_TOO_MANY;
    if (process_children(parent->number) < CHILDREN_MAX)
        status = spawn(call, parent, options, arguments, streams, number);
    ends_drop(parent);
    return status;
}

static status_t handle_hand_over(struct ts_call *call, uint64_t stream, desc_t end) {
    struct process *process = process_find(badge_process(call->badge));
    if (!grant_has(call->badge, GRANT_SPAWN) || process == nullptr)
        return STATUS_NOT_PERMITTED;
    if (process->ends[stream].value != DESCRIPTOR_NONE)
        return STATUS_TOO_MANY;
    process->ends[stream] = end;
    return STATUS_OK;
}

// ---- wait, kill

static void waiter_drop(struct process *process) {
    if (process->has_waiter) {
        init_wait_reply(&process->waiter, STATUS_INTERRUPTED, 0, 0, 0);
        (void)ts_descriptor_release(process->waiter_reply);
    }
    process->has_waiter = false;
}

static status_t handle_wait(struct ts_call *call, uint64_t number, enum init_wait kind, uint64_t *exit_status,
                            uint64_t *reason, uint64_t *cpu_time) {
    struct process *process = find_by(number);
    if (process == nullptr || process->parent != badge_process(call->badge))
        return STATUS_NOT_FOUND;
    waiter_drop(process); // the call before may have timed out
    if (process->place == PLACE_ENDED) {
        *exit_status = process->status;
        *reason = process->reason;
        *cpu_time = process->cpu_time;
        process_told(process);
        return STATUS_OK;
    }
    if (kind == INIT_WAIT_POLL)
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
    if (number == INIT_NUMBER)
        return STATUS_NOT_PERMITTED;
    return end(find_by(number), EXIT_KILLED);
}

// The whole group of a process, also when that one has ended and its parent has not heard of it yet.
static status_t handle_interrupt(struct ts_call *call, uint64_t number) {
    const struct process *process = find_by(number);
    if (!grant_has(call->badge, GRANT_INTERRUPT) || (process != nullptr && process->service != NO_SERVICE))
        return STATUS_NOT_PERMITTED;
    status_t status = STATUS_NOT_FOUND;
    for (size_t i = 0; process != nullptr && i < PROCESSES_MAX; i++) {
        struct process *member = &init.processes[i];
        if (member->place == PLACE_RUNNING && member->service == NO_SERVICE &&
            member->group == process->group)
            status = end(member, EXIT_CTRL_C);
    }
    return status;
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

// ---- services

static enum service_state service_state(const struct service *service) {
    if (service->given_up)
        return SERVICE_FAILED;
    if (service->stopped)
        return SERVICE_STOPPED;
    return service->process != 0 ? SERVICE_RUNNING : SERVICE_STARTING;
}

static status_t handle_service(struct ts_call *call, uint64_t index, struct ts_lent buffer) {
    if (!grant_has(call->badge, GRANT_AUDIT))
        return STATUS_NOT_PERMITTED;
    if (index >= init.image.service_count)
        return STATUS_NOTHING_LEFT;
    const struct service *service = &init.services[index];
    const struct process *process = process_find(service->process);
    struct service_record record = {.state = service_state(service),
                                    .process = service->process,
                                    .ends = service->end_count,
                                    .started = process != nullptr ? process->started : 0,
                                    .essential = (service->entry->flags & IMAGE_ESSENTIAL) != 0};
    format_buffer(record.name, sizeof(record.name), "%s", image_string(&init.image, service->entry->name));
    return ts_call_write(call, buffer, 0, &record, sizeof(record), nullptr);
}

static status_t handle_control(struct ts_call *call, uint64_t index, enum init_control action) {
    if (!grant_has(call->badge, GRANT_CONTROL))
        return STATUS_NOT_PERMITTED;
    if (index >= init.image.service_count)
        return STATUS_NOT_FOUND;
    struct service *service = &init.services[index];
    return action == INIT_CONTROL_RESTART ? service_restart(service) : service_stop(service);
}

static const struct init_ops operations = {
    .spawn = handle_spawn,
    .hand_over = handle_hand_over,
    .wait = handle_wait,
    .kill = handle_kill,
    .interrupt = handle_interrupt,
    .list = handle_list,
    .descriptors = handle_descriptors,
    .quota = handle_quota,
    .service = handle_service,
    .control = handle_control,
};

// ---- what the kernel says

static void ended(uint32_t number, const struct ts_call *call) {
    struct process *process = process_find(number);
    if (process == nullptr || process->place != PLACE_RUNNING)
        return;
    struct quota_info info = {};
    if (ts_process_quota(process->descriptor, &info, sizeof(info)) == STATUS_OK)
        process->cpu_time += info.cpu_time;
    uint64_t status = call->word[0] == END_FAULTED ? EXIT_CRASHED : call->word[1];
    if (process->service != NO_SERVICE)
        say(LOG_WARNING, "service %s (%u) %s, status %llu", process->name, number,
            end_reason_text(call->word[0]), (unsigned long long)status);
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
