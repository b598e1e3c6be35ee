# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read-only calls that find one environment's resources by their names."""

from __future__ import annotations

from typing import Any

from .. import names
from .._aws.pages import Found, pages


def vpcs(ec2: Any, name: str) -> list[Found]:
    """DescribeVpcs: those whose Name tag is exactly this."""
    return pages(ec2, "describe_vpcs", "Vpcs", Filters=[{"Name": "tag:Name", "Values": [name]}])


def subnets(ec2: Any, vpc_id: str, name: str) -> list[str]:
    """DescribeSubnets of a VPC that are named ``<name>-<zone>``: ids, ordered by zone."""
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "tag:Name", "Values": [names.subnet(name, "*")]}]
    found = pages(ec2, "describe_subnets", "Subnets", Filters=filters)
    ordered = sorted(found, key=lambda subnet: (subnet["AvailabilityZone"], subnet["CidrBlock"]))
    return [subnet["SubnetId"] for subnet in ordered]


def security_groups(ec2: Any, vpc_id: str, names: list[str]) -> dict[str, str]:
    """DescribeSecurityGroups of a VPC by their names: name -> id."""
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": names}]
    found = pages(ec2, "describe_security_groups", "SecurityGroups", Filters=filters)
    return {group["GroupName"]: group["GroupId"] for group in found}


def scalable_targets(autoscaling: Any, resource_ids: list[str]) -> dict[str, Found]:
    """DescribeScalableTargets of ECS services: resource id -> target."""
    found = pages(
        autoscaling,
        "describe_scalable_targets",
        "ScalableTargets",
        ServiceNamespace="ecs",
        ResourceIds=resource_ids,
        ScalableDimension="ecs:service:DesiredCount",
    )
    return {target["ResourceId"]: target for target in found}


def dashboards(cloudwatch: Any, prefix: str) -> list[str]:
    """ListDashboards: names that begin with the prefix."""
    found = pages(cloudwatch, "list_dashboards", "DashboardEntries", DashboardNamePrefix=prefix)
    return [item["DashboardName"] for item in found]


def bucket_key(s3: Any, bucket: str) -> str:
    """GetBucketEncryption: the KMS key that a bucket names, empty for the key of AWS or no bucket."""
    try:
        rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchBucket", "ServerSideEncryptionConfigurationNotFoundError"):
            return ""
        raise
    keys = [rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID", "") for rule in rules]
    return str(keys[0]) if keys else ""
