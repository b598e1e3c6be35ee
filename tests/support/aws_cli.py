# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The real AWS CLI (version 2), pointed at the emulator.

Where it is a Python script, as Debian's is, this file run by the Python of that script starts it once: each command is
a fork then (support/forks.py).
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import forks


@functools.cache
def program() -> str | None:
    """Its path, if there is one of version 2."""
    for folder in os.environ["PATH"].split(os.pathsep):
        found = shutil.which("aws", path=folder)
        if found and subprocess.run([found, "--version"], capture_output=True, text=True).stdout.startswith(
            "aws-cli/2"
        ):
            return found
    return None


def serve() -> None:
    """Be the process that has started."""
    from awscli import clidriver

    # Where its models are, as it has found out when it was imported.
    models = os.environ["AWS_DATA_PATH"]

    def main(_arguments: list[str]) -> int:
        os.environ["AWS_DATA_PATH"] = models
        return int(clidriver.main())

    forks.serve(main)


class AwsCli:
    """Runs lines of a shell in which ``aws`` is the CLI."""

    def __init__(self, path: str, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder
        wrapper = folder / "bin" / "aws"
        wrapper.parent.mkdir()
        # What version 2.13 takes from AWS_ENDPOINT_URL, Debian's older one takes as an option only.
        wrapper.write_text(f'#!/bin/sh\nexec {path} --endpoint-url {url} "$@"\n')
        wrapper.chmod(0o755)
        self._forks: forks.Forks | None = None
        with open(path, "rb") as script:
            first = script.readline().decode(errors="replace")
        if first.startswith("#!") and "python" in first:
            self._forks = forks.Forks([*first[2:].split(), __file__], self.environment({}), folder)

    def environment(self, more: Mapping[str, str]) -> dict[str, str]:
        """Nothing of this user's own settings."""
        return {
            "PATH": f"{self._folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self._folder),
            "LC_ALL": "C.UTF-8",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_PAGER": "",
            **more,
        }

    def shell(self, line: str, directory: Path, more: Mapping[str, str], text: str = "") -> str:
        """Run a line in bash, with ``text`` as its input; returns what it printed. It must succeed."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", line],
            cwd=directory,
            env=self.environment(more),
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{line}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def run(self, line: str, directory: Path, more: Mapping[str, str]) -> str:
        """Run a line of ``aws``; returns what it printed. It must succeed."""
        if self._forks is None or "$(" in line or "|" in line:
            return self.shell(line, directory, more)
        words = self.shell(f'aws() {{ printf "%s\\0" "$@"; }}; {line}', directory, more).split("\0")[:-1]
        arguments = ["aws", "--endpoint-url", self._url, *words]
        done = self._forks.run(arguments, self.environment(more), directory, seconds=120)
        assert done.returncode == 0, f"{line}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def follow(self, line: str, directory: Path) -> str:
        """Run a line that ends by Ctrl-C only, until it has printed one."""
        command = ["bash", "-c", f"exec {line}"]
        with subprocess.Popen(
            command, cwd=directory, env=self.environment({}), stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            process.terminate()
        return first

    def stop(self) -> None:
        """End its process."""
        if self._forks is not None:
            self._forks.stop()


if __name__ == "__main__":
    serve()
