# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""XMPP over WebSocket (RFC 6455, RFC 7395) as a guest: SASL ANONYMOUS, resource bind, services (XEP-0215), a room."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import struct
import uuid
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

from .net import Answer, Deadline, ProbeError, Reader, Site, Stream, connect_tls, head

FRAMING, SASL = "urn:ietf:params:xml:ns:xmpp-framing", "urn:ietf:params:xml:ns:xmpp-sasl"
BIND, SERVICES = "urn:ietf:params:xml:ns:xmpp-bind", "urn:xmpp:extdisco:2"
FOCUS = "http://jitsi.org/protocol/focus"
_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


@dataclass(frozen=True)
class TurnService:
    """Where a relay is, and what to say there."""

    host: str
    port: int
    transport: str
    username: str
    password: str


class WebSocket:
    """A WebSocket of the site for XMPP. ``deadline`` holds for everything on it, until it gets another."""

    def __init__(self, stream: Stream, reader: Reader) -> None:
        self._stream, self._reader = stream, reader

    def send(self, text: str, opcode: int = _TEXT) -> None:
        """Send a text in one frame."""
        data, mask = text.encode(), os.urandom(4)
        size = len(data)
        length = struct.pack("!B", 0x80 | size) if size < 126 else struct.pack("!BH", 0x80 | 126, size)
        masked = bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))
        self._stream.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def receive(self) -> str:
        """Receive a text, of however many frames."""
        found = b""
        while True:
            first, second = self._reader.exactly(2)
            size = second & 0x7F
            if size >= 126:
                size = int.from_bytes(self._reader.exactly(2 if size == 126 else 8), "big")
            data, opcode = self._reader.exactly(size), first & 0x0F
            if opcode == _CLOSE:
                raise ProbeError("the server closed the WebSocket")
            if opcode == _PING:
                self.send(data.decode("utf-8", "replace"), _PONG)
            elif opcode != _PONG:
                found += data
                if first & 0x80:
                    return found.decode("utf-8", "replace")

    def renew(self, deadline: Deadline) -> None:
        """Give what comes next a time of its own."""
        self._reader.deadline = deadline

    def close(self) -> None:
        """Hang up."""
        self._stream.close()


def open_socket(site: Site, path: str, deadline: Deadline) -> WebSocket:
    """Open a WebSocket at a path of the site. Raises ProbeError if the site does not offer one for XMPP."""
    stream = connect_tls(site, deadline)
    try:
        reader = Reader(stream, deadline)
        key = base64.b64encode(os.urandom(16))
        request = (
            f"GET {path} HTTP/1.1\r\nHost: {site.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key.decode()}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: xmpp\r\n"
            f"Origin: https://{site.host}\r\n\r\n"
        )
        stream.settimeout(deadline.left())
        stream.sendall(request.encode())
        _check_upgrade(head(reader), path, key)
    except BaseException:
        stream.close()
        raise
    return WebSocket(stream, reader)


def _check_upgrade(answer: Answer, path: str, key: bytes) -> None:
    if answer.status != 101:
        raise ProbeError(f"{path} answered {answer.status} and not 101, so it is no WebSocket")
    accepted = base64.b64encode(hashlib.sha1(key + _MAGIC, usedforsecurity=False).digest()).decode()
    if answer.headers.get("sec-websocket-accept") != accepted:
        raise ProbeError(f"{path} did not answer as a WebSocket does")
    if answer.headers.get("sec-websocket-protocol") != "xmpp":
        raise ProbeError(f"{path} speaks {answer.headers.get('sec-websocket-protocol') or 'nothing'} and not xmpp")


