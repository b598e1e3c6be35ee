# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module dns_records: made, made again, put back, left to their owner, removed."""

from __future__ import annotations

from typing import Any

import pytest

ALIAS = {"name": "d1.cloudfront.net", "zone_id": "Z2FDTNDATAQYW2"}
RECORDS: list[dict[str, Any]] = [
    {"name": "meet.example.com", "alias": ALIAS},
    {"name": "meet.example.com", "type": "AAAA", "alias": ALIAS},
    {"name": "meet.example.com", "type": "CAA", "values": ['0 issue "amazon.com"', '0 issue "letsencrypt.org"']},
    {"name": "origin.meet.example.com", "ttl": 10, "values": ["192.0.2.1"], "keep": "create"},
    {"name": "turn.meet.example.com", "ttl": 10, "values": ["192.0.2.1"], "keep": "create"},
]
PARAMS: dict[str, Any] = {"zone": "example.com", "records": RECORDS}


@pytest.fixture
def zone(aws) -> str:
    """A public zone with records of others, and a private one of the same name."""
    route53 = aws.client("route53")
    vpc = {"VPCRegion": "us-east-1", "VPCId": aws.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]}
    route53.create_hosted_zone(Name="example.com", CallerReference="1", VPC=vpc, HostedZoneConfig={"PrivateZone": True})
    zone_id = route53.create_hosted_zone(Name="example.com", CallerReference="2")["HostedZone"]["Id"]
    for name in ("www.example.com", "meet-too.example.com", "aaa.example.com"):
        upsert(aws, zone_id, name, "A", "203.0.113.1")
    aws.calls.clear()
    return zone_id


def upsert(aws, zone_id: str, name: str, kind: str, *values: str) -> None:
    """Write a record by hand."""
    record = {"Name": name, "Type": kind, "TTL": 10, "ResourceRecords": [{"Value": value} for value in values]}
    change = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    aws.client("route53").change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=change)


def read(aws, zone_id: str) -> dict[str, Any]:
    """All records of the zone: "<type> <name>" -> values, or the name of an alias."""
    found = aws.client("route53").list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    return {
        f"{item['Type']} {item['Name']}": sorted(value["Value"] for value in item.get("ResourceRecords", []))
        or item["AliasTarget"]["DNSName"]
        for item in found
        if item["Type"] not in ("NS", "SOA")
    }


def test_records_are_made_and_then_left_alone(aws, zone, as_planned, run_module):
    result = as_planned(run_module, "dns_records", **PARAMS)
    assert len(result["changes"]) == 5
    assert zone.endswith(result["zone_id"])
    records = read(aws, zone)
    assert records["A meet.example.com."].rstrip(".") == "d1.cloudfront.net"
    assert records["CAA meet.example.com."] == ['0 issue "amazon.com"', '0 issue "letsencrypt.org"']
    assert records["A www.example.com."] == ["203.0.113.1"]
    aws.calls.clear()
    assert not run_module("dns_records", **PARAMS)["changed"]
    assert aws.calls == ["route53:ListHostedZonesByName", "route53:ListResourceRecordSets"]
    aws.calls.clear()
    assert not run_module("dns_records", zone_id=result["zone_id"], records=RECORDS)["changed"]
    assert aws.calls == ["route53:ListResourceRecordSets"]


def test_drift_is_put_back_and_live_addresses_stay(aws, zone, run_module):
    run_module("dns_records", **PARAMS)
    upsert(aws, zone, "origin.meet.example.com", "A", "198.51.100.7")
    upsert(aws, zone, "meet.example.com", "CAA", '0 issue "other.example"')
    result = run_module("dns_records", **PARAMS)
    assert [item["resource"] for item in result["changes"]] == ["CAA meet.example.com"]
    records = read(aws, zone)
    assert records["A origin.meet.example.com."] == ["198.51.100.7"]
    assert records["CAA meet.example.com."] == ['0 issue "amazon.com"', '0 issue "letsencrypt.org"']


def test_values_of_others_stay_where_asked(aws, zone, run_module):
    upsert(aws, zone, "example.com", "CAA", '0 issue "other.example"')
    record = {"name": "example.com", "type": "CAA", "values": ['0 issue "amazon.com"'], "keep": "include"}
    assert run_module("dns_records", zone="example.com", records=[record])["changed"]
    assert read(aws, zone)["CAA example.com."] == ['0 issue "amazon.com"', '0 issue "other.example"']
    assert not run_module("dns_records", zone="example.com", records=[record])["changed"]


