# SPDX-License-Identifier: MIT
"""First inputs for the fuzz programs: well-formed files, so that a run starts behind the first checks.

SEEDS maps a program's name to a function that returns a list of byte strings. Called by tools/fuzz.
"""

import io
import struct
import subprocess
import tarfile
import tempfile
from pathlib import Path


def tar_seeds():
    seeds = []
    for long_name in (False, True):
        for posix in (False, True):
            memory = io.BytesIO()
            kind = tarfile.USTAR_FORMAT if posix else tarfile.GNU_FORMAT
            with tarfile.open(fileobj=memory, mode="w", format=kind) as archive:
                folder = tarfile.TarInfo("bin")
                folder.type = tarfile.DIRTYPE
                archive.addfile(folder)
                name = "bin/" + ("n" * 60 + "/") * 2 + "x" if long_name else "bin/ls"
                file = tarfile.TarInfo(name)
                file.size = 5
                archive.addfile(file, io.BytesIO(b"hello"))
            # Without the padding to 10 KiB.
            seeds.append(memory.getvalue()[: 512 * (8 if long_name else 5)])
    return seeds


def elf_seeds():
    """A static PIE with two segments, one relocation and one symbol; and a fixed executable."""
    seeds = []
    for pie in (True, False):
        base = 0 if pie else 0x100000
        data_at = 0x200
        header = struct.pack(
            "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 3 if pie else 2, 62, 1, base + 0x180, 64, 0x2C0, 0, 64, 56, 3,
            64, 3, 0,
        )  # fmt: skip
        programs = struct.pack("<IIQQQQQQ", 1, 5, 0, base, 0, data_at, data_at, 4096)
        programs += struct.pack("<IIQQQQQQ", 1, 6, data_at, base + 4096 + data_at, 0, 64, 256, 4096)
        programs += struct.pack("<IIQQQQQQ", 2, 6, data_at, base + 4096 + data_at, 0, 64, 64, 8)
        relocation = struct.pack("<QQQ", base + 4096 + data_at + 64, 8, base)
        image = (header + programs).ljust(0x180, b"\0") + b"\x90" * 32 + relocation
        image = image.ljust(data_at, b"\0")
        image += struct.pack("<QQQQQQQQ", 7, base + 0x1A0, 8, 24, 9, 24, 0, 0)
        symbols = bytes(24) + struct.pack("<IBBHQQ", 1, 2, 0, 1, base + 0x180, 16)
        image += symbols.ljust(64, b"\0") + b"\0name\0".ljust(64, b"\0")
        sections = bytes(64)
        sections += struct.pack("<IIQQQQIIQQ", 0, 2, 0, 0, 0x240, 48, 2, 0, 8, 24)
        sections += struct.pack("<IIQQQQIIQQ", 0, 3, 0, 0, 0x280, 6, 0, 0, 1, 0)
        seeds.append(image + sections)
    return seeds


def boot_config_seeds():
    """The usual limine.conf, and one with groups and every option."""
    usual = (
        b"timeout: 0\nserial: yes\n\n/Tessera\n    protocol: limine\n    kernel_path: boot():/boot/tessera.elf\n"
        b"    cmdline: x\n    module_path: boot():/boot/initrd.tar\n    module_cmdline: initrd\n"
    )
    groups = (
        b"# comment\r\ndefault_entry: 2\ntimeout: no\nserial: no\nquiet: yes\n/+Group\ncomment: c\n//A b\npath: /k\n"
        b"kernel_cmdline: y\nmodule_path: /m\nmodule_string: s\n///Deep\npath: $boot():/z#12\n/Last\n"
    )
    macros = (
        b"${A}=/boot/${B}\n${B}=k\ndefault_entry: Group/E#2\n/+Group\n//E\nif_arch: ${ARCH} z\n//E\nif_fw_type: ${FW_TYPE}\n"
        b"protocol: limine\npath: boot():${A}\nresolution: 8x6x32\npaging_mode: 5level\nkaslr: yes\n"
    )
    return [usual, groups, macros]


