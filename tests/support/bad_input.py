# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of the modules that are right, and values that are wrong for them."""

from __future__ import annotations

from typing import Any

HUGE = "a" * 100_000
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/meet-wake-function"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:meet-wake"

# What each module takes. Nothing is called with it: the tables below change one thing each.
RIGHT: dict[str, dict[str, Any]] = {
    "alarms": {"prefix": "meet/"},
    "alert_topic": {"name": "meet-alerts", "emails": ["ops@example.com"]},
    "capacity_plan": {"choices": [{"name": "one", "scaling_percent": 70}], "days": 1},
    "certificate": {"name": "meet", "domain_name": "meet.example.com", "zone_id": "Z123"},
    "cost_info": {"name": "meet"},
    "distribution": {
        "name": "meet",
        "aliases": ["meet.example.com"],
        "certificate_arn": f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/1",
        "origins": [{"id": "web", "domain": "origin.meet.example.com"}],
        "default_behavior": {"origin": "web"},
    },
    "dns_records": {"zone": "example.com", "owner": "meet", "records": []},
    "ecs_cluster": {"name": "meet-cluster"},
    "event_rules": {"rules": []},
    "file_system": {"name": "meet", "path": "/certificates"},
    "functions": {"functions": []},
    "iam_roles": {"roles": []},
    "instance_pool": {
        "name": "meet-recorder",
        "instance_type": "c6i.xlarge",
        "instance_profile": "p",
        "security_groups": ["sg-1"],
        "subnets": ["subnet-1"],
        "max_size": 2,
    },
    "life_cycle": {"name": "meet", "domain": "meet.example.com", "hosted_zone": "example.com", "state": "awake"},
    "metric_filters": {"log_group": "/ecs/meet", "namespace": "Jitsi/JVB", "filters": []},
    "recording": {"name": "meet", "bucket": "meet-recordings", "session": "one", "state": "held"},
    "recording_bucket": {"name": "meet-recordings"},
    "scaling": {"cluster": "meet-cluster", "targets": []},
    "secret": {"name": "meet-jitsi-secrets", "keys": {"turn_credentials": 32}},
    "security_groups": {"vpc_id": "vpc-1", "groups": []},
    "service_discovery": {"namespace": "meet.internal", "vpc_id": "vpc-1", "services": []},
    "task_definitions": {"task_definitions": []},
    "task_protection": {"cluster": "meet-cluster", "services": ["meet-service"]},
}


def alarm(**wrong: Any) -> dict[str, Any]:
    right = {"name": "cpu", "namespace": "AWS/ECS", "metric_name": "CPUUtilization", "statistic": "Average"}
    right |= {"period": 60, "threshold": 80, "comparison_operator": "GreaterThanThreshold"}
    return {"alarms": [{key: value for key, value in {**right, **wrong}.items() if value is not None}]}


def metric_filter(**wrong: Any) -> dict[str, Any]:
    right = {"name": "errors", "pattern": "ERROR", "metric": "Errors", "value": "1"}
    return {"filters": [{**right, **wrong}]}


def record(**wrong: Any) -> dict[str, Any]:
    return {"records": [{"name": "meet.example.com", "type": "A", "values": ["192.0.2.1"], **wrong}]}


def group(**wrong: Any) -> dict[str, Any]:
    rule = {"ports": "443", "peers": ["0.0.0.0/0"], "description": "HTTPS", **wrong}
    return {"groups": [{"name": "meet-web", "description": "Web", "ingress": [rule]}]}


def rule(**wrong: Any) -> dict[str, Any]:
    right = {"name": "tick", "schedule_expression": "rate(1 minute)", "targets": [{"id": "one", "arn": FUNCTION}]}
    return {"rules": [{key: value for key, value in {**right, **wrong}.items() if value is not None}]}


def function(**wrong: Any) -> dict[str, Any]:
    return {"functions": [{"name": "meet-wake", "files": {"a.py": __file__}, "handler": "a.b", "role": ROLE, **wrong}]}


def role(**wrong: Any) -> dict[str, Any]:
    return {"roles": [{"name": "meet-task", "trust": {"service": ["ecs-tasks.amazonaws.com"]}, **wrong}]}


def target(**wrong: Any) -> dict[str, Any]:
    return {"targets": [{"service": "meet-bridge", "min_capacity": 0, "max_capacity": 3, **wrong}]}


def definition(**wrong: Any) -> dict[str, Any]:
    containers = [{"name": "jvb", "image": "example/jvb:1.0.1", "essential": True}]
    right = {"family": "meet-bridge", "requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc"}
    right |= {"cpu": "1024", "memory": "2048", "containerDefinitions": containers}
    return {"task_definitions": [{key: value for key, value in {**right, **wrong}.items() if value is not None}]}


