# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The tool that draws the dashboards: it has figures for every widget, and draws one."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import dashboard_metrics
from support.rendering import role_variable
from support.server import ROOT


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("dashboard_pictures", ROOT / "tools" / "dashboard_pictures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_widget_has_figures(tool):
    sample = tool.Sample()
    for kind, body in tool.bodies().items():
        for widget in body["widgets"]:
            if widget["type"] != "metric":
                continue
            # All two weeks, so that what is rare is there.
            shown = tool.values_of(sample, widget["properties"], 0)
            assert shown, (kind, widget["properties"]["title"])
            for row, times, values in shown:
                assert len(times) == len(values)
                assert not np.isnan(values).all(), (kind, row)


def test_every_metric_is_on_a_dashboard(tool):
    widgets = [item for body in tool.bodies().values() for item in body["widgets"] if item["type"] == "metric"]
    shown = {row.metric for widget in widgets for row in dashboard_metrics.rows(widget["properties"])}
    filters = role_variable("monitoring", "_monitoring_kept_filters", monitoring_name=tool.NAME)
    assert {item["metric"] for item in filters} <= shown


def test_a_widget_is_drawn(tool, tmp_path):
    body = tool.bodies()["recording"]
    widget = next(item for item in body["widgets"] if item["type"] == "metric")
    tool.draw({**body, "widgets": [{**widget, "x": 0, "y": 0}]}, tool.Sample(), tmp_path / "x.png")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("name", "expected"), [("Sum", 6), ("Average", 2), ("Minimum", 1), ("Maximum", 3), ("SampleCount", 3), ("p50", 2)]
)
def test_statistics_leave_out_what_is_missing(tool, name, expected):
    assert tool.statistic(name, np.array([1, np.nan, 2, 3])) == expected
