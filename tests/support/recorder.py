# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names the AWS operation of an HTTP request, and records each call of a WSGI application."""

from __future__ import annotations

import functools
import io
import re
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import botocore.loaders
import botocore.model

from .replay import Request

# Signing name -> (prefix of the recorded name, botocore's name of the service).
PREFIXES = {"monitoring": "cloudwatch"}
MODELS = {"elasticfilesystem": "efs"}
READS = re.compile(r"(Describe|List|Get|Head|Lookup|Discover|BatchGet|Test|Validate|Simulate|Filter|Lambda:Get)")


def is_mutating(call: str) -> bool:
    """Tell whether a recorded ``service:Action`` changes something."""
    return READS.match(call.partition(":")[2]) is None


@dataclass(frozen=True)
class Route:
    """How one operation of a REST service is recognised."""

    action: str
    method: str
    path: re.Pattern[str]
    query: frozenset[str]
    headers: frozenset[str]
    weight: int

    def matches(self, method: str, path: str, query: dict[str, str], environ: dict[str, Any]) -> bool:
        if method != self.method or not self.path.fullmatch(path):
            return False
        if not all(header in environ for header in self.headers):
            return False
        return all(name in query and value in ("", query[name]) for name, _, value in map(_split, self.query))


def _split(item: str) -> tuple[str, str, str]:
    return item.partition("=")


@functools.cache
def routes(service: str) -> list[Route]:
    """List a REST service's operations from botocore's model, the most specific first."""
    model = botocore.model.ServiceModel(botocore.loaders.Loader().load_service_model(service, "service-2"))
    found = []
    for action in model.operation_names:
        operation = model.operation_model(action)
        if operation.deprecated:
            continue
        uri, _, fixed = operation.http["requestUri"].partition("?")
        query = {item for item in fixed.split("&") if item and not item.startswith("x-id=")}
        headers = set()
        if operation.input_shape is not None:
            for name in operation.input_shape.required_members:
                member = operation.input_shape.members[name].serialization
                if member.get("location") == "querystring":
                    query.add(member["name"])
                elif member.get("location") == "header":
                    headers.add("HTTP_" + member["name"].upper().replace("-", "_"))
        parts = re.split(r"(\{[^}]+\})", uri)
        pattern = "".join(
            (".+" if part.endswith("+}") else "[^/]+") if part.startswith("{") else re.escape(part) for part in parts
        )
        literal = sum(len(part) for part in parts if not part.startswith("{"))
        weight = 100 * len(query) + 100 * len(headers) + literal
        found.append(
            Route(
                action,
                operation.http["method"],
                re.compile(pattern + "/?"),
                frozenset(query),
                frozenset(headers),
                weight,
            )
        )
    return sorted(found, key=lambda route: -route.weight)


def body_of(environ: dict[str, Any]) -> bytes:
    """The body of a request, which whoever comes next can read again."""
    chunked = environ.get("wsgi.input_terminated", False)
    body: bytes = environ["wsgi.input"].read(-1 if chunked else int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def operation(environ: dict[str, Any], body: bytes) -> str:
    """Name a request as ``service:Action``; ``service:METHOD path`` when it fits no operation."""
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    signing = scope.group(1) if scope else "s3"
    service = PREFIXES.get(signing, signing)
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/")
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return f"{service}:{target.rpartition('.')[2]}"
    rpc = re.fullmatch(r"/service/[^/]+/operation/(\w+)", path)
    if rpc:
        return f"{service}:{rpc.group(1)}"
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    action = dict(urllib.parse.parse_qsl(body.decode("utf-8", "replace"))).get("Action") or query.get("Action")
    if action:
        return f"{service}:{action}"
    for route in routes(MODELS.get(signing, signing)):
        if route.matches(method, path, query, environ):
            return f"{service}:{route.action}"
    return f"{service}:{method} {path}"


class Recorder:
    """WSGI middleware that records the calls to AWS, in order, as ``service:Action``; whole if ``kept`` is a list."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.calls: list[str] = []
        self.kept: list[Request] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ.get("PATH_INFO", "").startswith("/moto-api"):
            return self.application(environ, start_response)
        body = b""
        form = environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded")
        if form or self.kept is not None:
            body = body_of(environ)
        name = operation(environ, body)
        self.calls.append(name)
        if self.kept is None:
            return self.application(environ, start_response)
        plain = {key: value for key, value in environ.items() if isinstance(value, (str, int, bool, tuple))}
        kept = self.kept

        def keep(status: str, *others: Any) -> Any:
            kept.append(Request(name, plain, body, status))
            return start_response(status, *others)

        return self.application(environ, keep)
