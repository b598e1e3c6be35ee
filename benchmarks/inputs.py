# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What stock.yml makes: what site.yml makes, read from the arguments that the modules of a run of it had."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils.access.roles import trust_document
from ansible_collections.meetops.jitsi.plugins.module_utils.capacity import scaling
from ansible_collections.meetops.jitsi.plugins.module_utils.functions.functions import zipped
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import alert_topic
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import bucket
from support.plans import PREFIX, Task, given

Arguments = dict[str, Any]


def inputs(tasks: Sequence[Task], prefix_lists: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Collect the inputs as variables of a playbook.

    ``tasks`` are those of a first run of site.yml, ``prefix_lists`` the ids that the account of stock.yml has for AWS's
    own; the zips of the functions are written to ``folder``.
    """
    vpc, pool, recordings = (_one(tasks, module) for module in ("vpc", "instance_pool", "recording_bucket"))
    cluster, log_group, topic = (_one(tasks, module) for module in ("ecs_cluster", "log_group", "alert_topic"))
    metric_filters, secret, table = (_one(tasks, module) for module in ("metric_filters", "secret", "dynamodb_table"))
    names, _ = _every(tasks, "dns_records")
    roles = _items(tasks, "iam_roles", "roles")
    code = _items(tasks, "functions", "functions")
    # The account is in any of its ARNs.
    topic_arn = alert_topic.topic_arn(topic["name"], topic["region"], code[0]["role"])
    return {
        "name": vpc["name"],
        "region": vpc["region"],
        # The order in which AWS reports them: amazon.aws.autoscaling_group takes another one for a change.
        "tags": dict(sorted(vpc["tags"].items())),
        "vpc_cidr": vpc["cidr"],
        "subnets": vpc["subnets"],
        "security_groups": list(_security_groups(_one(tasks, "security_groups")["groups"], prefix_lists)),
        # Made up here, once; a second run finds it there and leaves it.
        "secret": {"name": secret["name"], "values": {key: secrets.token_hex(n) for key, n in secret["keys"].items()}},
        "bucket": recordings["name"],
        "bucket_policy": bucket.tls_only_policy(bucket.arn("aws", recordings["name"])),
        "archive_after_days": recordings["archive_after_days"],
        "log_group": {"name": log_group["name"], "retention": log_group["retention_days"]},
        "roles": [_role(role) for role in roles],
        "role_policies": [
            {"role": role["name"], "name": policy, "document": document}
            for role in roles
            for policy, document in role["policies"].items()
        ],
        "functions": [_function(item, folder) for item in code],
        "permissions": [{"function": item["name"], **allowed} for item in code for allowed in item["permissions"]],
        "event_rules": [_event_rule(rule) for rule in _items(tasks, "event_rules", "rules")],
        "pool": {
            "name": pool["name"],
            "profile": pool["instance_profile"],
            "type": pool["instance_type"],
            "user_data": pool["user_data"],
            "volume_size": pool["volume_size"],
            "max": pool["max_size"],
        },
        "cluster": cluster["name"],
        "task_definitions": [_task_definition(item) for item in _items(tasks, "task_definitions", "task_definitions")],
        "services": [_service(item) for item in _items(tasks, "services", "services")],
        "scaling_policies": list(_scaling_policies(_one(tasks, "scaling"))),
        "topic": {"name": topic["name"], "policy": alert_topic.policy(topic_arn, topic["publishers"])},
        "emails": topic["emails"],
        "metric_namespace": metric_filters["namespace"],
        "metric_filters": metric_filters["filters"],
        "alarms": _items(tasks, "alarms", "alarms"),
        "table": {"name": table["name"], "key": table["key"]},
        "zone": names["zone"],
        "records": names["records"],
    }


def _every(tasks: Sequence[Task], module: str) -> list[Arguments]:
    return [given(task.arguments) for task in tasks if task.module == PREFIX + module]


def _one(tasks: Sequence[Task], module: str) -> Arguments:
    (arguments,) = _every(tasks, module)
    return arguments


def _items(tasks: Sequence[Task], module: str, option: str) -> list[Arguments]:
    """The items of a list that several tasks give to a module."""
    return [item for arguments in _every(tasks, module) for item in arguments[option]]


def _security_groups(groups: Sequence[Arguments], prefix_lists: Mapping[str, str]) -> Iterator[Arguments]:
    """The groups in the form of the options of amazon.aws.ec2_security_group."""
    descriptions = {group["name"]: group["description"] for group in groups}
    for group in groups:
        yield {
            "name": group["name"],
            "description": group["description"],
            "rules": list(_rules(group.get("ingress", []), descriptions, prefix_lists)),
            "rules_egress": list(_rules(group.get("egress", []), descriptions, prefix_lists)),
        }
    # The VPC's own group, which nothing uses.
    yield {"name": "default", "description": "default VPC security group", "rules": [], "rules_egress": []}


def _rules(
    rules: Sequence[Arguments], descriptions: Mapping[str, str], prefix_lists: Mapping[str, str]
) -> Iterator[Arguments]:
    for rule in rules:
        first, _, last = rule["ports"].partition("-")
        for peer in rule["peers"]:
            if peer in descriptions:
                # A group that is not there yet is made by the rule that names it, and needs its description.
                whom = {"group_name": peer, "group_desc": descriptions[peer]}
            elif peer in prefix_lists:
                whom = {"ip_prefix": prefix_lists[peer]}
            else:
                whom = {"cidr_ipv6" if ":" in peer else "cidr_ip": peer}
            yield {
                "proto": rule["protocol"],
                "from_port": int(first),
                "to_port": int(last or first),
                **whom,
                "rule_desc": rule["description"],
            }


def _role(role: Mapping[str, Any]) -> Arguments:
    trust = trust_document(role["trust"]["service"], role["trust"]["conditions"])
    return {"name": role["name"], "description": role["description"], "trust": trust}


def _function(item: Mapping[str, Any], folder: Path) -> Arguments:
    """A function in the form of the options of amazon.aws.lambda, which has no word for its log group and its URL."""
    code = folder / f"{item['name']}.zip"
    code.write_bytes(zipped(dict(item)))
    return {
        **{key: item[key] for key in ("name", "description", "handler", "timeout", "memory", "role", "runtime")},
        "architecture": item["architecture"],
        "environment": item["environment"],
        "zip_file": str(code),
    }


def _event_rule(rule: Mapping[str, Any]) -> Arguments:
    """A rule in the form of the options of amazon.aws.cloudwatchevent_rule, which has no word for retries."""
    return {
        **{key: rule[key] for key in ("name", "description", "schedule_expression", "event_pattern") if key in rule},
        "targets": [
            {key: target[key] for key in ("id", "arn", "input") if key in target} for target in rule["targets"]
        ],
    }


def _task_definition(definition: Mapping[str, Any]) -> Arguments:
    """A task definition, with what AWS adds to a volume: community.aws.ecs_taskdefinition takes that for a change."""
    volumes = [
        {**volume, "efsVolumeConfiguration": {"rootDirectory": "/", **volume["efsVolumeConfiguration"]}}
        if "efsVolumeConfiguration" in volume
        else volume
        for volume in definition.get("volumes", [])
    ]
    return {**definition, "volumes": volumes}


def _service(service: Mapping[str, Any]) -> Arguments:
    """A service in the form of the options of community.aws.ecs_service, which has no word for the rest."""
    deployment = service["deploymentConfiguration"]
    family = service["taskDefinition"].rpartition("/")[2].partition(":")[0]
    return {
        "name": service["serviceName"],
        "family": family,
        # The recorder's is a capacity provider, for which there is no module.
        "launch_type": service.get("launchType", "EC2"),
        **({"platform_version": service["platformVersion"]} if "platformVersion" in service else {}),
        "deployment": {
            "minimum_healthy_percent": deployment["minimumHealthyPercent"],
            "maximum_percent": deployment["maximumPercent"],
            "deployment_circuit_breaker": deployment["deploymentCircuitBreaker"],
        },
        # Task definition and security group have one name.
        **({"security_group": family} if "networkConfiguration" in service else {}),
        "placement_constraints": service.get("placementConstraints", []),
        "registries": [{"registry_arn": item["registryArn"]} for item in service.get("serviceRegistries", [])],
    }


def _scaling_policies(arguments: Mapping[str, Any]) -> Iterator[Arguments]:
    """The target tracking policies as AWS takes them, each with the limits of its target."""
    cluster = arguments["cluster"]
    for target in arguments["targets"]:
        for policy in target["policies"]:
            yield {
                "name": policy["name"],
                "resource_id": scaling.resource_id(cluster, target["service"]),
                "min_capacity": target["min_capacity"],
                "max_capacity": target["max_capacity"],
                "configuration": {
                    **_metric(policy),
                    "TargetValue": policy["target_value"],
                    "ScaleInCooldown": policy["scale_in_cooldown"],
                    "ScaleOutCooldown": policy["scale_out_cooldown"],
                },
            }


def _metric(policy: Mapping[str, Any]) -> Arguments:
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
