// SPDX-License-Identifier: MIT
//
// Host: entry to and exit from the kernel. In a scripted run the kernel's stack is a fiber: each entry starts
// at its bottom, an exit to user mode abandons it, and an idle CPU keeps it until the next interrupt. In a
// free run the kernel runs on the stack of the POSIX thread, and an exit to user mode is a long jump.
//
// Invariant: at most one of "the test runs" and "the kernel runs" is true of a CPU (in_kernel).
#include <arch/backtrace.h>
#include <arch/clock.h>
#include <arch/cpu.h>
#include <arch/platform.h>
#include <arch/thread.h>
#include <kernel/log.h>
#include <kernel/panic.h>
#include <kernel/trap.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include "machine.h"
#include "sched/cpu.h"
#include "sched/scheduler.h"

#define STACK_SIZE (256 * 1024)
// Calls that the kernel restarts one after the other before we say that it makes no progress.
#define RESTARTS_MOST 10'000'000

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/common_interface_defs.h>
#define FIBER_SANITIZED 1
#endif
#endif
#ifndef FIBER_SANITIZED
#define FIBER_SANITIZED 0
#endif

// Frames that are left by a jump from stack to stack cannot be followed by the sanitizer's own copies of
// them.
const char *__asan_default_options(void);
const char *__asan_default_options(void) {
    return "detect_stack_use_after_return=0:handle_abort=1";
}

thread_local struct cpu *host_cpu_pointer;
bool host_is_free_run;
static thread_local struct host_cpu *self;
static atomic_bool stopping;

// The trap that the fiber's function hands to the kernel.
static struct {
    uint64_t number, code;
} exception;
static struct {
    uint64_t address;
    unsigned access;
} fault;

struct host_cpu *host_cpu_self(void) {
    return self;
}

// The sanitizer must know on which stack we are.
static void fiber_switch_start([[maybe_unused]] const void *stack, [[maybe_unused]] size_t size) {
#if FIBER_SANITIZED
    __sanitizer_start_switch_fiber(nullptr, stack, size);
#endif
}

static void fiber_switch_finish([[maybe_unused]] const void **from, [[maybe_unused]] size_t *size) {
#if FIBER_SANITIZED
    __sanitizer_finish_switch_fiber(nullptr, from, size);
#endif
}

static void fiber_arrive_outside(void) {
    fiber_switch_finish(nullptr, nullptr);
    self->in_kernel = false;
}

static void fiber_arrive_kernel(void) {
    fiber_switch_finish(&self->fiber.test_stack, &self->fiber.test_stack_size);
    self->in_kernel = true;
}

[[noreturn]] static void fiber_leave(void) {
    fiber_switch_start(self->fiber.test_stack, self->fiber.test_stack_size);
    _longjmp(self->fiber.outside, 1);
}

// The bottom of the kernel's stack: each time it is jumped to, a kernel entry begins.
static void fiber_main(void) {
    if (_setjmp(self->fiber.start) == 0) {
        fiber_arrive_kernel();
        fiber_leave();
    }
    fiber_arrive_kernel();
    self->fiber.function();
    abort();
}

static void fiber_create(struct host_fiber *fiber) {
    static ucontext_t context;
    fiber->stack_size = STACK_SIZE;
    fiber->stack = mmap(nullptr, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fiber->stack == MAP_FAILED || getcontext(&context) != 0)
        abort();
    context.uc_stack.ss_sp = fiber->stack;
    context.uc_stack.ss_size = fiber->stack_size;
    makecontext(&context, fiber_main, 0);
    if (_setjmp(fiber->outside) == 0) {
        fiber_switch_start(fiber->stack, fiber->stack_size);
        setcontext(&context);
    }
    fiber_arrive_outside();
}

// Enters the kernel at `function`, until it leaves or idles.
static void kernel_enter(void (*function)(void)) {
    ASSERT(!self->in_kernel && self->state == HOST_USER);
    self->fiber.function = function;
    if (_setjmp(self->fiber.outside) == 0) {
        fiber_switch_start(self->fiber.stack, self->fiber.stack_size);
        _longjmp(self->fiber.start, 1);
    }
    fiber_arrive_outside();
}

