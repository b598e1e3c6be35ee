# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a rotation does next: one pure function, ``decide``, of what AWS shows. No state but this outlives a run.

Components read the secret only when their task starts, and prosody accepts what it read then. So AWSCURRENT moves only
while no signalling task (prosody, jicofo) exists. Two labels on versions of the secret tell how far a rotation is:

=========================  ========================  ===================================================
AWSPENDING on              JITSI_RESTART on          what is left to do
=========================  ========================  ===================================================
no version                 no version                nothing
another than AWSCURRENT    no version                move AWSCURRENT, or, awake, first mark and stop
another than AWSCURRENT    AWSCURRENT                stop signalling, move AWSCURRENT
the AWSCURRENT one         no version                see that no task started before the move; done
the AWSCURRENT one         another                   see signalling gone since the move; JITSI_RESTART there
the AWSCURRENT one         the same                  start signalling, replace the others, check; done
no version                 any                       remove the label: all was done
=========================  ========================  ===================================================

Putting back is a rotation too: a new version with the former document becomes AWSPENDING, labelled JITSI_PUT_BACK. So
AWSCURRENT never returns to a version, and a call of a run that was held up cannot move it by mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ..lifecycle import in_use

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"
# The platform was awake: signalling is stopped while this label is on another version than AWSPENDING, and was seen
# gone once it is on that one.
RESTART = "JITSI_RESTART"
# This version holds the former values again, since the platform did not work with the new ones.
PUT_BACK = "JITSI_PUT_BACK"

# A line comes every 60 s; older than this, nobody knows how many participants there are.
FRESH = timedelta(seconds=150)
STOP_SECONDS = 300  # for a signalling task to stop: it is killed after 120 at most
HEALTH_SECONDS = 480  # for all components to log in after a restart, new instances of recorders included


class Do(StrEnum):
    """What ``decide`` can want, in the order of the steps of a rotation."""

    NOTHING = "nothing"
    POSTPONE = "postpone"  # the platform is in use
    PREPARE = "prepare"  # put a document with new values as AWSPENDING
    CANCEL = "cancel"  # take AWSPENDING off a version that does not fit
    MARK = "mark"  # put JITSI_RESTART on the version that is left
    STOP = "stop"  # minimum and desired count of signalling to 0
    UNPROTECT = "unprotect"  # let ECS stop a signalling task that a meeting protects
    WAIT = "wait"  # read again in some seconds
    FAIL = "fail"  # give up; the next run goes on from here
    MOVE = "move"  # AWSCURRENT to the AWSPENDING version
    TURN = "turn"  # JITSI_RESTART to the AWSPENDING version
    START = "start"  # minimum and desired count of signalling to 1
    REDEPLOY = "redeploy"  # new tasks for bridges or recorders
    UNDO = "undo"  # put the former document as AWSPENDING, labelled JITSI_PUT_BACK
    FINISH = "finish"  # take AWSPENDING off
    RELEASE = "release"  # take JITSI_RESTART off


class Pending(StrEnum):
    """What the AWSPENDING version holds."""

    EMPTY = "empty"  # AWS makes it so when it starts a rotation
    FITS = "fits"  # the current document with some new values
    OTHER = "other"  # anything else: it would undo what somebody changed since


@dataclass(frozen=True)
class Secret:
    """The versions of the secret by their labels, and how old the keys are. No values."""

    current: str  # id of the version with AWSCURRENT
    pending: str = ""  # id of the version with AWSPENDING, or empty
    previous: str = ""
    restart: str = ""  # id of the version with JITSI_RESTART
    put_back: str = ""  # id of the version with JITSI_PUT_BACK
    holds: Pending = Pending.FITS  # what the pending version holds; of no meaning once that is current
    changes: frozenset[str] = frozenset()  # keys that have new values in it
    keys: frozenset[str] = frozenset()  # keys that a rotation would change now
    ages: Mapping[str, float] = field(default_factory=dict)  # days since each owned key changed

    @property
    def age_days(self) -> float:
        """Days since the oldest value was made."""
        return max(self.ages.values(), default=0.0)


@dataclass(frozen=True)
class Service:
    """One ECS service. One that does not exist has zeros."""

    desired: int = 0
    running: int = 0
    pending: int = 0
    fresh: int = 0  # running tasks of the newest deployment
    minimum: int | None = None  # of its scalable target, None without one

    @property
    def exists(self) -> bool:
        """Whether there are tasks, or shall be."""
        return bool(self.desired or self.running or self.pending)


