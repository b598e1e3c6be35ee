# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a recording would be made and get to the bucket: what can be seen without making one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .check import BAD, OK, WARN, Check

# What the upload script does with a recording.
ACTIONS = ("s3:PutObject", "s3:GetObject")
KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
FULL_PERCENT = 80
RUNBOOKS = "playbooks/runbooks"


def recorder(lines: Sequence[Mapping[str, Any]]) -> Check:
    """Whether a recorder is free, by the newest line of each one's statistics sidecar."""
    todo = f"{RUNBOOKS}/logs.yml -e logs_components=recorder; {RUNBOOKS}/health.yml"
    fit = [
        line
        for line in lines
        if line.get("reachable") and line.get("healthy") and line.get("disk_percent", 0) <= FULL_PERCENT
    ]
    free = [line for line in fit if not line.get("busy")]
    if not lines:
        return Check("recorder", BAD, "none has told of itself in the last minutes", todo)
    if not fit:
        return Check("recorder", BAD, f"none of {len(lines)} is healthy and has room on its disk", todo)
    if not free:
        return Check("recorder", WARN, f"all of {len(fit)} are at work: the next recording has to wait", todo)
    return Check("recorder", OK, f"{len(free)} of {len(lines)} can take the next recording")


def bucket(found: Mapping[str, Any] | None, name: str, kms_key: str) -> Check:
    """Whether the bucket is there and encrypts with the key that the recorders use. ``found`` has ``versioning`` and
    ``key``, or is None."""
    todo = "put it back: playbooks/site.yml --tags recording_bucket"
    if found is None:
        return Check("bucket", BAD, f"{name} is not there, or may not be seen", todo)
    if kms_key and found["key"] != kms_key:
        return Check("bucket", WARN, f"{name} encrypts with {found['key'] or 'the key of AWS'}", todo)
    if found["versioning"] != "Enabled":
        return Check("bucket", WARN, f"{name} keeps no versions", todo)
    return Check("bucket", OK, f"{name} is there, encrypted, with versions")


def permissions(decisions: Sequence[Mapping[str, Any]], role: str) -> Check:
    """Whether the role of the recorders may upload, by IAM's own simulation, which knows no policy of the bucket."""
    refused = [each["EvalActionName"] for each in decisions if each["EvalDecision"] != "allowed"]
    if refused:
        todo = "put its policy back: playbooks/site.yml --tags ecs_service"
        return Check("upload permission", BAD, f"{role} may not {', '.join(refused)}", todo)
    allowed = ", ".join(each["EvalActionName"] for each in decisions)
    return Check("upload permission", OK, f"{role} may {allowed}")


def last_upload(rate: Mapping[str, Any], failed: Sequence[Mapping[str, Any]]) -> Iterator[Check]:
    """How uploads went lately: what no simulation shows."""
    lost = [upload for upload in failed if not upload["uploaded"]]
    todo = f"{RUNBOOKS}/recordings.yml -e recordings_action=uploads says which and why"
    text = f"{rate['succeeded']} of {rate['uploads']} succeeded since {rate['since'][:10]}"
    if lost:
        yield Check("uploads", WARN, f"{text}, {len(lost)} never did", todo)
    else:
        yield Check("uploads", OK, text if rate["uploads"] else f"none since {rate['since'][:10]}")
