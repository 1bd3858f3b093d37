// SPDX-License-Identifier: MIT
//
// The PE32+ header, by hand: objcopy writes the linked image out as it lies in memory, so file and section
// alignment are both one page and no tool has to know the target's PE format. MACHINE comes from the build.
// Two sections, code that is not writable and data that is not executable, as strict firmware wants them. The
// data section's tail (bss) is not in the file. Source: Microsoft PE format; UEFI 2.10, 2.1.1.

    .section .pe_header, "a"
dos_header:
    .ascii "MZ"
    .zero 58
    .long pe_header - dos_header
pe_header:
    .ascii "PE\0\0"
    .short MACHINE, 2                           // two sections
    .long 0, 0, 0
    .short optional_end - optional_header, 0x206 // executable, no line numbers, no debug data
optional_header:
    .short 0x20b
    .byte 2, 20
    .long pe_text_size, pe_data_file_size, pe_data_zero_size, pe_entry, 0x1000
    .quad 0                                     // preferred base: any
    .long 0x1000, 0x1000                        // section and file alignment
    .short 0, 0, 1, 0, 0, 0
    .long 0
    .long pe_image_size, 0x1000, 0
    .short 10, 0x140                            // EFI application; relocatable, NX compatible
    .quad 0, 0, 0, 0
    .long 0, 6
    .quad 0, 0, 0, 0, 0, 0
optional_end:
    .ascii ".text\0\0\0"
    .long pe_text_size, 0x1000, pe_text_size, 0x1000, 0, 0
    .short 0, 0
    .long 0x60000020
    .ascii ".data\0\0\0"
    .long pe_data_size, pe_data, pe_data_file_size, pe_data, 0, 0
    .short 0, 0
    .long 0xc0000040

    .section .note.GNU-stack,"",@progbits
