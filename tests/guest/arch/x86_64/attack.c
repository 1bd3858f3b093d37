// SPDX-License-Identifier: MIT
//
// Instructions that a program must not execute, and the exception that each raises in user mode (Intel SDM
// volume 2, "Protected Mode Exceptions" of the instruction; volume 3, 6.15 for the numbers).

#include "machine.h"

enum { EXCEPTION_DIVIDE = 0, EXCEPTION_UNDEFINED = 6, EXCEPTION_PROTECTION = 13 };

static const struct {
    const char *name;
    uint64_t exception;
} attacks[ATTACK_COUNT] = {
    [ATTACK_HALT] = {"hlt", EXCEPTION_PROTECTION},
    [ATTACK_MASK_INTERRUPTS] = {"cli", EXCEPTION_PROTECTION},
    [ATTACK_PORT_IN] = {"in", EXCEPTION_PROTECTION},
    [ATTACK_PORT_OUT] = {"out", EXCEPTION_PROTECTION},
    [ATTACK_WRITE_MODEL_REGISTER] = {"wrmsr", EXCEPTION_PROTECTION},
    [ATTACK_READ_MODEL_REGISTER] = {"rdmsr", EXCEPTION_PROTECTION},
    [ATTACK_CONTROL_REGISTER] = {"mov to cr3", EXCEPTION_PROTECTION},
    [ATTACK_TABLE_REGISTER] = {"lidt", EXCEPTION_PROTECTION},
    [ATTACK_INTERRUPT_GATE] = {"int 0x40", EXCEPTION_PROTECTION},
    [ATTACK_INVALIDATE] = {"invlpg", EXCEPTION_PROTECTION},
    [ATTACK_NOT_CANONICAL] = {"read of an address between the halves", EXCEPTION_PROTECTION},
    [ATTACK_UNDEFINED] = {"ud2", EXCEPTION_UNDEFINED},
    [ATTACK_DIVIDE] = {"division by zero", EXCEPTION_DIVIDE},
    [ATTACK_SEGMENT] = {"load of a kernel segment", EXCEPTION_PROTECTION},
};

const char *machine_attack_name(enum machine_attack attack) {
    return attacks[attack].name;
}

uint64_t machine_attack_exception(enum machine_attack attack) {
    return attacks[attack].exception;
}

void machine_attack(enum machine_attack attack) {
    static const struct [[gnu::packed]] {
        uint16_t limit;
        uint64_t base;
    } table = {0, 0};
    switch (attack) {
    case ATTACK_HALT:
        __asm__ volatile("hlt");
        break;
    case ATTACK_MASK_INTERRUPTS:
        __asm__ volatile("cli");
        break;
    case ATTACK_PORT_IN:
        __asm__ volatile("inb $0x80, %%al" ::: "rax");
        break;
    case ATTACK_PORT_OUT:
        __asm__ volatile("outb %%al, $0x80" ::: "rax");
        break;
    case ATTACK_WRITE_MODEL_REGISTER: // LSTAR, where system calls enter
        __asm__ volatile("wrmsr" ::"c"(0xc0000082), "a"(0), "d"(0));
        break;
    case ATTACK_READ_MODEL_REGISTER:
        __asm__ volatile("rdmsr" ::"c"(0xc0000082) : "rax", "rdx");
        break;
    case ATTACK_CONTROL_REGISTER:
        __asm__ volatile("mov %0, %%cr3" ::"r"(0ULL));
        break;
    case ATTACK_TABLE_REGISTER:
        __asm__ volatile("lidt %0" ::"m"(table));
        break;
    case ATTACK_INTERRUPT_GATE:
        __asm__ volatile("int $0x40");
        break;
    case ATTACK_INVALIDATE:
        __asm__ volatile("invlpg (%0)" ::"r"(0ULL));
        break;
    case ATTACK_NOT_CANONICAL:
        (void)*(volatile uint64_t *)0x8000000000000000;
        break;
    case ATTACK_UNDEFINED:
        __asm__ volatile("ud2");
        break;
    case ATTACK_DIVIDE:
        __asm__ volatile("xorl %%edx, %%edx; divl %%edx" ::: "rax", "rdx");
        break;
    case ATTACK_SEGMENT:
        __asm__ volatile("movw %0, %%ds" ::"r"((uint16_t)0x10));
        break;
    default:
        break;
    }
}

// ---- registers that a program may set as it likes, and that the kernel must not rely on

#define FLAG_TRAP      0x100ULL
#define FLAG_DIRECTION 0x400ULL
#define FLAG_NESTED    0x4000ULL
#define FLAG_ALIGNMENT 0x40000ULL

// The stack pointer is none while the flags are odd, and comes back from a register that nobody changes.
#define ODD_BEGIN                                                                                            \
    "pushfq\n popq %%r12\n movq %%r12, %%rax\n orq %[flags], %%rax\n pushq %%rax\n"                          \
    "movq %%rsp, %%r13\n popfq\n movq %[stack], %%rsp\n"
#define ODD_END "movq %%r13, %%rsp\n addq $8, %%rsp\n pushq %%r12\n popfq\n"

bool machine_odd_registers(uint64_t address, uint64_t pages, uint64_t rounds, uint64_t call) {
    static const uint64_t stacks[] = {0, 1, MACHINE_KERNEL, MACHINE_DIRECT, 0x8000000000000000, UINT64_MAX};
    bool good = true;
    for (unsigned i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
        uint64_t status = 1, at = address, count = pages, spins = rounds;
        uint64_t flags = FLAG_DIRECTION | FLAG_NESTED | FLAG_ALIGNMENT;
        // Touches pages for the first time, is pre-empted, and makes a system call.
        __asm__ volatile("subq $128, %%rsp\n" ODD_BEGIN
                         "1: movq $1, 8(%[at])\n addq $4096, %[at]\n decq %[count]\n jnz 1b\n"
                         "2: pause\n decq %[spins]\n jnz 2b\n"
                         "movq %[call], %%rax\n syscall\n" ODD_END "addq $128, %%rsp"
                         : "=&a"(status), [at] "+D"(at), [count] "+S"(count), [spins] "+d"(spins)
                         : [flags] "r"(flags), [stack] "r"(stacks[i]), [call] "r"(call)
                         : "rcx", "r11", "r12", "r13", "r10", "r8", "r9", "cc", "memory");
        good = good && (int32_t)status == 0;
        address += pages * 4096;
    }
    return good;
}

unsigned machine_odd_count(void) {
    return 6;
}

void machine_trap_flag(uint64_t call) {
    __asm__ volatile("pushfq\n orq %[flag], (%%rsp)\n popfq\n syscall\n nop\n nop"
                     : "+a"(call)
                     : [flag] "r"(FLAG_TRAP)
                     : "rcx", "r11", "rdi", "rsi", "rdx", "r10", "r8", "r9", "cc", "memory");
}

// Needs CR4.FSGSBASE; without it the instruction is not known, which is as good.
void machine_segment_base(uint64_t value) {
    __asm__ volatile("wrgsbase %0\n wrfsbase %0" ::"r"(value));
}
