# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The role waits for the deployments of awake services, shows that it does, and notices when ECS undoes one."""

from __future__ import annotations

import pytest
from moto.ecs.models import EC2ContainerServiceBackend

CLUSTER, BRIDGE = "jitsi-video-platform-cluster", "jitsi-video-platform-bridge"


def test_services_are_not_built_on_a_network_that_is_not_there(aws, playbook):
    run = playbook("playbooks/site.yml", "--tags", "ecs_service")
    assert run.rc != 0
    assert "vpc jitsi-video-platform" in run.stdout + run.stderr
    assert "--tags networking,secrets" in run.stdout + run.stderr
    assert aws.mutating() == []


@pytest.fixture
def site(aws, playbook):
    """Run the roles that services need, with a bridge of some memory; the first run has made them and woken it."""

    def run(memory, tags="ecs_service"):
        variables = {"jitsi_enable_recording": False, "jitsi_task_memory": memory, "_ecs_service_wait_seconds": 1}
        return playbook("playbooks/site.yml", "--tags", tags, extra_vars=variables)

    first = run(8192, "networking,secrets,ecs_service")
    assert first.rc == 0, str(first)
    aws.client("ecs").update_service(cluster=CLUSTER, service=BRIDGE, desiredCount=1)
    return run


@pytest.fixture
def deployment(monkeypatch):
    """Let the next deployment take until it was looked at twice, and then end as ``end(service, former)`` says."""

    def arrange(end):
        update, describe = EC2ContainerServiceBackend.update_service, EC2ContainerServiceBackend.describe_services
        former, looks = [], []

        def update_service(backend, properties):
            former.append(backend.services[f"{CLUSTER}:{BRIDGE}"].task_definition)
            service = update(backend, properties)
            service.deployments[0]["rolloutState"] = "IN_PROGRESS"
            return service

        def describe_services(backend, *args):
            looks.extend(former[:1])
            if len(looks) == 3:
                service = backend.services[f"{CLUSTER}:{BRIDGE}"]
                service.deployments[0]["rolloutState"] = "COMPLETED"
                end(service, former[0])
            return describe(backend, *args)

        monkeypatch.setattr(EC2ContainerServiceBackend, "update_service", update_service)
        monkeypatch.setattr(EC2ContainerServiceBackend, "describe_services", describe_services)

    return arrange


def test_a_running_deployment_is_waited_for_and_one_that_was_undone_fails(site, deployment, monkeypatch):
    deployment(lambda service, former: None)
    run = site(16384)
    assert run.rc == 0, str(run)
    assert (run.stdout + run.stderr).count("FAILED - RETRYING: ") == 2

    monkeypatch.undo()
    deployment(lambda service, former: setattr(service, "task_definition", former))
    run = site(30720)
    assert run.rc != 0
    assert f"{BRIDGE} did not get healthy with the new task definition" in run.stdout + run.stderr
