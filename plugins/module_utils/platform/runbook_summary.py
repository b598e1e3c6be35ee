# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What runbooks found, told to a person."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import InvalidInput
from ..logs.lines import told

Lines = list[str]
SIGNS = {"ok": "ok  ", "warn": "WARN", "bad": "BAD ", "skipped": "-   "}


def lines(found: Mapping[str, Any], runbook: str, **options: Any) -> Lines:
    """Tell the result of a runbook's module."""
    if runbook not in _TOLD:
        raise InvalidInput(f"runbook {runbook}: has no summary; use one of {', '.join(_TOLD)}")
    return _TOLD[runbook](found, **options)


def checks(found: Sequence[Mapping[str, Any]]) -> Lines:
    """Checks, each with what to do if it is not well."""
    told = []
    for check in found:
        took = f"{check['seconds']:>6.2f} s  " if "seconds" in check else ""
        told.append(f"  {SIGNS[check['state']]} {check['check']:<24}{took}{check['text']}")
        told += [f"{'':<9}{line}" for line in textwrap.wrap(check["todo"], 105)] if check["state"] != "ok" else []
    return told


def count(found: Sequence[Mapping[str, Any]]) -> str:
    """How many checks came out how."""
    states = [check["state"] for check in found]
    skipped = f", {states.count('skipped')} not shown" if "skipped" in states else ""
    return f"{states.count('bad')} bad, {states.count('warn')} to watch, {states.count('ok')} well{skipped}"


def _logs(found: Mapping[str, Any], shown: bool = False) -> Lines:
    """``shown`` says that the lines have been shown already."""
    number = len(found["lines"])
    title = f"{number or 'No'} line{'' if number == 1 else 's'} from {found['since']} to {found['until']}"
    more = "; there are more before these: raise logs_limit, or give an earlier logs_until" if found["more"] else ""
    return [f"{title}{more}", *([] if shown else told(found["lines"]))]


def _health(found: Mapping[str, Any]) -> Lines:
    return [f"{count(found['checks'])}, at {found['at']}", *checks(found["checks"])]


def _verify(found: Mapping[str, Any]) -> Lines:
    seconds = sum(check["seconds"] for check in found["checks"])
    return [f"{count(found['checks'])}, in {seconds:.1f} seconds", *checks(found["checks"])]


def _incident(found: Mapping[str, Any]) -> Lines:
    kept = f"{len(found['files'])} files, {found['bytes'] / 1024:.0f} KiB"
    return [
        f"{'Would write' if found['planned'] else 'Wrote'} {found['archive']}: {kept}",
        f"From {found['since']} to {found['until']}: {found['lines']} lines of the log, {found['events']} events",
        *found["summary"],
    ]


_TOLD: dict[str, Callable[..., Lines]] = {"logs": _logs, "health": _health, "verify": _verify, "incident": _incident}
