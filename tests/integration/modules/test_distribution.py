# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The module distribution: made, made again, put back, left alone, removed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import cloudfront as api

NAME = "jitsi"
VALUE = "0123456789abcdef0123456789abcdef"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"
PARAMS: dict[str, Any] = {
    "name": NAME,
    "aliases": ["meet.example.com"],
    "certificate_arn": CERTIFICATE,
    "origins": [
        {
            "id": "live",
            "domain": "origin.meet.example.com",
            "connect_timeout": 3,
            "connect_attempts": 1,
            "secret_header": {"name": "X-Origin-Secret", "secret_id": "document", "key": "origin_secret"},
        },
        {"id": "wake", "domain": "abc.lambda-url.us-east-1.on.aws", "signed": True},
    ],
    "origin_groups": [{"id": "live-or-wake", "members": ["live", "wake"]}],
    "default_behavior": {"origin": "live-or-wake"},
    "behaviors": [
        {"paths": ["/_wake*"], "origin": "wake", "methods": "all"},
        {"paths": ["/css/*", "/libs/*"], "origin": "live", "cached": True},
    ],
    "tags": {"Name": NAME},
}


@pytest.fixture(scope="module")
def cloudfront(aws_server):
    """One client for all: botocore takes its time for this service."""
    return aws_server.client("cloudfront")


@pytest.fixture
def secret(aws):
    """The document that holds the value of the header."""
    document = json.dumps({"origin_secret": VALUE, "other": "x"})
    aws.client("secretsmanager").create_secret(Name="document", SecretString=document)
    aws.calls.clear()
    return aws


@pytest.fixture
def made(secret, run_module):
    """A distribution that is there."""
    result = run_module("distribution", **PARAMS)
    assert result["changed"], result
    secret.calls.clear()
    return result


