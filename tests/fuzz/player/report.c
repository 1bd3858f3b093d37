// SPDX-License-Identifier: MIT
//
// How a run ends in which model and kernel differ: what was called last, how to repeat it, and, with
// MODEL_TRACE, everything that both sides have.

#include "player.h"

uint64_t calls;
uint64_t last_call[8];

// What the kernel has, for whoever looks for the reason.
static void objects_print(void) {
    for (unsigned type = 0; type < RECORD_COUNT; type++)
        for (uint32_t i = 0; type != RECORD_MAPPING; i++) {
            const struct object *object = slab_record((enum record_type)type, i);
            if (object == nullptr)
                break;
            if (atomic_load(&object->references) == 0)
                continue;
            fprintf(stderr, "object %llu: %s, %u references, %u strong%s", (unsigned long long)object->serial,
                    object_type_name(object->type), atomic_load(&object->references),
                    atomic_load(&object->strong), atomic_load(&object->ended) ? ", ended" : "");
            if (object->payer != nullptr)
                fprintf(stderr, ", payer %llu", (unsigned long long)object->payer->object.serial);
            if (object->type == OBJECT_BADGE && ((const struct badge *)object)->endpoint != nullptr)
                fprintf(stderr, ", of endpoint %llu",
                        (unsigned long long)((const struct badge *)object)->endpoint->object.serial);
            if (object->type == OBJECT_PROCESS && ((const struct process *)object)->supervisor != nullptr)
                fprintf(stderr, ", heard %d, state %d, supervisor %llu",
                        list_is_empty(&((const struct process *)object)->ended.link),
                        (int)((const struct process *)object)->state,
                        (unsigned long long)((const struct process *)object)->supervisor->object.serial);
            if (object->type == OBJECT_THREAD)
                fprintf(stderr, ", state %d, of process %llu", (int)((const struct thread *)object)->state,
                        (unsigned long long)((const struct thread *)object)->process->object.serial);
            if (object->type == OBJECT_SPACE)
                fprintf(stderr, ", of process %llu",
                        (unsigned long long)((const struct space *)object)->process->object.serial);
            fprintf(stderr, "\n");
        }
}

static void model_print(void) {
    for (int i = 0; i < M_OBJECTS; i++) {
        const struct m_object *o = &model.objects[i];
        if (o->used)
            fprintf(stderr, "model %llu: %s, %u strong%s, index %d, owner %d, endpoint %d, payer %d\n",
                    (unsigned long long)o->serial, object_type_name(o->type), o->strong,
                    o->ended ? ", ended" : "", o->index, o->owner, o->endpoint, o->payer);
    }
    for (int i = 0; i < M_EVENTS; i++)
        if (model.events[i].used)
            fprintf(stderr, "model event: label %llu, badge %#llx, object %llu, step %llu of %llu\n",
                    (unsigned long long)model.events[i].label, (unsigned long long)model.events[i].badge,
                    (unsigned long long)model.objects[model.events[i].object].serial,
                    (unsigned long long)model.events[i].step, (unsigned long long)model.step);
    for (int t = 0; t < M_THREADS; t++)
        if (model.threads[t].used)
            fprintf(stderr,
                    "model thread %d: process %d, wait %u, started %d, deadline %#llx, at %llu, fault %d, "
                    "pending %d\n",
                    t, model.threads[t].process, model.threads[t].wait, model.threads[t].started,
                    (unsigned long long)model.threads[t].deadline,
                    model.threads[t].at != M_NONE
                        ? (unsigned long long)model.objects[model.threads[t].at].serial
                        : 0,
                    model.threads[t].call.is_fault, model.threads[t].pending);
    for (int i = 0; i < M_PROCESSES; i++)
        if (model.processes[i].used)
            fprintf(stderr, "model process %d: object %llu, state %d, told %d\n", i,
                    (unsigned long long)model.objects[model.processes[i].object].serial,
                    model.processes[i].state, model.processes[i].told);
}

[[noreturn, gnu::format(printf, 1, 2)]] void mismatch(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr,
            "model and kernel differ after %llu calls (last: %s by thread %llu, %#llx %#llx %#llx %#llx): ",
            (unsigned long long)calls,
            last_call[1] < SYSCALL_LIMIT && syscall_info(last_call[1]) != nullptr
                ? syscall_info(last_call[1])->name
                : "?",
            (unsigned long long)last_call[0], (unsigned long long)last_call[2],
            (unsigned long long)last_call[3], (unsigned long long)last_call[4],
            (unsigned long long)last_call[5]);
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\nagain: MODEL_SEED=%llu MODEL_CALLS=%llu MODEL_TRACE=1\n", (unsigned long long)seed,
            (unsigned long long)calls + 1);
    va_end(arguments);
    if (getenv("MODEL_TRACE") != nullptr)
        objects_print(), model_print();
    abort();
}
