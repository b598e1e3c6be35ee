# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""WSGI middleware around the emulator: calls that fail or are lost as AWS's do, and ids that follow from requests.

The same request gets the same ids, in whichever order and run it comes; the second one of its kind gets others. So two
accounts that were built in different ways can be compared as they are.
"""

from __future__ import annotations

import hashlib
import json
import re
import socket
import struct
from collections import Counter
from collections.abc import Callable
from typing import Any, NoReturn

from .recorder import body_of, is_mutating, operation

Wsgi = Callable[..., Any]
# Values of a request that its sender draws: tokens against repetition, and secrets.
DRAWN = re.compile(
    rb'"SecretString": ?"(?:[^"\\]|\\.)*"|\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b'
)
USER = "arn:aws:iam::123456789012:user/deployer"
# Kind of error -> (status, code), by how the service writes its errors.
ERRORS = {
    "throttled": {
        "ec2": (503, "RequestLimitExceeded"),
        "s3": (503, "SlowDown"),
        "lambda": (429, "TooManyRequestsException"),
        "json": (400, "ThrottlingException"),
        "xml": (400, "Throttling"),
    },
    "internal": {
        "ec2": (500, "InternalError"),
        "s3": (500, "InternalError"),
        "lambda": (500, "ServiceException"),
        "json": (500, "InternalServerError"),
        "xml": (500, "InternalFailure"),
    },
    "unavailable": {
        "ec2": (503, "Unavailable"),
        "s3": (503, "ServiceUnavailable"),
        "lambda": (503, "ServiceUnavailableException"),
        "json": (503, "ServiceUnavailableException"),
        "xml": (503, "ServiceUnavailable"),
    },
    "expired": {
        "ec2": (400, "RequestExpired"),
        "s3": (400, "ExpiredToken"),
        "lambda": (403, "ExpiredTokenException"),
        "json": (400, "ExpiredTokenException"),
        "xml": (403, "ExpiredToken"),
    },
    "denied": {
        "ec2": (403, "UnauthorizedOperation"),
        "s3": (403, "AccessDenied"),
        "lambda": (403, "AccessDeniedException"),
        "json": (400, "AccessDeniedException"),
        "xml": (403, "AccessDenied"),
    },
}
MESSAGES = {
    "throttled": "Rate exceeded",
    "internal": "An internal error has occurred",
    "unavailable": "The service is unavailable. Please try again shortly.",
    "expired": "The security token included in the request is expired",
    "denied": "Access denied",
}


class Faults:
    """``fault`` says what happens to the call of a name (``service:Action``) that comes: a kind of ERRORS, "reset" (it
    never gets to AWS), "lost" (AWS does it, its answer is lost), "killed", or None for nothing."""

    def __init__(self, application: Wsgi) -> None:
        self.application = application
        self.fault: Callable[[str], str | None] = lambda name: None
        # Called by "killed": the call is done, and nobody is left to read its answer.
        self.kill: Callable[[], None] = lambda: None
        # Which request it is: the same for the same request.
        self.request = b""
        self._seen: Counter[bytes] = Counter()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.application, name)

    def forget(self) -> None:
        """Begin with an empty account."""
        self.fault = lambda name: None
        self._seen.clear()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        if environ.get("PATH_INFO", "").startswith("/moto-api"):
            return self.application(environ, start_response)
        body = body_of(environ)
        name = operation(environ, body)
        self.request = self._digest(name, environ, body)
        kind = self.fault(name)
        if kind in ERRORS:
            return answer(kind, name, environ, start_response)
        if kind == "reset":
            cut(environ)
        self._choose_ids(name)
        if kind in ("lost", "killed"):
            for _ in self.application(environ, lambda *_: lambda data: None):
                pass
            if kind == "killed":
                self.kill()
            cut(environ)
        return self.application(environ, start_response)

    def _digest(self, name: str, environ: dict[str, Any], body: bytes) -> bytes:
        """Tells requests apart, but for what their sender has drawn."""
        address = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {environ.get('QUERY_STRING', '')}".encode()
        return hashlib.sha256(name.encode() + DRAWN.sub(b"", address + body)).digest()

    def _choose_ids(self, name: str) -> None:
        from moto.moto_api._internal import mock_random

        key = b"read"
        if is_mutating(name):
            key = self.request
            self._seen[key] += 1
        mock_random.seed(key + str(self._seen[key]).encode())


def cut(environ: dict[str, Any]) -> NoReturn:
    """End the connection at once."""
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError


def answer(kind: str, name: str, environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """Refuse a call as its service does."""
    service = name.partition(":")[0]
    cbor = environ["PATH_INFO"].startswith("/service/")
    if service in ("ec2", "s3", "lambda"):
        style = service
    elif cbor or "HTTP_X_AMZ_TARGET" in environ or service == "elasticfilesystem":
        style = "json"
    else:
        style = "xml"
    status, code = ERRORS[kind][style]
    message = MESSAGES[kind]
    # As most services do; S3 and a few others say no more than that access is denied.
    if kind == "denied" and service != "s3":
        message = (
            f"User: {USER} is not authorized to perform: {name} on resource: arn:aws:{service}:::thing "
            f"because no identity-based policy allows the {name} action"
        )
    headers = [("x-amzn-RequestId", "0"), ("x-amz-request-id", "0")]
    if cbor:
        body = b"\xa2" + _text("__type") + _text(code) + _text("message") + _text(message)
        headers += [("smithy-protocol", "rpc-v2-cbor"), ("Content-Type", "application/cbor")]
    elif style in ("json", "lambda"):
        body = json.dumps({"__type": code, "message": message}).encode()
        headers += [("x-amzn-errortype", code), ("Content-Type", "application/x-amz-json-1.1")]
    else:
        error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        body = {
            "ec2": f"<Response><Errors>{error}</Errors><RequestID>0</RequestID></Response>",
            "s3": error,
            "xml": f"<ErrorResponse>{error}<RequestId>0</RequestId></ErrorResponse>",
        }[style].encode()
        headers += [("Content-Type", "text/xml")]
    if environ["REQUEST_METHOD"] == "HEAD":
        body = b""
    start_response(f"{status} {code}", [*headers, ("Content-Length", str(len(body)))])
    return [body]


def _text(value: str) -> bytes:
    """A text of at most 65535 bytes, as CBOR."""
    data = value.encode()
    return b"\x79" + struct.pack(">H", len(data)) + data
