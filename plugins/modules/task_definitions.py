#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: task_definitions
version_added: 0.1.0
short_description: Register ECS task definitions that changed
description:
  - Registers a new revision of a family only if any field differs in meaning from the newest ACTIVE revision.
  - Defaults that AWS fills in, empty values, and the order of what is a set make no difference.
  - Checks every definition before the first API call, by the service model of botocore and by the rules of ECS, of
    Fargate and of the Jitsi images.
author: [meetops.jitsi contributors (@meetops)]
options:
  task_definitions:
    description:
      - Task definitions in the shape of the RegisterTaskDefinition request, with its key names.
      - Secret values do not belong here; name them under C(secrets) of a container.
      - With C(state=absent) in place of V(present), the default, every revision of the family is deregistered and
        deleted. Such an item needs only its C(family).
    type: list
    elements: dict
    default: []
  tags:
    description:
      - Tags of every task definition.
      - A change of tags alone is put on the newest revision; it needs no new one.
    type: dict
    default: {}
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - C(community.aws.ecs_taskdefinition) (release 11.2) is not used because it does not compare CPU, memory, execution
    role, network mode and platform, so that a change of C(cpu) from 256 to 512 registers nothing, and because it
    returns nothing in check mode.
  - A run that changes nothing makes one API call a family.
  - If the answer to a registration is lost, its repetition leaves two equal revisions, which does no harm.
"""

EXAMPLES = r"""
- name: Keep a task definition
  meetops.jitsi.task_definitions:
    task_definitions:
      - family: jitsi-video-platform-bridge
        requiresCompatibilities: [FARGATE]
        networkMode: awsvpc
        cpu: "4096"
        memory: "8192"
        executionRoleArn: arn:aws:iam::123456789012:role/jitsi-video-platform-bridge-execution
        containerDefinitions:
          - name: jvb
            image: ghcr.io/jitsi/jvb:stable-11146-2
            portMappings: [{ containerPort: 10000, protocol: udp }]
    tags: { Environment: prod }
  register: registered

- name: Remove what is no longer used
  meetops.jitsi.task_definitions:
    task_definitions:
      - { family: jitsi-video-platform-recorder, state: absent }
"""

RETURN = r"""
task_definitions:
  description: The current revision of each family, by name of the family.
  returned: always
  type: dict
  contains:
    arn:
      description: ARN of the revision. In check mode, of one that is not registered yet, it ends with C(:planned).
      type: str
    revision:
      description: Number of the revision, 0 when it is only planned.
      type: int
    changed:
      description: Whether a revision was registered or its tags changed, or would in check mode.
      type: bool
  sample:
    jitsi-video-platform-bridge:
      arn: arn:aws:ecs:us-east-1:123456789012:task-definition/jitsi-video-platform-bridge:3
      revision: 3
      changed: false
changes:
  description: What changed, or would in check mode.
  returned: always
  type: list
  elements: dict
  sample: [{resource: task definition x, action: update, fields: [containers.jvb.image]}]
"""

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ecs as api
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import runner
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.tags import tag_dict
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import task_definitions as task_definition
from ansible_collections.meetops.jitsi.plugins.module_utils.items import by_state

PREFIX = "task definition "


class Families:
    """The families that are listed, and the revisions of those that shall be absent."""

    def __init__(self, module):
        self.params = module.params
        self.ecs = runner.client(module, "ecs")
        listed, gone = by_state("task_definitions", self.params["task_definitions"], "family")
        self.requests = {family: self.request(family, given) for family, given in listed.items()}
        newest = {family: api.newest_task_definition(self.ecs, family) for family in self.requests}
        self.newest = {family: found for family, found in newest.items() if found}
        self.doomed = {
            arn: status
            for family in gone
            for status in ("INACTIVE", "ACTIVE")
            for arn in api.revisions(self.ecs, family, status)
        }

    def request(self, family, given):
        """The RegisterTaskDefinition request of a family, after all checks."""
        request = api.request(self.ecs, "RegisterTaskDefinition", given, f"task_definitions {family}")
        task_definition.validate(request)
        tags = {**tag_dict(request.get("tags")), **self.params["tags"]}
        return {**request, **({"tags": api.listed(tags)} if tags else {})}

    def changes(self):
        """What differs."""
        current = {PREFIX + family: managed_fields(found) for family, found in self.newest.items()}
        wanted = {
            PREFIX + family: task_definition.wanted_fields(current.get(PREFIX + family, {}), managed_fields(request))
            for family, request in self.requests.items()
        }
        current.update({PREFIX + arn: {"status": status} for arn, status in self.doomed.items()})
        changes = compare(current, wanted, prune=True)
        self.changed = {change.resource.removeprefix(PREFIX) for change in changes}
        # Families that get a new revision, until they have it.
        self.planned = {name for name in self.changed if name in self.requests} - {
            change.resource.removeprefix(PREFIX) for change in changes if change.before and change.fields == ["tags"]
        }
        return changes

    def apply(self, change: Change) -> None:
        """Make one change."""
        name = change.resource.removeprefix(PREFIX)
        if change.action == "delete":
            if self.doomed[name] == "ACTIVE":
                api.deregister_task_definition(self.ecs, name)
            api.delete_task_definition(self.ecs, name)
        elif name in self.planned:
            self.newest[name] = api.register_task_definition(self.ecs, self.requests[name])
            self.planned.remove(name)
        else:
            arn = self.newest[name]["taskDefinitionArn"]
            api.tag(self.ecs, arn, change.before["tags"], change.after["tags"])

    def result(self):
        """The revisions for the caller."""
        return {family: {**self.revision(family), "changed": family in self.changed} for family in self.requests}

    def revision(self, family):
        if family in self.planned:
            return {"arn": api.arn(self.ecs, f"task-definition/{family}:planned"), "revision": 0}
        return {"arn": self.newest[family]["taskDefinitionArn"], "revision": self.newest[family]["revision"]}


def managed_fields(definition):
    """Fields of a definition; its tags as one field, without those of AWS."""
    return {**task_definition.fields({**definition, "tags": None}), "tags": tag_dict(definition.get("tags"))}


def reconcile(module):
    families = Families(module)
    runner.finish(module, families.changes(), families.apply, task_definitions=families.result)


def main():
    runner.run(
        dict(
            task_definitions=dict(type="list", elements="dict", default=[]),
            tags=dict(type="dict", default={}),
        ),
        reconcile,
    )


if __name__ == "__main__":
    main()
