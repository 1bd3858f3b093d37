# SPDX-License-Identifier: MIT
"""The names that a protocol gives to numbers: `[constants]` and `[[enum]]` of protocols/*.toml, and what can be wrong with them.

In C each name begins with the protocol's: PATH_MAX of `file` is FILE_PATH_MAX, the value `raw` of the enum `mode` of `console`
is CONSOLE_MODE_RAW of `enum console_mode`. In the TOML the bounds of an argument name a constant without the prefix.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .check import LOWER, UPPER, name_checked, unique
from .model import Constant, Contract
from .source import Problems, Source, Where, table_checked

# What the generated headers call `enum NAME_x`, `struct NAME_x` and NAME_x themselves.
TAGS = frozenset(["label", "ops"])
MACROS = frozenset(["OFFER_SLOTS", "OFFER_BYTES"])


@dataclass
class EnumValue:
    where: Where
    name: str
    value: int
    doc: str


@dataclass
class Enum:
    """Numbers that stand for something (or bits, which can be joined)."""

    where: Where
    protocol: str
    name: str
    doc: str
    bits: bool
    values: list[EnumValue]

    @property
    def c_type(self) -> str:
        return f"enum {self.protocol}_{self.name}"

    def c_name(self, value: EnumValue) -> str:
        return f"{self.protocol}_{self.name}_{value.name}".upper()

    @property
    def mask_name(self) -> str:
        return f"{self.protocol}_{self.name}_all".upper()

    @property
    def mask(self) -> int:
        return sum({value.value for value in self.values})

    def ranges(self) -> list[tuple[EnumValue, EnumValue]]:
        """Runs of values without a gap, as (first, last)."""
        runs: list[tuple[EnumValue, EnumValue]] = []
        for value in sorted(self.values, key=lambda v: v.value):
            if runs and value.value == runs[-1][1].value + 1:
                runs[-1] = (runs[-1][0], value)
            else:
                runs.append((value, value))
        return runs

    def c_names(self) -> Iterator[tuple[Where, str]]:
        yield from ((value.where, self.c_name(value)) for value in self.values)
        if self.bits:
            yield self.where, self.mask_name


def constants_load(problems: Problems, source: Source, protocol: str) -> list[Constant]:
    """Named as in C."""
    found = []
    table = source.data.get("constants", {})
    if not isinstance(table, dict):
        problems.add(source.key("constants"), "'constants' is not a table: write [constants]")
        return []
    for name, entry in table.items():
        where = source.key(name, "constants")
        if table_checked(problems, where, f"constant '{name}'", entry, {"value": "int", "doc": "str"}, {}):
            name_checked(problems, where, name, UPPER, "constant")
            if name in MACROS:
                problems.add(where, f"constant '{name}' is a name that the generated header uses itself")
            found.append(Constant(where, f"{protocol.upper()}_{name}", entry["value"], entry["doc"]))
    return found


def enum_load(problems: Problems, source: Source, where: Where, protocol: str, entry: dict[str, Any]) -> Enum | None:
    name = entry.get("name", "?")
    if not table_checked(problems, where, f"enum '{name}'", entry, {"name": "str", "doc": "str", "values": "list"}, {"bits": "bool"}):
        return None
    seen = {name: 1}
    values = []
    for item in entry["values"]:
        shown = str(item.get("name", "?")) if isinstance(item, dict) else "?"
        at = source.named(where, shown, seen.get(shown, 0))
        seen[shown] = seen.get(shown, 0) + 1
        if table_checked(problems, at, f"{name}: value '{shown}'", item, {"name": "str", "value": "int", "doc": "str"}, {}):
            values.append(EnumValue(at, item["name"], item["value"], item["doc"]))
    return Enum(where, protocol, name, entry["doc"], entry.get("bits", False), values)


def enums_load(problems: Problems, source: Source, protocol: str) -> list[Enum]:
    entries = source.data.get("enum", [])
    if not isinstance(entries, list):
        problems.add(source.key("enum"), "'enum' is not a list of tables: write [[enum]]")
        return []
    found = [enum_load(problems, source, source.entry("enum", i), protocol, e) for i, e in enumerate(entries)]
    return [enum for enum in found if enum is not None]


def constants_check(contract: Contract, constants: list[Constant], problems: Problems) -> None:
    known = {c.name for c in contract.constants} | {bit for flags in contract.flag_sets for bit in flags.bits}
    for constant in constants:
        if not 0 <= constant.value < 2**64:
            problems.add(constant.where, f"constant {constant.name} does not fit 64 bits")
        if constant.name in known:
            problems.add(constant.where, f"constant {constant.name} is one of the kernel's already")


def enum_check(enum: Enum, problems: Problems) -> None:
    name_checked(problems, enum.where, enum.name, LOWER, "enum")
    if enum.name in TAGS:
        problems.add(enum.where, f"enum '{enum.name}' is a name that the generated header uses itself")
    if not enum.values:
        problems.add(enum.where, f"enum '{enum.name}' has no values")
    for value in enum.values:
        # A value is never a word of its own in C, so words of the language are allowed.
        if not LOWER.match(value.name):
            problems.add(value.where, f"{enum.name}: value '{value.name}' is not lower_case")
        if not 0 <= value.value < 2**64:
            problems.add(value.where, f"{enum.name}: value '{value.name}' does not fit 64 bits")
        elif enum.bits and value.value.bit_count() != 1:
            problems.add(value.where, f"{enum.name}: '{value.name}' is not one bit")
    unique(problems, ((v.where, v.name) for v in enum.values), f"{enum.name}: value")
    unique(problems, ((v.where, v.value) for v in enum.values), f"{enum.name}: number")
