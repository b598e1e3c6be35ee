# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The calls of a rotation, on boto3 clients alone: this file also runs in a Lambda function, where no Ansible is.

Values pass through here; no error of these methods shows one.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from ..errors import InvalidInput
from .rotation import Conflict, Described
from .rotation_plan import Line, Service

try:
    from botocore.exceptions import ClientError, ParamValidationError
except ImportError:  # AnsibleAWSModule reports the missing library
    pass

# What Secrets Manager answers when a label or a version is not where the call says. It words some of them alike, so the
# whole kind counts as a conflict: the next look tells, and a run gives up after some.
CONFLICTS = ("InvalidParameterException", "InvalidRequestException", "ResourceExistsException")


class Aws:
    """The calls for one secret and one platform."""

    def __init__(
        self,
        secret: str,
        cluster: str,
        services: Mapping[str, str],
        log_group: str,
        platform: str,
        *,
        secretsmanager: Any,
        ecs: Any,
        autoscaling: Any,
        logs: Any,
    ) -> None:
        """``services`` maps signalling, bridge and recorder to names; ``platform`` is the one in the log lines."""
        self.secret, self.cluster, self.names = secret, cluster, dict(services)
        self.log_group, self.platform = log_group, platform
        self.sm, self.ecs, self.autoscaling, self.logs = secretsmanager, ecs, autoscaling, logs

    # --- Secrets Manager

    def describe(self) -> Described:
        """DescribeSecret."""
        try:
            found = self.sm.describe_secret(SecretId=self.secret)
        except self.sm.exceptions.ResourceNotFoundException:
            raise InvalidInput(f"name {self.secret}: there is no such secret; run site.yml, which makes it") from None
        if found.get("DeletedDate"):
            raise InvalidInput(f"name {self.secret}: is scheduled for deletion; run site.yml, which restores it")
        return Described(
            name=found["Name"],
            arn=found["ARN"],
            created=found["CreatedDate"],
            stages=found.get("VersionIdsToStages") or {},
            rotation_enabled=found.get("RotationEnabled", True),
        )

    def text(self, version: str) -> str | None:
        """GetSecretValue of one version."""
        try:
            answer = self.sm.get_secret_value(SecretId=self.secret, VersionId=version)
        except self.sm.exceptions.ResourceNotFoundException:
            return None
        return str(answer.get("SecretString", ""))

    def put(self, version: str, text: str, labels: list[str]) -> None:
        """PutSecretValue."""
        try:
            self.sm.put_secret_value(
                SecretId=self.secret, ClientRequestToken=version, SecretString=text, VersionStages=labels
            )
        except ParamValidationError:
            # Its text repeats what it was given.
            raise InvalidInput(f"name {self.secret}: botocore refused the new version's parameters") from None
        except ClientError as error:
            raise _conflict(error) from None

    def label(self, label: str, to: str, off: str) -> None:
        """UpdateSecretVersionStage."""
        ends = {"MoveToVersionId": to, "RemoveFromVersionId": off}
        try:
            self.sm.update_secret_version_stage(
                SecretId=self.secret, VersionStage=label, **{end: version for end, version in ends.items() if version}
            )
        except ClientError as error:
            raise _conflict(error) from None

    # --- ECS and its scaling

    def services(self) -> dict[str, Service]:
        """DescribeServices and DescribeScalableTargets."""
        names = {name: kind for kind, name in self.names.items()}
        try:
            found = self.ecs.describe_services(cluster=self.cluster, services=list(names))["services"]
        except self.ecs.exceptions.ClusterNotFoundException:
            return {}
        alive = [item for item in found if item["status"] == "ACTIVE"]
        minimums = self._minimums([item["serviceName"] for item in alive])
        return {names[item["serviceName"]]: _service(item, minimums.get(item["serviceName"])) for item in alive}

    def _minimums(self, services: Iterable[str]) -> dict[str, int]:
        ids = {self._resource(service): service for service in services}
        if not ids:
            return {}
        targets = self.autoscaling.describe_scalable_targets(
            ServiceNamespace="ecs", ScalableDimension="ecs:service:DesiredCount", ResourceIds=list(ids)
        )["ScalableTargets"]
        return {ids[item["ResourceId"]]: item["MinCapacity"] for item in targets if item["ResourceId"] in ids}

    def signalling_tasks(self) -> list[datetime]:
        """ListTasks of both desired states, and DescribeTasks: a task that is stopping is among the stopped ones."""
        arns = [arn for status in ("RUNNING", "STOPPED") for arn in self._tasks(status)]
        tasks = [
            task
            for start in range(0, len(arns), 100)
            for task in self.ecs.describe_tasks(cluster=self.cluster, tasks=arns[start : start + 100])["tasks"]
        ]
        return [task["createdAt"] for task in tasks if task["lastStatus"] not in ("STOPPED", "DELETED")]

    def protected_tasks(self) -> int:
        """ListTasks and GetTaskProtection."""
        tasks = self._tasks("RUNNING")
        if not tasks:
            return 0
        found = self.ecs.get_task_protection(cluster=self.cluster, tasks=tasks)["protectedTasks"]
        return sum(task["protectionEnabled"] for task in found)

    def _tasks(self, desired_status: str) -> list[str]:
        pages = self.ecs.get_paginator("list_tasks").paginate(
            cluster=self.cluster, serviceName=self.names["signalling"], desiredStatus=desired_status
        )
        return [arn for page in pages for arn in page["taskArns"]]

    def set_minimum(self, minimum: int) -> None:
        """RegisterScalableTarget; the maximum stays."""
        self.autoscaling.register_scalable_target(
            ServiceNamespace="ecs",
            ScalableDimension="ecs:service:DesiredCount",
            ResourceId=self._resource(self.names["signalling"]),
            MinCapacity=minimum,
        )

    def set_desired(self, desired: int) -> None:
        """UpdateService of signalling."""
        self.ecs.update_service(cluster=self.cluster, service=self.names["signalling"], desiredCount=desired)

    def unprotect(self) -> None:
        """ListTasks and UpdateTaskProtection."""
        tasks = self._tasks("RUNNING")
        if tasks:
            self.ecs.update_task_protection(cluster=self.cluster, tasks=tasks, protectionEnabled=False)

    def redeploy(self, kind: str) -> None:
        """UpdateService with a new deployment of the same task definition."""
        self.ecs.update_service(cluster=self.cluster, service=self.names[kind], forceNewDeployment=True)

    def _resource(self, service: str) -> str:
        return f"service/{self.cluster}/{service}"

    # --- Logs and time

    def line(self, since: datetime) -> Line | None:
        """FilterLogEvents: the newest line of jicofo that has figures."""
        pattern = f'{{ $.source = "jicofo" && $.platform = "{self.platform}" && $.participants >= 0 }}'
        pages = self.logs.get_paginator("filter_log_events").paginate(
            logGroupName=self.log_group, startTime=int(since.timestamp() * 1000), filterPattern=pattern
        )
        try:
            events = [event for page in pages for event in page["events"]]
        except self.logs.exceptions.ResourceNotFoundException:
            return None
        lines = [line for event in events if (line := _line(event, self.platform)) is not None]
        return max(lines, key=lambda line: line.at, default=None)

    def now(self) -> datetime:
        """The time."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


def _conflict(error: ClientError) -> Exception:
    """The error as a Conflict if it is one."""
    code = error.response["Error"]["Code"]
    return Conflict(f"{error.operation_name}: {code}") if code in CONFLICTS else error


def _service(described: Mapping[str, Any], minimum: int | None) -> Service:
    newest: Mapping[str, Any] = next(
        (item for item in described.get("deployments", ()) if item["status"] == "PRIMARY"), {}
    )
    return Service(
        desired=described["desiredCount"],
        running=described["runningCount"],
        pending=described["pendingCount"],
        fresh=newest.get("runningCount", 0),
        minimum=minimum,
    )


def _line(event: Mapping[str, Any], platform: str) -> Line | None:
    """The figures of a log event, None if it has none or is not jicofo's of this platform."""
    try:
        figures = json.loads(event["message"])
        if (figures["source"], figures["platform"]) != ("jicofo", platform):
            return None
        return Line(
            at=datetime.fromtimestamp(event["timestamp"] / 1000, UTC),
            participants=int(figures["participants"]),
            bridges=int(figures["bridges"]),
            recorders=int(figures["recorders"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
