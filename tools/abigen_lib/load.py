# SPDX-License-Identifier: MIT
"""Reads abi/*.toml into a Contract. Reports what has not the right shape; what it means is check.py's business."""

from pathlib import Path
from typing import Any

from .model import Argument, Call, Constant, Contract, Error, Field, FlagSet, ObjectType, Result, Struct
from .source import Problems, Source, Where, table_checked

# Keys that an argument of each type may have beside name, type and doc.
ARGUMENT_KEYS: dict[str, dict[str, str]] = {
    "descriptor": {"object": "str|list", "rights": "list", "optional": "bool", "weak": "bool", "transit": "bool"},
    "u64": {"min": "int|str", "max": "int|str", "error": "str", "address": "int", "mapped": "bool"},
    "u32": {"min": "int|str", "max": "int|str", "error": "str"},
    "size": {"min": "int|str", "max": "int|str"},
    "flags": {"set": "str", "one": "bool"},
    "rights": {},
    "page": {},
    "in": {"struct": "str", "sized": "bool", "length": "str"},
    "out": {"struct": "str", "sized": "bool", "length": "str"},
    "deadline": {},
}
RESULT_TYPES = ("descriptor", "u64")


class Loader:
    """Walks the five files once."""

    def __init__(self, root: Path, problems: Problems) -> None:
        self.root = root
        self.problems = problems

    def source(self, name: str, tables: tuple[str, ...]) -> Source:
        source = Source(self.root, f"abi/{name}", self.problems)
        for key in source.data:
            if key not in tables:
                self.problems.add(source.key(key), f"unknown table '{key}'")
        return source

    def entries(self, source: Source, table: str) -> list[tuple[Where, dict[str, Any]]]:
        found = source.data.get(table, [])
        if not isinstance(found, list):
            self.problems.add(source.key(table), f"'{table}' is not a list of tables: write [[{table}]]")
            return []
        return [(source.entry(table, index), entry) for index, entry in enumerate(found)]

    def checked(self, where: Where, what: str, table: Any, required: dict[str, str], optional: dict[str, str]) -> bool:
        return table_checked(self.problems, where, what, table, required, optional)

    def errors(self) -> list[Error]:
        source = self.source("errors.toml", ("error",))
        result = []
        for where, entry in self.entries(source, "error"):
            what = f"error '{entry.get('name', '?')}'"
            required = {"name": "str", "value": "int", "text": "str"}
            if self.checked(where, what, entry, required, {"service": "bool", "internal": "bool"}):
                result.append(Error(where=where, **entry))
        return result

    def constants(self) -> tuple[list[Constant], list[FlagSet]]:
        source = self.source("constants.toml", ("constants", "flags"))
        constants, flag_sets = [], []
        for name, entry in source.data.get("constants", {}).items():
            where = source.key(name)
            if self.checked(where, f"constant '{name}'", entry, {"value": "int", "doc": "str"}, {}):
                constants.append(Constant(where, name, entry["value"], entry["doc"]))
        for name, entry in source.data.get("flags", {}).items():
            where = source.key("doc", f"flags.{name}")
            if self.checked(where, f"flags '{name}'", entry, {"bits": "dict", "doc": "str"}, {}):
                bits = {bit: value for bit, value in entry["bits"].items() if isinstance(value, int)}
                for bit in entry["bits"].keys() - bits.keys():
                    self.problems.add(source.key(bit), f"flag '{bit}' is not a number")
                flag_sets.append(FlagSet(where, name, entry["doc"], bits))
        return constants, flag_sets

    def objects(self) -> tuple[dict[str, int], list[ObjectType], list[str]]:
        source = self.source("objects.toml", ("rights", "object", "records"))
        objects = []
        for where, entry in self.entries(source, "object"):
            what = f"object '{entry.get('name', '?')}'"
            required = {"name": "str", "value": "int", "doc": "str", "rights": "dict"}
            if self.checked(where, what, entry, required, {}):
                objects.append(ObjectType(where=where, **entry))
        records = source.data.get("records", {}).get("names", [])
        if not records:
            self.problems.add(Where(source.name, 1), "no [records] names")
        return source.data.get("rights", {}), objects, records

    def structs(self) -> list[Struct]:
        source = self.source("structs.toml", ("struct",))
        result = []
        for where, entry in self.entries(source, "struct"):
            what = f"struct '{entry.get('name', '?')}'"
            if not self.checked(where, what, entry, {"name": "str", "doc": "str", "size": "int", "fields": "list"}, {}):
                continue
            fields = []
            for item in entry["fields"]:
                at = source.named(where, str(item.get("name"))) if isinstance(item, dict) else where
                required = {"name": "str", "type": "str", "doc": "str"}
                if self.checked(at, f"a field of {what}", item, required, {"count": "int"}):
                    fields.append(Field(at, item["name"], item["type"], item.get("count"), item["doc"]))
            result.append(Struct(where, entry["name"], entry["doc"], entry["size"], fields))
        return result

    def argument(self, where: Where, call: str, position: int, item: dict[str, Any]) -> Argument | None:
        what = f"{call}: argument '{item.get('name', '?')}'"
        kind = item.get("type")
        if kind not in ARGUMENT_KEYS:
            self.problems.add(where, f"{what}: unknown type '{kind}'")
            return None
        required = {"name": "str", "type": "str", "doc": "str"}
        if kind == "descriptor":
            required["object"] = "str|list"
        if kind == "flags":
            required["set"] = "str"
        if not self.checked(where, what, item, required, ARGUMENT_KEYS[kind]):
            return None
        wanted = item.get("object")
        return Argument(
            where=where,
            name=item["name"],
            type=kind,
            doc=item["doc"],
            position=position,
            objects=None if wanted in (None, "any") else [wanted] if isinstance(wanted, str) else wanted,
            rights=item.get("rights", []),
            optional=item.get("optional", False),
            weak=item.get("weak", False),
            transit=item.get("transit", False),
            minimum=item.get("min"),
            maximum=item.get("max"),
            error=item.get("error"),
            flag_set=item.get("set"),
            one=item.get("one", False),
            struct=item.get("struct"),
            sized=item.get("sized", False),
            length=item.get("length"),
            address=item.get("address"),
            mapped=item.get("mapped", False),
        )

    def result(self, where: Where, call: str, item: Any) -> Result | None:
        what = f"{call}: result '{item.get('name', '?') if isinstance(item, dict) else item}'"
        if not self.checked(where, what, item, {"name": "str", "type": "str", "doc": "str"}, {}):
            return None
        if item["type"] not in RESULT_TYPES:
            self.problems.add(where, f"{what}: unknown type '{item['type']}'")
            return None
        return Result(where, item["name"], item["type"], item["doc"])

    def call(self, source: Source, where: Where, entry: dict[str, Any]) -> Call | None:
        name = entry.get("name", "?")
        required = {
            "name": "str", "number": "int", "summary": "str", "args": "list", "results": "list", "errors": "list",
        }  # fmt: skip
        if not self.checked(where, f"call '{name}'", entry, required, {"message": "bool", "blocks": "bool"}):
            return None
        seen: dict[str, int] = {name: 1}
        args, results = [], []
        for position, item in enumerate(entry["args"]):
            at = self.item_line(source, where, item, seen)
            argument = self.argument(at, name, position, item) if isinstance(item, dict) else None
            if argument is not None:
                args.append(argument)
        for item in entry["results"]:
            result = self.result(self.item_line(source, where, item, seen), name, item)
            if result is not None:
                results.append(result)
        return Call(
            where, name, entry["number"], entry["summary"], entry.get("message", False), entry.get("blocks", False),
            args, results, entry["errors"],
        )  # fmt: skip

    @staticmethod
    def item_line(source: Source, where: Where, item: Any, seen: dict[str, int]) -> Where:
        """The line of an argument or result; the same name may stand in an entry more than once."""
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            return where
        occurrence = seen.get(item["name"], 0)
        seen[item["name"]] = occurrence + 1
        return source.named(where, item["name"], occurrence)

    def calls(self) -> list[Call]:
        source = self.source("syscalls.toml", ("call",))
        found = [self.call(source, where, entry) for where, entry in self.entries(source, "call")]
        return [call for call in found if call is not None]


def load_contract(root: Path, problems: Problems) -> Contract:
    """All of abi/*.toml under `root`. With problems the contract is partial, and only fit for further checks."""
    loader = Loader(root, problems)
    constants, flag_sets = loader.constants()
    rights, objects, records = loader.objects()
    return Contract(
        loader.errors(), constants, flag_sets, rights, objects, records, loader.structs(), loader.calls()
    )
