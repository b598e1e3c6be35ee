# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""docs/protection.md names every setting that restarts signalling, and no other."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml
from support.server import ROOT

ROLE = ROOT / "roles" / "ecs_service"
# It is in the settings of all sidecars, of which signalling has its own alone.
NOT_ITS_OWN = {"jitsi_recorder_launch_type"}


def settings_of(*variables: str) -> set[str]:
    """The facts of a deployment that variables of the role are made of, through others and through templates."""
    known: dict[str, Any] = {}
    for path in [*sorted(ROLE.glob("vars/main/*.yml")), ROLE / "defaults" / "main.yml"]:
        known |= yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    found: set[str] = set()
    left = list(variables)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            text = json.dumps(known.get(name, ""))
            for template in re.findall(r"template', '([\w.]+)'", text):
                text += (ROLE / "templates" / template).read_text(encoding="utf-8")
            left += re.findall(r"\b(?:_?ecs_service|jitsi)_\w+", text)
    return {name for name in found if name.startswith("jitsi_")}


def test_the_settings_of_signalling_are_told() -> None:
    page = (ROOT / "docs" / "protection.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"\*\*Settings of signalling\*\* are (.*?)\n\n", page, re.DOTALL)
    wanted = settings_of("_ecs_service_signalling_task", "_ecs_service_signalling_service")
    assert set(re.findall(r"`(jitsi_\w+)`", told)) == wanted - NOT_ITS_OWN
    # The way to look would find others.
    assert {"jitsi_task_memory", "jitsi_stun_servers"} <= settings_of("_ecs_service_bridge_task") - wanted
