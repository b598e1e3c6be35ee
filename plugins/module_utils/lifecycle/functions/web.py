# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the wake function answers to a browser. Only a POST with a header that no link, form or bot sends wakes."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import json
import re
import traceback
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from . import reconcile
from .cloud import Cloud
from .page import Page
from .progress import progress
from .state import AWAKE, Settings, ready

# A form or an image of another site cannot send it, and a script of one only after asking us, which is refused.
WAKE_HEADER, PIN_HEADER = "x-wake", "x-wake-pin"
DAY, HOUR = 86400, 3600
# Wrong PINs in an hour from one address, and from all: with six digits, a guess in a year's trying is unlikely.
PIN_TRIES, PIN_TRIES_IN_ALL = 5, 60
# Seconds until the page asks again, while a rotation is under way.
RETRY = 5
# One look serves everybody who asks within this time.
CACHE_SECONDS = 2
_ASSET = re.compile(
    r"(?i)\.(js|mjs|css|map|json|xml|txt|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|otf|eot|wasm|mp3|mp4|wav|ogg|opus|webm|html)$"
    r"|^/(libs|static|css|images|sounds|fonts|lang|_unlock|\.well-known)(/|$)"
    r"|(^|/)(http-bind|xmpp-websocket|colibri-ws|conference-request)(/|$)"
)

Answer = dict[str, Any]


class Web:
    """Answers requests for one platform."""

    def __init__(self, cloud: Cloud, settings: Settings, page: Page, wakes_per_day: int = 0) -> None:
        self._cloud, self._settings, self._page = cloud, settings, page
        self._wakes_per_day = wakes_per_day
        self._status: tuple[float, dict[str, Any]] = (0, {})

    def answer(self, event: Mapping[str, Any]) -> Answer:
        """Answer one event of a function URL."""
        answer = self._route(event)
        return answer if event["requestContext"]["http"]["method"] != "HEAD" else {**answer, "body": ""}

    def _route(self, event: Mapping[str, Any]) -> Answer:
        request = event["requestContext"]["http"]
        method, path = request["method"], event.get("rawPath") or "/"
        if path == "/_wake":
            return self._wake(event) if method == "POST" else _json(405, {"error": "method"}, allow="POST")
        if method not in ("GET", "HEAD"):
            return _json(405, {"error": "method"}, allow="GET, HEAD")
        if path == "/_wake/status":
            return _json(200, self._progress())
        if path.startswith("/_wake/"):
            return _json(404, {"error": "path"})
        if _ASSET.search(path):
            return _json(503, {"error": "asleep"}, **{"retry-after": "30"})
        return _answer(200, self._page.render(path), "text/html; charset=utf-8", self._page.headers)

    def _progress(self) -> dict[str, Any]:
        now = self._cloud.now()
        when, status = self._status
        if now - when >= CACHE_SECONDS:
            item = self._cloud.item()
            awake = item is not None and item.phase == AWAKE
            status = {"state": "asleep"}
            if item is not None and awake:
                seen = self._cloud.seen(with_tasks=True)
                status = progress(item, seen, now, self._settings)
                if not item.ready_at and ready(item, seen, now):
                    reconcile.note_ready(self._cloud, item, now)
            self._status = (now, status)
        return status

    def _wake(self, event: Mapping[str, Any]) -> Answer:
        headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
        if headers.get(WAKE_HEADER) != "start":
            return _json(400, {"error": "header"})
        if self._page.pin_required:
            refused = self._check_pin(unquote(headers.get(PIN_HEADER, "")), _address(event, headers))
            if refused:
                return refused
        now = self._cloud.now()
        item = self._cloud.item()
        awake = item is not None and item.phase == AWAKE
        if not awake and self._cloud.rotating(self._settings):
            return _json(202, {"state": "rotating", "retry": RETRY})
        if item is None or not awake or now - item.wake_at >= self._settings.fresh:
            if self._wakes_per_day and not self._cloud.take("wakes", int(now // DAY), self._wakes_per_day):
                return _json(429, {"error": "limit", "retry": int(DAY - now % DAY)})
            reconcile.wake(self._cloud, "visitor")
        self._status = (0, {})
        try:
            reconcile.reconcile(self._cloud, self._settings)
        except Exception:
            # The wish is written down, so it comes true within a minute even so.
            self._cloud.log({"event": "error", "where": "wake", "error": traceback.format_exc(limit=-3)})
        return _json(202, {"state": "waking"})

    def _check_pin(self, given: str, address: str) -> Answer | None:
        """None if the PIN is right. A try is counted before it is judged, so that many at once do not slip through."""
        hour = int(self._cloud.now() // HOUR)
        # One counter for many addresses: no address is stored, and the table stays small.
        own = f"pin-{hashlib.sha256(address.encode()).digest()[0]}"
        if not self._cloud.take(own, hour, PIN_TRIES):
            return self._too_many()
        if not self._cloud.take("pin", hour, PIN_TRIES_IN_ALL):
            return self._too_many()
        wanted = self._cloud.pin()
        if not wanted:
            # Required, but there is none: nobody gets in, rather than everybody.
            self._cloud.log({"event": "error", "where": "pin", "error": "the secret document has no wake_pin"})
            return _json(503, {"error": "no pin"})
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            return _json(403, {"error": "pin"})
        self._cloud.give_back(own, hour)
        self._cloud.give_back("pin", hour)
        return None

    def _too_many(self) -> Answer:
        return _json(429, {"error": "pin tries", "retry": int(HOUR - self._cloud.now() % HOUR)})


def _address(event: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """The visitor's address (of IPv6 the network). CloudFront adds it to X-Forwarded-For, after what was sent."""
    near = str(event["requestContext"]["http"].get("sourceIp", ""))
    forwarded = [part.strip() for part in headers.get("x-forwarded-for", "").split(",")]
    # Lambda may have added the address of CloudFront, which is the one that it says called.
    while forwarded and forwarded[-1] == near:
        forwarded.pop()
    try:
        address = ipaddress.ip_address(forwarded[-1] if forwarded else near)
    except ValueError:
        return near
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else str(address)


def _json(status: int, body: Mapping[str, Any], **headers: str) -> Answer:
    return _answer(status, json.dumps(body), "application/json", headers)


def _answer(status: int, body: str, kind: str, headers: Mapping[str, str]) -> Answer:
    return {
        "statusCode": status,
        "headers": {
            "content-type": kind,
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "x-robots-tag": "noindex, nofollow",
            **headers,
        },
        "body": body,
        "isBase64Encoded": False,
    }
