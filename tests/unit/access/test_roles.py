# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.access import roles
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from hypothesis import given, settings
from hypothesis import strategies as st

BUCKET = "arn:aws:s3:::recordings"
ALLOW = {"Sid": "Put", "Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": f"{BUCKET}/*"}
DENY = {
    "Effect": "Deny",
    "Action": "s3:*",
    "Resource": [BUCKET, f"{BUCKET}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": False}},
}
TRUST = {"service": ["ecs-tasks.amazonaws.com"], "conditions": {}}
ROLE = {
    "name": "bridge",
    "trust": TRUST,
    "policies": {"put": {"Version": roles.VERSION, "Statement": [ALLOW]}},
    "managed_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    "instance_profile": True,
}


def document(*statements):
    return {"Version": roles.VERSION, "Statement": list(statements)}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (document(ALLOW), {"Version": roles.VERSION, "Statement": ALLOW}, True),
        (document(ALLOW), document({**ALLOW, "Action": ["s3:GetObject", "s3:PutObject"]}), True),
        (document(ALLOW), document({**ALLOW, "Resource": [f"{BUCKET}/*"]}), True),
        (document(ALLOW, DENY), document(DENY, ALLOW), True),
        (document(DENY), document({**DENY, "Condition": {"Bool": {"aws:SecureTransport": ["false"]}}}), True),
        (document({**ALLOW, "Action": ["a:b", "a:b"]}), document({**ALLOW, "Action": "a:b"}), True),
        ({"Statement": [ALLOW]}, document(ALLOW), True),
        (document(ALLOW), document({**ALLOW, "Effect": "Deny"}), False),
        (document(ALLOW), document({**ALLOW, "Action": "s3:PutObject"}), False),
        (document(ALLOW), document({**ALLOW, "Resource": f"{BUCKET}/x"}), False),
        (document(ALLOW), document({**ALLOW, "Sid": "Other"}), False),
        (document(DENY), document({key: value for key, value in DENY.items() if key != "Condition"}), False),
        (document(ALLOW), {"Version": "2008-10-17", "Statement": [ALLOW]}, False),
    ],
)
def test_documents_of_the_same_meaning(one, other, same):
    assert (roles.canonical(one) == roles.canonical(other)) == same


NAMES = st.lists(st.sampled_from(["a:b", "a:c", "d:e"]), min_size=1)


@settings(deadline=None)
@given(st.lists(st.fixed_dictionaries({"Effect": st.just("Allow"), "Action": NAMES, "Resource": NAMES}), max_size=3))
def test_canonical_form_is_its_own(statements):
    once = roles.canonical(document(*statements))
    assert roles.canonical(once) == once
    assert roles.canonical(document(*reversed(statements))) == once


def test_trust_with_conditions():
    conditions = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    trust = roles.trust_document(["ecs-tasks.amazonaws.com"], conditions)
    assert trust["Statement"][0]["Condition"] == conditions
    assert "Condition" not in roles.trust_document(["ec2.amazonaws.com"], {})["Statement"][0]


def described(**changed):
    """ROLE as GetAccountAuthorizationDetails reports it."""
    return {
        "RoleName": "bridge",
        "Arn": "arn:aws:iam::123456789012:role/bridge",
        "AssumeRolePolicyDocument": roles.trust_document(["ecs-tasks.amazonaws.com"], {}),
        "RolePolicyList": [{"PolicyName": "put", "PolicyDocument": document(ALLOW)}],
        "AttachedManagedPolicies": [{"PolicyName": "x", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        "InstanceProfileList": [{"InstanceProfileName": "bridge", "Arn": "arn:aws:iam::1:instance-profile/bridge"}],
        "Tags": [{"Key": "Name", "Value": "jitsi"}],
        **changed,
    }


def test_role_as_described_is_role_as_wanted():
    assert roles.current_fields(described()) == roles.wanted_fields(ROLE, {"Name": "jitsi"})


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"AssumeRolePolicyDocument": roles.trust_document(["ec2.amazonaws.com"], {})}, "trust"),
        ({"RolePolicyList": []}, "policies.put"),
        ({"AttachedManagedPolicies": []}, "managed_policies"),
        ({"InstanceProfileList": [{"InstanceProfileName": "other", "Arn": "x"}]}, "instance_profile"),
        ({"Tags": []}, "tags"),
    ],
)
def test_drift_is_seen(changed, field):
    before, after = roles.current_fields(described(**changed)), roles.wanted_fields(ROLE, {"Name": "jitsi"})
    assert [name for name in after if before.get(name) != after[name]] == [field]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": "x" * 65}, "name has 65 characters; use at most 64"),
        ({"name": "a b"}, "name has a character that AWS refuses; "),
        ({"trust": {"service": [], "conditions": {}}}, "trust names no service; add one such as "),
        ({"trust": {"service": ["ecs-tasks"], "conditions": {}}}, "trust ecs-tasks is no service; use a name such as"),
        ({"managed_policies": ["ReadOnlyAccess"]}, "managed policy ReadOnlyAccess is no ARN of a policy; use "),
        ({"policies": {"p": {}}}, "policy p: has no Statement; add one"),
        ({"policies": {"p": "text"}}, "policy p: has no Statement; add one"),
        ({"policies": {"p": document({**ALLOW, "Action": "*"})}}, "policy p: statement Put allows every action; name"),
        ({"policies": {"p": document({**ALLOW, "Action": ["*"]})}}, "policy p: statement Put allows every action; na"),
        ({"policies": {"p": document({**ALLOW, "Effect": "allow"})}}, "policy p: statement Put has Effect allow; use"),
        (
            {"policies": {"p": document({"Effect": "Allow", "Resource": "*"})}},
            "policy p: statement 0 needs one of Action and NotAction; add it",
        ),
        (
            {"policies": {"p": document({**ALLOW, "NotResource": "x"})}},
            "policy p: statement Put needs one of Resource and NotResource; add it",
        ),
        ({"policies": {"p": document({**ALLOW, "Sid": "x" * 10240})}}, "inline policies have 10"),
    ],
)
def test_one_problem_in_words(changed, message):
    problems = list(roles.problems({**ROLE, **changed}))
    assert [problem[: len(message)] for problem in problems] == [message]
    with pytest.raises(InvalidInput, match=r"^roles "):
        roles.validate({**ROLE, **changed})


def test_no_problem():
    denied = document({"Effect": "Deny", "Action": "*", "NotResource": BUCKET})
    assert list(roles.problems({**ROLE, "policies": {"put": document(ALLOW), "deny": denied}})) == []
