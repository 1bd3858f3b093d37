# SPDX-License-Identifier: MIT
"""The manual of programs: user/programs/manual/NAME.toml as records, and what is made of them: the C header with the
program's options, the page that `help NAME` prints, the list that `help` prints, and docs/programs.md."""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .check import LOWER
from .source import Problems, Source, Where, table_checked
from .text import joined, quoted

FOLDER = "user/programs/manual"
PAGE_WIDTH = 78
STATUS = "0: all went well. 1: something did not, and a message says what. 2: the command line is wrong."
GENERATED = "<!-- Made by tools/abigen --update from user/programs/manual/*.toml. Do not edit. -->"
SHELL = """The shell itself knows more words: see `help sh`. PROGRAM & runs it in the background, Ctrl-C ends the one in the
foreground, Tab completes names."""


@dataclass
class Option:
    letter: str
    name: str  # of the C variable, behind option_
    text: str
    argument: str  # "": a flag


@dataclass
class Page:
    where: Where
    name: str
    brief: str
    summary: str
    operands: str
    options_first: bool
    options: list[Option]
    text: list[str]
    examples: list[tuple[str, str]]
    status: str

    @property
    def operands_min(self) -> int:
        """Words that do not stand in brackets."""
        outside = re.sub(r"\[.*\]", "", self.operands)
        return len(outside.split())

    @property
    def operands_max(self) -> int | None:
        """None: as many as one likes."""
        return None if "..." in self.operands else len(re.findall(r"[A-Z]+", self.operands))

    @property
    def usage(self) -> str:
        return " ".join([self.name, *(["[OPTION...]"] if self.options else []), *([self.operands] if self.operands else [])])


def one_line(problems: Problems, where: Where, what: str, text: str, most: int) -> None:
    if not text or "\n" in text or len(text) > most or not text.isascii() or not text.isprintable():
        problems.add(where, f"{what} is not one line of at most {most} printable characters")


def option_load(problems: Problems, where: Where, entry: Any) -> Option | None:
    required = {"letter": "str", "name": "str", "text": "str"}
    if not table_checked(problems, where, "option", entry, required, {"argument": "str"}):
        return None
    option = Option(entry["letter"], entry["name"], entry["text"], entry.get("argument", ""))
    if not re.fullmatch("[A-Za-z0-9]", option.letter):
        problems.add(where, f"option '{option.letter}' is not one letter")
    if not LOWER.match(option.name):
        problems.add(where, f"option: '{option.name}' is no name")
    if option.argument and not re.fullmatch("[A-Z]{1,6}", option.argument):
        problems.add(where, f"option: the argument '{option.argument}' is not 1 to 6 capital letters")
    one_line(problems, where, f"option -{option.letter}: text", option.text, 100)
    return option


def page_load(root: Path, file: str, problems: Problems) -> Page | None:
    source = Source(root, file, problems)
    where = Where(file, 1)
    required = {"brief": "str", "summary": "str"}
    optional = {
        "operands": "str", "options_first": "bool", "option": "list", "text": "list", "example": "list", "status": "str",
    }  # fmt: skip
    if not source.data or not table_checked(problems, where, "page", source.data, required, optional):
        return None
    data = source.data
    options = [option_load(problems, source.entry("option", i), entry) for i, entry in enumerate(data.get("option", []))]
    examples = []
    for i, entry in enumerate(data.get("example", [])):
        if table_checked(problems, source.entry("example", i), "example", entry, {"line": "str", "text": "str"}, {}):
            examples.append((entry["line"], entry["text"]))
    if not all(isinstance(paragraph, str) for paragraph in data.get("text", [])):
        problems.add(source.key("text"), "text is not a list of paragraphs")
        return None
    one_line(problems, source.key("brief"), "brief", data["brief"], 60)
    one_line(problems, source.key("summary"), "summary", data["summary"], 100)
    letters = [option.letter for option in options if option]
    if len(set(letters)) != len(letters):
        problems.add(where, "a letter stands for two options")
    return Page(
        where, Path(file).stem, data["brief"], data["summary"], data.get("operands", ""), data.get("options_first", False),
        [option for option in options if option], data.get("text", []), examples, data.get("status", STATUS),
    )  # fmt: skip


