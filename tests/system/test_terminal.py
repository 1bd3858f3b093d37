# SPDX-License-Identifier: MIT
"""The terminal, the keyboard and the console together: what programs write is compared with pictures drawn here, keys are
pressed through the emulator, and each of the three processes is ended in the middle."""

import random
import re
import subprocess

import pytest
import screen
from tessera import ROOT, Machine, change_initrd, make_image

INK, PAPER, BRIGHT = 0xAAAAAA, 0x000000, 0xFFFFFF
RED, GREEN, BLUE, BRIGHT_RED = 0xAA0000, 0x00AA00, 0x0000AA, 0xFF5555
PROMPT = "tessera:/$ "
E = "\x1b["

# What a program writes to an empty screen; the cells that it makes: (row, column, text, how); where the cursor is then.
SCRIPTS = {
    "text": (
        "one\ntwo\tt\rT\n" + "\N{EURO SIGN}\N{LATIN SMALL LETTER A WITH DIAERESIS}\N{BOX DRAWINGS LIGHT HORIZONTAL}\U0001f600",
        [(0, 0, "one"), (1, 0, "Two"), (1, 8, "t"), (2, 0, "€ä─\N{REPLACEMENT CHARACTER}")], (2, 4)),
    "colours": (
        f"{E}31mr{E}42mg{E}1mb{E}0;4mu{E}0;7mi{E}0;91;104mx{E}38;5;196;48;5;21my{E}38;2;1;2;3;48;2;200;100;50mz{E}38;5;244mg{E}m.",
        [(0, 0, "r", RED), (0, 1, "g", RED, GREEN), (0, 2, "b", BRIGHT_RED, GREEN), (0, 3, "u", INK, PAPER, True),
         (0, 4, "i", PAPER, INK), (0, 5, "x", BRIGHT_RED, 0x5555FF), (0, 6, "y", 0xFF0000, 0x0000FF),
         (0, 7, "z", 0x010203, 0xC86432), (0, 8, "g", 0x808080, 0xC86432), (0, 9, ".")], (0, 10)),
    "cursor": (
        f"{E}3;5Ha{E}2Bb{E}3Dc{E}Ad{E}10Ge{E}7df{E}2Eg{E}Fh\x1b7{E}20;20H\x1b8i{E}2;2H",
        [(2, 4, "a"), (4, 5, "b"), (4, 3, "c"), (3, 4, "d"), (3, 9, "e"), (6, 10, "f"), (8, 0, "g"), (7, 0, "h"), (7, 1, "i")],
        (1, 1)),
    "erasing": (
        f"aaaa\nbbbb\ncccc\ndddd{E}1;3H{E}K{E}2;2H{E}1K{E}3;2H{E}2X{E}44m{E}4;3H{E}J{E}0m{E}5;1H",
        [(0, 0, "aa"), (1, 2, "bb"), (2, 0, "c"), (2, 3, "c"), (3, 0, "dd"), (3, 2, " " * 1000, INK, BLUE),
         (4, 0, " " * 1000, INK, BLUE, False, "below")], (4, 0)),
    "inserting": (
        f"abcdef\nABCDEF\nx\ny\nz{E}1;3H{E}2@{E}2;3H{E}2P{E}3;1H{E}Lnew{E}5;1H{E}M{E}6;1H",
        [(0, 0, "ab  cdef"), (1, 0, "ABEF"), (2, 0, "new"), (3, 0, "x"), (4, 0, "z")], (5, 0)),
    "region": (
        f"1\n2\n3\n4\n5{E}2;4r{E}4;1H\nx{E}2;1H\x1bMy{E}r{E}7;1H",
        [(0, 0, "1"), (1, 0, "y"), (2, 0, "3"), (3, 0, "4"), (4, 0, "5")], (6, 0)),
    "alternate": (
        f"main{E}?1049h{E}5;5Hother{E}?1049l!", [(0, 0, "main!")], (0, 5)),
    "drawing": (
        "\x1b(0lqk\x1b(B\n\x1b(0x\x1b(B \x1b(0x\x1b(B\n\x1b(0mqj\x1b(B", [(0, 0, "┌─┐"), (1, 0, "│ │"), (2, 0, "└─┘")], (2, 3)),
    "unknown": (
        f"a{E}?2004hb\x1b]0;title\x07c\x1bP1$r\x1b\\d{E}1;2;3ye{E}>0qf", [(0, 0, "abcdef")], (0, 6)),
    # More answers than a terminal keeps for a program that never reads them.
    "questions": (f"{E}c" * 500 + f"{E}6n" * 200 + "!", [(0, 0, "!")], (0, 1)),
    "lines": ("".join(f"line {i}\n" for i in range(100)), None, None),
}  # fmt: skip


