# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Recordings through faults and deaths, drawn from a seed, until the disks are empty; then everything is compared."""

from __future__ import annotations

import concurrent.futures
import json
import random
import string
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from .recorder import Recorder, Verdict, judge, kill_at_request, kill_at_step
from .s3 import BUCKET, FAULTS, S3, Caller, s3_server

ROLE = Path(__file__).resolve().parents[3] / "roles" / "ecs_service"
# The script has fewer commands in a run without faults. tests/integration/modules/test_recordings.py counts them.
STEPS = 150
# So many readings that differ make upload.sh send an object again: its variable ``readings``.
READINGS = 3
# Names that jibri makes, or that a file system allows.
NAMES: list[str | bytes] = [
    "room_2026-11-23-10-00-00.mp4",
    "my room_2026-11-23-10-00-00.mp4",
    "Zürich 会議_2026-11-23-10-00-00.mp4",
    "-rf_2026-11-23-10-00-00.mp4",
    "--delete.mp4",
    'it\'s "quoted" `id` $(id) $HOME.mp4',
    "two\nlines\r\tand a tab.mp4",
    "a:b?c*d[e]{f}\\g|h<i>#j%20&k=l+m,n;o~p^q!.mp4",
    " blank at both ends ",
    "\uff0e\uff0f\u201b\u2400 what rclone would encode.mp4",
    b"\xff\xfe no UTF-8 \xe9.mp4",
    "no extension",
    ".hidden.mp4",
    "e\u0301 combining and é composed.mp4",
    "x" * 251 + ".mp4",
]


@dataclass
class Figures:
    """What a run came to."""

    recordings: int = 0
    faults: int = 0
    kills: int = 0
    large: int = 0
    odd_names: int = 0
    late: int = 0
    # Objects that three readings in a row may have shown wrong, so that they had to be sent again.
    misread: int = 0
    verdict: Verdict = field(default_factory=Verdict)

    def __add__(self, other: Figures) -> Figures:
        return Figures(**{item.name: getattr(self, item.name) + getattr(other, item.name) for item in fields(Figures)})

    def line(self) -> str:
        verdict = self.verdict
        rate = 100 * verdict.ok / max(1, verdict.ok + verdict.failed)
        return (
            f"recordings={self.recordings} faults={self.faults} kills={self.kills} lost={verdict.lost}"
            f" corrupt={verdict.corrupt} left={verdict.left} again={verdict.again} late={self.late}"
            f" misread={self.misread} ok={verdict.ok} failed={verdict.failed} success={rate:.1f}%"
            f" doubled={verdict.doubled} unreported={verdict.unreported}"
        )

    @property
    def good(self) -> bool:
        """Nothing lost, corrupt, left or sent again, and every result printed once.

        Again has what landed late (S3 did it after its caller had gone, and after the next one had looked), and what
        the script sent once more since it could not be shown to be right: each reading of it brought something else.
        """
        verdict = self.verdict
        wrong = verdict.lost + verdict.corrupt + verdict.left + verdict.doubled
        wrong += verdict.unreported + verdict.unreported_failures
        return not wrong and verdict.ok == self.recordings and verdict.again <= self.late + self.misread


