#!/usr/bin/python
# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: incident_report
version_added: 0.3.0
short_description: Collect everything about an incident in one archive
description:
  - Writes a tar.gz that only its owner may read, on the machine that runs it.
  - It has a summary with a timeline in Markdown, the log by component, figures as CSV, and as JSON the state of health,
    the life cycle, alarms, events, tasks and images.
  - Secrets are masked, as in M(meetops.jitsi.logs_info). Addresses and room names of participants are in the log.
author: [meetops.jitsi contributors (@meetops)]
options:
  recording:
    description: Whether meetings can be recorded.
    type: bool
    default: true
  directory:
    description: Where to write the archive. It is made if it is not there.
    type: path
    required: true
  title:
    description: What it is about, for the summary.
    type: str
    default: ""
  since:
    description: From when, such as V(2h), V(2026-11-22) or V(2026-11-22T10:00).
    type: str
    default: 2h
  until:
    description: Until when, now if empty.
    type: str
    default: ""
  timezone:
    description: Time zone of times that name none.
    type: str
    default: UTC
  limit:
    description: Most lines of each component, the newest, 1 to 10000.
    type: int
    default: 5000
extends_documentation_fragment:
  - meetops.jitsi.common
  - meetops.jitsi.platform
  - meetops.jitsi.lifecycle
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
notes:
  - In check mode it reads everything, tells what would be in the archive, and writes nothing.
  - "Permissions: those of M(meetops.jitsi.health_info) and M(meetops.jitsi.logs_info), and
    cloudwatch:DescribeAlarmHistory, ecs:DescribeTaskDefinition, application-autoscaling:DescribeScalingActivities."
"""

EXAMPLES = r"""
- name: Collect what happened this morning
  meetops.jitsi.incident_report:
    name: jitsi-video-platform
    domain: meet.example.com
    hosted_zone: example.com
    since: 2026-11-22T07:30
    until: 2026-11-22T09:00
    directory: /var/lib/incidents
    title: nobody could join
"""

RETURN = r"""
archive:
  description: Where it is.
  returned: success
  type: str
planned:
  description: Whether it is only planned, as in check mode.
  returned: success
  type: bool
bytes:
  description: Its size.
  returned: success
  type: int
files:
  description: The files in it.
  returned: success
  type: list
  elements: str
since:
  description: Begin of the time that was looked at.
  returned: success
  type: str
until:
  description: End of that time.
  returned: success
  type: str
lines:
  description: How many lines of the log are in it.
  returned: success
  type: int
events:
  description: How many events are in its timeline.
  returned: success
  type: int
summary:
  description: The last events of the timeline, as lines of text.
  returned: success
  type: list
  elements: str
