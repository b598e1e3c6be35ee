# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What people are told of the secret and its rotation: names, ages, versions and reasons, never a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ..errors import InvalidInput
from ..times.moments import iso
from . import rotation_document
from .document import ROTATED, Document, unfinished_rotation
from .rotation import Outcome
from .rotation_plan import Action, Do, Secret

AGES = "days since changed"


def check(days: int, grace_days: int, wait_minutes: int) -> None:
    """Raise InvalidInput on numbers that make no sense."""
    # The most that Secrets Manager takes, too.
    if not 1 <= days <= 1000:
        raise InvalidInput(f"days {days}: out of range; give 1 to 1000")
    for name, number in (("grace_days", grace_days), ("wait_minutes", wait_minutes)):
        if number < 0:
            raise InvalidInput(f"{name} {number}: is negative; give 0 or more")


def ages(age_days: float, days: int, grace_days: int) -> dict[str, Any]:
    """How old the oldest value is, and when rotation is due."""
    return {
        "age_days": round(age_days, 1),
        "due_in_days": round(days - age_days, 1),
        "overdue": age_days > days + grace_days,
    }


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def listing(
    described: Mapping[str, Any],
    document: Document,
    versions: Iterable[Mapping[str, Any]],
    owned: Mapping[str, int],
    days: int,
    grace_days: int,
    at: datetime,
) -> dict[str, Any]:
    """All that is known of a secret but its values, from DescribeSecret, its document and ListSecretVersionIds."""
    every = rotation_document.ages(document, dict.fromkeys(document, 0), described["CreatedDate"], at)
    oldest = max((age for key, age in every.items() if key in owned), default=0.0)
    when = ages(oldest, days, grace_days)
    dated = document.get(ROTATED)
    return {
        "arn": described["ARN"],
        "message": due(when),
        **when,
        "key_ages": [
            {"name": key, "age_days": round(age, 1), "generated": key in owned, "exact": key in (dated or ())}
            for key, age in every.items()
        ],
        "versions": [
            {
                "id": version["VersionId"],
                "labels": sorted(version["VersionStages"]),
                "created": _date(version["CreatedDate"]),
                "age_days": round((at - version["CreatedDate"]).total_seconds() / 86400, 1),
            }
            for version in sorted(versions, key=lambda version: version["CreatedDate"], reverse=True)
        ],
        "rotating": unfinished_rotation(described.get("VersionIdsToStages") or {}) or "",
        "schedule": {
            "enabled": bool(described.get("RotationEnabled")),
            "function_arn": described.get("RotationLambdaARN", ""),
            "rules": described.get("RotationRules") or {},
            "last": _date(described.get("LastRotatedDate")),
            "next": _date(described.get("NextRotationDate")),
        },
    }


def _date(moment: datetime | None) -> str:
    return iso(moment) if moment else ""


def planned(action: Action, secret: Secret) -> tuple[dict[str, Any], dict[str, Any]]:
    """The secret before and after what ``action`` begins."""
    before: dict[str, Any] = {"AWSCURRENT": secret.current, "AWSPENDING": secret.pending}
    if action.do in (Do.NOTHING, Do.POSTPONE):
        return before, before
    after = {**before, "AWSPENDING": ""}
    if action.do is Do.RELEASE:
        return {**before, "JITSI_RESTART": secret.restart}, {**after, "JITSI_RESTART": ""}
    if action.do is Do.PREPARE:
        after["AWSCURRENT"] = secret.pending or "new version"
    elif action.do is not Do.CANCEL:
        after["AWSCURRENT"] = secret.pending or secret.current
    keys = sorted(_keys(action, secret))
    return (
        {**before, AGES: {key: round(secret.ages.get(key, secret.age_days), 1) for key in keys}},
        {**after, AGES: dict.fromkeys(keys, 0.0)},
    )


def _keys(action: Action, secret: Secret) -> frozenset[str]:
    """Keys that get new values by what ``action`` begins."""
    if action.do is Do.PREPARE:
        return secret.keys
    return frozenset() if action.do is Do.CANCEL else secret.changes


def report(action: Action, secret: Secret, outcome: Outcome) -> dict[str, Any]:
    """What was done, or, if nothing was, what ``action`` would begin: ``result``, ``key_names``, ``message``."""
    if outcome.postponed or action.do is Do.POSTPONE:
        why = outcome.postponed or action.why
        return _told("postponed", [], f"Postponed, since {why}.")
    if action.do is Do.NOTHING:
        return _told("nothing", [], "Nothing to rotate.")
    if outcome.keys:
        return _told("rotated", outcome.keys, f"Rotated {', '.join(outcome.keys)}.")
    if outcome.changed:
        cancelled = f"Took back version {outcome.cancelled}, which did not follow from the current one."
        return _told("cancelled" if outcome.cancelled else "nothing", [], cancelled if outcome.cancelled else "Tidied.")
    if action.do is Do.CANCEL:
        return _told("cancelled", [], f"Would take back version {action.version}, since {action.why}.")
    if action.do is Do.PREPARE:
        keys = sorted(secret.keys)
        return _told("rotated", keys, f"Would rotate {', '.join(keys)}, since {action.why}.")
    return _told("rotated", sorted(secret.changes), f"Would go on where a run stopped: {action.do}, {action.why}.")


def _told(result: str, keys: list[str], message: str) -> dict[str, Any]:
    return {"result": result, "key_names": keys, "message": message}


def due(when: Mapping[str, Any]) -> str:
    """Say what ``ages`` found, in a sentence."""
    days = when["due_in_days"]
    text = f"The oldest value is {_days(when['age_days'])} old, "
    if days > 0:
        return text + f"rotation is due in {_days(days)}."
    late = "and OVERDUE: " if when["overdue"] else ""
    return text + f"{late}rotation was due {_days(-days)} ago."


def _days(number: float) -> str:
    return "1 day" if round(number) == 1 else f"{round(number)} days"