class Guest:
    """A guest of an XMPP domain, on a WebSocket."""

    def __init__(self, socket: WebSocket, domain: str) -> None:
        self._socket, self.domain, self.jid = socket, domain, ""

    def login(self) -> str:
        """Log in without an account; returns the JID."""
        mechanisms = re.findall(r"<mechanism>([^<]*)</mechanism>", self._open())
        if "ANONYMOUS" not in mechanisms:
            offered = ", ".join(mechanisms) or "no login"
            raise ProbeError(f"{self.domain} offers {offered}, and guests need ANONYMOUS")
        self._socket.send(f"<auth xmlns='{SASL}' mechanism='ANONYMOUS'/>")
        answer = self._until("<success", "<failure")
        if answer.startswith("<failure"):
            raise ProbeError(f"the login was refused: {_condition(answer)}")
        self._open()
        bound = self._ask("", f"<bind xmlns='{BIND}'/>")
        found = re.search(r"<jid>([^<]+)</jid>", bound)
        if not found:
            raise ProbeError("the server gave no address")
        self.jid = found[1]
        return self.jid

    def turn_services(self) -> list[TurnService]:
        """The relays, with credentials made for this guest."""
        answer = self._ask(self.domain, f"<services xmlns='{SERVICES}'/>")
        services = [_attributes(each) for each in re.findall(r"<service\b[^>]*>", answer)]
        return [
            TurnService(
                each.get("host", ""),
                int(each.get("port") or 3478),
                each.get("transport", "udp"),
                each.get("username", ""),
                each.get("password", ""),
            )
            for each in services
            if each.get("type") in ("turn", "turns")
        ]

    def open_room(self, room: str, focus: str, rooms: str) -> None:
        """Ask jicofo to lead a conference, and join its room."""
        jid = f"{room}@{rooms}"
        answer = self._ask(
            focus, f"<conference xmlns='{FOCUS}' room={quoteattr(jid)} machine-uid={quoteattr(room)}/>", "set"
        )
        ready = re.search(r"<conference\b[^>]*\bready=['\"](\w+)", answer)
        if not ready or ready[1] != "true":
            raise ProbeError("jicofo is not ready to lead a conference")
        self._socket.send(
            f"<presence xmlns='jabber:client' to={quoteattr(f'{jid}/probe')}><x xmlns='http://jabber.org/protocol/muc'/></presence>"
        )
        # The last of the presences that a room sends is one's own.
        while True:
            stanza = self._until("<presence")
            if "type='error'" in stanza.replace('"', "'"):
                raise ProbeError(f"the room refused: {_condition(stanza)}")
            if re.search(r"<status\b[^>]*code=['\"]110['\"]", stanza):
                break
        self._socket.send(f"<presence xmlns='jabber:client' to={quoteattr(f'{jid}/probe')} type='unavailable'/>")

    def renew(self, deadline: Deadline) -> None:
        """Give what comes next a time of its own."""
        self._socket.renew(deadline)

    def close(self) -> None:
        """End the stream and the connection."""
        try:
            self._socket.send(f"<close xmlns='{FRAMING}'/>")
        except OSError:
            pass
        self._socket.close()

    def _open(self) -> str:
        self._socket.send(f"<open xmlns='{FRAMING}' to={quoteattr(self.domain)} version='1.0'/>")
        opened = self._until("<open", "<close")
        if opened.startswith("<close"):
            raise ProbeError(f"the server knows no domain {self.domain}")
        return self._until("<stream:features", "<features")

    def _ask(self, to: str, query: str, kind: str = "") -> str:
        identity = uuid.uuid4().hex
        kind = kind or ("get" if to else "set")
        address = f" to={quoteattr(to)}" if to else ""
        self._socket.send(f"<iq xmlns='jabber:client' type='{kind}' id='{identity}'{address}>{query}</iq>")
        while True:
            answer = self._until("<iq")
            attributes = _attributes(re.match(r"<iq\b[^>]*>", answer)[0])  # type: ignore[index]
            if attributes.get("id") != identity:
                continue
            if attributes.get("type") != "result":
                raise ProbeError(f"{to or self.domain} refused: {_condition(answer)}")
            return answer

    def _until(self, *beginnings: str) -> str:
        while True:
            stanza = self._socket.receive().strip()
            if stanza.startswith(beginnings):
                return stanza
            if stanza.startswith(("<close", "<stream:error")):
                raise ProbeError(f"the server ended the stream: {_condition(stanza)}")


def _attributes(tag: str) -> dict[str, str]:
    pairs: list[tuple[str, str, str]] = re.findall(r"([\w:-]+)=(?:'([^']*)'|\"([^\"]*)\")", tag)
    return {name: _unescape(one or other) for name, one, other in pairs}


def _unescape(text: str) -> str:
    for name, sign in (("&lt;", "<"), ("&gt;", ">"), ("&apos;", "'"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(name, sign)
    return text


def _condition(stanza: str) -> str:
    """The condition of an error: the first empty element that is none of an address."""
    found: list[Any] = re.findall(r"<([a-z-]+)(?:\s+xmlns=['\"][^'\"]*['\"])?\s*/>", stanza)
    text = re.search(r"<text\b[^>]*>([^<]*)</text>", stanza)
    return ", ".join([*found[:1], *([text[1]] if text else [])]) or "no reason given"
