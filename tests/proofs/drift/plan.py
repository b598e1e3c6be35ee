# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The plan of the whole site.yml, and what a run then does: the same, no more and no less."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from support import plans
from support.playbooks import Run
from support.server import AwsServer

from .case import DOMAIN, NAME, Hand, call
from .entrance import lose_record, validation_name
from .explore import Missed
from .network import TWO
from .services import CLUSTER, POOL, WAKE
from .stores import LOG_GROUP

Playbook = Callable[..., Run]


@dataclass(frozen=True)
class Outcome:
    """A plan that was told, and done."""

    said: set[plans.Said]
    mutating: int
    tasks: list[plans.Task]


def lose_file_system(hand: Hand) -> None:
    identifier = hand.file_system_id()
    for target in hand.efs.describe_mount_targets(FileSystemId=identifier)["MountTargets"]:
        hand.efs.delete_mount_target(MountTargetId=target["MountTargetId"])
    hand.efs.delete_access_point(AccessPointId=hand.access_point()["AccessPointId"])
    hand.efs.delete_file_system(FileSystemId=identifier)


def lose_pool(hand: Hand) -> None:
    """With its service: ECS does not let go a capacity provider that a service uses."""
    hand.ecs.delete_service(cluster=CLUSTER, service=POOL, force=True)
    hand.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=POOL, ForceDelete=True)
    hand.ec2.delete_launch_template(LaunchTemplateName=POOL)


def lose_names(hand: Hand) -> None:
    hand.servicediscovery.delete_service(Id=hand.discovery_service()["Id"])
    hand.servicediscovery.delete_namespace(Id=hand.namespace()["Id"])


def lose_subnet(hand: Hand) -> None:
    subnet = hand.subnet(TWO)["SubnetId"]
    (association,) = (item for item in hand.table()["Associations"] if item.get("SubnetId") == subnet)
    hand.ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
    hand.ec2.delete_subnet(SubnetId=subnet)


def lose_function(hand: Hand) -> None:
    hand.client("lambda").delete_function_url_config(FunctionName=WAKE)
    hand.client("lambda").delete_function(FunctionName=WAKE)


# What is made anew with another id, which other resources then have to name.
LOST: list[Callable[[Hand], object]] = [
    lose_file_system,
    lose_pool,
    lose_names,
    lose_subnet,
    lose_function,
    call("logs", "delete_log_group", logGroupName=LOG_GROUP),
    call("ecs", "delete_service", cluster=CLUSTER, service=f"{NAME}-bridge", force=True),
    call("ecs", "deregister_task_definition", taskDefinition=f"{NAME}-signalling:1"),
    lambda hand: lose_record(hand, "CNAME", validation_name(hand)),
    lambda hand: lose_record(hand, "A", DOMAIN),
    lambda hand: hand.acm.delete_certificate(CertificateArn=hand.certificate_arn()),
]


def prove(aws: AwsServer, playbook: Playbook, directory: Path, name: str) -> Outcome:
    """Plan, run and plan again from where the account is. The run does what the plan says, call by call of each task.

    Raises Missed.
    """

    def run(*args: str) -> tuple[list[plans.Task], list[str]]:
        file = directory / f"{name}{len(list(directory.iterdir()))}.jsonl"
        aws.calls.clear()
        done = playbook("playbooks/site.yml", "--diff", *args, environment=plans.recording(file, aws.url))
        if (done.rc, done.failed) != (0, 0):
            raise Missed(f"{name}: {done}")
        return plans.read(file), list(aws.calls)

    planned, calls = run("--check")
    problems = [f"{task} makes calls in check mode: {made}" for task, made in plans.mutating_of(planned, calls).items()]
    done, calls = run()
    told, did = plans.all_said(planned), plans.all_said(done)
    problems += [f"planned, not done: {one}" for one in sorted(told - did)]
    problems += [f"done, not planned: {one}" for one in sorted(did - told)]
    made = plans.mutating_of(done, calls)
    changed = {task.task for task in done if task.said}
    problems += [f"{task} says nothing of {made[task]}" for task in sorted(set(made) - changed)]
    problems += [f"{task} makes no call" for task in sorted(changed - set(made))]
    problems += [f"{task.task} is changed and does not say what" for task in done if task.changed and not task.said]
    left, _calls = run("--check")
    problems += [f"still to do: {one}" for one in sorted(plans.all_said(left))]
    if problems:
        raise Missed(f"{name}:\n" + "\n".join(problems))
    return Outcome(did, sum(len(calls) for calls in made.values()), done)
