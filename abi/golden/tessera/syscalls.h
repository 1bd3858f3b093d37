// SPDX-License-Identifier: MIT
// tessera/syscalls.h: the system calls as C functions. Made by tools/abigen; edit the TOML instead.

#pragma once

#include <abi/constants.h>
#include <abi/status.h>
#include <abi/structs.h>
#include <abi/syscalls.h>
#include "syscall.h"

// What the port provides in user/lib/arch/ARCH/syscall.h (docs/decisions/0005-register-layout.md):
//
//   static inline status_t ts_syscall6(uint64_t number, uint64_t a0, ..., uint64_t a5, uint64_t results[3]);
//   static inline status_t ts_syscall_message(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
//                                             uint64_t words[8], uint64_t results[3]);
//
// All registers that a call does not name are unchanged or undefined as that page says; words go in and come
// back.
//
// Each stub below is one system call. Result pointers may be null; results are stored with errors too (0
// unless the call says otherwise). A new descriptor belongs to the caller, who releases it. Any call can
// return BAD_CALL when the kernel is older than this header.

// Make a second strong descriptor of the same object, with the same or fewer rights; the caller pays its full
// size.
// Does not block.
// - descriptor (descriptor): what to clone; not a received one in transit
// - rights (rights): rights of the new one
// - result clone: the new descriptor
// Errors: BAD_DESCRIPTOR, WRONG_KIND, NO_RIGHT, IN_TRANSIT, NO_QUOTA, TABLE_FULL.
static inline status_t ts_descriptor_clone(desc_t descriptor, uint64_t rights, desc_t *clone) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_DESCRIPTOR_CLONE, descriptor.value, rights, 0, 0, 0, 0,
        results);
    if (clone)
        *clone = (desc_t){results[0]};
    return error;
}

// Give a descriptor up: mappings made through it go, waits on it end with CLOSED; the last strong one ends
// the object.
// Does not block.
// - descriptor (descriptor): any kind
// Errors: BAD_DESCRIPTOR, IN_TRANSIT.
static inline status_t ts_descriptor_release(desc_t descriptor) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_DESCRIPTOR_RELEASE, descriptor.value, 0, 0, 0, 0, 0, results);
    return error;
}

// Move a strong descriptor into another process: the source loses it and the mappings made through it, the
// target gains right and charge.
// Does not block.
// - descriptor (descriptor): what to move
// - target (descriptor): where to
// - rights (rights): rights in the target
// - result moved: the descriptor in the target's table
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, NO_QUOTA, TABLE_FULL, SELF,
// WOULD_ORPHAN, PROCESS_ENDED.
static inline status_t ts_descriptor_transfer(desc_t descriptor, desc_t target, uint64_t rights,
    desc_t *moved) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_DESCRIPTOR_TRANSFER, descriptor.value, target.value, rights, 0,
        0, 0, results);
    if (moved)
        *moved = (desc_t){results[0]};
    return error;
}

// Make a weak descriptor that names the same object, costs nothing and does not keep it.
// Does not block.
// - descriptor (descriptor): a strong one
// - result weak: the weak one, with the same rights
// Errors: BAD_DESCRIPTOR, WRONG_KIND, IN_TRANSIT, NO_QUOTA, TABLE_FULL.
static inline status_t ts_descriptor_weaken(desc_t descriptor, desc_t *weak) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_DESCRIPTOR_WEAKEN, descriptor.value, 0, 0, 0, 0, 0, results);
    if (weak)
        *weak = (desc_t){results[0]};
    return error;
}

// Make a strong descriptor from a weak one, if the object still lives; the caller pays its full size.
// Does not block.
// - descriptor (descriptor): a weak one
// - result strong: the strong one
// Errors: BAD_DESCRIPTOR, WRONG_KIND, IN_TRANSIT, DEAD, NO_QUOTA, TABLE_FULL.
static inline status_t ts_descriptor_strengthen(desc_t descriptor, desc_t *strong) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_DESCRIPTOR_STRENGTHEN, descriptor.value, 0, 0, 0, 0, 0,
        results);
    if (strong)
        *strong = (desc_t){results[0]};
    return error;
}

