# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The configuration of a platform as a backup keeps it: what AWS reports, without what is only so at the moment.

A section maps a resource's name to its fields, so that two times of it compare as any state does. No value of a secret
is in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ..changes import compare, told

Found = Mapping[str, Any]
Section = dict[str, dict[str, Any]]

# Stands for a header by which CloudFront proves who it is: its value is in the secret document.
MASK = "(in the secret)"

_SERVICE_FIELDS = (
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "enableExecuteCommand",
    "launchType",
    "networkConfiguration",
    "platformVersion",
    "propagateTags",
    "serviceRegistries",
    "tags",
    "taskDefinition",
)
_OF_THE_MOMENT = {
    "task_definitions": {"registeredAt", "registeredBy", "requiresAttributes", "compatibilities", "status"},
    "alarms": {
        "AlarmConfigurationUpdatedTimestamp",
        "EvaluationState",
        "StateReason",
        "StateReasonData",
        "StateTransitionedTimestamp",
        "StateUpdatedTimestamp",
        "StateValue",
    },
    "metric_filters": {"creationTime"},
    "scaling": {"CreationTime", "Alarms", "SuspendedState"},
    "security_groups": {"OwnerId"},
}


def services(found: Iterable[Found]) -> Section:
    """ECS services, without counts and events."""
    return {item["serviceName"]: {key: item[key] for key in _SERVICE_FIELDS if key in item} for item in found}


def task_definitions(found: Iterable[Found]) -> Section:
    """Task definitions by family. Secrets are in them by name only."""
    return _section("task_definitions", {item["family"]: item for item in found})


def alarms(found: Iterable[Found]) -> Section:
    """Alarms, without their states."""
    return _section("alarms", {item["AlarmName"]: item for item in found})


def dashboards(bodies: Mapping[str, str]) -> Section:
    """Dashboards by name, from their bodies as JSON text."""
    return {name: {"body": json.loads(body)} for name, body in bodies.items()}


def metric_filters(found: Iterable[Found]) -> Section:
    """Metric filters."""
    return _section("metric_filters", {item["filterName"]: item for item in found})


def scaling(targets: Iterable[Found], policies: Iterable[Found], actions: Iterable[Found]) -> Section:
    """Scalable targets, their policies and scheduled actions. The minimum of a target tells whether it was awake."""
    named = {f"target {item['ResourceId']}": item for item in targets}
    named |= {f"policy {item['PolicyName']} of {item['ResourceId']}": item for item in policies}
    named |= {f"action {item['ScheduledActionName']} of {item['ResourceId']}": item for item in actions}
    return _section("scaling", named)


def dns(record_sets: Iterable[Found]) -> Section:
    """Record sets."""
    return {f"{item['Name']} {item['Type']}": dict(item) for item in record_sets}


def security_groups(found: Iterable[Found]) -> Section:
    """Security groups with their rules."""
    return _section("security_groups", {item["GroupName"]: item for item in found})


def distribution(config: Found | None) -> Section:
    """The configuration of the CloudFront distribution, without the header that proves to the origin who asks."""
    return {"distribution": _masked(config)} if config else {}


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: MASK if key == "HeaderValue" else _masked(item) for key, item in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list) else value


def _section(kind: str, named: Mapping[str, Found]) -> Section:
    drop = _OF_THE_MOMENT[kind]
    return {name: {key: item[key] for key in item if key not in drop} for name, item in sorted(named.items())}


def differences(then: Mapping[str, Section], now: Mapping[str, Section]) -> dict[str, list[str]]:
    """What is not as it was, by section, one line each. Both must have been read from JSON."""
    found = {}
    for section, wanted in then.items():
        changes = told(compare(now.get(section, {}), wanted, prune=True))
        found[section] = [f"{change['resource']}: {_words(change['action'], change['fields'])}" for change in changes]
    return {section: lines for section, lines in found.items() if lines}


def _words(action: str, fields: list[str]) -> str:
    return {"create": "is gone", "delete": "is new"}.get(action) or f"differs in {', '.join(fields)}"


def changed_variables(then: Found, now: Found) -> dict[str, dict[str, Any]]:
    """Variables that had another value: name -> value then and now (None if it is not set)."""
    return {
        name: {"then": value, "now": now.get(name)}
        for name, value in sorted(then.items())
        if name not in now or now[name] != value
    }
