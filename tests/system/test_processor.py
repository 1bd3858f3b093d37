# SPDX-License-Identifier: MIT
"""What the kernel switches on in the processor, as QEMU sees it; and floating point where there is only FXSAVE."""

import re

import pytest
from tessera import ARCH, BUILD, Machine, run_command

import results  # in tools/lib, which tessera makes known

pytestmark = pytest.mark.skipif(ARCH != "x86_64", reason="control registers of x86-64")

# Intel SDM volume 3, 2.5: bits of the control registers; AMD APM volume 2, 3.1.7: EFER.
CR0_WRITE_PROTECT = 16
CR4_FXSAVE, CR4_UMIP, CR4_XSAVE, CR4_SMEP, CR4_SMAP = 9, 11, 18, 20, 21
EFER_NO_EXECUTE = 11


def control_bits(machine):
    """Register name -> set of the bits that are on."""
    text = machine.qmp("human-monitor-command", **{"command-line": "info registers"})
    values = {name: int(value, 16) for name, value in re.findall(r"\b(CR0|CR4|EFER)=([0-9a-f]+)", text)}
    assert set(values) == {"CR0", "CR4", "EFER"}, text
    return {name: {bit for bit in range(64) if value >> bit & 1} for name, value in values.items()}


def test_protections_are_on():
    with Machine() as machine:
        machine.expect_prompt()
        bits = control_bits(machine)
    assert CR0_WRITE_PROTECT in bits["CR0"]
    assert {CR4_SMEP, CR4_SMAP, CR4_UMIP, CR4_XSAVE} <= bits["CR4"]
    assert EFER_NO_EXECUTE in bits["EFER"]


def test_an_old_processor_has_what_it_can():
    with Machine(cpu="qemu64") as machine:
        machine.expect_prompt()
        bits = control_bits(machine)
    assert CR0_WRITE_PROTECT in bits["CR0"]
    assert CR4_FXSAVE in bits["CR4"]
    assert not {CR4_SMEP, CR4_SMAP, CR4_UMIP, CR4_XSAVE} & bits["CR4"]
    assert EFER_NO_EXECUTE in bits["EFER"]


def test_floating_point_with_fxsave_alone():
    initrd = BUILD / "tests/guest/initrd-test.tar"
    status, out, err = run_command("guest_test vectors", "--initrd", initrd, "--cpu", "qemu64")
    cases = results.from_tap(out.decode("utf-8", "replace"))
    assert status == 0, (out + err)[-3000:].decode("utf-8", "replace")
    assert len(cases) >= 3 and all(case.outcome == results.PASSED for case in cases), out.decode("utf-8", "replace")
