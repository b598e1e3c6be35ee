# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tags of many resources at once. What was tagged some seconds ago may be told as it was before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .pages import pages
from .tags import tag_dict


def get_resources(client: Any, kind: str, tags: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """GetResources: tags by ARN of every resource of a kind such as ``cloudwatch:alarm`` that has all these tags."""
    filters = [{"Key": key, "Values": [value]} for key, value in tags.items()]
    found = pages(client, "get_resources", "ResourceTagMappingList", ResourceTypeFilters=[kind], TagFilters=filters)
    return {item["ResourceARN"]: tag_dict(item.get("Tags", [])) for item in found}
