# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The local AWS as a program of its own: started once, found again, stopped, and never anybody else's."""

from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from support.playbooks import Run
from support.programs import free_port
from support.server import ROOT

DUMMY = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
SCRIPT = ROOT / "playbooks" / "files" / "local_aws_server.py"
# What a developer may have set; none of it may matter.
HOSTILE = {
    "AWS_PROFILE": "nonexistent",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
}


@dataclass(frozen=True)
class Running:
    """A server that two processes started at the same time, and what they said."""

    state_dir: Path
    port: int
    words: list[str]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server for the tests that leave it running."""
    state_dir, port = tmp_path_factory.mktemp("local") / "state", free_port()
    with ThreadPoolExecutor() as pool:
        words = list(pool.map(lambda _: said("start", state_dir, port), range(2)))
    yield Running(state_dir, port, words)
    local_aws("stop", state_dir)


@pytest.fixture
def state_dir(tmp_path: Path) -> Iterator[Path]:
    """A state directory, whose server is stopped afterwards, come what may."""
    yield tmp_path / "state"
    local_aws("stop", tmp_path / "state")


def local_aws(command: str, state_dir: Path, port: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run the program as its playbooks do."""
    options = [] if port is None else ["--port", str(port)]
    return subprocess.run(
        [sys.executable, str(SCRIPT), command, "--state-dir", str(state_dir), *options],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env={**os.environ, **HOSTILE},
    )


def said(command: str, state_dir: Path, port: int | None = None) -> str:
    """Run the program, which must succeed, and return its one word."""
    done = local_aws(command, state_dir, port)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_two_starts_at_once_start_one(running: Running) -> None:
    assert sorted(running.words) == ["running", "started"]
    assert said("start", running.state_dir, running.port) == "running"
    assert said("status", running.state_dir) == "running"


def test_is_private(running: Running) -> None:
    # Only on loopback: this address of the same port is still free, which it is not when all addresses are taken.
    with socket.socket() as other:
        other.bind(("127.0.0.2", running.port))
    # Only for this user.
    assert stat.S_IMODE(running.state_dir.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in running.state_dir.iterdir()} == {0o600}
    # Not for a web page that is open on this machine.
    request = urllib.request.Request(
        f"http://127.0.0.1:{running.port}/moto-api/data.json", headers={"Origin": "https://example.com"}
    )
    with DIRECT.open(request, timeout=10) as response:
        assert "Access-Control-Allow-Origin" not in response.headers
    # In a session of its own, so that it outlives the terminal.
    pid = json.loads((running.state_dir / "server.json").read_text())["pid"]
    assert os.getsid(pid) == pid


def test_answers(running: Running) -> None:
    sts = boto3.client("sts", region_name="us-east-1", endpoint_url=f"http://127.0.0.1:{running.port}", **DUMMY)
    assert sts.get_caller_identity()["Account"] == "123456789012"


def test_stays_on_its_port(running: Running) -> None:
    assert f"runs on port {running.port} already" in local_aws("start", running.state_dir, running.port + 1).stderr


def test_leaves_the_port_of_another_local_aws(running: Running, tmp_path: Path) -> None:
    done = local_aws("start", tmp_path, running.port)
    assert done.returncode == 1
    assert f"in use by the local AWS of {running.state_dir}" in done.stderr
    assert said("stop", tmp_path) == "not running"
    assert said("status", running.state_dir) == "running"


def test_leaves_the_port_of_another_program(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = local_aws("start", tmp_path, port)
    assert done.returncode == 1
    assert f"port {port} is in use by another program" in done.stderr
    assert "-e jitsi_local_aws_port=" in done.stderr


def test_stops_only_for_who_has_the_proof(running: Running) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{running.port}/_local_aws", method="DELETE", headers={"X-Local-Aws-Proof": "wrong"}
    )
    with DIRECT.open(request, timeout=10) as response:
        assert json.load(response)["known"] is False
    assert said("status", running.state_dir) == "running"


def test_takes_no_other_process_for_its_own(tmp_path: Path) -> None:
    (tmp_path / "server.json").write_text(json.dumps({"pid": os.getpid(), "port": free_port(), "token": "x"}))
    assert said("status", tmp_path) == "not running"
    assert said("stop", tmp_path) == "not running"
    assert not (tmp_path / "server.json").exists()


def test_playbooks_start_find_and_stop_it(
    playbook: Callable[..., Run], quick_playbook: Callable[..., Run], state_dir: Path
) -> None:
    port = free_port()
    variables: dict[str, Any] = {
        "jitsi_local_aws_port": port,
        "jitsi_local_aws_dir": str(state_dir),
        "jitsi_aws_endpoint_url": f"http://127.0.0.1:{port}",
    }
    begun = playbook("playbooks/status.yml", extra_vars=variables, environment=HOSTILE)
    assert (begun.rc, begun.changed_tasks) == (0, ["Start the local AWS unless it runs"]), str(begun)
    assert "not built yet" in begun.stdout
    again = playbook("playbooks/local_aws.yml", "--check", extra_vars=variables)
    assert (again.rc, again.changed) == (0, 0), str(again)

    planned = quick_playbook("playbooks/destroy.yml", "--check", extra_vars=variables)
    assert (planned.rc, planned.changed) == (0, 1), str(planned)
    assert said("status", state_dir) == "running"
    ended = quick_playbook("playbooks/destroy.yml", extra_vars=variables)
    assert (ended.rc, ended.changed) == (0, 1), str(ended)
    assert "Nothing of jitsi-video-platform is left" in ended.stdout
    assert said("status", state_dir) == "not running"
    again = quick_playbook("playbooks/destroy.yml", extra_vars=variables)
    assert (again.rc, again.changed) == (0, 0), str(again)


@pytest.mark.parametrize(
    ("inventory", "endpoint"), [("inventories/production", ""), ("inventories/local", "http://127.0.0.1:9")]
)
def test_destroy_refuses_what_is_not_the_local_aws(playbook: Callable[..., Run], inventory: str, endpoint: str) -> None:
    variables = {
        "jitsi_aws_endpoint_url": endpoint,
        "jitsi_domain": "meet.example.com",
        "jitsi_hosted_zone": "example.com",
        "jitsi_alert_email": "ops@example.com",
    }
    run = playbook("playbooks/destroy.yml", inventory=inventory, extra_vars=variables)
    assert (run.rc, run.failed) == (2, 1), str(run)
    assert "Nothing was destroyed" in run.stdout
