# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The variables of a deployment: each wrong value gets one line, right ones pass, and docs/variables.md is current."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.meetops.jitsi.plugins.module_utils.rules import shown
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.facts import OTHER_NAMES, VARIABLES
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.validation import (
    older_names,
    problems,
    references,
)
from jinja2 import Environment, StrictUndefined, UndefinedError

ROOT = Path(__file__).resolve().parents[3]
FACTS = yaml.safe_load((ROOT / "roles" / "jitsi" / "defaults" / "main.yml").read_text(encoding="utf-8"))
DEFAULTS = {name: value for name, value in FACTS.items() if name.startswith("jitsi_") and name not in OTHER_NAMES}
REQUIRED = {
    "jitsi_domain": "meet.example.com",
    "jitsi_hosted_zone": "example.com",
    "jitsi_alert_email": "ops@example.com",
}
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
HUGE = "a" * 100_000
NASTY = [
    "it's",
    'a"b',
    "two words",
    "line\nbreak",
    "${HOME}",
    "{{ 7 * 7 }}",
    "m\u00fcnchen",
    "\u202eabc",
    HUGE,
    "tab\t",
    "$(id)",
]


def render(raw: Any, values: dict[str, Any]) -> Any:
    """Render the few plain expressions of the defaults."""
    if isinstance(raw, dict):
        return {key: render(value, values) for key, value in raw.items()}
    if isinstance(raw, list):
        return [render(value, values) for value in raw]
    if isinstance(raw, str) and "{{" in raw:
        return Environment(undefined=StrictUndefined, autoescape=False).from_string(raw).render(values)
    return raw


def found(changes: dict[str, Any], *removed: str) -> list[str]:
    """What is wrong with the defaults and the required variables after some changes."""
    facts = {**DEFAULTS, **REQUIRED}
    for name in removed:
        del facts[name]
    raw = {**facts, **changes}
    rendered, errors = {}, {}
    for name, value in raw.items():
        try:
            rendered[name] = value if name in changes else render(value, raw)
        except UndefinedError as error:
            errors[name] = str(error)
    return problems(raw, rendered, errors)


def subnets(*pairs: tuple[Any, Any]) -> list[dict[str, Any]]:
    return [{"cidr": cidr, "zone": zone} for cidr, zone in pairs]


A, B = ("10.90.0.0/24", "us-east-1a"), ("10.90.1.0/24", "us-east-1b")
OFFICE = {"name": "open", "schedule": "cron(0 8 ? * MON-FRI *)", "awake": True}


def test_defaults_and_required_variables_are_accepted() -> None:
    assert found({}) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"jitsi_domain": "example.com"},
        {"jitsi_domain": "a.b.example.com"},
        {"jitsi_domain": "xn--mnchen-3ya.example.com"},
        {"jitsi_alert_email": "First.Last+jitsi@Example.COM"},
        {"jitsi_name": "a"},
        {"jitsi_name": "a" * 40, "jitsi_recording_bucket": "example-recordings"},
        {"jitsi_aws_region": "eu-central-1"},
        {"jitsi_aws_region": "us-gov-west-1"},
        {"jitsi_aws_endpoint_url": "http://127.0.0.1:5000"},
        {"jitsi_aws_endpoint_url": "https://[::1]:4566/"},
        {"jitsi_tags": {"Cost Center": "4711", "owner": "", "Team": "K\u00f6ln/a=b+c@d"}},
        {"jitsi_aws_environment": {"AWS_PROFILE": "meet"}},
        {
            "jitsi_vpc_cidr": "100.64.0.0/16",
            "jitsi_subnets": subnets(("100.64.0.0/28", A[1]), ("100.64.0.16/28", B[1])),
        },
        {"jitsi_stun_servers": ["stun.example.com:3478", "192.0.2.7:443"]},
        {"jitsi_frame_ancestors": ["*"]},
        {"jitsi_frame_ancestors": ["https://intranet.example.com", "https://*.example.org"]},
        {"jitsi_acme_account_uri": "https://acme-v02.api.letsencrypt.org/acme/acct/1234567890"},
        {"jitsi_image_registry": "localhost:5000/jitsi"},
        {"jitsi_image_registry": "111122223333.dkr.ecr.us-east-1.amazonaws.com/ghcr/jitsi"},
        {"jitsi_image_version": "stable-11200"},
        {"jitsi_image_version": "stable-11146", "jitsi_enable_recording": False},
        {"jitsi_image_digests": {"web:stable-11146-2": "sha256:" + "0a" * 32}},
        {"jitsi_caddy_image": "caddy@sha256:" + "0a" * 32},
        {"jitsi_caddy_image": "registry.example.com:5000/a/caddy:2.10@sha256:" + "0a" * 32},
        # What -e name=value gives is text.
        {"jitsi_task_cpu": "2048", "jitsi_task_memory": "16384"},
        {"jitsi_enable_recording": "no", "jitsi_ipv6": "True"},
        {"jitsi_recorder_launch_type": "FARGATE", "jitsi_recorder_cpu": 4096, "jitsi_recorder_memory": 8192},
        {"jitsi_recorder_instance_type": "m5.xlarge", "jitsi_recorder_cpu": 4096, "jitsi_recorder_memory": 15360},
        {"jitsi_recorder_instance_type": "r8i.96xlarge", "jitsi_recorder_memory": 122880},
        {"jitsi_schedules": [OFFICE, {**OFFICE, "name": "closed", "awake": "no", "timezone": "Europe/Berlin"}]},
        {
            "jitsi_schedules": [
                {**OFFICE, "schedule": "rate(2 hours)"},
                {**OFFICE, "name": "x", "schedule": "at(2027-01-31T08:00:00)"},
            ]
        },
        {"jitsi_recording_archive_days": 0, "jitsi_recording_expire_days": 7},
        {"jitsi_recording_expire_days": 91},
        {"jitsi_recording_archive_class": "STANDARD_IA", "jitsi_recording_archive_days": "30"},
        {"jitsi_recording_archive_class": "STANDARD_IA", "jitsi_recording_archive_days": 0},
        {"jitsi_recording_lock": "holds"},
        {"jitsi_recording_lock": "governance", "jitsi_recording_lock_days": "30"},
        {"jitsi_recording_lock": "compliance", "jitsi_recording_lock_days": 364, "jitsi_recording_expire_days": 365},
        {
            "jitsi_secret_kms_key_arn": KEY,
            "jitsi_recording_kms_key_arn": KEY.replace("1234abcd-12ab-34cd-56ef-1234567890ab", "mrk-" + "0a" * 16),
        },
        {"jitsi_all_tags": {}, "jitsi_local_aws_port": 5000, "jitsi_local_aws_dir": "/tmp"},
    ],
    ids=str,
)
def test_right_values_are_accepted(changes: dict[str, Any]) -> None:
    assert found(changes) == []


