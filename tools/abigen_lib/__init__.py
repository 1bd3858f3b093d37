# SPDX-License-Identifier: MIT
"""The generator behind tools/abigen: reads abi/*.toml and protocols/*.toml, checks them, writes C and Markdown."""
