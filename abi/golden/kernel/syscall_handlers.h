// SPDX-License-Identifier: MIT
// syscall_handlers.h: what the kernel implements: one handler per system call. Made by tools/abigen; edit the
// TOML instead.

#pragma once

#include <stdint.h>
#include "abi/status.h"

// Arguments are checked by syscall_dispatch() as their TOML says: descriptors are looked up (null: an
// optional one was 0), buffers lie in user space and are aligned (but may be unmapped), flags and bounds
// hold. Results start as 0 and are given to the caller with errors too. A handler returns STATUS_PENDING when
// the thread waits or has ended (nothing is stored then), STATUS_RESTART to be entered again.
struct thread;
struct handle;

void syscall_dispatch(struct thread *self);

status_t sys_descriptor_clone(struct thread *self, const struct handle *descriptor, uint64_t rights,
    uint64_t *clone);
status_t sys_descriptor_release(struct thread *self, const struct handle *descriptor);
status_t sys_descriptor_transfer(struct thread *self, const struct handle *descriptor,
    const struct handle *target, uint64_t rights, uint64_t *moved);
status_t sys_descriptor_weaken(struct thread *self, const struct handle *descriptor, uint64_t *weak);
status_t sys_descriptor_strengthen(struct thread *self, const struct handle *descriptor, uint64_t *strong);
status_t sys_descriptor_inspect(struct thread *self, const struct handle *descriptor, uint64_t info,
    uint64_t info_size);
status_t sys_memory_allocate(struct thread *self, uint64_t size, uint64_t flags, uint64_t *memory);
status_t sys_memory_physical(struct thread *self, const struct handle *platform, uint64_t base, uint64_t size,
    uint64_t flags, uint64_t *memory);
status_t sys_memory_seal(struct thread *self, const struct handle *memory);
status_t sys_space_create(struct thread *self, uint64_t *space);
status_t sys_space_map(struct thread *self, const struct handle *space, uint64_t memory, uint64_t address,
    uint64_t offset, uint64_t length, uint64_t flags);
status_t sys_space_unmap(struct thread *self, const struct handle *space, uint64_t address);
status_t sys_space_protect(struct thread *self, const struct handle *space, uint64_t address, uint64_t flags);
status_t sys_futex_wait(struct thread *self, uint64_t address, uint32_t expected, uint64_t deadline);
status_t sys_futex_wake(struct thread *self, uint64_t address, uint64_t count, uint64_t *woken);
status_t sys_process_create(struct thread *self, const struct handle *supervisor, uint64_t value,
    uint64_t limits, uint64_t limits_size, uint64_t *process, uint64_t *space);
status_t sys_process_end(struct thread *self, const struct handle *process, uint64_t status);
status_t sys_process_exit(struct thread *self, uint64_t status);
status_t sys_process_table(struct thread *self, const struct handle *process, uint64_t index,
    uint64_t entries, uint64_t count, uint64_t *filled, uint64_t *next);
status_t sys_process_quota(struct thread *self, const struct handle *process, uint64_t info,
    uint64_t info_size);
status_t sys_quota_inspect(struct thread *self, const struct handle *quota, uint64_t after, uint64_t info,
    uint64_t info_size);
status_t sys_thread_create(struct thread *self, const struct handle *process, uint64_t priority,
    uint64_t *thread, uint64_t *message);
status_t sys_thread_start(struct thread *self, const struct handle *thread, uint64_t entry, uint64_t stack,
    uint64_t argument);
status_t sys_thread_exit(struct thread *self);
status_t sys_thread_yield(struct thread *self);
status_t sys_thread_priority(struct thread *self, const struct handle *thread, uint64_t priority);
status_t sys_thread_pointer(struct thread *self, uint64_t value);
status_t sys_endpoint_create(struct thread *self, uint64_t places, uint64_t *endpoint);
status_t sys_badge_create(struct thread *self, const struct handle *endpoint, uint64_t value,
    uint64_t *badge);
status_t sys_badge_destroy(struct thread *self, const struct handle *endpoint, uint64_t value);
status_t sys_call(struct thread *self, const struct handle *target, uint64_t header, uint64_t deadline,
    uint64_t *header_out);
status_t sys_receive(struct thread *self, const struct handle *endpoint, uint64_t deadline, uint64_t *badge,
    uint64_t *header, uint64_t *call_number);
status_t sys_reply(struct thread *self, const struct handle *reply, uint64_t header);
status_t sys_reply_and_receive(struct thread *self, const struct handle *endpoint, uint64_t header,
    uint64_t deadline, uint64_t *badge, uint64_t *header_out, uint64_t *call_number);
status_t sys_reply_create(struct thread *self, uint64_t *reply);
status_t sys_reply_keep(struct thread *self, const struct handle *reply);
status_t sys_lent_read(struct thread *self, const struct handle *reply, uint64_t range, uint64_t offset,
    uint64_t buffer, uint64_t length, uint64_t *copied);
status_t sys_lent_write(struct thread *self, const struct handle *reply, uint64_t range, uint64_t offset,
    uint64_t buffer, uint64_t length, uint64_t *copied);
status_t sys_notification_create(struct thread *self, uint64_t *notification);
status_t sys_notification_signal(struct thread *self, const struct handle *notification, uint64_t bits);
status_t sys_notification_wait(struct thread *self, const struct handle *notification, uint64_t mask,
    uint64_t deadline, uint64_t *bits);
status_t sys_notification_timer(struct thread *self, const struct handle *notification, uint64_t bits,
    uint64_t when);
status_t sys_notification_bind(struct thread *self, const struct handle *notification);
status_t sys_interrupt_create(struct thread *self, const struct handle *platform, uint64_t line,
    uint64_t flags, uint64_t *interrupt);
status_t sys_interrupt_bind(struct thread *self, const struct handle *interrupt,
    const struct handle *notification, uint64_t bits);
status_t sys_interrupt_ack(struct thread *self, const struct handle *interrupt);
status_t sys_platform_restrict(struct thread *self, const struct handle *platform, uint64_t kind,
    uint64_t base, uint64_t length, uint64_t *part);
status_t sys_port_read(struct thread *self, const struct handle *platform, uint64_t port, uint64_t width,
    uint64_t *value);
status_t sys_port_write(struct thread *self, const struct handle *platform, uint64_t port, uint64_t width,
    uint64_t value);
status_t sys_log_write(struct thread *self, const struct handle *platform, uint64_t text, uint64_t length);
status_t sys_log_read(struct thread *self, const struct handle *platform, uint64_t position, uint64_t buffer,
    uint64_t length, uint64_t *filled, uint64_t *next);
status_t sys_clock_read(struct thread *self, uint64_t *time);
status_t sys_entropy_read(struct thread *self, uint64_t buffer, uint64_t length);
