# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an audit finds: rules that judge a platform as it is by what this collection wants, one function a rule.

A rule takes the state of the account (plain data, see the module audit_info) and what is wanted, and yields findings. A
platform as site.yml leaves it has none. docs/audit.md lists the rules.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import iam, images, platform

State = Mapping[str, Any]
Found = dict[str, Any]

SEVERITIES = ("high", "medium", "low", "info")
FAIL_ON = (*SEVERITIES[:3], "never")
AREAS = {
    "network": "Network",
    "exposure": "Public exposure",
    "access": "Permissions",
    "bucket": "Recordings",
    "secrets": "Secrets",
    "tasks": "Tasks and images",
    "logs": "Logs and alarms",
    "encryption": "Encryption",
    "strangers": "Strangers",
}
WORLD = ("0.0.0.0/0", "::/0")
# Managed policies that let a role do nearly anything.
ALMIGHTY = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")
TLS_FOR_VIEWERS = ("TLSv1.2_2021", "TLSv1.2_2025", "TLSv1.3_2025")
OLD_TLS = {"SSLv3", "TLSv1", "TLSv1.1"}
# Whose values should come from the secret document.
SECRET_NAME = re.compile(r"PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|PRIVATE_?KEY", re.IGNORECASE)


@dataclass(frozen=True)
class Wanted:
    """What this collection wants of the platform, as ``security_groups.wanted`` and ``iam.wanted_fields`` have it."""

    name: str
    account_id: str = ""
    security_groups: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    roles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rotation: bool = True
    rotation_days: int = 90
    grace_days: int = 7
    retention_days: int = 30
    image_days: int = 120
    today: dt.date = dt.date(1970, 1, 1)


def finding(severity: str, rule: str, resource: str, title: str, evidence: str, action: str) -> Found:
    """One finding. ``rule`` is ``<area>/<name>``; with the resource it is the id, the same from year to year."""
    return {
        "id": f"{rule}:{resource}",
        "severity": severity,
        "area": rule.partition("/")[0],
        "resource": resource,
        "title": title,
        "evidence": evidence,
        "action": action,
        "accepted": False,
    }


# --- Network


def rules_too_many(state: State, wanted: Wanted) -> Iterator[Found]:
    """A security group lets in or out what the collection does not."""
    for name, group in wanted.security_groups.items():
        for direction, severity in (("Ingress", "medium"), ("Egress", "low")):
            extra = set(state["security_groups"].get(name, {}).get(direction, {})) - set(group[direction])
            for rule in sorted(extra):
                world = rule.split(" ", 2)[2] in WORLD
                opens = direction == "Ingress"
                yield finding(
                    "high" if world and opens else severity,
                    f"network/extra-{direction.lower()}",
                    f"{name} {rule}",
                    f"{'The world' if world and opens else 'More than wanted'} gets {'in' if opens else 'out'}: {name}",
                    f"{direction} rule {rule}, which this collection does not want",
                    "Find out who added it and why; site.yml --tags networking takes it away.",
                )


def rules_missing(state: State, wanted: Wanted) -> Iterator[Found]:
    """A security group lacks what the platform needs: nobody gets in, but something does not work."""
    for name, group in wanted.security_groups.items():
        for direction, rules in group.items():
            missing = set(rules) - set(state["security_groups"].get(name, {}).get(direction, {}))
            for rule in sorted(missing):
                yield finding(
                    "low",
                    f"network/missing-{direction.lower()}",
                    f"{name} {rule}",
                    f"A rule is missing: {name}",
                    f"no {direction} rule {rule} ({rules[rule]})",
                    "site.yml --tags networking puts it back.",
                )


def default_group_open(state: State, _wanted: Wanted) -> Iterator[Found]:
    """The VPC's default group has rules: what is started without a group of its own gets them."""
    group = state["security_groups"].get("default", {})
    rules = [f"{direction} {rule}" for direction, found in group.items() for rule in sorted(found)]
    if rules:
        yield finding(
            "medium",
            "network/default-group",
            "default",
            "The default security group of the VPC has rules",
            ", ".join(rules),
            "site.yml --tags networking empties it.",
        )


# --- Public exposure


