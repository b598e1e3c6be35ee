# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What belongs in the report of an incident: its timeline, its summary, its figures, and the archive of all."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .. import names
from ..times.moments import iso

MOST_EVENTS = 1000
MINUTE = 60
# CloudWatch keeps minutes for 15 days.
COARSE = 15 * 86400

# Column -> (metric, statistic) of the platform's own metrics.
FIGURES = {
    "participants": ("Participants", "Maximum"),
    "conferences": ("Conferences", "Maximum"),
    "bridges": ("Bridges", "Maximum"),
    "bridge_participants_max": ("BridgeParticipants", "Maximum"),
    "stress_max": ("Stress", "Maximum"),
    "recorders": ("RecorderBusy", "SampleCount"),
    "recorders_busy": ("RecorderBusy", "Sum"),
    "recordings_waiting": ("RecordingsWaiting", "Sum"),
    "disk_percent_max": ("DiskPercent", "Maximum"),
    "uploads": ("UploadResult", "SampleCount"),
    "uploads_ok": ("UploadResult", "Sum"),
    "wakes": ("Wakes", "Sum"),
    "wake_seconds": ("TimeToWake", "Maximum"),
    "awake_minutes": ("AwakeMinutes", "Maximum"),
}
# Column -> (metric, statistic) of a service; the kind comes before.
SERVICE_FIGURES = {"cpu": ("CPUUtilization", "Average"), "memory": ("MemoryUtilization", "Average")}


class Event(NamedTuple):
    """Something that happened: when (UTC), of which kind, and what."""

    at: dt.datetime
    kind: str
    text: str


def alarm_events(history: Iterable[Mapping[str, Any]]) -> list[Event]:
    """Changes of alarms, as DescribeAlarmHistory reports them."""
    events = []
    for item in history:
        try:
            state = json.loads(item.get("HistoryData") or "{}").get("newState", {})
        except ValueError:
            state = {}
        name = item["AlarmName"].rpartition("/")[2]
        reason = state.get("stateReason", "")
        events.append(Event(item["Timestamp"], "alarm", f"{name}: {state.get('stateValue', '?')}. {reason}".strip()))
    return events


def service_events(services: Mapping[str, Mapping[str, Any]]) -> list[Event]:
    """What ECS says that it did, as DescribeServices reports it."""
    return [
        Event(event["createdAt"], "service", event["message"])
        for service in services.values()
        for event in service.get("events", ())
    ]


def task_events(tasks: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Event]:
    """Starts and ends of tasks, as DescribeTasks reports them."""
    events = []
    for kind, each in tasks.items():
        for task in each:
            short = task["taskArn"].rpartition("/")[2][:8]
            if task.get("startedAt"):
                events.append(Event(task["startedAt"], "task", f"{kind} {short} started"))
            if task.get("stoppedAt"):
                ended = "; ".join(
                    f"{box['name']} exit {box['exitCode']}" for box in task.get("containers", ()) if box.get("exitCode")
                )
                text = f"{kind} {short} ended: {task.get('stoppedReason', '')}{f' ({ended})' if ended else ''}"
                events.append(Event(task["stoppedAt"], "task", text))
    return events


def scaling_events(actions: Iterable[Mapping[str, Any]]) -> list[Event]:
    """What autoscaling did: each action with ``kind``, ``start`` (seconds), ``desired``, ``status`` and ``cause``."""
    return [
        Event(
            dt.datetime.fromtimestamp(action["start"], dt.UTC),
            "scaling",
            f"{action['kind']} to {action['desired']} tasks: {action['status']}. {action['cause']}",
        )
        for action in actions
    ]


def log_events(lines: Iterable[Mapping[str, str]]) -> list[Event]:
    """Steps of the life cycle, results of uploads, and errors, out of log lines."""
    events = []
    for line in lines:
        try:
            said = json.loads(line["text"])
        except ValueError:
            said = None
        told = said if isinstance(said, dict) else {}
        at = dt.datetime.fromisoformat(line["at"])
        if told.get("source") == "lifecycle" and "event" in told:
            more = ", ".join(f"{key} {told[key]}" for key in ("by", "before", "wake_seconds") if key in told)
            events.append(Event(at, "life cycle", f"{told['event']}{f' ({more})' if more else ''}"))
        elif told.get("source") == "upload":
            text = f"{told.get('result')}: {told.get('file')} {told.get('reason', '')}".strip()
            events.append(Event(at, "upload", text))
    return events


def timeline(since: dt.datetime, until: dt.datetime, *parts: Iterable[Event]) -> list[Event]:
    """The events of a period by their time."""
    return sorted(event for part in parts for event in part if since <= event.at <= until)


