# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A month in the life of a platform: a school by day, a club in the evening.

``fill`` puts it into the emulator of this process, past its HTTP, after site.yml has built the platform; it returns the
``Month``, which knows what there is, so that a test compares what a runbook finds with the truth.

The month ends now. Apart from that it is always the same: what happens on which of its 30 days at what time, and the
figures. Day 0 is called a Monday, whatever day it is. Times are naive and UTC, as moto has them.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.meetops.jitsi.plugins.module_utils.monitoring import filter_pattern

from ..server import AwsServer
from .lines import CONTAINERS, KINDS, Tell

DAYS = 30
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
NAMESPACE = "Jitsi/JVB"
IDLE = 15 * MINUTE
# When the month ends on its last day: amid a lesson, which goes on for 20 minutes more, or asleep since 12:44.
AWAKE_AT, ASLEEP_AT = dt.timedelta(hours=12, minutes=5), dt.timedelta(hours=13, minutes=30)

Dimensions = tuple[tuple[str, str], ...]
Samples = list[tuple[dt.datetime, float]]


@dataclass(frozen=True)
class Meeting:
    """A room in use. ``recorded`` meetings have a session of the recorder."""

    room: str
    start: dt.datetime
    end: dt.datetime
    people: int
    recorded: bool = False

    @property
    def session(self) -> str:
        """The recorder's name of the recording."""
        return f"{self.room}-{self.start:%j%H%M}" if self.recorded else ""


@dataclass(frozen=True)
class Wake:
    """From a wake until sleep. ``seconds`` until it was ready; ``asleep_at`` may be in the future."""

    at: dt.datetime
    by: str
    seconds: int
    asleep_at: dt.datetime

    @property
    def ready_at(self) -> dt.datetime:
        return self.at + dt.timedelta(seconds=self.seconds)


@dataclass(frozen=True)
class Recording:
    """A recording, and how its uploads went: each (time, ok, reason). It is in the bucket if the last one was ok."""

    meeting: Meeting
    file: str
    bytes: int
    uploads: tuple[tuple[dt.datetime, bool, str], ...]

    @property
    def stored(self) -> bool:
        return self.uploads[-1][1]

    def kept_at(self, at: dt.datetime, wake: Wake) -> bool:
        """Whether it is on a recorder's disk at a time."""
        return self.meeting.start <= at < (self.uploads[-1][0] if self.stored else wake.asleep_at)


@dataclass(frozen=True)
class AlarmChange:
    """An alarm changed its state, OK or ALARM. ``alarm`` is its name after the platform's, as ``bridge-cpu``."""

    at: dt.datetime
    alarm: str
    state: str
    reason: str


@dataclass(frozen=True)
class Stopped:
    """A task that ended, as ECS tells for an hour."""

    at: dt.datetime
    kind: str
    code: str
    reason: str
    container: str
    exit_code: int


@dataclass(frozen=True)
class Line:
    """A line of the log. ``component`` is the container, or the name of the function after the platform's."""

    at: dt.datetime
    stream: str
    component: str
    text: str


