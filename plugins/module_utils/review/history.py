# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What happened in a period: meetings, wakes, tasks, scaling, recordings, errors, alarms, and what it cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ..names import KINDS
from ..platform import prices
from ..times.moments import iso
from .figures import HOUR, MINUTE, Figures, Result, Setup, percentile, ratio, rounded

# From when on a wake is late, and counts as downtime.
WAKE_LATE_SECONDS = 600
# How long an alarm looks until it acts: one minute for the step of the bridges, three for target tracking.
STEP_ALARM_SECONDS, TRACKING_ALARM_SECONDS = 60, 180


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
        "median_seconds": rounded(percentile(taken, 50)),
        "high_seconds": rounded(percentile(taken, 95)),
        "longest_seconds": rounded(max(taken, default=None)),
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
            f"{what}_average": rounded(ratio(sum(sums.values()), sum(samples.values())), 1),
            f"{what}_high": rounded(percentile(averages, 95), 1),
            f"{what}_peak": rounded(max(highest.values(), default=None), 1),
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
        "median_seconds": rounded(percentile(taken, 50)),
        "longest_seconds": rounded(max(taken, default=None)),
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
        "success_percent": rounded(ratio(100 * succeeded, uploads), 1),
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
    traffic = participant_hours * prices.awake_cost([])["usd_hour_per_viewer"]
    hours = (figures.until - figures.since) / HOUR
    standing = asleep_usd_month * hours / prices.HOURS_A_MONTH
    always_on = hours * (setup.hour("signalling") + setup.hour("bridge"))
    return {
        "compute_usd": round(compute, 2),
        "traffic_usd": round(traffic, 2),
        "standing_usd": round(standing, 2),
        "usd": round(compute + traffic + standing, 2),
        "always_on_usd": round(max(always_on, compute) + traffic + standing, 2),
        "idle_compute_usd": round(idle_compute(figures, setup), 2),
        "prices_of": prices.PRICES_OF,
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
