// SPDX-License-Identifier: MIT
//
// Descriptors: look-up, reservation, and the calls on all of them.

#include "parts.h"

int model_find_slot(int p, uint64_t value) {
    for (int s = 0; s < M_SLOTS; s++)
        if (model.processes[p].slots[s].kind != M_FREE && model.processes[p].slots[s].value == value)
            return s;
    return M_NONE;
}

status_t lookup(int p, uint64_t value, uint32_t types, uint64_t rights, unsigned accept, int *out) {
    int s = model_find_slot(p, value);
    if (s == M_NONE)
        return STATUS_BAD_DESCRIPTOR;
    const struct m_slot *slot = &model.processes[p].slots[s];
    if ((types >> slot->type & 1) == 0)
        return STATUS_WRONG_TYPE;
    if (slot->kind == M_TRANSIT_OUT && (accept & ACCEPT_OUT) == 0)
        return STATUS_IN_TRANSIT;
    if (slot->kind == M_WEAK && (accept & ACCEPT_WEAK) == 0)
        return STATUS_WRONG_KIND;
    if (slot->kind == M_TRANSIT_IN && (accept & ACCEPT_ONLY) != 0)
        return STATUS_WRONG_KIND;
    if ((slot->rights & rights) != rights)
        return STATUS_NO_RIGHT;
    *out = s;
    return STATUS_OK;
}

// Room and payment for new descriptors. `extra`: what else the same call pays from the same quota.
status_t prepare(int p, uint32_t slots, struct charge charge) {
    struct m_process *process = &model.processes[p];
    while (process->populated - process->used_slots < slots) {
        if (process->populated == DESCRIPTORS_PER_PROCESS)
            return STATUS_TABLE_FULL;
        if (!fits(process->quota, bytes(PAGE_SIZE)))
            return STATUS_NO_QUOTA;
        process->populated += SLOTS_PER_GROWTH;
    }
    return fits(process->quota, charge) ? STATUS_OK : STATUS_NO_QUOTA;
}

int insert(int p, int index, enum m_kind kind, uint64_t rights) {
    struct m_process *process = &model.processes[p];
    for (int s = 0; s < M_SLOTS; s++) {
        if (process->slots[s].kind != M_FREE)
            continue;
        process->slots[s] = (struct m_slot){.kind = kind,
                                            .type = object(index)->type,
                                            .object = index,
                                            .id = object(index)->id,
                                            .rights = rights,
                                            .peer_process = M_NONE,
                                            .peer_slot = M_NONE};
        process->used_slots++;
        if (kind == M_STRONG)
            object(index)->strong++;
        return s;
    }
    model.overflow = true;
    return 0;
}

// The call's result i is a new descriptor of `p`.
void bind_result(int t, unsigned i, int p, int s) {
    model.threads[t].result.bind_process[i] = p;
    model.threads[t].result.bind_slot[i] = s;
}

status_t create(int t, enum object_type type, struct charge charge, uint64_t rights, int *made) {
    int p = model.threads[t].process;
    status_t status = prepare(p, 1, charge);
    if (status != STATUS_OK)
        return status;
    *made = model_new_object(type);
    bind_result(t, 0, p, insert(p, *made, M_STRONG, rights));
    return STATUS_OK;
}

status_t do_clone(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    if (a[1] > UINT16_MAX)
        return STATUS_NO_RIGHT;
    status_t status = lookup(p, a[0], ANY_TYPE, RIGHT_CLONE, 0, &s);
    if (status != STATUS_OK)
        return status;
    struct m_slot slot = model.processes[p].slots[s];
    if ((a[1] & ~slot.rights) != 0)
        return STATUS_NO_RIGHT;
    if (slot.kind != M_STRONG)
        return STATUS_WRONG_KIND;
    status = prepare(p, 1, cost(slot.object));
    if (status == STATUS_OK)
        bind_result(t, 0, p, insert(p, slot.object, M_STRONG, a[1]));
    return status;
}

status_t do_release(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    status_t status = lookup(p, a[0], ANY_TYPE, 0, ACCEPT_WEAK, &s);
    if (status == STATUS_OK)
        slot_close(p, s);
    return status;
}

status_t do_transfer(int t, const uint64_t *a) {
    int p = model.threads[t].process, s, target_slot;
    if (a[2] > UINT16_MAX)
        return STATUS_NO_RIGHT;
    status_t status = lookup(p, a[0], ANY_TYPE, RIGHT_TRANSFER, 0, &s);
    if (status == STATUS_OK)
        status = lookup(p, a[1], 1u << OBJECT_PROCESS, RIGHT_PROCESS_INSERT, 0, &target_slot);
    if (status != STATUS_OK)
        return status;
    struct m_slot slot = model.processes[p].slots[s];
    int target = object(model.processes[p].slots[target_slot].object)->index;
    if ((a[2] & ~slot.rights) != 0)
        return STATUS_NO_RIGHT;
    if (slot.kind != M_STRONG)
        return STATUS_WRONG_KIND;
    if (target == p || s == target_slot)
        return STATUS_SELF;
    if (model.processes[target].state == M_PROCESS_ENDED)
        return STATUS_PROCESS_ENDED;
    enum object_type type = object(slot.object)->type;
    if (model.processes[target].state == M_PROCESS_NEW && (type == OBJECT_PROCESS || type == OBJECT_THREAD))
        return STATUS_WOULD_ORPHAN;
    status = prepare(target, 1, cost(slot.object));
    if (status != STATUS_OK)
        return status;
    int made = insert(target, slot.object, M_STRONG, a[2]);
    mappings_remove(p, s);
    waits_end(p, s);
    slot_free(p, s);
    object(slot.object)->strong--;
    served(slot.object, slot.rights);
    bind_result(t, 0, target, made);
    return STATUS_OK;
}

status_t do_weaken(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    status_t status = lookup(p, a[0], ANY_TYPE, 0, 0, &s);
    if (status != STATUS_OK)
        return status;
    struct m_slot slot = model.processes[p].slots[s];
    if (slot.kind != M_STRONG)
        return STATUS_WRONG_KIND;
    status = prepare(p, 1, (struct charge){});
    if (status == STATUS_OK)
        bind_result(t, 0, p, insert(p, slot.object, M_WEAK, slot.rights));
    return status;
}

status_t do_strengthen(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    status_t status = lookup(p, a[0], ANY_TYPE, 0, ACCEPT_WEAK, &s);
    if (status != STATUS_OK)
        return status;
    struct m_slot slot = model.processes[p].slots[s];
    if (slot.kind != M_WEAK)
        return STATUS_WRONG_KIND;
    if (object(slot.object)->id != slot.id || object(slot.object)->ended)
        return STATUS_DEAD;
    status = prepare(p, 1, cost(slot.object));
    if (status == STATUS_OK)
        bind_result(t, 0, p, insert(p, slot.object, M_STRONG, slot.rights));
    return status;
}
