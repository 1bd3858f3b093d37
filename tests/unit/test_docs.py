# SPDX-License-Identifier: MIT
"""The documents name only what exists: targets of make, tools, files, packages."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]
# A path of the tree in backticks: starts with one of the root's folders.
FOLDERS = sorted(path.name for path in ROOT.iterdir() if path.is_dir() and path.name not in ("build", ".git"))
TREE_PATH = re.compile(r"`((?:" + "|".join(re.escape(name) for name in FOLDERS) + r")/[\w./-]*)`")


def targets():
    return set(re.findall(r"^([a-z][a-z-]*(?: [a-z-]+)*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def shell_lines(text):
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from (line for line in block.replace("\\\n", " ").splitlines() if line.strip())


@pytest.mark.parametrize("name", NAMES)
def test_commands_exist(name):
    known = {word for names in targets() for word in names.split()}
    for line in shell_lines((ROOT / name).read_text(encoding="utf-8")):
        words = shlex.split(line)
        if words[0] == "make":
            wanted = [word for word in words[1:] if "=" not in word]
            assert set(wanted) <= known, line
            result = subprocess.run(["make", "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
            assert result.returncode == 0, result.stderr
        elif words[0].startswith("tools/"):
            result = subprocess.run([*words[:1], "--help"], cwd=ROOT, capture_output=True, text=True, check=False)
            assert result.returncode == 0, line
            for option in (word for word in words[1:] if word.startswith("--")):
                assert option in result.stdout, line
        else:
            assert Path(words[0]).exists(), line
            for word in words[1:]:
                assert not re.match(r"(tests|docs|tools)/", word) or (ROOT / word).exists(), line


@pytest.mark.parametrize("name", NAMES)
def test_links_and_paths_lead_somewhere(name):
    document = ROOT / name
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (document.parent / target).exists(), target
    for path in TREE_PATH.findall(text):
        assert "NAME" in path or "ARCH" in path or (ROOT / path).exists(), path


def test_help_lists_what_exists_and_nothing_else():
    listed = re.findall(r"^  make ([a-z-]+)", subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout, re.MULTILINE)  # fmt: skip
    known = {word for names in targets() for word in names.split()}
    assert set(listed) <= known
    assert {"run", "test", "all", "all-hdd", "run-bios", "run-uefi", "run-hdd", "debug", "check", "fuzz", "clean",
            "distclean", "help"} <= set(listed)  # fmt: skip


def test_every_package_is_explained():
    setup = (ROOT / "tools/setup").read_text(encoding="utf-8")
    lists = re.findall(r"^(?:run|test|check)=(['\"])(.*?)\1", setup, re.MULTILINE | re.DOTALL)
    packages = {word for _, text in lists for word in text.split() if not word.startswith("$")}
    assert {"git", "clang-19", "libcmocka-dev", "clang-tidy-19"} <= packages
    table = (ROOT / "docs/building.md").read_text(encoding="utf-8").split("## Packages")[1]
    assert set(re.findall(r"`([a-z0-9.+-]+)`(?=[,|` ])", table)) >= packages


def test_later_architectures_say_so():
    for arch in ("aarch64", "riscv64", "loongarch64"):
        result = subprocess.run(["make", "run", f"ARCH={arch}"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert result.returncode == 2 and "Not yet" in result.stderr and arch in result.stderr
    result = subprocess.run(["make", "run", "KARCH=vax"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 2 and "no architecture 'vax'" in result.stderr
