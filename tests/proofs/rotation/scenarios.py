# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where rotations start from, what may happen meanwhile, and what must hold always and in the end."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .actors import Actor, Program
from .explore import Budget, Count, Explorer, Group, State, Violation
from .programs import OWNED, SECRET, function, playbook, repeatable
from .secrets_manager import CURRENT, PENDING, PREVIOUS, Secret
from .world import RUNNING, SERVICES, Line, Service, Task, World

RESTART = "JITSI_RESTART"
V1, V2 = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
# Besides the generated keys one that an operator added.
DOCUMENT = {key: f"{number:032x}" for number, key in enumerate(OWNED)} | {"operators_own": "kept"}
STAMPS = dict.fromkeys(OWNED, "2027-10-01T00:00:00Z")
NEXT = {key: f"{number + 100:032x}" for number, key in enumerate(OWNED)} | {"operators_own": "kept", "_rotated": STAMPS}
# What a version holds that somebody made before the operator's key was added.
FOREIGN = {key: f"{number + 200:032x}" for number, key in enumerate(OWNED)}
# How a run may end that was hit by a fault or by another run. Anything else is a defect.
MAY_FAIL = frozenset(
    {
        "AccessDeniedException",
        "ClientError",
        "EndpointConnectionError",
        "InternalServiceError",
        "Postponed",
        "Refused",
        "RotationError",
        "Superseded",
        "ThrottlingException",
    }
)


def secret(**versions: tuple[Mapping[str, Any] | None, Iterable[str]]) -> Secret:
    """A secret with these versions: (document or None, labels)."""
    ids = {"v1": V1, "v2": V2}
    return Secret(
        SECRET,
        {
            ids[name]: (None if document is None else json.dumps(document), frozenset(labels))
            for name, (document, labels) in versions.items()
        },
        rotation=True,
    )


def untouched() -> Secret:
    return secret(v1=(DOCUMENT, [CURRENT]))


def service(document: Mapping[str, Any] | None = None, **fields: Any) -> Service:
    """A service with one running task that read this document, or with none."""
    if document is None:
        return Service(**fields)
    task = Task(1, 0, RUNNING, json.dumps(document), created=1)
    return Service(**{"desired": 1, "minimum": 1, "tasks": (task,), "launched": 1, **fields})


def world(
    found: Secret,
    signalling: Mapping[str, Any] | None = None,
    bridge: Mapping[str, Any] | None = None,
    recorder: Mapping[str, Any] | None = None,
    *,
    participants: int = 0,
    wanted: bool = False,
    kinds: Iterable[str] = SERVICES,
    **options: Any,
) -> World:
    """A world in which these kinds of tasks run, and read these documents."""
    documents = {"signalling": signalling, "bridge": bridge, "recorder": recorder}
    made = World(found, {kind: service(documents[kind]) for kind in kinds}, participants, **options)
    made.wanted = wanted or signalling is not None
    if signalling is not None:
        made.line = Line(made.clock, participants, int(bridge is not None), int(recorder is not None))
    return made


# Most of what a rotation does concerns signalling; the bridge stands for the recorder too, which is treated alike.
ALONE, TWO = ("signalling",), ("signalling", "bridge")


def asleep(found: Secret | None = None) -> World:
    return world(found or untouched(), kinds=TWO)


def awake(found: Secret | None = None, **options: Any) -> World:
    return world(found or untouched(), DOCUMENT, DOCUMENT, **{"kinds": TWO, **options})


# What AWS and a rotation that died long ago may have left.
LEFT_BEHIND = {
    "asleep": asleep,
    "awake, nobody there": awake,
    "bridge without signalling": lambda: world(untouched(), None, DOCUMENT, kinds=TWO),
    "pending version without a value": lambda: asleep(secret(v1=(DOCUMENT, [CURRENT]), v2=(None, [PENDING]))),
    "pending version with a value": lambda: asleep(secret(v1=(DOCUMENT, [CURRENT]), v2=(NEXT, [PENDING]))),
    "pending version of somebody else": lambda: asleep(secret(v1=(DOCUMENT, [CURRENT]), v2=(FOREIGN, [PENDING]))),
    "awake, pending version with a value": lambda: awake(
        secret(v1=(DOCUMENT, [CURRENT]), v2=(NEXT, [PENDING])), kinds=ALONE
    ),
    "awake, pending version of somebody else": lambda: awake(
        secret(v1=(DOCUMENT, [CURRENT]), v2=(FOREIGN, [PENDING])), kinds=ALONE
    ),
    "pending version is current": lambda: asleep(secret(v1=(DOCUMENT, [PREVIOUS]), v2=(NEXT, [CURRENT, PENDING]))),
    "stopped, not moved": lambda: world(
        secret(v1=(DOCUMENT, [CURRENT, RESTART]), v2=(NEXT, [PENDING])), None, DOCUMENT, wanted=True, kinds=TWO
    ),
    "moved, not started": lambda: world(
        secret(v1=(DOCUMENT, [PREVIOUS, RESTART]), v2=(NEXT, [CURRENT, PENDING])),
        None,
        DOCUMENT,
        wanted=True,
        kinds=TWO,
    ),
    "started, bridge not replaced": lambda: world(
        secret(v1=(DOCUMENT, [PREVIOUS]), v2=(NEXT, [CURRENT, PENDING, RESTART])), NEXT, DOCUMENT, kinds=TWO
    ),
    "finished, label left": lambda: world(
        secret(v1=(DOCUMENT, [PREVIOUS]), v2=(NEXT, [CURRENT, RESTART])), NEXT, NEXT, kinds=TWO
    ),
}


