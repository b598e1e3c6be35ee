# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the platform itself asks of AWS: its functions, run as site.yml deployed them, and its containers."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from support import asked
from support.asked import anonymous
from support.permissions import ACCOUNT, REGION, Permission, TagsOf, arn, parameters, permissions
from support.replay import Request
from support.server import CREDENTIALS, AwsServer

NAME, BUCKET = "jitsi-video-platform", "jitsi-meet-example-com-recordings"

RUN = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])
module, _, name = sys.argv[2].rpartition(".")
handle = getattr(importlib.import_module(module), name)
for event in json.loads(sys.argv[3]):
    try:
        handle(event, None)
    except Exception as error:
        print(type(error).__name__, error)
"""


def call(aws: AwsServer, function: str, *events: Mapping[str, Any], **environment: str) -> asked.Asked:
    """Run a deployed function on these events, and return what IAM was asked about its own requests."""
    from moto.awslambda.utils import get_backend

    deployed = get_backend(ACCOUNT, REGION).get_function(f"{NAME}-{function}")
    with tempfile.TemporaryDirectory() as folder, asked.watching(aws._recorder) as seen:
        zipfile.ZipFile(io.BytesIO(deployed.code_bytes)).extractall(folder)
        given = {
            "PATH": os.environ["PATH"],
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": aws.url,
            **CREDENTIALS,
            **deployed.environment_vars,
            **environment,
        }
        command = [sys.executable, "-c", RUN, folder, deployed.handler, json.dumps(events)]
        done = subprocess.run(command, env=given, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
    # Lambda writes the function's log, in the name of its role.
    seen.questions |= from_calls([*_log_calls(f"/ecs/{NAME}"), *SELDOM[function]])
    return seen


def from_calls(
    calls: Iterable[tuple[str, Mapping[str, Any]]], tags_of: TagsOf = lambda _resource: {}
) -> frozenset[Permission]:
    """What IAM is asked about calls that no test can record: of AWS's own agents, and of programs in containers."""
    return frozenset(
        Permission(item.action, anonymous(item.resource), tuple((key, value) for key, value in item.context))
        for call, given in calls
        for item in permissions(call, given, tags_of)
    )


def _log_calls(group: str) -> list[tuple[str, Mapping[str, Any]]]:
    stream = {"logGroupName": group, "logStreamName": "stream"}
    return [("logs:CreateLogStream", stream), ("logs:PutLogEvents", stream)]


CLUSTER = f"{NAME}-cluster"
TASKS = {"cluster": CLUSTER, "tasks": ["0123456789abcdef0123456789abcdef"]}
SERVICES = [f"{NAME}-{kind}" for kind in ("service", "bridge", "recorder")]
TARGETS = [("ecs:UpdateService", {"cluster": CLUSTER, "service": service}) for service in SERVICES] + [
    (
        "application-autoscaling:RegisterScalableTarget",
        {
            "ServiceNamespace": "ecs",
            "ScalableDimension": "ecs:service:DesiredCount",
            "ResourceId": f"service/{CLUSTER}/{service}",
        },
    )
    for service in SERVICES
]
# What the functions call only when tasks run, when people meet, or when others left something half-way: the emulator
# has no tasks with addresses. A test looks whether the code makes these calls.
LIFE_CYCLE = [
    *TARGETS,
    ("dynamodb:PutItem", {"TableName": f"{NAME}-wakes", "Item": {"id": {"S": "platform"}}}),
    ("ec2:DescribeNetworkInterfaces", {}),
    ("ecs:DescribeTasks", TASKS),
    (
        "route53:ChangeResourceRecordSets",
        {
            "HostedZoneId": "Z0123456789ABCDEFGHI",
            "ChangeBatch": {
                "Changes": [{"Action": "UPSERT", "ResourceRecordSet": {"Name": "origin.meet.example.com", "Type": "A"}}]
            },
        },
    ),
    ("secretsmanager:DescribeSecret", {"SecretId": f"{NAME}-jitsi-secrets"}),
]
SELDOM: dict[str, list[tuple[str, Mapping[str, Any]]]] = {
    "wake": LIFE_CYCLE,
    "tasks": LIFE_CYCLE,
    "sleep": [*LIFE_CYCLE, ("sns:Publish", {"TopicArn": arn("sns", f"{NAME}-alerts")})],
    "rotation": [
        *TARGETS,
        ("ecs:DescribeTasks", TASKS),
        ("ecs:GetTaskProtection", TASKS),
        ("ecs:UpdateTaskProtection", TASKS),
        ("secretsmanager:PutSecretValue", {"SecretId": f"{NAME}-jitsi-secrets"}),
    ],
}