// What a descriptor is: type, kind, rights, serial, size.
// Does not block.
// - descriptor (descriptor): any kind; one in transit too
// - info (out): where to
// - info_size (size): size of struct descriptor_info
// Errors: BAD_DESCRIPTOR, BAD_ADDRESS, BAD_ALIGNMENT, BAD_SIZE.
static inline status_t ts_descriptor_inspect(desc_t descriptor, struct descriptor_info *info,
    uint64_t info_size) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_DESCRIPTOR_INSPECT, descriptor.value, (uintptr_t)info,
        info_size, 0, 0, 0, results);
    return error;
}

// Make an anonymous memory object, zero-filled; all of it is paid now, so that no touch can fail later.
// Does not block.
// - size (size): bytes, rounded up to pages
// - flags (flags): 0
// - result memory: with all rights
// Errors: BAD_SIZE, BAD_FLAGS, NO_QUOTA, TABLE_FULL.
static inline status_t ts_memory_allocate(uint64_t size, uint64_t flags, desc_t *memory) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_MEMORY_ALLOCATE, size, flags, 0, 0, 0, 0, results);
    if (memory)
        *memory = (desc_t){results[0]};
    return error;
}

// Make a memory object of a physical range (device, framebuffer, firmware table) that the platform descriptor
// covers and that is not ordinary memory.
// Does not block.
// - platform (descriptor): covers the range
// - base (u64): physical address, page aligned
// - size (size): bytes, a multiple of the page size
// - flags (flags): 0: cached
// - result memory: with all rights but execute
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_ALIGNMENT, BAD_SIZE, BAD_FLAGS,
// OUT_OF_RANGE, TAKEN, NO_QUOTA, TABLE_FULL.
static inline status_t ts_memory_physical(desc_t platform, uint64_t base, uint64_t size, uint64_t flags,
    desc_t *memory) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_MEMORY_PHYSICAL, platform.value, base, size, flags, 0, 0,
        results);
    if (memory)
        *memory = (desc_t){results[0]};
    return error;
}

// Make a memory object immutable for ever; needs its only strong descriptor, and no writable mapping.
// Does not block.
// - memory (descriptor): anonymous
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, MAPPED, SELF, SEALED.
static inline status_t ts_memory_seal(desc_t memory) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_MEMORY_SEAL, memory.value, 0, 0, 0, 0, 0, results);
    return error;
}

// Make a further address space of the caller's process.
// Does not block.
// - result space: with all rights
// Errors: NO_QUOTA, TABLE_FULL.
static inline status_t ts_space_create(desc_t *space) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_SPACE_CREATE, 0, 0, 0, 0, 0, 0, results);
    if (space)
        *space = (desc_t){results[0]};
    return error;
}

// Map part of a memory object. The descriptor is looked up in the table of the process that owns the space,
// and the mapping hangs under it.
// Does not block.
// - space (descriptor, optional): 0: the caller's own; another process's needs the right insert too
// - memory (u64): a descriptor of the process that owns the space: strong or in transit, right map and those
//   that flags ask for
// - address (page): where
// - offset (u64): in the object, page aligned
// - length (size): bytes, rounded up to pages
// - flags (flags): at least MAP_READ; not MAP_WRITE with MAP_EXECUTE
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_ALIGNMENT, BAD_ADDRESS, BAD_SIZE,
// BAD_FLAGS, OUT_OF_RANGE, OVERLAP, WRITE_EXECUTE, NO_QUOTA, SEALED, PROCESS_ENDED.
static inline status_t ts_space_map(desc_t space, uint64_t memory, uint64_t address, uint64_t offset,
    uint64_t length, uint64_t flags) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_SPACE_MAP, space.value, memory, address, offset, length, flags,
        results);
    return error;
}

// Remove the mapping that starts at an address, whole.
// Does not block.
// - space (descriptor, optional): 0: the caller's own
// - address (page): start of a mapping
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_ALIGNMENT, BAD_ADDRESS,
// NOT_MAPPED.
static inline status_t ts_space_unmap(desc_t space, uint64_t address) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_SPACE_UNMAP, space.value, address, 0, 0, 0, 0, results);
    return error;
}

// Change what the mapping that starts at an address allows, within the rights of the descriptor it was made
// through.
// Does not block.
// - space (descriptor, optional): 0: the caller's own
// - address (page): start of a mapping
// - flags (flags): as for space_map
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_ALIGNMENT, BAD_ADDRESS,
// BAD_FLAGS, NOT_MAPPED, WRITE_EXECUTE, SEALED.
static inline status_t ts_space_protect(desc_t space, uint64_t address, uint64_t flags) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_SPACE_PROTECT, space.value, address, flags, 0, 0, 0, results);
    return error;
}

