# SPDX-License-Identifier: MIT
"""The table of bad arguments and the grammar of calls: C for the guest's test programs, Markdown for people."""

from .badargs import (
    CLASSES, KINDS, Row, number_probes, number_ranges, rows_make, struct_size, valid_value,
)  # fmt: skip
from .emit_docs import GENERATED, cell
from .emit_kernel import bound_text
from .model import Argument, Call, Contract, right_constant
from .text import banner, comment, header, joined, quoted, wrapped_call

USE = """
The test program makes one value of each kind, then runs every row: argument registers from grammar_find(row->call)->arguments[i].valid_kind and .valid, but the one at row->argument from row->kind and row->value; message words 0. The status must be row->expected (or row->also, when not 0), and nothing may have changed: process_quota and the count of descriptors are as before the row. A row whose value cannot be made here (no platform descriptor, no device) is skipped and counted. Rows can run in place, one after another: a refused call does not block and spoils no value, so values can be used again.

The grammar serves random calls too: pick a call, then for each argument mostly a value that fits its kind, sometimes a row's. Every status that comes back must be OK or one of the call's errors.
"""

GRAMMAR_KINDS = {
    "descriptor": "objects: bit mask of types (1 << OBJECT_X); rights: those that are needed",
    "number": "minimum to maximum",
    "size": "minimum to maximum bytes or entries",
    "structure_size": "exactly maximum",
    "flags": "any bits of maximum; `one`: exactly one of them",
    "rights": "any mask of 16 bits",
    "page": "page-aligned user address",
    "address": "user address, aligned to minimum",
    "input": "buffer that is read; maximum: bytes of one structure, or 1",
    "output": "buffer that is written; maximum: the same",
    "deadline": "absolute nanoseconds",
    "unused": "0",
}


ROW_TYPES = """
struct badarg_row {
    uint64_t value;
    uint8_t call;     // SYSCALL_ number
    uint8_t argument; // index of the bad one
    enum badarg_kind kind;
    enum badarg_class bad_class;
    int16_t expected; // STATUS_
    int16_t also;     // 0, or what the handler says first when the call has nothing to work on
};

extern const struct badarg_row badarg_rows[];
extern const size_t badarg_row_count;
const char *badarg_class_name(enum badarg_class bad_class);
const char *badarg_kind_name(enum badarg_kind kind);

// Numbers that are no call, as inclusive ranges: BAD_CALL. Probes stand for the last, long range.
struct badarg_range {
    uint64_t first;
    uint64_t last;
};
extern const struct badarg_range badarg_numbers[];
extern const size_t badarg_number_count;
extern const uint64_t badarg_probes[];
extern const size_t badarg_probe_count;
"""

GRAMMAR_TYPES = """
struct grammar_argument {
    const char *name;
    enum grammar_kind kind;
    enum badarg_kind valid_kind; // a valid value: how to make it
    bool optional;               // descriptor: 0 is allowed
    bool weak;                   // descriptor: weak ones too
    bool one;                    // flags: exactly one
    int8_t length;               // buffer: index of its size argument
    uint32_t objects;
    uint64_t rights;
    uint64_t minimum;
    uint64_t maximum;
    uint64_t valid;
};

struct grammar_call {
    const char *name;
    uint8_t number;
    bool message; // eight words too
    bool blocks;  // may wait: give it a deadline in the past, or call it from a thread of its own
    uint8_t argument_count;
    uint8_t result_count;
    uint8_t descriptor_results; // bit mask of results that are new descriptors
    uint8_t error_count;
    struct grammar_argument arguments[6];
    int16_t errors[32]; // every status beside OK that it may return
};

extern const struct grammar_call grammar_calls[];
extern const size_t grammar_call_count;
const struct grammar_call *grammar_find(uint64_t number); // null: no such call
bool grammar_allows(const struct grammar_call *call, int64_t status);
"""


def enum_lines(name: str, prefix: str, entries: dict[str, str]) -> list[str]:
    lines = [f"enum {name} : uint8_t {{"]
    lines += [f"    {prefix}_{entry.upper()}, // {text}" for entry, text in entries.items()]
    return [*lines, f"    {prefix}_COUNT,", "};", ""]


