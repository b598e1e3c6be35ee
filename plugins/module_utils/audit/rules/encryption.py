# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules about disks and file systems."""

from __future__ import annotations

from collections.abc import Iterator

from .common import Found, State, Wanted, finding


def file_system(state: State, _wanted: Wanted) -> Iterator[Found]:
    """The certificates lie unencrypted."""
    found = state["file_system"]
    if found and not found["encrypted"]:
        yield finding(
            "high",
            "encryption/file-system",
            found["id"],
            "The file system of the certificates is not encrypted",
            "the private keys of the certificates are on it",
            "An EFS cannot be encrypted later: destroy it and run site.yml --tags networking, which makes a new one.",
        )


def instances(state: State, _wanted: Wanted) -> Iterator[Found]:
    """Recorder instances have unencrypted disks, or give credentials without a session token (IMDSv1)."""
    found = state["launch_template"]
    if not found:
        return
    redo = "site.yml --tags ecs_service puts the launch template back; end the instances that have the old one."
    if not found["encrypted"]:
        evidence = "a disk of the launch template is not encrypted; recordings wait on it"
        yield finding(
            "medium", "encryption/disk", found["name"], "Disks of recorders are not encrypted", evidence, redo
        )
    if not found["session_tokens"]:
        evidence = "the launch template does not require session tokens of the instance metadata"
        title = "A recorder's credentials are easier to steal"
        yield finding("medium", "encryption/metadata", found["name"], title, evidence, redo)
