# SPDX-License-Identifier: MIT
"""tools/lib/backtrace.py: source lines for the frames of programs that crashed."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "lib"))

import backtrace  # noqa: E402

REPORT = """[    1.5] E init: sh (9) crashed\r
[    1.5] E init:   reason: read from address 0x0, which is not allowed\r
[    1.5] E init:   at 0x10a0 main+0x10 (0x20a0 in the file)\r
[    1.5] E init:   #1 0x10b5 user_start+0x22 (0x20b5 in the file)\r
[    1.5] E init:   #2 0x9999\r
init: other (12) crashed
init:   at 0x5 f+0x5 (0x5 in the file)
"""


def test_what_is_read():
    assert backtrace.crashes(REPORT) == [
        ("sh", [("at 0x10a0 main+0x10", 0x20A0), ("#1 0x10b5 user_start+0x22", 0x20B4)]),
        ("other", [("at 0x5 f+0x5", 5)]),
    ]
    assert backtrace.crashes("nothing of that kind\n") == []


def test_lines_of_the_source(tmp_path):
    source = tmp_path / "crash.c"
    source.write_text("int one(void);\nint one(void) {\n    return 1;\n}\n", encoding="utf-8")
    program = tmp_path / "bin_crash.elf"
    subprocess.run(["clang-19", "-g", "-c", source, "-o", program], check=True)
    text = "init: crash (3) crashed\ninit:   at 0x4000 one+0x0 (0x0 in the file)\n"
    lines = backtrace.crash_lines(text, tmp_path)
    assert len(lines) == 1
    assert re.fullmatch(r"  crash: at 0x4000 one\+0x0 at .*crash\.c:2(?:\D.*)?", lines[0])
    assert backtrace.crash_lines(text.replace("crash (", "unknown ("), tmp_path) == []
