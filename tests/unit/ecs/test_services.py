# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import copy

import botocore.session
import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import services
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from hypothesis import given, settings
from hypothesis import strategies as st

TASK = "arn:aws:ecs:us-east-1:123456789012:task-definition/bridge:7"
BRIDGE = {
    "serviceName": "bridge",
    "taskDefinition": TASK,
    "launchType": "FARGATE",
    "platformVersion": "1.4.0",
    "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
    "networkConfiguration": {
        "awsvpcConfiguration": {
            "subnets": ["subnet-b", "subnet-a"],
            "securityGroups": ["sg-1"],
            "assignPublicIp": "ENABLED",
        }
    },
    "serviceRegistries": [{"registryArn": "arn:aws:servicediscovery:us-east-1:123456789012:service/srv-1"}],
    "enableECSManagedTags": True,
    "propagateTags": "SERVICE",
}
MINIMAL = {"serviceName": "s", "taskDefinition": "f:1"}
FARGATE = [{"capacityProvider": "FARGATE", "base": 0, "weight": 1}]
POOL = [{"capacityProvider": "pool", "base": 0, "weight": 1}]
SPOT = [{"capacityProvider": "FARGATE", "weight": 1}, {"capacityProvider": "FARGATE_SPOT", "weight": 3}]


def as_reported(service):
    """What DescribeServices makes of a service."""
    reported = copy.deepcopy(service)
    reported.update(
        serviceArn="arn:aws:ecs:us-east-1:123456789012:service/c/bridge",
        clusterArn="arn:aws:ecs:us-east-1:123456789012:cluster/c",
        status="ACTIVE",
        desiredCount=2,
        runningCount=1,
        pendingCount=1,
        deployments=[{"status": "ACTIVE"}, {"status": "PRIMARY", "rolloutState": "IN_PROGRESS"}],
        events=[],
        createdBy="arn:aws:iam::123456789012:user/operator",
        platformFamily="Linux",
        roleArn="arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS",
        deploymentController={"type": "ECS"},
        schedulingStrategy="REPLICA",
        loadBalancers=[],
        placementConstraints=[],
        placementStrategy=[],
        enableExecuteCommand=False,
        availabilityZoneRebalancing="DISABLED",
    )
    reported["networkConfiguration"]["awsvpcConfiguration"]["subnets"].reverse()
    reported["deploymentConfiguration"].update(
        maximumPercent=200,
        minimumHealthyPercent=100,
        strategy="ROLLING",
        bakeTimeInMinutes=0,
        alarms={"alarmNames": [], "enable": False, "rollback": False},
    )
    return reported


def differing(current, wanted):
    """Names of the managed fields that differ."""
    before, after = services.fields(current), services.fields(wanted)
    return sorted(name for name, value in after.items() if name not in before or before[name] != value)


def test_what_aws_reports_is_what_was_created():
    assert differing(as_reported(BRIDGE), BRIDGE) == []


@pytest.mark.parametrize(
    ("drift", "field"),
    [
        ({"taskDefinition": "bridge:6"}, "taskDefinition"),
        ({"platformVersion": "1.3.0"}, "platformVersion"),
        ({"enableExecuteCommand": True}, "enableExecuteCommand"),
        ({"enableECSManagedTags": False}, "enableECSManagedTags"),
        ({"propagateTags": "NONE"}, "propagateTags"),
        ({"healthCheckGracePeriodSeconds": 5}, "healthCheckGracePeriodSeconds"),
        ({"availabilityZoneRebalancing": "ENABLED"}, "availabilityZoneRebalancing"),
        ({"serviceRegistries": []}, "serviceRegistries"),
        ({"placementConstraints": [{"type": "distinctInstance"}]}, "placementConstraints"),
        ({"placementStrategy": [{"type": "random"}]}, "placementStrategy"),
        ({"launchType": None, "capacityProviderStrategy": POOL}, "capacityProviderStrategy"),
        (
            {"deploymentConfiguration": {"maximumPercent": 150, "minimumHealthyPercent": 100}},
            "deploymentConfiguration.maximumPercent",
        ),
    ],
)
def test_drift_is_seen(drift, field):
    assert field in differing({**as_reported(BRIDGE), **drift}, BRIDGE)


@pytest.mark.parametrize("key", ["subnets", "securityGroups", "assignPublicIp"])
def test_drift_of_the_network_is_seen(key):
    drifted = as_reported(BRIDGE)
    network = drifted["networkConfiguration"]["awsvpcConfiguration"]
    network[key] = "DISABLED" if key == "assignPublicIp" else [*network[key], "more"]
    assert differing(drifted, BRIDGE) == [f"networkConfiguration.awsvpcConfiguration.{key}"]


