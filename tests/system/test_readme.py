# SPDX-License-Identifier: MIT
"""The session that README.md shows is what a reader sees, but for numbers."""

import re

from tessera import ROOT, Machine

PROMPT = "tessera:/$ "


def squeeze(text):
    """Numbers become N, blanks one blank: they differ from boot to boot."""
    lines = [re.sub(r"\s+", " ", re.sub(r"\d+(\.\d+)?", "N", line)).strip() for line in text.splitlines()]
    return [line for line in lines if line]


def session():
    """The greeting, and (line typed, what it prints) in order."""
    (block,) = re.findall(r"^```console\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    greeting, *steps = block.split(PROMPT)
    return greeting, [step.split("\n", 1) for step in steps]


def test_the_session_in_the_readme():
    greeting, steps = session()
    assert len(steps) >= 5
    with Machine() as machine:
        assert squeeze(greeting)[0] in squeeze(machine.expect_prompt())
        for line, printed in steps:
            assert squeeze(machine.command(line)) == squeeze(printed), line
