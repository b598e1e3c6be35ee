# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The jobs and the calendar of playbooks/vars, as the playbook awx.yml renders them for the defaults."""

from __future__ import annotations

from typing import Any

import yaml
from jinja2 import Environment

from support.server import ROOT

FACTS = {"jitsi_bridge_max": 3, "jitsi_recorder_max": 2}
SETTINGS: dict[str, Any] = {
    "name": "jitsi-video-platform",
    "timezone": "UTC",
    "project_url": "https://git.example.com/jitsi.git",
    "project_branch": "main",
    "project_credential": "",
    "inventory": "inventories/production/hosts.yml",
    "image": "",
    "image_credential": "",
    "directory": "/srv/jitsi",
    "credentials": {
        **{right: f"aws-{right}" for right in ("look", "operate", "site", "destroy")},
        "password": "backup-password",
    },
    "state": "present",
}


def _rendered(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rendered(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_rendered(each) for each in value]
    if isinstance(value, str) and "{{" in value:
        text = Environment().from_string(value).render(**FACTS, _maintenance_allocation=ALLOCATION)
        return int(text) if text.isdigit() else text
    return value


def _load(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "playbooks" / "vars" / f"{name}.yml").read_text(encoding="utf-8")))


_MAINTENANCE, _AWX = _load("maintenance"), _load("awx")
ALLOCATION = _MAINTENANCE["_maintenance_allocation"]
TASKS: list[dict[str, Any]] = _rendered(_MAINTENANCE["maintenance_tasks"])
JOBS: list[dict[str, Any]] = _rendered(_AWX["_awx_jobs"])
CALENDAR: dict[str, dict[str, Any]] = _AWX["_awx_calendar"]
LEFT_OUT: list[str] = _AWX["_awx_left_out"]
