# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules for single values: what a value may be, in words for people and as a check.

A check yields one line a problem: ``<variable>: <value> <what is wrong>; <fix>``.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from .. import names
from ..recordings.bucket import check_name
from ..rules import Rule, matching, said_by, text
from ..times.schedule import check_timezone

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
REGION = r"[a-z]{2,4}(?:-[a-z]+){1,2}-[1-9]"
IMAGE_PART = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
IMAGE_PATH = rf"(?:{LABEL}(?:\.{LABEL})*(?::[0-9]{{1,5}})?/)?{IMAGE_PART}(?:/{IMAGE_PART})*"
MOVING_TAGS = ("latest", "stable", "unstable", "edge", "main", "master")

# The dashboard of a platform has the platform's own name, and its further ones end in these.
DASHBOARD_ENDS = tuple(filter(None, names.dashboards("").values()))
# The longest name made from jitsi_name is the IAM role "<name>-signalling-execution": 64 characters at most.
LONGEST_NAME = 40
# AWS keeps these beginnings of capacity provider and security group names to itself.
RESERVED_NAMES = ("aws", "ecs", "fargate", "sg-")
# "origin." and "turn." are put in front of the domain; a DNS name has 253 characters at most.
LONGEST_DOMAIN = 253 - len("origin.")
PRIVATE_NETWORKS = [
    ipaddress.IPv4Network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
]
FIRST_RELEASE = 11146


def name() -> Rule:
    """The name that every other name is made from."""

    def wrong(value: str) -> str | None:
        if len(value) > LONGEST_NAME:
            return f"has {len(value)} characters, so that names made from it become too long"
        if not re.fullmatch(r"[a-z]([a-z0-9-]*[a-z0-9])?", value):
            return "does not have the right form"
        if value.startswith(RESERVED_NAMES):
            return f"begins with one of {', '.join(RESERVED_NAMES)}, which AWS keeps to itself; use another name"
        if value.endswith(DASHBOARD_ENDS):
            return f"ends in one of {', '.join(DASHBOARD_ENDS)}, as dashboards of other platforms do; use another name"
        return None

    return text(f"1 to {LONGEST_NAME} lower-case letters, digits and hyphens, a letter first and no hyphen last", wrong)


def log_group() -> Rule:
    """The name of a log group."""
    return matching(r"[A-Za-z0-9_./#-]{1,512}", "1 to 512 letters, digits and _./#-")


def domain_fault(value: str) -> str | None:
    """What is wrong with a domain name, or None."""
    if "://" in value or "/" in value:
        return "is an address, not a domain name; leave out the scheme and the path"
    if value.endswith("."):
        return "ends with a dot; leave it out"
    if value != value.lower():
        return "has capital letters; write it in lower case"
    if not value.isascii():
        return "has characters that DNS does not know; write it in its xn-- form"
    if len(value) > LONGEST_DOMAIN:
        return f"has {len(value)} characters; use at most {LONGEST_DOMAIN}"
    if re.fullmatch(r"[0-9.]+", value):
        return "is an IP address"
    return None if re.fullmatch(rf"{LABEL}(?:\.{LABEL})+", value) else "is not a domain name"


def domain(example: str, longest: int = LONGEST_DOMAIN) -> Rule:
    """A domain name of two labels or more."""

    def wrong(value: str) -> str | None:
        too_long = f"has {len(value)} characters; use at most {longest}" if len(value) > longest else None
        return domain_fault(value) or too_long

    return text(f"a domain name such as {example}", wrong)


def email() -> Rule:
    """An e-mail address, as SNS takes it."""

    def wrong(value: str) -> str | None:
        local, at, host = value.rpartition("@")
        right = at and len(local) <= 64 and re.fullmatch(r"[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*", local)
        return None if right and not domain_fault(host.lower()) else "is not an e-mail address"

    return text("an e-mail address such as ops@example.com", wrong)


def port_fault(port: str) -> bool:
    """Whether a port is no number from 1 to 65535."""
    return not re.fullmatch(r"[1-9][0-9]{0,4}", port) or int(port) > 65535


