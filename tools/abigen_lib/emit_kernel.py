# SPDX-License-Identifier: MIT
"""The kernel's side of a system call: prototypes of the handlers, and the decoder that checks every argument.

Order of the checks, which programs may rely on: scalars in argument order, then buffers and addresses in argument order,
then descriptors in argument order.
"""

from .model import Argument, Call, Contract, right_constant
from .text import banner, comment, header, joined, number, wrapped_call


def handler_parameters(call: Call) -> list[str]:
    items = ["struct thread *self"]
    for argument in call.args:
        if argument.unused:
            continue
        if argument.type == "descriptor":
            items.append(f"const struct handle *{argument.name}")
        elif argument.type == "u32":
            items.append(f"uint32_t {argument.name}")
        else:
            items.append(f"uint64_t {argument.name}")
    return items + [f"uint64_t *{call.result_c_name(r)}" for r in call.results if not r.unused]


def handlers_h(contract: Contract) -> str:
    about = "what the kernel implements: one handler per system call."
    lines = header("syscall_handlers.h", about, ["<stdint.h>", '"abi/status.h"'])
    lines += comment(
        "Arguments are checked by syscall_dispatch() as their TOML says: descriptors are looked up (null: an optional one "
        "was 0), buffers lie in user space and are aligned (but may be unmapped), flags and bounds hold. Results start as "
        "0 and are given to the caller with errors too. A handler returns STATUS_PENDING when the thread waits or has "
        "ended (nothing is stored then), STATUS_RESTART to be entered again."
    )
    lines += ["struct thread;", "struct handle;", "", "void syscall_dispatch(struct thread *self);", ""]
    for call in contract.calls:
        lines += wrapped_call(f"status_t sys_{call.name}(", handler_parameters(call), ");", "    ")
    return joined(lines)


def refuse(condition: str, error: str) -> list[str]:
    return [f"    if ({condition}) {{", f"        return STATUS_{error};", "    }"]


def bound_text(value: int | str) -> str:
    return value if isinstance(value, str) else number(value)


def scalar_checks(contract: Contract, call: Call, argument: Argument) -> list[str]:
    name = argument.name
    match argument.type:
        case "flags":
            flags = contract.flag_set(argument.flag_set or "")
            assert flags is not None
            if not flags.bits:
                return refuse(f"{name} != 0", "BAD_FLAGS")
            lines = refuse(f"({name} & ~{flags.mask_name}) != 0", "BAD_FLAGS")
            if argument.one:
                lines += refuse(f"{name} == 0 || ({name} & ({name} - 1)) != 0", "BAD_VALUE")
            return lines
        case "rights":
            return refuse(f"{name} > UINT16_MAX", "NO_RIGHT")
        case "u64" | "u32" | "size":
            return bound_checks(contract, call, argument)
    return []


def bound_checks(contract: Contract, call: Call, argument: Argument) -> list[str]:
    name = argument.name
    structure = call.structure_of(argument)
    if structure is not None:
        return refuse(f"{name} != sizeof(struct {structure.struct})", "BAD_SIZE")
    terms = []
    minimum = contract.bound(argument.minimum)
    if minimum == 1:
        terms.append(f"{name} == 0")
    elif minimum:
        terms.append(f"{name} < {bound_text(argument.minimum or 0)}")
    if argument.maximum is not None:
        zero = contract.bound(argument.maximum) == 0
        terms.append(f"{name} != 0" if zero else f"{name} > {bound_text(argument.maximum)}")
    elif argument.type == "u32":
        terms.append(f"{name} > UINT32_MAX")
    error = argument.error or ("BAD_SIZE" if argument.type == "size" else "BAD_VALUE")
    return refuse(" || ".join(terms), error) if terms else []


def address_checks(call: Call, argument: Argument) -> list[str]:
    name = argument.name
    if argument.type == "page":
        lines = refuse(f"{name} % PAGE_SIZE != 0", "BAD_ALIGNMENT")
        return lines + refuse(f"{name} < USER_START || {name} >= USER_END", "BAD_ADDRESS")
    if not argument.buffer:
        return []
    size = call.counted_by(argument)
    assert size is not None
    if argument.struct is None:
        return refuse(f"!user_range_valid({name}, {size.name})", "BAD_ADDRESS")
    lines = refuse(f"{name} % 8 != 0", "BAD_ALIGNMENT")
    one = f"sizeof(struct {argument.struct})"
    length = one if argument.sized else f"{size.name} * {one}"
    return lines + refuse(f"!user_range_valid({name}, {length})", "BAD_ADDRESS")


