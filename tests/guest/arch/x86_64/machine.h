// SPDX-License-Identifier: MIT
//
// Places of the emulated PC that the tests use, all of them without effect: PCI hole and POST port (Intel
// PCH data sheet, "Fixed I/O Address Ranges"), an interrupt line that no driver of the image has.

#ifndef GUEST_MACHINE_H
#define GUEST_MACHINE_H

#include <base/types.h>

#define MACHINE_DEVICE 0xfd000000ULL // physical range of a device: the graphics card's memory
#define MACHINE_MEMORY 0x400000ULL   // physical address of ordinary memory
// What the kernel drives itself: I/O APIC, HPET, local APIC (Intel ICH9 data sheet, 9.4 "Memory Map").
#define MACHINE_RESERVED {0xfec00000ULL, 0xfed00000ULL, 0xfee00000ULL}
#define MACHINE_PORT     0x80ULL // a port that takes any write
#define MACHINE_PORTS    0x10000ULL
#define MACHINE_LINE     11ULL // an interrupt line that nobody has
#define MACHINE_TAKEN    4ULL  // one that a driver has
#define MACHINE_KERNEL   0xffffffff80000000ULL
#define MACHINE_DIRECT   0xffff800000000000ULL

// Things that a program must not do; each faults, or the number of the exception is wrong.
enum machine_attack {
    ATTACK_HALT,
    ATTACK_MASK_INTERRUPTS,
    ATTACK_PORT_IN,
    ATTACK_PORT_OUT,
    ATTACK_WRITE_MODEL_REGISTER,
    ATTACK_READ_MODEL_REGISTER,
    ATTACK_CONTROL_REGISTER,
    ATTACK_TABLE_REGISTER,
    ATTACK_INTERRUPT_GATE,
    ATTACK_INVALIDATE,
    ATTACK_NOT_CANONICAL,
    ATTACK_UNDEFINED,
    ATTACK_DIVIDE,
    ATTACK_SEGMENT,
    ATTACK_COUNT,
};

const char *machine_attack_name(enum machine_attack attack);
// Runs in a child that is to be ended for it; comes back when nothing stopped it.
void machine_attack(enum machine_attack attack);
// The exception that is reported for it.
uint64_t machine_attack_exception(enum machine_attack attack);

// With odd flags and a stack pointer that points nowhere, several times over: writes to the second word of
// each of so many pages, loops `rounds` times, makes a system call without arguments. True if the call
// worked. Uses machine_odd_count() times `pages` pages.
bool machine_odd_registers(uint64_t address, uint64_t pages, uint64_t rounds, uint64_t call);
unsigned machine_odd_count(void);
enum { MACHINE_EXCEPTION_TRAP = 1, MACHINE_EXCEPTION_UNDEFINED = 6 };
// A system call with single stepping switched on: ends with MACHINE_EXCEPTION_TRAP.
void machine_trap_flag(uint64_t call);
// Comes back, or ends with MACHINE_EXCEPTION_UNDEFINED.
void machine_segment_base(uint64_t value);

// ---- vector and floating point registers

enum { VECTOR_BYTES = 16 * 32 };

// Whether a new thread found what it must: control words as the ABI says, all registers 0. `entry` is what
// guest_entry() saved; the calling thread has touched nothing but what the compiler uses since.
bool machine_vectors_fresh(const void *entry);
// Fills the registers, loops `rounds` times, and stores what is in them then. True if that is what was filled
// in.
bool machine_vectors_hold(uint64_t pattern, uint64_t rounds);
// Fills them, makes the system call of number `call` with three arguments, and compares.
bool machine_vectors_across(uint64_t pattern, uint64_t call, uint64_t a0, uint64_t a1, uint64_t a2);

#endif
