#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: recording_bucket
version_added: 0.1.0
short_description: Keep a private, encrypted, versioned bucket for recordings
description:
  - Creates a bucket and puts back each of its settings that differs.
  - No access from the public, no access lists, no access without TLS, encryption with KMS, no encryption with keys that
    only a writer has (SSE-C), versioning, a lifecycle, tags.
  - These settings belong to this module as a whole. Other lifecycle rules, policy statements and tags are removed,
    except tags that AWS sets itself.
  - Removes a bucket only if it is empty, unless it is told to erase what is in it.
author: [meetops.jitsi contributors (@meetops)]
requirements:
  - botocore >= 1.41.0
options:
  name:
    description:
      - Name of the bucket, unique among all AWS accounts.
      - 3 to 63 lower case letters, digits and hyphens. Dots are refused, since the TLS certificates of S3 do not cover
        host names with further dots.
    type: str
    required: true
  kms_key_id:
    description:
      - ARN, id or alias of the KMS key that encrypts new objects.
      - Empty means the key that AWS manages, V(alias/aws/s3), which costs nothing itself.
    type: str
    default: ""
  archive_after_days:
    description:
      - After how many days recordings move to the storage class O(archive_class). V(0) means never.
    type: int
    default: 90
  archive_class:
    description:
      - Storage class of recordings after O(archive_after_days). All of them are read at once, so that a link to a
        recording keeps working, and keep copies in several zones. The cheaper classes are not offered, because they
        must be restored for hours before a read.
      - V(GLACIER_IR), Glacier Instant Retrieval, costs about a fifth of the standard class, at least 90 days of it, and
        a fee for each read.
      - V(STANDARD_IA) costs about half, at least 30 days of it, and a smaller fee for each read. It needs
        O(archive_after_days) of 30 or more.
      - V(INTELLIGENT_TIERING) costs less the longer a recording is not read, and a small fee for each object.
    type: str
    choices: [GLACIER_IR, STANDARD_IA, INTELLIGENT_TIERING]
    default: GLACIER_IR
    version_added: 0.2.0
  expire_after_days:
    description:
      - After how many days recordings are deleted. V(0) means never.
      - Otherwise more than O(archive_after_days) and more than O(lock_days).
    type: int
    default: 0
  lock:
    description:
      - What keeps recordings from being deleted for good, by S3 Object Lock.
      - V(none) is nothing. V(holds) makes a legal hold on single recordings possible, with M(meetops.jitsi.recording).
      - V(governance) and V(compliance) make it possible too, and keep every new recording for O(lock_days). In
        governance mode who has C(s3:BypassGovernanceRetention) can still delete; in compliance mode nobody can, not
        even the account's root user.
      - Object Lock cannot be taken off a bucket again. V(none) then only ends the retention of new recordings.
      - It is set when the bucket is made, or put on a bucket that is there. Recordings from before have no retention.
      - A retention in compliance mode is not lowered, but refused.
    type: str
    choices: [none, holds, governance, compliance]
    default: none
    version_added: 0.2.0
  lock_days:
    description: For how many days a new recording is kept by O(lock=governance) or O(lock=compliance); V(0) otherwise.
    type: int
    default: 0
    version_added: 0.2.0
  noncurrent_days:
    description: For how many days a deleted or overwritten object can be brought back.
    type: int
    default: 30
  incomplete_upload_days:
    description: After how many days the parts of an upload that never ended are removed.
    type: int
    default: 2
  tags:
    description: The tags of the bucket.
    type: dict
    default: {}
  state:
    description:
      - V(absent) removes the bucket if it is empty. It is kept, with a warning and no error, if it holds an object, an
        old version, a delete marker or an upload under way. One of another account is left alone.
    type: str
    choices: [present, absent]
    default: present
  erase:
    description:
      - Whether O(state=absent) first erases everything in the bucket for good.
      - What a legal hold or a retention of either mode protects stays, and keeps the bucket. RV(locked) and a warning
        say what it is.
    type: bool
    default: false
    version_added: 0.3.0
