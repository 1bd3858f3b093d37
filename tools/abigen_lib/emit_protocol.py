# SPDX-License-Identifier: MIT
"""C stubs of a service protocol: the client's functions, the server's table of operations and its decoder.

What has no code in it, the numbers and their names, is a header of its own (NAME_values.h), which pure code can include.

Layout of a request: u64 arguments in words 0.. in order, unused words 0; lent ranges and descriptors through the message
page in order. Of an answer: word 0 the status, u64 results in words 1.. in order, descriptors through the message page.
"""

from .emit_kernel import bound_text
from .model import Contract, right_constant
from .protocol import Operation, Protocol, Value
from .text import comment, header, joined, number, wrapped_call
from .values import Enum


def rights_text(contract: Contract, value: Value) -> str:
    return " | ".join(right_constant(contract, [value.object], right) for right in value.rights) or "0"


def result_parameters(operation: Operation) -> list[str]:
    return [f"{value.c_type} *{operation.c_result(value)}" for value in operation.results]


def client_parameters(operation: Operation) -> list[str]:
    items = ["desc_t server"]
    for value in operation.args:
        match value.type:
            case "u64" | "descriptor":
                items.append(f"{value.c_type} {value.name}")
            case "lent_read":
                items += [f"const void *{value.name}", f"uint64_t {value.name}_length"]
            case "lent_write":
                items += [f"void *{value.name}", f"uint64_t {value.name}_length"]
    return [*items, *result_parameters(operation), "uint64_t deadline"]


def handler_parameters(operation: Operation) -> list[str]:
    items = [f"{value.c_type} {value.name}" for value in operation.args]
    return ["struct ts_call *call", *items, *result_parameters(operation)]


def reply_parameters(operation: Operation) -> list[str]:
    items = [f"{value.c_type} {operation.c_result(value)}" for value in operation.results]
    return ["struct ts_call *call", "status_t outcome", *items]


def operation_comment(operation: Operation) -> list[str]:
    lines = [operation.doc]
    facts = ["May block." if operation.blocks else "Does not block for long."]
    facts.append("May be repeated." if operation.repeatable else "Must not be repeated.")
    if operation.grant:
        facts.append(f"Needs the grant `{operation.grant}`.")
    lines.append(" ".join(facts))
    notes = {"lent_read": ", read by the server", "lent_write": ", written by the server"}
    for value in operation.args:
        bounds = [f"{what} {v}" for what, v in (("at least", value.minimum), ("at most", value.maximum)) if v is not None]
        moved = f", {value.object}, {'moved' if value.mode == 'move' else 'cloned'}" if value.type == "descriptor" else ""
        note = notes.get(value.type, "") + moved + (f", {', '.join(bounds)}" if bounds else "")
        lines.append(f"- {value.name}{note}: {value.doc}")
    for value in operation.results:
        lines.append(f"- result {operation.c_result(value)}: {value.doc}")
    lines.append(f"Errors: {', '.join(operation.errors)}, and those of ts_call().")
    return comment("\n".join(lines))


def send_lines(contract: Contract, values: list[Value], names: list[str], target: str) -> list[str]:
    lines = []
    for index, (value, name) in enumerate(zip(values, names)):
        items = f"{name}.value, {rights_text(contract, value)}, DESCRIPTOR_{value.mode.upper()}"
        lines.append(f"    {target}[{index}] = (struct message_descriptor){{{items}}};")
    return lines


def client_stub(contract: Contract, protocol: Protocol, operation: Operation) -> list[str]:
    lines = operation_comment(operation)
    start = f"static inline status_t {protocol.name}_{operation.name}("
    lines += wrapped_call(start, client_parameters(operation), ") {", "    ")
    words = [value.name for value in operation.arguments("u64")]
    lines.append(f"    uint64_t words[MESSAGE_WORDS] = {{{', '.join(words) or '0'}}};")
    ranges = operation.arguments("lent_read", "lent_write")
    descriptors = operation.arguments("descriptor")
    taken = operation.outcomes("descriptor")
    if ranges or descriptors:
        lines.append("    struct message_page *page = message_page();")
    parts = [protocol.c_label(operation)]
    if descriptors:
        parts.append(f"{len(descriptors)}ULL << HEADER_DESCRIPTORS_SHIFT")
        lines += send_lines(contract, descriptors, [v.name for v in descriptors], "page->send")
    if ranges:
        parts.append(f"{len(ranges)}ULL << HEADER_RANGES_SHIFT")
    for index, value in enumerate(ranges):
        flag = "RANGE_READ" if value.type == "lent_read" else "RANGE_WRITE"
        lines.append(f"    page->lend[{index}] = (struct message_range){{(uintptr_t){value.name}, {value.name}_length, {flag}}};")
    types = ", ".join(f"OBJECT_{value.object.upper()}" for value in taken)
    if taken:
        lines.append(f"    const uint32_t types[] = {{{types}}};")
        lines.append(f"    desc_t taken[{len(taken)}];")
    charge = " + ".join(bound_text(value.charge) for value in taken)
    tail = f"{charge}, {len(taken)}, types, taken" if taken else "0, 0, nullptr, nullptr"
    lines.append(f"    const uint64_t header = {' | '.join(parts)};")
    items = ["server", "header", "deadline", "words", tail]
    lines += wrapped_call("    const status_t outcome = ts_call_send(", items, ");", "        ")
    for index, value in enumerate(operation.outcomes("u64"), 1):
        name = operation.c_result(value)
        lines += [f"    if ({name})", f"        *{name} = words[{index}];"]
    for index, value in enumerate(taken):
        lines.append(f"    *{operation.c_result(value)} = taken[{index}];")
    return [*lines, "    return outcome;", "}", ""]


