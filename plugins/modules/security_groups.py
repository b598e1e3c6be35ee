#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: security_groups
version_added: 0.1.0
short_description: Keep the security groups of a VPC, with their rules
description:
  - Creates the listed groups of a VPC and keeps exactly the listed rules in them. Rules that were added or removed by
    hand are put back.
  - Groups may name each other as peers in any order and in circles. All groups are made before any rule.
  - Groups of the VPC that are not listed are left alone.
author:
  - meetops.jitsi contributors (@meetops)
options:
  vpc_id:
    description: ID of the VPC. In check mode it may be a placeholder, for a VPC that does not exist yet.
    type: str
    required: true
  groups:
    description: The security groups.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the group, unique in the VPC.
        type: str
        required: true
      description:
        description: What the group is for. EC2 takes it on creation only, so a later change has no effect.
        type: str
        required: true
      ingress:
        description: What may come in. Nothing else does.
        type: list
        elements: dict
        default: []
        suboptions: &rule
          protocol:
            description: Protocol of the rule.
            type: str
            choices: [tcp, udp]
            default: tcp
          ports:
            description: A port or a range of ports, such as V(443) or V(49152-65535).
            type: str
            required: true
          peers:
            description:
              - CIDR blocks, ids of managed prefix lists, and names of groups in O(groups).
              - Since release 0.2.0 also names of prefix lists that AWS manages, such as
                V(com.amazonaws.global.cloudfront.origin-facing).
              - A prefix list counts as many rules as AWS gives it as weight. CloudFront's weighs 55 of the 60 that a
                group may have.
            type: list
            elements: str
            required: true
          description:
            description: What the rule is for, shown beside it in EC2.
            type: str
            required: true
      egress:
        description: What may go out. Nothing else does. DNS and the metadata service are not subject to it.
        type: list
        elements: dict
        default: []
        suboptions: *rule
  lock_default:
    description:
      - Whether to remove all rules of the VPC's default group, so that nothing works in it by accident.
      - This costs no API call of its own, as one call lists all groups.
    type: bool
    default: false
  tags:
    description: Tags of each group, beside C(Name), which is the group's name.
    type: dict
    default: {}
  state:
    description: V(absent) removes the listed groups. EC2 refuses while a network interface uses one.
    type: str
    choices: [present, absent]
    default: present
notes:
  - C(amazon.aws.ec2_security_group) (release 11.4) handles one group a task. Measured with three groups that name each
    other, a run without changes took 23 API calls and three processes, where this module takes 1 call and one process.
  - With C(amazon.aws.ec2_security_group) a group that is named before its own task ran is made as a side effect, with
    the tags of another group, and its own task then reports a plain change. In check mode its diff shows a group named
    in a rule as a list inside a rule that EC2 does not have.
  - "Permissions: ec2:DescribeSecurityGroups, DescribeManagedPrefixLists, CreateSecurityGroup, DeleteSecurityGroup,
    CreateTags, DeleteTags, and Authorize and Revoke of SecurityGroupIngress and SecurityGroupEgress, and
    UpdateSecurityGroupRuleDescriptions of Ingress and Egress."
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Web server and database know each other and nobody else
  meetops.jitsi.security_groups:
    vpc_id: vpc-0123456789abcdef0
    lock_default: true
    groups:
      - name: shop-web
        description: Web servers of the shop
        ingress:
          - ports: "443"
            peers: [0.0.0.0/0, "::/0"]
            description: HTTPS from everywhere
        egress:
          - ports: "5432"
            peers: [shop-database]
            description: SQL to the database
      - name: shop-database
        description: Database of the shop
        ingress:
          - ports: "5432"
            peers: [shop-web]
            description: SQL from the web servers
    tags:
      Environment: prod
"""

RETURN = r"""
group_ids:
  description: Ids of the listed groups by name, without those that check mode would create.
  returned: success
  type: dict
  sample: {shop-web: sg-0123456789abcdef0, shop-database: sg-0123456789abcdef1}
changes:
  description: What changed, or would change in check mode.
  returned: success
  type: list
  elements: dict
  sample: [{resource: rules of shop-web, action: update, fields: [ingress]}]
