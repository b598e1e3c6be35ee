# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The role waits for the deployments of awake services, shows that it does, and notices when ECS undoes one."""

from __future__ import annotations

import pytest

CLUSTER, BRIDGE = "jitsi-video-platform-cluster", "jitsi-video-platform-bridge"
RECORDER, SIGNALLING = "jitsi-video-platform-recorder", "jitsi-video-platform-service"


def test_services_are_not_built_on_a_network_that_is_not_there(aws, quick_playbook):
    run = quick_playbook("playbooks/site.yml", "--tags", "ecs_service")
    assert run.rc != 0
    assert "vpc jitsi-video-platform" in run.stdout + run.stderr
    assert "--tags networking,secrets" in run.stdout + run.stderr
    assert aws.mutating() == []


@pytest.fixture(scope="module")
def site(aws_server, quick_playbook):
    """Run the roles that services need, with a bridge of some memory; the first run has made them and woken it."""
    aws_server.reset()

    def run(memory, tags="ecs_service", _args=(), **more):
        variables = {"jitsi_enable_recording": False, "jitsi_task_memory": memory, "_ecs_service_wait_seconds": 1}
        return quick_playbook("playbooks/site.yml", "--tags", tags, *_args, extra_vars=variables | more)

    first = run(8192, "networking,secrets,ecs_service")
    assert first.rc == 0, str(first)
    aws_server.client("ecs").update_service(cluster=CLUSTER, service=BRIDGE, desiredCount=1)
    return run


@pytest.fixture
def deployment(monkeypatch):
    """Let the next deployment take until ``until(looks, backend)``, and then end as ``end(service, former)`` says."""

    def arrange(until, end=lambda service, former: None):
        # Not above: the emulator reads its settings when it is imported.
        from moto.ecs.models import EC2ContainerServiceBackend

        update, describe = EC2ContainerServiceBackend.update_service, EC2ContainerServiceBackend.describe_services
        former, looks = [], []

        def update_service(backend, properties):
            former.append(backend.services[f"{CLUSTER}:{BRIDGE}"].task_definition)
            service = update(backend, properties)
            service.deployments[0]["rolloutState"] = "IN_PROGRESS"
            return service

        def describe_services(backend, *args):
            looks.extend(former[:1])
            service = backend.services.get(f"{CLUSTER}:{BRIDGE}")
            if (
                service
                and looks
                and service.deployments[0]["rolloutState"] == "IN_PROGRESS"
                and until(len(looks), backend)
            ):
                service.deployments[0]["rolloutState"] = "COMPLETED"
                end(service, former[0])
            return describe(backend, *args)

        monkeypatch.setattr(EC2ContainerServiceBackend, "update_service", update_service)
        monkeypatch.setattr(EC2ContainerServiceBackend, "describe_services", describe_services)

    return arrange


@pytest.fixture
def call(aws_server):
    """A task of a former deployment that carries a call; returns whether it is protected still."""
    ecs = aws_server.client("ecs")

    def start(service=BRIDGE):
        (task,) = ecs.run_task(
            cluster=CLUSTER,
            taskDefinition=BRIDGE,
            launchType="FARGATE",
            group=f"service:{service}",
            startedBy="ecs-svc/former",
            networkConfiguration=ecs.describe_services(cluster=CLUSTER, services=[BRIDGE])["services"][0][
                "networkConfiguration"
            ],
        )["tasks"]
        ecs.update_task_protection(cluster=CLUSTER, tasks=[task["taskArn"]], protectionEnabled=True)

        def protected():
            (found,) = ecs.get_task_protection(cluster=CLUSTER, tasks=[task["taskArn"]])["protectedTasks"]
            return found["protectionEnabled"]

        return protected

    return start


def test_a_running_deployment_is_waited_for_and_one_that_was_undone_fails(site, deployment, monkeypatch):
    # Of the looks, the first only tells what is waited for.
    deployment(lambda looks, _backend: looks == 4)
    run = site(16384)
    assert run.rc == 0, str(run)
    assert (run.stdout + run.stderr).count("FAILED - RETRYING: ") == 2

    monkeypatch.undo()
    deployment(lambda looks, _backend: looks == 4, lambda service, former: setattr(service, "task_definition", former))
    run = site(30720)
    assert run.rc != 0
    assert f"{BRIDGE} did not get healthy with the new task definition" in run.stdout + run.stderr


def test_a_recording_is_not_ended_by_turning_recording_off(aws_server, site, call):
    ecs = aws_server.client("ecs")
    ecs.create_service(cluster=CLUSTER, serviceName=RECORDER, taskDefinition=BRIDGE, desiredCount=1)
    protected = call(RECORDER)
    run = site(8192)
    assert run.rc != 0
    assert "1 recorder tasks record or have recordings to upload" in " ".join((run.stdout + run.stderr).split())
    assert protected()
    ecs.delete_service(cluster=CLUSTER, service=RECORDER, force=True)


