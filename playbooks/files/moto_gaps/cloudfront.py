# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# mypy: disable-error-code="assignment, attr-defined, method-assign, misc"
"""What moto 5.2 lacks of CloudFront. Local only."""

from __future__ import annotations

from copy import deepcopy
from typing import Any


def patch() -> None:
    """All of them."""
    patch_cloudfront_distributions()
    patch_cloudfront_etags()
    patch_cloudfront_origin_access_controls()
    patch_cloudfront_policies()


def error(code: str, message: str) -> Exception:
    """An error as CloudFront answers it."""
    from moto.cloudfront.exceptions import CloudFrontException

    return CloudFrontException(code, message)


# What CloudFront fills in where a request is silent, and says of everything.
DEFAULTS: dict[str, Any] = {
    "DefaultRootObject": "",
    "OriginGroups": {"Quantity": 0},
    "CacheBehaviors": {"Quantity": 0},
    "CustomErrorResponses": {"Quantity": 0},
    "Aliases": {"Quantity": 0},
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All",
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "WebACLId": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": True,
    "ContinuousDeploymentPolicyId": "",
    "Staging": False,
}
ORIGIN_DEFAULTS: dict[str, Any] = {
    "OriginPath": "",
    "CustomHeaders": {"Quantity": 0},
    "ConnectionAttempts": 3,
    "ConnectionTimeout": 10,
    "OriginShield": {"Enabled": False},
    "OriginAccessControlId": "",
}
BEHAVIOR_DEFAULTS: dict[str, Any] = {
    "TrustedSigners": {"Enabled": False, "Quantity": 0},
    "TrustedKeyGroups": {"Enabled": False, "Quantity": 0},
    "SmoothStreaming": False,
    "Compress": False,
    "LambdaFunctionAssociations": {"Quantity": 0},
    "FunctionAssociations": {"Quantity": 0},
    "FieldLevelEncryptionId": "",
    "GrpcConfig": {"Enabled": False},
}


def listed(value: dict[str, Any]) -> list[Any]:
    """The items of one of CloudFront's counted lists."""
    return value.get("Items") or []


def completed(config: dict[str, Any]) -> dict[str, Any]:
    """A configuration as CloudFront keeps it: with defaults, and with lists of words in its own order."""
    config = {**deepcopy(DEFAULTS), **deepcopy(config)}
    config["Origins"]["Items"] = [{**ORIGIN_DEFAULTS, **origin} for origin in listed(config["Origins"])]
    for origin in config["Origins"]["Items"]:
        origin.get("CustomOriginConfig", {}).setdefault("IpAddressType", "ipv4")
    behaviors = [{**BEHAVIOR_DEFAULTS, **item} for item in listed(config["CacheBehaviors"])]
    config["CacheBehaviors"] = {"Quantity": len(behaviors), **({"Items": behaviors} if behaviors else {})}
    config["DefaultCacheBehavior"] = {**BEHAVIOR_DEFAULTS, **config["DefaultCacheBehavior"]}
    for behavior in [*behaviors, config["DefaultCacheBehavior"]]:
        methods = behavior.get("AllowedMethods")
        if methods:
            methods["Items"] = sorted(methods["Items"], reverse=True)
    certificate = config.setdefault("ViewerCertificate", {"CloudFrontDefaultCertificate": True})
    if certificate.get("ACMCertificateArn"):
        certificate |= {
            "CloudFrontDefaultCertificate": False,
            "Certificate": certificate["ACMCertificateArn"],
            "CertificateSource": "acm",
        }
    return config


