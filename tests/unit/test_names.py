# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of a platform's resources: what they are, and that nothing but names.py makes them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.filter.names import FilterModule
from ansible_collections.meetops.jitsi.plugins.module_utils import names
from support.server import ROOT

HOME = ROOT / "plugins/module_utils/names.py"
# Variables of these are for people: they hold examples.
DOCUMENTATION = {"DOCUMENTATION", "EXAMPLES", "RETURN"}


def test_the_names() -> None:
    """Operators have them in their fingers, and platforms that run have them on AWS: none may change."""
    kinds = {"signalling": "meet-signalling", "bridge": "meet-bridge", "recorder": "meet-recorder"}
    assert names.everything("meet", "meet.example.org") == {
        "cluster": "meet-cluster",
        "services": {**kinds, "signalling": "meet-service"},
        "task_definitions": kinds,
        "recorder_pool": "meet-recorder",
        "security_groups": kinds,
        "storage_group": "meet-storage",
        "namespace": "meet.internal",
        "discovery_service": "xmpp",
        "discovery_host": "xmpp.meet.internal",
        "secret": "meet-jitsi-secrets",
        "table": "meet-wakes",
        "functions": {
            "wake": "meet-wake",
            "tasks": "meet-tasks",
            "sleep": "meet-sleep",
            "rotation": "meet-rotation",
            "chat": "meet-chat",
        },
        "rules": {"tasks": "meet-tasks", "sleep": "meet-sleep", "secret_age": "meet-secret-age"},
        "roles": {
            "signalling_execution": "meet-signalling-execution",
            "signalling_task": "meet-signalling-task",
            "bridge_execution": "meet-bridge-execution",
            "bridge_task": "meet-bridge-task",
            "recorder_execution": "meet-recorder-execution",
            "recorder_task": "meet-recorder-task",
            "recorder_instance": "meet-recorder-instance",
            "wake_function": "meet-wake-function",
            "tasks_function": "meet-tasks-function",
            "sleep_function": "meet-sleep-function",
            "rotation_function": "meet-rotation-function",
            "chat_function": "meet-chat-function",
        },
        "log_group": "/ecs/meet",
        "insights_log_group": "/aws/ecs/containerinsights/meet-cluster/performance",
        "metric_namespace": "Jitsi/JVB",
        "errors_metric": "Errors/meet",
        "topic": "meet-alerts",
        "alarm_prefix": "meet/",
        "dashboards": {"operations": "meet", "capacity": "meet-capacity", "recording": "meet-recording"},
        "hosts": {"origin": "origin.meet.example.org", "turn": "turn.meet.example.org"},
    }


def test_names_that_roles_do_not_need() -> None:
    assert names.prefix("meet") == "meet-"
    assert names.subnet("meet", "us-east-1a") == "meet-us-east-1a"
    assert names.cache_policy("meet") == "meet-static"
    assert names.resource_ids("meet")["signalling"] == "service/meet-cluster/meet-service"
    assert names.scaling_alarm_prefixes("meet") == [
        "TargetTracking-service/meet-cluster/",
        "StepScaling-service/meet-cluster/",
    ]


def test_the_filter() -> None:
    told: Any = FilterModule().filters()["names"]
    assert told("meet", "meet.example.org") == names.everything("meet", "meet.example.org")
    assert "hosts" not in told("meet")


# --- One home


def leaves(found: Mapping[str, Any]) -> Iterator[str]:
    for value in found.values():
        yield from leaves(value) if isinstance(value, Mapping) else [value]


def made() -> re.Pattern[str]:
    """What a text has that makes one of the names: a value with what stands before or after it, or the namespace.

    In texts a value is in braces, or it is joined with ~ to the rest.
    """
    ends = [leaf.partition("\0") for leaf in leaves(names.everything("\0", "\0")) if "\0" in leaf]
    ends += [(names.cache_policy("\0")).partition("\0")]
    before = "|".join(sorted({re.escape(start) for start, _value, _end in ends if start}))
    after = "|".join(sorted({re.escape(end) for _start, _value, end in ends if len(end) > 1}))
    value, whole = r"(?:\}|\$\w+|~ ?['\"])", r"\{+ ?\w*(?:name|platform) ?\}+"
    return re.compile(
        rf"(?<![\w-])(?:{before})(?:\{{|['\"] ?~)|{value}(?:{after})(?![\w-])"
        rf"|(?:^|['\"]){whole}[/-](?:$|['\"])|{re.escape(names.METRIC_NAMESPACE)}"
    )


MADE = made()


