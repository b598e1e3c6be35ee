# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A period by its days and hours."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

from ..names import KINDS
from .figures import HOUR, Figures, Points, Result, Setup


def by_day(figures: Figures, setup: Setup, zone: dt.tzinfo) -> list[Result]:
    """A row for each day of the platform's time zone, also for those on which nothing happened."""
    days: dict[str, Result] = {}
    day = dt.datetime.fromtimestamp(figures.since, zone).date()
    while day <= dt.datetime.fromtimestamp(figures.until - 1, zone).date():
        zeros = dict.fromkeys(
            ("participants_peak", "participant_hours", "awake_hours", "usd", "uploads", "uploads_failed", "wakes"), 0.0
        )
        days[day.isoformat()] = {"day": day.isoformat(), **zeros}
        day += dt.timedelta(days=1)

    def add(name: str, points: Points, share: float) -> None:
        for at, value in points.items():
            row = days.get(dt.datetime.fromtimestamp(at, zone).date().isoformat())
            if row is not None:
                row[name] += value * share

    for at, value in figures.of("participants_most").items():
        row = days.get(dt.datetime.fromtimestamp(at, zone).date().isoformat())
        if row is not None:
            row["participants_peak"] = max(row["participants_peak"], value)
    add("participant_hours", figures.of("participants"), 1 / 60)
    add("awake_hours", figures.minutes_awake(), 1 / 60)
    add("uploads", figures.of("uploads"), 1)
    add("uploads_failed", figures.of("uploads"), 1)
    add("uploads_failed", figures.of("uploads_ok"), -1)
    add("wakes", figures.of("wakes"), 1)
    for kind in KINDS:
        add("usd", figures.of(f"{kind}.tasks"), setup.hour(kind) / 60)
    return [{name: value if name == "day" else round(value, 2) for name, value in row.items()} for row in days.values()]


def by_hour(figures: Figures, zone: dt.tzinfo) -> list[list[float]]:
    """Average participants of each hour of the week, Monday first: seven rows of 24."""
    sums: dict[tuple[int, int], float] = defaultdict(float)
    for at, total in figures.of("participants").items():
        local = dt.datetime.fromtimestamp(at, zone)
        sums[local.weekday(), local.hour] += total
    hours: Counter[tuple[int, int]] = Counter()
    for at in range(figures.since - figures.since % HOUR, figures.until, HOUR):
        local = dt.datetime.fromtimestamp(at, zone)
        hours[local.weekday(), local.hour] += 1
    return [
        [round(sums[day, hour] / 60 / hours[day, hour], 2) if hours[day, hour] else 0.0 for hour in range(24)]
        for day in range(7)
    ]
