#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_records
version_added: 0.2.0
short_description: Keep some records of a public hosted zone
description:
  - Keeps the listed records of a public hosted zone in Route 53. Other records are left alone.
  - A record may be kept exactly, may be completed, or may be created once and then belong to somebody else.
author: [meetops.jitsi contributors (@meetops)]
options:
  zone:
    description: Name of the hosted zone. One of O(zone) and O(zone_id) is required.
    type: str
  zone_id:
    description:
      - Id of the hosted zone, which saves a call.
      - Empty in check mode for a zone that does not exist yet.
    type: str
  create_zone:
    description:
      - Whether to create the zone of O(zone) when it does not exist.
      - With O(state=absent), whether to delete it, if it was made for O(owner) and holds no records of others.
    type: bool
    default: false
  owner:
    description: For whom a zone is created. It is noted in the zone's comment.
    type: str
    default: ""
    version_added: 0.3.0
  vacated:
    description:
      - Records that other tasks remove before, such as V(A turn.example.com), so that in check mode they do not keep a
        zone from being deleted.
    type: list
    elements: str
    default: []
    version_added: 0.3.0
  records:
    description: The records. Those with a routing policy are not seen.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Full name of the record.
        type: str
        required: true
      type:
        description: Type of the record.
        type: str
        choices: [A, AAAA, CAA, CNAME, TXT]
        default: A
      ttl:
        description: Seconds for which resolvers may remember it. An alias has none.
        type: int
        default: 300
      values:
        description: Its values.
        type: list
        elements: str
        default: []
      alias:
        description: The AWS resource whose addresses it has, in place of O(records[].values).
        type: dict
        suboptions:
          name:
            description: Host name of the resource.
            type: str
            required: true
          zone_id:
            description: Hosted zone that the host name is in.
            type: str
            required: true
      keep:
        description:
          - V(exact) keeps these values and no others.
          - V(include) adds these values and leaves others that are there. A removal takes these values only.
          - V(create) creates the record when there is none, and never changes it. It is removed only while it has
            these values.
        type: str
        choices: [exact, include, create]
        default: exact
  state:
    description:
      - V(absent) removes the listed records. An alias is removed only while it leads to the given one, since it is
        somebody else's otherwise.
    type: str
    choices: [present, absent]
    default: present
notes:
  - C(amazon.aws.route53) (release 11.4) handles one record a task. With O(amazon.aws.route53#module:overwrite=false)
    it fails on a record that differs, and otherwise replaces it, so it cannot create a record that a Lambda function
    owns from then on, nor add a value to others. It lists all records of the zone, or those after the name, in every
    task.
  - Names below one another, such as V(example.com) and V(turn.example.com), are read in one call.
  - "Permissions: route53:ListHostedZonesByName, ListResourceRecordSets, ChangeResourceRecordSets, and
    CreateHostedZone and DeleteHostedZone for O(create_zone)."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The shop has its address, and a server that reports its own
  meetops.jitsi.dns_records:
    zone: example.com
    records:
      - name: shop.example.com
        alias: { name: d111111abcdef8.cloudfront.net, zone_id: Z2FDTNDATAQYW2 }
      - name: origin.shop.example.com
        ttl: 10
        values: [192.0.2.1]
        keep: create
      - name: shop.example.com
        type: CAA
        values: ['0 issue "amazon.com"']
        keep: include
"""

RETURN = r"""
zone_id:
  description: Id of the hosted zone. Empty if it does not exist, as in check mode before it is created.
  returned: success
  type: str
  sample: Z0123456789ABCDEFGHIJ
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: A origin.shop.example.com, action: create, fields: [ttl, values]}]
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import route53
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, State, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.edge import dns_records
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput

ZONE = "hosted zone "


