# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A local AWS in a process of its own, so that each contender has one and their runs can take turns."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from made import made
from moto_gaps import patch
from support.replay import Request
from support.server import AwsServer

STOP = ("stop", ())


class Account:
    """An emulated account. It is the same for all: patched, every service loaded, empty."""

    def __init__(self, name: str) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(target=_serve, args=(theirs, name), daemon=True)
        self._process.start()
        theirs.close()
        self.url: str = self._pipe.recv()

    def _ask(self, what: str, *arguments: Any) -> Any:
        self._pipe.send((what, arguments))
        return self._pipe.recv()

    def empty(self) -> None:
        """Remove everything. From now on the same requests get the same ids, in every account."""
        self._ask("empty")

    def record(self, run: Callable[[str], object]) -> list[Request]:
        """Return the requests of ``run(url)``, which must be a function that can be pickled."""
        requests: list[Request] = self._ask("record", run)
        return requests

    def calls(self) -> tuple[int, int]:
        """Tell how many API calls there were since the last time, and how many of them change something."""
        calls, writes = self._ask("calls")
        return calls, writes

    def made(self) -> dict[str, int]:
        """Count what is there."""
        counts: dict[str, int] = self._ask("made")
        self.calls()
        return counts

    def prefix_lists(self) -> dict[str, str]:
        """The ids of AWS's own prefix lists, by their names."""
        ids: dict[str, str] = self._ask("prefix_lists")
        self.calls()
        return ids

    def stop(self) -> None:
        """End it, unless an error has."""
        with contextlib.suppress(BrokenPipeError):
            self._pipe.send(STOP)
        self._process.join()


def _serve(pipe: Connection, name: str) -> None:
    # First: it sets what moto reads when it is first imported, which patching it does.
    server = AwsServer()
    patch()

    def empty() -> None:
        server.restore([])

    def record(run: Callable[[str], object]) -> list[Request]:
        return server.listen(functools.partial(run, server.url))

    def calls() -> tuple[int, int]:
        counts = len(server.calls), len(server.mutating())
        server.calls.clear()
        return counts

    def prefix_lists() -> dict[str, str]:
        lists = server.client("ec2").describe_managed_prefix_lists()["PrefixLists"]
        return {item["PrefixListName"]: item["PrefixListId"] for item in lists}

    answers: dict[str, Callable[..., Any]] = {
        "empty": empty,
        "record": record,
        "calls": calls,
        "made": lambda: made(server, name),
        "prefix_lists": prefix_lists,
    }
    pipe.send(server.url)
    for what, arguments in iter(pipe.recv, STOP):
        pipe.send(answers[what](*arguments))
    server.stop()
