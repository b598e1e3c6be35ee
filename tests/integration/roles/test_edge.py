# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The public entrance as the role edge describes it: judged by cfn-lint, and by what must hold for calls to pass."""

from __future__ import annotations

import fnmatch
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.edge import distribution, dns_records
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import file_system
from support.rendering import findings, role_variable

DOMAIN = "meet.example.com"
INPUTS: dict[str, Any] = {
    "edge_name": "jitsi-video-platform",
    "edge_domain": DOMAIN,
    "edge_hosted_zone": "example.com",
    "_edge_functions": {
        "functions": {"jitsi-video-platform-wake": {"url": "https://abcdefgh.lambda-url.eu-central-1.on.aws/"}}
    },
    "_edge_certificate": {"arn": "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"},
    "_edge_distribution": {"domain_name": "d111111abcdef8.cloudfront.net", "hosted_zone_id": distribution.HOSTED_ZONE},
}
IDS = {"oac": {"Ref": "Control"}, "headers_policy": {"Ref": "Headers"}, "cache_policy": {"Ref": "Cache"}}
SECRET = {"live": "0" * 32, "live-xmpp": "0" * 32}
# What the module fills in for options that the role leaves out.
ORIGIN = {"connect_timeout": 10, "connect_attempts": 3, "read_timeout": 30, "signed": False, "secret_header": None}
BEHAVIOR = {"methods": "read", "cached": False}


def edge(name: str, **inputs: Any) -> Any:
    return role_variable("edge", name, **{**INPUTS, **inputs})


@pytest.fixture(scope="module")
def params() -> dict[str, Any]:
    """The options that the role gives to the module distribution."""
    return {
        "name": "jitsi-video-platform",
        "aliases": [DOMAIN],
        "certificate_arn": edge("_edge_certificate_arn"),
        "price_class": "PriceClass_All",
        "frame_ancestors": [],
        "cache_seconds": 1200,
        "origins": [{**ORIGIN, **origin} for origin in edge("_edge_origins")],
        "origin_groups": edge("_edge_origin_groups"),
        "default_behavior": {**BEHAVIOR, "origin": "live-or-wake"},
        "behaviors": [{**BEHAVIOR, **behavior} for behavior in edge("_edge_behaviors")],
    }


@pytest.fixture(scope="module")
def config(params) -> dict[str, Any]:
    return distribution.config(params, IDS, SECRET)


def test_the_modules_own_rules_hold(params):
    distribution.check(params)


def behavior_of(config: dict[str, Any], path: str) -> dict[str, Any]:
    """The behavior that CloudFront uses for a path: the first one that matches, else the default."""
    for behavior in config["CacheBehaviors"]["Items"]:
        if fnmatch.fnmatchcase(path, behavior["PathPattern"]):
            return behavior
    return config["DefaultCacheBehavior"]


@pytest.mark.parametrize(
    ("path", "target", "everything", "cached"),
    [
        ("/", "live-or-wake", False, False),
        ("/MyRoom", "live-or-wake", False, False),
        ("/tenant/MyRoom", "live-or-wake", False, False),
        ("/config.js", "live-or-wake", False, False),
        ("/tenant/config.js", "live-or-wake", False, False),
        ("/external_api.js", "live-or-wake", False, False),
        ("/xmpp-websocket", "live-xmpp", True, False),
        ("/tenant/xmpp-websocket", "live-xmpp", True, False),
        ("/http-bind", "live-xmpp", True, False),
        ("/tenant/http-bind", "live-xmpp", True, False),
        ("/_wake", "wake", True, False),
        ("/_wake/status", "wake", True, False),
        ("/libs/app.bundle.min.js", "live", False, True),
        ("/css/all.css", "live", False, True),
        ("/lang/main-de.json", "live", False, True),
        ("/sounds/joined.mp3", "live", False, True),
        ("/images/watermark.svg", "live", False, True),
        ("/fonts/x.woff2", "live", False, True),
        ("/static/close3.html", "live", False, True),
    ],
)
def test_each_path_goes_where_it_can_be_answered(config, path, target, everything, cached):
    behavior = behavior_of(config, path)
    assert behavior["TargetOriginId"] == target
    assert ("POST" in behavior["AllowedMethods"]["Items"]) is everything
    assert (behavior["CachePolicyId"] != distribution.CACHING_DISABLED) is cached
    assert behavior["ResponseHeadersPolicyId"] == IDS["headers_policy"]
    # The origin has a certificate for its own name only; with the viewer's it would answer nobody.
    assert behavior["OriginRequestPolicyId"] == ("" if cached else distribution.ALL_VIEWER_EXCEPT_HOST)


