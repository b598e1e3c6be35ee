# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of the playbooks and inputs of the roles: right ones are taken, each wrong one is one line, before a call."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.variables import inputs as role_inputs
from ansible_collections.meetops.jitsi.plugins.module_utils.variables import options as runbook_options
from support.bad_input import HUGE
from support.server import ROOT

# Playbook, option, wrong value, and what the line must say.
WRONG: list[tuple[str, str, Any, str]] = [
    ("audit", "audit_accept", "tasks/image-age", "a list"),
    ("audit", "audit_accept", ["", HUGE], "audit_accept[1]"),
    ("audit", "audit_accept", [1], "audit_accept[0]"),
    ("audit", "audit_fail_on", "often", "one of high, medium, low, never"),
    ("audit", "audit_fail_on", None, "text"),
    ("audit", "audit_html", "", "a path"),
    ("audit", "audit_image_days", 0, "1 to 9999 days"),
    ("audit", "audit_image_days", "1e3", "whole number"),
    ("audit", "audit_pdf", "a\nb", "a path"),
    ("audit", "audit_failon", "high", "did you mean audit_fail_on?"),
    ("audit", "runbook_file", ["a"], "text"),
    ("awx", "awx_host", "awx.example.com", "https://awx.example.com"),
    ("awx", "awx_state", "gone", "one of present, absent"),
    ("awx", "awx_inventory", "", "a path"),
    ("backup", "backup_directory", " ", "a path"),
    ("backup", "backup_keep", -1, "0 to 99999"),
    ("backup", "backup_keep", "many", "whole number"),
    ("backup", "backup_keep", True, "whole number"),
    ("backup", "backup_vault_password_file", HUGE, "too long"),
    ("backup", "backup_password", "x", "not an option"),
    ("destroy", "destroy_logs", "perhaps", "true or false"),
    ("destroy", "destroy_name", ["meet"], "text"),
    ("destroy", "destroy_recordings", 2, "true or false"),
    ("destroy", "destroy_recording", True, "did you mean destroy_recordings?"),
    ("destroy", "destroy_recovery_days", 3, "7 to 30 days"),
    ("destroy", "destroy_recovery_days", 31, "7 to 30 days"),
    ("destroy", "destroy_secrets", "maybe", "true or false"),
    ("health", "health_fails", "sometimes", "true or false"),
    ("health", "health_fail", False, "did you mean health_fails?"),
    ("incident", "incident_directory", "", "a path"),
    ("incident", "incident_limit", 10_001, "1 to 10000"),
    ("incident", "incident_limit", "1; drop", "whole number"),
    ("incident", "incident_since", "yesterday", "7d for seven days ago"),
    ("incident", "incident_since", "2026-02-30", "7d for seven days ago"),
    ("incident", "incident_title", "a\nb", "do not print"),
    ("incident", "incident_title", "\u202e" + "evil", "do not print"),
    ("incident", "incident_title", HUGE, "100000 characters"),
    ("incident", "incident_until", 20261122, "text"),
    ("logs", "logs_components", "jicofo,nobody", "logs_components[1]"),
    ("logs", "logs_components", {"jvb": True}, "some of caddy"),
    ("logs", "logs_errors", "all", "true or false"),
    ("logs", "logs_follow", "forever", "15m, 12h or 7d"),
    ("logs", "logs_follow", 10, "text"),
    ("logs", "logs_limit", 0, "1 to 10000"),
    ("logs", "logs_room", "a\x00b", "do not print"),
    ("logs", "logs_since", "1 hour", "7d for seven days ago"),
    ("logs", "logs_text", HUGE, "use at most 200"),
    ("logs", "logs_until", "25:00", "7d for seven days ago"),
    ("logs", "logs_component", "jvb", "did you mean logs_components?"),
    ("maintenance_timers", "maintenance_timers_backup", "*-*-* 25:00:00", "man systemd.time"),
    ("maintenance_timers", "maintenance_timers_backup", "daily\nOnBootSec=1", "man systemd.time"),
    ("maintenance_timers", "maintenance_timers_backup", "0 3 * * *", "man systemd.time"),
    ("maintenance_timers", "maintenance_timers_backup_options", "-e a=b\nExecStart=/bin/sh", "do not print"),
    ("maintenance_timers", "maintenance_timers_become", "root", "true or false"),
    ("maintenance_timers", "maintenance_timers_directory", "/srv\n/jitsi", "do not print"),
    ("maintenance_timers", "maintenance_timers_environment_file", "/etc/a\nb", "do not print"),
    ("maintenance_timers", "maintenance_timers_host", "a host", "the name of a host"),
    ("maintenance_timers", "maintenance_timers_host", "", "the name of a host"),
    ("maintenance_timers", "maintenance_timers_inventory", "", "a path"),
    ("maintenance_timers", "maintenance_timers_start", "later", "true or false"),
    ("maintenance_timers", "maintenance_timers_state", "gone", "one of present, absent"),
    ("maintenance_timers", "maintenance_timers_unit_directory", "", "a path"),
    ("maintenance_timers", "maintenance_timers_user", "root; reboot", "the name of a user"),
    ("maintenance_timers", "maintenance_timers_backups", "daily", "did you mean maintenance_timers_backup?"),
    ("plan_capacity", "capacity_choices", [], "is empty"),
    ("plan_capacity", "capacity_choices", [{"bridge_max": 1}], "lacks name"),
    ("plan_capacity", "capacity_choices", [{"name": "a", "bridges": 1}], "not a key"),
    ("plan_capacity", "capacity_choices", "two", "one or more choices"),
    ("plan_capacity", "capacity_day", "sunday", "one of meetup"),
    ("plan_capacity", "capacity_days", 366, "1 to 365"),
    ("plan_capacity", "capacity_meetings", [{"start": "9"}], "lacks minutes, participants"),
    ("plan_capacity", "capacity_meetings", ["09:00"], "not a dictionary"),
    ("plan_capacity", "capacity_picture", "", "a path"),
    ("policies", "policies_account", "12345", "12 digits"),
    ("policies", "policies_account", "1234567890123", "12 digits"),
    ("policies", "policies_account", "\u0661" * 12, "12 digits"),
    ("policies", "policies_directory", "", "a path"),
    ("policies", "policies_partition", "mars", "one of aws"),
    ("recordings", "recordings_action", "delete", "one of list"),
    ("recordings", "recordings_bypass_governance", "please", "true or false"),
    ("recordings", "recordings_confirm", "a\nb", "do not print"),
    ("recordings", "recordings_details", "everything", "recordings_details[0]"),
    ("recordings", "recordings_expiry", "8d", "1m to 7d"),
    ("recordings", "recordings_expiry", "0s", "1m to 7d"),
    ("recordings", "recordings_file", HUGE, "use at most 1024"),
    ("recordings", "recordings_limit", -1, "0 to 1000000"),
    ("recordings", "recordings_reason", HUGE, "use at most 1000"),
    ("recordings", "recordings_report_dir", "", "a path"),
    ("recordings", "recordings_room", "a\tb", "do not print"),
    ("recordings", "recordings_session", "../other", "the list of recordings"),
    ("recordings", "recordings_session", "a/b", "the list of recordings"),
    ("recordings", "recordings_session", HUGE, "too long"),
    ("recordings", "recordings_since", "last week", "7d for seven days ago"),
    ("recordings", "recordings_until", "2026-11-31", "7d for seven days ago"),
    ("recordings", "recordings_version", "a\nb", "do not print"),
    ("recordings", "recordings_actions", "list", "did you mean recordings_action?"),
    ("restore", "restore_directory", "", "a path"),
    ("restore", "restore_file", "a\nb", "a path"),
    ("restore", "restore_from", " /srv", "blanks at an end"),
    ("restore", "restore_parts", "everything", "restore_parts[0]"),
    ("restore", "restore_parts", "secret recordings", "restore_parts[0]"),
    ("restore", "restore_sessions", ["a\nb"], "restore_sessions[0]"),
    ("restore", "restore_sessions", HUGE, "restore_sessions[0]"),
    ("restore", "restore_vault_password_file", "", "a path"),
    ("restore", "restore_wait_minutes", "soon", "whole number"),
    ("restore", "restore_wait_minutes", 10_000, "0 to 9999 minutes"),
    ("review", "review_days", 367, "0 to 366 days"),
    ("review", "review_days", "7.5", "whole number"),
    ("review", "review_html", "", "a path"),
    ("review", "review_kind", "yearly", "one of monthly, allocation"),
    ("review", "review_month", "2026-13", "a month such as"),
    ("review", "review_month", "October", "a month such as"),
    ("review", "review_month", "2026-10; rm", "a month such as"),
    ("review", "review_pdf", {"a": 1}, "text"),
    ("rotate_secrets", "rotate_force", "force", "true or false"),
    ("rotate_secrets", "rotate_keys", "turn credentials", "rotate_keys[0]"),
    ("rotate_secrets", "rotate_keys", ["wake_pin", "$(id)"], "rotate_keys[1]"),
    ("rotate_secrets", "rotate_wait_minutes", -5, "0 to 9999 minutes"),
    ("rotate_secrets", "rotate_wait", 5, "did you mean rotate_wait_minutes?"),
    ("scale", "scale_bridge_max", 0, "1 to 100"),
    ("scale", "scale_bridge_max", "9" * 30, "whole number"),
    ("scale", "scale_recorder_max", 51, "0 to 50"),
    ("scale", "scale_recorder_max", "-1", "0 to 50"),
    ("scale", "scale_to", "tired", "one of awake, asleep"),
    ("scale", "scale_to", "", "one of awake, asleep"),
    ("scale", "scale_to", "awake\n", "one of awake, asleep"),
    ("scale", "scale_bridges", 3, "did you mean scale_bridge_max?"),
    ("status", "runbook_file", "a\nb", "a path"),
    ("update_images", "update_images_digests", "sha", "true or false"),
    ("update_images", "update_images_excluded", "a b", "a tag such as"),
    ("update_images", "update_images_file", "", "a path"),
    ("update_images", "update_images_major", "yes please", "true or false"),
    ("update_images", "update_images_marker", "a\nb", "a path"),
    ("update_images", "update_images_registries", "docker.io", "addresses by registry"),
    ("update_images", "update_images_registries", {"docker.io": "file:///etc"}, "an address such as"),
    ("update_images", "update_images_registries", {"no host": "https://a.example"}, "the name of a registry"),
    ("update_images", "update_images_to", "", "a tag such as"),
    ("update_images", "update_images_to", "latest; rm", "a tag such as"),
    ("update_images", "update_images_unverified", "trust me", "true or false"),
    ("update_images", "update_images_verify", "", "a path"),
    ("update_images", "update_images_wait_minutes", "long", "whole number"),
    ("update_images", "verify_port", 0, "1 to 65535"),
    ("verify", "verify_address", "203.0.113.10; id", "a name or an address"),
    ("verify", "verify_bridges", "203.0.113.10,a b", "verify_bridges[1]"),
    ("verify", "verify_ca_file", "a\nb", "a path"),
    ("verify", "verify_conference", "maybe", "true or false"),
    ("verify", "verify_port", 65536, "1 to 65535"),
    ("verify", "verify_timeout", 121, "1 to 120 seconds"),
    ("verify", "verify_turn_address", HUGE, "a name or an address"),
    ("verify", "verify_wake", "gently", "true or false"),
    ("verify", "verify_wake_minutes", 0, "1 to 60 minutes"),
    ("verify", "verify_wake_minutes", 61, "1 to 60 minutes"),
]  # fmt: skip