@dataclass
class Month:
    """What is in the account after ``fill``."""

    platform: str
    domain: str
    bucket: str
    end: dt.datetime
    awake: bool
    meetings: list[Meeting] = field(default_factory=list)
    wakes: list[Wake] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    alarm_changes: list[AlarmChange] = field(default_factory=list)
    stopped: list[Stopped] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    metrics: dict[tuple[str, str, Dimensions], Samples] = field(default_factory=dict)
    # Kind -> changes of the desired count by autoscaling: (time, count).
    scalings: dict[str, list[tuple[dt.datetime, int]]] = field(default_factory=dict)
    # Kind -> events of the service, the oldest first.
    events: dict[str, list[tuple[dt.datetime, str]]] = field(default_factory=dict)
    # Kind -> public addresses of the tasks that run; a recorder has none of its own.
    addresses: dict[str, list[str]] = field(default_factory=dict)
    # Secrets that a component has written to its log, which nobody must be shown.
    leaks: list[str] = field(default_factory=list)
    secret_age_days: float = 0

    @property
    def start(self) -> dt.datetime:
        """00:00 of day 0."""
        return self.at(0)

    def at(self, day: int, hour: float = 0) -> dt.datetime:
        """A time of the month."""
        last = self.end - (AWAKE_AT if self.awake else ASLEEP_AT)
        return last - (DAYS - 1 - day) * DAY + hour * HOUR

    def samples(
        self, metric: str, since: dt.datetime | None = None, until: dt.datetime | None = None, service: str = ""
    ) -> Samples:
        """The samples of a metric from ``since`` to before ``until``, now if not given: one of AWS/ECS with a kind of
        ``service``, otherwise one of the platform's own, be it without dimensions, as errors are."""
        begin, end = since or self.start, until or utcnow()
        found = self.metrics.get(self._key(metric, service)) or self.metrics.get((NAMESPACE, metric, ())) or []
        return [(at, value) for at, value in found if begin <= at < end]

    def figure(
        self,
        metric: str,
        what: str,
        since: dt.datetime | None = None,
        until: dt.datetime | None = None,
        service: str = "",
    ) -> float | None:
        """Maximum, Minimum, Average, Sum or SampleCount of a metric; None without samples."""
        values = [value for _at, value in self.samples(metric, since, until, service)]
        tell: dict[str, Any] = {
            "Maximum": max,
            "Minimum": min,
            "Average": statistics.fmean,
            "Sum": sum,
            "SampleCount": len,
        }
        return float(tell[what](values)) if values else None

    def log(
        self, component: str = "", since: dt.datetime | None = None, until: dt.datetime | None = None, text: str = ""
    ) -> list[Line]:
        """Lines by their time, those of a component (all if empty) with a text in them."""
        begin, end = since or self.start, until or utcnow()
        return [
            line
            for line in self.lines
            if begin <= line.at <= end and component in ("", line.component) and text in line.text
        ]

    def wake_of(self, at: dt.datetime) -> Wake:
        """The time awake that a moment belongs to."""
        return next(wake for wake in self.wakes if wake.at <= at < wake.asleep_at)

    def meetings_of(self, wake: Wake) -> list[Meeting]:
        """The meetings of a time awake."""
        return [meeting for meeting in self.meetings if wake.at <= meeting.start < wake.asleep_at]

    def _key(self, metric: str, service: str) -> tuple[str, str, Dimensions]:
        if not service:
            return NAMESPACE, metric, (("Platform", self.platform),)
        named = (("ClusterName", f"{self.platform}-cluster"), ("ServiceName", f"{self.platform}-{KINDS[service]}"))
        return "AWS/ECS", metric, named

    def publish(self, metric: str, at: dt.datetime, value: float, service: str = "") -> None:
        """Add a sample."""
        self.metrics.setdefault(self._key(metric, service), []).append((at, float(value)))

    def add_line(self, at: dt.datetime, stream: str, component: str, text: str) -> None:
        """Add a line of the log."""
        self.lines.append(Line(at, stream, component, text))

    def add_event(self, kind: str, at: dt.datetime, text: str) -> None:
        """Add an event of a service."""
        self.events.setdefault(kind, []).append((at, f"(service {self.platform}-{KINDS[kind]}) {text}"))


