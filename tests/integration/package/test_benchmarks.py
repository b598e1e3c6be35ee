# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What `make bench` starts from fits what site.yml makes now. The benchmark itself takes too long for a test."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from support.documents import NAME
from support.plans import Task
from support.replay import Request
from support.server import ROOT, AwsServer

sys.path.append(str(ROOT / "benchmarks"))

from floor import send
from inputs import inputs
from made import made

LIST = "com.amazonaws.global.cloudfront.origin-facing"


@pytest.fixture
def wanted(converged_tasks: list[Task], tmp_path: Path) -> dict[str, Any]:
    """The variables of stock.yml."""
    return inputs(converged_tasks, {LIST: "pl-1"}, tmp_path)


def test_the_stock_playbook_is_given_what_it_asks_for(wanted: dict[str, Any]) -> None:
    asked = re.findall(r"\bwanted\.(\w+)", (ROOT / "benchmarks" / "stock.yml").read_text())
    assert set(asked) == set(wanted)


def test_it_asks_for_as_much_as_the_platform_has(wanted: dict[str, Any], converged: AwsServer) -> None:
    there = made(converged, wanted["name"])
    lists = {
        "subnets": "subnets",
        "roles": "roles",
        "policies of roles": "role_policies",
        "functions": "functions",
        "event rules": "event_rules",
        "task definitions": "task_definitions",
        "services": "services",
        "metric filters": "metric_filters",
        "alarms": "alarms",
    }
    assert {kind: len(wanted[key]) for kind, key in lists.items()} == {kind: there[kind] for kind in lists}
    rules = sum(len(group["rules"]) + len(group["rules_egress"]) for group in wanted["security_groups"])
    assert rules == there["rules of security groups"]
    assert all(Path(item["zip_file"]).stat().st_size for item in wanted["functions"])


def test_the_requests_alone_make_the_same(converged_requests: list[Request], aws: AwsServer) -> None:
    aws.restore(converged_requests)
    expected = made(aws, NAME)
    aws.restore([])
    send(converged_requests, aws.url)
    assert len(aws.calls) == len(converged_requests)
    assert made(aws, NAME) == expected
    assert expected["distributions"] == 1
