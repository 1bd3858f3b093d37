# SPDX-License-Identifier: MIT
"""Service protocols: protocols/*.toml as records, and what can be wrong with them."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .check import LOWER, name_checked, unique
from .model import Constant, Contract
from .source import Problems, Source, Where, table_checked
from .values import Enum, constants_check, constants_load, enum_check, enums_load

WORDS_MAX = 8
RANGES_MAX = 2
DESCRIPTORS_MAX = 4
LABEL_MAX = 0x7FFFFFFF
VALUE_KEYS: dict[str, dict[str, str]] = {
    "u64": {"min": "int|str", "max": "int|str", "enum": "str"},
    "lent_read": {"min": "int|str", "max": "int|str"},
    "lent_write": {"min": "int|str", "max": "int|str"},
    "descriptor": {"object": "str", "rights": "list", "mode": "str", "charge": "int|str"},
}
# Names that the generated functions use themselves.
LOCALS = frozenset("server deadline call ops context page header outcome words taken types send".split())


@dataclass
class Value:
    """An argument or a result of an operation."""

    where: Where
    name: str
    type: str
    doc: str
    minimum: int | str | None = None
    maximum: int | str | None = None
    object: str = ""
    rights: list[str] = field(default_factory=list)
    mode: str = "move"
    charge: int | str = 0  # descriptor: most bytes that it may cost the receiver
    enum_name: str | None = None
    enum: Enum | None = None  # u64: it is one of these

    @property
    def c_type(self) -> str:
        """As a parameter of the generated functions."""
        if self.enum is not None:
            return self.enum.c_type
        return {"u64": "uint64_t", "descriptor": "desc_t"}.get(self.type, "struct ts_lent")

    @property
    def lent(self) -> bool:
        return self.type in ("lent_read", "lent_write")


@dataclass
class Operation:
    where: Where
    name: str
    label: int
    repeatable: bool
    blocks: bool
    doc: str
    grant: str | None
    args: list[Value]
    results: list[Value]
    errors: list[str]

    def arguments(self, *types: str) -> list[Value]:
        return [value for value in self.args if value.type in types]

    def outcomes(self, kind: str) -> list[Value]:
        return [value for value in self.results if value.type == kind]

    def c_result(self, value: Value) -> str:
        """A result named like an argument gets a suffix."""
        return f"{value.name}_out" if any(a.name == value.name for a in self.args) else value.name


@dataclass
class Protocol:
    where: Where
    name: str
    doc: str
    constants: list[Constant]
    enums: list[Enum]
    operations: list[Operation]

    def c_label(self, operation: Operation) -> str:
        return f"{self.name}_{operation.name}".upper()

    def scope(self, contract: Contract) -> Contract:
        """The contract with the protocol's own constants, which bounds may name too."""
        return replace(contract, constants=contract.constants + self.constants)

    @property
    def offer_slots(self) -> int:
        """Most descriptors that a request carries."""
        return max((len(o.arguments("descriptor")) for o in self.operations), default=0)


def value_load(problems: Problems, where: Where, what: str, item: Any, argument: bool) -> Value | None:
    kind = item.get("type") if isinstance(item, dict) else None
    if kind not in VALUE_KEYS or (not argument and kind not in ("u64", "descriptor")):
        problems.add(where, f"{what}: unknown type '{kind}'")
        return None
    required = {"name": "str", "type": "str", "doc": "str"}
    optional = dict(VALUE_KEYS[kind])
    if kind == "descriptor":
        required |= {"object": "str", "rights": "list"}
    if not argument:
        for key in ("min", "max", "enum"):
            optional.pop(key, None)
    if not table_checked(problems, where, what, item, required, optional):
        return None
    return Value(
        where, item["name"], kind, item["doc"], item.get("min"), item.get("max"),
        item.get("object", ""), item.get("rights", []), item.get("mode", "move"), item.get("charge", 0), item.get("enum"),
    )  # fmt: skip


