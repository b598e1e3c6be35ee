# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A platform on the emulated AWS for the life cycle: everything but tasks, which the emulator lacks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.cloud import Cloud, Names
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.gate import Gate
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.page import Brand, Page
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.state import (
    BRIDGE,
    SIGNALLING,
    Seen,
    Settings,
    Task,
)
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.web import Web

from .server import AwsServer
from .wake_site import FILES

SERVICES = ("meet-service", "meet-bridge", "meet-recorder")
# Counts of the platform in these states.
ASLEEP = {"signalling": (0, 0), "bridge": (0, 0), "recorder": (0, 0)}
AWAKE = {"signalling": (1, 1), "bridge": (1, 1), "recorder": (1, 1)}


@dataclass
class Clock:
    """A clock that a test sets."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Emulated(Cloud):
    """The real calls, but for tasks: those are what a test says."""

    tasks: dict[str, tuple[Task, ...]]
    lines: list[dict[str, Any]]

    def _tasks(self, kind: str) -> tuple[Task, ...]:
        return self.tasks.get(kind, ())

    def seen(self, with_tasks: bool) -> Seen:
        """What the emulator says, but it calls a task running as soon as it is wanted: a test says when one runs."""
        seen = super().seen(with_tasks)
        running = {kind: replace(seen.services[kind], running=len(self._tasks(kind))) for kind in (SIGNALLING, BRIDGE)}
        return replace(seen, services={**seen.services, **running})

    def log(self, line: Any) -> None:
        self.lines.append(dict(line))


@dataclass
class Platform:
    """The emulated platform ``meet``, asleep."""

    aws: AwsServer
    clock: Clock = field(default_factory=Clock)
    cloud: Emulated = field(init=False)

    def __post_init__(self) -> None:
        client = self.aws.client
        ecs, scaling = client("ecs"), client("application-autoscaling")
        ecs.create_cluster(clusterName="meet-cluster")
        containers = [{"name": "c", "image": "i", "memory": 64}]
        ecs.register_task_definition(family="t", containerDefinitions=containers, cpu="256", memory="512")
        for service, most in zip(SERVICES, (1, 3, 2), strict=True):
            ecs.create_service(cluster="meet-cluster", serviceName=service, taskDefinition="t", desiredCount=0)
            scaling.register_scalable_target(
                ServiceNamespace="ecs",
                ResourceId=f"service/meet-cluster/{service}",
                ScalableDimension="ecs:service:DesiredCount",
                MinCapacity=0,
                MaxCapacity=most,
            )
        client("dynamodb").create_table(
            TableName="meet-wakes",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        secrets = client("secretsmanager")
        secrets.create_secret(Name="meet-jitsi-secrets", SecretString=json.dumps({"wake_pin": "4711"}))
        zone = client("route53").create_hosted_zone(Name="example.org", CallerReference="x")["HostedZone"]["Id"]
        names = Names.from_environment({"PLATFORM": "meet", "DOMAIN": "meet.example.org", "ZONE_ID": zone})
        self.cloud = Emulated(cache(lambda service: client(service)), names, self.clock)
        self.cloud.tasks, self.cloud.lines = {}, []
        for record in ("origin", "turn"):
            self.cloud.set_record(record, ["192.0.2.1"])

    def web(self, *, pin: bool = False, by_key: bool = False, per_day: int = 0, brand: Brand | None = None) -> Web:
        """What answers the wake page's requests: an instance of the function, which remembers nothing yet."""
        page = Page((FILES / "wake" / "page.html").read_text(encoding="utf-8"), brand or Brand(), pin)
        gate = Gate(self.cloud, Settings(), pin_required=pin, by_key=by_key, wakes_per_day=per_day)
        return Web(self.cloud, Settings(), page, gate, (FILES / "wake" / "external_api.js").read_text(encoding="utf-8"))

    def counts(self) -> dict[str, tuple[int, int]]:
        """Minimum and desired count by kind."""
        services = self.cloud.seen(with_tasks=False).services
        return {kind: (service.minimum, service.desired) for kind, service in services.items()}

    def record(self, name: str) -> tuple[str, ...]:
        """Addresses of origin or turn."""
        return self.cloud.seen(with_tasks=False).records[name]

    def start_tasks(self, *, healthy: bool) -> None:
        """Signalling and a bridge are there, as ECS would have them after a wake."""
        self.cloud.tasks = {
            SIGNALLING: (Task("198.51.100.1", self.clock.now, healthy),),
            BRIDGE: (Task("198.51.100.2", self.clock.now, healthy),),
        }
