# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Calendar events as systemd's OnCalendar= takes them: ``Mon..Fri *-*-* 03:30:00 Europe/Berlin``, ``quarterly``.

What is refused here, systemd would refuse, or ignore, on the host of the timer. The rare forms with ``~`` (days from
the end of a month) and fractions of seconds are refused, too.
"""

from __future__ import annotations

import re
import zoneinfo

WORDS = (
    "minutely",
    "hourly",
    "daily",
    "weekly",
    "monthly",
    "quarterly",
    "semiannually",
    "semi-annually",
    "yearly",
    "annually",
)
_DAY = "(?:mon|tue|wed|thu|fri|sat|sun)(?:[a-z]*)"
_DAYS = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"} | {
    f"{day}day" for day in ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")
}
_WEEKDAYS = re.compile(rf"{_DAY}(?:(?:\.\.|,){_DAY})*", re.IGNORECASE)
_ITEM = re.compile(r"(?:(\*)|(\d{1,4})(?:\.\.(\d{1,4}))?)(?:/(\d{1,4}))?")


def is_event(text: str) -> bool:
    """Tell whether systemd would take it. Never a text of more than one line."""
    if not text.isascii() or not text.isprintable():
        return False
    parts = text.split(" ")
    if len(parts) > 1 and _is_zone(parts[-1]):
        parts.pop()
    if len(parts) == 1 and parts[0] in WORDS:
        return True
    if len(parts) > 1 and _are_weekdays(parts[0]):
        parts.pop(0)
    if len(parts) == 2:
        return _is_date(parts[0]) and _is_time(parts[1])
    return len(parts) == 1 and (_is_date(parts[0]) or _is_time(parts[0]))


def _is_zone(text: str) -> bool:
    known = zoneinfo.available_timezones()
    # Not every machine has the database.
    return text in known if known else bool(re.fullmatch(r"UTC|[A-Z][A-Za-z_]+/[A-Za-z_/+-]+", text))


def _are_weekdays(text: str) -> bool:
    return bool(_WEEKDAYS.fullmatch(text)) and set(re.findall(r"[a-z]+", text.lower())) <= _DAYS


def _is_date(text: str) -> bool:
    ranges = [(1970, 2199), (1, 12), (1, 31)]
    fields = text.split("-")
    return len(fields) in (2, 3) and _fit(fields, ranges[-len(fields) :])


def _is_time(text: str) -> bool:
    fields = text.split(":")
    return len(fields) in (2, 3) and _fit(fields, [(0, 23), (0, 59), (0, 59)][: len(fields)])


def _fit(fields: list[str], ranges: list[tuple[int, int]]) -> bool:
    return all(
        _is_item(item, *limits) for field, limits in zip(fields, ranges, strict=True) for item in field.split(",")
    )


def _is_item(text: str, first: int, last: int) -> bool:
    found = _ITEM.fullmatch(text)
    if not found:
        return False
    star, begin, end, step = found.groups()
    if step is not None and not 1 <= int(step) <= last:
        return False
    return bool(star) or first <= int(begin) <= int(end or begin) <= last
