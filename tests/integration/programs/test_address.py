# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The real script by which a bridge learns its address, against a metadata endpoint of our own, and the local AWS or
answers that botocore reads as AWS's."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import EC2QueryParser
from support.programs import ROLE, need
from support.server import AwsServer
from support.task import TASK, FakeTask, fake_task

SCRIPT = (ROLE / "files" / "address.sh").read_text()
INTERFACE = "eni-0123456789abcdef0"
PUBLIC, PRIVATE = "203.0.113.7", "10.90.0.10"


@pytest.fixture
def task() -> Iterator[FakeTask]:
    need("bash", "curl", "jq")
    with fake_task() as server:
        server.ecs["DescribeTasks"] = attached()
        server.ec2 = (200, interface())
        yield server


def attached(*details: dict[str, str]) -> dict[str, Any]:
    """DescribeTasks of a task with an interface that has this detail, and others."""
    own = details or ({"name": "networkInterfaceId", "value": INTERFACE}, {"name": "macAddress", "value": "0e:9e:32"})
    other = {"type": "Service Connect", "details": [{"name": "ContainerName", "value": "ecs"}]}
    return {"tasks": [{"taskArn": TASK, "attachments": [other, {"type": "ElasticNetworkInterface", "details": own}]}]}


def interface(
    association: str = f"<association><ipOwnerId>amazon</ipOwnerId><publicIp>{PUBLIC}</publicIp></association>",
) -> bytes:
    """DescribeNetworkInterfaces, as EC2 writes it."""
    address = f"<privateIpAddress>{PRIVATE}</privateIpAddress>"
    addresses = (
        f"<privateIpAddressesSet><item>{address}<primary>true</primary>{association}</item></privateIpAddressesSet>"
    )
    item = f"<networkInterfaceId>{INTERFACE}</networkInterfaceId>{address}{association}{addresses}"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<DescribeNetworkInterfacesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
        f"<requestId>1</requestId><networkInterfaceSet><item>{item}</item></networkInterfaceSet>"
        "</DescribeNetworkInterfacesResponse>"
    ).encode()


def refusal(code: str) -> bytes:
    """An error of EC2."""
    error = f"<Error><Code>{code}</Code><Message>Request limit exceeded.</Message></Error>"
    return f"<?xml version='1.0'?><Response><Errors>{error}</Errors><RequestID>1</RequestID></Response>".encode()


