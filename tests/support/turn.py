# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A small TURN client over TCP (RFC 8656, long-term credentials)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ipaddress
import secrets
import socket
import struct
import time
from dataclasses import dataclass, field

PRIVATE, LINK_LOCAL, PUBLIC, NEIGHBOUR = "10.90.0.10", "169.254.172.2", "203.0.113.7", "10.90.0.11"
# Another bridge, one that comes later, and somebody's address that is none.
OTHER, LATER, STRANGER = "203.0.113.8", "203.0.113.9", "198.51.100.20"
PORT, STUN_PORT, BRIDGE_PORT = 4443, 3478, 10000
HOST = "turn.example.com"
SECRET = "0123456789abcdef0123456789abcdef"

COOKIE = 0x2112A442
ALLOCATE, REFRESH, SEND, DATA = 0x003, 0x004, 0x016, 0x017
CREATE_PERMISSION, CHANNEL_BIND, BINDING = 0x008, 0x009, 0x001
ERROR, SUCCESS = 0x110, 0x100
USERNAME, INTEGRITY, ERROR_CODE, CHANNEL, XOR_PEER, PAYLOAD = 0x0006, 0x0008, 0x0009, 0x000C, 0x0012, 0x0013
REALM, NONCE, XOR_RELAYED, TRANSPORT, FAMILY = 0x0014, 0x0015, 0x0016, 0x0019, 0x0017
XOR_MAPPED, CHANGE_REQUEST = 0x0020, 0x0003
UDP, TCP, IPV6 = b"\x11\0\0\0", b"\x06\0\0\0", b"\x02\0\0\0"


def credentials(secret: str, seconds: float) -> tuple[str, str]:
    """Time-limited credentials as prosody hands them out: the end as user name, and its HMAC as password."""
    user = str(int(time.time() + seconds))
    return user, base64.b64encode(hmac.new(secret.encode(), user.encode(), hashlib.sha1).digest()).decode()


def attribute(kind: int, value: bytes) -> bytes:
    """Write one attribute, padded to 32 bits."""
    return struct.pack("!HH", kind, len(value)) + value + b"\0" * (-len(value) % 4)


def attributes(body: bytes) -> dict[int, bytes]:
    """Read the attributes of a message."""
    found, at = {}, 0
    while at < len(body):
        kind, length = struct.unpack_from("!HH", body, at)
        found[kind] = body[at + 4 : at + 4 + length]
        at += 4 + length + (-length % 4)
    return found


def xor(address: bytes, transaction: bytes) -> bytes:
    """Hide or show an address."""
    key = struct.pack("!I", COOKIE) + transaction
    return bytes(left ^ right for left, right in zip(address, key, strict=False))


def peer(host: str, port: int, transaction: bytes) -> bytes:
    """Write XOR-PEER-ADDRESS."""
    address = ipaddress.ip_address(host)
    family = 1 if address.version == 4 else 2
    return attribute(XOR_PEER, struct.pack("!BBH", 0, family, port ^ (COOKIE >> 16)) + xor(address.packed, transaction))


@dataclass
class Client:
    """A connection to the server as one user."""

    user: str
    password: str
    realm: bytes = b""
    nonce: bytes = b""
    server: str = PRIVATE
    stream: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.stream = socket.create_connection((self.server, PORT), timeout=5)

    def send(self, kind: int, body: bytes, transaction: bytes, signed: bool = True) -> None:
        """Send one message, signed if there is a realm already."""
        if self.realm and signed:
            body += attribute(USERNAME, self.user.encode())
            body += attribute(REALM, self.realm) + attribute(NONCE, self.nonce)
            key = hashlib.md5(f"{self.user}:{self.realm.decode()}:{self.password}".encode()).digest()
            # The length counts the signature that is to come.
            head = struct.pack("!HHI", kind, len(body) + 24, COOKIE) + transaction
            body += attribute(INTEGRITY, hmac.new(key, head + body, hashlib.sha1).digest())
        self.stream.sendall(struct.pack("!HHI", kind, len(body), COOKIE) + transaction + body)

    def receive(self) -> tuple[int, bytes, dict[int, bytes]]:
        """Read one message: kind, transaction, attributes."""
        head = self.exactly(20)
        kind, length, _cookie = struct.unpack_from("!HHI", head)
        return kind, head[8:], attributes(self.exactly(length))

    def exactly(self, count: int) -> bytes:
        """Read so many bytes."""
        read = b""
        while len(read) < count:
            part = self.stream.recv(count - len(read))
            if not part:
                raise ConnectionError("the server hung up")
            read += part
        return read

    def ask(self, kind: int, body: bytes = b"", transaction: bytes = b"") -> tuple[int, dict[int, bytes]]:
        """Send a request; returns the error code, 0 for success, and the attributes of the answer."""
        transaction = transaction or secrets.token_bytes(12)
        self.send(kind, body, transaction)
        answer, answered, found = self.receive()
        assert answered == transaction
        if answer == kind | SUCCESS:
            return 0, found
        assert answer == kind | ERROR, hex(answer)
        return found[ERROR_CODE][2] * 100 + found[ERROR_CODE][3], found

    def allocate(self, more: bytes = b"", transport: bytes = UDP) -> tuple[int, dict[int, bytes]]:
        """Allocate: once without credentials to learn realm and nonce, then with them."""
        code, found = self.ask(ALLOCATE, attribute(TRANSPORT, transport) + more)
        assert (code, REALM in found) == (401, True), code
        self.realm, self.nonce = found[REALM], found[NONCE]
        return self.ask(ALLOCATE, attribute(TRANSPORT, transport) + more)

    def permit(self, host: str, port: int = BRIDGE_PORT) -> int:
        """Ask for permission to reach a peer; returns the error code."""
        transaction = secrets.token_bytes(12)
        return self.ask(CREATE_PERMISSION, peer(host, port, transaction), transaction)[0]

    def bind(self, host: str, port: int = BRIDGE_PORT) -> int:
        """Ask for a channel to a peer; returns the error code."""
        transaction = secrets.token_bytes(12)
        channel = attribute(CHANNEL, b"\x40\x01\0\0")
        return self.ask(CHANNEL_BIND, channel + peer(host, port, transaction), transaction)[0]

    def relay(self, host: str, payload: bytes, port: int = BRIDGE_PORT) -> None:
        """Send to a peer through the server."""
        transaction = secrets.token_bytes(12)
        self.send(SEND, peer(host, port, transaction) + attribute(PAYLOAD, payload), transaction, signed=False)

    def relayed(self) -> bytes:
        """Wait for what a peer sends back."""
        kind, _transaction, found = self.receive()
        assert kind == DATA, hex(kind)
        return found[PAYLOAD]
