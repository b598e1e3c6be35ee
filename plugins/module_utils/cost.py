# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a platform costs, computed from what is there.

AWS public list prices of us-east-1 in USD, Linux on x86, as of November 2026. Taxes, discounts and the free tier of an
account's first year are left out. The monthly free amounts that every account has are taken off, as if nothing else in
the account used them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import InvalidInput

HOURS_A_MONTH = 730

VCPU_HOUR = 0.04048
GIB_HOUR = 0.004445
PUBLIC_IPV4_HOUR = 0.005
DISK_GIB_MONTH = 0.08
TRAFFIC_OUT_GB = 0.09
# What one participant receives in a 1280x720 meeting, in Mbit/s.
RECEIVED_MBITS = 2.5

INSTANCE_HOUR = {
    "c5.xlarge": 0.17,
    "c5.2xlarge": 0.34,
    "c6a.xlarge": 0.153,
    "c6a.2xlarge": 0.306,
    "c6i.xlarge": 0.17,
    "c6i.2xlarge": 0.34,
    "c7i.xlarge": 0.1785,
    "c7i.2xlarge": 0.357,
    "m5.xlarge": 0.192,
    "m6i.xlarge": 0.192,
    "m7i.xlarge": 0.2016,
}


@dataclass(frozen=True)
class Item:
    """A thing that is billed by the month: its name on the bill, USD a month each, and how many are free."""

    label: str
    usd: float
    free: float = 0


IDLE_ITEMS = {
    "alarms": Item("CloudWatch alarms", 0.10, free=10),
    "dashboards": Item("CloudWatch dashboards", 3.00, free=3),
    "metrics": Item("CloudWatch metrics that still get data", 0.30, free=10),
    "secrets": Item("Secrets Manager secrets", 0.40),
    "private_zones": Item("Route 53 private hosted zones", 0.50),
    "customer_keys": Item("KMS keys of your own", 1.00),
    "log_gib": Item("CloudWatch logs kept (GiB)", 0.03, free=5),
    "recording_gib": Item("S3 recordings kept (GiB)", 0.023),
    "public_ips": Item("public IPv4 addresses", PUBLIC_IPV4_HOUR * HOURS_A_MONTH),
}


def idle_cost(counts: Mapping[str, float]) -> dict[str, Any]:
    """Bill a month in which nobody meets.

    ``counts`` maps names of ``IDLE_ITEMS`` to how many there are. Returns ``{"lines": [{"item", "quantity", "usd"}],
    "usd_month"}`` with a line for each thing that is there, free or not.
    Raises InvalidInput for an unknown name or a negative number.
    """
    unknown = sorted(set(counts) - set(IDLE_ITEMS))
    if unknown:
        raise InvalidInput(f"idle_cost {', '.join(unknown)}: has no price; known are {', '.join(IDLE_ITEMS)}.")
    lines: list[dict[str, Any]] = []
    for name, item in IDLE_ITEMS.items():
        quantity = counts.get(name, 0)
        if quantity < 0:
            raise InvalidInput(f"idle_cost {name} {quantity}: is below zero; give how many there are.")
        if quantity:
            usd = round(max(0.0, quantity - item.free) * item.usd, 2)
            lines.append({"item": item.label, "quantity": quantity, "usd": usd})
    return {"lines": lines, "usd_month": round(sum(line["usd"] for line in lines), 2)}


def fargate_hour(cpu: int, memory: int) -> float:
    """Price an hour of a Fargate task with a public address: ``cpu`` in units (1024 = 1 vCPU), ``memory`` in MiB."""
    return cpu / 1024 * VCPU_HOUR + memory / 1024 * GIB_HOUR + PUBLIC_IPV4_HOUR


def instance_hour(instance_type: str, disk_gib: float = 0) -> float | None:
    """Price an hour of an instance with its disk and a public address; None if its price is not in the table."""
    if instance_type not in INSTANCE_HOUR:
        return None
    return INSTANCE_HOUR[instance_type] + disk_gib * DISK_GIB_MONTH / HOURS_A_MONTH + PUBLIC_IPV4_HOUR


def awake_cost(tasks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Bill an hour in which these tasks run.

    A task is ``{"name", "count", "cpu", "memory"}`` on Fargate (units, MiB) or ``{"name", "count", "instance_type",
    "disk_gib"}`` on an instance of its own; ``count`` defaults to 1.
    Returns ``{"lines": [{"item", "quantity", "usd_each", "usd"}], "usd_hour", "usd_hour_per_viewer"}``.
    The sum leaves out an instance of unknown price (None), and traffic, which is billed by what participants receive.
    """
    lines: list[dict[str, Any]] = []
    for task in tasks:
        if "instance_type" in task:
            each = instance_hour(str(task["instance_type"]), float(task.get("disk_gib", 0)))
        else:
            each = fargate_hour(int(task["cpu"]), int(task["memory"]))
        count = int(task.get("count", 1))
        lines.append(
            {
                "item": task["name"],
                "quantity": count,
                "usd_each": None if each is None else round(each, 4),
                "usd": None if each is None else round(count * each, 4),
            }
        )
    return {
        "lines": lines,
        "usd_hour": round(sum(line["usd"] or 0 for line in lines), 4),
        "usd_hour_per_viewer": round(RECEIVED_MBITS * 3600 / 8 / 1000 * TRAFFIC_OUT_GB, 2),
    }