def noise():
    seed = random.SystemRandom().randrange(2**32)
    print(f"noise: seed {seed}; to repeat, put it into noise() of {__file__}")
    generator = random.Random(seed)
    pieces = [bytes(generator.randrange(256) for _ in range(200)) for _ in range(20)]
    for _ in range(400):
        pieces.append(b"\x1b[" + bytes(generator.choice(b"0123456789;?!") for _ in range(generator.randrange(6))))
        pieces.append(bytes([generator.choice(b"ABCDEFGHJKLMPSTX@bdfghlmnrsu"), generator.randrange(32, 127)]))
    return b"".join(pieces)


def make_scripts(tmp_path, image_toml=None):
    files = {f"scripts/{name}": ("\x1bc" + text).encode() for name, (text, _, _) in SCRIPTS.items()}
    files |= {"scripts/noise": noise(), "scripts/reset": b"\x1bc"}
    if image_toml is not None:
        (tmp_path / "image.toml").write_text(f'[image]\nextends = "{ROOT / "images/default.toml"}"\n{image_toml}', encoding="ascii")
        subprocess.run([ROOT / "tools/imagec", "-o", tmp_path / "image.rec", tmp_path / "image.toml"], check=True)
        files["etc/image.rec"] = (tmp_path / "image.rec").read_bytes()
    initrd = change_initrd(tmp_path / "initrd.tar", files=files)
    return make_image(tmp_path / "tessera.iso", initrd=initrd)


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    with Machine(make_scripts(tmp_path_factory.mktemp("terminal"))) as booted:
        booted.expect_prompt()
        yield booted


def expected(size, cells, cursor):
    """The picture after a script: its cells, then the prompt and the cursor."""
    columns, rows = size[0] // screen.WIDTH, size[1] // screen.HEIGHT
    canvas = screen.Canvas(*size, PAPER)
    for row, column, text, *how in cells:
        last = rows if len(how) == 4 else row + 1
        for at in range(row, last):
            canvas.text(at, column, text[: columns - column], *how[:3])
    canvas.text(cursor[0], cursor[1], PROMPT)
    canvas.cell(cursor[0], cursor[1] + len(PROMPT), " ", PAPER, INK)
    return canvas.picture


@pytest.mark.parametrize("name", [name for name, script in SCRIPTS.items() if script[1] is not None])
def test_script(machine, name):
    _, cells, cursor = SCRIPTS[name]
    machine.command(f"cat /scripts/{name}")
    screen.wait_picture(machine, expected(screen.take(machine)[:2], cells, cursor))


def test_scrolling(machine):
    machine.command("cat /scripts/lines")
    size = screen.take(machine)[:2]
    rows = size[1] // screen.HEIGHT
    cells = [(row, 0, f"line {100 - rows + 1 + row}") for row in range(rows - 1)]
    screen.wait_picture(machine, expected(size, cells, (rows - 1, 0)))


def test_noise_leaves_nothing_behind(machine):
    machine.send("cat /scripts/noise\r")
    machine.expect(re.compile(r"\$ ", re.DOTALL))
    machine.send("\rcat /scripts/reset\r")
    size = screen.take(machine)[:2]
    screen.wait_picture(machine, expected(size, [], (0, 0)))


def blank(machine):
    """An empty screen with a prompt at its top."""
    machine.command("cat /scripts/reset")
    screen.wait_picture(machine, expected(screen.take(machine)[:2], [], (0, 0)))


