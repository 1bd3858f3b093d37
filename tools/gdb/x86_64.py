# SPDX-License-Identifier: MIT
"""x86-64 for the GDB commands of tessera.py: page tables, the registers of a thread and its frames.

Tables: Intel SDM volume 3A, 4.5 (four levels of 512 entries). The kernel maps physical memory at DIRECT_MAP
(kernel/arch/x86_64/include/arch_memory.h).
"""

import struct

DIRECT_MAP = 0xFFFF800000000000
LEVELS = 4
ENTRIES = 512
ADDRESS_MASK = 0x000FFFFFFFFFF000
PRESENT, WRITE, USER, LARGE = 1, 2, 4, 128
NO_EXECUTE = 1 << 63
USER_ENTRIES = 256  # of the root: the lower half

REGISTERS = ("rip", "rsp", "rbp", "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rflags")


def root_of(space):
    return int(space["arch"]["root"]["value"])


def registers_of(thread):
    """The registers that the thread had in user mode when it entered the kernel last."""
    frame = thread["arch"]["frame"]
    return {name: int(frame[name]) for name in REGISTERS}


def call_frame(registers):
    return registers["rip"], registers["rbp"]


def frame_above(read, frame):
    """(return address, frame pointer) of the caller (AMD64 ABI, 3.2.2); None where there is no frame."""
    words = read(frame, 16) if frame and frame % 8 == 0 else None
    if words is None:
        return None
    pointer, address = struct.unpack("<QQ", words)
    return address, pointer


def in_kernel(address):
    return address >= 1 << 47


def size_of(level):
    """Bytes that an entry of a table covers; level 0 maps pages."""
    return 1 << (12 + 9 * level)


def flags_text(entry):
    if not entry & PRESENT:
        return "not present"
    return "".join(
        (
            "r",
            "w" if entry & WRITE else "-",
            "-" if entry & NO_EXECUTE else "x",
            "u" if entry & USER else "k",
        )
    )


def entry_at(read_word, table, index):
    return read_word(DIRECT_MAP + (table & ADDRESS_MASK) + 8 * index)


def is_leaf(entry, level):
    return level == 0 or bool(entry & LARGE)


def walk(read_word, root, address):
    """(level, index, entry) from the root to the entry that ends the translation."""
    table = root
    for level in range(LEVELS - 1, -1, -1):
        index = address >> (12 + 9 * level) & (ENTRIES - 1)
        entry = entry_at(read_word, table, index)
        yield level, index, entry
        if not entry & PRESENT or is_leaf(entry, level):
            return
        table = entry


def translate(read_word, root, address):
    """The address in the direct map, or None."""
    level, _, entry = list(walk(read_word, root, address))[-1]
    if not entry & PRESENT:
        return None
    size = size_of(level)
    return DIRECT_MAP + (entry & ADDRESS_MASK & -size) + address % size


def user_pages(read_word, root):
    """(address, size, entry) of everything that the lower half maps, in order."""

    def below(table, level, base):
        for index in range(USER_ENTRIES if level == LEVELS - 1 else ENTRIES):
            entry = entry_at(read_word, table, index)
            if not entry & PRESENT:
                continue
            address = base + index * size_of(level)
            if is_leaf(entry, level):
                yield address, size_of(level), entry
            else:
                yield from below(entry, level - 1, address)

    yield from below(root, LEVELS - 1, 0)
