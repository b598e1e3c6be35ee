#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: services
version_added: 0.1.0
short_description: Manage ECS services, but never how many tasks they run
description:
  - Creates services with a desired count of 0. Keeps every other field. A field that is left out goes back to its
    default.
  - The desired count is never touched afterwards. It belongs to the life cycle and to autoscaling.
  - Moving tasks between zones for balance (C(availabilityZoneRebalancing)) cuts calls, so it is off unless asked for.
  - With O(platform), a run that would replace the tasks of signalling changes no service while people meet. When
    signalling restarts, the page of everybody reloads.
author: [meetops.jitsi contributors (@meetops)]
options:
  cluster:
    description: Name of the cluster.
    type: str
    required: true
  services:
    description:
      - Services in the shape of the CreateService request, with its key names, without C(cluster) and C(desiredCount).
      - C(taskDefinition) must name a revision.
      - With C(state=absent) in place of V(present), the default, the service is deleted. Its tasks are stopped, and the
        module waits for that. Such an item needs only its C(serviceName).
    type: list
    elements: dict
    default: []
  tags:
    description: Tags of every service.
    type: dict
    default: {}
  platform:
    description:
      - The platform whose services these are, by the name that all its names derive from.
      - Before tasks of its signalling are replaced, the module looks whether people meet, and fails if they do. Unknown
        figures count as people. Fields that need no new tasks, and other services, are changed at any time.
    type: str
    version_added: 0.5.0
  force:
    description: Replace signalling although people meet.
    type: bool
    default: false
    version_added: 0.5.0
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - C(community.aws.ecs_service) (release 11.2) demands a desired count for every replica service, so a run would put an
    awake service to sleep. It always reports a change when it gets the ARN of a task definition. It ignores drift of
    the network configuration.
  - A run that changes nothing makes one API call for up to ten services.
  - "Permissions to look whether people meet: ecs:ListTasks, ecs:GetTaskProtection and cloudwatch:GetMetricData."
"""

EXAMPLES = r"""
- name: Keep a service
  meetops.jitsi.services:
    cluster: jitsi-video-platform-cluster
    services:
      - serviceName: jitsi-video-platform-bridge
        taskDefinition: "{{ registered.task_definitions['jitsi-video-platform-bridge'].arn }}"
        launchType: FARGATE
        networkConfiguration:
          awsvpcConfiguration:
            subnets: [subnet-0123456789abcdef0]
            securityGroups: [sg-0123456789abcdef0]
            assignPublicIp: ENABLED
        deploymentConfiguration:
          deploymentCircuitBreaker: { enable: true, rollback: true }
    tags: { Environment: prod }

- name: Keep the services of a platform, whose signalling has new tasks only while nobody meets
  meetops.jitsi.services:
    cluster: jitsi-video-platform-cluster
    services: "{{ services }}"
    platform: jitsi-video-platform
  register: kept
  until: kept is success or kept.in_the_way is undefined
  retries: 90
  delay: 10

- name: Remove a service
  meetops.jitsi.services:
    cluster: jitsi-video-platform-cluster
    services:
      - { serviceName: jitsi-video-platform-recorder, state: absent }
"""

RETURN = r"""
services:
  description: The services as they are, or in check mode as they would be, by name.
  returned: always
  type: dict
  contains:
    arn:
      description: ARN; with account C(000000000000) when the service is only planned.
      type: str
    desired_count:
      description: Number of tasks that should run.
      type: int
    running_count:
      description: Number of tasks that run.
      type: int
    pending_count:
      description: Number of tasks that are starting.
      type: int
    rollout_state:
      description: State of the current deployment, V(COMPLETED), V(IN_PROGRESS) or V(FAILED), empty when there is none.
      type: str
    task_definition:
      description: ARN of the task definition.
      type: str
disturbs:
  description: What people notice who meet now, in check mode with what helps. Empty if nobody notices anything.
  returned: success
  type: str
  sample: "12 people meet now: replacing jitsi-video-platform-service restarts signalling, and every page reloads"
  version_added: 0.5.0
in_the_way:
  description: Who meets, and why no service was changed.
  returned: when signalling is not replaced because of that
  type: str
  sample: 12 people meet now
  version_added: 0.5.0
changes:
  description: What changed, or would in check mode.
  returned: always
  type: list
  elements: dict
  sample: [{resource: service x, action: update, fields: [task_definition]}]
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import names
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ecs
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import client, finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, Fields, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import services
from ansible_collections.meetops.jitsi.plugins.module_utils.items import by_state
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle import connect, in_use
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM

