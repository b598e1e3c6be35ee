# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What stock.yml and floor.py make: what playbooks/site.yml makes, read from the variables of the same roles."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.meetops.jitsi.plugins.module_utils import alert_topic, bucket, iam
from support import documents, rendering
from support.server import REGION, ROOT

NAME = documents.NAME
FACTS = {
    "tags": "jitsi_all_tags",
    "vpc_cidr": "networking_vpc_cidr",
    "subnets": "networking_subnets",
    "bucket": "recording_bucket_name",
    "archive_after_days": "recording_bucket_archive_after_days",
    "log_retention_days": "ecs_service_log_retention_days",
    "instance_type": "ecs_service_recorder_instance_type",
    "instances_max": "ecs_service_recorder_max",
    "email": "monitoring_alert_email",
}
USER_DATA = f"#!/bin/bash\necho ECS_CLUSTER={NAME}-cluster >> /etc/ecs/ecs.config\n"


def inputs(folder: Path) -> dict[str, Any]:
    """Collect the inputs as variables of a playbook. ``folder`` is an empty one to work in."""
    facts = _facts()
    rendered = documents.render(folder, jitsi_environment="local", jitsi_recording_bucket=facts["bucket"])
    topic_arn = f"arn:aws:sns:{REGION}:{documents.ACCOUNT}:{NAME}-alerts"
    return {
        **facts,
        "name": NAME,
        "region": REGION,
        "security_groups": list(_security_groups()),
        # Made up here, once; a second run finds it there and leaves it.
        "secret": {key: secrets.token_hex(16) for key in rendering.role_variable("secrets", "_secrets_keys")},
        "bucket_policy": bucket.tls_only_policy(bucket.arn("aws", facts["bucket"])),
        "roles": [_role(role) for role in rendered["roles"]],
        "role_policies": [
            {"role": role["name"], "name": policy, "document": document}
            for role in rendered["roles"]
            for policy, document in role["policies"].items()
        ],
        "user_data": USER_DATA,
        "task_definitions": rendered["task_definitions"],
        "services": [_service(service) for service in rendered["services"]],
        "scaling_policies": list(_scaling_policies()),
        "topic_arn": topic_arn,
        "topic_policy": alert_topic.policy(topic_arn, _monitoring("publishers")),
        "metric_filters": _monitoring("kept_filters"),
        "alarms": _monitoring("kept_alarms"),
    }


def _facts() -> dict[str, Any]:
    """The variables of inventories/local that are needed."""
    loader = DataLoader()
    variables: dict[str, Any] = {}
    for part in ("jitsi", "local"):
        path = str(ROOT / "group_vars" / f"{part}.yml")
        variables |= loader.load_from_file(path, unsafe=False, trusted_as_template=True)
    templar = Templar(loader, variables=variables)
    facts = {key: templar.template(variables[variable]) for key, variable in FACTS.items()}
    # The order in which AWS reports them: amazon.aws.autoscaling_group takes another one for a change.
    return {**facts, "tags": dict(sorted(facts["tags"].items()))}


def _security_groups() -> Iterator[dict[str, Any]]:
    """The groups in the form of the options of amazon.aws.ec2_security_group."""
    groups = rendering.role_variable("networking", "_networking_groups", networking_name=NAME)
    descriptions = {group["name"]: group["description"] for group in groups}
    for group in groups:
        yield {
            "name": group["name"],
            "description": group["description"],
            "rules": list(_rules(group.get("ingress", []), descriptions)),
            "rules_egress": list(_rules(group.get("egress", []), descriptions)),
        }
    # The VPC's own group, which nothing uses.
    yield {"name": "default", "description": "default VPC security group", "rules": [], "rules_egress": []}


def _rules(rules: list[dict[str, Any]], descriptions: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for rule in rules:
        first, _, last = rule["ports"].partition("-")
        for peer in rule["peers"]:
            # A group that is not there yet is made by the rule that names it, and needs its description.
            whom = (
                {"group_name": peer, "group_desc": descriptions[peer]}
                if peer in descriptions
                else {"cidr_ipv6" if ":" in peer else "cidr_ip": peer}
            )
            yield {
                "proto": rule.get("protocol", "tcp"),
                "from_port": int(first),
                "to_port": int(last or first),
                **whom,
                "rule_desc": rule["description"],
            }


def _role(role: Mapping[str, Any]) -> dict[str, Any]:
    trust = iam.trust_document([role["trust"]["service"]], role["trust"].get("conditions", {}))
    return {"name": role["name"], "description": role["description"], "trust": trust}


def _service(service: Mapping[str, Any]) -> dict[str, Any]:
    """A service in the form of the options of community.aws.ecs_service, which has no word for the rest."""
    names = {group: f"{NAME}-{kind}" for kind, group in documents.PLATFORM["security_group_ids"].items()}
    deployment = service["deploymentConfiguration"]
    network = service.get("networkConfiguration", {}).get("awsvpcConfiguration", {})
    return {
        "name": service["serviceName"],
        "family": service["taskDefinition"].rpartition("/")[2].partition(":")[0],
        # The recorder's is a capacity provider, for which there is no module.
        "launch_type": service.get("launchType", "EC2"),
        **({"platform_version": service["platformVersion"]} if "platformVersion" in service else {}),
        "deployment": {
            "minimum_healthy_percent": deployment["minimumHealthyPercent"],
            "maximum_percent": deployment["maximumPercent"],
            "deployment_circuit_breaker": deployment["deploymentCircuitBreaker"],
        },
        **({"security_group": names[network["securityGroups"][0]]} if network else {}),
        "placement_constraints": service.get("placementConstraints", []),
        "registries": [{"registry_arn": item["registryArn"]} for item in service.get("serviceRegistries", [])],
    }


def _scaling_policies() -> Iterator[dict[str, Any]]:
    """The scaling policies as AWS takes them, each with the limits of its target."""
    for target in rendering.role_variable("autoscaling", "autoscaling_targets", autoscaling_name=NAME):
        for policy in target.get("policies", []):
            yield {
                "name": policy["name"],
                "resource_id": f"service/{NAME}-cluster/{target['service']}",
                "min_capacity": target["min_capacity"],
                "max_capacity": target["max_capacity"],
                "configuration": {
                    **_metric(policy),
                    "TargetValue": policy["target_value"],
                    "ScaleInCooldown": policy["scale_in_cooldown"],
                    "ScaleOutCooldown": policy["scale_out_cooldown"],
                },
            }


def _metric(policy: Mapping[str, Any]) -> dict[str, Any]:
    if "metric" in policy:
        return {"PredefinedMetricSpecification": {"PredefinedMetricType": policy["metric"]}}
    custom = policy["custom_metric"]
    return {
        "CustomizedMetricSpecification": {
            "Namespace": custom["namespace"],
            "MetricName": custom["metric_name"],
            "Statistic": custom["statistic"],
            "Dimensions": [{"Name": name, "Value": value} for name, value in custom["dimensions"].items()],
        }
    }


def _monitoring(what: str) -> Any:
    return rendering.role_variable("monitoring", f"_monitoring_{what}", monitoring_name=NAME)
