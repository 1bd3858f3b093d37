# SPDX-License-Identifier: MIT
"""GDB commands for the kernel in the emulator: `make debug` says how to attach; `help tessera` lists them.

Read only: the commands look at the kernel's structures with its debug information and at memory through the direct
map, so they work wherever the machine was stopped, and for processes that do not run. Processes and threads are named
by the number that `tessera processes` prints first (the serial number of the object).

What belongs to an architecture is in the module of its name beside this file: page tables, registers, frames. Layouts are
taken from the kernel's debug information, and what the ABI fixes from abi/constants.toml.
"""

import functools
import importlib
import inspect
import struct
import sys
import tomllib
from pathlib import Path

import gdb

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(Path(__file__).resolve().parent))

ARCHITECTURES = {"i386:x86-64": "x86_64"}  # GDB's name: ours
CONSTANTS = {
    name: entry["value"]
    for name, entry in tomllib.loads((ROOT / "abi/constants.toml").read_text(encoding="utf-8"))["constants"].items()
}
PAGE_SIZE = CONSTANTS["PAGE_SIZE"]
FRAMES_MOST = 64
COMPARE = 4096  # bytes of a program's code that must be the same
PF_X = 1
PT_LOAD = 1


@functools.cache
def machine():
    """The module of the architecture. Not asked when GDB reads this file: an editor loads the kernel afterwards."""
    name = gdb.selected_inferior().architecture().name()
    if name not in ARCHITECTURES:
        raise gdb.GdbError(f"no kernel is loaded that these commands know (GDB says {name}): file build/ARCH/tessera.elf")
    return importlib.import_module(ARCHITECTURES[name])


def read(address, size):
    return gdb.selected_inferior().read_memory(address, size).tobytes()


def read_word(address):
    return struct.unpack("<Q", read(address, 8))[0]


def read_user(space, address, size):
    """Memory of a space, through its page tables; None where nothing is mapped."""
    found, root = b"", machine().root_of(space)
    while size > 0:
        at = machine().translate(read_word, root, address)
        if at is None:
            return None
        part = min(size, PAGE_SIZE - address % PAGE_SIZE)
        found += read(at, part)
        address, size = address + part, size - part
    return found


def type_pointer(name):
    return gdb.lookup_type(name).pointer()


def offset_of(type_name, member):
    for field in gdb.lookup_type(type_name).fields():
        if field.name == member:
            return field.bitpos // 8
    raise gdb.GdbError(f"{type_name} has no {member}: is the script as old as the kernel?")


def entries(head, type_name, member):
    """Elements of a struct list."""
    start = int(head.address)
    offset = offset_of(type_name, member)
    link = int(head["next"])
    while link not in (0, start):
        yield gdb.Value(link - offset).cast(type_pointer(type_name)).dereference()
        link = int(gdb.Value(link).cast(type_pointer("struct list")).dereference()["next"])


def tree_entries(tree, type_name, member):
    """Elements of a struct avl, in order."""
    offset = offset_of(type_name, member)

    def below(node):
        if int(node) == 0:
            return
        yield from below(node["child"][0])
        yield gdb.Value(int(node) - offset).cast(type_pointer(type_name)).dereference()
        yield from below(node["child"][1])

    yield from below(tree["root"])


def enum_name(type_name, value, prefix):
    for field in gdb.lookup_type(type_name).fields():
        if field.enumval == value:
            return field.name.removeprefix(prefix).lower()
    return str(value)


def tag_parts(tag):
    """The parts of a slot's tag by their names; enum tag_part says where each begins."""
    first = {field.name.removeprefix("TAG_"): field.enumval for field in gdb.lookup_type("enum tag_part").fields()}
    ends = dict(zip(sorted(first.values()), [*sorted(first.values())[1:], 64]))
    return {name: tag >> bit & (1 << ends[bit] - bit) - 1 for name, bit in first.items()}


