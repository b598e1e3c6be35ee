#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: secret
version_added: 0.1.0
short_description: Keep one JSON document of generated values in Secrets Manager
description:
  - Creates a secret that holds one JSON object, with a random value for every key.
  - Completes an existing document when a key is missing or empty. A value that exists, and a key that is not listed,
    is never changed and never removed.
  - Never returns, shows or logs a value.
  - Puts back the description, the KMS key and the tags.
  - Cancels the deletion of a secret that is scheduled for deletion, because its values are data.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name of the secret.
    type: str
    required: true
  keys:
    description:
      - The keys that the document must hold, each with a number of random bytes from 16 to 1024.
      - A value is written as hexadecimal digits, so 16 bytes make 32 characters.
      - Names start with a lower case letter and hold lower case letters, digits and underscores.
      - Required if O(state=present).
    type: dict
  description:
    description: What the secret is for.
    type: str
    default: ""
  kms_key_id:
    description:
      - ARN, id or alias of the KMS key that encrypts the secret.
      - Empty means the key that AWS manages, V(alias/aws/secretsmanager), which costs nothing.
    type: str
    default: ""
  tags:
    description: The tags of the secret. Others are removed, except those that AWS sets itself.
    type: dict
    default: {}
  rotation_function_arn:
    description:
      - ARN of the function with which Secrets Manager rotates the secret by itself. It must allow
        C(secretsmanager.amazonaws.com) to call it.
      - An empty text ends that. If it is not given, the schedule stays as it is.
      - The schedule is set only if it differs, and never rotates the secret at once.
    type: str
    version_added: 0.2.0
  rotation_days:
    description: Days between two rotations, 1 to 1000. Any new version of the secret begins them anew.
    type: int
    default: 90
    version_added: 0.2.0
  state:
    description:
      - V(absent) schedules the deletion of the secret.
      - V(kept), since release 0.3.0, ends the rotation by AWS and changes nothing else. No secret is made.
    type: str
    choices: [present, kept, absent]
    default: present
  recovery_window_days:
    description: For how many days a deleted secret can be restored, from 7 to 30.
    type: int
    default: 30
notes:
  - C(community.aws.secretsmanager_secret) (release 11.2) writes the value that it is given over the existing one, so a
    random value would be new in every run; with C(overwrite=false) a missing key is never added and no drift is put
    back. It takes the whole document as an option, so the values pass through variables, and it makes a new version to
    change a description.
  - A value is generated in this module and goes to AWS in the same call that creates the secret or its version. A run
    that dies leaves no secret without a value.
  - No version is made while a rotation is unfinished (C(AWSPENDING) on another version than C(AWSCURRENT)), since the
    rotation's end would undo it. If a key is missing then, the module fails and says so.
  - Whether a secret that is scheduled for deletion lacks a key can be seen only once it is restored. Check mode reports
    the restoring alone.
  - When the schedule changes, Secrets Manager calls the function once, for its step C(testSecret) alone.
  - "Permissions: secretsmanager:DescribeSecret, GetSecretValue, CreateSecret, PutSecretValue, UpdateSecret,
    RestoreSecret, TagResource, UntagResource, and DeleteSecret for O(state=absent); with an own key also
    kms:GenerateDataKey, kms:Decrypt and kms:Encrypt on it; for the schedule RotateSecret, CancelRotateSecret, and
    lambda:InvokeFunction on the function."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The platform's passwords exist
  meetops.jitsi.secret:
    name: jitsi-video-platform-jitsi-secrets
    description: Passwords of the Jitsi components
    keys:
      jicofo_auth_password: 16
      jvb_auth_password: 16
      turn_credentials: 32
    tags:
      Environment: prod

- name: The secret stays while nothing is there that rotates it
  meetops.jitsi.secret:
    name: jitsi-video-platform-jitsi-secrets
    state: kept

- name: The secret is scheduled for deletion
  meetops.jitsi.secret:
    name: jitsi-video-platform-jitsi-secrets
    state: absent
    recovery_window_days: 7