def checked(config: dict[str, Any], others: list[dict[str, Any]]) -> None:
    """Refuse what CloudFront refuses."""
    origins = {origin["Id"] for origin in listed(config["Origins"])}
    groups = {group["Id"] for group in listed(config["OriginGroups"])}
    members = [member["OriginId"] for group in listed(config["OriginGroups"]) for member in listed(group["Members"])]
    for behavior in [*listed(config["CacheBehaviors"]), config["DefaultCacheBehavior"]]:
        target = behavior["TargetOriginId"]
        if target not in origins | groups or not set(members) <= origins:
            raise error("NoSuchOrigin", "One or more of your origins or origin groups do not exist.")
        methods = set(listed(behavior.get("AllowedMethods", {})))
        if target in groups and methods - {"GET", "HEAD", "OPTIONS"}:
            raise error("InvalidArgument", "The parameter AllowedMethods includes methods that origin groups lack.")
        if behavior.get("CachePolicyId") and "ForwardedValues" in behavior:
            raise error("InvalidArgument", "The parameters CachePolicyId and ForwardedValues exclude each other.")
    arn = config["ViewerCertificate"].get("ACMCertificateArn", "")
    if arn and arn.split(":")[3] != "us-east-1":
        raise error("InvalidViewerCertificate", "The certificate must be in us-east-1.")
    taken = {alias for other in others for alias in listed(other["Aliases"])}
    if taken & set(listed(config["Aliases"])):
        raise error("CNAMEAlreadyExists", "One or more of the CNAMEs you provided are already associated.")


class Kept(dict[str, Any]):
    """A configuration as it was sent, under the names by which moto reaches for its parts."""

    def __getattr__(self, name: str) -> Any:
        if name == "caller_reference":
            return self["CallerReference"]
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def patch_cloudfront_distributions() -> None:
    """AWS keeps and returns the whole configuration, fills in defaults, and refuses aliases of other distributions,
    origins that are not there, and methods other than GET, HEAD and OPTIONS on an origin group; moto drops most fields
    of origins and behaviors."""
    from moto.cloudfront import models
    from moto.cloudfront.models import CloudFrontBackend

    def kept(config: dict[str, Any]) -> Kept:
        return Kept(completed(config))

    create, update = CloudFrontBackend.create_distribution_with_tags, CloudFrontBackend.update_distribution

    def others(backend: Any, but: str = "") -> list[dict[str, Any]]:
        return [item.distribution_config for key, item in backend.distributions.items() if key != but]

    def create_with_tags(backend: Any, distribution_config: dict[str, Any], tags: list[dict[str, str]]) -> Any:
        checked(completed(distribution_config), others(backend))
        return create(backend, distribution_config, tags)

    def update_distribution(backend: Any, dist_config: dict[str, Any], _id: str, if_match: bool) -> Any:
        checked(completed(dist_config), others(backend, _id))
        return update(backend, dist_config, _id, if_match)

    models.DistributionConfig = kept
    CloudFrontBackend.create_distribution_with_tags = create_with_tags
    CloudFrontBackend.update_distribution = update_distribution


def patch_cloudfront_etags() -> None:
    """AWS gives a distribution a new ETag with every change, refuses an old one, and deletes only what is disabled."""
    from moto.cloudfront.models import CloudFrontBackend, random_id

    update, delete = CloudFrontBackend.update_distribution, CloudFrontBackend.delete_distribution

    def fresh(backend: Any, distribution_id: str, if_match: Any) -> Any:
        found = backend.distributions.get(distribution_id)
        if found and if_match and if_match != found.etag:
            raise error("PreconditionFailed", "The If-Match version does not match the resource.")
        return found

    def update_distribution(backend: Any, dist_config: dict[str, Any], _id: str, if_match: Any) -> Any:
        found = fresh(backend, _id, if_match)
        distribution, location, _etag = update(backend, dist_config, _id, if_match)
        found.etag = random_id()
        return distribution, location, found.etag

    def delete_distribution(backend: Any, distribution_id: str, if_match: Any) -> None:
        found = fresh(backend, distribution_id, if_match)
        if found and if_match and found.distribution_config["Enabled"]:
            raise error("DistributionNotDisabled", "The distribution you are trying to delete has not been disabled.")
        delete(backend, distribution_id, if_match)

    CloudFrontBackend.update_distribution = update_distribution
    CloudFrontBackend.delete_distribution = delete_distribution