def operation_load(problems: Problems, source: Source, where: Where, entry: dict[str, Any]) -> Operation | None:
    name = entry.get("name", "?")
    required = {
        "name": "str", "label": "int", "repeatable": "bool", "blocks": "bool", "doc": "str",
        "args": "list", "results": "list", "errors": "list",
    }  # fmt: skip
    if not table_checked(problems, where, f"operation '{name}'", entry, required, {"grant": "str"}):
        return None
    seen = {name: 1}
    lists: list[list[Value]] = []
    for key in ("args", "results"):
        values = []
        for item in entry[key]:
            shown = item.get("name", "?") if isinstance(item, dict) else "?"
            at = source.named(where, str(shown), seen.get(shown, 0))
            seen[shown] = seen.get(shown, 0) + 1
            what = f"{name}: {'argument' if key == 'args' else 'result'} '{shown}'"
            value = value_load(problems, at, what, item, key == "args")
            if value is not None:
                values.append(value)
        lists.append(values)
    return Operation(
        where, name, entry["label"], entry["repeatable"], entry["blocks"], entry["doc"], entry.get("grant"),
        lists[0], lists[1], entry["errors"],
    )  # fmt: skip


def protocol_load(root: Path, file: str, problems: Problems) -> Protocol | None:
    source = Source(root, file, problems)
    for key in source.data:
        if key not in ("protocol", "constants", "enum", "operation"):
            problems.add(source.key(key), f"unknown table '{key}'")
    where = source.key("name", "protocol")
    head = source.data.get("protocol", {})
    if not source.data or not table_checked(problems, where, "protocol", head, {"name": "str", "doc": "str"}, {}):
        return None
    entries = source.data.get("operation", [])
    operations = [operation_load(problems, source, source.entry("operation", i), e) for i, e in enumerate(entries)]
    if head["name"] != Path(file).stem:
        problems.add(where, f"protocol '{head['name']}' is not named like its file")
    constants = constants_load(problems, source, head["name"])
    enums = enums_load(problems, source, head["name"])
    return Protocol(where, head["name"], head["doc"], constants, enums, [o for o in operations if o is not None])


def names_resolve(protocol: Protocol) -> None:
    """Bounds that name a constant of the protocol get its name in C; arguments get their enum."""
    own = {constant.name for constant in protocol.constants}
    enums = {enum.name: enum for enum in protocol.enums}

    def bound(value: int | str | None) -> int | str | None:
        name = f"{protocol.name.upper()}_{value}"
        return name if isinstance(value, str) and name in own else value

    for operation in protocol.operations:
        for value in operation.args + operation.results:
            value.minimum, value.maximum = bound(value.minimum), bound(value.maximum)
            value.enum = enums.get(value.enum_name or "")


def value_check(contract: Contract, operation: Operation, value: Value, problems: Problems) -> None:
    def report(message: str) -> None:
        problems.add(value.where, f"{operation.name}: '{value.name}': {message}")

    name_checked(problems, value.where, value.name, LOWER, f"{operation.name}: name")
    if value.name in LOCALS:
        report("is a name that the generated functions use themselves")
    for bound in (value.minimum, value.maximum, value.charge):
        number = contract.bound(bound)
        if isinstance(bound, str) and number is None:
            report(f"unknown constant '{bound}'")
        elif number is not None and not 0 <= number < 2**64:
            report("a bound does not fit 64 bits")
    if value.enum_name is not None and value.enum is None:
        report(f"unknown enum '{value.enum_name}'")
    if value.enum_name is not None and (value.minimum, value.maximum) != (None, None):
        report("has an enum and bounds")
    if value.type != "descriptor":
        return
    item = contract.object_type(value.object)
    if item is None:
        report(f"unknown object '{value.object}'")
        return
    if value.mode not in ("move", "clone"):
        report(f"unknown mode '{value.mode}'")
    for right in value.rights:
        if right not in contract.common_rights and right not in item.rights:
            report(f"unknown right '{right}'")


