# SPDX-License-Identifier: MIT
"""A booted Tessera for tests: start QEMU, expect text, type lines, collect what they print, and always end QEMU.

    with Machine(media="iso", firmware="uefi") as machine:
        machine.expect_prompt()
        assert machine.command("echo hello") == "hello\n"

All time limits are far above what a slow host needs, so that only a hang meets them; no test passes or fails on a
measured time. The whole serial log is in the failure message.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pexpect

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "lib"))

import qemu  # noqa: E402

ARCH = os.environ.get("TESSERA_ARCH", "x86_64")
BUILD = ROOT / "build" / ARCH
BOOT_LIMIT = 120
COMMAND_LIMIT = 60
PROMPT = re.compile(r"tessera:/[^\r\n$]*\$ ")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[=>78]")


class MachineError(AssertionError):
    """What was expected did not come; carries the serial log."""


def plain(text):
    """Terminal text as lines: no escape sequences, no carriage returns."""
    return ESCAPES.sub("", text).replace("\r", "")


class Machine:
    """One QEMU with its serial line on a pseudo terminal."""

    def __init__(self, image=None, *, media="iso", firmware="bios", memory="256M", smp=1, cpu="max", extra=()):
        self._scratch = tempfile.TemporaryDirectory(prefix="tessera-")
        scratch = Path(self._scratch.name)
        self.image = Path(image) if image else BUILD / f"tessera.{media}"
        assert self.image.exists(), f"{self.image} is missing"
        command = qemu.qemu_command(
            ARCH, self.image, scratch, firmware=firmware, media=media, memory=memory, smp=smp, cpu=cpu, extra=extra
        )
        command += ["-chardev", "stdio,id=serial,signal=off", "-serial", "chardev:serial", "-no-reboot"]
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
            raise MachineError(f"waiting for {wanted.pattern!r}: {what}; serial log:\n{self.log}") from None
        return plain(self._child.before)

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

    def expect_end(self, limit=COMMAND_LIMIT):
        """Waits until QEMU ends by itself; returns the rest of the log."""
        try:
            self._child.expect(pexpect.EOF, timeout=limit)
        except pexpect.TIMEOUT:
            raise MachineError(f"the machine is still on after {limit} s; serial log:\n{self.log}") from None
        return plain(self._child.before)


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


def make_initrd(out, base=BUILD / "initrd.tar", extra=None):
    arguments = ["mkinitrd", "--base", base, "-o", out] + (["--extra", extra] if extra else [])
    status, _, err = run_tool(*arguments)
    assert status == 0, err.decode()
    return out


def make_image(out, *, kernel=BUILD / "tessera.elf", initrd=BUILD / "initrd.tar", cmdline="", media="iso"):
    """An image with other parts than the built one's."""
    status, _, err = run_tool(
        "mkimage", "--kernel", kernel, "--initrd", initrd, "--loader-efi", BUILD / "loader.efi", "--loader-bios",
        BUILD / "loader.bios", "--cmdline", cmdline, "--format", media, "-o", out,
    )  # fmt: skip
    assert status == 0, err.decode()
    return out
