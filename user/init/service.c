// SPDX-License-Identifier: MIT
//
// The services of the image: their endpoints, notifications and kept memory, which outlive them, and their
// restarts. A service that ends by itself is started again after a pause that doubles each time; the count
// starts again when it ran for long. Past the limit it is given up, and when the system cannot go on without
// it, init stops.

#include "init.h"
#include <abi/objects.h>
#include <base/format.h>
#include <base/string.h>
#include <user/program.h>

enum { KEPT_SHARE = 32, KEPT_UNIT = 64 << 10 };
enum { FAILURES_MAX = 5, TIMER_BIT = 1, ARGUMENTS_SIZE = COMMAND_SIZE + 256 };

#define PAUSE_NS      100'000'000ULL
#define LONG_RUN_NS   10'000'000'000ULL
#define ROOM_PAUSE_NS 200'000'000ULL

struct argument_list {
    char bytes[ARGUMENTS_SIZE];
    size_t size;
    size_t count;
};

static const char *service_name(const struct service *service) {
    return image_string(&init.image, service->entry->name);
}

// What a service keeps is paid twice, by init and by the service: in a small machine it is less.
static uint64_t kept_size(const struct image_entry *entry) {
    uint64_t share = align_down(init.boot->memory_bytes / KEPT_SHARE, KEPT_UNIT);
    return min_u64(entry->keeps, max_u64(share, KEPT_UNIT));
}

uint64_t service_memory(const struct service *service) {
    return service->entry->memory - service->entry->keeps + service->kept_bytes;
}

static void service_create(struct service *service, const struct image_entry *entry) {
    service->entry = entry;
    status_t status = ts_endpoint_create(entry->places, &service->endpoint);
    if (status == STATUS_OK && (entry->flags & IMAGE_HEARS) != 0)
        status = ts_notification_create(&service->notification);
    service->kept_bytes = kept_size(entry);
    if (status == STATUS_OK && service->kept_bytes != 0)
        status = ts_memory_allocate(service->kept_bytes, 0, &service->kept);
    if (status != STATUS_OK)
        stop("service %s: no endpoint or memory: %s", service_name(service), status_text(status));
}

void services_create(void) {
    for (uint32_t i = 0; i < init.image.service_count; i++)
        service_create(&init.services[i], &init.image.services[i]);
}

static void add(struct argument_list *list, const char *text) {
    size_t size = strlen(text) + 1;
    if (size > ARGUMENTS_SIZE - list->size)
        return;
    memcpy(list->bytes + list->size, text, size);
    list->size += size;
    list->count++;
}

static void add_number(struct argument_list *list, uint64_t number) {
    char digits[24];
    format_buffer(digits, sizeof(digits), "%llu", (unsigned long long)number);
    add(list, digits);
}

// Where the picture begins in its first page, width, height, pitch, format; nothing when there is no screen.
static void add_framebuffer(struct argument_list *list) {
    const struct boot_info *boot = init.boot;
    if (boot->framebuffer == DESCRIPTOR_NONE) {
        say(LOG_NOTICE, "there is no framebuffer: the console is on the serial line alone");
        return;
    }
    add_number(list, boot->framebuffer_base % PAGE_SIZE);
    add_number(list, boot->framebuffer_width);
    add_number(list, boot->framebuffer_height);
    add_number(list, boot->framebuffer_pitch);
    add_number(list, boot->framebuffer_format);
}

// Words of the image that stand for what only the boot knows.
static void add_expanded(struct argument_list *list, const char *text) {
    if (strcmp(text, "@frames") == 0) {
        if (init.command.frames) {
            add(list, "--frames");
            add(list, init.command.tag);
        }
    } else if (strcmp(text, "@run") == 0) {
        if (init.command.has_command) {
            add(list, "--run");
            add(list, init.command.command);
        }
    } else if (strcmp(text, "@rsdp") == 0) {
        add_number(list, init.boot->rsdp);
    } else if (strcmp(text, "@framebuffer") == 0) {
        add_framebuffer(list);
    } else {
        add(list, text);
    }
}

static status_t service_start(struct service *service) {
    static struct argument_list list;
    const struct image_entry *entry = service->entry;
    list.size = list.count = 0;
    add(&list, service_name(service));
    const char *argument = image_string(&init.image, entry->arguments);
    for (uint32_t i = 0; i < entry->argument_count; i++) {
        add_expanded(&list, argument);
        argument += strlen(argument) + 1;
    }
    const struct start start = {
        .path = image_string(&init.image, entry->path),
        .name = service_name(service),
        .directory = "/",
        .argument_count = list.count,
        .arguments = list.bytes,
        .arguments_size = list.size,
        .streams = {[STREAM_INPUT] = {.kind = STREAM_CONSOLE},
                    [STREAM_OUTPUT] = {.kind = STREAM_CONSOLE, .number = CONSOLE_TEXT_OUTPUT},
                    [STREAM_MESSAGES] = {.kind = STREAM_CONSOLE, .number = CONSOLE_TEXT_MESSAGES}},
        .entry = entry,
        .memory = service_memory(service),
        .priority = entry->priority,
        .service = (int)(service - init.services),
    };
    struct process *process;
    status_t status = process_start(&start, &process);
    service->process = status == STATUS_OK ? process->number : 0;
    return status;
}