# (variable, value, what the line says, the part of the value that it shows; the whole value if left out)
WRONG: list[tuple[Any, ...]] = [
    *[
        ("jitsi_domain", value, "use a domain name such as meet.example.com")
        for value in ("localhost", "meet_.example.com")
    ],
    ("jitsi_domain", "-meet.example.com", "is not a domain name; use"),
    ("jitsi_domain", "meet..example.com", "is not a domain name; use"),
    ("jitsi_domain", "*.example.com", "is not a domain name; use"),
    ("jitsi_domain", "192.0.2.1", "is an IP address; use"),
    ("jitsi_domain", "https://meet.example.com", "leave out the scheme"),
    ("jitsi_domain", "meet.example.com/room", "leave out the scheme and the path"),
    ("jitsi_domain", "meet.example.com.", "ends with a dot; leave it out"),
    ("jitsi_domain", "Meet.example.com", "write it in lower case"),
    ("jitsi_domain", "m\u00fcnchen.example.com", "write it in its xn-- form"),
    ("jitsi_domain", f"{'a' * 64}.example.com", "is not a domain name; use"),
    ("jitsi_domain", f"{'a.' * 120}example.com", "has 251 characters; use at most 246"),
    ("jitsi_domain", f"{'a.' * 30}example.com", "has 71 characters; use at most 64"),
    (
        "jitsi_domain",
        "meet.example.org",
        "is not inside jitsi_hosted_zone example.com; use example.com or a name that ends",
    ),
    ("jitsi_domain", "badexample.com", "is not inside jitsi_hosted_zone"),
    ("jitsi_domain", 12, "is not text; use"),
    ("jitsi_domain", ["meet.example.com"], "is not text; use"),
    ("jitsi_hosted_zone", "example.com.", "ends with a dot; leave it out"),
    ("jitsi_hosted_zone", "Z0123456789ABCDEFGHIJ", "write it in lower case"),
    ("jitsi_hosted_zone", "com", "is not a domain name; use a domain name such as example.com"),
    ("jitsi_alert_email", "ops", "is not an e-mail address; use an e-mail address such as ops@example.com"),
    ("jitsi_alert_email", "ops@localhost", "is not an e-mail address; use"),
    ("jitsi_alert_email", "Ops <ops@example.com>", "is not an e-mail address; use"),
    ("jitsi_alert_email", "a@b@example.com", "is not an e-mail address; use"),
    ("jitsi_alert_email", ".ops@example.com", "is not an e-mail address; use"),
    ("jitsi_name", "", "use 1 to 40 lower-case letters, digits and hyphens"),
    ("jitsi_name", "Jitsi", "use 1 to 40"),
    ("jitsi_name", "1jitsi", "a letter first"),
    ("jitsi_name", "jitsi-", "no hyphen last"),
    ("jitsi_name", "jitsi_prod", "use 1 to 40"),
    ("jitsi_name", "a" * 41, "has 41 characters, so that names made from it become too long; use 1 to 40"),
    (
        "jitsi_name",
        "ecs-meet",
        "begins with one of aws, ecs, fargate, sg-, which AWS keeps to itself; use another name",
    ),
    ("jitsi_name", "meet-capacity", "ends in one of -capacity, -recording, as dashboards of other platforms do"),
    ("jitsi_name", True, "is not text; use"),
    ("jitsi_environment", "Prod", "use 1 to 32 lower-case letters"),
    ("jitsi_environment", None, "is not text; use"),
    ("jitsi_aws_region", "us-east", "use a region such as us-east-1"),
    ("jitsi_aws_region", "us-east-1a", "use a region such as us-east-1"),
    ("jitsi_aws_region", "us_east_1", "use a region such as us-east-1"),
    ("jitsi_aws_endpoint_url", "127.0.0.1:5000", "use empty, or an address".replace("empty, or ", "")),
    ("jitsi_aws_endpoint_url", "ftp://127.0.0.1", "is not the address of an endpoint; use an address such as"),
    ("jitsi_aws_endpoint_url", "http://127.0.0.1:99999", "has a port that is not 1 to 65535; use"),
    ("jitsi_aws_endpoint_url", "http://127.0.0.1/path?x=y", "is not the address of an endpoint; use"),
    (
        "jitsi_aws_endpoint_url",
        "http://me:geheim@host",
        "carries credentials; leave them out",
        "'http://<hidden>@host'",
    ),
    ("jitsi_image_digests", {"web": "sha256:" + "0a" * 32}, "is not an image and its release; use", "'web'"),
    ("jitsi_image_digests", {"jvb:stable-11146": "sha256:0a"}, "is not a digest; use sha256:", "'sha256:0a'"),
    ("jitsi_tags", ["a"], "is not a dictionary; use"),
    ("jitsi_tags", {"aws:team": "x"}, "begins with aws:, which AWS keeps to itself; use another key", "'aws:team'"),
    ("jitsi_tags", {"name": "x"}, "is set by this collection; remove it", "'name'"),
    ("jitsi_tags", {"Environment": "x"}, "is set by this collection; remove it", "'Environment'"),
    ("jitsi_tags", {"Team": "x", "team": "y"}, "only in capital letters; remove one", "'team'"),
    ("jitsi_tags", {"CostCenter": 4711}, "is not text; put it in quotes", "jitsi_tags.CostCenter: 4711"),
    ("jitsi_tags", {"": "x"}, "is not a key; use 1 to 128 letters", "''"),
    ("jitsi_tags", {"a" * 129: "x"}, "is not a key; use 1 to 128 letters", "'aaa"),
    ("jitsi_tags", {"Team": "a" * 257}, "is not a value; use up to 256 letters", "jitsi_tags.Team: 'aaa"),
    ("jitsi_tags", {"Team": "a;b"}, "is not a value; use up to 256 letters", "'a;b'"),
    ("jitsi_tags", {"Team": "AWS:x"}, "but not aws: first", "'AWS:x'"),
    ("jitsi_tags", {f"k{n}": "" for n in range(48)}, "tags are too many; use at most 47", "48"),
    ("jitsi_aws_environment", {"A-B": "x"}, "use letters, digits and _", "'A-B'"),
    (
        "jitsi_aws_environment",
        {"PIN": 48151623},
        "the value is not text; put it in quotes",
        "jitsi_aws_environment.PIN:",
    ),
    ("jitsi_vpc_cidr", "10.90.0.0", "has a size that AWS does not offer; use /16 to /28"),
    ("jitsi_vpc_cidr", "10.0.0.0/8", "has a size that AWS does not offer; use /16 to /28"),
    ("jitsi_vpc_cidr", "10.90.0.0/29", "use /16 to /28"),
    ("jitsi_vpc_cidr", "10.90.1.0/16", "is not the first address of the network; use 10.90.0.0/16"),
    ("jitsi_vpc_cidr", "10.90.0.0/255.255.0.0", "is not the first address of the network; use 10.90.0.0/16"),
    ("jitsi_vpc_cidr", "8.8.0.0/16", "is not a private network; use one inside 10.0.0.0/8"),
    ("jitsi_vpc_cidr", "10.300.0.0/16", "is not an IPv4 network; use one such as"),
    ("jitsi_vpc_cidr", "fd00::/16", "is not an IPv4 network; use one such as"),
    ("jitsi_subnets", [], "use at least two subnets in different zones"),
    ("jitsi_subnets", "10.90.0.0/24", "is not a list; use two or more subnets"),
    ("jitsi_subnets", subnets(A), "is not in two zones; use at least two subnets in different zones"),
    ("jitsi_subnets", subnets(A, (B[0], A[1])), "is not in two zones; use"),
    (
        "jitsi_subnets",
        ["10.90.0.0/24", *subnets(A, B)],
        "is not a dictionary; use the keys cidr, zone",
        "[0]: '10.90.0.0/24'",
    ),
    ("jitsi_subnets", [{"cidr": A[0], "zone": A[1], "nmae": 1}, *subnets(B)], "is not a key; use cidr, zone", "'nmae'"),
    ("jitsi_subnets", [{"cidr": A[0], "zone": A[1], "zones": 1}, *subnets(B)], "did you mean zone?", "'zones'"),
    ("jitsi_subnets", [{"cidr": A[0]}, *subnets(B)], "lacks zone; add it", "{'cidr': '10.90.0.0/24'}"),
    ("jitsi_subnets", subnets(("10.90.0.0/30", A[1]), B), "use /16 to /28", "[0].cidr: '10.90.0.0/30'"),
    ("jitsi_subnets", subnets(("10.91.0.0/24", A[1]), B), "use a part of 10.90.0.0/16", "[0].cidr: '10.91.0.0/24'"),
    (
        "jitsi_subnets",
        subnets(A, ("10.90.0.128/25", B[1])),
        "overlaps 10.90.0.0/24; use another",
        "[1].cidr: '10.90.0.128/25'",
    ),
    ("jitsi_subnets", subnets((24, A[1]), B), "is not an IPv4 network; use", "[0].cidr: 24"),
    (
        "jitsi_subnets",
        subnets(A, (B[0], "us-west-2b")),
        "is not in jitsi_aws_region; use one such as us-east-1a",
        "'us-west-2b'",
    ),
    ("jitsi_subnets", subnets(A, (B[0], "b")), "is not a zone; use one such as us-east-1a", "[1].zone: 'b'"),
    ("jitsi_ipv6", "maybe", "is not true or false; use true or false"),
    ("jitsi_ipv6", 1, "is not true or false; use"),
    ("jitsi_stun_servers", [], "use at least one"),
    ("jitsi_stun_servers", "stun.example.com:3478", "is not a list; use one or more host:port"),
    ("jitsi_stun_servers", ["stun.example.com"], "is not host:port; use", "[0]: 'stun.example.com'"),
    ("jitsi_stun_servers", ["stun.example.com:0"], "is not host:port; use", "'stun.example.com:0'"),
    ("jitsi_stun_servers", ["stun.example.com:65536"], "is not host:port; use", "'stun.example.com:65536'"),
    ("jitsi_stun_servers", ["stun:stun.example.com:3478"], "is not host:port; use", "'stun:stun.example.com:3478'"),
    ("jitsi_stun_servers", ["256.0.2.1:3478"], "is not host:port; use", "'256.0.2.1:3478'"),
    ("jitsi_stun_servers", ["a.b:1", "a.b:1"], "is there twice; remove one", "[1]: 'a.b:1'"),
    ("jitsi_create_hosted_zone", "perhaps", "is not true or false; use"),
    ("jitsi_price_class", "100", "is not offered; use one of PriceClass_100"),
    ("jitsi_frame_ancestors", "*", "is not a list; use"),
    ("jitsi_frame_ancestors", ["intranet.example.com"], "is not a site; use one such as", "'intranet.example.com'"),
    ("jitsi_frame_ancestors", ["https://a.example.com/path"], "is not a site; use", "'https://a.example.com/path'"),
    ("jitsi_frame_ancestors", ["https://a.b; script-src *"], "is not a site; use", "[0]: 'https://a.b; script-src *'"),
    ("jitsi_frame_ancestors", ["*", "*"], "is there twice; remove one", "[1]: '*'"),
    ("jitsi_acme_account_uri", "1234567890", "does not have the right form; use"),
    ("jitsi_idle_minutes", 4, "is out of range; use 5 to 240 minutes"),
    ("jitsi_wake_by_key", "secret", "is not true or false; use"),
    ("jitsi_wake_pin_required", "4711", "is not true or false; use"),
    ("jitsi_wake_limit_per_day", -1, "is out of range; use 0 to 1000"),
    ("jitsi_certificate_wake_days", 90, "is out of range; use 0 to 60 days"),
    ("jitsi_awake_alarm_hours", 0, "is out of range; use 1 to 168 hours"),
    ("jitsi_brand_name", "", "use up to 60 letters"),
    ("jitsi_brand_name", "<b>Meet</b>", "use up to 60 letters"),
    ("jitsi_brand_color", "blue", "use a colour such as #0b57d0"),
    ("jitsi_brand_color_dark", "#fff", "use a colour such as #a8c7fa"),
    ("jitsi_brand_logo", "https://example.com/logo.png", "use an image as data URI"),
    (
        "jitsi_brand_logo",
        f"data:image/png;base64,{'a' * 2048}",
        "use an image as data URI",
        "'data:image/png;base64,aaa",
    ),
    ("jitsi_image_registry", "https://ghcr.io/jitsi", "has a scheme; leave it out"),
    ("jitsi_image_registry", "ghcr.io/jitsi:latest", "is not a registry and path; use"),
    ("jitsi_image_registry", "ghcr.io/jitsi/", "is not a registry and path; use"),
    ("jitsi_image_registry", "jitsi", "is not a registry and path; use"),
    ("jitsi_image_version", "latest", "is not a fixed release; use stable-11146-2"),
    ("jitsi_image_version", "stable", "is not a fixed release; use"),
    ("jitsi_image_version", "", "is not a fixed release; use"),
    ("jitsi_image_version", "unstable-2026-11-01", "is not a fixed release; use"),
    ("jitsi_image_version", 11146, "is not text; use"),
    ("jitsi_image_version", "stable-10655", "need other ports and privileges; use stable-11146-2"),
    ("jitsi_image_version", "sha256:" + "0a" * 32, "is a digest, which names one image", "sha256:0a0a0a"),
    ("jitsi_image_version", "stable-11146", "has a recorder that does not start; use stable-11146-2"),
    ("jitsi_caddy_image", "docker.io/library/caddy", "has neither tag nor digest; use"),
    ("jitsi_caddy_image", "caddy:latest", "has the tag latest, which moves; use"),
    ("jitsi_caddy_image", "Caddy:2.10.2", "is not an image reference; use"),
    ("jitsi_caddy_image", "caddy@sha256:abc", "is not an image reference; use"),
    ("jitsi_coturn_image", "coturn/coturn: 4.7.0", "is not an image reference; use"),
    ("jitsi_coturn_image", "", "is not an image reference; use"),
    ("jitsi_readonly_root", "on", "is not true or false; use"),
    ("jitsi_max_participants", 1, "is out of range; use 2 to 500"),
    ("jitsi_max_participants", 501, "is out of range; use 2 to 500"),
    ("jitsi_max_participants", "-5", "is out of range; use 2 to 500", "-5"),
    ("jitsi_max_participants", 50.5, "is not a whole number; use 2 to 500"),
    ("jitsi_max_participants", "fifty", "is not a whole number; use 2 to 500"),
    ("jitsi_max_participants", "\u0665\u0660", "is not a whole number; use 2 to 500"),
    ("jitsi_max_participants", True, "is not a whole number; use 2 to 500"),
    ("jitsi_max_participants", "9" * 18, "is out of range; use 2 to 500", "9" * 18),
    ("jitsi_resolution", 719, "is not offered; use one of 180, 240, 360, 480, 720, 1080"),
    ("jitsi_resolution", "720p", "is not a whole number; use"),
    ("jitsi_timezone", "Berlin", "is not an IANA time zone; write a name such as"),
    ("jitsi_timezone", "../etc/passwd", "is not an IANA time zone; write"),
    ("jitsi_timezone", "", "is not an IANA time zone; write"),
    ("jitsi_log_level", "INFO", "is not offered; use one of debug, info, warn, error"),
    ("jitsi_task_cpu", 3000, "is not offered; use one of 256, 512"),
    ("jitsi_task_cpu", "4 vCPU", "is not a whole number; use one of 256"),
    (
        "jitsi_task_memory",
        9000,
        "is not offered by Fargate with jitsi_task_cpu 4096; use 8192 to 30720 in steps of 1024",
    ),
    ("jitsi_task_memory", 4096, "with jitsi_task_cpu 4096; use 8192"),
    ("jitsi_task_memory", 1024, "is out of range; use 2048"),
    ("jitsi_task_memory", "8GB", "is not a whole number; use"),
    ("jitsi_signalling_cpu", 0, "is not offered; use one of 256"),
    ("jitsi_signalling_memory", 16384, "with jitsi_signalling_cpu 1024; use 2048 to 8192 in steps of 1024"),
    ("jitsi_recorder_cpu", 512, "is out of range; use 1024"),
    ("jitsi_recorder_cpu", 8192, "does not fit a c6i.xlarge, which has room for 4096; lower it or use a larger"),
    ("jitsi_recorder_memory", 8192, "does not fit a c6i.xlarge, which has room for 7424; lower it or use a larger"),
    ("jitsi_recorder_memory", 2048, "is out of range; use 5120"),
    ("jitsi_recorder_instance_type", "c6g.xlarge", "has an Arm processor, while the task is made for x86; use"),
    ("jitsi_recorder_instance_type", "xlarge", "is not an instance type; use"),
    (
        "jitsi_recorder_instance_type",
        "c6i.huge",
        "is not an instance type; use an x86 instance type such as c6i.xlarge",
    ),
    ("jitsi_recorder_launch_type", "ec2", "is not offered; use one of EC2, FARGATE"),
    ("jitsi_bridge_max", 0, "is out of range; use 1 to 100"),
    ("jitsi_recorder_max", 0, "is out of range; use 1 to 50"),
    ("jitsi_scaling_percent", 95, "is out of range; use 10 to 90"),
    ("jitsi_scaling_percent", 0.7, "is not a whole number; use 10 to 90"),
    ("jitsi_scaling_cooldown_seconds", -1, "is out of range; use 0 to 3600"),
    ("jitsi_scaling_cooldown_seconds", "5m", "is not a whole number; use 0 to 3600"),
    ("jitsi_schedules", {"name": "x"}, "is not a list; use schedules"),
    ("jitsi_schedules", [{**OFFICE, "when": "x"}], "is not a key; use name, schedule, awake, timezone", "'when'"),
    ("jitsi_schedules", [{**OFFICE, "time_zone": "UTC"}], "did you mean timezone?", "'time_zone'"),
    ("jitsi_schedules", [{"name": "x"}], "lacks schedule, awake; add it", "{'name': 'x'}"),
    ("jitsi_schedules", [OFFICE, OFFICE], "is there twice; use another name", "[1].name: 'open'"),
    ("jitsi_schedules", [{**OFFICE, "name": "a:b"}], "is not a name; use 1 to 64 letters", "'a:b'"),
    ("jitsi_schedules", [{**OFFICE, "awake": 1}], "is not true or false; use true or false", "[0].awake: 1"),
    ("jitsi_schedules", [{**OFFICE, "timezone": "CET/Berlin"}], "is not an IANA time zone; write", "'CET/Berlin'"),
    (
        "jitsi_schedules",
        [{**OFFICE, "schedule": "0 8 * * 1-5"}],
        "is none of cron(...), rate(...), at(...); write",
        "'0 8 * * 1-5'",
    ),
    (
        "jitsi_schedules",
        [{**OFFICE, "schedule": "cron(0 25 ? * MON *)"}],
        "hours '25' is not valid; use",
        "'cron(0 25 ? * MON *)'",
    ),
    ("jitsi_schedules", [{**OFFICE, "schedule": "cron(0 8 * * * *)"}], "write ? for the one", "'cron(0 8 * * * *)'"),
    (
        "jitsi_schedules",
        [{**OFFICE, "schedule": "cron(0\n8 ? * * *)"}],
        "cannot be printed; use",
        "'cron(0\\n8 ? * * *)'",
    ),
    ("jitsi_schedules", [{**OFFICE, "schedule": "rate(1 hours)"}], "is not rate(value unit); write", "'rate(1 hours)'"),
    ("jitsi_schedules", [{**OFFICE, "schedule": 5}], "is not text; use an expression", "[0].schedule: 5"),
    ("jitsi_deployment_wait_minutes", 3000, "is out of range; use 0 to 2880 minutes"),
    ("jitsi_force", "perhaps", "is not true or false; use"),
    ("jitsi_enable_recording", "", "is not true or false; use"),
    ("jitsi_enable_recording", None, "is not true or false; use"),
    ("jitsi_recording_bucket", "ab", "has 2 characters; set jitsi_recording_bucket to"),
    ("jitsi_recording_bucket", "a" * 64, "has 64 characters; set jitsi_recording_bucket to"),
    ("jitsi_recording_bucket", "My-Bucket", "not a name for this bucket; set jitsi_recording_bucket to"),
    ("jitsi_recording_bucket", "my.bucket", "not a name for this bucket; set"),
    ("jitsi_recording_bucket", "xn--bucket", "S3 reserves the starts"),
    ("jitsi_recording_archive_days", -1, "is out of range; use 0 to 36500 days"),
    ("jitsi_recording_expire_days", 90, "is not after jitsi_recording_archive_days; use 0 (never) or more than 90"),
    ("jitsi_recording_expire_days", 30, "use 0 (never) or more than 90"),
    ("jitsi_recording_archive_class", "GLACIER", "is not offered; use one of GLACIER_IR, STANDARD_IA"),
    ("jitsi_recording_noncurrent_days", 0, "is out of range; use 1 to 36500 days"),
    ("jitsi_recording_lock", "GOVERNANCE", "is not offered; use one of none, holds, governance, compliance"),
    ("jitsi_recording_lock", False, "use one of none, holds, governance, compliance"),
    ("jitsi_recording_lock_days", 30, "has no meaning with jitsi_recording_lock none; use 0, or governance or compl"),
    ("jitsi_recording_lock_days", -1, "is out of range; use 0 to 36500 days"),
    ("jitsi_secret_kms_key_arn", "alias/jitsi", "use the ARN of a key"),
    (
        "jitsi_secret_kms_key_arn",
        KEY.replace("key/", "alias/"),
        "use the ARN of a key",
        "'arn:aws:kms:us-east-1:111122223333:alias/",
    ),
    (
        "jitsi_secret_kms_key_arn",
        KEY.replace("us-east-1", "eu-west-1"),
        "is not in jitsi_aws_region; use a key of us-east-1",
    ),
    (
        "jitsi_recording_kms_key_arn",
        KEY.replace("us-east-1", "eu-west-1"),
        "is not in jitsi_aws_region; use a key of us-east-1",
    ),
    ("jitsi_recording_kms_key_arn", f"{KEY} ", "use the ARN of a key"),
    ("jitsi_rotation_function", "sometimes", "is not true or false; use"),
    ("jitsi_rotation_days", 0, "is out of range; use 1 to 1000 days"),
    ("jitsi_rotation_days", 1001, "is out of range; use 1 to 1000 days"),
    ("jitsi_rotation_grace_days", 0, "is out of range; use 1 to 365 days"),
    ("jitsi_rotation_grace_days", 366, "is out of range; use 1 to 365 days"),
    ("jitsi_rotation_grace_days", 0, "is out of range; use 1 to 365 days"),
    ("jitsi_log_retention_days", 31, "is not offered; use one of 1, 3, 5, 7, 14, 30, 60, 90"),
    ("jitsi_log_retention_days", 0, "is not offered; use one of"),
    ("jitsi_container_insights", True, "is not text; use one of disabled, enabled, enhanced"),
    ("jitsi_container_insights", "on", "is not offered; use one of disabled, enabled, enhanced"),
    ("jitsi_alarm_percent", 100, "is out of range; use 10 to 90"),
    ("jitsi_dashboards", ["operation"], "is not offered; did you mean operations?", "operation"),
    ("jitsi_dashboards", ["capacity", "capacity"], "is there twice; remove one", "capacity"),
    ("jitsi_dashboards", "operations", "is not a list; use"),
    ("jitsi_budget_usd", -1, "is out of range; use 0 to 1000000 USD"),
    ("jitsi_budget_ipv4_hours", 1000001, "is out of range; use 0 to 1000000 hours"),
    ("jitsi_chat_parameter", "https://hooks.example.com/secret", "use"),
    ("jitsi_chat_parameter", "/aws/chat", "use"),
]


