// SPDX-License-Identifier: MIT
// abi/constants.h: numbers and flag bits shared by kernel and user space. Made by tools/abigen; edit the TOML
// instead.

#pragma once

#define PAGE_SIZE 4096ULL // bytes of a page on every architecture
#define USER_START 65536ULL // lowest address that can be mapped
#define USER_END 0x7fffffe00000ULL // first address above what space_map accepts
#define SPACE_FIXED 0x7fffffe00000ULL // 2 MiB that the kernel maps itself: the clock page, then message pages
#define SPACE_FIXED_SIZE 0x200000ULL // bytes of that part
#define CLOCK_PAGE 0x7fffffe00000ULL // the read-only clock page
#define MESSAGE_PAGES 0x7fffffe01000ULL // message page of the process's thread slot n, at n pages above
#define THREADS_PER_PROCESS 511ULL // thread slots of one process
#define DESCRIPTORS_PER_PROCESS 32768ULL // slots of one descriptor table
#define DESCRIPTOR_NONE 0ULL // never a valid descriptor
#define DESCRIPTOR_INDEX_BITS 24ULL // low bits of a descriptor value; the generation stands above
#define DEADLINE_NONE 0xffffffffffffffffULL // wait without a deadline
#define MESSAGE_WORDS 8ULL // words of a message, all in registers
#define MESSAGE_DESCRIPTORS 4ULL // most descriptors in a message
#define OFFER_RECORD_BYTES 512ULL // what a place of an endpoint counts in offer_bytes
#define MESSAGE_RANGES 2ULL // most lent ranges in a call
#define LENT_COPY_MAX 65536ULL // most bytes that one lent_read or lent_write copies
#define PRIORITY_COUNT 16ULL // priorities 0 (lowest) to 15
#define MEMORY_SIZE_MAX 0x400000000000ULL // largest memory object in bytes
#define MAPPING_SIZE_MAX 0x8000000000ULL // largest single mapping in bytes (512 GiB)
#define ENTROPY_MAX 256ULL // most bytes of one entropy_read
#define LOG_LINE_MAX 512ULL // most bytes of one log_write
#define LOG_READ_MAX 4096ULL // most bytes of one log_read
#define FUTEX_WAKE_MAX 64ULL // most threads that one futex_wake wakes
#define TABLE_LIST_MAX 64ULL // most entries of one process_table
#define BADGE_PLACES_MAX 4096ULL // most badge places of one endpoint
#define HEADER_DESCRIPTORS_SHIFT 32ULL // bits 32..34: descriptors in the message page, 0 to 4
#define HEADER_RANGES_SHIFT 36ULL // bits 36..37: lent ranges in the message page, 0 to 2 (call only)
#define HEADER_GIVE_BACK 0x10000000000ULL // bit 40, reply only: moved descriptors of the call go back to the caller
#define HEADER_EVENT 0x20000000000ULL // bit 41, set by the kernel on receive: not a call, nothing to answer (label is an EVENT_ value)
#define HEADER_KERNEL 0x40000000000ULL // bit 42, set by the kernel on receive: a fault call sent by the kernel (label is a FAULT_ value); its range 0 lends the whole address space of the process to read, with addresses as offsets
#define EVENT_NOTIFIED 1ULL // bits of the bound notification; word 0: the bits
#define EVENT_BADGE_CLOSED 2ULL // the last descriptor of the badge is gone; the place is free again
#define EVENT_PROCESS_ENDED 3ULL // word 0: END_ reason, word 1: status, word 2: fault address, word 3: fault instruction
#define FAULT_ACCESS 16ULL // page fault that the kernel cannot resolve; word 0: address, 1: instruction, 2: ACCESS_ kind, 3: thread slot
#define FAULT_EXCEPTION 17ULL // other exception; word 0: number of the architecture, 1: instruction, 2: error code, 3: thread slot
#define ACCESS_READ 1ULL // a load
#define ACCESS_WRITE 2ULL // a store
#define ACCESS_EXECUTE 3ULL // an instruction fetch
#define FAULT_REPLY_RESUME 1ULL // label of the answer: run the faulting instruction again
#define FAULT_REPLY_END 2ULL // label of the answer: end the process
#define END_EXITED 1ULL // process_exit
#define END_KILLED 2ULL // process_end by another process
#define END_FAULTED 3ULL // ended for a fault
#define END_LAST_THREAD 4ULL // its last thread ended; only of a process that was started
#define BOOT_INFO_MAGIC 0x31415245535345a7ULL // boot_info.magic
#define BOOT_RANGE_ACPI 1ULL // boot_range.kind: ACPI tables
#define BOOT_RANGE_ACPI_NVS 2ULL // boot_range.kind: ACPI non-volatile storage

// memory_flags: memory_allocate.
#define MEMORY_FLAGS_ALL 0x0ULL

// cache_flags: memory_physical: how the range is cached.
#define CACHE_UNCACHED 0x1ULL
#define CACHE_WRITE_COMBINING 0x2ULL
#define CACHE_FLAGS_ALL 0x3ULL

// map_flags: space_map, space_protect: what the mapping allows.
#define MAP_READ 0x1ULL
#define MAP_WRITE 0x2ULL
#define MAP_EXECUTE 0x4ULL
#define MAP_FLAGS_ALL 0x7ULL

// interrupt_flags: interrupt_create.
#define INTERRUPT_LEVEL 0x1ULL
#define INTERRUPT_LOW 0x2ULL
#define INTERRUPT_AS_WIRED 0x4ULL
#define INTERRUPT_FLAGS_ALL 0x7ULL

// range_flags: what the server may do with a lent range.
#define RANGE_READ 0x1ULL
#define RANGE_WRITE 0x2ULL
#define RANGE_FLAGS_ALL 0x3ULL

// restrict_kind: platform_restrict: what the new descriptor is about (one of them).
#define PLATFORM_MEMORY 0x10ULL
#define PLATFORM_PORTS 0x20ULL
#define PLATFORM_INTERRUPTS 0x40ULL
#define PLATFORM_LOG 0x80ULL
#define PLATFORM_POWER 0x100ULL
#define RESTRICT_KIND_ALL 0x1f0ULL

// message_modes: how a descriptor travels in a message (one of them).
#define DESCRIPTOR_MOVE 0x1ULL
#define DESCRIPTOR_CLONE 0x2ULL
#define MESSAGE_MODES_ALL 0x3ULL

// clock_flags: flags of the clock page.
#define CLOCK_USE_CALL 0x1ULL
#define CLOCK_FLAGS_ALL 0x1ULL
