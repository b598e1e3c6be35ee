# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The real code of the rotation as programs of the model: what the playbook's module runs, and the Lambda function."""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import json
import os
import pickle
import secrets
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import ModuleType
from typing import Any
from unittest import mock

from ansible_collections.meetops.jitsi.plugins.module_utils.secret import rotation
from ansible_collections.meetops.jitsi.plugins.module_utils.secret.calls import Aws
from ansible_collections.meetops.jitsi.plugins.module_utils.secret.rotation_plan import (
    PENDING,
    Do,
    Line,
    Request,
    Service,
)
from support.server import ROOT, load_script

from .actors import Port, Program
from .world import CLUSTER, NAME, SERVICES, at

SECRET = f"{NAME}-jitsi-secrets"
# The keys that the role secrets generates, and their random bytes.
OWNED = {
    "jicofo_auth_password": 16,
    "jvb_auth_password": 16,
    "jibri_xmpp_password": 16,
    "jibri_recorder_password": 16,
    "turn_credentials": 32,
}
# Waiting a minute between two looks changes how often they are taken, not what is decided.
POLL_SECONDS = 60.0
UTILS = "ansible_collections.meetops.jitsi.plugins.module_utils"


class Cloud(Aws):
    """The real calls, with the time and the patience of the model."""

    def __init__(self, port: Port) -> None:
        services = ("secretsmanager", "ecs", "logs")
        clients = {name: port.client(name) for name in services}
        autoscaling = port.client("application-autoscaling")
        super().__init__(SECRET, CLUSTER, SERVICES, f"/ecs/{NAME}", NAME, autoscaling=autoscaling, **clients)
        self.port = port

    # Whenever the program looks at the next thing, all that it knows is in its variables. Two runs that know the same
    # do the same, however they came to know it, so they need not be told apart.

    def describe(self) -> rotation.Described:
        self._remember()
        return super().describe()

    def text(self, version: str) -> str | None:
        self._remember("secret")
        return super().text(version)

    def services(self) -> dict[str, Service]:
        self._remember("secret")
        return super().services()

    def signalling_tasks(self) -> list[datetime]:
        self._remember("secret")
        return super().signalling_tasks()

    def line(self, since: datetime) -> Line | None:
        self._remember("secret")
        return super().line(since)

    def _remember(self, *still: str) -> None:
        known = memory(self.port, frozenset(still), "next_action") if self.port.stops_soon else b""
        if known:
            self.port.checkpoint(known)

    def now(self) -> datetime:
        return at(self.port.clock)

    def sleep(self, seconds: float) -> None:
        if self.port.stops_soon:
            self.port.checkpoint(memory(self.port, frozenset(), "run"))
        self.port.sleep(seconds)


def _silent(text: str) -> None:
    """Says nothing."""


class Draws:
    """Randomness that a repetition of the program draws too: that of the port whose program runs now."""

    def __init__(self) -> None:
        self.port: Port | None = None

    def token_bytes(self, nbytes: int | None = None) -> bytes:
        assert self.port is not None
        return bytes.fromhex(self.port.draw(nbytes or 32))

    def uuid4(self) -> uuid.UUID:
        return uuid.UUID(bytes=self.token_bytes(16), version=4)


DRAWS = Draws()


@contextlib.contextmanager
def repeatable() -> Iterator[None]:
    """For as long as programs run: they draw alike in each repetition, and look less often."""
    with (
        mock.patch.object(secrets, "token_bytes", DRAWS.token_bytes),
        mock.patch.object(rotation, "uuid", DRAWS),
        mock.patch.object(rotation, "POLL_SECONDS", POLL_SECONDS),
        mock.patch.dict(os.environ, {"PLATFORM": NAME, "SECRET": SECRET, "KEYS": json.dumps(OWNED)}),
    ):
        yield


# What a run holds of its last look, and what it only tells at its end: of no weight for what it does next.
FORGOTTEN = frozenset(
    {"secret", "platform", "action", "cloud", "steps", "version", "age_days", "say", "owned", "request"}
)


class _Memory(pickle.Pickler):
    """Writes down what a program knows, but for what it has forgotten."""

    def __init__(self, buffer: io.BytesIO, still: frozenset[str]) -> None:
        super().__init__(buffer)
        self.still = still

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, (rotation.Rotation, rotation.Outcome)):
            return (str, (type(thing).__name__,), self.known(vars(thing)))
        if isinstance(thing, frozenset):
            return (frozenset, (sorted(thing),))
        return NotImplemented

    def known(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        return {name: variables[name] for name in sorted(variables) if name not in FORGOTTEN - self.still}


def memory(port: Port, still: frozenset[str], within: str) -> bytes:
    """All that the running program knows: the variables of its functions, where each of them is, and what it drew.

    Empty when no function named ``within`` runs. Nothing of a Cloud's method may be on the stack: a list that is being
    made there would not be seen.
    """
    buffer = io.BytesIO()
    writer = _Memory(buffer, still)
    known: list[Any] = [port.drawn, port.clock]
    frame = sys._getframe(2)
    found = False
    while frame.f_code.co_name != "program":
        name = frame.f_code.co_name
        if frame.f_code.co_filename != __file__ or name == "run":
            known.append((name, frame.f_lasti, writer.known(frame.f_locals)))
        found = found or name == within
        assert frame.f_back is not None
        frame = frame.f_back
    writer.dump(known)
    return buffer.getvalue() if found else b""


def _program(name: str, run: Callable[[Cloud], Any]) -> Program:
    def program(port: Port) -> Any:
        DRAWS.port = port
        return run(Cloud(port))

    return Program(name, program)


def playbook(name: str = "playbook", **request: Any) -> Program:
    """A run of the module: ``force``, ``days`` and ``named`` as its options say."""

    def run(cloud: Cloud) -> dict[str, Any]:
        rotating = rotation.Rotation(cloud, OWNED, Request(**request), say=_silent)
        if rotating.wait_for_turn(0).do not in (Do.NOTHING, Do.POSTPONE):
            with contextlib.suppress(rotation.Postponed):
                rotating.run()
        return {"changed": rotating.outcome.changed, "keys": rotating.outcome.keys}

    return _program(name, run)


def function(name: str = "lambda") -> Program:
    """RotateSecret, as somebody or AWS's schedule calls it, and the four steps with which AWS then calls the function.

    When a version waits already, AWS tries again with that one.
    """

    def run(cloud: Cloud) -> dict[str, Any]:
        token = str(DRAWS.uuid4())
        try:
            cloud.sm.rotate_secret(SecretId=SECRET, ClientRequestToken=token)
        except cloud.sm.exceptions.InvalidRequestException:
            token = cloud.describe().version(PENDING)
        for step in handler().STEPS:
            with mock.patch.object(handler(), "aws", lambda name: cloud):
                handler().handle({"Step": step, "SecretId": SECRET, "ClientRequestToken": token})
        return {}

    return _program(name, run)


@functools.cache
def handler() -> ModuleType:
    """The Lambda function's file, with the package that is zipped beside it."""
    inside = ("errors", "names", "secret", "secret.rotation", "secret.rotation_steps", "secret.calls")
    sys.modules["meetops_rotation"] = importlib.import_module(UTILS)
    for name in inside:
        sys.modules[f"meetops_rotation.{name}"] = importlib.import_module(f"{UTILS}.{name}")
    loaded = load_script(ROOT / "roles" / "secrets" / "files" / "rotation_function.py")
    loaded.say = lambda name, **fields: None
    return loaded
