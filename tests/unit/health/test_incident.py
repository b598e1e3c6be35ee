# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import datetime as dt
import io
import json
import tarfile

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.health import incident, recording_path

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def line(minutes, text):
    return {"at": f"{NOW - minutes * MINUTE:%Y-%m-%dT%H:%M:%S}.000Z", "text": text}


def test_the_timeline_has_what_happened_in_the_period_by_its_time():
    data = json.dumps({"newState": {"stateValue": "ALARM", "stateReason": "too high"}})
    history = [{"AlarmName": "meet/bridge-cpu", "Timestamp": NOW - 3 * MINUTE, "HistoryData": data}]
    lines = [
        line(5, '{"source": "lifecycle", "event": "woken", "by": "visitor", "before": "asleep"}'),
        line(90, '{"source": "lifecycle", "event": "asleep"}'),
        line(1, '{"source":"upload","result":"failed","file":"a/b.mp4","reason":"denied"}'),
        line(2, "[1, 2]"),
        line(2, "no JSON"),
    ]
    box = {"name": "jibri", "exitCode": 137}
    task = {"taskArn": "a:task/c/0a1b2c3d4e", "startedAt": NOW - 9 * MINUTE, "stoppedAt": NOW - 2 * MINUTE}
    task |= {"stoppedReason": "OutOfMemory", "containers": [box, {"name": "stats", "exitCode": 0}]}
    action = {
        "kind": "bridge",
        "start": (NOW - 4 * MINUTE).timestamp(),
        "desired": 2,
        "status": "Successful",
        "cause": "x",
    }
    events = incident.timeline(
        NOW - 60 * MINUTE,
        NOW,
        incident.alarm_events(history),
        incident.log_events(lines),
        incident.task_events({"recorder": [task]}),
        incident.scaling_events([action]),
        incident.service_events({"bridge": {"events": [{"createdAt": NOW - 6 * MINUTE, "message": "steady"}]}}),
    )
    assert [(event.kind, event.text) for event in events] == [
        ("task", "recorder 0a1b2c3d started"),
        ("service", "steady"),
        ("life cycle", "woken (by visitor, before asleep)"),
        ("scaling", "bridge to 2 tasks: Successful. x"),
        ("alarm", "bridge-cpu: ALARM. too high"),
        ("task", "recorder 0a1b2c3d ended: OutOfMemory (jibri exit 137)"),
        ("upload", "failed: a/b.mp4 denied"),
    ]


def test_figures_as_csv():
    figures = {"participants": {0: 3.0, 120: 0.5}, "bridges": {60: 1.0}}
    assert incident.figures_csv(figures) == (
        "time,participants,bridges\n1970-01-01T00:00:00Z,3,\n1970-01-01T00:01:00Z,,1\n1970-01-01T00:02:00Z,0.5,\n"
    )


def test_a_line_cannot_break_the_table():
    events = [incident.Event(NOW, "upload", "failed: <b>|x|\n# no title `code`")]
    state = {"account": "1", "phase": "awake", "checks": [], "images": {}, "lines": {}}
    text = incident.summary("meet", "", NOW, NOW, state, events)
    assert "| 2026-11-23 12:00:00 | upload | failed: \\<b\\>\\|x\\| # no title \\`code\\` |" in text
    assert "Nothing: all checks are well." in text


def test_the_archive_is_for_its_owner():
    data = incident.archive("incident-meet", {"b.json": "{}\n", "logs/web.log": "ü\n"}, NOW)
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        found = {member.name: (member.mode, tar.extractfile(member).read().decode()) for member in tar}
    assert found == {"incident-meet/b.json": (0o600, "{}\n"), "incident-meet/logs/web.log": (0o600, "ü\n")}


@pytest.mark.parametrize(("hours", "ago", "seconds"), [(2, 0, 60), (24, 0, 60), (25, 0, 300), (2, 16 * 24, 300)])
def test_the_period_is_what_cloudwatch_still_has(hours, ago, seconds):
    until = NOW - dt.timedelta(hours=ago)
    assert incident.period(until - dt.timedelta(hours=hours), until, NOW) == seconds


# --- The way of a recording

FIT = {"reachable": 1, "healthy": 1, "busy": 0, "disk_percent": 12}


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        ([FIT], "ok"),
        ([{**FIT, "busy": 1}, FIT], "ok"),
        ([{**FIT, "busy": 1}], "warn"),
        ([{**FIT, "healthy": 0}], "bad"),
        ([{**FIT, "disk_percent": 81}], "bad"),
        ([{"reachable": 0}], "bad"),
        ([], "bad"),
    ],
)
def test_recorders(lines, state):
    assert recording_path.recorder(lines).state == state


def test_bucket_permissions_and_uploads():
    assert recording_path.bucket(None, "b", "").state == "bad"
    assert recording_path.bucket({"versioning": "Enabled", "key": "other"}, "b", "mine").state == "warn"
    assert recording_path.bucket({"versioning": "", "key": ""}, "b", "").state == "warn"
    assert recording_path.bucket({"versioning": "Enabled", "key": ""}, "b", "").state == "ok"
    refused = recording_path.permissions([{"EvalActionName": "s3:PutObject", "EvalDecision": "implicitDeny"}], "r")
    assert (refused.state, refused.text) == ("bad", "r may not s3:PutObject")
    rate = {"succeeded": 1, "uploads": 2, "since": "2026-10-24T00:00:00Z"}
    assert [check.state for check in recording_path.last_upload(rate, [{"uploaded": False}])] == ["warn"]
    assert [check.state for check in recording_path.last_upload(rate, [{"uploaded": True}])] == ["ok"]
