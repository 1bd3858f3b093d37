# SPDX-License-Identifier: MIT
"""What tools/run adds to a kernel panic: file and line of each frame. A non-maskable interrupt, which no device of the
machine sends, is what provokes it. (What the kernel itself prints is in test_port.py.)"""

import re
import time

from tessera import BUILD, Machine

import backtrace


def test_each_frame_gets_its_place_in_the_source():
    with Machine() as machine:
        machine.expect_prompt()
        time.sleep(2)  # until the processor is idle: then it is in the kernel, and the frames are the kernel's
        machine.qmp("inject-nmi")
        machine.expect("KERNEL PANIC END")
        log = machine.log
    places = backtrace.source_lines(log, BUILD / "tessera.elf")
    assert len(places) == len(backtrace.frames(log)) > 0
    assert all(re.search(r" at kernel/\S+\.[cS]:\d+$", place) for place in places), places
