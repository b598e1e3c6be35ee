# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Deaths and faults of site.yml, and deaths of runbooks: `make proof-crash`; --help says what can be chosen."""

from __future__ import annotations

import argparse
import functools
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "tests")]
# Nothing that this user has set for AWS may reach a client.
for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
    del os.environ[name]
os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}

from proofs.crash import faults, runbooks  # noqa: E402
from support import account  # noqa: E402
from support.crash import Contents, Lab, Task, failure  # noqa: E402
from support.recorder import is_mutating  # noqa: E402
from support.replay import Request  # noqa: E402

SITE = "playbooks/site.yml"
LINES_SHOWN = 20
# One call whose refusal is looked at as a person sees it.
REFUSED = "iam:PutRolePolicy"


@dataclass
class Outcome:
    """What was wrong in a copy of the account, and figures of it."""

    wrong: list[str]
    figures: Counter[str] = field(default_factory=Counter)


class Trials:
    """Lets copies of the account be tried out, some at a time."""

    def __init__(self, lab: Lab, workers: int, only: str) -> None:
        self.lab = lab
        self.workers = workers
        self.only = only
        self.figures: Counter[str] = Counter()
        self._running: dict[Connection, tuple[str, str]] = {}

    def wanted(self, kind: str, title: str) -> bool:
        """Tell whether it is one of those that were chosen."""
        return self.only in f"{kind}: {title}"

    def begin(self, kind: str, title: str, trial: Callable[[], Outcome]) -> None:
        """Do it in a copy of the account as it is now."""
        if not self.wanted(kind, title):
            return
        while len(self._running) >= self.workers:
            self._take()
        self._running[self.lab.copy(trial)] = (kind, title)

    def end(self) -> None:
        """Wait for all."""
        while self._running:
            self._take()

    def _take(self) -> None:
        for receiver in [each for each in wait(list(self._running)) if isinstance(each, Connection)]:
            kind, title = self._running.pop(receiver)
            try:
                outcome = receiver.recv()
            except EOFError:
                outcome = Outcome(["its process ended with an error"])
            self.figures += outcome.figures + Counter({kind: 1, "failed": bool(outcome.wrong)})
            print(f"{'FAILED' if outcome.wrong else 'ok'}: {kind}: {title}", flush=True)
            for line in outcome.wrong[:LINES_SHOWN]:
                print(f"    {line[:500]}", flush=True)


def repeated(lab: Lab, task: Task) -> Outcome:
    """The task in which the run died, again."""
    return Outcome(lab.repeat(task))


def built_again(lab: Lab, goal: Contents) -> Outcome:
    """The whole site, again."""
    return Outcome(lab.rise(goal, SITE))


def killed(lab: Lab, tasks: Sequence[Task], number: int, after: bool) -> Outcome:
    """A run is killed at a change: the account must be as the requests until then make it."""
    lab.restore()
    run = lab.kill(number, after, SITE)
    found = account.contents()
    wrong = [] if run.rc < 0 else [f"it was not killed but ended with {run.rc}: {failure(run)}"]
    requests = [request for task in tasks for request in task.requests]
    changes = [count for count, request in enumerate(requests, 1) if is_mutating(request.name)]
    expected = lab.goal(requests[: changes[number - 1] - (not after)])
    return Outcome(wrong + account.differences(expected, found))


def stormy(lab: Lab, tasks: Sequence[Task], storm: faults.Storm) -> Outcome:
    """The site is built through a storm."""
    found = faults.weather(lab, storm, tasks)
    return Outcome(found.wrong, Counter({"faults": sum(found.hit.values()), "errors": len(found.errors)}))


def refused(lab: Lab, goal: Contents) -> Outcome:
    """A permission is missing, which a person reads in the output; then it is there."""
    lab.restore()
    lab.faults.fault = lambda name: "denied" if name == REFUSED else None
    run = lab.run(SITE)
    lab.faults.fault = lambda name: None
    wrong = [] if run.rc == 2 and f"{REFUSED} on " in run.stdout else [f"it ended with {run.rc}: {failure(run)}"]
    if "Traceback" in run.stdout + run.stderr:
        wrong.append("a traceback is shown")
    return Outcome(wrong + lab.rise(goal, SITE))


