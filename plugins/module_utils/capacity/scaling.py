# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Scaling of the ECS services of one cluster: targets, their policies and their scheduled actions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..changes import Change, Fields, State, compare
from ..errors import InvalidInput
from ..monitoring import alarms
from ..times.schedule import check_schedule, check_timezone

# Target tracking keeps average utilisation near this; below 10 it scales out on noise, above 90 too late.
PERCENT = range(10, 91)
_SERVICE = re.compile(r"[A-Za-z0-9_-]{1,255}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")

Described = Mapping[str, Any]
# What an alarm is by the options of PutMetricAlarm that a step policy does not offer.
_PLAIN_ALARM: dict[str, Any] = {"extended_statistic": None, "unit": None, "metrics": [], "datapoints_to_alarm": None}


def alarm_prefix(cluster: str) -> str:
    """What the names of the step policies' alarms begin with, after the pattern of target tracking's own alarms."""
    return f"StepScaling-service/{cluster}/"


def resource_id(cluster: str, service: str) -> str:
    """Application Auto Scaling's id of a service. The slashes keep ``prod`` and ``prod-staging`` apart."""
    return f"service/{cluster}/{service}"


def check(cluster: str, targets: Sequence[Mapping[str, Any]]) -> None:
    """Raise InvalidInput on the first thing that Application Auto Scaling would refuse, or that makes no sense."""
    if not _SERVICE.fullmatch(cluster):
        raise InvalidInput(f"cluster {cluster!r}: is no name of a cluster; use letters, digits, - and _")
    _check_unique("targets", [target["service"] for target in targets], "service")
    for target in targets:
        where = f"targets {target['service']}"
        if not _SERVICE.fullmatch(target["service"]):
            raise InvalidInput(f"{where}: is no name of a service; use letters, digits, - and _")
        _check_capacity(where, target["min_capacity"], target["max_capacity"])
        _check_unique(f"{where}, policies", [policy["name"] for policy in target["policies"] or []], "policy")
        for policy in target["policies"] or []:
            _check_policy(f"{where}, policy {policy['name']}", policy)
        _check_unique(f"{where}, step_policies", [item["name"] for item in target["step_policies"] or []], "policy")
        for policy in target["step_policies"] or []:
            _check_step_policy(f"{where}, step policy {policy['name']}", policy, target["policies"] or [])
            alarms.check(alarm_prefix(cluster), [_alarm(target["service"], policy)], [])
        _check_unique(f"{where}, schedules", [item["name"] for item in target["schedules"] or []], "schedule")
        for item in target["schedules"] or []:
            _check_scheduled_action(f"{where}, schedule {item['name']}", item, target["max_capacity"])


def plan(cluster: str, targets: Sequence[Mapping[str, Any]], current: State) -> list[Change]:
    """List the changes: a target comes before what hangs on it, and goes after it."""
    return compare(current, _wanted(cluster, targets, current), prune=True)


def alarm_request(fields: Fields, policy_arns: Mapping[str, str]) -> dict[str, Any]:
    """An alarm's fields as PutMetricAlarm takes them; its action is named ``<service>/<policy>`` in a state."""
    return alarms.request({**fields, "AlarmActions": [policy_arns[name] for name in fields["AlarmActions"]]})


