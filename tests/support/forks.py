# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs a Python program that takes long to start many times: each run is a fork of one process that has started.

``serve`` is for the script of that process, which may be run by another Python and needs the standard library only;
``Forks`` is for whoever wants runs.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any


def serve(main: Callable[[list[str]], int | None]) -> None:
    """Answer the requests of a ``Forks`` until it ends: ``main(arguments)`` in a fork each."""
    gc.collect()
    gc.freeze()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(main, request)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _run(main: Callable[[list[str]], int | None], request: Mapping[str, Any]) -> None:
    """Be that run, as if this process had been started for it."""
    status: Any = 1
    try:
        for number, (name, flags) in enumerate(request["files"]):
            os.dup2(os.open(name, flags), number)
        # What a program of its own would be ended by.
        signal.alarm(request["seconds"])
        os.environ.clear()
        os.environ.update(request["environment"])
        os.chdir(request["directory"])
        sys.argv = request["arguments"]
        status = main(request["arguments"])
    except SystemExit as end:
        status = end.code
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # Not what the process that has started does at its end.
        os._exit(status if isinstance(status, int) else int(status is not None))


class Forks:
    """Runs of the program whose script calls ``serve``; it is started with the first one."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], directory: Path) -> None:
        self._command, self._environment, self._directory = command, environment, directory
        self._process: subprocess.Popen[str] | None = None

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], directory: Path, seconds: int = 900
    ) -> subprocess.CompletedProcess[str]:
        """Run ``arguments`` (the first is the program's name) with exactly this environment, without input."""
        if self._process is None:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=self._directory,
                env=dict(self._environment),
            )
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        with tempfile.NamedTemporaryFile() as stdout, tempfile.NamedTemporaryFile() as stderr:
            request = {
                "arguments": list(arguments),
                "environment": dict(environment),
                "directory": str(directory),
                "seconds": seconds,
                "files": [[os.devnull, os.O_RDONLY], [stdout.name, os.O_WRONLY], [stderr.name, os.O_WRONLY]],
            }
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            assert answer, f"{self._command} has ended"
            printed = [Path(file.name).read_text(encoding="utf-8", errors="replace") for file in (stdout, stderr)]
        return subprocess.CompletedProcess(list(arguments), int(answer), *printed)

    def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.communicate()
            self._process = None
