# SPDX-License-Identifier: MIT
"""Services that end are started again, and their clients go on; crashes are reported; floods hurt nobody else."""

import re

import pytest
from tessera import ROOT, Machine, built_file, change_initrd, make_image, run_tool


@pytest.mark.parametrize("service", ["serial", "console", "log", "file", "power", "session"])
def test_killed_service_comes_back(service):
    with Machine() as machine:
        machine.expect_prompt()
        old = machine.number_of(service)
        machine.send(f"kill {old}\r")
        machine.expect(f"service {service} ({old}) was ended, status 137")
        machine.expect(f"service {service} is started again in 100 ms")
        if service == "session":
            machine.expect("Type `help`")  # a new shell; the old one has ended with its session
            machine.expect_prompt()
            assert len(re.findall(r" sh$", machine.command("ps"), re.MULTILINE)) == 1
        machine.settle()
        machine.command("sleep 0.3")
        assert "help" in machine.command("ls /etc")
        assert machine.number_of(service) != old
        assert f"init: {service} ({old}) was ended" in machine.command("log")


def test_the_next_log_server_goes_on_behind_the_last():
    with Machine() as machine:
        machine.expect_prompt()
        first = machine.number_of("power")
        machine.command(f"kill {first}")
        machine.settle()
        for _ in range(2):
            machine.command(f"kill {machine.number_of('log')}")
            machine.settle()
            machine.command("sleep 0.5")
        assert machine.log.count(f"init: service power ({first}) was ended") == 1
        assert machine.log.count("init: service log (") == 2


def test_restart_limit_of_what_the_system_can_do_without():
    with Machine() as machine:
        machine.expect_prompt()
        for pause in (100, 200, 400, 800):
            machine.send(f"kill {machine.number_of('power')}\r")
            machine.expect(f"service power is started again in {pause} ms")
            machine.settle()
            machine.command("sleep 1.1")
        machine.command(f"kill {machine.number_of('power')}")
        machine.settle()
        assert "service power failed 5 times; it is not started again" in machine.log
        assert "power" not in re.findall(r"\S+$", machine.command("ps"), re.MULTILINE)
        # Its clients are told, instead of waiting for ever.
        assert machine.command("poweroff") != ""
        assert machine.command("echo on") == "on\n"


def test_the_service_program():
    with Machine() as machine:
        machine.expect_prompt()
        rows = {line.split()[0]: line.split() for line in machine.command("service list").splitlines()[1:]}
        assert rows["pipe"][1] == "running" and rows["pipe"][2] == machine.number_of("pipe")
        assert rows["pipe"][4:] == ["0"] and rows["file"][4:] == ["0", "needed"]
        assert "the system needs it" in machine.command("service stop file")
        assert machine.command("service stop nothing") == "service: nothing: there is no such service\n"
        assert machine.command("service whatever").startswith("service: wants list")
        # Stopped: its callers are told, and it does not come back by itself.
        machine.command("service stop power")
        machine.settle()
        machine.command("sleep 0.5")
        assert re.search(r"^power +stopped +- +- +1$", machine.command("service list"), re.MULTILINE)
        assert machine.command("poweroff") == "poweroff: no process holds the right to receive at this endpoint\n"
        machine.command("service restart power")
        machine.command("sleep 0.5")
        text = machine.command("service list")
        assert re.search(r"^power +running +\d+ +\d+ +1$", text, re.MULTILINE), text
        # Restarted on request: at once, and no failure however often.
        for count in range(2, 8):
            machine.command("service restart power")
            machine.settle()
            machine.command("sleep 0.3")
            assert re.search(rf"^power +running +\d+ +\d+ +{count}$", machine.command("service list"), re.MULTILINE)
        assert "service power is started again" not in machine.log
        log = machine.command("service log power")
        assert "init: service power is stopped" in log and "off: ACPI" in log
        assert "init: console" not in log
        machine.send("poweroff\r")
        machine.expect_end()


REFUSED = "the badge does not carry the grant that the request needs"
# What the image grants by the names of programs in /bin, asked for from somewhere else.
UNGRANTED = {
    "kill": "kill {power}", "ps": "ps", "mem": "mem", "descs": "descs {power}", "log": "log",
    "service": "service list", "run": "run echo started", "env": "env echo started", "time": "time echo started",
    "sh": "sh -c 'echo started'", "poweroff": "poweroff", "reboot": "reboot",
}  # fmt: skip


def test_a_grant_goes_with_the_name_in_bin(tmp_path):
    """A copy of a program elsewhere in the archive gets what a program without an entry gets: none of the grants."""
    copies = {f"copies/{name}": built_file(f"bin/{name}") for name in UNGRANTED}
    initrd = change_initrd(tmp_path / "initrd.tar", files=copies)
    with Machine(make_image(tmp_path / "image.iso", initrd=initrd)) as machine:
        machine.expect_prompt()
        power = machine.number_of("power")
        for name, line in UNGRANTED.items():
            text = machine.command(f"/copies/{line.format(power=power)}; echo status $?")
            assert "started" not in text and "status 0" not in text, text
            if name in ("kill", "ps", "mem", "descs", "log", "service"):
                assert text.endswith("status 1\n") and REFUSED in text, text
        assert machine.number_of("power") == power
        assert machine.command("run echo started") == "started\n"


