# SPDX-License-Identifier: MIT
"""Judges a loaded Contract: names, numbers, references, layouts, and that no call hides an error it can return."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from .model import (
    ARGUMENTS_MAX, ERRORS_MAX, MESSAGE_ARGUMENTS_MAX, RESULTS_MAX, RIGHTS_BITS, SCALARS, SYSCALL_NUMBER_MAX,
    Argument, Call, Contract, Struct, implied_errors, struct_layout,
)  # fmt: skip
from .source import Problems, Where

LOWER = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*$")
UPPER = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$")
# Words that generated C code cannot take as a name: the language's, and the locals of generated functions.
RESERVED = frozenset(
    """alignas alignof auto bool break case char const constexpr continue default do double else enum extern false float
    for goto if inline int long nullptr register restrict return short signed sizeof static static_assert struct switch
    thread_local true typedef typeof typeof_unqual union unsigned void volatile while
    self results words error""".split()
)


def unique(problems: Problems, items: Iterable[tuple[Where, Any]], what: str) -> None:
    """No value stands twice."""
    seen: dict[Any, Where] = {}
    for where, value in items:
        if value in seen:
            problems.add(where, f"{what} {value} is used twice (first in {seen[value]})")
        seen.setdefault(value, where)


def name_checked(problems: Problems, where: Where, name: str, shape: re.Pattern[str], what: str) -> None:
    if not shape.match(name):
        problems.add(where, f"{what} '{name}' is not {'lower' if shape is LOWER else 'upper'}_case")
    if name in RESERVED:
        problems.add(where, f"{what} '{name}' is a reserved word")


def check_errors(contract: Contract, problems: Problems) -> None:
    unique(problems, ((e.where, e.name) for e in contract.errors), "error name")
    unique(problems, ((e.where, e.value) for e in contract.errors), "error value")
    for error in contract.errors:
        name_checked(problems, error.where, error.name, UPPER, "error name")
        if error.internal and error.value <= 0:
            problems.add(error.where, f"internal status {error.name} is not positive")
        if not error.internal and not -(2**31) <= error.value < 0:
            problems.add(error.where, f"error {error.name} is not negative")
        if error.name == "OK":
            problems.add(error.where, "OK is not an error")


def check_constants(contract: Contract, problems: Problems) -> None:
    everything = [(c.where, c.name) for c in contract.constants]
    for constant in contract.constants:
        name_checked(problems, constant.where, constant.name, UPPER, "constant")
        if not 0 <= constant.value < 2**64:
            problems.add(constant.where, f"constant {constant.name} does not fit 64 bits")
    for flags in contract.flag_sets:
        name_checked(problems, flags.where, flags.name, LOWER, "flags")
        everything += [(flags.where, bit) for bit in flags.bits] + [(flags.where, flags.mask_name)]
        unique(problems, ((flags.where, value) for value in flags.bits.values()), f"{flags.name}: bit")
        for bit, value in flags.bits.items():
            name_checked(problems, flags.where, bit, UPPER, "flag")
            if not 0 < value < 2**64 or value & (value - 1):
                problems.add(flags.where, f"flag {bit} is not exactly one bit")
    unique(problems, everything, "constant")


def check_objects(contract: Contract, problems: Problems) -> None:
    unique(problems, ((o.where, o.name) for o in contract.objects), "object name")
    unique(problems, ((o.where, o.value) for o in contract.objects), "object value")
    for item in contract.objects:
        name_checked(problems, item.where, item.name, LOWER, "object")
        if not 1 <= item.value < 32:
            problems.add(item.where, f"object {item.name}: value is not between 1 and 31 (type masks have 32 bits)")
        if item.name not in contract.records:
            problems.add(item.where, f"object {item.name} has no record of its name")
        bits = list(contract.common_rights.values()) + list(item.rights.values())
        unique(problems, ((item.where, bit) for bit in bits), f"object {item.name}: right bit")
        for right, bit in item.rights.items():
            name_checked(problems, item.where, right, LOWER, "right")
            if right in contract.common_rights:
                problems.add(item.where, f"object {item.name}: right '{right}' is common to all objects")
            if not isinstance(bit, int) or not 0 <= bit < RIGHTS_BITS:
                problems.add(item.where, f"object {item.name}: right '{right}' is not a bit from 0 to {RIGHTS_BITS - 1}")


def check_struct(contract: Contract, struct: Struct, problems: Problems) -> None:
    unique(problems, ((f.where, f.name) for f in struct.fields), f"struct {struct.name}: field")
    for item in struct.fields:
        name_checked(problems, item.where, item.name, LOWER, "field")
        earlier = [s.name for s in contract.structs[: contract.structs.index(struct)]]
        if item.type not in SCALARS and item.type not in earlier:
            problems.add(item.where, f"struct {struct.name}: field '{item.name}' has the unknown type '{item.type}'")
        if item.count is not None and item.count < 1:
            problems.add(item.where, f"struct {struct.name}: field '{item.name}' has no elements")
        if item.name.startswith("records") and item.count != len(contract.records):
            problems.add(
                item.where, f"struct {struct.name}: '{item.name}' has not one element per record ({len(contract.records)})"
            )
    offsets, end, alignment = struct_layout(contract, struct)
    for item, offset, previous in zip(struct.fields[1:], offsets[1:], struct.fields):
        size = SCALARS.get(previous.type) or getattr(contract.struct(previous.type), "size", 1)
        if offsets[struct.fields.index(previous)] + size * (previous.count or 1) != offset:
            problems.add(item.where, f"struct {struct.name}: padding before '{item.name}'; name it")
    if end != struct.size or end % alignment != 0:
        problems.add(struct.where, f"struct {struct.name}: the fields take {end} bytes (aligned to {alignment}), not {struct.size}")


def check_structs(contract: Contract, problems: Problems) -> None:
    unique(problems, ((s.where, s.name) for s in contract.structs), "struct name")
    for struct in contract.structs:
        name_checked(problems, struct.where, struct.name, LOWER, "struct")
        check_struct(contract, struct, problems)


Report = Callable[[str], None]


def check_descriptor(contract: Contract, argument: Argument, report: Report) -> None:
    known = [contract.object_type(name) for name in argument.objects or []]
    for name, item in zip(argument.objects or [], known):
        if item is None:
            report(f"unknown object '{name}'")
    for right in argument.rights:
        if right in contract.common_rights:
            continue
        bits = {item.rights.get(right) for item in known if item is not None}
        if argument.objects is None or None in bits:
            report(f"unknown right '{right}'")
        elif len(bits) > 1:
            report(f"right '{right}' is not the same bit in all of {', '.join(argument.objects)}")


def check_bounds(contract: Contract, argument: Argument, report: Report) -> None:
    bounds = []
    for value in (argument.minimum, argument.maximum):
        number = contract.bound(value)
        bounds.append(number)
        if isinstance(value, str) and number is None:
            report(f"unknown constant '{value}'")
        elif number is not None and not 0 <= number < 2**64:
            report("a bound does not fit 64 bits")
    if None not in bounds and bounds[0] > bounds[1]:
        report("the minimum is above the maximum")


def check_buffer(contract: Contract, call: Call, argument: Argument, report: Report) -> None:
    if (argument.struct is None) == (argument.length is None):
        report("needs either 'struct' or 'length'")
        return
    if argument.struct is not None and contract.struct(argument.struct) is None:
        report(f"unknown struct '{argument.struct}'")
    if argument.sized and argument.struct is None:
        report("'sized' without a struct")
    counter = call.counted_by(argument)
    if counter is None or counter.type != "size":
        report("has no size argument" if argument.length else "is not followed by a size argument")
    elif not argument.sized and counter.maximum is None:
        report(f"its size argument '{counter.name}' has no maximum")
    elif argument.sized and counter.ranged:
        report(f"its size argument '{counter.name}' is fixed and can have no bounds")


def check_argument(contract: Contract, call: Call, argument: Argument, problems: Problems) -> None:
    def report(message: str) -> None:
        problems.add(argument.where, f"{call.name}: argument '{argument.name}': {message}")

    name_checked(problems, argument.where, argument.name, LOWER, f"{call.name}: argument")
    if argument.unused and not (argument.type == "u64" and argument.maximum == 0):
        report("an unused argument is a u64 with max = 0")
    match argument.type:
        case "descriptor":
            check_descriptor(contract, argument, report)
        case "u64" | "u32" | "size":
            check_bounds(contract, argument, report)
            if argument.error is not None and contract.error(argument.error) is None:
                report(f"unknown error '{argument.error}'")
            if argument.address is not None and (argument.ranged or argument.address not in (1, 2, 4, 8, 16)):
                report("an address has an alignment (1, 2, 4, 8 or 16) and no bounds")
            if argument.mapped and argument.address is None:
                report("'mapped' without 'address'")
        case "flags":
            if contract.flag_set(argument.flag_set or "") is None:
                report(f"unknown flags '{argument.flag_set}'")
        case "in" | "out":
            check_buffer(contract, call, argument, report)


def check_call_errors(contract: Contract, call: Call, problems: Problems) -> None:
    unique(problems, ((call.where, name) for name in call.errors), f"{call.name}: error")
    if len(call.errors) > ERRORS_MAX:
        problems.add(call.where, f"{call.name}: more than {ERRORS_MAX} errors")
    for name in call.errors:
        error = contract.error(name)
        if error is None:
            problems.add(call.where, f"{call.name}: unknown error '{name}'")
        elif error.internal or error.service:
            problems.add(call.where, f"{call.name}: error '{name}' is not one that the kernel returns")
    for argument in call.args:
        for name in implied_errors(argument):
            if name not in call.errors:
                problems.add(
                    call.where, f"{call.name}: errors lack {name}, which argument '{argument.name}' ({argument.type}) implies"
                )


def check_call(contract: Contract, call: Call, problems: Problems) -> None:
    name_checked(problems, call.where, call.name, LOWER, "call")
    if not 1 <= call.number <= SYSCALL_NUMBER_MAX:
        problems.add(call.where, f"{call.name}: number is not between 1 and {SYSCALL_NUMBER_MAX}")
    most = MESSAGE_ARGUMENTS_MAX if call.message else ARGUMENTS_MAX
    if len(call.args) > most:
        problems.add(call.where, f"{call.name}: {len(call.args)} arguments, {most} registers")
    if len(call.results) > RESULTS_MAX:
        problems.add(call.where, f"{call.name}: {len(call.results)} results, {RESULTS_MAX} registers")
    unique(problems, ((a.where, a.name) for a in call.args), f"{call.name}: argument")
    unique(problems, ((r.where, r.name) for r in call.results), f"{call.name}: result")
    for argument in call.args:
        check_argument(contract, call, argument, problems)
    for result in call.results:
        name_checked(problems, result.where, result.name, LOWER, f"{call.name}: result")
    if any(a.type == "deadline" for a in call.args) and not call.blocks:
        problems.add(call.where, f"{call.name}: has a deadline but does not block")
    check_call_errors(contract, call, problems)


def check_contract(contract: Contract, problems: Problems) -> None:
    """Adds every mistake to `problems`."""
    check_errors(contract, problems)
    check_constants(contract, problems)
    check_objects(contract, problems)
    check_structs(contract, problems)
    unique(problems, ((c.where, c.name) for c in contract.calls), "call name")
    unique(problems, ((c.where, c.number) for c in contract.calls), "call number")
    for call in contract.calls:
        check_call(contract, call, problems)
