# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the wake function answers to a browser. Only a POST with a header that no link, form or bot sends wakes.

Whatever visitors send, ECS, Route 53 and the like are asked a bounded number of times a minute, over all instances.
"""

from __future__ import annotations

import json
import re
import traceback
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from . import reconcile
from .cloud import Cloud
from .gate import Gate, visitor
from .page import Page
from .progress import beginning, progress
from .state import AWAKE, MINUTE, Item, Settings, ready

# A form or an image of another site cannot send it, and a script of one only after asking us, which is refused.
WAKE_HEADER = "x-wake"
# Seconds until the page asks again, while a rotation is under way.
RETRY = 5
# One look at the platform in so many seconds, over all instances; and one at the secret's labels.
LOOK_SECONDS, SECRET_SECONDS = 5, 10
# What visitors' wishes start at once, a minute, over all instances. The look of every minute makes up for the rest.
STARTS = 4
# The page for a frame of the script below: never the meeting, whatever the platform does.
FRAME = "/_wake/frame/"
_API = re.compile(r"(^|/)(external_api\.js|libs/external_api\.min\.js)$")
_CONFIG = re.compile(r"(^|/)config\.js$")
# As the web container answers for files that are not there: an app must not take asleep for its trouble.
_ASSOCIATION = re.compile(r"^/\.well-known/(assetlinks\.json|apple-app-site-association)$")
_ASSET = re.compile(
    r"(?i)\.(js|mjs|css|map|json|xml|txt|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|otf|eot|wasm|mp3|mp4|wav|ogg|opus|webm|html)$"
    r"|^/(libs|static|css|images|sounds|fonts|lang|_unlock|\.well-known)(/|$)"
    r"|(^|/)(http-bind|xmpp-websocket|colibri-ws|conference-request)(/|$)"
)

Answer = dict[str, Any]


class Web:
    """Answers requests for one platform. ``api`` is the script that stands in for external_api.js."""

    def __init__(self, cloud: Cloud, settings: Settings, page: Page, gate: Gate, api: str = "") -> None:
        self._cloud, self._settings, self._page, self._gate, self._api = cloud, settings, page, gate, api
        self._shared = gate.shared

    def answer(self, event: Mapping[str, Any]) -> Answer:
        """Answer one event of a function URL."""
        answer = self._route(event)
        return answer if event["requestContext"]["http"]["method"] != "HEAD" else {**answer, "body": ""}

    def _route(self, event: Mapping[str, Any]) -> Answer:
        request = event["requestContext"]["http"]
        method, path = request["method"], event.get("rawPath") or "/"
        headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
        if path == "/_wake":
            if method != "POST":
                return _json(405, {"error": "method"}, allow="POST")
            return self._wake(headers, visitor(event, headers))
        if method not in ("GET", "HEAD"):
            return _json(405, {"error": "method"}, allow="GET, HEAD")
        if path == "/_wake/status":
            return _json(200, self._progress())
        if path.startswith(FRAME):
            return self._html(path.removeprefix(FRAME[:-1]), framed=True)
        if path.startswith("/_wake/"):
            return _json(404, {"error": "path"})
        if _API.search(path):
            # Anybody may read it, as the script that it stands in for.
            return _script(self._api, **{"access-control-allow-origin": "*"})
        if _CONFIG.search(path) and "sec-fetch-dest" not in headers:
            return _script(self._config(event.get("rawQueryString") or ""))
        if _ASSOCIATION.search(path):
            return _json(404, {"error": "path"})
        if _ASSET.search(path):
            return _json(503, {"error": "asleep"}, **{"retry-after": "30"})
        return self._html(path)

    def _html(self, path: str, framed: bool = False) -> Answer:
        return _answer(200, self._page.render(path, framed), "text/html; charset=utf-8", self._page.headers)

    def _config(self, query: str) -> str:
        """For the mobile app, which loads only this: where to wake the platform, in the place of the meeting's name.

        Browsers say what they load a script for, and never get it.
        """
        domain = self._cloud.names.domain
        given = re.search(r"(?:^|&)room=([^&]*)", query)
        room = re.sub(r"[^\w.-]", "", unquote(given[1])) if given else ""
        config = {
            "hosts": {"domain": "meet.jitsi", "muc": "muc.meet.jitsi"},
            "bosh": f"https://{domain}/http-bind",
            "callDisplayName": f"Asleep: start it in a browser at https://{domain}/{room}",
        }
        return f"var config = {json.dumps(config)};\n"

    def _item(self) -> Item | None:
        found: Item | None = self._shared.remember("item", self._cloud.item)
        return found

    def _progress(self) -> dict[str, Any]:
        item = self._item()
        if item is None or item.phase != AWAKE:
            return {"state": "asleep"}
        found = self._shared.look("status", LOOK_SECONDS, lambda: [item.woken_at, self._look(item)])
        # Nobody has looked since it was woken.
        if found is None or found[0] != item.woken_at:
            return beginning(item, self._cloud.now(), self._settings)
        status: dict[str, Any] = found[1]
        return status

    def _look(self, item: Item) -> dict[str, Any]:
        now = self._cloud.now()
        seen = self._cloud.seen(with_tasks=True)
        if not item.ready_at and ready(item, seen, now):
            reconcile.note_ready(self._cloud, item, now)
        return progress(item, seen, now, self._settings)

    def _wake(self, headers: Mapping[str, str], address: str) -> Answer:
        if headers.get(WAKE_HEADER) != "start":
            return _json(400, {"error": "header"})
        refusal = self._gate.refuses(headers, address)
        if refusal:
            return _json(*refusal)
        now, fresh = self._cloud.now(), self._settings.fresh
        item = self._item()
        awake = item is not None and item.phase == AWAKE
        if item is not None and reconcile.wished_lately(item, now, fresh):
            return _json(202, {"state": "waking"})
        if not awake and self._shared.look("rotating", SECRET_SECONDS, lambda: self._cloud.rotating(self._settings)):
            return _json(202, {"state": "rotating", "retry": RETRY})
        refusal = None if self._gate.has_key(headers) else self._gate.exhausted(item, address)
        if refusal:
            return _json(*refusal)
        # Of many at once one writes the wish; the others find it written.
        written = reconcile.wake(self._cloud, "visitor", fresh)
        self._shared.forget("item")
        if written and self._shared.take("starts", int(now // MINUTE), STARTS):
            try:
                reconcile.reconcile(self._cloud, self._settings)
            except Exception:
                # The wish is written down, so it comes true within a minute even so.
                self._cloud.log({"event": "error", "where": "wake", "error": traceback.format_exc(limit=-3)})
        return _json(202, {"state": "waking"})


def _script(text: str, **headers: str) -> Answer:
    return _answer(200, text, "text/javascript; charset=utf-8", headers)


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
