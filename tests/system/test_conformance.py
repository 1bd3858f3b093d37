# SPDX-License-Identifier: MIT
"""The loader against the specification of the Limine protocol: tests/conformance is a kernel that checks each answer
and the machine it was started on, one line each. Here it is booted in every way and with every base revision, and
every line must say `ok`; what only the host can know (files, disks, clocks) is compared with the kernel's facts.

The boots are spread so that base revisions, firmwares, media and controllers all meet, with many checks in each.
"""

import hashlib
import re
import shutil
import subprocess
import threading
import time

import pytest
from tessera import ARCH, BUILD, qemu, run_tool

KERNELS = BUILD / "tests/conformance"
LIMIT = 240  # seconds; only a hang meets it
DONE = 0x21  # isa-debug-exit: (0x10 << 1) | 1
MODULE = bytes(i * 5 & 0xFF for i in range(70_001))
CONF = """timeout: 0
/Conformance
    protocol: limine
    path: boot():/boot/tessera.elf#{kernel_hash}
    cmdline: {cmdline}
    module_path: boot():/boot/module.bin#{module_hash}
    module_string: a string
    {more}
"""


def make_image(folder, media, variant="6", cmdline="one two=3", more="", grub=()):
    """`grub` are commands that GRUB runs last, when all files are in memory."""
    folder.mkdir(parents=True, exist_ok=True)
    kernel = KERNELS / f"conformance-{variant}"
    hashes = {"kernel_hash": hashlib.blake2b(kernel.read_bytes()).hexdigest(), "module_hash": hashlib.blake2b(MODULE).hexdigest()}
    conf = CONF.format(cmdline=cmdline, more=more, **hashes)
    parts = {"conf": conf.encode(), "module": MODULE, "internal": b"internal"}
    for name, content in parts.items():
        (folder / name).write_bytes(content)
    image = folder / f"test.{media}"
    status, _, err = run_tool(
        "mkimage", "--loader-efi", BUILD / "loader.efi", "--loader-bios", BUILD / "loader.bios", "--format", media,
        "--kernel", kernel, "--conf", folder / "conf", "--file", f"{folder / 'module'}=/boot/module.bin",
        "--file", f"{folder / 'internal'}=/boot/internal.bin", "--preload", "/boot/internal.bin", "-o", image,
    )  # fmt: skip
    assert status == 0, err.decode()
    if grub:
        add_grub_commands(image, grub)
    return image


def add_grub_commands(image, commands):
    """Into a disk image, in front of the `boot` that ends grub.cfg; with the module that writes memory."""
    esp = f"{image}@@1M"
    config = image.with_suffix(".cfg")
    subprocess.run(["mcopy", "-o", "-i", esp, "::/boot/grub/grub.cfg", config], check=True)
    text = config.read_text()
    assert text.endswith("\nboot\n")
    config.write_text(text.removesuffix("boot\n") + "\n".join([*commands, "boot"]) + "\n")
    subprocess.run(["mcopy", "-o", "-i", esp, config, "::/boot/grub/grub.cfg"], check=True)
    subprocess.run(["mmd", "-i", esp, "::/boot/grub/i386-pc"], check=True)
    subprocess.run(["mcopy", "-i", esp, "/usr/lib/grub/i386-pc/memrw.mod", "::/boot/grub/i386-pc/memrw.mod"], check=True)


DISK = {
    "cd": ["-device", "ide-cd,drive=d"],
    "sata": ["-device", "ide-hd,drive=d"],
    "ide": ["-machine", "pc", "-device", "ide-hd,drive=d"],
    "virtio": ["-device", "virtio-blk-pci,drive=d"],
}


class Report:
    """What the kernel said."""

    def __init__(self, log, status):
        self.log = log
        self.status = status
        self.ok = re.findall(r"^conformance: ok (\S+)", log, re.MULTILINE)
        self.failed = re.findall(r"^conformance: FAIL (.+)", log, re.MULTILINE)
        self.facts = dict(re.findall(r"^conformance: fact (\S+) (.*)$", log, re.MULTILINE))
        self.done = re.search(r"^conformance: done", log, re.MULTILINE)

    def number(self, name):
        return int(self.facts[name], 16)


