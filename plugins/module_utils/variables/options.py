# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the playbooks take beside the facts of a deployment: every option, what it means and what it may be.

They are given with ``-e``, for one run. Check modes, files and platforms decide more, which the playbooks check.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..capacity.choices import OPTIONS as CHOICES
from ..errors import InvalidInput
from ..logs import lines as log_lines
from ..recordings import sessions as recordings
from ..review import figures as review
from ..rules import Rule, between, flag, line, matching, nearest, one_of, optional, path, said_by, shown, text
from ..times import moments
from ..times.calendar_event import is_event
from .facts import VARIABLES
from .kinds import timezone
from .list_kinds import Words, dictionaries, each, item_problems, key_names, registries, rights

MINUTES = between(0, 9999, "minutes")
ADDRESS = r"(?=.{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*"
TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
EPOCH = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Option:
    """An option: its rule, what it means, an example, what holds if it is not given (nothing to say: empty), and
    whether it must be given."""

    rule: Rule
    description: str
    example: str
    default: str = ""
    required: bool = False


@dataclass(frozen=True)
class Playbook:
    """A playbook with options of its own, all of which begin with ``prefix``."""

    path: str
    prefix: str
    options: dict[str, Option]


# --- Rules


def words(allowed: str, *choices: str) -> Words:
    """Words with commas between them, or a list: of these, or any."""
    rule = one_of(*choices) if choices else matching(r"(?=\S)[^\x00-\x1f,]{1,200}(?<=\S)", "texts of one line")
    return Words("list", allowed, each(rule))


def moment() -> Rule:
    """A point in time, as recordings.moment reads it."""
    check = said_by(lambda value: moments.moment("time", value, EPOCH, dt.UTC), "time {}: ")
    return optional(text("2026-11-22, 2026-11-22T10:00, or 7d for seven days ago", check))


def calendar() -> Rule:
    """When a timer runs."""
    allowed = 'such as "Mon *-*-* 03:30:00" or "quarterly" (man systemd.time), or nothing for never'
    return text(allowed, lambda value: None if not value or is_event(value) else "is no calendar event")


def follow() -> Rule:
    """How long a log is followed."""
    allowed = "yes, or a time such as 10m"
    span = said_by(lambda value: moments.seconds("span", value), "span {}: ")
    rule = text(allowed, lambda value: None if value.lower() in ("", "yes", "true") else span(value))
    return Switch("str", allowed, rule.check)


class Switch(Rule):
    """Text, or true for ``yes``."""

    def parse(self, value: Any) -> Any:
        return super().parse("yes" if value is True else value)


def _session(value: str) -> None:
    if value:
        recordings.check_session(value)


def expiry() -> Rule:
    """How long a link lives."""
    return text("1m to 7d", said_by(lambda value: recordings.link_seconds("expiry", value), "expiry {}: "))


# --- The options

_HTML = Option(path(), "Where to write a page for people.", "review.html")
_PDF = Option(path(), "Where to write a PDF.", "review.pdf")
_SINCE = "From when: a date, a time, or how long ago."
_UNTIL = "Until when."
# What every runbook takes.
COMMON = {"runbook_file": Option(optional(path()), "Where to write what was found or done, as JSON.", "facts.json")}
_STEPS = {
    "verify_address": Option(optional(matching(ADDRESS, "a name or an address")), "A way in.", "203.0.113.10"),
    "verify_bridges": Option(
        Words("list", "addresses of bridges", each(matching(ADDRESS, "an address such as 203.0.113.20"))),
        "Addresses of bridges to ask.",
        "203.0.113.20,203.0.113.21",
        "those in DNS",
    ),
    "verify_ca_file": Option(optional(path()), "Authorities to trust, in place of this machine's.", "/root/ca.crt"),
    "verify_conference": Option(flag(), "Whether to hold a conference of its own.", "false", "true"),
    "verify_patience": Option(
        between(0, 3600, "seconds"), "How long it is tried again until all works.", "120", "0, 300 after an update"
    ),
    "verify_port": Option(between(1, 65535), "TCP port of HTTPS.", "8443", "443"),
    "verify_timeout": Option(between(1, 120, "seconds"), "How long a step may take.", "30", "10"),
    "verify_turn_address": Option(
        optional(matching(ADDRESS, "a name or an address")), "Another relay than prosody names.", "203.0.113.20"
    ),
}
_REACH = ("verify_address", "verify_ca_file", "verify_port", "verify_timeout")
_TASKS = ("rotation", "backup", "health", "review", "updates", "allocation", "audit")

