# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""DNS records as they are wanted and as Route 53 reports them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.edge import dns_records
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput


def record(name: str = "turn.example.com", **fields: Any) -> dict[str, Any]:
    defaults = {"type": "A", "ttl": 10, "values": ["192.0.2.1"], "alias": None, "keep": "exact"}
    return {"name": name, **defaults, **fields}


LIVE = {"ttl": 10, "values": ["198.51.100.7"]}


@pytest.mark.parametrize(
    ("keep", "current", "expected"),
    [
        ("exact", None, {"ttl": 10, "values": ["192.0.2.1"]}),
        ("exact", LIVE, {"ttl": 10, "values": ["192.0.2.1"]}),
        ("include", LIVE, {"ttl": 10, "values": ["192.0.2.1", "198.51.100.7"]}),
        ("create", LIVE, LIVE),
        ("create", None, {"ttl": 10, "values": ["192.0.2.1"]}),
    ],
)
def test_keep_says_how_far_a_record_may_differ(keep: str, current: Any, expected: Any) -> None:
    assert dns_records.wanted(record(keep=keep), current) == expected


def test_an_alias_and_values_replace_each_other() -> None:
    alias = {"name": "D1.cloudfront.net.", "zone_id": "Z2"}
    wanted = dns_records.wanted(record(values=[], alias=alias), LIVE)
    assert wanted == {"alias": {"name": "d1.cloudfront.net", "zone_id": "Z2"}}
    assert dns_records.record_set("A turn.example.com", wanted)["AliasTarget"]["DNSName"] == "d1.cloudfront.net"
    back = dns_records.wanted(record(), wanted)
    assert dns_records.record_set("A turn.example.com", back)["ResourceRecords"] == [{"Value": "192.0.2.1"}]


def test_names_are_spelled_as_people_write_them() -> None:
    assert dns_records.spelled("\\052.Example.com.") == "*.example.com"
    assert dns_records.key({"type": "A", "name": "Turn.Example.com."}) == "A turn.example.com"


def test_what_route_53_reports_is_read_back() -> None:
    fields = dns_records.wanted(record(values=["192.0.2.2", "192.0.2.1"]), None)
    assert dns_records.current(dns_records.record_set("A turn.example.com", fields)) == fields


def test_reading_begins_at_the_names_that_hold_all_others() -> None:
    names = ["meet.example.com", "turn.meet.example.com", "other.example.com", "notmeet.example.com"]
    found = dns_records.start([record(name) for name in names])
    assert sorted(found) == ["meet.example.com", "notmeet.example.com", "other.example.com"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "a b.example.com"}, "not a domain name"),
        ({"name": "example.org"}, "not in the zone example.com"),
        ({"name": "badexample.com"}, "not in the zone example.com"),
        ({"values": []}, "give either values or alias"),
        ({"alias": {"name": "x.example.com", "zone_id": "Z"}}, "give either values or alias"),
        ({"values": ["2001:db8::1"]}, "is no value"),
        ({"type": "AAAA"}, "is no value"),
        ({"type": "CAA", "values": ["amazon.com"]}, "is no value"),
        ({"ttl": -1}, "ttl -1"),
    ],
)
def test_what_route_53_would_refuse(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        dns_records.check("example.com", [record(**fields)])


def test_a_record_is_listed_once() -> None:
    with pytest.raises(InvalidInput, match="listed more than once"):
        dns_records.check("example.com", [record(), record("TURN.example.com.")])
    dns_records.check("example.com", [record(), record(type="CAA", values=['0 issue "amazon.com"'])])


def test_a_record_in_use_is_not_removed() -> None:
    dns_records.check_removal(record(keep="create"), {"ttl": 10, "values": ["192.0.2.1"]})
    dns_records.check_removal(record(), LIVE)
    with pytest.raises(InvalidInput, match=r"is 198\.51\.100\.7 now, so it is in use"):
        dns_records.check_removal(record(keep="create"), LIVE)
