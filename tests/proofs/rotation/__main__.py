# Copyright (c) 2026 meetops.jitsi contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The whole proof of the rotation. Run it with `make proof-rotation`; --help says what can be chosen."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "collections"), str(ROOT / "tests")]
# Nothing that this user has set for AWS may reach a client.
for name in [name for name in os.environ if name.startswith(("AWS_", "MOTO_"))]:
    del os.environ[name]

from proofs.rotation import mutants, xmpp  # noqa: E402
from proofs.rotation.explore import Count  # noqa: E402
from proofs.rotation.scenarios import everything, explore_one  # noqa: E402
from support.server import AwsServer  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2, help="scenarios that are explored at the same time")
    parser.add_argument("--only", default="", help="explore only scenarios whose name holds this text")
    options = parser.parse_args()

    server = AwsServer()
    try:
        logins = xmpp.prove_all(server)
    finally:
        server.stop()
    print(
        f"{logins.accepted} logins accepted, {logins.refused} refused by prosody and coturn, all as they must",
        flush=True,
    )

    found = mutants.found()
    for what, violation in found.items():
        print(f"{'found' if violation else 'NOT FOUND'}: a rotation that {what}", flush=True)
    missed = [what for what, violation in found.items() if not violation]

    total, failed, passed = Count(), len(missed), 0
    chosen = [index for index, scenario in enumerate(everything()) if options.only in scenario.name]
    with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
        for scenario, count, violation, seconds in pool.imap_unordered(explore_one, chosen):
            total.add(count)
            failed, passed = failed + bool(violation), passed + (not violation)
            print(f"{count.states:>7} states in {seconds:>5.1f} s: {scenario}", flush=True)
            if violation:
                print(f"FAILED: {violation}", flush=True)
    print(
        f"rotation: states={total.states} deaths={total.deaths} faults={total.faults} interleavings={total.steps} "
        f"orders={total.orders:.1e} ends={total.ends} transient={total.transient} unfinished={total.cut} "
        f"wrong_found={len(found) - len(missed)}/{len(found)} scenarios={passed + failed - len(missed)} "
        f"passed={passed} failed={failed} xmpp_logins={logins.accepted} refused={logins.refused}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
