// SPDX-License-Identifier: MIT
// abi/syscalls.h: numbers of the system calls, and their names for tracers. Made by tools/abigen; edit the
// TOML instead.

#pragma once

#include <stdint.h>

enum syscall_number : uint32_t {
    SYSCALL_DESCRIPTOR_CLONE = 1,
    SYSCALL_DESCRIPTOR_RELEASE = 2,
    SYSCALL_DESCRIPTOR_TRANSFER = 3,
    SYSCALL_DESCRIPTOR_WEAKEN = 4,
    SYSCALL_DESCRIPTOR_STRENGTHEN = 5,
    SYSCALL_DESCRIPTOR_INSPECT = 6,
    SYSCALL_MEMORY_ALLOCATE = 8,
    SYSCALL_MEMORY_PHYSICAL = 9,
    SYSCALL_MEMORY_SEAL = 10,
    SYSCALL_SPACE_CREATE = 11,
    SYSCALL_SPACE_MAP = 12,
    SYSCALL_SPACE_UNMAP = 13,
    SYSCALL_SPACE_PROTECT = 14,
    SYSCALL_FUTEX_WAIT = 15,
    SYSCALL_FUTEX_WAKE = 16,
    SYSCALL_PROCESS_CREATE = 20,
    SYSCALL_PROCESS_END = 21,
    SYSCALL_PROCESS_EXIT = 22,
    SYSCALL_PROCESS_TABLE = 23,
    SYSCALL_PROCESS_QUOTA = 24,
    SYSCALL_QUOTA_INSPECT = 25,
    SYSCALL_THREAD_CREATE = 28,
    SYSCALL_THREAD_START = 29,
    SYSCALL_THREAD_EXIT = 30,
    SYSCALL_THREAD_YIELD = 31,
    SYSCALL_THREAD_PRIORITY = 32,
    SYSCALL_THREAD_POINTER = 33,
    SYSCALL_ENDPOINT_CREATE = 40,
    SYSCALL_BADGE_CREATE = 41,
    SYSCALL_BADGE_DESTROY = 42,
    SYSCALL_CALL = 44,
    SYSCALL_RECEIVE = 45,
    SYSCALL_REPLY = 46,
    SYSCALL_REPLY_AND_RECEIVE = 47,
    SYSCALL_REPLY_CREATE = 48,
    SYSCALL_REPLY_KEEP = 49,
    SYSCALL_LENT_READ = 50,
    SYSCALL_LENT_WRITE = 51,
    SYSCALL_NOTIFICATION_CREATE = 56,
    SYSCALL_NOTIFICATION_SIGNAL = 57,
    SYSCALL_NOTIFICATION_WAIT = 58,
    SYSCALL_NOTIFICATION_TIMER = 59,
    SYSCALL_NOTIFICATION_BIND = 60,
    SYSCALL_INTERRUPT_CREATE = 62,
    SYSCALL_INTERRUPT_BIND = 63,
    SYSCALL_INTERRUPT_ACK = 64,
    SYSCALL_PLATFORM_RESTRICT = 70,
    SYSCALL_PORT_READ = 71,
    SYSCALL_PORT_WRITE = 72,
    SYSCALL_LOG_WRITE = 73,
    SYSCALL_LOG_READ = 74,
    SYSCALL_CLOCK_READ = 76,
    SYSCALL_ENTROPY_READ = 77,
    SYSCALL_LIMIT = 78, // one more than the highest; there are holes below
};

// What a tracer prints. Names are null above the counts. `message`: eight message words travel too.
struct syscall_info {
    const char *name;
    uint8_t argument_count;
    uint8_t result_count;
    bool message;
    bool blocks;
    const char *arguments[6];
    const char *results[3];
};

// Null for a number that is no call.
const struct syscall_info *syscall_info(uint64_t number);
