# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The built collection in somebody else's project: what it holds, and that it works from there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path, PurePath

import pytest
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


def run(command: str, *args: str, cwd: Path, **environment: str) -> str:
    """Run a command of this Python's environment with nothing of this user's own settings; return what it printed."""
    programs = Path(sys.executable).parent
    done = subprocess.run(
        [str(programs / command), *args],
        cwd=cwd,
        env={
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(cwd),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_NOCOLOR": "1",
            **environment,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection as ``ansible-galaxy collection build`` makes it."""
    output = tmp_path_factory.mktemp("artifact")
    run("ansible-galaxy", "collection", "build", str(ROOT), "--output-path", str(output), cwd=output)
    (built,) = output.glob("meetops-jitsi-*.tar.gz")
    return built


@pytest.fixture(scope="module")
def project(artifact: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that has the collection installed, and its variables and one inventory copied."""
    root = tmp_path_factory.mktemp("project")
    (root / "ansible.cfg").write_text("[defaults]\ncollections_path = collections\n", encoding="utf-8")
    install = ["collection", "install", str(artifact), "--offline", "--no-deps", "-p", "collections"]
    run("ansible-galaxy", *install, cwd=root)
    installed = root / "collections" / "ansible_collections" / "meetops" / "jitsi"
    shutil.copytree(installed / "group_vars", root / "group_vars")
    shutil.copytree(installed / "inventories" / "production", root / "inventories" / "production", symlinks=True)
    (root / "group_vars" / "production.yml").write_text(
        "---\njitsi_domain: video.example.org\njitsi_hosted_zone: example.org\njitsi_alert_email: admin@example.org\n",
        encoding="utf-8",
    )
    return root


def test_the_artifact_holds_what_users_need_and_nothing_else(artifact: Path) -> None:
    with tarfile.open(artifact) as archive:
        paths = [PurePath(name) for name in archive.getnames()]
    assert {path.parts[0] for path in paths} <= SHIPPED
    hidden = [path for path in paths if any(part.startswith(".") for part in path.parts)]
    assert hidden == []


def test_a_dry_run_from_another_project_plans_everything_and_changes_nothing(project: Path, aws: AwsServer) -> None:
    site = ["meetops.jitsi.site", "-i", "inventories/production", "-e", f"jitsi_aws_endpoint_url={aws.url}"]
    output = run("ansible-playbook", *site, "--check", "--diff", cwd=project, **CREDENTIALS)
    assert "video.example.org" in output
    recap = output.rpartition("PLAY RECAP")[2]
    assert "failed=0" in recap
    assert "changed=0 " not in recap
    assert aws.mutating() == []