def addresses_of_strangers(state: State, wanted: Wanted) -> Iterator[Found]:
    """A public address in the platform's VPC is not that of one of its tasks or instances."""
    for item in state["addresses"]:
        unknown = sorted(set(item["groups"]) - set(wanted.security_groups))
        if not unknown:
            continue
        ports = open_to_world(state, item["groups"])
        yield finding(
            "high" if ports else "medium",
            "exposure/address",
            item["address"],
            f"A public address that is not the platform's: {item['address']}",
            f"interface {item['interface']} ({item['description'] or 'no description'}), groups"
            f" {', '.join(item['groups'])}, open to the world: {', '.join(ports) or 'nothing'}",
            "Find out whose it is; move it out of this VPC or remove it.",
        )


def open_to_world(state: State, groups: Iterable[str]) -> list[str]:
    """What these groups let in from everywhere, as ``<protocol> <ports>``."""
    rules = [rule for name in groups for rule in state["security_groups"].get(name, {}).get("Ingress", {})]
    return sorted({rule.rsplit(" ", 1)[0] for rule in rules if rule.split(" ", 2)[2] in WORLD})


def function_urls(state: State, _wanted: Wanted) -> Iterator[Found]:
    """A function's URL answers anybody."""
    for item in state["functions"]:
        if item["url_auth"] == "NONE":
            yield finding(
                "high",
                "exposure/function-url",
                item["name"],
                f"Anybody may call the function {item['name']}",
                "its URL has the authorization type NONE",
                "site.yml --tags edge sets it to AWS_IAM, with which only CloudFront may.",
            )


def function_policies(state: State, wanted: Wanted) -> Iterator[Found]:
    """A function's policy lets in everybody, or another account."""
    for item in state["functions"]:
        for statement in _open_statements(item["policy"], wanted.account_id):
            yield finding(
                "high",
                "exposure/function-policy",
                item["name"],
                f"Others may call the function {item['name']}",
                f"statement {statement.get('Sid', '?')} allows {_principal(statement)}",
                "Take the statement away; site.yml --tags edge,secrets puts back what belongs there.",
            )


def distribution(state: State, wanted: Wanted) -> Iterator[Found]:
    """The public entrance takes old TLS, or passes on what was not encrypted."""
    found = state["distribution"]
    if not found:
        yield finding(
            "low",
            "exposure/distribution",
            wanted.name,
            "There is no distribution",
            "none has the platform's name as its comment",
            "site.yml --tags edge makes it.",
        )
        return
    redo = "site.yml --tags edge puts it back."
    if found["minimum_tls"] not in TLS_FOR_VIEWERS:
        evidence = f"the oldest protocol is {found['minimum_tls'] or 'that of the default certificate'}"
        yield finding(
            "medium", "exposure/viewer-tls", found["id"], "Visitors may come with old versions of TLS", evidence, redo
        )
    for path, policy in found["viewers"]:
        if policy == "allow-all":
            evidence = f"the path {path} also answers to plain HTTP"
            title = "Visitors may come without encryption"
            yield finding("high", "exposure/viewer-http", f"{found['id']} {path}", title, evidence, redo)
    for origin in found["origins"]:
        if origin["protocol"] != "https-only":
            evidence = f"the origin {origin['id']} is reached by {origin['protocol']}"
            title = "CloudFront may reach an origin without encryption"
            yield finding("high", "exposure/origin-http", f"{found['id']} {origin['id']}", title, evidence, redo)
        elif OLD_TLS & set(origin["tls"]):
            evidence = (
                f"the origin {origin['id']} may be reached with {', '.join(sorted(OLD_TLS & set(origin['tls'])))}"
            )
            title = "CloudFront may reach an origin with old versions of TLS"
            yield finding("medium", "exposure/origin-tls", f"{found['id']} {origin['id']}", title, evidence, redo)


# --- Permissions


def role_trust(state: State, wanted: Wanted) -> Iterator[Found]:
    """Somebody else may take a role."""
    for name, role in wanted.roles.items():
        current = state["roles"].get(name)
        if current and current["trust"] != role["trust"]:
            principals = sorted({_principal(statement) for statement in current["trust"]["Statement"]})
            yield finding(
                "high",
                "access/trust",
                name,
                f"The role {name} trusts otherwise than wanted",
                f"it may be taken by {', '.join(principals)}, or under other conditions",
                _redo_role(name),
            )


def role_policies(state: State, wanted: Wanted) -> Iterator[Found]:
    """A role may do what the documented policies do not allow."""
    for name, role in wanted.roles.items():
        documented = _statements(role)
        for policy, statement in _allowed(state["roles"].get(name, {})):
            if statement in documented:
                continue
            broad = any(action == "*" or action.endswith(":*") for action in statement.get("Action", ["*"]))
            actions = ", ".join(statement.get("Action") or [f"all but {statement.get('NotAction')}"])
            yield finding(
                "high" if broad else "medium",
                "access/policy",
                f"{name} {policy} {statement.get('Sid', '')}".rstrip(),
                f"The role {name} may do more than documented",
                f"policy {policy} allows {actions} on {', '.join(statement.get('Resource', ['?']))}",
                _redo_role(name),
            )


