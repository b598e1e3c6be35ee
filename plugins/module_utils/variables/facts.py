# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The facts of a deployment: every ``jitsi_*`` variable, what it means, what it may be and what it is by default.

The defaults of the role jitsi are written from it (tools/role_variables.py), and so is the table of variables
(tools/variables_table.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .. import rules
from ..ecs.fargate import MEMORIES
from ..edge.certificate import LONGEST_NAME as LONGEST_CERTIFICATE_NAME
from . import kinds as v
from . import list_kinds as lists

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545),
    *(731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
# Made from the facts, for the roles.
DERIVED = {"jitsi_all_tags": "{{ jitsi_tags | combine({'Name': jitsi_name, 'Environment': jitsi_environment}) }}"}
# Made from the others, or set for the local AWS only.
OTHER_NAMES = (*DERIVED, "jitsi_local_aws_port", "jitsi_local_aws_dir")

# What the dictionaries of a list have, as argument specs say it.
SUBNET = {
    "cidr": {"description": "IPv4 block of the subnet, inside that of the VPC.", "type": "str", "required": True},
    "zone": {"description": "Availability zone, such as C(us-east-1a).", "type": "str", "required": True},
}
SCHEDULE = {
    "name": {"description": "Name, such as C(office-open).", "type": "str", "required": True},
    "schedule": {
        "description": [
            "C(cron(minutes hours day-of-month month day-of-week year)), C(rate(value unit)) or "
            "C(at(yyyy-mm-ddThh:mm:ss)), for example C(cron(0 8 ? * MON-FRI *)).",
            "A rate wakes and keeps nothing awake.",
        ],
        "type": "str",
        "required": True,
    },
    "timezone": {
        "description": "IANA name of the time zone of the schedule. UTC if it is not given. A rate has none.",
        "type": "str",
    },
    "awake": {"description": "Whether the platform is to be awake from then on.", "type": "bool", "required": True},
}


@dataclass(frozen=True)
class Variable:
    """A variable: its rule, what it means, an example, and its name in guides to older deployments.

    ``default`` is a value or an expression, None for a variable that must be set. ``details`` are for the pages of the
    roles, and ``items`` says what the dictionaries of a list have.
    """

    rule: rules.Rule
    description: str
    example: str
    default: Any = None
    details: tuple[str, ...] = ()
    items: Mapping[str, Any] = field(default_factory=dict)
    older_name: str = ""

    @property
    def required(self) -> bool:
        """Whether it must be set."""
        return self.default is None


VARIABLES = {
    "jitsi_domain": Variable(
        v.domain("meet.example.com", LONGEST_CERTIFICATE_NAME), "Host name that people open.", "meet.example.com"
    ),
    "jitsi_hosted_zone": Variable(
        v.domain("example.com"), "Route 53 hosted zone that the domain is in, by name.", "example.com"
    ),
    "jitsi_alert_email": Variable(
        v.email(),
        "Receives alarms, and notices of the certificate authority.",
        "ops@example.com",
        details=("Its owner gets a message with a link to confirm, and no alarm until that was opened.",),
    ),
    "jitsi_name": Variable(
        v.name(),
        "Every name on AWS is made from it. Two deployments in one account need two names.",
        "jitsi-video-platform-staging",
        default="jitsi-video-platform",
    ),
    "jitsi_environment": Variable(
        rules.matching("[a-z][a-z0-9-]{0,31}", "1 to 32 lower-case letters, digits and hyphens, a letter first"),
        "Value of the tag Environment.",
        "staging",
        default="prod",
        older_name="environment",
    ),
    "jitsi_aws_region": Variable(
        rules.matching(v.REGION, "a region such as us-east-1"),
        "AWS region of everything.",
        "eu-central-1",
        default="us-east-1",
    ),
    "jitsi_aws_endpoint_url": Variable(
        rules.optional(v.url()), "Address that all AWS calls go to instead of AWS.", "http://127.0.0.1:5000", default=""
    ),
    "jitsi_tags": Variable(
        lists.tags(), "Tags of every resource, beside Name and Environment.", "{CostCenter: '4711'}", default={}
    ),
    "jitsi_aws_environment": Variable(
        lists.environment_variables(),
        "Environment variables of every task of the playbook, for the credentials of an emulator.",
        "{AWS_PROFILE: meet}",
        default={},
    ),
    "jitsi_vpc_cidr": Variable(v.cidr(), "Addresses of the VPC.", "10.91.0.0/16", default="10.90.0.0/16"),
    "jitsi_subnets": Variable(
        lists.subnets(),
        "Public subnets: each a part of the VPC, in a zone of the region.",
        "[{cidr: 10.91.0.0/24, zone: us-east-1a}, {cidr: 10.91.1.0/24, zone: us-east-1b}]",
        default=[
            {"cidr": "10.90.0.0/24", "zone": "{{ jitsi_aws_region }}a"},
            {"cidr": "10.90.1.0/24", "zone": "{{ jitsi_aws_region }}b"},
        ],
        details=(
            "Two zones at least, so that the platform starts when one zone has no capacity.",
            "The first one gets the first block of 64 bits of the VPC's IPv6 block, and so on. Add further ones "
            "at the end.",
        ),
        items=SUBNET,
    ),
    "jitsi_ipv6": Variable(
        rules.flag(),
        "Whether the network has IPv6 too. It costs nothing.",
        "false",
        default=True,
        details=(
            "When it is turned off later, the subnets lose their blocks and the VPC keeps its own, without a route.",
        ),
    ),
    "jitsi_stun_servers": Variable(
        lists.stun_servers(),
        "A bridge learns its public address from them. The default one belongs to the Jitsi project.",
        "[stun.example.com:3478]",
        default=["meet-jit-si-turnrelay.jitsi.net:443"],
    ),
    "jitsi_create_hosted_zone": Variable(
        rules.flag(),
        "Whether to create a hosted zone that is not there. It costs 0.50 USD a month, and its parent must delegate.",
        "true",
        default=False,
    ),
    "jitsi_price_class": Variable(
        rules.one_of("PriceClass_100", "PriceClass_200", "PriceClass_All"),
        "Where CloudFront answers: in North America, Europe and Israel, in most places, or everywhere. Media do not go "
        "there.",
        "PriceClass_100",
        default="PriceClass_All",
    ),
    "jitsi_frame_ancestors": Variable(
        lists.frame_ancestors(),
        "Sites that may show meetings inside their own pages.",
        "[https://intranet.example.com]",
        default=[],
        details=("V(*) stands for all. Without any, browsers refuse to.",),
    ),
    "jitsi_acme_account_uri": Variable(
        rules.optional(
            rules.matching(
                r"https://[a-z0-9.-]+(?:/[A-Za-z0-9_-]+)+", "such as https://acme-v02.api.letsencrypt.org/acme/acct/1"
            )
        ),
        "Account at Let's Encrypt that alone may get certificates for the domain.",
        "https://acme-v02.api.letsencrypt.org/acme/acct/1234567890",
        default="",
        details=(
            "The CAA record then limits certificates to it, so that nobody else gets one even with an address "
            "that once was ours. Caddy writes it down when it registers, see docs/edge.md.",
        ),
    ),
    "jitsi_idle_minutes": Variable(
        rules.between(5, 240, "minutes"),
        "How long nobody must meet and no recorder be busy until the platform goes to sleep.",
        "30",
        default=15,
    ),
    "jitsi_wake_pin_required": Variable(
        rules.flag(),
        "Whether starting a meeting needs a PIN while the platform sleeps. It is wake_pin in the secret document.",
        "true",
        default=False,
        details=("Of a generated PIN the first 8 characters count.",),
    ),
    "jitsi_wake_limit_per_day": Variable(
        rules.between(0, 1000),
        "How often visitors may wake the platform on one day (UTC), so that nobody runs up costs. 0 is no limit.",
        "50",
        default=20,
        details=("One address, or IPv6 network, may use half of it. Clicks while people meet do not count.",),
    ),
    "jitsi_wake_by_key": Variable(
        rules.flag(),
        "Whether servers of others may wake the platform, with the key wake_key of the secret document.",
        "true",
        default=False,
        details=("They need no PIN and are not counted. Rotations renew the key. See docs/embedding.md.",),
    ),
    "jitsi_certificate_wake_days": Variable(
        rules.between(0, 60, "days"),
        "After so long asleep it wakes to renew its certificate: less than a third of the validity. 0 is never.",
        "14",
        default=20,
    ),
    "jitsi_awake_alarm_hours": Variable(
        rules.between(1, 168, "hours"),
        "How long it may be awake until an alarm asks whether that is right.",
        "24",
        default=14,
    ),
    "jitsi_brand_name": Variable(
        rules.matching(r"(?=\S)[^\W_](?:[\w .,&'()+-]{0,58}[\w.)+])?", "up to 60 letters, digits, spaces and .,&'()+-"),
        "Name on the wake page.",
        "Example Meet",
        default="Jitsi Meet",
    ),
    "jitsi_brand_color": Variable(
        rules.matching(r"#[0-9A-Fa-f]{6}", "a colour such as #0b57d0"),
        "Colour of the wake page's button.",
        "'#7a1fa2'",
        default="#0b57d0",
        details=("Its text gets black or white, whichever reads better.",),
    ),
    "jitsi_brand_color_dark": Variable(
        rules.matching(r"#[0-9A-Fa-f]{6}", "a colour such as #a8c7fa"),
        "The same where people prefer dark pages.",
        "'#e1b3f5'",
        default="#a8c7fa",
    ),
    "jitsi_brand_logo": Variable(
        rules.optional(
            rules.matching(
                r"(?=.{1,2048}\Z)data:image/(?:png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}",
                "an image as data URI of at most 2048 characters, such as data:image/svg+xml;base64,PHN2Zy8+",
            )
        ),
        "Small logo on the wake page. It is part of the page, which loads nothing else.",
        "data:image/svg+xml;base64,PHN2Zy8+",
        default="",
    ),
    "jitsi_image_registry": Variable(
        v.image_registry(),
        "Where the Jitsi images are pulled from.",
        "111122223333.dkr.ecr.us-east-1.amazonaws.com/jitsi",
        default="ghcr.io/jitsi",
    ),
    "jitsi_image_version": Variable(
        v.image_version(), "Release of all Jitsi images.", "stable-11146-2", default="stable-11146-2"
    ),
    "jitsi_image_digests": Variable(
        lists.image_digests(),
        "Digests of the Jitsi images by name and release, which fix what a tag points at. Those of another release do "
        "not count.",
        "{'web:stable-11146-2': 'sha256:" + 16 * "0a1b" + "'}",
        default={},
        details=("An image without one is what its tag points at when a deployment begins.",),
    ),
    "jitsi_caddy_image": Variable(
        v.image(),
        "Image of Caddy, which ends TLS.",
        "docker.io/library/caddy:2.11.7-alpine",
        default="docker.io/library/caddy:2.11.7-alpine",
    ),
    "jitsi_coturn_image": Variable(
        v.image(),
        "Image of coturn, the TURN server beside each bridge.",
        "docker.io/coturn/coturn:4.17.0-r0",
        default="docker.io/coturn/coturn:4.17.0-r0",
    ),
    "jitsi_readonly_root": Variable(
        rules.flag(),
        "Whether containers have a read-only root file system.",
        "false",
        default=True,
        details=(
            "They get tmpfs where they write. tmpfs on Fargate is announced by AWS but was not tried by this "
            "project; V(false) is the way out.",
        ),
    ),
    "jitsi_max_participants": Variable(
        rules.between(2, 500), "Most participants in one meeting.", "100", default=50, older_name="max_participants"
    ),
    "jitsi_resolution": Variable(
        rules.one_of(180, 240, 360, 480, 720, 1080, 1440, 2160),
        "Height of the video in pixels, also of recordings.",
        "1080",
        default=720,
    ),
    "jitsi_timezone": Variable(v.timezone(), "Time zone of the containers.", "Europe/Berlin", default="UTC"),
    "jitsi_log_level": Variable(
        rules.one_of("debug", "info", "warn", "error"), "Log level of the XMPP server.", "debug", default="info"
    ),
    "jitsi_task_cpu": Variable(
        rules.one_of(*MEMORIES),
        "CPU units of a bridge task. 1024 are one vCPU.",
        "2048",
        default=4096,
        older_name="task_cpu",
    ),
    "jitsi_task_memory": Variable(
        rules.between(2048, 122880, "MiB"),
        "Memory of a bridge task, a size that Fargate offers for its CPU units.",
        "16384",
        default=8192,
        details=("Half of it, at most 3072 MiB, is the bridge's heap.",),
        older_name="task_memory",
    ),
    "jitsi_signalling_cpu": Variable(
        rules.one_of(*MEMORIES), "CPU units of the signalling task.", "2048", default=1024
    ),
    "jitsi_signalling_memory": Variable(
        rules.between(2048, 122880, "MiB"),
        "Memory of the signalling task, a size that Fargate offers for its CPU units.",
        "8192",
        default=4096,
        details=("Half of it, at most 3072 MiB, is jicofo's heap.",),
    ),
    "jitsi_recorder_cpu": Variable(
        rules.between(1024, 32768), "CPU units of a recorder task; it must fit the instance type.", "7168", default=3584
    ),
    "jitsi_recorder_memory": Variable(
        rules.between(5120, 122880, "MiB"),
        "Memory of a recorder task, 2048 MiB of shared memory in it; it must fit the instance type.",
        "12288",
        default=6656,
    ),
    "jitsi_recorder_instance_type": Variable(
        v.instance_type(),
        "EC2 instance type of recorders, one recorder an instance.",
        "c6i.2xlarge",
        default="c6i.xlarge",
    ),
    "jitsi_recorder_launch_type": Variable(
        rules.one_of("EC2", "FARGATE"),
        "Where recorders run. FARGATE is unproven, see docs/limits.md.",
        "FARGATE",
        default="EC2",
    ),
    "jitsi_bridge_max": Variable(
        rules.between(1, 100), "Most bridges at once; 20 to 30 participants each.", "5", default=3
    ),
    "jitsi_recorder_max": Variable(rules.between(1, 50), "Most recordings at once.", "4", default=2),
    "jitsi_scaling_percent": Variable(
        rules.between(10, 90), "Use of CPU and of memory that scaling aims at.", "60", default=70
    ),
    "jitsi_scaling_cooldown_seconds": Variable(
        rules.between(0, 3600),
        "Seconds between two steps of scaling.",
        "120",
        default=300,
        details=("Between two scale ins, and between two scale outs of the bridges.",),
    ),
    "jitsi_schedules": Variable(
        lists.schedules(),
        "When to wake (awake: true) and when to sleep (false). The time zone is UTC if left out.",
        "[{name: office-open, schedule: 'cron(0 8 ? * MON-FRI *)', timezone: Europe/Berlin, awake: true}]",
        default=[],
        details=(
            "Awake sets the minimum of signalling and bridges to 1, which starts a task of each. Not awake sets "
            "it to 0, which stops nothing by itself and cuts no call. It permits the sleep that comes when nobody "
            "meets.",
            "From one that wakes to the next that does not, the platform stays awake even if nobody meets.",
        ),
        items=SCHEDULE,
    ),
    "jitsi_deployment_wait_minutes": Variable(
        rules.between(0, 2880, "minutes"),
        "How long a run waits for deployments, which wait for live calls. After it ECS finishes them by itself.",
        "240",
        default=15,
        details=("A task that carries calls or recordings is protected until they end. 0 does not wait.",),
    ),
    "jitsi_force": Variable(
        rules.flag(), "Whether this run may cut live calls. Give it with -e, for one run.", "true", default=False
    ),
    "jitsi_enable_recording": Variable(
        rules.flag(),
        "Whether meetings can be recorded. Without, there is no recorder; a bucket with recordings stays.",
        "false",
        default=True,
        details=("V(false) removes the recorder service, its pool and roles, and an empty bucket.",),
        older_name="enable_recording",
    ),
    "jitsi_recording_bucket": Variable(
        v.bucket(),
        "S3 bucket for recordings; its name is unique in the world.",
        "example-recordings",
        default="jitsi-{{ jitsi_domain | lower | replace('.', '-') }}-recordings",
    ),
    "jitsi_recording_archive_days": Variable(
        rules.between(0, 36500, "days"),
        "Days until a recording moves to a cheaper storage class; 0 is never.",
        "30",
        default=90,
    ),
    "jitsi_recording_archive_class": Variable(
        rules.one_of("GLACIER_IR", "STANDARD_IA", "INTELLIGENT_TIERING"),
        "That class; all are read at once. GLACIER_IR bills at least 90 days, STANDARD_IA takes none before day 30.",
        "STANDARD_IA",
        default="GLACIER_IR",
        details=(
            "C(GLACIER_IR) costs about a fifth, C(STANDARD_IA) about half; C(INTELLIGENT_TIERING) costs less the "
            "longer a recording is not read.",
        ),
    ),
    "jitsi_recording_expire_days": Variable(
        rules.between(0, 36500, "days"),
        "Days until a recording is deleted, more than until it is archived and than it is locked; 0 is never.",
        "365",
        default=0,
    ),
    "jitsi_recording_noncurrent_days": Variable(
        rules.between(1, 36500, "days"),
        "Days that a deleted or overwritten recording can be brought back.",
        "90",
        default=30,
    ),
    "jitsi_recording_lock": Variable(
        rules.one_of("none", "holds", "governance", "compliance"),
        "S3 Object Lock, which cannot be taken off again: legal holds, or also a retention of every new recording.",
        "governance",
        default="none",
        details=(
            "C(holds) makes legal holds on single recordings possible. C(governance) and C(compliance) also keep "
            "every new recording for some days; nobody at all can lift the second.",
        ),
    ),
    "jitsi_recording_lock_days": Variable(
        rules.between(0, 36500, "days"), "Days of that retention; 0 without one.", "365", default=0
    ),
    "jitsi_secret_kms_key_arn": Variable(
        rules.optional(v.kms_key()),
        "KMS key for the secret, of the same region; empty is the key that AWS manages, which costs nothing.",
        "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        default="",
    ),
    "jitsi_recording_kms_key_arn": Variable(
        rules.optional(v.kms_key()),
        "KMS key for recordings, of the same region; empty is the key that AWS manages.",
        "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        default="",
    ),
    "jitsi_rotation_function": Variable(
        rules.flag(),
        "Whether AWS rotates the passwords by itself, with a Lambda function; else rotate_secrets.yml alone does.",
        "false",
        default=True,
        details=(
            "It costs nothing while nothing is rotated. Once a day it also prints how old the secret is, which "
            "the role monitoring watches, and finishes a rotation that was left half-way.",
        ),
    ),
    "jitsi_rotation_days": Variable(
        rules.between(1, 1000, "days"), "Days after which the passwords are rotated.", "30", default=90
    ),
    "jitsi_rotation_grace_days": Variable(
        rules.between(1, 365, "days"),
        "Days after that until a rotation that has not happened raises an alarm.",
        "14",
        default=7,
        details=("A rotation by the playbook is overdue then, and postponing it fails.",),
    ),
    "jitsi_log_retention_days": Variable(rules.one_of(*RETENTION_DAYS), "Days that logs are kept.", "90", default=30),
    "jitsi_container_insights": Variable(
        rules.one_of("disabled", "enabled", "enhanced"),
        "Container Insights of the cluster; it costs extra.",
        "enabled",
        default="disabled",
    ),
    "jitsi_alarm_percent": Variable(
        rules.between(10, 90), "Use of CPU and of memory above which an alarm is sent.", "85", default=80
    ),
    "jitsi_dashboards": Variable(
        lists.some_of("operations", "capacity", "recording"),
        "Dashboards to make. An account has three for nothing, each further one costs 3 USD a month.",
        "[operations]",
        default=["operations", "capacity", "recording"],
        details=("C(recording) is only made with recorders.",),
    ),
    "jitsi_budget_usd": Variable(
        rules.between(0, 1_000_000, "USD"),
        "What the whole account may cost a month until it is told, and when it is forecast to. 0 is no budget.",
        "250",
        default=100,
    ),
    "jitsi_budget_ipv4_hours": Variable(
        rules.between(0, 1_000_000, "hours"),
        "Hours of public addresses that the account may use a month until it is told; one is 730. 0 is no budget.",
        "3000",
        default=1000,
        details=("There is none either in a region whose name on the bill the role does not know.",),
    ),
    "jitsi_chat_parameter": Variable(
        rules.optional(
            rules.matching(
                r"(?=.{1,200}\Z)(?!/?(?:aws|ssm))/?[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+){0,14}",
                "the name of an SSM parameter, such as /jitsi/chat-webhook",
            )
        ),
        "SSM parameter (SecureString) with the URL of a chat's incoming webhook, which then gets every alarm too.",
        "/jitsi/chat-webhook",
        default="",
        details=("The URL is known to that parameter and to the chat only.",),
    ),
}
