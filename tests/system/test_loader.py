# SPDX-License-Identifier: MIT
"""The boot loader, with a test kernel that reports what it was given, and with everything that must be refused.

The test kernel (testkernel/) checks addresses, mappings and machine state itself and prints `bad ...` for what is
wrong; here its report is compared with what the image and the machine were.
"""

import re
import struct
import subprocess
from pathlib import Path

import pytest
from tessera import BUILD, Machine, MachineError, run_tool

KERNELS = BUILD / "tests/system/testkernel"
WAYS = [(media, firmware) for media in ("iso", "hdd") for firmware in ("bios", "uefi")]
FIRMWARE_TYPE = {"bios": 0, "uefi": 2}
STOPPED = "tessera-loader: stopped."
LIMIT = 60
MIB = 1 << 20
INITRD = bytes(i * 7 & 0xFF for i in range(300_001))
DEBUG_EXIT = ("-device", "isa-debug-exit,iobase=0xf4,iosize=4")


def kernel_file(variant="6"):
    return KERNELS / f"testkernel-{variant}"


def make_image(folder, *, kernel=kernel_file(), initrd=INITRD, conf=None, files=(), media="hdd", cmdline=""):
    """An image with the built loaders; kernel and initrd may be a path, bytes, or None to leave them out."""
    arguments = ["--loader-efi", BUILD / "loader.efi", "--loader-bios", BUILD / "loader.bios", "--format", media]
    for option, content in (("--kernel", kernel), ("--initrd", initrd), ("--conf", conf)):
        if isinstance(content, bytes):
            path = folder / option.strip("-")
            path.write_bytes(content)
            content = path
        if content is not None:
            arguments += [option, content]
    for name, content in files:
        path = folder / name.replace("/", "_")
        path.write_bytes(content)
        arguments += ["--file", f"{path}={name}"]
    if cmdline:
        arguments += ["--cmdline", cmdline]
    image = folder / f"test.{media}"
    status, _, err = run_tool("mkimage", *arguments, "-o", image)
    assert status == 0, err.decode()
    return image


class Report:
    """The test kernel's lines: name to the list of what followed it."""

    def __init__(self, log):
        self.log = log
        self.facts = {}
        for name, rest in re.findall(r"^testkernel: (\S+) ?(.*)$", log, re.MULTILINE):
            self.facts.setdefault(name, []).append(rest)

    def __getitem__(self, name):
        assert len(self.facts.get(name, [])) == 1, f"no single fact {name!r} in:\n{self.log}"
        return self.facts[name][0]

    def number(self, name):
        return int(self[name], 16)

    def ranges(self):
        return [tuple(int(word, 16) for word in line.split()) for line in self.facts["range"]]


def boot(image, extra=(), **machine):
    """Boots the test kernel to the end of its report, and has it complain about nothing."""
    with Machine(image, extra=[*DEBUG_EXIT, *extra], **machine) as qemu:
        qemu.expect(re.compile(r"testkernel: done"), LIMIT)
        report = Report(qemu.log)
    assert "bad" not in report.facts, report.log
    return report


def refused(image, *messages, **machine):
    """Boots, and expects the loader to stop with all of `messages` in its log, never having started a kernel."""
    with Machine(image, extra=DEBUG_EXIT, **machine) as qemu:
        qemu.expect(STOPPED, LIMIT)
        log = qemu.log
    assert "testkernel:" not in log, log
    for message in messages:
        assert f"tessera-loader: {message}" in log, log


def test_the_parts_leave_room_in_64_mib():
    """OVMF leaves 17 MiB of such a machine, and the kernel is there twice, as a file and in its place."""
    parts = ["tessera.elf", "initrd.tar", "loader.efi", "loader.bios"]
    assert sum((BUILD / name).stat().st_size for name in parts) < 8 * MIB


