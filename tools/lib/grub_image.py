# SPDX-License-Identifier: MIT
"""The BIOS half of an image: a GRUB core image that finds its grub.cfg in the EFI system partition, the grub.cfg
that hands our loader its files, and the boot sectors of a disk. Nothing here needs root or grub-install."""

import struct
import subprocess
from pathlib import Path

GRUB = Path("/usr/lib/grub/i386-pc")
LOADER_PATH = "/boot/tessera-loader.elf"
CONFIG_PATH = "/boot/grub/grub.cfg"
SECTOR = 512
CORE_LBA = 34  # behind the GPT, in a BIOS boot partition
CORE_SECTORS_MAX = 2048 - CORE_LBA
MODULES = ["biosdisk", "part_gpt", "part_msdos", "fat", "multiboot2", "search", "search_fs_file", "configfile",
           "normal", "test", "vbe", "video", "video_fb", "all_video", "echo", "read", "serial", "terminal"]  # fmt: skip

# The configuration inside the core image: find our partition, first of all on the device that was booted ($root, and
# with the comma any partition of it), and go on with the file there. What stands below is reached only when that
# comes back, and says so on the screen and on the serial line before GRUB clears the screen for its prompt.
EARLY_CONFIG = f"""search --no-floppy --hint=$root --hint=$root, --set=root --file {LOADER_PATH}
set prefix=($root)/boot/grub
configfile {CONFIG_PATH}
serial --unit=0 --speed=115200
terminal_output --append serial
echo "Tessera cannot be started: {LOADER_PATH} or {CONFIG_PATH} cannot be read."
echo "The medium is damaged, or was not written to its end. Enter leads to GRUB's prompt."
read nothing
"""


class GrubError(Exception):
    """GRUB's files are missing, or what they made does not fit."""


def quote(word):
    return "'" + word.replace("'", "'\\''") + "'"


def grub_config(paths):
    """One guarded module2 line per file: what is missing is our loader's to report, by name, on the serial line. GRUB
    keeps a module that it could read only in part; a second module then says so, whose string is `unread:` and the
    path. It is the first file once more, small and needed in any case."""
    lines = ["set timeout=0", "set timeout_style=hidden", f"multiboot2 {LOADER_PATH}"]
    for path in paths:
        word = quote(path)
        mark = f"module2 {quote(paths[0])} {quote('unread:' + path)}"
        lines.append(f"if [ -f {word} ]; then if module2 {word} {word}; then set read=1; else {mark}; fi; fi")
    return "\n".join(lines + ["boot"]) + "\n"


def core_image(scratch, optical):
    """A GRUB core image for a CD (El Torito) or for a disk; returns its path."""
    if not (GRUB / "multiboot2.mod").exists():
        raise GrubError(f"{GRUB} is missing: it comes with the package 'grub-pc-bin'")
    early = scratch / "early.cfg"
    early.write_text(EARLY_CONFIG)
    core = scratch / "core.img"
    target = "i386-pc-eltorito" if optical else "i386-pc"
    modules = MODULES + (["iso9660"] if optical else [])
    subprocess.run(
        ["grub-mkimage", "-O", target, "-d", GRUB, "-c", early, "-p", "/boot/grub", "-o", core, *modules], check=True
    )
    return core


def install_boot_sectors(image, core):
    """Writes GRUB's boot.img and core image into a disk image with a GPT and a BIOS boot partition at sector 34.

    boot.img keeps the first sector of the core at 0x5c, and at 0x66 a jump that two NOPs turn into "trust the BIOS's
    drive number". The core's first sector ends with a block list at 0x1f4: first sector, count, load segment.
    """
    boot = bytearray((GRUB / "boot.img").read_bytes()[:440])
    boot[0x5C:0x64] = struct.pack("<Q", CORE_LBA)
    boot[0x66:0x68] = b"\x90\x90"
    data = bytearray(core.read_bytes())
    sectors = -(-len(data) // SECTOR)
    if sectors > CORE_SECTORS_MAX:
        raise GrubError(f"GRUB's core image has {sectors} sectors, {CORE_SECTORS_MAX} fit")
    data[0x1F4:0x200] = struct.pack("<QHH", CORE_LBA + 1, sectors - 1, 0x820)
    with open(image, "r+b") as disk:
        disk.write(boot)
        disk.seek(CORE_LBA * SECTOR)
        disk.write(data)
