# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Days of meetings: ready-made ones, and those that an operator writes down."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidInput

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Meeting:
    """A meeting: ``start`` in seconds since midnight, how long it lasts in seconds, how many come."""

    start: float
    seconds: float
    participants: int
    recorded: bool = False


# Each row: start, minutes, participants, recorded.
_Rows = tuple[tuple[str, int, int, bool], ...]
_PRESETS: dict[str, _Rows] = {
    # Two evening meetups of a community.
    "meetup": (("18:00", 90, 24, True), ("20:30", 60, 12, False)),
    # A company's day: a stand-up for all, teams through the day, a review.
    "office": (
        ("09:00", 15, 28, False),
        ("09:30", 45, 8, False),
        ("09:30", 60, 6, False),
        ("10:00", 60, 12, True),
        ("11:00", 30, 5, False),
        ("13:30", 60, 9, False),
        ("14:00", 60, 14, True),
        ("14:15", 45, 10, False),
        ("15:00", 90, 32, True),
        ("15:10", 50, 18, False),
        ("15:20", 40, 14, False),
        ("17:00", 30, 4, False),
    ),
    # A teaching day of classes, staggered by ten minutes, that fill three bridges.
    "school": tuple(
        (f"{hour:02}:{minute:02}", 45, size, False)
        for hour in (8, 10, 13)
        for minute, size in ((0, 22), (10, 18), (20, 16), (30, 14))
    ),
    # Nobody comes.
    "empty": (),
}
PRESETS = tuple(_PRESETS)


def preset(name: str) -> list[Meeting]:
    """A ready-made day."""
    return [Meeting(_seconds(start), 60.0 * minutes, size, rec) for start, minutes, size, rec in _PRESETS[name]]


def parse(meetings: Sequence[Mapping[str, Any]]) -> list[Meeting]:
    """Read ``{"start": "09:30", "minutes", "participants", "recorded"}``; raises InvalidInput that names the row."""
    return [_meeting(f"meetings[{number}]", item) for number, item in enumerate(meetings)]


def _meeting(where: str, item: Mapping[str, Any]) -> Meeting:
    start = str(item["start"])
    if not _CLOCK.fullmatch(start):
        raise InvalidInput(f"{where}, start {start}: is no time of day; write it as 09:30, in quotes")
    for name, low, high in (("minutes", 1, 1440), ("participants", 1, 10_000)):
        if not low <= item[name] <= high:
            raise InvalidInput(f"{where}, {name} {item[name]}: out of range; give {low} to {high}")
    return Meeting(_seconds(start), 60.0 * item["minutes"], item["participants"], bool(item.get("recorded")))


def _seconds(clock: str) -> float:
    hours, minutes = clock.split(":")
    return 3600.0 * int(hours) + 60.0 * int(minutes)
