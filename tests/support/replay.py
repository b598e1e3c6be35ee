# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings the emulated account back to what a run had made of it, by answering that run's requests once more.

The emulator draws its ids from one generator, so from the same seed the same requests get the same ids.
"""

from __future__ import annotations

import fcntl
import io
import pickle
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REGION = "us-east-1"
SEED = 42
# moto's names of the services that the collection uses.
SERVICES = (
    *("acm", "applicationautoscaling", "autoscaling", "awslambda", "budgets", "cloudfront", "cloudwatch", "dynamodb"),
    *("ec2", "ecs", "efs", "events", "iam", "kms", "logs", "resourcegroupstaggingapi", "route53", "s3"),
    *("secretsmanager", "servicediscovery", "sns", "ssm", "sts"),
)


@dataclass(frozen=True)
class Request:
    """One request, and the status it was answered with. ``name`` is ``service:Action``."""

    name: str
    environ: dict[str, Any]
    body: bytes
    status: str

    def answer(self, application: Callable[..., Any]) -> str:
        """Let the application answer it again; returns the status."""
        status = ""

        def start_response(line: str, headers: object, exc_info: object = None) -> None:
            nonlocal status
            status = line

        answer = application({**self.environ, "wsgi.input": io.BytesIO(self.body)}, start_response)
        for _ in answer:
            pass
        if hasattr(answer, "close"):
            answer.close()
        return status


def seed(emulator: Any) -> None:
    """Let the emulator (moto's dispatcher), whose account was reset, draw the same ids from now on."""
    from moto import ec2, iam
    from moto.core.base_backend import BackendDict
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.moto_api._internal import mock_random

    # What answers for the first time in this process draws other ids than later.
    for service in SERVICES:
        if service not in emulator.app_instances:
            emulator.app_instances[service] = emulator.create_app(service)
    ec2.models.ec2_backends[DEFAULT_ACCOUNT_ID][REGION]
    iam.models.iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
    # Resetting one service can make another anew.
    while BackendDict._instances:
        BackendDict.reset()
    mock_random.seed(SEED)


def replay(application: Any, requests: Iterable[Request]) -> None:
    """Answer the requests, on an account that was reset."""
    seed(application)
    for request in requests:
        status = request.answer(application)
        assert status == request.status, f"{request.name} was answered {request.status}, and now {status}"


def load_or_record(file: Path, record: Callable[[], list[Request]]) -> list[Request]:
    """Read the requests from this file; the first of several processes records them."""
    with open(file.with_suffix(".lock"), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            part = file.with_suffix(".part")
            part.write_bytes(pickle.dumps(record()))
            part.replace(file)
    requests: list[Request] = pickle.loads(file.read_bytes())
    return requests
