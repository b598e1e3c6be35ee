# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The end of a run, told to a person: where the platform is, what it has, how it is, what it costs, what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from . import cost

STATES = {
    "absent": "not built yet",
    "asleep": "asleep: no task runs and none is wanted",
    "awake": "awake",
}
TITLES = {"signalling": "Signalling", "bridge": "Bridges", "recorder": "Recorders"}
Lines = list[str]


def lines(
    platform: Mapping[str, Any],
    domain: str,
    tasks: Sequence[Mapping[str, Any]],
    recording_bucket: str = "",
    endpoint_url: str = "",
) -> Lines:
    """Write the summary.

    ``platform`` is what the module platform_info returns. ``tasks`` is what one task of each kind takes, as
    ``cost.awake_cost`` wants it, with the kinds as names. No ``recording_bucket`` means that recording is off.
    """
    built = platform["state"] != "absent"
    return [
        _line("Where", f"https://{domain} (its DNS record is not managed yet)"),
        _line("Platform", f"{platform['name']} in {platform['region']}, account {platform['account_id']}"),
        *([_line("Endpoint", f"{endpoint_url} (not AWS)")] if endpoint_url else []),
        _line("State", STATES[platform["state"]]),
        *(_services(platform) + _kept(platform, recording_bucket) if built else []),
        *_asleep(platform["counts"]),
        *_awake(tasks),
        *(_next(platform, endpoint_url) if built else [_line("Next", "build it: playbooks/site.yml")]),
    ]


def _line(title: str, text: str) -> str:
    return f"{title:<12}{text}"


def _detail(text: str, usd: float | None = None) -> str:
    return f"{'':<14}{text}" if usd is None else f"{'':<14}{text:<40}{usd:>6.2f}"


def _services(platform: Mapping[str, Any]) -> Lines:
    written = []
    for kind, service in platform["services"].items():
        if service["task_definition"]:
            limits = platform["scalable_targets"].get(kind)
            scale = f", scales {limits['min']} to {limits['max']}" if limits else ""
            text = f"{service['name']}: {service['running']} of {service['desired']} running{scale}"
            written.append(_line(TITLES[kind], text))
    return written


def _kept(platform: Mapping[str, Any], recording_bucket: str) -> Lines:
    name, counts = platform["name"], platform["counts"]
    things = ("alarm", "alarms"), ("dashboard", "dashboards"), ("metric filter", "metric_filters")
    numbers = ", ".join(f"{counts[key]} {thing}{'' if counts[key] == 1 else 's'}" for thing, key in things)
    return [
        _line("Cluster", _cluster(platform)),
        _line("Secret", f"{name}-jitsi-secrets" if counts["secrets"] else "none"),
        _line("Recordings", recording_bucket or "off"),
        _line("Watching", f"{numbers}; logs in /ecs/{name}"),
    ]


def _asleep(counts: Mapping[str, Any]) -> Lines:
    bill = cost.idle_cost({name: count for name, count in counts.items() if name in cost.IDLE_ITEMS})
    return [
        _line("Asleep", f"{bill['usd_month']:.2f} USD a month, and by size what logs and recordings hold"),
        *(_detail(f"{line['item']} ({line['quantity']})", line["usd"]) for line in bill["lines"]),
    ]


def _awake(tasks: Sequence[Mapping[str, Any]]) -> Lines:
    bill = cost.awake_cost(tasks)
    each = {line["item"]: line["usd_each"] for line in bill["lines"]}
    return [
        _line("Awake", f"{each['signalling'] + each['bridge']:.2f} USD an hour with one bridge (prices of us-east-1)"),
        *(_detail(f"a further {kind}", usd) for kind, usd in each.items() if kind != "signalling" and usd is not None),
        _detail("video that a participant receives", bill["usd_hour_per_viewer"]),
    ]


def _next(platform: Mapping[str, Any], endpoint_url: str) -> Lines:
    command = f"aws ecs update-service --region {platform['region']} --cluster {_cluster(platform)}"
    if endpoint_url:
        command += f" --endpoint-url {endpoint_url}"
    what, desired = ("wake it up", 1) if platform["state"] == "asleep" else ("put it to sleep", 0)
    return [
        _line("Next", f"see this again: playbooks/status.yml; {what}:"),
        *(
            _detail(f"{command} --service {platform['services'][kind]['name']} --desired-count {desired}")
            for kind in ("signalling", "bridge")
        ),
    ]


def _cluster(platform: Mapping[str, Any]) -> str:
    return str(platform["cluster_arn"]).rpartition("/")[2]
