# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import cluster
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput

SCALING = {
    "status": "ENABLED",
    "target_capacity": 100,
    "minimum_scaling_step_size": 1,
    "maximum_scaling_step_size": 10000,
    "instance_warmup_period": 300,
}
PROVIDER = {
    "name": "jitsi-recorder",
    "auto_scaling_group_arn": "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:1:autoScalingGroupName/r",
    "managed_scaling": SCALING,
    "managed_termination_protection": "ENABLED",
    "managed_draining": "ENABLED",
}
OPTIONS = {
    "name": "jitsi-cluster",
    "capacity_providers": ["FARGATE"],
    "asg_providers": [PROVIDER],
    "default_strategy": [],
}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "a b"}, "name a b: is no name of a cluster; use 1 to 255 letters, digits, - and _"),
        ({"capacity_providers": ["SPOT"]}, "capacity_providers SPOT: is not built in; list it under asg_providers"),
        (
            {"asg_providers": [{**PROVIDER, "name": "ecs-pool"}]},
            "asg_providers ecs-pool: begins with aws, ecs or farga",
        ),
        ({"asg_providers": [PROVIDER, PROVIDER]}, "asg_providers jitsi-recorder: is listed twice; remove one"),
        (
            {"asg_providers": [{**PROVIDER, "managed_scaling": {**SCALING, "target_capacity": 0}}]},
            "asg_providers jitsi-recorder: target_capacity 0 is out of range; use 1 to 100",
        ),
        (
            {"asg_providers": [{**PROVIDER, "managed_scaling": {**SCALING, "status": "DISABLED"}}]},
            "asg_providers jitsi-recorder: managed_termination_protection needs managed scaling; ",
        ),
        (
            {"default_strategy": [{"capacity_provider": "FARGATE_SPOT"}]},
            "default_strategy FARGATE_SPOT: is no provider of the cluster; list it there too",
        ),
    ],
)
def test_one_problem_in_words(changed, message):
    with pytest.raises(InvalidInput) as raised:
        cluster.validate({**OPTIONS, **changed})
    assert str(raised.value)[: len(message)] == message
    assert "\n" not in str(raised.value)


def test_no_problem():
    strategy = [{"capacity_provider": "jitsi-recorder"}, {"capacity_provider": "FARGATE"}]
    cluster.validate({**OPTIONS, "default_strategy": strategy})


def test_provider_is_what_was_asked_for():
    settings = cluster.provider_settings(PROVIDER)
    assert settings == {
        "autoScalingGroupArn": PROVIDER["auto_scaling_group_arn"],
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
    assert cluster.provider_fields(settings, {"a": "b"})["managedScaling.targetCapacity"] == 100


def test_cluster_without_anything():
    assert cluster.cluster_fields({}, {}) == {
        "container_insights": "disabled",
        "capacity_providers": [],
        "default_strategy": [],
        "tags": {},
    }


def test_order_and_defaults_of_a_strategy_mean_nothing():
    one = cluster.strategy([{"capacityProvider": "b", "weight": 1}, {"capacityProvider": "a"}])
    other = cluster.strategy(
        [{"capacityProvider": "a", "base": 0, "weight": 0}, {"capacityProvider": "b", "base": 0, "weight": 1}]
    )
    assert one == other
