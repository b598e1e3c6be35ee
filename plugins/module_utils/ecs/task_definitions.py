# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""ECS task definitions: when two are the same, and what AWS or the Jitsi images would refuse in one.

A definition is a dictionary in the shape of RegisterTaskDefinition, or as DescribeTaskDefinition reports it.
"""

from __future__ import annotations

import graphlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._aws.tags import tag_dict
from ..changes import Change
from ..errors import refuse
from . import fargate

Definition = Mapping[str, Any]

# How resources are called in a state.
FAMILY = "task definition "

LARGEST_BYTES = 64 * 1024
NAME = r"[A-Za-z0-9_-]{1,255}"
NAME_RULE = "is no name for ECS; use at most 255 letters, digits, hyphens and underscores"
# What AWS adds to every registered definition.
READ_ONLY = {
    "compatibilities", "deleteRequestedAt", "deregisteredAt", "registeredAt", "registeredBy", "requiresAttributes",
    "revision", "status", "taskDefinitionArn",
}  # fmt: skip
# Lists that are sets to AWS, and the key that names an item.
NAMED = {
    "containerDefinitions": "name", "dependsOn": "containerName", "devices": "hostPath", "environment": "name",
    "extraHosts": "hostname", "inferenceAccelerators": "deviceName", "mountPoints": "containerPath",
    "portMappings": "containerPort", "properties": "name", "resourceRequirements": "type", "secretOptions": "name",
    "secrets": "name", "systemControls": "namespace", "tags": "key", "tmpfs": "containerPath", "ulimits": "name",
    "volumes": "name", "volumesFrom": "sourceContainer",
}  # fmt: skip
UNORDERED = {
    "add", "dockerSecurityOptions", "drop", "mountOptions", "permissions", "placementConstraints",
    "requiresCompatibilities",
}  # fmt: skip
# Free text maps: nothing in them has a default.
MAPS = {"dockerLabels", "driverOpts", "labels", "options"}
# Values that AWS takes when a key is left out, or reports for one that was.
DEFAULTS = {
    "cpu": 0, "cpuArchitecture": "X86_64", "essential": True, "hostPort": 0, "iam": "DISABLED", "interval": 30,
    "operatingSystemFamily": "LINUX", "protocol": "tcp", "restartAttemptPeriod": 300, "retries": 3,
    "rootDirectory": "/", "startPeriod": 0, "timeout": 5, "transitEncryption": "DISABLED",
    "versionConsistency": "enabled",
}  # fmt: skip
SHARED_NETWORK = ("awsvpc", "host")
RESTART_SECONDS = range(60, 1800 + 1)


def current(newest: Mapping[str, Definition], doomed: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What there is, as a state: the newest revision by family, and the status of those that have to go by ARN."""
    return {
        **{FAMILY + family: managed_fields(definition) for family, definition in newest.items()},
        **{FAMILY + arn: {"status": status} for arn, status in doomed.items()},
    }


