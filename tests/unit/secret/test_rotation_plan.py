# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The decision of a rotation, state by state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import rotation_plan as plan
from ansible_collections.meetops.jitsi.plugins.module_utils.secret.rotation_plan import (
    Do,
    Line,
    Pending,
    Platform,
    Progress,
    Request,
    Secret,
    Service,
    decide,
)

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
KEYS = frozenset({"a", "b"})

ASLEEP = Platform(now=NOW, signalling=Service(minimum=0))
UP = Service(desired=1, running=1, fresh=1, minimum=1)
SAID = Line(NOW - timedelta(seconds=30), participants=0, bridges=1, recorders=1)
STARTED = NOW - timedelta(hours=1)
IDLE = Platform(UP, UP, UP, tasks=1, started=STARTED, line=SAID, now=NOW)
BUSY = replace(IDLE, line=replace(SAID, participants=3))
SILENT = replace(IDLE, line=None)
STALE = replace(IDLE, line=replace(SAID, at=NOW - timedelta(seconds=151)))
STOPPING = replace(IDLE, signalling=Service(running=1, minimum=0))
CAME = replace(BUSY, signalling=STOPPING.signalling)  # before it had stopped
WAKING = replace(ASLEEP, signalling=Service(desired=1, minimum=1))
HALF = replace(ASLEEP, bridge=UP)  # bridges without signalling

SETTLED = Secret("old", keys=KEYS, ages={"a": 1.0, "b": 1.0}, previous="older")
DUE = replace(SETTLED, ages={"a": 90.0, "b": 1.0})
READY = replace(SETTLED, pending="new", changes=KEYS)
MARKED = replace(READY, restart="old")
MOVED = replace(SETTLED, current="new", pending="new", previous="old")
STOPPED = replace(MOVED, restart="old")
TURNED = replace(MOVED, restart="new")
DONE = replace(MOVED, pending="", restart="new")

FORCE = Request(force=True)
ONE = Request(named=frozenset({"a"}))
BOTH = Progress(redeployed=frozenset({"bridge", "recorder"}))
LONG = replace(BOTH, waited=481)


