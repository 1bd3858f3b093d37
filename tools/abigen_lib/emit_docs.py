# SPDX-License-Identifier: MIT
"""The reference manual: docs/syscalls.md and docs/protocols.md, generated and kept in the tree to be read."""

import re

from .emit_protocol import client_parameters
from .emit_user import parameters
from .model import Argument, Call, Contract, Struct, implied_errors, struct_layout
from .protocol import Operation, Protocol, Value
from .text import joined, number, wrapped_call
from .values import Enum

GENERATED = "<!-- Made by tools/abigen --update from abi/*.toml and protocols/*.toml. Do not edit. -->"

INTRODUCTION = """
Every call that a program can make to the kernel. The data stands in `abi/*.toml`; this page, the C stubs
(`<tessera/syscalls.h>`), the kernel's decoder and the table of the bad-argument test are made from it.

## How a call works

The number and the arguments a0, a1, ... are in registers, in the order shown; the status comes back in the status register
and results in a0, a1, a2. Which register that is on each architecture says
[decision 0005](decisions/0005-register-layout.md). A call with a message also carries its eight words in a3 to a10, in and
out. An argument named `unused` must be 0 and is no parameter of the C function.

The status is 0 or a negative error. The kernel checks in this order, and returns the first error that it finds:

1. the number (`BAD_CALL`; all 64 bits count);
2. numbers, sizes, flags and rights, in the order of the arguments;
3. buffers and addresses, in the order of the arguments: alignment, then whether the range lies in user space;
4. descriptors, in the order of the arguments: existence, type, transit, kind, rights;
5. what the call itself has to check, memory that turns out not to be mapped included.

A call that returns an error has changed nothing, unless its section says otherwise. Results are stored with errors too, and
are 0 unless the section says otherwise. A new descriptor belongs to the caller. Deadlines are absolute monotonic
nanoseconds; `DEADLINE_NONE` waits for ever, a past one only polls. Sizes and lengths are in bytes. Structures are little
endian and named in [Structures](#structures).
"""


def cell(text: str) -> str:
    return text.replace("|", "\\|")


def brief(summary: str) -> str:
    """The head of a summary, for the table of calls."""
    return re.split(r"[.:;](?: |$)", summary)[0]


def code_block(lines: list[str]) -> list[str]:
    return ["```c", *lines, "```", ""]


def limits(argument: Argument) -> str:
    """What the value of an argument may be, in words."""
    parts = []
    match argument.type:
        case "descriptor":
            types = "any object" if argument.objects is None else " or ".join(argument.objects)
            kinds = ", weak too" if argument.weak else ""
            transit = ", in transit too" if argument.transit else ""
            rights = f", right {' and '.join(f'`{r}`' for r in argument.rights)}" if argument.rights else ""
            optional = ", or 0" if argument.optional else ""
            parts.append(f"descriptor of {types}{kinds}{transit}{rights}{optional}")
        case "flags":
            parts.append(f"{'one of' if argument.one else 'flags'} `{argument.flag_set}`")
        case "in" | "out":
            what = f"struct `{argument.struct}`" if argument.struct else f"`{argument.length}` bytes"
            parts.append(f"address, {'read' if argument.type == 'in' else 'written'}: {what}")
        case "page":
            parts.append("page-aligned user address")
        case "u64" if argument.address is not None:
            aligned = f", {argument.address}-byte aligned" if argument.address > 1 else ""
            parts.append(f"user address{aligned}{', mapped' if argument.mapped else ''}")
        case _:
            parts.append(argument.type)
    if argument.minimum is not None:
        parts.append(f"from {argument.minimum}")
    if argument.maximum is not None:
        parts.append(f"to {argument.maximum}" if argument.minimum is not None else f"at most {argument.maximum}")
    return " ".join(parts)


def error_reasons(call: Call, name: str) -> str:
    """The arguments whose check gives this error."""
    names = [f"`{a.name}`" for a in call.args if name in implied_errors(a)]
    return ", ".join(names)


