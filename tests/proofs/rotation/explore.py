# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Explores every order in which programs, deaths, faults and events of the platform can happen.

A state is the world, the programs at work and what may still go wrong. States that are alike in all of this have the
same future, so each is explored once. Every order that the budget allows is covered; nothing is drawn at random.

Orders that differ only in what cannot matter are explored once (partial order reduction):

- What only programs change (labels, values, scalable targets) can be read at any moment while no other program runs.
- What a program reads of the signalling tasks does not depend on tasks of other services.
- Where no task exists, none is wanted and nobody outside wakes the platform (``undisturbed``), nothing changes what is
  read of it. That no program does is seen on the way.
- A death between two calls that change nothing leaves the account as a death before the first of them does. So programs
  die at their start, in each call that changes something (done, and its answer never read), and while they sleep.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from .actors import Actor, Answer, AwsError, Call, Program
from .world import READS, MovedUnderProsody, World

# A call that fails before it does anything, and one that is done although the caller is told that it failed.
BEFORE = ("ThrottlingException", "InternalServiceError", "AccessDeniedException")
AFTER = "ConnectionError"
PLATFORM = ("ecs", "application-autoscaling", "logs")
SIGNALLING_READS = ("ListTasks", "DescribeTasks", "GetTaskProtection")


class Violation(AssertionError):
    """A state that must not be, with the way that leads to it."""


