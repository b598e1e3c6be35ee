# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The bucket: its settings, and that the same setting in other words is no difference."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import s3
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import bucket
from botocore.exceptions import ClientError

ARN = "arn:aws:s3:::b"
STATEMENT = bucket.tls_only_policy(ARN)["Statement"][0]


@pytest.mark.parametrize("name", ["abc", "a" * 63, "jitsi-video-platform-meet-example-com-recordings", "1-2"])
def test_names_pass(name: str) -> None:
    bucket.check_name(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ab", "has 2 characters"),
        ("a" * 64, "has 64 characters"),
        ("with.dot", "letters, digits and hyphens only"),
        ("Upper", "letters, digits and hyphens only"),
        ("under_score", "letters, digits and hyphens only"),
        ("-start", "at both ends"),
        ("end-", "at both ends"),
        ("xn--name", "reserves"),
        ("name-s3alias", "reserves"),
        ("name--x-s3", "reserves"),
    ],
)
def test_bad_names_are_refused(name: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(f"name {name}: ")) as caught:
        bucket.check_name(name)
    assert words in str(caught.value)
    assert "jitsi_recording_bucket" in str(caught.value)


def test_a_bucket_in_another_region_is_refused() -> None:
    bucket.check_region("b", "eu-west-1", "eu-west-1")
    with pytest.raises(InvalidInput, match="is in eu-west-1, not in us-east-1; set jitsi_recording_bucket"):
        bucket.check_region("b", "eu-west-1", "us-east-1")


