# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What to change after a review: limits, sizes and schedules, each with its reason. To keep a value is advice too."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..ecs.fargate import MEMORIES
from ..platform.prices import GIB_HOUR, HOURS_A_MONTH, INSTANCE_HOUR, fargate_hour
from . import history
from .figures import DAY, Figures, Result, Setup

# Tasks that ran for less tell nothing about their size.
ENOUGH_HOURS = 10
# Use above which a task is too small, below which it is too large, and what the largest use may be of a new size.
FULL_PERCENT, EMPTY_PERCENT, ROOM_PERCENT = 80, 35, 65
# Share of the time awake above which sleeping saves little.
ALWAYS_AWAKE_PERCENT = 90
# A weekday's hour in which it woke in so many weeks, and in such a share of them, is a habit.
HABIT_WEEKS, HABIT_SHARE = 3, 0.75
WAKE_AHEAD_MINUTES = 10
# Stress of a bridge from which on jicofo looks for another one.
FULL_STRESS = 0.8
WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")

VARIABLES = {
    "signalling": ("jitsi_signalling_cpu", "jitsi_signalling_memory"),
    "bridge": ("jitsi_task_cpu", "jitsi_task_memory"),
    "recorder": ("jitsi_recorder_cpu", "jitsi_recorder_memory"),
}


def advice(figures: Figures, setup: Setup, zone: dt.tzinfo) -> list[Result]:
    """All of it: ``{"what", "variable", "now", "recommended", "change", "reason", "usd_month"}``.

    ``usd_month`` is what the change adds to a month's bill (negative: saves), as far as it can be computed, else None.
    """
    used = history.services(figures, setup)
    found = [least(figures, setup), bridge_most(figures, setup, used.get("bridge", {}))]
    if "recorder" in used:
        found.append(recorder_most(figures, setup, used["recorder"]))
    for kind, item in used.items():
        task = setup.task(kind)
        months = (figures.until - figures.since) / 3600 / HOURS_A_MONTH
        if "cpu" in task:
            found += [cpu(kind, task, item, months), memory(kind, task, item, months)]
        else:
            found.append(instance(task, item, months))
    found.append(percent(figures, setup, used.get("bridge", {})))
    if not setup.schedules:
        found += schedules(figures, zone, setup)
    return found


def _advice(
    what: str, variable: str, now: Any, recommended: Any, reason: str, usd_month: float | None = None
) -> Result:
    return {
        "what": what,
        "variable": variable,
        "now": now,
        "recommended": recommended,
        "change": now != recommended,
        "reason": reason,
        "usd_month": None if usd_month is None else round(usd_month, 2),
    }


# --- Limits


def least(figures: Figures, setup: Setup) -> Result:
    """Whether it should sleep at all."""
    share = history.awake(figures)["share_percent"]
    what, variable, now = "fewest tasks", "jitsi_schedules", "0 asleep, 1 awake"
    if share < ALWAYS_AWAKE_PERCENT:
        reason = f"It was awake for {share:.0f} % of the time; the rest cost no compute."
        return _advice(what, variable, now, now, reason)
    reason = (
        f"It was awake for {share:.0f} % of the time anyway: a schedule that keeps it awake spares people the wait."
    )
    rest = (100 - share) / 100 * HOURS_A_MONTH * (setup.hour("signalling") + setup.hour("bridge"))
    return _advice(what, variable, now, "1 always", reason, rest)


def bridge_most(figures: Figures, setup: Setup, used: Mapping[str, Any]) -> Result:
    """The limit of bridges: full ones while no more were allowed ask for more."""
    peak, most = used.get("tasks_peak", 0), setup.bridge_max
    counts, bridges = figures.of("stress_most"), figures.of("bridge.tasks")
    minutes = figures.period / 60
    full = [at for at, stress in counts.items() if stress >= FULL_STRESS and bridges.get(at, 0) >= most * minutes]
    what, variable = "most bridges", "jitsi_bridge_max"
    if full:
        reason = (
            f"All {most} bridges ran and the fullest was full (stress {FULL_STRESS} or more) in {len(full)} periods of"
            f" {minutes:.0f} minutes: some calls had less than they needed."
        )
        return _advice(what, variable, most, most + 1, reason)
    if peak and peak + 2 <= most:
        reason = f"At most {peak} ran. A lower limit saves nothing by itself; it only bounds the bill of a bad day."
        return _advice(what, variable, most, peak + 1, reason)
    return _advice(what, variable, most, most, f"At most {peak} ran, and never all of them full.")


