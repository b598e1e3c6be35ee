# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a platform is well: from what was read to a list of checks, each with what to do. Asleep is well."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .. import names
from ..lifecycle.functions.state import BLACKHOLE
from .check import BAD, OK, WARN, Check

RUNBOOKS = "playbooks/runbooks"
MINUTE = dt.timedelta(minutes=1)
# A figure comes once a minute, and takes a while to be seen.
FRESH = 4 * MINUTE
# By then a deployment has ended or is stuck, and a wake has failed.
STARTING = 15 * MINUTE
# ECS and the life cycle end tasks for these reasons, and a bridge or recorder that has drained ends itself.
_HARMLESS = re.compile(
    r"Scaling activity initiated by|Service .* deleted|initiated by \(deployment|UserInitiated", re.IGNORECASE
)
_MEMORY = re.compile(r"OutOfMemory|\b137\b")
_STUCK = re.compile(r"unable to|failed|CannotPull|capacity is unavailable", re.IGNORECASE)
_MEMORY_OF = {
    "signalling": "jitsi_signalling_memory",
    "bridge": "jitsi_task_memory",
    "recorder": "jitsi_recorder_instance_type",
}


@dataclass(frozen=True)
class Limits:
    """When rotation is due, and how many days a certificate should have left."""

    rotation_days: float = 90
    grace_days: float = 7
    # ACM renews 60 days before the end, and Caddy when a third of the validity is left.
    certificate_days: float = 10


@dataclass(frozen=True)
class Facts:
    """What was read. Dictionaries are as AWS describes things, unless said otherwise."""

    now: dt.datetime
    domain: str
    # The life cycle, as the module lifecycle_info returns it.
    life: Mapping[str, Any]
    # Services and tasks (also those that ended lately) by kind, and the public addresses of the running ones.
    services: Mapping[str, Mapping[str, Any]]
    tasks: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    addresses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    # The newest line of each statistics sidecar of the last minutes, by the component that it watches.
    figures: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    records: Sequence[Mapping[str, Any]] = ()
    distribution: Mapping[str, Any] | None = None
    certificate: Mapping[str, Any] | None = None
    # (when it was told, days left) of Caddy's certificate.
    origin_certificate: tuple[float, float] | None = None
    # The steps from here to a login by XMPP (probe/checks.py), None if they were not taken.
    xmpp: Sequence[Mapping[str, Any]] | None = None
    alarms: Sequence[Mapping[str, Any]] = ()
    # Lines of functions about errors, as log_lines.line makes them.
    function_errors: Sequence[Mapping[str, str]] = ()
    # Days since the oldest password was made, None if nobody told.
    secret_age: float | None = None
    # Uploads that failed within a day, and what waits, as recordings_info returns them; None without recording.
    failed_uploads: Sequence[Mapping[str, Any]] | None = None
    waiting: Mapping[str, Any] | None = None

    @property
    def asleep(self) -> bool:
        return self.life.get("phase") in ("asleep", "stopping", None)

    def running(self, kind: str) -> list[Mapping[str, Any]]:
        """The tasks of a kind that run and are to run."""
        return [task for task in self.tasks.get(kind, ()) if task["lastStatus"] == task["desiredStatus"] == "RUNNING"]


def checks(facts: Facts, limits: Limits) -> list[Check]:
    """Look at everything, in the order in which to repair."""
    return [check for look in _LOOKS for check in look(facts, limits)]


def _phase(facts: Facts, _limits: Limits) -> Iterator[Check]:
    phase, since = facts.life.get("phase"), facts.life.get("since")
    if not facts.life:
        missing = "the life cycle is not there"
        yield Check("state", BAD, missing, "build the platform: playbooks/site.yml")
    elif phase == "waking" and since and facts.now - dt.datetime.fromisoformat(since) > STARTING:
        todo = "see the checks of services and tasks below, and the events of the services"
        yield Check("state", BAD, f"waking since {since}, and not ready yet", todo)
    else:
        people = facts.life.get("participants")
        meet = "" if phase == "asleep" or people is None else f", {people} participants"
        yield Check("state", OK, f"{phase} since {since}{meet}")


