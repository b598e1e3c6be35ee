# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The built collection in somebody else's project: what it holds, and that it works from there."""

from __future__ import annotations

import json
import re
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path, PurePath

import pytest
import yaml
from support.programs import run_tool
from support.server import CREDENTIALS, ROOT, AwsServer

SHIPPED = {
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "FILES.json",
    "LICENSE",
    "MANIFEST.json",
    "README.md",
    "changelogs",
    "docs",
    "group_vars",
    "inventories",
    "meta",
    "playbooks",
    "plugins",
    "roles",
}


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection as ``ansible-galaxy collection build`` makes it."""
    output = tmp_path_factory.mktemp("artifact")
    run_tool("ansible-galaxy", "collection", "build", str(ROOT), "--output-path", str(output), cwd=output)
    (built,) = output.glob("meetops-jitsi-*.tar.gz")
    return built


@pytest.fixture(scope="module")
def project(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has the collection installed, and the inventory of docs/variables.md: nothing is copied."""
    root = tmp_path_factory.mktemp("project")
    (root / "ansible.cfg").write_text("[defaults]\ncollections_path = collections\n", encoding="utf-8")
    install = ["collection", "install", str(artifact), "--offline", "--no-deps", "-p", "collections"]
    run_tool("ansible-galaxy", *install, cwd=root)
    page = root / "collections" / "ansible_collections" / "meetops" / "jitsi" / "docs" / "variables.md"
    (inventory,) = re.findall(
        r"^```yaml\n(jitsi:\n.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    inventory = inventory.replace("meet.example.com", "video.example.org").replace("example.com", "example.org")
    (root / "hosts.yml").write_text(inventory, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def dry_run(project: Path, aws_server: AwsServer) -> Callable[[Path], str]:
    """Run site.yml in check mode on an empty account, for an inventory of the project; returns what it printed."""

    def look(inventory: Path) -> str:
        aws_server.reset()
        site = ["meetops.jitsi.site", "-i", str(inventory), "-e", f"jitsi_aws_endpoint_url={aws_server.url}"]
        return run_tool("ansible-playbook", *site, "--check", "--diff", cwd=project, **CREDENTIALS)

    return look


@pytest.fixture(scope="module")
def planned(project: Path, dry_run: Callable[[Path], str], aws_server: AwsServer) -> tuple[str, list[str]]:
    """What a dry run from the project printed, and its calls that change something."""
    return dry_run(project / "hosts.yml"), aws_server.mutating()


@pytest.fixture
def older(project: Path) -> Path:
    """An inventory of the project beside group_vars that were copied from version 0.4.0."""
    root = project / "older"
    shutil.rmtree(root, ignore_errors=True)
    (root / "group_vars").mkdir(parents=True)
    shutil.copy(project / "hosts.yml", root)
    shutil.copy(ROOT / "tests" / "data" / "group_vars_0.4.0.yml", root / "group_vars" / "jitsi.yml")
    return root


def test_the_artifact_holds_what_users_need_and_nothing_else(artifact: Path) -> None:
    with tarfile.open(artifact) as archive:
        paths = [PurePath(name) for name in archive.getnames()]
    assert {path.parts[0] for path in paths} <= SHIPPED
    hidden = [path for path in paths if any(part.startswith(".") for part in path.parts)]
    assert hidden == []


def test_a_dry_run_from_another_project_plans_everything_and_changes_nothing(planned: tuple[str, list[str]]) -> None:
    output, mutating = planned
    assert "video.example.org" in output
    assert "WARNING" not in output
    recap = output.rpartition("PLAY RECAP")[2]
    assert "failed=0" in recap
    assert "changed=0 " not in recap
    assert mutating == []


def test_group_vars_that_were_copied_from_an_older_version_plan_the_same(
    planned: tuple[str, list[str]], older: Path, dry_run: Callable[[Path], str]
) -> None:
    assert dry_run(older / "hosts.yml") == planned[0]


def test_group_vars_that_were_copied_from_an_older_version_win(project: Path, older: Path) -> None:
    copied = older / "group_vars" / "jitsi.yml"
    names = list(yaml.safe_load(copied.read_text(encoding="utf-8")))
    assert len(names) > 150
    copied.write_text(json.dumps({name: f"copied {name}" for name in names}), encoding="utf-8")
    roles = ("networking", "secrets", "ecs_service", "monitoring", "edge")
    play = {
        "hosts": "jitsi",
        "gather_facts": False,
        "roles": [{"role": "meetops.jitsi.jitsi"}],
        "tasks": [
            *(
                {"ansible.builtin.import_role": {"name": f"meetops.jitsi.{role}", "tasks_from": "variables"}}
                for role in roles
            ),
            {
                "ansible.builtin.assert": {"that": "lookup('ansible.builtin.vars', item) == 'copied ' ~ item"},
                "loop": names,
            },
        ],
    }
    (older / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    assert "failed=0" in run_tool(
        "ansible-playbook", "-i", str(older / "hosts.yml"), str(older / "play.yml"), cwd=project
    )
