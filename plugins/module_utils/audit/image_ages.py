# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How old the images are: a registry does not tell, so the releases are listed here, by the tags of their sources."""

from __future__ import annotations

import datetime as dt

# Last part of an image's name -> tag -> day of its release. Every image of Jitsi has the tag of the release.
JITSI = ("web", "prosody", "jicofo", "jvb", "jibri", "jigasi")
JITSI_RELEASES = {
    "stable-10978": "2026-05-20",
    "stable-11031": "2026-06-08",
    "stable-11146": "2026-08-03",
    "stable-11146-1": "2026-08-05",
    "stable-11146-2": "2026-08-17",
}
RELEASES = {
    **dict.fromkeys(JITSI, JITSI_RELEASES),
    "caddy": {
        "2.10.2": "2025-08-22",
        "2.11.0": "2026-02-20",
        "2.11.1": "2026-02-20",
        "2.11.2": "2026-03-05",
        "2.11.3": "2026-05-11",
        "2.11.4": "2026-06-02",
        "2.11.7": "2026-10-03",
    },
    "coturn": {
        "4.12.0-r0": "2026-05-25",
        "4.13.1-r0": "2026-06-15",
        "4.14.0-r0": "2026-06-22",
        "4.15.0-r0": "2026-07-22",
        "4.16.0-r0": "2026-07-30",
        "4.17.0-r0": "2026-08-05",
    },
}


def parts(image: str) -> tuple[str, str]:
    """The last part of an image's name and its tag: ``("caddy", "2.10.2-alpine")``. No tag is an empty one."""
    name, _colon, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    return name, tag


def age_days(image: str, today: dt.date) -> int | None:
    """Days since the release of an image, or None if it is not in the table."""
    name, tag = parts(image)
    released = RELEASES.get(name, {})
    day = released.get(tag) or released.get(tag.removesuffix("-alpine"))
    return None if day is None else (today - dt.date.fromisoformat(day)).days
