#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: services
version_added: 0.1.0
short_description: Manage ECS services, but never how many tasks they run
description:
  - Creates services with a desired count of 0 and keeps every other field of them; what is left out goes back to its
    default.
  - The desired count is never touched afterwards. It belongs to the life cycle and to autoscaling.
  - Moving tasks between zones for balance (C(availabilityZoneRebalancing)) cuts calls, so it is off unless asked for.
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
extends_documentation_fragment:
  - meetops.jitsi.common
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - C(community.aws.ecs_service) (release 11.2) is not used because it demands a desired count for every replica
    service, so that a run would put an awake service to sleep, is always "changed" when given the ARN of a task
    definition, and ignores drift of the network configuration.
  - A run that changes nothing makes one API call for up to ten services.
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
changes:
  description: What changed, or would in check mode.
  returned: always
  type: list
  elements: dict
  sample: [{resource: service x, action: update, fields: [taskDefinition]}]
"""

from ansible_collections.meetops.jitsi.plugins.module_utils._aws import ecs as api
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import runner
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.tags import tag_dict
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change, compare
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import services as ecs_service
from ansible_collections.meetops.jitsi.plugins.module_utils.items import by_state

PREFIX = "service "


class Services:
    """The services that are listed, and those that shall be absent."""

    def __init__(self, module):
        self.params, self.cluster = module.params, module.params["cluster"]
        self.ecs = runner.client(module, "ecs")
        listed, gone = by_state("services", self.params["services"], "serviceName")
        self.requests = {name: self.request(name, given) for name, given in listed.items()}
        described = api.services(self.ecs, self.cluster, [*self.requests, *gone])
        self.alive = {item["serviceName"]: item for item in described if item["status"] == "ACTIVE"}
        # Deleted earlier, but their tasks are still stopping.
        self.ending = [item["serviceName"] for item in described if item["status"] != "ACTIVE"]

    def request(self, name, given):
        """A service in the shape of CreateService, after all checks."""
        request = api.request(self.ecs, "CreateService", given, f"services {name}")
        ecs_service.validate(request)
        return request

    def changes(self):
        """What differs. Raises InvalidInput if AWS cannot change it."""
        current = {
            PREFIX + name: {**ecs_service.fields(service), "tags": tag_dict(service.get("tags"))}
            for name, service in self.alive.items()
        }
        wanted = {
            PREFIX + name: {**ecs_service.fields(service), "tags": self.params["tags"]}
            for name, service in self.requests.items()
        }
        changes = compare(current, wanted, prune=True)
        for change in changes:
            if change.action == "update":
                ecs_service.validate_update(change.resource, change.before, change.after)
        return changes

    def apply(self, change: Change) -> None:
        """Make one change."""
        getattr(self, change.action)(change.resource.removeprefix(PREFIX), change)

    def create(self, name, change):
        if name in self.ending:
            api.wait_until_deleted(self.ecs, self.cluster, [name])
            self.ending.remove(name)
        fields = ecs_service.create_request(self.requests[name])
        if change.after["tags"]:
            fields["tags"] = api.listed(change.after["tags"])
        self.alive[name] = api.create_service(self.ecs, self.cluster, fields)

    def update(self, name, change):
        if "tags" in change.fields:
            api.tag(self.ecs, self.alive[name]["serviceArn"], change.before["tags"], change.after["tags"])
        if change.fields != ["tags"]:
            fields = ecs_service.update_request(self.requests[name], change.fields)
            self.alive[name] = api.update_service(self.ecs, self.cluster, name, fields)

    def delete(self, name, change):
        api.delete_service(self.ecs, self.cluster, name)
        self.ending.append(name)

    def result(self):
        """The services for the caller, after those that had to go are gone."""
        leaving = [name for name in self.ending if name not in self.requests]
        if leaving:
            api.wait_until_deleted(self.ecs, self.cluster, leaving)
        return {name: self.state(name) for name in self.requests}

    def state(self, name):
        if name in self.alive:
            return ecs_service.state(self.alive[name])
        return ecs_service.planned_state(self.requests[name], api.arn(self.ecs, f"service/{self.cluster}/{name}"))


def reconcile(module):
    services = Services(module)
    runner.finish(module, services.changes(), services.apply, services=services.result)


def main():
    runner.run(
        dict(
            cluster=dict(type="str", required=True),
            services=dict(type="list", elements="dict", default=[]),
            tags=dict(type="dict", default={}),
        ),
        reconcile,
    )


if __name__ == "__main__":
    main()