def _services(facts: Facts, _limits: Limits) -> Iterator[Check]:
    for kind, target in facts.life.get("services", {}).items():
        service, running = facts.services.get(kind), len(facts.running(kind))
        if service is None:
            if target["maximum"] or kind != "recorder":
                yield Check(f"{kind} service", BAD, "is not there", "put it back: playbooks/site.yml")
            continue
        desired = service["desiredCount"]
        text = f"{running} of {desired} tasks run, scales {target['minimum']} to {target['maximum']}"
        yield _service(facts, kind, target, desired, running, text)
        yield from _deployments(facts, kind, service)


def _service(facts: Facts, kind: str, target: Mapping[str, int], desired: int, running: int, text: str) -> Check:
    name = f"{kind} service"
    if facts.asleep:
        if running and facts.life.get("phase") == "asleep":
            todo = f"whoever started it by hand pays for it; {RUNBOOKS}/scale.yml -e scale_to=asleep ends it"
            return Check(name, WARN, f"{text}, although the platform is asleep", todo)
        return Check(name, OK, text)
    unhealthy = [task for task in facts.running(kind) if task.get("healthStatus") == "UNHEALTHY"]
    if unhealthy:
        todo = f"read why: {RUNBOOKS}/logs.yml -e logs_components={kind}; ECS replaces it"
        return Check(name, BAD, f"{text}, {len(unhealthy)} of them unhealthy", todo)
    if running == 0 and target["maximum"]:
        starting = facts.life.get("phase") == "waking"
        todo = f"see its events and ended tasks below, then {RUNBOOKS}/logs.yml -e logs_components={kind}"
        return Check(name, WARN if starting or kind == "recorder" else BAD, text, "" if starting else todo)
    if running < desired:
        return Check(name, WARN, text, "a task is starting; look again in two minutes")
    if kind != "signalling" and desired >= target["maximum"] > 1:
        todo = f"all that may run do; allow more: {RUNBOOKS}/scale.yml -e scale_{kind}_max={target['maximum'] + 1}"
        return Check(name, WARN, text, todo)
    return Check(name, OK, text)


def _deployments(facts: Facts, kind: str, service: Mapping[str, Any]) -> Iterator[Check]:
    name = f"{kind} deployment"
    deployments = service.get("deployments", ())
    failed = [one for one in deployments if one.get("rolloutState") == "FAILED"]
    slow = [
        one
        for one in deployments
        if one.get("rolloutState") == "IN_PROGRESS" and facts.now - one["createdAt"] > STARTING and one["desiredCount"]
    ]
    if failed:
        todo = "the former release runs; read the reason, correct it, and run playbooks/site.yml"
        yield Check(name, BAD, failed[0].get("rolloutStateReason", "failed"), todo)
    elif slow:
        protected = "tasks with calls or recordings are replaced when these end"
        failures, minutes = slow[0].get("failedTasks", 0), int((facts.now - slow[0]["createdAt"]) / MINUTE)
        text = f"under way since {minutes} minutes, {failures} tasks failed"
        state = BAD if failures else WARN
        yield Check(name, state, text, f"{protected}; if tasks fail, see the ended ones below")
    stuck = [
        event
        for event in service.get("events", ())
        if facts.now - event["createdAt"] < 60 * MINUTE and _STUCK.search(event["message"])
    ]
    if stuck:
        todo = "no capacity passes by itself, or choose another size; an image that cannot be pulled: see jitsi_image_*"
        yield Check(f"{kind} events", WARN, stuck[0]["message"], todo)