def images(definitions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Revision and images by kind of task, as DescribeTaskDefinition reports them; nothing that containers are told."""
    return {
        kind: {
            "revision": f"{definition['family']}:{definition['revision']}",
            "images": {box["name"]: box["image"] for box in definition["containerDefinitions"]},
        }
        for kind, definition in definitions.items()
    }


def told_tasks(tasks: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Tasks as far as they matter."""
    names = (
        "taskArn",
        "lastStatus",
        "healthStatus",
        "createdAt",
        "startedAt",
        "stoppedAt",
        "stopCode",
        "stoppedReason",
    )
    boxes = ("name", "image", "imageDigest", "lastStatus", "healthStatus", "exitCode", "reason")
    return [
        {
            "kind": kind,
            **{name: task[name] for name in names if name in task},
            "containers": [{name: box[name] for name in boxes if name in box} for box in task.get("containers", ())],
        }
        for kind, each in tasks.items()
        for task in each
    ]


def period(since: dt.datetime, until: dt.datetime, now: dt.datetime) -> int:
    """Seconds between two figures: what CloudWatch still has, and some hundred rows."""
    if (now - since).total_seconds() > COARSE:
        return 300
    return MINUTE if (until - since).total_seconds() <= 86400 else 300


def queries(
    platform: str, cluster: str, services: Mapping[str, str]
) -> dict[str, tuple[str, str, dict[str, str], str]]:
    """The figures by column, each (namespace, metric, dimensions, statistic)."""
    found = {
        column: (names.METRIC_NAMESPACE, metric, {"Platform": platform}, statistic)
        for column, (metric, statistic) in FIGURES.items()
    }
    for kind, service in services.items():
        dimensions = {"ClusterName": cluster, "ServiceName": service}
        for column, (metric, statistic) in SERVICE_FIGURES.items():
            found[f"{kind}_{column}"] = ("AWS/ECS", metric, dimensions, statistic)
    return found


def figures_csv(figures: Mapping[str, Mapping[int, float]]) -> str:
    """The figures, a line a time (seconds) and a column a figure; empty where nobody told."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["time", *figures])
    for at in sorted({at for column in figures.values() for at in column}):
        values = (column.get(at) for column in figures.values())
        time = iso(dt.datetime.fromtimestamp(at, dt.UTC))
        writer.writerow([time, *("" if value is None else f"{value:g}" for value in values)])
    return text.getvalue()


def summary(
    name: str, title: str, since: dt.datetime, until: dt.datetime, state: Mapping[str, Any], events: Sequence[Event]
) -> str:
    """The first page, in Markdown. ``state`` has ``phase``, ``checks``, ``images``, ``lines`` and ``account``."""
    checks = [
        (check["check"], check["state"], check["text"], check["todo"])
        for check in state["checks"]
        if check["state"] != "ok"
    ]
    kept = [(f"{event.at:%Y-%m-%d %H:%M:%S}", event.kind, event.text) for event in events[-MOST_EVENTS:]]
    left_out = f"{len(events) - len(kept)} earlier events are left out here; events.json has them."
    written = [
        f"# Incident of {name}{f': {_cell(title)}' if title else ''}",
        f"From {iso(since)} to {iso(until)} (all times are UTC); account {state['account']}; now {state['phase']}.",
        "The log has addresses and rooms of participants: give it to nobody who need not know. Secrets are masked.",
        "## What is not well now",
        _table(("check", "state", "what", "to do"), checks) if checks else "Nothing: all checks are well.",
        "## Timeline",
        *([left_out] if len(kept) < len(events) else []),
        _table(("time", "kind", "what"), kept) if kept else "Nothing happened.",
        "## Images",
        "\n".join(
            f"- {kind}, {each['revision']}: {', '.join(dict.fromkeys(each['images'].values()))}"
            for kind, each in state["images"].items()
        ),
        "## Log lines by component",
        "\n".join(f"- {component}: {count}" for component, count in state["lines"].items()) or "None.",
    ]
    return "\n\n".join(written) + "\n"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = [f"| {' | '.join(titles)} |", f"|{'---|' * len(titles)}"]
    return "\n".join([*head, *(f"| {' | '.join(_cell(text) for text in row)} |" for row in rows)])


def _cell(text: str) -> str:
    """Text for a cell of a table: log lines can hold anything."""
    flat = " ".join(text.split())[:500]
    for sign in "\\`|<>[]*_":
        flat = flat.replace(sign, f"\\{sign}")
    return flat


def as_json(value: Any) -> str:
    """JSON with times."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return iso(value)
    raise TypeError(type(value).__name__)


def archive(folder: str, files: Mapping[str, str], at: dt.datetime) -> bytes:
    """A tar.gz with the files in a folder, for the owner's eyes."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        for name, text in sorted(files.items()):
            data = text.encode()
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mode, entry.mtime = len(data), 0o600, int(at.timestamp())
            tar.addfile(entry, io.BytesIO(data))
    return made.getvalue()
