# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A container registry on loopback that answers as the public ones do: a token for anybody, pages, digests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from .servers import Handler, serving


def digest(repository: str, tag: str) -> str:
    """The digest that the registry tells for a tag."""
    return "sha256:" + hashlib.sha256(f"{repository}:{tag}".encode()).hexdigest()


class FakeRegistry:
    """``tags`` maps repositories to tags, and may be changed while it runs; ``broken`` to a status to answer with."""

    def __init__(self, tags: Mapping[str, Sequence[str]], page: int = 3) -> None:
        self.tags = {repository: list(found) for repository, found in tags.items()}
        self.broken: dict[str, int] = {}
        self.no_digest = False
        self.requests: list[str] = []
        registry = self

        class Registry(Handler):
            def do_HEAD(self) -> None:
                self.do_GET()

            def do_GET(self) -> None:
                url, query = urlsplit(self.path), parse_qs(urlsplit(self.path).query)
                registry.requests.append(f"{self.command} {url.path}")
                if url.path == "/token":
                    self.tell(200, {"token": "for " + query["scope"][0]})
                    return
                repository, _v2, rest = url.path.removeprefix("/v2/").partition(
                    "/tags/" if "/tags/" in url.path else "/manifests/"
                )
                scope = f"repository:{repository}:pull"
                if self.headers.get("Authorization") != f"Bearer for {scope}":
                    challenge = f'Bearer realm="{registry.url}/token",service="fake",scope="{scope}"'
                    self.tell(401, {}, {"WWW-Authenticate": challenge})
                elif repository in registry.broken or repository not in registry.tags:
                    self.tell(registry.broken.get(repository, 404), {})
                elif rest == "list":
                    self.list(repository, query.get("last", [""])[0])
                else:
                    about = {} if registry.no_digest else {"Docker-Content-Digest": digest(repository, rest)}
                    self.tell(200 if rest in registry.tags[repository] else 404, {}, about)

            def list(self, repository: str, last: str) -> None:
                found = sorted(registry.tags[repository])
                rest = [tag for tag in found if tag > last]
                more = {}
                if len(rest) > page:
                    more["Link"] = f'</v2/{repository}/tags/list?last={rest[page - 1]}&n={page}>; rel="next"'
                self.tell(200, {"name": repository, "tags": rest[:page]}, more)

            def tell(self, status: int, content: object, headers: Mapping[str, str] | None = None) -> None:
                self.answer(status, json.dumps(content).encode(), headers)

        self._handler = Registry

    @contextmanager
    def running(self) -> Iterator[FakeRegistry]:
        with serving(self._handler) as server:
            self.url = server.url
            self.urls = {"ghcr.io": self.url, "docker.io": self.url}
            yield self
