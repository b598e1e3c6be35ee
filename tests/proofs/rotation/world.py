# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A platform whose components read the secret only when they start.

Signalling, bridge and recorder are ECS services with a scalable target each. What AWS does by itself is an event: a
task is launched, it reads the document, it is up, it is stopped, it is gone; autoscaling lifts a desired count to its
minimum; jicofo prints its figures. Events happen in any order and with any delay between two calls of a program; which
one happens is the explorer's choice.

The clock goes on by a second with each call that changes something and each signalling task that is launched, and by as
much as somebody sleeps. Left out, because no rotation looks at it: addresses, health checks, task definitions.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from .actors import EPOCH, REGION
from .secrets_manager import Secret

NAME = "meet"
CLUSTER = f"{NAME}-cluster"
SERVICES = {"signalling": f"{NAME}-service", "bridge": f"{NAME}-bridge", "recorder": f"{NAME}-recorder"}
KINDS = {service: kind for kind, service in SERVICES.items()}
ACCOUNT = "123456789012"
# What each kind of task needs from the document to log in.
KEYS = {
    "signalling": ("jicofo_auth_password",),
    "bridge": ("jvb_auth_password",),
    "recorder": ("jibri_xmpp_password", "jibri_recorder_password"),
}
LAUNCHED, STARTING, RUNNING, STOPPING = "launched", "starting", "running", "stopping"
STATUS = {LAUNCHED: "PROVISIONING", STARTING: "PENDING", RUNNING: "RUNNING", STOPPING: "DEACTIVATING"}
LINE_SECONDS = 60
READS = ("Describe", "Get", "List", "Filter")


@dataclass(frozen=True)
class Task:
    """One task. ``document`` is what it read when it started, None before."""

    number: int
    deployment: int
    phase: str = LAUNCHED
    document: str | None = None
    created: int = 0

    @property
    def stopping(self) -> bool:
        return self.phase == STOPPING


@dataclass(frozen=True)
class Service:
    """One service with its scalable target."""

    desired: int = 0
    minimum: int = 0
    maximum: int = 1
    deployment: int = 0
    tasks: tuple[Task, ...] = ()
    # How many tasks it ever launched: no task has the number of another.
    launched: int = 0

    @property
    def own(self) -> list[Task]:
        """Tasks of the newest deployment."""
        return [task for task in self.tasks if task.deployment == self.deployment and not task.stopping]

    @property
    def older(self) -> list[Task]:
        """Tasks of former deployments."""
        return [task for task in self.tasks if task.deployment != self.deployment and not task.stopping]

    @property
    def running(self) -> list[Task]:
        return [task for task in self.tasks if task.phase == RUNNING]

    def with_task(self, number: int, **fields: Any) -> Service:
        return replace(
            self, tasks=tuple(replace(task, **fields) if task.number == number else task for task in self.tasks)
        )

    def without(self, number: int) -> Service:
        return replace(self, tasks=tuple(task for task in self.tasks if task.number != number))


Event = tuple[str, str, int]


class MovedUnderProsody(Exception):
    """AWSCURRENT moved although its mover knew of a prosody."""


@dataclass(frozen=True)
class Line:
    """The figures that jicofo printed last."""

    at: int
    participants: int
    bridges: int
    recorders: int


