# SPDX-License-Identifier: MIT
"""The command line of tools/abigen."""

import argparse
import difflib
import sys
from collections.abc import Callable
from pathlib import Path

from . import emit_abi, emit_badargs, emit_docs, emit_kernel, emit_protocol, emit_user, manual
from .check import check_contract
from .load import load_contract
from .manual import Page
from .model import Contract
from .protocol import Protocol, protocols_load
from .source import Problems

# What can be made, by folder and name; an output path is recognised by its last two parts.
OUTPUTS: dict[str, Callable[[Contract], str]] = {
    "abi/status.h": emit_abi.status_h,
    "abi/constants.h": emit_abi.constants_h,
    "abi/objects.h": emit_abi.objects_h,
    "abi/structs.h": emit_abi.structs_h,
    "abi/syscalls.h": emit_abi.syscalls_h,
    "abi/names.c": emit_abi.names_c,
    "kernel/syscall_handlers.h": emit_kernel.handlers_h,
    "kernel/syscall_dispatch.c": emit_kernel.dispatch_c,
    "tessera/syscalls.h": emit_user.syscalls_h,
    "badargs/badargs.h": emit_badargs.badargs_h,
    "badargs/badargs.c": emit_badargs.badargs_c,
}

ABOUT = """Makes C headers, stubs, the kernel's system call decoder and the reference manual from abi/*.toml and
protocols/*.toml, and the manual of programs from user/programs/manual/*.toml. Mistakes there are reported as FILE:LINE: MESSAGE with exit status 1."""


def arguments_parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="abigen", description=ABOUT)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parents[2], help="top of the source tree")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--list", action="store_true", help="name everything that can be made")
    what.add_argument("--protocols", action="store_true", help="name the protocols")
    what.add_argument("--programs", action="store_true", help="name the programs of the manual")
    what.add_argument("--check", action="store_true", help="compare abi/golden/ and the generated docs/ with the TOML")
    what.add_argument("--update", action="store_true", help="write abi/golden/ and the generated docs/ anew")
    parser.add_argument("output", type=Path, nargs="*", help="files to write; known by their last two parts")
    return parser.parse_args(arguments)


def output_write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class Outputs:
    """Everything that a tree's data makes, by folder and name."""

    def __init__(self, contract: Contract, protocols: list[Protocol], pages: list[Page]) -> None:
        self.contract = contract
        self.pages = {page.name: page for page in pages}
        self.protocols = {protocol.name: protocol for protocol in protocols}

    def names(self) -> list[str]:
        manuals = [f"manual/{name}{suffix}" for name in self.pages for suffix in (".h", ".txt")]
        protocols = [f"protocols/{name}{suffix}.h" for name in self.protocols for suffix in ("", "_values")]
        return [*OUTPUTS, *protocols, *manuals, *(["manual/list"] if manuals else [])]

    def make(self, name: str) -> str | None:
        """The text of one output; None for an unknown one."""
        folder, _, file = name.partition("/")
        stem, _, suffix = file.partition(".")
        if folder == "protocols" and name in self.names():
            if stem in self.protocols:
                return emit_protocol.protocol_h(self.contract, self.protocols[stem])
            return emit_protocol.values_h(self.contract, self.protocols[stem.removesuffix("_values")])
        if folder == "manual" and name in self.names():
            made = {"h": manual.header_h, "txt": manual.page_txt}
            return made[suffix](self.pages[stem]) if suffix else manual.list_txt(list(self.pages.values()))
        return OUTPUTS[name](self.contract) if name in OUTPUTS else None

    def kept(self) -> dict[str, str]:
        """Generated files that stand in the tree, to be read and compared: path from the root, content."""
        kept = {f"abi/golden/{name}": self.make(name) or "" for name in self.names() if name.endswith(".h") and not name.startswith("manual/")}
        kept["docs/bad-arguments.md"] = emit_badargs.badargs_md(self.contract)
        kept["docs/syscalls.md"] = emit_docs.syscalls_md(self.contract)
        if self.protocols:
            kept["docs/protocols.md"] = emit_docs.protocols_md(list(self.protocols.values()))
        if self.pages:
            kept["docs/programs.md"] = manual.programs_md(list(self.pages.values()))
        return kept


def outputs_load(root: Path, problems: Problems) -> Outputs:
    contract = load_contract(root, problems)
    check_contract(contract, problems)
    return Outputs(contract, protocols_load(root, contract, problems), manual.pages_load(root, problems))


def kept_check(root: Path, kept: dict[str, str]) -> int:
    """Says how each kept file differs; 1 when one does."""
    stale = 0
    known = {root / name for name in kept}
    for path in sorted((root / "abi/golden").glob("*/*")):
        if path not in known:
            print(f"{path.relative_to(root)}: no longer generated", file=sys.stderr)
            stale = 1
    for name, text in kept.items():
        path = root / name
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        if old != text:
            stale = 1
            difference = difflib.unified_diff(old.splitlines(), text.splitlines(), name, "what the TOML says", lineterm="")
            print("\n".join(difference), file=sys.stderr)
    if stale:
        print("generated files are out of date; if the change is meant, run tools/abigen --update", file=sys.stderr)
    return stale


def kept_update(root: Path, kept: dict[str, str]) -> None:
    for path in (root / "abi/golden").glob("*/*"):
        if str(path.relative_to(root)) not in kept:
            path.unlink()
    for name, text in kept.items():
        output_write(root / name, text)


def outputs_write(outputs: Outputs, paths: list[Path]) -> int:
    for path in paths:
        name = f"{path.parent.name}/{path.name}"
        text = outputs.make(name)
        if text is None:
            print(f"abigen: do not know how to make {name}; see --list", file=sys.stderr)
            return 2
        output_write(path, text)
    return 0


def main(arguments: list[str]) -> int:
    options = arguments_parse(arguments)
    problems = Problems()
    outputs = outputs_load(options.root, problems)
    if problems.found:
        print("\n".join(problems.lines()), file=sys.stderr)
        return 1
    if options.list:
        print("\n".join(outputs.names()))
    if options.protocols:
        print("\n".join(outputs.protocols))
    if options.programs:
        print("\n".join(outputs.pages))
    if options.check:
        return kept_check(options.root, outputs.kept())
    if options.update:
        kept_update(options.root, outputs.kept())
    return outputs_write(outputs, options.output)
