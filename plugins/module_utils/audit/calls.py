# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Read-only calls of an audit that no other module makes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code

from .._aws.pages import Found, pages
from .._aws.tags import tag_dict


def public_interfaces(ec2: Any, vpc_id: str) -> list[Found]:
    """DescribeNetworkInterfaces: those of a VPC that have a public address."""
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
    found = pages(ec2, "describe_network_interfaces", "NetworkInterfaces", Filters=filters)
    return [item for item in found if item.get("Association", {}).get("PublicIp")]


def prefix_list_names(ec2: Any) -> dict[str, str]:
    """DescribeManagedPrefixLists: id -> name of those of AWS."""
    filters = [{"Name": "owner-id", "Values": ["AWS"]}]
    found = pages(ec2, "describe_managed_prefix_lists", "PrefixLists", Filters=filters)
    return {item["PrefixListId"]: item["PrefixListName"] for item in found}


def roles(iam: Any, prefix: str) -> list[Found]:
    """GetAccountAuthorizationDetails: the roles whose name begins so, with all that they may do."""
    everything = pages(
        iam, "get_account_authorization_details", "RoleDetailList", Filter=["Role"], PaginationConfig={"PageSize": 1000}
    )
    return [role for role in everything if role["RoleName"].startswith(prefix)]


def function_names(lambda_: Any, prefix: str) -> list[str]:
    """ListFunctions: names that begin so."""
    found = pages(lambda_, "list_functions", "Functions")
    return [item["FunctionName"] for item in found if item["FunctionName"].startswith(prefix)]


def log_groups(logs: Any, prefixes: Collection[str]) -> list[Found]:
    """DescribeLogGroups whose names begin so."""
    return [
        item
        for prefix in prefixes
        for item in pages(logs, "describe_log_groups", "logGroups", logGroupNamePrefix=prefix)
    ]


def secret_policy(secretsmanager: Any, name: str) -> str:
    """GetResourcePolicy: the secret's own policy as JSON text, empty if it has none."""
    return str(secretsmanager.get_resource_policy(SecretId=name).get("ResourcePolicy") or "")


def tagged(tagging: Any, key: str) -> list[Found]:
    """GetResources: everything of the region that has this tag, each with ``arn`` and ``tags``."""
    found = pages(tagging, "get_resources", "ResourceTagMappingList", TagFilters=[{"Key": key}], ResourcesPerPage=100)
    return [{"arn": item["ResourceARN"], "tags": tag_dict(item.get("Tags"))} for item in found]


def bucket_exists(s3: Any, name: str) -> bool:
    """HeadBucket."""
    try:
        s3.head_bucket(Bucket=name)
    except is_boto3_error_code("404"):
        return False
    return True
