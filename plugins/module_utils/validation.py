# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules for single values: what a value may be, in words for people and as a check.

A check yields one line a problem: ``<variable>: <value> <what is wrong>; <fix>``.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .bucket import check_name
from .errors import InvalidInput
from .schedule import check_timezone

Check = Callable[[str, Any], Iterator[str]]

LONGEST_SHOWN = 80
KINDS = {"bool": "true or false", "int": "a whole number", "str": "text", "list": "a list", "dict": "a dictionary"}
TYPES = {"bool": bool, "int": int, "str": str, "list": list, "dict": dict}
BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}
WHOLE_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
# What could be a password, a key or a token: not echoed. An image's digest is none.
SECRET_LIKE = re.compile(
    r"(?<=://)[^/@\s]*(?=@)|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|(?<!sha256:)\b(?=[0-9a-f]*[0-9])(?=[0-9a-f]*[a-f])[0-9a-f]{32,}\b"
    r"|(?<![\w/+])(?=[\w/+]*[0-9])(?=[\w/+]*[a-z])(?=[\w/+]*[A-Z])[A-Za-z0-9/+]{40}(?![\w/+])"
    # The URL of a chat's webhook is a secret as a whole.
    r"|(?<=/hooks/)[^\s']+|(?<=/services/)[^\s']+|(?<=/webhooks/)[^\s']+"
)

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
REGION = r"[a-z]{2,4}(?:-[a-z]+){1,2}-[1-9]"
IMAGE_PART = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
IMAGE_PATH = rf"(?:{LABEL}(?:\.{LABEL})*(?::[0-9]{{1,5}})?/)?{IMAGE_PART}(?:/{IMAGE_PART})*"
MOVING_TAGS = ("latest", "stable", "unstable", "edge", "main", "master")

# The dashboard of a platform has the platform's own name, and its further ones end in these.
DASHBOARD_ENDS = ("-capacity", "-recording")
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


@dataclass(frozen=True)
class Rule:
    """What a value may be.

    ``kind`` is bool, int, str, list or dict. ``allowed`` completes "use ..." in messages and in docs/variables.md.
    ``check`` gets the variable's name and a value of that kind. ``choices`` are all values, and ``limits`` the least
    and the greatest, where a rule knows them.
    """

    kind: str
    allowed: str
    check: Check
    choices: tuple[int | str, ...] = ()
    limits: tuple[int, int] | None = None

    def parse(self, value: Any) -> Any:
        """Return the value in its kind. Text is taken for numbers and booleans, which is what
        ``-e name=value`` gives. Raise InvalidInput("<what is wrong>; <fix>") for any other kind."""
        if self.kind == "bool" and isinstance(value, str):
            value = BOOLEANS.get(value.lower(), value)
        elif self.kind == "int" and isinstance(value, str) and WHOLE_NUMBER.fullmatch(value):
            value = int(value)
        # For Python a boolean is a number too; here it is not.
        if not isinstance(value, TYPES[self.kind]) or (self.kind == "int" and isinstance(value, bool)):
            raise InvalidInput(f"is not {KINDS[self.kind]}; use {self.allowed}")
        return value


def shown(value: Any) -> str:
    """Show a value in a message: one line of ASCII, shortened, without what looks like a secret."""
    text = ascii(value[: LONGEST_SHOWN * 2] if isinstance(value, str) else value)
    text = SECRET_LIKE.sub("<hidden>", text)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."


def problem(where: str, value: Any, text: str) -> str:
    """Make the line of one problem. ``text`` is "<what is wrong>; <fix>"."""
    return f"{where}: {shown(value)} {text}"


def nearest(name: str, known: Collection[str], otherwise: str) -> str:
    """Say which known name was probably meant, if one is near."""
    close = difflib.get_close_matches(name[:LONGEST_SHOWN], known, 1)
    return f"did you mean {close[0]}?" if close else otherwise


def flag() -> Rule:
    """True or false."""
    return Rule("bool", "true or false", lambda where, value: iter(()))


def between(low: int, high: int, unit: str = "") -> Rule:
    """A whole number from low to high."""
    allowed = f"{low} to {high}{unit and ' ' + unit}"

    def check(where: str, value: int) -> Iterator[str]:
        if not low <= value <= high:
            yield problem(where, value, f"is out of range; use {allowed}")

    return Rule("int", allowed, check, limits=(low, high))


def one_of(*choices: int | str) -> Rule:
    """One of several numbers, or one of several words."""
    allowed = "one of " + ", ".join(str(choice) for choice in choices)

    def check(where: str, value: int | str) -> Iterator[str]:
        if value not in choices:
            yield problem(where, value, f"is not offered; use {allowed}")

    return Rule("int" if isinstance(choices[0], int) else "str", allowed, check, choices)


def text(allowed: str, wrong: Callable[[str], str | None]) -> Rule:
    """Text that ``wrong`` finds nothing wrong with. It returns what is wrong, or None."""

    def check(where: str, value: str) -> Iterator[str]:
        if fault := wrong(value):
            yield problem(where, value, fault if "; " in fault else f"{fault}; use {allowed}")

    return Rule("str", allowed, check)


def said_by(check: Callable[[str], object], prefix: str) -> Callable[[str], str | None]:
    """Take what is wrong from a check that raises InvalidInput, without the prefix that repeats the value."""

    def wrong(value: str) -> str | None:
        if len(value) > 256 or not value.isprintable():
            return "is too long or has characters that cannot be printed"
        try:
            check(value)
        except InvalidInput as error:
            return str(error).removeprefix(prefix.format(value))
        return None

    return wrong


def matching(pattern: str, allowed: str) -> Rule:
    """Text of a form. Whitespace at either end never matches."""
    return text(allowed, lambda value: None if re.fullmatch(pattern, value) else "does not have the right form")


def optional(rule: Rule) -> Rule:
    """The same, or empty."""

    def check(where: str, value: str) -> Iterator[str]:
        if value:
            yield from rule.check(where, value)

    return Rule("str", f"empty, or {rule.allowed}", check)


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


def line(what: str, longest: int = 200) -> Rule:
    """Text of one line, which may be empty."""

    def wrong(value: str) -> str | None:
        if len(value) > longest:
            return f"has {len(value)} characters; use at most {longest}"
        return None if value.isprintable() else "has characters that do not print, such as the end of a line"

    return text(f"{what}, of at most {longest} characters", wrong)


def path(what: str = "a path") -> Rule:
    """A path on this machine or on the host of the timers."""

    def wrong(value: str) -> str | None:
        if not value.strip() or value != value.strip():
            return "is empty, or has blanks at an end"
        return (
            None if value.isprintable() and len(value) <= 4096 else "is too long, or has characters that do not print"
        )

    return text(what, wrong)


def readable() -> Rule:
    """A file of this machine that can be read, or nothing."""
    return text(
        "a file that is there", lambda value: None if not value or os.access(value, os.R_OK) else "cannot be read"
    )


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
        rf"arn:aws(?:-[a-z]+)*:kms:{REGION}:[0-9]{{12}}:key/(?:{key})",
        "the ARN of a key, arn:aws:kms:...:key/...",
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


def check_options(rules: Mapping[str, Rule], options: Mapping[str, Any]) -> None:
    """Raise InvalidInput for the first option that its rule finds something wrong with. None is no value."""
    for option, rule in rules.items():
        if options[option] is not None:
            for fault in rule.check(option, options[option]):
                raise InvalidInput(fault)
