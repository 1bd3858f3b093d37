// SPDX-License-Identifier: MIT
//
// Interrupt objects and the table of lines.

#include <arch/interrupt.h>
#include <base/types.h>
#include "object/interrupt.h"
#include "object/notification.h"

#define LINE_MOST 256

static struct interrupt *_Atomic lines[LINE_MOST];

// Stands in the place of a line that is being opened, so that it has one owner at any moment.
static struct interrupt claimed;

status_t interrupt_open(unsigned line, uint64_t flags) {
    if (line >= LINE_MOST || line >= interrupt_line_count())
        return STATUS_OUT_OF_RANGE;
    struct interrupt *none = nullptr;
    if (!atomic_compare_exchange_strong(&lines[line], &none, &claimed))
        return STATUS_TAKEN;
    status_t status = interrupt_line_open(line, flags);
    if (status != STATUS_OK)
        atomic_store(&lines[line], nullptr);
    return status;
}

struct interrupt *interrupt_create(unsigned line) {
    struct interrupt *interrupt = object_create(OBJECT_INTERRUPT, LOCK_INTERRUPT);
    interrupt->line = line;
    list_init(&interrupt->link);
    atomic_store(&lines[line], interrupt);
    return interrupt;
}

status_t interrupt_bind(struct interrupt *interrupt, struct notification *notification, uint64_t bits) {
    lock_acquire(&notification->object.lock);
    lock_acquire(&interrupt->object.lock);
    bool alive = object_is_alive(&notification->object) && object_is_alive(&interrupt->object);
    bool free = !interrupt->notification;
    if (alive && free) {
        interrupt->notification = notification;
        interrupt->bits = bits;
        list_push_back(&notification->interrupts, &interrupt->link);
        interrupt_line_unmask(interrupt->line);
    }
    lock_release(&interrupt->object.lock);
    lock_release(&notification->object.lock);
    if (!alive)
        return STATUS_BAD_DESCRIPTOR;
    return free ? STATUS_OK : STATUS_BOUND;
}

status_t interrupt_ack(struct interrupt *interrupt) {
    lock_acquire(&interrupt->object.lock);
    bool bound = interrupt->notification;
    if (bound && interrupt->pending_ack) {
        interrupt->pending_ack = false;
        interrupt_line_unmask(interrupt->line);
    }
    lock_release(&interrupt->object.lock);
    return bound ? STATUS_OK : STATUS_NOT_BOUND;
}

// Notification's lock held.
static void unbind_locked(struct interrupt *interrupt) {
    lock_acquire(&interrupt->object.lock);
    interrupt_line_mask(interrupt->line);
    interrupt->notification = nullptr;
    interrupt->pending_ack = false;
    list_remove(&interrupt->link);
    lock_release(&interrupt->object.lock);
}

void interrupt_unbind_all(struct notification *notification) {
    lock_acquire(&notification->object.lock);
    while (!list_is_empty(&notification->interrupts))
        unbind_locked(list_first(&notification->interrupts, struct interrupt, link));
    lock_release(&notification->object.lock);
}

void interrupt_end(struct interrupt *interrupt) {
    struct notification *notification;
    while ((notification = atomic_load(&interrupt->notification))) {
        lock_acquire(&notification->object.lock);
        if (interrupt->notification == notification)
            unbind_locked(interrupt);
        lock_release(&notification->object.lock);
    }
    interrupt_line_close(interrupt->line);
    atomic_store(&lines[interrupt->line], nullptr);
}

void interrupt_fire(unsigned line) {
    struct interrupt *interrupt = line < LINE_MOST ? atomic_load(&lines[line]) : nullptr;
    if (!interrupt || interrupt == &claimed)
        return;
    lock_acquire(&interrupt->object.lock);
    struct notification *notification = interrupt->notification;
    uint64_t bits = interrupt->bits;
    interrupt->pending_ack = notification;
    lock_release(&interrupt->object.lock);
    if (notification)
        notification_signal(notification, bits);
}
