# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""check_variables in real playbook runs: what people see, and that nothing is called before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.playbooks import Run
from support.programs import free_port
from support.server import ROOT, AwsServer

PLAYBOOK = """\
---
- name: Check, then call AWS
  hosts: jitsi
  gather_facts: false
  roles: [meetops.jitsi.jitsi]
  module_defaults:
    group/meetops.jitsi.aws:
      region: "{{ jitsi_aws_region }}"
      endpoint_url: "{{ jitsi_aws_endpoint_url }}"
  tasks:
    - name: Check the variables of the deployment
      meetops.jitsi.check_variables:
      register: checked

    - name: Tell the result
      ansible.builtin.debug:
        msg: "changed is {{ checked.changed }}"

    - name: Call AWS
      amazon.aws.aws_caller_info:
"""
REQUIRED = {
    "jitsi_domain": "meet.example.com",
    "jitsi_hosted_zone": "example.com",
    "jitsi_alert_email": "ops@example.com",
}
MISSING = [
    "jitsi_domain: is not set; set it in group_vars, for example to meet.example.com",
    "jitsi_hosted_zone: is not set; set it in group_vars, for example to example.com",
    "jitsi_alert_email: is not set; set it in group_vars, for example to ops@example.com",
]
NO_RETRIES = {"AWS_MAX_ATTEMPTS": "1"}


