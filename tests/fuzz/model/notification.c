// SPDX-License-Identifier: MIT
//
// Notifications with their timers, and interrupts.

#include "parts.h"

static status_t notification(int t, uint64_t value, uint64_t right, int *index, int *s) {
    int p = model.threads[t].process;
    status_t status = lookup(p, value, 1u << OBJECT_NOTIFICATION, right, 0, s);
    if (status == STATUS_OK)
        *index = model.processes[p].slots[*s].object;
    return status;
}

void notification_raise(int index, uint64_t raised) {
    struct m_object *o = object(index);
    o->bits |= raised;
    if (o->waiter != M_NONE && (o->bits & model.threads[o->waiter].mask) != 0) {
        struct m_thread *waiter = &model.threads[o->waiter];
        result_now(waiter, STATUS_OK);
        waiter->result.check[0] = true;
        waiter->result.a[0] = o->bits & waiter->mask;
        o->bits &= ~waiter->mask;
        o->waiter = M_NONE;
    }
    // What nobody waits for is for the bound thread.
    if (o->bits != 0 && o->bound != M_NONE && model.threads[o->bound].wait == M_RECEIVING) {
        struct m_event notified = {.label = EVENT_NOTIFIED, .words = {o->bits}};
        o->bits = 0;
        event_deliver(o->bound, &notified);
    }
}

status_t do_notification_create(int t, const uint64_t *a) {
    int made;
    (void)a;
    return create(t, OBJECT_NOTIFICATION, record(OBJECT_NOTIFICATION), RIGHTS_NOTIFICATION_ALL, &made);
}

status_t do_signal(int t, const uint64_t *a) {
    int index, s;
    if (a[1] == 0)
        return STATUS_BAD_VALUE;
    status_t status = notification(t, a[0], RIGHT_NOTIFICATION_SIGNAL, &index, &s);
    if (status == STATUS_OK)
        notification_raise(index, a[1]);
    return status;
}

status_t do_wait(int t, const uint64_t *a) {
    int index, s;
    struct m_thread *thread = &model.threads[t];
    if (a[1] == 0)
        return STATUS_BAD_VALUE;
    status_t status = notification(t, a[0], RIGHT_NOTIFICATION_WAIT, &index, &s);
    if (status != STATUS_OK)
        return status;
    struct m_object *o = object(index);
    if ((o->bits & a[1]) != 0) {
        thread->result.check[0] = true;
        thread->result.a[0] = o->bits & a[1];
        o->bits &= ~a[1];
        return STATUS_OK;
    }
    if (o->waiter != M_NONE)
        return STATUS_BOUND;
    if (is_past(a[2]))
        return STATUS_TIMED_OUT;
    thread->mask = a[1];
    o->waiter = t;
    block(t, M_WAITING, index, s, a[2]);
    return STATUS_PENDING;
}

status_t do_timer(int t, const uint64_t *a) {
    int index, s;
    status_t status = notification(t, a[0], RIGHT_NOTIFICATION_WAIT, &index, &s);
    if (status != STATUS_OK)
        return status;
    if (a[1] == 0 && a[2] != DEADLINE_NONE)
        return STATUS_BAD_VALUE;
    object(index)->timer = a[2];
    object(index)->timer_bits = a[1];
    return STATUS_OK;
}

status_t do_bind(int t, const uint64_t *a) {
    int index, s;
    struct m_thread *thread = &model.threads[t];
    if (a[0] == 0) {
        bool bound = thread->bound != M_NONE;
        unbind(t);
        return bound ? STATUS_OK : STATUS_NOT_BOUND;
    }
    status_t status = notification(t, a[0], RIGHT_NOTIFICATION_WAIT, &index, &s);
    if (status != STATUS_OK)
        return status;
    if (object(index)->bound != M_NONE || thread->bound != M_NONE)
        return STATUS_BOUND;
    object(index)->bound = t;
    thread->bound = index;
    thread->bound_through = s;
    return STATUS_OK;
}

static int line_owner(uint64_t line) {
    for (int i = 0; i < M_OBJECTS; i++)
        if (object(i)->used && object(i)->type == OBJECT_INTERRUPT && !object(i)->ended &&
            object(i)->line == line)
            return i;
    return M_NONE;
}

status_t do_interrupt_create(int t, const uint64_t *a) {
    const struct m_object *part;
    if ((a[2] & ~7ull) != 0)
        return STATUS_BAD_FLAGS;
    status_t status = platform(t, a[0], RIGHT_PLATFORM_INTERRUPTS, &part);
    if (status != STATUS_OK)
        return status;
    if (!covers(part, PLATFORM_INTERRUPTS, a[1], 1) || a[1] >= 24)
        return STATUS_OUT_OF_RANGE;
    status = prepare(model.threads[t].process, 1, record(OBJECT_INTERRUPT));
    if (status != STATUS_OK)
        return status;
    if (a[1] == 0 || line_owner(a[1]) != M_NONE)
        return STATUS_TAKEN;
    int made;
    status = create(t, OBJECT_INTERRUPT, record(OBJECT_INTERRUPT), made_rights(t, a[0], RIGHTS_INTERRUPT_ALL),
                    &made);
    object(made)->line = a[1];
    return status;
}

void model_interrupt(uint64_t line) {
    int index = line_owner(line);
    if (index == M_NONE)
        return;
    struct m_object *o = object(index);
    if (o->notification == M_NONE || o->owes_ack) {
        o->line_pending = true;
        return;
    }
    o->owes_ack = true;
    o->line_pending = false;
    notification_raise(o->notification, o->interrupt_bits);
    sweep();
}

static void line_unmask(int index) {
    struct m_object *o = object(index);
    o->owes_ack = false;
    if (o->line_pending)
        model_interrupt(o->line);
}

status_t do_interrupt_bind(int t, const uint64_t *a) {
    int p = model.threads[t].process, s, n, ns;
    if (a[2] == 0)
        return STATUS_BAD_VALUE;
    status_t status = lookup(p, a[0], 1u << OBJECT_INTERRUPT, RIGHT_INTERRUPT_USE, 0, &s);
    if (status == STATUS_OK)
        status = notification(t, a[1], RIGHT_NOTIFICATION_SIGNAL, &n, &ns);
    if (status != STATUS_OK)
        return status;
    int index = model.processes[p].slots[s].object;
    if (object(index)->notification != M_NONE)
        return STATUS_BOUND;
    object(index)->notification = n;
    object(index)->interrupt_bits = a[2];
    line_unmask(index);
    return STATUS_OK;
}

status_t do_interrupt_ack(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    status_t status = lookup(p, a[0], 1u << OBJECT_INTERRUPT, RIGHT_INTERRUPT_USE, 0, &s);
    if (status != STATUS_OK)
        return status;
    int index = model.processes[p].slots[s].object;
    if (object(index)->notification == M_NONE)
        return STATUS_NOT_BOUND;
    if (object(index)->owes_ack)
        line_unmask(index);
    return STATUS_OK;
}
