# SPDX-License-Identifier: MIT
"""FAT file systems with given files, made by mtools without root. The same files give the same bytes."""

import os
import shutil
import subprocess
from pathlib import Path

MIB = 1024 * 1024
SECTOR = 512
SERIAL = "54455353"
FAT32_MIN = 40 * MIB  # a FAT32 file system below about 33 MiB would have too few clusters to be one

# mtools writes this time instead of the clock's; the time zone would shift it.
EPOCH = "1700000000"
ENVIRONMENT = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "TZ": "UTC", "MTOOLS_SKIP_CHECK": "1"}


def stage(scratch, files):
    """Lays `files` (path in the volume: bytes or a Path) out in a folder, all with the same time."""
    root = scratch / "esp"
    for name, content in files.items():
        target = root / name.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            target.write_bytes(content)
        else:
            shutil.copyfile(content, target)
    for path in [root, *root.rglob("*")]:
        os.utime(path, (int(EPOCH), int(EPOCH)))
    return root


def content_size(root):
    return sum(p.stat().st_size + 32 * 1024 for p in root.rglob("*"))


def fat_format(image, root, *, offset=0, size=0, fat32=False):
    """Formats `size` bytes at `offset` of an existing image and copies all of `root` into it."""
    where = f"{image}@@{offset}" if offset else str(image)
    command = ["mformat", "-i", where, "-v", "TESSERA", "-N", SERIAL, "-T", str(size // SECTOR), "-h", "16", "-s", "63"]
    subprocess.run([*command, *(["-F"] if fat32 else []), "::"], check=True, env=ENVIRONMENT)
    tops = sorted(str(p) for p in Path(root).iterdir())
    subprocess.run(["mcopy", "-s", "-m", "-Q", "-i", where, *tops, "::/"], check=True, env=ENVIRONMENT)
