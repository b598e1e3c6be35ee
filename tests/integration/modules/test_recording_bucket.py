# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module recording_bucket against the emulated AWS."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import s3
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import bucket
from support.deaths import Died
from support.server import AwsServer

NAME = "jitsi-video-platform-meet-example-com-recordings"
ARN = f"arn:aws:s3:::{NAME}"
WANTED = {"name": NAME, "tags": {"Name": NAME}}
READS = [
    "s3:HeadBucket",
    "s3:GetBucketPolicy",
    "s3:GetPublicAccessBlock",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketEncryption",
    "s3:GetBucketVersioning",
    "s3:GetObjectLockConfiguration",
    "s3:GetBucketLifecycleConfiguration",
    "s3:GetBucketTagging",
]
WRITES = {
    "public_access_block": "s3:PutPublicAccessBlock",
    "ownership": "s3:PutBucketOwnershipControls",
    "policy": "s3:PutBucketPolicy",
    "encryption": "s3:PutBucketEncryption",
    "versioning": "s3:PutBucketVersioning",
    "lifecycle": "s3:PutBucketLifecycleConfiguration",
    "tags": "s3:PutBucketTagging",
}

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def api(aws: AwsServer) -> Any:
    return aws.client("s3")


@pytest.fixture
def run(aws: AwsServer, run_module: Run) -> Run:
    """Run the module with WANTED and what differs from it; clear the calls before."""

    def run(**params: Any) -> dict[str, Any]:
        aws.calls.clear()
        return run_module("recording_bucket", **{**WANTED, **params})

    return run


def planned(result: dict[str, Any]) -> dict[str, Any]:
    """What check mode must tell truthfully: all but how the module was called."""
    return {name: value for name, value in result.items() if name != "invocation"}


def state(api: Any) -> bucket.Settings:
    return bucket.current(s3.read(api, NAME), "")


def warnings(result: dict[str, Any]) -> str:
    """The warnings of a result, which are those of the whole process so far."""
    return "\n".join(warning["event"]["msg"] for warning in result["warnings"])


AS_WANTED = bucket.wanted(ARN, "", bucket.lifecycle_rules(90, 0, 30, 2), WANTED["tags"])


def test_created_closed_first(aws: AwsServer, api: Any, run: Run) -> None:
    plan = run(_check=True)
    assert aws.calls == ["s3:HeadBucket"]

    result = run()
    assert aws.mutating() == ["s3:CreateBucket", *WRITES.values()]
    assert planned(result) == planned(plan)
    assert (result["changed"], result["name"], result["arn"], result["kept"]) == (True, NAME, ARN, False)
    assert result["changes"] == [{"resource": f"bucket {NAME}", "action": "create", "fields": sorted(bucket.SETTINGS)}]
    assert state(api) == AS_WANTED


def test_the_settings_in_the_words_of_s3(api: Any, run: Run) -> None:
    run(expire_after_days=365, kms_key_id="alias/mine")
    assert api.get_public_access_block(Bucket=NAME)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    }
    assert json.loads(api.get_bucket_policy(Bucket=NAME)["Policy"]) == bucket.tls_only_policy(ARN)
    assert api.get_bucket_encryption(Bucket=NAME)["ServerSideEncryptionConfiguration"]["Rules"] == [
        {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/mine"},
            "BucketKeyEnabled": True,
            "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
        }
    ]
    assert api.get_bucket_versioning(Bucket=NAME)["Status"] == "Enabled"
    assert api.get_bucket_lifecycle_configuration(Bucket=NAME)["Rules"] == [
        {
            "ID": "leftovers",
            "Filter": {"Prefix": ""},
            "Status": "Enabled",
            "Expiration": {"ExpiredObjectDeleteMarker": True},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
        },
        {
            "ID": "recordings",
            "Filter": {"Prefix": "recordings/"},
            "Status": "Enabled",
            "Transitions": [{"Days": 90, "StorageClass": "GLACIER_IR"}],
            "Expiration": {"Days": 365},
        },
    ]