def utcnow() -> dt.datetime:
    """Now, in UTC without saying so."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def fill(
    aws: AwsServer,
    awake: bool = False,
    platform: str = "jitsi-video-platform",
    domain: str = "meet.example.com",
    bucket: str = "jitsi-meet-example-com-recordings",
    secret_age_days: float = 84.0,
) -> Month:
    """Put the month into the account, in which site.yml has built the platform; forget the calls."""
    month = Month(platform, domain, bucket, utcnow().replace(second=0, microsecond=0), awake)
    month.secret_age_days = secret_age_days
    plan(month)
    Tell(month, leaked(aws, platform)).all()
    count_lines(month)
    for put in (put_metrics, put_lines, put_recordings, put_alarms, put_services, put_lifecycle, put_secret):
        put(aws, month)
    aws.calls.clear()
    return month


# --- What happens


def plan(month: Month) -> None:
    """Meetings, wakes, recordings and what goes wrong."""
    for day in range(DAYS):
        for first, meetings in sessions(month, day):
            if first > month.end:
                continue
            month.meetings += meetings
            month.recordings += [recording(month, day, meeting) for meeting in meetings if meeting.recorded]
            month.wakes.append(wake(month, day, first, meetings))
    month.alarm_changes = sorted(alarm_changes(month), key=lambda change: change.at)
    if month.awake:
        reason = "OutOfMemoryError: Container killed due to memory usage"
        ended = Stopped(month.end - 25 * MINUTE, "recorder", "EssentialContainerExited", reason, "jibri", 137)
        month.stopped = [ended]
    else:
        slept = month.wakes[-1].asleep_at
        reason = "Scaling activity initiated by (deployment ecs-svc/4711)"
        first_containers = {kind: names[0] for kind, names in CONTAINERS.items()}
        month.stopped = [
            Stopped(slept, kind, "ServiceSchedulerInitiated", reason, name, 0)
            for kind, name in first_containers.items()
        ]


def sessions(month: Month, day: int) -> Iterator[tuple[dt.datetime, list[Meeting]]]:
    """What happens on a day, by times awake: when somebody comes first, and the meetings."""

    def meeting(room: str, hour: float, minutes: int, people: int, recorded: bool = False) -> Meeting:
        begin = month.at(day, hour)
        return Meeting(room, begin, begin + minutes * MINUTE, people, recorded)

    weekday = day % 7
    if weekday < 5:
        hours = [8 + number * 55 / 60 for number in range(5)]
        rooms = (("class-7a", 14), ("class-7b", 12), ("class-8a", 10))
        yield month.at(day, 8), [meeting(room, hour, 45, people) for hour in hours for room, people in rooms]
    if weekday == 4:
        # Two people, who need no bridge.
        yield month.at(day, 15), [meeting("parents", 15, 20, 2)]
    if day == 15:
        yield month.at(day, 16.5), [meeting("open-day", 16.5, 60, 70)]
    if weekday == 1:
        yield month.at(day, 19), [meeting("chess-club", 19, 90, 24, True)]
    if weekday == 3:
        both = [meeting("drama-club", 19, 90, 20, True), meeting("board", 20, 60, 12, True)]
        yield month.at(day, 19), both
    if weekday == 5:
        yield month.at(day, 10), [meeting("choir", 10, 60, 9, True)]


def recording(month: Month, day: int, meeting: Meeting) -> Recording:
    """A recording and its uploads: one is late, and one never succeeds."""
    file = f"{meeting.session}/{meeting.room}_{meeting.start + 2 * MINUTE:%Y-%m-%d-%H-%M-%S}.mp4"
    done = meeting.end + 2 * MINUTE
    uploads: tuple[tuple[dt.datetime, bool, str], ...] = ((done, True, ""),)
    if (day, meeting.room) == (17, "board"):
        uploads = ((done, False, "S3 did not answer"), (done + 40 * MINUTE, True, ""))
    if (day, meeting.room) == (22, "chess-club"):
        uploads = ((done, False, "access denied"),)
    minutes = (meeting.end - meeting.start) / MINUTE
    return Recording(meeting, file, int(minutes * 9_000_000), uploads)


def wake(month: Month, day: int, first: dt.datetime, meetings: Sequence[Meeting]) -> Wake:
    """A time awake. On day 10 the tasks are slow to start; on day 22 somebody ends the wait for the upload."""
    hour = round((first - month.at(day)) / HOUR)
    seconds = 640 if (day, hour) == (10, 8) else 70 + 7 * (day * 3 + hour) % 41
    last = max(meeting.end for meeting in meetings)
    busy = [at for one in month.recordings if one.meeting in meetings for at, _ok, _reason in one.uploads]
    asleep_at = max([last, *busy]) + IDLE + 4 * MINUTE
    if (day, hour) == (22, 19):
        asleep_at = month.at(22, 23)
    early = dt.timedelta(seconds=100) + (seconds > 600) * 6 * MINUTE
    return Wake(first - early, "schedule" if hour == 8 else "visitor", seconds, asleep_at)


def alarm_changes(month: Month) -> Iterator[AlarmChange]:
    """Every alarm that rang, and when it was over."""
    low = "was less than the threshold (0.95)."
    for alarm, begin, minutes, reason in (
        ("not-ready", month.at(10, 8) - 2 * MINUTE, 6, "5 datapoints were less than the threshold (1.0)."),
        ("bridge-cpu", month.at(15, 16.5) + 6 * MINUTE, 7, "3 datapoints were greater than the threshold (80.0)."),
        ("recording-success", month.at(17, 21) + 3 * MINUTE, 60, f"1 datapoint [0.5] {low}"),
        ("recording-success", month.at(22, 20.5) + 3 * MINUTE, 60, f"1 datapoint [0.0] {low}"),
    ):
        yield AlarmChange(begin, alarm, "ALARM", f"Threshold Crossed: {reason}")
        yield AlarmChange(begin + minutes * MINUTE, alarm, "OK", "Threshold Crossed: no datapoints were breaching.")


# --- Into the emulator


def backend(service: str, region: str = "us-east-1") -> Any:
    """moto's own object for a service."""
    import moto.backends
    from moto.core import DEFAULT_ACCOUNT_ID

    return moto.backends.get_backend(service)[DEFAULT_ACCOUNT_ID][region]