class Zone:
    """A hosted zone: its id, empty if there is none, what its comment says, and how to change its records."""

    def __init__(self, api: Any, params: dict[str, Any], zone_id: str, comment: str) -> None:
        self.api, self.params, self.id, self.comment = api, params, zone_id, comment
        self.resource = f"{ZONE}{params['zone']}"

    def read(self, records: Mapping[str, Any]) -> dict[str, Fields]:
        """Those of the records that are there."""
        found: dict[str, Fields] = {}
        for name in dns_records.start(list(records.values())) if self.id else ():
            for record_set in route53.records_below(self.api, self.id, name):
                record = dns_records.key({"type": record_set["Type"], "name": record_set["Name"]})
                if record in records:
                    found[record] = dns_records.current(record_set)
        return found

    def goes(self, check_mode: bool) -> bool:
        """Whether the zone was made for the owner, and nobody else uses it."""
        made = self.comment != "" and self.comment == dns_records.comment(self.params["owner"])
        if not (self.params["create_zone"] and made):
            return False
        vacated = self.params["vacated"] if check_mode else []
        return dns_records.vacant(self.params["zone"], vacated, route53.all_records(self.api, self.id))

    def apply(self, change: Change) -> None:
        """Make one change."""
        if change.resource == self.resource and change.after is None:
            route53.delete_zone(self.api, self.id)
            self.id = ""
        elif change.resource == self.resource:
            made = route53.create_zone(self.api, self.params["zone"], dns_records.comment(self.params["owner"]))
            self.id = made["Id"].rpartition("/")[2]
        elif change.after is None:
            route53.change(self.api, self.id, "DELETE", dns_records.record_set(change.resource, change.before or {}))
        else:
            route53.change(self.api, self.id, "UPSERT", dns_records.record_set(change.resource, change.after))


def find(api: Any, params: dict[str, Any]) -> Zone:
    """The zone that the options name. Raises InvalidInput if several have its name."""
    if params["zone_id"] is not None:
        return Zone(api, params, params["zone_id"], "")
    found = route53.public_zones(api, params["zone"])
    ids = [zone["Id"].rpartition("/")[2] for zone in found]
    if len(found) > 1:
        raise InvalidInput(
            f"zone {params['zone']}: there are several public zones of this name ({', '.join(ids)}); give zone_id"
        )
    return (
        Zone(api, params, ids[0], found[0].get("Config", {}).get("Comment", "")) if found else Zone(api, params, "", "")
    )


def present(module: Any, zone: Zone, records: Mapping[str, Any]) -> tuple[State, State]:
    """The zone, if it is to be created, and the records, as they are and as they are wanted."""
    create = module.params["create_zone"]
    if not (zone.id or create or module.check_mode):
        raise InvalidInput(
            f"zone {module.params['zone']}: there is no public hosted zone of this name in the account; create it, "
            "have its parent delegate to it, then run again"
        )
    found = zone.read(records)
    itself: State = {zone.resource: {"private": False}} if create else {}
    wanted = {name: dns_records.wanted(record, found.get(name)) for name, record in records.items()}
    return {**found, **(itself if zone.id else {})}, {**itself, **wanted}


def absent(module: Any, zone: Zone, records: Mapping[str, Any]) -> tuple[State, State]:
    """The zone, if it goes, and the records, as they are, and what stays of them. Refuses to remove one in use."""
    found = zone.read(records)
    for record, fields in found.items():
        dns_records.check_removal(records[record], fields)
    rests = {record: dns_records.rest(records[record], fields) for record, fields in found.items()}
    # What is first goes last.
    itself: State = {zone.resource: {"private": False}} if zone.goes(module.check_mode) else {}
    return {**itself, **found}, {record: fields for record, fields in rests.items() if fields}


def reconcile(module: Any) -> None:
    """Check the input, read the records, make them as wanted."""
    params = module.params
    if params["zone_id"] is None and not params["zone"]:
        raise InvalidInput("zone: is empty; name the hosted zone, such as example.com")
    dns_records.check(params["zone"] or "", params["records"])
    zone = find(client(module, "route53"), params)
    records = {dns_records.key(record): record for record in params["records"]}
    removing = params["state"] == "absent"
    current, wanted = (absent if removing else present)(module, zone, records)
    finish(module, compare(current, wanted, prune=removing), zone.apply, zone_id=lambda: zone.id)


def main() -> None:
    """Run the module."""
    alias = {"name": {"type": "str", "required": True}, "zone_id": {"type": "str", "required": True}}
    record = {
        "name": {"type": "str", "required": True},
        "type": {"type": "str", "choices": list(dns_records.TYPES), "default": "A"},
        "ttl": {"type": "int", "default": 300},
        "values": {"type": "list", "elements": "str", "default": []},
        "alias": {"type": "dict", "options": alias},
        "keep": {"type": "str", "choices": list(dns_records.KEEP), "default": "exact"},
    }
    run(
        {
            "zone": {"type": "str"},
            "zone_id": {"type": "str"},
            "create_zone": {"type": "bool", "default": False},
            "owner": {"type": "str", "default": ""},
            "vacated": {"type": "list", "elements": "str", "default": []},
            "records": {"type": "list", "elements": "dict", "default": [], "options": record},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        reconcile,
        required_one_of=[("zone", "zone_id")],
        required_if=[("create_zone", True, ["zone"])],
    )


if __name__ == "__main__":
    main()
