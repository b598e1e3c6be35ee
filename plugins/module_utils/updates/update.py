# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an update of the images changes: the variables that pin them, and the same told to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Found = Mapping[str, Any]

NOTES = "https://github.com/jitsi/docker-jitsi-meet/releases/tag/"


def plan(found: Mapping[str, Found], now: Found, verified: Found, environment: str) -> dict[str, Any]:
    """Plan the update of an environment.

    ``found`` are the releases ``jitsi``, ``caddy`` and ``coturn`` as the module image_releases_info returns them,
    ``now`` the variables that pin images, ``verified`` what staging has left when it last verified releases.
    """
    variables = {
        "jitsi_image_version": found["jitsi"]["target"],
        "jitsi_image_digests": dict(found["jitsi"]["digests"]),
        "jitsi_caddy_image": found["caddy"]["references"]["caddy"],
        "jitsi_coturn_image": found["coturn"]["references"]["coturn"],
    }
    # Tags and digests are the same in every registry that may hold these images.
    releases = {name: {"tag": item["target"], "digests": dict(item["digests"])} for name, item in found.items()}
    changed = any(now.get(name) != value for name, value in variables.items())
    told = verified.get("releases") == releases
    return {
        "variables": variables,
        "releases": releases,
        "changed": changed,
        "needed": changed or (environment == "staging" and not told),
        "lines": _lines(found, variables, now, told),
    }


def _lines(found: Mapping[str, Found], variables: Found, now: Found, told: bool) -> list[str]:
    lines = [_line(name, item) for name, item in found.items()]
    pinned = sum(len(item["digests"]) for item in found.values())
    lines += [f"  {pinned} digests are pinned"] if pinned else []
    same = all(not item["newer"] for item in found.values())
    if same and any(now.get(name) != value for name, value in variables.items()):
        lines.append("  The tags stay, and what is pinned beside them changes")
    for name, item in found.items():
        lines += _notes(name, item)
    if found["jitsi"]["newer"]:
        lines.append(f"  Read what changes: {NOTES}{found['jitsi']['target']}")
    return [*lines, "  Staging has verified these" if told else "  Staging has not verified these"]


def _line(name: str, item: Found) -> str:
    return f"  {name:<7} {item['current']}" + (f" -> {item['target']}" if item["newer"] else " stays")


def _notes(name: str, item: Found) -> list[str]:
    lines = []
    if item["newest"] != item["target"]:
        lines.append(f"  {name} {item['newest']} is newer, and was not chosen")
    if item["incomplete"]:
        lines.append(f"  {name} {item['incomplete']} is not there for all images yet")
    if item["next_major"]:
        lines.append(f"  {name} {item['next_major']} is another major version: -e update_images_major=true")
    return lines
