# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A small world for the life cycle: ECS, autoscaling, DNS, figures, visitors. Immutable, so it can be explored.

Time goes in minutes. Within a minute everything may happen in any order. What is assumed of time:

- A run of a function sees the minute change once at most (Lambda ends it after 30 seconds).
- A call that lowers something takes effect in the minute in which it was begun (a call may last 20 seconds).
- Resolvers and CloudFront forget an address within the minute after it changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from .replay import CONFLICT, Call, Runs

SIGNALLING, BRIDGE, RECORDER = range(3)
SERVICES = ("meet-service", "meet-bridge", "meet-recorder")
MAXIMA = (1, 2, 1)
BASE, MINUTE = 60_000, 60
# Labels of addresses; 0 is the blackhole. A task ends in two steps: ECS decides, then the address is given back.
PENDING, RUNNING, ENDING = "pending", "running", "ending"
LABELS = ((1, 2, 3), (11, 12, 13, 14))
LOOKS = {
    "describe_scalable_targets",
    "describe_services",
    "list_tasks",
    "describe_tasks",
    "describe_network_interfaces",
    "list_resource_record_sets",
    "describe_secret",
}

Tasks = tuple[tuple[int, str], ...]


class Budget(NamedTuple):
    """How often what may happen. What is not listed happens whenever it can."""

    wakes: int = 0
    joins: int = 0
    manual: int = 0
    schedules: int = 0
    deaths: int = 0
    crashes: int = 0
    gaps: int = 0
    duplicates: int = 0
    scalings: int = 0
    recordings: int = 0


class World(NamedTuple):
    minute: int = 0
    item: str = ""
    minima: tuple[int, ...] = (0, 0, 0)
    desired: tuple[int, ...] = (0, 0, 0)
    signalling: Tasks = ()
    bridges: Tasks = ()
    recorder: int = 0
    origin: tuple[int, ...] = (0,)
    turn: tuple[int, ...] = (0,)
    recording: bool = False
    # What origin was in the last minute or in this: some resolver may still say so.
    cached: tuple[int, ...] = (0,)
    people: int = 0
    sampled: bool = False
    # Figures: minute, participants, recording; those of a recorder only while one runs.
    figures: tuple[tuple[int, int, int], ...] = ()
    events: int = 0
    tick: bool = False
    # Runs under way: number, minute of birth.
    runs: tuple[tuple[int, int], ...] = ()
    # Somebody wished the platform awake and has not found it ready yet, since that minute.
    wish: int | None = None
    # When a visitor last did.
    clicked: int = -1000
    # In a flood: looks at the platform for visitors in this minute, and what was counted of their starts.
    looks: int = 0
    starts: int = 0
    left: Budget = Budget()

    @property
    def platform(self) -> tuple[Any, ...]:
        """What a look at the platform depends on."""
        return self[0], *self[2:9]


class Violation(AssertionError):
    """Something that must never happen."""


@dataclass(frozen=True)
class Rules:
    """What holds in one scenario.

    How many runs at once, in which minutes the schedule wakes and lets sleep, how many minutes, how many runs may die.
    """

    runs: Runs
    at_once: int = 2
    schedule: tuple[int, int] | None = None
    horizon: int = 10
    idle: int = 120
    deaths: int = 0
    # Looks at the platform that visitors may cause in a minute; 0: not counted.
    most_looks: int = 0
    # Whether the calls of one look at the platform are one step. What it decides and each thing it does stay apart.
    coarse: bool = True
    # Where a run gets by looking at a platform in a state: a cache.
    looked: dict[tuple[int, tuple[Any, ...]], tuple[int, int]] = field(default_factory=dict)


def set_desired(world: World, kind: int, count: int) -> World:
    """Set a desired count. A recorder comes and goes at once, as nothing depends on it; one at work is protected."""
    after = world._replace(desired=with_(world.desired, kind, count))
    return after if world.recording else after._replace(recorder=after.desired[RECORDER])


def with_(values: tuple[int, ...], index: int, value: int) -> tuple[int, ...]:
    return (*values[:index], value, *values[index + 1 :])


@cache
def _phase(item: str) -> str:
    return str(json.loads(item)["phase"]["S"]) if item else ""


def phase(world: World) -> str:
    return _phase(world.item)


def ready(world: World) -> bool:
    """Whether a visitor can come in by a fresh look at the name."""
    return (
        len(world.origin) == 1
        and (world.origin[0], RUNNING) in world.signalling
        and any(status == RUNNING for _, status in world.bridges)
    )