# And people: of a platform that somebody took apart, or if answers were lost. S3 tells of locks whoever may read them.
_OBJECT = {"Bucket": BUCKET, "Key": "recordings/session/file.mp4", "VersionId": "1"}
_LOCKS = [("s3:GetObjectLegalHold", _OBJECT), ("s3:GetObjectRetention", _OBJECT)]
_ERASURE = {"Objects": [{"Key": _OBJECT["Key"], "VersionId": "1"}]}
SELDOM_OF_PEOPLE: dict[str, list[tuple[str, Mapping[str, Any]]]] = {
    "site": [
        ("autoscaling:DeleteTags", {"Tags": [{"ResourceId": f"{NAME}-recorder"}]}),
        ("ec2:AssociateVpcCidrBlock", {"VpcId": "vpc-0123456789abcdef0"}),
        ("ec2:ReplaceRoute", {"RouteTableId": "rtb-0123456789abcdef0"}),
        ("ec2:ReplaceRouteTableAssociation", {"RouteTableId": "rtb-0123456789abcdef0"}),
        ("ec2:UpdateSecurityGroupRuleDescriptionsEgress", {"GroupId": "sg-0123456789abcdef0"}),
        ("ecs:GetTaskProtection", TASKS),
        *((f"iam:{name}", {"RoleName": f"{NAME}-bridge-task"}) for name in ("GetRole", "GetRolePolicy")),
        *(
            (f"iam:List{name}", {"RoleName": f"{NAME}-bridge-task"})
            for name in ("AttachedRolePolicies", "InstanceProfilesForRole", "RolePolicies")
        ),
        ("lambda:DeleteFunctionUrlConfig", {"FunctionName": f"{NAME}-rotation"}),
    ],
    "look": _LOCKS,
    # The platform is awake.
    "destroy": [("cloudwatch:GetMetricData", {}), ("ecs:GetTaskProtection", TASKS)],
    "operate": [
        *_LOCKS,
        ("ecs:GetTaskProtection", TASKS),
        ("s3:DeleteObjects", {"Bucket": BUCKET, "Delete": _ERASURE, "BypassGovernanceRetention": True}),
    ],
}


def seldom(audience: str) -> frozenset[Permission]:
    """What IAM is asked about calls of an audience that no run here makes. All is tagged with the platform's name."""
    return from_calls(SELDOM_OF_PEOPLE[audience], lambda _resource: {"Name": NAME})


# --- Containers

# The agent asks for protection in the name of the task's role.
PROTECT = [("ecs:UpdateTaskProtection", TASKS)]
# files/protect.sh, of a bridge.
DRAIN = [
    ("ecs:DescribeTasks", TASKS),
    ("ecs:DescribeServices", {"cluster": CLUSTER, "services": [f"{NAME}-bridge"]}),
    ("ecs:ListTasks", {"cluster": CLUSTER, "serviceName": f"{NAME}-bridge"}),
]
OBJECT = {"Bucket": BUCKET, "Key": "recordings/session/file.mp4"}
# files/upload.sh: what rclone makes of its commands.
UPLOAD = [
    ("s3:ListObjectsV2", {"Bucket": BUCKET, "Prefix": "recordings/session/"}),
    ("s3:HeadObject", OBJECT),
    ("s3:GetObject", OBJECT),
    ("s3:PutObject", {**OBJECT, "ACL": "bucket-owner-full-control"}),
    ("s3:CreateMultipartUpload", OBJECT),
    ("s3:UploadPart", OBJECT),
    ("s3:CompleteMultipartUpload", OBJECT),
    ("s3:AbortMultipartUpload", OBJECT),
]
# Starting a container: its log, and the values of the secret.
START = [*_log_calls(f"/ecs/{NAME}"), ("secretsmanager:GetSecretValue", {"SecretId": f"{NAME}-jitsi-secrets"})]
CONTAINERS = {
    f"{NAME}-signalling-execution": START,
    f"{NAME}-bridge-execution": START,
    f"{NAME}-recorder-execution": START,
    f"{NAME}-signalling-task": PROTECT,
    f"{NAME}-bridge-task": PROTECT + DRAIN,
    f"{NAME}-recorder-task": PROTECT + UPLOAD,
}


