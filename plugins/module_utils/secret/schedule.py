# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""When Secrets Manager rotates a secret by itself: a function and a number of days."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidInput

_FUNCTION = re.compile(r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}")


def check(function_arn: str | None, days: int) -> None:
    """Refuse what Secrets Manager does not take."""
    if function_arn and not _FUNCTION.fullmatch(function_arn):
        raise InvalidInput(f"rotation_function_arn {function_arn}: is no ARN of a function; give one, or nothing")
    if not 1 <= days <= 1000:
        raise InvalidInput(f"rotation_days {days}: out of range; give 1 to 1000 days")


def wanted(function_arn: str, days: int) -> dict[str, Any] | None:
    """The schedule; None for no function."""
    return {"function": function_arn, "every": f"{days} days"} if function_arn else None


def current(described: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schedule as DescribeSecret reports it; None when there is none."""
    if not described.get("RotationEnabled"):
        return None
    rules = described.get("RotationRules") or {}
    every = f"{rules.get('AutomaticallyAfterDays', 0)} days"
    schedule = rules.get("ScheduleExpression") or f"rate({every})"
    # Of a schedule that says more than days, AWS reports days as well.
    return {
        "function": described.get("RotationLambdaARN", ""),
        "every": every if schedule == f"rate({every})" else schedule,
    }
