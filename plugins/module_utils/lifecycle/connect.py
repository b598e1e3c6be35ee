# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The life cycle's own view of AWS, for modules: the package that also runs in its Lambda functions."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.amazon.aws.plugins.module_utils.botocore import is_boto3_error_code

from .._aws import ecs, route53, runner
from ..ecs import task_protection
from ..errors import InvalidInput
from . import plan
from .functions.cloud import Cloud, Names
from .functions.state import Item, Seen, Settings, Usage

# What modules that look at the life cycle need to know.
ARGUMENTS: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "domain": {"type": "str", "required": True},
    "hosted_zone": {"type": "str", "required": True},
    "schedules": {"type": "list", "elements": "dict", "default": []},
    "idle_minutes": {"type": "int", "default": 15},
}


class Quiet(Cloud):
    """Prints nothing: what a module prints is its result."""

    def log(self, line: Mapping[str, Any]) -> None:
        """Say nothing."""


class NoLifecycle(InvalidInput):
    """There is nothing to look at: the role edge has not made it."""


def connect(module: Any) -> Quiet:
    """Find the platform of the module's ``ARGUMENTS``. Raises NoLifecycle if its zone is not there."""
    params = module.params
    plan.check_platform(params["domain"], params["schedules"], params["idle_minutes"])
    zones = route53.public_zones(runner.client(module, "route53"), params["hosted_zone"])
    if len(zones) != 1:
        raise NoLifecycle(
            f"hosted_zone {params['hosted_zone']}: {len(zones)} public zones of this name in the account; give the one "
            "that the domain is in"
        )
    environment = {
        "PLATFORM": params["name"],
        "DOMAIN": params["domain"],
        "ZONE_ID": zones[0]["Id"].rpartition("/")[2],
        "SCHEDULES": json.dumps(params["schedules"]),
    }
    return Quiet(functools.partial(runner.client, module), Names.from_environment(environment))


def of_platform(module: Any, name: str) -> Quiet:
    """The platform of this name, for what needs no names of hosts: its services and figures."""
    environment = {"PLATFORM": name, "DOMAIN": "", "ZONE_ID": ""}
    return Quiet(functools.partial(runner.client, module), Names.from_environment(environment))


def figures(module: Any, name: str) -> dict[str, int | None]:
    """The newest figures of the last minutes, none older: ``participants``, ``busy`` (recorders), ``waiting``
    (recordings), each None where nobody told."""
    usage = of_platform(module, name).usage(Settings(idle=0))
    told = {"participants": usage.participants, "busy": usage.busy, "waiting": usage.waiting}
    return {figure: plan.newest(minutes) for figure, minutes in told.items()}


def protected(module: Any, cluster: str, services: Iterable[str]) -> int:
    """How many tasks of the services say, by their protection, that they have work."""
    api = runner.client(module, "ecs")
    arns = [arn for service in services for arn in ecs.service_tasks(api, cluster, service)]
    return len(task_protection.state(ecs.protections(api, cluster, arns)))


def settings(module: Any) -> Settings:
    """The life cycle's durations, as the functions have them."""
    return Settings(idle=60 * module.params["idle_minutes"])


def look(cloud: Cloud, settings: Settings) -> tuple[Item | None, Seen, Usage]:
    """Read everything. Raises NoLifecycle if there is none."""
    try:
        item = cloud.item()
    except is_boto3_error_code("ResourceNotFoundException"):
        raise NoLifecycle(
            f"name {cloud.names.platform}: its life cycle is not there (table {cloud.names.table}); "
            "run site.yml --tags edge first"
        ) from None
    return item, cloud.seen(with_tasks=False), cloud.usage(settings)
