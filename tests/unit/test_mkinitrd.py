# SPDX-License-Identifier: MIT
"""tools/mkinitrd: the same bytes for the same files, what comes later replaces, and what cannot go in is named."""

import os
import subprocess
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def make(out, *arguments):
    result = subprocess.run(
        [ROOT / "tools/mkinitrd", "-o", out, *arguments], capture_output=True, text=True, check=False, timeout=60
    )
    return result.returncode, result.stderr


def entries(path):
    """name -> (mode, bytes); None for the bytes of a folder."""
    with tarfile.open(path) as archive:
        return {m.name: (m.mode, archive.extractfile(m).read() if m.isfile() else None) for m in archive}


def tree(folder, files):
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def test_contents_modes_and_folders(tmp_path):
    source = tree(tmp_path / "in", {"tool": b"#!", "text": b"words"})
    (source / "tool").chmod(0o700)
    (source / "text").chmod(0o600)
    out = tmp_path / "out.tar"
    assert make(out, "--file", f"bin/tool={source}/tool", "--file", f"etc/deep/text={source}/text") == (0, "")
    assert entries(out) == {
        "bin": (0o755, None), "bin/tool": (0o755, b"#!"), "etc": (0o755, None), "etc/deep": (0o755, None),
        "etc/deep/text": (0o644, b"words"),
    }  # fmt: skip


def test_same_files_same_bytes(tmp_path):
    outputs = []
    for order in (("b", "a", "c"), ("c", "b", "a")):
        folder = tree(tmp_path / "".join(order), {name: name.encode() for name in order})
        os.utime(folder / "a", (1, 1))
        out = tmp_path / f"{''.join(order)}.tar"
        assert make(out, "--extra", folder)[0] == 0
        outputs.append(out.read_bytes())
    assert outputs[0] == outputs[1]


def test_later_replaces_earlier(tmp_path):
    base = tmp_path / "base.tar"
    extra = tree(tmp_path / "extra", {"etc/motd": b"mine", "new": b"new"})
    first = tree(tmp_path / "first", {"etc/motd": b"built", "bin/ls": b"ls"})
    assert make(base, "--extra", first)[0] == 0
    out = tmp_path / "out.tar"
    assert make(out, "--base", base, "--extra", extra)[0] == 0
    assert entries(out)["etc/motd"][1] == b"mine"
    assert set(entries(out)) == {"bin", "bin/ls", "etc", "etc/motd", "new"}


def test_long_names_and_odd_characters(tmp_path):
    names = {"d" * 200 + "/" + "f" * 200: b"long", "two words, and a comma": b"x", "\u00e4\u20ac": b"y"}
    out = tmp_path / "out.tar"
    assert make(out, "--extra", tree(tmp_path / "in", names)) == (0, "")
    assert {name for name, (_, data) in entries(out).items() if data is not None} == set(names)


def test_a_link_to_a_file_is_followed(tmp_path):
    folder = tree(tmp_path / "in", {"target": b"contents"})
    (folder / "link").symlink_to("target")
    out = tmp_path / "out.tar"
    assert make(out, "--extra", folder)[0] == 0
    assert entries(out)["link"] == entries(out)["target"]


@pytest.mark.parametrize("spoil, message", [
    (lambda folder: (folder / "dangling").symlink_to("nowhere"), "dangling': No such file"),
    (lambda folder: (folder / "round").symlink_to(folder), "is a link to a folder"),
    (lambda folder: os.mkfifo(folder / "pipe"), "is neither a file nor a folder"),
])  # fmt: skip
def test_what_cannot_go_in(tmp_path, spoil, message):
    folder = tree(tmp_path / "in", {"good": b"x"})
    spoil(folder)
    status, said = make(tmp_path / "out.tar", "--extra", folder)
    assert status == 1 and message in said
    assert not (tmp_path / "out.tar").exists()


@pytest.mark.parametrize("item", ["/absolute", "../out", "a/../b", "a//b", "./a", ""])
def test_names_that_lead_elsewhere(tmp_path, item):
    (tmp_path / "source").write_bytes(b"x")
    status, said = make(tmp_path / "out.tar", "--file", f"{item}={tmp_path}/source")
    assert status == 1 and "is no proper name" in said


def test_a_file_where_a_folder_stands(tmp_path):
    first = tree(tmp_path / "first", {"a/b": b"x"})
    second = tree(tmp_path / "second", {"a": b"y"})
    assert make(tmp_path / "base.tar", "--extra", first)[0] == 0
    status, said = make(tmp_path / "out.tar", "--base", tmp_path / "base.tar", "--extra", second)
    assert status == 1 and "'a' is both a file and a folder" in said


def test_wrong_use(tmp_path):
    assert make(tmp_path / "o", "--file", "no-source")[0] == 1
    assert "is not a folder" in make(tmp_path / "o", "--extra", tmp_path / "nowhere")[1]
    assert make(tmp_path / "o", "--base", tmp_path / "nowhere")[0] == 1
