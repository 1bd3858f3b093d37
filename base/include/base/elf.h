// SPDX-License-Identifier: MIT
//
// ELF64 executables, static or static PIE, in a buffer that is not trusted (System V gABI, chapters 4 and 5).
// elf_open() examines everything that a loader relies on and names the first defect; the getters afterwards
// hand out only what was examined. Nothing is allocated, and the buffer may have any alignment. The buffer
// must not change between elf_open() and the last use of the image.
//
// What differs between machines comes in as data (struct elf_rules), so this file knows none.

#ifndef BASE_ELF_H
#define BASE_ELF_H

#include <base/types.h>

enum {
    ELF_SEGMENT_LIMIT = 32, // program headers of one file
    ELF_MACHINE_X86_64 = 62,
    ELF_MACHINE_AARCH64 = 183,
    ELF_MACHINE_RISCV = 243,
    ELF_MACHINE_LOONGARCH = 258,
    ELF_RELATIVE_X86_64 = 8, // R_*_RELATIVE: *place = bias + addend
    ELF_RELATIVE_AARCH64 = 1027,
    ELF_RELATIVE_RISCV = 3,
    ELF_RELATIVE_LOONGARCH = 3,
};

enum elf_error {
    ELF_OK,
    ELF_ERROR_HEADER_TRUNCATED,
    ELF_ERROR_MAGIC,
    ELF_ERROR_CLASS,
    ELF_ERROR_ENDIANNESS,
    ELF_ERROR_VERSION,
    ELF_ERROR_TYPE,
    ELF_ERROR_MACHINE,
    ELF_ERROR_HEADER_SIZE,
    ELF_ERROR_PROGRAM_HEADER_SIZE,
    ELF_ERROR_NO_PROGRAM_HEADERS,
    ELF_ERROR_TOO_MANY_PROGRAM_HEADERS,
    ELF_ERROR_PROGRAM_HEADERS_OUTSIDE_FILE,
    ELF_ERROR_NO_SEGMENT,
    ELF_ERROR_SEGMENT_EMPTY,
    ELF_ERROR_SEGMENT_SIZES,
    ELF_ERROR_SEGMENT_OUTSIDE_FILE,
    ELF_ERROR_SEGMENT_WRAPS,
    ELF_ERROR_SEGMENT_TOO_LOW,
    ELF_ERROR_SEGMENT_TOO_HIGH,
    ELF_ERROR_SEGMENT_ALIGNMENT,
    ELF_ERROR_SEGMENT_ALIGNMENT_TOO_LARGE,
    ELF_ERROR_SEGMENT_OFFSET,
    ELF_ERROR_SEGMENTS_UNORDERED,
    ELF_ERROR_SEGMENTS_OVERLAP,
    ELF_ERROR_SEGMENTS_SHARE_PAGE,
    ELF_ERROR_WRITABLE_AND_EXECUTABLE,
    ELF_ERROR_TOO_LARGE,
    ELF_ERROR_ENTRY,
    ELF_ERROR_INTERPRETER,
    ELF_ERROR_TLS,
    ELF_ERROR_EXECUTABLE_STACK,
    ELF_ERROR_DYNAMIC,
    ELF_ERROR_NEEDS_LIBRARY,
    ELF_ERROR_RELOCATION_TABLE,
    ELF_ERROR_RELOCATION_TYPE,
    ELF_ERROR_RELOCATION_OUTSIDE_SEGMENTS,
};

// English, lower case, without a full stop; never nullptr.
const char *elf_error_text(enum elf_error error);

// What the caller accepts.
struct elf_rules {
    uint16_t machine;
    uint32_t relative_relocation; // the one relocation type of a static PIE on this machine
    bool allow_fixed;             // ET_EXEC: addresses as linked
    bool allow_pie;               // ET_DYN: the caller adds a bias to every address
    uint64_t lowest_address;      // fixed images lie in [lowest_address, address_limit)
    uint64_t address_limit;
    uint64_t size_limit; // most bytes between the first and the last page
    uint64_t page_size;  // segments of different rights never share a page
    // The largest alignment that the caller's bias can keep (see `alignment` below); 0: no more than a page.
    uint64_t alignment_limit;
};

// Addresses are as linked, without the bias.
struct elf_segment {
    uint64_t address;
    uint64_t memory_size; // > 0; what lies behind file_size is zero
    uint64_t file_offset;
    uint64_t file_size;
    bool writable;
    bool executable;
};

struct elf_relocation {
    uint64_t address; // eight bytes, inside a writable segment; any alignment
    uint64_t addend;  // the value to store there is bias + addend
};

// Thread-local storage template; memory_size is 0 when there is none.
struct elf_tls {
    uint64_t address;
    uint64_t memory_size;
    uint64_t file_offset;
    uint64_t file_size;
    uint64_t alignment;
};

// Filled in by elf_open(), read-only afterwards. `low` and `high` are rounded to pages.
struct elf_image {
    const uint8_t *bytes;
    size_t size;
    bool is_pie;
    uint64_t entry;
    uint64_t low;
    uint64_t high;
    uint64_t alignment; // of the segments, at least a page; the bias of a PIE must be a multiple of it
    size_t segment_count;
    struct elf_segment segments[ELF_SEGMENT_LIMIT];
    struct elf_tls tls;
    uint64_t relocation_offset; // of the table, in the file
    size_t relocation_count;
};

[[nodiscard]] enum elf_error elf_open(struct elf_image *image, const void *bytes, size_t size,
                                      const struct elf_rules *rules);

// index < image->relocation_count.
struct elf_relocation elf_relocation_get(const struct elf_image *image, size_t index);

struct elf_symbol {
    const char *name; // inside the buffer, NUL-terminated
    uint64_t address;
    uint64_t size;
};

// The function or object that contains `address` (as linked), from the section .symtab; where sizes are
// missing, the nearest one below in the same segment. False when there is none, or the tables are damaged:
// symbols serve people, so elf_open() does not insist on them.
[[nodiscard]] bool elf_symbol_find(const struct elf_image *image, uint64_t address,
                                   struct elf_symbol *symbol);

#endif