@pytest.mark.parametrize("media, firmware", WAYS)
def test_hands_over_what_the_specification_says(tmp_path, media, firmware):
    image = make_image(tmp_path, media=media, cmdline="one two=3")
    report = boot(image, media=media, firmware=firmware)
    assert report.number("revision-used") == 6
    assert report.number("revision-left") == 0
    assert report["loader"] == "'Tessera loader'"
    assert report.number("firmware") == FIRMWARE_TYPE[firmware]
    assert report["cmdline"] == "'one two=3'"
    assert report.number("virtual-base") == 0xFFFFFFFF80000000
    assert report.number("paging-mode") == 0
    # Machine state: PE ET WP PG; PAE; LME LMA NXE; the PAT of the protocol; nothing else.
    assert report.number("cr0") == 0x80010011
    assert report.number("cr4") == 0x20
    assert report.number("efer") == 0xD00
    assert report.number("pat") & 0xFFFFFFFFFFFF == 0x010500070406
    assert report.number("rflags") == 2
    assert report.number("idt") == 0
    assert report.number("pic") == 0xFFFF
    assert report.number("lapic-svr") == 0x1FF
    assert report.number("lapic-tpr") == 0
    assert report["text"] == "r-x supervisor"
    assert report["rodata"] == "r-- supervisor"
    assert report["data"] == "rw- supervisor"
    # Files, whole.
    kernel = kernel_file().read_bytes()
    assert report["kernel"] == f"'/boot/tessera.elf' 'one two=3' size {len(kernel):x} sum {sum(kernel):x}"
    assert report["module"] == f"'/boot/initrd.tar' 'initrd' size {len(INITRD):x} sum {sum(INITRD):x}"
    # Tables.
    assert report.number("rsdp") > 0
    assert report.number("smbios") & 3
    assert ("efi-system-table" in report.facts) == (firmware == "uefi")
    assert ("efi-memory-map" in report.facts) == (firmware == "uefi")
    assert report["framebuffer"].startswith("500x320 " if firmware == "uefi" else "400x300 ")
    assert report.number("date") > 1_700_000_000
    assert "performance" in report.facts


# Debian's OVMF keeps about 45 MiB of a small machine for itself until the kernel reclaims them.
@pytest.mark.parametrize("memory", [64, 1024, 8192])
@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_memory_sizes(tmp_path, memory, firmware):
    report = boot(make_image(tmp_path, initrd=bytes(4_000_000)), memory=f"{memory}M", media="hdd", firmware=firmware)
    usable = report.number("usable")
    together = usable + report.number("reclaimable")
    assert usable <= memory * MIB
    assert together >= (memory - 12) * MIB
    assert usable >= (memory - (8 if firmware == "bios" else 56)) * MIB
    assert max(base + length for base, length, kind in report.ranges() if kind == 0) > (memory - 24) * MIB


@pytest.mark.parametrize("revision, firmware", [(3, "bios"), (4, "bios"), (5, "bios"), (3, "uefi"), (4, "uefi")])
def test_older_base_revisions(tmp_path, revision, firmware):
    report = boot(make_image(tmp_path, kernel=kernel_file(str(revision))), media="hdd", firmware=firmware)
    assert report.number("revision-used") == revision
    assert report.number("revision-left") == 0
    # "Reserved, but mapped" came with revision 4; SeaBIOS's ACPI tables lie in memory that is only reserved.
    has_mapped_tables = 8 in {kind for _, _, kind in report.ranges()}
    assert not has_mapped_tables if revision == 3 else has_mapped_tables or firmware == "uefi"


BASE_TAG = struct.pack("<2Q", 0xF9562B2D5C95A6C8, 0x6A7B384944536BDC)


@pytest.mark.parametrize("revision, firmware", [(3, "bios"), (4, "bios"), (5, "bios"), (7, "bios"), (3, "uefi"), (7, "uefi")])
def test_the_kernel_at_other_base_revisions(tmp_path, revision, firmware):
    """The system, with the number in its base revision tag changed: 3 to 5 are what older loaders work to, and for 7 the
    loader leaves the tag and works to 6. It comes up, with the interrupts that the ACPI tables tell of."""
    kernel = bytearray((BUILD / "tessera.elf").read_bytes())
    at = kernel.index(BASE_TAG) + len(BASE_TAG)
    kernel[at : at + 8] = struct.pack("<Q", revision)
    image = make_image(tmp_path, kernel=bytes(kernel), initrd=BUILD / "initrd.tar", cmdline="run=hello")
    with Machine(image, media="hdd", firmware=firmware) as qemu:
        qemu.expect("Hello from process", LIMIT)
        assert f"base revision {min(revision, 6)}, Tessera loader" in qemu.log
        assert re.search("interrupt: .* [1-9][0-9]* lines", qemu.log), qemu.log


