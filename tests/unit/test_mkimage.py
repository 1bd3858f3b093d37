# SPDX-License-Identifier: MIT
"""tools/mkimage and tools/lib/limine_conf.py: what goes in, that equal parts give equal bytes, and what is refused."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools" / "lib"))

import grub_image  # noqa: E402
import limine_conf  # noqa: E402


def mkimage(*arguments):
    return subprocess.run(
        [ROOT / "tools/mkimage", *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60
    )


def make_parts(folder):
    names = {"--kernel": b"kernel" * 1000, "--initrd": b"initrd" * 5000, "--loader-efi": b"efi", "--loader-bios": b"bios"}
    arguments = []
    for option, content in names.items():
        path = folder / option.strip("-")
        path.write_bytes(content)
        arguments += [option, path]
    return arguments


@pytest.mark.parametrize("media", ["iso", "hdd"])
def test_equal_parts_give_equal_bytes(tmp_path, media):
    parts = make_parts(tmp_path)
    images = []
    for name in ("a", "b"):
        result = mkimage(*parts, "--cmdline", "x", "--format", media, "-o", tmp_path / name)
        assert result.returncode == 0, result.stderr
        images.append((tmp_path / name).read_bytes())
    assert images[0] == images[1]
    assert len(list(tmp_path.iterdir())) == 6


def esp_file(image, offset, path):
    where = f"{image}@@{offset}" if offset else str(image)
    return subprocess.run(["mtype", "-i", where, f"::{path}"], capture_output=True, check=True).stdout


def test_the_disk_holds_the_files(tmp_path):
    conf = tmp_path / "conf"
    conf.write_text("/E\nprotocol: limine\npath: boot():/boot/tessera.elf\nmodule_path: boot():/more/data\n")
    parts = make_parts(tmp_path)
    image = tmp_path / "disk"
    result = mkimage(*parts, "--conf", conf, "--file", f"{conf}=/more/data", "--format", "hdd", "-o", image)
    assert result.returncode == 0, result.stderr
    assert esp_file(image, 1 << 20, "/boot/tessera.elf") == b"kernel" * 1000
    assert esp_file(image, 1 << 20, "/EFI/BOOT/BOOTX64.EFI") == b"efi"
    assert esp_file(image, 1 << 20, "/boot/limine.conf") == conf.read_bytes()
    assert esp_file(image, 1 << 20, "/more/data") == conf.read_bytes()
    grub = esp_file(image, 1 << 20, grub_image.CONFIG_PATH).decode()
    for path in ("/boot/limine.conf", "/boot/tessera.elf", "/more/data"):
        assert f"if [ -f '{path}' ]; then if module2 '{path}' '{path}'; then" in grub
        assert f"else module2 '/boot/limine.conf' 'unread:{path}'; fi; fi\n" in grub


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--cmdline", "a\nb"], "line break"),
        (["--cmdline", "x" * 4096], "longer than 4095"),
        (["--kernel", "/no/such/file"], "/no/such/file"),
        (["--file", "nonsense"], "SOURCE=/PATH"),
    ],
)
def test_refused(tmp_path, arguments, message):
    result = mkimage(*arguments, "--format", "iso", "-o", tmp_path / "out")
    assert result.returncode != 0
    assert message in result.stderr
    assert not list(tmp_path.iterdir())


def test_conf_text_is_understood_again():
    text = limine_conf.conf_text("a=b c: d", True)
    assert limine_conf.conf_files(text) == ["/boot/tessera.elf", "/boot/initrd.tar"]
    assert "    cmdline: a=b c: d\n" in text
    assert "module" not in limine_conf.conf_text("", False)


def test_conf_files():
    text = "PATH: boot():/a\n kernel_path : /a\nmodule_path: boot():/b c\n# path: /no\nmodule_path: hdd(1):/no\ncmdline: path: /x\n"
    assert limine_conf.conf_files(text) == ["/a", "/b c"]


def test_macros_in_paths():
    text = "${D}=/boot/${K}\n  ${K}=k-${FW_TYPE}\r\npath: boot():${D}\nmodule_path: ${NONE}/x\nmodule_path: /${ARCH}#12\n"
    assert limine_conf.conf_files(text) == ["/boot/k-BIOS", "/x86-64"]


def test_quotes_in_paths_survive_grub():
    assert "'/it'\\''s'" in grub_image.grub_config(["/it's"])
