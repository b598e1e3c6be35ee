# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Metric filters in general, and those of the role against the lines that the platform prints."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest
import yaml
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import metric_filters
from botocore.loaders import Loader
from support.rendering import role_variable

GROUP, NAMESPACE = "/ecs/meet", "Jitsi/JVB"
PLAIN = {"name": "Lines", "pattern": "ERROR", "metric": "Lines", "value": "1", "unit": "None"}
GAUGE = {
    "name": "Stress",
    "pattern": '{ $.source = "jvb" && $.platform = * && $.stress >= 0 }',
    "metric": "Stress",
    "value": "$.stress",
    "unit": "Count",
    "default_value": None,
    "dimensions": {"Platform": "$.platform"},
}
DATA = Path(__file__).parents[2] / "data"
STATS = yaml.safe_load((DATA / "stats_lines.yml").read_text())
LINES = [item["line"] for item in STATS["lines"]]
LOG_LINES = yaml.safe_load((DATA / "log_lines.yml").read_text())

INVALID = [
    ({"name": ""}, "is no name of a filter"),
    ({"name": "a:b"}, "is no name of a filter"),
    ({"name": "x" * 513}, "is no name of a filter"),
    ({"metric": ""}, "metric ''"),
    ({"metric": "$x"}, "metric '$x'"),
    ({"pattern": "{ $.stress > }"}, "filters Stress, pattern '{ $.stress > }': at character 14"),
    ({"value": "$.other"}, "value $.other: is not in the pattern; add && $.other = *"),
    ({"value": "many"}, "neither a number nor a field"),
    ({"value": ""}, "neither a number nor a field"),
    ({"unit": "Bananas"}, "unit Bananas"),
    ({"default_value": 0.0}, "takes it or dimensions, not both"),
    ({"dimensions": {"Platform": "$.other"}}, "dimension Platform: $.other: is not in the pattern"),
    ({"dimensions": {"Platform": "meet"}}, "dimension Platform: meet: is not in the pattern"),
    ({"dimensions": {":Platform": "$.platform"}}, "dimension ':Platform'"),
    ({"dimensions": {" ": "$.platform"}}, "dimension ' '"),
    ({"dimensions": {"Plätform": "$.platform"}}, "is no name"),
    ({"dimensions": dict.fromkeys("abcd", "$.platform")}, "at most 3"),
    ({"pattern": "ERROR", "value": "1"}, "need a JSON pattern"),
]


def test_valid_filters():
    metric_filters.check(GROUP, NAMESPACE, [PLAIN, GAUGE, {**PLAIN, "name": "Zero", "default_value": 0.0}])


@pytest.mark.parametrize(("changed", "message"), INVALID)
def test_invalid_filter(changed, message):
    with pytest.raises(InvalidInput) as error:
        metric_filters.check(GROUP, NAMESPACE, [{**GAUGE, **changed}])
    assert message in str(error.value)
    assert "; " in str(error.value)


@pytest.mark.parametrize(
    ("log_group", "namespace", "filters", "message"),
    [
        ("", NAMESPACE, [], "log_group"),
        ("a b", NAMESPACE, [], "log_group"),
        (GROUP, "", [], "namespace"),
        (GROUP, "AWS/ECS", [], "namespace"),
        (GROUP, "a:b", [], "namespace"),
        (GROUP, NAMESPACE, [PLAIN, PLAIN], "twice"),
        (GROUP, NAMESPACE, [{**PLAIN, "name": f"f{n}"} for n in range(101)], "takes 100"),
        (GROUP, NAMESPACE, [{**PLAIN, "name": f"f{n}", "pattern": "%x%"} for n in range(6)], "takes 5"),
    ],
)
def test_invalid_set(log_group, namespace, filters, message):
    with pytest.raises(InvalidInput, match=message):
        metric_filters.check(log_group, namespace, filters)


def test_a_hundred_filters_pass():
    metric_filters.check(GROUP, NAMESPACE, [{**PLAIN, "name": f"f{n}"} for n in range(100)])


def test_units_are_those_of_aws():
    from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring.units import UNITS

    for service in ("logs", "cloudwatch"):
        model = Loader().load_service_model(service, "service-2")
        assert sorted(UNITS) == sorted(model["shapes"]["StandardUnit"]["enum"])


def described(fields):
    """What DescribeMetricFilters says after PutMetricFilter with these fields."""
    return {
        "filterName": "x",
        "filterPattern": fields["pattern"],
        "metricTransformations": [metric_filters.transformation(fields)],
        "creationTime": 1,
    }


@pytest.mark.parametrize("item", [PLAIN, GAUGE, {**PLAIN, "default_value": 0.0}])
def test_what_was_put_is_no_change(item):
    wanted = metric_filters.wanted(NAMESPACE, [{**item, "name": "x"}])
    current = metric_filters.current([described(wanted["metric filter x"])])
    assert compare(current, wanted, prune=True) == []


