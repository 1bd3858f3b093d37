# SPDX-License-Identifier: MIT
"""Missing and broken init, image record and programs: each says what is wrong, and the machine stops or goes on."""

import io
import subprocess
import tarfile

import pytest
from tessera import BUILD, ROOT, Machine, make_image


def archive(tmp_path, change):
    """The built archive with `change` applied to its {name: bytes}; None takes a file away."""
    entries = {}
    with tarfile.open(BUILD / "initrd.tar") as source:
        for member in source:
            if member.isfile():
                entries[member.name] = source.extractfile(member).read()
    entries |= change(entries)
    out = tmp_path / "initrd.tar"
    with tarfile.open(out, "w", format=tarfile.GNU_FORMAT) as target:
        for name, data in entries.items():
            if data is not None:
                info = tarfile.TarInfo(name)
                info.size, info.mode = len(data), 0o755
                target.addfile(info, io.BytesIO(data))
    return make_image(tmp_path / "image.iso", initrd=out)


def spoiled(data, offset):
    return data[:offset] + bytes([data[offset] ^ 0xFF]) + data[offset + 1 :]


STOPS = {
    "init missing": (lambda e: {"bin/init": None}, "looked for 'bin/init'"),
    "init no program": (lambda e: {"bin/init": b"#!/bin/sh\n"}, "the file is not a program"),
    "init cut short": (lambda e: {"bin/init": e["bin/init"][:2000]}, "the file is not a program"),
    "record missing": (lambda e: {"etc/image.rec": None}, "/etc/image.rec is missing in the boot archive"),
    "record empty": (lambda e: {"etc/image.rec": b""}, "/etc/image.rec: shorter than its header"),
    "record spoiled": (lambda e: {"etc/image.rec": spoiled(e["etc/image.rec"], 500)}, "/etc/image.rec: wrong checksum"),
    "record of another kind": (lambda e: {"etc/image.rec": e["bin/true"]}, "/etc/image.rec: not an image record"),
    "needed service missing": (lambda e: {"sbin/file": None}, "service file failed 5 times; it is not started again"),
    "needed service no program": (
        lambda e: {"sbin/console": b"text"},
        "service console: /sbin/console cannot be started: the file is not a program",
    ),
}


@pytest.mark.parametrize("case", STOPS)
def test_system_stops_and_says_why(tmp_path, case):
    change, message = STOPS[case]
    with Machine(archive(tmp_path, change)) as machine:
        machine.expect(message)
        machine.expect("status 125")


def test_service_that_is_not_needed_may_be_missing(tmp_path):
    with Machine(archive(tmp_path, lambda e: {"sbin/power": None})) as machine:
        machine.expect("service power: /sbin/power cannot be started: no file, program or service of this name")
        machine.expect("service power failed 5 times; it is not started again")
        machine.send("\r")
        machine.expect_prompt()
        machine.send("echo still' 'here\r")
        machine.expect("still here")


def test_shell_missing(tmp_path):
    with Machine(archive(tmp_path, lambda e: {"bin/sh": None})) as machine:
        machine.expect("The shell cannot be started: no file, program or service of this name.")
        machine.expect("the session stops")
        machine.expect("status 125")


@pytest.mark.parametrize(
    ("cmdline", "message"),
    [("tag=12", "tag= wants 8"), ("run=x:123", "run=x: wants pairs of hexadecimal digits")],
)
def test_command_line(tmp_path, cmdline, message):
    with Machine(make_image(tmp_path / "image.iso", cmdline=cmdline)) as machine:
        machine.expect(f"the kernel's command line: {message}")
        machine.expect("status 125")


def test_plain_run_prints_as_the_shell_does(tmp_path):
    with Machine(make_image(tmp_path / "image.iso", cmdline="run=echo one; false")) as machine:
        machine.expect("one")
        machine.expect_end()


def test_more_privilege_for_no_program_outside_bin(tmp_path):
    """A program of /bin that holds a grant holds none when its file stands elsewhere."""
    with Machine(archive(tmp_path, lambda e: {"other/ps": e["bin/ps"]})) as machine:
        machine.expect_prompt()
        assert "does not carry the grant" in machine.command("/other/ps")
        assert "init" in machine.command("ps")


def test_image_that_asks_for_more_than_there_is(tmp_path):
    (tmp_path / "image.toml").write_text(f'[image]\nextends = "{ROOT}/images/default.toml"\n[program.ls]\nmemory = "9999M"\n')
    subprocess.run([ROOT / "tools/imagec", "-o", tmp_path / "out.rec", tmp_path / "image.toml"], check=True)
    with Machine(archive(tmp_path, lambda e: {"etc/image.rec": (tmp_path / "out.rec").read_bytes()})) as machine:
        machine.expect_prompt()
        assert machine.command("ls") == "sh: ls: the charge would exceed the quota\n"
        assert machine.command("echo $?") == "126\n"
