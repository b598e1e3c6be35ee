# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""docs/monitoring.md and docs/runbooks.md say of metrics and alarms what the role makes."""

from __future__ import annotations

import functools
import re

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import DASHBOARD_ENDS
from support import documented
from support.rendering import role_variable
from support.server import ROOT

TOPIC = "arn:aws:sns:us-east-1:123456789012:meet-alerts"
RUNBOOK = re.compile(r"Runbook: playbooks/runbooks/(\w+\.yml)$")


@functools.cache
def of_role(name):
    return role_variable(
        "monitoring", name, monitoring_name="NAME", monitoring_region="us-east-1", _monitoring_topic={"arn": TOPIC}
    )


def alarms():
    return {item["name"]: RUNBOOK.search(item["description"]).group(1) for item in of_role("_monitoring_kept_alarms")}


def test_every_metric_is_explained():
    told = documented.names("monitoring.md", "Metrics")
    metrics = {item["metric"] for item in of_role("_monitoring_kept_filters")}
    assert set(told) == {metric.rpartition("/")[2] for metric in metrics - {"Errors/NAME"}}
    assert all(row[1] for name, row in told.items() if not name.islower())


def test_every_alarm_is_explained_with_its_runbook():
    told = {name: row[-1].strip("`") for name, row in documented.names("monitoring.md", "Alarms").items()}
    assert told == alarms()


def test_the_runbooks_page_lists_every_alarm():
    rows = documented.names("runbooks.md", "Alarms")
    assert set(rows) == set(alarms())
    for name, runbook in alarms().items():
        assert f"`{runbook}" in rows[name][-1], name


@pytest.mark.parametrize("runbook", sorted({*alarms().values(), "review.yml", "audit.yml", "verify.yml"}))
def test_runbooks_are_there(runbook):
    assert (ROOT / "playbooks" / "runbooks" / runbook).is_file()


def test_thresholds_in_the_page_are_the_role_s():
    page = (ROOT / "docs" / "monitoring.md").read_text()
    assert f"more than {role_variable('monitoring', 'monitoring_error_burst')} errors" in page
    assert "(1000)" in page
    assert "(100)" in page


def test_no_platform_is_called_as_the_dashboard_of_another():
    names = {item["name"] for item in of_role("_monitoring_dashboards").values()}
    assert names == {"NAME", *(f"NAME{end}" for end in DASHBOARD_ENDS)}


@pytest.mark.parametrize("kind", ["operations", "capacity", "recording"])
def test_every_dashboard_has_its_picture(kind):
    assert f"images/dashboard-{kind}.png" in (ROOT / "docs" / "monitoring.md").read_text()
    assert (ROOT / "docs" / "images" / f"dashboard-{kind}.png").read_bytes().startswith(b"\x89PNG")