def url() -> Rule:
    """The address of an AWS endpoint."""

    def wrong(value: str) -> str | None:
        if "@" in value:
            return "carries credentials; leave them out and set AWS_ACCESS_KEY_ID instead"
        parts = re.fullmatch(r"https?://(?:[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*|\[[0-9a-f:]+\])(?::([0-9]+))?/?", value)
        if not parts:
            return "is not the address of an endpoint"
        return "has a port that is not 1 to 65535" if parts[1] and port_fault(parts[1]) else None

    return text("an address such as http://127.0.0.1:5000", wrong)


def timezone() -> Rule:
    """A name of the IANA time zone database."""
    return text("an IANA time zone such as Europe/Berlin", said_by(check_timezone, "timezone {!r}: "))


def image_registry() -> Rule:
    """Where the Jitsi images are: a registry and a path, without image and tag."""

    def wrong(value: str) -> str | None:
        if "://" in value:
            return "has a scheme; leave it out"
        right = len(value) <= 200 and re.fullmatch(IMAGE_PATH, value) and re.match(r"[^/]*[.:]", value)
        return None if right else "is not a registry and path"

    return text("a registry and path without a tag, such as ghcr.io/jitsi", wrong)


def image_version() -> Rule:
    """The release of all Jitsi images."""

    def wrong(value: str) -> str | None:
        if "sha256:" in value:
            return "is a digest, which names one image, while this names the release of all Jitsi images"
        release = re.fullmatch(r"stable-([0-9]{1,6})(?:-[0-9]{1,3})?", value)
        if not release:
            return "is not a fixed release"
        if int(release[1]) < FIRST_RELEASE:
            return "is a release whose containers need other ports and privileges"
        return None

    return text(f"stable-{FIRST_RELEASE}-2 or a later one of that form", wrong)


def image() -> Rule:
    """A whole image reference, fixed by a tag or a digest."""

    def wrong(value: str) -> str | None:
        parts = re.fullmatch(rf"{IMAGE_PATH}(?::([\w][\w.-]{{0,127}}))?(@sha256:[0-9a-f]{{64}})?", value, re.ASCII)
        if not parts or len(value) > 400:
            return "is not an image reference"
        if parts[2]:
            return None
        if not parts[1]:
            return "has neither tag nor digest"
        return f"has the tag {parts[1]}, which moves" if parts[1] in MOVING_TAGS else None

    return text("a registry, path and fixed tag or digest, such as docker.io/library/caddy:2.11.7-alpine", wrong)


def instance_type() -> Rule:
    """An EC2 instance type of the machines that the images and the machine image are made for."""

    def wrong(value: str) -> str | None:
        parts = re.fullmatch(r"[a-z]{1,4}[0-9]{1,2}([a-z]*)(?:-[a-z0-9]+)?\.(?:metal|[0-9]{0,3}x?large)", value)
        if not parts:
            return "is not an instance type"
        return "has an Arm processor, while the task is made for x86" if "g" in parts[1] else None

    return text("an x86 instance type such as c6i.xlarge", wrong)


def kms_key() -> Rule:
    """The ARN of a KMS key. An alias does not do: policies need the key."""
    key = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32}"
    return matching(
        rf"arn:aws(?:-[a-z]+)*:kms:{REGION}:[0-9]{{12}}:key/(?:{key})", "the ARN of a key, arn:aws:kms:...:key/..."
    )


def bucket() -> Rule:
    """A bucket name."""
    return text("3 to 63 lower-case letters, digits and hyphens", said_by(check_name, "name {}: "))


def cidr_fault(value: Any) -> str | None:
    """What is wrong with a private IPv4 network of size /16 to /28, or None."""
    try:
        network = ipaddress.IPv4Network(value if isinstance(value, str) else "", strict=False)
    except ValueError:
        return "is not an IPv4 network; use one such as 10.90.0.0/16"
    if "/" not in value or not 16 <= network.prefixlen <= 28:
        return "has a size that AWS does not offer; use /16 to /28"
    if str(network) != value:
        return f"is not the first address of the network; use {network}"
    if not any(network.subnet_of(private) for private in PRIVATE_NETWORKS):
        return "is not a private network; use one inside 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"
    return None


def cidr() -> Rule:
    """A private IPv4 network."""
    return text("a private network of size /16 to /28 such as 10.90.0.0/16", cidr_fault)


# What most modules call the platform by.
PLATFORM = {"name": name()}
