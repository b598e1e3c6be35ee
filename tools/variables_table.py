# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Prints the table of variables for docs/variables.md, from plugins/module_utils/variables/facts.py.

``--write docs/variables.md`` puts it between the markers, ``--check docs/variables.md`` tells whether it is there and
current.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "collections"))

from ansible_collections.meetops.jitsi.plugins.module_utils.variables.facts import VARIABLES, Variable

BEGIN, END = "<!-- variables:begin -->", "<!-- variables:end -->"
HEADINGS = ("Variable", "Kind", "Default", "What it is", "What it may be", "Example")


def code(text: str) -> str:
    """Show text as code in a cell of a table."""
    return f"`{text}`".replace("|", "\\|")


def default_cell(variable: Variable) -> str:
    """Show a default: as YAML in one line, or that there is none."""
    default = variable.default
    if variable.required:
        return "**required**"
    if default == "":
        return "empty"
    dumped = default if isinstance(default, str) else yaml.safe_dump(default, default_flow_style=True, width=10_000)
    return code(dumped.removesuffix("\n").removesuffix("\n..."))


def table() -> str:
    """Make the table, in the order of facts.py."""
    rows = [HEADINGS, ("---",) * len(HEADINGS)]
    for name, variable in VARIABLES.items():
        older = f" Older guides: `{variable.older_name}`." if variable.older_name else ""
        rule, default = variable.rule, default_cell(variable)
        rows.append(
            (code(name), rule.kind, default, variable.description + older, rule.allowed, code(variable.example))
        )
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def placed(document: str, content: str) -> str:
    """Return the document with the table between the markers. Exit if it has no markers."""
    pattern = rf"{BEGIN}\n.*?{END}"
    if len(re.findall(pattern, document, re.DOTALL)) != 1:
        sys.exit(f"The file must contain one line {BEGIN} and, after it, one line {END}.")
    return re.sub(pattern, lambda _found: f"{BEGIN}\n{content}{END}", document, flags=re.DOTALL)


def main() -> None:
    """Print, write or check the table."""
    parser = argparse.ArgumentParser(description="Write the table of variables.")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--write", type=Path, metavar="FILE", help="put the table between the markers of this file")
    action.add_argument("--check", type=Path, metavar="FILE", help="fail if the table in this file is not current")
    options = parser.parse_args()
    content = table()
    file = options.write or options.check
    if not file:
        sys.stdout.write(content)
        return
    document = file.read_text(encoding="utf-8")
    if options.write:
        file.write_text(placed(document, content), encoding="utf-8")
    elif placed(document, content) != document:
        sys.exit(f"The table of variables in {file} is old; run: python tools/variables_table.py --write {file}")


if __name__ == "__main__":
    main()