def shows(*lines):
    """The screen begins with these lines and then a prompt."""
    return lambda found: [line.rstrip() for line in found[: len(lines) + 1]] == [*lines, PROMPT.rstrip()]


def test_keys(machine):
    blank(machine)
    screen.type_text(machine, "echo Hello, {World}! ~'a b'\r")
    screen.wait_for(machine, shows(f"{PROMPT}echo Hello, {{World}}! ~'a b'", "Hello, {World}! ~a b"), "what was typed")
    machine.expect("Hello, {World}! ~a b")  # the serial line is the same session
    machine.expect_prompt()


def test_editing_keys(machine):
    blank(machine)
    screen.type_text(machine, "cho onX")
    for code in ("backspace", "home", "e", "end", "e", "ret", "up", "ret"):
        screen.press(machine, code)
    screen.wait_for(machine, shows(f"{PROMPT}echo one", "one", f"{PROMPT}echo one", "one"), "the edited line")
    machine.expect("one")
    machine.settle()


def test_control_keys(machine):
    blank(machine)
    screen.type_text(machine, "cat\r")
    screen.wait_for(machine, lambda lines: lines[0] == f"{PROMPT}cat", "cat")
    screen.type_text(machine, "typed\r")
    screen.wait_for(machine, lambda lines: lines[1:3] == ["typed", "typed"], "the echo and the copy")
    screen.press(machine, "ctrl", "d")
    screen.wait_for(machine, lambda lines: lines[3] == PROMPT.rstrip(), "the prompt")
    screen.type_text(machine, "sleep 1000\r")
    screen.wait_for(machine, lambda lines: lines[3] == f"{PROMPT}sleep 1000", "the command")
    screen.press(machine, "ctrl", "c")
    screen.wait_for(machine, lambda lines: lines[4] == "^C" and lines[5] == PROMPT.rstrip(), "the prompt")
    screen.type_text(machine, "half a line")
    screen.press(machine, "ctrl", "l")
    screen.wait_for(machine, lambda lines: lines[0] == f"{PROMPT}half a line" and not any(lines[1:]), "a cleared screen")
    screen.press(machine, "ctrl", "c")
    machine.expect("half a line")
    machine.settle()


@pytest.mark.parametrize("service", ["terminal", "keyboard", "console"])
def test_typing_goes_on_after_the_end_of(machine, service):
    number = machine.number_of(service)
    drivers = machine.command("log").count("layout us")
    screen.type_text(machine, f"kill {number}\r")
    machine.expect(f"service {service} is started again")
    machine.command("")
    # A key that is pressed while there is no driver is lost: the next one says when it is ready.
    if service == "keyboard":
        assert any(machine.command("log").count("layout us") > drivers for _ in range(300))
    # The last line with something on it is a prompt again, and it is in use.
    screen.wait_for(machine, lambda lines: [line for line in lines if line][-1:] == [PROMPT.rstrip()], "the prompt")
    screen.type_text(machine, "echo still here\r")
    screen.wait_for(
        machine, lambda lines: [line for line in lines if line][-3:] == [f"{PROMPT}echo still here", "still here", PROMPT.rstrip()],
        "the command after it",
    )  # fmt: skip
    machine.expect(re.compile("\nstill here\r"))
    machine.expect_prompt()


def test_an_editor_on_the_screen(machine):
    blank(machine)
    screen.type_text(machine, "edit /tmp/note\r")
    screen.wait_for(machine, lambda lines: "/tmp/note  1:1" in lines[-1], "the editor's status line")
    screen.type_text(machine, "first line\rsecnd")
    for code in ("left", "left", "o", "home", "up", "delete"):
        screen.press(machine, code)
    screen.type_text(machine, "F")
    screen.press(machine, "ctrl", "s")
    size = screen.take(machine)[:2]
    columns, rows = size[0] // screen.WIDTH, size[1] // screen.HEIGHT
    canvas = screen.Canvas(*size, PAPER)
    canvas.text(0, 0, "First line")
    canvas.cell(0, 1, "i", PAPER, INK)
    canvas.text(1, 0, "second")
    for row in range(2, rows - 1):
        canvas.text(row, 0, "~")
    canvas.text(rows - 1, 0, " Saved.".ljust(columns - 1), PAPER, INK)
    screen.wait_picture(machine, canvas.picture)
    screen.press(machine, "ctrl", "q")
    screen.wait_for(machine, shows(f"{PROMPT}edit /tmp/note"), "the screen as it was before")
    machine.settle()
    assert machine.command("cat /tmp/note") == "First line\nsecond"