@settings(deadline=None)
@given(st.permutations(["subnet-a", "subnet-b", "subnet-c"]), st.permutations(["sg-1", "sg-2"]))
def test_order_in_the_network_means_nothing(subnets, groups):
    def service(subnets, groups):
        network = {"awsvpcConfiguration": {"subnets": list(subnets), "securityGroups": list(groups)}}
        return {**MINIMAL, "networkConfiguration": network}

    first = service(["subnet-a", "subnet-b", "subnet-c"], ["sg-1", "sg-2"])
    assert services.fields(service(subnets, groups)) == services.fields(first)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"launchType": "FARGATE"}, {"capacityProviderStrategy": FARGATE}, True),
        ({"launchType": "FARGATE"}, {"capacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 5}]}, True),
        ({"capacityProviderStrategy": SPOT}, {"capacityProviderStrategy": SPOT[::-1]}, True),
        ({"launchType": "EC2"}, {"launchType": "EC2", "capacityProviderStrategy": []}, True),
        # After UpdateService moved it there, AWS may report both.
        ({"launchType": "EC2", "capacityProviderStrategy": POOL}, {"capacityProviderStrategy": POOL}, True),
        ({"launchType": "FARGATE"}, {"capacityProviderStrategy": SPOT}, False),
        ({"launchType": "FARGATE"}, {"launchType": "EC2"}, False),
        ({"launchType": "EC2"}, {"capacityProviderStrategy": POOL}, False),
    ],
)
def test_capacity(one, other, same):
    assert (services.fields({**MINIMAL, **one}) == services.fields({**MINIMAL, **other})) == same


def test_placement_strategy_keeps_its_order():
    steps = [{"type": "spread", "field": "attribute:ecs.availability-zone"}, {"type": "binpack", "field": "memory"}]
    one, other = ({**MINIMAL, "placementStrategy": order} for order in (steps, steps[::-1]))
    assert services.fields(one) != services.fields(other)


@pytest.mark.parametrize("reported", [{}, {"networkConfiguration": {}}, {"networkConfiguration": None}])
def test_an_empty_network_is_none_and_stands_in_the_way_of_no_update(reported):
    before = services.fields({**MINIMAL, "capacityProviderStrategy": POOL, **reported})
    after = services.fields({**MINIMAL, "capacityProviderStrategy": POOL, "taskDefinition": "f:2"})
    assert not [name for name in before if name.startswith("networkConfiguration")]
    services.validate_update("service s", before, after)


def test_create_request_has_what_was_given_and_no_tasks():
    request = services.create_request({**BRIDGE, "placementConstraints": []})
    assert request == {
        **BRIDGE,
        "availabilityZoneRebalancing": "DISABLED",
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
        },
        "desiredCount": 0,
    }


@pytest.mark.parametrize(
    ("changed", "request_"),
    [
        (["taskDefinition", "tags"], {"taskDefinition": TASK}),
        (["propagateTags"], {"propagateTags": "SERVICE"}),
        (
            ["deploymentConfiguration.maximumPercent"],
            {
                "deploymentConfiguration": {
                    "deploymentCircuitBreaker": {"enable": True, "rollback": True},
                    "maximumPercent": 200,
                    "minimumHealthyPercent": 100,
                }
            },
        ),
        (["capacityProviderStrategy"], {"capacityProviderStrategy": FARGATE, "forceNewDeployment": True}),
    ],
)
def test_update_request_has_only_what_changed(changed, request_):
    assert services.update_request(BRIDGE, changed) == request_


