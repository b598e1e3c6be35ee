# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A whole rotation against a small account in memory: every way it can go, and every state that a dead run leaves."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.secret import rotation, rotation_steps
from ansible_collections.meetops.jitsi.plugins.module_utils.secret.rotation_plan import Do, Line, Request, Service

OWNED = {"jvb_auth_password": 16, "turn_credentials": 32}
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
DOCUMENT = {"jvb_auth_password": "a" * 32, "own": {"x": 1}, "turn_credentials": "b" * 64, "wake_pin": "4711"}
TOKEN = "11111111-2222-3333-4444-555555555555"
NOW = CREATED + timedelta(days=100)


class Died(BaseException):
    """The run was killed."""


@dataclass
class Account:
    """A secret and three services, as a ``Cloud``. Signalling starts and stops within one poll."""

    labels: dict[str, set[str]] = field(default_factory=lambda: {"old": {"AWSCURRENT"}})
    texts: dict[str, str | None] = field(default_factory=lambda: {"old": json.dumps(DOCUMENT)})
    all: dict[str, Service] = field(default_factory=dict)
    time: datetime = NOW
    participants: int = 0
    logs: bool = True
    # Versions of the document with which bridges can log in.
    broken: set[str] = field(default_factory=set)
    tasks: list[datetime] = field(default_factory=list)
    prosody: str = ""  # the text that the running prosody read
    calls: list[str] = field(default_factory=list)
    die_at: int = -1
    rotation_enabled: bool = True
    protected: bool = False  # a meeting keeps ECS from stopping signalling

    # reads

    def describe(self) -> rotation.Described:
        alive = {version: labels for version, labels in self.labels.items() if labels}
        return rotation.Described("meet-jitsi-secrets", "arn", CREATED, alive, self.rotation_enabled)

    def text(self, version: str) -> str | None:
        return self.texts.get(version)

    def services(self) -> dict[str, Service]:
        self.settle()
        return self.all

    def signalling_tasks(self) -> list[datetime]:
        return list(self.tasks)

    def protected_tasks(self) -> int:
        return len(self.tasks) if self.protected else 0

    def line(self, since: datetime) -> Line | None:
        works = self.prosody not in self.broken
        if not self.logs or not self.tasks:
            return None
        bridges, recorders = (self.all[kind].running * works for kind in ("bridge", "recorder"))
        return Line(self.time, self.participants, bridges, recorders)

    def now(self) -> datetime:
        return self.time

    # writes

    def called(self, name: str) -> None:
        self.time += timedelta(seconds=2)
        if len(self.calls) == self.die_at:
            raise Died
        self.calls.append(name)

    def put(self, version: str, text: str, labels: list[str]) -> None:
        self.called(f"put {'+'.join(labels)}")
        if self.texts.get(version) not in (None, text):
            raise rotation.Conflict("put")
        self.texts[version] = text
        for label in labels:
            for held in self.labels.values():
                held.discard(label)
        self.labels.setdefault(version, set()).update(labels)

    def label(self, label: str, to: str, off: str) -> None:
        self.called(f"{label} {'on' if to else 'off'}")
        holder = next((version for version, labels in self.labels.items() if label in labels), "")
        if off != holder and not (not off and holder == to):
            raise rotation.Conflict(label)
        for version in filter(None, [off]):
            self.labels[version].discard(label)
        if to:
            self.labels[to].add(label)
        if label == "AWSCURRENT":
            # The rule that all of this is for.
            assert not self.tasks, "AWSCURRENT moved under a signalling task"
            for labels in self.labels.values():
                labels.discard("AWSPREVIOUS")
            self.labels[off].add("AWSPREVIOUS")

    def set_minimum(self, minimum: int) -> None:
        self.called(f"minimum {minimum}")
        self.all["signalling"] = replace(self.all["signalling"], minimum=minimum)

    def set_desired(self, desired: int) -> None:
        self.called(f"desired {desired}")
        self.all["signalling"] = replace(self.all["signalling"], desired=desired)

    def unprotect(self) -> None:
        self.called("unprotect")
        self.protected = False

    def redeploy(self, kind: str) -> None:
        self.called(f"redeploy {kind}")

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    # what AWS does by itself

    def settle(self) -> None:
        signalling = self.all.get("signalling")
        if signalling is None or signalling.desired == len(self.tasks) or self.protected:
            return
        self.tasks = [self.time] if signalling.desired else []
        self.prosody = str(self.texts[self.version("AWSCURRENT")]) if signalling.desired else ""
        self.all["signalling"] = replace(signalling, running=signalling.desired)

    def version(self, label: str) -> str:
        return self.describe().version(label)

    @property
    def current(self) -> dict[str, Any]:
        return dict(json.loads(self.texts[self.version("AWSCURRENT")] or ""))


