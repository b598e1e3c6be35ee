# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Schedule expressions as Application Auto Scaling, EventBridge and Secrets Manager read them.

``cron(minutes hours day-of-month month day-of-week year)``, ``rate(value unit)``, ``at(yyyy-mm-ddThh:mm:ss)``.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..errors import InvalidInput

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_UNITS = ("minute", "hour", "day")


@dataclass(frozen=True)
class _CronField:
    name: str
    first: int
    last: int
    names: Mapping[str, int] = field(default_factory=dict)
    # What the field takes besides numbers, lists, ranges and steps.
    special: re.Pattern[str] = re.compile(r"\*")


_CRON = (
    _CronField("minutes", 0, 59),
    _CronField("hours", 0, 23),
    _CronField("day-of-month", 1, 31, special=re.compile(r"\*|\?|L|LW|([1-9]|[12]\d|3[01])W")),
    _CronField("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    _CronField(
        "day-of-week",
        1,
        7,
        {name: number for number, name in enumerate(_DAYS, 1)},
        re.compile(rf"\*|\?|L|([1-7]|{'|'.join(_DAYS)})(L|#[1-5])"),
    ),
    _CronField("year", 1970, 2199),
)


def check_schedule(expression: str) -> None:
    """Raise InvalidInput unless the expression is a valid cron(), rate() or at()."""
    found = re.fullmatch(r"(cron|rate|at)\((.*)\)", expression, re.DOTALL)
    if found is None:
        raise _invalid(
            expression, "is none of cron(...), rate(...), at(...)", "write for example cron(0 8 ? * MON-FRI *)"
        )
    kind, body = found.groups()
    {"cron": _check_cron, "rate": _check_rate, "at": _check_at}[kind](expression, body)


def check_timezone(name: str) -> None:
    """Raise InvalidInput unless the name is in the IANA time zone database of this machine, if it has one."""
    known = zoneinfo.available_timezones()
    if known and name not in known:
        raise InvalidInput(f"timezone {name!r}: is not an IANA time zone; write a name such as Europe/Berlin or UTC")


def _invalid(expression: str, wrong: str, fix: str) -> InvalidInput:
    return InvalidInput(f"schedule {expression!r}: {wrong}; {fix}")


def _check_rate(expression: str, body: str) -> None:
    found = re.fullmatch(r"([1-9]\d*) (\w+)", body, re.ASCII)
    value, unit = found.groups() if found else ("", "")
    if unit not in [name if value == "1" else f"{name}s" for name in _UNITS]:
        raise _invalid(expression, "is not rate(value unit)", "write for example rate(1 hour) or rate(5 minutes)")


def _check_at(expression: str, body: str) -> None:
    try:
        # strptime alone would take one digit where AWS wants two.
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", body, re.ASCII):
            raise ValueError(body)
        datetime.strptime(body, "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        raise _invalid(
            expression, "is not a date and time", "write at(yyyy-mm-ddThh:mm:ss), for example at(2027-01-31T08:00:00)"
        ) from None


def _check_cron(expression: str, body: str) -> None:
    parts = body.split()
    if len(parts) != len(_CRON):
        raise _invalid(
            expression,
            f"has {len(parts)} fields instead of 6",
            "write minutes, hours, day-of-month, month, day-of-week, year",
        )
    for spec, text in zip(_CRON, parts, strict=True):
        for item in text.split(","):
            if not _is_cron_item(spec, item):
                raise _invalid(
                    expression,
                    f"{spec.name} {text!r} is not valid",
                    f"use numbers from {spec.first} to {spec.last}, lists (1,2), ranges (1-5), steps (0/15) or *",
                )
        if "," in text and "?" in text:
            raise _invalid(expression, f"{spec.name} {text!r} lists ?", "write ? alone")
    if (parts[2] == "?") == (parts[4] == "?"):
        raise _invalid(
            expression,
            "day-of-month and day-of-week must be ? in exactly one of the two",
            "write ? for the one that does not matter",
        )


def _is_cron_item(spec: _CronField, item: str) -> bool:
    """Tell whether one item of a cron field's list is valid: ``*``, ``5``, ``MON-FRI``, ``0/15``, ``L``, ``5#3``."""
    base, slash, step = item.partition("/")
    if slash and not (re.fullmatch(r"\d+", step, re.ASCII) and 1 <= int(step[:5]) <= spec.last):
        return False
    if spec.special.fullmatch(base):
        return not slash or base == "*"
    first, dash, last = base.partition("-")
    numbers = [_cron_number(spec, text) for text in ((first, last) if dash else (first,))]
    return all(spec.first <= number <= spec.last for number in numbers)


def _cron_number(spec: _CronField, text: str) -> int:
    """The number that a text means in this field, or -1."""
    if text.upper() in spec.names:
        return spec.names[text.upper()]
    return int(text) if re.fullmatch(r"\d{1,4}", text, re.ASCII) else -1
