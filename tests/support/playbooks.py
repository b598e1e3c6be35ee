# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs ansible-playbook as a person would: a process of its own, from the root of the repository."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .forks import Forks
from .server import CREDENTIALS, ROOT

QUICK = [sys.executable, str(ROOT / "tests" / "support" / "quick_ansible.py")]
RECAP = re.compile(r"^(?P<host>\S+)\s+: (?P<counts>(?:\w+=\d+\s*)+)$", re.MULTILINE)


@dataclass(frozen=True)
class Run:
    """How a run of ansible-playbook ended. ``stats`` maps a host to its counts (ok, changed, failed ...)."""

    rc: int
    stdout: str
    stderr: str
    seconds: float
    stats: dict[str, dict[str, int]]

    def count(self, name: str) -> int:
        """Sum a count (``changed``, ``failed``, ``unreachable``, ...) over the hosts."""
        return sum(counts.get(name, 0) for counts in self.stats.values())

    @property
    def changed(self) -> int:
        return self.count("changed")

    @property
    def failed(self) -> int:
        return self.count("failed") + self.count("unreachable")

    @property
    def said(self) -> str:
        """What it printed, wherever its lines were broken."""
        return " ".join(self.stdout.split())

    @property
    def changed_tasks(self) -> list[str]:
        """Names of the tasks that reported a change."""
        found: list[str] = []
        task = ""
        for line in self.stdout.splitlines():
            heading = re.match(r"(?:TASK|RUNNING HANDLER) \[(.*)\] \*", line)
            if heading:
                task = heading.group(1)
            elif line.startswith("changed: ") and (not found or found[-1] != task):
                found.append(task)
        return found

    def __str__(self) -> str:
        return f"rc {self.rc}, {self.seconds:.1f} s, {self.stats}\n{self.stdout}\n{self.stderr}"


def surroundings(home: Path) -> dict[str, str]:
    """The environment of ansible-playbook, with nothing of this user's own settings and only dummy credentials."""
    inherited = {key: os.environ[key] for key in ("LANG", "LC_ALL", "TMPDIR") if key in os.environ}
    return {
        "LC_ALL": "C.UTF-8",
        **inherited,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "ANSIBLE_HOME": str(home / ".ansible"),
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_NOCOLOR": "1",
        **CREDENTIALS,
    }


def quick_forks(home: Path) -> Forks:
    """Runs of ``quick_ansible.py`` that share a start; call ``stop`` at the end."""
    return Forks(QUICK, surroundings(home), ROOT)


def run_playbook(
    args: Sequence[str],
    home: Path,
    inventory: str | Path = "inventories/local",
    extra_vars: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
    quick: bool | Forks = False,
    directory: Path = ROOT,
) -> Run:
    """Run ``ansible-playbook *args`` in ``directory``.

    ``quick`` runs the AWS modules in ansible's own processes (``quick_ansible.py``), several times faster; with
    ``quick_forks`` it does not even start anew.
    """
    arguments = ["-i", str(inventory), *args]
    if extra_vars:
        arguments += ["-e", json.dumps(extra_vars)]
    env = {**surroundings(home), **(environment or {})}
    begin = time.monotonic()
    # Ansible's own settings are read when it starts.
    if isinstance(quick, Forks) and not any(name.startswith("ANSIBLE_") for name in environment or {}):
        done = quick.run(["ansible-playbook", *arguments], env, directory)
    else:
        program = QUICK if quick else [str(Path(sys.executable).parent / "ansible-playbook")]
        done = subprocess.run(
            [*program, *arguments],
            cwd=directory,
            env=env,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=900,
            check=False,
        )
    stats = {
        found["host"]: {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", found["counts"])}
        for found in RECAP.finditer(done.stdout.rpartition("PLAY RECAP")[2])
    }
    return Run(done.returncode, done.stdout, done.stderr, time.monotonic() - begin, stats)
