# SPDX-License-Identifier: MIT
"""The manual of programs: what is wrong in a page is an error that names file and line; what is made of a right one."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from abigen_lib import manual  # noqa: E402
from abigen_lib.source import Problems  # noqa: E402

PAGE = """# SPDX-License-Identifier: MIT
brief = "copy files"
summary = "Copies a file."
operands = "PATH... TARGET"
text = ["A `word`, and more."]

[[option]]
letter = "r"
name = "recursive"
text = "folders too"

[[option]]
letter = "n"
name = "count"
text = "so many"
argument = "N"

[[example]]
line = "copy a b"
text = "copies a."
"""


def load(tmp_path: Path, text: str) -> tuple[list[manual.Page], list[str]]:
    folder = tmp_path / manual.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "copy.toml").write_text(text)
    problems = Problems()
    return manual.pages_load(tmp_path, problems), problems.lines()


def test_a_page(tmp_path: Path) -> None:
    pages, problems = load(tmp_path, PAGE)
    assert problems == []
    text = manual.page_txt(pages[0])
    assert text.startswith("copy - copy files\n\nusage: copy [OPTION...] PATH... TARGET\n")
    assert "  -r        folders too\n  -n N      so many\n" in text
    assert "A word, and more." in text
    assert "  copy a b\n      copies a.\n" in text
    assert max(map(len, text.splitlines())) <= manual.PAGE_WIDTH
    assert "  copy      copy files\n" in manual.list_txt(pages)
    assert "| `-n N` | so many |" in manual.programs_md(pages)


def test_the_header_says_the_same(tmp_path: Path) -> None:
    pages, _ = load(tmp_path, PAGE)
    header = manual.header_h(pages[0])
    assert ".operands_min = 2," in header and ".operands_max = OPERANDS_UNLIMITED," in header
    assert "static bool option_recursive;" in header and "static const char *option_count;" in header
    assert ".letter = 'n', .help = \"so many\", .argument = &option_count, .name = \"N\"" in header


@pytest.mark.parametrize(
    ("operands", "least", "most"),
    [("", 0, 0), ("[WORD...]", 0, None), ("PID", 1, 1), ("PID...", 1, None), ("[PROGRAM]", 0, 1), ("[FILE [ARGUMENT...]]", 0, None),
     ("FROM TO", 2, 2), ("FROM [TO]", 1, 2)],
)  # fmt: skip
def test_how_many_operands(tmp_path: Path, operands: str, least: int, most: int | None) -> None:
    pages, problems = load(tmp_path, f'brief = "x"\nsummary = "x"\noperands = "{operands}"\n')
    assert problems == []
    assert (pages[0].operands_min, pages[0].operands_max) == (least, most)


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('brief = "copy files"', "", 1, "has no 'brief'"),
        ('brief = "copy files"', f'brief = "{61 * "x"}"', 2, "brief is not one line of at most 60"),
        ('summary = "Copies a file."', 'summary = "two\\nlines"', 3, "summary is not one line"),
        ('summary = "Copies a file."', "summary = 1", 1, "'summary' is not str"),
        ('text = ["A', 'other = ["A', 1, "unknown key 'other'"),
        ('letter = "r"', 'letter = "rr"', 7, "option 'rr' is not one letter"),
        ('letter = "n"', 'letter = "r"', 1, "a letter stands for two options"),
        ('name = "count"', 'name = "Count"', 12, "'Count' is no name"),
        ('argument = "N"', 'argument = "number"', 12, "is not 1 to 6 capital letters"),
        ('line = "copy a b"', "", 18, "has no 'line'"),
        ('text = ["A `word`, and more."]', "text = [1]", 5, "not a list of paragraphs"),
        ("[[option]]", "[[option", 7, "not TOML"),
    ],
)
def test_mistakes(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    assert old in PAGE
    _, problems = load(tmp_path, PAGE.replace(old, new, 1))
    assert any(f"{manual.FOLDER}/copy.toml:{line}: " in text and message in text for text in problems), problems


def test_every_program_has_a_page_and_every_page_a_program() -> None:
    listed = subprocess.run([ROOT / "tools/abigen", "--programs"], capture_output=True, text=True, check=True).stdout.split()
    programs = {path.stem for path in (ROOT / "user/programs").glob("*.c")}
    programs |= {path.name for path in (ROOT / "user/programs").iterdir() if (path / "main.c").exists()}
    assert set(listed) == programs