def badargs_h(contract: Contract) -> str:
    about = "every system call x argument x class of bad value, and the grammar of calls, for test programs."
    lines = header("badargs/badargs.h", about, ["<stddef.h>", "<stdint.h>"])
    lines += [*comment(USE.strip()), ""]
    lines += comment("How a value is made; `value` is the parameter.")
    lines += enum_lines("badarg_kind", "BADARG", KINDS)
    lines += comment("What is bad about it.")
    lines += enum_lines("badarg_class", "BAD_CLASS", {name: text for name, (text, _) in CLASSES.items()})
    lines += ROW_TYPES.strip().split("\n")
    lines += ["", "// ---- grammar", ""]
    lines += enum_lines("grammar_kind", "GRAMMAR", GRAMMAR_KINDS)
    lines += GRAMMAR_TYPES.strip().split("\n")
    return joined(lines)


def literal(value: int) -> str:
    return f"{value:#x}ULL" if value > 9999 else str(value)


def row_line(row: Row) -> str:
    fields = [literal(row.value), f"SYSCALL_{row.call.upper()}", str(row.argument), f"BADARG_{row.kind.upper()}"]
    fields += [f"BAD_CLASS_{row.bad_class.upper()}", f"STATUS_{row.expected}", f"STATUS_{row.also}" if row.also else "0"]
    return f"    {{{', '.join(fields)}}},"


def grammar_kind(call: Call, argument: Argument) -> str:
    kinds = {"u64": "number", "u32": "number", "in": "input", "out": "output"}
    if argument.unused:
        return "unused"
    if argument.address is not None:
        return "address"
    if call.structure_of(argument) is not None:
        return "structure_size"
    return kinds.get(argument.type, argument.type)


def argument_bounds(contract: Contract, call: Call, argument: Argument) -> tuple[str, str]:
    """(minimum, maximum) of the grammar, in C."""
    structure = call.structure_of(argument)
    if structure is not None:
        return "0", str(struct_size(contract, structure))
    match argument.type:
        case "flags":
            flags = contract.flag_set(argument.flag_set or "")
            return "0", flags.mask_name if flags is not None else "0"
        case "rights":
            return "0", "UINT16_MAX"
        case "in" | "out":
            return "0", str(struct_size(contract, argument) if argument.struct else 1)
        case "u64" if argument.address is not None:
            return str(argument.address), "0"
        case "u64" | "u32" | "size":
            top = "UINT32_MAX" if argument.type == "u32" else "UINT64_MAX"
            maximum = bound_text(argument.maximum) if argument.maximum is not None else top
            return bound_text(argument.minimum or 0), maximum
    return "0", "0"


def grammar_argument(contract: Contract, call: Call, argument: Argument) -> str:
    kind, valid = valid_value(contract, call, argument)
    minimum, maximum = argument_bounds(contract, call, argument)
    fields = [f".name = {quoted(argument.name)}", f".kind = GRAMMAR_{grammar_kind(call, argument).upper()}"]
    fields += [f".valid_kind = BADARG_{kind.upper()}", f".valid = {literal(valid)}"]
    fields += [f".{name} = true" for name in ("optional", "weak", "one") if getattr(argument, name)]
    if argument.buffer:
        counter = call.counted_by(argument)
        fields.append(f".length = {counter.position if counter is not None else -1}")
    if argument.type == "descriptor":
        names = argument.objects if argument.objects is not None else [item.name for item in contract.objects]
        fields.append(f".objects = {' | '.join(f'1u << OBJECT_{name.upper()}' for name in names)}")
        rights = " | ".join(right_constant(contract, argument.objects, right) for right in argument.rights)
        fields.append(f".rights = {rights or '0'}")
    fields += [f".{name} = {text}" for name, text in (("minimum", minimum), ("maximum", maximum)) if text not in ("0", "0ULL")]
    return "\n".join(wrapped_call("            {", fields, "},", "             "))


def grammar_lines(contract: Contract, call: Call) -> list[str]:
    new = sum(1 << index for index, result in enumerate(call.results) if result.type == "descriptor")
    lines = ["    {", f"        .name = {quoted(call.name)},", f"        .number = {call.constant},"]
    lines += [f"        .{name} = true," for name in ("message", "blocks") if getattr(call, name)]
    lines.append(f"        .argument_count = {len(call.args)},")
    lines.append(f"        .result_count = {len(call.results)},")
    lines.append(f"        .descriptor_results = {new},")
    lines.append(f"        .error_count = {len(call.errors)},")
    if call.args:
        lines += ["        .arguments = {", *(grammar_argument(contract, call, a) for a in call.args), "        },"]
    if call.errors:
        names = [f"STATUS_{name}" for name in call.errors]
        lines += wrapped_call("        .errors = {", names, "},", "                   ")
    return [*lines, "    },"]