@pytest.mark.parametrize("case", WRONG, ids=lambda case: f"{case[0]}={shown(case[1])}")
def test_one_wrong_value_is_one_line_with_value_and_fix(case: tuple[Any, ...]) -> None:
    name, value, says, *part = case
    lines = found({name: value})
    assert len(lines) == 1, lines
    assert re.match(rf"{name}(\[\d+\])?(\.\w+)?: ", lines[0])
    assert (part[0] if part else shown(value)) in lines[0]
    assert says in lines[0]
    assert re.search(r"; (use|set|add|write|leave|put|remove|lower|did you mean)", lines[0])


def test_there_are_enough_wrong_values() -> None:
    assert len({(name, shown(value)) for name, value, *_rest in WRONG}) >= 90
    # Every variable has at least one.
    assert {name for name, *_rest in WRONG} == set(VARIABLES)


# Harmless in text that people read.
READABLE = {"jitsi_brand_name": {"it's", "two words", "m\u00fcnchen"}}


@pytest.mark.parametrize("value", NASTY, ids=lambda value: shown(value))
@pytest.mark.parametrize("name", [name for name, variable in VARIABLES.items() if variable.rule.kind == "str"])
def test_injections_are_refused_on_one_short_line_of_ascii(name: str, value: str) -> None:
    if value in READABLE.get(name, ()):
        assert found({name: value}) == []
        return
    lines = found({name: value})
    assert len(lines) == 1, lines
    assert lines[0].startswith(f"{name}: ")
    assert shown(value) in lines[0]
    assert lines[0].isascii()
    assert lines[0].isprintable()
    assert len(lines[0]) < 350


