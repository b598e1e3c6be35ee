# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""DNS records of a hosted zone as sets of values, as they are wanted and as Route 53 reports them.

A record is named ``<type> <name>``, such as ``A turn.example.com``. Its fields are ``ttl`` and ``values``, or
``alias``, the host name of an AWS resource with the hosted zone that it is in.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import InvalidInput

Record = dict[str, Any]

# exact: the listed values and no others. include: these among others. create: these at first, later whatever is there.
KEEP = ("exact", "include", "create")
TYPES = ("A", "AAAA", "CAA", "CNAME", "TXT")
_NAME = re.compile(r"(?:\*\.)?(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}")
_CAA = re.compile(r'(?:0|128) (?:issue|issuewild|iodef) "[^"\\]*"')


def spelled(name: str) -> str:
    """A name as people write it: lower case, without the dot at the end, with ``*`` and not ``\\052``."""
    return name.lower().rstrip(".").replace("\\052", "*")


def key(record: Mapping[str, Any]) -> str:
    """How a record is called in changes."""
    return f"{record['type']} {spelled(record['name'])}"


def check(zone: str, records: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what Route 53 would refuse."""
    seen: set[str] = set()
    for record in records:
        name, where = spelled(record["name"]), key(record)
        if not _NAME.fullmatch(name) or len(name) > 253:
            raise InvalidInput(f"records {record['name']}: not a domain name; write one such as turn.example.com")
        if zone and name != spelled(zone) and not name.endswith(f".{spelled(zone)}"):
            raise InvalidInput(f"records {record['name']}: not in the zone {zone}; name the zone that it is in")
        if where in seen:
            raise InvalidInput(f"records {where}: listed more than once; put all its values into one")
        seen.add(where)
        if bool(record["values"]) == bool(record["alias"]):
            raise InvalidInput(f"records {where}: give either values or alias")
        if not 0 <= record["ttl"] <= 2147483647:
            raise InvalidInput(f"records {where}: ttl {record['ttl']}: use 0 to 2147483647 seconds")
        if record["type"] == "CNAME" and len(record["values"]) > 1:
            raise InvalidInput(f"records {where}: a CNAME leads to one name; give one value")
        for value in record["values"]:
            if _wrong(record["type"], value):
                raise InvalidInput(f"records {where}: {value} is no value of a record of this type; correct it")


def _wrong(kind: str, value: str) -> bool:
    if kind == "CAA":
        return not _CAA.fullmatch(value)
    if kind not in ("A", "AAAA"):
        return not value
    try:
        return ipaddress.ip_address(value).version != (4 if kind == "A" else 6)
    except ValueError:
        return True


def wanted(record: Mapping[str, Any], current: Mapping[str, Any] | None) -> Record:
    """Fields that a record is to have, given those that it has. ``keep`` says how far they may differ."""
    if record["alias"]:
        return {"alias": {"name": spelled(record["alias"]["name"]), "zone_id": record["alias"]["zone_id"]}}
    fields: Record = {"ttl": record["ttl"], "values": sorted(record["values"])}
    if current is None:
        return fields
    if record["keep"] == "create":
        return dict(current)
    if record["keep"] == "include":
        return {**fields, "values": sorted({*current.get("values", []), *fields["values"]})}
    return fields


def current(record_set: Mapping[str, Any]) -> Record:
    """Fields of a record set that Route 53 reports."""
    if "AliasTarget" in record_set:
        target = record_set["AliasTarget"]
        return {"alias": {"name": spelled(target["DNSName"]), "zone_id": target["HostedZoneId"]}}
    return {
        "ttl": record_set.get("TTL", 0),
        "values": sorted(value["Value"] for value in record_set.get("ResourceRecords", [])),
    }


def record_set(record: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A record set for ChangeResourceRecordSets, from how the record is called and its fields."""
    kind, name = record.split(" ", 1)
    if fields.get("alias"):
        alias = fields["alias"]
        target = {"DNSName": alias["name"], "HostedZoneId": alias["zone_id"], "EvaluateTargetHealth": False}
        return {"Name": name, "Type": kind, "AliasTarget": target}
    values = [{"Value": value} for value in fields["values"]]
    return {"Name": name, "Type": kind, "TTL": fields["ttl"], "ResourceRecords": values}


def check_removal(record: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """Refuse to remove a record that was only created here and has a life of its own since."""
    if record["keep"] == "create" and found.get("values") != sorted(record["values"]):
        raise InvalidInput(
            f"records {key(record)}: is {', '.join(found.get('values', ['an alias']))} now, so it is in use; put "
            f"{', '.join(record['values'])} back first (put the platform to sleep), then run again"
        )


def rest(record: Mapping[str, Any], found: Mapping[str, Any]) -> Record:
    """What stays of a record that is to be removed: the values of others, and an alias to something else."""
    if record["alias"]:
        return {} if found.get("alias") == wanted(record, None)["alias"] else dict(found)
    others = sorted(set(found.get("values", [])) - set(record["values"]))
    return {**found, "values": others} if record["keep"] == "include" and others else {}


def comment(owner: str) -> str:
    """What a zone says of whom it was made for. Nothing of nobody."""
    return f"Made by meetops.jitsi for {owner}" if owner else ""


def vacant(zone: str, vacated: Sequence[str], record_sets: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a zone has only its own NS and SOA, and records that are vacated, such as ``A turn.example.com``."""
    own = {f"{kind} {spelled(zone)}" for kind in ("NS", "SOA")}
    found = {key({"type": record["Type"], "name": record["Name"]}) for record in record_sets}
    return found <= own | set(vacated)


def start(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """The shortest names of which all others are part, where reading begins: ``example.com`` of it and
    ``turn.example.com``."""
    names = sorted({spelled(record["name"]) for record in records}, key=len)
    return [name for name in names if not any(name != other and name.endswith(f".{other}") for other in names)]
