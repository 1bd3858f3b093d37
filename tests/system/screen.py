# SPDX-License-Identifier: MIT
"""What the machine's screen shows, and what it should show: pictures drawn here from the PSF file of the font's package
and from text, with nothing of Tessera's own code in between (neither its terminal, nor its table of glyphs).

A picture is (width, height, bytes of RGB). Cells are 8 x 16 pixels.
"""

import gzip
import os
import time
from pathlib import Path

from tessera import ROOT, MachineError

FONT = Path(os.environ.get("TESSERA_CACHE", ROOT / ".cache")) / "font" / "Uni2-VGA16.psf.gz"
WIDTH, HEIGHT = 8, 16
WAIT = 60  # seconds; only a hang meets it

LOG_COLOURS = (0xAAAAAA, 0x000000)
PANIC_COLOURS = (0xFFFFFF, 0x5F0000)


def load_font():
    """Character -> 16 rows of 8 bits."""
    data = gzip.decompress(FONT.read_bytes())
    assert data[:2] == b"\x36\x04" and data[3] == HEIGHT
    count = 512 if data[2] & 1 else 256
    table = data[4 + count * HEIGHT :]
    font = {}
    glyph, at = 0, 0
    while glyph < count:
        code = table[at] | table[at + 1] << 8
        at += 2
        if code == 0xFFFF:
            glyph += 1
        elif code == 0xFFFE:  # sequences up to the end of this glyph
            while table[at] | table[at + 1] << 8 != 0xFFFF:
                at += 2
        else:
            font.setdefault(chr(code), data[4 + glyph * HEIGHT : 4 + (glyph + 1) * HEIGHT])
    return font


FONT_ROWS = load_font()


def rgb(colour):
    return bytes((colour >> 16 & 255, colour >> 8 & 255, colour & 255))


class Canvas:
    """An expected picture."""

    def __init__(self, width, height, paper):
        self.width, self.height = width, height
        self.rows = [bytearray(rgb(paper) * width) for _ in range(height)]

    def cell(self, row, column, character, ink, paper, underline=False):
        bits = bytearray(FONT_ROWS.get(character, FONT_ROWS["\N{REPLACEMENT CHARACTER}"]))
        if underline:
            bits[HEIGHT - 2] = 0xFF
        for y in range(HEIGHT):
            line = b"".join(rgb(ink if bits[y] >> (7 - x) & 1 else paper) for x in range(WIDTH))
            at = 3 * WIDTH * column
            self.rows[row * HEIGHT + y][at : at + len(line)] = line

    def text(self, row, column, text, ink=0xAAAAAA, paper=0x000000, underline=False):
        for i, character in enumerate(text):
            self.cell(row, column + i, character, ink, paper, underline)

    @property
    def picture(self):
        return self.width, self.height, b"".join(bytes(row) for row in self.rows)


def draw_lines(size, lines, colours):
    """Lines from the top on, the long ones broken at the right edge."""
    width, height = size
    canvas = Canvas(width, height, colours[1])
    columns = width // WIDTH
    row = 0
    for line in lines:
        for at in range(0, max(len(line), 1), columns):
            if row < height // HEIGHT:
                canvas.text(row, 0, line[at : at + columns], *colours)
            row += 1
    return canvas.picture


def take(machine):
    """The screen as it is now."""
    machine.listen()
    path = Path(machine.monitor).with_name("screen.ppm")
    machine.qmp("screendump", filename=str(path))
    magic, width, height, most, pixels = split_ppm(path.read_bytes())
    assert magic == b"P6" and most == b"255"
    return int(width), int(height), pixels


def split_ppm(data):
    """The four words of the header, each ended by one white character, and all bytes behind them."""
    words = []
    while len(words) < 4:
        end = next(i for i, byte in enumerate(data) if byte in b" \n")
        words.append(data[:end])
        data = data[end + 1 :]
    return [*words, data]


