# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A CloudFront distribution in front of an HTTPS server and a Lambda function, with the policies that only it uses.

CloudFront returns many settings that nobody chose. ``fields`` shows only what ``config`` names, so that a comparison
sees exactly what is managed; ``overlay`` puts that over what is there and keeps the rest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import InvalidInput

Config = dict[str, Any]

_ALIAS = re.compile(r"(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.IGNORECASE)
# A year.
LONGEST_CACHE = 31536000

READ_METHODS = ("GET", "HEAD", "OPTIONS")
ALL_METHODS = (*READ_METHODS, "PUT", "PATCH", "POST", "DELETE")
# Policies that AWS manages; the ids are the same in every account.
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
# The hosted zone of every distribution, for alias records.
HOSTED_ZONE = "Z2FDTNDATAQYW2"
# Every code that CloudFront lets an error response have, and those on which an origin group may fail over.
ERROR_CODES = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
FAILOVER_CODES = (403, 404, 429, 500, 502, 503, 504)
MINIMUM_TLS = "TLSv1.2_2021"
# What stands for the value of a secret header in results and diffs.
SAME, OTHER = "as in the secret", "another value"

# What names an item in CloudFront's lists of structures.
_IDENTITIES = ("Id", "PathPattern", "ErrorCode", "HeaderName", "OriginId")
# Settings that a cache policy replaces; CloudFront refuses both.
_LEGACY = ("ForwardedValues", "MinTTL", "DefaultTTL", "MaxTTL")
# CloudFront leaves these out when they are not set, and takes no empty text for them.
_OPTIONAL_IDS = ("OriginRequestPolicyId", "ResponseHeadersPolicyId")


def items(values: Sequence[Any]) -> Config:
    """A list as CloudFront writes it."""
    return {"Quantity": len(values), "Items": list(values)} if values else {"Quantity": 0}


# --- What is wanted


def check(params: Mapping[str, Any]) -> None:
    """Refuse what CloudFront would refuse, before any call. ``params`` are the module's options."""
    _check_texts(params)
    origins = [origin["id"] for origin in params["origins"]]
    groups = [group["id"] for group in params["origin_groups"]]
    for name in {name for name in origins + groups if (origins + groups).count(name) > 1}:
        raise InvalidInput(f"origins {name}: listed more than once; give every origin and group its own id")
    for origin in params["origins"]:
        for option, low, high in (("connect_timeout", 1, 10), ("connect_attempts", 1, 3), ("read_timeout", 1, 120)):
            if not low <= origin[option] <= high:
                raise InvalidInput(f"origin {origin['id']}: {option} {origin[option]}: use {low} to {high}")
    for group in params["origin_groups"]:
        if len(group["members"]) != 2 or not set(group["members"]) <= set(origins):
            raise InvalidInput(f"origin group {group['id']}: members {group['members']}: name two of the origins")
        for code in set(group["codes"]) - set(FAILOVER_CODES):
            raise InvalidInput(f"origin group {group['id']}: codes {code}: use some of {list(FAILOVER_CODES)}")
    paths = [path for behavior in params["behaviors"] for path in behavior["paths"]]
    for path in paths:
        if not re.fullmatch(r"/[A-Za-z0-9_.*$/~\"'@:+?&-]{1,254}", path):
            raise InvalidInput(f"behaviors {path}: not a path pattern; begin with / and use letters, digits and *?_-./")
        if paths.count(path) > 1:
            raise InvalidInput(f"behaviors {path}: listed more than once; leave one of them out")
    for where, behavior in [("default_behavior", params["default_behavior"])] + [
        (f"behaviors {item['paths']}", item) for item in params["behaviors"]
    ]:
        if behavior["origin"] not in origins + groups:
            raise InvalidInput(f"{where}: origin {behavior['origin']}: not one of {origins + groups}")
        if behavior["origin"] in groups and behavior["methods"] != "read":
            raise InvalidInput(f"{where}: methods {behavior['methods']}: an origin group takes read only")
    if params["certificate_arn"].split(":")[3:4] not in ([], ["us-east-1"]):
        raise InvalidInput(
            f"certificate_arn {params['certificate_arn']}: CloudFront takes certificates of us-east-1 only"
        )


def _check_texts(params: Mapping[str, Any]) -> None:
    for alias in params["aliases"]:
        if not _ALIAS.fullmatch(alias):
            raise InvalidInput(f"aliases {alias}: not a domain name; write one such as meet.example.com")
    for source in params["frame_ancestors"]:
        # A blank or a semicolon would begin another source, or another directive.
        if not re.fullmatch(r"[!-~]+", source) or set(source) & set(";,"):
            raise InvalidInput(f"frame_ancestors {source}: not one source; write one such as https://lms.example.com")
    if not 0 <= params["cache_seconds"] <= LONGEST_CACHE:
        raise InvalidInput(f"cache_seconds {params['cache_seconds']}: use 0 to {LONGEST_CACHE}")


def config(params: Mapping[str, Any], ids: Mapping[str, str], headers: Mapping[str, str]) -> Config:
    """The managed part of a DistributionConfig.

    ``ids`` are those of ``oac``, ``headers_policy`` and ``cache_policy``; ``headers`` has the value of the secret
    header of an origin by the origin's id.
    """
    behaviors = [
        {"PathPattern": path, **_behavior(behavior, ids)}
        for behavior in params["behaviors"]
        for path in behavior["paths"]
    ]
    return {
        "Aliases": items(params["aliases"]),
        "Comment": params["name"],
        "Enabled": True,
        "PriceClass": params["price_class"],
        "HttpVersion": "http2and3",
        "IsIPV6Enabled": True,
        "DefaultRootObject": "",
        "ViewerCertificate": {
            "ACMCertificateArn": params["certificate_arn"],
            "SSLSupportMethod": "sni-only",
            "MinimumProtocolVersion": MINIMUM_TLS,
        },
        "Origins": items([_origin(origin, ids, headers.get(origin["id"])) for origin in params["origins"]]),
        "OriginGroups": items([_group(group) for group in params["origin_groups"]]),
        "DefaultCacheBehavior": _behavior(params["default_behavior"], ids),
        "CacheBehaviors": items(behaviors),
        # Nothing that an origin says about its trouble is kept: the next request asks again.
        "CustomErrorResponses": items([{"ErrorCode": code, "ErrorCachingMinTTL": 0} for code in ERROR_CODES]),
    }


def _origin(origin: Mapping[str, Any], ids: Mapping[str, str], secret: str | None) -> Config:
    header = [] if secret is None else [{"HeaderName": origin["secret_header"]["name"], "HeaderValue": secret}]
    return {
        "Id": origin["id"],
        "DomainName": origin["domain"],
        "OriginPath": "",
        "ConnectionTimeout": origin["connect_timeout"],
        "ConnectionAttempts": origin["connect_attempts"],
        "CustomHeaders": items(header),
        "OriginAccessControlId": ids["oac"] if origin["signed"] else "",
        "CustomOriginConfig": {
            "HTTPPort": 80,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": "https-only",
            "OriginSslProtocols": items(["TLSv1.2"]),
            "OriginReadTimeout": origin["read_timeout"],
            # Longer than the default of 5: a new connection costs a TLS handshake.
            "OriginKeepaliveTimeout": 60,
        },
    }


def _group(group: Mapping[str, Any]) -> Config:
    return {
        "Id": group["id"],
        "FailoverCriteria": {"StatusCodes": items(sorted(group["codes"]))},
        "Members": items([{"OriginId": member} for member in group["members"]]),
    }


def _behavior(behavior: Mapping[str, Any], ids: Mapping[str, str]) -> Config:
    methods = READ_METHODS if behavior["methods"] == "read" else ALL_METHODS
    cached = behavior["cached"]
    return {
        "TargetOriginId": behavior["origin"],
        "ViewerProtocolPolicy": "redirect-to-https" if behavior["methods"] == "read" else "https-only",
        "AllowedMethods": {**items(methods), "CachedMethods": items(("GET", "HEAD"))},
        "Compress": cached,
        "CachePolicyId": ids["cache_policy"] if cached else CACHING_DISABLED,
        "OriginRequestPolicyId": "" if cached else ALL_VIEWER_EXCEPT_HOST,
        "ResponseHeadersPolicyId": ids["headers_policy"],
        "LambdaFunctionAssociations": items(()),
        "FunctionAssociations": items(()),
    }


def access_control(name: str) -> Config:
    """Origin access control: CloudFront signs what it sends to a function URL."""
    return {
        "Name": name,
        "Description": "Requests to the function URL",
        "SigningProtocol": "sigv4",
        "SigningBehavior": "always",
        "OriginAccessControlOriginType": "lambda",
    }


def headers_policy(name: str, frame_ancestors: Sequence[str]) -> Config:
    """Security headers of every answer, whichever origin it comes from."""
    return {
        "Name": name,
        "SecurityHeadersConfig": {
            "StrictTransportSecurity": {
                "Override": True,
                "AccessControlMaxAgeSec": 31536000,
                "IncludeSubdomains": False,
                "Preload": False,
            },
            "ContentTypeOptions": {"Override": True},
            # The name of a room is in its address, and is nobody else's business.
            "ReferrerPolicy": {"Override": True, "ReferrerPolicy": "strict-origin-when-cross-origin"},
            "ContentSecurityPolicy": {
                "Override": True,
                "ContentSecurityPolicy": " ".join(["frame-ancestors 'self'", *frame_ancestors]),
            },
        },
    }


def cache_policy(name: str, seconds: int) -> Config:
    """Caching of static files by path and query (``?v=`` tells releases apart), as long as the origin says, or
    ``seconds`` where it says nothing."""
    return {
        "Name": name,
        "MinTTL": 0,
        "DefaultTTL": seconds,
        "MaxTTL": 31536000,
        "ParametersInCacheKeyAndForwardedToOrigin": {
            "EnableAcceptEncodingGzip": True,
            "EnableAcceptEncodingBrotli": True,
            "HeadersConfig": {"HeaderBehavior": "none"},
            "CookiesConfig": {"CookieBehavior": "none"},
            "QueryStringsConfig": {"QueryStringBehavior": "all"},
        },
    }


# --- Comparing and changing


def view(current: Any, like: Any) -> Any:
    """The part of ``current`` that ``like`` names. Counted lists become plain ones: of words sorted, of structures in
    their order, with all of a structure that ``like`` does not have reduced to its name."""
    if not isinstance(like, Mapping):
        # Not set and set to nothing are the same.
        return "" if current is None and like == "" else current
    current = current or {}
    if "Quantity" not in like:
        return {key: view(current.get(key), value) for key, value in like.items()}
    listed = _view_items(current.get("Items") or [], like.get("Items") or [])
    rest = {key: view(current.get(key), value) for key, value in like.items() if key not in ("Quantity", "Items")}
    return {"Items": listed, **rest} if rest else listed


def _view_items(current: Sequence[Any], like: Sequence[Any]) -> list[Any]:
    if not all(isinstance(item, Mapping) for item in [*current, *like]):
        return sorted(current)
    known = {_name(item): item for item in like}
    return [view(item, known.get(_name(item), _reduced(item))) for item in current]


def _name(item: Mapping[str, Any]) -> Any:
    return next((item[key] for key in _IDENTITIES if key in item), "")


def _reduced(item: Mapping[str, Any]) -> Config:
    return {key: item[key] for key in _IDENTITIES if key in item}


def overlay(current: Any, wanted: Any) -> Any:
    """``wanted`` over ``current``: what ``wanted`` does not name stays, but items of lists that it lacks go."""
    if not isinstance(wanted, Mapping):
        return wanted
    current = current or {}
    merged = {**current, **{key: overlay(current.get(key), value) for key, value in wanted.items()}}
    if "Quantity" in wanted:
        before = {_name(item): item for item in current.get("Items") or [] if isinstance(item, Mapping)}
        values = wanted.get("Items") or []
        named = [overlay(before.get(_name(item)), item) if isinstance(item, Mapping) else item for item in values]
        merged.pop("Items", None)
        merged |= items(named)
    if wanted.get("CachePolicyId"):
        for key in _LEGACY:
            merged.pop(key, None)
    for key in _OPTIONAL_IDS:
        if merged.get(key) == "":
            del merged[key]
    return merged


def fields(current: Config, wanted: Config, headers: Mapping[str, str]) -> Config:
    """What is managed of ``current``, flat, for comparison and for people: no value of a secret header is in it."""
    seen = view(current, wanted)
    flat = {
        key: value
        for key, value in seen.items()
        if key not in ("Origins", "OriginGroups", "CacheBehaviors", "CustomErrorResponses")
    }
    flat["Origins"] = sorted(origin["Id"] for origin in seen["Origins"])
    flat["OriginGroups"] = sorted(group["Id"] for group in seen["OriginGroups"])
    flat["CacheBehaviors"] = [behavior["PathPattern"] for behavior in seen["CacheBehaviors"]]
    flat["ErrorCachingMinTTL"] = {
        str(error["ErrorCode"]): error.get("ErrorCachingMinTTL")
        for error in sorted(seen["CustomErrorResponses"], key=_name)
    }
    for origin in seen["Origins"]:
        flat[f"origin {origin['Id']}"] = _masked(origin, headers.get(origin["Id"]))
    for group in seen["OriginGroups"]:
        flat[f"origin group {group['Id']}"] = group
    for behavior in seen["CacheBehaviors"]:
        flat[f"behavior {behavior['PathPattern']}"] = behavior
    return flat


def _masked(origin: Config, secret: str | None) -> Config:
    shown = {
        header["HeaderName"]: SAME if header.get("HeaderValue") == secret else OTHER
        for header in origin.get("CustomHeaders", [])
    }
    return {**origin, "CustomHeaders": shown}
