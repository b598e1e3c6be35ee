# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the tests share: an emulated AWS in this process, and ways to run modules and playbooks against it."""

from __future__ import annotations

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

from support import modules, playbooks, server  # noqa: E402


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
def playbook(aws_server: server.AwsServer, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., playbooks.Run]:
    """Run ansible-playbook against the emulated AWS:
    ``playbook("playbooks/site.yml", "--check", inventory="inventories/local", extra_vars={}, environment={}) -> Run``.
    """
    home = tmp_path_factory.mktemp("home")

    def run(*args: str, extra_vars: dict[str, Any] | None = None, **options: Any) -> playbooks.Run:
        variables = {"jitsi_aws_endpoint_url": aws_server.url, **(extra_vars or {})}
        return playbooks.run_playbook(args, home, extra_vars=variables, **options)

    return run
