# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A period of the platform in figures: what happened, what it cost, and whether the goals were met.

Everything comes from metrics of whole periods (5 minutes or an hour each). A sample of a metric that a component
publishes once a minute stands for that minute, so sums and counts of samples are minutes. docs/review.md has all
formulas.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import cost
from .errors import InvalidInput
from .platform import KINDS

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
COMPONENTS = ("jicofo", "jvb", "jibri", "prosody", "web", "caddy", "turn", "functions", "start")

# The goals.
AVAILABILITY_PERCENT = 99.5
SCALING_SECONDS = 300
RECORDING_PERCENT = 95
UTILISATION_PERCENT = (60, 80)
WAKE_SECONDS = 90
# From when on a wake is late, and counts as downtime.
WAKE_LATE_SECONDS = 600
# How long an alarm looks until it acts: one minute for the step of the bridges, three for target tracking.
STEP_ALARM_SECONDS, TRACKING_ALARM_SECONDS = 60, 180


@dataclass(frozen=True)
class Setup:
    """What the platform is set to: sizes of tasks as ``cost.awake_cost`` takes them, and limits."""

    tasks: Sequence[Mapping[str, Any]]
    bridge_max: int
    recorder_max: int
    scaling_percent: int = 70
    schedules: bool = False

    def hour(self, kind: str) -> float:
        """USD an hour of a task; 0 if its price is not known or there is none."""
        lines = cost.awake_cost([task for task in self.tasks if task["name"] == kind])["lines"]
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


# --- The time that is looked at


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


# --- What happened


def meetings(figures: Figures) -> Result:
    """How much people met. Without a record of each meeting, those that began are counted where the number rose."""
    most, conferences = figures.of("participants_most"), figures.of("conferences_most")
    peak = max(most.values(), default=0)
    begun = sum(
        max(0, count - conferences.get(at - figures.period, 0)) for at, count in conferences.items() if count > 0
    )
    return {
        "participant_hours": round(sum(figures.of("participants").values()) / 60, 1),
        "participants_peak": int(peak),
        "participants_peak_at": next((iso(at) for at in sorted(most) if most[at] == peak and peak), ""),
        "conference_hours": round(sum(figures.of("conferences").values()) / 60, 1),
        "conferences_peak": int(max(conferences.values(), default=0)),
        "conferences_at_least": int(begun),
    }


def wakes(figures: Figures) -> Result:
    """How often it woke, and how long that took."""
    taken = [seconds for _at, seconds in wake_times(figures)]
    return {
        "count": int(sum(figures.of("wakes").values())),
        "median_seconds": _round(percentile(taken, 50)),
        "high_seconds": _round(percentile(taken, 95)),
        "longest_seconds": _round(max(taken, default=None)),
        "late": sum(seconds > WAKE_LATE_SECONDS for seconds in taken),
        "times": [{"at": iso(at), "seconds": round(seconds)} for at, seconds in wake_times(figures)],
    }


def wake_times(figures: Figures) -> list[tuple[int, float]]:
    """When it woke and how many seconds that took. A wake that is late tells its age every minute: that is one."""
    found: list[tuple[int, float]] = []
    before = -1
    for at, seconds in sorted(figures.of("wake_seconds").items()):
        late = bool(found) and at == before + figures.period and WAKE_LATE_SECONDS <= found[-1][1] < seconds
        if late:
            found[-1] = (found[-1][0], seconds)
        else:
            found.append((at, seconds))
        before = at
    return found


def awake(figures: Figures) -> Result:
    """How long it was awake, and how long of that nobody met."""
    minutes = figures.minutes_awake()
    alone = sum(count for at, count in minutes.items() if figures.quiet(at))
    whole = (figures.until - figures.since) / MINUTE
    return {
        "hours": round(sum(minutes.values()) / 60, 1),
        "share_percent": round(100 * sum(minutes.values()) / whole, 1) if whole else 0.0,
        "hours_without_people": round(alone / 60, 1),
    }


def services(figures: Figures, setup: Setup) -> dict[str, Result]:
    """What the tasks of each kind used and cost, while they ran."""
    return {kind: _service(figures, setup, kind) for kind in KINDS if setup.task(kind)}


def _service(figures: Figures, setup: Setup, kind: str) -> Result:
    tasks = figures.of(f"{kind}.tasks")
    hours = sum(tasks.values()) / 60
    result: Result = {
        "task_hours": round(hours, 1),
        "tasks_peak": max((math.ceil(count * MINUTE / figures.period) for count in tasks.values()), default=0),
        "usd_hour": round(setup.hour(kind), 4),
        "usd": round(hours * setup.hour(kind), 2),
    }
    for what, samples in (("cpu", tasks), ("memory", figures.of(f"{kind}.memory_tasks"))):
        sums, highest = figures.of(f"{kind}.{what}"), figures.of(f"{kind}.{what}_most")
        averages = [sums[at] / count for at, count in samples.items() if count and at in sums]
        result |= {
            f"{what}_average": _round(_ratio(sum(sums.values()), sum(samples.values())), 1),
            f"{what}_high": _round(percentile(averages, 95), 1),
            f"{what}_peak": _round(max(highest.values(), default=None), 1),
        }
    return result


