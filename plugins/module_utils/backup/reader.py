# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the configuration of a platform from AWS, section by section, as a backup keeps it."""

from __future__ import annotations

import json
from typing import Any

from .. import names
from .._aws import applicationautoscaling, cloudfront, cloudwatch, ec2, ecs, logs, route53, runner
from ..platform import find
from ..variables.kinds import PLATFORM, domain
from . import configuration
from .configuration import Section
from .store import render

# What modules that read a configuration need to know.
ARGUMENTS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "domain": {"type": "str", "required": True},
    "hosted_zone": {"type": "str", "required": True},
}
RULES = {**PLATFORM, "domain": domain("meet.example.com"), "hosted_zone": domain("example.com")}


class Reader:
    """Reads one platform. What is not there makes an empty section."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.name, self.domain = module.params["name"], module.params["domain"]

    def client(self, service: str) -> Any:
        """A client."""
        return runner.client(self.module, service)

    def read(self) -> dict[str, Section]:
        """All sections, as they come back from a file."""
        found: dict[str, Section] = {
            **self.tasks(),
            **self.watching(),
            "scaling": self.scaling(),
            "security_groups": self.groups(),
            "dns": self.dns(),
            "distribution": self.distribution(),
        }
        read: dict[str, Section] = json.loads(render(found))
        return read

    def tasks(self) -> dict[str, Section]:
        """Services, and the newest task definition of each."""
        client = self.client("ecs")
        services = ecs.services(client, names.cluster(self.name), list(names.services(self.name).values()))
        families = list(names.task_definitions(self.name).values())
        definitions = [ecs.newest_task_definition(client, family) for family in families]
        return {
            "services": configuration.services(services),
            "task_definitions": configuration.task_definitions(filter(None, definitions)),
        }

    def watching(self) -> dict[str, Section]:
        """Alarms, dashboards and metric filters."""
        client = self.client("cloudwatch")
        bodies = {}
        for name in sorted(names.dashboards(self.name).values()):
            if found := cloudwatch.get_dashboard(client, name):
                bodies[name] = found["DashboardBody"]
        filters = logs.describe_metric_filters(self.client("logs"), names.log_group(self.name))
        return {
            "alarms": configuration.alarms(cloudwatch.describe_alarms(client, names.alarm_prefix(self.name))),
            "dashboards": configuration.dashboards(bodies),
            "metric_filters": configuration.metric_filters(filters),
        }

    def scaling(self) -> Section:
        """Scalable targets with their policies and scheduled actions."""
        client, ours = self.client("application-autoscaling"), set(names.resource_ids(self.name).values())
        read = (
            applicationautoscaling.describe_targets,
            applicationautoscaling.describe_policies,
            applicationautoscaling.describe_scheduled_actions,
        )
        return configuration.scaling(*([i for i in list_all(client) if i["ResourceId"] in ours] for list_all in read))

    def groups(self) -> Section:
        """Security groups of the VPC, with the default one."""
        client = self.client("ec2")
        found = [group for vpc in find.vpcs(client, self.name) for group in ec2.list_groups(client, vpc["VpcId"])]
        return configuration.security_groups(found)

    def dns(self) -> Section:
        """Record sets of the domain and of the names below it."""
        client = self.client("route53")
        zones = route53.public_zones(client, self.module.params["hosted_zone"])
        sets = [item for zone in zones for item in route53.records_below(client, zone["Id"], self.domain)]
        return configuration.dns(sets)

    def distribution(self) -> Section:
        """The CloudFront distribution whose comment is the name."""
        client = self.client("cloudfront")
        for found in cloudfront.list_distributions(client):
            if found.get("Comment") == self.name:
                return configuration.distribution(cloudfront.read_config(client, found["Id"])[0])
        return {}
