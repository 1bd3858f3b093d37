// SPDX-License-Identifier: MIT
//
// See kernel/symbols.h.

#include <kernel/symbols.h>

const char *symbol_find(uint64_t address, uint64_t *offset) {
    size_t low = 0;
    size_t high = symbol_count;
    if (address < symbol_base)
        return nullptr;
    uint64_t wanted = address - symbol_base;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (symbol_table[middle].offset <= wanted)
            low = middle + 1;
        else
            high = middle;
    }
    // The last entry marks the end of the text and has no name.
    if (low == 0 || low == symbol_count)
        return nullptr;
    *offset = wanted - symbol_table[low - 1].offset;
    return symbol_names + symbol_table[low - 1].name;
}
