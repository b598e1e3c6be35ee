# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of one platform's resources on AWS. Every one is made from the platform's own name, here and nowhere else."""

from __future__ import annotations

KINDS = ("signalling", "bridge", "recorder")


def cluster(name: str) -> str:
    """Name of the ECS cluster."""
    return f"{name}-cluster"


def services(name: str) -> dict[str, str]:
    """Names of the ECS services by kind."""
    return {"signalling": f"{name}-service", "bridge": f"{name}-bridge", "recorder": f"{name}-recorder"}


def security_groups(name: str) -> dict[str, str]:
    """Names of the security groups by kind."""
    return {kind: f"{name}-{kind}" for kind in KINDS}


def secret(name: str) -> str:
    """Name of the secret that holds the document."""
    return f"{name}-jitsi-secrets"


def namespace(name: str) -> str:
    """Name of the private DNS namespace, in which the service DISCOVERY_SERVICE is."""
    return f"{name}.internal"


def dashboards(name: str) -> set[str]:
    """Names of the dashboards."""
    return {name, f"{name}-capacity", f"{name}-recording"}


def functions(name: str) -> set[str]:
    """Names of the Lambda functions."""
    return {f"{name}-{function}" for function in ("wake", "tasks", "sleep", "rotation", "chat")}


def table(name: str) -> str:
    """Name of the DynamoDB table of the life cycle."""
    return f"{name}-wakes"


def roles(name: str) -> set[str]:
    """Names of the IAM roles."""
    tasks = {f"{name}-{kind}-{what}" for kind in KINDS for what in ("execution", "task")}
    return tasks | {f"{name}-recorder-instance"} | {f"{function}-function" for function in functions(name)}


def log_groups(name: str) -> list[str]:
    """Names of the log groups; the second one is made by Container Insights."""
    return [f"/ecs/{name}", f"/aws/ecs/containerinsights/{cluster(name)}/performance"]


# What the names of the EventBridge rules end with.
RULES = ("tasks", "sleep", "secret-age")
DISCOVERY_SERVICE = "xmpp"


def resource_ids(name: str) -> dict[str, str]:
    """Application Auto Scaling resource ids of the services by kind."""
    return {kind: f"service/{cluster(name)}/{service}" for kind, service in services(name).items()}
