# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which certificate is ours, what proves its names, and what to tell of one that is not issued."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.edge import certificate
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput

DOMAIN = "meet.example.com"


def summary(arn: str, **fields: Any) -> dict[str, Any]:
    return {"CertificateArn": arn, "DomainName": DOMAIN, "Status": "ISSUED", "Type": "AMAZON_ISSUED", **fields}


def described(**fields: Any) -> dict[str, Any]:
    record = {"Name": f"_x.{DOMAIN}.", "Type": "CNAME", "Value": "_y.acm-validations.aws."}
    option = {"DomainName": DOMAIN, "ValidationMethod": "DNS", "ResourceRecord": record}
    return {
        "DomainName": DOMAIN,
        "SubjectAlternativeNames": [DOMAIN],
        "Status": "ISSUED",
        "DomainValidationOptions": [option],
        **fields,
    }


def test_candidates_are_alive_and_the_issued_come_first() -> None:
    summaries = [
        summary("failed", Status="FAILED"),
        summary("pending", Status="PENDING_VALIDATION"),
        summary("imported", Type="IMPORTED"),
        summary("other", DomainName="example.com"),
        summary("issued"),
    ]
    assert certificate.candidates(summaries, DOMAIN) == ["issued", "pending"]


@pytest.mark.parametrize(
    ("fields", "tags", "fits"),
    [
        ({}, {"Name": "jitsi"}, True),
        ({"Status": "PENDING_VALIDATION"}, {"Name": "jitsi", "Team": "x"}, True),
        ({}, {"Name": "jitsi-staging"}, False),
        ({}, {}, False),
        ({"Status": "EXPIRED"}, {"Name": "jitsi"}, False),
        ({"SubjectAlternativeNames": [DOMAIN, "www.example.com"]}, {"Name": "jitsi"}, False),
        ({"DomainValidationOptions": [{"ValidationMethod": "EMAIL"}]}, {"Name": "jitsi"}, False),
    ],
)
def test_which_one_is_ours(fields: dict[str, Any], tags: dict[str, str], fits: bool) -> None:
    assert certificate.fits(described(**fields), tags, "jitsi", [DOMAIN]) is fits


def test_records_are_complete_or_none() -> None:
    assert certificate.validation(described()) == {f"_x.{DOMAIN}": "_y.acm-validations.aws."}
    options = [*described()["DomainValidationOptions"], {"DomainName": "www.example.com"}]
    assert certificate.validation(described(DomainValidationOptions=options)) == {}


def test_a_record_may_serve_others() -> None:
    mine, theirs = summary("mine"), summary("theirs", DomainName="x.example", SubjectAlternativeNameSummaries=[DOMAIN])
    assert certificate.others([mine, theirs], "mine", DOMAIN)
    assert not certificate.others([mine], "mine", DOMAIN)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"Status": "PENDING_VALIDATION"}, f"has _x.{DOMAIN}, that is, whether the parent"),
        ({"Status": "FAILED", "FailureReason": "CAA_ERROR"}, "allow amazon.com"),
        ({"Status": "VALIDATION_TIMED_OUT"}, "no reason given"),
    ],
)
def test_what_is_told(fields: dict[str, Any], message: str) -> None:
    assert message in certificate.failure(described(**fields), "zone Z1")


@pytest.mark.parametrize("name", ["meet", "a b.example.com", "Meet.example.com", f"{'a.' * 30}example.com"])
def test_names_that_acm_refuses(name: str) -> None:
    with pytest.raises(InvalidInput):
        certificate.check([name])


def test_a_long_name_may_come_second() -> None:
    certificate.check([DOMAIN, f"{'a.' * 30}example.com", "*.example.com"])
