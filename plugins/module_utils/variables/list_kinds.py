# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Rules for variables that hold several values: subnets, servers, tags, schedules. See validation.py."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ..errors import InvalidInput
from ..rules import Check, Rule, flag, matching, nearest, problem, said_by, text
from ..times.schedule import check_schedule
from .kinds import REGION, cidr_fault, domain_fault, port_fault, timezone

# A resource has 50 tags at most; the collection and ECS add Name, Environment and AmazonECSManaged.
MOST_TAGS = 47
OWN_TAGS = ("name", "environment")
TAG_CHARACTERS = "letters, digits, spaces and _.:/=+-@, but not aws: first"


def keys(where: str, item: Any, needed: Collection[str], also: Collection[str] = ()) -> Iterator[str]:
    """Check that an item is a dictionary with the needed keys and no unknown one."""
    if not isinstance(item, Mapping):
        yield problem(where, item, f"is not a dictionary; use the keys {', '.join(needed)}")
        return
    known = (*needed, *also)
    fix = f"use {', '.join(known)}"
    for key in sorted(set(map(str, item)) - set(known)):
        yield problem(where, key, f"is not a key; {nearest(key, known, fix)}")
    if missing := [key for key in needed if key not in item]:
        yield problem(where, dict(item), f"lacks {', '.join(missing)}; add it")


def subnets() -> Rule:
    """Two subnets or more, in two zones or more."""

    def check(where: str, value: list[Any]) -> Iterator[str]:
        faults = []
        for index, item in enumerate(value):
            here = f"{where}[{index}]"
            found = list(keys(here, item, ("cidr", "zone")))
            if not found:
                if fault := cidr_fault(item["cidr"]):
                    found.append(problem(f"{here}.cidr", item["cidr"], fault))
                if not isinstance(item["zone"], str) or not re.fullmatch(rf"{REGION}[a-z]", item["zone"]):
                    found.append(problem(f"{here}.zone", item["zone"], "is not a zone; use one such as us-east-1a"))
            faults += found
        if not faults and len({item["zone"] for item in value}) < 2:
            faults.append(problem(where, value, "is not in two zones; use at least two subnets in different zones"))
        yield from faults

    return Rule("list", "two or more subnets {cidr, zone} in two or more zones", check)


def some_of(*choices: str) -> Rule:
    """None, some or all of these, each once."""

    def check(where: str, value: list[Any]) -> Iterator[str]:
        for index, item in enumerate(value):
            if item not in choices:
                fix = f"use {', '.join(choices)}"
                yield problem(f"{where}[{index}]", item, f"is not offered; {nearest(str(item), choices, fix)}")
            elif item in value[:index]:
                yield problem(f"{where}[{index}]", item, "is there twice; remove one")

    return Rule("list", f"some of {', '.join(choices)}", check)


def stun_servers() -> Rule:
    """Hosts and ports of STUN servers, or none."""

    def check(where: str, value: list[Any]) -> Iterator[str]:
        for index, server in enumerate(value):
            host, colon, port = server.rpartition(":") if isinstance(server, str) else ("", "", "")
            address = re.fullmatch(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}", host, re.ASCII)
            if not colon or port_fault(port) or (not address and domain_fault(host)):
                yield problem(f"{where}[{index}]", server, "is not host:port; use one such as stun.example.com:3478")
            elif server in value[:index]:
                yield problem(f"{where}[{index}]", server, "is there twice; remove one")

    return Rule("list", "any number of host:port", check)


def frame_ancestors() -> Rule:
    """Sites as the directive frame-ancestors of a Content-Security-Policy takes them."""

    def check(where: str, value: list[Any]) -> Iterator[str]:
        for index, site in enumerate(value):
            host = site.removeprefix("https://").removeprefix("*.") if isinstance(site, str) else ""
            if site != "*" and (not str(site).startswith("https://") or domain_fault(host)):
                fix = "use one such as https://intranet.example.com or https://*.example.com, or * for all"
                yield problem(f"{where}[{index}]", site, f"is not a site; {fix}")
            elif site in value[:index]:
                yield problem(f"{where}[{index}]", site, "is there twice; remove one")

    return Rule("list", "sites such as https://intranet.example.com, or * for all", check)


def tags(set_here: Collection[str] = OWN_TAGS) -> Rule:
    """Tags for every resource, but for keys that the collection sets."""

    def check(where: str, value: dict[Any, Any]) -> Iterator[str]:
        if len(value) > MOST_TAGS:
            yield problem(where, len(value), f"tags are too many; use at most {MOST_TAGS}")
        seen: set[str] = set()
        for key, content in value.items():
            if not isinstance(key, str) or not re.fullmatch(r"[\w .:/=+@-]{1,128}", key):
                yield problem(where, key, f"is not a key; use 1 to 128 {TAG_CHARACTERS}")
            elif key.lower().startswith("aws:"):
                yield problem(where, key, "begins with aws:, which AWS keeps to itself; use another key")
            elif key.lower() in set_here:
                yield problem(where, key, "is set by this collection; remove it")
            elif key.lower() in seen:
                yield problem(where, key, "differs from another key only in capital letters; remove one")
            elif not isinstance(content, str):
                yield problem(f"{where}.{key}", content, "is not text; put it in quotes")
            elif not re.fullmatch(r"(?!(?i:aws:))[\w .:/=+@-]{0,256}", content):
                yield problem(f"{where}.{key}", content, f"is not a value; use up to 256 {TAG_CHARACTERS}")
            seen.add(str(key).lower())

    return Rule("dict", f"up to {MOST_TAGS} tags; keys and values of {TAG_CHARACTERS}", check)


