#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the model test and says whether every call ended with every status that the contract documents.

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


def implied(root):
    """The documented statuses of each call."""
    calls = tomllib.loads((root / "abi/syscalls.toml").read_text(encoding="utf-8"))["call"]
    return {
        call["name"]: [e for e in call["errors"] if e not in ELSEWHERE and f"{call['name']}: {e}" not in ELSEWHERE]
        for call in calls
    }


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
    missing = [
        f"{name}: {status}"
        for name, statuses in implied(root).items()
        for status in ["OK", *statuses]
        if status not in seen.get(name, ())
    ]
    for line in missing if result.returncode == 0 else []:
        print(f"# never seen: {line}")
    print("1..2")
    print(f"{'ok' if result.returncode == 0 else 'not ok'} 1 - model and kernel agree, half of the calls succeed")
    print(f"{'ok' if not missing else 'not ok'} 2 - every call ended in every documented way")
    return 0 if result.returncode == 0 and not missing else 1


if __name__ == "__main__":
    sys.exit(main())
