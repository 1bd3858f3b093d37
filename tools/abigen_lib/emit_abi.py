# SPDX-License-Identifier: MIT
"""The headers that kernel and user space share (abi/*.h) and the tables of names (abi/names.c)."""

from .model import C_SCALARS, Contract, Struct, struct_layout
from .text import banner, comment, header, joined, number, quoted


def status_h(contract: Contract) -> str:
    lines = header("abi/status.h", "what a system call or a service stub returns: 0, or a negative error.", ["<stdint.h>"])
    lines += ["typedef enum [[nodiscard]] status : int32_t {", "    STATUS_OK = 0, // success"]
    for error in contract.errors:
        if not error.internal:
            lines.append(f"    STATUS_{error.name} = {error.value}, // {error.text}")
    lines += ["#ifdef ABI_KERNEL // never seen by a program"]
    for error in contract.errors:
        if error.internal:
            lines.append(f"    STATUS_{error.name} = {error.value}, // {error.text}")
    lines += ["#endif", "} status_t;", ""]
    lines += comment('The name without STATUS_ ("BAD_CALL"), and a line for people. Never null, also for unknown values.')
    lines += ["const char *status_name(status_t status);", "const char *status_text(status_t status);"]
    return joined(lines)


def constants_h(contract: Contract) -> str:
    lines = header("abi/constants.h", "numbers and flag bits shared by kernel and user space.", [])
    for constant in contract.constants:
        lines.append(f"#define {constant.name} {number(constant.value)} // {constant.doc}")
    for flags in contract.flag_sets:
        lines += ["", *comment(f"{flags.name}: {flags.doc}.")]
        lines += [f"#define {bit} {value:#x}ULL" for bit, value in flags.bits.items()]
        lines.append(f"#define {flags.mask_name} {sum(flags.bits.values()):#x}ULL")
    return joined(lines)


def objects_h(contract: Contract) -> str:
    lines = header("abi/objects.h", "object types, their rights, and the kernel records that quotas count.", ["<stdint.h>"])
    lines.append("enum object_type : uint32_t {")
    for item in contract.objects:
        lines += [*comment(item.doc, "    "), f"    {item.c_name} = {item.value},"]
    limit = max(item.value for item in contract.objects) + 1
    lines += [f"    OBJECT_TYPE_COUNT = {limit}, // one more than the highest", "};", ""]
    lines += comment("Rights are bits of a 16-bit mask. These are the same for all types.")
    common = sum(1 << bit for bit in contract.common_rights.values())
    lines += [f"#define RIGHT_{right.upper()} {1 << bit:#x}ULL" for right, bit in contract.common_rights.items()]
    lines += [f"#define RIGHTS_COMMON {common:#x}ULL", ""]
    for item in contract.objects:
        name = item.name.upper()
        mask = common | sum(1 << bit for bit in item.rights.values())
        lines += [f"#define RIGHT_{name}_{right.upper()} {1 << bit:#x}ULL" for right, bit in item.rights.items()]
        lines += [f"#define RIGHTS_{name}_ALL {mask:#x}ULL", ""]
    lines += comment("Kernel records; the order is that of the arrays in struct limits and struct quota_info.")
    lines.append("enum record_type : uint32_t {")
    lines += [f"    RECORD_{record.upper()} = {index}," for index, record in enumerate(contract.records)]
    lines += [f"    RECORD_COUNT = {len(contract.records)},", "};", ""]
    lines += comment('Names for people ("memory"); "unknown" for other values, never null.')
    lines += ["const char *object_type_name(uint32_t type);", "const char *record_type_name(uint32_t record);", ""]
    lines += comment("All rights that a type has, common ones included; 0 for an unknown type.")
    lines += ["uint64_t object_rights_all(uint32_t type);", ""]
    lines += comment("The name of one right bit (0 to 15) of a type; null when the type has no such right.")
    lines.append("const char *object_right_name(uint32_t type, unsigned bit);")
    return joined(lines)


def struct_lines(contract: Contract, struct: Struct) -> list[str]:
    lines = [*comment(struct.doc), f"struct {struct.name} {{"]
    for item in struct.fields:
        kind = C_SCALARS.get(item.type, f"struct {item.type}")
        count = f"[{item.count}]" if item.count is not None else ""
        lines.append(f"    {kind} {item.name}{count}; // {item.doc}")
    lines.append("};")
    offsets, _, _ = struct_layout(contract, struct)
    lines.append(f"static_assert(sizeof(struct {struct.name}) == {struct.size});")
    for item, offset in zip(struct.fields, offsets):
        lines.append(f"static_assert(offsetof(struct {struct.name}, {item.name}) == {offset});")
    return [*lines, ""]