def image_digests() -> Rule:
    """Digests of the Jitsi images, by name and release."""

    def check(where: str, value: dict[Any, Any]) -> Iterator[str]:
        for key, digest in value.items():
            if not isinstance(key, str) or not re.fullmatch(r"(web|prosody|jicofo|jvb|jibri):stable-[0-9-]{1,20}", key):
                yield problem(where, key, "is not an image and its release; use such as web:stable-11146-2")
            elif not isinstance(digest, str) or not re.fullmatch(r"sha256:[0-9a-f]{64}", digest):
                yield problem(where, digest, "is not a digest; use sha256: and 64 hexadecimal digits")

    return Rule("dict", "digests by image and release, such as web:stable-11146-2", check)


def schedules() -> Rule:
    """When to wake and when to sleep, such as office hours."""
    expression = text("an expression such as cron(0 8 ? * MON-FRI *)", said_by(check_schedule, "schedule {!r}: "))
    rules = {"schedule": expression, "awake": flag(), "timezone": timezone()}

    def check(where: str, value: list[Any]) -> Iterator[str]:
        for index, item in enumerate(value):
            here = f"{where}[{index}]"
            if found := list(keys(here, item, ("name", "schedule", "awake"), ("timezone",))):
                yield from found
                continue
            own_name, earlier = item["name"], [other.get("name") for other in value[:index] if isinstance(other, dict)]
            if not isinstance(own_name, str) or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", own_name):
                yield problem(f"{here}.name", own_name, "is not a name; use 1 to 64 letters, digits, hyphens and _")
            elif own_name in earlier:
                yield problem(f"{here}.name", own_name, "is there twice; use another name")
            for key, rule in rules.items():
                if key in item:
                    yield from item_problems(rule, f"{here}.{key}", item[key])

    return Rule("list", "schedules {name, schedule, awake, timezone}", check)


def item_problems(rule: Rule, where: str, value: Any) -> Iterator[str]:
    """Check one value of an item by the rule for its kind."""
    try:
        yield from rule.check(where, rule.parse(value))
    except InvalidInput as error:
        yield problem(where, value, str(error))


def environment_variables() -> Rule:
    """Environment variables. Their values may be secret, so no message has one."""

    def check(where: str, value: dict[Any, Any]) -> Iterator[str]:
        for key, content in value.items():
            if not isinstance(key, str) or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,127}", key):
                yield problem(where, key, "is not the name of an environment variable; use letters, digits and _")
            elif not isinstance(content, str):
                yield f"{where}.{key}: the value is not text; put it in quotes"

    return Rule("dict", "environment variables with text values", check)


class Words(Rule):
    """A list, or text with commas between the items."""

    def parse(self, value: Any) -> Any:
        if isinstance(value, str):
            value = [item.strip() for item in value.split(",") if item.strip()]
        return super().parse(value)


def each(rule: Rule, most: int = 1000) -> Check:
    """Check every item of a list by the same rule."""

    def check(where: str, value: list[Any]) -> Iterator[str]:
        if len(value) > most:
            yield problem(where, len(value), f"are too many; use at most {most}")
            return
        for index, item in enumerate(value):
            yield from item_problems(rule, f"{where}[{index}]", item)

    return check


def dictionaries(allowed: str, needed: Collection[str], also: Collection[str] = ()) -> Rule:
    """One dictionary or more with these keys, whose values others check."""

    def check(where: str, value: list[Any]) -> Iterator[str]:
        if not value:
            yield problem(where, value, f"is empty; use one or more {allowed}")
        for index, item in enumerate(value):
            yield from keys(f"{where}[{index}]", item, needed, also)

    return Rule("list", f"one or more {allowed}", check)


def rights() -> Rule:
    """Credentials of AWX by what they may do."""
    known = ("look", "operate", "site", "destroy", "password")
    fix = f"use {', '.join(known)}"

    def check(where: str, value: dict[Any, Any]) -> Iterator[str]:
        for right, credential in value.items():
            if right not in known:
                yield problem(where, right, f"is not known; {nearest(str(right), known, fix)}")
            elif not isinstance(credential, str) or not credential.strip():
                yield problem(f"{where}.{right}", credential, "is no name; use the name of a credential in AWX")

    return Rule("dict", "names of credentials by rights: look, operate, site, destroy, password", check)


def registries() -> Rule:
    """Other addresses of registries."""

    def check(where: str, value: dict[Any, Any]) -> Iterator[str]:
        address = matching(
            r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?/?", "an address such as https://mirror.example.com"
        )
        for host, other in value.items():
            if not isinstance(host, str) or not host or domain_fault(host.rpartition(":")[0] or host):
                yield problem(where, host, "is not the name of a registry; use one such as docker.io")
            elif not isinstance(other, str):
                yield problem(f"{where}.{host}", other, f"is not text; use {address.allowed}")
            else:
                yield from address.check(f"{where}.{host}", other)

    return Rule("dict", "addresses by registry, such as {docker.io: 'https://mirror.example.com'}", check)


def key_names() -> Words:
    """Keys of the secret document."""
    return Words("list", "names of keys", each(matching("[a-z][a-z0-9_]{0,63}", "a key's name, such as wake_pin")))