# Role, input, wrong value, and what the line must say.
WRONG_INPUTS: list[tuple[str, str, Any, str]] = [
    ("autoscaling", "autoscaling_name", "A", "lower-case"),
    ("autoscaling", "autoscaling_bridge_max", 0, "1 to 100"),
    ("autoscaling", "autoscaling_recorder_max", "two", "whole number"),
    ("autoscaling", "autoscaling_percent", 101, "10 to 90"),
    ("autoscaling", "autoscaling_cooldown_seconds", -1, "0 to 3600"),
    ("autoscaling", "autoscaling_recording", "perhaps", "true or false"),
    ("autoscaling", "autoscaling_schedules", [{"name": "a", "schedule": "daily", "awake": True}], "schedule"),
    ("ecs_service", "ecs_service_name", "a" * 41, "41 characters"),
    ("ecs_service", "ecs_service_region", "nowhere", "us-east-1"),
    ("ecs_service", "ecs_service_domain", "https://meet.example.com", "not a domain name"),
    ("ecs_service", "ecs_service_alert_email", "nobody", "e-mail"),
    ("ecs_service", "ecs_service_tags", {"aws:a": "b"}, "AWS keeps to itself"),
    ("ecs_service", "ecs_service_tags", {"a": 1}, "not text"),
    ("ecs_service", "ecs_service_tls_names", ["a b"], "ecs_service_tls_names[0]"),
    ("ecs_service", "ecs_service_image_version", "latest", "image_version"),
    ("ecs_service", "ecs_service_caddy_image", "caddy", "caddy_image"),
    ("ecs_service", "ecs_service_image_digests", {"web": "x"}, "image and its release"),
    ("ecs_service", "ecs_service_turn_host", "turn", "not a domain name"),
    ("ecs_service", "ecs_service_turn_port", 70000, "1 to 65535"),
    ("ecs_service", "ecs_service_stun_servers", ["stun.example.com"], "is not host:port"),
    ("ecs_service", "ecs_service_max_participants", 1, "2 to 500"),
    ("ecs_service", "ecs_service_resolution", 719, "not offered"),
    ("ecs_service", "ecs_service_timezone", "Mars", "IANA"),
    ("ecs_service", "ecs_service_log_level", "loud", "not offered"),
    ("ecs_service", "ecs_service_bridge_cpu", 1000, "not offered"),
    ("ecs_service", "ecs_service_signalling_memory", 1, "2048 to 122880"),
    ("ecs_service", "ecs_service_recorder_disk_gib", 8, "30 to 16384"),
    ("ecs_service", "ecs_service_recorder_instance_type", "big", "instance_type"),
    ("ecs_service", "ecs_service_recorder_launch_type", "LAMBDA", "not offered"),
    ("ecs_service", "ecs_service_recording_bucket", "No_Bucket", "recording_bucket"),
    ("ecs_service", "ecs_service_secret_kms_key_arn", "key", "secret_kms_key_arn"),
    ("ecs_service", "ecs_service_log_retention_days", 31, "not offered"),
    ("ecs_service", "ecs_service_wait_minutes", -1, "0 to 2880"),
    ("ecs_service", "ecs_service_force", "hard", "true or false"),
    ("edge", "edge_domain", "meet", "not a domain name"),
    ("edge", "edge_hosted_zone", "example.com.", "ends with a dot"),
    ("edge", "edge_acme_account_uri", "http://a.example", "letsencrypt"),
    ("edge", "edge_price_class", "cheap", "not offered"),
    ("edge", "edge_frame_ancestors", ["https://a.example; script-src *"], "not a site"),
    ("edge", "edge_idle_minutes", 0, "5 to 240"),
    ("edge", "edge_wake_limit_per_day", 1001, "0 to 1000"),
    ("edge", "edge_brand_name", "<script>", "brand_name"),
    ("edge", "edge_brand_color", "red", "#0b57d0"),
    ("edge", "edge_brand_logo", "https://a.example/logo.png", "data URI"),
    ("edge", "edge_create_zone", "if needed", "true or false"),
    ("monitoring", "monitoring_alert_email", "a@b.example\nBcc: c@d.example", "e-mail"),
    ("monitoring", "monitoring_alarm_percent", 5, "10 to 90"),
    ("monitoring", "monitoring_disk_percent", 100, "1 to 99"),
    ("monitoring", "monitoring_error_burst", 0, "1 to 1000000"),
    ("monitoring", "monitoring_dashboards", ["weather"], "not offered"),
    ("monitoring", "monitoring_budget_usd", -1, "0 to 1000000"),
    ("monitoring", "monitoring_chat_parameter", "aws/secret", "SSM parameter"),
    ("networking", "networking_name", "sg-1", "AWS keeps to itself"),
    ("networking", "networking_vpc_cidr", "8.8.8.0/24", "private network"),
    ("networking", "networking_subnets", [{"cidr": "10.90.0.0/24"}], "lacks zone"),
    ("networking", "networking_ipv6", "some", "true or false"),
    ("networking", "networking_tags", {"": "x"}, "is not a key"),
    ("recording_bucket", "recording_bucket_name", "192.0.2.1", "recording_bucket_name"),
    ("recording_bucket", "recording_bucket_kms_key_id", "a key", "KMS key"),
    ("recording_bucket", "recording_bucket_archive_after_days", -1, "0 to 36500"),
    ("recording_bucket", "recording_bucket_archive_class", "DEEP", "not offered"),
    ("recording_bucket", "recording_bucket_lock", "sometimes", "not offered"),
    ("recording_bucket", "recording_bucket_noncurrent_days", 0, "1 to 36500"),
    ("recording_bucket", "recording_bucket_incomplete_upload_days", 0, "1 to 36500"),
    ("secrets", "secrets_platform", "Meet", "lower-case"),
    ("secrets", "secrets_rotation_days", 0, "1 to 1000"),
    ("secrets", "secrets_rotate_keys", ["A"], "secrets_rotate_keys[0]"),
    ("secrets", "secrets_restore_backup", "", "a path"),
    ("secrets", "secrets_recovery_days", 6, "7 to 30"),
    ("secrets", "secrets_rotation_function", "lambda", "true or false"),
]  # fmt: skip


