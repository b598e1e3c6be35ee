# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of one platform's resources on AWS. Every one is made from the platform's own name, here and nowhere else.

Modules import this file, roles read it through the filter ``names``, and the zips of the Lambda functions hold it, so
that it needs nothing but Python.
"""

from __future__ import annotations

from typing import Any

KINDS = ("signalling", "bridge", "recorder")
FUNCTIONS = ("wake", "tasks", "sleep", "rotation", "chat")
RULES = ("tasks", "sleep", "secret-age")
# Namespace of the metrics that are read from the logs. All platforms of an account share it.
METRIC_NAMESPACE = "Jitsi/JVB"
# The service of the private DNS namespace that leads to the signalling task.
DISCOVERY_SERVICE = "xmpp"


def prefix(name: str) -> str:
    """What the names of its resources begin with, but for those that are grouped by a slash."""
    return f"{name}-"


def cluster(name: str) -> str:
    """Name of the ECS cluster."""
    return f"{name}-cluster"


def services(name: str) -> dict[str, str]:
    """Names of the ECS services by kind."""
    return {"signalling": f"{name}-service", "bridge": f"{name}-bridge", "recorder": f"{name}-recorder"}


def task_definitions(name: str) -> dict[str, str]:
    """Families of the task definitions by kind."""
    return {kind: f"{name}-{kind}" for kind in KINDS}


def resource_ids(name: str) -> dict[str, str]:
    """Application Auto Scaling resource ids of the services by kind."""
    return {kind: f"service/{cluster(name)}/{service}" for kind, service in services(name).items()}


def recorder_pool(name: str) -> str:
    """Name of the recorders' auto scaling group, of its launch template and of its capacity provider."""
    return f"{name}-recorder"


def security_groups(name: str) -> dict[str, str]:
    """Names of the tasks' security groups by kind."""
    return {kind: f"{name}-{kind}" for kind in KINDS}


def storage_group(name: str) -> str:
    """Name of the security group of the file system."""
    return f"{name}-storage"


def subnet(name: str, zone: str) -> str:
    """Name tag of the subnet in an availability zone; zone ``*`` gives the pattern for all of them."""
    return f"{name}-{zone}"


def namespace(name: str) -> str:
    """Name of the private DNS namespace."""
    return f"{name}.internal"


def discovery_host(name: str) -> str:
    """Private host name of the signalling task."""
    return f"{DISCOVERY_SERVICE}.{namespace(name)}"


def hosts(domain: str) -> dict[str, str]:
    """Public host names of the tasks below the platform's domain: of Caddy, and of the TURN servers."""
    return {"origin": f"origin.{domain}", "turn": f"turn.{domain}"}


def cache_policy(name: str) -> str:
    """Name of the distribution's cache policy. What else CloudFront knows of the platform has its own name."""
    return f"{name}-static"


def secret(name: str) -> str:
    """Name of the secret that holds the document."""
    return f"{name}-jitsi-secrets"


def table(name: str) -> str:
    """Name of the DynamoDB table of the life cycle."""
    return f"{name}-wakes"


def functions(name: str) -> dict[str, str]:
    """Names of the Lambda functions by what they are for, one of ``FUNCTIONS``."""
    return {function: f"{name}-{function}" for function in FUNCTIONS}


def rules(name: str) -> dict[str, str]:
    """Names of the EventBridge rules: ``tasks``, ``sleep`` and ``secret_age``."""
    return {rule.replace("-", "_"): f"{name}-{rule}" for rule in RULES}


def roles(name: str) -> dict[str, str]:
    """Names of the IAM roles: ``<kind>_execution``, ``<kind>_task``, ``recorder_instance`` and ``<function>_function``.

    The instance profile has the name of ``recorder_instance``.
    """
    ends = [f"{kind}-{what}" for kind in KINDS for what in ("execution", "task")]
    ends += ["recorder-instance", *(f"{function}-function" for function in FUNCTIONS)]
    return {end.replace("-", "_"): f"{name}-{end}" for end in ends}


def log_group(name: str) -> str:
    """Name of the log group of tasks and functions."""
    return f"/ecs/{name}"


def insights_log_group(name: str) -> str:
    """Name of the log group that Container Insights makes."""
    return f"/aws/ecs/containerinsights/{cluster(name)}/performance"


def topic(name: str) -> str:
    """Name of the SNS topic that tells the operators."""
    return f"{name}-alerts"


def alarm_prefix(name: str) -> str:
    """What the names of the alarms and of the budgets begin with."""
    return f"{name}/"


def scaling_alarm_prefixes(name: str) -> list[str]:
    """What the names of the alarms begin with that scaling makes for itself."""
    return [f"{kind}-service/{cluster(name)}/" for kind in ("TargetTracking", "StepScaling")]


def errors_metric(name: str) -> str:
    """Name of the metric of all error lines; ``/<component>`` at its end makes that of one component.

    A line that is not JSON gives a metric no dimension, so that the platform's name is in this one.
    """
    return f"Errors/{name}"


def dashboards(name: str) -> dict[str, str]:
    """Names of the CloudWatch dashboards: ``operations``, ``capacity`` and ``recording``."""
    return {"operations": name, "capacity": f"{name}-capacity", "recording": f"{name}-recording"}


def everything(name: str, domain: str = "") -> dict[str, Any]:
    """All of the names above by what they name, and the public host names if a domain is given."""
    found: dict[str, Any] = {
        "cluster": cluster(name),
        "services": services(name),
        "task_definitions": task_definitions(name),
        "recorder_pool": recorder_pool(name),
        "security_groups": security_groups(name),
        "storage_group": storage_group(name),
        "namespace": namespace(name),
        "discovery_service": DISCOVERY_SERVICE,
        "discovery_host": discovery_host(name),
        "secret": secret(name),
        "table": table(name),
        "functions": functions(name),
        "rules": rules(name),
        "roles": roles(name),
        "log_group": log_group(name),
        "insights_log_group": insights_log_group(name),
        "metric_namespace": METRIC_NAMESPACE,
        "errors_metric": errors_metric(name),
        "topic": topic(name),
        "alarm_prefix": alarm_prefix(name),
        "dashboards": dashboards(name),
    }
    return {**found, "hosts": hosts(domain)} if domain else found
