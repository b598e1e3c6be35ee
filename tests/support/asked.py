# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Collects what IAM would have been asked while something used the emulated AWS."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .permissions import ACCOUNT, REGION, Permission, parameters, permissions
from .recorder import Recorder, body_of, operation
from .replay import Request

# Ids that AWS draws: those of a run are not those of the next one.
IDS = (
    (re.compile(r"\b(eni|fs|fsap|fsmt|igw|lt|rtb|sg|subnet|vpc|vpce)-[0-9a-f]{8,17}\b"), r"\1-0123456789abcdef0"),
    (re.compile(r"\b(ns|srv)-[0-9a-z]{8,20}\b"), r"\1-0123456789abcdef"),
    (re.compile(r"(:secret:[\w/+=.@-]+)-\w{6}$"), r"\1-AbCdEf"),
    (re.compile(r"(:hostedzone/)(?!\*)\w+$"), r"\1Z0123456789ABCDEFGHI"),
    (re.compile(r"(:change/)(?!\*)\w+$"), r"\1C0123456789ABCDEFGHI"),
    (
        re.compile(r"(:(?:cache-policy|distribution|origin-access-control|response-headers-policy)/)(?!\*)[\w-]+$"),
        r"\1ID",
    ),
    (
        re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"),
        "01234567-89ab-cdef-0123-456789abcdef",
    ),
    (re.compile(r"(:task/[\w-]+/)[0-9a-f]{32}$"), r"\g<1>0123456789abcdef0123456789abcdef"),
    (re.compile(r"(:log-stream:)(?!\*).+"), r"\1stream"),
    # When a recording began.
    (re.compile(r"_\d{4}(-\d\d){5}\."), "_2026-01-02-03-04-05."),
)
# Condition keys that some policy of the collection may use.
KEYS = re.compile(r"aws:(RequestTag|ResourceTag)/(Name|aws:.*)|(?!aws:).*")


def anonymous(text: str) -> str:
    """Without ids and times that differ from run to run."""
    for pattern, replacement in IDS:
        text = pattern.sub(replacement, text)
    return text


def tags_of(resource: str) -> Mapping[str, str]:
    """The tags of a resource in the emulated account that has no name, only an id."""
    service, rest = resource.split(":")[2], resource.split(":", 5)[5]
    item = rest.rpartition("/")[2]
    backend = _backend(service, "aws" if service == "cloudfront" else REGION)
    if backend is None:
        return {}
    if service == "ec2":
        return dict(backend.tags.get(item, {}))
    if service == "elasticfilesystem":
        return dict(backend.tagging_service.get_tag_dict_for_resource(item))
    if service == "acm":
        found = backend._certificates.get(resource)
        return {key: str(value) for key, value in found.tags.items()} if found else {}
    if service in ("cloudfront", "servicediscovery"):
        return dict(backend.tagger.get_tag_dict_for_resource(resource))
    return {}


def _backend(service: str, region: str) -> Any:
    """The emulator's state of a service, or None if it has none yet: making it would draw ids."""
    from moto.backends import get_backend

    if service not in ("acm", "cloudfront", "ec2", "elasticfilesystem", "servicediscovery"):
        return None
    accounts = get_backend({"elasticfilesystem": "efs"}.get(service, service))
    return accounts[ACCOUNT][region] if ACCOUNT in accounts and region in accounts[ACCOUNT] else None


def completed(given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, and what a request only implies but IAM asks about: a mount target's file system, the id of a
    launch template, and what is associated."""
    implied = {}
    efs, ec2 = _backend("elasticfilesystem", REGION), _backend("ec2", REGION)
    if efs is not None and "MountTargetId" in given:
        found = efs.mount_targets_by_id.get(given["MountTargetId"])
        implied = {"FileSystemId": found.file_system_id} if found else {}
    elif ec2 is not None and "LaunchTemplateName" in given:
        found = ec2.launch_template_name_to_ids.get(given["LaunchTemplateName"])
        implied = {"LaunchTemplateId": found} if found else {}
    elif ec2 is not None and "AssociationId" in given:
        implied = _associated(ec2, given["AssociationId"])
    return {**implied, **given}


def _associated(ec2: Any, association: str) -> dict[str, str]:
    for table in ec2.route_tables.values():
        if association in table._associations:
            return {"RouteTableId": table.id, "SubnetId": table._associations[association]}
    for subnets in ec2.subnets.values():
        for subnet in subnets.values():
            if association in subnet.ipv6_cidr_block_associations:
                return {"SubnetId": subnet.id}
    return {}


def asked(request: Request) -> list[Permission]:
    """What IAM would be asked about a request, before it is answered."""
    found = []
    for item in permissions(request.name, completed(parameters(request)), tags_of):
        context = tuple((key, tuple(map(anonymous, value))) for key, value in item.context if KEYS.fullmatch(key))
        found.append(Permission(item.action, anonymous(item.resource), context))
    return found


@dataclass
class Asked:
    """What IAM would have been asked, and the calls of which that is not known."""

    questions: set[Permission] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)


@contextlib.contextmanager
def watching(recorder: Recorder) -> Iterator[Asked]:
    """Collect what IAM would be asked about the requests that come meanwhile."""
    application, seen = recorder.application, Asked()

    def watch(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        body = body_of(environ)
        if not environ.get("PATH_INFO", "").startswith("/moto-api"):
            name = operation(environ, body)
            try:
                seen.questions.update(asked(Request(name, environ, body, "")))
            except Exception as error:
                seen.unknown.add(f"{name}: {error!r}")
        return application(environ, start_response)

    recorder.application = watch
    try:
        yield seen
    finally:
        recorder.application = application
