# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The real protection script with the real curl and jq, against components, an agent and an ECS that fail and lie."""

from __future__ import annotations

import itertools
import subprocess
import time

import pytest
import yaml
from support.programs import ROLE, need
from support.task import DEPLOYMENT, KEYS, TASK, Sidecar, fake_task, protection, service

SCRIPT = ROLE / "files" / "protect.sh"
SETTINGS = yaml.safe_load((ROLE / "vars" / "main" / "protection.yml").read_text())
# Seconds, a hundredth of the real ones or less, but for the one within which an answer comes however slow the machine.
FAST = {"poll": 0.03, "idle": 0.3, "unknown": 0.3, "renew": 0.3, "watch": 0.05, "grace": 1, "timeout": 10}
# Where no answer comes, nobody needs to wait so long; and what takes an hour does not happen in a test.
SHORT, HOUR = {"timeout": 1}, 3600
NAMES = {"cluster": "shop-cluster", "service": "shop-bridge", "region": "us-east-1"}
PROTECTED = {"ProtectionEnabled": True, "ExpiresInMinutes": 720}
RELEASED = {"ProtectionEnabled": False}


@pytest.fixture
def task():
    need("bash", "curl", "jq")
    with fake_task() as server:
        yield server


@pytest.fixture
def sidecar(task):
    """Start the script of a component with the role's own settings and these."""
    started = []

    def start(component="bridge", *, agent=True, clock=None, **settings):
        environment = {
            "ECS_CONTAINER_METADATA_URI_V4": f"{task.url}/metadata",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{task.url}/credentials",
        }
        if agent:
            environment["ECS_AGENT_URI"] = f"{task.url}/agent"
        arguments = {
            **SETTINGS["_ecs_service_protect_settings"],
            **SETTINGS["_ecs_service_protect"][component],
            **NAMES,
            **FAST,
            "platform": "shop",
            "stats": f"{task.url}/stats",
            "more": "",
            "recordings": "",
            "control": f"{task.url}/control",
            "ecs": "",
            **settings,
        }
        started.append(Sidecar(SCRIPT, environment, arguments, clock))
        return started[-1]

    yield start
    for running in started:
        running.close()


def asked(task, since=0):
    return [event.what["ProtectionEnabled"] for event in task.of("protect", since)]


def answer_in_turn(task, *answers):
    """Give these answers to the looks, one each, and the last one for ever."""
    turn = itertools.chain(answers, itertools.repeat(answers[-1]))

    def stats():
        task.record("began", None)
        answer = next(turn)
        return answer() if callable(answer) else answer

    task.stats = stats


def asked_at(task):
    """What the agent was asked, and at which look, from 1."""
    looks, found = 0, []
    for event in list(task.events):
        looks += event.kind == "began"
        if event.kind == "protect":
            found.append((event.what["ProtectionEnabled"], looks))
    return found


BUSY, IDLE = (200, {"local_endpoints": 3}), (200, {"local_endpoints": 0})


def test_a_call_is_protected_the_protection_is_renewed_and_let_go_when_idle(task, sidecar, tmp_path):
    answer_in_turn(task, *[BUSY] * 25, IDLE)
    running = sidecar(clock=tmp_path / "uptime")
    task.wait("protect", RELEASED, since=0)
    task.wait("look", count=10)
    # Ten looks take the time after which it is renewed, and without work let go.
    assert asked_at(task) == [(True, 1), (True, 11), (True, 21), (True, 31), (False, 36)]
    running.terminate()
    told = [(line["protect"], line["busy"], line["agent"]) for line in running.lines if not line["stopping"]]
    assert told == [(1, 3, "ok"), (0, 0, "ok")]
    assert {(line["source"], line["component"], line["platform"]) for line in running.lines} == {
        ("protect", "bridge", "shop")
    }


