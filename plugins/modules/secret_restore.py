#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: secret_restore
version_added: 0.3.0
short_description: Make the values of a backup current in the secret document again
description:
  - Puts back keys that are missing or hold another value than in a backup of M(meetops.jitsi.backup). Other keys stay.
  - Makes the secret again if it is gone, and cancels its deletion.
  - Works as a rotation whose new values are the former ones, with the same guards. They become current only while no
    signalling task exists; awake, the platform is stopped, started again and checked; if components do not log in, the
    values from before are current again.
  - While people meet, or nobody knows whether they do, it changes nothing and says so, unless O(force=true).
  - Never returns, shows or logs a value. The backup is decrypted through a pipe.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name of the platform. The names of the secret, of the services and of the log group derive from it.
    type: str
    required: true
  secret:
    description: Name of the secret. By default the name that derives from O(name).
    type: str
  keys:
    description: The generated keys of the document with their random bytes, as for M(meetops.jitsi.secret).
    type: dict
    required: true
  backup:
    description: Directory of the backup.
    type: path
    required: true
  vault_password_file:
    description: File with the password with which the backup was encrypted, or a program that prints it.
    type: path
    required: true
  force:
    description: Restore now although people meet. Signalling restarts, and the page of everybody reloads.
    type: bool
    default: false
  wait_minutes:
    description: For how long to wait until the last participant has left.
    type: int
    default: 0
notes:
  - A missing key first gets a new random value, as M(meetops.jitsi.secret) would give it, so that the document is whole
    at any time, and then the former one.
  - A value that is no text is put back only if it is missing.
  - A secret that was made again has no tags, no own key and no rotation until C(site.yml) puts them back.
  - "Permissions: those of M(meetops.jitsi.secret_rotation), and secretsmanager:CreateSecret and RestoreSecret."
seealso:
  - module: meetops.jitsi.backup
  - module: meetops.jitsi.secret_rotation
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The passwords are those of the backup
  meetops.jitsi.secret_restore:
    name: jitsi-video-platform
    keys:
      jicofo_auth_password: 16
      jvb_auth_password: 16
    backup: /srv/backups/jitsi-video-platform/20261123T023000Z
    vault_password_file: /root/backup-password
"""

RETURN = r"""
restoration:
  description: What was done, or in check mode what would be.
  returned: success
  type: dict
  contains:
    result:
      description: V(restored), V(postponed) while people meet, or V(nothing).
      type: str
    message:
      description: The same in words.
      type: str
    key_names:
      description: Names of the keys that have their former values again, sorted.
      type: list
      elements: str
    left:
      description: Names of the keys that differ and were left alone, as they hold no text.
      type: list
      elements: str
    version_id:
      description: Id of the current version. Empty if there is none yet.
      type: str
    steps:
      description: What was done, in order.
      type: list
      elements: str
