# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CloudFront calls: distributions, and the policies that they use. Changes name the version (ETag) that they are of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .tags import set_tags, tag_dict, tag_list

Described = dict[str, Any]

# Name of a kind of policy in the API -> the part of its operations' names that tells it apart.
OPERATIONS = {
    "OriginAccessControl": "origin_access_control",
    "ResponseHeadersPolicy": "response_headers_policy",
    "CachePolicy": "cache_policy",
}


def _pages(operation: Callable[..., Any], key: str, **request: str) -> list[Described]:
    """All items of a listing. botocore has no paginators for some of them."""
    found: list[Described] = []
    marker: dict[str, str] = {}
    while True:
        page = operation(**request, **marker)[key]
        found += page.get("Items") or []
        if not page.get("NextMarker"):
            return found
        marker = {"Marker": page["NextMarker"]}


# --- Distributions


def list_distributions(client: Any) -> list[Described]:
    """ListDistributions: summaries of all of the account."""
    return _pages(client.list_distributions, "DistributionList")


def read_config(client: Any, distribution_id: str) -> tuple[Described, str]:
    """GetDistributionConfig: the whole configuration and its ETag."""
    answer = client.get_distribution_config(Id=distribution_id)
    return answer["DistributionConfig"], answer["ETag"]


def read_tags(client: Any, arn: str) -> dict[str, str]:
    """ListTagsForResource, without the tags that AWS sets itself."""
    return tag_dict(client.list_tags_for_resource(Resource=arn)["Tags"].get("Items") or [])


def create(client: Any, config: Mapping[str, Any], tags: Mapping[str, str]) -> Described:
    """CreateDistributionWithTags; return the distribution."""
    answer: Described = client.create_distribution_with_tags(
        DistributionConfigWithTags={"DistributionConfig": config, "Tags": {"Items": tag_list(tags)}}
    )
    return dict(answer["Distribution"])


def update(client: Any, distribution_id: str, config: Mapping[str, Any], etag: str) -> str:
    """UpdateDistribution with all of it; return the new ETag. Refused if somebody changed it meanwhile."""
    return str(client.update_distribution(Id=distribution_id, DistributionConfig=config, IfMatch=etag)["ETag"])


def wait_deployed(client: Any, distribution_id: str, seconds: int) -> None:
    """Poll GetDistribution until all edges have the configuration."""
    delay = 10
    waiter = client.get_waiter("distribution_deployed")
    waiter.wait(Id=distribution_id, WaiterConfig={"Delay": delay, "MaxAttempts": max(1, seconds // delay)})


def delete(client: Any, distribution_id: str, etag: str) -> None:
    """DeleteDistribution. CloudFront refuses while it is enabled or being deployed."""
    client.delete_distribution(Id=distribution_id, IfMatch=etag)


def tag(client: Any, arn: str, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """TagResource and UntagResource, each only if needed."""
    set_tags(
        current,
        wanted,
        lambda missing: client.tag_resource(Resource=arn, Tags={"Items": tag_list(missing)}),
        lambda strays: client.untag_resource(Resource=arn, TagKeys={"Items": strays}),
    )


# --- Policies


def list_policies(client: Any, kind: str) -> dict[str, tuple[str, Described]]:
    """ListOriginAccessControls, ListResponseHeadersPolicies or ListCachePolicies, those of the customer:
    name -> (id, configuration)."""
    if kind == "OriginAccessControl":
        listed = _pages(client.list_origin_access_controls, "OriginAccessControlList")
        return {item["Name"]: (item["Id"], item) for item in listed}
    operation = getattr(client, f"list_{OPERATIONS[kind].removesuffix('y')}ies")
    found = [item[kind] for item in _pages(operation, f"{kind}List", Type="custom")]
    return {item[f"{kind}Config"]["Name"]: (item["Id"], item[f"{kind}Config"]) for item in found}


def create_policy(client: Any, kind: str, config: Mapping[str, Any]) -> str:
    """Create a policy; return its id."""
    return str(getattr(client, f"create_{OPERATIONS[kind]}")(**{f"{kind}Config": config})[kind]["Id"])


def update_policy(client: Any, kind: str, policy_id: str, overlay: Callable[[Described], Described]) -> None:
    """Read a policy and replace it by what ``overlay`` makes of its configuration."""
    answer = getattr(client, f"get_{OPERATIONS[kind]}_config")(Id=policy_id)
    config = overlay(answer[f"{kind}Config"])
    getattr(client, f"update_{OPERATIONS[kind]}")(Id=policy_id, IfMatch=answer["ETag"], **{f"{kind}Config": config})


def delete_policy(client: Any, kind: str, policy_id: str) -> None:
    """Delete a policy. CloudFront refuses while a distribution uses it."""
    etag = getattr(client, f"get_{OPERATIONS[kind]}_config")(Id=policy_id)["ETag"]
    getattr(client, f"delete_{OPERATIONS[kind]}")(Id=policy_id, IfMatch=etag)
