# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes roles/<role>/README.md from the role's meta/argument_specs.yml and defaults/main.yml.

With ``--check`` nothing is written: it fails when a README is not what would be written. In both cases it fails
when a role with tasks has no argument specs.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "tools")]

from ansible_collections.meetops.jitsi.plugins.module_utils.variables.facts import VARIABLES
from role_variables import fact

COLLECTION = "meetops.jitsi"

PAGE = """\
<!-- Written by tools/role_readmes.py from meta/argument_specs.yml: run `make docs`. -->

# {collection}.{role}

{summary}.

{description}

## Inputs

{inputs}

## Example

```yaml
- name: {summary}
  hosts: jitsi
  module_defaults:
    group/{collection}.aws:
      region: us-east-1
  tasks:
    - name: {summary}
      ansible.builtin.import_role:
        name: {collection}.{role}
{variables}```

`playbooks/site.yml` runs this role under the tag `{role}`:

```shell
ansible-playbook -i inventories/production/hosts.yml playbooks/site.yml --tags {role} --check --diff
```

## Check mode

`--check` reports what a real run would change, even on an empty account, and changes nothing. `--diff` shows the fields
that differ, but never a secret value.
"""


def load(path: Path) -> dict[str, Any]:
    """Read a YAML file; a missing or empty one is an empty mapping."""
    return (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path.exists() else {}


def paragraphs(text: str | list[str]) -> list[str]:
    """Return a description as Markdown paragraphs, with Ansible's markup as code and links to pages of docs/."""
    lines = [" ".join(str(part).split()) for part in (text if isinstance(text, list) else [text])]
    coded = [re.sub(r"\b[CVOPMEIB]\(([^)]*)\)", r"`\1`", line) for line in lines]
    return [re.sub(r"\bdocs/([\w-]+)\.md", r"[docs/\1.md](../../docs/\1.md)", line) for line in coded]


def shown(value: Any) -> str:
    """Return a default as one line of YAML."""
    return yaml.safe_dump(value, default_flow_style=True, width=10_000, sort_keys=False).removesuffix("\n...\n").strip()


def rows(options: Mapping[str, Any], defaults: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield a line of the table for each option, the required ones first, each followed by its own suboptions."""
    for name, spec in sorted(options.items(), key=lambda item: not item[1].get("required", False)):
        kind = spec.get("type", "str")
        if "elements" in spec:
            kind += f" of {spec['elements']}"
        if spec.get("required"):
            default = "**required**"
        elif name in defaults or "default" in spec:
            default = f"`{shown(spec.get('default', defaults.get(name)))}`"
        else:
            default = ""
        meaning = " ".join(paragraphs(spec["description"]))
        if "choices" in spec:
            meaning += f" One of {', '.join(f'`{shown(choice)}`' for choice in spec['choices'])}."
        cells = [f"`{prefix}{name}`", kind, default, meaning]
        yield f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
        if "options" in spec:
            suffix = "[]." if kind.startswith("list") else "."
            yield from rows(spec["options"], {}, f"{prefix}{name}{suffix}")


def page(role: str, spec: Mapping[str, Any], defaults: Mapping[str, Any]) -> str:
    """Return the README of a role."""
    options = spec.get("options", {})
    facts = {fact(defaults[name]) for name, option in options.items() if option.get("required")}
    required = {name: variable.example for name, variable in VARIABLES.items() if name in facts}
    variables = yaml.safe_dump({"vars": required}, sort_keys=False, default_style=None) if required else ""
    table = ["| Input | Type | Default | Meaning |", "|---|---|---|---|", *rows(options, defaults)]
    return PAGE.format(
        collection=COLLECTION,
        role=role,
        summary=spec["short_description"].removesuffix("."),
        description="\n\n".join(paragraphs(spec["description"])),
        inputs="\n".join(table) if options else "None.",
        variables="".join(f"      {line}\n" for line in variables.splitlines()),
    )


def main() -> int:
    """Write or check the README of every role; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail on a difference; write nothing")
    check = parser.parse_args().check

    found: list[str] = []
    for path in sorted(ROOT.glob("roles/*/meta/argument_specs.yml")):
        directory = path.parent.parent
        spec = load(path)["argument_specs"]["main"]
        defaults = load(directory / "defaults" / "main.yml")
        readme = directory / "README.md"
        wanted = page(directory.name, spec, defaults)
        if readme.exists() and readme.read_text(encoding="utf-8") == wanted:
            continue
        if check:
            found.append(f"{readme.relative_to(ROOT)} is not up to date: run `make docs`")
        else:
            readme.write_text(wanted, encoding="utf-8")
            print(f"wrote {readme.relative_to(ROOT)}")
    found += [
        f"{directory.name}: meta/argument_specs.yml is missing"
        for directory in sorted(ROOT.glob("roles/*/tasks"))
        if not (directory.parent / "meta" / "argument_specs.yml").exists()
    ]
    print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