def call_section(contract: Contract, call: Call) -> list[str]:
    lines = [f"### {call.name}", "", call.summary, ""]
    start = f"status_t ts_{call.name}("
    lines += code_block(wrapped_call(start, parameters(call), ");", "    "))
    facts = [f"Number {call.number}.", "May block." if call.blocks else "Does not block."]
    if call.message:
        facts.append("Carries a message.")
    lines += [" ".join(facts), ""]
    if call.args:
        lines += ["| register | argument | is | meaning |", "| --- | --- | --- | --- |"]
        for argument in call.args:
            row = [f"a{argument.position}", f"`{argument.name}`", limits(argument), argument.doc]
            lines.append(f"| {' | '.join(cell(text) for text in row)} |")
        lines.append("")
    if call.results:
        lines += ["| register | result | is | meaning |", "| --- | --- | --- | --- |"]
        for index, result in enumerate(call.results):
            row = [f"a{index}", f"`{call.result_c_name(result)}`", result.type, result.doc]
            lines.append(f"| {' | '.join(cell(text) for text in row)} |")
        lines.append("")
    if call.errors:
        lines += ["| error | checked for | means |", "| --- | --- | --- |"]
        for name in call.errors:
            error = contract.error(name)
            lines.append(f"| `{name}` | {error_reasons(call, name)} | {cell(error.text if error else '')} |")
        lines.append("")
    order = decode_order(call)
    if len(order) > 1:
        lines += [f"Checked in the order {', '.join(f'`{name}`' for name in order)}.", ""]
    return lines


def decode_order(call: Call) -> list[str]:
    """Names of the arguments that are checked, in the kernel's order."""
    checked = [a for a in call.args if implied_errors(a) and a.type != "deadline" and a.address is None]
    addresses = [a for a in checked if a.buffer or a.type == "page"]
    descriptors = [a for a in checked if a.type == "descriptor"]
    scalars = [a for a in checked if a not in addresses and a not in descriptors]
    return [a.name for a in scalars + addresses + descriptors]


def struct_section(contract: Contract, struct: Struct) -> list[str]:
    lines = [f"### struct {struct.name}", "", f"{struct.doc} {struct.size} bytes.", ""]
    lines += ["| offset | field | type | meaning |", "| --- | --- | --- | --- |"]
    offsets, _, _ = struct_layout(contract, struct)
    for item, offset in zip(struct.fields, offsets):
        kind = item.type + (f"[{item.count}]" if item.count is not None else "")
        lines.append(f"| {offset} | `{item.name}` | {kind} | {cell(item.doc)} |")
    return [*lines, ""]


def object_section(contract: Contract) -> list[str]:
    common = ", ".join(f"`{right}` ({1 << bit:#x})" for right, bit in contract.common_rights.items())
    lines = ["## Objects and rights", "", f"All types have the rights {common}.", ""]
    lines += ["| type | number | rights of its own | what it is |", "| --- | --- | --- | --- |"]
    for item in contract.objects:
        rights = ", ".join(f"`{right}` ({1 << bit:#x})" for right, bit in item.rights.items())
        lines.append(f"| {item.name} | {item.value} | {rights} | {cell(item.doc)} |")
    records = ", ".join(contract.records)
    return [*lines, "", f"Records that quotas count, in the order of the arrays: {records}.", ""]


def number_text(value: int) -> str:
    return hex(value) if value >= 0x10000 else str(value)


def constant_sections(contract: Contract) -> list[str]:
    lines = ["## Constants", "", "| name | value | meaning |", "| --- | --- | --- |"]
    lines += [f"| `{c.name}` | {number_text(c.value)} | {cell(c.doc)} |" for c in contract.constants]
    lines += ["", "## Flags", "", "| set | flag | value | used for |", "| --- | --- | --- | --- |"]
    for flags in contract.flag_sets:
        rows = list(flags.bits.items()) or [("none", 0)]
        for bit, value in rows:
            lines.append(f"| {flags.name} | `{bit}` | {value:#x} | {cell(flags.doc)} |")
    return [*lines, ""]


def error_section(contract: Contract) -> list[str]:
    lines = ["## Errors", "", "Those of services are never returned by the kernel.", ""]
    lines += ["| value | name | means | from |", "| --- | --- | --- | --- |"]
    for error in contract.errors:
        if not error.internal:
            lines.append(f"| {error.value} | `{error.name}` | {cell(error.text)} | {'service' if error.service else 'kernel'} |")
    return [*lines, ""]


