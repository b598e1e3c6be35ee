# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A period of the platform in figures: what was read, and the period itself. Other files make the rest of it.

Everything comes from metrics of whole periods (5 minutes or an hour each). A sample of a metric that a component
publishes once a minute stands for that minute, so sums and counts of samples are minutes. docs/review.md has all
formulas.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import InvalidInput
from ..platform import prices

# Begin of a period, in seconds since 1970 -> figure.
Points = Mapping[int, float]
Result = dict[str, Any]

MINUTE, HOUR, DAY = 60, 3600, 86400
# How long CloudWatch keeps figures of so many seconds.
KEPT_DAYS = {300: 63, HOUR: 455}
MOST_DAYS = {"monthly": 62, "allocation": 366}
ALLOCATION_DAYS = 182

# What is asked of CloudWatch: name -> (metric of the platform, statistic), and of each service.
PLATFORM_FIGURES = {
    "participants": ("Participants", "Sum"),
    "participants_most": ("Participants", "Maximum"),
    "ready": ("Ready", "Sum"),
    "ready_looks": ("Ready", "SampleCount"),
    "conferences": ("Conferences", "Sum"),
    "conferences_most": ("Conferences", "Maximum"),
    "stress_most": ("Stress", "Maximum"),
    "wakes": ("Wakes", "Sum"),
    "wake_seconds": ("TimeToWake", "Maximum"),
    "recording": ("RecorderBusy", "Sum"),
    "recorders": ("RecorderBusy", "SampleCount"),
    "recorders_busy_least": ("RecorderBusy", "Minimum"),
    "uploads": ("UploadResult", "SampleCount"),
    "uploads_ok": ("UploadResult", "Sum"),
}
SERVICE_FIGURES = {
    "tasks": ("CPUUtilization", "SampleCount"),
    "cpu": ("CPUUtilization", "Sum"),
    "cpu_most": ("CPUUtilization", "Maximum"),
    "memory_tasks": ("MemoryUtilization", "SampleCount"),
    "memory": ("MemoryUtilization", "Sum"),
    "memory_most": ("MemoryUtilization", "Maximum"),
}

# Parts of the platform whose error lines are counted, as the role monitoring names their metrics.
COMPONENTS = ("jicofo", "jvb", "jibri", "prosody", "web", "caddy", "turn", "sidecars", "functions", "start")


@dataclass(frozen=True)
class Setup:
    """What the platform is set to: sizes of tasks as ``prices.awake_cost`` takes them, and limits."""

    tasks: Sequence[Mapping[str, Any]]
    bridge_max: int
    recorder_max: int
    scaling_percent: int = 70
    schedules: bool = False

    def hour(self, kind: str) -> float:
        """USD an hour of a task; 0 if its price is not known or there is none."""
        lines = prices.awake_cost([task for task in self.tasks if task["name"] == kind])["lines"]
        return float(sum(line["usd_each"] or 0 for line in lines))

    def task(self, kind: str) -> Mapping[str, Any]:
        """The size of a task of this kind, empty if there is none."""
        return next((task for task in self.tasks if task["name"] == kind), {})


@dataclass(frozen=True)
class Figures:
    """All that was read: series by their names (``<kind>.<name>`` for services), scaling and alarms."""

    since: int
    until: int
    period: int
    series: Mapping[str, Points]
    scaling: Sequence[Mapping[str, Any]] = ()
    alarms: Sequence[Mapping[str, Any]] = ()
    errors: Mapping[str, Points] = field(default_factory=dict)

    def of(self, name: str) -> Points:
        """A series, empty if there is nothing of it."""
        return self.series.get(name, {})

    def minutes_awake(self) -> dict[int, float]:
        """Minutes of each period in which the signalling task ran."""
        most = self.period / MINUTE
        return {at: min(count, most) for at, count in self.of("signalling.tasks").items() if count > 0}

    def quiet(self, at: int) -> bool:
        """Whether nobody met in a period."""
        return self.of("participants_most").get(at, 0) <= 0


def months(text: str, now: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Begin and end of a month such as ``2026-10``, or of the last whole one if the text is empty."""
    if not text:
        first = (now.replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    else:
        try:
            first = dt.datetime.strptime(text, "%Y-%m").replace(tzinfo=now.tzinfo)
        except ValueError:
            raise InvalidInput(f"month {text}: is no month; write it such as 2026-10") from None
    first = first.replace(hour=0, minute=0, second=0, microsecond=0)
    after = (first + dt.timedelta(days=32)).replace(day=1)
    return first, after


def window(kind: str, month: str, days: int, now: dt.datetime) -> tuple[dt.datetime, dt.datetime, int]:
    """Begin, end and seconds of a period, of what is asked for. ``now`` is in the zone of the platform.

    Raises InvalidInput for a time that is not there yet, or of which CloudWatch has no figures any more.
    """
    if month and days:
        raise InvalidInput(f"days {days}: does not go with month {month}; give one of them")
    if not 0 <= days <= MOST_DAYS[kind]:
        raise InvalidInput(f"days {days}: out of range; give 1 to {MOST_DAYS[kind]} for a review of the kind {kind}")
    if kind == "monthly" and not days:
        since, until = months(month, now)
        if since >= now:
            raise InvalidInput(f"month {month}: has not begun; give an earlier one")
        until = min(until, now)
    elif month:
        raise InvalidInput(f"month {month}: an allocation review looks at {ALLOCATION_DAYS} days; give days instead")
    else:
        until = now
        since = until - dt.timedelta(days=days or ALLOCATION_DAYS)
    age = (now - since).days
    if age >= KEPT_DAYS[HOUR]:
        raise InvalidInput(f"month {month}: CloudWatch keeps figures for {KEPT_DAYS[HOUR]} days; give a later month")
    period = 300 if kind == "monthly" and age < KEPT_DAYS[300] else HOUR
    return since, until, period


def stretches(points: Iterable[int], period: int) -> list[list[int]]:
    """Periods that follow on each other, together."""
    found: list[list[int]] = []
    for at in sorted(points):
        if found and at == found[-1][-1] + period:
            found[-1].append(at)
        else:
            found.append([at])
    return found


def percentile(values: Iterable[float], percent: float) -> float | None:
    """The value that so many percent do not exceed; the median is the mean of the middle two. None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    if percent == 50:
        middle = len(ordered) // 2
        return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def ratio(part: float, whole: float) -> float | None:
    """One number by another; None by zero."""
    return part / whole if whole else None


def rounded(value: float | None, digits: int = 0) -> Any:
    """A whole number, or one of some digits; None of nothing."""
    if value is None:
        return None
    return round(value, digits) if digits else round(value)