def count_lines(month: Month) -> None:
    """Figures that only the metric filters in the account make, such as errors: from the lines, as AWS makes them."""
    told = {name for _namespace, name, _dimensions in month.metrics}
    matching = functools.cache(functools.partial(lines_of, month))
    for found in backend("logs").filters.metric_filters:
        (made,) = found["metricTransformations"]
        if found["logGroupName"] != f"/ecs/{month.platform}" or made["metricName"] in told:
            continue
        value = made["metricValue"]
        dimensions = (("Platform", month.platform),) if made.get("dimensions") else ()
        samples = month.metrics.setdefault((made["metricNamespace"], made["metricName"], dimensions), [])
        for line in matching(found["filterPattern"]):
            amount = filter_pattern.select(value, line.text)[0] if value.startswith("$") else value
            samples.append((line.at, float(str(amount))))


def lines_of(month: Month, text: str) -> list[Line]:
    """The lines that a filter pattern matches. What the first field of one of JSON is called is in the line, and so is
    what its source is said to be: to look for that is quicker than to read the line."""
    pattern = filter_pattern.parse(text)
    said = re.search(r'\$\.source = ("\w+")', text) or re.match(r"\{ \$\.(\w+) ", text)
    return [line for line in month.lines if (not said or said[1] in line.text) and pattern.matches(line.text)]


def put_metrics(_aws: AwsServer, month: Month) -> None:
    """All samples."""
    from moto.cloudwatch.models import MetricDatum

    data = backend("cloudwatch").metric_data
    for (namespace, name, dimensions), samples in month.metrics.items():
        named = [{"Name": key, "Value": value} for key, value in dimensions]
        # The objects of a metric are alike but for two fields: made from one of them, in a third of the time.
        like = vars(MetricDatum(namespace, name, 0.0, named, month.end, "None"))
        for at, value in samples:
            datum: Any = object.__new__(MetricDatum)
            datum.__dict__.update(like, timestamp=at, value=value)
            data.append(datum)


def milliseconds(at: dt.datetime) -> int:
    """A time as CloudWatch Logs has it."""
    return int(at.replace(tzinfo=dt.UTC).timestamp() * 1000)


def put_lines(_aws: AwsServer, month: Month) -> None:
    """All log lines, in their streams."""
    from moto.logs.models import LogStream

    group = backend("logs").groups[f"/ecs/{month.platform}"]
    streams: dict[str, list[dict[str, Any]]] = {}
    for line in month.lines:
        streams.setdefault(line.stream, []).append({"timestamp": milliseconds(line.at), "message": line.text})
    for name, events in streams.items():
        group.streams[name] = stream = LogStream(group, name)
        stream.put_log_events(events)


