# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a rotation does to the secret document. Values stay in here: whatever else is returned holds names and dates.

The document keeps, under ``_rotated``, when each key was last given a new value: ``{"turn_credentials":
"2026-11-23T02:02:58Z"}``. No task reads it. A key that is not in it is as old as the secret.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta

from ..errors import InvalidInput
from .document import ROTATED, STAMP, Document, filled

BYTES = 16
_DAY = timedelta(days=1)
_NEVER = datetime.min.replace(tzinfo=UTC)


def rotatable(document: Document, owned: Mapping[str, int], named: Collection[str]) -> frozenset[str]:
    """Names of the keys to give new values: the named ones, or, of none, all of ``owned`` that hold a value.

    Raises InvalidInput when a named key holds no text in the document.
    """
    for key in sorted(named):
        if key == ROTATED or not isinstance(document.get(key), str) or not document[key]:
            known = ", ".join(filled(document))
            raise InvalidInput(f"rotate keys {key}: the document holds no such text; name some of {known}")
    return frozenset(named or set(filled(document)) & set(owned))


def rotate(
    document: Document,
    keys: Collection[str],
    owned: Mapping[str, int],
    now: datetime,
    generate: Callable[[int], str] = secrets.token_hex,
) -> Document:
    """Return the document with new values of ``keys``; all other values and the order stay.

    ``owned`` maps the generated keys to their random bytes; ``generate(bytes)`` makes a value, by default random hex.
    """
    stamps = _stamps(document)
    # Later than any date there, in whole seconds: two rotations of one second must be told apart.
    latest = max((_read(stamps.get(key), _NEVER) for key in keys), default=_NEVER)
    stamp = max(now.astimezone(UTC), latest + timedelta(seconds=1)).strftime(STAMP)
    fresh = {key: _value(document[key], owned.get(key), generate) for key in document if key in keys}
    return {**document, **fresh, ROTATED: {**stamps, **dict.fromkeys(sorted(keys), stamp)}}


def _value(old: str, size: int | None, generate: Callable[[int], str]) -> str:
    """A new value. A key that somebody added (``size`` None) keeps its length if it is a number, as a PIN is."""
    if size is None and old.isdecimal():
        return "".join(str(secrets.randbelow(10)) for digit in old)
    return generate(size or max(BYTES, len(old) // 2))


def changed_keys(current: Document, pending: Document) -> frozenset[str] | None:
    """Names of the keys that ``pending`` gives new values, or None if it is not made by rotating ``current``.

    It is when both hold the same keys and only keys with another date in ``_rotated`` have another value. Anything else
    would undo what somebody changed since.
    """
    if set(current) - {ROTATED} != set(pending) - {ROTATED}:
        return None
    before, after = _stamps(current), _stamps(pending)
    stamped = {key for key in {*before, *after} if before.get(key) != after.get(key)}
    changed = frozenset(key for key in pending if key != ROTATED and pending[key] != current[key])
    return changed if changed <= stamped else None


def unusable(document: Document, keys: Collection[str]) -> list[str]:
    """Names of those keys whose value no component can read: no text, an empty one, or one with spaces. Sorted."""
    return sorted(key for key in keys if not re.fullmatch(r"\S+", str(document.get(key) or "")))


def ages(document: Document, owned: Mapping[str, int], created: datetime, now: datetime) -> dict[str, float]:
    """Days since each owned key got its value; of an unknown one, since the secret was created."""
    stamps = _stamps(document)
    return {key: max(0.0, (now - _read(stamps.get(key), created)) / _DAY) for key in filled(document) if key in owned}


def _stamps(document: Document) -> dict[str, str]:
    found = document.get(ROTATED)
    return found if isinstance(found, dict) else {}


def _read(stamp: object, created: datetime) -> datetime:
    try:
        return datetime.strptime(str(stamp), STAMP).replace(tzinfo=UTC)
    except ValueError:
        return created
