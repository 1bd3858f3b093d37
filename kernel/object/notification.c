// SPDX-License-Identifier: MIT
//
// Notifications. A signal is remembered in the bits first, so that it cannot be lost between a look and a
// wait.

#include <arch/thread.h>
#include <kernel/panic.h>
#include "ipc/event.h"
#include "ipc/message.h"
#include "object/endpoint.h"
#include "object/interrupt.h"
#include "object/notification.h"
#include "object/thread.h"

static void timer_fired(struct timer *timer) {
    struct notification *notification = container_of(timer, struct notification, timer);
    lock_acquire(&notification->object.lock);
    // Armed again by another CPU in the meantime: that replaces this expiry.
    bool replaced = atomic_load(&timer->cpu) != nullptr;
    uint64_t bits = replaced ? 0 : notification->timer_bits;
    if (!replaced)
        notification->timer_bits = 0;
    lock_release(&notification->object.lock);
    if (bits != 0)
        notification_signal(notification, bits);
}

struct notification *notification_create(void) {
    struct notification *notification = object_create(OBJECT_NOTIFICATION, LOCK_NOTIFICATION);
    list_init(&notification->interrupts);
    timer_init(&notification->timer, timer_fired);
    return notification;
}

uint64_t notification_take_locked(struct notification *notification, uint64_t mask) {
    uint64_t taken = notification->bits & mask;
    notification->bits &= ~mask;
    return taken;
}

// The bound thread is in receive: it hears the bits there. Its endpoint's lock comes before the
// notification's, so it is taken first and all is looked at again.
static void tell_bound(struct notification *notification, struct thread *thread) {
    struct object *object = atomic_load(&thread->waiting_at);
    if (!object || atomic_load(&thread->state) != THREAD_RECEIVING)
        return;
    lock_acquire(&object->lock);
    if (atomic_load(&thread->waiting_at) == object && atomic_load(&thread->state) == THREAD_RECEIVING) {
        lock_acquire(&notification->object.lock);
        uint64_t bits =
            notification->bound == thread ? notification_take_locked(notification, UINT64_MAX) : 0;
        lock_release(&notification->object.lock);
        if (bits) {
            list_remove(&thread->queue);
            message_notified_locked(thread, bits);
            thread_wake_locked(thread);
        }
    }
    lock_release(&object->lock);
}

void notification_signal(struct notification *notification, uint64_t bits) {
    struct thread *bound = nullptr;
    lock_acquire(&notification->object.lock);
    notification->bits |= bits;
    struct thread *waiter = notification->waiter;
    if (waiter && notification->bits & waiter->wait_mask) {
        arch_syscall_result_set(&waiter->arch, 0, notification_take_locked(notification, waiter->wait_mask));
        notification->waiter = nullptr;
        thread_wake_status_locked(waiter, STATUS_OK);
    }
    // What no thread waits for is for the bound one.
    if (notification->bits)
        bound = notification->bound;
    lock_release(&notification->object.lock);
    if (bound)
        tell_bound(notification, bound);
}

void notification_unbind(struct thread *thread) {
    struct notification *notification = atomic_load(&thread->bound);
    if (!notification)
        return;
    lock_acquire(&notification->object.lock);
    if (atomic_load(&thread->bound) == notification) {
        notification->bound = nullptr;
        atomic_store(&thread->bound, nullptr);
        atomic_store(&thread->bound_through, nullptr);
    }
    lock_release(&notification->object.lock);
}

// Whoever waits or is bound holds a descriptor, so nobody does. Interrupts that raise bits here fall silent.
void notification_end(struct notification *notification) {
    // Who arms the timer or binds an interrupt looks under this lock whether the object has ended.
    lock_acquire(&notification->object.lock);
    ASSERT(!notification->waiter && !notification->bound);
    timer_disarm(&notification->timer);
    lock_release(&notification->object.lock);
    interrupt_unbind_all(notification);
}
