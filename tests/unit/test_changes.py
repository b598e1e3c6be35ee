# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare, diff
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
