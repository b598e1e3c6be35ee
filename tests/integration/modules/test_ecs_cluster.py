# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest

CLUSTER, POOL = "jitsi-cluster", "jitsi-recorder"
OWNER = {"key": "meetops.jitsi/cluster", "value": CLUSTER}


def group(number=1):
    prefix = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup"
    return f"{prefix}:{number:08}-0000-4000-8000-000000000000:autoScalingGroupName/{POOL}"


def pool(**changed):
    return {"name": POOL, "auto_scaling_group_arn": group(), "managed_termination_protection": "ENABLED", **changed}


@pytest.fixture
def cluster(run_well):
    options = {
        "name": CLUSTER,
        "capacity_providers": ["FARGATE", "FARGATE_SPOT"],
        "asg_providers": [pool()],
        "default_strategy": [{"capacity_provider": "FARGATE"}],
        "tags": {"Name": "jitsi", "CostCentre": 4711},
    }

    return lambda **changed: run_well("ecs_cluster", **{**options, **changed})


@pytest.fixture
def ecs(aws):
    return aws.client("ecs")


def described(ecs):
    return ecs.describe_clusters(clusters=[CLUSTER], include=["TAGS", "SETTINGS"])["clusters"][0]


def providers(ecs, *names):
    return ecs.describe_capacity_providers(capacityProviders=list(names or [POOL]))["capacityProviders"]


def test_check_mode_tells_what_the_run_then_does(as_planned, cluster, ecs):
    done = as_planned(cluster)
    assert [change["resource"] for change in done["changes"]] == [f"capacity provider {POOL}", f"cluster {CLUSTER}"]
    assert done["cluster"] == {
        "name": CLUSTER,
        "arn": f"arn:aws:ecs:us-east-1:123456789012:cluster/{CLUSTER}",
        "capacity_providers": ["FARGATE", "FARGATE_SPOT", POOL],
    }


def test_second_run_changes_nothing_with_two_calls(aws, cluster):
    cluster()
    second = cluster()
    assert second["diff"] == {"before": {}, "after": {}}
    assert not second["changed"]
    assert len(aws.calls) == 2


def test_everything_arrives(cluster, ecs):
    cluster(container_insights="enhanced")
    found = described(ecs)
    assert found["settings"] == [{"name": "containerInsights", "value": "enhanced"}]
    assert found["defaultCapacityProviderStrategy"] == [{"capacityProvider": "FARGATE", "weight": 1, "base": 0}]
    assert {"key": "CostCentre", "value": "4711"} in found["tags"]
    provider = providers(ecs)[0]
    assert provider["autoScalingGroupProvider"] == {
        "autoScalingGroupArn": group(),
        "managedScaling": {
            "status": "ENABLED",
            "targetCapacity": 100,
            "minimumScalingStepSize": 1,
            "maximumScalingStepSize": 10000,
            "instanceWarmupPeriod": 300,
        },
        "managedTerminationProtection": "ENABLED",
        "managedDraining": "ENABLED",
    }
    assert OWNER in provider["tags"]


def insights(ecs):
    ecs.update_cluster(cluster=CLUSTER, settings=[{"name": "containerInsights", "value": "enabled"}])


def attached(ecs):
    ecs.put_cluster_capacity_providers(
        cluster=CLUSTER, capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=[]
    )


def tags(ecs):
    ecs.tag_resource(resourceArn=described(ecs)["clusterArn"], tags=[{"key": "Name", "value": "other"}])
    ecs.tag_resource(resourceArn=described(ecs)["clusterArn"], tags=[{"key": "Stray", "value": "x"}])


def scaling(ecs):
    settings = {"managedScaling": {"status": "DISABLED", "targetCapacity": 50}, "managedDraining": "DISABLED"}
    ecs.update_capacity_provider(name=POOL, autoScalingGroupProvider=settings)


def provider_tags(ecs):
    ecs.untag_resource(resourceArn=providers(ecs)[0]["capacityProviderArn"], tagKeys=["Name"])


def test_drift_is_put_back(as_planned, cluster, ecs):
    cluster()
    before = described(ecs), providers(ecs)[0]["autoScalingGroupProvider"], providers(ecs)[0]["tags"]
    for drift in (insights, attached, tags, scaling, provider_tags):
        drift(ecs)
    done = as_planned(cluster)
    assert [(change["resource"], change["fields"]) for change in done["changes"]] == [
        (
            f"capacity provider {POOL}",
            ["managed_draining", "managed_scaling.status", "managed_scaling.target_capacity", "tags"],
        ),
        (f"cluster {CLUSTER}", ["capacity_providers", "container_insights", "default_strategy", "tags"]),
    ]
    assert not cluster()["changed"]
    after = described(ecs), providers(ecs)[0]["autoScalingGroupProvider"], providers(ecs)[0]["tags"]
    assert sorted_lists(after) == sorted_lists(before)


