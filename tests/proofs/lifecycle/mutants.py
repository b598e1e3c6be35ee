# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Life cycles that are wrong on purpose. A proof that does not find what is wrong with them would prove nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions import state

from . import health, world
from .replay import Quiet
from .scenarios import BRIDGE_LOST, COMES_IN, CUT_OFF, RELAYS, VANISHES, Scenario
from .world import Budget, Rules, Violation, World

CLICK = Scenario("a wake while it goes to sleep", 2, Budget(wakes=1), 7)
DIES = Scenario("a task dies, events are lost", 1, Budget(crashes=1, deaths=1), 2, at_once=1)
ALLOCATES = Scenario("an allocation that nobody uses", 2, Budget(relays=1), 8, at_once=1, people=1, direct=True)


@dataclass(frozen=True)
class Wrong:
    """``patch`` makes it wrong; ``says`` is what the proof must say in this scenario."""

    name: str
    patch: Callable[[], Any]
    scenario: Scenario
    says: str

    def caught(self, limit: int = 0) -> bool:
        """Whether the proof finds it."""
        with self.patch():
            try:
                self.scenario.run(limit)
            except Violation as violation:
                return self.says in str(violation)
        return False


def _stops_at_once() -> Any:
    """Idle means stopping: whoever comes in within the last minutes is not seen."""
    right = state._move_awake

    def move(item: Any, seen: Any, usage: Any, now: float, settings: Any) -> Any:
        moved = right(item, seen, usage, now, settings)
        return state._stopping(item, now, settings) if moved and moved.phase == state.DRAINING else moved

    return mock.patch.dict(state._MOVES, {state.AWAKE: move})


def _believes_missing_figures() -> Any:
    """No figure is taken for nobody."""
    return mock.patch.object(state, "_proven_empty", lambda *_arguments: True)


def _overwrites() -> Any:
    """The item is replaced, whoever changed it meanwhile."""

    def put(self: Quiet, _old: Any, new: Any) -> bool:
        return Quiet.__mro__[1].replace(self, self.item(), new)

    return mock.patch.object(Quiet, "replace", put, create=True)


def _follows_nothing() -> Any:
    """The names stay as they are."""
    return mock.patch.object(state, "_point", lambda *_arguments: [])


def _checks(script: str) -> Callable[[], Any]:
    """Signalling's health check is another."""
    return lambda: mock.patch.object(health, "CHECK", script)


_ASK = "curl --silent --max-time 4 %s http://127.0.0.1:8888/about/health"
_IMAGES_CHECK = _ASK % "--fail"
_TEXT_ALONE = f"[[ $({_ASK % ''}) =~ ^(OK$|No\\ operational\\ bridges) ]]"


def _stays_deaf() -> Any:
    """A bridge notices signalling that vanished when TCP gives up."""
    return mock.patch.object(world, "FREED", 16)


def _protects(rule: Callable[[World, int, Rules], bool]) -> Callable[[], Any]:
    """Bridges are protected by another rule."""
    return lambda: mock.patch.object(world, "protected", rule)


WRONG = [
    Wrong("stops as soon as nobody meets", _stops_at_once, COMES_IN, "a call was cut"),
    Wrong("takes missing figures for nobody", _believes_missing_figures, COMES_IN, "a call was cut"),
    Wrong("replaces what somebody else has changed", _overwrites, CLICK, ""),
    Wrong("does not follow the tasks", _follows_nothing, DIES, ""),
    Wrong("ends signalling without a bridge", _checks(_IMAGES_CHECK), BRIDGE_LOST, "no bridge was there"),
    Wrong("ends signalling that a bridge does not find yet", _checks(_IMAGES_CHECK), VANISHES, "no bridge was there"),
    Wrong("takes a lost connection for a missing bridge", _checks(_TEXT_ALONE), CUT_OFF, "stays cut off"),
    Wrong("lets a bridge wait for TCP", _stays_deaf, VANISHES, "stays deaf"),
    Wrong(
        "ends a bridge that relays",
        _protects(lambda now, _label, rules: bool(now.people and not rules.direct)),
        RELAYS,
        "a call was cut",
    ),
    Wrong(
        "keeps a bridge for an allocation",
        _protects(lambda now, label, _rules: label in {*now.relaying, *now.allocated}),
        ALLOCATES,
        "stuck",
    ),
]
