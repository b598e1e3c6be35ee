# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Drifts of the role edge: names, certificate, distribution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .case import ALONE, DOMAIN, NAME, Hand, Table

Config = dict[str, Any]
CERTIFICATE = f"certificate {DOMAIN}"
DISTRIBUTION = f"distribution {NAME}"
CAA = f"CAA {DOMAIN}"
# Kind -> how boto3 calls one and many.
POLICIES = {
    "OriginAccessControl": ("origin_access_control", "origin_access_controls"),
    "ResponseHeadersPolicy": ("response_headers_policy", "response_headers_policies"),
    "CachePolicy": ("cache_policy", "cache_policies"),
}
ISSUERS = ('0 issue "amazon.com"', '0 issue "letsencrypt.org"')


def lose_record(hand: Hand, kind: str, name: str) -> None:
    hand.route53.change_resource_record_sets(
        HostedZoneId=hand.zone_id(),
        ChangeBatch={"Changes": [{"Action": "DELETE", "ResourceRecordSet": hand.record_set(kind, name)}]},
    )


def other_alias(hand: Hand) -> None:
    record_set = hand.record_set("A", DOMAIN)
    record_set["AliasTarget"]["DNSName"] = "d111111abcdef8.cloudfront.net."
    hand.route53.change_resource_record_sets(
        HostedZoneId=hand.zone_id(), ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record_set}]}
    )


def validation_name(hand: Hand) -> str:
    (option,) = hand.acm.describe_certificate(CertificateArn=hand.certificate_arn())["Certificate"][
        "DomainValidationOptions"
    ]
    return str(option["ResourceRecord"]["Name"]).rstrip(".")


def other_validation(hand: Hand) -> None:
    hand.record("UPSERT", "CNAME", validation_name(hand), 5, "other.example.com.")


def certificate_tags(hand: Hand) -> None:
    arn = hand.certificate_arn()
    hand.acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "Stray", "Value": "x"}])
    hand.acm.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": "Environment"}])


def distribution_tags(hand: Hand) -> None:
    arn = hand.distribution()["ARN"]
    hand.cloudfront.tag_resource(Resource=arn, Tags={"Items": [{"Key": "Stray", "Value": "x"}]})
    hand.cloudfront.untag_resource(Resource=arn, TagKeys={"Items": ["Environment"]})


def settings(**changes: Any) -> Callable[[Hand], None]:
    """Settings of the distribution itself."""
    return lambda hand: hand.change_distribution(lambda config: config.update(changes))


def item(kind: str, key: str, name: str, **changes: Any) -> Callable[[Hand], None]:
    """Settings of an origin, a group or a behavior."""

    def change(config: Config) -> None:
        next(found for found in config[kind]["Items"] if found[key] == name).update(changes)

    return lambda hand: hand.change_distribution(change)


def lose(kind: str, key: str, name: str) -> Callable[[Hand], None]:
    """An item less."""

    def change(config: Config) -> None:
        config[kind]["Items"] = [found for found in config[kind]["Items"] if found[key] != name]
        config[kind]["Quantity"] -= 1

    return lambda hand: hand.change_distribution(change)


def stray(kind: str) -> Callable[[Hand], None]:
    """An item more, like the first one."""

    def change(config: Config) -> None:
        config[kind]["Items"].append({**config[kind]["Items"][0], "Id": "stray"})
        config[kind]["Quantity"] += 1

    return lambda hand: hand.change_distribution(change)


def default_behavior(hand: Hand) -> None:
    hand.change_distribution(lambda config: config["DefaultCacheBehavior"].update(ViewerProtocolPolicy="allow-all"))


def viewer_certificate(hand: Hand) -> None:
    hand.change_distribution(lambda config: config["ViewerCertificate"].update(MinimumProtocolVersion="TLSv1"))


def header(hand: Hand) -> None:
    """Another value of the header that proves who asks."""
    value = {"Quantity": 1, "Items": [{"HeaderName": "X-Origin-Secret", "HeaderValue": "guessed"}]}
    item("Origins", "Id", "live", CustomHeaders=value)(hand)


def error_pages(hand: Hand) -> None:
    hand.change_distribution(lambda config: config["CustomErrorResponses"]["Items"][0].update(ErrorCachingMinTTL=300))


