# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Amazon EC2 Auto Scaling groups and their launch templates."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code, is_boto3_error_message

from .tags import tag_list

try:
    from botocore.exceptions import WaiterError
except ImportError:  # AnsibleAWSModule reports the missing library
    pass

PROFILE_ATTEMPTS = 12
PROFILE_SECONDS = 5
DELETION_ATTEMPTS = 60
DELETION_SECONDS = 10


def get_launch_template(ec2: Any, name: str) -> dict[str, Any] | None:
    """LaunchTemplateData of the newest version, or None when there is no such template."""
    try:
        versions = ec2.describe_launch_template_versions(LaunchTemplateName=name, Versions=["$Latest"])
    except is_boto3_error_code("InvalidLaunchTemplateName.NotFoundException"):
        return None
    data: dict[str, Any] = versions["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    return data


def create_launch_template(ec2: Any, name: str, data: Mapping[str, Any], tags: Mapping[str, str]) -> None:
    """Make a template with its first version."""
    specification = [{"ResourceType": "launch-template", "Tags": tag_list(tags)}] if tags else []
    ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data, TagSpecifications=specification)


def create_launch_template_version(ec2: Any, name: str, data: Mapping[str, Any]) -> None:
    """Add a version, which becomes ``$Latest``."""
    ec2.create_launch_template_version(LaunchTemplateName=name, LaunchTemplateData=data)


def delete_launch_template(ec2: Any, name: str) -> None:
    """Delete a template with all its versions."""
    ec2.delete_launch_template(LaunchTemplateName=name)


def get_group(autoscaling: Any, name: str) -> dict[str, Any] | None:
    """Description of a group, or None when there is none or it is on its way out."""
    groups = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    alive = [group for group in groups if not group.get("Status")]
    return alive[0] if alive else None


def group_exists(autoscaling: Any, name: str) -> bool:
    """Whether there is a group, even one on its way out."""
    return bool(autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"])


def create_group(autoscaling: Any, name: str, fields: Mapping[str, Any]) -> None:
    """Make a group, empty at first.

    A new instance profile takes some seconds to be known everywhere; until then AWS calls the template invalid, so
    this one error is retried for a minute.
    """
    request = {
        "AutoScalingGroupName": name,
        "DesiredCapacity": 0,
        "Tags": _group_tags(name, fields["Tags"]),
        **_group_request(fields),
    }
    for _attempt in range(PROFILE_ATTEMPTS):
        try:
            autoscaling.create_auto_scaling_group(**request)
            return
        except is_boto3_error_message("valid fully-formed launch template"):
            time.sleep(PROFILE_SECONDS)
    autoscaling.create_auto_scaling_group(**request)


def update_group(autoscaling: Any, name: str, fields: Mapping[str, Any]) -> None:
    """Put back the managed fields and tags; the desired capacity is left alone."""
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=name, **_group_request(fields))
    autoscaling.create_or_update_tags(Tags=_group_tags(name, fields["Tags"]))


def delete_group(autoscaling: Any, name: str) -> None:
    """Delete a group and end its instances."""
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)


def wait_until_deleted(autoscaling: Any, name: str) -> None:
    """Wait until the instances of a deleted group have ended, for ten minutes at most."""
    for _attempt in range(DELETION_ATTEMPTS):
        if not group_exists(autoscaling, name):
            return
        time.sleep(DELETION_SECONDS)
    reason = f"its instances have not ended within {DELETION_ATTEMPTS * DELETION_SECONDS} seconds; run again to go on"
    raise WaiterError(name=f"auto scaling group {name}", reason=reason, last_response={})


def _group_request(fields: Mapping[str, Any]) -> dict[str, Any]:
    request = {name: value for name, value in fields.items() if name not in ("Subnets", "Tags")}
    return {**request, "VPCZoneIdentifier": ",".join(fields["Subnets"])}


def _group_tags(name: str, tags: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "ResourceId": name,
            "ResourceType": "auto-scaling-group",
            "Key": key,
            "Value": value,
            "PropagateAtLaunch": True,
        }
        for key, value in sorted(tags.items())
    ]
