# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The local AWS in this process, for tests: the emulator that playbooks/local_aws.yml starts, plus a recorder."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
from botocore.config import Config
from werkzeug.serving import make_server

from .recorder import Recorder, is_mutating
from .replay import Request, replay, seed

ROOT = Path(__file__).resolve().parents[2]
REGION = "us-east-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}


def load_script(path: Path) -> ModuleType:
    """Import a Python file that is not on the import path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class AwsServer:
    """A patched emulator on a free loopback port. Emulated state is one for the whole process."""

    def __init__(self) -> None:
        local_aws = load_script(ROOT / "playbooks" / "files" / "local_aws_server.py")
        self._recorder = Recorder(local_aws.application())
        self.serve()

    def serve(self) -> None:
        """Begin to serve; once more in a process that was forked, at an address of its own."""
        from moto.moto_server.werkzeug_app import MotoRequestHandler

        class Quiet(MotoRequestHandler):
            def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
                """Say nothing: the recorder has the calls."""

        self._server = make_server("127.0.0.1", 0, self._recorder, threaded=True, request_handler=Quiet)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def calls(self) -> list[str]:
        """The calls so far, as ``service:Action``; clear it with ``.calls.clear()``."""
        return self._recorder.calls

    def mutating(self) -> list[str]:
        """The calls so far that change something."""
        return [call for call in self.calls if is_mutating(call)]

    def reset(self) -> None:
        """Empty the account and forget the calls."""
        from moto.moto_api._internal.models import moto_api_backend

        moto_api_backend.reset()
        self.calls.clear()

    def wrap(self, layer: Callable[[Any], Any]) -> Any:
        """Put a WSGI middleware between the recorder and the emulator, which has the emulator's attributes too."""
        self._recorder.application = layer(self._recorder.application)
        return self._recorder.application

    def unwrap(self) -> None:
        """Take it away again."""
        self._recorder.application = self._recorder.application.application

    def record(self, run: Callable[[], object]) -> list[Request]:
        """Empty the account, let ``run`` use it, and return all requests that came, for ``restore``."""
        self.reset()
        seed(self._recorder.application)
        return self.listen(run)

    def listen(self, run: Callable[[], object]) -> list[Request]:
        """Let ``run`` use the account as it is, and return all requests that came."""
        self._recorder.kept = []
        try:
            run()
            return self._recorder.kept
        finally:
            self._recorder.kept = None

    def restore(self, requests: Iterable[Request]) -> None:
        """Bring the account to the state after these requests, and forget the calls."""
        self.reset()
        replay(self._recorder.application, requests)

    def client(self, service: str, region: str = REGION) -> Any:
        """Make a boto3 client for this server. Its calls are recorded too."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"max_attempts": 1}),
        )

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
