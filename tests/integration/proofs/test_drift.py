# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The quick part of the proof of drifts; `make proof-drift` makes all of them, and plans of the whole site.yml."""

from __future__ import annotations

import pytest
from proofs.drift import explore, table
from proofs.drift.case import Drift
from support import plans
from support.replay import Request
from support.server import AwsServer


@pytest.fixture(scope="module")
def base(converged_requests: list[Request], converged_tasks: list[plans.Task]) -> explore.Base:
    return explore.Base(converged_requests, converged_tasks)


def test_every_managed_field_has_a_drift(base: explore.Base) -> None:
    """A new field of a module needs a drift, or a reason why there can be none."""
    assert table.without_drift(plans.all_said(base.tasks)) == set()
    assert table.fixed_for_nothing(plans.all_said(base.tasks)) == set()


def test_drifts_of_all_modules_are_planned_and_put_back(aws_server: AwsServer, base: explore.Base) -> None:
    first, *_others = table.batches(table.DRIFTS)
    assert {drift.module for drift in first} == {drift.module for drift in table.DRIFTS}
    explore.prove(aws_server, base, first)


def test_what_belongs_to_others_is_left_alone(aws_server: AwsServer, base: explore.Base) -> None:
    explore.leave_alone(aws_server, base)


def test_a_drift_that_nobody_tells_of_is_found(aws_server: AwsServer, base: explore.Base) -> None:
    """The proof itself can fail: an alarm is edited, and a topic was expected."""
    edited = next(drift for drift in table.DRIFTS if drift.module == "alert_topic")
    wrong = Drift("alert_topic", edited.resource, frozenset({"name"}), edited.act)
    with pytest.raises(explore.Missed, match="is not told of"):
        explore.prove(aws_server, base, [wrong])