def _stopped(facts: Facts, _limits: Limits) -> Iterator[Check]:
    ended = []
    for kind, tasks in facts.tasks.items():
        for task in tasks:
            reason = str(task.get("stoppedReason", ""))
            if task["lastStatus"] == "STOPPED" and not _HARMLESS.search(f"{reason} {task.get('stopCode', '')}"):
                ended.append((kind, task, reason))
    for kind, task, reason in ended:
        boxes = [box for box in task.get("containers", ()) if box.get("exitCode") or box.get("reason")]
        why = "; ".join(
            f"{box['name']} exit {box.get('exitCode', '-')} {box.get('reason', '')}".strip() for box in boxes
        )
        todo = f"read its last lines: {RUNBOOKS}/logs.yml -e logs_components={kind}"
        if _MEMORY.search(f"{reason} {why}"):
            todo = f"it ran out of memory: give it more with {_MEMORY_OF[kind]}"
        at = f"{task['stoppedAt']:%H:%M} " if task.get("stoppedAt") else ""
        yield Check("ended tasks", WARN, f"{kind} {at}{reason}{f' ({why})' if why else ''}", todo)
    if not ended:
        yield Check("ended tasks", OK, "none has failed within the hour")


def _reachable(facts: Facts, _limits: Limits) -> Iterator[Check]:
    """Signalling by its own figures: jicofo reaches prosody, and sees bridges and recorders there."""
    if facts.asleep or facts.life.get("phase") == "waking":
        return
    told = facts.figures.get("jicofo", ())
    answering = [line for line in told if line.get("reachable")]
    if not answering:
        text = "jicofo does not answer its statistics sidecar" if told else "no figures of jicofo in the last minutes"
        todo = f"without figures the platform never sleeps; {RUNBOOKS}/logs.yml -e logs_components=jicofo,prosody,stats"
        yield Check("signalling", BAD, text, todo)
        return
    line = answering[0]
    yield Check("signalling", OK, f"{line['participants']} participants in {line['conferences']} conferences")
    bridges, running = line["bridges"], len(facts.running("bridge"))
    answering = [one for one in facts.figures.get("jvb", ()) if one.get("reachable")]
    sick = [one for one in answering if not one.get("healthy", 1)]
    deaf = [one for one in answering if not one.get("signalling", 1)]
    text = f"jicofo can use {bridges} of {running} running"
    todo = (
        f"{RUNBOOKS}/logs.yml -e logs_components=jvb,address; a bridge needs prosody (5222) and a public address; "
        "stopping its task gives a fresh one"
    )
    state = BAD if not bridges else WARN if bridges < running or sick or deaf else OK
    yield Check(
        "bridges",
        state,
        text
        + (f", {len(sick)} call themselves unhealthy" if sick else "")
        + (f", {len(deaf)} do not hear signalling" if deaf else ""),
        "" if state == OK else todo,
    )
    if facts.waiting is None:
        return
    seen, free, running = line.get("recorders", 0), line.get("recorders_available", 0), len(facts.running("recorder"))
    text = f"jicofo sees {seen} of {running} running, {free} free"
    todo = f"{RUNBOOKS}/logs.yml -e logs_components=jibri; {RUNBOOKS}/recordings.yml -e recordings_action=waiting"
    state = WARN if seen < running or (running and not free) else OK
    yield Check("recorders", state, text, "" if state == OK else todo)


