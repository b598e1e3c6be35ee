# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a run leaves as it finds it, since it belongs to the life cycle, to autoscaling, to AWS or to somebody else."""

from __future__ import annotations

import json
from collections.abc import Callable

from .case import DOMAIN, NAME, Hand, call
from .network import ONE
from .services import BRIDGE, CLUSTER, POOL, READ_ONLY_ACCESS, scaling_call
from .stores import ARN, LOG_GROUP, SECRET, TABLE
from .watching import TOPIC, stray_alarm


def foreign_role(hand: Hand) -> None:
    hand.iam.create_role(RoleName=f"{NAME}-staging-bridge-task", AssumeRolePolicyDocument='{"Statement": []}')
    hand.iam.attach_role_policy(RoleName=f"{NAME}-staging-bridge-task", PolicyArn=READ_ONLY_ACCESS)


def pool_tag(hand: Hand) -> None:
    tag = {"ResourceId": POOL, "ResourceType": "auto-scaling-group", "Key": "Watched", "Value": "x"}
    hand.autoscaling.create_or_update_tags(Tags=[{**tag, "PropagateAtLaunch": False}])


def item(hand: Hand) -> None:
    hand.dynamodb.put_item(TableName=TABLE, Item={"id": {"S": "platform"}, "phase": {"S": "awake"}})


def pager(hand: Hand) -> None:
    hand.sqs.create_queue(QueueName="pager")
    hand.sns.subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=ARN("sqs", "pager"))


def other_pin(hand: Hand) -> None:
    answer = hand.secretsmanager.get_secret_value(SecretId=SECRET, VersionStage="AWSCURRENT")
    document = {**json.loads(answer["SecretString"]), "wake_pin": "12345678"}
    hand.secretsmanager.put_secret_value(SecretId=SECRET, SecretString=json.dumps(document))


LEFT_ALONE: dict[str, Callable[[Hand], object]] = {
    "the desired count of a service": call(
        "ecs", "update_service", cluster=CLUSTER, service=f"{NAME}-bridge", desiredCount=2
    ),
    "the minimum of a scalable target": scaling_call(
        "register_scalable_target", **BRIDGE, MinCapacity=1, MaxCapacity=3
    ),
    "the desired capacity of the pool": call(
        "autoscaling", "set_desired_capacity", AutoScalingGroupName=POOL, DesiredCapacity=1
    ),
    "a tag that somebody put on the pool": pool_tag,
    "the address of the running task": lambda hand: hand.record("UPSERT", "A", f"origin.{DOMAIN}", 10, "198.51.100.7"),
    "records of other names": lambda hand: hand.record("UPSERT", "A", "www.example.com", 300, "198.51.100.8"),
    "the phase in the table": item,
    "values of the secret": other_pin,
    "events in the log group": call("logs", "create_log_stream", logGroupName=LOG_GROUP, logStreamName="task"),
    "a pager at the topic": pager,
    "an alarm of another platform": stray_alarm(f"{NAME}-staging/x"),
    "a security group of somebody else": lambda hand: hand.ec2.create_security_group(
        GroupName="other", Description="x", VpcId=hand.vpc_id()
    ),
    "a subnet of somebody else": lambda hand: hand.ec2.create_subnet(VpcId=hand.vpc_id(), CidrBlock="10.90.200.0/24"),
    "a route table of somebody else": lambda hand: hand.ec2.create_route_table(VpcId=hand.vpc_id()),
    "a role of another platform": foreign_role,
    "an instance in a subnet": lambda hand: hand.ec2.create_network_interface(SubnetId=hand.subnet(ONE)["SubnetId"]),
}
