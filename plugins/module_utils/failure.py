# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Says what a call to AWS that failed means for the person who reads it, and what helps."""

from __future__ import annotations

import re

DENIED = {"AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "403"}
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
UNKNOWN_CREDENTIALS = {
    "AuthFailure",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "MissingAuthenticationToken",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
THROTTLED = re.compile(r"Throttl|RequestLimitExceeded|SlowDown|TooManyRequests|PriorRequestNotComplete")
# How AWS refuses to do a second time what is done.
DONE = re.compile(r"Already|[Ee]xist|Duplicate|Conflict|InUse|not idempotent|NotFound|NoSuch|LimitExceeded")

# Signing name -> prefix of the service's actions in IAM policies, where they differ.
PREFIXES = {"monitoring": "cloudwatch"}
# Operations whose permission has another name.
PERMISSIONS = {
    "cloudfront:CreateDistributionWithTags": "cloudfront:CreateDistribution",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:DeleteBucketTagging": "s3:PutBucketTagging",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
AGAIN = "run again: it goes on from what is there"
POLICIES_PAGE = "docs/policies/README.md"


def call_name(signing_name: str, operation: str) -> str:
    """Name a call as policies do: ``ec2:CreateVpc``."""
    return f"{PREFIXES.get(signing_name, signing_name)}:{operation}"


def permission(call: str, message: str = "") -> str:
    """The permission that a refused call lacks: as AWS says, or else the one that the call needs."""
    said = re.search(r"not authorized to perform:? ([a-z0-9-]+:\w+)", message)
    return said.group(1) if said else PERMISSIONS.get(call, call)


def explain(call: str, code: str, message: str, status: int = 400, retries: int = 0) -> str:
    """One sentence for an answer of AWS that is an error; empty if AWS's own text says it all.

    ``retries`` is how often the call was repeated before.
    """
    if code in DENIED:
        missing = permission(call, message)
        where = re.search(r" on resource: (\S+)", message)
        return (
            f"{missing}{f' on {where.group(1)}' if where else ''} is denied to whoever runs this. Allow it in the "
            f"deployer's policy ({POLICIES_PAGE}), then {AGAIN}"
        )
    if code in EXPIRED:
        return f"the credentials expired before {call}. Renew them, then {AGAIN}"
    if code in UNKNOWN_CREDENTIALS:
        return f"AWS does not accept the credentials for {call}. Correct them, then {AGAIN}"
    # 400 and 503: the answer to a HEAD request has no text.
    if code == "400":
        return f"the credentials expired before {call}, most likely. Renew them, then {AGAIN}"
    if code == "503" or THROTTLED.search(code):
        return f"AWS still throttles {call} after {retries + 1} tries. Wait some minutes, then {AGAIN}"
    if status >= 500:
        return f"AWS failed to do {call}, or to answer. Wait some minutes, then {AGAIN}"
    if retries and DONE.search(code + message):
        return f"the answer to an earlier try of {call} was lost, and AWS may have done it. Please {AGAIN}"
    return ""


def unanswered(call: str) -> str:
    """One sentence for a call without an answer."""
    return f"{call} got no answer from AWS. It may have been done. Once AWS can be reached, {AGAIN}"
