# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import copy

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import task_definitions
from ansible_collections.meetops.jitsi.plugins.module_utils.errors import InvalidInput
from hypothesis import given, settings
from hypothesis import strategies as st

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:jitsi-secrets-a1B2c3"

# Every kind of field that matters; what is a set to AWS has two items.
FULL = {
    "family": "bridge",
    "taskRoleArn": "arn:aws:iam::123456789012:role/task",
    "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE", "EC2"],
    "cpu": "4096",
    "memory": "8192",
    "ephemeralStorage": {"sizeInGiB": 21},
    "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
    "volumes": [
        {"name": "scratch"},
        {"name": "shared", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "transitEncryption": "ENABLED"}},
    ],
    "containerDefinitions": [
        {
            "name": "jvb",
            "image": "ghcr.io/jitsi/jvb:stable-11146-2",
            "cpu": 512,
            "memory": 4096,
            "memoryReservation": 1024,
            "entryPoint": ["/bin/bash", "-c"],
            "command": ["first", "second"],
            "environment": [{"name": "TZ", "value": "UTC"}, {"name": "EMPTY", "value": ""}],
            "secrets": [
                {"name": "JVB_AUTH_PASSWORD", "valueFrom": f"{SECRET}:jvb_auth_password::"},
                {"name": "OTHER", "valueFrom": f"{SECRET}:other::"},
            ],
            "portMappings": [{"containerPort": 10000, "protocol": "udp"}, {"containerPort": 8080}],
            "mountPoints": [
                {"sourceVolume": "scratch", "containerPath": "/scratch"},
                {"sourceVolume": "shared", "containerPath": "/shared", "readOnly": True},
            ],
            "ulimits": [
                {"name": "nofile", "softLimit": 1024, "hardLimit": 65536},
                {"name": "nproc", "softLimit": 1024, "hardLimit": 2048},
            ],
            "linuxParameters": {
                "capabilities": {"add": ["SYS_PTRACE"], "drop": ["NET_RAW", "MKNOD"]},
                "tmpfs": [
                    {"containerPath": "/run", "size": 64, "mountOptions": ["exec", "mode=0755"]},
                    {"containerPath": "/tmp", "size": 16},
                ],
            },
            "readonlyRootFilesystem": True,
            "systemControls": [
                {"namespace": "net.ipv4.tcp_retries2", "value": "8"},
                {"namespace": "net.core.somaxconn", "value": "1024"},
            ],
            "stopTimeout": 120,
            "user": "1000",
            "workingDirectory": "/srv",
            "dockerLabels": {"protocol": "tcp"},
            "healthCheck": {"command": ["CMD", "healthcheck.sh"], "interval": 10, "retries": 5, "startPeriod": 60},
            "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/jitsi"}},
        },
        {
            "name": "stats",
            "image": "ghcr.io/jitsi/jvb@sha256:" + "0" * 64,
            "essential": False,
            "restartPolicy": {"enabled": True},
            "dependsOn": [
                {"containerName": "jvb", "condition": "HEALTHY"},
                {"containerName": "setup", "condition": "SUCCESS"},
            ],
        },
        {"name": "setup", "image": "busybox:1.37", "essential": False},
    ],
}


def as_reported(definition):
    """What DescribeTaskDefinition makes of a definition."""
    reported = copy.deepcopy(definition)
    reported.update(
        taskDefinitionArn="arn:aws:ecs:us-east-1:123456789012:task-definition/bridge:7",
        revision=7,
        status="ACTIVE",
        requiresAttributes=[{"name": "com.amazonaws.ecs.capability.docker-remote-api.1.19"}],
        compatibilities=["EC2", "FARGATE"],
        registeredAt="2026-11-22",
        registeredBy="arn:aws:iam::123456789012:user/operator",
        placementConstraints=[],
        enableFaultInjection=False,
        inferenceAccelerators=[],
    )
    for volume in reported["volumes"]:
        volume.setdefault("host", {})
        if "efsVolumeConfiguration" in volume:
            volume["efsVolumeConfiguration"].setdefault("rootDirectory", "/")
    for container in reported["containerDefinitions"]:
        for name in ("environment", "mountPoints", "volumesFrom", "systemControls", "portMappings", "dnsServers"):
            container.setdefault(name, [])
        container.setdefault("cpu", 0)
        container.setdefault("essential", True)
        for port in container["portMappings"]:
            port.setdefault("protocol", "tcp")
            port.setdefault("hostPort", port["containerPort"])
        if "restartPolicy" in container:
            container["restartPolicy"].setdefault("restartAttemptPeriod", 300)
        if "healthCheck" in container:
            container["healthCheck"].setdefault("timeout", 5)
    return reported