class World:
    """The account: one secret, three services, the people in the meeting.

    ``wanted`` tells whether somebody wants the platform awake; ``broken`` are kinds of tasks that never come up with
    another document than ``works``.
    """

    def __init__(
        self,
        secret: Secret,
        services: Mapping[str, Service],
        participants: int = 0,
        broken: frozenset[str] = frozenset(),
    ) -> None:
        self.secret = secret
        self.services = dict(services)
        self.participants = participants
        # A task in which people meet protects itself: ECS does not stop it.
        self.protected = participants > 0
        self.broken, self.works = broken, secret.current()
        self.wanted = services["signalling"].desired > 0
        self.clock = 1000
        self.line: Line | None = None
        # Caller -> the signalling tasks launched when it last looked at the tasks.
        self.looks: dict[str, int] = {}
        # Signalling tasks that came between the mover's last look and the move of AWSCURRENT.
        self.overlapping: frozenset[int] = frozenset()

    def copy(self) -> World:
        twin = World.__new__(World)
        twin.__dict__.update(self.__dict__)
        twin.secret = self.secret.copy()
        twin.services = dict(self.services)
        twin.looks = dict(self.looks)
        return twin

    @property
    def key(self) -> tuple[Any, ...]:
        return (
            self.secret.key,
            tuple(self.services.items()),
            self.participants,
            self.protected,
            self.wanted,
            self.clock,
            self.line,
            tuple(sorted(self.looks.items())),
            self.overlapping,
        )

    # --- What AWS does by itself

    def events(self) -> Iterator[Event]:
        """What may happen next: (event, kind, number of the task)."""
        for kind, service in self.services.items():
            if service.desired < service.minimum:
                yield "lift", kind, 0
            # Signalling runs once at most: the old task goes before the new one comes. The others overlap.
            alone = kind == "signalling"
            if len(service.own) < service.desired and not (alone and service.older):
                yield "launch", kind, 0
            replaced = alone or sum(task.phase == RUNNING for task in service.own) >= service.desired
            protected = alone and self.protected
            for task in service.older if replaced and not protected else ():
                yield "stop", kind, task.number
            if len(service.own) > service.desired and not protected:
                yield "stop", kind, service.own[-1].number
            for task in service.tasks:
                # Without a value ECS cannot start the task, and tries again.
                if task.phase == LAUNCHED and self.secret.current() is not None:
                    yield "read", kind, task.number
                elif task.phase == STARTING and not (kind in self.broken and task.document != self.works):
                    yield "up", kind, task.number
                elif task.phase == STOPPING:
                    yield "gone", kind, task.number
        if self._news():
            yield "print", "signalling", 0

    def fire(self, event: Event) -> None:
        """Let an event happen."""
        what, kind, number = event
        service = self.services[kind]
        if what == "print":
            self.line = self._figures()
            return
        if what == "lift":
            service = replace(service, desired=service.minimum)
        elif what == "launch":
            if kind == "signalling":
                self.clock += 1
            task = Task(service.launched + 1, service.deployment, created=self.clock if kind == "signalling" else 0)
            service = replace(service, tasks=(*service.tasks, task), launched=task.number)
        elif what == "stop" and kind == "signalling":
            service = service.with_task(number, phase=STOPPING)
        elif what in ("stop", "gone"):
            service = service.without(number)
            self.overlapping -= {number} if kind == "signalling" else set()
        elif what == "read":
            service = service.with_task(number, phase=STARTING, document=self.secret.current())
        elif what == "up":
            service = service.with_task(number, phase=RUNNING)
            if kind == "signalling":
                # Who was in a meeting comes again.
                self.protected = self.participants > 0
        self.services[kind] = service

    def pass_time(self, seconds: int) -> None:
        """Let time pass. A jicofo that runs prints every minute."""
        self.clock += seconds
        figures = self._figures()
        if figures is not None and (self.line is None or self.clock - self.line.at > LINE_SECONDS):
            self.line = figures

    def _news(self) -> bool:
        """Whether jicofo has something to print that it has not: other figures, or its first ones since it started."""
        figures = self._figures()
        if figures is None or self.line is None:
            return figures is not None
        started = max(task.created for task in self.services["signalling"].running)
        return figures != replace(self.line, at=self.clock) or self.line.at < started

    def _figures(self) -> Line | None:
        if not self.services["signalling"].running:
            return None
        bridges, recorders = (
            sum(self.logged_in(kind, task) for task in self.services[kind].running) if kind in self.services else 0
            for kind in ("bridge", "recorder")
        )
        return Line(self.clock, self.participants, bridges, recorders)

    # --- What holds

    def prosodies(self) -> list[Task]:
        """The signalling tasks whose prosody accepts logins; one that is stopping still does."""
        up = (RUNNING, STOPPING)
        return [task for task in self.services["signalling"].tasks if task.phase in up and task.document is not None]

    def logged_in(self, kind: str, task: Task) -> bool:
        """Whether a running task's passwords are those of the running prosody."""
        return any(_accepts(prosody, kind, task.document) for prosody in self.services["signalling"].running)

    def locked_out(self) -> list[str]:
        """Kinds of running tasks of the newest deployments that cannot log in to the running prosody."""
        if not self.services["signalling"].running:
            return []
        return [
            kind
            for kind, service in self.services.items()
            for task in service.own
            if task.phase == RUNNING and not self.logged_in(kind, task)
        ]

    def refused(self) -> list[int]:
        """Signalling tasks whose prosody would refuse a component that started now."""
        current = self.secret.current()
        return [
            prosody.number for prosody in self.prosodies() if not all(_accepts(prosody, kind, current) for kind in KEYS)
        ]

    @property
    def awake(self) -> bool:
        """Whether a task runs."""
        return any(service.tasks for service in self.services.values())

    def without_looks(self, caller: str) -> World:
        """The same world, once a caller has ended: what it saw last is of no weight any more."""
        twin = self.copy()
        twin.looks.pop(caller, None)
        return twin

    def move(self, caller: str) -> None:
        """See that no signalling task that the caller could have seen reads another document than it is now."""
        for task in self.services["signalling"].tasks:
            if task.document is None or all(_accepts(task, kind, self.secret.current()) for kind in KEYS):
                continue
            if task.number <= self.looks.get(caller, 0):
                raise MovedUnderProsody(f"{caller} moved AWSCURRENT while a signalling task existed that it had seen")
            self.overlapping |= {task.number}

    # --- Operations

    def call(self, caller: str, service: str, operation: str, parameters: dict[str, Any]) -> Any:
        """Carry out a call. Raises AwsError."""
        if not operation.startswith(READS):
            self.clock += 1
        if service == "secretsmanager":
            before = self.secret.current()
            answer = self.secret.call(operation, parameters)
            if self.secret.current() != before:
                self.move(caller)
            return answer
        if operation == "ListTasks" and parameters.get("desiredStatus") == "RUNNING":
            self.looks[caller] = self.services["signalling"].launched
        handler = getattr(self, f"_{service.replace('-', '_')}_{operation}")
        return handler(**parameters)

    def _ecs_DescribeServices(self, services: list[str], cluster: str = "", **_: Any) -> dict[str, Any]:
        found = [self._described(KINDS[name]) for name in map(_last, services) if KINDS.get(name) in self.services]
        missing = [name for name in map(_last, services) if KINDS.get(name) not in self.services]
        return {"services": found, "failures": [{"arn": name, "reason": "MISSING"} for name in missing]}

    def _described(self, kind: str) -> dict[str, Any]:
        service = self.services[kind]

        def deployment(number: int, status: str) -> dict[str, Any]:
            tasks = [task for task in service.tasks if task.deployment == number and not task.stopping]
            running = [task for task in tasks if task.phase == RUNNING]
            steady = status != "PRIMARY" or len(running) == service.desired == len(service.tasks)
            return {
                "id": f"ecs-svc/{number}",
                "status": status,
                "desiredCount": service.desired if status == "PRIMARY" else 0,
                "runningCount": len(running),
                "pendingCount": len(tasks) - len(running),
                "rolloutState": "COMPLETED" if steady else "IN_PROGRESS",
                "taskDefinition": _arn(f"task-definition/{NAME}-{kind}:1"),
            }

        older = sorted({task.deployment for task in service.older}, reverse=True)
        return {
            "serviceName": SERVICES[kind],
            "serviceArn": _arn(f"service/{CLUSTER}/{SERVICES[kind]}"),
            "clusterArn": _arn(f"cluster/{CLUSTER}"),
            "status": "ACTIVE",
            "desiredCount": service.desired,
            "runningCount": len(service.running),
            "pendingCount": len(service.own) + len(service.older) - len(service.running),
            "taskDefinition": _arn(f"task-definition/{NAME}-{kind}:1"),
            "deployments": [deployment(service.deployment, "PRIMARY"), *(deployment(one, "ACTIVE") for one in older)],
            "events": [],
        }

    def _ecs_UpdateService(
        self,
        service: str,
        cluster: str = "",
        desiredCount: int | None = None,
        forceNewDeployment: bool = False,
        **_: Any,
    ) -> dict[str, Any]:
        kind = KINDS[_last(service)]
        found = self.services[kind]
        if desiredCount is not None:
            found = replace(found, desired=desiredCount)
        if forceNewDeployment:
            found = replace(found, deployment=found.deployment + 1)
        self.services[kind] = found
        return {"service": self._described(kind)}

    def _ecs_ListTasks(
        self, cluster: str = "", serviceName: str = "", family: str = "", desiredStatus: str = "RUNNING", **_: Any
    ) -> dict[str, Any]:
        kinds = [KINDS[_last(serviceName)]] if serviceName else list(self.services)
        tasks = [(kind, task) for kind in kinds for task in self.services[kind].tasks]
        # Listed among those that shall run, or among those that shall stop, until an hour after they have.
        return {
            "taskArns": [_task(kind, task) for kind, task in tasks if task.stopping == (desiredStatus == "STOPPED")]
        }

    def _ecs_DescribeTasks(self, tasks: list[str], cluster: str = "", **_: Any) -> dict[str, Any]:
        present = {_task(kind, task): (kind, task) for kind, service in self.services.items() for task in service.tasks}
        return {
            "tasks": [self._task_described(arn, *present[arn]) for arn in tasks if arn in present],
            "failures": [{"arn": arn, "reason": "MISSING"} for arn in tasks if arn not in present],
        }

    @staticmethod
    def _task_described(arn: str, kind: str, task: Task) -> dict[str, Any]:
        return {
            "taskArn": arn,
            "group": f"service:{SERVICES[kind]}",
            "startedBy": f"ecs-svc/{task.deployment}",
            "lastStatus": STATUS[task.phase],
            "desiredStatus": "STOPPED" if task.stopping else "RUNNING",
            "createdAt": at(task.created),
        }

    def _ecs_GetTaskProtection(self, tasks: list[str], **_: Any) -> dict[str, Any]:
        return {
            "protectedTasks": [{"taskArn": arn, "protectionEnabled": self.protected} for arn in tasks],
            "failures": [],
        }

    def _ecs_UpdateTaskProtection(self, tasks: list[str], protectionEnabled: bool, **_: Any) -> dict[str, Any]:
        self.protected = protectionEnabled
        return {"protectedTasks": [], "failures": []}

    def _application_autoscaling_DescribeScalableTargets(
        self, ServiceNamespace: str, ResourceIds: list[str] | None = None, **_: Any
    ) -> dict[str, Any]:
        targets = {f"service/{CLUSTER}/{SERVICES[kind]}": service for kind, service in self.services.items()}
        return {
            "ScalableTargets": [
                {"ResourceId": name, "MinCapacity": service.minimum, "MaxCapacity": service.maximum}
                for name, service in targets.items()
                if ResourceIds is None or name in ResourceIds
            ]
        }

    def _application_autoscaling_RegisterScalableTarget(
        self, ResourceId: str, MinCapacity: int | None = None, MaxCapacity: int | None = None, **_: Any
    ) -> dict[str, Any]:
        kind = KINDS[_last(ResourceId)]
        service = self.services[kind]
        self.services[kind] = replace(
            service,
            minimum=service.minimum if MinCapacity is None else MinCapacity,
            maximum=service.maximum if MaxCapacity is None else MaxCapacity,
        )
        return {}

    def _logs_FilterLogEvents(self, logGroupName: str, startTime: int = 0, **_: Any) -> dict[str, Any]:
        if self.line is None or at(self.line.at).timestamp() * 1000 < startTime:
            return {"events": []}
        figures = {
            "participants": self.line.participants,
            "bridges": self.line.bridges,
            "recorders": self.line.recorders,
        }
        message = json.dumps({"source": "jicofo", "platform": NAME, "reachable": 1, **figures})
        return {"events": [{"timestamp": int(at(self.line.at).timestamp() * 1000), "message": message}]}


def at(clock: int) -> datetime:
    """The world's clock as a time."""
    return EPOCH + timedelta(days=365, seconds=clock)


@functools.cache
def _passwords(document: str, kind: str) -> tuple[str, ...]:
    found = json.loads(document)
    return tuple(str(found.get(key)) for key in KEYS[kind])


def _accepts(prosody: Task, kind: str, document: str | None) -> bool:
    """Whether a prosody accepts the passwords that a task of this kind takes from a document."""
    return document is not None and _passwords(prosody.document or "{}", kind) == _passwords(document, kind)


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _arn(resource: str) -> str:
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:{resource}"


def _task(kind: str, task: Task) -> str:
    return _arn(f"task/{CLUSTER}/{kind}-{task.deployment}-{task.number}")
