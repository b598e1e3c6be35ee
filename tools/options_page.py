# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes docs/options.md: every playbook with its options, from plugins/module_utils/variables/options.py.

With ``--check`` nothing is written: it fails when the page is not what would be written.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "tools")]

from ansible_collections.meetops.jitsi.plugins.module_utils.variables.options import COMMON, PLAYBOOKS, Option, options
from variables_table import HEADINGS, code

PAGE = ROOT / "docs" / "options.md"
HEAD = """\
<!-- Written by tools/options_page.py from plugins/module_utils/variables/options.py: run `make docs`. -->

# Playbooks and their options

Pass options with `-e name=value`. They hold for one run, and are checked before the first call to AWS. Write a list
with commas, or like anything else as JSON: `-e '{"name": ["a", "b"]}'`. You can pass the [variables](variables.md) of
the deployment to any playbook in the same way. `--check` shows what would be done, `--diff` the fields that differ.
"""
# Started by other playbooks; nobody runs it.
INNER = ("playbooks/local_aws.yml",)


def playbooks() -> list[str]:
    """Paths of all playbooks that people run, starting with site.yml."""
    found = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("playbooks/**/*.yml")]
    # Deeper files are tasks and variables.
    paths = [path for path in found if re.fullmatch(r"playbooks/(runbooks/)?\w+\.yml", path) and path not in INNER]
    first = ["playbooks/site.yml", "playbooks/status.yml"]
    return first + sorted((path for path in paths if path not in first), key=lambda path: (path.count("/"), path))


def head(text: str) -> str:
    """The comment at the top of a playbook."""
    lines = text.removeprefix("---\n").partition("\n\n")[0].splitlines()
    return "\n".join(line.removeprefix("#").strip() if line == "#" else line.removeprefix("# ") for line in lines)


def what(text: str) -> str:
    """What a playbook does, from its own comment, with a link to the page about it."""
    comment = head(text)
    told = " ".join(re.split(r"\n(?:\n|  |-e|--)", comment)[0].split())
    pages = re.findall(r"docs/([\w-]+(?:/\w+)?\.md)", comment)
    if pages and pages[0] not in told:
        told = f"{told.rstrip('.')}. More in docs/{pages[0]}."
    return re.sub(r"docs/((?:[\w-]+/)?)([\w-]+)\.md", lambda found: link(found[1], found[2]), told)


def link(folder: str, name: str) -> str:
    """A link to another page of docs/."""
    return f"[{folder.rstrip('/') or name}]({folder}{name}.md)"


def known(path: str, text: str) -> dict[str, Option]:
    """The options of a playbook; the common one only if the playbook is a runbook."""
    for name, playbook in PLAYBOOKS.items():
        if playbook.path == path:
            return {key: option for key, option in options(name).items() if key not in COMMON or key in text}
    return {key: option for key, option in COMMON.items() if key in text}


def rows(found: dict[str, Option]) -> Iterator[tuple[str, ...]]:
    """The table of some options, required ones first."""
    yield ("Option", *HEADINGS[1:])
    yield ("---",) * len(HEADINGS)
    for name, option in sorted(found.items(), key=lambda item: not item[1].required):
        cells = (option.rule.kind, option.default, option.description, option.rule.allowed)
        kind, default, *texts = (re.sub(r"([|*<])", r"\\\1", cell) for cell in cells)
        yield code(name), kind, "**required**" if option.required else default, *texts, code(option.example)


def section(path: str) -> str:
    """The section about one playbook."""
    text = (ROOT / path).read_text(encoding="utf-8")
    found = known(path, text)
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows(found)) if found else "No options of its own.\n"
    return f"\n## {path.removeprefix('playbooks/').removesuffix('.yml')}\n\n`{path}`: {what(text)}\n\n{table}"


def page() -> str:
    """The whole page."""
    return HEAD + "".join(map(section, playbooks()))


def main() -> int:
    """Write or check the page; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the page of the playbooks' options.")
    parser.add_argument("--check", action="store_true", help="fail if the page is not current; write nothing")
    if not parser.parse_args().check:
        PAGE.write_text(page(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        print(f"{PAGE.relative_to(ROOT)} is not up to date: run `make docs`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