ARGUMENTS: dict[str, Any] = {
    "cluster": {"type": "str", "required": True},
    "services": {"type": "list", "elements": "dict", "default": []},
    "tags": {"type": "dict", "default": {}},
    "platform": {"type": "str"},
    "force": {"type": "bool", "default": False},
}


class Services:
    """The services as they are, and how to change one."""

    def __init__(
        self, api: Any, cluster: str, requests: Mapping[str, Any], described: Iterable[Mapping[str, Any]]
    ) -> None:
        self.api = api
        self.cluster = cluster
        self.requests = requests
        self.alive: dict[str, Any] = {}
        # Deleted earlier, but their tasks are still stopping.
        self.ending: list[str] = []
        for service in described:
            if service["status"] == "ACTIVE":
                self.alive[service["serviceName"]] = service
            else:
                self.ending.append(service["serviceName"])

    def apply(self, change: Change) -> None:
        """Make one change."""
        name, before, after = change.resource.removeprefix(services.SERVICE), change.before, change.after
        if after is None:
            ecs.delete_service(self.api, self.cluster, name)
            self.ending.append(name)
        elif before is None:
            self.create(name, after)
        else:
            self.update(name, before, after, change.fields)

    def create(self, name: str, after: Fields) -> None:
        """Make a service without tasks, once the last one of its name is gone."""
        if name in self.ending:
            ecs.wait_until_deleted(self.api, self.cluster, [name])
            self.ending.remove(name)
        fields = services.create_request(self.requests[name])
        if after["tags"]:
            fields["tags"] = ecs.listed(after["tags"])
        self.alive[name] = ecs.create_service(self.api, self.cluster, fields)

    def update(self, name: str, before: Fields, after: Fields, fields: list[str]) -> None:
        """Put back the fields that differ, and no other."""
        if "tags" in fields:
            ecs.tag(self.api, self.alive[name]["serviceArn"], before["tags"], after["tags"])
        if fields != ["tags"]:
            request = services.update_request(self.requests[name], fields)
            self.alive[name] = ecs.update_service(self.api, self.cluster, name, request)

    def result(self) -> dict[str, dict[str, Any]]:
        """The services for the caller, once those that had to go are gone."""
        leaving = [name for name in self.ending if name not in self.requests]
        if leaving:
            ecs.wait_until_deleted(self.api, self.cluster, leaving)
        return {name: self.state(name) for name in self.requests}

    def state(self, name: str) -> dict[str, Any]:
        """A service as it is, or as it is planned."""
        if name in self.alive:
            return services.state(self.alive[name])
        return services.planned_state(self.requests[name], ecs.arn(self.api, f"service/{self.cluster}/{name}"))


def requested(api: Any, listed: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The listed services in the shape of CreateService, after all checks."""
    requests = {}
    for name, given in listed.items():
        requests[name] = ecs.request(api, "CreateService", given, f"services {name}")
        services.validate(requests[name])
    return requests


def disturbed(module: Any, found: Services, changes: Iterable[Change]) -> str:
    """What people notice of the changes who meet now; empty if nobody does. Fails if that needs to be forced."""
    platform, force = module.params["platform"], module.params["force"]
    signalling = names.services(platform)["signalling"] if platform else ""
    ending = [
        change
        for change in changes
        if change.resource == services.SERVICE + signalling and services.replaces_tasks(change)
    ]
    # Where no task runs, nobody meets.
    if not ending or not found.alive[signalling]["runningCount"]:
        return ""
    # As late as can be: one of the next calls ends the task.
    people = connect.figures(module, platform)["participants"]
    who = in_use.meeting(people, connect.protected(module, module.params["cluster"], [signalling]))
    what = (
        f"removing {signalling} ends every meeting"
        if ending[0].after is None
        else f"replacing {signalling} {in_use.RESTARTS}"
    )
    if who and not (force or module.check_mode):
        module.fail_json(msg=in_use.notice(who, what, advice=True), in_the_way=who)
    return in_use.notice(who, what, advice=not force) if who else ""


def reconcile(module: Any) -> None:
    """Check the input, read the services, make them as wanted."""
    params = module.params
    api = client(module, "ecs")
    listed, gone = by_state("services", params["services"], "serviceName")
    requests = requested(api, listed)
    described = ecs.services(api, params["cluster"], [*requests, *gone])
    found = Services(api, params["cluster"], requests, described)
    changes = compare(services.current(found.alive), services.wanted(requests, params["tags"]), prune=True)
    services.check_changes(changes)
    disturbs = disturbed(module, found, changes)
    finish(module, changes, found.apply, services=found.result, disturbs=disturbs)


def main() -> None:
    """Run the module."""
    run(ARGUMENTS, reconcile, rules={"platform": PLATFORM["name"]})


if __name__ == "__main__":
    main()
