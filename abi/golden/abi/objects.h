// SPDX-License-Identifier: MIT
// abi/objects.h: object types, their rights, and the kernel records that quotas count. Made by tools/abigen;
// edit the TOML instead.

#pragma once

#include <stdint.h>

enum object_type : uint32_t {
    // Pages: anonymous, or a physical range. A strong descriptor pays its bytes (anonymous) and one record.
    OBJECT_MEMORY = 1,
    // An address space. Belongs to one process; its page tables and mappings are charged to that process.
    OBJECT_SPACE = 2,
    // A descriptor table, a space and a quota. A started process lives until it ends.
    OBJECT_PROCESS = 3,
    // Registers, priority and a message page.
    OBJECT_THREAD = 4,
    // Rendezvous of calls; outlives its server. Pays one record and its badge places.
    OBJECT_ENDPOINT = 5,
    // A client's identity at an endpoint.
    OBJECT_BADGE = 6,
    // Keeps one received call, to be answered later.
    OBJECT_REPLY = 7,
    // 64 signal bits and one timer.
    OBJECT_NOTIFICATION = 8,
    // One hardware interrupt line.
    OBJECT_INTERRUPT = 9,
    // The lender's end of a loan. No call makes one yet; its number and its place in the lock order are kept.
    OBJECT_LEASE = 10,
    // Limits on bytes and records; forms a tree.
    OBJECT_QUOTA = 11,
    // The right over physical ranges, ports, interrupt lines, the log and power.
    OBJECT_PLATFORM = 12,
    OBJECT_TYPE_COUNT = 13, // one more than the highest
};

// Rights are bits of a 16-bit mask. These are the same for all types.
#define RIGHT_CLONE 0x1ULL
#define RIGHT_TRANSFER 0x2ULL
#define RIGHT_INSPECT 0x4ULL
#define RIGHTS_COMMON 0x7ULL

#define RIGHT_MEMORY_READ 0x10ULL
#define RIGHT_MEMORY_WRITE 0x20ULL
#define RIGHT_MEMORY_EXECUTE 0x40ULL
#define RIGHT_MEMORY_MAP 0x80ULL
#define RIGHTS_MEMORY_ALL 0xf7ULL

#define RIGHT_SPACE_MAP 0x10ULL
#define RIGHT_SPACE_INSERT 0x20ULL
#define RIGHTS_SPACE_ALL 0x37ULL

#define RIGHT_PROCESS_INSERT 0x10ULL
#define RIGHT_PROCESS_END 0x20ULL
#define RIGHT_PROCESS_AUDIT 0x40ULL
#define RIGHT_PROCESS_MANAGE 0x80ULL
#define RIGHTS_PROCESS_ALL 0xf7ULL

#define RIGHT_THREAD_CONTROL 0x10ULL
#define RIGHTS_THREAD_ALL 0x17ULL

#define RIGHT_ENDPOINT_CALL 0x10ULL
#define RIGHT_ENDPOINT_RECEIVE 0x20ULL
#define RIGHT_ENDPOINT_MINT 0x40ULL
#define RIGHTS_ENDPOINT_ALL 0x77ULL

#define RIGHT_BADGE_CALL 0x10ULL
#define RIGHTS_BADGE_ALL 0x17ULL

#define RIGHT_REPLY_ANSWER 0x10ULL
#define RIGHTS_REPLY_ALL 0x17ULL

#define RIGHT_NOTIFICATION_SIGNAL 0x10ULL
#define RIGHT_NOTIFICATION_WAIT 0x20ULL
#define RIGHTS_NOTIFICATION_ALL 0x37ULL

#define RIGHT_INTERRUPT_USE 0x10ULL
#define RIGHTS_INTERRUPT_ALL 0x17ULL

#define RIGHTS_LEASE_ALL 0x7ULL

#define RIGHT_QUOTA_AUDIT 0x10ULL
#define RIGHTS_QUOTA_ALL 0x17ULL

#define RIGHT_PLATFORM_MEMORY 0x10ULL
#define RIGHT_PLATFORM_PORTS 0x20ULL
#define RIGHT_PLATFORM_INTERRUPTS 0x40ULL
#define RIGHT_PLATFORM_LOG 0x80ULL
#define RIGHT_PLATFORM_POWER 0x100ULL
#define RIGHTS_PLATFORM_ALL 0x1f7ULL

// Kernel records; the order is that of the arrays in struct limits and struct quota_info.
enum record_type : uint32_t {
    RECORD_MEMORY = 0,
    RECORD_SPACE = 1,
    RECORD_PROCESS = 2,
    RECORD_THREAD = 3,
    RECORD_ENDPOINT = 4,
    RECORD_BADGE = 5,
    RECORD_REPLY = 6,
    RECORD_NOTIFICATION = 7,
    RECORD_INTERRUPT = 8,
    RECORD_LEASE = 9,
    RECORD_QUOTA = 10,
    RECORD_PLATFORM = 11,
    RECORD_MAPPING = 12,
    RECORD_COUNT = 13,
};

// Names for people ("memory"); "unknown" for other values, never null.
const char *object_type_name(uint32_t type);
const char *record_type_name(uint32_t record);

// All rights that a type has, common ones included; 0 for an unknown type.
uint64_t object_rights_all(uint32_t type);

// The name of one right bit (0 to 15) of a type; null when the type has no such right.
const char *object_right_name(uint32_t type, unsigned bit);
