#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: recordings_info
version_added: 0.2.0
short_description: List recordings, how their uploads went, and links to them
description:
  - Reads what the recorders uploaded to the bucket, under C(recordings/<session>/<file>). A session is one recording.
  - Tells on request how many uploads succeeded, which failed, how many recordings are on the recorders' disks, what
    versions there are and what locks protect them.
  - Signs links to recordings on request.
author: [meetops.jitsi contributors (@meetops)]
options:
  bucket:
    description: Name of the bucket.
    type: str
    required: true
  name:
    description:
      - Name of the platform, whose metrics and logs tell how uploads went. V(rate), V(failed) and V(waiting) need it.
    type: str
    default: ""
  include:
    description:
      - What to return. The list of recordings costs one API call for each 1000 objects.
      - V(metadata) adds the number of participants, and the room where the file name does not tell it. One call a
        recording.
      - V(versions) adds older versions and delete markers, and lists what is deleted too. No further call.
      - V(locks) adds legal holds and retention. One call, and one more for each version where the bucket has Object
        Lock.
      - V(rate) returns the success rate of uploads from O(since) to O(until). One call.
      - V(failed) returns the uploads that failed in that time, from the log. One call or more, by the size of the log.
      - V(waiting) returns the newest count of recordings on the recorders' disks. One call.
      - V(links) returns signed links. No call.
    type: list
    elements: str
    choices: [recordings, metadata, versions, locks, rate, failed, waiting, links]
    default: [recordings]
  session:
    description: Only the recording of this session.
    type: str
    default: ""
  prefix:
    description: Only recordings whose session begins with this.
    type: str
    default: ""
  room:
    description: Only recordings of this room. C(*) stands for any text, and case does not matter.
    type: str
    default: ""
  since:
    description:
      - Only recordings that started then or later, and uploads from then on.
      - A date or time of ISO 8601, in O(timezone) unless it says so itself, or how long ago it was, such as V(12h) or
        V(7d). Empty means any time for recordings, and 30 days for uploads.
    type: str
    default: ""
  until:
    description: Only recordings that started earlier, and uploads before then, as O(since). Empty means now.
    type: str
    default: ""
  timezone:
    description: Time zone of the recorders, which write local time into the names of files.
    type: str
    default: UTC
  limit:
    description: Return at most so many recordings, the newest. V(0) means all.
    type: int
    default: 0
  link_expiry:
    description:
      - How long links live, V(1m) to V(7d).
      - A link also ends with the credentials that signed it. Those of a role last for hours.
    type: str
    default: 1h
  log_group:
    description: Log group of the platform. Empty means C(/ecs/) and O(name).
    type: str
    default: ""
  metric_namespace:
    description: Namespace of the platform's metrics.
    type: str
    default: Jitsi/JVB
notes:
  - Whoever has a link can load the recording until it expires, so treat RV(links) as a secret. It is returned only if
    O(include) has V(links). A module cannot hide what it returns, so set C(no_log=true) on the task that registers it,
    and on those that use it, as C(playbooks/runbooks/recordings.yml) does.
  - No stock module lists versions, locks and metrics of recordings. C(amazon.aws.s3_object) lists keys, and signs a
    link to one object a task.
  - "Permissions: s3:ListBucket; by O(include) also s3:GetObject (metadata, links, with kms:Decrypt for a key of your
    own), s3:ListBucketVersions (versions, locks), s3:GetBucketObjectLockConfiguration, s3:GetObjectVersion,
    s3:GetObjectLegalHold and s3:GetObjectRetention (locks), cloudwatch:GetMetricStatistics (rate, waiting) and
    logs:FilterLogEvents (failed)."
extends_documentation_fragment:
  - meetops.jitsi.common.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: List the recordings of the last week
  meetops.jitsi.recordings_info:
    bucket: jitsi-meet-example-com-recordings
    since: 7d
  register: info

- name: See how uploads went in November
  meetops.jitsi.recordings_info:
    bucket: jitsi-meet-example-com-recordings
    name: jitsi-video-platform
    include: [rate, failed, waiting]
    since: 2026-11-01
    until: 2026-12-01
  register: info

- name: Get links to the recordings of a room that live for a day
  meetops.jitsi.recordings_info:
    bucket: jitsi-meet-example-com-recordings
    include: [links]
    room: standup
    link_expiry: 1d
  register: info
  no_log: true
