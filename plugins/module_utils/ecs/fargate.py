# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What AWS Fargate accepts: task sizes, and what a task definition may not ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

# Memory in MiB that a task may have, by its CPU units (1024 = 1 vCPU).
MEMORIES: dict[int, Sequence[int]] = {
    256: (512, 1024, 2048),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
LONGEST_STOP_SECONDS = 120
EPHEMERAL_GIB = range(21, 200 + 1)
ADDABLE_CAPABILITIES = {"SYS_PTRACE"}
REFUSED_LINUX_PARAMETERS = ("devices", "sharedMemorySize", "maxSwap", "swappiness")


def describe_memories(cpu: int) -> str:
    """The memories of a size in words: ``2048 to 8192 in steps of 1024``."""
    memories = MEMORIES[cpu]
    if isinstance(memories, range):
        return f"{memories[0]} to {memories[-1]} in steps of {memories.step}"
    return ", ".join(map(str, memories))


def size_problem(cpu: int | None, memory: int | None) -> str | None:
    """What is wrong with a task's CPU units and MiB, as "<what is wrong>; <fix>", or None."""
    if cpu not in MEMORIES:
        return f"cpu {cpu} is not a Fargate size; use one of {', '.join(map(str, MEMORIES))}"
    if memory not in MEMORIES[cpu]:
        return f"memory {memory} does not go with cpu {cpu} on Fargate; use {describe_memories(cpu)}"
    return None


def container_problems(container: Mapping[str, Any]) -> Iterator[str]:
    """What Fargate refuses in one container definition, each as "<what is wrong>; <fix>"."""
    if container.get("privileged"):
        yield "privileged is refused by Fargate; leave it out or run on EC2"
    linux = container.get("linuxParameters") or {}
    for name in REFUSED_LINUX_PARAMETERS:
        if linux.get(name):
            yield f"linuxParameters.{name} is refused by Fargate; leave it out or run on EC2"
    added = set((linux.get("capabilities") or {}).get("add") or ()) - ADDABLE_CAPABILITIES
    if added:
        yield f"capability {', '.join(sorted(added))} cannot be added on Fargate; only SYS_PTRACE can"
    stop = container.get("stopTimeout") or 0
    if stop > LONGEST_STOP_SECONDS:
        yield f"stopTimeout {stop} is longer than Fargate waits; use at most {LONGEST_STOP_SECONDS} seconds"


def task_problems(definition: Mapping[str, Any]) -> Iterator[str]:
    """What Fargate refuses in a task definition as a whole, each as "<what is wrong>; <fix>".

    ``definition`` has whole numbers for ``cpu`` and ``memory``.
    """
    size = size_problem(definition.get("cpu"), definition.get("memory"))
    if size:
        yield size
    mode = definition.get("networkMode")
    if mode != "awsvpc":
        yield f"networkMode {mode} is refused by Fargate; use awsvpc"
    storage = definition.get("ephemeralStorage")
    if storage and storage.get("sizeInGiB") not in EPHEMERAL_GIB:
        yield (
            f"ephemeralStorage {storage.get('sizeInGiB')} GiB is out of range;"
            " use 21 to 200, or leave it out for the 20 that are free"
        )
    if definition.get("placementConstraints"):
        yield "placementConstraints are refused by Fargate; leave them out"
    if definition.get("pidMode") == "host":
        yield "pidMode host is refused by Fargate; leave it out"
    if definition.get("ipcMode"):
        yield "ipcMode is refused by Fargate; leave it out"
    for volume in definition.get("volumes") or ():
        if (volume.get("host") or {}).get("sourcePath") or volume.get("dockerVolumeConfiguration"):
            yield f"volume {volume.get('name')} lies on an instance, which Fargate has not; use a plain or EFS volume"