static void service_give_up(struct service *service) {
    service->given_up = true;
    bool essential = (service->entry->flags & IMAGE_ESSENTIAL) != 0;
    const char *text = "service %s failed %u times; it is not started again";
    if (essential)
        stop(text, service_name(service), service->failures);
    say(LOG_ERROR, text, service_name(service), service->failures);
    // The last right to receive goes, so that nobody waits for a server that will not come.
    (void)ts_descriptor_release(service->endpoint);
    service->endpoint = (desc_t){DESCRIPTOR_NONE};
}

static void timer_set(void) {
    uint64_t next = DEADLINE_NONE;
    for (uint32_t i = 0; i < init.image.service_count; i++) {
        if (init.services[i].restart_at != 0)
            next = min_u64(next, init.services[i].restart_at);
    }
    (void)ts_notification_timer(init.notification, next == DEADLINE_NONE ? 0 : TIMER_BIT, next);
}

static void service_failed(struct service *service) {
    service->failures++;
    if (service->failures >= FAILURES_MAX) {
        service_give_up(service);
        return;
    }
    uint64_t pause = PAUSE_NS << (service->failures - 1);
    say(LOG_WARNING, "service %s is started again in %llu ms", service_name(service),
        (unsigned long long)(pause / 1'000'000));
    service->restart_at = clock_now() + pause;
    timer_set();
}

// One that has run before and finds no room now comes back when there is some: that is no failure of its own.
static void service_wait(struct service *service, status_t status) {
    if (!service->waits)
        say(LOG_WARNING, "service %s waits for room: %s", service_name(service), status_text(status));
    service->waits = true;
    service->restart_at = clock_now() + ROOM_PAUSE_NS;
    timer_set();
}

static void service_try(struct service *service) {
    status_t status = service_start(service);
    if (status == STATUS_OK) {
        service->waits = false;
        return;
    }
    if (service->end_count > 0 && (status == STATUS_NO_QUOTA || status == STATUS_TOO_MANY)) {
        service_wait(service, status);
        return;
    }
    say(LOG_ERROR, "service %s: /%s cannot be started: %s", service_name(service),
        image_string(&init.image, service->entry->path), status_text(status));
    service_failed(service);
}

void services_start(void) {
    for (uint32_t i = 0; i < init.image.service_count; i++)
        service_try(&init.services[i]);
}

// One that was asked to end is no failure; it comes back at once, or not at all.
static void service_asked(struct service *service) {
    service->asked = false;
    if (service->stopped)
        return;
    service->restart_at = clock_now();
    timer_set();
}

void service_ended(struct process *process) {
    struct service *service = &init.services[process->service];
    if (clock_now() - process->started > LONG_RUN_NS)
        service->failures = 0;
    service->process = 0;
    service->end_count++;
    if (service->asked)
        service_asked(service);
    else
        service_failed(service);
}

void services_tick(void) {
    uint64_t now = clock_now();
    for (uint32_t i = 0; i < init.image.service_count; i++) {
        struct service *service = &init.services[i];
        if (service->restart_at == 0 || service->restart_at > now)
            continue;
        service->restart_at = 0;
        service_try(service);
    }
    timer_set();
}

// ---- asked for

static void service_end(struct service *service) {
    const struct process *process = process_find(service->process);
    service->asked = process != nullptr;
    if (process != nullptr)
        (void)!ts_process_end(process->descriptor, EXIT_KILLED);
}

// What is left of the endpoint may mint badges for programs that start meanwhile, and keeps it alive; the
// right to receive is only remembered, so callers hear that there is no server.
static status_t endpoint_sleep(struct service *service) {
    desc_t rest, asleep;
    status_t status = ts_descriptor_clone(service->endpoint,
                                          RIGHTS_ENDPOINT_ALL & ~(uint64_t)RIGHT_ENDPOINT_RECEIVE, &rest);
    if (status != STATUS_OK)
        return status;
    status = ts_descriptor_weaken(service->endpoint, &asleep);
    if (status != STATUS_OK) {
        (void)!ts_descriptor_release(rest);
        return status;
    }
    (void)!ts_descriptor_release(service->endpoint);
    service->endpoint = rest;
    service->asleep = asleep;
    return STATUS_OK;
}

static status_t endpoint_wake(struct service *service) {
    desc_t awake;
    status_t status = ts_descriptor_strengthen(service->asleep, &awake);
    if (status != STATUS_OK)
        return status;
    (void)!ts_descriptor_release(service->endpoint);
    (void)!ts_descriptor_release(service->asleep);
    service->endpoint = awake;
    return STATUS_OK;
}

status_t service_stop(struct service *service) {
    if (service->entry->flags & IMAGE_ESSENTIAL)
        return STATUS_NOT_PERMITTED;
    if (service->given_up || service->stopped)
        return service->given_up ? STATUS_NO_SERVER : STATUS_OK;
    status_t status = endpoint_sleep(service);
    if (status != STATUS_OK)
        return status;
    service->stopped = true;
    service->restart_at = 0;
    service_end(service);
    say(LOG_NOTICE, "service %s is stopped", service_name(service));
    return STATUS_OK;
}

status_t service_restart(struct service *service) {
    if (service->given_up)
        return STATUS_NO_SERVER;
    if (service->stopped) {
        status_t status = endpoint_wake(service);
        if (status != STATUS_OK)
            return status;
        service->stopped = false;
    }
    service->failures = 0;
    if (service->process != 0) {
        service_end(service);
    } else {
        service->restart_at = clock_now();
        timer_set();
    }
    return STATUS_OK;
}
