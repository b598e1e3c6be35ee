# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A review as a whole: all its figures, and the few lines that a person reads first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from ..times.moments import iso
from . import advice, days, goals, history
from .figures import DAY, Figures, Result, Setup

MET = {True: "met", False: "MISSED", None: "-"}


def result(
    kind: str, platform: str, figures: Figures, setup: Setup, asleep_usd_month: float, zone: dt.tzinfo
) -> Result:
    """Everything, as plain data. ``zone`` is that of days and hours; times are UTC."""
    found: Result = {
        "kind": kind,
        "platform": platform,
        "timezone": str(zone),
        "since": iso(figures.since),
        "until": iso(figures.until),
        "days": round((figures.until - figures.since) / DAY),
        "period_seconds": figures.period,
        "goals": goals.goals(figures, setup),
        "advice": advice.advice(figures, setup, zone),
        "meetings": history.meetings(figures),
        "awake": history.awake(figures),
        "wakes": history.wakes(figures),
        "services": history.services(figures, setup),
        "scaling": history.scaling(figures),
        "recordings": history.recordings(figures),
        "errors": history.errors(figures),
        "alarms": history.alarms(figures),
        "cost": history.costs(figures, setup, asleep_usd_month),
        "by_day": days.by_day(figures, setup, zone),
        "by_hour": days.by_hour(figures, zone),
    }
    return {**found, "summary": summary(found)}


def summary(found: Mapping[str, Any]) -> list[str]:
    """The review in some lines of text."""
    met, cost = found["meetings"], found["cost"]
    lines = [
        f"{found['platform']}, {found['since'][:10]} to {found['until'][:10]} ({found['days']} days)",
        f"Meetings    {met['participant_hours']:.0f} participant hours in at least {met['conferences_at_least']}"
        f" meetings, at most {met['participants_peak']} people and {met['conferences_peak']} meetings at once",
        f"Awake       {found['awake']['hours']:.0f} hours ({found['awake']['share_percent']:.0f} %), of which"
        f" {found['awake']['hours_without_people']:.0f} without anybody; {_wakes(found['wakes'])}",
        f"Cost        {cost['usd']:.2f} USD: compute {cost['compute_usd']:.2f}, traffic {cost['traffic_usd']:.2f}"
        f" (estimate), standing {cost['standing_usd']:.2f}; never asleep it would be {cost['always_on_usd']:.2f}",
        f"Recordings  {_recordings(found['recordings'])}",
        f"Scaling     {found['scaling']['added']} additions, {found['scaling']['removed']} removals",
        f"Errors      {_listed((item['component'], item['lines']) for item in found['errors'])}",
        f"Alarms      {_listed((item['name'], item['times']) for item in found['alarms'])}",
        "Goals",
    ]
    lines += [
        f"  {MET[item['met']]:<7} {item['name']}: {item['measured']} ({item['wanted']})" for item in found["goals"]
    ]
    changes = [item for item in found["advice"] if item["change"]]
    lines.append("Recommended" if changes else "Recommended: nothing to change")
    return lines + [_change(item) for item in changes]


def _change(item: Mapping[str, Any]) -> str:
    text = f"  {item['variable']}: {item['recommended']} instead of {item['now']}{_usd(item['usd_month'])}."
    return f"{text} {item['reason']}"


def _wakes(wakes: Mapping[str, Any]) -> str:
    if wakes["median_seconds"] is None:
        return f"{wakes['count']} wakes"
    return f"{wakes['count']} wakes in {wakes['median_seconds']} s (median), {wakes['longest_seconds']} s at most"


def _recordings(found: Mapping[str, Any]) -> str:
    if found["success_percent"] is None:
        return "none was uploaded"
    return f"{found['succeeded']} of {found['uploads']} uploads succeeded ({found['success_percent']} %)"


def _listed(items: Any) -> str:
    return ", ".join(f"{name} {count}" for name, count in items) or "none"


def _usd(number: float | None) -> str:
    return "" if number is None else f" ({number:+.2f} USD a month)"
