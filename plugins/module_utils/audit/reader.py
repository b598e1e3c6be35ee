# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads what the rules of an audit judge, as plain data."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from .. import names
from .._aws import autoscaling, cloudfront, ec2, ecs, efs, lambda_, runner, s3, secretsmanager, sns, sts
from ..access import roles
from ..errors import InvalidInput
from ..platform import find, sizes
from ..recordings import bucket
from . import calls, state


class Reader:
    """Reads the state that the rules judge. What is not there is empty."""

    def __init__(self, module: Any) -> None:
        self.module, self.name = module, module.params["name"]
        self.now = dt.datetime.now(dt.UTC)
        caller = self.client("sts")
        self.account, self.region = sts.account_id(caller), caller.meta.region_name
        self.partition = caller.meta.partition

    def client(self, service: str) -> Any:
        """The client of a service."""
        return runner.client(self.module, service)

    def state(self) -> dict[str, Any]:
        """All of it."""
        functions = [item for name in sorted(names.functions(self.name).values()) for item in self.function(name)]
        return {
            **self.network(),
            "roles": {
                role["RoleName"]: roles.current_fields(role) for role in calls.roles(self.client("iam"), self.prefix)
            },
            "functions": functions,
            "other_functions": self.other_functions(),
            "distribution": self.distribution(),
            "bucket": self.bucket(),
            "secret": self.secret(),
            **self.tasks(),
            "log_groups": self.log_groups(),
            "topic": self.topic(),
            "file_system": self.file_system(),
            "launch_template": self.launch_template(),
            "tagged": self.tagged(),
        }

    @property
    def prefix(self) -> str:
        """How names of ours begin, and those of platforms whose name begins with ours."""
        return names.prefix(self.name)

    def network(self) -> dict[str, Any]:
        """Security groups and public addresses of the VPC."""
        client = self.client("ec2")
        vpcs = find.vpcs(client, self.name)
        if not vpcs:
            return {"security_groups": {}, "addresses": []}
        if len(vpcs) > 1:
            raise InvalidInput(f"name {self.name}: {len(vpcs)} VPCs have this Name tag; rename or remove the others")
        groups = ec2.list_groups(client, vpcs[0]["VpcId"])
        return {
            "security_groups": state.group_rules(groups, calls.prefix_list_names(client)),
            "addresses": [
                {
                    "address": item["Association"]["PublicIp"],
                    "interface": item["NetworkInterfaceId"],
                    "description": item.get("Description", ""),
                    "groups": sorted(group["GroupName"] for group in item["Groups"]),
                }
                for item in calls.public_interfaces(client, vpcs[0]["VpcId"])
            ],
        }

    def function(self, name: str) -> list[dict[str, Any]]:
        """A function as a list of one, or of none if it is not there."""
        functions = self.client("lambda")
        if lambda_.get(functions, name) is None:
            return []
        url, policy = lambda_.get_url(functions, name), lambda_.get_policy(functions, name)
        return [{"name": name, "url_auth": (url or {}).get("AuthType", ""), "policy": json.loads(policy or "{}")}]

    def other_functions(self) -> list[str]:
        """Functions with a name of ours that are not ours."""
        found = calls.function_names(self.client("lambda"), self.prefix)
        return sorted(set(found).difference(names.functions(self.name).values()))

    def distribution(self) -> dict[str, Any]:
        """The distribution whose comment is our name."""
        for item in cloudfront.list_distributions(self.client("cloudfront")):
            if item.get("Comment") == self.name:
                return state.distribution_state(item)
        return {}

    def bucket(self) -> dict[str, Any]:
        """The settings of the bucket."""
        name = self.module.params["recording_bucket"]
        if not name or not calls.bucket_exists(self.client("s3"), name):
            return {}
        return {"name": name, **bucket.current(s3.read(self.client("s3"), name), "")}

    def secret(self) -> dict[str, Any]:
        """The age and policy of the secret, not its value."""
        name, secrets = names.secret(self.name), self.client("secretsmanager")
        described = secretsmanager.describe(secrets, name)
        if not described or described.get("DeletedDate"):
            return {}
        current = [item for item in secretsmanager.versions(secrets, name) if "AWSCURRENT" in item["VersionStages"]]
        made = current[0]["CreatedDate"] if current else described["CreatedDate"]
        return {
            "name": name,
            "age_days": (self.now - made).total_seconds() / 86400,
            "rotation": bool(described.get("RotationEnabled")),
            "policy": json.loads(calls.secret_policy(secrets, name) or "{}"),
        }

    def tasks(self) -> dict[str, Any]:
        """Services, and the containers and images of the task definitions that they have."""
        client = self.client("ecs")
        services = ecs.services(client, names.cluster(self.name), list(names.services(self.name).values()))
        described = [sizes.task_definition(client, item["taskDefinition"]) for item in services]
        containers = [
            state.container_state(item["family"], part) for item in described for part in item["containerDefinitions"]
        ]
        return {
            "services": [
                {"name": item["serviceName"], "execute_command": bool(item.get("enableExecuteCommand"))}
                for item in services
            ],
            "containers": containers,
            "images": list({item["image"]: item for item in containers}.values()),
        }

    def log_groups(self) -> list[dict[str, Any]]:
        """Our log group, and those that Lambda makes for functions of ours when it is not told otherwise."""
        group = names.log_group(self.name)
        own = {group, *(f"/aws/lambda/{name}" for name in names.functions(self.name).values())}
        found = calls.log_groups(self.client("logs"), [group, f"/aws/lambda/{self.prefix}"])
        return [
            {"name": item["logGroupName"], "retention_days": item.get("retentionInDays", 0)}
            for item in found
            if item["logGroupName"] in own
        ]

    def topic(self) -> dict[str, Any]:
        """The topic of the alarms."""
        name = names.topic(self.name)
        arn = f"arn:{self.partition}:sns:{self.region}:{self.account}:{name}"
        attributes = sns.get_attributes(self.client("sns"), arn)
        if attributes is None:
            return {}
        subscriptions = sns.list_subscriptions(self.client("sns"), arn)
        pending = sum(not item["SubscriptionArn"].startswith("arn:") for item in subscriptions)
        return {
            "name": name,
            "policy": json.loads(attributes.get("Policy") or "{}"),
            "pending": pending,
            "confirmed": len(subscriptions) - pending,
        }

    def file_system(self) -> dict[str, Any]:
        """The file system of the certificates."""
        found = efs.find(self.client("efs"), self.name)
        return {"id": found["FileSystemId"], "encrypted": bool(found.get("Encrypted"))} if found else {}

    def launch_template(self) -> dict[str, Any]:
        """What recorder instances start with."""
        name = names.recorder_pool(self.name)
        data = autoscaling.get_launch_template(self.client("ec2"), name)
        return state.template_state(name, data) if data else {}

    def tagged(self) -> list[dict[str, Any]]:
        """What has our Name tag and is of a kind that this collection never makes."""
        return state.strangers(self.name, calls.tagged(self.client("resourcegroupstaggingapi"), "Name"))
