# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The secret document: one JSON object of generated values. It is completed; what it holds is never changed."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from ..errors import InvalidInput

Document = dict[str, Any]

# 16 bytes are the 128 bits of `openssl rand -hex 16`, which Jitsi's own generator uses.
BYTES_MIN, BYTES_MAX = 16, 1024
RECOVERY_DAYS = range(7, 31)

# Holds when each key was last rotated, by its name: no values. It is not a key of the document's own.
ROTATED = "_rotated"
STAMP = "%Y-%m-%dT%H:%M:%SZ"

_NAME = re.compile(r"[A-Za-z0-9/_+=.@-]{1,256}")
_KEY = re.compile(r"[a-z][a-z0-9_]*")


def check_name(name: str) -> None:
    """Refuse a name that Secrets Manager does not take."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"name {name}: not the name of a secret; use 1 to 256 letters, digits and /_+=.@-")


def check_keys(keys: Mapping[str, Any]) -> None:
    """Refuse key names that ECS or the shell cannot take, and values too short to be a secret."""
    if not keys:
        raise InvalidInput("keys {}: names no key; give at least one, as name: number of random bytes")
    for key, size in keys.items():
        if not _KEY.fullmatch(key):
            raise InvalidInput(f"keys {key}: not a key's name; use lower case letters, digits and _, a letter first")
        if not isinstance(size, int) or isinstance(size, bool) or not BYTES_MIN <= size <= BYTES_MAX:
            raise InvalidInput(
                f"keys {key}: {size}: not a number of random bytes; give a whole number from {BYTES_MIN} to {BYTES_MAX}"
            )


def check_recovery_window(days: int) -> None:
    """Refuse a recovery window that Secrets Manager does not take."""
    if days not in RECOVERY_DAYS:
        raise InvalidInput(f"recovery_window_days {days}: out of range; give 7 to 30 days")


def parse(text: str | None, name: str) -> Document:
    """Read the document of secret ``name``; ``None`` means that the secret holds no value yet.

    The error never shows what the secret holds.
    """
    if text is None:
        return {}
    try:
        document = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise InvalidInput(
            f"name {name}: this secret does not hold a JSON object, so it cannot be completed; "
            "correct its value, or choose another name"
        )
    return document


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def render(document: Mapping[str, Any]) -> str:
    """Write the document as JSON, in the order of its keys."""
    return json.dumps(document, allow_nan=False)


def filled(document: Mapping[str, Any]) -> list[str]:
    """List the keys that hold a value, sorted. Null and the empty text are no value."""
    return sorted(key for key, value in document.items() if value not in (None, "") and key != ROTATED)


def missing(document: Mapping[str, Any], keys: Mapping[str, int]) -> list[str]:
    """List the wanted keys that hold no value, sorted."""
    return sorted(set(keys) - set(filled(document)))


def complete(
    document: Mapping[str, Any], keys: Mapping[str, int], generate: Callable[[int], str] = secrets.token_hex
) -> Document:
    """Return the document with every wanted key. ``generate(bytes)`` makes a value, by default random hex.

    Once there are dates of rotation, a new key gets one too: else it would count as old as the secret.
    """
    added: Document = {key: generate(keys[key]) for key in missing(document, keys)}
    dates = document.get(ROTATED)
    if added and isinstance(dates, dict):
        added[ROTATED] = {**dates, **dict.fromkeys(added, datetime.now(UTC).strftime(STAMP))}
    return {**document, **added}


def unfinished_rotation(stages: Mapping[str, list[str]]) -> str | None:
    """Return the version that waits to become current, if any. ``stages`` maps version ids to their labels."""
    for version, labels in stages.items():
        if "AWSPENDING" in labels and "AWSCURRENT" not in labels:
            return version
    return None
