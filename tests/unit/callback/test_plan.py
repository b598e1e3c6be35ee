# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The summary at the end of a run."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from ansible import context
from ansible_collections.meetops.jitsi.plugins.callback import plan

CHANGES = [
    {"resource": "table wakes", "action": "create", "fields": ["BillingMode", "Tags"]},
    {"resource": "alarm cpu", "action": "update", "fields": ["Period", "Threshold"]},
    {"resource": "alarm stray", "action": "delete", "fields": ["Namespace"]},
]


def printed(
    monkeypatch: pytest.MonkeyPatch, check: bool, *results: dict[str, Any], failures: dict[str, int] | None = None
) -> list[str]:
    """What the plugin prints after tasks with these results."""
    monkeypatch.setattr(context, "CLIARGS", {"check": check})
    plugin = plan.CallbackModule()
    plugin._display = mock.Mock()
    for result in results:
        plugin.v2_runner_on_ok(SimpleNamespace(result=result))
    plugin.v2_playbook_on_stats(SimpleNamespace(failures=failures or {}, dark={}))
    return [call.args[0] for call in plugin._display.display.call_args_list]


def test_a_plan_names_what_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(monkeypatch, True, {"changes": CHANGES[:1]}, {"results": [{"changes": CHANGES[1:]}]}) == [
        "  + table wakes",
        "  ~ alarm cpu: Period, Threshold",
        "  - alarm stray",
        "Plan: 1 to create, 1 to change, 1 to delete",
    ]


def test_a_run_ends_with_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(monkeypatch, False, {"changes": CHANGES}) == ["Done: 1 created, 1 changed, 1 deleted"]


def test_what_people_notice_is_said_of_a_plan_and_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    result = {"changes": CHANGES[1:2], "disturbs": "2 people meet now: it ends"}
    assert printed(monkeypatch, True, result)[1:] == [
        "  ! 2 people meet now: it ends",
        "Plan: 0 to create, 1 to change, 0 to delete",
    ]
    assert printed(monkeypatch, False, result) == [
        "  ! 2 people meet now: it ends",
        "Done: 0 created, 1 changed, 0 deleted",
    ]
    assert printed(monkeypatch, False, {**result, "disturbs": ""}) == ["Done: 0 created, 1 changed, 0 deleted"]


def test_after_a_failure_it_is_not_all(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(monkeypatch, False, {"changes": CHANGES[:1]}, failures={"host": 1}) == [
        "Done until the failure: 1 created, 0 changed, 0 deleted"
    ]


def test_nothing_to_do_is_said_of_a_plan_only(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(monkeypatch, True, {"changes": []}) == ["Plan: 0 to create, 0 to change, 0 to delete"]
    assert printed(monkeypatch, False, {"changes": []}) == []


def test_others_may_call_something_else_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert printed(monkeypatch, True, {"changes": "a text"}, {"changes": [{"action": "x"}]}, {"results": ["a"]}) == []