def shuffled(value, draw, key=""):
    """The same definition with every set in another order."""
    if isinstance(value, dict):
        return {name: shuffled(value[name], draw, name) for name in draw(st.permutations(list(value)))}
    if isinstance(value, list):
        items = [shuffled(item, draw) for item in value]
        is_set = key in task_definitions.NAMED or key in task_definitions.UNORDERED
        return draw(st.permutations(items)) if is_set else items
    return value


def leaves(value, path=()):
    """Paths of all leaves."""
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from leaves(item, (*path, key))
    else:
        yield path


def changed(definition, path, drop=False):
    """A copy with one leaf changed, or dropped."""
    result = copy.deepcopy(definition)
    place = result
    for key in path[:-1]:
        place = place[key]
    value = place[path[-1]]
    if drop:
        del place[path[-1]]
    elif isinstance(value, bool):
        place[path[-1]] = not value
    else:
        place[path[-1]] = value + 1 if isinstance(value, int) else value + "x"
    return result


LEAVES = [path for path in leaves(FULL) if path != ("family",)]


def test_full_definition_is_valid():
    definition = {**FULL, "runtimePlatform": {"cpuArchitecture": "ARM64"}}
    assert list(task_definitions.problems(definition)) == []


def test_what_aws_reports_is_what_was_registered():
    assert task_definitions.canonical(as_reported(FULL)) == task_definitions.canonical(FULL)
    assert task_definitions.fields(as_reported(FULL)) == task_definitions.fields(FULL)


# No limit of time for one example: a busy machine is no error.
@settings(deadline=None, max_examples=50)
@given(st.data())
def test_order_of_sets_means_nothing(data):
    assert task_definitions.canonical(shuffled(FULL, data.draw)) == task_definitions.canonical(FULL)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "tmpfs", "drop", "x"]), inner),
    max_leaves=10,
)
DEFINITIONS = st.fixed_dictionaries(
    {
        "family": st.just("f"),
        "containerDefinitions": st.lists(
            st.fixed_dictionaries(
                {"name": st.sampled_from("abc")},
                optional={
                    "portMappings": st.lists(
                        st.fixed_dictionaries(
                            {"containerPort": st.integers(1, 3)}, optional={"hostPort": st.integers(0, 3)}
                        )
                    ),
                    "essential": st.booleans(),
                    "cpu": st.integers(0, 2),
                    "linuxParameters": JSON,
                },
            ),
            max_size=3,
        ),
    },
    optional={
        "networkMode": st.sampled_from(["awsvpc", "host", "bridge", "none"]),
        "cpu": st.sampled_from([256, "256", ".25 vCPU", "1vcpu"]),
        "memory": st.sampled_from([512, "0.5GB", "1 GB"]),
        "requiresCompatibilities": st.lists(st.sampled_from(["EC2", "FARGATE"])),
    },
)


@settings(deadline=None)
@given(DEFINITIONS)
def test_canonical_form_is_its_own(definition):
    once = task_definitions.canonical(definition)
    assert task_definitions.canonical(once) == once


@pytest.mark.parametrize("path", LEAVES, ids=lambda path: ".".join(map(str, path)))
def test_every_field_counts(path):
    assert task_definitions.fields(changed(FULL, path)) != task_definitions.fields(FULL)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"cpu": "1 vCPU", "memory": "2 GB"}, {"cpu": 1024, "memory": "2048"}),
        ({"cpu": ".5 vcpu"}, {"cpu": "512"}),
        ({"runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"}}, {}),
        ({"volumes": [{"name": "v", "host": {}}]}, {"volumes": [{"name": "v"}]}),
        ({"taskRoleArn": None, "volumes": [], "ephemeralStorage": {}}, {}),
        ({"requiresCompatibilities": ["FARGATE"]}, {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc"}),
        ({}, {"networkMode": "bridge"}),
    ],
)
def test_same_meaning(one, other):
    base = {"family": "f", "containerDefinitions": [{"name": "a"}]}
    assert task_definitions.fields({**base, **one}) == task_definitions.fields({**base, **other})


def test_host_port_counts_in_bridge_mode():
    def definition(host):
        port = {"containerPort": 80, "hostPort": host}
        return {"family": "f", "networkMode": "bridge", "containerDefinitions": [{"name": "a", "portMappings": [port]}]}

    assert task_definitions.fields(definition(0)) == task_definitions.fields(definition(None))
    assert task_definitions.fields(definition(80)) != task_definitions.fields(definition(0))


