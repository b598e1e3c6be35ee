# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The file system of the certificates, as it is wanted and as EFS reports it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from ansible_collections.meetops.jitsi.plugins.module_utils.networking import file_system

PARAMS: dict[str, Any] = {
    "name": "jitsi",
    "subnets": {"us-east-1b": "subnet-b", "us-east-1a": "subnet-a"},
    "security_groups": ["sg-1"],
    "path": "/certificates",
    "user_id": 1000,
    "tags": {"Environment": "prod"},
}


def test_what_stands_on_another_comes_after_it() -> None:
    assert list(file_system.wanted(PARAMS)) == [
        "file system jitsi",
        "access point jitsi",
        "mount target in us-east-1b",
        "mount target in us-east-1a",
    ]


def test_everybody_is_one_user_in_one_folder() -> None:
    point = file_system.wanted(PARAMS)["access point jitsi"]
    assert point["PosixUser"] == {"Uid": 1000, "Gid": 1000}
    assert point["RootDirectory"]["CreationInfo"] == {"OwnerUid": 1000, "OwnerGid": 1000, "Permissions": "0700"}
    assert point["Tags"] == {"Environment": "prod", "Name": "jitsi"}


def test_what_efs_adds_to_an_access_point_is_no_difference() -> None:
    wanted = file_system.wanted(PARAMS)["access point jitsi"]
    reported = {"PosixUser": {**wanted["PosixUser"], "SecondaryGids": []}, "RootDirectory": wanted["RootDirectory"]}
    assert file_system.access_point(reported, wanted["Tags"]) == wanted
    assert file_system.access_point({"RootDirectory": {"Path": "/"}}, {}) == {
        "PosixUser": {},
        "RootDirectory": {"Path": "/", "CreationInfo": {}},
        "Tags": {},
    }


def test_policies_and_lifecycles_are_read_back() -> None:
    rules = file_system.lifecycle_rules(file_system.LIFECYCLE)
    assert len(rules) == 2
    assert file_system.lifecycle(rules) == file_system.LIFECYCLE
    assert file_system.policy(json.dumps({**file_system.POLICY, "Id": "made-by-aws"})) == file_system.POLICY
    assert file_system.policy(None) == {}


@pytest.mark.parametrize(
    "changes", [{"path": "/"}, {"path": "/a/b/c/d/e"}, {"user_id": 0}, {"name": ""}, {"subnets": {"a": "x", "b": "x"}}]
)
def test_what_efs_would_refuse(changes: dict[str, Any]) -> None:
    file_system.check(PARAMS)
    with pytest.raises(InvalidInput):
        file_system.check({**PARAMS, **changes})


def test_what_cannot_be_mended_is_told() -> None:
    file_system.check_current("jitsi", {"Encrypted": True})
    with pytest.raises(InvalidInput, match="not encrypted"):
        file_system.check_current("jitsi", {"Encrypted": False})
