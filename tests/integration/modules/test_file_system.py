# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module file_system: made, made again, put back, finished after a run that died, removed."""

from __future__ import annotations

import json

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import efs

NAME = "jitsi"


@pytest.fixture
def params(aws):
    """Options of the module, with a network that is there."""
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"us-east-1{zone}")["Subnet"]
        for number, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(GroupName="storage", Description="x", VpcId=vpc)["GroupId"]
    aws.calls.clear()
    return {
        "name": NAME,
        "subnets": {subnet["AvailabilityZone"]: subnet["SubnetId"] for subnet in subnets},
        "security_groups": [group],
        "path": "/certificates",
        "tags": {"Environment": "prod"},
    }


def test_it_is_made_and_then_left_alone(aws, params, as_planned, run_module):
    result = as_planned(run_module, "file_system", **params)
    assert [item["resource"] for item in result["changes"]] == [
        "file system jitsi",
        "access point jitsi",
        "mount target in us-east-1a",
        "mount target in us-east-1b",
    ]
    (found,) = aws.client("efs").describe_file_systems()["FileSystems"]
    assert (found["Encrypted"], found["ThroughputMode"], found["Name"]) == (True, "elastic", NAME)
    (point,) = aws.client("efs").describe_access_points()["AccessPoints"]
    assert point["PosixUser"] == {"Uid": 1000, "Gid": 1000}
    assert point["RootDirectory"]["CreationInfo"]["Permissions"] == "0700"
    policy = json.loads(aws.client("efs").describe_file_system_policy(FileSystemId=result["file_system_id"])["Policy"])
    assert policy["Statement"][0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    aws.calls.clear()
    again = run_module("file_system", **params)
    assert (again["changed"], again["file_system_id"]) == (False, result["file_system_id"])
    assert again["access_point_id"] == result["access_point_id"]
    assert aws.mutating() == []
    assert len(aws.calls) == 6


def test_drift_is_put_back(aws, params, run_module):
    made = run_module("file_system", **params)
    client, file_system = aws.client("efs"), made["file_system_id"]
    client.update_file_system(FileSystemId=file_system, ThroughputMode="bursting")
    client.put_lifecycle_configuration(FileSystemId=file_system, LifecyclePolicies=[])
    client.put_file_system_policy(FileSystemId=file_system, Policy='{"Statement": []}')
    client.tag_resource(ResourceId=file_system, Tags=[{"Key": "Stray", "Value": "x"}])
    target = client.describe_mount_targets(FileSystemId=file_system)["MountTargets"][0]
    default = aws.client("ec2").describe_security_groups(Filters=[{"Name": "group-name", "Values": ["default"]}])
    client.modify_mount_target_security_groups(
        MountTargetId=target["MountTargetId"], SecurityGroups=[default["SecurityGroups"][0]["GroupId"]]
    )
    result = run_module("file_system", **params)
    assert [(item["resource"].split(" ")[0], item["fields"]) for item in result["changes"]] == [
        ("file", ["lifecycle", "policy", "tags", "throughput_mode"]),
        ("mount", ["security_groups"]),
    ]
    assert not run_module("file_system", **params)["changed"]


def test_another_folder_means_another_access_point(aws, params, run_module):
    made = run_module("file_system", **params)
    result = run_module("file_system", **{**params, "path": "/other"})
    assert result["access_point_id"] != made["access_point_id"]
    assert result["file_system_id"] == made["file_system_id"]
    assert len(aws.client("efs").describe_access_points()["AccessPoints"]) == 1


def test_a_stray_mount_target_goes(aws, params, run_module):
    run_module("file_system", **params)
    (zone, subnet), _other = params["subnets"].items()
    result = run_module("file_system", **{**params, "subnets": {zone: subnet}})
    assert [(item["resource"], item["action"]) for item in result["changes"]] == [
        ("mount target in us-east-1b", "delete")
    ]


def test_a_zone_gets_its_mount_target_in_another_subnet(aws, params, run_module):
    made = run_module("file_system", **params)
    vpc = aws.client("ec2").describe_subnets(SubnetIds=[params["subnets"]["us-east-1a"]])["Subnets"][0]["VpcId"]
    other = aws.client("ec2").create_subnet(VpcId=vpc, CidrBlock="10.0.9.0/24", AvailabilityZone="us-east-1a")
    params["subnets"]["us-east-1a"] = other["Subnet"]["SubnetId"]
    result = run_module("file_system", **params)
    assert result["changes"] == [{"resource": "mount target in us-east-1a", "action": "update", "fields": ["subnet"]}]
    targets = aws.client("efs").describe_mount_targets(FileSystemId=made["file_system_id"])["MountTargets"]
    assert {item["SubnetId"] for item in targets} == set(params["subnets"].values())
    assert not run_module("file_system", **params)["changed"]


@pytest.mark.parametrize("call", ["put_lifecycle", "put_policy", "create_access_point", "create_mount_target"])
def test_a_run_that_died_is_finished_by_the_next(aws, params, run_module, monkeypatch, call):
    with monkeypatch.context() as dead:
        dead.setattr(efs, call, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run_module("file_system", **params)
    assert run_module("file_system", **params)["changed"]
    assert not run_module("file_system", **params)["changed"]
    assert len(aws.client("efs").describe_file_systems()["FileSystems"]) == 1


def test_absent_removes_all_of_it_and_nothing_else(params, as_planned, run_module):
    other = {**params, "name": "jitsi-staging"}
    run_module("file_system", **params)
    run_module("file_system", **other)
    assert len(as_planned(run_module, "file_system", name=NAME, state="absent")["changes"]) == 4
    assert not run_module("file_system", name=NAME, state="absent")["changed"]
    assert not run_module("file_system", **other)["changed"]


def test_one_that_is_not_encrypted_is_refused(aws, params, run_module):
    aws.client("efs").create_file_system(CreationToken=NAME, Encrypted=False)
    result = run_module("file_system", **params)
    assert result["failed"]
    assert "is not encrypted" in result["msg"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"path": "certificates"}, "path certificates"),
        ({"user_id": 0}, "which is root"),
        ({"name": "x" * 65}, "1 to 64"),
        ({"subnets": {"a": "subnet-a", "b": "subnet-a"}}, "a subnet of its own"),
    ],
)
def test_bad_input_is_refused_before_any_call(refused, changes, message):
    assert message in refused("file_system", **{"name": NAME, "subnets": {"a": "subnet-a"}, **changes})