def sorted_lists(value):
    if isinstance(value, dict):
        return {key: sorted_lists(item) for key, item in value.items()}
    return sorted((sorted_lists(item) for item in value), key=repr) if isinstance(value, (list, tuple)) else value


def test_provider_that_is_no_longer_listed_goes(aws, cluster, ecs):
    cluster()
    result = cluster(asg_providers=[])
    assert [(change["resource"], change["action"]) for change in result["changes"]] == [
        (f"cluster {CLUSTER}", "update"),
        (f"capacity provider {POOL}", "delete"),
    ]
    assert described(ecs)["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert providers(ecs) == []
    assert not cluster(asg_providers=[])["changed"]


def test_provider_stays_until_its_service_has_moved(cluster, ecs):
    cluster()
    assert not cluster(asg_providers=[], purge_capacity_providers=False)["changed"]
    assert described(ecs)["capacityProviders"] == ["FARGATE", "FARGATE_SPOT", POOL]


def test_group_that_was_made_anew_gets_a_new_provider(as_planned, cluster, ecs):
    cluster()
    moved = [pool(auto_scaling_group_arn=group(2))]
    as_planned(cluster, asg_providers=moved)
    assert providers(ecs)[0]["autoScalingGroupProvider"]["autoScalingGroupArn"] == group(2)
    assert POOL in described(ecs)["capacityProviders"]
    assert described(ecs)["defaultCapacityProviderStrategy"][0]["capacityProvider"] == "FARGATE"
    assert not cluster(asg_providers=moved)["changed"]


def test_a_new_group_is_refused_while_a_service_needs_the_provider(aws, cluster, ecs):
    cluster()
    ecs.register_task_definition(family="t", containerDefinitions=[{"name": "c", "image": "i", "memory": 64}])
    strategy = [{"capacityProvider": POOL, "weight": 1}]
    ecs.create_service(
        cluster=CLUSTER, serviceName="worker", taskDefinition="t", desiredCount=0, capacityProviderStrategy=strategy
    )
    for check in (True, False):
        with pytest.raises(AssertionError, match="while the service worker uses it"):
            cluster(_check=check, asg_providers=[pool(auto_scaling_group_arn=group(2))])
        assert aws.mutating() == []


def test_run_that_died_before_the_deletion_is_finished(cluster, ecs):
    cluster()
    ecs.put_cluster_capacity_providers(
        cluster=CLUSTER, capacityProviders=["FARGATE", "FARGATE_SPOT"], defaultCapacityProviderStrategy=[]
    )
    cluster(asg_providers=[])
    assert providers(ecs) == []


def test_what_others_attached_stays(cluster, ecs):
    cluster()
    ecs.create_capacity_provider(name="theirs", autoScalingGroupProvider={"autoScalingGroupArn": group(3)})
    ecs.put_cluster_capacity_providers(
        cluster=CLUSTER,
        capacityProviders=[*described(ecs)["capacityProviders"], "theirs"],
        defaultCapacityProviderStrategy=described(ecs)["defaultCapacityProviderStrategy"],
    )
    assert not cluster()["changed"]
    cluster(asg_providers=[])
    assert described(ecs)["capacityProviders"] == ["FARGATE", "FARGATE_SPOT", "theirs"]
    assert [item["name"] for item in providers(ecs, "theirs")] == ["theirs"]


def test_another_environment_is_left_alone(cluster, ecs):
    staging = {"name": f"{CLUSTER}-staging", "asg_providers": [pool(name=f"{POOL}-staging")]}
    cluster()
    cluster(**staging)
    cluster(state="absent")
    assert [item["name"] for item in providers(ecs, f"{POOL}-staging")] == [f"{POOL}-staging"]
    assert not cluster(**staging)["changed"]


def test_provider_of_another_cluster_is_refused(aws, cluster, run_module):
    cluster()
    aws.calls.clear()
    result = run_module("ecs_cluster", name="other", asg_providers=[pool()])
    assert result["msg"] == f"asg_providers {POOL}: is of cluster {CLUSTER}; use another name"
    assert aws.mutating() == []


def test_absent(aws, as_planned, cluster, ecs):
    cluster()
    as_planned(cluster, state="absent")
    calls = [call.split(":")[1] for call in aws.mutating()]
    assert calls == ["PutClusterCapacityProviders", "DeleteCapacityProvider", "DeleteCluster"]
    assert described(ecs)["status"] == "INACTIVE"
    assert not cluster(state="absent")["changed"]
    assert cluster()["changed"]


def test_bad_input_is_refused_before_any_call(refused):
    message = refused("ecs_cluster", name=CLUSTER, asg_providers=[pool(name="ecs-pool")])
    assert message.startswith("asg_providers ecs-pool: ")