// An interrupt wakes the idle CPU.
static void kernel_continue(void) {
    ASSERT(!self->in_kernel && self->state == HOST_IDLE);
    if (_setjmp(self->fiber.outside) == 0) {
        fiber_switch_start(self->fiber.stack, self->fiber.stack_size);
        _longjmp(self->fiber.kernel, 1);
    }
    fiber_arrive_outside();
}

static bool timer_is_due(void) {
    return self->timer <= clock_now();
}

// Takes every interrupt that waits.
static bool interrupts_take(void) {
    unsigned line;
    bool any = false;
    while (host_line_take(&line)) {
        trap_interrupt(line);
        any = true;
    }
    if (timer_is_due()) {
        self->timer = UINT64_MAX;
        trap_timer();
        any = true;
    }
    return any;
}

static void enter_interrupt(void) {
    interrupts_take();
    scheduler_resume();
}

static bool interrupt_waits(void) {
    return timer_is_due() || host_line_waits();
}

static void enter_syscall(void) {
    trap_syscall();
    scheduler_resume();
}

static void enter_fault(void) {
    trap_page_fault(fault.address, fault.access);
    scheduler_resume();
}

static void enter_exception(void) {
    trap_exception(exception.number, exception.code);
    scheduler_resume();
}

[[noreturn]] static void enter_boot(void) {
    arch_cpu_attach(&cpus[0]);
    kernel_main(host_boot_parameters());
}

// What the machine does by itself after the kernel left: interrupts come in, restarted calls are entered
// again.
static enum host_state settle(void) {
    for (unsigned restarts = 0; self->state != HOST_HALTED; restarts++) {
        if (restarts > RESTARTS_MOST)
            panic("expected progress, but the call %llu is restarted for ever",
                  (unsigned long long)self->running->status);
        if (interrupt_waits()) {
            if (self->state == HOST_IDLE)
                kernel_continue();
            else
                kernel_enter(enter_interrupt);
        } else if (self->state == HOST_USER && self->running->again) {
            self->running->again = false;
            kernel_enter(enter_syscall);
        } else {
            break;
        }
    }
    return self->state;
}

static void cpu_bind(struct cpu *cpu) {
    self->timer = UINT64_MAX;
    host_cpu_pointer = cpu;
    cpu->arch.host = self;
}

void host_cpu_create(void) {
    self = calloc(1, sizeof(*self));
    if (self == nullptr)
        abort();
    self->timer = UINT64_MAX;
    self->state = HOST_USER;
    if (!host_is_free_run)
        fiber_create(&self->fiber);
}

void arch_cpu_attach(struct cpu *cpu) {
    cpu_bind(cpu);
}

void cpu_idle(void) {
    self->state = HOST_IDLE;
    self->running = nullptr;
    if (host_is_free_run) {
        if (atomic_load_explicit(&stopping, memory_order_acquire))
            longjmp(self->leave, 2);
        if (!interrupts_take()) {
            host_clock_tick(50);
            sched_yield();
        }
        return;
    }
    if (_setjmp(self->fiber.kernel) == 0)
        fiber_leave();
    fiber_arrive_kernel();
    interrupts_take();
}

void cpu_interrupt_window(void) {
    interrupts_take();
}

void arch_thread_resume(struct arch_thread *thread) {
    ASSERT(self->entered == thread);
    lock_check_none();
    self->state = HOST_USER;
    self->running = thread;
    if (host_is_free_run)
        longjmp(self->leave, 1);
    host_tlb_check(self);
    fiber_leave();
}

void arch_cpu_enter_loop(void) {
    scheduler_resume();
}

void arch_power_halt(void) {
    self->state = HOST_HALTED;
    if (host_is_free_run)
        longjmp(self->leave, 2);
    fiber_leave();
}

