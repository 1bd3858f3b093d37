// SPDX-License-Identifier: MIT
//
// The fake machine, seen by a test: memory, clock, interrupt lines, devices, and "user mode". A test boots it
// once per Linux process, and then plays the part of all user programs: whenever the kernel leaves to user
// mode, control comes back to the test, which reads and writes the registers of the thread that runs and
// decides what that thread does next.
//
// One POSIX thread plays one CPU. In a scripted run (the default) kernel code runs on a stack of its own, so
// an idle CPU gives control back to the test, and goes on where it stood at the next interrupt. In a free run
// (for several CPUs) each CPU is a POSIX thread in host_cpu_loop().
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <kernel/boot.h>

struct arch_thread;
struct arch_space;
struct cpu;

enum host_state {
    HOST_USER,   // a thread runs in user mode: host_registers()
    HOST_IDLE,   // nothing to run until an interrupt
    HOST_HALTED, // arch_power_halt() was called
};

#define HOST_LINES      24
#define HOST_LINE_TAKEN 0 // the line that the kernel uses itself
#define HOST_PORTS      0x10000

#define HOST_DEVICE_BASE     0xe0000000ull
#define HOST_DEVICE_SIZE     0x100000ull
#define HOST_CONTROLLER_BASE 0xfec00000ull
#define HOST_CONTROLLER_SIZE 0x1000ull

struct host_configuration {
    uint64_t memory_bytes; // 0: 32 MiB
    uint64_t seed;         // of the entropy source
    bool free_run;         // see above
    const void *initrd;
    size_t initrd_size;
    const char *command_line;
};

// Builds the machine. Once in a Linux process.
void host_machine_create(const struct host_configuration *configuration);
// Runs kernel_main() until it leaves for user mode or idles.
enum host_state host_boot(void);
const struct boot_parameters *host_boot_parameters(void);

// Who runs; valid in state HOST_USER.
struct arch_thread *host_registers(void);
enum host_state host_state(void);

// What the running thread does next; each returns when the kernel left again, timers that are due and
// interrupts that are pending delivered, and calls that the kernel restarted entered again.
enum host_state host_syscall(void);
enum host_state host_exception(uint64_t number, uint64_t code);
// An access of the running thread through the page tables of its CPU, with page faults as they come. Copies
// to or from `buffer` (ACCESS_EXECUTE: reads). Never crosses a page. False: the access was not made, because
// the thread does not run any more.
bool host_access(uint64_t address, void *buffer, size_t length, unsigned access);
// The same for any length.
bool host_store(uint64_t address, const void *buffer, size_t length);
bool host_load(uint64_t address, void *buffer, size_t length);

// What the world does.
enum host_state host_clock_advance(uint64_t nanoseconds);
enum host_state host_interrupt(unsigned line);
// When the timer of this CPU will fire; UINT64_MAX: it is not armed.
uint64_t host_timer(void);
bool host_line_is_open(unsigned line);
bool host_line_is_masked(unsigned line);
uint8_t *host_ports(void);
// A machine without ports.
void host_ports_remove(bool removed);
uint8_t *host_device(void);
void host_entropy_stop(bool stopped);
// What the kernel wrote on its console, as a string; the last 64 KiB.
const char *host_console(void);

// Walks the page tables of a space: calls `visit` for each table (the root too, level 4) and each entry of a
// page (level 0). For the proof that every page has one owner.
void host_space_walk(const struct arch_space *space,
                     void (*visit)(void *context, unsigned level, uint64_t address, uint64_t physical),
                     void *context);
// Registers that the CPU keeps for the thread that is on it.
uint64_t host_fp(void);
void host_fp_set(uint64_t value);
uint64_t host_thread_pointer(void);

// Free run: the calling POSIX thread is `cpu` from now on; `user` is called for each exit to user mode and
// makes the next call by filling the registers, or returns false to end. `boot`: it starts in kernel_main().
void host_cpu_loop(struct cpu *cpu, bool boot, bool (*user)(void *context, struct arch_thread *),
                   void *context);
// Time passes: an idle CPU does the same, a little at a time.
void host_clock_tick(uint64_t nanoseconds);
// Ends idle waits of a free run, so that every host_cpu_loop() returns.
void host_cpu_stop(void);
