# SPDX-License-Identifier: MIT
"""A person at the shell: every program, editing, jobs, Ctrl-C, and what is typed wrong."""

import os
import random
import re

import pytest
from tessera import PROMPT, ROOT, Machine

PROGRAMS = sorted(page.stem for page in (ROOT / "user/programs/manual").glob("*.toml"))


@pytest.fixture(scope="module")
def machine():
    with Machine() as booted:
        booted.expect_prompt()
        yield booted


def test_help_names_every_program_once(machine):
    text = machine.command("help")
    listed = machine.command("ls /bin").split()
    for program in PROGRAMS:
        assert len(re.findall(rf"^  {program} ", text, re.MULTILINE)) == 1, text
        assert program in listed


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_has_help_and_refuses_what_it_does_not_know(machine, program):
    assert machine.command(f"{program} --help").startswith(f"usage: {program}")
    page = machine.command(f"help {program}")
    assert page.startswith(f"{program} - ") and f"usage: {program}" in page
    assert machine.status() == "0"
    if program == "echo":
        assert machine.command("echo --nonsense") == "--nonsense\n"
        return
    assert f"{program}: unknown option: --nonsense" in machine.command(f"{program} --nonsense")
    assert machine.status() == "2"


@pytest.mark.parametrize(
    ("line", "printed", "result"),
    [
        ("echo a  'b  c' \"d\\\"e\" f\\ g", 'a b  c d"e f g\n', "0"),
        ("echo -n x", "x", "0"),
        ("true", "", "0"),
        ("false", "", "1"),
        ("false; echo $?; true", "1\n", "0"),
        ("echo '$?' \"$?\" # not this", "$? 0\n", "0"),
        ("hello", None, "0"),
        ("nothing-of-this-name", "sh: nothing-of-this-name: there is no such program (try help)\n", "127"),
        ("/etc/help", "sh: /etc/help: the file is not a program that this system can run\n", "126"),
        ("/bin", "sh: /bin: the name is a directory\n", "126"),
        ("&", "sh: column 1: a command is missing here\n", "2"),
        ("echo `ls`", "sh: column 6: this shell has no such substitution\n", "2"),
        ("echo a | cat", "a\n", "0"),
        ("echo a b | cat | wc", "      1       2       4\n", "0"),
        ("false | true", "", "0"),
        ("true | false", "", "1"),
        ("nothing-here | cat", "sh: nothing-here: there is no such program (try help)\n", "0"),
        ("cat /bin/cat | true", "", "0"),
        ("cat < /nothing", "sh: /nothing: no file, program or service of this name\n", "1"),
        ("echo x > /bin/x", "sh: /bin/x: the file system cannot be written\n", "1"),
        ("echo x > /tmp", "sh: /tmp: the name is a directory\n", "1"),
        ("echo one > /tmp/f; echo two >> /tmp/f; wc < /tmp/f", "      2       2       8\n", "0"),
        ("cat /nothing 2> /tmp/f; cat < /tmp/f", "cat: /nothing: no file, program or service of this name\n", "0"),
        ("x='a  b' y=$x; echo \"$x\" ${x}c $y", "a  b a bc a b\n", "0"),
        ("false && echo no || echo yes", "yes\n", "0"),
        ("(cd /etc; exit 3) || pwd", "/\n", "0"),
        ("for i in 1 2; do echo $i; done | wc", "      2       2       4\n", "0"),
        ("cat /nothing", "cat: /nothing: no file, program or service of this name\n", "1"),
        ("cat /etc", "cat: /etc: the name is a directory\n", "1"),
        ("ls /etc/help/x", "ls: /etc/help/x: the name is not a directory\n", "1"),
        ("ls -l /etc/help", None, "0"),
        ("wc /etc/image.rec", None, "0"),
        ("kill 99999", "kill: 99999: no such process\n", "1"),
        ("kill x", "kill: 'x' is no process number\n", "1"),
        ("descs 99999", None, "1"),
        ("sleep 0.01", "", "0"),
        ("sleep .5", "sleep: '.5' is no number of seconds\n", "2"),
        ("sh -c 'exit 42'", "", "42"),
        ("sh -c 'echo inner; false'", "inner\n", "1"),
        ("exit 1 2", "sh: exit: wants one number from 0 to 255\n", "2"),
    ],
)
def test_lines(machine, line, printed, result):
    text = machine.command(line)
    if printed is not None:
        assert text == printed
    assert machine.status() == result


def test_working_directory(machine):
    assert machine.command("pwd") == "/\n"
    machine.command("cd etc")
    assert machine.command("pwd") == "/etc\n"
    assert "help" in machine.command("ls").split()
    assert machine.command("wc help") == machine.command("wc ../etc/./help").replace("../etc/./", "")
    assert "not a directory" in machine.command("cd help")
    machine.command("cd ..")
    assert machine.command("pwd") == "/\n"


