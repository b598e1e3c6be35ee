#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate
version_added: 0.2.0
short_description: Keep a certificate that is validated through a hosted zone
description:
  - Requests a certificate from AWS Certificate Manager, writes the CNAME records that prove who owns the names into a
    hosted zone of Route 53, and waits until the certificate is issued. A certificate that waits for its records gets
    them.
  - Keeps these records, which ACM needs to renew the certificate by itself for as long as something uses it.
  - The certificate is the one for O(domain_name) whose tag C(Name) is O(name). Others are left alone.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Value of the tag C(Name) of the certificate.
    type: str
    required: true
  domain_name:
    description: Host name that the certificate is for.
    type: str
    required: true
  alternative_names:
    description: Further host names. To change them means a new certificate; the old one stays until it is deleted.
    type: list
    elements: str
    default: []
  zone_id:
    description:
      - Id of the public hosted zone that the names are in. Empty in check mode for a zone that does not exist yet.
    type: str
    required: true
  tags:
    description: Tags of the certificate, beside C(Name).
    type: dict
    default: {}
  wait_timeout:
    description: Seconds to wait for it to be issued or deleted. A run that gives up is continued by the next one.
    type: int
    default: 900
  state:
    description:
      - V(absent) deletes the records, then the certificate. The order matters, as only the certificate says which
        records are its own.
      - For some time ACM may believe that a deleted distribution uses it. It is asked again, for O(wait_timeout) at
        most.
    type: str
    choices: [present, absent]
    default: present
notes:
  - C(community.aws.acm_certificate) (release 11.2) imports and deletes certificates only. No stock module requests one.
  - CloudFront takes certificates of C(us-east-1) only, whatever the region of everything else.
  - The request carries the tags, so a run that dies right after it leaves a certificate that the next run finds and
    finishes.
  - "Permissions: acm:ListCertificates, DescribeCertificate, ListTagsForCertificate, RequestCertificate,
    AddTagsToCertificate, RemoveTagsFromCertificate, DeleteCertificate; route53:ListResourceRecordSets,
    ChangeResourceRecordSets."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: The shop has a certificate for CloudFront
  meetops.jitsi.certificate:
    name: shop
    domain_name: shop.example.com
    zone_id: Z0123456789ABCDEFGHIJ
    region: us-east-1
"""

RETURN = r"""
arn:
  description: ARN of the certificate. Empty if it does not exist, as in check mode before it is requested.
  returned: success
  type: str
  sample: arn:aws:acm:us-east-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef
status:
  description: Its status.
  returned: success
  type: str
  sample: ISSUED
renewal_eligibility:
  description: Whether ACM can renew it. V(INELIGIBLE) until something uses it.
  returned: success
  type: str
  sample: ELIGIBLE
validation_records:
  description:
    - The records that prove who owns the names.
    - With O(state=absent), those that were removed, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [CNAME _0123456789abcdef0123456789abcdef.shop.example.com]
  version_added: 0.3.0
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: certificate shop.example.com, action: create, fields: [names, status, tags]}]
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import acm, route53
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, State, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.edge import certificate, dns_records
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput

CERTIFICATE = "certificate "
ISSUED = "ISSUED"
RECORD_TTL = 300
# ACM needs some seconds to make the records of a new request.
RECORDS_SECONDS = 120