@pytest.mark.parametrize("kind", ["bool", "int", "list", "dict"])
@pytest.mark.parametrize("value", NASTY, ids=lambda value: shown(value))
def test_text_is_no_other_kind(kind: str, value: str) -> None:
    names = [name for name, variable in VARIABLES.items() if variable.rule.kind == kind]
    lines = found(dict.fromkeys(names, value))
    assert [line.partition(":")[0] for line in lines] == names


@pytest.mark.parametrize("name", list(VARIABLES))
def test_a_variable_that_is_not_set(name: str) -> None:
    lines = found({}, name)
    assert lines == [f"{name}: is not set; set it in group_vars, for example to {VARIABLES[name].example}"]


@pytest.mark.parametrize("empty", ["", None])
def test_required_variables_that_are_empty(empty: str | None) -> None:
    lines = found(dict.fromkeys(REQUIRED, empty))
    assert [line.partition(":")[0] for line in lines] == list(REQUIRED)
    assert all("is not set; set it in group_vars" in line for line in lines)


def test_all_problems_are_told_at_once() -> None:
    lines = found({"jitsi_domain": "x", "jitsi_task_memory": 9000, "jitsi_recording_bucket": "A", "jitsi_max": 3})
    assert [line.partition(":")[0] for line in lines] == [
        "jitsi_domain",
        "jitsi_recording_bucket",
        "jitsi_task_memory",
        "jitsi_max",
    ]


