# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The secret document: what is added, what is never changed, what is refused and how."""

from __future__ import annotations

import json
import re
import traceback
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import secretsmanager
from ansible_collections.meetops.jitsi.plugins.module_utils.access import kms_key
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import document as secret_document
from botocore.exceptions import ParamValidationError
from hypothesis import given
from hypothesis import strategies as st

NAMES = st.from_regex(secret_document._KEY, fullmatch=True)
KEYS = st.dictionaries(NAMES, st.integers(16, 64), min_size=1, max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=6,
)
DOCUMENTS = st.dictionaries(NAMES | st.text(), JSON, max_size=8)


@given(DOCUMENTS, KEYS)
def test_completing_keeps_what_is_there_and_adds_the_rest(document: dict[str, Any], keys: dict[str, int]) -> None:
    before = json.loads(json.dumps(document))
    completed = secret_document.complete(document, keys)
    generated = secret_document.missing(document, keys)
    assert document == before, "the document passed in is left alone"
    assert {key: value for key, value in completed.items() if key not in generated} == {
        key: value for key, value in document.items() if key not in generated
    }
    assert set(completed) == set(document) | set(keys)
    for key in generated:
        assert document.get(key) in (None, "")
        assert re.fullmatch(rf"[0-9a-f]{{{2 * keys[key]}}}", completed[key])


@given(DOCUMENTS, KEYS)
def test_completing_twice_is_completing_once(document: dict[str, Any], keys: dict[str, int]) -> None:
    once = secret_document.complete(document, keys)
    assert secret_document.missing(once, keys) == []
    assert secret_document.complete(once, keys) == once


@given(DOCUMENTS)
def test_a_document_survives_writing_and_reading(document: dict[str, Any]) -> None:
    text = secret_document.render(document)
    assert secret_document.parse(text, "x") == document
    assert list(secret_document.parse(text, "x")) == list(document)


def test_values_are_random() -> None:
    keys = {f"key_{number}": 16 for number in range(100)}
    assert len(set(secret_document.complete({}, keys).values())) == 100


@pytest.mark.parametrize(
    ("document", "missing"),
    [
        ({}, ["a", "b"]),
        ({"a": "x"}, ["b"]),
        ({"a": "", "b": None}, ["a", "b"]),
        ({"a": "x", "b": "y", "other": ""}, []),
        ({"a": 0, "b": False}, []),
        ({"A": "x", "b": " "}, ["a"]),
    ],
)
def test_missing(document: dict[str, Any], missing: list[str]) -> None:
    assert secret_document.missing(document, {"b": 16, "a": 16}) == missing


@pytest.mark.parametrize(
    "text", ["", "hunter2secret", '"hunter2secret"', '["hunter2secret"]', '{"a": "hunter2secret"', "null", '{"a": NaN}']
)
def test_a_document_that_is_no_object_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        secret_document.parse(text, "my-secret")
    assert str(caught.value).startswith("name my-secret: ")
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_a_secret_without_a_value_is_an_empty_document() -> None:
    assert secret_document.parse(None, "x") == {}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, "names no key"),
        ({"Upper": 16}, "keys Upper: "),
        ({"1st": 16}, "keys 1st: "),
        ({"with-hyphen": 16}, "keys with-hyphen: "),
        ({"": 16}, "keys : "),
        ({"a": 15}, "keys a: 15: "),
        ({"a": 1025}, "keys a: 1025: "),
        ({"a": "16"}, "from 16 to 1024"),
        ({"a": True}, "keys a: True: "),
        ({"a": None}, "keys a: None: "),
    ],
)
def test_bad_keys_are_refused(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(words)):
        secret_document.check_keys(keys)


def test_good_keys_pass() -> None:
    secret_document.check_keys({"a": 16, "turn_credentials": 32, "v2_key": 1024})


@pytest.mark.parametrize("name", ["", "with space", "star*", "n" * 257, "ümlaut"])
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="name "):
        secret_document.check_name(name)


@pytest.mark.parametrize("days", [0, 6, 31])
def test_bad_recovery_windows_are_refused(days: int) -> None:
    with pytest.raises(InvalidInput, match=f"recovery_window_days {days}: "):
        secret_document.check_recovery_window(days)


@pytest.mark.parametrize(
    ("stages", "version"),
    [
        ({}, None),
        ({"1": ["AWSCURRENT"], "0": ["AWSPREVIOUS"]}, None),
        ({"1": ["AWSCURRENT", "AWSPENDING"], "0": ["AWSPREVIOUS"]}, None),
        ({"1": ["AWSCURRENT"], "2": ["AWSPENDING"]}, "2"),
    ],
)
def test_unfinished_rotation(stages: dict[str, list[str]], version: str | None) -> None:
    assert secret_document.unfinished_rotation(stages) == version


def test_an_error_of_botocore_about_parameters_does_not_show_them() -> None:
    class Client:
        def create_secret(self, **parameters: Any) -> None:
            raise ParamValidationError(report=f"Invalid type for parameter SecretString, value: {parameters}")

        put_secret_value = create_secret

    value = "".join(["hunt", "er2"])  # not as a literal: a traceback shows source lines
    for call in (
        lambda: secretsmanager.create(Client(), "x", value, "", "", {}),
        lambda: secretsmanager.put(Client(), "x", value),
    ):
        with pytest.raises(InvalidInput) as caught:
            call()
        assert value not in "".join(traceback.format_exception(caught.value))


ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kms:us-east-1:123456789012:key/{ID}"
ALIAS_ARN = "arn:aws:kms:us-east-1:123456789012:alias/mine"
MANAGED = "alias/aws/s3"
MANAGED_ARN = f"arn:aws:kms:us-east-1:123456789012:{MANAGED}"


@pytest.mark.parametrize(
    ("wanted", "current", "reported"),
    [
        ("", None, ""),
        ("", "", ""),
        ("", MANAGED, ""),
        ("", MANAGED_ARN, ""),
        (MANAGED, None, MANAGED),
        (MANAGED_ARN, MANAGED, MANAGED_ARN),
        (ARN, ARN, ARN),
        (ARN, ID, ARN),
        (ID, ARN, ID),
        ("alias/mine", ALIAS_ARN, "alias/mine"),
        # These differ.
        ("", ARN, ARN),
        (ARN, None, ""),
        (ARN, MANAGED_ARN, ""),
        (ARN, ALIAS_ARN, ALIAS_ARN),
        (ARN, ARN.replace("us-east-1", "eu-west-1"), ARN.replace("us-east-1", "eu-west-1")),
    ],
)
def test_spellings_of_a_kms_key(wanted: str, current: str | None, reported: str) -> None:
    assert kms_key.spelled_as(wanted, current, MANAGED) == reported


@pytest.mark.parametrize("key", ["", ID, ARN, "alias/mine", ALIAS_ARN, "mrk-" + "0" * 32])
def test_kms_keys_pass(key: str) -> None:
    kms_key.check("kms_key_id", key)


@pytest.mark.parametrize("key", ["mine", "key/" + ID, "arn:aws:iam::123456789012:role/x", ARN + "x", "alias/"])
def test_other_texts_are_no_kms_keys(key: str) -> None:
    with pytest.raises(InvalidInput, match=f"kms_key_id {key}: "):
        kms_key.check("kms_key_id", key)
