# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is wrong is told, with what to do; what is well is not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.health.check import worst
from ansible_collections.meetops.jitsi.plugins.module_utils.health.checks import Facts, Limits, checks

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
KINDS = ("signalling", "bridge", "recorder")


def service(**changes: Any) -> dict[str, Any]:
    return {"desiredCount": 1, "deployments": [{"rolloutState": "COMPLETED"}], "events": [], **changes}


def task(**changes: Any) -> dict[str, Any]:
    return {"lastStatus": "RUNNING", "desiredStatus": "RUNNING", "healthStatus": "HEALTHY", "containers": [], **changes}


def record(name: str, *values: str, kind: str = "A") -> dict[str, Any]:
    return {"Name": f"{name}.", "Type": kind, "ResourceRecords": [{"Value": value} for value in values]}


JVB = {"reachable": 1, "healthy": 1, "signalling": 1}
JICOFO = {"reachable": 1, "participants": 7, "conferences": 2, "bridges": 1, "recorders": 1, "recorders_available": 1}
ALIAS = {"Name": "meet.example.com.", "Type": "A", "AliasTarget": {"DNSName": "d1.cloudfront.net."}}
WELL = Facts(
    now=NOW,
    domain="meet.example.com",
    life={
        "phase": "awake",
        "since": "2026-11-23T08:00:00Z",
        "participants": 7,
        "recorders_busy": 0,
        "services": {kind: {"minimum": 1, "maximum": 3, "desired": 1, "running": 1} for kind in KINDS},
    },
    services={kind: service() for kind in KINDS},
    tasks={kind: [task()] for kind in KINDS},
    addresses={"signalling": ["203.0.113.1"], "bridge": ["203.0.113.2"]},
    figures={"jicofo": [JICOFO], "jvb": [JVB]},
    records=[
        record("origin.meet.example.com", "203.0.113.1"),
        record("turn.meet.example.com", "203.0.113.2"),
        record("meet.example.com", '0 issue "amazon.com"', '0 issue "letsencrypt.org"', kind="CAA"),
        ALIAS,
    ],
    distribution={"Id": "E1", "DomainName": "d1.cloudfront.net", "Enabled": True, "Status": "Deployed"},
    certificate={"Status": "ISSUED", "NotAfter": NOW + 90 * 24 * HOUR},
    origin_certificate=(NOW.timestamp(), 60.0),
    alarms=[{"AlarmName": "meet/bridge-cpu", "StateValue": "OK"}],
    secret_age=20,
    failed_uploads=[],
    waiting={"recordings": 0, "minutes_ago": 1},
    xmpp=[{"check": name, "state": "ok", "text": "", "todo": "", "seconds": 0.2} for name in ("TLS", "login")],
)
ASLEEP = replace(
    WELL,
    xmpp=None,
    life={**WELL.life, "phase": "asleep", "participants": None},
    services={kind: service(desiredCount=0) for kind in KINDS},
    tasks={},
    addresses={},
    figures={},
    records=[
        record("origin.meet.example.com", "192.0.2.1"),
        record("turn.meet.example.com", "192.0.2.1"),
        *WELL.records[2:],
    ],
)


def found(facts: Facts) -> dict[str, tuple[str, str, str]]:
    """What is not well."""
    return {
        check.check: (check.state, check.text, check.todo) for check in checks(facts, Limits()) if check.state != "ok"
    }


@pytest.mark.parametrize("facts", [WELL, ASLEEP])
def test_awake_and_asleep_are_well(facts: Facts) -> None:
    assert found(facts) == {}
    assert worst(checks(facts, Limits())) == "ok"
    assert all(not check.todo for check in checks(facts, Limits()))


def ended(reason: str, **changes: Any) -> dict[str, Any]:
    return task(lastStatus="STOPPED", desiredStatus="STOPPED", stoppedReason=reason, **changes)


def bridge(**changes: Any) -> dict[str, Any]:
    return {"services": {**WELL.services, "bridge": service(**changes)}}


def bridge_tasks(*tasks: dict[str, Any]) -> dict[str, Any]:
    return {"tasks": {**WELL.tasks, "bridge": list(tasks)}}