# --- What must hold


def always(state: State) -> bool:
    """A component that starts can log in. Where it cannot, a rotation is under way, and its labels say so."""
    found = state.world
    text = found.secret.current()
    if text is None:
        raise Violation("no version with a value is current")
    _complete(json.loads(text))
    refused = found.refused()
    if set(refused) - found.overlapping:
        raise Violation("a component that starts now is refused by a prosody that was there before the move")
    unfinished = found.secret.holder(PENDING) or found.secret.holder(RESTART)
    if (refused or found.locked_out()) and not unfinished:
        raise Violation(f"locked out: {found.locked_out()}, refused by {refused}, and no label tells of a rotation")
    return bool(refused)


def at_last(state: State) -> None:
    """What a retry leaves."""
    found = state.world
    labels = [label for _, held in found.secret.versions.values() for label in held]
    if labels.count(CURRENT) != 1 or PENDING in labels or RESTART in labels:
        raise Violation(f"labels in the end: {labels}")
    if found.refused() or found.locked_out():
        raise Violation("a component is not logged in in the end")
    if (found.services["signalling"].desired > 0) is not found.wanted:
        raise Violation(f"awake in the end: {not found.wanted}, wanted awake: {found.wanted}")


def _complete(document: Mapping[str, Any]) -> None:
    if set(document) - {"_rotated"} != set(DOCUMENT) or document["operators_own"] != "kept":
        raise Violation("a key was lost, or somebody else's was changed")
    if not all(document[key] for key in OWNED):
        raise Violation("a value is empty")


def outside(found: World, what: str) -> bool:
    """What others do: a service ``wakes``, is ``scheduled`` to, has one task ``more``; somebody may ``join``."""
    kind, _, verb = what.rpartition(" ")
    if what == "join":
        if not found.services["signalling"].running:
            return False
        found.participants += 1
        found.protected = True
        return True
    there = found.services[kind]
    if verb == "wakes":
        changed = replace(there, minimum=max(there.minimum, 1), desired=max(there.desired, 1))
    elif verb == "scheduled":
        changed = replace(there, minimum=max(there.minimum, 1))
    else:
        changed = replace(there, maximum=2, desired=min(there.desired + 1, 2))
    if changed == there:
        return False
    found.services[kind] = changed
    found.wanted = found.wanted or kind == "signalling"
    return True


# --- The scenarios


@dataclass(frozen=True)
class Scenario:
    """One start with what runs from it, what may go wrong meanwhile, and who tries again."""

    name: str
    world: World
    programs: tuple[Program, ...]
    budget: Budget = field(default_factory=Budget)
    retry: Program = field(default_factory=lambda: playbook("retry"))
    # How a program of this scenario may end besides: a rotation that puts the former values back says so.
    also: frozenset[str] = frozenset()

    def explore(self, limit: int = 0) -> Count:
        """Explore it. Raises Violation."""
        groups = [
            Group(self.programs, self.budget, lambda found, actor: _failure(actor, MAY_FAIL | self.also)),
            # It puts its work off when it cannot know whether people meet: the playbook ends well then, too.
            Group((self.retry,), ended=lambda found, actor: _failure(actor, self.also | {"Postponed"})),
        ]
        if not self.also:
            # A little later a run knows.
            groups += [
                Group((playbook("later"),), ended=lambda found, actor: _failure(actor, frozenset()), settled=True),
                Group((playbook("again"),), ended=_unchanged, settled=True),
            ]
        undisturbed = not (self.world.wanted or self.world.awake or self.budget.outside)
        with repeatable():
            return Explorer(always, at_last, outside, limit, MOST, undisturbed).run(self.world, tuple(groups))


def _failure(actor: Actor, allowed: frozenset[str]) -> str:
    return "" if actor.failure.partition(":")[0] in ("", *allowed) else actor.failure


def _unchanged(found: World, actor: Actor) -> str:
    return actor.failure or ("it changed something" if pickle.loads(actor.result)["changed"] else "")


# About three minutes and 2 GB; only two programs at once on an awake platform have more.
MOST = 300_000
DEATH, FAULT = Budget(deaths=1), Budget(faults=1)


