# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the goals were met."""

from __future__ import annotations

from collections.abc import Callable

from .figures import Figures, Result, Setup, ratio, rounded, stretches
from .history import WAKE_LATE_SECONDS, idle_compute, recordings, scaling, wakes

# The goals.
AVAILABILITY_PERCENT = 99.5
SCALING_SECONDS = 300
RECORDING_PERCENT = 95
UTILISATION_PERCENT = (60, 80)
WAKE_SECONDS = 90


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
    return ratio(sum(used.get(at, 0) for at in at_work), sum(tasks[at] for at in at_work))


def goals(figures: Figures, setup: Setup) -> list[Result]:
    """Each goal as it was measured, with its formula. ``met`` is None where there was nothing to measure."""
    expected, down = availability(figures)
    available = rounded(ratio(100 * (expected - down), expected), 2)
    scaled = scaling(figures)
    longest = scaled["longest_seconds"]
    rate = recordings(figures)["success_percent"]
    used = rounded(utilisation(figures), 1)
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
