# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of ECS. Local only."""

from __future__ import annotations

from typing import Any


def patch() -> None:
    """All of them."""
    patch_ecs_clusters()
    patch_ecs_capacity_providers()
    patch_ecs_task_definitions()
    patch_ecs_services()
    patch_ecs_task_protection()
    patch_ecs_tasks()


def patch_ecs_clusters() -> None:
    """AWS always reports the capacity providers of a cluster, if only as empty lists, and has UpdateClusterSettings."""
    from moto.core.responses import ActionResult
    from moto.ecs.models import Cluster
    from moto.ecs.responses import EC2ContainerServiceResponse

    make = Cluster.__init__

    def init(cluster: Any, *args: Any, **kwargs: Any) -> None:
        make(cluster, *args, **kwargs)
        cluster.capacity_providers = cluster.capacity_providers or []
        cluster.default_capacity_provider_strategy = cluster.default_capacity_provider_strategy or []

    def update_cluster_settings(response: Any) -> Any:
        name, settings = response._get_param("cluster", "default"), response._get_param("settings")
        return ActionResult({"cluster": response.ecs_backend.update_cluster(name, settings, None, None)})

    Cluster.__init__ = init
    EC2ContainerServiceResponse.update_cluster_settings = update_cluster_settings


def patch_ecs_capacity_providers() -> None:
    """AWS describes all capacity providers when none is named (moto: HTTP 500), always has ``managedDraining`` and lets
    it be updated (moto drops it), and refuses to detach a provider that a service uses or to delete one that a cluster
    has."""
    from moto.ecs.exceptions import EcsClientException
    from moto.ecs.models import CapacityProvider, EC2ContainerServiceBackend

    describe = EC2ContainerServiceBackend.describe_capacity_providers
    delete = EC2ContainerServiceBackend.delete_capacity_provider
    put = EC2ContainerServiceBackend.put_cluster_capacity_providers
    prepare, update = CapacityProvider._prepare_asg_provider, CapacityProvider.update
    in_use = "The specified capacity provider is in use and cannot be removed."

    def describe_capacity_providers(backend: Any, names: list[str] | None) -> Any:
        return describe(backend, list(backend.capacity_providers) if names is None else names)

    def put_cluster_capacity_providers(
        backend: Any,
        cluster_name: str,
        capacity_providers: list[str] | None,
        default_capacity_provider_strategy: list[dict[str, Any]] | None,
    ) -> Any:
        cluster = backend._get_cluster(cluster_name)
        gone = set(cluster.capacity_providers or ()) - set(capacity_providers or ())
        used = {
            item["capacityProvider"]
            for service in backend.services.values()
            if service.cluster_arn == cluster.arn and service.status == "ACTIVE"
            for item in getattr(service, "capacity_provider_strategy", None) or ()
        }
        if gone & used:
            raise EcsClientException(in_use)
        return put(backend, cluster_name, capacity_providers, default_capacity_provider_strategy)

    def delete_capacity_provider(backend: Any, name_or_arn: str) -> Any:
        name = name_or_arn.split("/")[-1]
        if any(c.status == "ACTIVE" and name in (c.capacity_providers or ()) for c in backend.clusters.values()):
            raise EcsClientException(in_use)
        return delete(backend, name_or_arn)

    def prepare_asg_provider(provider: Any, details: dict[str, Any]) -> Any:
        details.setdefault("managedDraining", "ENABLED")
        return prepare(provider, details)

    def update_provider(provider: Any, details: dict[str, Any]) -> None:
        if "managedDraining" in details:
            provider.auto_scaling_group_provider["managedDraining"] = details["managedDraining"]
        update(provider, details)

    EC2ContainerServiceBackend.describe_capacity_providers = describe_capacity_providers
    EC2ContainerServiceBackend.put_cluster_capacity_providers = put_cluster_capacity_providers
    EC2ContainerServiceBackend.delete_capacity_provider = delete_capacity_provider
    CapacityProvider._prepare_asg_provider = prepare_asg_provider
    CapacityProvider.update = update_provider


def patch_ecs_task_definitions() -> None:
    """AWS describes the newest ACTIVE revision of a family, and none when all are INACTIVE; moto the newest of all."""
    from moto.ecs.exceptions import TaskDefinitionNotFoundException
    from moto.ecs.models import EC2ContainerServiceBackend

    describe = EC2ContainerServiceBackend.describe_task_definition

    def describe_task_definition(backend: Any, task_definition_str: str) -> Any:
        family = task_definition_str.split("/")[-1]
        if ":" in family:
            return describe(backend, task_definition_str)
        revisions = backend.task_definitions.get(family, {})
        active = [number for number, revision in revisions.items() if revision.status == "ACTIVE"]
        if not active:
            raise TaskDefinitionNotFoundException()
        return revisions[max(active)]

    EC2ContainerServiceBackend.describe_task_definition = describe_task_definition


