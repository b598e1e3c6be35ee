# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What differs between what is and what is wanted: the one place that decides changed and diff.

A state maps a resource's name to its fields: ``{"alarm cpu-high": {"Threshold": 80.0, ...}}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.common.dict_transformations import camel_dict_to_snake_dict

Fields = Mapping[str, Any]
State = Mapping[str, Fields]

# Fields whose value is a document, or has names that people gave: their inside is shown as it is.
DATA = {
    *("conditions", "dimensions", "environment", "event_pattern", "keys", "options", "permissions", "policies"),
    *("policy", "secrets", "tags", "targets", "trust"),
}


@dataclass(frozen=True)
class Change:
    """One resource to create (``before`` is None), update, or delete (``after`` is None)."""

    resource: str
    before: Fields | None
    after: Fields | None

    @property
    def action(self) -> str:
        """``create``, ``update`` or ``delete``."""
        if self.before is None:
            return "create"
        return "delete" if self.after is None else "update"

    @property
    def fields(self) -> list[str]:
        """Names of the fields that differ, sorted."""
        before, after = self.before or {}, self.after or {}
        if self.after is None:
            return sorted(before)
        return sorted(name for name, value in after.items() if name not in before or before[name] != value)


def compare(current: State, wanted: State, prune: bool = False) -> list[Change]:
    """List the changes that turn ``current`` into ``wanted``, in the order of ``wanted``.

    Only the fields named in ``wanted`` are managed; others that AWS reports are left alone.
    With ``prune``, resources that are current but not wanted are deleted last, in the reverse order of
    ``current``: what was listed after another, and so may stand on it, goes before it.
    """
    changes = []
    for name, fields in wanted.items():
        change = Change(name, current.get(name), fields)
        if change.before is None or change.fields:
            changes.append(change)
    if prune:
        changes += [Change(name, current[name], None) for name in reversed(list(current)) if name not in wanted]
    return changes


def diff(changes: list[Change]) -> dict[str, dict[str, Any]]:
    """Render changes for ``--diff``: per resource only the fields that differ, before and after."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for change in changes:
        if change.before is not None:
            before[change.resource] = _shown({name: change.before.get(name) for name in change.fields})
        if change.after is not None:
            after[change.resource] = _shown({name: change.after[name] for name in change.fields})
    return {"before": before, "after": after}


def told(changes: list[Change]) -> list[dict[str, Any]]:
    """Render changes for the result ``changes``: resource, action and the names of the fields of each."""
    return [
        {"resource": change.resource, "action": change.action, "fields": [spelled(name) for name in change.fields]}
        for change in changes
    ]


def spelled(field: str) -> str:
    """The name of a field as people read it: ``RetentionDays`` is ``retention_days``, as in amazon.aws. Dots lead into
    a field; what follows one of ``DATA`` is a name that people gave, and stays."""
    parts = field.split(".")
    ours = next((index for index, part in enumerate(parts) if part in DATA), len(parts)) + 1
    return ".".join([_snake(part) for part in parts[:ours]] + parts[ours:])


def _snake(name: str) -> str:
    """Only what AWS spells so: no name with other characters, nor one in capitals, as environment variables are."""
    if not name.isalnum() or name == name.lower() or name == name.upper() != "TTL":
        return name
    return str(next(iter(camel_dict_to_snake_dict({name: None}))))


def _shown(fields: Fields) -> dict[str, Any]:
    named = ((spelled(name), value) for name, value in fields.items())
    return {name: value if DATA.intersection(name.split(".")) else _shown_value(value) for name, value in named}


def _shown_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _shown(value)
    return [_shown_value(item) for item in value] if isinstance(value, (list, tuple)) else value
