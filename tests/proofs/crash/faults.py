# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Calls of site.yml that fail. A module either copes, or ends with one clear error and does it when it runs again."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.meetops.jitsi.plugins.module_utils.failure import POLICIES_PAGE, permission
from support import account
from support.crash import Lab, Task, leaks
from support.recorder import is_mutating

MOST_RUNS = 100
AGAIN = "run again"


@dataclass(frozen=True)
class Storm:
    """What happens to each different call (``each`` request, or operation) when it is made first, and how often."""

    name: str
    kind: str
    times: int
    each: str = "operation"
    # What the error must say: {call} and {permission} are those of a call that failed.
    says: tuple[str, ...] = ()


STORMS = (
    Storm("throttled, a burst of 6", "throttled", 6),
    Storm("throttled for minutes", "throttled", 12, says=("throttles {call}", AGAIN)),
    Storm("error 500 three times", "internal", 3, says=("{call}", AGAIN)),
    Storm("error 503 three times", "unavailable", 3, says=("{call}", AGAIN)),
    Storm("connection reset three times", "reset", 3, says=("{call}", AGAIN)),
    Storm("answer of each change lost", "lost", 1, "request", says=("{call}", AGAIN)),
    Storm("credentials expired", "expired", 1, says=("expired before {call}", AGAIN)),
    Storm("denied", "denied", 1, says=("{permission}", "denied", POLICIES_PAGE, AGAIN)),
)


@dataclass
class Weathered:
    """How a storm ended."""

    # Calls that were hit, each different one once, and errors that the modules ended with.
    hit: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def brew(lab: Lab, storm: Storm) -> Weathered:
    """Let the storm begin. Everything that comes is hit ``times`` times, then never again."""
    left: dict[object, int] = {}
    found = Weathered()

    def fault(name: str) -> str | None:
        if storm.each == "request" and not is_mutating(name):
            return None
        key = lab.faults.request if storm.each == "request" else name
        if key not in left:
            left[key] = storm.times
            found.hit[name] += 1
        left[key] -= 1
        return storm.kind if left[key] >= 0 else None

    lab.faults.fault = fault
    return found


def weather(lab: Lab, storm: Storm, tasks: Sequence[Task]) -> Weathered:
    """Build the site through a storm, on an empty account. A task that fails runs again until it does not."""
    lab.restore()
    found = brew(lab, storm)
    printed = ""
    for task in tasks:
        for _ in range(MOST_RUNS):
            result = lab.execute(task.module, task.arguments)
            printed += json.dumps(result)
            if not result.get("failed"):
                break
            found.errors.append(result["msg"])
        else:
            found.wrong.append(f"{task} never ends well")
    found.wrong += [f"unclear: {text}" for text in found.errors if not clear(text, storm, found.hit)]
    found.wrong += leaks(printed, list(account.secrets().values()))
    found.wrong += account.differences(tasks[-1].goal, account.contents())
    return found


def clear(text: str, storm: Storm, hit: Counter[str]) -> bool:
    """Tell whether an error names a call that was hit, and says what is expected of it in this storm."""
    expected = [[part.format(call=call, permission=permission(call)) for part in storm.says] for call in hit]
    return "Traceback" not in text and any(words and all(word in text for word in words) for words in expected)