def kernel_acpi_seeds():
    """Root pointer at 16, both roots, and one table of each kind. The fuzz program mends checksums."""
    tables = [
        (b"APIC", struct.pack("<II", 0xFEE00000, 1) + bytes([0, 8, 0, 0, 1, 0, 0, 0, 1, 12, 0, 0, 0, 0, 0xC0, 0xFE, 0, 0, 0, 0])
         + bytes([2, 10, 0, 0, 2, 0, 0, 0, 0, 0, 4, 6, 255, 0, 0, 1, 9, 16, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])),
        (b"HPET", struct.pack("<IBBBBQ", 1, 0, 64, 0, 0, 0xFED00000) + bytes(4)),
        (b"FACP", bytes(40) + struct.pack("<I", 0x608) + bytes(11) + b"\4" + bytes(20) + struct.pack("<I", 256) + bytes(128)),
        (b"MCFG", bytes(8) + struct.pack("<QHBBI", 0xB0000000, 0, 0, 255, 0)),
    ]  # fmt: skip
    body = b""
    addresses = []
    for name, data in tables:
        addresses.append(256 + len(body))
        body += (name + struct.pack("<I", 36 + len(data)) + bytes(28) + data).ljust(256, b"\0")
    xsdt = b"XSDT" + struct.pack("<I", 36 + 8 * len(tables)) + bytes(28)
    xsdt += b"".join(struct.pack("<Q", address) for address in addresses)
    rsdt = b"RSDT" + struct.pack("<I", 36 + 4 * len(tables)) + bytes(28)
    rsdt += b"".join(struct.pack("<I", address) for address in addresses)
    seeds = []
    for revision in (0, 2):
        pointer = b"RSD PTR " + bytes(7) + bytes([revision]) + struct.pack("<IIQ", 128, 36, 64 if revision else 0)
        memory = (bytes(16) + pointer).ljust(64, b"\0")
        memory += xsdt.ljust(192, b"\0") if revision else (bytes(64) + rsdt).ljust(192, b"\0")
        seeds.append(memory + body)
    return seeds


def image_record_seeds():
    """The records of all images."""
    root = Path(__file__).resolve().parents[2]
    seeds = []
    for image in sorted((root / "images").glob("*.toml")):
        with tempfile.NamedTemporaryFile() as out:
            subprocess.run([root / "tools/imagec", "-o", out.name, image], check=True)
            seeds.append(Path(out.name).read_bytes())
    return seeds


def power_acpi_seeds():
    """RSDP, XSDT, FADT, DSDT at address 4096, and the same by an RSDT."""
    seeds = []
    for entry_size in (8, 4):
        memory = bytearray(768)
        memory[0:8] = b"RSD PTR "
        memory[15] = 2 if entry_size == 8 else 0
        struct.pack_into("<I", memory, 16, 4096 + 64)
        struct.pack_into("<Q", memory, 24, 4096 + 64)
        memory[64:68] = b"XSDT" if entry_size == 8 else b"RSDT"
        struct.pack_into("<I", memory, 68, 36 + entry_size)
        struct.pack_into("<Q", memory, 64 + 36, 4096 + 128)
        memory[128:132] = b"FACP"
        struct.pack_into("<I", memory, 132, 244)
        struct.pack_into("<I", memory, 128 + 40, 4096 + 512)
        struct.pack_into("<II", memory, 128 + 64, 0x604, 0)
        struct.pack_into("<IBBBBQB", memory, 128 + 112, 1 << 10, 1, 8, 0, 1, 0xCF9, 6)
        memory[512:516] = b"DSDT"
        struct.pack_into("<I", memory, 516, 80)
        memory[552:566] = b"\x08_S5_\x12\x08\x04\x0a\x05\x0a\x05\x00\x00"
        seeds.append(bytes(memory))
    return seeds


