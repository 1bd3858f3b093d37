# SPDX-License-Identifier: MIT
"""The benchmarks run to their end and count what they should; no figure is judged."""

import re
import subprocess

from tessera import ARCH, BUILD, ROOT


def test_the_benchmarks_run_and_are_calibrated():
    subprocess.run(["ninja", "-C", str(BUILD), "--quiet", "bench"], check=True, capture_output=True)
    result = subprocess.run(
        [str(ROOT / "tools/bench"), "--arch", ARCH, "--only", "operations"], capture_output=True, text=True, check=False)  # fmt: skip
    assert result.returncode == 0, result.stderr
    rows = dict(re.findall(r"^(\S.*?) +\d+ +\d+\.\d +(\d+\.\d) ", result.stdout, re.MULTILINE))
    # Two instructions a turn, by the guest's counter and by the plugin's, or the rest means nothing.
    assert re.search(r"^calibration: .* 2\.0 +2\.0 ", result.stdout, re.MULTILINE), result.stdout
    assert len(rows) > 15, result.stdout
    assert re.search(r"the operations, power off +[1-9]", result.stdout), result.stdout


def test_a_boot_is_counted_and_its_memory_read():
    result = subprocess.run(
        [str(ROOT / "tools/bench"), "--arch", ARCH, "--only", "boot"], capture_output=True, text=True, check=False)  # fmt: skip
    assert result.returncode == 0, result.stderr
    found = {name: int(count.replace(",", "")) for name, count in re.findall(r"^ +(\S.*?) +([\d,]+)\b", result.stdout, re.MULTILINE)}
    assert 0 < found["to init's first instruction"] < found["to the idle prompt of the shell"], result.stdout
    parts = [found[name] for name in ("image, its bss included", "bitmaps of the page allocator", "directories of the slabs",
                                      "slabs with records", "page tables and stacks")]  # fmt: skip
    # The parts are rounded down to KiB, their sum is not.
    assert 0 <= found["of this the kernel's own"] - sum(parts) < len(parts), result.stdout
    assert found["of this the kernel's own"] < found["usable and not free"], result.stdout
