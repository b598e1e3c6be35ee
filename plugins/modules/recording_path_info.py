#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: recording_path_info
version_added: 0.3.0
short_description: Tell whether a recording would be made and uploaded
description:
  - Looks whether a recorder is free, the bucket is there, the role of the recorders may upload, and how uploads went in
    the last 30 days. Makes no recording and writes no object.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name that all names of the platform derive from.
    type: str
    required: true
  bucket:
    description: Bucket of the recordings.
    type: str
    required: true
  kms_key:
    description: ARN of the KMS key of the bucket; empty for the key of AWS.
    type: str
    default: ""
  since:
    description:
      - From when on a recorder must have told of itself, C(4m) for the last four minutes or a time in UTC such as
        C(2026-11-22T10:00:00).
    type: str
    default: 4m
    version_added: 0.4.0
  patience:
    description: For how many seconds it is tried again as long as something does not work, 0 to 3600.
    type: int
    default: 0
    version_added: 0.4.0
extends_documentation_fragment:
  - meetops.jitsi.common.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - "Permissions: logs:FilterLogEvents, cloudwatch:GetMetricStatistics, s3:ListBucket, s3:GetBucketVersioning and
    s3:GetEncryptionConfiguration of the bucket, iam:SimulatePrincipalPolicy of the role C(<name>-recorder-task)."
"""

EXAMPLES = r"""
- name: Look whether a recording would get to the bucket
  meetops.jitsi.recording_path_info:
    name: jitsi-video-platform
    bucket: jitsi-meet-example-com-recordings
  register: path
"""

RETURN = r"""
state:
  description: The worst state of the checks, V(ok), V(warn) or V(bad).
  returned: success
  type: str
checks:
  description: What was looked at, each with C(check), C(state), C(text), C(todo) and C(seconds).
  returned: success
  type: list
  elements: dict
"""

import datetime as dt
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import names
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import cloudwatch, sts
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import run
from ansible_collections.meetops.jitsi.plugins.module_utils.health import check, patience, recording_path
from ansible_collections.meetops.jitsi.plugins.module_utils.health.reader import Reader
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import find
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import uploads
from ansible_collections.meetops.jitsi.plugins.module_utils.rules import optional
from ansible_collections.meetops.jitsi.plugins.module_utils.times import moments
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM, bucket, kms_key

DAYS = 30


class Path:
    """Reads what is on the way of a recording. ``since`` is from when on a recorder must have told of itself."""

    def __init__(self, reader: Reader, since: dt.datetime) -> None:
        self.reader, self.params, self.since = reader, reader.module.params, since

    def checks(self) -> list[dict[str, Any]]:
        """Look at all of it now, and time each look."""
        self.reader.now = dt.datetime.now(dt.UTC)
        looks: tuple[Callable[[], Iterable[check.Check]], ...] = (
            self.recorder,
            self.bucket,
            self.permissions,
            self.uploads,
        )
        found = []
        for look in looks:
            begin = time.monotonic()
            checks = list(look())
            seconds = round(time.monotonic() - begin, 3)
            found += [{**asdict(check), "seconds": seconds} for check in checks]
        return found

    def recorder(self) -> list[check.Check]:
        """Whether a recorder is free."""
        return [recording_path.recorder(self.reader.figures(self.since).get("jibri", []))]

    def bucket(self) -> list[check.Check]:
        """Whether the bucket is there, encrypted as it should be, with versions."""
        s3, name = self.reader.client("s3"), self.params["bucket"]
        try:
            s3.head_bucket(Bucket=name)
        except s3.exceptions.ClientError:
            return [recording_path.bucket(None, name, self.params["kms_key"])]
        versioning = s3.get_bucket_versioning(Bucket=name).get("Status", "")
        found = {"versioning": versioning, "key": find.bucket_key(s3, name)}
        return [recording_path.bucket(found, name, self.params["kms_key"])]

    def permissions(self) -> list[check.Check]:
        """Whether the recorders' role may upload."""
        client, role = self.reader.client("iam"), names.roles(self.params["name"])["recorder_task"]
        account = sts.account_id(self.reader.client("sts"))
        source = f"arn:{client.meta.partition}:iam::{account}:role/{role}"
        asked = [
            (recording_path.ACTIONS, f"arn:{client.meta.partition}:s3:::{self.params['bucket']}/recordings/probe/a.mp4")
        ]
        if self.params["kms_key"]:
            asked.append((recording_path.KEY_ACTIONS, self.params["kms_key"]))
        decisions: list[dict[str, Any]] = []
        try:
            for actions, resource in asked:
                answer = client.simulate_principal_policy(
                    PolicySourceArn=source, ActionNames=list(actions), ResourceArns=[resource]
                )
                decisions += answer["EvaluationResults"]
        except client.exceptions.NoSuchEntityException:
            decisions = [{"EvalActionName": "exist", "EvalDecision": "missing"}]
        return [recording_path.permissions(decisions, role)]

    def uploads(self) -> Iterable[check.Check]:
        """How the last uploads went."""
        now, reader = self.reader.now, self.reader
        since, period = uploads.rate_period(now - dt.timedelta(days=DAYS), now)
        watch, dimensions = reader.client("cloudwatch"), {"Platform": reader.name}
        points = cloudwatch.statistics(
            watch, names.METRIC_NAMESPACE, "UploadResult", dimensions, since, now, period, ["Sum", "SampleCount"]
        )
        failed = uploads.failures(reader.events(uploads.upload_pattern(reader.name), since), now)
        return recording_path.last_upload(uploads.rate(points, since, now), failed)


def reconcile(module: Any) -> None:
    """Look, again as long as something does not work and there is patience."""
    reader = Reader(module, recording=True)
    path = Path(reader, moments.moment("since", module.params["since"], reader.now, dt.UTC))
    found = patience.look(path.checks, module.params["patience"])
    worst = max((each["state"] for each in found), key=check.STATES.index)
    module.exit_json(changed=False, state=worst, checks=found)


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "bucket": {"type": "str", "required": True},
            # An ARN, no secret.
            "kms_key": {"type": "str", "default": "", "no_log": False},
            "since": {"type": "str", "default": "4m"},
            "patience": {"type": "int", "default": 0},
        },
        reconcile,
        rules={**PLATFORM, "bucket": bucket(), "kms_key": optional(kms_key()), "patience": patience.RULE},
    )


if __name__ == "__main__":
    main()