def test_fields_have_readable_names():
    fields = task_definitions.fields(FULL)
    assert fields["containers.jvb.image"] == "ghcr.io/jitsi/jvb:stable-11146-2"
    assert fields["containers.jvb.environment.TZ"] == "UTC"
    assert fields["containers.jvb.environment.EMPTY"] == ""
    assert fields["containers.jvb.secrets.OTHER"] == f"{SECRET}:other::"
    assert fields["containers.jvb.portMappings.10000/udp"] == {"protocol": "udp"}
    assert fields["containers.jvb.linuxParameters.capabilities.drop"] == ["MKNOD", "NET_RAW"]
    assert fields["containers.jvb.systemControls.net.ipv4.tcp_retries2"] == "8"
    assert fields["containers.stats.dependsOn.jvb.condition"] == "HEALTHY"
    assert fields["cpu"] == "4096"


def test_a_field_that_is_gone_is_a_difference():
    assert task_definitions.wanted_fields({"a": 1, "b": 2}, {"b": 3}) == {"a": None, "b": 3}


VALID = {
    "family": "bridge",
    "requiresCompatibilities": ["FARGATE"],
    "networkMode": "awsvpc",
    "cpu": "256",
    "memory": "512",
    "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
    "containerDefinitions": [{"name": "jvb", "image": "ghcr.io/jitsi/jvb:stable-11146-2"}],
}


def definition(*others, task=(), **container):
    """VALID with changes to the task and its first container, and with other containers."""
    first = {**VALID["containerDefinitions"][0], **container}
    rest = [{"name": f"other{n}", "image": "x:1", **other} for n, other in enumerate(others)]
    return {**VALID, **dict(task), "containerDefinitions": [first, *rest]}


RETRIES = {"namespace": "net.ipv4.tcp_retries2", "value": "8"}
ON_EC2 = {"requiresCompatibilities": ["EC2"], "networkMode": "host", "cpu": None, "memory": "512"}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (definition(task={"cpu": "4096"}), "memory 512 does not go with cpu 4096 on Fargate; use 8192 to 30720 in"),
        (definition(task={"networkMode": "host"}), "networkMode host is refused by Fargate; use awsvpc"),
        (definition(task={"ephemeralStorage": {"sizeInGiB": 20}}), "ephemeralStorage 20 GiB is out of range; use 21"),
        (definition(task={"pidMode": "task"}), "pidMode task takes process id 1"),
        (definition(task={"family": "a b"}), "family is no name for ECS; use "),
        (definition(name="a b"), "container a b: name is no name for ECS; use "),
        (definition(image=""), "container jvb: has no image; give one"),
        (definition(image="jitsi/jvb"), "container jvb: image jitsi/jvb can change under its name; add a version"),
        (definition(image="jitsi/jvb:latest"), "container jvb: image jitsi/jvb:latest can change under its name"),
        (definition(image="host:5000/jvb"), "container jvb: image host:5000/jvb can change under its name"),
        (definition(privileged=True), "container jvb: privileged is refused by Fargate; "),
        (definition(stopTimeout=121), "container jvb: stopTimeout 121 is longer than Fargate waits; use at most 120"),
        (definition(essential=False), "no container is essential; make at least one so"),
        (definition({"name": "jvb"}), "container jvb is there twice; remove one"),
        (
            definition(linuxParameters={"initProcessEnabled": True}),
            "container jvb: initProcessEnabled takes process id 1",
        ),
        (
            definition(portMappings=[{"containerPort": 443, "hostPort": 8443}]),
            "container jvb: hostPort 8443 is not containerPort 443, which awsvpc requires; leave hostPort out",
        ),
        (
            definition({"portMappings": [{"containerPort": 80}]}, portMappings=[{"containerPort": 80, "hostPort": 80}]),
            "port 80/tcp is there twice; remove one",
        ),
        (
            definition(environment=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]),
            "container jvb: environment variable A is there twice",
        ),
        (
            definition(environment=[{"name": "A"}], secrets=[{"name": "A", "valueFrom": SECRET}]),
            "container jvb: environment variable A is there twice",
        ),
        (
            definition(secrets=[{"name": "A", "valueFrom": "jitsi-secrets"}]),
            "container jvb: secret A: jitsi-secrets is no ARN of a secret; use arn:aws:secretsmanager:",
        ),
        (
            definition(task={"executionRoleArn": None}, secrets=[{"name": "A", "valueFrom": SECRET}]),
            "container jvb: has secrets but the task has no executionRoleArn",
        ),
        (
            definition(mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}]),
            "container jvb: mounts volume data, which the task has not; add it to volumes",
        ),
        (
            definition(task={"memory": "1024"}, memory=512, memoryReservation=513),
            "container jvb: memoryReservation 513 is more than memory 512; lower it",
        ),
        (
            definition(memory=513, memoryReservation=1),
            "container jvb: memory 513 is more than the task's 512; lower it",
        ),
        (
            definition({"memory": 256}, memoryReservation=257),
            "containers reserve 513 MiB, the task has memory 512; raise it or lower theirs",
        ),
        (definition(cpu=257), "containers reserve 257 CPU units, the task has cpu 256; raise it or lower theirs"),
        (definition(task={**ON_EC2, "memory": None}), "container jvb: has no memory limit and neither has the task"),
        (
            definition(healthCheck={"command": ["healthcheck.sh"]}),
            "container jvb: healthCheck command ['healthcheck.sh'] is unknown; begin it with CMD or CMD-SHELL",
        ),
        (
            definition(healthCheck={"command": ["CMD", "true"], "interval": 301}),
            "container jvb: healthCheck interval 301 is out of range; use 5 to 300",
        ),
        (
            definition(restartPolicy={"enabled": True, "restartAttemptPeriod": 59}),
            "container jvb: restartPolicy.restartAttemptPeriod 59 is out of range; use 60 to 1800 seconds",
        ),
        (
            definition(systemControls=[{"namespace": "net.ipv4.tcp_retries2"}]),
            "container jvb: systemControls net.ipv4.tcp_retries2 has no namespace or no value; give both",
        ),
        (
            definition(task={**ON_EC2, "networkMode": "host"}, systemControls=[RETRIES]),
            "container jvb: systemControls net.ipv4.tcp_retries2 would be the instance's in networkMode host; leave it"
            " out or use awsvpc",
        ),
        (
            definition(dependsOn=[{"containerName": "web", "condition": "START"}]),
            "container jvb: waits for web to be START, but the task has no such container; correct the name",
        ),
        (
            definition({}, dependsOn=[{"containerName": "other0", "condition": "HEALTHY"}]),
            "container jvb: waits for other0 to be HEALTHY, but that has no healthCheck; add one",
        ),
        (
            definition({}, dependsOn=[{"containerName": "other0", "condition": "SUCCESS"}]),
            "container jvb: waits for other0 to be SUCCESS, but that is essential",
        ),
        (
            definition(
                {"dependsOn": [{"containerName": "jvb", "condition": "START"}]},
                dependsOn=[{"containerName": "other0", "condition": "START"}],
            ),
            "containers ",
        ),
        (definition(command=["x" * 65536]), "has 65"),
        (definition(task={**ON_EC2, "volumes": [{"name": "v"}, {"name": "v"}]}), "volume v is there twice; remove one"),
    ],
)
def test_one_problem_in_words(given, message):
    problems = list(task_definitions.problems(given))
    assert [problem[: len(message)] for problem in problems] == [message]
    assert "; " in problems[0]


