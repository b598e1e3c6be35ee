# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The runbooks of the on-call, run on a month of plausible data: what they find is the truth.

Each runs once as a playbook; the rest of what its module does is shown without one. Nothing changes the account, so
the tests share it: first one that is awake, then one that is asleep.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import stat
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import entrance, replay
from support.month import Month, fill
from support.playbooks import Run
from support.server import AwsServer

Runbook = Callable[..., tuple[Run, dict[str, Any]]]
RunModule = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def awake(aws_server: AwsServer, converged_requests: list[replay.Request]) -> Month:
    """A platform amid a lesson."""
    aws_server.restore(converged_requests)
    return fill(aws_server, awake=True)


@pytest.fixture(scope="module")
def asleep(aws_server: AwsServer, converged_requests: list[replay.Request]) -> Month:
    """A platform after the lessons. It replaces the other one."""
    aws_server.restore(converged_requests)
    return fill(aws_server)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The way in: an address, its port, and the authority to trust."""
    folder = tmp_path_factory.mktemp("front")
    with entrance.running(folder) as found:
        yield {"address": "127.0.0.1", "port": found.port, "ca_file": str(folder / "good.crt")}


@pytest.fixture
def runbook(aws_server: AwsServer, quick_playbook: Callable[..., Run], tmp_path: Path) -> Runbook:
    """Run a runbook, which must change nothing; returns the run, and what it wrote to its file."""

    def run(name: str, *args: str, **variables: Any) -> tuple[Run, dict[str, Any]]:
        path = tmp_path / f"{name}.json"
        aws_server.calls.clear()
        given = {"runbook_file": str(path), **variables}
        done = quick_playbook(f"playbooks/runbooks/{name}.yml", *args, extra_vars=given)
        assert aws_server.mutating() == []
        if not path.exists():
            return done, {}
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        return done, json.loads(path.read_text(encoding="utf-8"))

    return run


def platform(month: Month) -> dict[str, str]:
    """What modules need to know of it."""
    return {"name": month.platform, "domain": month.domain, "hosted_zone": "example.com"}


def minute(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M}"


# --- logs


def test_logs_by_component_time_and_room(awake: Month, runbook: Runbook) -> None:
    since, until = awake.at(24, 8.9), awake.at(24, 10.2)
    period = {"logs_since": minute(since), "logs_until": minute(until)}
    run, facts = runbook("logs", logs_components="jicofo,jvb", logs_room="Class-7A", logs_limit=5000, **period)
    assert run.rc == 0, run
    expected: Counter[tuple[str, str]] = Counter()
    for component in ("jicofo", "jvb"):
        lines = awake.log(component, since.replace(second=0), until.replace(second=0), "class-7a")
        expected.update((component, line.text) for line in lines)
        assert lines
    assert Counter((line["component"], line["text"]) for line in facts["lines"]) == expected
    assert facts["lines"] == sorted(facts["lines"], key=lambda line: line["at"])
    assert not facts["more"]
    assert f"{len(facts['lines'])} lines from " in run.stdout


def test_logs_follow(awake: Month, aws_server: AwsServer, runbook: Runbook) -> None:
    """Each line is shown once, however often it is looked."""
    run, facts = runbook("logs", logs_components="stats", logs_since="3m", logs_follow="3s")
    assert run.rc == 0, run
    told = [(line["at"], line["task"], line["text"]) for line in facts["lines"]]
    assert len(set(told)) == len(told) >= 6
    assert all(run.stdout.count(f"{at} stats    {task} {text}") == 1 for at, task, text in told)
    assert aws_server.calls.count("logs:FilterLogEvents") >= 6


def test_logs_errors_are_those_that_the_alarm_counts(awake: Month, run_module: RunModule) -> None:
    result = run_module("logs_info", name=awake.platform, errors=True, since="30d")
    assert len(result["lines"]) == awake.figure(f"Errors/{awake.platform}", "Sum"), result
    by_component = {"jvb", "jicofo", "prosody", "web", "caddy", "coturn", "tasks", "sleep"}
    assert {line["component"] for line in result["lines"]} == by_component


def test_logs_show_no_secret_and_the_newest_lines(awake: Month, run_module: RunModule) -> None:
    result = run_module("logs_info", name=awake.platform, since="1d", components=["web", "prosody"], limit=100)
    assert (len(result["lines"]), result["more"]) == (100, True)
    for text, masked in (("test_password", "for focus with ********"), ("?jwt=", "?jwt=******** HTTP/1.1")):
        result = run_module("logs_info", name=awake.platform, since="1d", text=text)
        (line,) = result["lines"]
        assert masked in line["text"]
        assert not any(secret in str(result) for secret in awake.leaks)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"components": ["jvb", "nginx"]}, "components nginx: is not known; use some of caddy, web, prosody"),
        ({"since": "yesterday"}, "since yesterday: is no time"),
        ({"since": "1h", "until": "2h"}, "is not before until"),
        ({"limit": 0}, "limit: 0 is out of range; use 1 to 10000"),
    ],
)
def test_logs_bad_input(refused: Callable[..., str], options: dict[str, Any], message: str) -> None:
    assert message in refused("logs_info", name="meet", **options)


# --- health


def states(facts: dict[str, Any]) -> dict[str, str]:
    return {check["check"]: check["state"] for check in facts["checks"]}


def test_health_awake(awake: Month, runbook: Runbook, front: dict[str, Any]) -> None:
    run, facts = runbook("health", **{f"health_{name}": value for name, value in front.items()})
    assert run.rc == 0, run
    told = {check["check"]: check for check in facts["checks"]}
    assert {name for name, state in states(facts).items() if state != "ok"} == {"ended tasks"}, run
    assert told["ended tasks"]["todo"] == "it ran out of memory: give it more with jitsi_recorder_instance_type"
    assert told["signalling"]["text"] == "36 participants in 3 conferences"
    assert told["bridges"]["text"] == "jicofo can use 1 of 1 running"
    assert told["address of origin"]["text"] == f"origin.{awake.domain} is {awake.addresses['signalling'][0]}"
    assert told["XMPP"]["text"].endswith(": TLS, websocket, login")
    assert told["passwords"]["text"] == "84 days old, rotation is due in 6 days"
    assert facts["state"] == "warn"


# --- verify


def test_verify_tries_what_is_awake(awake: Month, runbook: Runbook, front: dict[str, Any]) -> None:
    """The steps of a participant against the real programs, and the way of a recording."""
    there = {f"verify_{name}": value for name, value in front.items()}
    run, facts = runbook("verify", verify_turn_address="127.0.0.1", verify_bridges=[], **there)
    assert run.rc == 0, run
    assert {name for name, state in states(facts).items() if state != "ok"} == {"uploads"}, run
    told = {check["check"]: check["text"] for check in facts["checks"]}
    stored = sum(one.stored for one in awake.recordings)
    assert told["uploads"].startswith(f"{stored} of {awake.figure('UploadResult', 'SampleCount'):.0f} succeeded since")
    assert told["recorder"] == "1 of 1 can take the next recording"
    assert told["upload permission"] == f"{awake.platform}-recorder-task may s3:PutObject, s3:GetObject"
    assert {"TLS", "page", "websocket", "login", "relay credentials", "conference"} <= set(told)
    assert all(check["seconds"] >= 0 for check in facts["checks"])


# --- recordings


def test_recordings_tell_how_uploads_went(awake: Month, runbook: Runbook) -> None:
    run, facts = runbook("recordings", recordings_action="uploads")
    assert run.rc == 0, run
    (lost,) = [recording.file for recording in awake.recordings if not recording.stored]
    assert [upload["file"] for upload in facts["failed_uploads"] if not upload["uploaded"]] == [lost]
    since = dt.datetime.fromisoformat(facts["rate"]["since"]).replace(tzinfo=None)
    tried = awake.samples("UploadResult", since)
    told = (facts["rate"]["uploads"], facts["rate"]["succeeded"])
    assert told == (len(tried), sum(value for _at, value in tried))


# --- incident


def unpacked(path: str) -> dict[str, str]:
    """The files of an archive that only its owner may read, without the folder that all of them are in."""
    assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
    with tarfile.open(path) as tar:
        assert {member.mode for member in tar} == {0o600}
        return {member.name.partition("/")[2]: tar.extractfile(member).read().decode() for member in tar}


def test_incident_tells_the_truth(awake: Month, run_module: RunModule, tmp_path: Path) -> None:
    """An evening with an upload that never succeeded."""
    since, until = awake.at(22, 18), awake.at(23)
    options = {"directory": str(tmp_path / "incidents"), "since": minute(since), "until": minute(until)}
    planned = run_module("incident_report", _check=True, **platform(awake), **options)
    assert (planned["changed"], planned["planned"], (tmp_path / "incidents").exists()) == (True, True, False)
    result = run_module("incident_report", **platform(awake), **options)
    assert (result["archive"], result["files"]) == (planned["archive"], planned["files"])
    files = unpacked(result["archive"])
    assert sorted(files) == result["files"]
    lines = [line for line in awake.lines if since <= line.at < until]
    assert result["lines"] == len(lines)
    for component in {line.component for line in lines}:
        count = sum(line.component == component for line in lines)
        assert len(files[f"logs/{component}.log"].splitlines()) == count
    events = json.loads(files["events.json"])
    changes = [change for change in awake.alarm_changes if since <= change.at <= until]
    assert sum(event["kind"] == "alarm" for event in events) == len(changes) == 2
    assert "access denied" in files["summary.md"]
    rows = list(csv.DictReader(files["metrics.csv"].splitlines()))
    for column, metric, what in (
        ("participants", "Participants", "Maximum"),
        ("uploads", "UploadResult", "SampleCount"),
    ):
        figures = [float(row[column] or 0) for row in rows]
        assert (max if what == "Maximum" else sum)(figures) == awake.figure(metric, what, since, until)
    assert json.loads(files["images.json"])["bridge"]["images"]["jvb"].startswith("ghcr.io/jitsi/jvb:")


def test_incident_holds_no_secret(awake: Month, runbook: Runbook, tmp_path: Path) -> None:
    title = "nobody could join"
    run, facts = runbook(
        "incident", "-vvv", incident_directory=str(tmp_path), incident_since="5h", incident_title=title
    )
    assert run.rc == 0, run
    files = unpacked(facts["archive"])
    assert files["summary.md"].startswith(f"# Incident of {awake.platform}: {title}\n")
    assert "test_password for focus with ********" in files["logs/prosody.log"]
    everything = "".join(files.values()) + run.stdout + run.stderr
    assert not any(secret in everything for secret in awake.leaks)


# --- asleep


def test_health_asleep_is_well(asleep: Month, run_module: RunModule) -> None:
    result = run_module("health_info", **platform(asleep))
    assert set(states(result).values()) == {"ok"}, result
    assert result["state"] == "ok"


def test_health_fails_when_something_is_bad(asleep: Month, aws_server: AwsServer, runbook: Runbook) -> None:
    cloudwatch, alarm = aws_server.client("cloudwatch"), f"{asleep.platform}/bridge-cpu"
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="test")
    run, facts = runbook("health")
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="test")
    assert (run.rc, facts["state"], states(facts)["alarms"]) == (2, "bad", "bad"), run
    assert "- alarms" in run.stdout


def test_verify_refuses_what_sleeps(asleep: Month, runbook: Runbook) -> None:
    run, facts = runbook("verify")
    assert (run.rc, facts) == (2, {}), run
    assert "The platform is asleep, so there is nothing to try" in run.stdout


def test_verify_would_wake_it_first(asleep: Month, runbook: Runbook) -> None:
    run, facts = runbook("verify", "--check", verify_wake=True)
    assert (run.rc, run.changed_tasks, facts) == (0, ["Wake it"], {}), run


def test_scale_wakes_it_and_lets_more_bridges_run(
    asleep: Month, aws_server: AwsServer, runbook: Runbook, quick_playbook: Callable[..., Run], tmp_path: Path
) -> None:
    """The last one: it changes the platform, which the others share."""
    planned, facts = runbook("scale", "--check", scale_to="awake", scale_bridge_max=5)
    assert (planned.rc, planned.changed_tasks[0], facts) == (0, "Make it so", {}), planned
    given = {"scale_to": "awake", "scale_bridge_max": 5, "runbook_file": str(tmp_path / "scale.json")}
    done = quick_playbook("playbooks/runbooks/scale.yml", extra_vars=given)
    assert (done.rc, done.changed_tasks[0]) == (0, "Make it so"), done
    told = json.loads((tmp_path / "scale.json").read_text())["lifecycle"]
    assert (told["phase"], told["by"]) == ("waking", "operator")
    limits = {kind: (service["minimum"], service["maximum"]) for kind, service in told["services"].items()}
    assert limits == {"signalling": (1, 1), "bridge": (1, 5), "recorder": (1, 2)}
