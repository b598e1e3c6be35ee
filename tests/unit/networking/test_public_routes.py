# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which gateway, table and endpoint is ours, and how their states read."""

from __future__ import annotations

import json
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils.networking import public_routes

NAMED = [{"Key": "Name", "Value": "shop"}]


def gateway(number: int, vpc: str = "", tags: Any = NAMED) -> dict[str, Any]:
    attachments = [{"VpcId": vpc, "State": "available"}] if vpc else []
    return {"InternetGatewayId": f"igw-{number}", "Attachments": attachments, "Tags": tags}


def table(number: int, *subnets: str, routes: Any = (), tags: Any = NAMED, main: bool = False) -> dict[str, Any]:
    associations = [{"SubnetId": s, "RouteTableAssociationId": f"a-{s}", "Main": False} for s in subnets]
    if main:
        associations.append({"RouteTableAssociationId": "a-main", "Main": True})
    return {"RouteTableId": f"rtb-{number}", "Associations": associations, "Routes": list(routes), "Tags": tags}


def endpoint(number: int, *tables: str, tags: Any = NAMED) -> dict[str, Any]:
    return {
        "VpcEndpointId": f"vpce-{number}",
        "ServiceName": "com.amazonaws.eu-west-1.s3",
        "RouteTableIds": list(tables),
        "PolicyDocument": json.dumps(public_routes.FULL_ACCESS),
        "Tags": tags,
    }


def identify(gateways: Any = (), tables: Any = (), endpoints: Any = ()) -> dict[str, str]:
    found = public_routes.identify("shop", "vpc-1", gateways, tables, endpoints)
    return {resource: public_routes.resource_id(described) for resource, described in found.items()}


def test_the_attached_gateway_is_ours_whatever_its_name() -> None:
    assert identify([gateway(1, "vpc-2"), gateway(2, tags=[]), gateway(3, "vpc-1", tags=[])]) == {
        "internet gateway": "igw-3"
    }


def test_what_a_dead_run_left_is_ours_and_a_second_one_is_a_stray() -> None:
    assert identify([gateway(1)]) == {"internet gateway": "igw-1"}
    assert identify([gateway(1), gateway(2, "vpc-1")]) == {
        "internet gateway": "igw-2",
        "stray internet gateway igw-1": "igw-1",
    }


def test_the_table_in_use_is_ours_and_never_the_main_one() -> None:
    assert identify(tables=[table(1, main=True), table(2), table(3, "subnet-1"), table(4, "subnet-2", tags=[])]) == {
        "route table": "rtb-3",
        "stray route table rtb-2": "rtb-2",
    }


def test_an_endpoint_is_ours_by_its_service() -> None:
    assert identify(endpoints=[endpoint(1, tags=[]), endpoint(2), endpoint(3, "rtb-1")]) == {
        "vpc endpoint s3": "vpce-3",
        "stray vpc endpoint s3 vpce-2": "vpce-2",
    }


def test_states_have_names_for_ids_and_leave_out_routes_that_make_themselves() -> None:
    routes = [
        {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "Origin": "CreateRouteTable"},
        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "Origin": "CreateRoute"},
        {"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1", "Origin": "CreateRoute"},
        {"DestinationPrefixListId": "pl-1", "GatewayId": "vpce-1", "Origin": "CreateRoute"},
    ]
    found = public_routes.identify(
        "shop",
        "vpc-1",
        [gateway(1, "vpc-1")],
        [table(1, "subnet-2", "subnet-1", routes=routes)],
        [endpoint(1, "rtb-9", "rtb-1")],
    )
    state = public_routes.state(found, {resource: {"Name": "shop"} for resource in found})
    assert state["internet gateway"]["Vpc"] == "vpc-1"
    assert state["route table"]["Routes"] == {"0.0.0.0/0": "internet gateway", "::/0": "eigw-1"}
    assert state["route table"]["Subnets"] == ["subnet-1", "subnet-2"]
    assert state["vpc endpoint s3"]["RouteTables"] == ["route table", "rtb-9"]
    assert public_routes.route_keys(found["route table"])["::/0"] == {"DestinationIpv6CidrBlock": "::/0"}


def test_what_was_made_as_wanted_reads_as_wanted() -> None:
    routes = [
        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "Origin": "CreateRoute"},
        {"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1", "Origin": "CreateRoute"},
    ]
    found = public_routes.identify(
        "shop", "vpc-1", [gateway(1, "vpc-1")], [table(1, "subnet-1", routes=routes)], [endpoint(1, "rtb-1")]
    )
    wanted = public_routes.wanted("shop", "vpc-1", ["subnet-1", "subnet-1"], True, ["s3"], {"Team": "x"})
    assert public_routes.state(found, {resource: {"Team": "x", "Name": "shop"} for resource in found}) == wanted


def test_resources_are_made_in_an_order_that_works() -> None:
    wanted = public_routes.wanted("shop", "vpc-1", [], False, ["s3", "dynamodb"], {})
    assert list(wanted) == ["internet gateway", "route table", "vpc endpoint s3", "vpc endpoint dynamodb"]
    assert wanted["route table"]["Routes"] == {"0.0.0.0/0": "internet gateway"}
