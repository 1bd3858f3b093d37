// SPDX-License-Identifier: MIT
// abi/structs.h: structures shared by kernel and user space. All padding is named; reserved fields are 0.
// Made by tools/abigen; edit the TOML instead.

#pragma once

#include <stddef.h>
#include <stdint.h>

// A descriptor as programs hold it; a structure of its own, so that it is not taken for a number.
typedef struct desc {
    uint64_t value;
} desc_t;

// One descriptor to send, in the message page.
struct message_descriptor {
    uint64_t descriptor; // a descriptor of the sender
    uint32_t rights; // rights of the receiver's descriptor; a subset of the sender's
    uint32_t mode; // one of message_modes
};
static_assert(sizeof(struct message_descriptor) == 16);
static_assert(offsetof(struct message_descriptor, descriptor) == 0);
static_assert(offsetof(struct message_descriptor, rights) == 8);
static_assert(offsetof(struct message_descriptor, mode) == 12);

// One lent range of the caller's memory.
struct message_range {
    uint64_t address; // start, in the caller's space; 0 when shown to the server
    uint64_t length; // bytes
    uint64_t flags; // range_flags
};
static_assert(sizeof(struct message_range) == 24);
static_assert(offsetof(struct message_range, address) == 0);
static_assert(offsetof(struct message_range, length) == 8);
static_assert(offsetof(struct message_range, flags) == 16);

// One descriptor that arrived.
struct message_received {
    uint64_t descriptor; // in the receiver's table
    uint32_t rights; // its rights
    uint32_t type; // object type
};
static_assert(sizeof(struct message_received) == 16);
static_assert(offsetof(struct message_received, descriptor) == 0);
static_assert(offsetof(struct message_received, rights) == 8);
static_assert(offsetof(struct message_received, type) == 12);

// The registers of a faulting thread; the meaning of general[] is the architecture's (docs/syscalls.md).
struct fault_registers {
    uint64_t instruction; // address of the faulting instruction
    uint64_t stack; // stack pointer
    uint64_t frame; // frame pointer
    uint64_t flags; // processor flags
    uint64_t thread_pointer; // thread pointer
    uint64_t general_count; // valid entries of general
    uint64_t general[32]; // general registers in the architecture's order
};
static_assert(sizeof(struct fault_registers) == 304);
static_assert(offsetof(struct fault_registers, instruction) == 0);
static_assert(offsetof(struct fault_registers, stack) == 8);
static_assert(offsetof(struct fault_registers, frame) == 16);
static_assert(offsetof(struct fault_registers, flags) == 24);
static_assert(offsetof(struct fault_registers, thread_pointer) == 32);
static_assert(offsetof(struct fault_registers, general_count) == 40);
static_assert(offsetof(struct fault_registers, general) == 48);

// A thread's message page. The sender's part is read by call, reply and receive; the received part is written
// by the kernel.
struct message_page {
    struct message_descriptor send[4]; // descriptors to send; the header says how many
    struct message_range lend[2]; // ranges to lend; the header says how many (call only)
    uint64_t offer_slots; // descriptors that this thread accepts in what it receives next, 0 to 4
    uint64_t offer_bytes; // most that it accepts to pay for them: bytes of memory, and OFFER_RECORD_BYTES for each place of an endpoint
    struct message_received received[4]; // what arrived; the received header says how many
    struct message_range lent[2]; // what the caller lends; the received header says how many
    struct fault_registers registers; // of the faulting thread, when a fault call was received
    uint8_t scratch[3552]; // free for the thread
};
static_assert(sizeof(struct message_page) == 4096);
static_assert(offsetof(struct message_page, send) == 0);
static_assert(offsetof(struct message_page, lend) == 64);
static_assert(offsetof(struct message_page, offer_slots) == 112);
static_assert(offsetof(struct message_page, offer_bytes) == 120);
static_assert(offsetof(struct message_page, received) == 128);
static_assert(offsetof(struct message_page, lent) == 192);
static_assert(offsetof(struct message_page, registers) == 240);
static_assert(offsetof(struct message_page, scratch) == 544);