def patch_cloudfront_origin_access_controls() -> None:
    """AWS lists the type of an origin access control, has GetOriginAccessControlConfig, and refuses a second one of the
    same name."""
    from moto.cloudfront.models import CloudFrontBackend, OriginAccessControl
    from moto.cloudfront.responses import CloudFrontResponse
    from moto.core.responses import ActionResult

    create = CloudFrontBackend.create_origin_access_control

    def create_origin_access_control(backend: Any, config_dict: dict[str, str]) -> Any:
        if config_dict["Name"] in {control.name for control in backend.origin_access_controls.values()}:
            raise error("OriginAccessControlAlreadyExists", "An origin access control with this name exists.")
        return create(backend, config_dict)

    def get_config(response: Any) -> Any:
        control = response.backend.get_origin_access_control(response._get_param("Id"))
        return ActionResult({"OriginAccessControlConfig": control, "ETag": control.etag})

    OriginAccessControl.OriginAccessControlOriginType = property(lambda control: control.origin_type)
    CloudFrontResponse.get_origin_access_control_config = get_config
    CloudFrontBackend.create_origin_access_control = create_origin_access_control


def patch_cloudfront_policies() -> None:
    """AWS has cache policies and response headers policies, each with an ETag and a name of its own; moto has none."""
    from moto.cloudfront.models import CloudFrontBackend, random_id
    from moto.cloudfront.responses import CloudFrontResponse
    from moto.cloudfront.urls import url_paths
    from moto.core.responses import ActionResult, EmptyResult

    make = CloudFrontBackend.__init__

    def init(backend: Any, *args: Any, **kwargs: Any) -> None:
        make(backend, *args, **kwargs)
        backend.policies = {"CachePolicy": {}, "ResponseHeadersPolicy": {}}

    def add(kind: str, snake: str, path: str) -> None:
        def found(response: Any) -> dict[str, Any]:
            policies: dict[str, Any] = response.backend.policies[kind]
            policy = policies.get(response._get_param("Id"))
            if policy is None:
                raise error(f"NoSuch{kind}", f"The {snake} does not exist.")
            wrong = response._get_param("IfMatch") not in (None, policy["ETag"])
            if wrong:
                raise error("PreconditionFailed", "The If-Match version does not match the resource.")
            return dict(policy)

        def answer(policy: dict[str, Any]) -> Any:
            return ActionResult({kind: {"Id": policy["Id"], f"{kind}Config": policy["Config"]}, "ETag": policy["ETag"]})

        def keep(response: Any, policy_id: str) -> Any:
            policies, config = response.backend.policies[kind], response._get_param(f"{kind}Config")
            if any(item["Config"]["Name"] == config["Name"] and key != policy_id for key, item in policies.items()):
                raise error(f"{kind}AlreadyExists", f"A {snake} with this name exists.")
            policies[policy_id] = {"Id": policy_id, "Config": config, "ETag": random_id()}
            return answer(policies[policy_id])

        def get_config(response: Any) -> Any:
            policy = found(response)
            return ActionResult({f"{kind}Config": policy["Config"], "ETag": policy["ETag"]})

        def delete(response: Any) -> Any:
            del response.backend.policies[kind][found(response)["Id"]]
            return EmptyResult()

        def list_them(response: Any) -> Any:
            items = [
                {"Type": "custom", kind: {"Id": policy["Id"], f"{kind}Config": policy["Config"]}}
                for policy in response.backend.policies[kind].values()
            ]
            return ActionResult({f"{kind}List": {"MaxItems": 100, "Quantity": len(items), "Items": items}})

        plural = snake[:-1] + "ies"
        setattr(CloudFrontResponse, f"create_{snake}", lambda response: keep(response, random_id()))
        setattr(CloudFrontResponse, f"update_{snake}", lambda response: keep(response, found(response)["Id"]))
        setattr(CloudFrontResponse, f"get_{snake}", lambda response: answer(found(response)))
        setattr(CloudFrontResponse, f"get_{snake}_config", get_config)
        setattr(CloudFrontResponse, f"delete_{snake}", delete)
        setattr(CloudFrontResponse, f"list_{plural}", list_them)
        url_paths[f"{{0}}/2020-05-31/{path}$"] = CloudFrontResponse.dispatch
        url_paths[f"{{0}}/2020-05-31/{path}/(?P<policy_id>[^/]+)$"] = CloudFrontResponse.dispatch
        url_paths[f"{{0}}/2020-05-31/{path}/(?P<policy_id>[^/]+)/config$"] = CloudFrontResponse.dispatch

    CloudFrontBackend.__init__ = init
    add("CachePolicy", "cache_policy", "cache-policy")
    add("ResponseHeadersPolicy", "response_headers_policy", "response-headers-policy")