PLAYBOOKS = {
    "audit": Playbook(
        "playbooks/runbooks/audit.yml",
        "audit_",
        {
            "audit_accept": Option(
                Rule("list", "a list of ids of findings", each(line("the id of a finding", 500))),
                "Findings that are known, and fail nothing.",
                '["tasks/image-age:docker.io/library/caddy:2.11.7-alpine"]',
            ),
            "audit_fail_on": Option(
                one_of("high", "medium", "low", "never"), "From which weight on a finding fails it.", "medium", "high"
            ),
            "audit_html": _HTML,
            "audit_image_days": Option(between(1, 9999, "days"), "How old an image may be.", "60", "120"),
            "audit_pdf": _PDF,
        },
    ),
    "awx": Playbook(
        "playbooks/awx.yml",
        "awx_",
        {
            "awx_credentials": Option(
                rights(),
                "Credentials that are in AWX, by what they may do. Jobs without one are not made.",
                '{"look": "aws-look", "operate": "aws-operate"}',
            ),
            "awx_directory": Option(
                optional(path()), "Where jobs keep files: a path that AWX shows to its containers.", "/srv/jitsi"
            ),
            "awx_host": Option(
                matching(r"https?://[^\s/]+(?:/\S*)?", "an address such as https://awx.example.com"),
                "Address of AWX.",
                "https://awx.example.com",
                "the environment variable CONTROLLER_HOST",
            ),
            "awx_image": Option(
                optional(matching(r"\S+", "a registry, path and tag")),
                "The execution environment.",
                "registry.example.com/jitsi-ee:0.4.0",
                "that of the organization",
            ),
            "awx_image_credential": Option(line("a name"), "Credential for its registry.", "registry"),
            "awx_inventory": Option(
                path(),
                "Which inventory, seen from the repository.",
                "inventories/staging/hosts.yml",
                "inventories/production/hosts.yml",
            ),
            "awx_organization": Option(line("a name"), "Organization in AWX.", "Meetings", "Default"),
            "awx_project_branch": Option(line("a branch, tag or commit"), "What of it AWX runs.", "v0.4.0", "main"),
            "awx_project_credential": Option(line("a name"), "Credential for the repository.", "git"),
            "awx_project_url": Option(
                line("the address of a repository", 500),
                "The repository that AWX runs: your own copy of this one.",
                "https://git.example.com/ops/jitsi.git",
            ),
            "awx_state": Option(one_of("present", "absent"), "absent takes all of it away.", "absent", "present"),
            "awx_timezone": Option(
                timezone(), "Time zone of schedules whose events have none.", "Europe/Berlin", "jitsi_timezone"
            ),
            "awx_validate_certs": Option(flag(), "Whether the certificate of AWX must be valid.", "false", "true"),
        },
    ),
    "backup": Playbook(
        "playbooks/runbooks/backup.yml",
        "backup_",
        {
            "backup_directory": Option(path(), "Where backups are.", "/srv/backups", "backups, in the inventory"),
            "backup_keep": Option(between(0, 99999), "How many to keep; 0 for all.", "90", "30"),
            "backup_vault_password_file": Option(
                path(), "Password to encrypt the secret's values with, which else are not in it.", "/root/backup-pw"
            ),
        },
    ),
    "destroy": Playbook(
        "playbooks/destroy.yml",
        "destroy_",
        {
            "destroy_logs": Option(flag(), "Whether the log group goes, too.", "false", "true"),
            "destroy_name": Option(
                line("a name", 64), "The platform's name, letter by letter.", "jitsi-video-platform"
            ),
            "destroy_recordings": Option(flag(), "Whether all recordings go, for good.", "true", "false"),
            "destroy_recovery_days": Option(
                between(7, 30, "days"), "How long deleted passwords can be restored.", "7", "30"
            ),
            "destroy_secrets": Option(flag(), "Whether the passwords go, too.", "true", "false"),
        },
    ),
    "health": Playbook(
        "playbooks/runbooks/health.yml",
        "health_",
        {
            **{name.replace("verify_", "health_"): _STEPS[name] for name in _REACH},
            "health_fails": Option(flag(), "Whether it fails if something is bad.", "false", "true"),
            "health_reach": Option(flag(), "Whether to log in by XMPP from here.", "false", "true"),
        },
    ),
    "incident": Playbook(
        "playbooks/runbooks/incident.yml",
        "incident_",
        {
            "incident_directory": Option(
                path(), "Where the archive goes.", "/srv/incidents", "incidents, in the inventory"
            ),
            "incident_limit": Option(between(1, 10_000, "lines"), "Most lines of the log.", "10000", "5000"),
            "incident_since": Option(moment(), _SINCE, "2026-11-22T07:30", "2h"),
            "incident_title": Option(line("a title"), "What happened.", "nobody could join"),
            "incident_until": Option(moment(), _UNTIL, "2026-11-22T09:00", "now"),
        },
    ),
    "logs": Playbook(
        "playbooks/runbooks/logs.yml",
        "logs_",
        {
            "logs_components": Option(
                words(
                    f"some of {', '.join((*log_lines.COMPONENTS, *log_lines.GROUPS))}",
                    *log_lines.COMPONENTS,
                    *log_lines.GROUPS,
                ),
                "Whose lines.",
                "jicofo,jvb",
                "all",
            ),
            "logs_errors": Option(flag(), "Only the errors that the alarm counts.", "true", "false"),
            "logs_follow": Option(follow(), "Shows lines as they come: for so long, or until Ctrl-C.", "10m"),
            "logs_limit": Option(between(1, 10_000, "lines"), "Most lines.", "1000", "200"),
            "logs_room": Option(line("the name of a room"), "Only lines about this room.", "standup"),
            "logs_since": Option(moment(), _SINCE, "2h", "1h"),
            "logs_text": Option(line("text"), "Only lines with this text.", "Authenticated as"),
            "logs_until": Option(moment(), _UNTIL, "2026-11-22T11:00", "now"),
        },
    ),
    "maintenance_timers": Playbook(
        "playbooks/maintenance_timers.yml",
        "maintenance_timers_",
        {
            "maintenance_timers_ansible_playbook": Option(
                path(), "The program there.", "/usr/bin/ansible-playbook", ".venv/bin/ansible-playbook in the directory"
            ),
            "maintenance_timers_become": Option(flag(), "Whether to become root there.", "false", "true"),
            "maintenance_timers_directory": Option(path(), "Where the repository is there.", "/srv/jitsi", "as here"),
            "maintenance_timers_environment_file": Option(
                optional(path()), "A file of lines such as AWS_PROFILE=meet there.", "/etc/jitsi.env"
            ),
            "maintenance_timers_host": Option(
                matching(r"[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,251}[A-Za-z0-9])?", "the name of a host"),
                "Where the timers run.",
                "ops.example.com",
                "localhost",
            ),
            "maintenance_timers_inventory": Option(
                path(),
                "Which inventory, seen from the directory.",
                "inventories/staging/hosts.yml",
                "inventories/production/hosts.yml",
            ),
            "maintenance_timers_start": Option(flag(), "Whether to start them.", "false", "true"),
            "maintenance_timers_state": Option(
                one_of("present", "absent"), "absent takes all of them away.", "absent", "present"
            ),
            "maintenance_timers_unit_directory": Option(
                path(), "Where systemd looks for units.", "/etc/systemd/system", "/etc/systemd/system"
            ),
            "maintenance_timers_user": Option(
                matching(r"[A-Za-z_][A-Za-z0-9_.-]{0,30}[$]?", "the name of a user"),
                "Who runs the playbooks.",
                "ansible",
            ),
            **{
                f"maintenance_timers_{task}": Option(
                    calendar(), f"When {task} runs; empty for never.", "*-*-* 01:00:00"
                )
                for task in _TASKS
            },
            **{
                f"maintenance_timers_{task}_options": Option(
                    line("options", 2000), f"What the playbook of {task} gets.", "-e runbook_file=/srv/facts.json"
                )
                for task in _TASKS
            },
        },
    ),
    "plan_capacity": Playbook(
        "playbooks/runbooks/plan_capacity.yml",
        "capacity_",
        {
            "capacity_choices": Option(
                dictionaries("choices {name, ...}", ("name",), tuple(CHOICES)),
                "What to compare.",
                '[{"name": "five bridges", "bridge_max": 5}]',
                "as it is, scaling at 50 %, two more bridges",
            ),
            "capacity_day": Option(
                one_of("meetup", "office", "school", "empty"), "A ready-made day of meetings.", "school", "office"
            ),
            "capacity_days": Option(between(1, 365, "days"), "How many days to simulate.", "50", "20"),
            "capacity_meetings": Option(
                dictionaries(
                    "meetings {start, minutes, participants}", ("start", "minutes", "participants"), ("recorded",)
                ),
                "A day of your own.",
                '[{"start": "09:30", "minutes": 45, "participants": 8}]',
            ),
            "capacity_picture": Option(path(), "Where to draw it.", "capacity.svg"),
        },
    ),
    "policies": Playbook(
        "playbooks/policies.yml",
        "policies_",
        {
            "policies_account": Option(
                matching("[0-9]{12}", "the 12 digits of the AWS account"),
                "The AWS account.",
                "111122223333",
                required=True,
            ),
            "policies_directory": Option(path(), "Where to write them.", "/tmp/policies", "build/policies"),
            "policies_partition": Option(one_of("aws", "aws-cn", "aws-us-gov"), "AWS's partition.", "aws-cn", "aws"),
        },
    ),
    "recordings": Playbook(
        "playbooks/runbooks/recordings.yml",
        "recordings_",
        {
            "recordings_action": Option(
                one_of(
                    *("list", "uploads", "rate", "failed", "waiting", "links", "restore", "hold", "release", "erase")
                ),
                "What to do.",
                "uploads",
                "list",
            ),
            "recordings_bypass_governance": Option(
                flag(), "Whether to erase although a retention in governance mode protects it.", "true", "false"
            ),
            "recordings_confirm": Option(line("a session"), "The session once more, to erase it.", "abcdefghijklmnop"),
            "recordings_details": Option(
                words("some of versions, metadata, locks", "versions", "metadata", "locks"),
                "What the list adds.",
                "locks",
            ),
            "recordings_expiry": Option(expiry(), "How long a link lives.", "1d", "1h"),
            "recordings_file": Option(
                line("the name of a file", 1024), "One file of the session, to restore.", "a.mp4"
            ),
            "recordings_json": Option(optional(path()), "Former name of runbook_file.", "links.json"),
            "recordings_limit": Option(between(0, 1_000_000), "Most recordings in the list; 0 is all.", "20", "0"),
            "recordings_reason": Option(line("a reason", 1000), "Why it is erased, for the report.", "request 4711"),
            "recordings_report_dir": Option(
                path(), "Where reports of erasures go.", "/srv/reports", "erasure_reports, in the inventory"
            ),
            "recordings_room": Option(line("the name of a room"), "Only this room; * is any text.", "standup*"),
            "recordings_session": Option(
                text("a session as the list has it", said_by(_session, "session {!r}: ")),
                "One recording.",
                "abcdefghijklmnop",
            ),
            "recordings_since": Option(moment(), _SINCE, "7d"),
            "recordings_until": Option(moment(), _UNTIL, "2026-12-01", "now"),
            "recordings_version": Option(
                line("the id of a version", 1024), "One version of it, to restore.", "3HL4kqt"
            ),
        },
    ),
    "restore": Playbook(
        "playbooks/runbooks/restore.yml",
        "restore_",
        {
            "restore_directory": Option(path(), "Where backups are.", "/srv/backups", "backups, in the inventory"),
            "restore_file": Option(
                path(), "Where the variables go.", "vars.yml", "host_vars/<host>/from_backup.yml, in the inventory"
            ),
            "restore_from": Option(
                path(), "Which backup.", "/srv/backups/jitsi-video-platform/20261123T023000Z", "the newest"
            ),
            "restore_parts": Option(
                words("some of variables, secret, recordings", "variables", "secret", "recordings"),
                "What to restore.",
                "variables,recordings",
                "nothing, it compares",
            ),
            "restore_sessions": Option(
                words("sessions of recordings, with commas between them"),
                "These recordings and no others.",
                "abc,def",
                "all",
            ),
            "restore_vault_password_file": Option(path(), "Password of the backup.", "/root/backup-pw"),
            "restore_wait_minutes": Option(MINUTES, "How long to wait for the last participant.", "60", "0"),
        },
    ),
    "review": Playbook(
        "playbooks/runbooks/review.yml",
        "review_",
        {
            "review_days": Option(
                between(0, max(review.MOST_DAYS.values()), "days"), "The last days until now.", "7", "0, for a month"
            ),
            "review_html": _HTML,
            "review_kind": Option(one_of(*review.MOST_DAYS), "What it is for.", "allocation", "monthly"),
            "review_month": Option(
                optional(matching("[0-9]{4}-(0[1-9]|1[0-2])", "a month such as 2026-10")),
                "Which month.",
                "2026-10",
                "the last whole one",
            ),
            "review_pdf": _PDF,
        },
    ),
    "rotate_secrets": Playbook(
        "playbooks/rotate_secrets.yml",
        "rotate_",
        {
            "rotate_force": Option(flag(), "Now, however old they are, and although people meet.", "true", "false"),
            "rotate_keys": Option(key_names(), "These keys and no others.", "turn_credentials", "all that are due"),
            "rotate_wait_minutes": Option(MINUTES, "How long to wait for the last participant.", "60", "0"),
        },
    ),
    "scale": Playbook(
        "playbooks/runbooks/scale.yml",
        "scale_",
        {
            "scale_bridge_max": Option(VARIABLES["jitsi_bridge_max"].rule, "Most bridges at once.", "5"),
            "scale_recorder_max": Option(between(0, 50), "Most recordings at once; 0 allows none.", "4"),
            "scale_to": Option(one_of("awake", "asleep"), "What it is to be.", "awake"),
        },
    ),
    "status": Playbook("playbooks/status.yml", "status_", {}),
    "update_images": Playbook(
        "playbooks/runbooks/update_images.yml",
        "update_images_",
        {
            "update_images_digests": Option(flag(), "Whether to pin digests.", "true", "as now"),
            "update_images_excluded": Option(
                Words("list", "tags, with commas between them", each(matching(TAG, "a tag such as stable-11200"))),
                "Releases that are not taken.",
                "stable-11200",
            ),
            "update_images_file": Option(
                path(), "Where the images are pinned.", "images.yml", "host_vars/<host>/images.yml, in the inventory"
            ),
            "update_images_major": Option(flag(), "New major versions of Caddy and coturn, too.", "true", "false"),
            "update_images_marker": Option(
                path(), "What staging has verified.", "verified.json", "verified_images.json, beside the inventories"
            ),
            "update_images_registries": Option(
                registries(), "Other addresses of registries.", '{"ghcr.io": "https://mirror.example.com"}'
            ),
            "update_images_to": Option(
                matching(TAG, "a tag such as stable-11200"), "This release of Jitsi.", "stable-11200", "the newest"
            ),
            "update_images_unverified": Option(
                flag(), "In production, although staging has not verified it.", "true", "false"
            ),
            "update_images_verify": Option(path(), "Tasks of your own to verify it with.", "/srv/verify.yml"),
            "update_images_wait_minutes": Option(MINUTES, "How long to wait for the last participant.", "120", "0"),
        },
    ),
    "verify": Playbook(
        "playbooks/runbooks/verify.yml",
        "verify_",
        {
            **_STEPS,
            "verify_wake": Option(flag(), "Whether a platform that sleeps is woken.", "true", "false"),
            "verify_wake_minutes": Option(between(1, 60, "minutes"), "How long waking may take.", "15", "10"),
        },
    ),
}


