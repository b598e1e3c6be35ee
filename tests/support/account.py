# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All that the emulated account holds, as plain values: two accounts are alike when these are equal.

Nothing is looked up by name or tag, so whatever a run leaves behind shows. Times, what is drawn anew when it is made
(passwords, keys, certificates), and the order of lists are left out. Ids are in it: they follow from the requests
(``faults.py``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from enum import Enum
from typing import Any

# Attributes that say when something was made, changed or read, hold what is drawn anew, or serve the emulator alone.
LEFT_OUT = re.compile(
    r"_*((.*_)?(time|timestamp|created|modified|updated|at|key_material|pem)|(created|modified|updated)_?[oO]n"
    r"|\w*(?<![uU]p)[dD]ate|\w*(Time|Timestamp|At)|secret_(string|binary)|last_used\w*|amis|snapshots"
    r"|aws_managed_policies|account_summary|policy_arn_regex|rr_changes|_made)"
)
# How far something has come, which in the emulator goes on whenever somebody looks: it is its time.
PROGRESS = {"_tick", "_status"}
TIME = re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.\dZ+:]*|\b\d\d:\d\d:\d\d\.\d+\b|\b1\d{9}(\.\d+|\d{3})?\b")
# What each service that was asked something has.
OF_ALL = ("account_id", "partition", "region_name")
# Tokens against repetition, of which versions of secrets get their names.
DRAWN = re.compile(r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b")
LONGEST = 1000


def contents() -> dict[str, str]:
    """Everything that is there, as text by path: ``{"ec2 us-east-1/vpcs/vpc-1/cidr_block": "10.0.0.0/16"}``."""
    from moto.core.base_backend import BackendDict

    found: dict[str, str] = {}
    for service in BackendDict._instances:
        for _, region, backend in service.iter_backends():
            held = {name: value for name, value in vars(backend).items() if name not in OF_ALL}
            found.update(_flat(f"{service.service_name} {region}", _plain(held, [])))
    return found


def secrets() -> dict[str, str]:
    """The values of all secrets, by ARN and version."""
    from moto.secretsmanager.models import secretsmanager_backends

    return {
        f"{secret.arn} {version}": str(content.get("secret_string"))
        for _, _, backend in secretsmanager_backends.iter_backends()
        for secret in backend.secrets.values()
        for version, content in secret.versions.items()
    }


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """What differs, one line a path."""
    return [
        f"{path}: {before.get(path, '(nothing)')} -> {after.get(path, '(nothing)')}"
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    ]


def _plain(value: Any, above: list[Any]) -> Any:
    """Dictionaries, lists and scalars alone. Empty ones are None: the emulator makes many when it is first asked."""
    from moto.core.base_backend import BaseBackend
    from moto.iam.models import AWSManagedPolicy

    if isinstance(value, str):
        text = DRAWN.sub("(drawn)", TIME.sub("(time)", value))
        return text if len(text) < LONGEST else _plain(text.encode(), above)
    if isinstance(value, bytes):
        if value.startswith(b"-----BEGIN"):
            return "(drawn)"
        return f"{len(value)} bytes {hashlib.sha256(value).hexdigest()}"
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, date):
        return "(time)"
    if isinstance(value, (BaseBackend, AWSManagedPolicy)) or any(value is item for item in above):
        return None
    above = [*above, value]
    if isinstance(value, Mapping):
        found: dict[str, Any] = {}
        for key, item in value.items():
            plain = None if LEFT_OUT.fullmatch(str(key)) else _plain(item, above)
            if plain is not None:
                # Two keys that were drawn still are two.
                name = str(_plain(str(key), above))
                while name in found:
                    name += "+"
                found[name] = plain
        return {key: found[key] for key in sorted(found)} or None
    if isinstance(value, Collection):
        return sorted((_plain(item, above) for item in value), key=repr) or None
    if type(value).__module__.startswith("moto."):
        return _plain({name: getattr(value, name) for name in _names(value)}, above)
    return None


def _names(value: Any) -> list[str]:
    """The attributes of an object of the emulator."""
    from moto.moto_api._internal.managed_state_model import ManagedState

    slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    names = [*getattr(value, "__dict__", ()), *(name for name in slots if hasattr(value, name))]
    return [name for name in names if name not in PROGRESS] if isinstance(value, ManagedState) else names


def _flat(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(f"{path}/{key}", item)
    elif isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        for number, item in enumerate(value):
            yield from _flat(f"{path}/{number}", item)
    elif value is not None:
        yield path, str(value)