BROKEN = [
    ({"life": {}}, "state", "bad", "not there"),
    ({"life": {**WELL.life, "phase": "waking"}}, "state", "bad", "not ready yet"),
    ({"services": {kind: service() for kind in KINDS[1:]}}, "signalling service", "bad", "is not there"),
    (bridge_tasks(), "bridge service", "bad", "0 of 1 tasks run"),
    (bridge_tasks(task(healthStatus="UNHEALTHY")), "bridge service", "bad", "unhealthy"),
    (
        {**bridge(desiredCount=3), **bridge_tasks(*[task()] * 3), "figures": {"jicofo": [{**JICOFO, "bridges": 3}]}},
        "bridge service",
        "warn",
        "3 of 3 tasks run",
    ),
    (
        bridge(deployments=[{"rolloutState": "FAILED", "rolloutStateReason": "tasks failed to start"}]),
        "bridge deployment",
        "bad",
        "tasks failed to start",
    ),
    (
        bridge(
            deployments=[{"rolloutState": "IN_PROGRESS", "createdAt": NOW - HOUR, "desiredCount": 1, "failedTasks": 2}]
        ),
        "bridge deployment",
        "bad",
        "under way since 60 minutes, 2 tasks failed",
    ),
    (
        bridge(events=[{"createdAt": NOW - HOUR / 2, "message": "unable to place a task"}]),
        "bridge events",
        "warn",
        "unable to place a task",
    ),
    (
        bridge_tasks(task(), ended("CannotPullContainerError: not found")),
        "ended tasks",
        "warn",
        "CannotPullContainerError",
    ),
    ({"figures": {}}, "signalling", "bad", "no figures of jicofo"),
    ({"figures": {"jicofo": [{"reachable": 0}]}}, "signalling", "bad", "does not answer"),
    ({"figures": {"jicofo": [{**JICOFO, "bridges": 0}]}}, "bridges", "bad", "0 of 1 running"),
    (
        {"figures": {"jicofo": [JICOFO], "jvb": [{**JVB, "healthy": 0}]}},
        "bridges",
        "warn",
        "1 call themselves unhealthy",
    ),
    ({"figures": {"jicofo": [JICOFO], "jvb": [JVB, {**JVB, "signalling": 0}]}}, "bridges", "warn", "1 do not hear"),
    ({"figures": {"jicofo": [{**JICOFO, "recorders": 0}]}}, "recorders", "warn", "sees 0 of 1 running"),
    ({"addresses": {"signalling": ["203.0.113.9"]}}, "address of origin", "bad", "is 203.0.113.1, which is not all of"),
    ({"records": WELL.records[1:]}, "address of origin", "bad", "has no address"),
    ({"records": [*ASLEEP.records]}, "address of origin", "bad", "although a task has 203.0.113.1"),
    ({"records": WELL.records[:3]}, "entrance", "bad", "leads to nothing"),
    ({"distribution": None}, "entrance", "bad", "no distribution"),
    ({"records": [*WELL.records[:2], ALIAS]}, "certificate authorities", "warn", "do not name both"),
    ({"certificate": None}, "certificate", "bad", "none for"),
    ({"certificate": {"Status": "PENDING_VALIDATION"}}, "certificate", "bad", "PENDING_VALIDATION"),
    ({"certificate": {"Status": "ISSUED", "NotAfter": NOW + 48 * HOUR}}, "certificate", "warn", "for 2 more days"),
    ({"origin_certificate": (NOW.timestamp() - 30 * 86400, 20.0)}, "certificate of Caddy", "bad", "ended 10 days ago"),
    (
        {"function_errors": [{"component": "sleep", "at": "2026-11-23T11:00:00Z", "text": "Task timed out"}]},
        "functions",
        "warn",
        "sleep: 1 errors within a day",
    ),
    (
        {"alarms": [{"AlarmName": "meet/not-ready", "StateValue": "ALARM", "AlarmDescription": "Look."}]},
        "alarms",
        "bad",
        "not-ready",
    ),
    (
        {"xmpp": [{"check": "websocket", "state": "bad", "text": "answered 502", "todo": "see caddy", "seconds": 0.1}]},
        "XMPP",
        "bad",
        "cannot be reached from here: websocket: answered 502",
    ),
    ({"secret_age": 95}, "passwords", "warn", "was due 5 days ago"),
    ({"secret_age": 98}, "passwords", "bad", "was due 8 days ago"),
    ({"failed_uploads": [{"file": "a/b.mp4", "uploaded": False}]}, "recordings", "bad", "a/b.mp4"),
    ({"waiting": {"recordings": 2, "minutes_ago": 1}}, "recordings", "warn", "2 recordings wait"),
]


@pytest.mark.parametrize(("changes", "check", "state", "text"), BROKEN)
def test_what_is_wrong_is_told_with_what_to_do(changes: dict[str, Any], check: str, state: str, text: str) -> None:
    told = found(replace(WELL, **changes))
    assert told[check][0] == state, told
    assert text in told[check][1]
    assert told[check][2]


def test_an_end_by_scaling_or_deployment_is_no_failure() -> None:
    reasons = (
        "Scaling activity initiated by (deployment ecs-svc/1)",
        "Task stopped initiated by (deployment ecs-svc/2)",
    )
    assert found(replace(WELL, **bridge_tasks(task(), *map(ended, reasons)))) == {}


def test_what_runs_while_it_sleeps_is_told() -> None:
    told = found(replace(ASLEEP, tasks={"bridge": [task()]}))
    assert told["bridge service"][0] == "warn"
    # An address that a stranger may have by now.
    told = found(replace(ASLEEP, records=[record("origin.meet.example.com", "203.0.113.1"), *ASLEEP.records[1:]]))
    assert told["address of origin"][:2] == ("bad", "origin.meet.example.com is 203.0.113.1, which no task has")


def test_without_recording_nothing_is_said_of_it() -> None:
    told = [check.check for check in checks(replace(WELL, waiting=None, failed_uploads=None), Limits())]
    assert not {"recorders", "recordings"} & set(told)
