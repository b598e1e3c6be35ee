# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""IAM calls: roles, their policies and their instance profiles.

A role is described in the shape of GetAccountAuthorizationDetails (``RoleDetailList``).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from .pages import pages
from .tags import set_tags, tag_list


def role_details(client: Any, names: Collection[str]) -> dict[str, dict[str, Any]]:
    """The roles of these names that exist, by name.

    One call for all of them, up to a thousand roles in the account. Where that call is not allowed, because it reads
    the whole account, four calls or more a role.
    """
    try:
        found = pages(
            client,
            "get_account_authorization_details",
            "RoleDetailList",
            Filter=["Role"],
            PaginationConfig={"PageSize": 1000},
        )
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] not in ("AccessDenied", "AccessDeniedException"):
            raise
        found = [_role_detail(client, name) for name in names]
    return {detail["RoleName"]: detail for detail in found if detail and detail["RoleName"] in names}


def _role_detail(client: Any, name: str) -> dict[str, Any] | None:
    """One role, from calls about it alone, or None."""
    try:
        role = client.get_role(RoleName=name)["Role"]
    except client.exceptions.NoSuchEntityException:
        return None
    inline = pages(client, "list_role_policies", "PolicyNames", RoleName=name)
    documents = [client.get_role_policy(RoleName=name, PolicyName=policy) for policy in inline]
    return {
        **role,
        "RolePolicyList": documents,
        "AttachedManagedPolicies": pages(client, "list_attached_role_policies", "AttachedPolicies", RoleName=name),
        "InstanceProfileList": pages(client, "list_instance_profiles_for_role", "InstanceProfiles", RoleName=name),
    }


def create_role(
    client: Any, name: str, path: str, description: str, trust: Mapping[str, Any], tags: Mapping[str, str]
) -> str:
    """Make a role that may do nothing yet; return its ARN."""
    created = client.create_role(
        RoleName=name,
        Path=path,
        Description=description,
        AssumeRolePolicyDocument=json.dumps(trust),
        Tags=tag_list(tags),
    )
    return str(created["Role"]["Arn"])


def set_trust(client: Any, name: str, trust: Mapping[str, Any]) -> None:
    """Replace the trust policy."""
    client.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))


def put_policy(client: Any, name: str, policy: str, document: Mapping[str, Any]) -> None:
    """Make or replace an inline policy."""
    client.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))


def delete_policy(client: Any, name: str, policy: str) -> None:
    """Delete an inline policy."""
    client.delete_role_policy(RoleName=name, PolicyName=policy)


def set_managed_policies(client: Any, name: str, before: Collection[str], after: Collection[str]) -> None:
    """Attach what is missing and detach what is too much."""
    for arn in sorted(set(after) - set(before)):
        client.attach_role_policy(RoleName=name, PolicyArn=arn)
    for arn in sorted(set(before) - set(after)):
        client.detach_role_policy(RoleName=name, PolicyArn=arn)


def tag_role(client: Any, name: str, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """TagRole and UntagRole, each only if needed."""
    set_tags(
        current,
        wanted,
        lambda missing: client.tag_role(RoleName=name, Tags=tag_list(missing)),
        lambda strays: client.untag_role(RoleName=name, TagKeys=strays),
    )


def create_instance_profile(client: Any, name: str, path: str, tags: Mapping[str, str]) -> None:
    """Put the role into an instance profile of its own name, which may be there already, empty."""
    with contextlib.suppress(client.exceptions.EntityAlreadyExistsException):
        client.create_instance_profile(InstanceProfileName=name, Path=path, Tags=tag_list(tags))
    client.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)


def delete_instance_profile(client: Any, name: str, holds_role: bool) -> None:
    """Delete the instance profile of the role's own name, if there is one, after taking the role out of it."""
    if holds_role:
        client.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
    with contextlib.suppress(client.exceptions.NoSuchEntityException):
        client.delete_instance_profile(InstanceProfileName=name)


def profile_exists(client: Any, name: str) -> bool:
    """Whether there is an instance profile of this name, with or without a role."""
    try:
        client.get_instance_profile(InstanceProfileName=name)
    except client.exceptions.NoSuchEntityException:
        return False
    return True


def delete_role(client: Any, name: str) -> None:
    """Delete a role that has no policy and is in no instance profile."""
    client.delete_role(RoleName=name)
