# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The whole proof of plans and drifts: `make proof-drift`. The last line holds the figures."""

from __future__ import annotations

import argparse
import functools
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "tests")]
# Nothing that this user has set for AWS may reach a client.
for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
    del os.environ[name]

from proofs.drift import explore, plan, table  # noqa: E402
from proofs.drift.alone import LEFT_ALONE  # noqa: E402
from proofs.drift.case import Hand  # noqa: E402
from support.playbooks import run_playbook  # noqa: E402
from support.server import AwsServer  # noqa: E402


def prove(aws: AwsServer, directory: Path, only: str = "") -> str:
    """Prove it all, or only the drifts of modules whose name begins so; returns the figures."""
    playbook = functools.partial(
        run_playbook, home=directory / "home", extra_vars={"jitsi_aws_endpoint_url": aws.url}, quick=True
    )
    records = directory / "records"
    records.mkdir()
    outcomes: dict[str, plan.Outcome] = {}

    def planned(name: str) -> None:
        outcomes[name] = plan.prove(aws, lambda *args, **options: playbook(args, **options), records, name)
        print(f"plan of an account that is {name}: {len(outcomes[name].said)} fields, all done", flush=True)

    requests = aws.record(lambda: planned("empty"))
    base = explore.Base(requests, outcomes["empty"].tasks)
    everything = outcomes["empty"].said
    missing = [*table.without_drift(everything), *table.fixed_for_nothing(everything)]
    if missing:
        raise explore.Missed(f"fields without a drift, or fixed for nothing: {missing}")
    drifts = [drift for drift in table.DRIFTS if drift.module.startswith(only)]
    batches = table.batches(drifts)
    for batch in batches:
        explore.prove(aws, base, batch)
        print(f"{len(batch)} drifts at once: all told of, all put back", flush=True)
    if only:
        return f"drift: drifts={len(drifts)} told={len(drifts)} put_back={len(drifts)} batches={len(batches)}"
    explore.leave_alone(aws, base)
    print(f"{len(LEFT_ALONE)} things of others: all left alone", flush=True)
    for name, acts in (("drifted", [drift.act for drift in batches[0]]), ("losing things", plan.LOST)):
        aws.restore(requests)
        hand = Hand(aws)
        for act in acts:
            act(hand)
        planned(name)
    said = {name: len(outcome.said) for name, outcome in outcomes.items()}
    fields = table.managed(everything)
    return (
        f"drift: drifts={len(table.DRIFTS)} told={len(table.DRIFTS)} put_back={len(table.DRIFTS)} "
        f"batches={len(batches)} left_alone={len(LEFT_ALONE)}/{len(LEFT_ALONE)} "
        f"kinds_of_fields={len(fields)} with_a_drift={len(fields) - len(table.FIXED)} fixed={len(table.FIXED)} "
        f"planned={said['empty']}+{said['drifted']}+{said['losing things']} differences=0 "
        f"calls={'+'.join(str(outcome.mutating) for outcome in outcomes.values())} calls_in_plans=0 unexplained_calls=0"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", default="", help="only the plan of an empty account, and the drifts of modules whose name begins so"
    )
    options = parser.parse_args()
    begin = time.monotonic()
    aws = AwsServer()
    try:
        with tempfile.TemporaryDirectory() as directory:
            figures = prove(aws, Path(directory), options.only)
    except explore.Missed as missed:
        print(missed)
        return 1
    finally:
        aws.stop()
    print(f"{figures} seconds={time.monotonic() - begin:.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