def lookup_lines(contract: Contract, argument: Argument) -> list[str]:
    if argument.objects is None:
        types = "UINT32_MAX"
    else:
        types = " | ".join(f"1u << OBJECT_{name.upper()}" for name in argument.objects)
    rights = " | ".join(right_constant(contract, argument.objects, right) for right in argument.rights) or "0"
    bits = [bit for bit, given in (("LOOKUP_WEAK", argument.weak), ("LOOKUP_TRANSIT_SENT", argument.transit)) if given]
    accept = " | ".join(bits) or "0"
    name = argument.name
    items = ["self->process", name, types, rights, accept, f"&{name}_handle"]
    indent = "        " if argument.optional else "    "
    lines = wrapped_call(f"{indent}error = descriptor_lookup(", items, ");", indent + "    ")
    lines += [f"{indent}if (error != STATUS_OK) {{", f"{indent}    return error;", f"{indent}}}"]
    return [f"    if ({name} != DESCRIPTOR_NONE) {{", *lines, "    }"] if argument.optional else lines


def handler_argument(argument: Argument) -> str:
    if argument.type == "u32":
        return f"(uint32_t){argument.name}"
    if argument.type != "descriptor":
        return argument.name
    handle = f"&{argument.name}_handle"
    return f"{argument.name} != DESCRIPTOR_NONE ? {handle} : nullptr" if argument.optional else handle


def decoder(contract: Contract, call: Call) -> list[str]:
    """The function that decodes one call."""
    used = [f"&results[{index}]" for index, r in enumerate(call.results) if not r.unused]
    attribute = "" if used else "[[maybe_unused]] "
    lines = [f"static status_t decode_{call.name}(struct thread *self, {attribute}uint64_t results[3]) {{"]
    for argument in call.args:
        value = f"arch_syscall_argument(&self->arch, {argument.position})"
        lines.append(f"    const uint64_t {argument.name} = {value};")
    descriptors = [a for a in call.args if a.type == "descriptor"]
    lines += [f"    struct handle {argument.name}_handle;" for argument in descriptors]
    if descriptors:
        lines.append("    status_t error;")
    if call.args:
        lines.append("")
    for argument in call.args:
        lines += scalar_checks(contract, call, argument)
    for argument in call.args:
        lines += address_checks(call, argument)
    for argument in descriptors:
        lines += lookup_lines(contract, argument)
    items = ["self", *(handler_argument(a) for a in call.args if not a.unused), *used]
    return [*lines, *wrapped_call(f"    return sys_{call.name}(", items, ");", "        "), "}", ""]


DISPATCH = """
// The number, or 0 when it is no index of the table: without a branch, because the processor may run ahead of the
// comparison with an index of the caller's choice. The empty asm keeps the compiler from knowing that it holds anyway.
static uint64_t number_masked(uint64_t number) {
    uint64_t mask = (uint64_t)((int64_t)(number | (SYSCALL_LIMIT - 1 - number)) >> 63);

    __asm__ volatile("" : "+r"(mask));
    return number & ~mask;
}

void syscall_dispatch(struct thread *self) {
    const uint64_t number = arch_syscall_number(&self->arch);
    uint64_t results[3] = {0};
    status_t status = STATUS_BAD_CALL;

    if (number < SYSCALL_LIMIT && decoders[number_masked(number)]) {
        status = decoders[number_masked(number)](self, results);
    }
    if (status == STATUS_PENDING) {
        return;
    }
    if (status == STATUS_RESTART) {
        arch_syscall_restart(&self->arch);
        return;
    }
    for (unsigned i = 0; i < 3; i++) {
        arch_syscall_result_set(&self->arch, i, results[i]);
    }
    arch_syscall_status_set(&self->arch, status);
}
"""


def dispatch_c(contract: Contract) -> str:
    about = (
        "decodes a system call: scalars are checked first, then buffers and addresses, then descriptors, each in the "
        "order of the arguments; then the handler runs."
    )
    lines = banner("syscall_dispatch.c", about)
    lines += [f'#include "{name}"' for name in ("abi/constants.h", "abi/objects.h", "abi/structs.h", "abi/syscalls.h")]
    lines += ['#include "syscall/syscall.h"', '#include "syscall_handlers.h"', ""]
    for call in contract.calls:
        lines += decoder(contract, call)
    lines.append("static status_t (*const decoders[SYSCALL_LIMIT])(struct thread *self, uint64_t results[3]) = {")
    lines += [f"    [{call.constant}] = decode_{call.name}," for call in contract.calls]
    lines += ["};", *DISPATCH.split("\n")]
    return joined(lines)