def errors_implied(operation: Operation) -> dict[str, str]:
    """Statuses that the generated server can answer, and why."""
    found = {"BAD_REQUEST": "every message can be malformed"}
    for value in operation.args:
        if value.lent and (value.minimum is not None or value.maximum is not None):
            found["BAD_SIZE"] = f"'{value.name}' has bounds"
    return found


def operation_check(contract: Contract, operation: Operation, problems: Problems) -> None:
    where, name = operation.where, operation.name
    name_checked(problems, where, name, LOWER, "operation")
    if not 1 <= operation.label <= LABEL_MAX:
        problems.add(where, f"{name}: label is not between 1 and {LABEL_MAX}")
    for value in operation.args + operation.results:
        value_check(contract, operation, value, problems)
    unique(problems, ((v.where, v.name) for v in operation.args), f"{name}: argument")
    unique(problems, ((v.where, v.name) for v in operation.results), f"{name}: result")
    limits = [
        (len(operation.arguments("u64")), WORDS_MAX, "u64 arguments"),
        (len(operation.arguments("lent_read", "lent_write")), RANGES_MAX, "lent ranges"),
        (len(operation.arguments("descriptor")), DESCRIPTORS_MAX, "descriptors"),
        (len(operation.outcomes("u64")), WORDS_MAX - 1, "u64 results"),
        (len(operation.outcomes("descriptor")), DESCRIPTORS_MAX, "descriptor results"),
    ]
    for count, most, what in limits:
        if count > most:
            problems.add(where, f"{name}: {count} {what}, at most {most}")
    for error in operation.errors:
        known = contract.error(error)
        if known is None or known.internal:
            problems.add(where, f"{name}: unknown error '{error}'")
    for error, reason in errors_implied(operation).items():
        if error not in operation.errors:
            problems.add(where, f"{name}: errors lack {error}: {reason}")


def protocol_check(contract: Contract, protocol: Protocol, problems: Problems) -> None:
    name_checked(problems, protocol.where, protocol.name, LOWER, "protocol")
    if protocol.name.endswith("_values"):
        problems.add(protocol.where, f"protocol '{protocol.name}' would have the header of another's values")
    constants_check(contract, protocol.constants, problems)
    for enum in protocol.enums:
        enum_check(enum, problems)
    unique(problems, ((e.where, e.name) for e in protocol.enums), "enum")
    unique(problems, ((o.where, o.name) for o in protocol.operations), "operation")
    unique(problems, ((o.where, o.label) for o in protocol.operations), "label")
    names_resolve(protocol)
    for operation in protocol.operations:
        operation_check(protocol.scope(contract), operation, problems)


def c_names_check(protocols: list[Protocol], problems: Problems) -> None:
    """No two numbers have one name in C, of whatever protocols."""
    found: dict[str, Where] = {}
    for protocol in protocols:
        own = [(c.where, c.name) for c in protocol.constants]
        own += [pair for enum in protocol.enums for pair in enum.c_names()]
        labels = {protocol.c_label(o): o.where for o in protocol.operations}
        for where, name in [*((where, name) for name, where in labels.items()), *own]:
            if name in found:
                problems.add(where, f"{name} is a name in C twice (first in {found[name]})")
            found.setdefault(name, where)


def protocols_load(root: Path, contract: Contract, problems: Problems) -> list[Protocol]:
    """All of protocols/*.toml, checked."""
    files = [f"protocols/{path.name}" for path in sorted((root / "protocols").glob("*.toml"))]
    loaded = [protocol_load(root, file, problems) for file in files]
    found = [protocol for protocol in loaded if protocol is not None]
    for protocol in found:
        protocol_check(contract, protocol, problems)
    c_names_check(found, problems)
    return found