LOADER_INFO = struct.pack("<2Q", 0xF55038D8E2A1202F, 0x279426FCF5F59740)
PAGING_MODE = struct.pack("<2Q", 0x95C1A0EDAB0944CB, 0xA4E5CB3842F7488A)


def test_the_kernel_says_that_five_levels_are_too_many(tmp_path):
    """Whatever brought them about: here a request of the kernel, turned into one for the highest paging mode."""
    kernel = (BUILD / "tessera.elf").read_bytes()
    assert kernel.count(LOADER_INFO) == 1
    image = make_image(tmp_path, kernel=kernel.replace(LOADER_INFO, PAGING_MODE), initrd=None)
    with Machine(image, media="hdd") as qemu:
        qemu.expect("KERNEL PANIC: expected a loader that leaves four levels of page tables, got five", LIMIT)


def test_the_kernel_with_five_levels(tmp_path):
    """Only a configuration can demand them; our loader refuses, as the specification has it."""
    conf = b"timeout: 0\n" + E + b"paging_mode: 5level\n"
    image = make_image(tmp_path, kernel=BUILD / "tessera.elf", initrd=None, conf=conf)
    refused(image, "/boot/tessera.elf: it accepts paging modes 1 to 0", media="hdd")


def test_a_newer_base_revision_is_declined(tmp_path):
    report = boot(make_image(tmp_path, kernel=kernel_file("7")), media="hdd")
    assert report.number("revision-used") == 6
    assert report.number("revision-left") == 7


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_position_independent_kernel(tmp_path, firmware):
    report = boot(make_image(tmp_path, kernel=kernel_file("pie")), media="hdd", firmware=firmware)
    assert report.number("virtual-base") == 0xFFFFFFFF80000000


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_a_processor_without_extras(tmp_path, firmware):
    report = boot(make_image(tmp_path), media="hdd", firmware=firmware, cpu="qemu64")
    assert report.number("efer") == 0xD00


@pytest.mark.parametrize("iommu", ["intel-iommu,intremap=off", "amd-iommu"])
def test_several_processors_and_an_iommu(tmp_path, iommu):
    """Remapping units are found in the ACPI tables, and the other processors stay where firmware left them."""
    boot(make_image(tmp_path), media="hdd", smp=4, extra=("-device", iommu))


def before_the_loader(image, commands):
    """Puts GRUB commands in front of a disk image's grub.cfg: what firmware might have left, GRUB does for it."""
    esp = f"{image}@@1M"
    modules = Path("/usr/lib/grub/i386-pc")
    old = subprocess.run(["mtype", "-i", esp, "::/boot/grub/grub.cfg"], capture_output=True, text=True, check=True).stdout
    new = image.with_suffix(".cfg")
    new.write_text("insmod memrw\ninsmod iorw\n" + "\n".join(commands) + "\n" + old)
    copy = ["mcopy", "-o", "-i", esp]
    subprocess.run(["mmd", "-i", esp, "::/boot/grub/i386-pc"], check=True)
    for name in ("memrw.mod", "iorw.mod"):
        subprocess.run([*copy, modules / name, f"::/boot/grub/i386-pc/{name}"], check=True)
    subprocess.run([*copy, new, "::/boot/grub/grub.cfg"], check=True)
    return image


def io_apic_write(register, value):
    return [f"write_dword 0xfec00000 {register:#x}", f"write_dword 0xfec00010 {value:#x}"]


LINE_5 = 0x10 + 2 * 5
POKES = {
    "fixed": io_apic_write(LINE_5, 0x20),
    "NMI": io_apic_write(LINE_5, 0x420),
    "ExtINT": io_apic_write(LINE_5, 0x720),
    "PIC": ["outb 0x21 0xb8", "outb 0xa1 0x8f"],
    "local APIC": ["write_dword 0xfee000f0 0x1f0", "write_dword 0xfee00350 0x700", "write_dword 0xfee00370 0x31",
                   "write_dword 0xfee00080 0x20"],
}  # fmt: skip


