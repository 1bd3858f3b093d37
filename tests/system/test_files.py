# SPDX-License-Identifier: MIT
"""Files at the shell: programs that change /tmp, with the file server killed in between."""

import re

import pytest
from tessera import Machine


@pytest.fixture(scope="module")
def machine():
    with Machine() as booted:
        booted.expect_prompt()
        yield booted


def kill_file_server(machine):
    """Four times in one machine: the fifth end in a row would be too many for init. What comes next meets no server."""
    machine.command(f"kill {machine.number_of('file')}")
    machine.settle()


# line, what it prints (a pattern), status; in order, in one machine
LINES = [
    ("mkdir /tmp/a", "", "0"),
    ("mkdir /tmp/a", "mkdir: /tmp/a: the name exists already\n", "1"),
    ("mkdir /tmp/x/y", "mkdir: /tmp/x/y: no file.*\n", "1"),
    ("mkdir -p /tmp/x/y /tmp/x/y", "", "0"),
    ("mkdir /new", "mkdir: /new: the file system cannot be written\n", "1"),
    ("cp /etc/help /tmp/a", "", "0"),
    ("cp /etc/help /bin/cat /tmp/a", "", "0"),
    ("cp /etc/help /bin/cat /tmp/a/help", "cp: /tmp/a/help: the name is not a directory\n", "1"),
    ("cp /etc /tmp/a", r"cp: /etc: is a folder \(try -r\)\n", "1"),
    ("cp /tmp/a/cat /tmp/a", "cp: .*is /tmp/a/cat itself\n", "1"),
    ("mv /tmp/a/cat /tmp/./a", "mv: /tmp/a/cat: is /tmp/a/cat itself\n", "1"),
    ("cat /tmp/a/help/ || ls /etc/help/", "cat: /tmp/a/help/: the name is not a directory\nls: /etc/help/: the name is not a directory\n", "1"),
    ("touch /tmp/new/; echo x > /tmp/new/", "touch: /tmp/new/: the name is not a directory\nsh: /tmp/new/: no file.*\n", "1"),
    ("echo x > /tmp/a/", "sh: /tmp/a/: the name is a directory\n", "1"),
    ("rm -r /tmp/a/. /tmp/a/.. / . ..//", "rm: /tmp/a/.: is not removed\nrm: /tmp/a/..: is not removed\nrm: /: is not removed\nrm: .: is not removed\nrm: ..//: is not removed\n", "1"),
    ("echo x > /tmp/.a; echo y > /tmp/..b; rm /tmp/.a /tmp/..b", "", "0"),
    ("cp /etc/help /tmp/new/", "cp: /tmp/new/: the name is not a directory\n", "1"),
    ("mv /tmp/a/cat /tmp/none/cat", "mv: /tmp/none/cat: no file.*\n", "1"),
    ("mv /tmp/none /tmp/a", "mv: /tmp/none: no file.*\n", "1"),
    ("ls /tmp/a", "cat\nhelp\n", "0"),
    ("cp -r /tmp/a /tmp/x", "", "0"),
    ("cp -r /tmp/x /tmp/x/y", "cp: /tmp/x: cannot be copied into itself\n", "1"),
    ("ls /tmp/x /tmp/x/a", "/tmp/x:\na/\ny/\n/tmp/x/a:\ncat\nhelp\n", "0"),
    ("mv /tmp/x/a/cat /tmp/x/y", "", "0"),
    ("mv /tmp/x/a/help /tmp/x/b", "", "0"),
    ("mv /tmp/x/a /tmp/x/c/", "", "0"),
    ("mv /tmp/x/c /tmp/x/a", "", "0"),
    ("mv /tmp/x /tmp/x/y", "mv: /tmp/x: a directory cannot be moved into itself\n", "1"),
    ("mv /etc/help /tmp", "mv: /etc/help: the file system cannot be written\n", "1"),
    ("ls -l /tmp/x/b", r"0644 +\d+ \d{4}-\d\d-\d\d \d\d:\d\d /tmp/x/b\n", "0"),
    ("rm /tmp/x", "rm: /tmp/x: the name is a directory\n", "1"),
    ("rm /tmp/nothing", "rm: /tmp/nothing: no file.*\n", "1"),
    ("rm -f /tmp/nothing", "", "0"),
    ("rmdir /tmp/x", "rmdir: /tmp/x: the directory is not empty\n", "1"),
    ("rmdir /tmp/x/a", "", "0"),
    ("touch /tmp/x/empty", "", "0"),
    ("wc /tmp/x/empty", " +0 +0 +0 /tmp/x/empty\n", "0"),
    ("cat /tmp/x/b | wc", r"( +\d+){3}\n", "0"),
    ("rm -r /tmp/x /tmp/a", "", "0"),
    ("ls /tmp", "", "0"),
]


def test_programs_on_files(machine):
    for index, (line, printed, result) in enumerate(LINES):
        if index in (5, 20):
            kill_file_server(machine)
        text = machine.command(line)
        assert re.fullmatch(printed, text), (line, text)
        assert machine.status() == result, line


def test_what_is_written_is_there_after_the_server_is_killed(machine):
    machine.command("cp /bin/cp /tmp/copy")
    before = machine.command("wc /tmp/copy")
    kill_file_server(machine)
    assert machine.command("wc /tmp/copy") == before
    assert machine.command("wc < /bin/cp").split() == before.split()[:3]
    machine.command("rm /tmp/copy")


def test_a_redirection_goes_on_when_the_server_is_killed(machine):
    machine.send("sh -c 'for i in 1 2 3 4 5 6 7 8; do echo line $i; sleep 0.2; done' > /tmp/lines &\r")
    machine.expect_prompt()
    kill_file_server(machine)
    machine.command("sleep 3")
    assert machine.command("cat /tmp/lines") == "".join(f"line {i}\n" for i in range(1, 9))
    machine.command("rm /tmp/lines")
