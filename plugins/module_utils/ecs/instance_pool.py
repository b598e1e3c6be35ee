# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a pool of ECS container instances looks like: a launch template and an auto scaling group, 0 to N."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from .._aws.tags import tag_dict, tag_list
from ..errors import InvalidInput

# How resources are called in a state.
TEMPLATE, GROUP = "launch template ", "auto scaling group "

# The root volume of the ECS-optimized image; the instance needs it whatever it is for.
ROOT_DEVICE = "/dev/xvda"
# AWS keeps the newest ECS-optimized image's id in this public parameter; EC2 resolves it at launch.
IMAGE = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
# GiB of the image, and the bytes that EC2 takes as user data.
SMALLEST_VOLUME, LONGEST_USER_DATA = 30, 16384


def check(pool: Mapping[str, Any]) -> None:
    """Refuse what EC2 would refuse. ``pool`` are the module's options."""
    if pool["max_size"] < 1:
        raise InvalidInput(f"max_size {pool['max_size']}: a pool holds at least one instance; set it to 1 or more")
    if pool["volume_size"] < SMALLEST_VOLUME:
        raise InvalidInput(
            f"volume_size {pool['volume_size']}: the image does not fit; use {SMALLEST_VOLUME} GiB or more"
        )
    length = len(pool["user_data"].encode())
    if length > LONGEST_USER_DATA:
        raise InvalidInput(f"user_data: has {length} bytes; use at most {LONGEST_USER_DATA}")
    for option in ("subnets", "security_groups"):
        if not pool[option]:
            raise InvalidInput(f"{option}: is empty; list at least one")


def current(
    name: str, template: Mapping[str, Any] | None, description: Mapping[str, Any] | None
) -> dict[str, dict[str, Any]]:
    """The pool as it is, as a state, from LaunchTemplateData and what DescribeAutoScalingGroups reports."""
    return {
        **({TEMPLATE + name: dict(template)} if template is not None else {}),
        **({GROUP + name: described_group(description)} if description is not None else {}),
    }


def wanted(pool: Mapping[str, Any], current_state: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The pool as it shall be, as a state. Tags that others put on the group stay.

    None stands for what is in the launch template and has to go.
    """
    template, found = TEMPLATE + pool["name"], GROUP + pool["name"]
    fields = group(pool)
    return {
        template: {**dict.fromkeys(current_state.get(template, {})), **launch_template(pool)},
        found: {**fields, "Tags": {**current_state.get(found, {}).get("Tags", {}), **fields["Tags"]}},
    }


def launch_template(pool: Mapping[str, Any]) -> dict[str, Any]:
    """LaunchTemplateData for the module options ``pool``.

    Metadata needs a session token (IMDSv2), and the volume is encrypted: recordings wait on it.
    """
    return {
        "ImageId": IMAGE,
        "InstanceType": pool["instance_type"],
        "IamInstanceProfile": {"Name": pool["instance_profile"]},
        "UserData": base64.b64encode(pool["user_data"].encode()).decode(),
        "BlockDeviceMappings": [
            {
                "DeviceName": ROOT_DEVICE,
                "Ebs": {
                    "VolumeSize": pool["volume_size"],
                    "VolumeType": "gp3",
                    "Encrypted": True,
                    "DeleteOnTermination": True,
                },
            }
        ],
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 1},
        "NetworkInterfaces": [
            {"DeviceIndex": 0, "AssociatePublicIpAddress": True, "Groups": sorted(pool["security_groups"])}
        ],
        "TagSpecifications": [
            {"ResourceType": kind, "Tags": tag_list(pool["tags"])} for kind in ("instance", "volume") if pool["tags"]
        ],
    }


def group(pool: Mapping[str, Any]) -> dict[str, Any]:
    """Managed fields of the auto scaling group. Its desired capacity belongs to ECS and is not among them."""
    return {
        "MinSize": 0,
        "MaxSize": pool["max_size"],
        "Subnets": sorted(pool["subnets"]),
        "LaunchTemplate": {"LaunchTemplateName": pool["name"], "Version": "$Latest"},
        # ECS takes the protection away from instances that run no task.
        "NewInstancesProtectedFromScaleIn": True,
        # ECS refuses managed scaling of a group without this tag.
        "Tags": {**pool["tags"], "AmazonECSManaged": ""},
    }


def described_group(description: Mapping[str, Any]) -> dict[str, Any]:
    """The managed fields of a group as DescribeAutoScalingGroups reports it."""
    template = description.get("LaunchTemplate", {})
    return {
        "MinSize": description["MinSize"],
        "MaxSize": description["MaxSize"],
        "Subnets": sorted(subnet for subnet in description.get("VPCZoneIdentifier", "").split(",") if subnet),
        "LaunchTemplate": {
            "LaunchTemplateName": template.get("LaunchTemplateName"),
            "Version": template.get("Version"),
        },
        "NewInstancesProtectedFromScaleIn": description.get("NewInstancesProtectedFromScaleIn", False),
        # AWS leaves an empty value out.
        "Tags": tag_dict([{"Value": "", **tag} for tag in description.get("Tags", [])]),
    }
