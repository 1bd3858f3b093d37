# SPDX-License-Identifier: MIT
"""The command line of QEMU for a Tessera image: the one place that knows machines, firmware and accelerators."""

import os
import shutil
import subprocess
from pathlib import Path

FIRMWARE = {
    # code, variables: as Debian's ovmf installs them
    "x86_64": ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
}
BINARY = {"x86_64": "qemu-system-x86_64"}
MACHINE = {"x86_64": "q35"}


class QemuError(Exception):
    """Something that the user has to know before QEMU starts."""


def choose_accelerator(wanted=None):
    """KVM when it was asked for, or when the processor itself says that it can (a /dev/kvm alone may be slower
    than TCG, or not work at all, inside another virtual machine)."""
    if wanted in ("kvm", "tcg"):
        return wanted
    if wanted:
        raise QemuError(f"ACCEL is 'kvm' or 'tcg', not '{wanted}'")
    try:
        words = set(Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").split())
    except OSError:
        words = set()
    usable = os.access("/dev/kvm", os.R_OK | os.W_OK)
    return "kvm" if usable and words & {"vmx", "svm"} else "tcg"


def window_problem(arch):
    """Why QEMU cannot open a window here, or None."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)"
    kinds = subprocess.run([BINARY[arch], "-display", "help"], capture_output=True, text=True, check=False).stdout.split()
    if not {"gtk", "sdl"} & set(kinds):
        return "this QEMU has no window; it comes with the package 'qemu-system-gui'"
    return None


def firmware_arguments(arch, scratch):
    """UEFI: the code read-only, and a fresh copy of the variables, so that no boot sees an earlier one's."""
    code, variables = FIRMWARE[arch]
    for path in (code, variables):
        if not Path(path).exists():
            raise QemuError(f"{path} is missing: it comes with the package 'ovmf'")
    copy = Path(scratch) / "variables.fd"
    shutil.copyfile(variables, copy)
    return [
        "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={escape(code)}",
        "-drive", f"if=pflash,unit=1,format=raw,file={escape(copy)}",
    ]  # fmt: skip


def escape(path):
    """A comma in a file name is doubled in QEMU's option lists."""
    return str(path).replace(",", ",,")


def media_arguments(media, image):
    if media == "iso":
        return ["-drive", f"file={escape(image)},format=raw,media=cdrom,readonly=on", "-boot", "d"]
    return ["-drive", f"file={escape(image)},format=raw,snapshot=on"]


def qemu_command(arch, image, scratch, *, firmware="bios", media="iso", memory="256M", smp="1", cpu="max",
                 accelerator="tcg", window=False, extra=()):
    """Everything but the serial line, the monitor and the network."""
    if not shutil.which(BINARY[arch]):
        raise QemuError(f"{BINARY[arch]} is missing: run tools/setup")
    if accelerator == "kvm":
        cpu = "host" if cpu == "max" else cpu
    command = [BINARY[arch], "-machine", MACHINE[arch], "-accel", accelerator, "-cpu", cpu, "-m", str(memory)]
    command += ["-smp", str(smp)]
    if firmware == "uefi":
        command += firmware_arguments(arch, scratch)
    command += media_arguments(media, image)
    command += ["-net", "none"]
    if not window:
        command += ["-display", "none"]
    return command + list(extra)
