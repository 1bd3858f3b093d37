// SPDX-License-Identifier: MIT
//
// Memory objects, spaces, mappings and futexes.

#include "parts.h"

int model_mapping_at(int space, uint64_t address) {
    for (int i = 0; i < M_MAPPINGS; i++)
        if (model.mappings[i].used && model.mappings[i].space == space &&
            address >= model.mappings[i].start && address < model.mappings[i].end)
            return i;
    return M_NONE;
}

bool in_user(uint64_t address, uint64_t length) {
    return address >= USER_START && address < USER_END && length <= USER_END - address;
}

// For the kernel's own copies: ordinary memory only.
bool model_can_access(int p, uint64_t address, uint64_t length, unsigned flag) {
    if (!in_user(address, length))
        return false;
    for (uint64_t at = address; at < address + length; at = (at & ~(PAGE_SIZE - 1ull)) + PAGE_SIZE) {
        int m = model_mapping_at(model.processes[p].space, at);
        if (m == M_NONE || (model.mappings[m].flags & flag) == 0)
            return false;
        const struct m_object *memory = object(model.mappings[m].memory);
        if (memory->physical && !memory->ram)
            return false;
    }
    return true;
}

status_t do_allocate(int t, const uint64_t *a) {
    if (a[0] == 0 || a[0] > MEMORY_SIZE_MAX)
        return STATUS_BAD_SIZE;
    if (a[1] != 0)
        return STATUS_BAD_FLAGS;
    uint64_t pages = (a[0] + PAGE_SIZE - 1) / PAGE_SIZE;
    int made;
    status_t status = create(t, OBJECT_MEMORY, cost_memory(pages), RIGHTS_MEMORY_ALL, &made);
    if (status == STATUS_OK)
        object(made)->pages = pages;
    return status;
}

bool covers(const struct m_object *o, uint64_t kind, uint64_t base, uint64_t length) {
    if (o->kind == 0)
        return length != 0 && base <= UINT64_MAX - length;
    return o->kind == kind && length != 0 && base >= o->base && base - o->base <= o->length &&
           length <= o->length - (base - o->base);
}

status_t platform(int t, uint64_t value, uint64_t right, const struct m_object **out) {
    int p = model.threads[t].process, s;
    status_t status = lookup(p, value, 1u << OBJECT_PLATFORM, right, 0, &s);
    if (status == STATUS_OK)
        *out = object(model.processes[p].slots[s].object);
    return status;
}

uint64_t made_rights(int t, uint64_t value, uint64_t all) {
    int p = model.threads[t].process, s;
    if (lookup(p, value, 1u << OBJECT_PLATFORM, 0, 0, &s) != STATUS_OK)
        return 0;
    return all & (model.processes[p].slots[s].rights | ~RIGHTS_COMMON);
}

status_t do_physical(int t, const uint64_t *a) {
    const struct m_object *part;
    if (a[2] == 0 || a[2] > MEMORY_SIZE_MAX)
        return STATUS_BAD_SIZE;
    if ((a[3] & ~3ull) != 0)
        return STATUS_BAD_FLAGS;
    status_t status = platform(t, a[0], RIGHT_PLATFORM_MEMORY, &part);
    if (status != STATUS_OK)
        return status;
    if (a[1] % PAGE_SIZE != 0 || a[2] % PAGE_SIZE != 0)
        return STATUS_BAD_ALIGNMENT;
    if (a[3] == 3)
        return STATUS_BAD_FLAGS;
    if (!covers(part, PLATFORM_MEMORY, a[1], a[2]))
        return STATUS_OUT_OF_RANGE;
    // The generator asks for the device range or for the first page of memory.
    if (a[1] < 0xe0000000)
        return STATUS_TAKEN;
    int made;
    status = create(t, OBJECT_MEMORY, record(OBJECT_MEMORY),
                    made_rights(t, a[0], RIGHTS_MEMORY_ALL & ~RIGHT_MEMORY_EXECUTE), &made);
    if (status == STATUS_OK) {
        object(made)->physical = true;
        object(made)->base = a[1];
        object(made)->pages = a[2] / PAGE_SIZE;
    }
    return status;
}

static bool is_mapped_writable(int memory) {
    for (int i = 0; i < M_MAPPINGS; i++)
        if (model.mappings[i].used && model.mappings[i].memory == memory &&
            (model.mappings[i].flags & MAP_WRITE) != 0)
            return true;
    return false;
}

