# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""S3 as a recorder meets it: an HTTP proxy before the emulator that is as strict as AWS, and fails on demand.

rclone believes that it talks to AWS (host names, quirks, signatures); only TLS is left out. Strict means what the
emulator does not check: the policy of the recorder's role, ACLs switched off, encryption asked for, and digests of what
is sent.
"""

from __future__ import annotations

import base64
import collections
import hashlib
import http.client
import json
import random
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

BUCKET = "recordings-bucket"
ENDPOINT = "http://s3.us-east-1.amazonaws.com"

# Error answers: status and code.
ERRORS = {"InternalError": 500, "SlowDown": 503, "AccessDenied": 403, "ExpiredToken": 403, "RequestTimeTooSkewed": 403}
# What else may happen to a request. "late" ones are done by S3, but the caller is not told so.
# A request that S3 finishes when its caller has given up is no part of them: see "landing" in the tests.
FAULTS = (
    *ERRORS,
    "reset",
    "late reset",
    "late InternalError",
    "truncated",
    "corrupt answer",
    "corrupt request",
    "stall",
)


@dataclass
class Caller:
    """What is to happen to one recorder's requests. ``rate``: share of requests that fail, drawn with ``chance``.

    ``always`` is a fault of every request, or of those whose operation is in ``only``; ``at`` gives faults to single
    requests by number. ``at_request`` is called once, at request number ``countdown``: before S3 has it, or after.
    """

    chance: random.Random = field(default_factory=lambda: random.Random(0))
    rate: float = 0.0
    always: str = ""
    only: frozenset[str] = frozenset()
    at: dict[int, str] = field(default_factory=dict)
    # A careless S3 takes a body that does not fit its digest.
    careless: bool = False
    # Says yes to an upload and drops it.
    deaf: bool = False
    countdown: int = 0
    after: bool = False
    at_request: Callable[[], None] | None = None
    seen: list[str] = field(default_factory=list)


class S3:
    """The proxy. ``url(name)`` is what the recorder ``name`` gets as HTTP_PROXY."""

    def __init__(self, aws_url: str, allowed: frozenset[str], stall_seconds: float) -> None:
        self.aws = urlsplit(aws_url)
        self.allowed = allowed
        self.stall_seconds = stall_seconds
        self.callers: dict[str, Caller] = collections.defaultdict(Caller)
        self.faults: collections.Counter[str] = collections.Counter()
        self.used: set[str] = set()
        # Uploads that were done when their caller had died or given up.
        self.late = 0
        # How often the content of an object was changed on its way back, by key.
        self.misread: collections.Counter[str] = collections.Counter()
        self._lock = threading.Lock()
        world = self

        class Bound(Handler):
            s3 = world

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_args: Any) -> None:
                """A caller that was killed is no error."""

        self._server = Server(("127.0.0.1", 0), Bound)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, name: str) -> str:
        return f"http://{name}:x@127.0.0.1:{self._server.server_port}"

    @property
    def credentials_url(self) -> str:
        """Where the ECS agent would hand out the credentials of the task's role."""
        return f"http://127.0.0.1:{self._server.server_port}/credentials"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def draw(self, caller: Caller, operation: str) -> str:
        """Choose what happens to a request; empty for nothing."""
        with self._lock:
            caller.seen.append(operation)
            fault = caller.at.get(len(caller.seen), "")
            if caller.always and (not caller.only or operation in caller.only):
                fault = caller.always
            elif caller.rate and caller.chance.random() < caller.rate:
                fault = caller.chance.choice(FAULTS)
            if fault:
                self.faults[fault] += 1
            return fault


@contextmanager
def s3_server(aws_url: str, allowed: frozenset[str], stall_seconds: float = 5) -> Iterator[S3]:
    """Run the proxy."""
    server = S3(aws_url, allowed, stall_seconds)
    try:
        yield server
    finally:
        server.stop()


def operation_of(method: str, query: dict[str, list[str]], key: str) -> str:
    """Name the operation of a request."""
    if method == "GET":
        return "GetObject" if key else "ListObjectsV2"
    if method == "POST":
        return "CreateMultipartUpload" if "uploads" in query else "CompleteMultipartUpload"
    if method == "PUT":
        return "UploadPart" if "partNumber" in query else "PutObject"
    if method == "DELETE":
        return "AbortMultipartUpload" if "uploadId" in query else "DeleteObject"
    return "HeadObject"


def actions_of(operation: str, query: dict[str, list[str]], headers: Any) -> set[str]:
    """List the IAM actions that a request needs (S3 User Guide, "Required permissions for S3 API operations")."""
    if operation in ("GetObject", "HeadObject"):
        return {"s3:GetObjectVersion" if "versionId" in query else "s3:GetObject"}
    if operation in ("AbortMultipartUpload", "DeleteObject"):
        return {f"s3:{operation}"}
    if operation == "ListObjectsV2":
        return {"s3:ListBucket"}
    return {"s3:PutObject"} | ({"s3:PutObjectAcl"} if "x-amz-acl" in headers else set())


def flip(body: bytes, chance: random.Random) -> bytes:
    """Change one bit of a byte."""
    if not body:
        return body
    place = chance.randrange(len(body))
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


