# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A local AWS: the moto emulator on loopback, with its gaps patched.

    local_aws_server.py start  --port 5055 --state-dir DIR    prints "started" or "running"
    local_aws_server.py status --state-dir DIR                prints "running" or "not running"
    local_aws_server.py stop   --state-dir DIR                prints "stopped" or "not running"

The server lives in a session of its own and keeps everything in memory: what was made is gone when it stops.
What moto lacks is patched by the files of moto_gaps/, each of which says what AWS does. None of this reaches the roles
or modules.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hmac
import http.client
import importlib.util
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]

HOST = "127.0.0.1"
START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 15.0
ANSWER_TIMEOUT_SECONDS = 5.0
# No S3 bucket can have this name, so it hides nothing that moto serves.
CONTROL_PATH = "/_local_aws"
PROOF_HEADER = "X-Local-Aws-Proof"

SETTINGS = {
    # AWS issues a DNS-validated certificate soon after its record exists; moto waits a fixed minute.
    "MOTO_ACM_VALIDATION_WAIT": "0",
    # Every account sees the policies that AWS manages; moto loads them only when told to.
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    # A parameter of SSM names the recorders' image. Thirteen hundred others take time, and nobody looks at them.
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    # No web page that is open on this machine may read what is in here.
    "MOTO_DISABLE_GLOBAL_CORS": "true",
}


def load(file: Path) -> ModuleType:
    """Import a Python file by its path."""
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def application() -> Wsgi:
    """Make the patched emulator. Call it once: its state is one for the whole process."""
    # moto reads them once, when it is imported.
    os.environ.update(SETTINGS)
    from moto import backends
    from moto.core.config import default_user_config
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    default_user_config["lambda"]["use_docker"] = False
    # It would look at its directories on the disk twice a request.
    services = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: services
    for file in sorted((Path(__file__).parent / "moto_gaps").glob("*.py")):
        load(file).patch()
    emulator: Wsgi = DomainDispatcherApplication(create_backend_app)
    return emulator


# --- The server --------------------------------------------------------------------------------------------------


