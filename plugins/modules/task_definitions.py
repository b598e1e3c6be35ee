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
  - C(community.aws.ecs_taskdefinition) (release 11.2) does not compare CPU, memory, execution role, network mode and
    platform. So a change of C(cpu) from 256 to 512 registers nothing. It returns nothing in check mode.
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

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ecs
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.tags import tag_dict
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import task_definitions
from ansible_collections.meetops.jitsi.plugins.module_utils.items import by_state

ARGUMENTS: dict[str, Any] = {
    "task_definitions": {"type": "list", "elements": "dict", "default": []},
    "tags": {"type": "dict", "default": {}},
}


class Families:
    """The families as they are, and how to change one."""

    def __init__(
        self, api: Any, requests: Mapping[str, Any], newest: dict[str, dict[str, Any]], doomed: Mapping[str, str]
    ) -> None:
        self.api = api
        self.requests = requests
        self.newest = newest
        self.doomed = doomed

    def apply(self, change: Change) -> None:
        """Make one change."""
        name, before, after = change.resource.removeprefix(task_definitions.FAMILY), change.before, change.after
        if after is None:
            if self.doomed[name] == "ACTIVE":
                ecs.deregister_task_definition(self.api, name)
            ecs.delete_task_definition(self.api, name)
        elif before is None or task_definitions.needs_revision(change):
            self.newest[name] = ecs.register_task_definition(self.api, self.requests[name])
        else:
            ecs.tag(self.api, self.newest[name]["taskDefinitionArn"], before["tags"], after["tags"])

    def result(self, changes: Iterable[Change], planned: bool) -> dict[str, dict[str, Any]]:
        """The newest revision of each family. What has changes has none yet if they are only ``planned``."""
        by_family = {change.resource.removeprefix(task_definitions.FAMILY): change for change in changes}
        revisions = {}
        for family in self.requests:
            change = by_family.get(family)
            if planned and change and task_definitions.needs_revision(change):
                revision = {"arn": ecs.arn(self.api, f"task-definition/{family}:planned"), "revision": 0}
            else:
                found = self.newest[family]
                revision = {"arn": found["taskDefinitionArn"], "revision": found["revision"]}
            revisions[family] = {**revision, "changed": change is not None}
        return revisions


def requested(api: Any, listed: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """The RegisterTaskDefinition requests of the listed families, after all checks."""
    requests = {}
    for family, given in listed.items():
        request = ecs.request(api, "RegisterTaskDefinition", given, f"task_definitions {family}")
        task_definitions.validate(request)
        every = {**tag_dict(request.get("tags")), **tags}
        requests[family] = {**request, **({"tags": ecs.listed(every)} if every else {})}
    return requests


def revisions(api: Any, families: Iterable[str]) -> dict[str, str]:
    """The status of every revision of some families, by ARN."""
    return {
        arn: status
        for family in families
        for status in ("INACTIVE", "ACTIVE")
        for arn in ecs.revisions(api, family, status)
    }


def reconcile(module: Any) -> None:
    """Check the input, read the newest revision of each family, make it as wanted."""
    params = module.params
    api = client(module, "ecs")
    listed, gone = by_state("task_definitions", params["task_definitions"], "family")
    requests = requested(api, listed, params["tags"])
    newest = {family: ecs.newest_task_definition(api, family) for family in requests}
    found = Families(api, requests, {family: item for family, item in newest.items() if item}, revisions(api, gone))
    current = task_definitions.current(found.newest, found.doomed)
    changes = compare(current, task_definitions.wanted(requests, current), prune=True)
    finish(module, changes, found.apply, task_definitions=lambda: found.result(changes, planned=module.check_mode))


def main() -> None:
    """Run the module."""
    run(ARGUMENTS, reconcile)


if __name__ == "__main__":
    main()
