# SPDX-License-Identifier: MIT
"""Results of single test cases, from whatever a group of tests writes: JUnit files (Meson, pytest) or TAP text."""

import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"


@dataclass
class Case:
    name: str
    outcome: str
    reason: str = ""


def from_junit(path):
    """The cases in a JUnit file. A file that is missing or damaged has none."""
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError):
        return []
    cases = []
    for element in root.iter("testcase"):
        name = "::".join(part for part in (element.get("classname"), element.get("name")) if part)
        bad = element.find("failure") if element.find("failure") is not None else element.find("error")
        skipped = element.find("skipped")
        if bad is not None:
            cases.append(Case(name, FAILED, bad.get("message") or (bad.text or "").strip()))
        elif skipped is not None:
            cases.append(Case(name, SKIPPED, skipped.get("message") or (skipped.text or "").strip()))
        else:
            cases.append(Case(name, PASSED))
    return cases


TAP_LINE = re.compile(r"^(ok|not ok)\b(?:\s+\d+)?\s*(?:-\s*)?(.*?)(?:\s*#\s*(SKIP)\b\s*(.*))?$", re.IGNORECASE)
TAP_PLAN = re.compile(r"^1\.\.(\d+)(?:\s*#.*)?$")


def from_tap(text):
    """The cases in TAP text. A missing plan, a count that differs from it and a bail-out are failed cases too."""
    cases = []
    plan = None
    for line in text.splitlines():
        line = line.rstrip("\r")
        if match := TAP_PLAN.match(line):
            plan = int(match.group(1))
        elif line.startswith("Bail out!"):
            cases.append(Case("bail out", FAILED, line[len("Bail out!") :].strip()))
        elif match := TAP_LINE.match(line):
            word, name, directive, reason = match.groups()
            if directive:
                cases.append(Case(name, SKIPPED, reason or "no reason given"))
            else:
                cases.append(Case(name, PASSED if word.lower() == "ok" else FAILED))
    if plan is None:
        cases.append(Case("plan", FAILED, "the TAP output has no plan"))
    elif plan != len(cases):
        cases.append(Case("plan", FAILED, f"{plan} cases were planned, {len(cases)} ran"))
    return cases


def summary(cases):
    count = {outcome: sum(1 for case in cases if case.outcome == outcome) for outcome in (PASSED, FAILED, SKIPPED)}
    return f"{count[PASSED]} passed, {count[FAILED]} failed, {count[SKIPPED]} skipped"