def test_processes_and_descriptors(machine):
    text = machine.command("ps")
    rows = {line.split()[-1]: line.split() for line in text.splitlines()[1:]}
    assert {"init", "serial", "console", "log", "file", "power", "session", "sh", "ps"} <= set(rows)
    assert rows["init"][0] == "1"
    assert rows["serial"][2] == "service"
    held = machine.command(f"descs {rows['serial'][0]}")
    assert re.search(r" platform +strong +\d+ +.*ports", held)
    assert re.search(r" endpoint +strong +\d+ +.*receive", held)
    assert re.search(r"^sh +\d+", machine.command("mem"), re.MULTILINE)


def test_a_program_holds_what_it_was_granted_and_no_more(machine):
    shown = machine.command("sleep 100 &")
    number = re.search(r"\] (\d+)", shown)[1]
    held = [line.split()[1:] for line in machine.command(f"descs {number}").splitlines()[1:]]
    kinds = [line[0] for line in held]
    # Badges of init, console, file and log; its own image, stack and start-up pages; a timer.
    assert kinds.count("badge") == 4
    assert set(kinds) <= {"badge", "memory", "notification"}
    assert all(line[3:] == ["inspect", "call"] for line in held if line[0] == "badge")
    machine.command(f"kill {number}")


def test_background_jobs(machine):
    text = machine.command("sleep 0.2 &")
    assert re.fullmatch(r"\[1\] \d+\n", text)
    machine.command("sleep 0.5")
    assert "[1] sleep 0.2 ended, status 0" in machine.log
    text = machine.command("sleep 100 | cat &")
    assert re.fullmatch(r"\[1\] \d+\n", text)
    assert machine.command("jobs") == "[1] sleep 100 | cat\n"
    machine.send("fg\r")
    machine.expect(re.compile(r"\n.*sleep 100 \| cat"))
    machine.send("\x03")
    machine.expect_prompt()
    assert machine.status() == "130"
    assert machine.command("jobs") == ""
    assert re.fullmatch(r"\[1\] \d+\n5\n", machine.command("sh -c 'exit 5' & wait $!; echo $?"))
    assert machine.command("wait %7") == "sh: wait: %7: there is no such job\n"
    assert machine.status() == "127"


def test_control_c_ends_the_program_in_the_foreground(machine):
    machine.send("sleep 1000\r")
    machine.expect("sleep 1000")
    machine.send("\x03")
    machine.expect("^C")
    machine.expect_prompt()
    assert machine.status() == "130"
    machine.send("cat\r")
    machine.expect("cat")
    machine.send("typed\r")
    machine.expect("typed")
    machine.expect("typed")
    machine.send("\x03")
    machine.expect_prompt()
    assert machine.status() == "130"


def test_control_c_ends_a_whole_pipeline_and_the_line(machine):
    for line in ("x=$(sleep 1000); echo not this", "echo not this $(echo; sleep 1000)", "echo not this $(sleep 1000)$(sleep 1000) $(sleep 1000)", "sleep 1000 | cat | wc; echo not this", "true | sleep 1000 && echo not this", "sh -c 'sleep 1000; cat'; echo not this"):
        machine.send(line + "\r")
        machine.expect(line)
        machine.send("\x03")
        machine.expect("^C")
        assert "not this" not in machine.expect_prompt()
        assert machine.status() == "130"
    running = machine.command("ps")
    assert not re.search(r" (sleep|wc|cat)$", running, re.MULTILINE), running


def test_control_c_ends_what_a_substitution_left_in_the_background(machine):
    machine.send("x=$( (sleep 0.5; echo be''hind >&2; sleep 1000) & ); echo not this\r")
    machine.expect("\nbehind")
    machine.send("\x03")
    assert "not this" not in machine.expect_prompt()
    assert machine.status() == "130"
    assert not re.search(r" sleep$", machine.command("ps"), re.MULTILINE)


def test_control_c_ends_a_loop_that_starts_nothing(machine):
    for line in ("while :; do :; done; echo not this", "while :; do sleep 0.01; :; done; echo not this"):
        machine.send(line + "\r")
        machine.expect(line)
        machine.send("\x03")
        assert "not this" not in machine.expect_prompt()
        assert machine.status() == "130"


def test_the_first_of_a_pipeline_reads_what_is_typed(machine):
    machine.send("cat | wc\r")
    machine.expect("cat | wc")
    machine.send("two words\r\x04")
    assert re.search(r"1 +2 +10", machine.expect_prompt())
    machine.send("sh -c 'cat; echo then'\r")
    machine.expect("then")
    machine.send("typed\r\x04")
    assert machine.expect_prompt().endswith("typed\ntyped\nthen\n")


