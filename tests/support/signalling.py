# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What stands in for jicofo and prosody before jicofo's health check: every answer, every state of the connection.

Run as a program it expects a network namespace of its own, so that it may have the very ports of the task.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from . import namespace
from .servers import Handler, serving

TASK, BRIDGE = "10.90.0.10", "10.90.0.11"
NO_BRIDGES = "No operational bridges available (total bridge count: %d)"
# Connections to prosody: jicofo's, as Java makes it and as plain IPv4; none; one that prosody has closed and jicofo has
# not; only that of a bridge.
JAVA, IPV4, NONE, CLOSED, BRIDGES = "java", "ipv4", "none", "closed", "bridges"


class Situation(NamedTuple):
    """What jicofo answers (status and text; status 0: nothing, -1: nobody listens), and how it is connected."""

    status: int
    text: str = ""
    connection: str = JAVA


class Verdict(NamedTuple):
    """Whether the check passes, how many seconds it took, and what it printed."""

    passes: bool
    seconds: float
    printed: str


WELL = Situation(200, "OK")
NO_BRIDGE = Situation(500, NO_BRIDGES % 0)
PING = Situation(503, "XMPP ping failed: did not receive xmpp ping response for client")
NOT_THERE = Situation(-1)
PASSING = [
    WELL,
    NO_BRIDGE,
    Situation(500, NO_BRIDGES % 2),
    Situation(500, NO_BRIDGES % 0, IPV4),
]
FAILING = [
    PING,
    PING._replace(connection=NONE),
    Situation(500, "Test conference failed to start."),
    Situation(503, "Test conference failed to start due to timeout."),
    Situation(500, "No health checks performed recently, the last result was 45 seconds ago."),
    # Whatever holds the words only among others, or with another status.
    Situation(500, f"Error: {NO_BRIDGES % 0}"),
    Situation(500, "No operational bridges"),
    Situation(503, NO_BRIDGES % 0),
    Situation(404, NO_BRIDGES % 0),
    Situation(500),
    Situation(404),
    Situation(302, "OK"),
    Situation(0),
    NOT_THERE,
    # Said before its first own check, or up to 10 seconds ago, or with its bridges forgotten.
    *(said._replace(connection=how) for said in (WELL, NO_BRIDGE) for how in (NONE, CLOSED, BRIDGES)),
]


@contextlib.contextmanager
def _jicofo(situation: Situation) -> Iterator[None]:
    if situation.status < 0:
        yield
        return
    ended = threading.Event()

    class Answering(Handler):
        def do_GET(self) -> None:
            if situation.status == 0:
                ended.wait()
            elif self.path == "/about/health":
                self.answer(situation.status, situation.text.encode(), {"Content-Type": "text/plain"})
            else:
                self.answer(404)

    with serving(Answering, 8888):
        try:
            yield
        finally:
            ended.set()


@contextlib.contextmanager
def _connection(kind: str) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        prosody = stack.enter_context(socket.create_server(("0.0.0.0", 5222)))
        # A bridge is always there, and a browser's connection to another port.
        clients = [socket.create_connection((TASK, 5222), source_address=(BRIDGE, 0))]
        other = stack.enter_context(socket.create_server(("127.0.0.1", 5280)))
        clients.append(socket.create_connection(other.getsockname()))
        if kind in (JAVA, CLOSED):
            clients.append(socket.socket(socket.AF_INET6))
            clients[-1].connect(("::ffff:127.0.0.1", 5222))
        elif kind == IPV4:
            clients.append(socket.create_connection(("127.0.0.1", 5222)))
        for client in clients:
            stack.enter_context(client)
        accepted = [stack.enter_context(prosody.accept()[0]) for _ in range(1 if kind in (NONE, BRIDGES) else 2)]
        if kind == CLOSED:
            accepted[-1].close()
            assert clients[-1].recv(1) == b""
        yield


def judge(command: Sequence[str], situations: Sequence[Situation]) -> dict[Situation, Verdict]:
    """What the check says of each situation."""
    done = namespace.run("support.signalling", json.dumps(command), json.dumps(situations))
    assert done.returncode == 0, done.stderr
    return dict(zip(situations, (Verdict(*found) for found in json.loads(done.stdout)), strict=True))


def _verdict(command: list[str], situation: Situation) -> Verdict:
    with _connection(situation.connection), _jicofo(situation):
        begin = time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        return Verdict(done.returncode == 0, time.monotonic() - begin, done.stdout + done.stderr)


def main(command: str, situations: str) -> None:
    """Print the verdicts of a check on situations, in order; all of it JSON."""
    namespace.begin(f"{TASK}/32", f"{BRIDGE}/32")
    print(json.dumps([_verdict(json.loads(command), Situation(*situation)) for situation in json.loads(situations)]))


if __name__ == "__main__":
    main(*sys.argv[1:])
