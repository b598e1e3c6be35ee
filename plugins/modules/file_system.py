#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: file_system
version_added: 0.2.0
short_description: Keep a small encrypted EFS file system with one access point
description:
  - Keeps an encrypted file system with elastic throughput, a mount target in each given zone, and one access point
    that makes everybody the same user.
  - Connections must be encrypted. Nobody has access without an IAM policy that grants it.
  - What nobody reads for 30 days moves to the cheaper storage class, and back when it is read.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Name of the file system and of its access point. It is the creation token too, which finds it again.
    type: str
    required: true
  subnets:
    description:
      - The mount targets, each as its availability zone and the ID of a subnet there. In check mode the IDs may be
        placeholders.
      - It replaces the option C(subnet_ids) of release 0.2.0. A plan tells of a mount target by its zone, which is
        known before its subnet is there.
    type: dict
    default: {}
    version_added: 0.3.0
  security_groups:
    description: Security groups of the mount targets, which let port 2049 in.
    type: list
    elements: str
    default: []
  path:
    description: Folder that the access point shows as the root. It is made at the first mount.
    type: str
    default: /data
  user_id:
    description: User and group that all files belong to.
    type: int
    default: 1000
  tags:
    description: Tags of the file system and its access point, beside C(Name).
    type: dict
    default: {}
  state:
    description: V(absent) deletes the file system with everything on it.
    type: str
    choices: [present, absent]
    default: present
notes:
  - C(community.aws.efs) (release 11.2) has no check mode, no access points and no file system policy.
  - The user and the folder of an access point cannot be changed, so another one takes its place, with a new id. The
    files stay.
  - A mount target can be used about 90 seconds after it was made. This module does not wait for that.
  - "Permissions: elasticfilesystem:DescribeFileSystems, CreateFileSystem, UpdateFileSystem, DeleteFileSystem;
    Describe and Put of LifecycleConfiguration and FileSystemPolicy; Describe, Create and Delete of MountTargets and
    AccessPoints; ModifyMountTargetSecurityGroups, TagResource, UntagResource; ec2:DescribeSubnets,
    DescribeNetworkInterfaces, CreateNetworkInterface, DeleteNetworkInterface, ModifyNetworkInterfaceAttribute."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Certificates outlive the task
  meetops.jitsi.file_system:
    name: shop
    subnets:
      us-east-1a: subnet-0123456789abcdef0
      us-east-1b: subnet-0123456789abcdef1
    security_groups: [sg-0123456789abcdef0]
    path: /certificates
"""

RETURN = r"""
file_system_id:
  description: Id of the file system. Empty if it does not exist, as in check mode before it is created.
  returned: success
  type: str
  sample: fs-0123456789abcdef0
access_point_id:
  description: Id of the access point. Empty if it does not exist.
  returned: success
  type: str
  sample: fsap-0123456789abcdef0
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: file system shop, action: update, fields: [lifecycle]}]
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import efs
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import file_system


