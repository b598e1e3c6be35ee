# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules about logs, and who is told of alarms."""

from __future__ import annotations

from collections.abc import Iterator

from . import policies
from .common import Found, State, Wanted, finding


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
    for statement in policies.open_statements(topic["policy"], wanted.account_id) if topic else ():
        yield finding(
            "medium",
            "logs/topic-policy",
            topic["name"],
            "Others may use the topic of the alarms",
            f"statement {statement.get('Sid', '?')} allows {policies.principal(statement)}",
            "site.yml --tags monitoring puts the policy back.",
        )
