#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: leftovers_info
version_added: 0.3.0
short_description: List what is left of a platform in the account, and what it costs
description:
  - Looks in every service that the platform uses for things with exactly its names, and in AWS's index of tags for
    things with its tags.
  - Another platform's name may begin with this one's.
author: [meetops.jitsi contributors (@meetops)]
options:
  recording_bucket:
    description: Name of the bucket for recordings. Empty if there never was one.
    type: str
    default: ""
  kept:
    description:
      - What is there on purpose.
      - V(hosted zone) is a public one that was made for the platform and now has records of others.
    type: list
    elements: str
    choices: [recordings, secret, log group, hosted zone]
    default: []
notes:
  - The prices are those of M(meetops.jitsi.cost_info), without the free amounts of an account.
  - AWS's index of tags still has what was deleted some hours ago, so what only it knows is told apart.
  - "Permissions: acm:ListCertificates and ListTagsForCertificate; application-autoscaling:DescribeScalableTargets;
    autoscaling:DescribeAutoScalingGroups; budgets:ViewBudget; cloudfront:List of Distributions, OriginAccessControls,
    ResponseHeadersPolicies and CachePolicies; cloudwatch:DescribeAlarms, GetMetricData and ListDashboards;
    dynamodb:DescribeTable; ec2:Describe of Instances, InternetGateways, LaunchTemplateVersions, RouteTables,
    SecurityGroups, Subnets, Volumes, VpcEndpoints and Vpcs; ecs:Describe of
    CapacityProviders, Clusters and Services, and ListTaskDefinitions; elasticfilesystem:DescribeFileSystems;
    events:ListRules; iam:GetAccountAuthorizationDetails and GetInstanceProfile; lambda:ListFunctions;
    logs:DescribeLogGroups; route53:ListHostedZonesByName and ListResourceRecordSets; s3:ListBucket and
    GetBucketObjectLockConfiguration; secretsmanager:DescribeSecret; servicediscovery:ListNamespaces;
    sns:GetTopicAttributes; tag:GetResources."
extends_documentation_fragment:
  - meetops.jitsi.common.info
  - meetops.jitsi.platform
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: See what is left
  meetops.jitsi.leftovers_info:
    name: jitsi-video-platform
    domain: meet.example.com
    hosted_zone: example.com
    recording_bucket: jitsi-meet-example-com-recordings
    kept: [recordings, secret]
  register: found

- name: Tell
  ansible.builtin.debug:
    msg: "{{ found.summary }}"
"""

RETURN = r"""
left:
  description: What is there and was to go.
  returned: success
  type: list
  elements: dict
  contains: &thing
    kind:
      description: What it is, such as V(service) or V(security group).
      type: str
    name:
      description: Its name.
      type: str
    id:
      description: Its id or ARN if it has one, else its name.
      type: str
    usd_month:
      description: What it costs in a month by list price.
      type: float
    note:
      description: What more there is to know.
      type: str
kept:
  description: What is there on purpose, and a secret that can be restored.
  returned: success
  type: list
  elements: dict
  contains: *thing
tagged:
  description: ARNs that only the index of tags knows.
  returned: success
  type: list
  elements: str
summary:
  description: All of it as lines of text.
  returned: success
  type: list
  elements: str
"""

import functools
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, run
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import belongings, leftovers
from ansible_collections.meetops.jitsi.plugins.module_utils.rules import optional
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM, bucket, domain


def reconcile(module: Any) -> None:
    """List, sort, tell."""
    params = module.params
    get = functools.partial(client, module)
    place = belongings.Place(get, params["name"], params["domain"], params["hosted_zone"], params["recording_bucket"])
    found = belongings.by_name(place)
    kept = [item for item in found if leftovers.is_kept(item, params["kept"])]
    left = [item for item in found if item not in kept]
    tagged = leftovers.unlisted(belongings.by_tag(place), found)
    module.exit_json(
        changed=False,
        left=left,
        kept=kept,
        tagged=tagged,
        summary=leftovers.summary(params["name"], left, kept, tagged),
    )


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "domain": {"type": "str", "required": True},
            "hosted_zone": {"type": "str", "required": True},
            "recording_bucket": {"type": "str", "default": ""},
            "kept": {"type": "list", "elements": "str", "choices": list(leftovers.KEPT), "default": []},
        },
        reconcile,
        rules={
            **PLATFORM,
            "domain": domain("meet.example.com"),
            "hosted_zone": domain("example.com"),
            "recording_bucket": optional(bucket()),
        },
    )


if __name__ == "__main__":
    main()
