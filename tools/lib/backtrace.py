# SPDX-License-Identifier: MIT
"""File and line for the backtrace of a kernel panic.

The kernel prints frames as `  #3 0xffffffff80001234 name+0x12`. They are return addresses: the call is the instruction
before, so one is subtracted before the look-up. The one exception is where a trap happened, frame 0 behind a register
dump that shows the same address.
"""

import re
import shutil
import subprocess

FRAME = re.compile(r"^\s*#(\d+)\s+0x([0-9a-fA-F]{8,16})\b[^\n]*", re.MULTILINE)
TRAPPED = re.compile(r"^(?:rip|pc|epc|era) +(?:0x)?([0-9a-fA-F]{16})\b", re.MULTILINE)
PANIC = re.compile(rb"^\W*(?:kernel )?panic\b", re.MULTILINE | re.IGNORECASE)


CRASHED = re.compile(r"init: (\S+) \(\d+\) crashed$")
CRASH_FRAME = re.compile(r"init: +((?:at|#\d+) 0x[0-9a-f]+ .*) \((0x[0-9a-f]+) in the file\)")


def crashes(text):
    """(program, [(the frame as printed, address in the file)]) of every crash that init reported."""
    found = []
    for line in text.replace("\r", "").splitlines():
        if match := CRASHED.search(line):
            found.append((match.group(1), []))
        elif found and (match := CRASH_FRAME.search(line)):
            # A return address stands behind its call.
            address = int(match.group(2), 16) - (0 if match.group(1).startswith("at") else 1)
            found[-1][1].append((match.group(1), address))
    return found


def crash_lines(text, programs):
    """One line for each frame of each crash that is in a program of the folder: as printed, and where it is."""
    lines = []
    tool = shutil.which("llvm-symbolizer-19") or shutil.which("llvm-symbolizer")
    for name, places in crashes(text):
        file = next((path for path in (programs / f"bin_{name}.elf", programs / f"sbin_{name}.elf") if path.exists()), None)
        if file is None or not tool or not places:
            continue
        result = subprocess.run(
            [tool, "--output-style=GNU", "--no-inlines", "--functions=none", f"--obj={file}", *(hex(at) for _, at in places)],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        sources = [place.removeprefix("./") for place in result.stdout.splitlines()]
        if result.returncode == 0 and len(sources) == len(places):
            lines += [f"  {name}: {frame} at {source}" for (frame, _), source in zip(places, sources) if not source.startswith("??")]
    return lines


def has_panic(text):
    return PANIC.search(text) is not None


def frames(text):
    """(number, address, the line as printed) of every frame in the text."""
    return [(int(m.group(1)), int(m.group(2), 16), m.group(0).strip()) for m in FRAME.finditer(text)]


def source_lines(text, kernel):
    """One line for each frame: as printed, and where it is. Empty when nothing can be said."""
    found = frames(text)
    tool = shutil.which("llvm-symbolizer-19") or shutil.which("llvm-symbolizer")
    if not found or not tool:
        return []
    trapped = {int(match, 16) for match in TRAPPED.findall(text)}
    addresses = [hex(at if number == 0 and at in trapped else at - 1) for number, at, _ in found]
    result = subprocess.run(
        [tool, "--output-style=GNU", "--no-inlines", "--functions=none", f"--obj={kernel}", *addresses],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    places = [place.removeprefix("./") for place in result.stdout.splitlines()]
    if result.returncode != 0 or len(places) != len(found):
        return []
    return [
        f"  {line} at {place}" for (_, _, line), place in zip(found, places) if not place.startswith("??")
    ]