// Wait until woken, if the 32-bit word still holds the expected value. Waiters meet on (memory object,
// offset).
// May block.
// - address (u64): of the word in the caller's space, 4-byte aligned, readable
// - expected (u32): value
// - deadline (deadline): when to give up
// Errors: BAD_ADDRESS, BAD_ALIGNMENT, BAD_VALUE, CHANGED, TIMED_OUT, CLOSED.
static inline status_t ts_futex_wait(uint64_t address, uint32_t expected, uint64_t deadline) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_FUTEX_WAIT, address, expected, deadline, 0, 0, 0, results);
    return error;
}

// Wake waiters of a word, the longest waiting first.
// Does not block.
// - address (u64): of the word in the caller's space, 4-byte aligned, readable
// - count (u64): at most so many; to wake more, call again
// - result woken: threads woken
// Errors: BAD_ADDRESS, BAD_ALIGNMENT, BAD_VALUE.
static inline status_t ts_futex_wake(uint64_t address, uint64_t count, uint64_t *woken) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_FUTEX_WAKE, address, count, 0, 0, 0, 0, results);
    if (woken)
        *woken = results[0];
    return error;
}

// Make a process with a space and a quota carved from the caller's. Its faults and its end go to the
// supervisor.
// Does not block.
// - supervisor (descriptor): hears of faults and of the end
// - value (u64): badge value of those messages
// - limits (in): what to carve
// - limits_size (size): size of struct limits
// - result process: with all rights
// - result space: its space, with all rights
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_ADDRESS, BAD_ALIGNMENT, BAD_SIZE,
// BAD_FLAGS, BAD_VALUE, NO_QUOTA, TABLE_FULL.
static inline status_t ts_process_create(desc_t supervisor, uint64_t value, const struct limits *limits,
    uint64_t limits_size, desc_t *process, desc_t *space) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_PROCESS_CREATE, supervisor.value, value, (uintptr_t)limits,
        limits_size, 0, 0, results);
    if (process)
        *process = (desc_t){results[0]};
    if (space)
        *space = (desc_t){results[1]};
    return error;
}

// End a process from outside (kill). Returns at once; the supervisor hears when it is gone.
// Does not block.
// - process (descriptor): not the caller's own
// - status (u64): status to report
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE, SELF, PROCESS_ENDED.
static inline status_t ts_process_end(desc_t process, uint64_t status) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_PROCESS_END, process.value, status, 0, 0, 0, 0, results);
    return error;
}

// End the caller's own process. Does not return when it succeeds.
// May block.
// - status (u64): status to report
// Errors: BAD_VALUE.
static inline status_t ts_process_exit(uint64_t status) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_PROCESS_EXIT, status, 0, 0, 0, 0, 0, results);
    return error;
}

// List the descriptors of a process, from an index on.
// Does not block.
// - process (descriptor, optional): 0: the caller's own
// - index (u64): first table index to look at
// - entries (out): where to
// - count (size): room, in entries
// - result filled: entries written
// - result next: index to go on from; DESCRIPTORS_PER_PROCESS at the end
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE, BAD_SIZE, BAD_ADDRESS,
// BAD_ALIGNMENT, PROCESS_ENDED.
static inline status_t ts_process_table(desc_t process, uint64_t index, struct table_entry *entries,
    uint64_t count, uint64_t *filled, uint64_t *next) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_PROCESS_TABLE, process.value, index, (uintptr_t)entries, count,
        0, 0, results);
    if (filled)
        *filled = results[0];
    if (next)
        *next = results[1];
    return error;
}

// Limits and use of a process's quota.
// Does not block.
// - process (descriptor, optional): 0: the caller's own
// - info (out): where to
// - info_size (size): size of struct quota_info
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_ADDRESS, BAD_ALIGNMENT, BAD_SIZE,
// PROCESS_ENDED.
static inline status_t ts_process_quota(desc_t process, struct quota_info *info, uint64_t info_size) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_PROCESS_QUOTA, process.value, (uintptr_t)info, info_size, 0, 0,
        0, results);
    return error;
}

