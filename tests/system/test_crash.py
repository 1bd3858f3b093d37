# SPDX-License-Identifier: MIT
"""Programs that crash: init reports what and why, ends them, and nothing else is disturbed."""

import re
import struct
import subprocess

import pytest
from tessera import ARCH, Machine, built_file, change_initrd, make_image, make_program

# Machine code: an illegal instruction; a read from address 0; an instruction of the kernel.
CODE = {
    "x86_64": {
        "illegal": b"\x0f\x0b", "null": b"\x31\xc0\x8b\x00", "privileged": b"\xf4",
        # Overwrites its own code: mapped without the right to write.
        "selfwrite": b"\xc6\x05\xf9\xff\xff\xff\x00",
        # Jumps into its stack: mapped without the right to execute.
        "stackjump": b"\x48\x8d\x44\x24\xf8\xff\xe0",
        # Reads from the kernel's half.
        "kernelread": b"\x48\xc7\xc0\x00\x00\x00\x80\x8b\x00",
        # push rbp; mov rbp, rsp; call the next instruction; push rbp; mov rbp, rsp; an illegal instruction.
        "nested": b"\x31\xed\x55\x48\x89\xe5\xe8\0\0\0\0\x55\x48\x89\xe5\x0f\x0b",
        # sub rsp, 64; mov rbp, rsp; mov [rbp], rbp; mov qword [rbp+8], 0x12345678: a frame that is its own caller.
        "circle": b"\x48\x83\xec\x40\x48\x89\xe5\x48\x89\x6d\x00\x48\xc7\x45\x08\x78\x56\x34\x12\x0f\x0b",
    }
}[ARCH]  # fmt: skip
# Three instructions that do nothing, then an illegal one.
CRASH_AFTER = {"x86_64": (3, b"\x90\x90\x90\x0f\x0b")}[ARCH]


def symbol_of(program, name):
    """The address of a function."""
    listed = subprocess.run(["llvm-nm-19", "-"], input=program, check=True, capture_output=True).stdout.decode()
    return int(re.search(rf"^([0-9a-f]+) \w {name}$", listed, re.MULTILINE)[1], 16)


def patched(program, address, code):
    """The program with other bytes at an address (System V ABI, "Program Header")."""
    table, size, count = struct.unpack_from("<Q", program, 32)[0], *struct.unpack_from("<HH", program, 54)
    for index in range(count):
        kind, _, offset, start, _, length = struct.unpack_from("<IIQQQQ", program, table + index * size)
        if kind == 1 and start <= address < start + length:
            at = offset + address - start
            return program[:at] + code + program[at + len(code) :]
    raise AssertionError(f"{address:#x} is in no segment")


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shell")
    files = {name: make_program(code) for name, code in CODE.items()}
    program = built_file("bin/true")
    files["patched"] = patched(program, symbol_of(program, "main"), CRASH_AFTER[1])
    initrd = change_initrd(folder / "initrd.tar", files=files)
    return make_image(folder / "image.iso", initrd=initrd)


@pytest.fixture(scope="module")
def machine(image):
    """One machine for all tests here: each leaves the shell usable."""
    with Machine(image) as booted:
        booted.expect_prompt()
        yield booted


@pytest.mark.parametrize("name, reason", [
    ("illegal", "processor exception"), ("null", "read from address 0"), ("privileged", "processor exception"),
    ("nested", "processor exception"), ("selfwrite", "write to address"), ("stackjump", "jump to address"), ("kernelread", "0xffffffff80000000"),
])  # fmt: skip
def test_a_crash_is_reported_and_disturbs_nothing(machine, name, reason):
    before = machine.command("ps").splitlines()
    report = machine.command(f"/{name}")
    assert re.search(rf"init: {name} \(\d+\) crashed", report)
    assert reason in report
    assert re.search(r"^init:   at 0x[0-9a-f]+", report, re.MULTILINE)
    assert len(re.findall(r"\b[0-9a-f]{16}\b", report)) >= 16
    assert machine.command("echo $?") == "139\n"
    names = [row.split()[-1] for row in machine.command("ps").splitlines()]
    assert names == [row.split()[-1] for row in before]


def test_the_calls_are_shown(machine):
    report = machine.command("/nested")
    at = int(re.search(r"^init:   at (0x[0-9a-f]+)", report, re.MULTILINE).group(1), 16)
    first = int(re.search(r"^init:   #1 (0x[0-9a-f]+)", report, re.MULTILINE).group(1), 16)
    assert first == at - 4  # behind the call


def test_the_place_is_named(machine):
    """Function, offset in it and address in the file, of a program with symbols that does not stand where it was linked."""
    report = machine.command("/patched")
    main = symbol_of(built_file("bin/true"), "main")
    offset = CRASH_AFTER[0]
    found = re.search(rf"^init:   at (0x[0-9a-f]+) main\+{offset:#x} \({main + offset:#x} in the file\)$", report, re.MULTILINE)
    assert found and int(found[1], 16) > main + offset and int(found[1], 16) % 4096 == (main + offset) % 4096, report
    assert re.search(r"^init:   #1 0x[0-9a-f]+ \w+\+0x[0-9a-f]+ \(0x[0-9a-f]+ in the file\)$", report, re.MULTILINE), report


def test_a_circle_of_frames_is_shown_once(machine):
    report = machine.command("/circle")
    assert re.findall(r"^init:   #(\d+ \S+)", report, re.MULTILINE) == ["1 0x12345678"], report


def test_many_crashes_leave_room_for_others_in_the_log(image):
    """A burst is reported, the rest is counted: of so many none is missing."""
    many = 40
    with Machine(image) as machine:
        machine.expect_prompt()
        machine.command("for i in " + " ".join("x" * many) + "; do /null; done")
        reported = len(re.findall(r"init: null \(\d+\) crashed", machine.log))
        assert 20 <= reported < many
        machine.command("sleep 2")
        machine.command("/null")
        said = re.search(r"init: (\d+) crashes were too many to report", machine.log)
        assert said and reported + int(said[1]) == many, machine.log[-2000:]
