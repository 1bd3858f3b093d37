# SPDX-License-Identifier: MIT
"""A boot archive that is missing, truncated or damaged: a message says what was looked for and what is wrong, and the
machine stops. (What an archive may lack is in test_init.py.)"""

import re

import pytest
from tessera import BUILD, Machine, change_initrd, make_image, run_tool

HALTS = re.compile(r"the system halts with status \d+")


def boot_and_halt(tmp_path, initrd):
    image = make_image(tmp_path / "image.iso", initrd=initrd)
    with Machine(image) as machine:
        machine.expect(HALTS)
        return machine.log


def whole():
    return (BUILD / "initrd.tar").read_bytes()


def written(tmp_path, data):
    path = tmp_path / "initrd.tar"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("data, message", [
    (b"", "the loader gave no initrd"),
    (b"x" * 100, "the archive ends inside a header"),
    (b"x" * 2048, "a header without the ustar magic"),
    (bytes(1024), "the initrd has no file of this name"),
])  # fmt: skip
def test_no_archive(tmp_path, data, message):
    log = boot_and_halt(tmp_path, written(tmp_path, data))
    assert message in log and "looked for 'bin/init' in the initrd" in log


def test_truncated(tmp_path):
    data = whole()
    log = boot_and_halt(tmp_path, written(tmp_path, data[: len(data) // 2]))
    assert "the boot archive is damaged at byte" in log
    assert "the archive ends inside an entry's data" in log


def test_a_damaged_header(tmp_path):
    data = bytearray(whole())
    data[600] ^= 1
    assert "a header with a wrong checksum" in boot_and_halt(tmp_path, written(tmp_path, data))


def test_a_name_that_leads_out(tmp_path):
    log = boot_and_halt(tmp_path, change_initrd(tmp_path / "i.tar", files={"zz/../../escape": b""}))
    assert "a name with the part '..'" in log


def test_a_command_ends_with_125(tmp_path):
    initrd = change_initrd(tmp_path / "initrd.tar", without=("bin/init",))
    image = make_image(tmp_path / "image.iso", initrd=initrd, cmdline="tag=00000000 run=x:6c73")
    status, out, err = run_tool("run", "--image", image, "--command", "ls", "--timeout", 60)
    assert (status, out) == (125, b"")
    assert b"the system halted" in err
