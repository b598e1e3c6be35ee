# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which part of the log is wanted, and how its lines are told.

Containers write to streams ``<kind>/<container>/<task>``, functions to
``<year>/<month>/<day>/<function>[<version>]<id>``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from .. import names
from ..errors import InvalidInput
from ..monitoring.filter_pattern import Pattern, parse
from ..times.moments import iso

KINDS_OF = {
    "caddy": ("signalling",),
    "web": ("signalling",),
    "prosody": ("signalling",),
    "jicofo": ("signalling",),
    "address": ("bridge",),
    "jvb": ("bridge",),
    "coturn": ("bridge",),
    "jibri": ("recorder",),
    "stats": ("signalling", "bridge", "recorder"),
    "protect": ("signalling", "bridge", "recorder"),
}
FUNCTIONS = ("wake", "tasks", "sleep", "rotation", "chat")
GROUPS = {
    "signalling": ("caddy", "web", "prosody", "jicofo"),
    "bridge": ("jvb", "coturn"),
    "recorder": ("jibri",),
    "sidecars": ("address", "stats", "protect"),
    "lifecycle": ("wake", "tasks", "sleep"),
    "functions": FUNCTIONS,
}
COMPONENTS = (*KINDS_OF, *FUNCTIONS)

# Characters of a room that stand in a line as they are.
_PLAIN = re.compile(r"[A-Za-z0-9-]+")
_FUNCTION_STREAM = re.compile(r"\d{4}/\d\d/\d\d/(?P<name>.+)\[[^\]]*\](?P<id>.*)")
_FIRST_WINDOW = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Wanted:
    """What to look for. Texts are compared without regard to case; no component means all."""

    since: dt.datetime
    until: dt.datetime
    components: frozenset[str] = frozenset()
    room: str = ""
    text: str = ""
    limit: int = 1000
    # Filter patterns of error lines: only lines that one of them matches.
    errors: tuple[Pattern, ...] = ()

    def keeps(self, line: Mapping[str, str]) -> bool:
        """Whether a line is wanted."""
        text = line["text"]
        return (
            (not self.components or line["component"] in self.components)
            and (not self.room or _has_room(text, self.room))
            and (not self.text or self.text.casefold() in text.casefold())
            and (not self.errors or any(each.matches(text) for each in self.errors))
        )


def components(names: Iterable[str]) -> frozenset[str]:
    """The components that names of components and of groups mean; none for none."""
    found: set[str] = set()
    for name in names:
        if name not in COMPONENTS and name not in GROUPS:
            raise InvalidInput(f"components {name}: is not known; use some of {', '.join((*COMPONENTS, *GROUPS))}")
        found.update(GROUPS.get(name, (name,)))
    return frozenset(found)


def check_period(since: dt.datetime, until: dt.datetime) -> None:
    """Refuse a period that has no time in it."""
    if since >= until:
        raise InvalidInput(f"since {iso(since)}: is not before until {iso(until)}; give an earlier since")


def error_patterns(filters: Iterable[Mapping[str, Any]], platform: str) -> tuple[Pattern, ...]:
    """The patterns of error lines, as DescribeMetricFilters reports them: those that the role monitoring counts."""
    found = {
        each["filterPattern"]
        for each in filters
        if each["metricTransformations"][0]["metricName"].startswith(f"{names.errors_metric(platform)}/")
    }
    if not found:
        raise InvalidInput("errors: no metric filter says what an error is; run site.yml --tags monitoring first")
    return tuple(parse(text) for text in sorted(found))


def _has_room(text: str, room: str) -> bool:
    # In the names of XMPP rooms are small, and in addresses of pages what is no letter is written with %.
    wanted = re.compile(rf"(?<![\w-]){re.escape(unquote(room).casefold())}(?![\w-])")
    return any(wanted.search(each.casefold()) for each in (text, unquote(text))) or any(
        f"{sign}{unquote(room).casefold()}_" in text.casefold() for sign in '/"'
    )


