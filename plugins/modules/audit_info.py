#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: audit_info
version_added: 0.3.0
short_description: Judge the security of a platform as it is by what this collection wants
description:
  - Reads security groups, roles, functions, the distribution, the bucket, the secret, images, logs and what else has
    the platform's name or tags, and tells what is not as it should be, each finding with a severity, evidence and what
    to do.
  - The rules are listed in C(docs/audit.md) of the collection. A platform as the playbook C(site.yml) leaves it has no
    finding, except of images that have grown old.
author:
  - meetops.jitsi contributors (@meetops)
options:
  name:
    description: Name that all other names derive from. Another environment's name may begin with it.
    type: str
    required: true
  security_groups:
    description: The security groups that are wanted, as O(meetops.jitsi.security_groups#module:groups) has them.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the group.
        type: str
        required: true
      description:
        description: Its description.
        type: str
        required: true
      ingress:
        description: What comes in, each with C(protocol), C(ports), C(peers) and C(description).
        type: list
        elements: dict
        default: []
        suboptions: &rule
          protocol:
            description: The protocol.
            type: str
            choices: [tcp, udp]
            default: tcp
          ports:
            description: A port or a range of them.
            type: str
            required: true
          peers:
            description: CIDR blocks, prefix lists or groups of the list.
            type: list
            elements: str
            required: true
          description:
            description: Why the rule is there.
            type: str
            required: true
      egress:
        description: What goes out, in the same form.
        type: list
        elements: dict
        default: []
        suboptions: *rule
  roles:
    description: The roles that are wanted, as O(meetops.jitsi.iam_roles#module:roles) has them.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the role.
        type: str
        required: true
      description:
        description: What the role is for. Not compared.
        type: str
        default: ""
      trust:
        description: Who may take the role.
        type: dict
        required: true
        suboptions:
          service:
            description: AWS services.
            type: list
            elements: str
            required: true
          conditions:
            description: Conditions of the trust policy.
            type: dict
            default: {}
      policies:
        description: Inline policies by name.
        type: dict
        default: {}
      managed_policies:
        description: ARNs of managed policies.
        type: list
        elements: str
        default: []
      instance_profile:
        description: Whether the role has an instance profile. Not compared.
        type: bool
        default: false
  recording_bucket:
    description: Name of the bucket for recordings. Empty when recording is off.
    type: str
    default: ""
  rotation:
    description: Whether AWS is to rotate the secret by itself.
    type: bool
    default: true
  rotation_days:
    description: Days after which the secret is to be rotated.
    type: int
    default: 90
  rotation_grace_days:
    description: Days after that until its age is grave.
    type: int
    default: 7
  log_retention_days:
    description: Days that logs are to be kept.
    type: int
    default: 30
  image_days:
    description: Days that an image may be old.
    type: int
    default: 120
  accept:
    description: Ids of findings that are known and accepted. They are told, and fail nothing.
    type: list
    elements: str
    default: []
  fail_on:
    description: From which severity on a finding is in RV(audit.failing).
    type: str
    choices: [high, medium, low, never]
    default: high
extends_documentation_fragment:
  - meetops.jitsi.common.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - It never reads the value of the secret, and reads no object of the bucket.
  - Makes about 45 API calls, all of which read.
  - "Permissions: the AWS managed policy SecurityAudit has most of them. It needs cloudfront:ListDistributions,
    ec2:DescribeLaunchTemplateVersions, DescribeManagedPrefixLists, DescribeNetworkInterfaces, DescribeSecurityGroups
    and DescribeVpcs, ecs:DescribeServices and DescribeTaskDefinition, elasticfilesystem:DescribeFileSystems,
    iam:GetAccountAuthorizationDetails, lambda:GetFunction, GetFunctionUrlConfig, GetPolicy and ListFunctions,
    logs:DescribeLogGroups, s3:GetBucket* and GetEncryptionConfiguration of the bucket,
    secretsmanager:DescribeSecret, GetResourcePolicy and ListSecretVersionIds, sns:GetTopicAttributes and
    ListSubscriptionsByTopic, tag:GetResources."
"""

EXAMPLES = r"""
- name: Look at the roles alone
  meetops.jitsi.audit_info:
    name: jitsi-video-platform
    security_groups: []
    roles:
      - name: jitsi-video-platform-bridge-task
        trust: { service: ecs-tasks.amazonaws.com }
  register: info

- name: Show what is grave
  ansible.builtin.debug:
    msg: "{{ info.audit.findings | selectattr('severity', 'equalto', 'high') }}"
"""

RETURN = r"""
audit:
  description: The audit.
  returned: always
  type: dict
  contains:
    summary:
      description: The audit in some lines of text.
      type: list
      elements: str
    findings:
      description:
        - The findings, the gravest first, each with C(id) (the same from year to year), C(severity), C(area),
          C(resource), C(title), C(evidence), C(action) and C(accepted).
      type: list
      elements: dict
    counts:
      description: How many findings of each severity there are, without the accepted ones.
      type: dict
    failing:
      description: Ids of the findings that are at least as grave as O(fail_on) and were not accepted.
      type: list
      elements: str
    open:
      description: What each security group of the platform lets in from everywhere.
      type: dict
    addresses:
      description:
        - Public addresses in the platform's network, each with C(address), C(interface), C(description), C(groups) and
          C(open).
      type: list
      elements: dict
    ages:
      description: The secret and each image with C(what), C(days) (null if not known) and C(limit).
      type: list
      elements: dict
    platform:
      description: The name given. C(account_id), C(region) and C(at) say where and when.
      type: str
  sample:
    counts: { high: 0, medium: 1, low: 0, info: 0 }
    failing: []
"""

import datetime as dt
import json
from dataclasses import replace
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import (
    audit,
    audit_report,
    audit_state,
    bucket,
    iam,
    platform,
    security_groups,
)
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import audit as api
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import (
    autoscaling,
    cloudfront,
    ecs,
    efs,
    lambda_,
    network,
    s3,
    secretsmanager,
    sns,
)
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import cost as cost_api
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import platform as platform_api
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, run
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput


class Reader:
    """Reads the state that the rules judge. What is not there is empty."""

    def __init__(self, module: Any) -> None:
        self.module, self.name = module, module.params["name"]
        self.now = dt.datetime.now(dt.UTC)
        self.clients: dict[str, Any] = {}
        sts = self.client("sts")
        self.account, self.region = platform_api.account_id(sts), sts.meta.region_name
        self.partition = sts.meta.partition

    def client(self, service: str) -> Any:
        """The one client of a service."""
        if service not in self.clients:
            self.clients[service] = client(self.module, service)
        return self.clients[service]

    def state(self) -> dict[str, Any]:
        """All of it."""
        functions = [item for name in sorted(platform.functions(self.name)) for item in self.function(name)]
        return {
            **self.network(),
            "roles": {
                role["RoleName"]: iam.current_fields(role) for role in api.roles(self.client("iam"), self.prefix)
            },
            "functions": functions,
            "other_functions": self.other_functions(),
            "distribution": self.distribution(),
            "bucket": self.bucket(),
            "secret": self.secret(),
            **self.tasks(),
            "log_groups": self.log_groups(),
            "topic": self.topic(),
            "file_system": self.file_system(),
            "launch_template": self.launch_template(),
            "tagged": self.tagged(),
        }

    @property
    def prefix(self) -> str:
        """How names of ours begin, and those of platforms whose name begins with ours."""
        return f"{self.name}-"

    def network(self) -> dict[str, Any]:
        """Security groups and public addresses of the VPC."""
        ec2 = self.client("ec2")
        vpcs = platform_api.vpcs(ec2, self.name)
        if not vpcs:
            return {"security_groups": {}, "addresses": []}
        if len(vpcs) > 1:
            raise InvalidInput(f"name {self.name}: {len(vpcs)} VPCs have this Name tag; rename or remove the others")
        groups = network.list_groups(ec2, vpcs[0]["VpcId"])
        return {
            "security_groups": audit_state.group_rules(groups, api.prefix_list_names(ec2)),
            "addresses": [
                {
                    "address": item["Association"]["PublicIp"],
                    "interface": item["NetworkInterfaceId"],
                    "description": item.get("Description", ""),
                    "groups": sorted(group["GroupName"] for group in item["Groups"]),
                }
                for item in api.public_interfaces(ec2, vpcs[0]["VpcId"])
            ],
        }

    def function(self, name: str) -> list[dict[str, Any]]:
        """A function as a list of one, or of none if it is not there."""
        functions = self.client("lambda")
        if lambda_.get(functions, name) is None:
            return []
        url, policy = lambda_.get_url(functions, name), lambda_.get_policy(functions, name)
        return [{"name": name, "url_auth": (url or {}).get("AuthType", ""), "policy": json.loads(policy or "{}")}]

    def other_functions(self) -> list[str]:
        """Functions with a name of ours that are not ours."""
        found = api.function_names(self.client("lambda"), self.prefix)
        return sorted(set(found) - platform.functions(self.name))

    def distribution(self) -> dict[str, Any]:
        """The distribution whose comment is our name."""
        for item in cloudfront.list_distributions(self.client("cloudfront")):
            if item.get("Comment") == self.name:
                return audit_state.distribution_state(item)
        return {}

    def bucket(self) -> dict[str, Any]:
        """The settings of the bucket."""
        name = self.module.params["recording_bucket"]
        if not name or not api.bucket_exists(self.client("s3"), name):
            return {}
        return {"name": name, **bucket.current(s3.read(self.client("s3"), name), "")}

    def secret(self) -> dict[str, Any]:
        """The age and policy of the secret, not its value."""
        name, secrets = platform.secret(self.name), self.client("secretsmanager")
        described = secretsmanager.describe(secrets, name)
        if not described or described.get("DeletedDate"):
            return {}
        current = [item for item in secretsmanager.versions(secrets, name) if "AWSCURRENT" in item["VersionStages"]]
        made = current[0]["CreatedDate"] if current else described["CreatedDate"]
        return {
            "name": name,
            "age_days": (self.now - made).total_seconds() / 86400,
            "rotation": bool(described.get("RotationEnabled")),
            "policy": json.loads(api.secret_policy(secrets, name) or "{}"),
        }

    def tasks(self) -> dict[str, Any]:
        """Services, and the containers and images of the task definitions that they have."""
        names = list(platform.services(self.name).values())
        services = ecs.services(self.client("ecs"), platform.cluster(self.name), names)
        described = [cost_api.task_definition(self.client("ecs"), item["taskDefinition"]) for item in services]
        containers = [
            audit_state.container_state(item["family"], part)
            for item in described
            for part in item["containerDefinitions"]
        ]
        return {
            "services": [
                {"name": item["serviceName"], "execute_command": bool(item.get("enableExecuteCommand"))}
                for item in services
            ],
            "containers": containers,
            "images": list({item["image"]: item for item in containers}.values()),
        }

    def log_groups(self) -> list[dict[str, Any]]:
        """Our log group, and those that Lambda makes for functions of ours when it is not told otherwise."""
        own = {f"/ecs/{self.name}", *(f"/aws/lambda/{name}" for name in platform.functions(self.name))}
        found = api.log_groups(self.client("logs"), [f"/ecs/{self.name}", f"/aws/lambda/{self.prefix}"])
        return [
            {"name": item["logGroupName"], "retention_days": item.get("retentionInDays", 0)}
            for item in found
            if item["logGroupName"] in own
        ]

    def topic(self) -> dict[str, Any]:
        """The topic of the alarms."""
        name = f"{self.name}-alerts"
        arn = f"arn:{self.partition}:sns:{self.region}:{self.account}:{name}"
        attributes = sns.get_attributes(self.client("sns"), arn)
        if attributes is None:
            return {}
        subscriptions = sns.list_subscriptions(self.client("sns"), arn)
        pending = sum(not item["SubscriptionArn"].startswith("arn:") for item in subscriptions)
        return {
            "name": name,
            "policy": json.loads(attributes.get("Policy") or "{}"),
            "pending": pending,
            "confirmed": len(subscriptions) - pending,
        }

    def file_system(self) -> dict[str, Any]:
        """The file system of the certificates."""
        found = efs.find(self.client("efs"), self.name)
        return {"id": found["FileSystemId"], "encrypted": bool(found.get("Encrypted"))} if found else {}

    def launch_template(self) -> dict[str, Any]:
        """What recorder instances start with."""
        name = platform.services(self.name)["recorder"]
        data = autoscaling.get_launch_template(self.client("ec2"), name)
        return audit_state.template_state(name, data) if data else {}

    def tagged(self) -> list[dict[str, Any]]:
        """What has our Name tag and is of a kind that this collection never makes."""
        return audit_state.strangers(self.name, api.tagged(self.client("resourcegroupstaggingapi"), "Name"))


def wanted(params: dict[str, Any]) -> audit.Wanted:
    """What is wanted, from the options. Raises InvalidInput for what the modules that make it would refuse, too."""
    for role in params["roles"]:
        iam.validate(role)
    return audit.Wanted(
        name=params["name"],
        security_groups=security_groups.wanted(params["security_groups"]),
        roles={role["name"]: iam.wanted_fields(role, {}) for role in params["roles"]},
        rotation=params["rotation"],
        rotation_days=params["rotation_days"],
        grace_days=params["rotation_grace_days"],
        retention_days=params["log_retention_days"],
        image_days=params["image_days"],
    )


def reconcile(module: Any) -> None:
    """Read, judge, exit."""
    params, goal = module.params, wanted(module.params)
    reader = Reader(module)
    goal = replace(goal, account_id=reader.account, today=reader.now.date())
    state = reader.state()
    found = audit.findings(state, goal, params["accept"])
    result = {
        "platform": params["name"],
        "account_id": reader.account,
        "region": reader.region,
        "at": reader.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "findings": found,
        "counts": audit_report.counts(found),
        "failing": audit.failing(found, params["fail_on"]),
        "open": {name: audit.open_to_world(state, [name]) for name in goal.security_groups},
        "addresses": [{**item, "open": audit.open_to_world(state, item["groups"])} for item in state["addresses"]],
        "ages": audit.ages(state, goal),
    }
    module.exit_json(changed=False, audit={**result, "summary": audit_report.summary(result)})


def main() -> None:
    """Run the module."""
    rule = {
        "protocol": {"type": "str", "choices": ["tcp", "udp"], "default": "tcp"},
        "ports": {"type": "str", "required": True},
        "peers": {"type": "list", "elements": "str", "required": True},
        "description": {"type": "str", "required": True},
    }
    group = {
        "name": {"type": "str", "required": True},
        "description": {"type": "str", "required": True},
        "ingress": {"type": "list", "elements": "dict", "default": [], "options": rule},
        "egress": {"type": "list", "elements": "dict", "default": [], "options": rule},
    }
    trust = {
        "service": {"type": "list", "elements": "str", "required": True},
        "conditions": {"type": "dict", "default": {}},
    }
    role = {
        "name": {"type": "str", "required": True},
        "description": {"type": "str", "default": ""},
        "trust": {"type": "dict", "required": True, "options": trust},
        "policies": {"type": "dict", "default": {}},
        "managed_policies": {"type": "list", "elements": "str", "default": []},
        "instance_profile": {"type": "bool", "default": False},
    }
    run(
        {
            "name": {"type": "str", "required": True},
            "security_groups": {"type": "list", "elements": "dict", "required": True, "options": group},
            "roles": {"type": "list", "elements": "dict", "required": True, "options": role},
            "recording_bucket": {"type": "str", "default": ""},
            "rotation": {"type": "bool", "default": True},
            "rotation_days": {"type": "int", "default": 90},
            "rotation_grace_days": {"type": "int", "default": 7},
            "log_retention_days": {"type": "int", "default": 30},
            "image_days": {"type": "int", "default": 120},
            "accept": {"type": "list", "elements": "str", "default": []},
            "fail_on": {"type": "str", "choices": list(audit.FAIL_ON), "default": "high"},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
