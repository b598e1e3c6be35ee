# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the real functions one AWS call at a time.

A run is known by the answers that it has got so far: it is begun anew with those, and stops at its next call. So a run
can be put aside between any two calls, taken up later against another world, or never taken up again: it died there.
The functions draw nothing from elsewhere (their clock is a call too), so the same answers give the same next call.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "collections"))

from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.connect import Quiet
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions import reconcile
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.cloud import Names
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.gate import Gate
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.page import Brand, Page
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.state import Settings
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.web import Web

CONFLICT = '"conflict"'
# A page without content: the proof looks at what the functions do to AWS.
PAGE = Page("<style></style><script></script>", Brand(), pin_required=False)
WAKE_EVENT = {"requestContext": {"http": {"method": "POST"}}, "rawPath": "/_wake", "headers": {"x-wake": "start"}}
STATUS_EVENT = {"requestContext": {"http": {"method": "GET"}}, "rawPath": "/_wake/status"}

Call = tuple[str, str, Mapping[str, Any]]


class Conflict(Exception):
    """What botocore raises when a condition does not hold."""

    response: Mapping[str, Any] = {"Error": {"Code": "ConditionalCheckFailedException"}}


class Suspended(BaseException):
    """The run has come to a call that has no answer yet."""


class Client:
    """A boto3 client that gives the answers of a run in order."""

    def __init__(self, service: str, run: _Run) -> None:
        self._service, self._run = service, run

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **parameters: self._run.call(self._service, operation, parameters)


# The functions change nothing of what they are answered.
_loaded = cache(json.loads)


class _Run:
    def __init__(self, answers: tuple[str, ...]) -> None:
        self._answers = iter(answers)
        self.pending: Call | None = None
        # At the beginning of a round: which.
        self.round: int | None = None

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Any:
        answer = next(self._answers, None)
        if answer is None:
            self.pending = (service, operation, parameters)
            self.round = _round(sys._getframe(3)) if operation == "get_item" else None
            raise Suspended
        if answer == CONFLICT:
            raise Conflict
        return _loaded(answer)


def _round(caller: FrameType) -> int | None:
    """If reconcile() is what reads the item, it begins a round: whatever it knows is read anew."""
    if caller.f_code is not reconcile.reconcile.__code__:
        return None
    return int(caller.f_locals["_round"])


class Runs:
    """All runs that were ever begun, by number. The same function with the same answers has the same number."""

    def __init__(self, names: Names, settings: Settings) -> None:
        self._names, self._settings = names, settings
        self._numbers: dict[tuple[str, tuple[str, ...]], int] = {}
        self._known: list[tuple[str, tuple[str, ...]]] = []
        self._calls: list[Call | None] = []
        self._next: dict[tuple[int, str], int] = {}
        self._rounds: dict[tuple[str, int], int] = {}

    def begin(self, function: str) -> int:
        """The run of a function that has not called yet."""
        return self._number(function, ())

    def call(self, run: int) -> Call | None:
        """The call that a run waits for; None when it has ended."""
        return self._calls[run]

    def answered(self, run: int, answer: str) -> int:
        """The run after it got an answer (JSON) to its call."""
        after = self._next.get((run, answer))
        if after is None:
            function, answers = self._known[run]
            after = self._next[run, answer] = self._number(function, (*answers, answer))
        return after

    def function(self, run: int) -> str:
        return self._known[run][0]

    def __len__(self) -> int:
        return len(self._known)

    def _number(self, function: str, answers: tuple[str, ...]) -> int:
        key = (function, answers)
        if key not in self._numbers:
            run = self._replay(function, answers)
            # Runs that begin the same round go on alike, whatever each has seen before.
            same = self._rounds.get((function, run.round)) if run.round is not None else None
            self._numbers[key] = len(self._known) if same is None else same
            if same is None:
                self._known.append(key)
                self._calls.append(run.pending)
                if run.round is not None:
                    self._rounds[function, run.round] = self._numbers[key]
        return self._numbers[key]

    def _replay(self, function: str, answers: tuple[str, ...]) -> _Run:
        run = _Run(answers)
        cloud = Quiet(lambda service: Client(service, run), self._names, lambda: run.call("clock", "now", {}))
        try:
            if function in ("wake", "status"):
                # An instance that remembers nothing: whatever one remembers saves calls, and changes nothing else.
                web = Web(cloud, self._settings, PAGE, Gate(cloud, self._settings))
                web.answer(WAKE_EVENT if function == "wake" else STATUS_EVENT)
            else:
                reconcile.reconcile(cloud, self._settings, watch=function == "sleep")
        except Suspended:
            pass
        return run