def test_two_problems_of_one_list_are_two_lines() -> None:
    lines = found({"jitsi_subnets": subnets(("10.0.0.0/8", "a"), B)})
    assert [line.partition(":")[0] for line in lines] == ["jitsi_subnets[0].cidr", "jitsi_subnets[0].zone"]


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("jitsi_task_cpus", "did you mean jitsi_task_cpu?"),
        ("jitsi_max_participant", "did you mean jitsi_max_participants?"),
        ("jitsi_alertemail", "did you mean jitsi_alert_email?"),
        ("jitsi_zzzzzzzzzzzzzzz", "see docs/variables.md"),
    ],
)
def test_unknown_names(name: str, fix: str) -> None:
    # The value may be a secret, so it is not shown.
    assert found({name: "geheim"}) == [f"{name}: is not a variable of this collection; {fix}"]


def test_launch_type_fargate_asks_for_a_size_of_fargate() -> None:
    changes = {"jitsi_recorder_launch_type": "FARGATE"}
    assert len(found(changes)) == 1
    assert found(changes)[0].startswith("jitsi_recorder_cpu: 3584 is not offered by Fargate; use one of 256, 512")
    lines = found({**changes, "jitsi_recorder_cpu": 4096})
    assert len(lines) == 1
    assert lines[0].startswith(
        "jitsi_recorder_memory: 6656 is not offered by Fargate with jitsi_recorder_cpu 4096; use 8192"
    )


