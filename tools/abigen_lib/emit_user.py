# SPDX-License-Identifier: MIT
"""The user's side of a system call: inline stubs with their contract as a comment."""

from .model import Argument, Call, Contract
from .text import comment, header, joined, wrapped_call

PRIMITIVES = """
What the port provides in user/lib/arch/ARCH/syscall.h (docs/decisions/0005-register-layout.md):

  static inline status_t ts_syscall6(uint64_t number, uint64_t a0, ..., uint64_t a5, uint64_t results[3]);
  static inline status_t ts_syscall_message(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2,
                                            uint64_t words[8], uint64_t results[3]);

All registers that a call does not name are unchanged or undefined as that page says; words go in and come back.

Each stub below is one system call. Result pointers may be null; results are stored with errors too (0 unless the call says otherwise). A new descriptor belongs to the caller, who releases it. Any call can return BAD_CALL when the kernel is older than this header.
"""


def parameters(call: Call) -> list[str]:
    items = [parameter(a) for a in call.args if not a.unused]
    if call.message:
        items.append("uint64_t words[MESSAGE_WORDS]")
    for result in call.results:
        if not result.unused:
            items.append(f"{'desc_t' if result.type == 'descriptor' else 'uint64_t'} *{call.result_c_name(result)}")
    return items or ["void"]


def parameter(argument: Argument) -> str:
    name = argument.name
    match argument.type:
        case "descriptor":
            return f"desc_t {name}"
        case "u32":
            return f"uint32_t {name}"
        case "in":
            return f"const struct {argument.struct} *{name}" if argument.struct else f"const void *{name}"
        case "out":
            return f"struct {argument.struct} *{name}" if argument.struct else f"void *{name}"
    return f"uint64_t {name}"


def register(argument: Argument) -> str:
    """The argument as a register value."""
    if argument.unused:
        return "0"
    if argument.type == "descriptor":
        return f"{argument.name}.value"
    return f"(uintptr_t){argument.name}" if argument.buffer else argument.name


def stub_comment(contract: Contract, call: Call) -> list[str]:
    lines = [call.summary, "May block." if call.blocks else "Does not block."]
    for argument in call.args:
        if not argument.unused:
            optional = ", optional" if argument.optional else ""
            lines.append(f"- {argument.name} ({argument.type}{optional}): {argument.doc}")
    if call.message:
        lines.append("- words: the message, in and out")
    for result in call.results:
        if not result.unused:
            lines.append(f"- result {call.result_c_name(result)}: {result.doc}")
    if call.errors:
        lines.append(f"Errors: {', '.join(call.errors)}.")
    return comment("\n".join(lines))


def stub(contract: Contract, call: Call) -> list[str]:
    lines = stub_comment(contract, call)
    lines += wrapped_call(f"static inline status_t ts_{call.name}(", parameters(call), ") {", "    ")
    lines.append("    uint64_t results[3];")
    registers = [register(a) for a in call.args]
    registers += ["0"] * ((3 if call.message else 6) - len(registers))
    if call.message:
        registers.append("words")
    suffix = "_message" if call.message else "6"
    items = [call.constant, *registers, "results"]
    lines += wrapped_call(f"    const status_t error = ts_syscall{suffix}(", items, ");", "        ")
    for index, result in enumerate(call.results):
        if result.unused:
            continue
        name = call.result_c_name(result)
        value = f"(desc_t){{results[{index}]}}" if result.type == "descriptor" else f"results[{index}]"
        lines += [f"    if ({name})", f"        *{name} = {value};"]
    return [*lines, "    return error;", "}", ""]


def syscalls_h(contract: Contract) -> str:
    includes = ["<abi/constants.h>", "<abi/status.h>", "<abi/structs.h>", "<abi/syscalls.h>", '"syscall.h"']
    lines = header("tessera/syscalls.h", "the system calls as C functions.", includes)
    lines += comment(PRIMITIVES.strip())
    lines.append("")
    for call in contract.calls:
        lines += stub(contract, call)
    return joined(lines)
