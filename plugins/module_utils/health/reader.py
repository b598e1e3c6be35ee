# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads what tells whether a platform is well."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from .. import names
from .._aws import acm, cloudfront, cloudwatch, ecs, logs, route53, runner
from .._aws.pages import pages
from ..lifecycle import connect as life_cycle
from ..lifecycle import plan as life_cycle_plan
from ..logs import lines as log_lines
from ..recordings import uploads
from .checks import FRESH, Facts

DAY = dt.timedelta(days=1)
# What Lambda says of a call that failed, and what the rotation's function prints of one.
FUNCTION_ERRORS = '?"[ERROR]" ?"Task timed out" ?"Runtime exited" ?"\\"error\\": "'
NEVER = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class Reader:
    """Reads one platform. For ``facts`` the module has the arguments of ``life_cycle.ARGUMENTS``."""

    def __init__(self, module: Any, recording: bool) -> None:
        self.module, self.recording = module, recording
        self.name, self.domain = module.params["name"], module.params.get("domain", "")
        self.cluster, self.names = names.cluster(self.name), names.services(self.name)
        self.group = names.log_group(self.name)
        self.now = dt.datetime.now(dt.UTC)

    def client(self, service: str) -> Any:
        """The client of a service."""
        return runner.client(self.module, service)

    def facts(self) -> Facts:
        """Everything that the checks look at."""
        cloud = life_cycle.connect(self.module)
        try:
            item, seen, usage = life_cycle.look(cloud, life_cycle.settings(self.module))
            life = life_cycle_plan.report(item, seen, usage, cloud.names.schedules, cloud.now())
        except life_cycle.NoLifeCycle:
            life = {}
        tasks = self.tasks()
        return Facts(
            now=self.now,
            domain=self.domain,
            life=life,
            services=self.services(),
            tasks=tasks,
            addresses=self.addresses(tasks),
            figures=self.figures() if life.get("phase") not in ("asleep", None) else {},
            records=route53.records_below(self.client("route53"), cloud.names.zone_id, self.domain),
            distribution=self.distribution(),
            certificate=self.certificate(),
            origin_certificate=self.newest("CertificateDays"),
            alarms=cloudwatch.describe_alarms(self.client("cloudwatch"), names.alarm_prefix(self.name)),
            function_errors=self.function_errors(),
            secret_age=self.secret_age(),
            failed_uploads=self.failed_uploads() if self.recording else None,
            waiting=self.waiting() if self.recording else None,
        )

    def services(self) -> dict[str, dict[str, Any]]:
        """The services by kind."""
        found = {
            item["serviceName"]: item
            for item in ecs.services(self.client("ecs"), self.cluster, list(self.names.values()))
        }
        return {kind: found[name] for kind, name in self.names.items() if name in found}

    def tasks(self) -> dict[str, list[dict[str, Any]]]:
        """The tasks by kind, the running ones and those that ended lately."""
        client, arns = self.client("ecs"), []
        for status in ("RUNNING", "STOPPED"):
            arns += pages_of_arns(client, self.cluster, status)
        found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in self.names}
        kinds = {f"service:{name}": kind for kind, name in self.names.items()}
        for task in ecs.tasks(client, self.cluster, arns) if arns else ():
            if task.get("group") in kinds:
                found[kinds[task["group"]]].append(task)
        return found

    def addresses(self, tasks: Mapping[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
        """Public addresses of the running tasks by kind."""
        kinds = {
            detail["value"]: kind
            for kind, each in tasks.items()
            for task in each
            if task["lastStatus"] == "RUNNING"
            for attachment in task.get("attachments", ())
            for detail in attachment["details"]
            if detail["name"] == "networkInterfaceId"
        }
        found: dict[str, list[str]] = {}
        filters = [{"Name": "network-interface-id", "Values": list(kinds)}]
        interfaces = (
            pages(self.client("ec2"), "describe_network_interfaces", "NetworkInterfaces", Filters=filters)
            if kinds
            else ()
        )
        for interface in interfaces:
            if "PublicIp" in interface.get("Association", {}):
                found.setdefault(kinds[interface["NetworkInterfaceId"]], []).append(
                    interface["Association"]["PublicIp"]
                )
        return found

    def figures(self, since: dt.datetime | None = None) -> dict[str, list[dict[str, Any]]]:
        """The newest line of each statistics sidecar since a time (at first some minutes ago), by what it watches."""
        newest: dict[str, dict[str, Any]] = {}
        for kind in self.names:
            for event in self.events("", since or self.now - FRESH, f"{kind}/stats/"):
                newest[event["logStreamName"]] = event
        found: dict[str, list[dict[str, Any]]] = {}
        for event in newest.values():
            try:
                line = json.loads(event["message"])
                found.setdefault(line["source"], []).append(line)
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def events(self, pattern: str, since: dt.datetime, prefix: str = "") -> list[dict[str, Any]]:
        """Log events until now."""
        return logs.filter_log_events(self.client("logs"), self.group, pattern, since, self.now, prefix)

    def distribution(self) -> dict[str, Any] | None:
        """The distribution that serves the domain."""
        found = cloudfront.list_distributions(self.client("cloudfront"))
        return next((item for item in found if self.domain in (item.get("Aliases", {}).get("Items") or ())), None)

    def certificate(self) -> dict[str, Any] | None:
        """The certificate of the domain, an issued one first. CloudFront takes those of this region only."""
        client = runner.client(self.module, "acm", region="us-east-1")
        found = [item for item in acm.list_certificates(client) if item["DomainName"] == self.domain]
        described = [acm.describe(client, item["CertificateArn"]) for item in found]
        return min(described, key=lambda item: (item["Status"] != "ISSUED", -_end(item)), default=None)

    def newest(self, metric: str, days: int = 30) -> tuple[float, float] | None:
        """(when, value) of the newest sample of one of the platform's metrics."""
        start = (self.now - days * DAY).replace(minute=0, second=0, microsecond=0)
        client, dimensions = self.client("cloudwatch"), {"Platform": self.name}
        points = cloudwatch.statistics(
            client, names.METRIC_NAMESPACE, metric, dimensions, start, self.now, 3600, ["Maximum"]
        )
        newest = max(points, key=lambda point: point["Timestamp"], default=None)
        return (newest["Timestamp"].timestamp(), newest["Maximum"]) if newest else None

    def secret_age(self) -> float | None:
        """Days since the oldest password was made, as the rotation's function tells once a day."""
        told = self.newest("SecretAgeDays")
        return told[1] + (self.now.timestamp() - told[0]) / DAY.total_seconds() if told else None

    def function_errors(self) -> list[dict[str, str]]:
        """Lines of the functions that tell of an error within a day."""
        found = (log_lines.line(event, self.name) for event in self.events(FUNCTION_ERRORS, self.now - DAY))
        return sorted((line for line in found if line["kind"] == "function"), key=lambda line: line["at"])

    def failed_uploads(self) -> list[dict[str, Any]]:
        """Uploads that failed within a day."""
        return uploads.failures(self.events(uploads.upload_pattern(self.name), self.now - DAY), self.now)

    def waiting(self) -> dict[str, Any]:
        """Recordings on the recorders' disks."""
        points = cloudwatch.statistics(
            self.client("cloudwatch"),
            names.METRIC_NAMESPACE,
            "RecordingsWaiting",
            {"Platform": self.name},
            self.now - dt.timedelta(hours=23),
            self.now,
            60,
            ["Sum", "SampleCount"],
        )
        return uploads.waiting(points, self.now)


def pages_of_arns(client: Any, cluster: str, status: str) -> list[str]:
    """ListTasks of a cluster that are to run (``RUNNING``) or to end (``STOPPED``)."""
    try:
        found = client.get_paginator("list_tasks").paginate(cluster=cluster, desiredStatus=status)
        return [arn for page in found for arn in page["taskArns"]]
    except client.exceptions.ClusterNotFoundException:
        return []


def _end(certificate: Mapping[str, Any]) -> float:
    return float(certificate.get("NotAfter", NEVER).timestamp())
