# SPDX-License-Identifier: MIT
"""The shell and the filters against tests/system/shell/table.txt, which says how it is made."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from tessera import run_command

TABLE = Path(__file__).parent / "shell" / "table.txt"
DATA = {
    "words": b"pear\napple\nplum\nzoo\npepper\nFig\napple\n",
    "numbers": b"10\n2\n-3.5\n1\n100\n-2\n",
    "odd": b"1.*\na]\nxx\n$a\nb$b\n",
    "bytes": b"\0\1A\x7f\x80\xff ~\n" + b"a" * 55 + b"b",
    "long": b"".join(b"line %d\n" % i for i in range(1000)),
}
ROW = re.compile(r"^### (?P<name>[^\n]*?)(?P<ours> ours)?\n(?P<script>.*?)^--- (?P<status>\d+)\n(?P<printed>.*?)(?=^### |\Z)", re.M | re.S)
# Between two rows of the output, and before the status.
MARK = "=-=-="


class Row:
    def __init__(self, match, number):
        self.name = match["name"]
        self.ours = bool(match["ours"])
        self.script = match["script"]
        self.status = int(match["status"])
        # An empty line before the next row is part of the table only.
        self.printed = match["printed"].removesuffix("\n") if match["printed"].endswith("\n\n") else match["printed"]
        self.file = f"{number:02}.sh"

    def expected(self, data, scratch, script):
        return self.printed.replace("$D", data).replace("$T", scratch).replace("$S", script)


ROWS = [Row(match, number) for number, match in enumerate(ROW.finditer(TABLE.read_text()))]
NAMES = [row.name for row in ROWS]


def folder_fill(folder):
    folder.mkdir()
    for name, content in DATA.items():
        (folder / name).write_bytes(content)
    for row in ROWS:
        (folder / row.file).write_text(row.script)


@pytest.fixture(scope="module")
def guest(tmp_path_factory):
    """What each script printed in the guest, with its status: all run by one script in one boot."""
    extra = tmp_path_factory.mktemp("extra")
    folder_fill(extra / "table")
    names = " ".join(row.file for row in ROWS)
    (extra / "all.sh").write_text(
        "export T=/tmp/scratch D=/table; mkdir $T\n"
        f"for file in {names}; do sh /table/$file 2>&1; status=$?; echo; echo {MARK} $status; done\n"
    )
    status, out, err = run_command("sh /all.sh", "--extra", extra)
    log = err.decode("utf-8", "replace")
    assert status == 0, log[-3000:]
    parts = re.split(rf"\n{MARK} (\d+)\n", out.decode("utf-8", "replace"))
    assert len(parts) == 2 * len(ROWS) + 1, out.decode("utf-8", "replace")[-3000:] + log[-3000:]
    return [(parts[2 * i], int(parts[2 * i + 1])) for i in range(len(ROWS))]


def test_the_table_was_read_whole():
    assert len(ROWS) == len(re.findall("^### ", TABLE.read_text(), re.M))
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("number", range(len(ROWS)), ids=NAMES)
def test_in_the_guest(guest, number):
    row = ROWS[number]
    printed, status = guest[number]
    assert printed == row.expected("/table", "/tmp/scratch", f"/table/{row.file}")
    assert status == row.status


@pytest.mark.parametrize("row", [row for row in ROWS if not row.ours], ids=[row.name for row in ROWS if not row.ours])
def test_the_host_agrees(tmp_path, row):
    folder_fill(tmp_path / "table")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {"PATH": os.environ["PATH"], "T": str(scratch), "D": str(tmp_path / "table"), "LC_ALL": "C"}
    result = subprocess.run(
        ["/bin/sh", tmp_path / "table" / row.file], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=60, check=False,
    )  # fmt: skip
    assert result.stdout.decode() == row.expected(str(tmp_path / "table"), str(scratch), "")
    assert result.returncode == row.status
