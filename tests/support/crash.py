# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Lets runs of playbooks die at any of their calls, and sees what the next runs make of it.

After a death the account holds what the requests before it have made. So nothing is killed: these requests are answered
once more on an empty account, which takes a second. ``Lab.kill`` shows that it comes to the same.

The next run comes to the task in which the last one died with an account and arguments as the first one did, so that
this task alone runs again, in this process; ``Lab.rise`` runs whole playbooks.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import multiprocessing
import os
import re
import signal
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

from . import account, modules
from .faults import Faults
from .playbooks import Run, run_playbook
from .recorder import is_mutating
from .replay import Request
from .server import CREDENTIALS, AwsServer

Contents = Mapping[str, str]
HEADING = re.compile(r"^PLAY \[.*\]", re.MULTILINE)


@dataclass(frozen=True)
class Death:
    """A run that ended after some of its requests."""

    # How many of them AWS has done.
    requests: int
    # The last of them that changes something, and its number among these, from 1; none: "" and 0.
    call: str
    number: int

    def __str__(self) -> str:
        return f"death after change {self.number}, {self.call}" if self.number else "death before the first change"


@dataclass(frozen=True)
class Task:
    """A task of a playbook: its module as Python names it, its arguments, what it asks of AWS, what there is then."""

    module: str
    arguments: dict[str, Any]
    requests: list[Request]
    goal: Contents

    def __str__(self) -> str:
        return self.module.rpartition(".")[2]