def boot_acpi_seeds():
    """An RSDP with a root table of either width, a FADT with its DSDT, a MADT and a DMAR; memory begins at 4096."""
    memory = bytearray(0x400)

    def table(at, signature, body):
        memory[at : at + 36 + len(body)] = struct.pack("<4sI", signature, 36 + len(body)).ljust(36, b"\0") + body

    memory[0:36] = struct.pack("<8sB6sBIIQB3s", b"RSD PTR ", 0, b"", 2, 4096 + 0x40, 36, 4096 + 0x80, 0, b"")
    table(0x40, b"RSDT", struct.pack("<I", 4096 + 0x100))
    table(0x80, b"XSDT", struct.pack("<QQQQ", 4096 + 0x100, 4096 + 0x200, 4096 + 0x280, 4096 + 0x2C0))
    table(0x100, b"FACP", struct.pack("<II", 4096 + 0x380, 4096 + 0x340).ljust(208, b"\0"))
    table(0x200, b"APIC", bytes(8) + struct.pack("<BBBBI", 0, 8, 0, 0, 1) + struct.pack("<BBBBII", 1, 12, 0, 0, 7, 0)
          + struct.pack("<BBHIIIBBBHB", 9, 16, 0, 256, 1, 3, 4, 6, 255, 5, 1))
    table(0x280, b"DMAR", bytes(12) + struct.pack("<HHIQ", 0, 16, 0, 9))
    table(0x2C0, b"IVRS", bytes(12) + struct.pack("<BBHIQQ", 16, 0, 24, 0, 9, 0))
    table(0x340, b"DSDT", b"x")
    return [bytes(memory)]


def boot_event_log_seeds():
    """Where the last event begins, the format, then a log: the event that names the digests, and one more."""
    names = b"Spec ID Event03\0" + bytes(8) + struct.pack("<IHHHHB", 2, 4, 20, 11, 32, 0)
    first = struct.pack("<II20xI", 0, 3, len(names)) + names
    second = struct.pack("<IIIH20xH32xI", 1, 8, 2, 4, 11, 4) + b"data"
    return [struct.pack("<HB", last, kind) + first + second for last in (0, len(first)) for kind in (0, 1)]


def init_command_line_seeds():
    """The three forms of `run=`, with a tag, and each mistake."""
    command = b"ls -l /bin; echo 'a b'"
    return [
        b"quiet tag=0badCAFE run=x:" + command.hex().encode(), b"x run=" + command, b"tag=12345678 tag=87654321",
        b"tag=1234567", b"run=x:6", b"run=x:610061 ", b"run=x:" + b"61" * 2048, b"run=" + b"a" * 2048,
    ]  # fmt: skip


def kernel_memory_map_seeds():
    """A PC's map, one that overlaps and wraps, and one with more ranges than there is room for."""

    def entry(kind, base, base_shift, length, length_shift, odd=0):
        return struct.pack("<BBHBHB", kind, base_shift, base, length_shift, length, odd)

    usual = [entry(1, 0, 12, 0x9F, 12), entry(0, 0x9F, 12, 0x61, 12), entry(1, 1, 20, 0x7EE0, 16, 0x35),
             entry(2, 2, 20, 3, 20), entry(3, 0x7FE0, 16, 0x20, 12), entry(4, 0x7FF0, 16, 0x10, 12)]  # fmt: skip
    odd = [entry(1, 1, 20, 0xFFFF, 12), entry(0, 0xFFFF, 48, 0xFFFF, 48), entry(1, 0xF000, 48, 0xFFFF, 48),
           entry(1, 0x8000, 16, 0x8000, 40), entry(3, 5, 20, 1, 11, 0x77), entry(0, 5, 20, 1, 13, 1)]  # fmt: skip
    many = [entry(1 + i % 4, 2 * i + 1, 16, 1 + i % 15, 12) for i in range(300)]
    return [bytes([limit]) + b"".join(entries) for limit in (1, 3) for entries in (usual, odd, many)]