disturbs:
  description: What people notice who meet now, when it is forced. Empty if nobody notices anything.
  returned: success
  type: str
  sample: "3 people meet now: a restored secret restarts signalling, and every page reloads"
  version_added: 0.5.0
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: secret jitsi-video-platform-jitsi-secrets, action: update, fields: [jvb_auth_password]}]
"""

import json
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import secretsmanager
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.backup import vault
from ansible_collections.meetops.jitsi.plugins.module_utils.backup.store import load, verify
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle import in_use
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import document, report, restoration, rotation
from ansible_collections.meetops.jitsi.plugins.module_utils.secret.connect import connect
from ansible_collections.meetops.jitsi.plugins.module_utils.secret.rotation_plan import CURRENT, PENDING, RESTART, Do
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM

NONE = "no value"
OTHER = "another value"


class Restore:
    """The secret as it is and as it was. No document ever leaves this object."""

    def __init__(self, module: Any) -> None:
        self.module, self.params = module, module.params
        self.cloud = connect(module)
        self.sm, self.name = self.cloud.sm, self.cloud.secret
        self.described: dict[str, Any] | None = None
        self.current: document.Document = {}
        self.former: document.Document = {}
        self.version, self.meeting, self.postponed, self.deleted, self.ended = "", "", "", False, False
        self.missing: list[str] = []
        self.differing: list[str] = []
        self.left: list[str] = []
        self.restored: list[str] = []
        self.steps: list[str] = []

    def read_backup(self, path: Path) -> None:
        """Verify and decrypt the backup."""
        if "secret.vault" not in verify(path)["files"]:
            raise InvalidInput(f"backup {path}: holds no values of the secret; take one that was made with a password")
        about = load(path, "secret.json")
        if about["name"] != self.name:
            raise InvalidInput(
                f"backup {path}: is of secret {about['name']}, not {self.name}; take one of this platform"
            )
        self.created = datetime.fromisoformat(about["created"])
        encrypted = (path / "secret.vault").read_text()
        plain = json.loads(vault.decrypt(self.module, self.params["vault_password_file"], encrypted))
        self.former = document.parse(plain["document"] or None, self.name)
        if not self.former:
            raise InvalidInput(f"backup {path}: the secret had no value then; take another backup")

    def read(self) -> None:
        """Read the secret as it is, and see what is to put back. The backup must have been read."""
        self.described = secretsmanager.describe(self.sm, self.name)
        self.deleted = bool(self.described and self.described.get("DeletedDate"))
        self.read_current()
        self.restored = self.keys

    def read_current(self) -> None:
        """Read what is current. What no component can read counts as nothing."""
        self.version, self.current = "", {}
        if self.described and not self.deleted:
            self.version, text = secretsmanager.read(self.sm, self.name)
            try:
                self.current = document.parse(text, self.name)
            except InvalidInput:
                pass
        self.left = restoration.unrestorable(self.current, self.former)
        self.missing = restoration.missing(self.current, self.former)
        self.differing = [key for key in restoration.differing(self.current, self.former) if key not in self.left]

    @property
    def keys(self) -> list[str]:
        """Names of the keys to put back."""
        return sorted({*self.missing, *self.differing})

    @property
    def unfinished(self) -> bool:
        """Whether a run died after the values had become current, before labels and components were as they should."""
        stages = [set(labels) for labels in ((self.described or {}).get("VersionIdsToStages") or {}).values()]
        waiting = any(PENDING in labels and CURRENT not in labels for labels in stages)
        return not waiting and any(RESTART in labels or PENDING in labels for labels in stages)

    def refuse_rotation(self) -> None:
        """Fail while another rotation than a restoration to the same values waits to become current."""
        stages = (self.described or {}).get("VersionIdsToStages") or {}
        pending = next(
            (version for version, labels in stages.items() if PENDING in labels and CURRENT not in labels), ""
        )
        text = self.cloud.text(pending) if pending else None
        waiting = document.parse(text, self.name) if text else {}
        if pending and any(waiting.get(key) != self.former[key] for key in self.keys):
            raise InvalidInput(
                f"name {self.params['name']}: version {pending} waits for its rotation to end; finish it with "
                "playbooks/rotate_secrets.yml, then run again"
            )

    def busy(self) -> str:
        """Who meets, so that it must wait; empty if it need not."""
        self.meeting = rotation.read_platform(self.cloud).meeting
        return "" if self.params["force"] else self.meeting

    @property
    def disturbs(self) -> str:
        """What people notice who meet, when it is forced."""
        if not (self.params["force"] and self.meeting and (self.differing or self.unfinished)):
            return ""
        return in_use.notice(self.meeting, f"a restored secret {in_use.RESTARTS}", advice=False)

    def wait(self, seconds: float) -> None:
        """Wait until nobody meets, at most so long."""
        begin = self.cloud.now()
        while why := self.busy():
            if (self.cloud.now() - begin).total_seconds() >= seconds:
                break
            self.cloud.sleep(rotation.IDLE_POLL_SECONDS)
        self.postponed = why

    def apply(self, _change: Change) -> None:
        """Complete the document, then rotate to the former values."""
        if self.deleted:
            secretsmanager.restore(self.sm, self.name)
            self.deleted = False
            self.steps.append("cancelled the deletion of the secret")
            self.read_current()
            self.restored = self.keys
        self.complete()
        if self.differing or self.unfinished:
            self.rotate()
        if self.keys and not self.postponed:
            raise rotation.RotationError(f"{', '.join(self.keys)} changed meanwhile; run again")

    def rotate(self) -> None:
        """Make the former values current, or end what a run that died has begun."""
        params, self.ended = self.params, not self.differing
        rotating = restoration.Restoration(
            self.cloud, params["keys"], self.former, self.differing, self.created, params["force"], self.module.log
        )
        try:
            rotating.run(() if self.differing else (Do.PREPARE, Do.POSTPONE))
        except rotation.Postponed:
            # Somebody came while it began.
            self.postponed = rotating.outcome.postponed
        self.steps += rotating.outcome.steps
        self.read_current()

    def complete(self) -> None:
        """Make the secret, or add the missing keys, with values that nobody had."""
        if not self.missing:
            return
        text = document.render(restoration.completed(self.current, self.former))
        if self.described:
            self.cloud.put(str(uuid.uuid4()), text, [CURRENT])
        else:
            secretsmanager.create(self.sm, self.name, text, "", "", {})
        self.steps.append(f"added {', '.join(self.missing)}")
        self.described = secretsmanager.describe(self.sm, self.name)
        self.read_current()

    def report(self) -> dict[str, Any]:
        """What is returned."""
        keys, changed = self.restored, self.restored or self.steps or self.deleted
        result = "postponed" if self.postponed else "restored" if changed else "nothing"
        would = "would be" if self.module.check_mode else "are"
        words = {
            "restored": f"{len(keys)} keys {would} as in the backup again: {', '.join(keys) or 'none differed'}.",
            "postponed": f"Postponed, since {self.postponed}. Not as in the backup: {', '.join(keys)}.",
            "nothing": "All values are as in the backup.",
        }
        if self.ended:
            words["restored"] = "All values are as in the backup. What an earlier run had begun is at its end."
        left = f" Left alone, as it is no text: {', '.join(self.left)}." if self.left else ""
        return {
            "result": result,
            "message": words[result] + left,
            "key_names": [] if result == "postponed" else keys,
            "left": self.left,
            "version_id": self.version,
            "steps": self.steps,
        }


def reconcile(module: Any) -> None:
    """Check the input, compare, restore."""
    params = module.params
    document.check_keys(params["keys"])
    report.check(1, 0, params["wait_minutes"])
    vault.check("vault_password_file", params["vault_password_file"])
    restore = Restore(module)
    restore.read_backup(Path(params["backup"]))
    restore.read()
    if restore.keys:
        restore.refuse_rotation()
        restore.wait(0 if module.check_mode else params["wait_minutes"] * 60)
    resource = f"secret {restore.name}"
    before: dict[str, Any] = {key: NONE if key in restore.missing else OTHER for key in restore.keys}
    after: dict[str, Any] = dict.fromkeys(restore.keys, f"as in {params['backup']}")
    if restore.deleted:
        before["deletion"], after["deletion"] = "scheduled", "cancelled"
    if restore.unfinished:
        before["rotation"], after["rotation"] = "unfinished", "ended"
    try:
        finish(
            module,
            compare({resource: before} if restore.described else {}, {} if restore.postponed else {resource: after}),
            restore.apply,
            restoration=restore.report,
            disturbs=restore.disturbs,
        )
    except (rotation.RotationError, rotation.Conflict) as error:
        module.fail_json(msg=f"{params['name']}: {error}")


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "secret": {"type": "str", "no_log": False},
            "keys": {"type": "dict", "required": True, "no_log": False},
            "backup": {"type": "path", "required": True},
            # The name of a file, not what is in it.
            "vault_password_file": {"type": "path", "required": True, "no_log": False},
            "force": {"type": "bool", "default": False},
            "wait_minutes": {"type": "int", "default": 0},
        },
        reconcile,
        rules=PLATFORM,
    )


if __name__ == "__main__":
    main()