def test_smaller_instance_is_told_for_cpu_and_memory() -> None:
    lines = found({"jitsi_recorder_instance_type": "c6i.large"})
    assert [line.partition(":")[0] for line in lines] == ["jitsi_recorder_cpu", "jitsi_recorder_memory"]


def test_the_bucket_that_is_made_from_long_names_tells_the_way_out() -> None:
    lines = found({"jitsi_domain": "a-rather-long-name-of-a-host.in-a-department.example.com"})
    assert len(lines) == 1
    assert lines[0].startswith("jitsi_recording_bucket: 'jitsi-a-rather-long")
    assert "has 73 characters; set jitsi_recording_bucket to" in lines[0]


def test_what_cannot_be_rendered_is_told_and_what_follows_from_it_is_not() -> None:
    facts = {**DEFAULTS, **REQUIRED, "jitsi_aws_region": "{{ nowhere }}"}
    rendered = {name: value for name, value in facts.items() if name not in ("jitsi_aws_region", "jitsi_subnets")}
    rendered["jitsi_recording_bucket"] = "recordings"
    errors = {"jitsi_aws_region": "'nowhere' is undefined", "jitsi_subnets": "'nowhere' is undefined"}
    assert problems(facts, rendered, errors) == [
        "jitsi_aws_region: cannot be rendered: 'nowhere' is undefined; correct the expression"
    ]


