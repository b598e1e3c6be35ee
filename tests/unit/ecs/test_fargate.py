# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
from __future__ import annotations

import pytest
from ansible_collections.meetops.jitsi.plugins.module_utils.ecs import fargate


@pytest.mark.parametrize(
    ("cpu", "memory"),
    [
        (256, 512),
        (256, 2048),
        (512, 1024),
        (512, 4096),
        (1024, 2048),
        (1024, 8192),
        (2048, 4096),
        (2048, 16384),
        (4096, 8192),
        (4096, 30720),
        (8192, 16384),
        (8192, 61440),
        (16384, 32768),
        (16384, 122880),
    ],
)
def test_both_ends_of_each_size_are_right(cpu, memory):
    assert fargate.size_problem(cpu, memory) is None


@pytest.mark.parametrize(
    ("cpu", "memory", "fix"),
    [
        (4096, 4096, "use 8192 to 30720 in steps of 1024"),
        (4096, 31744, "use 8192 to 30720 in steps of 1024"),
        (4096, 8193, "use 8192 to 30720 in steps of 1024"),
        (8192, 18432, "use 16384 to 61440 in steps of 4096"),
        (256, 3072, "use 512, 1024, 2048"),
        (1024, None, "use 2048 to 8192 in steps of 1024"),
        (3584, 6656, "use one of 256, 512, 1024, 2048, 4096, 8192, 16384"),
        (None, 512, "use one of 256, 512, 1024, 2048, 4096, 8192, 16384"),
    ],
)
def test_wrong_size_names_the_right_ones(cpu, memory, fix):
    problem = fargate.size_problem(cpu, memory)
    assert problem is not None
    assert problem.endswith(f"; {fix}")


@pytest.mark.parametrize(
    ("container", "word"),
    [
        ({"privileged": True}, "privileged"),
        ({"linuxParameters": {"sharedMemorySize": 2048}}, "sharedMemorySize"),
        ({"linuxParameters": {"devices": [{"hostPath": "/dev/snd"}]}}, "devices"),
        ({"linuxParameters": {"swappiness": 60}}, "swappiness"),
        ({"linuxParameters": {"capabilities": {"add": ["SYS_PTRACE", "SYS_ADMIN"]}}}, "SYS_ADMIN"),
        ({"stopTimeout": 121}, "stopTimeout 121"),
    ],
)
def test_container_that_fargate_refuses(container, word):
    assert [word in problem for problem in fargate.container_problems(container)] == [True]


def test_container_that_fargate_takes():
    container = {
        "privileged": False,
        "stopTimeout": 120,
        "linuxParameters": {
            "capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]},
            "tmpfs": [{"containerPath": "/tmp", "size": 16}],
        },
    }
    assert list(fargate.container_problems(container)) == []


TASK = {"cpu": 256, "memory": 512, "networkMode": "awsvpc"}


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"memory": 8192}, "memory 8192"),
        ({"networkMode": "host"}, "networkMode host"),
        ({"ephemeralStorage": {"sizeInGiB": 20}}, "ephemeralStorage 20"),
        ({"ephemeralStorage": {"sizeInGiB": 201}}, "ephemeralStorage 201"),
        ({"placementConstraints": [{"type": "memberOf"}]}, "placementConstraints"),
        ({"pidMode": "host"}, "pidMode"),
        ({"ipcMode": "task"}, "ipcMode"),
        ({"volumes": [{"name": "v", "host": {"sourcePath": "/data"}}]}, "volume v"),
        ({"volumes": [{"name": "v", "dockerVolumeConfiguration": {"scope": "task"}}]}, "volume v"),
    ],
)
def test_task_that_fargate_refuses(changed, word):
    assert [word in problem for problem in fargate.task_problems({**TASK, **changed})] == [True]


@pytest.mark.parametrize("changed", [{}, {"ephemeralStorage": {"sizeInGiB": 21}}, {"volumes": [{"name": "v"}]}])
def test_task_that_fargate_takes(changed):
    assert list(fargate.task_problems({**TASK, **changed})) == []