def pattern(wanted: Wanted) -> str:
    """The filter pattern with which AWS leaves out most of the lines that are not wanted; it regards case."""
    if _PLAIN.fullmatch(wanted.room):
        spellings = dict.fromkeys((wanted.room, wanted.room.lower()))
        return f'"{wanted.room}"' if len(spellings) == 1 else " ".join(f'?"{each}"' for each in spellings)
    return ""


def prefixes(wanted: Wanted, platform: str) -> list[str]:
    """What the names of the streams begin with, or one empty text for all. A function has new streams every day."""
    if not wanted.components:
        return [""]
    found = [f"{kind}/{name}/" for name in KINDS_OF if name in wanted.components for kind in KINDS_OF[name]]
    day, last = wanted.since.date(), wanted.until.date()
    while day <= last and wanted.components & set(FUNCTIONS):
        found += [f"{day:%Y/%m/%d}/{platform}-{name}[" for name in FUNCTIONS if name in wanted.components]
        day += dt.timedelta(days=1)
    # One look at all is fewer calls than many at few.
    return found if len(found) <= len(COMPONENTS) else [""]


def windows(since: dt.datetime, until: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """Parts of a period, the latest first, each twice as long as the one before: the newest lines are wanted, and AWS
    tells the oldest first."""
    span, end = _FIRST_WINDOW, until
    while end > since:
        begin = max(since, end - span)
        yield begin, end
        end, span = begin, 2 * span


Search = Callable[[dt.datetime, dt.datetime, str, str], Iterable[Mapping[str, Any]]]


def newest(
    wanted: Wanted, platform: str, search: Search, mask: Callable[[str], str]
) -> tuple[list[dict[str, str]], bool]:
    """The newest lines that are wanted, the oldest first, and whether there are more before them.

    ``search(since, until, pattern, prefix)`` gives events as FilterLogEvents reports them, ``until`` excluded.
    """
    found: list[dict[str, str]] = []
    for begin, end in windows(wanted.since, wanted.until):
        part = [
            made
            for prefix in prefixes(wanted, platform)
            for event in search(begin, end, pattern(wanted), prefix)
            if wanted.keeps(made := line(event, platform))
        ]
        part.sort(key=lambda each: each["at"])
        found = part + found
        if len(found) > wanted.limit:
            break
    kept = found[-wanted.limit :]
    return [{**each, "text": mask(each["text"])} for each in kept], len(found) > len(kept)


def line(event: Mapping[str, Any], platform: str) -> dict[str, str]:
    """A line: ``at`` (UTC), ``kind``, ``component``, ``task`` (or the function's instance), ``id`` and ``text``."""
    kind, _slash, rest = event["logStreamName"].partition("/")
    component, _slash, task = rest.partition("/")
    if function := _FUNCTION_STREAM.fullmatch(event["logStreamName"]):
        kind, component, task = "function", function["name"].removeprefix(names.prefix(platform)), function["id"]
    at = dt.datetime.fromtimestamp(event["timestamp"] / 1000, dt.UTC)
    return {
        "at": f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z",
        "kind": kind,
        "component": component,
        "task": task[:8],
        "id": str(event.get("eventId", "")),
        "text": event["message"].rstrip("\n"),
    }


def told(found: Sequence[Mapping[str, str]]) -> list[str]:
    """Lines for people."""
    return [f"{each['at']} {each['component']:<8} {each['task']:<8} {each['text']}" for each in found]


class Follower:
    """What of a repeated look is new. Lines may come late, so each look goes back a little and knows what was told."""

    OVERLAP = dt.timedelta(seconds=60)

    def __init__(self, since: dt.datetime) -> None:
        self.since = since
        self._told: set[str] = set()

    def fresh(self, found: Collection[Mapping[str, str]], until: dt.datetime) -> list[Mapping[str, str]]:
        """The lines of a look until a time that were not told yet. ``since`` is where the next look begins."""
        new = [each for each in found if each["id"] not in self._told]
        self.since = max(self.since, until - self.OVERLAP)
        # What is older than the next look need not be known any more.
        self._told = {each["id"] for each in found}
        return new