def run(scratch, image, *, firmware, disk, smp=1, cpu="max", memory="256M", extra=(), drive=None, until=None):
    """One boot to its end: the machine leaves through isa-debug-exit, or it has said `until`, or the time is over."""
    command = [qemu.BINARY[ARCH], "-accel", "tcg", "-cpu", cpu, "-m", memory, "-smp", str(smp), "-no-reboot"]
    if "-machine" not in DISK[disk]:
        command += ["-machine", qemu.MACHINE[ARCH]]
    if firmware == "uefi":
        command += qemu.firmware_arguments(ARCH, scratch)
    drive = drive or f"file={qemu.escape(image)},format=raw,snapshot=on"
    command += ["-drive", f"{drive},if=none,id=d", *DISK[disk]]
    command += ["-net", "none", "-display", "none", "-monitor", "none", "-serial", "stdio"]
    command += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4", *extra]
    log = bytearray()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as machine:
        alarm = threading.Timer(LIMIT, machine.kill)
        alarm.start()
        for line in machine.stdout:
            log += line
            if until and until.encode() in line:
                machine.kill()
        alarm.cancel()
        status = machine.wait()
    return Report(log.decode(errors="replace").replace("\r", ""), status if status >= 0 else None)


def conforms(report):
    assert report.done, report.log[-4000:]
    assert report.failed == [] and report.status == DONE, report.log
    return report


BOOTS = [
    # base revision, firmware, image, disk, processors, kind of processor, memory. With 5 GiB the page tables lie where a
    # processor that starts cannot reach them at once; a qemu64 has no random generator and no pages of 1 GiB.
    ("3", "bios", "iso", "cd", 1, "qemu64", "256M"),
    ("4", "bios", "iso", "ide", 2, "max", "256M"),
    ("5", "bios", "hdd", "sata", 4, "max", "5G"),
    ("6", "bios", "hdd", "virtio", 4, "max", "64M"),
    ("3", "uefi", "iso", "cd", 2, "qemu64", "256M"),
    ("4", "uefi", "iso", "virtio", 1, "max", "256M"),
    ("5", "uefi", "hdd", "ide", 4, "max", "64M"),
    ("6", "uefi", "hdd", "sata", 4, "max", "5G"),
]


@pytest.mark.parametrize("revision, firmware, media, disk, smp, cpu, memory", BOOTS)
def test_conforms(tmp_path, revision, firmware, media, disk, smp, cpu, memory):
    image = make_image(tmp_path, media, revision)
    before = int(time.time())
    report = conforms(run(tmp_path, image, firmware=firmware, disk=disk, smp=smp, cpu=cpu, memory=memory))
    assert len(report.ok) > 80
    assert report.number("firmware") == {"bios": 0, "uefi": 2}[firmware]
    assert report.facts["command-line"] == "one two=3"
    kernel = (KERNELS / f"conformance-{revision}").read_bytes()
    assert report.number("executable-size") == len(kernel)
    assert report.number("executable-sum") == sum(kernel)
    assert report.number("module-size") == len(MODULE)
    assert report.number("module-sum") == sum(MODULE)
    assert before - 5 <= report.number("date") <= time.time() + 5
    assert report.number("framebuffers") == 1
    assert report.number("processors") == smp
    if firmware == "uefi":
        check_medium(report, media, disk)


# As tools/mkimage writes them, the first eight bytes as a number.
DISK_GUID = 0x400000007E55E7A0
PARTITION_GUID = 0x400000007E55E7A0


def check_medium(report, media, disk):
    """Under UEFI each file is told which medium, disk and partition it came from."""
    assert report.number("media-type") == (1 if disk == "cd" else 0)
    if disk != "cd":  # the firmware's own count of the boot image there
        assert report.number("partition-index") == (1 if media == "hdd" else 2)
    if media == "hdd":
        assert report.number("disk-guid-begins") == DISK_GUID
        assert report.number("partition-guid-begins") == PARTITION_GUID


