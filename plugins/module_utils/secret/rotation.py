# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Carries out a rotation: reads, lets ``rotation_plan.decide`` choose one step, takes it, and reads again.

Shared by the module ``secret_rotation`` and the Lambda function, so nothing of Ansible is imported here. All calls go
through a ``Cloud``, which ``calls.py`` makes of boto3 clients. Each of its methods that changes something is
one API call. A run may die before and after each; whoever comes next goes on from what AWS shows.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from ..errors import InvalidInput
from ..lifecycle import in_use
from . import rotation_document
from .document import Document, parse, render
from .rotation_plan import (
    CURRENT,
    PENDING,
    PREVIOUS,
    PUT_BACK,
    RESTART,
    Action,
    Do,
    Line,
    Pending,
    Platform,
    Progress,
    Request,
    Secret,
    Service,
    decide,
    needs_platform,
)

POLL_SECONDS = 5.0  # between two looks while a step takes effect
IDLE_POLL_SECONDS = 30.0  # between two looks while people meet
# Steps that are taken even when there is nothing more to rotate.
LEFT_OVER = {Do.START, Do.RELEASE}
CONFLICTS = 20  # steps that another run may take before us, until something must be wrong


Say = Callable[[str], object]


def silent(text: str) -> None:
    """Say nothing of the steps that are taken."""


class RotationError(Exception):
    """A rotation that did not end with new values. The text says what is so now, and what to do. It holds no value."""


class Postponed(RotationError):
    """People meet, or may. Nothing was changed that matters to them; the next run tries again."""


class Superseded(RotationError):
    """Another rotation has taken over, or has ended this one."""


class NotHealthy(RotationError):
    """The platform did not work with the new values, and has the former ones again."""


class Conflict(Exception):
    """Raised by a ``Cloud``: the label or the version was no longer as it was read. Another run was quicker."""


@dataclass(frozen=True)
class Described:
    """What DescribeSecret says: labels by version id."""

    name: str
    arn: str
    created: datetime
    stages: Mapping[str, Collection[str]]
    rotation_enabled: bool = True

    def version(self, label: str) -> str:
        """Id of the version with a label, or empty."""
        return next((version for version, labels in self.stages.items() if label in labels), "")


