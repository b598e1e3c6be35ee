#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: distribution
version_added: 0.2.0
short_description: Keep a CloudFront distribution in front of HTTPS servers and a Lambda function
description:
  - Keeps one distribution with its origins, failover groups and behaviors, and the three policies that only it uses -
    origin access control for a function URL, security headers, and caching of static files.
  - The distribution is the one whose comment is O(name). Of its configuration only what the options stand for is
    compared and changed. Logging, a web ACL, geographic restrictions and other settings stay as they are.
  - Every error code is answered anew and never from the cache.
  - All origins are reached by HTTPS with TLS 1.2 only; viewers need TLS 1.2 at least.
author:
  - meetops.jitsi contributors (@meetops)
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
      - V(disabled), since release 0.3.0, lets it answer nobody any more, if there is one, and does not wait for that.
        It keeps everything else.
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

import uuid
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import names
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import cloudfront, secretsmanager
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.edge import distribution
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import document as secret_document

# Id of a policy in this module -> (kind in the API, how people call it). The order of creation.
POLICIES = {
    "oac": ("OriginAccessControl", "origin access control"),
    "headers_policy": ("ResponseHeadersPolicy", "response headers policy"),
    "cache_policy": ("CachePolicy", "cache policy"),
}
DISTRIBUTION = "distribution "
# In check mode, for the id of what does not exist yet and for the value that a secret will have.
PLANNED = "planned"


class Edge:
    """The distribution and its policies as they are. Values of secret headers never leave this object."""

    def __init__(self, module: Any) -> None:
        self.module, self.params = module, module.params
        self.name: str = module.params["name"]
        self.api = client(module, "cloudfront")
        self.names = {"oac": self.name, "headers_policy": self.name, "cache_policy": names.cache_policy(self.name)}
        self.ids: dict[str, str] = {}
        self.policies: dict[str, dict[str, Any]] = {}
        for policy, (kind, _words) in POLICIES.items():
            found = cloudfront.list_policies(self.api, kind).get(self.names[policy])
            if found:
                self.ids[policy], self.policies[policy] = found
        self.described = self.find()
        self.config: dict[str, Any] = {}
        self.etag = ""
        self.tags: dict[str, str] = {}
        if self.described:
            self.config, self.etag = cloudfront.read_config(self.api, self.described["Id"])
            self.tags = cloudfront.read_tags(self.api, self.described["ARN"])

    def find(self) -> dict[str, Any]:
        """Summary of the distribution, empty if there is none."""
        found = [item for item in cloudfront.list_distributions(self.api) if item.get("Comment") == self.name]
        if len(found) > 1:
            ids = ", ".join(item["Id"] for item in found)
            raise InvalidInput(
                f"name {self.name}: the distributions {ids} all have this comment; change it in all but one"
            )
        return found[0] if found else {}

    def resource(self, policy: str) -> str:
        """How a policy is called in changes."""
        return f"{POLICIES[policy][1]} {self.names[policy]}"

    def policy_of(self, change: Change) -> str:
        """The policy that a change is about; empty if it is about the distribution."""
        return next((policy for policy in POLICIES if change.resource == self.resource(policy)), "")

    def headers(self) -> dict[str, str]:
        """Values of the secret headers by origin."""
        values: dict[str, str] = {}
        documents: dict[str, dict[str, Any]] = {}
        for origin in self.params["origins"]:
            header = origin["secret_header"]
            if header is None:
                continue
            secret = header["secret_id"]
            if secret not in documents:
                _version, text = secretsmanager.read(client(self.module, "secretsmanager"), secret)
                documents[secret] = secret_document.parse(text, secret)
            value = documents[secret].get(header["key"])
            if not value and not self.module.check_mode:
                raise InvalidInput(
                    f"origin {origin['id']}: secret {secret} holds no value for {header['key']}; complete it first"
                )
            values[origin["id"]] = str(value or PLANNED)
        return values

    def wanted_policies(self) -> dict[str, dict[str, Any]]:
        """Configuration of each policy."""
        params = self.params
        return {
            "oac": distribution.access_control(self.names["oac"]),
            "headers_policy": distribution.headers_policy(self.names["headers_policy"], params["frame_ancestors"]),
            "cache_policy": distribution.cache_policy(self.names["cache_policy"], params["cache_seconds"]),
        }

    def disable(self) -> None:
        """Let it answer nobody."""
        self.config = {**self.config, "Enabled": False}
        self.etag = cloudfront.update(self.api, self.described["Id"], self.config, self.etag)

    def wait(self) -> None:
        """Wait until all edges have the configuration."""
        cloudfront.wait_deployed(self.api, self.described["Id"], self.params["wait_timeout"])


