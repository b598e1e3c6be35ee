# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How ECS judges containers and tasks by their health checks, in time that is counted, not waited for.

The rules are those of the API reference (HealthCheck) and of Docker's HEALTHCHECK, to which it maps: the first check
comes one interval after the start; a failure before the end of the start period does not count; the first success ends
it; so many failures in a row as ``retries`` says make the container unhealthy. A task is unhealthy when an essential
container is, else unknown when one is not known yet. A service stops an unhealthy task and starts another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

HEALTHY, UNHEALTHY, UNKNOWN = "HEALTHY", "UNHEALTHY", "UNKNOWN"
# Whether a check passes so many seconds after the start of its task.
Check = Callable[[int], bool]


def container_health(rule: Mapping[str, Any], check: Check, seconds: int) -> list[tuple[int, str]]:
    """What a container's health becomes, and when: [(second, health)]; ``rule`` is its ``healthCheck``."""
    history = [(0, UNKNOWN)]
    failures, starting = 0, rule["startPeriod"] > 0
    for second in range(rule["interval"], seconds + 1, rule["interval"]):
        starting = starting and second <= rule["startPeriod"]
        if check(second):
            failures, starting = 0, False
            health = HEALTHY
        else:
            failures += 0 if starting else 1
            health = UNHEALTHY if failures >= rule["retries"] else history[-1][1]
        if health != history[-1][1]:
            history.append((second, health))
    return history


def task_health(
    containers: Sequence[Mapping[str, Any]], checks: Mapping[str, Check], seconds: int
) -> list[tuple[int, str]]:
    """The same of a task made of these container definitions; ``checks`` by container."""
    histories = [
        container_health(container["healthCheck"], checks[container["name"]], seconds)
        for container in containers
        if container["essential"] and "healthCheck" in container
    ]
    history: list[tuple[int, str]] = []
    for second in sorted({second for one in histories for second, _ in one}):
        now = {[health for at, health in one if at <= second][-1] for one in histories}
        health = next(worst for worst in (UNHEALTHY, UNKNOWN, HEALTHY) if worst in now)
        if not history or history[-1][1] != health:
            history.append((second, health))
    return history
