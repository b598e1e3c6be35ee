# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Wrong options of modules, playbooks and roles: one short error that names what is wrong, and not one call to AWS.

What the options of playbooks and the inputs of roles may be is in tests/unit/variables/test_options.py, and that every
module is here in tests/unit/test_modules.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import bad_input
from support.playbooks import Run
from support.server import AwsServer

RunModule = Callable[..., dict[str, Any]]


@pytest.mark.parametrize(
    "case", bad_input.WRONG, ids=[f"{module}-{index}" for index, (module, _wrong, _named) in enumerate(bad_input.WRONG)]
)
def test_one_error_before_any_call(case: tuple[str, dict[str, Any], str], aws_server: AwsServer, run_module: RunModule):
    module, wrong, named = case
    aws_server.calls.clear()
    result = run_module(module, **{**bad_input.RIGHT[module], **wrong})
    assert result.get("failed"), "it was accepted"
    assert aws_server.calls == []
    assert named in result["msg"]
    assert len(result["msg"]) <= 1000
    assert all(line.isprintable() for line in result["msg"].splitlines())
    assert "exception" not in result


# One wrong input of each role, and what is right beside it.
ROLES: dict[str, dict[str, Any]] = {
    "autoscaling": {"autoscaling_name": "meet", "autoscaling_percent": 101},
    "ecs_service": {
        "ecs_service_name": "meet",
        "ecs_service_region": "us-east-1",
        "ecs_service_domain": "meet.example.com",
        "ecs_service_alert_email": "nobody",
    },
    "edge": {"edge_name": "meet", "edge_domain": "meet example com", "edge_hosted_zone": "example.com"},
    "monitoring": {
        "monitoring_name": "meet",
        "monitoring_region": "us-east-1",
        "monitoring_alert_email": "ops@example.com",
        "monitoring_error_burst": 0,
    },
    "networking": {"networking_name": "meet", "networking_vpc_cidr": "10.90.0.0/8", "networking_subnets": []},
    "recording_bucket": {"recording_bucket_name": "No_Bucket"},
    "secrets": {"secrets_platform": "Meet"},
}


def test_roles_alone_check_their_inputs(aws: AwsServer, quick_playbook: Callable[..., Run], tmp_path: Path) -> None:
    """Each role by itself, with no variable of a deployment."""
    told = {"ansible.builtin.debug": {"msg": "told: {{ ansible_failed_result.msg }}"}}
    blocks = [
        {
            "block": [{"ansible.builtin.include_role": {"name": f"meetops.jitsi.{role}"}, "vars": given}],
            "rescue": [told],
        }
        for role, given in ROLES.items()
    ]
    play = {"hosts": "localhost", "gather_facts": False, "tasks": blocks}
    (tmp_path / "play.json").write_text(json.dumps([play]))
    run = quick_playbook(str(tmp_path / "play.json"), inventory="localhost,")
    assert (run.rc, run.count("rescued"), aws.calls) == (0, len(ROLES), []), run
    said = run.said
    for words in (
        "autoscaling_percent: 101 is out of range; use 10 to 90",
        "ecs_service_alert_email: 'nobody' is not an e-mail address",
        "edge_domain: 'meet example com' is not a domain name",
        "monitoring_error_burst: 0 is out of range; use 1 to 1000000",
        "networking_vpc_cidr: '10.90.0.0/8' has a size that AWS does not offer",
        "recording_bucket_name: 'No_Bucket'",
        "secrets_platform: 'Meet' does not have the right form",
    ):
        assert f"told: Correct these variables and run again: {words}" in said


def test_a_playbook_checks_options_and_facts_together(aws: AwsServer, quick_playbook: Callable[..., Run]) -> None:
    wrong = {"scale_to": "tired", "scale_bridges": 3, "jitsi_bridge_max": 0}
    run = quick_playbook("playbooks/runbooks/scale.yml", extra_vars=wrong)
    assert (run.rc, run.failed, aws.calls) == (2, 1, []), run
    for line in (
        "jitsi_bridge_max: 0 is out of range; use 1 to 100",
        "scale_bridges: is not an option of this playbook; did you mean scale_bridge_max?",
        "scale_to: 'tired' is not offered; use one of awake, asleep",
    ):
        assert line in run.stdout


def test_the_figure(capsys: pytest.CaptureFixture[str]) -> None:
    modules = {module for module, _wrong, _named in bad_input.WRONG}
    with capsys.disabled():
        print(f"\nbad input: {len(bad_input.WRONG)} wrong values of {len(modules)} modules, each one error, no call")
    assert len(bad_input.WRONG) >= 300
