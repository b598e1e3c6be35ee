# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A certificate of AWS Certificate Manager that is validated by DNS records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..errors import InvalidInput

Described = Mapping[str, Any]
# Those that serve or may yet; of the others ACM makes nothing any more.
ALIVE = ("ISSUED", "PENDING_VALIDATION")
# The first name of a certificate is its common name too (RFC 5280).
LONGEST_NAME = 64
_NAME = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


def check(names: Sequence[str]) -> None:
    """Refuse host names that ACM would refuse."""
    for name in names:
        if not _NAME.fullmatch(name) or len(name) > 253:
            raise InvalidInput(f"domain_name {name}: not a domain name; write one such as meet.example.com")
    if len(names[0]) > LONGEST_NAME:
        raise InvalidInput(f"domain_name {names[0]}: longer than {LONGEST_NAME} characters; use a shorter name")


def candidates(summaries: Iterable[Described], domain_name: str) -> list[str]:
    """ARNs of certificates that ACM issues, or will, for the name, the issued ones first."""
    found = [
        item
        for item in summaries
        if item.get("DomainName") == domain_name
        and item.get("Type", "AMAZON_ISSUED") == "AMAZON_ISSUED"
        and item.get("Status", ALIVE[0]) in ALIVE
    ]
    return [item["CertificateArn"] for item in sorted(found, key=lambda item: item.get("Status") != ALIVE[0])]


def others(summaries: Iterable[Described], arn: str, domain_name: str) -> bool:
    """Whether another certificate has the name. It shares the validation record."""
    return any(
        item["CertificateArn"] != arn
        and domain_name in [item.get("DomainName"), *item.get("SubjectAlternativeNameSummaries", [])]
        for item in summaries
    )


def fits(described: Described, tags: Mapping[str, str], name: str, names: Iterable[str]) -> bool:
    """Whether a certificate is ours (by its tag Name), of exactly these host names and validated by DNS."""
    options = described.get("DomainValidationOptions", [])
    return (
        tags.get("Name") == name
        and described["Status"] in ALIVE
        and set(described.get("SubjectAlternativeNames", [])) | {described["DomainName"]} == set(names)
        and all(option.get("ValidationMethod", "DNS") == "DNS" for option in options)
    )


def validation(described: Described) -> dict[str, str]:
    """Name -> value of the CNAME records that prove who owns the names. Empty until ACM has made them."""
    options = described.get("DomainValidationOptions", [])
    records = [option["ResourceRecord"] for option in options if "ResourceRecord" in option]
    if len(records) < len(options):
        return {}
    return {record["Name"].rstrip("."): record["Value"] for record in records}


def failure(described: Described, zone: str) -> str:
    """What to tell of a certificate that will not be issued, or is not yet."""
    name, status = described["DomainName"], described["Status"]
    if status in ALIVE:
        return (
            f"domain_name {name}: the certificate is still {status}; see whether the world's DNS has "
            f"{' and '.join(validation(described)) or 'its validation record'}, that is, whether the parent of {zone} "
            "delegates to this hosted zone, then run again"
        )
    reason = described.get("FailureReason", "no reason given")
    advice = "allow amazon.com in the CAA records of the domain or its parents" if "CAA" in reason else "see its reason"
    return f"domain_name {name}: the certificate is {status} ({reason}); {advice}, then run again for a new one"