@pytest.mark.parametrize(("playbook", "option", "value", "says"), WRONG)
def test_a_wrong_option_is_one_line(playbook: str, option: str, value: Any, says: str) -> None:
    names = runbook_options.given(playbook, [option, "jitsi_name", "other_option"])
    given = {"policies_account": "123456789012"} if playbook == "policies" else {}
    lines = runbook_options.problems(playbook, given | dict.fromkeys(names, value), {})
    assert len(lines) == 1, lines
    _is_clear(lines[0], option, says)


@pytest.mark.parametrize(("role", "name", "value", "says"), WRONG_INPUTS)
def test_a_wrong_input_is_one_line(role: str, name: str, value: Any, says: str) -> None:
    raw = {name: value, f"{role}_other": f"{{{{ {name} }}}}-x"}
    lines = role_inputs.problems(role, raw, {name: value}, {})
    assert len(lines) == 1, lines
    _is_clear(lines[0], name, says)


def _is_clear(line: str, name: str, says: str) -> None:
    assert line.startswith(name), line
    assert says in line
    assert "; " in line, "what to do is missing"
    assert line.isprintable()
    assert len(line) <= 700


def test_examples_are_right() -> None:
    for playbook in runbook_options.PLAYBOOKS:
        for name, option in runbook_options.options(playbook).items():
            value = yaml.safe_load(option.example) if option.rule.kind in ("list", "dict") else option.example
            needed = {"policies_account": "123456789012"} if playbook == "policies" else {}
            assert runbook_options.problems(playbook, {**needed, name: value}, {}) == [], name


