# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Asks a container registry, by the API that all of them share (OCI Distribution), as anybody may."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urljoin, urlsplit

from ansible.module_utils.urls import open_url

from ..errors import InvalidInput

# Where the registry of an image name is reached, if not under its own name.
HOSTS = {"docker.io": "https://registry-1.docker.io"}
# What a tag may point at: an image for several architectures, or for one.
MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
PAGE, MOST_PAGES, MOST_BYTES = 1000, 100, 16 * 1024**2
AGENT = "meetops.jitsi"


class Registry:
    """One repository in a registry."""

    def __init__(self, host: str, repository: str, urls: Mapping[str, str], timeout: int) -> None:
        """``urls`` maps hosts to other addresses, such as that of a mirror."""
        self.name, self.repository, self.timeout = f"{host}/{repository}", repository, timeout
        self.url = urls.get(host) or HOSTS.get(host) or f"https://{host}"
        self.token = ""

    def tags(self) -> list[str]:
        """All tags."""
        found: list[str] = []
        path = f"/v2/{self.repository}/tags/list?n={PAGE}"
        for _page in range(MOST_PAGES):
            answer, content = self._ask("GET", path)
            try:
                found += [str(tag) for tag in json.loads(content)["tags"] or []]
            except (ValueError, KeyError, TypeError):
                raise InvalidInput(
                    f"image {self.name}: the registry's list of tags is none; see what answers"
                ) from None
            further = re.search(r'<([^>]+)>;\s*rel="?next"?', answer.headers.get("Link") or "")
            if not further:
                return found
            # Wherever it points: only its path counts.
            parts = urlsplit(further[1])
            path = f"{parts.path}?{parts.query}"
        raise InvalidInput(f"image {self.name}: the registry's list of tags has no end; see what answers")

    def digest(self, tag: str) -> str:
        """The digest that a tag points at now."""
        answer, _content = self._ask("HEAD", f"/v2/{self.repository}/manifests/{tag}")
        digest = str(answer.headers.get("Docker-Content-Digest") or "")
        if not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
            raise InvalidInput(f"image {self.name}:{tag}: the registry tells no digest; leave digests off")
        return digest

    def _ask(self, method: str, path: str) -> tuple[Any, bytes]:
        """Answer and content; with a token for anybody, if the registry wants one."""
        try:
            return self._open(method, urljoin(self.url, path))
        except HTTPError as error:
            challenge = error.headers.get("WWW-Authenticate") or ""
            if error.code != 401 or self.token or not challenge.lower().startswith("bearer "):
                raise self._failed(error) from None
        self.token = self._token(challenge)
        try:
            return self._open(method, urljoin(self.url, path))
        except HTTPError as error:
            raise self._failed(error) from None

    def _token(self, challenge: str) -> str:
        fields = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        realm = fields.pop("realm", "")
        # A registry that is reached by TLS must not send us to one that is not.
        if urlsplit(realm).scheme not in {"https", urlsplit(self.url).scheme}:
            raise InvalidInput(f"image {self.name}: the registry sends to {realm} for a token; see what answers")
        wanted = {name: fields[name] for name in ("service", "scope") if name in fields}
        try:
            _answer, content = self._open("GET", f"{realm}?{urlencode(wanted)}")
            found = json.loads(content)
            return str(found.get("token") or found["access_token"])
        except HTTPError as error:
            raise self._failed(error) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InvalidInput(f"image {self.name}: the registry gave no token; see what answers") from None

    def _open(self, method: str, url: str) -> tuple[Any, bytes]:
        headers = {"Accept": ", ".join(MANIFESTS) if "/manifests/" in url else "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            answer = open_url(url, method=method, headers=headers, timeout=self.timeout, http_agent=AGENT)
            return answer, answer.read(MOST_BYTES)
        except HTTPError:
            raise
        except (URLError, OSError, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise InvalidInput(
                f"image {self.name}: the registry cannot be reached ({reason}); try again later"
            ) from None

    def _failed(self, error: HTTPError) -> InvalidInput:
        words = {
            401: "is not public; name one that anybody may pull",
            403: "is not public; name one that anybody may pull",
            404: "is not in the registry; correct its name",
            429: "was asked for too often; try again later",
        }
        told = words.get(error.code, f"the registry answered with {error.code}; try again later")
        return InvalidInput(f"image {self.name}: {told}")
