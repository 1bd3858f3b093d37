# SPDX-License-Identifier: MIT
"""The documents name only what exists: targets of make, tools, files, packages; each kernel object has its page."""

import re
import shlex
import subprocess
import tomllib
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


def anchors(document):
    """What #ANCHOR can name in a document: its headings, as GitHub spells them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", NAMES)
def test_links_and_paths_lead_somewhere(name):
    document = ROOT / name
    text = document.read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\(([^)#:]*)(#[^)]*)?\)", text):
        other = document.parent / target if target else document
        assert other.exists(), target
        assert not anchor or anchor[1:] in anchors(other), target + anchor
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


# ---- docs/objects

OBJECT_FILES = {
    "page": "docs/objects/{}.md",
    "header": "kernel/object/{}.h",
    "code": "kernel/object/{}.c",
    "unit": "tests/unit/test_{}.c",
    "guest": "tests/guest/{}.c",
}
# Where an object has no file of its own, and why.
NO_FILE = {
    ("badge", "header"): "is part of endpoint.h: all of it is guarded by its endpoint's lock",
    ("badge", "code"): "is part of endpoint.c",
    ("badge", "guest"): "endpoint.c calls through badges",
    ("lease", "page"): "no call makes one yet; lease.h keeps its place",
    ("lease", "code"): "as its page",
    ("lease", "unit"): "as its page",
    ("lease", "guest"): "as its page",
}
SECTIONS = ["Holds and pays", "Life", "Invariants and locks", "Rights", "Limits", "Example", "Tests"]
with (ROOT / "abi/objects.toml").open("rb") as contract:
    OBJECTS = {entry["name"]: entry for entry in tomllib.load(contract)["object"]}
PAGES = sorted(path.stem for path in ROOT.glob("docs/objects/*.md") if path.stem != "README")


@pytest.mark.parametrize("name", [*OBJECTS, "descriptor"])
def test_an_object_has_its_files(name):
    for kind, pattern in OBJECT_FILES.items():
        assert (ROOT / pattern.format(name)).exists() != ((name, kind) in NO_FILE), pattern.format(name)


def test_each_page_is_of_an_object_and_listed():
    assert set(PAGES) <= {*OBJECTS, "descriptor"}
    listed = re.findall(r"\]\((\w+)\.md\)", (ROOT / "docs/objects/README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == PAGES


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_its_sections_and_rights(name):
    text = (ROOT / "docs/objects" / f"{name}.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert len(text.splitlines()) <= 80
    table = text.split("## Rights")[1].split("## Limits")[0]
    rows = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    rights = OBJECTS[name]["rights"] if name in OBJECTS else ["clone", "transfer", "inspect"]
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(rights)


def words_of_the_tree():
    """All identifiers of the sources and the contract, and those followed by a bracket."""
    folders = ("kernel", "base", "user", "abi", "tests/unit", "tests/guest")
    words, called = set(), set()
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".c", ".h", ".S", ".toml"):
                text = path.read_text(encoding="utf-8")
                words.update(re.findall(r"\w+", text))
                called.update(re.findall(r"(\w+)\(", text))
    return words, called


@pytest.mark.parametrize("name", PAGES)
def test_a_page_names_what_exists(name, words=words_of_the_tree()):
    known, called = words
    text = (ROOT / "docs/objects" / f"{name}.md").read_text(encoding="utf-8")
    prose = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for quoted in re.findall(r"`([^`]+)`", prose):
        if "/" in quoted:
            continue  # a path: test_links_and_paths_lead_somewhere
        for word in re.findall(r"[A-Za-z_]\w+", quoted):
            assert word in known, quoted
        for function in re.findall(r"(\w+)\(", quoted):
            assert function in called, quoted
    for diagram in re.findall(r"^```text\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for word in re.findall(r"\b(?:[A-Z]{2,}_[A-Z_]+|[a-z]+_[a-z_]+)\b", diagram):
            assert word in known, word


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """The headers that abigen makes for programs."""
    folder = tmp_path_factory.mktemp("abi")
    listed = subprocess.run([ROOT / "tools/abigen", "--list"], capture_output=True, text=True, check=True).stdout
    wanted = [name for name in listed.split() if re.match(r"(abi|tessera|protocols)/.*\.h$", name)]
    for name in wanted:
        (folder / name).parent.mkdir(exist_ok=True)
    subprocess.run([ROOT / "tools/abigen", *(folder / name for name in wanted)], check=True)
    return folder


@pytest.mark.parametrize("arch", sorted(path.name for path in (ROOT / "user/lib/arch").iterdir()))
@pytest.mark.parametrize("name", PAGES)
def test_an_example_compiles(name, arch, generated, tmp_path):
    text = (ROOT / "docs/objects" / f"{name}.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```c\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert len(examples) == 1
    unit = tmp_path / "example.c"
    unit.write_text(examples[0])
    folders = [generated, ROOT / "user/lib/include", ROOT / "user/lib/arch" / arch, ROOT / "base/include"]
    flags = "-std=c23 -Wall -Wextra -Werror -Wshadow -Wconversion -ffreestanding -fsyntax-only".split()
    run = subprocess.run(["clang-19", f"--target={arch}-unknown-none-elf", *flags, *(f"-I{path}" for path in folders), unit],
                         capture_output=True, text=True, check=False)  # fmt: skip
    assert run.returncode == 0, run.stderr
