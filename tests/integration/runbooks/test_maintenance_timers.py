# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""playbooks/maintenance_timers.yml: the units that it writes, as systemd itself reads them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.playbooks import Run
from support.programs import need
from support.server import ROOT

NAME = "jitsi-video-platform"
TASKS = ["allocation", "audit", "backup", "health", "review", "rotation", "updates"]

Playbook = Callable[..., Run]


@pytest.fixture
def timers(quick_playbook: Playbook, tmp_path: Path) -> Playbook:
    """Run the playbook for a host that need not have systemd at work."""
    (tmp_path / "units").mkdir()

    def run(*args: str, **options: Any) -> Run:
        given = {
            "user": "root",
            "ansible_playbook": "/bin/true",
            "directory": "/usr",
            "unit_directory": str(tmp_path / "units"),
            "become": False,
            "start": False,
            **options,
        }
        variables = {f"maintenance_timers_{name}": value for name, value in given.items() if value is not None}
        return quick_playbook("playbooks/maintenance_timers.yml", *args, extra_vars=variables)

    return run


def test_timers_are_put_there_kept_changed_and_taken_away(timers: Playbook, tmp_path: Path) -> None:
    need("systemd-analyze")
    units = tmp_path / "units"
    some = {**dict.fromkeys(TASKS, ""), "rotation": "*-*-* 03:30:00", "backup": "*-*-* 02:30:00"}
    planned = timers("--check", **some)
    assert (planned.rc, planned.changed, list(units.iterdir())) == (0, 1, []), planned
    first = timers(**some)
    assert (first.rc, first.changed) == (0, 1), first
    there = sorted(path.name for path in units.iterdir())
    assert there == [f"{NAME}-{task}.{kind}" for task in ("backup", "rotation") for kind in ("service", "timer")]
    checked = subprocess.run(["systemd-analyze", "verify", *units.iterdir()], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")
    rotation = (units / f"{NAME}-rotation.service").read_text()
    assert "SuccessExitStatus=75" in rotation
    command = "meetops.jitsi.rotate_secrets -e rotate_wait_minutes=60"
    assert f"ExecStart=/bin/true -i inventories/production/hosts.yml {command}\n" in rotation
    # The second run changes nothing; an empty calendar takes one away; so does the state.
    assert timers(**some).changed == 0
    fewer = timers(**{**some, "rotation": "", "backup": "weekly"})
    assert (fewer.rc, sorted(path.name for path in units.iterdir())) == (0, there[:2]), fewer
    assert "OnCalendar=weekly\n" in (units / there[1]).read_text()
    absent = timers(state="absent", user=None)
    assert (absent.rc, absent.changed, list(units.iterdir())) == (0, 1, []), absent


def test_every_playbook_of_the_calendar_is_there() -> None:
    tasks = yaml.safe_load((ROOT / "playbooks" / "vars" / "maintenance.yml").read_text())["maintenance_tasks"]
    assert sorted(task["task"] for task in tasks) == TASKS
    playbooks = [task["playbook"].removeprefix("meetops.jitsi.").replace(".", "/") for task in tasks]
    assert [playbook for playbook in playbooks if not (ROOT / "playbooks" / f"{playbook}.yml").is_file()] == []