def policy(kind: str, **changes: Any) -> Callable[[Hand], None]:
    """Settings of the one policy of this kind."""

    def change(hand: Hand) -> None:
        word, words = POLICIES[kind]
        options = {} if kind == "OriginAccessControl" else {"Type": "custom"}
        (found,) = getattr(hand.cloudfront, f"list_{words}")(**options)[f"{kind}List"]["Items"]
        identifier = found.get(kind, found)["Id"]
        answer = getattr(hand.cloudfront, f"get_{word}_config")(Id=identifier)
        config = {f"{kind}Config": {**answer[f"{kind}Config"], **changes}}
        getattr(hand.cloudfront, f"update_{word}")(Id=identifier, IfMatch=answer["ETag"], **config)

    return change


DRIFTS: Table = {
    ("dns_records", CAA): [
        ("ttl values", lambda hand: hand.record("UPSERT", "CAA", DOMAIN, 86400, *ISSUERS, '0 issue "x.org"')),
        ("*", lambda hand: lose_record(hand, "CAA", DOMAIN), "deleted"),
    ],
    ("dns_records", f"A {DOMAIN}"): [("alias", other_alias)],
    ("dns_records", f"AAAA {DOMAIN}"): [("*", lambda hand: lose_record(hand, "AAAA", DOMAIN), "deleted")],
    ("dns_records", f"A turn.{DOMAIN}"): [("*", lambda hand: lose_record(hand, "A", f"turn.{DOMAIN}"), "deleted")],
    ("certificate", "CNAME *"): [
        ("ttl values", other_validation, "another validation record"),
        ("*", lambda hand: lose_record(hand, "CNAME", validation_name(hand)), "validation record deleted"),
    ],
    ("certificate", CERTIFICATE): [
        ("tags", certificate_tags),
        ("*", lambda hand: hand.acm.delete_certificate(CertificateArn=hand.certificate_arn()), "deleted", ALONE),
    ],
    ("distribution", DISTRIBUTION): [
        ("enabled", settings(Enabled=False), "switched off"),
        (
            "price_class http_version is_ipv6_enabled default_root_object",
            settings(
                PriceClass="PriceClass_100", HttpVersion="http1.1", IsIPV6Enabled=False, DefaultRootObject="index.html"
            ),
        ),
        ("aliases", settings(Aliases={"Quantity": 1, "Items": ["other.example.com"]})),
        ("viewer_certificate", viewer_certificate, "old TLS"),
        ("origin?live", item("Origins", "Id", "live", ConnectionTimeout=10)),
        ("origin?live", header, "another secret"),
        ("origins", stray("Origins"), "one more"),
        (
            "origin?group?live-or-wake",
            item(
                "OriginGroups", "Id", "live-or-wake", FailoverCriteria={"StatusCodes": {"Quantity": 1, "Items": [404]}}
            ),
        ),
        ("default_cache_behavior", default_behavior),
        ("behavior?/_wake[*]", item("CacheBehaviors", "PathPattern", "/_wake*", ViewerProtocolPolicy="allow-all")),
        ("cache_behaviors behavior?/css/[*]", lose("CacheBehaviors", "PathPattern", "/css/*")),
        ("error_caching_min_ttl", error_pages),
        ("tags", distribution_tags),
        ("origin_groups", stray("OriginGroups"), "one more"),
    ],
    ("distribution", f"origin access control {NAME}"): [
        (
            "signing_behavior description origin_access_control_origin_type",
            policy("OriginAccessControl", SigningBehavior="never", Description="x", OriginAccessControlOriginType="s3"),
        )
    ],
    ("distribution", f"response headers policy {NAME}"): [
        (
            "security_headers_config",
            policy("ResponseHeadersPolicy", SecurityHeadersConfig={"ContentTypeOptions": {"Override": True}}),
        )
    ],
    ("distribution", f"cache policy {NAME}-static"): [
        ("min_ttl default_ttl max_ttl", policy("CachePolicy", MinTTL=1, DefaultTTL=2, MaxTTL=3)),
        (
            "parameters_in_cache_key_and_forwarded_to_origin",
            policy(
                "CachePolicy",
                ParametersInCacheKeyAndForwardedToOrigin={
                    "EnableAcceptEncodingGzip": False,
                    "EnableAcceptEncodingBrotli": False,
                    "HeadersConfig": {"HeaderBehavior": "none"},
                    "CookiesConfig": {"CookieBehavior": "all"},
                    "QueryStringsConfig": {"QueryStringBehavior": "none"},
                },
            ),
        ),
    ],
}