def asleep(**fields: Any) -> Account:
    return Account(all={kind: Service(minimum=0) for kind in ("signalling", "bridge", "recorder")}, **fields)


def awake(**fields: Any) -> Account:
    running = {kind: Service(desired=1, running=1, fresh=1, minimum=1) for kind in ("bridge", "recorder")}
    account = Account(all={"signalling": Service(desired=1, minimum=1), **running}, **fields)
    account.settle()
    return account


def rotate(account: Account, *, named: set[str] | None = None, **options: Any) -> rotation.Outcome:
    request = Request(named=frozenset(named or ()), **{k: options.pop(k) for k in ("days", "force") if k in options})
    return rotation.Rotation(account, OWNED, request, say=lambda text: None, **options).run()


def test_asleep_in_three_calls() -> None:
    account = asleep()
    outcome = rotate(account)
    assert account.calls == ["put AWSPENDING", "AWSCURRENT on", "AWSPENDING off"]
    assert outcome.keys == sorted(OWNED)
    assert settled(account)
    new = account.current
    assert [len(new[key]) for key in OWNED] == [32, 64]
    assert all(new[key] != DOCUMENT[key] for key in OWNED)
    assert {key: new[key] for key in ("own", "wake_pin")} == {key: DOCUMENT[key] for key in ("own", "wake_pin")}
    account.calls.clear()
    assert not rotate(account).changed
    assert account.calls == []


AWAKE = [
    *("put AWSPENDING", "JITSI_RESTART on", "minimum 0", "desired 0", "AWSCURRENT on", "JITSI_RESTART on"),
    *("minimum 1", "desired 1", "redeploy bridge", "redeploy recorder", "AWSPENDING off", "JITSI_RESTART off"),
]


@pytest.mark.parametrize("options", [{"force": True}, {"days": 90}], ids=["forced", "nobody there"])
def test_awake_stops_moves_starts_and_checks(options: dict[str, Any]) -> None:
    account = awake(participants=3 if "force" in options else 0)
    rotate(account, **options)
    assert account.calls == AWAKE
    assert settled(account)
    assert account.all["signalling"] == Service(desired=1, running=1, minimum=1)


def settled(account: Account) -> bool:
    """One AWSCURRENT, no rotation under way, and prosody runs with what is current."""
    labels = [label for held in account.labels.values() for label in held]
    agrees = not account.tasks or account.prosody == account.texts[account.version("AWSCURRENT")]
    return agrees and labels.count("AWSCURRENT") == 1 and not {"AWSPENDING", "JITSI_RESTART"} & set(labels)


@pytest.mark.parametrize(
    ("account", "why"),
    [
        (awake(participants=1), "1 person is in a meeting now"),
        (awake(participants=7), "7 people meet now"),
        (awake(logs=False), "nobody knows how many people meet, since jicofo has not told"),
    ],
)
def test_postponed_changes_nothing(account: Account, why: str) -> None:
    with pytest.raises(rotation.Postponed, match=why):
        rotate(account)
    assert account.calls == []


def test_who_has_just_come_in_is_seen_before_jicofo_has_told() -> None:
    account = awake()
    account.protected = True
    with pytest.raises(
        rotation.Postponed, match="somebody has just come in, since the signalling task protects itself"
    ):
        rotate(account)
    # Signalling was not touched, and the next run goes on.
    assert account.calls == AWAKE[:2]
    account.protected = False
    rotate(account)
    assert settled(account)


def test_forced_stops_what_a_meeting_protects() -> None:
    account = awake(participants=3)
    account.protected = True
    rotate(account, force=True)
    assert account.calls == [*AWAKE[:4], "unprotect", *AWAKE[4:]]
    assert settled(account)