def records(record, type_name):
    """All records of a type that are in use."""
    slab = gdb.parse_and_eval("slabs")[int(gdb.parse_and_eval(record))]
    for index in range(int(slab["populated"])):
        page = int(slab["pages"][index // int(slab["per_page"])])
        address = page + index % int(slab["per_page"]) * int(slab["record_size"])
        found = gdb.Value(address).cast(type_pointer(type_name)).dereference()
        if int(found["object"]["references"]) != 0:
            yield found


def serial(thing):
    return int(thing["object"]["serial"])


def processes():
    return sorted(records("RECORD_PROCESS", "struct process"), key=serial)


def threads():
    return sorted(records("RECORD_THREAD", "struct thread"), key=serial)


def one_of(things, what, text):
    try:
        number = int(text, 0)
    except ValueError:
        raise gdb.GdbError(f"'{text}' is not the number of a {what}") from None
    for thing in things:
        if serial(thing) == number:
            return thing
    raise gdb.GdbError(f"there is no {what} {number}")


def cpus():
    for index in range(int(gdb.parse_and_eval("cpu_count"))):
        yield gdb.parse_and_eval("cpus")[index]


def current_thread():
    for cpu in cpus():
        if int(cpu["thread"]) != 0:
            return cpu["thread"].dereference()
    raise gdb.GdbError("no thread has run yet")


def thread_or_current(text):
    return one_of(threads(), "thread", text) if text else current_thread()


def process_or_current(text):
    return one_of(processes(), "process", text) if text else current_thread()["process"].dereference()


def object_text(pointer):
    if int(pointer) == 0:
        return "nothing"
    found = pointer.dereference()
    return f"{enum_name('enum object_type', int(found['type']), 'OBJECT_')} {int(found['serial'])}"


# ---- programs


class Program:
    """An ELF file of user space: where its code is in the file, and in addresses."""

    def __init__(self, path):
        self.path = path
        data = path.read_bytes()
        table, size, count = struct.unpack_from("<Q", data, 32)[0], *struct.unpack_from("<HH", data, 54)
        for index in range(count):
            kind, flags, offset, address, _, length = struct.unpack_from("<IIQQQQ", data, table + index * size)
            if kind == PT_LOAD and flags & PF_X:
                self.address = address
                self.code = data[offset : offset + min(length, COMPARE)]
                return
        raise ValueError(f"{path} has no code")


_programs = []


def programs():
    if not _programs:
        build = ROOT / "build" / machine().__name__
        _programs.extend(Program(path) for path in sorted(build.glob("**/*.elf")) if path.name != "tessera.elf")
    return _programs


def program_of(process):
    """(program, base), found by comparing code: the kernel knows no names."""
    if int(process["space"]) == 0:
        return None
    space = process["space"].dereference()
    for mapping in tree_entries(space["mappings"], "struct mapping", "node"):
        start = int(mapping["start"])
        length = int(mapping["end"]) - start
        for program in programs():
            code = program.code[:length]
            if (start - program.address) % PAGE_SIZE == 0 and read_user(space, start, len(code)) == code:
                return program, start - program.address
    return None


_symbols = {}


def load_symbols(process):
    found = program_of(process)
    if found is None:
        return None
    program, base = found
    if _symbols.get(serial(process)) != (program.path, base):
        gdb.execute(f"add-symbol-file {program.path} -o {base:#x}", to_string=True)
        _symbols[serial(process)] = (program.path, base)
    return program


def place(address):
    """Function and line of an address, as the symbols that are loaded tell."""
    text = gdb.execute(f"info symbol {address:#x}", to_string=True).strip()
    name = "?" if text.startswith("No symbol") else text.split(" in section")[0].replace(" + ", "+")
    line = gdb.find_pc_line(address)
    where = f" at {line.symtab.filename.removeprefix('./')}:{line.line}" if line.symtab else ""
    return name + where


def user_frames(thread):
    """Return addresses of a thread in user mode, by frame pointers."""
    address, frame = machine().call_frame(machine().registers_of(thread))
    space = thread["process"]["space"].dereference()
    for _ in range(FRAMES_MOST):
        yield address
        above = machine().frame_above(lambda at, size: read_user(space, at, size), frame)
        if above is None or above[1] <= frame or above[0] == 0:
            return
        address, frame = above


# ---- commands


class Tessera(gdb.Command):
    """The kernel's processes, threads, descriptors, page tables and queues."""

    def __init__(self):
        super().__init__("tessera", gdb.COMMAND_DATA, prefix=True)


class Command(gdb.Command):
    def __init__(self, name):
        super().__init__(f"tessera {name}", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        words = gdb.string_to_argv(argument)
        try:
            inspect.signature(self.show).bind(*words)
        except TypeError:
            raise gdb.GdbError(self.__doc__) from None
        self.show(*words)

    def show(self, *words):
        raise NotImplementedError


def thread_line(thread):
    state = enum_name("enum thread_state", int(thread["state"]), "THREAD_")
    waits = f" at {object_text(thread['waiting_at'])}" if int(thread["waiting_at"]) != 0 else ""
    process = thread["process"]
    owner = serial(process.dereference()) if int(process) != 0 else 0
    return f"{serial(thread):6} of process {owner:<6} priority {int(thread['priority']):2}  {state}{waits}"


class Current(Command):
    """tessera current: what each processor runs."""

    def show(self):
        for cpu in cpus():
            line = "nothing yet" if int(cpu["thread"]) == 0 else thread_line(cpu["thread"].dereference())
            where = "outside the kernel" if int(cpu["outside"]) else "in the kernel"
            print(f"cpu {int(cpu['index'])}, {where}: thread {line.strip()}")


class Processes(Command):
    """tessera processes: number, state, threads, descriptors, number in init and program of every process."""

    def show(self):
        for process in processes():
            state = enum_name("enum process_state", int(process["state"]), "PROCESS_")
            found = program_of(process) if state == "running" else None
            name = found[0].path.stem.removeprefix("bin_") if found else "?"
            print(
                f"{serial(process):6} {state:8} {int(process['thread_count']):3} threads "
                f"{int(process['table']['used']):5} descriptors  init's number {int(process['value']):<4} {name}"
            )


class Threads(Command):
    """tessera threads [PROCESS]: threads, their states and what they wait at."""

    def show(self, process=""):
        wanted = serial(process_or_current(process)) if process else None
        for thread in threads():
            if int(thread["process"]) != 0 and wanted in (None, serial(thread["process"].dereference())):
                print(thread_line(thread))


class Descriptors(Command):
    """tessera descriptors [PROCESS]: the descriptor table, of the current process by default."""

    def show(self, process=""):
        table = process_or_current(process)["table"]
        per_page = PAGE_SIZE // gdb.lookup_type("struct slot").sizeof
        free = int(gdb.parse_and_eval("SLOT_FREE"))
        for index in range(int(table["populated"])):
            slot = table["pages"][index // per_page][index % per_page]
            part = tag_parts(int(slot["tag"]))
            if part["KIND"] == free:
                continue
            value = part["GENERATION"] << CONSTANTS["DESCRIPTOR_INDEX_BITS"] | index
            kind = enum_name("enum slot_kind", part["KIND"], "SLOT_")
            print(f"{value:#14x}  {kind:11} {object_text(slot['object']):22} rights {part['RIGHTS']:#06x}")


class Pages(Command):
    """tessera pages [PROCESS [ADDRESS]]: what the page tables map, or each level of the walk to an address."""

    def show(self, process="", address=""):
        root = machine().root_of(process_or_current(process)["space"].dereference())
        if address:
            at = int(gdb.parse_and_eval(address))
            for level, index, entry in machine().walk(read_word, root, at):
                print(f"level {level} entry {index:3}: {entry:#018x} {machine().flags_text(entry)}")
            return
        self.ranges(root)

    def ranges(self, root):
        start = end = flags = None
        for at, size, entry in machine().user_pages(read_word, root):
            if at == end and machine().flags_text(entry) == flags:
                end += size
                continue
            self.line(start, end, flags)
            start, end, flags = at, at + size, machine().flags_text(entry)
        self.line(start, end, flags)

    def line(self, start, end, flags):
        if start is not None:
            print(f"{start:#018x}-{end:#018x} {(end - start) // 1024:8} KiB {flags}")


class Queues(Command):
    """tessera queues: ready threads, jobs and timers of each processor."""

    def show(self):
        for cpu in cpus():
            print(f"cpu {int(cpu['index'])}:")
            for priority in reversed(range(int(gdb.parse_and_eval("sizeof(cpus[0].ready) / sizeof(cpus[0].ready[0])")))):
                ready = [
                    str(serial(thread))
                    for group in entries(cpu["ready"][priority], "struct sched_group", "link")
                    for thread in entries(group["threads"], "struct thread", "queue")
                ]
                jobs = [str(job["step"]) for job in entries(cpu["jobs"][priority], "struct job", "link")]
                if ready or jobs:
                    print(f"  priority {priority:2}: threads {' '.join(ready) or '-'}; jobs {' '.join(jobs) or '-'}")
            for timer in tree_entries(cpu["timers"], "struct timer", "node"):
                print(f"  timer at {int(timer['when'])} ns: {timer['fire']}")


class Endpoints(Command):
    """tessera endpoints: who waits at each endpoint, with calls, events and badges."""

    def show(self):
        for endpoint in sorted(records("RECORD_ENDPOINT", "struct endpoint"), key=serial):
            parts = [f"{int(endpoint['servers'])} servers", f"{int(endpoint['places_used'])} of {int(endpoint['places'])} badges"]
            for member, what in (("callers", "calls"), ("receivers", "waits to receive"), ("delivered", "is served")):
                found = [str(serial(thread)) for thread in entries(endpoint[member], "struct thread", "queue")]
                if found:
                    parts.append(f"{what}: thread {' '.join(found)}")
            events = sum(1 for _ in entries(endpoint["events"], "struct event", "link"))
            if events:
                parts.append(f"{events} events")
            print(f"{serial(endpoint):6} {'; '.join(parts)}")


class Backtrace(Command):
    """tessera backtrace [THREAD]: the kernel's frames if the machine stands in the kernel for this thread, then, across
    the system call, the program's."""

    def show(self, thread=""):
        wanted = thread_or_current(thread)
        load_symbols(wanted["process"].dereference())
        stands_here = serial(wanted) == serial(current_thread())
        if stands_here and machine().in_kernel(int(gdb.parse_and_eval("$pc"))):
            frame = gdb.newest_frame()
            while frame is not None and frame.is_valid() and machine().in_kernel(frame.pc()):
                print(f"  kernel {frame.pc():#018x} {place(frame.pc())}")
                try:
                    frame = frame.older()
                except gdb.error:
                    break
            print("  -- system call, fault or interrupt --")
        for number, address in enumerate(user_frames(wanted)):
            print(f"  user   {address:#018x} {place(address - 1 if number else address)}")


class Symbols(Command):
    """tessera symbols [PROCESS]: loads the symbols of the process's program, so that break and list know it."""

    def show(self, process=""):
        wanted = process_or_current(process)
        program = load_symbols(wanted)
        if program is None:
            raise gdb.GdbError("no program of this build is mapped there")
        print(f"process {serial(wanted)}: {program.path.name} at {_symbols[serial(wanted)][1]:#x}")


Tessera()
for command, name in (
    (Current, "current"), (Processes, "processes"), (Threads, "threads"), (Descriptors, "descriptors"),
    (Pages, "pages"), (Queues, "queues"), (Endpoints, "endpoints"), (Backtrace, "backtrace"), (Symbols, "symbols"),
):  # fmt: skip
    command(name)
