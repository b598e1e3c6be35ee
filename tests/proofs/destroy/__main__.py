# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Proof of destroy.yml and of environments side by side: `make proof-destroy`. The last line holds the figures."""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import os
import pickle
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "tests")]
# Nothing that this user has set for AWS may reach a client.
for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
    del os.environ[name]
os.environ |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}

from proofs.destroy import jobs, scenarios  # noqa: E402
from support.crash import Death  # noqa: E402
from support.recorder import is_mutating  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2, help="runs at the same time")
    parser.add_argument("--sample", type=int, default=1, help="take only every so many of the deaths; 0 takes none")
    parser.add_argument(
        "--only", default="", help="run scenarios whose name holds this text, and deaths if it is death"
    )
    options = parser.parse_args()
    begin = time.monotonic()

    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        lab = jobs.laboratory(directory / "first")
        built = scenarios.build(lab)
        requests = lab.record(scenarios.DESTROY, before=built.production, extra_vars=jobs.NAME)
        made: jobs.Made = (built, requests, lab.goal(built.production, requests))
        (directory / "made.pickle").write_bytes(pickle.dumps(made))
        deaths = list(lab.deaths(requests, built.production)) if options.sample else []
        lab.stop()
        chosen = deaths[:: options.sample or 1]
        todo: list[jobs.Job] = [item.name for item in jobs.every() if options.only in item.name]
        todo += [death for death in chosen if options.only in "death"]

        count = {"scenarios": 0, "deaths": 0, "failed": 0}
        with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
            for job, wrong, seconds in pool.imap_unordered(functools.partial(jobs.work, directory), todo):
                count["deaths" if isinstance(job, Death) else "scenarios"] += 1
                count["failed"] += bool(wrong)
                print(f"{'FAILED' if wrong else 'ok'}: {job}, {seconds:.0f} s", flush=True)
                for line in wrong[:20]:
                    print(f"    {line[:2000]}", flush=True)
    print(
        f"destroy: scenarios={count['scenarios']} changes={sum(is_mutating(item.name) for item in requests)} "
        f"accounts={len(deaths)} deaths={count['deaths']} failed={count['failed']} "
        f"seconds={time.monotonic() - begin:.0f}"
    )
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
