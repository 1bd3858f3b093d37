#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the model test and says whether every call ended with every status that the contract documents, and no other.

Usage: model.py PROGRAM ROOT [CALLS] [SEED]. Output is TAP; the histogram stands in its comments.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

# What random calls on the host do not meet, by any call or by one, and the test that does.
ELSEWHERE = {
    "TABLE_FULL": "tests/unit/test_descriptor.c: table_is_full",
    "NOT_HERE": "tests/unit/test_platform.c: parts_shrink",
    "NOT_SEEDED": "tests/unit/test_platform.c: entropy_and_clock",
    "reply: NO_QUOTA": "tests/unit/test_reply.c: clones_need_quota",
    "reply_and_receive: NO_QUOTA": "tests/unit/test_reply.c: clones_need_quota",
}


def documented(root):
    """The statuses of each call."""
    calls = tomllib.loads((root / "abi/syscalls.toml").read_text(encoding="utf-8"))["call"]
    return {call["name"]: ["OK", *call["errors"]] for call in calls}


def is_elsewhere(name, status):
    return status in ELSEWHERE or f"{name}: {status}" in ELSEWHERE


def main():
    program, root = sys.argv[1], Path(sys.argv[2])
    calls, seed = (sys.argv[3:] + ["2000000"])[0], (sys.argv[4:] + [os.environ.get("MODEL_SEED", "1")])[0]
    result = subprocess.run(
        [program], env=os.environ | {"MODEL_CALLS": calls, "MODEL_SEED": seed}, stdout=subprocess.PIPE, text=True)
    seen = {}
    for line in result.stdout.splitlines():
        if line.startswith("#"):
            print(line)
        match = re.match(r"# (\w+)((?: \w+=\d+)+)$", line)
        if match:
            seen[match[1]] = {word.partition("=")[0] for word in match[2].split()}
    contract = documented(root)
    missing = [
        f"{name}: {status}"
        for name, statuses in contract.items()
        for status in statuses
        if status not in seen.get(name, ()) and not is_elsewhere(name, status)
    ]
    for line in missing if result.returncode == 0 else []:
        print(f"# never seen: {line}")
    unknown = [f"{name}: {status}" for name, statuses in seen.items() for status in statuses
               if status not in contract.get(name, ())]  # fmt: skip
    for line in unknown:
        print(f"# not documented: {line}")
    print("1..3")
    print(f"{'ok' if result.returncode == 0 else 'not ok'} 1 - model and kernel agree, half of the calls succeed")
    print(f"{'ok' if not missing else 'not ok'} 2 - every call ended in every documented way")
    print(f"{'ok' if not unknown else 'not ok'} 3 - no call ended in a way that is not documented")
    return 0 if result.returncode == 0 and not missing and not unknown else 1


if __name__ == "__main__":
    sys.exit(main())
