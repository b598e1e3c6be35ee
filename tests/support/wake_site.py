# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The platform's site as a browser sees it, on loopback: the real wake function behind what CloudFront does."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from .server import ROOT
from .servers import Handler, serving

FILES = ROOT / "roles" / "edge" / "files"

Answer = Mapping[str, Any]


def event(method: str, path: str, headers: Mapping[str, str] | None = None, address: str = "203.0.113.7") -> Answer:
    """What a function URL hands over (payload 2.0) of a request through CloudFront."""
    path, _, query = path.partition("?")
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "wake.example", "x-forwarded-for": address, **(headers or {})},
        "requestContext": {"http": {"method": method, "path": path, "sourceIp": "130.176.0.1"}},
        "isBase64Encoded": False,
    }


@contextmanager
def site(
    wake: Callable[[Answer], Answer],
    live: Callable[[], bytes | None],
    files: Callable[[str], bytes | None] | None = None,
) -> Iterator[str]:
    """Serve the site; yields its URL. ``live()`` is the platform's own page, or None while it does not answer;
    ``files(path)`` gives more than one page in its place."""

    class Site(Handler):
        # A browser opens connections ahead and may never use them.
        timeout = 2

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            page = None if path.startswith("/_wake") else files(path) if files else live()
            if page is not None:
                kind = "text/javascript" if path.endswith(".js") else "text/html"
                self.answer(200, page, {"content-type": f"{kind}; charset=utf-8"})
            else:
                self._wake()

        def do_POST(self) -> None:
            # What signing needs of a POST, or Lambda refuses it.
            if self.headers.get("x-amz-content-sha256") != hashlib.sha256(self.body()).hexdigest():
                return self.answer(403, b'{"Message": "Forbidden"}', {"content-type": "application/json"})
            return self._wake()

        def _wake(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            forwarded = ", ".join(filter(None, [headers.get("x-forwarded-for"), "203.0.113.7"]))
            answer = wake(event(self.command, self.path, {**headers, "x-forwarded-for": forwarded}))
            self.answer(answer["statusCode"], answer["body"].encode(), answer["headers"])

    with serving(Site) as server:
        # Closing waits for requests under way: what they still do must not reach the next test.
        server.daemon_threads = False
        yield server.url
