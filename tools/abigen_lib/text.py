# SPDX-License-Identifier: MIT
"""Small helpers that every emitter of C uses."""

import textwrap

WIDTH = 110


def header(path: str, about: str, includes: list[str]) -> list[str]:
    """The head of a generated header."""
    return [*banner(path, about), "#pragma once", "", *(f"#include {name}" for name in includes), ""]


def banner(path: str, about: str) -> list[str]:
    return ["// SPDX-License-Identifier: MIT", *comment(f"{path}: {about} Made by tools/abigen; edit the TOML instead."), ""]


def comment(text: str, indent: str = "") -> list[str]:
    """`//` lines; blank lines of the text stay."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        wrapped = textwrap.wrap(
            paragraph, WIDTH - len(indent) - 3, subsequent_indent=" " * leading(paragraph), break_on_hyphens=False
        )
        lines += [f"{indent}// {line}".rstrip() for line in wrapped or [""]]
    return lines


def leading(paragraph: str) -> int:
    """How far to indent the continuation of a line: list items hang."""
    stripped = paragraph.lstrip(" ")
    return len(paragraph) - len(stripped) + (2 if stripped.startswith("- ") else 0)


def wrapped_call(start: str, items: list[str], end: str, indent: str) -> list[str]:
    """`start(item, item, ...)end` broken at commas; continued lines stand at `indent`."""
    lines, line = [], start
    for index, item in enumerate(items):
        piece = item + (", " if index + 1 < len(items) else end)
        if len(line) + len(piece.rstrip()) > WIDTH and line.strip():
            lines.append(line.rstrip())
            line = indent
        line += piece
    if not items:
        line += end
    return [*lines, line.rstrip()]


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def number(value: int) -> str:
    """A C literal: addresses and masks in hexadecimal, counts in decimal."""
    return f"{value:#x}ULL" if value >= 0x100000 or value == 2**64 - 1 else f"{value}ULL"


def joined(lines: list[str]) -> str:
    """One file: no blank lines at the end, no two in a row."""
    result: list[str] = []
    for line in lines:
        if line or (result and result[-1]):
            result.append(line)
    while result and not result[-1]:
        result.pop()
    return "\n".join(result) + "\n"