@pytest.mark.parametrize("days", [(0, 0, 1, 1), (90, 0, 30, 2), (0, 1, 30, 2), (90, 91, 30, 2)])
def test_days_pass(days: tuple[int, int, int, int]) -> None:
    bucket.check_days(*days)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((-1, 0, 30, 2), "archive_after_days -1: "),
        ((90, -1, 30, 2), "expire_after_days -1: "),
        ((90, 90, 30, 2), "expire_after_days 90: not after archive_after_days 90"),
        ((90, 30, 30, 2), "expire_after_days 30: "),
        ((90, 0, 0, 2), "noncurrent_days 0: "),
        ((90, 0, 30, 0), "incomplete_upload_days 0: "),
    ],
)
def test_bad_days_are_refused(days: tuple[int, int, int, int], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        bucket.check_days(*days)


@pytest.mark.parametrize(
    ("archive", "expire", "recordings"),
    [
        (0, 0, None),
        (90, 0, {"Transitions": [{"Days": 90, "StorageClass": "GLACIER_IR"}]}),
        (0, 365, {"Expiration": {"Days": 365}}),
        (90, 365, {"Transitions": [{"Days": 90, "StorageClass": "GLACIER_IR"}], "Expiration": {"Days": 365}}),
    ],
)
def test_lifecycle(archive: int, expire: int, recordings: dict[str, Any] | None) -> None:
    rules = bucket.lifecycle_rules(archive, expire, 30, 2)
    base = {"Filter": {"Prefix": "recordings/"}, "Status": "Enabled"}
    assert rules.get("recordings") == (None if recordings is None else {**base, **recordings})
    assert rules["leftovers"] == {
        "Filter": {"Prefix": ""},
        "Status": "Enabled",
        "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
        "Expiration": {"ExpiredObjectDeleteMarker": True},
    }


def test_the_policy_denies_everything_without_tls_and_nothing_else() -> None:
    assert bucket.tls_only_policy(ARN) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DenyInsecureTransport",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [ARN, f"{ARN}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


@pytest.mark.parametrize(
    "other",
    [
        {"Version": "2012-10-17", "Statement": STATEMENT},
        {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Principal": {"AWS": "*"}}]},
        {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Principal": {"AWS": ["*"]}}]},
        {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Action": ["s3:*"]}]},
        {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Resource": [f"{ARN}/*", ARN]}]},
        {"Statement": [dict(reversed(STATEMENT.items()))], "Version": "2012-10-17"},
        {
            "Version": "2012-10-17",
            "Statement": [{**STATEMENT, "Condition": {"Bool": {"aws:SecureTransport": [False]}}}],
        },
    ],
)
def test_the_same_policy_in_other_words(other: dict[str, Any]) -> None:
    assert bucket.canonical_policy(other) == bucket.canonical_policy(bucket.tls_only_policy(ARN))


@pytest.mark.parametrize(
    "other",
    [
        {"Statement": [STATEMENT]},
        {"Version": "2012-10-17", "Statement": []},
        {"Version": "2012-10-17", "Statement": [STATEMENT, {**STATEMENT, "Sid": "Another"}]},
        {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Effect": "Allow"}]},
        {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Resource": ARN}]},
        {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Principal": {"AWS": "123456789012"}}]},
        {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}]},
    ],
)
def test_another_policy(other: dict[str, Any]) -> None:
    assert bucket.canonical_policy(other) != bucket.canonical_policy(bucket.tls_only_policy(ARN))


def wanted(key: str = "") -> bucket.Settings:
    return bucket.wanted(ARN, key, bucket.lifecycle_rules(90, 0, 30, 2), {"Name": "b"})


def answers(key: dict[str, str]) -> dict[str, Any]:
    """What S3 reports of a bucket that is as wanted, in S3's own words."""
    return {
        "public_access_block": {"PublicAccessBlockConfiguration": dict(wanted()["public_access_block"])},
        "ownership": {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
        "policy": {"Policy": json.dumps(bucket.tls_only_policy(ARN))},
        "encryption": {
            "ServerSideEncryptionConfiguration": {
                "Rules": [
                    {
                        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", **key},
                        "BucketKeyEnabled": True,
                        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
                    }
                ]
            }
        },
        "versioning": {"Status": "Enabled"},
        "lock": {},
        "lifecycle": {
            "Rules": [
                {
                    "ID": "recordings",
                    "Filter": {"Prefix": "recordings/"},
                    "Status": "Enabled",
                    "Transitions": [{"Days": 90, "StorageClass": "GLACIER_IR"}],
                },
                {
                    "Expiration": {"ExpiredObjectDeleteMarker": True},
                    "ID": "leftovers",
                    "Prefix": "",
                    "Status": "Enabled",
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
                },
            ]
        },
        "tags": {"TagSet": [{"Key": "Name", "Value": "b"}, {"Key": "aws:cloudformation:stack", "Value": "x"}]},
    }


@pytest.mark.parametrize(
    ("key", "reported"),
    [
        ("", {}),
        ("", {"KMSMasterKeyID": "arn:aws:kms:us-east-1:123456789012:alias/aws/s3"}),
        ("alias/mine", {"KMSMasterKeyID": "arn:aws:kms:us-east-1:123456789012:alias/mine"}),
    ],
)
def test_a_bucket_that_is_as_wanted_shows_no_difference(key: str, reported: dict[str, str]) -> None:
    assert bucket.current(answers(reported), key) == wanted(key)


def test_a_bucket_on_which_nothing_is_set_differs_in_everything() -> None:
    empty = bucket.current({setting: {} for setting in bucket.SETTINGS}, "")
    assert set(empty) == set(wanted()) == set(bucket.SETTINGS)
    assert [setting for setting in bucket.SETTINGS if empty[setting] == wanted()[setting]] == ["lock"]


def _at(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(answer: dict[str, Any]) -> None:
        for step in path[:-1]:
            answer = answer[step]
        answer[path[-1]] = value

    return change


RULE = ("encryption", "ServerSideEncryptionConfiguration", "Rules", 0)


@pytest.mark.parametrize(
    ("setting", "change"),
    [
        (
            "public_access_block",
            _at("public_access_block", "PublicAccessBlockConfiguration", "IgnorePublicAcls", value=False),
        ),
        ("ownership", _at("ownership", "OwnershipControls", "Rules", 0, "ObjectOwnership", value="ObjectWriter")),
        ("policy", _at("policy", value={})),
        ("encryption", _at(*RULE, "ApplyServerSideEncryptionByDefault", value={"SSEAlgorithm": "AES256"})),
        ("encryption", _at(*RULE, "ApplyServerSideEncryptionByDefault", "KMSMasterKeyID", value="alias/other")),
        ("encryption", _at(*RULE, "BucketKeyEnabled", value=False)),
        ("encryption", _at(*RULE, "BlockedEncryptionTypes", value={"EncryptionType": ["NONE"]})),
        ("versioning", _at("versioning", "Status", value="Suspended")),
        ("lock", _at("lock", value={"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}})),
        ("lifecycle", _at("lifecycle", "Rules", 0, "Status", value="Disabled")),
        ("lifecycle", _at("lifecycle", "Rules", 0, "Transitions", 0, "Days", value=91)),
        ("lifecycle", _at("lifecycle", "Rules", 1, "Prefix", value="x")),
        ("tags", _at("tags", "TagSet", 0, "Value", value="c")),
    ],
)
def test_each_difference_is_seen(setting: str, change: Callable[[dict[str, Any]], None]) -> None:
    seen = copy.deepcopy(answers({}))
    change(seen)
    now = bucket.current(seen, "")
    assert [name for name in bucket.SETTINGS if now[name] != wanted()[name]] == [setting]


def test_public_access_is_closed_before_anything_else() -> None:
    assert bucket.SETTINGS[0] == "public_access_block"
    order = [bucket.SETTINGS.index(setting) for setting in ("versioning", "lock", "lifecycle")]
    assert order == sorted(order)


@pytest.mark.parametrize(
    ("storage_class", "archive_after", "wrong"),
    [
        ("GLACIER_IR", 0, False),
        ("GLACIER_IR", 1, False),
        ("INTELLIGENT_TIERING", 1, False),
        ("STANDARD_IA", 0, False),
        ("STANDARD_IA", 29, True),
        ("STANDARD_IA", 30, False),
    ],
)
def test_the_day_from_which_a_class_takes_objects(storage_class: str, archive_after: int, wrong: bool) -> None:
    if wrong:
        with pytest.raises(InvalidInput, match=r"archive_after_days 29: STANDARD_IA takes objects after 30 days"):
            bucket.check_archive_class(storage_class, archive_after)
    else:
        bucket.check_archive_class(storage_class, archive_after)


@pytest.mark.parametrize("storage_class", bucket.ARCHIVE_CLASSES)
def test_the_class_of_the_lifecycle(storage_class: str) -> None:
    rules = bucket.lifecycle_rules(90, 0, 30, 2, storage_class)
    assert rules["recordings"]["Transitions"] == [{"Days": 90, "StorageClass": storage_class}]


@pytest.mark.parametrize(
    ("lock", "days", "expire_after", "wrong"),
    [
        ("none", 0, 0, ""),
        ("none", 1, 0, "lock_days 1: has no meaning with lock none"),
        ("holds", 0, 365, ""),
        ("holds", 30, 0, "lock_days 30: has no meaning with lock holds"),
        ("governance", 0, 0, "lock_days 0: lock governance needs 1 to 36500 days"),
        ("governance", -1, 0, "lock_days -1: "),
        ("compliance", 36501, 0, "lock_days 36501: "),
        ("compliance", 36500, 0, ""),
        ("governance", 30, 30, "expire_after_days 30: not after lock_days 30"),
        ("governance", 30, 29, "expire_after_days 29: not after lock_days 30"),
        ("governance", 30, 31, ""),
        ("compliance", 30, 0, ""),
    ],
)
def test_locks_that_cannot_be(lock: str, days: int, expire_after: int, wrong: str) -> None:
    if wrong:
        with pytest.raises(InvalidInput, match=wrong):
            bucket.check_lock(lock, days, expire_after)
    else:
        bucket.check_lock(lock, days, expire_after)


def _locked(mode: str, days: int, enabled: bool = True) -> bucket.Settings:
    return {"enabled": enabled, "mode": mode, "days": days}


@pytest.mark.parametrize(
    ("lock", "days", "current", "expected"),
    [
        ("none", 0, bucket.NO_LOCK, bucket.NO_LOCK),
        # It cannot be taken off a bucket.
        ("none", 0, _locked("", 0), _locked("", 0)),
        ("none", 0, _locked("GOVERNANCE", 7), _locked("", 0)),
        ("holds", 0, bucket.NO_LOCK, _locked("", 0)),
        ("governance", 7, bucket.NO_LOCK, _locked("GOVERNANCE", 7)),
        ("compliance", 7, _locked("GOVERNANCE", 30), _locked("COMPLIANCE", 7)),
    ],
)
def test_the_lock_that_is_set(lock: str, days: int, current: bucket.Settings, expected: bucket.Settings) -> None:
    assert bucket.lock_setting(lock, days, current) == expected


@pytest.mark.parametrize(
    ("current", "wanted", "refused"),
    [
        (_locked("COMPLIANCE", 30), _locked("COMPLIANCE", 30), ""),
        (_locked("COMPLIANCE", 30), _locked("COMPLIANCE", 31), ""),
        (_locked("COMPLIANCE", 30), _locked("COMPLIANCE", 29), "compliance for 29 days would be less"),
        (_locked("COMPLIANCE", 30), _locked("GOVERNANCE", 90), "governance for 90 days would be less"),
        (_locked("COMPLIANCE", 30), _locked("", 0), "no retention would be less"),
        (_locked("GOVERNANCE", 30), _locked("", 0), ""),
        (_locked("GOVERNANCE", 30), _locked("GOVERNANCE", 1), ""),
        (bucket.NO_LOCK, _locked("COMPLIANCE", 1), ""),
    ],
)
def test_a_compliance_lock_is_not_lowered(current: bucket.Settings, wanted: bucket.Settings, refused: str) -> None:
    if refused:
        with pytest.raises(InvalidInput, match=refused):
            bucket.check_lowering(current, wanted)
    else:
        bucket.check_lowering(current, wanted)


@pytest.mark.parametrize(
    ("retention", "mode", "days"),
    [
        (None, "", 0),
        ({"Mode": "GOVERNANCE", "Days": 7, "Years": 0}, "GOVERNANCE", 7),
        ({"Mode": "COMPLIANCE", "Years": 2}, "COMPLIANCE", 730),
    ],
)
def test_the_lock_that_s3_reports(retention: dict[str, Any] | None, mode: str, days: int) -> None:
    configuration: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
    if retention:
        configuration["Rule"] = {"DefaultRetention": retention}
    seen = {**answers({}), "lock": {"ObjectLockConfiguration": configuration}}
    assert bucket.current(seen, "")["lock"] == _locked(mode, days)


class Refusing:
    """A client whose every call fails with one error code."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __getattr__(self, operation: str) -> Callable[..., None]:
        def call(**_parameters: Any) -> None:
            raise ClientError({"Error": {"Code": self.code, "Message": ""}}, operation)

        return call


@pytest.mark.parametrize(("call", "code"), [(s3.region, "403"), (s3.read, "MethodNotAllowed")])
def test_a_bucket_of_another_account_is_named_as_such(call: Callable[[Any, str], Any], code: str) -> None:
    with pytest.raises(s3.NotOurs, match=r"name b: .*another account.*set jitsi_recording_bucket"):
        call(Refusing(code), "b")


@pytest.mark.parametrize(("call", "code"), [(s3.region, "400"), (s3.read, "AccessDenied")])
def test_other_errors_stay_what_they_are(call: Callable[[Any, str], Any], code: str) -> None:
    with pytest.raises(ClientError, match=code):
        call(Refusing(code), "b")


def test_no_bucket_has_no_region() -> None:
    assert s3.region(Refusing("404"), "b") is None
