# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is told of the platform: to visitors by the wake page, and in the log. Pure, as ``state`` is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .state import AWAKE, MINUTE, SIGNALLING, Item, Seen, Settings, Usage, in_use, ready, steps


def progress(item: Item | None, seen: Seen, now: float, settings: Settings) -> dict[str, Any]:
    """What the wake page shows: state (asleep, waking, ready), the steps, and the seconds since it was woken."""
    if item is None or item.phase != AWAKE:
        return {"state": "asleep"}
    done = steps(item, seen, now)
    # Later on it is waking again only if its task was replaced.
    began = [task.created_at for task in seen.services[SIGNALLING].tasks] if item.ready_at else []
    seconds = max(0, int(now - max([item.woken_at, item.since, *began])))
    waking = not all(done.values())
    return {
        "state": "waking" if waking else "ready",
        "steps": done,
        "seconds": seconds,
        "overdue": waking and seconds > settings.overdue,
    }


def beginning(item: Item, now: float, settings: Settings) -> dict[str, Any]:
    """As ``progress``, before anybody has looked."""
    seconds = max(0, int(now - item.woken_at))
    done = dict.fromkeys(("task", "services", "bridge", "address"), False)
    return {"state": "waking", "steps": done, "seconds": seconds, "overdue": seconds > settings.overdue}


def figures(item: Item, seen: Seen, usage: Usage | None, now: float, settings: Settings) -> dict[str, int | str]:
    """The figures of a log line while the platform is not asleep."""
    line: dict[str, int | str] = {"state": item.phase, "awake_minutes": int(now - item.woken_at) // MINUTE}
    if item.phase == AWAKE:
        line["ready"] = int(ready(item, seen, now))
    if usage is not None:
        line["idle_minutes"] = len(list(_trailing_zeros(usage.participants)))
        if item.phase == AWAKE:
            line["why"] = in_use(item, seen, usage, now, settings)
    if item.phase == AWAKE and not item.ready_at and now - item.woken_at > settings.overdue:
        line["wake_seconds"] = int(now - item.woken_at)
    return line


def _trailing_zeros(figures_by_minute: Mapping[int, float]) -> Iterable[int]:
    for minute in sorted(figures_by_minute, reverse=True):
        if figures_by_minute[minute] > 0:
            return
        yield minute
