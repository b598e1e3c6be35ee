# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The bill, asleep and awake."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils import cost
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput


@pytest.mark.parametrize(
    ("counts", "usd_month"),
    [
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
        ({"public_ips": 1}, 3.65),
        # The platform as site.yml builds it, with four alarms of target tracking: within the target of 1.50.
        ({"secrets": 1, "private_zones": 1, "alarms": 15, "dashboards": 1}, 1.40),
    ],
)
def test_idle_cost(counts: dict[str, float], usd_month: float) -> None:
    assert cost.idle_cost(counts)["usd_month"] == usd_month


def test_idle_cost_has_a_line_for_everything_there() -> None:
    bill = cost.idle_cost({"alarms": 9, "secrets": 1, "dashboards": 0})
    assert bill["lines"] == [
        {"item": "CloudWatch alarms", "quantity": 9, "usd": 0.0},
        {"item": "Secrets Manager secrets", "quantity": 1, "usd": 0.4},
    ]


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
