# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Real programs that tests run: the ones that the containers carry."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import jinja2
import pytest

from .servers import Handler, serving

ROOT = Path(__file__).resolve().parents[2]
ROLE = ROOT / "roles" / "ecs_service"


def need(*programs: str) -> None:
    """Skip the test when a program is not installed; fail instead where CI has to have it."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"install {', '.join(missing)}: CI runs every test")
    if missing:
        pytest.skip(f"needs {', '.join(missing)}")


def run_tool(*command: str, cwd: Path, home: Path | None = None, **environment: str) -> str:
    """Run a program of this Python's environment with nothing of this user's own settings, in a home that is ``cwd`` if
    not given; returns what it printed. It must succeed."""
    programs = Path(sys.executable).parent
    plain = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "HOME": str(home or cwd), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [str(programs / command[0]), *command[1:]],
        cwd=cwd,
        env={**plain, "ANSIBLE_NOCOLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def render(template: str, **variables: Any) -> str:
    """Render a template of the role ecs_service as ansible's template lookup does."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROLE / "templates"),
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    )
    return environment.get_template(template).render(**variables)


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Find a port that is free on loopback now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, process: subprocess.Popen[Any], seconds: float = 20) -> None:
    """Wait until ``process`` accepts connections; fail at once when it ends, or after ``seconds``."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)
    pytest.fail(f"no server on port {port}, exit status {process.poll()}")


@contextmanager
def http_server(answer: Callable[[Handler], tuple[int, bytes]]) -> Iterator[str]:
    """Serve ``answer(request) -> (status, body)`` on loopback; yields the URL."""

    class Answering(Handler):
        def do_GET(self) -> None:
            self.answer(*answer(self), {"Content-Type": "application/json"})

    with serving(Answering) as server:
        yield server.url
