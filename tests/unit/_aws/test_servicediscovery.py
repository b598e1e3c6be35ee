# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Cloud Map: checks, states, and how its answers to a creation are taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import boto3
import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import servicediscovery as api
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import service_discovery
from botocore.exceptions import ClientError, WaiterError
from botocore.stub import Stubber


def service(name: str = "xmpp", **fields: Any) -> dict[str, Any]:
    defaults = {"ttl": 10, "record_types": ["A"], "routing_policy": "MULTIVALUE", "custom_health": True}
    return {"name": name, **defaults, **fields}


@pytest.mark.parametrize("namespace", ["jitsi.internal", "a-b.c_d.e", "0.x", "a" * 63 + ".internal"])
def test_names_that_cloud_map_takes(namespace: str) -> None:
    service_discovery.check(namespace, 10, [service("xmpp"), service("_xmpp._tcp")])


@pytest.mark.parametrize(
    ("namespace", "negative_ttl", "services", "message"),
    [
        ("internal", 10, [], "namespace internal"),
        ("Jitsi.internal", 10, [], "namespace Jitsi.internal"),
        ("jitsi..internal", 10, [], "namespace jitsi..internal"),
        ("-a.internal", 10, [], "namespace -a.internal"),
        ("a" * 64 + ".internal", 10, [], "namespace aaa"),
        (".".join(["a" * 60] * 5), 10, [], "namespace aaa"),
        ("a.b", -1, [], "negative_ttl -1"),
        ("a.b", 10, [service("X")], "services X"),
        ("a.b", 10, [service("x y")], "services x y"),
        ("a.b", 10, [service("x"), service("x")], "more than once"),
        ("a.b", 10, [service("x", ttl=-1)], "services x: ttl -1"),
        ("a.b", 10, [service("x", ttl=2**31)], "services x: ttl 2147483648"),
    ],
)
def test_names_that_cloud_map_refuses(namespace: str, negative_ttl: int, services: Any, message: str) -> None:
    with pytest.raises(InvalidInput) as error:
        service_discovery.check(namespace, negative_ttl, services)
    assert message in str(error.value)


@pytest.mark.parametrize(("vpc_id", "planned"), [("vpc-0a1b", False), ("vpc-planned", True), ("", True), ("x", True)])
def test_a_placeholder_is_no_vpc(vpc_id: str, planned: bool) -> None:
    assert service_discovery.is_planned(vpc_id) is planned


def test_a_request_has_one_id_for_each_namespace_and_vpc() -> None:
    ids = {service_discovery.request_id(name, vpc) for name in ("a.b", "a.c") for vpc in ("vpc-1", "vpc-2")}
    assert len(ids) == 4
    assert service_discovery.request_id("a.b", "vpc-1") in ids
    assert {len(value) for value in ids} == {64}


def test_the_namespace_is_the_one_whose_zone_the_vpc_resolves() -> None:
    namespaces = [{"Id": f"ns-{n}", "Properties": {"DnsProperties": {"HostedZoneId": f"Z{n}"}}} for n in (1, 2)]
    found = service_discovery.choose(namespaces, ["Z9", "Z2"])
    assert found is not None
    assert found["Id"] == "ns-2"
    assert service_discovery.choose(namespaces, ["Z9"]) is None


def test_what_was_made_as_wanted_reads_as_wanted() -> None:
    wanted = service_discovery.wanted("a.b", "vpc-1", 10, [service()], {"Team": "x"})
    tags = {"Team": "x", "Name": "a.b"}
    namespace = {"Properties": {"DnsProperties": {"HostedZoneId": "Z1", "SOA": {"TTL": 10}}}}
    assert service_discovery.namespace_fields(namespace, "vpc-1", tags) == wanted["namespace a.b"]
    described = {
        "DnsConfig": {"RoutingPolicy": "MULTIVALUE", "DnsRecords": service_discovery.records(wanted["service xmpp"])},
        "HealthCheckCustomConfig": {"FailureThreshold": 1},
    }
    assert service_discovery.service_fields(described, {**tags, "Name": "xmpp.a.b"}) == wanted["service xmpp"]


def test_records_of_different_ttls_differ_from_any() -> None:
    records = [{"Type": "A", "TTL": 10}, {"Type": "AAAA", "TTL": 60}]
    assert service_discovery.service_fields({"DnsConfig": {"DnsRecords": records}}, {})["TTL"] is None


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"RoutingPolicy": "WEIGHTED"}, "routing_policy MULTIVALUE: the service xmpp has WEIGHTED"),
        ({"CustomHealth": False}, "custom_health True"),
        ({"Types": ["A", "AAAA"]}, "record_types ['A']"),
    ],
)
def test_what_cloud_map_cannot_change_is_an_error(fields: dict[str, Any], message: str) -> None:
    wanted = service_discovery.wanted("a.b", "vpc-1", 10, [service()], {})
    current = {**wanted, "service xmpp": {**wanted["service xmpp"], **fields}}
    with pytest.raises(InvalidInput) as error:
        service_discovery.check_changes(compare(current, wanted))
    assert message in str(error.value)


def test_creations_deletions_and_ttls_are_no_error() -> None:
    wanted = service_discovery.wanted("a.b", "vpc-1", 10, [service()], {})
    current = {**wanted, "service xmpp": {**wanted["service xmpp"], "TTL": 300}}
    for before, after in ((current, wanted), ({}, wanted), (wanted, {})):
        service_discovery.check_changes(compare(before, after, prune=True))