def current_state(
    cluster: str,
    targets: Iterable[Described],
    policies: Iterable[Described],
    actions: Iterable[Described],
    step_alarms: Iterable[Described] = (),
) -> State:
    """What the describe calls list of this cluster, as a state."""
    prefix = resource_id(cluster, "")
    state: dict[str, dict[str, Any]] = {}
    for item in _of_cluster(prefix, targets):
        service = item["ResourceId"].removeprefix(prefix)
        state[f"target {service}"] = {
            "service": service,
            "MinCapacity": item["MinCapacity"],
            "MaxCapacity": item["MaxCapacity"],
        }
    policies = _of_cluster(prefix, policies)
    for item in policies:
        service, name = item["ResourceId"].removeprefix(prefix), item["PolicyName"]
        if "StepScalingPolicyConfiguration" in item:
            step = item["StepScalingPolicyConfiguration"]
            state[f"step policy {service}/{name}"] = {
                "service": service,
                "name": name,
                **{field: step.get(field) for field in ("AdjustmentType", "StepAdjustments", "Cooldown")},
                "MetricAggregationType": step.get("MetricAggregationType", "Average"),
            }
            continue
        tracking = item.get("TargetTrackingScalingPolicyConfiguration") or {}
        state[f"policy {service}/{name}"] = {
            "service": service,
            "name": name,
            "PredefinedMetricSpecification": tracking.get("PredefinedMetricSpecification"),
            "CustomizedMetricSpecification": _sorted_dimensions(tracking.get("CustomizedMetricSpecification")),
            "TargetValue": tracking.get("TargetValue"),
            "ScaleInCooldown": tracking.get("ScaleInCooldown"),
            "ScaleOutCooldown": tracking.get("ScaleOutCooldown"),
            "DisableScaleIn": tracking.get("DisableScaleIn", False),
        }
    names = {arn: name for name, arn in policy_arns(cluster, policies).items()}
    for resource, fields in alarms.current(list(step_alarms)).items():
        acts = sorted(names.get(arn, arn) for arn in fields["AlarmActions"])
        state[resource] = {**fields, "AlarmActions": acts}
    for item in _of_cluster(prefix, actions):
        service, name = item["ResourceId"].removeprefix(prefix), item["ScheduledActionName"]
        capacity = item.get("ScalableTargetAction") or {}
        state[f"schedule {service}/{name}"] = {
            "service": service,
            "name": name,
            "Schedule": item["Schedule"],
            "Timezone": _timezone(item["Schedule"], item.get("Timezone")),
            "MinCapacity": capacity.get("MinCapacity"),
            "MaxCapacity": capacity.get("MaxCapacity"),
        }
    return state


def policy_arns(cluster: str, policies: Iterable[Described]) -> dict[str, str]:
    """ARNs of the policies of this cluster by ``<service>/<policy>``."""
    prefix = resource_id(cluster, "")
    return {
        f"{item['ResourceId'].removeprefix(prefix)}/{item['PolicyName']}": item["PolicyARN"]
        for item in _of_cluster(prefix, policies)
        if "PolicyARN" in item
    }


def _wanted(cluster: str, targets: Sequence[Mapping[str, Any]], current: State) -> State:
    state: dict[str, dict[str, Any]] = {}
    for target in targets:
        service = target["service"]
        # The minimum is the platform's state, asleep (0) or awake (1), and belongs to the life cycle: a target that
        # exists keeps it.
        minimum = current.get(f"target {service}", {}).get("MinCapacity", target["min_capacity"])
        state[f"target {service}"] = {
            "service": service,
            "MinCapacity": min(minimum, target["max_capacity"]),
            "MaxCapacity": target["max_capacity"],
        }
        for policy in target["policies"] or []:
            state[f"policy {service}/{policy['name']}"] = {"service": service, **_wanted_policy(policy)}
        for policy in target["step_policies"] or []:
            state[f"step policy {service}/{policy['name']}"] = {
                "service": service,
                "name": policy["name"],
                "AdjustmentType": "ChangeInCapacity",
                "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": policy["add"]}],
                "Cooldown": policy["cooldown"],
                "MetricAggregationType": policy["statistic"],
            }
            alarm = _alarm(service, policy)
            state.update(alarms.wanted(alarm_prefix(cluster), [alarm], [alarm["name"]], []))  # type: ignore[arg-type]
        for item in target["schedules"] or []:
            state[f"schedule {service}/{item['name']}"] = {
                "service": service,
                "name": item["name"],
                "Schedule": item["schedule"],
                "Timezone": _timezone(item["schedule"], item["timezone"]),
                "MinCapacity": item["min_capacity"],
                "MaxCapacity": item["max_capacity"],
            }
    return state


def _wanted_policy(policy: Mapping[str, Any]) -> dict[str, Any]:
    custom = policy["custom_metric"]
    return {
        "name": policy["name"],
        "PredefinedMetricSpecification": {"PredefinedMetricType": policy["metric"]} if policy["metric"] else None,
        "CustomizedMetricSpecification": {
            "Namespace": custom["namespace"],
            "MetricName": custom["metric_name"],
            "Statistic": custom["statistic"],
            "Dimensions": [
                {"Name": name, "Value": str(custom["dimensions"][name])} for name in sorted(custom["dimensions"])
            ],
        }
        if custom
        else None,
        "TargetValue": policy["target_value"],
        "ScaleInCooldown": policy["scale_in_cooldown"],
        "ScaleOutCooldown": policy["scale_out_cooldown"],
        "DisableScaleIn": policy["disable_scale_in"],
    }


