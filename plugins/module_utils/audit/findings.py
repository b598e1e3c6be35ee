# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an audit finds: rules that judge a platform as it is by what this collection wants, one function a rule.

A rule takes the state of the account (plain data, see the module audit_info) and what is wanted, and yields findings. A
platform as site.yml leaves it has none. The files in rules/ have the names of the areas; docs/audit.md lists the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from . import image_ages
from .rules import access, bucket, encryption, exposure, logs, network, secrets, strangers, tasks
from .rules.common import Found, State, Wanted

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

RULES: tuple[Callable[[State, Wanted], Iterator[Found]], ...] = (
    network.rules_too_many,
    network.rules_missing,
    network.default_group_open,
    exposure.addresses_of_strangers,
    exposure.function_urls,
    exposure.function_policies,
    exposure.distribution,
    access.role_trust,
    access.role_policies,
    access.role_missing_policies,
    access.role_managed_policies,
    bucket.bucket_public,
    bucket.bucket_policy,
    bucket.bucket_settings,
    secrets.secret_age,
    secrets.secret_rotation,
    secrets.secret_policy,
    tasks.image_age,
    tasks.image_unpinned,
    tasks.plain_secrets,
    tasks.privileged,
    tasks.shells,
    logs.log_retention,
    logs.alarm_mail,
    logs.topic_policy,
    encryption.file_system,
    encryption.instances,
    strangers.strange_groups,
    strangers.strange_roles,
    strangers.strange_functions,
    strangers.strange_tags,
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
            "days": image_ages.age_days(item["image"], wanted.today),
            "limit": wanted.image_days,
        }
        for item in state["images"]
    ]