def test_a_call_that_comes_and_goes_stays_protected(task, sidecar):
    flapping = itertools.cycle([4, 0, 0, 1, 0])
    task.stats = lambda: (200, {"local_endpoints": next(flapping)})
    sidecar(idle=60)
    task.wait("look", count=20)
    assert set(asked(task)) == {True}


def slow():
    time.sleep(2 * SHORT["timeout"])
    return IDLE


UNKNOWN = {
    "failing": (500, {"local_endpoints": 0}),
    "a page": (200, b"<html>"),
    "nothing": (200, b""),
    "null": (200, {"local_endpoints": None}),
    "negative": (200, {"local_endpoints": -1}),
    "words": (200, {"local_endpoints": "0"}),
    "huge": (200, b'{"local_endpoints": 1e308}'),
    "twice": (200, b'{"local_endpoints": 0} {"local_endpoints": 0}'),
    "endless": (200, b'{"local_endpoints": 0, "x": "' + b"x" * 2_000_000 + b'"}'),
    "slow": slow,
}


@pytest.mark.parametrize("answer", UNKNOWN.values(), ids=UNKNOWN)
def test_a_call_of_which_nothing_is_known_stays_protected_for_a_while(task, sidecar, answer, tmp_path):
    answer_in_turn(task, BUSY, BUSY, answer)
    sidecar(clock=tmp_path / "uptime", unknown=0.12, **(SHORT if answer is slow else {}))
    task.wait("protect", RELEASED, since=0)
    # It was known at the second look, and four looks are the while.
    assert asked_at(task) == [(True, 1), (False, 6)]


@pytest.mark.parametrize("answer", [UNKNOWN["failing"], UNKNOWN["negative"]])
def test_without_a_call_nothing_known_changes_nothing(task, sidecar, answer):
    task.stats = answer
    sidecar()
    task.wait("look", count=8)
    assert not task.of("protect")
    # Nor is time in which nothing was known time without work.
    answers = itertools.cycle([(200, {"local_endpoints": 0}), answer])
    task.stats = lambda: next(answers)
    task.wait("look", count=8)
    assert not task.of("protect")


THROTTLED = {"requestID": "1", "error": {"Code": "ThrottlingException"}}
BLOCKED = {"failure": {"Arn": TASK, "Reason": "DEPLOYMENT_BLOCKED"}}
AGENTS = {
    "failing": (lambda _wanted: (500, b""), "no answer"),
    "throttled": (lambda _wanted: (400, THROTTLED), "ThrottlingException"),
    "refusing": (lambda _wanted: (200, BLOCKED), "DEPLOYMENT_BLOCKED"),
    "lying": (lambda wanted: protection(not wanted), "wrong answer"),
    "failing and boasting": (lambda _wanted: (500, protection(True)[1]), "wrong answer"),
    "babbling": (lambda _wanted: (200, b"<html>"), "no answer"),
}


@pytest.mark.parametrize(("agent", "reason"), AGENTS.values(), ids=AGENTS)
def test_an_agent_that_fails_is_asked_again_and_told_of_once(task, sidecar, agent, reason, tmp_path):
    answer_in_turn(task, (200, {"local_endpoints": 1}))
    task.agent = agent
    running = sidecar(clock=tmp_path / "uptime")
    task.wait("protect", count=5, since=0)
    assert asked_at(task)[:5] == [(True, 1), (True, 2), (True, 4), (True, 8), (True, 16)], "more and more seldom"
    task.agent = protection
    task.wait("protect", PROTECTED)
    running.wait_for(protect=1, agent="ok")
    assert [(line["protect"], line["agent"]) for line in running.lines] == [(1, reason), (1, "ok")]


def test_a_slow_agent_is_not_waited_for(task, sidecar):
    def hang(_wanted):
        time.sleep(2 * SHORT["timeout"])
        return protection(True)

    task.busy(1)
    task.agent = hang
    running = sidecar(**SHORT)
    running.wait_for(agent="no answer")
    task.wait("look", count=3)
    task.agent = protection
    running.wait_for(agent="ok")


