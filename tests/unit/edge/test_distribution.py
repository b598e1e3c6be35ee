# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is managed of a CloudFront distribution, and what is left alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import compare
from ansible_collections.meetops.jitsi.plugins.module_utils.edge import distribution

VALUE = "0123456789abcdef"
IDS = {"oac": "OAC", "headers_policy": "HEADERS", "cache_policy": "CACHE"}
HEADERS = {"live": VALUE}
ORIGIN = {"connect_timeout": 10, "connect_attempts": 3, "read_timeout": 30, "signed": False, "secret_header": None}
PARAMS: dict[str, Any] = {
    "name": "jitsi",
    "aliases": ["meet.example.com"],
    "certificate_arn": "arn:aws:acm:us-east-1:1:certificate/x",
    "price_class": "PriceClass_All",
    "origins": [
        {**ORIGIN, "id": "live", "domain": "origin.example.com", "secret_header": {"name": "X-Secret"}},
        {**ORIGIN, "id": "wake", "domain": "x.lambda-url.us-east-1.on.aws", "signed": True},
    ],
    "origin_groups": [{"id": "group", "members": ["live", "wake"], "codes": [504, 502]}],
    "default_behavior": {"origin": "group", "methods": "read", "cached": False},
    "behaviors": [
        {"paths": ["/api"], "origin": "live", "methods": "all", "cached": False},
        {"paths": ["/css/*", "/js/*"], "origin": "live", "methods": "read", "cached": True},
    ],
}
WANTED = distribution.config(PARAMS, IDS, HEADERS)


def changed(config: dict[str, Any]) -> list[str]:
    """Names of the fields in which a configuration is not as wanted."""
    like = distribution.fields(WANTED, WANTED, HEADERS)
    changes = compare({"x": distribution.fields(config, WANTED, HEADERS)}, {"x": like})
    return changes[0].fields if changes else []


def there() -> dict[str, Any]:
    """The wanted configuration as CloudFront might return it: other orders, defaults, and no empty lists."""
    config = deepcopy(distribution.overlay({}, WANTED))
    config["Aliases"]["Items"].reverse()
    config["Origins"]["Items"].reverse()
    config["CustomErrorResponses"]["Items"].reverse()
    for behavior in [*config["CacheBehaviors"]["Items"], config["DefaultCacheBehavior"]]:
        behavior["AllowedMethods"]["Items"].sort()
        behavior |= {"SmoothStreaming": False, "TrustedSigners": {"Enabled": False, "Quantity": 0}}
    for origin in config["Origins"]["Items"]:
        origin["OriginShield"] = {"Enabled": False}
    return {**config, "Logging": {"Enabled": False}, "WebACLId": "theirs", "CallerReference": "x", "Staging": False}


def test_what_cloudfront_adds_is_no_difference() -> None:
    assert changed(there()) == []
    assert changed(distribution.overlay(there(), WANTED)) == []


def origin(config: dict[str, Any], name: str) -> dict[str, Any]:
    return next(item for item in config["Origins"]["Items"] if item["Id"] == name)


