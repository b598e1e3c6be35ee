# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module service_discovery on the emulated AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.server import AwsServer

Run = Callable[..., dict[str, Any]]
NAME = "jitsi.internal"


@pytest.fixture
def vpc(aws: AwsServer) -> str:
    return new_vpc(aws)


def new_vpc(aws: AwsServer) -> str:
    vpc_id: str = aws.client("ec2").create_vpc(CidrBlock="10.90.0.0/16")["Vpc"]["VpcId"]
    aws.calls.clear()
    return vpc_id


def arguments(vpc_id: str, **more: Any) -> dict[str, Any]:
    return {"namespace": NAME, "vpc_id": vpc_id, "services": [{"name": "xmpp"}], "tags": {"Team": "x"}, **more}


def services(aws: AwsServer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = aws.client("servicediscovery").list_services()["Services"]
    return found


def test_plan_create_and_keep(aws: AwsServer, vpc: str, as_planned: Run, run_module: Run) -> None:
    created = as_planned(run_module, "service_discovery", **arguments(vpc))
    assert [(change["action"], change["resource"]) for change in created["changes"]] == [
        ("create", f"namespace {NAME}"),
        ("create", "service xmpp"),
    ]
    assert created["namespace_arn"].endswith(created["namespace_id"])
    assert created["services"]["xmpp"]["arn"].endswith(created["services"]["xmpp"]["id"])

    aws.calls.clear()
    again = run_module("service_discovery", **arguments(vpc))
    assert not again["changed"]
    assert len(aws.calls) == 5, aws.calls
    assert {key: again[key] for key in ("namespace_id", "namespace_arn", "services")} == {
        key: created[key] for key in ("namespace_id", "namespace_arn", "services")
    }


def test_ecs_can_register_with_the_service(aws: AwsServer, vpc: str, run_module: Run) -> None:
    run_module("service_discovery", **arguments(vpc))
    (service,) = services(aws)
    assert service["DnsConfig"]["RoutingPolicy"] == "MULTIVALUE"
    assert service["DnsConfig"]["DnsRecords"] == [{"Type": "A", "TTL": 10}]
    assert service["HealthCheckCustomConfig"] == {"FailureThreshold": 1}
    (namespace,) = aws.client("servicediscovery").list_namespaces()["Namespaces"]
    assert namespace["Properties"]["DnsProperties"]["SOA"] == {"TTL": 10}


def test_a_vpc_that_is_only_planned(aws: AwsServer, vpc: str, run_module: Run) -> None:
    run_module("service_discovery", **arguments(vpc))
    aws.calls.clear()
    planned = run_module("service_discovery", _check=True, **arguments("vpc-planned"))
    assert [change["action"] for change in planned["changes"]] == ["create", "create"]
    assert (planned["namespace_id"], planned["services"]) == ("", {})
    assert aws.calls == []


def test_drift_is_put_back(aws: AwsServer, vpc: str, as_planned: Run, run_module: Run) -> None:
    made = run_module("service_discovery", **arguments(vpc))
    api = aws.client("servicediscovery")
    records = {"DnsRecords": [{"Type": "A", "TTL": 300}]}
    api.update_service(Id=made["services"]["xmpp"]["id"], Service={"DnsConfig": records})
    soa = {"Properties": {"DnsProperties": {"SOA": {"TTL": 900}}}}
    api.update_private_dns_namespace(Id=made["namespace_id"], Namespace=soa)
    api.tag_resource(ResourceARN=made["namespace_arn"], Tags=[{"Key": "stray", "Value": "x"}])
    api.untag_resource(ResourceARN=made["services"]["xmpp"]["arn"], TagKeys=["Team"])

    fixed = as_planned(run_module, "service_discovery", **arguments(vpc))
    assert [(change["resource"], change["fields"]) for change in fixed["changes"]] == [
        (f"namespace {NAME}", ["negative_ttl", "tags"]),
        ("service xmpp", ["ttl", "tags"]),
    ]
    assert not run_module("service_discovery", **arguments(vpc))["changed"]


def test_what_cannot_be_changed_is_an_error_before_any_change(aws: AwsServer, vpc: str, run_module: Run) -> None:
    run_module("service_discovery", **arguments(vpc))
    aws.calls.clear()
    wanted = arguments(vpc, negative_ttl=60, services=[{"name": "xmpp", "routing_policy": "WEIGHTED"}])
    failed = run_module("service_discovery", **wanted)
    assert "routing_policy WEIGHTED: the service xmpp has MULTIVALUE" in failed["msg"]
    assert not aws.mutating()


def test_bad_input_is_refused_before_the_first_call(refused: Callable[..., str]) -> None:
    assert "namespace internal" in refused("service_discovery", **arguments("vpc-1", namespace="internal"))


def test_two_vpcs_may_have_the_same_names(aws: AwsServer, vpc: str, run_module: Run) -> None:
    other_vpc = new_vpc(aws)
    first = run_module("service_discovery", **arguments(vpc))
    second = run_module("service_discovery", **arguments(other_vpc))
    assert first["namespace_id"] != second["namespace_id"]
    assert not run_module("service_discovery", **arguments(vpc))["changed"]
    run_module("service_discovery", **arguments(vpc, state="absent"))
    kept = run_module("service_discovery", **arguments(other_vpc))
    assert (kept["changed"], kept["namespace_id"]) == (False, second["namespace_id"])


def test_a_zone_in_the_way_is_an_error_that_says_so(aws: AwsServer, vpc: str, run_module: Run) -> None:
    aws.client("route53").create_hosted_zone(
        Name=NAME,
        CallerReference="x",
        VPC={"VPCId": vpc, "VPCRegion": "us-east-1"},
        HostedZoneConfig={"PrivateZone": True},
    )
    failed = run_module("service_discovery", **arguments(vpc))
    assert failed["failed"]
    assert "is already associated with another" in failed["msg"]


def test_a_run_that_died_after_asking_for_the_namespace(aws: AwsServer, vpc: str, run_module: Run) -> None:
    from ansible_collections.meetops.jitsi.plugins.module_utils.networking import service_discovery

    api = aws.client("servicediscovery")
    # The same request, so Cloud Map answers with the operation that is under way.
    api.create_private_dns_namespace(
        Name=NAME, Vpc=vpc, CreatorRequestId=service_discovery.request_id(NAME, vpc), Tags=[]
    )
    run_module("service_discovery", **arguments(vpc))
    assert len(api.list_namespaces()["Namespaces"]) == 1
    assert len(services(aws)) == 1
    assert not run_module("service_discovery", **arguments(vpc))["changed"]


def test_absent_leaves_nothing(aws: AwsServer, vpc: str, as_planned: Run, run_module: Run) -> None:
    made = run_module("service_discovery", **arguments(vpc))
    api = aws.client("servicediscovery")
    api.create_service(Name="another", NamespaceId=made["namespace_id"], DnsConfig={"DnsRecords": []})
    removed = as_planned(run_module, "service_discovery", **arguments(vpc, state="absent"))
    assert [change["resource"] for change in removed["changes"]] == [
        "service another",
        "service xmpp",
        f"namespace {NAME}",
    ]
    assert (removed["namespace_id"], removed["services"]) == ("", {})
    assert api.list_namespaces()["Namespaces"] == services(aws) == []
    assert aws.client("route53").list_hosted_zones()["HostedZones"] == []
    assert not run_module("service_discovery", **arguments(vpc, state="absent"))["changed"]


def test_a_namespace_in_use_is_not_deleted(aws: AwsServer, vpc: str, run_module: Run) -> None:
    made = run_module("service_discovery", **arguments(vpc))
    aws.client("servicediscovery").register_instance(
        ServiceId=made["services"]["xmpp"]["id"], InstanceId="task", Attributes={"AWS_INSTANCE_IPV4": "10.90.0.4"}
    )
    aws.calls.clear()
    failed = run_module("service_discovery", **arguments(vpc, state="absent"), wait_timeout=3)
    assert "the service xmpp still has 1 registered instance" in failed["msg"]
    assert not aws.mutating()