@pytest.mark.parametrize(
    ("playbook", "option", "value"),
    [
        ("logs", "logs_follow", True),
        ("logs", "logs_components", ["jvb", "lifecycle"]),
        ("logs", "logs_components", ""),
        ("restore", "restore_parts", ["variables", "secret"]),
        ("restore", "restore_parts", " variables , secret "),
        ("recordings", "recordings_session", ""),
        ("maintenance_timers", "maintenance_timers_audit", ""),
        ("scale", "scale_bridge_max", "5"),
        ("verify", "verify_bridges", []),
        ("verify", "verify_address", "2001:db8::1"),
        ("verify", "runbook_file", ""),
    ],
)
def test_right_values_are_taken(playbook: str, option: str, value: Any) -> None:
    assert runbook_options.problems(playbook, {option: value}, {}) == []


def test_what_must_be_given_and_what_cannot_be_rendered() -> None:
    (line,) = runbook_options.problems("policies", {}, {})
    assert line == (
        "policies_account: is not given; use the 12 digits of the AWS account, with -e policies_account=111122223333"
    )
    (line,) = runbook_options.problems("scale", {}, {"scale_to": "'x' is undefined"})
    assert line == "scale_to: cannot be rendered: 'x' is undefined; correct the expression"


def test_a_playbook_or_role_that_is_not_known() -> None:
    with pytest.raises(InvalidInput, match="playbook scales: is not known; use one of audit"):
        runbook_options.given("scales", [])
    with pytest.raises(InvalidInput, match="role network: is not known; use one of autoscaling"):
        role_inputs.problems("network", {}, {}, {})


