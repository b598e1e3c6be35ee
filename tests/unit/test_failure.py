# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is said of calls that failed."""

from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils import failure

NOT_AUTHORIZED = (
    "User: arn:aws:iam::123456789012:user/x is not authorized to perform: iam:PassRole on resource: "
    "arn:aws:iam::123456789012:role/y because no identity-based policy allows the iam:PassRole action"
)


@pytest.mark.parametrize(
    ("call", "code", "message", "status", "retries", "said"),
    [
        ("ecs:CreateService", "AccessDeniedException", NOT_AUTHORIZED, 400, 0, "iam:PassRole on arn:aws:iam::1234"),
        ("s3:PutBucketEncryption", "AccessDenied", "Access Denied", 403, 0, "s3:PutEncryptionConfiguration is denied"),
        ("s3:HeadBucket", "403", "Forbidden", 403, 0, "s3:ListBucket is denied"),
        ("s3:HeadBucket", "400", "Bad Request", 400, 0, "credentials expired before s3:HeadBucket, most likely"),
        ("s3:HeadBucket", "503", "Service Unavailable", 503, 7, "throttles s3:HeadBucket after 8 tries"),
        ("ec2:CreateVpc", "UnauthorizedOperation", "You are not authorized.", 403, 0, "ec2:CreateVpc is denied"),
        ("iam:GetRole", "ExpiredToken", "", 403, 0, "credentials expired before iam:GetRole"),
        ("ec2:CreateVpc", "RequestExpired", "", 400, 0, "credentials expired before ec2:CreateVpc"),
        ("sts:GetCallerIdentity", "InvalidClientTokenId", "", 403, 0, "does not accept the credentials"),
        ("ecs:CreateCluster", "ThrottlingException", "Rate exceeded", 400, 7, "throttles ecs:CreateCluster after 8"),
        ("s3:PutBucketPolicy", "SlowDown", "", 503, 7, "throttles s3:PutBucketPolicy"),
        ("iam:CreateRole", "ServiceFailure", "", 500, 7, "AWS failed to do iam:CreateRole"),
        ("ec2:RevokeSecurityGroupEgress", "InvalidPermission.NotFound", "", 400, 1, "an earlier try of ec2:Revoke"),
        ("iam:CreateRole", "EntityAlreadyExists", "Role x exists", 409, 1, "an earlier try of iam:CreateRole was lost"),
    ],
)
def test_an_error_says_what_it_means_and_what_helps(
    call: str, code: str, message: str, status: int, retries: int, said: str
) -> None:
    text = failure.explain(call, code, message, status, retries)
    assert said in text
    assert text.endswith("run again: it goes on from what is there")


@pytest.mark.parametrize(
    ("code", "message", "retries"),
    [("EntityAlreadyExists", "Role x exists", 0), ("ValidationException", "1 is too small", 3)],
)
def test_an_error_that_says_it_all_is_left_alone(code: str, message: str, retries: int) -> None:
    assert failure.explain("iam:CreateRole", code, message, 400, retries) == ""


def test_calls_have_the_names_of_policies() -> None:
    assert failure.call_name("monitoring", "PutMetricAlarm") == "cloudwatch:PutMetricAlarm"
    assert failure.call_name("elasticfilesystem", "CreateFileSystem") == "elasticfilesystem:CreateFileSystem"
