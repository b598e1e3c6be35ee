# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Backups on disk: one directory a backup, ``<directory>/<platform>/20261123T023000Z``, readable by its owner only.

``manifest.json`` holds the SHA-256 and the size of every other file, and is the last to be written. A backup appears
under its name only when it is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import InvalidInput

Manifest = dict[str, Any]

FORMAT = 1
MANIFEST, INDEX, VAULT = "manifest.json", "recordings.jsonl", "secret.vault"
STAMP = "%Y%m%dT%H%M%SZ"
PARTIAL = ".partial-"
# A run that died leaves what it had written; so old, it is no other run's that is still at work.
STALE_SECONDS = 86400

_STAMPED = re.compile(r"\d{8}T\d{6}Z")
_PLATFORM = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")


def render(value: Any) -> bytes:
    """A value as JSON that two runs write alike; times as ISO 8601."""
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, default=_iso) + "\n").encode()


def _iso(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


class Store:
    """The backups of one platform."""

    def __init__(self, directory: str, platform: str) -> None:
        if not _PLATFORM.fullmatch(platform):
            raise InvalidInput(f"name {platform!r}: is not the name of a platform; use letters, digits and dashes")
        self.home = Path(directory) / platform

    def backups(self) -> list[Path]:
        """The whole backups, the oldest first."""
        found = [path for path in self.home.glob("*") if _STAMPED.fullmatch(path.name) and (path / MANIFEST).is_file()]
        return sorted(found)

    def newest(self) -> Path:
        """The newest backup. Raises InvalidInput when there is none."""
        found = self.backups()
        if not found:
            raise InvalidInput(f"directory {self.home}: holds no backup; make one with runbooks/backup.yml")
        return found[-1]

    def path(self, at: datetime) -> Path:
        """The directory of a backup of that time."""
        return self.home / at.astimezone(UTC).strftime(STAMP)

    def write(self, at: datetime, files: Mapping[str, bytes], about: Mapping[str, Any]) -> Path:
        """Write a backup, read it back, and return its directory."""
        path = self.path(at)
        manifest = {
            **about,
            "format": FORMAT,
            "created": at.astimezone(UTC).isoformat(timespec="seconds"),
            "files": {name: _sum(content) for name, content in sorted(files.items())},
        }
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = Path(tempfile.mkdtemp(dir=self.home, prefix=PARTIAL))
            for name, content in {**files, MANIFEST: render(manifest)}.items():
                _write(partial / name, content)
            _sync(partial)
            # Refused when another run has just made one of the same second.
            partial.rename(path)
            _sync(self.home)
        except OSError as error:
            raise InvalidInput(
                f"directory {self.home}: the backup cannot be written ({error}); correct that"
            ) from error
        verify(path)
        return path

    def surplus(self, keep: int) -> list[Path]:
        """The oldest, of which there are too many once one more is written (0 keeps all)."""
        found = self.backups()
        return found[: max(0, len(found) + 1 - keep)] if keep else []

    def remove(self, surplus: list[Path]) -> None:
        """Remove backups, and what runs that died have left."""
        stale = [item for item in self.home.glob(f"{PARTIAL}*") if time.time() - item.stat().st_mtime > STALE_SECONDS]
        for path in [*surplus, *stale]:
            shutil.rmtree(path)


def verify(path: Path) -> Manifest:
    """Read a backup's manifest and compare every file with it.

    Raises InvalidInput with all that is wrong: a file that is missing, has another content, or is not in the manifest.
    """
    manifest = _manifest(path)
    wanted: dict[str, Any] = manifest["files"]
    there = {item.name for item in path.iterdir()} - {MANIFEST}
    problems = [f"{name} is missing" for name in sorted(set(wanted) - there)]
    problems += [f"{name} is not in the manifest" for name in sorted(there - set(wanted))]
    problems += [
        f"{name} is not what was written"
        for name in sorted(there & set(wanted))
        if _sum_of(path / name) != wanted[name]
    ]
    if problems:
        raise InvalidInput(f"backup {path}: {', '.join(problems)}; take another backup, this one is damaged")
    return manifest


def _manifest(path: Path) -> Manifest:
    try:
        manifest = json.loads((path / MANIFEST).read_bytes())
        whole = manifest["format"] == FORMAT and isinstance(manifest["files"], dict) and manifest["name"]
    except (OSError, ValueError, KeyError, TypeError):
        whole = False
    if not whole:
        raise InvalidInput(f"backup {path}: is not a backup that this release can read; name a directory of a backup")
    return dict(manifest)


def manifest_sum(path: Path) -> str:
    """SHA-256 of the manifest, and so of the whole backup."""
    return str(_sum((path / MANIFEST).read_bytes())["sha256"])


def load(path: Path, name: str) -> Any:
    """The content of a JSON file of a verified backup."""
    return json.loads((path / name).read_bytes())


def _sum_of(path: Path) -> dict[str, Any]:
    try:
        return _sum(path.read_bytes())
    except OSError:
        return {}


def _sum(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