class Certificate:
    """The certificate with its validation records: how it is, and how to change it."""

    def __init__(self, module: Any) -> None:
        self.params = module.params
        self.api, self.dns = client(module, "acm"), client(module, "route53")
        self.names: list[str] = [self.params["domain_name"], *self.params["alternative_names"]]
        self.resource = CERTIFICATE + self.names[0]
        self.wanted_tags: dict[str, str] = {**self.params["tags"], "Name": self.params["name"]}
        self.summaries: list[dict[str, Any]] = []
        self.described: dict[str, Any] = {}
        self.arn, self.tags = "", dict[str, str]()

    def read(self) -> None:
        """Find the certificate of these names whose tag is the name."""
        self.summaries = acm.list_certificates(self.api)
        for arn in certificate.candidates(self.summaries, self.names[0]):
            described, tags = acm.describe(self.api, arn), acm.read_tags(self.api, arn)
            if certificate.fits(described, tags, self.params["name"], self.names):
                self.arn, self.described, self.tags = arn, described, tags
                return

    def wanted_records(self) -> dict[str, Fields]:
        """The validation records that ACM wants, as far as it has told them."""
        return {
            f"CNAME {name}": {"ttl": RECORD_TTL, "values": [value]}
            for name, value in certificate.validation(self.described).items()
        }

    def records(self) -> tuple[State, State]:
        """The validation records that are there, and those that are wanted."""
        current: dict[str, Fields] = {}
        wanted = self.wanted_records()
        for record in wanted if self.params["zone_id"] else ():
            for found in route53.records_below(self.dns, self.params["zone_id"], record.split(" ", 1)[1]):
                if dns_records.key({"type": found["Type"], "name": found["Name"]}) == record:
                    current[record] = dns_records.current(found)
        return current, wanted

    def present(self) -> tuple[State, State]:
        """The records and the certificate as they are, and as they are wanted."""
        current, wanted = self.records()
        fields = {"Names": sorted(self.names), "Status": ISSUED, "Tags": self.wanted_tags}
        now = {**fields, "Status": self.described.get("Status"), "Tags": self.tags}
        return {**current, **({self.resource: now} if self.arn else {})}, {**wanted, self.resource: fields}

    def absent(self) -> tuple[State, State]:
        """The certificate and the records, unless another certificate needs these, as they are. Nothing is wanted."""
        if not self.arn:
            return {}, {}
        needed = any(certificate.others(self.summaries, self.arn, name) for name in self.names)
        # What is first goes last.
        return {self.resource: {"Status": self.described["Status"]}, **({} if needed else self.records()[0])}, {}

    def apply(self, change: Change) -> None:
        """Make one change."""
        if change.resource != self.resource:
            action = "UPSERT" if change.after else "DELETE"
            self.write(action, change.resource, change.after or change.before or {})
        elif change.after is None:
            acm.delete(self.api, self.arn, self.params["wait_timeout"])
            self.arn, self.described = "", {}
        else:
            if change.before is None:
                self.request()
            elif "Tags" in change.fields:
                acm.tag(self.api, self.arn, self.tags, self.wanted_tags)
            self.wait()

    def write(self, action: str, record: str, fields: Fields) -> None:
        """Write or remove a validation record."""
        route53.change(self.dns, self.params["zone_id"], action, dns_records.record_set(record, fields))

    def request(self) -> None:
        """Request the certificate and write its records as soon as ACM has made them."""
        self.arn = acm.request(self.api, self.names, self.wanted_tags)
        self.described, _ready = acm.wait(
            self.api, self.arn, RECORDS_SECONDS, lambda found: bool(certificate.validation(found))
        )
        for change in compare(*self.records()):
            self.write("UPSERT", change.resource, change.after or {})

    def wait(self) -> None:
        """Wait until it is issued; fail when it will not be, or not in time."""
        self.described, _ended = acm.wait(
            self.api, self.arn, self.params["wait_timeout"], lambda found: bool(found["Status"] != "PENDING_VALIDATION")
        )
        if self.described["Status"] != ISSUED:
            raise InvalidInput(certificate.failure(self.described, f"zone {self.params['zone_id']}"))


def reconcile(module: Any) -> None:
    """Check the input, read what there is, make it as wanted."""
    found = Certificate(module)
    certificate.check(found.names)
    found.read()
    removing = module.params["state"] == "absent"
    current, wanted = found.absent() if removing else found.present()
    removed = [record for record in current if record != found.resource]
    finish(
        module,
        compare(current, wanted, prune=removing),
        found.apply,
        arn=lambda: found.arn,
        status=lambda: found.described.get("Status", ""),
        renewal_eligibility=lambda: found.described.get("RenewalEligibility", ""),
        validation_records=lambda: removed if removing else list(found.wanted_records()),
    )


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "domain_name": {"type": "str", "required": True},
            "alternative_names": {"type": "list", "elements": "str", "default": []},
            "zone_id": {"type": "str", "required": True},
            "tags": {"type": "dict", "default": {}},
            "wait_timeout": {"type": "int", "default": 900},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
