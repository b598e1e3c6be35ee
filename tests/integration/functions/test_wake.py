# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The functions of the life cycle against an emulated AWS: what wakes, what does not, PIN, limits, rotation, sleep."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions import reconcile
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.state import BLACKHOLE, Settings, Usage
from support.wake_site import event

from support.wake_platform import ASLEEP, AWAKE, Platform  # isort: skip

START = {"x-wake": "start"}


@pytest.fixture
def platform(aws):
    return Platform(aws)


def body(answer):
    return json.loads(answer["body"])


def test_only_a_post_with_its_header_wakes(aws, platform):
    web = platform.web()
    aws.calls.clear()
    for method, path, headers, status in [
        ("GET", "/", {}, 200),
        ("HEAD", "/Room", {}, 200),
        ("GET", "/tenant/Room", {"user-agent": "Slackbot-LinkExpanding 1.0"}, 200),
        ("GET", "/libs/app.bundle.min.js", {}, 503),
        ("GET", "/favicon.ico", {}, 503),
        ("GET", "/config.js", {"sec-fetch-dest": "script"}, 503),
        ("GET", "/config.js?room=room", {}, 200),
        ("GET", "/_wake/frame/Room", {}, 200),
        ("GET", "/.well-known/assetlinks.json", {}, 404),
        ("GET", "/http-bind", {}, 503),
        ("GET", "/tenant/xmpp-websocket", {}, 503),
        ("GET", "/_wake", {}, 405),
        ("GET", "/_wake", START, 405),
        ("GET", "/_wake/other", {}, 404),
        ("POST", "/Room", START, 405),
        ("POST", "/_wake/status", START, 405),
        # What a form of another site, or a script of one without asking us first, could send.
        ("POST", "/_wake", {}, 400),
        ("POST", "/_wake", {"x-wake": "1"}, 400),
        ("GET", "/_wake/status", {}, 200),
    ]:
        answer = web.answer(event(method, path, headers))
        assert answer["statusCode"] == status, (method, path)
        assert answer["headers"]["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer["headers"]
        assert not (method == "HEAD" and answer["body"])
    assert aws.mutating() == []
    assert platform.counts() == ASLEEP
    # Cheap too: one read.
    assert aws.calls[: aws.calls.index("application-autoscaling:DescribeScalableTargets")] == ["dynamodb:GetItem"]


def test_wake_then_ready(aws, platform):
    web = platform.web()
    assert body(web.answer(event("GET", "/_wake/status"))) == {"state": "asleep"}
    aws.calls.clear()
    answer = web.answer(event("POST", "/_wake", START))
    assert (answer["statusCode"], body(answer)) == (202, {"state": "waking"})
    assert platform.counts() == AWAKE
    # The phase is written down before anything is done, and of each service the minimum is set before the count.
    done = [call for call in aws.mutating() if not call.startswith(("moto:", "dynamodb:"))]
    assert done == ["application-autoscaling:RegisterScalableTarget", "ecs:UpdateService"] * 3
    assert "dynamodb:PutItem" in aws.calls[: aws.calls.index("application-autoscaling:RegisterScalableTarget")]
    assert platform.record("origin") == BLACKHOLE
    # The task has an address long before it is healthy.
    platform.clock.now += 20
    platform.start_tasks(healthy=False)
    reconcile.reconcile(platform.cloud, Settings())
    assert platform.record("origin") == ("198.51.100.1",)
    assert platform.record("turn") == ("198.51.100.2",)
    status = body(web.answer(event("GET", "/_wake/status")))
    assert status["state"] == "waking"
    assert status["seconds"] == 20
    assert not status["overdue"]
    platform.clock.now += 40
    platform.start_tasks(healthy=True)
    aws.client("ecs").update_service(cluster="meet-cluster", service="meet-service", desiredCount=1)
    status = body(web.answer(event("GET", "/_wake/status")))
    assert status["steps"] == {"task": True, "services": True, "bridge": True, "address": True}
    assert status["state"] == "ready"
    assert [line for line in platform.cloud.lines if "event" in line] == [
        {"event": "woken", "by": "visitor", "before": "asleep"},
        {"event": "ready", "by": "visitor", "wake_seconds": 60},
    ]


def test_a_second_click_changes_nothing(aws, platform):
    web = platform.web(per_day=1)
    web.answer(event("POST", "/_wake", START))
    aws.calls.clear()
    platform.clock.now += 30
    assert web.answer(event("POST", "/_wake", START))["statusCode"] == 202
    assert aws.mutating() == []


def test_limit_of_wakes_a_day(aws, platform):
    web = platform.web(per_day=4)

    def click(address):
        platform.clock.now += 400
        answer = web.answer(event("POST", "/_wake", START, address))
        return answer["statusCode"], body(answer).get("error")

    # One address has half of them; an IPv6 network is one.
    assert [click(f"2001:db8:0:{number:x}::1") for number in range(3)] == [(202, None)] * 2 + [(429, "share")]
    assert [click(f"203.0.113.{number}") for number in (7, 8, 9)] == [(202, None)] * 2 + [(429, "limit")]
    # While people meet nothing is counted; what was told long ago does not hold.
    platform.cloud.tell("people", "met")
    assert click("203.0.113.9")[0] == 429
    platform.clock.now -= 400
    assert web.answer(event("POST", "/_wake", START, "203.0.113.9"))["statusCode"] == 202
    answer = None
    platform.clock.now += 400
    answer = web.answer(event("POST", "/_wake", START, "203.0.113.9"))
    assert 0 < body(answer)["retry"] <= 86400
    platform.clock.now += body(answer)["retry"]
    assert click("203.0.113.9") == (202, None)


def test_twenty_clicks_of_one_address_leave_wakes_to_others(platform):
    web = platform.web(per_day=20)
    for _ in range(20):
        platform.clock.now += 300
        web.answer(event("POST", "/_wake", START, "198.51.100.9"))
    assert web.answer(event("POST", "/_wake", START, "198.51.100.9"))["statusCode"] == 429
    assert web.answer(event("POST", "/_wake", START, "203.0.113.7"))["statusCode"] == 202


def test_a_server_wakes_with_a_key(aws, platform):
    web = platform.web(pin=True, by_key=True, per_day=1)
    secrets = aws.client("secretsmanager")
    secrets.put_secret_value(SecretId="meet-jitsi-secrets", SecretString=json.dumps({"wake_key": "0f" * 16}))

    def post(key, address="203.0.113.7"):
        return web.answer(event("POST", "/_wake", {**START, "x-wake-key": key}, address))

    assert [post(wrong)["statusCode"] for wrong in ("", "0f", "4711")] == [403] * 3
    assert platform.counts() == ASLEEP
    # Neither the PIN nor the limit of visitors is asked for.
    for _ in range(3):
        assert post("0f" * 16)["statusCode"] == 202
        platform.clock.now += 400
    assert platform.counts() == AWAKE
    assert [post("x")["statusCode"] for _ in range(3)] == [403, 403, 429]
    assert post("0f" * 16)["statusCode"] == 429
    assert post("0f" * 16, "203.0.113.8")["statusCode"] == 202


def test_no_key_counts_where_none_is_wanted(platform):
    answer = platform.web(pin=True).answer(event("POST", "/_wake", {**START, "x-wake-key": "0f" * 16}))
    assert (answer["statusCode"], body(answer)) == (403, {"error": "pin"})
    assert platform.counts() == ASLEEP


def test_what_an_app_and_an_embedding_page_load(platform):
    web = platform.web()
    config = web.answer(event("GET", "/config.js?room=week%22ly&release=1"))
    assert config["headers"]["cache-control"] == "no-store"
    told = json.loads(config["body"].removeprefix("var config = ").removesuffix(";\n"))
    assert told["bosh"] == "https://meet.example.org/http-bind"
    assert told["callDisplayName"].endswith("https://meet.example.org/weekly")
    for path in ("/external_api.js", "/libs/external_api.min.js", "/tenant/external_api.js"):
        script = web.answer(event("GET", path))
        assert script["statusCode"] == 200
        assert script["headers"]["content-type"].startswith("text/javascript")
        assert script["headers"]["cache-control"] == "no-store"
        assert "JitsiMeetExternalAPI" in script["body"]


def test_pin(platform):
    web = platform.web(pin=True)

    def post(pin, address="203.0.113.7"):
        return web.answer(event("POST", "/_wake", {**START, "x-wake-pin": pin}, address))

    for wrong in ("", "4712", "47110", "%C3%BC"):
        answer = post(wrong)
        assert (answer["statusCode"], body(answer)) == (403, {"error": "pin"})
    assert platform.counts() == ASLEEP
    # A right one does not count, however often.
    for _ in range(8):
        assert post("4711")["statusCode"] == 202
    assert platform.counts() == AWAKE
    assert post("4713")["statusCode"] == 403
    answer = post("4711")
    assert (answer["statusCode"], body(answer)["error"]) == (429, "pin tries")
    # What a visitor sends as its address before CloudFront adds the real one does not help.
    assert post("4711", "198.51.100.99, 203.0.113.7")["statusCode"] == 429
    assert post("4711", "203.0.113.7, 130.176.0.1")["statusCode"] == 429
    assert post("4711", "203.0.113.8")["statusCode"] == 202
    platform.clock.now += body(answer)["retry"]
    assert post("4711")["statusCode"] == 202


def test_guesses_from_everywhere_are_limited_too(platform):
    web = platform.web(pin=True)
    tries = [
        web.answer(event("POST", "/_wake", {**START, "x-wake-pin": "0"}, f"2001:db8:{number:x}::1"))["statusCode"]
        for number in range(80)
    ]
    assert tries.count(403) <= 60
    assert tries[-1] == 429


def test_guesses_at_once_are_each_counted(platform):
    web = platform.web(pin=True)

    def guess(number):
        return web.answer(event("POST", "/_wake", {**START, "x-wake-pin": str(number)}))["statusCode"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(guess, range(24))).count(403) <= 5


def test_neighbours_of_an_ipv6_network_are_one(platform):
    web = platform.web(pin=True)
    answers = [
        web.answer(event("POST", "/_wake", {**START, "x-wake-pin": "0"}, f"2001:db8::{number:x}"))["statusCode"]
        for number in range(1, 7)
    ]
    assert answers == [403] * 5 + [429]


def test_no_pin_in_the_document_lets_nobody_in(aws, platform):
    aws.client("secretsmanager").put_secret_value(SecretId="meet-jitsi-secrets", SecretString="{}")
    answer = platform.web(pin=True).answer(event("POST", "/_wake", {**START, "x-wake-pin": ""}))
    assert (answer["statusCode"], body(answer)) == (503, {"error": "no pin"})
    assert platform.counts() == ASLEEP


def test_of_a_generated_pin_eight_characters_count(aws, platform):
    document = json.dumps({"wake_pin": "0123456789abcdef0123456789abcdef"})
    aws.client("secretsmanager").put_secret_value(SecretId="meet-jitsi-secrets", SecretString=document)
    assert platform.cloud.pin() == "01234567"


def test_a_rotation_is_waited_for_but_not_for_ever(aws, platform):
    client = aws.client("secretsmanager")
    version = client.put_secret_value(SecretId="meet-jitsi-secrets", SecretString="{}", VersionStages=["AWSPENDING"])[
        "VersionId"
    ]
    platform.clock.now = client.describe_secret(SecretId="meet-jitsi-secrets")["LastChangedDate"].timestamp() + 5
    web = platform.web()
    answer = web.answer(event("POST", "/_wake", START))
    assert (answer["statusCode"], body(answer)) == (202, {"state": "rotating", "retry": 5})
    assert platform.counts() == ASLEEP
    # Woken by other means, it starts when the rotation is over.
    reconcile.wake(platform.cloud, "operator")
    reconcile.reconcile(platform.cloud, Settings())
    assert platform.counts() == ASLEEP
    client.update_secret_version_stage(
        SecretId="meet-jitsi-secrets", VersionStage="AWSPENDING", RemoveFromVersionId=version
    )
    reconcile.reconcile(platform.cloud, Settings())
    assert platform.counts() == AWAKE


def test_the_mark_of_a_dead_rotation_does_not_keep_it_off(aws, platform):
    client = aws.client("secretsmanager")
    client.put_secret_value(SecretId="meet-jitsi-secrets", SecretString="{}", VersionStages=["AWSPENDING"])
    changed = client.describe_secret(SecretId="meet-jitsi-secrets")["LastChangedDate"].timestamp()
    platform.clock.now = changed + Settings().rotation + 1
    assert body(platform.web().answer(event("POST", "/_wake", START))) == {"state": "waking"}
    assert platform.counts() == AWAKE


def test_desired_count_of_signalling_wakes_everything(aws, platform):
    reconcile.reconcile(platform.cloud, Settings())
    aws.client("ecs").update_service(cluster="meet-cluster", service="meet-service", desiredCount=1)
    reconcile.reconcile(platform.cloud, Settings())
    assert platform.counts() == AWAKE
    assert platform.cloud.lines == [{"event": "woken", "by": "outside", "before": "asleep"}]


def test_a_failure_after_the_wish_does_not_lose_it(platform, monkeypatch):
    def throttled(*_args):
        raise RuntimeError("ThrottlingException")

    with monkeypatch.context() as broken:
        broken.setattr(platform.cloud, "set_minimum", throttled)
        assert platform.web().answer(event("POST", "/_wake", START))["statusCode"] == 202
    assert platform.counts() == ASLEEP
    reconcile.reconcile(platform.cloud, Settings(), watch=True)
    assert platform.counts() == AWAKE


def test_sleep_step_by_step(aws, platform, monkeypatch):
    platform.web().answer(event("POST", "/_wake", START))
    platform.start_tasks(healthy=True)
    platform.clock.now += 60
    empty = {}

    def usage(_settings):
        minute = int(platform.clock.now // 60) * 60
        zeros = dict.fromkeys(range(minute - 1200, minute, 60), 0)
        return Usage(zeros | empty, zeros, zeros, dict.fromkeys(zeros, 1))

    monkeypatch.setattr(platform.cloud, "usage", usage)

    def tick(minutes):
        platform.clock.now += minutes * 60
        aws.calls.clear()
        reconcile.reconcile(platform.cloud, Settings(), watch=True)
        return platform.cloud.item().phase

    assert tick(1) == "awake"
    assert tick(12) == "awake"
    assert tick(4) == "draining"
    assert platform.record("origin") == BLACKHOLE
    assert platform.record("turn") == ("198.51.100.2",)
    assert platform.counts() == AWAKE
    assert tick(1) == "draining"
    # Somebody has come in before the door closed.
    empty[int(platform.clock.now // 60) * 60] = 1
    assert tick(1) == "awake"
    assert platform.record("origin") == ("198.51.100.1",)
    assert tick(1) == "awake"
    empty.clear()
    assert tick(20) == "draining"
    assert tick(3) == "draining"
    assert tick(2) == "asleep"
    assert platform.counts() == ASLEEP
    assert platform.record("origin") == platform.record("turn") == BLACKHOLE
    changes = [call for call in aws.mutating() if not call.startswith("dynamodb:")]
    assert changes == [
        "route53:ChangeResourceRecordSets",
        *["application-autoscaling:RegisterScalableTarget"] * 3,
        *["ecs:UpdateService"] * 3,
    ]
    # At rest a look is five reads.
    assert tick(1) == "asleep"
    assert len(aws.calls) == 5 + 1  # and the one of this test
    assert aws.mutating() == []
