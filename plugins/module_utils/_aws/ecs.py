# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Amazon ECS calls: clusters, capacity providers, task definitions, services."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from ..shapes import fit
from .pages import pages
from .tags import set_tags, tag_list

try:
    from botocore.exceptions import ClientError, WaiterError
except ImportError:  # AnsibleAWSModule reports the missing library
    pass

DESCRIBED_AT_ONCE = 10  # the most services that DescribeServices takes
TASKS_DESCRIBED_AT_ONCE = 100
PROTECTED_AT_ONCE = 10
POLL_SECONDS = 5


def request(client: Any, operation: str, value: Any, path: str) -> dict[str, Any]:
    """``value`` as the named operation takes it. Raises InvalidInput, naming ``path``. No call is made."""
    fitted: dict[str, Any] = fit(client.meta.service_model.operation_model(operation).input_shape, value, path)
    return fitted


def arn(client: Any, resource: str, account: str = "000000000000") -> str:
    """ARN of a resource that is only planned."""
    return f"arn:{client.meta.partition}:ecs:{client.meta.region_name}:{account}:{resource}"


def wait(what: str, done: Callable[[], bool], seconds: int = 300) -> None:
    """Ask ``done`` until it says yes. Raises WaiterError after ``seconds``."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            raise WaiterError(name=what, reason=f"not done after {seconds} seconds; run again later", last_response={})
        time.sleep(POLL_SECONDS)


def listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as ECS takes them."""
    return tag_list(tags, "key", "value")