def test_asleep_a_page_comes_soon_and_a_call_has_time(config):
    origins = {origin["Id"]: origin for origin in config["Origins"]["Items"]}
    assert origins["live"]["ConnectionTimeout"] * origins["live"]["ConnectionAttempts"] <= 3
    # jitsi-meet's BOSH holds a request for 60 seconds.
    assert origins["live-xmpp"]["CustomOriginConfig"]["OriginReadTimeout"] >= 90
    (group,) = config["OriginGroups"]["Items"]
    assert [member["OriginId"] for member in group["Members"]["Items"]] == ["live", "wake"]
    assert group["FailoverCriteria"]["StatusCodes"]["Items"] == [502, 503, 504]


def test_only_the_function_is_signed_and_only_the_server_gets_the_secret(config):
    for origin in config["Origins"]["Items"]:
        assert (origin["OriginAccessControlId"] != "") is (origin["Id"] == "wake")
        assert ("Items" in origin["CustomHeaders"]) is (origin["Id"] != "wake")
        assert origin["CustomOriginConfig"]["OriginSslProtocols"]["Items"] == ["TLSv1.2"]


def test_no_error_is_kept(config):
    errors = config["CustomErrorResponses"]["Items"]
    assert {error["ErrorCode"] for error in errors} == set(distribution.ERROR_CODES)
    assert {error["ErrorCachingMinTTL"] for error in errors} == {0}


def test_names_of_tasks_are_created_and_belong_to_the_functions():
    records = edge("_edge_task_records")
    assert [(record["name"], record["values"], record["keep"]) for record in records] == [
        (f"origin.{DOMAIN}", ["192.0.2.1"], "create"),
        (f"turn.{DOMAIN}", ["192.0.2.1"], "create"),
    ]
    assert all(record["ttl"] <= 30 for record in records)


def test_authorities():
    (record,) = edge("_edge_authority_records")
    assert (record["values"], record["keep"]) == (['0 issue "amazon.com"', '0 issue "letsencrypt.org"'], "exact")
    account = "https://acme-v02.api.letsencrypt.org/acme/acct/1"
    (record,) = edge("_edge_authority_records", edge_acme_account_uri=account)
    assert record["values"][1] == f'0 issue "letsencrypt.org; accounturi={account}"'
    # The zone's own name may serve others, who have authorities of theirs.
    (record,) = edge("_edge_authority_records", edge_hosted_zone=DOMAIN)
    assert record["keep"] == "include"


def test_all_records_are_ones_that_route_53_takes():
    records = edge("_edge_task_records") + edge("_edge_authority_records") + edge("_edge_domain_records")
    defaults = {"type": "A", "ttl": 300, "values": [], "alias": None, "keep": "exact"}
    dns_records.check("example.com", [{**defaults, **record} for record in records])


def test_check_mode_has_placeholders_for_what_is_not_there_yet():
    nothing = {"_edge_functions": {"functions": {}}, "_edge_certificate": {"arn": ""}}
    assert edge("_edge_origins", **nothing)[2]["domain"].startswith("planned.")
    assert edge("_edge_certificate_arn", **nothing).startswith("arn:aws:acm:us-east-1:")
    planned = {"_edge_distribution": {"domain_name": "", "hosted_zone_id": distribution.HOSTED_ZONE}}
    assert edge("_edge_domain_records", **planned)[0]["alias"]["name"].startswith("planned.")


# --- cfn-lint ---------------------------------------------------------------------------------------------------------


def plain(value: Any) -> Any:
    """Counted lists to plain ones, as CloudFormation has them nearly everywhere."""
    if isinstance(value, dict) and "Quantity" in value:
        return [plain(item) for item in value.get("Items", [])]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item != ""}
    return [plain(item) for item in value] if isinstance(value, list) else value


def cfn_behavior(behavior: dict[str, Any]) -> dict[str, Any]:
    methods = behavior["AllowedMethods"]
    words = plain({key: value for key, value in behavior.items() if key != "AllowedMethods"})
    return {**words, "AllowedMethods": methods["Items"], "CachedMethods": methods["CachedMethods"]["Items"]}


