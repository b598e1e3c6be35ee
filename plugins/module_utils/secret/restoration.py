# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Putting back the values of an earlier secret document: a rotation whose new values are former ones.

So it keeps the rule of every rotation: values become current only while no signalling task exists, and if components do
not log in with them, those from before are current again.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from . import rotation_document
from .document import ROTATED, STAMP, Document, filled, render
from .rotation import Cloud, Rotation, Say, silent
from .rotation_plan import PENDING, Action, Request


def missing(current: Document, former: Document) -> list[str]:
    """Names of the keys that held a value and hold none now, sorted."""
    return sorted(set(filled(former)) - set(filled(current)))


def differing(current: Document, former: Document) -> list[str]:
    """Names of the keys that hold another value now, sorted; those that hold none are ``missing``."""
    held = set(filled(current))
    return [key for key in filled(former) if key in held and current[key] != former[key]]


def unrestorable(current: Document, former: Document) -> list[str]:
    """Names of the differing keys whose value is no text: a rotation leaves those alone."""
    return [key for key in differing(current, former) if not (isinstance(current[key], str))]


def completed(current: Document, former: Document) -> Document:
    """The current document with every key of the former one.

    A text that is missing gets a new random value: it may become current at any time, as that of a new key may, and the
    rotation to the former values follows.
    """
    added = {key: former[key] for key in missing(current, former)}
    return {**current, **{key: _random(value) if isinstance(value, str) else value for key, value in added.items()}}


def _random(value: str) -> str:
    return secrets.token_hex(max(rotation_document.BYTES, len(value) // 2))


def put_back(current: Document, former: Document, keys: Collection[str], created: datetime) -> Document:
    """The current document with the former values of ``keys``, and their former dates.

    A key without a date was as old as the secret, which was ``created`` then. A date that is the same now is set back
    by a second, as only a new date marks a new value.
    """
    dates, before = _dates(current), _dates(former)
    stamps = {}
    for key in keys:
        stamp = before.get(key, created.strftime(STAMP))
        stamps[key] = _earlier(stamp) if stamp == dates.get(key) else stamp
    return {**current, **{key: former[key] for key in keys}, ROTATED: {**dates, **stamps}}


def _dates(document: Document) -> dict[str, str]:
    found = document.get(ROTATED)
    return dict(found) if isinstance(found, dict) else {}


def _earlier(stamp: str) -> str:
    return (datetime.strptime(stamp, STAMP) - timedelta(seconds=1)).strftime(STAMP)


class Restoration(Rotation):
    """One run that makes the former values of ``keys`` current."""

    def __init__(
        self,
        cloud: Cloud,
        owned: Mapping[str, int],
        former: Document,
        keys: Collection[str],
        created: datetime,
        force: bool = False,
        say: Say = silent,
    ) -> None:
        super().__init__(cloud, owned, Request(named=frozenset(keys), force=force), say=say)
        self.former, self.keys, self.created = former, frozenset(keys), created

    def _prepare(self, action: Action) -> None:
        document = put_back(self._read(self.secret.current), self.former, self.keys, self.created)
        # Before the call: if its answer is lost, the version is ours all the same.
        self.token = action.version or str(uuid.uuid4())
        self.cloud.put(self.token, render(document), [PENDING])
