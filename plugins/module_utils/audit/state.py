# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""From what AWS answers to the plain state that the rules of an audit read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..networking import security_groups

# What this collection makes: of EC2 these kinds, of these services anything.
EC2_KINDS = {
    *("vpc", "subnet", "internet-gateway", "route-table", "security-group", "vpc-endpoint", "network-interface"),
    *("launch-template", "instance", "volume"),
}
SERVICES = {
    *("acm", "application-autoscaling", "autoscaling", "budgets", "cloudfront", "cloudwatch", "dynamodb", "ecs"),
    *("elasticfilesystem", "events", "iam", "lambda", "logs", "route53", "s3", "scheduler", "secretsmanager"),
    *("servicediscovery", "sns"),
}


def group_rules(described: Iterable[Mapping[str, Any]], prefix_lists: Mapping[str, str]) -> dict[str, Any]:
    """Security groups of a VPC by name, each with its rules in both directions, of DescribeSecurityGroups."""
    listed = list(described)
    names = {group["GroupId"]: group["GroupName"] for group in listed} | dict(prefix_lists)
    return {
        group["GroupName"]: {
            direction: security_groups.descriptions(group.get(key, ()), names)
            for direction, key in security_groups.PERMISSIONS.items()
        }
        for group in listed
    }


def distribution_state(summary: Mapping[str, Any]) -> dict[str, Any]:
    """A distribution of ListDistributions."""
    behaviors = [("*", summary["DefaultCacheBehavior"])]
    behaviors += [(item["PathPattern"], item) for item in summary.get("CacheBehaviors", {}).get("Items") or ()]
    customs = [
        (origin["Id"], origin["CustomOriginConfig"])
        for origin in summary["Origins"]["Items"]
        if origin.get("CustomOriginConfig")
    ]
    certificate = summary.get("ViewerCertificate") or {}
    default = certificate.get("CloudFrontDefaultCertificate")
    return {
        "id": summary["Id"],
        "minimum_tls": "" if default else certificate.get("MinimumProtocolVersion", ""),
        "viewers": [(path, behavior["ViewerProtocolPolicy"]) for path, behavior in behaviors],
        "origins": [
            {
                "id": name,
                "protocol": custom["OriginProtocolPolicy"],
                "tls": list(custom.get("OriginSslProtocols", {}).get("Items") or ()),
            }
            for name, custom in customs
        ],
    }


def container_state(task: str, container: Mapping[str, Any]) -> dict[str, Any]:
    """A container of a task definition. Of its environment, the names that have a value."""
    return {
        "task": task,
        "container": container["name"],
        "image": container["image"],
        "environment": [item["name"] for item in container.get("environment") or () if item.get("value")],
        "privileged": bool(container.get("privileged")),
    }


def template_state(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A launch template."""
    disks = [item["Ebs"] for item in data.get("BlockDeviceMappings") or () if "Ebs" in item]
    return {
        "name": name,
        "encrypted": bool(disks) and all(disk.get("Encrypted") for disk in disks),
        "session_tokens": (data.get("MetadataOptions") or {}).get("HttpTokens") == "required",
    }


def strangers(name: str, tagged: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Of what has a Name tag, that with our name which is of a kind that this collection never makes."""
    found = []
    for item in tagged:
        parts = item["arn"].split(":", 5)
        kind = re.split(r"[:/]", parts[5])[0] if parts[2] == "ec2" else ""
        ours = kind in EC2_KINDS if kind else parts[2] in SERVICES
        if item["tags"]["Name"] == name and not ours:
            found.append({"arn": item["arn"], "name": name, "kind": f"{parts[2]} {kind}".strip()})
    return found