def scaling(figures: Figures) -> Result:
    """Each change of a number of tasks that scaling made, and how long those took that added some for load."""
    actions, desired = [], dict[str, int | None]()
    for item in sorted(figures.scaling, key=lambda item: float(item["start"])):
        actions.append(_action(item, desired.get(item["kind"])))
        desired[item["kind"]] = item["desired"]
    taken = [item["seconds"] for item in actions if item["seconds"] is not None]
    return {
        "actions": actions,
        "added": sum(item["change"] == "added" for item in actions),
        "removed": sum(item["change"] == "removed" for item in actions),
        "failed": sum(item["status"] == "Failed" for item in actions),
        "median_seconds": _round(percentile(taken, 50)),
        "longest_seconds": _round(max(taken, default=None)),
    }


def _action(item: Mapping[str, Any], before: int | None) -> Result:
    """Of ``start`` and ``end`` in seconds (None: not finished), ``cause``, ``kind``, ``desired`` and ``status``."""
    cause = item["cause"]
    tracking = "TargetTracking-" in cause
    fewer = before is not None and item["desired"] is not None and item["desired"] < before
    change = ("removed" if fewer or "AlarmLow" in cause else "added") if "monitor alarm" in cause else "limits"
    timed = change == "added" and item["end"] is not None and item["status"] == "Successful"
    alarm = TRACKING_ALARM_SECONDS if tracking else STEP_ALARM_SECONDS
    return {
        "at": iso(int(item["start"])),
        "service": item["kind"],
        "desired": item["desired"],
        "change": change,
        "by": "limits or schedule" if change == "limits" else "target tracking" if tracking else "step",
        "seconds": round(item["end"] - item["start"] + alarm) if timed else None,
        "status": item["status"],
    }


def recordings(figures: Figures) -> Result:
    """How many recordings were uploaded. The alarm and the runbook recordings count the same metric."""
    uploads, succeeded = sum(figures.of("uploads").values()), sum(figures.of("uploads_ok").values())
    return {
        "uploads": int(uploads),
        "succeeded": int(succeeded),
        "failed": int(uploads - succeeded),
        "success_percent": _round(_ratio(100 * succeeded, uploads), 1),
        "recording_hours": round(sum(figures.of("recording").values()) / 60, 1),
        "all_busy_minutes": round(all_recorders_busy(figures)),
    }


def all_recorders_busy(figures: Figures) -> float:
    """Minutes of the periods in which no recorder was ever free."""
    recorders = figures.of("recorders")
    busy = figures.of("recorders_busy_least")
    return float(sum(min(recorders.get(at, 0), figures.period / MINUTE) for at, least in busy.items() if least >= 1))


def errors(figures: Figures) -> list[Result]:
    """Error lines by component, the most first."""
    counted = {name: int(sum(points.values())) for name, points in figures.errors.items()}
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [{"component": name, "lines": lines} for name, lines in ordered if lines]


def alarms(figures: Figures) -> list[Result]:
    """Which alarms fired, how often and for how long. A change is ``{"name", "at" (seconds), "state"}``."""
    since_of: dict[str, int] = {}
    found: dict[str, Result] = {}
    for change in sorted(figures.alarms, key=lambda item: int(item["at"])):
        name, at = change["name"], int(change["at"])
        if change["state"] == "ALARM" and name not in since_of:
            since_of[name] = at
            entry = found.setdefault(name, {"name": name, "times": 0, "first": iso(at), "last": "", "minutes": 0})
            entry["times"] += 1
            entry["last"] = iso(at)
        elif change["state"] != "ALARM" and name in since_of:
            found[name]["minutes"] += round((at - since_of.pop(name)) / MINUTE)
    for name, at in since_of.items():
        found[name]["minutes"] += round((figures.until - at) / MINUTE)
    return sorted(found.values(), key=lambda item: (-item["times"], item["name"]))


def costs(figures: Figures, setup: Setup, asleep_usd_month: float) -> Result:
    """The bill of the period by list prices, traffic as estimated, beside what never sleeping would have cost."""
    compute = sum(item["usd"] for item in services(figures, setup).values())
    participant_hours = sum(figures.of("participants").values()) / 60
    traffic = participant_hours * cost.awake_cost([])["usd_hour_per_viewer"]
    hours = (figures.until - figures.since) / HOUR
    standing = asleep_usd_month * hours / cost.HOURS_A_MONTH
    always_on = hours * (setup.hour("signalling") + setup.hour("bridge"))
    return {
        "compute_usd": round(compute, 2),
        "traffic_usd": round(traffic, 2),
        "standing_usd": round(standing, 2),
        "usd": round(compute + traffic + standing, 2),
        "always_on_usd": round(max(always_on, compute) + traffic + standing, 2),
        "idle_compute_usd": round(idle_compute(figures, setup), 2),
        "prices_of": cost.PRICES_OF,
    }


