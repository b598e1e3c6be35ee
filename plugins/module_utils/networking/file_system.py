# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""An encrypted EFS file system of a few small files, with one access point and a mount target in each zone."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..errors import InvalidInput

Described = Mapping[str, Any]
FILE_SYSTEM, ACCESS_POINT, MOUNT_TARGET = "file system ", "access point ", "mount target in "

# Paid by what is read and written, with no credits that could run out. Files that nobody reads move to the cheap class.
THROUGHPUT = "elastic"
LIFECYCLE = {"TransitionToIA": "AFTER_30_DAYS", "TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"}
# A policy, even one that only denies, ends EFS's default of letting in everybody who has the network.
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": {"AWS": "*"},
            "Action": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ],
}


def check(params: Mapping[str, Any]) -> None:
    """Refuse what EFS would refuse. ``params`` are the module's options."""
    if not 1 <= len(params["name"]) <= 64:
        raise InvalidInput(f"name {params['name']}: use 1 to 64 characters")
    folders = params["path"].split("/")
    if not re.fullmatch(r"(?:/[A-Za-z0-9._-]{1,100}){1,4}", params["path"]) or {".", ".."} & set(folders):
        raise InvalidInput(f"path {params['path']}: use one to four folders such as /certificates")
    if not 1 <= params["user_id"] <= 4294967295:
        raise InvalidInput(f"user_id {params['user_id']}: use 1 to 4294967295; not 0, which is root")
    subnets = list(params["subnets"].values())
    if len(set(subnets)) != len(subnets):
        raise InvalidInput(f"subnets {', '.join(subnets)}: give each zone a subnet of its own")


def wanted(params: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What is to be there, in the order in which it is made."""
    tags = {**params["tags"], "Name": params["name"]}
    user = {"Uid": params["user_id"], "Gid": params["user_id"]}
    owner = {"OwnerUid": params["user_id"], "OwnerGid": params["user_id"], "Permissions": "0700"}
    return {
        FILE_SYSTEM + params["name"]: {
            "Encrypted": True,
            "ThroughputMode": THROUGHPUT,
            "Lifecycle": dict(LIFECYCLE),
            "Policy": POLICY,
            "Tags": tags,
        },
        ACCESS_POINT + params["name"]: {
            "PosixUser": user,
            "RootDirectory": {"Path": params["path"], "CreationInfo": owner},
            "Tags": tags,
        },
        **{
            MOUNT_TARGET + zone: {"Subnet": subnet, "SecurityGroups": sorted(params["security_groups"])}
            for zone, subnet in params["subnets"].items()
        },
    }


def lifecycle(rules: list[dict[str, str]]) -> dict[str, str]:
    """A lifecycle configuration as one mapping."""
    return {key: value for rule in rules for key, value in rule.items()}


def lifecycle_rules(fields: Mapping[str, str]) -> list[dict[str, str]]:
    """The same as EFS takes it."""
    return [{key: value} for key, value in fields.items()]


def policy(text: str | None) -> dict[str, Any]:
    """A policy that EFS returned, without what it adds."""
    document: dict[str, Any] = json.loads(text) if text else {}
    return {key: value for key, value in document.items() if key != "Id"}


def access_point(described: Described, tags: Mapping[str, str]) -> dict[str, Any]:
    """Fields of an access point that EFS reports."""
    root, user = described.get("RootDirectory") or {}, described.get("PosixUser") or {}
    return {
        "PosixUser": {key: value for key, value in user.items() if key != "SecondaryGids" or value},
        "RootDirectory": {"Path": root.get("Path", "/"), "CreationInfo": root.get("CreationInfo") or {}},
        "Tags": dict(tags),
    }


def check_current(name: str, found: Mapping[str, Any]) -> None:
    """Refuse a file system that cannot become what is wanted."""
    if not found["Encrypted"]:
        raise InvalidInput(
            f"name {name}: the file system with this creation token is not encrypted, which cannot be changed; move "
            "what is on it and delete it, then run again"
        )
