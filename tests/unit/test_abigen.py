# SPDX-License-Identifier: MIT
"""tools/abigen: mistakes in the TOML are found and named with their line; what it makes compiles and decodes right."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from abigen_lib import badargs, emit_abi, main  # noqa: E402
from abigen_lib.load import load_contract  # noqa: E402
from abigen_lib.model import implied_errors  # noqa: E402
from abigen_lib.source import Problems  # noqa: E402

WARNINGS = "-std=c23 -Wall -Wextra -Werror -Wshadow -Wconversion -Wmissing-prototypes -ffreestanding".split()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the data that a test may spoil."""
    for folder in ("abi", "protocols"):
        (tmp_path / folder).mkdir()
        for path in (ROOT / folder).glob("*.toml"):
            shutil.copy(path, tmp_path / folder)
    return tmp_path


def problems_of(tree: Path) -> list[str]:
    problems = Problems()
    main.outputs_load(tree, problems)
    return problems.lines()


def outputs_all() -> list[str]:
    return main.outputs_load(ROOT, Problems()).names()


def replace(tree: Path, file: str, old: str, new: str) -> int:
    """Replaces the first `old`; returns its line."""
    path = tree / file
    text = path.read_text()
    assert old in text, f"{old!r} is not in {file}: the test needs an update"
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def line_of(tree: Path, file: str, text: str) -> int:
    content = (tree / file).read_text()
    return content[: content.index(text)].count("\n") + 1


def test_the_contract_is_right() -> None:
    assert problems_of(ROOT) == []


