# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Floods: 1,000 requests of each kind within a minute, and what AWS is asked for them, over all instances together."""

from __future__ import annotations

from collections import Counter

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions import reconcile
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions.state import Settings
from support.wake_site import event

from support.wake_platform import AWAKE, Platform  # isort: skip

START = {"x-wake": "start"}
REQUESTS, INSTANCES = 1000, 8
KINDS = {
    "click": ("POST", "/_wake", START),
    "status": ("GET", "/_wake/status", {}),
    "page": ("GET", "/Room", {}),
    "script": ("GET", "/external_api.js", {}),
    "config": ("GET", "/config.js?room=x", {}),
    "wrong PIN": ("POST", "/_wake", {**START, "x-wake-pin": "0"}),
    "wrong key": ("POST", "/_wake", {**START, "x-wake-key": "0"}),
}
# Calls a minute. Route 53 allows an account 300; one look at the platform makes two.
MOST = {"route53": 30, "ecs": 70, "application-autoscaling": 30, "ec2": 30, "secretsmanager": 30}


@pytest.fixture
def platform(aws):
    return Platform(aws)


@pytest.mark.parametrize("addresses", [1, 250], ids=["one address", "many addresses"])
@pytest.mark.parametrize("state", ["asleep", "awake", "long awake", "rotating"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_flood_costs_a_bounded_number_of_calls(aws, platform, kind, state, addresses):
    if state == "rotating":
        client = aws.client("secretsmanager")
        client.put_secret_value(SecretId="meet-jitsi-secrets", SecretString="{}", VersionStages=["AWSPENDING"])
        changed = client.describe_secret(SecretId="meet-jitsi-secrets")["LastChangedDate"].timestamp()
        platform.clock.now = changed - changed % 60 + 60
    elif state != "asleep":
        reconcile.wake(platform.cloud, "operator")
        reconcile.reconcile(platform.cloud, Settings())
        platform.start_tasks(healthy=True)
        reconcile.reconcile(platform.cloud, Settings())
        platform.clock.now += 30 if state == "awake" else 1000
    method, path, headers = KINDS[kind]
    pin, by_key = kind == "wrong PIN", kind == "wrong key"
    webs = [platform.web(pin=pin, by_key=by_key, per_day=20) for _ in range(INSTANCES)]
    aws.calls.clear()
    for number in range(REQUESTS):
        platform.clock.now += 60 / REQUESTS
        address = f"198.51.{number % addresses}.9"
        webs[number % INSTANCES].answer(event(method, path, headers, address))
    calls = Counter(call.partition(":")[0] for call in aws.calls)
    for service, most in MOST.items():
        assert calls[service] <= most, calls
    if kind in ("page", "script", "config"):
        assert not calls
    if (kind, state) == ("click", "asleep"):
        assert platform.counts() == AWAKE
    if (kind, state) in {("click", "awake"), ("status", "asleep")}:
        assert set(calls) <= {"dynamodb"}


def test_a_click_starts_the_tasks_at_once_also_amid_a_flood(aws, platform):
    """The first one does; hundreds at the same moment neither repeat nor hinder it."""
    webs = [platform.web(per_day=20) for _ in range(INSTANCES)]
    for web in webs:
        web.answer(event("GET", "/_wake/status"))
    aws.calls.clear()
    for number in range(100):
        webs[number % INSTANCES].answer(event("POST", "/_wake", START, f"198.51.{number}.9"))
    assert platform.counts() == AWAKE
    started = Counter(aws.calls)
    assert (started["ecs:UpdateService"], started["application-autoscaling:RegisterScalableTarget"]) == (3, 3)