def ops_struct(protocol: Protocol) -> list[str]:
    about = (
        "What a server implements; a null operation is answered with BAD_REQUEST. A handler gets checked arguments. It returns "
        "the status of the answer, or TS_REPLY_LATER after ts_call_keep(). Results start as 0. With STATUS_OK it owns the "
        "descriptors that came; with an error moved ones go back and cloned ones are released. Descriptors in the results "
        "leave the server (move) or are cloned."
    )
    lines = [*comment(about), f"struct {protocol.name}_ops {{"]
    for operation in protocol.operations:
        lines += wrapped_call(f"    status_t (*{operation.name})(", handler_parameters(operation), ");", "        ")
    return [*lines, "};", ""]


def reply_stub(contract: Contract, protocol: Protocol, operation: Operation) -> list[str]:
    """Answers one operation: for kept calls, and for the decoder below. True: the caller has the answer."""
    start = f"static inline bool {protocol.name}_{operation.name}_reply("
    lines = wrapped_call(start, reply_parameters(operation), ") {", "    ")
    numbers, sent = operation.outcomes("u64"), operation.outcomes("descriptor")
    for index, value in enumerate(numbers, 1):
        lines.append(f"    call->word[{index}] = {operation.c_result(value)};")
    tail = "0, nullptr"
    if sent:
        lines.append(f"    struct message_descriptor send[{len(sent)}];")
        lines += send_lines(contract, sent, [operation.c_result(v) for v in sent], "send")
        tail = f"{len(sent)}, send"
    return [*lines, f"    return ts_call_answer(call, outcome, {len(numbers)}, {tail});", "}", ""]


def check(condition: str, error: str) -> list[str]:
    return [f"    if ({condition})", f"        return ts_call_refuse(call, STATUS_{error});"]


def enum_bounds(enum: Enum, subject: str) -> str:
    """The condition under which a number is none of the values."""
    if enum.bits:
        return f"({subject} & ~(uint64_t){enum.mask_name}) != 0"
    runs = []
    for first, last in enum.ranges():
        if first is last:
            runs.append(f"{subject} != {enum.c_name(first)}")
        elif first.value == 0:
            runs.append(f"{subject} > {enum.c_name(last)}")
        else:
            runs.append(f"({subject} < {enum.c_name(first)} || {subject} > {enum.c_name(last)})")
    return " && ".join(runs)


def bounds(contract: Contract, value: Value, subject: str) -> str:
    if value.enum is not None:
        return enum_bounds(value.enum, subject)
    terms = []
    if contract.bound(value.minimum):
        terms.append(f"{subject} < {bound_text(value.minimum or 0)}")
    if value.maximum is not None:
        terms.append(f"{subject} > {bound_text(value.maximum)}")
    return " || ".join(terms)


def argument_checks(contract: Contract, operation: Operation) -> list[str]:
    lines = []
    words = operation.arguments("u64")
    ranges = operation.arguments("lent_read", "lent_write")
    descriptors = operation.arguments("descriptor")
    shape = f"call, {len(words)}, {len(ranges)}, {len(descriptors)}"
    lines += check(f"!ops->{operation.name} || !ts_call_has({shape})", "BAD_REQUEST")
    for index, value in enumerate(words):
        terms = bounds(contract, value, f"call->word[{index}]")
        if terms:
            lines += check(terms, "BAD_REQUEST")
    for index, value in enumerate(ranges):
        flag = "RANGE_READ" if value.type == "lent_read" else "RANGE_WRITE"
        lines += check(f"!(call->lent[{index}].flags & {flag})", "BAD_REQUEST")
        terms = bounds(contract, value, f"call->lent[{index}].length")
        if terms:
            lines += check(terms, "BAD_SIZE")
    for index, value in enumerate(descriptors):
        rights = rights_text(contract, value)
        wanted = f"call, {index}, OBJECT_{value.object.upper()}, {rights}"
        lines += check(f"!ts_call_descriptor_is({wanted})", "BAD_REQUEST")
    return lines