// Limits and use of a quota or of one below it, in order of serial numbers.
// Does not block.
// - quota (descriptor): the subtree's root
// - after (u64): the quota of the subtree with the lowest serial above this one; 0 starts
// - info (out): where to
// - info_size (size): size of struct quota_info
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_ADDRESS, BAD_ALIGNMENT, BAD_SIZE,
// NOTHING_LEFT.
static inline status_t ts_quota_inspect(desc_t quota, uint64_t after, struct quota_info *info,
    uint64_t info_size) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_QUOTA_INSPECT, quota.value, after, (uintptr_t)info, info_size,
        0, 0, results);
    return error;
}

// Make a thread of a process, not running yet, with its message page.
// Does not block.
// - process (descriptor, optional): 0: the caller's own
// - priority (u64): 0 to the ceiling of the process's quota
// - result thread: with all rights
// - result message: address of its message page
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE, NO_QUOTA, TABLE_FULL,
// PROCESS_ENDED.
static inline status_t ts_thread_create(desc_t process, uint64_t priority, desc_t *thread,
    uint64_t *message) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_THREAD_CREATE, process.value, priority, 0, 0, 0, 0, results);
    if (thread)
        *thread = (desc_t){results[0]};
    if (message)
        *message = results[1];
    return error;
}

// Let a thread run. Its first two argument registers hold the argument and the address of its message page.
// The first start starts the process.
// Does not block.
// - thread (descriptor): created, not started
// - entry (u64): user address
// - stack (u64): user address, 16-byte aligned
// - argument (u64): first argument register
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_ADDRESS, BAD_ALIGNMENT, STARTED,
// PROCESS_ENDED.
static inline status_t ts_thread_start(desc_t thread, uint64_t entry, uint64_t stack, uint64_t argument) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_THREAD_START, thread.value, entry, stack, argument, 0, 0,
        results);
    return error;
}

// End the calling thread; the last one ends the process. Does not return.
// May block.
static inline status_t ts_thread_exit(void) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_THREAD_EXIT, 0, 0, 0, 0, 0, 0, results);
    return error;
}

// Let other threads of the same priority run first.
// Does not block.
static inline status_t ts_thread_yield(void) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_THREAD_YIELD, 0, 0, 0, 0, 0, 0, results);
    return error;
}

// Set a thread's priority, up to its quota's ceiling.
// Does not block.
// - thread (descriptor, optional): 0: the calling one
// - priority (u64): 0 to the ceiling
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE, PROCESS_ENDED.
static inline status_t ts_thread_priority(desc_t thread, uint64_t priority) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_THREAD_PRIORITY, thread.value, priority, 0, 0, 0, 0, results);
    return error;
}

// Set the calling thread's thread pointer register.
// Does not block.
// - value (u64): a user address, or 0
// Errors: BAD_ADDRESS.
static inline status_t ts_thread_pointer(uint64_t value) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_THREAD_POINTER, value, 0, 0, 0, 0, 0, results);
    return error;
}

// Make an endpoint with places for badges.
// Does not block.
// - places (u64): badges that can exist at a time
// - result endpoint: with all rights
// Errors: BAD_VALUE, NO_QUOTA, TABLE_FULL.
static inline status_t ts_endpoint_create(uint64_t places, desc_t *endpoint) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_ENDPOINT_CREATE, places, 0, 0, 0, 0, 0, results);
    if (endpoint)
        *endpoint = (desc_t){results[0]};
    return error;
}

// Mint a badge of an endpoint. Calls made through it arrive with its value.
// Does not block.
// - endpoint (descriptor): whose
// - value (u64): not used by another badge of this endpoint
// - result badge: with all rights
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE, DUPLICATE, NO_PLACE,
// NO_QUOTA, TABLE_FULL.
static inline status_t ts_badge_create(desc_t endpoint, uint64_t value, desc_t *badge) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_BADGE_CREATE, endpoint.value, value, 0, 0, 0, 0, results);
    if (badge)
        *badge = (desc_t){results[0]};
    return error;
}

// End a badge: calls through it end with CANCELLED, its descriptors become useless, its place is free when
// they are gone.
// Does not block.
// - endpoint (descriptor): whose
// - value (u64): which
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE, DEAD.
static inline status_t ts_badge_destroy(desc_t endpoint, uint64_t value) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_BADGE_DESTROY, endpoint.value, value, 0, 0, 0, 0, results);
    return error;
}

