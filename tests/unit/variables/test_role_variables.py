# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""tools/role_variables.py: what Ansible reads of the tables is current, and says the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.facts import DERIVED, VARIABLES
from ansible_collections.meetops.jitsi.plugins.module_utils.variables.inputs import ENTRIES, INPUTS
from support.server import load_script

ROOT = Path(__file__).resolve().parents[3]
TOOL = ROOT / "tools" / "role_variables.py"
tool = load_script(TOOL)


def specs(role: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text())["argument_specs"]


def test_all_files_are_current() -> None:
    done = subprocess.run([sys.executable, str(TOOL), "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_facts_have_their_defaults() -> None:
    defaults = {name: variable.default for name, variable in VARIABLES.items() if not variable.required}
    assert yaml.safe_load(tool.jitsi_defaults()) == defaults | DERIVED


@pytest.mark.parametrize("role", INPUTS)
def test_a_role_has_its_inputs(role: str) -> None:
    given = {name for entry, spec in specs(role).items() if entry != "main" for name in spec["options"]}
    defaults = yaml.safe_load(tool.role_defaults(role))
    assert specs(role).keys() == {"main", *ENTRIES.get(role, ())}
    # What the main entry does not take has no default: whoever asks for it says how.
    assert specs(role)["main"]["options"].keys() == defaults.keys()
    assert given | defaults.keys() == INPUTS[role].keys()


@pytest.mark.parametrize("role", INPUTS)
def test_a_role_depends_on_the_facts(role: str) -> None:
    meta = yaml.safe_load((ROOT / "roles" / role / "meta" / "main.yml").read_text())
    assert meta["dependencies"] == [{"role": "meetops.jitsi.jitsi"}]


def test_only_the_options_are_written() -> None:
    head = "argument_specs:\n  main:\n    short_description: Words\n    description: [More, words]\n"
    other = "  absent:\n    short_description: Gone\n"
    text = f"---\n{head}    options:\n      old:\n        type: str\n{other}    options: *gone\n"
    written = tool.argument_specs("networking", text)
    assert head in written
    assert other in written
    assert "old" not in written
    found = yaml.safe_load(written)["argument_specs"]
    assert found["main"]["options"] == specs("networking")["main"]["options"]
    assert found["absent"]["options"].keys() == {"networking_name", "networking_vpc_cidr"}
    assert tool.argument_specs("networking", written) == written


@pytest.mark.parametrize(
    ("default", "shown"),
    [
        ("{{ jitsi_all_tags }}", None),
        (["{{ a.b }}"], None),
        ("turn.{{ ecs_service_domain }}", "turn.<ecs_service_domain>"),
        ([{"zone": "{{ jitsi_aws_region }}a"}], [{"zone": "<jitsi_aws_region>a"}]),
        ("jitsi-{{ jitsi_domain | lower }}-x", "jitsi-<jitsi_domain>-x"),
        (False, False),
        ("", ""),
    ],
)
def test_defaults_for_people(default: Any, shown: Any) -> None:
    assert tool.readable(default) == shown


@pytest.mark.parametrize(
    "value", ["yes", "1", "a: b", "#0b57d0", "", "{{ a }}", "text", "it's", "x" * 200, "a: " + "b c " * 60 + "d"]
)
def test_text_stays_text(value: str) -> None:
    assert yaml.safe_load(tool.dumped({"name": value})) == {"name": value}


def test_every_playbook_has_the_defaults() -> None:
    plays = [
        (path.name, play)
        for path in [*ROOT.glob("playbooks/*.yml"), *ROOT.glob("playbooks/runbooks/*.yml")]
        for play in yaml.safe_load(path.read_text(encoding="utf-8"))
        if play.get("hosts") == "jitsi"
    ]
    assert len(plays) > 15
    assert [name for name, play in plays if {"role": "meetops.jitsi.jitsi"} not in play.get("roles", [])] == []
