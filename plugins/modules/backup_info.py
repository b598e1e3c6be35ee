#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: backup_info
version_added: 0.3.0
short_description: Verify a backup and tell what differs from it now
description:
  - Compares every file of a backup with its manifest, and fails if one is damaged, missing or added.
  - Tells what the variables and the configuration were then, and what they are now.
author: [meetops.jitsi contributors (@meetops)]
options:
  directory:
    description: Where backups are, as in M(meetops.jitsi.backup).
    type: path
    required: true
  backup:
    description: Directory of one backup. By default the newest of this platform in O(directory).
    type: path
  variables:
    description: The variables now, to compare.
    type: dict
    default: {}
  compare:
    description: Whether to read the configuration from AWS and compare it.
    type: bool
    default: true
notes:
  - "Permissions, with O(compare): ecs:DescribeServices and DescribeTaskDefinition; cloudwatch:DescribeAlarms
    and GetDashboard; logs:DescribeMetricFilters; application-autoscaling:DescribeScalableTargets,
    DescribeScalingPolicies and DescribeScheduledActions; ec2:DescribeVpcs and DescribeSecurityGroups;
    route53:ListHostedZonesByName and ListResourceRecordSets; cloudfront:ListDistributions and GetDistributionConfig."
seealso:
  - module: meetops.jitsi.backup
extends_documentation_fragment:
  - meetops.jitsi.common.info
  - meetops.jitsi.platform
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The newest backup is undamaged
  meetops.jitsi.backup_info:
    name: jitsi-video-platform
    domain: meet.example.com
    hosted_zone: example.com
    directory: /srv/backups
    compare: false
  register: info
"""

RETURN = r"""
backup:
  description: The backup.
  returned: success
  type: dict
  contains:
    path:
      description: Its directory.
      type: str
    created:
      description: When it was made, in UTC.
      type: str
    manifest_sha256:
      description: SHA-256 of its manifest.
      type: str
    contents:
      description: How much is in it, as M(meetops.jitsi.backup) returns it.
      type: dict
    variables:
      description: The variables then.
      type: dict
    changed_variables:
      description: Variables that are not as they were, each with C(then) and C(now).
      type: dict
    differences:
      description: What is not as it was in the configuration, by section, one line each. Empty without O(compare).
      type: dict
      sample: {alarms: ["jitsi-video-platform/cpu-high: differs in threshold"]}
    index:
      description: Whether it has an index of recordings.
      type: bool
    secret_values:
      description: Whether it has the values of the secret, encrypted.
      type: bool
    others:
      description: Directories of the other backups of this platform, the oldest first.
      type: list
      elements: str
"""

from pathlib import Path
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import run
from ansible_collections.meetops.jitsi.plugins.module_utils.backup import reader
from ansible_collections.meetops.jitsi.plugins.module_utils.backup.configuration import changed_variables, differences
from ansible_collections.meetops.jitsi.plugins.module_utils.backup.store import (
    INDEX,
    VAULT,
    Store,
    load,
    manifest_sum,
    verify,
)
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput


def reconcile(module: Any) -> None:
    """Verify, compare, tell."""
    params = module.params
    store = Store(params["directory"], params["name"])
    path = Path(params["backup"]) if params["backup"] else store.newest()
    manifest = verify(path)
    if manifest["name"] != params["name"]:
        raise InvalidInput(
            f"backup {path}: is of {manifest['name']}, not of {params['name']}; name one of this platform"
        )
    variables, differ = load(path, "variables.json"), {}
    if params["compare"]:
        now = reader.Reader(module).read()
        differ = differences({section: load(path, f"{section}.json") for section in now}, now)
    module.exit_json(
        changed=False,
        backup={
            "path": str(path),
            "created": manifest["created"],
            "manifest_sha256": manifest_sum(path),
            "contents": manifest["contents"],
            "variables": variables,
            "changed_variables": changed_variables(variables, params["variables"]),
            "differences": differ,
            "index": INDEX in manifest["files"],
            "secret_values": VAULT in manifest["files"],
            "others": [str(other) for other in store.backups() if other != path],
        },
    )


def main() -> None:
    """Run the module."""
    run(
        {
            **reader.ARGUMENTS,
            "directory": {"type": "path", "required": True},
            "backup": {"type": "path"},
            "variables": {"type": "dict", "default": {}},
            "compare": {"type": "bool", "default": True},
        },
        reconcile,
        rules=reader.RULES,
    )


if __name__ == "__main__":
    main()
