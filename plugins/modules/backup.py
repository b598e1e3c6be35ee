#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: backup
version_added: 0.3.0
short_description: Write a backup of a platform to a directory
description:
  - Writes the variables of a deployment, its configuration as AWS reports it, the labels and ages of the secret's
    versions, and an index of all recordings, each to a file, with a manifest of their SHA-256.
  - Reads everything back and compares it. Only the owner can read the files.
  - The values of the secret are in it only with O(vault_password_file), encrypted by C(ansible-vault). Plain text goes
    through pipes only, never into a file, an argument or a log.
  - Removes older backups of the same platform beyond O(keep), after the new one is complete.
author: [meetops.jitsi contributors (@meetops)]
options:
  bucket:
    description: Bucket of the recordings. Empty when there is none.
    type: str
    default: ""
  variables:
    description: The variables from which the platform can be built again. They are written as they are.
    type: dict
    default: {}
  directory:
    description:
      - Where backups are, on the machine that runs the module. A backup is C(<directory>/<name>/<time in UTC>).
    type: path
    required: true
  keep:
    description: How many backups of this platform to keep. V(0) keeps all.
    type: int
    default: 30
  vault_password_file:
    description:
      - File with the password of C(ansible-vault), or a program that prints it.
      - Without it the values of the secret are not in the backup.
    type: path
notes:
  - The recordings themselves stay in the bucket, which keeps older versions. The index lists them.
  - Asks S3 for the checksums and metadata of each version that the newest backup does not list, one call each.
  - The header by which CloudFront proves its identity is written without its value.
  - "Permissions: ecs:DescribeServices and DescribeTaskDefinition; cloudwatch:DescribeAlarms and GetDashboard;
    logs:DescribeMetricFilters; application-autoscaling:DescribeScalableTargets, DescribeScalingPolicies and
    DescribeScheduledActions; ec2:DescribeVpcs and DescribeSecurityGroups; route53:ListHostedZonesByName and
    ListResourceRecordSets; cloudfront:ListDistributions and GetDistributionConfig; sts:GetCallerIdentity;
    secretsmanager:DescribeSecret and ListSecretVersionIds; s3:ListBucketVersions and GetObjectVersion; with
    O(vault_password_file) secretsmanager:GetSecretValue, and with an own key kms:Decrypt."
  - No stock module writes backups of such resources. AWS Backup knows none of them but S3.
seealso:
  - module: meetops.jitsi.backup_info
  - module: meetops.jitsi.secret_restore
  - module: meetops.jitsi.recordings_restore
extends_documentation_fragment:
  - meetops.jitsi.common
  - meetops.jitsi.platform
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: A backup of tonight is there, and those of the last 30 days
  meetops.jitsi.backup:
    name: jitsi-video-platform
    domain: meet.example.com
    hosted_zone: example.com
    bucket: jitsi-meet-example-com-recordings
    variables:
      jitsi_domain: meet.example.com
      jitsi_bridge_max: 3
    directory: /srv/backups
    keep: 30
    vault_password_file: /root/backup-password
"""

RETURN = r"""
path:
  description: The directory of the backup, in check mode the one where it would be.
  returned: success
  type: str
  sample: /srv/backups/jitsi-video-platform/20261123T023000Z
manifest_sha256:
  description: SHA-256 of the manifest, by which the whole backup can be recognised. Empty in check mode.
  returned: success
  type: str
files:
  description: The files, with C(bytes) and C(sha256).
  returned: success
  type: dict
contents:
  description: How much is in it, with the number of resources of each section.
  returned: success
  type: dict
  sample: {alarms: 16, recordings: 120, secret_values: true}
removed:
  description: Older backups that were removed, or would be in check mode.
  returned: success
  type: list
  elements: str
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: backup /srv/backups/meet/20261123T023000Z, action: create, fields: [alarms.json]}]
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import names
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import s3_objects, secretsmanager, sts
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.backup import reader, vault
from ansible_collections.meetops.jitsi.plugins.module_utils.backup.store import (
    INDEX,
    MANIFEST,
    VAULT,
    Store,
    manifest_sum,
    render,
    verify,
)
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import index
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings.bucket import RECORDINGS
from ansible_collections.meetops.jitsi.plugins.module_utils.rules import between, optional
from ansible_collections.meetops.jitsi.plugins.module_utils.variables import kinds