// descriptor_inspect: what a descriptor is.
struct descriptor_info {
    uint32_t type; // object type
    uint32_t kind; // 1 strong, 2 weak, 3 borrowed, 4 in transit (received), 5 in transit (sent)
    uint64_t rights; // rights bits
    uint64_t serial; // the object's serial number, never reused
    uint64_t strong; // strong descriptors of the object in the system
    uint64_t size; // memory: bytes; endpoint: badge places; interrupt: line; platform: length; else 0
    uint64_t value; // badge: its value; process: 0 unstarted, 1 running, 2 ended; thread: its slot; platform: base; memory: physical base or 0
    uint64_t mappings; // mappings made through this descriptor
    uint64_t charge; // bytes that this descriptor charges its holder
};
static_assert(sizeof(struct descriptor_info) == 64);
static_assert(offsetof(struct descriptor_info, type) == 0);
static_assert(offsetof(struct descriptor_info, kind) == 4);
static_assert(offsetof(struct descriptor_info, rights) == 8);
static_assert(offsetof(struct descriptor_info, serial) == 16);
static_assert(offsetof(struct descriptor_info, strong) == 24);
static_assert(offsetof(struct descriptor_info, size) == 32);
static_assert(offsetof(struct descriptor_info, value) == 40);
static_assert(offsetof(struct descriptor_info, mappings) == 48);
static_assert(offsetof(struct descriptor_info, charge) == 56);

// process_table: one descriptor of a process.
struct table_entry {
    uint64_t descriptor; // the value in that process
    uint32_t type; // object type
    uint32_t kind; // as in descriptor_info
    uint64_t rights; // rights bits
    uint64_t serial; // the object's serial number
};
static_assert(sizeof(struct table_entry) == 32);
static_assert(offsetof(struct table_entry, descriptor) == 0);
static_assert(offsetof(struct table_entry, type) == 8);
static_assert(offsetof(struct table_entry, kind) == 12);
static_assert(offsetof(struct table_entry, rights) == 16);
static_assert(offsetof(struct table_entry, serial) == 24);

// process_create: what is carved from the creator's quota for the child.
struct limits {
    uint64_t bytes; // bytes of memory, page tables and tables; at least the child's fixed needs
    uint32_t priority; // priority ceiling, 0 to 15, at most the creator's
    uint32_t weight; // share of the processor inside a priority, 1 to the creator's
    uint32_t records[13]; // of each record, in the order of records.names; at least 1 process, 1 space and 1 quota, the own ones of the child
    uint32_t reserved[15]; // 0
};
static_assert(sizeof(struct limits) == 128);
static_assert(offsetof(struct limits, bytes) == 0);
static_assert(offsetof(struct limits, priority) == 8);
static_assert(offsetof(struct limits, weight) == 12);
static_assert(offsetof(struct limits, records) == 16);
static_assert(offsetof(struct limits, reserved) == 68);

// quota_inspect, process_quota: limits and use.
struct quota_info {
    uint64_t serial; // serial of the quota
    uint64_t parent; // serial of its parent, 0 for the root
    uint64_t process; // serial of its process, 0 for the root
    uint64_t bytes_limit; // bytes
    uint64_t bytes_used; // bytes charged, what it carved for children included
    uint64_t bytes_carved; // of these, carved for children
    uint32_t priority; // ceiling
    uint32_t weight; // weight
    uint32_t records_limit[13]; // limit of each record
    uint32_t records_used[13]; // use of each record
    uint32_t threads; // threads alive in its process
    uint32_t descriptors; // descriptors in its process's table
    uint64_t cpu_time; // nanoseconds that its threads ran
    uint64_t reserved[10]; // 0
};
static_assert(sizeof(struct quota_info) == 256);
static_assert(offsetof(struct quota_info, serial) == 0);
static_assert(offsetof(struct quota_info, parent) == 8);
static_assert(offsetof(struct quota_info, process) == 16);
static_assert(offsetof(struct quota_info, bytes_limit) == 24);
static_assert(offsetof(struct quota_info, bytes_used) == 32);
static_assert(offsetof(struct quota_info, bytes_carved) == 40);
static_assert(offsetof(struct quota_info, priority) == 48);
static_assert(offsetof(struct quota_info, weight) == 52);
static_assert(offsetof(struct quota_info, records_limit) == 56);
static_assert(offsetof(struct quota_info, records_used) == 108);
static_assert(offsetof(struct quota_info, threads) == 160);
static_assert(offsetof(struct quota_info, descriptors) == 164);
static_assert(offsetof(struct quota_info, cpu_time) == 168);
static_assert(offsetof(struct quota_info, reserved) == 176);

