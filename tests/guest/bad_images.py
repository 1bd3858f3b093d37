# SPDX-License-Identifier: MIT
"""Makes malformed programs out of a good one: tests/guest/images.c spawns each of them.

  bad_images.py PROGRAM FOLDER STAMP

Each file in FOLDER has one defect, which its name says. `good` is the program as it is: it must run.
"""

import struct
import sys
from pathlib import Path

# Field: (offset, format); System V gABI, chapters 4 and 5.
HEADER = {
    "class": (4, "B"), "data": (5, "B"), "version": (6, "B"), "type": (16, "<H"), "machine": (18, "<H"),
    "version2": (20, "<I"), "entry": (24, "<Q"), "phoff": (32, "<Q"), "ehsize": (52, "<H"), "phentsize": (54, "<H"),
    "phnum": (56, "<H"),
}  # fmt: skip
SEGMENT = {
    "type": (0, "<I"), "flags": (4, "<I"), "offset": (8, "<Q"), "vaddr": (16, "<Q"), "filesz": (32, "<Q"),
    "memsz": (40, "<Q"), "align": (48, "<Q"),
}  # fmt: skip
LOAD, INTERP, TLS = 1, 3, 7
EXECUTE, WRITE = 1, 2
TOP = 1 << 63
ONES = 2**64 - 1


class Image:
    def __init__(self, data):
        self.data = bytearray(data)

    def get(self, base, field):
        offset, form = field
        return struct.unpack_from(form, self.data, base + offset)[0]

    def header(self, name, value):
        offset, form = HEADER[name]
        struct.pack_into(form, self.data, offset, value)
        return self

    def segments(self, kind=LOAD):
        """Offsets of the program headers of a kind."""
        table = self.get(0, HEADER["phoff"])
        places = [table + 56 * i for i in range(self.get(0, HEADER["phnum"]))]
        return [place for place in places if self.get(place, SEGMENT["type"]) == kind]

    def segment(self, place, **fields):
        for name, value in fields.items():
            offset, form = SEGMENT[name]
            struct.pack_into(form, self.data, place + offset, value)
        return self

    def other(self):
        """A program header that is no segment; the loader needs none of them."""
        table = self.get(0, HEADER["phoff"])
        places = [table + 56 * i for i in range(self.get(0, HEADER["phnum"]))]
        needed = {LOAD, 2}  # PT_DYNAMIC
        return next(place for place in places if self.get(place, SEGMENT["type"]) not in needed)


def defects(good):
    """(name, bytes) of each."""

    def fresh():
        return Image(good)

    image = fresh()
    loads = image.segments()
    text = next(p for p in loads if image.get(p, SEGMENT["flags"]) & EXECUTE)
    writable = next(p for p in loads if image.get(p, SEGMENT["flags"]) & WRITE)
    first, second = loads[0], loads[1]
    at = image.get(second, SEGMENT["vaddr"])
    yield "empty", b""
    for length in (1, 4, 16, 63, 64, 100):
        yield f"cut_at_{length}", good[:length]
    yield "cut_in_the_middle", good[: len(good) // 4]
    yield "text", b"echo this is no program\n"
    yield "zeros", bytes(8192)
    yield "ones", b"\xff" * 8192
    yield "magic", b"\x7fELG" + good[4:]
    for name, value in (
        ("class", 1), ("data", 2), ("version", 0), ("type", 1), ("type", 4), ("machine", 183), ("version2", 9),
        ("ehsize", 0), ("phentsize", 0), ("phentsize", 32), ("phnum", 0), ("phnum", 33), ("phnum", 0xFFFF),
        ("phoff", ONES), ("phoff", len(good)), ("phoff", TOP), ("entry", 0), ("entry", ONES), ("entry", 1 << 47),
    ):  # fmt: skip
        yield f"header_{name}_{value:x}", fresh().header(name, value).data
    yield "entry_in_data", fresh().header("entry", image.get(writable, SEGMENT["vaddr"])).data
    for name, fields in (
        ("memory_below_file", {"memsz": 1}), ("memory_wraps", {"memsz": ONES}), ("memory_huge", {"memsz": 1 << 40}),
        ("file_outside", {"offset": len(good), "filesz": 4096, "memsz": 4096}), ("file_wraps", {"filesz": ONES, "memsz": ONES}),
        ("offset_wraps", {"offset": ONES - 4095}), ("kernel_half", {"vaddr": 0xFFFFFFFF80000000}),
        ("address_wraps", {"vaddr": ONES - 4095}), ("align_3", {"align": 3}), ("align_0", {"align": 0}),
        ("offset_unlike_address", {"vaddr": image.get(writable, SEGMENT["vaddr"]) + 8}),
        ("write_execute", {"flags": 7}), ("empty", {"filesz": 0, "memsz": 0}),
    ):  # fmt: skip
        yield f"segment_{name}", fresh().segment(writable, **fields).data
    yield "segments_overlap", fresh().segment(first, memsz=at + 4096).data
    unordered = fresh()
    entry = bytes(unordered.data[first : first + 56])
    unordered.data[first : first + 56] = unordered.data[text : text + 56]
    unordered.data[text : text + 56] = entry
    yield "segments_unordered", unordered.data
    yield "no_segment", segments_off(fresh(), loads).data
    yield "interpreter", fresh().segment(image.other(), type=INTERP).data
    yield "thread_storage", fresh().segment(image.other(), type=TLS, filesz=64, memsz=32).data


def segments_off(image, loads):
    for place in loads:
        image.segment(place, type=0)
    return image


def main():
    program, folder, stamp = map(Path, sys.argv[1:])
    good = program.read_bytes()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    names = []
    for name, data in defects(good):
        assert name not in names, name
        names.append(name)
        (folder / name).write_bytes(bytes(data))
    (folder / "good").write_bytes(good)
    stamp.write_text("\n".join(names) + "\n")


if __name__ == "__main__":
    main()
