# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a rotation does to the document."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import document as secret_document
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import rotation_document as rotation
from hypothesis import given
from hypothesis import strategies as st

OWNED = {"a": 16, "b": 32, "empty": 16}
NOW = datetime(2026, 11, 23, 2, 2, 58, tzinfo=UTC)
STAMP = "2026-11-23T02:02:58Z"
DOCUMENT: dict[str, Any] = {
    "a": "0" * 32,
    "note": {"x": [1, None]},
    "b": "1" * 64,
    "pin": "0042",
    "empty": "",
    "word": "hunter2",
}


def test_new_values_for_these_keys_alone() -> None:
    rotated = rotation.rotate(DOCUMENT, {"a", "pin", "word"}, OWNED, NOW)
    assert list(rotated) == [*DOCUMENT, "_rotated"]
    assert {key: rotated[key] for key in ("note", "b", "empty")} == {
        key: DOCUMENT[key] for key in ("note", "b", "empty")
    }
    assert rotated["_rotated"] == {"a": STAMP, "pin": STAMP, "word": STAMP}
    assert re.fullmatch("[0-9a-f]{32}", rotated["a"]) and rotated["a"] != DOCUMENT["a"]
    assert re.fullmatch("[0-9]{4}", rotated["pin"])
    assert re.fullmatch("[0-9a-f]{32}", rotated["word"])


def test_sizes_are_those_of_the_generated_keys() -> None:
    sizes: list[int] = []
    rotation.rotate(DOCUMENT, {"a", "b"}, OWNED, NOW, lambda size: str(sizes.append(size)))
    assert sizes == [16, 32]


def test_the_dates_of_others_stay() -> None:
    first = rotation.rotate(DOCUMENT, {"a", "b"}, OWNED, NOW - timedelta(days=5))
    second = rotation.rotate(first, {"a"}, OWNED, NOW)
    assert second["_rotated"] == {"a": STAMP, "b": "2026-11-18T02:02:58Z"}
    assert rotation.ages(second, OWNED, NOW - timedelta(days=50), NOW + timedelta(hours=12)) == {"a": 0.5, "b": 5.5}


@pytest.mark.parametrize(
    ("dates", "age"),
    [({}, 50.0), ({"a": STAMP}, 0.0), ({"a": "yesterday"}, 50.0), ({"a": 7}, 50.0), (["a"], 50.0), (None, 50.0)],
)
def test_a_key_without_a_date_is_as_old_as_the_secret(dates: Any, age: float) -> None:
    document = {"a": "x", "pin": "y", "_rotated": dates}
    assert rotation.ages(document, OWNED, NOW - timedelta(days=50), NOW) == {"a": age}


def test_a_clock_that_is_behind_makes_nothing_negative() -> None:
    assert rotation.ages({"a": "x"}, OWNED, NOW, NOW - timedelta(days=1)) == {"a": 0.0}


@pytest.mark.parametrize(("named", "keys"), [(set(), {"a", "b"}), ({"a"}, {"a"}), ({"pin", "b"}, {"pin", "b"})])
def test_keys_to_rotate(named: set[str], keys: set[str]) -> None:
    assert rotation.rotatable(DOCUMENT, OWNED, named) == keys


@pytest.mark.parametrize("key", ["nobody", "note", "empty", "_rotated"])
def test_a_named_key_must_hold_a_text(key: str) -> None:
    with pytest.raises(InvalidInput, match=f"rotate keys {key}: the document holds no such text; name some of a, b, "):
        rotation.rotatable({**DOCUMENT, "_rotated": {"a": STAMP}}, OWNED, {key})


ROTATED = rotation.rotate(DOCUMENT, {"a"}, OWNED, NOW)


@pytest.mark.parametrize(
    ("current", "waiting", "changed"),
    [
        (DOCUMENT, ROTATED, {"a"}),
        (ROTATED, DOCUMENT, {"a"}),  # back again
        (DOCUMENT, DOCUMENT, set()),
        (DOCUMENT, {**DOCUMENT, "a": "new without a date"}, None),
        (DOCUMENT, {**ROTATED, "pin": "0043"}, None),
        (DOCUMENT, {**ROTATED, "more": "x"}, None),
        ({**DOCUMENT, "more": "x"}, ROTATED, None),
        ({**DOCUMENT, "pin": "0043"}, ROTATED, None),
        ({}, {}, set()),
    ],
)
def test_what_a_waiting_version_changes(current: Any, waiting: Any, changed: set[str] | None) -> None:
    assert rotation.changed_keys(current, waiting) == changed


@pytest.mark.parametrize(
    ("value", "usable"), [("abc", True), ("a b", False), ("", False), (None, False), ("a\nb", False), ("✓", True)]
)
def test_usable_values(value: Any, usable: bool) -> None:
    assert rotation.unusable({"a": value}, {"a"}) == ([] if usable else ["a"])


VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda item: st.lists(item, max_size=3))


@given(st.dictionaries(st.text(), VALUES, max_size=6), st.sets(st.sampled_from(["a", "b"])))
def test_everything_else_survives_exactly(others: dict[str, Any], keys: set[str]) -> None:
    document = {**others, "a": "0" * 32, "b": "1" * 64}
    text = secret_document.render(document)
    rotated = rotation.rotate(secret_document.parse(text, "x"), keys, OWNED, NOW)
    again = secret_document.parse(secret_document.render(rotated), "x")
    kept = [key for key in document if key not in keys and key != "_rotated"]
    assert json.dumps([again[key] for key in kept]) == json.dumps([document[key] for key in kept])
    assert rotation.changed_keys(document, again) == keys


def test_completing_dates_a_new_key_once_there_are_dates() -> None:
    plain = secret_document.complete({"a": "x"}, {"b": 16})
    assert set(plain) == {"a", "b"}
    dated = secret_document.complete({"a": "x", "_rotated": {"a": STAMP}}, {"b": 16})
    assert set(dated["_rotated"]) == {"a", "b"}
    assert dated["_rotated"]["a"] == STAMP
    assert secret_document.filled(dated) == ["a", "b"]
    assert secret_document.complete(dated, {"b": 16}) == dated


def test_two_rotations_of_one_second_are_told_apart():
    now = datetime(2026, 11, 23, 2, 2, 58, tzinfo=UTC)
    first = rotation.rotate(DOCUMENT, ["a"], OWNED, now)
    second = rotation.rotate(first, ["a"], OWNED, now)
    assert rotation.changed_keys(first, second) == {"a"}
    assert rotation.rotate(second, ["a"], OWNED, now)["_rotated"]["a"] == "2026-11-23T02:03:00Z"