def misread(s3: S3) -> int:
    """How often the script had reason to send a sound object again."""
    return sum(count // READINGS for count in s3.misread.values())


def allowed_actions() -> frozenset[str]:
    """The S3 actions of the recorder's role, from the role's own file."""
    statements = yaml.safe_load((ROLE / "vars" / "main" / "iam.yml").read_text())["_ecs_service_recorder_statements"]
    actions = [statement["Action"] for statement in statements]
    return frozenset(action for item in actions for action in ([item] if isinstance(item, str) else item))


def make_bucket(aws: Any) -> Any:
    """A bucket that keeps every version; returns the client that the comparison uses, which meets no fault."""
    client = aws.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return client


@contextmanager
def recorders_at(s3: S3, folder: Path, count: int) -> Iterator[list[Recorder]]:
    """Some recorders with empty disks; whatever they started is ended."""
    recorders = [Recorder(f"recorder{number}", folder / f"disk{number}", s3) for number in range(count)]
    try:
        yield recorders
    finally:
        for recorder in recorders:
            recorder.kill()


class Life:
    """One recorder's life: it records, uploads, is killed and starts again."""

    def __init__(self, recorder: Recorder, seed: int, rate: float, shared: list[str]) -> None:
        self.recorder = recorder
        self.chance = random.Random(seed)
        self.rate = rate
        # Sessions that a recorder takes up again, as when the one before failed in the meeting.
        self.shared = shared
        self.kills = 0
        self.large = 0
        self.odd_names = 0

    def files(self) -> dict[str | bytes, bytes]:
        chance = self.chance
        name: str | bytes = NAMES[0]
        if chance.random() < 0.15:
            name = chance.choice(NAMES[1:])
            self.odd_names += 1
        size = chance.randrange(1, 60_000)
        if chance.random() < 0.02:
            size = 0
        elif chance.random() < 0.02:
            size = chance.randrange(5 << 20, 12 << 20)
            self.large += 1
        found: dict[str | bytes, bytes] = {name: chance.randbytes(size)}
        # A recorder that was killed wrote none.
        if chance.random() < 0.9:
            found["metadata.json"] = json.dumps({"meeting_url": f"https://meet.example.com/{chance.random()}"}).encode()
        return found

    def session(self) -> str:
        if self.shared and self.chance.random() < 0.04:
            with suppress(IndexError):
                name = self.shared.pop()
                if not (self.recorder.directory / name).exists():
                    return name
        return "".join(self.chance.choices(string.ascii_lowercase, k=16))

    def one_recording(self) -> None:
        recorder, chance = self.recorder, self.chance
        # Fine weather, bad weather, or an outage that lasts longer than the script tries.
        caller = Caller(chance=random.Random(chance.random()), rate=self.rate * chance.choice((0, 1, 1, 2)))
        if chance.random() < 0.08:
            caller.always = chance.choice([fault for fault in FAULTS if fault != "stall"])
        recorder.s3.callers[recorder.name] = caller
        directory = recorder.record(self.session(), self.files())
        if "metadata.json" not in (path.name for path in directory.iterdir()):
            # The container died in the meeting.
            self.kills += 1
            recorder.restart()
            return
        death, environment = chance.random(), {}
        if death < 0.15:
            kill_at_request(recorder, chance.randrange(1, 14), after=chance.random() < 0.5)
        elif death < 0.35:
            whom = "self" if chance.random() < 0.3 else "0"
            environment = kill_at_step(recorder.disk.parent, chance.randrange(1, STEPS), whom)
        other = recorder.start("sweep") if chance.random() < 0.15 else None
        status = recorder.finalize(directory, **environment)
        if other:
            other.communicate(timeout=300)
        if status < 0 or status == 137:
            self.kills += 1
        elif status and recorder.recordings:
            recorder.recordings[-1].failed = True
        caller.at_request = None
        if not recorder.waiting() and chance.random() < 0.04:
            self.shared.append(directory.name)
        if chance.random() < 0.15:
            recorder.restart()

    def live(self, count: int) -> None:
        for _ in range(count):
            self.one_recording()


def run_mix(aws: Any, folder: Path, count: int, seed: int, workers: int = 3, rate: float = 0.1) -> Figures:
    """Let ``workers`` recorders make ``count`` recordings; in the end S3 works, and every recorder starts anew."""
    client = make_bucket(aws)
    with s3_server(aws.url, allowed_actions()) as s3, recorders_at(s3, folder, workers) as recorders:
        shared: list[str] = []
        lives = [Life(recorder, seed * 1000 + number, rate, shared) for number, recorder in enumerate(recorders)]
        shares = [count // workers + (number < count % workers) for number in range(workers)]
        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            list(pool.map(Life.live, lives, shares))
            s3.callers.clear()
            list(pool.map(Recorder.restart, recorders))
        return Figures(
            recordings=count,
            faults=s3.faults.total(),
            kills=sum(life.kills for life in lives),
            large=sum(life.large for life in lives),
            odd_names=sum(life.odd_names for life in lives),
            late=s3.late,
            misread=misread(s3),
            verdict=judge(client, recorders),
        )


def run_steps(aws: Any, folder: Path, workers: int = 3, every: int = 1) -> Figures:
    """Kill the container at every command of the script, each time with a new recording; then start it anew.

    ``every``: only each so-many-th command.
    """
    client = make_bucket(aws)
    with s3_server(aws.url, allowed_actions()) as s3, recorders_at(s3, folder, workers) as recorders:

        def kills(first: int) -> int:
            recorder, step = recorders[first], first * every + 1
            while True:
                directory = recorder.record(
                    f"step{step}", {NAMES[0]: random.Random(step).randbytes(2000), "metadata.json": b"%d" % step}
                )
                status = recorder.finalize(directory, **kill_at_step(folder, step))
                if status == 0:
                    return len(recorder.recordings) - 1
                assert status == -9, status
                assert recorder.restart() == 0
                step += every * workers

        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            killed = sum(pool.map(kills, range(workers)))
        recordings = sum(len(recorder.recordings) for recorder in recorders)
        return Figures(
            recordings=recordings, kills=killed, late=s3.late, misread=misread(s3), verdict=judge(client, recorders)
        )


def run_faults(aws: Any, folder: Path, workers: int = 3, large: bool = False) -> Figures:
    """Every fault at every request of an upload, each with a new recording, which one run of the script uploads."""
    client = make_bucket(aws)
    size = (5 << 20) + 1 if large else 2000
    with s3_server(aws.url, allowed_actions()) as s3, recorders_at(s3, folder, workers) as recorders:

        def upload(first: int) -> None:
            recorder, number = recorders[first], 0
            while number <= len(recorder.caller.seen):
                number += 1
                for fault in FAULTS[first::workers]:
                    session = f"{fault.replace(' ', '-')}-{number}"
                    s3.callers[recorder.name] = Caller(at={number: fault})
                    directory = recorder.record(session, {NAMES[0]: random.Random(session).randbytes(size)})
                    status = recorder.finalize(directory)
                    assert status == 0, (fault, number, recorder.caller.seen, recorder.errors[-1])

        with concurrent.futures.ThreadPoolExecutor(workers) as pool:
            list(pool.map(upload, range(workers)))
        recordings = sum(len(recorder.recordings) for recorder in recorders)
        return Figures(
            recordings=recordings,
            faults=s3.faults.total(),
            late=s3.late,
            misread=misread(s3),
            verdict=judge(client, recorders),
        )
