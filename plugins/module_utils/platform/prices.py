# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a platform costs, computed from what is there.

AWS public list prices of us-east-1 in USD, Linux on x86, as of ``PRICES_OF``. Taxes, discounts and the free tier of an
account's first year are left out. The monthly free amounts that every account has are taken off, as if nothing else in
the account used them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidInput

PRICES_OF = "2026-11"
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
    """A thing that is billed by the month: its name, USD a month each, and how many every account has free."""

    label: str
    usd: float
    free: float = 0


IDLE_ITEMS = {
    "alarms": Item("CloudWatch alarms", 0.10, free=10),
    "dashboards": Item("CloudWatch dashboards", 3.00, free=3),
    "metrics": Item("CloudWatch metrics that still get data", 0.30, free=10),
    "secrets": Item("Secrets Manager secrets", 0.40),
    "private_zones": Item("Route 53 private hosted zones", 0.50),
    "public_zones": Item("Route 53 hosted zones made for it", 0.50),
    "customer_keys": Item("KMS keys of your own", 1.00),
    "log_gib": Item("CloudWatch logs kept (GiB)", 0.03, free=5),
    "recording_gib": Item("S3 recordings kept (GiB)", 0.023),
    "infrequent_gib": Item("S3 recordings rarely read (GiB)", 0.0125),
    "archive_gib": Item("S3 recordings archived (GiB)", 0.004),
    "file_system_gib": Item("EFS for certificates (GiB)", 0.30),
    "public_ips": Item("public IPv4 addresses", PUBLIC_IPV4_HOUR * HOURS_A_MONTH),
    # Billed by use alone, and there is none while nobody meets.
    "functions": Item("Lambda functions", 0),
    "distributions": Item("CloudFront distributions", 0),
    "tables": Item("DynamoDB tables, on demand", 0),
}

# What is billed by use: USD for so many units, and how many of these are free each month.
USE_ITEMS = (
    ("traffic out to participants (GB)", TRAFFIC_OUT_GB, "100 GB"),
    ("CloudFront traffic (GB)", 0.085, "1 TB"),
    ("CloudFront requests (10,000)", 0.01, "10 million"),
    ("CloudWatch logs written (GB)", 0.50, "5 GB"),
    ("CloudWatch metric that gets data, an hour", 0.30 / HOURS_A_MONTH, "10 metrics"),
    ("Lambda requests (1 million)", 0.20, "1 million"),
    ("Lambda time (GB-second on arm64)", 0.0000133334, "400,000 GB-seconds"),
    ("DynamoDB writes (1 million)", 0.625, "none"),
    ("DNS queries of your zone (1 million)", 0.40, "none"),
)


def idle_cost(counts: Mapping[str, float]) -> dict[str, Any]:
    """Bill a month in which nobody meets.

    ``counts`` maps names of ``IDLE_ITEMS`` to how many there are. Returns ``{"lines": [{"item", "quantity",
    "usd_gross", "usd_free", "usd"}], "usd_month_gross", "usd_month"}`` with a line for each thing that is there, free
    or not: the list price, what every account has free of it, and what is to pay.
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
            gross = round(quantity * item.usd, 2)
            free = round(min(quantity, item.free) * item.usd, 2)
            shown = {"item": item.label, "quantity": quantity}
            lines.append({**shown, "usd_gross": gross, "usd_free": free, "usd": round(gross - free, 2)})
    return {
        "lines": lines,
        "usd_month_gross": round(sum(line["usd_gross"] for line in lines), 2),
        "usd_month": round(sum(line["usd"] for line in lines), 2),
    }


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


def use_cost() -> list[dict[str, Any]]:
    """Prices of what is billed by use: ``[{"item", "usd", "free"}]``."""
    return [{"item": item, "usd": round(usd, 10), "free": free} for item, usd, free in USE_ITEMS]


def alarms_billed(alarms: Iterable[Mapping[str, Any]]) -> int:
    """Alarms as they are billed: one over metric math counts for each metric in it."""
    return sum(max(1, sum("MetricStat" in query for query in alarm.get("Metrics") or ())) for alarm in alarms)


def task_size(kind: str, task: Mapping[str, Any], instance: Mapping[str, Any] | None) -> dict[str, Any]:
    """What one task takes, as ``awake_cost`` wants it, of a registered task definition and, if it runs on an instance
    of its own, of that instance's launch template."""
    if "FARGATE" in task.get("requiresCompatibilities", ()) or instance is None:
        return {"name": kind, "cpu": int(task["cpu"]), "memory": int(task["memory"])}
    disks = [mapping.get("Ebs", {}).get("VolumeSize", 0) for mapping in instance.get("BlockDeviceMappings", ())]
    return {"name": kind, "instance_type": instance["InstanceType"], "disk_gib": sum(disks)}
