# SPDX-License-Identifier: MIT
"""A booted Tessera for tests: start QEMU, expect text, type lines, collect what they print, and always end QEMU.

    with Machine(media="iso", firmware="uefi") as machine:
        machine.expect_prompt()
        assert machine.command("echo hello") == "hello\n"

All time limits are far above what a slow host needs, so that only a hang meets them; no test passes or fails on a
measured time. The end of the serial log is in the failure message.
"""

import io
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pexpect

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "lib"))

import qemu  # noqa: E402

ARCH = os.environ.get("TESSERA_ARCH", "x86_64")
BUILD = ROOT / "build" / ARCH
BOOT_LIMIT = 90
COMMAND_LIMIT = 60
PROMPT = re.compile(r"tessera:/[^\r\n$]*\$ ")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[=>78]")


class MachineError(AssertionError):
    """What was expected did not come; carries the end of the serial log."""


def plain(text):
    """Terminal text as lines: no escape sequences, no carriage returns."""
    return ESCAPES.sub("", text).replace("\r", "")


class Machine:
    """One QEMU with its serial line on a pseudo terminal."""

    def __init__(self, image=None, *, media="iso", firmware="bios", memory="256M", smp=1, cpu="max", extra=(),
                 reboot=False):
        self._scratch = tempfile.TemporaryDirectory(prefix="tessera-")
        scratch = Path(self._scratch.name)
        self.image = Path(image) if image else BUILD / f"tessera.{media}"
        assert self.image.exists(), f"{self.image} is missing"
        command = qemu.qemu_command(
            ARCH, self.image, scratch, firmware=firmware, media=media, memory=memory, smp=smp, cpu=cpu, extra=extra
        )
        command += ["-chardev", "stdio,id=serial,signal=off", "-serial", "chardev:serial"]
        command += [] if reboot else ["-no-reboot"]
        self.monitor = scratch / "qmp"
        command += ["-qmp", f"unix:{self.monitor},server=on,wait=off", "-monitor", "none"]
        self._child = pexpect.spawn(
            command[0], command[1:], encoding="utf-8", codec_errors="replace", timeout=BOOT_LIMIT, echo=False,
            dimensions=(50, 200),
        )  # fmt: skip
        self._child.delaybeforesend = None
        self._log = []
        self._child.logfile_read = self

    # pexpect writes all that it reads here.
    def write(self, text):
        self._log.append(text)

    def flush(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends QEMU, by its process number, and waits for it."""
        self._child.close(force=True)
        self._scratch.cleanup()

    @property
    def log(self):
        """All that came over the serial line so far."""
        return plain("".join(self._log))

    def expect(self, pattern, limit=BOOT_LIMIT):
        """Waits for a text (a regular expression when compiled) and returns what came before it."""
        wanted = pattern if isinstance(pattern, re.Pattern) else re.compile(re.escape(pattern))
        try:
            self._child.expect([wanted], timeout=limit)
        except (pexpect.TIMEOUT, pexpect.EOF) as error:
            what = "the machine ended" if isinstance(error, pexpect.EOF) else f"nothing within {limit} s"
            raise MachineError(f"waiting for {wanted.pattern!r}: {what}; end of the log:\n{self.log[-3000:]}") from None
        return plain(self._child.before)

    @property
    def matched(self):
        """What the last expect() found."""
        return self._child.after

    def listen(self):
        """Takes what has come, to be expected later: a line that nobody reads holds the machine up."""
        self._child.expect([re.compile("(?!)"), pexpect.TIMEOUT, pexpect.EOF], timeout=0)

    def expect_prompt(self, limit=BOOT_LIMIT):
        return self.expect(PROMPT, limit)

    def send(self, text):
        """Types the text as it is; a line ends with '\\r', as the Enter key sends it."""
        self._child.send(text)

    def command(self, line, limit=COMMAND_LIMIT):
        """Types a line at the prompt and returns what it printed, up to the next prompt."""
        self.send(line + "\r")
        self.expect(re.compile(re.escape(line) + r"[^\n]*\n"), limit)
        return self.expect_prompt(limit)

    def status(self):
        """The exit status of the last command, as text."""
        return self.command("echo $?").strip()

    def settle(self):
        """Leaves what notices have drawn again behind: the next prompt is a new one."""
        self.send("echo set''tled\r")
        self.expect(re.compile("\nsettled\r"))
        self.expect_prompt()

    def number_of(self, name):
        """The process number of a service or program that runs."""
        return next(row.split()[0] for row in self.command("ps").splitlines() if row.endswith(f" {name}"))

    def expect_end(self, limit=COMMAND_LIMIT):
        """Waits until QEMU ends by itself; returns the rest of the log."""
        try:
            self._child.expect(pexpect.EOF, timeout=limit)
        except pexpect.TIMEOUT:
            raise MachineError(f"the machine is still on after {limit} s; serial log:\n{self.log}") from None
        return plain(self._child.before)

    def qmp(self, command, **arguments):
        """One command of QEMU's machine protocol; returns its answer."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(COMMAND_LIMIT)
            connection.connect(str(self.monitor))
            stream = connection.makefile("rw", encoding="utf-8")
            stream.readline()  # the greeting
            for request in ({"execute": "qmp_capabilities"}, {"execute": command, "arguments": arguments}):
                stream.write(json.dumps(request) + "\n")
                stream.flush()
                answer = json.loads(stream.readline())
                while "event" in answer:
                    answer = json.loads(stream.readline())
                assert "return" in answer, answer
            return answer["return"]


def run_tool(*arguments, limit=300):
    """A script of tools/ run to its end: (status, standard output, standard error), both as bytes."""
    process = subprocess.Popen(
        [str(ROOT / "tools" / arguments[0]), *map(str, arguments[1:])],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        out, err = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        raise MachineError(f"{arguments[0]} did not end within {limit} s:\n{err.decode('utf-8', 'replace')}") from None
    return process.returncode, out, err


def run_command(command, *arguments, limit=300):
    """`make run CMD=...` without make: (status, standard output, standard error)."""
    return run_tool("run", "--arch", ARCH, "--timeout", limit - 20, "--command", command, *arguments, limit=limit)


def make_image(out, *, kernel=BUILD / "tessera.elf", initrd=BUILD / "initrd.tar", cmdline="", media="iso"):
    """An image with other parts than the built one's."""
    status, _, err = run_tool(
        "mkimage", "--kernel", kernel, "--initrd", initrd, "--loader-efi", BUILD / "loader.efi", "--loader-bios",
        BUILD / "loader.bios", "--cmdline", cmdline, "--format", media, "-o", out,
    )  # fmt: skip
    assert status == 0, err.decode()
    return out


def built_file(name):
    """A file of the built initrd."""
    with tarfile.open(BUILD / "initrd.tar") as source:
        return source.extractfile(name).read()


def change_initrd(out, without=(), files=None):
    """The built initrd without some entries and with other files: name -> bytes."""
    with tarfile.open(BUILD / "initrd.tar") as source, tarfile.open(out, "w", format=tarfile.GNU_FORMAT) as target:
        for member in source:
            if member.name not in without and member.name not in (files or {}):
                target.addfile(member, source.extractfile(member) if member.isfile() else None)
        for name, data in (files or {}).items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            member.mode = 0o755
            target.addfile(member, io.BytesIO(data))
    return out


# ELF machine numbers of the architectures.
ELF_MACHINE = {"x86_64": 62}


def make_program(code):
    """A static PIE whose only segment is this machine code, entered at its start (file offset 0x80)."""
    size = 0x80 + len(code)
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 3, ELF_MACHINE[ARCH], 1, 0x80, 64, 0, 0, 64, 56, 1, 64, 0, 0
    )
    program = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, size, size, 4096)
    return (header + program).ljust(0x80, b"\0") + code
