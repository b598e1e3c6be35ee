# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The pure parts of the life cycle: what keeps it awake, schedules, the page, and a small part of the proof."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.cloud import Cloud
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.page import Brand, Page, room_name
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.progress import figures, progress
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.schedule import kept_awake_since
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.state import (
    ASLEEP,
    AWAKE,
    BLACKHOLE,
    DRAINING,
    STOPPING,
    Action,
    Item,
    Seen,
    Service,
    Settings,
    Task,
    Usage,
    actions,
    in_use,
    move,
    put_to_sleep,
)
from support import wake_site  # noqa: F401
from support.programs import need
from support.rendering import role_variable
from support.server import ROOT

from proofs.lifecycle.mutants import WRONG  # isort: skip
from proofs.lifecycle.scenarios import SMALL  # isort: skip

SETTINGS = Settings()
NOW = 1_800_000_000.0
MINUTES = range(int(NOW) - 1200, int(NOW), 60)
ZEROS = dict.fromkeys(MINUTES, 0.0)
ONES = dict.fromkeys(MINUTES, 1.0)
QUIET = Usage(ZEROS, ZEROS, ZEROS, ONES)
RUNS = Service(1, 3, 1, 1, (Task("198.51.100.1", NOW, True),))
OFF = Service(0, 3, 0)
RECORDER = Service(1, 2, 1, 1)
SEEN = Seen(
    {"signalling": RUNS, "bridge": RUNS, "recorder": RECORDER}, {"origin": ("198.51.100.1",), "turn": ("198.51.100.1",)}
)
REST = Seen({"signalling": OFF, "bridge": OFF, "recorder": OFF}, {"origin": BLACKHOLE, "turn": BLACKHOLE})
LONG_AWAKE = Item(AWAKE, 7, NOW - 9000, woken_at=NOW - 9000, wake_at=NOW - 9000, ready_at=NOW - 8900)


def services(**changed):
    return replace(SEEN, services={**SEEN.services, **changed})


@pytest.mark.parametrize(
    ("item", "seen", "usage", "why"),
    [
        ({}, SEEN, QUIET, ""),
        ({"wake_at": NOW - 899}, SEEN, QUIET, "woken"),
        ({"ready_at": NOW - 899}, SEEN, QUIET, "woken"),
        ({"ready_at": 0, "woken_at": NOW - 3599}, SEEN, QUIET, "waking"),
        # After an hour nobody waits any more.
        ({"ready_at": 0, "woken_at": NOW - 3601}, SEEN, QUIET, ""),
        ({}, replace(SEEN, kept_awake_since=NOW - 9999), QUIET, "schedule"),
        ({}, SEEN, replace(QUIET, participants={**ZEROS, MINUTES[3]: 1.0}), "participants"),
        ({}, SEEN, replace(QUIET, participants={**ZEROS, MINUTES[-1]: 2.0}), "participants"),
        ({}, SEEN, replace(QUIET, busy={**ZEROS, MINUTES[-4]: 1.0}), "recorder"),
        ({}, SEEN, replace(QUIET, waiting={**ZEROS, MINUTES[-4]: 1.0}), "recorder"),
        ({}, SEEN, Usage(), "figures missing"),
        ({}, SEEN, replace(QUIET, participants={}), "figures missing"),
        # One minute of the window is enough. The two newest may be late.
        ({}, SEEN, replace(QUIET, participants={m: 0.0 for m in MINUTES if m != MINUTES[-8]}), "figures missing"),
        ({}, SEEN, replace(QUIET, participants=dict.fromkeys(MINUTES[:-2], 0.0)), ""),
        # Two recorders run and one tells nothing.
        ({}, services(recorder=replace(RECORDER, running=2)), QUIET, "figures missing"),
        ({}, services(recorder=replace(RECORDER, running=2)), replace(QUIET, reporting={MINUTES[-4]: 2.0}), ""),
        ({}, SEEN, replace(QUIET, waiting={}), "figures missing"),
        ({}, services(recorder=OFF), Usage(ZEROS), ""),
    ],
)
def test_what_keeps_it_awake(item, seen, usage, why):
    assert in_use(replace(LONG_AWAKE, **item), seen, usage, NOW, SETTINGS) == why


def test_a_platform_without_an_item_gets_one():
    assert move(None, REST, None, NOW, SETTINGS).phase == ASLEEP
    assert move(None, SEEN, None, NOW, SETTINGS).phase == AWAKE