def idle_compute(figures: Figures, setup: Setup) -> float:
    """USD of tasks that ran while the platform slept. The periods in which it woke or fell asleep do not count."""
    awake_periods = figures.minutes_awake()

    def asleep(at: int) -> bool:
        return not any(at + offset in awake_periods for offset in (-figures.period, 0, figures.period))

    return sum(
        count / 60 * setup.hour(kind)
        for kind in ("bridge", "recorder")
        for at, count in figures.of(f"{kind}.tasks").items()
        if asleep(at)
    )


# --- Goals


def availability(figures: Figures) -> tuple[float, float]:
    """Minutes awake in which people should have been able to meet, and those of them in which they were not.

    The life cycle looks once a minute. While it wakes, up to 10 minutes, people are told to wait: not counted.
    """
    looks, ready = figures.of("ready_looks"), figures.of("ready")
    expected = down = 0.0
    for stretch in stretches(looks, figures.period):
        waking = True
        for at in stretch:
            served = ready.get(at, 0)
            counted = served if waking and at < stretch[0] + WAKE_LATE_SECONDS else looks[at]
            expected, down = expected + counted, down + counted - served
            waking = waking and not served
    return expected, down


def utilisation(figures: Figures) -> float | None:
    """Average CPU of the bridges in the periods in which people met, each bridge alike; None if nobody did."""
    at_work = [at for at in figures.of("bridge.tasks") if not figures.quiet(at)]
    tasks, used = figures.of("bridge.tasks"), figures.of("bridge.cpu")
    return _ratio(sum(used.get(at, 0) for at in at_work), sum(tasks[at] for at in at_work))


def goals(figures: Figures, setup: Setup) -> list[Result]:
    """Each goal as it was measured, with its formula. ``met`` is None where there was nothing to measure."""
    expected, down = availability(figures)
    available = _round(_ratio(100 * (expected - down), expected), 2)
    scaled = scaling(figures)
    longest = scaled["longest_seconds"]
    rate = recordings(figures)["success_percent"]
    used = _round(utilisation(figures), 1)
    idle = round(idle_compute(figures, setup), 2)
    median = wakes(figures)["median_seconds"]
    low, high = UTILISATION_PERCENT
    return [
        _goal(
            "Availability",
            f"more than {AVAILABILITY_PERCENT} %",
            _told(available, "{} %"),
            available,
            lambda value: value > AVAILABILITY_PERCENT,
            f"minutes in which people could meet ({expected - down:.0f}) of those awake ({expected:.0f}), without the"
            " time to wake up to 10 minutes (metric Ready: healthy signalling and bridge, and the name leads there)",
        ),
        _goal(
            "Scaling",
            "less than 5 minutes",
            _told(longest, "{} s at most"),
            longest,
            lambda value: value < SCALING_SECONDS,
            "from the begin of the load that raised the alarm (1 minute before a step, 3 before target tracking) until"
            f" ECS ran the tasks, the longest of {scaled['added']} additions",
        ),
        _goal(
            "Recording success",
            f"more than {RECORDING_PERCENT} %",
            _told(rate, "{} %"),
            rate,
            lambda value: value > RECORDING_PERCENT,
            "uploads that succeeded, of all uploads that were tried (metric UploadResult)",
        ),
        _goal(
            "Utilisation of bridges",
            f"{low} to {high} %",
            _told(used, "{} %"),
            used,
            lambda value: low <= value <= high,
            "average CPU of the bridges in the periods in which people met, each bridge alike",
        ),
        _goal(
            "Compute while asleep",
            "0 USD",
            f"{idle:.2f} USD",
            idle,
            lambda value: value == 0,
            "hours of tasks that ran while there was no signalling task, without the periods before and after, at list"
            " prices",
        ),
        _goal(
            "Time to wake",
            f"at most {WAKE_SECONDS} s",
            _told(median, "{} s, the median"),
            median,
            lambda value: value <= WAKE_SECONDS,
            "from the wish to wake until people can meet (metric TimeToWake), the median of all wakes",
        ),
    ]


def _goal(
    name: str, wanted: str, measured: str, value: float | None, met: Callable[[float], bool], formula: str
) -> Result:
    return {
        "name": name,
        "wanted": wanted,
        "measured": measured,
        "value": value,
        "met": None if value is None else met(value),
        "formula": formula,
    }


def _told(value: float | None, text: str) -> str:
    return "nothing to measure" if value is None else text.format(value)


# --- Through the period


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


# --- Small things


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


def iso(at: int) -> str:
    """A time as text, in UTC."""
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _round(value: float | None, digits: int = 0) -> Any:
    if value is None:
        return None
    return round(value, digits) if digits else round(value)
