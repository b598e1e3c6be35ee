# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The inputs of the roles: what each means, what it may be and what it is by default.

Most are facts of the deployment under the name of a role. The defaults of the roles and the options of their argument
specs are written from it (tools/role_variables.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
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
# Text of -e is taken for a number or a boolean.
CASTS = {"int": " | int", "bool": " | bool"}


@dataclass(frozen=True)
class Input:
    """An input of a role.

    ``rule`` is None for what one module checks itself before its first call. ``default`` is a value or an expression,
    None for an input that must be given. ``spec`` is what its argument spec has beside.
    """

    rule: Rule | None
    description: tuple[str, ...]
    default: Any = None
    spec: Mapping[str, Any] = field(default_factory=dict)


def _as(role: str, facts: Mapping[str, str]) -> dict[str, Input]:
    """Inputs that are what a fact of the deployment is: input -> fact, both without what they begin with."""
    found = {}
    for name, fact in facts.items():
        variable = VARIABLES[f"jitsi_{fact}"]
        missing = f"jitsi_{fact}: is not set; set it, for example to {variable.example}"
        ending = f" | mandatory('{missing}')" if variable.required else CASTS.get(variable.rule.kind, "")
        expression = f"{{{{ jitsi_{fact}{ending} }}}}"
        spec = {"elements": "dict", "options": variable.items} if variable.items else {}
        described = (variable.description, *variable.details)
        found[f"{role}_{name}"] = Input(variable.rule, described, expression, spec)
    return found


def _same(role: str, *names: str, **others: str) -> dict[str, Input]:
    return _as(role, {**{name: name for name in names}, **others})


def _tags(description: str) -> Input:
    return Input(TAGS, (description,), "{{ jitsi_all_tags }}")


def _key(description: str, fact: str) -> Input:
    return Input(
        KMS_KEY, (description, "Empty means the key that AWS manages, which costs nothing."), f"{{{{ {fact} }}}}"
    )


INPUTS: dict[str, dict[str, Input]] = {
    "autoscaling": {
        **_same("autoscaling", "name", "bridge_max", recording="enable_recording", recorder_max="recorder_max"),
        **_same("autoscaling", percent="scaling_percent", cooldown_seconds="scaling_cooldown_seconds"),
        **_same("autoscaling", "schedules"),
        "autoscaling_targets": Input(
            None,
            (
                "The services and their scaling, as the module C(meetops.jitsi.scaling) takes them.",
                "By default made from the inputs above. Given, it replaces them all.",
            ),
            "{{ _autoscaling_targets | selectattr('max_capacity', 'gt', 0) }}",
            {
                "type": "list",
                "elements": "dict",
                "options": {
                    "service": {"description": "Name of the service.", "type": "str", "required": True},
                    "min_capacity": {
                        "description": "The fewest tasks, at the time when the target is made. 0 if it is not given.",
                        "type": "int",
                    },
                    "max_capacity": {"description": "The most tasks.", "type": "int", "required": True},
                    "policies": {
                        "description": "Target tracking policies, as the module takes them.",
                        "type": "list",
                        "elements": "dict",
                    },
                    "step_policies": {
                        "description": "Step scaling policies, as the module takes them.",
                        "type": "list",
                        "elements": "dict",
                    },
                    "schedules": {
                        "description": "Scheduled actions, as the module takes them.",
                        "type": "list",
                        "elements": "dict",
                    },
                },
            },
        ),
    },
    "ecs_service": {
        **_same("ecs_service", "name", region="aws_region"),
        "ecs_service_tags": _tags("Tags of everything that is made."),
        **_same("ecs_service", "domain", "alert_email"),
        "ecs_service_tls_names": Input(
            Words("list", "host names", each(domain("origin.meet.example.com"))),
            ("Host names that Caddy gets certificates for and answers to. By default C(origin.) and the domain.",),
            ["{{ (ecs_service_name | meetops.jitsi.names(ecs_service_domain)).hosts.origin }}"],
        ),
        **_same("ecs_service", "image_registry", "image_version", "image_digests", "caddy_image", "coturn_image"),
        **_same("ecs_service", "readonly_root"),
        "ecs_service_turn_host": Input(
            domain("turn.meet.example.com"),
            ("Host name of the TURN servers, as participants resolve it. By default C(turn.) and the domain.",),
            "{{ (ecs_service_name | meetops.jitsi.names(ecs_service_domain)).hosts.turn }}",
        ),
        "ecs_service_turn_port": Input(between(1, 65535), ("TCP port of the TURN servers.",), 4443),
        **_same("ecs_service", "stun_servers", "max_participants", "resolution", "timezone", "log_level"),
        **_same("ecs_service", "signalling_cpu", "signalling_memory"),
        **_same("ecs_service", bridge_cpu="task_cpu", bridge_memory="task_memory", recording="enable_recording"),
        "ecs_service_recording_bucket": Input(
            optional(VARIABLES["jitsi_recording_bucket"].rule),
            ("Name of the bucket for recordings. Needed when O(ecs_service_recording) is true.",),
            # Nothing where a role is used without the domain of a deployment.
            "{{ jitsi_recording_bucket | default('') }}",
        ),
        **_same("ecs_service", "recording_kms_key_arn", "recorder_launch_type", "recorder_instance_type"),
        **_same("ecs_service", "recorder_cpu", "recorder_memory"),
        "ecs_service_recorder_disk_gib": Input(
            between(30, 16384, "GiB"),
            ("Disk of a recorder instance in GiB; recordings wait on it. Plan 2 GB an hour.",),
            60,
        ),
        **_same("ecs_service", "recorder_max", "secret_kms_key_arn", "log_retention_days", "container_insights"),
        **_same("ecs_service", wait_minutes="deployment_wait_minutes", force="force"),
        "ecs_service_destroy_logs": Input(flag(), ("Whether the log groups go too.",)),
    },
    "edge": {
        **_same("edge", "name", "domain", "hosted_zone"),
        "edge_tags": _tags("Tags of everything that is made, beside C(Name)."),
        **_same("edge", create_zone="create_hosted_zone", acme_account_uri="acme_account_uri"),
        **_same("edge", "price_class", "frame_ancestors", "idle_minutes", "wake_pin_required", "wake_limit_per_day"),
        **_same("edge", "certificate_wake_days", "schedules", "brand_name", "brand_color", "brand_color_dark"),
        **_same("edge", "brand_logo", "secret_kms_key_arn", "wake_by_key"),
    },
    "monitoring": {
        **_same("monitoring", "name", region="aws_region", alert_email="alert_email", alarm_percent="alarm_percent"),
        "monitoring_disk_percent": Input(
            between(1, 99), ("How full a recorder's disk may be, in percent, until it takes no further recording.",), 80
        ),
        **_same("monitoring", "awake_alarm_hours"),
        "monitoring_error_burst": Input(
            between(1, 1_000_000),
            ("How many errors all components together may log within 5 minutes until an alarm is raised.",),
            25,
        ),
        **_same("monitoring", "dashboards", recording="enable_recording"),
        "monitoring_hour_prices": Input(
            None,
            (
                "What an hour of a task of each kind costs in USD, for the dashboard C(capacity).",
                "By default made from the sizes of the tasks.",
            ),
            "{{ _monitoring_hour_prices }}",
            {
                "type": "dict",
                "options": {
                    "signalling": {
                        "description": "The task with web, prosody and jicofo.",
                        "type": "float",
                        "required": True,
                    },
                    "bridge": {"description": "A bridge.", "type": "float", "required": True},
                    "recorder": {"description": "A recorder.", "type": "float", "required": True},
                },
            },
        ),
        **_same("monitoring", "budget_usd", "budget_ipv4_hours", "chat_parameter"),
        "monitoring_tags": _tags("Tags of the topic, the alarms and the chat function. The topic also gets C(Name)."),
    },
    "networking": {
        **_same("networking", "name", "vpc_cidr", "subnets", "ipv6"),
        "networking_tags": _tags("Tags of everything that is made, beside C(Name)."),
    },
    "recording_bucket": {
        **_same("recording_bucket", name="recording_bucket", enabled="enable_recording"),
        "recording_bucket_kms_key_id": _key(
            "ARN, id or alias of the KMS key that encrypts new recordings.", "jitsi_recording_kms_key_arn"
        ),
        **_same("recording_bucket", archive_after_days="recording_archive_days"),
        **_same("recording_bucket", archive_class="recording_archive_class"),
        **_same("recording_bucket", expire_after_days="recording_expire_days", lock="recording_lock"),
        **_same("recording_bucket", lock_days="recording_lock_days", noncurrent_days="recording_noncurrent_days"),
        "recording_bucket_incomplete_upload_days": Input(
            between(1, 36500, "days"), ("After how many days the parts of an upload that never ended are removed.",), 2
        ),
        "recording_bucket_tags": _tags("Tags of the bucket. C(Name) is set to the bucket's name."),
        "recording_bucket_erase": Input(
            flag(), ("Whether all recordings are erased that no legal hold and no retention protects.",)
        ),
    },
    "secrets": {
        **_same("secrets", platform="name"),
        "secrets_kms_key_id": _key(
            "ARN of the KMS key that encrypts the secret. Its id or alias does without O(secrets_rotation_function).",
            "jitsi_secret_kms_key_arn",
        ),
        **_same("secrets", "rotation_function", "rotation_days", "rotation_grace_days", "wake_by_key"),
        "secrets_tags": _tags("Tags of everything. C(Name) of the secret is set to its name."),
        "secrets_rotate_keys": Input(key_names(), ("Rotate these keys and no others, however old they are.",)),
        "secrets_rotate_force": Input(flag(), ("Whether to rotate now, also while people meet.",)),
        "secrets_rotate_wait_minutes": Input(
            MINUTES, ("For how many minutes to wait for the last participant to leave.",)
        ),
        "secrets_restore_backup": Input(path(), ("Directory of the backup.",), spec={"type": "path"}),
        "secrets_restore_password_file": Input(
            path(), ("File with the password with which the backup was encrypted.",), spec={"type": "path"}
        ),
        "secrets_restore_force": Input(flag(), ("Whether to restore also while people meet.",)),
        "secrets_restore_wait_minutes": Input(
            MINUTES, ("For how many minutes to wait for the last participant to leave.",)
        ),
        "secrets_destroy": Input(flag(), ("Whether the deletion of the secret is scheduled.",)),
        "secrets_recovery_days": Input(
            between(7, 30, "days"), ("For how many days it can be restored then. C(site.yml) does so.",)
        ),
    },
}

# What the entries of a role (tasks_from) beside main take. main takes all that has a default or is a fact.
ENTRIES: dict[str, dict[str, tuple[str, ...]]] = {
    "autoscaling": {"absent": ("name",)},
    "ecs_service": {"stop": ("name", "force"), "absent": ("name", "destroy_logs")},
    "edge": dict.fromkeys(("close", "absent"), ("name", "domain", "hosted_zone", "create_zone")),
    "networking": {"absent": ("name", "vpc_cidr")},
    "recording_bucket": {"absent": ("name", "erase")},
    "secrets": {
        "rotate": (
            *("platform", "rotation_days", "rotation_grace_days"),
            *("rotate_keys", "rotate_force", "rotate_wait_minutes", "wake_by_key"),
        ),
        "restore": (
            *("platform", "restore_backup", "restore_password_file"),
            *("restore_force", "restore_wait_minutes", "wake_by_key"),
        ),
        "ages": ("platform", "rotation_days", "rotation_grace_days", "wake_by_key"),
        "absent": ("platform", "destroy", "recovery_days"),
    },
}


def entry_inputs(role: str, entry: str) -> dict[str, Input]:
    """What an entry of a role takes."""
    inputs = INPUTS[role]
    if entry == "main":
        return {name: item for name, item in inputs.items() if item.default is not None}
    return {f"{role}_{name}": inputs[f"{role}_{name}"] for name in ENTRIES.get(role, {}).get(entry, ())}


def inputs(role: str) -> dict[str, Rule]:
    """The rules of a role's inputs. Raises InvalidInput for a role that is not known."""
    if role not in INPUTS:
        raise InvalidInput(f"role {role}: is not known; use one of {', '.join(INPUTS)}")
    return {name: item.rule for name, item in INPUTS[role].items() if item.rule}


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