def test_who_comes_before_signalling_has_stopped_stays() -> None:
    account = awake()
    desired = account.set_desired

    def setting(count: int) -> None:
        account.participants, account.protected = 2, True
        desired(count)

    account.set_desired = setting  # type: ignore[method-assign]
    with pytest.raises(rotation.Postponed, match="2 people meet now"):
        rotate(account)
    assert account.calls == [*AWAKE[:4], "minimum 1", "desired 1"]
    assert len(account.tasks) == 1
    account.participants, account.protected, account.set_desired = 0, False, desired  # type: ignore[method-assign]
    rotate(account)
    assert settled(account)


def test_waits_for_the_last_participant() -> None:
    account = awake(participants=2)
    leave = account.time + timedelta(minutes=10)
    sleep = account.sleep

    def sleeping(seconds: float) -> None:
        sleep(seconds)
        account.participants = 2 if account.time < leave else 0

    account.sleep = sleeping  # type: ignore[method-assign]
    run = rotation.Rotation(account, OWNED, say=lambda text: None)
    assert run.wait_for_turn(300).do is Do.POSTPONE
    assert account.calls == []
    assert run.wait_for_turn(600).do is Do.PREPARE
    run.run()
    assert account.calls == AWAKE


@pytest.mark.parametrize(
    ("request_", "keys"),
    [
        ({"days": 101}, []),
        ({"days": 101, "force": True}, ["jvb_auth_password", "turn_credentials"]),
        ({"days": 101, "named": {"turn_credentials"}}, ["turn_credentials"]),
        ({"days": 101, "named": {"turn_credentials", "wake_pin"}}, ["turn_credentials", "wake_pin"]),
        ({"days": 100}, ["jvb_auth_password", "turn_credentials"]),
    ],
)
def test_only_what_is_due_forced_or_named(request_: dict[str, Any], keys: list[str]) -> None:
    account = asleep()
    outcome = rotate(account, **request_)
    assert outcome.keys == keys
    assert [key for key in DOCUMENT if account.current[key] != DOCUMENT[key]] == keys
    assert outcome.changed == bool(keys)


@pytest.mark.parametrize("key", ["nobody", "own", "_rotated"])
def test_names_no_key_that_is_not_there(key: str) -> None:
    account = asleep()
    with pytest.raises(InvalidInput, match=f"{key}: the document holds no such text"):
        rotate(account, named={key})
    assert account.calls == []


def test_one_key_keeps_the_age_of_the_others() -> None:
    account = asleep()
    rotate(account, named={"turn_credentials"})
    ages = rotation.read_secret(account, OWNED).ages
    assert {key: round(age) for key, age in ages.items()} == {"jvb_auth_password": 100, "turn_credentials": 0}


def test_put_back_when_not_all_log_in() -> None:
    account = awake()
    put = account.put

    def putting(version: str, text: str, labels: list[str]) -> None:
        put(version, text, labels)
        if "JITSI_PUT_BACK" not in labels:
            account.broken.add(text)

    account.put = putting  # type: ignore[method-assign]
    with pytest.raises(rotation.NotHealthy, match="the former values are current again"):
        rotate(account)
    assert account.current == DOCUMENT
    assert settled(account)
    assert account.tasks
    assert "JITSI_PUT_BACK" in account.labels[account.version("AWSCURRENT")]
    # It is due still, and the next run tries again.
    account.broken.clear()
    account.put = put  # type: ignore[method-assign]
    rotate(account)
    assert account.current["turn_credentials"] != DOCUMENT["turn_credentials"]
    assert settled(account)


@pytest.mark.parametrize(
    ("make", "broken", "calls"), [(asleep, False, 3), (awake, False, len(AWAKE)), (awake, True, 21)]
)
def test_dead_at_every_call_is_finished_by_the_next_run(make: Any, broken: bool, calls: int) -> None:
    for at in range(calls):
        account = make(die_at=at)
        account.broken = Everything() if broken else set()
        with pytest.raises(Died):
            rotate(account)
        account.die_at, account.broken = -1, set()
        # A run that died while it put back is put back, and says so.
        with suppress(rotation.NotHealthy):
            rotate(account)
        assert settled(account), at
        assert bool(account.tasks) == (make is awake), at
        rotate(account)
        assert settled(account), at
        assert account.current["turn_credentials"] != DOCUMENT["turn_credentials"], at
    account = make(broken=Everything() if broken else set())
    with suppress(rotation.NotHealthy):
        rotate(account)
    assert len(account.calls) == calls


