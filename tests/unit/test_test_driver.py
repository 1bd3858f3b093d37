# SPDX-License-Identifier: MIT
"""tools/test: a group that crashes, runs nothing or hangs is a failure, and never silence."""

import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def load_driver():
    loader = SourceFileLoader("test_driver", str(ROOT / "tools/test"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


driver = load_driver()


def outcomes(script, limit=30, **more):
    group = driver.Group("group", "text", ["/bin/sh", "-c", script], limit, (), **more)
    return [(case.name, case.outcome) for case in driver.run_group(group)]


def test_tap_group():
    assert outcomes("echo 1..2; echo ok 1 - a; echo not ok 2 - b; exit 1") == [
        ("group: a", "passed"), ("group: b", "failed"),
    ]  # fmt: skip


def test_a_crash_after_good_cases_is_a_failure():
    assert outcomes("echo 1..1; echo ok 1 - a; exit 3")[-1] == ("group: group", "failed")
    assert outcomes("echo 1..1; echo ok 1 - a; exit 1")[-1] == ("group: group", "failed")
    assert outcomes("echo 1..1; echo ok 1 - a; kill -9 $$")[-1] == ("group: group", "failed")


def test_silence_is_a_failure():
    assert ("group: plan", "failed") in outcomes("exit 0")


def test_a_hang_is_a_failure_and_its_children_end(tmp_path):
    pid = tmp_path / "pid"
    assert outcomes(f"echo 1..1; echo ok 1; sleep 1000 & echo $! > {pid}; wait", limit=2)[-1] == ("group: group", "failed")
    process = Path("/proc") / pid.read_text().strip() / "stat"
    # Gone, or a zombie that its new parent has not taken up yet.
    assert not process.exists() or process.read_text().split()[2] == "Z"


def test_results_of_an_earlier_run_do_not_count(tmp_path):
    junit = tmp_path / "old.xml"
    junit.write_text('<testsuites><testsuite><testcase name="a"/></testsuite></testsuites>', encoding="ascii")
    assert outcomes("exit 0", junit=junit) == [("group: group", "failed")]


def test_the_summary_decides_the_status(capsys):
    case = driver.Case
    assert driver.report([case("a", "passed"), case("b", "skipped", "no disk")]) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == ["skipped: b (no disk)", "1 passed, 0 failed, 1 skipped"]
    assert driver.report([case("a", "passed"), case("b", "failed", "why\nmore")]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == ["failed: b (why)", "1 passed, 1 failed, 0 skipped"]
    assert driver.report([]) == 1