"""

RETURN = r"""
arn:
  description: ARN of the secret. Empty if it does not exist, as in check mode before it is created.
  returned: success
  type: str
  sample: arn:aws:secretsmanager:us-east-1:123456789012:secret:jitsi-video-platform-jitsi-secrets-AbCdEf
version_id:
  description: Id of the version that is current. Empty if there is none, or if the secret is scheduled for deletion.
  returned: success
  type: str
  sample: 7d2f9bd0-8a2c-4d3e-9a57-4f2a5b8b3c1e
key_names:
  description: Names of the keys that hold a value, sorted.
  returned: success
  type: list
  elements: str
  sample: [jicofo_auth_password, jvb_auth_password, turn_credentials]
generated:
  description: Names of the keys whose value was generated by this run, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [turn_credentials]
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: secret jitsi-video-platform-jitsi-secrets, action: update, fields: [keys]}]
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import secretsmanager
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.tags import tag_dict
from ansible_collections.meetops.jitsi.plugins.module_utils.access import kms_key
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import document, schedule

MANAGED_KEY = "alias/aws/secretsmanager"
# Fields that UpdateSecret sets, and its names for them.
PARAMETERS = {"description": "Description", "kms_key_id": "KmsKeyId"}


class Secret:
    """The secret as it is and as it is wanted. The document itself never leaves this object."""

    def __init__(self, module: Any) -> None:
        self.sm = client(module, "secretsmanager")
        self.name: str = module.params["name"]
        self.sizes: dict[str, int] = module.params["keys"] or {}
        self.rotation: tuple[str, int] = (module.params["rotation_function_arn"], module.params["rotation_days"])
        self.described = secretsmanager.describe(self.sm, self.name) or {}
        self.arn: str = self.described.get("ARN", "")
        self.version_id = ""
        self.document: dict[str, Any] = {}
        self.generated: list[str] = document.missing({}, self.sizes)
        self.deletion_scheduled = bool(self.described.get("DeletedDate"))

    def read(self) -> None:
        """Read the document, and refuse to complete it while a rotation is unfinished."""
        self.version_id, text = secretsmanager.read(self.sm, self.name)
        self.document = document.parse(text, self.name)
        self.generated = document.missing(self.document, self.sizes)
        pending = document.unfinished_rotation(self.described.get("VersionIdsToStages") or {})
        if self.generated and pending:
            raise InvalidInput(
                f"name {self.name}: {', '.join(self.generated)} cannot be added while version {pending} waits for its "
                "rotation to end; finish or undo the rotation, then run again"
            )

    def complete(self) -> None:
        """Add the missing keys. Reads again right before writing, so as not to undo another writer."""
        self.read()
        if self.generated:
            self.document = document.complete(self.document, self.sizes)
            self.version_id = secretsmanager.put(self.sm, self.name, document.render(self.document))

    def create(self, fields: Fields) -> None:
        """Create the secret with all of its keys."""
        self.document = document.complete({}, self.sizes)
        self.arn, self.version_id = secretsmanager.create(
            self.sm,
            self.name,
            document.render(self.document),
            fields["description"],
            fields["kms_key_id"],
            fields["tags"],
        )

    def update(self, change: Change) -> None:
        """Put back what differs; a new key comes before the value that it encrypts."""
        before, after = change.before or {}, change.after or {}
        if "deletion_scheduled" in change.fields:
            secretsmanager.restore(self.sm, self.name)
        metadata = {PARAMETERS[field]: after[field] for field in change.fields if field in PARAMETERS}
        if metadata:
            secretsmanager.update(self.sm, self.name, **metadata)
        if "tags" in change.fields:
            secretsmanager.tag(self.sm, self.name, before["tags"], after["tags"])
        if {"keys", "deletion_scheduled"} & set(change.fields):
            self.complete()
        self.schedule(change)

    def schedule(self, change: Change) -> None:
        """Set when AWS rotates the secret, if that differs. Nothing is rotated now."""
        if "rotation" not in change.fields:
            return
        if (change.after or {})["rotation"]:
            function_arn, days = self.rotation
            secretsmanager.set_rotation(self.sm, self.name, function_arn, days)
        elif (change.before or {}).get("rotation"):
            secretsmanager.cancel_rotation(self.sm, self.name)

    def apply(self, change: Change) -> None:
        """Make one change."""
        if change.before is None:
            self.create(change.after or {})
            self.schedule(change)
        else:
            self.update(change)


