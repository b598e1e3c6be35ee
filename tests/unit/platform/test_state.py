# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.platform import state

NONE = {"desired": 0, "running": 0, "pending": 0}


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ({}, "absent"),
        ({"signalling": NONE, "bridge": NONE}, "asleep"),
        ({"signalling": NONE, "bridge": {**NONE, "desired": 1}}, "awake"),
        ({"signalling": {**NONE, "running": 1}, "bridge": NONE}, "awake"),
        ({"bridge": {**NONE, "pending": 1}}, "awake"),
    ],
)
def test_state(services, expected):
    assert state.state(services) == expected


def test_keys_that_cost_money():
    key = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    alias = "arn:aws:kms:us-east-1:123456789012:alias/aws/s3"
    assert state.customer_keys(["", "alias/aws/secretsmanager", alias, key, key]) == {key}


def test_service_that_is_not_there():
    assert state.service("bridge", {}) == {"name": "bridge", **NONE, "rollout_state": "", "task_definition": ""}