class Everything(set):  # type: ignore[type-arg]
    """Holds whatever is looked for."""

    def __contains__(self, item: object) -> bool:
        return True


def waiting(text: str | None, **account: Any) -> Account:
    made = asleep()
    made.texts["new"], made.labels["new"] = text, {"AWSPENDING"}
    return replace(made, **account)


def test_an_empty_version_that_waits_is_filled() -> None:
    account = waiting(None)
    assert rotate(account, days=1000).keys == sorted(OWNED)
    assert account.version("AWSCURRENT") == "new"
    assert settled(account)


STAMPED = {**DOCUMENT, "_rotated": {"turn_credentials": "2026-04-10T00:00:00Z"}}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ({**STAMPED, "turn_credentials": "c" * 64}, True),
        (DOCUMENT, False),
        ({**DOCUMENT, "turn_credentials": "c" * 64}, False),
        ({**STAMPED, "jvb_auth_password": "c" * 32}, False),
        ({**STAMPED, "turn_credentials": "c" * 64, "more": "x"}, False),
        ({key: STAMPED[key] for key in STAMPED if key != "own"}, False),
    ],
)
def test_a_version_that_waits_is_finished_if_it_follows_from_the_current_one(text: dict[str, Any], kept: bool) -> None:
    account = waiting(json.dumps(text))
    outcome = rotate(account, days=1000)
    assert account.version("AWSCURRENT") == ("new" if kept else "old")
    assert outcome.cancelled == ("" if kept else "new")
    assert settled(account)


def test_waking_between_the_look_and_the_move_is_replaced() -> None:
    account = asleep()
    tasks = account.signalling_tasks
    looks = 0

    def looking() -> list[datetime]:
        nonlocal looks
        looks += 1
        seen = tasks()
        if looks == 2:  # before the move
            account.all["signalling"] = replace(account.all["signalling"], desired=1, minimum=1)
        return seen

    account.signalling_tasks = looking  # type: ignore[method-assign]
    rotate(account)
    assert settled(account)
    assert account.tasks
    assert account.calls[1:5] == ["AWSCURRENT on", "JITSI_RESTART on", "minimum 0", "desired 0"]


# --- The four steps


def steps(account: Account, request: Request = rotation_steps.ON_REQUEST) -> list[bool]:
    quiet: Any = {"request": request, "say": lambda text: None}
    return [
        rotation_steps.create_secret(account, OWNED, TOKEN, **quiet),
        rotation_steps.set_secret(account, OWNED, TOKEN, **quiet),
        rotation_steps.test_secret(account, OWNED, TOKEN),
        rotation_steps.finish_secret(account, OWNED, TOKEN, **quiet),
    ]


@pytest.mark.parametrize("account", [asleep(), awake()], ids=["asleep", "awake"])
def test_four_steps(account: Account) -> None:
    account.labels[TOKEN], account.texts[TOKEN] = {"AWSPENDING"}, None
    was = bool(account.tasks)
    assert steps(account) == [True] * 4
    assert account.version("AWSCURRENT") == TOKEN
    assert settled(account)
    assert bool(account.tasks) == was
    account.calls.clear()
    assert steps(account) == [False] * 4
    assert account.calls == []


def test_four_steps_stop_at_the_right_call() -> None:
    account = awake()
    account.labels[TOKEN], account.texts[TOKEN] = {"AWSPENDING"}, None
    rotation_steps.create_secret(account, OWNED, TOKEN)
    assert account.calls == ["put AWSPENDING"]
    rotation_steps.set_secret(account, OWNED, TOKEN)
    assert account.calls[1:] == ["JITSI_RESTART on", "minimum 0", "desired 0"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rotation_enabled": False}, "rotation is not enabled"),
        ({}, f"has no version {TOKEN}"),
        ({"labels": {"old": {"AWSCURRENT"}, TOKEN: {"AWSPREVIOUS"}}}, "is not labelled AWSPENDING"),
    ],
)
def test_guards(change: dict[str, Any], message: str) -> None:
    account = replace(asleep(), **change)
    for step in (
        rotation_steps.create_secret,
        rotation_steps.set_secret,
        rotation_steps.test_secret,
        rotation_steps.finish_secret,
    ):
        with pytest.raises(rotation.RotationError, match=message):
            step(account, OWNED, TOKEN)
    assert account.calls == []