@dataclass(frozen=True)
class Budget:
    """How often programs may die or calls may fail in one order, and what may happen once from outside."""

    deaths: int = 0
    faults: int = 0
    outside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Programs that run at the same time. ``ended(world, actor)`` judges how one of them ended, unless it died.

    ``settled`` programs begin when the platform has come to rest.
    """

    programs: tuple[Program, ...]
    budget: Budget = Budget()
    ended: Callable[[World, Actor], str] = lambda world, actor: ""
    settled: bool = False


@dataclass(frozen=True)
class State:
    """One state. ``later`` are the groups that start when all programs of the present one have ended."""

    world: World
    actors: tuple[Actor, ...]
    later: tuple[Group, ...]
    group: Group = Group(())
    budget: Budget = Budget()
    parent: State | None = field(default=None, repr=False)
    step: str = "start"

    @property
    def key(self) -> object:
        return (self.world.key, tuple(actor.key for actor in self.actors), len(self.later), self.budget)

    @property
    def alive(self) -> list[int]:
        """Which programs are still at work."""
        return [index for index, actor in enumerate(self.actors) if not actor.ended]

    def way(self) -> str:
        """The steps from the beginning to this state."""
        steps: list[str] = []
        state: State | None = self
        while state is not None:
            steps.append(state.step)
            state = state.parent
        return "\n  ".join(steps[::-1])


@dataclass
class Count:
    """Figures of an exploration."""

    states: int = 0
    steps: int = 0
    deaths: int = 0
    faults: int = 0
    orders: int = 0
    ends: int = 0
    transient: int = 0
    cut: int = 0

    def add(self, other: Count) -> None:
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Explorer:
    """``always(world)`` is asked of every state and returns whether it is a documented transient one;
    ``finally_(world)`` of those where nothing can happen any more. Both raise Violation. ``outside(world, what)`` lets
    something happen, or returns False when it cannot happen now.
    """

    always: Callable[[State], bool]
    finally_: Callable[[State], None]
    outside: Callable[[World, str], bool]
    limit: int = 0
    # Of a scenario that is too large to end: after so many states it is left, and counted as cut.
    most: int = 0
    undisturbed: bool = False
    count: Count = field(default_factory=Count)
    _orders: dict[object, int] = field(default_factory=dict)
    _steps: dict[tuple[bytes, Answer], Actor] = field(default_factory=dict)

    def run(self, world: World, groups: tuple[Group, ...]) -> Count:
        """Explore from one start. Returns the figures."""
        first = self._next_group(State(world, (), groups))
        self.count.orders += self._explore(first)
        return self.count

    def _explore(self, first: State) -> int:
        """Depth first, without recursion. Returns the number of orders from ``first`` to an end."""
        stack = [self._enter(first, first.key)]
        while True:
            state, key, successors, orders = stack[-1]
            if self.most and self.count.states >= self.most:
                self.count.cut = 1
                return sum(orders)
            following = next(successors, None)
            if following is not None:
                self.count.steps += 1
                next_key = following.key
                known = self._orders.get(next_key)
                if known is None:
                    stack.append(self._enter(following, next_key))
                else:
                    orders.append(known)
                continue
            stack.pop()
            self._orders[key] = sum(orders) or 1
            if not orders:
                self.count.ends += 1
                self._judge(self.finally_, state)
            if not stack:
                return self._orders[key]
            stack[-1][3].append(self._orders[key])

    def _enter(self, state: State, key: object) -> tuple[State, object, Iterator[State], list[int]]:
        self.count.states += 1
        if self.limit and self.count.states > self.limit:
            raise Violation(f"more than {self.limit} states")
        if self._judge(self.always, state):
            self.count.transient += 1
        return state, key, self._successors(state), []

    @staticmethod
    def _judge(judge: Callable[[State], bool | None], state: State) -> bool | None:
        try:
            return judge(state)
        except Violation as violation:
            raise Violation(f"{violation}\n  {state.way()}") from None

    # --- What can happen next

    def _successors(self, state: State) -> Iterator[State]:
        alive = state.alive
        calls = [state.actors[index].wanted for index in alive]
        if self.undisturbed:
            for index, call in zip(alive, calls, strict=True):
                if call is not None and call.service in PLATFORM:
                    if not call.operation.startswith(READS):
                        raise Violation(f"{call.name} changes a platform that sleeps\n  {state.way()}")
                    yield from self._of_an_actor(state, index)
                    return
        if state.group.settled and not any(actor.answers for actor in state.actors):
            resting = True
            for following in self._of_the_platform(state, False):
                resting = False
                yield following
            if not resting:
                return
        if len(alive) == 1 and self._private(state, calls[0]):
            yield from self._of_an_actor(state, alive[0])
            return
        # Of no other service, if nobody looks at one before the next look at signalling.
        signalling = len(alive) == 1 and calls[0] is not None and calls[0].operation in SIGNALLING_READS
        yield from self._of_the_platform(state, signalling)
        if not signalling or any("signalling" in what for what in state.budget.outside):
            yield from self._from_outside(state)
        for index in alive:
            yield from self._of_an_actor(state, index)

    @staticmethod
    def _private(state: State, call: Call | None) -> bool:
        """Whether only programs change what is read next: labels and values, or scalable targets."""
        assert call is not None
        if call.service == "secretsmanager":
            return call.operation.startswith(READS)
        return call.operation == "DescribeScalableTargets" and not state.budget.outside

    def _of_the_platform(self, state: State, signalling: bool) -> Iterator[State]:
        for event in state.world.events():
            if signalling and (event[1] != "signalling" or event[0] == "print"):
                continue
            world = state.world.copy()
            world.fire(event)
            yield replace(state, world=world, parent=state, step=f"    {' '.join(map(str, event))}")

    def _from_outside(self, state: State) -> Iterator[State]:
        for index, what in enumerate(state.budget.outside):
            world = state.world.copy()
            if self.outside(world, what):
                left = state.budget.outside[:index] + state.budget.outside[index + 1 :]
                budget = replace(state.budget, outside=left)
                yield replace(state, world=world, budget=budget, parent=state, step=f"    outside: {what}")

    def _of_an_actor(self, state: State, index: int) -> Iterator[State]:
        actor = state.actors[index]
        call = actor.wanted
        assert call is not None
        world, label = state.world.copy(), f"{actor.name} {call.name}"
        if state.budget.deaths and not actor.answers:
            yield self._died(state, index, state.world, f"{actor.name} dies before its first call")
        if call.name == "clock:sleep":
            # Time passes: what can happen by itself has happened before the sleeper looks again.
            if next(state.world.events(), None) is None:
                world.pass_time(int(call.parameters["seconds"]))
                answer = Answer(response=pickle.dumps(None), clock=world.clock)
                yield self._answered(state, index, world, answer, f"{actor.name} sleeps")
            if state.budget.deaths:
                yield self._died(state, index, state.world, f"{actor.name} dies in its sleep")
            return
        answer = self._perform(state, world, actor, call)
        yield self._answered(state, index, world, answer, label + (f" -> {answer.error}" if answer.error else ""))
        changes = not call.operation.startswith(READS)
        if state.budget.deaths and changes:
            yield self._died(state, index, world, f"{actor.name} dies in {call.name}")
        if state.budget.faults:
            self.count.faults += len(BEFORE) + changes
            failed = replace(state, budget=replace(state.budget, faults=state.budget.faults - 1))
            for code in BEFORE:
                answer = Answer(error=code, clock=state.world.clock)
                yield self._answered(failed, index, state.world, answer, f"{label} fails: {code}")
            if changes:
                answer = Answer(error=AFTER, clock=world.clock)
                yield self._answered(failed, index, world, answer, f"{label} is done, its answer lost: {AFTER}")

    def _answered(self, state: State, index: int, world: World, answer: Answer, step: str) -> State:
        actor = state.actors[index]
        known = (actor.digest, answer)
        if known not in self._steps:
            self._steps[known] = actor.answered(answer)
        return self._after(state, index, self._steps[known], world, step)

    def _died(self, state: State, index: int, world: World, step: str) -> State:
        self.count.deaths += 1
        budget = replace(state.budget, deaths=state.budget.deaths - 1)
        return self._after(replace(state, budget=budget), index, state.actors[index].killed(), world, step)

    def _after(self, state: State, index: int, actor: Actor, world: World, step: str) -> State:
        actors = (*state.actors[:index], actor, *state.actors[index + 1 :])
        if actor.ended:
            world = world.without_looks(actor.name)
        following = replace(state, actors=actors, world=world, parent=state, step=step)
        if actor.ended and not actor.dead:
            complaint = state.group.ended(world, actor)
            if complaint:
                raise Violation(f"{actor.name} ended wrongly: {complaint}\n  {following.way()}")
        return self._next_group(following)

    @staticmethod
    def _next_group(state: State) -> State:
        while not state.alive and state.later:
            group, *later = state.later
            started = tuple(Actor.start(program, program.name, state.world.clock) for program in group.programs)
            state = replace(state, actors=started, group=group, budget=group.budget, later=tuple(later))
        return state

    @staticmethod
    def _perform(state: State, world: World, actor: Actor, call: Call) -> Answer:
        """Let the world answer a call."""
        try:
            response = world.call(actor.name, call.service, call.operation, call.parameters)
        except AwsError as error:
            return Answer(error=error.code, clock=world.clock)
        except MovedUnderProsody as error:
            raise Violation(f"{error}\n  {state.way()}\n  {actor.name} {call.name}") from None
        return Answer(response=pickle.dumps(response), clock=world.clock)
