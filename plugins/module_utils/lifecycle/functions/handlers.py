# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The entry points that Lambda calls. Made once a process: clients and page are kept between calls."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from . import certificates, reconcile
from .cloud import Cloud, Names, boto3_clients
from .gate import PEOPLE, Gate
from .page import Brand, Page
from .state import AWAKE, Settings
from .web import Web

PAGE = Path(__file__).parent / "page.html"
API = Path(__file__).parent / "external_api.js"


@cache
def _settings() -> Settings:
    given = {
        name: int(os.environ[variable])
        for name, variable in (("idle", "IDLE_SECONDS"), ("certificate", "CERTIFICATE_SECONDS"))
        if variable in os.environ
    }
    return Settings(**given)


@cache
def _cloud() -> Cloud:
    return Cloud(boto3_clients(), Names.from_environment(os.environ))


@cache
def _web() -> Web:
    page = Page(
        PAGE.read_text(encoding="utf-8"),
        Brand(**json.loads(os.environ.get("BRAND") or "{}")),
        os.environ.get("PIN_REQUIRED") == "1",
    )
    gate = Gate(
        _cloud(),
        _settings(),
        pin_required=page.pin_required,
        by_key=os.environ.get("WAKE_BY_KEY") == "1",
        wakes_per_day=int(os.environ.get("WAKES_PER_DAY", "0")),
    )
    return Web(_cloud(), _settings(), page, gate, API.read_text(encoding="utf-8"))


def wake(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer the wake page's requests (function URL, payload 2.0)."""
    return _web().answer(event)


def tasks(_event: Mapping[str, Any], _context: object) -> None:
    """Follow the tasks. What the event says may be old or out of order, so it is not read."""
    reconcile.reconcile(_cloud(), _settings())


def sleep(event: Mapping[str, Any], _context: object) -> None:
    """Once a minute: finish what others left, and sleep when nobody meets. Once a day: look at the certificates.

    An operator may call it with ``{"action": "wake"}``, ``{"action": "sleep", "force": false}`` or
    ``{"action": "certificates"}``.
    """
    cloud, settings = _cloud(), _settings()
    mine = None
    if event.get("action") == "wake":
        reconcile.wake(cloud, "operator")
    elif event.get("action") == "sleep":
        mine = reconcile.sleep(cloud, settings, force=event.get("force") is True)
    item, usage = reconcile.reconcile(cloud, settings, watch=True, mine=mine)
    if item is not None and item.phase == AWAKE:
        # Within the idle time somebody met: clicks do not use up the limit of wakes now.
        usage = usage or cloud.usage(settings)
        if any(usage.participants.values()):
            cloud.tell(PEOPLE, "met")
    if event.get("action") == "certificates" or certificates.due(cloud.now()):
        certificates.look(cloud)