def test_the_log_by_severity():
    """What LEVEL means to `log`: lines of that level and the more severe ones, by the letter behind the time."""
    with Machine() as machine:
        machine.expect_prompt()
        machine.command("service stop power")  # a notice
        machine.settle()
        machine.command(f"kill {machine.number_of('pipe')}")  # warnings
        machine.settle()
        machine.command("sleep 0.5")
        letters = "EWNID"
        for count, level in enumerate(("error", "warning", "notice", "info", "debug"), 1):
            text = machine.command(f"log {level}")
            seen = {line.split("] ", 1)[1][0] for line in text.splitlines()}
            assert seen <= set(letters[:count]), text
            assert count == 1 or count == 5 or letters[count - 1] in seen, text
        assert "service power is stopped" in machine.command("log notice")
        assert "service power is stopped" not in machine.command("log warning")
        assert "'loud' is no level" in machine.command("log loud")


def test_killed_pipe_server_costs_the_pipes_alone():
    with Machine() as machine:
        machine.expect_prompt()
        # Both ends are told by name, and the shell goes on.
        machine.send("cat | cat; echo status $?\r")
        machine.expect("cat | cat")
        machine.send("through\r")
        machine.expect("through")
        machine.expect("through")
        machine.send("\x03")
        machine.expect_prompt()
        text = machine.command("sleep 100 | cat 2> /tmp/said &")
        machine.command(f"kill {machine.number_of('pipe')}")
        machine.settle()
        machine.command("sleep 0.5")
        assert "cat: input: " in machine.command("cat /tmp/said")
        assert machine.command("echo again | cat").endswith("again\n"), text


MANY = "for i in " + " ".join("x" * 31) + "; do sleep 600 & done"


@pytest.mark.parametrize("memory, shells", [("64M", 1), ("1G", 4)])
def test_programs_cannot_take_the_room_of_a_service(memory, shells):
    """What programs hold is all that there is (memory with 64M, places of the process table with 1G) when a service
    ends, and they ask for more while it is down: it comes back all the same."""
    with Machine(memory=memory) as machine:
        machine.expect_prompt()
        file = machine.number_of("file")
        for shell in range(shells):
            machine.command("sleep 5 &")  # leaves room for kill
            if "sh: sleep" in machine.command(MANY):
                break
            assert shell < shells - 1, "never refused"
            machine.send("sh\r")
            machine.expect_prompt()
        machine.command("wait %1")
        machine.send(f"kill {file}\r" + 4 * "sleep 600 &\r")
        machine.expect(f"service file ({file}) was ended, status 137")
        machine.expect("service file is started again in 100 ms")
        machine.send(": < /no-such-file\r")  # the shell itself asks the file server
        machine.expect("sh: /no-such-file: ")
        machine.expect_prompt()
        assert re.search("sh: /no-such-file: .*", machine.log).group() == "sh: /no-such-file: no file, program or service of this name"
        assert "failed" not in machine.log


def image_with(tmp_path, *changes):
    """A bootable image whose record is the default one's with these changes: (old text, new text)."""
    text = (ROOT / "images/default.toml").read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (tmp_path / "image.toml").write_text(text)
    status, _, err = run_tool("imagec", "-o", tmp_path / "image.rec", tmp_path / "image.toml")
    assert status == 0, err.decode()
    initrd = change_initrd(tmp_path / "initrd.tar", files={"etc/image.rec": (tmp_path / "image.rec").read_bytes()})
    return make_image(tmp_path / "image.iso", initrd=initrd)


def test_programs_cannot_take_the_records_of_a_service(tmp_path):
    """The same where kernel records run out before memory and places do: each `sleep` has half of what the file server has."""
    image = image_with(
        tmp_path,
        ("[service.file]\n", "[service.file]\nrecords = { reply = 2000 }\n"),
        ("[program.env]\n", "[program.sleep]\nrecords = { reply = 1000 }\n\n[program.env]\n"),
    )
    with Machine(image) as machine:
        machine.expect_prompt()
        file = machine.number_of("file")
        assert "sh: sleep" in machine.command(MANY), "never refused"
        # There is memory, and there are places: for this one, which asks all the time while the server is down.
        machine.send(f"sh -c 'kill {file}; while :; do sleep 600 & done' > /dev/null 2> /dev/null &\r")
        machine.expect(f"service file ({file}) was ended, status 137")
        machine.expect("service file is started again in 100 ms")
        machine.send(": < /no-such-file\r")
        machine.expect("sh: /no-such-file: no file, program or service of this name")
        machine.expect_prompt()
        assert "waits for room" not in machine.log


def test_programs_cannot_take_the_room_of_the_next_shell():
    """One program fills the memory, ends the session in the last room that it left, and asks for more all the time while
    the session is down: the next session finds the room for its shell."""
    fill = "for i in " + " ".join("x" * 30) + "; do sleep 600 & done"
    with Machine(memory="64M") as machine:
        machine.expect_prompt()
        session = machine.number_of("session")
        script = f"sleep 2 & {fill}; wait %1; kill {session}; while :; do sleep 600 & done"
        machine.send(f"sh -c '{script}' > /dev/null 2> /dev/null &\r")
        machine.expect(f"service session ({session}) was ended, status 137")
        machine.expect("service session is started again in 100 ms")
        machine.expect("Type `help`")
        machine.expect_prompt()
        assert "cannot be started" not in machine.log and "waits for room" not in machine.log