def at_rest(world: World) -> bool:
    return (
        phase(world) == "asleep"
        and world.minima == world.desired == (0, 0, 0)
        and not world.signalling
        and not world.bridges
        and not world.recorder
        and world.origin == world.turn == (0,)
    )


# What a call answers and does


def apply(world: World, call: Call, function: str, rules: Rules) -> Iterator[tuple[str, World]]:
    """Every answer that a call may get, with the world after it."""
    _, operation, parameters = call
    if operation == "get_metric_data":
        # A figure comes late: the newest one may be missing.
        yield json.dumps(_figures(world.figures)), world
        if world.figures and world.figures[-1][0] >= world.minute - 1:
            yield json.dumps(_figures(world.figures[:-1])), world
        return
    answer, after = _OPERATIONS[operation](world, parameters, function, rules)
    yield json.dumps(answer) if answer != CONFLICT else CONFLICT, after


def _get_item(world: World, parameters: Mapping[str, Any], _function: str, _rules: Rules) -> tuple[Any, World]:
    if _aside(parameters):
        return {}, world
    return ({"Item": json.loads(world.item)} if world.item else {}), world


def _aside(parameters: Mapping[str, Any]) -> bool:
    """Whether it is about another item than the platform's: what was told, and counters. Nobody has told anything."""
    key = parameters.get("Key") or parameters["Item"]
    return bool(key["id"]["S"] != "platform")


def _update_item(world: World, parameters: Mapping[str, Any], _function: str, rules: Rules) -> tuple[Any, World]:
    """Counters. In a flood that of starts counts for good, anew each minute; else there are always some left."""
    limit = parameters["ExpressionAttributeValues"].get(":limit")
    if not rules.most_looks or not _counts_starts(parameters):
        return {}, world
    if limit is None or world.starts >= int(limit["N"]):
        return CONFLICT, world
    return {}, world._replace(starts=world.starts + 1)


def _put_item(world: World, parameters: Mapping[str, Any], function: str, rules: Rules) -> tuple[Any, World]:
    if _aside(parameters):
        return {}, world
    stored = json.loads(world.item) if world.item else None
    wanted = parameters.get("ExpressionAttributeValues", {}).get(":version")
    if (stored["version"] if stored else None) != wanted:
        return CONFLICT, world
    item = parameters["Item"]
    after = world._replace(item=json.dumps(item))
    if function == "wake":
        after = wished(after)._replace(clicked=world.minute)
    if item["phase"]["S"] == "stopping" and world.minute - world.clicked < rules.idle // MINUTE:
        raise Violation("put to sleep although a visitor has just woken it")
    return {}, after


def _describe_targets(world: World, _parameters: Mapping[str, Any], _function: str, _rules: Rules) -> tuple[Any, World]:
    targets = [
        {"ResourceId": f"service/meet-cluster/{name}", "MinCapacity": world.minima[kind], "MaxCapacity": MAXIMA[kind]}
        for kind, name in enumerate(SERVICES)
    ]
    return {"ScalableTargets": targets}, world


def _describe_services(
    world: World, _parameters: Mapping[str, Any], _function: str, _rules: Rules
) -> tuple[Any, World]:
    running = (_count(world.signalling, RUNNING), _count(world.bridges, RUNNING), world.recorder)
    services = [
        {"serviceName": name, "status": "ACTIVE", "desiredCount": world.desired[kind], "runningCount": running[kind]}
        for kind, name in enumerate(SERVICES)
    ]
    return {"services": services}, world


def _list_tasks(world: World, parameters: Mapping[str, Any], _function: str, _rules: Rules) -> tuple[Any, World]:
    tasks = world.signalling if parameters["serviceName"] == SERVICES[SIGNALLING] else world.bridges
    return {"taskArns": [str(label) for label, status in tasks if status != ENDING]}, world


def _describe_tasks(world: World, parameters: Mapping[str, Any], _function: str, _rules: Rules) -> tuple[Any, World]:
    known = dict(world.signalling + world.bridges)
    tasks = [
        {
            "desiredStatus": "STOPPED" if known[label] == ENDING else "RUNNING",
            "lastStatus": "PENDING" if known[label] == PENDING else "RUNNING",
            "healthStatus": "HEALTHY" if known[label] == RUNNING else "UNKNOWN",
            "containers": [{"name": "stats", "healthStatus": "HEALTHY"}],
            "attachments": [
                {
                    "type": "ElasticNetworkInterface",
                    "status": "ATTACHED",
                    "details": [{"name": "networkInterfaceId", "value": str(label)}],
                }
            ],
        }
        for label in map(int, parameters["tasks"])
        if label in known
    ]
    return {"tasks": tasks}, world


