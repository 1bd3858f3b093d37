// SPDX-License-Identifier: MIT
//
// System calls on futexes.

#include <base/types.h>
#include "object/futex.h"
#include "syscall/syscall.h"
#include "syscall_handlers.h"

static status_t futex_check(uint64_t address) {
    if (!is_aligned(address, sizeof(uint32_t)))
        return STATUS_BAD_ALIGNMENT;
    return user_range_valid(address, sizeof(uint32_t)) ? STATUS_OK : STATUS_BAD_ADDRESS;
}

status_t sys_futex_wait(struct thread *self, uint64_t address, uint32_t expected, uint64_t deadline) {
    status_t status = futex_check(address);
    return status == STATUS_OK ? futex_wait(self, address, expected, deadline) : status;
}

status_t sys_futex_wake(struct thread *self, uint64_t address, uint64_t count, uint64_t *woken) {
    status_t status = futex_check(address);
    return status == STATUS_OK ? futex_wake(self->process, address, count, woken) : status;
}
