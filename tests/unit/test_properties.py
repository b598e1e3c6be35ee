# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Laws of the pure logic, tried on values that nobody thought of: what is applied is not changed again, order means
nothing where AWS has none, and what AWS would report of a request compares equal to what was wanted.

``make proof-properties`` tries more values: PROPERTY_EXAMPLES says how many.
"""

from __future__ import annotations

import copy
import io
import json
import os
import random
import re
import zipfile
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils import changes
from ansible_collections.meetops.jitsi.plugins.module_utils.access import roles as iam
from ansible_collections.meetops.jitsi.plugins.module_utils.capacity import scaling
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import task_definitions
from ansible_collections.meetops.jitsi.plugins.module_utils.edge import dns_records
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import LONGEST_LINE, InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.functions import event_rules, functions
from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import alarms, filter_pattern, metric_filters
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import security_groups
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import prices as cost
from ansible_collections.meetops.jitsi.plugins.module_utils.recordings import bucket
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import document as secret_document
from ansible_collections.meetops.jitsi.plugins.module_utils.times import schedule
from hypothesis import given, settings
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("PROPERTY_EXAMPLES", "25"))
law = settings(max_examples=EXAMPLES, deadline=None)

NAMES = st.text("abcxyz019-_", min_size=1, max_size=8)
TEXTS = st.text(max_size=12)
NUMBERS = st.integers(0, 100_000)
VALUES = st.none() | st.booleans() | st.integers(-5, 5) | TEXTS
ORDERS = st.randoms(use_true_random=False)


def shuffled(order: random.Random, items: Any) -> list[Any]:
    found = list(items)
    order.shuffle(found)
    return found


# --- Changes

STATES = st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=3), max_size=5)


def applied(current: changes.State, planned: list[changes.Change]) -> dict[str, dict[str, Any]]:
    """What there is after the changes."""
    state = {name: dict(fields) for name, fields in current.items()}
    for change in planned:
        if change.after is None:
            del state[change.resource]
        else:
            state[change.resource] = {**(change.before or {}), **change.after}
    return state


@law
@given(STATES, STATES, st.booleans())
def test_what_is_applied_is_not_changed_again(current: Any, wanted: Any, prune: bool) -> None:
    after = applied(current, changes.compare(current, wanted, prune))
    assert changes.compare(after, wanted, prune) == []
    assert all(after[name].items() >= fields.items() for name, fields in wanted.items())
    assert set(after) == (set(wanted) if prune else set(wanted) | set(current))


@law
@given(STATES, STATES, ORDERS)
def test_the_order_of_a_state_changes_only_the_order_of_changes(current: Any, wanted: Any, order: Any) -> None:
    def plan(first: Any, second: Any) -> set[tuple[Any, ...]]:
        return {(item.resource, item.action, *item.fields) for item in changes.compare(first, second, prune=True)}

    other = (dict(shuffled(order, current.items())), dict(shuffled(order, wanted.items())))
    assert plan(current, wanted) == plan(*other)


@law
@given(STATES, STATES)
def test_a_diff_shows_what_differs_and_nothing_else(current: Any, wanted: Any) -> None:
    shown = changes.diff(changes.compare(current, wanted))
    for name, fields in shown["after"].items():
        before = shown["before"].get(name, {})
        assert name not in current or all(
            before[field] != value or field not in current[name] for field, value in fields.items()
        )
    assert set(shown["before"]) <= set(current)


# --- Task definitions

ENVIRONMENT = st.dictionaries(NAMES, TEXTS, max_size=3)
PORTS = st.sets(st.integers(1, 65535), max_size=3)


@st.composite
def definitions(draw: Any) -> dict[str, Any]:
    """A task definition as somebody writes it."""
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    mode = draw(st.sampled_from(["awsvpc", "host", "bridge"]))
    containers = []
    for name in names:
        container: dict[str, Any] = {"name": name, "image": draw(NAMES)}
        if draw(st.booleans()):
            container["environment"] = [{"name": key, "value": text} for key, text in draw(ENVIRONMENT).items()]
        if draw(st.booleans()):
            container["portMappings"] = [{"containerPort": port, "protocol": "tcp"} for port in draw(PORTS)]
        if draw(st.booleans()):
            container["linuxParameters"] = {"capabilities": {"drop": draw(st.lists(NAMES, unique=True, max_size=3))}}
        containers.append(container)
    return {
        "family": draw(NAMES),
        "networkMode": mode,
        "cpu": draw(st.sampled_from(["1024", "1 vCPU", 1024])),
        "memory": draw(st.sampled_from(["2048", "2 GB", 2048])),
        "containerDefinitions": containers,
    }


def as_ecs_reports(definition: dict[str, Any], order: random.Random) -> dict[str, Any]:
    """What DescribeTaskDefinition makes of it: defaults filled in, empty lists, sets in any order, figures as text."""
    containers = []
    for container in definition["containerDefinitions"]:
        ports = [
            {"hostPort": port["containerPort"] if definition["networkMode"] != "bridge" else 0, **port}
            for port in container.get("portMappings", [])
        ]
        reported = {
            "cpu": 0,
            "essential": True,
            "mountPoints": [],
            "volumesFrom": [],
            "systemControls": [],
            **container,
        }
        reported["environment"] = shuffled(order, container.get("environment", []))
        reported["portMappings"] = shuffled(order, ports)
        if "linuxParameters" in container:
            dropped = shuffled(order, container["linuxParameters"]["capabilities"]["drop"])
            reported["linuxParameters"] = {"capabilities": {"add": [], "drop": dropped}, "devices": []}
        containers.append(reported)
    return {
        **definition,
        "cpu": "1024",
        "memory": "2048",
        "revision": 7,
        "status": "ACTIVE",
        "volumes": [],
        "placementConstraints": [],
        "requiresCompatibilities": [],
        "containerDefinitions": shuffled(order, containers),
    }


@law
@given(definitions(), ORDERS)
def test_a_task_definition_comes_back_as_the_same(definition: Any, order: Any) -> None:
    reported = as_ecs_reports(definition, order)
    assert task_definitions.canonical(reported) == task_definitions.canonical(definition)
    assert task_definitions.fields(reported) == task_definitions.fields(definition)


@law
@given(definitions())
def test_the_canonical_task_definition_is_its_own(definition: Any) -> None:
    once = task_definitions.canonical(definition)
    assert task_definitions.canonical(once) == once
    assert task_definitions.canonical(json.loads(json.dumps(once))) == once


@law
@given(definitions(), st.data())
def test_another_value_is_another_task_definition(definition: Any, data: Any) -> None:
    other = json.loads(json.dumps(definition))
    container = data.draw(st.sampled_from(other["containerDefinitions"]))
    container["environment"] = [*container.get("environment", []), {"name": "NEW", "value": "x"}]
    assert task_definitions.canonical(other) != task_definitions.canonical(definition)
    before, after = task_definitions.fields(definition), task_definitions.fields(other)
    assert [name for name in after if before.get(name) != after[name]] == [
        f"containers.{container['name']}.environment.NEW"
    ]


# --- Policies

WORDS = st.text("abcS3:*", min_size=1, max_size=5)
SOME = st.lists(WORDS, min_size=1, max_size=3, unique=True)
STATEMENTS = st.lists(
    st.fixed_dictionaries(
        {"Effect": st.sampled_from(["Allow", "Deny"]), "Action": SOME, "Resource": SOME},
        optional={
            "Sid": WORDS,
            "Principal": st.fixed_dictionaries({"AWS": SOME}),
            "Condition": st.dictionaries(
                st.sampled_from(["Bool", "StringEquals"]), st.dictionaries(WORDS, SOME, max_size=2)
            ),
        },
    ),
    min_size=1,
    max_size=3,
)


def reworded(value: Any, order: random.Random) -> Any:
    """The same policy as AWS may give it back: lists in another order, one value without its list."""
    if isinstance(value, dict):
        return {key: reworded(item, order) for key, item in shuffled(order, value.items())}
    if isinstance(value, list):
        items = [reworded(item, order) for item in shuffled(order, value)]
        return items[0] if len(items) == 1 and isinstance(items[0], str) else items
    return value


@law
@given(STATEMENTS, ORDERS)
def test_a_policy_comes_back_as_the_same(statements: Any, order: Any) -> None:
    policy = {"Version": "2012-10-17", "Statement": statements}
    other = reworded(policy, order)
    for canonical in (iam.canonical, bucket.canonical_policy):
        assert canonical(other) == canonical(policy)
        assert canonical(canonical(policy)) == canonical(policy)
        assert json.loads(json.dumps(canonical(policy))) == canonical(policy)


@law
@given(STATEMENTS)
def test_another_effect_is_another_policy(statements: Any) -> None:
    policy = {"Version": "2012-10-17", "Statement": statements}
    flipped = {"Allow": "Deny", "Deny": "Allow"}
    other = {
        **policy,
        "Statement": [{**item, "Effect": flipped[item["Effect"]]} for item in statements[:1]] + statements[1:],
    }
    for canonical in (iam.canonical, bucket.canonical_policy):
        same = sorted(map(json.dumps, other["Statement"])) == sorted(map(json.dumps, statements))
        assert (canonical(other) == canonical(policy)) <= same or len(statements) > 1


# --- The secret document

KEYS = st.dictionaries(NAMES, st.integers(1, 64), max_size=5)
DOCUMENTS = st.dictionaries(NAMES, TEXTS, max_size=5)


@law
@given(DOCUMENTS, KEYS)
def test_completing_a_document_keeps_what_is_there(document: Any, keys: Any) -> None:
    done = secret_document.complete(document, keys)
    assert {key: value for key, value in done.items() if document.get(key)} == {
        key: value for key, value in document.items() if value
    }
    assert secret_document.missing(done, keys) == []
    assert secret_document.complete(done, keys) == done
    assert all(re.fullmatch(r"[0-9a-f]+", done[key]) for key in secret_document.missing(document, keys))


@law
@given(DOCUMENTS, KEYS, KEYS)
def test_keys_may_be_added_in_any_order(document: Any, first: Any, second: Any) -> None:
    def generate(length: int) -> str:
        return "x" * length

    keys = {**second, **first}
    one = secret_document.complete(secret_document.complete(document, first, generate), keys, generate)
    assert one == secret_document.complete(document, keys, generate)


@law
@given(DOCUMENTS)
def test_a_document_survives_its_writing(document: Any) -> None:
    assert secret_document.parse(secret_document.render(document), "x") == document


# --- DNS

HOSTS = st.from_regex(r"[a-z]{1,8}\.example\.com", fullmatch=True)
ADDRESSES = st.ip_addresses(v=4).map(str)


@st.composite
def records(draw: Any) -> dict[str, Any]:
    """One item of the option ``records``."""
    alias = {"name": draw(HOSTS), "zone_id": "Z1"} if draw(st.booleans()) else None
    values = [] if alias else draw(st.lists(ADDRESSES, min_size=1, max_size=3, unique=True))
    keep = draw(st.sampled_from(dns_records.KEEP))
    return {
        "name": draw(HOSTS),
        "type": "A",
        "ttl": draw(st.integers(0, 86400)),
        "values": values,
        "alias": alias,
        "keep": keep,
    }


@law
@given(records(), records(), ORDERS)
def test_a_record_comes_back_as_it_was_written(record: Any, other: Any, order: Any) -> None:
    found = dns_records.wanted(other, None) or None
    fields = dns_records.wanted(record, found)
    reported = dns_records.record_set(dns_records.key(record), fields)
    if "ResourceRecords" in reported:
        reported["ResourceRecords"] = shuffled(order, reported["ResourceRecords"])
    assert dns_records.current(reported) == fields
    assert dns_records.wanted(record, dns_records.current(reported)) == fields


@law
@given(st.lists(records(), min_size=2, max_size=3), ORDERS)
def test_those_who_share_a_record_may_come_in_any_order(several: Any, order: Any) -> None:
    sharing = [
        {**item, "keep": "include", "alias": None, "values": item["values"] or ["192.0.2.1"], "ttl": 60}
        for item in several
    ]

    def together(items: Any) -> Any:
        found = None
        for item in items:
            found = dns_records.wanted(item, found)
        return found

    assert together(sharing) == together(shuffled(order, sharing))


# --- EventBridge

PATTERNS = st.dictionaries(
    NAMES,
    st.recursive(
        st.lists(TEXTS, min_size=1, max_size=3), lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=2)
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def rules(draw: Any) -> dict[str, Any]:
    """One item of the option ``rules``."""
    pattern = draw(st.none() | PATTERNS)
    names = draw(st.lists(NAMES, max_size=3, unique=True))
    targets = [
        {
            "id": name,
            "arn": f"arn:aws:lambda:us-east-1:1:function:{name}",
            "input": draw(st.none() | st.dictionaries(NAMES, VALUES, max_size=2)),
            "maximum_event_age_seconds": draw(st.integers(60, 86400)),
            "maximum_retry_attempts": draw(st.integers(0, 185)),
            "dead_letter_arn": draw(st.none() | NAMES),
        }
        for name in names
    ]
    return {
        "name": "x",
        "description": draw(TEXTS),
        "event_pattern": pattern,
        "schedule_expression": None if pattern else "rate(1 minute)",
        "enabled": draw(st.booleans()),
        "targets": targets,
    }


@law
@given(rules(), ORDERS, DOCUMENTS)
def test_a_rule_comes_back_as_it_was_written(rule: Any, order: Any, tags: Any) -> None:
    wanted = event_rules.wanted_fields(rule, {}, tags)
    reported = {"Name": "x", "State": "ENABLED", **event_rules.settings(wanted)}
    targets = [
        event_rules.entry(field.removeprefix(event_rules.TARGET), value)
        for field, value in wanted.items()
        if field.startswith(event_rules.TARGET)
    ]
    found = event_rules.current_fields(reported, shuffled(order, targets), {**tags, "aws:x": "y"})
    assert found == wanted
    assert changes.compare({"rule x": found}, {"rule x": event_rules.wanted_fields(rule, found, tags)}) == []


# --- Metric filters, alarms, scaling


@law
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "name": NAMES,
                "pattern": TEXTS,
                "metric": NAMES,
                "value": st.just("1"),
                "unit": st.sampled_from(["None", "Count"]),
            },
            optional={"default_value": st.floats(0, 10), "dimensions": st.dictionaries(NAMES, NAMES, max_size=3)},
        ),
        max_size=4,
        unique_by=lambda item: item["name"],
    ),
    ORDERS,
)
def test_metric_filters_come_back_as_they_were_written(filters: Any, order: Any) -> None:
    wanted = metric_filters.wanted("Jitsi/JVB", filters)
    reported = [
        {
            "filterName": metric_filters.name_of(resource),
            "filterPattern": fields["pattern"],
            "metricTransformations": [metric_filters.transformation(fields)],
        }
        for resource, fields in wanted.items()
    ]
    assert metric_filters.current(shuffled(order, reported)) == wanted


@st.composite
def alarm(draw: Any) -> dict[str, Any]:
    """One item of the option ``alarms``, on a metric or on metric math."""
    periods = draw(st.integers(1, 5))
    common = {
        "name": draw(NAMES),
        "description": draw(TEXTS),
        "evaluation_periods": periods,
        "datapoints_to_alarm": draw(st.none() | st.integers(1, periods)),
        "threshold": draw(st.floats(-100, 100)),
        "comparison_operator": "GreaterThanThreshold",
        "treat_missing_data": draw(st.sampled_from(["missing", "notBreaching"])),
    }
    dimensions = draw(st.dictionaries(NAMES, NAMES, max_size=3))
    single = {
        "namespace": "N",
        "metric_name": "M",
        "dimensions": dimensions,
        "statistic": "Sum",
        "period": 60,
        "unit": None,
    }
    if draw(st.booleans()):
        return {**common, **single, "extended_statistic": None, "metrics": []}
    listed = [{"Name": name, "Value": value} for name, value in dimensions.items()]
    stat = {"Metric": {"Namespace": "N", "MetricName": "M", "Dimensions": listed}, "Period": 60, "Stat": "Sum"}
    metrics = [{"Id": "m", "MetricStat": stat, "ReturnData": False}, {"Id": "e", "Expression": "m / 2", "Label": None}]
    return {**common, **dict.fromkeys(single), "extended_statistic": None, "metrics": metrics}


@law
@given(st.lists(alarm(), max_size=3, unique_by=lambda item: item["name"]), ORDERS)
def test_alarms_come_back_as_they_were_written(several: Any, order: Any) -> None:
    wanted = alarms.wanted("p/", several, ["arn:b", "arn:a"], ["arn:a"])
    reported = []
    for resource, fields in wanted.items():
        request = copy.deepcopy(alarms.request(fields))
        for metric in request.get("Metrics", []):
            if "MetricStat" in metric:
                metric["MetricStat"]["Metric"]["Dimensions"] = shuffled(
                    order, metric["MetricStat"]["Metric"]["Dimensions"]
                )
        for field in ("Dimensions", "AlarmActions", "Metrics"):
            if field in request:
                request[field] = shuffled(order, request[field])
        reported.append({**request, "AlarmName": alarms.name_of(resource)})
    current = alarms.current(reported)
    managed = {name: {key: value for key, value in fields.items() if key != "Tags"} for name, fields in wanted.items()}
    assert changes.compare(current, managed, prune=True) == []


POLICY = st.fixed_dictionaries(
    {
        "name": NAMES,
        "metric": st.just("ECSServiceAverageCPUUtilization"),
        "custom_metric": st.none(),
        "target_value": st.floats(1, 100),
        "scale_in_cooldown": NUMBERS,
        "scale_out_cooldown": NUMBERS,
        "disable_scale_in": st.booleans(),
    }
)
SCHEDULE = st.fixed_dictionaries(
    {
        "name": NAMES,
        "schedule": st.sampled_from(["rate(1 hour)", "cron(0 8 ? * MON-FRI *)"]),
        "timezone": st.none() | st.just("Europe/Berlin"),
        "min_capacity": st.none() | st.integers(0, 3),
        "max_capacity": st.none() | st.integers(3, 5),
    }
)
TARGETS = st.lists(
    st.fixed_dictionaries(
        {
            "service": NAMES,
            "min_capacity": st.integers(0, 2),
            "max_capacity": st.integers(2, 5),
            "policies": st.lists(POLICY, max_size=2, unique_by=lambda item: item["name"]),
            "step_policies": st.none(),
            "schedules": st.lists(SCHEDULE, max_size=2, unique_by=lambda item: item["name"]),
        }
    ),
    max_size=3,
    unique_by=lambda item: item["service"],
)


@law
@given(TARGETS, ORDERS, st.integers(0, 1))
def test_scaling_comes_back_as_it_was_written(targets: Any, order: Any, awake: int) -> None:
    described: dict[str, list[Any]] = {"target": [], "policy": [], "schedule": []}
    for change in scaling.plan("c", targets, {}):
        fields = dict(change.after or {})
        kind = change.resource.split(" ")[0]
        item = {"ResourceId": scaling.resource_id("c", fields.pop("service"))}
        if kind == "target":
            # Somebody woke the platform, or put it to sleep, since.
            item |= {**fields, "MinCapacity": min(awake, fields["MaxCapacity"])}
        elif kind == "policy":
            tracking = {name: value for name, value in fields.items() if name != "name" and value is not None}
            item |= {"PolicyName": fields["name"], "TargetTrackingScalingPolicyConfiguration": tracking}
        else:
            capacity = {name: fields[name] for name in ("MinCapacity", "MaxCapacity") if fields[name] is not None}
            item |= {
                "ScheduledActionName": fields["name"],
                "Schedule": fields["Schedule"],
                "ScalableTargetAction": capacity,
            }
            item |= {"Timezone": fields["Timezone"]} if fields["Timezone"] else {}
        described[kind].append(item)
    elsewhere = {"ResourceId": scaling.resource_id("c2", "x"), "MinCapacity": 0, "MaxCapacity": 1}
    listed = [shuffled(order, described[kind]) for kind in ("target", "policy", "schedule")]
    current = scaling.current_state("c", [elsewhere, *listed[0]], *listed[1:])
    assert scaling.plan("c", targets, current) == []
    assert {change.action for change in scaling.plan("c", [], current)} <= {"delete"}


# --- Security groups


@law
@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from(["tcp", "udp"]),
            st.integers(0, 60000),
            st.integers(0, 5000),
            st.sampled_from(["web", "0.0.0.0/0", "::/0"]),
        ),
        st.text("abc ._-", min_size=1, max_size=10),
        min_size=1,
        max_size=5,
    ),
    ORDERS,
)
def test_rules_of_a_group_come_back_as_they_were_written(rules: Any, order: Any) -> None:
    ingress = [
        {
            "protocol": protocol,
            "ports": f"{first}-{first + more}" if more else str(first),
            "peers": [peer],
            "description": text,
        }
        for (protocol, first, more, peer), text in rules.items()
    ]
    groups = [{"name": "web", "description": "d", "ingress": ingress, "egress": []}]
    (wanted,) = (lines for kinds in security_groups.wanted(groups).values() for lines in kinds.values() if lines)
    sent = [security_groups.authorization(text, description, {"web": "sg-1"}) for text, description in wanted.items()]
    assert security_groups.descriptions(shuffled(order, sent), {"sg-1": "web"}) == wanted


# --- Code of functions


@law
@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,5}(/[a-z]{1,5})?\.py", fullmatch=True), st.binary(max_size=50), max_size=4),
    ORDERS,
)
def test_the_same_code_is_the_same_zip(code: Any, order: Any) -> None:
    content = functions.zipped(code)
    assert functions.zipped(dict(shuffled(order, code.items()))) == content
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert {name: archive.read(name) for name in archive.namelist()} == code


# --- Filter patterns

FIELDS = st.sampled_from(["a", "b", "c"])
CONDITION = st.tuples(FIELDS, st.sampled_from(["=", "<", "<=", ">", ">="]), st.integers(-5, 5))
EXPRESSION = st.recursive(CONDITION, lambda inner: st.tuples(inner, st.sampled_from(["&&", "||"]), inner), max_leaves=6)
OPERATORS = {
    "=": lambda one, two: one == two,
    "<": lambda one, two: one < two,
    "<=": lambda one, two: one <= two,
    ">": lambda one, two: one > two,
    ">=": lambda one, two: one >= two,
}


def written(tree: Any, blank: str) -> str:
    """The expression as text, with all parentheses."""
    left, sign, right = tree
    if isinstance(left, str):
        return f"$.{left}{blank}{sign}{blank}{right}"
    return f"({written(left, blank)}){blank}{sign}{blank}({written(right, blank)})"


def holds(tree: Any, line: dict[str, int]) -> bool:
    left, sign, right = tree
    if isinstance(left, str):
        return left in line and OPERATORS[sign](line[left], right)
    if sign == "&&":
        return holds(left, line) and holds(right, line)
    return holds(left, line) or holds(right, line)


@law
@given(EXPRESSION, st.dictionaries(FIELDS, st.integers(-5, 5)), st.sampled_from([" ", "  ", "\t"]))
def test_a_pattern_means_what_its_expression_means(tree: Any, line: Any, blank: str) -> None:
    pattern = filter_pattern.parse("{" + blank + written(tree, blank) + blank + "}")
    assert pattern.matches(json.dumps(line)) == holds(tree, line)
    assert not pattern.matches(json.dumps(line) + "x")


@law
@given(st.text('{}$.abc=<>&|()!"%*?[]- 01\n', max_size=30), TEXTS)
def test_no_pattern_and_no_line_is_too_odd(text: str, line: str) -> None:
    try:
        pattern = filter_pattern.parse(text)
    except InvalidInput:
        return
    assert pattern.matches(line) in (True, False)


# --- Schedules

FIELD = {"minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (1, 7), "year": (1970, 2199)}


@st.composite
def cron(draw: Any) -> str:
    """A right cron expression."""

    def field(name: str) -> str:
        low, high = FIELD[name]
        first = draw(st.integers(low, high))
        return draw(
            st.sampled_from(
                [
                    "*",
                    str(first),
                    f"{first}-{draw(st.integers(first, high))}",
                    f"{low},{first}",
                    f"{low}/{high - low or 1}",
                ]
            )
        )

    days = draw(st.sampled_from([("?", field("weekday")), (field("day"), "?")]))
    return f"cron({field('minute')} {field('hour')} {days[0]} {field('month')} {days[1]} {field('year')})"


@law
@given(cron())
def test_right_schedules_are_taken(expression: str) -> None:
    schedule.check_schedule(expression)


@law
@given(st.text("cronrateat()*?/,-#LW 0123456789:TMONFRI\n", max_size=40))
def test_a_schedule_is_right_or_told(expression: str) -> None:
    for text in (expression, f"cron({expression})", f"rate({expression})", f"at({expression})"):
        try:
            schedule.check_schedule(text)
        except InvalidInput as error:
            assert "; " in str(error)


# --- Cost

COUNTS = st.dictionaries(st.sampled_from(list(cost.IDLE_ITEMS)), st.integers(0, 200))


@law
@given(COUNTS, COUNTS, ORDERS)
def test_a_bill_adds_up_and_more_is_never_cheaper(counts: Any, more: Any, order: Any) -> None:
    bill = cost.idle_cost(counts)
    assert bill == cost.idle_cost(dict(shuffled(order, counts.items())))
    assert bill["usd_month"] == pytest.approx(sum(line["usd"] for line in bill["lines"]))
    assert 0 <= bill["usd_month"] <= bill["usd_month_gross"]
    both = {name: counts.get(name, 0) + more.get(name, 0) for name in {*counts, *more}}
    assert cost.idle_cost(both)["usd_month"] >= bill["usd_month"]


# --- Errors


@law
@given(st.text(max_size=2000))
def test_an_error_is_readable_whatever_it_quotes(text: str) -> None:
    shown = str(InvalidInput(f"name {text}: is no name; use letters"))
    assert all(line.isprintable() and len(line) <= LONGEST_LINE + 5 for line in shown.split("\n"))
    assert shown.endswith("use letters")


def test_the_figure(capsys: pytest.CaptureFixture[str]) -> None:
    laws = [name for name, test in globals().items() if name.startswith("test_") and hasattr(test, "hypothesis")]
    with capsys.disabled():
        print(f"\nproperties: {len(laws)} laws, {EXAMPLES} examples each")