class Hangup(Exception):
    """Ends the connection without a proper answer."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    s3: S3

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (Hangup, OSError):
            self.close_connection = True
            with suppress(OSError):
                # A reset, not an orderly end.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()

    def handle_request(self) -> None:
        if self.path == "/credentials":
            self.hand_out_credentials()
            return
        name = base64.b64decode(self.headers.get("Proxy-Authorization", "Basic ").split()[-1]).decode().split(":")[0]
        caller = self.s3.callers[name]
        target = urlsplit(self.path)
        query = parse_qs(target.query, keep_blank_values=True)
        key = unquote(target.path[1:])
        operation = operation_of(self.command, query, key)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.s3.draw(caller, operation)
        caller.countdown -= 1
        strike = caller.at_request if caller.countdown == 0 else None

        if strike and not caller.after:
            strike()
            time.sleep(0.05)
        body = self.on_the_way(fault, body, caller)
        refusal = self.refusal(operation, query, key, body, caller.careless)
        if fault in ERRORS or refusal:
            self.refuse(*(refusal or (ERRORS[fault], fault)))
            return
        if caller.deaf and operation == "PutObject":
            self.answer(200, {"ETag": '"0"'}, b"")
            return
        status, headers, answer = self.forward(body)
        if operation in ("PutObject", "CompleteMultipartUpload") and self.caller_is_gone():
            self.s3.late += 1
        if strike and caller.after:
            strike()
        # Whoever may list only some prefixes is not told that an object does not exist.
        hidden = status == 404 and operation in ("GetObject", "HeadObject")
        # Only what an object holds: an answer about objects that is changed is no fault of a network.
        if fault == "corrupt answer" and operation == "GetObject" and status in (200, 206) and answer:
            answer = flip(answer, caller.chance)
            self.s3.misread[key] += 1
        self.on_the_way_back(fault, status if not hidden else 403, headers, answer)

    def on_the_way(self, fault: str, body: bytes, caller: Caller) -> bytes:
        """What happens before S3 has the request; returns what S3 gets."""
        if fault == "stall":
            time.sleep(self.s3.stall_seconds)
        if fault in ("stall", "reset") or self.caller_is_gone():
            raise Hangup
        if fault == "landing":
            time.sleep(2 * self.s3.stall_seconds)
        return flip(body, caller.chance) if fault == "corrupt request" else body

    def on_the_way_back(self, fault: str, status: int, headers: dict[str, str], answer: bytes) -> None:
        """What happens to the answer of S3."""
        if fault == "late reset":
            raise Hangup
        if fault == "late InternalError":
            self.refuse(500, "InternalError")
        elif status == 403:
            self.refuse(403, "AccessDenied")
        else:
            self.answer(status, headers, answer, cut=fault == "truncated")

    def hand_out_credentials(self) -> None:
        credentials = {
            "AccessKeyId": "AKIDEXAMPLE",
            "SecretAccessKey": "secret-of-the-role",
            "Token": "token-of-the-role",
            "Expiration": (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        self.answer(200, {}, json.dumps(credentials).encode())

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = handle_request

    def refusal(
        self, operation: str, query: dict[str, list[str]], key: str, body: bytes, careless: bool
    ) -> tuple[int, str] | None:
        """What AWS has against the request: status and code."""
        needed = actions_of(operation, query, self.headers)
        self.s3.used |= needed
        prefix = query.get("prefix", [""])[0] if operation == "ListObjectsV2" else key
        if not needed <= self.s3.allowed or not prefix.startswith("recordings/"):
            return 403, "AccessDenied"
        if self.headers.get("x-amz-security-token") != "token-of-the-role":
            return 403, "InvalidToken"
        if operation in ("PutObject", "CreateMultipartUpload"):
            if self.headers.get("x-amz-acl", "bucket-owner-full-control") != "bucket-owner-full-control":
                return 400, "AccessControlListNotSupported"
            if self.headers.get("x-amz-server-side-encryption") != "aws:kms":
                return 403, "AccessDenied"
        if operation in ("PutObject", "UploadPart") and not careless:
            digest = base64.b64encode(hashlib.md5(body).digest()).decode()
            if self.headers.get("Content-MD5") != digest:
                return 400, "BadDigest"
        return None

    def caller_is_gone(self) -> bool:
        """Whether the caller died or gave up while this proxy had not come to its request yet."""
        try:
            return not self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False

    def forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        target = urlsplit(self.path)
        assert self.s3.aws.hostname is not None
        connection = http.client.HTTPConnection(self.s3.aws.hostname, self.s3.aws.port, timeout=60)
        connection.putrequest(self.command, target.path + ("?" + target.query if target.query else ""), True, True)
        for name, value in self.headers.items():
            if not re.match("proxy-", name, re.IGNORECASE):
                connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        answer = response.read()
        headers = dict(response.headers.items())
        connection.close()
        return response.status, headers, answer

    def refuse(self, status: int, code: str) -> None:
        body = f"<Error><Code>{code}</Code><Message>{code}</Message><RequestId>1</RequestId></Error>".encode()
        self.answer(status, {"Content-Type": "application/xml"}, b"" if self.command == "HEAD" else body)

    def answer(self, status: int, headers: dict[str, str], body: bytes, cut: bool = False) -> None:
        self.send_response_only(status)
        length = str(len(body))
        for name, value in headers.items():
            if name.lower() == "content-length" and self.command == "HEAD":
                length = value
            elif name.lower() not in ("connection", "transfer-encoding", "content-length"):
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        if cut and not body:
            raise Hangup
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        if cut:
            self.wfile.flush()
            raise Hangup

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""
