# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One thing that was looked at, and how it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

OK, WARN, BAD = STATES = ("ok", "warn", "bad")


@dataclass(frozen=True)
class Check:
    """One thing looked at. ``todo`` is what to do if it is not well."""

    check: str
    state: str
    text: str
    todo: str = ""


def worst(found: Iterable[Check]) -> str:
    """The worst state of some checks."""
    return max((check.state for check in found), key=STATES.index, default=OK)