def _dns(facts: Facts, _limits: Limits) -> Iterator[Check]:
    values = {
        (record["Name"].rstrip("."), record["Type"]): [each["Value"] for each in record.get("ResourceRecords", ())]
        for record in facts.records
    }
    nowhere = list(BLACKHOLE)
    for record, kind in (("origin", "signalling"), ("turn", "bridge")):
        name = f"{record}.{facts.domain}"
        found, live = sorted(values.get((name, "A"), [])), sorted(facts.addresses.get(kind, ()))
        state, text, todo = OK, f"{name} is {', '.join(found)}", ""
        if not found:
            state, text, todo = BAD, f"{name} has no address", "put it back: playbooks/site.yml --tags edge"
        elif found != nowhere and not set(found) <= set(live):
            state, text = BAD, f"{text}, which {'no task has' if not live else 'is not all of ' + ', '.join(live)}"
            todo = f"somebody else may have this address by now; {_function_todo('tasks')}"
        elif not facts.asleep and found == nowhere and live and facts.life.get("phase") == "awake":
            state, text = BAD, f"{text}, although a task has {', '.join(live)}"
            todo = _function_todo("tasks")
        yield Check(f"address of {record}", state, text, todo)
    aliases = [
        record["AliasTarget"]["DNSName"].rstrip(".")
        for record in facts.records
        if record["Name"].rstrip(".") == facts.domain and "AliasTarget" in record
    ]
    entrance = facts.distribution
    if entrance is None:
        yield Check(
            "entrance", BAD, f"no distribution serves {facts.domain}", "put it back: playbooks/site.yml --tags edge"
        )
    elif not aliases or any(alias != entrance["DomainName"] for alias in aliases):
        text = f"{facts.domain} leads to {', '.join(aliases) or 'nothing'} and not to {entrance['DomainName']}"
        yield Check("entrance", BAD, text, "put it back: playbooks/site.yml --tags edge")
    elif not entrance["Enabled"]:
        yield Check(
            "entrance",
            BAD,
            f"the distribution {entrance['Id']} is disabled",
            "put it back: playbooks/site.yml --tags edge",
        )
    else:
        yield Check("entrance", OK, f"{facts.domain} leads to {entrance['DomainName']}, {entrance['Status'].lower()}")
    issuers = values.get((facts.domain, "CAA"), [])
    if not any("letsencrypt.org" in value for value in issuers) or not any("amazon.com" in value for value in issuers):
        text = f"of {facts.domain} do not name both amazon.com and letsencrypt.org"
        todo = "without them a certificate may not be renewed: playbooks/site.yml --tags edge"
        yield Check("certificate authorities", WARN, text, todo)


def _certificates(facts: Facts, limits: Limits) -> Iterator[Check]:
    found = facts.certificate
    if found is None:
        yield Check("certificate", BAD, f"none for {facts.domain}", "put it back: playbooks/site.yml --tags edge")
    elif found["Status"] != "ISSUED":
        todo = "see whether the zone has its validation record and the parent delegates to the zone; playbooks/site.yml"
        yield Check("certificate", BAD, f"{found['Status']} for {facts.domain}", todo)
    else:
        days = (found["NotAfter"] - facts.now).total_seconds() / 86400 if "NotAfter" in found else 365.0
        todo = "ACM renews by its DNS record: is it still in the zone? playbooks/site.yml --tags edge puts it back"
        yield _days("certificate", f"of {facts.domain}", days, limits.certificate_days, todo)
    if facts.origin_certificate is None:
        yield Check("certificate of Caddy", OK, "nobody has told of it yet")
        return
    when, days = facts.origin_certificate
    left = days - (facts.now.timestamp() - when) / 86400
    todo = (
        f"Caddy renews while the platform is awake: {RUNBOOKS}/scale.yml -e scale_to=awake, then "
        f"{RUNBOOKS}/logs.yml -e logs_components=caddy"
    )
    host = names.hosts(facts.domain)["origin"]
    yield _days("certificate of Caddy", f"of {host}", left, limits.certificate_days, todo)


def _days(check: str, of: str, days: float, least: float, todo: str) -> Check:
    if days < 0:
        return Check(check, BAD, f"{of} ended {-days:.0f} days ago", todo)
    state = WARN if days < least else OK
    return Check(check, state, f"{of} is valid for {days:.0f} more days", "" if state == OK else todo)


