# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of KMS keys: AWS reports the same key as an id, an alias or an ARN."""

from __future__ import annotations

import re

from ..errors import InvalidInput

_ID = r"[0-9a-f]{8}-[0-9a-f-]{27}|mrk-[0-9a-f]{32}"
_ALIAS = r"alias/[A-Za-z0-9/_-]+"
_KEY = re.compile(rf"(arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{{12}}:(key/({_ID})|{_ALIAS})|{_ID}|{_ALIAS})")


def check(option: str, key: str) -> None:
    """Refuse a text that cannot name a KMS key; empty means the key that AWS manages."""
    if key and not _KEY.fullmatch(key):
        raise InvalidInput(
            f"{option} {key}: not the ARN, id or alias/name of a KMS key; "
            "give the key's ARN, or nothing for the key that AWS manages"
        )


def spelled_as(wanted: str, current: str | None, managed: str) -> str:
    """Return ``wanted`` if it names the same key as ``current``, else ``current``.

    ``managed`` is the alias of the key that AWS manages for the service, such as ``alias/aws/s3``. Empty and None
    mean this key too.
    """
    current = current or managed
    if wanted.startswith("arn:") and current.startswith("arn:"):
        same = wanted == current
    else:
        same = (_short(wanted) or managed) == _short(current)
    if same:
        return wanted
    return "" if _short(current) == managed else current


def _short(key: str) -> str:
    return key.rpartition(":")[2].removeprefix("key/")