def pages_load(root: Path, problems: Problems) -> list[Page]:
    """All of user/programs/manual/*.toml, in order of names."""
    files = sorted(path.name for path in (root / FOLDER).glob("*.toml"))
    pages = [page_load(root, f"{FOLDER}/{name}", problems) for name in files]
    return [page for page in pages if page]


# ---- what is made of them


def header_h(page: Page) -> str:
    """What a program's main() gives to options_take()."""
    lines = [
        "// SPDX-License-Identifier: MIT",
        f"// The command line of {page.name}, made by tools/abigen from {FOLDER}/{page.name}.toml.",
        "",
        "#pragma once",
        "",
        "#include <user/program.h>",
        "",
    ]
    for option in page.options:
        kind = "const char *" if option.argument else "bool "
        lines.append(f"static {kind}option_{option.name}; // -{option.letter}")
    lines += ["", "static const struct usage usage = {", f"    .name = {quoted(page.name)},"]
    lines += [f"    .operands = {quoted(page.operands)},", f"    .summary = {quoted(page.summary)},"]
    if page.options:
        lines.append("    .options = (const struct option[]){")
        for option in page.options:
            target = f".argument = &option_{option.name}, .name = {quoted(option.argument)}"
            target = target if option.argument else f".value = &option_{option.name}"
            lines.append(f"        {{.letter = '{option.letter}', .help = {quoted(option.text)}, {target}}},")
        lines.append("        {}},")
    most = "OPERANDS_UNLIMITED" if page.operands_max is None else str(page.operands_max)
    lines += [f"    .operands_min = {page.operands_min},", f"    .operands_max = {most},"]
    lines += [f"    .options_anywhere = {'false' if page.options_first else 'true'},", "};"]
    return joined(lines)


def wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, PAGE_WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def option_rows(page: Page) -> list[tuple[str, str]]:
    rows = [(f"-{option.letter} {option.argument}".strip(), option.text) for option in page.options]
    return [*rows, ("--help", "the options in short")]


def page_txt(page: Page) -> str:
    """What `help NAME` prints."""
    lines = [f"{page.name} - {page.brief}", "", f"usage: {page.usage}", "", *wrapped(page.summary), "", "Options:"]
    lines += [f"  {option:9} {text}" for option, text in option_rows(page)]
    for paragraph in page.text:
        lines += ["", *wrapped(paragraph.replace("`", ""))]
    if page.examples:
        lines += ["", "Examples:"]
    for line, text in page.examples:
        lines += [f"  {line}", *wrapped(text, "      ")]
    lines += ["", *wrapped(f"Status: {page.status}")]
    return joined(lines)


def list_txt(pages: list[Page]) -> str:
    """What `help` prints."""
    lines = ["Programs (`help NAME` tells more of each):", ""]
    lines += [f"  {page.name:9} {page.brief}" for page in pages]
    return joined([*lines, "", *wrapped(SHELL)])


def programs_md(pages: list[Page]) -> str:
    """docs/programs.md."""
    lines = [GENERATED, "", "# Programs", "", "What stands in `/bin`. `help` lists it, `help NAME` prints a page of it.", ""]
    lines += ["| program | |", "| --- | --- |"]
    lines += [f"| [{page.name}](#{page.name}) | {page.brief} |" for page in pages]
    for page in pages:
        lines += ["", f"## {page.name}", "", f"    {page.usage}", "", page.summary, "", "| option | |", "| --- | --- |"]
        lines += [f"| `{option}` | {text} |".replace("\\|", "|") for option, text in option_rows(page)]
        for paragraph in page.text:
            lines += ["", paragraph]
        for line, text in page.examples:
            lines += ["", f"`{line}`: {text}"]
        lines += ["", f"Status: {page.status}"]
    return joined(lines)