# file, text to replace, replacement, text whose line is named ("" for the replaced one), part of the message
MISTAKES = [
    ("syscalls.toml", "number = 2\n", "number = 1\n", '[[call]]\nname = "descriptor_release"', "call number 1 is used twice"),
    ("syscalls.toml", '"descriptor_weaken"', '"descriptor_clone"', '[[call]]\nname = "descriptor_clone"\nnumber = 4', "call name descriptor_clone is used twice"),
    ("syscalls.toml", 'type = "rights"', 'type = "right"', "", "unknown type 'right'"),
    ("syscalls.toml", 'rights = ["clone"]', 'rights = ["klone"]', "", "unknown right 'klone'"),
    ("syscalls.toml", 'object = "platform"', 'object = "machine"', "", "unknown object 'machine'"),
    ("syscalls.toml", 'object = ["endpoint", "badge"], rights = ["call"]', 'object = ["endpoint", "badge"], rights = ["mint"]', "", "unknown right 'mint'"),
    ("syscalls.toml", 'set = "memory_flags"', 'set = "memory_flag"', "", "unknown flags 'memory_flag'"),
    ("syscalls.toml", 'max = "MEMORY_SIZE_MAX"', 'max = "MEMORY_MAX"', "", "unknown constant 'MEMORY_MAX'"),
    ("syscalls.toml", 'struct = "descriptor_info"', 'struct = "descriptor_data"', "", "unknown struct 'descriptor_data'"),
    ("syscalls.toml", 'struct = "descriptor_info", sized', 'struct = "descriptor_info", size', "", "unknown key 'size'"),
    ("syscalls.toml", 'errors = ["BAD_SIZE", "BAD_FLAGS", "NO_QUOTA"', 'errors = ["BAD_SIZE", "NO_QUOTA"', '[[call]]\nname = "memory_allocate"', "errors lack BAD_FLAGS, which argument 'flags'"),
    ("syscalls.toml", '["BAD_DESCRIPTOR", "IN_TRANSIT"]', '["BAD_DESCRIPTOR"]', '[[call]]\nname = "descriptor_release"', "errors lack IN_TRANSIT"),
    ("syscalls.toml", 'errors = ["NO_QUOTA", "TABLE_FULL"]', 'errors = ["NO_QUOTAS", "TABLE_FULL"]', '[[call]]\nname = "space_create"', "unknown error 'NO_QUOTAS'"),
    ("syscalls.toml", 'errors = ["NO_QUOTA", "TABLE_FULL"]', 'errors = ["NO_QUOTA", "NOT_FOUND"]', '[[call]]\nname = "space_create"', "not one that the kernel returns"),
    ("syscalls.toml", 'errors = ["NO_QUOTA", "TABLE_FULL"]', 'errors = ["NO_QUOTA", "PENDING"]', '[[call]]\nname = "space_create"', "not one that the kernel returns"),
    ("syscalls.toml", 'name = "supervisor"', 'name = "register"', "", "reserved word"),
    ("syscalls.toml", 'name = "supervisor"', 'name = "self"', "", "reserved word"),
    ("syscalls.toml", 'name = "supervisor"', 'name = "Supervisor"', "", "not lower_case"),
    ("syscalls.toml", 'length = "length", doc = "in the server', 'length = "offset", doc = "in the server', "", "has no size argument"),
    ("syscalls.toml", 'max = "LENT_COPY_MAX", ', "", 'name = "buffer", type = "out", length = "length", doc = "in the server', "size argument 'length' has no maximum"),
    ("syscalls.toml", 'blocks = true\nargs = [\n  { name = "address"', 'args = [\n  { name = "address"', '[[call]]\nname = "futex_wait"', "has a deadline but does not block"),
    ("syscalls.toml", 'summary = "Set the calling', 'sumary = "Set the calling', '[[call]]\nname = "thread_pointer"', "has no 'summary'"),
    ("syscalls.toml", "number = 3\n", 'number = "3"\n', '[[call]]\nname = "descriptor_transfer"', "'number' is not int"),
    ("syscalls.toml", "min = 1, max = 4, doc", "min = 5, max = 4, doc", "", "the minimum is above the maximum"),
    ("syscalls.toml", 'name = "unused", type = "u64", max = 0', 'name = "unused", type = "u64", max = 1', "", "an unused argument is a u64 with max = 0"),
    ("errors.toml", "value = -2\n", "value = -1\n", '[[error]]\nname = "BAD_FLAGS"', "error value -1 is used twice"),
    ("errors.toml", "value = -2\n", "value = 2\n", '[[error]]\nname = "BAD_FLAGS"', "BAD_FLAGS is not negative"),
    ("errors.toml", "value = 1\n", "value = -99\n", '[[error]]\nname = "PENDING"', "PENDING is not positive"),
    ("structs.toml", "size = 16\n", "size = 24\n", '[[struct]]\nname = "message_descriptor"', "take 16 bytes (aligned to 8), not 24"),
    ("structs.toml", '{ name = "rights", type = "u32", doc = "rights of', '{ name = "rights", type = "u16", doc = "rights of', '  { name = "mode"', "padding before 'mode'"),
    ("structs.toml", 'type = "message_range", count = 2', 'type = "message_rang", count = 2', "", "unknown type 'message_rang'"),
    ("structs.toml", 'name = "records", type = "u32", count = 13', 'name = "records", type = "u32", count = 12', "", "not one element per record"),
    ("objects.toml", "map = 7", "map = 6", '[[object]]\nname = "memory"', "right bit 6 is used twice"),
    ("objects.toml", "map = 7", "map = 16", '[[object]]\nname = "memory"', "not a bit from 0 to 15"),
    ("objects.toml", "read = 4", "clone = 4", '[[object]]\nname = "memory"', "right 'clone' is common"),
    ("objects.toml", "value = 2\n", "value = 1\n", '[[object]]\nname = "space"', "object value 1 is used twice"),
    ("constants.toml", "value = 4096,", "value = -4096,", "PAGE_SIZE = ", "does not fit 64 bits"),
    ("constants.toml", "MAP_WRITE = 0x2", "MAP_WRITE = 0x3", 'doc = "space_map, space_protect', "MAP_WRITE is not exactly one bit"),
    ("constants.toml", "MAP_WRITE = 0x2", "MAP_WRITE = 0x1", 'doc = "space_map, space_protect', "map_flags: bit 1 is used twice"),
    ("constants.toml", "END_KILLED =", "end_killed =", "", "not upper_case"),
    ("constants.toml", "END_KILLED = {", "END_KILLED = [", "", "not TOML"),
]  # fmt: skip


@pytest.mark.parametrize("file, old, new, named, message", MISTAKES, ids=[f"{m[0]}-{m[4]}" for m in MISTAKES])
def test_mistake_is_named_with_its_line(tree: Path, file: str, old: str, new: str, named: str, message: str) -> None:
    line = replace(tree, f"abi/{file}", old, new)
    if named:
        line = line_of(tree, f"abi/{file}", named)
    found = [text for text in problems_of(tree) if message in text]
    assert found, f"not reported: {problems_of(tree)}"
    assert found[0].startswith(f"abi/{file}:{line}: "), found