class FileSystem:
    """The file system and what belongs to it, as they are."""

    def __init__(self, module: Any) -> None:
        self.name: str = module.params["name"]
        self.api = client(module, "efs")
        self.id, self.access_point_id = "", ""
        self.targets: dict[str, str] = {}
        self.current: dict[str, Fields] = {}
        found = efs.find(self.api, self.name)
        if found:
            self.id = found["FileSystemId"]
            self.read(found, module)

    def read(self, found: dict[str, Any], module: Any) -> None:
        """Read what belongs to it."""
        self.current[file_system.FILE_SYSTEM + self.name] = {
            "Encrypted": found["Encrypted"],
            "ThroughputMode": found.get("ThroughputMode"),
            "Lifecycle": file_system.lifecycle(efs.read_lifecycle(self.api, self.id)),
            "Policy": file_system.policy(efs.read_policy(self.api, self.id)),
            "Tags": efs.tags(found),
        }
        for point in efs.list_access_points(self.api, self.id):
            tags = efs.tags(point)
            if tags.get("Name") == self.name:
                self.access_point_id = point["AccessPointId"]
                self.current[file_system.ACCESS_POINT + self.name] = file_system.access_point(point, tags)
        targets = efs.list_mount_targets(self.api, self.id)
        self.targets = {item["AvailabilityZoneName"]: item["MountTargetId"] for item in targets}
        groups = efs.groups_of(client(module, "ec2"), targets)
        for item in targets:
            fields = {"Subnet": item["SubnetId"], "SecurityGroups": groups[item["SubnetId"]]}
            self.current[file_system.MOUNT_TARGET + item["AvailabilityZoneName"]] = fields

    def apply(self, change: Change) -> None:
        """Make one change."""
        if change.resource.startswith(file_system.FILE_SYSTEM):
            self.apply_file_system(change)
        elif change.resource.startswith(file_system.ACCESS_POINT):
            self.apply_access_point(change)
        else:
            self.apply_mount_target(change.resource.removeprefix(file_system.MOUNT_TARGET), change)

    def apply_file_system(self, change: Change) -> None:
        """Create it and set what CreateFileSystem does not take, or put that back."""
        before, after = change.before or {}, change.after
        if after is None:
            efs.delete(self.api, self.id)
            return
        fields = set(change.fields)
        if change.before is None:
            self.id = efs.create(self.api, self.name, after["ThroughputMode"], after["Tags"])
            fields = {"Lifecycle", "Policy"}
        else:
            # A run that died may have left it before it was there.
            efs.wait_available(self.api, self.name)
        if "ThroughputMode" in fields:
            efs.update_throughput(self.api, self.id, after["ThroughputMode"])
        if "Lifecycle" in fields:
            efs.put_lifecycle(self.api, self.id, file_system.lifecycle_rules(after["Lifecycle"]))
        if "Policy" in fields:
            efs.put_policy(self.api, self.id, after["Policy"])
        if "Tags" in fields:
            efs.tag(self.api, self.id, before["Tags"], after["Tags"])

    def apply_access_point(self, change: Change) -> None:
        """Create, replace, tag or delete the access point."""
        before, after = change.before, change.after
        if before is not None and change.fields == ["Tags"] and after is not None:
            efs.tag(self.api, self.access_point_id, before["Tags"], after["Tags"])
            return
        if before is not None:
            efs.delete_access_point(self.api, self.access_point_id)
            self.access_point_id = ""
        if after is not None:
            self.access_point_id = efs.create_access_point(
                self.api, self.id, after["PosixUser"], after["RootDirectory"], after["Tags"]
            )

    def apply_mount_target(self, zone: str, change: Change) -> None:
        """Create, regroup, replace or delete a mount target: a zone can have one."""
        after = change.after
        if change.before is not None and (after is None or "Subnet" in change.fields):
            efs.delete_mount_target(self.api, self.id, self.targets[zone])
        if after is not None and "Subnet" in change.fields:
            efs.create_mount_target(self.api, self.id, after["Subnet"], after["SecurityGroups"])
        elif after is not None:
            efs.set_groups(self.api, self.targets[zone], after["SecurityGroups"])


def reconcile(module: Any) -> None:
    """Check the input, read what there is, make it as wanted."""
    file_system.check(module.params)
    found = FileSystem(module)
    absent = module.params["state"] == "absent"
    wanted = {} if absent else file_system.wanted(module.params)
    there = found.current.get(file_system.FILE_SYSTEM + found.name)
    if there and not absent:
        file_system.check_current(found.name, there)
    # Mount targets of other zones go: each of them is a way in.
    changes = compare(found.current, wanted, prune=True)
    finish(
        module,
        changes,
        found.apply,
        file_system_id=lambda: "" if absent else found.id,
        access_point_id=lambda: "" if absent else found.access_point_id,
    )


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "subnets": {"type": "dict", "default": {}},
            "security_groups": {"type": "list", "elements": "str", "default": []},
            "path": {"type": "str", "default": "/data"},
            "user_id": {"type": "int", "default": 1000},
            "tags": {"type": "dict", "default": {}},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