@pytest.mark.parametrize(
    ("secret", "platform", "request_", "progress", "wanted"),
    [
        # Nothing is under way.
        (SETTLED, ASLEEP, Request(), Progress(), (Do.NOTHING, "")),
        (SETTLED, ASLEEP, Request(days=1), Progress(), (Do.PREPARE, "")),
        (SETTLED, ASLEEP, ONE, Progress(), (Do.PREPARE, "")),
        (SETTLED, BUSY, ONE, Progress(), (Do.POSTPONE, "")),
        (SETTLED, BUSY, FORCE, Progress(), (Do.PREPARE, "")),
        (SETTLED, BUSY, FORCE, Progress(rotated=KEYS), (Do.NOTHING, "")),
        (DUE, ASLEEP, Request(), Progress(), (Do.PREPARE, "")),
        (DUE, HALF, Request(), Progress(), (Do.PREPARE, "")),
        (DUE, IDLE, Request(), Progress(), (Do.PREPARE, "")),
        (DUE, BUSY, Request(), Progress(), (Do.POSTPONE, "")),
        (DUE, WAKING, Request(), Progress(), (Do.POSTPONE, "")),
        (DUE, SILENT, Request(), Progress(), (Do.POSTPONE, "")),
        (DUE, STALE, Request(), Progress(), (Do.POSTPONE, "")),
        (DUE, replace(IDLE, started=NOW), Request(), Progress(), (Do.POSTPONE, "")),
        (DUE, replace(ASLEEP, signalling=Service(minimum=1)), Request(), Progress(), (Do.POSTPONE, "")),
        (DUE, replace(ASLEEP, tasks=1), Request(), Progress(), (Do.POSTPONE, "")),
        # A version waits to become current.
        (READY, ASLEEP, Request(), Progress(), (Do.MOVE, "new")),
        (READY, HALF, Request(), Progress(), (Do.MOVE, "new")),
        (READY, BUSY, Request(), Progress(), (Do.POSTPONE, "")),
        (READY, WAKING, Request(), Progress(), (Do.POSTPONE, "")),
        (READY, WAKING, FORCE, Progress(), (Do.MARK, "old")),
        (READY, IDLE, Request(), Progress(), (Do.MARK, "old")),
        (READY, BUSY, FORCE, Progress(), (Do.MARK, "old")),
        (READY, STOPPING, Request(), Progress(), (Do.WAIT, "")),
        (READY, STOPPING, Request(), Progress(waited=301), (Do.FAIL, "")),
        (MARKED, BUSY, Request(), Progress(), (Do.POSTPONE, "")),
        (MARKED, IDLE, Request(), Progress(), (Do.STOP, "")),
        (MARKED, STOPPING, Request(), Progress(), (Do.WAIT, "")),
        (MARKED, STOPPING, FORCE, Progress(), (Do.UNPROTECT, "")),
        (MARKED, STOPPING, FORCE, Progress(unprotected=True), (Do.WAIT, "")),
        (MARKED, CAME, FORCE, Progress(unprotected=True), (Do.WAIT, "")),
        (MARKED, CAME, Request(), Progress(), (Do.START, "")),
        (STOPPED, CAME, Request(), Progress(), (Do.START, "")),
        (replace(MARKED, put_back="new"), CAME, Request(), Progress(), (Do.UNPROTECT, "")),
        (MARKED, ASLEEP, Request(), Progress(), (Do.MOVE, "new")),
        # One that is empty, and one that does not fit.
        (replace(READY, holds=Pending.EMPTY), ASLEEP, Request(), Progress(), (Do.PREPARE, "new")),
        (replace(READY, holds=Pending.EMPTY), BUSY, Request(), Progress(), (Do.POSTPONE, "")),
        (replace(READY, holds=Pending.EMPTY), BUSY, FORCE, Progress(), (Do.PREPARE, "new")),
        (replace(READY, holds=Pending.OTHER), BUSY, Request(), Progress(), (Do.CANCEL, "new")),
        (replace(MARKED, holds=Pending.OTHER), HALF, Request(), Progress(), (Do.START, "")),
        (replace(MARKED, holds=Pending.OTHER), IDLE, Request(), Progress(), (Do.CANCEL, "new")),
        # AWSCURRENT has moved.
        (MOVED, ASLEEP, Request(), Progress(), (Do.FINISH, "new")),
        (MOVED, HALF, Request(), Progress(), (Do.REDEPLOY, "bridge")),
        (MOVED, HALF, Request(), BOTH, (Do.FINISH, "new")),
        (MOVED, WAKING, Request(), Progress(), (Do.MARK, "old")),
        (MOVED, BUSY, Request(), Progress(), (Do.POSTPONE, "")),
        (MOVED, IDLE, Request(), Progress(), (Do.MARK, "old")),
        (replace(MOVED, previous=""), BUSY, Request(), BOTH, (Do.FINISH, "new")),
        (STOPPED, WAKING, Request(), Progress(), (Do.STOP, "")),
        (STOPPED, STOPPING, Request(), Progress(), (Do.WAIT, "")),
        (STOPPED, ASLEEP, Request(), Progress(), (Do.TURN, "new")),
        # Signalling was seen gone since the move.
        (TURNED, ASLEEP, Request(), Progress(), (Do.START, "")),
        (TURNED, replace(WAKING, bridge=UP), Request(), Progress(), (Do.WAIT, "")),
        (TURNED, IDLE, Request(), Progress(), (Do.REDEPLOY, "bridge")),
        (TURNED, IDLE, Request(), Progress(redeployed=frozenset({"bridge"})), (Do.REDEPLOY, "recorder")),
        (TURNED, IDLE, Request(), BOTH, (Do.FINISH, "new")),
        (TURNED, SILENT, Request(), BOTH, (Do.WAIT, "")),
        (TURNED, SILENT, Request(), LONG, (Do.UNDO, "old")),
        (replace(TURNED, put_back="new"), SILENT, Request(), LONG, (Do.FINISH, "new")),
        # Putting back needs nobody's leave: nobody can meet.
        (replace(MARKED, put_back="new"), BUSY, Request(), Progress(), (Do.STOP, "")),
        # All is done but a label.
        (DONE, IDLE, Request(), Progress(), (Do.RELEASE, "new")),
        (DONE, ASLEEP, Request(), Progress(stopped=True), (Do.START, "")),
        (SETTLED, ASLEEP, Request(), Progress(stopped=True), (Do.START, "")),
    ],
)  # fmt: skip
def test_next_step(secret: Any, platform: Any, request_: Any, progress: Any, wanted: tuple[Do, str]) -> None:
    action = decide(secret, platform, request_, progress)
    assert (action.do, action.version or action.kind) == wanted
    assert action.why or action.do is Do.NOTHING


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, ""),
        ({"signalling": Service(desired=1)}, "the signalling task does not run yet"),
        ({"bridge": Service(desired=1, running=1)}, "no new bridge runs yet"),
        ({"bridge": Service(), "line": replace(SAID, bridges=0)}, ""),
        ({"line": None}, "jicofo has printed no figures yet"),
        ({"started": NOW}, "jicofo has printed no figures yet"),
        ({"line": replace(SAID, bridges=0)}, "jicofo sees no bridge"),
        ({"line": replace(SAID, recorders=0)}, "jicofo sees no recorder"),
        # An old one still uploads, on the only instance.
        ({"line": replace(SAID, recorders=0), "recorder": Service(desired=1, running=1, fresh=0)}, ""),
        ({"line": replace(SAID, recorders=0), "recorder": Service()}, ""),
    ],
)
def test_what_is_wrong_after_a_restart(change: dict[str, Any], problem: str) -> None:
    assert replace(IDLE, **change).problem == problem


@pytest.mark.parametrize(
    ("secret", "request_", "progress", "wanted"),
    [
        (SETTLED, Request(), Progress(), False),
        (DUE, Request(), Progress(), True),
        (SETTLED, FORCE, Progress(), True),
        (SETTLED, FORCE, Progress(rotated=KEYS), False),
        (READY, Request(), Progress(), True),
        (DONE, Request(), Progress(), True),
        (SETTLED, Request(), Progress(stopped=True), True),
    ],
)
def test_the_platform_is_read_only_when_it_matters(secret: Any, request_: Any, progress: Any, wanted: bool) -> None:
    assert plan.needs_platform(secret, request_, progress) == wanted
    if not wanted:
        assert decide(secret, Platform(), request_, progress).do is Do.NOTHING
