# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Units of CloudWatch metrics."""

from __future__ import annotations

from ..errors import InvalidInput

_SIZES = [f"{prefix}{unit}" for unit in ("bytes", "bits") for prefix in ("", "Kilo", "Mega", "Giga", "Tera")]
_AMOUNTS = [name.capitalize() for name in _SIZES] + ["Count"]
UNITS = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Percent",
    "None",
    *_AMOUNTS,
    *(f"{name}/Second" for name in _AMOUNTS),
]


def check_unit(where: str, unit: str) -> None:
    """Raise InvalidInput unless CloudWatch knows the unit."""
    if unit not in UNITS:
        raise InvalidInput(
            f"{where}, unit {unit}: CloudWatch knows no such unit; use Count, Percent, Seconds, Bytes ..."
        )
