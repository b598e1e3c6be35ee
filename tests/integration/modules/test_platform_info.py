# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest

NAME = "jitsi"
ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@pytest.fixture
def platform(aws, run_well):
    def run(**options):
        result = run_well("platform_info", **{"name": NAME, **options})
        assert aws.mutating() == []
        return result["platform"]

    return run


def build_network(aws, name):
    """A VPC with two subnets, and its three groups."""
    ec2 = aws.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.90.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": name}])
    subnets = []
    for number, zone in enumerate(("us-east-1b", "us-east-1a")):
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.90.{number}.0/24", AvailabilityZone=zone)["Subnet"]
        ec2.create_tags(Resources=[subnet["SubnetId"]], Tags=[{"Key": "Name", "Value": f"{name}-{zone}"}])
        subnets.insert(0, subnet["SubnetId"])
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.90.9.0/24", AvailabilityZone="us-east-1a")
    groups = {
        kind: ec2.create_security_group(GroupName=f"{name}-{kind}", Description=kind, VpcId=vpc)["GroupId"]
        for kind in ("signalling", "bridge", "recorder")
    }
    return {"vpc_id": vpc, "subnet_ids": subnets, "security_group_ids": groups}


def build_services(aws, name):
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName=f"{name}-cluster")
    ecs.register_task_definition(family=name, containerDefinitions=[{"name": "a", "image": "a:1", "memory": 8}])
    for service in ("service", "bridge"):
        ecs.create_service(
            cluster=f"{name}-cluster", serviceName=f"{name}-{service}", taskDefinition=name, desiredCount=0
        )


def build_targets(aws, name):
    aws.client("application-autoscaling").register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{name}-cluster/{name}-bridge",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=0,
        MaxCapacity=3,
    )


def test_empty_account_gives_placeholders(platform):
    found = platform()
    assert {key: value for key, value in found.items() if key not in ("services", "missing")} == {
        "name": NAME,
        "account_id": ACCOUNT,
        "partition": "aws",
        "region": "us-east-1",
        "cluster_arn": f"arn:aws:ecs:us-east-1:{ACCOUNT}:cluster/jitsi-cluster",
        "vpc_id": "vpc-planned",
        "subnet_ids": ["subnet-planned-a", "subnet-planned-b"],
        "security_group_ids": {
            "signalling": "sg-planned-signalling",
            "bridge": "sg-planned-bridge",
            "recorder": "sg-planned-recorder",
        },
        "secret_arn": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:jitsi-jitsi-secrets-planned",
        "namespace_id": "ns-planned",
        "discovery_service_arn": f"arn:aws:servicediscovery:us-east-1:{ACCOUNT}:service/srv-planned",
        "file_system_id": "fs-planned",
        "access_point_id": "fsap-planned",
        "state": "absent",
        "scalable_targets": {},
    }
    assert found["missing"] == [
        "vpc jitsi",
        "subnets",
        "security group jitsi-signalling",
        "security group jitsi-bridge",
        "security group jitsi-recorder",
        "secret jitsi-jitsi-secrets",
        "namespace jitsi.internal",
        "discovery service xmpp.jitsi.internal",
        "file system jitsi",
        "access point jitsi",
        "service jitsi-service",
        "service jitsi-bridge",
        "service jitsi-recorder",
        "scalable target service/jitsi-cluster/jitsi-service",
        "scalable target service/jitsi-cluster/jitsi-bridge",
        "scalable target service/jitsi-cluster/jitsi-recorder",
    ]


def test_each_environment_finds_its_own(aws, platform, run_well):
    built = {}
    for name in ("jitsi", "jitsi-staging"):
        built[name] = build_network(aws, name)
        vpc_id = built[name]["vpc_id"]
        run_well("service_discovery", namespace=f"{name}.internal", vpc_id=vpc_id, services=[{"name": "xmpp"}])
        secret = aws.client("secretsmanager").create_secret(
            Name=f"{name}-jitsi-secrets", SecretString="{}", KmsKeyId=KEY
        )
        built[name]["secret_arn"] = secret["ARN"]
        build_services(aws, name)
        build_targets(aws, name)
    for name, expected in built.items():
        found = platform(name=name)
        assert {key: found[key] for key in expected} == expected
        assert found["namespace_id"].startswith("ns-")
        assert found["namespace_id"] != "ns-planned"
        assert ":service/srv-" in found["discovery_service_arn"]
        assert found["services"]["bridge"] == {
            "name": f"{name}-bridge",
            "desired": 0,
            "running": 0,
            "pending": 0,
            "rollout_state": "COMPLETED",
            "task_definition": f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/{name}:1",
        }
        assert found["scalable_targets"] == {"bridge": {"min": 0, "max": 3}}
        assert found["state"] == "asleep"
        assert found["missing"] == [
            f"file system {name}",
            f"access point {name}",
            f"service {name}-recorder",
            f"scalable target service/{name}-cluster/{name}-service",
            f"scalable target service/{name}-cluster/{name}-recorder",
        ]


def test_awake(aws, platform):
    build_services(aws, NAME)
    aws.client("ecs").update_service(cluster="jitsi-cluster", service="jitsi-service", desiredCount=1)
    found = platform(include=["services"])
    assert found["state"] == "awake"
    assert found["services"]["signalling"]["desired"] == 1


@pytest.mark.parametrize(
    ("include", "calls"),
    [
        (["network"], ["ec2:DescribeVpcs"]),
        (["secret"], ["secretsmanager:DescribeSecret"]),
        (["discovery"], ["servicediscovery:ListNamespaces"]),
        (["services"], ["ecs:DescribeServices"]),
        (["targets"], ["application-autoscaling:DescribeScalableTargets"]),
    ],
)
def test_each_part_costs_only_its_own_calls(aws, platform, include, calls):
    platform(include=include)
    assert aws.calls == ["sts:GetCallerIdentity", *calls]


def test_secret_that_is_being_deleted_is_missing(aws, platform):
    client = aws.client("secretsmanager")
    client.create_secret(Name="jitsi-jitsi-secrets", SecretString="{}")
    client.delete_secret(SecretId="jitsi-jitsi-secrets", RecoveryWindowInDays=7)
    assert platform(include=["secret"])["missing"] == ["secret jitsi-jitsi-secrets"]


def test_namespace_of_another_vpc_is_left_alone(aws, platform, run_module):
    other, ours = build_network(aws, "other"), build_network(aws, NAME)
    for vpc in (other, ours):
        run_module("service_discovery", namespace="jitsi.internal", vpc_id=vpc["vpc_id"], services=[{"name": "xmpp"}])
    namespaces = aws.client("servicediscovery").list_namespaces()["Namespaces"]
    assert platform(include=["discovery"])["namespace_id"] == namespaces[-1]["Id"]
    assert len(namespaces) == 2


def test_two_vpcs_of_one_name_are_an_error(aws, run_module):
    build_network(aws, NAME)
    build_network(aws, NAME)
    result = run_module("platform_info", name=NAME)
    assert result["msg"] == "name jitsi: 2 VPCs have this Name tag; rename or remove the others"
