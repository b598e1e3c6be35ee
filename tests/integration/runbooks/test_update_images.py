# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""playbooks/runbooks/update_images.yml, as an operator runs it, with a registry on loopback.

The platform, after a month of use, lives while it runs (support/running_tasks.py), and is verified as anybody would:
against real Caddy, prosody and coturn on loopback.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from support import entrance
from support.month import Month
from support.playbooks import Run
from support.registry import FakeRegistry, digest
from support.running_tasks import RunningTasks, running_tasks
from support.server import AwsServer

NAME = "jitsi-video-platform"
OLD, NEW = "stable-11146-2", "stable-11200"
CADDY, COTURN = ("2.11.7-alpine", "2.12.0-alpine"), ("4.16.0-r0",)

STEPS = {"TLS", "page", "websocket", "login", "relay credentials", "conference", "recorder", "upload permission"}

Runbook = Callable[..., Run]


@pytest.fixture
def registry() -> Iterator[FakeRegistry]:
    tags = {f"jitsi/{name}": [OLD, NEW] for name in ("web", "prosody", "jicofo", "jvb", "jibri")}
    with FakeRegistry({**tags, "library/caddy": CADDY, "coturn/coturn": COTURN}, page=9).running() as running:
        yield running


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The way in of a platform that works, as the options of the verification."""
    folder = tmp_path_factory.mktemp("front")
    with entrance.running(folder) as found:
        there = {"verify_address": "127.0.0.1", "verify_port": found.port, "verify_ca_file": str(folder / "good.crt")}
        yield there | {"verify_turn_address": "127.0.0.1", "verify_bridges": []}


@pytest.fixture
def life(converged: AwsServer, month: Callable[..., Month]) -> Iterator[RunningTasks]:
    with running_tasks(converged, month()) as found:
        yield found


@pytest.fixture
def runbook(
    registry: FakeRegistry, front: dict[str, Any], life: RunningTasks, quick_playbook: Runbook, tmp_path: Path
) -> Runbook:
    def run(*args: str, environment: str = "staging", **options: Any) -> Run:
        given = {
            "jitsi_environment": environment,
            "jitsi_deployment_wait_minutes": 0,
            "update_images_registries": registry.urls,
            "update_images_file": str(tmp_path / environment / "images.yml"),
            "update_images_marker": str(tmp_path / "verified.json"),
            "runbook_file": str(tmp_path / "facts.json"),
            **front,
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


def test_staging_first_then_production(
    converged: AwsServer, registry: FakeRegistry, runbook: Runbook, life: RunningTasks, tmp_path: Path
) -> None:
    # Nothing may reach production that staging has not seen.
    refused = runbook(environment="prod")
    assert refused.rc == 2 and "staging has verified no release yet" in refused.said, refused
    assert not registry.requests

    converged.calls.clear()
    planned = runbook("--check", runbook_file="")
    assert (planned.rc, planned.changed, converged.mutating()) == (0, 0, []), planned
    assert f"{OLD} -> {NEW}" in planned.said and "coturn 4.16.0-r0 stays" in planned.said

    # Woken, verified by every step of a participant and of a recording, and on its way to sleep again.
    staged = runbook(update_images_digests=True)
    assert staged.rc == 0, str(staged)
    facts = json.loads((tmp_path / "facts.json").read_text())
    assert (facts["result"], facts["failure"]) == ("updated", "")
    assert {check["check"] for check in facts["checks"] if check["state"] == "ok"} >= STEPS
    # In the month an upload never succeeded.
    assert {check["check"] for check in facts["checks"] if check["state"] != "ok"} == {"uploads"}
    pinned = yaml.safe_load((tmp_path / "staging" / "images.yml").read_text())
    assert pinned["jitsi_image_version"] == NEW
    assert pinned["jitsi_image_digests"][f"jvb:{NEW}"] == digest("jitsi/jvb", NEW)
    assert f"jvb:{NEW}@{digest('jitsi/jvb', NEW)}" in deployed(converged)
    assert life.cloud.item().phase == "draining"

    # A release that came since is not what staging has verified.
    for name in ("web", "prosody", "jicofo", "jvb", "jibri"):
        registry.tags[f"jitsi/{name}"].append("stable-11300")
    other = runbook(environment="prod", update_images_to="stable-11300")
    assert other.rc == 2 and "update staging to it first" in other.said, other
    # Here it is the same platform, and people have come.
    life.wake()
    life.people = [3]
    postponed = runbook(environment="prod")
    assert (postponed.rc, (tmp_path / "prod").exists()) == (75, False), postponed
    assert "stable-11300 is newer, and was not chosen" in postponed.said
    # The next time they leave while it waits. It was awake, so it stays awake.
    life.people = [3, 0]
    production = runbook(environment="prod", update_images_wait_minutes=1)
    assert production.rc == 0, str(production)
    assert yaml.safe_load((tmp_path / "prod" / "images.yml").read_text()) == pinned
    assert life.cloud.item().phase == "awake"


def test_what_does_not_pass_is_put_back(
    converged: AwsServer, runbook: Runbook, life: RunningTasks, front: dict[str, Any], tmp_path: Path
) -> None:
    """The new web container answers, but with no page of Jitsi Meet. Nobody knows whether somebody meets meanwhile."""
    life.people = [None]
    with ExitStack() as stack:
        folder = Path(front["verify_ca_file"]).parent
        broken = entrance.caddy(stack, folder, 1, page="Welcome to nginx!")
        failed = runbook(verify_port=broken, verify_patience=0)
    assert failed.rc == 2, failed
    assert "Did not work: page, websocket" in failed.said and "former ones are deployed again" in failed.said
    assert jitsi(OLD) <= deployed(converged) and not jitsi(NEW) & deployed(converged)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["facts.json"]
    facts = json.loads((tmp_path / "facts.json").read_text())
    assert (facts["result"], "Did not work: page" in facts["failure"]) == ("put back", True)
    # It was not put to sleep by force: it stays awake, and sleeps when it is known that nobody is there.
    assert life.cloud.item().phase == "awake"


def test_what_ecs_has_undone_is_not_verified(
    converged: AwsServer, runbook: Runbook, life: RunningTasks, tmp_path: Path
) -> None:
    """The way in works: with the former release, to which the circuit breaker went back."""
    life.broken = NEW
    failed = runbook()
    assert failed.rc == 2, failed
    assert "did not get healthy with the new images, and ECS went back to" in failed.said
    assert jitsi(OLD) <= deployed(converged)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["facts.json"]
    assert json.loads((tmp_path / "facts.json").read_text())["checks"] == []
