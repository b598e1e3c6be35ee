# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module task_protection: what holds tasks, and letting go of them."""

from __future__ import annotations

import pytest

CLUSTER = "jitsi-cluster"


@pytest.fixture
def ecs(aws):
    """A cluster with a service that has 12 tasks of a former deployment and one of the current one."""
    client = aws.client("ecs")
    client.create_cluster(clusterName=CLUSTER)
    client.register_task_definition(
        family="bridge", containerDefinitions=[{"name": "jvb", "image": "jvb:1", "memory": 64}]
    )
    for name in ("bridge", "other"):
        client.create_service(cluster=CLUSTER, serviceName=name, taskDefinition="bridge", desiredCount=1)
    return client


def start(ecs, service="bridge", count=1, current=False):
    """Start tasks as the service does; returns their ARNs."""
    (found,) = ecs.describe_services(cluster=CLUSTER, services=[service])["services"]
    tasks = []
    for _ in range(count):
        tasks += ecs.run_task(
            cluster=CLUSTER,
            taskDefinition="bridge",
            launchType="FARGATE",
            group=f"service:{service}",
            startedBy=found["deployments"][0]["id"] if current else "ecs-svc/former",
        )["tasks"]
    return [task["taskArn"] for task in tasks]


def protect(ecs, *tasks):
    for task in tasks:
        ecs.update_task_protection(cluster=CLUSTER, tasks=[task], protectionEnabled=True, expiresInMinutes=720)


@pytest.fixture
def held(ecs, monkeypatch):
    """Tasks of two services, protected but for one, while a deployment is under way."""
    from moto.ecs.models import EC2ContainerServiceBackend

    former, (current,) = start(ecs, count=12), start(ecs, current=True)
    (other,) = start(ecs, "other")
    protect(ecs, *former[:11], current, other)
    describe = EC2ContainerServiceBackend.describe_services

    def under_way(backend, *args):
        for service in backend.services.values():
            service.deployments[0]["rolloutState"] = "IN_PROGRESS"
        return describe(backend, *args)

    monkeypatch.setattr(EC2ContainerServiceBackend, "describe_services", under_way)
    return former[:11], current, other


def protected(ecs, tasks):
    found = ecs.get_task_protection(cluster=CLUSTER, tasks=tasks)["protectedTasks"]
    return [item["taskArn"] for item in found if item["protectionEnabled"]]


def test_it_tells_which_tasks_are_held(aws, run_module, held):
    former, current, _other = held
    aws.calls.clear()
    result = run_module("task_protection", cluster=CLUSTER, services=["bridge", "gone"])
    assert not result["changed"]
    assert set(result["services"]) == {"bridge"}
    bridge = result["services"]["bridge"]
    assert sorted(bridge["protected"]) == sorted([*former, current])
    assert (bridge["desired"], bridge["rollout_state"], result["protected"]) == (1, "IN_PROGRESS", 12)
    assert sorted(aws.calls) == ["ecs:DescribeServices", *["ecs:GetTaskProtection"] * 2, "ecs:ListTasks"]


def test_it_lets_go_only_of_former_tasks_of_the_named_services(aws, ecs, run_module, held):
    former, current, other = held
    arguments = {"cluster": CLUSTER, "services": ["bridge"], "of": "former", "release": True}
    planned = run_module("task_protection", **arguments, _check=True)
    assert planned["changed"]
    assert len(planned["changes"]) == 11
    assert len(protected(ecs, former[:10])) == 10

    result = run_module("task_protection", **arguments)
    assert {change["resource"] for change in result["changes"]} == {f"task {arn}" for arn in former}
    assert protected(ecs, [*former[:9], current]) == [current]
    assert protected(ecs, [other]) == [other]
    again = run_module("task_protection", **arguments)
    assert (again["changed"], again["protected"]) == (False, 0)


def test_all_tasks_are_let_go_of_when_told_so(ecs, run_module, held):
    _former, current, other = held
    result = run_module("task_protection", cluster=CLUSTER, services=["bridge", "other"], release=True)
    assert len(result["changes"]) == result["protected"] == 13
    assert protected(ecs, [current, other]) == []


def test_a_settled_service_has_no_former_tasks(aws, ecs, run_module):
    start(ecs, current=True)
    aws.calls.clear()
    result = run_module("task_protection", cluster=CLUSTER, services=["bridge"], of="former")
    assert result["services"]["bridge"]["protected"] == []
    assert aws.calls == ["ecs:DescribeServices"]


def test_without_a_cluster_nothing_is_held(aws, run_module):
    result = run_module("task_protection", cluster="gone", services=["bridge"], release=True, _check=True)
    assert (result["changed"], result["services"], result["protected"]) == (False, {}, 0)
    assert aws.mutating() == []