class Lab:
    """An emulated account of this process, and runs on it."""

    def __init__(self, home: Path, server: AwsServer | None = None) -> None:
        self.server = server or AwsServer()
        self.home = home
        self._owned = server is None
        self.faults: Faults = self.server.wrap(Faults)

    def run(
        self, *args: str, extra_vars: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
    ) -> Run:
        """Run a playbook, or several, which do not wait between the tries of a call."""
        return run_playbook(
            args,
            self.home,
            extra_vars={"jitsi_aws_endpoint_url": self.server.url, **(extra_vars or {})},
            environment={"QUICK_ANSIBLE_WAITS": "no", **(environment or {})},
            quick=True,
        )

    def restore(self, *parts: Sequence[Request]) -> None:
        """Bring the account to where these requests lead, one part after the other, without any fault."""
        self.faults.forget()
        self.server.restore([request for part in parts for request in part])

    def record(self, *args: str, before: Sequence[Request] = (), **options: Any) -> list[Request]:
        """The requests of a run that nothing disturbs, on the account that others have made."""

        def run() -> None:
            done = self.run(*args, **options)
            if done.rc:
                raise RuntimeError(f"the run to record failed: {done}")

        self.restore(before)
        return self.server.listen(run)

    def goal(self, *parts: Sequence[Request]) -> Contents:
        """What the account holds after these requests."""
        self.restore(*parts)
        return account.contents()

    def deaths(self, requests: Sequence[Request], before: Sequence[Request] = ()) -> Iterator[Death]:
        """The deaths of a run that leave accounts of their own: before its first change, and after each change.

        The one before a change is the same as the one after the change before. A change that changes nothing leaves no
        account of its own.
        """
        self.restore(before)
        yield from self.walk(requests)

    def walk(self, requests: Sequence[Request]) -> Iterator[Death]:
        """As ``deaths``, from the account as it is. The account is as each death leaves it."""
        seen, last, number = set(), "", 0
        for count in range(len(requests) + 1):
            if count:
                request = requests[count - 1]
                request.answer(self.faults)
                if not is_mutating(request.name):
                    continue
                last, number = request.name, number + 1
            state = hashlib.sha256(repr((account.contents(), account.secrets())).encode()).digest()
            if state not in seen:
                seen.add(state)
                yield Death(count, last, number)

    def rise(self, goal: Contents, *args: str, **options: Any) -> list[str]:
        """Run twice on the account as it is, and say what is wrong then: nothing, if the first run ends well at the
        goal without a new value for a secret that was stored, and the second one changes nothing."""
        kept = account.secrets()
        playbook, *others = args
        run = self.run(playbook, playbook, *others, **options)
        wrong = []
        if run.rc:
            wrong.append(f"the next run ended with {run.rc}: {failure(run)}")
        wrong += self._lost(kept, run.stdout + run.stderr)
        wrong += account.differences(goal, account.contents())
        first = HEADING.search(run.stdout)
        second = run.stdout.rpartition(first.group(0))[2] if first else ""
        if not run.rc and "\nchanged: " in second:
            wrong.append(f"one run more has changes: {', '.join(run.changed_tasks)}")
        return wrong

    def kill(self, number: int, after: bool, *args: str, **options: Any) -> Run:
        """Run a playbook whose processes are killed at their change of this number, from 1: before it, or after it,
        when nobody has read the answer."""
        count = 0

        def fault(name: str) -> str | None:
            nonlocal count
            count += is_mutating(name)
            if count < number or not is_mutating(name):
                return None
            if count == number and after:
                return "killed"
            kill_descendants()
            return "reset"

        self.faults.fault = fault
        self.faults.kill = kill_descendants
        try:
            return self.run(*args, **options)
        finally:
            self.faults.fault = lambda name: None

    # --- Tasks alone

    def tasks(self, *args: str, before: Sequence[Request] = (), **options: Any) -> list[Task]:
        """The tasks of a run that nothing disturbs, on the account that others have made, but for those that do not
        call AWS."""
        log = self.home / "tasks.jsonl"
        log.unlink(missing_ok=True)
        self.restore(before)
        run = self.run(*args, environment={"QUICK_ANSIBLE_TASKS": str(log)}, **options)
        if run.rc:
            raise RuntimeError(f"the run to record failed: {run}")
        reached = account.contents()
        self.restore(before)
        logged = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        found = [self.task(module, arguments) for module, arguments in logged if "endpoint_url" in arguments]
        wrong = account.differences(reached, account.contents())
        if wrong:
            raise RuntimeError(f"the tasks alone lead elsewhere: {wrong}")
        return found

    def task(self, module: str, arguments: dict[str, Any]) -> Task:
        """Run a task on the account as it is, and tell what it did."""
        arguments = {**arguments, "endpoint_url": self.server.url}
        results: list[dict[str, Any]] = []
        requests = self.server.listen(lambda: results.append(self.execute(module, arguments)))
        if results[0].get("failed"):
            raise RuntimeError(f"{module} failed: {results[0]['msg']}")
        return Task(module, arguments, requests, account.contents())

    def execute(self, module: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Run a module in this process, which does not wait between the tries of a call, and return its result."""
        with mock.patch.dict(os.environ, CREDENTIALS), mock.patch("time.sleep"):
            output = modules.execute(importlib.import_module(module), {**arguments, "endpoint_url": self.server.url})
        result: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
        return result

    def repeat(self, task: Task, between: Callable[[], object] = lambda: None) -> list[str]:
        """Run a task twice on the account as it is, and say what is wrong then: nothing, if the first run ends well at
        its goal without a new value for a secret that was stored, and the second one changes nothing. ``between`` is
        what the platform does itself meanwhile."""
        kept = account.secrets()
        results = [self.execute(task.module, task.arguments)]
        between()
        results.append(self.execute(task.module, task.arguments))
        wrong = [
            f"run {number} failed: {result['msg']}" for number, result in enumerate(results, 2) if result.get("failed")
        ]
        if results[1].get("changed"):
            wrong.append(f"run 3 has changes: {results[1].get('changes')}")
        return wrong + self._lost(kept, json.dumps(results)) + account.differences(task.goal, account.contents())

    def _lost(self, kept: Mapping[str, str], printed: str) -> list[str]:
        """What is wrong with secrets that were there before."""
        found = account.secrets()
        wrong = [f"{name} has a new value" for name, value in kept.items() if found.get(name) != value]
        return wrong + leaks(printed, [*kept.values(), *found.values()])

    # --- Copies

    def copy(self, work: Callable[[], Any]) -> Connection:
        """Let a copy of this process work in a copy of the account; its result can be received once."""
        receiver, sender = multiprocessing.Pipe(duplex=False)

        def run() -> None:
            self.server.serve()
            self.home /= str(os.getpid())
            self.home.mkdir()
            sender.send(work())

        with warnings.catch_warnings():
            # Python warns of a fork beside threads. Those of the server have nothing to do now.
            warnings.simplefilter("ignore", DeprecationWarning)
            multiprocessing.get_context("fork").Process(target=run).start()
        sender.close()
        return receiver

    def stop(self) -> None:
        """Leave the server as it was."""
        if self._owned:
            self.server.stop()
        else:
            self.server.unwrap()


def failure(run: Run) -> str:
    """The error of a run, on one line."""
    found = re.search(r"fatal: .*?(?=\n\n|\nPLAY RECAP|\nTASK|\Z)", run.stdout, re.DOTALL)
    return " ".join((found.group(0) if found else run.stderr[-2000:]).split())


def leaks(printed: str, documents: Sequence[str]) -> list[str]:
    """Whether a value of these secrets was printed; says not which."""
    values = {value for document in documents for value in re.findall(r'": ?"([^"]{12,})"', document)}
    return ["a secret was printed"] if any(value in printed for value in values) else []


def kill_descendants() -> None:
    """Kill the processes that this one has started, and theirs."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    doomed = {os.getpid()}
    while more := {process for process, parent in parents.items() if parent in doomed} - doomed:
        doomed |= more
    for process in doomed - {os.getpid()}:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
