# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Life cycles that are wrong on purpose. A proof that does not find what is wrong with them would prove nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest import mock

from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions import reconcile, state

from .replay import Quiet
from .scenarios import FLOOD, Scenario
from .world import Budget, Violation

CLICK = Scenario("a wake while it goes to sleep", 2, Budget(wakes=1), 7)
COMES_IN = Scenario("somebody comes in while it goes to sleep", 2, Budget(joins=1), 7, at_once=1)
FLOODED = Scenario("floods: two clicks", None, Budget(wakes=2), 0, **FLOOD)
DIES = Scenario("a task dies, events are lost", 1, Budget(crashes=1, deaths=1), 2, at_once=1)


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


def _starts_at_each_click() -> Any:
    """Whoever clicks has the platform looked at, whether or not somebody has just done so."""
    return mock.patch.object(reconcile, "wished_lately", lambda *_arguments: False)


WRONG = [
    Wrong("looks at the platform for each click", _starts_at_each_click, FLOODED, "looks at the platform in a minute"),
    Wrong("stops as soon as nobody meets", _stops_at_once, COMES_IN, "a call was cut"),
    Wrong("takes missing figures for nobody", _believes_missing_figures, COMES_IN, "a call was cut"),
    Wrong("replaces what somebody else has changed", _overwrites, CLICK, ""),
    Wrong("does not follow the tasks", _follows_nothing, DIES, ""),
]
