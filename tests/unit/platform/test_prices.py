# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The bill, asleep and awake."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import prices as cost

MONTHS: list[tuple[dict[str, float], float]] = [
    ({}, 0.00),
    ({"secrets": 1}, 0.40),
    ({"secrets": 1, "private_zones": 1}, 0.90),
    ({"alarms": 10}, 0.00),
    ({"alarms": 11}, 0.10),
    ({"alarms": 15}, 0.50),
    ({"dashboards": 3}, 0.00),
    ({"dashboards": 4}, 3.00),
    ({"metrics": 10}, 0.00),
    ({"metrics": 12}, 0.60),
    ({"customer_keys": 2}, 2.00),
    ({"log_gib": 5.0}, 0.00),
    ({"log_gib": 15.0}, 0.30),
    ({"recording_gib": 100}, 2.30),
    ({"archive_gib": 100}, 0.40),
    ({"infrequent_gib": 100}, 1.25),
    ({"file_system_gib": 0.0001}, 0.00),
    ({"public_zones": 1}, 0.50),
    ({"functions": 4, "distributions": 1, "tables": 1}, 0.00),
    ({"public_ips": 1}, 3.65),
    # The platform as site.yml builds it, with four alarms of target tracking: within the target of 1.50.
    ({"secrets": 1, "private_zones": 1, "alarms": 15, "dashboards": 1}, 1.40),
]


@pytest.mark.parametrize(("counts", "usd_month"), MONTHS)
def test_idle_cost(counts: dict[str, float], usd_month: float) -> None:
    assert cost.idle_cost(counts)["usd_month"] == usd_month


def test_everything_that_has_a_price_is_in_a_month_of_these() -> None:
    assert {name for counts, _usd in MONTHS for name in counts} == cost.IDLE_ITEMS.keys()


def test_idle_cost_has_a_line_for_everything_there_with_the_list_price_and_what_is_free() -> None:
    bill = cost.idle_cost({"alarms": 13, "secrets": 1, "dashboards": 0, "functions": 4})
    assert bill["lines"] == [
        {"item": "CloudWatch alarms", "quantity": 13, "usd_gross": 1.3, "usd_free": 1.0, "usd": 0.3},
        {"item": "Secrets Manager secrets", "quantity": 1, "usd_gross": 0.4, "usd_free": 0.0, "usd": 0.4},
        {"item": "Lambda functions", "quantity": 4, "usd_gross": 0, "usd_free": 0, "usd": 0},
    ]
    assert (bill["usd_month_gross"], bill["usd_month"]) == (1.7, 0.7)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({"alarm": 1}, r"idle_cost alarm: has no price; known are alarms, "),
        ({"secrets": -1}, r"idle_cost secrets -1: is below zero"),
    ],
)
def test_idle_cost_refuses(counts: dict[str, float], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        cost.idle_cost(counts)


@pytest.mark.parametrize(
    ("task", "usd_hour"),
    [
        ({"cpu": 4096, "memory": 8192}, 0.2025),
        ({"cpu": 4096, "memory": 8192, "count": 3}, 0.6074),
        ({"cpu": 4096, "memory": 8192, "count": 0}, 0.0),
        ({"cpu": 1024, "memory": 4096}, 0.0633),
        ({"cpu": 512, "memory": 1024}, 0.0297),
        ({"instance_type": "c6i.xlarge"}, 0.175),
        ({"instance_type": "c6i.xlarge", "disk_gib": 73, "count": 2}, 0.366),
    ],
)
def test_awake_cost(task: dict[str, Any], usd_hour: float) -> None:
    assert cost.awake_cost([{"name": "task", **task}])["usd_hour"] == usd_hour


def test_awake_cost_adds_up_and_leaves_out_what_it_cannot_price() -> None:
    bill = cost.awake_cost(
        [
            {"name": "signalling", "cpu": 1024, "memory": 4096},
            {"name": "bridge", "cpu": 4096, "memory": 8192, "count": 2},
            {"name": "recorder", "instance_type": "z9.huge"},
        ]
    )
    assert bill["usd_hour"] == 0.4683
    assert [line["usd"] for line in bill["lines"]] == [0.0633, 0.405, None]
    assert bill["usd_hour_per_viewer"] == 0.10


def test_an_alarm_over_metric_math_is_billed_by_its_metrics() -> None:
    plain, math = {"MetricName": "x"}, {"Metrics": [{"MetricStat": {}}, {"MetricStat": {}}, {"Expression": "a+b"}]}
    assert cost.alarms_billed([plain, math, {"Metrics": []}]) == 4


def test_prices_of_use_name_what_is_free() -> None:
    lines = cost.use_cost()
    assert {"item": "CloudWatch logs written (GB)", "usd": 0.5, "free": "5 GB"} in lines
    assert all(line["usd"] > 0 and line["free"] for line in lines)


@pytest.mark.parametrize(
    ("task", "instance", "size"),
    [
        (
            {"cpu": "4096", "memory": "8192", "requiresCompatibilities": ["FARGATE"]},
            None,
            {"cpu": 4096, "memory": 8192},
        ),
        (
            {"cpu": "3584", "memory": "6656", "requiresCompatibilities": ["EC2"]},
            {"InstanceType": "c6i.xlarge", "BlockDeviceMappings": [{"Ebs": {"VolumeSize": 60}}, {"NoDevice": ""}]},
            {"instance_type": "c6i.xlarge", "disk_gib": 60},
        ),
    ],
)
def test_size_of_a_task(task: dict[str, Any], instance: dict[str, Any] | None, size: dict[str, Any]) -> None:
    assert cost.task_size("bridge", task, instance) == {"name": "bridge", **size}
