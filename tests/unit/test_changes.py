# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare, diff, told
from hypothesis import given
from hypothesis import strategies as st

CASES = [
    # current, wanted, prune, expected (resource, action, fields)
    ({}, {}, True, []),
    ({}, {"a": {"x": 1}}, False, [("a", "create", ["x"])]),
    ({"a": {"x": 1}}, {"a": {"x": 1}}, False, []),
    ({"a": {"x": 1}}, {"a": {"x": 2}}, False, [("a", "update", ["x"])]),
    ({"a": {"x": 1, "unmanaged": 5}}, {"a": {"x": 1}}, False, []),
    ({"a": {"x": 1}}, {"a": {"x": 1, "y": None}}, False, [("a", "update", ["y"])]),
    ({"a": {"x": 1}}, {}, False, []),
    ({"a": {"x": 1}}, {}, True, [("a", "delete", ["x"])]),
    ({}, {"z": {"x": 1}, "a": {"x": 1}}, False, [("z", "create", ["x"]), ("a", "create", ["x"])]),
    ({"a": {}, "b": {}, "c": {}}, {"b": {}}, True, [("c", "delete", []), ("a", "delete", [])]),
]


@pytest.mark.parametrize(("current", "wanted", "prune", "expected"), CASES)
def test_compare(current, wanted, prune, expected):
    changes = compare(current, wanted, prune)
    assert [(change.resource, change.action, change.fields) for change in changes] == expected


def test_diff_shows_only_fields_that_differ():
    changes = [
        Change("new", None, {"x": 1}),
        Change("old", {"x": 1}, None),
        Change("both", {"x": 1, "y": 2, "z": 3}, {"x": 1, "y": 5}),
    ]
    assert diff(changes) == {
        "before": {"old": {"x": 1}, "both": {"y": 2}},
        "after": {"new": {"x": 1}, "both": {"y": 5}},
    }


STATES = st.dictionaries(st.sampled_from("abc"), st.dictionaries(st.sampled_from("xyz"), st.integers(0, 2)))


@given(STATES, STATES)
def test_applied_changes_leave_none(current, wanted):
    state = {name: dict(fields) for name, fields in current.items()}
    for change in compare(current, wanted, prune=True):
        if change.after is None:
            del state[change.resource]
        else:
            state[change.resource] = {**state.get(change.resource, {}), **change.after}
    assert compare(state, wanted, prune=True) == []


@pytest.mark.parametrize(
    ("field", "spelled"),
    [
        ("RetentionDays", "retention_days"),
        ("container_insights", "container_insights"),
        ("taskDefinition", "task_definition"),
        ("enableECSManagedTags", "enable_ecs_managed_tags"),
        ("OKActions", "ok_actions"),
        ("NegativeTTL", "negative_ttl"),
        ("TTL", "ttl"),
        ("deploymentConfiguration.maximumPercent", "deployment_configuration.maximum_percent"),
        ("containers.jvb.environment.JVB_PORT", "containers.jvb.environment.JVB_PORT"),
        (
            "containers.caddy.linuxParameters.tmpfs./Data.mountOptions",
            "containers.caddy.linux_parameters.tmpfs./Data.mount_options",
        ),
        (
            "containers.caddy.logConfiguration.options.awslogs-Group",
            "containers.caddy.log_configuration.options.awslogs-Group",
        ),
        ("policies.StartTask", "policies.StartTask"),
        ("origin group live-or-wake", "origin group live-or-wake"),
    ],
)
def test_fields_are_spelled_as_in_amazon_aws(field, spelled):
    wanted = {"x": {field: 1}}
    assert told(compare({}, wanted)) == [{"resource": "x", "action": "create", "fields": [spelled]}]
    assert diff(compare({}, wanted)) == {"before": {}, "after": {"x": {spelled: 1}}}


def test_the_inside_of_a_field_too_but_not_of_documents():
    fields = {
        "MetadataOptions": {"HttpTokens": "required"},
        "Routes": [{"GatewayId": "igw-1"}],
        "Tags": {"CostCenter": "1"},
        "trust": {"Statement": []},
        "policies.a": {"Statement": []},
    }
    assert diff(compare({}, {"x": fields}))["after"]["x"] == {
        "metadata_options": {"http_tokens": "required"},
        "routes": [{"gateway_id": "igw-1"}],
        "tags": {"CostCenter": "1"},
        "trust": {"Statement": []},
        "policies.a": {"Statement": []},
    }
