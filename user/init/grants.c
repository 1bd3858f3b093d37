// SPDX-License-Identifier: MIT
//
// What a process is given: exactly what its entry of the image says, each under a name in its start-up pages.
// A descriptor is made in init's table, with no more rights than the child will have, and moved.

#include "child.h"
#include <abi/constants.h>
#include <abi/objects.h>
#include <base/format.h>

#define RIGHTS_PIPE_END (RIGHT_BADGE_CALL | RIGHT_CLONE | RIGHT_TRANSFER)

// Moves a descriptor of init's into the child under a name. With an error it is gone.
static status_t give(struct child *child, const char *name, desc_t descriptor, uint64_t rights) {
    struct startup *startup_pages = child->startup;
    desc_t moved;
    status_t status = startup_pages->descriptor_count < STARTUP_DESCRIPTORS_MAX
                          ? ts_descriptor_transfer(descriptor, child->process->descriptor, rights, &moved)
                          : STATUS_TABLE_FULL;
    if (status != STATUS_OK) {
        (void)ts_descriptor_release(descriptor);
        return status;
    }
    struct startup_descriptor *slot = &startup_pages->descriptors[startup_pages->descriptor_count++];
    slot->descriptor = moved;
    format_buffer(slot->name, sizeof(slot->name), "%s", name);
    return STATUS_OK;
}

static status_t give_clone(struct child *child, const char *name, desc_t descriptor, uint64_t rights) {
    desc_t clone;
    status_t status = ts_descriptor_clone(descriptor, rights | RIGHT_TRANSFER, &clone);
    return status == STATUS_OK ? give(child, name, clone, rights) : status;
}

static status_t give_badge(struct child *child, const char *name, desc_t endpoint) {
    desc_t badge;
    uint64_t value = badge_value(child->process->number, child->process->grants);
    status_t status = ts_badge_create(endpoint, value, &badge);
    return status == STATUS_OK ? give(child, name, badge, RIGHT_BADGE_CALL | RIGHT_INSPECT) : status;
}

static status_t give_part(struct child *child, const char *name, uint64_t kind, uint64_t base,
                          uint64_t length, uint64_t right) {
    desc_t part;
    status_t status = ts_platform_restrict((desc_t){init.boot->platform}, kind, base, length, &part);
    return status == STATUS_OK ? give(child, name, part, right | RIGHT_INSPECT) : status;
}

static status_t give_numbered(struct child *child, const char *name, size_t index, uint64_t kind,
                              uint64_t base, uint64_t length, uint64_t right) {
    char text[STARTUP_NAME_SIZE];
    format_buffer(text, sizeof(text), "%s%zu", name, index);
    return give_part(child, text, kind, base, length, right);
}

static status_t give_badges(struct child *child) {
    const struct image_entry *entry = child->start->entry;
    status_t status = STATUS_OK;
    if (entry->calls & IMAGE_CALLS_INIT)
        status = give_badge(child, "init", init.endpoint);
    for (uint32_t i = 0; i < init.image.service_count && status == STATUS_OK; i++) {
        const struct service *service = &init.services[i];
        const char *name = image_string(&init.image, service->entry->name);
        if ((entry->calls & 1u << i) != 0 && !service->given_up)
            status = give_badge(child, name, service->endpoint);
        if (status == STATUS_OK && (entry->raises & 1u << i) != 0) {
            char text[STARTUP_NAME_SIZE];
            format_buffer(text, sizeof(text), "signal_%s", name);
            status =
                give_clone(child, text, service->notification, RIGHT_NOTIFICATION_SIGNAL | RIGHT_INSPECT);
        }
    }
    return status;
}

// The pages that hold firmware tables, and those of the RSDP, which may lie elsewhere.
static status_t give_tables(struct child *child) {
    size_t index = 0;
    status_t status = STATUS_OK;
    bool rsdp_covered = init.boot->rsdp == 0;
    for (uint64_t i = 0; i < init.boot->range_count && status == STATUS_OK; i++) {
        const struct boot_range *range = &init.boot->ranges[i];
        if (range->kind != BOOT_RANGE_ACPI && range->kind != BOOT_RANGE_ACPI_NVS)
            continue;
        rsdp_covered =
            rsdp_covered || (init.boot->rsdp >= range->base && init.boot->rsdp - range->base < range->length);
        status = give_numbered(child, "acpi", index++, PLATFORM_MEMORY, range->base, range->length,
                               RIGHT_PLATFORM_MEMORY);
    }
    if (status == STATUS_OK && !rsdp_covered)
        status = give_numbered(child, "acpi", index, PLATFORM_MEMORY, align_down(init.boot->rsdp, PAGE_SIZE),
                               2 * PAGE_SIZE, RIGHT_PLATFORM_MEMORY);
    return status;
}

