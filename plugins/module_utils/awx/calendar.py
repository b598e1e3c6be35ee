# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Calendar events of systemd as AWX's schedules have them: rules of RFC 5545."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Sequence

from ..errors import InvalidInput
from ..times.calendar_event import is_event

# A rule needs a beginning. A fixed one, so that the rule is the same every day.
BEGINNING = "20260101"
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WORDS = {
    "minutely": "*-*-* *:*:00",
    "hourly": "*-*-* *:00:00",
    "daily": "*-*-* 00:00:00",
    "weekly": "Mon *-*-* 00:00:00",
    "monthly": "*-*-01 00:00:00",
    "quarterly": "*-01,04,07,10-01 00:00:00",
    "semiannually": "*-01,07-01 00:00:00",
    "semi-annually": "*-01,07-01 00:00:00",
    "yearly": "*-01-01 00:00:00",
    "annually": "*-01-01 00:00:00",
}


def rule(event: str, timezone: str) -> str:
    """The schedule of AWX that runs at the times of a calendar event, which are of ``timezone`` unless it has its own.

    Raises InvalidInput for what is no event, and for what AWX could not, or should not, do: certain years, and jobs
    every hour.
    """
    if not is_event(event):
        raise InvalidInput(f"calendar event {event!r}: is none; write such as 'Mon *-*-* 03:30:00' (man systemd.time)")
    parts = WORDS.get(event, event).split(" ")
    if not parts[-1][0].isdigit() and not set(parts[-1]) & set("*:") and parts[-1] in zoneinfo.available_timezones():
        timezone = parts.pop()
    weekdays = _weekdays(parts.pop(0)) if parts[0][0].isalpha() and len(parts) > 1 else []
    date = parts.pop(0) if parts and "-" in parts[0] else "*-*-*"
    year, month, day = ["*", *date.split("-")][-3:]
    time = [*(parts[0] if parts else "00:00").split(":"), "00"]
    hours, minutes, seconds = _expand(time[0], 0, 23), _expand(time[1], 0, 59), _expand(time[2], 0, 59)
    if year != "*":
        raise InvalidInput(f"calendar event {event!r}: is for some years only; write * for the year, AWX repeats it")
    if len(hours) > 4 or len(minutes) > 1 or len(seconds) > 1:
        raise InvalidInput(
            f"calendar event {event!r}: is too often for a job of AWX; write at most four hours of a day"
        )
    months, days = _expand(month, 1, 12), _expand(day, 1, 31)
    clauses: dict[str, Sequence[int | str]] = {
        "BYMONTH": months if len(months) < 12 else [],
        "BYMONTHDAY": days if len(days) < 31 else [],
        "BYDAY": weekdays if len(weekdays) < 7 else [],
        "BYHOUR": hours if len(hours) > 1 else [],
    }
    frequency = "DAILY"
    if clauses["BYMONTHDAY"]:
        frequency = "YEARLY" if clauses["BYMONTH"] else "MONTHLY"
    elif clauses["BYDAY"]:
        frequency = "WEEKLY"
    by = "".join(f";{name}={','.join(str(value) for value in values)}" for name, values in clauses.items() if values)
    begin = f"DTSTART;TZID={timezone}:{BEGINNING}T{hours[0]:02}{minutes[0]:02}{seconds[0]:02}"
    return f"{begin} RRULE:FREQ={frequency};INTERVAL=1{by}"


def _weekdays(text: str) -> list[str]:
    numbers: set[int] = set()
    for item in text.split(","):
        first, dots, last = item.partition("..")
        begin = DAYS.index(first[:2].upper())
        end = DAYS.index(last[:2].upper()) if dots else begin
        numbers.update(number % 7 for number in range(begin, end + (8 if end < begin else 1)))
    return [DAYS[number] for number in sorted(numbers)]


def _expand(field: str, low: int, high: int) -> list[int]:
    """All numbers of a field: ``*``, ``1,15``, ``1..5``, ``*/2`` from the lowest on, ``3/4`` from 3 on."""
    numbers: set[int] = set()
    for item in field.split(","):
        numbers.update(_numbers(item, low, high))
    return sorted(numbers)


def _numbers(item: str, low: int, high: int) -> Iterable[int]:
    span, slash, step = item.partition("/")
    begin, dots, end = span.partition("..")
    first = low if begin == "*" else int(begin)
    last = int(end) if dots else high if slash or begin == "*" else first
    return range(first, last + 1, int(step) if slash else 1)
