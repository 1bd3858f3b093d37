# SPDX-License-Identifier: MIT
"""tools/run with --command: status, bytes and time limits, against a stand-in for QEMU that plays a machine.

The stand-in finds the boot's tag in the image that tools/mkimage made, as the guest would, and then does what the
command says: so the way of the command into the image is tested too.
"""

import os
import re
import subprocess
import sys
import tarfile
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "lib"))

import backtrace  # noqa: E402
import qemu  # noqa: E402

FAKE_QEMU = r'''#!/usr/bin/python3
import re, sys, time
arguments = " ".join(sys.argv)
image = open(re.search(r"file=([^,]*(?:,,[^,]*)*),format=raw", arguments).group(1).replace(",,", ","), "rb").read()
tag, command = re.search(rb"tag=([0-9a-f]{8}) run=x:([0-9a-f]*)", image).groups()
out = sys.stdout.buffer

def put(data):
    out.write(data)
    out.flush()

def record(kind, payload):
    put(b"\x1e" + tag + kind + b"%04x\n" % len(payload) + payload)

put(b"boot text\r\n")
exec(bytes.fromhex(command.decode()).decode())
'''


@pytest.fixture
def start(tmp_path):
    """start(script, ...) -> the process of tools/run: the script is the command, and the stand-in executes it."""
    build = tmp_path / "a build, with blanks"
    build.mkdir()
    for name in ("tessera.elf", "loader.efi", "loader.bios"):
        (build / name).write_bytes(name.encode())
    with tarfile.open(build / "initrd.tar", "w", format=tarfile.GNU_FORMAT):
        pass
    programs = tmp_path / "bin"
    programs.mkdir()
    fake = programs / "qemu-system-x86_64"
    fake.write_text(FAKE_QEMU, encoding="ascii")
    fake.chmod(0o755)

    def start_script(script, *arguments):
        environment = dict(os.environ, PATH=f"{programs}:{os.environ['PATH']}")
        return subprocess.Popen(
            [ROOT / "tools/run", "--build", build, "--command", textwrap.dedent(script), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
        )  # fmt: skip

    return start_script


@pytest.fixture
def run(start, tmp_path):
    """run(script, ...) -> (status, stdout, stderr)"""

    def run_script(script, *arguments):
        process = start(script, *arguments)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
        assert not list((tmp_path / "a build, with blanks/run").iterdir()), "the boot's scratch folder is still there"
        return process.returncode, out, err

    return run_script


@pytest.mark.parametrize("status", [0, 1, 7, 125, 255])
def test_exact_status_and_bytes(run, status):
    script = f"""
        record(b"l", b"log line\\n")
        record(b"o", bytes(range(256)))
        record(b"o", b"no newline at the end")
        record(b"e", b"{status}")
        put(b"powering off")
    """
    result = run(script)
    assert result[:2] == (status, bytes(range(256)) + b"no newline at the end")
    assert b"boot text\r\nlog line\npowering off" in result[2]


def test_no_end_record(run):
    status, out, err = run('record(b"o", b"half")')
    assert (status, out) == (125, b"half")
    assert b"boot text" in err and b"without saying how the command ended" in err


@pytest.mark.parametrize("payload", ["", "256", "x", "-1"])
def test_a_malformed_end_record(run, payload):
    assert run(f'record(b"e", b"{payload}")')[0] == 125


def test_a_panic_ends_the_run(run):
    script = """
        put(b"\\x1e" + tag + b"o0020\\nhalf a reco")
        record(b"p", b"")
        put(b"panic: expected this\\r\\n  #0 0xffffffff80001234 name+0x12\\r\\n")
        time.sleep(1000)
    """
    status, out, err = run(script)
    assert (status, out) == (125, b"")
    assert b"half a reco" in err and b"panic: expected this" in err and b"the kernel panicked" in err


def test_a_halt_ends_the_run(run):
    script = """
        put(b"looked for 'bin/init' in the initrd (0 bytes); the system halts with status 125\\r\\n")
        time.sleep(1000)
    """
    status, out, err = run(script)
    assert (status, out) == (125, b"")
    assert b"the system halted" in err


def test_the_time_limit(run):
    status, out, err = run("time.sleep(1000)", "--timeout", "3")
    assert (status, out) == (125, b"")
    assert b"time limit of 3 s" in err


def test_ending_the_script_ends_the_machine(start, tmp_path):
    pid = tmp_path / "pid"
    process = start(f"open({str(pid)!r}, 'w').write(str(__import__('os').getpid())); put(b'up\\n'); time.sleep(1000)")
    while b"up" not in process.stderr.readline():
        pass
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 125
    assert not Path(f"/proc/{pid.read_text()}").exists()


def test_extra_files_and_wrong_folders(run, tmp_path):
    extra = tmp_path / "extra, files"
    extra.mkdir()
    (extra / "name").write_bytes(b"content of the extra file")
    script = 'record(b"e", b"0" if b"content of the extra file" in image else b"1")'
    assert run(script, "--extra", extra)[0] == 0
    assert run(script)[0] == 1
    status, _, err = run(script, "--extra", tmp_path / "nowhere")
    assert status == 125 and b"nowhere' is not a folder" in err


def test_a_command_that_does_not_fit(run):
    status, out, err = run("x" * 1050)
    assert (status, out) == (125, b"") and b"the command is too long" in err
    size = int(re.search(r"char command_line\[(\d+)\]", (ROOT / "kernel/include/kernel/boot.h").read_text(encoding="utf-8"))[1])
    assert f"COMMAND_LINE_LIMIT = {size - 1} " in (ROOT / "tools/run").read_text(encoding="utf-8")


def test_accelerator(monkeypatch):
    assert qemu.choose_accelerator("kvm") == "kvm"
    assert qemu.choose_accelerator("tcg") == "tcg"
    with pytest.raises(qemu.QemuError):
        qemu.choose_accelerator("xen")
    monkeypatch.setattr(qemu.os, "access", lambda *_: True)
    monkeypatch.setattr(qemu.Path, "read_text", lambda *_, **__: "flags : fpu sse2 vmxes\n")
    assert qemu.choose_accelerator() == "tcg"
    monkeypatch.setattr(qemu.Path, "read_text", lambda *_, **__: "flags : fpu vmx sse2\n")
    assert qemu.choose_accelerator() == "kvm"
    monkeypatch.setattr(qemu.os, "access", lambda *_: False)
    assert qemu.choose_accelerator() == "tcg"


def test_a_window_needs_a_display_and_a_qemu_that_has_one(monkeypatch, tmp_path):
    def fake(kinds):
        (tmp_path / "qemu").write_text(f"#!/bin/sh\nprintf 'Available display backend types:\\n{kinds}'\n", encoding="ascii")
        (tmp_path / "qemu").chmod(0o755)

    monkeypatch.setattr(qemu, "BINARY", {"x86_64": str(tmp_path / "qemu")})
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    fake("none\\ngtk\\n")
    assert "no display" in qemu.window_problem("x86_64")
    monkeypatch.setenv("DISPLAY", ":0")
    assert qemu.window_problem("x86_64") is None
    fake("none\\ncurses\\n")
    assert "qemu-system-gui" in qemu.window_problem("x86_64")


def test_frames_of_a_panic_get_file_and_line(tmp_path):
    source = tmp_path / "deep.c"
    source.write_text("int inner(void) {\n    return 1;\n}\n\nint _start(void) {\n    return inner() + 1;\n}\n", encoding="ascii")
    program = tmp_path / "deep"
    subprocess.run(
        ["clang-19", "-g", "-O0", "-nostdlib", "-static", "-fuse-ld=lld-19", "-o", program, source], check=True
    )
    listing = subprocess.run(["llvm-nm-19", program], capture_output=True, text=True, check=True).stdout
    address = {line.split()[2]: int(line.split()[0], 16) for line in listing.splitlines()}
    # A return address that is already the next function's first byte belongs to the function before it.
    registers = f"rip {address['inner']:016x} rsp {0:016x}\n"
    text = f"KERNEL PANIC: x\n{registers}  #0 0x{address['inner']:016x} inner+0x0\n  #1 0x{address['_start']:016x} _start+0x0\n"
    assert backtrace.has_panic(text.encode())
    first, second = backtrace.source_lines(text, program)
    assert first.startswith("  #0 0x") and first.endswith("deep.c:1")
    assert second.endswith(("deep.c:2", "deep.c:3"))
    without_trap = text.replace(registers, "")
    assert not backtrace.source_lines(without_trap, program)[0].endswith("deep.c:1")
    assert backtrace.source_lines("no frames here", program) == []
    assert not backtrace.has_panic(b"$ echo no panic\n")
