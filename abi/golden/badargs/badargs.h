// SPDX-License-Identifier: MIT
// badargs/badargs.h: every system call x argument x class of bad value, and the grammar of calls, for test
// programs. Made by tools/abigen; edit the TOML instead.

#pragma once

#include <stddef.h>
#include <stdint.h>

// The test program makes one value of each kind, then runs every row: argument registers from
// grammar_find(row->call)->arguments[i].valid_kind and .valid, but the one at row->argument from row->kind
// and row->value; message words 0. The status must be row->expected (or row->also, when not 0), and nothing
// may have changed: process_quota and the count of descriptors are as before the row. A row whose value
// cannot be made here (no platform descriptor, no device) is skipped and counted. Rows can run in place, one
// after another: a refused call does not block and spoils no value, so values can be used again.
//
// The grammar serves random calls too: pick a call, then for each argument mostly a value that fits its kind,
// sometimes a row's. Every status that comes back must be OK or one of the call's errors.

// How a value is made; `value` is the parameter.
enum badarg_kind : uint8_t {
    BADARG_NUMBER, // the value itself
    BADARG_OBJECT, // a strong descriptor of object type `value`, with all rights
    BADARG_RELEASED, // a descriptor of type `value` after its release
    BADARG_REUSED, // the same, and another descriptor has its slot now
    BADARG_GENERATION, // a live descriptor of type `value`, plus one generation
    BADARG_WEAK, // a weak descriptor of type `value`, with all rights
    BADARG_RESTRICTED, // a strong descriptor of type `value` >> 16 with the rights `value` & 0xffff
    BADARG_SENT, // a descriptor of type `value` that a call carries (move), not answered
    BADARG_BUFFER, // page-aligned address of writable ordinary memory, two pages, plus `value`
    BADARG_UNMAPPED, // page-aligned address of user space where nothing is mapped
    BADARG_READ_ONLY, // page-aligned address of a read-only mapping of ordinary memory
    BADARG_INTO_UNMAPPED, // address `value` bytes below the end of a writable page; nothing is mapped behind it
    BADARG_INTO_READ_ONLY, // address `value` bytes below the end of a writable page; a read-only page follows
    BADARG_DEVICE, // page-aligned address of a writable mapping of device memory
    BADARG_COUNT,
};

// What is bad about it.
enum badarg_class : uint8_t {
    BAD_CLASS_UNKNOWN_FLAG, // a flag bit that is not defined
    BAD_CLASS_SEVERAL_FLAGS, // not exactly one of the flags
    BAD_CLASS_RESERVED, // a register that must be 0 is not
    BAD_CLASS_STRUCTURE_SIZE, // a size that is not the structure's
    BAD_CLASS_TOO_LOW, // below the minimum
    BAD_CLASS_TOO_HIGH, // above the maximum
    BAD_CLASS_UNKNOWN_RIGHT, // a right beyond the 16 bits
    BAD_CLASS_NULL_ADDRESS, // address 0
    BAD_CLASS_UNALIGNED, // an address that is not aligned
    BAD_CLASS_UNMAPPED, // an address where nothing is mapped
    BAD_CLASS_READ_ONLY, // an output into a read-only mapping
    BAD_CLASS_KERNEL_HALF, // an address of the kernel
    BAD_CLASS_NOT_CANONICAL, // an address between the halves
    BAD_CLASS_USER_END, // the end of user space
    BAD_CLASS_WRAPPING, // address plus length wraps
    BAD_CLASS_INTO_UNMAPPED, // the range runs into an unmapped page
    BAD_CLASS_INTO_READ_ONLY, // the output runs into a read-only mapping
    BAD_CLASS_DEVICE, // a mapping of device memory
    BAD_CLASS_NO_DESCRIPTOR, // a number that names nothing
    BAD_CLASS_RELEASED, // a descriptor that was released
    BAD_CLASS_REUSED, // a released descriptor whose slot is in use again
    BAD_CLASS_OTHER_GENERATION, // a live descriptor with another generation
    BAD_CLASS_WRONG_TYPE, // an object of another type
    BAD_CLASS_WEAK, // a weak descriptor
    BAD_CLASS_RIGHT_MISSING, // a descriptor without a right
    BAD_CLASS_SENT, // a descriptor on its way in a call
    BAD_CLASS_COUNT,
};

struct badarg_row {
    uint64_t value;
    uint8_t call;     // SYSCALL_ number
    uint8_t argument; // index of the bad one
    enum badarg_kind kind;
    enum badarg_class bad_class;
    int16_t expected; // STATUS_
    int16_t also;     // 0, or what the handler says first when the call has nothing to work on
};

extern const struct badarg_row badarg_rows[];
extern const size_t badarg_row_count;
const char *badarg_class_name(enum badarg_class bad_class);
const char *badarg_kind_name(enum badarg_kind kind);

// Numbers that are no call, as inclusive ranges: BAD_CALL. Probes stand for the last, long range.
struct badarg_range {
    uint64_t first;
    uint64_t last;
};
extern const struct badarg_range badarg_numbers[];
extern const size_t badarg_number_count;
extern const uint64_t badarg_probes[];
extern const size_t badarg_probe_count;

// ---- grammar

enum grammar_kind : uint8_t {
    GRAMMAR_DESCRIPTOR, // objects: bit mask of types (1 << OBJECT_X); rights: those that are needed
    GRAMMAR_NUMBER, // minimum to maximum
    GRAMMAR_SIZE, // minimum to maximum bytes or entries
    GRAMMAR_STRUCTURE_SIZE, // exactly maximum
    GRAMMAR_FLAGS, // any bits of maximum; `one`: exactly one of them
    GRAMMAR_RIGHTS, // any mask of 16 bits
    GRAMMAR_PAGE, // page-aligned user address
    GRAMMAR_ADDRESS, // user address, aligned to minimum
    GRAMMAR_INPUT, // buffer that is read; maximum: bytes of one structure, or 1
    GRAMMAR_OUTPUT, // buffer that is written; maximum: the same
    GRAMMAR_DEADLINE, // absolute nanoseconds
    GRAMMAR_UNUSED, // 0
    GRAMMAR_COUNT,
};

struct grammar_argument {
    const char *name;
    enum grammar_kind kind;
    enum badarg_kind valid_kind; // a valid value: how to make it
    bool optional;               // descriptor: 0 is allowed
    bool weak;                   // descriptor: weak ones too
    bool one;                    // flags: exactly one
    int8_t length;               // buffer: index of its size argument
    uint32_t objects;
    uint64_t rights;
    uint64_t minimum;
    uint64_t maximum;
    uint64_t valid;
};

struct grammar_call {
    const char *name;
    uint8_t number;
    bool message; // eight words too
    bool blocks;  // may wait: give it a deadline in the past, or call it from a thread of its own
    uint8_t argument_count;
    uint8_t result_count;
    uint8_t descriptor_results; // bit mask of results that are new descriptors
    uint8_t error_count;
    struct grammar_argument arguments[6];
    int16_t errors[32]; // every status beside OK that it may return
};

extern const struct grammar_call grammar_calls[];
extern const size_t grammar_call_count;
const struct grammar_call *grammar_find(uint64_t number); // null: no such call
bool grammar_allows(const struct grammar_call *call, int64_t status);
