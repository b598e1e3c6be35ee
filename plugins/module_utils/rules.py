# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a value may be, in words for people and as a check: the makers of rules for any value.

A check yields one line a problem: ``<variable>: <value> <what is wrong>; <fix>``.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .errors import InvalidInput

Check = Callable[[str, Any], Iterator[str]]


LONGEST_SHOWN = 80


KINDS = {"bool": "true or false", "int": "a whole number", "str": "text", "list": "a list", "dict": "a dictionary"}


TYPES = {"bool": bool, "int": int, "str": str, "list": list, "dict": dict}


BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}


WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")


# What could be a password, a key or a token: not echoed. An image's digest is none.
SECRET_LIKE = re.compile(
    r"(?<=://)[^/@\s]*(?=@)|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|(?<!sha256:)\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{32,}\b"
    r"|(?<![\w/+])(?=[\w/+]*[0-9])(?=[\w/+]*[a-z])(?=[\w/+]*[A-Z])[A-Za-z0-9/+]{40}(?![\w/+])"
    # The URL of a chat's webhook is a secret as a whole.
    r"|(?<=/hooks/)[^\s']+|(?<=/services/)[^\s']+|(?<=/webhooks/)[^\s']+"
)


@dataclass(frozen=True)
class Rule:
    """What a value may be.

    ``kind`` is bool, int, str, list or dict. ``allowed`` completes "use ..." in messages and in docs/variables.md.
    ``check`` gets the variable's name and a value of that kind. ``choices`` are all values, and ``limits`` the least
    and the greatest, where a rule knows them.
    """

    kind: str
    allowed: str
    check: Check
    choices: tuple[int | str, ...] = ()
    limits: tuple[int, int] | None = None

    def parse(self, value: Any) -> Any:
        """Return the value in its kind. Text is taken for numbers and booleans, which is what
        ``-e name=value`` gives. Raise InvalidInput("<what is wrong>; <fix>") for any other kind."""
        if self.kind == "bool" and isinstance(value, str):
            value = BOOLEANS.get(value.lower(), value)
        elif self.kind == "int" and isinstance(value, str) and WHOLE_NUMBER.fullmatch(value):
            value = int(value)
        # For Python a boolean is a number too; here it is not.
        if not isinstance(value, TYPES[self.kind]) or (self.kind == "int" and isinstance(value, bool)):
            raise InvalidInput(f"is not {KINDS[self.kind]}; use {self.allowed}")
        return value


def shown(value: Any) -> str:
    """Show a value in a message: one line of ASCII, shortened, without what looks like a secret."""
    text = ascii(value[: LONGEST_SHOWN * 2] if isinstance(value, str) else value)
    text = SECRET_LIKE.sub("<hidden>", text)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."


def problem(where: str, value: Any, text: str) -> str:
    """Make the line of one problem. ``text`` is "<what is wrong>; <fix>"."""
    return f"{where}: {shown(value)} {text}"


def nearest(name: str, known: Collection[str], otherwise: str) -> str:
    """Say which known name was probably meant, if one is near."""
    close = difflib.get_close_matches(name[:LONGEST_SHOWN], known, 1)
    return f"did you mean {close[0]}?" if close else otherwise


def flag() -> Rule:
    """True or false."""
    return Rule("bool", "true or false", lambda where, value: iter(()))


def between(low: int, high: int, unit: str = "") -> Rule:
    """A whole number from low to high."""
    allowed = f"{low} to {high}{unit and ' ' + unit}"

    def check(where: str, value: int) -> Iterator[str]:
        if not low <= value <= high:
            yield problem(where, value, f"is out of range; use {allowed}")

    return Rule("int", allowed, check, limits=(low, high))


def one_of(*choices: int | str) -> Rule:
    """One of several numbers, or one of several words."""
    allowed = "one of " + ", ".join(str(choice) for choice in choices)

    def check(where: str, value: int | str) -> Iterator[str]:
        if value not in choices:
            yield problem(where, value, f"is not offered; use {allowed}")

    return Rule("int" if isinstance(choices[0], int) else "str", allowed, check, choices)


def text(allowed: str, wrong: Callable[[str], str | None]) -> Rule:
    """Text that ``wrong`` finds nothing wrong with. It returns what is wrong, or None."""

    def check(where: str, value: str) -> Iterator[str]:
        if fault := wrong(value):
            yield problem(where, value, fault if "; " in fault else f"{fault}; use {allowed}")

    return Rule("str", allowed, check)


def said_by(check: Callable[[str], object], prefix: str) -> Callable[[str], str | None]:
    """Take what is wrong from a check that raises InvalidInput, without the prefix that repeats the value."""

    def wrong(value: str) -> str | None:
        if len(value) > 256 or not value.isprintable():
            return "is too long or has characters that cannot be printed"
        try:
            check(value)
        except InvalidInput as error:
            return str(error).removeprefix(prefix.format(value))
        return None

    return wrong


def matching(pattern: str, allowed: str) -> Rule:
    """Text of a form. Whitespace at either end never matches."""
    return text(allowed, lambda value: None if re.fullmatch(pattern, value) else "does not have the right form")


def optional(rule: Rule) -> Rule:
    """The same, or empty."""

    def check(where: str, value: str) -> Iterator[str]:
        if value:
            yield from rule.check(where, value)

    return Rule("str", f"empty, or {rule.allowed}", check)


def line(what: str, longest: int = 200) -> Rule:
    """Text of one line, which may be empty."""

    def wrong(value: str) -> str | None:
        if len(value) > longest:
            return f"has {len(value)} characters; use at most {longest}"
        return None if value.isprintable() else "has characters that do not print, such as the end of a line"

    return text(f"{what}, of at most {longest} characters", wrong)


def path(what: str = "a path") -> Rule:
    """A path on this machine or on the host of the timers."""

    def wrong(value: str) -> str | None:
        if not value.strip() or value != value.strip():
            return "is empty, or has blanks at an end"
        return (
            None if value.isprintable() and len(value) <= 4096 else "is too long, or has characters that do not print"
        )

    return text(what, wrong)


def readable() -> Rule:
    """A file of this machine that can be read, or nothing."""
    return text(
        "a file that is there", lambda value: None if not value or os.access(value, os.R_OK) else "cannot be read"
    )


def check_options(rules: Mapping[str, Rule], options: Mapping[str, Any]) -> None:
    """Raise InvalidInput for the first option that its rule finds something wrong with. None is no value."""
    for option, rule in rules.items():
        if options[option] is not None:
            for fault in rule.check(option, options[option]):
                raise InvalidInput(fault)