// Send a message and wait for the answer.
// May block.
// - target (descriptor): where to
// - header (u64): label in bits 0..31, counts of descriptors and ranges; other bits 0
// - deadline (deadline): when to give up
// - words: the message, in and out
// - result header_out: of the answer
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_FLAGS, BAD_VALUE, BAD_ADDRESS,
// DUPLICATE, MAPPED, SELF, NOT_OFFERED, NO_QUOTA, NO_SERVER, SERVER_DIED, DROPPED, CANCELLED, CLOSED, DEAD,
// TIMED_OUT.
static inline status_t ts_call(desc_t target, uint64_t header, uint64_t deadline,
    uint64_t words[MESSAGE_WORDS], uint64_t *header_out) {
    uint64_t results[3];
    const status_t error = ts_syscall_message(SYSCALL_CALL, target.value, header, deadline, words, results);
    if (header_out)
        *header_out = results[1];
    return error;
}

// Wait for a call, an event, or bits of the bound notification.
// May block.
// - endpoint (descriptor): where
// - deadline (deadline): when to give up
// - words: the message, in and out
// - result badge: badge value of the caller; 0 without badge
// - result header: of the message
// - result call_number: given by the kernel, never the same for two calls
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE, REPLY_PENDING, CLOSED,
// TIMED_OUT.
static inline status_t ts_receive(desc_t endpoint, uint64_t deadline, uint64_t words[MESSAGE_WORDS],
    uint64_t *badge, uint64_t *header, uint64_t *call_number) {
    uint64_t results[3];
    const status_t error = ts_syscall_message(SYSCALL_RECEIVE, endpoint.value, 0, deadline, words, results);
    if (badge)
        *badge = results[0];
    if (header)
        *header = results[1];
    if (call_number)
        *call_number = results[2];
    return error;
}

// Answer a call: the one that this thread received last, or one kept in a reply object.
// Does not block.
// - reply (descriptor, optional): 0: the thread's own
// - header (u64): label, count of descriptors, HEADER_GIVE_BACK
// - words: the message, in and out
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_FLAGS, BAD_VALUE, DUPLICATE,
// MAPPED, NOT_OFFERED, NO_QUOTA, NO_CALL, CALLER_GONE.
static inline status_t ts_reply(desc_t reply, uint64_t header, uint64_t words[MESSAGE_WORDS]) {
    uint64_t results[3];
    const status_t error = ts_syscall_message(SYSCALL_REPLY, reply.value, header, 0, words, results);
    return error;
}

// Answer the call that this thread received last, then receive. An error of the answer is returned and
// nothing is received.
// May block.
// - endpoint (descriptor): where to receive
// - header (u64): of the answer
// - deadline (deadline): of the receive
// - words: the message, in and out
// - result badge: as for receive
// - result header_out: as for receive
// - result call_number: as for receive
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_FLAGS, BAD_VALUE, DUPLICATE,
// MAPPED, NOT_OFFERED, NO_QUOTA, NO_CALL, CALLER_GONE, CLOSED, TIMED_OUT.
static inline status_t ts_reply_and_receive(desc_t endpoint, uint64_t header, uint64_t deadline,
    uint64_t words[MESSAGE_WORDS], uint64_t *badge, uint64_t *header_out, uint64_t *call_number) {
    uint64_t results[3];
    const status_t error = ts_syscall_message(SYSCALL_REPLY_AND_RECEIVE, endpoint.value, header, deadline,
        words, results);
    if (badge)
        *badge = results[0];
    if (header_out)
        *header_out = results[1];
    if (call_number)
        *call_number = results[2];
    return error;
}

// Make an empty reply object, to keep a call in.
// Does not block.
// - result reply: with all rights
// Errors: NO_QUOTA, TABLE_FULL.
static inline status_t ts_reply_create(desc_t *reply) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_REPLY_CREATE, 0, 0, 0, 0, 0, 0, results);
    if (reply)
        *reply = (desc_t){results[0]};
    return error;
}

// Move the call that this thread received last into an empty reply object, so that any thread of the process
// can answer it later.
// Does not block.
// - reply (descriptor): empty
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, NO_CALL, REPLY_PENDING, CALLER_GONE.
static inline status_t ts_reply_keep(desc_t reply) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_REPLY_KEEP, reply.value, 0, 0, 0, 0, 0, results);
    return error;
}