def test_exit_status_and_message(tree: Path) -> None:
    replace(tree, "abi/syscalls.toml", 'type = "rights"', 'type = "right"')
    output = tree / "out/abi/status.h"
    run = subprocess.run([ROOT / "tools/abigen", "--root", tree, output], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert run.stderr.startswith("abi/syscalls.toml:")
    assert not output.exists()


def test_missing_file_is_reported(tree: Path) -> None:
    (tree / "abi/errors.toml").unlink()
    assert problems_of(tree)[0].startswith("abi/errors.toml:1: cannot be read")


def test_unknown_output_is_refused(tmp_path: Path) -> None:
    assert main.main([str(tmp_path / "abi/other.h")]) == 2


def test_check_sees_a_changed_contract(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["--root", str(tree), "--update"]) == 0
    assert main.main(["--root", str(tree), "--check"]) == 0
    replace(tree, "abi/errors.toml", "no such system call", "no such call")
    assert main.main(["--root", str(tree), "--check"]) == 1
    assert "no such call" in capsys.readouterr().err


def test_internal_statuses_are_the_kernels() -> None:
    text = emit_abi.status_h(load_contract(ROOT, Problems()))
    inside = text[text.index("#ifdef ABI_KERNEL") : text.index("#endif")]
    assert "STATUS_PENDING" in inside and "STATUS_RESTART" in inside
    assert "STATUS_PENDING" not in text.replace(inside, "")


# ---- what is generated, compiled

FAKE_KERNEL = """
#include <stdint.h>
#include <abi/status.h>
struct process;
struct arch_thread { uint64_t number, arguments[6], results[3]; int64_t status; bool restarted; };
struct thread { struct arch_thread arch; struct process *process; };
struct handle { uint64_t value; };
enum { LOOKUP_WEAK = 1, LOOKUP_TRANSIT_SENT = 2 };
status_t descriptor_lookup(struct process *process, uint64_t value, uint32_t type_mask, uint64_t rights,
                           uint32_t accept, struct handle *out);
bool user_range_valid(uint64_t address, uint64_t length);
static inline uint64_t arch_syscall_number(const struct arch_thread *t) { return t->number; }
static inline uint64_t arch_syscall_argument(const struct arch_thread *t, unsigned i) { return t->arguments[i]; }
static inline void arch_syscall_result_set(struct arch_thread *t, unsigned i, uint64_t v) { t->results[i] = v; }
static inline void arch_syscall_status_set(struct arch_thread *t, status_t s) { t->status = s; }
static inline void arch_syscall_restart(struct arch_thread *t) { t->restarted = true; }
"""

FAKE_USER = """
#pragma once
#include <stdint.h>
#include <abi/status.h>
status_t ts_syscall6(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5,
                     uint64_t results[3]);
status_t ts_syscall_message(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t words[8],
                            uint64_t results[3]);
"""

# Calls the decoder with the kernel faked around it; each line of output is one case.
DECODER_TEST = """
#include <stdio.h>
#include <string.h>
#include <abi/constants.h>
#include <abi/objects.h>
#include <abi/syscalls.h>
#include "syscall/syscall.h"
#include "syscall_handlers.h"

static status_t handler_status;
static uint64_t seen[8];

status_t descriptor_lookup(struct process *process, uint64_t value, uint32_t type_mask, uint64_t rights,
                           uint32_t accept, struct handle *out) {
    (void)process;
    printf("lookup %llx %x %llx %x; ", (unsigned long long)value, type_mask, (unsigned long long)rights, accept);
    out->value = value;
    return value == 0xbad ? STATUS_BAD_DESCRIPTOR : STATUS_OK;
}
bool user_range_valid(uint64_t address, uint64_t length) {
    printf("range %llx %llx; ", (unsigned long long)address, (unsigned long long)length);
    return address != 0x1000;
}
HANDLERS
static void run(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5) {
    struct thread thread = {.arch = {.number = number, .arguments = {a0, a1, a2, a3, a4, a5}, .status = 99}};
    memset(seen, 0, sizeof seen);
    syscall_dispatch(&thread);
    printf("%lld%s %llx %llx\\n", (long long)thread.arch.status, thread.arch.restarted ? " again" : "",
           (unsigned long long)thread.arch.results[0], (unsigned long long)thread.arch.results[1]);
}
int main() { CASES return 0; }
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that can be made, beside fakes of what it stands on."""
    folder = tmp_path_factory.mktemp("made")
    assert main.main([str(folder / name) for name in outputs_all()]) == 0
    (folder / "fake/syscall").mkdir(parents=True)
    (folder / "fake/syscall/syscall.h").write_text(FAKE_KERNEL)
    (folder / "fake/syscall.h").write_text(FAKE_USER)
    return folder


def compiled(folder: Path, *arguments: str | Path) -> None:
    includes = [f"-I{folder}", f"-I{folder / 'kernel'}", f"-I{folder / 'fake'}"]
    run = subprocess.run(["clang-19", *WARNINGS, *includes, *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_headers_compile_alone(made: Path, tmp_path: Path) -> None:
    for name in outputs_all():
        if name.endswith(".h") and not name.startswith(("protocols/", "manual/")):
            unit = tmp_path / "unit.c"
            include = name.removeprefix("kernel/")
            unit.write_text(f"#include <{include}>\n#include <{include}>\n")
            compiled(made, "-fsyntax-only", unit)


def test_names_compile_for_both_sides(made: Path) -> None:
    compiled(made, "-fsyntax-only", made / "abi/names.c")
    compiled(made, "-fsyntax-only", "-DABI_KERNEL", made / "abi/names.c")


def fake_handlers(made: Path) -> str:
    """A body for every handler: writes its results and returns `handler_status`."""
    text = (made / "kernel/syscall_handlers.h").read_text()
    bodies = []
    for declaration in text.split(";")[3:]:
        if "status_t sys_" not in declaration:
            continue
        declaration = declaration[declaration.index("status_t sys_") :]
        names = [piece.split("*")[-1].split()[-1] for piece in declaration[declaration.index("(") + 1 : -1].split(",")]
        body = "".join(f" (void){name};" for name in names)
        if "uint64_t *" in declaration:
            body += f" *{names[-1]} = 0x77;"
        if "sys_space_map(" in declaration:
            body += ' printf("%s; ", space ? "given" : "own");'
        bodies.append(f"{declaration} {{{body} return handler_status; }}")
    return "\n".join(bodies)


def decoded(made: Path, tmp_path: Path, cases: list[str]) -> list[str]:
    unit = tmp_path / "decoder.c"
    unit.write_text(DECODER_TEST.replace("HANDLERS", fake_handlers(made)).replace("CASES", "\n".join(cases)))
    program = tmp_path / "decoder"
    compiled(made, "-DABI_KERNEL", "-fsanitize=undefined", unit, made / "kernel/syscall_dispatch.c", "-o", program)
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout.splitlines()


def test_decoder(made: Path, tmp_path: Path) -> None:
    """Order of the checks, their errors, and what is stored when."""
    expected = {
        "run(0, 0, 0, 0, 0, 0, 0);": "-1 0 0",
        "run(7, 0, 0, 0, 0, 0, 0);": "-1 0 0",
        "run(SYSCALL_LIMIT, 0, 0, 0, 0, 0, 0);": "-1 0 0",
        "run(UINT64_MAX, 0, 0, 0, 0, 0, 0);": "-1 0 0",
        "run(1ull << 63, 0, 0, 0, 0, 0, 0);": "-1 0 0",
        "run(SYSCALL_MEMORY_ALLOCATE | 1ull << 32, 1, 0, 0, 0, 0, 0);": "-1 0 0",
        "run(SYSCALL_MEMORY_ALLOCATE, 1, 0, 0, 0, 0, 0);": "0 77 0",
        "run(SYSCALL_MEMORY_ALLOCATE, 0, 1, 0, 0, 0, 0);": "-4 0 0",
        "run(SYSCALL_MEMORY_ALLOCATE, MEMORY_SIZE_MAX + 1, 0, 0, 0, 0, 0);": "-4 0 0",
        "run(SYSCALL_MEMORY_ALLOCATE, 1, 1, 0, 0, 0, 0);": "-2 0 0",
        # scalars before descriptors, whatever their places
        "run(SYSCALL_DESCRIPTOR_CLONE, 0xbad, 0x10000, 0, 0, 0, 0);": "-10 0 0",
        "run(SYSCALL_DESCRIPTOR_CLONE, 0xbad, 0xffff, 0, 0, 0, 0);": "lookup bad ffffffff 1 0; -7 0 0",
        "run(SYSCALL_DESCRIPTOR_CLONE, 5, 0, 0, 0, 0, 0);": "lookup 5 ffffffff 1 0; 0 77 0",
        # size, alignment, range, descriptor
        "run(SYSCALL_DESCRIPTOR_INSPECT, 0xbad, 0x1001, 63, 0, 0, 0);": "-4 0 0",
        "run(SYSCALL_DESCRIPTOR_INSPECT, 0xbad, 0x1001, 64, 0, 0, 0);": "-5 0 0",
        "run(SYSCALL_DESCRIPTOR_INSPECT, 0xbad, 0x1000, 64, 0, 0, 0);": "range 1000 40; -6 0 0",
        "run(SYSCALL_DESCRIPTOR_INSPECT, 0xbad, 0x2000, 64, 0, 0, 0);": "range 2000 40; lookup bad ffffffff 0 3; -7 0 0",
        # an array of structures
        "run(SYSCALL_PROCESS_TABLE, 0, 0, 0x2000, 64, 0, 0);": "range 2000 800; 0 0 77",
        "run(SYSCALL_PROCESS_TABLE, 0, 0, 0x2000, 65, 0, 0);": "-4 0 0",
        # optional descriptor, page
        "run(SYSCALL_SPACE_MAP, 0, 9, 0x20000, 0, 1, 1);": "own; 0 0 0",
        "run(SYSCALL_SPACE_MAP, 5, 9, 0x20000, 0, 1, 1);": "lookup 5 4 10 0; given; 0 0 0",
        "run(SYSCALL_SPACE_MAP, 0, 9, 0x20001, 0, 1, 1);": "-5 0 0",
        "run(SYSCALL_SPACE_MAP, 0, 9, 0xf000, 0, 1, 1);": "-6 0 0",
        "run(SYSCALL_SPACE_MAP, 0, 9, USER_END, 0, 1, 1);": "-6 0 0",
        "run(SYSCALL_SPACE_MAP, 0, 9, 0x20001, 0, 1, 8);": "-2 0 0",
        # exactly one flag; a word of 32 bits; a register that must be 0; two types
        "run(SYSCALL_PLATFORM_RESTRICT, 5, 0x30, 0, 0, 0, 0);": "-3 0 0",
        "run(SYSCALL_PLATFORM_RESTRICT, 5, 0, 0, 0, 0, 0);": "-3 0 0",
        "run(SYSCALL_PLATFORM_RESTRICT, 5, 1, 0, 0, 0, 0);": "-2 0 0",
        "run(SYSCALL_FUTEX_WAIT, 0, 1ull << 32, 0, 0, 0, 0);": "-3 0 0",
        "run(SYSCALL_RECEIVE, 5, 1, 0, 0, 0, 0);": "-3 0 0",
        "run(SYSCALL_CALL, 5, 0, 0, 0, 0, 0);": "lookup 5 60 10 0; 0 0 77",
        # what is stored with an error, a wait, another entry
        "handler_status = STATUS_NO_QUOTA; run(SYSCALL_SPACE_CREATE, 0, 0, 0, 0, 0, 0);": "-11 77 0",
        "handler_status = STATUS_PENDING; run(SYSCALL_SPACE_CREATE, 0, 0, 0, 0, 0, 0);": "99 0 0",
        "handler_status = STATUS_RESTART; run(SYSCALL_SPACE_CREATE, 0, 0, 0, 0, 0, 0);": "99 again 0 0",
    }
    lines = decoded(made, tmp_path, list(expected))
    assert dict(zip(expected, lines)) == expected


# ---- the table of bad arguments


def test_every_implied_error_has_a_row() -> None:
    contract = load_contract(ROOT, Problems())
    rows = badargs.rows_make(contract)
    for call in contract.calls:
        for argument in call.args:
            expected = set(implied_errors(argument)) - {"TIMED_OUT"}
            assert expected == {r.expected for r in rows if r.call == call.name and r.argument == argument.position}


def test_every_row_expects_a_documented_error() -> None:
    contract = load_contract(ROOT, Problems())
    errors = {call.name: call.errors for call in contract.calls}
    for row in badargs.rows_make(contract):
        assert row.expected in errors[row.call], row
        assert row.also is None or row.also in errors[row.call], row


def test_numbers_are_all_but_the_calls() -> None:
    contract = load_contract(ROOT, Problems())
    ranges = badargs.number_ranges(contract)
    holes = {number for first, last in ranges for number in range(first, min(last, 300) + 1)}
    assert holes == set(range(301)) - {call.number for call in contract.calls}
    assert ranges[-1][1] == 2**64 - 1
    for probe in badargs.number_probes(contract):
        assert any(first <= probe <= last for first, last in ranges)


# Runs each row whose value needs no kernel through the decoder. Handlers return OK, so a value that is not refused shows.
ROWS_TEST = """
#include <stdio.h>
#include <abi/constants.h>
#include <abi/objects.h>
#include <badargs/badargs.h>
#include "syscall/syscall.h"
#include "syscall_handlers.h"

enum { DESCRIPTOR = 0x5000, BUFFER = 0x20000 };
static status_t handler_status = STATUS_OK;

status_t descriptor_lookup(struct process *process, uint64_t value, uint32_t type_mask, uint64_t rights,
                           uint32_t accept, struct handle *out) {
    (void)process, (void)accept, (void)rights;
    out->value = value;
    if (value < DESCRIPTOR || value >= DESCRIPTOR + OBJECT_TYPE_COUNT)
        return STATUS_BAD_DESCRIPTOR;
    return type_mask >> (value - DESCRIPTOR) & 1 ? STATUS_OK : STATUS_WRONG_TYPE;
}
bool user_range_valid(uint64_t address, uint64_t length) {
    return address >= USER_START && length <= 0x800000000000 && address <= 0x800000000000 - length;
}
HANDLERS
static uint64_t value_make(enum badarg_kind kind, uint64_t value) {
    return kind == BADARG_OBJECT ? DESCRIPTOR + value : kind == BADARG_BUFFER || kind == BADARG_UNMAPPED ? BUFFER + value : value;
}
static bool decoder_sees(const struct badarg_row *row) {
    const struct grammar_call *call = grammar_find(row->call);
    return (row->kind == BADARG_NUMBER || row->kind == BADARG_OBJECT || row->kind == BADARG_BUFFER) &&
           row->bad_class != BAD_CLASS_READ_ONLY && call->arguments[row->argument].kind != GRAMMAR_ADDRESS;
}
static int64_t run(const struct grammar_call *call, int bad, uint64_t value) {
    struct thread thread = {.arch = {.number = call->number}};
    for (int i = 0; i < call->argument_count; i++)
        thread.arch.arguments[i] =
            i == bad ? value : value_make(call->arguments[i].valid_kind, call->arguments[i].valid);
    syscall_dispatch(&thread);
    return thread.arch.status;
}
int main() {
    unsigned seen = 0;
    for (size_t i = 0; i < badarg_row_count; i++) {
        const struct badarg_row *row = &badarg_rows[i];
        if (!decoder_sees(row))
            continue;
        seen++;
        const int64_t status = run(grammar_find(row->call), row->argument, value_make(row->kind, row->value));
        if (status != row->expected)
            printf("%s.%u/%s %llx: %lld, not %d\\n", grammar_find(row->call)->name, row->argument,
                   badarg_class_name(row->bad_class), (unsigned long long)row->value, (long long)status, row->expected);
    }
    for (size_t i = 0; i < grammar_call_count; i++)
        if (run(&grammar_calls[i], -1, 0) != STATUS_OK)
            printf("%s: valid arguments are refused\\n", grammar_calls[i].name);
    struct thread thread = {0};
    for (size_t i = 0; i < badarg_probe_count; i++) {
        thread.arch.number = badarg_probes[i];
        syscall_dispatch(&thread);
        if (thread.arch.status != STATUS_BAD_CALL)
            printf("number %llx is taken\\n", (unsigned long long)badarg_probes[i]);
    }
    printf("%s\\n", seen > 500 ? "enough" : "too few");
    return 0;
}
"""


def test_rows_agree_with_the_decoder(made: Path, tmp_path: Path) -> None:
    unit = tmp_path / "rows.c"
    unit.write_text(ROWS_TEST.replace("HANDLERS", fake_handlers(made)))
    program = tmp_path / "rows"
    sources = [unit, made / "kernel/syscall_dispatch.c", made / "badargs/badargs.c"]
    compiled(made, "-DABI_KERNEL", "-fsanitize=undefined", *sources, "-o", program)
    output = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    assert output.replace("own; ", "") == "enough\n"