def test_a_function_that_died_while_it_put_back_is_finished_by_its_retry() -> None:
    account = awake()
    account.labels[TOKEN], account.texts[TOKEN] = {"AWSPENDING"}, None
    account.broken, account.die_at = Everything(), 11
    with pytest.raises(Died):
        steps(account)
    assert account.calls[-1] == "put AWSPENDING+JITSI_PUT_BACK"
    # AWS asks for the same version again, which is current and waits no more.
    account.broken, account.die_at = set(), -1
    with pytest.raises(rotation.NotHealthy):
        rotation_steps.finish_secret(account, OWNED, TOKEN)
    assert account.current == DOCUMENT
    assert settled(account)
    assert account.tasks
    assert not rotation_steps.resume(account, OWNED)


def test_a_request_is_postponed_while_people_meet() -> None:
    account = awake(participants=1)
    account.labels[TOKEN], account.texts[TOKEN] = {"AWSPENDING"}, None
    with pytest.raises(rotation.Postponed):
        rotation_steps.create_secret(account, OWNED, TOKEN)
    assert account.calls == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "is empty"),
        ({**DOCUMENT, "own": 1}, "does not follow"),
        ({**STAMPED, "turn_credentials": ""}, "no usable value for turn_credentials"),
        ({**STAMPED, "turn_credentials": "two words"}, "no usable value for turn_credentials"),
    ],
)
def test_testing_refuses_what_components_cannot_use(text: Any, message: str) -> None:
    account = asleep()
    account.labels[TOKEN], account.texts[TOKEN] = {"AWSPENDING"}, text and json.dumps(text)
    with pytest.raises(rotation.RotationError, match=message):
        rotation_steps.test_secret(account, OWNED, TOKEN)


def test_testing_takes_the_copy_that_aws_tests_a_schedule_with() -> None:
    account = asleep()
    account.labels[TOKEN], account.texts[TOKEN] = {"AWSPENDING"}, json.dumps(DOCUMENT)
    assert rotation_steps.test_secret(account, OWNED, TOKEN)


# --- Two at once


def test_of_two_runs_one_wins() -> None:
    account = asleep()
    put = account.put

    def putting(version: str, text: str, labels: list[str]) -> None:
        put(version, text, labels)
        account.put = put  # type: ignore[method-assign]
        account.texts["theirs"], account.labels["theirs"] = None, set()
        put("theirs", json.dumps({**STAMPED, "turn_credentials": "c" * 64}), ["AWSPENDING"])

    account.put = putting  # type: ignore[method-assign]
    with pytest.raises(rotation.Superseded, match="version theirs waits"):
        rotate(account)
    rotate(account, days=1000)
    assert account.version("AWSCURRENT") == "theirs"
    assert settled(account)


def test_a_run_that_is_overtaken_ends_without_a_second_rotation() -> None:
    account = asleep()
    label = account.label

    def labelling(name: str, to: str, off: str) -> None:
        account.label = label  # type: ignore[method-assign]
        rotate(account, force=True)
        account.calls.append("ours")
        label(name, to, off)

    account.label = labelling  # type: ignore[method-assign]
    outcome = rotate(account, force=True)
    assert account.calls[-2:] == ["ours", "AWSCURRENT on"]
    assert outcome.keys == sorted(OWNED)
    assert settled(account)


def test_no_value_in_what_is_said() -> None:
    account, said = awake(), []
    request = Request(force=True)
    run = rotation.Rotation(account, OWNED, request, say=said.append)
    outcome = run.run()
    shown = repr((said, outcome, run.secret, run.platform))
    values = [str(value) for text in account.texts.values() for value in json.loads(text or "{}").values()]
    assert not [value for value in values if len(value) > 3 and value in shown]
