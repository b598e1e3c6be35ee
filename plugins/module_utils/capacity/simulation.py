# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A day of the platform as a discrete-event simulation: people come, tasks start, target tracking adds and removes.

Times are seconds since midnight. What the model takes for granted is said in docs/capacity.md; each number that stands
for it is a field of ``Settings``. The same seed gives the same day.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .traces import Meeting
from .tracking import Tracker

MINUTE = 60.0
DAY = 24 * 60 * MINUTE
# jicofo takes another bridge from a stress of 0.8 on; a bridge's stress is its CPU use divided by 0.9 (reference.conf
# of jicofo and of the videobridge).
BRIDGE_FULL = 0.8 * 0.9
# When in a meeting somebody presses record, in seconds.
RECORD_AFTER = 60.0

Spread = tuple[float, float, float]


@dataclass(frozen=True)
class Settings:
    """What an operator chooses, and what the model takes for granted. Spreads are (least, most likely, most)."""

    bridge_max: int = 3
    recorder_max: int = 2
    percent: float = 70
    cooldown: float = 300
    idle_minutes: float = 15
    # Participants that would take all of a bridge's CPU.
    bridge_participants: float = 36
    # Whether one minute in which every bridge is full adds a bridge, beside target tracking.
    fast: bool = True
    # From the request for a Fargate task until its containers run, then until its component serves.
    task_start: Spread = (45, 57, 90)
    ready: Spread = (15, 20, 30)
    # Until the new DNS record is seen.
    dns: Spread = (2, 8, 15)
    # Boot of a recorder's instance.
    boot: Spread = (60, 100, 150)
    # From the end of a minute until scaling has looked at its figure.
    metric_delay: float = 30
    # Each participant comes this long after the start of the meeting.
    lateness: Spread = (-120, 30, 300)
    always_on: bool = False


@dataclass
class _Task:
    """A bridge or a recorder: when its start was asked for, when it served, when it ended."""

    asked: float
    served: float = math.inf
    ended: float = math.inf
    people: dict[int, int] = field(default_factory=dict)
    area: float = 0.0

    @property
    def load(self) -> int:
        return sum(self.people.values())

    @property
    def serves(self) -> bool:
        return self.served < math.inf and self.ended == math.inf