def test_what_is_made_from_a_wrong_input_is_not_told_again() -> None:
    raw = {"ecs_service_domain": "A b", "ecs_service_turn_host": "turn.{{ ecs_service_domain }}"}
    rendered = {"ecs_service_domain": "A b", "ecs_service_turn_host": "turn.A b"}
    (line,) = role_inputs.problems("ecs_service", raw, rendered, {})
    assert line.startswith("ecs_service_domain: ")


# --- What the playbooks and roles themselves say


def tasks_of(path: str) -> list[dict[str, Any]]:
    """The tasks of the play for the platform, in order."""
    plays = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
    return next(play["tasks"] for play in plays if play.get("hosts") == "jitsi")


def test_every_playbook_is_known() -> None:
    found = {str(path.relative_to(ROOT)) for path in (ROOT / "playbooks").rglob("*.yml")}
    others = {f"playbooks/{name}.yml" for name in ("local_aws", "site")}
    playbooks = {path for path in found if path.count("/") == 1 or "/runbooks/" in path}
    assert playbooks - others == {playbook.path for playbook in runbook_options.PLAYBOOKS.values()}


@pytest.mark.parametrize("name", runbook_options.PLAYBOOKS)
def test_a_playbook_checks_its_options_first(name: str) -> None:
    first = tasks_of(runbook_options.PLAYBOOKS[name].path)[0]
    assert first["meetops.jitsi.check_variables"] == {"playbook": name}


