// SPDX-License-Identifier: MIT
//
// Instructions that C has no words for, one function each, and the numbers that go with them (Intel SDM
// volumes 2 to 4, AMD APM volume 2). Private to the port. Those that change the processor's state clobber
// memory, so that the compiler keeps accesses on their side.
#pragma once
#include <stdint.h>

enum : uint32_t {
    MSR_APIC_BASE = 0x1b,
    MSR_SYSENTER_CS = 0x174,
    MSR_PAT = 0x277,
    MSR_TSC_DEADLINE = 0x6e0,
    MSR_X2APIC = 0x800,
    MSR_EFER = 0xc0000080,
    MSR_STAR = 0xc0000081,
    MSR_LSTAR = 0xc0000082,
    MSR_CSTAR = 0xc0000083,
    MSR_SFMASK = 0xc0000084,
    MSR_FS_BASE = 0xc0000100,
    MSR_GS_BASE = 0xc0000101,
    MSR_KERNEL_GS_BASE = 0xc0000102,
};

#define EFER_SYSCALL 0x001ull
#define EFER_LONG    0x500ull // enabled and active
#define EFER_NX      0x800ull

#define CR0_MP 0x00000002ull
#define CR0_EM 0x00000004ull
#define CR0_TS 0x00000008ull
#define CR0_NE 0x00000020ull
#define CR0_WP 0x00010000ull
#define CR0_AM 0x00040000ull
#define CR0_NW 0x20000000ull
#define CR0_CD 0x40000000ull

#define CR4_PAE        0x000020ull
#define CR4_MCE        0x000040ull
#define CR4_PGE        0x000080ull
#define CR4_OSFXSR     0x000200ull
#define CR4_OSXMMEXCPT 0x000400ull
#define CR4_UMIP       0x000800ull
#define CR4_LA57       0x001000ull
#define CR4_OSXSAVE    0x040000ull
#define CR4_SMEP       0x100000ull
#define CR4_SMAP       0x200000ull

#define FLAGS_FIXED     0x000002ull
#define FLAGS_TRAP      0x000100ull
#define FLAGS_INTERRUPT 0x000200ull
#define FLAGS_DIRECTION 0x000400ull
#define FLAGS_IOPL      0x003000ull
#define FLAGS_NESTED    0x004000ull
#define FLAGS_ALIGNMENT 0x040000ull

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(uint32_t leaf, uint32_t subleaf) {
    struct cpuid out;
    __asm__ volatile("cpuid"
                     : "=a"(out.eax), "=b"(out.ebx), "=c"(out.ecx), "=d"(out.edx)
                     : "a"(leaf), "c"(subleaf));
    return out;
}

static inline uint64_t msr_read(uint32_t msr) {
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr) : "memory");
    return (uint64_t)high << 32 | low;
}

static inline void msr_write(uint32_t msr, uint64_t value) {
    __asm__ volatile("wrmsr" : : "c"(msr), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

#define CONTROL_REGISTER(name)                                                                               \
    static inline uint64_t name##_read(void) {                                                               \
        uint64_t value;                                                                                      \
        __asm__ volatile("mov %%" #name ", %0" : "=r"(value) : : "memory");                                  \
        return value;                                                                                        \
    }                                                                                                        \
    static inline void name##_write(uint64_t value) {                                                        \
        __asm__ volatile("mov %0, %%" #name : : "r"(value) : "memory");                                      \
    }
CONTROL_REGISTER(cr0)
CONTROL_REGISTER(cr3)
CONTROL_REGISTER(cr4)
#undef CONTROL_REGISTER

static inline uint64_t cr2_read(void) {
    uint64_t value;
    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

static inline void dr7_write(uint64_t value) {
    __asm__ volatile("mov %0, %%dr7" : : "r"(value));
}

static inline void xcr0_write(uint64_t value) {
    __asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)) : "memory");
}

static inline void tlb_flush_page(uint64_t address) {
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static inline void task_switched_clear(void) {
    __asm__ volatile("clts" : : : "memory");
}

static inline uint64_t tsc_read(void) {
    uint32_t low, high;
    // The fence keeps the read from being done ahead of earlier loads (SDM 2B, RDTSC).
    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

static inline uint8_t port_read8(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline uint16_t port_read16(uint16_t port) {
    uint16_t value;
    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline uint32_t port_read32(uint16_t port) {
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static inline void port_write8(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void port_write16(uint16_t port, uint16_t value) {
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void port_write32(uint16_t port, uint32_t value) {
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}
