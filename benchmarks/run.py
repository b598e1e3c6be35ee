# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Measures playbooks/site.yml against the same resources made by stock modules, and against its requests alone.

    make bench                  two rounds; about 20 minutes on two idle cores
    make bench ARGS=--quick     one round

Every contender has a local AWS of its own, emptied before its first run. The times of a busy machine are long, but each
is judged against the others of its round. Ends with 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import functools
import importlib.util
import json
import os
import pickle
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "tests")]
# Nothing that this user has set for AWS may reach a run.
for variable in [variable for variable in os.environ if variable.startswith(("AWS_", "MOTO_"))]:
    del os.environ[variable]
os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}

from account import Account
from inputs import inputs
from support import plans
from support.documents import NAME
from support.playbooks import run_playbook

STOCK, OURS, FLOOR = "stock modules", "site.yml", "its requests alone"
STOCK_FAST, OURS_FAST = f"{STOCK}, mitogen", f"{OURS}, mitogen"
FIRST, SECOND, CHECK = "first", "second", "--check"
# What is required of the second run of site.yml: times faster than that of stock modules, share of its API calls.
ACCELERATED, PLAIN, CALLS = 3.0, 1.5, 0.6


@dataclass(frozen=True)
class Result:
    """One run. ``writes`` are the API calls that change something; requests alone have no tasks to be counted."""

    seconds: float
    cpu_seconds: float
    calls: int
    writes: int
    changed: int | None
    skipped: int | None


Results = dict[tuple[str, str], list[Result]]


def site(url: str, home: Path, environment: Mapping[str, str]) -> None:
    """Run site.yml, unmeasured."""
    done = run_playbook(
        ["playbooks/site.yml"], home, extra_vars={"jitsi_aws_endpoint_url": url}, environment=environment, quick=True
    )
    assert done.rc == 0, done


class Bench:
    """The contenders, each with an account of its own."""

    def __init__(self, folder: Path) -> None:
        self.accounts = {contender: Account(NAME) for contender in (STOCK, OURS, FLOOR)}
        self.home = folder
        self.tasks, self.inputs = folder / "tasks.jsonl", folder / "inputs.json"
        self.requests = {run: folder / f"{run}.pickle" for run in (FIRST, SECOND)}
        self.results: Results = defaultdict(list)
        self.made: dict[str, dict[str, int]] = {}

    def prepare(self) -> None:
        """Learn from two runs of site.yml what it makes and asks for. And the emulator loads things at a first call."""
        self.accounts[OURS].empty()
        for run, environment in ((FIRST, plans.recording(self.tasks)), (SECOND, {})):
            requests = self.accounts[OURS].record(functools.partial(site, home=self.home, environment=environment))
            self.requests[run].write_bytes(pickle.dumps(requests))
        for contender in (STOCK, FLOOR):
            self.accounts[contender].empty()
            self._floor(contender, FIRST)

    def round(self) -> None:
        """Measure every contender once. They take turns, so that a busy minute of the machine meets all of them."""
        for account in self.accounts.values():
            account.empty()
        wanted = inputs(plans.read(self.tasks), self.accounts[STOCK].prefix_lists(), self.home)
        self.inputs.write_text(json.dumps(wanted), encoding="utf-8")
        for run in (FIRST, SECOND, CHECK):
            self.measure(STOCK, run)
            self.measure(OURS, run)
            if run != FIRST:
                self.measure(OURS, run, accelerated=True)
                self.measure(STOCK, run, accelerated=True)
            if run != CHECK:
                self.measure(FLOOR, run)
        self.made = {contender: account.made() for contender, account in self.accounts.items()}

    def measure(self, contender: str, run: str, accelerated: bool = False) -> None:
        """Run something and keep what it took."""
        account = self.accounts[contender]
        account.calls()
        cpu, begin = _cpu_seconds(), time.monotonic()
        if contender == FLOOR:
            changed, skipped = self._floor(contender, run)
        else:
            changed, skipped = self._playbook(contender, run, accelerated)
        seconds, cpu = time.monotonic() - begin, _cpu_seconds() - cpu
        calls, writes = account.calls()
        result = Result(seconds, cpu, calls, writes, changed, skipped)
        name = f"{contender}, mitogen" if accelerated else contender
        self.results[name, run].append(result)
        print(_line(name, run, [result]), flush=True)

    def _playbook(self, contender: str, run: str, accelerated: bool) -> tuple[int, int]:
        url, check = self.accounts[contender].url, ["--check"] if run == CHECK else []
        environment = _mitogen() if accelerated else {}
        if contender == STOCK:
            done = run_playbook(
                ["benchmarks/stock.yml", *check],
                self.home,
                inventory="localhost,",
                extra_vars={"endpoint_url": url, "inputs": str(self.inputs)},
                environment=environment,
            )
        else:
            done = run_playbook(
                ["playbooks/site.yml", *check],
                self.home,
                extra_vars={"jitsi_aws_endpoint_url": url},
                environment=environment,
            )
        if done.rc:
            print(done)
            sys.exit(2)
        return done.changed, done.count("skipped")

    def _floor(self, contender: str, run: str) -> tuple[None, None]:
        """Send the requests of a run of site.yml to the account of a contender."""
        command = [sys.executable, str(HERE / "floor.py"), str(self.requests[run]), self.accounts[contender].url]
        subprocess.run(command, check=True)
        return None, None


