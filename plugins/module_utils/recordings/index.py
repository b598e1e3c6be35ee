# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The index of recordings in a backup: a line for each version and delete marker, and what has become of them since.

A line is ``{"key", "version_id", "latest", "delete_marker", "bytes", "modified", "etag", "storage_class", "checksums",
"metadata"}``. A version never changes, so an earlier index spares asking S3 again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from ..times.moments import iso
from .sessions import COLD_CLASSES, split

Line = dict[str, Any]

# What HeadObject tells of a version, by the name of the checksum.
_CHECKSUMS = ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256")


class Fate(StrEnum):
    """What has become of a file that was current at the backup."""

    KEPT = "kept"  # the same version is current
    REPLACED = "replaced"  # another version is current: somebody put it there, and it stays
    DELETED = "deleted"  # a delete marker hides it
    BURIED = "buried"  # a delete marker hides another version, which was made after it
    COLD = "cold"  # as BURIED, and first that version must be restored from an archive class
    LOST = "lost"  # that version is no longer there


def line(version: Mapping[str, Any]) -> Line:
    """The line of what ListObjectVersions reports; a delete marker has no ``Size``."""
    return {
        "key": version["Key"],
        "version_id": version["VersionId"],
        "latest": version["IsLatest"],
        "delete_marker": "Size" not in version,
        "bytes": version.get("Size", 0),
        "modified": iso(version["LastModified"]),
        "etag": str(version.get("ETag", "")).strip('"'),
        "storage_class": version.get("StorageClass", "") if "Size" in version else "",
    }


def about(head: Mapping[str, Any]) -> dict[str, Any]:
    """What else HeadObject tells of a version: checksums and metadata."""
    return {
        "checksums": {name: head[f"Checksum{name}"] for name in _CHECKSUMS if head.get(f"Checksum{name}")},
        "metadata": dict(head.get("Metadata") or {}),
    }


def known(earlier: Iterable[Line]) -> dict[tuple[str, str], dict[str, Any]]:
    """What an earlier index tells of versions: (key, version id) -> checksums and metadata."""
    return {
        (item["key"], item["version_id"]): {"checksums": item["checksums"], "metadata": item["metadata"]}
        for item in earlier
        if "checksums" in item
    }


def render(lines: Iterable[Line]) -> bytes:
    """The index as JSON lines."""
    return "".join(json.dumps(item, sort_keys=True, ensure_ascii=False) + "\n" for item in lines).encode()


def parse(content: bytes) -> list[Line]:
    """Read an index."""
    return [json.loads(text) for text in content.decode().splitlines()]


def totals(lines: Iterable[Line]) -> dict[str, int]:
    """How much an index holds."""
    lines = list(lines)
    current = [item for item in lines if item["latest"] and not item["delete_marker"]]
    return {
        "recordings": len({split(item["key"])[0] for item in current} - {""}),
        "files": len(current),
        "bytes": sum(item["bytes"] for item in current),
        "versions": sum(not item["delete_marker"] for item in lines),
    }


def fates(index: Iterable[Line], versions: Iterable[Mapping[str, Any]]) -> list[tuple[Line, Fate]]:
    """What has become of each file that was current. ``versions`` lists of one key the newest first."""
    now: dict[str, list[Mapping[str, Any]]] = {}
    for item in versions:
        now.setdefault(item["Key"], []).append(item)
    current = [item for item in index if item["latest"] and not item["delete_marker"]]
    return [(item, _fate(item["version_id"], now.get(item["key"], []))) for item in current]


def _fate(wanted: str, versions: Sequence[Mapping[str, Any]]) -> Fate:
    stored = {item["VersionId"]: item.get("StorageClass") for item in versions if "Size" in item}
    if versions and "Size" in versions[0]:
        return Fate.KEPT if versions[0]["VersionId"] == wanted else Fate.REPLACED
    if wanted not in stored:
        return Fate.LOST
    if next(iter(stored)) == wanted:
        return Fate.DELETED
    return Fate.COLD if stored[wanted] in COLD_CLASSES else Fate.BURIED