def syscalls_md(contract: Contract) -> str:
    lines = [GENERATED, "", "# System calls", "", *INTRODUCTION.strip().split("\n"), "", "## Calls", ""]
    lines += ["| number | call | |", "| --- | --- | --- |"]
    lines += [f"| {c.number} | [{c.name}](#{c.name}) | {cell(brief(c.summary))} |" for c in contract.calls]
    lines.append("")
    for call in contract.calls:
        lines += call_section(contract, call)
    lines += ["## Structures", ""]
    for struct in contract.structs:
        lines += struct_section(contract, struct)
    lines += object_section(contract) + constant_sections(contract) + error_section(contract)
    return joined(lines)


# ---- protocols


def bound_cell(bound: int | str) -> str:
    return f"`{bound}`" if isinstance(bound, str) else str(bound)


def value_text(value: Value) -> str:
    kinds = {"u64": "u64", "lent_read": "lent memory, read by the server", "lent_write": "lent memory, written by the server"}
    text = kinds.get(value.type, f"descriptor of {value.object}, {'moved' if value.mode == 'move' else 'cloned'}")
    if value.enum is not None:
        return f"`{value.enum.c_type}`{', bits of it' if value.enum.bits else ''}"
    if value.minimum is not None:
        text += f" from {bound_cell(value.minimum)}"
    if value.maximum is not None:
        text += f" {'to' if value.minimum is not None else 'at most'} {bound_cell(value.maximum)}"
    return text + (" bytes" if value.lent and (value.minimum, value.maximum) != (None, None) else "")


def value_rows(what: str, values: list[Value], operation: Operation) -> list[str]:
    if not values:
        return []
    lines = [f"| {what} | is | meaning |", "| --- | --- | --- |"]
    for value in values:
        name = operation.c_result(value) if what == "result" else value.name
        lines.append(f"| `{name}` | {value_text(value)} | {cell(value.doc)} |")
    return [*lines, ""]


def operation_section(protocol: Protocol, operation: Operation) -> list[str]:
    lines = [f"### {protocol.name} {operation.name}", "", operation.doc, ""]
    start = f"status_t {protocol.name}_{operation.name}("
    lines += code_block(wrapped_call(start, client_parameters(operation), ");", "    "))
    facts = [f"Label {operation.label}.", "May block." if operation.blocks else "Does not block for long."]
    facts.append("May be repeated." if operation.repeatable else "Must not be repeated.")
    if operation.grant:
        facts.append(f"Needs the grant `{operation.grant}`.")
    lines += [" ".join(facts), ""]
    lines += value_rows("argument", operation.args, operation)
    lines += value_rows("result", operation.results, operation)
    return [*lines, f"Errors: {', '.join(f'`{name}`' for name in operation.errors)}, and those of [call](syscalls.md#call).", ""]


def enum_section(enum: Enum) -> list[str]:
    lines = [f"### {enum.c_type}", "", f"{enum.doc}{' Bits.' if enum.bits else ''}", ""]
    lines += ["| name | value | meaning |", "| --- | --- | --- |"]
    for value in enum.values:
        shown = hex(value.value) if enum.bits else number(value.value).removesuffix("ULL")
        lines.append(f"| `{enum.c_name(value)}` | {shown} | {cell(value.doc)} |")
    return [*lines, ""]


def names_sections(protocol: Protocol) -> list[str]:
    """The numbers of a protocol that have names."""
    lines = []
    if protocol.constants:
        lines += [f"### {protocol.name} constants", "", "| name | value | meaning |", "| --- | --- | --- |"]
        lines += [f"| `{c.name}` | {number(c.value).removesuffix('ULL')} | {cell(c.doc)} |" for c in protocol.constants]
        lines.append("")
    for enum in protocol.enums:
        lines += enum_section(enum)
    return lines


PROTOCOLS = """
What the services of the system can be asked, from `protocols/*.toml`. Each operation is one call to an endpoint or badge:
the label in the header, numbers in words 0 and up, unused words 0, lent memory and descriptors through the message page. The
answer has the status in word 0 and numbers in words 1 and up. A message with another label or shape is answered with
`BAD_REQUEST`. The C stubs for both sides are `<protocols/NAME.h>`, the numbers alone `<protocols/NAME_values.h>`;
`deadline` is that of the call.
"""


def protocols_md(protocols: list[Protocol]) -> str:
    lines = [GENERATED, "", "# Service protocols", "", *PROTOCOLS.strip().split("\n"), ""]
    for protocol in protocols:
        lines += [f"## {protocol.name}", "", protocol.doc.strip(), "", *names_sections(protocol)]
        for operation in protocol.operations:
            lines += operation_section(protocol, operation)
    return joined(lines)
