# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The state machine of the platform: from what is seen to what is to be done. Pure: no AWS, no clock.

Phases: awake -> draining -> stopping -> asleep, and from each of them back to awake.

- awake: every service has a minimum and a desired count of 1 at least; DNS follows the tasks.
- draining: nobody has met for a while. The name no longer leads to the platform, so nobody can join; everything still
  runs. Figures lag, so somebody may have joined unseen: figures from after the door was closed decide.
- stopping: those figures are all zero. Whoever moved the platform here takes the minimum and then the desired counts
  to 0, before ``publish_at``; until then the name stays hidden, so no call that has begun meets a late 0.
- asleep: everything is 0.

The item in the table says the phase. It is replaced only by whoever read its last version, so of two runs that decide
at once one loses, looks again and decides anew. Times are seconds since 1970.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field, replace

from .names import KINDS

AWAKE, DRAINING, STOPPING, ASLEEP = "awake", "draining", "stopping", "asleep"
SIGNALLING, BRIDGE, RECORDER = KINDS
ORIGIN, TURN = "origin", "turn"
# An address of documentation (RFC 5737) that nobody has: connecting to it fails, and nobody can take it over.
BLACKHOLE = ("192.0.2.1",)
MINUTE = 60


@dataclass(frozen=True)
class Settings:
    """Durations in seconds."""

    # Without a participant, before the platform drains.
    idle: int = 900
    # By then a figure is in CloudWatch. If it is not, the platform stays awake a little longer, no more.
    lag: int = 120
    # From the closed door until nobody can come in: a run that published the name a moment ago has ended (30),
    # resolvers (10) and CloudFront (60, undocumented) have forgotten the address.
    settle: int = 120
    # A draining that cannot be decided, because figures are missing, opens the door again.
    drain_limit: int = 900
    # Within it whoever stops the platform has made the last call, and no further one in its last part, the time that
    # one call may take with its retries.
    fence: int = 40
    call: int = 20
    # Caddy renews when a third of the validity is left, so a platform that wakes at least so often never runs out of
    # it: a third is 30 days of 90, 21 of 64 (from February 2027) and 15 of 45 (from February 2028). 0: never.
    certificate: int = 20 * 86400
    # A wake that takes longer has failed.
    overdue: int = 600
    # One that takes longer still is let go: the platform may sleep again. Until then somebody may be waiting.
    give_up: int = 3600
    # A rotation whose last step is longer ago has died. Its mark must not keep the platform off: what starts then has
    # the current passwords, and the rotation looks again before it goes on.
    rotation: int = 600
    # A wish so soon after the last one changes nothing.
    fresh: int = 300


@dataclass(frozen=True)
class Item:
    """What the table says. ``version`` grows with every change."""

    phase: str
    version: int
    # When the phase began.
    since: float
    # When the platform was last woken from sleep, by whom (visitor, outside, schedule, certificate, operator), and when
    # somebody last wished it awake.
    woken_at: float = 0
    wake_at: float = 0
    by: str = ""
    # When the door was closed, and before when it must not open.
    drained_at: float = 0
    publish_at: float = 0
    # When the platform was first seen ready after waking, 0 as long as it was not.
    ready_at: float = 0


@dataclass(frozen=True)
class Task:
    """A task that is not ending: ECS wants it to run. The address is None until its interface is attached."""

    address: str | None
    created_at: float = 0
    healthy: bool = False