void arch_halt(void) {
    fprintf(stderr, "%s\nThe kernel stopped.\n", host_console());
    abort();
}

size_t arch_backtrace(uint64_t *frames, size_t most) {
    const uint64_t *frame = __builtin_frame_address(0);
    const uint64_t *end = (const uint64_t *)(self->fiber.stack + self->fiber.stack_size);
    size_t count = 0;
    while (count < most && (const uint8_t *)frame >= self->fiber.stack && frame + 2 <= end && frame[1] != 0) {
        frames[count++] = frame[1];
        if (frame[0] <= (uint64_t)frame)
            break;
        frame = (const uint64_t *)frame[0];
    }
    return count;
}

void arch_panic_registers(void) {
    const struct arch_thread *thread = self->running;
    if (thread == nullptr)
        return;
    panic_print("  number or status %#llx\n", (unsigned long long)thread->status);
    for (unsigned i = 0; i < HOST_ARGUMENTS; i++)
        panic_print("  a%u %#llx\n", i, (unsigned long long)thread->a[i]);
}

enum host_state host_state(void) {
    return self->state;
}

struct arch_thread *host_registers(void) {
    ASSERT(self->state == HOST_USER && self->running != nullptr);
    return self->running;
}

enum host_state host_boot(void) {
    kernel_enter(enter_boot);
    return settle();
}

enum host_state host_syscall(void) {
    kernel_enter(enter_syscall);
    return settle();
}

enum host_state host_exception(uint64_t number, uint64_t code) {
    exception.number = number;
    exception.code = code;
    kernel_enter(enter_exception);
    return settle();
}

enum host_state host_interrupt(unsigned line) {
    ASSERT(line < HOST_LINES);
    host_line_raise(line);
    return settle();
}

enum host_state host_clock_advance(uint64_t nanoseconds) {
    uint64_t until = clock_now() + nanoseconds;
    while (self->state != HOST_HALTED && host_clock_step(until) < until)
        settle();
    return settle();
}

bool host_access(uint64_t address, void *buffer, size_t length, unsigned access) {
    uint8_t *byte;
    const struct arch_thread *thread = host_registers();
    while (!host_translate(address, access, &byte)) {
        fault.address = address;
        fault.access = access;
        kernel_enter(enter_fault);
        if (settle() != HOST_USER || self->running != thread)
            return false;
    }
    if (access == ACCESS_WRITE)
        memcpy(byte, buffer, length);
    else
        memcpy(buffer, byte, length);
    return true;
}

static bool access_range(uint64_t address, uint8_t *buffer, size_t length, unsigned access) {
    while (length > 0) {
        size_t part = PAGE_SIZE - address % PAGE_SIZE;
        if (part > length)
            part = length;
        if (!host_access(address, buffer, part, access))
            return false;
        address += part;
        buffer += part;
        length -= part;
    }
    return true;
}

bool host_store(uint64_t address, const void *buffer, size_t length) {
    return access_range(address, (uint8_t *)buffer, length, ACCESS_WRITE);
}

bool host_load(uint64_t address, void *buffer, size_t length) {
    return access_range(address, buffer, length, ACCESS_READ);
}

void host_cpu_loop(struct cpu *cpu, bool boot, bool (*user)(void *, struct arch_thread *), void *context) {
    if (self == nullptr)
        host_cpu_create();
    if (!boot)
        cpu_bind(cpu);
    // The second value is for the end of the run.
    volatile bool first = true;
    switch (setjmp(self->leave)) {
    case 0:
        break;
    case 1:
        if (self->running->again)
            self->running->again = false;
        else if (!interrupt_waits() && !user(context, self->running))
            return;
        break;
    default:
        return;
    }
    if (first) {
        first = false;
        if (boot)
            enter_boot();
        scheduler_resume();
    }
    if (interrupt_waits())
        enter_interrupt();
    enter_syscall();
}

void host_cpu_stop(void) {
    atomic_store_explicit(&stopping, true, memory_order_release);
}
