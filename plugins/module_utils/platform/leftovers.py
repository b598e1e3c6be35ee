# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What is left of a platform that was destroyed, and what it costs.

A thing is ``{"kind", "name", "id", "usd_month", "note"}``; its price is None where only use is billed or it is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .. import names
from . import prices

Thing = dict[str, Any]

# What may be kept on purpose: option -> kind of thing.
KEPT = {"recordings": "bucket", "secret": "secret", "log group": "log group", "hosted zone": "hosted zone"}
# Scheduled for deletion.
DELETED_SECRET = "deleted secret"
# Of a thing of this kind AWS bills so much a month.
PRICES = {
    "secret": prices.IDLE_ITEMS["secrets"].usd,
    "hosted zone": prices.IDLE_ITEMS["public_zones"].usd,
    "namespace": prices.IDLE_ITEMS["private_zones"].usd,
    "alarm": prices.IDLE_ITEMS["alarms"].usd,
    "dashboard": prices.IDLE_ITEMS["dashboards"].usd,
}
_ZONE = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d[a-z]")


def thing(kind: str, name: str, identity: str = "", usd_month: float | None = None, note: str = "") -> Thing:
    """A thing that was found. Without a price of its own it has the one of its kind, else 0."""
    price = PRICES.get(kind, 0.0) if usd_month is None else usd_month
    return {"kind": kind, "name": name, "id": identity or name, "usd_month": round(price, 2), "note": note}


def name_tags(name: str, bucket: str) -> list[str]:
    """Values of the tag Name that the platform's resources have, but for those of its subnets."""
    tags = [
        name,
        *names.security_groups(name).values(),
        names.storage_group(name),
        names.roles(name)["recorder_instance"],
        names.topic(name),
        names.cluster(name),
        names.table(name),
        names.secret(name),
        names.namespace(name),
        names.discovery_host(name),
    ]
    return [*tags, bucket] if bucket else tags


def is_subnet(name: str, tag: str) -> bool:
    """Whether a subnet of the platform has this name: that of its zone comes after it."""
    beginning = names.subnet(name, "")
    return tag.startswith(beginning) and bool(_ZONE.fullmatch(tag.removeprefix(beginning)))


def unlisted(arns: Iterable[str], things: Sequence[Mapping[str, Any]]) -> list[str]:
    """Those of the ARNs that no thing of the list stands for."""
    ends = tuple(f"{mark}{item['id']}" for item in things for mark in ("/", ":"))
    ids = {item["id"] for item in things}
    return sorted(arn for arn in arns if arn not in ids and not arn.endswith(ends))


def is_kept(item: Mapping[str, Any], kept: Iterable[str]) -> bool:
    """Whether a thing is of what was to be kept, or is on its way out and costs nothing."""
    return item["kind"] in {DELETED_SECRET, *(KEPT[option] for option in kept)}


def summary(name: str, left: Sequence[Thing], kept: Sequence[Thing], tagged: Sequence[str]) -> list[str]:
    """The listing for people, a line each."""
    lines = []
    if left:
        lines += [f"Of {name} this is left, {_usd(left)}; run again:", *map(_line, left)]
    else:
        lines.append(f"Nothing of {name} is left that was to go.")
    if kept:
        lines += [f"Kept, {_usd(kept)}:", *map(_line, kept)]
    else:
        lines.append("Nothing was kept.")
    if tagged:
        lines += [
            "AWS's index of tags, which forgets what was deleted hours later, still has the following. What is there "
            "tomorrow, somebody else has made:",
            *(f"  {arn}" for arn in tagged),
        ]
    return lines


def _usd(things: Sequence[Thing]) -> str:
    return f"{sum(item['usd_month'] for item in things):.2f} USD a month by list price of {prices.PRICES_OF}"


def _line(item: Thing) -> str:
    identity = f" ({item['id']})" if item["id"] != item["name"] else ""
    note = f"; {item['note']}" if item["note"] else ""
    return f"  {item['kind']} {item['name']}{identity}: {item['usd_month']:.2f} USD a month{note}"