def _alarm(service: str, policy: Mapping[str, Any]) -> dict[str, Any]:
    """The alarm that a step policy acts on, as the options of the module alarms."""
    return {
        **_PLAIN_ALARM,
        "name": f"{service}/{policy['name']}",
        "description": f"Scales {service} by {policy['add']}. Part of its scaling: nobody has to do anything.",
        "namespace": policy["namespace"],
        "metric_name": policy["metric_name"],
        "dimensions": policy["dimensions"],
        "statistic": policy["statistic"],
        "period": 60,
        "evaluation_periods": policy["minutes"],
        "threshold": policy["threshold"],
        "comparison_operator": "GreaterThanThreshold",
        "treat_missing_data": "notBreaching",
    }


def _timezone(schedule: str, timezone: str | None) -> str | None:
    """Time zone of a schedule; a rate has none."""
    return None if schedule.startswith("rate(") else timezone or "UTC"


def _of_cluster(prefix: str, described: Iterable[Described]) -> list[Described]:
    return [item for item in described if item["ResourceId"].startswith(prefix)]


def _sorted_dimensions(metric: Described | None) -> dict[str, Any] | None:
    if metric is None:
        return None
    return {**metric, "Dimensions": sorted(metric.get("Dimensions") or [], key=lambda item: str(item["Name"]))}


def _check_unique(where: str, names: list[str], kind: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InvalidInput(f"{where} {name}: the {kind} is there twice; give each its own name")


def _check_name(where: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInput(f"{where}: is no name; use up to 128 letters, digits, - and _, a letter or digit first")


def _check_capacity(where: str, minimum: int | None, maximum: int | None) -> None:
    for option, value in (("min_capacity", minimum), ("max_capacity", maximum)):
        if value is not None and value < 0:
            raise InvalidInput(f"{where}, {option} {value}: is negative; give 0 or more")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise InvalidInput(
            f"{where}, min_capacity {minimum}: is more than max_capacity {maximum}; lower one or raise the other"
        )


def _check_policy(where: str, policy: Mapping[str, Any]) -> None:
    _check_name(where, policy["name"])
    if (policy["metric"] is None) == (policy["custom_metric"] is None):
        raise InvalidInput(f"{where}: needs exactly one metric; give either metric or custom_metric")
    target = policy["target_value"]
    if policy["metric"] and not PERCENT.start <= target < PERCENT.stop:
        raise InvalidInput(
            f"{where}, target_value {target:g}: is a percentage; give {PERCENT.start} to {PERCENT.stop - 1}"
        )
    if target <= 0:
        raise InvalidInput(f"{where}, target_value {target:g}: must be positive; give the metric's wanted average")
    for option in ("scale_in_cooldown", "scale_out_cooldown"):
        if policy[option] < 0:
            raise InvalidInput(f"{where}, {option} {policy[option]}: is negative; give seconds, 0 or more")


def _check_step_policy(where: str, policy: Mapping[str, Any], others: Sequence[Mapping[str, Any]]) -> None:
    _check_name(where, policy["name"])
    if policy["name"] in [other["name"] for other in others]:
        raise InvalidInput(f"{where}: a target tracking policy has this name; give each its own name")
    for option in ("add", "minutes"):
        if policy[option] < 1:
            raise InvalidInput(f"{where}, {option} {policy[option]}: is not positive; give 1 or more")
    if policy["cooldown"] < 0:
        raise InvalidInput(f"{where}, cooldown {policy['cooldown']}: is negative; give seconds, 0 or more")


def _check_scheduled_action(where: str, item: Mapping[str, Any], limit: int) -> None:
    _check_name(where, item["name"])
    try:
        check_schedule(item["schedule"])
        check_timezone(item["timezone"] or "UTC")
    except InvalidInput as error:
        raise InvalidInput(f"{where}, {error}") from None
    if item["schedule"].startswith("rate(") and item["timezone"] not in (None, "UTC"):
        raise InvalidInput(f"{where}, timezone {item['timezone']}: a rate has none; remove it or write cron(...)")
    if item["min_capacity"] is None and item["max_capacity"] is None:
        raise InvalidInput(f"{where}: changes nothing; give min_capacity, max_capacity or both")
    _check_capacity(where, item["min_capacity"], item["max_capacity"])
    for option in ("min_capacity", "max_capacity"):
        if item[option] is not None and item[option] > limit:
            raise InvalidInput(
                f"{where}, {option} {item[option]}: is more than the target's max_capacity {limit}; lower it"
            )