def recorder_most(figures: Figures, setup: Setup, used: Mapping[str, Any]) -> Result:
    """The limit of recorders: all busy while no more were allowed ask for more."""
    peak, most, minutes = used.get("tasks_peak", 0), setup.recorder_max, figures.period / 60
    recorders = figures.of("recorders")
    busy = [
        at
        for at, lowest in figures.of("recorders_busy_least").items()
        if lowest >= 1 and recorders.get(at, 0) >= most * minutes
    ]
    what, variable = "most recorders", "jitsi_recorder_max"
    if busy:
        reason = (
            f"All {most} recorders were recording in {len(busy)} periods of {minutes:.0f} minutes: whoever pressed"
            " record then found none."
        )
        return _advice(what, variable, most, most + 1, reason)
    return _advice(what, variable, most, most, f"At most {peak} ran, and one was free whenever all of them did.")


def percent(figures: Figures, setup: Setup, used: Mapping[str, Any]) -> Result:
    """What scaling aims at: bridges that got full while more were allowed were added too late."""
    stress, bridges = figures.of("stress_most"), figures.of("bridge.tasks")
    minutes, now = figures.period / 60, setup.scaling_percent
    late = [
        at
        for at, value in stress.items()
        if value >= 1 and 0 < bridges.get(at, 0) <= (setup.bridge_max - 1) * minutes and not figures.quiet(at)
    ]
    what, variable = "use that scaling aims at (%)", "jitsi_scaling_percent"
    if late and now > 50:
        reason = (
            f"A bridge was overloaded (stress 1 or more) in {len(late)} periods of {minutes:.0f} minutes although"
            " more were allowed: aim lower, so that the next one starts earlier."
        )
        return _advice(what, variable, now, max(50, now - 10), reason)
    if used.get("task_hours", 0) < ENOUGH_HOURS:
        return _advice(what, variable, now, now, _too_little(used))
    return _advice(what, variable, now, now, "No bridge was overloaded while more were allowed.")


# --- Sizes


def cpu(kind: str, task: Mapping[str, Any], used: Mapping[str, Any], months: float) -> Result:
    """CPU units of a task on Fargate."""
    now, memory_now = int(task["cpu"]), int(task["memory"])
    what, variable = f"CPU of the {kind} task (units)", VARIABLES[kind][0]
    if used["task_hours"] < ENOUGH_HOURS or used["cpu_high"] is None:
        return _advice(what, variable, now, now, _too_little(used))
    high, peak = used["cpu_high"], used["cpu_peak"]
    sizes = sorted(MEMORIES)
    larger = [size for size in sizes if size > now and memory_now in MEMORIES[size]]
    smaller = [size for size in sizes if size < now and memory_now in MEMORIES[size]]
    figures = f"95 of 100 periods were below {high:.0f} %, the highest minute was {peak:.0f} %"
    if high > FULL_PERCENT and kind == "bridge":
        # Scaling adds bridges: that more of them are needed is said by the limit and by what scaling aims at.
        return _advice(what, variable, now, now, f"{figures}: more bridges help, not larger ones; see the limit above.")
    if high > FULL_PERCENT and larger:
        extra = used["task_hours"] / months * (fargate_hour(larger[0], memory_now) - fargate_hour(now, memory_now))
        return _advice(what, variable, now, larger[0], f"{figures}: it had no room left.", extra)
    if peak < EMPTY_PERCENT and smaller and not (kind == "bridge" and used["tasks_peak"] > 1):
        less = used["task_hours"] / months * (fargate_hour(smaller[-1], memory_now) - fargate_hour(now, memory_now))
        return _advice(
            what, variable, now, smaller[-1], f"{figures}: less would do, and {smaller[-1]} is the next size.", less
        )
    if peak < EMPTY_PERCENT:
        why = (
            "several ran, so smaller ones would only be more" if smaller else f"no smaller size takes {memory_now} MiB"
        )
        return _advice(what, variable, now, now, f"{figures}, but {why}.")
    return _advice(what, variable, now, now, f"{figures}.")