def role_missing_policies(state: State, wanted: Wanted) -> Iterator[Found]:
    """A role lacks what the platform needs."""
    for name, role in wanted.roles.items():
        current = state["roles"].get(name)
        if current is None:
            yield finding(
                "low", "access/no-role", name, f"The role {name} is missing", "it is not there", _redo_role(name)
            )
            continue
        there = _statements(current)
        lacking = [statement.get("Sid", "?") for statement in _statements(role) if statement not in there]
        if lacking:
            yield finding(
                "low",
                "access/missing-policy",
                name,
                f"The role {name} may do less than documented",
                f"statements {', '.join(lacking)} are missing or differ",
                _redo_role(name),
            )


def role_managed_policies(state: State, wanted: Wanted) -> Iterator[Found]:
    """A managed policy was attached to a role."""
    for name, role in wanted.roles.items():
        extra = set(state["roles"].get(name, {}).get("managed_policies", ())) - set(role["managed_policies"])
        for arn in sorted(extra):
            almighty = arn.rpartition("/")[2] in ALMIGHTY
            yield finding(
                "high" if almighty else "medium",
                "access/managed-policy",
                f"{name} {arn}",
                f"The role {name} has a managed policy that is not documented",
                arn,
                _redo_role(name),
            )


def _redo_role(name: str) -> str:
    return f"See in CloudTrail who changed the role {name}; site.yml puts it back."


