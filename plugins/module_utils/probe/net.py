# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Connections, TLS and HTTP/1.1."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

MOST_BYTES = 2_000_000


class ProbeError(Exception):
    """What was tried did not work; the message says why, for a person."""


class Stream(Protocol):
    """A connected socket, of TLS or not."""

    def recv(self, size: int, /) -> bytes: ...
    def sendall(self, data: bytes, /) -> None: ...
    def settimeout(self, seconds: float, /) -> None: ...
    def close(self) -> None: ...


@dataclass
class Deadline:
    """All that is left of a time, however many waits it takes."""

    seconds: float
    end: float = field(init=False)

    def __post_init__(self) -> None:
        self.end = time.monotonic() + self.seconds

    def left(self) -> float:
        """Seconds left; raises ProbeError when none are."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise ProbeError(f"no answer within {self.seconds:g} s")
        return left


@dataclass(frozen=True)
class Site:
    """Where the platform is. ``address`` is connected to instead of what DNS says of the name."""

    domain: str
    port: int = 443
    address: str = ""
    ca_file: str = ""

    @property
    def host(self) -> str:
        return self.domain if self.port == 443 else f"{self.domain}:{self.port}"


def connect(host: str, port: int, deadline: Deadline) -> socket.socket:
    """Open a TCP connection."""
    try:
        return socket.create_connection((host, port), timeout=deadline.left())
    except socket.gaierror as error:
        raise ProbeError(f"DNS has no address of {host} ({error.strerror})") from None
    except TimeoutError:
        raise ProbeError(f"{host} port {port}: no answer within {deadline.seconds:g} s") from None
    except OSError as error:
        raise ProbeError(f"{host} port {port}: {error.strerror or error}") from None


def connect_tls(site: Site, deadline: Deadline) -> ssl.SSLSocket:
    """Open a connection with TLS, and check the certificate."""
    context = ssl.create_default_context(cafile=site.ca_file or None)
    context.set_alpn_protocols(["http/1.1"])
    plain = connect(site.address or site.domain, site.port, deadline)
    try:
        return context.wrap_socket(plain, server_hostname=site.domain)
    except ssl.SSLCertVerificationError as error:
        plain.close()
        raise ProbeError(f"the certificate is not valid: {error.verify_message}") from None
    except TimeoutError:
        plain.close()
        raise ProbeError(f"no TLS within {deadline.seconds:g} s") from None
    except OSError as error:
        plain.close()
        raise ProbeError(f"no TLS: {getattr(error, 'reason', '') or error.strerror or error}") from None


def certificate(stream: ssl.SSLSocket, now: dt.datetime) -> dict[str, Any]:
    """What the certificate of a connection says: ``version`` of TLS, ``names``, ``days`` left, ``issuer``."""
    found: dict[str, Any] = dict(stream.getpeercert() or {})
    end = dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(found["notAfter"]), dt.UTC)
    issuer = {key: value for part in found.get("issuer", ()) for key, value in part}
    return {
        "version": stream.version(),
        "names": [value for _kind, value in found.get("subjectAltName", ())],
        "days": (end - now).total_seconds() / 86400,
        "issuer": issuer.get("organizationName") or issuer.get("commonName", ""),
    }


class Reader:
    """Reads lines and given numbers of bytes from a stream, until a deadline."""

    def __init__(self, stream: Stream, deadline: Deadline) -> None:
        self.stream, self.deadline, self._buffer = stream, deadline, b""

    def _more(self) -> None:
        if len(self._buffer) > MOST_BYTES:
            raise ProbeError("the answer is too long")
        try:
            self.stream.settimeout(self.deadline.left())
            part = self.stream.recv(65536)
        except TimeoutError:
            raise ProbeError(f"no answer within {self.deadline.seconds:g} s") from None
        except OSError as error:
            raise ProbeError(f"the connection broke ({error.strerror or error})") from None
        if not part:
            raise ProbeError("the server closed the connection")
        self._buffer += part

    def exactly(self, count: int) -> bytes:
        """So many bytes."""
        if count > MOST_BYTES:
            raise ProbeError("the answer is too long")
        while len(self._buffer) < count:
            self._more()
        found, self._buffer = self._buffer[:count], self._buffer[count:]
        return found

    def until(self, end: bytes) -> bytes:
        """All up to and with ``end``."""
        while end not in self._buffer:
            self._more()
        found, _end, self._buffer = self._buffer.partition(end)
        return found + end

    def rest(self) -> bytes:
        """All until the server closes the connection."""
        while True:
            try:
                self._more()
            except ProbeError:
                self.deadline.left()
                found, self._buffer = self._buffer, b""
                return found


@dataclass(frozen=True)
class Answer:
    """An HTTP answer. Names of headers are small."""

    status: int
    headers: dict[str, str]
    body: str = ""


def head(reader: Reader) -> Answer:
    """Read status and headers."""
    lines = reader.until(b"\r\n\r\n").decode("latin-1").split("\r\n")
    parts = lines[0].split(" ", 2)
    if not parts[0].startswith("HTTP/") or len(parts) < 2 or not parts[1].isdigit():
        raise ProbeError("the answer is no HTTP")
    headers = (line.partition(":") for line in lines[1:] if ":" in line)
    return Answer(int(parts[1]), {name.strip().lower(): value.strip() for name, _colon, value in headers})


def get(site: Site, path: str, seconds: float) -> Answer:
    """GET a page of the site."""
    deadline = Deadline(seconds)
    stream = connect_tls(site, deadline)
    try:
        stream.settimeout(deadline.left())
        request = (
            f"GET {path} HTTP/1.1",
            f"Host: {site.host}",
            "Connection: close",
            "User-Agent: meetops.jitsi",
            "",
            "",
        )
        stream.sendall("\r\n".join(request).encode())
        reader = Reader(stream, deadline)
        answer = head(reader)
        return Answer(answer.status, answer.headers, _body(reader, answer.headers).decode("utf-8", "replace"))
    finally:
        stream.close()


def _body(reader: Reader, headers: dict[str, str]) -> bytes:
    if "chunked" in headers.get("transfer-encoding", ""):
        found = b""
        while size := int(reader.until(b"\r\n").split(b";")[0].strip() or b"0", 16):
            found += reader.exactly(size)
            reader.until(b"\r\n")
            if len(found) > MOST_BYTES:
                raise ProbeError("the answer is too long")
        return found
    if headers.get("content-length", "").isdigit():
        return reader.exactly(int(headers["content-length"]))
    return reader.rest()