def structs_h(contract: Contract) -> str:
    about = "structures shared by kernel and user space. All padding is named; reserved fields are 0."
    lines = header("abi/structs.h", about, ["<stddef.h>", "<stdint.h>"])
    lines += comment("A descriptor as programs hold it; a structure of its own, so that it is not taken for a number.")
    lines += ["typedef struct desc {", "    uint64_t value;", "} desc_t;", ""]
    for struct in contract.structs:
        lines += struct_lines(contract, struct)
    return joined(lines)


def syscalls_h(contract: Contract) -> str:
    lines = header("abi/syscalls.h", "numbers of the system calls, and their names for tracers.", ["<stdint.h>"])
    lines.append("enum syscall_number : uint32_t {")
    lines += [f"    {call.constant} = {call.number}," for call in contract.calls]
    lines += [f"    SYSCALL_LIMIT = {contract.syscall_limit}, // one more than the highest; there are holes below", "};", ""]
    lines += comment("What a tracer prints. Names are null above the counts. `message`: eight message words travel too.")
    lines += [
        "struct syscall_info {",
        "    const char *name;",
        "    uint8_t argument_count;",
        "    uint8_t result_count;",
        "    bool message;",
        "    bool blocks;",
        "    const char *arguments[6];",
        "    const char *results[3];",
        "};",
        "",
        "// Null for a number that is no call.",
        "const struct syscall_info *syscall_info(uint64_t number);",
    ]
    return joined(lines)


def switch_names(signature: str, subject: str, cases: list[tuple[str, str]], otherwise: str) -> list[str]:
    """A function that maps constants to strings."""
    lines = [signature + " {", f"    switch ({subject}) {{"]
    for constant, text in cases:
        lines += [f"    case {constant}:", f"        return {text};"]
    return [*lines, "    default:", f"        return {otherwise};", "    }", "}", ""]


def syscall_table(contract: Contract) -> list[str]:
    lines = ["static const struct syscall_info calls[SYSCALL_LIMIT] = {"]
    for call in contract.calls:
        lines.append(f"    [{call.constant}] = {{")
        lines.append(f"        .name = {quoted(call.name)},")
        lines.append(f"        .argument_count = {len(call.args)},")
        lines.append(f"        .result_count = {len(call.results)},")
        lines.append(f"        .message = {str(call.message).lower()},")
        lines.append(f"        .blocks = {str(call.blocks).lower()},")
        if call.args:
            lines.append(f"        .arguments = {{{', '.join(quoted(a.name) for a in call.args)}}},")
        if call.results:
            lines.append(f"        .results = {{{', '.join(quoted(r.name) for r in call.results)}}},")
        lines.append("    },")
    return [*lines, "};", ""]


def names_c(contract: Contract) -> str:
    lines = banner("abi/names.c", "names of statuses, objects, rights and calls, compiled by the kernel and by user space.")
    lines += ['#include "abi/objects.h"', '#include "abi/status.h"', '#include "abi/syscalls.h"', ""]
    known = [("STATUS_OK", '"OK"', '"success"')]
    known += [(f"STATUS_{e.name}", quoted(e.name), quoted(e.text)) for e in contract.errors if not e.internal]
    name, text = "const char *status_name(status_t status)", "const char *status_text(status_t status)"
    lines += switch_names(name, "(int32_t)status", [(c, n) for c, n, _ in known], '"UNKNOWN"')
    lines += switch_names(text, "(int32_t)status", [(c, t) for c, _, t in known], '"unknown status"')
    types = [(item.c_name, quoted(item.name)) for item in contract.objects]
    lines += switch_names("const char *object_type_name(uint32_t type)", "type", types, '"unknown"')
    records = [(f"RECORD_{name.upper()}", quoted(name)) for name in contract.records]
    lines += switch_names("const char *record_type_name(uint32_t record)", "record", records, '"unknown"')
    masks = [(item.c_name, f"RIGHTS_{item.name.upper()}_ALL") for item in contract.objects]
    lines += switch_names("uint64_t object_rights_all(uint32_t type)", "type", masks, "0")
    lines += ["static const char *const rights[OBJECT_TYPE_COUNT][16] = {"]
    for item in contract.objects:
        pairs = {**contract.common_rights, **item.rights}
        entries = ", ".join(f"[{bit}] = {quoted(right)}" for right, bit in pairs.items())
        lines.append(f"    [{item.c_name}] = {{{entries}}},")
    lines += ["};", "", "const char *object_right_name(uint32_t type, unsigned bit) {"]
    lines += ["    return type < OBJECT_TYPE_COUNT && bit < 16 ? rights[type][bit] : nullptr;", "}", ""]
    lines += syscall_table(contract)
    lines += ["const struct syscall_info *syscall_info(uint64_t number) {"]
    lines += ["    return number < SYSCALL_LIMIT && calls[number].name ? &calls[number] : nullptr;", "}"]
    return joined(lines)
