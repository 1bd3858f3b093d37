# SPDX-License-Identifier: MIT
"""`make soak` in small: a boot each way, and a little work with the memory compared. It goes on where it was."""

import json
import re

from tessera import run_tool


def test_a_short_soak(tmp_path):
    state = tmp_path / "soak.json"
    options = ("--uefi", 1, "--minutes", 0.1, "--state", state)
    status, out, err = run_tool("soak", "--bios", 1, *options)
    assert status == 0, err.decode() + out.decode()
    last = out.decode().splitlines()[-1]
    found = re.fullmatch(r"soak: 1 boots by BIOS, 1 by UEFI, 0.1 minutes of work \((\d+) turns, (\d+) services ended\): no failure", last)
    assert found and int(found[1]) > 7 and int(found[2]) > 16, last
    assert re.search(rb"seed [0-9a-f]{8} ", err), err
    # What was done is not done again.
    done = json.loads(state.read_text())
    status, out, err = run_tool("soak", "--bios", 2, *options)
    assert status == 0 and b"2 of 2 boots by bios" in err and b"boots by uefi" not in err, err.decode()
    assert json.loads(state.read_text()) == {**done, "bios": 2}


def test_a_broken_count_begins_anew(tmp_path):
    state = tmp_path / "soak.json"
    state.write_text("{")
    status, out, err = run_tool("soak", "--bios", 0, "--uefi", 0, "--minutes", 0, "--state", state)
    assert status == 0 and out == b"soak: 0 boots by BIOS, 0 by UEFI, 0 minutes of work (0 turns, 0 services ended): no failure\n", err