@pytest.mark.parametrize(
    "given",
    [
        definition(),
        definition(task={"cpu": ".25 vCPU", "memory": "0.5 GB"}),
        definition(image="host:5000/jvb:1"),
        definition(systemControls=[RETRIES]),
        definition(task=ON_EC2, systemControls=[{"namespace": "fs.mqueue.msg_max", "value": "100"}]),
        definition(secrets=[{"name": "A", "valueFrom": SECRET}]),
        definition(portMappings=[{"containerPort": 53, "protocol": "udp"}, {"containerPort": 53, "protocol": "tcp"}]),
        definition(task=ON_EC2, privileged=True, stopTimeout=600, linuxParameters={"sharedMemorySize": 2048}),
        definition(
            {"essential": False},
            dependsOn=[{"containerName": "other0", "condition": "COMPLETE"}],
            healthCheck={"command": ["CMD-SHELL", "true"]},
        ),
        definition(
            task={**ON_EC2, "networkMode": "bridge"},
            portMappings=[{"containerPort": 80, "hostPort": 8080}, {"containerPort": 80, "hostPort": 8081}],
        ),
    ],
)
def test_no_problem(given):
    assert list(task_definitions.problems(given)) == []


@pytest.mark.parametrize(
    ("reference", "right"),
    [
        (SECRET, True),
        (f"{SECRET}:key::", True),
        (f"{SECRET}::AWSCURRENT:", True),
        (f"{SECRET}:key:AWSCURRENT:0123", True),
        (SECRET.replace("a1B2c3", "planned"), True),
        (SECRET.replace("arn:aws:", "arn:aws-cn:"), True),
        ("arn:aws:ssm:us-east-1:123456789012:parameter/jitsi/key", True),
        (f"{SECRET}:key", False),
        (f"{SECRET}:key:", False),
        (f"{SECRET}:key:::", False),
        (SECRET.removesuffix("-a1B2c3"), False),
        ("jitsi-secrets", False),
        ("", False),
    ],
)
def test_secret_reference(reference, right):
    assert (task_definitions.secret_reference_problem(reference) is None) == right


def test_all_problems_come_at_once_and_name_the_family():
    with pytest.raises(InvalidInput) as raised:
        task_definitions.validate(definition(image="jvb", privileged=True))
    lines = str(raised.value).splitlines()
    assert len(lines) == 2
    assert all(line.startswith("task_definitions bridge: container jvb: ") for line in lines)
