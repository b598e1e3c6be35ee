# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Looks again for a while at what takes its time, such as a name that moves or an instance that starts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ..rules import between
from .check import BAD

# How many seconds it may be.
RULE = between(0, 3600, "seconds")
# Seconds between two looks.
EVERY = 10
Checks = list[dict[str, Any]]


def look(take: Callable[[], Checks], seconds: float, clock: Callable[[], float] = time.monotonic) -> Checks:
    """The checks (dicts with ``state``) that ``take`` finds, as soon as none is bad, or those found last once so many
    seconds are over."""
    end = clock() + seconds
    while True:
        found = take()
        if all(each["state"] != BAD for each in found) or clock() >= end:
            return found
        time.sleep(EVERY)
