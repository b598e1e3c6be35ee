# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What differs between what is and what is wanted: the one place that decides changed and diff.

A state maps a resource's name to its fields: ``{"alarm cpu-high": {"Threshold": 80.0, ...}}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Fields = Mapping[str, Any]
State = Mapping[str, Fields]


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
            before[change.resource] = {name: change.before.get(name) for name in change.fields}
        if change.after is not None:
            after[change.resource] = {name: change.after[name] for name in change.fields}
    return {"before": before, "after": after}
