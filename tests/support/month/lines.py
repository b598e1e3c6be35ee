# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a platform tells of its month: the lines that its components write, and the figures that are made of them."""

from __future__ import annotations

import datetime as dt
import json
import random
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import Meeting, Month, Recording, Wake

MINUTE = dt.timedelta(minutes=1)
# Containers by the kind of task, whose log streams are <kind>/<container>/<task>.
CONTAINERS = {
    "signalling": ("caddy", "web", "prosody", "jicofo", "stats", "protect"),
    "bridge": ("jvb", "coturn", "stats", "protect"),
    "recorder": ("jibri", "stats", "protect"),
}
KIND_OF = {container: kind for kind, containers in CONTAINERS.items() for container in containers}
KINDS = {"signalling": "service", "bridge": "bridge", "recorder": "recorder"}
BRIDGE_SEATS = 48
DATES = {
    "jicofo": "Jicofo {:%Y-%m-%d %H:%M:%S.000} ",
    "jvb": "JVB {:%Y-%m-%d %H:%M:%S.000} ",
    "jibri": "Jibri {:%Y-%m-%d %H:%M:%S.000} ",
    "prosody": "{:%Y-%m-%d %H:%M:%S} ",
}
# As the components of release stable-11146-2 write them, the Java ones after their date.
TEXTS = {
    "opened": "INFO: [34] [room={jid} meeting_id={meeting}] JitsiMeetConferenceImpl.joinTheRoom#412: Joined the room.",
    "joined": (
        "INFO: [41] [room={jid} meeting_id={meeting}] JitsiMeetConferenceImpl.onMemberJoined#601: "
        "Member joined:{member} stats-id=Ada-{number} region=us-east-1"
    ),
    "closed": "INFO: [41] [room={jid} meeting_id={meeting}] JitsiMeetConferenceImpl.stop#320: Stopped.",
    "created": "INFO: [62] [confId={conference} conf_name={jid}] Videobridge.createConference#246: create_conf",
    "expired": "INFO: [71] [confId={conference} conf_name={jid}] Conference.expire#401: Expiring.",
    "websocket": (
        '198.51.100.{number} - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET /xmpp-websocket?room={room} HTTP/1.1" 101 5120 '
        '"-" "Mozilla/5.0"'
    ),
    "guest": "c2s{member}                  info\tAuthenticated as {member}-guest@meet.jitsi",
    "relayed": (
        "{seconds}: (12): INFO: session 001000000000000001: realm <{domain}> user <1794000000>: incoming packet "
        "ALLOCATE processed, success"
    ),
    "record": "INFO: [58] XmppApi.handleStartJibriIq#262: Received start request, starting service",
    "url": (
        "INFO: [58] XmppApi.handleStartService#373: Parsed call url info: CallUrlInfo(baseUrl=https://{domain}, "
        "callName={room}, urlParams=[])"
    ),
    "recorded": "INFO: [95] JibriManager.stopService#252: Stopping the current service",
}
# What goes wrong: day, hour, component, text. The functions' lines are their own.
TROUBLES = (
    (
        (15, 16.65, "jvb"),
        "SEVERE: [23] HealthChecker.run#181: Health check failed in PT0.01S: Result(success=false, hardFailure=false, "
        "responseCode=null, sticky=false, message=Load too high)",
    ),
    (
        (9, 9, "jicofo"),
        "SEVERE: [29] [room=class-7a@muc.meet.jitsi meeting_id=] BridgeSelector.selectBridge#182: No bridge available",
    ),
    ((9, 9, "prosody"), "muc.meet.jitsi:token                  error\tFailed to reach the key server"),
    (
        (9, 9, "web"),
        "{at:%Y/%m/%d %H:%M:%S} [error] 245#245: *12 connect() failed (111: Connection refused) while connecting to "
        'upstream, client: 198.51.100.7, server: _, request: "POST /http-bind?room=class-7a HTTP/1.1", upstream: '
        '"http://127.0.0.1:5280/http-bind", host: "{domain}"',
    ),
    (
        (9, 9, "caddy"),
        '{{"level":"error","ts":1794000000.5,"logger":"http.log.error","msg":"dial tcp 127.0.0.1:8000: connect: '
        'connection refused","request":{{"method":"GET","host":"origin.{domain}","uri":"/class-7a"}},"status":502}}',
    ),
    ((9, 9, "coturn"), "3600: (9): ERROR: Cannot create socket: no ports are left"),
    (
        (12, 10, "tasks"),
        "[ERROR] ClientError: An error occurred (ThrottlingException) when calling the ChangeResourceRecordSets "
        "operation: Rate exceeded",
    ),
    (
        (20, 11, "sleep"),
        "{at:%Y-%m-%dT%H:%M:%S}.000Z 5f0c7a1e-0000-4000-8000-000000000001 Task timed out after 30.03 seconds",
    ),
)
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJyb29tIjoiY2xhc3MtN2EifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"