status_t do_seal(int t, const uint64_t *a) {
    int p = model.threads[t].process, s;
    status_t status = lookup(p, a[0], 1u << OBJECT_MEMORY, RIGHT_MEMORY_WRITE, 0, &s);
    if (status != STATUS_OK)
        return status;
    struct m_object *o = object(model.processes[p].slots[s].object);
    if (model.processes[p].slots[s].kind != M_STRONG || o->physical)
        return STATUS_WRONG_KIND;
    if (o->sealed)
        return STATUS_SEALED;
    if (o->strong > 1)
        return STATUS_SELF;
    if (is_mapped_writable(model.processes[p].slots[s].object))
        return STATUS_MAPPED;
    o->sealed = true;
    return STATUS_OK;
}

status_t do_space_create(int t, const uint64_t *a) {
    (void)a;
    int made, p = model.threads[t].process;
    status_t status = create(t, OBJECT_SPACE, add(record(OBJECT_SPACE), bytes(FIXED_TABLES * PAGE_SIZE)),
                             RIGHTS_SPACE_ALL, &made);
    if (status == STATUS_OK)
        object(made)->owner = p;
    return status;
}

// The space that a call names; 0 is the caller's own.
static status_t space(int t, uint64_t value, int *index, uint64_t *rights) {
    int p = model.threads[t].process, s;
    *index = model.processes[p].space;
    *rights = RIGHTS_SPACE_ALL;
    if (value == 0)
        return STATUS_OK;
    status_t status = lookup(p, value, 1u << OBJECT_SPACE, RIGHT_SPACE_MAP, 0, &s);
    if (status == STATUS_OK) {
        *index = model.processes[p].slots[s].object;
        *rights = model.processes[p].slots[s].rights;
    }
    return status;
}

static status_t flags_check(uint64_t flags) {
    if ((flags & MAP_READ) == 0)
        return STATUS_BAD_FLAGS;
    return (flags & MAP_WRITE) != 0 && (flags & MAP_EXECUTE) != 0 ? STATUS_WRITE_EXECUTE : STATUS_OK;
}

static uint64_t rights_for(uint64_t flags) {
    return RIGHT_MEMORY_MAP | RIGHT_MEMORY_READ | ((flags & MAP_WRITE) != 0 ? RIGHT_MEMORY_WRITE : 0) |
           ((flags & MAP_EXECUTE) != 0 ? RIGHT_MEMORY_EXECUTE : 0);
}

static status_t page_check(uint64_t address) {
    if (address % PAGE_SIZE != 0)
        return STATUS_BAD_ALIGNMENT;
    return in_user(address, 1) ? STATUS_OK : STATUS_BAD_ADDRESS;
}

static int mapping_new(struct m_mapping mapping) {
    for (int i = 0; i < M_MAPPINGS; i++) {
        if (model.mappings[i].used)
            continue;
        model.mappings[i] = mapping;
        return i;
    }
    model.overflow = true;
    return 0;
}

static status_t map_act(struct m_mapping mapping) {
    int quota = model.processes[mapping.process].quota;
    for (int i = 0; i < M_MAPPINGS; i++)
        if (model.mappings[i].used && model.mappings[i].space == mapping.space &&
            mapping.start < model.mappings[i].end && model.mappings[i].start < mapping.end)
            return STATUS_OVERLAP;
    if ((mapping.flags & MAP_WRITE) != 0 && object(mapping.memory)->sealed)
        return STATUS_SEALED;
    // Its price is the difference that it makes.
    struct charge price = {};
    price.records[RECORD_MAPPING] = 1;
    uint64_t before = tables(mapping.space);
    int made = mapping_new(mapping);
    price.bytes = (tables(mapping.space) - before) * PAGE_SIZE;
    model.mappings[made].used = false;
    if (!fits(quota, price))
        return STATUS_NO_QUOTA;
    model.mappings[made].used = true;
    return STATUS_OK;
}

status_t do_map(int t, const uint64_t *a) {
    int p = model.threads[t].process, sp, s;
    uint64_t rights, length = (a[4] + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1ull);
    if (a[4] == 0 || a[4] > MAPPING_SIZE_MAX)
        return STATUS_BAD_SIZE;
    if ((a[5] & ~7ull) != 0)
        return STATUS_BAD_FLAGS;
    status_t status = page_check(a[2]);
    if (status == STATUS_OK)
        status = space(t, a[0], &sp, &rights);
    if (status == STATUS_OK)
        status = flags_check(a[5]);
    if (status != STATUS_OK)
        return status;
    int owner = object(sp)->owner;
    if (owner != p && (rights & RIGHT_SPACE_INSERT) == 0)
        return STATUS_NO_RIGHT;
    if (a[3] % PAGE_SIZE != 0)
        return STATUS_BAD_ALIGNMENT;
    if (!in_user(a[2], length))
        return STATUS_BAD_ADDRESS;
    if (model.processes[owner].state == M_PROCESS_ENDED)
        return STATUS_PROCESS_ENDED;
    status = lookup(owner, a[1], 1u << OBJECT_MEMORY, rights_for(a[5]), 0, &s);
    if (status != STATUS_OK)
        return status;
    int memory = model.processes[owner].slots[s].object;
    uint64_t size = object(memory)->pages * PAGE_SIZE;
    if (a[3] > size || length > size - a[3])
        return STATUS_OUT_OF_RANGE;
    return map_act((struct m_mapping){.used = true,
                                      .space = sp,
                                      .process = owner,
                                      .slot = s,
                                      .memory = memory,
                                      .start = a[2],
                                      .end = a[2] + length,
                                      .offset = a[3],
                                      .flags = (unsigned)a[5]});
}

