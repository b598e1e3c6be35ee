# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drifts of what is kept: recordings, secret, log group, table."""

from __future__ import annotations

import json
from typing import Any

from .case import ALONE, NAME, Hand, Table

BUCKET = "jitsi-meet-example-com-recordings"
SECRET = f"{NAME}-jitsi-secrets"
LOG_GROUP = f"/ecs/{NAME}"
TABLE = f"{NAME}-wakes"
ARN = "arn:aws:{}:us-east-1:123456789012:{}".format
BUCKET_RESOURCE, SECRET_RESOURCE = f"bucket {BUCKET}", f"secret {SECRET}"


def other_bucket_policy(hand: Hand) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    hand.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def encryption(hand: Hand, **rule: Any) -> None:
    hand.s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})


def open_bucket(hand: Hand) -> None:
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": False}
    hand.s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=block)


def other_lifecycle(hand: Hand) -> None:
    rule = {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    hand.s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})


def lock(hand: Hand) -> None:
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    hand.s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=configuration)


def owner(hand: Hand) -> None:
    rule = {"ObjectOwnership": "ObjectWriter"}
    hand.s3.put_bucket_ownership_controls(Bucket=BUCKET, OwnershipControls={"Rules": [rule]})


def bucket_tags(hand: Hand) -> None:
    hand.s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "Stray", "Value": "x"}]})


def lose_key(hand: Hand, key: str) -> None:
    """A value of the document is emptied."""
    answer = hand.secretsmanager.get_secret_value(SecretId=SECRET, VersionStage="AWSCURRENT")
    document = {**json.loads(answer["SecretString"]), key: ""}
    hand.secretsmanager.put_secret_value(SecretId=SECRET, SecretString=json.dumps(document))


def rotate_seldom(hand: Hand) -> None:
    hand.secretsmanager.rotate_secret(
        SecretId=SECRET, RotationRules={"AutomaticallyAfterDays": 365}, RotateImmediately=False
    )


def secret_tags(hand: Hand) -> None:
    hand.secretsmanager.tag_resource(SecretId=SECRET, Tags=[{"Key": "Stray", "Value": "x"}])
    hand.secretsmanager.untag_resource(SecretId=SECRET, TagKeys=["Environment"])


def log_group_tags(hand: Hand) -> None:
    arn = ARN("logs", f"log-group:{LOG_GROUP}")
    hand.logs.tag_resource(resourceArn=arn, tags={"Stray": "x"})
    hand.logs.untag_resource(resourceArn=arn, tagKeys=["Environment"])


def table_tags(hand: Hand) -> None:
    arn = ARN("dynamodb", f"table/{TABLE}")
    hand.dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "Stray", "Value": "x"}])
    hand.dynamodb.untag_resource(ResourceArn=arn, TagKeys=["Environment"])


def provisioned(hand: Hand) -> None:
    hand.dynamodb.update_table(
        TableName=TABLE,
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 100, "WriteCapacityUnits": 100},
    )


AES = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
KMS = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/other"}}
DRIFTS: Table = {
    ("recording_bucket", BUCKET_RESOURCE): [
        ("public_access_block", open_bucket, "half of it"),
        ("public_access_block", lambda hand: hand.s3.delete_public_access_block(Bucket=BUCKET), "deleted"),
        ("ownership", owner),
        ("policy", other_bucket_policy, "replaced"),
        ("policy", lambda hand: hand.s3.delete_bucket_policy(Bucket=BUCKET), "deleted"),
        ("encryption", lambda hand: hand.s3.delete_bucket_encryption(Bucket=BUCKET), "off"),
        ("encryption", lambda hand: encryption(hand, **AES), "by S3's own keys"),
        ("encryption", lambda hand: encryption(hand, **KMS, BucketKeyEnabled=True), "by another key"),
        (
            "versioning",
            lambda hand: hand.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"}),
            "suspended",
        ),
        ("lifecycle", lambda hand: hand.s3.delete_bucket_lifecycle(Bucket=BUCKET), "gone"),
        ("lifecycle", other_lifecycle, "replaced"),
        ("lock", lock, "a retention for every new recording", ALONE),
        ("tags", bucket_tags, "one lost, one added"),
        ("tags", lambda hand: hand.s3.delete_bucket_tagging(Bucket=BUCKET), "all lost"),
    ],
    ("secret", SECRET_RESOURCE): [
        ("description", lambda hand: hand.secretsmanager.update_secret(SecretId=SECRET, Description="x")),
        ("kms_key_id", lambda hand: hand.secretsmanager.update_secret(SecretId=SECRET, KmsKeyId="alias/other")),
        ("keys", lambda hand: lose_key(hand, "jvb_auth_password")),
        ("rotation", rotate_seldom, "less often"),
        ("rotation", lambda hand: hand.secretsmanager.cancel_rotate_secret(SecretId=SECRET), "switched off"),
        ("tags", secret_tags),
        (
            "deletion_scheduled",
            lambda hand: hand.secretsmanager.delete_secret(SecretId=SECRET, RecoveryWindowInDays=30),
            "",
            ALONE,
        ),
    ],
    ("log_group", f"log group {LOG_GROUP}"): [
        (
            "retention_days",
            lambda hand: hand.logs.put_retention_policy(logGroupName=LOG_GROUP, retentionInDays=3653),
            "longer",
        ),
        ("retention_days", lambda hand: hand.logs.delete_retention_policy(logGroupName=LOG_GROUP), "for ever"),
        ("tags", log_group_tags),
    ],
    ("dynamodb_table", f"table {TABLE}"): [
        ("billing_mode", provisioned),
        ("tags", table_tags),
        ("*", lambda hand: hand.dynamodb.delete_table(TableName=TABLE), "deleted"),
    ],
}