def test_a_missing_zone_is_told_or_made(aws, run_module):
    result = run_module("dns_records", **PARAMS)
    assert result["failed"]
    assert "there is no public hosted zone" in result["msg"]
    assert len(run_module("dns_records", _check=True, **PARAMS)["changes"]) == 5
    assert len(run_module("dns_records", _check=True, zone_id="", records=RECORDS)["changes"]) == 5
    assert aws.mutating() == []
    result = run_module("dns_records", create_zone=True, **PARAMS)
    assert result["changes"][0]["resource"] == "hosted zone example.com"
    assert not run_module("dns_records", create_zone=True, **PARAMS)["changed"]


def test_two_zones_of_one_name_are_told(aws, zone, run_module):
    aws.client("route53").create_hosted_zone(Name="example.com", CallerReference="3")
    result = run_module("dns_records", **PARAMS)
    assert result["failed"]
    assert "give zone_id" in result["msg"]


def test_absent_removes_what_is_not_in_use(aws, zone, run_module):
    run_module("dns_records", **PARAMS)
    upsert(aws, zone, "turn.meet.example.com", "A", "198.51.100.7")
    result = run_module("dns_records", state="absent", **PARAMS)
    assert result["failed"]
    assert "so it is in use" in result["msg"]
    assert len(read(aws, zone)) == 8
    upsert(aws, zone, "turn.meet.example.com", "A", "192.0.2.1")
    assert len(run_module("dns_records", state="absent", **PARAMS)["changes"]) == 5
    assert sorted(read(aws, zone)) == ["A aaa.example.com.", "A meet-too.example.com.", "A www.example.com."]
    assert not run_module("dns_records", state="absent", **PARAMS)["changed"]


def test_absent_leaves_what_is_of_others(aws, zone, as_planned, run_module):
    run_module("dns_records", **PARAMS)
    upsert(aws, zone, "example.com", "CAA", '0 issue "amazon.com"', '0 issue "other.example"')
    mine = {"name": "example.com", "type": "CAA", "values": ['0 issue "amazon.com"'], "keep": "include"}
    moved = {"name": "meet.example.com", "alias": {**ALIAS, "name": "d2.cloudfront.net"}}
    removal = {"zone": "example.com", "records": [mine, moved], "state": "absent"}
    result = as_planned(run_module, "dns_records", **removal)
    assert [item["resource"] for item in result["changes"]] == ["CAA example.com"]
    records = read(aws, zone)
    assert records["CAA example.com."] == ['0 issue "other.example"']
    assert records["A meet.example.com."].rstrip(".") == "d1.cloudfront.net"
    assert not run_module("dns_records", **removal)["changed"]


def zones(aws) -> list[str]:
    """Names of the zones."""
    return [item["Name"] for item in aws.client("route53").list_hosted_zones()["HostedZones"]]


def test_a_zone_that_was_made_goes_when_it_is_empty(aws, run_module):
    zone = {"zone": "example.com", "create_zone": True, "owner": "meet"}
    run_module("dns_records", **zone, records=RECORDS)
    gone = {**zone, "state": "absent"}
    assert not run_module("dns_records", **gone)["changed"]
    vacated = [f"{record.get('type', 'A')} {record['name']}" for record in RECORDS]
    planned = run_module("dns_records", _check=True, **gone, vacated=vacated)
    assert [item["resource"] for item in planned["changes"]] == ["hosted zone example.com"]
    assert not run_module("dns_records", _check=True, **gone, vacated=vacated[1:])["changed"]
    run_module("dns_records", zone="example.com", records=RECORDS, state="absent")
    assert not run_module("dns_records", **{**gone, "owner": "meet-too"})["changed"]
    assert not run_module("dns_records", zone="example.com", owner="meet", state="absent")["changed"]
    assert run_module("dns_records", **gone)["changes"] == planned["changes"]
    assert zones(aws) == []
    assert not run_module("dns_records", **gone)["changed"]


def test_a_zone_of_somebody_else_stays(aws, run_module):
    aws.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")
    zone = {"zone": "example.com", "create_zone": True, "owner": "meet"}
    assert not run_module("dns_records", **zone)["changed"]
    assert not run_module("dns_records", **zone, state="absent")["changed"]
    assert zones(aws) == ["example.com."]
