# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import json

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import iam as api
from botocore.exceptions import ClientError

NAME = "jitsi-recorder-instance"
PREFIX = "arn:aws:iam::123456789012"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
GONE = {"name": NAME, "state": "absent"}
DOCUMENT = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ecs:Poll", "Resource": ["arn:aws:ecs:us-east-1:123456789012:*"]}],
}


def role(name=NAME, **changed):
    return {
        "name": name,
        "description": "The ECS agent on recorder instances",
        "trust": {
            "service": "ec2.amazonaws.com",
            "conditions": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
        },
        "policies": {"join-cluster": DOCUMENT},
        "managed_policies": [READ_ONLY],
        "instance_profile": True,
        **changed,
    }


@pytest.fixture
def roles(run_well):
    return lambda *listed, **options: run_well("iam_roles", roles=listed, tags={"Name": "jitsi"}, **options)


@pytest.fixture
def iam(aws):
    return aws.client("iam")


def test_check_mode_tells_what_the_run_then_does(as_planned, roles):
    plain = role("jitsi-bridge-task", policies={}, managed_policies=[], instance_profile=False)
    done = as_planned(roles, role(), plain, _also=["roles"])
    assert done["roles"] == {
        NAME: {"arn": f"{PREFIX}:role/{NAME}", "instance_profile_arn": f"{PREFIX}:instance-profile/{NAME}"},
        "jitsi-bridge-task": {"arn": f"{PREFIX}:role/jitsi-bridge-task", "instance_profile_arn": ""},
    }


def test_second_run_changes_nothing_with_one_call_for_all(aws, roles):
    listed = [role(f"jitsi-{number}") for number in range(7)]
    first = roles(*listed)
    second = roles(*listed)
    assert second["diff"] == {"before": {}, "after": {}}
    assert second["roles"] == first["roles"]
    assert aws.calls == ["iam:GetAccountAuthorizationDetails"]


def test_everything_arrives(roles, iam):
    roles(role(), path="/jitsi/")
    found = iam.get_role(RoleName=NAME)["Role"]
    assert found["Arn"] == f"{PREFIX}:role/jitsi/{NAME}"
    assert found["Description"] == "The ECS agent on recorder instances"
    assert found["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": ["ec2.amazonaws.com"]}
    assert found["Tags"] == [{"Key": "Name", "Value": "jitsi"}]
    assert iam.list_role_policies(RoleName=NAME)["PolicyNames"] == ["join-cluster"]
    assert [item["PolicyArn"] for item in attached(iam)] == [READ_ONLY]
    assert [item["RoleName"] for item in profile(iam)["Roles"]] == [NAME]
    assert not roles(role(), path="/jitsi/")["changed"]


def attached(iam):
    return iam.list_attached_role_policies(RoleName=NAME)["AttachedPolicies"]


def profile(iam):
    return iam.get_instance_profile(InstanceProfileName=NAME)["InstanceProfile"]


def document(**statement):
    return json.dumps({**DOCUMENT, "Statement": [{**DOCUMENT["Statement"][0], **statement}]})


ANYBODY = {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}
DRIFTS = {
    "trust": lambda iam: iam.update_assume_role_policy(
        RoleName=NAME, PolicyDocument=json.dumps({**DOCUMENT, "Statement": [ANYBODY]})
    ),
    "widened": lambda iam: iam.put_role_policy(
        RoleName=NAME, PolicyName="join-cluster", PolicyDocument=document(Resource="*")
    ),
    "dropped": lambda iam: iam.delete_role_policy(RoleName=NAME, PolicyName="join-cluster"),
    "stray": lambda iam: iam.put_role_policy(RoleName=NAME, PolicyName="stray", PolicyDocument=document()),
    "detached": lambda iam: iam.detach_role_policy(RoleName=NAME, PolicyArn=READ_ONLY),
    "administrator": lambda iam: iam.attach_role_policy(
        RoleName=NAME, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    ),
    "tags": lambda iam: iam.tag_role(
        RoleName=NAME, Tags=[{"Key": "Name", "Value": "other"}, {"Key": "Stray", "Value": "x"}]
    ),
    # What a run leaves that dies between its two calls.
    "empty profile": lambda iam: iam.remove_role_from_instance_profile(InstanceProfileName=NAME, RoleName=NAME),
    "no profile": lambda iam: iam.delete_instance_profile(InstanceProfileName=NAME),
}


