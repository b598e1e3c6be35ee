# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fit input to the request shape of an AWS operation, by botocore's own service model: no call is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import InvalidInput
from .rules import BOOLEANS


def fit(shape: Any, value: Any, path: str) -> Any:
    """Return ``value`` as the botocore ``shape`` wants it: without None, ``"8080"`` as 8080 and 1024 as ``"1024"``.

    Raises InvalidInput, naming ``path``, on an unknown or missing key, an unknown choice or a wrong type.
    """
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, value, path)
    if kind == "list" and isinstance(value, list):
        return [fit(shape.member, item, f"{path}[{_label(item, index)}]") for index, item in enumerate(value)]
    if kind == "map" and isinstance(value, Mapping):
        return {str(key): fit(shape.value, item, f"{path}.{key}") for key, item in value.items()}
    return _scalar(shape, value, path)


def strings(values: Mapping[str, Any]) -> dict[str, str]:
    """Tags as AWS keeps them: 4711 as ``"4711"``."""
    return {str(key): str(value) for key, value in values.items()}


def _structure(shape: Any, value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidInput(f"{path} {value!r}: is not a dictionary; give {_names(shape.members)}")
    given = {name: item for name, item in value.items() if item is not None}
    for name in given:
        if name not in shape.members:
            raise InvalidInput(f"{path} {name}: AWS knows no such key; use one of {_names(shape.members)}")
    for name in shape.required_members:
        if name not in given:
            raise InvalidInput(f"{path} {name}: is missing; AWS requires it")
    return {name: fit(shape.members[name], item, f"{path}.{name}") for name, item in given.items()}


def _scalar(shape: Any, value: Any, path: str) -> Any:
    kind = shape.type_name
    result = _convert(kind, value)
    if result is None:
        fix = "quote it" if kind == "string" and isinstance(value, bool) else f"give one {kind}"
        raise InvalidInput(f"{path} {value!r}: is not of type {kind}; {fix}")
    choices = getattr(shape, "enum", None)
    if choices and result not in choices:
        raise InvalidInput(f"{path} {value}: is not a value that AWS knows; use one of {', '.join(choices)}")
    return result


def _convert(kind: str, value: Any) -> Any:
    """The value as ``kind``, or None. A boolean is no string: ``true`` in YAML could mean "true", "True" or "1"."""
    if kind == "boolean":
        return BOOLEANS.get(str(value).lower())
    if isinstance(value, bool):
        return None
    if kind == "string":
        return str(value) if isinstance(value, (str, int, float)) else None
    return _number(kind, value) if kind in ("integer", "long", "float", "double") else None


def _number(kind: str, value: Any) -> int | float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if kind in ("float", "double"):
        return number
    return int(number) if number.is_integer() else None


def _label(item: Any, index: int) -> str:
    """Name of a list's item in a message: its own name where it has one."""
    return str(item.get("name", index)) if isinstance(item, Mapping) else str(index)


def _names(members: Mapping[str, Any]) -> str:
    return ", ".join(sorted(members))
