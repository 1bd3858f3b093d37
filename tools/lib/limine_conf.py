# SPDX-License-Identifier: MIT
"""limine.conf, seen from the image builder: writing the usual one, and listing the files that any one names."""

import re

CMDLINE_MAX = 4095
PATH_OPTIONS = ("path", "kernel_path", "module_path")


class ConfError(Exception):
    """A configuration that no image can be made with."""


def conf_text(cmdline, has_initrd):
    """The configuration of a Tessera image, in the spellings that every loader since Limine 8 reads."""
    if any(c in cmdline for c in "\r\n\0"):
        raise ConfError("the command line contains a line break or a NUL")
    if len(cmdline.encode()) > CMDLINE_MAX:
        raise ConfError(f"the command line is longer than {CMDLINE_MAX} bytes")
    lines = ["timeout: 0", "serial: yes", "", "/Tessera", "    protocol: limine"]
    lines.append("    kernel_path: boot():/boot/tessera.elf")
    if cmdline.strip():
        lines.append(f"    cmdline: {cmdline}")
    if has_initrd:
        lines += ["    module_path: boot():/boot/initrd.tar", "    module_cmdline: initrd"]
    return "\n".join(lines) + "\n"


MACRO = re.compile(r"\$\{([^}\n]+)\}")
MACRO_LINE = re.compile(r"[ \t]*\$\{([^}\n]+)\}=(.*?)\r?$")
MACROS_DEEP = 8


def expand_macros(text, built_in):
    """The text with its macros put in, as boot/macro.c does it; what is not set stays, and is the loader's to report."""
    macros = dict(built_in)
    macros.update(match.groups() for line in text.splitlines() if (match := MACRO_LINE.match(line)))
    lines = ["" if MACRO_LINE.match(line) else line for line in text.splitlines()]
    for _ in range(MACROS_DEEP):
        lines = [MACRO.sub(lambda match: macros.get(match[1], match[0]), line)[: 1 << 18] for line in lines]
    return "\n".join(lines)


def conf_files(text):
    """Every path on the boot volume that a configuration names on a BIOS machine, once each, in its order."""
    files = []
    for line in expand_macros(text, {"ARCH": "x86-64", "FW_TYPE": "BIOS"}).splitlines():
        match = re.match(r"\s*([A-Za-z_]+)\s*:\s*(.*?)\s*$", line)
        if not match or match[1].lower() not in PATH_OPTIONS:
            continue
        path = re.sub(r"#[^#]*$", "", match[2]).removeprefix("boot():")
        if path.startswith("/") and path not in files:
            files.append(path)
    return files
