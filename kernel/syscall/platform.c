// SPDX-License-Identifier: MIT
//
// System calls on the platform: parts of it, ports, the log, the clock, entropy.

#include <arch/clock.h>
#include <arch/platform.h>
#include <base/string.h>
#include <base/types.h>
#include <kernel/log.h>
#include "object/platform.h"
#include "object/quota.h"
#include "syscall/syscall.h"
#include "syscall_handlers.h"

static uint64_t right_of_kind(uint64_t kind) {
    static const struct {
        uint64_t kind, right;
    } rights[] = {{PLATFORM_MEMORY, RIGHT_PLATFORM_MEMORY},
                  {PLATFORM_PORTS, RIGHT_PLATFORM_PORTS},
                  {PLATFORM_INTERRUPTS, RIGHT_PLATFORM_INTERRUPTS},
                  {PLATFORM_LOG, RIGHT_PLATFORM_LOG},
                  {PLATFORM_POWER, RIGHT_PLATFORM_POWER}};
    for (unsigned i = 0; i < array_length(rights); i++) {
        if (rights[i].kind == kind)
            return rights[i].right;
    }
    return 0;
}

status_t sys_platform_restrict(struct thread *self, const struct handle *handle, uint64_t kind, uint64_t base,
                               uint64_t length, uint64_t *value) {
    const struct platform *whole = (const struct platform *)handle->object;
    struct process *process = self->process;
    uint64_t right = right_of_kind(kind);
    if (!(handle_rights(handle) & right))
        return STATUS_NO_RIGHT;
    if (length == 0 || ((kind == PLATFORM_LOG || kind == PLATFORM_POWER) && (base != 0 || length != 1)))
        return STATUS_BAD_VALUE;
    if (!platform_covers(whole, kind, base, length))
        return STATUS_OUT_OF_RANGE;
    struct charge charge = charge_records(RECORD_PLATFORM, 1);
    uint64_t rights = platform_rights(handle, RIGHTS_COMMON | right);
    lock_acquire(&process->object.lock);
    status_t status = descriptor_prepare_locked(process, 1, &charge);
    if (status == STATUS_OK)
        *value = descriptor_commit_locked(process, &platform_create(kind, base, length)->object, rights);
    lock_release(&process->object.lock);
    return status;
}

static status_t port_check(const struct handle *handle, uint64_t port, uint64_t width) {
    if (width == 3)
        return STATUS_BAD_VALUE;
    if (port_count() == 0)
        return STATUS_NOT_HERE;
    if (!range_within(port, width, port_count()) ||
        !platform_covers((const struct platform *)handle->object, PLATFORM_PORTS, port, width))
        return STATUS_OUT_OF_RANGE;
    return STATUS_OK;
}

// A port descriptor for less than everything is a driver's: from its first use on the device is the driver's
// too.
static void port_used(const struct handle *handle) {
    const struct platform *platform = (const struct platform *)handle->object;
    if (platform->kind == PLATFORM_PORTS)
        early_console_taken(platform->base, platform->length);
}

status_t sys_port_read(struct thread *self, const struct handle *platform, uint64_t port, uint64_t width,
                       uint64_t *value) {
    (void)self;
    status_t status = port_check(platform, port, width);
    if (status != STATUS_OK)
        return status;
    port_used(platform);
    *value = port_read(port, (unsigned)width);
    return STATUS_OK;
}

status_t sys_port_write(struct thread *self, const struct handle *platform, uint64_t port, uint64_t width,
                        uint64_t value) {
    (void)self;
    status_t status = port_check(platform, port, width);
    if (status != STATUS_OK)
        return status;
    port_used(platform);
    port_write(port, (unsigned)width, value);
    return STATUS_OK;
}

status_t sys_log_write(struct thread *self, const struct handle *platform, uint64_t text, uint64_t length) {
    (void)platform;
    char line[LOG_LINE_MAX];
    status_t status = user_copy_in(self->process->space, line, text, length, nullptr);
    if (status == STATUS_OK)
        log_text(line, length);
    return status;
}

// Small pieces, so that the kernel stack stays small; a fault after the first piece is reported as the bytes
// before it.
status_t sys_log_read(struct thread *self, const struct handle *platform, uint64_t position, uint64_t buffer,
                      uint64_t length, uint64_t *filled, uint64_t *next) {
    (void)platform;
    char piece[256];
    *next = position;
    while (*filled < length) {
        uint64_t after;
        size_t got = log_copy(*next, piece, min_u64(length - *filled, sizeof(piece)), &after);
        if (got == 0) {
            *next = after;
            break;
        }
        status_t status = user_copy_out(self->process->space, buffer + *filled, piece, got, nullptr);
        if (status != STATUS_OK)
            return status;
        *filled += got;
        *next = after;
    }
    return STATUS_OK;
}

status_t sys_clock_read(struct thread *self, uint64_t *time) {
    (void)self;
    *time = clock_now();
    return STATUS_OK;
}

status_t sys_entropy_read(struct thread *self, uint64_t buffer, uint64_t length) {
    unsigned char bytes[ENTROPY_MAX];
    if (!entropy_fill(bytes, length))
        return STATUS_NOT_SEEDED;
    status_t status = user_copy_out(self->process->space, buffer, bytes, length, nullptr);
    memset(bytes, 0, sizeof(bytes));
    return status;
}