// Copy from a range that the caller lent with its call.
// Does not block.
// - reply (descriptor, optional): 0: the thread's own call
// - range (u64): 0 or 1
// - offset (u64): in the range
// - buffer (out): in the server's space
// - length (size): bytes
// - result copied: bytes copied; also set with LENT_FAULT and BAD_ADDRESS
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE, BAD_SIZE, OUT_OF_RANGE,
// BAD_ADDRESS, NO_CALL, CALLER_GONE, LENT_FAULT.
static inline status_t ts_lent_read(desc_t reply, uint64_t range, uint64_t offset, void *buffer,
    uint64_t length, uint64_t *copied) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_LENT_READ, reply.value, range, offset, (uintptr_t)buffer,
        length, 0, results);
    if (copied)
        *copied = results[0];
    return error;
}

// Copy into a range that the caller lent with its call.
// Does not block.
// - reply (descriptor, optional): 0: the thread's own call
// - range (u64): 0 or 1
// - offset (u64): in the range
// - buffer (in): in the server's space
// - length (size): bytes
// - result copied: bytes copied; also set with LENT_FAULT and BAD_ADDRESS
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE, BAD_SIZE, OUT_OF_RANGE,
// BAD_ADDRESS, NO_CALL, CALLER_GONE, LENT_FAULT.
static inline status_t ts_lent_write(desc_t reply, uint64_t range, uint64_t offset, const void *buffer,
    uint64_t length, uint64_t *copied) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_LENT_WRITE, reply.value, range, offset, (uintptr_t)buffer,
        length, 0, results);
    if (copied)
        *copied = results[0];
    return error;
}

// Make a notification: 64 bits and a timer.
// Does not block.
// - result notification: with all rights
// Errors: NO_QUOTA, TABLE_FULL.
static inline status_t ts_notification_create(desc_t *notification) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_NOTIFICATION_CREATE, 0, 0, 0, 0, 0, 0, results);
    if (notification)
        *notification = (desc_t){results[0]};
    return error;
}

// Raise bits.
// Does not block.
// - notification (descriptor): which
// - bits (u64): bits to raise
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE.
static inline status_t ts_notification_signal(desc_t notification, uint64_t bits) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_NOTIFICATION_SIGNAL, notification.value, bits, 0, 0, 0, 0,
        results);
    return error;
}

// Wait until one of the bits in a mask is raised; takes and clears all raised bits of the mask. One thread at
// a time can wait.
// May block.
// - notification (descriptor): which
// - mask (u64): bits of interest
// - deadline (deadline): when to give up
// - result bits: what was raised
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE, BOUND, CLOSED, TIMED_OUT.
static inline status_t ts_notification_wait(desc_t notification, uint64_t mask, uint64_t deadline,
    uint64_t *bits) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_NOTIFICATION_WAIT, notification.value, mask, deadline, 0, 0, 0,
        results);
    if (bits)
        *bits = results[0];
    return error;
}

// Raise bits at a time; replaces what was set before.
// Does not block.
// - notification (descriptor): which
// - bits (u64): bits to raise; 0 with DEADLINE_NONE only
// - when (u64): absolute monotonic nanoseconds; DEADLINE_NONE: stop the timer
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE.
static inline status_t ts_notification_timer(desc_t notification, uint64_t bits, uint64_t when) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_NOTIFICATION_TIMER, notification.value, bits, when, 0, 0, 0,
        results);
    return error;
}

// Let the calling thread's receive hear this notification's bits too.
// Does not block.
// - notification (descriptor, optional): 0: end the binding
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BOUND, NOT_BOUND.
static inline status_t ts_notification_bind(desc_t notification) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_NOTIFICATION_BIND, notification.value, 0, 0, 0, 0, 0, results);
    return error;
}

// Take an interrupt line; it stays masked until it is bound.
// Does not block.
// - platform (descriptor): covers the line
// - line (u64): number of the platform
// - flags (flags): INTERRUPT_AS_WIRED: as the firmware tables say
// - result interrupt: with all rights
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_FLAGS, OUT_OF_RANGE, TAKEN,
// NO_QUOTA, TABLE_FULL.
static inline status_t ts_interrupt_create(desc_t platform, uint64_t line, uint64_t flags,
    desc_t *interrupt) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_INTERRUPT_CREATE, platform.value, line, flags, 0, 0, 0,
        results);
    if (interrupt)
        *interrupt = (desc_t){results[0]};
    return error;
}