def test_a_value_made_from_a_later_variable_is_checked_too() -> None:
    facts = {**DEFAULTS, **REQUIRED, "jitsi_domain": "_meet.{{ jitsi_hosted_zone }}"}
    rendered = {name: render(value, REQUIRED | DEFAULTS) for name, value in facts.items()}
    rendered["jitsi_domain"] = "_meet.example.com"
    lines = problems(facts, rendered, {})
    assert [line.partition(":")[0] for line in lines] == ["jitsi_domain"]


def test_variables_made_from_each_other_are_all_told() -> None:
    loop = {
        "jitsi_log_level": "{{ jitsi_timezone }}",
        "jitsi_timezone": "{{ jitsi_environment }}",
        "jitsi_environment": "{{ jitsi_log_level }}",
    }
    facts = {**DEFAULTS, **REQUIRED, **loop}
    rendered = {name: render(value, REQUIRED | DEFAULTS) for name, value in facts.items() if name not in loop}
    lines = problems(facts, rendered, dict.fromkeys(loop, "it is a loop"))
    assert {line.partition(":")[0] for line in lines} == set(loop)


def test_derived_names_fit_their_limits() -> None:
    name = "a" * 40
    for suffix in ("signalling-execution", "recorder-execution", "recorder-instance", "bridge-execution"):
        assert len(f"{name}-{suffix}") <= 64, "an IAM role"