notes:
  - C(amazon.aws.s3_bucket) (release 11.4) and C(community.aws.s3_lifecycle) (release 11.2) do not support check mode.
    They are skipped in it, so a plan would not show the bucket.
  - C(community.aws.s3_lifecycle) does not offer Glacier Instant Retrieval, sets one rule a task, keeps strays, and
    accepts only one of C(expiration_days) and C(expire_object_delete_marker). C(amazon.aws.s3_bucket) cannot block
    SSE-C, and fails on removing a bucket that holds objects. One task of the first and two of the second made 37 API
    calls to create a bucket like this and 18 in the second run; this module makes 10 and 9.
  - A bucket of this name in another account is an error that says so, before anything is written. HeadBucket finds
    most of them. The policy of a bucket, which S3 shows to its own account only, finds one that is shared with all.
  - The order of changes is fixed, public access first, and each setting is compared in each run. A run that died is
    finished by the next.
  - "Permissions: s3:CreateBucket, ListBucket, DeleteBucket, ListBucketVersions, ListBucketMultipartUploads, and Get and
    Put of BucketPublicAccessBlock, BucketOwnershipControls, BucketPolicy, EncryptionConfiguration, BucketVersioning,
    BucketObjectLockConfiguration, LifecycleConfiguration and BucketTagging; for O(erase) also DeleteObjectVersion,
    AbortMultipartUpload, and, to see locks, GetObjectVersion, GetObjectLegalHold and GetObjectRetention."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The bucket for recordings exists
  meetops.jitsi.recording_bucket:
    name: jitsi-video-platform-meet-example-com-recordings
    archive_after_days: 90
    tags:
      Environment: prod

- name: The same, and nobody can delete a recording for a year
  meetops.jitsi.recording_bucket:
    name: jitsi-video-platform-meet-example-com-recordings
    lock: compliance
    lock_days: 365

- name: The bucket is gone with all recordings that nothing protects
  meetops.jitsi.recording_bucket:
    name: jitsi-video-platform-meet-example-com-recordings
    state: absent
    erase: true

- name: The bucket is gone, unless it holds recordings
  meetops.jitsi.recording_bucket:
    name: jitsi-video-platform-meet-example-com-recordings
    state: absent
"""

RETURN = r"""
name:
  description: Name of the bucket.
  returned: success
  type: str
  sample: jitsi-video-platform-meet-example-com-recordings
arn:
  description: ARN of the bucket, whether it exists or not.
  returned: success
  type: str
  sample: arn:aws:s3:::jitsi-video-platform-meet-example-com-recordings
kept:
  description: Whether O(state=absent) kept the bucket, because it is not empty.
  returned: success
  type: bool
  sample: false
