# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes the policies for people, docs/policies/people, and the tables of docs/policies/README.md.

Of each statement in docs/policies/deployer.yml an audience gets the actions and resources that its playbooks were seen
to ask for; ``make proof-policies ARGS=--write`` records that. ``--check`` tells whether all is there and current.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from support import evidence, iam
from support.permissions import Permission

FOLDER = ROOT / "docs" / "policies"
EXAMPLE = {
    "name": "jitsi-video-platform",
    "account": "123456789012",
    "region": "us-east-1",
    "partition": "aws",
    "domain": "meet.example.com",
    "bucket": "jitsi-meet-example-com-recordings",
}
# Audience of people -> what they do.
PEOPLE = {
    "site": "build and update the platform",
    "destroy": "remove the platform",
    "operate": "run playbooks that change an existing platform",
    "look": "run playbooks that only read",
}
# AWS's limit of a managed policy, in characters other than white space.
LIMIT = 6144
Statement = dict[str, Any]


# --- Documents


def catalogue(names: Mapping[str, str] = EXAMPLE) -> dict[str, list[Statement]]:
    """Area -> its statements, for an environment of these names."""
    text = (FOLDER / "deployer.yml").read_text(encoding="utf-8")
    for key, value in names.items():
        text = text.replace(f"<{key}>", value)
    areas = yaml.safe_load(text)
    assert isinstance(areas, dict)
    return {area: [{"Effect": "Allow", **statement} for statement in statements] for area, statements in areas.items()}


def narrowed(statement: Statement, asked: Iterable[Permission]) -> Statement | None:
    """Reduce a statement to what was asked for; None if nothing was. Drops the reason, which IAM does not know."""
    used = [item for item in asked if iam.statement_allows(statement, item)]
    if not used:
        return None
    names = {item.action for item in used}
    actions = sorted(action for action in iam.listed(statement["Action"]) if action in names)
    resources = [
        resource
        for resource in iam.listed(statement["Resource"])
        if any(iam.matches(resource, item.resource) for item in used)
    ]
    condition = {"Condition": statement["Condition"]} if "Condition" in statement else {}
    return {
        "Sid": statement["Sid"],
        "Effect": "Allow",
        "Action": _one_or_all(actions),
        "Resource": _one_or_all(resources),
        **condition,
    }


def _one_or_all(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def people(
    asked: Mapping[str, Iterable[Permission]], areas: Mapping[str, list[Statement]]
) -> dict[str, dict[str, Any]]:
    """Name of a policy, ``<audience>-<area>`` -> its document. ``asked`` is by audience."""
    found = {}
    for audience in PEOPLE:
        for area, statements in areas.items():
            questions = asked.get(audience, ())
            kept = [item for item in (narrowed(statement, questions) for statement in statements) if item]
            if kept:
                found[f"{audience}-{area}"] = {"Version": "2012-10-17", "Statement": kept}
    return found


def roles() -> dict[str, dict[str, Any]]:
    """Name of a role -> what it may do, as site.yml last gave it (`make proof-policies ARGS=--write` keeps that)."""
    return {
        file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted((FOLDER / "roles").glob("*.json"))
    }


def size(document: Any) -> int:
    """Return the size of a document as AWS counts it: characters other than white space."""
    return sum(not character.isspace() for character in json.dumps(document))


# --- Wildcards


def wildcards(statement: Mapping[str, Any]) -> list[str]:
    """Return the actions and resources with a wildcard that no name confines to the platform."""
    own = re.compile(rf"({re.escape(EXAMPLE['name'])}|{re.escape(EXAMPLE['bucket'])})[\w.-]*")
    return [action for action in iam.listed(statement["Action"]) if "*" in action] + [
        resource
        for resource in iam.listed(statement["Resource"])
        if "*" in resource and not any(own.fullmatch(part) for part in re.split("[/:]", resource))
    ]


# --- README


def tables() -> dict[str, str]:
    """Return marker in the README -> its table."""
    scenarios = evidence.load()
    areas = catalogue()
    documents = people(evidence.by_audience(scenarios), areas)
    return {
        "people": _table(("To ...", "these policies", "for"), _people_rows(scenarios, documents)),
        "wildcards": _table(("Policies", "Statement", "Wildcard", "Reason"), _wildcard_rows(areas, documents)),
        "roles": _table(("Role", "Statement", "Wildcard", "Reason"), _role_rows()),
    }


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in (headings, ("---",) * len(headings), *rows))


