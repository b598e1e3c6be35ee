# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lets the emulated account live: as soon as a service was changed, its tasks are as ECS would have them some minutes
later, the function that follows tasks has run, and the recorder has told of itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.connect import Quiet
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions import reconcile
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.cloud import Names
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.state import Settings

from .month import KINDS, NAMESPACE, Month, backend, put_task, utcnow
from .recorder import body_of
from .server import AwsServer

NAME, DOMAIN, ZONE = "jitsi-video-platform", "meet.example.com", "example.com"


@dataclass
class RunningTasks:
    """WSGI middleware around the emulator. ``people`` are the participants whom the next looks at the figures find, one
    number a look and then the last one for ever; None is that nobody tells."""

    application: Callable[..., Any]
    aws: AwsServer
    month: Month
    people: list[int | None] = field(default_factory=lambda: [0])
    # A part of the name of images with which no task gets healthy.
    broken: str = ""
    busy: bool = False

    def __post_init__(self) -> None:
        zones = self.aws.client("route53").list_hosted_zones_by_name(DNSName=ZONE)["HostedZones"]
        zone = next(zone["Id"] for zone in zones if not zone["Config"]["PrivateZone"])
        names = Names.from_environment({"PLATFORM": NAME, "DOMAIN": DOMAIN, "ZONE_ID": zone.rpartition("/")[2]})
        self.cloud = Quiet(self.aws.client, names)
        self.former = {service.name: service.task_definition for service in backend("ecs").services.values()}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.application, name)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        call = self.aws.calls[-1]
        if call == "cloudwatch:GetMetricData" and not self.busy:
            self.tell(self.people.pop(0) if len(self.people) > 1 else self.people[0])
        if call == "logs:FilterLogEvents":
            self.tell_of_recorder(environ)
        answer = list(self.application(environ, start_response))
        if call == "ecs:UpdateService" and not self.busy:
            self.busy = True
            self.follow()
            self.busy = False
        return answer

    def wake(self) -> None:
        """Somebody wishes it awake, and soon it is."""
        reconcile.wake(self.cloud, "visitor")
        reconcile.reconcile(self.cloud, Settings())

    def follow(self) -> None:
        """Bring the tasks to what the services say, and the names to the tasks."""
        ecs, cluster = backend("ecs"), f"{NAME}-cluster"
        for kind, suffix in KINDS.items():
            service = ecs.services[f"{cluster}:{NAME}-{suffix}"]
            self.undo(service)
            tasks = [task for task in ecs.tasks.get(cluster, {}).values() if task.group == f"service:{service.name}"]
            running = [task for task in tasks if task.last_status == "RUNNING"]
            for task in running:
                if not service.desired_count or task.task_definition_arn != service.task_definition:
                    task.last_status = task.desired_status = "STOPPED"
            if service.desired_count and all(task.last_status == "STOPPED" for task in running):
                self.month.addresses[kind] = put_task(self.month, kind, utcnow())
        reconcile.reconcile(self.cloud, Settings())

    def undo(self, service: Any) -> None:
        """The circuit breaker of deployments."""
        definition = backend("ecs").describe_task_definition(service.task_definition)
        images = [container["image"] for container in definition.container_definitions]
        if self.broken and service.desired_count and any(self.broken in image for image in images):
            service.task_definition = self.former[service.name]

    def tell(self, people: int | None) -> None:
        """Publish the figures that say whether anybody is there."""
        from moto.cloudwatch.models import MetricDatum

        names = {"Participants": people, "RecorderBusy": 0, "RecordingsWaiting": 0} if people is not None else {}
        dimensions = [{"Name": "Platform", "Value": NAME}]
        data = [MetricDatum(NAMESPACE, name, value, dimensions, utcnow(), "None") for name, value in names.items()]
        backend("cloudwatch").metric_data = data

    def tell_of_recorder(self, environ: dict[str, Any]) -> None:
        """The newest line of the recorder's sidecar comes just before the time until which somebody reads the log."""
        from moto.logs.models import LogStream

        body = body_of(environ)
        group, stream = backend("logs").groups[f"/ecs/{NAME}"], "recorder/stats/1"
        line = {"source": "jibri", "platform": NAME, "reachable": 1, "healthy": 1, "busy": 0, "disk_percent": 3}
        group.streams.setdefault(stream, LogStream(group, stream)).put_log_events(
            [{"timestamp": json.loads(body)["endTime"] - 1, "message": json.dumps(line)}]
        )


@contextmanager
def running_tasks(aws: AwsServer, month: Month) -> Iterator[RunningTasks]:
    """The platform of a month, which is asleep, lives."""
    life: RunningTasks = aws.wrap(lambda application: RunningTasks(application, aws, month))
    try:
        yield life
    finally:
        aws.unwrap()