def shown(node: ast.AST) -> str | None:
    """The text that an expression makes, with ``{name}`` for a value; None for what makes no text."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(shown(part) or "" for part in parts)
        case ast.FormattedValue(value=value):
            return "{value}" if isinstance(value, ast.Call) else "{" + re.sub(r"\W", "", ast.unparse(value)) + "}"
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            texts = [shown(side) for side in (left, right)]
            if any(text is not None for text in texts):
                return "".join("{value}" if text is None else text for text in texts)
    return None


def python_texts(source: str) -> Iterator[str]:
    """The texts that a Python file makes, but for those that only people read."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id in DOCUMENTATION:
                node.value = ast.Constant(None)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant(None)
    yield from (text for node in ast.walk(tree) if (text := shown(node)) is not None)


def second_homes(path: str, source: str) -> list[str]:
    """What in a file makes a name of a platform's."""
    if path.endswith(".py"):
        texts = python_texts(source)
    else:
        texts = (line for line in source.splitlines() if not line.lstrip().startswith("#"))
    likely = (text for text in texts if "{" in text or "$" in text or names.METRIC_NAMESPACE in text)
    return sorted({f"{path}: {text.strip()}" for text in likely if MADE.search(text)})


def files() -> list[Path]:
    found = [path for folder in ("plugins", "roles", "playbooks") for path in (ROOT / folder).rglob("*")]
    found += (ROOT / "group_vars").rglob("*.yml")
    return [path for path in found if path.suffix in (".py", ".yml", ".j2", ".sh", ".html") and path != HOME]


def test_nothing_else_makes_a_name() -> None:
    looked = files()
    assert len(looked) > 200
    found = [home for path in looked for home in second_homes(str(path.relative_to(ROOT)), path.read_text())]
    assert not found, "make these in plugins/module_utils/names.py:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.py", 'cluster = f"{name}-cluster"'),
        ("a.py", 'cluster = f"{self.params[\'name\']}-cluster"'),
        ("a.py", 'service = name + "-service"'),
        ("a.py", 'arn = f"arn:aws:iam::{account}:role/{name}-wake-function"'),
        ("a.py", 'group = f"/ecs/{place.name}"'),
        ("a.py", 'group = "/ecs/" + name'),
        ("a.py", 'host = f"origin.{domain}"'),
        ("a.py", 'host = f"xmpp.{name}.internal"'),
        ("a.py", 'alarms = f"{self.name}/"'),
        ("a.py", 'ours = f"{name}-"'),
        ("a.py", 'metric = f"Errors/{platform}/{component}"'),
        ("a.py", 'SPACE = "Jitsi/JVB"'),
        ("a.py", 'policy = f"{name}-static"'),
        ("a.yml", 'a_cluster: "{{ a_name }}-cluster"'),
        ("a.yml", "a_roles: [\"{{ a_name }}-recorder-task\"]"),
        ("a.yml", "a_pool: \"{{ [a_name ~ '-recorder'] }}\""),
        ("a.yml", 'a_group: "/ecs/{{ a_name }}"'),
        ("a.yml", "a_group: \"{{ '/ecs/' ~ a_name }}\""),
        ("a.yml", 'a_prefix: "{{ a_name }}/"'),
        ("a.yml", "a_namespace: Jitsi/JVB"),
        ("a.yml", 'a_topic: "arn:aws:sns:{{ region }}:{{ account }}:{{ a_name }}-alerts"'),
        ("a.sh", 'aws ecs list-tasks --cluster "${name}-cluster"'),
        ("a.sh", "aws ecs list-tasks --cluster $name-cluster"),
        ("a.j2", "ECS_CLUSTER={{ a_name }}-cluster"),
    ],
)  # fmt: skip
def test_a_second_home_is_found(path: str, source: str) -> None:
    assert len(second_homes(path, source)) >= 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.py", "cluster = names.cluster(name)"),
        ("a.py", 'def a():\n    """The cluster is "{name}-cluster", its metrics are in Jitsi/JVB."""'),
        ("a.py", 'DOCUMENTATION = r"""\n- metrics in Jitsi/JVB of {{ jitsi_name }}-cluster\n"""'),
        ("a.py", 'text = f"{name} {cluster}-clusters"'),
        ("a.py", 'arn = f"arn:aws:ecs:{region}:{account}:cluster/{cluster}"'),
        ("a.py", 'text = f"{bucket}/{name}/"'),
        ("a.yml", 'a_cluster: "{{ _a_names.cluster }}"'),
        ("a.yml", "# Metrics are in Jitsi/JVB, the cluster is {{ a_name }}-cluster."),
        ("a.yml", 'a_arn: "{{ _a_arn }}:task/{{ _a_names.cluster }}/*"'),
        ("a.sh", "cat >> /etc/ecs/ecs.config"),
    ],
)
def test_other_texts_are_allowed(path: str, source: str) -> None:
    assert second_homes(path, source) == []