def _describe_interfaces(
    world: World, parameters: Mapping[str, Any], _function: str, _rules: Rules
) -> tuple[Any, World]:
    known = dict(world.signalling + world.bridges)
    wanted = [label for label in map(int, parameters["Filters"][0]["Values"]) if label in known]
    interfaces = [{"NetworkInterfaceId": str(label), "Association": {"PublicIp": _address(label)}} for label in wanted]
    return {"NetworkInterfaces": interfaces}, world


def _list_records(world: World, parameters: Mapping[str, Any], _function: str, _rules: Rules) -> tuple[Any, World]:
    name = parameters["StartRecordName"]
    labels = world.origin if name.startswith("origin.") else world.turn
    values = [{"Value": _address(label)} for label in labels]
    return {"ResourceRecordSets": [{"Name": f"{name}.", "Type": "A", "ResourceRecords": values}]}, world


def _change_records(world: World, parameters: Mapping[str, Any], _function: str, _rules: Rules) -> tuple[Any, World]:
    (change,) = parameters["ChangeBatch"]["Changes"]
    record = change["ResourceRecordSet"]
    labels = tuple(sorted(_label(value["Value"]) for value in record["ResourceRecords"]))
    if record["Name"].startswith("turn."):
        return {}, world._replace(turn=labels)
    return {}, world._replace(origin=labels, cached=tuple(sorted({*world.cached, *labels})))


def _register_target(world: World, parameters: Mapping[str, Any], _function: str, _rules: Rules) -> tuple[Any, World]:
    kind = SERVICES.index(parameters["ResourceId"].rpartition("/")[2])
    return {}, world._replace(minima=with_(world.minima, kind, parameters["MinCapacity"]))


def _update_service(world: World, parameters: Mapping[str, Any], _function: str, _rules: Rules) -> tuple[Any, World]:
    kind, count = SERVICES.index(parameters["service"]), parameters["desiredCount"]
    return {}, set_desired(world, kind, count)


def _clock(world: World, _parameters: Mapping[str, Any], _function: str, _rules: Rules) -> tuple[Any, World]:
    return BASE + world.minute * MINUTE, world


def _describe_secret(world: World, _parameters: Mapping[str, Any], _function: str, _rules: Rules) -> tuple[Any, World]:
    return {}, world


_OPERATIONS = {
    "get_item": _get_item,
    "put_item": _put_item,
    "update_item": _update_item,
    "describe_scalable_targets": _describe_targets,
    "describe_services": _describe_services,
    "list_tasks": _list_tasks,
    "describe_tasks": _describe_tasks,
    "describe_network_interfaces": _describe_interfaces,
    "list_resource_record_sets": _list_records,
    "change_resource_record_sets": _change_records,
    "register_scalable_target": _register_target,
    "update_service": _update_service,
    "describe_secret": _describe_secret,
    "now": _clock,
}


def _figures(figures: Iterable[tuple[int, int, int]]) -> Mapping[str, Any]:
    known = list(figures)
    recorders = [figure for figure in known if figure[2] >= 0]

    def result(name: str, values: Mapping[int, float]) -> Mapping[str, Any]:
        times = [BASE + minute * MINUTE for minute in values]
        return {"Id": name, "Timestamps": times, "Values": list(values.values())}

    return {
        "MetricDataResults": [
            result("participants", {minute: people for minute, people, _ in known}),
            result("busy", {minute: recording for minute, _, recording in recorders}),
            result("waiting", {minute: 0 for minute, _, _ in recorders}),
            result("reporting", {minute: 1 for minute, _, _ in recorders}),
        ]
    }


def _count(tasks: Tasks, status: str) -> int:
    return sum(1 for _, known in tasks if known == status)


def _address(label: int) -> str:
    return f"198.51.100.{label}" if label else "192.0.2.1"


def _label(address: str) -> int:
    return int(address.rpartition(".")[2]) if address.startswith("198.51.100.") else 0


# What happens by itself


def wished(world: World) -> World:
    return world._replace(wish=world.minute if world.wish is None else world.wish)


def spend(world: World, what: str) -> World:
    return world._replace(left=world.left._replace(**{what: getattr(world.left, what) - 1}))


