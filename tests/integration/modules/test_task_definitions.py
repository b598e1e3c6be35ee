# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import copy

import pytest

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:jitsi-secrets-a1B2c3:jvb::"
PREFIX = "arn:aws:ecs:us-east-1:123456789012:task-definition"

GONE = {"family": "jitsi-bridge", "state": "absent"}


def bridge(**changed):
    return {
        "family": "jitsi-bridge",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": 4096,
        "memory": 8192,
        "executionRoleArn": "arn:aws:iam::123456789012:role/jitsi-bridge-execution",
        "containerDefinitions": [
            {
                "name": "jvb",
                "image": "ghcr.io/jitsi/jvb:stable-11146-2",
                "portMappings": [{"containerPort": 10000, "protocol": "udp"}],
                "environment": [{"name": "TZ", "value": "UTC"}, {"name": "JVB_PORT", "value": 10000}],
                "secrets": [{"name": "JVB_AUTH_PASSWORD", "valueFrom": SECRET}],
                "linuxParameters": {"tmpfs": [{"containerPath": "/tmp", "size": 16}]},
                "mountPoints": [],
            }
        ],
        **changed,
    }


def recorder():
    return {
        "family": "jitsi-recorder",
        "requiresCompatibilities": ["EC2"],
        "networkMode": "host",
        "cpu": 3584,
        "memory": 6656,
        "volumes": [{"name": "storage", "host": {"sourcePath": "/var/lib/recorder"}}],
        "containerDefinitions": [
            {
                "name": "jibri",
                "image": "ghcr.io/jitsi/jibri:stable-11146-2",
                "linuxParameters": {"sharedMemorySize": 2048},
                "mountPoints": [{"sourceVolume": "storage", "containerPath": "/storage"}],
            }
        ],
    }


@pytest.fixture
def register(run_well):
    return lambda *definitions, **options: run_well(
        "task_definitions", task_definitions=definitions, tags={"Name": "jitsi"}, **options
    )


@pytest.fixture
def ecs(aws):
    return aws.client("ecs")


def test_check_mode_tells_what_the_run_then_does(aws, register):
    planned = register(bridge(), recorder(), _check=True)
    assert aws.mutating() == []
    assert planned["task_definitions"]["jitsi-bridge"] == {
        "arn": "arn:aws:ecs:us-east-1:000000000000:task-definition/jitsi-bridge:planned",
        "revision": 0,
        "changed": True,
    }
    done = register(bridge(), recorder())
    assert planned["changed"]
    assert planned["changes"] == done["changes"]
    assert planned["diff"] == done["diff"]
    assert done["task_definitions"] == {
        "jitsi-bridge": {"arn": f"{PREFIX}/jitsi-bridge:1", "revision": 1, "changed": True},
        "jitsi-recorder": {"arn": f"{PREFIX}/jitsi-recorder:1", "revision": 1, "changed": True},
    }


def test_second_run_changes_nothing_with_one_call_a_family(aws, register):
    register(bridge(), recorder())
    second = register(bridge(), recorder())
    assert second["diff"] == {"before": {}, "after": {}}
    assert second["task_definitions"]["jitsi-bridge"] == {
        "arn": f"{PREFIX}/jitsi-bridge:1",
        "revision": 1,
        "changed": False,
    }
    assert aws.calls == ["ecs:DescribeTaskDefinition"] * 2


def in_container(**fields):
    definition = bridge()
    definition["containerDefinitions"][0].update(fields)
    return definition


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        (bridge(cpu=2048), "cpu"),
        (bridge(executionRoleArn="arn:aws:iam::123456789012:role/other"), "execution_role_arn"),
        (bridge(runtimePlatform={"cpuArchitecture": "ARM64"}), "runtime_platform.cpu_architecture"),
        (bridge(volumes=[{"name": "scratch"}]), "volumes.scratch"),
        (in_container(environment=[{"name": "JVB_PORT", "value": "10000"}]), "containers.jvb.environment.TZ"),
        (in_container(linuxParameters=None), "containers.jvb.linux_parameters.tmpfs./tmp.size"),
        (in_container(command=["a", "b"]), "containers.jvb.command"),
    ],
)
def test_a_change_registers_one_revision(aws, register, changed, field):
    register(bridge())
    planned = register(changed, _check=True)
    assert aws.mutating() == []
    done = register(changed)
    assert aws.mutating() == ["ecs:RegisterTaskDefinition"]
    assert [change["fields"] for change in done["changes"]] == [[field]]
    assert planned["changes"] == done["changes"]
    assert list(done["diff"]["after"]["task definition jitsi-bridge"]) == [field]
    assert planned["task_definitions"]["jitsi-bridge"]["arn"].endswith("/jitsi-bridge:planned")
    assert done["task_definitions"]["jitsi-bridge"]["arn"] == f"{PREFIX}/jitsi-bridge:2"
    assert not register(changed)["changed"]


