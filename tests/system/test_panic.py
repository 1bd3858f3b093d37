# SPDX-License-Identifier: MIT
"""A kernel panic is readable: what was expected, registers, backtrace, the last log lines; tools/run adds file and
line. A non-maskable interrupt, which no device of the machine sends, is what provokes it."""

import re

from tessera import BUILD, Machine

import backtrace


def test_a_panic_says_everything():
    with Machine() as machine:
        machine.expect_prompt()
        machine.qmp("inject-nmi")
        machine.expect("KERNEL PANIC END")
        log = machine.log
    assert re.search(r"^KERNEL PANIC: expected .+$", log, re.MULTILINE)
    assert re.search(r"^rip [0-9a-f]{16} rsp [0-9a-f]{16}", log, re.MULTILINE)
    assert re.search(r"^  #0 0x[0-9a-f]{16} \w+\+0x[0-9a-f]+$", log, re.MULTILINE)
    assert re.search(r"^running: ", log, re.MULTILINE)
    assert re.search(r"last log lines:\n\[ +\d+\.\d+\] ", log)
    places = backtrace.source_lines(log, BUILD / "tessera.elf")
    assert len(places) == len(backtrace.frames(log)) > 0
    assert all(re.search(r" at kernel/\S+\.[cS]:\d+$", place) for place in places), places