def test_a_field_taken_away_is_a_change():
    full = {**PLAIN, "unit": "Count", "default_value": 0.0}
    current = metric_filters.current([{**described(metric_filters.wanted(NAMESPACE, [full])["metric filter Lines"])}])
    changes = compare(current, metric_filters.wanted(NAMESPACE, [{**PLAIN, "name": "x"}]), prune=True)
    assert [change.fields for change in changes] == [["default_value", "unit"]]


def test_emit():
    line = '{"source":"jvb","platform":"meet","stress":0.5}'
    assert metric_filters.emit(GAUGE, line) == (0.5, {"Platform": "meet"})
    assert metric_filters.emit(PLAIN, "an ERROR") == (1.0, {})
    assert metric_filters.emit(PLAIN, "fine") is None
    # The value or the dimension is not there, or not usable.
    loose = {**GAUGE, "pattern": "{ $.source = * && ($.stress = * || $.platform = * || $.source = jvb) }"}
    assert metric_filters.emit(loose, '{"source":"jvb","platform":"meet","stress":"high"}') is None
    assert metric_filters.emit(loose, '{"source":"jvb","platform":"meet","stress":true}') is None
    assert metric_filters.emit(loose, '{"source":"jvb","platform":"meet"}') is None
    assert metric_filters.emit(loose, '{"source":"jvb","stress":1}') is None


# --- The role


FILTER_LISTS = ("_monitoring_filters", "_monitoring_recording_filters", "_monitoring_error_filters")


@functools.cache
def role_filters():
    return [item for name in FILTER_LISTS for item in role_variable("monitoring", name, monitoring_name="meet")]


def test_role_filters_are_valid_and_few():
    filters = role_filters()
    metric_filters.check(GROUP, NAMESPACE, filters)
    # CloudWatch gives ten metrics for nothing; every name with its one platform is a metric. Some have samples in few
    # hours, and a metric is billed for the hours that have samples.
    figures = {item["metric"] for item in filters if not item["metric"].startswith("Errors/")}
    assert len(figures - {*STATS["billed"]}) <= 10
    # One page of DescribeMetricFilters, and so one call a run.
    assert len(filters) <= 50


def emitted(line):
    """What all filters of the role make of a line: {metric: (value, dimensions)}."""
    samples = [(item["metric"], metric_filters.emit(item, line)) for item in role_filters()]
    found = [(name, sample) for name, sample in samples if sample]
    # Two filters may write one metric, but never both of them for one line.
    assert len({name for name, _sample in found}) == len(found)
    return dict(found)


@pytest.mark.parametrize("item", STATS["lines"], ids=LINES)
def test_role_filters_read_the_lines(item):
    found = emitted(item["line"])
    assert {name: sample[0] for name, sample in found.items()} == item["metrics"]
    assert all(sample[1] == {"Platform": "meet"} for sample in found.values())


@pytest.mark.parametrize("item", LOG_LINES, ids=[item["line"][:40] for item in LOG_LINES])
def test_only_errors_count_and_each_for_its_component(item):
    component = item.get("component")
    assert emitted(item["line"]) == (
        {f"Errors/meet/{component}": (1.0, {}), "Errors/meet": (1.0, {})} if component else {}
    )


def test_every_component_has_lines_of_both_kinds_and_filters():
    components = {item["component"] for item in LOG_LINES if "component" in item}
    metrics = {item["metric"] for item in role_filters() if item["metric"].startswith("Errors/meet/")}
    assert metrics == {f"Errors/meet/{component}" for component in components}
    # Every filter has a line that only it, and not another of its component, matches.
    hits = [
        [item["name"] for item in role_filters() if item["metric"].count("/") == 2 and metric_filters.emit(item, line)]
        for line in (item["line"] for item in LOG_LINES)
    ]
    assert {name for names in hits for name in names} == {
        item["name"] for item in role_filters() if item["metric"].count("/") == 2
    }


def test_without_recording_nobody_looks_for_a_recorder():
    filters = role_variable(
        "monitoring", "_monitoring_error_filters", monitoring_name="meet", monitoring_recording=False
    )
    assert not any("jibri" in item["name"].lower() for item in filters)


def test_the_average_of_upload_results_is_the_success_rate():
    ok, failed = LINES[-2], LINES[-1]
    samples = [
        sample[0]
        for line in [ok] * 19 + [failed]
        for item in role_filters()
        if item["metric"] == "UploadResult" and (sample := metric_filters.emit(item, line))
    ]
    assert (len(samples), sum(samples), sum(samples) / len(samples)) == (20, 19, 0.95)


@pytest.mark.parametrize("line", LINES)
def test_role_filters_leave_other_lines_alone(line):
    event = json.loads(line)
    others = [
        json.dumps({**event, "platform": "meet-staging"}),
        json.dumps({key: value for key, value in event.items() if key != "platform"}),
        json.dumps({**event, "source": "other"}),
        json.dumps({"message": line}),
        f"INFO {line}",
        line[:-1],
    ]
    assert not any(emitted(other) for other in others)