def config(cloudfront) -> dict[str, Any]:
    (summary,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    return cloudfront.get_distribution_config(Id=summary["Id"])


def change(cloudfront, *edits) -> None:
    """Edit the configuration by hand."""
    found = config(cloudfront)
    for edit in edits:
        edit(found["DistributionConfig"])
    (summary,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    cloudfront.update_distribution(
        Id=summary["Id"], IfMatch=found["ETag"], DistributionConfig=found["DistributionConfig"]
    )


def test_it_is_made_with_its_policies(made, cloudfront):
    assert [item["action"] for item in made["changes"]] == ["create"] * 4
    assert made["arn"].endswith(made["id"])
    assert made["domain_name"].endswith(".cloudfront.net")
    assert made["hosted_zone_id"] == "Z2FDTNDATAQYW2"
    found = config(cloudfront)["DistributionConfig"]
    live, wake = found["Origins"]["Items"]
    assert live["CustomHeaders"]["Items"] == [{"HeaderName": "X-Origin-Secret", "HeaderValue": VALUE}]
    assert (live["ConnectionTimeout"], live["ConnectionAttempts"]) == (3, 1)
    assert live["OriginAccessControlId"] == ""
    assert wake["OriginAccessControlId"] != ""
    assert [item["PathPattern"] for item in found["CacheBehaviors"]["Items"]] == ["/_wake*", "/css/*", "/libs/*"]
    assert {item["ErrorCachingMinTTL"] for item in found["CustomErrorResponses"]["Items"]} == {0}
    assert found["DefaultCacheBehavior"]["TargetOriginId"] == "live-or-wake"


def test_a_second_run_changes_nothing(made, secret, run_module):
    result = run_module("distribution", **PARAMS)
    assert (result["changed"], result["changes"]) == (False, [])
    assert secret.mutating() == []
    assert sorted(secret.calls) == [
        "cloudfront:GetDistributionConfig",
        "cloudfront:ListCachePolicies",
        "cloudfront:ListDistributions",
        "cloudfront:ListOriginAccessControls",
        "cloudfront:ListResponseHeadersPolicies",
        "cloudfront:ListTagsForResource",
        "secretsmanager:GetSecretValue",
    ]


def test_check_mode_plans_on_an_empty_account(aws, run_module):
    result = run_module("distribution", _check=True, **PARAMS)
    assert result["changed"], result
    assert len(result["changes"]) == 4
    assert (result["id"], result["domain_name"]) == ("", "")
    assert aws.mutating() == []


def test_a_real_run_needs_the_secret(aws, run_module):
    result = run_module("distribution", **PARAMS)
    assert result["failed"]
    assert "holds no value for origin_secret" in result["msg"]
    assert aws.mutating() == []


def test_no_output_has_the_value_of_the_header(secret, cloudfront, run_module):
    results = [run_module("distribution", **PARAMS)]
    secret.client("secretsmanager").put_secret_value(
        SecretId="document", SecretString=json.dumps({"origin_secret": "f" * 32})
    )
    results.append(run_module("distribution", **PARAMS))
    assert results[1]["changes"] == [{"resource": "distribution jitsi", "action": "update", "fields": ["origin live"]}]
    assert results[1]["diff"]["before"]["distribution jitsi"]["origin live"]["custom_headers"] == {
        "X-Origin-Secret": "another value"
    }
    live = config(cloudfront)["DistributionConfig"]["Origins"]["Items"][0]
    assert live["CustomHeaders"]["Items"][0]["HeaderValue"] == "f" * 32
    for result in results:
        assert VALUE not in json.dumps(result)
        assert "f" * 32 not in json.dumps(result)


def drift_of_origin(found):
    found["Origins"]["Items"][0]["ConnectionTimeout"] = 10


def drift_of_legacy_caching(found):
    behavior = found["CacheBehaviors"]["Items"][1]
    del behavior["CachePolicyId"]
    behavior |= {"ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}, "MinTTL": 0}


def drift_of_errors(found):
    found["CustomErrorResponses"]["Items"][0]["ErrorCachingMinTTL"] = 300


def test_drift_is_put_back(made, cloudfront, run_module):
    before = config(cloudfront)["DistributionConfig"]
    change(cloudfront, drift_of_origin, drift_of_legacy_caching, drift_of_errors)
    result = run_module("distribution", **PARAMS)
    fields = ["error_caching_min_ttl", "behavior /css/*", "origin live"]
    assert result["changes"] == [{"resource": "distribution jitsi", "action": "update", "fields": fields}]
    assert config(cloudfront)["DistributionConfig"] == before
    assert not run_module("distribution", **PARAMS)["changed"]


def test_what_is_not_managed_stays(made, cloudfront, run_module):
    def edit(found):
        found["WebACLId"] = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/x/y"
        found["Origins"]["Items"][0]["OriginShield"] = {"Enabled": True, "OriginShieldRegion": "us-east-1"}

    change(cloudfront, edit)
    result = run_module("distribution", **{**PARAMS, "price_class": "PriceClass_100"})
    assert result["changes"][0]["fields"] == ["price_class"]
    found = config(cloudfront)["DistributionConfig"]
    assert found["WebACLId"].startswith("arn:aws:wafv2")
    assert found["Origins"]["Items"][0]["OriginShield"]["Enabled"] is True


def test_policies_are_put_back(made, cloudfront, run_module):
    (item,) = cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"]["Items"]
    policy = item["ResponseHeadersPolicy"]
    etag = cloudfront.get_response_headers_policy(Id=policy["Id"])["ETag"]
    policy["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"].pop("ContentSecurityPolicy")
    policy["ResponseHeadersPolicyConfig"]["Comment"] = "theirs"
    cloudfront.update_response_headers_policy(
        Id=policy["Id"], IfMatch=etag, ResponseHeadersPolicyConfig=policy["ResponseHeadersPolicyConfig"]
    )
    result = run_module("distribution", **{**PARAMS, "frame_ancestors": ["https://intranet.example.com"]})
    assert [item["resource"] for item in result["changes"]] == ["response headers policy jitsi"]
    found = cloudfront.get_response_headers_policy(Id=policy["Id"])["ResponseHeadersPolicy"]
    headers = found["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    assert headers["ContentSecurityPolicy"]["ContentSecurityPolicy"] == (
        "frame-ancestors 'self' https://intranet.example.com"
    )
    assert found["ResponseHeadersPolicyConfig"]["Comment"] == "theirs"


def test_tags_alone_do_not_deploy(made, secret, run_module):
    result = run_module("distribution", **{**PARAMS, "tags": {"Name": NAME, "Environment": "prod"}})
    assert result["changes"][0]["fields"] == ["tags"]
    assert secret.mutating() == ["cloudfront:TagResource"]


def test_a_change_of_somebody_else_meanwhile_is_not_overwritten(made, cloudfront, run_module, monkeypatch):
    update = api.update

    def late(*args):
        change(cloudfront, drift_of_errors)
        return update(*args)

    monkeypatch.setattr(api, "update", late)
    result = run_module("distribution", **{**PARAMS, "price_class": "PriceClass_100"})
    assert result["failed"]
    assert "PreconditionFailed" in result["msg"]


def test_another_environment_is_left_alone(made, run_module):
    other = {**PARAMS, "name": "jitsi-staging", "aliases": ["staging.example.com"]}
    # An alias belongs to one distribution in the world.
    assert "CNAMEAlreadyExists" in run_module("distribution", **{**other, "aliases": PARAMS["aliases"]})["msg"]
    assert [item["action"] for item in run_module("distribution", **other)["changes"]] == ["create"]
    assert run_module("distribution", name=NAME, state="absent")["changed"]
    assert not run_module("distribution", **other)["changed"]


def test_disabled_answers_nobody_until_it_is_wanted_again(made, secret, cloudfront, as_planned, run_module):
    result = as_planned(run_module, "distribution", name=NAME, state="disabled")
    assert [(item["resource"], item["fields"]) for item in result["changes"]] == [("distribution jitsi", ["enabled"])]
    assert result["domain_name"] == made["domain_name"]
    assert secret.mutating() == ["cloudfront:UpdateDistribution"]
    assert not cloudfront.get_distribution_config(Id=made["id"])["DistributionConfig"]["Enabled"]
    assert not run_module("distribution", name=NAME, state="disabled")["changed"]
    assert not run_module("distribution", name="other", state="disabled")["changed"]
    assert run_module("distribution", **PARAMS)["changes"][0]["fields"] == ["enabled"]


def test_absent_removes_all_of_it(made, cloudfront, as_planned, run_module):
    result = as_planned(run_module, "distribution", name=NAME, state="absent")
    assert [item["resource"] for item in result["changes"]] == [
        "distribution jitsi",
        "cache policy jitsi-static",
        "response headers policy jitsi",
        "origin access control jitsi",
    ]
    assert cloudfront.list_distributions()["DistributionList"]["Quantity"] == 0
    assert cloudfront.list_origin_access_controls()["OriginAccessControlList"]["Quantity"] == 0
    assert not run_module("distribution", name=NAME, state="absent")["changed"]


def test_a_run_that_died_is_finished(secret, cloudfront, run_module):
    """Policies without a distribution, as a run leaves them that dies before the last call."""
    cloudfront.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": NAME,
            "SigningProtocol": "sigv4",
            "SigningBehavior": "never",
            "OriginAccessControlOriginType": "lambda",
        }
    )
    result = run_module("distribution", **PARAMS)
    assert [item["action"] for item in result["changes"]] == ["update", "create", "create", "create"]
    assert not run_module("distribution", **PARAMS)["changed"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"default_behavior": {"origin": "live-or-wake", "methods": "all"}}, "an origin group takes read only"),
        ({"default_behavior": {"origin": "nowhere"}}, "not one of"),
        ({"certificate_arn": CERTIFICATE.replace("us-east-1", "eu-central-1")}, "us-east-1 only"),
        ({"origin_groups": [{"id": "g", "members": ["live"]}]}, "name two of the origins"),
        ({"origin_groups": [{"id": "live-or-wake", "members": ["live", "wake"], "codes": [200]}]}, "codes 200"),
        ({"behaviors": [{"paths": ["/a", "/a"], "origin": "live"}]}, "listed more than once"),
        ({"behaviors": [{"paths": ["a b"], "origin": "live"}]}, "not a path pattern"),
        ({"origins": [{**PARAMS["origins"][0], "connect_timeout": 30}, PARAMS["origins"][1]]}, "use 1 to 10"),
        ({"origins": PARAMS["origins"] + PARAMS["origins"][:1]}, "listed more than once"),
    ],
)
def test_bad_input_is_refused_before_any_call(refused, changes, message):
    assert message in refused("distribution", **{**PARAMS, **changes})