def _people_rows(scenarios: Mapping[str, evidence.Recorded], documents: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for audience, what in PEOPLE.items():
        playbooks = sorted(
            {book for item in scenarios.values() if item.audience == audience for book in item.playbooks}
        )
        own = [name for name in documents if name.startswith(f"{audience}-")]
        if own:
            links = ", ".join(f"[{name}](people/{name}.json)" for name in own)
            yield what, links, ", ".join(f"`{book}`" for book in playbooks)


def _wildcard_rows(areas: Mapping[str, list[Statement]], documents: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for area, statements in areas.items():
        for statement in statements:
            holders = {
                name: item
                for name, document in documents.items()
                for item in document["Statement"]
                if name.partition("-")[2] == area and item["Sid"] == statement["Sid"] and wildcards(item)
            }
            if holders:
                found = sorted({text for item in holders.values() for text in wildcards(item)})
                yield ", ".join(holders), statement["Sid"], _short(found), statement.get("reason", "").strip()


def role_reasons() -> dict[str, str]:
    """Return statement of a role -> the reason for its wildcard."""
    reasons = yaml.safe_load((FOLDER / "roles.yml").read_text(encoding="utf-8"))
    assert isinstance(reasons, dict)
    return reasons


def _role_rows() -> Iterator[tuple[str, ...]]:
    reasons = role_reasons()
    for name, document in roles().items():
        link = f"[{name}](roles/{name}.json)"
        found = [(item["Sid"], wildcards(item)) for item in document["Statement"] if wildcards(item)]
        for sid, texts in found:
            yield link, sid, _short(texts), reasons.get(sid, "").strip()
        if not found:
            yield link, "", "", ""


def _short(texts: Iterable[str]) -> str:
    """Shorten ARNs: drop the beginning that they share."""
    return ", ".join(f"`{text if text == '*' else text.split(':', 5)[-1]}`" for text in texts)


def placed(document: str, content: Mapping[str, str]) -> str:
    """Return the README with these tables between its markers."""
    for name, table in content.items():
        begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
        before, found, rest = document.partition(begin)
        _old, closed, after = rest.partition(end)
        if not (found and closed):
            sys.exit(f"README.md must contain a line {begin.strip()} and, after it, a line {end}.")
        document = before + begin + table + end + after
    return document


def main() -> None:
    """Write or check policies and tables."""
    parser = argparse.ArgumentParser(description="Write the policies of people who run the playbooks.")
    parser.add_argument("--check", action="store_true", help="fail if something is not current")
    check = parser.parse_args().check
    wanted = {
        FOLDER / "people" / f"{name}.json": json.dumps(document, indent=2) + "\n"
        for name, document in people(evidence.by_audience(evidence.load()), catalogue()).items()
    }
    readme = FOLDER / "README.md"
    wanted[readme] = placed(readme.read_text(encoding="utf-8"), tables())
    strays = set((FOLDER / "people").glob("*.json")) - set(wanted)
    old = [file for file, text in wanted.items() if not file.exists() or file.read_text(encoding="utf-8") != text]
    if check:
        if old or strays:
            names = ", ".join(sorted(file.name for file in {*old, *strays}))
            sys.exit(f"Not current: {names}; run: python tools/policies.py")
        return
    (FOLDER / "people").mkdir(exist_ok=True)
    for file in strays:
        file.unlink()
    for file in old:
        file.write_text(wanted[file], encoding="utf-8")


if __name__ == "__main__":
    main()
