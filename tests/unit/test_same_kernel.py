# SPDX-License-Identifier: MIT
"""The host tests mean something only if they run the kernel that boots: the same portable files, none of which knows
where it runs."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
KERNEL = ROOT / "kernel"
APART = ("arch", "boot", "dev")  # what ports choose from


def portable_files():
    return {
        str(path.relative_to(KERNEL))
        for path in KERNEL.rglob("*.c")
        if path.relative_to(KERNEL).parts[0] not in APART
    }


def listed_files():
    text = (KERNEL / "meson.build").read_text(encoding="utf-8")
    (sources,) = re.findall(r"^kernel_sources = files\((.*?)\)", text, re.S | re.M)
    return set(re.findall(r"'([^']+)'", sources))


def test_every_portable_file_is_in_the_one_list():
    assert portable_files() == listed_files()


@pytest.mark.parametrize("port", sorted(p.parent.name for p in (KERNEL / "arch").glob("*/meson.build")))
def test_every_port_takes_the_list_whole(port):
    text = (KERNEL / "arch" / port / "meson.build").read_text(encoding="utf-8")
    library = text[text.index("static_library("):]
    assert re.search(r"\bkernel_sources\b", library[: library.index("include_directories")])
    assert not re.search(r"\bkernel_sources\s*[+-]?=", text), "a port changes the list"


def test_no_portable_file_knows_that_it_runs_hosted():
    word = re.compile(r"__STDC_HOSTED__|\bHOST_|\bhost_|<host\.h>|\"host\.h\"|__has_feature|SANITIZE")
    headers = {p for p in KERNEL.rglob("*.h") if p.relative_to(KERNEL).parts[0] not in APART}
    headers |= set((KERNEL / "arch/include").rglob("*.h"))
    for path in sorted({KERNEL / name for name in portable_files()} | headers):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not word.search(line), f"{path.relative_to(ROOT)}:{number}: {line}"


def test_both_builds_compile_the_same_files():
    """Of the builds that stand here: what the compiler was really given."""
    compiled = {}
    for commands in sorted((ROOT / "build").glob("*/compile_commands.json")):
        if commands.parent.name not in ("host", "x86_64"):
            continue
        files = set()
        for entry in json.loads(commands.read_text(encoding="utf-8")):
            path = (Path(entry["directory"]) / entry["file"]).resolve()
            if "kernel" in entry["output"] and path.is_relative_to(KERNEL):
                name = path.relative_to(KERNEL)
                if name.parts[0] not in APART:
                    files.add(str(name))
        compiled[commands.parent.name] = files
    for name, files in compiled.items():
        assert files == listed_files(), f"build/{name}"
