# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the tests share: an emulated AWS in this process, and ways to run modules and playbooks against it."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
# ansible_collections is a namespace package: this adds meetops.jitsi to the collections in site-packages.
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "tests")]
# Nothing that this user has set for AWS may reach a test.
for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
    del os.environ[name]
os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}

from support import server  # noqa: E402

# moto reads them when it is first imported, and a test may do that before it starts the emulator.
os.environ |= server.load_script(ROOT / "playbooks" / "files" / "local_aws_server.py").SETTINGS

from support import modules, plans, playbooks, replay  # noqa: E402
from support.month import Month, fill  # noqa: E402


@pytest.fixture(scope="session")
def aws_server() -> Iterator[server.AwsServer]:
    """The emulated AWS, one for the whole process. Tests that share what they built use this one."""
    running = server.AwsServer()
    yield running
    running.stop()


@pytest.fixture
def aws(aws_server: server.AwsServer) -> server.AwsServer:
    """An empty emulated account, for one test."""
    aws_server.reset()
    return aws_server


@pytest.fixture
def run_module(aws_server: server.AwsServer) -> Callable[..., dict[str, Any]]:
    """Run a module of the collection: ``run_module("secret", name="x", _check=True) -> result``."""

    def run(_name: str, /, *, _check: bool = False, _diff: bool = True, **params: Any) -> dict[str, Any]:
        return modules.run_module(_name, aws_server.url, params, check=_check, diff=_diff)

    return run


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home directory of whoever runs playbooks in tests."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def playbook(aws_server: server.AwsServer, home: Path) -> Callable[..., playbooks.Run]:
    """Run ansible-playbook against the emulated AWS:
    ``playbook("playbooks/site.yml", "--check", inventory="inventories/local", extra_vars={}, environment={}) -> Run``.
    """

    def run(*args: str, extra_vars: dict[str, Any] | None = None, **options: Any) -> playbooks.Run:
        variables = {"jitsi_aws_endpoint_url": aws_server.url, **(extra_vars or {})}
        return playbooks.run_playbook(args, home, extra_vars=variables, **options)

    return run


@pytest.fixture(scope="session")
def quick_playbook(playbook: Callable[..., playbooks.Run], home: Path) -> Iterator[Callable[..., playbooks.Run]]:
    """As ``playbook``, several times faster: the AWS modules run in ansible's own processes, forks of one."""
    forks = playbooks.quick_forks(home)
    yield functools.partial(playbook, quick=forks)
    forks.stop()


@pytest.fixture(scope="session")
def shared_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that the workers of one run of pytest share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def converged_requests(
    aws_server: server.AwsServer, quick_playbook: Callable[..., playbooks.Run], shared_path: Path
) -> list[replay.Request]:
    """What a first run of site.yml with inventories/local asks of an empty account."""

    def record() -> list[replay.Request]:
        def build() -> None:
            run = quick_playbook("playbooks/site.yml", environment=plans.recording(shared_path / "converged.jsonl"))
            assert run.rc == 0, str(run)

        return aws_server.record(build)

    return replay.load_or_record(shared_path / "converged.pickle", record)


@pytest.fixture(scope="session")
def converged_tasks(converged_requests: list[replay.Request], shared_path: Path) -> list[plans.Task]:
    """What the tasks of that run returned, with the arguments of their modules."""
    return plans.read(shared_path / "converged.jsonl")


@pytest.fixture
def converged(aws_server: server.AwsServer, converged_requests: list[replay.Request]) -> server.AwsServer:
    """The account as site.yml with inventories/local leaves it, for one test."""
    aws_server.restore(converged_requests)
    return aws_server


@pytest.fixture
def month(converged: server.AwsServer) -> Callable[..., Month]:
    """Fill that account with a month of plausible data, for one test: ``month(awake=True) -> Month``, which knows what
    there is (support/month/__init__.py)."""
    return functools.partial(fill, converged)