def test_going_back_to_a_launch_type_empties_the_strategy():
    request = services.update_request({**MINIMAL, "launchType": "EC2"}, ["launchType", "capacityProviderStrategy"])
    assert request == {"capacityProviderStrategy": [], "forceNewDeployment": True}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ({"launchType": "FARGATE"}, {"launchType": "EC2"}, "launchType EC2 cannot replace FARGATE; give capacityProv"),
        ({"launchType": "EXTERNAL"}, {"launchType": "EC2"}, "launchType EC2 cannot replace EXTERNAL; give capacity"),
        ({"schedulingStrategy": "DAEMON"}, {}, "schedulingStrategy DAEMON cannot be changed; leave it"),
        (
            {"networkConfiguration": BRIDGE["networkConfiguration"]},
            {"launchType": "EC2"},
            "networkConfiguration cannot be taken away; keep it",
        ),
    ],
)
def test_what_aws_cannot_change(before, after, words):
    with pytest.raises(InvalidInput) as raised:
        services.validate_update(
            "service s", services.fields({**MINIMAL, **before}), services.fields({**MINIMAL, **after})
        )
    assert str(raised.value).startswith(f"service s: {words}")
    assert str(raised.value).endswith(", or list the service with state absent first")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"launchType": "EC2"}, {"launchType": "FARGATE"}),
        ({"launchType": "FARGATE"}, {"capacityProviderStrategy": POOL}),
        ({"capacityProviderStrategy": POOL}, {"launchType": "EC2"}),
        ({"launchType": "EC2"}, {"launchType": "EC2"}),
        ({}, BRIDGE),
    ],
)
def test_what_aws_can_change(before, after):
    services.validate_update("service s", services.fields({**MINIMAL, **before}), services.fields({**MINIMAL, **after}))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"serviceName": "a b"}, "serviceName is no name for ECS; "),
        ({"desiredCount": 1}, "desiredCount belongs to the life cycle and to autoscaling; leave it out"),
        ({"volumeConfigurations": []}, "volumeConfigurations cannot be compared with what AWS reports; leave it out"),
        ({"taskDefinition": "bridge"}, "taskDefinition bridge names no revision; use the arn that task_definitions"),
        ({"taskDefinition": ""}, "taskDefinition  names no revision; "),
        ({"schedulingStrategy": "DAEMON"}, "schedulingStrategy DAEMON has no desired count"),
        ({"launchType": "EC2", "capacityProviderStrategy": POOL}, "launchType and capacityProviderStrategy exclude"),
        ({"capacityProviderStrategy": [{"capacityProvider": "pool"}]}, "capacityProviderStrategy gives every provider"),
        (
            {"deploymentConfiguration": {"maximumPercent": 100}},
            "minimumHealthyPercent and maximumPercent are both 100, so that no task can be replaced; change one",
        ),
        ({"deploymentConfiguration": {"minimumHealthyPercent": 101}}, "minimumHealthyPercent 101 and maximumPercent"),
        ({"deploymentConfiguration": {"maximumPercent": 50}}, "minimumHealthyPercent 100 and maximumPercent 50 are"),
        (
            {
                "availabilityZoneRebalancing": "ENABLED",
                "deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 0},
            },
            "availabilityZoneRebalancing needs a second task for a moment; ",
        ),
    ],
)
def test_one_problem_in_words(changed, message):
    problems = list(services.problems({**MINIMAL, **changed}))
    assert [problem[: len(message)] for problem in problems] == [message]
    with pytest.raises(InvalidInput, match=r"^services "):
        services.validate({**MINIMAL, **changed})


@pytest.mark.parametrize("service", [BRIDGE, MINIMAL, {**MINIMAL, "taskDefinition": "arn:x:y/f:planned"}])
def test_no_problem(service):
    assert list(services.problems(service)) == []


def test_state():
    assert services.state(as_reported(BRIDGE)) == {
        "arn": "arn:aws:ecs:us-east-1:123456789012:service/c/bridge",
        "desired_count": 2,
        "running_count": 1,
        "pending_count": 1,
        "rollout_state": "IN_PROGRESS",
        "task_definition": TASK,
    }
    assert services.planned_state(BRIDGE, "planned")["desired_count"] == 0


def test_new_tasks_come_of_what_aws_says():
    described = botocore.session.get_session().get_service_model("ecs").operation_model("UpdateService").input_shape
    triggers = {
        name
        for name, shape in described.members.items()
        if "parameter triggers a new service deployment" in shape.documentation
    }
    # Other capacity triggers none by itself: update_request asks for new tasks then.
    assert services.REPLACING - {"capacityProviderStrategy"} == triggers & services.MANAGED
    moved = services.update_request({**BRIDGE, "capacityProviderStrategy": POOL}, ["capacityProviderStrategy"])
    assert moved["forceNewDeployment"]


@pytest.mark.parametrize(
    ("changed", "replaced"),
    [
        ({"taskDefinition": "bridge:8"}, True),
        ({"networkConfiguration.awsvpcConfiguration.subnets": ["subnet-c"]}, True),
        ({"capacityProviderStrategy": SPOT}, True),
        ({"serviceRegistries": []}, True),
        ({"tags": {"Team": "x"}}, False),
        ({"deploymentConfiguration.maximumPercent": 150, "propagateTags": "NONE"}, False),
        ({"enableExecuteCommand": True, "tags": {"Team": "x"}}, False),
        ({"enableExecuteCommand": True, "taskDefinition": "bridge:8"}, True),
    ],
)
def test_only_some_changes_end_the_tasks(changed, replaced):
    before = {**services.fields(BRIDGE), "tags": {}}
    assert services.replaces_tasks(Change("service bridge", before, {**before, **changed})) is replaced
    assert services.replaces_tasks(Change("service bridge", before, None))
    assert not services.replaces_tasks(Change("service bridge", None, before))