def test_calls_are_waited_for_up_to_the_limit_and_cut_only_by_force(site, deployment, call):
    protected = call()

    def released(_looks, backend):
        tasks = [task for task in backend.tasks[CLUSTER].values() if task.group == f"service:{BRIDGE}"]
        return all(task.protected_until is None for task in tasks)

    deployment(released)
    # This call does not end by itself; a minute is two tries here.
    run = site(12288, jitsi_deployment_wait_minutes=1, _ecs_service_wait_tries=2)
    output = " ".join((run.stdout + run.stderr).split())
    assert run.rc == 0, str(run)
    assert f"Waiting for 1 protected task with calls or recordings, at most 1 minutes: {BRIDGE} 1." in output
    assert "protected tasks with calls: 1" in output
    assert "ECS ends each of them a minute after its last participant has left" in output
    assert protected()

    run = site(12288, jitsi_force=True)
    assert run.rc == 0, str(run)
    assert "Cut the calls that hold up a deployment" in str(run.changed_tasks)
    assert not protected()


def test_a_deployment_that_no_call_holds_up_must_settle_in_time(site, deployment):
    deployment(lambda _looks, _backend: False)
    run = site(24576, jitsi_deployment_wait_minutes=1, _ecs_service_wait_tries=2)
    assert run.rc != 0
    assert f"{BRIDGE} has not settled in 1 minutes, and no call holds it up" in run.stdout + run.stderr


@pytest.fixture
def people(aws_server, site, people_meet):
    """Signalling runs, and so many people meet."""
    ecs = aws_server.client("ecs")
    ecs.update_service(cluster=CLUSTER, service=SIGNALLING, desiredCount=1)
    yield people_meet
    ecs.update_service(cluster=CLUSTER, service=SIGNALLING, desiredCount=0)


def revision(aws_server, service=SIGNALLING):
    (found,) = aws_server.client("ecs").describe_services(cluster=CLUSTER, services=[service])["services"]
    return found["taskDefinition"]


RELOADS = f"12 people meet now: replacing {SIGNALLING} restarts signalling, and every page reloads"


def said(run):
    return " ".join((run.stdout + run.stderr).split())


def test_changed_signalling_waits_until_nobody_meets(aws_server, site, people):
    assert site(8192).rc == 0
    former, bridge = revision(aws_server), revision(aws_server, BRIDGE)
    people(12)
    planned = site(8192, _args=["--check"], jitsi_signalling_memory=6144)
    assert planned.rc == 0, str(planned)
    assert f"! {RELOADS}. Wait, or run again with -e jitsi_force=true Plan: " in said(planned)

    # Nobody waits here; a bridge that changes with it stays, too: both are of one release.
    refused = site(16384, jitsi_signalling_memory=6144, jitsi_deployment_wait_minutes=0)
    assert refused.rc == 2, str(refused)
    assert f"{RELOADS}. Wait, or run again with -e jitsi_force=true" in said(refused)
    assert (revision(aws_server), revision(aws_server, BRIDGE)) == (former, bridge)

    # They leave while it waits: after a first look and two more.
    people(12, 12, 3, 0)
    waited = site(8192, jitsi_signalling_memory=6144)
    assert waited.rc == 0, str(waited)
    assert f"{RELOADS}. Wait, or run again with -e jitsi_force=true. Waiting at most 15 minutes." in said(waited)
    assert (waited.stdout + waited.stderr).count("FAILED - RETRYING: ") == 2
    assert "! " + RELOADS not in said(waited)
    assert revision(aws_server) != former


def test_signalling_is_replaced_at_once_by_force_or_when_nobody_meets(aws_server, site, people):
    assert site(8192).rc == 0
    former = revision(aws_server)
    people(12)
    forced = site(8192, jitsi_signalling_memory=6144, jitsi_force=True)
    assert forced.rc == 0, str(forced)
    assert f"! {RELOADS} Done: " in said(forced)
    assert revision(aws_server) != former

    people(0)
    done = site(8192)
    assert done.rc == 0, str(done)
    assert "FAILED - RETRYING" not in said(done) and "every page reloads" not in said(done)


def test_what_is_not_of_signalling_does_not_restart_it(aws_server, site, people):
    tags = "ecs_service,autoscaling,monitoring"
    assert site(8192, tags).rc == 0
    former, bridge = revision(aws_server), revision(aws_server, BRIDGE)
    people(12)
    settings = {"jitsi_tags": {"Team": "teaching"}, "jitsi_log_retention_days": 7, "jitsi_bridge_max": 5}
    settings |= {
        "jitsi_alarm_percent": 70,
        "jitsi_container_insights": "enabled",
    }
    run = site(16384, tags, **settings)
    assert run.rc == 0, str(run)
    assert "every page reloads" not in said(run)
    assert revision(aws_server) == former
    assert revision(aws_server, BRIDGE) != bridge
