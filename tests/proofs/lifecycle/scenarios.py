# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The scenarios: where the world begins and what may happen to it. Each is explored whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .explore import Figures, at_rest_from, clicked, explore
from .replay import Names, Runs, Settings
from .world import BASE, MINUTE, Budget, Rules, World

# The durations in minutes of this world: what the functions count on is proven for these, in the order that they have.
SETTINGS = Settings(
    idle=120, lag=60, settle=120, drain_limit=480, fence=60, call=20, certificate=0, fresh=0, give_up=900
)


def names(schedules: tuple[Mapping[str, Any], ...] = ()) -> Names:
    return Names(
        platform="meet",
        cluster="meet-cluster",
        services={"signalling": "meet-service", "bridge": "meet-bridge", "recorder": "meet-recorder"},
        table="meet-wakes",
        zone_id="Z",
        records={"origin": "origin.example.org", "turn": "turn.example.org"},
        secret="meet-jitsi-secrets",
        schedules=schedules,
    )


@dataclass(frozen=True)
class Scenario:
    """``begins`` asleep, or that many minutes after a wake after which nobody came."""

    name: str
    begins: int | None
    budget: Budget
    minutes: int
    at_once: int = 2
    # In which minute from the beginning on a schedule wakes, and how many minutes later it ends.
    schedule: tuple[int, int] | None = None
    coarse: bool = True
    # How many are in a call at the beginning, and whether only two can be: then only TURN may need a bridge.
    people: int = 0
    direct: bool = False

    def run(self, limit: int = 0) -> Figures:
        rules, world = self._begin()
        return explore(world, rules, limit)

    def _begin(self) -> tuple[Rules, World]:
        start = 0 if self.begins is None else self.begins
        schedules: tuple[Mapping[str, Any], ...] = ()
        minutes = None
        if self.schedule:
            minutes = start + self.schedule[0], start + self.schedule[0] + self.schedule[1]
            schedules = (_at(minutes[0], True), _at(minutes[1], False))
        rules = Rules(
            Runs(names(schedules), SETTINGS),
            horizon=10**6,
            schedule=minutes,
            idle=SETTINGS.idle,
            deaths=self.budget.deaths,
            coarse=self.coarse,
            direct=self.direct,
        )
        world = at_rest_from(begin_asleep()._replace(left=Budget(deaths=self.budget.deaths)), rules)
        if self.begins is not None:
            world = at_rest_from(clicked(world, rules), rules, self.begins)
        # When nothing that may happen ends signalling itself, people in a call keep the very task.
        ends = self.budget.crashes or self.budget.vanishings or self.budget.cuts
        keeps = world.signalling if self.people and not ends else ()
        rules = replace(rules, at_once=self.at_once, horizon=world.minute + self.minutes, keeps=keeps)
        return rules, world._replace(left=self.budget, people=self.people)


def begin_asleep() -> World:
    return World(tick=True)


def _at(minute: int, awake: bool) -> Mapping[str, Any]:
    from datetime import UTC, datetime

    when = datetime.fromtimestamp(BASE + minute * MINUTE, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return {"schedule": f"at({when})", "awake": awake}


# The wrong life cycles (`mutants.py`) are found in these.
COMES_IN = Scenario("somebody comes in while it goes to sleep", 2, Budget(joins=1), 7, at_once=1)
BRIDGE_LOST = Scenario("a bridge dies under a call", 1, Budget(losses=1), 2, at_once=1, people=1)
VANISHES = Scenario("signalling vanishes", 1, Budget(vanishings=1), 2, at_once=1)
CUT_OFF = Scenario("jicofo is cut off", 1, Budget(cuts=1), 2, at_once=1)
RELAYS = Scenario(
    "bridges are scaled while one relays", 1, Budget(scalings=2, relays=1), 3, at_once=1, people=1, direct=True
)

# Small ones are part of `make test`. ``begins`` 2 is the minute before the platform finds that nobody came.
SMALL = [
    Scenario("a wake, and a run dies", None, Budget(wakes=1, deaths=1), 1, at_once=1),
    Scenario("nobody comes", 2, Budget(), 7, at_once=1),
    BRIDGE_LOST,
    VANISHES,
    CUT_OFF,
]
LARGE = [
    Scenario("two wakes at once", None, Budget(wakes=2), 0),
    Scenario("a wake, runs die", None, Budget(wakes=1, deaths=2), 1, at_once=1),
    Scenario("the desired count set by hand", None, Budget(manual=1, deaths=1), 2, at_once=1),
    Scenario("by hand and by click", None, Budget(manual=1, wakes=1), 0),
    Scenario("a schedule wakes", None, Budget(schedules=4, deaths=1), 3, at_once=1, schedule=(1, 4)),
    # It drains in minute 3 and stops in minute 7.
    Scenario("a wake while it begins to drain", 2, Budget(wakes=1), 2),
    Scenario("a wake while it is stopped, a run dies", 6, Budget(wakes=1, deaths=1), 1, at_once=1),
    Scenario("by hand while it is stopped, a run dies", 6, Budget(manual=1, deaths=1), 1, at_once=1),
    Scenario("a schedule while it goes to sleep", 2, Budget(schedules=4), 8, at_once=1, schedule=(5, 3)),
    COMES_IN,
    Scenario("somebody comes in while it is stopped, a run dies", 6, Budget(joins=1, deaths=1), 1, at_once=1),
    Scenario("figures are missing", 2, Budget(gaps=2), 8, at_once=1),
    Scenario("somebody records", 2, Budget(joins=1, recordings=1), 5, at_once=1),
    Scenario("a task dies, a run dies", 1, Budget(crashes=1, deaths=1), 2, at_once=1),
    Scenario("tasks die", 1, Budget(crashes=2), 1, at_once=1),
    Scenario("a task dies, events at once and twice", 1, Budget(crashes=1, duplicates=1), 0),
    Scenario("bridges are scaled while it goes to sleep", 2, Budget(scalings=1), 6, at_once=1),
    replace(BRIDGE_LOST, name="a bridge dies under a call, and comes back within ten minutes", minutes=11),
    Scenario("bridges die, and somebody clicks", 1, Budget(losses=2, wakes=1), 1, at_once=1),
    Scenario("signalling vanishes, a run dies", 1, Budget(vanishings=1, deaths=1), 3, at_once=1),
    Scenario("signalling vanishes, and is replaced again", 1, Budget(vanishings=1, crashes=1), 2, at_once=1),
    Scenario("jicofo is cut off, and a bridge dies", 1, Budget(cuts=1, losses=1), 2, at_once=1),
    RELAYS,
    Scenario("an allocation that nobody uses any more", 2, Budget(relays=1), 10, at_once=1, people=1, direct=True),
    # Each call of each look on its own.
    Scenario("a wake, call by call", None, Budget(wakes=1), 0, at_once=1, coarse=False),
    # The largest, 2.5 million states: the click and the one who stops it, call by call against each other.
    Scenario("a wake while it is stopped", 6, Budget(wakes=1), 1),
]
