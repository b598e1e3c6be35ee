# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rotations that are wrong on purpose. A proof that does not find what is wrong with them would prove nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

from ansible_collections.meetops.jitsi.plugins.module_utils.secret import rotation, rotation_plan
from ansible_collections.meetops.jitsi.plugins.module_utils.secret.calls import Aws
from ansible_collections.meetops.jitsi.plugins.module_utils.secret.rotation_plan import Action, Do

from .explore import Budget, Violation
from .programs import playbook
from .scenarios import ALONE, DEATH, LEFT_BEHIND, TWO, Scenario, asleep, awake, untouched, world


def _finishes_at_once(secret: Any, *_: Any) -> Action:
    return Action(Do.FINISH, version=secret.pending)


def _leaves_the_label(*_: Any) -> Action:
    return Action(Do.NOTHING)


def _stops_unmarked(secret: Any, platform: Any, *_: Any) -> Action:
    return Action(Do.STOP if platform.wanted else Do.WAIT)


def _makes_current(self: Any, version: str, text: str, labels: list[str]) -> None:
    self.sm.put_secret_value(SecretId=self.secret, ClientRequestToken=version, SecretString=text)


def _woken() -> Scenario:
    return Scenario("", world(untouched(), kinds=ALONE), (playbook(),), Budget(outside=("signalling wakes",)))


def _dying() -> Scenario:
    return Scenario("", asleep(), (playbook(),), DEATH)


def _restarting() -> Scenario:
    return Scenario("", awake(kinds=TWO), (playbook(),))


def _restarting_and_dying() -> Scenario:
    return Scenario("", awake(kinds=ALONE), (playbook(),), DEATH)


def _left_empty() -> Scenario:
    return Scenario("", LEFT_BEHIND["awake, pending version of somebody else"](), (playbook(),))


# What is changed in the code, and from where the change must be found out.
WRONG: dict[str, tuple[Callable[[], Any], Callable[[], Scenario]]] = {
    "moves AWSCURRENT while prosody runs": (
        lambda: mock.patch.object(rotation_plan.Platform, "quiet", True),
        _restarting,
    ),
    "moves AWSCURRENT as soon as nobody shall run": (
        lambda: mock.patch.object(rotation_plan.Platform, "quiet", property(lambda platform: not platform.wanted)),
        _restarting,
    ),
    "does not look again after the move": (
        lambda: mock.patch.object(rotation_plan, "_after_move", _finishes_at_once),
        _woken,
    ),
    "leaves AWSPENDING": (lambda: mock.patch.object(rotation_plan, "_after_move", _leaves_the_label), _dying),
    "does not write down that it stops signalling": (
        lambda: mock.patch.object(rotation_plan, "_stop", _stops_unmarked),
        _restarting_and_dying,
    ),
    "does not replace the bridges": (
        lambda: mock.patch.object(rotation_plan.Platform, "holders", frozenset()),
        _restarting,
    ),
    "takes whatever version waits": (
        lambda: mock.patch.object(rotation, "_holds", lambda *_: rotation_plan.Pending.FITS),
        _left_empty,
    ),
    "puts the new values as AWSCURRENT": (lambda: mock.patch.object(Aws, "put", _makes_current), _restarting),
}


def found() -> dict[str, str]:
    """What the exploration says of each wrong rotation; empty where it finds nothing."""
    return {name: violation(patch, scenario) for name, (patch, scenario) in WRONG.items()}


def violation(patch: Callable[[], Any], scenario: Callable[[], Scenario]) -> str:
    with patch():
        try:
            scenario().explore(limit=20000)
        except Violation as error:
            return str(error)
    return ""