"""

import datetime as dt
import os
from collections import deque
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils import names
from ansible_collections.meetops.jitsi.plugins.module_utils._aws import cloudwatch, sts
from ansible_collections.meetops.jitsi.plugins.module_utils._aws.runner import finish, run
from ansible_collections.meetops.jitsi.plugins.module_utils.changes import Change
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.health import checks, incident
from ansible_collections.meetops.jitsi.plugins.module_utils.health.reader import Reader
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle import connect
from ansible_collections.meetops.jitsi.plugins.module_utils.logs import lines, reader
from ansible_collections.meetops.jitsi.plugins.module_utils.review import reader as review
from ansible_collections.meetops.jitsi.plugins.module_utils.rules import between
from ansible_collections.meetops.jitsi.plugins.module_utils.rules import line as one_line
from ansible_collections.meetops.jitsi.plugins.module_utils.times import moments
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.kinds import PLATFORM

SHOWN = 20


class Report:
    """Everything about a period of one platform."""

    def __init__(self, module: Any, since: dt.datetime, until: dt.datetime) -> None:
        self.module, self.params, self.name = module, module.params, module.params["name"]
        self.since, self.until = since, until
        self.reader = Reader(module, module.params["recording"])
        self.stamp = f"incident-{self.name}-{until:%Y%m%dT%H%M%SZ}"
        self.path = Path(module.params["directory"]) / f"{self.stamp}.tar.gz"
        self.lines: dict[str, list[dict[str, str]]] = {}
        self.events: list[incident.Event] = []

    def files(self) -> dict[str, str]:
        """The files by name. Secrets are still in them."""
        facts, clients = self.reader.facts(), self.reader.client
        found = [asdict(check) for check in checks.checks(facts, checks.Limits())]
        watch = clients("cloudwatch")
        history = cloudwatch.alarm_history(watch, names.alarm_prefix(self.name), self.since, self.until)
        actions = review.scaling_actions(
            clients("application-autoscaling"), names.resource_ids(self.name), self.since, self.until
        )
        definitions = {
            kind: clients("ecs").describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
            for kind, service in facts.services.items()
        }
        self.lines = self.read_lines()
        self.events = incident.timeline(
            self.since,
            self.until,
            incident.alarm_events(history),
            incident.service_events(facts.services),
            incident.task_events(facts.tasks),
            incident.scaling_events(actions),
            incident.log_events(line for each in self.lines.values() for line in each),
        )
        state = {
            "phase": facts.life.get("phase", "not built"),
            "account": sts.account_id(clients("sts")),
            "checks": found,
            "images": incident.images(definitions),
            "lines": {component: len(each) for component, each in self.lines.items()},
        }
        listed = {
            "health.json": found,
            "lifecycle.json": facts.life,
            "alarms.json": [
                {name: alarm.get(name) for name in ("AlarmName", "StateValue", "StateReason", "StateUpdatedTimestamp")}
                for alarm in facts.alarms
            ],
            "events.json": [event._asdict() for event in self.events],
            "tasks.json": incident.told_tasks(facts.tasks),
            "images.json": state["images"],
        }
        files = {name: incident.as_json(value) for name, value in listed.items()}
        files["metrics.csv"] = incident.figures_csv(self.figures(watch))
        files["summary.md"] = incident.summary(
            self.name, self.params["title"], self.since, self.until, state, self.events
        )
        for component, each in self.lines.items():
            files[f"logs/{component}.log"] = "".join(f"{line}\n" for line in lines.told(each))
        return files

    def read_lines(self) -> dict[str, list[dict[str, str]]]:
        """The log by component, the newest lines of each."""
        found: dict[str, deque[dict[str, str]]] = {}
        for line in reader.read_all(self.reader.client("logs"), self.name, self.since, self.until):
            found.setdefault(line["component"], deque(maxlen=self.params["limit"])).append(line)
        return {component: list(found[component]) for component in sorted(found)}

    def figures(self, client: Any) -> dict[str, dict[int, float]]:
        """The figures by column."""
        queries = incident.queries(self.name, self.reader.cluster, self.reader.names)
        seconds = incident.period(self.since, self.until, self.reader.now)
        # Periods begin at full ones.
        begin = dt.datetime.fromtimestamp(self.since.timestamp() // seconds * seconds, dt.UTC)
        return review.figures(client, queries, begin, self.until, seconds)


def write(path: Path, data: bytes) -> None:
    """Write the archive for the owner only, as a whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        part.replace(path)
    except OSError as error:
        raise InvalidInput(f"directory: {path} cannot be written ({error.strerror}); give another directory") from error


def period(params: dict[str, Any]) -> tuple[dt.datetime, dt.datetime]:
    """From when until when to look. Raises InvalidInput if that is no period."""
    zone, now = moments.timezone(params["timezone"]), dt.datetime.now(dt.UTC)
    until = moments.moment("until", params["until"], now, zone) if params["until"] else now
    since = moments.moment("since", params["since"], now, zone)
    lines.check_period(since, until)
    return since, until


def masked(module: Any, report: Report) -> Callable[[str], str]:
    """What takes the secrets out of a text. Warns if the secret document may not be read."""
    masker, exact = reader.masker(report.reader.client("secretsmanager"), report.name)
    if not exact:
        module.warn("The secret document may not be read, so what looks like a secret is masked, and nothing else.")
    return masker.mask


def reconcile(module: Any) -> None:
    """Read, pack, write."""
    report = Report(module, *period(module.params))
    mask = masked(module, report)
    files = {name: mask(text) for name, text in report.files().items()}
    data = incident.archive(report.stamp, files, report.until)
    finish(
        module,
        [Change(f"archive {report.path}", None, {"bytes": len(data), "files": sorted(files)})],
        lambda _change: write(report.path, data),
        archive=str(report.path),
        planned=module.check_mode,
        bytes=len(data),
        files=sorted(files),
        since=moments.iso(report.since),
        until=moments.iso(report.until),
        lines=sum(len(each) for each in report.lines.values()),
        events=len(report.events),
        summary=[
            mask(f"  {event.at:%Y-%m-%d %H:%M:%S}  {event.kind:<10}  {event.text[:150]}")
            for event in report.events[-SHOWN:]
        ],
    )


def main() -> None:
    """Run the module."""
    run(
        {
            **connect.ARGUMENTS,
            "recording": {"type": "bool", "default": True},
            "directory": {"type": "path", "required": True},
            "title": {"type": "str", "default": ""},
            "since": {"type": "str", "default": "2h"},
            "until": {"type": "str", "default": ""},
            "timezone": {"type": "str", "default": "UTC"},
            "limit": {"type": "int", "default": 5000},
        },
        reconcile,
        rules={**PLATFORM, "limit": between(1, 10_000), "title": one_line("a title")},
    )


if __name__ == "__main__":
    main()
