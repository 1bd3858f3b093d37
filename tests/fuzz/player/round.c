// SPDX-License-Identifier: MIT
//
// The world before a round, as init finds it after boot, and the end of a round, after which nothing is left.

#include "player.h"

static bool only_init_is_left(void) {
    for (int i = 1; i < M_PROCESSES; i++)
        if (model.processes[i].used || model.quotas[i].used)
            return false;
    for (int i = 0; i < M_EVENTS; i++)
        if (model.events[i].used)
            return false;
    return live_slots(0) == protected_count && threads_count() == 1;
}

static void end_by_init(int t) {
    if (model.threads[t].pending != M_NONE) {
        call(t, SYSCALL_REPLY, 0, FAULT_REPLY_END, 0, 0, 0, 0);
        return;
    }
    for (int s = 0; s < M_SLOTS; s++) {
        const struct m_slot *slot = &model.processes[0].slots[s];
        if (slot->kind == M_FREE || is_protected(0, s) || slot->kind == M_TRANSIT_OUT)
            continue;
        const struct m_object *o = &model.objects[slot->object];
        if (o->type == OBJECT_PROCESS && o->index != 0 && slot->kind == M_STRONG &&
            (slot->rights & RIGHT_PROCESS_END) != 0 && model.processes[o->index].state != M_PROCESS_ENDED)
            call(t, SYSCALL_PROCESS_END, slot->value, 0, 0, 0, 0, 0);
        else
            call(t, SYSCALL_DESCRIPTOR_RELEASE, slot->value, 0, 0, 0, 0, 0);
        return;
    }
    struct message_page *page = kernel_threads[t]->message;
    model.threads[t].offer_slots = page->offer_slots = 0;
    call(t, SYSCALL_RECEIVE, world_supervisor, 0, clock_now() + 1000, 0, 0, 0);
}

// Some processes nobody can end any more: whose only thread was never started, or which wait for the answer
// to their own fault, and whose descriptors they hold themselves.
static void end_from_outside(void) {
    for (int p = 1; p < M_PROCESSES; p++) {
        if (!model.processes[p].used || model.processes[p].state == M_PROCESS_ENDED)
            continue;
        process_end(kernel_processes[p], END_KILLED, 0, 0, 0, PRIORITY_COUNT / 2);
        model_end(p);
        results_compare();
        return;
    }
}

void round_end(void) {
    unsigned next = 0;
    memset(scripts, 0, sizeof(scripts));
    for (unsigned i = 0; !only_init_is_left(); i++) {
        if (i > 30000)
            mismatch("the round does not end (slots %llu of %u, threads %u, processes %u)",
                     (unsigned long long)live_slots(0), protected_count, threads_count(), used_count());
        if (host_state() != HOST_USER) {
            idle();
            continue;
        }
        if (i > 3000 && i >= next) {
            end_from_outside();
            next = i + 20;
        }
        if (host_state() != HOST_USER)
            continue;
        int t = running();
        if (t == 0)
            end_by_init(t);
        else if (model.threads[t].process == 0)
            call(t, SYSCALL_THREAD_EXIT, 0, 0, 0, 0, 0, 0);
        else
            call(t, SYSCALL_PROCESS_EXIT, 0, 0, 0, 0, 0, 0);
    }
    quotas_compare();
    for (unsigned i = 0; i < 8; i++)
        if (host_state() == HOST_USER)
            yield();
    audit_walk();
    audit_nothing_left();
}

static int import_object(struct object *object) {
    for (int i = 0; i < M_OBJECTS; i++)
        if (model.objects[i].used && model.objects[i].serial == object->serial)
            return i;
    int made = model_new_object((enum object_type)object->type);
    struct m_object *o = &model.objects[made];
    o->serial = object->serial;
    o->kernel = object;
    if (object->type == OBJECT_MEMORY) {
        const struct memory *memory = (const struct memory *)object;
        o->pages = memory->pages;
        o->physical = memory->is_physical;
        o->ram = memory->is_ram;
        o->filled = true;
        o->base = memory->base;
    } else if (object->type == OBJECT_ENDPOINT) {
        o->places = ((const struct endpoint *)object)->places;
    } else if (object->type == OBJECT_PROCESS || object->type == OBJECT_THREAD) {
        o->index = 0;
        o->strong = 1; // itself
    } else if (object->type == OBJECT_SPACE) {
        o->owner = 0;
        o->strong = 1; // its process
    }
    return made;
}

static void import_mappings(const struct process *process) {
    int count = 0;
    for (struct avl_node *node = avl_first(&process->space->mappings); node != nullptr;
         node = avl_next(node)) {
        const struct mapping *mapping = avl_entry(node, struct mapping, node);
        if (mapping->memory == nullptr)
            continue;
        model.mappings[count++] = (struct m_mapping){.used = true,
                                                     .space = model.processes[0].space,
                                                     .process = 0,
                                                     .slot = model_find_slot(0, slot_value(mapping->slot)),
                                                     .memory = import_object(&mapping->memory->object),
                                                     .start = mapping->start,
                                                     .end = mapping->end,
                                                     .offset = mapping->offset,
                                                     .flags = mapping->flags};
    }
}

// What init holds after boot, all of it strong, and not to be given away.
static void import_table(struct m_process *p, struct process *process) {
    p->populated = process->table.populated;
    for (uint32_t i = 0; i < process->table.populated; i++) {
        const struct slot *slot = table_slot(process, i);
        p->slots[i] = (struct m_slot){.kind = M_FREE, .object = M_NONE};
        if (tag_kind(slot->tag) != SLOT_STRONG)
            continue;
        int object = import_object(slot->object);
        model.objects[object].strong++;
        p->slots[i] = (struct m_slot){.kind = M_STRONG,
                                      .type = model.objects[object].type,
                                      .object = object,
                                      .id = model.objects[object].id,
                                      .value = slot_value(slot),
                                      .rights = tag_rights(slot->tag)};
        p->used_slots++;
        protected_slots[protected_count++] = slot_value(slot);
    }
}

void import_init(void) {
    struct process *process = init_process;
    struct thread *thread = init_actor.thread;
    memset(&model, 0, sizeof(model));
    twin_process(0, process);
    twin_thread(0, thread);
    model.quotas[0] = (struct m_quota){.used = true,
                                       .parent = M_NONE,
                                       .limit = root_quota.limit,
                                       .priority = root_quota.priority,
                                       .weight = root_quota.weight};
    struct m_process *p = &model.processes[0];
    *p = (struct m_process){.used = true, .state = M_PROCESS_RUNNING, .started = true, .supervisor = M_NONE};
    import_table(p, process);
    p->object = import_object(&process->object);
    p->space = import_object(&process->space->object);
    import_mappings(process);
    model.threads[0] = model_thread(0, 0);
    model.threads[0].object = import_object(&thread->object);
    model.threads[0].wait = M_RUNS;
    model.threads[0].started = true;
    quotas_compare();
}
