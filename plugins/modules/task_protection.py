#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: task_protection
version_added: 0.2.0
short_description: Tell which ECS tasks calls and recordings hold, and let ECS end them
description:
  - Lists the tasks of services that are protected from scaling in and from deployments. Their sidecar protects them
    while they carry calls or recordings.
  - With O(release=true) ECS may end them at once, which cuts these calls.
author: [meetops.jitsi contributors (@meetops)]
options:
  cluster:
    description: Name of the cluster.
    type: str
    required: true
  services:
    description: Names of the services. Those that are not there have no tasks.
    type: list
    elements: str
    required: true
  of:
    description:
      - V(all) tasks, or just those of V(former) deployments, which the current one is to replace.
      - A service whose deployment has settled has none of these.
    type: str
    choices: [all, former]
    default: all
  release:
    description:
      - Whether to take the protection off.
      - The sidecar of a task at work protects it again when it next renews, within half an hour.
    type: bool
    default: false
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - No module of C(amazon.aws) 11.4 or C(community.aws) 11.2 reads or changes the protection of tasks.
  - "Permissions: ecs:DescribeServices, ecs:ListTasks, ecs:DescribeTasks, ecs:GetTaskProtection and, to release,
    ecs:UpdateTaskProtection."
"""

EXAMPLES = r"""
- name: See which calls hold tasks
  meetops.jitsi.task_protection:
    cluster: jitsi-video-platform-cluster
    services: [jitsi-video-platform-service, jitsi-video-platform-bridge]
  register: held

- name: Cut the calls that hold up a deployment
  meetops.jitsi.task_protection:
    cluster: jitsi-video-platform-cluster
    services: [jitsi-video-platform-bridge]
    of: former
    release: true
"""

RETURN = r"""
services:
  description: The services that are there, by name.
  returned: always
  type: dict
  contains:
    desired:
      description: Number of tasks that should run.
      type: int
    running:
      description: Number of tasks that run.
      type: int
    rollout_state:
      description: State of the current deployment, V(COMPLETED), V(IN_PROGRESS) or V(FAILED), empty when there is none.
      type: str
    task_definition:
      description: ARN of the task definition.
      type: str
    protected:
      description: ARNs of the tasks that were found protected, of those that O(of) asks for.
      type: list
      elements: str
protected:
  description: How many these are in all services.
  returned: always
  type: int
changes:
  description: What changed, or would in check mode.
  returned: always
  type: list
  elements: dict
  sample: [{resource: "task arn:aws:ecs:us-east-1:123456789012:task/x/1", action: update, fields: [protected]}]
"""

from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ecs
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import compare
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import task_protection

PREFIX = "task "


def tasks_of(api: Any, cluster: str, service: dict[str, Any], of: str) -> list[str]:
    """ARNs of a service's tasks: ``all`` of them, or those of ``former`` deployments."""
    if of == "former" and task_protection.settled(service):
        return []
    arns = ecs.service_tasks(api, cluster, service["serviceName"])
    return task_protection.former(service, ecs.tasks(api, cluster, arns)) if of == "former" else arns


def told(service: dict[str, Any], protected: list[str]) -> dict[str, Any]:
    """What is returned of a service: its rollout, and the ARNs of its protected tasks."""
    return {**task_protection.rollout(service), "protected": protected}


def reconcile(module: Any) -> None:
    """Read which tasks are protected, and release them if that is asked for."""
    params, api = module.params, client(module, "ecs")
    cluster = params["cluster"]
    services = {
        item["serviceName"]: item
        for item in ecs.services(api, cluster, params["services"])
        if item["status"] == "ACTIVE"
    }
    tasks = {name: tasks_of(api, cluster, item, params["of"]) for name, item in services.items()}
    current = task_protection.state(ecs.protections(api, cluster, [arn for arns in tasks.values() for arn in arns]))
    wanted = {resource: {"protected": False} for resource in current} if params["release"] else {}
    finish(
        module,
        compare(current, wanted),
        lambda change: ecs.release_protection(api, cluster, change.resource.removeprefix(PREFIX)),
        services={
            name: told(item, [arn for arn in tasks[name] if PREFIX + arn in current]) for name, item in services.items()
        },
        protected=len(current),
    )


def main() -> None:
    """Run the module."""
    run(
        {
            "cluster": {"type": "str", "required": True},
            "services": {"type": "list", "elements": "str", "required": True},
            "of": {"type": "str", "choices": ["all", "former"], "default": "all"},
            "release": {"type": "bool", "default": False},
        },
        reconcile,
    )


if __name__ == "__main__":
    main()