def steps(world: World, rules: Rules) -> Iterator[tuple[str, World]]:
    """Everything that may happen next, the functions' steps apart."""
    yield from _ecs(world)
    yield from _autoscaling(world, rules)
    yield from _people(world)
    yield from _begin(world, rules)
    if world.left.crashes:
        yield from _crash(world)
    if world.left.manual and world.desired[SIGNALLING] == 0:
        after = world._replace(desired=with_(world.desired, SIGNALLING, 1))
        yield "operator sets the desired count to 1", spend(wished(after), "manual")
    if advance_allowed(world, rules):
        yield from advance(world)


def _ecs(world: World) -> Iterator[tuple[str, World]]:
    """A task starts, is healthy, is told to end, is gone. Each gives an event."""
    for kind, tasks_of in ((SIGNALLING, "signalling"), (BRIDGE, "bridges")):
        tasks: Tasks = getattr(world, tasks_of)
        for what, after in _task_steps(world, kind, tasks):
            if what == "is told to end" and world.people and world.desired[kind] == 0:
                raise Violation("a call was cut")
            yield f"a task of {tasks_of} {what}", world._replace(**{tasks_of: tuple(sorted(after))}, events=1)


def _task_steps(world: World, kind: int, tasks: Tasks) -> Iterator[tuple[str, Tasks]]:
    desired, live = world.desired[kind], [task for task in tasks if task[1] != ENDING]
    if len(live) < desired:
        used = {label for label, _ in tasks} | {*world.origin, *world.turn}
        label = next(label for label in LABELS[kind] if label not in used)
        yield "starts", (*tasks, (label, PENDING))
    for task in tasks:
        others = tuple(other for other in tasks if other != task)
        if task[1] == PENDING:
            yield "is healthy", (*others, (task[0], RUNNING))
        if task[1] == ENDING:
            yield "is gone", others
        # With people in a call a bridge is protected from being scaled in, but nothing protects it from 0.
        elif len(live) > desired and not (world.people and desired):
            yield "is told to end", (*others, (task[0], ENDING))


def _autoscaling(world: World, rules: Rules) -> Iterator[tuple[str, World]]:
    for kind in range(3):
        if world.desired[kind] < world.minima[kind]:
            yield "autoscaling lifts", set_desired(world, kind, world.minima[kind])
    if world.left.scalings and world.desired[BRIDGE]:
        for count in {1, 2} - {world.desired[BRIDGE]}:
            yield (
                f"bridges scaled to {count}",
                spend(world._replace(desired=with_(world.desired, BRIDGE, count)), "scalings"),
            )
    if _schedule_due(world, rules):
        kind, minimum = _SCHEDULE[-world.left.schedules]
        after = spend(world._replace(minima=with_(world.minima, kind, minimum)), "schedules")
        yield f"the schedule sets a minimum to {minimum}", wished(after) if (kind, minimum) == _SCHEDULE[0] else after


# The schedule's calls: it wakes, and later lets sleep.
_SCHEDULE = ((SIGNALLING, 1), (BRIDGE, 1), (SIGNALLING, 0), (BRIDGE, 0))


def _schedule_due(world: World, rules: Rules) -> bool:
    """Whether the schedule's next call comes in this minute, before it ends."""
    if rules.schedule is None or not world.left.schedules:
        return False
    return world.minute >= rules.schedule[0 if world.left.schedules > 2 else 1]


def _people(world: World) -> Iterator[tuple[str, World]]:
    reachable = {
        label for label, status in world.signalling if status != PENDING and label in {*world.origin, *world.cached}
    }
    if world.left.joins and reachable and any(status == RUNNING for _, status in world.bridges):
        if any((label, ENDING) in world.signalling for label in reachable) and world.desired[SIGNALLING] == 0:
            raise Violation("somebody came in while the platform was stopping")
        yield "somebody comes in", spend(world._replace(people=world.people + 1), "joins")
    if world.people:
        yield "everybody leaves", world._replace(people=0)
    if world.recorder and world.people and world.left.recordings and not world.recording:
        yield "recording begins", spend(world._replace(recording=True), "recordings")
    if world.recording:
        yield "recording is uploaded", world._replace(recording=False, recorder=world.desired[RECORDER])
    # While nobody can be there, it does not matter when in the minute.
    if (world.people or world.left.joins or world.recording) and _telling(world):
        yield "figures are told", told(world)


def _telling(world: World) -> bool:
    """Whether this minute's figures are still to come."""
    return not world.sampled and any(status == RUNNING for _, status in world.signalling)


