# SPDX-License-Identifier: MIT
"""The loader's menu: on the serial line and on the screen, by a terminal's keys and by a keyboard's."""

import re

import pytest
import screen
from tessera import Machine
from test_loader import DEBUG_EXIT, LIMIT, make_image

CONF = """${{KERNEL}}=boot():/boot/tessera.elf
{options}
/First on ${{FW_TYPE}}
    comment: what the first is
    protocol: limine
    path: ${{KERNEL}}
    cmdline: the first
/Of another loader
    protocol: linux
    path: ${{KERNEL}}
/Group
//Inner
    protocol: limine
    path: ${{KERNEL}}
    cmdline: the inner
/Never
    if_arch: aarch64
"""
UP, DOWN, ENTER = "\x1b[A", "\x1b[B", "\r"


def machine(folder, firmware, *options):
    image = make_image(folder, conf=CONF.format(options="\n".join(options)).encode())
    return Machine(image, media="hdd", firmware=firmware, extra=DEBUG_EXIT)


def expect_booted(qemu, cmdline):
    qemu.expect(f"testkernel: cmdline '{cmdline}'", LIMIT)


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_serial(tmp_path, firmware):
    """A choice that cannot be booted is said to be one, in the menu; a group opens."""
    with machine(tmp_path, firmware, "timeout: no") as qemu:
        qemu.expect(re.compile(rf">     First on {firmware.upper()}"), LIMIT)
        qemu.expect("what the first is")
        qemu.expect("Enter: boot")
        assert "Never" not in qemu.log
        qemu.send(DOWN)
        qemu.expect(">     Of another loader")
        qemu.send(ENTER)
        qemu.expect("only one supported")
        qemu.send(DOWN)
        qemu.expect("> [+] Group")
        qemu.send(ENTER)
        qemu.expect("> [-] Group")
        qemu.send(DOWN)
        qemu.expect(">       Inner")
        qemu.send(ENTER)
        expect_booted(qemu, "the inner")


MANY = b"timeout: no\n" + b"".join(
    b"/Entry %d\nprotocol: limine\npath: boot():/boot/tessera.elf\ncmdline: entry %d\n" % (i, i) for i in range(40)
)  # fmt: skip
TYPED = {
    "up from the first": (UP * 5, 0),
    "down from the last": ("\x1b[F" + DOWN * 5, 39),
    "a flood": (DOWN * 500 + UP * 20, 19),
    "in halves": (["\x1b", "[", "B", "\x1b", "[", "1", ";", "5", "B", "\x1b", "\x1b", "[B"], 3),
    "a sequence without end": ("\x1b[" + "1;" * 3000 + "B", 1),
    "the key Escape": (["\x1b"], 0),
    "half a sequence": (["\x1b["], 0),
}  # fmt: skip


@pytest.mark.parametrize("firmware, typed", [("bios", typed) for typed in TYPED] + [("uefi", "a flood")])
def test_typing(tmp_path, firmware, typed):
    """Whatever comes in: the list ends where it ends, nothing is lost, and Enter is Enter."""
    keys, entry = TYPED[typed]
    with Machine(make_image(tmp_path, conf=MANY), media="hdd", firmware=firmware, extra=DEBUG_EXIT) as qemu:
        qemu.expect("Enter: boot", LIMIT)
        for piece in [*keys, ENTER] if isinstance(keys, list) else [keys + ENTER]:
            qemu.send(piece)
        expect_booted(qemu, f"entry {entry}")


def test_a_default_that_does_not_exist(tmp_path):
    """The menu says so, counts nothing down, and waits."""
    with machine(tmp_path, "bios", "timeout: 1", "default_entry: 9") as qemu:
        qemu.expect("default_entry names no entry", LIMIT)
        qemu.expect("Enter: boot")
        qemu.send(ENTER)
        expect_booted(qemu, "the first")
        assert "Boots in" not in qemu.log


def press(qemu, key):
    qemu.qmp("send-key", keys=[{"type": "qcode", "data": key}])


def test_screen_and_keyboard_on_bios(tmp_path):
    with machine(tmp_path, "bios", "timeout: no", "default_entry: Group/Inner") as qemu:
        qemu.expect("Enter: boot", LIMIT)
        screen.wait_for(qemu, lambda lines: ">       Inner" in lines, "the default entry")
        press(qemu, "home")
        picture = screen.wait_for(qemu, lambda lines: "what the first is" in lines, "the first entry")
        lines = screen.read_text(picture)
        assert lines[0].startswith("Tessera loader ")
        assert lines[2:6] == [">     First on BIOS", "      Of another loader", "  [-] Group", "        Inner"]
        press(qemu, "ret")
        expect_booted(qemu, "the first")


def test_keyboard_under_uefi(tmp_path):
    """The menu stands on the serial line, too: the firmware's console is both."""
    with machine(tmp_path, "uefi", "timeout: no") as qemu:
        qemu.expect("Enter: boot", LIMIT)
        for key, shown in (("down", ">     Of another loader"), ("down", "> [+] Group"), ("right", "> [-] Group"),
                           ("down", ">       Inner")):  # fmt: skip
            press(qemu, key)
            qemu.expect(shown)
        press(qemu, "ret")
        expect_booted(qemu, "the inner")


@pytest.mark.parametrize("firmware", ["bios", "uefi"])
def test_countdown(tmp_path, firmware):
    with machine(tmp_path, firmware, "timeout: 1.5", "default_entry: Group/Inner") as qemu:
        qemu.expect("Boots in 2 s; any key stops the clock.", LIMIT)
        expect_booted(qemu, "the inner")


def test_quiet_countdown(tmp_path):
    """Nothing is shown until a key is pressed, which here is none."""
    with machine(tmp_path, "bios", "timeout: 0.5", "quiet: yes") as qemu:
        expect_booted(qemu, "the first")
        assert "First on" not in qemu.log and "Boots in" not in qemu.log
