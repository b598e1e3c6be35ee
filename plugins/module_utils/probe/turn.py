# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""STUN and TURN (RFC 8489, RFC 8656): an allocation over TCP with long-term credentials, and a question over UDP."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import socket
import struct

from .net import Deadline, ProbeError, Reader, connect

_COOKIE = 0x2112A442
_BINDING, _ALLOCATE, _REFRESH = 0x001, 0x003, 0x004
_SUCCESS, _ERROR = 0x100, 0x110
_USERNAME, _INTEGRITY, _ERROR_CODE, _REALM, _NONCE = 0x0006, 0x0008, 0x0009, 0x0014, 0x0015
_TRANSPORT, _LIFETIME, _RELAYED = 0x0019, 0x000D, 0x0016
_UDP = b"\x11\0\0\0"


class Relay:
    """A connection to a TURN server."""

    def __init__(self, host: str, port: int, deadline: Deadline) -> None:
        self._stream = connect(host, port, deadline)
        self._reader = Reader(self._stream, deadline)
        self._realm, self._nonce, self._key, self._user = b"", b"", b"", ""

    def allocate(self, user: str, password: str) -> str:
        """Get a relayed address with these credentials, and give it back; returns it as ``address:port``."""
        code, found = self._ask(_ALLOCATE, _attribute(_TRANSPORT, _UDP))
        if code != 401 or _REALM not in found:
            raise ProbeError(f"the relay answered {code} and did not ask for credentials")
        self._realm, self._nonce, self._user = found[_REALM], found[_NONCE], user
        secret = f"{user}:{self._realm.decode('utf-8', 'replace')}:{password}".encode()
        # The standard says MD5.
        self._key = hashlib.md5(secret, usedforsecurity=False).digest()
        code, found = self._ask(_ALLOCATE, _attribute(_TRANSPORT, _UDP))
        if code == 401:
            raise ProbeError("the relay refused the credentials that prosody gives: they hold different secrets")
        if code:
            raise ProbeError(f"the relay refused with {code}")
        self._ask(_REFRESH, _attribute(_LIFETIME, b"\0\0\0\0"))
        return _address(found[_RELAYED])

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def _ask(self, kind: int, body: bytes) -> tuple[int, dict[int, bytes]]:
        """Send a request; returns the error code, 0 for success, and the attributes of the answer."""
        transaction = os.urandom(12)
        if self._key:
            body += _attribute(_USERNAME, self._user.encode())
            body += _attribute(_REALM, self._realm) + _attribute(_NONCE, self._nonce)
            # The length counts the signature that is to come.
            signed = _head(kind, len(body) + 24, transaction) + body
            body += _attribute(_INTEGRITY, hmac.new(self._key, signed, hashlib.sha1).digest())
        self._stream.sendall(_head(kind, len(body), transaction) + body)
        answer, length, cookie = struct.unpack_from("!HHI", header := self._reader.exactly(20))
        if cookie != _COOKIE or header[8:] != transaction:
            raise ProbeError("the server is no TURN server")
        found = _attributes(self._reader.exactly(length))
        if answer == kind | _SUCCESS:
            return 0, found
        code = found.get(_ERROR_CODE, b"\0\0\0\0")
        return code[2] * 100 + code[3] or -1, found


def ask_udp(host: str, port: int, seconds: float) -> str:
    """Ask a UDP port with a STUN binding: ``answered``, ``closed``, or ``silent``.

    A bridge answers participants only, so it is as silent as a firewall.
    """
    transaction = os.urandom(12)
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
    except socket.gaierror as error:
        raise ProbeError(f"DNS has no address of {host} ({error.strerror})") from None
    with socket.socket(family, kind, protocol) as probe:
        probe.settimeout(seconds)
        try:
            probe.connect(address)
            probe.send(_head(_BINDING, 0, transaction))
            return "answered" if probe.recv(2048)[8:20] == transaction else "silent"
        except TimeoutError:
            return "silent"
        except ConnectionRefusedError:
            return "closed"
        except OSError as error:
            raise ProbeError(f"{host} port {port}: {error.strerror or error}") from None


def _head(kind: int, length: int, transaction: bytes) -> bytes:
    return struct.pack("!HHI", kind, length, _COOKIE) + transaction


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + b"\0" * (-len(value) % 4)


def _attributes(body: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while at + 4 <= len(body):
        kind, length = struct.unpack_from("!HH", body, at)
        found[kind] = body[at + 4 : at + 4 + length]
        at += 4 + length + (-length % 4)
    return found


def _address(value: bytes) -> str:
    """XOR-RELAYED-ADDRESS of IPv4."""
    port = struct.unpack_from("!H", value, 2)[0] ^ (_COOKIE >> 16)
    number = struct.unpack_from("!I", value, 4)[0] ^ _COOKIE
    return f"{ipaddress.IPv4Address(number)}:{port}"
