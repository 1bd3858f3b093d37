// SPDX-License-Identifier: MIT
//
// What the loader's core asks of the processor architecture. boot/arch/ARCH implements it.

#ifndef BOOT_ARCH_H
#define BOOT_ARCH_H

#include "acpi.h"
#include "platform.h"
#include "request.h"

#define ARCH_MAP_WRITE           1U
#define ARCH_MAP_EXECUTE         2U
#define ARCH_MAP_WRITE_COMBINING 4U

// The ELF files that this processor runs, in the words of base/elf.h.
extern const uint16_t arch_elf_machine;
extern const uint32_t arch_elf_relative_relocation;

// The protocol's numbers of paging modes: what holds for a kernel that does not ask, and names for people.
#define ARCH_PAGING_DEFAULT 0
#define ARCH_PAGING_MIN     0

// Takes the paging mode nearest to `preferred` that lies in [least, most] and that the processor has. False
// when there is none. Only before the first use of arch_hhdm_base().
[[nodiscard]] bool arch_paging_choose(uint64_t preferred, uint64_t least, uint64_t most, uint64_t *mode);

// The number of a paging mode that the configuration names ("4level"). False when there is no such mode.
struct config_text;
[[nodiscard]] bool arch_paging_named(struct config_text name, uint64_t *mode);

// The word for this architecture in `if_arch` and ${ARCH}.
extern const char arch_name[];

// Where the higher half direct map of the kernel begins.
uint64_t arch_hhdm_base(void);

// The address that the kernel uses for physical memory.
static inline uint64_t arch_virtual(uint64_t physical) {
    return arch_hhdm_base() + physical;
}

static inline uint64_t arch_virtual_of(const void *object) {
    return arch_virtual((uint64_t)(uintptr_t)object);
}

// The kernel's page tables. They are built from a pool of pages handed over once; arch_tables_bound() says
// how many pages mapping `length` bytes in one piece can need.
uint64_t arch_tables_bound(uint64_t length);
void arch_tables_init(uint64_t pool, uint64_t pages);

// False when the pool is used up. Where something is mapped already, that mapping stays.
[[nodiscard]] bool arch_map(uint64_t virtual_address, uint64_t physical, uint64_t length, unsigned flags);

// A free-running counter since reset, its frequency where the processor tells it (else 0), and where it has
// to be measured against the ACPI timer (else 0). Both in Hz.
uint64_t arch_ticks(void);
uint64_t arch_ticks_frequency(void);
uint64_t arch_ticks_measure(const struct acpi_tables *acpi);

// A random word from the processor's generator. False when it has none, or it does not deliver.
[[nodiscard]] bool arch_random(uint64_t *word);

struct arch_entry {
    uint64_t entry;
    uint64_t stack_top; // both as the kernel sees them
    uint64_t base_revision;
    bool keep_iommu;       // the kernel wants DMA remapping as firmware left it
    bool start_processors; // it has asked for the other processors
    uint64_t mp_flags;     // with these flags
    uint64_t stack_size;   // of each of them
    uint64_t ticks_frequency;
    const struct acpi_tables *acpi;
};

// Memory that arch_enter() needs, taken while that is still possible. Stops when the machine cannot give what
// the kernel demands.
void arch_prepare(const struct arch_entry *entry);

// The response about processors, in loader memory; null when it was not asked for. Complete only when the
// kernel runs.
void *arch_processors(void);

// From here on no interrupt reaches this processor.
void arch_interrupts_off(void);

// Brings interrupt controllers and processor into the state of the protocol and jumps. Only after
// platform_finish() and with the tables complete.
[[noreturn]] void arch_enter(const struct arch_entry *entry);

// The serial line for messages, usable at any time.
void arch_serial_init(void);
void arch_serial_write(const char *text, size_t length);
// The next byte that came in, -1 when there is none.
int arch_serial_read(void);

[[noreturn]] void arch_halt(void);

#endif
