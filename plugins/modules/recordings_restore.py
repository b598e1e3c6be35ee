#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: recordings_restore
version_added: 0.3.0
short_description: Bring back the recordings that a backup lists and that were deleted since
description:
  - Compares the index of recordings in a backup of M(meetops.jitsi.backup) with the bucket.
  - A file that was current at the backup and is deleted now becomes current again, in the version that it had. The
    module removes the delete markers above that version. Where a newer version lies above it, the module copies the
    old one.
  - A file of which another version is current stays as it is. What is no longer in the bucket cannot come back. The
    result lists it.
author: [meetops.jitsi contributors (@meetops)]
options:
  bucket:
    description: Name of the bucket.
    type: str
    required: true
  backup:
    description: Directory of the backup.
    type: path
    required: true
  sessions:
    description: Only these recordings, by session as M(meetops.jitsi.recordings_info) lists them. All by default.
    type: list
    elements: str
    default: []
notes:
  - The recordings are not in the backup. A bucket keeps deleted versions for as long as
    O(meetops.jitsi.recording_bucket#module:noncurrent_days) says.
  - What M(meetops.jitsi.recording) erased for good cannot come back either.
  - "Permissions: s3:ListBucketVersions, DeleteObjectVersion, GetObjectVersion and PutObject."
seealso:
  - module: meetops.jitsi.backup
  - module: meetops.jitsi.recording
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: What was deleted since the backup is back
  meetops.jitsi.recordings_restore:
    bucket: jitsi-meet-example-com-recordings
    backup: /srv/backups/jitsi-video-platform/20261123T023000Z
"""

RETURN = r"""
restored:
  description: Keys of the files that are current again, or would be in check mode.
  returned: success
  type: list
  elements: str
kept:
  description: How many files are current in the version that they had.
  returned: success
  type: int
replaced:
  description: Keys of the files of which another version is current.
  returned: success
  type: list
  elements: str
lost:
  description: Keys of the files whose version is no longer in the bucket.
  returned: success
  type: list
  elements: str
cold:
  description: Keys of the files whose version must first be restored from an archive class, for hours.
  returned: success
  type: list
  elements: str
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: bucket jitsi-meet-example-com-recordings, action: update, fields: [recordings/abc/x.mp4]}]
"""

from pathlib import Path
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import s3_objects
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.backup.store import INDEX, verify
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import index
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings.bucket import RECORDINGS
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings.index import Fate, Line
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings.sessions import check_session, markers, split
from ansible_collections.meetops.jitsi.plugins.module_utils.variables import kinds


def wanted(path: Path, bucket: str, sessions: list[str]) -> list[Line]:
    """The lines of the backup that are asked for."""
    manifest = verify(path)
    if INDEX not in manifest["files"] or manifest["bucket"] != bucket:
        raise InvalidInput(f"backup {path}: has no index of bucket {bucket}; take one that has")
    lines = index.parse((path / INDEX).read_bytes())
    unknown = sorted(set(sessions) - {split(line["key"])[0] for line in lines})
    if unknown:
        raise InvalidInput(
            f"sessions {', '.join(unknown)}: not in backup {path}; copy them from the list of recordings"
        )
    return [line for line in lines if not sessions or split(line["key"])[0] in sessions]


class Bucket:
    """The bucket, and what became of the files of a backup."""

    def __init__(self, module: Any, lines: list[Line]) -> None:
        self.module, self.bucket = module, module.params["bucket"]
        self.api = client(module, "s3")
        self.versions = s3_objects.versions(self.api, self.bucket, RECORDINGS)
        self.fates = index.fates(lines, self.versions)

    def of(self, fate: Fate) -> list[Line]:
        """The files of one fate."""
        return [line for line, found in self.fates if found is fate]

    def restore(self, _change: Change) -> None:
        """Take markers away, a thousand a call, and copy versions."""
        by_key: dict[str, list[dict[str, Any]]] = {}
        for item in self.versions:
            by_key.setdefault(item["Key"], []).append(item)
        above = [marker for line in self.of(Fate.DELETED) for marker in markers(by_key[line["key"]])]
        refused = s3_objects.delete(self.api, self.bucket, above)
        if refused:
            self.module.fail_json(msg=f"S3 refused to delete delete markers: {'; '.join(refused[:5])}")
        for line in self.of(Fate.BURIED):
            about = s3_objects.head(self.api, self.bucket, line["key"], line["version_id"])
            s3_objects.copy_version(self.api, self.bucket, line["key"], line["version_id"], about)


def reconcile(module: Any) -> None:
    """Compare, restore."""
    params = module.params
    for session in params["sessions"]:
        check_session(session)
    bucket = Bucket(module, wanted(Path(params["backup"]), params["bucket"], params["sessions"]))
    resource = f"bucket {bucket.bucket}"
    restored = sorted(line["key"] for line in [*bucket.of(Fate.DELETED), *bucket.of(Fate.BURIED)])
    finish(
        module,
        compare({resource: dict.fromkeys(restored, "deleted")}, {resource: dict.fromkeys(restored, "current")}),
        bucket.restore,
        restored=restored,
        kept=len(bucket.of(Fate.KEPT)),
        replaced=[line["key"] for line in bucket.of(Fate.REPLACED)],
        lost=[line["key"] for line in bucket.of(Fate.LOST)],
        cold=[line["key"] for line in bucket.of(Fate.COLD)],
    )


def main() -> None:
    """Run the module."""
    run(
        {
            "bucket": {"type": "str", "required": True},
            "backup": {"type": "path", "required": True},
            "sessions": {"type": "list", "elements": "str", "default": []},
        },
        reconcile,
        rules={"bucket": kinds.bucket()},
    )


if __name__ == "__main__":
    main()
