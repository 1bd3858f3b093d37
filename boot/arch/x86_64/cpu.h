// SPDX-License-Identifier: MIT
//
// The instructions of x86-64 that C has no words for, and the bits they work on. Source: Intel SDM volume 3,
// chapter 2.5 (control registers), 4 (paging), 11 (APIC), 12.12 (PAT); volume 4 (MSRs).

#ifndef BOOT_ARCH_X86_64_CPU_H
#define BOOT_ARCH_X86_64_CPU_H

#include <base/types.h>

#define CR0_PE           (1ULL << 0)
#define CR0_ET           (1ULL << 4)
#define CR0_WP           (1ULL << 16)
#define CR0_NW           (1ULL << 29)
#define CR0_CD           (1ULL << 30)
#define CR0_PG           (1ULL << 31)
#define CR4_PAE          (1ULL << 5)
#define CR4_LA57         (1ULL << 12)
#define EFER_LME         (1ULL << 8)
#define EFER_LMA         (1ULL << 10)
#define EFER_NXE         (1ULL << 11)
#define MSR_APIC_BASE    0x1bU
#define MSR_PAT          0x277U
#define MSR_X2APIC       0x800U
#define MSR_EFER         0xc0000080U
#define APIC_BASE_X2APIC (1ULL << 10)
#define APIC_BASE_ENABLE (1ULL << 11)

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf) {
    struct cpuid r;
    __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(0));
    return r;
}

static inline void outb(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t inb(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint32_t inl(uint16_t port) {
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline uint64_t rdmsr(uint32_t msr) {
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
    return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t msr, uint64_t value) {
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

static inline uint64_t read_cr4(void) {
    uint64_t value;
    __asm__ volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

static inline void write_cr4(uint64_t value) {
    __asm__ volatile("mov %0, %%cr4" : : "r"(value) : "memory");
}

static inline uint64_t read_cr0(void) {
    uint64_t value;
    __asm__ volatile("mov %%cr0, %0" : "=r"(value));
    return value;
}

static inline void write_cr0(uint64_t value) {
    __asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline uint32_t mmio_read(uint64_t address) {
    return *(volatile uint32_t *)(uintptr_t)address;
}

static inline void mmio_write(uint64_t address, uint32_t value) {
    *(volatile uint32_t *)(uintptr_t)address = value;
}

static inline bool cpu_has_five_levels(void) {
    return cpuid(0).eax >= 7 && (cpuid(7).ecx & (1U << 16)) != 0;
}

// Processor features of leaf 0x80000001.
static inline bool cpu_has_nx(void) {
    return cpuid(0x80000000).eax >= 0x80000001 && (cpuid(0x80000001).edx & (1U << 20)) != 0;
}

static inline bool cpu_has_gigabyte_pages(void) {
    return cpuid(0x80000000).eax >= 0x80000001 && (cpuid(0x80000001).edx & (1U << 26)) != 0;
}

static inline bool cpu_has_pat(void) {
    return (cpuid(1).edx & (1U << 16)) != 0;
}

#endif