def held(machine):
    """How many descriptors init, the pipe server and the shell have. While one program runs, so that nothing is on its way."""
    pipe = machine.number_of("pipe")
    return machine.command(f"for i in 1 {pipe} $$; do descs $i > /tmp/held; wc -l < /tmp/held; done")


def test_pipelines_leave_nothing(machine):
    before = held(machine)
    machine.command("for i in 1 2 3 4 5; do for j in 1 2 3 4 5; do echo a | cat | cat > /tmp/l; nothing | cat < /none; (exit 1) | true & wait; done; done")
    assert held(machine) == before


@pytest.mark.parametrize(
    "line",
    [
        "nothing | cat",
        "echo a | nothing",
        "cat /bin/sh | nothing",  # writes more than the pipe holds, so it ends only when nobody can read
        "cat /bin/sh | /etc/help | cat",
        "echo a | nothing | cat",
        "nothing | nothing | nothing",
        "/etc/help | cat",
        "echo a | /etc/help",
        "echo a | /etc | cat",
        "cat < /none | cat",
        "echo a | cat > /bin/x",
        "echo a | cat < /none | cat > /none/x",
        "echo a | [ b",
        "[ a | cat",
        "cd /none | cat",
        "echo a | cd /none",
        "echo a | $none",
        "x=$long nothing | x=$long cat",
        "echo a | x=$long y=$x cat | cat",
        "(nothing) | cat",
        "echo a | { /etc/help; } | cat",
        "nothing | cat & wait",
        "echo a | run -m 1 cat",
    ],
)
def test_a_command_that_cannot_start_leaves_no_end_of_a_pipe(machine, line):
    machine.command("long=" + "0123456789" * 50)
    machine.command("long=$long$long$long$long$long$long$long$long$long$long$long$long$long$long$long$long")
    machine.command("long=$long$long$long")
    before = held(machine)
    for _ in range(3):
        machine.command(line)
    assert held(machine) == before


def test_a_shell_in_the_background_takes_no_keys(machine):
    own = machine.command("echo $$").strip()
    machine.send("sh &\r")
    machine.expect(re.compile(r"\[1\] (\d+)\r*\n"))
    machine.expect_prompt()
    machine.expect_prompt()  # the other one's, which now waits for what it may not have
    for _ in range(3):
        machine.send("cho $$\x01e\r")  # the keys are still those of the editor
        machine.expect("\n")
        assert machine.expect_prompt().strip() == own
        machine.send("cat\r")
        machine.expect("cat")
        machine.send("typex\x7fd\r\x04")
        assert machine.expect_prompt().endswith("typed\n")
    assert machine.command("jobs") == "[1] sh\n"
    machine.send("fg\r")
    machine.expect(re.compile(r"\nsh\r*\n"))
    machine.send("cho $$\x01e\r")
    machine.expect("\n")
    inner = machine.expect_prompt().strip()
    assert inner.isdigit() and inner != own
    machine.send("exit 3\r")
    machine.expect("exit 3")
    machine.expect_prompt()
    assert machine.command("echo $? $$") == f"3 {own}\n"


def test_control_d_ends_the_input(machine):
    machine.send("wc\r")
    machine.expect("wc")
    machine.send("two words\r\x04")
    assert re.search(r"1 +2 +10", machine.expect_prompt())
    assert machine.status() == "0"


def test_the_line_discipline_edits(machine):
    machine.send("cat\r")
    machine.expect("cat")
    machine.send("wrong\x15right\x7f\x7fhT yes\x17no\r\x04")
    text = machine.expect_prompt()
    assert text.endswith("righT no\n") or text.endswith("righhT no\n"), text


def test_editing_keys(machine):
    machine.send("cho one\x01e\x05 two\x1b[D\x1b[D\x1b[3~W\r")
    machine.expect("\n")
    assert machine.expect_prompt() == "one tWo\n"
    machine.send("\x1b[A\x15echo three\r")
    machine.expect(re.compile("echo three\r+\n"))
    assert machine.expect_prompt() == "three\n"
    machine.send("\x1b[A\x1b[A\r")
    machine.expect("\n")
    assert machine.expect_prompt() == "one tWo\n"


