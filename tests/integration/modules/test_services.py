# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from datetime import UTC, datetime

import pytest
from support.recordings import publish
from support.wake_platform import Platform

CLUSTER = "jitsi-cluster"
TAGS = {"Name": "jitsi"}
GONE = {"serviceName": "jitsi-bridge", "state": "absent"}
NOWHERE = {"subnets": ["subnet-1"], "group": "sg-1"}


@pytest.fixture
def ecs(aws):
    return aws.client("ecs")


@pytest.fixture
def ground(aws, ecs):
    """What services stand on: a cluster, a subnet, a security group and two revisions."""
    ec2 = aws.client("ec2")
    ecs.create_cluster(clusterName=CLUSTER, capacityProviders=["FARGATE", "FARGATE_SPOT"])
    for _ in range(2):
        ecs.register_task_definition(
            family="jitsi-bridge",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            containerDefinitions=[{"name": "jvb", "image": "jvb:1"}],
        )
    return {
        "subnets": [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"][:2]],
        "group": ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"],
    }


def bridge(ground, **changed):
    network = {"subnets": ground["subnets"], "securityGroups": [ground["group"]], "assignPublicIp": "ENABLED"}
    return {
        "serviceName": "jitsi-bridge",
        "taskDefinition": "arn:aws:ecs:us-east-1:123456789012:task-definition/jitsi-bridge:2",
        "launchType": "FARGATE",
        "platformVersion": "1.4.0",
        "deploymentConfiguration": {
            "minimumHealthyPercent": 50,
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        },
        "networkConfiguration": {"awsvpcConfiguration": network},
        "serviceRegistries": [{"registryArn": "arn:aws:servicediscovery:us-east-1:123456789012:service/srv-1"}],
        "enableECSManagedTags": True,
        "propagateTags": "SERVICE",
        **changed,
    }


@pytest.fixture
def services(run_well):
    return lambda *listed, **options: run_well("services", cluster=CLUSTER, services=listed, tags=TAGS, **options)


def described(ecs, name="jitsi-bridge"):
    return ecs.describe_services(cluster=CLUSTER, services=[name], include=["TAGS"])["services"][0]


def test_check_mode_tells_what_the_run_then_does(as_planned, services, ground):
    done = as_planned(services, bridge(ground))
    assert done["services"]["jitsi-bridge"] == {
        "arn": f"arn:aws:ecs:us-east-1:123456789012:service/{CLUSTER}/jitsi-bridge",
        "desired_count": 0,
        "running_count": 0,
        "pending_count": 0,
        "rollout_state": "COMPLETED",
        "task_definition": "arn:aws:ecs:us-east-1:123456789012:task-definition/jitsi-bridge:2",
    }


def test_check_mode_plans_without_a_cluster(aws, services):
    nothing = {"subnets": ["subnet-planned-a"], "group": "sg-planned-bridge"}
    arn = "arn:aws:ecs:us-east-1:000000000000:task-definition/jitsi-bridge:planned"
    planned = services(bridge(nothing, taskDefinition=arn), _check=True)
    assert planned["changes"][0]["action"] == "create"
    assert planned["services"]["jitsi-bridge"]["task_definition"] == arn
    assert aws.mutating() == []


def test_second_run_changes_nothing_with_one_call(aws, services, ground):
    others = [bridge(ground, serviceName=f"jitsi-{number}") for number in range(9)]
    services(bridge(ground), *others)
    second = services(bridge(ground), *others)
    assert second["diff"] == {"before": {}, "after": {}}
    assert aws.calls == ["ecs:DescribeServices"]
    services(bridge(ground), *others, {"serviceName": "jitsi-gone", "state": "absent"})
    assert aws.calls == ["ecs:DescribeServices"] * 2


def test_everything_arrives(services, ground, ecs):
    services(bridge(ground))
    found = described(ecs)
    assert found["desiredCount"] == 0
    assert found["deploymentConfiguration"] == {
        "minimumHealthyPercent": 50,
        "maximumPercent": 200,
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
    }
    assert found["availabilityZoneRebalancing"] == "DISABLED"
    assert found["tags"] == [{"key": "Name", "value": "jitsi"}]


NETWORK = "network_configuration.awsvpc_configuration"


def test_drift_is_put_back_and_the_desired_count_stays(aws, as_planned, services, ground, ecs):
    services(bridge(ground))
    ecs.update_service(
        cluster=CLUSTER,
        service="jitsi-bridge",
        desiredCount=2,
        taskDefinition="jitsi-bridge:1",
        platformVersion="1.3.0",
        enableExecuteCommand=True,
        enableECSManagedTags=False,
        propagateTags="TASK_DEFINITION",
        healthCheckGracePeriodSeconds=30,
        availabilityZoneRebalancing="ENABLED",
        serviceRegistries=[],
        placementConstraints=[{"type": "distinctInstance"}],
        placementStrategy=[{"type": "random"}],
        capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        deploymentConfiguration={"maximumPercent": 150, "minimumHealthyPercent": 100},
        networkConfiguration={"awsvpcConfiguration": {"subnets": ground["subnets"][:1], "securityGroups": []}},
    )
    done = as_planned(services, bridge(ground))
    assert aws.mutating() == ["ecs:UpdateService"]
    assert [change["fields"] for change in done["changes"]] == [
        [
            "availability_zone_rebalancing",
            "capacity_provider_strategy",
            "deployment_configuration.deployment_circuit_breaker.enable",
            "deployment_configuration.deployment_circuit_breaker.rollback",
            "deployment_configuration.maximum_percent",
            "deployment_configuration.minimum_healthy_percent",
            "enable_ecs_managed_tags",
            "enable_execute_command",
            "health_check_grace_period_seconds",
            f"{NETWORK}.assign_public_ip",
            f"{NETWORK}.security_groups",
            f"{NETWORK}.subnets",
            "placement_constraints",
            "placement_strategy",
            "platform_version",
            "propagate_tags",
            "service_registries",
            "task_definition",
        ]
    ]
    assert done["services"]["jitsi-bridge"]["desired_count"] == 2
    assert not services(bridge(ground))["changed"]


def test_one_drifted_field_is_all_that_is_sent(aws, services, ground, ecs, monkeypatch):
    from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ecs as api

    services(bridge(ground))
    ecs.update_service(cluster=CLUSTER, service="jitsi-bridge", propagateTags="NONE")
    sent = []
    update = api.update_service
    monkeypatch.setattr(api, "update_service", lambda *given: sent.append(given[-1]) or update(*given))
    services(bridge(ground))
    assert sent == [{"propagateTags": "SERVICE"}]


def test_tags_are_put_back_without_an_update(aws, services, ground, ecs):
    services(bridge(ground))
    arn = described(ecs)["serviceArn"]
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "Name", "value": "x"}])
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "Stray", "value": "x"}])
    assert services(bridge(ground))["changes"][0]["fields"] == ["tags"]
    assert aws.mutating() == ["ecs:TagResource", "ecs:UntagResource"]
    assert described(ecs)["tags"] == [{"key": "Name", "value": "jitsi"}]


