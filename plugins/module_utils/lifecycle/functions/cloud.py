# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the functions read from AWS and change there: one call a method, nothing is decided here."""

from __future__ import annotations

import json
import math
import re
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any

from . import names, schedule
from .state import BRIDGE, MINUTE, RECORDER, Item, Seen, Service, Settings, Task, Usage

HOUR, DAY = 60 * MINUTE, 24 * 60 * MINUTE
DIMENSION = "ecs:service:DesiredCount"
TTL = 10
GENERATED_PIN_LENGTH = 8
# The rotation of the role secrets marks with it that signalling was on and is to be started again.
RESTART_LABEL = "JITSI_RESTART"
# CloudFront takes certificates of this region only.
REGIONS = {"acm": "us-east-1"}
# AWS names this error; botocore makes the class only at run time.
_CONFLICT = "ConditionalCheckFailedException"


@dataclass(frozen=True)
class Names:
    """What is where. ``schedules`` are {schedule, timezone, awake}."""

    platform: str
    cluster: str
    services: Mapping[str, str]
    table: str
    zone_id: str
    records: Mapping[str, str]
    secret: str
    schedules: tuple[Mapping[str, Any], ...] = ()
    domain: str = ""
    topic: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Names:
        """Read them from the function's environment: everything derives from the platform's name and domain."""
        platform, domain = environment["PLATFORM"], environment["DOMAIN"]
        return cls(
            platform=platform,
            cluster=names.cluster(platform),
            services=names.services(platform),
            table=names.table(platform),
            zone_id=environment["ZONE_ID"],
            records=names.hosts(domain),
            secret=names.secret(platform),
            schedules=tuple(json.loads(environment.get("SCHEDULES") or "[]")),
            domain=domain,
            topic=environment.get("TOPIC", ""),
        )


def boto3_clients() -> Callable[[str], Any]:
    """Make clients whose calls end within 20 seconds, retries included: see ``Settings.call``."""
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 2})
    session: Any = boto3.session.Session()
    return cache(lambda service: session.client(service, region_name=REGIONS.get(service), config=config))