def handler_arguments(operation: Operation) -> list[str]:
    positions = {"u64": 0, "lent": 0, "descriptor": 0}
    items = ["call"]
    for value in operation.args:
        kind = "lent" if value.lent else value.type
        index = positions[kind]
        positions[kind] += 1
        if kind == "u64":
            items.append(f"({value.c_type})call->word[{index}]" if value.enum else f"call->word[{index}]")
        elif kind == "lent":
            items.append(f"(struct ts_lent){{{index}, call->lent[{index}].length}}")
        else:
            items.append(f"(desc_t){{call->received[{index}].descriptor}}")
    return items + [f"&{operation.c_result(value)}" for value in operation.results]


def serve_operation(contract: Contract, protocol: Protocol, operation: Operation) -> list[str]:
    start = f"static inline void {protocol.name}_{operation.name}_serve("
    lines = wrapped_call(start, [f"const struct {protocol.name}_ops *ops", "struct ts_call *call"], ") {", "    ")
    for value in operation.results:
        lines.append(f"    {value.c_type} {operation.c_result(value)} = {'0' if value.type == 'u64' else '{0}'};")
    lines += argument_checks(contract, operation)
    items = handler_arguments(operation)
    lines += wrapped_call(f"    const status_t outcome = ops->{operation.name}(", items, ");", "        ")
    lines.append("    if (outcome != TS_REPLY_LATER)")
    answers = ["call", "outcome", *(operation.c_result(value) for value in operation.results)]
    return [*lines, f"        {protocol.name}_{operation.name}_reply({', '.join(answers)});", "}", ""]


def serve(protocol: Protocol) -> list[str]:
    about = (
        "Decodes one received message, runs its handler and answers. False when it is no call but an event of the kernel: "
        "then nothing was done. Handlers find `context` in the call."
    )
    lines = comment(about)
    items = [f"const struct {protocol.name}_ops *ops", "void *context", "struct ts_call *call"]
    lines += wrapped_call(f"static inline bool {protocol.name}_serve(", items, ") {", "    ")
    lines += ["    if (call->header & (HEADER_EVENT | HEADER_KERNEL))", "        return false;", "    call->context = context;"]
    lines.append("    switch ((uint32_t)call->header) {")
    for operation in protocol.operations:
        lines += [f"    case {protocol.c_label(operation)}:", f"        {protocol.name}_{operation.name}_serve(ops, call);"]
        lines.append("        break;")
    lines += ["    default:", "        ts_call_refuse(call, STATUS_BAD_REQUEST);", "        break;", "    }"]
    return [*lines, "    return true;", "}"]


def enum_lines(enum: Enum) -> list[str]:
    lines = [*comment(enum.doc), f"{enum.c_type} : uint64_t {{"]
    for value in enum.values:
        shown = f"{value.value:#x}" if enum.bits else number(value.value)
        lines.append(f"    {enum.c_name(value)} = {shown}, // {value.doc}")
    if enum.bits:
        lines.append(f"    {enum.mask_name} = {enum.mask:#x},")
    return [*lines, "};", ""]


def values_h(contract: Contract, protocol: Protocol) -> str:
    """The numbers of a protocol: labels, what a server offers, constants, enums."""
    contract = protocol.scope(contract)
    about = f"the numbers of the protocol {protocol.name}, for code that makes no calls too."
    lines = header(f"protocols/{protocol.name}_values.h", about, ["<stdint.h>"])
    lines.append(f"enum {protocol.name}_label : uint32_t {{")
    lines += [f"    {protocol.c_label(operation)} = {operation.label}," for operation in protocol.operations]
    lines += ["};", "", *comment("What a server offers when it receives: the most descriptors in a request, and the most that they cost.")]
    charges = [sum(contract.bound(v.charge) or 0 for v in o.arguments("descriptor")) for o in protocol.operations]
    lines += [f"#define {protocol.name.upper()}_OFFER_SLOTS {protocol.offer_slots}"]
    lines += [f"#define {protocol.name.upper()}_OFFER_BYTES {number(max(charges, default=0))}", ""]
    lines += [f"#define {constant.name} {number(constant.value)} // {constant.doc}" for constant in protocol.constants]
    lines.append("")
    for enum in protocol.enums:
        lines += enum_lines(enum)
    return joined(lines)


def protocol_h(contract: Contract, protocol: Protocol) -> str:
    contract = protocol.scope(contract)
    includes = ["<stdint.h>", "<abi/constants.h>", "<abi/objects.h>", "<abi/status.h>", "<abi/structs.h>"]
    includes += [f"<protocols/{protocol.name}_values.h>", "<tessera/call.h>"]
    lines = header(f"protocols/{protocol.name}.h", protocol.doc.split("\n")[0], includes)
    lines += ["// ---- client", ""]
    about = (
        "`server` is an endpoint or a badge. Results are stored with errors too (0 when nobody answered); null pointers are "
        "allowed for numbers, not for descriptors."
    )
    lines += comment(about)
    lines.append("")
    for operation in protocol.operations:
        lines += client_stub(contract, protocol, operation)
    lines += ["// ---- server", "", *ops_struct(protocol)]
    for operation in protocol.operations:
        lines += reply_stub(contract, protocol, operation)
        lines += serve_operation(contract, protocol, operation)
    return joined(lines + serve(protocol))
