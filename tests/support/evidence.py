# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What IAM was asked when every playbook ran: `make proof-policies` records it, tests and tools/policies.py read it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from .permissions import Permission

FILE = Path(__file__).resolve().parents[1] / "data" / "permissions.json"


@dataclass(frozen=True)
class Recorded:
    """What one scenario asked for. ``audience``: whose policies have to allow it, people's or a role's."""

    audience: str
    playbooks: tuple[str, ...] = ()
    asked: frozenset[Permission] = field(default_factory=frozenset)


def load() -> dict[str, Recorded]:
    """All scenarios by name."""
    if not FILE.exists():
        return {}
    return {
        scenario: Recorded(
            entry["audience"],
            tuple(entry["playbooks"]),
            frozenset(
                Permission(action, resource, tuple((key, tuple(value)) for key, value in sorted(context.items())))
                for action, resources in entry["asked"].items()
                for resource, contexts in resources.items()
                for context in contexts
            ),
        )
        for scenario, entry in json.loads(FILE.read_text(encoding="utf-8")).items()
    }


def save(scenarios: dict[str, Recorded]) -> None:
    """Write it, sorted, so that a change shows what changed."""
    tree = {}
    for scenario, recorded in sorted(scenarios.items()):
        actions: dict[str, dict[str, list[dict[str, list[str]]]]] = {}
        for item in sorted(recorded.asked, key=lambda item: (item.action, item.resource, item.context)):
            contexts = actions.setdefault(item.action, {}).setdefault(item.resource, [])
            contexts.append({key: list(value) for key, value in item.context})
        tree[scenario] = {"audience": recorded.audience, "playbooks": sorted(recorded.playbooks), "asked": actions}
    FILE.write_text(json.dumps(tree, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def by_audience(scenarios: dict[str, Recorded]) -> dict[str, frozenset[Permission]]:
    """Audience -> all that its scenarios asked for."""
    found: dict[str, frozenset[Permission]] = {}
    for recorded in scenarios.values():
        found[recorded.audience] = found.get(recorded.audience, frozenset()) | recorded.asked
    # With options a role still does what it does without.
    for audience in found:
        found[audience] |= found.get(audience.partition(".")[0], frozenset())
    return dict(sorted(found.items()))