// Everything that init itself holds of the machine.
static status_t give_root(struct child *child) {
    status_t status = give_clone(child, "platform", (desc_t){init.boot->platform}, RIGHTS_PLATFORM_ALL);
    if (status == STATUS_OK)
        status = give_clone(child, "quota", (desc_t){init.boot->quota}, RIGHTS_QUOTA_ALL);
    return status;
}

static status_t give_platform(struct child *child) {
    const struct image_entry *entry = child->start->entry;
    status_t status = STATUS_OK;
    for (uint32_t i = 0; i < entry->port_count && status == STATUS_OK; i++)
        status = give_numbered(child, "ports", i, PLATFORM_PORTS, entry->ports[i].base, entry->ports[i].count,
                               RIGHT_PLATFORM_PORTS);
    for (uint32_t i = 0; i < entry->interrupt_count && status == STATUS_OK; i++)
        status = give_numbered(child, "interrupts", i, PLATFORM_INTERRUPTS, entry->interrupts[i], 1,
                               RIGHT_PLATFORM_INTERRUPTS);
    if (status == STATUS_OK && (entry->flags & IMAGE_LOG) != 0)
        status = give_part(child, "kernel_log", PLATFORM_LOG, 0, 1, RIGHT_PLATFORM_LOG);
    if (status == STATUS_OK && (entry->flags & IMAGE_ACPI) != 0)
        status = give_tables(child);
    if (status == STATUS_OK && (entry->flags & IMAGE_INITRD) != 0)
        status = give_clone(child, "initrd", (desc_t){init.boot->initrd},
                            RIGHT_MEMORY_READ | RIGHT_MEMORY_MAP | RIGHT_INSPECT);
    if (status == STATUS_OK && (entry->flags & IMAGE_FRAMEBUFFER) != 0 &&
        init.boot->framebuffer != DESCRIPTOR_NONE)
        status = give_clone(child, "framebuffer", (desc_t){init.boot->framebuffer},
                            RIGHT_MEMORY_READ | RIGHT_MEMORY_WRITE | RIGHT_MEMORY_MAP | RIGHT_INSPECT);
    if (status == STATUS_OK && (entry->flags & IMAGE_ROOT) != 0)
        status = give_root(child);
    return status;
}

static status_t give_service(struct child *child) {
    if (child->start->service == NO_SERVICE)
        return STATUS_OK;
    const struct service *service = &init.services[child->start->service];
    uint64_t rights = RIGHT_ENDPOINT_RECEIVE | RIGHT_INSPECT;
    rights |= service->entry->flags & IMAGE_MINTS ? RIGHT_ENDPOINT_MINT : 0;
    status_t status = give_clone(child, "endpoint", service->endpoint, rights);
    if (status == STATUS_OK && service->notification.value != DESCRIPTOR_NONE)
        status = give_clone(child, "notification", service->notification,
                            RIGHT_NOTIFICATION_WAIT | RIGHT_NOTIFICATION_SIGNAL | RIGHT_INSPECT);
    if (status == STATUS_OK && service->kept.value != DESCRIPTOR_NONE)
        status = give_clone(child, "kept", service->kept,
                            RIGHT_MEMORY_READ | RIGHT_MEMORY_WRITE | RIGHT_MEMORY_MAP | RIGHT_INSPECT);
    return status;
}

// The ends of pipes. Their names only fill the list: programs find them in `streams`.
static status_t give_streams(struct child *child) {
    status_t status = STATUS_OK;
    for (size_t i = 0; i < STREAM_COUNT && status == STATUS_OK; i++) {
        struct stream *stream = &child->startup->streams[i];
        *stream = child->start->streams[i];
        if (stream->kind != STREAM_PIPE)
            continue;
        char text[STARTUP_NAME_SIZE];
        desc_t end;
        status = ts_descriptor_clone((desc_t){stream->number}, RIGHTS_PIPE_END, &end);
        if (status == STATUS_OK) {
            format_buffer(text, sizeof(text), "stream%zu", i);
            status = give(child, text, end, RIGHTS_PIPE_END);
        }
        if (status == STATUS_OK)
            stream->number =
                child->startup->descriptors[child->startup->descriptor_count - 1].descriptor.value;
    }
    return status;
}

status_t child_give(struct child *child) {
    status_t status = give_service(child);
    if (status == STATUS_OK)
        status = give_badges(child);
    if (status == STATUS_OK)
        status = give_streams(child);
    return status == STATUS_OK ? give_platform(child) : status;
}
