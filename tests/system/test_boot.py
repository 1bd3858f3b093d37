# SPDX-License-Identifier: MIT
"""Every way to boot leads to a shell that answers, and to a clean power-off."""

import pytest
from tessera import Machine

WAYS = [(media, firmware) for media in ("iso", "hdd") for firmware in ("bios", "uefi")]


@pytest.mark.parametrize("media, firmware", WAYS)
def test_boots_to_a_shell(media, firmware):
    with Machine(media=media, firmware=firmware) as machine:
        machine.expect_prompt()
        assert machine.command("echo hello") == "hello\n"
        machine.send("poweroff\r")
        machine.expect_end()


@pytest.mark.parametrize("memory, firmware", [("40M", "bios"), ("48M", "uefi"), ("64M", "bios"), ("64M", "uefi"), ("1G", "bios"), ("8G", "uefi")])
def test_memory_sizes(memory, firmware):
    with Machine(memory=memory, firmware=firmware) as machine:
        machine.expect_prompt()
        assert machine.command("echo hello") == "hello\n"
        for row in machine.command("service list").splitlines()[1:]:
            name, state, _, _, ends = row.split()[:5]
            assert (state, ends) == ("running", "0"), name


# OVMF does not start without ACPI.
LACKS = [("hpet=off", "bios"), ("hpet=off", "uefi"), ("acpi=off", "bios"), ("i8042=off", "bios"), ("i8042=off", "uefi"),
         ("vga", "bios"), ("vga", "uefi")]  # fmt: skip


@pytest.mark.parametrize("device, firmware", LACKS)
def test_a_machine_without(device, firmware):
    """Without a HPET the ACPI timer is the clock, and stands anywhere in its period."""
    extra = ["-vga", "none"] if device == "vga" else ["-machine", f"q35,{device}"]
    with Machine(firmware=firmware, extra=extra) as machine:
        machine.expect_prompt()
        assert machine.command("echo hello") == "hello\n"


def test_a_processor_without_extras():
    with Machine(cpu="qemu64") as machine:
        machine.expect_prompt()
        assert machine.command("echo hello") == "hello\n"


def test_other_processors_stay_parked():
    with Machine(smp=4) as machine:
        machine.expect_prompt()
        assert machine.command("echo hello") == "hello\n"
