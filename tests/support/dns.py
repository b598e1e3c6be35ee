# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A name server (RFC 1035) with one answer for every question about addresses: what a test says."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address

A, IN, RESPONSE, SERVFAIL = 1, 1, 0x8180, 2


@dataclass
class Names:
    """``addresses`` answer questions about IPv4 addresses; None fails. ``asked`` counts the questions."""

    addresses: Sequence[str] | None = ()
    asked: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def say(self, *addresses: str, fail: bool = False, times: int = 2) -> None:
        """Answer so from now on, and wait until that was asked for; the last question may have got the answer before."""
        with self.changed:
            self.addresses, end = None if fail else addresses, self.asked + times
            assert self.changed.wait_for(lambda: self.asked >= end, 30), "nobody asks"

    def answer(self, question: bytes) -> bytes:
        """Answer one question."""
        end = question.index(b"\0", 12) + 5
        kind, _class = struct.unpack_from("!HH", question, end - 4)
        with self.changed:
            found = [] if kind != A else self.addresses
            self.asked += kind == A
            self.changed.notify_all()
        # The name of each record is that of the question, at byte 12; nobody may keep it.
        records = b"".join(
            struct.pack("!HHHIH", 0xC00C, A, IN, 0, 4) + IPv4Address(address).packed for address in found or ()
        )
        head = struct.pack("!HHHHH", RESPONSE | (SERVFAIL if found is None else 0), 1, len(found or ()), 0, 0)
        return question[:2] + head + question[12:end] + records


@contextmanager
def names(address: str = "127.0.0.1", *answers: str) -> Iterator[Names]:
    """Serve names on port 53 of an address."""
    known = Names(answers)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))

        def serve() -> None:
            while True:
                question, client = server.recvfrom(512)
                server.sendto(known.answer(question), client)

        threading.Thread(target=serve, daemon=True).start()
        yield known
