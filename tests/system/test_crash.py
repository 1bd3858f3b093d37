# SPDX-License-Identifier: MIT
"""Programs that crash: init reports what and why, ends them, and nothing else is disturbed."""

import re

import pytest
from tessera import ARCH, Machine, change_initrd, make_image, make_program

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
    }
}[ARCH]  # fmt: skip


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shell")
    initrd = change_initrd(folder / "initrd.tar", files={name: make_program(code) for name, code in CODE.items()})
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