class _Day:
    """One run. Every event is a time and something to do then."""

    def __init__(self, meetings: Sequence[Meeting], settings: Settings, seed: int) -> None:
        self.settings, self.random = settings, random.Random(seed)
        self.meetings = meetings
        self.now, self.order = 0.0, 0
        self.events: list[tuple[float, int, Callable[[], None]]] = []
        self.state = "asleep"
        self.signalling: list[_Task] = []
        self.bridges: list[_Task] = []
        self.recorders: list[_Task] = []
        self.desired, self.desired_recorders = 0, 0
        self.waiting: list[tuple[int, int, float]] = []
        self.seats: dict[tuple[int, int], _Task] = {}
        self.full_since: float | None = None
        self.last_seen = 0.0
        self.result: dict[str, list[float]] = {name: [] for name in ("wake", "scale", "wait")}
        self.recordings_missed = 0
        self.rows: list[dict[str, Any]] = []
        self.person_seconds = self.overload_seconds = 0.0
        self.reset_scaling()

    # --- The clock

    def at(self, time: float, action: Callable[[], None]) -> None:
        """Do this at a time, after all that was put there before."""
        self.order += 1
        heapq.heappush(self.events, (max(time, self.now), self.order, action))

    def draw(self, spread: Spread) -> float:
        low, mode, high = spread
        return self.random.triangular(low, high, mode)

    def advance(self, time: float) -> None:
        """Let time pass: everything that is proportional to it."""
        passed = time - self.now
        for bridge in self.serving():
            bridge.area += bridge.load * passed
            self.person_seconds += bridge.load * passed
            if bridge.load > self.settings.bridge_participants:
                self.overload_seconds += passed
        self.now = time

    def run(self) -> None:
        """Run the whole day; what is still running at its end ends with it."""
        for number, meeting in enumerate(self.meetings):
            self.invite(number, meeting)
        if self.settings.always_on:
            self.at(0, self.wake)
        self.at(MINUTE, self.tick)
        while self.events:
            time, _order, action = heapq.heappop(self.events)
            if time >= DAY:
                break
            self.advance(time)
            action()
        self.advance(DAY)
        for task in (*self.signalling, *self.bridges, *self.recorders):
            task.ended = min(task.ended, DAY)

    # --- People

    def invite(self, number: int, meeting: Meeting) -> None:
        """Each participant comes and goes by chance around the times of the meeting; the first one is early."""
        for person in range(meeting.participants):
            late = min(self.draw(self.settings.lateness), meeting.seconds / 2)
            come = meeting.start + late
            leave = max(meeting.start + meeting.seconds - self.random.uniform(0, 60), come + 30)
            self.at(come, lambda n=number, p=person: self.come(n, p))  # type: ignore[misc]
            self.at(leave, lambda n=number, p=person: self.leave(n, p))  # type: ignore[misc]
        if meeting.recorded and self.settings.recorder_max:
            self.at(meeting.start + RECORD_AFTER, lambda: self.record(meeting))

    def come(self, number: int, person: int) -> None:
        self.waiting.append((number, person, self.now))
        if self.state == "asleep":
            self.wake()
        self.seat_waiting()

    def seat_waiting(self) -> None:
        """Whoever waits gets in as soon as signalling and a bridge serve."""
        if self.state != "awake" or not self.serving():
            return
        for number, person, since in self.waiting:
            bridge = self.choose(number)
            bridge.people[number] = bridge.people.get(number, 0) + 1
            self.seats[number, person] = bridge
            self.result["wait"].append(self.now - since)
        self.waiting.clear()
        self.watch_load()

    def choose(self, number: int) -> _Task:
        """jicofo's choice: a bridge of the conference while it has room, else the least loaded one."""
        free = [bridge for bridge in self.serving() if self.use(bridge) < BRIDGE_FULL]
        own = [bridge for bridge in free if number in bridge.people]
        return min(own or free or self.serving(), key=lambda bridge: bridge.load)

    def leave(self, number: int, person: int) -> None:
        self.waiting = [item for item in self.waiting if item[:2] != (number, person)]
        bridge = self.seats.pop((number, person), None)
        if bridge is None:
            return
        bridge.people[number] -= 1
        if not bridge.people[number]:
            del bridge.people[number]
        self.release()
        self.watch_load()

    def record(self, meeting: Meeting) -> None:
        """A recorder takes the meeting at once, or the recording does not happen."""
        free = [task for task in self.recorders if task.serves and not task.people]
        if not free:
            self.recordings_missed += 1
            return
        recorder = free[0]
        recorder.people = {0: 1}
        self.at(meeting.start + meeting.seconds, recorder.people.clear)

    # --- The platform

    def serving(self) -> list[_Task]:
        return [bridge for bridge in self.bridges if bridge.serves]

    def use(self, bridge: _Task) -> float:
        return bridge.load / self.settings.bridge_participants

    def reset_scaling(self) -> None:
        self.tracker = Tracker(self.settings.percent / 100, self.settings.cooldown)
        # As many idle recorders as busy ones (role autoscaling).
        self.recorder_tracker = Tracker(0.5, 60)
        self.full_since = None

    def start(self, tasks: list[_Task], extra: float, served: Callable[[], None]) -> None:
        task = _Task(self.now)
        tasks.append(task)
        delay = extra + self.draw(self.settings.task_start) + self.draw(self.settings.ready)

        def serve() -> None:
            if task.ended == math.inf:
                task.served = self.now
                served()

        self.at(self.now + delay, serve)

    def start_bridge(self) -> None:
        self.start(self.bridges, 0, self.bridge_serves)

    def wake(self) -> None:
        self.state, self.clicked = "waking", self.now
        self.last_seen = self.now
        self.reset_scaling()
        self.start(self.signalling, self.draw(self.settings.dns), self.serve)
        self.desired = 1
        self.start_bridge()
        self.desired_recorders = min(1, self.settings.recorder_max)
        for _task in range(self.desired_recorders):
            self.start(self.recorders, self.draw(self.settings.boot), lambda: None)

    def serve(self) -> None:
        """Signalling serves; the platform is awake once a bridge does too."""
        if self.state == "waking" and self.signalling[-1].serves and self.serving():
            self.state = "awake"
            self.result["wake"].append(self.now - self.clicked)
            self.seat_waiting()

    def bridge_serves(self) -> None:
        if self.full_since is not None and self.state == "awake":
            self.result["scale"].append(self.now - self.full_since)
            self.full_since = None
        self.serve()
        self.watch_load()

    def watch_load(self) -> None:
        """Note since when every bridge has been full, while there could be another."""
        bridges = self.serving()
        full = 0 < len(bridges) < self.settings.bridge_max and min(map(self.use, bridges)) >= BRIDGE_FULL
        if not full:
            self.full_since = None
        elif self.full_since is None:
            self.full_since = self.now

    def release(self) -> None:
        """End bridges that are too many: empty ones only, the others are protected."""
        spare = len([bridge for bridge in self.bridges if bridge.ended == math.inf]) - self.desired
        for bridge in self.serving():
            if spare > 0 and not bridge.people:
                bridge.ended = self.now
                spare -= 1

    def sleep(self) -> None:
        self.state = "asleep"
        self.desired = self.desired_recorders = 0
        for task in (*self.signalling, *self.bridges, *self.recorders):
            task.ended = min(task.ended, self.now)

    def tick(self) -> None:
        """A minute has ended: its figures exist, and after a delay scaling and sleep look at them."""
        self.at(self.now + MINUTE, self.tick)
        bridges = self.serving()
        shares = [
            bridge.area / MINUTE / self.settings.bridge_participants
            for bridge in bridges
            if bridge.served <= self.now - MINUTE
        ]
        for bridge in bridges:
            bridge.area = 0.0
        recorders = [task for task in self.recorders if task.serves]
        self.rows.append(
            {
                "minute": round(self.now / MINUTE),
                "state": self.state,
                "participants": sum(bridge.load for bridge in bridges),
                "bridges": len(bridges),
                "busy_bridges": sum(1 for bridge in bridges if bridge.people),
                "percent": round(100 * sum(shares) / len(shares), 1) if shares else None,
                "recorders": len(recorders),
                "recording": sum(1 for task in recorders if task.people),
            }
        )
        if self.state == "awake":
            figure = sum(shares) / len(shares) if shares else None
            full = bool(shares) and min(shares) > BRIDGE_FULL
            busy = sum(1 for task in recorders if task.people) / len(recorders) if recorders else None
            self.at(self.now + self.settings.metric_delay, lambda: self.scale(figure, busy, full))
            self.consider_sleep(bool(self.seats or self.waiting or busy))

    def scale(self, figure: float | None, busy: float | None, full: bool) -> None:
        if self.state != "awake":
            return
        wanted = self.tracker.wanted(self.now, figure, self.desired, self.settings.bridge_max)
        starting = self.desired > len(self.serving())
        if full and self.settings.fast and not starting:
            wanted = min(self.settings.bridge_max, max(wanted, self.desired + 1))
        self.desired = wanted
        for _task in range(self.desired - len([bridge for bridge in self.bridges if bridge.ended == math.inf])):
            self.start_bridge()
        self.release()
        wanted = self.recorder_tracker.wanted(self.now, busy, self.desired_recorders, self.settings.recorder_max)
        for _task in range(wanted - self.desired_recorders):
            self.start(self.recorders, self.draw(self.settings.boot), lambda: None)
        self.desired_recorders = max(wanted, self.desired_recorders)

    def consider_sleep(self, used: bool) -> None:
        if used:
            self.last_seen = self.now
        elif not self.settings.always_on and self.now - self.last_seen >= self.settings.idle_minutes * MINUTE:
            self.sleep()


