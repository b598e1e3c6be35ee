# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Amazon EFS calls. What must be there before the next call, these functions wait for."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .pages import pages
from .tags import tag_dict, tag_list, tag_resource

try:
    from botocore.exceptions import WaiterError
except ImportError:  # AnsibleAWSModule reports the missing library
    pass

Described = dict[str, Any]
DELAY_SECONDS, ATTEMPTS = 3, 60


def _until(done: Callable[[], Any], what: str) -> None:
    """Ask again and again, for three minutes at most."""
    for attempt in range(ATTEMPTS):
        time.sleep(DELAY_SECONDS if attempt else 0)
        if done():
            return
    reason = f"not within {ATTEMPTS * DELAY_SECONDS} seconds; run again to go on"
    raise WaiterError(name=what, reason=reason, last_response={})


def find(client: Any, token: str) -> Described | None:
    """DescribeFileSystems: the one that was made with this creation token."""
    found = client.describe_file_systems(CreationToken=token)["FileSystems"]
    return next((item for item in found if item["LifeCycleState"] not in ("deleting", "deleted")), None)


def create(client: Any, token: str, throughput: str, tags: Mapping[str, str]) -> str:
    """CreateFileSystem, encrypted, and wait until it is available; return the id."""
    made = client.create_file_system(
        CreationToken=token,
        Encrypted=True,
        PerformanceMode="generalPurpose",
        ThroughputMode=throughput,
        Backup=False,
        Tags=tag_list(tags),
    )["FileSystemId"]
    wait_available(client, token)
    return str(made)


def wait_available(client: Any, token: str) -> None:
    """Wait until a file system is available."""
    _until(lambda: (find(client, token) or {}).get("LifeCycleState") == "available", f"file system {token}")


def update_throughput(client: Any, file_system_id: str, throughput: str) -> None:
    """UpdateFileSystem. EFS allows one change a day."""
    client.update_file_system(FileSystemId=file_system_id, ThroughputMode=throughput)


def read_lifecycle(client: Any, file_system_id: str) -> list[dict[str, str]]:
    """DescribeLifecycleConfiguration."""
    rules: list[dict[str, str]] = client.describe_lifecycle_configuration(FileSystemId=file_system_id)[
        "LifecyclePolicies"
    ]
    return rules


def put_lifecycle(client: Any, file_system_id: str, rules: list[dict[str, str]]) -> None:
    """PutLifecycleConfiguration."""
    client.put_lifecycle_configuration(FileSystemId=file_system_id, LifecyclePolicies=rules)


def read_policy(client: Any, file_system_id: str) -> str | None:
    """DescribeFileSystemPolicy; None if there is none."""
    try:
        return str(client.describe_file_system_policy(FileSystemId=file_system_id)["Policy"])
    except client.exceptions.PolicyNotFound:
        return None


def put_policy(client: Any, file_system_id: str, policy: Mapping[str, Any]) -> None:
    """PutFileSystemPolicy."""
    client.put_file_system_policy(FileSystemId=file_system_id, Policy=json.dumps(policy))


def list_access_points(client: Any, file_system_id: str) -> list[Described]:
    """DescribeAccessPoints of a file system, but those on their way out."""
    found = pages(client, "describe_access_points", "AccessPoints", FileSystemId=file_system_id)
    return [item for item in found if item["LifeCycleState"] not in ("deleting", "deleted")]


def create_access_point(
    client: Any, file_system_id: str, user: Mapping[str, int], root: Mapping[str, Any], tags: Mapping[str, str]
) -> str:
    """CreateAccessPoint; return the id."""
    made = client.create_access_point(
        # The same token in every retry: a lost answer does not make a second one.
        ClientToken=str(uuid.uuid4()),
        FileSystemId=file_system_id,
        PosixUser=user,
        RootDirectory=root,
        Tags=tag_list(tags),
    )
    return str(made["AccessPointId"])


def delete_access_point(client: Any, access_point_id: str) -> None:
    """DeleteAccessPoint."""
    client.delete_access_point(AccessPointId=access_point_id)


def list_mount_targets(client: Any, file_system_id: str) -> list[Described]:
    """DescribeMountTargets of a file system, but those on their way out."""
    found = pages(client, "describe_mount_targets", "MountTargets", FileSystemId=file_system_id)
    return [item for item in found if item["LifeCycleState"] not in ("deleting", "deleted")]


def groups_of(ec2: Any, targets: Sequence[Described]) -> dict[str, list[str]]:
    """DescribeNetworkInterfaces: the security groups of mount targets by their subnets, in one call."""
    interfaces = [item["NetworkInterfaceId"] for item in targets]
    found = ec2.describe_network_interfaces(NetworkInterfaceIds=interfaces)["NetworkInterfaces"] if interfaces else []
    groups = {item["NetworkInterfaceId"]: sorted(group["GroupId"] for group in item["Groups"]) for item in found}
    return {item["SubnetId"]: groups.get(item["NetworkInterfaceId"], []) for item in targets}


def create_mount_target(client: Any, file_system_id: str, subnet_id: str, groups: Sequence[str]) -> None:
    """CreateMountTarget. It takes about a minute and a half until it can be mounted, which nobody waits for here."""
    client.create_mount_target(FileSystemId=file_system_id, SubnetId=subnet_id, SecurityGroups=list(groups))


def set_groups(client: Any, mount_target_id: str, groups: Sequence[str]) -> None:
    """ModifyMountTargetSecurityGroups."""
    client.modify_mount_target_security_groups(MountTargetId=mount_target_id, SecurityGroups=list(groups))


def delete_mount_target(client: Any, file_system_id: str, mount_target_id: str) -> None:
    """DeleteMountTarget, and wait until it is gone."""
    client.delete_mount_target(MountTargetId=mount_target_id)
    _until(
        lambda: mount_target_id not in _mount_targets(client, file_system_id), f"end of mount target {mount_target_id}"
    )


def _mount_targets(client: Any, file_system_id: str) -> list[str]:
    listed = client.describe_mount_targets(FileSystemId=file_system_id)["MountTargets"]
    return [item["MountTargetId"] for item in listed]


def delete(client: Any, file_system_id: str) -> None:
    """DeleteFileSystem, with all that is on it. EFS refuses while it has mount targets, if only on their way out."""
    _until(
        lambda: not _mount_targets(client, file_system_id), f"end of the mount targets of file system {file_system_id}"
    )
    client.delete_file_system(FileSystemId=file_system_id)


def tags(described: Mapping[str, Any]) -> dict[str, str]:
    """The tags of a described resource, but those that AWS sets itself."""
    return tag_dict(described.get("Tags") or [])


def tag(client: Any, resource_id: str, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """TagResource and UntagResource, each only if needed."""
    tag_resource(client, current, wanted, ResourceId=resource_id)