FUNCTIONS = """
const struct grammar_call *grammar_find(uint64_t number) {
    for (size_t i = 0; i < grammar_call_count; i++)
        if (grammar_calls[i].number == number)
            return &grammar_calls[i];
    return nullptr;
}

bool grammar_allows(const struct grammar_call *call, int64_t status) {
    if (status == STATUS_OK)
        return true;
    for (unsigned i = 0; i < call->error_count; i++)
        if (call->errors[i] == status)
            return true;
    return false;
}
"""


def array(kind: str, name: str, count: str, rows: list[str]) -> list[str]:
    counted = f"const size_t {count} = sizeof({name}) / sizeof({name}[0]);"
    return [f"const {kind} {name}[] = {{", *rows, "};", counted, ""]


def names_function(signature: str, names: list[str], index: str) -> list[str]:
    rows = wrapped_call("    static const char *const names[] = {", [quoted(n) for n in names], "};", "        ")
    count = "sizeof(names) / sizeof(names[0])"
    return [f"{signature} {{", *rows, f'    return {index} < {count} ? names[{index}] : "unknown";', "}", ""]


def badargs_c(contract: Contract) -> str:
    lines = banner("badargs/badargs.c", "the tables of badargs.h.")
    includes = ["abi/constants.h", "abi/objects.h", "abi/status.h", "abi/syscalls.h", "badargs/badargs.h"]
    lines += [*(f"#include <{name}>" for name in includes), ""]
    lines += array("struct badarg_row", "badarg_rows", "badarg_row_count", [row_line(r) for r in rows_make(contract)])
    ranges = [f"    {{{literal(first)}, {literal(last)}}}," for first, last in number_ranges(contract)]
    lines += array("struct badarg_range", "badarg_numbers", "badarg_number_count", ranges)
    probes = wrapped_call("    ", [literal(value) for value in number_probes(contract)], ",", "    ")
    lines += array("uint64_t", "badarg_probes", "badarg_probe_count", probes)
    calls = [line for call in contract.calls for line in grammar_lines(contract, call)]
    lines += array("struct grammar_call", "grammar_calls", "grammar_call_count", calls)
    lines += names_function("const char *badarg_class_name(enum badarg_class bad_class)", list(CLASSES), "bad_class")
    lines += names_function("const char *badarg_kind_name(enum badarg_kind kind)", list(KINDS), "kind")
    return joined(lines + FUNCTIONS.strip().split("\n"))


ABOUT = """
Which bad value of which argument is tested where, and what must come back. The guest test `badargs` prints the
name of a row, `CALL.ARGUMENT/CLASS`, when it fails. Other arguments are valid. The rows are made from `abi/syscalls.toml`, so
a new call has its rows at once. What depends on state (quota, overlapping mappings, calls in flight) is tested by the
other guest tests, named after the objects.
"""


def cells(contract: Contract, call: Call) -> list[str]:
    """One line per argument and class: the values it is tested with and the status."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows_make(contract):
        if row.call == call.name:
            found.setdefault((row.name, row.bad_class), []).append(row)
    lines = []
    for (name, bad_class), rows in found.items():
        statuses = sorted({r.expected for r in rows} | {r.also for r in rows if r.also})
        status = " or ".join(f"`{s}`" for s in statuses)
        text, number = CLASSES[bad_class]
        test = f"badargs: {call.name}.{name}/{bad_class}"
        lines.append(f"| `{name}` | {number} | {cell(text)} | {len(rows)} | {status} | {test} |")
    return lines


def badargs_md(contract: Contract) -> str:
    lines = [GENERATED, "", "# Bad arguments", "", *ABOUT.strip().split("\n"), ""]
    ranges = ", ".join(f"{first}" if first == last else f"{first} to {last}" for first, last in number_ranges(contract))
    lines += [f"Numbers that are no call, each answered with `BAD_CALL` (test `numbers`): {ranges}.", ""]
    for call in contract.calls:
        rows = cells(contract, call)
        lines += [f"## {call.name}", ""]
        if rows:
            lines += ["| argument | class | bad value | values | status | test |", "| --- | --- | --- | --- | --- | --- |", *rows, ""]
        else:
            lines += ["No argument can be bad.", ""]
    return joined(lines)
