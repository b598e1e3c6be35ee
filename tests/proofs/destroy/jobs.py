# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a process of the proof does: it has a lab of its own, and what the first one has made."""

from __future__ import annotations

import functools
import os
import pickle
import time
import traceback
from pathlib import Path

from support.crash import Contents, Death, Lab
from support.replay import Request

from . import scenarios

NAME = {"destroy_name": scenarios.PRODUCTION.name}
# What the first process has made for all of them.
Made = tuple[scenarios.Built, list[Request], Contents]
Job = str | Death


@functools.cache
def ready(directory: Path) -> tuple[Lab, Made]:
    """The lab of this process, and what the first one has made."""
    return laboratory(directory / str(os.getpid())), pickle.loads((directory / "made.pickle").read_bytes())


def laboratory(home: Path) -> Lab:
    """A lab with a home directory that is there."""
    home.mkdir(parents=True, exist_ok=True)
    return Lab(home)


def work(directory: Path, job: Job) -> tuple[Job, list[str], float]:
    """Play a scenario, or let destroy.yml die once and run again."""
    begin = time.monotonic()
    lab, (built, requests, goal) = ready(directory)
    try:
        if isinstance(job, Death):
            lab.restore(built.production, requests[: job.requests])
            wrong = lab.rise(goal, scenarios.DESTROY, extra_vars=NAME)
        else:
            wrong = next(item for item in every() if item.name == job).run(lab, built)
    except Exception:
        # One that cannot be judged has failed, and the others go on.
        wrong = traceback.format_exc().splitlines()
    return job, wrong, time.monotonic() - begin


def every() -> list[scenarios.Beside | scenarios.Functions | scenarios.Named]:
    """All scenarios."""
    return [*scenarios.KEPT, *scenarios.beside()]
