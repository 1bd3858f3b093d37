# SPDX-License-Identifier: MIT
"""The session that README.md shows is what a reader sees, but for what is measured."""

import re

from tessera import ROOT, Machine

PROMPT = "tessera:/$ "


def measured(line):
    """A line without what differs from boot to boot: in a row of `ps` the memory used, the descriptors and the time, and the
    limits that are a share of the machine's memory. Blanks become one blank. All else, process numbers too, is compared."""
    words = line.split()
    if len(words) == 9 and words[2] in ("running", "service", "ended"):
        for column in (3, 6, 7) + ((4,) if words[8] in ("init", "file") else ()):
            assert re.fullmatch(r"\d+(\.\d{3})?", words[column]), line
            words[column] = "N"
    return " ".join(words)


def lines(text):
    return [measured(line) for line in text.splitlines() if line.strip()]


def session():
    """The greeting, and (line typed, what it prints) in order."""
    (block,) = re.findall(r"^```console\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    greeting, *steps = block.split(PROMPT)
    return greeting, [step.split("\n", 1) for step in steps]


def test_the_session_in_the_readme():
    greeting, steps = session()
    assert len(steps) >= 5
    with Machine() as machine:
        assert machine.expect_prompt().endswith("\n" + greeting)
        for line, printed in steps:
            assert lines(machine.command(line)) == lines(printed), line
