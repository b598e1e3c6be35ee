# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of the modules that are right, and values that are wrong for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

# Module, wrong options, what the error must name.
Wrong = tuple[str, dict[str, Any], str]
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
    "lifecycle_info": PLATFORM,
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
    "lifecycle": {"name": "meet", "domain": "meet.example.com", "hosted_zone": "example.com", "state": "awake"},
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


def wrong(module: str, build: Callable[..., dict[str, Any]] = dict, /, **values: list[Any]) -> list[Wrong]:
    """Values that are wrong for an option, or for a key of an item that is built; the error must name which."""
    return [(module, build(**{name: value}), name) for name, several in values.items() for value in several]


WRONG: list[Wrong] = [
    *wrong("alarms", alarm, period=[7, -60], evaluation_periods=[0], datapoints_to_alarm=[3], statistic=[None]),
    *wrong("alarms", alarm, comparison_operator=[">"], threshold=["many", float("nan")], name=["", HUGE, "a\nb"]),
    *wrong("alarms", alarm, dimensions=[{str(index): "x" for index in range(31)}]),
    ("alarms", alarm(extended_statistic="p95"), "statistic"),
    ("alarms", alarm(extended_statistic="p101", statistic=None), "extended_statistic"),
    ("alarms", {"alarms": alarm()["alarms"] * 2}, "cpu"),
    *wrong("alert_topic", emails=[["a@b.example\nBcc: c@d.example"], [""]], name=["with space", HUGE]),
    *wrong("alert_topic", publishers=[["*"]]),
    ("alert_topic", {"emails": ["nobody"]}, "nobody"),
    *wrong("capacity_plan", days=[0], choices=[[]], recorder_instance_type=["c6i.huge"]),
    *wrong("capacity_plan", bridge=[{"cpu": 1000, "memory": 2048}]),
    *wrong("certificate", domain_name=["not a name", "-meet.example.com", "a" * 64 + ".example.com"]),
    ("certificate", {"alternative_names": ["https://meet.example.com"]}, "https://meet.example.com"),
    *wrong("cost_info", recording_bucket=["No_Bucket"], name=[""]),
    *wrong("distribution", aliases=[["meet example com"]], price_class=["cheap"]),
    *wrong("distribution", frame_ancestors=[["https://a.example; script-src *"]], cache_seconds=[-1]),
    *wrong("dns_records", record, type=["MX"], values=[[]], ttl=[-1, 10**10]),
    ("dns_records", {"zone": ""}, "zone"),
    ("dns_records", record(values=["300.1.1.1"]), "300.1.1.1"),
    ("dns_records", record(values=["192.0.2.1\n192.0.2.2"]), "192.0.2.1"),
    ("dns_records", record(name="meet.example.org"), "meet.example.org"),
    ("dns_records", record(type="CNAME", values=["a.example.com", "b.example.com"]), "CNAME"),
    *wrong("ecs_cluster", name=["", "with space"], container_insights=["sometimes"]),
    *wrong("ecs_cluster", default_strategy=[[{"capacity_provider": "NOBODY"}]]),
    *wrong("event_rules", rule, schedule_expression=[None], name=["a b"], targets=[[]]),
    ("event_rules", rule(schedule_expression="rate(1 minutes)"), "rate(1 minutes)"),
    ("event_rules", rule(schedule_expression="cron(* * * * *)"), "cron(* * * * *)"),
    ("event_rules", rule(schedule_expression="cron(0 8 * * MON-FRI *)"), "cron(0 8 * * MON-FRI *)"),
    ("event_rules", rule(targets=[{"id": "one", "arn": "nobody"}]), "arn"),
    *wrong("file_system", path=["certificates", "/a/../b"], user_id=[-1]),
    *wrong("functions", function, timeout=[901], memory=[64], name=["a b"], handler=["no handler"], role=["nobody"]),
    *wrong("functions", function, files=[{"../a.py": __file__}], runtime=["python2.7"], reserved_concurrency=[-1]),
    ("functions", function(files={"a.py": "/nowhere"}), "/nowhere"),
    ("functions", function(environment={"AWS_REGION": "x"}), "AWS_REGION"),
    ("functions", function(environment={"1x": "y"}), "1x"),
    *wrong("iam_roles", role, name=["a/b", "a" * 65], trust=[{"service": []}, None]),
    ("iam_roles", {"path": "nowhere"}, "path"),
    ("iam_roles", role(policies={"p": "no object"}), "policy p"),
    ("iam_roles", role(policies={"p": {"Version": "2012-10-17"}}), "p"),
    ("iam_roles", role(managed_policies=["AdministratorAccess"]), "AdministratorAccess"),
    ("iam_roles", {"roles": role()["roles"] * 2}, "meet-task"),
    ("iam_roles", role(state="gone"), "gone"),
    *wrong("instance_pool", max_size=[-1, 0], volume_size=[1], user_data=["x" * 20_000], subnets=[[]]),
    *wrong("lifecycle", state=["tired"], domain=["meet"], limits=[{"bridge": -1}, {"nobody": 1}], idle_minutes=[0]),
    ("lifecycle", {"schedules": [{"schedule": "tomorrow", "awake": True}]}, "schedule"),
    *wrong("metric_filters", metric_filter, pattern=["{ $.a = }", "{ ($.a = 1 }", HUGE, "%[%"], value=["$.n"]),
    *wrong("metric_filters", metric_filter, name=[""]),
    *wrong("metric_filters", namespace=["a:b", "AWS/ECS"], log_group=["with space"]),
    ("metric_filters", metric_filter(pattern="{ $.a = * }", dimensions={"a": "$.a"}, default_value=0), "default_value"),
    *wrong("recording", session=["", "../other"], bucket=["No_Bucket"], state=["gone"]),
    *wrong("recording_bucket", name=["No_Bucket", "192.0.2.1", "ab", HUGE], lock=["sometimes"]),
    *wrong("recording_bucket", archive_after_days=[-1], kms_key_id=["no key"]),
    ("recording_bucket", {"lock": "compliance", "lock_days": 0}, "lock_days"),
    ("recording_bucket", {"archive_after_days": 90, "expire_after_days": 30}, "expire_after_days"),
    *wrong("scaling", target, min_capacity=[4], max_capacity=[-1]),
    ("scaling", {"targets": target()["targets"] * 2}, "meet-bridge"),
    ("scaling", target(policies=[{"name": "cpu", "target_value": 0}]), "cpu"),
    ("scaling", target(policies=[{"name": "cpu"}]), "target_value"),
    ("scaling", target(schedules=[{"name": "a", "schedule": "daily", "max_capacity": 1}]), "daily"),
    *wrong("secret", name=["with space"], rotation_function_arn=["nobody"]),
    ("secret", {"keys": {"turn credentials": 32}}, "turn credentials"),
    ("secret", {"keys": {"turn_credentials": 0}}, "turn_credentials"),
    ("secret", {"keys": {"turn_credentials": 10**6}}, "turn_credentials"),
    ("secret", {"keys": {"turn_credentials": "long"}}, "turn_credentials"),
    *wrong("security_groups", group, ports=["70000", "10-1", "http"], peers=[[]], protocol=["sctp"]),
    *wrong("security_groups", group, description=["x" * 300]),
    ("security_groups", group(peers=["10.0.0.1/8"]), "10.0.0.1/8"),
    ("service_discovery", {"namespace": "not a name"}, "namespace"),
    ("service_discovery", {"services": [{"name": "xmpp", "ttl": -1}]}, "ttl"),
    ("service_discovery", {"services": [{"name": "a b"}]}, "name"),
    *wrong("task_definitions", definition, cpu=["1000"], memory=["1"], family=["a b"], nonsense=[1]),
    *wrong("task_definitions", definition, networkMode=["bridge"]),
    ("task_definitions", definition(containerDefinitions=[]), "container"),
    ("task_definitions", definition(state="gone"), "gone"),
    ("task_protection", {"cluster": ""}, "cluster"),
    *wrong("vpc", cidr=["10.90.0.0", "10.90.0.0/8", "10.90.0.1/16", "fd00::/64", HUGE], name=["", "a\nb", HUGE]),
    *wrong("vpc", subnet, zone=["nowhere", ""]),
    ("vpc", subnet(cidr="10.91.0.0/24"), "10.91.0.0/24"),
    ("vpc", {"subnets": [*subnet()["subnets"], *subnet(zone="us-east-1b")["subnets"]]}, "10.90.0.0/24"),
    *wrong("public_routes", gateway_endpoints=[["sqs"]], name=[""]),
    *wrong("log_group", retention_days=[31, None], name=["with space", HUGE]),
    *wrong("dynamodb_table", name=["a", "meet/wakes"], key=["", HUGE]),
    *wrong("budgets", account_id=["12345"], prefix=["meet"], topic=["nobody"], emails=[["nobody"]]),
    *wrong("budgets", budget, amount=[0, -1, "much", float("inf"), float("nan")], name=["a:b", HUGE]),
    *wrong("budgets", budget, notifications=[[]], filters=[{"Service": "text"}]),
    ("budgets", {**budget(), "emails": []}, "topic"),
    ("budgets", budget(notifications=[{"percent": 0}]), "percent"),
    ("budgets", budget(notifications=[{"percent": float("nan")}]), "percent"),
    ("budgets", budget(type="usage", unit="Hrs"), "filters"),
    ("budgets", {"budgets": budget()["budgets"] * 2}, "cost"),
    *wrong("dashboards", widget, width=[25], height=[0], x=[-1], properties=["nothing"]),
    ("dashboards", {"dashboards": [{"name": "a b", "body": {"widgets": []}}]}, "a b"),
    ("dashboards", {"dashboards": [{"name": "meet", "body": {}}]}, "widgets"),
    ("dashboards", {"dashboards": widget()["dashboards"] * 2}, "meet"),
    ("dashboards", {"dashboards": [{"name": "a b", "state": "absent"}]}, "a b"),
    ("dashboards", widget(type="clock"), "clock"),
    ("dashboards", widget(properties={"region": ""}), "region"),
    ("services", {"cluster": ""}, "cluster"),
    *wrong("services", service, nonsense=[1], desiredCount=["many"]),
    ("services", service(serviceName="a b"), "a b"),
    ("services", {"services": service()["services"] * 2}, "meet-service"),
    ("services", {"services": [*service()["services"], *service(state="absent")["services"]]}, "meet-service"),
    ("services", service(state="gone"), "gone"),
    *wrong("backup", keep=[-1], name=["../other", ""], directory=[""], vault_password_file=["/nowhere"]),
    *wrong("backup", bucket=["No_Bucket"], domain=["not a name"]),
    *wrong("backup_info", name=["../other"], backup=[__file__]),
    ("backup_info", {"backup": "/nowhere"}, "/nowhere"),
    ("backup_info", {"directory": "/nowhere", "backup": None}, "/nowhere"),
    ("recordings_restore", {"bucket": "No_Bucket"}, "bucket"),
    ("recordings_restore", {"backup": "/nowhere"}, "/nowhere"),
    ("recordings_restore", {"sessions": ["a/b"]}, "a/b"),
    ("recordings_restore", {"sessions": [""]}, "session"),
    *wrong("secret_restore", vault_password_file=["/nowhere"], wait_minutes=[-1], keys=[{}], name=["a b"]),
    ("secret_restore", {"backup": "/nowhere"}, "/nowhere"),
    *wrong("secret_info", days=[0], grace_days=[-1], name=["a/b"]),
    ("secret_info", {"keys": {"a b": 32}}, "a b"),
    *wrong("secret_rotation", days=[0], wait_minutes=[-1], name=["a\nb"], force=["perhaps"]),
    ("secret_rotation", {"only": ["a b"]}, "a b"),
    *wrong("logs_info", limit=[0, 10**9, "all"], timezone=["../../etc/passwd"], name=["a b"], text=[HUGE]),
    *wrong("logs_info", room=["a\nb"]),
    ("logs_info", {"since": "yesterday"}, "yesterday"),
    ("logs_info", {"until": "2026-13-01"}, "2026-13-01"),
    ("logs_info", {"since": "1h", "until": "2h"}, "since"),
    ("logs_info", {"components": ["nobody"]}, "nobody"),
    ("logs_info", {"timezone": "Mars/Olympus"}, "Mars/Olympus"),
    *wrong("health_info", name=["Meet"], domain=["not a name"], idle_minutes=[0], rotation_days=[0], port=[0]),
    *wrong("health_info", timeout=[121], ca_file=["/nowhere"], rotation_grace_days=[-1], certificate_days=[-1]),
    *wrong("health_info", recording=["perhaps"]),
    ("health_info", {"schedules": [{"schedule": "tomorrow", "awake": True}]}, "schedule"),
    *wrong("lifecycle_info", domain=["meet"], hosted_zone=[""], name=["a" * 41]),
    *wrong("incident_report", limit=[0], directory=[""], title=["a\nb", HUGE], name=["a/b"], timezone=[""]),
    ("incident_report", {"since": "never"}, "never"),
    *wrong("recording_path_info", bucket=["No_Bucket"], kms_key=["no key"], name=["a b"], patience=[3601]),
    *wrong("recording_path_info", since=["yesterday"]),
    *wrong("review_info", kind=["yearly"], days=[-1, 63], bridge_max=[0], recorder_max=[-1], scaling_percent=[101]),
    *wrong("review_info", asleep_usd_month=[-1], timezone=["Nowhere"], name=["a b"]),
    ("review_info", {"month": "october"}, "october"),
    ("review_info", {"month": "2026-13"}, "2026-13"),
    ("review_info", {"month": "2999-01"}, "2999-01"),
    ("review_info", {"month": "1999-01"}, "1999-01"),
    ("review_info", {"days": 3, "month": "2026-10"}, "days"),
    ("review_info", {"tasks": [{"name": "nobody"}]}, "nobody"),
    ("review_info", {"tasks": [{"name": "bridge"}]}, "bridge"),
    *wrong("audit_info", fail_on=["often"], image_days=[0], rotation_days=[0], log_retention_days=[-1]),
    *wrong("audit_info", recording_bucket=["No_Bucket"], name=["", "a b"]),
    ("audit_info", {"roles": role(name="a/b")["roles"]}, "name"),
    ("audit_info", {"security_groups": group(ports="http")["groups"]}, "ports"),
    *wrong("platform_info", include=[["everything"]], name=["a b"]),
    *wrong("in_use_info", name=["a\u202eb", HUGE]),
    *wrong("leftovers_info", domain=["meet"], hosted_zone=["-"], recording_bucket=["No_Bucket"], kept=[["everything"]]),
    *wrong("recordings_info", include=[["everything"]], limit=[-1], link_expiry=["8d", "1s"], bucket=["No_Bucket"]),
    ("recordings_info", {"session": "a/b"}, "a/b"),
    ("recordings_info", {"since": "soon"}, "soon"),
    ("recordings_info", {"name": "", "include": ["rate"]}, "name"),
    ("image_releases_info", release(images=[]), "caddy"),
    ("image_releases_info", release(images=["docker.io/library/caddy"]), "caddy"),
    ("image_releases_info", release(images=["docker.io/library/caddy:latest"]), "latest"),
    ("image_releases_info", release(images=["not an image:1"]), "not an image"),
    ("image_releases_info", {**release(), "timeout": 0}, "timeout"),
    ("image_releases_info", {**release(), "registries": {"docker.io": "file:///etc/passwd"}}, "registries"),
    *wrong("probe_info", timeout=[0], port=[0, 70000], bridge_port=[-1], domain=["not a name", ""]),
    *wrong("probe_info", ca_file=["/nowhere"], certificate_days=[-1], room=["a\r\nb"], patience=[-1]),
    *wrong("report", kind=["rant"], html=[None]),
    ("report", {"template": "/nowhere"}, "/nowhere"),
]