def present(edge: Edge) -> None:
    """Create or put back the policies, then the distribution."""
    params, headers, policies = edge.params, edge.headers(), edge.wanted_policies()

    def config() -> dict[str, Any]:
        return distribution.config(params, {policy: edge.ids.get(policy, PLANNED) for policy in POLICIES}, headers)

    def apply_policy(policy: str, change: Change) -> None:
        kind = POLICIES[policy][0]
        if change.before is None:
            edge.ids[policy] = cloudfront.create_policy(edge.api, kind, policies[policy])
        else:
            cloudfront.update_policy(
                edge.api, kind, edge.ids[policy], lambda current: distribution.overlay(current, policies[policy])
            )

    def apply(change: Change) -> None:
        policy = edge.policy_of(change)
        if policy:
            apply_policy(policy, change)
        elif change.before is None:
            created = {**distribution.overlay({}, config()), "CallerReference": str(uuid.uuid4())}
            edge.described = cloudfront.create(edge.api, created, tags)
        else:
            if set(change.fields) - {"Tags"}:
                changed = distribution.overlay(edge.config, config())
                cloudfront.update(edge.api, edge.described["Id"], changed, edge.etag)
            if "Tags" in change.fields:
                cloudfront.tag(edge.api, edge.described["ARN"], edge.tags, tags)
        if params["wait"] and not policy:
            edge.wait()

    tags = {str(key): str(value) for key, value in params["tags"].items()}
    current: dict[str, Fields] = {}
    wanted: dict[str, Fields] = {}
    for policy, like in policies.items():
        wanted[edge.resource(policy)] = distribution.view(like, like)
        if policy in edge.policies:
            current[edge.resource(policy)] = distribution.view(edge.policies[policy], like)
    resource, like = DISTRIBUTION + edge.name, config()
    wanted[resource] = {**distribution.fields(like, like, headers), "Tags": tags}
    if edge.described:
        current[resource] = {**distribution.fields(edge.config, like, headers), "Tags": edge.tags}
    finish(edge.module, compare(current, wanted), apply, **result(edge))


def disabled(edge: Edge) -> None:
    """Disable the distribution if there is one."""
    resource = DISTRIBUTION + edge.name
    current: dict[str, Fields] = {resource: {"Enabled": edge.config["Enabled"]}} if edge.described else {}
    changes = compare(current, {name: {"Enabled": False} for name in current})
    finish(edge.module, changes, lambda _change: edge.disable(), **result(edge))


def absent(edge: Edge) -> None:
    """Disable, wait and delete the distribution, then delete its policies."""

    def apply(change: Change) -> None:
        policy = edge.policy_of(change)
        if policy:
            cloudfront.delete_policy(edge.api, POLICIES[policy][0], edge.ids[policy])
            return
        if edge.config["Enabled"]:
            edge.disable()
        edge.wait()
        cloudfront.delete(edge.api, edge.described["Id"], edge.etag)
        edge.described = {}

    current: dict[str, Fields] = {edge.resource(policy): {"Name": edge.names[policy]} for policy in edge.policies}
    if edge.described:
        # What is last goes first.
        current[DISTRIBUTION + edge.name] = {"Comment": edge.name, "Aliases": edge.config["Aliases"].get("Items", [])}
    finish(edge.module, compare(current, {}, prune=True), apply, **result(edge))


def result(edge: Edge) -> dict[str, Any]:
    """What the module returns, read after the changes."""
    return {
        "id": lambda: edge.described.get("Id", ""),
        "arn": lambda: edge.described.get("ARN", ""),
        "domain_name": lambda: edge.described.get("DomainName", ""),
        "hosted_zone_id": distribution.HOSTED_ZONE,
    }


def reconcile(module: Any) -> None:
    """Check the input, read what there is, make it as wanted."""
    if module.params["state"] == "present":
        distribution.check(module.params)
    {"present": present, "disabled": disabled, "absent": absent}[module.params["state"]](Edge(module))


def main() -> None:
    """Run the module."""
    behavior = {
        "origin": {"type": "str", "required": True},
        "methods": {"type": "str", "choices": ["read", "all"], "default": "read"},
        "cached": {"type": "bool", "default": False},
    }
    secret_header = {
        "name": {"type": "str", "required": True},
        "secret_id": {"type": "str", "required": True, "no_log": False},
        "key": {"type": "str", "required": True, "no_log": False},
    }
    origin = {
        "id": {"type": "str", "required": True},
        "domain": {"type": "str", "required": True},
        "connect_timeout": {"type": "int", "default": 10},
        "connect_attempts": {"type": "int", "default": 3},
        "read_timeout": {"type": "int", "default": 30},
        "signed": {"type": "bool", "default": False},
        # Says where the value is, not what it is.
        "secret_header": {"type": "dict", "no_log": False, "options": secret_header},
    }
    group = {
        "id": {"type": "str", "required": True},
        "members": {"type": "list", "elements": "str", "required": True},
        "codes": {"type": "list", "elements": "int", "default": [502, 503, 504]},
    }
    run(
        {
            "name": {"type": "str", "required": True},
            "aliases": {"type": "list", "elements": "str", "default": []},
            "certificate_arn": {"type": "str"},
            "price_class": {
                "type": "str",
                "choices": ["PriceClass_100", "PriceClass_200", "PriceClass_All"],
                "default": "PriceClass_All",
            },
            "origins": {"type": "list", "elements": "dict", "default": [], "options": origin},
            "origin_groups": {"type": "list", "elements": "dict", "default": [], "options": group},
            "default_behavior": {"type": "dict", "options": behavior},
            "behaviors": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {"paths": {"type": "list", "elements": "str", "required": True}, **behavior},
            },
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
