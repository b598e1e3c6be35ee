# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All pages of a listing."""

from __future__ import annotations

from typing import Any

Found = dict[str, Any]


def pages(client: Any, operation: str, key: str, **request: Any) -> list[Any]:
    """All items under a key of a paginated operation: descriptions, or names and ARNs."""
    return [item for page in client.get_paginator(operation).paginate(**request) for item in page.get(key, [])]
