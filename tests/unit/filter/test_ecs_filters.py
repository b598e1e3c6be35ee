# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

from ansible_collections.meetops.jitsi.plugins.filter.ecs_environment import ecs_environment
from ansible_collections.meetops.jitsi.plugins.filter.ecs_secrets import ecs_secrets


def test_environment_is_sorted_and_all_strings():
    assert ecs_environment({"TZ": "UTC", "RESOLUTION": 720}) == [
        {"name": "RESOLUTION", "value": "720"},
        {"name": "TZ", "value": "UTC"},
    ]


def test_secrets_name_the_key_and_pin_no_version():
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf"
    assert ecs_secrets(["JVB_AUTH_PASSWORD", "JICOFO_AUTH_PASSWORD"], arn) == [
        {"name": "JICOFO_AUTH_PASSWORD", "valueFrom": f"{arn}:jicofo_auth_password::"},
        {"name": "JVB_AUTH_PASSWORD", "valueFrom": f"{arn}:jvb_auth_password::"},
    ]
