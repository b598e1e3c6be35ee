# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings the platform to what its item says. Safe to run at any time, twice at once, and to die anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .cloud import Cloud
from .progress import figures
from .state import (
    ASLEEP,
    AWAKE,
    DRAINING,
    STOPPING,
    Action,
    Item,
    Settings,
    Usage,
    actions,
    move,
    needs_secret,
    needs_usage,
    put_to_sleep,
    woken,
)

# From asleep to awake takes two rounds, sleep three; a run that finds the world moving leaves the rest to the next.
ROUNDS = 6


def reconcile(
    cloud: Cloud, settings: Settings, watch: bool = False, mine: int | None = None
) -> tuple[Item | None, Usage | None]:
    """Look, decide and act until nothing is left to do. Only with ``watch`` are figures read, and so sleep decided on.
    ``mine`` is the version of the item with which the caller began to stop the platform. Returns the item and the figures,
    if read.

    What was done is looked at again, so what changed meanwhile is not missed: a task that ended after its address was
    read, or a wake that came while the platform was being stopped.
    """
    item: Item | None = None
    usage: Usage | None = None
    for _round in range(ROUNDS):
        item = cloud.item()
        seen = cloud.seen(with_tasks=item is not None and item.phase in (AWAKE, DRAINING))
        now = cloud.now()
        usage = cloud.usage(settings) if watch and needs_usage(item, seen, now, settings) else None
        moved = move(item, seen, usage, now, settings)
        if moved is not None:
            if not cloud.replace(item, moved):
                continue
            _tell(cloud, item, moved)
            item = moved
        if item is None:
            # Only for the type: without an item there is always a move to the first one.
            continue
        if needs_secret(item, seen):
            seen = replace(seen, rotating=cloud.rotating(settings))
        todo = actions(item, seen, now, mine=moved is not None or item.version == mine)
        # Once: what is raised again after it was lowered, somebody has raised.
        mine = None
        if moved is None and not todo:
            break
        for action in todo:
            if item.phase == STOPPING and not _may_stop(cloud, item, settings):
                break
            _do(cloud, action)
    else:
        return item, usage
    if watch and item.phase != ASLEEP:
        cloud.log(figures(item, seen, usage, now, settings))
    return item, usage


def wake(cloud: Cloud, by: str, fresh: int = 0) -> bool:
    """Write down that somebody wishes the platform awake. From then on it will be, whoever dies.

    Returns whether it was written: not if somebody did so within the last ``fresh`` seconds.
    """

    def change(item: Item | None, now: float) -> Item:
        return item if item is not None and wished_lately(item, now, fresh) else woken(item, now, by)

    return _write(cloud, change) is not None


def wished_lately(item: Item, now: float, fresh: int) -> bool:
    """Whether the platform is awake, and somebody wished it so within the last ``fresh`` seconds."""
    return item.phase == AWAKE and now - item.wake_at < fresh


def note_ready(cloud: Cloud, item: Item, now: float) -> None:
    """Note when the platform was first ready after waking, for the figures. It is enough if anybody does."""
    noted = replace(item, version=item.version + 1, ready_at=now)
    if cloud.replace(item, noted):
        _tell(cloud, item, noted)


def sleep(cloud: Cloud, settings: Settings, force: bool) -> int | None:
    """Write down that an operator wishes the platform asleep; returns ``mine`` of the ``reconcile`` to come."""
    return _write(cloud, lambda item, now: put_to_sleep(item, now, settings, force))


def _write(cloud: Cloud, change: Callable[[Item | None, float], Item]) -> int | None:
    """Change the item, and return its version if it changed. Whoever was faster is taken into account; nobody is faster
    for ever."""
    for _attempt in range(10):
        item = cloud.item()
        changed = change(item, cloud.now())
        if changed == item:
            return None
        if cloud.replace(item, changed):
            _tell(cloud, item, changed)
            return changed.version
    raise RuntimeError("the item changed ten times while it was to be changed")


def _may_stop(cloud: Cloud, item: Item, settings: Settings) -> bool:
    """Whether the item is still the one that this run stops for, and the call will end before the fence does."""
    return cloud.item() == item and cloud.now() <= item.publish_at - settings.call


def _do(cloud: Cloud, action: Action) -> None:
    if isinstance(action.value, tuple):
        cloud.set_record(action.name, action.value)
    elif action.what == "minimum":
        cloud.set_minimum(action.name, action.value)
    else:
        cloud.set_desired(action.name, action.value)


def _tell(cloud: Cloud, old: Item | None, new: Item) -> None:
    before = old.phase if old else ASLEEP
    if new.phase == AWAKE and new.woken_at != (old.woken_at if old else 0):
        cloud.log({"event": "woken", "by": new.by, "before": before})
    elif new.phase != before:
        cloud.log({"event": new.phase, "before": before})
    if old is not None and new.ready_at and not old.ready_at:
        cloud.log({"event": "ready", "by": new.by, "wake_seconds": round(new.ready_at - new.woken_at)})