def put_recordings(_aws: AwsServer, month: Month) -> None:
    """What is in the bucket. The media are smaller than they say."""
    s3 = backend("s3", "aws")
    for one in month.recordings:
        if not one.stored:
            continue
        people = [{"user": {"name": f"Ada-{number}"}} for number in range(one.meeting.people)]
        metadata = {"meeting_url": f"https://{month.domain}/{one.meeting.room}", "participants": people}
        for name, body in (
            (one.file, b"media"),
            (f"{one.meeting.session}/metadata.json", json.dumps(metadata).encode()),
        ):
            stored = s3.put_object(month.bucket, f"recordings/{name}", body)
            stored.last_modified = one.uploads[-1][0]


def put_alarms(_aws: AwsServer, month: Month) -> None:
    """The history of the alarms. At the end all are well."""
    cloudwatch = backend("cloudwatch")
    for change in month.alarm_changes:
        name = f"{month.platform}/{change.alarm}"
        old = "OK" if change.state == "ALARM" else "ALARM"
        cloudwatch.remember_alarm_change(name, old, change.state, change.reason, change.at)
        alarm = cloudwatch.alarms[name]
        alarm.state_value, alarm.state_reason, alarm.state_updated_timestamp = change.state, change.reason, change.at


def put_services(aws: AwsServer, month: Month) -> None:
    """Events, scaling activities, tasks that ended, and those that run if the platform is awake."""
    cluster = f"{month.platform}-cluster"
    services, scaling = backend("ecs").services, backend("application-autoscaling")
    scaling.scaling_activities = list(scaling_activities(month))
    for kind, suffix in KINDS.items():
        service = services[f"{cluster}:{month.platform}-{suffix}"]
        # The newest 100 first, as ECS has them.
        service.events = [
            {"id": f"{kind}-{number}", "createdAt": at, "message": message}
            for number, (at, message) in enumerate(month.events.get(kind, []))
            if at <= month.end
        ][:-101:-1]
        for deployment in service.deployments:
            deployment.update(createdAt=month.start, updatedAt=month.start)
    for ended in month.stopped:
        put_task(month, ended.kind, ended.at - 40 * MINUTE, ended)
    if not month.awake:
        return
    ecs, targets = aws.client("ecs"), aws.client("application-autoscaling")
    for kind, suffix in KINDS.items():
        name = f"{month.platform}-{suffix}"
        targets.register_scalable_target(
            ServiceNamespace="ecs",
            ResourceId=f"service/{cluster}/{name}",
            ScalableDimension="ecs:service:DesiredCount",
            MinCapacity=1,
        )
        ecs.update_service(cluster=cluster, service=name, desiredCount=1)
        month.addresses[kind] = put_task(month, kind, month.wakes[-1].at)


def put_task(month: Month, kind: str, at: dt.datetime, ended: Stopped | None = None) -> list[str]:
    """A task since a time, that has ended if it is said how; returns its public address, if it has one."""
    from moto.ecs.models import Task

    ecs, name = backend("ecs"), f"{month.platform}-{KINDS[kind]}"
    cluster = ecs._get_cluster(f"{month.platform}-cluster")
    service = ecs.services[f"{cluster.name}:{name}"]
    definition = ecs.describe_task_definition(service.task_definition)
    network = service.network_configuration or None
    task = Task(cluster, definition, None, {}, ecs, f"service:{name}", networking_configuration=network)
    task.held, task.launch_type = True, "EC2" if kind == "recorder" else "FARGATE"
    task.created_at, task.started_at, task.health_status = at, at + MINUTE, "HEALTHY"
    task.last_status = task.desired_status = "STOPPED" if ended else "RUNNING"
    task.containers = [
        {
            "name": container["name"],
            "image": container["image"],
            "imageDigest": f"sha256:{'0123456789abcdef' * 4}",
            "lastStatus": task.last_status,
            "healthStatus": "HEALTHY",
        }
        for container in definition.container_definitions
    ]
    if ended:
        task.stopped_at, task.stop_code, task.stopped_reason = ended.at, ended.code, ended.reason
        for container in task.containers:
            last = container["name"] == ended.container
            container.update(exitCode=ended.exit_code if last else 0)
            if last and ended.exit_code:
                container["reason"] = ended.reason
    ecs.tasks.setdefault(cluster.name, {})[task.task_arn] = task
    if not task.attachments or ended:
        return []
    address = f"203.0.113.{10 + len(month.addresses)}"
    details = {detail["name"]: detail["value"] for detail in task.attachments[0]["details"]}
    backend("ec2").enis[details["networkInterfaceId"]].public_ip = address
    return [address]


