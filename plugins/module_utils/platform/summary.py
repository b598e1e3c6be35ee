# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The end of a run, told to a person: where the platform is, what it has, how it is, what it costs, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .. import names

STATES = {"absent": "not built yet", "asleep": "asleep: no task runs and none is wanted", "awake": "awake"}
TITLES = {"signalling": "Signalling", "bridge": "Bridges", "recorder": "Recorders"}
Lines = list[str]


def lines(
    platform: Mapping[str, Any],
    domain: str,
    cost: Mapping[str, Any],
    recording_bucket: str = "",
    endpoint_url: str = "",
    life: Mapping[str, Any] | None = None,
) -> Lines:
    """Write the summary.

    ``platform`` is what the module platform_info returns, ``cost`` what cost_info does, ``life``, if it was asked for,
    what lifecycle_info does. No ``recording_bucket`` means that recording is off.
    """
    built = platform["state"] != "absent"
    return [
        _line("Where", f"https://{domain}"),
        _line("Platform", f"{platform['name']} in {platform['region']}, account {platform['account_id']}"),
        *([_line("Endpoint", f"{endpoint_url} (not AWS)")] if endpoint_url else []),
        *(_life(life) if life else [_line("State", STATES[platform["state"]])]),
        *(_services(platform) + _kept(platform, cost["counts"], recording_bucket) if built else []),
        *_asleep(cost["asleep"], cost["prices_of"]),
        *_awake(cost["awake"]),
        _line("Next", _next(platform["state"])),
    ]


def _line(title: str, text: str) -> str:
    return f"{title:<12}{text}"


def _detail(text: str, usd: float | Mapping[str, Any] | None = None) -> str:
    if usd is None:
        return f"{'':<14}{text}"
    if isinstance(usd, Mapping):
        listed = f"  (list {usd['usd_gross']:.2f})" if usd["usd_gross"] != usd["usd"] else ""
        return f"{'':<14}{text:<40}{usd['usd']:>6.2f}{listed}"
    return f"{'':<14}{text:<40}{usd:>6.2f}"


def _amount(quantity: float) -> str:
    return f"{quantity:.3g}" if isinstance(quantity, float) else str(quantity)


def _services(platform: Mapping[str, Any]) -> Lines:
    written = []
    for kind, service in platform["services"].items():
        if service["task_definition"]:
            limits = platform.get("scalable_targets", {}).get(kind)
            scale = f", scales {limits['min']} to {limits['max']}" if limits else ""
            text = f"{service['name']}: {service['running']} of {service['desired']} running{scale}"
            written.append(_line(TITLES[kind], text))
    return written


def _kept(platform: Mapping[str, Any], counts: Mapping[str, Any], recording_bucket: str) -> Lines:
    name = platform["name"]
    things = ("alarm", "alarms"), ("dashboard", "dashboards")
    numbers = ", ".join(f"{counts[key]} {thing}{'' if counts[key] == 1 else 's'}" for thing, key in things)
    return [
        _line("Cluster", _cluster(platform)),
        _line("Secret", names.secret(name) if counts["secrets"] else "none"),
        _line("Recordings", recording_bucket or "off"),
        _line("Watching", f"{numbers}; logs in {names.log_group(name)}"),
    ]


def _asleep(bill: Mapping[str, Any], prices_of: str) -> Lines:
    return [
        _line(
            "Asleep",
            f"{bill['usd_month']:.2f} USD a month (list {bill['usd_month_gross']:.2f}, less what every account has"
            f" free; us-east-1, {prices_of})",
        ),
        *(_detail(f"{line['item']} ({_amount(line['quantity'])})", line) for line in bill["lines"]),
    ]


def _awake(bill: Mapping[str, Any]) -> Lines:
    each = {line["item"]: line["usd_each"] for line in bill["lines"]}
    if not {"signalling", "bridge"} <= set(each):
        return []
    return [
        _line("Awake", f"{each['signalling'] + each['bridge']:.2f} USD an hour with one bridge"),
        *(_detail(f"a further {kind}", usd) for kind, usd in each.items() if kind != "signalling" and usd is not None),
        _detail("video that a participant receives", bill["usd_hour_per_viewer"]),
    ]


def _next(state: str) -> str:
    if state == "absent":
        return "build it: playbooks/site.yml"
    wish, how = ("awake", "wake it up") if state == "asleep" else ("asleep", "put it to sleep")
    return f"see more: playbooks/status.yml; {how}: playbooks/runbooks/scale.yml -e scale_to={wish}"


def _life(life: Mapping[str, Any]) -> Lines:
    by = f", by {life['by']}" if life["by"] else ""
    since = f" since {life['since']}{by}" if life["since"] else ""
    awake = f"; awake since {life['woken_at']}" if life["phase"] == "draining" and life["woken_at"] else ""
    written = [_line("State", f"{life['phase']}{since}{awake}")]
    if life["phase"] not in ("asleep", "absent"):
        people, busy, waiting = life["participants"], life["recorders_busy"], life["recordings_waiting"]
        written.append(_line("Meeting", "nobody has told how many" if people is None else f"{people} participants"))
        if busy is not None:
            kept = f"; up to {waiting} recordings wait on one" if waiting else ""
            written.append(_line("Recording", f"{'a recorder is at work' if busy else 'no recorder is at work'}{kept}"))
    coming = life["next_schedule"]
    if coming:
        written.append(_line("Schedule", f"{'wakes' if coming['awake'] else 'lets sleep'} at {coming['at']}"))
    return written


def _cluster(platform: Mapping[str, Any]) -> str:
    return str(platform["cluster_arn"]).rpartition("/")[2]