// Raise bits of a notification at each interrupt, and unmask the line. It is masked at each interrupt until
// interrupt_ack.
// Does not block.
// - interrupt (descriptor): which
// - notification (descriptor): whom to tell
// - bits (u64): bits to raise
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE, BOUND.
static inline status_t ts_interrupt_bind(desc_t interrupt, desc_t notification, uint64_t bits) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_INTERRUPT_BIND, interrupt.value, notification.value, bits, 0,
        0, 0, results);
    return error;
}

// Unmask the line after an interrupt was handled.
// Does not block.
// - interrupt (descriptor): which
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, NOT_BOUND.
static inline status_t ts_interrupt_ack(desc_t interrupt) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_INTERRUPT_ACK, interrupt.value, 0, 0, 0, 0, 0, results);
    return error;
}

// Make a platform descriptor for a part: one kind, one range.
// Does not block.
// - platform (descriptor): covers the part and has the kind's right
// - kind (flags): what it is about
// - base (u64): first address, port or line; 0 for the log and power
// - length (u64): how many; 1 for the log and power
// - result part: with the right of its kind, and those of clone, transfer and inspect that the whole has
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, IN_TRANSIT, BAD_FLAGS, BAD_VALUE, NO_RIGHT, OUT_OF_RANGE,
// NO_QUOTA, TABLE_FULL.
static inline status_t ts_platform_restrict(desc_t platform, uint64_t kind, uint64_t base, uint64_t length,
    desc_t *part) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_PLATFORM_RESTRICT, platform.value, kind, base, length, 0, 0,
        results);
    if (part)
        *part = (desc_t){results[0]};
    return error;
}

// Read an I/O port.
// Does not block.
// - platform (descriptor): covers the port
// - port (u64): number
// - width (u64): 1, 2 or 4 bytes
// - result value: what was read
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE, OUT_OF_RANGE, NOT_HERE.
static inline status_t ts_port_read(desc_t platform, uint64_t port, uint64_t width, uint64_t *value) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_PORT_READ, platform.value, port, width, 0, 0, 0, results);
    if (value)
        *value = results[0];
    return error;
}

// Write an I/O port.
// Does not block.
// - platform (descriptor): covers the port
// - port (u64): number
// - width (u64): 1, 2 or 4 bytes
// - value (u64): what to write
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_VALUE, OUT_OF_RANGE, NOT_HERE.
static inline status_t ts_port_write(desc_t platform, uint64_t port, uint64_t width, uint64_t value) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_PORT_WRITE, platform.value, port, width, value, 0, 0, results);
    return error;
}

// Add a line to the kernel log; it also goes to the kernel's early console until a driver takes that device.
// Does not block.
// - platform (descriptor): carries the right
// - text (in): bytes
// - length (size): bytes
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_ADDRESS, BAD_SIZE.
static inline status_t ts_log_write(desc_t platform, const void *text, uint64_t length) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_LOG_WRITE, platform.value, (uintptr_t)text, length, 0, 0, 0,
        results);
    return error;
}

// Read the kernel log from a position; older text that was overwritten is skipped.
// Does not block.
// - platform (descriptor): carries the right
// - position (u64): bytes since boot
// - buffer (out): where to
// - length (size): room
// - result filled: bytes written; 0 at the end
// - result next: position to go on from
// Errors: BAD_DESCRIPTOR, WRONG_TYPE, WRONG_KIND, NO_RIGHT, IN_TRANSIT, BAD_ADDRESS, BAD_SIZE.
static inline status_t ts_log_read(desc_t platform, uint64_t position, void *buffer, uint64_t length,
    uint64_t *filled, uint64_t *next) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_LOG_READ, platform.value, position, (uintptr_t)buffer, length,
        0, 0, results);
    if (filled)
        *filled = results[0];
    if (next)
        *next = results[1];
    return error;
}

// Monotonic time since the kernel started.
// Does not block.
// - result time: nanoseconds
static inline status_t ts_clock_read(uint64_t *time) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_CLOCK_READ, 0, 0, 0, 0, 0, 0, results);
    if (time)
        *time = results[0];
    return error;
}

// Random bytes.
// Does not block.
// - buffer (out): where to
// - length (size): bytes
// Errors: BAD_ADDRESS, BAD_SIZE, NOT_SEEDED.
static inline status_t ts_entropy_read(void *buffer, uint64_t length) {
    uint64_t results[3];
    const status_t error = ts_syscall6(SYSCALL_ENTROPY_READ, (uintptr_t)buffer, length, 0, 0, 0, 0, results);
    return error;
}
