// SPDX-License-Identifier: MIT
//
// Random arguments: mostly such that the call may succeed.

#include "player.h"

uint64_t protected_slots[M_SLOTS];
unsigned protected_count;
uint64_t stale[64];
uint32_t missing;

uint64_t live_slots(int p) {
    return model.processes[p].used_slots;
}

bool is_protected(int p, int s) {
    for (unsigned i = 0; p == 0 && i < protected_count; i++)
        if (model.processes[p].slots[s].value == protected_slots[i])
            return true;
    return false;
}

uint64_t pick_slot(int p, uint32_t types, bool keep) {
    int found = M_NONE;
    uint64_t seen = 0;
    for (int s = 0; s < M_SLOTS; s++) {
        const struct m_slot *slot = &model.processes[p].slots[s];
        if (slot->kind == M_FREE || (types >> slot->type & 1) == 0 || (keep && is_protected(p, s)))
            continue;
        if (below(++seen) == 0)
            found = s;
    }
    return found != M_NONE ? model.processes[p].slots[found].value : 0;
}

// One that is on its way in a call, if there is any.
uint64_t pick_sent(int p, uint32_t types) {
    for (int pass = 0; pass < 2; pass++)
        for (int s = 0; s < M_SLOTS; s++) {
            const struct m_slot *slot = &model.processes[p].slots[s];
            if (slot->kind == M_TRANSIT_OUT && (pass == 1 || (types >> slot->type & 1) != 0))
                return slot->value;
        }
    return 0;
}

static uint64_t pick_any(int p, uint32_t types, bool keep) {
    uint64_t sent = one_in(6) ? pick_sent(p, types) : 0;
    if (sent != 0)
        return sent;
    switch (below(40)) {
    case 0:
        return pick_slot(p, UINT32_MAX, keep);
    case 1:
        return stale[below(64)];
    case 2:
        return one_in(2) ? 0x70000000 + below(100) : UINT64_MAX;
    default: {
        uint64_t value = pick_slot(p, types, keep);
        if (value == 0)
            missing |= types;
        return value;
    }
    }
}

// keep: what init needs is not meant.
uint64_t pick(int p, uint32_t types, bool keep) {
    uint64_t value = pick_any(p, types, keep);
    int s = model_find_slot(p, value);
    return keep && s != M_NONE && is_protected(p, s) ? 0 : value;
}

// A process descriptor, but init's only for init, who cannot end itself so. Others may have been sent it, and
// its end is the end of the machine.
uint64_t pick_other_than_init(int p) {
    uint64_t value = pick(p, TYPE(PROCESS), false);
    int s = model_find_slot(p, value);
    bool is_init = s != M_NONE && model.objects[model.processes[p].slots[s].object].type == OBJECT_PROCESS &&
                   model.objects[model.processes[p].slots[s].object].index == 0;
    return is_init && p != 0 ? 0 : value;
}

uint64_t pick_rights(void) {
    return one_in(40)  ? UINT64_MAX
           : one_in(5) ? random_next() & 0xff
                       : 0xf7 & ~(one_in(2) ? 1ull << below(8) : 0);
}

uint64_t pick_deadline(void) {
    return one_in(8) ? 0 : clock_now() + 1000 + below(1 << 20);
}

uint64_t pick_buffer(void) {
    switch (below(24)) {
    case 0:
        return BUFFER + 4;
    case 1:
        return one_in(2) ? 0x66660000 : USER_END;
    case 2:
        return one_in(2) ? 0 : 1ull << 63;
    default:
        return BUFFER;
    }
}

uint64_t pick_page(void) {
    switch (below(24)) {
    case 0:
        return 0x20000008;
    case 1:
        return one_in(2) ? 0 : SPACE_FIXED;
    default:
        return 0x20000000 + below(6) * PAGE_SIZE + below(3) * 0x200000 + below(2) * 0x40000000;
    }
}

// The start of a mapping of the process's first space, most of the time.
uint64_t pick_mapping(int p) {
    uint64_t found = pick_page(), seen = 0;
    for (int i = 0; i < M_MAPPINGS && !one_in(4); i++)
        if (model.mappings[i].used && model.mappings[i].space == model.processes[p].space &&
            model.mappings[i].start >= 0x20000000 && model.mappings[i].start < 0x80000000 &&
            below(++seen) == 0)
            found = model.mappings[i].start;
    return found;
}