// The read-only page at CLOCK_PAGE.
struct clock_page {
    uint64_t flags; // clock_flags; CLOCK_USE_CALL: the counter cannot be read or is not steady, use clock_read
    uint64_t counter_start; // counter value at monotonic time 0
    uint64_t multiplier; // ns = ((counter - start) * multiplier) >> shift, in 128 bits
    uint64_t shift; // see multiplier
    int64_t boot_seconds; // UNIX time at monotonic time 0; 0 when unknown
    uint64_t reserved[3]; // 0
};
static_assert(sizeof(struct clock_page) == 64);
static_assert(offsetof(struct clock_page, flags) == 0);
static_assert(offsetof(struct clock_page, counter_start) == 8);
static_assert(offsetof(struct clock_page, multiplier) == 16);
static_assert(offsetof(struct clock_page, shift) == 24);
static_assert(offsetof(struct clock_page, boot_seconds) == 32);
static_assert(offsetof(struct clock_page, reserved) == 40);

// A physical range that init may turn into memory objects.
struct boot_range {
    uint64_t base; // physical address
    uint64_t length; // bytes
    uint64_t kind; // BOOT_RANGE_ACPI or BOOT_RANGE_ACPI_NVS
};
static_assert(sizeof(struct boot_range) == 24);
static_assert(offsetof(struct boot_range, base) == 0);
static_assert(offsetof(struct boot_range, length) == 8);
static_assert(offsetof(struct boot_range, kind) == 16);

// The page that init finds at the address in its first argument. Descriptors are init's own; DESCRIPTOR_NONE
// when absent.
struct boot_info {
    uint64_t magic; // BOOT_INFO_MAGIC
    uint64_t size; // 4096
    uint64_t process; // init's own process
    uint64_t space; // its space
    uint64_t thread; // its first thread
    uint64_t quota; // the root quota, right audit
    uint64_t platform; // all of the platform
    uint64_t initrd; // memory object of the initrd, read only
    uint64_t initrd_size; // bytes
    uint64_t rsdp; // physical address of the ACPI RSDP, 0 when absent
    uint64_t framebuffer_base; // physical address, 0 when absent
    uint64_t framebuffer_width; // pixels
    uint64_t framebuffer_height; // pixels
    uint64_t framebuffer_pitch; // bytes a line
    uint64_t framebuffer_format; // bits per pixel, red size, red shift, green size, green shift, blue size, blue shift: a byte each from the lowest
    uint64_t interrupt_lines; // interrupt lines of the platform
    uint64_t memory_bytes; // usable memory
    uint64_t image_start; // lowest address of init's own image
    uint64_t image_end; // first address above init's image
    uint64_t stack_start; // lowest address of init's stack
    uint64_t stack_size; // bytes
    uint64_t range_count; // valid entries of ranges
    struct boot_range ranges[32]; // physical ranges of interest
    uint8_t command_line[2048]; // kernel command line, NUL-ended
    uint64_t entropy_source; // 1 processor instruction, 2 interrupt arrival jitter
    uint64_t framebuffer; // memory object of the pages that hold the framebuffer, write combining
    uint8_t reserved[1088]; // 0
};
static_assert(sizeof(struct boot_info) == 4096);
static_assert(offsetof(struct boot_info, magic) == 0);
static_assert(offsetof(struct boot_info, size) == 8);
static_assert(offsetof(struct boot_info, process) == 16);
static_assert(offsetof(struct boot_info, space) == 24);
static_assert(offsetof(struct boot_info, thread) == 32);
static_assert(offsetof(struct boot_info, quota) == 40);
static_assert(offsetof(struct boot_info, platform) == 48);
static_assert(offsetof(struct boot_info, initrd) == 56);
static_assert(offsetof(struct boot_info, initrd_size) == 64);
static_assert(offsetof(struct boot_info, rsdp) == 72);
static_assert(offsetof(struct boot_info, framebuffer_base) == 80);
static_assert(offsetof(struct boot_info, framebuffer_width) == 88);
static_assert(offsetof(struct boot_info, framebuffer_height) == 96);
static_assert(offsetof(struct boot_info, framebuffer_pitch) == 104);
static_assert(offsetof(struct boot_info, framebuffer_format) == 112);
static_assert(offsetof(struct boot_info, interrupt_lines) == 120);
static_assert(offsetof(struct boot_info, memory_bytes) == 128);
static_assert(offsetof(struct boot_info, image_start) == 136);
static_assert(offsetof(struct boot_info, image_end) == 144);
static_assert(offsetof(struct boot_info, stack_start) == 152);
static_assert(offsetof(struct boot_info, stack_size) == 160);
static_assert(offsetof(struct boot_info, range_count) == 168);
static_assert(offsetof(struct boot_info, ranges) == 176);
static_assert(offsetof(struct boot_info, command_line) == 944);
static_assert(offsetof(struct boot_info, entropy_source) == 2992);
static_assert(offsetof(struct boot_info, framebuffer) == 3000);
static_assert(offsetof(struct boot_info, reserved) == 3008);
