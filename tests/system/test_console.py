# SPDX-License-Identifier: MIT
"""The console between many readers, and the keyboard's driver where nobody takes its keys; what the emulated keyboard is told."""

import re

import pytest
import screen
from tessera import ARCH, Machine, make_image

READERS = 20
PRESSES = 1500  # of seven bytes: more than a page, and much more than the driver keeps


def test_readers_in_the_background_leave_room_for_the_shell():
    """More programs wait for input than the console keeps reads: the shell's own is always among them."""
    with Machine(memory="1G") as machine:
        machine.expect_prompt()
        for _ in range(2):
            for _ in range(READERS):
                machine.send("cat &\r")
                machine.expect(re.compile(r"\[\d+\] \d+\r*\n"))
            machine.send("sh\r")
            machine.expect("sh")
        machine.settle()
        assert "cat: input: " in machine.log  # the last ones found no place
        assert len(re.findall(r" cat$", machine.command("ps"), re.MULTILINE)) >= 28
        assert machine.command("echo on") == "on\n"


@pytest.mark.skipif(ARCH != "x86_64", reason="a PS/2 keyboard")
def test_the_lights_follow_the_locks(tmp_path):
    """What the driver sends to the keyboard (IBM PS/2 Technical Reference, "Keyboard", Set/Reset Status Indicators)."""
    trace = tmp_path / "trace"
    with Machine(extra=("-trace", f"enable=ps2_write_keyboard,file={trace}")) as machine:
        machine.expect_prompt()
        for code in ("caps_lock", "num_lock", "caps_lock"):
            screen.press(machine, code)
            machine.command("echo on")
    sent = [int(value) for value in re.findall(r"ps2_write_keyboard.* val (\d+)", trace.read_text())]
    # Scroll 1, number 2, capitals 4; the number lock is on from the start.
    assert sent[-8:] == [0xED, 2, 0xED, 6, 0xED, 4, 0xED, 0], sent


@pytest.mark.skipif(ARCH != "x86_64", reason="a PS/2 keyboard")
def test_keys_that_nobody_takes(tmp_path):
    """In a boot that runs one command the console takes no keys: what does not fit is dropped, and nothing else."""
    command = "sleep 15; service list; log warning".encode().hex()
    image = make_image(tmp_path / "tessera.iso", cmdline=f"tag=01234567 run=x:{command}")
    with Machine(image) as machine:
        machine.expect(re.compile(r"init: sleep \(\d+\) started"))
        keys = [("ctrl", True), ("shift", True)] + [("f5", True), ("f5", False)] * PRESSES
        events = [{"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": key}}} for key, down in keys]
        for start in range(0, len(events), 8):  # as many as the controller holds
            machine.listen()
            machine.qmp("input-send-event", events=events[start : start + 8])
        text = machine.expect_end()
    assert re.search(r"^keyboard +running +\d+ +\d+ +0$", text, re.MULTILINE), text
    assert "crashed" not in text and "was ended" not in text, text