def serve(port: int, state_dir: Path) -> None:
    """Serve until told to stop. Who knows the token of the private state file is who started it."""
    emulator, token = application(), secrets.token_hex(16)
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    identity = {"pid": os.getpid(), "state_dir": str(state_dir)}

    def stop(*_: Any) -> None:
        threading.Thread(target=server.shutdown).start()

    def control(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != CONTROL_PATH:
            return emulator(environ, start_response)
        known = hmac.compare_digest(environ.get("HTTP_" + PROOF_HEADER.upper().replace("-", "_"), ""), token)
        if known and environ["REQUEST_METHOD"] == "DELETE":
            stop()
        answer = json.dumps({**identity, "known": known}).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
        return [answer]

    server = make_server(HOST, port, control, threaded=True, request_handler=MotoRequestHandler)
    signal.signal(signal.SIGTERM, stop)
    write_private(state_file(state_dir), json.dumps({"pid": os.getpid(), "port": port, "token": token}))
    server.serve_forever(poll_interval=0.1)
    server.server_close()
    state_file(state_dir).unlink(missing_ok=True)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, all at once."""
    part = path.with_suffix(".part")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


# --- Starting and stopping it ------------------------------------------------------------------------------------


def state_file(state_dir: Path) -> Path:
    """Where the running server of a state directory wrote its port and token."""
    return state_dir / "server.json"


def fail(message: str) -> NoReturn:
    """End with one message."""
    sys.exit(f"local AWS: {message}")


def ask(port: int, token: str, method: str = "GET") -> dict[str, Any] | None:
    """Ask a local AWS who it is (GET) or to stop (DELETE): ``{"pid", "state_dir", "known"}``, None if there is none."""
    url = f"http://{HOST}:{port}{CONTROL_PATH}"
    request = urllib.request.Request(url, method=method, headers={PROOF_HEADER: token})
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=ANSWER_TIMEOUT_SECONDS) as response:
            answer = json.load(response)
    except (OSError, ValueError, http.client.HTTPException):
        return None
    return answer if isinstance(answer, dict) and "known" in answer else None


def running(state_dir: Path) -> dict[str, Any] | None:
    """Read the state of this directory's server, if it answers: ``{"pid", "port", "token"}``."""
    try:
        state = json.loads(state_file(state_dir).read_text(encoding="utf-8"))
        answer = ask(state["port"], state["token"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return state if answer is not None and answer["known"] else None


def taken(port: int) -> bool:
    """Tell whether something listens on the port."""
    with socket.socket() as probe:
        probe.settimeout(ANSWER_TIMEOUT_SECONDS)
        return probe.connect_ex((HOST, port)) == 0


@contextlib.contextmanager
def alone(state_dir: Path) -> Iterator[None]:
    """Let one process at a time start or stop the server of a state directory."""
    with open(os.open(state_dir / "lock", os.O_RDWR | os.O_CREAT, 0o600), "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start(port: int, state_dir: Path) -> str:
    """Start the server unless it runs, and wait until it answers."""
    missing = [name for name in ("moto", "flask", "werkzeug") if importlib.util.find_spec(name) is None]
    if missing:
        fail(f"{sys.executable} lacks {', '.join(missing)}; install 'moto[server]' there.")
    state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with alone(state_dir):
        state = running(state_dir)
        if state is not None:
            if state["port"] != port:
                fail(f"it runs on port {state['port']} already; use that port, or stop it to move it to port {port}.")
            return "running"
        if taken(port):
            other = ask(port, "")
            who = f"the local AWS of {other['state_dir']} (pid {other['pid']})" if other else "another program"
            fail(f"port {port} is in use by {who}; choose a free one with -e jitsi_local_aws_port=NUMBER.")
        log = state_dir / "server.log"
        # Whatever this user has set for AWS is not meant for the emulator, and a profile it lacks would end it.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MOTO_"))}
        environment |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
        with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
            process = subprocess.Popen(
                [sys.executable, __file__, "serve", "--port", str(port), "--state-dir", str(state_dir)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                env=environment,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while running(state_dir) is None:
            if process.poll() is not None:
                tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
                fail(f"it ended with code {process.returncode}; {log} says:\n{tail}")
            if time.monotonic() > deadline:
                process.terminate()
                fail(f"it did not answer within {START_TIMEOUT_SECONDS:.0f} seconds; see {log}.")
            time.sleep(0.05)
        return "started"


def status(state_dir: Path) -> str:
    """Tell whether the server runs."""
    return "running" if running(state_dir) else "not running"


def stop(state_dir: Path) -> str:
    """Ask the server to end, and wait until it has. Nothing is killed: a process that does not answer is not ours."""
    if not state_dir.is_dir():
        return "not running"
    with alone(state_dir):
        state = running(state_dir)
        if state is None:
            state_file(state_dir).unlink(missing_ok=True)
            return "not running"
        ask(state["port"], state["token"], "DELETE")
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        while state_file(state_dir).exists():
            if time.monotonic() > deadline:
                fail(f"it did not end within {STOP_TIMEOUT_SECONDS:.0f} seconds; look at process {state['pid']}.")
            time.sleep(0.05)
        return "stopped"


def main() -> None:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description="The local AWS: moto on loopback.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("start", "status", "stop", "serve"):
        command = commands.add_parser(name)
        command.add_argument("--state-dir", type=Path, required=True)
        if name in ("start", "serve"):
            command.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    state_dir = arguments.state_dir.expanduser().resolve()
    if arguments.command == "start":
        print(start(arguments.port, state_dir))
    elif arguments.command == "serve":
        serve(arguments.port, state_dir)
    else:
        print(status(state_dir) if arguments.command == "status" else stop(state_dir))


if __name__ == "__main__":
    main()
