# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What people are told of a rotation."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import report
from ansible_collections.meetops.jitsi.plugins.module_utils.secret.rotation import Outcome
from ansible_collections.meetops.jitsi.plugins.module_utils.secret.rotation_plan import Action, Do, Secret

DUE = Secret("old", keys=frozenset({"a", "b"}), ages={"a": 91.04, "b": 3.0})
PREPARE, CANCEL = Action(Do.PREPARE, "it is due"), Action(Do.CANCEL, "why", "v")
WAITING = Secret("old", pending="new", changes=frozenset({"a"}), ages=DUE.ages)


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (0.2, "The oldest value is 0 days old, rotation is due in 90 days."),
        (1.0, "The oldest value is 1 day old, rotation is due in 89 days."),
        (89.0, "The oldest value is 89 days old, rotation is due in 1 day."),
        (90.0, "The oldest value is 90 days old, rotation was due 0 days ago."),
        (97.0, "The oldest value is 97 days old, rotation was due 7 days ago."),
        (97.1, "The oldest value is 97 days old, and OVERDUE: rotation was due 7 days ago."),
    ],
)
def test_ages_in_words(age: float, text: str) -> None:
    assert report.due(report.ages(age, 90, 7)) == text


@pytest.mark.parametrize(
    ("secret", "action", "before", "after"),
    [
        (DUE, Action(Do.NOTHING), {}, {}),
        (DUE, Action(Do.POSTPONE, "x"), {}, {}),
        (DUE, PREPARE, {"days": {"a": 91.0, "b": 3.0}}, {"current": "new version", "days": {"a": 0.0, "b": 0.0}}),
        (WAITING, Action(Do.MOVE), {"days": {"a": 91.0}}, {"current": "new", "pending": "", "days": {"a": 0.0}}),
        (WAITING, Action(Do.CANCEL), {"days": {}}, {"pending": "", "days": {}}),
    ],
)  # fmt: skip
def test_difference(secret: Secret, action: Action, before: dict[str, Any], after: dict[str, Any]) -> None:
    names = {"current": "AWSCURRENT", "pending": "AWSPENDING", "days": "days since changed"}
    start = {"current": secret.current, "pending": secret.pending}
    assert report.planned(action, secret) == (
        {names[name]: value for name, value in {**start, **before}.items()},
        {names[name]: value for name, value in {**start, **after}.items()},
    )


def test_difference_of_a_label_that_is_left() -> None:
    before, after = report.planned(Action(Do.RELEASE), Secret("new", restart="new"))
    assert (before["JITSI_RESTART"], after["JITSI_RESTART"]) == ("new", "")


@pytest.mark.parametrize(
    ("action", "outcome", "result", "message"),
    [
        (Action(Do.NOTHING), Outcome(), "nothing", "Nothing to rotate."),
        (Action(Do.POSTPONE, "3 people meet"), Outcome(), "postponed", "Postponed, since 3 people meet."),
        (PREPARE, Outcome(), "rotated", "Would rotate a, b, since it is due."),
        (PREPARE, Outcome(keys=["a"], changed=True), "rotated", "Rotated a."),
        (PREPARE, Outcome(postponed="they came", changed=True), "postponed", "Postponed, since they came."),
        (CANCEL, Outcome(), "cancelled", "Would take back version v, since why."),
        (CANCEL, Outcome(cancelled="v", changed=True), "cancelled", "Took back version v, which"),
        (Action(Do.MOVE, "why"), Outcome(), "rotated", "Would go on where a run stopped: move, why."),
        (Action(Do.RELEASE, "why"), Outcome(changed=True), "nothing", "Tidied."),
    ],
)  # fmt: skip
def test_results(action: Action, outcome: Outcome, result: str, message: str) -> None:
    told = report.report(action, DUE, outcome)
    assert told["result"] == result
    assert told["message"].startswith(message)
