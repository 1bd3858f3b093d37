# SPDX-License-Identifier: MIT
"""tools/setup with stand-ins for dpkg-query, apt-get, apt-cache, sudo and id: what it says, and what it runs."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

STAND_INS = {
    # What is installed stands in the file `installed`, what can be installed in `known`.
    "dpkg-query": """
        shift 2
        for name in "$@"; do
            if grep -qx "$name" installed; then echo "ii |$name|"; else echo "dpkg-query: no $name" >&2; fi
        done""",
    "apt-get": """
        echo "apt-get $*" >>calls
        while [ "${1#-}" != "$1" ]; do case $1 in -o) shift 2 ;; *) shift ;; esac; done
        action=$1
        shift
        case $action in
        update) cat upstream >known ;;
        install)
            if [ -f fail-once ]; then rm fail-once; exit 100; fi
            for name in "$@"; do [ "${name#-}" != "$name" ] || echo "$name" >>installed; done ;;
        esac""",
    "apt-cache": """if grep -qx "$2" known; then echo "  Candidate: 1.0"; else echo "  Candidate: (none)"; fi""",
    "id": "cat uid",
    "sudo": """
        [ -f sudo-works ] || exit 1
        shift
        exec "$@\"""",
}


class Debian:
    """A machine as tools/setup sees it."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "bin").mkdir()
        for name in ("sh", "cat", "grep", "env", "rm", "true"):
            (folder / "bin" / name).symlink_to(shutil.which(name))
        for name in STAND_INS:
            if name != "sudo":
                self.stand_in(name)
        self.write("uid", "1000\n")
        self.write("installed", "git\nmake\n")
        self.write("known", "")
        self.write("upstream", "")
        self.write("calls", "")

    def stand_in(self, name):
        path = self.folder / "bin" / name
        path.write_text(f"#!/bin/sh\ncd '{self.folder}'\n{STAND_INS[name]}\n", encoding="ascii")
        path.chmod(0o755)

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="ascii")

    def read(self, name):
        return (self.folder / name).read_text(encoding="ascii")

    def setup(self, *arguments):
        result = subprocess.run(
            ["/bin/sh", ROOT / "tools/setup", *arguments], env={"PATH": str(self.folder / "bin")}, capture_output=True,
            text=True, check=False, stdin=subprocess.DEVNULL, timeout=60,
        )  # fmt: skip
        assert result.stdout == "", "standard output belongs to the program that runs in the guest"
        return result.returncode, result.stderr


@pytest.fixture
def debian(tmp_path):
    return Debian(tmp_path)


def packages(purpose="check"):
    """All that a purpose needs, as the script itself says on a machine without anything."""
    text = (ROOT / "tools/setup").read_text(encoding="utf-8")
    script = text.split("say() {")[0] + f'printf "%s\\n" ${purpose}'
    return subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True).stdout.split()


def test_purposes_build_on_each_other():
    assert set(packages("run")) < set(packages("test")) < set(packages("check"))


def test_nothing_missing_is_silence(debian):
    debian.write("installed", "\n".join(packages()) + "\n")
    for purpose in ("run", "test", "check"):
        assert debian.setup(purpose) == (0, "")
    assert debian.read("calls") == ""


def test_without_root_and_sudo_it_prints_the_command(debian):
    status, said = debian.setup("run")
    assert status == 1 and "Missing Debian packages: clang-19 " in said
    (command,) = [line.strip() for line in said.splitlines() if "apt-get install" in line]
    assert command.startswith("apt-get update && apt-get install -y --no-install-recommends clang-19 ")
    assert "git" not in command.split() and debian.read("calls") == ""


def test_sudo_that_asks_for_a_password(debian):
    debian.stand_in("sudo")
    status, said = debian.setup("run")
    assert status == 1 and "sudo apt-get update && sudo apt-get install -y" in said
    assert debian.read("calls") == ""


@pytest.mark.parametrize("way", ["root", "sudo"])
def test_it_installs_and_the_second_run_is_silent(debian, way):
    if way == "root":
        debian.write("uid", "0\n")
    else:
        debian.stand_in("sudo")
        debian.write("sudo-works", "")
    debian.write("known", "\n".join(packages()) + "\n")
    status, said = debian.setup("test")
    assert status == 0, said
    calls = debian.read("calls")
    assert "--no-install-recommends" in calls and "update" not in calls
    assert set(debian.read("installed").split()) == set(packages("test"))
    assert debian.setup("test") == (0, "")
    assert debian.read("calls") == calls


def test_lists_are_fetched_only_when_a_package_has_no_candidate(debian):
    debian.write("uid", "0\n")
    debian.write("upstream", "\n".join(packages()) + "\n")
    status, said = debian.setup("run")
    assert status == 0 and "Fetching the package lists" in said
    words = [line.split()[-1] if "update" in line else "install" for line in debian.read("calls").splitlines()]
    assert len(words) == 2 and "update" in debian.read("calls").splitlines()[0]


def test_packages_that_no_source_has(debian):
    debian.write("uid", "0\n")
    status, said = debian.setup("run")
    assert status == 1 and "not all of these packages are in the configured sources" in said


def test_an_installation_that_fails_is_tried_once_more(debian):
    debian.write("uid", "0\n")
    debian.write("known", "\n".join(packages()) + "\n")
    debian.write("upstream", "\n".join(packages()) + "\n")
    debian.write("fail-once", "")
    status, said = debian.setup("run")
    assert status == 0 and "once more" in said
    assert set(debian.read("installed").split()) == set(packages("run"))


def test_a_half_installed_package_is_missing(debian):
    debian.write("installed", "\n".join(packages()) + "\n")
    path = debian.folder / "bin/dpkg-query"
    path.write_text(path.read_text().replace('echo "ii |$name|"', 'case $name in mtools) echo "iU |$name|" ;; *) echo "ii |$name|" ;; esac'))
    status, said = debian.setup("run")
    assert status == 1 and "Missing Debian packages: mtools\n" in said


def test_another_system(debian):
    (debian.folder / "bin/dpkg-query").unlink()
    status, said = debian.setup("run")
    assert status == 0 and "not Debian" in said and "clang-19" in said


def test_wrong_use(debian):
    for arguments in ((), ("everything",)):
        status, said = debian.setup(*arguments)
        assert status == 2 and "usage: tools/setup run|test|check" in said


def setup_beside_a_font_tool(debian, uid):
    """All packages are there, the package lists are not, and so the font cannot be fetched before they are."""
    tools = debian.folder / "tools"
    tools.mkdir()
    shutil.copy(ROOT / "tools/setup", tools / "setup")
    fontc = tools / "fontc"
    fontc.write_text(f'#!/bin/sh\ncd "{debian.folder}"\necho "fontc $*" >>calls\ngrep -q font known\n', encoding="ascii")
    fontc.chmod(0o755)
    debian.write("installed", "\n".join(packages()) + "\n")
    debian.write("upstream", "font\n")
    debian.write("uid", f"{uid}\n")
    environment = {"PATH": str(debian.folder / "bin"), "TESSERA_CACHE": str(debian.folder / "cache")}
    return subprocess.run(
        ["/bin/sh", tools / "setup", "test"], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_font_brings_the_package_lists(debian):
    result = setup_beside_a_font_tool(debian, 0)
    assert result.returncode == 0, result.stderr
    calls = debian.read("calls").splitlines()
    assert [call.split()[0] for call in calls] == ["fontc", "apt-get", "fontc"] and " update " in calls[1] + " "


def test_the_font_without_root(debian):
    result = setup_beside_a_font_tool(debian, 1000)
    assert result.returncode == 1
    assert "apt-get update && apt-get download console-setup-linux" in result.stderr
    assert debian.read("calls").splitlines() == ["fontc --fetch"]