class Tell:
    """Makes samples and log lines of what happens in a month, and what autoscaling makes of it."""

    def __init__(self, month: Month, secrets: Sequence[str]) -> None:
        self.month, self.chance, self.secrets = month, random.Random(6), secrets
        self.tasks: dict[tuple[Wake, str, int], str] = {}

    def all(self) -> None:
        """Tell everything."""
        month = self.month
        for wake in month.wakes:
            self.awake(wake)
            for number, meeting in enumerate(month.meetings_of(wake)):
                self.meeting(wake, meeting, relayed=number == 0)
        for one in month.recordings:
            self.recording(one)
        for day in range(30):
            at = month.at(day, 3)
            age = round(month.secret_age_days - (month.end - at) / dt.timedelta(days=1), 2)
            month.publish("SecretAgeDays", at, age)
            self.function("rotation", at, source="secret", age_days=age)
        self.troubles()
        timed: list[list[Any]] = [*month.metrics.values(), *month.events.values()]
        for listed in timed:
            listed.sort(key=lambda item: item[0])
        month.lines.sort(key=lambda line: line.at)

    # Lines

    def line(self, wake: Wake, at: dt.datetime, kind: str, container: str, text: str, number: int = 0) -> None:
        """Add the line of a container in the task of a number."""
        key = (wake, kind, number)
        if key not in self.tasks:
            self.tasks[key] = uuid.UUID(int=self.chance.getrandbits(128)).hex
        self.month.add_line(at, f"{kind}/{container}/{self.tasks[key]}", container, text)

    def say(self, wake: Wake, at: dt.datetime, container: str, text: str, **values: Any) -> None:
        """Add the line of a container, made of a text with gaps."""
        said = DATES.get(container, "").format(at) + text.format(at=at, domain=self.month.domain, **values)
        self.line(wake, at, KIND_OF[container], container, said)

    def function(self, name: str, at: dt.datetime, text: str = "", **fields: Any) -> None:
        """Add the line of a function: a text, or an object."""
        stream = f"{at:%Y/%m/%d}/{self.month.platform}-{name}[$LATEST]{'0123456789abcdef' * 2}"
        self.month.add_line(at, stream, name, text or json.dumps({"platform": self.month.platform, **fields}))

    def stats(
        self, wake: Wake, kind: str, source: str, at: dt.datetime, number: int, figures: dict[str, float]
    ) -> None:
        """Add the line of a statistics sidecar."""
        told = {"source": source, "platform": self.month.platform, "reachable": 1, **figures}
        self.line(wake, at, kind, "stats", json.dumps(told, separators=(",", ":")), number)

    # A time awake, minute by minute

    def awake(self, wake: Wake) -> None:
        """From waking until sleep. What lies in the future comes true if the tests take that long."""
        month = self.month
        begin: dict[str, Any] = {"source": "lifecycle"}
        self.function("wake" if wake.by == "visitor" else "sleep", wake.at, event="woken", by=wake.by, **begin)
        month.publish("Wakes", wake.at, 1)
        for minutes in range(1, 1 + wake.seconds // 60):
            at, overdue = wake.at + minutes * MINUTE, dict[str, Any]()
            if minutes >= 10:
                overdue = {"wake_seconds": 60 * minutes}
                month.publish("TimeToWake", at, 60 * minutes)
            self.function("sleep", at, state="awake", awake_minutes=minutes, ready=0, **overdue, **begin)
            month.publish("AwakeMinutes", at, minutes)
        self.function("sleep", wake.ready_at, event="ready", by=wake.by, wake_seconds=wake.seconds, **begin)
        month.publish("TimeToWake", wake.ready_at, wake.seconds)
        for kind in KINDS:
            month.add_event(kind, wake.ready_at, "has reached a steady state.")
        meetings = month.meetings_of(wake)
        counts, idle, at = {"bridge": 1, "recorder": 1}, 0, wake.ready_at.replace(second=0) + MINUTE
        while at < wake.asleep_at:
            held = [meeting for meeting in meetings if meeting.start <= at < meeting.end]
            people = sum(meeting.people for meeting in held)
            idle = 0 if people else idle + 1
            counts = self.scale(at, counts, held)
            kept = sum(one.meeting in meetings and one.kept_at(at, wake) for one in month.recordings)
            self.signalling(wake, at, held, counts, people)
            self.bridges(wake, at, held, counts["bridge"])
            self.recorders(wake, at, held, counts["recorder"], kept)
            minutes, why = int((at - wake.at) / MINUTE), "participants" if people else "recorder" if kept else "woken"
            seen = at + dt.timedelta(seconds=20)
            told: dict[str, Any] = {"awake_minutes": minutes, "ready": 1, "idle_minutes": idle, "why": why}
            self.function("sleep", seen, state="awake", **told, **begin)
            month.publish("AwakeMinutes", seen, minutes)
            at += MINUTE
        for event, before, minutes in (
            ("draining", "awake", 4),
            ("stopping", "draining", 1),
            ("asleep", "stopping", 0),
        ):
            self.function("sleep", wake.asleep_at - minutes * MINUTE, event=event, before=before, **begin)

    def scale(self, at: dt.datetime, counts: dict[str, int], held: Sequence[Meeting]) -> dict[str, int]:
        """Autoscaling: what is needed comes after 6 minutes, and goes at once."""
        long_enough = [meeting for meeting in held if at - meeting.start >= 6 * MINUTE]
        wanted = {
            "bridge": max(1, -(-sum(meeting.people for meeting in long_enough) // BRIDGE_SEATS)),
            "recorder": max(1, sum(meeting.recorded for meeting in long_enough)),
        }
        for kind, count in wanted.items():
            if count != counts[kind]:
                self.month.scalings.setdefault(kind, []).append((at, count))
                verb = "started" if count > counts[kind] else "stopped"
                self.month.add_event(kind, at, f"has {verb} 1 tasks: (task {at:%d%H%M}0a1b2c3d).")
        return wanted

    def signalling(
        self, wake: Wake, at: dt.datetime, held: Sequence[Meeting], counts: dict[str, int], people: int
    ) -> None:
        """A minute of signalling."""
        month, busy = self.month, sum(meeting.recorded for meeting in held)
        told = {"participants": people, "conferences": len(held), "bridges": counts["bridge"]}
        for metric, value in told.items():
            month.publish(metric.capitalize(), at, value)
        free = max(0, counts["recorder"] - busy)
        told |= {"recorders": counts["recorder"], "recorders_available": free}
        # Caddy renews it when a third of its 90 days is left.
        told["certificate_days"] = 75 - (at - month.start).days
        self.stats(wake, "signalling", "jicofo", at, 0, {**told})
        month.publish("CPUUtilization", at, round(6 + 0.4 * people, 1), "signalling")
        month.publish("MemoryUtilization", at, round(38 + 0.1 * people, 1), "signalling")

    def bridges(self, wake: Wake, at: dt.datetime, held: Sequence[Meeting], count: int) -> None:
        """A minute of the bridges. Two people in a room need none."""
        month, seated = self.month, sum(meeting.people for meeting in held if meeting.people > 2)
        for number in range(count):
            seats = seated // count + (number < seated % count)
            told = {"participants": seats, "conferences": len(held), "stress": round(0.013 * seats, 3)}
            self.stats(wake, "bridge", "jvb", at, number, {**told, "healthy": 1, "drain": 0})
            month.publish("BridgeParticipants", at, seats)
            month.publish("Stress", at, told["stress"])
            month.publish("CPUUtilization", at, round(min(99.0, 4 + 1.5 * seats), 1), "bridge")
            month.publish("MemoryUtilization", at, round(30 + 0.2 * seats, 1), "bridge")

    def recorders(self, wake: Wake, at: dt.datetime, held: Sequence[Meeting], count: int, kept: int) -> None:
        """A minute of the recorders. What is kept is on the first one's disk."""
        month, recorded = self.month, sum(meeting.recorded for meeting in held)
        for number in range(count):
            busy, waiting = int(number < recorded), kept if number == 0 else 0
            told = {"busy": busy, "healthy": 1, "waiting": waiting, "disk_percent": 12 + 3 * waiting}
            self.stats(wake, "recorder", "jibri", at, number, {**told})
            for metric, name in (
                ("RecorderBusy", "busy"),
                ("RecordingsWaiting", "waiting"),
                ("DiskPercent", "disk_percent"),
            ):
                month.publish(metric, at, told[name])
            month.publish("CPUUtilization", at, 82.0 if busy else 5.0, "recorder")
            month.publish("MemoryUtilization", at, 61.0 if busy else 22.0, "recorder")

    # Meetings

    def meeting(self, wake: Wake, meeting: Meeting, relayed: bool) -> None:
        """What the components write about a meeting. The first one has somebody who needs a relay."""
        begin, over = max(meeting.start, wake.ready_at), meeting.end
        named = {
            "room": meeting.room,
            "jid": f"{meeting.room}@muc.meet.jitsi",
            "conference": f"{self.chance.getrandbits(52):x}",
            "meeting": uuid.UUID(int=self.chance.getrandbits(128)),
        }
        self.say(wake, begin, "jicofo", TEXTS["opened"], **named)
        self.say(wake, begin, "jvb", TEXTS["created"], **named)
        for number in range(meeting.people):
            at = begin + dt.timedelta(seconds=2 + 3 * number)
            someone = {"number": number + 1, "member": f"{self.chance.getrandbits(32):08x}"}
            for container, text in (("web", "websocket"), ("prosody", "guest"), ("jicofo", "joined")):
                self.say(wake, at, container, TEXTS[text], **named, **someone)
        if relayed:
            seconds = int((begin - wake.at).total_seconds())
            self.say(wake, begin + MINUTE, "coturn", TEXTS["relayed"], seconds=seconds)
        self.say(wake, over, "jicofo", TEXTS["closed"], **named)
        self.say(wake, over, "jvb", TEXTS["expired"], **named)
        if meeting.recorded:
            for text in ("record", "url"):
                self.say(wake, begin + 2 * MINUTE, "jibri", TEXTS[text], **named)
            self.say(wake, over, "jibri", TEXTS["recorded"])

    def recording(self, one: Recording) -> None:
        """The results of its uploads."""
        wake = self.month.wake_of(one.meeting.start)
        for at, ok, reason in one.uploads:
            told: dict[str, Any] = {"source": "upload", "platform": self.month.platform, "id": one.meeting.session}
            told |= {"result": "ok" if ok else "failed", "file": one.file, "bytes": one.bytes}
            told |= {"reason": reason} if reason else {}
            self.line(wake, at, "recorder", "jibri", json.dumps(told, separators=(",", ":")))
            self.month.publish("UploadResult", at, int(ok))

    # What goes wrong

    def troubles(self) -> None:
        """Lines that an operator looks for, and secrets that have got into the log of the last day."""
        month = self.month
        for (day, hour, component), text in TROUBLES:
            at = month.at(day, hour)
            if component in KIND_OF:
                self.say(month.wake_of(at), at, component, text)
            else:
                self.function(component, at, text.format(at=at))
        rotation = {"source": "rotation", "message": "The oldest value is 80 days old, rotation is due in 10 days."}
        self.function("rotation", month.at(25, 3), **rotation)
        unable = "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later."
        month.add_event("bridge", month.at(10, 8) - 5 * MINUTE, unable)
        wake = month.wakes[-1]
        late, month.leaks = wake.at + 30 * MINUTE, [*self.secrets, TOKEN]
        for secret in self.secrets:
            text = "auth.meet.jitsi:auth                  debug\ttest_password for focus with {secret}"
            self.say(wake, late, "prosody", text, secret=secret)
        text = (
            '198.51.100.9 - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET /class-7a?jwt={token} HTTP/1.1" 200 31273 "-" "curl"'
        )
        self.say(wake, late, "web", text, token=TOKEN)
