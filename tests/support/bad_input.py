# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of the modules that are right, and values that are wrong for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

HUGE = "a" * 100_000
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/meet-wake-function"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:meet-wake"

PLATFORM = {"name": "meet", "domain": "meet.example.com", "hosted_zone": "example.com"}
BACKUPS = str(Path(__file__).parent)
KEYS = {"turn_credentials": 32}
# A module that calls no AWS takes no region.
NO_AWS: dict[str, Any] = {"region": None, "endpoint_url": None}

# What each module takes. Nothing is called with it: the tables below change one thing each.
RIGHT: dict[str, dict[str, Any]] = {
    "audit_info": {"name": "meet", "security_groups": [], "roles": []},
    "backup": {**PLATFORM, "directory": BACKUPS},
    "backup_info": {**PLATFORM, "directory": BACKUPS, "backup": BACKUPS},
    "budgets": {"account_id": ACCOUNT, "prefix": "meet/", "emails": ["ops@example.com"]},
    "dashboards": {"dashboards": []},
    "dynamodb_table": {"name": "meet-wakes", "key": "id"},
    "health_info": PLATFORM,
    "image_releases_info": {"releases": [], **NO_AWS},
    "in_use_info": {"name": "meet"},
    "incident_report": {**PLATFORM, "directory": BACKUPS},
    "leftovers_info": PLATFORM,
    "life_cycle_info": PLATFORM,
    "log_group": {"name": "/ecs/meet", "retention_days": 30},
    "logs_info": {"name": "meet"},
    "platform_info": {"name": "meet"},
    "probe_info": {"domain": "meet.example.com", **NO_AWS},
    "public_routes": {"name": "meet", "vpc_id": "vpc-1"},
    "recording_path_info": {"name": "meet", "bucket": "meet-recordings"},
    "recordings_info": {"bucket": "meet-recordings", "name": "meet"},
    "recordings_restore": {"bucket": "meet-recordings", "backup": BACKUPS},
    "report": {"kind": "audit", "facts": {}, "html": "/tmp/report.html", "template": "report.html.j2", **NO_AWS},
    "review_info": {"name": "meet", "tasks": [{"name": "bridge", "cpu": 1024, "memory": 2048}], "bridge_max": 3},
    "secret_info": {"name": "meet", "keys": KEYS},
    "secret_restore": {"name": "meet", "keys": KEYS, "backup": BACKUPS, "vault_password_file": __file__},
    "secret_rotation": {"name": "meet", "keys": KEYS},
    "services": {"cluster": "meet-cluster"},
    "vpc": {"name": "meet", "cidr": "10.90.0.0/16"},
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


def budget(**wrong: Any) -> dict[str, Any]:
    return {"budgets": [{"name": "cost", "amount": 100, "notifications": [{"percent": 80}], **wrong}]}


def widget(**wrong: Any) -> dict[str, Any]:
    metrics = {"metrics": [["AWS/ECS", "CPUUtilization"]], "region": "us-east-1"}
    right = {"type": "metric", "x": 0, "y": 0, "width": 6, "height": 6, "properties": metrics}
    return {"dashboards": [{"name": "meet", "body": {"widgets": [{**right, **wrong}]}}]}


def subnet(**wrong: Any) -> dict[str, Any]:
    return {"subnets": [{"cidr": "10.90.0.0/24", "zone": "us-east-1a", **wrong}]}


def service(**wrong: Any) -> dict[str, Any]:
    return {"services": [{"serviceName": "meet-service", "taskDefinition": "meet", **wrong}]}


def release(**wrong: Any) -> dict[str, Any]:
    return {"releases": [{"name": "caddy", "images": ["docker.io/library/caddy:2.10.2-alpine"], **wrong}]}


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
    ("iam_roles", role(trust=None), "trust"),
    ("iam_roles", role(state="gone"), "gone"),
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
    ("task_definitions", definition(state="gone"), "gone"),
    ("task_definitions", definition(networkMode="bridge"), "networkMode"),
    ("task_protection", {"cluster": ""}, "cluster"),
    ("vpc", {"cidr": "10.90.0.0"}, "cidr"),
    ("vpc", {"cidr": "10.90.0.0/8"}, "cidr"),
    ("vpc", {"cidr": "10.90.0.1/16"}, "cidr"),
    ("vpc", {"cidr": "fd00::/64"}, "cidr"),
    ("vpc", {"cidr": HUGE}, "cidr"),
    ("vpc", {"name": ""}, "name"),
    ("vpc", {"name": "a\nb"}, "name"),
    ("vpc", {"name": HUGE}, "name"),
    ("vpc", subnet(cidr="10.91.0.0/24"), "10.91.0.0/24"),
    ("vpc", {"subnets": [*subnet()["subnets"], *subnet(zone="us-east-1b")["subnets"]]}, "10.90.0.0/24"),
    ("vpc", subnet(zone="nowhere"), "zone"),
    ("vpc", subnet(zone=""), "zone"),
    ("public_routes", {"gateway_endpoints": ["sqs"]}, "gateway_endpoints"),
    ("public_routes", {"name": ""}, "name"),
    ("log_group", {"retention_days": 31}, "retention_days"),
    ("log_group", {"retention_days": None}, "retention_days"),
    ("log_group", {"name": "with space"}, "name"),
    ("log_group", {"name": HUGE}, "name"),
    ("dynamodb_table", {"name": "a"}, "name"),
    ("dynamodb_table", {"name": "meet/wakes"}, "name"),
    ("dynamodb_table", {"key": ""}, "key"),
    ("dynamodb_table", {"key": HUGE}, "key"),
    ("budgets", {"account_id": "12345"}, "account_id"),
    ("budgets", {"prefix": "meet"}, "prefix"),
    ("budgets", {"topic": "nobody"}, "topic"),
    ("budgets", {"emails": ["nobody"]}, "emails"),
    ("budgets", {**budget(), "emails": []}, "topic"),
    ("budgets", budget(amount=0), "amount"),
    ("budgets", budget(amount=-1), "amount"),
    ("budgets", budget(amount="much"), "amount"),
    ("budgets", budget(amount=float("inf")), "amount"),
    ("budgets", budget(amount=float("nan")), "amount"),
    ("budgets", budget(name="a:b"), "name"),
    ("budgets", budget(name=HUGE), "name"),
    ("budgets", budget(notifications=[]), "notifications"),
    ("budgets", budget(notifications=[{"percent": 0}]), "percent"),
    ("budgets", budget(notifications=[{"percent": float("nan")}]), "percent"),
    ("budgets", budget(type="usage", unit="Hrs"), "filters"),
    ("budgets", budget(filters={"Service": "text"}), "filters"),
    ("budgets", {"budgets": budget()["budgets"] * 2}, "cost"),
    ("dashboards", {"dashboards": [{"name": "a b", "body": {"widgets": []}}]}, "a b"),
    ("dashboards", {"dashboards": [{"name": "meet", "body": {}}]}, "widgets"),
    ("dashboards", {"dashboards": widget()["dashboards"] * 2}, "meet"),
    ("dashboards", {"dashboards": [{"name": "a b", "state": "absent"}]}, "a b"),
    ("dashboards", widget(type="clock"), "clock"),
    ("dashboards", widget(width=25), "width"),
    ("dashboards", widget(height=0), "height"),
    ("dashboards", widget(x=-1), "x"),
    ("dashboards", widget(properties="nothing"), "properties"),
    ("dashboards", widget(properties={"region": ""}), "region"),
    ("services", {"cluster": ""}, "cluster"),
    ("services", service(nonsense=1), "nonsense"),
    ("services", service(desiredCount="many"), "desiredCount"),
    ("services", service(serviceName="a b"), "a b"),
    ("services", {"services": service()["services"] * 2}, "meet-service"),
    ("services", {"services": [*service()["services"], *service(state="absent")["services"]]}, "meet-service"),
    ("services", service(state="gone"), "gone"),
    ("backup", {"keep": -1}, "keep"),
    ("backup", {"name": "../other"}, "name"),
    ("backup", {"name": ""}, "name"),
    ("backup", {"directory": ""}, "directory"),
    ("backup", {"vault_password_file": "/nowhere"}, "vault_password_file"),
    ("backup", {"bucket": "No_Bucket"}, "bucket"),
    ("backup", {"domain": "not a name"}, "domain"),
    ("backup_info", {"name": "../other"}, "name"),
    ("backup_info", {"backup": "/nowhere"}, "/nowhere"),
    ("backup_info", {"backup": __file__}, "backup"),
    ("backup_info", {"directory": "/nowhere", "backup": None}, "/nowhere"),
    ("recordings_restore", {"backup": "/nowhere"}, "/nowhere"),
    ("recordings_restore", {"bucket": "No_Bucket"}, "bucket"),
    ("recordings_restore", {"sessions": ["a/b"]}, "a/b"),
    ("recordings_restore", {"sessions": [""]}, "session"),
    ("secret_restore", {"backup": "/nowhere"}, "/nowhere"),
    ("secret_restore", {"vault_password_file": "/nowhere"}, "vault_password_file"),
    ("secret_restore", {"wait_minutes": -1}, "wait_minutes"),
    ("secret_restore", {"keys": {}}, "keys"),
    ("secret_restore", {"name": "a b"}, "name"),
    ("secret_info", {"days": 0}, "days"),
    ("secret_info", {"grace_days": -1}, "grace_days"),
    ("secret_info", {"keys": {"a b": 32}}, "a b"),
    ("secret_info", {"name": "a/b"}, "name"),
    ("secret_rotation", {"days": 0}, "days"),
    ("secret_rotation", {"wait_minutes": -1}, "wait_minutes"),
    ("secret_rotation", {"only": ["a b"]}, "a b"),
    ("secret_rotation", {"name": "a\nb"}, "name"),
    ("secret_rotation", {"force": "perhaps"}, "force"),
    ("logs_info", {"since": "yesterday"}, "yesterday"),
    ("logs_info", {"until": "2026-13-01"}, "2026-13-01"),
    ("logs_info", {"since": "1h", "until": "2h"}, "since"),
    ("logs_info", {"limit": 0}, "limit"),
    ("logs_info", {"limit": 10**9}, "limit"),
    ("logs_info", {"limit": "all"}, "limit"),
    ("logs_info", {"components": ["nobody"]}, "nobody"),
    ("logs_info", {"timezone": "Mars/Olympus"}, "Mars/Olympus"),
    ("logs_info", {"timezone": "../../etc/passwd"}, "timezone"),
    ("logs_info", {"name": "a b"}, "name"),
    ("logs_info", {"text": HUGE}, "text"),
    ("logs_info", {"room": "a\nb"}, "room"),
    ("health_info", {"name": "Meet"}, "name"),
    ("health_info", {"domain": "not a name"}, "domain"),
    ("health_info", {"idle_minutes": 0}, "idle_minutes"),
    ("health_info", {"rotation_days": 0}, "rotation_days"),
    ("health_info", {"port": 0}, "port"),
    ("health_info", {"timeout": 121}, "timeout"),
    ("health_info", {"ca_file": "/nowhere"}, "ca_file"),
    ("health_info", {"rotation_grace_days": -1}, "rotation_grace_days"),
    ("health_info", {"certificate_days": -1}, "certificate_days"),
    ("health_info", {"recording": "perhaps"}, "recording"),
    ("health_info", {"schedules": [{"schedule": "tomorrow", "awake": True}]}, "schedule"),
    ("life_cycle_info", {"domain": "meet"}, "domain"),
    ("life_cycle_info", {"hosted_zone": ""}, "hosted_zone"),
    ("life_cycle_info", {"name": "a" * 41}, "name"),
    ("incident_report", {"since": "never"}, "never"),
    ("incident_report", {"limit": 0}, "limit"),
    ("incident_report", {"directory": ""}, "directory"),
    ("incident_report", {"title": "a\nb"}, "title"),
    ("incident_report", {"title": HUGE}, "title"),
    ("incident_report", {"name": "a/b"}, "name"),
    ("incident_report", {"timezone": ""}, "timezone"),
    ("recording_path_info", {"bucket": "No_Bucket"}, "bucket"),
    ("recording_path_info", {"kms_key": "no key"}, "kms_key"),
    ("recording_path_info", {"name": "a b"}, "name"),
    ("recording_path_info", {"patience": 3601}, "patience"),
    ("recording_path_info", {"since": "yesterday"}, "since"),
    ("review_info", {"kind": "yearly"}, "kind"),
    ("review_info", {"month": "october"}, "october"),
    ("review_info", {"month": "2026-13"}, "2026-13"),
    ("review_info", {"month": "2999-01"}, "2999-01"),
    ("review_info", {"month": "1999-01"}, "1999-01"),
    ("review_info", {"days": -1}, "days"),
    ("review_info", {"days": 63}, "days"),
    ("review_info", {"days": 3, "month": "2026-10"}, "days"),
    ("review_info", {"tasks": [{"name": "nobody"}]}, "nobody"),
    ("review_info", {"tasks": [{"name": "bridge"}]}, "bridge"),
    ("review_info", {"bridge_max": 0}, "bridge_max"),
    ("review_info", {"recorder_max": -1}, "recorder_max"),
    ("review_info", {"scaling_percent": 101}, "scaling_percent"),
    ("review_info", {"asleep_usd_month": -1}, "asleep_usd_month"),
    ("review_info", {"timezone": "Nowhere"}, "timezone"),
    ("review_info", {"name": "a b"}, "name"),
    ("audit_info", {"fail_on": "often"}, "fail_on"),
    ("audit_info", {"image_days": 0}, "image_days"),
    ("audit_info", {"rotation_days": 0}, "rotation_days"),
    ("audit_info", {"log_retention_days": -1}, "log_retention_days"),
    ("audit_info", {"recording_bucket": "No_Bucket"}, "recording_bucket"),
    ("audit_info", {"name": ""}, "name"),
    ("audit_info", {"name": "a b"}, "name"),
    ("audit_info", {"roles": role(name="a/b")["roles"]}, "name"),
    ("audit_info", {"security_groups": group(ports="http")["groups"]}, "ports"),
    ("platform_info", {"include": ["everything"]}, "include"),
    ("platform_info", {"name": "a b"}, "name"),
    ("in_use_info", {"name": "a\u202eb"}, "name"),
    ("in_use_info", {"name": HUGE}, "name"),
    ("leftovers_info", {"domain": "meet"}, "domain"),
    ("leftovers_info", {"hosted_zone": "-"}, "hosted_zone"),
    ("leftovers_info", {"recording_bucket": "No_Bucket"}, "recording_bucket"),
    ("leftovers_info", {"kept": ["everything"]}, "kept"),
    ("recordings_info", {"include": ["everything"]}, "include"),
    ("recordings_info", {"session": "a/b"}, "a/b"),
    ("recordings_info", {"since": "soon"}, "soon"),
    ("recordings_info", {"limit": -1}, "limit"),
    ("recordings_info", {"link_expiry": "8d"}, "link_expiry"),
    ("recordings_info", {"link_expiry": "1s"}, "link_expiry"),
    ("recordings_info", {"bucket": "No_Bucket"}, "bucket"),
    ("recordings_info", {"name": "", "include": ["rate"]}, "name"),
    ("image_releases_info", release(images=[]), "caddy"),
    ("image_releases_info", release(images=["docker.io/library/caddy"]), "caddy"),
    ("image_releases_info", release(images=["docker.io/library/caddy:latest"]), "latest"),
    ("image_releases_info", release(images=["not an image:1"]), "not an image"),
    ("image_releases_info", {**release(), "timeout": 0}, "timeout"),
    ("image_releases_info", {**release(), "registries": {"docker.io": "file:///etc/passwd"}}, "registries"),
    ("probe_info", {"timeout": 0}, "timeout"),
    ("probe_info", {"port": 0}, "port"),
    ("probe_info", {"port": 70000}, "port"),
    ("probe_info", {"bridge_port": -1}, "bridge_port"),
    ("probe_info", {"domain": "not a name"}, "domain"),
    ("probe_info", {"domain": ""}, "domain"),
    ("probe_info", {"ca_file": "/nowhere"}, "ca_file"),
    ("probe_info", {"certificate_days": -1}, "certificate_days"),
    ("probe_info", {"room": "a\r\nb"}, "room"),
    ("probe_info", {"patience": -1}, "patience"),
    ("report", {"kind": "rant"}, "kind"),
    ("report", {"template": "/nowhere"}, "/nowhere"),
    ("report", {"html": None}, "html"),
]