def quick() -> list[Scenario]:
    """What runs with the other tests: seconds."""
    starts = {name: start() for name, start in LEFT_BEHIND.items()}
    sleeping = {name: start for name, start in starts.items() if not (start.awake or start.wanted)}
    one_key = playbook(named=frozenset({"jvb_auth_password"}))
    return [
        *(Scenario(f"{name}: playbook dies", start, (playbook(),), DEATH) for name, start in sleeping.items()),
        *(Scenario(f"{name}: function dies", start, (function(),), DEATH) for name, start in sleeping.items()),
        Scenario("asleep: function fails, function again", asleep(), (function(),), FAULT, function("retry")),
        Scenario("asleep: playbook fails", asleep(), (playbook(),), FAULT),
        Scenario("asleep: one key, playbook dies", asleep(), (one_key,), DEATH),
        Scenario("finished, label left: playbook dies", starts["finished, label left"], (playbook(),), DEATH),
        Scenario("started, bridge not replaced", starts["started, bridge not replaced"], (playbook(),)),
        Scenario("people meet: postponed", awake(participants=2), (playbook(),), DEATH),
        Scenario("awake, nobody there", awake(kinds=ALONE), (playbook(),)),
    ]


def everything() -> list[Scenario]:
    """What `make proof-rotation` explores: minutes."""
    starts = {name: start() for name, start in LEFT_BEHIND.items()}
    forced, again = playbook(force=True), playbook("retry", force=True)
    alone, meeting = awake(kinds=ALONE), awake(kinds=ALONE, participants=2)
    still = asleep()
    found = [*quick()]
    for name, start in starts.items():
        if start.awake or start.wanted:
            found += [
                Scenario(f"{name}: playbook dies", start, (playbook(),), DEATH),
                Scenario(f"{name}: function dies", start, (function(),), DEATH),
            ]
    found += [
        Scenario("awake, alone: function dies, function again", alone, (function(),), DEATH, function("retry")),
        Scenario("people meet: forced, dies", meeting, (forced,), DEATH, again),
        Scenario(
            "all services, people meet: forced",
            world(untouched(), DOCUMENT, DOCUMENT, DOCUMENT, participants=2),
            (forced,),
            retry=playbook("retry"),
        ),
    ]
    # Faults
    for name in ("asleep", "pending version without a value", "pending version with a value"):
        found += [
            Scenario(f"{name}: playbook fails, function again", starts[name], (playbook(),), FAULT, function("retry")),
            Scenario(f"{name}: function fails, playbook again", starts[name], (function(),), FAULT),
        ]
    found += [
        Scenario("awake, alone: playbook fails", alone, (playbook(),), FAULT),
        Scenario("awake, alone: function fails", alone, (function(),), FAULT),
        Scenario("people meet: forced, fails", meeting, (forced,), FAULT, again),
    ]
    # Others at the same time
    wakes, scheduled = Budget(outside=("signalling wakes",)), Budget(outside=("signalling scheduled",))
    both = Budget(outside=("signalling wakes", "bridge wakes"))
    found += [
        Scenario("asleep: woken", still, (playbook(),), both),
        Scenario("asleep: woken, function", world(untouched(), kinds=ALONE), (function(),), wakes),
        Scenario("asleep: woken by a schedule", world(untouched(), kinds=ALONE), (playbook(),), scheduled),
        Scenario(
            "asleep: woken, playbook dies", world(untouched(), kinds=ALONE), (playbook(),), replace(wakes, deaths=1)
        ),
        Scenario(
            "asleep: woken, playbook fails", world(untouched(), kinds=ALONE), (playbook(),), replace(wakes, faults=1)
        ),
        Scenario("stopped, not moved: woken", starts["stopped, not moved"], (playbook(),), wakes),
        Scenario("moved, not started: woken", starts["moved, not started"], (playbook(),), wakes),
        Scenario("awake: another bridge", awake(), (playbook(),), Budget(outside=("bridge more",))),
        Scenario("awake: somebody joins", alone, (playbook(),), Budget(outside=("join",)), again),
    ]
    # Two at once
    two = (playbook("one"), playbook("two"))
    found += [
        Scenario("asleep: two playbooks", still, two),
        Scenario("asleep: playbook and function", still, (playbook("one"), function("two"))),
        Scenario("asleep: two playbooks, one dies", still, two, DEATH),
        Scenario("asleep: two playbooks, woken", world(untouched(), kinds=ALONE), two, wakes),
        Scenario("awake: two playbooks", alone, two),
        Scenario("awake: playbook and function", alone, (playbook("one"), function("two"))),
    ]
    # The new values do not work
    broken = awake(kinds=ALONE, broken=frozenset({"signalling"}))
    found.append(
        Scenario(
            "signalling does not start with the new values",
            broken,
            (playbook(),),
            DEATH,
            also=frozenset({"NotHealthy"}),
        )
    )
    return found


def explore_one(index: int) -> tuple[str, Count, str, float]:
    """Explore one of ``everything``: its name, the figures, what was found, and the seconds of processor time."""
    scenario = everything()[index]
    begin, count, found = time.process_time(), Count(), ""
    try:
        count = scenario.explore()
    except Violation as violation:
        found = str(violation)
    return scenario.name, count, found, time.process_time() - begin