@pytest.mark.parametrize("firmware, disk", [("bios", "virtio"), ("uefi", "sata")])
def test_five_levels(tmp_path, firmware, disk):
    """The boot processor leaves four levels behind, the others come up with five. And another video mode, under UEFI."""
    image = make_image(tmp_path, "hdd", "5-level", more="resolution: 1024x768\n    min_paging_mode: 5level")
    report = conforms(run(tmp_path, image, firmware=firmware, disk=disk, smp=3))
    assert report.number("cr4") == 0x1020
    assert report.number("processors") == 3
    assert report.number("framebuffer-width") == 1024
    assert ("is not to be had here" in report.log) == (firmware == "bios")
    assert (report.number("video-modes") > 1) == (firmware == "uefi")


@pytest.mark.skipif(not shutil.which("swtpm"), reason="swtpm is not installed")
def test_event_log(tmp_path):
    """With a TPM, OVMF has a log of what it measured, in the format of TCG 2."""
    image = make_image(tmp_path, "hdd")
    socket = tmp_path / "tpm"
    tpm = subprocess.Popen(
        ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={tmp_path}", "--ctrl", f"type=unixio,path={socket}", "--terminate"]
    )
    try:
        while not socket.exists():
            assert tpm.poll() is None
            time.sleep(0.05)
        extra = ["-chardev", f"socket,id=tpm,path={socket}", "-tpmdev", "emulator,id=tpm,chardev=tpm", "-device",
                 "tpm-tis,tpmdev=tpm"]  # fmt: skip
        report = conforms(run(tmp_path, image, firmware="uefi", disk="virtio", extra=extra))
    finally:
        tpm.terminate()
        tpm.wait()
    assert report.number("event-log") == 2
    assert report.number("event-log-size") > 1000


# VT-d 4.0, 11.4.4: the unit's global command register; bit 31 switches translation on, bit 25 interrupt remapping.
VTD_ON = ["insmod memrw", "write_dword 0xfed90018 0x80000000"]


@pytest.mark.parametrize("variant, on", [("6", False), ("keep-iommu", True)])
def test_iommu(tmp_path, variant, on):
    """What firmware switched on (here GRUB does, when all files are read) goes off, unless the kernel wants it."""
    image = make_image(tmp_path, "hdd", variant, grub=VTD_ON)
    report = conforms(run(tmp_path, image, firmware="bios", disk="virtio", extra=("-device", "intel-iommu")))
    assert report.number("iommu-found") == 1
    assert (report.number("iommu-on") != 0) == on


# What a medium that cannot be read comes to.


def bad_disk(folder, image, content):
    """A QEMU drive on which one sector in the middle of this content cannot be read."""
    middle = content[len(content) // 2 & ~511 :][:512]
    at = image.read_bytes().find(middle)
    assert at > 0 and at % 512 == 0
    rules = folder / "rules.conf"
    rules.write_text(f'[inject-error]\nevent = "read_aio"\nerrno = "5"\nsector = "{at // 512}"\n')
    return f"file=blkdebug:{rules}:{qemu.escape(image)},format=raw"


SAYS = {
    "uefi": "/boot/tessera.elf: kernel cannot be loaded: the boot volume cannot be read",
    "bios": "/boot/tessera.elf: kernel cannot be loaded: GRUB could not read all of it",
}


@pytest.mark.parametrize("firmware", SAYS)
def test_read_error_in_the_kernel(tmp_path, firmware):
    """UEFI tells the loader; on BIOS it is GRUB that reads, and grub.cfg tells. (QEMU's AHCI reports no such error.)"""
    image = make_image(tmp_path, "hdd")
    drive = bad_disk(tmp_path, image, (KERNELS / "conformance-6").read_bytes())
    report = run(tmp_path, image, firmware=firmware, disk="ide", drive=drive, until="tessera-loader: stopped.")
    assert f"tessera-loader: {SAYS[firmware]}" in report.log, report.log
    assert report.status is None and not report.ok and not report.failed