def wanted(
    requests: Mapping[str, Definition], current_state: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The definitions as they shall be, as a state. None stands for a field that has to go.

    ``requests`` are those of RegisterTaskDefinition, by family.
    """
    return {
        FAMILY + family: wanted_fields(current_state.get(FAMILY + family, {}), managed_fields(request))
        for family, request in requests.items()
    }


def needs_revision(change: Change) -> bool:
    """Whether a change of a definition is more than one of its tags."""
    return change.before is None or change.fields != ["tags"]


def managed_fields(definition: Definition) -> dict[str, Any]:
    """Fields of a definition; its tags as one field, without those of AWS."""
    return {**fields({**definition, "tags": None}), "tags": tag_dict(definition.get("tags"))}


def canonical(definition: Definition) -> dict[str, Any]:
    """The one form of all definitions that mean the same to AWS: defaults and empty values left out, sets sorted."""
    result = {name: value for name, value in definition.items() if name not in READ_ONLY}
    for name, units in (("cpu", _cpu_units), ("memory", _mebibytes)):
        if result.get(name) is not None:
            result[name] = str(units(result[name]) or result[name])
    result["networkMode"] = network_mode(definition)
    if result["networkMode"] in SHARED_NETWORK:
        # There a host port can only be the container's own.
        result["containerDefinitions"] = [
            {
                **container,
                "portMappings": [_without_own_host_port(port) for port in container.get("portMappings") or ()],
            }
            for container in definition.get("containerDefinitions") or ()
        ]
    tidied: dict[str, Any] = _tidy("", result)
    return tidied


def fields(definition: Definition) -> dict[str, Any]:
    """The canonical form as flat fields: ``{"containers.jvb.environment.TZ": "UTC", ...}``."""
    return dict(_flatten("", canonical(definition)))


def wanted_fields(current: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """``wanted``, with None for every field that only ``current`` has: no field is left to chance."""
    return {**dict.fromkeys(current), **wanted}


def network_mode(definition: Definition) -> str:
    """The network mode that AWS takes."""
    default = "awsvpc" if on_fargate(definition) else "bridge"
    return str(definition.get("networkMode") or default)


def on_fargate(definition: Definition) -> bool:
    """Whether the task must be able to run on Fargate."""
    return "FARGATE" in (definition.get("requiresCompatibilities") or ())


def validate(definition: Definition) -> None:
    """Raise InvalidInput with one line for each problem. ``definition`` fits the request shape."""
    refuse(problems(definition), f"task_definitions {definition['family']}")


def problems(definition: Definition) -> Iterator[str]:
    """What AWS or the Jitsi images would refuse, each as "[container <name>: ]<what is wrong>; <fix>"."""
    containers = definition["containerDefinitions"]
    task = {
        **definition,
        "cpu": _cpu_units(definition.get("cpu")),
        "memory": _mebibytes(definition.get("memory")),
        "networkMode": network_mode(definition),
    }
    if not re.fullmatch(NAME, definition["family"]):
        yield f"family {NAME_RULE}"
    yield from _duplicates("container", [container.get("name") for container in containers])
    yield from _duplicates("volume", [volume.get("name") for volume in definition.get("volumes") or ()])
    if definition.get("pidMode") == "task":
        yield "pidMode task takes process id 1 from the supervisor of the Jitsi images; leave it out"
    if on_fargate(definition):
        yield from fargate.task_problems(task)
    for container in containers:
        for problem in _container_problems(task, container):
            yield f"container {container.get('name')}: {problem}"
    if not any(container.get("essential", True) for container in containers):
        yield "no container is essential; make at least one so"
    yield from _size_problems(task)
    yield from _port_problems(task)
    yield from _dependency_problems(containers)
    size = len(json.dumps(definition, separators=(",", ":")).encode())
    if size > LARGEST_BYTES:
        yield f"has {size} bytes; AWS takes at most {LARGEST_BYTES}, so shorten scripts and environment"


def secret_reference_problem(value: str) -> str | None:
    """What is wrong with a ``valueFrom``, as "<what is wrong>; <fix>", or None.

    ``arn:<partition>:secretsmanager:<region>:<account>:secret:<name>-<suffix>``, alone or with all of
    ``:<json key>:<version stage>:<version id>`` (each may be empty), or the ARN of an SSM parameter.
    """
    if re.fullmatch(r"arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:parameter/[\w./-]+", value):
        return None
    secret = re.fullmatch(r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:([\w/+=.@-]+)((?::[^:]*)*)", value)
    if not secret:
        return f"{value} is no ARN of a secret; use arn:aws:secretsmanager:<region>:<account>:secret:<name>-<suffix>"
    if not re.search(r"-([A-Za-z0-9]{6}|planned)$", secret[1]):
        return f"{value} lacks the suffix that Secrets Manager added to the name; use the whole ARN"
    if secret[2].count(":") not in (0, 3):
        return f"{value} has {secret[2].count(':')} of the three parts :<key>:<stage>:<version>; give none or all three"
    return None


def image_problem(image: str) -> str | None:
    """What is wrong with an image reference, as "<what is wrong>; <fix>", or None."""
    last_part = image.rpartition("/")[2]
    tag = last_part.partition(":")[2]
    if "@" in last_part or tag not in ("", "latest"):
        return None
    return f"image {image} can change under its name; add a version tag or a digest"


def _container_problems(task: Definition, container: Definition) -> Iterator[str]:
    """Problems of one container by itself."""
    for key in ("name", "image"):
        if not container.get(key):
            yield f"has no {key}; give one"
    if container.get("name") and not re.fullmatch(NAME, container["name"]):
        yield f"name {NAME_RULE}"
    image = image_problem(container.get("image") or "-:-")
    if image:
        yield image
    if (container.get("linuxParameters") or {}).get("initProcessEnabled"):
        yield "initProcessEnabled takes process id 1 from the supervisor of the Jitsi images; leave it out"
    yield from _environment_problems(task, container)
    yield from _memory_problems(task, container)
    yield from _health_problems(container.get("healthCheck"))
    yield from _restart_problems(container.get("restartPolicy"))
    yield from _control_problems(task, container.get("systemControls"))
    volumes = {volume.get("name") for volume in task.get("volumes") or ()}
    for mount in container.get("mountPoints") or ():
        if mount.get("sourceVolume") not in volumes:
            yield f"mounts volume {mount.get('sourceVolume')}, which the task has not; add it to volumes"
    if on_fargate(task):
        yield from fargate.container_problems(container)


def _environment_problems(task: Definition, container: Definition) -> Iterator[str]:
    names = [item.get("name") for kind in ("environment", "secrets") for item in container.get(kind) or ()]
    yield from _duplicates("environment variable", names)
    for secret in container.get("secrets") or ():
        problem = secret_reference_problem(secret["valueFrom"])
        if problem:
            yield f"secret {secret['name']}: {problem}"
    if container.get("secrets") and not task.get("executionRoleArn"):
        yield "has secrets but the task has no executionRoleArn to read them; set it"


def _memory_problems(task: Definition, container: Definition) -> Iterator[str]:
    memory, reservation = container.get("memory"), container.get("memoryReservation")
    if memory and reservation and reservation > memory:
        yield f"memoryReservation {reservation} is more than memory {memory}; lower it"
    if memory and task["memory"] and memory > task["memory"]:
        yield f"memory {memory} is more than the task's {task['memory']}; lower it"
    if not (memory or reservation or task["memory"]):
        yield "has no memory limit and neither has the task; set memory"


def _health_problems(health: Definition | None) -> Iterator[str]:
    if not health:
        return
    if health["command"][:1] not in (["CMD"], ["CMD-SHELL"], ["NONE"]):
        yield f"healthCheck command {health['command'][:1]} is unknown; begin it with CMD or CMD-SHELL"
    for name, low, high in (("interval", 5, 300), ("timeout", 2, 60), ("retries", 1, 10), ("startPeriod", 0, 300)):
        if not low <= health.get(name, low) <= high:
            yield f"healthCheck {name} {health[name]} is out of range; use {low} to {high}"


def _restart_problems(policy: Definition | None) -> Iterator[str]:
    period = (policy or {}).get("restartAttemptPeriod")
    if period is not None and period not in RESTART_SECONDS:
        yield (
            f"restartPolicy.restartAttemptPeriod {period} is out of range;"
            f" use {RESTART_SECONDS[0]} to {RESTART_SECONDS[-1]} seconds"
        )


def _control_problems(task: Definition, controls: Iterable[Definition] | None) -> Iterator[str]:
    """Kernel parameters that cannot be set for a task."""
    for control in controls or ():
        namespace = control.get("namespace")
        if not namespace or control.get("value") is None:
            yield f"systemControls {namespace} has no namespace or no value; give both"
        elif namespace.startswith("net.") and task["networkMode"] == "host":
            yield f"systemControls {namespace} would be the instance's in networkMode host; leave it out or use awsvpc"


def _size_problems(task: Definition) -> Iterator[str]:
    """Containers that reserve more than their task has."""
    containers = task["containerDefinitions"]
    for name, unit, reserved in (
        ("cpu", "CPU units", sum(container.get("cpu") or 0 for container in containers)),
        ("memory", "MiB", sum(c.get("memoryReservation") or c.get("memory") or 0 for c in containers)),
    ):
        if task[name] and reserved > task[name]:
            yield f"containers reserve {reserved} {unit}, the task has {name} {task[name]}; raise it or lower theirs"


def _port_problems(task: Definition) -> Iterator[str]:
    """Port mappings that collide or cannot be, all containers of a task sharing one network in two of the modes."""
    if task["networkMode"] not in SHARED_NETWORK:
        return
    ports = []
    for container in task["containerDefinitions"]:
        for mapping in container.get("portMappings") or ():
            port, host = mapping.get("containerPort"), mapping.get("hostPort")
            if host and host != port:
                yield (
                    f"container {container.get('name')}: hostPort {host} is not containerPort {port}, which"
                    f" {task['networkMode']} requires; leave hostPort out"
                )
            ports.append(_item_name("portMappings", mapping))
    yield from _duplicates("port", ports)


def _dependency_problems(containers: Iterable[Definition]) -> Iterator[str]:
    """Start orders that cannot be."""
    by_name = {container.get("name"): container for container in containers}
    order = {name: [item["containerName"] for item in c.get("dependsOn") or ()] for name, c in by_name.items()}
    for name, container in by_name.items():
        for item in container.get("dependsOn") or ():
            problem = _condition_problem(by_name.get(item["containerName"]), item["condition"])
            if problem:
                yield f"container {name}: waits for {item['containerName']} to be {item['condition']}, {problem}"
    try:
        graphlib.TopologicalSorter(order).prepare()
    except graphlib.CycleError as error:
        yield f"containers {' -> '.join(map(str, error.args[1]))} wait for each other; break the circle"


def _condition_problem(container: Definition | None, condition: str) -> str | None:
    if container is None:
        return "but the task has no such container; correct the name"
    if condition == "HEALTHY" and not container.get("healthCheck"):
        return "but that has no healthCheck; add one"
    if condition in ("COMPLETE", "SUCCESS") and container.get("essential", True):
        return "but that is essential, so the task would end with it; make it essential: false"
    return None


def _duplicates(kind: str, names: Iterable[Any]) -> Iterator[str]:
    seen: set[Any] = set()
    for name in names:
        if name in seen:
            yield f"{kind} {name} is there twice; remove one"
        seen.add(name)


def _cpu_units(value: Any) -> int | None:
    """CPU units of "1024", "1 vCPU" or ".5 vcpu"; None of anything else."""
    return _scaled(value, "vcpu")


def _mebibytes(value: Any) -> int | None:
    """MiB of "2048" or "2 GB"; None of anything else."""
    return _scaled(value, "gb")


def _scaled(value: Any, unit: str) -> int | None:
    amount = re.fullmatch(rf"\s*(\d+|\d*\.\d+\s*(?={unit}))\s*({unit})?\s*", str(value).lower())
    return int(float(amount[1]) * (1024 if amount[2] else 1)) if amount else None


def _without_own_host_port(mapping: Definition) -> dict[str, Any]:
    own = mapping.get("hostPort") == mapping.get("containerPort")
    return {name: value for name, value in mapping.items() if name != "hostPort" or not own}


def _tidy(name: str, value: Any) -> Any:
    """Leave out defaults and empty values, and sort what is a set. ``name`` is the key that holds ``value``."""
    if isinstance(value, Mapping) and name not in MAPS:
        tidied = {key: _tidy(key, item) for key, item in value.items()}
        return {key: item for key, item in tidied.items() if not _is_default(key, item)}
    if isinstance(value, (list, tuple)):
        items = [_tidy("", item) for item in value]
        return sorted(items, key=_sort_key) if name in NAMED or name in UNORDERED else items
    return value


def _is_default(name: str, value: Any) -> bool:
    if isinstance(value, bool) and name == "essential":
        return value
    return value is None or value is False or value == {} or value == [] or DEFAULTS.get(name, ...) == value


def _sort_key(item: Any) -> str:
    return json.dumps(item, sort_keys=True, default=str)


def _flatten(path: str, value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _flatten(f"{path}.{name}" if path else name, item, name)
    elif key in NAMED:
        path = "containers" if key == "containerDefinitions" else path
        for item in value:
            rest = {name: part for name, part in item.items() if name != NAMED[key]}
            where = f"{path}.{_item_name(key, item)}"
            if set(rest) == {"value"} or set(rest) == {"valueFrom"}:
                (part,) = rest.values()
                yield where, part
            elif not rest or key == "portMappings":
                yield where, rest
            else:
                yield from _flatten(where, rest)
    else:
        yield path, value


def _item_name(key: str, item: Definition) -> str:
    """Name of an item of a named list; ports also say which protocol and, if another, which host port."""
    if key != "portMappings":
        return str(item.get(NAMED[key]))
    port, protocol = item.get("containerPort", item.get("containerPortRange")), item.get("protocol", "tcp")
    host = item.get("hostPort") or port
    return f"{port}/{protocol}" if host == port else f"{host}:{port}/{protocol}"