def _xmpp(facts: Facts, _limits: Limits) -> Iterator[Check]:
    """The way of a participant: what the figures of signalling do not show."""
    if facts.xmpp is None:
        return
    failed = next((step for step in facts.xmpp if step["state"] == BAD), None)
    if failed:
        todo = f"{failed['todo']}; all steps: {RUNBOOKS}/verify.yml"
        yield Check("XMPP", BAD, f"cannot be reached from here: {failed['check']}: {failed['text']}", todo)
    else:
        names = ", ".join(step["check"] for step in facts.xmpp)
        yield Check("XMPP", OK, f"reached from here in {sum(step['seconds'] for step in facts.xmpp):.1f} s: {names}")


def _functions(facts: Facts, _limits: Limits) -> Iterator[Check]:
    errors = facts.function_errors
    if not errors:
        yield Check("functions", OK, "no error within a day")
    for name in sorted({line["component"] for line in errors}):
        own = [line for line in errors if line["component"] == name]
        text = f"{name}: {len(own)} errors within a day, the last {own[-1]['at'][:16]}: {own[-1]['text'].strip()[:200]}"
        yield Check("functions", WARN, text, f"{RUNBOOKS}/logs.yml -e logs_components={name} -e logs_since=1d")


def _alarms(facts: Facts, _limits: Limits) -> Iterator[Check]:
    ringing = [alarm for alarm in facts.alarms if alarm["StateValue"] == "ALARM"]
    for alarm in ringing:
        since = alarm.get("StateUpdatedTimestamp")
        text = f"{alarm['AlarmName'].rpartition('/')[2]}{f' since {since:%Y-%m-%d %H:%M}' if since else ''}"
        yield Check("alarms", BAD, text, alarm.get("AlarmDescription", ""))
    if not ringing:
        yield Check("alarms", OK, f"none of {len(facts.alarms)} rings")


def _secrets(facts: Facts, limits: Limits) -> Iterator[Check]:
    age = facts.secret_age
    if age is None:
        yield Check("passwords", OK, "nobody has told how old they are")
        return
    left = limits.rotation_days - age
    due = f"is due in {left:.0f} days" if left >= 0 else f"was due {-left:.0f} days ago"
    text = f"{age:.0f} days old, rotation {due}"
    state = OK if left >= 0 else WARN if age <= limits.rotation_days + limits.grace_days else BAD
    todo = "playbooks/rotate_secrets.yml rotates when nobody meets; -e rotate_wait_minutes=60 waits for it"
    yield Check("passwords", state, text, "" if state == OK else todo)


def _recordings(facts: Facts, _limits: Limits) -> Iterator[Check]:
    if facts.waiting is None or facts.failed_uploads is None:
        return
    lost = [upload for upload in facts.failed_uploads if not upload["uploaded"]]
    kept = facts.waiting["recordings"] or 0
    fresh = facts.waiting["minutes_ago"] is not None and facts.waiting["minutes_ago"] < FRESH / MINUTE
    busy = facts.life.get("recorders_busy")
    todo = f"do not end its instance; {RUNBOOKS}/recordings.yml -e recordings_action=uploads says which and why"
    if lost:
        names = ", ".join(upload["file"] for upload in lost[:3])
        yield Check("recordings", BAD, f"{len(lost)} uploads failed within a day and are not done yet: {names}", todo)
    elif kept and fresh and not busy:
        yield Check("recordings", WARN, f"{kept} recordings wait for their upload", todo)
    else:
        yield Check(
            "recordings",
            OK,
            "nothing waits for its upload" if not kept or not fresh else f"{kept} are made or uploaded now",
        )


def _function_todo(name: str) -> str:
    return f"its function follows the tasks within a minute; if not: {RUNBOOKS}/logs.yml -e logs_components={name}"


_LOOKS = (
    _phase,
    _services,
    _stopped,
    _reachable,
    _dns,
    _certificates,
    _xmpp,
    _functions,
    _alarms,
    _secrets,
    _recordings,
)
