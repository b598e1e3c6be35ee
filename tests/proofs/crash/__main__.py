# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Deaths and faults of site.yml. Run it with `make proof-crash`; --help says what can be chosen."""

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

from proofs.crash import faults  # noqa: E402
from support import account  # noqa: E402
from support.crash import Contents, Lab, Task, failure  # noqa: E402
from support.recorder import is_mutating  # noqa: E402

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

    def begin(self, kind: str, title: str, trial: Callable[[], Outcome]) -> None:
        """Do it in a copy of the account as it is now."""
        if self.only not in f"{kind}: {title}":
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
    lab.weather.fault = lambda name: "denied" if name == REFUSED else None
    run = lab.run(SITE)
    lab.weather.fault = lambda name: None
    wrong = [] if run.rc == 2 and f"{REFUSED} on " in run.stdout else [f"it ended with {run.rc}: {failure(run)}"]
    if "Traceback" in run.stdout + run.stderr:
        wrong.append("a traceback is shown")
    return Outcome(wrong + lab.rise(goal, SITE))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2, help="copies of the account at the same time")
    parser.add_argument(
        "--whole", type=int, default=15, help="after every so many deaths also run the whole site again"
    )
    parser.add_argument("--only", default="", help="only what has this text in its line of output")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as home:
        lab = Lab(Path(home))
        tasks = lab.tasks(SITE)
        goal = tasks[-1].goal
        changes = sum(is_mutating(request.name) for task in tasks for request in task.requests)
        trials = Trials(lab, options.workers, options.only)

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
                if accounts % options.whole == 0:
                    trials.begin("whole", f"{title}, then the site", functools.partial(built_again, lab, goal))
        trials.end()
        lab.stop()

    figures = trials.figures
    print(
        f"crash: changes={changes} accounts={accounts} deaths={figures['deaths']} then_whole_site={figures['whole']} "
        f"kills={figures['kills']} storms={figures['storms']} faults={figures['faults']} errors={figures['errors']} "
        f"refused={figures['refused']} failed={figures['failed']}"
    )
    return 1 if figures["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