class Backup:
    """Gathers the files of one backup. Their contents never leave this object but to the disk."""

    def __init__(self, module: Any) -> None:
        self.module, self.params = module, module.params
        self.store = Store(module.params["directory"], module.params["name"])
        self.files: dict[str, bytes] = {"variables.json": render(module.params["variables"])}
        self.contents: dict[str, Any] = {"variables": len(module.params["variables"])}

    def gather(self) -> None:
        """Read everything."""
        for section, resources in reader.Reader(self.module).read().items():
            self.files[f"{section}.json"] = render(resources)
            self.contents[section] = len(resources)
        self.secret()
        if self.params["bucket"]:
            self.recordings()

    def secret(self) -> None:
        """The labels and ages of the secret's versions; with a password also the current document, encrypted."""
        sm, name = client(self.module, "secretsmanager"), names.secret(self.params["name"])
        described = secretsmanager.describe(sm, name)
        if not described or described.get("DeletedDate"):
            raise InvalidInput(f"name {self.params['name']}: there is no secret {name}; run site.yml, which makes it")
        versions = secretsmanager.versions(sm, name)
        self.files["secret.json"] = render(
            {
                "name": name,
                "arn": described["ARN"],
                "created": described["CreatedDate"],
                "rotation_rules": described.get("RotationRules", {}),
                "versions": [
                    {"id": item["VersionId"], "labels": sorted(item["VersionStages"]), "created": item["CreatedDate"]}
                    for item in versions
                ],
            }
        )
        self.contents["secret_versions"] = len(versions)
        self.contents["secret_values"] = bool(self.params["vault_password_file"])
        if self.params["vault_password_file"]:
            version, text = secretsmanager.read(sm, name)
            plain = json.dumps({"name": name, "version_id": version, "document": text or ""})
            encrypted = vault.encrypt(self.module, self.params["vault_password_file"], plain)
            self.files[VAULT] = encrypted.encode()

    def recordings(self) -> None:
        """The index of all versions in the bucket."""
        s3, bucket = client(self.module, "s3"), self.params["bucket"]
        earlier = index.known(self.earlier_index())
        lines = []
        for version in s3_objects.versions(s3, bucket, RECORDINGS):
            line = index.line(version)
            if not line["delete_marker"]:
                identity = (line["key"], line["version_id"])
                line |= earlier.get(identity) or index.about(s3_objects.head(s3, bucket, *identity, checksums=True))
            lines.append(line)
        self.files[INDEX] = index.render(lines)
        self.contents |= index.totals(lines)

    def earlier_index(self) -> list[dict[str, Any]]:
        """The index of the newest backup, if it is of the same bucket and undamaged."""
        backups = self.store.backups()
        if not backups:
            return []
        try:
            manifest = verify(backups[-1])
        except InvalidInput:
            return []
        if manifest.get("bucket") != self.params["bucket"] or INDEX not in manifest["files"]:
            return []
        return index.parse((backups[-1] / INDEX).read_bytes())

    def about(self) -> dict[str, Any]:
        """What the manifest tells of it."""
        caller = client(self.module, "sts")
        return {
            "name": self.params["name"],
            "domain": self.params["domain"],
            "bucket": self.params["bucket"],
            "region": caller.meta.region_name,
            "by": sts.caller_arn(caller),
            "contents": self.contents,
        }


def reconcile(module: Any) -> None:
    """Check the input, gather, write, remove what is too old."""
    params = module.params
    backup = Backup(module)
    if params["vault_password_file"]:
        vault.check("vault_password_file", params["vault_password_file"])
    backup.gather()
    about, now = backup.about(), dt.datetime.now(dt.UTC)
    path, store = backup.store.path(now), backup.store
    surplus = store.surplus(params["keep"])
    new = {f"backup {path}": {name: len(content) for name, content in backup.files.items()}}

    def apply(change: Change) -> None:
        if change.resource in new:
            store.write(now, backup.files, about)
            store.remove([])
        else:
            store.remove([Path(change.resource.removeprefix("backup "))])

    finish(
        module,
        compare({f"backup {item}": {"kept": True} for item in surplus}, new, prune=True),
        apply,
        path=str(path),
        manifest_sha256=lambda: manifest_sum(path) if (path / MANIFEST).exists() else "",
        files=lambda: verify(path)["files"] if (path / MANIFEST).exists() else {},
        contents=backup.contents,
        removed=[str(item) for item in surplus],
    )


def main() -> None:
    """Run the module."""
    run(
        {
            **reader.ARGUMENTS,
            "bucket": {"type": "str", "default": ""},
            "variables": {"type": "dict", "default": {}},
            "directory": {"type": "path", "required": True},
            "keep": {"type": "int", "default": 30},
            # The name of a file, not what is in it.
            "vault_password_file": {"type": "path", "no_log": False},
        },
        reconcile,
        rules={**reader.RULES, "bucket": optional(kinds.bucket()), "keep": between(0, 1_000_000)},
    )


if __name__ == "__main__":
    main()