def test_a_service_in_use_is_not_deleted() -> None:
    service_discovery.check_deletion([{"Name": "a", "InstanceCount": 0}, {"Name": "b"}])
    with pytest.raises(InvalidInput, match="the service b still has 2 registered"):
        service_discovery.check_deletion([{"Name": "a"}, {"Name": "b", "InstanceCount": 2}])


# --- Answers of Cloud Map


@pytest.fixture
def sleep() -> Iterator[mock.Mock]:
    with mock.patch("time.sleep") as patched:
        yield patched


@pytest.fixture
def stubbed(sleep: mock.Mock) -> Iterator[tuple[Any, Stubber]]:
    client = boto3.client("servicediscovery", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def operation(status: str, **fields: Any) -> dict[str, Any]:
    return {"Operation": {"Id": "op-1", "Type": "CREATE_NAMESPACE", "Status": status, **fields}}


def create(client: Any) -> dict[str, Any]:
    return api.create_namespace(client, "a.b", "vpc-1", "token", 10, {"Name": "a.b"})


NAMESPACE = {"Namespace": {"Id": "ns-1", "Arn": "arn", "Name": "a.b"}}


def test_a_creation_is_waited_for(stubbed: tuple[Any, Stubber], sleep: mock.Mock) -> None:
    client, stubber = stubbed
    stubber.add_response(
        "create_private_dns_namespace",
        {"OperationId": "op-1"},
        {
            "Name": "a.b",
            "Vpc": "vpc-1",
            "CreatorRequestId": "token",
            "Properties": {"DnsProperties": {"SOA": {"TTL": 10}}},
            "Tags": [{"Key": "Name", "Value": "a.b"}],
        },
    )
    for status in ("SUBMITTED", "PENDING"):
        stubber.add_response("get_operation", operation(status))
    stubber.add_response("get_operation", operation("SUCCESS", Targets={"NAMESPACE": "ns-1"}))
    stubber.add_response("get_namespace", NAMESPACE, {"Id": "ns-1"})
    assert create(client)["Id"] == "ns-1"
    assert [call.args[0] for call in sleep.call_args_list] == [0, api.DELAY_SECONDS, api.DELAY_SECONDS]


def test_a_failed_operation_says_why(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    stubber.add_response("create_private_dns_namespace", {"OperationId": "op-1"})
    stubber.add_response(
        "get_operation", operation("FAIL", ErrorCode="CANNOT_CREATE_HOSTED_ZONE", ErrorMessage="overlapping name space")
    )
    with pytest.raises(WaiterError, match="CREATE_NAMESPACE op-1 failed: CANNOT_CREATE_HOSTED_ZONE: overlapping"):
        create(client)


def test_waiting_has_an_end(stubbed: tuple[Any, Stubber], sleep: mock.Mock) -> None:
    client, stubber = stubbed
    for _ in range(api.ATTEMPTS):
        stubber.add_response("get_operation", operation("PENDING"))
    with pytest.raises(WaiterError, match="still PENDING after 300 seconds"):
        api.wait(client, "op-1")
    assert sum(call.args[0] for call in sleep.call_args_list) < 300


def test_an_operation_under_way_is_waited_for(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    stubber.add_client_error(
        "create_private_dns_namespace", "DuplicateRequest", modeled_fields={"DuplicateOperationId": "op-0"}
    )
    stubber.add_response("get_operation", operation("SUCCESS", Targets={"NAMESPACE": "ns-1"}), {"OperationId": "op-0"})
    stubber.add_response("get_namespace", NAMESPACE, {"Id": "ns-1"})
    assert create(client)["Id"] == "ns-1"


def test_a_namespace_of_the_same_request_is_taken(stubbed: tuple[Any, Stubber]) -> None:
    client, stubber = stubbed
    stubber.add_client_error(
        "create_private_dns_namespace",
        "NamespaceAlreadyExists",
        modeled_fields={"NamespaceId": "ns-1", "CreatorRequestId": "token"},
    )
    stubber.add_response("get_namespace", NAMESPACE, {"Id": "ns-1"})
    assert create(client)["Id"] == "ns-1"


@pytest.mark.parametrize("fields", [{"NamespaceId": "ns-1", "CreatorRequestId": "another"}, {}])
def test_a_namespace_of_another_request_is_not(stubbed: tuple[Any, Stubber], fields: dict[str, str]) -> None:
    client, stubber = stubbed
    stubber.add_client_error("create_private_dns_namespace", "NamespaceAlreadyExists", modeled_fields=fields)
    with pytest.raises(ClientError, match="NamespaceAlreadyExists"):
        create(client)


def test_the_zones_of_a_vpc_come_in_pages() -> None:
    pages = [
        {"HostedZoneSummaries": [{"HostedZoneId": "Z1"}], "NextToken": "more"},
        {"HostedZoneSummaries": [{"HostedZoneId": "Z2"}]},
    ]
    client = mock.Mock()
    client.list_hosted_zones_by_vpc.side_effect = lambda **request: pages["NextToken" in request]
    assert api.zones_of_vpc(client, "vpc-1", "us-east-1") == ["Z1", "Z2"]
