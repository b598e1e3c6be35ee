#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: audit_info
version_added: 0.3.0
short_description: Compare the security of a platform with what this collection wants
description:
  - Reads security groups, roles, functions, the distribution, the bucket, the secret, images, logs and whatever else
    has the platform's name or tags. Tells what is not as it should be. Each finding has a severity, evidence and what
    to do.
  - C(docs/audit.md) of the collection lists the rules. Right after the playbook C(site.yml), a platform has no finding,
    except of old images.
author: [meetops.jitsi contributors (@meetops)]
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
      state:
        description: Whether the role is wanted.
        type: str
        choices: [present, absent]
        default: present
        version_added: 0.5.0
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
    description: Days after O(rotation_days) until the age of the secret is a finding of severity V(high).
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
    description: Ids of findings that are known and accepted. They are in the result, but fail nothing.
    type: list
    elements: str
    default: []
  fail_on:
    description: The lowest severity that puts a finding into RV(audit.failing).
    type: str
    choices: [high, medium, low, never]
    default: high
extends_documentation_fragment:
  - meetops.jitsi.common.info
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - Reads neither the value of the secret nor any object of the bucket.
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

from dataclasses import replace
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import run
from ansible_collections.meetops.jitsi.plugins.module_utils.access import roles
from ansible_collections.meetops.jitsi.plugins.module_utils.audit import findings, report
from ansible_collections.meetops.jitsi.plugins.module_utils.audit.reader import Reader
from ansible_collections.meetops.jitsi.plugins.module_utils.audit.rules import common, exposure
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import security_groups
from ansible_collections.meetops.jitsi.plugins.module_utils.rules import between, optional
from ansible_collections.meetops.jitsi.plugins.module_utils.times import moments
from ansible_collections.meetops.jitsi.plugins.module_utils.variables import kinds


def wanted(params: dict[str, Any]) -> common.Wanted:
    """What is wanted, from the options. Raises InvalidInput for what the modules that make it would refuse, too."""
    for role in params["roles"]:
        roles.validate(role)
    return common.Wanted(
        name=params["name"],
        security_groups=security_groups.wanted(params["security_groups"]),
        roles={role["name"]: roles.wanted_fields(role, {}) for role in params["roles"] if role["state"] == "present"},
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
    found = findings.findings(state, goal, params["accept"])
    result = {
        "platform": params["name"],
        "account_id": reader.account,
        "region": reader.region,
        "at": moments.iso(reader.now),
        "findings": found,
        "counts": report.counts(found),
        "failing": findings.failing(found, params["fail_on"]),
        "open": {name: exposure.open_to_world(state, [name]) for name in goal.security_groups},
        "addresses": [{**item, "open": exposure.open_to_world(state, item["groups"])} for item in state["addresses"]],
        "ages": findings.ages(state, goal),
    }
    module.exit_json(changed=False, audit={**result, "summary": report.summary(result)})


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
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
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
            "fail_on": {"type": "str", "choices": list(findings.FAIL_ON), "default": "high"},
        },
        reconcile,
        rules={
            **kinds.PLATFORM,
            "recording_bucket": optional(kinds.bucket()),
            "rotation_days": between(1, 1000),
            "rotation_grace_days": between(0, 365),
            "log_retention_days": between(1, 3653),
            "image_days": between(1, 99_999),
        },
    )


if __name__ == "__main__":
    main()
