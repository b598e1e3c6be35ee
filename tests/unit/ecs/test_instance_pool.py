# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import autoscaling
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import instance_pool
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from botocore.exceptions import ClientError

POOL = {"name": "pool", "max_size": 2, "subnets": ["subnet-b", "subnet-a"], "tags": {"Name": "jitsi"}}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"max_size": 0}, "max_size 0: a pool holds at least one instance; "),
        ({"volume_size": 29}, "volume_size 29: the image does not fit; use 30 GiB or more"),
        ({"user_data": "\u00e9" * 8193}, "user_data: has 16386 bytes; use at most 16384"),
        ({"subnets": []}, "subnets: is empty; list at least one"),
        ({"security_groups": []}, "security_groups: is empty; list at least one"),
    ],
)
def test_what_ec2_would_refuse(wrong, message):
    right = {**POOL, "volume_size": 60, "user_data": "", "security_groups": ["sg-1"]}
    instance_pool.check(right)
    with pytest.raises(InvalidInput, match=message):
        instance_pool.check({**right, **wrong})


def test_a_described_group_compares_equal_to_the_wanted_one():
    described = {
        "MinSize": 0,
        "MaxSize": 2,
        "VPCZoneIdentifier": "subnet-b,subnet-a",
        "LaunchTemplate": {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "pool", "Version": "$Latest"},
        "NewInstancesProtectedFromScaleIn": True,
        "Tags": [{"Key": "AmazonECSManaged"}, {"Key": "Name", "Value": "jitsi"}],
    }
    assert instance_pool.described_group(described) == instance_pool.group(POOL)


class Client:
    """Refuses a number of times, as AWS does while an instance profile is new."""

    def __init__(self, refusals, message):
        self.refusals, self.message, self.calls = refusals, message, 0

    def create_auto_scaling_group(self, **_request):
        self.calls += 1
        if self.calls <= self.refusals:
            error = {"Error": {"Code": "ValidationError", "Message": self.message}}
            raise ClientError(error, "CreateAutoScalingGroup")


INVALID = (
    "You must use a valid fully-formed launch template. Value (p) for parameter iamInstanceProfile.name is invalid."
)


@pytest.mark.parametrize(
    ("refusals", "message", "calls", "fails"),
    [
        (0, "", 1, False),
        (3, INVALID, 4, False),
        (99, INVALID, autoscaling.PROFILE_ATTEMPTS + 1, True),
        (99, "The subnet ID 'subnet-a' does not exist", 1, True),
    ],
)
def test_only_a_profile_that_is_not_known_yet_is_waited_for(monkeypatch, refusals, message, calls, fails):
    monkeypatch.setattr(autoscaling.time, "sleep", lambda _seconds: None)
    client = Client(refusals, message)
    if fails:
        with pytest.raises(ClientError):
            autoscaling.create_group(client, "pool", instance_pool.group(POOL))
    else:
        autoscaling.create_group(client, "pool", instance_pool.group(POOL))
    assert client.calls == calls
