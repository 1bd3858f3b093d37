# SPDX-License-Identifier: MIT
"""GDB at the kernel in the emulator, with the commands of tools/gdb/tessera.py: what they print of a program that is
about to end, stopped inside its last system call. The machine goes on when GDB leaves."""

import re
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from tessera import BUILD, ROOT, Machine

COMMANDS = (
    "current", "processes", "threads", "descriptors", "pages", "queues", "endpoints", "backtrace", "symbols",
    "pages 999999", "descriptors some", "threads 2",
)  # fmt: skip
LIMIT = 120


def sections(text):
    """What each command printed, by the mark before it."""
    parts = re.split(r"^=== (.*)$\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2]))


@pytest.fixture(scope="module", name="shown")
def fixture_shown():
    with tempfile.TemporaryDirectory(prefix="gdb-") as folder:
        socket, script = Path(folder) / "gdb", Path(folder) / "script"
        lines = ["set pagination off", "set confirm off", f"source {ROOT}/tools/gdb/tessera.py"]
        lines += [f"target remote {socket}", "break process_end", "continue", "delete"]
        for command in COMMANDS:
            # An error ends a sourced script, not one that Python runs.
            lines += [
                f"echo === {command}\\n",
                f"python\ntry:\n    gdb.execute('tessera {command}')\nexcept gdb.error as error:\n    print(error)\nend",
            ]
        lines += ["echo === end\\n", "detach"]
        script.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with Machine(extra=("-S", "-gdb", f"unix:{socket},server=on,wait=off")) as machine:
            output = Path(folder) / "output"
            with output.open("w", encoding="utf-8") as file:
                gdb = subprocess.Popen(
                    ["gdb", "-q", "-nx", "-batch", "-x", script, BUILD / "tessera.elf"], stdin=subprocess.DEVNULL,
                    stdout=file, stderr=subprocess.STDOUT, cwd=ROOT,
                )  # fmt: skip
                try:
                    machine.expect_prompt()
                    machine.send("true\r")
                    gdb.wait(LIMIT)
                finally:
                    gdb.kill()
                    gdb.wait()
            text = output.read_text(encoding="utf-8", errors="replace")
            found = sections(text)
            assert "end" in found, text
            machine.expect_prompt()
            assert machine.command("echo goes on") == "goes on\n"
        yield found


def process_of(shown):
    """The serial number of the process that ends."""
    return re.search(r"of process (\d+)", shown["current"]).group(1)


def test_current_thread(shown):
    assert re.fullmatch(r"cpu 0, in the kernel: thread \d+ of process \d+ +priority +\d+ +running\n", shown["current"])


def test_processes_and_their_programs(shown):
    names = [line.split()[-1] for line in shown["processes"].splitlines()]
    assert names[0] == "init"
    assert {"sbin_serial", "sbin_console", "sbin_file", "sh", "true"} <= set(names)
    last = [line for line in shown["processes"].splitlines() if line.endswith(" true")]
    assert len(last) == 1 and last[0].split()[:4] == [process_of(shown), "running", "1", "threads"]


def test_threads_and_what_they_wait_at(shown):
    init = shown["threads 2"].strip()
    assert re.fullmatch(r"\d+ +of process 2 +priority 14 +receiving at endpoint \d+", init)
    assert init in shown["threads"]
    endpoint = init.split()[-1]
    thread = init.split()[0]
    line = next(line for line in shown["endpoints"].splitlines() if line.split()[0] == endpoint)
    assert f"waits to receive: thread {thread}" in line and "servers" in line


def test_descriptors(shown):
    lines = shown["descriptors"].splitlines()
    assert len(lines) > 5
    assert all(re.fullmatch(r" *0x[0-9a-f]+ +\w+ +\w+ \d+ +rights 0x[0-9a-f]{4}", line) for line in lines)
    assert sum(" badge " in line for line in lines) >= 3
    # The parts of a value and of a slot's tag: places in order, each used at least once, of the kinds that a program has.
    values = [int(line.split()[0], 16) for line in lines]
    places = [value & 0xFFFFFF for value in values]
    assert places == sorted(set(places)) and all(1 <= value >> 24 < 1000 for value in values)
    assert {line.split()[1] for line in lines} <= {"strong", "weak", "transit_in", "transit_out"}
    assert all(int(line.split()[-1], 16) != 0 for line in lines if " badge " in line)


def test_page_tables_are_w_xor_x(shown):
    flags = [line.split()[-1] for line in shown["pages"].splitlines()]
    assert "r-xu" in flags and "rw-u" in flags
    assert not any("wx" in flag for flag in flags)


def test_queues(shown):
    assert shown["queues"].startswith("cpu 0:\n")


def test_backtrace_crosses_the_system_call(shown):
    lines = shown["backtrace"].splitlines()
    middle = lines.index("  -- system call, fault or interrupt --")
    kernel, user = "\n".join(lines[:middle]), "\n".join(lines[middle + 1 :])
    assert "process_end" in kernel and "sys_process_exit" in kernel and "kernel/object/process.c:" in kernel
    assert "program_exit" in user and "user_start" in user and "user/lib/start.c:" in user


def test_symbols_are_loaded_where_the_program_stands(shown):
    base = int(re.search(r"bin_true\.elf at (0x[0-9a-f]+)", shown["symbols"]).group(1), 16)
    code = int(re.search(r"^(0x[0-9a-f]+)-\S+ +\d+ KiB r-xu", shown["pages"], re.MULTILINE).group(1), 16)
    assert base <= code < base + 0x100000 and base % 4096 == 0


def test_mistakes_are_named(shown):
    assert shown["pages 999999"] == "there is no process 999999\n"
    assert shown["descriptors some"] == "'some' is not the number of a process\n"


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def read_until(stream, text):
    """Lines up to the one that begins with the text."""
    lines = []
    for line in stream:
        lines.append(line.rstrip("\n"))
        if line.startswith(text):
            return lines
    raise AssertionError(f"no line {text!r} in {lines}")


def test_the_printed_line_attaches():
    """What `make debug` prints is typed as it stands; the machine is halted at its first instruction."""
    port = free_port()
    runner = subprocess.Popen(
        [ROOT / "tools/run", "--gdb", str(port)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        printed = read_until(runner.stderr, "Ctrl-A X quits")
        assert printed[0] == f"Waiting for a debugger on port {port}; attach from another terminal:"
        assert [line.split()[0] for line in printed[1:3]] == ["gdb", "lldb"]
        # QEMU may not listen yet; a person would type the line again.
        end = time.monotonic() + LIMIT
        text = ""
        while "rip" not in text and time.monotonic() < end and runner.poll() is None:
            line = printed[1].strip() + " -batch -ex 'info registers rip' -ex 'help tessera current' -ex detach"
            text = subprocess.run(line, shell=True, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  timeout=LIMIT, check=False).stdout  # fmt: skip
            time.sleep(0.2)
        # The reset vector (SDM 3A, 10.1.4): EIP 0xfff0, with the base of CS beside it.
        assert re.search(r"^rip +0xfff0 ", text, re.MULTILINE), text
        assert "tessera current: what each processor runs." in text, text
    finally:
        runner.terminate()
        runner.communicate(timeout=LIMIT)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0, "the machine is still there"
