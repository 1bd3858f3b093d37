# SPDX-License-Identifier: MIT
"""tools/configure with the real Meson: two at a time, and after a Ctrl-C that came before Meson had finished."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ARCH = os.environ.get("TESSERA_ARCH", "x86_64")


def start(folder):
    command = [ROOT / "tools/configure", folder, "--cross-file", f"meson/{ARCH}.ini"]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def test_two_at_a_time_and_again_after_an_interrupted_one(tmp_path):
    folder = tmp_path / "build folder"
    both = [start(folder), start(folder)]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted(said) == ["", f"Configuring {folder} ...\n"]

    # Meson writes what it knows of a folder before it writes build.ninja.
    (folder / "build.ninja").unlink()
    again = start(folder)
    assert again.communicate()[1] == f"Configuring {folder} ...\n"
    assert again.returncode == 0
    assert (folder / "build.ninja").is_file()
