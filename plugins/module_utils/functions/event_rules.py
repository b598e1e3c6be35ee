# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""EventBridge rules: what is valid, and the managed fields of a rule and its targets.

A rule is an item of the option ``rules``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from .._aws.tags import tag_dict
from ..errors import InvalidInput
from ..times.schedule import check_schedule

LARGEST_PATTERN_CHARACTERS = 2048
LARGEST_INPUT_CHARACTERS = 8192
MOST_TARGETS = 5
TARGET = "targets."
# EventBridge's own, when a target names none.
DEFAULT_RETRY = {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}

_NAME = re.compile(r"[.\-_A-Za-z0-9]{1,64}")
_ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12})?:\S+")
_QUEUE = re.compile(r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:\S+")
_EVENT_FIELDS = (
    *("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail", "$or"),
)
_FILTERS = (*("prefix", "suffix", "anything-but", "numeric", "exists", "cidr", "equals-ignore-case", "wildcard"),)

Rule = Mapping[str, Any]


def wanted_fields(rule: Rule, current: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """Managed fields of one item of the option ``rules``. None stands for a target that has to go."""
    strays = dict.fromkeys(field for field in current if field.startswith(TARGET))
    return {
        "description": rule["description"],
        "event_pattern": _canonical(rule["event_pattern"]),
        "schedule_expression": rule["schedule_expression"],
        "state": "ENABLED" if rule["enabled"] else "DISABLED",
        **strays,
        **{TARGET + target["id"]: described(target) for target in rule["targets"]},
        "tags": tag_dict(tags),
    }


def current_fields(
    rule: Mapping[str, Any], targets: Sequence[Mapping[str, Any]], tags: Mapping[str, str]
) -> dict[str, Any]:
    """Managed fields as ListRules, ListTargetsByRule and ListTagsForResource report them."""
    pattern = rule.get("EventPattern")
    return {
        "description": rule.get("Description", ""),
        "event_pattern": _canonical(json.loads(pattern)) if pattern else None,
        "schedule_expression": rule.get("ScheduleExpression") or None,
        "state": rule["State"],
        **{TARGET + target["Id"]: _comparable(target) for target in targets},
        "tags": tag_dict(tags),
    }


def settings(fields: Mapping[str, Any]) -> dict[str, str]:
    """What PutRule takes besides the name and the tags."""
    pattern = fields["event_pattern"]
    taken = {
        "Description": fields["description"],
        "EventPattern": _text(pattern) if pattern is not None else None,
        "ScheduleExpression": fields["schedule_expression"],
        "State": fields["state"],
    }
    return {name: value for name, value in taken.items() if value}


def described(target: Mapping[str, Any]) -> dict[str, Any]:
    """An item of ``targets`` without its id, as PutTargets takes it; the input is still a dict."""
    given = {
        "Arn": target["arn"],
        "Input": target["input"],
        "RetryPolicy": {
            "MaximumEventAgeInSeconds": target["maximum_event_age_seconds"],
            "MaximumRetryAttempts": target["maximum_retry_attempts"],
        },
        "DeadLetterConfig": {"Arn": target["dead_letter_arn"]} if target["dead_letter_arn"] else None,
    }
    return {name: value for name, value in given.items() if value is not None}


def entry(identifier: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A target's fields as an item of PutTargets."""
    given = {"Input": _text(fields["Input"])} if "Input" in fields else {}
    return {"Id": identifier, **fields, **given}


def common_prefix(names: Collection[str]) -> str:
    """What all names begin with, so that one listing finds them all."""
    pairs = zip(min(names), max(names), strict=False)
    return "".join(pair[0] for pair in takewhile(lambda pair: pair[0] == pair[1], pairs))


def problems(rule: Rule) -> Iterator[str]:
    """What EventBridge would refuse, or accept and never match, each as "<what is wrong>; <fix>"."""
    if not _NAME.fullmatch(rule["name"]):
        yield "is no name of a rule; use up to 64 letters, digits, . - and _"
    if len(rule["description"]) > 512:
        yield f"description has {len(rule['description'])} characters; use at most 512"
    pattern, schedule = rule["event_pattern"], rule["schedule_expression"]
    if (pattern is None) == (schedule is None):
        yield "needs a pattern or a schedule; give one of event_pattern and schedule_expression"
    if schedule is not None:
        yield from _schedule_problems(schedule)
    if pattern is not None:
        yield from _pattern_problems(pattern)
    yield from _target_problems(rule["targets"])


def _schedule_problems(schedule: str) -> Iterator[str]:
    if schedule.startswith("at("):
        yield f"schedule {schedule!r}: a rule takes no at(); use rate(...) or cron(...)"
        return
    try:
        check_schedule(schedule)
    except InvalidInput as error:
        yield str(error)


def _pattern_problems(pattern: Mapping[str, Any]) -> Iterator[str]:
    size = len(_text(pattern))
    if size > LARGEST_PATTERN_CHARACTERS:
        yield f"event_pattern has {size} characters; EventBridge takes {LARGEST_PATTERN_CHARACTERS}"
    if not pattern:
        yield "event_pattern is empty; name what an event must be, such as source: [aws.ecs]"
    for name in pattern:
        if name not in _EVENT_FIELDS:
            yield f"event_pattern {name}: events have no such field; use one of {', '.join(_EVENT_FIELDS)}"
    yield from _node_problems(pattern, "event_pattern")


def _node_problems(node: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, value in node.items():
        where = f"{path}.{name}"
        if isinstance(value, Mapping) and value:
            yield from _node_problems(value, where)
        elif not isinstance(value, list) or not value:
            yield f"{where} is no list of values; write [value]"
        elif name == "$or":
            for index, item in enumerate(value):
                if isinstance(item, Mapping):
                    yield from _node_problems(item, f"{where}[{index}]")
                else:
                    yield f"{where}[{index}] is no pattern; write a dictionary"
        else:
            yield from _value_problems(value, where)


def _value_problems(values: Sequence[Any], where: str) -> Iterator[str]:
    for value in values:
        if isinstance(value, Mapping) and not (len(value) == 1 and set(value) <= set(_FILTERS)):
            yield f"{where} {value}: is no filter of EventBridge; use one of {', '.join(_FILTERS)}"
        elif isinstance(value, list):
            yield f"{where} {value}: is a list in a list; write the values themselves"


def _target_problems(targets: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not 1 <= len(targets) <= MOST_TARGETS:
        yield f"has {len(targets)} targets; give 1 to {MOST_TARGETS}"
    names = [target["id"] for target in targets]
    for target in targets:
        where = f"target {target['id']}"
        if not _NAME.fullmatch(target["id"]):
            yield f"target {target['id']!r} is no id; use up to 64 letters, digits, . - and _"
        elif names.count(target["id"]) > 1:
            yield f"{where} is there twice; give each its own id"
        if not _ARN.fullmatch(target["arn"]):
            yield f"{where}: arn {target['arn']!r} is no ARN; use arn:aws:<service>:<region>:<account>:<resource>"
        if target["dead_letter_arn"] and not _QUEUE.fullmatch(target["dead_letter_arn"]):
            yield f"{where}: dead_letter_arn {target['dead_letter_arn']!r} is no ARN of an SQS queue; give one"
        if target["input"] is not None and len(_text(target["input"])) > LARGEST_INPUT_CHARACTERS:
            yield f"{where}: input is longer than the {LARGEST_INPUT_CHARACTERS} characters that EventBridge takes"
        for option, low, high in (("maximum_event_age_seconds", 60, 86400), ("maximum_retry_attempts", 0, 185)):
            if not low <= target[option] <= high:
                yield f"{where}: {option} {target[option]} is out of range; use {low} to {high}"


def _comparable(target: Mapping[str, Any]) -> dict[str, Any]:
    """A target as ``described`` gives it; what this collection never sets stays, and so differs."""
    fields = {name: value for name, value in target.items() if name != "Id" and value}
    if "Input" in fields:
        fields["Input"] = _parsed(fields["Input"])
    return {**fields, "RetryPolicy": {**DEFAULT_RETRY, **(target.get("RetryPolicy") or {})}}


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _canonical(pattern: Any) -> Any:
    """The one form of patterns that match the same: the values of a field have no order. Filters stay as they are."""
    if not isinstance(pattern, Mapping):
        return pattern
    result = {}
    for name, value in pattern.items():
        if isinstance(value, list):
            result[str(name)] = sorted(map(_canonical, value) if name == "$or" else value, key=_text)
        else:
            result[str(name)] = _canonical(value)
    return result


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