def options(playbook: str) -> dict[str, Option]:
    """All options of a playbook by name. Raises InvalidInput for one that is not known."""
    if playbook not in PLAYBOOKS:
        raise InvalidInput(f"playbook {playbook}: is not known; use one of {', '.join(PLAYBOOKS)}")
    # It verifies with the same tasks.
    more = _STEPS if playbook == "update_images" else {}
    return {**PLAYBOOKS[playbook].options, **more, **COMMON}


def given(playbook: str, names: Iterable[str]) -> list[str]:
    """Of the names of variables those that are meant for a playbook, also if it does not know them."""
    known, prefix = options(playbook), PLAYBOOKS[playbook].prefix
    return sorted(name for name in names if name in known or name.startswith(prefix))


def problems(playbook: str, rendered: Mapping[str, Any], errors: Mapping[str, str]) -> list[str]:
    """List everything wrong with the options that were given, one line each; none if all is right.

    ``rendered`` has those that could be rendered, and ``errors`` says of the others why not.
    """
    known = options(playbook)
    lines = [f"{name}: cannot be rendered: {error}; correct the expression" for name, error in errors.items()]
    lines += [
        f"{name}: is not given; use {option.rule.allowed}, with -e {name}={option.example}"
        for name, option in known.items()
        if option.required and name not in (*rendered, *errors)
    ]
    for name, value in rendered.items():
        if name in known:
            lines += item_problems(known[name].rule, name, value)
        else:
            own = [other for other in known if other not in COMMON]
            fix = nearest(name, own, f"use {', '.join(own)}")
            lines.append(f"{shown(name)[1:-1]}: is not an option of this playbook; {fix}")
    return lines
