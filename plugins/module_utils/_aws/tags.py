# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tags of every service, by amazon.aws's own functions: without those that AWS sets itself, changed only if needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.tagging import (
    ansible_dict_to_boto3_tag_list,
    boto3_tag_list_to_ansible_dict,
    compare_aws_tags,
)

Tags = dict[str, str]


def tag_dict(found: Mapping[str, str] | Iterable[Mapping[str, str]] | None) -> Tags:
    """Tags by key, without those that AWS sets itself (``aws:...``). ``found``: a mapping, or a list of ``Key`` and
    ``Value`` (ECS writes them small), or None."""
    # An answer may leave an empty value out.
    every: Mapping[str, str] = (
        found
        if isinstance(found, Mapping)
        else boto3_tag_list_to_ansible_dict([{"Value": "", **tag} for tag in found or ()])
    )
    return {key: value for key, value in every.items() if not key.startswith("aws:")}


def tag_list(tags: Mapping[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Tags as most services take them, sorted by key. ECS writes ``key`` and ``value`` small."""
    found: list[dict[str, str]] = ansible_dict_to_boto3_tag_list(dict(sorted(tags.items())), key, value)
    return found


def set_tags(
    current: Mapping[str, str],
    wanted: Mapping[str, str],
    put: Callable[[Tags], Any],
    remove: Callable[[list[str]], Any],
) -> None:
    """Call ``put`` with the tags that are missing or differ, and ``remove`` with the keys of strays, if any."""
    missing, strays = compare_aws_tags(dict(current), dict(wanted))
    if missing:
        put(missing)
    if strays:
        remove(sorted(strays))


def tag_resource(client: Any, current: Mapping[str, str], wanted: Mapping[str, str], **resource: str) -> None:
    """TagResource and UntagResource, each only if needed. ``resource``: what names it, as ``ResourceARN=arn``."""
    set_tags(
        current,
        wanted,
        lambda missing: client.tag_resource(**resource, Tags=tag_list(missing)),
        lambda strays: client.untag_resource(**resource, TagKeys=strays),
    )
