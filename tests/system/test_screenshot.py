# SPDX-License-Identifier: MIT
"""What `tools/screenshot --check` holds against the README's picture: text and pixels, and no number. (That it compares it with
a booted machine is `tools/check picture`.)"""

import importlib.machinery
import importlib.util

import pytest
import screen
from tessera import ROOT


def load_tool():
    loader = importlib.machinery.SourceFileLoader("screenshot", str(ROOT / "tools/screenshot"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("screenshot", loader))
    loader.exec_module(module)
    return module


TOOL = load_tool()
STORED = TOOL.picture_of(TOOL.PICTURE.read_bytes())
LINES = screen.read_text(STORED)


def changed(row, column, character, ink=0xAAAAAA):
    """The picture with another character in a cell."""
    cell = screen.Canvas(screen.WIDTH, screen.HEIGHT, 0)
    cell.text(0, 0, character, ink)
    width, height, pixels = STORED
    pixels = bytearray(pixels)
    for y in range(screen.HEIGHT):
        at = 3 * ((row * screen.HEIGHT + y) * width + column * screen.WIDTH)
        pixels[at : at + 3 * screen.WIDTH] = cell.rows[y]
    return width, height, bytes(pixels)


def test_the_picture_shows_a_session():
    assert LINES[0] == "tessera:/$ ls /" and [line for line in LINES if line][-1] == "tessera:/$"
    assert any("is started again" in line for line in LINES)
    assert TOOL.picture_of(TOOL.png_of(STORED)) == STORED
    assert list(TOOL.differences(STORED, STORED)) == []


@pytest.mark.parametrize("character, ink", [("x", 0xAAAAAA), ("l", 0xFF0000), ("9", 0xAAAAAA)])
def test_another_letter_or_colour_is_found(character, ink):
    found = list(TOOL.differences(STORED, changed(0, len("tessera:/$ "), character, ink)))
    assert len(found) == 1 and found[0].startswith("row 0")


def test_another_number_is_none():
    row, line = next((row, line) for row, line in enumerate(LINES) if line.endswith(" init"))
    column = next(i for i, character in enumerate(line) if character.isdigit())
    other = "7" if line[column] != "7" else "8"
    assert list(TOOL.differences(STORED, changed(row, column, other))) == []
    assert len(list(TOOL.differences(STORED, changed(row, len(line) - 1, "x")))) == 1


def test_another_size_is_found():
    width, height, pixels = STORED
    assert list(TOOL.differences(STORED, (width, height - 16, pixels[: 3 * width * (height - 16)])))