def test_a_renewal_that_is_refused_ends_nothing(task, sidecar):
    task.busy(1)
    running = sidecar()
    task.wait("protect", PROTECTED, since=0)
    task.agent = AGENTS["refusing"][0]
    running.wait_for(agent="DEPLOYMENT_BLOCKED")
    task.wait("protect", PROTECTED, count=2)
    assert set(asked(task)) == {True}


def test_a_protection_whose_answer_was_lost_is_let_go(task, sidecar):
    task.busy(1)
    task.agent = lambda _wanted: (500, b"")
    sidecar()
    task.wait("protect", PROTECTED, since=0)
    task.busy(0)
    task.wait("protect", RELEASED, count=2)
    task.agent = protection
    task.wait("protect", RELEASED)
    task.wait("look", count=2)
    before = len(task.of("protect"))
    task.wait("look", count=5)
    assert len(task.of("protect")) == before


def test_without_an_agent_it_says_so_and_goes_on(task, sidecar):
    task.busy(1)
    running = sidecar(agent=False)
    assert running.wait_for(protect=1)["agent"] == "no ECS_AGENT_URI"
    task.wait("look", count=3)
    running.terminate()


# --- Other components


@pytest.mark.parametrize(
    ("component", "at_work", "at_rest"),
    [
        ("recorder", {"status": {"busyStatus": "BUSY"}}, {"status": {"busyStatus": "IDLE"}}),
        ("recorder", {"status": {"busyStatus": "BUSY"}}, {"status": {"busyStatus": "EXPIRED"}}),
        ("signalling", {"participants": 2, "conferences": 1}, {"participants": 0, "conferences": 1}),
    ],
)
def test_recorders_and_signalling_are_protected_too(task, sidecar, component, at_work, at_rest):
    task.stats = (200, at_work)
    sidecar(component, unknown=60)
    task.wait("protect", PROTECTED, since=0)
    task.stats = (200, {"status": {"busyStatus": "DANCING"}})
    task.wait("look", count=3)
    task.stats = (200, at_rest)
    task.wait("protect", RELEASED)


@pytest.mark.parametrize("answer", [(200, {"status": {"busyStatus": "IDLE"}}), UNKNOWN["failing"]])
def test_a_recording_that_waits_for_its_upload_is_work(task, sidecar, answer, tmp_path):
    task.stats = answer
    (tmp_path / "session 1").mkdir()
    (tmp_path / "a file").touch()
    running = sidecar("recorder", recordings=tmp_path, unknown=60 if answer[0] == 200 else 0.3)
    task.wait("protect", PROTECTED, since=0)
    assert running.wait_for(protect=1)["busy"] == 1
    (tmp_path / "session 1").rmdir()
    if answer[0] == 200:
        # A disk that cannot be read is not an empty one.
        tmp_path.rename(tmp_path.with_suffix(".moved"))
        task.wait("look", count=3)
        assert RELEASED not in [event.what for event in task.of("protect")]
        tmp_path.with_suffix(".moved").rename(tmp_path)
    task.wait("protect", RELEASED)


# --- A bridge whose TURN server relays


@pytest.fixture
def relays(tmp_path):
    """Says how many clients are relayed for, and is the command that asks."""
    told = tmp_path / "relays"

    def say(text):
        # In one step: a look must not see half of it.
        told.with_suffix(".next").write_text(text)
        told.with_suffix(".next").rename(told)

    say('{"relays": 0}')
    return lambda text=None: f"cat {told}" if text is None else say(text)


@pytest.mark.parametrize("stats", [IDLE, UNKNOWN["failing"]])
def test_a_bridge_that_relays_is_at_work(task, sidecar, relays, tmp_path, stats):
    task.stats = stats
    running = sidecar(more=relays(), clock=tmp_path / "uptime")
    task.wait("look", count=2)
    assert not task.of("protect")
    relays('{"relays": 2}')
    task.wait("protect", PROTECTED, since=0)
    assert running.wait_for(protect=1)["busy"] == 2
    task.stats = IDLE
    relays('{"relays": 0}')
    task.wait("protect", RELEASED)


