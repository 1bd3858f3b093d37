// SPDX-License-Identifier: MIT
//
// The platform's parts, ports, the log and random bytes.

#include "parts.h"

static uint64_t right_of(uint64_t kind) {
    return kind == PLATFORM_MEMORY       ? RIGHT_PLATFORM_MEMORY
           : kind == PLATFORM_PORTS      ? RIGHT_PLATFORM_PORTS
           : kind == PLATFORM_INTERRUPTS ? RIGHT_PLATFORM_INTERRUPTS
           : kind == PLATFORM_LOG        ? RIGHT_PLATFORM_LOG
                                         : RIGHT_PLATFORM_POWER;
}

status_t do_restrict(int t, const uint64_t *a) {
    const struct m_object *whole;
    int p = model.threads[t].process, s, made;
    if ((a[1] & ~0x1f0ull) != 0)
        return STATUS_BAD_FLAGS;
    if (a[1] == 0 || (a[1] & (a[1] - 1)) != 0)
        return STATUS_BAD_VALUE;
    status_t status = lookup(p, a[0], 1u << OBJECT_PLATFORM, 0, 0, &s);
    if (status != STATUS_OK)
        return status;
    whole = object(model.processes[p].slots[s].object);
    uint64_t right = right_of(a[1]);
    uint64_t rights = model.processes[p].slots[s].rights;
    if ((rights & right) == 0)
        return STATUS_NO_RIGHT;
    bool single = a[1] == PLATFORM_LOG || a[1] == PLATFORM_POWER;
    if (a[3] == 0 || (single && (a[2] != 0 || a[3] != 1)))
        return STATUS_BAD_VALUE;
    if (!covers(whole, a[1], a[2], a[3]))
        return STATUS_OUT_OF_RANGE;
    status = create(t, OBJECT_PLATFORM, record(OBJECT_PLATFORM),
                    rights & (RIGHT_CLONE | RIGHT_TRANSFER | RIGHT_INSPECT | right), &made);
    if (status == STATUS_OK) {
        object(made)->kind = a[1];
        object(made)->base = a[2];
        object(made)->length = a[3];
    }
    return status;
}

status_t do_port(int t, const uint64_t *a) {
    const struct m_object *part;
    if (a[2] < 1 || a[2] > 4)
        return STATUS_BAD_VALUE;
    status_t status = platform(t, a[0], RIGHT_PLATFORM_PORTS, &part);
    if (status != STATUS_OK)
        return status;
    if (a[2] == 3)
        return STATUS_BAD_VALUE;
    if (a[1] > 0x10000 || a[2] > 0x10000 - a[1] || !covers(part, PLATFORM_PORTS, a[1], a[2]))
        return STATUS_OUT_OF_RANGE;
    return STATUS_OK;
}

static status_t log(int t, const uint64_t *a, bool read) {
    const struct m_object *part;
    uint64_t address = read ? a[2] : a[1], length = read ? a[3] : a[2];
    if (length < 1 || length > (read ? LOG_READ_MAX : LOG_LINE_MAX))
        return STATUS_BAD_SIZE;
    if (!in_user(address, length))
        return STATUS_BAD_ADDRESS;
    status_t status = platform(t, a[0], RIGHT_PLATFORM_LOG, &part);
    if (status != STATUS_OK)
        return status;
    return model_can_access(model.threads[t].process, address, length, read ? MAP_WRITE : MAP_READ)
               ? STATUS_OK
               : STATUS_BAD_ADDRESS;
}

status_t do_log_write(int t, const uint64_t *a) {
    return log(t, a, false);
}

status_t do_log_read(int t, const uint64_t *a) {
    return log(t, a, true);
}

status_t do_entropy(int t, const uint64_t *a) {
    if (a[1] < 1 || a[1] > ENTROPY_MAX)
        return STATUS_BAD_SIZE;
    if (!in_user(a[0], a[1]))
        return STATUS_BAD_ADDRESS;
    return can_write(t, a[0], a[1]);
}
