# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the inputs of the roles may be, for whoever uses a role without the facts of group_vars/jitsi.yml.

The role's argument_specs.yml says what each means and of which type it is. Left out here are inputs that are lists and
dictionaries for one module, which checks them before its first call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidInput
from ..rules import Rule, between, flag, matching, optional, path
from .facts import VARIABLES
from .kinds import domain
from .list_kinds import Words, each, item_problems, key_names, tags
from .options import MINUTES

# The collection's own tags are among them.
TAGS = tags(set_here=())
KMS_KEY = optional(
    matching(
        r"(?=.{1,2048}\Z)(?:arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:)?(?:key/|alias/)?[A-Za-z0-9/_-]+",
        "the ARN, id or alias of a KMS key",
    )
)


def _as(role: str, facts: Mapping[str, str]) -> dict[str, Rule]:
    """Inputs that may be what a fact of the deployment may be: input -> fact, both without what they begin with."""
    return {f"{role}_{name}": VARIABLES[f"jitsi_{fact}"].rule for name, fact in facts.items()}


def _same(role: str, *names: str, **others: str) -> dict[str, Rule]:
    return _as(role, {**{name: name for name in names}, **others})


INPUTS: dict[str, dict[str, Rule]] = {
    "autoscaling": {
        **_same("autoscaling", "name", "bridge_max", "recorder_max", "schedules", recording="enable_recording"),
        **_same("autoscaling", percent="scaling_percent", cooldown_seconds="scaling_cooldown_seconds"),
    },
    "ecs_service": {
        **_same("ecs_service", "name", "domain", "alert_email", "image_registry", "image_version"),
        **_same("ecs_service", "image_digests", "caddy_image", "coturn_image", "readonly_root", "stun_servers"),
        **_same("ecs_service", "max_participants", "resolution", "timezone", "log_level", "signalling_cpu"),
        **_same("ecs_service", "signalling_memory", "recorder_launch_type", "recorder_instance_type", "recorder_cpu"),
        **_same("ecs_service", "recorder_memory", "recorder_max", "secret_kms_key_arn", "recording_kms_key_arn"),
        **_same("ecs_service", "log_retention_days", "container_insights", "force", region="aws_region"),
        **_same("ecs_service", bridge_cpu="task_cpu", bridge_memory="task_memory", recording="enable_recording"),
        **_same("ecs_service", wait_minutes="deployment_wait_minutes"),
        "ecs_service_destroy_logs": flag(),
        "ecs_service_recorder_disk_gib": between(30, 16384, "GiB"),
        "ecs_service_recording_bucket": optional(VARIABLES["jitsi_recording_bucket"].rule),
        "ecs_service_tags": TAGS,
        "ecs_service_tls_names": Words("list", "host names", each(domain("origin.meet.example.com"))),
        "ecs_service_turn_host": domain("turn.meet.example.com"),
        "ecs_service_turn_port": between(1, 65535),
    },
    "edge": {
        **_same("edge", "name", "domain", "hosted_zone", "acme_account_uri", "price_class", "frame_ancestors"),
        **_same("edge", "idle_minutes", "wake_pin_required", "wake_limit_per_day", "certificate_wake_days"),
        **_same("edge", "schedules", "brand_name", "brand_color", "brand_color_dark", "brand_logo"),
        **_same("edge", "secret_kms_key_arn", create_zone="create_hosted_zone"),
        "edge_tags": TAGS,
    },
    "monitoring": {
        **_same("monitoring", "name", "alert_email", "alarm_percent", "awake_alarm_hours", "dashboards", "budget_usd"),
        **_same("monitoring", "budget_ipv4_hours", "chat_parameter", region="aws_region"),
        **_same("monitoring", recording="enable_recording"),
        "monitoring_disk_percent": between(1, 99),
        "monitoring_error_burst": between(1, 1_000_000),
        "monitoring_tags": TAGS,
    },
    "networking": {
        **_same("networking", "name", "vpc_cidr", "subnets", "ipv6"),
        "networking_tags": TAGS,
    },
    "recording_bucket": {
        **_same("recording_bucket", name="recording_bucket", enabled="enable_recording", lock="recording_lock"),
        **_same("recording_bucket", archive_after_days="recording_archive_days", lock_days="recording_lock_days"),
        **_same("recording_bucket", archive_class="recording_archive_class"),
        **_same("recording_bucket", expire_after_days="recording_expire_days"),
        **_same("recording_bucket", noncurrent_days="recording_noncurrent_days"),
        "recording_bucket_erase": flag(),
        "recording_bucket_incomplete_upload_days": between(1, 36500, "days"),
        "recording_bucket_kms_key_id": KMS_KEY,
        "recording_bucket_tags": TAGS,
    },
    "secrets": {
        **_same("secrets", "rotation_function", "rotation_days", "rotation_grace_days", platform="name"),
        "secrets_destroy": flag(),
        "secrets_kms_key_id": KMS_KEY,
        "secrets_recovery_days": between(7, 30, "days"),
        "secrets_restore_backup": path(),
        "secrets_restore_force": flag(),
        "secrets_restore_password_file": path(),
        "secrets_restore_wait_minutes": MINUTES,
        "secrets_rotate_force": flag(),
        "secrets_rotate_keys": key_names(),
        "secrets_rotate_wait_minutes": MINUTES,
        "secrets_tags": TAGS,
    },
}


def inputs(role: str) -> dict[str, Rule]:
    """The inputs of a role. Raises InvalidInput for one that is not known."""
    if role not in INPUTS:
        raise InvalidInput(f"role {role}: is not known; use one of {', '.join(INPUTS)}")
    return INPUTS[role]


def problems(role: str, raw: Mapping[str, Any], rendered: Mapping[str, Any], errors: Mapping[str, str]) -> list[str]:
    """List everything wrong with the inputs of a role, one line each; none if all is right.

    ``raw`` has them before rendering, ``rendered`` those that could be rendered, and ``errors`` says of the others why
    not. What is made from a wrong one is not reported again.
    """
    rules = inputs(role)
    found = {name: [f"{name}: cannot be rendered: {error}; correct the expression"] for name, error in errors.items()}
    found |= {name: list(item_problems(rules[name], name, value)) for name, value in rendered.items()}
    wrong = {name for name, lines in found.items() if lines}
    return [line for name, lines in found.items() if not (_made_from(raw.get(name)) - {name}) & wrong for line in lines]


def _made_from(raw: Any) -> set[str]:
    """What an expression mentions."""
    return set(re.findall(r"\w+", raw)) if isinstance(raw, str) and "{{" in raw else set()