@pytest.mark.parametrize("what", POKES)
def test_interrupt_controllers_are_quiet(tmp_path, what):
    report = boot(before_the_loader(make_image(tmp_path), POKES[what]), media="hdd")
    assert report.number("pic") == 0xFFFF
    assert report.number("lapic-svr") == 0x1FF
    assert report.number("lapic-tpr") == 0


def test_extint_stays_with_an_older_base_revision(tmp_path):
    """As it was specified then. It shows, too, that the test above finds something to mask."""
    image = before_the_loader(make_image(tmp_path, kernel=kernel_file("4")), POKES["ExtINT"])
    with Machine(image, media="hdd", extra=DEBUG_EXIT) as qemu:
        qemu.expect("testkernel: done", LIMIT)
        assert "testkernel: bad an I/O APIC line is not masked" in qemu.log, qemu.log


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_iso_on_a_stick(tmp_path, firmware):
    """The ISO's bytes as a disk."""
    report = boot(make_image(tmp_path, media="iso"), media="hdd", firmware=firmware)
    assert "module" in report.facts


@pytest.mark.parametrize("media", ["iso", "hdd"])
def test_another_disk_with_tessera_on_it(tmp_path, media):
    """What is booted is what the firmware chose, not whatever disk is found first."""
    (tmp_path / "other").mkdir()
    other = make_image(tmp_path / "other", cmdline="the other disk")
    image = make_image(tmp_path, media=media, cmdline="this one")
    extra = ["-drive", f"file={other},format=raw,snapshot=on,if=none,id=other", "-device", "virtio-blk-pci,drive=other"]
    assert boot(image, media=media, extra=extra)["cmdline"] == "'this one'"


def test_longest_command_line(tmp_path):
    cmdline = "x=" + "0123456789" * 409 + "end"
    assert len(cmdline) == 4095
    report = boot(make_image(tmp_path, cmdline=cmdline), media="hdd")
    assert report["cmdline"] == f"'{cmdline}'"


def test_module_that_the_kernel_asks_for(tmp_path):
    image = make_image(tmp_path, files=[("/boot/internal.txt", b"hello")])
    report = boot(image, media="hdd", firmware="uefi")
    assert report.facts["module"][0] == f"'/boot/internal.txt' 'from the kernel' size 5 sum {sum(b'hello'):x}"
    assert len(report.facts["module"]) == 2


CONF = b"""# a comment
timeout: 0
no_such_option: nobody reads this
default_entry: 2
/Other
    protocol: linux
    path: boot():/nothing
/Mine
    Protocol: limine
    path: boot():/boot/tessera.elf
    kernel_path: boot():/boot/tessera.elf
    cmdline: from conf: yes
    module_path: boot():/boot/initrd.tar
    module_string: first
    module_path: boot():/extra/data.bin
    module_cmdline: second
    module_path: boot():/boot/initrd.tar
    module_path: boot():/boot/tessera.elf
    module_path: boot():/extra/empty
"""


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_a_configuration_of_ones_own(tmp_path, firmware):
    image = make_image(tmp_path, conf=CONF, files=[("/extra/data.bin", b"\1\2\3"), ("/extra/empty", b"")])
    report = boot(image, media="hdd", firmware=firmware)
    assert report["cmdline"] == "'from conf: yes'"
    assert [line.split(" size")[0] for line in report.facts["module"]] == [
        "'/boot/initrd.tar' 'first'", "'/extra/data.bin' 'second'", "'/boot/initrd.tar' ''", "'/boot/tessera.elf' ''",
        "'/extra/empty' ''",
    ]  # fmt: skip
    assert report.facts["module"][2].endswith(f"size {len(INITRD):x} sum {sum(INITRD):x}")
    assert "limine.conf:3: option is not known and ignored" in report.log