locked:
  description: What O(erase) could not erase, as S3 protects it, one line a version.
  returned: success
  type: list
  elements: str
  sample: ["recordings/abcdefghijklmnop/meeting.mp4 (3sL4kqtJlcpXroDTDmJ) by a legal hold"]
  version_added: 0.3.0
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: bucket jitsi-video-platform-meet-example-com-recordings, action: update, fields: [versioning]}]
"""

from typing import Any

# Not the method of AnsibleAWSModule, which adds the text in a way that ansible-core calls deprecated.
from ansible.module_utils.common.warnings import warn
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import s3, s3_objects
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.access import kms_key
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import bucket, calls, erasure

DAYS = ("archive_after_days", "expire_after_days", "noncurrent_days", "incomplete_upload_days")


def present(module: Any, api: Any) -> None:
    """Create the bucket, or put back the settings that differ."""
    name, key = module.params["name"], module.params["kms_key_id"]
    arn = bucket.arn(api.meta.partition, name)
    archive, expire, noncurrent, incomplete = (module.params[option] for option in DAYS)
    lifecycle = bucket.lifecycle_rules(archive, expire, noncurrent, incomplete, module.params["archive_class"])
    region = s3.region(api, name)
    current, locked = {}, bucket.NO_LOCK
    if region is not None:
        bucket.check_region(name, region, api.meta.region_name)
        current = {f"bucket {name}": bucket.current(s3.read(api, name), key)}
        locked = current[f"bucket {name}"]["lock"]
    lock = bucket.lock_setting(module.params["lock"], module.params["lock_days"], locked)
    bucket.check_lowering(locked, lock)
    wanted = bucket.wanted(arn, key, lifecycle, module.params["tags"], lock)
    values = {**wanted, "policy": bucket.tls_only_policy(arn)}

    def apply(change: Change) -> None:
        if change.before is None:
            s3.create(api, name, lock["enabled"])
        for setting in bucket.SETTINGS:
            if setting in change.fields:
                s3.put(api, name, setting, values[setting])

    finish(module, compare(current, {f"bucket {name}": wanted}), apply, name=name, arn=arn, kept=False, locked=[])


class Contents:
    """All that is in a bucket, and what S3 protects of it."""

    def __init__(self, api: Any, name: str) -> None:
        self.api, self.name = api, name
        found = erasure.items(s3_objects.versions(api, name, ""), s3_objects.uploads(api, name, ""))
        protected = calls.protected(api, name, [item for item in found if item["kind"] == "version"])
        self.locked = [f"{item['key']} ({item['id']}) by {why}" for item, why in protected]
        self.erasable = erasure.unprotected(found, [item for item, _why in protected])

    def erase(self) -> None:
        """Delete what nothing protects."""
        refused = calls.erase(self.api, self.name, self.erasable)
        if refused:
            raise InvalidInput(
                f"name {self.name}: S3 refused to erase {len(refused)} versions, such as {'; '.join(refused[:3])}; "
                "allow it or end what protects them, then run again"
            )


def absent(module: Any, api: Any) -> None:
    """Remove the bucket if it is ours and empty, or can be emptied."""
    name = module.params["name"]
    try:
        exists = s3.region(api, name) is not None
    except s3.NotOurs as error:
        warn(f"{error}. Nothing was removed.")
        exists = False
    contents = Contents(api, name) if exists and module.params["erase"] else None
    locked = contents.locked if contents else []
    kept = bool(locked) if contents else exists and not s3.is_empty(api, name)
    if locked:
        warn(f"name {name}: S3 protects {len(locked)} versions, so this bucket was kept with them: {locked[0]} ...")
    elif kept:
        warn(f"name {name}: this bucket is not empty and was kept; empty it to have it removed.")
    current: dict[str, Any] = {f"bucket {name}": {"exists": True}} if exists and not kept else {}
    if contents and contents.erasable:
        # What is last goes first.
        current[f"contents of bucket {name}"] = erasure.sums(contents.erasable)

    def apply(change: Change) -> None:
        if contents and change.resource.startswith("contents"):
            contents.erase()
        else:
            s3.delete(api, name)

    finish(
        module,
        compare(current, {}, prune=True),
        apply,
        name=name,
        arn=bucket.arn(api.meta.partition, name),
        kept=kept,
        locked=locked,
    )


def reconcile(module: Any) -> None:
    """Check the input, read the bucket, make it as wanted."""
    module.require_botocore_at_least("1.41.0", reason="to block SSE-C")
    bucket.check_name(module.params["name"])
    if module.params["erase"] and module.params["state"] != "absent":
        raise InvalidInput("erase true: goes with state absent only; leave it out")
    bucket.check_days(*(module.params[option] for option in DAYS))
    bucket.check_archive_class(module.params["archive_class"], module.params["archive_after_days"])
    bucket.check_lock(module.params["lock"], module.params["lock_days"], module.params["expire_after_days"])
    kms_key.check("kms_key_id", module.params["kms_key_id"])
    states = {"present": present, "absent": absent}
    states[module.params["state"]](module, client(module, "s3"))


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "kms_key_id": {"type": "str", "default": ""},
            "archive_after_days": {"type": "int", "default": 90},
            "archive_class": {"type": "str", "choices": list(bucket.ARCHIVE_CLASSES), "default": "GLACIER_IR"},
            "expire_after_days": {"type": "int", "default": 0},
            "lock": {"type": "str", "choices": list(bucket.LOCKS), "default": "none"},
            "lock_days": {"type": "int", "default": 0},
            "noncurrent_days": {"type": "int", "default": 30},
            "incomplete_upload_days": {"type": "int", "default": 2},
            "tags": {"type": "dict", "default": {}},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "erase": {"type": "bool", "default": False},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