def test_secret_looking_values_are_hidden() -> None:
    secrets = ["AKIA" + "A1B2C3D4E5F6G7H8", "0a1b" * 8, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"]
    for secret in secrets:
        for name in ("jitsi_log_level", "jitsi_domain", "jitsi_task_cpu", "jitsi_tags", "jitsi_subnets"):
            for value in (secret, f"x {secret}", [secret], {"k": {"v": secret}}):
                lines = found({name: value})
                assert lines
                assert secret not in "".join(lines)
                assert "<hidden>" in "".join(lines)


def test_references() -> None:
    assert references("{{ jitsi_name }}-{{ jitsi_domain | lower }}") == {"jitsi_name", "jitsi_domain"}
    assert references([{"zone": "{{ jitsi_aws_region }}a"}, {"n": 5}]) == {"jitsi_aws_region"}
    assert references("jitsi_name") == set()
    assert references({}) == set()


def test_older_names() -> None:
    assert older_names({"task_cpu": 1, "environment": [], "jitsi_task_cpu": 2}) == [
        "task_cpu is not read; set jitsi_task_cpu instead"
    ]
    assert {variable.older_name for variable in VARIABLES.values()} == {
        *("", "task_cpu", "task_memory", "enable_recording", "max_participants", "environment")
    }


def test_the_table_and_the_defaults_have_the_same_variables_in_the_same_order() -> None:
    assert list(VARIABLES) == [*REQUIRED, *DEFAULTS]
    assert {name for name, variable in VARIABLES.items() if variable.required} == set(REQUIRED)


@pytest.mark.parametrize("name", list(VARIABLES))
def test_examples_are_right_by_themselves(name: str) -> None:
    rule = VARIABLES[name].rule
    value = rule.parse(yaml.safe_load(VARIABLES[name].example))
    assert list(rule.check(name, value)) == []


def test_wiring_converts_what_may_come_as_text() -> None:
    """``-e jitsi_task_cpu=2048`` gives text, and the text "false" would count as true."""
    filters = {"int": "int", "bool": "bool"}
    paths = [path for folder in ("defaults", "vars") for path in ROOT.glob(f"roles/*/{folder}/**/*.yml")]
    wiring = [item for path in paths for item in yaml.safe_load(path.read_text(encoding="utf-8")).items()]
    assert {path.name for path in (ROOT / "roles").iterdir()} == {
        path.parts[-3] for path in paths if path.match("defaults/*")
    }
    bare = [
        f"{name}: {expression}"
        for name, expression in wiring
        if isinstance(expression, str) and "{{" in expression
        for used in references(expression)
        if (wanted := filters.get(VARIABLES[used].rule.kind if used in VARIABLES else ""))
        and not re.search(rf"\b{used}\b\s*\|\s*{wanted}\b", expression)
    ]
    assert bare == []


class TestTable:
    """tools/variables_table.py"""

    @staticmethod
    def run(*args: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "tools" / "variables_table.py"), *args]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def test_prints_a_row_a_variable(self) -> None:
        rows = self.run().stdout.splitlines()[2:]
        assert [row.split("`")[1] for row in rows] == list(VARIABLES)
        # No cell breaks the table: six cells a row.
        assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {7}
        assert not re.search(r"<[a-z]+>", "".join(rows)), "would be taken for HTML"

    def test_writes_and_checks(self, tmp_path: Path) -> None:
        readme = tmp_path / "README.md"
        readme.write_text("# Title\n<!-- variables:begin -->\nold\n<!-- variables:end -->\nend\n", encoding="utf-8")
        stale = self.run("--check", str(readme))
        assert stale.returncode == 1
        assert "--write" in stale.stderr
        assert self.run("--write", str(readme)).returncode == 0
        assert self.run("--check", str(readme)).returncode == 0
        text = readme.read_text(encoding="utf-8")
        assert text.startswith("# Title\n<!-- variables:begin -->\n| Variable |")
        assert text.endswith("|\n<!-- variables:end -->\nend\n")
        assert "old\n" not in text

    def test_says_that_markers_are_missing(self, tmp_path: Path) -> None:
        readme = tmp_path / "README.md"
        readme.write_text("# Title\n", encoding="utf-8")
        done = self.run("--write", str(readme))
        assert done.returncode == 1
        assert "variables:begin" in done.stderr


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"jitsi_recording_archive_class": "STANDARD_IA", "jitsi_recording_archive_days": 29},
            "jitsi_recording_archive_days: 29 is too early for jitsi_recording_archive_class STANDARD_IA; "
            "use 0 (never), or 30 or more",
        ),
        (
            {"jitsi_recording_lock": "governance"},
            "jitsi_recording_lock_days: 0 is no retention; use 1 or more with jitsi_recording_lock governance",
        ),
        (
            {"jitsi_recording_lock": "holds", "jitsi_recording_lock_days": 7},
            "jitsi_recording_lock_days: 7 has no meaning with jitsi_recording_lock holds; use 0, or governance or "
            "compliance",
        ),
        (
            {
                "jitsi_recording_lock": "compliance",
                "jitsi_recording_lock_days": 365,
                "jitsi_recording_expire_days": 365,
            },
            "jitsi_recording_expire_days: 365 is not after jitsi_recording_lock_days; use 0 (never) or more than 365",
        ),
    ],
)
def test_settings_of_recordings_that_do_not_fit_each_other(changes: dict[str, Any], line: str) -> None:
    assert found(changes) == [line]