def _allowed(role: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the inline policies of a role allow: name of the policy, statement."""
    for field_name, document in sorted(role.items()):
        if field_name.startswith("policies."):
            for statement in document["Statement"]:
                if statement.get("Effect") == "Allow":
                    yield field_name.partition(".")[2], statement


def _statements(role: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [statement for _policy, statement in _allowed(role)]


# --- Recordings


def bucket_public(state: State, _wanted: Wanted) -> Iterator[Found]:
    """S3 may let the bucket be opened to the public."""
    if not state["bucket"]:
        return
    missing = sorted(
        setting
        for setting in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        if not state["bucket"]["public_access_block"].get(setting)
    )
    if missing:
        yield finding(
            "high",
            "bucket/public",
            state["bucket"]["name"],
            "The recordings may be made public",
            f"public access is not blocked by {', '.join(missing)}",
            "site.yml --tags recording_bucket blocks it.",
        )


def bucket_policy(state: State, wanted: Wanted) -> Iterator[Found]:
    """The bucket's policy lets others in, or lets anybody come without TLS."""
    bucket = state["bucket"]
    if not bucket:
        return
    redo = "site.yml --tags recording_bucket puts the policy back."
    for statement in _open_statements(bucket["policy"], wanted.account_id):
        evidence = f"statement {statement.get('Sid', '?')} allows {_principal(statement)}"
        yield finding("high", "bucket/policy", bucket["name"], "Others may reach the recordings", evidence, redo)
    if not any(_denies_plain(statement) for statement in bucket["policy"].get("Statement", ())):
        evidence = "the policy denies nothing that comes without TLS"
        yield finding("medium", "bucket/tls", bucket["name"], "The recordings may be read without TLS", evidence, redo)


def bucket_settings(state: State, _wanted: Wanted) -> Iterator[Found]:
    """The bucket does not encrypt with KMS, keeps no versions, or has objects that others own."""
    bucket = state["bucket"]
    if not bucket:
        return
    redo = "site.yml --tags recording_bucket puts it back."
    for rule, right, title, evidence in (
        (
            "encryption",
            bucket["encryption"]["algorithm"] == "aws:kms",
            "New recordings are not encrypted with a KMS key",
            f"default encryption is {bucket['encryption']['algorithm'] or 'not set'}",
        ),
        (
            "versions",
            bucket["versioning"] == "Enabled",
            "A deleted recording cannot be brought back",
            f"versioning is {bucket['versioning'] or 'off'}",
        ),
        (
            "ownership",
            bucket["ownership"] == "BucketOwnerEnforced",
            "Access lists may give others a recording",
            f"ownership of objects is {bucket['ownership'] or 'not set'}",
        ),
    ):
        if not right:
            yield finding("medium", f"bucket/{rule}", bucket["name"], title, evidence, redo)


def _denies_plain(statement: Mapping[str, Any]) -> bool:
    condition = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
    return (
        statement.get("Effect") == "Deny"
        and condition == ["false"]
        and statement.get("Action") == ["s3:*"]
        and _principal(statement) == "everybody"
    )


# --- Secrets


def secret_age(state: State, wanted: Wanted) -> Iterator[Found]:
    """The passwords are older than the rotation allows."""
    secret = state["secret"]
    if not secret or secret["age_days"] <= wanted.rotation_days:
        return
    overdue = secret["age_days"] > wanted.rotation_days + wanted.grace_days
    yield finding(
        "high" if overdue else "medium",
        "secrets/age",
        secret["name"],
        "The passwords are older than they may be",
        f"{secret['age_days']:.0f} days, of {wanted.rotation_days} and {wanted.grace_days} days of grace",
        "Run playbooks/rotate_secrets.yml, and see why they did not rotate by themselves (docs/rotation.md).",
    )


def secret_rotation(state: State, wanted: Wanted) -> Iterator[Found]:
    """AWS does not rotate the secret although it should."""
    secret = state["secret"]
    if secret and wanted.rotation and not secret["rotation"]:
        yield finding(
            "medium",
            "secrets/rotation",
            secret["name"],
            "The passwords do not rotate by themselves",
            "the secret has no rotation switched on",
            "site.yml --tags secrets switches it on.",
        )


def secret_policy(state: State, wanted: Wanted) -> Iterator[Found]:
    """The secret's own policy lets others read it."""
    secret = state["secret"]
    if not secret:
        return
    for statement in _open_statements(secret["policy"], wanted.account_id):
        yield finding(
            "high",
            "secrets/policy",
            secret["name"],
            "Others may read the passwords",
            f"statement {statement.get('Sid', '?')} of the secret's policy allows {_principal(statement)}",
            "Delete the policy (aws secretsmanager delete-resource-policy), then rotate the passwords.",
        )


# --- Tasks and images


def image_age(state: State, wanted: Wanted) -> Iterator[Found]:
    """An image is old, so that it lacks what was fixed since."""
    for item in state["images"]:
        age = images.age_days(item["image"], wanted.today)
        if age is None:
            yield finding(
                "info",
                "tasks/image-unknown",
                item["image"],
                f"It is not known how old an image is: {item['image']}",
                f"container {item['container']} of {item['task']}; its release is not in the table of this collection",
                "Look its release up; a newer release of this collection may know it.",
            )
        elif age > wanted.image_days:
            yield finding(
                "medium",
                "tasks/image-age",
                item["image"],
                f"An image is {age} days old: {item['image']}",
                f"container {item['container']} of {item['task']}; {wanted.image_days} days are allowed",
                "Run playbooks/runbooks/update_images.yml.",
            )


def image_unpinned(state: State, _wanted: Wanted) -> Iterator[Found]:
    """An image is named such that it may be another one tomorrow."""
    for item in state["images"]:
        moves = images.parts(item["image"])[1] in ("", "latest", "stable", "unstable")
        if moves and "@sha256:" not in item["image"]:
            yield finding(
                "medium",
                "tasks/image-unpinned",
                item["image"],
                f"An image is not pinned: {item['image']}",
                f"container {item['container']} of {item['task']}",
                "Name a release; site.yml --tags ecs_service puts back the one of the variables.",
            )


def plain_secrets(state: State, _wanted: Wanted) -> Iterator[Found]:
    """A task definition has a secret in its environment, where everybody who may read the definition sees it."""
    for item in state["containers"]:
        for name in item["environment"]:
            if SECRET_NAME.search(name):
                yield finding(
                    "high",
                    "tasks/plain-secret",
                    f"{item['task']} {item['container']} {name}",
                    f"A secret may be in the open in {item['task']}",
                    f"the container {item['container']} gets {name} as plain text",
                    "Put it into the secret document, rotate it, and deregister the old revisions.",
                )


def privileged(state: State, _wanted: Wanted) -> Iterator[Found]:
    """A container has all rights on its host."""
    for item in state["containers"]:
        if item["privileged"]:
            yield finding(
                "medium",
                "tasks/privileged",
                f"{item['task']} {item['container']}",
                f"A container of {item['task']} is privileged",
                f"the container {item['container']}",
                "site.yml --tags ecs_service takes it back.",
            )


def shells(state: State, _wanted: Wanted) -> Iterator[Found]:
    """ECS Exec is on: whoever may call ExecuteCommand reads all secrets of the containers."""
    for item in state["services"]:
        if item["execute_command"]:
            yield finding(
                "medium",
                "tasks/exec",
                item["name"],
                f"Shells in the containers of {item['name']} are allowed",
                "enableExecuteCommand is on",
                "site.yml --tags ecs_service switches it off.",
            )


# --- Logs and alarms


def log_retention(state: State, wanted: Wanted) -> Iterator[Found]:
    """Logs are kept forever, or not as long as wanted."""
    for item in state["log_groups"]:
        days = item["retention_days"]
        if days == wanted.retention_days:
            continue
        kept = f"kept {days} days" if days else "kept forever"
        yield finding(
            "medium" if not days or days < wanted.retention_days else "low",
            "logs/retention",
            item["name"],
            f"Logs are not kept as long as wanted: {item['name']}",
            f"{kept}, wanted are {wanted.retention_days} days; they have names and addresses of people",
            "site.yml --tags ecs_service sets it; delete a group that is not the platform's.",
        )


def alarm_mail(state: State, _wanted: Wanted) -> Iterator[Found]:
    """Alarms reach nobody."""
    topic = state["topic"]
    if topic and not topic["confirmed"]:
        yield finding(
            "medium",
            "logs/no-mail",
            topic["name"],
            "Alarms reach nobody",
            f"no subscription is confirmed, {topic['pending']} wait for a click on the link in their mail",
            "Open the mail of AWS Notifications and confirm; site.yml --tags monitoring sends it again.",
        )


def topic_policy(state: State, wanted: Wanted) -> Iterator[Found]:
    """Others may publish to the topic of the alarms, or read it."""
    topic = state["topic"]
    for statement in _open_statements(topic["policy"], wanted.account_id) if topic else ():
        yield finding(
            "medium",
            "logs/topic-policy",
            topic["name"],
            "Others may use the topic of the alarms",
            f"statement {statement.get('Sid', '?')} allows {_principal(statement)}",
            "site.yml --tags monitoring puts the policy back.",
        )


# --- Encryption


def file_system(state: State, _wanted: Wanted) -> Iterator[Found]:
    """The certificates lie unencrypted."""
    found = state["file_system"]
    if found and not found["encrypted"]:
        yield finding(
            "high",
            "encryption/file-system",
            found["id"],
            "The file system of the certificates is not encrypted",
            "the private keys of the certificates are on it",
            "An EFS cannot be encrypted later: destroy it and run site.yml --tags networking, which makes a new one.",
        )


def instances(state: State, _wanted: Wanted) -> Iterator[Found]:
    """Recorder instances have unencrypted disks, or give credentials without a session token (IMDSv1)."""
    found = state["launch_template"]
    if not found:
        return
    redo = "site.yml --tags ecs_service puts the launch template back; end the instances that have the old one."
    if not found["encrypted"]:
        evidence = "a disk of the launch template is not encrypted; recordings wait on it"
        yield finding(
            "medium", "encryption/disk", found["name"], "Disks of recorders are not encrypted", evidence, redo
        )
    if not found["session_tokens"]:
        evidence = "the launch template does not require session tokens of the instance metadata"
        title = "A recorder's credentials are easier to steal"
        yield finding("medium", "encryption/metadata", found["name"], title, evidence, redo)


# --- Strangers


def strange_groups(state: State, wanted: Wanted) -> Iterator[Found]:
    """A security group in the platform's VPC is not one of its own."""
    for name in sorted(set(state["security_groups"]) - set(wanted.security_groups) - {"default"}):
        yield finding(
            "low",
            "strangers/security-group",
            name,
            f"A security group that is not the platform's: {name}",
            "it is in the platform's VPC",
            "Find out whose it is. destroy.yml cannot remove the VPC while it is there.",
        )


def strange_roles(state: State, wanted: Wanted) -> Iterator[Found]:
    """A role has a name of ours that this collection never gives."""
    kinds = [name.removeprefix(wanted.name) for name in platform.roles(wanted.name)]
    for name in sorted(set(state["roles"]) - set(wanted.roles)):
        # Another platform whose name begins with ours.
        if not name.endswith(tuple(kinds)):
            yield finding(
                "medium",
                "strangers/role",
                name,
                f"A role with a name of the platform: {name}",
                "this collection makes no such role",
                "Find out who made it and who may take it.",
            )


def strange_functions(state: State, wanted: Wanted) -> Iterator[Found]:
    """A function has a name of ours that this collection never gives."""
    kinds = [name.removeprefix(wanted.name) for name in platform.functions(wanted.name)]
    for name in state["other_functions"]:
        if not name.endswith(tuple(kinds)):
            yield finding(
                "medium",
                "strangers/function",
                name,
                f"A function with a name of the platform: {name}",
                "this collection makes no such function",
                "Find out who made it, and what it may do.",
            )


def strange_tags(state: State, _wanted: Wanted) -> Iterator[Found]:
    """Something carries the tags of the platform and is of a kind that this collection never makes."""
    for item in state["tagged"]:
        yield finding(
            "low",
            "strangers/tagged",
            item["arn"],
            f"Something with the platform's tags that is not its own: {item['kind']}",
            f"{item['arn']}, tagged Name={item['name']}",
            "Find out whose it is: its costs are counted as the platform's.",
        )


# --- All together

RULES: tuple[Callable[[State, Wanted], Iterator[Found]], ...] = (
    rules_too_many,
    rules_missing,
    default_group_open,
    addresses_of_strangers,
    function_urls,
    function_policies,
    distribution,
    role_trust,
    role_policies,
    role_missing_policies,
    role_managed_policies,
    bucket_public,
    bucket_policy,
    bucket_settings,
    secret_age,
    secret_rotation,
    secret_policy,
    image_age,
    image_unpinned,
    plain_secrets,
    privileged,
    shells,
    log_retention,
    alarm_mail,
    topic_policy,
    file_system,
    instances,
    strange_groups,
    strange_roles,
    strange_functions,
    strange_tags,
)


def findings(state: State, wanted: Wanted, accepted: Iterable[str] = ()) -> list[Found]:
    """All findings, the gravest first. Those whose id was ``accepted`` are marked, and fail nothing."""
    known = set(accepted)
    found = {item["id"]: item for rule in RULES for item in rule(state, wanted)}
    listed = [{**item, "accepted": identifier in known} for identifier, item in found.items()]
    return sorted(listed, key=lambda item: (SEVERITIES.index(item["severity"]), list(AREAS).index(item["area"])))


def failing(found: Iterable[Mapping[str, Any]], fail_on: str) -> list[str]:
    """The ids of the findings that are at least so grave and were not accepted."""
    grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on != "never" else ()
    return [item["id"] for item in found if item["severity"] in grave and not item["accepted"]]


def ages(state: State, wanted: Wanted) -> list[dict[str, Any]]:
    """How old the passwords and the images are, and how old they may be."""
    secret = [{"what": "passwords", "days": state["secret"]["age_days"], "limit": wanted.rotation_days}]
    return (secret if state["secret"] else []) + [
        {
            "what": item["image"].rpartition("/")[2],
            "days": images.age_days(item["image"], wanted.today),
            "limit": wanted.image_days,
        }
        for item in state["images"]
    ]


def _open_statements(policy: Mapping[str, Any], account_id: str) -> Iterator[dict[str, Any]]:
    """Statements that allow everybody or another account, unless a condition confines them to ours."""
    for statement in iam.canonical(policy)["Statement"] if policy else ():
        if statement.get("Effect") != "Allow":
            continue
        principal = statement.get("Principal")
        named = ["*"] if principal == "*" else list((principal or {}).get("AWS", ()))
        foreign = [item for item in named if item == "*" or account_id not in item]
        if foreign and not _confined(statement, account_id):
            yield statement


def _confined(statement: Mapping[str, Any], account_id: str) -> bool:
    """Whether a condition names our account as the one that calls."""
    keys = ("aws:sourceaccount", "aws:sourceowner", "aws:sourcearn", "aws:principalaccount", "aws:principalarn")
    for tests in statement.get("Condition", {}).values():
        for key, values in tests.items():
            if key.lower() in keys and all(account_id in str(value) for value in values):
                return True
    # EFS: only through a mount target, which is in our VPC.
    return any("elasticfilesystem:AccessedViaMountTarget" in tests for tests in statement.get("Condition", {}).values())


def _principal(statement: Mapping[str, Any]) -> str:
    principal = statement.get("Principal")
    if principal == "*" or (isinstance(principal, Mapping) and principal.get("AWS") in ("*", ["*"])):
        return "everybody"
    parts = principal.values() if isinstance(principal, Mapping) else ()
    return ", ".join(f"{value}" for values in parts for value in ([values] if isinstance(values, str) else values))