def test_it_wakes_for_its_certificate():
    asleep = Item(ASLEEP, 3, NOW - 20 * 86400)
    assert move(asleep, REST, None, NOW, SETTINGS) is None
    assert move(asleep, REST, None, NOW + 60, SETTINGS).by == "certificate"
    assert move(asleep, REST, None, NOW + 60, replace(SETTINGS, certificate=0)) is None


def test_a_schedule_that_came_while_it_was_stopped_wakes_it():
    asleep = Item(ASLEEP, 3, NOW - 60, drained_at=NOW - 400)
    assert move(asleep, replace(REST, kept_awake_since=NOW - 100), None, NOW, SETTINGS).by == "schedule"
    # An operator who puts it to sleep in office hours is not contradicted.
    assert move(asleep, replace(REST, kept_awake_since=NOW - 500), None, NOW, SETTINGS) is None


def test_a_leftover_is_stopped_but_not_a_recorder_at_work():
    asleep = Item(ASLEEP, 3, NOW - 60)
    left = replace(REST, services={**REST.services, "bridge": Service(0, 3, 2, 2)})
    assert move(asleep, left, None, NOW, SETTINGS).phase == STOPPING
    recorder = replace(REST, services={**REST.services, "recorder": Service(0, 2, 1, 1)})
    assert move(asleep, recorder, None, NOW, SETTINGS) is None
    assert move(asleep, recorder, replace(QUIET, waiting=ONES), NOW, SETTINGS) is None
    assert move(asleep, recorder, QUIET, NOW, SETTINGS).phase == STOPPING


def test_a_draining_that_cannot_be_decided_opens_again():
    draining = replace(LONG_AWAKE, phase=DRAINING, since=NOW - 890, drained_at=NOW - 890)
    closed = replace(SEEN, records={**SEEN.records, "origin": BLACKHOLE})
    assert move(draining, closed, Usage(), NOW, SETTINGS) is None
    assert move(draining, closed, Usage(), NOW + 20, SETTINGS).phase == AWAKE


def test_an_operator_may_force_it():
    assert put_to_sleep(LONG_AWAKE, NOW, SETTINGS, force=False).phase == DRAINING
    assert put_to_sleep(LONG_AWAKE, NOW, SETTINGS, force=True).phase == STOPPING
    asleep = Item(ASLEEP, 3, NOW - 60)
    assert put_to_sleep(asleep, NOW, SETTINGS, force=True) is asleep


def test_order_of_stopping():
    stopping = replace(LONG_AWAKE, phase=STOPPING, since=NOW, publish_at=NOW + 40)
    kinds = ("signalling", "bridge", "recorder")
    assert actions(stopping, SEEN, NOW, mine=True) == [
        Action("record", "origin", BLACKHOLE),
        Action("record", "turn", BLACKHOLE),
        *[Action("minimum", kind, 0) for kind in kinds],
        *[Action("desired", kind, 0) for kind in kinds],
    ]
    # Whoever is not stopping it only keeps the door closed.
    assert [action.what for action in actions(stopping, SEEN, NOW, mine=False)] == ["record", "record"]


def test_nothing_starts_amid_a_rotation():
    seen = replace(REST, rotating=True)
    assert actions(LONG_AWAKE, seen, NOW, mine=False) == []
    assert {action.what for action in actions(LONG_AWAKE, REST, NOW, mine=False)} == {"minimum", "desired"}


def test_without_recorders_they_are_left_alone():
    off = replace(REST, services={**REST.services, "recorder": Service(0, 0, 0)})
    assert {action.name for action in actions(LONG_AWAKE, off, NOW, mine=False)} == {"signalling", "bridge"}


def test_name_leads_to_the_newest_task():
    tasks = (Task("198.51.100.9", NOW - 50, True), Task("198.51.100.5", NOW, False), Task(None, NOW, False))
    (action,) = actions(LONG_AWAKE, services(signalling=replace(RUNS, tasks=tasks)), NOW, mine=False)
    assert action == Action("record", "origin", ("198.51.100.5",))


def test_progress_of_a_task_that_is_replaced_counts_from_then():
    task = Task("198.51.100.9", NOW - 30, False)
    status = progress(LONG_AWAKE, services(signalling=replace(RUNS, tasks=(task,))), NOW, SETTINGS)
    assert (status["state"], status["seconds"], status["overdue"]) == ("waking", 30, False)


def test_a_bridge_that_is_lost_is_shown_and_signalling_is_not():
    """A new one starts, and the progress counts from there, however long signalling has run."""
    bridge = replace(RUNS, tasks=(Task("198.51.100.9", NOW - 30, False),))
    signalling = replace(RUNS, tasks=(Task("198.51.100.1", NOW - 9000, True),))
    seen = services(bridge=bridge, signalling=signalling)
    status = progress(LONG_AWAKE, seen, NOW, SETTINGS)
    assert status["steps"] == {"task": True, "services": True, "bridge": False, "address": True}
    assert (status["state"], status["seconds"], status["overdue"]) == ("waking", 30, False)
    assert figures(LONG_AWAKE, seen, None, NOW, SETTINGS)["ready"] == 0