def tag(client: Any, resource_arn: str, current: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """TagResource and UntagResource, each only if needed."""
    set_tags(
        current,
        wanted,
        lambda missing: client.tag_resource(resourceArn=resource_arn, tags=listed(missing)),
        lambda strays: client.untag_resource(resourceArn=resource_arn, tagKeys=strays),
    )


# --- Clusters and capacity providers


def cluster(client: Any, name: str) -> dict[str, Any] | None:
    """Description of a cluster with settings and tags, or None when there is none."""
    clusters = client.describe_clusters(clusters=[name], include=["SETTINGS", "TAGS"])["clusters"]
    alive = [item for item in clusters if item["status"] != "INACTIVE"]
    return alive[0] if alive else None


def create_cluster(client: Any, name: str, **fields: Any) -> dict[str, Any]:
    """Make a cluster with its settings, capacity providers and tags."""
    created: dict[str, Any] = client.create_cluster(clusterName=name, **fields)["cluster"]
    return created


def delete_cluster(client: Any, name: str) -> None:
    """Delete an empty cluster; its capacity providers stay."""
    client.delete_cluster(cluster=name)


def deregister_instances(client: Any, name: str) -> None:
    """Take all container instances off a cluster, whatever runs on them."""
    for instance in pages(client, "list_container_instances", "containerInstanceArns", cluster=name):
        client.deregister_container_instance(cluster=name, containerInstance=instance, force=True)


def set_insights(client: Any, name: str, value: str) -> None:
    """Set Container Insights: disabled, enabled or enhanced."""
    client.update_cluster(cluster=name, settings=[{"name": "containerInsights", "value": value}])


def attach_providers(client: Any, name: str, providers: list[str], strategy: list[dict[str, Any]]) -> None:
    """Set the capacity providers and the default strategy of a cluster, and wait until they are attached."""
    client.put_cluster_capacity_providers(
        cluster=name, capacityProviders=providers, defaultCapacityProviderStrategy=strategy
    )
    wait_for_attachments(client, name)


def wait_for_attachments(client: Any, name: str) -> None:
    """Wait until the capacity providers of a cluster are attached and detached."""

    def settled() -> bool:
        clusters = client.describe_clusters(clusters=[name], include=["ATTACHMENTS"])["clusters"]
        return all(item.get("attachmentsStatus") != "UPDATE_IN_PROGRESS" for item in clusters)

    wait(f"capacity providers of cluster {name}", settled)


def providers(client: Any) -> list[dict[str, Any]]:
    """All capacity providers of the account over auto scaling groups, with their tags. botocore has no paginator."""
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    while True:
        page = client.describe_capacity_providers(include=["TAGS"], **token)
        found += page["capacityProviders"]
        if not page.get("nextToken"):
            return [item for item in found if item.get("autoScalingGroupProvider") and item["status"] != "INACTIVE"]
        token = {"nextToken": page["nextToken"]}


def create_provider(client: Any, name: str, settings: Mapping[str, Any], tags: Mapping[str, str]) -> None:
    """Make a capacity provider over an auto scaling group."""
    client.create_capacity_provider(name=name, autoScalingGroupProvider=settings, tags=listed(tags))


def update_provider(client: Any, name: str, settings: Mapping[str, Any]) -> None:
    """Change managed scaling, protection and draining; the auto scaling group cannot be changed."""
    changeable = {key: value for key, value in settings.items() if key != "autoScalingGroupArn"}
    client.update_capacity_provider(name=name, autoScalingGroupProvider=changeable)


def delete_provider(client: Any, name: str) -> None:
    """Delete a capacity provider that no cluster has, and wait until it is gone."""
    client.delete_capacity_provider(capacityProvider=name)

    def gone() -> bool:
        found = client.describe_capacity_providers(capacityProviders=[name])["capacityProviders"]
        return all(item["status"] == "INACTIVE" for item in found)

    wait(f"deletion of capacity provider {name}", gone)


# --- Task definitions


def newest_task_definition(client: Any, family: str) -> dict[str, Any] | None:
    """The newest ACTIVE revision of a family, with its tags, or None."""
    try:
        answer = client.describe_task_definition(taskDefinition=family, include=["TAGS"])
    except client.exceptions.ClientException as error:
        if "Unable to describe task definition" not in str(error):
            raise
        return None
    found: dict[str, Any] = {**answer["taskDefinition"], "tags": answer.get("tags") or []}
    return found if found["status"] == "ACTIVE" else None


def register_task_definition(client: Any, definition: Mapping[str, Any]) -> dict[str, Any]:
    """Register a revision; return it as described."""
    registered: dict[str, Any] = client.register_task_definition(**definition)["taskDefinition"]
    return registered


def revisions(client: Any, family: str, status: str) -> list[str]:
    """ARNs of the ``ACTIVE`` or ``INACTIVE`` revisions of a family (the filter of AWS takes whole names)."""
    return pages(client, "list_task_definitions", "taskDefinitionArns", familyPrefix=family, status=status)


def deregister_task_definition(client: Any, revision_arn: str) -> None:
    """Make a revision INACTIVE: running tasks keep it, new ones cannot have it."""
    client.deregister_task_definition(taskDefinition=revision_arn)


def delete_task_definition(client: Any, revision_arn: str) -> None:
    """Delete an INACTIVE revision. It goes when the last of its tasks has ended."""
    refused = client.delete_task_definitions(taskDefinitions=[revision_arn]).get("failures") or []
    # Such an answer is no error to botocore. One that is gone is fine.
    for failure in refused:
        if "does not exist" not in failure.get("reason", ""):
            error: Any = {"Error": {"Code": "Failure", "Message": f"{revision_arn}: {failure.get('reason')}"}}
            raise ClientError(error, "DeleteTaskDefinitions")


# --- Services


def services(client: Any, cluster_name: str, names: list[str]) -> list[dict[str, Any]]:
    """Descriptions with tags of those of the named services that are not deleted. No cluster, no services."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(names), DESCRIBED_AT_ONCE):
        batch = names[start : start + DESCRIBED_AT_ONCE]
        try:
            found += client.describe_services(cluster=cluster_name, services=batch, include=["TAGS"])["services"]
        except client.exceptions.ClusterNotFoundException:
            return []
    return [item for item in found if item["status"] != "INACTIVE"]


def services_on(client: Any, cluster_name: str, provider: str) -> list[str]:
    """Names of the services of a cluster whose strategy names a capacity provider, sorted."""
    described = services(client, cluster_name, pages(client, "list_services", "serviceArns", cluster=cluster_name))
    return sorted(
        item["serviceName"]
        for item in described
        if provider in [part["capacityProvider"] for part in item.get("capacityProviderStrategy") or ()]
    )


def create_service(client: Any, cluster_name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Make a service; return its description."""
    created: dict[str, Any] = client.create_service(cluster=cluster_name, **fields)["service"]
    return created


def update_service(client: Any, cluster_name: str, name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Change a service; return its description."""
    updated: dict[str, Any] = client.update_service(cluster=cluster_name, service=name, **fields)["service"]
    return updated


def delete_service(client: Any, cluster_name: str, name: str) -> None:
    """Delete a service, stopping its tasks."""
    client.delete_service(cluster=cluster_name, service=name, force=True)


def wait_until_deleted(client: Any, cluster_name: str, names: list[str]) -> None:
    """Wait until the tasks of deleted services have stopped."""
    wait(f"end of services {', '.join(names)}", lambda: not services(client, cluster_name, names))


# --- Tasks and their protection


def service_tasks(client: Any, cluster_name: str, service: str) -> list[str]:
    """ARNs of the tasks of a service that run or start."""
    return pages(client, "list_tasks", "taskArns", cluster=cluster_name, serviceName=service)


def tasks(client: Any, cluster_name: str, arns: list[str]) -> list[dict[str, Any]]:
    """Descriptions of those tasks that are still there."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(arns), TASKS_DESCRIBED_AT_ONCE):
        batch = arns[start : start + TASKS_DESCRIBED_AT_ONCE]
        found += client.describe_tasks(cluster=cluster_name, tasks=batch)["tasks"]
    return found


def protections(client: Any, cluster_name: str, arns: list[str]) -> list[dict[str, Any]]:
    """GetTaskProtection of those tasks that are still there."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(arns), PROTECTED_AT_ONCE):
        batch = arns[start : start + PROTECTED_AT_ONCE]
        found += client.get_task_protection(cluster=cluster_name, tasks=batch)["protectedTasks"]
    return found


def release_protection(client: Any, cluster_name: str, arn: str) -> None:
    """Let ECS end a task when it scales in or deploys. A task that has ended meanwhile needs nothing."""
    client.update_task_protection(cluster=cluster_name, tasks=[arn], protectionEnabled=False)