@pytest.fixture(scope="module")
def check(quick_playbook: Callable[..., Run], tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    """Run the playbook above for a deployment that has the defaults and nothing else."""
    folder = tmp_path_factory.mktemp("deployment")
    (folder / "play.yml").write_text(PLAYBOOK, encoding="utf-8")
    inventory = {"all": {"children": {"jitsi": {"children": {"somewhere": {"hosts": {"here": None}}}}}}}
    (folder / "hosts.json").write_text(json.dumps(inventory), encoding="utf-8")
    (folder / "group_vars").symlink_to(ROOT / "group_vars")

    def run(*args: str, **options: Any) -> Run:
        return quick_playbook(str(folder / "play.yml"), *args, **{"inventory": folder / "hosts.json", **options})

    return run


@pytest.fixture
def nobody_listens() -> str:
    """An address at which every call fails."""
    return f"http://127.0.0.1:{free_port()}"


def told(run: Run) -> list[str]:
    """The lines of the message."""
    lines = run.stdout.replace("\\n", "\n").splitlines() + run.stderr.splitlines()
    return [line.strip().removesuffix('"}') for line in lines if re.match(r"\s*jitsi_\w+(\[\d+\])?(\.\w+)?: ", line)]


@pytest.mark.parametrize("args", [(), ("--check", "--diff")], ids=["real", "check"])
def test_required_variables_are_asked_for_before_any_call(
    check: Callable[..., Run], nobody_listens: str, args: tuple[str, ...]
) -> None:
    # Empty on the command line too, in case that group_vars/production.yml has them.
    values = {**dict.fromkeys(REQUIRED, ""), "jitsi_aws_endpoint_url": nobody_listens}
    run = check(*args, inventory="inventories/production", extra_vars=values, environment=NO_RETRIES)
    assert run.rc == 2, run
    assert set(told(run)) == set(MISSING), run
    assert "Correct these variables and run again" in run.stdout + run.stderr
    assert "TASK [Call AWS]" not in run.stdout


def test_the_next_task_would_have_failed_at_that_address(check: Callable[..., Run], nobody_listens: str) -> None:
    run = check(extra_vars={**REQUIRED, "jitsi_aws_endpoint_url": nobody_listens}, environment=NO_RETRIES)
    assert run.rc == 2, run
    assert not told(run)
    assert "Could not connect to the endpoint URL" in run.stdout + run.stderr
    assert "TASK [Call AWS]" in run.stdout


@pytest.mark.parametrize("args", [(), ("--check", "--diff")], ids=["real", "check"])
def test_right_variables_pass_without_a_change_or_a_call(
    check: Callable[..., Run], aws: AwsServer, args: tuple[str, ...]
) -> None:
    run = check(*args, extra_vars=REQUIRED)
    assert (run.rc, run.changed, run.failed) == (0, 0, 0), run
    assert "changed is False" in run.stdout
    # The one call is the next task's.
    assert aws.calls in (["sts:GetCallerIdentity"], ["sts:GetCallerIdentity", "iam:ListAccountAliases"])


@pytest.mark.parametrize(
    ("inventory", "extra_vars"),
    [("inventories/local", {}), ("inventories/staging", REQUIRED), ("inventories/production", REQUIRED)],
)
def test_the_environments_pass(check: Callable[..., Run], inventory: str, extra_vars: dict[str, str]) -> None:
    run = check(inventory=inventory, extra_vars=extra_vars)
    assert run.rc == 0, run


def test_site_checks_first(quick_playbook: Callable[..., Run], nobody_listens: str) -> None:
    values = {**dict.fromkeys(REQUIRED, ""), "jitsi_aws_endpoint_url": nobody_listens}
    run = quick_playbook("playbooks/site.yml", inventory="inventories/production", extra_vars=values)
    assert run.rc == 2, run
    assert set(told(run)) == set(MISSING), run
    assert run.stats["jitsi_production"]["ok"] == 0, run


def test_values_of_the_command_line_are_text_and_pass(check: Callable[..., Run]) -> None:
    texts = ["-e", "jitsi_task_cpu=2048", "-e", "jitsi_task_memory=4096", "-e", "jitsi_enable_recording=false"]
    run = check(*texts, "-e", "jitsi_bridge_max=5", extra_vars=REQUIRED)
    assert run.rc == 0, run


def test_every_problem_is_in_one_message(check: Callable[..., Run], aws: AwsServer) -> None:
    wrong = {
        **REQUIRED,
        "jitsi_task_memory": 9000,
        "jitsi_timezone": "Mars/Olympus",
        "jitsi_vpc_cidr": "10.90.0.0/8",
        "jitsi_schedules": [{"name": "open", "schedule": "cron(0 8 * * *)", "awake": True}],
        "jitsi_subnets": [{"cidr": "10.90.0.0/24", "zone": "{{ jitsi_aws_region }}a", "size": 3}],
        "jitsi_task_cpus": "geheim",
    }
    run = check("-e", "jitsi_aws_region=${HOME}", extra_vars=wrong)
    assert run.rc == 2, run
    assert aws.calls == []
    # jitsi_subnets is made from the region, which is wrong already.
    assert sorted({line.partition(":")[0] for line in told(run)}) == [
        "jitsi_aws_region",
        "jitsi_schedules[0].schedule",
        "jitsi_task_cpus",
        "jitsi_task_memory",
        "jitsi_timezone",
        "jitsi_vpc_cidr",
    ]
    assert "9000 is not offered by Fargate with jitsi_task_cpu 4096; use 8192 to 30720" in run.stdout + run.stderr
    assert "did you mean jitsi_task_cpu?" in run.stdout + run.stderr
    assert "geheim" not in run.stdout + run.stderr


def test_expressions_are_rendered_and_broken_ones_told(check: Callable[..., Run]) -> None:
    values = {
        **REQUIRED,
        "jitsi_alert_email": "{{ 'ops' ~ '@' ~ jitsi_hosted_zone }}",
        "jitsi_tags": {"Team": "{{ jitsi_name }}"},
        "jitsi_bridge_max": "{{ 2 + 2 }}",
        "jitsi_timezone": "{{ nowhere.at.all }}",
    }
    run = check(extra_vars=values)
    assert run.rc == 2, run
    assert len(set(told(run))) == 1, run
    assert told(run)[0].startswith("jitsi_timezone: cannot be rendered: 'nowhere' is undefined")


def test_names_of_older_guides_are_warned_of(check: Callable[..., Run]) -> None:
    run = check("-e", "task_cpu=2048", extra_vars=REQUIRED)
    assert run.rc == 0, run
    assert "task_cpu is not read; set jitsi_task_cpu instead" in run.stdout + run.stderr
    assert "environment is not read" not in run.stdout + run.stderr


def test_takes_no_options(check: Callable[..., Run], tmp_path: Path, quick_playbook: Callable[..., Run]) -> None:
    file = tmp_path / "play.yml"
    file.write_text(
        "- hosts: localhost\n  gather_facts: false\n  tasks: [{meetops.jitsi.check_variables: {strict: true}}]\n",
        encoding="utf-8",
    )
    run = quick_playbook(str(file), inventory="localhost,")
    assert run.rc == 2
    assert "Unsupported parameters" in run.stdout + run.stderr