@dataclass(frozen=True)
class Service:
    """One service and its scalable target."""

    minimum: int
    maximum: int
    desired: int
    running: int = 0
    tasks: tuple[Task, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(sorted(task.address for task in self.tasks if task.address))


@dataclass(frozen=True)
class Seen:
    """The platform as read: services by kind, addresses by record, since when a schedule keeps it awake (or None)."""

    services: Mapping[str, Service]
    records: Mapping[str, tuple[str, ...]]
    kept_awake_since: float | None = None
    # A rotation of the passwords is under way: it has signalling off, and starts it again if it was on.
    rotating: bool = False


@dataclass(frozen=True)
class Usage:
    """Figures by minute (seconds since 1970 of its beginning). A minute without a figure is missing."""

    participants: Mapping[int, float] = field(default_factory=dict)
    busy: Mapping[int, float] = field(default_factory=dict)
    waiting: Mapping[int, float] = field(default_factory=dict)
    # Recorders that told anything.
    reporting: Mapping[int, float] = field(default_factory=dict)

    def since(self, first: float) -> Usage:
        """The figures of the minutes from ``first`` on."""
        kept = ({minute: value for minute, value in one.items() if minute >= first} for one in astuple(self))
        return Usage(*kept)

    @property
    def recording(self) -> bool:
        return _any(self.busy) or _any(self.waiting)

    @property
    def active(self) -> bool:
        return _any(self.participants) or self.recording


@dataclass(frozen=True)
class Action:
    """One thing to do: ``minimum`` or ``desired`` of a service to a number, or ``record`` to addresses."""

    what: str
    name: str
    value: int | tuple[str, ...]


def woken(item: Item | None, now: float, by: str) -> Item:
    """The item after somebody wished the platform awake."""
    if item is None:
        return Item(AWAKE, 1, now, woken_at=now, wake_at=now, by=by)
    if item.phase == AWAKE:
        return replace(item, version=item.version + 1, wake_at=now)
    if item.phase == DRAINING:
        # It still runs and was ready: only the door opens again.
        return replace(item, phase=AWAKE, version=item.version + 1, since=now, wake_at=now, by=by)
    return replace(item, phase=AWAKE, version=item.version + 1, since=now, woken_at=now, wake_at=now, by=by, ready_at=0)


def put_to_sleep(item: Item | None, now: float, settings: Settings, force: bool) -> Item:
    """The item after an operator wished the platform asleep: not before it is proven empty, unless forced."""
    item = item or Item(AWAKE, 0, now)
    if item.phase in (STOPPING, ASLEEP) or (item.phase == DRAINING and not force):
        return item
    closed = replace(item, drained_at=now, by="operator")
    if force:
        return _stopping(closed, now, settings)
    return replace(closed, phase=DRAINING, version=item.version + 1, since=now)


def needs_secret(item: Item, seen: Seen) -> bool:
    """Whether it matters now if a rotation is under way: something would be started."""
    return item.phase == AWAKE and any(_raise(seen))


def needs_usage(item: Item | None, seen: Seen, now: float, settings: Settings) -> bool:
    """Whether the figures may matter now."""
    if item is None:
        return False
    if item.phase == ASLEEP:
        return seen.services[RECORDER].desired > 0
    return item.phase == DRAINING or (item.phase == AWAKE and now - item.wake_at >= settings.idle)


def move(item: Item | None, seen: Seen, usage: Usage | None, now: float, settings: Settings) -> Item | None:
    """The next item, or None if the phase is right. Without figures nothing moves towards sleep."""
    if item is None:
        if _raised(seen):
            return Item(AWAKE, 1, now, woken_at=now, wake_at=now, by="outside")
        return Item(ASLEEP, 1, now, drained_at=now)
    return _MOVES[item.phase](item, seen, usage, now, settings)


def _move_awake(item: Item, seen: Seen, usage: Usage | None, now: float, settings: Settings) -> Item | None:
    if usage is not None and not in_use(item, seen, usage, now, settings):
        return replace(item, phase=DRAINING, version=item.version + 1, since=now, drained_at=now)
    if not item.ready_at and ready(item, seen, now):
        return replace(item, version=item.version + 1, ready_at=now)
    return None


def _move_draining(item: Item, seen: Seen, usage: Usage | None, now: float, settings: Settings) -> Item | None:
    opened = replace(item, phase=AWAKE, version=item.version + 1, since=now)
    if item.by != "operator" and seen.kept_awake_since is not None:
        return replace(opened, by="schedule")
    if seen.records.get(ORIGIN) != BLACKHOLE:
        # The door is open, still or again. Closing it is the action; the wait begins now.
        return replace(item, version=item.version + 1, since=now)
    if usage is None:
        return None
    # Without what was told before the platform drained: that has been judged.
    usage = usage.since(item.drained_at - settings.lag - 2 * MINUTE)
    if usage.active:
        return opened
    if _proven_empty(item, seen, usage, settings):
        return _stopping(item, now, settings)
    return opened if now - item.drained_at > settings.drain_limit else None


def _move_stopping(item: Item, seen: Seen, _usage: Usage | None, now: float, settings: Settings) -> Item | None:
    if _at_rest(seen):
        return replace(item, phase=ASLEEP, version=item.version + 1, since=now)
    if now < item.publish_at:
        return None
    # Whoever was to do it has died. What is not 0 it has left, or somebody has raised: to wake is the safe guess.
    return woken(item, now, "outside") if _raised(seen) else _stopping(item, now, settings)


def _move_asleep(item: Item, seen: Seen, usage: Usage | None, now: float, settings: Settings) -> Item | None:
    if _raised(seen):
        return woken(item, now, "outside")
    # The schedule's minimum of 1 came while the platform was being stopped, and was taken back to 0.
    if seen.kept_awake_since is not None and seen.kept_awake_since >= item.drained_at:
        return woken(item, now, "schedule")
    if settings.certificate and now - item.since > settings.certificate:
        return woken(item, now, "certificate")
    recorder = seen.services[RECORDER]
    if recorder.desired and not (usage and _recorders_idle(recorder, usage, 0)):
        return None
    return None if _at_rest(seen) else _stopping(item, now, settings)


_MOVES = {AWAKE: _move_awake, DRAINING: _move_draining, STOPPING: _move_stopping, ASLEEP: _move_asleep}


def _stopping(item: Item, now: float, settings: Settings) -> Item:
    return replace(item, phase=STOPPING, version=item.version + 1, since=now, publish_at=now + settings.fence)


def _raised(seen: Seen) -> bool:
    """Whether somebody wants it to run: an operator by signalling's desired count, a schedule by a minimum."""
    return seen.services[SIGNALLING].desired > 0 or any(service.minimum > 0 for service in seen.services.values())


def _at_rest(seen: Seen) -> bool:
    return all(service.minimum == 0 and service.desired == 0 for service in seen.services.values())


def in_use(item: Item, seen: Seen, usage: Usage, now: float, settings: Settings) -> str:
    """Why it must stay awake: waking, woken, schedule, participants, recorder, figures missing. Empty if nothing."""
    last = int((now - settings.lag) // MINUTE) * MINUTE
    window = range(last - settings.idle, last, MINUTE)
    if not item.ready_at and now - item.woken_at < settings.give_up:
        return "waking"
    # A platform that has just opened its door again does so for good: figures may come and go.
    if now - max(item.wake_at, item.ready_at, item.since) < settings.idle:
        return "woken"
    if seen.kept_awake_since is not None:
        return "schedule"
    if _any(usage.participants):
        return "participants"
    if usage.recording:
        return "recorder"
    if any(minute not in usage.participants for minute in window):
        return "figures missing"
    if not _recorders_idle(seen.services[RECORDER], usage, window.start):
        return "figures missing"
    return ""


def _proven_empty(item: Item, seen: Seen, usage: Usage, settings: Settings) -> bool:
    """Whether two minutes in which nobody could come in have figures, all of them zero."""
    first = math.ceil((item.since + settings.settle) / MINUTE) * MINUTE
    zeros = [minute for minute, figure in usage.participants.items() if minute >= first and figure == 0]
    return len(zeros) >= 2 and _recorders_idle(seen.services[RECORDER], usage, first)


def _recorders_idle(recorder: Service, usage: Usage, first: int) -> bool:
    """Whether every running recorder has told, from minute ``first`` on, that it records and keeps nothing."""
    if recorder.running == 0:
        return True
    told = [minute for minute, count in usage.reporting.items() if minute >= first and count >= recorder.running]
    return not usage.recording and any(minute in usage.busy and minute in usage.waiting for minute in told)


def _any(figures: Mapping[int, float]) -> bool:
    return any(figure > 0 for figure in figures.values())


def actions(item: Item, seen: Seen, now: float, mine: bool) -> list[Action]:
    """What is to be done in this phase, in order. ``mine`` says that this run has just begun this phase.

    So a service is lowered once: what is raised again afterwards, somebody has raised.
    """
    if item.phase == AWAKE:
        # What starts amid a rotation may have the former passwords. The rotation ends, and the next tick goes on.
        return [*([] if seen.rotating else _raise(seen)), *_point(seen, *_addresses(seen, now >= item.publish_at))]
    if item.phase == DRAINING:
        # Whoever is in a call unseen may still need TURN.
        return _point(seen, BLACKHOLE, _addresses(seen, True)[1])
    closed = _point(seen, BLACKHOLE, BLACKHOLE)
    return [*closed, *_lower(seen)] if item.phase == STOPPING and mine else closed


def _raise(seen: Seen) -> Iterable[Action]:
    """The minimum first: an autoscaling that still has 0 would take the desired count back."""
    for kind in KINDS:
        service = seen.services[kind]
        if service.maximum > 0 and service.minimum < 1:
            yield Action("minimum", kind, 1)
        if service.maximum > 0 and service.desired < 1:
            yield Action("desired", kind, 1)


def _lower(seen: Seen) -> Iterable[Action]:
    """The minimums first: autoscaling would lift the desired counts to them again."""
    for kind in KINDS:
        if seen.services[kind].minimum > 0:
            yield Action("minimum", kind, 0)
    for kind in KINDS:
        if seen.services[kind].desired > 0:
            yield Action("desired", kind, 0)


def _addresses(seen: Seen, public: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Addresses of origin and turn: those of tasks that are not ending, never one that was given back."""
    if not public:
        return BLACKHOLE, BLACKHOLE
    tasks = sorted((task.created_at, task.address) for task in seen.services[SIGNALLING].tasks if task.address)
    return ((tasks[-1][1],) if tasks else BLACKHOLE), seen.services[BRIDGE].addresses or BLACKHOLE


def _point(seen: Seen, origin: tuple[str, ...], turn: tuple[str, ...]) -> list[Action]:
    wanted = {ORIGIN: origin, TURN: turn}
    return [Action("record", name, value) for name, value in wanted.items() if seen.records.get(name) != value]


def steps(item: Item | None, seen: Seen, now: float) -> dict[str, bool]:
    """How far waking has come. ``address`` is that the name leads to the task.

    A bridge without a public address carries no media, whatever it says of itself.
    """
    signalling, bridge = seen.services[SIGNALLING], seen.services[BRIDGE]
    return {
        "task": signalling.running > 0,
        "services": any(task.healthy for task in signalling.tasks),
        "bridge": any(task.healthy and task.address for task in bridge.tasks),
        "address": item is not None
        and now >= item.publish_at
        and any((task.address,) == seen.records.get(ORIGIN) for task in signalling.tasks if task.healthy),
    }


def ready(item: Item | None, seen: Seen, now: float) -> bool:
    """Whether a visitor can meet."""
    return item is not None and item.phase == AWAKE and all(steps(item, seen, now).values())
