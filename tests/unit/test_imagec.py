# SPDX-License-Identifier: MIT
"""tools/imagec: what is wrong in an image is an error that names the entry; what is right compiles the same each time."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMAGE = """
[service.a]
memory = "1M"
hears = true
[service.b]
memory = "1M"
calls = ["a"]
raises = ["a"]
[program.default]
memory = "4M"
calls = ["a"]
[program.x]
grants = ["kill"]
"""


def compile_image(tmp_path: Path, text: str, name: str = "image.toml") -> tuple[int, str, bytes]:
    source, output = tmp_path / name, tmp_path / "out.rec"
    source.write_text(text)
    output.unlink(missing_ok=True)
    result = subprocess.run(
        [ROOT / "tools/imagec", "-o", output, source], capture_output=True, text=True, check=False
    )
    return result.returncode, result.stderr, output.read_bytes() if output.exists() else b""


def test_good_image_is_the_same_each_time(tmp_path: Path) -> None:
    status, message, first = compile_image(tmp_path, IMAGE)
    assert (status, message) == (0, "")
    assert first.startswith(b"TSIMAGE\n")
    assert compile_image(tmp_path, IMAGE)[2] == first


@pytest.mark.parametrize("name", ["default.toml", "test.toml"])
def test_images_of_the_tree_compile(tmp_path: Path, name: str) -> None:
    result = subprocess.run(
        [ROOT / "tools/imagec", "-o", tmp_path / "out.rec", ROOT / "images" / name], capture_output=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, b"")


# text to replace, replacement, entry that is named, part of the message
MISTAKES = [
    ("hears = true", "heers = true", "[service.a]", "unknown key 'heers'"),
    ("hears = true", 'hears = "yes"', "[service.a]", "neither true nor false"),
    ("hears = true", "", "[service.b]", "'a' is unknown"),
    ('calls = ["a"]', 'calls = ["b"]', "[service.b]", "does not stand above"),
    ('calls = ["a"]', 'calls = ["c"]', "[service.b]", "'c' is unknown"),
    ('calls = ["a"]', 'calls = ["a", "a"]', "[service.b]", "twice"),
    ('calls = ["a"]', "calls = 1", "[service.b]", "not a list of strings"),
    ('memory = "1M"\nhears', 'memory = "1M"\nkeeps = "1M"\nhears', "[service.a]", "no room for what it keeps"),
    ('memory = "4M"', 'memory = "4M"\nkeeps = "1M"', "[program.default]", "unknown key 'keeps'"),
    ('memory = "4M"', 'memory = "0"', "[program.default]", "is no size"),
    ('memory = "4M"', 'memory = "4 MB"', "[program.default]", "is no size"),
    ('grants = ["kill"]', 'grants = ["all"]', "[program.x]", "'all' is unknown"),
    ('grants = ["kill"]', "priority = 16", "[program.x]", "priority is not a number from 0 to 15"),
    ('grants = ["kill"]', "weight = 0", "[program.x]", "weight is not a number"),
    ('grants = ["kill"]', 'ports = ["0x60-0x64"]', "[program.x]", "unknown key 'ports'"),
    ("hears = true", 'hears = true\nports = ["0x3ff-0x3f8"]', "[service.a]", "is no range"),
    ("hears = true", 'hears = true\nports = ["0x0-0x10000"]', "[service.a]", "is no range"),
    ("hears = true", "hears = true\ninterrupts = [-1]", "[service.a]", "not a list of lines"),
    ("hears = true", "hears = true\nplaces = 5000", "[service.a]", "places is not a number"),
    ("[program.default]", "[program.other]", "[program.default]", "is missing"),
    ("[program.x]", '[program."x/y"]', "[program.x/y]", "a name has 1 to 31"),
    ("[service.a]", "[servise.a]\n[service.a]", "image.toml", "unknown table 'servise'"),
    ("[service.a]", "[image]\nname = 1\n[service.a]", "[image]", "unknown key 'name'"),
    ("[service.a]", "[service.a", "image.toml", "line 2"),
]


@pytest.mark.parametrize(("old", "new", "entry", "message"), MISTAKES)
def test_mistake_is_named(tmp_path: Path, old: str, new: str, entry: str, message: str) -> None:
    assert old in IMAGE
    status, text, record = compile_image(tmp_path, IMAGE.replace(old, new, 1))
    assert status == 1
    assert record == b""
    assert entry in text and message in text, text


def test_extends_merges_entries(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(IMAGE)
    status, message, record = compile_image(
        tmp_path, '[image]\nextends = "base.toml"\n[program.x]\npriority = 3\n[program.y]\ngrants = ["audit"]\n'
    )
    assert (status, message) == (0, "")
    whole = IMAGE.replace('grants = ["kill"]', 'grants = ["kill"]\npriority = 3') + '[program.y]\ngrants = ["audit"]\n'
    assert record == compile_image(tmp_path, whole)[2]


def test_circle_of_extends(tmp_path: Path) -> None:
    status, message, _ = compile_image(tmp_path, '[image]\nextends = "image.toml"\n')
    assert status == 1 and "circle" in message
