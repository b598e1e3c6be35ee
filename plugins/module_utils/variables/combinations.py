# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks that concern several variables at once.

Each yields one line a problem, given all values, each of which is right by itself. See validation.py.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from ..ecs.fargate import MEMORIES, describe_memories
from ..recordings.bucket import ARCHIVE_CLASSES, LOCKS
from ..rules import problem

Values = Mapping[str, Any]

# MiB a vCPU in the instance families that suit a recorder, and vCPUs by size.
MEMORY_OF_FAMILY = {
    **dict.fromkeys(("c5", "c5a", "c6i", "c6a", "c7i", "c7a"), 2048),
    **dict.fromkeys(("m5", "m5a", "m6i", "m6a", "m7i", "m7a"), 4096),
}
VCPUS_OF_SIZE = {"large": 2, "xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32}


class Check(Protocol):
    """One check of all values."""

    def __call__(self, values: Values) -> Iterator[str]: ...


@dataclass(frozen=True)
class Combination:
    """A check and the variables that it reads."""

    reads: tuple[str, ...]
    check: Check


def room(instance_type: str) -> tuple[int, int] | None:
    """CPU units and MiB that a task can have on an instance; None for a type that is not known here.

    The operating system and the ECS agent keep 512 MiB and what the kernel takes of a bigger machine.
    """
    family, _dot, size = instance_type.partition(".")
    if family not in MEMORY_OF_FAMILY or size not in VCPUS_OF_SIZE:
        return None
    memory = MEMORY_OF_FAMILY[family] * VCPUS_OF_SIZE[size]
    return VCPUS_OF_SIZE[size] * 1024, memory - 512 - memory // 32


def fargate_problems(values: Values, task: str) -> Iterator[str]:
    """Check one task's CPU and memory against the pairs that Fargate offers."""
    cpu, memory = values[f"{task}_cpu"], values[f"{task}_memory"]
    if cpu not in MEMORIES:
        yield problem(f"{task}_cpu", cpu, f"is not offered by Fargate; use one of {', '.join(map(str, MEMORIES))}")
    elif memory not in MEMORIES[cpu]:
        wrong = f"is not offered by Fargate with {task}_cpu {cpu}"
        yield problem(f"{task}_memory", memory, f"{wrong}; use {describe_memories(cpu)}")


def bridge_size(values: Values) -> Iterator[str]:
    """The bridge task runs on Fargate."""
    return fargate_problems(values, "jitsi_task")


def signalling_size(values: Values) -> Iterator[str]:
    """The signalling task runs on Fargate."""
    return fargate_problems(values, "jitsi_signalling")


def recorder_size(values: Values) -> Iterator[str]:
    """The recorder task has a Fargate size, or fits its instance."""
    instance_type = values["jitsi_recorder_instance_type"]
    if values["jitsi_recorder_launch_type"] == "FARGATE":
        yield from fargate_problems(values, "jitsi_recorder")
    elif offered := room(instance_type):
        for name, most in zip(("jitsi_recorder_cpu", "jitsi_recorder_memory"), offered, strict=True):
            if values[name] > most:
                wrong = f"does not fit a {instance_type}, which has room for {most}"
                yield problem(name, values[name], f"{wrong}; lower it or use a larger jitsi_recorder_instance_type")


def domain_in_zone(values: Values) -> Iterator[str]:
    """The records are made in the hosted zone."""
    zone = values["jitsi_hosted_zone"]
    if not f".{values['jitsi_domain']}".endswith(f".{zone}"):
        fix = f"use {zone} or a name that ends with .{zone}, or the zone of this domain"
        yield problem("jitsi_domain", values["jitsi_domain"], f"is not inside jitsi_hosted_zone {zone}; {fix}")


def subnets_in_vpc(values: Values) -> Iterator[str]:
    """Subnets are parts of the VPC that share no address, in zones of the region."""
    vpc = ipaddress.IPv4Network(values["jitsi_vpc_cidr"])
    region = values["jitsi_aws_region"]
    earlier: list[ipaddress.IPv4Network] = []
    for index, subnet in enumerate(values["jitsi_subnets"]):
        here, network = f"jitsi_subnets[{index}]", ipaddress.IPv4Network(subnet["cidr"])
        if not network.subnet_of(vpc):
            yield problem(f"{here}.cidr", subnet["cidr"], f"is not inside jitsi_vpc_cidr; use a part of {vpc}")
        elif shared := [other for other in earlier if other.overlaps(network)]:
            yield problem(f"{here}.cidr", subnet["cidr"], f"overlaps {shared[0]}; use another part of {vpc}")
        if subnet["zone"][:-1] != region:
            yield problem(f"{here}.zone", subnet["zone"], f"is not in jitsi_aws_region; use one such as {region}a")
        earlier.append(network)


def keys_in_region(values: Values) -> Iterator[str]:
    """KMS keys serve their own region only."""
    for name in ("jitsi_secret_kms_key_arn", "jitsi_recording_kms_key_arn"):
        if values[name] and values[name].split(":")[3] != values["jitsi_aws_region"]:
            yield problem(name, values[name], f"is not in jitsi_aws_region; use a key of {values['jitsi_aws_region']}")


def expiry(values: Values) -> Iterator[str]:
    """A recording is archived before it expires."""
    archive, expire = values["jitsi_recording_archive_days"], values["jitsi_recording_expire_days"]
    if archive and 0 < expire <= archive:
        fix = f"use 0 (never) or more than {archive}"
        yield problem("jitsi_recording_expire_days", expire, f"is not after jitsi_recording_archive_days; {fix}")


def archive_class(values: Values) -> Iterator[str]:
    """A storage class takes objects from a day on."""
    storage_class, archive = values["jitsi_recording_archive_class"], values["jitsi_recording_archive_days"]
    least = ARCHIVE_CLASSES[storage_class]
    if 0 < archive < least:
        wrong = f"is too early for jitsi_recording_archive_class {storage_class}"
        yield problem("jitsi_recording_archive_days", archive, f"{wrong}; use 0 (never), or {least} or more")


def lock(values: Values) -> Iterator[str]:
    """A retention has days, and a recording expires after it."""
    mode, days = values["jitsi_recording_lock"], values["jitsi_recording_lock_days"]
    expire = values["jitsi_recording_expire_days"]
    if LOCKS[mode] and not days:
        yield problem(
            "jitsi_recording_lock_days", days, f"is no retention; use 1 or more with jitsi_recording_lock {mode}"
        )
    if days and not LOCKS[mode]:
        wrong = f"has no meaning with jitsi_recording_lock {mode}"
        yield problem("jitsi_recording_lock_days", days, f"{wrong}; use 0, or governance or compliance")
    elif 0 < expire <= days:
        fix = f"use 0 (never) or more than {days}"
        yield problem("jitsi_recording_expire_days", expire, f"is not after jitsi_recording_lock_days; {fix}")


def release_that_records(values: Values) -> Iterator[str]:
    """One release came with a recorder that does not start."""
    release = values["jitsi_image_version"]
    if values["jitsi_enable_recording"] and re.fullmatch("stable-11146(-0)?", release):
        wrong = "has a recorder that does not start"
        yield problem("jitsi_image_version", release, f"{wrong}; use stable-11146-2 or later")


def _combination(check: Check, *reads: str) -> Combination:
    return Combination(tuple(f"jitsi_{name}" for name in reads), check)


COMBINATIONS = (
    _combination(bridge_size, "task_cpu", "task_memory"),
    _combination(signalling_size, "signalling_cpu", "signalling_memory"),
    _combination(recorder_size, "recorder_cpu", "recorder_memory", "recorder_instance_type", "recorder_launch_type"),
    _combination(domain_in_zone, "domain", "hosted_zone"),
    _combination(subnets_in_vpc, "vpc_cidr", "subnets", "aws_region"),
    _combination(keys_in_region, "secret_kms_key_arn", "recording_kms_key_arn", "aws_region"),
    _combination(expiry, "recording_archive_days", "recording_expire_days"),
    _combination(archive_class, "recording_archive_class", "recording_archive_days"),
    _combination(lock, "recording_lock", "recording_lock_days", "recording_expire_days"),
    _combination(release_that_records, "image_version", "enable_recording"),
)