@pytest.mark.parametrize(
    ("drifts", "fields"),
    [
        (
            ["trust", "widened", "stray", "administrator", "tags", "empty profile"],
            ["instance_profile", "managed_policies", "policies.join-cluster", "policies.stray", "tags", "trust"],
        ),
        (
            ["dropped", "detached", "empty profile", "no profile"],
            ["instance_profile", "managed_policies", "policies.join-cluster"],
        ),
    ],
)
def test_drift_is_put_back(as_planned, roles, iam, drifts, fields):
    first = roles(role())["diff"]["after"]
    for drift in drifts:
        DRIFTS[drift](iam)
    done = as_planned(roles, role())
    assert [change["fields"] for change in done["changes"]] == [fields]
    assert not roles(role())["changed"]
    assert done["diff"]["after"][f"role {NAME}"].items() <= {**first[f"role {NAME}"], "policies.stray": None}.items()


def test_instance_profile_that_is_no_longer_wanted_goes(roles, iam):
    roles(role())
    assert roles(role(instance_profile=False))["changes"][0]["fields"] == ["instance_profile"]
    assert iam.list_instance_profiles()["InstanceProfiles"] == []
    assert not roles(role(instance_profile=False))["changed"]


def test_absent_removes_the_role_with_all_it_has_and_no_other(as_planned, roles, iam):
    roles(role(), role(f"{NAME}-staging"))
    as_planned(roles, GONE)
    assert [item["RoleName"] for item in iam.list_roles()["Roles"]] == [f"{NAME}-staging"]
    assert [item["InstanceProfileName"] for item in iam.list_instance_profiles()["InstanceProfiles"]] == [
        f"{NAME}-staging"
    ]
    assert not roles(GONE)["changed"]
    assert not roles(role(f"{NAME}-staging"))["changed"]


def test_absent_finishes_what_a_run_left_that_died(roles, iam):
    roles(role())
    for drift in ("empty profile", "dropped"):
        DRIFTS[drift](iam)
    roles(GONE)
    assert iam.list_instance_profiles()["InstanceProfiles"] == []


def test_without_the_right_to_read_the_account_each_role_is_read(aws, roles, iam):
    roles(role(), role("jitsi-bridge-task", policies={}, managed_policies=[], instance_profile=False))

    class Denied:
        """The client, but for the call that reads the whole account."""

        exceptions = iam.exceptions

        def __getattr__(self, name):
            return getattr(iam, name)

        def get_paginator(self, operation):
            if operation == "get_account_authorization_details":
                raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, operation)
            return iam.get_paginator(operation)

    names = {NAME, "jitsi-bridge-task", "jitsi-gone"}
    from ansible_collections.meetops.jitsi.plugins.module_utils.access.roles import current_fields

    one, other = api.role_details(iam, names), api.role_details(Denied(), names)
    assert {name: current_fields(detail) for name, detail in one.items()} == {
        name: current_fields(detail) for name, detail in other.items()
    }
    assert set(one) == {NAME, "jitsi-bridge-task"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"roles": [role("x" * 65)]}, f"roles {'x' * 65}: name has 65 characters; use at most 64"),
        ({"roles": [role(), role()]}, f"roles {NAME}: is listed twice; list it once"),
        ({"roles": [role(), GONE]}, f"roles {NAME}: is listed twice; list it once"),
        ({"roles": [{"name": NAME}]}, "state is present but all of the following are missing: trust found in roles"),
        ({"roles": [role()], "path": "jitsi"}, "path jitsi: must begin and end with a slash; use / or /<part>/"),
    ],
)
def test_bad_input_is_refused_before_any_call(refused, options, message):
    assert refused("iam_roles", **options) == message