DRIFTS: dict[str, tuple[Callable[[dict[str, Any]], Any], list[str]]] = {
    "an alias": (lambda c: c["Aliases"]["Items"].append("other.example.com"), ["Aliases"]),
    "the switch": (lambda c: c.update(Enabled=False), ["Enabled"]),
    "old TLS": (lambda c: c["ViewerCertificate"].update(MinimumProtocolVersion="TLSv1"), ["ViewerCertificate"]),
    "a timeout": (lambda c: origin(c, "live").update(ConnectionTimeout=9), ["origin live"]),
    "plain HTTP": (
        lambda c: origin(c, "live")["CustomOriginConfig"].update(OriginProtocolPolicy="match-viewer"),
        ["origin live"],
    ),
    "no signature": (lambda c: origin(c, "wake").update(OriginAccessControlId=""), ["origin wake"]),
    "another secret": (
        lambda c: origin(c, "live")["CustomHeaders"]["Items"][0].update(HeaderValue="z"),
        ["origin live"],
    ),
    "a stray header": (
        lambda c: origin(c, "wake").update(
            CustomHeaders={"Quantity": 1, "Items": [{"HeaderName": "X", "HeaderValue": "y"}]}
        ),
        ["origin wake"],
    ),
    "a stray origin": (lambda c: c["Origins"]["Items"].append({"Id": "stray", "DomainName": "x"}), ["Origins"]),
    "no origin": (lambda c: c["Origins"]["Items"].pop(0), ["Origins", "origin wake"]),
    "members in another order": (
        lambda c: c["OriginGroups"]["Items"][0]["Members"]["Items"].reverse(),
        ["origin group group"],
    ),
    "a code": (
        lambda c: c["OriginGroups"]["Items"][0]["FailoverCriteria"]["StatusCodes"]["Items"].append(403),
        ["origin group group"],
    ),
    "behaviors in another order": (lambda c: c["CacheBehaviors"]["Items"].reverse(), ["CacheBehaviors"]),
    "a stray behavior": (lambda c: c["CacheBehaviors"]["Items"].insert(0, {"PathPattern": "/x"}), ["CacheBehaviors"]),
    "fewer methods": (
        lambda c: c["CacheBehaviors"]["Items"][0]["AllowedMethods"].update(Items=["GET", "HEAD"], Quantity=2),
        ["behavior /api"],
    ),
    "another cache policy": (
        lambda c: c["CacheBehaviors"]["Items"][1].update(CachePolicyId="other"),
        ["behavior /css/*"],
    ),
    "a function": (
        lambda c: c["DefaultCacheBehavior"].update(
            FunctionAssociations={"Quantity": 1, "Items": [{"FunctionARN": "x", "EventType": "viewer-request"}]}
        ),
        ["DefaultCacheBehavior"],
    ),
    "a kept error": (
        lambda c: c["CustomErrorResponses"]["Items"][0].update(ErrorCachingMinTTL=10),
        ["ErrorCachingMinTTL"],
    ),
    "a page for an error": (lambda c: c["CustomErrorResponses"]["Items"].pop(), ["ErrorCachingMinTTL"]),
}


@pytest.mark.parametrize("drift", DRIFTS)
def test_a_difference_is_seen_and_put_back(drift: str) -> None:
    edit, fields = DRIFTS[drift]
    config = there()
    edit(config)
    assert changed(config) == fields
    assert changed(distribution.overlay(config, WANTED)) == []


def test_what_is_not_managed_is_kept() -> None:
    config = there()
    origin(config, "live")["OriginShield"] = {"Enabled": True}
    merged = distribution.overlay(config, WANTED)
    assert merged["WebACLId"] == "theirs"
    assert merged["CallerReference"] == "x"
    assert origin(merged, "live")["OriginShield"] == {"Enabled": True}
    assert merged["CacheBehaviors"]["Items"][0]["SmoothStreaming"] is False


def test_a_cache_policy_replaces_the_settings_before_it() -> None:
    config = there()
    config["DefaultCacheBehavior"] |= {"ForwardedValues": {"QueryString": True}, "MinTTL": 0, "MaxTTL": 1}
    del config["DefaultCacheBehavior"]["CachePolicyId"]
    merged = distribution.overlay(config, WANTED)["DefaultCacheBehavior"]
    assert merged["CachePolicyId"] == distribution.CACHING_DISABLED
    assert not {"ForwardedValues", "MinTTL", "MaxTTL"} & set(merged)


def test_a_policy_that_is_not_wanted_is_left_out_of_the_request() -> None:
    """CloudFront takes no empty id."""
    config = there()
    config["CacheBehaviors"]["Items"][1]["OriginRequestPolicyId"] = "other"
    assert changed(config) == ["behavior /css/*"]
    assert "OriginRequestPolicyId" not in distribution.overlay(config, WANTED)["CacheBehaviors"]["Items"][1]


def test_no_value_of_a_secret_header_is_shown() -> None:
    fields = distribution.fields(there(), WANTED, HEADERS)
    assert VALUE not in json.dumps(fields)
    assert fields["origin live"]["CustomHeaders"] == {"X-Secret": "as in the secret"}


def test_counted_lists() -> None:
    assert distribution.items([]) == {"Quantity": 0}
    assert distribution.items(["a", "b"]) == {"Quantity": 2, "Items": ["a", "b"]}


def test_who_may_frame() -> None:
    def directive(*sites: str) -> str:
        headers = distribution.headers_policy("x", sites)["SecurityHeadersConfig"]
        return str(headers["ContentSecurityPolicy"]["ContentSecurityPolicy"])

    assert directive() == "frame-ancestors 'self'"
    assert directive("https://a.example.com", "*") == "frame-ancestors 'self' https://a.example.com *"