"""

RETURN = r"""
recordings:
  description: The recordings, the newest first.
  returned: if O(include) has V(recordings), V(metadata), V(versions) or V(locks)
  type: list
  elements: dict
  contains:
    session:
      description: The session, which names the recording.
      type: str
    room:
      description: The room, as the recorder wrote it into the file name. Empty if it is not known.
      type: str
    start:
      description: Start of the recording in UTC. The time of the upload if the file name does not tell it.
      type: str
      sample: "2026-11-22T10:00:00Z"
    files:
      description: The files, each with C(file), C(bytes), C(storage_class) and C(uploaded).
      type: list
      elements: dict
    bytes:
      description: Size of all files.
      type: int
    storage_class:
      description: Storage class of the media.
      type: str
    participants:
      description: How many people took part, or null if it is not known. Their names are not returned.
      returned: if O(include) has V(metadata)
      type: int
    deleted:
      description: Whether all files are deleted, and only older versions are left.
      returned: if O(include) has V(versions) or V(locks)
      type: bool
    versions:
      description:
        - Every version and delete marker, the newest of a file first, each with C(file), C(version_id), C(latest),
          C(delete_marker), C(bytes) and C(at).
        - With V(locks) also C(legal_hold), C(retention) (the mode or empty) and C(retain_until).
      returned: if O(include) has V(versions) or V(locks)
      type: list
      elements: dict
    old_versions:
      description: How many versions are not the current ones.
      returned: if O(include) has V(versions) or V(locks)
      type: int
    delete_markers:
      description: How many delete markers there are.
      returned: if O(include) has V(versions) or V(locks)
      type: int
rate:
  description:
    - Uploads from RV(rate.since) to RV(rate.until).
    - A recording that waits counts as failed once, however often it is tried again, and as succeeded when it is
      uploaded.
  returned: if O(include) has V(rate)
  type: dict
  contains:
    since:
      description: Start, the full hour.
      type: str
    until:
      description: End.
      type: str
    uploads:
      description: How many ended.
      type: int
    succeeded:
      description: How many succeeded.
      type: int
    failed:
      description: How many failed.
      type: int
    success_percent:
      description: The success rate, or null without any upload.
      type: float
failed_uploads:
  description:
    - Uploads that failed, each with C(file), C(bytes), C(reason) (empty if it is not known), C(at) (when) and
      C(uploaded) (whether a later try succeeded). The latest first.
  returned: if O(include) has V(failed)
  type: list
  elements: dict
waiting:
  description:
    - Recordings on the recorders' disks that are not uploaded yet, those being recorded among them, as of the newest
      report of the last day.
  returned: if O(include) has V(waiting)
  type: dict
  contains:
    recordings:
      description: How many there are, or null if no recorder has reported.
      type: int
    recorders:
      description: How many recorders reported in that minute.
      type: int
    at:
      description: When they reported.
      type: str
    minutes_ago:
      description: How many minutes ago that was.
      type: int
links:
  description:
    - A link to each media file, each with C(session), C(file), C(url) and C(expires). A secret.
    - C(url) is empty for a file in a storage class that must be restored before a read.
  returned: if O(include) has V(links)
  type: list
  elements: dict
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import names
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import run
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings.reader import OF_PLATFORM, OF_RECORDINGS, Reader
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings.sessions import told
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import bucket

PARTS = ["recordings", "metadata", "versions", "locks", "rate", "failed", "waiting", "links"]


def reconcile(module: Any) -> None:
    """Read the parts that are asked for."""
    reader = Reader(module)
    reader.check()
    result: dict[str, Any] = {}
    if OF_RECORDINGS & reader.include:
        found = reader.recordings()
        if OF_RECORDINGS & reader.include != {"links"}:
            result["recordings"] = [told(recording) for recording in found]
        if "links" in reader.include:
            result["links"] = reader.links(found)
    for part in sorted(OF_PLATFORM & reader.include):
        # Ansible itself means something else by the key failed.
        result["failed_uploads" if part == "failed" else part] = getattr(reader, part)()
    module.exit_json(changed=False, **result)


def main() -> None:
    """Run the module."""
    run(
        {
            "bucket": {"type": "str", "required": True},
            "name": {"type": "str", "default": ""},
            "include": {"type": "list", "elements": "str", "choices": PARTS, "default": ["recordings"]},
            "session": {"type": "str", "default": ""},
            "prefix": {"type": "str", "default": ""},
            "room": {"type": "str", "default": ""},
            "since": {"type": "str", "default": ""},
            "until": {"type": "str", "default": ""},
            "timezone": {"type": "str", "default": "UTC"},
            "limit": {"type": "int", "default": 0},
            "link_expiry": {"type": "str", "default": "1h"},
            "log_group": {"type": "str", "default": ""},
            "metric_namespace": {"type": "str", "default": names.METRIC_NAMESPACE},
        },
        reconcile,
        rules={"bucket": bucket()},
    )


if __name__ == "__main__":
    main()