def scaling_activities(month: Month) -> Iterable[dict[str, Any]]:
    """What autoscaling did, as AWS tells for six weeks."""
    for kind, changes in month.scalings.items():
        name = f"{month.platform}-{KINDS[kind]}"
        for number, (at, count) in enumerate(changes):
            if at > month.end:
                continue
            seconds = at.replace(tzinfo=dt.UTC).timestamp()
            yield {
                "ActivityId": f"{kind}-{number}",
                "ServiceNamespace": "ecs",
                "ResourceId": f"service/{month.platform}-cluster/{name}",
                "ScalableDimension": "ecs:service:DesiredCount",
                "Description": f"Setting desired count to {count}.",
                "Cause": f"monitor alarm TargetTracking-{name} in state ALARM triggered policy {name}-cpu",
                "StartTime": seconds,
                "EndTime": seconds + 40,
                "StatusCode": "Successful",
                "StatusMessage": f"Successfully set desired count to {count}. Change successfully fulfilled by ecs.",
            }


def put_lifecycle(aws: AwsServer, month: Month) -> None:
    """The item of the life cycle, a visitor's counter, and the names of the tasks."""
    last = month.wakes[-1]

    def seconds(at: dt.datetime) -> dict[str, str]:
        return {"N": str(at.replace(tzinfo=dt.UTC).timestamp())}

    item = {
        "id": {"S": "platform"},
        "version": {"N": str(4 * len(month.wakes))},
        "phase": {"S": "awake" if month.awake else "asleep"},
        "since": seconds(last.at if month.awake else last.asleep_at),
        "by": {"S": last.by},
        "woken_at": seconds(last.at),
        "wake_at": seconds(last.at),
        "ready_at": seconds(last.ready_at),
        "drained_at": seconds(month.wakes[-2].asleep_at if month.awake else last.asleep_at),
    }
    table = aws.client("dynamodb")
    table.put_item(TableName=f"{month.platform}-wakes", Item=item)
    if not month.awake:
        return
    route53 = aws.client("route53")
    zones = route53.list_hosted_zones_by_name(DNSName=month.domain.partition(".")[2])["HostedZones"]
    zone = next(found["Id"] for found in zones if not found["Config"]["PrivateZone"])
    changes = [
        {
            "Action": "UPSERT",
            "ResourceRecordSet": {
                "Name": f"{record}.{month.domain}",
                "Type": "A",
                "TTL": 10,
                "ResourceRecords": [{"Value": address} for address in month.addresses[kind]],
            },
        }
        for record, kind in (("origin", "signalling"), ("turn", "bridge"))
    ]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


def secret_of(platform: str) -> Any:
    """moto's own object for the secret document."""
    return backend("secretsmanager").secrets.get(f"{platform}-jitsi-secrets")


def leaked(_aws: AwsServer, platform: str) -> list[str]:
    """A value of the secret document, which a component will write to its log."""
    document = json.loads(secret_of(platform).secret_string)
    return [document["jicofo_auth_password"]]


def put_secret(_aws: AwsServer, month: Month) -> None:
    """How old the secret is."""
    made = (month.end - month.secret_age_days * DAY).replace(tzinfo=dt.UTC).timestamp()
    secret = secret_of(month.platform)
    secret.created_date = secret.last_changed_date = made
    for version in secret.versions.values():
        version["createdate"] = made