def test_order_and_spelling_change_nothing(register):
    register(bridge())
    same = bridge(cpu="4 vCPU", memory="8 GB", volumes=[], placementConstraints=None)
    container = same["containerDefinitions"][0]
    container["environment"].reverse()
    container.update(
        essential=True, cpu=0, portMappings=[{"containerPort": 10000, "hostPort": 10000, "protocol": "udp"}]
    )
    assert not register(same)["changed"]


def test_tags_alone_need_no_revision(aws, register, ecs):
    register(bridge())
    arn = f"{PREFIX}/jitsi-bridge:1"
    ecs.untag_resource(resourceArn=arn, tagKeys=["Name"])
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "Stray", "value": "x"}])
    result = register(bridge())
    assert aws.mutating() == ["ecs:TagResource", "ecs:UntagResource"]
    assert result["task_definitions"]["jitsi-bridge"] == {"arn": arn, "revision": 1, "changed": True}
    assert ecs.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "Name", "value": "jitsi"}]
    assert not register(bridge())["changed"]


def test_revision_by_hand_is_put_back(register, ecs):
    register(bridge())
    by_hand = copy.deepcopy(ecs.describe_task_definition(taskDefinition="jitsi-bridge")["taskDefinition"])
    by_hand["containerDefinitions"][0]["image"] = "ghcr.io/jitsi/jvb:by-hand"
    ecs.register_task_definition(
        **{key: by_hand[key] for key in ("family", "containerDefinitions", "cpu", "memory", "networkMode")},
        requiresCompatibilities=["FARGATE"],
    )
    result = register(bridge())
    assert (
        result["diff"]["before"]["task definition jitsi-bridge"]["containers.jvb.image"] == "ghcr.io/jitsi/jvb:by-hand"
    )
    assert result["task_definitions"]["jitsi-bridge"]["revision"] == 3


def test_deregistered_revision_does_not_count(register, ecs):
    register(bridge())
    ecs.deregister_task_definition(taskDefinition="jitsi-bridge:1")
    result = register(bridge())
    assert result["changes"][0]["action"] == "create"
    assert result["task_definitions"]["jitsi-bridge"]["revision"] == 2


def test_absent_removes_the_whole_family_and_no_other(as_planned, register, ecs):
    staging = bridge(family="jitsi-bridge-staging")
    register(bridge(), staging)
    register(bridge(cpu=2048), staging)
    done = as_planned(register, GONE)
    assert [change["action"] for change in done["changes"]] == ["delete", "delete"]
    for status in ("ACTIVE", "INACTIVE"):
        assert ecs.list_task_definitions(familyPrefix="jitsi-bridge", status=status)["taskDefinitionArns"] == []
    assert not register(GONE)["changed"]
    assert not register(staging)["changed"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            [bridge(memory=4096)],
            "task_definitions jitsi-bridge: memory 4096 does not go with cpu 4096 on Fargate; use 8192",
        ),
        ([bridge(netwrokMode="awsvpc")], "task_definitions jitsi-bridge netwrokMode: AWS knows no such key; "),
        ([{"family": "f"}], "task_definitions f containerDefinitions: is missing; "),
        ([{"containerDefinitions": []}], "task_definitions 0 family: is missing; "),
        ([bridge(), bridge()], "task_definitions jitsi-bridge: is listed twice; "),
        ([bridge(), GONE], "task_definitions jitsi-bridge: is listed twice; "),
        ([{"state": "absent"}], "task_definitions 0 family: is missing; "),
    ],
)
def test_bad_input_is_refused_before_any_call(refused, given, message):
    assert refused("task_definitions", task_definitions=given).startswith(message)