def patch_ecs_services() -> None:
    """AWS keeps and reports every field of CreateService (moto drops most), refuses a second service of the same name,
    reports a task definition by its ARN, and lists no service that was deleted. Its tasks start: here, at once."""
    from moto.ecs.exceptions import InvalidParameterException
    from moto.ecs.models import EC2ContainerServiceBackend
    from moto.ecs.responses import EC2ContainerServiceResponse

    kept: dict[str, Any] = {
        "availabilityZoneRebalancing": "ENABLED",
        "capacityProviderStrategy": None,  # left out of an answer
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": False, "rollback": False},
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
        },
        "enableECSManagedTags": False,
        "enableExecuteCommand": False,
        "healthCheckGracePeriodSeconds": 0,
        "placementConstraints": [],
        "placementStrategy": [],
    }
    create, update = EC2ContainerServiceResponse.create_service, EC2ContainerServiceBackend.update_service

    def settle(backend: Any, service: Any) -> None:
        """Let the service's tasks run and its deployment end."""
        cluster = backend._get_cluster(service.cluster_name)
        backend.update_cluster_resources(cluster, -service.pending_count, task_state="PENDING")
        backend.update_cluster_resources(cluster, service.desired_count - service.running_count, task_state="RUNNING")
        service.running_count, service.pending_count = service.desired_count, 0
        if service.task_definition:
            service.task_definition = backend.describe_task_definition(service.task_definition).arn
        for deployment in service.deployments:
            deployment.update(
                desiredCount=service.desired_count,
                runningCount=service.desired_count,
                pendingCount=0,
                rolloutState="COMPLETED",
                taskDefinition=service.task_definition,
                networkConfiguration=service.network_configuration or None,
            )

    def create_service(response: Any) -> Any:
        backend, cluster = response.ecs_backend, response._get_param("cluster", "default").split("/")[-1]
        name = f"{cluster}:{response._get_param('serviceName')}"
        if name in backend.services and backend.services[name].status == "ACTIVE":
            raise InvalidParameterException("Creation of service was not idempotent.")
        result, service = create(response), backend.services[name]
        for field, default in kept.items():
            given = response._get_param(field)
            setattr(service, snake_case(field), default if given is None else given)
        if response._get_param("capacityProviderStrategy"):
            service.launch_type = None  # AWS reports the one or the other
        settle(backend, service)
        return result

    def update_service(backend: Any, properties: dict[str, Any]) -> Any:
        service = update(backend, properties)
        settle(backend, service)
        return service

    def list_services(
        backend: Any, cluster_str: str, scheduling_strategy: str | None = None, launch_type: str | None = None
    ) -> list[str]:
        cluster = backend._get_cluster(cluster_str)
        return sorted(
            service.arn
            for service in backend.services.values()
            if service.cluster_arn == cluster.arn
            and service.status == "ACTIVE"
            and scheduling_strategy in (None, service.scheduling_strategy)
            and launch_type in (None, service.launch_type)
        )

    EC2ContainerServiceResponse.create_service = create_service
    EC2ContainerServiceBackend.update_service = update_service
    EC2ContainerServiceBackend.list_services = list_services


def patch_ecs_task_protection() -> None:
    """AWS has GetTaskProtection and UpdateTaskProtection for tasks of services, and lists tasks by their service."""
    from datetime import UTC, datetime, timedelta

    from moto.core.responses import ActionResult
    from moto.ecs.models import EC2ContainerServiceBackend
    from moto.ecs.responses import EC2ContainerServiceResponse

    list_all = EC2ContainerServiceBackend.list_tasks

    def list_tasks(
        backend: Any,
        cluster_str: str | None = None,
        container_instance: str | None = None,
        family: str | None = None,
        started_by: str | None = None,
        service_name: str | None = None,
        desiredStatus: str | None = None,
    ) -> Any:
        found = list_all(backend, cluster_str, container_instance, family, started_by, None, desiredStatus)
        return [task for task in found if service_name is None or task.group == f"service:{service_name}"]

    def answer(response: Any, change: bool) -> Any:
        cluster = response.ecs_backend._get_cluster(response._get_param("cluster"))
        tasks = {task.id: task for task in response.ecs_backend.tasks.get(cluster.name, {}).values()}
        protected: list[dict[str, Any]] = []
        failures: list[dict[str, Any]] = []
        now = datetime.now(UTC)
        for given in response._get_param("tasks"):
            task = tasks.get(given.split("/")[-1])
            if task is None or not (task.group or "").startswith("service:"):
                failures.append({"arn": given, "reason": "MISSING" if task is None else "TASK_NOT_VALID"})
                continue
            if change:
                minutes = int(response._get_param("expiresInMinutes") or 120)
                enabled = response._get_param("protectionEnabled")
                task.protected_until = now + timedelta(minutes=minutes) if enabled else None
            until = getattr(task, "protected_until", None)
            item = {"taskArn": task.task_arn, "protectionEnabled": until is not None and until > now}
            protected.append({**item, **({"expirationDate": until} if item["protectionEnabled"] else {})})
        return ActionResult({"protectedTasks": protected, "failures": failures})

    EC2ContainerServiceBackend.list_tasks = list_tasks
    EC2ContainerServiceResponse.get_task_protection = lambda response: answer(response, False)
    EC2ContainerServiceResponse.update_task_protection = lambda response: answer(response, True)


def patch_ecs_tasks() -> None:
    """AWS reports a task as it is, however often it is asked; moto lets it end at the first look. Here one that a test
    has marked as ``held`` stays as it is."""
    from moto.ecs.models import Task

    status = Task.status

    def held_status(task: Any) -> Any:
        return task._status if getattr(task, "held", False) else status.fget(task)

    Task.status = property(held_status, status.fset)


def snake_case(name: str) -> str:
    """Spell the name of a field as moto's attributes do."""
    from moto.core.utils import camelcase_to_underscores

    return str(camelcase_to_underscores(name))