def told(world: World) -> World:
    figure = (world.minute, world.people, int(world.recording) if world.recorder else -1)
    return world._replace(sampled=True, figures=(*world.figures, figure)[-12:])


def _begin(world: World, rules: Rules) -> Iterator[tuple[str, World]]:
    if len(world.runs) >= rules.at_once:
        return
    if world.tick:
        yield "tick", begin(world._replace(tick=False), "sleep", rules)
    if world.events:
        yield "event", begin(world._replace(events=0), "tasks", rules)
        if world.left.duplicates:
            yield "event, to come again", spend(begin(world, "tasks", rules), "duplicates")
    if world.left.wakes:
        yield "visitor's click", spend(begin(world, "wake", rules), "wakes")


def begin(world: World, function: str, rules: Rules) -> World:
    return world._replace(runs=tuple(sorted((*world.runs, (rules.runs.begin(function), world.minute)))))


def _crash(world: World) -> Iterator[tuple[str, World]]:
    """A task dies by itself: its address is gone at once, and of signalling's the calls too."""
    for label, status in world.signalling:
        if status == RUNNING:
            others = tuple(task for task in world.signalling if task[0] != label)
            yield "signalling dies", spend(world._replace(signalling=others, people=0, events=1), "crashes")
    for label, status in world.bridges:
        if status == RUNNING:
            others = tuple(task for task in world.bridges if task[0] != label)
            yield "a bridge dies", spend(world._replace(bridges=others, events=1), "crashes")


def advance_allowed(world: World, rules: Rules) -> bool:
    return (
        world.minute < rules.horizon
        and not world.tick
        and not _schedule_due(world, rules)
        and all(born == world.minute and not _lowers(rules.runs.call(run)) for run, born in world.runs)
    )


def _lowers(call: Call | None) -> bool:
    return call is not None and (call[2].get("MinCapacity") == 0 or call[2].get("desiredCount") == 0)


def advance(world: World) -> Iterator[tuple[str, World]]:
    """The next minute comes, after this minute's figures, or without them."""
    for what, after in (
        ("a minute passes", told(world) if _telling(world) else world),
        ("a minute passes without figures", spend(world, "gaps") if _telling(world) and world.left.gaps else None),
    ):
        if after is not None:
            yield (
                what,
                after._replace(
                    minute=world.minute + 1, tick=True, sampled=False, cached=world.origin, looks=0, starts=0
                ),
            )


# One step of a function


def run_steps(world: World, rules: Rules) -> Iterator[tuple[str, World]]:
    """Every step that a run under way may make, and every death of one."""
    for index, (run, born) in enumerate(world.runs):
        if index and world.runs[index - 1] == (run, born):
            continue
        others = (*world.runs[:index], *world.runs[index + 1 :])
        call = rules.runs.call(run)
        assert call is not None
        name = f"{rules.runs.function(run)}: {call[1]}"
        for answer, after in apply(world, call, rules.runs.function(run), rules):
            yield name, _settled(after, others, rules.runs.answered(run, answer), born, rules)
        if world.left.deaths:
            yield f"{name} is never made: dies", spend(world._replace(runs=others), "deaths")


def _settled(world: World, others: tuple[tuple[int, int], ...], run: int, born: int, rules: Rules) -> World:
    """The world after a run went on: its look at the clock takes no time, and if it has ended it is gone."""
    key = (run, world.platform)
    if key not in rules.looked:
        looks = 0
        call = rules.runs.call(run)
        while call is not None and _takes_no_time(call, rules):
            looks += call[1] == "describe_services"
            ((answer, _),) = apply(world, call, "", rules)
            run = rules.runs.answered(run, answer)
            call = rules.runs.call(run)
        rules.looked[key] = run, looks
    run, looks = rules.looked[key]
    if rules.most_looks and looks and rules.runs.function(run) in ("wake", "status"):
        world = world._replace(looks=world.looks + looks)
        if world.looks > rules.most_looks:
            raise Violation(f"visitors made {world.looks} looks at the platform in a minute")
    call = rules.runs.call(run)
    return world._replace(runs=others if call is None else tuple(sorted((*others, (run, born)))))


def _takes_no_time(call: Call, rules: Rules) -> bool:
    _, operation, parameters = call
    if operation in ("get_item", "put_item", "update_item"):
        return _aside(parameters) and not (rules.most_looks and _counts_starts(parameters))
    return operation == "now" or (rules.coarse and operation in LOOKS)


def _counts_starts(parameters: Mapping[str, Any]) -> bool:
    return bool(parameters.get("Key", {}).get("id") == {"S": "starts"})
