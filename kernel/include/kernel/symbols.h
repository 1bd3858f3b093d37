// SPDX-License-Identifier: MIT
//
// Names of the kernel's functions, for panics: a table that tools/ksyms makes from the linked kernel and that
// is linked into it again. Read only.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Sorted by address, which is an offset from symbol_base.
struct symbol {
    uint32_t offset;
    uint32_t name; // offset in symbol_names
};

extern const size_t symbol_count;
extern const struct symbol symbol_table[];
extern const char symbol_names[];
extern const uint64_t symbol_base;

// The function at or below the address, and how far below; nullptr if there is none.
const char *symbol_find(uint64_t address, uint64_t *offset);