def present(module: Any, secret: Secret) -> None:
    """Create, restore, complete or put back the secret."""
    key = module.params["kms_key_id"]
    current: dict[str, Any] = {
        "description": secret.described.get("Description", ""),
        "kms_key_id": kms_key.spelled_as(key, secret.described.get("KmsKeyId"), MANAGED_KEY),
        "tags": tag_dict(secret.described.get("Tags")),
    }
    wanted: dict[str, Any] = {
        "description": module.params["description"],
        "kms_key_id": key,
        "tags": module.params["tags"],
    }
    if module.params["rotation_function_arn"] is not None:
        current["rotation"] = schedule.current(secret.described)
        wanted["rotation"] = schedule.wanted(*secret.rotation)
    if secret.deletion_scheduled:
        # Its value can be read only once it is restored.
        secret.generated = []
        current["deletion_scheduled"], wanted["deletion_scheduled"] = True, False
    else:
        if secret.described:
            secret.read()
        current["keys"] = document.filled(secret.document)
        wanted["keys"] = sorted({*current["keys"], *secret.sizes})
    resource = f"secret {secret.name}"
    finish(
        module,
        compare({resource: current} if secret.described else {}, {resource: wanted}),
        secret.apply,
        arn=lambda: secret.arn,
        version_id=lambda: secret.version_id,
        key_names=lambda: sorted({*document.filled(secret.document), *secret.generated}),
        generated=lambda: secret.generated,
    )


def absent(module: Any, secret: Secret) -> None:
    """Schedule the deletion of the secret."""
    current = {f"secret {secret.name}": {"description": secret.described.get("Description", "")}}
    exists = secret.described and not secret.deletion_scheduled
    finish(
        module,
        compare(current if exists else {}, {}, prune=True),
        lambda change: secretsmanager.delete(secret.sm, secret.name, module.params["recovery_window_days"]),
        arn=secret.arn,
        version_id="",
        key_names=[],
        generated=[],
    )


def kept(module: Any, secret: Secret) -> None:
    """Leave the secret to itself."""
    resource = f"secret {secret.name}"
    exists = secret.described and not secret.deletion_scheduled
    finish(
        module,
        compare(
            {resource: {"rotation": schedule.current(secret.described)}} if exists else {},
            {resource: {"rotation": None}} if exists else {},
        ),
        lambda change: secretsmanager.cancel_rotation(secret.sm, secret.name),
        arn=secret.arn,
        version_id="",
        key_names=[],
        generated=[],
    )


def reconcile(module: Any) -> None:
    """Check the input, read the secret, make it as wanted."""
    document.check_name(module.params["name"])
    document.check_recovery_window(module.params["recovery_window_days"])
    kms_key.check("kms_key_id", module.params["kms_key_id"])
    schedule.check(module.params["rotation_function_arn"], module.params["rotation_days"])
    if module.params["state"] == "present":
        document.check_keys(module.params["keys"])
    {"present": present, "kept": kept, "absent": absent}[module.params["state"]](module, Secret(module))


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "keys": {"type": "dict", "no_log": False},
            "description": {"type": "str", "default": ""},
            "kms_key_id": {"type": "str", "default": ""},
            "tags": {"type": "dict", "default": {}},
            "rotation_function_arn": {"type": "str"},
            "rotation_days": {"type": "int", "default": 90},
            "state": {"type": "str", "choices": ["present", "kept", "absent"], "default": "present"},
            "recovery_window_days": {"type": "int", "default": 30},
        },
        reconcile,
        required_if=[("state", "present", ["keys"])],
    )


if __name__ == "__main__":
    main()
