# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one exception that pure logic raises."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

LONGEST_LINE = 500


class InvalidInput(ValueError):
    """Input that AWS or Jitsi would refuse.

    The message names the option, the value and the fix, in one sentence. An enormous value is shortened, and what would
    not print is spelled out.
    """

    def __str__(self) -> str:
        return "\n".join(_readable(line) for line in super().__str__().split("\n"))


def refuse(problems: Iterable[str], about: str = "") -> None:
    """Raise InvalidInput with one line for each problem, if there are any. ``about`` is what all of them are about."""
    lines = [f"{about}: {problem}" if about else problem for problem in problems]
    if lines:
        raise InvalidInput("\n".join(lines))


def refuse_items(
    option: str, items: Mapping[str, Mapping[str, Any]], problems: Callable[[Mapping[str, Any]], Iterable[str]]
) -> None:
    """Raise InvalidInput with one line for each problem of the first item that has any. ``items`` are by name."""
    for name, item in items.items():
        refuse(problems(item), f"{option} {name}")


def _readable(line: str) -> str:
    """A line without control characters, whose middle is left out if it is too long: the fix is at its end."""
    line = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)
    half = LONGEST_LINE // 2
    return line if len(line) <= LONGEST_LINE else f"{line[:half]} ... {line[-half:]}"
