# SPDX-License-Identifier: MIT
"""The editors' configurations are JSON without comments and name only what exists."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted([*ROOT.glob(".vscode/*.json"), *ROOT.glob(".zed/*.json")])
TREE_PATH = re.compile(r"(?:^|[ /=}])((?:tools|kernel|user|boot)/[\w./-]+)")


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def test_both_editors_can_build_run_and_test():
    for name in (".vscode/tasks.json", ".zed/tasks.json"):
        text = " ".join(strings(load(ROOT / name)))
        for target in ("all", "run", "test", "debug"):
            assert f"make {target}" in text, name


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_names_exist(path):
    targets = set(re.findall(r"^([a-z-]+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for text in strings(load(path)):
        if text.startswith("make "):
            assert text.split()[1] in targets
        for name in TREE_PATH.findall(text):
            assert (ROOT / name).exists(), name


def test_the_debug_task_is_ready_when_the_machine_waits():
    tasks = load(ROOT / ".vscode/tasks.json")["tasks"]
    matcher = next(task for task in tasks if task["label"] == "debug")["problemMatcher"]
    said = re.search(r'say\(f"(Waiting for a debugger[^{]*)', (ROOT / "tools/run").read_text(encoding="utf-8")).group(1)
    assert re.match(matcher["background"]["endsPattern"], said)
