# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Programs that talk to a simulated AWS, one call at a time, without threads.

A program is the real code, given clients whose calls end up here. It is deterministic: what it does next depends only
on the answers that it has had. So a program in the middle of its work is its answers so far. To let it make one more
step it is run again from its beginning, is given the answers that it had, and is stopped at the first call that has
none yet. Stopping it there for good is its death: nothing of it runs any more, as after SIGKILL.
"""

from __future__ import annotations

import functools
import hashlib
import pickle
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.validate import validate_parameters

EPOCH = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
REGION = "us-east-1"


class Stopped(BaseException):
    """Ends a program at a call that has no answer yet. No ``except Exception`` of the program sees it."""


@dataclass(frozen=True)
class Call:
    """A call that a program wants to make. ``clock:sleep`` is one too: it lets time pass."""

    service: str
    operation: str
    request: bytes

    @property
    def name(self) -> str:
        return f"{self.service}:{self.operation}"

    @property
    def parameters(self) -> dict[str, Any]:
        loaded: dict[str, Any] = pickle.loads(self.request)
        return loaded


@dataclass(frozen=True)
class Answer:
    """What a call brought: a response, or the code of an error; and when, by the world's clock."""

    response: bytes = b""
    error: str = ""
    clock: int = 0


class AwsError(Exception):
    """An error that the simulated AWS answers: its code, and the text that AWS gives with it."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@functools.cache
def real_client(service: str) -> Any:
    """A boto3 client that is never called: it knows the exceptions and the shapes of its service."""
    return boto3.client(service, region_name=REGION, aws_access_key_id="testing", aws_secret_access_key="testing")


@functools.cache
def _operation(service: str, method: str) -> tuple[str, Any]:
    client = real_client(service)
    name = client.meta.method_to_api_mapping[method]
    return name, client.meta.service_model.operation_model(name).input_shape


class Client:
    """Looks like a boto3 client; every call goes to the port."""

    def __init__(self, service: str, port: Port) -> None:
        self._service, self._port = service, port
        self.meta, self.exceptions = real_client(service).meta, real_client(service).exceptions

    def __getattr__(self, method: str) -> Callable[..., Any]:
        name, shape = _operation(self._service, method)

        def call(**parameters: Any) -> Any:
            return self._port.call(self._service, name, parameters, shape)

        return call

    def can_paginate(self, method: str) -> bool:
        return bool(real_client(self._service).can_paginate(method))

    def get_paginator(self, method: str) -> Any:
        assert self.can_paginate(method)
        return Pages(getattr(self, method))


@dataclass
class Pages:
    """A paginator whose answers have one page."""

    call: Callable[..., Any]

    def paginate(self, **parameters: Any) -> Iterator[Any]:
        yield self.call(**parameters)


class Port:
    """The way out of a program: gives the answers that it had, then stops it."""

    def __init__(self, name: str, clock: int, answers: tuple[Answer, ...]) -> None:
        self.name, self.answers, self.position = name, answers, 0
        self.wanted: Call | None = None
        self.clock = clock
        self.drawn = 0
        self.memory, self.since = str(clock).encode(), 0

    def call(self, service: str, operation: str, parameters: dict[str, Any], shape: Any = None) -> Any:
        if self.wanted is not None or self.position == len(self.answers):
            if shape is not None:
                validate_parameters(parameters, shape)
            # A dying program that calls once more, in a ``finally``, is dead all the same.
            self.wanted = self.wanted or Call(service, operation, pickle.dumps(parameters))
            raise Stopped
        answer = self.answers[self.position]
        self.position += 1
        self.clock = answer.clock
        if answer.error == "ConnectionError":
            raise EndpointConnectionError(endpoint_url=f"https://{service}")
        if answer.error:
            kind = real_client(service).exceptions.from_code(answer.error)
            error = {"Code": answer.error, "Message": f"simulated {answer.error}"}
            raise (kind or ClientError)({"Error": error, "ResponseMetadata": {}}, operation)
        return pickle.loads(answer.response)

    def client(self, service: str) -> Client:
        return Client(service, self)

    def checkpoint(self, memory: bytes) -> None:
        """All that the program still knows is in ``memory``: how it came to know it makes no difference any more."""
        self.memory, self.since = memory, self.position

    @property
    def stops_soon(self) -> bool:
        """Whether what the program knows now is worth writing down: a method of a Cloud makes five calls at most."""
        return len(self.answers) - self.position < 6

    def digest(self) -> bytes:
        """Stands for what the program knows: its memory at the last checkpoint, and the answers since."""
        digest = hashlib.blake2b(digest_size=16)
        for part in (self.name.encode(), self.memory, pickle.dumps(self.answers[self.since :])):
            digest.update(len(part).to_bytes(4, "big") + part)
        return digest.digest()

    # What else a program may ask, answered alike in every repetition.

    def sleep(self, seconds: float) -> None:
        self.call("clock", "sleep", {"seconds": seconds})

    def draw(self, nbytes: int = 16) -> str:
        """Hex digits that nobody else draws."""
        self.drawn += 1
        return hashlib.sha256(f"{self.name} {self.drawn}".encode()).hexdigest()[: 2 * nbytes]


@dataclass(frozen=True)
class Program:
    """Code that runs against a port: ``run(port)`` returns its result."""

    name: str
    run: Callable[[Port], Any]


@dataclass(frozen=True)
class Actor:
    """A program at work. ``wanted`` is its next call, None once it has ended: by ``result`` or by ``failure``."""

    program: Program
    name: str
    started: int = 0
    answers: tuple[Answer, ...] = ()
    digest: bytes = b""
    wanted: Call | None = field(default=None, compare=False)
    result: bytes = field(default=b"", compare=False)
    failure: str = field(default="", compare=False)
    dead: bool = False

    @staticmethod
    def start(program: Program, name: str, clock: int) -> Actor:
        return Actor(program, name, clock)._replayed()

    @property
    def ended(self) -> bool:
        return self.dead or self.wanted is None

    @property
    def key(self) -> tuple[object, ...]:
        """Equal keys mean an equal future."""
        return (self.name,) if self.ended else (self.name, self.digest)

    def answered(self, answer: Answer) -> Actor:
        """The actor after its call brought this answer."""
        assert not self.ended
        return replace(self, answers=(*self.answers, answer))._replayed()

    def killed(self) -> Actor:
        return replace(self, answers=(), digest=b"", wanted=None, result=b"", failure="", dead=True)

    def _replayed(self) -> Actor:
        port = Port(self.name, self.started, self.answers)
        result, failure = b"", ""
        try:
            result = pickle.dumps(self.program.run(port))
        except Stopped:
            pass
        except Exception as error:
            if port.wanted is None:
                failure = f"{type(error).__name__}: {error}"
        return replace(self, digest=port.digest(), wanted=port.wanted, result=result, failure=failure)