def test_a_line_goes_on_until_it_is_whole(machine):
    machine.send("for i in 1 2\rdo\recho $i |\rcat\rdone\r")
    machine.expect("> done")
    assert machine.expect_prompt().endswith("\n1\n2\n")
    machine.send("echo 'one\rtwo' && \\\recho three\r")
    machine.expect("> echo three")
    assert machine.expect_prompt().endswith("\none\ntwo\nthree\n")
    machine.send("echo fo\\\rur '\\' \\\\\r")
    machine.expect("> ur")
    assert machine.expect_prompt().endswith("\nfour \\ \\\n")
    machine.send("if true; then\r")
    machine.expect("\n> ")
    machine.send("echo no\x03")
    machine.expect_prompt()
    machine.send("while false; do\r")
    machine.expect("\n> ")
    machine.send("\x04")
    assert "sh: line 2, column 1: a command is missing" in machine.expect_prompt()
    assert machine.status() == "2"
    machine.send("echo a; fi; (\r")
    assert "sh: column 9: " in machine.expect_prompt()
    machine.send("echo '\r")
    for _ in range(10):
        machine.expect("\n> ")
        machine.send("x" * 900 + "\r")
    assert "too long to be typed" in machine.expect_prompt()


def test_completion(machine):
    machine.send("upt\t")
    machine.expect("uptime ")
    machine.send("\r")
    assert "up 0 days" in machine.expect_prompt()
    machine.send("po\t\r")
    machine.expect("poweroff ")
    # Typed by mistake, so to say: the machine goes off.
    machine.expect_end()


def test_shell_that_ends_is_started_again():
    with Machine() as booted:
        booted.expect_prompt()
        booted.send("exit\r")
        booted.expect_prompt()
        assert booted.command("echo again") == "again\n"
        booted.send("\x04")
        booted.expect_prompt()


def test_reboot():
    with Machine() as booted:
        booted.expect_prompt()
        booted.send("reboot\r")
        booted.expect_end()


def test_prompt_stays_below_a_notice():
    with Machine() as booted:
        booted.expect_prompt()
        booted.send(f"kill {booted.number_of('log')}\r")
        booted.expect("service log is started again")
        booted.expect(PROMPT)
        assert booted.command("echo still here") == "still here\n"


# The second: the line is still open, or, seldom, a program printed just this; Ctrl-C does no harm then.
PROMPT_OR_OPEN = re.compile(PROMPT.pattern + "|\n> ")


def test_no_line_ends_the_shell():
    """Random signs, with no letter that could name a program: whatever they mean, the next prompt comes."""
    seed = int(os.environ.get("TEST_SEED", random.SystemRandom().randrange(2**32)))
    print(f"seed {seed}; repeat with TEST_SEED={seed}")
    chooser = random.Random(seed)
    pieces = ["|", "||", "&&", "&", ";", "<", ">", ">>", "2>&1", "(", ")", "{", "}", "'", '"', "\\", "$", "${", "#", "!", "=",
              "if", "then", "fi", "while", "do", "done", "for", "in", "1", "_", "x=1", "$x", "$?", "$!", "$@", "cd", "wait", "jobs",
              "fg", "export", "unset", "shift", ":", "true", "false", "echo", " ", " ", " "]  # fmt: skip
    with Machine() as machine:
        machine.expect_prompt()
        for _ in range(150):
            line = "".join(chooser.choice(pieces) for _ in range(chooser.randrange(1, 14)))
            if "while" in line and "done" in line:
                continue  # it may be a loop without an end, which a person would have to end
            machine.send(line + "\r")
            machine.expect(re.compile(re.escape(line[-1:]) + r"\r*(?=\n)"))
            machine.expect(PROMPT_OR_OPEN)
            if machine.matched.startswith("\n"):
                machine.send("\x03")
                machine.expect_prompt()
        settled = machine.command("wait; x=still; echo $x here")
        assert settled.endswith("still here\n"), settled


def test_every_background_job_is_waited_for():
    """More jobs than fit into any list: none of them keeps its place when it has ended."""
    with Machine() as machine:
        machine.expect_prompt()
        for _ in range(2):
            machine.command("for i in " + " ".join("x" * 25) + "; do sleep 0.2 & done", limit=120)
            machine.command("wait")
        assert " ended " not in machine.command("ps")
        assert machine.command("echo on | cat") == "on\n"


def test_read_behind_a_pipe():
    with Machine() as machine:
        machine.expect_prompt()
        assert machine.command("echo hi | read x; echo $?") == "0\n"
        assert machine.command("true | read x; echo $?") == "1\n"
        assert machine.command("echo hi | { read x; echo \"<$x>\"; }") == "<hi>\n"
        machine.send("sleep 600 | read x\r")
        machine.expect("read x")
        machine.send("\x03")
        machine.expect_prompt()


def test_an_environment_that_is_too_long_is_named():
    with Machine() as machine:
        machine.expect_prompt()
        machine.command("x=0123456789012345678901234567890123456789012345678901234567890123")
        for _ in range(6):
            machine.command("x=$x$x")
        for name in "abcd":
            machine.command(f"export {name}=$x")
        assert machine.command("true") == "sh: true: the arguments and the exported variables are too long\n"
        machine.command("unset a; unset b; unset c; unset d")
        assert machine.command("echo on") == "on\n"
