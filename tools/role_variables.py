# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes what Ansible reads of the tables of variables in plugins/module_utils/variables/facts.py and inputs.py.

These are defaults/main.yml of every role, and the options in meta/argument_specs.yml; what that file says of a role and
of its entries stays. With ``--check`` nothing is written: it fails when a file is not what would be written.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "collections"))

from ansible_collections.meetops.jitsi.plugins.module_utils.variables.facts import DERIVED, VARIABLES
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.inputs import (
    INPUTS,
    Input,
    entry_inputs,
)

HEAD = """\
---
# Written by tools/role_variables.py from plugins/module_utils/variables/{table}.py: change that, then run `make docs`.
"""
WIDTH = 120


class Dumper(yaml.SafeDumper):
    """YAML as yamllint and ansible-lint want it."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent the items of a list."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out."""
        return True


def _text(dumper: Dumper, value: str) -> yaml.ScalarNode:
    """Text is plain if it can be, else in double quotes, and folded if it is long."""
    plain = yaml.safe_dump(value, width=10_000).removesuffix("\n").removesuffix("\n...") == value
    style = None if plain else ">" if len(value) > WIDTH - 30 else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


Dumper.add_representer(str, _text)
Dumper.add_representer(tuple, lambda dumper, value: dumper.represent_list(value))


def dumped(value: Any) -> str:
    """A value as YAML."""
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, width=WIDTH - 8, allow_unicode=True)


def jitsi_defaults() -> str:
    """Defaults of the role jitsi: all facts, each with what it is."""
    lines = [HEAD.format(table="facts")]
    for name, variable in VARIABLES.items():
        comment = textwrap.wrap(variable.description, WIDTH, initial_indent="# ", subsequent_indent="# ")
        missing = f"# {name}: must be set, for example to {variable.example}\n"
        lines += ["\n", *(f"{line}\n" for line in comment)]
        lines.append(missing if variable.required else dumped({name: variable.default}))
    return "".join([*lines, "\n# Tags of every resource, made from the above.\n", dumped(DERIVED)])


def role_defaults(role: str) -> str:
    """Defaults of the inputs of a role."""
    defaults = {name: item.default for name, item in INPUTS[role].items() if item.default is not None}
    return HEAD.format(table="inputs") + dumped(defaults)


def fact(default: Any) -> str:
    """The fact that an input is by default, or nothing."""
    found = re.fullmatch(r"\{\{ (jitsi_\w+)(?: \| [^{}]+)? \}\}", default) if isinstance(default, str) else None
    return found[1] if found and found[1] in VARIABLES else ""


def readable(default: Any) -> Any:
    """A default for people, who see <name> in place of an expression; None for one that says them nothing."""
    if isinstance(default, list):
        items = [readable(item) for item in default]
        return None if None in items else items
    if isinstance(default, Mapping):
        return {key: readable(item) for key, item in default.items()}
    if not isinstance(default, str):
        return default
    return None if re.fullmatch(r"\{\{[^{}]+\}\}", default) else re.sub(r"\{\{ (\w+)[^{}]*\}\}", r"<\1>", default)


def option(item: Input) -> dict[str, Any]:
    """The argument spec of an input."""
    rule, name = item.rule, fact(item.default)
    default = VARIABLES[name].default if name else item.default
    told = [*item.description]
    choices = rule.choices if rule and rule.kind == "str" else ()
    if rule and rule.kind != "bool" and not choices:
        told.append(f"May be: {rule.allowed.rstrip('.')}.")
    if name:
        told.append(f"By default what C({name}) is.")
    spec: dict[str, Any] = {"description": told if len(told) > 1 else told[0], "type": rule.kind if rule else "str"}
    if rule and rule.kind == "list":
        spec["elements"] = "str"
    if choices:
        spec["choices"] = list(choices)
    if default is None:
        spec["required"] = True
    elif (shown := readable(default)) is not None:
        spec["default"] = shown
    return spec | dict(item.spec)


def argument_specs(role: str, text: str) -> str:
    """The argument specs of a role with the options of every entry."""

    def entry(found: re.Match[str]) -> str:
        options = {name: option(item) for name, item in entry_inputs(role, found["entry"]).items()}
        return found["told"] + textwrap.indent(dumped({"options": options}), "    ")

    body = re.sub(r"\A---\n(?:#.*\n)*", "", text)
    pattern = r"^(?P<told>  (?P<entry>\w+):\n(?:    (?!options:).*\n)*)    options:.*\n(?:      .*\n)*"
    return HEAD.format(table="inputs").replace("Written", "Options are written") + re.sub(
        pattern, entry, body, flags=re.M
    )


def files() -> Iterator[tuple[Path, str]]:
    """All files with what is to be in them."""
    yield ROOT / "roles" / "jitsi" / "defaults" / "main.yml", jitsi_defaults()
    for role in INPUTS:
        specs = ROOT / "roles" / role / "meta" / "argument_specs.yml"
        yield ROOT / "roles" / role / "defaults" / "main.yml", role_defaults(role)
        yield specs, argument_specs(role, specs.read_text(encoding="utf-8"))


def main() -> int:
    """Write or check the files; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the variables of the roles.")
    parser.add_argument("--check", action="store_true", help="fail on a difference, write nothing")
    check = parser.parse_args().check
    old = [(path, text) for path, text in files() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path, text in old:
        if check:
            print(f"{path.relative_to(ROOT)} is not up to date: run `make docs`", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if check and old else 0


if __name__ == "__main__":
    sys.exit(main())
