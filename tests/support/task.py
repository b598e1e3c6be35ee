# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a sidecar meets in its task: the component beside it, the agent of ECS, and ECS itself, as one fake server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .servers import Handler, serving

KEYS = Credentials("AKIAFAKEKEYOFATASK00", "fake+secret/key=of-a-task", "token+of/a=task")
CLUSTER = "arn:aws:ecs:us-east-1:123456789012:cluster/shop-cluster"
TASK = "arn:aws:ecs:us-east-1:123456789012:task/shop-cluster/5"
DEPLOYMENT = "ecs-svc/1"
Answer = tuple[int, Any]


@dataclass(frozen=True)
class Event:
    """Something that the sidecar did: ``look`` (status), ``protect`` (body), ``post`` (path) or an action of ECS."""

    kind: str
    what: Any


def protection(enabled: bool) -> Answer:
    """What the agent answers when it did as it was told."""
    return 200, {"protection": {"ProtectionEnabled": enabled, "TaskArn": TASK}}


def service(primary: str = DEPLOYMENT, *others: str, running: int = 1, desired: int = 1) -> dict[str, Any]:
    """DescribeServices of a service with these deployments."""
    deployments = [{"id": primary, "status": "PRIMARY"}, *({"id": other, "status": "ACTIVE"} for other in others)]
    return {"services": [{"deployments": deployments, "runningCount": running, "desiredCount": desired}]}


@dataclass
class FakeTask:
    """The server. Set the answers; a callable is called, any other answer is given as it is."""

    stats: Any = (200, {"local_endpoints": 0})
    agent: Callable[[bool], Answer] = protection
    control: Answer = (200, {})
    ecs: dict[str, Any] = field(default_factory=dict)
    ec2: Answer = (500, b"")
    arn: str = TASK
    url: str = ""
    events: list[Event] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    close: Callable[[], None] = lambda: None

    def busy(self, number: Any) -> None:
        """Let the component have so much to do."""
        self.stats = (200, {"local_endpoints": number})

    def record(self, kind: str, what: Any) -> None:
        """Note what the sidecar did."""
        with self.changed:
            self.events.append(Event(kind, what))
            self.changed.notify_all()

    def of(self, kind: str, since: int = 0) -> list[Event]:
        """Events of a kind, those from number ``since`` on."""
        return [event for event in self.events[since:] if event.kind == kind]

    def wait(self, kind: str, what: Any = None, count: int = 1, since: int | None = None) -> list[Event]:
        """Wait for so many events of a kind, from now on or from number ``since`` on; fail after 20 seconds."""

        def found() -> list[Event]:
            return [event for event in self.of(kind, since) if what is None or event.what == what]

        with self.changed:
            since = len(self.events) if since is None else since
            assert self.changed.wait_for(lambda: len(found()) >= count, 20), (kind, what, self.events[-20:])
            return found()

    def answer(self, request: Handler) -> Answer:
        """Answer one request."""
        body, path = request.body(), request.path
        if path == "/stats":
            # Recorded after the answer is chosen: what was set before an event was seen by the look after it.
            status, content = self.stats() if callable(self.stats) else self.stats
            self.record("look", status)
            return status, content
        if path == "/agent/task-protection/v1/state":
            assert (request.command, request.headers["Content-Type"]) == ("PUT", "application/json")
            wanted = json.loads(body)
            status, content = self.agent(wanted["ProtectionEnabled"])
            self.record("protect", wanted)
            return status, content
        if path == "/metadata/task":
            return 200, {"TaskARN": self.arn, "Cluster": CLUSTER, "Family": "shop-bridge", "Revision": "3"}
        if path == "/credentials":
            content = {"AccessKeyId": KEYS.access_key, "SecretAccessKey": KEYS.secret_key, "Token": KEYS.token}
            return 200, {**content, "Expiration": "2026-11-23T06:00:00Z"}
        if path == "/ecs/":
            self.check_signature(request, body, "ecs", {"x-amz-target"})
            action = request.headers["X-Amz-Target"].rpartition(".")[2]
            found = self.ecs.get(action, (500, {}))
            self.record(action, json.loads(body))
            return found if isinstance(found, tuple) else (200, found)
        if path == "/ec2/":
            self.check_signature(request, body, "ec2")
            found = self.ec2
            self.record("ec2", dict(parse_qsl(body.decode())))
            return found
        self.record("post", (request.command, path))
        return self.control

    def check_signature(self, request: Handler, body: bytes, name: str, more: Iterable[str] = ()) -> None:
        """Compute the signature as AWS does, and compare."""
        given = request.headers["Authorization"]
        signed = given.partition("SignedHeaders=")[2].partition(",")[0].split(";")
        assert {"host", "x-amz-date", "x-amz-security-token", *more} <= set(signed), signed
        headers = {name: request.headers[name] for name in signed}
        copy = AWSRequest("POST", f"http://{request.headers['Host']}{request.path}", headers=headers, data=body)
        copy.context["timestamp"] = request.headers["X-Amz-Date"]
        auth = SigV4Auth(KEYS, name, "us-east-1")
        expected = auth.signature(auth.string_to_sign(copy, auth.canonical_request(copy)), copy)
        assert given.endswith(f"Signature={expected}"), (given, auth.canonical_request(copy))


