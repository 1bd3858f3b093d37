# SPDX-License-Identifier: MIT
"""What the kernel itself shows on the screen: its log before a program has the screen, and panics. The expected pictures
are drawn by tests/system/screen.py from the font's file and from what came over the serial line."""

import time

import pytest
import screen
from tessera import ARCH, Machine, change_initrd, make_image, make_program

ENDLESS = {"x86_64": b"\xeb\xfe"}  # jumps to itself


def kernel_lines(log, start):
    """The lines of the serial log from the first that holds `start` on."""
    lines = log.splitlines()
    return lines[next(i for i, line in enumerate(lines) if start in line) :]


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_the_log_before_any_program(tmp_path, firmware):
    initrd = change_initrd(tmp_path / "initrd.tar", files={"bin/init": make_program(ENDLESS[ARCH])})
    image = make_image(tmp_path / "tessera.iso", initrd=initrd)
    with Machine(image, firmware=firmware) as machine:
        machine.expect("reserve: ")
        machine.expect("\n")
        width, height, _ = screen.take(machine)
        lines = [line for line in kernel_lines(machine.log, "screen: ") if line.startswith("[")]
        assert f"screen: {width} x {height}, {width // 8} columns, {height // 16} rows" in lines[0]
        screen.wait_picture(machine, screen.draw_lines((width, height), lines, screen.LOG_COLOURS))


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_a_panic_with_its_backtrace(firmware):
    with Machine(firmware=firmware) as machine:
        machine.expect_prompt()
        time.sleep(2)  # until the processor is idle, so that there are frames of the kernel's
        machine.qmp("inject-nmi")
        machine.expect("KERNEL PANIC END")
        machine.expect("\n")
        size = screen.take(machine)[:2]
        lines = kernel_lines(machine.log, "KERNEL PANIC: ")
        lines = lines[: lines.index("KERNEL PANIC END") + 1]
        assert any(line.startswith("  #0 0x") and "+0x" in line for line in lines)
        screen.wait_picture(machine, screen.draw_lines(size, ["", *lines], screen.PANIC_COLOURS))


def test_an_orderly_end(tmp_path):
    initrd = change_initrd(tmp_path / "initrd.tar", without=["bin/init"])
    with Machine(make_image(tmp_path / "tessera.iso", initrd=initrd)) as machine:
        machine.expect("the system halts with status 125")
        machine.expect("\n")
        size = screen.take(machine)[:2]
        lines = kernel_lines(machine.log, "last log lines:")
        screen.wait_picture(machine, screen.draw_lines(size, ["", *lines], screen.PANIC_COLOURS))


def test_no_screen_at_all():
    with Machine(extra=["-vga", "none"]) as machine:
        machine.expect_prompt()
        assert machine.command("echo on") == "on\n"
        assert "there is no framebuffer: the console is on the serial line alone" in machine.command("log")
