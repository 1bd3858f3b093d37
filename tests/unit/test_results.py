# SPDX-License-Identifier: MIT
"""tools/lib/results.py: what counts as a passed, failed or skipped case, and that nothing is lost silently."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools" / "lib"))

import results  # noqa: E402


def outcomes(cases):
    return [(case.name, case.outcome) for case in cases]


def test_tap_cases():
    text = "1..4\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP no disk\nok 4\nnoise\n"
    cases = results.from_tap(text)
    assert outcomes(cases) == [("a", "passed"), ("b", "failed"), ("c", "skipped"), ("", "passed")]
    assert cases[2].reason == "no disk"
    assert results.summary(cases) == "2 passed, 1 failed, 1 skipped"


def test_tap_with_carriage_returns():
    assert outcomes(results.from_tap("1..1\r\nok 1 - a\r\n")) == [("a", "passed")]


def test_tap_that_breaks_off_is_failed():
    assert outcomes(results.from_tap("1..3\nok 1 - a\n"))[-1] == ("plan", "failed")
    assert outcomes(results.from_tap("ok 1 - a\n"))[-1] == ("plan", "failed")
    assert outcomes(results.from_tap(""))[-1] == ("plan", "failed")
    assert ("bail out", "failed") in outcomes(results.from_tap("1..1\nBail out! no memory\n"))


def test_more_cases_than_planned_is_failed():
    assert outcomes(results.from_tap("1..1\nok 1\nok 2\n"))[-1] == ("plan", "failed")


def test_junit(tmp_path):
    file = tmp_path / "junit.xml"
    file.write_text(
        '<testsuites><testsuite><testcase classname="s" name="a"/>'
        '<testcase classname="s" name="b"><failure message="wrong">long</failure></testcase>'
        '<testcase classname="s" name="c"><error message="crash"/></testcase>'
        '<testcase name="d"><skipped message="why"/></testcase></testsuite></testsuites>',
        encoding="ascii",
    )
    cases = results.from_junit(file)
    assert outcomes(cases) == [("s::a", "passed"), ("s::b", "failed"), ("s::c", "failed"), ("d", "skipped")]
    assert [case.reason for case in cases] == ["", "wrong", "crash", "why"]


def test_a_missing_or_damaged_junit_file_has_no_cases(tmp_path):
    assert results.from_junit(tmp_path / "none.xml") == []
    damaged = tmp_path / "damaged.xml"
    damaged.write_text("<testsuites><testcase", encoding="ascii")
    assert results.from_junit(damaged) == []
