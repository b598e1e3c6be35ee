# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What every rule of an audit works with: what is wanted, and a finding."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

State = Mapping[str, Any]
Found = dict[str, Any]

WORLD = ("0.0.0.0/0", "::/0")


@dataclass(frozen=True)
class Wanted:
    """What this collection wants of the platform, as ``security_groups.wanted`` and ``roles.wanted_fields`` have it."""

    name: str
    account_id: str = ""
    security_groups: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    roles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rotation: bool = True
    rotation_days: int = 90
    grace_days: int = 7
    retention_days: int = 30
    image_days: int = 120
    today: dt.date = dt.date(1970, 1, 1)


def finding(severity: str, rule: str, resource: str, title: str, evidence: str, action: str) -> Found:
    """One finding. ``rule`` is ``<area>/<name>``; with the resource it is the id, the same from year to year."""
    return {
        "id": f"{rule}:{resource}",
        "severity": severity,
        "area": rule.partition("/")[0],
        "resource": resource,
        "title": title,
        "evidence": evidence,
        "action": action,
        "accepted": False,
    }
