#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: recording
version_added: 0.2.0
short_description: Bring a recording back, hold it, release it or erase it
description:
  - Works on one recording, which is one session of the recorder under C(recordings/<session>/) in the bucket, and on no
    other, even if the name of another begins with this one.
  - Brings back what was deleted or overwritten, as long as the bucket keeps older versions.
  - Puts a legal hold on every version, or takes it off.
  - Erases every version, delete marker and incomplete upload for good, verifies that, and writes a report.
author: [meetops.jitsi contributors (@meetops)]
options:
  bucket:
    description: Name of the bucket.
    type: str
    required: true
  session:
    description: The session, as M(meetops.jitsi.recordings_info) lists it.
    type: str
    required: true
  state:
    description:
      - V(restored) makes deleted files current again by taking away their delete markers. With O(version_id), makes a
        copy of that version the current one; nothing is overwritten, as the version before stays.
      - V(held) puts a legal hold on every version, and V(released) takes it off. The bucket needs Object Lock, see
        O(meetops.jitsi.recording_bucket#module:lock). A retention is not touched.
      - V(erased) deletes every version for good. If S3 protects one by a legal hold or a retention, nothing is deleted
        and the module fails.
    type: str
    choices: [restored, held, released, erased]
    required: true
  file:
    description: Only this file of the session. For O(state=restored).
    type: str
    default: ""
  version_id:
    description: The version of O(file) to bring back. For O(state=restored).
    type: str
    default: ""
  bypass_governance:
    description:
      - Whether O(state=erased) also deletes what a retention in governance mode protects. A legal hold and a retention
        in compliance mode are never passed.
    type: bool
    default: false
  report_dir:
    description:
      - Directory on the machine that runs the module, for the reports of O(state=erased). It is made, for its owner
        only.
      - The reports are C(<bucket>/<session>.json) and C(.txt). They are written before the first deletion and after the
        last. A run that died is finished by the next, whose report tells what both did, if it finds the earlier report.
      - Required for O(state=erased).
    type: path
  reason:
    description: Why it is erased, such as the number of a request. Goes into the report.
    type: str
    default: ""
notes:
  - A recorder that still has the recording on its disk uploads it later. Before you erase a recording, make sure that
    none waits for its upload. If one did, erase it again.
  - S3 shows a lock only to who may read it. Without s3:GetObjectLegalHold and s3:GetObjectRetention the module finds
    none. S3 then refuses to delete what is locked, and the report says what is left.
  - No stock module deletes versions or sets legal holds. C(amazon.aws.s3_object) (release 11.4) deletes the current
    version only, which leaves it in the bucket behind a delete marker.
  - "Permissions: s3:ListBucketVersions and s3:GetBucketObjectLockConfiguration; s3:GetObjectVersion, PutObject and
    DeleteObjectVersion to restore; s3:GetObjectLegalHold and PutObjectLegalHold to hold;
    s3:ListBucketMultipartUploads, AbortMultipartUpload, DeleteObjectVersion, GetObjectVersion, GetObjectLegalHold,
    GetObjectRetention, and for O(bypass_governance) BypassGovernanceRetention, to erase."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The deleted recording is back
  meetops.jitsi.recording:
    bucket: jitsi-meet-example-com-recordings
    session: abcdefghijklmnop
    state: restored

- name: The recording cannot be deleted until the hold is released
  meetops.jitsi.recording:
    bucket: jitsi-meet-example-com-recordings
    session: abcdefghijklmnop
    state: held

- name: The recording is erased for good
  meetops.jitsi.recording:
    bucket: jitsi-meet-example-com-recordings
    session: abcdefghijklmnop
    state: erased
    report_dir: /srv/erasure-reports
    reason: request 4711
"""

RETURN = r"""
report:
  description: The report of the erasure, in check mode what it would erase.
  returned: O(state=erased)
  type: dict
  contains:
    result:
      description: V(erased), or V(started) in check mode.
      type: str
    objects:
      description:
        - Versions, delete markers and incomplete uploads, each with C(kind), C(key), C(id) (of the version or the
          upload), C(bytes), C(modified), C(result) and C(at).
      type: list
      elements: dict
    runs:
      description: The runs that it took, each with C(by) (ARN of the caller), C(started), C(ended) and C(result).
      type: list
      elements: dict
    verification:
      description: What a listing after the deletion found, with C(at), C(how), C(remaining) and C(errors).
      type: dict
report_files:
  description: Where the report is. Empty in check mode, and if there was never anything to erase.
  returned: O(state=erased)
  type: list
  elements: str
  sample: [/srv/erasure-reports/jitsi-meet-example-com-recordings/abcdefghijklmnop.json]
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: session abcdefghijklmnop, action: delete, fields: [bytes, delete_markers, uploads, versions]}]
"""

import datetime as dt
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import s3_objects, sts
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import calls, erasure, sessions
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings.erasure_report import ReportFile


class Session:
    """One session in one bucket, and the calls that concern it."""

    def __init__(self, module: Any) -> None:
        self.module, self.params = module, module.params
        self.bucket, self.session = module.params["bucket"], module.params["session"]
        self.api = client(module, "s3")

    def versions(self) -> list[dict[str, Any]]:
        """All versions and delete markers; those of one file if it is given."""
        found = s3_objects.versions(self.api, self.bucket, sessions.prefix(self.session))
        file = self.params["file"]
        return [item for item in found if not file or sessions.split(item["Key"])[1] == file]

    def existing(self) -> list[dict[str, Any]]:
        """The same; raises InvalidInput when there are none."""
        found = self.versions()
        if not found:
            file = f", file {self.params['file']}" if self.params["file"] else ""
            raise InvalidInput(f"session {self.session}{file}: is not in bucket {self.bucket}; copy it from the list")
        return found

    # --- restored

    def restored(self) -> None:
        """Make deleted files current again, or one older version."""
        by_key: dict[str, list[dict[str, Any]]] = {}
        for item in self.existing():
            by_key.setdefault(item["Key"], []).append(item)
        if self.params["version_id"]:
            (key, versions), *_others = by_key.items()
            self.restore_version(key, versions)
            return
        deleted = {
            f"object {key}": versions
            for key, versions in by_key.items()
            if "Size" not in versions[0] and any("Size" in item for item in versions)
        }
        current = {name: {"deleted": True} for name in deleted}

        def apply(change: Change) -> None:
            self.undelete(deleted[change.resource])

        finish(self.module, compare(current, {name: {"deleted": False} for name in deleted}), apply)

    def undelete(self, versions: list[dict[str, Any]]) -> None:
        """Take away the delete markers above the newest version."""
        refused = s3_objects.delete(self.api, self.bucket, sessions.markers(versions))
        if refused:
            self.module.fail_json(msg=f"S3 refused to delete a delete marker: {'; '.join(refused)}")

    def restore_version(self, key: str, versions: list[dict[str, Any]]) -> None:
        """Make a copy of a version the current one, unless it is the current one or was copied so already."""
        wanted, latest = self.params["version_id"], versions[0]
        found = [item for item in versions if item["VersionId"] == wanted and "Size" in item]
        if not found:
            raise InvalidInput(f"version_id {wanted}: {key} has no such version; copy it from the list with versions")
        if found[0].get("StorageClass") in sessions.COLD_CLASSES:
            raise InvalidInput(
                f"version_id {wanted}: is in {found[0]['StorageClass']}; first restore it with aws s3api restore-object"
            )
        source = latest["VersionId"]
        if "Size" in latest and source != wanted:
            about = s3_objects.head(self.api, self.bucket, key, source)
            source = about.get("Metadata", {}).get(s3_objects.RESTORED_FROM, source)
        if "Size" not in latest:
            source = "deleted"

        def apply(_change: Change) -> None:
            about = s3_objects.head(self.api, self.bucket, key, wanted)
            s3_objects.copy_version(self.api, self.bucket, key, wanted, about)

        name = f"object {key}"
        finish(self.module, compare({name: {"version": source}}, {name: {"version": wanted}}), apply)

    # --- held and released

    def held(self) -> None:
        """Put a legal hold on every version."""
        self.hold(True)

    def released(self) -> None:
        """Take the legal hold off every version."""
        self.hold(False)

    def hold(self, on: bool) -> None:
        """Set the legal hold of every version that has the other one."""
        versions = [item for item in self.existing() if "Size" in item]
        locked = s3_objects.has_lock(self.api, self.bucket)
        if on and not locked:
            raise InvalidInput(
                f"state held: bucket {self.bucket} has no Object Lock; set jitsi_recording_lock to holds and run "
                "playbooks/site.yml --tags recording_bucket"
            )
        by_name = {f"version {item['VersionId']} of {item['Key']}": item for item in versions}
        current = {name: {"legal_hold": locked and self.lock(item)["legal_hold"]} for name, item in by_name.items()}

        def apply(change: Change) -> None:
            item = by_name[change.resource]
            s3_objects.put_legal_hold(self.api, self.bucket, item["Key"], item["VersionId"], on)

        finish(self.module, compare(current, {name: {"legal_hold": on} for name in by_name}), apply)

    def lock(self, item: dict[str, Any]) -> dict[str, Any]:
        """The lock of a version."""
        return s3_objects.lock(self.api, self.bucket, item["Key"], item["VersionId"])

    # --- erased

    def items(self) -> list[dict[str, Any]]:
        """Everything of the session that can be deleted."""
        prefix = sessions.prefix(self.session)
        uploads = s3_objects.uploads(self.api, self.bucket, prefix)
        return erasure.items(s3_objects.versions(self.api, self.bucket, prefix), uploads)

    def erased(self) -> None:
        """Delete everything of the session, and prove it."""
        report_file = ReportFile(self.params["report_dir"], self.bucket, self.session)
        earlier, found = report_file.read(), self.items()
        self.refuse_protected([item for item in found if item["kind"] == "version"])
        # A run that died leaves a report that is not finished, even if it deleted everything.
        unfinished = earlier is not None and earlier["result"] != "erased"
        reports = [earlier or {}]
        if found or unfinished:
            about = {
                "bucket": self.bucket,
                "session": self.session,
                "reason": self.params["reason"] or reports[0].get("reason", ""),
                "bypass_governance": self.params["bypass_governance"],
            }
            caller = sts.caller_arn(client(self.module, "sts"))
            reports.append(erasure.started(earlier, found, about, caller, dt.datetime.now(dt.UTC)))

        def apply(_change: Change) -> None:
            report_file.write(reports[-1])
            reports.append(self.erase(found, reports[-1], report_file))

        current = {f"session {self.session}": erasure.state(found)} if found or unfinished else {}
        finish(
            self.module,
            compare(current, {}, prune=True),
            apply,
            report=lambda: reports[-1],
            report_files=report_file.existing,
        )

    def refuse_protected(self, versions: list[dict[str, Any]]) -> None:
        """Fail if a lock protects one of them."""
        protected = calls.protected(self.api, self.bucket, versions, self.params["bypass_governance"])
        if protected:
            raise InvalidInput(erasure.refusal(protected, self.session))

    def erase(self, found: list[dict[str, Any]], report: dict[str, Any], report_file: ReportFile) -> dict[str, Any]:
        """Delete, list again, write the report; fail if something is left."""
        errors = calls.erase(self.api, self.bucket, found, self.params["bypass_governance"])
        report = erasure.ended(report, self.items(), errors, dt.datetime.now(dt.UTC))
        report_file.write(report)
        left = erasure.counts(report, "remains")
        if any(left.values()):
            refused = f" S3 refused: {'; '.join(errors[:5])}." if errors else " It came while this ran."
            self.module.fail_json(
                msg=f"session {self.session}: {erasure.amounts(left)} left.{refused} Run it again.",
                report=report,
                report_files=report_file.existing(),
            )
        return report


def reconcile(module: Any) -> None:
    """Check the input, then do what the state says."""
    params = module.params
    sessions.check_session(params["session"])
    if params["state"] == "erased" and not params["report_dir"]:
        raise InvalidInput("report_dir: is missing; state erased writes a report, so name a directory for it")
    if params["version_id"] and not params["file"]:
        raise InvalidInput("version_id: names a version of one file; give file too")
    for option in ("file", "version_id"):
        if params[option] and params["state"] != "restored":
            raise InvalidInput(f"{option}: goes with state restored only; {params['state']} is for the whole session")
    getattr(Session(module), params["state"])()


def main() -> None:
    """Run the module."""
    run(
        {
            "bucket": {"type": "str", "required": True},
            "session": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["restored", "held", "released", "erased"], "required": True},
            "file": {"type": "str", "default": ""},
            "version_id": {"type": "str", "default": ""},
            "bypass_governance": {"type": "bool", "default": False},
            "report_dir": {"type": "path"},
            "reason": {"type": "str", "default": ""},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