def cfn_origin(origin: dict[str, Any]) -> dict[str, Any]:
    words = plain(origin)
    words["OriginCustomHeaders"] = words.pop("CustomHeaders")
    custom = words["CustomOriginConfig"]
    custom["OriginSSLProtocols"] = custom.pop("OriginSslProtocols")
    return words


def template(config: dict[str, Any]) -> dict[str, Any]:
    """The entrance as a CloudFormation template."""
    certificate = config["ViewerCertificate"]
    words = {
        "Aliases": plain(config["Aliases"]),
        **{key: config[key] for key in ("Comment", "Enabled", "PriceClass", "HttpVersion", "OriginGroups")},
        "IPV6Enabled": config["IsIPV6Enabled"],
        "ViewerCertificate": {
            "AcmCertificateArn": certificate["ACMCertificateArn"],
            "SslSupportMethod": certificate["SSLSupportMethod"],
            "MinimumProtocolVersion": certificate["MinimumProtocolVersion"],
        },
        "Origins": [cfn_origin(origin) for origin in config["Origins"]["Items"]],
        "DefaultCacheBehavior": cfn_behavior(config["DefaultCacheBehavior"]),
        "CacheBehaviors": [cfn_behavior(behavior) for behavior in config["CacheBehaviors"]["Items"]],
        "CustomErrorResponses": plain(config["CustomErrorResponses"]),
    }
    resources: dict[str, Any] = {
        "Distribution": {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": words}},
        "Control": {
            "Type": "AWS::CloudFront::OriginAccessControl",
            "Properties": {"OriginAccessControlConfig": distribution.access_control("x")},
        },
        "Headers": {
            "Type": "AWS::CloudFront::ResponseHeadersPolicy",
            "Properties": {"ResponseHeadersPolicyConfig": distribution.headers_policy("x", ["https://a.example.com"])},
        },
        "Cache": {
            "Type": "AWS::CloudFront::CachePolicy",
            "Properties": {"CachePolicyConfig": distribution.cache_policy("x-static", 3600)},
        },
    }
    for number, record in enumerate(edge("_edge_task_records") + edge("_edge_authority_records")):
        resources[f"Record{number}"] = {
            "Type": "AWS::Route53::RecordSet",
            "Properties": {
                "HostedZoneName": "example.com.",
                "Name": record["name"],
                "Type": record.get("type", "A"),
                "TTL": str(record.get("ttl", 300)),
                "ResourceRecords": record["values"],
            },
        }
    stored = file_system.wanted(
        {
            "name": "x",
            "tags": {},
            "user_id": 1000,
            "path": "/certificates",
            "subnets": {"us-east-1a": "subnet-0123456789abcdef0"},
            "security_groups": ["sg-0123456789abcdef0"],
        }
    )
    fields, point, target = stored.values()
    resources["Files"] = {
        "Type": "AWS::EFS::FileSystem",
        "Properties": {
            "Encrypted": fields["Encrypted"],
            "ThroughputMode": fields["ThroughputMode"],
            "LifecyclePolicies": file_system.lifecycle_rules(fields["Lifecycle"]),
            "FileSystemPolicy": fields["Policy"],
        },
    }
    resources["Point"] = {
        "Type": "AWS::EFS::AccessPoint",
        "Properties": {
            "FileSystemId": {"Ref": "Files"},
            "PosixUser": {key: str(value) for key, value in point["PosixUser"].items()},
            "RootDirectory": {
                "Path": point["RootDirectory"]["Path"],
                "CreationInfo": {key: str(value) for key, value in point["RootDirectory"]["CreationInfo"].items()},
            },
        },
    }
    resources["Target"] = {
        "Type": "AWS::EFS::MountTarget",
        "Properties": {
            "FileSystemId": {"Ref": "Files"},
            "SubnetId": target["Subnet"],
            "SecurityGroups": target["SecurityGroups"],
        },
    }
    return {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}


def test_cfn_lint_finds_nothing(config):
    assert findings(template(config)) == []


def test_cfn_lint_would_find_a_wrong_document(config):
    wrong = template(config)
    wrong["Resources"]["Distribution"]["Properties"]["DistributionConfig"]["Origins"][0]["ConnectionTimeout"] = "soon"
    wrong["Resources"]["Headers"]["Properties"]["ResponseHeadersPolicyConfig"]["Nonsense"] = True
    assert len([finding for finding in findings(wrong) if finding.startswith("E")]) == 2