E = b"/E\nprotocol: limine\npath: boot():/boot/tessera.elf\n"
ODD_CONF = {
    # name: (configuration, what is said of it, the command line that the kernel gets)
    "mark of UTF-8": (b"\xef\xbb\xbftimeout: 0\n" + E, None, ""),
    "mark before the entry": (b"\xef\xbb\xbf" + E + b"timeout: 0\n", None, ""),
    "line ends of Windows": ((b"timeout: 0\n" + E + b"cmdline: x\n").replace(b"\n", b"\r\n"), None, "x"),
    "no line end": (b"timeout: 0\n" + E + b"cmdline: x", None, "x"),
    "long comment": (b"timeout: 0\n#" + b"x" * MIB + b"\n" + E, None, ""),
    "cut": (b"timeout: 0\n" + E + b"cmdline: " + b"y" * 65536, "'cmdline' is longer than 4095 characters, and cut", "y" * 4095),
    "timeout": (b"timeout: -5\n" + E, "'timeout' is neither 'no' nor a number of seconds", ""),
    "thirty deep": (b"timeout: 0\ndefault_entry: " + b"/".join(b"G%d" % i for i in range(1, 30)) + b"/E\n"
                    + b"".join(b"/" * i + b"G%d\n" % i for i in range(1, 30)) + b"/" * 29 + E, None, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD_CONF)
def test_odd_configuration(tmp_path, name):
    conf, message, cmdline = ODD_CONF[name]
    report = boot(make_image(tmp_path, conf=conf), media="hdd")
    assert report["cmdline"] == f"'{cmdline}'"
    said = re.findall(r"^tessera-loader: (/boot/limine.conf.*)$", report.log, re.MULTILINE)
    assert len(said) == (message is not None), said
    assert message is None or message in said[0]


# What stops the boot, and what the loader says of it.

MISSING = {"bios": "NOT_LOADED", "uefi": "no such file"}


@pytest.mark.parametrize("media, firmware", WAYS)
def test_missing_kernel(tmp_path, media, firmware):
    image = make_image(tmp_path, kernel=None, media=media)
    message = f"/boot/tessera.elf: kernel cannot be loaded: {MISSING[firmware]}"
    refused(image, message, media=media, firmware=firmware)


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_missing_module(tmp_path, firmware):
    conf = b"timeout: 0\n/T\nprotocol: limine\npath: boot():/boot/tessera.elf\nmodule_path: boot():/boot/gone.tar\n"
    image = make_image(tmp_path, conf=conf)
    refused(image, f"/boot/gone.tar: module cannot be loaded: {MISSING[firmware]}", media="hdd", firmware=firmware)


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_module_larger_than_memory(tmp_path, firmware):
    image = make_image(tmp_path, initrd=bytes(80 * MIB))
    why = {"bios": "NOT_LOADED", "uefi": "too little memory for its 81920 KiB"}[firmware]
    message = f"/boot/initrd.tar: module cannot be loaded: {why}"
    refused(image, message, media="hdd", firmware=firmware, memory="64M")


def grow_last_segment(elf, size):
    """The kernel's last PT_LOAD gets `size` more bytes of zeroed memory."""
    elf = bytearray(elf)
    (count,) = struct.unpack_from("<H", elf, 56)
    loads = [64 + 56 * i for i in range(count) if struct.unpack_from("<I", elf, 64 + 56 * i)[0] == 1]
    (memory,) = struct.unpack_from("<Q", elf, loads[-1] + 40)
    struct.pack_into("<Q", elf, loads[-1] + 40, memory + size)
    return bytes(elf)


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_kernel_larger_than_memory(tmp_path, firmware):
    image = make_image(tmp_path, kernel=grow_last_segment(kernel_file().read_bytes(), 100 * MIB))
    refused(image, "too little memory: no 10", media="hdd", firmware=firmware, memory="64M")


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_truncated_kernel(tmp_path, firmware):
    image = make_image(tmp_path, kernel=kernel_file().read_bytes()[:10000])
    message = "/boot/tessera.elf: no kernel that can be started: a segment outside the file"
    refused(image, message, media="hdd", firmware=firmware)


def patched(*changes):
    """The test kernel with bytes replaced: (offset, bytes)."""
    elf = bytearray(kernel_file().read_bytes())
    for offset, data in changes:
        elf[offset : offset + len(data)] = data
    return bytes(elf)


def u64(value):
    return struct.pack("<Q", value)


SEGMENT_1 = 64  # p_type 0, p_flags 4, p_offset 8, p_vaddr 16, p_filesz 32, p_memsz 40, p_align 48
SEGMENT_2 = SEGMENT_1 + 56
BROKEN = {
    "empty": (lambda: b"", "the file is shorter than an ELF header"),
    "short": (lambda: b"\x7fELF", "the file is shorter than an ELF header"),
    "text": (lambda: b"#!/bin/sh\n" * 20, "not an ELF file"),
    "class": (lambda: patched((4, b"\1")), "not a 64-bit ELF file"),
    "endianness": (lambda: patched((5, b"\2")), "not a little-endian ELF file"),
    "version": (lambda: patched((6, b"\7")), "an unknown ELF version"),
    "type": (lambda: patched((16, b"\1")), "not an executable of the expected kind"),
    "machine": (lambda: patched((18, b"\xb7")), "made for another machine"),
    "phentsize": (lambda: patched((54, b"\x20")), "program headers of unexpected size"),
    "phnum 0": (lambda: patched((56, b"\0\0")), "no program headers"),
    "phnum huge": (lambda: patched((56, b"\xff\xff")), "too many program headers"),
    "phoff": (lambda: patched((32, u64(1 << 40))), "program headers outside the file"),
    "phoff wraps": (lambda: patched((32, u64((1 << 64) - 8))), "program headers outside the file"),
    "memsz": (lambda: patched((SEGMENT_1 + 40, u64(1))), "a segment larger in the file than in memory"),
    "offset": (lambda: patched((SEGMENT_1 + 8, u64(1 << 60))), "a segment outside the file"),
    "wraps": (lambda: patched((SEGMENT_2 + 40, u64((1 << 64) - 4096))), "a segment that wraps"),
    "low": (lambda: patched((SEGMENT_1 + 16, u64(0x100000))), "a segment below the lowest address allowed"),
    "align": (lambda: patched((SEGMENT_1 + 48, u64(3))), "a segment alignment that is no power of two"),
    "overlap": (lambda: patched((SEGMENT_1 + 40, u64(0x9000))), "overlapping segments"),
    "write and execute": (lambda: patched((SEGMENT_1 + 4, b"\7")), "a segment both writable and executable"),
    "entry": (lambda: patched((24, u64(0xFFFFFFFF80100000))), "an entry point outside the executable segments"),
    "huge": (lambda: grow_last_segment(patched(), 1 << 30), "larger than allowed"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_kernel(tmp_path, name):
    make, message = BROKEN[name]
    image = make_image(tmp_path, kernel=make())
    refused(image, f"/boot/tessera.elf: no kernel that can be started: {message}", media="hdd")


REFUSED = {
    "2": "it asks for base revision 2 of the Limine protocol; this loader offers 3 to 6",
    "two-tags": "no kernel that can be started: it has two base revision tags",
    "request-twice": "no kernel that can be started: it has the same request twice",
    "unknown-twice": "no kernel that can be started: it has the same request twice",
    "five-levels": "it accepts paging modes 1 to 1, with the configuration's limits, and this processor has none",
}


@pytest.mark.parametrize("variant", REFUSED)
def test_refused_kernel(tmp_path, variant):
    image = make_image(tmp_path, kernel=kernel_file(variant))
    refused(image, f"/boot/tessera.elf: {REFUSED[variant]}", media="hdd", cpu="qemu64")


def test_module_that_the_kernel_requires(tmp_path):
    image = make_image(tmp_path, kernel=kernel_file("internal-required"))
    refused(image, "/boot/internal.txt: module that the kernel requires cannot be loaded", media="hdd")


BAD_CONF = {
    "line": (b"timeout: 0\nnonsense\n", "/boot/limine.conf:2: neither an entry"),
    "binary": (bytes(range(1, 256)) * 4, "/boot/limine.conf:"),
    "empty": (b"", "/boot/limine.conf: it has no entry to boot"),
    "option outside": (b"path: boot():/k\n", "/boot/limine.conf:1: this option belongs to an entry"),
    "protocol": (b"/E\nprotocol: linux\npath: boot():/k\n", "/boot/limine.conf:2: this entry needs 'protocol: limine'"),
    "no kernel": (b"/E\nprotocol: limine\n", "/boot/limine.conf:1: this entry names no kernel"),
    "default": (b"default_entry: 3\n/E\nprotocol: limine\n", "/boot/limine.conf:1: default_entry names no entry that the menu shows"),
    "default name": (b"/E\ndefault_entry: F\n", "/boot/limine.conf:2: default_entry names no entry"),
    "hidden": (b"/E\nif_fw_type: UEFI\n", "/boot/limine.conf: it has no entry to boot"),
    "macro": (b"/E\nprotocol: ${LIMINE}\n", "/boot/limine.conf:2: a macro that is not set"),
    "group": (b"timeout: 0\n/G\n//E\nprotocol: limine\n", "/boot/limine.conf:2: default_entry names a group"),
    "volume": (b"/E\nprotocol: limine\npath: hdd(1:1):/k\n", "/boot/limine.conf:3: only paths on the boot volume"),
    "hash": (b"/E\nprotocol: limine\npath: boot():/k#00\n", "/boot/limine.conf:3: this loader knows only BLAKE2b"),
    "wrong hash": (b"/E\nprotocol: limine\npath: boot():/boot/tessera.elf#" + b"0" * 128,
                   "/boot/tessera.elf: it does not have the hash that is given for it"),
    "hash without digits": (b"/E\nprotocol: limine\npath: boot():/boot/tessera.elf#" + b"g" * 128,
                            "/boot/limine.conf:3: this loader knows only BLAKE2b"),
    "NUL": (b"/E\nprotocol: limine\n\0\n", "/boot/limine.conf:3: a NUL byte; is this a text file?"),
    "UTF-16": ("\ufeff/E\n".encode("utf-16le"), "/boot/limine.conf:1: a NUL byte"),
    "circle": (b"${A}=${B}\n${B}=${A}\n/${A}\n", "/boot/limine.conf:3: macros in macros, more than 8 deep"),
    "many entries": (b"/E\n" * 10000, "/boot/limine.conf:65: too many entries (at most 64)"),
    "one long line": (b"/E\ncomment: " + b"x" * MIB, "/boot/limine.conf:2: the file, without comments and with its macros"),
    "long": (b"/E\nprotocol: limine\npath: boot():/" + b"k" * 300, "/boot/limine.conf:3: the path is longer than 255"),
}


@pytest.mark.parametrize("name", BAD_CONF)
def test_bad_configuration(tmp_path, name):
    conf, message = BAD_CONF[name]
    # A global option may stand anywhere: behind, so that the lines keep their numbers.
    refused(make_image(tmp_path, conf=conf + b"\ntimeout: 0\n"), message, media="hdd")


def test_bad_configuration_under_uefi(tmp_path):
    conf, message = BAD_CONF["line"]
    refused(make_image(tmp_path, conf=conf), message, media="hdd", firmware="uefi")


def test_configuration_beside_the_application(tmp_path):
    """Under UEFI a limine.conf in the loader's own folder comes before the one in /boot."""
    image = make_image(tmp_path, files=[("/EFI/BOOT/limine.conf", b"nonsense\n")])
    refused(image, "/EFI/BOOT/limine.conf:1: neither an entry", media="hdd", firmware="uefi")


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_a_medium_that_was_cut_off(tmp_path, firmware):
    """In the middle of the kernel: on BIOS it is GRUB that finds no loader behind it."""
    image = make_image(tmp_path)
    at = image.read_bytes().index(kernel_file().read_bytes()[20480:20992])
    with open(image, "r+b") as file:
        file.truncate(at)
    message = {"bios": "Tessera cannot be started: ", "uefi": "tessera-loader: stopped."}[firmware]
    with Machine(image, media="hdd", firmware=firmware) as qemu:
        qemu.expect(message, LIMIT)
        assert "testkernel:" not in qemu.log


def test_a_run_ends_when_the_loader_stops(tmp_path):
    """More files than memory: no time limit is needed to see that nothing will come."""
    with open(tmp_path / "large", "wb") as file:
        file.truncate(80 * MIB)
    status, out, err = run_tool("run", "--extra", tmp_path, "--memory", "64M", "--command", "true")
    assert (status, out) == (125, b"")
    assert b"tessera-loader: /boot/initrd.tar: module cannot be loaded" in err
    assert b"the loader found no system" in err


def test_a_hang_would_be_seen(tmp_path):
    """The helper above must not take silence for a refusal."""
    with pytest.raises(MachineError), Machine(make_image(tmp_path), media="hdd", extra=DEBUG_EXIT) as qemu:
        qemu.expect(STOPPED, LIMIT)
