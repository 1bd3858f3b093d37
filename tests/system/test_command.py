# SPDX-License-Identifier: MIT
"""CMD and EXTRA: the exact status, the exact bytes, and files of one's own in the initrd."""

import random
import re

import pytest
from tessera import run_command

NO_STATUS = 125


def expect(result, status, out):
    assert result[0] == status, result[2].decode("utf-8", "replace")
    assert result[1] == out, result[2].decode("utf-8", "replace")


def test_output_alone_on_standard_output():
    expect(run_command("echo hello"), 0, b"hello\n")


def test_each_line_of_the_log_comes_once():
    """Those from before the log server, which the kernel wrote itself, and those after it."""
    _, _, err = run_command("true")
    lines = re.findall(rb"^\[ *\d+\.\d+\] .*", err, re.MULTILINE)
    assert sum(b" boot: " in line for line in lines) == 1 and sum(b"init: sh (" in line for line in lines) >= 1, err.decode()
    assert len(lines) == len(set(lines)), err.decode("utf-8", "replace")


@pytest.mark.parametrize("command, status", [("true", 0), ("false", 1), ("exit 7", 7), ("exit 255", 255)])
def test_status(command, status):
    expect(run_command(command), status, b"")


def test_a_program_that_does_not_exist():
    status, out, err = run_command("no-such-program")
    assert (status, out) == (127, b""), err.decode("utf-8", "replace")
    assert b"sh: no-such-program: there is no such program (try help)\n" in err


def test_quotes_and_odd_characters():
    expect(run_command("echo \"two  blanks\" 'single \"inside\"' $ % \\\\ = # no"), 0, b"two  blanks single \"inside\" $ % \\ =\n")


def test_every_byte_survives(tmp_path):
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}; repeat with: random.Random({seed})")
    data = bytes(range(256)) + b"\x1e\r\n\x1e\n\r" + random.Random(seed).randbytes(100_000)
    (tmp_path / "data.bin").write_bytes(data)
    expect(run_command("cat /data.bin", "--extra", tmp_path), 0, data)


def test_extra_files_with_long_and_odd_names(tmp_path):
    folder = tmp_path / "extra files, with a comma"
    deep = folder / ("d" * 120) / ("e" * 120)
    deep.mkdir(parents=True)
    (deep / "two words").write_bytes(b"found\n")
    path = f"/{'d' * 120}/{'e' * 120}/two words"
    expect(run_command(f"cat '{path}'", "--extra", folder), 0, b"found\n")


def test_a_machine_that_ends_without_an_end_record():
    status, out, err = run_command("reboot")
    assert status == NO_STATUS, err.decode("utf-8", "replace")
    assert b"without saying how the command ended" in err


def test_the_time_limit():
    status, out, err = run_command("sleep 1000", "--timeout", "20")
    assert (status, out) == (NO_STATUS, b"")
    assert b"time limit" in err
