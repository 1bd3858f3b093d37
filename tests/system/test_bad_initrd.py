# SPDX-License-Identifier: MIT
"""A boot archive that is missing, truncated or damaged, and an init or a system description that is: each ends with
a message that says what was looked for and what is wrong, and never hangs silently."""

import re

import pytest
from tessera import BUILD, Machine, MachineError, change_initrd, make_image, run_tool

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


@pytest.mark.parametrize("init, message", [
    (None, "the initrd has no file of this name"),
    (b"", "the file is shorter than an ELF header"),
    (b"#!/bin/sh\n" * 30, "not an ELF file"),
])  # fmt: skip
def test_init(tmp_path, init, message):
    files = {} if init is None else {"bin/init": init}
    log = boot_and_halt(tmp_path, change_initrd(tmp_path / "i.tar", without=("bin/init",), files=files))
    assert message in log and "bin/init" in log


def test_a_truncated_init(tmp_path):
    with pytest.raises(MachineError):
        # Proves that the built initrd does not halt, so the test below means something.
        with Machine() as machine:
            machine.expect(HALTS, 10)
    import tarfile

    with tarfile.open(BUILD / "initrd.tar") as archive:
        init = archive.extractfile("bin/init").read()
    log = boot_and_halt(tmp_path, change_initrd(tmp_path / "i.tar", files={"bin/init": init[: len(init) // 2]}))
    assert "a segment outside the file" in log


@pytest.mark.parametrize("record, message", [
    (None, "/etc/image.rec is missing"),
    (b"TSIMAGE\n" * 40, "/etc/image.rec: made for another version of init"),
    (b"x" * 100, "/etc/image.rec: not an image record"),
])  # fmt: skip
def test_the_description_of_the_system(tmp_path, record, message):
    files = {} if record is None else {"etc/image.rec": record}
    log = boot_and_halt(tmp_path, change_initrd(tmp_path / "i.tar", without=("etc/image.rec",), files=files))
    assert message in log


def test_a_missing_service_is_named_and_given_up(tmp_path):
    image = make_image(tmp_path / "image.iso", initrd=change_initrd(tmp_path / "i.tar", without=("sbin/console",)))
    with Machine(image) as machine:
        machine.expect("service console: /sbin/console cannot be started: no file")
        machine.expect("service console is started again in")


def test_a_command_ends_with_125(tmp_path):
    initrd = change_initrd(tmp_path / "initrd.tar", without=("bin/init",))
    image = make_image(tmp_path / "image.iso", initrd=initrd, cmdline="tag=00000000 run=x:6c73")
    status, out, err = run_tool("run", "--image", image, "--command", "ls", "--timeout", 60)
    assert (status, out) == (125, b"")
    assert b"the system halted" in err
