#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: distribution
version_added: 0.2.0
short_description: Keep a CloudFront distribution in front of HTTPS servers and a Lambda function
description:
  - Keeps one distribution with its origins, failover groups and behaviors, and the three policies that only it uses -
    origin access control for a function URL, security headers, and caching of static files.
  - The distribution is the one whose comment is O(name). Only the settings that the options describe are compared and
    changed. Logging, a web ACL, geographic restrictions and other settings stay as they are.
  - Every error code is answered anew and never from the cache.
  - All origins are reached by HTTPS with TLS 1.2 only; viewers need TLS 1.2 at least.
author: [meetops.jitsi contributors (@meetops)]
options:
  name:
    description: Comment of the distribution, which names it, and name of its policies.
    type: str
    required: true
  aliases:
    description: Host names that people open. The certificate must have them.
    type: list
    elements: str
    default: []
  certificate_arn:
    description: ARN of the ACM certificate, which must be in V(us-east-1). Required if O(state=present).
    type: str
  price_class:
    description: Where the edges are that answer. V(PriceClass_100) is North America, Europe and Israel.
    type: str
    choices: [PriceClass_100, PriceClass_200, PriceClass_All]
    default: PriceClass_All
  origins:
    description: Where answers come from.
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description: Name that groups and behaviors refer to.
        type: str
        required: true
      domain:
        description: Host name. It must have a certificate that browsers would trust.
        type: str
        required: true
      connect_timeout:
        description: Seconds to wait for a connection, 1 to 10.
        type: int
        default: 10
      connect_attempts:
        description: How often to try to connect, 1 to 3.
        type: int
        default: 3
      read_timeout:
        description: Seconds to wait for an answer, 1 to 120.
        type: int
        default: 30
      signed:
        description:
          - Whether requests are signed for Lambda. Set it for a function URL of the type AWS_IAM, and for nothing
            else.
        type: bool
        default: false
      secret_header:
        description: A header whose value proves to the origin that the request came through this distribution.
        type: dict
        suboptions:
          name:
            description: Name of the header.
            type: str
            required: true
          secret_id:
            description: Name or ARN of the secret in Secrets Manager that holds a JSON object.
            type: str
            required: true
          key:
            description: Key of the value in the object.
            type: str
            required: true
  origin_groups:
    description: Pairs of origins, of which the second answers when the first does not.
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description: Name that behaviors refer to.
        type: str
        required: true
      members:
        description: Ids of the first and of the second origin.
        type: list
        elements: str
        required: true
      codes:
        description: Answers of the first origin after which the second one is asked, besides its silence.
        type: list
        elements: int
        default: [502, 503, 504]
  default_behavior:
    description: What happens to paths that O(behaviors) does not name. Required if O(state=present).
    type: dict
    suboptions:
      origin:
        description: Id of an origin or of a group.
        type: str
        required: true
      methods:
        description: V(read) is GET, HEAD and OPTIONS, and redirects HTTP. V(all) is all seven, and refuses HTTP.
        type: str
        choices: [read, all]
        default: read
      cached:
        description:
          - Whether answers are kept at the edges, by path and query. Nothing else of a request then reaches the origin.
          - Otherwise all of a request reaches the origin, but the header Host.
        type: bool
        default: false
  behaviors:
    description: What happens to some paths. The first one that matches counts.
    type: list
    elements: dict
    default: []
    suboptions:
      paths:
        description: Path patterns, such as V(/css/*).
        type: list
        elements: str
        required: true
      origin:
        description: Id of an origin or of a group.
        type: str
        required: true
      methods:
        description: As in O(default_behavior.methods).
        type: str
        choices: [read, all]
        default: read
      cached:
        description: As in O(default_behavior.cached).
        type: bool
        default: false
  cache_seconds:
    description: How long a cached answer is kept whose origin does not say.
    type: int
    default: 3600
  frame_ancestors:
    description:
      - Sites that may show a page of this distribution inside their own, such as V(https://intranet.example.com),
        besides itself.
      - V(*) stands for all of them.
    type: list
    elements: str
    default: []
  tags:
    description: Tags of the distribution. Others are removed, except those that AWS sets itself.
    type: dict
    default: {}
  wait:
    description: Whether to wait until all edges have a change, which takes minutes.
    type: bool
    default: false
  wait_timeout:
    description: Seconds to wait at most. Also for O(state=absent), which always waits.
    type: int
    default: 1200
  state:
    description:
      - V(absent) disables the distribution, waits until all edges know, deletes it, then its policies.
      - V(disabled), since release 0.3.0, disables the distribution, if there is one, and does not wait until all edges
        know. Everything else stays.
    type: str
    choices: [present, disabled, absent]
    default: present
notes:
  - C(community.aws.cloudfront_distribution) (release 11.2) has no check mode, refuses the id of an origin group as
    the target of a behavior, and has no option for origin access control. No stock module makes origin access
    controls or cache policies. C(community.aws.cloudfront_response_headers_policy) updates on every run, always
    reports a change in check mode, and reads only the first page of policies.
  - The value of a secret header is read here and goes to CloudFront only. It is in no option, result or diff, but
    CloudFront shows it to who may read the distribution's configuration.
  - The policies are there before the distribution. A run that dies in between is finished by the next one, as
    everything is found by its name. A lost answer to CreateDistribution makes no second one, as the repeated request
    has the same caller reference.
  - "Permissions: cloudfront:ListDistributions, GetDistributionConfig, GetDistribution, CreateDistribution,
    UpdateDistribution, DeleteDistribution, ListTagsForResource, TagResource, UntagResource; List, Get, Create, Update
    and Delete of OriginAccessControls, ResponseHeadersPolicies and CachePolicies; secretsmanager:GetSecretValue for
    O(origins[].secret_header)."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: A server, and a page for when it is down
  meetops.jitsi.distribution:
    name: shop
    aliases: [shop.example.com]
    certificate_arn: arn:aws:acm:us-east-1:111122223333:certificate/01234567-89ab-cdef-0123-456789abcdef
    origins:
      - id: server
        domain: origin.shop.example.com
        connect_timeout: 3
        connect_attempts: 1
        secret_header: { name: X-Origin-Secret, secret_id: shop, key: origin_secret }
      - id: page
        domain: abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws
        signed: true
    origin_groups:
      - id: server-or-page
        members: [server, page]
    default_behavior: { origin: server-or-page }
    behaviors:
      - paths: [/css/*, /js/*]
        origin: server
        cached: true
      - paths: [/api/*]
        origin: server
        methods: all
"""

RETURN = r"""
id:
  description: Id of the distribution. Empty if it does not exist, as in check mode before it is created.
  returned: success
  type: str
  sample: E1A2B3C4D5E6F7
arn:
  description: Its ARN.
  returned: success
  type: str
  sample: arn:aws:cloudfront::111122223333:distribution/E1A2B3C4D5E6F7
domain_name:
  description: Its own host name, for alias records.
  returned: success
  type: str
  sample: d111111abcdef8.cloudfront.net
hosted_zone_id:
  description: Hosted zone of the host names of all distributions, for alias records.
  returned: success
  type: str
  sample: Z2FDTNDATAQYW2
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: distribution shop, action: update, fields: [behavior /css/*]}]
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import compare
from ansible_collections.meetops.jitsi.plugins.module_utils.edge import distribution
from ansible_collections.meetops.jitsi.plugins.module_utils.edge.calls import Distribution

BEHAVIOR: dict[str, Any] = {
    "origin": {"type": "str", "required": True},
    "methods": {"type": "str", "choices": ["read", "all"], "default": "read"},
    "cached": {"type": "bool", "default": False},
}
SECRET_HEADER: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "secret_id": {"type": "str", "required": True, "no_log": False},
    "key": {"type": "str", "required": True, "no_log": False},
}
ORIGIN: dict[str, Any] = {
    "id": {"type": "str", "required": True},
    "domain": {"type": "str", "required": True},
    "connect_timeout": {"type": "int", "default": 10},
    "connect_attempts": {"type": "int", "default": 3},
    "read_timeout": {"type": "int", "default": 30},
    "signed": {"type": "bool", "default": False},
    # Says where the value is, not what it is.
    "secret_header": {"type": "dict", "no_log": False, "options": SECRET_HEADER},
}
GROUP: dict[str, Any] = {
    "id": {"type": "str", "required": True},
    "members": {"type": "list", "elements": "str", "required": True},
    "codes": {"type": "list", "elements": "int", "default": [502, 503, 504]},
}
PATHS: dict[str, Any] = {"paths": {"type": "list", "elements": "str", "required": True}}
PRICE_CLASSES = ["PriceClass_100", "PriceClass_200", "PriceClass_All"]


def reconcile(module: Any) -> None:
    """Check the input, read what there is, make it as wanted."""
    state = module.params["state"]
    if state == "present":
        distribution.check(module.params)
    edge = Distribution(module)
    edge.read()
    current, wanted = {"present": edge.present, "disabled": edge.disabled, "absent": edge.absent}[state]()
    finish(
        module,
        compare(current, wanted, prune=state == "absent"),
        edge.apply,
        id=lambda: edge.described.get("Id", ""),
        arn=lambda: edge.described.get("ARN", ""),
        domain_name=lambda: edge.described.get("DomainName", ""),
        hosted_zone_id=distribution.HOSTED_ZONE,
    )


def main() -> None:
    """Run the module."""
    run(
        {
            "name": {"type": "str", "required": True},
            "aliases": {"type": "list", "elements": "str", "default": []},
            "certificate_arn": {"type": "str"},
            "price_class": {"type": "str", "choices": PRICE_CLASSES, "default": "PriceClass_All"},
            "origins": {"type": "list", "elements": "dict", "default": [], "options": ORIGIN},
            "origin_groups": {"type": "list", "elements": "dict", "default": [], "options": GROUP},
            "default_behavior": {"type": "dict", "options": BEHAVIOR},
            "behaviors": {"type": "list", "elements": "dict", "default": [], "options": {**PATHS, **BEHAVIOR}},
            "cache_seconds": {"type": "int", "default": 3600},
            "frame_ancestors": {"type": "list", "elements": "str", "default": []},
            "tags": {"type": "dict", "default": {}},
            "wait": {"type": "bool", "default": False},
            "wait_timeout": {"type": "int", "default": 1200},
            "state": {"type": "str", "choices": ["present", "disabled", "absent"], "default": "present"},
        },
        reconcile,
        required_if=[("state", "present", ["certificate_arn", "default_behavior"])],
    )


if __name__ == "__main__":
    main()