@contextmanager
def fake_task() -> Iterator[FakeTask]:
    """Serve a fake task on loopback."""
    task = FakeTask()

    class Answering(Handler):
        def do(self) -> None:
            try:
                status, content = task.answer(self)
                body = content if isinstance(content, bytes) else json.dumps(content).encode()
            except Exception as error:  # the test must see it, and the sidecar an error
                task.record("error", repr(error))
                status, body = 500, b""
            with suppress(OSError):
                self.answer(status, body)

        do_GET = do_PUT = do_POST = do

    with ExitStack() as stack:
        task.url, task.close = stack.enter_context(serving(Answering)).url, stack.close
        yield task
    assert not task.of("error"), task.of("error")


# A clock for a script to look at that goes on only while it sleeps, which takes no time.
CLOCK = """sleep() {
  read -r now _ <"$CLOCK"
  printf -v now '%.0f' "${now}e2"
  printf -v slept '%.0f' "${1}e2"
  printf '%d.%02d 0\\n' $(((now + slept) / 100)) $(((now + slept) % 100)) >"$CLOCK"
}
"""


class Sidecar:
    """The running script; ``lines`` are what it printed. ``clock`` is a file for a clock that no machine's speed moves:
    between two looks the script sleeps, and only then time goes by."""

    def __init__(
        self, script: Path, environment: dict[str, str], arguments: dict[str, Any], clock: Path | None = None
    ) -> None:
        text = script.read_text()
        if clock:
            clock.write_text("100.00 0\n")
            environment = {**environment, "CLOCK": str(clock)}
            text = CLOCK + text.replace("/proc/uptime", '"$CLOCK"')
        self.process = subprocess.Popen(
            ["bash", "-c", text, "protect", *(f"{key}={value}" for key, value in arguments.items())],
            env={"PATH": os.environ["PATH"], **environment},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.lines: list[dict[str, Any]] = []
        self.told = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        """Gather the lines."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.told:
                self.lines.append(json.loads(line))
                self.told.notify_all()

    def wait_for(self, **fields: Any) -> dict[str, Any]:
        """Wait for a line with these fields; fail after 20 seconds."""

        def found() -> list[dict[str, Any]]:
            return [line for line in self.lines if fields.items() <= line.items()]

        with self.told:
            assert self.told.wait_for(found, 20), (fields, self.lines)
            return found()[0]

    def terminate(self) -> float:
        """Stop it as ECS does; returns the seconds it took to end, in good order."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.end()
        return time.monotonic() - began

    def end(self) -> None:
        """Wait until it has ended in good order; fail after 30 seconds."""
        assert self.process.wait(timeout=30) == 0
        self.reader.join(timeout=10)

    def close(self) -> None:
        """End it and what it started, however it is."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=10)
