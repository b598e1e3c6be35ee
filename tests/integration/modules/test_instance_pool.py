# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import base64

import pytest

NAME = "jitsi-recorder"


@pytest.fixture
def options(aws):
    ec2 = aws.client("ec2")
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"][:2]]
    group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    return {
        "name": NAME,
        "instance_type": "c6i.xlarge",
        "instance_profile": "jitsi-recorder-instance",
        "security_groups": [group],
        "subnets": subnets,
        "max_size": 2,
        "user_data": "#!/bin/bash\ntrue\n",
        "tags": {"Name": "jitsi"},
    }


@pytest.fixture
def pool(run_well, options):
    return lambda **changed: run_well("instance_pool", **{**options, **changed})


def test_check_mode_tells_what_the_run_then_does(as_planned, pool):
    done = as_planned(pool)
    assert [change["resource"] for change in done["changes"]] == [
        f"launch template {NAME}",
        f"auto scaling group {NAME}",
    ]
    assert ":autoScalingGroup:" in done["arn"]


def test_second_run_changes_nothing_with_two_calls(aws, pool):
    first = pool()
    second = pool()
    assert second["diff"] == {"before": {}, "after": {}}
    assert second["arn"] == first["arn"]
    assert len(aws.calls) == 2


def test_group_starts_empty_and_keeps_what_ecs_set(aws, pool):
    pool()
    autoscaling = aws.client("autoscaling")
    group = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]
    assert (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]) == (0, 0, 2)
    assert group["NewInstancesProtectedFromScaleIn"]
    assert {tag["Key"]: tag["PropagateAtLaunch"] for tag in group["Tags"]} == {"Name": True, "AmazonECSManaged": True}
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=NAME, DesiredCapacity=1)
    pool(max_size=3)
    group = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]
    assert (group["DesiredCapacity"], group["MaxSize"]) == (1, 3)


@pytest.mark.parametrize(
    ("changed", "resource", "fields"),
    [
        ({"instance_type": "c6i.2xlarge"}, "launch template", ["instance_type"]),
        ({"user_data": "#!/bin/bash\nfalse\n"}, "launch template", ["user_data"]),
        ({"volume_size": 100}, "launch template", ["block_device_mappings"]),
        ({"max_size": 4}, "auto scaling group", ["max_size"]),
    ],
)
def test_changed_options_are_seen_planned_and_applied(as_planned, pool, changed, resource, fields):
    pool()
    expected = [{"resource": f"{resource} {NAME}", "action": "update", "fields": fields}]
    assert as_planned(pool, **changed)["changes"] == expected
    assert not pool(**changed)["changed"]


def test_drift_of_the_group_is_put_back_and_foreign_tags_stay(aws, pool):
    pool()
    autoscaling = aws.client("autoscaling")
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=NAME, NewInstancesProtectedFromScaleIn=False, MaxSize=9)
    autoscaling.create_or_update_tags(
        Tags=[{"ResourceId": NAME, "ResourceType": "auto-scaling-group", "Key": "other", "Value": "x"}]
    )
    done = pool()
    assert done["changes"][0]["fields"] == ["max_size", "new_instances_protected_from_scale_in"]
    assert not pool()["changed"]
    tags = autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["Tags"]
    assert "other" in {tag["Key"] for tag in tags}


def test_tags_that_are_numbers_become_text(aws, pool):
    assert pool(tags={"CostCenter": 4711})["changed"]
    (group,) = aws.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert ("CostCenter", "4711") in {(tag["Key"], tag["Value"]) for tag in group["Tags"]}
    assert not pool(tags={"CostCenter": 4711})["changed"]


def test_template_is_hardened(aws, pool):
    pool()
    version = aws.client("ec2").describe_launch_template_versions(LaunchTemplateName=NAME, Versions=["$Latest"])
    data = version["LaunchTemplateVersions"][0]["LaunchTemplateData"]
    assert data["MetadataOptions"]["HttpTokens"] == "required"
    assert data["BlockDeviceMappings"][0]["Ebs"]["Encrypted"]
    assert base64.b64decode(data["UserData"]).decode() == "#!/bin/bash\ntrue\n"


def test_absent_removes_both_and_only_once(aws, pool, run_module):
    pool()
    done = run_module("instance_pool", name=NAME, state="absent")
    assert [change["resource"] for change in done["changes"]] == [
        f"auto scaling group {NAME}",
        f"launch template {NAME}",
    ]
    assert not run_module("instance_pool", name=NAME, state="absent")["changed"]


def test_died_between_template_and_group_is_finished(aws, pool):
    pool()
    aws.client("autoscaling").delete_auto_scaling_group(AutoScalingGroupName=NAME, ForceDelete=True)
    assert [change["resource"] for change in pool()["changes"]] == [f"auto scaling group {NAME}"]


def test_bad_size_is_refused_before_any_call(refused, options):
    assert refused("instance_pool", **{**options, "max_size": 0}).startswith("max_size 0:")
