# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Items of a module's list, each of which says by its ``state`` whether it shall be there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .errors import InvalidInput

STATES = ("present", "absent")


def by_state(
    option: str, items: Sequence[Mapping[str, Any]], key: str = "name"
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The items to keep, by name and without their ``state``, and the names of those to remove.

    ``key`` is the key of an item's name. Raises InvalidInput for an item that has no name, for an unknown state and
    for a name that is listed twice.
    """
    kept: dict[str, dict[str, Any]] = {}
    gone: list[str] = []
    for index, item in enumerate(items):
        given, state = item.get(key), item.get("state") or "present"
        label, name = f"{option} {item.get(key, index)}", str(given)
        if not given or not isinstance(given, (str, int)):
            raise InvalidInput(f"{label} {key}: is {'no text' if given else 'missing'}; give each item a name")
        if state not in STATES:
            raise InvalidInput(f"{label} state {state}: is no state; use {' or '.join(STATES)}")
        if name in kept or name in gone:
            raise InvalidInput(f"{label}: is listed twice; list it once")
        if state == "present":
            kept[name] = {field: value for field, value in item.items() if field != "state"}
        else:
            gone.append(name)
    return kept, gone
