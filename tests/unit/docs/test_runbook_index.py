# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Every runbook can be found from docs/runbooks.md, checks its options, and writes its facts; whoever names one with
options, such as an alarm, names some that it has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.meetops.jitsi.plugins.module_utils.lifecycle.functions import certificates
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.options import PLAYBOOKS, options
from support.rendering import role_variable
from support.server import ROOT

RUNBOOKS = {path.stem: path for path in sorted((ROOT / "playbooks" / "runbooks").glob("*.yml"))}
PAGE = (ROOT / "docs" / "runbooks.md").read_text(encoding="utf-8")
# "scale.yml -e scale_bridge_max=5 -e scale_to=asleep"
CALL = re.compile(r"(?:playbooks/)?(?:runbooks/)?(\w+)\.yml((?:\s+-e [\w]+=[^\s`;,]*)+)")
TOPIC = {"arn": "arn:aws:sns:us-east-1:123456789012:meet-alerts"}


def tasks(path: Path) -> list[dict[str, Any]]:
    """All tasks of a playbook, and of the files of tasks that it imports."""
    plays = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [task for play in plays for task in _flat(play.get("tasks", []), path)]


def _flat(found: list[dict[str, Any]], path: Path) -> list[dict[str, Any]]:
    every = []
    for task in found:
        every.append(task)
        for part in ("block", "rescue", "always"):
            every += _flat(task.get(part, []), path)
        file = task.get("ansible.builtin.import_tasks") or task.get("ansible.builtin.include_tasks") or ""
        if file and "{{" not in file:
            other = (path.parent / file).resolve()
            every += _flat(yaml.safe_load(other.read_text(encoding="utf-8")), other)
    return every


def alarm_texts() -> list[str]:
    """What alarms and notices say."""
    given = {"monitoring_name": "meet", "monitoring_region": "us-east-1", "_monitoring_topic": TOPIC}
    alarms = role_variable("monitoring", "_monitoring_kept_alarms", **given)
    return [alarm["description"] for alarm in alarms] + [certificates.ENTRANCE, certificates.ORIGIN]


@pytest.mark.parametrize("name", RUNBOOKS)
def test_a_runbook_is_in_the_index(name: str) -> None:
    index = PAGE.partition("\n## ")[0]
    assert f"`runbooks/{name}.yml`" in index


def test_links_of_the_index_lead_somewhere() -> None:
    headings = {line.lstrip("# ").lower().replace(" ", "-") for line in PAGE.splitlines() if line.startswith("#")}
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        file, _hash, heading = target.partition("#")
        assert not file or (ROOT / "docs" / file).is_file(), target
        assert file or heading in headings, target


@pytest.mark.parametrize("name", RUNBOOKS)
def test_a_runbook_checks_its_options_first_and_writes_its_facts(name: str) -> None:
    found = tasks(RUNBOOKS[name])
    assert found[0].get("meetops.jitsi.check_variables") == {"playbook": name}
    assert PLAYBOOKS[name].path == f"playbooks/runbooks/{name}.yml"
    assert any(task.get("name") == "Write the facts to a file" for task in found)
    assert any("ansible.builtin.debug" in task for task in found)


def test_who_names_a_runbook_names_options_that_it_has() -> None:
    named = 0
    for text in [*alarm_texts(), PAGE]:
        for runbook, given in CALL.findall(text):
            for option in re.findall(r"-e (\w+)=", given):
                assert option in options(runbook), f"{runbook}: {option}"
                named += 1
    # An alarm says the option first, and its runbook at the end.
    for text in alarm_texts():
        runbook = re.search(r"Runbook: playbooks/runbooks/(\w+)\.yml$", text)
        assert runbook and runbook[1] in RUNBOOKS
        assert all(option in options(runbook[1]) for option in re.findall(r"-e (\w+)=", text)), text
    assert named > 10