def test_family_and_revision_do_as_well_as_the_arn(services, ground):
    services(bridge(ground))
    assert not services(bridge(ground, taskDefinition="jitsi-bridge:2"))["changed"]


def test_a_planned_revision_is_an_update(services, ground):
    services(bridge(ground))
    arn = "arn:aws:ecs:us-east-1:000000000000:task-definition/jitsi-bridge:planned"
    planned = services(bridge(ground, taskDefinition=arn), _check=True)
    assert planned["changes"][0]["fields"] == ["task_definition"]


def test_pool_to_fargate_and_back(services, ground, ecs):
    ecs.create_capacity_provider(name="pool", autoScalingGroupProvider={"autoScalingGroupArn": "arn"})
    on_pool = bridge(ground, launchType=None, capacityProviderStrategy=[{"capacityProvider": "pool", "weight": 1}])
    services(on_pool)
    assert not services(on_pool)["changed"]
    services(bridge(ground))
    assert described(ecs)["capacityProviderStrategy"][0]["capacityProvider"] == "FARGATE"
    assert not services(bridge(ground))["changed"]
    services(on_pool)
    assert not services(on_pool)["changed"]


def test_change_that_aws_cannot_make_names_the_way_out(aws, services, ground, run_module):
    services(bridge(ground))
    aws.calls.clear()
    result = run_module("services", cluster=CLUSTER, services=[bridge(ground, launchType="EC2", platformVersion=None)])
    assert result["msg"] == (
        "service jitsi-bridge: launchType EC2 cannot replace FARGATE; give capacityProviderStrategy instead,"
        " or list the service with state absent first"
    )
    assert aws.mutating() == []