def _cpu_seconds() -> float:
    """User and system time of all processes that this one started, and of theirs, once they have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _mitogen() -> dict[str, str]:
    """What makes ansible-playbook use mitogen, as ACCELERATE=1 of the Makefile does."""
    package = importlib.util.find_spec("ansible_mitogen")
    if package is None or package.origin is None:
        sys.exit("mitogen is missing; run this by `make bench`, which installs requirements-accelerate.txt")
    strategies = Path(package.origin).parent / "plugins" / "strategy"
    return {"ANSIBLE_STRATEGY": "mitogen_linear", "ANSIBLE_STRATEGY_PLUGINS": str(strategies)}


# --- What it came to ---------------------------------------------------------------------------------------------

COLUMNS = ("seconds", "CPU s", "API calls", "of them writes", "changed", "skipped")


def _heading() -> str:
    return f"{'':25}{'run':10}" + "".join(f"{column:>{len(column) + 3}}" for column in COLUMNS)


def _line(contender: str, run: str, results: list[Result]) -> str:
    """A line of the table: medians of the rounds."""
    cells = []
    for field in Result.__dataclass_fields__:
        values = [getattr(result, field) for result in results]
        median = None if None in values else statistics.median(values)
        cells.append("-" if median is None else f"{median:.1f}" if "seconds" in field else f"{median:.0f}")
    widths = [len(column) + 3 for column in COLUMNS]
    return f"{contender:25}{run:10}" + "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))


def _made_lines(counts: dict[str, dict[str, int]]) -> Iterator[str]:
    contenders = list(counts)
    yield f"{'what they made':35}" + "".join(f"{contender:>20}" for contender in contenders)
    for kind in counts[OURS]:
        yield f"{kind:35}" + "".join(f"{counts[contender][kind]:>20}" for contender in contenders)


def _times_faster(results: Results, contender: str) -> float:
    """How many times faster the second run of a contender is than that of stock modules: median of the rounds."""
    pairs = zip(results[STOCK, SECOND], results[contender, SECOND], strict=True)
    return statistics.median(stock.seconds / ours.seconds for stock, ours in pairs)


def verdicts(results: Results) -> list[tuple[bool, str]]:
    """Whether each of what is required of the second run is so, and how it is."""
    accelerated, plain = _times_faster(results, OURS_FAST), _times_faster(results, OURS)
    share = results[OURS, SECOND][-1].calls / results[STOCK, SECOND][-1].calls
    return [
        (accelerated >= ACCELERATED, f"{accelerated:.2f} times faster with mitogen (wanted: {ACCELERATED})"),
        (plain >= PLAIN, f"{plain:.2f} times faster without (wanted: {PLAIN})"),
        (share <= CALLS, f"{share:.0%} of the API calls (wanted: at most {CALLS:.0%})"),
    ]


def main() -> None:
    """Run the rounds, print the figures, end with 1 if a target is missed."""
    parser = argparse.ArgumentParser(description="Measure against stock modules.")
    parser.add_argument("--quick", action="store_true", help="one round")
    rounds = 1 if parser.parse_args().quick else 2
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        bench = Bench(Path(folder))
        try:
            bench.prepare()
            print(_heading())
            for _ in range(rounds):
                bench.round()
        finally:
            for account in bench.accounts.values():
                account.stop()
    print("\n" + "\n".join(_made_lines(bench.made)))
    print(f"\nMedians of {rounds} round(s):\n{_heading()}")
    for contender in (STOCK, STOCK_FAST, OURS, OURS_FAST, FLOOR):
        for run in (FIRST, SECOND, CHECK):
            if (contender, run) in bench.results:
                print(_line(contender, run, bench.results[contender, run]))
    judged = verdicts(bench.results)
    print("\nThe second run of site.yml, against that of stock modules:")
    for met, text in judged:
        print(f"  {'met   ' if met else 'MISSED'}  {text}")
    load = os.getloadavg()[0]
    print(f"\n{time.monotonic() - begin:.0f} s in all; {os.cpu_count()} cores, load {load:.1f}")
    sys.exit(0 if all(met for met, _ in judged) else 1)


if __name__ == "__main__":
    main()
