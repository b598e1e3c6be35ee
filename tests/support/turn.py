# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A small TURN client over TCP (RFC 8656, long-term credentials), and what a participant and an attacker do with it.

Run as a program it expects a network namespace of its own, gives it the addresses of a bridge task, starts the TURN
server and prints what happened as JSON: ``unshare -rn python turn.py <script of the container> <folder>``.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import ipaddress
import json
import os
import secrets
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import namespace

PRIVATE, LINK_LOCAL, PUBLIC, OTHER = "10.90.0.10", "169.254.172.2", "203.0.113.7", "10.90.0.11"
PORT, BRIDGE_PORT = 4443, 10000
SECRET = "0123456789abcdef0123456789abcdef"

COOKIE = 0x2112A442
ALLOCATE, SEND, DATA, CREATE_PERMISSION, CHANNEL_BIND, BINDING = 0x003, 0x016, 0x017, 0x008, 0x009, 0x001
ERROR, SUCCESS = 0x110, 0x100
USERNAME, INTEGRITY, ERROR_CODE, CHANNEL, XOR_PEER, PAYLOAD = 0x0006, 0x0008, 0x0009, 0x000C, 0x0012, 0x0013
REALM, NONCE, XOR_RELAYED, TRANSPORT, FAMILY = 0x0014, 0x0015, 0x0016, 0x0019, 0x0017
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


# Nobody may be reached through the server but the bridge beside it.
FORBIDDEN = [
    "169.254.169.254",  # instance metadata
    "169.254.170.2",  # credentials of the task
    LINK_LOCAL,
    OTHER,  # a neighbour in the subnet
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "127.0.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "::1",
    "::",
    "fd00::1",
    "fd00:ec2::254",  # instance metadata over IPv6
    "fe80::1",
    f"::ffff:{OTHER}",
    "::ffff:169.254.169.254",
    "::ffff:127.0.0.1",
    "64:ff9b::a9fe:a9fe",
]


def scenario() -> dict[str, Any]:
    """What happens to a participant and to an attacker."""
    results: dict[str, Any] = {}
    bridge = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    bridge.bind((PRIVATE, BRIDGE_PORT))
    bridge.settimeout(5)

    participant = Client(*credentials(SECRET, 3600))
    code, found = participant.allocate()
    results["allocate"] = code
    relayed = found.get(XOR_RELAYED, b"\0" * 8)
    results["relayed address"] = str(ipaddress.ip_address(xor(relayed[4:8], b"")))
    # The bridge tells browsers its public address; the private one is what the server itself calls it.
    for name, host in (("public", PUBLIC), ("private", PRIVATE)):
        results[f"permit {name}"] = participant.permit(host)
        participant.relay(host, b"media to " + name.encode())
        packet, source = bridge.recvfrom(2048)
        results[f"bridge got over {name}"] = [packet.decode(), source[0]]
        bridge.sendto(b"media back", source)
        results[f"participant got over {name}"] = participant.relayed().decode()

    results["permit forbidden"] = {host: participant.permit(host, 80) for host in FORBIDDEN}
    results["bind forbidden"] = {host: participant.bind(host, 80) for host in FORBIDDEN}
    # Without a permission nothing passes: the bridge would hear what was sent to its neighbour's address here.
    neighbour = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    neighbour.bind((OTHER, 80))
    participant.relay(OTHER, b"attack", 80)
    # Answered after what was sent before it, so the neighbour would have it by now.
    results["bind allowed"] = participant.bind(PUBLIC)
    neighbour.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        results["neighbour got"] = neighbour.recv(2048).decode()

    user, password = credentials(SECRET, 3600)
    refused = {
        "another secret": credentials("f" * 32, 3600),
        "expired": credentials(SECRET, -60),
        "another's end": (str(int(user) + 3600), password),
        "no end": ("admin", base64.b64encode(hmac.new(SECRET.encode(), b"admin", hashlib.sha1).digest()).decode()),
        "no password": (user, ""),
    }
    results["refused"] = {name: Client(*given).allocate()[0] for name, given in refused.items()}
    results["TCP relay"] = Client(user, password).allocate(transport=TCP)[0]
    results["IPv6 relay"] = Client(user, password).allocate(attribute(FAMILY, IPV6))[0]

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect((PRIVATE, PORT))
        probe.settimeout(5)
        probe.send(struct.pack("!HHI", BINDING, 0, COOKIE) + secrets.token_bytes(12))
        try:
            results["UDP"] = len(probe.recv(2048))
        except ConnectionRefusedError:
            results["UDP"] = "refused"
    return results


@contextlib.contextmanager
def server(script: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The container: its script, and the two commands that ask the network who it is."""
    for name, text in (("hostname", f"{PRIVATE} {LINK_LOCAL}"), ("detect-external-ip", PUBLIC)):
        (folder / name).write_text(f"#!/bin/sh\necho {text}\n")
        (folder / name).chmod(0o755)
    process = subprocess.Popen(
        ["bash", "-c", script],
        env={"PATH": f"{folder}:{os.environ['PATH']}", "TURN_CREDENTIALS": SECRET},
        stdout=(folder / "log").open("wb"),
        stderr=subprocess.STDOUT,
    )
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection((PRIVATE, PORT), timeout=1):
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def main(script: str, folder: str) -> None:
    """Build the network of a bridge task, play, and print what happened."""
    namespace.begin(f"{PRIVATE}/24", f"{OTHER}/24", f"{LINK_LOCAL}/22", "169.254.169.254/32", "169.254.170.2/32")
    with server(Path(script).read_text(), Path(folder)) as process:
        results = scenario()
        process_files = Path(f"/proc/{process.pid}")
        results["secret shows"] = [
            name for name in ("cmdline", "environ") if SECRET in (process_files / name).read_text()
        ]
    print(json.dumps(results))


if __name__ == "__main__":
    main(*sys.argv[1:])