def test_absent_deletes_an_awake_service_and_no_other(as_planned, services, ground, ecs):
    staging = bridge(ground, serviceName="jitsi-bridge-staging")
    services(bridge(ground), staging)
    ecs.update_service(cluster=CLUSTER, service="jitsi-bridge", desiredCount=1)
    as_planned(services, GONE)
    assert described(ecs)["status"] == "INACTIVE"
    assert not services(GONE)["changed"]
    assert not services(staging)["changed"]


def test_deleted_service_is_made_again(services, ground, ecs):
    services(bridge(ground))
    services(GONE)
    assert services(bridge(ground))["changes"][0]["action"] == "create"
    assert described(ecs)["status"] == "ACTIVE"


def test_service_that_is_still_ending_is_waited_for(aws, services, ground, ecs, monkeypatch):
    from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ecs as api
    from moto.ecs.models import ecs_backends

    services(bridge(ground))
    services(GONE)
    ending = ecs_backends["123456789012"]["us-east-1"].services[f"{CLUSTER}:jitsi-bridge"]
    ending.status = "DRAINING"
    monkeypatch.setattr(api.time, "sleep", lambda seconds: setattr(ending, "status", "INACTIVE"))
    services(bridge(ground), _check=True)
    assert ending.status == "DRAINING"
    assert services(bridge(ground))["changes"][0]["action"] == "create"
    assert aws.calls == ["ecs:DescribeServices"] * 3 + ["ecs:CreateService"]
    assert described(ecs)["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"desiredCount": 0}, "services jitsi-bridge: desiredCount belongs to the life cycle and to autoscaling; "),
        ({"launchtype": "EC2"}, "services jitsi-bridge launchtype: AWS knows no such key; "),
        ({"cluster": CLUSTER}, "services jitsi-bridge: cluster cannot be compared with what AWS reports; leave it out"),
        ({"serviceName": None}, "services None serviceName: is missing; "),
        ({"serviceName": None, "state": "absent"}, "services None serviceName: is missing; "),
        ({"serviceName": ["x"], "state": "absent"}, "services ['x'] serviceName: is no text; "),
        ({"state": "gone"}, "services jitsi-bridge state gone: is no state; use present or absent"),
    ],
)
def test_bad_input_is_refused_before_any_call(refused, changed, message):
    assert refused("services", cluster=CLUSTER, services=[bridge(NOWHERE, **changed)]).startswith(message)


def test_one_service_cannot_be_listed_and_absent(refused):
    message = refused("services", cluster=CLUSTER, services=[bridge(NOWHERE), GONE])
    assert message.startswith("services jitsi-bridge: is listed twice; ")


WAIT = ". Wait, or run again with -e jitsi_force=true"
RELOADS = ": replacing meet-service restarts signalling, and every page reloads"


@pytest.fixture
def platform(aws, ecs, run_module):
    """The platform ``meet``, awake; returns how to keep its signalling and its bridge with some revisions."""
    Platform(aws)
    for name in ("meet-service", "meet-bridge"):
        ecs.update_service(cluster="meet-cluster", service=name, desiredCount=1)
    ecs.register_task_definition(
        family="t", containerDefinitions=[{"name": "c", "image": "j", "memory": 64}], cpu="256", memory="512"
    )

    def keep(signalling=1, bridge=1, tags=TAGS, state="present", **options):
        revisions = {"meet-service": signalling, "meet-bridge": bridge}
        listed = [
            {"serviceName": name, "taskDefinition": f"arn:aws:ecs:us-east-1:123456789012:task-definition/t:{revision}"}
            if state == "present"
            else {"serviceName": name, "state": "absent"}
            for name, revision in revisions.items()
        ]
        aws.calls.clear()
        return run_module("services", cluster="meet-cluster", services=listed, tags=tags, platform="meet", **options)

    # What differs from a service that somebody has made is put right first.
    assert not keep(force=True).get("failed")
    return keep