def site(lab: Lab, trials: Trials, whole: int) -> tuple[list[Request], str]:
    """All of site.yml; returns what it asked for, and the figures that are not counted."""
    tasks = lab.tasks(SITE)
    goal = tasks[-1].goal
    changes = sum(is_mutating(request.name) for task in tasks for request in task.requests)

    for storm in faults.STORMS:
        trials.begin("storms", storm.name, functools.partial(stormy, lab, tasks, storm))
    trials.begin("refused", REFUSED, functools.partial(refused, lab, goal))
    for number in range(changes // 5, changes, changes // 5):
        for after in (False, True):
            title = f"{'after' if after else 'before'} change {number} of the site"
            trials.begin("kills", title, functools.partial(killed, lab, tasks, number, after))

    lab.restore()
    accounts = 0
    for place, task in enumerate(tasks):
        for death in lab.walk(task.requests):
            # The account before a task's first change is the one after the last change of the task before.
            if place and not death.number:
                continue
            accounts += 1
            title = f"{task}, {death}"
            trials.begin("deaths", title, functools.partial(repeated, lab, task))
            if accounts % whole == 0:
                trials.begin("whole", f"{title}, then the site", functools.partial(built_again, lab, goal))
    trials.end()
    return [request for task in tasks for request in task.requests], f"changes={changes} accounts={accounts}"


def repeated_runbook(lab: Lab, found: runbooks.Recorded, task: Task, number: int) -> Outcome:
    """A task of a runbook, that dies and runs again."""
    return Outcome(runbooks.die_and_repeat(lab, found, task, number))


def killed_runbook(lab: Lab, found: runbooks.Recorded, number: int, after: bool) -> Outcome:
    """A whole runbook, that is killed and runs again."""
    return Outcome(runbooks.die_and_run(lab, found, number, after))


def dying_runbooks(
    lab: Lab, trials: Trials, chosen: Sequence[runbooks.Runbook], site_requests: Sequence[Request], directory: Path
) -> int:
    """Runbooks that change something; returns how many changes they make."""
    changes = 0
    for runbook in chosen:
        found = runbooks.record(lab, runbook, site_requests, directory)
        changes += found.changes
        for task, number in runbooks.deaths(found):
            title = f"{runbook.name}: {task}, death before its change {number + 1}"
            if trials.wanted("runbook deaths", title):
                runbooks.begin(lab, found, task)
                trials.begin("runbook deaths", title, functools.partial(repeated_runbook, lab, found, task, number))
        # One that can only die as a whole dies at each change, the others in their middle.
        numbers = [(found.changes + 1) // 2] if runbook.apart else range(1, found.changes + 1)
        for number in numbers:
            after = bool(number % 2)
            title = f"{runbook.name} is killed {'after' if after else 'before'} its change {number}"
            trials.begin("runbook kills", title, functools.partial(killed_runbook, lab, found, number, after))
    trials.end()
    return changes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2, help="copies of the account at the same time")
    parser.add_argument(
        "--whole", type=int, default=15, help="after every so many deaths also run the whole site again"
    )
    parser.add_argument("--only", default="", help="only what has this text in its line of output")
    parser.add_argument("--part", choices=("site", "runbooks"), help="site.yml alone, or the runbooks alone")
    parser.add_argument("--runbook", default="", help="only the runbooks whose name begins so, as scale or restore")
    options = parser.parse_args()

    printed = []
    with tempfile.TemporaryDirectory() as name, runbooks.registry().running() as registry:
        directory = Path(name)
        lab = Lab(directory)
        trials = Trials(lab, options.workers, options.only)
        if options.part == "runbooks":
            requests = lab.record(SITE)
        else:
            requests, figures = site(lab, trials, options.whole)
            printed.append(figures)
        if options.part != "site":
            chosen = [item for item in runbooks.every(registry.urls) if item.name.startswith(options.runbook)]
            changes = dying_runbooks(lab, trials, chosen, requests, directory)
            printed.append(f"changes_of_runbooks={changes}")
        lab.stop()

    count = trials.figures
    print(
        f"crash: {' '.join(printed)} deaths={count['deaths']} then_whole_site={count['whole']} kills={count['kills']} "
        f"storms={count['storms']} faults={count['faults']} errors={count['errors']} refused={count['refused']} "
        f"runbook_deaths={count['runbook deaths']} runbook_kills={count['runbook kills']} failed={count['failed']}"
    )
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
