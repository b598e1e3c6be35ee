# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The modules log_group and dynamodb_table: made, made again, put back, removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.server import AwsServer

Run = Callable[..., dict[str, Any]]
MODULES = {
    "log_group": {"name": "/ecs/meet", "retention_days": 30, "tags": {"Team": "x", "Number": 1}},
    "dynamodb_table": {"name": "meet-wakes", "key": "id", "tags": {"Team": "x", "Number": 1}},
}
# Names that begin like ours.
OTHERS = {"log_group": "/ecs/meet-staging", "dynamodb_table": "meet-wakes-staging"}


@pytest.mark.parametrize("name", MODULES)
def test_it_is_made_left_alone_and_removed(aws: AwsServer, as_planned: Run, run_module: Run, name: str) -> None:
    params = MODULES[name]
    other = {**params, "name": OTHERS[name]}
    run_module(name, **other)
    as_planned(run_module, name, **params)
    aws.calls.clear()
    assert not run_module(name, **params)["changed"]
    assert (len(aws.calls), aws.mutating()) == (2, [])
    gone = {"name": params["name"], "state": "absent"}
    as_planned(run_module, name, **gone)
    assert not run_module(name, **gone)["changed"]
    assert not run_module(name, **other)["changed"]


def test_drift_is_put_back(aws: AwsServer, run_module: Run) -> None:
    for name, params in MODULES.items():
        run_module(name, **params)
    aws.client("logs").put_retention_policy(logGroupName="/ecs/meet", retentionInDays=1)
    aws.client("dynamodb").update_table(
        TableName="meet-wakes",
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    )
    for name, field in (("log_group", "retention_days"), ("dynamodb_table", "billing_mode")):
        changes = run_module(name, **MODULES[name])["changes"]
        assert [(change["action"], change["fields"]) for change in changes] == [("update", [field])]
        assert not run_module(name, **MODULES[name])["changed"]


@pytest.mark.parametrize(
    ("name", "params", "message"),
    [
        ("log_group", {"name": "x", "retention_days": 2}, "retention_days must be one of"),
        ("log_group", {"name": "x"}, "retention_days"),
        ("dynamodb_table", {"name": "x"}, "key"),
    ],
)
def test_bad_input_is_refused_before_any_call(
    refused: Callable[..., str], name: str, params: dict[str, Any], message: str
) -> None:
    assert message in refused(name, **params)


def test_a_table_with_another_key_is_refused(aws: AwsServer, run_module: Run) -> None:
    run_module("dynamodb_table", name="meet-wakes", key="other")
    assert "has another key (other)" in run_module("dynamodb_table", **MODULES["dynamodb_table"])["msg"]