def memory(kind: str, task: Mapping[str, Any], used: Mapping[str, Any], months: float) -> Result:
    """Memory of a task on Fargate, of the sizes that go with its CPU."""
    now = int(task["memory"])
    what, variable = f"memory of the {kind} task (MiB)", VARIABLES[kind][1]
    peak = used["memory_peak"]
    if used["task_hours"] < ENOUGH_HOURS or peak is None:
        return _advice(what, variable, now, now, _too_little(used))
    told = f"The highest use was {peak:.0f} % ({peak * now / 100:.0f} MiB)"
    fitting = [size for size in MEMORIES[int(task["cpu"])] if peak * now <= ROOM_PERCENT * size]
    hours = used["task_hours"] / months / 1024 * GIB_HOUR
    if peak > FULL_PERCENT and fitting and fitting[0] > now:
        reason = f"{told}: a task that runs out restarts, and its calls break."
        return _advice(what, variable, now, fitting[0], reason, hours * (fitting[0] - now))
    if peak < EMPTY_PERCENT and fitting and fitting[0] < now:
        reason = f"{told}: {fitting[0]} leaves room enough, and is a size that goes with its CPU."
        return _advice(what, variable, now, fitting[0], reason, hours * (fitting[0] - now))
    if peak < EMPTY_PERCENT:
        return _advice(what, variable, now, now, f"{told}, but no smaller size goes with its CPU.")
    return _advice(what, variable, now, now, f"{told}.")


def instance(task: Mapping[str, Any], used: Mapping[str, Any], months: float) -> Result:
    """Instance type of the recorders. A smaller one than the smallest of the table cannot record."""
    now = str(task["instance_type"])
    what, variable = "instance of a recorder", "jitsi_recorder_instance_type"
    if used["task_hours"] < ENOUGH_HOURS or used["cpu_high"] is None:
        return _advice(what, variable, now, now, _too_little(used))
    figures = f"95 of 100 periods were below {used['cpu_high']:.0f} % CPU, the highest use of memory was "
    figures += f"{used['memory_peak'] or 0:.0f} %"
    larger = f"{now.partition('.')[0]}.2xlarge"
    full = used["cpu_high"] > FULL_PERCENT or (used["memory_peak"] or 0) > 90
    if full and larger in INSTANCE_HOUR and now != larger:
        extra = used["task_hours"] / months * (INSTANCE_HOUR[larger] - INSTANCE_HOUR.get(now, 0))
        reason = f"{figures}: recordings may stutter. Raise jitsi_recorder_cpu and jitsi_recorder_memory with it."
        return _advice(what, variable, now, larger, reason, extra if now in INSTANCE_HOUR else None)
    return _advice(what, variable, now, now, f"{figures}.")


def _too_little(used: Mapping[str, Any]) -> str:
    return f"It ran for {used.get('task_hours', 0):.0f} hours, which is too little to judge."


# --- Schedules


def schedules(figures: Figures, zone: dt.tzinfo, setup: Setup) -> Iterator[Result]:
    """Wake ahead of a habit: the same hour of the same weekdays, woken by people, in most weeks."""
    weeks = max(1, round((figures.until - figures.since) / DAY / 7))
    woken: dict[tuple[int, int], set[dt.date]] = defaultdict(set)
    for at in figures.of("wakes"):
        local = dt.datetime.fromtimestamp(at, zone)
        woken[local.hour, local.weekday()].add(local.date())
    habits: dict[int, list[int]] = defaultdict(list)
    for (hour, day), dates in sorted(woken.items()):
        if len(dates) >= HABIT_WEEKS and len(dates) >= HABIT_SHARE * weeks:
            habits[hour].append(day)
    for hour, days in sorted(habits.items()):
        expression = _ahead(hour, days)
        reason = (
            f"It was woken between {hour:02d}:00 and {hour + 1:02d}:00 on {_days(days)} in most weeks, and people"
            " waited each time."
        )
        hours = WAKE_AHEAD_MINUTES / 60 * len(days) * HOURS_A_MONTH / 168
        usd = hours * (setup.hour("signalling") + setup.hour("bridge"))
        yield _advice("schedule that wakes it", "jitsi_schedules", "none", expression, reason, usd)


def _ahead(hour: int, days: Sequence[int]) -> str:
    """The cron expression some minutes before an hour; before midnight that is the day before."""
    before = 60 - WAKE_AHEAD_MINUTES
    shifted = days if hour else [(day - 1) % 7 for day in days]
    return f"cron({before} {(hour - 1) % 24} ? * {_days(sorted(shifted))} *)"


def _days(days: Sequence[int]) -> str:
    if len(days) > 2 and list(days) == list(range(days[0], days[0] + len(days))):
        return f"{WEEKDAYS[days[0]]}-{WEEKDAYS[days[-1]]}"
    return ",".join(WEEKDAYS[day] for day in days)
