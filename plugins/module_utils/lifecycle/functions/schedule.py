# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the platform's schedules, valid ones, keep it awake now.

A schedule that wakes keeps the platform awake until the next one that lets it sleep. A ``rate`` has no known beginning:
it wakes by its scheduled action, and keeps nothing awake.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

try:
    from dateutil.tz import gettz
except ImportError:  # boto3, which everything here needs, brings it
    pass

# Far enough for a schedule of once a year.
DAYS = 400
_MONTHS = {name.upper(): number for number, name in enumerate(calendar.month_abbr) if name}
_WEEKDAYS = {name.upper(): number % 7 + 1 for number, name in enumerate(calendar.day_abbr, 1)}


def kept_awake_since(schedules: Sequence[Mapping[str, object]], now: float) -> float | None:
    """When the schedule fired that keeps the platform awake now, or None if the last one that fired lets it sleep.

    Schedules are ``{schedule, timezone, awake}``. Of two at the same time the one that wakes holds.
    """
    when, awake = max(_fire(schedules, now, -1), default=(0.0, False))
    return when if awake else None


def next_change(schedules: Sequence[Mapping[str, object]], now: float) -> tuple[float, bool] | None:
    """When a schedule fires next, and whether it wakes; None if none does within ``DAYS``."""
    return min(_fire(schedules, now, 1), key=lambda fired: (fired[0], not fired[1]), default=None)


def _fire(schedules: Sequence[Mapping[str, object]], now: float, direction: int) -> list[tuple[float, bool]]:
    """When each schedule fired last (direction -1) or fires next (1), and whether it wakes."""
    return [
        (when, bool(item["awake"]))
        for item in schedules
        if (when := _fires(str(item["schedule"]), str(item.get("timezone") or "UTC"), now, direction)) is not None
    ]


def _fires(expression: str, timezone: str, now: float, direction: int) -> float | None:
    kind, _bracket, body = expression.removesuffix(")").partition("(")
    zone = _zone(timezone)
    if kind == "at":
        at = datetime.fromisoformat(body).replace(tzinfo=zone).timestamp()
        return at if (at <= now) == (direction < 0) else None
    if kind != "cron":
        return None
    minutes, hours, *day_fields = body.split()
    today = datetime.fromtimestamp(now, zone).date()
    for day in (today + timedelta(days=direction * away) for away in range(DAYS)):
        if _is_on(day, *day_fields):
            times = [
                datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).timestamp()
                for hour in _values(hours, 0, 23)
                for minute in _values(minutes, 0, 59)
            ]
            fits = [time for time in times if (time <= now) == (direction < 0)]
            if fits:
                return max(fits) if direction < 0 else min(fits)
    return None


@cache
def _zone(name: str) -> tzinfo:
    """The time zone, from the system or from the copy that comes with boto3; UTC at the worst."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return gettz(name) or UTC


def _is_on(day: date, day_of_month: str, month: str, day_of_week: str, year: str) -> bool:
    return (
        day.year in _values(year, 1970, 2199)
        and day.month in _values(month, 1, 12, _MONTHS)
        and any(_is_day(day, item) for item in day_of_month.split(","))
        and any(_is_weekday(day, item) for item in day_of_week.split(","))
    )


def _is_day(day: date, item: str) -> bool:
    last = calendar.monthrange(day.year, day.month)[1]
    if item == "?":
        return True
    if item == "L":
        return day.day == last
    if item.endswith("W"):
        wanted = last if item == "LW" else int(item[:-1])
        return wanted <= last and day == _nearest_weekday(day.replace(day=wanted), last)
    return day.day in _values(item, 1, 31)


def _nearest_weekday(day: date, last: int) -> date:
    """The working day nearest to a day, in the same month."""
    if day.weekday() == 5:
        return day - timedelta(days=1) if day.day > 1 else day + timedelta(days=2)
    if day.weekday() == 6:
        return day + timedelta(days=1) if day.day < last else day - timedelta(days=2)
    return day


def _is_weekday(day: date, item: str) -> bool:
    weekday = day.isoweekday() % 7 + 1
    if item == "?":
        return True
    name, sharp, which = item.partition("#")
    if sharp:
        return weekday == _number(name, _WEEKDAYS) and (day.day - 1) // 7 + 1 == int(which)
    if item != "L" and item.endswith("L"):
        return weekday == _number(item[:-1], _WEEKDAYS) and (day + timedelta(days=7)).month != day.month
    return weekday in _values("7" if item == "L" else item, 1, 7, _WEEKDAYS)


def _values(text: str, first: int, last: int, names: Mapping[str, int] | None = None) -> set[int]:
    """The numbers that a cron field stands for. A range may go over the end: FRI-MON."""
    return {value for item in text.split(",") for value in _item_values(item, first, last, names or {})}


def _item_values(item: str, first: int, last: int, names: Mapping[str, int]) -> Iterable[int]:
    base, slash, step = item.partition("/")
    begin, dash, end = base.partition("-")
    start = first if begin == "*" else _number(begin, names)
    alone = last if slash or begin == "*" else start
    stop = _number(end, names) if dash else alone
    every = int(step or 1)
    if stop < start:
        return [*range(start, last + 1, every), *range(first, stop + 1, every)]
    return range(start, stop + 1, every)


def _number(text: str, names: Mapping[str, int]) -> int:
    return names.get(text.upper()) or int(text)