# --- What options add: keys and a PIN of one's own, and a chat

KEY = arn("kms", "key/01234567-89ab-cdef-0123-456789abcdef")
CHAT = "/jitsi/chat-webhook"
WITH_OPTIONS = ".with-options"


def _use_key(*actions: str, via: str) -> frozenset[Permission]:
    """What KMS is asked in the name of whoever reads or writes what its key encrypts, through this service."""
    context = (("kms:ViaService", (f"{via}.{REGION}.amazonaws.com",)),)
    return frozenset(Permission(f"kms:{action}", KEY, context) for action in actions)


OPTIONAL: dict[str, frozenset[Permission]] = {
    **{
        f"{NAME}-{kind}-execution{WITH_OPTIONS}": _use_key("Decrypt", via="secretsmanager")
        for kind in ("signalling", "bridge", "recorder")
    },
    f"{NAME}-recorder-task{WITH_OPTIONS}": _use_key("Decrypt", "GenerateDataKey", via="s3"),
    f"{NAME}-rotation-function{WITH_OPTIONS}": _use_key("Decrypt", "GenerateDataKey", via="secretsmanager"),
    f"{NAME}-wake-function{WITH_OPTIONS}": _use_key("Decrypt", via="secretsmanager")
    | from_calls([("secretsmanager:GetSecretValue", {"SecretId": f"{NAME}-jitsi-secrets"})]),
    f"{NAME}-chat-function": from_calls([("ssm:GetParameter", {"Name": CHAT}), *_log_calls(f"/ecs/{NAME}")]),
}


def mounts() -> frozenset[Permission]:
    """The certificates' file system, which the signalling task mounts through its access point."""
    through = arn("elasticfilesystem", "access-point/fsap-0123456789abcdef0")
    return frozenset(
        Permission(
            f"elasticfilesystem:{action}",
            arn("elasticfilesystem", "file-system/fs-0123456789abcdef0"),
            (("elasticfilesystem:AccessPointArn", (through,)),),
        )
        for action in ("ClientMount", "ClientWrite")
    )


def agent() -> frozenset[Permission]:
    """The ECS agent on an instance (Amazon ECS container instance role, less what belongs to images in ECR)."""
    cluster = arn("ecs", f"cluster/{CLUSTER}")
    instance = arn("ecs", f"container-instance/{CLUSTER}/0123456789abcdef0123456789abcdef")
    on_cluster = ("DeregisterContainerInstance", "RegisterContainerInstance", "SubmitAttachmentStateChanges")
    on_cluster += ("SubmitContainerStateChange", "SubmitTaskStateChange")
    on_instance = ("Poll", "StartTelemetrySession", "UpdateContainerInstancesState")
    return frozenset(
        [Permission(f"ecs:{action}", cluster) for action in on_cluster]
        + [Permission(f"ecs:{action}", instance) for action in on_instance]
        + [Permission("ecs:DiscoverPollEndpoint", "*")]
    )


# --- The roles, as site.yml makes them


def roles(requests: Iterable[Request]) -> dict[str, dict[str, Any]]:
    """Role -> its statements, from the requests that gave it its policies."""
    policies: dict[str, dict[str, Any]] = {}
    for request in requests:
        if request.name == "iam:PutRolePolicy":
            given = parameters(request)
            document = json.loads(given["PolicyDocument"])
            policies.setdefault(given["RoleName"], {})[given["PolicyName"]] = document
    return {
        role: {
            "Version": "2012-10-17",
            # IAM keeps no order.
            "Statement": sorted(
                (_anonymous(statement) for document in own.values() for statement in document["Statement"]),
                key=lambda statement: str(statement["Sid"]),
            ),
        }
        for role, own in sorted(policies.items())
    }


def with_options(usual: Mapping[str, Any], optional: Mapping[str, Any]) -> dict[str, Any]:
    """Of the roles with everything on those that are new, or may do more."""
    return {
        f"{role}{WITH_OPTIONS}" if role in usual else role: document
        for role, document in optional.items()
        if document != usual.get(role)
    }


def _anonymous(value: Any) -> Any:
    if isinstance(value, str):
        return anonymous(value)
    if isinstance(value, list):
        return [_anonymous(item) for item in value]
    if isinstance(value, dict):
        return {key: _anonymous(item) for key, item in value.items()}
    return value