def simulate(meetings: Sequence[Meeting], settings: Settings, seed: int = 1) -> dict[str, Any]:
    """Run a day and say how it went.

    Returns counts; lists of seconds: ``wake`` (from the click until the room opens), ``scale`` (from when every bridge
    is full until another serves), ``wait`` (of each participant); ``hours`` of tasks and of participants; participants
    a bridge and percent of its CPU, averaged over the minutes in which bridges are used, and (``crowded``) in which
    more than one is; ``rows``, one a minute.
    """
    day = _Day(meetings, settings, seed)
    day.run()
    crowded = [row for row in day.rows if row["busy_bridges"] > 1 and row["percent"] is not None]
    used = [row for row in day.rows if row["busy_bridges"]]
    return {
        "participants": sum(meeting.participants for meeting in meetings),
        "participants_most": max((row["participants"] for row in day.rows), default=0),
        "bridges_most": max((row["bridges"] for row in day.rows), default=0),
        "wake": day.result["wake"],
        "scale": day.result["scale"],
        "wait": day.result["wait"],
        "participants_a_bridge": _mean([row["participants"] / row["busy_bridges"] for row in used]),
        "participants_a_crowded_bridge": _mean([row["participants"] / row["busy_bridges"] for row in crowded]),
        "percent": _mean([row["percent"] for row in used if row["percent"] is not None]),
        "percent_crowded": _mean([row["percent"] for row in crowded]),
        "overload_minutes": round(day.overload_seconds / MINUTE, 1),
        "recordings": sum(meeting.recorded for meeting in meetings) if settings.recorder_max else 0,
        "recordings_missed": day.recordings_missed,
        "hours": {
            "signalling": _hours(day.signalling),
            "bridge": _hours(day.bridges),
            "recorder": _hours(day.recorders),
            "participant": round(day.person_seconds / 3600, 2),
        },
        "rows": day.rows,
    }


def compare_always_on(meetings: Sequence[Meeting], settings: Settings, seed: int = 1) -> dict[str, Any]:
    """The hours of tasks of the same day, if the platform never slept."""
    hours: dict[str, Any] = simulate(meetings, replace(settings, always_on=True), seed)["hours"]
    return hours


def spread(values: Sequence[float]) -> dict[str, float | None]:
    """Median, 95th percentile and most of some values (nearest rank); None of no values."""
    ordered = sorted(values)

    def rank(share: float) -> float | None:
        return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 1) if ordered else None

    return {"median": rank(0.5), "p95": rank(0.95), "most": rank(1)}


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 1) if values else None


def _hours(tasks: Iterable[_Task]) -> float:
    """Hours that are billed: from the request to the end."""
    return round(sum(task.ended - task.asked for task in tasks) / 3600, 2)
