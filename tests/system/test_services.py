# SPDX-License-Identifier: MIT
"""Services that end are started again, and their clients go on; crashes are reported; floods hurt nobody else."""

import re

import pytest
from tessera import Machine


def number_of(machine, name):
    return next(line.split()[0] for line in machine.command("ps").splitlines() if line.endswith(f" {name}"))


def settle(machine):
    """Leaves what notices have drawn again behind: the next prompt is a new one."""
    machine.send("echo set''tled\r")
    machine.expect(re.compile("\nsettled\r"))
    machine.expect_prompt()


@pytest.mark.parametrize("service", ["serial", "console", "log", "file", "power", "session"])
def test_killed_service_comes_back(service):
    with Machine() as machine:
        machine.expect_prompt()
        old = number_of(machine, service)
        machine.send(f"kill {old}\r")
        machine.expect(f"service {service} ({old}) was ended, status 137")
        machine.expect(f"service {service} is started again in 100 ms")
        if service == "session":
            machine.expect("Type `help`")  # a new shell; the old one has ended with its session
            machine.expect_prompt()
            assert len(re.findall(r" sh$", machine.command("ps"), re.MULTILINE)) == 1
        settle(machine)
        machine.command("sleep 0.3")
        assert "help" in machine.command("ls /etc")
        assert number_of(machine, service) != old
        assert f"init: {service} ({old}) was ended" in machine.command("log")


def test_restart_limit_of_what_the_system_can_do_without():
    with Machine() as machine:
        machine.expect_prompt()
        for _ in range(4):
            machine.command(f"kill {number_of(machine, 'power')}")
            settle(machine)
            machine.command("sleep 1.1")
        machine.command(f"kill {number_of(machine, 'power')}")
        settle(machine)
        assert "service power failed 5 times; it is not started again" in machine.log
        assert "power" not in re.findall(r"\S+$", machine.command("ps"), re.MULTILINE)
        # Its clients are told, instead of waiting for ever.
        assert machine.command("poweroff") != ""
        assert machine.command("echo on") == "on\n"
