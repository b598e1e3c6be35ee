# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""playbooks/runbooks/update_images.yml, as an operator runs it, with a registry on loopback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.playbooks import Run
from support.registry import FakeRegistry, digest
from support.server import AwsServer

NAME = "jitsi-video-platform"
OLD, NEW = "stable-11146-2", "stable-11200"
CADDY, COTURN = ("2.10.2-alpine", "2.11.4-alpine"), ("4.17.0-r0",)

Runbook = Callable[..., Run]


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    tags = {f"jitsi/{name}": [OLD, NEW] for name in ("web", "prosody", "jicofo", "jvb", "jibri")}
    with FakeRegistry({**tags, "library/caddy": CADDY, "coturn/coturn": COTURN}, page=9).running() as running:
        yield running


@pytest.fixture
def runbook(registry: FakeRegistry, quick_playbook: Runbook, tmp_path: Path) -> Runbook:
    """Run the runbook; ``verified`` says what the verification finds."""

    def run(*args: str, environment: str = "staging", verified: bool = True, **options: Any) -> Run:
        verify = tmp_path / "verify.yml"
        verify.write_text(f"- name: Look at it\n  ansible.builtin.assert: {{that: {str(verified).lower()}}}\n")
        given = {
            "jitsi_environment": environment,
            "jitsi_deployment_wait_minutes": 0,
            "update_images_registries": registry.urls,
            "update_images_file": str(tmp_path / environment / "images.yml"),
            "update_images_marker": str(tmp_path / "verified.json"),
            "update_images_verify": str(verify),
            **options,
        }
        return quick_playbook("playbooks/runbooks/update_images.yml", *args, extra_vars=given)

    return run


def deployed(aws: AwsServer) -> set[str]:
    """The images that the services have now."""
    ecs = aws.client("ecs")
    names = [f"{NAME}-service", f"{NAME}-bridge", f"{NAME}-recorder"]
    found = set()
    for service in ecs.describe_services(cluster=f"{NAME}-cluster", services=names)["services"]:
        definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        found |= {container["image"].rpartition("/")[2] for container in definition["containerDefinitions"]}
    return found


def jitsi(release: str) -> set[str]:
    return {f"{name}:{release}" for name in ("web", "prosody", "jicofo", "jvb", "jibri")}


def said(run: Run) -> str:
    return " ".join(run.stdout.split())


def test_staging_first_then_production(
    converged: AwsServer, registry: FakeRegistry, runbook: Runbook, tmp_path: Path
) -> None:
    # Nothing may reach production that staging has not seen.
    refused = runbook(environment="prod")
    assert refused.rc == 2 and "staging has verified no release yet" in said(refused), refused
    assert not registry.requests

    converged.calls.clear()
    planned = runbook("--check")
    assert (planned.rc, planned.changed, converged.mutating()) == (0, 0, []), planned
    assert f"{OLD} -> {NEW}" in said(planned) and "coturn 4.17.0-r0 stays" in said(planned)

    staged = runbook(update_images_digests=True, runbook_file=str(tmp_path / "facts.json"))
    assert staged.rc == 0, str(staged)
    pinned = yaml.safe_load((tmp_path / "staging" / "images.yml").read_text())
    assert pinned["jitsi_image_version"] == NEW
    assert pinned["jitsi_image_digests"][f"jvb:{NEW}"] == digest("jitsi/jvb", NEW)
    assert f"jvb:{NEW}@{digest('jitsi/jvb', NEW)}" in deployed(converged)
    assert json.loads((tmp_path / "facts.json").read_text())["result"] == "updated"

    # A release that came since is not what staging has verified.
    for name in ("web", "prosody", "jicofo", "jvb", "jibri"):
        registry.tags[f"jitsi/{name}"].append("stable-11300")
    # Here it is the same platform, which drains now; nobody prints figures, so that somebody may be there.
    postponed = runbook(environment="prod")
    assert (postponed.rc, (tmp_path / "prod").exists()) == (75, False), postponed
    assert "stable-11300 is newer, and was not chosen" in said(postponed)
    other = runbook(environment="prod", update_images_to="stable-11300")
    assert other.rc == 2 and "update staging to it first" in said(other), other
    production = runbook(environment="prod", jitsi_force=True)
    assert production.rc == 0, str(production)
    assert yaml.safe_load((tmp_path / "prod" / "images.yml").read_text()) == pinned


def test_what_does_not_pass_is_put_back(converged: AwsServer, runbook: Runbook, tmp_path: Path) -> None:
    failed = runbook(verified=False)
    assert failed.rc == 2, failed
    assert "former ones are deployed again" in said(failed)
    assert jitsi(OLD) <= deployed(converged) and not jitsi(NEW) & deployed(converged)
    assert not (tmp_path / "staging" / "images.yml").exists()
    assert not (tmp_path / "verified.json").exists()
