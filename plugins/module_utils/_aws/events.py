# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""EventBridge calls: rules of the default event bus and their targets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ..errors import InvalidInput
from .pages import Found, pages
from .tags import tag_dict, tag_list, tag_resource


def list_rules(client: Any, prefix: str) -> list[Found]:
    """ListRules: those whose name begins with the prefix, all for an empty one."""
    return pages(client, "list_rules", "Rules", **({"NamePrefix": prefix} if prefix else {}))


def list_targets(client: Any, rule: str) -> list[Found]:
    """ListTargetsByRule."""
    return pages(client, "list_targets_by_rule", "Targets", Rule=rule)


def list_tags(client: Any, arn: str) -> dict[str, str]:
    """ListTagsForResource of a rule."""
    return tag_dict(client.list_tags_for_resource(ResourceARN=arn)["Tags"])


def put_rule(client: Any, name: str, settings: Mapping[str, str], tags: Mapping[str, str]) -> str:
    """PutRule: make or replace a rule, which keeps its targets; return its ARN. Tags count only when it is made."""
    tagged = {"Tags": tag_list(tags)} if tags else {}
    return str(client.put_rule(Name=name, **settings, **tagged)["RuleArn"])


def put_targets(client: Any, rule: str, targets: list[Found]) -> None:
    """PutTargets: make or replace some targets of a rule."""
    _complete(rule, client.put_targets(Rule=rule, Targets=targets))


def remove_targets(client: Any, rule: str, identifiers: Collection[str]) -> None:
    """RemoveTargets."""
    _complete(rule, client.remove_targets(Rule=rule, Ids=sorted(identifiers)))


def delete_rule(client: Any, name: str) -> None:
    """DeleteRule, which must have no targets."""
    client.delete_rule(Name=name)


def tag(client: Any, arn: str, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """TagResource and UntagResource, each only if needed."""
    tag_resource(client, current, wanted, ResourceARN=arn)


def _complete(rule: str, response: Found) -> None:
    """Raise InvalidInput if EventBridge refused a part: such an answer is no error to botocore."""
    for failed in response.get("FailedEntries") or ():
        raise InvalidInput(
            f"rules {rule}: EventBridge refused target {failed.get('TargetId')}: {failed.get('ErrorMessage')}; "
            "correct it"
        )
