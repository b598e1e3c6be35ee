# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Route 53 calls for public hosted zones and their records."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .pages import pages

Described = dict[str, Any]


def public_zones(client: Any, name: str) -> list[Described]:
    """ListHostedZonesByName: the public zones of exactly this name, in this account."""
    answer = client.list_hosted_zones_by_name(DNSName=name, MaxItems="100")
    return [
        zone
        for zone in answer["HostedZones"]
        if zone["Name"].rstrip(".") == name.rstrip(".") and not zone.get("Config", {}).get("PrivateZone")
    ]


def create_zone(client: Any, name: str, comment: str) -> Described:
    """CreateHostedZone, public."""
    more = {"HostedZoneConfig": {"Comment": comment}} if comment else {}
    answer: Described = client.create_hosted_zone(Name=name, CallerReference=str(uuid.uuid4()), **more)
    return dict(answer["HostedZone"])


def delete_zone(client: Any, zone_id: str) -> None:
    """DeleteHostedZone. Route 53 refuses while it has records but those that Route 53 made."""
    client.delete_hosted_zone(Id=zone_id)


def all_records(client: Any, zone_id: str) -> list[Described]:
    """ListResourceRecordSets: all of a zone."""
    return pages(client, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone_id)


def records_below(client: Any, zone_id: str, name: str) -> list[Described]:
    """ListResourceRecordSets: the simple record sets of a name and of all names that end with it.

    Route 53 sorts by labels from the right, so reading ends at the first name beyond these. Sets with a routing policy
    are not among them.
    """
    listing = client.get_paginator("list_resource_record_sets")
    return list(_below(listing.paginate(HostedZoneId=zone_id, StartRecordName=f"{name}."), _reversed(name)))


def _reversed(name: str) -> str:
    return ".".join(reversed(name.lower().rstrip(".").split(".")))


def _below(read: Iterable[Described], prefix: str) -> Iterator[Described]:
    for page in read:
        for found in page["ResourceRecordSets"]:
            name = _reversed(found["Name"])
            if name == prefix or name.startswith(f"{prefix}."):
                if "SetIdentifier" not in found:
                    yield found
            elif name > f"{prefix}.":
                return


def change(client: Any, zone_id: str, action: str, record_set: Mapping[str, Any]) -> None:
    """ChangeResourceRecordSets with one change, ``UPSERT`` or ``DELETE``."""
    client.change_resource_record_sets(
        HostedZoneId=zone_id, ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record_set}]}
    )