uint64_t pick_flags(void) {
    static const uint64_t flags[] = {MAP_READ,
                                     MAP_READ | MAP_WRITE,
                                     MAP_READ | MAP_WRITE,
                                     MAP_READ | MAP_EXECUTE,
                                     0,
                                     MAP_READ | MAP_WRITE | MAP_EXECUTE,
                                     8};
    return flags[one_in(4) ? below(7) : below(4)];
}

uint64_t pick_size(uint64_t size) {
    return one_in(16) ? size - 1 : size;
}

// The descriptors, ranges and offer of the thread's message page.
uint64_t message_make(int t, bool is_call) {
    struct m_thread *thread = &model.threads[t];
    struct message_page *page = kernel_threads[t]->message;
    int p = thread->process;
    uint64_t count = one_in(2) ? 1 + below(3) : 0, ranges = is_call && one_in(3) ? 1 + below(2) : 0;
    for (uint64_t i = 0; i < count; i++) {
        int s = model_find_slot(p, pick(p, one_in(2) ? UINT32_MAX : TYPE(MEMORY) | TYPE(NOTIFICATION), true));
        uint64_t value = s != M_NONE ? model.processes[p].slots[s].value : 0x70000001;
        uint64_t rights = s != M_NONE && !one_in(12) ? model.processes[p].slots[s].rights : 0xfff;
        thread->send[i] = (struct message_descriptor){value, (uint32_t)rights,
                                                      one_in(24)  ? 3
                                                      : one_in(2) ? DESCRIPTOR_MOVE
                                                                  : DESCRIPTOR_CLONE};
        if (i > 0 && one_in(8))
            thread->send[i] = thread->send[i - 1];
        page->send[i] = thread->send[i];
    }
    for (uint64_t i = 0; i < ranges; i++) {
        thread->lend[i] = (struct message_range){.address = one_in(12)  ? USER_END
                                                            : one_in(8) ? 0x66660000
                                                                        : LENT,
                                                 .length = 64,
                                                 .flags = one_in(16) ? 8 : 1 + below(3)};
        page->lend[i] = thread->lend[i];
    }
    return count << HEADER_DESCRIPTORS_SHIFT | ranges << HEADER_RANGES_SHIFT | below(1000);
}

void offer_make(int t) {
    struct message_page *page = kernel_threads[t]->message;
    model.threads[t].offer_slots = page->offer_slots = one_in(24) ? 9 : below(5);
    model.threads[t].offer_bytes = page->offer_bytes = one_in(4) ? PAGE_SIZE : 1 << 20;
}

uint64_t header_spoil(uint64_t header) {
    switch (below(40)) {
    case 0:
        return header | 1ull << 60;
    case 1:
        return header | 5ull << HEADER_DESCRIPTORS_SHIFT;
    default:
        return header;
    }
}

bool limits_make(int t) {
    int p = model.threads[t].process;
    model_limits =
        (struct limits){.bytes = 120000 + below(200000),
                        .priority = (uint32_t)(PRIORITY_COUNT - 1),
                        .weight = 1 + (uint32_t)below(model.quotas[model.processes[p].quota].weight)};
    if (one_in(16))
        model_limits.weight = 1 + (uint32_t)below(200);
    for (unsigned i = 0; i < RECORD_COUNT; i++)
        model_limits.records[i] = i == RECORD_LEASE ? 0 : 3 + (uint32_t)below(9);
    model_limits.records[RECORD_QUOTA] = model_limits.records[RECORD_PROCESS] = 1 + (uint32_t)below(3);
    model_limits.records[RECORD_INTERRUPT] = (uint32_t)below(2);
    model_limits.records[RECORD_PLATFORM] = (uint32_t)below(3);
    switch (below(24)) {
    case 0:
        model_limits.weight = 0;
        break;
    case 1:
        model_limits.reserved[3] = 1;
        break;
    case 2:
        model_limits.bytes = 1ull << 40;
        break;
    default:
        break;
    }
    if (!model_can_access(p, BUFFER, sizeof(model_limits), MAP_WRITE))
        return false;
    return host_store(BUFFER, &model_limits, sizeof(model_limits));
}
