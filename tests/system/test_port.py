# SPDX-License-Identifier: MIT
"""The machine-dependent part of the kernel, seen from outside: clocks, entropy, interrupts, panics."""

import json
import re
import time
import socket

import pytest

from tessera import Machine


def monitor(machine, command):
    """One command to QEMU's monitor."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(machine.monitor))
        stream = link.makefile("rw", encoding="utf-8")
        stream.readline()
        for name in ("qmp_capabilities", command):
            stream.write(json.dumps({"execute": name}) + "\n")
            stream.flush()
            assert "return" in json.loads(stream.readline())


@pytest.mark.parametrize("extra, clock", [((), "HPET"), (("-machine", "q35,hpet=off"), "ACPI timer")])
def test_each_clock_runs(extra, clock):
    with Machine(extra=extra) as machine:
        machine.expect(f"clock: {clock};")
        machine.expect_prompt()
        assert machine.command("sleep 1") == ""
        assert machine.command("echo awake") == "awake\n"


@pytest.mark.parametrize("cpu, source", [("max", "processor instruction"), ("qemu64", "interrupt arrival jitter")])
def test_source_of_entropy(cpu, source):
    with Machine(cpu=cpu) as machine:
        machine.expect(f"entropy: {source}")
        machine.expect_prompt()


def test_no_typed_line_is_lost():
    """The serial line's interrupt is edge-triggered; an edge must not get lost between two characters."""
    lines = [f"echo line-{number}" for number in range(40)]
    with Machine() as machine:
        machine.expect_prompt()
        for line in lines:
            machine.send(line + "\r")
        for number in range(40):
            machine.expect(re.compile(rf"\nline-{number}\r*\n"))


def test_a_panic_is_readable():
    with Machine() as machine:
        machine.expect_prompt()
        time.sleep(2)  # until the screen is drawn and the processor idle: then it is in the kernel
        monitor(machine, "inject-nmi")
        machine.expect("KERNEL PANIC: expected sound hardware, got a non-maskable interrupt")
        text = machine.expect("KERNEL PANIC END")
        assert re.search(r"^rip [0-9a-f]{16} rsp [0-9a-f]{16}", text, re.MULTILINE)
        assert re.search(r"^  #0 0x[0-9a-f]{16} \S+\+0x[0-9a-f]+$", text, re.MULTILINE)
        assert re.search(r"^running: ", text, re.MULTILINE)
        assert "entropy: " in text.split("last log lines:")[1]
