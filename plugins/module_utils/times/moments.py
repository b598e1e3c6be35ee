# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Spans and moments, as people write them and as ISO 8601."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo

from ..errors import InvalidInput

_SPAN = re.compile(r"(\d{1,6})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def seconds(option: str, text: str) -> int:
    """Read a span of time such as ``15m``, ``12h`` or ``7d``; raise InvalidInput otherwise."""
    found = _SPAN.fullmatch(text)
    if not found:
        raise InvalidInput(f"{option} {text}: is not a span of time; write 15m, 12h or 7d")
    return int(found[1]) * _SECONDS[found[2]]


def timezone(name: str) -> dt.tzinfo:
    """Find a time zone by its IANA name."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput(f"timezone {name!r}: is not an IANA time zone; write a name such as Europe/Berlin") from None


def moment(option: str, text: str, now: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """Read a point in time: a date or time of ISO 8601, in ``zone`` unless it names one, or how long ago it was."""
    if _SPAN.fullmatch(text):
        return now - dt.timedelta(seconds=seconds(option, text))
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(
            f"{option} {text}: is no time; write 2026-11-22, 2026-11-22T10:00, or 7d for seven days ago"
        ) from None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(dt.UTC)


def iso(time: dt.datetime | int) -> str:
    """Write a point in time, given as such or in seconds since 1970: UTC, to the second."""
    time = dt.datetime.fromtimestamp(time, dt.UTC) if isinstance(time, int) else time
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