@pytest.mark.parametrize("text", ["", "null", "{}", '{"relays": null}', '{"relays": -1}', "{"])
def test_relays_of_which_nothing_is_known_are_not_none(task, sidecar, relays, tmp_path, text):
    relays('{"relays": 1}')
    sidecar(more=relays(), clock=tmp_path / "uptime", unknown=HOUR)
    task.wait("protect", PROTECTED, since=0)
    relays(text)
    # After ten looks without work it would be let go.
    task.wait("look", count=12)
    assert RELEASED not in [event.what for event in task.of("protect")]
    relays('{"relays": 0}')
    task.wait("protect", RELEASED)


def test_what_is_relayed_while_the_platform_sleeps_is_no_meeting(task, sidecar, relays, tmp_path):
    ecs_of(task)
    relays('{"relays": 1}')
    sidecar(more=relays(), ecs=f"{task.url}/ecs/", clock=tmp_path / "uptime")
    task.wait("protect", PROTECTED, since=0)
    # What is not known changes nothing.
    task.ecs["DescribeServices"] = (500, {})
    task.wait("look", count=12)
    assert RELEASED not in [event.what for event in task.of("protect")]
    task.ecs["DescribeServices"] = service(desired=0)
    task.wait("protect", RELEASED)
    # Who has endpoints meets all the same.
    task.busy(1)
    task.wait("protect", PROTECTED)


# --- Drain


def drained(task, since=0):
    return [event.what for event in task.of("post", since)]


ENABLE, DISABLE = ("POST", "/control/enable"), ("POST", "/control/disable")


def ecs_of(task, described=None, tasks=(TASK,)):
    task.ecs = {
        "DescribeTasks": {"tasks": [{"taskArn": TASK, "startedBy": DEPLOYMENT}]},
        "DescribeServices": described or service(),
        "ListTasks": {"taskArns": list(tasks)},
    }


def test_a_bridge_drains_while_another_deployment_replaces_its_own(task, sidecar):
    ecs_of(task)
    running = sidecar(ecs=f"{task.url}/ecs/")
    asked_of = task.wait("DescribeServices", count=2, since=0)[0].what
    assert asked_of == {"cluster": "shop-cluster", "services": ["shop-bridge"]}
    assert task.of("DescribeTasks")[0].what == {"cluster": "shop-cluster", "tasks": [TASK]}
    assert not drained(task)

    task.ecs["DescribeServices"] = service("ecs-svc/2", DEPLOYMENT, running=2)
    task.wait("post", ENABLE)
    running.wait_for(draining=1)
    # What is not known changes nothing.
    lies = {}, {"services": []}, {"services": [{"deployments": []}]}, {"services": [{"deployments": 3}]}
    for answer in ((500, {}), *lies):
        task.ecs["DescribeServices"] = answer
        task.wait("DescribeServices", count=2)
    assert drained(task) == [ENABLE]
    # ECS has gone back to the former deployment.
    task.ecs["DescribeServices"] = service(DEPLOYMENT, "ecs-svc/2", running=2)
    task.wait("post", DISABLE)
    task.wait("DescribeServices", count=3)
    assert drained(task) == [ENABLE, DISABLE]
    assert len(task.of("DescribeTasks")) == 1
    assert not task.of("ListTasks"), "only a settled service can have too many tasks"


def test_a_drain_that_failed_is_tried_again(task, sidecar):
    ecs_of(task, service("ecs-svc/2"))
    task.control = (500, {})
    sidecar(ecs=f"{task.url}/ecs/")
    task.wait("post", ENABLE, count=3, since=0)
    task.control = (200, {})
    task.wait("post", ENABLE)
    task.wait("look", count=5)
    before = len(task.of("post"))
    task.wait("look", count=5)
    assert len(task.of("post")) == before


