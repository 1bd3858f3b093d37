# SPDX-License-Identifier: MIT
"""What the contract says, as plain records. Filled by load.py, judged by check.py, read by the emitters."""

from dataclasses import dataclass, field

from .source import Where

ARGUMENTS_MAX = 6
MESSAGE_ARGUMENTS_MAX = 3
RESULTS_MAX = 3
RIGHTS_BITS = 16
ERRORS_MAX = 32
SYSCALL_NUMBER_MAX = 255
SCALARS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "i64": 8}
C_SCALARS = {"u8": "uint8_t", "u16": "uint16_t", "u32": "uint32_t", "u64": "uint64_t", "i64": "int64_t"}


@dataclass
class Error:
    where: Where
    name: str
    value: int
    text: str
    service: bool = False
    internal: bool = False


@dataclass
class Constant:
    where: Where
    name: str
    value: int
    doc: str


@dataclass
class FlagSet:
    where: Where
    name: str
    doc: str
    bits: dict[str, int]

    @property
    def mask_name(self) -> str:
        return f"{self.name.upper()}_ALL"


@dataclass
class ObjectType:
    where: Where
    name: str
    value: int
    doc: str
    rights: dict[str, int]

    @property
    def c_name(self) -> str:
        return f"OBJECT_{self.name.upper()}"


@dataclass
class Field:
    where: Where
    name: str
    type: str
    count: int | None
    doc: str


@dataclass
class Struct:
    where: Where
    name: str
    doc: str
    size: int
    fields: list[Field]


@dataclass
class Argument:
    where: Where
    name: str
    type: str
    doc: str
    position: int
    objects: list[str] | None = None  # None: any type
    rights: list[str] = field(default_factory=list)
    optional: bool = False
    weak: bool = False
    transit: bool = False
    minimum: int | str | None = None
    maximum: int | str | None = None
    error: str | None = None
    flag_set: str | None = None
    one: bool = False
    struct: str | None = None
    sized: bool = False
    length: str | None = None
    address: int | None = None  # a u64 that the handler takes as a user address, aligned so
    mapped: bool = False  # and that must be mapped

    @property
    def unused(self) -> bool:
        """A register that must be 0: checked, but no parameter of handler and stub."""
        return self.name == "unused"

    @property
    def ranged(self) -> bool:
        return self.minimum is not None or self.maximum is not None

    @property
    def buffer(self) -> bool:
        return self.type in ("in", "out")


@dataclass
class Result:
    where: Where
    name: str
    type: str
    doc: str

    @property
    def unused(self) -> bool:
        return self.name == "unused"


@dataclass
class Call:
    where: Where
    name: str
    number: int
    summary: str
    message: bool
    blocks: bool
    args: list[Argument]
    results: list[Result]
    errors: list[str]

    @property
    def constant(self) -> str:
        return f"SYSCALL_{self.name.upper()}"

    def arg(self, name: str) -> Argument | None:
        return next((a for a in self.args if a.name == name), None)

    def counted_by(self, buffer: Argument) -> Argument | None:
        """The size argument that belongs to a buffer: the named one, or the one after a structure."""
        if buffer.length is not None:
            return self.arg(buffer.length)
        following = self.args[buffer.position + 1 : buffer.position + 2]
        return following[0] if following else None

    def structure_of(self, size: Argument) -> Argument | None:
        """The `sized` structure whose size this argument must be."""
        for buffer in self.args:
            if buffer.buffer and buffer.sized and buffer.position + 1 == size.position:
                return buffer
        return None

    def result_c_name(self, result: Result) -> str:
        """A result named like an argument gets a suffix."""
        return f"{result.name}_out" if self.arg(result.name) else result.name


@dataclass
class Contract:
    errors: list[Error]
    constants: list[Constant]
    flag_sets: list[FlagSet]
    common_rights: dict[str, int]
    objects: list[ObjectType]
    records: list[str]
    structs: list[Struct]
    calls: list[Call]

    def constant(self, name: str) -> int | None:
        return next((c.value for c in self.constants if c.name == name), None)

    def flag_set(self, name: str) -> FlagSet | None:
        return next((f for f in self.flag_sets if f.name == name), None)

    def object_type(self, name: str) -> ObjectType | None:
        return next((o for o in self.objects if o.name == name), None)

    def struct(self, name: str) -> Struct | None:
        return next((s for s in self.structs if s.name == name), None)

    def error(self, name: str) -> Error | None:
        return next((e for e in self.errors if e.name == name), None)

    def bound(self, value: int | str | None) -> int | None:
        """A minimum or maximum as a number."""
        return self.constant(value) if isinstance(value, str) else value

    @property
    def syscall_limit(self) -> int:
        return max((call.number for call in self.calls), default=0) + 1


def right_constant(contract: Contract, objects: list[str] | None, right: str) -> str:
    """The C name of a right of these types."""
    if right in contract.common_rights or objects is None:
        return f"RIGHT_{right.upper()}"
    return f"RIGHT_{objects[0].upper()}_{right.upper()}"


def implied_errors(argument: Argument) -> list[str]:
    """Errors that the type of an argument makes possible, in the order of the kernel's checks."""
    match argument.type:
        case "descriptor":
            found = ["BAD_DESCRIPTOR"]
            if argument.objects is not None:
                found.append("WRONG_TYPE")
            if not argument.weak:
                found.append("WRONG_KIND")
            if argument.rights:
                found.append("NO_RIGHT")
            if not argument.transit:
                found.append("IN_TRANSIT")
            return found
        case "u64" if argument.address is not None:
            return ["BAD_ALIGNMENT", "BAD_ADDRESS"] if argument.address > 1 else ["BAD_ADDRESS"]
        case "u64":
            return [argument.error or "BAD_VALUE"] if argument.ranged else []
        case "u32":
            return [argument.error or "BAD_VALUE"]
        case "size":
            return [argument.error or "BAD_SIZE"]
        case "flags":
            return ["BAD_FLAGS", "BAD_VALUE"] if argument.one else ["BAD_FLAGS"]
        case "rights":
            return ["NO_RIGHT"]
        case "page":
            return ["BAD_ALIGNMENT", "BAD_ADDRESS"]
        case "in" | "out":
            return ["BAD_ALIGNMENT", "BAD_ADDRESS"] if argument.struct else ["BAD_ADDRESS"]
        case "deadline":
            return ["TIMED_OUT"]
    return []


def struct_layout(contract: Contract, struct: Struct) -> tuple[list[int], int, int]:
    """Offsets of the fields with natural alignment, the end of the last one, and the structure's own alignment."""
    offsets, end, alignment = [], 0, 1
    for item in struct.fields:
        inner = contract.struct(item.type)
        if item.type in SCALARS:
            size = align = SCALARS[item.type]
        elif inner is not None and inner is not struct:
            size, align = inner.size, struct_layout(contract, inner)[2]
        else:
            size = align = 1
        alignment = max(alignment, align)
        offset = (end + align - 1) // align * align
        offsets.append(offset)
        end = offset + size * (item.count or 1)
    return offsets, end, alignment
