# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an operator's wish, awake or asleep, means for a platform, and how the platform is told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..changes import Change, Fields, compare
from ..errors import InvalidInput
from ..names import KINDS
from ..times import moments
from ..times.schedule import check_schedule, check_timezone
from ..variables.kinds import domain_fault
from . import in_use
from .functions.schedule import next_change
from .functions.state import ASLEEP, AWAKE, DRAINING, RECORDER, STOPPING, Item, Seen, Usage

LIMITED = ("bridge", "recorder")


def check_platform(domain: str, schedules: Sequence[Mapping[str, Any]], idle_minutes: int) -> None:
    """Refuse what the life cycle of no platform can be."""
    fault = domain_fault(domain)
    if fault:
        raise InvalidInput(f"domain {domain}: {fault}; write one such as meet.example.com")
    if idle_minutes < 1:
        raise InvalidInput(f"idle_minutes {idle_minutes}: is too few; give 1 or more")
    for item in schedules:
        check_schedule(str(item.get("schedule", "")))
        check_timezone(str(item.get("timezone") or "UTC"))


def check_limits(limits: Mapping[str, Any]) -> dict[str, int]:
    """The limits as numbers. Raises InvalidInput for what has none, and for too few: a bridge must be able to start."""
    checked = {}
    for kind, most in limits.items():
        if kind not in LIMITED:
            raise InvalidInput(f"limits {kind}: has no limit to set; give {' or '.join(LIMITED)}")
        try:
            checked[kind] = int(most)
        except (TypeError, ValueError):
            raise InvalidInput(f"limits {kind}: {most!r} is no number; give a whole number") from None
        least = 0 if kind == RECORDER else 1
        if checked[kind] < least:
            raise InvalidInput(f"limits {kind}: {most} is too few; give {least} or more")
    return checked


def newest(figures: Mapping[int, float]) -> int | None:
    """The figure of the latest minute that has one."""
    return round(figures[max(figures)]) if figures else None


def phase(item: Item | None, seen: Seen) -> str:
    """``asleep``, ``waking``, ``awake``, ``draining`` or ``stopping``."""
    if item is None:
        return AWAKE if seen.services["signalling"].running else ASLEEP
    if item.phase == AWAKE and not item.ready_at:
        return "waking"
    return item.phase


def in_the_way(item: Item | None, seen: Seen, usage: Usage) -> str:
    """Why the platform must not be stopped now: what a person would lose. Empty if nothing."""
    if item is None or item.phase != AWAKE or not seen.services["signalling"].running:
        return ""
    people, busy, waiting = newest(usage.participants), newest(usage.busy), newest(usage.waiting)
    if people is None:
        return in_use.UNKNOWN
    if people:
        return in_use.people_meet(people)
    if busy:
        return "a recorder is at work"
    return f"{waiting} recordings wait for their upload" if waiting else ""


def plan(name: str, item: Item | None, seen: Seen, wish: str, force: bool, limits: Mapping[str, int]) -> list[Change]:
    """The change that the wish (``awake``, ``asleep`` or empty) and the limits ask for, if any."""
    current = _fields(item, seen)
    wanted = dict(current)
    for kind, most in limits.items():
        wanted[f"{kind}_maximum"] = most
    if wish == AWAKE:
        wanted["phase"] = AWAKE
        for kind in KINDS:
            if wanted[f"{kind}_maximum"] > 0:
                for field in ("minimum", "desired"):
                    wanted[f"{kind}_{field}"] = max(1, wanted[f"{kind}_{field}"])
    elif wish == ASLEEP and force:
        wanted["phase"] = ASLEEP
        wanted.update({f"{kind}_{field}": 0 for kind in KINDS for field in ("minimum", "desired")})
    elif wish == ASLEEP and current["phase"] == AWAKE:
        wanted["phase"] = DRAINING
    resource = f"platform {name}"
    return compare({resource: current}, {resource: wanted})


def _fields(item: Item | None, seen: Seen) -> Fields:
    said = item.phase if item else (AWAKE if seen.services["signalling"].desired else ASLEEP)
    return {
        "phase": ASLEEP if said == STOPPING else said,
        **{f"{kind}_minimum": seen.services[kind].minimum for kind in KINDS},
        **{f"{kind}_maximum": seen.services[kind].maximum for kind in LIMITED},
        "signalling_maximum": seen.services["signalling"].maximum,
        **{f"{kind}_desired": seen.services[kind].desired for kind in KINDS},
    }


def report(
    item: Item | None, seen: Seen, usage: Usage, schedules: Sequence[Mapping[str, Any]], now: float
) -> dict[str, Any]:
    """The platform as a person wants to know it. A figure that nobody told is None."""
    coming = next_change(schedules, now)
    return {
        "phase": phase(item, seen),
        "since": moments.utc(item.since) if item else None,
        "by": item.by if item else "",
        "woken_at": moments.utc(item.woken_at) if item else None,
        "participants": newest(usage.participants),
        "recorders_busy": newest(usage.busy),
        "recordings_waiting": newest(usage.waiting),
        "services": {
            kind: {
                "minimum": seen.services[kind].minimum,
                "maximum": seen.services[kind].maximum,
                "desired": seen.services[kind].desired,
                "running": seen.services[kind].running,
            }
            for kind in KINDS
        },
        "addresses": {record: list(values) for record, values in seen.records.items()},
        "next_schedule": {"at": moments.utc(coming[0]), "awake": coming[1]} if coming else None,
    }
