# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The REST API of AWX and of the automation controller of AAP: requests, pages and errors in plain words."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit

from ansible.module_utils.urls import open_url

from ..errors import InvalidInput

LOCAL = ("localhost", "127.0.0.1", "::1")
MOST_ITEMS = 200


class AwxError(Exception):
    """What AWX refused or did not answer, in one sentence."""


class Awx:
    """A controller at ``host``, asked with a token. The place of its API is found with the first request."""

    def __init__(self, host: str, token: str, verify: bool = True, timeout: int = 30) -> None:
        if not host:
            raise InvalidInput("host: is missing; give the address of AWX, or put it into CONTROLLER_HOST")
        parts = urlsplit(host)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidInput(f"host {host!r}: is no address; write such as https://awx.example.com")
        if parts.scheme == "http" and parts.hostname not in LOCAL:
            raise InvalidInput(f"host {host!r}: everybody on the way could read the token; use https")
        if not token:
            raise InvalidInput(
                "token: is missing; make one in AWX (scope write) and put it into CONTROLLER_OAUTH_TOKEN"
            )
        self.host = host.rstrip("/")
        self._options: dict[str, Any] = {
            "headers": {"Authorization": f"Bearer {token}", "Accept": "application/json"},
            # Never to another host that this one sends us to.
            "unredirected_headers": ["Authorization"],
            "follow_redirects": "safe",
            "validate_certs": verify,
            "timeout": timeout,
        }
        self._root = ""

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Make a request; return what it answered, None for nothing. Raises AwxError."""
        options = dict(self._options)
        if body is not None:
            options["data"] = json.dumps(body)
            options["headers"] = {**options["headers"], "Content-Type": "application/json"}
        try:
            with open_url(self.host + path, method=method, **options) as response:
                text = response.read()
        except HTTPError as error:
            raise AwxError(self._refusal(method, path, error)) from error
        except (URLError, OSError) as error:
            raise AwxError(f"{self.host}: cannot be reached: {getattr(error, 'reason', error)}") from error
        try:
            return json.loads(text) if text else None
        except ValueError as error:
            raise AwxError(f"{self.host}{path}: answers, but not as AWX does; correct the address") from error

    def place(self, endpoint: str) -> str:
        """The path of an endpoint such as ``projects``."""
        if not self._root:
            found = self.request("GET", "/api/")
            # In AAP from 2.5 on, the controller is one of several behind a gateway.
            if isinstance(found, dict) and "controller" in found.get("apis", {}):
                found = self.request("GET", found["apis"]["controller"])
            if not isinstance(found, dict) or "current_version" not in found:
                raise AwxError(f"{self.host}/api/: answers, but not as AWX does; correct the address")
            self._root = found["current_version"]
        return f"{self._root}{endpoint}/"

    def find(self, endpoint: str, names: list[str], **fields: Any) -> list[dict[str, Any]]:
        """All objects with one of these names."""
        if not names:
            return []
        query = [("or__name", name) for name in names] + list(fields.items()) + [("page_size", MOST_ITEMS)]
        path = f"{self.place(endpoint)}?{urlencode(query)}"
        found: list[dict[str, Any]] = []
        while path:
            page = self.request("GET", path)
            found += page["results"]
            path = page["next"]
        return found

    def _refusal(self, method: str, path: str, error: HTTPError) -> str:
        if error.code == 401:
            return f"{self.host}: refuses the token; make a new one in AWX and put it into CONTROLLER_OAUTH_TOKEN"
        call, said = f"{method} {urlsplit(path).path}", _words(error.read())
        if error.code == 403:
            return f"{self.host}: may not {call} with this token ({said}); give its user the rights"
        return f"{self.host}: {call} failed with {error.code}: {said}"


def _words(answer: bytes) -> str:
    """What an error says: ``playbook: Playbook not found for project.``"""
    try:
        said = json.loads(answer)
    except ValueError:
        return "it says no reason"
    if isinstance(said, dict):
        return "; ".join(
            f"{name}: {' '.join(map(str, text)) if isinstance(text, list) else text}" for name, text in said.items()
        )
    return str(said)