def tell(aws, people):
    publish(aws.client("cloudwatch"), "meet", "Participants", [(datetime.now(UTC), people)])


def protect(ecs):
    """Somebody has come in since the last figure."""
    (task,) = ecs.run_task(
        cluster="meet-cluster", taskDefinition="t:1", launchType="FARGATE", group="service:meet-service"
    )["tasks"]
    ecs.update_task_protection(cluster="meet-cluster", tasks=[task["taskArn"]], protectionEnabled=True)


@pytest.mark.parametrize(
    ("people", "just_came", "who"),
    [
        (12, False, "12 people meet now"),
        # Two people talk past the bridge, but not past jicofo.
        (2, False, "2 people meet now"),
        (0, True, "somebody has just come in, since the signalling task protects itself"),
        (None, False, "nobody knows how many people meet, since jicofo has not told"),
    ],
)
def test_signalling_is_not_replaced_while_people_meet(aws, ecs, platform, people, just_came, who):
    if people is not None:
        tell(aws, people)
    if just_came:
        protect(ecs)
    # A plan says it and does not fail.
    planned = platform(signalling=2, bridge=2, _check=True)
    assert (planned["changed"], planned["disturbs"]) == (True, who + RELOADS + WAIT)
    refused = platform(signalling=2, bridge=2)
    assert (refused["failed"], refused["msg"], refused["in_the_way"]) == (True, who + RELOADS + WAIT, who)
    # No other service either: all of them fit together.
    assert aws.mutating() == []
    # It may look at any time how many there are, and be forced.
    forced = platform(signalling=2, bridge=2, force=True)
    assert not forced.get("failed")
    assert forced["disturbs"] == who + RELOADS
    assert forced["services"]["meet-service"]["task_definition"].endswith(":2")
    # It has what it needs now, so nobody is asked for any more.
    again = platform(signalling=2, bridge=2)
    assert (again["changed"], again["disturbs"], aws.calls) == (False, "", ["ecs:DescribeServices"])


def test_it_is_replaced_at_once_when_nobody_meets(aws, platform):
    tell(aws, 0)
    done = platform(signalling=2)
    assert (done["changed"], done["disturbs"]) == (True, "")
    # The last look comes right before the act.
    assert aws.calls[-3:] == ["cloudwatch:GetMetricData", "ecs:ListTasks", "ecs:UpdateService"]


def test_what_does_not_restart_signalling_asks_nobody(aws, platform):
    tell(aws, 12)
    for harmless in ({"bridge": 2}, {"bridge": 2, "tags": {"Team": "x"}}):
        done = platform(**harmless)
        assert not done.get("failed")
        assert (done["changed"], done["disturbs"]) == (True, "")
        assert "cloudwatch:GetMetricData" not in aws.calls
    assert platform(bridge=2, tags={"Team": "x"})["changed"] is False


def test_signalling_without_a_task_can_be_mended(aws, ecs, platform):
    ecs.update_service(cluster="meet-cluster", service="meet-service", desiredCount=0)
    done = platform(signalling=2)
    assert not done.get("failed")
    assert (done["disturbs"], "cloudwatch:GetMetricData" in aws.calls) == ("", False)


def test_meetings_are_not_ended_by_removing_signalling(aws, platform):
    tell(aws, 1)
    ends = "1 person is in a meeting now: removing meet-service ends every meeting"
    refused = platform(state="absent")
    assert (refused["msg"], aws.mutating()) == (ends + WAIT, [])
    assert platform(state="absent", force=True)["disturbs"] == ends
