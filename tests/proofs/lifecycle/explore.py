# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Explores all that can happen to the life cycle in a small world, and from every state on, whether it comes right.

Every order of everything is covered, within a budget of how often it happens: runs of the real functions, one AWS call
at a time, die between any two calls; tasks come and go; people come, meet and leave; figures are late or missing.
States that are alike have the same future, so each is explored once.

In every state: no call is ended by the life cycle, and nobody comes in while the platform stops. From every state, once
nothing more goes wrong: whoever wished the platform awake finds it so within a few minutes, then it comes to rest, and
at rest everything is 0 and the names lead nowhere. With nothing under way a name never leads to an address given back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce

from .world import Rules, Violation, World, advance, at_rest, begin, leave, phase, ready, run_steps, steps

# Minutes until a wish comes true when nothing goes wrong any more: the fence, a tick, tasks that start at once.
PATIENCE = 3
# Minutes within which the platform comes to rest: idle, lag and settling of the scenarios, and a draining given up.
REST = 30


@dataclass
class Figures:
    """What was explored."""

    states: int = 0
    steps: int = 0
    longest_wish: int = 0
    phases: set[str] = field(default_factory=set)
    # Scenarios that were left before their end.
    cut: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(
            self.states + other.states,
            self.steps + other.steps,
            max(self.longest_wish, other.longest_wish),
            self.phases | other.phases,
            self.cut + other.cut,
        )


def total(all_figures: list[Figures]) -> Figures:
    return reduce(Figures.__add__, all_figures, Figures())


def fulfil(world: World) -> World:
    """The wish is gone once the platform is ready and the door open."""
    return world._replace(wish=None) if world.wish is not None and phase(world) == "awake" and ready(world) else world


def successors(world: World, rules: Rules) -> Iterator[tuple[str, World]]:
    for name, after in run_steps(world, rules):
        yield name, fulfil(after)
    for name, after in steps(world, rules):
        yield name, fulfil(after)


def explore(start: World, rules: Rules, limit: int = 0) -> Figures:
    """Visit every state that can come of ``start``, ``limit`` at most; raises Violation with the way there."""
    figures = Figures()
    # For the way back: a state's parent, by hash.
    seen: dict[int, int] = {hash(start): 0}
    stack = [start]
    healed: set[int] = set()
    while stack:
        world = stack.pop()
        figures.states += 1
        figures.phases.add(phase(world))
        try:
            if rules.keeps and world.people and world.signalling != rules.keeps:
                raise Violation("signalling was replaced while people met")
            for _, after in successors(world, rules):
                figures.steps += 1
                key = hash(after)
                if key not in seen:
                    seen[key] = hash(world)
                    stack.append(after)
            figures.longest_wish = max(figures.longest_wish, _heals(world, rules, healed))
        except Violation as violation:
            raise Violation(f"{violation}\n" + "\n".join(_way(start, seen, hash(world), rules))) from None
        if limit and figures.states >= limit:
            figures.cut = int(bool(stack))
            break
    return figures


def _heals(world: World, rules: Rules, healed: set[int]) -> int:
    """Let everything end well from here; raises Violation if it does not. Gives the minutes that a wish took."""
    way = []
    first, longest = world.minute, 0
    while hash(world) not in healed:
        way.append(world)
        if world.wish is not None:
            longest = max(longest, world.minute - max(world.wish, first))
            if longest > PATIENCE:
                raise Violation("a wake is lost:\n  " + "\n  ".join(map(str, way[-3:])))
        # Whoever died left it to the next tick.
        if world.left.deaths == rules.deaths or world.minute > first:
            _check_names(world)
        if world.cut and world.minute - first > PATIENCE:
            raise Violation(f"signalling stays cut off: {world}")
        if any(world.minute - max(since, first) > PATIENCE for _, since in world.deaf):
            raise Violation(f"a bridge stays deaf: {world}")
        if not world.runs and not world.events and at_rest(world):
            if world.wish is not None:
                raise Violation("it came to rest although somebody waits")
            break
        if world.minute - first > REST:
            raise Violation(f"it is stuck: {world}")
        world = fulfil(_well(world, rules))
    healed.update(map(hash, way))
    return longest


def _well(world: World, rules: Rules) -> World:
    """The next step when nothing goes wrong: functions end, tasks start at once, people leave, figures arrive."""
    for name, after in run_steps(world, rules):
        if not name.endswith("dies"):
            return after
    if world.people or world.recording:
        return leave(world)._replace(recording=False)
    # What was planned still comes: the schedule's calls.
    unlucky = (
        "bridges scaled",
        "operator",
        "a minute",
        "visitor",
        "event, to",
        "signalling dies",
        "signalling vanishes",
        "jicofo loses",
        "a bridge dies",
        # As late as it may.
        "a bridge finds",
        "a task of bridges is told to end although",
    )
    for name, after in steps(world._replace(left=world.left._replace(joins=0)), rules):
        if not name.startswith(unlucky):
            return after._replace(left=after.left._replace(joins=world.left.joins))
    return next(advance(world))[1]


def _check_names(world: World) -> None:
    """With nothing under way, a name leads to tasks that are there, or nowhere."""
    if world.runs or world.events or world.tick:
        return
    there = {0, *(label for label, _ in world.signalling), *(label for label, _ in world.bridges)}
    if not {*world.origin, *world.turn} <= there:
        raise Violation(f"a name leads to an address that was given back: {world}")


def _way(start: World, seen: dict[int, int], key: int, rules: Rules) -> list[str]:
    """The names of the steps from the start to a state, found again by their hashes."""
    hashes = [key]
    while hashes[-1] != hash(start):
        hashes.append(seen[hashes[-1]])
    names, world = [str(start)], start
    for wanted in reversed(hashes[:-1]):
        name, world = next((name, after) for name, after in successors(world, rules) if hash(after) == wanted)
        names.append(f"{world.minute:3} {name}")
    return [*names, str(world)]


def at_rest_from(world: World, rules: Rules, minutes: int = 0) -> World:
    """The world after nothing went wrong for some minutes, for the start of a scenario."""
    end = world.minute + minutes
    while world.minute < end or world.runs or world.events or world.tick:
        world = fulfil(_well(world, rules))
    return world


def clicked(world: World, rules: Rules) -> World:
    """The world after a visitor's click."""
    return begin(world, "wake", rules)