class Cloud(Protocol):
    """What a rotation needs of AWS, for one secret and one platform."""

    # What is read
    def describe(self) -> Described:
        """Labels of all versions. Raises InvalidInput when there is no such secret, or it is being deleted."""

    def text(self, version: str) -> str | None:
        """The document of a version as JSON, None when the version is empty or gone."""

    def services(self) -> dict[str, Service]:
        """The ECS services that exist, by kind (signalling, bridge, recorder), with their scalable targets' minimum."""

    def signalling_tasks(self) -> list[datetime]:
        """When each signalling task was made that has not stopped; one that is stopping counts."""

    def protected_tasks(self) -> int:
        """How many signalling tasks protect themselves, since they have participants."""

    def line(self, since: datetime) -> Line | None:
        """The newest figures of jicofo in the log since then."""

    def now(self) -> datetime:
        """The time, with its zone."""

    # What changes something
    def put(self, version: str, text: str, labels: list[str]) -> None:
        """Make a version with these labels, which leave others. Again with the same text: nothing happens.

        Raises Conflict when that version holds something else.
        """

    def label(self, label: str, to: str, off: str) -> None:
        """Move a label from version ``off`` to version ``to``; empty means from or to none.

        Raises Conflict when the label is not on ``off``, or, with ``off`` empty, is on another version than ``to``.
        """

    def set_minimum(self, minimum: int) -> None:
        """Set the minimum of signalling's scalable target; called only if there is a target."""

    def set_desired(self, desired: int) -> None:
        """Set the desired count of the signalling service."""

    def unprotect(self) -> None:
        """Let ECS stop signalling tasks that protect themselves."""

    def redeploy(self, kind: str) -> None:
        """Replace the tasks of a service by new ones, at its own pace."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


@dataclass
class Outcome:
    """How a rotation ended, without any value."""

    keys: list[str] = field(default_factory=list)  # that have new values, sorted
    version: str = ""  # AWSCURRENT now
    age_days: float = 0.0
    postponed: str = ""  # why
    cancelled: str = ""  # a version that waited to become current, and did not fit
    steps: list[str] = field(default_factory=list)  # what was done, in words
    changed: bool = False


# --- What is read


def read_secret(cloud: Cloud, owned: Mapping[str, int], named: Collection[str] = ()) -> Secret:
    """Read the secret. ``owned`` maps the document's generated keys to their random bytes.

    Raises InvalidInput when the secret cannot be rotated, or a named key is not there.
    """
    found = cloud.describe()
    current, pending = found.version(CURRENT), found.version(PENDING)
    document = read_document(cloud, found.name, current) if current else None
    if document is None:
        raise InvalidInput(f"name {found.name}: this secret holds no value yet; run site.yml, which makes one")
    waiting = read_document(cloud, found.name, pending) if pending not in ("", current) else None
    changes = None if waiting is None else rotation_document.changed_keys(document, waiting)
    return Secret(
        current=current,
        pending=pending,
        previous=found.version(PREVIOUS),
        restart=found.version(RESTART),
        put_back=found.version(PUT_BACK),
        holds=_holds(waiting, changes),
        changes=changes or frozenset(),
        keys=rotation_document.rotatable(document, owned, named),
        ages=rotation_document.ages(document, owned, found.created, cloud.now()),
    )


def read_document(cloud: Cloud, name: str, version: str) -> Document | None:
    """Read the document of a version of secret ``name``; None when the version is empty or gone."""
    text = cloud.text(version)
    return None if text is None else parse(text, name)


def _holds(waiting: Document | None, changes: frozenset[str] | None) -> Pending:
    if waiting is None:
        return Pending.EMPTY
    return Pending.FITS if changes else Pending.OTHER


def read_platform(cloud: Cloud) -> Platform:
    """Read the services, the signalling tasks and what jicofo says."""
    services, now = cloud.services(), cloud.now()
    signalling = services.get("signalling")
    if signalling is None:
        return Platform(now=now)
    tasks = cloud.signalling_tasks()
    return Platform(
        signalling=signalling,
        bridge=services.get("bridge", Service()),
        recorder=services.get("recorder", Service()),
        tasks=len(tasks),
        started=max(tasks, default=None),
        line=cloud.line(now - timedelta(minutes=5)) if signalling.running else None,
        now=now,
    )


# --- What is done


class Rotation:
    """One run of a rotation. ``token`` is the version that AWS asked for; without one the run makes or adopts one."""

    def __init__(
        self, cloud: Cloud, owned: Mapping[str, int], request: Request | None = None, token: str = "", say: Say = silent
    ) -> None:
        self.cloud, self.owned, self.request = cloud, owned, request or Request()
        self.token, self.say = token, say
        self.progress, self.outcome = Progress(), Outcome()
        self.failure = ""  # what the run ends with, once the platform is as it was

    def next_action(self) -> Action:
        """Read everything and decide. Nothing is changed: check mode calls this alone."""
        self.secret = read_secret(self.cloud, self.owned, self.request.named)
        self._see_others()
        self.platform = Platform()
        if needs_platform(self.secret, self.request, self.progress):
            # After the secret, so that no task was seen gone before a move that was seen done.
            self.platform = read_platform(self.cloud)
        self.outcome.version, self.outcome.age_days = self.secret.current, self.secret.age_days
        return decide(self.secret, self.platform, self.request, self.progress)

    def wait_for_turn(self, seconds: float) -> Action:
        """Read until nobody meets any more, at most so long; return what ``run`` would do first."""
        begin = self.cloud.now()
        while (action := self.next_action()).do is Do.POSTPONE:
            if (self.cloud.now() - begin).total_seconds() >= seconds:
                break
            self.cloud.sleep(IDLE_POLL_SECONDS)
        return action

    def run(self, until: Collection[Do] = ()) -> Outcome:
        """Take steps until there is nothing to do, or one of ``until`` would be next.

        Raises Postponed, Superseded, NotHealthy, another RotationError, or InvalidInput.
        """
        last_step = self.cloud.now()
        conflicts = 0
        while True:
            self.progress.waited = (self.cloud.now() - last_step).total_seconds()
            action = self.next_action()
            if self.token != self.secret.pending and action.do not in LEFT_OVER:
                raise Superseded(f"another run has cancelled the rotation to version {self.token}; run again to rotate")
            if self.failure and action.do not in LEFT_OVER:
                raise NotHealthy(self.failure)
            if action.do in until or action.do is Do.NOTHING:
                return self.outcome
            if action.do is Do.FAIL:
                raise RotationError(f"{action.why}; run again to go on")
            if action.do is Do.POSTPONE:
                self._postpone_if(action.why)
            if action.do is Do.WAIT:
                self.cloud.sleep(POLL_SECONDS)
            else:
                try:
                    self._take(action)
                except Conflict as conflict:
                    conflicts += 1
                    if conflicts > CONFLICTS:
                        raise RotationError(f"other runs keep changing the secret's labels: {conflict}") from None
                last_step = self.cloud.now()

    def _postpone_if(self, who: str) -> None:
        """Raise Postponed if anybody meets; ``who`` says so in words."""
        if who:
            self.outcome.postponed = who
            raise Postponed(f"postponed, since {who}")

    def _see_others(self) -> None:
        """See whether another run has taken AWSPENDING to another version, or has gone on with ours."""
        pending = self.secret.pending
        self.token = self.token or pending
        if pending not in ("", self.token):
            raise Superseded(
                f"version {pending} waits to become current now, not version {self.token} of this run: another "
                "rotation has taken over; let it end"
            )
        if self.token and not pending and self.secret.current == self.token:
            self._rotated(self._changed())
            self.token = ""

    def _take(self, action: Action) -> None:
        """Take one step."""
        self.say(f"{action.do}: {action.why}")
        getattr(self, f"_{action.do}")(action)
        self.outcome.changed = True
        self.outcome.steps.append(f"{action.do}{' ' + action.kind if action.kind else ''}: {action.why}")

    def _prepare(self, action: Action) -> None:
        document = self._read(self.secret.current)
        rotated = rotation_document.rotate(document, self.secret.keys, self.owned, self.cloud.now())
        # Before the call: if its answer is lost, the version is ours all the same.
        self.token = action.version or str(uuid.uuid4())
        self.cloud.put(self.token, render(rotated), [PENDING])

    def _cancel(self, action: Action) -> None:
        self.cloud.label(PENDING, to="", off=action.version)
        self.token = ""
        self.outcome.cancelled = action.version

    def _mark(self, action: Action) -> None:
        self.cloud.label(RESTART, to=action.version, off="")

    def _stop(self, action: Action) -> None:
        # jicofo's figures are up to some minutes old. Who has come in since is in the protection within seconds.
        if not self.request.disturbs and self.secret.pending != self.secret.put_back:
            self._postpone_if(in_use.meeting(0, self.cloud.protected_tasks()))
        if self.platform.signalling.minimum is not None:
            self.cloud.set_minimum(0)
        self.progress.stopped = True
        self.cloud.set_desired(0)

    def _unprotect(self, action: Action) -> None:
        self.cloud.unprotect()
        self.progress.unprotected = True

    def _move(self, action: Action) -> None:
        self.cloud.label(CURRENT, to=action.version, off=self.secret.current)

    def _turn(self, action: Action) -> None:
        self.cloud.label(RESTART, to=action.version, off=self.secret.restart)

    def _start(self, action: Action) -> None:
        if self.platform.signalling.minimum is not None:
            self.cloud.set_minimum(1)
        self.cloud.set_desired(1)
        self.progress.stopped = self.progress.unprotected = False

    def _redeploy(self, action: Action) -> None:
        self.cloud.redeploy(action.kind)
        self.progress.redeployed |= {action.kind}

    def _undo(self, action: Action) -> None:
        former = self._read(action.version)
        self.token = str(uuid.uuid4())
        self.cloud.put(self.token, render(former), [PENDING, PUT_BACK])
        self.progress.redeployed = frozenset()

    def _finish(self, action: Action) -> None:
        changed = self._changed()
        self.cloud.label(PENDING, to="", off=action.version)
        self.token = ""
        if self.secret.pending == self.secret.put_back:
            well = "" if not self.platform.problem else f", but still {self.platform.problem}: look at the logs"
            self.failure = (
                "with the new values not all components logged in, so the former values are current again and the "
                f"platform was restarted with them{well}"
            )
        else:
            self._rotated(changed)

    def _release(self, action: Action) -> None:
        self.cloud.label(RESTART, to="", off=action.version)

    def _changed(self) -> frozenset[str]:
        """Names of the keys in which AWSCURRENT differs from AWSPREVIOUS."""
        former = read_document(self.cloud, "", self.secret.previous) if self.secret.previous else None
        return rotation_document.changed_keys(former or {}, self._read(self.secret.current)) or frozenset()

    def _rotated(self, keys: frozenset[str]) -> None:
        self.progress.rotated |= keys
        self.outcome.keys = sorted(self.progress.rotated)

    def _read(self, version: str) -> Document:
        document = read_document(self.cloud, "the secret", version)
        if document is None:
            raise RotationError(f"version {version} of the secret is gone")
        return document