@pytest.mark.parametrize("name", runbook_options.PLAYBOOKS)
def test_a_playbook_uses_the_options_that_are_known(name: str) -> None:
    playbook = runbook_options.PLAYBOOKS[name]
    files = [playbook.path, *(f"playbooks/tasks/{name}.yml" for name in (name, "verify"))]
    files += ["playbooks/vars/maintenance.yml"] if name == "maintenance_timers" else []
    texts = [re.sub(r"#.*", "", (ROOT / file).read_text()) for file in files if (ROOT / file).exists()]
    expressions = " ".join(texts)
    used = set(re.findall(rf"(?<![\w./-])({playbook.prefix}\w+)(?![\w./]|:)", expressions))
    known = {name for name in playbook.options if name.startswith(playbook.prefix)}
    # The results of modules, and playbooks by their names.
    assert used - known - {f"{playbook.prefix}info", name} == set()
    assert known - used == set(), "nothing uses them"


@pytest.mark.parametrize("role", role_inputs.INPUTS)
def test_a_role_checks_its_inputs_first(role: str) -> None:
    specs = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text())["argument_specs"]
    for entry in specs:
        first = yaml.safe_load((ROOT / "roles" / role / "tasks" / f"{entry}.yml").read_text())[0]
        assert first["meetops.jitsi.check_variables"] == {"role": role}, entry


def test_every_input_has_a_rule() -> None:
    # Lists and dictionaries of one module each, which checks them.
    others = {"autoscaling_targets", "monitoring_hour_prices"}
    # The inputs of the role jitsi are the facts, which have rules and no argument specs.
    for role in {path.name for path in (ROOT / "roles").iterdir()} - {"jitsi"}:
        specs = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text())["argument_specs"]
        inputs = {name for spec in specs.values() for name in spec.get("options", {})}
        assert inputs - others == set(role_inputs.inputs(role))


@pytest.mark.parametrize("role", role_inputs.INPUTS)
def test_a_role_uses_its_inputs(role: str) -> None:
    folder = ROOT / "roles" / role
    files = [path for part in ("tasks", "vars", "templates", "defaults") for path in (folder / part).rglob("*.*")]
    lines = [line for path in files for line in path.read_text("utf-8").splitlines()]
    unused = {
        name for name in role_inputs.INPUTS[role] if not any(re.search(rf"\b{name}\b(?!:)", line) for line in lines)
    }
    assert unused == set()


def test_the_figure(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(
            f"\nbad input: {len(WRONG)} wrong options of {len({row[0] for row in WRONG})} playbooks and "
            f"{len(WRONG_INPUTS)} wrong inputs of {len({row[0] for row in WRONG_INPUTS})} roles, each one line"
        )
    assert {row[0] for row in WRONG} == set(runbook_options.PLAYBOOKS)
    assert {row[0] for row in WRONG_INPUTS} == set(role_inputs.INPUTS)