@dataclass(frozen=True)
class Line:
    """The newest figures that jicofo printed."""

    at: datetime
    participants: int
    bridges: int
    recorders: int


@dataclass(frozen=True)
class Platform:
    """The services, what signalling tasks there are, and what jicofo says."""

    signalling: Service = Service()
    bridge: Service = Service()
    recorder: Service = Service()
    tasks: int = 0  # signalling tasks that have not stopped, those that are stopping included
    started: datetime | None = None  # when the newest of them was made
    line: Line | None = None
    now: datetime = datetime.min

    @property
    def wanted(self) -> bool:
        """Whether a signalling task may start at any moment."""
        return bool(self.signalling.desired or self.signalling.minimum)

    @property
    def quiet(self) -> bool:
        """Whether no signalling task exists or may start."""
        return not (self.wanted or self.tasks or self.signalling.running or self.signalling.pending)

    @property
    def said(self) -> Line | None:
        """The figures of the jicofo that runs now, if they are fresh."""
        if self.line is None or self.now - self.line.at > FRESH or (self.started and self.line.at < self.started):
            return None
        return self.line

    @property
    def meeting(self) -> str:
        """Who takes part in a meeting, in words; empty if it is known that nobody does."""
        return "" if self.quiet else in_use.meeting(self.said.participants if self.said else None)

    @property
    def idle(self) -> bool:
        """Whether it is known that nobody takes part in a meeting."""
        return not self.meeting

    @property
    def holders(self) -> frozenset[str]:
        """The other services that have tasks, or shall have."""
        return frozenset(kind for kind in ("bridge", "recorder") if getattr(self, kind).exists)

    @property
    def problem(self) -> str:
        """What is not as it must be after a restart, empty when all components are logged in."""
        if not self.signalling.running:
            return "the signalling task does not run yet"
        if self.bridge.desired and not self.bridge.fresh:
            return "no new bridge runs yet"
        if self.said is None:
            return "jicofo has printed no figures yet"
        if self.bridge.desired and not self.said.bridges:
            return "jicofo sees no bridge"
        # An old recorder that still uploads may hold the only instance: a new one comes after it.
        old_recorders = self.recorder.running > self.recorder.fresh
        if self.recorder.desired and not self.said.recorders and not old_recorders:
            return "jicofo sees no recorder"
        return ""


@dataclass(frozen=True)
class Request:
    """What the caller wants."""

    days: float = 90  # rotate when the oldest value is this old
    named: frozenset[str] = frozenset()  # rotate these keys, however old
    force: bool = False  # rotate now, however old, also while people meet
    disturb: bool = False  # rotate what is due also while people meet

    @property
    def disturbs(self) -> bool:
        """Whether meetings are no reason to wait."""
        return self.force or self.disturb


@dataclass
class Progress:
    """What one run has done so far. Nothing depends on it but repeating what does no harm."""

    rotated: frozenset[str] = frozenset()  # keys that have new values
    stopped: bool = False  # this run stopped signalling and has not started it
    unprotected: bool = False  # since then
    redeployed: frozenset[str] = frozenset()
    waited: float = 0  # seconds since the last step


@dataclass(frozen=True)
class Action:
    """What to do next, and why. ``version`` is what a label goes to or comes off; ``kind`` is a service."""

    do: Do
    why: str = ""
    version: str = ""
    kind: str = ""


def due(secret: Secret, request: Request, progress: Progress) -> bool:
    """Tell whether there are keys to rotate now, apart from those that this run has rotated."""
    wanted = request.force or bool(request.named) or secret.age_days >= request.days
    return wanted and bool(secret.keys - progress.rotated)


def needs_platform(secret: Secret, request: Request, progress: Progress) -> bool:
    """Tell whether ``decide`` looks at the platform. If not, the calls that read it can be saved."""
    return bool(secret.pending or secret.restart or progress.stopped) or due(secret, request, progress)


def decide(secret: Secret, platform: Platform, request: Request, progress: Progress) -> Action:
    """The next step. ``platform`` must have been read after ``secret``."""
    if not secret.pending:
        return _none_pending(secret, platform, request, progress)
    if secret.pending != secret.current:
        return _before_move(secret, platform, request, progress)
    return _after_move(secret, platform, request, progress)


