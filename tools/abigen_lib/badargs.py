# SPDX-License-Identifier: MIT
"""Every call x every argument x every class of bad value that its type knows, with the status that must come back.

One argument is bad, all others are valid, so the kernel's order of checks makes the status certain. What depends on state
(quota, mappings that overlap, calls in flight) is not made here; the guest tests of each object provoke that.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from .model import Argument, Call, Contract, SCALARS

TOP = 1 << 63
ONES = 2**64 - 1
NOT_CANONICAL = 0x0000800000000000
KERNEL_HALF = 0xFFFFFFFF80000000
USER_LAST = 0x00007FFFFFFFFFF8
WRAPPING = 0xFFFFFFFFFFFFFFF0
BUFFER_BYTES = 64  # valid length of byte buffers
ARRAY_ENTRIES = 2  # valid length of structure arrays

# class: (what it is, number in the list of bad inputs that tests/guest follows)
CLASSES = {
    "unknown_flag": ("a flag bit that is not defined", 1),
    "several_flags": ("not exactly one of the flags", 1),
    "reserved": ("a register that must be 0 is not", 1),
    "structure_size": ("a size that is not the structure's", 1),
    "too_low": ("below the minimum", 1),
    "too_high": ("above the maximum", 1),
    "unknown_right": ("a right beyond the 16 bits", 1),
    "null_address": ("address 0", 2),
    "unaligned": ("an address that is not aligned", 2),
    "unmapped": ("an address where nothing is mapped", 2),
    "read_only": ("an output into a read-only mapping", 2),
    "kernel_half": ("an address of the kernel", 2),
    "not_canonical": ("an address between the halves", 2),
    "user_end": ("the end of user space", 2),
    "wrapping": ("address plus length wraps", 2),
    "into_unmapped": ("the range runs into an unmapped page", 2),
    "into_read_only": ("the output runs into a read-only mapping", 2),
    "device": ("a mapping of device memory", 2),
    "no_descriptor": ("a number that names nothing", 3),
    "released": ("a descriptor that was released", 3),
    "reused": ("a released descriptor whose slot is in use again", 3),
    "other_generation": ("a live descriptor with another generation", 3),
    "wrong_type": ("an object of another type", 3),
    "weak": ("a weak descriptor", 3),
    "right_missing": ("a descriptor without a right", 3),
    "sent": ("a descriptor on its way in a call", 3),
}

# How the test program makes a value; `value` of the row is the parameter.
KINDS = {
    "number": "the value itself",
    "object": "a strong descriptor of object type `value`, with all rights",
    "released": "a descriptor of type `value` after its release",
    "reused": "the same, and another descriptor has its slot now",
    "generation": "a live descriptor of type `value`, plus one generation",
    "weak": "a weak descriptor of type `value`, with all rights",
    "restricted": "a strong descriptor of type `value` >> 16 with the rights `value` & 0xffff",
    "sent": "a descriptor of type `value` that a call carries (move), not answered",
    "buffer": "page-aligned address of writable ordinary memory, two pages, plus `value`",
    "unmapped": "page-aligned address of user space where nothing is mapped",
    "read_only": "page-aligned address of a read-only mapping of ordinary memory",
    "into_unmapped": "address `value` bytes below the end of a writable page; nothing is mapped behind it",
    "into_read_only": "address `value` bytes below the end of a writable page; a read-only page follows",
    "device": "page-aligned address of a writable mapping of device memory",
}

# Handlers may find these instead, when the environment of the test does not have what the call works on.
ALSO = {"lent_read": "NO_CALL", "lent_write": "NO_CALL", "entropy_read": "NOT_SEEDED"}


@dataclass(frozen=True)
class Row:
    call: str
    argument: int
    name: str  # of the argument
    bad_class: str
    kind: str
    value: int
    expected: str
    also: str | None = None


@dataclass(frozen=True)
class Bad:
    """A row before it knows its argument."""

    bad_class: str
    expected: str
    value: int
    kind: str = "number"
    deep: bool = False  # found by the handler, not by the decoder


def flag_values(contract: Contract, argument: Argument) -> Iterator[Bad]:
    flags = contract.flag_set(argument.flag_set or "")
    assert flags is not None
    mask = sum(flags.bits.values())
    unknown = [bit for bit in range(64) if not mask >> bit & 1]
    for bit in (unknown[0], 31, 32, 63):
        if bit in unknown:
            yield Bad("unknown_flag", "BAD_FLAGS", 1 << bit)
    yield Bad("unknown_flag", "BAD_FLAGS", ONES)
    if argument.one:
        yield Bad("several_flags", "BAD_VALUE", 0)
        yield Bad("several_flags", "BAD_VALUE", mask)


def number_values(contract: Contract, call: Call, argument: Argument) -> Iterator[Bad]:
    error = argument.error or ("BAD_SIZE" if argument.type == "size" else "BAD_VALUE")
    structure = call.structure_of(argument)
    if structure is not None:
        size = struct_size(contract, structure)
        for value in (0, size - 8, size - 1, size + 1, size + 8, size | 1 << 32, TOP, ONES):
            yield Bad("structure_size", error, value)
        return
    minimum = contract.bound(argument.minimum) or 0
    maximum = contract.bound(argument.maximum)
    if maximum is None and argument.type == "u32":
        maximum = 2**32 - 1
    if minimum > 0:
        yield Bad("too_low", error, 0)
    if minimum > 1:
        yield Bad("too_low", error, minimum - 1)
    if maximum is None or maximum == ONES:
        return
    bad_class = "reserved" if argument.unused else "too_high"
    for value in sorted({maximum + 1, (maximum | 1 << 32) if maximum < 1 << 32 else maximum + 1, TOP, ONES}):
        yield Bad(bad_class, error, value)


def page_values(contract: Contract) -> Iterator[Bad]:
    start, end = contract.constant("USER_START") or 0, contract.constant("USER_END") or 0
    for offset in (1, 8, 2048, 4095):
        yield Bad("unaligned", "BAD_ALIGNMENT", start + offset)
    yield Bad("null_address", "BAD_ADDRESS", 0)
    yield Bad("null_address", "BAD_ADDRESS", start - 4096)
    yield Bad("user_end", "BAD_ADDRESS", end)
    yield Bad("not_canonical", "BAD_ADDRESS", NOT_CANONICAL)
    yield Bad("not_canonical", "BAD_ADDRESS", TOP)
    yield Bad("kernel_half", "BAD_ADDRESS", KERNEL_HALF)
    yield Bad("wrapping", "BAD_ADDRESS", ONES - 4095)


def far_addresses() -> Iterator[Bad]:
    """Addresses outside user space, all aligned to 16."""
    yield Bad("not_canonical", "BAD_ADDRESS", NOT_CANONICAL)
    yield Bad("not_canonical", "BAD_ADDRESS", TOP)
    yield Bad("kernel_half", "BAD_ADDRESS", KERNEL_HALF)
    yield Bad("wrapping", "BAD_ADDRESS", WRAPPING)


def buffer_values(contract: Contract, call: Call, argument: Argument) -> Iterator[Bad]:
    length = buffer_length(contract, call, argument)
    if argument.struct is not None:
        yield Bad("unaligned", "BAD_ALIGNMENT", 1)
        for offset in (1, 4, 7):
            yield Bad("unaligned", "BAD_ALIGNMENT", offset, "buffer")
        yield Bad("unaligned", "BAD_ALIGNMENT", ONES)
    else:
        yield Bad("null_address", "BAD_ADDRESS", 1)
        yield Bad("wrapping", "BAD_ADDRESS", ONES)
    yield Bad("null_address", "BAD_ADDRESS", 0)
    yield Bad("user_end", "BAD_ADDRESS", USER_LAST)
    yield from far_addresses()
    yield Bad("unmapped", "BAD_ADDRESS", 0, "unmapped", deep=True)
    yield Bad("into_unmapped", "BAD_ADDRESS", length - 8, "into_unmapped", deep=True)
    yield Bad("device", "BAD_ADDRESS", 0, "device", deep=True)
    if argument.type == "out":
        yield Bad("read_only", "BAD_ADDRESS", 0, "read_only", deep=True)
        yield Bad("read_only", "BAD_ADDRESS", contract.constant("CLOCK_PAGE") or 0, deep=True)
        yield Bad("into_read_only", "BAD_ADDRESS", length - 8, "into_read_only", deep=True)


def address_values(argument: Argument) -> Iterator[Bad]:
    """A number that the handler takes as an address."""
    yield from far_addresses()
    if (argument.address or 0) > 1:
        yield Bad("unaligned", "BAD_ALIGNMENT", 1, "buffer")
    if argument.mapped:
        yield Bad("null_address", "BAD_ADDRESS", 0)
        yield Bad("unmapped", "BAD_ADDRESS", 0, "unmapped")


def descriptor_values(contract: Contract, argument: Argument) -> Iterator[Bad]:
    valid = valid_object(contract, argument)
    numbers = [1 << 32, contract.constant("DESCRIPTORS_PER_PROCESS") or 0, 0xFFFFFF, TOP, ONES]
    for value in numbers if argument.optional else [0, *numbers]:
        yield Bad("no_descriptor", "BAD_DESCRIPTOR", value)
    yield Bad("released", "BAD_DESCRIPTOR", valid, "released")
    yield Bad("reused", "BAD_DESCRIPTOR", valid, "reused")
    yield Bad("other_generation", "BAD_DESCRIPTOR", valid, "generation")
    if argument.objects is not None:
        for item in contract.objects:
            if item.name not in argument.objects and item.name != "lease":  # no call makes a lease yet
                yield Bad("wrong_type", "WRONG_TYPE", item.value, "object")
    if not argument.transit:
        yield Bad("sent", "IN_TRANSIT", valid, "sent")
    if not argument.weak:
        yield Bad("weak", "WRONG_KIND", valid, "weak")
    yield from right_values(contract, argument, valid)


def right_values(contract: Contract, argument: Argument, valid: int) -> Iterator[Bad]:
    """Each needed right taken away, and all of them."""
    item = next(o for o in contract.objects if o.value == valid)
    bits = {**contract.common_rights, **item.rights}
    everything = sum(1 << bit for bit in bits.values())
    if not argument.rights:
        return
    for right in argument.rights:
        yield Bad("right_missing", "NO_RIGHT", valid << 16 | (everything & ~(1 << bits[right])), "restricted")
    yield Bad("right_missing", "NO_RIGHT", valid << 16, "restricted")


def bad_values(contract: Contract, call: Call, argument: Argument) -> Iterator[Bad]:
    match argument.type:
        case "flags":
            yield from flag_values(contract, argument)
        case "u64" if argument.address is not None:
            yield from address_values(argument)
        case "u64" | "u32" | "size":
            yield from number_values(contract, call, argument)
        case "rights":
            for value in (0x10000, 1 << 32, TOP, ONES):
                yield Bad("unknown_right", "NO_RIGHT", value)
        case "page":
            yield from page_values(contract)
        case "in" | "out":
            yield from buffer_values(contract, call, argument)
        case "descriptor":
            yield from descriptor_values(contract, argument)


def rows_make(contract: Contract) -> list[Row]:
    """The table, in the order of calls and arguments."""
    rows = []
    for call in contract.calls:
        for argument in call.args:
            for bad in bad_values(contract, call, argument):
                also = ALSO.get(call.name) if bad.deep else None
                rows.append(
                    Row(call.name, argument.position, argument.name, bad.bad_class, bad.kind, bad.value, bad.expected, also)
                )
    return rows


# ---- valid values


def struct_size(contract: Contract, argument: Argument) -> int:
    struct = contract.struct(argument.struct or "")
    return struct.size if struct is not None else SCALARS.get(argument.struct or "", 1)


def buffer_length(contract: Contract, call: Call, argument: Argument) -> int:
    """Bytes that a valid call reads or writes there."""
    if argument.struct is None:
        return BUFFER_BYTES
    return struct_size(contract, argument) * (1 if argument.sized else ARRAY_ENTRIES)


def valid_object(contract: Contract, argument: Argument) -> int:
    """The object type that a valid call names."""
    name = argument.objects[0] if argument.objects else "memory"
    return next(item.value for item in contract.objects if item.name == name)


def valid_value(contract: Contract, call: Call, argument: Argument) -> tuple[str, int]:
    """(kind, value) of a valid argument: valid for the decoder; the handler may still refuse for its own reasons."""
    match argument.type:
        case "descriptor":
            return ("number", 0) if argument.optional else ("object", valid_object(contract, argument))
        case "in" | "out":
            return "buffer", 0
        case "page":
            return "unmapped", 0
        case "deadline":
            return "number", 0
        case "flags":
            flags = contract.flag_set(argument.flag_set or "")
            return "number", min(flags.bits.values()) if flags is not None and argument.one else 0
        case "u64" if argument.address is not None:
            return "buffer", 0
        case "size":
            return "number", valid_size(contract, call, argument)
    return "number", contract.bound(argument.minimum) or 0


def valid_size(contract: Contract, call: Call, argument: Argument) -> int:
    structure = call.structure_of(argument)
    if structure is not None:
        return struct_size(contract, structure)
    for buffer in call.args:
        if buffer.buffer and call.counted_by(buffer) is argument:
            return ARRAY_ENTRIES if buffer.struct else BUFFER_BYTES
    return max(contract.bound(argument.minimum) or 0, 1)


def number_ranges(contract: Contract) -> list[tuple[int, int]]:
    """All numbers that are no call, as inclusive ranges."""
    ranges, start = [], 0
    for number in sorted(call.number for call in contract.calls):
        if start < number:
            ranges.append((start, number - 1))
        start = number + 1
    return [*ranges, (start, ONES)]


def number_probes(contract: Contract) -> list[int]:
    """Numbers of the last range, and valid ones with high bits set, that stand for the rest."""
    limit = contract.syscall_limit
    probes = [limit, limit + 1, 127, 128, 255, 256, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**32, TOP - 1, TOP, ONES]
    for call in contract.calls:
        probes += [call.number | bit for bit in (1 << 8, 1 << 16, 1 << 31, 1 << 32, TOP)]
        probes.append(2**64 - call.number)
    known = {call.number for call in contract.calls}
    return sorted({probe for probe in probes if probe not in known})