# (module, wrong options, what the error must name)
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("alarms", alarm(period=7), "period"),
    ("alarms", alarm(period=-60), "period"),
    ("alarms", alarm(evaluation_periods=0), "evaluation_periods"),
    ("alarms", alarm(datapoints_to_alarm=3), "datapoints_to_alarm"),
    ("alarms", alarm(statistic=None), "statistic"),
    ("alarms", alarm(extended_statistic="p95"), "statistic"),
    ("alarms", alarm(extended_statistic="p101", statistic=None), "extended_statistic"),
    ("alarms", alarm(comparison_operator=">"), "comparison_operator"),
    ("alarms", alarm(threshold="many"), "threshold"),
    ("alarms", alarm(threshold=float("nan")), "threshold"),
    ("alarms", alarm(name=""), "name"),
    ("alarms", alarm(name=HUGE), "name"),
    ("alarms", alarm(name="a\nb"), "name"),
    ("alarms", alarm(dimensions={str(index): "x" for index in range(31)}), "dimensions"),
    ("alarms", {"alarms": alarm()["alarms"] * 2}, "cpu"),
    ("alert_topic", {"emails": ["nobody"]}, "nobody"),
    ("alert_topic", {"emails": ["a@b.example\nBcc: c@d.example"]}, "emails"),
    ("alert_topic", {"emails": [""]}, "emails"),
    ("alert_topic", {"name": "with space"}, "name"),
    ("alert_topic", {"name": HUGE}, "name"),
    ("alert_topic", {"publishers": ["*"]}, "publishers"),
    ("capacity_plan", {"days": 0}, "days"),
    ("capacity_plan", {"choices": []}, "choices"),
    ("capacity_plan", {"recorder_instance_type": "c6i.huge"}, "recorder_instance_type"),
    ("capacity_plan", {"bridge": {"cpu": 1000, "memory": 2048}}, "bridge"),
    ("certificate", {"domain_name": "not a name"}, "domain_name"),
    ("certificate", {"domain_name": "-meet.example.com"}, "domain_name"),
    ("certificate", {"domain_name": "a" * 64 + ".example.com"}, "domain_name"),
    ("certificate", {"alternative_names": ["https://meet.example.com"]}, "https://meet.example.com"),
    ("cost_info", {"recording_bucket": "No_Bucket"}, "recording_bucket"),
    ("cost_info", {"name": ""}, "name"),
    ("distribution", {"aliases": ["meet example com"]}, "aliases"),
    ("distribution", {"price_class": "cheap"}, "price_class"),
    ("distribution", {"frame_ancestors": ["https://a.example; script-src *"]}, "frame_ancestors"),
    ("distribution", {"cache_seconds": -1}, "cache_seconds"),
    ("dns_records", record(type="MX"), "type"),
    ("dns_records", record(values=["300.1.1.1"]), "300.1.1.1"),
    ("dns_records", record(values=["192.0.2.1\n192.0.2.2"]), "192.0.2.1"),
    ("dns_records", record(values=[]), "values"),
    ("dns_records", record(ttl=-1), "ttl"),
    ("dns_records", record(ttl=10**10), "ttl"),
    ("dns_records", record(name="meet.example.org"), "meet.example.org"),
    ("dns_records", record(type="CNAME", values=["a.example.com", "b.example.com"]), "CNAME"),
    ("dns_records", {"zone": ""}, "zone"),
    ("ecs_cluster", {"name": ""}, "name"),
    ("ecs_cluster", {"name": "with space"}, "name"),
    ("ecs_cluster", {"container_insights": "sometimes"}, "container_insights"),
    ("ecs_cluster", {"default_strategy": [{"capacity_provider": "NOBODY"}]}, "default_strategy"),
    ("event_rules", rule(schedule_expression="rate(1 minutes)"), "rate(1 minutes)"),
    ("event_rules", rule(schedule_expression="cron(* * * * *)"), "cron(* * * * *)"),
    ("event_rules", rule(schedule_expression="cron(0 8 * * MON-FRI *)"), "cron(0 8 * * MON-FRI *)"),
    ("event_rules", rule(schedule_expression=None), "schedule_expression"),
    ("event_rules", rule(name="a b"), "name"),
    ("event_rules", rule(targets=[]), "targets"),
    ("event_rules", rule(targets=[{"id": "one", "arn": "nobody"}]), "arn"),
    ("file_system", {"path": "certificates"}, "path"),
    ("file_system", {"path": "/a/../b"}, "path"),
    ("file_system", {"user_id": -1}, "user_id"),
    ("functions", function(timeout=901), "timeout"),
    ("functions", function(memory=64), "memory"),
    ("functions", function(name="a b"), "name"),
    ("functions", function(handler="no handler"), "handler"),
    ("functions", function(role="nobody"), "role"),
    ("functions", function(files={"../a.py": __file__}), "files"),
    ("functions", function(files={"a.py": "/nowhere"}), "/nowhere"),
    ("functions", function(environment={"AWS_REGION": "x"}), "AWS_REGION"),
    ("functions", function(environment={"1x": "y"}), "1x"),
    ("functions", function(runtime="python2.7"), "runtime"),
    ("functions", function(reserved_concurrency=-1), "reserved_concurrency"),
    ("iam_roles", role(name="a/b"), "name"),
    ("iam_roles", role(name="a" * 65), "name"),
    ("iam_roles", role(policies={"p": "no object"}), "policy p"),
    ("iam_roles", role(policies={"p": {"Version": "2012-10-17"}}), "p"),
    ("iam_roles", role(managed_policies=["AdministratorAccess"]), "AdministratorAccess"),
    ("iam_roles", role(trust={"service": []}), "trust"),
    ("iam_roles", {"roles": role()["roles"] * 2}, "meet-task"),
    ("iam_roles", {"path": "nowhere"}, "path"),
    ("instance_pool", {"max_size": -1}, "max_size"),
    ("instance_pool", {"max_size": 0}, "max_size"),
    ("instance_pool", {"volume_size": 1}, "volume_size"),
    ("instance_pool", {"user_data": "x" * 20_000}, "user_data"),
    ("instance_pool", {"subnets": []}, "subnets"),
    ("life_cycle", {"state": "tired"}, "state"),
    ("life_cycle", {"domain": "meet"}, "domain"),
    ("life_cycle", {"limits": {"bridge": -1}}, "limits"),
    ("life_cycle", {"limits": {"nobody": 1}}, "limits"),
    ("life_cycle", {"schedules": [{"schedule": "tomorrow", "awake": True}]}, "schedule"),
    ("life_cycle", {"idle_minutes": 0}, "idle_minutes"),
    ("metric_filters", metric_filter(pattern="{ $.a = }"), "pattern"),
    ("metric_filters", metric_filter(pattern="{ ($.a = 1 }"), "pattern"),
    ("metric_filters", metric_filter(pattern=HUGE), "pattern"),
    ("metric_filters", metric_filter(pattern="%[%"), "pattern"),
    ("metric_filters", metric_filter(value="$.n"), "value"),
    ("metric_filters", {"namespace": "a:b"}, "namespace"),
    ("metric_filters", {"namespace": "AWS/ECS"}, "namespace"),
    ("metric_filters", metric_filter(pattern="{ $.a = * }", dimensions={"a": "$.a"}, default_value=0), "default_value"),
    ("metric_filters", metric_filter(name=""), "name"),
    ("metric_filters", {"log_group": "with space"}, "log_group"),
    ("recording", {"session": ""}, "session"),
    ("recording", {"session": "../other"}, "session"),
    ("recording", {"bucket": "No_Bucket"}, "bucket"),
    ("recording", {"state": "gone"}, "state"),
    ("recording_bucket", {"name": "No_Bucket"}, "name"),
    ("recording_bucket", {"name": "192.0.2.1"}, "name"),
    ("recording_bucket", {"name": "ab"}, "name"),
    ("recording_bucket", {"name": HUGE}, "name"),
    ("recording_bucket", {"lock": "sometimes"}, "lock"),
    ("recording_bucket", {"lock": "compliance", "lock_days": 0}, "lock_days"),
    ("recording_bucket", {"archive_after_days": -1}, "archive_after_days"),
    ("recording_bucket", {"archive_after_days": 90, "expire_after_days": 30}, "expire_after_days"),
    ("recording_bucket", {"kms_key_id": "no key"}, "kms_key_id"),
    ("scaling", target(min_capacity=4), "min_capacity"),
    ("scaling", target(max_capacity=-1), "max_capacity"),
    ("scaling", {"targets": target()["targets"] * 2}, "meet-bridge"),
    ("scaling", target(policies=[{"name": "cpu", "target_value": 0}]), "cpu"),
    ("scaling", target(policies=[{"name": "cpu"}]), "target_value"),
    ("scaling", target(schedules=[{"name": "a", "schedule": "daily", "max_capacity": 1}]), "daily"),
    ("secret", {"name": "with space"}, "name"),
    ("secret", {"keys": {"turn credentials": 32}}, "turn credentials"),
    ("secret", {"keys": {"turn_credentials": 0}}, "turn_credentials"),
    ("secret", {"keys": {"turn_credentials": 10**6}}, "turn_credentials"),
    ("secret", {"keys": {"turn_credentials": "long"}}, "turn_credentials"),
    ("secret", {"rotation_function_arn": "nobody"}, "rotation_function_arn"),
    ("security_groups", group(ports="70000"), "ports"),
    ("security_groups", group(ports="10-1"), "ports"),
    ("security_groups", group(ports="http"), "ports"),
    ("security_groups", group(peers=["10.0.0.1/8"]), "10.0.0.1/8"),
    ("security_groups", group(peers=[]), "peers"),
    ("security_groups", group(protocol="sctp"), "protocol"),
    ("security_groups", group(description="x" * 300), "description"),
    ("service_discovery", {"namespace": "not a name"}, "namespace"),
    ("service_discovery", {"services": [{"name": "xmpp", "ttl": -1}]}, "ttl"),
    ("service_discovery", {"services": [{"name": "a b"}]}, "name"),
    ("task_definitions", definition(cpu="1000"), "cpu"),
    ("task_definitions", definition(memory="1"), "memory"),
    ("task_definitions", definition(family="a b"), "family"),
    ("task_definitions", definition(containerDefinitions=[]), "container"),
    ("task_definitions", definition(nonsense=1), "nonsense"),
    ("task_definitions", definition(networkMode="bridge"), "networkMode"),
    ("task_protection", {"cluster": ""}, "cluster"),
]