def _none_pending(secret: Secret, platform: Platform, request: Request, progress: Progress) -> Action:
    if progress.stopped and not platform.signalling.desired:
        return Action(Do.START, "this run had stopped signalling")
    if secret.restart:
        return Action(Do.RELEASE, "no rotation is under way", version=secret.restart)
    if not due(secret, request, progress):
        return Action(Do.NOTHING)
    if not (request.disturbs or platform.idle):
        return _postpone(platform)
    return Action(Do.PREPARE, "rotation is " + ("forced" if request.force else "asked for" if request.named else "due"))


def _before_move(secret: Secret, platform: Platform, request: Request, progress: Progress) -> Action:
    if secret.holds is Pending.OTHER:
        if secret.restart and not platform.signalling.desired:
            return Action(Do.START, "signalling was stopped for a version that does not fit")
        return Action(Do.CANCEL, "it does not follow from the current document", version=secret.pending)
    if secret.holds is Pending.EMPTY:
        if not (request.disturbs or platform.idle):
            return _postpone(platform)
        return Action(Do.PREPARE, "the version that waits is empty", version=secret.pending)
    if platform.quiet:
        return Action(Do.MOVE, "no signalling task exists", version=secret.pending)
    return _stop(secret, platform, secret.current, request.disturbs, platform.idle, progress)


def _after_move(secret: Secret, platform: Platform, request: Request, progress: Progress) -> Action:
    if secret.restart == secret.pending:
        return _check(secret, platform, progress)
    if not platform.quiet and secret.previous:
        # A task may have started between the look at the tasks and the move. While none runs, nobody can be in a call.
        idle = platform.idle or not platform.signalling.running
        return _stop(secret, platform, secret.previous, request.disturbs, idle, progress)
    if secret.restart:
        return Action(Do.TURN, "no signalling task is left from before", version=secret.pending)
    for kind in sorted(platform.holders - progress.redeployed):
        return Action(Do.REDEPLOY, f"the {kind} tasks have the former values", kind=kind)
    return Action(Do.FINISH, "no task has the former values", version=secret.pending)


def _stop(secret: Secret, platform: Platform, left: str, force: bool, idle: bool, progress: Progress) -> Action:
    """Bring signalling to no task at all. ``left`` is the version that AWSCURRENT leaves or has left."""
    # Putting back cuts nothing that works.
    force = force or secret.pending == secret.put_back
    if platform.wanted:
        if not (force or idle):
            return _postpone(platform)
        if not secret.restart:
            return Action(Do.MARK, "the platform is awake", version=left)
        return Action(Do.STOP, "no component may start while AWSCURRENT moves")
    meeting = platform.said is not None and platform.said.participants > 0
    if meeting and not force:
        # Its sidecar protects the task, so it lives on and takes them all.
        return Action(Do.START, "somebody came before signalling had stopped")
    if force and platform.signalling.running and not progress.unprotected:
        return Action(Do.UNPROTECT, "a meeting may protect the signalling task")
    if progress.waited > STOP_SECONDS:
        return Action(Do.FAIL, f"the signalling task did not stop in {STOP_SECONDS} seconds")
    return Action(Do.WAIT, "for the signalling task to stop")


def _check(secret: Secret, platform: Platform, progress: Progress) -> Action:
    """Bring the platform up again, and see that all components are logged in."""
    if not platform.signalling.desired:
        return Action(Do.START, "the platform was awake")
    waiting = sorted(platform.holders - progress.redeployed)
    if platform.signalling.running and waiting:
        return Action(Do.REDEPLOY, f"the {waiting[0]} tasks have the former values", kind=waiting[0])
    problem = platform.problem
    if not problem:
        return Action(Do.FINISH, "all components are logged in", version=secret.pending)
    if progress.waited <= HEALTH_SECONDS:
        return Action(Do.WAIT, f"since {problem}")
    if secret.pending == secret.put_back or not secret.previous:
        return Action(Do.FINISH, f"with the former values too, {problem}", version=secret.pending)
    return Action(Do.UNDO, f"after {HEALTH_SECONDS} seconds {problem}", version=secret.previous)


def _postpone(platform: Platform) -> Action:
    return Action(Do.POSTPONE, platform.meeting)
