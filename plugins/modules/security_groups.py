#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: security_groups
version_added: 0.1.0
short_description: Keep the security groups of a VPC, with their rules
description:
  - Creates the listed groups of a VPC and keeps exactly the listed rules in them. Rules that were added or removed by
    hand are put back.
  - Groups may name each other as peers in any order and in circles. All groups are made before any rule.
  - Groups of the VPC that are not listed are left alone.
author: [meetops.jitsi contributors (@meetops)]
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
        description: What may go out. Nothing else does. These rules do not limit DNS and the metadata service.
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

from collections.abc import Mapping
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ec2
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import security_groups

RULE: dict[str, Any] = {
    "protocol": {"type": "str", "choices": ["tcp", "udp"], "default": "tcp"},
    "ports": {"type": "str", "required": True},
    "peers": {"type": "list", "elements": "str", "required": True},
    "description": {"type": "str", "required": True},
}
ARGUMENTS: dict[str, Any] = {
    "vpc_id": {"type": "str", "required": True},
    "groups": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "name": {"type": "str", "required": True},
            "description": {"type": "str", "required": True},
            "ingress": {"type": "list", "elements": "dict", "default": [], "options": RULE},
            "egress": {"type": "list", "elements": "dict", "default": [], "options": RULE},
        },
    },
    "lock_default": {"type": "bool", "default": False},
    "tags": {"type": "dict", "default": {}},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


class Groups:
    """All groups of a VPC as they are, and how to change one of them or its rules."""

    def __init__(self, api: Any, vpc_id: str, lists: Mapping[str, str], descriptions: Mapping[str, str]) -> None:
        self.api = api
        self.vpc_id = vpc_id
        self.lists = lists  # id of each prefix list by its name
        self.descriptions = descriptions
        self.found = {group["GroupName"]: group for group in ec2.list_groups(api, vpc_id)}
        self.ids = {name: group["GroupId"] for name, group in self.found.items()}
        # Ids of groups that this run made. EC2 puts rules into them itself, which nobody has read yet.
        self.unread: list[str] = []

    def tags(self, name: str) -> dict[str, str]:
        """The tags of a group that exists."""
        return ec2.tags(self.found[name])

    def permissions(self, name: str, direction: str) -> dict[str, dict[str, Any]]:
        """The rules of a group in the direction ``Ingress`` or ``Egress``, each as the Revoke calls take it."""
        return security_groups.permissions(self.described(name, direction), self.names())

    def rules(self, name: str) -> dict[str, dict[str, str]]:
        """The rules of a group by direction, each with its description."""
        return {
            direction: security_groups.descriptions(self.described(name, direction), self.names())
            for direction in security_groups.PERMISSIONS
        }

    def described(self, name: str, direction: str) -> list[dict[str, Any]]:
        """The rules of a group in one direction as EC2 reports them."""
        permissions: list[dict[str, Any]] = self.found[name][security_groups.PERMISSIONS[direction]]
        return permissions

    def names(self) -> dict[str, str]:
        """Names of groups and prefix lists by their ids."""
        return {identity: name for name, identity in {**self.ids, **self.lists}.items()}

    def apply(self, change: Change) -> None:
        """Make one change."""
        if change.resource.startswith(security_groups.GROUP):
            self.apply_group(change.resource.removeprefix(security_groups.GROUP), change)
        elif change.after is not None:
            self.set_rules(change.resource.removeprefix(security_groups.RULES), change.after, change.fields)

    def apply_group(self, name: str, change: Change) -> None:
        """Create, tag or delete a group."""
        if change.after is None:
            ec2.delete_group(self.api, self.ids.pop(name))
        elif change.before is None:
            tags = change.after["Tags"]
            self.ids[name] = ec2.create_group(self.api, self.vpc_id, name, self.descriptions[name], tags)
            self.unread.append(self.ids[name])
        else:
            ec2.tag(self.api, self.ids[name], change.before["Tags"], change.after["Tags"])

    def set_rules(self, name: str, after: Fields, directions: list[str]) -> None:
        """Add the rules that a group lacks, put back their descriptions and remove all others."""
        if self.unread:
            self.found.update({group["GroupName"]: group for group in ec2.read_new_groups(self.api, self.unread)})
            self.unread.clear()
        now, peers = self.rules(name), {**self.ids, **self.lists}
        for direction in directions:
            new, reworded, strays = security_groups.steps(now[direction], after[direction])
            if new:
                ec2.authorize(self.api, direction, self.ids[name], security_groups.authorizations(new, peers))
            if reworded:
                ec2.reword(self.api, direction, self.ids[name], security_groups.authorizations(reworded, peers))
            if strays:
                permissions = self.permissions(name, direction)
                ec2.revoke(self.api, direction, self.ids[name], [permissions[text] for text in strays])


def prefix_lists(api: Any, groups: list[dict[str, Any]]) -> dict[str, str]:
    """Name -> id of the prefix lists that the rules name, without a call when they name none."""
    names = security_groups.prefix_list_names(groups)
    found = ec2.prefix_lists(api, names) if names else {}
    for name in names:
        if name not in found:
            raise InvalidInput(
                f"peer {name}: AWS has no prefix list of this name here; correct it, or name another region"
            )
    return found


def present(found: Groups, wanted: Mapping[str, Any], tags: Mapping[str, str], lock_default: bool) -> list[Change]:
    """Changes that make the groups, and then set the rules, since those name groups."""
    rules = {**wanted, **({"default": security_groups.NO_RULES} if lock_default else {})}
    there = [name for name in rules if name in found.ids]
    # A VPC that does not exist yet will have a default group.
    current = {"default": security_groups.NEW_DEFAULT, **{name: found.rules(name) for name in there}}
    made = {name: found.tags(name) for name in there if name in wanted}
    named = {name: {**tags, "Name": name} for name in wanted}
    return [
        *compare(security_groups.tagged(made), security_groups.tagged(named)),
        *compare(security_groups.ruled(current), security_groups.ruled(rules)),
    ]


def absent(found: Groups, names: list[str]) -> list[Change]:
    """Changes that take the rules away, and then the groups: those that name each other cannot go before."""
    ours = [name for name in names if name in found.ids]
    return [
        *compare(
            security_groups.ruled({name: found.rules(name) for name in ours}),
            security_groups.ruled(dict.fromkeys(ours, security_groups.NO_RULES)),
        ),
        *compare(security_groups.tagged({name: found.tags(name) for name in ours}), {}, prune=True),
    ]


def reconcile(module: Any) -> None:
    """Check the input, read all groups of the VPC, make them as wanted."""
    params = module.params
    wanted = security_groups.wanted(params["groups"])
    descriptions = {group["name"]: group["description"] for group in params["groups"]}
    api = client(module, "ec2")
    found = Groups(api, params["vpc_id"], prefix_lists(api, params["groups"]), descriptions)
    if params["state"] == "present":
        changes = present(found, wanted, params["tags"], params["lock_default"])
    else:
        changes = absent(found, list(wanted))
    finish(
        module, changes, found.apply, group_ids=lambda: {name: found.ids[name] for name in wanted if name in found.ids}
    )


def main() -> None:
    """Run the module."""
    run(ARGUMENTS, reconcile)


if __name__ == "__main__":
    main()