def run(task: FakeTask, folder: Path, environment: dict[str, str] | None = None, **settings: Any) -> dict[str, Any]:
    """Run it; returns what it printed, how it ended, and what it wrote."""
    given = {
        "platform": "shop",
        "folder": str(folder),
        "cluster": "shop-cluster",
        "region": "us-east-1",
        "ecs": f"{task.url}/ecs/",
        "ec2": f"{task.url}/ec2/",
        "limit": 20,
        "longest": 1,
        "timeout": 5,
        **settings,
    }
    done = subprocess.run(
        ["bash", "-c", SCRIPT, "address", *(f"{key}={value}" for key, value in given.items())],
        env={
            "PATH": os.environ["PATH"],
            "ECS_CONTAINER_METADATA_URI_V4": f"{task.url}/metadata",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{task.url}/credentials",
            **(environment or {}),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "fake" not in done.stdout + done.stderr
    return {
        "line": json.loads(done.stdout),
        "rc": done.returncode,
        "files": {path.name: path.read_text() for path in folder.glob("*")},
    }


def test_it_writes_the_addresses_of_its_own_interface(task: FakeTask, tmp_path: Path) -> None:
    assert run(task, tmp_path) == {
        "line": {"source": "address", "platform": "shop", "found": 1, "tries": 1},
        "rc": 0,
        "files": {"public": PUBLIC, "private": PRIVATE},
    }
    assert [event.what for event in task.of("DescribeTasks")] == [{"cluster": "shop-cluster", "tasks": [TASK]}]
    (asked,) = task.of("ec2")
    assert asked.what == {
        "Action": "DescribeNetworkInterfaces",
        "Version": "2016-11-15",
        "NetworkInterfaceId.1": INTERFACE,
    }


def test_the_answer_is_what_botocore_reads_as_ec2s() -> None:
    """So the script is not judged by an answer that AWS would never give."""
    model = ServiceModel(Loader().load_service_model("ec2", "service-2"))
    shape = model.operation_model("DescribeNetworkInterfaces").output_shape
    parsed = EC2QueryParser().parse({"status_code": 200, "headers": {}, "body": interface()}, shape)
    (found,) = parsed["NetworkInterfaces"]
    assert (found["Association"]["PublicIp"], found["PrivateIpAddress"]) == (PUBLIC, PRIVATE)
    error = EC2QueryParser().parse({"status_code": 503, "headers": {}, "body": refusal("RequestLimitExceeded")}, shape)
    assert error["Error"]["Code"] == "RequestLimitExceeded"


LATE: dict[str, Callable[[FakeTask, bool], None]] = {
    "busy EC2": lambda task, well: setattr(
        task, "ec2", (200, interface()) if well else (503, refusal("RequestLimitExceeded"))
    ),
    "busy ECS": lambda task, well: task.ecs.update(
        DescribeTasks=attached() if well else (400, {"__type": "ThrottlingException"})
    ),
    "late interface": lambda task, well: task.ecs.update(
        DescribeTasks=attached() if well else attached({"name": "subnetId", "value": "subnet-1"})
    ),
    "late address": lambda task, well: setattr(task, "ec2", (200, interface() if well else interface(""))),
}
REASONS = {
    "busy EC2": "ec2:DescribeNetworkInterfaces: RequestLimitExceeded",
    "busy ECS": "ecs:DescribeTasks: ThrottlingException",
    "late interface": "the task has no network interface",
    "late address": f"the network interface {INTERFACE} has no public IPv4 address",
}


@pytest.mark.parametrize("what", LATE)
def test_it_waits_for_what_is_late_and_says_what_never_came(task: FakeTask, tmp_path: Path, what: str) -> None:
    LATE[what](task, False)
    failed = run(task, tmp_path, limit=1)
    assert failed["line"].pop("tries") >= 1
    assert failed == {
        "line": {"source": "address", "platform": "shop", "found": 0, "error": REASONS[what]},
        "rc": 1,
        "files": {},
    }
    # Good from the second look on.
    looks = len(task.events)
    record = task.record

    def mend(kind: str, what_happened: Any) -> None:
        record(kind, what_happened)
        if len(task.events) - looks >= 2:
            LATE[what](task, True)

    task.record = mend  # type: ignore[method-assign]
    late = run(task, tmp_path, limit=50)
    assert (late["rc"], late["line"]["found"], late["files"]["public"]) == (0, 1, PUBLIC)
    assert late["line"]["tries"] > 1


SECOND = "".join(f"<association><publicIp>{address}</publicIp></association>" for address in ("198.51.100.9", PUBLIC))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((200, interface(SECOND)), f"the network interface {INTERFACE} has no public IPv4 address"),
        ((200, interface("<association><publicIp>2001:db8::1</publicIp></association>")), "no public IPv4 address"),
        ((200, b"<html>"), "no public IPv4 address"),
        ((403, refusal("UnauthorizedOperation")), "ec2:DescribeNetworkInterfaces: UnauthorizedOperation"),
        ((500, b""), "ec2:DescribeNetworkInterfaces: no answer"),
    ],
)
def test_a_doubtful_answer_is_no_address(task: FakeTask, tmp_path: Path, answer: Any, error: str) -> None:
    task.ec2 = answer
    failed = run(task, tmp_path, limit=0)
    assert (failed["rc"], failed["files"]) == (1, {})
    assert error in failed["line"]["error"]


def test_it_fails_without_metadata_or_room(task: FakeTask, tmp_path: Path) -> None:
    failed = run(task, tmp_path, {"ECS_CONTAINER_METADATA_URI_V4": f"{task.url}/nothing"}, limit=0)
    assert failed["line"]["error"] == "the metadata of the task does not name the task"
    failed = run(task, tmp_path / "missing", limit=0)
    assert (failed["rc"], failed["line"]["error"]) == (1, f"{tmp_path}/missing cannot be written")


def test_an_emulator_of_others_answers_the_same_way(aws_server: AwsServer, task: FakeTask, tmp_path: Path) -> None:
    """The task has an interface, as Fargate makes it; the script asks, signed."""
    ec2, ecs = aws_server.client("ec2"), aws_server.client("ecs")
    vpc = ec2.create_vpc(CidrBlock="10.90.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.90.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="bridge", Description="bridge", VpcId=vpc)["GroupId"]
    ecs.create_cluster(clusterName="shop-cluster")
    ecs.register_task_definition(
        family="shop-bridge",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "jvb", "image": "jvb:1", "memory": 256}],
    )
    started = ecs.run_task(
        cluster="shop-cluster",
        taskDefinition="shop-bridge",
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group]}},
    )["tasks"][0]
    task.arn = started["taskArn"]
    details = {detail["name"]: detail["value"] for detail in started["attachments"][0]["details"]}
    urls = {"ecs": f"{aws_server.url}/", "ec2": f"{aws_server.url}/"}
    # The emulator gives such an interface no address by itself, and so it is as one without.
    without = run(task, tmp_path, limit=0, **urls)
    assert without["line"]["error"].endswith(f"{details['networkInterfaceId']} has no public IPv4 address")
    address = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=address["AllocationId"], NetworkInterfaceId=details["networkInterfaceId"])
    found = run(task, tmp_path, limit=0, **urls)
    assert found["files"] == {"public": address["PublicIp"], "private": details["privateIPv4Address"]}