def test_an_editor_survives_the_console(machine):
    blank(machine)
    screen.type_text(machine, "sh -c 'sleep 2; service restart console' & edit /tmp/other\r")
    screen.wait_for(machine, lambda lines: "/tmp/other" in lines[-1], "the editor's status line")
    machine.expect(re.compile(r"service console \(\d+\) was ended"))
    screen.press(machine, "ctrl", "l")
    screen.type_text(machine, "typed\rafter it")
    screen.wait_for(machine, lambda lines: lines[:2] == ["typed", "after it"] and "2:9" in lines[-1], "what was typed")
    screen.press(machine, "ctrl", "s")
    screen.press(machine, "ctrl", "q")
    machine.send("\r")
    machine.settle()
    assert machine.command("cat /tmp/other") == "typed\nafter it"


def test_a_program_learns_the_size(machine):
    size = screen.take(machine)[:2]
    machine.send("edit /tmp/none\r")
    # The console asks the serial line's terminal, which is smaller here; then the smaller size counts.
    machine.expect("\x1b[6n")
    machine.send("\x1b[20;50R")
    lines = screen.read_text(screen.wait_for(machine, lambda lines: "/tmp/none" in lines[19], "the editor's status line"))
    assert all(len(line) <= 50 for line in lines) and not any(lines[20:])
    machine.send("\x11")
    machine.expect_prompt()
    assert screen.take(machine)[:2] == size
    # A terminal that does not answer the next time is not as small as it was: nobody is there any more.
    machine.send("edit /tmp/none\r")
    machine.expect("\x1b[6n")
    screen.wait_for(machine, lambda lines: "/tmp/none" in lines[-1], "the status line at the screen's end")
    machine.send("\x11")
    machine.expect_prompt()


def test_german_layout(tmp_path):
    with Machine(make_scripts(tmp_path, '[service.keyboard]\narguments = ["de"]\n')) as machine:
        machine.expect_prompt()
        screen.type_text(machine, "echo y")
        for codes in (["semicolon"], ["shift", "minus"], ["alt_r", "q"], ["alt_r", "e"], ["caps_lock"], ["a"], ["ret"]):
            screen.press(machine, *codes)
        screen.wait_for(machine, lambda lines: "zö?@€A" in lines, "what a German keyboard types")


TWO_SESSIONS = """
[service.console]
arguments = ["@frames", "--separate"]
[service.session2]
path = "sbin/session"
memory = "1M"
priority = 9
calls = ["init", "serial", "console", "log", "file", "power", "pipe"]
grants = ["spawn", "session", "second"]
"""


def test_two_sessions(tmp_path):
    with Machine(make_scripts(tmp_path, TWO_SESSIONS)) as machine:
        machine.expect_prompt()
        screen.type_text(machine, "echo on the screen; sleep 1000\r")
        screen.wait_for(machine, lambda lines: "on the screen" in lines, "the second session")
        assert machine.command("echo on the line") == "on the line\n"
        screen.press(machine, "ctrl", "c")
        screen.wait_for(machine, lambda lines: [line for line in lines if line][-1] == PROMPT.rstrip(), "the prompt")
        shown = screen.read_text(screen.take(machine))
        assert "on the line" not in shown
        assert "on the screen" not in machine.log
        # Two services, one's name the beginning of the other's.
        machine.send(f"kill {machine.number_of('session2')}\r")
        machine.expect("service session2 is started again")
        machine.settle()
        log = machine.command("service log session")
        assert "init: session (" in log and "session2" not in log, log
        assert "service session2 is started again" in machine.command("service log session2")
        machine.command("sleep 0.5")
        assert len(re.findall(r" sh$", machine.command("ps"), re.MULTILINE)) == 2
