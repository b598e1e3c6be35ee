# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""playbooks/awx.yml and the module awx against a small AWX (tests/support/awx.py)."""

from __future__ import annotations

import copy
import json
import os
import ssl
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.awx import jobs
from ansible_collections.meetops.jitsi.plugins.module_utils.awx import survey as awx_survey
from support.awx import TOKEN, FakeAwx, Refused
from support.awx_jobs import CALENDAR, JOBS, SETTINGS, TASKS
from support.playbooks import Run
from support.server import AwsServer

NAME = SETTINGS["name"]
LOOK = {"credentials": {"look": "aws-look"}}
KINDS = ("execution_environments", "projects", "inventories", "inventory_sources", "job_templates", "schedules")

Playbook = Callable[..., Run]
Put = Callable[..., dict[str, Any]]


@pytest.fixture
def awx() -> Iterator[FakeAwx]:
    with FakeAwx().running() as fake:
        yield fake


@pytest.fixture
def put(awx: FakeAwx, run_module: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Put:
    """Run the module for what the playbook would define, with some settings changed."""
    monkeypatch.setattr("ansible_collections.meetops.jitsi.plugins.module_utils.awx.objects.POLL_SECONDS", 0.01)
    # Each request would read all certificate authorities again, which is most of its time, and here is no TLS.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    monkeypatch.setattr("ansible.module_utils.urls.make_context", lambda **options: context)

    def run(
        _check: bool = False, /, *, tasks: Any = TASKS, parameters: dict[str, Any] | None = None, **settings: Any
    ) -> dict[str, Any]:
        definitions = jobs.objects(JOBS, {**SETTINGS, **settings}, CALENDAR, tasks)
        awx.calls.clear()
        with mock.patch.dict(os.environ, {"CONTROLLER_OAUTH_TOKEN": TOKEN}):
            given = {
                "region": None,
                "endpoint_url": None,
                "host": awx.url,
                **copy.deepcopy(definitions),
                **(parameters or {}),
            }
            return run_module("awx", _check=_check, **given)

    return run


def names(awx: FakeAwx, kind: str) -> list[str]:
    return sorted(item["name"].removeprefix(f"{NAME} ") for item in awx.items[kind].values())


def test_all_of_it_is_planned_made_kept_and_taken_away(awx: FakeAwx, put: Put) -> None:
    image = {"image": "registry.example.com/jitsi-ee:0.4.0"}
    plan = put(True, **image)
    assert plan["changed"] and awx.mutating() == [], plan
    first = put(**image)
    assert first["changes"] == plan["changes"] and first["diff"] == plan["diff"]
    assert [len(awx.items[kind]) for kind in KINDS] == [1, 1, 1, 1, len(JOBS), len(TASKS)]
    # Credentials are those that a job needs.
    attached = {
        item["name"].removeprefix(f"{NAME} "): {awx.items["credentials"][each]["name"] for each in awx.attached[number]}
        for number, item in awx.items["job_templates"].items()
    }
    assert attached["logs"] == {"aws-look"} and attached["backup"] == {"aws-operate", "backup-password"}
    assert [job for job, credentials in attached.items() if "aws-destroy" in credentials] == ["destroy"]
    again = put(**image)
    assert (again["changed"], awx.mutating()) == (False, [])
    assert put(**image, state="absent")["changed"]
    assert [len(awx.items[kind]) for kind in KINDS] == [0] * 6
    assert not put(**image, state="absent")["changed"]


def test_what_was_changed_by_hand_is_put_back_and_nothing_else(awx: FakeAwx, put: Put) -> None:
    put()
    logs = awx.named("job_templates", f"{NAME} logs")
    logs["extra_vars"] = "not: json"
    logs["forks"] = 7
    awx.surveys[logs["id"]]["spec"].pop()
    awx.attached[logs["id"]] = [awx.named("credentials", "aws-site")["id"]]
    awx.named("schedules", f"{NAME} health")["enabled"] = False
    mended = put()
    assert [(change["resource"], change["fields"]) for change in mended["changes"]] == [
        (f"job template {NAME} logs", ["credentials", "extra_vars", "survey_spec"]),
        (f"schedule {NAME} health", ["enabled"]),
    ]
    assert mended["diff"]["before"][f"job template {NAME} logs"]["credentials"] == ["aws-site"]
    assert [call.split(" ")[0] for call in awx.mutating()] == ["PATCH", "POST", "POST", "POST", "PATCH"]
    assert (put()["changed"], logs["forks"]) == (False, 7)


def test_jobs_without_rights_or_a_place_for_files_go(awx: FakeAwx, put: Put) -> None:
    put()
    assert put(
        **LOOK, directory="", tasks=[{**task, "calendar": ""} if task["task"] == "audit" else task for task in TASKS]
    )["changed"]
    looking = [job["job"] for job in JOBS if job["credential"] == "look" and not job.get("needs_files")]
    assert names(awx, "job_templates") == sorted(looking)
    assert names(awx, "schedules") == ["allocation", "health", "review"]


def test_many_objects_are_read_page_by_page(awx: FakeAwx, put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    put()
    monkeypatch.setattr("ansible_collections.meetops.jitsi.plugins.module_utils.awx.client.MOST_ITEMS", 3)
    assert not put()["changed"]
    assert len([call for call in awx.calls if "page=" in call]) > 5


def test_surveys_give_jobs_what_their_playbooks_take(awx: FakeAwx, put: Put) -> None:
    put()

    def launch(job: str, **answers: Any) -> dict[str, Any]:
        template = awx.named("job_templates", f"{NAME} {job}")["id"]
        _, answer = awx.handle("POST", f"/api/v2/job_templates/{template}/launch/", {"extra_vars": answers})
        return dict(json.loads(answer["extra_vars"]))

    with pytest.raises(Refused, match="'destroy_name' value missing"):
        launch("destroy")
    with pytest.raises(Refused, match="not allowed on launch"):
        launch("status", jitsi_domain="evil.example.com")
    with pytest.raises(Refused, match="expected to be one of"):
        launch("recordings", recordings_action="erase")
    assert launch("destroy", destroy_name=NAME) == {
        "destroy_name": NAME,
        "destroy_recordings": "false",
        "destroy_secrets": "false",
        "destroy_recovery_days": 30,
        "destroy_logs": "true",
        "jitsi_force": "false",
    }
    assert launch("wake") == {"scale_to": "awake"}
    assert launch("backup", backup_keep=7) == {"backup_directory": "/srv/jitsi/backups", "backup_keep": 7}
    allocation = awx.named("schedules", f"{NAME} allocation")
    assert allocation["extra_data"] == {"review_kind": "allocation", "review_month": "", "review_days": 0}


def test_the_controller_behind_the_gateway_of_aap_is_found(awx: FakeAwx, put: Put) -> None:
    awx.gateway = True
    assert put(True)["changed"]
    assert any(call.startswith("GET /api/controller/v2/projects/") for call in awx.calls)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"token": "wrong-token"}, "refuses the token; make a new one in AWX"),
        ({"token": ""}, "token: is missing; make one in AWX"),
        ({"host": "http://awx.example.com"}, "everybody on the way could read the token; use https"),
        ({"host": None}, "host: is missing; give the address of AWX, or put it into CONTROLLER_HOST"),
        ({"host": "awx"}, "host 'awx': is no address; write such as https://awx.example.com"),
        ({"host": "http://127.0.0.1:1"}, "http://127.0.0.1:1: cannot be reached:"),
        ({"organization": "Meetings"}, "organization 'Meetings': AWX has none that this token may see"),
        (
            {"schedules": [{"name": "x", "unified_job_template": "gone", "rrule": "x"}]},
            "schedule x: there is no job template 'gone' in AWX that this token may see",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(awx: FakeAwx, put: Put, parameters: dict[str, Any], words: str) -> None:
    result = put(parameters=parameters)
    assert result.get("failed") and words in result["msg"], result
    assert awx.mutating() == [] and TOKEN not in json.dumps(result)


def test_what_awx_refuses_is_said(awx: FakeAwx, put: Put) -> None:
    missing = put(credentials={"look": "aws"})
    assert "status: there is no credential 'aws' in AWX" in missing["msg"] and awx.mutating() == []
    schedule = {"name": "x", "unified_job_template": f"{NAME} status", "rrule": "FREQ=DAILY"}
    refused = put(parameters={"schedules": [schedule]})
    assert "POST /api/v2/schedules/ failed with 400: rrule: Valid DTSTART required in rrule." in refused["msg"]


def test_a_project_that_cannot_be_read_ends_the_run_and_the_next_one_goes_on(awx: FakeAwx, put: Put) -> None:
    awx.update_ends = "failed"
    assert f"project {NAME}: AWX could not update it (failed)" in put()["msg"]
    awx.update_ends = "successful"
    assert len(put()["changes"]) == len(JOBS) + len(TASKS)
    assert not put()["changed"]


def test_the_playbook_defines_the_same(awx: FakeAwx, put: Put, quick_playbook: Playbook) -> None:
    def run(*args: str, **options: Any) -> Run:
        environment = {"CONTROLLER_HOST": awx.url, "CONTROLLER_OAUTH_TOKEN": TOKEN}
        return quick_playbook("playbooks/awx.yml", *args, extra_vars=options, environment=environment)

    given = {"awx_project_url": SETTINGS["project_url"], "awx_directory": "/srv/jitsi"}
    wrong = run(**given)
    assert wrong.rc == 2 and "awx_credentials: is missing; name credentials for AWS" in wrong.said
    put()
    same = run("--check", **given, awx_credentials={**SETTINGS["credentials"]})
    assert (same.rc, same.changed) == (0, 0), same.stdout


@pytest.mark.parametrize("job", ["logs", "recordings"])
def test_a_playbook_takes_the_answers_of_whoever_only_clicks(
    job: str, converged: AwsServer, quick_playbook: Playbook
) -> None:
    """Nothing typed is empty text, and what is true or false comes as a word."""
    (found,) = (each for each in JOBS if each["job"] == job)
    survey = awx_survey.survey(found["playbook"].rpartition("/")[2], found["ask"])
    answers = {question["variable"]: question["default"] for question in survey["spec"]}
    run = quick_playbook(f"playbooks/{found['playbook']}.yml", extra_vars=answers)
    assert (run.rc, run.changed, converged.mutating()) == (0, 0, []), run.stdout