static int mapping_start(int sp, uint64_t address) {
    int m = model_mapping_at(sp, address);
    return m != M_NONE && model.mappings[m].start == address ? m : M_NONE;
}

status_t do_unmap(int t, const uint64_t *a) {
    int sp;
    uint64_t rights;
    status_t status = page_check(a[1]);
    if (status == STATUS_OK)
        status = space(t, a[0], &sp, &rights);
    if (status != STATUS_OK)
        return status;
    int m = mapping_start(sp, a[1]);
    if (m == M_NONE)
        return STATUS_NOT_MAPPED;
    model.mappings[m].used = false;
    return STATUS_OK;
}

status_t do_protect(int t, const uint64_t *a) {
    int sp;
    uint64_t rights;
    if ((a[2] & ~7ull) != 0)
        return STATUS_BAD_FLAGS;
    status_t status = page_check(a[1]);
    if (status == STATUS_OK)
        status = space(t, a[0], &sp, &rights);
    if (status == STATUS_OK)
        status = flags_check(a[2]);
    if (status != STATUS_OK)
        return status;
    int m = mapping_start(sp, a[1]);
    if (m == M_NONE)
        return STATUS_NOT_MAPPED;
    struct m_mapping *mapping = &model.mappings[m];
    uint64_t needed = rights_for(a[2]) & ~RIGHT_MEMORY_MAP;
    if ((needed & ~model.processes[mapping->process].slots[mapping->slot].rights) != 0)
        return STATUS_NO_RIGHT;
    if ((a[2] & MAP_WRITE) != 0 && object(mapping->memory)->sealed)
        return STATUS_SEALED;
    mapping->flags = (unsigned)a[2];
    return STATUS_OK;
}

bool is_past(uint64_t deadline) {
    return deadline != DEADLINE_NONE && deadline <= model.now;
}

void block(int t, enum m_wait wait, int at, int through, uint64_t deadline) {
    struct m_thread *thread = &model.threads[t];
    thread->wait = wait;
    thread->at = at;
    thread->through = through;
    thread->deadline = deadline;
    thread->ticket = model.ticket++;
}

static status_t futex_check(int t, uint64_t address, int *memory, uint64_t *offset) {
    int p = model.threads[t].process;
    if (address % 4 != 0)
        return STATUS_BAD_ALIGNMENT;
    if (!in_user(address, 4) || !model_can_access(p, address, 4, MAP_READ))
        return STATUS_BAD_ADDRESS;
    const struct m_mapping *m = &model.mappings[model_mapping_at(model.processes[p].space, address)];
    *memory = m->memory;
    *offset = m->offset + (address - m->start);
    return STATUS_OK;
}

// The generator never writes to the words that it waits on: they hold 0.
status_t do_futex_wait(int t, const uint64_t *a) {
    int memory;
    if (a[1] > UINT32_MAX)
        return STATUS_BAD_VALUE;
    status_t status = futex_check(t, a[0], &memory, &model.threads[t].futex_offset);
    if (status != STATUS_OK)
        return status;
    if (a[1] != 0)
        return STATUS_CHANGED;
    if (is_past(a[2]))
        return STATUS_TIMED_OUT;
    block(t, M_FUTEX, memory, M_NONE, a[2]);
    return STATUS_PENDING;
}

status_t do_futex_wake(int t, const uint64_t *a) {
    int memory;
    uint64_t offset, woken = 0;
    if (a[1] < 1 || a[1] > FUTEX_WAKE_MAX)
        return STATUS_BAD_VALUE;
    status_t status = futex_check(t, a[0], &memory, &offset);
    if (status != STATUS_OK)
        return status;
    while (woken < a[1]) {
        int found = M_NONE;
        for (int i = 0; i < M_THREADS; i++)
            if (model.threads[i].used && model.threads[i].wait == M_FUTEX && model.threads[i].at == memory &&
                model.threads[i].futex_offset == offset &&
                (found == M_NONE || model.threads[i].ticket < model.threads[found].ticket))
                found = i;
        if (found == M_NONE)
            break;
        result_now(&model.threads[found], STATUS_OK);
        woken++;
    }
    model.threads[t].result.check[0] = true;
    model.threads[t].result.a[0] = woken;
    return STATUS_OK;
}
