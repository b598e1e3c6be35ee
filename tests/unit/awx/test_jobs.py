# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What AWX is to have: the jobs of playbooks/vars/awx.yml, their surveys, and schedules from calendar events."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.awx import calendar, jobs
from ansible_collections.meetops.jitsi.plugins.module_utils.awx import survey as awx_survey
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.variables import options as runbook_options
from dateutil.rrule import rrulestr
from support.awx import answer_faults, check_rule, check_survey
from support.awx_jobs import CALENDAR, JOBS, LEFT_OUT, SETTINGS, TASKS
from support.server import ROOT

BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
BY_NAME = {job["job"]: job for job in JOBS}
# Playbooks that AWX does not offer: they are for a machine of one's own.
NOT_OFFERED = {"awx", "maintenance_timers", "policies"}


def option_name(job: dict[str, Any]) -> str:
    return str(job["playbook"].rpartition("/")[2])


def test_each_option_of_a_playbook_is_asked_for_set_kept_or_left_out_on_purpose() -> None:
    offered: set[str] = set()
    for job in JOBS:
        assert (ROOT / "playbooks" / f"{job['playbook']}.yml").is_file()
        named = [*job.get("ask", {}), *job.get("keep", {}), *job.get("set", {})]
        known = runbook_options.options(option_name(job)) if option_name(job) in runbook_options.PLAYBOOKS else {}
        assert len(named) == len(set(named)) and set(named) <= {*known, *awx_survey.FORCE}
        offered.update(named)
    there = {
        name
        for playbook in runbook_options.PLAYBOOKS.keys() - NOT_OFFERED
        for name in runbook_options.options(playbook).keys() - runbook_options.COMMON.keys()
    }
    assert offered | set(LEFT_OUT) == there | set(awx_survey.FORCE)
    assert offered.isdisjoint(LEFT_OUT)
    assert {option_name(job) for job in JOBS} >= runbook_options.PLAYBOOKS.keys() - NOT_OFFERED


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job["job"])
def test_defaults_are_what_the_playbook_takes_and_does_anyway(job: dict[str, Any]) -> None:
    survey = awx_survey.survey(option_name(job), job.get("ask", {}))
    if not survey:
        return
    check_survey(survey)
    answers = {question["variable"]: question["default"] for question in survey["spec"] if "default" in question}
    for question in survey["spec"]:
        if "default" in question and question["default"] != "":
            assert answer_faults(question, question["default"]) == []
    given = {name: value for name, value in answers.items() if name != "jitsi_force"}
    assert runbook_options.problems(option_name(job), given, {}) == []
    for name, value in given.items():
        option = runbook_options.options(option_name(job))[name]
        try:
            usual = option.rule.parse(option.default)
        except InvalidInput:
            continue
        if not list(option.rule.check(name, usual)) and name not in ("recordings_action", "restore_sessions"):
            assert option.rule.parse(value) == usual


def test_nothing_dangerous_is_asked_with_a_dangerous_default() -> None:
    for job in JOBS:
        for question in awx_survey.survey(option_name(job), job.get("ask", {})).get("spec", []):
            if question["variable"] in ("jitsi_force", "rotate_force", "destroy_recordings", "destroy_secrets"):
                assert question["default"] == "false"
            assert question["type"] != "password" and "password" not in question["variable"]
    (name,) = (q for q in awx_survey.survey("destroy", BY_NAME["destroy"]["ask"])["spec"] if q["required"])
    assert name["variable"] == "destroy_name" and "default" not in name


def test_the_rights_are_those_of_the_policies() -> None:
    text = (ROOT / "docs" / "policies" / "README.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ") and "playbooks/" in line]
    rights = {row.split("[")[1].split("-")[0]: row.rpartition("|")[0].rpartition("|")[2] for row in rows}
    for job in JOBS:
        path = f"`playbooks/{job['playbook']}.yml`"
        if any(path in row for row in rights.values()):
            assert path in rights[job["credential"]], job["job"]