@pytest.mark.parametrize(
    ("told", "minutes", "joined"),
    [
        ("HEALTHY", 0, True),
        ("HEALTHY", 60, True),
        ("UNKNOWN", 1, False),
        # A sidecar of a former release says nothing.
        ("UNKNOWN", 3, True),
        ("UNHEALTHY", 1, False),
        # It has lost signalling, however long it has run.
        ("UNHEALTHY", 60, False),
    ],
)
def test_a_bridge_has_joined_when_its_sidecar_says_so(told, minutes, joined):
    task = {"containers": [{"name": "stats", "healthStatus": told}], "startedAt": NOW - minutes * 60}
    assert Cloud(None, None, lambda: NOW)._joined(task) is joined


def test_figures_say_why_and_how_late():
    line = figures(LONG_AWAKE, SEEN, replace(QUIET, participants={**ZEROS, MINUTES[-4]: 1.0}), NOW, SETTINGS)
    assert line == {"state": "awake", "awake_minutes": 150, "idle_minutes": 3, "why": "participants", "ready": 1}
    late = replace(LONG_AWAKE, woken_at=NOW - 700, ready_at=0)
    assert figures(late, SEEN, None, NOW, SETTINGS)["wake_seconds"] == 700


def test_figures_say_whether_people_can_meet():
    sick = replace(SEEN, services={**SEEN.services, "bridge": replace(SEEN.services["bridge"], tasks=())})
    assert figures(LONG_AWAKE, sick, None, NOW, SETTINGS)["ready"] == 0
    hidden = replace(SEEN, records={**SEEN.records, "origin": BLACKHOLE})
    assert figures(LONG_AWAKE, hidden, None, NOW, SETTINGS)["ready"] == 0
    # With the door closed nobody is to meet.
    draining = replace(LONG_AWAKE, phase=DRAINING)
    assert "ready" not in figures(draining, hidden, QUIET, NOW, SETTINGS)


def test_figures_that_it_reads_are_published():
    filters = [
        *role_variable("monitoring", "_monitoring_filters", monitoring_name="meet"),
        *role_variable("monitoring", "_monitoring_recording_filters", monitoring_name="meet"),
    ]
    asked = []

    class Client:
        def get_metric_data(self, **parameters):
            asked.extend(parameters["MetricDataQueries"])
            return {"MetricDataResults": []}

    from proofs.lifecycle.scenarios import names

    Cloud(lambda _service: Client(), names(), lambda: NOW).usage(SETTINGS)
    wanted = {query["MetricStat"]["Metric"]["MetricName"] for query in asked}
    assert wanted <= {item["metric"] for item in filters}
    assert "Participants" in wanted


def at(text, zone="+00:00"):
    return datetime.fromisoformat(f"{text}{zone}").timestamp()


OPEN = {"schedule": "cron(0 8 ? * MON-FRI *)", "timezone": "Europe/Berlin", "awake": True}
CLOSE = {"schedule": "cron(0 18 ? * MON-FRI *)", "timezone": "Europe/Berlin", "awake": False}