def multiboot2_seeds():
    """What GRUB hands over: two modules, a memory map, a framebuffer; and one whose last tag is cut."""

    def tag(kind, body):
        return struct.pack("<II", kind, 8 + len(body)) + body + bytes(-len(body) % 8)

    tags = tag(3, struct.pack("<II", 0x100000, 0x200000) + b"/boot/tessera.elf\0")
    tags += tag(3, struct.pack("<II", 0x200000, 0x201000) + b"/boot/initrd.tar\0")
    tags += tag(6, struct.pack("<II", 24, 0) + struct.pack("<QQII", 0, 0x9F000, 1, 0) * 3)
    tags += tag(8, struct.pack("<QIIIBBH6B", 0xFD000000, 4096, 1024, 768, 32, 1, 0, 16, 8, 8, 8, 0, 8))
    tags += tag(0, b"")
    whole = struct.pack("<II", 8 + len(tags), 0) + tags
    return [whole, struct.pack("<II", 33, 0) + whole[8:33], whole[:-8] + tag(3, struct.pack("<I", 1))]


def grep_match_seeds():
    """A pattern, a newline, a line."""
    return [
        b"^a.*[b-d]*$\nabcd", b"[^]x-]\\.\\*\n]x.*", b"a*a*a*b\naaaaaaaaac", b"[\nx", b"\\", b"[z-a]\n", b"*A*$\n*aaA\0", b"\n",
    ]  # fmt: skip


def sh_parse_seeds():
    """What people type, and what they get wrong."""
    return [
        b"ls -l /bin; echo 'a b' \"c $? \\\"\" \\; d&\n# comment\nsleep 1 &", b"echo 'open", b'echo "open $?',
        b"& ls", b"ls | wc > x < y && ls || (a)", b"a\\\nb; ;; c\t", b"x " * 130, b"y" * 16383, b"y" * 16379 + b" ''", b"echo \\",
        b'"' + b"$x" * 1400 + b'"', b"$x" * 1400,
        b"x=1 y='2 3' prog $x ${y} \"$@\" $* $# $0 ${10} 2>&1 >>f <g | a | b && ! c || d &",
        b"if a; then b; elif c; then d; else e; fi >x\nwhile a; do b; done\nfor i in 1 2\ndo (c; { d; }) | e; done",
        b"((((((((a", b"if " * 40, b"a |" * 17, b"> x " * 140,
    ]  # fmt: skip


def console_line_seeds():
    """Pairs of what happens and with what: lines, corrections, ends, modes, the answer to a question for the size."""

    def typed(text):
        return b"".join(bytes((4, byte)) for byte in text)

    return [
        typed(b"one\x7f two\x17\r") + b"\1\x50" + typed(b"\x04\x15abc\x03d\x04") + b"\1\2",
        b"\0\1" + typed(b"raw\x03\x04\r") + b"\1\1\0\0\1\xff", b"\2\0" + typed(b"a\x1b[24;80Rb\x1b[A\r") + b"\1\xff",
        (b"\3\xff" + typed(b"\r")) * 20 + b"\1\xff" * 20,
    ]


def terminal_seeds():
    """Two bytes of size, then sequences of every kind."""
    text = b"0123456789 \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\r\n\t\b"
    for final in b"@ABCDEFGHIJKLMPSTXZ`abcdefghlmnrsu":
        text += b"\x1b[3;4" + bytes([final]) + b"x"
    for mode in (3, 4, 5, 6, 7, 25, 47, 1047, 1048, 1049):
        text += b"\x1b[?%dhx\x1b[?%dly" % (mode, mode)
    text += b"\x1b[38;5;1;48;2;1;2;3;4:3m\x1b[!p\x1b(0q\x1b)B\x0e\x0f\x1b#8\x1b7\x1b8\x1bD\x1bE\x1bM\x1bH\x1bZ\x1bc"
    text += b"\x1b]0;t\x07\x1bPq\x1b\\\x1b[1$%q\x18"
    return [bytes([22, 78]) + text, bytes([0, 0]) + text, bytes([3, 8]) + text[::-1]]


SEEDS = {name.removesuffix("_seeds"): seeds for name, seeds in list(globals().items()) if name.endswith("_seeds")}
