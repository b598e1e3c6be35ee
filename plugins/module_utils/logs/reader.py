# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the lines of a platform's log, without the secrets in them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code

from .. import names
from .._aws import logs, secretsmanager
from .lines import Wanted, line, newest
from .masking import Masker

MILLISECOND = dt.timedelta(milliseconds=1)


def masker(secrets: Any, name: str) -> tuple[Masker, bool]:
    """What masks the values of the platform's secret document, and whether they could be read: whoever may read the log
    need not be allowed to read them."""
    try:
        _version, text = secretsmanager.read(secrets, names.secret(name))
    except is_boto3_error_code(["AccessDeniedException", "AccessDenied"]):
        return Masker(None), False
    try:
        document = json.loads(text or "{}")
    except ValueError:
        document = {}
    return Masker(document.values() if isinstance(document, dict) else ()), True


def read(client: Any, name: str, wanted: Wanted, mask: Callable[[str], str]) -> tuple[list[dict[str, str]], bool]:
    """The newest lines that are wanted, the oldest first, and whether there are more before them."""

    def search(since: dt.datetime, until: dt.datetime, pattern: str, prefix: str) -> list[dict[str, Any]]:
        # AWS includes the end.
        return logs.filter_log_events(client, names.log_group(name), pattern, since, until - MILLISECOND, prefix)

    return newest(wanted, name, search, mask)


def read_all(client: Any, name: str, since: dt.datetime, until: dt.datetime) -> list[dict[str, str]]:
    """All lines of a time, the oldest first. Secrets are still in them."""
    events = logs.filter_log_events(client, names.log_group(name), "", since, until - MILLISECOND)
    return sorted((line(event, name) for event in events), key=lambda found: found["at"])