class Cloud:
    """The platform in AWS. ``client(service)`` gives a boto3 client."""

    def __init__(self, client: Callable[[str], Any], names: Names, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self.names = names
        self.now = now

    # The item

    def item(self) -> Item | None:
        """Read the item."""
        found = self._client("dynamodb").get_item(
            TableName=self.names.table, Key={"id": {"S": "platform"}}, ConsistentRead=True
        )
        return _item(found["Item"]) if "Item" in found else None

    def replace(self, old: Item | None, new: Item) -> bool:
        """Write the item, unless somebody else did since ``old`` was read."""
        values = {
            name: {"S": value} if isinstance(value, str) else {"N": str(value)} for name, value in asdict(new).items()
        }
        return self._conditional(
            "put_item",
            Item={"id": {"S": "platform"}, **values},
            **(
                {
                    "ConditionExpression": "version = :version",
                    "ExpressionAttributeValues": {":version": {"N": str(old.version)}},
                }
                if old
                else {"ConditionExpression": "attribute_not_exists(id)"}
            ),
        )

    # Counters: {id, period, used}. The table keeps one item a counter, whatever the period, so nothing piles up.

    def take(self, counter: str, period: int, limit: int) -> bool:
        """Count one in this period, unless ``limit`` are counted. Safe when many do so at once."""
        key = {"id": {"S": counter}}
        names = {"#period": "period"}
        now = {":period": {"N": str(period)}, ":one": {"N": "1"}}
        return self._conditional(
            "update_item",
            Key=key,
            UpdateExpression="SET used = used + :one",
            ConditionExpression="#period = :period AND used < :limit",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues={**now, ":limit": {"N": str(limit)}},
        ) or self._conditional(
            "update_item",
            Key=key,
            UpdateExpression="SET #period = :period, used = :one",
            ConditionExpression="attribute_not_exists(id) OR #period < :period",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=now,
        )

    def give_back(self, counter: str, period: int) -> None:
        """Take one back in this period."""
        self._conditional(
            "update_item",
            Key={"id": {"S": counter}},
            UpdateExpression="SET used = used - :one",
            ConditionExpression="#period = :period AND used > :zero",
            ExpressionAttributeNames={"#period": "period"},
            ExpressionAttributeValues={":period": {"N": str(period)}, ":one": {"N": "1"}, ":zero": {"N": "0"}},
        )

    # What was told: {id, at, text}, one item a name.

    def told(self, name: str) -> tuple[float, str] | None:
        """(when, text) of what was last told under this name."""
        found = self._client("dynamodb").get_item(TableName=self.names.table, Key={"id": {"S": name}}).get("Item")
        return (float(found["at"]["N"]), found["text"]["S"]) if found else None

    def tell(self, name: str, text: str) -> None:
        """Tell something to all instances of all functions."""
        item = {"id": {"S": name}, "at": {"N": str(self.now())}, "text": {"S": text}}
        self._client("dynamodb").put_item(TableName=self.names.table, Item=item)

    def _conditional(self, operation: str, **parameters: Any) -> bool:
        try:
            getattr(self._client("dynamodb"), operation)(TableName=self.names.table, **parameters)
        except Exception as error:
            if getattr(error, "response", {}).get("Error", {}).get("Code") == _CONFLICT:
                return False
            raise
        return True

    # The platform

    def seen(self, with_tasks: bool) -> Seen:
        """Read services, targets, records and, when wanted, the tasks of signalling and bridge."""
        ids = names.resource_ids(self.names.platform)
        targets = self._client("application-autoscaling").describe_scalable_targets(
            ServiceNamespace="ecs", ScalableDimension=DIMENSION, ResourceIds=list(ids.values())
        )["ScalableTargets"]
        by_id = {target["ResourceId"]: target for target in targets}
        described = self._client("ecs").describe_services(
            cluster=self.names.cluster, services=list(self.names.services.values())
        )["services"]
        by_name = {found["serviceName"]: found for found in described if found["status"] == "ACTIVE"}
        return Seen(
            services={
                kind: _service(
                    by_id.get(ids[kind]),
                    by_name.get(name),
                    self._tasks(kind) if with_tasks and kind != RECORDER and name in by_name else (),
                )
                for kind, name in self.names.services.items()
            },
            records={record: self._record(name) for record, name in self.names.records.items()},
            kept_awake_since=schedule.kept_awake_since(self.names.schedules, self.now()),
        )

    def _tasks(self, kind: str) -> tuple[Task, ...]:
        ecs = self._client("ecs")
        arns = ecs.list_tasks(
            cluster=self.names.cluster, serviceName=self.names.services[kind], desiredStatus="RUNNING"
        )["taskArns"]
        if not arns:
            return ()
        tasks = [
            task
            for task in ecs.describe_tasks(cluster=self.names.cluster, tasks=arns)["tasks"]
            if task["desiredStatus"] == "RUNNING"
        ]
        interfaces = [interface for task in tasks if (interface := _interface(task))]
        addresses = self._addresses(interfaces) if interfaces else {}
        return tuple(
            Task(
                address=addresses.get(_interface(task)),
                created_at=_seconds(task.get("createdAt")),
                healthy=task.get("healthStatus") == "HEALTHY" and (kind != BRIDGE or self._joined(task)),
            )
            for task in tasks
        )

    def _joined(self, task: Mapping[str, Any]) -> bool:
        """Whether a bridge has joined: its sidecar is healthy. One without such a check is given two minutes."""
        sidecar: Mapping[str, Any] = next((box for box in task.get("containers", []) if box["name"] == "stats"), {})
        started = _seconds(task.get("startedAt"))
        return sidecar.get("healthStatus") == "HEALTHY" or 0 < started < self.now() - 2 * MINUTE

    def _addresses(self, interfaces: list[str]) -> dict[str | None, str]:
        # A filter, where an id that is gone a moment later would be an error.
        found = self._client("ec2").describe_network_interfaces(
            Filters=[{"Name": "network-interface-id", "Values": interfaces}]
        )["NetworkInterfaces"]
        return {
            interface["NetworkInterfaceId"]: interface["Association"]["PublicIp"]
            for interface in found
            if "PublicIp" in interface.get("Association", {})
        }

    def _record(self, name: str) -> tuple[str, ...]:
        found = self._client("route53").list_resource_record_sets(
            HostedZoneId=self.names.zone_id, StartRecordName=name, StartRecordType="A", MaxItems="1"
        )["ResourceRecordSets"]
        return tuple(
            sorted(
                value["Value"]
                for record in found
                if record["Name"].rstrip(".") == name and record["Type"] == "A"
                for value in record["ResourceRecords"]
            )
        )

    def usage(self, settings: Settings) -> Usage:
        """Read the figures of the idle time and what leads to it."""
        end = math.ceil(self.now() / MINUTE) * MINUTE
        wanted = {
            "participants": ("Participants", "Maximum"),
            "busy": ("RecorderBusy", "Maximum"),
            "waiting": ("RecordingsWaiting", "Maximum"),
            "reporting": ("RecorderBusy", "SampleCount"),
        }
        results = self._client("cloudwatch").get_metric_data(
            MetricDataQueries=[
                self._query(name, metric, MINUTE, statistic) for name, (metric, statistic) in wanted.items()
            ],
            StartTime=end - settings.idle - settings.lag - 3 * MINUTE,
            EndTime=end,
        )["MetricDataResults"]
        return Usage(
            **{
                result["Id"]: {
                    int(_seconds(when)): float(value)
                    for when, value in zip(result["Timestamps"], result["Values"], strict=True)
                }
                for result in results
            }
        )

    def _query(self, identity: str, metric: str, period: int, statistic: str) -> dict[str, Any]:
        """One of the platform's own metrics, as GetMetricData asks for it."""
        return {
            "Id": identity,
            "MetricStat": {
                "Metric": {
                    "Namespace": names.METRIC_NAMESPACE,
                    "MetricName": metric,
                    "Dimensions": [{"Name": "Platform", "Value": self.names.platform}],
                },
                "Period": period,
                "Stat": statistic,
            },
        }

    # Certificates

    def entrance_certificate_ends(self) -> float | None:
        """When the certificate of the domain ends (seconds since 1970), the latest of those that ACM has issued."""
        pages = self._client("acm").get_paginator("list_certificates").paginate(CertificateStatuses=["ISSUED"])
        ends = [
            _seconds(found.get("NotAfter"))
            for page in pages
            for found in page["CertificateSummaryList"]
            if found["DomainName"] == self.names.domain
        ]
        return max(ends, default=None)

    def origin_certificate_days(self) -> tuple[float, float] | None:
        """(when, days left) of Caddy's certificate, as last told; None if nothing was told for a month."""
        end = math.ceil(self.now() / HOUR) * HOUR
        (result,) = self._client("cloudwatch").get_metric_data(
            # Of an hour in which it was renewed, what it was renewed to.
            MetricDataQueries=[self._query("days", "CertificateDays", HOUR, "Maximum")],
            StartTime=end - 30 * DAY,
            EndTime=end,
        )["MetricDataResults"]
        told = [
            (_seconds(when), float(days)) for when, days in zip(result["Timestamps"], result["Values"], strict=True)
        ]
        return max(told, default=None)

    def warn(self, subject: str, text: str) -> None:
        """Send a message to the operators."""
        self._client("sns").publish(TopicArn=self.names.topic, Subject=subject[:100], Message=text)

    def set_minimum(self, kind: str, minimum: int) -> None:
        """Set the minimum of a service's scalable target. Its maximum stays."""
        self._client("application-autoscaling").register_scalable_target(
            ServiceNamespace="ecs",
            ScalableDimension=DIMENSION,
            ResourceId=names.resource_ids(self.names.platform)[kind],
            MinCapacity=minimum,
        )

    def set_desired(self, kind: str, desired: int) -> None:
        """Set the desired count of a service."""
        self._client("ecs").update_service(
            cluster=self.names.cluster, service=self.names.services[kind], desiredCount=desired
        )

    def set_record(self, record: str, addresses: Iterable[str]) -> None:
        """Point a name at addresses."""
        self._client("route53").change_resource_record_sets(
            HostedZoneId=self.names.zone_id,
            ChangeBatch={
                "Changes": [
                    {
                        "Action": "UPSERT",
                        "ResourceRecordSet": {
                            "Name": self.names.records[record],
                            "Type": "A",
                            "TTL": TTL,
                            "ResourceRecords": [{"Value": address} for address in addresses],
                        },
                    }
                ]
            },
        )

    # The secret document

    def rotating(self, settings: Settings) -> bool:
        """Whether a rotation of the secret is under way: one that has done something lately. Reads no value."""
        secret = self._client("secretsmanager").describe_secret(SecretId=self.names.secret)
        # A version that waits to be the current one, or the rotation's own mark that signalling is off until it is seen
        # gone. With both labels on the current version it is over but for its checks, and signalling runs.
        under_way = any(
            ("AWSPENDING" in stages and "AWSCURRENT" not in stages)
            or (RESTART_LABEL in stages and "AWSPENDING" not in stages)
            for stages in secret.get("VersionIdsToStages", {}).values()
        )
        return under_way and self.now() - _seconds(secret.get("LastChangedDate")) < settings.rotation

    def pin(self) -> str:
        """The PIN of the wake page, from the secret document; empty if it has none.

        Of one that was generated the first characters: nobody types 32. An operator may write another there.
        """
        pin = self._secret("wake_pin")
        return pin[:GENERATED_PIN_LENGTH] if re.fullmatch(r"[0-9a-f]{32}", pin) else pin

    def wake_key(self) -> str:
        """The key with which other servers wake the platform, from the secret document; empty if it has none."""
        return self._secret("wake_key")

    def _secret(self, key: str) -> str:
        value = self._client("secretsmanager").get_secret_value(SecretId=self.names.secret, VersionStage="AWSCURRENT")
        return str(json.loads(value["SecretString"]).get(key) or "")

    def log(self, line: Mapping[str, Any]) -> None:
        """Print a line for the metric filters."""
        # Lambda takes standard output for the log.
        sys.stdout.write(json.dumps({"source": "lifecycle", "platform": self.names.platform, **line}) + "\n")
        sys.stdout.flush()


_TYPES = {entry.name: {"int": int, "float": float, "str": str}[str(entry.type)] for entry in fields(Item)}


def _item(found: Mapping[str, Mapping[str, str]]) -> Item:
    return Item(**{name: kind(next(iter(found[name].values()))) for name, kind in _TYPES.items() if name in found})


def _service(target: Mapping[str, Any] | None, service: Mapping[str, Any] | None, tasks: tuple[Task, ...]) -> Service:
    """A service without a target, or a target without a service, is nothing that could be woken."""
    if target is None or service is None:
        return Service(0, 0, service["desiredCount"] if service else 0)
    return Service(
        target["MinCapacity"], target["MaxCapacity"], service["desiredCount"], service["runningCount"], tasks
    )


def _interface(task: Mapping[str, Any]) -> str | None:
    """Id of the task's network interface, once it is attached."""
    for attachment in task.get("attachments", []):
        if attachment["type"] == "ElasticNetworkInterface" and attachment["status"] == "ATTACHED":
            for detail in attachment["details"]:
                if detail["name"] == "networkInterfaceId":
                    return str(detail["value"])
    return None


def _seconds(when: Any) -> float:
    """Seconds since 1970 of what boto3 gives: a datetime."""
    return 0.0 if when is None else float(when if isinstance(when, (int, float)) else when.timestamp())