def test_the_calendar_does_what_the_timers_do() -> None:
    assert set(CALENDAR) == {task["task"] for task in TASKS}
    made = jobs.objects(JOBS, SETTINGS, CALENDAR, TASKS)
    assert [each["name"].rpartition(" ")[2] for each in made["schedules"]] == [task["task"] for task in TASKS]
    for task, schedule in zip(TASKS, made["schedules"], strict=True):
        planned = CALENDAR[task["task"]]
        assert option_name(BY_NAME[planned["job"]]) == task["playbook"].rpartition(".")[2]
        # Of the options that timers give those that are files go elsewhere, and a check need not wait.
        options = [option for option in task["options"].replace("-e ", "").split() if "html" not in option]
        answers = [f"{name}={value}" for name, value in planned.get("answers", {}).items()]
        assert answers == [option for option in options if option != "update_images_wait_minutes=120"]
        check_rule(schedule["rrule"])


def naive(event: str, days: int) -> list[dt.datetime]:
    """When an event with the date ``*-months-days`` happens, written down without rules."""
    *weekdays, date, time = event.split(" ")
    _, months, month_days = date.split("-")
    names = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    found = []
    for number in range(days):
        day = dt.datetime(2026, 1, 1) + dt.timedelta(days=number)
        fits = [
            months == "*" or str(day.month) in [str(int(month)) for month in months.split(",")],
            month_days == "*" or str(day.day) in [str(int(each)) for each in month_days.split(",")],
            not weekdays or names[day.weekday()] in weekdays[0].split(","),
        ]
        if all(fits):
            hour, minute, second = time.split(":")
            found += [day.replace(hour=int(each), minute=int(minute), second=int(second)) for each in hour.split(",")]
    return found


@pytest.mark.parametrize(
    "event",
    [
        "*-*-* 03:30:00",
        "Mon *-*-* 06:30:00",
        "Mon,Thu *-*-* 06:30:10",
        "*-*-01 06:00:00",
        "*-01,04,07,10-15 04:00:00",
        "*-01,07-02 06:00:00",
        "*-01-10 06:00:00",
        "*-02,03-* 06:00:00",
        "Tue *-*-01,02,03,04,05,06,07 05:00:00",
        "*-*-* 06,18:15:00",
    ],
)
def test_a_schedule_runs_when_a_timer_would(event: str) -> None:
    rule = calendar.rule(event, "Europe/Berlin")
    check_rule(rule)
    runs = [
        run.replace(tzinfo=None)
        for run in rrulestr(rule).between(
            dt.datetime(2026, 1, 1, tzinfo=BERLIN), dt.datetime(2028, 1, 1, tzinfo=BERLIN), inc=True
        )
    ]
    assert runs == naive(event, 730)


@pytest.mark.parametrize(
    ("event", "same"),
    [
        ("daily", "*-*-* 00:00:00"),
        ("quarterly", "*-01,04,07,10-01 00:00:00"),
        ("Mon..Wed 06:00", "Mon,Tue,Wed *-*-* 06:00:00"),
        ("Sat..Mon *-*-* 06:00", "Mon,Sat,Sun *-*-* 06:00:00"),
        ("*-1/3-01 06:00:00", "*-01,04,07,10-01 06:00:00"),
        ("04-01 06:00", "*-04-01 06:00:00"),
        ("06:00", "*-*-* 06:00:00"),
        ("Mon..Sun 06:00", "*-*-* 06:00:00"),
    ],
)
def test_events_have_short_forms(event: str, same: str) -> None:
    assert calendar.rule(event, "UTC") == calendar.rule(same, "UTC")


def test_an_event_has_its_own_zone_or_that_of_the_platform() -> None:
    start = "DTSTART;TZID=Europe/Berlin:20260101T033000 RRULE:FREQ=DAILY;INTERVAL=1"
    assert calendar.rule("*-*-* 03:30:00 Europe/Berlin", "UTC") == start
    assert calendar.rule("*-*-* 03:30:00", "Europe/Berlin") == start
    assert calendar.rule("03:30 UTC", "Europe/Berlin").startswith("DTSTART;TZID=UTC:")


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("0 3 * * *", "is none; write such as"),
        ("2026-*-* 03:00:00", "for some years only"),
        ("hourly", "too often"),
        ("*-*-* *:00:00", "too often"),
        ("*-*-* 03:00/10:00", "too often"),
    ],
)
def test_what_awx_cannot_do_is_refused(event: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        calendar.rule(event, "UTC")


def test_questions_and_answers_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InvalidInput, match="logs_sinse: is not an option of logs"):
        awx_survey.survey("logs", {"logs_sinse": "1h"})
    with pytest.raises(InvalidInput, match="backup_keep: not asked by the survey"):
        awx_survey.answers(awx_survey.survey("logs", {"logs_since": "1h"}), {"backup_keep": 3})
