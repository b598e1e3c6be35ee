# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""destroy.yml: what goes, what stays, who is asked first, and that another platform in the account is left alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from support import account, plans
from support.environments import PRODUCTION, STAGING, Belongings
from support.playbooks import Run
from support.replay import Request
from support.server import AwsServer

DESTROY, SITE = "playbooks/destroy.yml", "playbooks/site.yml"
NAME = PRODUCTION.name
SECRET, BUCKET = f"{NAME}-jitsi-secrets", "jitsi-meet-example-com-recordings"
RECORDING = "recordings/abcdefghijklmnop/meeting.mp4"
Playbook = Callable[..., Run]

# What the emulator still tells of what is gone. AWS does so too, for a while.
REMAINS = re.compile(
    r"ecs \S+/(services|clusters)/|ec2 \S+/(tags|vpc_end_points|tagger)|\S+ \S+/(tagger|tagging_service)/"
    r"|servicediscovery \S+/operations|route53 \S+/zones/\w+/rr_changes/|secretsmanager |s3 "
    # The zone was made for it, and staging uses it.
    r"|route53 \S+/zones/\w+/comment"
)


@dataclass(frozen=True)
class Destroyed:
    """Production destroyed beside staging: the dry run, the run, and what it asked for."""

    planned: Run
    planned_mutating: list[str]
    planned_said: set[plans.Said]
    run: Run
    said: set[plans.Said]
    # What was asked for to build both, and to destroy the one.
    built: list[Request]
    requests: list[Request]
    before: dict[str, str]
    after: dict[str, str]
    staging: Belongings


@pytest.fixture(scope="module")
def destroyed(
    aws_server: AwsServer, converged_requests: list[Request], quick_playbook: Playbook, tmp_path_factory: Any
) -> Destroyed:
    """Build staging beside a production with a recording, then destroy production."""
    aws_server.restore(converged_requests)
    s3 = aws_server.client("s3")
    recorded = aws_server.listen(lambda: s3.put_object(Bucket=BUCKET, Key=RECORDING, Body=b"film"))
    alone = account.contents()
    runs: list[Run] = []
    built = aws_server.listen(lambda: runs.append(quick_playbook(SITE, extra_vars=STAGING.variables)))
    assert runs.pop().rc == 0
    before = account.contents()
    aws_server.calls.clear()
    planned_file, file = (tmp_path_factory.mktemp("plans") / name for name in ("planned.jsonl", "done.jsonl"))
    planned = quick_playbook(DESTROY, "--check", environment=plans.recording(planned_file))
    planned_mutating = aws_server.mutating()

    def destroy() -> None:
        runs.append(quick_playbook(DESTROY, extra_vars={"destroy_name": NAME}, environment=plans.recording(file)))

    requests = aws_server.listen(destroy)
    return Destroyed(
        planned,
        planned_mutating,
        plans.all_said(plans.read(planned_file)),
        runs[0],
        plans.all_said(plans.read(file)),
        [*converged_requests, *recorded, *built],
        requests,
        before,
        account.contents(),
        Belongings(STAGING, alone, before),
    )


def test_a_dry_run_says_what_goes_and_changes_nothing(destroyed: Destroyed) -> None:
    assert (destroyed.planned.rc, destroyed.planned.failed) == (0, 0), str(destroyed.planned)
    assert destroyed.planned_mutating == []
    assert destroyed.planned.changed_tasks == destroyed.run.changed_tasks
    assert destroyed.planned_said == destroyed.said
    assert len(destroyed.said) > 200


def test_everything_goes_but_recordings_and_passwords(destroyed: Destroyed, aws_server: AwsServer) -> None:
    assert (destroyed.run.rc, destroyed.run.failed) == (0, 0), str(destroyed.run)
    production = Belongings(PRODUCTION, destroyed.after, destroyed.before)
    left = {path for path, _value in production.count(destroyed.after) if not REMAINS.match(path)}
    assert left == set()
    assert aws_server.client("secretsmanager").describe_secret(SecretId=SECRET).get("DeletedDate") is None
    assert not aws_server.client("secretsmanager").describe_secret(SecretId=SECRET)["RotationEnabled"]
    assert aws_server.client("s3").head_object(Bucket=BUCKET, Key=RECORDING)["ContentLength"] == 4


def test_a_listing_says_what_is_kept_and_what_it_costs(destroyed: Destroyed) -> None:
    for words in (
        f"Nothing of {NAME} is left that was to go.",
        f"secret {SECRET} (arn:aws:secretsmanager:us-east-1:123456789012:secret:{SECRET}-",
        "0.40 USD a month; site.yml uses it again",
        f"bucket {BUCKET}: 0.00 USD a month",
        "hosted zone example.com",
        "made for it, but it has records of others",
    ):
        assert words in destroyed.run.stdout


def test_the_other_platform_is_as_it_was(destroyed: Destroyed) -> None:
    assert len(destroyed.staging.things) > 500
    assert destroyed.staging.differences(destroyed.after) == []
    assert destroyed.staging.named_in(destroyed.requests) == []


def test_a_run_that_died_is_finished_by_the_next(
    destroyed: Destroyed, aws_server: AwsServer, quick_playbook: Playbook
) -> None:
    aws_server.restore([*destroyed.built, *destroyed.requests[: len(destroyed.requests) // 2]])
    run = quick_playbook(DESTROY, extra_vars={"destroy_name": NAME})
    assert (run.rc, run.failed) == (0, 0), str(run)
    # Operations of Cloud Map have new ids in every run.
    found = account.differences(destroyed.after, account.contents())
    assert [line for line in found if "/operations/" not in line] == []


def test_who_comes_in_before_the_door_closes_is_not_thrown_out(
    aws_server: AwsServer,
    converged_requests: list[Request],
    quick_playbook: Playbook,
    people_meet: Callable[..., None],
) -> None:
    aws_server.restore(converged_requests)
    ecs, services = aws_server.client("ecs"), {"cluster": f"{NAME}-cluster", "services": [f"{NAME}-service"]}
    ecs.update_service(cluster=f"{NAME}-cluster", service=f"{NAME}-service", desiredCount=1)
    # Nobody at the first look, three people at the second.
    people_meet(0, 3)
    ends = f"3 people meet now: removing {NAME}-service ends every meeting"
    refused = quick_playbook(DESTROY, extra_vars={"destroy_name": NAME})
    assert (refused.rc, refused.failed) == (2, 1), str(refused)
    assert f"{ends}. Wait, or run again with -e jitsi_force=true" in " ".join(refused.said.split())
    assert ecs.describe_services(**services)["services"][0]["status"] == "ACTIVE"
    forced = quick_playbook(DESTROY, extra_vars={"destroy_name": NAME, "jitsi_force": True})
    assert forced.rc == 0, str(forced)
    assert "3 people meet: removing the platform ends that." in forced.said
    assert f"! {ends} Done: " in " ".join(forced.said.split())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "destroy_name is not given: this is not the name of the platform"),
        ({"destroy_name": STAGING.name}, f"destroy_name {STAGING.name}: this is not the name of the platform"),
    ],
)
def test_it_asks_before_it_calls(aws: AwsServer, quick_playbook: Playbook, given: dict[str, Any], words: str) -> None:
    run = quick_playbook(DESTROY, extra_vars=given)
    assert (run.rc, run.failed) == (2, 1), str(run)
    assert words in run.said
    assert "Nothing was destroyed" in run.stdout
    assert aws.calls == []
