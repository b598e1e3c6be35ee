# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A local AWS in a process of its own, so that each contender has one and their runs can take turns."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from typing import Any

from made import made
from moto_gaps import patch
from support.server import AwsServer


class Account:
    """An emulated account. It is the same for all: patched, every service loaded, empty."""

    def __init__(self, name: str) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_serve, args=(theirs, name), daemon=True)
        self._process.start()
        self.url: str = self._pipe.recv()

    def _ask(self, what: str) -> Any:
        self._pipe.send(what)
        return self._pipe.recv()

    def empty(self) -> None:
        """Remove everything, and let the emulator load what it loads at the first call: the AWS managed policies."""
        self._ask("empty")

    def calls(self) -> tuple[int, int]:
        """Tell how many API calls there were since the last time, and how many of them change something."""
        calls, writes = self._ask("calls")
        return calls, writes

    def made(self) -> dict[str, int]:
        """Count what is there."""
        counts: dict[str, int] = self._ask("made")
        self.calls()
        return counts

    def stop(self) -> None:
        """End it."""
        self._pipe.send("stop")
        self._process.join()


def _serve(pipe: Connection, name: str) -> None:
    patch()
    server = AwsServer()

    def empty() -> None:
        server.reset()
        server.client("iam").list_roles()

    def calls() -> tuple[int, int]:
        counts = len(server.calls), len(server.mutating())
        server.calls.clear()
        return counts

    answers = {"empty": empty, "calls": calls, "made": lambda: made(server, name)}
    pipe.send(server.url)
    while (what := pipe.recv()) != "stop":
        pipe.send(answers[what]())
    server.stop()
