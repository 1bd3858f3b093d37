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
