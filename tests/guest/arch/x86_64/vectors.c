// SPDX-License-Identifier: MIT
//
// The floating point and vector registers of a thread. This file is the only one of the tests that uses them
// by name; AVX only where the processor has it and the kernel has switched it on (Intel SDM volume 1, 14.3).

#include "machine.h"
#include <base/string.h>

enum { X87_DEFAULT = 0x037f, MXCSR_DEFAULT = 0x1f80 };

// Everything in one block: sixteen registers of 32 bytes.
typedef struct {
    uint8_t bytes[VECTOR_BYTES];
} vectors_t;

static bool has_avx(void) {
    uint32_t eax = 1, ebx, ecx = 0, edx, low, high;
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    bool avx = (ecx >> 28 & 1) && (ecx >> 27 & 1);
    if (!avx)
        return false;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & 6) == 6;
}

#define LOWER(OP)    OP(0) OP(1) OP(2) OP(3) OP(4) OP(5) OP(6) OP(7)
#define UPPER(OP)    OP(8) OP(9) OP(10) OP(11) OP(12) OP(13) OP(14) OP(15)
#define EACH(OP)     LOWER(OP) UPPER(OP)
#define LOAD_AVX(N)  "vmovdqu " #N "*32(%[in]), %%ymm" #N "\n"
#define STORE_AVX(N) "vmovdqu %%ymm" #N ", " #N "*32(%[out])\n"
#define LOAD_SSE(N)  "movdqu " #N "*32(%[in]), %%xmm" #N "\n"
#define STORE_SSE(N) "movdqu %%xmm" #N ", " #N "*32(%[out])\n"
#define CLOBBERS                                                                                             \
    "memory", "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", \
        "xmm11", "xmm12", "xmm13", "xmm14", "xmm15"

// The loop runs in one piece of assembly, so that the compiler's own use of the registers cannot interfere.
#define SPIN "1: pause\n decq %[rounds]\n jnz 1b\n"

static void fill(vectors_t *vectors, uint64_t pattern, bool avx) {
    memset(vectors, 0, sizeof(*vectors));
    for (unsigned i = 0; i < VECTOR_BYTES; i++) {
        if (avx || i % 32 < 16)
            vectors->bytes[i] = (uint8_t)(pattern + i * 13 + (pattern >> (i % 56)));
    }
}

bool machine_vectors_hold(uint64_t pattern, uint64_t rounds) {
    static_assert(VECTOR_BYTES == 512);
    bool avx = has_avx();
    vectors_t in, out;
    uint32_t control = MXCSR_DEFAULT ^ (uint32_t)(pattern & 3) << 13, control_after; // another rounding
    uint16_t x87 = (uint16_t)(X87_DEFAULT ^ (pattern & 3) << 10), x87_after;
    uint64_t number = pattern & 0xffffffff, number_after;
    fill(&in, pattern, avx);
    memset(&out, 0, sizeof(out));
    __asm__ volatile("fninit; fldcw %0; fildq %1" ::"m"(x87), "m"(number));
    __asm__ volatile("ldmxcsr %0" ::"m"(control));
    if (avx)
        __asm__ volatile(EACH(LOAD_AVX) SPIN EACH(STORE_AVX) "vzeroupper"
                         : [rounds] "+r"(rounds)
                         : [in] "r"(&in), [out] "r"(&out)
                         : CLOBBERS);
    else
        __asm__ volatile(EACH(LOAD_SSE) SPIN EACH(STORE_SSE)
                         : [rounds] "+r"(rounds)
                         : [in] "r"(&in), [out] "r"(&out)
                         : CLOBBERS);
    uint32_t usual = MXCSR_DEFAULT;
    __asm__ volatile("stmxcsr %0; ldmxcsr %1" : "=m"(control_after) : "m"(usual));
    __asm__ volatile("fnstcw %0; fistpq %1; fninit" : "=m"(x87_after), "=m"(number_after));
    return memcmp(&in, &out, sizeof(in)) == 0 && (control_after & 0xffc0) == (control & 0xffc0) &&
           x87_after == x87 && number_after == number;
}

// The other message words are whatever the registers hold; they come back changed.
#define CALL         "pushq %%rbx\n pushq %%rbp\n syscall\n popq %%rbp\n popq %%rbx\n"
#define BELOW_RED    "subq $128, %%rsp\n"
#define ABOVE_RED    "addq $128, %%rsp\n"
#define IN_AVX(N)    "vmovdqu " #N "*32(%%rbx), %%ymm" #N "\n"
#define OUT_AVX(N)   "vmovdqu %%ymm" #N ", 512+" #N "*32(%%rbx)\n"
#define IN_SSE(N)    "movdqu " #N "*32(%%rbx), %%xmm" #N "\n"
#define OUT_SSE(N)   "movdqu %%xmm" #N ", 512+" #N "*32(%%rbx)\n"
#define CALL_CHANGES CLOBBERS, "rcx", "r11", "r12", "r13", "r14", "r15", "r10", "r8", "r9"

bool machine_vectors_across(uint64_t pattern, uint64_t call, uint64_t a0, uint64_t a1, uint64_t a2) {
    vectors_t both[2]; // before, after
    fill(&both[0], pattern, has_avx());
    memset(&both[1], 0, sizeof(both[1]));
    if (has_avx())
        __asm__ volatile(BELOW_RED EACH(IN_AVX) CALL EACH(OUT_AVX) "vzeroupper\n" ABOVE_RED
                         : "+a"(call), "+D"(a0), "+S"(a1), "+d"(a2)
                         : "b"(both)
                         : CALL_CHANGES);
    else
        __asm__ volatile(BELOW_RED EACH(IN_SSE) CALL EACH(OUT_SSE) ABOVE_RED
                         : "+a"(call), "+D"(a0), "+S"(a1), "+d"(a2)
                         : "b"(both)
                         : CALL_CHANGES);
    return memcmp(&both[0], &both[1], sizeof(both[0])) == 0 && (int32_t)call == 0;
}

// The layout of FXSAVE (Intel SDM volume 1, 10.5.1).
struct saved {
    uint16_t control, status;
    uint8_t tags, reserved;
    uint16_t opcode;
    uint64_t instruction, data;
    uint32_t mxcsr, mxcsr_mask;
    uint8_t x87[8][16];
    uint8_t xmm[16][16];
};

static bool is_zero(const void *bytes, size_t size) {
    const uint8_t *at = bytes;
    uint8_t all = 0;
    for (size_t i = 0; i < size; i++)
        all |= at[i];
    return all == 0;
}

// The compiler uses the lower halves only, so the upper ones are still those of the entry.
static bool upper_halves_fresh(void) {
    vectors_t now;
    memset(&now, 0, sizeof(now));
    if (has_avx())
        __asm__ volatile(EACH(STORE_AVX) : : [out] "r"(&now) : "memory");
    bool fresh = true;
    for (unsigned i = 0; i < 16; i++)
        fresh = fresh && is_zero(now.bytes + i * 32UL + 16, 16);
    return fresh;
}

bool machine_vectors_fresh(const void *entry) {
    bool upper = upper_halves_fresh();
    const struct saved *saved = entry;
    return upper && saved->control == X87_DEFAULT && saved->status == 0 && saved->tags == 0 &&
           saved->mxcsr == MXCSR_DEFAULT && is_zero(saved->x87, sizeof(saved->x87)) &&
           is_zero(saved->xmm, sizeof(saved->xmm));
}