def read_text(picture):
    """The picture's cells as lines of text, whatever their two colours are; what is no glyph reads as '\\0'."""
    width, height, pixels = picture
    characters = {rows: character for character, rows in reversed(FONT_ROWS.items())}
    lines = []
    for row in range(height // HEIGHT):
        line = ""
        for column in range(width // WIDTH):
            line += read_cell(characters, width, pixels, row, column)
        lines.append(line.rstrip())
    return lines


def read_cell(characters, width, pixels, row, column):
    cell = []
    for y in range(HEIGHT):
        at = 3 * ((row * HEIGHT + y) * width + column * WIDTH)
        cell.append(pixels[at : at + 3 * WIDTH])
    if all(part == cell[0][:3] * WIDTH for part in cell):
        return " "
    for paper in (cell[0][:3], cell[HEIGHT - 1][-3:]):
        bits = bytes(sum(1 << (7 - x) for x in range(WIDTH) if part[3 * x : 3 * x + 3] != paper) for part in cell)
        if bits in characters:
            return characters[bits]
    return "\0"


# Characters that are not named in QEMU's key codes by themselves (a US keyboard's keys).
KEYS = {" ": "spc", "\r": "ret", "\x1b": "esc", "\x7f": "backspace", "\t": "tab", "-": "minus", "=": "equal", "/": "slash",
        ".": "dot", ",": "comma", ";": "semicolon", "'": "apostrophe", "\\": "backslash", "[": "bracket_left",
        "]": "bracket_right", "`": "grave_accent"}  # fmt: skip
SHIFTED = dict(zip('!@#$%^&*()_+{}|:"<>?~', "1234567890-=[]\\;',./`"))


def key_codes(character):
    if character in SHIFTED:
        return ["shift", KEYS.get(SHIFTED[character], SHIFTED[character])]
    if "A" <= character <= "Z":
        return ["shift", character.lower()]
    return [KEYS.get(character, character)]


def press(machine, *codes):
    """Presses keys together and lets them go; returns when the machine had time to take them."""
    machine.listen()
    machine.qmp("send-key", keys=[{"type": "qcode", "data": code} for code in codes], **{"hold-time": 10})
    time.sleep(0.05)  # QEMU holds further keys back while some are held; it does not say when it is done


def type_text(machine, text):
    for character in text:
        press(machine, *key_codes(character))


def wait_for(machine, condition, what, limit=WAIT):
    """Looks at the screen until the condition holds for its lines; returns the picture."""
    end = time.monotonic() + limit
    while True:
        picture = take(machine)
        lines = read_text(picture)
        if condition(lines):
            return picture
        if time.monotonic() > end:
            shown = "\n".join(lines).rstrip()
            raise MachineError(f"waiting for {what}; the screen shows:\n{shown}\n\nserial log:\n{machine.log[-2000:]}")
        time.sleep(0.1)


def wait_picture(machine, expected, limit=WAIT):
    """Waits until the screen is exactly this picture."""
    end = time.monotonic() + limit
    while (picture := take(machine)) != expected:
        if time.monotonic() > end:
            raise MachineError(describe_difference(picture, expected))
        time.sleep(0.1)


def describe_difference(picture, expected):
    if picture[:2] != expected[:2]:
        return f"the screen is {picture[:2]}, not {expected[:2]}"
    width = picture[0]
    pixel = next(i for i in range(0, len(picture[2]), 3) if picture[2][i : i + 3] != expected[2][i : i + 3]) // 3
    x, y = pixel % width, pixel // width
    shown = "\n".join(read_text(picture)).rstrip()
    wanted = "\n".join(read_text(expected)).rstrip()
    return (
        f"the screen differs at {x}, {y} (row {y // HEIGHT}, column {x // WIDTH}): {picture[2][3 * pixel:3 * pixel + 3].hex()}, "
        f"not {expected[2][3 * pixel:3 * pixel + 3].hex()}; it shows:\n{shown}\n\nexpected:\n{wanted}"
    )
