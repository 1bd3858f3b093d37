// SPDX-License-Identifier: MIT
//
// What the files of the conformance kernel share: instructions, page table walks, and the groups of checks.

#ifndef CONFORMANCE_KERNEL_H
#define CONFORMANCE_KERNEL_H

#include "requests.h"

#define PAGE 4096ULL

static inline void outb(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void outl(uint16_t port, uint32_t value) {
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint64_t rdmsr(uint32_t msr) {
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf) {
    struct cpuid r;
    __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(0));
    return r;
}

static inline uint64_t read_cr3(void) {
    uint64_t value;
    __asm__ volatile("mov %%cr3, %0" : "=r"(value));
    return value;
}

static inline uint64_t read_cr4(void) {
    uint64_t value;
    __asm__ volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

// A field of a firmware table, which need not be aligned.
static inline uint64_t field(const uint8_t *bytes, size_t offset, size_t size) {
    uint64_t value = 0;
    for (size_t i = size; i-- > 0;)
        value = value << 8 | bytes[offset + i];
    return value;
}

static inline bool begins(const void *bytes, const char *text) {
    for (const char *at = bytes; *text != '\0'; text++, at++)
        if (*at != *text)
            return false;
    return true;
}

// The base revision that the loader used.
static inline uint64_t revision(void) {
    return base_revision[1];
}

static inline bool is_efi(void) {
    return ((const struct word_response *)answer(&firmware_type))->word == 2;
}

// As start.S puts them on the stack, lowest address first.
struct frame {
    uint64_t flags;
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t return_address;
};

// console.c's lines in groups, one function per file.
void check_state(const struct frame *frame);
void check_devices(void);
void check_memory(void);
void check_answers(void);
void check_files(void);
void check_firmware(void);
void check_processors(void);

// A processor's registers, in a form that can be compared: state.c fills it on any processor.
struct state {
    uint64_t cr0, cr3, cr4, efer, pat;
    uint64_t fs_base, gs_base;
    uint64_t gdt, idt;
    uint16_t gdt_limit, idt_limit;
    uint16_t cs, ds, es, fs, gs, ss, tr, ldtr;
};
void state_read(struct state *state);

// The local APIC of the processor that runs this, as base revision 5 wants it; 0, or a number that tells what
// is wrong.
uint64_t lapic_fault(void);
uint32_t lapic_id(void);

// paging.c. The direct map's address of physical memory, and the other way round.
void *virtual_of(uint64_t physical);
uint64_t physical_of(const void *pointer);
bool is_in_direct_map(const void *pointer);
const struct range *range_at(uint64_t physical);
// All of [pointer, pointer + size) is mapped, lies in the direct map, and in memory of this type.
bool lies_in(const void *pointer, uint64_t size, enum memory_type type);

struct leaf {
    uint64_t entry; // 0: nothing mapped here
    unsigned shift; // log2 of the size of the page, or of the hole
    bool writable;  // over all levels
    bool executable;
    bool user;
    unsigned caching; // index into the PAT
};
struct leaf leaf_at(uint64_t address);

// Uncached memory below 4 GiB that no direct map has: registers of devices.
volatile uint32_t *device(uint64_t physical);

// ACPI tables by their signature, through device(); null where there is none. acpi_each() calls back for each
// table with its physical address, the FACS and the DSDT included.
const uint8_t *acpi_table(const char *signature);
void acpi_each(void (*call)(uint64_t physical, const uint8_t *table));

#endif