@pytest.mark.parametrize(
    ("others", "desired", "drains"),
    [("12", 2, True), ("89", 2, False), ("12", 1, True), ("89", 0, True), ("46", 2, False)],
)
def test_of_too_many_bridges_the_last_ones_drain(task, sidecar, others, desired, drains):
    tasks = [TASK, *(TASK[:-1] + other for other in others)]
    ecs_of(task, service(running=3, desired=desired), tasks)
    sidecar(ecs=f"{task.url}/ecs/")
    task.wait("ListTasks", {"cluster": "shop-cluster", "serviceName": "shop-bridge"}, count=2, since=0)
    task.wait("look", count=2)
    assert drained(task) == ([ENABLE] if drains else [])


def test_the_keys_of_the_role_show_nowhere(task, sidecar):
    ecs_of(task)
    arguments = []
    answer = task.answer

    def watched(request):
        if request.path == "/ecs/":
            listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
            arguments.append(listed)
        return answer(request)

    task.answer = watched
    running = sidecar(ecs=f"{task.url}/ecs/")
    task.wait("DescribeServices", since=0)
    running.terminate()
    assert any("aws-sigv4" in text for text in arguments)
    for secret in (KEYS.secret_key, KEYS.token):
        assert not any(secret in text for text in (*arguments, str(running.lines)))


# --- Stop


def test_an_idle_bridge_that_is_stopped_takes_no_more_conferences(task, sidecar):
    running = sidecar(grace=HOUR)
    task.wait("look", since=0)
    running.terminate()
    assert drained(task) == [ENABLE]
    assert running.lines[-1]["draining"] == running.lines[-1]["stopping"] == 1


def test_a_busy_bridge_that_is_stopped_waits_for_its_calls_but_not_for_long(task, sidecar):
    task.busy(1)
    running = sidecar()
    task.wait("protect", since=0)
    assert running.terminate() >= FAST["grace"]

    running = sidecar(grace=HOUR)
    task.wait("look")
    running.process.terminate()
    task.wait("post", ENABLE)
    task.busy(0)
    running.end()


def test_a_recorder_that_is_stopped_ends_its_recording_first(task, sidecar):
    task.stats = (200, {"status": {"busyStatus": "BUSY"}})
    running = sidecar("recorder", grace=HOUR)
    task.wait("protect", since=0)
    running.process.terminate()
    task.wait("post", ("POST", "/control"))
    task.wait("look", count=3)
    assert running.process.poll() is None, "the recorder still writes"
    # A slow or failing answer is no end.
    task.stats = UNKNOWN["failing"]
    task.wait("look", count=3)
    assert running.process.poll() is None
    task.close()
    running.end()


def test_an_idle_recorder_and_signalling_are_just_stopped(task, sidecar):
    for component, answer in (("recorder", {"status": {"busyStatus": "IDLE"}}), ("signalling", {"participants": 3})):
        task.stats = (200, answer)
        running = sidecar(component, grace=HOUR)
        task.wait("look", count=2)
        running.terminate()
    assert not drained(task)


@pytest.mark.parametrize("moment", ["start", "component", "agent", "ecs", "twice"])
def test_it_can_be_stopped_at_any_time(task, sidecar, moment):
    def hang(*_args):
        task.record("hanging", None)
        time.sleep(2 * SHORT["timeout"])
        return 200, {}

    task.busy(1)
    if moment == "component":
        task.stats = hang
    elif moment == "agent":
        task.agent = hang
    elif moment == "ecs":
        task.ecs = {"DescribeTasks": (500, {})}
    running = sidecar(ecs=f"{task.url}/ecs/", grace=0.2, **SHORT)
    if moment in ("component", "agent"):
        task.wait("hanging", since=0)
    elif moment != "start":
        task.wait("DescribeTasks", since=0)
    else:
        task.wait("look", since=0)
    if moment == "twice":
        running.process.terminate()
    running.terminate()
    assert drained(task)[-1] == ENABLE
