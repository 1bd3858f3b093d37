# SPDX-License-Identifier: MIT
"""TOML files with line numbers, and the list of what is wrong with them.

tomllib keeps no positions, so a `Source` finds them again by scanning the text: the n-th `[[table]]` line is the n-th
entry, and a name is looked for inside its entry. Nothing here knows what the files mean.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, order=True)
class Where:
    """A line of a file, as shown to people."""

    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


class Problems:
    """Collects every mistake, so that one run shows them all."""

    def __init__(self) -> None:
        self.found: list[tuple[Where, str]] = []

    def add(self, where: Where, message: str) -> None:
        if (where, message) not in self.found:
            self.found.append((where, message))

    def lines(self) -> list[str]:
        return [f"{where}: {message}" for where, message in sorted(self.found)]


class Source:
    """One TOML file: its data, and where things stand in it."""

    def __init__(self, root: Path, name: str, problems: Problems) -> None:
        self.name = name
        self.text = ""
        self.data: dict[str, Any] = {}
        try:
            self.text = (root / name).read_text(encoding="utf-8")
            self.data = tomllib.loads(self.text)
        except OSError as error:
            problems.add(Where(name, 1), f"cannot be read: {error.strerror}")
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            found = re.search(r"at line (\d+)", str(error))
            line = int(found.group(1)) if found else max(1, self.text.count("\n"))
            problems.add(Where(name, line), f"not TOML: {error}")
        self.rows = self.text.split("\n")

    def entry(self, table: str, index: int) -> Where:
        """The line of the index-th `[[table]]`."""
        seen = -1
        for number, row in enumerate(self.rows, 1):
            if row.strip() == f"[[{table}]]":
                seen += 1
                if seen == index:
                    return Where(self.name, number)
        return Where(self.name, 1)

    def inside(self, start: Where, pattern: str) -> Where:
        """The first line from `start` to the next table that matches; `start` itself when none does."""
        for number in range(start.line, len(self.rows) + 1):
            row = self.rows[number - 1]
            if number > start.line and re.match(r"\s*\[+[a-z_.]+\]+\s*$", row):
                break
            if re.search(pattern, row):
                return Where(self.name, number)
        return start

    def key(self, name: str, table: str | None = None) -> Where:
        """The line of `name = ...` or `[name]`; with a table, inside it, and its own line when there is none."""
        start = Where(self.name, 1)
        if table is not None:
            for number, row in enumerate(self.rows, 1):
                if row.strip() == f"[{table}]":
                    start = Where(self.name, number)
                    break
        if table is None or start.line > 1 or self.rows[:1] == [f"[{table}]"]:
            pattern = rf"(^|[{{,\s]){re.escape(name)}\s*=|^\s*\[+{re.escape(name)}\]+\s*$"
            for number in range(start.line, len(self.rows) + 1):
                if re.search(pattern, self.rows[number - 1]):
                    return Where(self.name, number)
        return start

    def named(self, start: Where, name: str, occurrence: int = 0) -> Where:
        """The line of the occurrence-th `name = "NAME"` in the entry that starts at `start`."""
        seen = -1
        pattern = rf'name\s*=\s*"{re.escape(name)}"'
        for number in range(start.line + 1, len(self.rows) + 1):
            row = self.rows[number - 1]
            if re.match(r"\s*\[+[a-z_.]+\]+\s*$", row):
                break
            seen += len(re.findall(pattern, row))
            if seen >= occurrence:
                return Where(self.name, number)
        return start


KINDS = {"str": str, "int": int, "bool": bool, "list": list, "dict": dict}


def table_checked(
    problems: Problems, where: Where, what: str, table: Any, required: dict[str, str], optional: dict[str, str]
) -> bool:
    """Every required key is there, no key is unknown, and each value has its type ("a|b": either)."""
    if not isinstance(table, dict):
        problems.add(where, f"{what} is not a table")
        return False
    good = True
    for key in required:
        if key not in table:
            problems.add(where, f"{what} has no '{key}'")
            good = False
    for key, value in table.items():
        expected = required.get(key) or optional.get(key)
        if expected is None:
            problems.add(where, f"{what}: unknown key '{key}'")
            good = False
            continue
        kinds = tuple(KINDS[kind] for kind in expected.split("|"))
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            problems.add(where, f"{what}: '{key}' is not {' or '.join(expected.split('|'))}")
            good = False
    return good
