# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A recorder as the upload script sees one: a disk, jibri's directories on it, and a container that can be killed."""

from __future__ import annotations

import collections
import hashlib
import json
import os
import signal
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from .s3 import BUCKET, ENDPOINT, S3, Caller

SCRIPT = Path(__file__).resolve().parents[3] / "roles" / "ecs_service" / "files" / "upload.sh"
PLATFORM, REGION, KMS_KEY = "jitsi", "us-east-1", "arn:aws:kms:us-east-1:123456789012:key/recordings"
# Quick, and with a large file from 5 MiB on (the least that S3 takes as a part).
SETTINGS = {
    "UPLOAD_ATTEMPTS": "4",
    "UPLOAD_PAUSE_MS": "20",
    "UPLOAD_PART_MIB": "5",
    "RCLONE_TIMEOUT": "4s",
    "RCLONE_CONTIMEOUT": "2s",
    # rclone lives too short here to collect garbage.
    "GOGC": "off",
}


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Recording:
    """What jibri made in one session: the files' digests, kept apart from the disk."""

    session: str
    digests: list[str]
    size: int
    # Whether a run that ended by itself left it on the disk.
    failed: bool = False


@dataclass
class Recorder:
    """One recorder. ``name`` is its name toward S3."""

    name: str
    disk: Path
    s3: S3
    recordings: list[Recording] = field(default_factory=list)
    running: list[subprocess.Popen[str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True)

    @property
    def directory(self) -> Path:
        return self.disk / "recordings"

    @property
    def caller(self) -> Caller:
        return self.s3.callers[self.name]

    def record(self, session: str, files: dict[str | bytes, bytes]) -> Path:
        """Write a session as jibri does."""
        directory = self.directory / session
        directory.mkdir()
        for name, data in files.items():
            with open(os.path.join(os.fsencode(directory), os.fsencode(name)), "wb") as file:
                file.write(data)
        sums = [digest(data) for data in files.values()]
        self.recordings.append(Recording(session, sums, sum(map(len, files.values()))))
        return directory

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.disk),
            "HTTP_PROXY": self.s3.url(self.name),
            "RCLONE_S3_ENDPOINT": ENDPOINT,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": self.s3.credentials_url,
            **SETTINGS,
            **more,
        }

    def start(self, *mode: str, **environment: str) -> subprocess.Popen[str]:
        """Start the script in a process group of its own, which stands for the container."""
        process = subprocess.Popen(
            ["bash", str(SCRIPT), PLATFORM, REGION, BUCKET, KMS_KEY, str(self.disk), *mode],
            env=self.environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def run(self, *mode: str, **environment: str) -> int:
        """Run the script to its end, or to its death. A run that ends by itself says what failed."""
        process = self.start(*mode, **environment)
        output, _ = process.communicate(timeout=300)
        self.errors.append(output)
        return process.returncode

    def finalize(self, directory: Path, **environment: str) -> int:
        return self.run("finalize", str(directory), **environment)

    def kill_processes(self) -> None:
        for process in self.running:
            kill_group(process.pid)

    def kill(self) -> None:
        """Kill the container: every process, at once."""
        self.kill_processes()
        for process in self.running:
            process.wait()
            if process.stdout:
                process.stdout.close()
        self.running.clear()

    def waiting(self) -> list[Path]:
        return sorted(self.directory.iterdir())

    def results(self) -> list[dict[str, Any]]:
        path = self.disk / "uploads.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def restart(self) -> int:
        """Kill the container and start another one on the same disk."""
        self.kill()
        self.run("adopt")
        return self.run("sweep")


def kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def kill_at_request(recorder: Recorder, number: int, after: bool) -> None:
    """Kill the container when S3 has got its request ``number`` (or has done it), once."""
    caller = recorder.caller
    caller.at_request, caller.countdown, caller.after = recorder.kill_processes, number, after


# Counts the script's commands, and kills at one of them: the whole container (0), or only the shell that runs it.
STEPS = """set -o functrace
__step=0
trap 'if ((++__step == KILL_STEP)); then kill -KILL "${KILL_WHOM/self/$BASHPID}"; fi' DEBUG
"""


def kill_at_step(folder: Path, step: int, whom: str = "0") -> dict[str, str]:
    """Give the environment that kills the script before its command number ``step``."""
    path = folder / "steps.sh"
    if not path.exists():
        path.write_text(STEPS)
    return {"BASH_ENV": str(path), "KILL_STEP": str(step), "KILL_WHOM": whom}


@dataclass
class Verdict:
    """What S3 and the disks hold in the end, against what was recorded."""

    lost: int = 0
    corrupt: int = 0
    left: int = 0
    again: int = 0
    unreported: int = 0
    doubled: int = 0
    ok: int = 0
    failed: int = 0
    # Recordings that a whole run failed to upload, without a result that says so.
    unreported_failures: int = 0

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict(**{item.name: getattr(self, item.name) + getattr(other, item.name) for item in fields(Verdict)})


def judge(client: Any, recorders: Iterable[Recorder]) -> Verdict:
    """Compare every version of every object with what was recorded, and every result with what happened."""
    verdict = Verdict()
    recorders = list(recorders)
    wanted: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for recorder in recorders:
        for recording in recorder.recordings:
            wanted[recording.session].update(recording.digests)
    held: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for page in client.get_paginator("list_object_versions").paginate(Bucket=BUCKET):
        for version in page.get("Versions", []):
            body = client.get_object(Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"])["Body"].read()
            _, session, _ = version["Key"].split("/", 2)
            found = digest(body)
            # An older version is covered by nothing: it counts only as sent again, if it is sound.
            held[session][found] += 1
            if found not in wanted[session]:
                verdict.corrupt += 1
    for session, digests in wanted.items():
        verdict.lost += sum(1 for sum_ in digests if not held[session][sum_])
        verdict.again += sum(max(0, held[session][sum_] - count) for sum_, count in digests.items())
    for recorder in recorders:
        verdict.left += len(recorder.waiting())
        results = recorder.results()
        ok = collections.Counter(line["id"] for line in results if line["result"] == "ok")
        failed = collections.Counter(line["id"] for line in results if line["result"] == "failed")
        verdict.ok += sum(ok.values())
        verdict.failed += sum(failed.values())
        verdict.doubled += sum(count - 1 for count in (*ok.values(), *failed.values()))
        sessions = collections.Counter(line["file"].split("/")[0] for line in results if line["result"] == "ok")
        verdict.unreported += sum(1 for recording in recorder.recordings if not sessions[recording.session])
        failures = {line["file"].split("/")[0] for line in results if line["result"] == "failed"}
        verdict.unreported_failures += len({r.session for r in recorder.recordings if r.failed} - failures)
    return verdict
