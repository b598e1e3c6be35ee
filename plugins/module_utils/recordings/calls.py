# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Calls that erase a recording for good."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from .._aws import s3_objects
from .._aws.pages import Found
from . import erasure


def protected(
    client: Any, bucket: str, versions: Sequence[Found], bypass_governance: bool = False
) -> list[tuple[Found, str]]:
    """Those of the versions (items of ``erasure``) that a lock protects, and by what. One call a version, where the
    bucket has locks at all."""
    if not versions or not s3_objects.has_lock(client, bucket):
        return []
    now = dt.datetime.now(dt.UTC)
    locks = [(item, s3_objects.lock(client, bucket, item["key"], item["id"])) for item in versions]
    found = [(item, erasure.protection(held, bypass_governance, now)) for item, held in locks]
    return [(item, why) for item, why in found if why]


def erase(client: Any, bucket: str, items: Sequence[Found], bypass_governance: bool = False) -> list[str]:
    """Delete items of ``erasure`` for good. Returns what S3 refused, one line each."""
    for item in items:
        if item["kind"] == "upload":
            s3_objects.abort(client, bucket, item["key"], item["id"])
    # Delete markers last: without its marker, a version that is still there would be current again.
    objects = [
        (item["key"], item["id"]) for kind in ("version", "delete_marker") for item in items if item["kind"] == kind
    ]
    return s3_objects.delete(client, bucket, objects, bypass_governance)