@pytest.mark.parametrize(
    ("schedules", "now", "since"),
    [
        ([], "2026-11-23T12:00", None),
        ([OPEN, CLOSE], "2026-11-23T06:59", None),
        # Monday, 8:00 in Berlin.
        ([OPEN, CLOSE], "2026-11-23T07:00", "2026-11-23T07:00"),
        ([OPEN, CLOSE], "2026-11-23T16:59", "2026-11-23T07:00"),
        ([OPEN, CLOSE], "2026-11-23T17:00", None),
        # Summer time, and a Sunday after a Friday.
        ([OPEN, CLOSE], "2026-07-06T06:30", "2026-07-06T06:00"),
        ([OPEN], "2026-11-22T12:00", "2026-11-20T07:00"),
        # At the same time the one that wakes holds.
        ([{**CLOSE, "schedule": OPEN["schedule"]}, OPEN], "2026-11-23T08:00", "2026-11-23T07:00"),
        ([{"schedule": "rate(1 day)", "awake": True}], "2026-11-23T12:00", None),
        ([{"schedule": "at(2026-11-23T11:00:00)", "awake": True}], "2026-11-23T12:00", "2026-11-23T11:00"),
        ([{"schedule": "at(2026-11-23T13:00:00)", "awake": True}], "2026-11-23T12:00", None),
        ([{"schedule": "cron(0/20 9-10 * * ? *)", "awake": True}], "2026-11-23T10:45", "2026-11-23T10:40"),
        ([{"schedule": "cron(0 9 L * ? *)", "awake": True}], "2026-11-23T10:45", "2026-10-31T09:00"),
        # 31 October 2026 is a Saturday.
        ([{"schedule": "cron(0 9 LW * ? *)", "awake": True}], "2026-11-23T10:45", "2026-10-30T09:00"),
        ([{"schedule": "cron(0 9 15W * ? *)", "awake": True}], "2026-11-23T10:45", "2026-11-16T09:00"),
        ([{"schedule": "cron(0 9 ? * 2#1 *)", "awake": True}], "2026-11-23T10:45", "2026-11-02T09:00"),
        ([{"schedule": "cron(0 9 ? * FRIL *)", "awake": True}], "2026-11-23T10:45", "2026-10-30T09:00"),
        ([{"schedule": "cron(0 9 ? * FRI-MON *)", "awake": True}], "2026-11-24T10:45", "2026-11-23T09:00"),
        ([{"schedule": "cron(0 9 29 FEB ? 2024)", "awake": True}], "2026-11-24T10:45", None),
        ([{"schedule": "cron(0 9 24 DEC ? *)", "awake": True}], "2026-11-24T10:45", "2025-12-24T09:00"),
    ],
)
def test_schedules_that_keep_it_awake(schedules, now, since):
    found = kept_awake_since(schedules, at(now))
    assert found == (at(since) if since else None), found and datetime.fromtimestamp(found, UTC)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/", ""),
        ("/Room", "Room"),
        ("/tenant/Weekly%20Planning/", "Weekly Planning"),
        ("/M%C3%BCnchen", "München"),
        ("/%3Cb%3E", "<b>"),
        ("/a%2Fb", "a/b"),
        # Nothing that turns the direction of text around, no line breaks, nothing invalid.
        ("/safe%E2%80%AEgnp.exe%0A", "safegnp.exe"),
        ("/%FF", "\ufffd"),
        (f"/{'a' * 500}", f"{'a' * 119}…"),
    ],
)
def test_room_name(path, name):
    assert room_name(path) == name


def page(**brand):
    html = (ROOT / "roles" / "edge" / "files" / "wake" / "page.html").read_text(encoding="utf-8")
    return Page(html, Brand(**brand), pin_required=False)


def test_page_loads_nothing_and_names_everything():
    made = page(name="A & B <i>")
    text = made.render("/%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert "<title>A &amp; B &lt;i&gt;</title>" in text
    assert '<h1 id="room">&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;</h1>' in text
    assert text.count("<script") == 1
    assert "{{" not in text
    for word in ("http://", "https://", "src=", "@import", "url("):
        assert word not in text
    assert made.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert len(text.encode()) < 20_000


def test_what_is_filled_in_is_not_filled_again():
    assert "{{brand}}" in page().render("/%7B%7Bbrand%7D%7D")


@pytest.mark.parametrize(
    "wrong",
    [
        {"color": "red"},
        {"color_dark": "#12345"},
        {"color": "#000000;} body{display:none"},
        {"logo": "https://example.org/logo.png"},
        {"logo": 'data:image/png;base64,AAAA" onerror="x'},
        {"logo": "data:text/html;base64,AAAA"},
    ],
)
def test_wrong_brand(wrong):
    with pytest.raises(ValueError, match=r"is not"):
        Brand(**wrong)


@pytest.mark.parametrize(("color", "on"), [("#0b57d0", "#ffffff"), ("#a8c7fa", "#000000"), ("#ffee00", "#000000")])
def test_text_on_the_button_reads_well(color, on):
    assert f"--brand: {color}; --on-brand: {on};" in page(color=color).render("/")


@pytest.mark.parametrize("scenario", SMALL, ids=lambda scenario: scenario.name)
def test_small_part_of_the_proof(scenario):
    """The whole of it is `make proof-lifecycle`."""
    need("bash", "curl", "ip", "unshare")
    found = scenario.run()
    assert found.states > 1000
    assert found.longest_wish <= 3


@pytest.mark.parametrize("wrong", [wrong for wrong in WRONG if wrong.scenario in SMALL], ids=lambda wrong: wrong.name)
def test_the_proof_finds_a_wrong_check_and_a_deaf_bridge(wrong):
    need("bash", "curl", "ip", "unshare")
    assert wrong.caught()
