# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The rules of the audit: a good platform has no finding, and each weakness has exactly its own."""

from __future__ import annotations

import copy
import datetime as dt
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.access.roles import canonical, wanted_fields
from ansible_collections.meetops.jitsi.plugins.module_utils.audit import findings, image_ages, report
from ansible_collections.meetops.jitsi.plugins.module_utils.audit import state as audit_state
from ansible_collections.meetops.jitsi.plugins.module_utils.audit.rules import common, tasks

NAME, ACCOUNT = "meet", "123456789012"
TLS_DENY = {
    "Sid": "DenyInsecureTransport",
    "Effect": "Deny",
    "Principal": {"AWS": ["*"]},
    "Action": ["s3:*"],
    "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
    "Condition": {"Bool": {"aws:SecureTransport": ["false"]}},
}
ROLE = wanted_fields(
    {
        "trust": {"service": ["ecs-tasks.amazonaws.com"], "conditions": {}},
        "policies": {
            "protect": {
                "Version": "2012-10-17",
                "Statement": [
                    {"Sid": "Protect", "Effect": "Allow", "Action": "ecs:UpdateTaskProtection", "Resource": "arn:x"}
                ],
            }
        },
        "managed_policies": [],
        "instance_profile": False,
    },
    {},
)
WANTED = common.Wanted(
    name=NAME,
    account_id=ACCOUNT,
    security_groups={
        "meet-bridge": {
            "Ingress": {"udp 10000 0.0.0.0/0": "Media", "tcp 4443 0.0.0.0/0": "TURN"},
            "Egress": {"tcp 443 0.0.0.0/0": "AWS"},
        }
    },
    roles={"meet-bridge-task": ROLE},
    today=dt.date(2026, 9, 1),
)
GOOD: dict[str, Any] = {
    "security_groups": {**copy.deepcopy(dict(WANTED.security_groups)), "default": {"Ingress": {}, "Egress": {}}},
    "addresses": [{"address": "203.0.113.7", "interface": "eni-1", "description": "task", "groups": ["meet-bridge"]}],
    "roles": {"meet-bridge-task": ROLE},
    "functions": [
        {
            "name": "meet-wake",
            "url_auth": "AWS_IAM",
            "policy": {
                "Statement": [
                    {
                        "Sid": "cloudfront-url",
                        "Effect": "Allow",
                        "Principal": {"Service": "cloudfront.amazonaws.com"},
                        "Action": "lambda:InvokeFunctionUrl",
                        "Resource": "*",
                    }
                ]
            },
        },
        {"name": "meet-sleep", "url_auth": "", "policy": {}},
    ],
    "other_functions": ["meet-staging-wake"],
    "distribution": {
        "id": "E1",
        "minimum_tls": "TLSv1.2_2021",
        "viewers": [("*", "redirect-to-https"), ("/_wake*", "https-only")],
        "origins": [{"id": "live", "protocol": "https-only", "tls": ["TLSv1.2"]}],
    },
    "bucket": {
        "name": "b",
        "public_access_block": dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        ),
        "policy": {"Version": "2012-10-17", "Statement": [TLS_DENY]},
        "encryption": {"algorithm": "aws:kms"},
        "versioning": "Enabled",
        "ownership": "BucketOwnerEnforced",
    },
    "secret": {"name": "meet-jitsi-secrets", "age_days": 20.0, "rotation": True, "policy": {}},
    "services": [{"name": "meet-service", "execute_command": False}],
    "containers": [
        {
            "task": "meet-bridge",
            "container": "jvb",
            "image": "ghcr.io/jitsi/jvb:stable-11146-2",
            "environment": ["JVB_AUTH_USER"],
            "privileged": False,
        }
    ],
    "images": [{"task": "meet-bridge", "container": "jvb", "image": "ghcr.io/jitsi/jvb:stable-11146-2"}],
    "log_groups": [{"name": "/ecs/meet", "retention_days": 30}],
    "topic": {
        "name": "meet-alerts",
        "policy": {
            "Statement": [
                {
                    "Sid": "alarms",
                    "Effect": "Allow",
                    "Principal": {"AWS": "*"},
                    "Action": "sns:Publish",
                    "Resource": "x",
                    "Condition": {"StringEquals": {"AWS:SourceOwner": ACCOUNT}},
                }
            ]
        },
        "pending": 0,
        "confirmed": 1,
    },
    "file_system": {"id": "fs-1", "encrypted": True},
    "launch_template": {"name": "meet-recorder", "encrypted": True, "session_tokens": True},
    "tagged": [],
}