@pytest.mark.parametrize("params", [{}, {"archive_after_days": 0}, {"kms_key_id": "alias/mine"}, {"tags": {}}])
def test_the_second_run_reads_nine_times_and_changes_nothing(aws: AwsServer, run: Run, params: dict[str, Any]) -> None:
    assert run(**params)["changed"]
    for check in (True, False):
        assert not run(**params, _check=check)["changed"]
        assert aws.calls == READS


def test_a_bucket_in_another_region(aws: AwsServer, run: Run) -> None:
    assert run(region="eu-central-1")["changed"]
    location = aws.client("s3", "eu-central-1").get_bucket_location(Bucket=NAME)
    assert location["LocationConstraint"] == "eu-central-1"
    assert not run(region="eu-central-1")["changed"]
    result = run()
    assert result["failed"]
    assert "is in eu-central-1, not in us-east-1; set jitsi_recording_bucket" in result["msg"]
    assert aws.calls == ["s3:HeadBucket"]


OPEN = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False, "RestrictPublicBuckets": True}
ALLOW = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{ARN}/*"}],
}
AES = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
STRAY = {
    "Rules": [{"ID": "stray", "Filter": {"Prefix": "recordings/"}, "Status": "Enabled", "Expiration": {"Days": 1}}]
}
UNKNOWN_KEY = {
    "Rules": [
        {
            "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/other"},
            "BucketKeyEnabled": True,
            "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
        }
    ]
}
DRIFTS: list[tuple[str, str, dict[str, Any]]] = [
    ("public_access_block", "put_public_access_block", {"PublicAccessBlockConfiguration": OPEN}),
    ("public_access_block", "delete_public_access_block", {}),
    (
        "ownership",
        "put_bucket_ownership_controls",
        {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
    ),
    ("ownership", "delete_bucket_ownership_controls", {}),
    ("policy", "put_bucket_policy", {"Policy": json.dumps(ALLOW)}),
    ("policy", "delete_bucket_policy", {}),
    ("encryption", "put_bucket_encryption", {"ServerSideEncryptionConfiguration": AES}),
    ("encryption", "put_bucket_encryption", {"ServerSideEncryptionConfiguration": UNKNOWN_KEY}),
    ("encryption", "delete_bucket_encryption", {}),
    ("versioning", "put_bucket_versioning", {"VersioningConfiguration": {"Status": "Suspended"}}),
    ("lifecycle", "put_bucket_lifecycle_configuration", {"LifecycleConfiguration": STRAY}),
    ("lifecycle", "delete_bucket_lifecycle", {}),
    ("tags", "put_bucket_tagging", {"Tagging": {"TagSet": [{"Key": "Name", "Value": "x"}, {"Key": "S", "Value": ""}]}}),
    ("tags", "delete_bucket_tagging", {}),
]


@pytest.mark.parametrize(("setting", "operation", "parameters"), DRIFTS, ids=[drift[1] for drift in DRIFTS])
def test_drift_of_each_setting_is_put_back(
    aws: AwsServer, api: Any, run: Run, setting: str, operation: str, parameters: dict[str, Any]
) -> None:
    run()
    getattr(api, operation)(Bucket=NAME, **parameters)
    assert state(api)[setting] != AS_WANTED[setting]

    plan = run(_check=True)
    assert aws.mutating() == []
    result = run()
    assert aws.mutating() == [WRITES[setting]]
    assert planned(result) == planned(plan)
    assert [entry["fields"] for entry in result["changes"]] == [[setting]]
    assert state(api) == AS_WANTED


RETENTION = {"Mode": "GOVERNANCE", "Days": 7, "Years": 0}


@pytest.mark.parametrize(
    ("params", "default"), [({"lock": "holds"}, None), ({"lock": "governance", "lock_days": 7}, RETENTION)]
)
def test_a_bucket_is_made_with_a_lock(
    aws: AwsServer, api: Any, run: Run, params: dict[str, Any], default: dict[str, Any] | None
) -> None:
    plan = run(**params, _check=True)
    assert aws.mutating() == []
    assert planned(run(**params)) == planned(plan)
    configuration = api.get_object_lock_configuration(Bucket=NAME)["ObjectLockConfiguration"]
    assert configuration["ObjectLockEnabled"] == "Enabled"
    assert configuration.get("Rule", {}).get("DefaultRetention") == default
    assert not run(**params)["changed"]


def test_a_bucket_that_holds_recordings_gets_a_lock_and_keeps_it(aws: AwsServer, api: Any, run: Run) -> None:
    run()
    _object(api)
    result = run(lock="governance", lock_days=7)
    assert aws.mutating() == ["s3:PutObjectLockConfiguration"]
    assert result["diff"]["after"] == {f"bucket {NAME}": {"lock": {"enabled": True, "mode": "GOVERNANCE", "days": 7}}}
    # No lock asked for any more: only the retention of new recordings ends.
    assert run()["changed"]
    assert state(api)["lock"] == {"enabled": True, "mode": "", "days": 0}
    assert not run()["changed"]


def test_a_compliance_lock_is_raised_and_not_lowered(aws: AwsServer, run: Run) -> None:
    run(lock="compliance", lock_days=7)
    assert run(lock="compliance", lock_days=8)["changed"]
    for lower in ({"lock": "compliance", "lock_days": 7}, {"lock": "governance", "lock_days": 8}, {}):
        result = run(**lower)
        assert result["failed"]
        assert "in compliance for 8 days" in result["msg"]
        assert aws.mutating() == []


@pytest.mark.parametrize("done", range(9))
def test_a_run_that_died_is_finished_by_the_next(
    api: Any, run: Run, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    left = iter([True] * done + [False])

    def dying(real: Callable[..., None]) -> Callable[..., None]:
        def call(*args: Any) -> None:
            if not next(left):
                raise Died
            real(*args)

        return call

    with monkeypatch.context() as patched:
        patched.setattr(s3, "create", dying(s3.create))
        patched.setattr(s3, "put", dying(s3.put))
        with pytest.raises(Died):
            run()
    run()
    assert state(api) == AS_WANTED


def test_absent_removes_an_empty_bucket(aws: AwsServer, api: Any, run: Run) -> None:
    run()
    plan = run(state="absent", _check=True)
    assert aws.mutating() == []
    result = run(state="absent")
    assert aws.calls == ["s3:HeadBucket", "s3:ListObjectVersions", "s3:ListMultipartUploads", "s3:DeleteBucket"]
    assert planned(result) == planned(plan)
    assert (result["changed"], result["kept"]) == (True, False)
    assert api.list_buckets()["Buckets"] == []
    assert not run(state="absent")["changed"]
    assert aws.calls == ["s3:HeadBucket"]


def _object(api: Any) -> None:
    api.put_object(Bucket=NAME, Key="recordings/x.mkv", Body=b"x")


def _delete_marker(api: Any) -> None:
    version = api.put_object(Bucket=NAME, Key="recordings/x.mkv", Body=b"x")["VersionId"]
    api.delete_object(Bucket=NAME, Key="recordings/x.mkv")
    api.delete_object(Bucket=NAME, Key="recordings/x.mkv", VersionId=version)
    assert "Versions" not in api.list_object_versions(Bucket=NAME)


def _upload(api: Any) -> None:
    api.create_multipart_upload(Bucket=NAME, Key="recordings/x.mkv")


@pytest.mark.parametrize("fill", [_object, _delete_marker, _upload])
def test_absent_keeps_a_bucket_that_holds_anything(
    aws: AwsServer, api: Any, run: Run, fill: Callable[[Any], None]
) -> None:
    run()
    fill(api)
    for check in (True, False):
        result = run(state="absent", _check=check)
        assert aws.mutating() == []
        assert (result["changed"], result["kept"]) == (False, True)
        assert "was kept" in warnings(result)


def test_erase_empties_the_bucket_first(aws: AwsServer, api: Any, run: Run) -> None:
    run()
    for fill in (_delete_marker, _object, _upload):
        fill(api)
    plan = run(state="absent", erase=True, _check=True)
    assert aws.mutating() == []
    result = run(state="absent", erase=True)
    assert planned(result) == planned(plan)
    assert [(item["resource"], item["action"]) for item in result["changes"]] == [
        (f"contents of bucket {NAME}", "delete"),
        (f"bucket {NAME}", "delete"),
    ]
    assert aws.mutating() == ["s3:AbortMultipartUpload", "s3:DeleteObjects", "s3:DeleteBucket"]
    assert (result["kept"], result["locked"]) == (False, [])
    assert api.list_buckets()["Buckets"] == []
    assert not run(state="absent", erase=True)["changed"]


def test_erase_leaves_what_s3_protects(aws: AwsServer, api: Any, run: Run) -> None:
    run(lock="holds")
    held = api.put_object(Bucket=NAME, Key="recordings/held.mkv", Body=b"x")["VersionId"]
    api.put_object_legal_hold(Bucket=NAME, Key="recordings/held.mkv", VersionId=held, LegalHold={"Status": "ON"})
    # It looks deleted, and must not look otherwise afterwards.
    api.delete_object(Bucket=NAME, Key="recordings/held.mkv")
    api.put_object(Bucket=NAME, Key="recordings/free.mkv", Body=b"xy")
    for check in (True, False):
        result = run(state="absent", erase=True, _check=check)
        assert (result["kept"], result["locked"]) == (True, [f"recordings/held.mkv ({held}) by a legal hold"])
        assert result["diff"]["before"] == {
            f"contents of bucket {NAME}": {"versions": 1, "delete_markers": 0, "uploads": 0, "bytes": 2}
        }
        assert "S3 protects 1 versions" in warnings(result)
    found = api.list_object_versions(Bucket=NAME)
    assert [item["VersionId"] for item in found["Versions"]] == [held]
    assert len(found["DeleteMarkers"]) == 1
    assert not run(state="absent", erase=True)["changed"]
    api.put_object_legal_hold(Bucket=NAME, Key="recordings/held.mkv", VersionId=held, LegalHold={"Status": "OFF"})
    assert not run(state="absent", erase=True)["kept"]
    assert api.list_buckets()["Buckets"] == []


def test_a_bucket_of_another_account(aws: AwsServer, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_api: Any, name: str) -> None:
        raise s3.NotOurs(name)

    monkeypatch.setattr(s3, "region", refuse)
    result = run()
    assert result["failed"]
    assert result["msg"].startswith(f"name {NAME}: a bucket of this name belongs to another account")
    assert "jitsi_recording_bucket" in result["msg"]
    result = run(state="absent")
    assert (result["changed"], result["kept"]) == (False, False)
    assert "another account" in warnings(result)
    assert aws.calls == []


@pytest.mark.parametrize(
    "params",
    [
        {"name": "with.dot"},
        {"archive_after_days": -1},
        {"expire_after_days": 30},
        {"noncurrent_days": 0},
        {"incomplete_upload_days": 0},
        {"kms_key_id": "mine"},
        {"archive_after_days": 29, "archive_class": "STANDARD_IA"},
        {"lock_days": 7},
        {"lock_days": 0, "lock": "governance"},
        {"expire_after_days": 100, "lock": "governance", "lock_days": 100},
    ],
)
def test_bad_input_fails_before_the_first_call(refused: Callable[..., str], params: dict[str, Any]) -> None:
    assert refused("recording_bucket", **{**WANTED, **params}).startswith(next(iter(params)))
