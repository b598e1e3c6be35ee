# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""IAM roles: when two policy documents are the same, and the managed fields of a role."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._aws.tags import tag_dict
from ..errors import InvalidInput, refuse

# How resources and inline policies are called in a state.
ROLE, POLICY = "role ", "policies."
VERSION = "2012-10-17"
LARGEST_INLINE_CHARACTERS = 10240  # of all inline policies of a role, without white space
# Elements of a statement that are one value or a set of them.
SETS = ("Action", "NotAction", "Resource", "NotResource")


def canonical(document: Mapping[str, Any]) -> dict[str, Any]:
    """The one form of all policy documents that mean the same: lists sorted, single values as lists."""
    statements = [_statement(item) for item in _listed(document.get("Statement"))]
    return {"Version": str(document.get("Version", VERSION)), "Statement": sorted(statements, key=_text)}


def trust_document(services: list[str], conditions: Mapping[str, Any]) -> dict[str, Any]:
    """The trust policy that lets AWS services, such as ``ecs-tasks.amazonaws.com``, take a role."""
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": services}, "Action": "sts:AssumeRole"}
    if conditions:
        statement["Condition"] = dict(conditions)
    return {"Version": VERSION, "Statement": [statement]}


def current(details: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The roles that there are, as a state. ``details`` are those of GetAccountAuthorizationDetails by name."""
    return {ROLE + name: current_fields(detail) for name, detail in details.items()}


def wanted(
    listed: Mapping[str, Any], current_state: Mapping[str, Mapping[str, Any]], tags: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """The roles as they shall be, as a state. None stands for an inline policy that has to go.

    ``listed`` are the items of the option ``roles`` by name.
    """
    state: dict[str, dict[str, Any]] = {}
    for name, role in listed.items():
        strays = dict.fromkeys(field for field in current_state.get(ROLE + name, {}) if field.startswith(POLICY))
        state[ROLE + name] = {**strays, **wanted_fields(role, tags)}
    return state


def wanted_fields(role: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """Managed fields of one item of the option ``roles``."""
    return {
        "trust": canonical(trust_document(role["trust"]["service"], role["trust"]["conditions"])),
        **{POLICY + name: canonical(document) for name, document in sorted(role["policies"].items())},
        "managed_policies": sorted(set(role["managed_policies"])),
        "instance_profile": role["instance_profile"],
        "tags": dict(tags),
    }


def current_fields(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Managed fields of a role as GetAccountAuthorizationDetails reports it."""
    inline = {policy["PolicyName"]: policy["PolicyDocument"] for policy in detail.get("RolePolicyList") or ()}
    return {
        "trust": canonical(detail["AssumeRolePolicyDocument"]),
        **{POLICY + name: canonical(document) for name, document in sorted(inline.items())},
        "managed_policies": sorted(policy["PolicyArn"] for policy in detail.get("AttachedManagedPolicies") or ()),
        "instance_profile": profile_arn(detail) is not None,
        "tags": tag_dict(detail.get("Tags")),
    }


def profile_arn(detail: Mapping[str, Any]) -> str | None:
    """ARN of the instance profile that has the role's own name and holds the role, or None."""
    for profile in detail.get("InstanceProfileList") or ():
        if profile["InstanceProfileName"] == detail["RoleName"]:
            return str(profile["Arn"])
    return None


def check(listed: Iterable[Mapping[str, Any]], path: str) -> None:
    """Raise InvalidInput on what AWS would refuse in the options ``roles`` and ``path``."""
    for role in listed:
        validate(role)
    if not (path.startswith("/") and path.endswith("/")):
        raise InvalidInput(f"path {path}: must begin and end with a slash; use / or /<part>/")


def validate(role: Mapping[str, Any]) -> None:
    """Raise InvalidInput with one line for each problem of one item of the option ``roles``."""
    refuse(problems(role), f"roles {role['name']}")


def problems(role: Mapping[str, Any]) -> Iterator[str]:
    """What AWS would refuse or nobody should grant, each as "<what is wrong>; <fix>"."""
    if len(role["name"]) > 64:
        yield f"name has {len(role['name'])} characters; use at most 64"
    elif not re.fullmatch(r"[\w+=,.@-]+", role["name"], re.ASCII):
        yield "name has a character that AWS refuses; use letters, digits and +=,.@_-"
    services = (role["trust"] or {}).get("service") or []
    if not services:
        yield "trust names no service; add one such as ecs-tasks.amazonaws.com"
    for service in services:
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?", service):
            yield f"trust {service} is no service; use a name such as ecs-tasks.amazonaws.com"
    for arn in role["managed_policies"]:
        if not re.fullmatch(r"arn:aws[a-z-]*:iam::(aws|\d{12}):policy/.+", arn):
            yield f"managed policy {arn} is no ARN of a policy; use arn:aws:iam::aws:policy/<name>"
    yield from _policy_problems(role["policies"])


def _policy_problems(policies: Mapping[str, Any]) -> Iterator[str]:
    for name, document in policies.items():
        for problem in _document_problems(document):
            yield f"policy {name}: {problem}"
    size = sum(len(_text(document)) for document in policies.values())
    if size > LARGEST_INLINE_CHARACTERS:
        yield f"inline policies have {size} characters; AWS takes at most {LARGEST_INLINE_CHARACTERS}"


def _document_problems(document: Any) -> Iterator[str]:
    if not isinstance(document, Mapping) or not document.get("Statement"):
        yield "has no Statement; add one"
        return
    for index, statement in enumerate(_listed(document["Statement"])):
        where = f"statement {statement.get('Sid', index)}"
        if statement.get("Effect") not in ("Allow", "Deny"):
            yield f"{where} has Effect {statement.get('Effect')}; use Allow or Deny"
        for pair in (("Action", "NotAction"), ("Resource", "NotResource")):
            if sum(name in statement for name in pair) != 1:
                yield f"{where} needs one of {' and '.join(pair)}; add it"
        if statement.get("Effect") == "Allow" and "*" in _listed(statement.get("Action")):
            yield f"{where} allows every action; name the actions"


def _statement(statement: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(statement)
    for name in SETS:
        if name in result:
            result[name] = _set(result[name])
    for name in ("Principal", "NotPrincipal"):
        if isinstance(result.get(name), Mapping):
            result[name] = {kind: _set(value) for kind, value in result[name].items()}
    if "Condition" in result:
        result["Condition"] = {
            operator: {key: _set(value) for key, value in keys.items()}
            for operator, keys in result["Condition"].items()
        }
    return result


def _set(value: Any) -> list[str]:
    """One value or several as a sorted list of strings; true is "true" to IAM."""
    return sorted({str(item).lower() if isinstance(item, bool) else str(item) for item in _listed(value)})


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