def allow(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Sid": "added", "Effect": "Allow", "Principal": principal, "Action": "x:y", "Resource": "*", **more}


def with_policy(*statements: dict[str, Any]) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {**ROLE, "policies.added": canonical(document)}


def role(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda state: state["roles"].update({"meet-bridge-task": {**ROLE, **fields}})


def put(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    """Plant a value at a place of the state."""

    def plant(state: dict[str, Any]) -> None:
        place = state
        for part in path[:-1]:
            place = place[part]
        place[path[-1]] = value

    return plant


GROUP = ("security_groups", "meet-bridge")
STATEMENT = {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
OLD = "docker.io/library/caddy:2.10.2-alpine"
# What is planted -> the rule, its severity, and words of the evidence.
WEAKNESSES: list[tuple[Callable[[dict[str, Any]], None], str, str, str]] = [
    (put(*GROUP, "Ingress", "tcp 22 0.0.0.0/0", value="ssh"), "network/extra-ingress", "high", "tcp 22 0.0.0.0/0"),
    (put(*GROUP, "Ingress", "tcp 22 ::/0", value="ssh"), "network/extra-ingress", "high", "tcp 22 ::/0"),
    (put(*GROUP, "Ingress", "tcp 22 10.0.0.0/8", value="ssh"), "network/extra-ingress", "medium", "10.0.0.0/8"),
    (put(*GROUP, "Egress", "all all 0.0.0.0/0", value=""), "network/extra-egress", "low", "all all 0.0.0.0/0"),
    (put(*GROUP, "Egress", value={}), "network/missing-egress", "low", "tcp 443 0.0.0.0/0 (AWS)"),
    (
        put("security_groups", "default", "Egress", value={"all all 0.0.0.0/0": ""}),
        "network/default-group",
        "medium",
        "Egress all all 0.0.0.0/0",
    ),
    (put("addresses", 0, "groups", value=["default"]), "exposure/address", "medium", "open to the world: nothing"),
    (put("functions", 0, "url_auth", value="NONE"), "exposure/function-url", "high", "NONE"),
    (put("functions", 1, "policy", value={"Statement": allow("*")}), "exposure/function-policy", "high", "everybody"),
    (
        put("functions", 1, "policy", value={"Statement": [allow({"AWS": "arn:aws:iam::999999999999:root"})]}),
        "exposure/function-policy",
        "high",
        "999999999999",
    ),
    (put("distribution", value={}), "exposure/distribution", "low", "none has"),
    (put("distribution", "minimum_tls", value="TLSv1"), "exposure/viewer-tls", "medium", "TLSv1"),
    (put("distribution", "minimum_tls", value=""), "exposure/viewer-tls", "medium", "default certificate"),
    (put("distribution", "viewers", value=[("/x", "allow-all")]), "exposure/viewer-http", "high", "/x"),
    (put("distribution", "origins", 0, "protocol", value="match-viewer"), "exposure/origin-http", "high", "live"),
    (put("distribution", "origins", 0, "tls", value=["TLSv1", "TLSv1.2"]), "exposure/origin-tls", "medium", "TLSv1"),
    (role(trust={"Statement": [allow({"AWS": ["*"]})]}), "access/trust", "high", "everybody"),
    (role(**with_policy(STATEMENT)), "access/policy", "medium", "allows s3:GetObject on *"),
    (role(**with_policy({**STATEMENT, "Action": "s3:*"})), "access/policy", "high", "s3:*"),
    (role(**with_policy({**STATEMENT, "Action": "*"})), "access/policy", "high", "allows *"),
    (role(**{"policies.protect": {"Statement": []}}), "access/missing-policy", "low", "Protect"),
    (put("roles", value={}), "access/no-role", "low", "not there"),
    (
        role(managed_policies=["arn:aws:iam::aws:policy/AdministratorAccess"]),
        "access/managed-policy",
        "high",
        "AdministratorAccess",
    ),
    (role(managed_policies=["arn:aws:iam::1:policy/x"]), "access/managed-policy", "medium", "policy/x"),
    (
        put("bucket", "public_access_block", value={"BlockPublicAcls": True, "IgnorePublicAcls": True}),
        "bucket/public",
        "high",
        "BlockPublicPolicy, RestrictPublicBuckets",
    ),
    (
        put("bucket", "policy", "Statement", value=[TLS_DENY, allow({"AWS": ["999999999999"]})]),
        "bucket/policy",
        "high",
        "999999999999",
    ),
    (put("bucket", "policy", value={}), "bucket/tls", "medium", "without TLS"),
    (put("bucket", "encryption", "algorithm", value="AES256"), "bucket/encryption", "medium", "AES256"),
    (put("bucket", "versioning", value="Suspended"), "bucket/versions", "medium", "Suspended"),
    (put("bucket", "ownership", value=""), "bucket/ownership", "medium", "not set"),
    (put("secret", "age_days", value=91.0), "secrets/age", "medium", "91 days"),
    (put("secret", "age_days", value=98.0), "secrets/age", "high", "98 days"),
    (put("secret", "rotation", value=False), "secrets/rotation", "medium", "no rotation"),
    (put("secret", "policy", value={"Statement": [allow("*")]}), "secrets/policy", "high", "everybody"),
    (
        put("images", value=[{"task": "meet-signalling", "container": "caddy", "image": OLD}]),
        "tasks/image-age",
        "medium",
        "120 days are allowed",
    ),
    (
        put("images", value=[{"task": "t", "container": "c", "image": "example.org/own/thing:1.0"}]),
        "tasks/image-unknown",
        "info",
        "container c of t",
    ),
    (put("containers", 0, "environment", value=["DB_PASSWORD"]), "tasks/plain-secret", "high", "DB_PASSWORD"),
    (put("containers", 0, "privileged", value=True), "tasks/privileged", "medium", "jvb"),
    (put("services", 0, "execute_command", value=True), "tasks/exec", "medium", "enableExecuteCommand"),
    (put("log_groups", 0, "retention_days", value=0), "logs/retention", "medium", "kept forever"),
    (put("log_groups", 0, "retention_days", value=7), "logs/retention", "medium", "kept 7 days"),
    (put("log_groups", 0, "retention_days", value=90), "logs/retention", "low", "kept 90 days"),
    (put("topic", "confirmed", value=0), "logs/no-mail", "medium", "no subscription is confirmed"),
    (put("topic", "policy", value={"Statement": [allow("*")]}), "logs/topic-policy", "medium", "everybody"),
    (put("file_system", "encrypted", value=False), "encryption/file-system", "high", "private keys"),
    (put("launch_template", "encrypted", value=False), "encryption/disk", "medium", "disk"),
    (put("launch_template", "session_tokens", value=False), "encryption/metadata", "medium", "session tokens"),
    (put("security_groups", "other", value={"Ingress": {}, "Egress": {}}), "strangers/security-group", "low", "VPC"),
    (put("roles", "meet-backdoor", value=ROLE), "strangers/role", "medium", "no such role"),
    (put("other_functions", value=["meet-miner"]), "strangers/function", "medium", "no such function"),
    (
        put("tagged", value=[{"arn": "arn:aws:rds:us-east-1:1:db:x", "name": "meet", "kind": "rds"}]),
        "strangers/tagged",
        "low",
        "arn:aws:rds",
    ),
]


def test_a_good_platform_has_no_finding() -> None:
    assert findings.findings(GOOD, WANTED) == []


@pytest.mark.parametrize(("plant", "rule", "severity", "words"), WEAKNESSES, ids=[item[1] for item in WEAKNESSES])
def test_a_weakness_is_found_and_nothing_else(
    plant: Callable[[dict[str, Any]], None], rule: str, severity: str, words: str
) -> None:
    state = copy.deepcopy(GOOD)
    plant(state)
    (found,) = findings.findings(state, WANTED)
    assert (found["id"].partition(":")[0], found["severity"]) == (rule, severity)
    assert words in found["evidence"]
    assert found["action"] and found["title"]


def test_every_rule_has_a_weakness_that_it_finds() -> None:
    for rule in findings.RULES:
        found = False
        for plant, *_expected in WEAKNESSES:
            state = copy.deepcopy(GOOD)
            plant(state)
            found = found or bool(list(rule(state, WANTED)))
        # An image without a release has two findings: see below.
        assert found or rule is tasks.image_unpinned, rule.__name__


def test_an_image_without_a_release() -> None:
    state = copy.deepcopy(GOOD)
    for image in ("caddy", "caddy:latest", "ghcr.io/jitsi/web:stable"):
        state["images"] = [{"task": "t", "container": "c", "image": image}]
        found = {item["id"].partition(":")[0] for item in findings.findings(state, WANTED)}
        assert found == {"tasks/image-unpinned", "tasks/image-unknown"}
    state["images"] = [{"task": "t", "container": "c", "image": "caddy@sha256:" + 64 * "0"}]
    assert [item["severity"] for item in findings.findings(state, WANTED)] == ["info"]


def test_a_strange_address_behind_an_open_group_is_grave() -> None:
    state = copy.deepcopy(GOOD)
    state["addresses"][0]["groups"] = ["db", "meet-bridge"]
    state["security_groups"]["db"] = {"Ingress": {"tcp 5432 0.0.0.0/0": ""}, "Egress": {}}
    by_rule = {item["id"].partition(":")[0]: item for item in findings.findings(state, WANTED)}
    assert by_rule["exposure/address"]["severity"] == "high"
    assert "tcp 4443, tcp 5432, udp 10000" in by_rule["exposure/address"]["evidence"]


@pytest.mark.parametrize("other", ["meet-staging-bridge-task", "meet-x-chat-function"])
def test_another_platform_whose_name_begins_with_ours_is_no_stranger(other: str) -> None:
    state = copy.deepcopy(GOOD)
    state["roles"][other] = ROLE
    assert findings.findings(state, WANTED) == []


def test_what_is_off_is_not_judged() -> None:
    empty = {"bucket": {}, "secret": {}, "topic": {}, "file_system": {}, "launch_template": {}}
    assert findings.findings({**copy.deepcopy(GOOD), **empty}, WANTED) == []


def test_accepted_findings_are_told_and_fail_nothing() -> None:
    state = copy.deepcopy(GOOD)
    state["functions"][0]["url_auth"] = "NONE"
    state["secret"]["rotation"] = False
    identifier = "exposure/function-url:meet-wake"
    found = findings.findings(state, WANTED, accepted=[identifier])
    assert [(item["severity"], item["accepted"]) for item in found] == [("high", True), ("medium", False)]
    assert report.counts(found) == {"high": 0, "medium": 1, "low": 0, "info": 0}
    assert findings.failing(found, "high") == []
    assert findings.failing(found, "medium") == ["secrets/rotation:meet-jitsi-secrets"]
    found = findings.findings(state, WANTED)
    assert findings.failing(found, "high") == [identifier]
    assert len(findings.failing(found, "low")) == 2
    assert findings.failing(found, "never") == []


@pytest.mark.parametrize(
    ("image", "days"),
    [
        ("ghcr.io/jitsi/jvb:stable-11146-2", 15),
        ("111122223333.dkr.ecr.us-east-1.amazonaws.com/jitsi/web:stable-11031", 85),
        ("docker.io/library/caddy:2.11.4-alpine", 91),
        ("docker.io/coturn/coturn:4.17.0-r0", 27),
        ("ghcr.io/jitsi/jvb:stable-1", None),
        ("registry:5000/other:1", None),
    ],
)
def test_age_of_an_image(image: str, days: int | None) -> None:
    assert image_ages.age_days(image, dt.date(2026, 9, 1)) == days


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        ("arn:aws:ec2:us-east-1:1:vpc/vpc-1", None),
        ("arn:aws:ec2:us-east-1:1:instance/i-1", None),
        ("arn:aws:s3:::bucket", None),
        ("arn:aws:sns:us-east-1:1:meet-alerts", None),
        ("arn:aws:ec2:us-east-1:1:elastic-ip/eipalloc-1", "ec2 elastic-ip"),
        ("arn:aws:ec2:us-east-1:1:natgateway/nat-1", "ec2 natgateway"),
        ("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/x/1", "elasticloadbalancing"),
        ("arn:aws:rds:us-east-1:1:db:x", "rds"),
    ],
)
def test_strangers_by_tag(arn: str, kind: str | None) -> None:
    found = audit_state.strangers(
        "meet", [{"arn": arn, "tags": {"Name": "meet"}}, {"arn": arn, "tags": {"Name": "meet-x"}}]
    )
    assert [item["kind"] for item in found] == ([kind] if kind else [])


def test_a_rule_is_in_the_file_of_its_area() -> None:
    for rule in findings.RULES:
        area = rule.__module__.rpartition(".")[2]
        assert f'"{area}/' in inspect.getsource(rule), rule.__name__