"""

from collections.abc import Callable
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ec2 as network
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import security_groups as rules

GROUP = "security group "
RULES = "rules of "


def prefix_lists(ec2: Any, groups: list[dict[str, Any]]) -> dict[str, str]:
    """Name -> id of the prefix lists that the rules name, without a call when they name none."""
    names = rules.prefix_list_names(groups)
    found = network.prefix_lists(ec2, names) if names else {}
    for name in names:
        if name not in found:
            raise InvalidInput(
                f"peer {name}: AWS has no prefix list of this name here; correct it, or name another region"
            )
    return found


def reconcile(module: Any) -> None:
    """Read all groups of the VPC, compare, create, then set rules."""
    params = module.params
    wanted_rules = rules.wanted(params["groups"])
    texts = {group["name"]: group["description"] for group in params["groups"]}
    tags = {str(key): str(value) for key, value in params["tags"].items()}
    ec2 = client(module, "ec2")
    lists = prefix_lists(ec2, params["groups"])
    found = {group["GroupName"]: group for group in network.list_groups(ec2, params["vpc_id"])}
    ids = {name: group["GroupId"] for name, group in found.items()}
    ours = {GROUP + name: {"Tags": network.tags(found[name])} for name in texts if name in found}
    created: list[str] = []

    def read(rendering: Callable[..., dict[str, Any]], name: str) -> dict[str, dict[str, Any]]:
        names = {identity: name for name, identity in {**ids, **lists}.items()}
        return {way: rendering(found[name][key], names) for way, key in rules.PERMISSIONS.items()}

    def apply_group(name: str, change: Change) -> None:
        if change.after is None:
            network.delete_group(ec2, ids.pop(name))
        elif change.before is None:
            ids[name] = network.create_group(ec2, params["vpc_id"], name, texts[name], change.after["Tags"])
            created.append(ids[name])
        else:
            network.tag(ec2, ids[name], change.before["Tags"], change.after["Tags"])

    def apply_rules(name: str, change: Change) -> None:
        if created:
            # EC2 puts rules into new groups itself; they must be known to be removed.
            found.update({group["GroupName"]: group for group in network.read_new_groups(ec2, created)})
            created.clear()
        have, texts_now = read(rules.permissions, name), read(rules.descriptions, name)
        peers = {**ids, **lists}
        for way in change.fields:
            want, now = change.after[way], texts_now[way]
            new = [text for text in want if text not in now]
            reworded = [text for text in want if text in now and want[text] != now[text]]
            strays = [have[way][text] for text in now if text not in want]
            if new:
                network.authorize(ec2, way, ids[name], [rules.authorization(text, want[text], peers) for text in new])
            if reworded:
                network.reword(ec2, way, ids[name], [rules.authorization(text, want[text], peers) for text in reworded])
            if strays:
                network.revoke(ec2, way, ids[name], strays)

    def apply(change: Change) -> None:
        kind = GROUP if change.resource.startswith(GROUP) else RULES
        (apply_group if kind == GROUP else apply_rules)(change.resource.removeprefix(kind), change)

    current_rules: dict[str, Any] = {}
    if params["state"] == "present":
        if params["lock_default"]:
            wanted_rules["default"] = {way: {} for way in rules.PERMISSIONS}
            # A VPC that does not exist yet will have one.
            current_rules[RULES + "default"] = rules.NEW_DEFAULT
        changes = compare(ours, {GROUP + name: {"Tags": {**tags, "Name": name}} for name in texts})
    else:
        # Groups that name each other can be deleted only without their rules.
        wanted_rules = {name: {way: {} for way in rules.PERMISSIONS} for name in texts if name in found}
        changes = []
    current_rules |= {RULES + name: read(rules.descriptions, name) for name in wanted_rules if name in found}
    changes += compare(current_rules, {RULES + name: fields for name, fields in wanted_rules.items()})
    if params["state"] == "absent":
        changes += compare(ours, {}, prune=True)
    finish(module, changes, apply, group_ids=lambda: {name: ids[name] for name in texts if name in ids})


def main() -> None:
    """Run the module."""
    rule = {
        "protocol": {"type": "str", "choices": ["tcp", "udp"], "default": "tcp"},
        "ports": {"type": "str", "required": True},
        "peers": {"type": "list", "elements": "str", "required": True},
        "description": {"type": "str", "required": True},
    }
    run(
        {
            "vpc_id": {"type": "str", "required": True},
            "groups": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "name": {"type": "str", "required": True},
                    "description": {"type": "str", "required": True},
                    "ingress": {"type": "list", "elements": "dict", "default": [], "options": rule},
                    "egress": {"type": "list", "elements": "dict", "default": [], "options": rule},
                },
            },
            "lock_default": {"type": "bool", "default": False},
            "tags": {"type": "dict", "default": {}},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
