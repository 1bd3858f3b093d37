// SPDX-License-Identifier: MIT
//
// What a person reads when a program has faulted: which one, why, where, by which calls, and its registers.
// The symbols come from the program's own symbol table in the archive; the kernel lends init the program's
// memory while the fault is with it. tools/lib/backtrace.py adds the lines of the source.

#include "init.h"
#include <abi/constants.h>
#include <base/format.h>
#include <machine.h>
#include <user/allowance.h>
#include <user/program.h>

enum { PLACE_SIZE = 96, LINE_SIZE = 256, REGISTERS_PER_LINE = 4, FRAMES_MAX = 16 };

static const char *access_text(uint64_t access) {
    switch (access) {
    case ACCESS_WRITE:
        return "write to";
    case ACCESS_EXECUTE:
        return "jump to";
    default:
        return "read from";
    }
}

// " name+0x12 (file address)", or nothing when the address is outside the image or has no symbol.
static void place_name(const struct process *process, uint64_t address, char text[PLACE_SIZE]) {
    static struct elf_image image;
    const struct elf_rules rules = {
        .machine = MACHINE_ELF,
        .relative_relocation = MACHINE_ELF_RELATIVE,
        .allow_fixed = true,
        .allow_pie = true,
        .lowest_address = USER_START,
        .address_limit = USER_END,
        .size_limit = USER_END,
        .page_size = PAGE_SIZE,
        .alignment_limit = UINT64_MAX, // it has been started with it
    };
    struct elf_symbol symbol;
    text[0] = 0;
    if (elf_open(&image, process->file, process->file_size, &rules) == ELF_OK &&
        elf_symbol_find(&image, address - process->bias, &symbol))
        format_buffer(text, PLACE_SIZE, " %.56s+%#llx (%#llx in the file)", symbol.name,
                      (unsigned long long)(address - process->bias - symbol.address),
                      (unsigned long long)(address - process->bias));
}

static void registers_report(const struct fault_registers *registers) {
    size_t count = min_u64(registers->general_count, array_length(machine_registers));
    for (size_t i = 0; i < count; i += REGISTERS_PER_LINE) {
        char line[LINE_SIZE];
        size_t length = 0;
        for (size_t j = i; j < count && j < i + REGISTERS_PER_LINE; j++)
            length += format_buffer(line + length, sizeof(line) - length, " %3s %016llx",
                                    machine_registers[j], (unsigned long long)registers->general[j]);
        say(LOG_ERROR, " %s", line);
    }
}

// Return addresses by frame pointers, which all programs here keep; what they point at is the program's word.
static void frames_report(const struct process *process, uint64_t frame) {
    char place[PLACE_SIZE];
    for (unsigned i = 1; i <= FRAMES_MAX; i++) {
        struct {
            uint64_t frame, address;
        } caller;
        uint64_t copied = 0;
        if (frame % sizeof(uint64_t) != 0 ||
            ts_lent_read((desc_t){DESCRIPTOR_NONE}, 0, frame, &caller, sizeof(caller), &copied) !=
                STATUS_OK ||
            caller.address == 0)
            return;
        place_name(process, caller.address, place);
        say(LOG_ERROR, "  #%u %#llx%s", i, (unsigned long long)caller.address, place);
        if (caller.frame <= frame)
            return;
        frame = caller.frame;
    }
}

// A program that crashes again and again must not push everything else out of the log.
static bool may_report(const struct process *process) {
    static struct allowances reports = {.burst = 20, .per_second = 1};
    uint32_t refused = 0;
    bool may = process->service != NO_SERVICE || allowance_take(&reports, 1, clock_now(), &refused);
    if (refused > 0)
        say(LOG_WARNING, "%u crashes were too many to report", refused);
    return may;
}

void fault_report(const struct process *process, const struct ts_call *call,
                  const struct fault_registers *registers) {
    char place[PLACE_SIZE];
    if (!may_report(process))
        return;
    uint64_t instruction = call->word[1];
    place_name(process, instruction, place);
    say(LOG_ERROR, "%s (%u) crashed", process->name, process->number);
    if ((uint32_t)call->header == FAULT_ACCESS) {
        say(LOG_ERROR, "  reason: %s address %#llx, which is not allowed", access_text(call->word[2]),
            (unsigned long long)call->word[0]);
    } else {
        say(LOG_ERROR, "  reason: processor exception %llu, error code %#llx",
            (unsigned long long)call->word[0], (unsigned long long)call->word[2]);
    }
    say(LOG_ERROR, "  at %#llx%s", (unsigned long long)instruction, place);
    frames_report(process, registers->frame);
    registers_report(registers);
}
