# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What moto 5.2 lacks for stock modules alone; the rest is in playbooks/files/moto_gaps/."""

from __future__ import annotations

import json
import uuid
from typing import Any


def patch() -> None:
    """All of them."""
    patch_autoscaling_metrics()
    patch_applicationautoscaling_names()
    patch_efs_tags()
    patch_dynamodb_id()


def patch_autoscaling_metrics() -> None:
    """AWS has DisableMetricsCollection, which amazon.aws.autoscaling_group calls in every run."""
    from moto.autoscaling.responses import AutoScalingResponse
    from moto.core.responses import EmptyResult

    AutoScalingResponse.disable_metrics_collection = lambda response: EmptyResult()


def patch_applicationautoscaling_names() -> None:
    """AWS describes the policies that PolicyNames names; moto describes all, and the first one is taken for each."""
    from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse

    describe = ApplicationAutoScalingResponse.describe_scaling_policies

    def describe_scaling_policies(response: Any) -> Any:
        names = response._get_param("PolicyNames")
        if not names:
            return describe(response)
        response._get_int_param = lambda _: None  # MaxResults, which is about those that match
        policies = json.loads(describe(response))["ScalingPolicies"]
        return json.dumps({"ScalingPolicies": [policy for policy in policies if policy["PolicyName"] in names]})

    ApplicationAutoScalingResponse.describe_scaling_policies = describe_scaling_policies


def patch_efs_tags() -> None:
    """AWS still has DescribeTags and CreateTags, which community.aws.efs calls; moto has only what came after them."""
    from moto.efs import urls
    from moto.efs.responses import EFSResponse

    def describe_tags(response: Any) -> Any:
        tags = response.efs_backend.list_tags_for_resource(response._get_param("FileSystemId"))
        return json.dumps({"Tags": tags}), {"Content-Type": "application/json"}

    def create_tags(response: Any) -> Any:
        tags = {tag["Key"]: tag["Value"] for tag in response._get_param("Tags")}
        response.efs_backend.tag_resource(response._get_param("FileSystemId"), tags)
        return "", {"status": 204}

    EFSResponse.describe_tags, EFSResponse.create_tags = describe_tags, create_tags
    for path in ("/2015-02-01/tags/<file_system_id>", "/2015-02-01/create-tags/<file_system_id>"):
        urls.url_paths[path] = urls.response.dispatch


def patch_dynamodb_id() -> None:
    """AWS describes a table with its id, which community.aws.dynamodb_table returns."""
    from moto.dynamodb.models.table import Table

    describe = Table.describe

    def describe_with_id(table: Any, base_key: str = "TableDescription") -> Any:
        answer = describe(table, base_key)
        answer[base_key]["TableId"] = str(uuid.uuid5(uuid.NAMESPACE_URL, table.table_arn))
        return answer

    Table.describe = describe_with_id
