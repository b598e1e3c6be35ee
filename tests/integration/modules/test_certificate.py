# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module certificate: requested, validated, finished after a run that died, put back, removed."""

from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import acm

DOMAIN = "meet.example.com"


@pytest.fixture
def params(aws):
    """Options of the module, with a hosted zone that is there."""
    zone = aws.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]
    aws.calls.clear()
    return {
        "name": "jitsi",
        "domain_name": DOMAIN,
        "zone_id": zone["Id"].rpartition("/")[2],
        "tags": {"Environment": "prod"},
        "wait_timeout": 30,
    }


def records(aws, params):
    found = aws.client("route53").list_resource_record_sets(HostedZoneId=params["zone_id"])["ResourceRecordSets"]
    return {item["Name"]: item for item in found if item["Type"] == "CNAME"}


def test_it_is_requested_validated_and_then_left_alone(aws, params, run_module):
    planned = run_module("certificate", _check=True, **params)
    assert aws.mutating() == []
    assert (planned["arn"], planned["status"]) == ("", "")
    result = run_module("certificate", **params)
    assert result["changes"] == planned["changes"]
    assert [item["resource"] for item in result["changes"]] == [f"certificate {DOMAIN}"]
    assert result["status"] == "ISSUED"
    (name,) = records(aws, params)
    assert name.endswith(f".{DOMAIN}.")
    aws.calls.clear()
    again = run_module("certificate", **params)
    assert (again["changed"], again["arn"]) == (False, result["arn"])
    assert aws.calls == [
        "acm:ListCertificates",
        "acm:DescribeCertificate",
        "acm:ListTagsForCertificate",
        "route53:ListResourceRecordSets",
    ]


def test_a_run_that_died_is_finished_by_the_next(aws, params, run_module, monkeypatch):
    with monkeypatch.context() as dead:
        dead.setattr(acm, "wait", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run_module("certificate", **params)
    assert records(aws, params) == {}
    result = run_module("certificate", **params)
    assert result["changed"], result
    assert result["status"] == "ISSUED"
    assert len(records(aws, params)) == 1
    assert len(aws.client("acm").list_certificates()["CertificateSummaryList"]) == 1
    assert not run_module("certificate", **params)["changed"]


def test_records_and_tags_are_put_back(aws, params, run_module):
    arn = run_module("certificate", **params)["arn"]
    (record,) = records(aws, params).values()
    aws.client("route53").change_resource_record_sets(
        HostedZoneId=params["zone_id"], ChangeBatch={"Changes": [{"Action": "DELETE", "ResourceRecordSet": record}]}
    )
    aws.client("acm").add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "Stray", "Value": "x"}])
    result = run_module("certificate", **params)
    assert [(item["action"], item["fields"]) for item in result["changes"]] == [
        ("create", ["ttl", "values"]),
        ("update", ["tags"]),
    ]
    assert list(records(aws, params)) == [record["Name"]]
    assert not run_module("certificate", **params)["changed"]


def test_a_certificate_of_somebody_else_is_left_alone(aws, params, run_module):
    theirs = aws.client("acm").request_certificate(DomainName=DOMAIN, ValidationMethod="DNS")["CertificateArn"]
    result = run_module("certificate", **params)
    assert result["arn"] not in ("", theirs)
    assert run_module("certificate", **{**params, "state": "absent"})["changed"]
    (left,) = aws.client("acm").list_certificates()["CertificateSummaryList"]
    assert left["CertificateArn"] == theirs
    # It is validated by the same record.
    assert len(records(aws, params)) == 1


def test_one_that_is_not_issued_is_told(aws, params, run_module, monkeypatch):
    pending = {"DomainName": DOMAIN, "Status": "PENDING_VALIDATION", "SubjectAlternativeNames": [DOMAIN]}
    record = {"Name": f"_x.{DOMAIN}.", "Type": "CNAME", "Value": "_y.acm-validations.aws."}
    pending["DomainValidationOptions"] = [{"DomainName": DOMAIN, "ResourceRecord": record}]
    monkeypatch.setattr(acm, "describe", lambda *_: pending)
    result = run_module("certificate", **{**params, "wait_timeout": 0})
    assert result["failed"]
    assert "still PENDING_VALIDATION" in result["msg"]
    assert f"_x.{DOMAIN}" in result["msg"]
    failed = {**pending, "Status": "FAILED", "FailureReason": "CAA_ERROR"}
    monkeypatch.setattr(acm, "describe", lambda *_: failed)
    result = run_module("certificate", **params)
    assert "allow amazon.com in the CAA records" in result["msg"]


def test_absent_removes_all_of_it(aws, params, run_module):
    run_module("certificate", **params)
    aws.calls.clear()
    absent = {**params, "state": "absent"}
    assert run_module("certificate", _check=True, **absent)["changed"]
    assert aws.mutating() == []
    assert len(run_module("certificate", **absent)["changes"]) == 2
    assert records(aws, params) == {}
    assert aws.client("acm").list_certificates()["CertificateSummaryList"] == []
    assert not run_module("certificate", **absent)["changed"]


def test_check_mode_without_a_zone_plans(aws, params, run_module):
    assert run_module("certificate", _check=True, **{**params, "zone_id": ""})["changed"]


def test_bad_names_are_refused_before_any_call(refused):
    refused("certificate", name="x", domain_name="not a name", zone_id="Z")
